-- Knowledge: articles by version, their history, citations and proposals.

-- name: revision
SELECT count(*)::int AS revision FROM knowledge_acts;

-- name: hold
-- One writer at a time: versions are numbered and published without gaps of thought between two reviewers.
SELECT pg_advisory_xact_lock(1234500013);

-- name: published
SELECT * FROM knowledge WHERE status = 'published' ORDER BY article_id;

-- name: drafts
SELECT * FROM knowledge WHERE status = 'draft' ORDER BY written_at, article_id, version;

-- name: versions
SELECT * FROM knowledge WHERE article_id = %(article_id)s ORDER BY version DESC;

-- name: acts
SELECT article_id, version, status, actor, at, note FROM knowledge_acts WHERE article_id = %(article_id)s ORDER BY id DESC;

-- name: add
INSERT INTO knowledge
SELECT * FROM jsonb_populate_record(NULL::knowledge, %(row)s::jsonb);

-- name: set_status
UPDATE knowledge
   SET status = %(status)s, reviewed_by = %(actor)s, reviewed_at = %(at)s
 WHERE article_id = %(article_id)s AND version = %(version)s;

-- name: note_act
INSERT INTO knowledge_acts (article_id, version, status, actor, at, note)
VALUES (%(article_id)s, %(version)s, %(status)s, %(actor)s, %(at)s, %(note)s);

-- name: cite
INSERT INTO knowledge_citations (cited_in, article_id, version, valid_on, cited_at)
VALUES (%(cited_in)s, %(article_id)s, %(version)s, %(valid_on)s, %(cited_at)s)
    ON CONFLICT DO NOTHING;

-- name: citations
SELECT cited_in, article_id, version, valid_on, cited_at
  FROM knowledge_citations
 WHERE article_id = %(article_id)s
 ORDER BY cited_at DESC, cited_in;

-- name: latest_reply
SELECT data
  FROM ticket_events
 WHERE ticket_no = %(ticket_no)s AND month = %(month)s AND kind = 'unit.replied'
 ORDER BY version DESC
 LIMIT 1;

-- name: propose
INSERT INTO knowledge_proposals (ticket_no, question, answer, basis, unit_code, category_code, proposed_at, state)
VALUES (%(ticket_no)s, %(question)s, %(answer)s, %(basis)s, %(unit_code)s, %(category_code)s, %(proposed_at)s, %(state)s)
    ON CONFLICT DO NOTHING;

-- name: proposals
SELECT * FROM knowledge_proposals WHERE state = 'waiting' ORDER BY proposed_at, ticket_no LIMIT %(limit)s;

-- name: lock_proposal
SELECT * FROM knowledge_proposals WHERE ticket_no = %(ticket_no)s FOR UPDATE;

-- name: decide
UPDATE knowledge_proposals
   SET state = %(state)s, decided_by = %(decided_by)s, decided_at = %(decided_at)s, reason = %(reason)s, article_id = %(article_id)s
 WHERE ticket_no = %(ticket_no)s;
