\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
-- reference values: NumPy for the variances, statsmodels 0.13.5 TTestIndPower and TTestPower for the sizes
CREATE TABLE history AS
SELECT 2 * x + (i * 5) % 7 AS y, x, (i * 3) % 13 + 2.0::float8 AS u, (i * 11) % 9 + 1.0::float8 AS v,
	   CASE WHEN arm = 1 THEN 'control' ELSE 'B' END AS variant
FROM generate_series(1, 40) i, generate_series(1, 2) arm,
	 LATERAL (SELECT CASE WHEN arm = 1 THEN (i * 7) % 11 + 1.0::float8 ELSE i END) c(x);
CREATE TABLE stored AS
SELECT ab_summary(y, variant) one, ab_summary(y, x, variant) two, ab_summary(y, x, u, v, variant) four FROM history;
SELECT columns, design, ab_sample_size(s, 0.1, ratio => ratio, relative => true, design => design) AS n
FROM stored, LATERAL (VALUES (1, one, 'mean', 0.5), (2, two, 'ratio', 0.5),
	(4, four, 'ratio', 0.5), (2, two, 'cuped', 0.5), (4, four, 'ratio_cuped', 0.5), (2, two, 'paired', 1))
	t(columns, s, design, ratio);
SELECT ab_sample_size(one, 0.1, ratio => 0.5, relative => true) AS mean_is_the_default FROM stored;
-- the same question of known numbers has the same answer
SELECT ab_sample_size(s, 0.5) = ab_sample_size(10, 0.5, stddev => 2) AS size,
	   ab_sample_size(s, 0.05, relative => true) = ab_sample_size(10, 0.5, stddev => 2) AS relative,
	   ab_sample_size(s, 0.5, design_effect => 2.11) = ab_sample_size(10, 0.5, stddev => 2 * sqrt(2.11)) AS clusters,
	   close(ab_power(300, s, 0.5), ab_power(300, 10, 0.5, stddev => 2)) AS power,
	   close(ab_mde(300, s), ab_mde(300, 10, stddev => 2)) AS mde,
	   close(ab_mde(300, s, relative => true), ab_mde(300, 10, stddev => 2) / 10) AS relative_mde
FROM ab_make_summary('any name', 1000, 10, 2) s;
SELECT ab_sample_size(s, 0.05, relative => true) = ab_sample_size(10, 0.5, stddev => 2) AS negative_mean,
	   ab_sample_size(s, 0.05, relative => true, alternative => 'greater') =
	   ab_sample_size(10, 0.5, stddev => 2, alternative => 'greater') AS one_sided
FROM ab_make_summary('control', 1000, -10, 2) s;
-- the tests find the variance that was planned with: two arms with the same rows
SELECT design, close(std_error, ab_mde(40, s, design => design) / ab_mde(40, 0, stddev => 1) * sqrt(2 / 40.0)) AS agrees
FROM (SELECT ab_summary(y, x, w) two, ab_summary(y, x, u, v, w) four
	  FROM history, unnest('{control,treatment}'::text[]) w WHERE variant = 'control') h,
	 LATERAL (SELECT 'mean', one, std_error FROM ab_column(two, 1) one, ab_ttest(one)
			  UNION ALL SELECT 'ratio', two, std_error FROM ab_ratio(two)
			  UNION ALL SELECT 'cuped', two, std_error FROM ab_cuped(two)
			  UNION ALL SELECT 'ratio_cuped', four, std_error FROM ab_ratio_cuped(four)) t(design, s, std_error);
-- which arm it is, by name and by what the summary carries
SELECT ab_sample_size(one, 1, control => 'B') = ab_sample_size(a, 1) AS named,
	   ab_sample_size(carried, 1) = ab_sample_size(a, 1) AS carried,
	   ab_sample_size(one, 1) <> ab_sample_size(a, 1) AS differs
FROM stored, (SELECT ab_summary(y, variant) a FROM history WHERE variant = 'B') h,
	 (SELECT ab_summary(y, variant, 'B') carried FROM history) c;
