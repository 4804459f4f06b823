-- Topics that Kafka refuses: the relay holds their messages and goes on with the others; the exporter tells it.
-- A new table. Lock: none.

CREATE TABLE held_topics (
    topic  text PRIMARY KEY,
    reason text        NOT NULL,
    since  timestamptz NOT NULL
);
COMMENT ON TABLE held_topics IS 'A topic that Kafka refuses: its messages wait in the outbox, in order, until it takes them.';

GRANT SELECT, INSERT, UPDATE, DELETE ON held_topics TO hotline_app;
