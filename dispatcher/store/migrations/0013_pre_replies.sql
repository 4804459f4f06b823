-- Replies that are compared with a unit's earlier ones, calendars that arrive between two releases.
-- A partial index on each month's events, one new table. Lock: SHARE on ticket_events while the index is built.

CREATE INDEX ticket_events_replies ON ticket_events ((data ->> 'unit'), occurred_at)
 WHERE kind = 'unit.replied';
