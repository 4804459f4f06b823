-- name: ping
SELECT 1;

-- name: deadlines_of_ticket
SELECT {deadline}
  FROM deadlines d
 WHERE ticket_no = %(ticket_no)s
 ORDER BY start, due, stage, number;

-- name: holds_of_ticket
SELECT {hold}
  FROM assignments h
 WHERE ticket_no = %(ticket_no)s
 ORDER BY dispatched_at, role DESC, unit_code;

-- name: become_application
-- After a unit was seen to have a part in a ticket: the rest of the transaction sees who else works on it.
SELECT set_config('role', 'none', true);

-- name: running_holds_of_others
SELECT {hold}
  FROM assignments h
 WHERE ticket_no = %(ticket_no)s AND unit_code <> %(unit_code)s AND ended_at IS NULL
 ORDER BY dispatched_at, role DESC, unit_code;

-- name: notices_of_ticket
SELECT ticket_no, unit_code, kind, day, noted_at, version
  FROM notices
 WHERE ticket_no = %(ticket_no)s AND (%(unit_code)s::text IS NULL OR unit_code = %(unit_code)s)
 ORDER BY id;

-- name: events_of_ticket
SELECT ticket_no, version, kind, occurred_at, actor_role, actor_name, actor_unit, from_state, to_state, profile_version, data
  FROM ticket_events
 WHERE ticket_no = %(ticket_no)s AND month = %(month)s
 ORDER BY version;

-- name: rating_of_ticket
SELECT ticket_no, round, unit_code, rating, rated_at, reason FROM ratings WHERE ticket_no = %(ticket_no)s ORDER BY round;

-- name: tickets
-- The number's month and the number itself are the key: a page never reads what an earlier page held.
SELECT {ticket}
  FROM tickets t
 WHERE (month, ticket_no) < (%(after_month)s::int, %(after)s::text)
   AND (%(state)s::text IS NULL OR state = %(state)s)
   AND (%(category_code)s::text IS NULL OR category_code = %(category_code)s)
 ORDER BY month DESC, ticket_no DESC
 LIMIT %(limit)s;

-- name: tickets_of_unit
-- Starts at the unit's assignments, so that neither a filter nor row security walks through everybody's tickets.
SELECT {ticket}
  FROM (SELECT DISTINCT ticket_no, substr(ticket_no, 3, 6)::int AS month
          FROM assignments
         WHERE unit_code = %(unit_code)s) AS a
  JOIN tickets t ON t.ticket_no = a.ticket_no AND t.month = a.month
 WHERE (a.month, a.ticket_no) < (%(after_month)s::int, %(after)s::text)
   AND (%(state)s::text IS NULL OR t.state = %(state)s)
   AND (%(category_code)s::text IS NULL OR t.category_code = %(category_code)s)
 ORDER BY a.month DESC, a.ticket_no DESC
 LIMIT %(limit)s;

-- name: pending
SELECT {short_ticket}
  FROM tickets t
 WHERE state = 'pending' AND NOT self_service
 ORDER BY urgency DESC, registered_at, ticket_no
 LIMIT %(limit)s;

-- name: pending_total
SELECT count(*) AS total, min(registered_at) AS oldest
  FROM (SELECT registered_at FROM tickets WHERE state = 'pending' AND NOT self_service ORDER BY registered_at, ticket_no LIMIT %(most)s) AS first_ones;

