-- Incidents, repeats of what was closed, consultations. What a batch writes of them stands at the end.

-- name: lock_places
-- One order for everybody, after the callers' locks; the lock's name is a hash, as theirs.
SELECT pg_advisory_xact_lock(hashtextextended(place, 54321))
  FROM (SELECT unnest(%(places)s::text[]) AS place ORDER BY 1) AS places;

-- name: happenings
-- The latest open tickets that share category and name of a place with a request, with their incidents. What a person has
-- taken out of one stands alone.
SELECT DISTINCT ON (t.ticket_no)
       t.ticket_no, t.caller_ref, left(t.text, %(most)s) AS text, t.category_code, t.machine_category, t.district_code, t.address,
       t.received_at, t.urgency, {incident}
  FROM unnest(%(categories)s::text[], %(names)s::text[]) AS asked(category_code, name)
 CROSS JOIN LATERAL (
       SELECT ticket_no FROM ticket_places p
        WHERE p.category_code = asked.category_code AND p.name = asked.name AND p.received_at >= %(since)s
        ORDER BY p.received_at DESC
        LIMIT %(limit)s) AS near
  JOIN tickets t ON t.ticket_no = near.ticket_no AND t.month = substr(near.ticket_no, 3, 6)::int
  LEFT JOIN incident_tickets l ON l.ticket_no = t.ticket_no
  LEFT JOIN incidents i ON i.incident = l.incident
 WHERE l.left_at IS NULL AND t.state IN ('pending', 'dispatched', 'signed', 'handling', 'return_requested', 'replied')
 ORDER BY t.ticket_no;

-- name: lock_free_incidents
-- Those that nobody else holds. Whoever changes several tickets of one incident takes its lock first, then theirs by number.
SELECT {incident},
       ARRAY(SELECT received_at FROM incident_tickets l
              WHERE l.incident = i.incident AND l.left_at IS NULL
              ORDER BY received_at DESC LIMIT %(limit)s) AS received
  FROM incidents i
 WHERE incident = ANY(%(incidents)s)
 ORDER BY incident
   FOR NO KEY UPDATE SKIP LOCKED;

-- name: lock_free
-- Those that nobody else holds: who waits here while another waits for a place would never end.
SELECT {ticket}
  FROM tickets t
 WHERE ticket_no = ANY(%(ticket_nos)s) AND month = ANY(%(months)s)
 ORDER BY ticket_no
   FOR NO KEY UPDATE SKIP LOCKED;

-- name: lock_incidents_of
SELECT {incident}
  FROM incidents i
 WHERE incident IN (SELECT incident FROM incident_tickets WHERE ticket_no = ANY(%(ticket_nos)s) AND left_at IS NULL)
 ORDER BY incident
   FOR NO KEY UPDATE;

-- name: links_of
SELECT ticket_no, incident, joined_at, received_at, follows, left_at
  FROM incident_tickets
 WHERE incident = ANY(%(incidents)s) AND left_at IS NULL
 ORDER BY ticket_no;

-- name: in_incidents
SELECT ticket_no FROM incident_tickets WHERE ticket_no = ANY(%(ticket_nos)s) AND left_at IS NULL;

-- name: membership
SELECT {incident}, l.ticket_no, l.joined_at, l.received_at, l.follows, l.left_at
  FROM incident_tickets l
  JOIN incidents i ON i.incident = l.incident
 WHERE l.ticket_no = %(ticket_no)s AND l.left_at IS NULL;

-- name: leads_of
SELECT l.ticket_no, i.lead_ticket
  FROM incident_tickets l
  JOIN incidents i ON i.incident = l.incident
 WHERE l.ticket_no = ANY(%(ticket_nos)s) AND l.follows AND l.left_at IS NULL AND i.answered_at IS NULL;

-- name: followers_of
-- Those that go with their lead's unit.
SELECT l.ticket_no, i.lead_ticket
  FROM incident_tickets of_lead
  JOIN incidents i ON i.incident = of_lead.incident AND i.lead_ticket = of_lead.ticket_no
  JOIN incident_tickets l ON l.incident = i.incident AND l.follows AND l.left_at IS NULL
  JOIN tickets t ON t.ticket_no = l.ticket_no AND t.month = substr(l.ticket_no, 3, 6)::int
 WHERE of_lead.ticket_no = ANY(%(leads)s) AND i.answered_at IS NULL AND t.state = 'dispatched'
 ORDER BY l.ticket_no;

