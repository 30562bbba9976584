-- every number against an independent source, by relative error
CREATE FUNCTION close(got float8, wanted float8, tolerance float8 DEFAULT 1e-12) RETURNS boolean LANGUAGE sql AS $$
	SELECT abs(got / wanted - 1) < tolerance
$$;

-- rates; reference values: mpmath, 30 digits, roots of Farrington and Manning's cubic; statsmodels 0.13.5 power_proportions_2indep(-0.03, 0.28, 1000, ratio=2)
SELECT close(ab_power_proportion(1000, 0.25, 0.03, ratio => 2), 0.41382432341337879) AS score,
	   close(ab_power_proportion(1000, 0.25, 0.03, ratio => 2, method => 'z'), 0.41382432341337879) AS z,
	   close(ab_power_proportion(900, 0.25, 0.05, 0.01, 0.5, 'less'), 0.38718024492618863) AS less,
	   close(ab_power_proportion(900, 0.25, -0.05, 0.01, 0.5, 'less'), 0.38718024492618863) AS signed,
	   close(ab_power_proportion(9490, 0.4, 0.02, method => 'z_unpooled'), 0.80003006937235334) AS unpooled;
-- published sizes: ClickHouse minSampleSizeConversion (3396.08, 5530.78), Booking.com (9490)
SELECT ab_sample_size_proportion(0.25, 0.03) AS clickhouse, ab_sample_size_proportion(0.8, 0.02, alpha => 0.1, power => 0.85) AS older,
	   ab_sample_size_proportion(0.4, 0.02, method => 'z_unpooled') AS booking;
-- a rate of 0 or 1 is an effect like any other
SELECT ab_sample_size_proportion(0.95, 0.05), ab_sample_size_proportion(0.05, -0.05);
-- round trips over sizes from 2 to 1e9
SELECT b, e, r, alt, m, n
FROM (VALUES (0.001::float8), (0.2), (0.9)) baselines(b),
	 generate_series(1, 12) i,
	 (VALUES (0.3::float8), (1), (2.5)) ratios(r),
	 (VALUES ('two-sided'), ('less'), ('greater')) alternatives(alt),
	 (VALUES ('score'), ('z_unpooled')) methods(m),
	 LATERAL (SELECT 10 ^ (-i / 3.0)::float8 * CASE alt WHEN 'less' THEN b ELSE 1 - b END) size(e),
	 LATERAL (SELECT ab_sample_size_proportion(b, e, ratio => r, alternative => alt, method => m)) a(n)
WHERE NOT (ab_power_proportion(n, b, e, ratio => r, alternative => alt, method => m) >= 0.8
		   AND (n = 2 OR ab_power_proportion(n - 1, b, e, ratio => r, alternative => alt, method => m) < 0.8)
		   AND ab_mde_proportion(n, b, ratio => r, alternative => alt, method => m) <= e * (1 + 1e-9)
		   AND (n = 2 OR abs(ab_power_proportion(n, b, ab_mde_proportion(n, b, ratio => r, alternative => alt, method => m), ratio => r, alternative => alt, method => m) - 0.8) < 1e-6));
-- what takes a decrease and what takes an increase are not the same
SELECT close(ab_mde_proportion(1000, 0.1), ab_mde_proportion(1000, 0.1, alpha => 0.025, alternative => 'greater'), 1e-5) AS same_but_for_the_other_tail,
	   ab_mde_proportion(1000, 0.1, alternative => 'less') < ab_mde_proportion(1000, 0.1, alternative => 'greater') AS asymmetric;

-- pairs; reference values: statsmodels 0.13.5 TTestPower: 33.37, 328.14, 0.8077775012792737, and the root of its power less 0.8 by brentq (its own solve_power stops at 0.49502913)
SELECT ab_sample_size_paired(0.5, 1, 0.5) AS pairs, ab_sample_size_paired(0.2, 1, 0.5, 0.01, 0.9, 'greater') AS one_sided,
	   close(ab_power_paired(34, 0.5, 1, 0.5), 0.8077775012792737) AS power, close(ab_mde_paired(34, 1, 0.5), 0.4950280979734406) AS mde;
