-- Runs the queries and keeps their times.

SET jit = off;
SET max_parallel_workers_per_gather = 0;

-- The queries of a series take turns.
CREATE TABLE query (
	id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	series text NOT NULL,
	name text NOT NULL UNIQUE,
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

INSERT INTO query (series, name, workers, sql)
SELECT 'parallel', name || suffix, way.workers, sql
FROM query, (VALUES (', alone', 0), (', two processes', 1)) AS way (suffix, workers)
WHERE name IN ('ab_ttest', 'sum')
ORDER BY query.id, way.workers;

-- What takes away from the worth of a figure, printed below the table.
CREATE TABLE remark (text text NOT NULL);

DO $$
DECLARE
	q query;
	plan jsonb;
	processes int;
BEGIN
	FOR q IN SELECT * FROM query ORDER BY id LOOP
		PERFORM set_config('max_parallel_workers_per_gather', q.workers::text, true);
		EXECUTE 'EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ' || q.sql INTO plan;
		IF (plan -> 0 -> 'Plan' ->> 'Shared Read Blocks')::bigint > 0 THEN
			INSERT INTO remark VALUES (format('"%s" read outside of shared buffers', q.name));
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

-- Round 0 warms up.  Where a series runs in one process, other programs on the
-- machine cost it little: the time it waited for a processor does not count.
CREATE PROCEDURE run(series text, rounds int)
LANGUAGE plpgsql AS $$
DECLARE
	q query;
	started timestamptz;
	waited_before float8;
	ms float8;
	waited float8;
BEGIN
	FOR round IN 0 .. rounds LOOP
		FOR q IN SELECT * FROM query WHERE query.series = run.series ORDER BY id LOOP
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

INSERT INTO remark
SELECT format('the queries about two processes waited %s %% of their time for a processor: '
			  'the machine was busy', round(100 * sum(waited) / sum(ms)))
FROM timing JOIN query USING (name)
WHERE series = 'parallel'
HAVING sum(waited) > 0.02 * sum(ms);

INSERT INTO remark
SELECT format('the others waited %s %%, which their times leave out',
			  round(100 * sum(waited) / sum(ms + waited)))
FROM timing JOIN query USING (name)
WHERE series <> 'parallel'
HAVING sum(waited) > 0.02 * sum(ms + waited);
