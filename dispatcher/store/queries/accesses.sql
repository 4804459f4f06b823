-- name: latest_accesses
-- What was logged since %(since)s, newest first; with %(username)s what this user did and what was done to the user.
SELECT occurred_at, actor, act, subject, purpose
  FROM access_log
 WHERE occurred_at >= %(since)s
   AND (%(username)s::text IS NULL OR split_part(actor, ':', 2) = %(username)s OR subject = 'user ' || %(username)s::text)
 ORDER BY occurred_at DESC, id DESC
 LIMIT %(limit)s;