-- name: closed_requests
-- The callers' tickets that were closed after a moment, the latest first. An archived one is as old as its first end.
SELECT t.ticket_no, t.caller_ref, t.text, t.category_code, t.machine_category, t.district_code, t.address, t.urgency, t.state,
       t.round, t.lead_unit, closed.at AS closed_at,
       (SELECT max(d.due) FROM deadlines d
         WHERE d.ticket_no = t.ticket_no AND d.stage = 'rating_window' AND d.result IS DISTINCT FROM 'void') AS rate_until,
       EXISTS (SELECT FROM ratings r WHERE r.ticket_no = t.ticket_no AND r.round = t.round AND r.rating IN ('1', '2'))
       OR EXISTS (SELECT FROM call_backs c WHERE c.ticket_no = t.ticket_no AND c.round = t.round AND NOT c.solved) AS disputed
  FROM tickets t
 CROSS JOIN LATERAL (SELECT CASE t.state WHEN 'closed' THEN t.state_since ELSE t.first_closed_at END AS at) AS closed
 WHERE t.caller_ref = ANY(%(caller_refs)s) AND t.state IN ('closed', 'archived') AND closed.at >= %(since)s
 ORDER BY closed.at DESC, t.ticket_no;

-- name: reports
-- How often a citizen told of each of these matters: the ticket and those before it, merged contacts, nudges.
WITH RECURSIVE chain AS (
    SELECT asked, asked AS ticket_no FROM unnest(%(ticket_nos)s::text[]) AS asked
     UNION
    SELECT chain.asked, repeat_links.earlier_no FROM chain JOIN repeat_links USING (ticket_no)
)
SELECT chain.asked, count(DISTINCT chain.ticket_no) + count(e.version) AS reports
  FROM chain
  LEFT JOIN ticket_events e ON e.ticket_no = chain.ticket_no AND e.month = substr(chain.ticket_no, 3, 6)::int
        AND (e.kind IN ('ticket.merged', 'ticket.told_again')
             OR (e.kind = 'urge.sent' AND e.actor_role = 'citizen'))
 GROUP BY 1;

-- name: earlier_of
SELECT earlier_no FROM repeat_links WHERE ticket_no = %(ticket_no)s;

-- name: consultation
SELECT ticket_no, opened_at, cause, decided_at, unit_code, basis
  FROM consultations
 WHERE ticket_no = %(ticket_no)s
 ORDER BY opened_at DESC
 LIMIT 1;

-- name: incident_of_ticket
SELECT {incident}, l.follows, t.lead_unit
  FROM incident_tickets l
  JOIN incidents i ON i.incident = l.incident
  JOIN tickets t ON t.ticket_no = i.lead_ticket AND t.month = substr(i.lead_ticket, 3, 6)::int
 WHERE l.ticket_no = %(ticket_no)s AND l.left_at IS NULL;

-- name: tickets_of_incident
SELECT ticket_no FROM incident_tickets WHERE incident = %(incident)s AND left_at IS NULL ORDER BY ticket_no LIMIT %(limit)s;

-- name: sisters
SELECT t.ticket_no FROM tickets t
 WHERE t.parent_no = %(parent_no)s AND t.month = %(month)s AND t.ticket_no <> %(ticket_no)s
   AND t.ticket_no LIKE %(parent_no)s || '-%%'
 ORDER BY t.ticket_no;

-- name: incidents
-- With more than one ticket; who left alone is no event of many.
SELECT {incident}, t.lead_unit
  FROM incidents i
  JOIN tickets t ON t.ticket_no = i.lead_ticket AND t.month = substr(i.lead_ticket, 3, 6)::int
 WHERE i.tickets > 1
 ORDER BY i.opened_at, i.incident;

-- name: write_incidents
INSERT INTO incidents AS known (incident, category_code, district_code, lead_ticket, opened_at, tickets, hotspot_at, answered_at)
SELECT *
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS row(
       incident text, category_code text, district_code text, lead_ticket text, opened_at timestamptz, tickets int,
       hotspot_at timestamptz, answered_at timestamptz)
    ON CONFLICT (incident) DO UPDATE
   SET lead_ticket = excluded.lead_ticket, tickets = excluded.tickets, hotspot_at = excluded.hotspot_at,
       answered_at = excluded.answered_at;

-- name: write_links
INSERT INTO incident_tickets (ticket_no, incident, joined_at, received_at, follows, left_at)
SELECT *
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS row(
       ticket_no text, incident text, joined_at timestamptz, received_at timestamptz, follows boolean, left_at timestamptz)
    ON CONFLICT (ticket_no) DO UPDATE
   SET incident = excluded.incident, joined_at = excluded.joined_at, follows = excluded.follows, left_at = excluded.left_at;

-- name: write_places
INSERT INTO ticket_places (category_code, name, received_at, ticket_no)
SELECT *
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS row(category_code text, name text, received_at timestamptz, ticket_no text);

-- name: write_repeat_links
INSERT INTO repeat_links (ticket_no, earlier_no)
SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb) AS row(ticket_no text, earlier_no text);

-- name: write_consultations
INSERT INTO consultations (ticket_no, opened_at, cause, decided_at, unit_code, basis)
SELECT *
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS row(
       ticket_no text, opened_at timestamptz, cause text, decided_at timestamptz, unit_code text, basis text)
    ON CONFLICT (ticket_no, opened_at) DO UPDATE
   SET decided_at = excluded.decided_at, unit_code = excluded.unit_code, basis = excluded.basis;
