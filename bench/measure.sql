-- Runs the queries and keeps their times.

\ir queries.sql

\if :quick
DELETE FROM query WHERE series = 'groups' AND work_mem <> '64 MB'
	OR name IN ('recipe', 'tuned recipe', 'ten lateral', 'percentile_cont, FILTER');
\endif

CREATE TABLE timing (
	name text NOT NULL REFERENCES query (name),
	round int NOT NULL,
	ms float8 NOT NULL,			-- of a processor; in the series 'parallel' of the clock
	waited float8 NOT NULL,		-- for a processor
	PRIMARY KEY (name, round)
);

-- What takes away from the worth of a figure, printed below the table.
CREATE TABLE remark (text text NOT NULL);

INSERT INTO remark
SELECT format('the rows about ClickHouse are left out: %s', :'no_clickhouse')
WHERE :'no_clickhouse' <> '';

-- Each query once, which warms up: are its pages and its processes where they should be?
DO $$
DECLARE
	q query;
	plan jsonb;
	processes int;
BEGIN
	FOR q IN SELECT * FROM query WHERE engine = 'PostgreSQL' ORDER BY id LOOP
		PERFORM set_config('work_mem', q.work_mem, true);
		PERFORM set_config('max_parallel_workers_per_gather', q.workers::text, true);
		EXECUTE 'EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) ' || q.sql INTO plan;
		IF (plan -> 0 -> 'Plan' ->> 'Shared Read Blocks')::bigint > 0 THEN
			INSERT INTO remark VALUES (format('"%s" read outside of shared buffers', q.name));
		END IF;
		IF q.series = 'quantiles' AND q.work_mem = '1 GB' AND (plan -> 0 -> 'Plan' ->> 'Temp Written Blocks')::bigint > 0 THEN
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

-- Milliseconds that this process has had a processor, and has waited for one.
CREATE TYPE usage AS (had float8, waited float8);

-- The kernel keeps the books when a process gives up its processor, and a few
-- hundred times a second, which would not do for short queries: so sleep first.
-- Where there are no such books it is the clock.
CREATE FUNCTION usage() RETURNS usage
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	books text[];
BEGIN
	PERFORM pg_sleep(0.001);
	books := string_to_array(pg_read_file('/proc/self/schedstat', 0, 100, true), ' ');
	IF books IS NULL THEN
		RETURN (1000 * extract(epoch FROM clock_timestamp()), 0);
	END IF;
	RETURN (books[1]::float8 / 1e6, books[2]::float8 / 1e6);
END
$$;

-- Where a series runs in one process, other programs on the machine cost it
-- little: what counts is the time it had a processor.
CREATE PROCEDURE run_round(series text, round int)
LANGUAGE plpgsql AS $$
DECLARE
	q query;
	started timestamptz;
	before usage;
	after usage;
	ms float8;
BEGIN
	FOR q IN SELECT * FROM query
			 WHERE query.series = run_round.series AND engine = 'PostgreSQL' ORDER BY id LOOP
		PERFORM set_config('work_mem', q.work_mem, true);
		PERFORM set_config('max_parallel_workers_per_gather', q.workers::text, true);
		before := usage();
		started := clock_timestamp();
		FOR i IN 1 .. q.calls LOOP
			EXECUTE q.sql;
		END LOOP;
		ms := 1000 * extract(epoch FROM clock_timestamp() - started);
		after := usage();
		INSERT INTO timing
		VALUES (q.name, round, CASE WHEN series = 'parallel' THEN ms ELSE (after).had - (before).had END / q.calls,
				((after).waited - (before).waited) / q.calls);
	END LOOP;
END
$$;

CREATE PROCEDURE run(series text, rounds int)
LANGUAGE plpgsql AS $$
BEGIN
	FOR round IN 1 .. rounds LOOP
		CALL run_round(series, round);
	END LOOP;
END
$$;

CALL run('log', :rounds);
-- the only one that suffers from other programs
CALL run('parallel', 3 * :rounds);
CALL run('outcome first', :rounds);
CALL run('rates', :rounds);
CALL run('types', :rounds);
CALL run('ten metrics', 3 * :rounds);
CALL run('units', :rounds);
CALL run('states', :rounds);
CALL run('groups', (:rounds + 2) / 3);
CALL run('arms', :rounds);
CALL run('new arms', :rounds);
CALL run('assign', :rounds);
CALL run('plans', :rounds);
CALL run('quantiles', (:rounds + 1) / 2);
CALL run('roll-up', :rounds);
CALL run('text', :rounds);
CALL run('p-values', :rounds);

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
\connect -
CALL measure_memory('large text', 'SELECT ab_ttest(outcome, variant) FROM events');
\connect -
CALL measure_memory('large histogram', 'SELECT ab_ttest(outcome, variant) FROM events');

-- what clickhouse.py leaves
CREATE TABLE clickhouse (
	version text NOT NULL,
	u float8 NOT NULL,			-- of the treatment
	p_value float8 NOT NULL
);
