-- name: applied_migrations
SELECT number FROM schema_migrations;

-- name: is_superuser
SELECT rolsuper FROM pg_roles WHERE rolname = current_user;

-- name: has_table
SELECT to_regclass(%(table)s) IS NOT NULL;

-- name: noted_facts
SELECT fact, value FROM installation;

-- name: note_facts
-- What somebody else noted meanwhile stays.
INSERT INTO installation (fact, value)
SELECT * FROM unnest(%(facts)s::text[], %(values)s::text[])
    ON CONFLICT (fact) DO NOTHING;

-- name: prefixes_in_use
-- From contacts, which every role of ours may read whole: row security hides tickets from who migrates.
SELECT DISTINCT left(ticket_no, 2) FROM contacts WHERE ticket_no IS NOT NULL ORDER BY 1;

-- name: something_sealed
SELECT contact_id, caller_ref, key_id, sealed FROM vault LIMIT 1;
