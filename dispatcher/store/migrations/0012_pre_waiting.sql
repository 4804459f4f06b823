-- What the desks list of the life of a ticket: decisions that wait, cards of a day, supervised tickets.
-- New indexes on few rows each. Lock: SHARE on tickets and notices while they are built.

CREATE INDEX tickets_waiting ON tickets (state, state_since)
 WHERE state IN ('return_requested', 'replied', 'awaiting_call_back', 'called_back');
CREATE INDEX tickets_asking_for_time ON tickets (state_since) WHERE extension_asked IS NOT NULL;
CREATE INDEX tickets_supervised ON tickets (supervision DESC, ticket_no)
 WHERE supervision > 0 AND state NOT IN ('closed', 'declined', 'withdrawn', 'archived');
CREATE INDEX notices_of_day ON notices (day, kind);
