-- On whose behalf the citizen speaks, so that a person's dispatch asks the matrix what the engine asked it.
-- New column without a default. Old code keeps working: it never names it. Lock: brief, no table rewrite.
ALTER TABLE tickets ADD COLUMN subject text;
COMMENT ON COLUMN tickets.subject IS 'citizen or enterprise; NULL in tickets that were registered before this was kept.';