-- with correlation 0 it takes about as many pairs as users in each of two groups, with 0.9 a tenth of them
SELECT ab_sample_size(0, 0.1, stddev => 1) AS users, ab_sample_size_paired(0.1, 1, 0) AS unrelated, ab_sample_size_paired(0.1, 1, 0.9) AS related;
SELECT e, alt, n FROM generate_series(-6, 16) i, (VALUES ('two-sided'), ('less'), ('greater')) alternatives(alt),
	 LATERAL (SELECT 10 ^ (-i / 4.0)::float8) size(e), LATERAL (SELECT ab_sample_size_paired(e, 1, 0.3, alternative => alt)) a(n)
WHERE NOT (ab_power_paired(n, e, 1, 0.3, alternative => alt) >= 0.8 AND (n = 2 OR ab_power_paired(n - 1, e, 1, 0.3, alternative => alt) < 0.8)
		   AND ab_mde_paired(n, 1, 0.3, alternative => alt) <= e * (1 + 1e-12));

-- from a stored summary; reference values: NumPy for the variances, statsmodels 0.13.5 TTestIndPower and TTestPower for the sizes
CREATE TABLE history AS SELECT 2 * x + (i * 5) % 7 AS y, x, (i * 3) % 13 + 2.0::float8 AS u, (i * 11) % 9 + 1.0::float8 AS v,
	CASE WHEN arm = 1 THEN 'control' ELSE 'B' END AS variant
FROM generate_series(1, 40) i, generate_series(1, 2) arm, LATERAL (SELECT CASE WHEN arm = 1 THEN (i * 7) % 11 + 1.0::float8 ELSE i END) c(x);
CREATE TABLE stored AS SELECT ab_summary(y, variant) one, ab_summary(y, x, variant) two, ab_summary(y, x, u, v, variant) four FROM history;
SELECT ab_sample_size(one, 0.1, ratio => 0.5, relative => true) AS mean, ab_sample_size(two, 0.1, ratio => 0.5, relative => true) AS outcome_of_two,
	   ab_sample_size(two, 0.1, ratio => 0.5, relative => true, design => 'ratio') AS ratio, ab_sample_size(four, 0.1, ratio => 0.5, relative => true, design => 'ratio') AS ratio_of_four,
	   ab_sample_size(two, 0.1, ratio => 0.5, relative => true, design => 'cuped') AS cuped, ab_sample_size(four, 0.1, ratio => 0.5, relative => true, design => 'ratio_cuped') AS ratio_cuped,
	   ab_sample_size(two, 0.1, relative => true, design => 'paired') AS paired
FROM stored;
-- the same question of known numbers has the same answer
SELECT ab_sample_size(s, 0.5) = ab_sample_size(10, 0.5, stddev => 2) AS size, ab_sample_size(s, 0.05, relative => true) = ab_sample_size(10, 0.5, stddev => 2) AS relative,
	   ab_sample_size(s, 0.5, design_effect => 2.11) = ab_sample_size(10, 0.5, stddev => 2 * sqrt(2.11)) AS clusters,
	   close(ab_power(300, s, 0.5), ab_power(300, 10, 0.5, stddev => 2)) AS power, close(ab_mde(300, s), ab_mde(300, 10, stddev => 2)) AS mde,
	   close(ab_mde(300, s, relative => true), ab_mde(300, 10, stddev => 2) / 10) AS relative_mde
FROM ab_make_summary('any name', 1000, 10, 2) s;
SELECT ab_sample_size(s, 0.05, relative => true) = ab_sample_size(10, 0.5, stddev => 2) AS negative_mean,
	   ab_sample_size(s, 0.05, relative => true, alternative => 'greater') = ab_sample_size(10, 0.5, stddev => 2, alternative => 'greater') AS one_sided
