-- name: purge_published
-- Rows that no topic's retention holds any more; a few at a time, so that nobody waits for it.
DELETE FROM outbox
 WHERE seq IN (SELECT seq FROM outbox WHERE written_at < %(before)s AND published_at IS NOT NULL
                  AND (%(topic)s::text IS NULL OR topic = %(topic)s)
                ORDER BY written_at LIMIT %(limit)s);
