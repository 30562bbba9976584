\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
-- FNV-1a of ASCII, modulo 1000: the first hash of GrowthBook, in which experiments of similar names are nearly the same
CREATE FUNCTION fnv(s text) RETURNS bigint LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
	h bigint := 2166136261;
BEGIN
	FOR i IN 1 .. length(s) LOOP
		h := ((h # ascii(substr(s, i, 1))) * 16777619) & 4294967295;
	END LOOP;
	RETURN h % 1000;
END $$;
SELECT n, variants_a, variants_b, df, p_value < 1e-300 AS certain, cramers_v > 0.5 AS strong, dependent, note
FROM (SELECT (ab_independence((fnv(u || 'exp1') < 500)::text, (fnv(u || 'exp5') < 500)::text)).*
	FROM generate_series(1, 4000) u) t;
-- ours are independent, of names as similar
SELECT count(*), count(*) FILTER (WHERE dependent) AS dependent, min(p_value) > 0.001 AS none_rare
FROM (SELECT i, j, (ab_independence(ab_assign('exp' || i, u), ab_variant('exp' || j, u, '{a,b,c}'))).*
	  FROM generate_series(1, 6) i, generate_series(1, 6) j, generate_series(1, 4000) u WHERE i <> j GROUP BY i, j) t;
-- a table by hand: SciPy's chi2_contingency([[10, 20, 30], [30, 25, 20]], correction=False)
CREATE TABLE by_hand AS
SELECT a, b FROM (VALUES ('x', 'p', 10), ('x', 'q', 20), ('x', 'r', 30), ('y', 'p', 30), ('y', 'q', 25), ('y', 'r',
	20)) t(a, b, n),
	generate_series(1, n);
SELECT n, variants_a, variants_b, close(statistic, 11.025) AS statistic, df,
	   close(p_value, 0.004036004748319556) AS p, close(cramers_v, 0.28577380332470415) AS v, dependent, threshold,
	   	method, note
FROM (SELECT (ab_independence(a, b)).* FROM by_hand) t;
SELECT dependent, threshold, note FROM (SELECT ab_crosstab(a, b) AS s FROM by_hand) q, ab_independence(s,
	threshold => 0.01);
-- states are merged, rolled up and stored
SELECT i.statistic = j.statistic AND i.n = j.n AS same
FROM (SELECT ab_rollup(s) AS s FROM (SELECT ab_crosstab(a, b) AS s FROM by_hand GROUP BY b) d) q, ab_independence(s) i,
	 (SELECT (ab_independence(a, b)).* FROM by_hand) j;
-- names with what JSON escapes, and what is missing
SELECT variant, n FROM (SELECT ab_crosstab(a, b) AS s FROM (VALUES (E'a"\\\t', 'é'), (NULL, 'b'), ('a', NULL), (NULL,
	NULL), ('', '[]')) t(a, b)) q,
	ab_arms(s) ORDER BY variant COLLATE "C";
SELECT n, variants_a, variants_b, p_value, note FROM (SELECT (ab_independence(a, b)).*
	FROM (VALUES (E'a"\\\t', 'é'), (NULL, 'b'), ('a', NULL), (NULL, NULL), ('', '[]'), ('', '[]')) t(a, b)) t;
-- nothing to test
SELECT n, p_value, dependent, note FROM (SELECT (ab_independence(a, b)).* FROM by_hand WHERE false) t;
SELECT n, p_value, dependent, note FROM ab_independence(NULL);
SELECT n, p_value, dependent, note FROM (SELECT (ab_independence('x', b)).* FROM by_hand) t;

-- uniformity: SciPy's chisquare([..], f_exp) of buckets 0 to 9 in 3 bins of 4, 3 and 3
SELECT n, buckets, bins, close(statistic, 8.555555555555555) AS statistic, df, close(p_value,
	0.013873457762527509) AS p,
	   worst_first, worst_last, round(worst_deviation_pct::numeric, 6) AS deviation, note
FROM (SELECT (ab_uniformity(b, 10, 3)).* FROM unnest('{0,1,2,3,0,1,2,3,3,3,4,5,6,4,5,6,7,9,9,9}'::bigint[]
	|| array_fill(5::bigint, '{10}')) b) t;
-- bins that do not divide the buckets have their share of them
SELECT n, bins, statistic, p_value FROM (SELECT (ab_uniformity(g % 10, 10, 7)).* FROM generate_series(0, 999) g) t;
SELECT n, buckets, bins, p_value > 0.001 AS even, note FROM (SELECT (ab_uniformity(ab_bucket('u', g))).*
	FROM generate_series(1, 50000) g) t;
SELECT n, buckets, bins, p_value > 0.001 AS even FROM (SELECT (ab_uniformity(ab_layer_slot('u', g, 7), 7)).*
	FROM generate_series(1, 50000) g) t;
-- one bin in a hundred with 20% too few
SELECT p_value < 1e-9 AS uneven, worst_first, worst_last, round(worst_deviation_pct::numeric, 1) AS deviation
FROM (SELECT (ab_uniformity(g % 10000)).* FROM generate_series(1, 2000000) g WHERE g % 10000 / 100 <> 42
	OR g / 10000 % 5 > 0) t;
-- rows without a bucket, and nothing to test
SELECT n, p_value, note FROM (SELECT (ab_uniformity(b)).* FROM unnest('{-1,10000,NULL,5}'::bigint[]) b) t;
SELECT n, buckets, p_value, note FROM (SELECT (ab_uniformity(b)).* FROM unnest('{}'::bigint[]) b) t;
SELECT n, buckets, bins, p_value, note FROM (SELECT (ab_uniformity(0, 1)).*) t;
-- the state is an array that can be merged by hand
SELECT ab_uniformity_combine('{4,1,2,3}', '{4,0,5,6}') AS merged, ab_uniformity_combine(NULL, '{4,0,5,6}') AS identity;
\t on
SELECT error_of($$SELECT ab_uniformity(1, 0)$$);
SELECT error_of($$SELECT ab_uniformity(1, NULL)$$);
SELECT error_of($$SELECT ab_uniformity(1, 10, 2000)$$);
SELECT error_of($$SELECT ab_uniformity(1, b) FROM (VALUES (10), (20)) t(b)$$);
SELECT error_of($$SELECT ab_uniformity_combine('{4,1,2,3}', '{5,0,5,6}')$$);
SELECT error_of($$SELECT ab_uniformity_final('{4,1}')$$);
SELECT error_of($$SELECT ab_uniformity_final('{{4,1,1}}')$$);
SELECT error_of($$SELECT ab_uniformity_final('{1,0,1,1}')$$);
SELECT error_of($$SELECT ab_uniformity_final('{4,0,-1,1}')$$);
SELECT error_of($$SELECT ab_uniformity_accum('{4,NULL,1,1}', 1)$$);
-- nor does an aggregate of somebody's own count beyond the array that it begins with
CREATE FUNCTION begin_with(state text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('CREATE OR REPLACE AGGREGATE ab_counted(bigint, bigint) (
		SFUNC = ab_uniformity_accum, STYPE = bigint[], INITCOND = %L)', state);
	RETURN error_of('SELECT ab_counted(b, 4) FROM generate_series(0, 3) b');
END $$;
SELECT state, begin_with(state)
FROM (VALUES ('{4,0,0,0,0,0}'), ('{4,NULL,NULL,NULL,NULL,NULL}'), ('{}'), ('{4}'), ('{4,0,0}'), ('{{4,0,0,0,0,0}}'))
	 AS state(state);
DROP AGGREGATE ab_counted(bigint, bigint);
DROP FUNCTION begin_with;
SELECT error_of($$SELECT ab_independence(ab_summary(1, 'a'))$$);
SELECT error_of($$SELECT ab_independence(ab_summary(1, '["a"]'))$$);
SELECT error_of($$SELECT ab_independence(ab_summary(1, '["a", 1]'))$$);
SELECT error_of($$SELECT ab_independence(ab_summary(1, '["a", "b", "c"]'))$$);
SELECT error_of($$SELECT ab_independence(ab_crosstab('a', 'b'), 0)$$);
SELECT error_of($$SELECT ab_crosstab(repeat('a', 600), repeat('b', 600))$$);
SELECT error_of($$SELECT ab_balance(ab_summary(1, 'a'), threshold => 5)$$);
\t off

-- balance: the F of ab_anova, and the two variants farthest apart
CREATE TABLE before AS SELECT ab_variant('balance', u, '{a,b,c}') AS variant, (ab_bucket('earlier',
	u) / 100)::float8 AS y
FROM generate_series(1, 3000) u;
SELECT b.variants, b.n, close(b.p_value, a.p_value) AS p, close(b.statistic, a.statistic) AS f, imbalance, threshold,
	b.method, b.note
FROM (SELECT ab_summary(y, variant) AS s FROM before) q, ab_balance(s) b, ab_anova(s) a;
SELECT round(b.std_difference::numeric, 6) =
	round(max(abs(x.mean - y.mean) / sqrt((x.stddev ^ 2 + y.stddev ^ 2) / 2))::numeric, 6) AS difference,
	   (array_agg(x.variant ORDER BY x.mean))[1] = lowest AS lowest, (array_agg(x.variant
	   	ORDER BY x.mean DESC))[1] = highest AS highest
FROM (SELECT ab_summary(y, variant) AS s FROM before) q, ab_balance(s) b, ab_arms(s) x, ab_arms(s) y
GROUP BY b.std_difference, lowest, highest;
-- variants that are not alike; a yes/no covariate
SELECT n, round(std_difference::numeric, 2) AS std_difference, lowest, highest, p_value < 1e-10 AS certain, imbalance
FROM (SELECT (ab_balance(y + 10 * (variant = 'b')::int, variant)).* FROM before) t;
SELECT n, std_difference < 0.1 AS small, imbalance FROM (SELECT (ab_balance(y > 50, variant)).* FROM before) t;
-- what cannot be tested
SELECT n, std_difference, lowest, p_value, imbalance, note FROM (SELECT (ab_balance(1.0, variant)).* FROM before) t;
SELECT n, p_value, note FROM (SELECT (ab_balance((variant = 'a'), variant)).* FROM before) t;
SELECT n, p_value, note FROM (SELECT (ab_balance(y, 'a')).* FROM before) t;
SELECT n, p_value, note FROM (SELECT (ab_balance(CASE WHEN y = 5 THEN 'NaN' WHEN y < 90 THEN y END, variant)).*
	FROM before) t;
SELECT n, p_value, note FROM ab_balance(NULL);

-- the same in a parallel plan
CREATE TABLE units AS SELECT u FROM generate_series(1, 20000) u;
ANALYZE units;
CREATE VIEW three AS
SELECT (ab_uniformity(ab_bucket('p', u))).statistic,
	(ab_independence(ab_assign('p', u), ab_assign('q', u))).statistic AS i,
	(ab_balance(u, ab_assign('p', u))).n FROM units;
CREATE TABLE serial AS TABLE three;
SET min_parallel_table_scan_size = 0;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SELECT close(a.statistic, b.statistic) AS uniformity, close(a.i, b.i) AS independence, a.n = b.n AS balance
	FROM three a, serial b;
RESET ALL;
DROP VIEW three;
DROP TABLE by_hand, before, units, serial;
DROP FUNCTION fnv;
