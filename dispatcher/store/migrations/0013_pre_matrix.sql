-- Changes of the dispatch matrix: proposed, reviewed, in force from their day (domain.md A.8.1).
-- A new table. Old code keeps working: it never names it.

CREATE TABLE matrix_proposals (
    proposal_no   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    category_code text        NOT NULL,
    district_code text,
    subject       text,
    lead          text        NOT NULL,
    co_units      text[]      NOT NULL DEFAULT '{}',
    basis         text        NOT NULL,
    holds_from    date,
    holds_to      date,
    origin        text        NOT NULL,
    tickets       text[]      NOT NULL DEFAULT '{}',
    proposed_by   text[]      NOT NULL,
    proposed_at   timestamptz NOT NULL,
    state         text        NOT NULL DEFAULT 'proposed',
    reviewed_by   text,
    reviewed_at   timestamptz,
    note          text,
    version       int UNIQUE,
    base          text,
    CONSTRAINT matrix_proposals_state CHECK (state IN ('proposed', 'approved', 'refused')),
    CONSTRAINT matrix_proposals_reviewed CHECK ((state = 'proposed') = (reviewed_by IS NULL)),
    CONSTRAINT matrix_proposals_two_people CHECK (reviewed_by IS NULL OR reviewed_by <> ALL (proposed_by)),
    CONSTRAINT matrix_proposals_approved CHECK (
        (state = 'approved') = (version IS NOT NULL) AND (version IS NULL OR (holds_from IS NOT NULL AND base IS NOT NULL)))
);
COMMENT ON TABLE matrix_proposals IS 'Changes of the 派单目录: 草拟, 审核, 生效. An approved one holds from holds_from on.';
COMMENT ON COLUMN matrix_proposals.tickets IS 'The tickets that showed the need, the first first; more are added while nobody has decided.';
COMMENT ON COLUMN matrix_proposals.version IS 'Numbers the approved changes; the matrix is named by the profile''s version and the last of them.';
COMMENT ON COLUMN matrix_proposals.base IS 'The version of the profile''s matrix when the change was approved.';
-- One open proposal for the same line; what asks for it again is added to its tickets.
CREATE UNIQUE INDEX matrix_proposals_open
    ON matrix_proposals (category_code, coalesce(district_code, ''), coalesce(subject, ''), lead) WHERE state = 'proposed';
GRANT SELECT, INSERT, UPDATE ON matrix_proposals TO hotline_app;