-- round trips
SELECT design, effect, n
FROM stored, unnest('{mean,ratio,cuped,paired}'::text[]) design, unnest('{0.01,0.1,0.7}'::float8[]) effect,
	 LATERAL (SELECT CASE design WHEN 'mean' THEN ab_column(two, 1) ELSE two END) c(s),
	 LATERAL (SELECT ab_sample_size(s, effect, design => design)) a(n)
WHERE NOT (ab_power(n, s, effect, design => design) >= 0.8
		   AND (n = 2 OR ab_power(n - 1, s, effect, design => design) < 0.8)
		   AND ab_mde(n, s, design => design) <= effect * (1 + 1e-12));
-- what a summary does not tell is NULL, no error
CREATE TABLE odd (kind text, s ab_summary);
INSERT INTO odd VALUES ('none', NULL), ('one row', ab_make_summary('control', 1, 3, 0)),
	('constant', ab_make_summary('control', 10, 3, 0)), ('tiny', ab_make_summary('control', 10, 0, 1e-150)),
	('huge', ab_make_summary('control', 10, 0, 1e150)), ('no mean', ab_make_summary('control', 10, 0, 1));
INSERT INTO odd SELECT 'nan', ab_summary(x, 'control') FROM unnest('{1,2,NaN}'::float8[]) x;
INSERT INTO odd SELECT 'no control rows', ab_summary(1.5, 'B', 'A');
SELECT kind, ab_sample_size(s, 0.1) AS n, ab_power(10, s, 0.1) > 0.05 AS power, ab_mde(10, s) > 0 AS mde,
	   ab_sample_size(s, 0.1, relative => true) AS relative_n, ab_mde(10, s, relative => true) AS relative_mde,
	   ab_duration(ab_sample_size(s, 0.1), 1000) AS days
FROM odd ORDER BY kind COLLATE "C";
SELECT kind, ab_sample_size(s, 0.1, design => 'ratio') AS ratio, ab_sample_size(s, 0.1, design => 'cuped') AS cuped,
	   ab_sample_size(s, 0.1, design => 'paired') AS paired
FROM (SELECT 'zero denominator', ab_summary(y, 0, 'control') FROM unnest('{1,2,4,3}'::float8[]) y
	  UNION ALL SELECT 'the same twice', ab_summary(y, y, 'control') FROM unnest('{1,2,4,3}'::float8[]) y
	  UNION ALL SELECT 'exactly linear', ab_summary(0.1 + y * 3, y, 'control')
	  FROM unnest('{0.1,0.2,0.4,0.3}'::float8[]) y
	  UNION ALL SELECT 'two rows', ab_summary(y, y * y, 'control') FROM unnest('{1,2}'::float8[]) y) d(kind, s)
ORDER BY kind COLLATE "C";
-- a call with arguments of unknown type means the rate or the mean, never a summary
SELECT ab_sample_size(0.75, 0.05) AS numbers, ab_sample_size('0.75', '0.05') AS literals,
	   ab_sample_size(NULL, 0.05, stddev => 1) AS no_mean, ab_sample_size(1, 1, stddev => 1) AS whole,
	   round(ab_power('1179', '0.75', '0.05')::numeric, 3) AS power, round(ab_mde('1179', '0.75')::numeric, 3) AS mde;
