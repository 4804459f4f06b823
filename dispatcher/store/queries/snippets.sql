-- Lists of columns that several queries share: ``{ticket}`` in a query stands for them.

-- name: ticket
t.ticket_no, t.contact_id, t.version, t.state, t.state_since, t.channel, t.request_type, t.category_code, t.urgency, t.text,
t.caller_ref, t.salutation, t.district_code, t.address, t.subject, t.lead_unit, t.top, t.review_reasons, t.machine_category,
t.machine_type, t.alarm, t.nudges, t.received_at, t.registered_at, t.profile_version, t.matrix_version, t.model_version,
t.anonymous, t.confidential, t.round, t.accepted_returns, t.supervision, t.self_service, t.parent_no, t.item, t.linked,
t.plate, t.plate_kind, t.amount, t.extension_asked, t.first_closed_at

-- name: short_ticket
t.ticket_no, t.contact_id, t.version, t.state, t.state_since, t.channel, t.request_type, t.category_code, t.urgency,
left(t.text, %(short)s) AS text, t.caller_ref, t.salutation, t.district_code, t.address, t.subject, t.lead_unit, t.top,
t.review_reasons, t.machine_category, t.machine_type, t.alarm, t.nudges, t.received_at, t.registered_at,
t.profile_version, t.matrix_version, t.model_version, t.anonymous, t.confidential, t.round, t.accepted_returns,
t.supervision, t.self_service, t.parent_no, t.item, t.linked, t.plate, t.plate_kind, t.amount, t.extension_asked,
t.first_closed_at

-- name: deadline
d.ticket_no, d.number, d.stage, d.unit_code, d.clock, d.start, d.due, d.provisional, d.days, d.calendar_version,
d.profile_version, d.result, d.settled_at, d.stopped_at, d.done_at, d.rings_at, d.proof

-- name: hold
h.unit_code, h.role, h.mode, h.dispatched_at, h.signed_at, h.replied_at, h.ended_at, h.matrix_version, h.basis,
h.contacted_at, h.returned_at, h.return_result, h.overridden

-- name: incident
i.incident, i.category_code AS incident_category, i.district_code AS incident_district, i.lead_ticket, i.opened_at, i.tickets,
i.hotspot_at, i.answered_at
