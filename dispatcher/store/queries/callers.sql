-- Callers whom nobody answered (漏接回拨), and callers who only disturb (无效骚扰).

-- name: missed_calls
-- A caller who was answered after ringing off, by whatever call and however late it was told, needs no call-back.
INSERT INTO missed_calls (call_id, contact_id, caller_ref, rang_off_at, listed_at, due, answered_at)
SELECT row.call_id, row.contact_id, row.caller_ref, row.rang_off_at, row.listed_at, row.due,
       (SELECT min(calls.answered_at)
          FROM calls JOIN vault USING (contact_id)
         WHERE vault.caller_ref = row.caller_ref AND calls.answered_at > row.rang_off_at)
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS row(
       call_id text, contact_id uuid, caller_ref text, rang_off_at timestamptz, listed_at timestamptz, due timestamptz)
    ON CONFLICT (call_id) DO NOTHING;

-- name: answered_callers
UPDATE missed_calls
   SET answered_at = row.answered_at
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS row(caller_ref text, answered_at timestamptz)
 WHERE missed_calls.caller_ref = row.caller_ref AND missed_calls.rang_off_at < row.answered_at
   AND missed_calls.answered_at IS NULL AND missed_calls.called_back_at IS NULL;

-- name: call_back_notes
UPDATE missed_calls
   SET called_back_at = row.called_back_at, called_back_by = row.called_back_by, reached = row.reached
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS row(
       call_id text, called_back_at timestamptz, called_back_by text, reached boolean)
 WHERE missed_calls.call_id = row.call_id;

-- name: lock_missed_calls
SELECT call_id, contact_id, caller_ref, rang_off_at, listed_at, due, answered_at, called_back_at, called_back_by, reached
  FROM missed_calls
 WHERE caller_ref = (SELECT caller_ref FROM missed_calls WHERE call_id = %(call_id)s)
 ORDER BY rang_off_at, call_id
   FOR UPDATE;

-- name: missed_calls_waiting
-- One line a caller, who rang off longest ago first: the same number is called back once.
SELECT *
  FROM (SELECT DISTINCT ON (missed.caller_ref)
               missed.call_id, missed.contact_id, missed.caller_ref, missed.rang_off_at, missed.listed_at, missed.due,
               missed.answered_at, missed.called_back_at, missed.called_back_by, missed.reached, calls.queue,
               count(*) OVER (PARTITION BY missed.caller_ref) AS times, vault.key_id, vault.sealed
          FROM missed_calls AS missed
          JOIN vault USING (contact_id)
          JOIN calls USING (call_id)
         WHERE missed.listed_at <= %(now)s AND missed.answered_at IS NULL AND missed.called_back_at IS NULL
         ORDER BY missed.caller_ref, missed.rang_off_at, missed.call_id) AS waiting
 ORDER BY rang_off_at, call_id
 LIMIT %(limit)s;

-- name: all_missed_calls
SELECT call_id, contact_id, caller_ref, rang_off_at, listed_at, due, answered_at, called_back_at, called_back_by, reached
  FROM missed_calls
 ORDER BY rang_off_at, call_id;

-- name: nuisance_callers_new
INSERT INTO nuisance_callers (caller_ref, asked_at, contact_id, contacts)
SELECT *
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS row(caller_ref text, asked_at timestamptz, contact_id uuid, contacts int)
    ON CONFLICT DO NOTHING;

-- name: nuisance_decisions
UPDATE nuisance_callers
   SET decision = CASE WHEN row.limited_until IS NULL THEN 'left' ELSE 'limited' END,
       decided_at = row.decided_at, decided_by = row.decided_by, limited_until = row.limited_until
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS row(
       caller_ref text, asked_at timestamptz, decided_at timestamptz, decided_by text, limited_until timestamptz)
 WHERE nuisance_callers.caller_ref = row.caller_ref AND nuisance_callers.asked_at = row.asked_at;

-- name: nuisances
SELECT contacts.caller_ref, count(*) AS contacts
  FROM contacts
  LEFT JOIN tickets ON tickets.ticket_no = contacts.ticket_no AND tickets.month = substr(contacts.ticket_no, 3, 6)::int
 WHERE contacts.caller_ref = ANY(%(caller_refs)s) AND contacts.accepted_at > %(since)s
   AND (contacts.fate = 'nuisance' OR tickets.machine_category = ANY(%(category_codes)s) AND tickets.urgency = '1')
 GROUP BY 1;

-- name: nuisance_callers
SELECT caller_ref, coalesce(bool_or(limited_until > %(now)s), false) AS limited
  FROM nuisance_callers
 WHERE caller_ref = ANY(%(caller_refs)s) AND (asked_at > %(since)s OR limited_until > %(now)s)
 GROUP BY 1;

-- name: lock_nuisance_caller
SELECT caller_ref, asked_at, contact_id, contacts
  FROM nuisance_callers
 WHERE contact_id = %(contact_id)s AND decision IS NULL
   FOR UPDATE;

-- name: nuisance_callers_undecided
SELECT caller_ref, asked_at, contact_id, contacts
  FROM nuisance_callers
 WHERE decision IS NULL
 ORDER BY asked_at, caller_ref
 LIMIT %(limit)s;

-- name: move_cars_of_caller
SELECT t.registered_at
  FROM contacts
  JOIN tickets t ON t.ticket_no = contacts.ticket_no AND t.month = substr(contacts.ticket_no, 3, 6)::int
 WHERE contacts.caller_ref = %(caller_ref)s AND contacts.fate = 'ticketed' AND t.category_code = %(category_code)s
 ORDER BY contacts.accepted_at DESC
 LIMIT 100;
