-- Monthly partitions, made ahead by ``hotline migrate``; what no partition covers falls into the default one, and is safe.
CREATE FUNCTION make_month_partition(yyyymm int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    following int := CASE WHEN yyyymm % 100 = 12 THEN yyyymm + 89 ELSE yyyymm + 1 END;
BEGIN
    EXECUTE format('CREATE TABLE IF NOT EXISTS tickets_%s PARTITION OF tickets FOR VALUES FROM (%s) TO (%s)',
                   yyyymm, yyyymm, following);
    EXECUTE format('CREATE TABLE IF NOT EXISTS ticket_events_%s PARTITION OF ticket_events FOR VALUES FROM (%s) TO (%s)',
                   yyyymm, yyyymm, following);
END
$$;
COMMENT ON FUNCTION make_month_partition IS 'Makes the partitions of one month (202611) for tickets and their events.';
REVOKE EXECUTE ON FUNCTION make_month_partition FROM PUBLIC;
