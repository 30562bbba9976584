-- Runs the queries and keeps their times.

-- The queries of a series take turns.
CREATE TABLE query (
	id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	series text NOT NULL,
	name text NOT NULL UNIQUE,
	engine text NOT NULL DEFAULT 'PostgreSQL',
	work_mem text NOT NULL DEFAULT '4 MB',
	workers int NOT NULL DEFAULT 0,
	sql text NOT NULL
);

CREATE TABLE timing (
	name text NOT NULL REFERENCES query (name),
	round int NOT NULL,
	ms float8 NOT NULL,			-- without the waiting
	waited float8 NOT NULL,		-- for a processor
	PRIMARY KEY (name, round)
);

INSERT INTO query (series, name, sql) VALUES
('log', 'sum', 'SELECT sum(outcome) FROM events'),
('log', 'ab_ttest', 'SELECT ab_ttest(outcome, variant) FROM events'),
('log', 'group by',
 'SELECT variant, count(*), avg(outcome), var_samp(outcome) FROM events GROUP BY variant'),
('log', 'ab_histogram', 'SELECT ab_histogram(outcome, variant) FROM events'),

('outcome first', 'sum, outcome first', 'SELECT sum(outcome) FROM outcome_first'),
('outcome first', 'ab_ttest, outcome first', 'SELECT ab_ttest(outcome, variant) FROM outcome_first'),
('outcome first', 'group by, outcome first',
 'SELECT variant, count(*), avg(outcome), var_samp(outcome) FROM outcome_first GROUP BY variant'),

('rates', 'sum, rates', 'SELECT sum(outcome) FROM rates'),
('rates', 'ab_ttest, rates', 'SELECT ab_ttest(outcome, variant) FROM rates'),
('rates', 'group by, rates',
 'SELECT variant, count(*), avg(outcome), var_samp(outcome) FROM rates GROUP BY variant'),

('assign', 'users', 'SELECT count(user_id) FROM users'),
('assign', 'ab_assign', $$SELECT count(ab_assign('bench', user_id, 0.2)) FROM users$$),
('assign', 'md5', $$SELECT count(md5('bench:' || user_id)) FROM users$$),
('assign', 'keys', 'SELECT count(key) FROM users'),
('assign', 'md5 of a key', 'SELECT count(md5(key)) FROM users'),
-- once as one writes it, which calls md5() for each of the four words, and once
-- with a subquery that the planner must not pull up
('assign', 'recipe', $$SELECT count(recipe(md5('bench:' || user_id), 0.2)) FROM users$$),
('assign', 'tuned recipe',
 $$SELECT count(recipe(h, 0.2)) FROM (SELECT md5('bench:' || user_id) AS h FROM users OFFSET 0) digest$$),

('plans', 'plans', 'SELECT count(rate) FROM plans'),
('plans', 'ab_sample_size',
 'SELECT count(ab_sample_size(rate, effect, alpha, power, ratio, alternative)) FROM plans'),
('plans', 'ab_power',
 'SELECT count(ab_power(n, rate, effect, alpha, ratio, alternative)) FROM plans'),
('plans', 'ab_mde',
 'SELECT count(ab_mde(n, rate, alpha, power, ratio, alternative, sqrt(rate * (1 - rate)))) FROM plans');

