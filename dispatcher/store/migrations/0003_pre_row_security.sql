-- Row-level security (decision 11), forced, so that even the owner's queries pass through it.
-- The application sees all rows; as hotline_unit it sees the rows of the unit named in hotline.unit, set per transaction.

GRANT SELECT, INSERT, UPDATE ON contacts, vault, tickets, assignments, deadlines, ratings, outbox, users TO hotline_app;
GRANT SELECT, INSERT ON ticket_keys, ticket_events, dead_letters, access_log TO hotline_app;
GRANT SELECT, INSERT, UPDATE ON ticket_sequences, unit_sequences, known_topics, stream_offsets, rollups TO hotline_app;
GRANT DELETE ON outbox TO hotline_app; -- rows older than every topic's retention
GRANT DELETE ON rollups TO hotline_app; -- reconcile --repair writes them anew
GRANT SELECT ON tickets, assignments, deadlines, ticket_events, ratings, outbox TO hotline_unit;

ALTER TABLE tickets ENABLE ROW LEVEL SECURITY;
ALTER TABLE tickets FORCE ROW LEVEL SECURITY;
CREATE POLICY everything ON tickets TO hotline_app USING (true) WITH CHECK (true);
CREATE POLICY own_unit ON tickets FOR SELECT TO hotline_unit USING (
    EXISTS (SELECT FROM assignments a
             WHERE a.ticket_no = tickets.ticket_no AND a.unit_code = current_setting('hotline.unit', true)));

ALTER TABLE assignments ENABLE ROW LEVEL SECURITY;
ALTER TABLE assignments FORCE ROW LEVEL SECURITY;
CREATE POLICY everything ON assignments TO hotline_app USING (true) WITH CHECK (true);
CREATE POLICY own_unit ON assignments FOR SELECT TO hotline_unit USING (unit_code = current_setting('hotline.unit', true));

ALTER TABLE deadlines ENABLE ROW LEVEL SECURITY;
ALTER TABLE deadlines FORCE ROW LEVEL SECURITY;
CREATE POLICY everything ON deadlines TO hotline_app USING (true) WITH CHECK (true);
CREATE POLICY own_unit ON deadlines FOR SELECT TO hotline_unit USING (unit_code = current_setting('hotline.unit', true));

ALTER TABLE ticket_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE ticket_events FORCE ROW LEVEL SECURITY;
CREATE POLICY everything ON ticket_events TO hotline_app USING (true) WITH CHECK (true);
CREATE POLICY own_unit ON ticket_events FOR SELECT TO hotline_unit USING (
    EXISTS (SELECT FROM assignments a
             WHERE a.ticket_no = ticket_events.ticket_no AND a.unit_code = current_setting('hotline.unit', true)));

ALTER TABLE ratings ENABLE ROW LEVEL SECURITY;
ALTER TABLE ratings FORCE ROW LEVEL SECURITY;
CREATE POLICY everything ON ratings TO hotline_app USING (true) WITH CHECK (true);
CREATE POLICY own_unit ON ratings FOR SELECT TO hotline_unit USING (unit_code = current_setting('hotline.unit', true));

ALTER TABLE outbox ENABLE ROW LEVEL SECURITY;
ALTER TABLE outbox FORCE ROW LEVEL SECURITY;
CREATE POLICY everything ON outbox TO hotline_app USING (true) WITH CHECK (true);
CREATE POLICY own_unit ON outbox FOR SELECT TO hotline_unit USING (unit_code = current_setting('hotline.unit', true));
