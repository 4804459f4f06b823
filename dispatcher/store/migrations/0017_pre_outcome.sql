-- Calls that nobody answered, callers who only disturb, and the language of a contact.
-- A new column without default and new tables: nothing is rewritten. Lock: ACCESS EXCLUSIVE on contacts, for a moment.

ALTER TABLE contacts ADD COLUMN language text;
COMMENT ON COLUMN contacts.language IS 'zh, en or other, as it was understood; NULL while it was not.';

CREATE TABLE missed_calls (
    call_id        text PRIMARY KEY,
    contact_id     uuid        NOT NULL,
    caller_ref     text        NOT NULL,
    rang_off_at    timestamptz NOT NULL,
    listed_at      timestamptz NOT NULL,
    due            timestamptz NOT NULL,
    answered_at    timestamptz,
    called_back_at timestamptz,
    called_back_by text,
    reached        boolean
);
COMMENT ON TABLE missed_calls IS 'Calls that rang off unanswered (漏接): on the call-back list from listed_at on, unless the caller was answered before.';
CREATE INDEX missed_calls_waiting ON missed_calls (listed_at) WHERE answered_at IS NULL AND called_back_at IS NULL;
CREATE INDEX missed_calls_of_caller ON missed_calls (caller_ref);
GRANT SELECT, INSERT, UPDATE ON missed_calls TO hotline_app;

CREATE TABLE nuisance_callers (
    caller_ref    text        NOT NULL,
    asked_at      timestamptz NOT NULL,
    contact_id    uuid        NOT NULL,
    contacts      int         NOT NULL,
    decision      text,
    decided_at    timestamptz,
    decided_by    text,
    limited_until timestamptz,
    PRIMARY KEY (caller_ref, asked_at)
);
COMMENT ON TABLE nuisance_callers IS 'Callers who only disturbed so often that a shift lead was asked to limit them; decision is limited or left.';
CREATE INDEX nuisance_callers_undecided ON nuisance_callers (asked_at) WHERE decision IS NULL;
GRANT SELECT, INSERT, UPDATE ON nuisance_callers TO hotline_app;
