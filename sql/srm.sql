\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
-- chi-square; reference values: mpmath, 50 digits, and SciPy 1.10 chisquare
SELECT observed, close(r.statistic, t.statistic) AS statistic, r.df = t.df AS df, close(r.p_value, t.p, 1e-11) AS p,
	   r.mismatch = (t.p < 0.001) AS verdict, r.method
FROM (VALUES
	(ARRAY[6300, 1450]::bigint[], ARRAY[0.8, 0.2]::float8[],
	 8.0645161290322580645::float8, 1, 0.0045140528549171401599::float8),
	(ARRAY[67, 83, 29, 8], ARRAY[82.28, 84.15, 14.96, 5.61], 17.048101334197589466, 3, 0.00069082462292382517842),
	(ARRAY[100000, 101500], ARRAY[1, 1], 11.166253101736972705, 1, 0.00083298687120240044794),
	(ARRAY[5000, 5200, 5100, 4000], ARRAY[1, 1, 1, 1], 192.22797927461139896, 3, 2.015185017740971728e-41),
	(ARRAY[500000000, 500100000, 250000000], ARRAY[2, 2, 1], 11.999040076793856491, 2, 0.0024799421680869395606),
	(ARRAY[1000000, 1050000], ARRAY[1, 1], 1219.5121951219512195, 1, 3.5057675412450610586e-267))
	t(observed, weights, statistic, df, p), ab_srm(observed, weights) r;
-- exact: reference values SciPy 1.10 binomtest, and for three arms every table in rationals
SELECT observed, close(r.p_value, t.p, 1e-11) AS p, r.mismatch = (t.p < 0.001) AS verdict, r.method, r.note
FROM (VALUES
	(ARRAY[53, 47]::bigint[], ARRAY[1, 1]::float8[], 0.61729941358925204878::float8),
	(ARRAY[30, 3], ARRAY[0.8, 0.2], 0.13164986086523708128),
	(ARRAY[800, 120], ARRAY[0.8, 0.2], 3.7672580580090684189e-8),
	(ARRAY[7, 3, 2], ARRAY[1, 1, 1], 0.26715101017798777287),
	(ARRAY[20, 3, 9], ARRAY[2, 1, 1], 0.10283423760702703476),
	(ARRAY[1, 0, 0, 5], ARRAY[4, 3, 2, 1], 0.000055)) t(observed, weights, p), ab_srm(observed, weights) r;
-- the most probable table of all
SELECT p_value, note FROM ab_srm(ARRAY[50, 50])
UNION ALL SELECT p_value, note FROM ab_srm(ARRAY[20, 10, 10], ARRAY[2, 1, 1]);
-- which test: below 1000 users, at most 100000 tables and 20 arms it is exact
SELECT observed, method
FROM (VALUES (ARRAY[499, 500]), (ARRAY[500, 500]), (ARRAY[200, 200, 45]), (ARRAY[200, 200, 46])) o(observed),
	 ab_srm(observed) r;
SELECT arms, users, method, note, p_value > 0 AS positive
FROM (VALUES (20, 1), (21, 1), (4096, 1), (20, 4), (20, 5)) a(arms, users),
	 ab_srm(array_append(array_fill(0::bigint, ARRAY[arms - 1]), users::bigint)) r;
-- an exact p-value that no double can hold is not 0, and neither is one of chi-square
SELECT method, p_value > 0 AS positive, p_value < 1e-300 AS tiny, mismatch FROM ab_srm(ARRAY[0, 999], ARRAY[1, 1e-10])
UNION ALL SELECT method, p_value > 0, p_value < 1e-300, mismatch FROM ab_srm(ARRAY[1000000, 2000000]);

-- weights are relative
SELECT a = b AS same, a = c AS scaled_same
FROM ab_srm(ARRAY[6200, 1550], ARRAY[4, 1]) a, ab_srm(ARRAY[6200, 1550], ARRAY[8e300, 2e300]) b,
	 ab_srm(ARRAY[6200, 1550], ARRAY[4e-300, 1e-300]) c;
SELECT p_value FROM ab_srm(ARRAY[6200, 1550], ARRAY[0.8, 0.2]);
SELECT p_value IS NOT NULL AS ok, note FROM ab_srm(ARRAY[1000, 0], ARRAY[1e308, 5e-324]);
-- a weight of 0: without users it does not count, with one it is impossible
SELECT variants, n, df, close(p_value, 0.047670380656161, 1e-12) AS p, mismatch
FROM ab_srm(ARRAY[5000, 5200, 0], ARRAY[0.5, 0.5, 0]);
SELECT * FROM ab_srm(ARRAY[5000, 5200, 1], ARRAY[0.5, 0.5, 0]);
SELECT * FROM ab_srm(ARRAY[0, 3], ARRAY[1, 0], threshold => 1e-300);
-- the threshold
SELECT t.threshold, p_value < t.threshold AS below, mismatch, note
FROM (VALUES (0.001::float8), (0.05)) t(threshold), ab_srm(ARRAY[5000, 5200], threshold => t.threshold) r;

