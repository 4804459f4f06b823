-- name: contacts
SELECT contacts.contact_id, contacts.channel, contacts.received_at, contacts.accepted_at, contacts.raw_text, contacts.fate,
       contacts.ticket_no, contacts.language, calls.queue
  FROM contacts
  LEFT JOIN calls USING (contact_id)
 ORDER BY contacts.accepted_at, contacts.contact_id;

-- name: ticket_contacts
-- In the order of registration.
SELECT ticket_no, contact_id FROM tickets ORDER BY registered_at, ticket_no;

-- name: messages
SELECT seq, envelope
  FROM outbox
 WHERE seq > %(after)s AND (topic = %(topic)s OR topic LIKE %(topic)s || '.%%')
 ORDER BY seq;

-- name: notices
SELECT ticket_no, unit_code, kind, day, noted_at AS at, version FROM notices ORDER BY id;

-- name: citizen_messages
SELECT message.contact_id, message.ticket_no, message.channel, message.name, message.text, message.written_at
  FROM citizen_messages AS message
 ORDER BY message.id;

-- name: call_backs
SELECT ticket_no, round, attempt, made_at, reached, responded, solved FROM call_backs ORDER BY ticket_no, round, attempt;

-- name: ratings
SELECT ticket_no, round, unit_code, rating, rated_at, reason FROM ratings ORDER BY ticket_no, round;

-- name: calls
SELECT calls.call_id, calls.result, calls.began_at, calls.queued_at, calls.answered_at, calls.ended_at,
       missed.listed_at, missed.due, missed.answered_at AS reached_at, missed.called_back_at
  FROM calls
  LEFT JOIN missed_calls AS missed USING (call_id)
 WHERE calls.result IS NOT NULL AND calls.began_at IS NOT NULL
 ORDER BY calls.began_at, calls.call_id;

-- name: next_call_end
SELECT min(last_heard_at + CASE WHEN hung_up THEN %(late_words)s::interval ELSE %(silence)s::interval END) AS ends_at
  FROM calls
 WHERE settled_at IS NULL;