PREPARE untyped AS SELECT ab_sample_size($1, $2, $3, $4, $5, $6, $7);
EXECUTE untyped(0.75, 0.05, 0.05, 0.8, 1, 'two-sided', NULL);
PREPARE untyped_power AS SELECT round(ab_power($1, $2, $3)::numeric, 3);
EXECUTE untyped_power(1179, 0.75, 0.05);
-- where the forms for a rate have as many arguments as those for a summary, the text of a summary is one
PREPARE untyped_summary AS SELECT ab_sample_size($1, $2, $3, $4, $5, $6, $7, $8);
SELECT two FROM stored \gset
EXECUTE untyped_summary(:'two', 0.1, 0.05, 0.8, 1, 'two-sided', 1, 'ratio');
PREPARE untyped_summary_power AS SELECT round(ab_power($1, $2, $3, $4, $5, $6, $7, $8)::numeric, 6);
EXECUTE untyped_summary_power(100, :'two', 0.1, 0.05, 1, 'two-sided', 1, 'ratio');
SELECT ab_sample_size(two, 0.1, 0.05, 0.8, 1, 'two-sided', 1, 'ratio') AS size,
	   round(ab_power(100, two, 0.1, 0.05, 1, 'two-sided', 1, 'ratio')::numeric, 6) AS power,
	   ab_sample_size(NULL, 0.1, 0.05, 0.8, 1, 'two-sided', 1, 'ratio') AS unknown,
	   ab_sample_size(NULL, 0.1, 0.05, 0.8, 1, 'two-sided', 1, 'ratio', true) AS more FROM stored;
-- the noise of the control mean in a lift, by the delta method: the normal approximation, and round trips
SELECT lift, ratio, side, n,
	   close(n, ((z + 0.8416212335729143) / lift) ^ 2 * ((1 + lift) ^ 2 + 1 / ratio), 0.02) AS normal,
	   power >= 0.8 AND below < 0.8 AND close(ab_power(n, s, mde, ratio => ratio, relative => true, alternative => side,
													   mean_known => false), 0.8, 1e-9) AS round_trip
FROM ab_make_summary('control', 1000, 2, 2) s,
	 (VALUES (0.1::float8, 'two-sided', 1.959963984540054::float8), (0.5, 'two-sided', 1.959963984540054),
		(-0.2, 'two-sided', 1.959963984540054), (-0.2, 'less', 1.6448536269514722)) l(lift, side, z),
	 unnest('{1,0.25}'::float8[]) ratio,
	 ab_sample_size(s, lift, ratio => ratio, relative => true, alternative => side, mean_known => false) n,
	 ab_power(n, s, lift, ratio => ratio, relative => true, alternative => side, mean_known => false) power,
	 ab_power(n - 1, s, lift, ratio => ratio, relative => true, alternative => side, mean_known => false) below,
	 ab_mde(n, s, ratio => ratio, relative => true, alternative => side, mean_known => false) mde;
SELECT ab_mde(2, s, relative => true, mean_known => false) AS no_lift_is_found
FROM ab_make_summary('control', 9, 1, 1) s;

-- errors
\t on
SELECT error_of('SELECT ab_sample_size(' || arguments || ') FROM stored')
FROM (VALUES ('one, 0'), ('one, -1, alternative => ''greater'''), ('one, 1, design => ''anova'''),
	('one, 1, design => ''ratio'''), ('two, 1'), ('four, 1, design => ''cuped'''),
	('two, 1, design => ''ratio_cuped'''),
	('two, 1, design => ''paired'', ratio => 2'), ('one, 1, relative => NULL'), ('one, 1, design_effect => 0'),
	('one, 1, mean_known => false'), ('two, 1, relative => true, design => ''paired'', mean_known => false'),
	('one, 1, control => ''C'''), ('one, 1, alpha => NULL')) t(arguments);
SELECT error_of($$SELECT ab_sample_size(ab_summary(i, v), 1)
	FROM generate_series(1, 9) i, unnest('{A,B}'::text[]) v$$);
SELECT error_of('SELECT ab_power(2, one, 1, ratio => 0.25) FROM stored');
-- a rate has no room for the effect
SELECT error_of('SELECT ab_sample_size(ab_make_summary(''a'', 1000, ' || arguments)
FROM (VALUES ('100), 2)'), ('100), -0.5)'), ('100), 12, relative => true)'), ('950), 0.1, alternative => ''greater'')'),
	('950), 0.1)'), ('100), 0.9)')) t(arguments);
\t off

DROP TABLE history, stored, odd;
