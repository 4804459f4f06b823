-- name: positions
SELECT partition, next_offset FROM stream_offsets WHERE group_name = %(group)s AND topic_id = %(topic_id)s;

-- name: pass_over
INSERT INTO stream_offsets AS offsets (group_name, topic_id, partition, topic, next_offset)
VALUES (%(group)s, %(topic_id)s, %(partition)s, %(topic)s, %(next_offset)s)
    ON CONFLICT (group_name, topic_id, partition) DO UPDATE
   SET next_offset = excluded.next_offset, attempts = 0, attempted_offset = NULL, last_error = NULL
 WHERE offsets.next_offset < excluded.next_offset;

-- name: begin_attempt
INSERT INTO stream_offsets AS offsets (group_name, topic_id, partition, topic, attempted_offset, attempts)
VALUES (%(group)s, %(topic_id)s, %(partition)s, %(topic)s, %(offset)s, 1)
    ON CONFLICT (group_name, topic_id, partition) DO UPDATE
   SET attempts = CASE WHEN offsets.attempted_offset = excluded.attempted_offset THEN offsets.attempts + 1 ELSE 1 END,
       attempted_offset = excluded.attempted_offset,
       last_error = CASE WHEN offsets.attempted_offset = excluded.attempted_offset THEN offsets.last_error END
RETURNING attempts, last_error;

-- name: withdraw_attempt
UPDATE stream_offsets
   SET attempts = greatest(attempts - 1, 0)
 WHERE group_name = %(group)s AND topic_id = %(topic_id)s AND partition = %(partition)s;

-- name: note_error
UPDATE stream_offsets
   SET last_error = %(error)s
 WHERE group_name = %(group)s AND topic_id = %(topic_id)s AND partition = %(partition)s;