-- name: waiting
-- What waits for the hotline, list by list, with the event that asks; a citizen is tried so many times.
WITH waits AS (
    SELECT t.ticket_no, t.month, t.urgency, t.state_since, 0 AS tries,
           CASE WHEN t.state = 'return_requested' THEN 'return' WHEN t.state = 'replied' THEN 'review' ELSE 'close' END AS list
      FROM tickets t
     WHERE t.state IN ('return_requested', 'replied', 'called_back')
    UNION ALL
    SELECT t.ticket_no, t.month, t.urgency, t.state_since, tried.tries,
           CASE WHEN t.anonymous OR t.confidential THEN 'close' ELSE 'call_back' END
      FROM tickets t
     CROSS JOIN LATERAL (
           SELECT count(*) AS tries FROM call_backs c WHERE c.ticket_no = t.ticket_no AND c.round = t.round) AS tried
     WHERE t.state = 'awaiting_call_back' AND tried.tries < %(tries)s
    UNION ALL
    SELECT t.ticket_no, t.month, t.urgency, t.state_since, 0, 'extension'
      FROM tickets t
     WHERE t.extension_asked IS NOT NULL AND t.state IN ('signed', 'handling', 'replied')
), ranked AS (
    SELECT ticket_no, month, list,
           count(*) OVER (PARTITION BY list) AS total,
           row_number() OVER (PARTITION BY list ORDER BY tries, urgency DESC, state_since, ticket_no) AS place
      FROM waits
)
SELECT {short_ticket}, ranked.list, ranked.total, ranked.place, told.data AS told
  FROM ranked
 CROSS JOIN LATERAL ( -- ticket by ticket: the planner takes the few that are shown for a third of all
       SELECT * FROM tickets WHERE ticket_no = ranked.ticket_no AND month = ranked.month OFFSET 0) AS t
  LEFT JOIN LATERAL (
       SELECT data FROM ticket_events e
        WHERE e.ticket_no = t.ticket_no AND e.month = t.month
          AND e.kind = CASE ranked.list WHEN 'return' THEN 'unit.returned' WHEN 'extension' THEN 'extend.requested'
                                        WHEN 'review' THEN 'unit.replied' ELSE 'callback.done' END
        ORDER BY e.version DESC
        LIMIT 1) AS told ON true
 WHERE ranked.place <= %(limit)s
 ORDER BY ranked.list, ranked.place;

-- name: tickets_of
SELECT {short_ticket}
  FROM tickets t
 WHERE ticket_no = ANY(%(ticket_nos)s) AND month = ANY(%(months)s);

-- name: open_texts
-- In the order of the index on open tickets' callers, so that no page walks through the closed ones.
SELECT ticket_no, left(text, %(most)s) AS text, category_code, district_code, address, received_at, caller_ref
  FROM tickets
 WHERE state NOT IN ('closed', 'declined', 'withdrawn', 'archived')
   AND (caller_ref, ticket_no) > (%(after_caller)s::text, %(after_ticket)s::text)
 ORDER BY caller_ref, ticket_no
 LIMIT %(limit)s;

-- name: changed_texts
-- Every event of a ticket is announced in its own transaction, so the outbox knows which tickets have changed.
SELECT t.ticket_no, left(t.text, %(most)s) AS text, t.category_code, t.district_code, t.address, t.received_at, t.state
  FROM (SELECT DISTINCT ticket_no, substr(ticket_no, 3, 6)::int AS month
          FROM outbox
         WHERE written_at >= %(since)s AND topic = %(topic)s AND ticket_no > %(after)s
         ORDER BY ticket_no
         LIMIT %(limit)s) AS changed
  JOIN tickets t ON t.ticket_no = changed.ticket_no AND t.month = changed.month
 ORDER BY t.ticket_no;

-- name: dues
-- The hotline's own, and those of the lead unit or, for a unit, of the reader.
SELECT d.ticket_no, d.stage, d.due, d.provisional, d.result, d.proof,
       d.stopped_at IS NULL AND d.done_at IS NULL AND d.result IS DISTINCT FROM 'void' AS runs
  FROM deadlines d
  JOIN tickets t ON t.ticket_no = d.ticket_no AND t.month = substr(d.ticket_no, 3, 6)::int
 WHERE d.ticket_no = ANY(%(ticket_nos)s)
   AND (d.unit_code IS NULL OR d.unit_code = coalesce(nullif(current_setting('hotline.unit', true), ''), t.lead_unit))
 ORDER BY d.ticket_no, d.stage, d.number;

-- name: in_consultation
SELECT ticket_no FROM consultations WHERE ticket_no = ANY(%(ticket_nos)s) AND decided_at IS NULL;

-- name: in_hotspot
SELECT l.ticket_no
  FROM incident_tickets l
  JOIN incidents i ON i.incident = l.incident
 WHERE l.ticket_no = ANY(%(ticket_nos)s) AND l.left_at IS NULL AND i.hotspot_at IS NOT NULL AND i.answered_at IS NULL;

-- name: contact
SELECT contact_id, channel, accepted_at, fate, ticket_no FROM contacts WHERE contact_id = %(contact_id)s;

