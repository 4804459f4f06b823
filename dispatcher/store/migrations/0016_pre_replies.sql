-- Replies that are compared with a unit's earlier ones, calendars that arrive between two releases.
-- A partial index on each month's events, one new table. Lock: SHARE on ticket_events while the index is built.

CREATE INDEX ticket_events_replies ON ticket_events ((data ->> 'unit'), occurred_at)
 WHERE kind = 'unit.replied';

CREATE TABLE calendars (
    version   text        PRIMARY KEY,
    years     int[]       NOT NULL,
    holidays  jsonb       NOT NULL,
    workdays  jsonb       NOT NULL,
    loaded_at timestamptz NOT NULL,
    loaded_by text        NOT NULL
);
COMMENT ON TABLE calendars IS 'Years whose notice came after the profile was made (hotline calendar load). Days with their names. Append-only.';
GRANT SELECT, INSERT ON calendars TO hotline_app;

CREATE TABLE calendar_warnings (
    covered_until date        PRIMARY KEY,
    warned_at     timestamptz NOT NULL
);
COMMENT ON TABLE calendar_warnings IS 'That supervisors were told, once, that the calendar ends on this day.';
GRANT SELECT, INSERT ON calendar_warnings TO hotline_app;

CREATE INDEX deadlines_to_recount ON deadlines (calendar_version, ticket_no)
 WHERE provisional AND result IS NULL AND done_at IS NULL;
