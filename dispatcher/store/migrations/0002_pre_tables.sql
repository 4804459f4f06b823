-- The tables of the first release. New tables only; nothing older can be disturbed.

CREATE TABLE contacts (
    contact_id     uuid PRIMARY KEY,
    channel        text        NOT NULL,
    caller_ref     text        NOT NULL,
    received_at    timestamptz NOT NULL,
    accepted_at    timestamptz NOT NULL,
    raw_text       text        NOT NULL,
    asr_confidence real,
    district       text,
    fate           text,
    ticket_no      text,
    settled_at     timestamptz
);
COMMENT ON TABLE contacts IS 'One call or one message, raw; its id is derived from the door''s idempotency key.';
CREATE INDEX contacts_unsettled ON contacts (accepted_at) WHERE fate IS NULL;

CREATE TABLE vault (
    contact_id uuid PRIMARY KEY REFERENCES contacts ON DELETE CASCADE,
    caller_ref text  NOT NULL,
    key_id     text  NOT NULL,
    sealed     bytea NOT NULL
);
COMMENT ON TABLE vault IS 'Phone, name, openid and recording, AES-256-GCM; caller_ref is an HMAC and finds a caller.';
CREATE INDEX vault_by_caller ON vault (caller_ref);

-- The numbers that must be unique stand here, because a partitioned table cannot promise it without its partition column.
CREATE TABLE ticket_keys (
    ticket_no  text PRIMARY KEY,
    contact_id uuid     NOT NULL,
    item       smallint NOT NULL DEFAULT 1,
    UNIQUE (contact_id, item)
);

CREATE TABLE ticket_sequences (
    day  text PRIMARY KEY,
    last bigint NOT NULL
);

CREATE TABLE tickets (
    ticket_no        text        NOT NULL,
    month            int         NOT NULL,
    contact_id       uuid        NOT NULL,
    version          int         NOT NULL,
    state            text        NOT NULL,
    state_since      timestamptz NOT NULL,
    channel          text        NOT NULL,
    request_type     text        NOT NULL,
    category_code    text        NOT NULL,
    urgency          text        NOT NULL,
    text             text        NOT NULL,
    caller_ref       text        NOT NULL,
    salutation       text,
    district_code    text,
    address          text,
    lead_unit        text,
    top              jsonb       NOT NULL,
    review_reasons   text[]      NOT NULL,
    machine_category text        NOT NULL,
    machine_type     text        NOT NULL,
    alarm            text,
    nudges           int         NOT NULL DEFAULT 0,
    received_at      timestamptz NOT NULL,
    registered_at    timestamptz NOT NULL,
    profile_version  text        NOT NULL,
    matrix_version   text        NOT NULL,
    model_version    text        NOT NULL,
    PRIMARY KEY (month, ticket_no)
) PARTITION BY RANGE (month);
COMMENT ON COLUMN tickets.month IS 'yyyymm as it stands in the ticket number; every lookup by number names it, so one partition is read.';
CREATE TABLE tickets_other PARTITION OF tickets DEFAULT;
CREATE INDEX tickets_open_of_caller ON tickets (caller_ref) WHERE state IN ('pending', 'dispatched', 'signed', 'replied');
CREATE INDEX tickets_pending ON tickets (registered_at, ticket_no) WHERE state = 'pending';
CREATE INDEX tickets_pending_urgent_first ON tickets (urgency DESC, registered_at, ticket_no) WHERE state = 'pending';

CREATE TABLE assignments (
    ticket_no      text        NOT NULL,
    unit_code      text        NOT NULL,
    role           text        NOT NULL,
    mode           text        NOT NULL,
    dispatched_at  timestamptz NOT NULL,
    signed_at      timestamptz,
    replied_at     timestamptz,
    ended_at       timestamptz,
    matrix_version text        NOT NULL,
    basis          text        NOT NULL,
    PRIMARY KEY (ticket_no, unit_code, dispatched_at)
);
CREATE UNIQUE INDEX assignments_one_lead ON assignments (ticket_no) WHERE role = 'lead' AND ended_at IS NULL;
CREATE INDEX assignments_of_unit ON assignments (unit_code, dispatched_at, ticket_no);

