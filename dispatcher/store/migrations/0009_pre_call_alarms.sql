-- That a running call was warned of as an emergency, once: the word that alarmed, when it was told, and when the alert was raised.
-- New columns without a default. Old code keeps working: it never names them. Lock: brief, no table rewrite.
ALTER TABLE calls
    ADD COLUMN alarm          text,
    ADD COLUMN alarm_heard_at timestamptz,
    ADD COLUMN alerted_at     timestamptz;
COMMENT ON COLUMN calls.alarm IS 'The word or pair of words; NULL where the whole of what was said alarmed.';
