-- Incidents of many callers, repeats of what was closed, consultations about who leads.
-- New tables and an index. Lock: SHARE on tickets while the index is built.

CREATE TABLE incidents (
    incident      text        PRIMARY KEY,
    category_code text        NOT NULL,
    district_code text,
    lead_ticket   text        NOT NULL,
    opened_at     timestamptz NOT NULL,
    tickets       int         NOT NULL,
    hotspot_at    timestamptz,
    answered_at   timestamptz
);
COMMENT ON TABLE incidents IS 'One event that several callers told of (并案); lead_ticket is the one job of the unit.';
GRANT SELECT, INSERT, UPDATE ON incidents TO hotline_app;

CREATE TABLE incident_tickets (
    ticket_no   text        PRIMARY KEY,
    incident    text        NOT NULL REFERENCES incidents,
    joined_at   timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    follows     boolean     NOT NULL,
    left_at     timestamptz
);
COMMENT ON COLUMN incident_tickets.follows IS 'The lead''s work is this ticket''s work: it is no work item of its own.';
CREATE INDEX incident_tickets_of ON incident_tickets (incident, received_at);
GRANT SELECT, INSERT, UPDATE ON incident_tickets TO hotline_app;

CREATE TABLE ticket_places (
    category_code text        NOT NULL,
    name          text        NOT NULL,
    received_at   timestamptz NOT NULL,
    ticket_no     text        NOT NULL,
    PRIMARY KEY (category_code, name, received_at, ticket_no)
);
COMMENT ON TABLE ticket_places IS 'By which names of places a ticket is found again when another caller tells of the same event.';
GRANT SELECT, INSERT, DELETE ON ticket_places TO hotline_app;

CREATE TABLE repeat_links (
    ticket_no  text PRIMARY KEY,
    earlier_no text NOT NULL
);
COMMENT ON TABLE repeat_links IS 'A ticket whose matter was closed before under another number (再次反映).';
GRANT SELECT, INSERT ON repeat_links TO hotline_app;

CREATE TABLE consultations (
    ticket_no  text        NOT NULL,
    opened_at  timestamptz NOT NULL,
    cause      text        NOT NULL,
    decided_at timestamptz,
    unit_code  text,
    basis      text,
    PRIMARY KEY (ticket_no, opened_at)
);
COMMENT ON TABLE consultations IS 'Who leads a ticket that units have rightly returned again and again (疑难会商).';
GRANT SELECT, INSERT, UPDATE ON consultations TO hotline_app;

CREATE INDEX tickets_closed_of_caller ON tickets (caller_ref, ticket_no) WHERE state IN ('closed', 'archived');
