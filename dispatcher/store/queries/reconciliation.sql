-- name: snapshot
-- Everything below sees one moment, so that contacts may flow meanwhile.
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;

-- name: read_everything
-- Every query below reads whole tables, so nested loops never pay; the planner, who takes unit and ticket for independent,
-- would look each ticket up in every month's partition. SET does not fix the moment, a SELECT would.
SET LOCAL enable_nestloop = off;

-- name: read_on_one_core
-- Work goes on meanwhile.
SET LOCAL max_parallel_workers_per_gather = 0;

-- name: hold_rollups
-- Writers of rollups wait, and those that have written have ended: what is committed and what is counted agree. It comes
-- before the first read, because that read fixes the moment.
LOCK TABLE rollups IN SHARE ROW EXCLUSIVE MODE;

-- name: correct_rollups
INSERT INTO rollups AS rollups (family, labels, slot, value)
SELECT family, labels, %(slot)s, amount
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS row(family text, labels text[], amount bigint)
    ON CONFLICT (family, labels, slot) DO UPDATE SET value = rollups.value + excluded.value;

-- name: contacts
SELECT channel, count(*) FROM contacts GROUP BY 1;

-- name: contacts_settled
SELECT fate, count(*) FROM contacts WHERE fate IS NOT NULL GROUP BY 1;

-- name: registered
-- Tickets as they were registered, whatever a person changed afterwards, with the confidence in the bucket that was counted:
-- ``bounds`` is how many upper bounds lie at or above it. The sum is rounded ticket by ticket, half to even, as the counter was.
SELECT tickets.channel, ticket_events.data ->> 'type', ticket_events.data ->> 'category',
       width_bucket(-guess.confidence, %(negated_bounds)s::float8[]) AS bounds,
       count(*), sum(round(guess.confidence * 1000)::bigint)::bigint AS thousandths
  FROM tickets
  JOIN ticket_events ON ticket_events.ticket_no = tickets.ticket_no AND ticket_events.month = tickets.month
                    AND ticket_events.kind = 'ticket.registered'
 CROSS JOIN LATERAL (SELECT (tickets.top -> 0 ->> 1)::float8 AS confidence) AS guess
 GROUP BY 1, 2, 3, 4;

-- name: repeats
SELECT tickets.machine_category, count(*)
  FROM ticket_events
  JOIN tickets ON tickets.ticket_no = ticket_events.ticket_no AND tickets.month = ticket_events.month
 WHERE ticket_events.kind = 'ticket.merged'
 GROUP BY 1;

-- name: burst_alerts
SELECT category_code, count(*) FROM incidents WHERE hotspot_at IS NOT NULL GROUP BY 1;

-- name: dispatched
SELECT unit_code, mode, count(*) FROM assignments WHERE role = 'lead' GROUP BY 1, 2;

-- name: returns
SELECT coalesce(data ->> 'from', data ->> 'unit'), split_part(kind, '.', 2), count(*)
  FROM ticket_events
 WHERE kind IN ('return.accepted', 'return.rejected')
 GROUP BY 1, 2;

-- name: reply_findings
SELECT finding ->> 'code', count(*)
  FROM ticket_events
 CROSS JOIN LATERAL jsonb_array_elements(data -> 'findings') AS finding
 WHERE kind = 'unit.replied' AND data ? 'findings'
 GROUP BY 1;

-- name: reopened
SELECT data ->> 'unit', count(*) FROM ticket_events WHERE kind = 'ticket.reopened' GROUP BY 1;

-- name: corrections
-- Under the category that was proposed: the one the ticket was registered with.
SELECT registered.data ->> 'category', corrected.kind, count(*)
  FROM ticket_events AS dispatched
 CROSS JOIN LATERAL jsonb_array_elements_text(dispatched.data -> 'corrected') AS corrected(kind)
  JOIN ticket_events AS registered ON registered.ticket_no = dispatched.ticket_no AND registered.month = dispatched.month
                                  AND registered.kind = 'ticket.registered'
 WHERE dispatched.kind = 'ticket.dispatched'
 GROUP BY 1, 2;

-- name: deadlines
SELECT coalesce(unit_code, %(hotline)s), stage, result, count(*)
  FROM deadlines
 WHERE result IN ('met', 'missed')
 GROUP BY 1, 2, 3;

-- name: closed
SELECT lead_unit, count(*) FROM tickets WHERE first_closed_at IS NOT NULL AND lead_unit IS NOT NULL GROUP BY 1;

