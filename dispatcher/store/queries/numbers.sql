-- name: limit_statements
-- For this transaction; a scrape must end before Prometheus gives it up.
SELECT set_config('statement_timeout', %(milliseconds)s, true), set_config('transaction_read_only', 'on', true);

-- name: rollup_sums
-- Every business counter, summed over the slots of its writers.
SELECT family, labels, sum(value)::bigint AS value
  FROM rollups
 GROUP BY family, labels;

-- name: open_tickets
-- Open tickets by who must act now: the lead unit, or the hotline where none has been chosen.
SELECT coalesce(lead_unit, %(hotline)s) AS unit_code, state, count(*) AS tickets
  FROM tickets
 WHERE state NOT IN ('closed', 'declined', 'withdrawn', 'archived')
 GROUP BY 1, 2;

-- name: review_queue
-- Tickets that wait for a person: not those that the machine serves.
SELECT count(*) FROM tickets WHERE state = 'pending' AND NOT self_service;

-- name: overdue_tickets
-- Tickets whose present stage is past its due time: to be dispatched by the hotline, to be replied to by the lead unit. It
-- walks from the open tickets to their deadlines; the other way round it would read every deadline that ever passed. A paused
-- clock stands.
SELECT coalesce(tickets.lead_unit, %(hotline)s) AS unit_code, count(*) AS tickets
  FROM tickets
 CROSS JOIN LATERAL (
       SELECT due, stopped_at, (proof #> '{pauses,-1,end}') IS DISTINCT FROM 'null' AS goes FROM deadlines
        WHERE ticket_no = tickets.ticket_no
          AND CASE tickets.state WHEN 'pending' THEN stage = 'dispatch'
                                 ELSE stage IN ('resolve', 'reopen') AND unit_code = tickets.lead_unit END
        ORDER BY start DESC
        LIMIT 1) AS present
 WHERE tickets.state IN ('pending', 'dispatched', 'signed', 'handling', 'return_requested')
   AND present.stopped_at IS NULL
   AND present.goes
   AND present.due < %(now)s
 GROUP BY 1;

-- name: due_soon
-- Running deadlines of units' work that end before each limit; a later limit includes the earlier ones.
SELECT deadlines.unit_code, limits.position, count(*) AS tickets
  FROM deadlines
  JOIN unnest(%(limits)s::timestamptz[]) WITH ORDINALITY AS limits (until, position) ON deadlines.due <= limits.until
 WHERE deadlines.result IS NULL
   AND deadlines.stopped_at IS NULL
   AND (deadlines.proof #> '{pauses,-1,end}') IS DISTINCT FROM 'null'
   AND deadlines.stage IN ('resolve', 'reopen')
   AND deadlines.due >= %(now)s
 GROUP BY 1, 2;

-- name: deadline_health
-- Deadlines of which a moment has come that the timers have not dealt with, and running ones beyond the loaded calendar.
SELECT (SELECT count(*) FROM deadlines WHERE rings_at < %(now)s) AS unswept,
       (SELECT count(*) FROM deadlines WHERE result IS NULL AND provisional) AS provisional;

-- name: outbox_backlog
SELECT count(*) AS messages, min(written_at) AS oldest
  FROM outbox
 WHERE published_at IS NULL;

-- name: held_messages
-- Unpublished messages of each topic that Kafka refuses.
SELECT held_topics.topic, count(outbox.seq) AS messages
  FROM held_topics LEFT JOIN outbox ON outbox.topic = held_topics.topic AND outbox.published_at IS NULL
 GROUP BY held_topics.topic;

-- name: settled_offsets
-- How far each consumer group has come in each partition that it ever settled.
SELECT group_name, topic, topic_id, partition, next_offset
  FROM stream_offsets;

-- name: loaded_years
-- Years whose days were loaded after the profile was made.
SELECT DISTINCT unnest(years) FROM calendars;
