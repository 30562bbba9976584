\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
CREATE TABLE log (id int, variant text, latency float8, turns int);
INSERT INTO log SELECT g, CASE WHEN g % 5 = 0 THEN 'treatment' ELSE 'control' END,
	(1 + g * 7919 % 10007 / 1000.0) ^ 2 * (CASE WHEN g % 5 = 0 THEN 1.1 ELSE 1 END),
	1 + (g * 7919) % 6 + (g % 11) / 9 FROM generate_series(1, 3000) g;

-- the everyday call
\x on
SELECT control, treatment, control_n, treatment_n, quantile, round(control_value::numeric, 4) AS control_value,
	   round(treatment_value::numeric, 4) AS treatment_value, round(diff::numeric, 4) AS diff,
	   round(diff_low::numeric, 3) AS low, round(diff_high::numeric, 3) AS high,
	   round(relative_lift_pct::numeric, 3) AS lift, round(lift_low_pct::numeric, 2) AS lift_low,
	   round(lift_high_pct::numeric, 2) AS lift_high, significant, method, note
FROM (SELECT (ab_quantile_test(ab_histogram(latency, variant), 0.95)).* FROM log) t;
\x off

-- reference values: the definition in Python, with scipy.stats.beta and norm (SciPy 1.17)
CREATE TABLE small (variant text, x float8);
INSERT INTO small
SELECT 'control', x FROM unnest('{2.5,0.3,4.1,3.7,1.9,6.2,5.5,0.8,2.2,7.4,3.1,4.8,1.2,9.6,2.9}'::float8[]) x;
INSERT INTO small
SELECT 'treatment', x FROM unnest('{3.3,8.1,6.4,2.7,5.2,7.9,4.4,10.5,6.9,5.8,12.2,3.9}'::float8[]) x;
SELECT wrong(to_jsonb(r), '{"control_value": 3.1, "treatment_value": 6.1, "diff_low": -0.026808576465363387,
	"diff_high": 5.538578102230035, "p_value": 0.052173645255634525, "lift_low_pct": -0.5512638133696401,
	"lift_high_pct": 229.22780791374572}')
FROM (SELECT ab_histogram(x, variant) AS h FROM small) s, ab_quantile_test(h, 0.5) r;

-- the interval of one arm: against an arm known without error it is that arm's own
SELECT n, round(diff_low::numeric, 3) AS low, round(diff_high::numeric, 3) AS high
FROM unnest(ARRAY[20, 50, 100]) n,
	 LATERAL (SELECT ab_histogram(x, v) AS h
			  FROM (SELECT i::float8, 'treatment' FROM generate_series(1, n) i
					UNION ALL SELECT 0, 'control' FROM generate_series(1, 10000)) u(x, v)) s, ab_quantile_test(h, 0.5);

-- another unit changes nothing but the unit
SELECT q, a.p_value = b.p_value AS p, close(a.diff_low * 1024, b.diff_low) AS low,
	   close(a.lift_high_pct, b.lift_high_pct, 1e-9) AS lift_high
FROM (SELECT ab_histogram(latency, variant) AS h, ab_histogram(latency * 1024, variant) AS k FROM log) s,
	 unnest(ARRAY[0.1, 0.5, 0.95, 0.99]) q, ab_quantile_test(h, q) a, ab_quantile_test(k, q) b;
-- exchanging the arms turns the sign
SELECT q, a.diff = -b.diff AS diff, a.diff_low = -b.diff_high AS low, a.p_value = b.p_value AS p,
	   a.statistic = -b.statistic AS statistic
FROM (SELECT ab_histogram(latency, variant) AS h FROM log) s, unnest(ARRAY[0.1, 0.5, 0.95]) q,
	 ab_quantile_test(h, q) a, ab_quantile_test(h, q, 'treatment', 'control') b;

-- ties: whole numbers have whole limits, and the test says no more than they do
SELECT control_value, treatment_value, diff, diff_low, diff_high, p_value, significant
FROM (SELECT ab_histogram(turns, variant) AS h FROM log) s, ab_quantile_test(h, 0.5);
SELECT diff, diff_low, diff_high, p_value, note
FROM (SELECT ab_histogram(3, v) AS h FROM unnest(ARRAY['control', 'treatment']) v, generate_series(1, 100)) s,
	 ab_quantile_test(h, 0.5);
SELECT diff, diff_low, diff_high, p_value < 1e-10 AS p, lift_low_pct
FROM (SELECT ab_histogram(CASE WHEN v = 'control' THEN 2 ELSE 3 END, v) AS h
	  FROM unnest(ARRAY['control', 'treatment']) v, generate_series(1, 100)) s, ab_quantile_test(h, 0.5);

