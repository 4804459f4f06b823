-- name: add_proposals
-- A wish that stands open already is not written again: its ticket, and who asked, are added to it. That is tried first, so
-- that numbers have no gaps; the conflict is for two transactions that wish the same at one moment.
WITH wish AS (
       SELECT *
         FROM jsonb_to_recordset(%(rows)s::jsonb) AS row(
              category_code text, district_code text, subject text, lead text, co_units text[], basis text, holds_from date,
              holds_to date, origin text, ticket_no text, proposed_by text, proposed_at timestamptz)),
     joined AS (
       UPDATE matrix_proposals AS open
          SET tickets = CASE WHEN wish.ticket_no IS NULL OR wish.ticket_no = ANY (open.tickets) THEN open.tickets
                             ELSE open.tickets || wish.ticket_no END,
              proposed_by = CASE WHEN wish.proposed_by = ANY (open.proposed_by) THEN open.proposed_by
                                 ELSE open.proposed_by || wish.proposed_by END
         FROM wish
        WHERE open.state = 'proposed' AND open.category_code = wish.category_code
          AND coalesce(open.district_code, '') = coalesce(wish.district_code, '')
          AND coalesce(open.subject, '') = coalesce(wish.subject, '') AND open.lead = wish.lead
    RETURNING open.proposal_no, open.category_code, open.district_code, open.subject, open.lead),
     added AS (
       INSERT INTO matrix_proposals AS open (
              category_code, district_code, subject, lead, co_units, basis, holds_from, holds_to, origin, tickets, proposed_by,
              proposed_at)
       SELECT category_code, district_code, subject, lead, co_units, basis, holds_from, holds_to, origin,
              array_remove(ARRAY[ticket_no], NULL), ARRAY[proposed_by], proposed_at
         FROM wish
        WHERE NOT EXISTS (
              SELECT FROM joined
               WHERE joined.category_code = wish.category_code AND joined.lead = wish.lead
                 AND coalesce(joined.district_code, '') = coalesce(wish.district_code, '')
                 AND coalesce(joined.subject, '') = coalesce(wish.subject, ''))
           ON CONFLICT (category_code, coalesce(district_code, ''), coalesce(subject, ''), lead) WHERE state = 'proposed'
           DO UPDATE SET
              tickets = CASE WHEN open.tickets @> excluded.tickets THEN open.tickets ELSE open.tickets || excluded.tickets END,
              proposed_by = CASE WHEN open.proposed_by @> excluded.proposed_by THEN open.proposed_by
                                 ELSE open.proposed_by || excluded.proposed_by END
    RETURNING proposal_no)
SELECT proposal_no FROM joined UNION ALL SELECT proposal_no FROM added;

-- name: proposals
SELECT proposal_no, category_code, district_code, subject, lead, co_units, basis, holds_from, holds_to, origin, tickets, proposed_by,
       proposed_at, state, reviewed_by, reviewed_at, note, version, base FROM matrix_proposals ORDER BY proposal_no;

-- name: lock_proposal
SELECT proposal_no, category_code, district_code, subject, lead, co_units, basis, holds_from, holds_to, origin, tickets, proposed_by,
       proposed_at, state, reviewed_by, reviewed_at, note, version, base FROM matrix_proposals WHERE proposal_no = %(number)s FOR UPDATE;

-- name: lock_reviews
-- One review at a time: each is checked against the changes that stand, and takes the next version.
SELECT pg_advisory_xact_lock(hashtextextended('matrix_proposals', 0));

-- name: review_proposal
UPDATE matrix_proposals
   SET state = %(state)s, reviewed_by = %(by)s, reviewed_at = %(at)s, note = %(note)s,
       holds_from = coalesce(%(holds_from)s, holds_from), version = %(version)s, base = %(base)s
 WHERE proposal_no = %(number)s;

-- name: approved_changes
SELECT category_code, district_code, subject, lead, co_units, basis, holds_from, holds_to, version
  FROM matrix_proposals
 WHERE state = 'approved'
 ORDER BY version;

-- name: routed_requests
-- Tickets registered in a span that a unit led, a page at a time in the order of their key, with the unit that led first.
SELECT tickets.ticket_no, tickets.category_code, tickets.district_code, tickets.subject, tickets.registered_at,
       tickets.matrix_version, first.unit_code AS first_lead
  FROM tickets
  CROSS JOIN LATERAL (
       SELECT unit_code
         FROM assignments
        WHERE assignments.ticket_no = tickets.ticket_no AND role = 'lead'
        ORDER BY dispatched_at
        LIMIT 1) AS first
 WHERE (tickets.month, tickets.ticket_no) > (%(after_month)s::int, %(after)s::text)
   AND tickets.month BETWEEN %(since_month)s AND %(until_month)s
   AND tickets.registered_at >= %(since)s AND tickets.registered_at < %(until)s
 ORDER BY tickets.month, tickets.ticket_no
 LIMIT %(limit)s;
