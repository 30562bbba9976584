\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
-- reference values: mpmath, 30 digits, roots of Farrington and Manning's cubic; statsmodels 0.13.5
-- power_proportions_2indep(-0.03, 0.28, 1000, ratio=2)
SELECT what, close(power, wanted) AS power FROM (VALUES
	('score', ab_power_proportion(1000, 0.25, 0.03, ratio => 2), 0.41382432341337879::float8),
	('z', ab_power_proportion(1000, 0.25, 0.03, ratio => 2, method => 'z'), 0.41382432341337879),
	('less', ab_power_proportion(900, 0.25, 0.05, 0.01, 0.5, 'less'), 0.38718024492618863),
	('signed', ab_power_proportion(900, 0.25, -0.05, 0.01, 0.5, 'less'), 0.38718024492618863),
	('unpooled', ab_power_proportion(9490, 0.4, 0.02, method => 'z_unpooled'), 0.80003006937235334))
	t(what, power, wanted);
-- published sizes: ClickHouse minSampleSizeConversion (3396.08, 5530.78), Booking.com (9490)
SELECT ab_sample_size_proportion(0.25, 0.03) AS clickhouse,
	   ab_sample_size_proportion(0.8, 0.02, alpha => 0.1, power => 0.85) AS older,
	   ab_sample_size_proportion(0.4, 0.02, method => 'z_unpooled') AS booking;
-- the rate aimed at
SELECT ab_sample_size_proportion(0.25, target => 0.28) AS clickhouse,
	   close(ab_power_proportion(1000, 0.25, target => 0.28), ab_power_proportion(1000, 0.25, 0.03)) AS power,
	   ab_sample_size_proportion(0.05, target => 0) AS to_zero;
-- a rate of 0 or 1 is an effect like any other
SELECT ab_sample_size_proportion(0.95, 0.05) AS to_one, ab_sample_size_proportion(0.05, -0.05) AS to_zero;
-- round trips over sizes from 2 to 1e9
SELECT b, e, r, alt, m, n
FROM (VALUES (0.001::float8), (0.2), (0.9)) baselines(b),
	 generate_series(1, 12) i,
	 (VALUES (0.3::float8), (1), (2.5)) ratios(r),
	 (VALUES ('two-sided'), ('less'), ('greater')) alternatives(alt),
	 (VALUES ('score'), ('z_unpooled')) methods(m),
	 LATERAL (SELECT 10 ^ (-i / 3.0)::float8 * CASE alt WHEN 'less' THEN b ELSE 1 - b END) size(e),
	 LATERAL (SELECT ab_sample_size_proportion(b, e, ratio => r, alternative => alt, method => m)) a(n),
	 LATERAL (SELECT ab_mde_proportion(n, b, ratio => r, alternative => alt, method => m)) d(mde)
WHERE NOT (ab_power_proportion(n, b, e, ratio => r, alternative => alt, method => m) >= 0.8
		   AND (n = 2 OR ab_power_proportion(n - 1, b, e, ratio => r, alternative => alt, method => m) < 0.8)
		   AND mde <= e * (1 + 1e-9)
		   AND (n = 2 OR
				abs(ab_power_proportion(n, b, mde, ratio => r, alternative => alt, method => m) - 0.8) < 1e-6));
-- what takes a decrease and what takes an increase are not the same
SELECT close(ab_mde_proportion(1000, 0.1), ab_mde_proportion(1000, 0.1, alpha => 0.025, alternative => 'greater'),
			 1e-5) AS same_but_for_the_other_tail,
	   ab_mde_proportion(1000, 0.1, alternative => 'less') <
	   ab_mde_proportion(1000, 0.1, alternative => 'greater') AS asymmetric;

-- errors
\t on
SELECT error_of('SELECT ab_sample_size_proportion(' || arguments || ')')
FROM (VALUES ('0, 0.05'), ('NULL, 0.05'), ('0.75, 0'), ('0.75, 0.3'), ('0.2, -0.3'),
	('0.75, -0.05, alternative => ''greater'''), ('0.5, 1e-300'), ('0.5, 1e-9'), ('0.5, 0.1, alpha => 0'),
	('0.5, 0.1, power => 0.05'), ('0.5, 0.1, ratio => 0'), ('0.5, 0.1, alternative => ''up'''),
	('0.5'), ('0.5, 0.1, target => 0.6'), ('0.5, target => 0.5'), ('0.5, target => 1.1'),
	('0.5, 0.1, method => ''exact'''), ('0.5, 0.1, method => NULL')) t(arguments);
SELECT error_of(query) FROM (VALUES ('SELECT ab_power_proportion(1, 0.5, 0.1)'), ('SELECT ab_mde_proportion(3, 0.9)'),
	('SELECT ab_mde_proportion(2, 0.2, alternative => ''less'')')) t(query);
\t off
