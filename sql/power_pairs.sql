\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
-- reference values: statsmodels 0.13.5 TTestPower: 33.37, 328.14, 0.8077775012792737, and the root of its power less
-- 0.8 by brentq (its own solve_power stops at 0.49502913)
SELECT ab_sample_size_paired(0.5, 1, 0.5) AS pairs,
	   ab_sample_size_paired(0.2, 1, 0.5, 0.01, 0.9, 'greater') AS one_sided,
	   close(ab_power_paired(34, 0.5, 1, 0.5), 0.8077775012792737) AS power,
	   close(ab_mde_paired(34, 1, 0.5), 0.4950280979734406) AS mde;
-- with correlation 0 it takes about as many pairs as users in each of two groups, with 0.9 a tenth of them
SELECT ab_sample_size(0, 0.1, stddev => 1) AS users, ab_sample_size_paired(0.1, 1, 0) AS unrelated,
	   ab_sample_size_paired(0.1, 1, 0.9) AS related;
-- round trips
SELECT e, alt, n
FROM generate_series(-6, 16) i, (VALUES ('two-sided'), ('less'), ('greater')) alternatives(alt),
	 LATERAL (SELECT 10 ^ (-i / 4.0)::float8) size(e),
	 LATERAL (SELECT ab_sample_size_paired(e, 1, 0.3, alternative => alt)) a(n)
WHERE NOT (ab_power_paired(n, e, 1, 0.3, alternative => alt) >= 0.8
		   AND (n = 2 OR ab_power_paired(n - 1, e, 1, 0.3, alternative => alt) < 0.8)
		   AND ab_mde_paired(n, 1, 0.3, alternative => alt) <= e * (1 + 1e-12));

-- errors
\t on
SELECT error_of(query) FROM (VALUES ('SELECT ab_sample_size_paired(0.1, 0, 0.5)'),
	('SELECT ab_sample_size_paired(0.1, 1, 1)'), ('SELECT ab_sample_size_paired(0.1, 1, NULL)'),
	('SELECT ab_sample_size_paired(0, 1, 0.5)'), ('SELECT ab_sample_size_paired(1e300, 1e-300, 0)'),
	('SELECT ab_sample_size_paired(0.1, 1, 0, power => 1)'), ('SELECT ab_sample_size_paired(1e-9, 1, 0)'),
	('SELECT ab_power_paired(1, 0.1, 1, 0)'), ('SELECT ab_mde_paired(NULL, 1, 0)')) t(query);
\t off
