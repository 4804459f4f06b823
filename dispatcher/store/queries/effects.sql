-- name: new_tickets
WITH given AS (
    SELECT *
      FROM jsonb_to_recordset(%(rows)s::jsonb) AS row(
           ticket_no text, month int, contact_id uuid, version int, state text, state_since timestamptz, channel text,
           request_type text, category_code text, urgency text, text text, caller_ref text, salutation text,
           district_code text, address text, subject text, lead_unit text, top jsonb, review_reasons text[], machine_category text,
           machine_type text, alarm text, nudges int, received_at timestamptz, registered_at timestamptz,
           profile_version text, matrix_version text, model_version text, anonymous boolean, confidential boolean,
           self_service boolean, parent_no text, item smallint, linked text[], plate text, plate_kind text, amount numeric)
), keys AS (
    INSERT INTO ticket_keys (ticket_no, contact_id, item) SELECT ticket_no, contact_id, item FROM given
)
INSERT INTO tickets (
       ticket_no, month, contact_id, version, state, state_since, channel, request_type, category_code, urgency, text,
       caller_ref, salutation, district_code, address, subject, lead_unit, top, review_reasons, machine_category, machine_type,
       alarm, nudges, received_at, registered_at, profile_version, matrix_version, model_version, anonymous, confidential,
       self_service, parent_no, item, linked, plate, plate_kind, amount)
SELECT ticket_no, month, contact_id, version, state, state_since, channel, request_type, category_code, urgency, text,
       caller_ref, salutation, district_code, address, subject, lead_unit, top, review_reasons, machine_category, machine_type,
       alarm, nudges, received_at, registered_at, profile_version, matrix_version, model_version, anonymous, confidential,
       self_service, parent_no, item, linked, plate, plate_kind, amount
  FROM given;

-- name: changed_tickets
UPDATE tickets
   SET version = row.version, state = row.state, state_since = row.state_since, request_type = row.request_type,
       category_code = row.category_code, urgency = row.urgency, district_code = row.district_code,
       lead_unit = row.lead_unit, nudges = row.nudges, profile_version = row.profile_version,
       matrix_version = row.matrix_version, round = row.round, accepted_returns = row.accepted_returns,
       supervision = row.supervision, self_service = row.self_service, extension_asked = row.extension_asked, first_closed_at = row.first_closed_at
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS row(
       ticket_no text, month int, version int, state text, state_since timestamptz, request_type text,
       category_code text, urgency text, district_code text, lead_unit text, nudges int, profile_version text,
       matrix_version text, round smallint, accepted_returns smallint, supervision smallint, self_service boolean, extension_asked smallint,
       first_closed_at timestamptz)
 WHERE tickets.ticket_no = row.ticket_no AND tickets.month = row.month;

-- name: assignments
INSERT INTO assignments (ticket_no, unit_code, role, mode, dispatched_at, matrix_version, basis)
SELECT *
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS row(
       ticket_no text, unit_code text, role text, mode text, dispatched_at timestamptz, matrix_version text, basis text);

-- name: assignment_marks
-- One row a mark, in the order of the marks: a hold that ends with its return carries both.
UPDATE assignments
   SET signed_at = coalesce(assignments.signed_at, marks.signed_at),
       contacted_at = coalesce(assignments.contacted_at, marks.contacted_at),
       replied_at = coalesce(marks.replied_at, assignments.replied_at),
       returned_at = coalesce(marks.returned_at, assignments.returned_at),
       return_result = coalesce(marks.return_result, assignments.return_result),
       overridden = coalesce(marks.overridden, assignments.overridden),
       ended_at = marks.ended_at
  FROM (SELECT held.ticket_no, held.unit_code, held.dispatched_at,
               max(row.at) FILTER (WHERE row.moment = 'signed') AS signed_at,
               max(row.at) FILTER (WHERE row.moment = 'contacted') AS contacted_at,
               max(row.at) FILTER (WHERE row.moment = 'replied') AS replied_at,
               max(row.at) FILTER (WHERE row.moment = 'returned') AS returned_at,
               max(row.moment) FILTER (WHERE row.moment IN ('accepted', 'rejected')) AS return_result,
               max(row.note) FILTER (WHERE row.moment = 'overridden') AS overridden,
               max(row.at) FILTER (WHERE row.moment = 'ended') AS ended_at
          FROM jsonb_to_recordset(%(rows)s::jsonb) AS row(
               ticket_no text, unit_code text, moment text, at timestamptz, note text)
          JOIN assignments AS held ON held.ticket_no = row.ticket_no AND held.ended_at IS NULL
                                  AND (row.unit_code IS NULL OR held.unit_code = row.unit_code)
         GROUP BY 1, 2, 3) AS marks
 WHERE assignments.ticket_no = marks.ticket_no AND assignments.unit_code = marks.unit_code
   AND assignments.dispatched_at = marks.dispatched_at;

