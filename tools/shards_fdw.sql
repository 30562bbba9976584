-- Part of shards_test.sh: the rows of shards.sql once more, as partitions that
-- are tables of other databases, each seen through postgres_fdw.

SET client_min_messages = warning;
CREATE EXTENSION postgres_fdw;

CREATE TABLE event (LIKE whole, shard bigint NOT NULL) PARTITION BY LIST (shard);
CREATE TABLE state (country int, s ab_summary, h ab_histogram, shard bigint NOT NULL) PARTITION BY LIST (shard);

SELECT format(command, shard, :'host', :'port', :'user')
FROM generate_series(0, 1) shard,
	 unnest(ARRAY[
		'CREATE SERVER shard%1$s FOREIGN DATA WRAPPER postgres_fdw
		 OPTIONS (host %2$L, port %3$L, dbname ''shard%1$s'', extensions ''ab_test'')',
		'CREATE USER MAPPING FOR CURRENT_USER SERVER shard%1$s OPTIONS (user %4$L)',
		'CREATE FOREIGN TABLE event_%1$s PARTITION OF event FOR VALUES IN (%1$s) SERVER shard%1$s OPTIONS (table_name ''event'')',
		'CREATE FOREIGN TABLE state_%1$s PARTITION OF state FOR VALUES IN (%1$s) SERVER shard%1$s OPTIONS (table_name ''state'')',
		'CREATE FOREIGN TABLE assigned_%1$s (user_id bigint, outcome float8, assigned text, bucket bigint)
		 SERVER shard%1$s OPTIONS (table_name ''assigned'')']) command
ORDER BY shard
\gexec

ALTER TABLE whole ADD shard bigint;
UPDATE whole SET shard = user_id % 2;

-- every aggregate has a call
INSERT INTO verdict (name, passed, got)
SELECT 'shards.sql knows how to call ' || aggregate, call IS NOT NULL, call FROM call ORDER BY aggregate;

-- every aggregate runs as a whole on the server of a foreign table
DO $$
DECLARE
	c call;
BEGIN
	FOR c IN SELECT * FROM call ORDER BY aggregate LOOP
		CALL compare('one foreign table: ' || c.aggregate, c.type, format('SELECT %s FROM event_0', c.call),
					 format('SELECT %s FROM whole WHERE shard = 0', c.call),
					 'Relations: Aggregate on .*Remote SQL: SELECT ' || split_part(c.call, '(', 1));
	END LOOP;
END
$$;

-- and each state partition by partition, merged above
SET enable_partitionwise_aggregate = on;
DO $$
DECLARE
	c call;
BEGIN
	FOR c IN SELECT * FROM call WHERE is_state ORDER BY aggregate LOOP
		CALL compare('partitions: ab_rollup of ' || c.aggregate, c.type,
					 format('SELECT ab_rollup(state) FROM (SELECT shard, %s AS state FROM event GROUP BY shard) q', c.call),
					 format('SELECT %s FROM whole', c.call),
					 'Append.*Remote SQL: SELECT [^\n]*' || split_part(c.call, '(', 1) || '[^\n]* GROUP BY 1.*Remote SQL: SELECT [^\n]*'
					 || split_part(c.call, '(', 1));
	END LOOP;
END
$$;

-- the others pull the rows, and are right
DO $$
DECLARE
	c call;
BEGIN
	FOR c IN SELECT * FROM call ORDER BY aggregate LOOP
		CALL compare('partitions: ' || c.aggregate, c.type, format('SELECT %s FROM event', c.call),
					 format('SELECT %s FROM whole', c.call), 'Remote SQL: SELECT [^\n]* FROM public.event');
	END LOOP;
END
$$;

-- what docs/howto/more-than-one-machine.md says of conditions and users
DO $$
BEGIN
	CALL compare('ab_assign of a text is shipped', 'bigint', $sql$SELECT count(*) FROM event_0 WHERE ab_assign('fdw', variant, 0.2) = 'control'$sql$,
				 $sql$SELECT count(*) FROM whole WHERE shard = 0 AND ab_assign('fdw', variant, 0.2) = 'control'$sql$,
				 'Remote SQL: SELECT count.*ab_assign');
	CALL compare('ab_assign of a number is not', 'bigint', $sql$SELECT count(*) FROM event_0 WHERE ab_assign('fdw', user_id, 0.2) = 'control'$sql$,
				 $sql$SELECT count(*) FROM whole WHERE shard = 0 AND ab_assign('fdw', user_id, 0.2) = 'control'$sql$,
				 'Filter: [(]ab_assign.*Remote SQL: SELECT user_id FROM');
	CALL compare('by a remote view it is', 'ab_comparison', $sql$SELECT ab_ttest(outcome, assigned) FROM assigned_0 WHERE bucket < 5000$sql$,
				 $sql$SELECT ab_ttest(outcome, ab_assign('fdw', user_id, 0.2)) FROM whole WHERE shard = 0 AND ab_bucket('fdw', user_id) < 5000$sql$,
				 'Remote SQL: SELECT public.ab_ttest.*bucket');
	CALL compare('sums per user are shipped, the aggregate above is not', 'ab_comparison',
				 'SELECT ab_ttest(y, variant) FROM (SELECT user_id, variant, sum(outcome) AS y FROM event_0 GROUP BY user_id, variant) q',
				 'SELECT ab_ttest(y, variant) FROM (SELECT user_id, variant, sum(outcome) AS y FROM whole WHERE shard = 0 GROUP BY user_id, variant) q',
				 'Output: ab_ttest.*Remote SQL: SELECT user_id, variant, sum');
	CALL compare('summaries of several outcomes, merged one by one', 'ab_summary',
				 'SELECT ab_rollup((s).summary_2) FROM (SELECT shard, ab_summaries(outcome, earlier, variant) AS s FROM event GROUP BY shard) q',
				 'SELECT ab_summary(earlier, variant) FROM whole', 'Append.*Remote SQL: SELECT [^\n]*ab_summaries.*Remote SQL: SELECT [^\n]*ab_summaries');
	CALL compare('a remote view of summaries', 'ab_summary', 'SELECT ab_rollup(s) FROM state',
				 'SELECT ab_summary(outcome, variant) FROM whole', 'Remote SQL: SELECT s FROM public.state');
	CALL compare('a remote view of histograms', 'ab_histogram', 'SELECT ab_rollup(h) FROM state WHERE country = 1',
				 'SELECT ab_histogram(outcome, variant) FROM whole WHERE country = 1', 'Remote SQL: SELECT h FROM public.state WHERE');
	CALL compare('one that is read where it is collected', 'ab_comparison',
				 'SELECT t FROM (SELECT ab_rollup(s) AS s FROM (SELECT shard, ab_summary(outcome, variant) AS s FROM event GROUP BY shard) q) r, ab_ttest(s) t',
				 'SELECT ab_ttest(outcome, variant) FROM whole', 'Append.*Remote SQL: SELECT [^\n]*ab_summary');
END
$$;
