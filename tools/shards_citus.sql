-- Part of citus_test.sh: the rows of shards.sql once more, in a distributed
-- table.  An aggregate for which Citus would pull the rows is an error here.

SET citus.shard_count = 8;
SET citus.coordinator_aggregation_strategy = 'disabled';

CREATE TABLE event (LIKE whole);
SELECT create_distributed_table('event', 'user_id');
INSERT INTO event SELECT * FROM whole;

-- Every aggregate as a partial aggregate in the shards, also behind a condition
-- on what ab_assign says; and as a whole where a group lies in one shard.
DO $$
DECLARE
	c call;
	partial text;
BEGIN
	FOR c IN SELECT * FROM call ORDER BY aggregate LOOP
		partial := format('worker_partial_agg[(]''%s[(]', replace(split_part(c.call, '(', 1), '.', '[.]'));
		CALL compare(c.aggregate, c.type, format('SELECT %s FROM event', c.call), format('SELECT %s FROM whole', c.call),
					 'Task Count: 8.*' || partial);
		CALL compare(c.aggregate || ' of those whom ab_assign assigned', c.type,
					 format($sql$SELECT %s FROM event WHERE ab_assign('citus', user_id, 0.6) = 'treatment'$sql$, c.call),
					 format($sql$SELECT %s FROM whole WHERE ab_assign('citus', user_id, 0.6) = 'treatment'$sql$, c.call),
					 partial || '[^\n]* WHERE [^\n]*ab_assign[(]');
		CALL compare(c.aggregate || ' per user', c.type,
					 format('SELECT %s FROM event WHERE user_id = 7 GROUP BY user_id', c.call),
					 format('SELECT %s FROM whole WHERE user_id = 7 GROUP BY user_id', c.call),
					 'Task Count: 1\n.*Query: SELECT ' || split_part(c.call, '(', 1));
	END LOOP;
END
$$;

-- What docs/howto/more-than-one-machine.md says.
DO $$
BEGIN
	CALL compare('groups', 'ab_histogram',
				 'SELECT ab_rollup(h) FROM (SELECT country, ab_histogram(outcome, variant) AS h FROM event GROUP BY country OFFSET 0) q',
				 'SELECT ab_histogram(outcome, variant) FROM whole', 'Distributed Subplan');
	CALL compare('a row per user first', 'ab_comparison',
				 'SELECT ab_ttest(y, variant) FROM (SELECT user_id, variant, sum(outcome) AS y FROM event GROUP BY user_id, variant) q',
				 'SELECT ab_ttest(y, variant) FROM (SELECT user_id, variant, sum(outcome) AS y FROM whole GROUP BY user_id, variant) q',
				 'Task Count: 8.*worker_partial_agg[^\n]*GROUP BY');
	CALL compare('run_command_on_shards, summaries', 'ab_summary',
				 'SELECT ab_rollup(result::ab_summary)
				  FROM run_command_on_shards(''event'', ''SELECT ab_summary(outcome, variant) FROM %s'') WHERE success',
				 'SELECT ab_summary(outcome, variant) FROM whole', 'run_command_on_shards');
	CALL compare('run_command_on_shards, histograms', 'ab_histogram',
				 'SELECT ab_rollup(result::ab_histogram)
				  FROM run_command_on_shards(''event'', ''SELECT ab_histogram(outcome, variant) FROM %s'') WHERE success',
				 'SELECT ab_histogram(outcome, variant) FROM whole', 'run_command_on_shards');
	CALL verdict('DISTINCT is not distributed', answer('SELECT ab_ttest(DISTINCT outcome, variant) FROM event') ~ '^ERROR.*distinct');
	CALL verdict('nor are GROUPING SETS',
				 answer('SELECT ab_ttest(outcome, variant) FROM event GROUP BY GROUPING SETS ((country), ())') ~ '^ERROR.*GROUPING SETS');
	CALL verdict('nor is what stands beside percentile_cont',
				 answer('SELECT row(ab_ttest(outcome, variant), percentile_cont(0.5) WITHIN GROUP (ORDER BY outcome)) FROM event')
				 ~ '^ERROR.*unsupported aggregate function percentile_cont');
	CALL verdict('windows that cut across shards pull the rows',
				 plan('SELECT ab_ttest(outcome, variant) OVER (PARTITION BY country) FROM event') ~ '^WindowAgg.*Task Count: 8');
	CALL verdict('windows by user do not',
				 plan('SELECT ab_ttest(outcome, variant) OVER (PARTITION BY user_id) FROM event') ~ '^Custom Scan.*WindowAgg');
END
$$;

-- states in a distributed table
CREATE TABLE state (country int, s ab_summary, h ab_histogram);
SELECT create_distributed_table('state', 'country');
INSERT INTO state SELECT country, ab_summary(outcome, variant), ab_histogram(outcome, variant) FROM event GROUP BY country;
DO $$
BEGIN
	CALL compare('stored summaries', 'ab_summary', 'SELECT ab_rollup(s) FROM state', 'SELECT ab_summary(outcome, variant) FROM whole',
				 'worker_partial_agg');
	CALL compare('stored histograms', 'ab_histogram', 'SELECT ab_rollup(h) FROM state', 'SELECT ab_histogram(outcome, variant) FROM whole',
				 'worker_partial_agg');
END
$$;
