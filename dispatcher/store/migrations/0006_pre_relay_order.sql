-- The relay takes numbered rows first, in the order of their numbers; this index serves that order.
-- Lock: SHARE on outbox while it is built, short because it holds unpublished rows alone.
CREATE INDEX outbox_next ON outbox (unit_seq, seq) WHERE published_at IS NULL;
