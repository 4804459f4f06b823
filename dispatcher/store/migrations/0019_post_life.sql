-- Fills what 0011 added in the rows that release 0.1.0 wrote, until its last process ended: proof is empty in those alone.
-- Row locks; a command on such a ticket waits meanwhile.

-- What 0.1.0 finished, it finished with the moments that stand in the assignments.
UPDATE deadlines
   SET done_at = CASE stage WHEN 'sign' THEN assignments.signed_at ELSE assignments.replied_at END,
       stopped_at = CASE stage WHEN 'sign' THEN assignments.signed_at ELSE assignments.replied_at END
  FROM assignments
 WHERE assignments.ticket_no = deadlines.ticket_no AND assignments.unit_code = deadlines.unit_code
   AND assignments.role = 'lead' AND deadlines.stage IN ('sign', 'resolve')
   AND deadlines.proof = '{}' AND deadlines.done_at IS NULL AND deadlines.stopped_at IS NULL;
UPDATE deadlines SET rings_at = due
 WHERE proof = '{}' AND result IS NULL AND done_at IS NULL AND stopped_at IS NULL AND rings_at IS NULL;
UPDATE tickets SET first_closed_at = state_since WHERE state = 'closed' AND first_closed_at IS NULL;