FROM ab_make_summary('control', 1000, -10, 2) s;
-- the tests find the variance that was planned with: two arms with the same rows
SELECT design, close(std_error, ab_mde(40, s, design => design) / ab_mde(40, 0, stddev => 1) * sqrt(2 / 40.0)) AS agrees
FROM (SELECT ab_summary(y, x, w) two, ab_summary(y, x, u, v, w) four FROM history, unnest('{control,treatment}'::text[]) w WHERE variant = 'control') h,
	 LATERAL (SELECT 'mean', two, std_error FROM ab_ttest(two) UNION ALL SELECT 'ratio', two, std_error FROM ab_ratio(two) UNION ALL
			  SELECT 'cuped', two, std_error FROM ab_cuped(two) UNION ALL SELECT 'ratio_cuped', four, std_error FROM ab_ratio_cuped(four)) t(design, s, std_error);
-- which arm it is, by name and by what the summary carries
SELECT ab_sample_size(one, 1, control => 'B') = ab_sample_size(a, 1) AS named, ab_sample_size(carried, 1) = ab_sample_size(a, 1) AS carried, ab_sample_size(one, 1) <> ab_sample_size(a, 1) AS differs
FROM stored, (SELECT ab_summary(y, variant) a FROM history WHERE variant = 'B') h, (SELECT ab_summary(y, variant, 'B') carried FROM history) c;
-- round trips
SELECT design, effect, n FROM stored, unnest('{mean,ratio,cuped,paired}'::text[]) design, unnest('{0.01,0.1,0.7}'::float8[]) effect,
	 LATERAL (SELECT ab_sample_size(two, effect, design => design)) a(n)
WHERE NOT (ab_power(n, two, effect, design => design) >= 0.8 AND (n = 2 OR ab_power(n - 1, two, effect, design => design) < 0.8)
		   AND ab_mde(n, two, design => design) <= effect * (1 + 1e-12));
-- what a summary does not tell is NULL, no error
CREATE TABLE odd (kind text, s ab_summary);
INSERT INTO odd VALUES ('none', NULL), ('one row', ab_make_summary('control', 1, 3, 0)), ('constant', ab_make_summary('control', 10, 3, 0)),
	('tiny', ab_make_summary('control', 10, 0, 1e-150)), ('huge', ab_make_summary('control', 10, 0, 1e150)), ('no mean', ab_make_summary('control', 10, 0, 1));
INSERT INTO odd SELECT 'nan', ab_summary(x, 'control') FROM unnest('{1,2,NaN}'::float8[]) x;
INSERT INTO odd SELECT 'no control rows', ab_summary(1.5, 'B', 'A');
SELECT kind, ab_sample_size(s, 0.1) AS n, ab_power(10, s, 0.1) > 0.05 AS power, ab_mde(10, s) > 0 AS mde,
	   ab_sample_size(s, 0.1, relative => true) AS relative_n, ab_mde(10, s, relative => true) AS relative_mde, ab_duration(ab_sample_size(s, 0.1), 1000) AS days
FROM odd ORDER BY kind COLLATE "C";
SELECT kind, ab_sample_size(s, 0.1, design => 'ratio') AS ratio, ab_sample_size(s, 0.1, design => 'cuped') AS cuped, ab_sample_size(s, 0.1, design => 'paired') AS paired
FROM (SELECT 'zero denominator', ab_summary(y, 0, 'control') FROM unnest('{1,2,4,3}'::float8[]) y UNION ALL
	  SELECT 'the same twice', ab_summary(y, y, 'control') FROM unnest('{1,2,4,3}'::float8[]) y UNION ALL
	  SELECT 'exactly linear', ab_summary(0.1 + y * 3, y, 'control') FROM unnest('{0.1,0.2,0.4,0.3}'::float8[]) y UNION ALL
	  SELECT 'two rows', ab_summary(y, y * y, 'control') FROM unnest('{1,2}'::float8[]) y) d(kind, s) ORDER BY kind COLLATE "C";