-- too few rows give no interval, and p is never below what they allow
SELECT q, n, round(diff::numeric, 2) AS diff, diff_low, diff_high, round(p_value::numeric, 4) AS p,
	   round(least_p::numeric, 4) AS least, note
FROM (VALUES (0.5, 5), (0.95, 50), (0.99, 100), (0.99, 50), (0.5, 1)) v(q, n),
	 LATERAL (SELECT ab_histogram(i + CASE WHEN a = 'treatment' THEN 1000 ELSE 0 END, a) AS h
			  FROM generate_series(1, n) i, unnest(ARRAY['control', 'treatment']) a) s,
	 ab_quantile_test(h, q), LATERAL (SELECT 2 * greatest(q, 1 - q) ^ n) l(least_p);

-- tails keep their digits
SELECT p_value > 0 AS positive, p_value < 1e-300 AS tiny, significant, diff_low > 0 AS low
FROM (SELECT ab_histogram(i + CASE WHEN a = 'treatment' THEN 1e6 ELSE 0 END, a) AS h
	  FROM generate_series(1, 20000) i, unnest(ARRAY['control', 'treatment']) a) s, ab_quantile_test(h, 0.5);

-- as many rows as can be counted: 2 standard errors of the rank in each arm
SELECT abs(p_value - 0.0455002639) < 1e-7 AS p, diff_low, diff_high
FROM (SELECT '{"version": 1, "bits": 52, "unassigned": 0, "arms": [{"variant": "control", "nonfinite": 0,'
			 ' "missing": [0, 0, 0], "control": false,'
			 ' "min": 1, "max": 2, "values": [1, 2], "counts": [50000010000000, 49999990000000]},'
			 ' {"variant": "treatment", "nonfinite": 0, "missing": [0, 0, 0], "control": false, "min": 1, "max": 2,'
			 ' "values": [1, 2],'
			 ' "counts": [49999990000000, 50000010000000]}]}'::ab_histogram AS h) s, ab_quantile_test(h, 0.5);

-- a control around or below zero
SELECT round(relative_lift_pct::numeric, 1) AS lift, lift_low_pct, lift_high_pct, note
FROM (SELECT ab_histogram(i - CASE WHEN a = 'control' THEN 51 ELSE 30 END, a) AS h
	  FROM generate_series(1, 100) i, unnest(ARRAY['control', 'treatment']) a) s, ab_quantile_test(h, 0.5);
SELECT round(diff::numeric, 1) AS diff, round(relative_lift_pct::numeric, 1) AS lift,
	   round(lift_low_pct::numeric, 1) AS low, round(lift_high_pct::numeric, 1) AS high, note
FROM (SELECT ab_histogram(i - CASE WHEN a = 'control' THEN 500 ELSE 400 END, a) AS h
	  FROM generate_series(1, 100) i, unnest(ARRAY['control', 'treatment']) a) s, ab_quantile_test(h, 0.5);

-- p and the intervals agree: no row
SELECT q, k, alternative, l.alpha, r.p_value, r.significant, r.diff_low, r.diff_high, r.lift_low_pct, r.lift_high_pct
FROM generate_series(1, 12) k, unnest('{two-sided,less,greater}'::text[]) alternative,
	 unnest(ARRAY[0.3, 0.5, 0.9]) q,
	 LATERAL (SELECT ab_histogram(x, v) AS h
			  FROM (SELECT CASE WHEN k % 3 = 0 THEN (g * 7919 * k % 101) % 9 + 1
								ELSE 1 + g * 7919 * k % 10007 / 1000.0 END
						   + CASE WHEN g % 3 = 0 THEN k / 8.0 ELSE 0 END,
						   CASE WHEN g % 3 = 0 THEN 'treatment' ELSE 'control' END
					FROM generate_series(1, 150) g) u(x, v)) s,
	 LATERAL ab_quantile_test(h, q, alternative => alternative) p,
	 unnest(ARRAY[0.001, 0.05, 0.3, 0.5, least(p.p_value, 0.5), least(p.p_value * 1.0001, 0.5),
				  least(p.p_value * 0.9999, 0.5)]) l(alpha),
	 LATERAL ab_quantile_test(h, q, alpha => l.alpha, alternative => alternative) r
WHERE r.significant <> (r.p_value < r.alpha) OR r.significant <> excludes(r.diff_low, r.diff_high)
   OR r.significant <> excludes(r.lift_low_pct, r.lift_high_pct);

-- several variants
SELECT treatment, round(p_value::numeric, 4) AS p, round(p_adjusted::numeric, 4) AS p_adjusted, significant,
	   round(diff_low::numeric, 2) AS low, round(diff_high::numeric, 2) AS high, note