-- name: new_deadlines
INSERT INTO deadlines (ticket_no, stage, number, unit_code, clock, start, due, provisional, days, calendar_version,
                       profile_version, result, settled_at, stopped_at, done_at, rings_at, proof)
SELECT *
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS row(
       ticket_no text, stage text, number smallint, unit_code text, clock text, start timestamptz, due timestamptz,
       provisional boolean, days date[], calendar_version text, profile_version text, result text, settled_at timestamptz,
       stopped_at timestamptz, done_at timestamptz, rings_at timestamptz, proof jsonb);

-- name: changed_deadlines
UPDATE deadlines
   SET due = row.due, provisional = row.provisional, days = row.days, calendar_version = row.calendar_version,
       profile_version = row.profile_version, result = row.result, settled_at = row.settled_at,
       stopped_at = row.stopped_at, done_at = row.done_at, clock = row.clock, rings_at = row.rings_at, proof = row.proof
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS row(
       ticket_no text, stage text, number smallint, due timestamptz, provisional boolean, days date[],
       calendar_version text, profile_version text, result text, settled_at timestamptz, stopped_at timestamptz,
       done_at timestamptz, clock text, rings_at timestamptz, proof jsonb)
 WHERE deadlines.ticket_no = row.ticket_no AND deadlines.stage = row.stage AND deadlines.number = row.number;

-- name: call_backs
INSERT INTO call_backs (ticket_no, round, attempt, made_at, reached, responded, solved)
SELECT *
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS row(
       ticket_no text, round smallint, attempt smallint, made_at timestamptz, reached boolean, responded boolean,
       solved boolean);

-- name: notices
INSERT INTO notices (ticket_no, unit_code, kind, day, noted_at, version)
SELECT *
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS row(
       ticket_no text, unit_code text, kind text, day date, at timestamptz, version int);

-- name: citizen_messages
INSERT INTO citizen_messages (contact_id, ticket_no, channel, name, text, written_at)
SELECT *
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS row(
       contact_id uuid, ticket_no text, channel text, name text, text text, written_at timestamptz);

-- name: events
INSERT INTO ticket_events (ticket_no, month, version, kind, occurred_at, actor_role, actor_name, actor_unit,
                           from_state, to_state, profile_version, data)
SELECT *
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS row(
       ticket_no text, month int, version int, kind text, occurred_at timestamptz, actor_role text, actor_name text,
       actor_unit text, from_state text, to_state text, profile_version text, data jsonb);

-- name: ratings
INSERT INTO ratings (ticket_no, round, unit_code, rating, rated_at, reason)
SELECT *
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS row(
       ticket_no text, round smallint, unit_code text, rating text, rated_at timestamptz, reason text);

-- name: settled_contacts
UPDATE contacts
   SET fate = row.fate, ticket_no = row.ticket_no, settled_at = row.settled_at, language = row.language
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS row(
       contact_id uuid, fate text, ticket_no text, settled_at timestamptz, language text)
 WHERE contacts.contact_id = row.contact_id;

-- name: settled_calls
UPDATE calls
   SET settled_at = row.settled_at, began_at = row.began_at, queued_at = row.queued_at, answered_at = row.answered_at,
       ended_at = row.ended_at, ivr = row.ivr, queue = row.queue, agent = row.agent, side = row.side, result = row.result
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS row(
       call_id text, settled_at timestamptz, began_at timestamptz, queued_at timestamptz, answered_at timestamptz,
       ended_at timestamptz, ivr jsonb, queue text, agent text, side text, result text)
 WHERE calls.call_id = row.call_id;

-- name: call_alarms
UPDATE calls
   SET alarm = row.word, alarm_heard_at = row.heard_at, alerted_at = row.alerted_at
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS row(
       contact_id uuid, word text, heard_at timestamptz, alerted_at timestamptz)
 WHERE calls.contact_id = row.contact_id;

-- name: dead_letters
INSERT INTO dead_letters (reference, cause, detail, body, contact_id, occurred_at)
SELECT reference, cause, detail, decode(body, 'base64'), contact_id, occurred_at
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS row(
       reference text, cause text, detail text, body text, contact_id uuid, occurred_at timestamptz);

-- name: outbox
INSERT INTO outbox (event_id, topic, key, unit_code, ticket_no, envelope, written_at)
SELECT *
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS row(
       event_id uuid, topic text, key text, unit_code text, ticket_no text, envelope text, written_at timestamptz);

-- name: rollups
-- Last in every transaction and in one order, so that two writers of a slot wait but never lock each other out.
INSERT INTO rollups AS rollups (family, labels, slot, value)
SELECT family, labels, %(slot)s, amount
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS row(family text, labels text[], amount bigint)
 ORDER BY family, labels
    ON CONFLICT (family, labels, slot) DO UPDATE SET value = rollups.value + excluded.value;
