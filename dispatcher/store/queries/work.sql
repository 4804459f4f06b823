-- name: become_unit
-- From here to the end of the transaction only what row security lets this unit see.
SELECT set_config('hotline.unit', %(unit_code)s, true), set_config('role', 'hotline_unit', true);

-- name: lock_offsets
SELECT group_name, topic_id, partition, next_offset
  FROM stream_offsets
  JOIN unnest(%(groups)s::text[], %(topic_ids)s::uuid[], %(partitions)s::int[]) AS given(group_name, topic_id, partition)
 USING (group_name, topic_id, partition)
 ORDER BY group_name, topic_id, partition
   FOR UPDATE OF stream_offsets;

-- name: add_offsets
INSERT INTO stream_offsets (group_name, topic_id, partition, topic)
SELECT * FROM unnest(%(groups)s::text[], %(topic_ids)s::uuid[], %(partitions)s::int[], %(topics)s::text[])
 ORDER BY 1, 2, 3
    ON CONFLICT DO NOTHING;

-- name: advance_offsets
UPDATE stream_offsets
   SET next_offset = given.next_offset, attempts = 0, attempted_offset = NULL, last_error = NULL
  FROM unnest(%(groups)s::text[], %(topic_ids)s::uuid[], %(partitions)s::int[], %(next_offsets)s::bigint[])
       AS given(group_name, topic_id, partition, next_offset)
 WHERE stream_offsets.group_name = given.group_name AND stream_offsets.topic_id = given.topic_id
   AND stream_offsets.partition = given.partition;

-- name: add_contacts
-- Stores what is new with its vault row and returns the ids of what was new.
WITH given AS (
    SELECT *
      FROM jsonb_to_recordset(%(rows)s::jsonb) AS row(
           contact_id uuid, channel text, caller_ref text, received_at timestamptz, accepted_at timestamptz,
           raw_text text, asr_confidence real, district text, key_id text, sealed text)
), stored AS (
    INSERT INTO contacts (contact_id, channel, caller_ref, received_at, accepted_at, raw_text, asr_confidence, district)
    SELECT contact_id, channel, caller_ref, received_at, accepted_at, raw_text, asr_confidence, district
      FROM given
     ORDER BY contact_id
        ON CONFLICT (contact_id) DO NOTHING
    RETURNING contact_id
), sealed AS (
    INSERT INTO vault (contact_id, caller_ref, key_id, sealed)
    SELECT contact_id, caller_ref, key_id, decode(sealed, 'base64')
      FROM given JOIN stored USING (contact_id)
        ON CONFLICT (contact_id) DO NOTHING -- a call's number went to the vault while it rang
)
SELECT contact_id FROM stored;

-- name: hold_call
-- Makes the call's row or locks it; what is told of one call is written one telling after the other.
INSERT INTO calls AS known (call_id, contact_id, first_heard_at, last_heard_at, hung_up)
VALUES (%(call_id)s, %(contact_id)s, %(heard_at)s, %(heard_at)s, %(hung_up)s)
    ON CONFLICT (call_id) DO UPDATE
   SET last_heard_at = greatest(known.last_heard_at, excluded.last_heard_at), hung_up = known.hung_up OR excluded.hung_up
RETURNING settled_at IS NOT NULL AS settled;

-- name: seal_call
INSERT INTO vault (contact_id, caller_ref, key_id, sealed)
VALUES (%(contact_id)s, %(caller_ref)s, %(key_id)s, %(sealed)s)
    ON CONFLICT (contact_id) DO NOTHING;

-- name: add_call_steps
INSERT INTO call_steps (call_id, seq, state, at, ivr, queue, agent, side)
SELECT %(call_id)s, seq, state, at, ivr, queue, agent, side
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS row(
       seq int, state text, at timestamptz, ivr jsonb, queue text, agent text, side text)
    ON CONFLICT DO NOTHING;

-- name: add_call_segments
-- Returns what is new or heard differently; a final segment stays as it is.
INSERT INTO call_segments AS known (call_id, seg, spk, text, conf, start_ms, end_ms, final)
SELECT %(call_id)s, seg, spk, text, conf, start_ms, end_ms, final
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS row(
       seg int, spk text, text text, conf real, start_ms int, end_ms int, final boolean)
    ON CONFLICT (call_id, seg) DO UPDATE
   SET version = known.version + 1, spk = excluded.spk, text = excluded.text, conf = excluded.conf,
       start_ms = excluded.start_ms, end_ms = excluded.end_ms, final = excluded.final
 WHERE NOT known.final
   AND (known.spk, known.text, known.final) IS DISTINCT FROM (excluded.spk, excluded.text, excluded.final)
