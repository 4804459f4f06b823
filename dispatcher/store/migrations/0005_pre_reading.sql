-- Indexes for people's pages: a unit's open work, emergencies, and closed tickets that wait for a rating.
-- New indexes only. Lock: SHARE on tickets and assignments while they are built; at the first release both are empty.
CREATE INDEX assignments_open_of_unit ON assignments (unit_code, ticket_no) WHERE ended_at IS NULL;
CREATE INDEX assignments_ended ON assignments (ended_at) WHERE role = 'lead' AND ended_at IS NOT NULL;
CREATE INDEX tickets_emergencies ON tickets (registered_at) WHERE urgency = '3';