-- a call with arguments of unknown type means the rate or the mean, never a summary
SELECT ab_sample_size(0.75, 0.05), ab_sample_size('0.75', '0.05'), ab_sample_size(NULL, 0.05, stddev => 1), ab_sample_size(1, 1, stddev => 1),
	   round(ab_power('1179', '0.75', '0.05')::numeric, 3) AS power, round(ab_mde('1179', '0.75')::numeric, 3) AS mde;
PREPARE untyped AS SELECT ab_sample_size($1, $2, $3, $4, $5, $6, $7);
EXECUTE untyped(0.75, 0.05, 0.05, 0.8, 1, 'two-sided', NULL);
PREPARE untyped_power AS SELECT round(ab_power($1, $2, $3)::numeric, 3);
EXECUTE untyped_power(1179, 0.75, 0.05);

-- non-inferiority; published: gsDesign nBinomial(0.25, 0.05, alpha 0.05, beta 0.1, delta0 0.1, ratio 1.5) = 173.22;
-- reference values: mpmath as above; statsmodels 0.13.5 TTestIndPower for the mean: 252.82
SELECT ab_sample_size_noninferiority(0.25, -0.1, power => 0.9, ratio => 1.5, direction => 'lower', effect => -0.2) AS gsdesign,
	   close(ab_power_noninferiority(174, 0.25, -0.1, ratio => 1.5, direction => 'lower', effect => -0.2), 0.90110305465753518) AS at_174,
	   close(ab_power_noninferiority(700, 0.9, 0.05, alpha => 0.025, ratio => 0.5), 0.6637557171976548) AS higher,
	   close(ab_power_noninferiority(30, 0.95, 0.05, alpha => 0.025, ratio => 2, effect => 0.05), 0.71560367801386184) AS to_one,
	   ab_sample_size_noninferiority(NULL, 0.25, alpha => 0.025, power => 0.9, ratio => 2, stddev => 1) AS mean;
-- no margin: the one-sided test; the direction mirrors a rate
SELECT ab_sample_size_noninferiority(0.3, 0, effect => 0.05) = ab_sample_size_proportion(0.3, 0.05, alternative => 'greater') AS no_margin,
	   ab_sample_size_noninferiority(0.3, 0.05) = ab_sample_size_noninferiority(0.7, 0.05, direction => 'lower') AS mirrored;
-- equivalence; reference values: integral over the difference (NumPy), mpmath for the rates
SELECT close(ab_power_equivalence(20, NULL, 0.8, ratio => 1.5, effect => 0.1, stddev => 1), 0.6954627662761923, 1e-10) AS shifted,
	   close(ab_power_equivalence(12, NULL, 1.25, stddev => 1), 0.8134208656764004, 1e-10) AS centred,
	   close(ab_power_equivalence(6852, NULL, 0.05, stddev => 1), 0.8000184122538812, 1e-10) AS many,
	   close(ab_power_equivalence(2000, 0.3, 0.05, ratio => 2, effect => 0.01), 0.93897847763830735) AS rates,
	   ab_power_equivalence(3, NULL, 0.1, stddev => 1) < 1e-6 AS hopeless;
-- wide margins on one side leave the one-sided test
SELECT close(ab_power_equivalence(50, NULL, 1000, effect => 999.5, stddev => 1), ab_power_noninferiority(50, NULL, 0.5, stddev => 1), 1e-10) AS one_margin;
SELECT m, e, r, n FROM generate_series(-2, 12) i, (VALUES (0::float8), (0.6), (-0.3)) effects(f), (VALUES (0.3::float8), (1), (2.5)) ratios(r),
	 LATERAL (SELECT 10 ^ (-i / 4.0)::float8, 10 ^ (-i / 4.0)::float8 * f) size(m, e), LATERAL (SELECT ab_sample_size_equivalence(NULL, m, ratio => r, effect => e, stddev => 1)) a(n)
