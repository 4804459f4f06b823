-- name: calendars
-- Oldest first: of two that know a year the later one counts.
SELECT version, years, holidays, workdays FROM calendars ORDER BY loaded_at, version;

-- name: add_calendar
INSERT INTO calendars (version, years, holidays, workdays, loaded_at, loaded_by)
VALUES (%(version)s, %(years)s, %(holidays)s, %(workdays)s, %(at)s, %(actor)s)
    ON CONFLICT (version) DO NOTHING
RETURNING version;

-- name: lock_provisional
-- Tickets with a deadline to come that another calendar counted beyond its years; rows of release 0.1 cannot be counted again.
-- Asked every second: "another" in two halves, so that the index leads past what this calendar has counted.
WITH provisional AS (
    SELECT DISTINCT ticket_no, substr(ticket_no, 3, 6)::int AS month
      FROM (SELECT ticket_no FROM deadlines
             WHERE provisional AND result IS NULL AND done_at IS NULL AND (calendar_version < %(version)s OR calendar_version > %(version)s)
               AND due >= %(now)s AND proof -> 'allowance' <> 'null'
             ORDER BY calendar_version, ticket_no
             LIMIT %(limit)s) AS first_ones
)
SELECT {ticket}
  FROM tickets t
  JOIN provisional ON provisional.ticket_no = t.ticket_no AND provisional.month = t.month
 ORDER BY t.ticket_no
   FOR NO KEY UPDATE OF t SKIP LOCKED;

-- name: note_calendar_warning
INSERT INTO calendar_warnings (covered_until, warned_at)
VALUES (%(covered_until)s, %(at)s)
    ON CONFLICT (covered_until) DO NOTHING
RETURNING covered_until;