RETURNING seg, version;

-- name: lock_call
SELECT call_id FROM calls WHERE call_id = %(call_id)s FOR NO KEY UPDATE;

-- name: lock_ended_calls
SELECT call_id
  FROM calls
 WHERE settled_at IS NULL AND (hung_up AND last_heard_at <= %(hung_up_before)s OR last_heard_at <= %(silent_since)s)
 ORDER BY call_id
 LIMIT %(limit)s
   FOR NO KEY UPDATE SKIP LOCKED;

-- name: followed_calls
-- Everything told of calls that this transaction holds.
SELECT calls.call_id, calls.contact_id, calls.first_heard_at, calls.settled_at IS NOT NULL AS settled,
       EXISTS (SELECT FROM contacts WHERE contacts.contact_id = calls.contact_id) AS has_contact,
       vault.caller_ref, vault.key_id, vault.sealed,
       (SELECT coalesce(jsonb_agg(to_jsonb(call_steps) - 'call_id'), '[]') FROM call_steps
         WHERE call_steps.call_id = calls.call_id) AS steps,
       (SELECT coalesce(jsonb_agg(to_jsonb(call_segments) - 'call_id' - 'version' ORDER BY seg), '[]') FROM call_segments
         WHERE call_segments.call_id = calls.call_id) AS speeches
  FROM calls LEFT JOIN vault USING (contact_id)
 WHERE calls.call_id = ANY(%(call_ids)s)
 ORDER BY calls.call_id;

-- name: recent_words
-- The last stretches of the calls that nobody was warned of yet, in the order in which they were spoken.
SELECT calls.contact_id, words.*
  FROM calls
 CROSS JOIN LATERAL (SELECT seg, spk, text, conf, start_ms, end_ms, final
                       FROM call_segments
                      WHERE call_segments.call_id = calls.call_id
                      ORDER BY seg DESC
                      LIMIT %(limit)s) AS words
 WHERE calls.contact_id = ANY(%(contact_ids)s) AND calls.alerted_at IS NULL
 ORDER BY calls.contact_id, words.seg;

-- name: lock_unwarned
SELECT contact_id
  FROM calls
 WHERE contact_id = ANY(%(contact_ids)s) AND alerted_at IS NULL
 ORDER BY contact_id
   FOR NO KEY UPDATE;

-- name: lock_unsettled
SELECT contact_id, fate
  FROM contacts
 WHERE contact_id = ANY(%(contact_ids)s)
 ORDER BY contact_id
   FOR NO KEY UPDATE;

-- name: lock_callers
-- One order for everybody; the lock's name is a hash, and two callers who share one merely wait for each other.
SELECT pg_advisory_xact_lock(hashtextextended(caller_ref, 12345))
  FROM (SELECT unnest(%(caller_refs)s::text[]) AS caller_ref ORDER BY 1) AS callers;

-- name: open_requests
-- Locked, so that none is closed between the look and the nudge; in the order in which tickets are always locked.
WITH locked AS (
    SELECT ticket_no, caller_ref, text, category_code, machine_category, district_code, address, received_at, urgency,
           state, plate, registered_at
      FROM tickets
     WHERE caller_ref = ANY(%(caller_refs)s)
       AND state NOT IN ('closed', 'declined', 'withdrawn', 'archived')
     ORDER BY ticket_no
       FOR NO KEY UPDATE
)
SELECT ticket_no, caller_ref, text, category_code, machine_category, district_code, address, received_at, urgency,
       state, plate
  FROM locked
 ORDER BY registered_at, ticket_no;

-- name: ticket
SELECT {ticket}
  FROM tickets t
 WHERE ticket_no = %(ticket_no)s AND month = %(month)s;

-- name: lock_tickets
SELECT {ticket}
  FROM tickets t
 WHERE ticket_no = ANY(%(ticket_nos)s) AND month = ANY(%(months)s)
 ORDER BY ticket_no
   FOR NO KEY UPDATE;

-- name: lock_deadlines
SELECT {deadline}
  FROM deadlines d
 WHERE ticket_no = %(ticket_no)s
 ORDER BY stage, number
   FOR UPDATE;

