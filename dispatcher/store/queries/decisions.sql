-- name: decided_requests
-- Requests whose category and type a person stood for: dispatched by hand, as proposed or corrected, or answered at once. What
-- the ticket says now is the label, so whoever corrects a ticket later corrects the row.
-- A page starts where the last one ended, in the order of the key, and the LIMIT of the inner query has each ticket's events
-- looked up by key: joined as a whole, every page would read all events.
SELECT tickets.ticket_no, tickets.text, tickets.category_code, tickets.request_type, tickets.urgency
  FROM tickets
 CROSS JOIN LATERAL (
       SELECT FROM ticket_events
        WHERE ticket_events.month = tickets.month AND ticket_events.ticket_no = tickets.ticket_no
          AND (kind = 'ticket.answered' OR (kind = 'ticket.dispatched' AND data ->> 'mode' = 'manual'))
        LIMIT 1) AS decision
 WHERE (tickets.month, tickets.ticket_no) < (%(after_month)s::int, %(after)s::text)
   AND tickets.month BETWEEN %(since_month)s AND %(after_month)s AND tickets.registered_at >= %(since)s
   AND tickets.state NOT IN ('pending', 'declined')
 ORDER BY tickets.month DESC, tickets.ticket_no DESC
 LIMIT %(limit)s;
