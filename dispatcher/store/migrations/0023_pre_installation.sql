-- What ties a database to its city and its keys. One new table. Lock: none that anybody waits for.

CREATE TABLE installation (
    fact  text PRIMARY KEY CHECK (fact IN ('profile', 'ticket_prefix', 'vault_key', 'index_key')),
    value text NOT NULL
);
COMMENT ON TABLE installation IS 'Noted at the first use, then compared at every start: the profile''s name, its letters in ticket numbers, and what tells each key from another without being it.';

GRANT SELECT, INSERT ON installation TO hotline_app;
