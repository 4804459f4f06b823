-- Calls while they run: what the platform tells, in whatever order, until the call is settled and becomes a contact.

CREATE TABLE calls (
    call_id        text PRIMARY KEY,
    contact_id     uuid        NOT NULL UNIQUE,
    first_heard_at timestamptz NOT NULL,
    last_heard_at  timestamptz NOT NULL,
    hung_up        boolean     NOT NULL,
    settled_at     timestamptz,
    began_at       timestamptz,
    queued_at      timestamptz,
    answered_at    timestamptz,
    ended_at       timestamptz,
    ivr            jsonb       NOT NULL DEFAULT '[]',
    queue          text,
    agent          text,
    side           text,
    result         text
);
COMMENT ON TABLE calls IS 'One telephone call; from began_at on what its steps came to, written when it was settled.';
CREATE INDEX calls_running ON calls (last_heard_at) WHERE settled_at IS NULL;

CREATE TABLE call_steps (
    call_id text        NOT NULL REFERENCES calls,
    seq     int         NOT NULL,
    state   text        NOT NULL,
    at      timestamptz NOT NULL,
    ivr     jsonb       NOT NULL,
    queue   text,
    agent   text,
    side    text,
    PRIMARY KEY (call_id, seq, state, at)
);

CREATE TABLE call_segments (
    call_id  text    NOT NULL REFERENCES calls,
    seg      int     NOT NULL,
    version  int     NOT NULL DEFAULT 1,
    spk      text    NOT NULL,
    text     text    NOT NULL,
    conf     real,
    start_ms int     NOT NULL,
    end_ms   int     NOT NULL,
    final    boolean NOT NULL,
    PRIMARY KEY (call_id, seg)
);
COMMENT ON COLUMN call_segments.version IS 'Counts how often the segment was heard differently, up to its final form.';

GRANT SELECT, INSERT, UPDATE ON calls, call_segments TO hotline_app;
GRANT SELECT, INSERT ON call_steps TO hotline_app;

-- The caller's number is known before the contact is: it goes to the vault under the id that the contact will have.
ALTER TABLE vault DROP CONSTRAINT vault_contact_id_fkey;
