\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
-- non-inferiority; published: gsDesign nBinomial(0.25, 0.05, alpha 0.05, beta 0.1, delta0 0.1, ratio 1.5) = 173.22;
-- reference values: mpmath, roots of Farrington and Manning's cubic; statsmodels 0.13.5 TTestIndPower for the mean:
-- 252.82
SELECT ab_sample_size_noninferiority(0.25, -0.1, power => 0.9, ratio => 1.5, direction => 'lower',
									 effect => -0.2) AS gsdesign,
	   ab_sample_size_noninferiority(NULL, 0.25, alpha => 0.025, power => 0.9, ratio => 2, stddev => 1) AS mean;
SELECT what, close(power, wanted) AS power FROM (VALUES
	('at 174', ab_power_noninferiority(174, 0.25, -0.1, ratio => 1.5, direction => 'lower', effect => -0.2),
	 0.90110305465753518::float8),
	('higher', ab_power_noninferiority(700, 0.9, 0.05, alpha => 0.025, ratio => 0.5), 0.6637557171976548),
	('to one', ab_power_noninferiority(30, 0.95, 0.05, alpha => 0.025, ratio => 2, effect => 0.05),
	 0.71560367801386184)) t(what, power, wanted);
-- no margin: the one-sided test; the direction mirrors a rate
SELECT ab_sample_size_noninferiority(0.3, 0, effect => 0.05) =
	   ab_sample_size_proportion(0.3, 0.05, alternative => 'greater') AS no_margin,
	   ab_sample_size_noninferiority(0.3, 0.05) =
	   ab_sample_size_noninferiority(0.7, 0.05, direction => 'lower') AS mirrored;
-- equivalence; reference values: integral over the difference (NumPy), mpmath for the rates
SELECT what, close(power, wanted, tolerance) AS power FROM (VALUES
	('shifted', ab_power_equivalence(20, NULL, 0.8, ratio => 1.5, effect => 0.1, stddev => 1),
	 0.6954627662761923::float8, 1e-10::float8),
	('centred', ab_power_equivalence(12, NULL, 1.25, stddev => 1), 0.8134208656764004, 1e-10),
	('many', ab_power_equivalence(6852, NULL, 0.05, stddev => 1), 0.8000184122538812, 1e-10),
	('rates', ab_power_equivalence(2000, 0.3, 0.05, ratio => 2, effect => 0.01), 0.93897847763830735, 1e-12))
	t(what, power, wanted, tolerance);
SELECT ab_power_equivalence(3, NULL, 0.1, stddev => 1) < 1e-6 AS hopeless;
-- wide margins on one side leave the one-sided test
SELECT close(ab_power_equivalence(50, NULL, 1000, effect => 999.5, stddev => 1),
			 ab_power_noninferiority(50, NULL, 0.5, stddev => 1), 1e-10) AS one_margin;
-- round trips: no row
SELECT m, e, r, n
FROM generate_series(-2, 12) i, unnest('{0,0.6,-0.3}'::float8[]) f, unnest('{0.3,1,2.5}'::float8[]) r,
	 LATERAL (SELECT 10 ^ (-i / 4.0)::float8, 10 ^ (-i / 4.0)::float8 * f) size(m, e),
	 LATERAL (SELECT ab_sample_size_equivalence(NULL, m, ratio => r, effect => e, stddev => 1)) a(n)
WHERE NOT (ab_power_equivalence(n, NULL, m, ratio => r, effect => e, stddev => 1) >= 0.8
		   AND (n = greatest(2, ceil(3 / (1 + r)))
				OR ab_power_equivalence(n - 1, NULL, m, ratio => r, effect => e, stddev => 1) < 0.8));
SELECT m, e, r, n, k
FROM generate_series(1, 12) i, unnest('{0,0.6,-0.3}'::float8[]) f, unnest('{0.3,1,2.5}'::float8[]) r,
	 LATERAL (SELECT 0.2 * 10 ^ (-i / 4.0)::float8, 0.2 * 10 ^ (-i / 4.0)::float8 * f) size(m, e),
	 LATERAL (SELECT ab_sample_size_equivalence(0.3, m, ratio => r, effect => e),
					 ab_sample_size_noninferiority(0.3, m, ratio => r, effect => e)) a(n, k)
WHERE NOT (ab_power_equivalence(n, 0.3, m, ratio => r, effect => e) >= 0.8
		   AND (n = 2 OR ab_power_equivalence(n - 1, 0.3, m, ratio => r, effect => e) < 0.8)
		   AND ab_power_noninferiority(k, 0.3, m, ratio => r, effect => e) >= 0.8
		   AND (k = 2 OR ab_power_noninferiority(k - 1, 0.3, m, ratio => r, effect => e) < 0.8));

-- errors
\t on
SELECT error_of('SELECT ab_sample_size_noninferiority(' || arguments || ')')
FROM (VALUES ('0.5, NULL'), ('0.5, 0'), ('0.5, 0.1, effect => -0.1'),
	('0.5, 0.1, effect => 0.1, direction => ''lower'''), ('0.5, 0.1, effect => ''NaN'''), ('0.03, 0.05'),
	('0.97, 0.05, direction => ''lower'''), ('0.9, 0.05, effect => 0.2'), ('0.5, 0.1, direction => NULL'),
	('0.5, 0.1, direction => ''up'''), ('1, 0.1'), ('NULL, 0.1, stddev => 0'),
	('NULL, 1e-9, stddev => 1')) t(arguments);
SELECT error_of('SELECT ab_sample_size_equivalence(' || arguments || ')')
FROM (VALUES ('0.5, 0'), ('0.5, ''Infinity'''), ('0.5, 0.1, effect => 0.1'), ('0.5, 0.1, effect => -0.2'),
	('0.5, 0.1, effect => NULL'), ('0.03, 0.05'), ('0.97, 0.05'), ('NULL, 0.1'), ('NULL, 0.1, stddev => -1'),
	('NULL, 1e-9, stddev => 1')) t(arguments);
SELECT error_of('SELECT ab_power_' || call)
FROM (VALUES ('noninferiority(1, 0.5, 0.1)'), ('equivalence(2, NULL, 1, ratio => 0.25, stddev => 1)')) t(call);
\t off