WHERE NOT (ab_power_equivalence(n, NULL, m, ratio => r, effect => e, stddev => 1) >= 0.8
		   AND (n = greatest(2, ceil(3 / (1 + r))) OR ab_power_equivalence(n - 1, NULL, m, ratio => r, effect => e, stddev => 1) < 0.8));
SELECT m, e, r, n FROM generate_series(1, 12) i, (VALUES (0::float8), (0.6), (-0.3)) effects(f), (VALUES (0.3::float8), (1), (2.5)) ratios(r),
	 LATERAL (SELECT 0.2 * 10 ^ (-i / 4.0)::float8, 0.2 * 10 ^ (-i / 4.0)::float8 * f) size(m, e), LATERAL (SELECT ab_sample_size_equivalence(0.3, m, ratio => r, effect => e), ab_sample_size_noninferiority(0.3, m, ratio => r, effect => e)) a(n, k)
WHERE NOT (ab_power_equivalence(n, 0.3, m, ratio => r, effect => e) >= 0.8 AND (n = 2 OR ab_power_equivalence(n - 1, 0.3, m, ratio => r, effect => e) < 0.8)
		   AND ab_power_noninferiority(k, 0.3, m, ratio => r, effect => e) >= 0.8 AND (k = 2 OR ab_power_noninferiority(k - 1, 0.3, m, ratio => r, effect => e) < 0.8));

-- clusters, several comparisons, days
SELECT close(ab_design_effect(0.05, 20), 1.95) AS equal, close(ab_design_effect(0.05, 20, 0.4), 2.11) AS unequal, ab_design_effect(0.3, 1) AS of_one, ab_design_effect(0, 50, 2) AS unrelated,
	   ab_clusters(1000, 0.05, 20) AS clusters, ab_clusters(1000, 1, 20) AS all_alike, ab_clusters(1000, 0, 20) AS all_different, ab_clusters(NULL, 0, 20) AS unknown;
SELECT ab_adjusted_alpha(0.05, 10) AS bonferroni, close(ab_adjusted_alpha(0.05, 10, 'sidak'), 0.005116196891823701) AS sidak, close(ab_adjusted_alpha(1e-18, 10, 'sidak'), 1e-19) AS tiny,
	   ab_adjusted_alpha(0.05, 1, 'sidak') AS alone, ab_sample_size(0.75, 0.05, alpha => ab_adjusted_alpha(0.05, 3)) AS users;
SELECT ab_duration(6200, 550, 0.2) AS split, ab_duration(1000, 100) AS whole, ab_duration(1001, 100) AS one_more, ab_duration(10, 100, 0.9) AS rounding, ab_duration(1, 1e300) AS at_once,
	   ab_duration(ab_sample_size(0.75, 0.05, ratio => 0.2 / 0.8), 500, 0.2) AS from_size, ab_duration(NULL, 10) AS unknown;

-- errors
CREATE FUNCTION error_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
	hint text;
BEGIN
	EXECUTE query;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN sqlstate || ': ' || sqlerrm || ' | ' || detail || ' | ' || hint;
END $$;
\t on
SELECT error_of('SELECT ab_sample_size_proportion(' || arguments || ')')
FROM (VALUES ('0, 0.05'), ('NULL, 0.05'), ('0.75, 0'), ('0.75, 0.3'), ('0.2, -0.3'), ('0.75, -0.05, alternative => ''greater'''), ('0.5, 1e-300'), ('0.5, 1e-9'),
	('0.5, 0.1, alpha => 0'), ('0.5, 0.1, power => 0.05'), ('0.5, 0.1, ratio => 0'), ('0.5, 0.1, alternative => ''up'''), ('0.5, 0.1, method => ''exact'''), ('0.5, 0.1, method => NULL')) t(arguments);