FROM (SELECT ab_histogram(1 + g * 7919 % 10007 / 1000.0 + CASE g % 4 WHEN 1 THEN 0.5 WHEN 2 THEN 1 ELSE 0 END,
						  CASE g % 4 WHEN 0 THEN 'control' ELSE 'v' || g % 4 END) AS h
	  FROM generate_series(1, 2000) g) s,
	 unnest(ARRAY['holm', 'bonferroni']) c, ab_quantile_compare(h, 0.5, correction => c);
SELECT count(*) AS none FROM ab_quantile_compare(NULL, 0.5);

-- rows finer than the user: the design effect of users whose rows are alike
CREATE TABLE request AS
SELECT u, CASE WHEN u % 2 = 0 THEN 'control' ELSE 'treatment' END AS variant, u * 7919 % 101 + r / 10.0 AS ms
FROM generate_series(1, 400) u, generate_series(1, 1 + u % 9) r;
WITH q AS (SELECT ab_histogram(ms, variant) AS h FROM request),
	 cut AS (SELECT variant, ab_quantile(h, variant, 0.9) AS at FROM q, ab_arms(h)),
	 users AS (SELECT u, variant, count(*) FILTER (WHERE ms <= at) AS below, count(*) AS rows
			   FROM request JOIN cut USING (variant) GROUP BY u, variant),
	 c AS (SELECT ab_summary(below, rows, variant) AS clusters FROM users)
SELECT r.method, round(r.std_error::numeric, 2) AS std_error, round(r.diff_low::numeric, 2) AS low,
	   round(r.diff_high::numeric, 2) AS high, r.note
FROM q, c, LATERAL (SELECT * FROM ab_quantile_test(h, 0.9)
					UNION ALL SELECT * FROM ab_quantile_test(h, 0.9, clusters => clusters)
					UNION ALL SELECT * FROM ab_quantile_compare(h, 0.9, clusters => clusters)) r;
-- clusters cut at another quantile, and of something else
SELECT note
FROM (SELECT ab_histogram(ms, variant) AS h FROM request) q,
	 (SELECT ab_summary(below, rows, variant) AS c
	  FROM (SELECT u, variant, count(*) FILTER (WHERE ms <= 50) AS below, count(*) AS rows
			FROM request GROUP BY u, variant) users) c, ab_quantile_test(h, 0.9, clusters => c);
SELECT p_value, note
FROM (SELECT ab_histogram(ms, variant) AS h, ab_summary(1, 2, variant) AS c, ab_summary(1, 1, 'control') AS d
	  FROM request) q,
	 LATERAL (SELECT * FROM ab_quantile_test(h, 0.9, clusters => c)
			  UNION ALL SELECT * FROM ab_quantile_test(h, 0.9, clusters => d)) r;

-- odd data
SELECT segment, control_n AS nc, treatment_n AS nt, diff, p_value, note
FROM (SELECT segment, (ab_quantile_test(ab_histogram(x, v), 0.5)).*
	  FROM (VALUES ('a', 1.0, 'control'), ('b', 1, 'control'), ('b', 'NaN', 'control'), ('b', 2, 'treatment'),
				   ('c', 1, 'control'), ('c', 5, 'treatment'), ('d', 1e308, 'treatment'), ('d', -1e308, 'control'),
				   ('e', NULL, 'control')) d(segment, x, v) GROUP BY segment) t ORDER BY segment;
SELECT control, control_n, quantile, p_value, alpha, note FROM ab_quantile_test(NULL, 0.9, 'a', alpha => 0.1);

-- query mistakes do raise
\t on
SELECT error_of($$SELECT ab_quantile_test(NULL, 95)$$);
SELECT error_of($$SELECT ab_quantile_test(NULL, 1)$$);
SELECT error_of($$SELECT ab_quantile_test(NULL, NULL)$$);
SELECT error_of($$SELECT ab_quantile_test(NULL, 'NaN')$$);
SELECT error_of($$SELECT ab_quantile_test(NULL, 0.5, alpha => 5)$$);
SELECT error_of($$SELECT ab_quantile_test(NULL, 0.5, alternative => 'more')$$);
SELECT error_of($$SELECT ab_quantile_test(ab_histogram(1, 'v' || id % 3), 0.5, 'v0') FROM log$$);
SELECT error_of($$SELECT ab_quantile_test(ab_histogram(1, 'v' || id % 2), 0.5) FROM log$$);
SELECT error_of($$SELECT ab_quantile_test(ab_histogram(1, variant), 0.5, clusters => ab_summary(1, variant))
	FROM log$$);
SELECT error_of($$SELECT ab_quantile_compare(NULL, 0.5, correction => 'dunnett')$$);
\t off

DROP TABLE log, small, request;
