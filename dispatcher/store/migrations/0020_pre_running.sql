-- What supervisors watch while it runs: consultations that nobody has decided, hotspots that nobody has answered.
-- New indexes on few rows each. Lock: SHARE on consultations and incidents while they are built.

CREATE INDEX consultations_running ON consultations (opened_at, ticket_no) WHERE decided_at IS NULL;
CREATE INDEX incidents_hot ON incidents (hotspot_at DESC, incident) WHERE hotspot_at IS NOT NULL AND answered_at IS NULL;
