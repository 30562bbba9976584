\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
-- the reference: ceil(statsmodels TTestIndPower().solve_power(0.05 / sqrt(0.75 * 0.25), alpha=0.05, power=0.8))
SELECT ab_sample_size(0.75, 0.05) AS users_per_group;

-- reference values: statsmodels 0.13.5 TTestIndPower().solve_power(...), rounded up
SELECT n FROM (VALUES
	(ab_sample_size(0.75, 0.05, ratio => 0.25), 2945::bigint),
	(ab_sample_size(0.10, 0.01), 14129),
	(ab_sample_size(0.10, 0.01, alpha => 0.01, power => 0.9), 26785),
	(ab_sample_size(0.5, 0.2, alternative => 'greater'), 78),
	(ab_sample_size(0.5, 0.2, alternative => 'less'), 78),
	(ab_sample_size(0.5, -0.2, alternative => 'less'), 78),
	(ab_sample_size(3.8, 0.1, stddev => 1.1), 1901),
	(ab_sample_size(NULL, 0.1, stddev => 1.1), 1901),
	(ab_sample_size(3.8, -0.1, stddev => 1.1), 1901),
	(ab_sample_size(0, 5, stddev => 1), 3),
	(ab_sample_size(0, 1000, stddev => 1), 2)) t(n, expected)
WHERE n IS DISTINCT FROM expected;

-- the rate aimed at in place of the effect; without its name the second argument is the effect
SELECT ab_sample_size(0.10, 0.12) AS twelve_points, ab_sample_size(0.10, target => 0.12) AS to_twelve_percent,
	   ab_sample_size(0.10, 0.02) AS the_same, ab_sample_size(0.75, target => 0.80, ratio => 0.25) AS article,
	   ab_power(1179, 0.75, target => 0.8) = ab_power(1179, 0.75, 0.8::float8 - 0.75) AS power,
	   ab_sample_size(0.10, target => 0.08, alternative => 'less') =
	   ab_sample_size(0.10, 0.02, alternative => 'less') AS less,
	   ab_sample_size(0.1, NULL, 0.05, 0.8, 1, 'two-sided', NULL, 0.12) AS by_position;

-- reference values: mpmath, 50 digits, quadrature of the noncentral t
SELECT close(ab_power(1179, 0.75, 0.05), 0.80023630819467482, 1e-10) AS power_1179,
	   ab_power(1179, 0.75, 0.05) >= 0.8 AS enough, ab_power(1178, 0.75, 0.05) < 0.8 AS one_less_is_not,
	   close(ab_mde(1179, 0.75), 0.05, 1e-3) AS mde, ab_mde(1179, 0.75) <= 0.05 AS at_most_the_effect;

-- round trips over sizes from 2 to 1e9
SELECT s, r, alt, n
FROM generate_series(0, 31) i,
	 (VALUES (0.1::float8), (0.25), (1), (3.5)) ratios(r),
	 (VALUES ('two-sided'), ('less'), ('greater')) alternatives(alt),
	 LATERAL (SELECT 10 ^ (i * 0.17 - 4.4)::float8) size(s),
	 LATERAL (SELECT ab_sample_size(0, s, ratio => r, alternative => alt, stddev => 1)) a(n),
	 LATERAL (SELECT greatest(2, ceil(3 / (1 + r))), ab_mde(n, 0, ratio => r, alternative => alt, stddev => 1))
		b(least, mde)
WHERE NOT (ab_power(n, 0, s, ratio => r, alternative => alt, stddev => 1) >= 0.8
		   AND (n = least OR ab_power(n - 1, 0, s, ratio => r, alternative => alt, stddev => 1) < 0.8)
		   AND (n = least OR abs(ab_power(n, 0, mde, ratio => r, alternative => alt, stddev => 1) - 0.8) < 1e-9));
SELECT ab_power(1000000000, 0.5, 0.0001) BETWEEN 0.99 AND 1 AS a_billion_users,
	   ab_mde(1000000000, 0.5) BETWEEN 6e-5 AND 7e-5 AS their_effect,
	   ab_power(2, 0, 1e-12, stddev => 1) BETWEEN 0.05 AND 0.0500001 AS no_effect;
-- many degrees of freedom; reference value: mpmath, 50 digits
SELECT close(ab_power(595179554, 1, 0.111673 * sqrt((1 + 1 / 3.0) / 595179554)::float8, 7.809e-05, ratio => 3,
					  alternative => 'less', stddev => 1), 0.000121580010789292) AS large_df;
-- both tails count
SELECT abs(ab_power(10, 0, 0.01, stddev => 1) - 0.05) < 1e-3 AS two_sided,
	   ab_power(10, 0, 0.01, alternative => 'greater', stddev => 1) > 0.05 AS one_sided;

-- errors
\t on
SELECT error_of('SELECT ab_sample_size(' || arguments || ')')
FROM (VALUES ('0, 0.05'), ('1, 0.05'), ('75, 5'), ('NULL, 0.05'), ('''NaN'', 0.05'), ('0.75, 0'), ('0.75, 0.3'),
	('0.2, -0.3'), ('0.75, NULL'), ('0.75, ''NaN'''), ('0.75, 0.05, alpha => 0'), ('0.75, 0.05, alpha => 1'),
	('0.75, 0.05, alpha => NULL'), ('0.75, 0.05, power => 1'), ('0.75, 0.05, power => 0.05'),
	('0.75, 0.05, power => NULL'), ('0.75, 0.05, ratio => 0'), ('0.75, 0.05, ratio => ''Infinity'''),
	('0.75, 0.05, alternative => ''larger'''), ('0.75, -0.05, alternative => ''greater'''), ('0, 1, stddev => 0'),
	('0, 1, stddev => -1'), ('0, 1, stddev => ''Infinity'''), ('0, 1e-300, stddev => 1e300'),
	('0, 1e-9, stddev => 1'), ('0.1'), ('0.1, 0.02, target => 0.12'), ('0.1, target => 0.1'), ('0.1, target => 12'),
	('0.1, target => ''NaN'''), ('0.1, target => 0.12, alternative => ''less'''),
	('0.1, target => 0.08, alternative => ''greater'''), ('3, target => 0.3, stddev => 1')) t(arguments);
SELECT error_of('SELECT ab_power(100, 0.1)');
SELECT error_of('SELECT ab_power(1, 0.5, 0.1)');
SELECT error_of('SELECT ab_power(NULL, 0.5, 0.1)');
SELECT error_of('SELECT ab_power(9223372036854775807, 0.5, 0.1)');
SELECT error_of('SELECT ab_mde(1, 0.5)');
SELECT error_of('SELECT ab_power(2, 0, 1, ratio => 0.25, stddev => 1)');
SELECT error_of('SELECT ab_mde(100, 0.5, power => 0.01)');
\t off
