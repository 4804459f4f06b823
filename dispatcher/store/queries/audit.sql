-- name: contacts_by_fate
SELECT fate, count(*) FROM contacts WHERE contact_id = ANY(%(contact_ids)s) GROUP BY fate;

-- name: unsettled
-- How many contacts of anybody wait for their fate, and how many announcements for the relay; asked often, so by index.
SELECT (SELECT count(*) FROM contacts WHERE fate IS NULL) AS contacts,
       (SELECT count(*) FROM outbox WHERE published_at IS NULL) AS announcements;

-- name: tickets_by_fate
SELECT CASE WHEN state = 'declined' THEN 'declined'
            WHEN lead_unit IS NOT NULL THEN 'dispatched'
            WHEN state = 'pending' THEN 'pending'
            ELSE 'direct' END AS fate,
       count(*)
  FROM tickets
 WHERE contact_id = ANY(%(contact_ids)s)
 GROUP BY 1;

-- name: pending_tickets
SELECT ticket_no, version, category_code, district_code
  FROM tickets
 WHERE contact_id = ANY(%(contact_ids)s) AND state = 'pending'
 ORDER BY registered_at, ticket_no;

-- name: dispatches
-- Every unit that was given one of these contacts' tickets, with when the door accepted the contact.
SELECT a.ticket_no, a.unit_code, a.role, a.mode, c.accepted_at
  FROM contacts c
  JOIN tickets t ON t.contact_id = c.contact_id
  JOIN assignments a ON a.ticket_no = t.ticket_no
 WHERE c.contact_id = ANY(%(contact_ids)s);

-- name: foreign_contacts
SELECT count(*) FROM contacts WHERE contact_id <> ALL(%(contact_ids)s);

-- name: unknown_contacts
SELECT given.contact_id
  FROM unnest(%(contact_ids)s::uuid[]) AS given(contact_id)
  LEFT JOIN contacts USING (contact_id)
 WHERE contacts.contact_id IS NULL;