SELECT error_of(query) FROM (VALUES ('SELECT ab_power_proportion(1, 0.5, 0.1)'), ('SELECT ab_mde_proportion(3, 0.9)'), ('SELECT ab_mde_proportion(2, 0.2, alternative => ''less'')'),
	('SELECT ab_sample_size_paired(0.1, 0, 0.5)'), ('SELECT ab_sample_size_paired(0.1, 1, 1)'), ('SELECT ab_sample_size_paired(0.1, 1, NULL)'), ('SELECT ab_sample_size_paired(0, 1, 0.5)'),
	('SELECT ab_sample_size_paired(1e300, 1e-300, 0)'), ('SELECT ab_sample_size_paired(0.1, 1, 0, power => 1)'), ('SELECT ab_sample_size_paired(1e-9, 1, 0)'), ('SELECT ab_power_paired(1, 0.1, 1, 0)'), ('SELECT ab_mde_paired(NULL, 1, 0)')) t(query);
SELECT error_of('SELECT ab_sample_size(' || arguments || ') FROM stored')
FROM (VALUES ('one, 0'), ('one, -1, alternative => ''greater'''), ('one, 1, design => ''anova'''), ('one, 1, design => ''ratio'''), ('four, 1, design => ''cuped'''), ('two, 1, design => ''ratio_cuped'''),
	('two, 1, design => ''paired'', ratio => 2'), ('one, 1, relative => NULL'), ('one, 1, design_effect => 0'), ('one, 1, control => ''C'''), ('one, 1, alpha => NULL')) t(arguments);
SELECT error_of('SELECT ab_sample_size(ab_summary(i, v), 1) FROM generate_series(1, 9) i, unnest(''{A,B}''::text[]) v');
SELECT error_of('SELECT ab_power(2, one, 1, ratio => 0.25) FROM stored');
SELECT error_of('SELECT ab_sample_size_noninferiority(' || arguments || ')')
FROM (VALUES ('0.5, NULL'), ('0.5, 0'), ('0.5, 0.1, effect => -0.1'), ('0.5, 0.1, effect => 0.1, direction => ''lower'''), ('0.5, 0.1, effect => ''NaN'''), ('0.03, 0.05'), ('0.97, 0.05, direction => ''lower'''),
	('0.9, 0.05, effect => 0.2'), ('0.5, 0.1, direction => NULL'), ('0.5, 0.1, direction => ''up'''), ('1, 0.1'), ('NULL, 0.1, stddev => 0'), ('NULL, 1e-9, stddev => 1')) t(arguments);
SELECT error_of('SELECT ab_sample_size_equivalence(' || arguments || ')')
FROM (VALUES ('0.5, 0'), ('0.5, ''Infinity'''), ('0.5, 0.1, effect => 0.1'), ('0.5, 0.1, effect => -0.2'), ('0.5, 0.1, effect => NULL'), ('0.03, 0.05'), ('0.97, 0.05'), ('NULL, 0.1'), ('NULL, 0.1, stddev => -1'), ('NULL, 1e-9, stddev => 1')) t(arguments);
SELECT error_of('SELECT ab_' || call)
FROM (VALUES ('power_noninferiority(1, 0.5, 0.1)'), ('power_equivalence(2, NULL, 1, ratio => 0.25, stddev => 1)'), ('design_effect(-0.1, 10)'), ('design_effect(2, 10)'), ('design_effect(0.1, 0.5)'), ('design_effect(0.1, 10, -1)'), ('design_effect(0.1, 1e300, 1e200)'),
	('clusters(0, 0.1, 10)'), ('clusters(10, NULL, 10)'), ('adjusted_alpha(0, 3)'), ('adjusted_alpha(0.05, 0)'), ('adjusted_alpha(0.05, NULL)'), ('adjusted_alpha(0.05, 3, ''holm'')'),
	('duration(0, 10)'), ('duration(10, 0)'), ('duration(10, NULL)'), ('duration(10, 10, 0)'), ('duration(10, 10, 1)'), ('duration(10, 1e-300)')) t(call);
\t off
DROP FUNCTION error_of, close;
DROP TABLE history, stored, odd;