-- The tests of three quantiles as one writes them, each called once for every
-- column, and then called once.  percentile_cont gets the quantiles alone.
INSERT INTO query (series, name, work_mem, sql) VALUES
('quantiles', 'quantiles', '4 MB',
 'SELECT (ab_quantile_test(h, 0.5)).*, (ab_quantile_test(h, 0.95)).*, (ab_quantile_test(h, 0.99)).*
  FROM (SELECT ab_histogram(outcome, variant) AS h FROM events OFFSET 0) q'),
('quantiles', 'quantiles, lateral', '4 MB',
 'SELECT p50.*, p95.*, p99.*
  FROM (SELECT ab_histogram(outcome, variant) AS h FROM events) q,
	   ab_quantile_test(h, 0.5) p50, ab_quantile_test(h, 0.95) p95, ab_quantile_test(h, 0.99) p99'),
('quantiles', 'percentile_cont', '4 MB',
 'SELECT variant, percentile_cont(ARRAY[.5, .95, .99]) WITHIN GROUP (ORDER BY outcome)
  FROM events GROUP BY variant'),
('quantiles', 'percentile_cont, 1 GB', '1 GB',
 'SELECT variant, percentile_cont(ARRAY[.5, .95, .99]) WITHIN GROUP (ORDER BY outcome)
  FROM events GROUP BY variant'),
-- without the sort by variant
('quantiles', 'percentile_cont, FILTER', '1 GB',
 $$SELECT percentile_cont(ARRAY[.5, .95, .99]) WITHIN GROUP (ORDER BY outcome) FILTER (WHERE variant = 'control'),
		  percentile_cont(ARRAY[.5, .95, .99]) WITHIN GROUP (ORDER BY outcome) FILTER (WHERE variant = 'treatment')
   FROM events$$),

('rollup', 'rollup, continuous', '4 MB', 'SELECT ab_rollup(h) FROM daily_continuous'),
('rollup', 'rollup, milliseconds', '4 MB', 'SELECT ab_rollup(h) FROM daily_milliseconds'),
('rollup', 'rollup, ratings', '4 MB', 'SELECT ab_rollup(h) FROM daily_ratings');

-- clickhouse.py runs this series.
INSERT INTO query (series, name, engine, sql) VALUES
('clickhouse', 'quantiles and ranks', 'PostgreSQL',
 'SELECT (ab_quantile_test(h, 0.5)).*, (ab_quantile_test(h, 0.95)).*, (ab_quantile_test(h, 0.99)).*,
		 (ab_mannwhitney(h)).*
  FROM (SELECT ab_histogram(outcome, variant) AS h FROM events OFFSET 0) q'),
('clickhouse', 'mannWhitneyUTest', 'ClickHouse',
 $$SELECT mannWhitneyUTest('two-sided')(outcome, arm) FROM bench.events SETTINGS max_threads = 1$$);

INSERT INTO query (series, name, workers, sql)
SELECT 'parallel', name || suffix, way.workers, sql
FROM query, (VALUES (', alone', 0), (', two processes', 1)) AS way (suffix, workers)
WHERE name IN ('ab_ttest', 'sum', 'quantiles')
ORDER BY query.id, way.workers;

-- What takes away from the worth of a figure, printed below the table.
CREATE TABLE remark (text text NOT NULL);

INSERT INTO remark
SELECT format('the rows about ClickHouse are left out: %s', :'no_clickhouse')
WHERE :'no_clickhouse' <> '';

DO $$
DECLARE
	q query;
	plan jsonb;
	processes int;
BEGIN
	FOR q IN SELECT * FROM query WHERE engine = 'PostgreSQL' ORDER BY id LOOP
		PERFORM set_config('work_mem', q.work_mem, true);
		PERFORM set_config('max_parallel_workers_per_gather', q.workers::text, true);
		EXECUTE 'EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ' || q.sql INTO plan;
		IF (plan -> 0 -> 'Plan' ->> 'Shared Read Blocks')::bigint > 0 THEN
			INSERT INTO remark VALUES (format('"%s" read outside of shared buffers', q.name));
		END IF;
		IF q.work_mem = '1 GB' AND (plan -> 0 -> 'Plan' ->> 'Temp Written Blocks')::bigint > 0 THEN
			INSERT INTO remark VALUES (format('"%s" sorted on disk', q.name));
		END IF;
		processes := 1 + coalesce(jsonb_path_query_first(plan, '$.**."Workers Launched"')::int, 0);
		IF processes <> q.workers + 1 THEN
			INSERT INTO remark VALUES (format('"%s" ran in %s processes', q.name, processes));
		END IF;
	END LOOP;

	IF EXISTS (SELECT FROM users WHERE recipe(md5('bench:' || user_id), 0.2) <> ab_assign('bench', user_id, 0.2)) THEN
		INSERT INTO remark VALUES ('the recipe and ab_assign() disagree');
	END IF;
END
$$;

-- Milliseconds this process has waited for a processor, 0 where Linux does not
-- count them.
CREATE FUNCTION waited() RETURNS float8
LANGUAGE sql VOLATILE
RETURN coalesce(split_part(pg_read_file('/proc/self/schedstat', 0, 100, true), ' ', 2)::float8 / 1e6, 0);

-- Where a series runs in one process, other programs on the machine cost it
-- little: the time it waited for a processor does not count.
CREATE PROCEDURE run_round(series text, round int)
LANGUAGE plpgsql AS $$
DECLARE
	q query;
	started timestamptz;
	waited_before float8;
	ms float8;
	waited float8;
BEGIN
	FOR q IN SELECT * FROM query
			 WHERE query.series = run_round.series AND engine = 'PostgreSQL' ORDER BY id LOOP
		PERFORM set_config('work_mem', q.work_mem, true);
		PERFORM set_config('max_parallel_workers_per_gather', q.workers::text, true);
		waited_before := waited();
		started := clock_timestamp();
		EXECUTE q.sql;
		ms := 1000 * extract(epoch FROM clock_timestamp() - started);
		waited := waited() - waited_before;
		IF round > 0 THEN
			INSERT INTO timing
			VALUES (q.name, round, ms - CASE WHEN series = 'parallel' THEN 0 ELSE waited END, waited);
		END IF;
	END LOOP;
END
$$;

-- Round 0 warms up.
CREATE PROCEDURE run(series text, rounds int)
LANGUAGE plpgsql AS $$
BEGIN
	FOR round IN 0 .. rounds LOOP
		CALL run_round(series, round);
	END LOOP;
END
$$;

CALL run('log', :rounds);
-- the quickest series, and the one that suffers most from other programs
CALL run('parallel', 3 * :rounds);
CALL run('outcome first', :rounds);
CALL run('rates', :rounds);
CALL run('assign', :rounds);
CALL run('plans', :rounds);
CALL run('quantiles', :rounds);
CALL run('rollup', :rounds);

-- The memory a query takes at its peak beyond what its backend had, in octets.
-- Pages of shared memory and of files do not count.
CREATE TABLE memory (
	name text PRIMARY KEY REFERENCES query (name),
	peak float8 NOT NULL
);

CREATE FUNCTION resident(field text) RETURNS float8
LANGUAGE sql VOLATILE
RETURN 1024 * substring(pg_read_file('/proc/self/status', 0, 10000) FROM field || ':\s*(\d+)')::float8;

CREATE PROCEDURE measure_memory(name text, warm_up text)
LANGUAGE plpgsql AS $$
DECLARE
	q query;
	before float8;
BEGIN
	SELECT * INTO STRICT q FROM query WHERE query.name = measure_memory.name;
	PERFORM set_config('work_mem', q.work_mem, true);
	-- loads the library and maps the tables' pages
	EXECUTE warm_up;
	BEGIN
		-- sets the peak to what there is now
		COPY (SELECT 5) TO '/proc/self/clear_refs';
	EXCEPTION WHEN OTHERS THEN
		INSERT INTO remark VALUES ('the rows about memory are left out: ' || sqlerrm);
		RETURN;
	END;
	before := resident('RssAnon');
	EXECUTE q.sql;
	INSERT INTO memory
	VALUES (q.name, resident('VmHWM') - resident('RssFile') - resident('RssShmem') - before);
END
$$;

-- each in a backend of its own
\connect -
CALL measure_memory('quantiles', 'SELECT ab_ttest(outcome, variant) FROM events');
\connect -
CALL measure_memory('percentile_cont', 'SELECT ab_ttest(outcome, variant) FROM events');
\connect -
CALL measure_memory('percentile_cont, 1 GB', 'SELECT ab_ttest(outcome, variant) FROM events');
\connect -
CALL measure_memory('rollup, continuous', 'SELECT sum(octet_length(ab_histogram_send(h))) FROM daily_continuous');
\connect -
CALL measure_memory('rollup, milliseconds', 'SELECT sum(octet_length(ab_histogram_send(h))) FROM daily_milliseconds');
\connect -
CALL measure_memory('rollup, ratings', 'SELECT sum(octet_length(ab_histogram_send(h))) FROM daily_ratings');

-- what clickhouse.py leaves
CREATE TABLE clickhouse (
	version text NOT NULL,
	u float8 NOT NULL,			-- of the treatment
	p_value float8 NOT NULL
);
