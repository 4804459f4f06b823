-- A log-out ends its session on the server, too. One new table; old code never asks it. Lock: none that anybody waits for.

CREATE TABLE ended_sessions (
    session_id text PRIMARY KEY,
    ends_at    timestamptz NOT NULL
);
COMMENT ON TABLE ended_sessions IS 'Sessions that their users ended before their time. A row goes with a later log-out, once the cookie has run out.';

GRANT SELECT, INSERT, DELETE ON ended_sessions TO hotline_app;
