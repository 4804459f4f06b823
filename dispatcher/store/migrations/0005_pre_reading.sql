-- Indexes for the supervisor's page: emergencies, and closed tickets that wait for a rating. New indexes only.
-- Lock: SHARE on tickets and assignments while they are built; at the first release both tables are empty.
CREATE INDEX tickets_emergencies ON tickets (registered_at) WHERE urgency = '3';
CREATE INDEX assignments_ended ON assignments (ended_at) WHERE role = 'lead' AND ended_at IS NOT NULL;
