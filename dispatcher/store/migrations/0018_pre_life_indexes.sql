-- Indexes on what 0011 added. Lock: SHARE on tickets, deadlines and contacts while they are built: reading goes on, writing waits.

CREATE INDEX tickets_not_ended_of_caller ON tickets (caller_ref, ticket_no)
 WHERE state NOT IN ('closed', 'declined', 'withdrawn', 'archived');
CREATE INDEX deadlines_ringing ON deadlines (rings_at) WHERE rings_at IS NOT NULL;
CREATE INDEX contacts_of_caller ON contacts (caller_ref, accepted_at);
