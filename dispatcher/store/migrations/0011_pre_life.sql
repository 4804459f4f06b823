-- The life of a ticket: returns, extensions, reviews, call-backs, second handling, co-units.
-- New columns with defaults, which rewrite nothing, and new tables. Lock: ACCESS EXCLUSIVE for a moment. The indexes follow
-- in 0018; what release 0.1.0 wrote is filled in by 0019, when its last process has ended.

ALTER TABLE tickets
    ADD COLUMN anonymous        boolean  NOT NULL DEFAULT false,
    ADD COLUMN confidential     boolean  NOT NULL DEFAULT false,
    ADD COLUMN round            smallint NOT NULL DEFAULT 1,
    ADD COLUMN accepted_returns smallint NOT NULL DEFAULT 0,
    ADD COLUMN supervision      smallint NOT NULL DEFAULT 0,
    ADD COLUMN self_service     boolean  NOT NULL DEFAULT false,
    ADD COLUMN parent_no        text,
    ADD COLUMN item             smallint NOT NULL DEFAULT 1,
    ADD COLUMN linked           text[]   NOT NULL DEFAULT '{}',
    ADD COLUMN plate            text,
    ADD COLUMN plate_kind       text,
    ADD COLUMN amount           numeric,
    ADD COLUMN extension_asked  smallint,
    ADD COLUMN first_closed_at  timestamptz;

ALTER TABLE assignments
    ADD COLUMN contacted_at  timestamptz,
    ADD COLUMN returned_at   timestamptz,
    ADD COLUMN return_result text,
    ADD COLUMN overridden    text;

ALTER TABLE deadlines
    ADD COLUMN stopped_at timestamptz,
    ADD COLUMN done_at    timestamptz,
    ADD COLUMN rings_at   timestamptz,
    ADD COLUMN proof      jsonb NOT NULL DEFAULT '{}';
COMMENT ON COLUMN deadlines.stopped_at IS 'When the work was handed in; the clock stands until the review has decided.';
COMMENT ON COLUMN deadlines.done_at IS 'When the stage was finished for good, by the moment of the work and not of its review.';
COMMENT ON COLUMN deadlines.rings_at IS 'The next moment at which time alone makes something happen; NULL where nothing will.';
COMMENT ON COLUMN deadlines.proof IS 'What the due was counted from: allowance, pauses, extension, earlier dues.';

-- Row security is forced, so the owner needs a policy of its own to fill in columns.
CREATE POLICY upkeep ON tickets TO hotline_owner USING (true) WITH CHECK (true);
CREATE POLICY upkeep ON assignments TO hotline_owner USING (true) WITH CHECK (true);
CREATE POLICY upkeep ON deadlines TO hotline_owner USING (true) WITH CHECK (true);

ALTER TABLE ratings ADD COLUMN round smallint NOT NULL DEFAULT 1;
ALTER TABLE ratings DROP CONSTRAINT ratings_pkey;
ALTER TABLE ratings ADD PRIMARY KEY (ticket_no, round);

CREATE TABLE call_backs (
    ticket_no text        NOT NULL,
    round     smallint    NOT NULL,
    attempt   smallint    NOT NULL,
    made_at   timestamptz NOT NULL,
    reached   boolean     NOT NULL,
    responded boolean,
    solved    boolean,
    PRIMARY KEY (ticket_no, round, attempt)
);
COMMENT ON TABLE call_backs IS 'Attempts to call a citizen back, and what was heard (回访).';
GRANT SELECT, INSERT ON call_backs TO hotline_app;

CREATE TABLE notices (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ticket_no text        NOT NULL,
    unit_code text        NOT NULL,
    kind      text        NOT NULL,
    day       date        NOT NULL,
    noted_at  timestamptz NOT NULL,
    version   int         NOT NULL,
    UNIQUE (ticket_no, unit_code, kind, version)
);
COMMENT ON TABLE notices IS 'Cards, nudges, extensions, transfers and steps of supervision that a unit was told of. Append-only.';
GRANT SELECT, INSERT ON notices TO hotline_app;

CREATE TABLE citizen_messages (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contact_id uuid        NOT NULL,
    ticket_no  text,
    channel    text        NOT NULL,
    name       text        NOT NULL,
    text       text        NOT NULL,
    written_at timestamptz NOT NULL,
    sent_at    timestamptz
);
COMMENT ON TABLE citizen_messages IS 'What citizens are told; name is the text''s name in the profile. Numbers and openids stay in the vault.';
CREATE INDEX citizen_messages_unsent ON citizen_messages (id) WHERE sent_at IS NULL;
GRANT SELECT, INSERT, UPDATE ON citizen_messages TO hotline_app;

CREATE TABLE talks (
    caller_ref   text PRIMARY KEY,
    service      text,
    subject      text,
    failures     smallint NOT NULL DEFAULT 0,
    locked_until timestamptz,
    told_at      timestamptz
);
COMMENT ON TABLE talks IS 'Where a citizen''s talk with the machine stands (自主服务).';
GRANT SELECT, INSERT, UPDATE ON talks TO hotline_app;

ALTER TABLE users DROP CONSTRAINT users_check;
ALTER TABLE users ADD CONSTRAINT users_unit CHECK ((role LIKE 'unit%') = (unit_code IS NOT NULL));
