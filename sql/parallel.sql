\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
-- Parallel and partitionwise plans give the serial answer.  The plan asked
-- about is that of the very query compared.
CREATE FUNCTION plan_has(query text, node text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
		IF line LIKE '%' || node || '%' THEN
			RETURN true;
		END IF;
	END LOOP;
	RETURN false;
END $$;

CREATE TABLE log (id int, variant text, outcome float8, covariate float8) PARTITION BY HASH (id);
CREATE TABLE log_0 PARTITION OF log FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE log_1 PARTITION OF log FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TABLE log_2 PARTITION OF log FOR VALUES WITH (MODULUS 3, REMAINDER 2);
INSERT INTO log SELECT g, CASE WHEN g % 5 = 0 THEN 'treatment' ELSE 'control' END, 1e8 + sin(g), cos(g)
FROM generate_series(1, 30000) g;
CREATE TABLE plain AS TABLE log;
ANALYZE log;
ANALYZE plain;

\set one 'SELECT * FROM (SELECT (ab_ttest(outcome, variant)).* FROM plain) t'
\set bool 'SELECT * FROM (SELECT (ab_ttest(outcome > 1e8, variant, ''control'')).* FROM plain) t'
\set two 'SELECT a.* FROM (SELECT ab_summary(outcome, covariate, variant) AS s FROM plain) t, ab_arms(s) a'
\set parts 'SELECT * FROM (SELECT (ab_ttest(outcome, variant)).* FROM log) t'
\set state_of_four 'SELECT ab_summary(outcome, covariate, outcome, covariate, variant) AS s FROM plain'
\set four 'SELECT a.* FROM (' :state_of_four ') t, ab_arms(s) a'
\set pairs 'SELECT * FROM (SELECT (ab_paired_ttest(outcome, covariate)).* FROM plain) t'

SET max_parallel_workers_per_gather = 0;
CREATE TABLE serial_pairs AS :pairs;
CREATE TABLE serial_one AS :one;
CREATE TABLE serial_bool AS :bool;
CREATE TABLE serial_two AS :two;
CREATE TABLE serial_four AS :four;

SET max_parallel_workers_per_gather = 4;
SET min_parallel_table_scan_size = 0;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET parallel_leader_participation = off;
SELECT plan_has(:'one', 'Partial Aggregate') AS one, plan_has(:'bool', 'Partial Aggregate') AS bool,
	   plan_has(:'two', 'Partial Aggregate') AS two, plan_has(:'four', 'Partial Aggregate') AS four,
	   plan_has(:'pairs', 'Partial Aggregate') AS pairs;
SELECT p.control_n = s.control_n AS nc, p.treatment_n = s.treatment_n AS nt,
	   close(p.statistic, s.statistic) AS statistic, close(p.p_value, s.p_value) AS p,
	   close(p.lift_low_pct, s.lift_low_pct) AS lift_low FROM (:one) p, serial_one s;
SELECT p.control_n = s.control_n AS nc, close(p.statistic, s.statistic) AS statistic FROM (:bool) p, serial_bool s;
SELECT variant, p.n = s.n AS n, close(p.mean, s.mean, 1e-14) AS mean, close(p.stddev, s.stddev) AS stddev,
	   close((p.covariances #>> '{0,1}')::float8, (s.covariances #>> '{0,1}')::float8, 1e-9) AS covariance
FROM (:two) p JOIN serial_two s USING (variant);
SELECT p.control_n = s.control_n AS n, close(p.statistic, s.statistic) AS statistic FROM (:pairs) p, serial_pairs s;
SELECT variant, p.n = s.n AS n, close(p.stddev, s.stddev) AS stddev FROM (:four) p JOIN serial_four s USING (variant);

SET enable_partitionwise_aggregate = on;
SELECT plan_has(:'parts', 'Append') AS append, plan_has(:'parts', 'Partial Aggregate') AS partial;
SELECT close(p.statistic, s.statistic) AS same FROM (:parts) p, serial_one s;

-- workers that see no row, or none that counts, or only one arm
CREATE TABLE sparse (x float8, v text) WITH (parallel_workers = 4);
INSERT INTO sparse SELECT NULL, 'control' FROM generate_series(1, 5000);
INSERT INTO sparse VALUES (1, 'control'), (2, 'control'), (4, 'treatment'), (7, 'treatment');
ANALYZE sparse;
\set sparse 'SELECT * FROM (SELECT (ab_ttest(x, v)).* FROM sparse) t'
CREATE TABLE hollow WITH (parallel_workers = 4) AS SELECT x, v FROM sparse WHERE x IS NULL;
ANALYZE hollow;
\set none 'SELECT * FROM (SELECT (ab_ttest(x, v)).* FROM hollow) t'
SELECT plan_has(:'sparse', 'Partial Aggregate') AS sparse, plan_has(:'none', 'Partial Aggregate') AS none;
SELECT control_n, treatment_n, diff FROM (:sparse) t;
SELECT control_n, treatment_n, diff, note FROM (:none) t;
SELECT variant, n, missing, unassigned FROM ab_arms((SELECT ab_summary(x, v) FROM hollow));
-- rolling up in workers
CREATE TABLE daily WITH (parallel_workers = 4) AS
SELECT id % 1000 AS day, ab_summary(outcome, variant) AS s FROM plain GROUP BY 1;
ANALYZE daily;
\set rollup 'SELECT t.* FROM (SELECT ab_rollup(s) AS s FROM daily) r, ab_ttest(s) t'
SELECT plan_has(:'rollup', 'Partial Aggregate') AS rollup;
SELECT close(p.statistic, s.statistic) AS same FROM (:rollup) p, serial_one s;

-- histograms: the same bytes, in workers, partition by partition and rolled up
CREATE TABLE daily_histogram WITH (parallel_workers = 4) AS
SELECT id % 1000 AS day, ab_histogram(covariate, variant) AS h FROM plain GROUP BY 1;
ANALYZE daily_histogram;
\set histogram 'SELECT ab_histogram_send(ab_histogram(covariate, variant)) AS h FROM plain'
\set histogram_parts 'SELECT ab_histogram_send(ab_histogram(covariate, variant)) AS h FROM log'
\set histogram_rollup 'SELECT ab_histogram_send(ab_rollup(h)) AS h FROM daily_histogram'
\set histogram_pairs 'SELECT ab_histogram_send(ab_paired_histogram(outcome, covariate)) AS h FROM plain'
\set histogram_none 'SELECT ab_histogram(x, v) AS h FROM hollow'
SET max_parallel_workers_per_gather = 0;
CREATE TABLE serial_histogram AS :histogram;
CREATE TABLE serial_histogram_pairs AS :histogram_pairs;
SET max_parallel_workers_per_gather = 4;
SELECT plan_has(:'histogram', 'Partial Aggregate') AS plain, plan_has(:'histogram_parts', 'Append') AS append,
	   plan_has(:'histogram_parts', 'Partial Aggregate') AS partitionwise,
	   plan_has(:'histogram_rollup', 'Partial Aggregate') AS rollup,
	   plan_has(:'histogram_pairs', 'Partial Aggregate') AS pairs,
	   plan_has(:'histogram_none', 'Partial Aggregate') AS none;
SELECT p.h = s.h AS plain FROM (:histogram) p, serial_histogram s;
SELECT p.h = s.h AS partitionwise FROM (:histogram_parts) p, serial_histogram s;
SELECT p.h = s.h AS rollup FROM (:histogram_rollup) p, serial_histogram s;
SELECT p.h = s.h AS pairs FROM (:histogram_pairs) p, serial_histogram_pairs s;
SELECT variant, n, missing, unassigned FROM (:histogram_none) p, ab_arms(h);

-- hashed groups that spill to disk, and grouping sets
SET max_parallel_workers_per_gather = 0;
SET work_mem = '64kB';
SET enable_sort = off;
SELECT count(*), sum(n) FROM (SELECT id, ab_summary(outcome, variant) s FROM plain GROUP BY id) g, ab_arms(s);
SELECT count(*), sum(n)
FROM (SELECT id, ab_histogram(outcome, variant) h FROM plain WHERE id <= 10000 GROUP BY id) g, ab_arms(h);
RESET enable_sort;
SELECT count(*) FROM (SELECT id % 7, id % 3, (ab_ttest(outcome, variant)).control_n FROM plain
					  GROUP BY GROUPING SETS ((id % 7), (id % 3), ())) g;

RESET ALL;
DROP FUNCTION plan_has;
DROP TABLE log, plain, serial_pairs, serial_one, serial_bool, serial_two, serial_four, sparse, hollow, daily,
	daily_histogram, serial_histogram, serial_histogram_pairs;