-- name: unit_board
-- Open holds of a unit, at most so many in each lane, due first. A co-unit signs and replies for itself.
WITH held AS (
    SELECT a.ticket_no, a.role, a.dispatched_at, a.signed_at, a.contacted_at, a.replied_at,
           substr(a.ticket_no, 3, 6)::int AS month
      FROM assignments a
     WHERE a.unit_code = %(unit_code)s AND a.ended_at IS NULL
), in_lanes AS (
    SELECT held.*, t.urgency, d.due,
           CASE WHEN t.state = 'replied' OR (held.role = 'co' AND held.replied_at IS NOT NULL) THEN 'answered'
                WHEN held.role = 'co' AND held.signed_at IS NULL THEN 'unsigned'
                WHEN held.role = 'lead' AND t.state = 'dispatched' THEN 'unsigned'
                ELSE 'working' END AS lane
      FROM held
      JOIN tickets t ON t.ticket_no = held.ticket_no AND t.month = held.month
      LEFT JOIN LATERAL (
           SELECT due FROM deadlines
            WHERE ticket_no = held.ticket_no AND unit_code = %(unit_code)s
              AND stage IN (CASE WHEN t.state = 'dispatched' AND held.role = 'lead' THEN 'sign' ELSE 'resolve' END, 'reopen')
            ORDER BY start DESC
            LIMIT 1) AS d ON true
     WHERE t.state IN ('dispatched', 'signed', 'handling', 'return_requested', 'replied')
), ranked AS (
    SELECT in_lanes.*,
           count(*) OVER (PARTITION BY lane) AS total,
           row_number() OVER (PARTITION BY lane ORDER BY urgency DESC, due, ticket_no) AS place
      FROM in_lanes
)
SELECT {short_ticket}, ranked.role, ranked.dispatched_at, ranked.signed_at, ranked.contacted_at, ranked.replied_at,
       ranked.lane, ranked.total, ranked.place
  FROM ranked
  JOIN tickets t ON t.ticket_no = ranked.ticket_no AND t.month = ranked.month
 WHERE ranked.place <= %(limit)s
 ORDER BY ranked.lane, ranked.place;

-- name: cards_of_unit
SELECT ticket_no, kind, max(noted_at) AS shown_at
  FROM notices
 WHERE ticket_no = ANY(%(ticket_nos)s) AND unit_code = %(unit_code)s AND kind IN ('yellow_card', 'red_card')
 GROUP BY ticket_no, kind;

-- name: unit_stream
-- Rows that are numbered and not yet published are returned too: the reader stops at the first of them.
SELECT unit_seq, envelope, published_at IS NOT NULL AS published
  FROM outbox
 WHERE unit_code = %(unit_code)s AND unit_seq > %(after)s
 ORDER BY unit_seq
 LIMIT %(limit)s;

-- name: unit_progress
SELECT asked.unit_code, latest.unit_seq
  FROM unnest(%(unit_codes)s::text[]) AS asked (unit_code)
 CROSS JOIN LATERAL (
       SELECT unit_seq FROM outbox
        WHERE unit_code = asked.unit_code AND unit_seq IS NOT NULL AND published_at IS NOT NULL
        ORDER BY unit_seq DESC
        LIMIT 1) AS latest;

