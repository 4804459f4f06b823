-- Knowledge: articles by version, what was done with them, what was cited, and answers that may become articles.
-- New tables alone. A version's text never changes: the application may update its standing, nothing else.

CREATE TABLE knowledge (
    article_id  text        NOT NULL,
    version     int         NOT NULL CHECK (version > 0),
    status      text        NOT NULL CHECK (status IN ('draft', 'published', 'withdrawn')),
    title       text        NOT NULL,
    answer      text        NOT NULL,
    body        text        NOT NULL,
    valid_from  date        NOT NULL,
    valid_to    date        CHECK (valid_to >= valid_from),
    office      text        NOT NULL,
    document    text        NOT NULL,
    issued_on   date        NOT NULL,
    url         text,
    categories  text[]      NOT NULL,
    keywords    text[]      NOT NULL,
    links       jsonb       NOT NULL,
    written_by  text        NOT NULL,
    written_at  timestamptz NOT NULL,
    reviewed_by text,
    reviewed_at timestamptz,
    PRIMARY KEY (article_id, version)
);
COMMENT ON TABLE knowledge IS 'One version of a knowledge article (知识条目); a correction is a new version.';
CREATE UNIQUE INDEX knowledge_published ON knowledge (article_id) WHERE status = 'published';

CREATE TABLE knowledge_acts (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    article_id text        NOT NULL,
    version    int         NOT NULL,
    status     text        NOT NULL,
    actor      text        NOT NULL,
    at         timestamptz NOT NULL,
    note       text,
    FOREIGN KEY (article_id, version) REFERENCES knowledge
);
COMMENT ON TABLE knowledge_acts IS 'The history of the articles, append-only: who gave which version which status.';
CREATE INDEX knowledge_acts_of_article ON knowledge_acts (article_id, id);

CREATE TABLE knowledge_citations (
    cited_in   text        NOT NULL,
    article_id text        NOT NULL,
    version    int         NOT NULL,
    valid_on   date        NOT NULL,
    cited_at   timestamptz NOT NULL,
    PRIMARY KEY (article_id, version, cited_in),
    FOREIGN KEY (article_id, version) REFERENCES knowledge
);
COMMENT ON COLUMN knowledge_citations.cited_in IS 'A ticket''s number, or the id of a contact that the machine answered.';

CREATE TABLE knowledge_proposals (
    ticket_no     text PRIMARY KEY,
    question      text        NOT NULL,
    answer        text        NOT NULL,
    basis         text,
    unit_code     text        NOT NULL,
    category_code text        NOT NULL,
    proposed_at   timestamptz NOT NULL,
    state         text        NOT NULL CHECK (state IN ('waiting', 'published', 'refused')),
    decided_by    text,
    decided_at    timestamptz,
    reason        text,
    article_id    text
);
COMMENT ON TABLE knowledge_proposals IS 'Answers of units that satisfied a citizen and may become articles; redacted.';
CREATE INDEX knowledge_proposals_waiting ON knowledge_proposals (proposed_at) WHERE state = 'waiting';

GRANT SELECT, INSERT ON knowledge, knowledge_acts, knowledge_citations, knowledge_proposals TO hotline_app;
GRANT UPDATE (status, reviewed_by, reviewed_at) ON knowledge TO hotline_app;
GRANT UPDATE (state, decided_by, decided_at, reason, article_id) ON knowledge_proposals TO hotline_app;