-- from a summary: all rows count, also those without a finite value; variants in any order; one without rows counts 0
CREATE TABLE users (v text, x float8);
INSERT INTO users SELECT 'a', 1::float8 FROM generate_series(1, 600)
UNION ALL SELECT 'b', 2 FROM generate_series(1, 700) UNION ALL SELECT 'b', 'NaN' FROM generate_series(1, 20);
CREATE TABLE state AS SELECT ab_summary(x, v) s, ab_summary(x, v, 'nobody') named FROM users;
SELECT variants, n, close(statistic, 10.909090909090909) AS statistic,
	   close(p_value, 0.00095693475644127, 1e-11) AS p, mismatch, note
FROM state, ab_srm(s, ARRAY['b', 'a'], ARRAY[0.5, 0.5]);
SELECT a.p_value = b.p_value AS order_is_free, c.n AS n_of_two_arms, c.df, d.p_value = a.p_value AS without_weight, d.df
FROM state, ab_srm(s, ARRAY['b', 'a'], ARRAY[0.4, 0.6]) a, ab_srm(s, ARRAY['a', 'b'], ARRAY[0.6, 0.4]) b,
	 ab_srm(s, ARRAY['a', 'c', 'b'], ARRAY[1, 1, 1]) c, ab_srm(s, ARRAY['a', 'c', 'b'], ARRAY[0.6, 0, 0.4]) d;
SELECT p_value, mismatch, note FROM state, ab_srm(s, ARRAY['a', 'b'], ARRAY[1, 0]);
-- an arm that is only named as the control has no rows
SELECT n, p_value IS NOT NULL AS tested FROM state, ab_srm(named, ARRAY['a', 'b'], ARRAY[1, 1]);

-- the split that ab_assign delivers is the expectation
SELECT split, ab_split_effective(split) AS effective, r.n, r.p_value > 0.001 AS fits,
	   (ab_srm(seen, ARRAY[1 - split, split])).p_value IS DISTINCT FROM r.p_value AS differs
FROM (VALUES (0.2::float8), (0.00015), (0.0003)) t(split),
	 LATERAL (SELECT ARRAY[count(*) FILTER (WHERE arm = 'control'), count(*) FILTER (WHERE arm = 'treatment')]
			  FROM (SELECT ab_assign('srm', g, split) arm FROM generate_series(1::bigint, 100000) g) a) c(seen),
	 LATERAL ab_srm(seen, ARRAY[1 - ab_split_effective(split), ab_split_effective(split)]) r;

-- data never raises
SELECT * FROM ab_srm(ARRAY[0, 0]);
SELECT * FROM ab_srm(NULL::bigint[]);
SELECT * FROM ab_srm(NULL::ab_summary, ARRAY['a', 'b'], ARRAY[1, 1]);
SELECT * FROM ab_srm(ARRAY[5], ARRAY[1]);
SELECT * FROM ab_srm(ARRAY[5, 0], ARRAY[1, 0]);
SELECT * FROM ab_srm(ARRAY[9223372036854775807, 9223372036854775807]);

-- query mistakes do raise
\t on
SELECT error_of($$SELECT ab_srm(ARRAY[1, 2], ARRAY[1, -1])$$);
SELECT error_of($$SELECT ab_srm(ARRAY[1, 2], ARRAY['NaN', 1]::float8[])$$);
SELECT error_of($$SELECT ab_srm(ARRAY[1, 2], ARRAY['Infinity', 1]::float8[])$$);
SELECT error_of($$SELECT ab_srm(ARRAY[1, 2], ARRAY[0, 0])$$);
SELECT error_of($$SELECT ab_srm(ARRAY[1, 2], ARRAY[1, 2, 3])$$);
SELECT error_of($$SELECT ab_srm(ARRAY[1, 2], ARRAY[1, NULL])$$);
SELECT error_of($$SELECT ab_srm(ARRAY[1, NULL])$$);
SELECT error_of($$SELECT ab_srm(ARRAY[1, -2])$$);
SELECT error_of($$SELECT ab_srm('{}'::bigint[])$$);
SELECT error_of($$SELECT ab_srm(ARRAY[[1, 2], [3, 4]])$$);
SELECT error_of($$SELECT ab_srm(ARRAY[1, 2], ARRAY[[1], [2]])$$);
SELECT error_of($$SELECT ab_srm(array_fill(1::bigint, ARRAY[4097]))$$);
SELECT error_of($$SELECT ab_srm(ARRAY[1, 2], threshold => 0)$$);
SELECT error_of($$SELECT ab_srm(ARRAY[1, 2], threshold => 5)$$);
SELECT error_of($$SELECT ab_srm(ARRAY[1, 2], threshold => NULL)$$);
SELECT error_of($$SELECT ab_srm(s, ARRAY['a', 'c'], ARRAY[1, 1]) FROM state$$);
SELECT error_of($$SELECT ab_srm(NULL, ARRAY['a', 'a'], ARRAY[1, 1])$$);
SELECT error_of($$SELECT ab_srm(NULL, ARRAY['a', NULL], ARRAY[1, 1])$$);
SELECT error_of($$SELECT ab_srm(NULL, ARRAY['a', 'b'], ARRAY[1])$$);
SELECT error_of($$SELECT ab_srm(NULL, NULL, ARRAY[1])$$);
SELECT error_of($$SELECT ab_srm(NULL, ARRAY['a', 'b'], NULL)$$);
SELECT error_of($$SELECT ab_srm(NULL::ab_summary, '{}', '{}')$$);
\t off

DROP TABLE users, state;