-- name: unit_loads
SELECT a.unit_code,
       count(*) AS open,
       count(*) FILTER (WHERE a.signed_at IS NULL) AS unsigned,
       count(*) FILTER (WHERE d.goes AND d.due > %(now)s AND d.due <= %(soon)s) AS due_soon,
       count(*) FILTER (WHERE d.goes AND d.due <= %(now)s) AS overdue
  FROM assignments a
  JOIN LATERAL (
       SELECT due, stopped_at, (proof #> '{pauses,-1,end}') IS DISTINCT FROM 'null' AS goes FROM deadlines
        WHERE ticket_no = a.ticket_no AND unit_code = a.unit_code AND stage IN ('resolve', 'reopen')
        ORDER BY start DESC
        LIMIT 1) AS d ON d.stopped_at IS NULL
 WHERE a.role = 'lead' AND a.ended_at IS NULL
 GROUP BY a.unit_code
 ORDER BY overdue DESC, due_soon DESC, open DESC, a.unit_code;

-- name: overdue
-- The work is past its due, its clock is not paused, and the lead unit has not replied; longest overdue first.
WITH late AS (
    SELECT a.ticket_no, substr(a.ticket_no, 3, 6)::int AS month, d.due
      FROM assignments a
      JOIN LATERAL (
           SELECT due, stopped_at, proof FROM deadlines
            WHERE ticket_no = a.ticket_no AND unit_code = a.unit_code AND stage IN ('resolve', 'reopen')
            ORDER BY start DESC
            LIMIT 1) AS d ON d.stopped_at IS NULL AND (d.proof #> '{pauses,-1,end}') IS DISTINCT FROM 'null'
     WHERE a.role = 'lead' AND a.ended_at IS NULL AND d.due <= %(now)s
     ORDER BY d.due, a.ticket_no
     LIMIT %(limit)s
)
SELECT {short_ticket}
  FROM late
  JOIN tickets t ON t.ticket_no = late.ticket_no AND t.month = late.month
 ORDER BY late.due, t.ticket_no;

-- name: emergencies
SELECT {short_ticket}
  FROM tickets t
 WHERE urgency = '3'
 ORDER BY registered_at DESC
 LIMIT %(limit)s;

-- name: running_alerts
-- Emergencies in calls that still run, the latest first, with the alert as it was told: what an outbox row says is what the
-- supervisors' topic says. Both were written at one instant, which is how the row is found.
SELECT outbox.envelope, calls.hung_up,
       (SELECT agent FROM call_steps
         WHERE call_steps.call_id = calls.call_id AND agent IS NOT NULL
         ORDER BY seq DESC, at DESC
         LIMIT 1) AS agent
  FROM calls
  JOIN outbox ON outbox.written_at = calls.alerted_at AND outbox.topic = %(topic)s AND outbox.key = calls.contact_id::text
 WHERE calls.settled_at IS NULL AND calls.alerted_at IS NOT NULL
 ORDER BY calls.alerted_at DESC, calls.call_id
 LIMIT %(limit)s;

-- name: dead_letters
SELECT reference, cause, detail, contact_id, occurred_at FROM dead_letters ORDER BY id DESC LIMIT %(limit)s;

-- name: cards_of_day
SELECT ticket_no, unit_code, kind, day, noted_at, version
  FROM notices
 WHERE day = %(today)s AND kind IN ('yellow_card', 'red_card')
 ORDER BY id DESC
 LIMIT %(limit)s;

-- name: supervised
-- Highest step first, then who stands on it longest.
SELECT {short_ticket}
  FROM tickets t
 WHERE supervision > 0 AND state NOT IN ('closed', 'declined', 'withdrawn', 'archived')
 ORDER BY supervision DESC, ticket_no
 LIMIT %(limit)s;

-- name: running_consultations
-- Not decided yet, about a ticket that waits for its answer; the longest first, with who asked.
SELECT {short_ticket}, c.opened_at, c.cause, asked.actor_role, asked.actor_name, asked.actor_unit
  FROM consultations c
  JOIN tickets t ON t.ticket_no = c.ticket_no AND t.month = substr(c.ticket_no, 3, 6)::int
 CROSS JOIN LATERAL (
       SELECT actor_role, actor_name, actor_unit FROM ticket_events e
        WHERE e.ticket_no = t.ticket_no AND e.month = t.month AND e.kind = 'consult.opened'
        ORDER BY e.version DESC
        LIMIT 1) AS asked
 WHERE c.decided_at IS NULL AND t.state IN ('pending', 'dispatched', 'signed', 'handling', 'return_requested', 'replied')
 ORDER BY c.opened_at, c.ticket_no
 LIMIT %(limit)s;

-- name: running_hotspots
-- Not answered yet, the latest first, with the ticket that leads each; what all but one have left is no event of many.
SELECT {short_ticket}, {incident}
  FROM incidents i
  JOIN tickets t ON t.ticket_no = i.lead_ticket AND t.month = substr(i.lead_ticket, 3, 6)::int
 WHERE i.hotspot_at IS NOT NULL AND i.answered_at IS NULL AND i.tickets > 1
 ORDER BY i.hotspot_at DESC, i.incident
 LIMIT %(limit)s;

-- name: unrated
-- Closed since the given day by a unit's work, and not rated yet; latest first.
WITH ended AS (
    SELECT a.ticket_no, substr(a.ticket_no, 3, 6)::int AS month, a.ended_at
      FROM assignments a
     WHERE a.role = 'lead' AND a.ended_at >= %(since)s
       AND NOT EXISTS (SELECT FROM ratings r WHERE r.ticket_no = a.ticket_no)
     ORDER BY a.ended_at DESC
     LIMIT %(limit)s
)
SELECT {short_ticket}
  FROM ended
  JOIN tickets t ON t.ticket_no = ended.ticket_no AND t.month = ended.month
 WHERE t.state = 'closed'
 ORDER BY ended.ended_at DESC;