-- name: asked_return
-- The latest request to return a ticket.
SELECT data ->> 'reason' AS reason, data ->> 'basis' AS basis
  FROM ticket_events
 WHERE ticket_no = %(ticket_no)s AND month = %(month)s AND kind = 'unit.returned'
 ORDER BY version DESC
 LIMIT 1;

-- name: holds
-- In the order of dispatch. The ticket's lock keeps them as they are.
SELECT {hold}
  FROM assignments h
 WHERE ticket_no = %(ticket_no)s
 ORDER BY dispatched_at, role DESC, unit_code;

-- name: call_backs
SELECT ticket_no, round, attempt, made_at, reached, responded, solved
  FROM call_backs
 WHERE ticket_no = %(ticket_no)s
 ORDER BY round, attempt;

-- name: ratings
SELECT ticket_no, round, unit_code, rating, rated_at, reason
  FROM ratings
 WHERE ticket_no = %(ticket_no)s
 ORDER BY round;

-- name: earlier_replies
-- What a unit replied as the lead of other tickets; the text as rules.reply_checks.Reply.text has it.
-- The latest ones are chosen before their tickets are looked up.
SELECT t.ticket_no, concat_ws(E'\n', e.data ->> 'investigation', e.data ->> 'result') AS text,
       coalesce(t.address, t.text) AS place
  FROM (SELECT ticket_no, month, occurred_at, data
          FROM ticket_events
         WHERE kind = 'unit.replied' AND data ->> 'unit' = %(unit_code)s
           AND occurred_at >= %(since)s AND ticket_no <> %(ticket_no)s
         ORDER BY occurred_at DESC, ticket_no
         LIMIT %(limit)s) AS e
  JOIN tickets t ON t.ticket_no = e.ticket_no AND t.month = e.month
 ORDER BY e.occurred_at DESC, e.ticket_no;

-- name: lock_ringing
-- By the ticket's lock alone, as every command takes it first.
WITH ringing AS (
    SELECT DISTINCT ticket_no, substr(ticket_no, 3, 6)::int AS month
      FROM (SELECT ticket_no FROM deadlines WHERE rings_at <= %(now)s ORDER BY rings_at LIMIT %(limit)s) AS first_ones
)
SELECT {ticket}
  FROM tickets t
  JOIN ringing ON ringing.ticket_no = t.ticket_no AND ringing.month = t.month
 ORDER BY t.ticket_no
   FOR NO KEY UPDATE OF t SKIP LOCKED;

-- name: deadlines_of
SELECT {deadline}
  FROM deadlines d
 WHERE ticket_no = ANY(%(ticket_nos)s)
 ORDER BY ticket_no, stage, number;

-- name: next_ring
SELECT min(rings_at) AS rings_at FROM deadlines WHERE rings_at IS NOT NULL;

-- name: hold_talk
-- Makes the row or locks it; what one citizen writes is answered one message after the other.
INSERT INTO talks AS known (caller_ref) VALUES (%(caller_ref)s)
    ON CONFLICT (caller_ref) DO UPDATE SET failures = known.failures
RETURNING service, subject, failures, locked_until, told_at;

-- name: keep_talk
UPDATE talks
   SET service = %(service)s, subject = %(subject)s, failures = %(failures)s, locked_until = %(locked_until)s, told_at = %(told_at)s
 WHERE caller_ref = %(caller_ref)s;

-- name: tickets_of_caller
SELECT {ticket}
  FROM tickets t
  JOIN contacts ON contacts.ticket_no = t.ticket_no AND contacts.fate = 'ticketed'
 WHERE contacts.caller_ref = %(caller_ref)s AND t.month = substr(t.ticket_no, 3, 6)::int
 ORDER BY t.registered_at DESC, t.ticket_no DESC
 LIMIT %(limit)s;

-- name: sealed_data
SELECT contact_id, caller_ref, key_id, sealed FROM vault WHERE contact_id = %(contact_id)s;

-- name: log_access
INSERT INTO access_log (actor, act, subject, purpose, occurred_at)
VALUES (%(actor)s, %(act)s, %(subject)s, %(purpose)s, %(at)s);

-- name: reserve_numbers
INSERT INTO ticket_sequences AS sequences (day, last)
VALUES (%(day)s, %(amount)s)
    ON CONFLICT (day) DO UPDATE SET last = sequences.last + excluded.last
RETURNING last - %(amount)s + 1 AS first;
