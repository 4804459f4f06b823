-- name: become_leader
SELECT pg_try_advisory_lock(%(lock)s);

-- name: mark_published
UPDATE outbox SET published_at = %(at)s WHERE seq = ANY(%(seqs)s);

-- name: next_rows
-- The oldest unpublished rows of these topics. Those on a unit's stream that were never sent get the unit's next numbers,
-- without a gap.
-- Rows that have their number already (a relay died before it sent them, or a topic is filled again) come before all others
-- and in the order of their numbers: a row that was written earlier may have been committed, and numbered, later.
WITH batch AS (
    SELECT seq, topic, key, unit_code, unit_seq, envelope
      FROM outbox
     WHERE published_at IS NULL AND topic = ANY(%(topics)s)
     ORDER BY unit_seq NULLS LAST, seq
     LIMIT %(limit)s
), unnumbered AS (
    SELECT seq, unit_code, row_number() OVER (PARTITION BY unit_code ORDER BY seq) AS place
      FROM batch
     WHERE unit_code IS NOT NULL AND unit_seq IS NULL
), reserved AS (
    INSERT INTO unit_sequences AS sequences (unit_code, last)
    SELECT unit_code, count(*) FROM unnumbered GROUP BY unit_code ORDER BY unit_code
        ON CONFLICT (unit_code) DO UPDATE SET last = sequences.last + excluded.last
    RETURNING unit_code, last
), numbers AS (
    SELECT seq, reserved.last - count(*) OVER (PARTITION BY unit_code) + place AS unit_seq
      FROM unnumbered JOIN reserved USING (unit_code)
), numbered AS (
    UPDATE outbox SET unit_seq = numbers.unit_seq FROM numbers WHERE outbox.seq = numbers.seq
)
SELECT batch.seq, topic, key, coalesce(batch.unit_seq, numbers.unit_seq) AS unit_seq, envelope
  FROM batch LEFT JOIN numbers USING (seq)
 ORDER BY batch.unit_seq NULLS LAST, seq;

-- name: waiting
SELECT topic, unit_code, count(*) AS messages FROM outbox WHERE published_at IS NULL GROUP BY topic, unit_code;

-- name: release
DELETE FROM held_topics WHERE topic <> ALL(%(topics)s);

-- name: hold
INSERT INTO held_topics (topic, reason, since)
SELECT topic, reason, %(at)s FROM unnest(%(topics)s::text[], %(reasons)s::text[]) AS given(topic, reason)
    ON CONFLICT (topic) DO UPDATE SET reason = excluded.reason
 WHERE held_topics.reason <> excluded.reason;

-- name: known_topics
SELECT topic, topic_id FROM known_topics;

-- name: remember_topics
INSERT INTO known_topics (topic, topic_id, seen_at)
SELECT topic, topic_id, %(at)s FROM unnest(%(topics)s::text[], %(topic_ids)s::uuid[]) AS given(topic, topic_id)
    ON CONFLICT (topic) DO UPDATE SET topic_id = excluded.topic_id, seen_at = excluded.seen_at
 WHERE known_topics.topic_id <> excluded.topic_id;

-- name: publish_again
UPDATE outbox SET published_at = NULL WHERE topic = %(topic)s AND published_at IS NOT NULL AND written_at > %(since)s;
