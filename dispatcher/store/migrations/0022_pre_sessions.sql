-- A user's sessions end at once when the password changes; the access log also keeps who logged in and who changed a user, and
-- is read by time.
-- Old code keeps working: it never names the column. Lock: brief, no table rewrite; writers of the access log wait while its
-- index is built.

ALTER TABLE users ADD COLUMN session_generation integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN users.session_generation IS 'Raised to end all sessions of the user; a session holds the one it began with.';

CREATE INDEX access_log_occurred ON access_log (occurred_at, id);
COMMENT ON TABLE access_log IS 'Who looked at whose data, who logged in, who changed which user, and why. Append-only.';