CREATE TABLE deadlines (
    ticket_no        text        NOT NULL,
    stage            text        NOT NULL,
    number           smallint    NOT NULL DEFAULT 1,
    unit_code        text,
    clock            text        NOT NULL,
    start            timestamptz NOT NULL,
    due              timestamptz NOT NULL,
    provisional      boolean     NOT NULL,
    days             date[]      NOT NULL,
    calendar_version text        NOT NULL,
    profile_version  text        NOT NULL,
    result           text,
    settled_at       timestamptz,
    PRIMARY KEY (ticket_no, stage, number)
);
CREATE INDEX deadlines_running ON deadlines (due) WHERE result IS NULL;
CREATE INDEX deadlines_provisional ON deadlines (due) WHERE provisional;

CREATE TABLE ticket_events (
    ticket_no       text        NOT NULL,
    month           int         NOT NULL,
    version         int         NOT NULL,
    kind            text        NOT NULL,
    occurred_at     timestamptz NOT NULL,
    actor_role      text        NOT NULL,
    actor_name      text        NOT NULL,
    actor_unit      text,
    from_state      text,
    to_state        text        NOT NULL,
    profile_version text        NOT NULL,
    data            jsonb       NOT NULL,
    PRIMARY KEY (month, ticket_no, version)
) PARTITION BY RANGE (month);
COMMENT ON TABLE ticket_events IS 'Append-only audit: the application may insert and read, nobody but the owner may change.';
CREATE TABLE ticket_events_other PARTITION OF ticket_events DEFAULT;

CREATE TABLE ratings (
    ticket_no text        NOT NULL,
    unit_code text        NOT NULL,
    rating    text        NOT NULL,
    rated_at  timestamptz NOT NULL,
    reason    text,
    PRIMARY KEY (ticket_no)
);

CREATE TABLE outbox (
    seq             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id        uuid        NOT NULL,
    topic           text        NOT NULL,
    key             text        NOT NULL,
    unit_code       text,
    unit_seq        bigint,
    ticket_no       text,
    envelope        text        NOT NULL,
    written_at      timestamptz NOT NULL,
    published_at    timestamptz
) WITH (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 20000, fillfactor = 90);
CREATE INDEX outbox_unpublished ON outbox (seq) WHERE published_at IS NULL;
CREATE UNIQUE INDEX outbox_unit_stream ON outbox (unit_code, unit_seq) WHERE unit_seq IS NOT NULL;
CREATE INDEX outbox_by_age ON outbox (written_at);

CREATE TABLE unit_sequences (
    unit_code text PRIMARY KEY,
    last      bigint NOT NULL
);
COMMENT ON TABLE unit_sequences IS 'The relay''s gapless count of each unit''s messages; written before the first send.';

CREATE TABLE known_topics (
    topic    text PRIMARY KEY,
    topic_id uuid        NOT NULL,
    seen_at  timestamptz NOT NULL
);
COMMENT ON TABLE known_topics IS 'A topic that returns with another id has lost its messages: they are published again from the outbox.';

CREATE TABLE stream_offsets (
    group_name       text   NOT NULL,
    topic_id         uuid   NOT NULL,
    partition        int    NOT NULL,
    topic            text   NOT NULL,
    next_offset      bigint NOT NULL DEFAULT 0,
    attempted_offset bigint,
    attempts         int    NOT NULL DEFAULT 0,
    last_error       text,
    PRIMARY KEY (group_name, topic_id, partition)
);

CREATE TABLE dead_letters (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    reference   text        NOT NULL UNIQUE,
    cause       text        NOT NULL,
    detail      text        NOT NULL,
    body        bytea       NOT NULL,
    contact_id  uuid,
    occurred_at timestamptz NOT NULL
);

CREATE TABLE rollups (
    family text     NOT NULL,
    labels text[]   NOT NULL,
    slot   smallint NOT NULL,
    value  bigint   NOT NULL,
    PRIMARY KEY (family, labels, slot)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 2000);
COMMENT ON TABLE rollups IS 'Business counters, slotted by writer and summed by the exporter; half-empty pages keep updates in place.';

CREATE TABLE users (
    username      text PRIMARY KEY,
    display_name  text        NOT NULL,
    role          text        NOT NULL,
    unit_code     text,
    password_hash text        NOT NULL,
    token_hash    text UNIQUE,
    disabled      boolean     NOT NULL DEFAULT false,
    created_at    timestamptz NOT NULL,
    CHECK ((role = 'unit') = (unit_code IS NOT NULL))
);

CREATE TABLE access_log (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    actor       text        NOT NULL,
    act         text        NOT NULL,
    subject     text        NOT NULL,
    purpose     text        NOT NULL,
    occurred_at timestamptz NOT NULL
);
COMMENT ON TABLE access_log IS 'Who looked at whose data, and why. Append-only.';