-- name: direct_answers
SELECT category_code, count(*) FROM tickets WHERE first_closed_at IS NOT NULL AND lead_unit IS NULL GROUP BY 1;

-- name: declined
SELECT data ->> 'code', count(*) FROM ticket_events WHERE kind = 'ticket.declined' GROUP BY 1;

-- name: evaluations
SELECT unit_code, rating, count(*) FROM ratings GROUP BY 1, 2;

-- name: dead_letters
SELECT cause, count(*) FROM dead_letters GROUP BY 1;

-- name: reveals
-- The log names the actor as "role:name".
SELECT split_part(actor, ':', 1), count(*) FROM access_log WHERE act = 'reveal_contact' GROUP BY 1;

-- name: calls
SELECT result, count(*) FROM calls WHERE result IS NOT NULL GROUP BY 1;

-- name: missed_calls
SELECT 'rang_off', count(*) FROM missed_calls HAVING count(*) > 0
 UNION ALL
SELECT CASE WHEN called_back_at <= due THEN 'called_back' ELSE 'called_back_late' END, count(*)
  FROM missed_calls
 WHERE called_back_at IS NOT NULL
 GROUP BY 1;

-- name: call_wait
-- As for the stages below.
SELECT width_bucket(-seconds, %(negated_bounds)s::float8[]) AS bounds, count(*), sum(round(seconds * 1000)::bigint)::bigint
  FROM calls
 CROSS JOIN LATERAL (SELECT greatest(extract(epoch FROM answered_at - queued_at)::float8, 0) AS seconds) AS waited
 WHERE answered_at IS NOT NULL AND queued_at IS NOT NULL
 GROUP BY 1;

-- name: emergency_alerts
-- As for the stages below.
SELECT width_bucket(-seconds, %(negated_bounds)s::float8[]) AS bounds, count(*), sum(round(seconds * 1000)::bigint)::bigint
  FROM calls
 CROSS JOIN LATERAL (SELECT greatest(extract(epoch FROM alerted_at - alarm_heard_at)::float8, 0) AS seconds) AS waited
 WHERE alerted_at IS NOT NULL
 GROUP BY 1;

-- name: stage_seconds
-- How long each stage took, in the bucket that was counted: ``bounds`` is how many upper bounds lie at or above it. The sum is
-- rounded span by span, half to even, as the counter was; a clock that jumped back counts as no time. A span belongs to the
-- urgency that the ticket had at its end: what the next change found, by its label, or the one that it has still, by its code.
WITH changes AS (
    SELECT ticket_no, array_agg(occurred_at) AS moments, array_agg(data ->> 'from') AS earlier
      FROM ticket_events
     WHERE kind = 'urgency.changed'
     GROUP BY 1
), spans AS (
    SELECT 'dispatch' AS stage, tickets.ticket_no, tickets.urgency, assignments.dispatched_at AS ended,
           assignments.dispatched_at - tickets.received_at AS span
      FROM assignments
      JOIN tickets ON tickets.ticket_no = assignments.ticket_no
     WHERE assignments.role = 'lead' AND assignments.mode IN ('auto', 'manual')
     UNION ALL
    SELECT deadlines.stage, tickets.ticket_no, tickets.urgency, deadlines.done_at, deadlines.done_at - deadlines.start
      FROM assignments
      JOIN deadlines ON deadlines.ticket_no = assignments.ticket_no AND deadlines.unit_code = assignments.unit_code
                    AND deadlines.start = assignments.dispatched_at AND deadlines.stage IN ('sign', 'resolve', 'reopen')
      JOIN tickets ON tickets.ticket_no = assignments.ticket_no
     WHERE assignments.role = 'lead'
), counted AS (
    SELECT stage, greatest(extract(epoch FROM span)::float8, 0) AS seconds,
           coalesce((SELECT change.found
                       FROM unnest(moments, earlier) AS change(moment, found)
                      WHERE change.moment > ended
                      ORDER BY change.moment
                      LIMIT 1), urgency) AS urgency
      FROM spans LEFT JOIN changes USING (ticket_no)
     WHERE span IS NOT NULL
)
SELECT stage, urgency, width_bucket(-seconds, %(negated_bounds)s::float8[]) AS bounds,
       count(*), sum(round(seconds * 1000)::bigint)::bigint AS thousandths
  FROM counted
 GROUP BY 1, 2, 3;
