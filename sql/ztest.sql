-- The z-test of two means with known standard deviations.
\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql

-- reference values: mpmath, 30 digits
SET extra_float_digits = -11;	-- print four digits
SELECT * FROM ab_ztest(arms(40, 100, 14, 50, 105, 16), 15) \gx
RESET extra_float_digits;
SELECT alternative, wrong(to_jsonb(t), wanted::jsonb ||
		'{"std_error": 2.2147234590350100863, "statistic": 2.2576182049286545223, "df": null}')
FROM (VALUES
	('two-sided', '{"p_value": 0.023969472674119029593, "diff_low": 1.3571040857117522563,
		"diff_high": 8.6428959142882477437, "lift_low_pct": 1.3369190382820296157,
		"lift_high_pct": 8.7781972661665799083, "significant": true}'),
	('less', '{"p_value": 0.9880152636629404852, "diff_low": null, "diff_high": 7.8382823161746699959,
		"lift_low_pct": null, "lift_high_pct": 7.933338313444050567, "significant": false}'),
	('greater', '{"p_value": 0.011984736337059514796, "diff_low": 2.1617176838253300041, "diff_high": null,
		"lift_low_pct": 2.1365268943882405829, "lift_high_pct": null, "significant": true}')) w(alternative, wanted),
	 ab_ztest(arms(40, 100, 14, 50, 105, 16), 9, treatment_stddev => 12, alternative => w.alternative, alpha => 0.1) t;
-- the example of ClickHouse's meanZTest
SELECT wrong(to_jsonb(t), '{"statistic": 3.2841296025548097, "p_value": 0.0010229786769086113,
		"diff_low": 0.8198428246768318, "diff_high": 3.2468238419898349}'::jsonb, 1e-11)
FROM (SELECT ab_summary(x, v) s FROM (VALUES (18.9, 'control'), (19.0, 'control'), (20.3, 'control'),
	(20.3, 'treatment'), (21.9, 'treatment'), (22.1, 'treatment')) d(x, v)) q,
	 ab_ztest(s, sqrt(0.45), treatment_stddev => sqrt(0.7)) t;
-- the spread in the data does not matter, nor whether there is any
SELECT wrong(to_jsonb(a) || two, to_jsonb(b) || two) AS other
FROM ab_ztest(arms(40, 100, 14, 50, 105, 16), 15) a, ab_ztest(arms(40, 100, 0, 50, 105, 0), 15) b,
	 jsonb_build_object('control_stddev', 0, 'treatment_stddev', 0) two;
-- one row is enough, and other arms are left alone
SELECT control, treatment, diff, round(statistic::numeric, 5) AS z, round(p_value::numeric, 5) AS p, note
FROM ab_ztest((SELECT ab_summary(x, v) FROM (VALUES (1, 'a'), (4, 'b'), (9, 'c')) t(x, v)), 1, 'a', 'b');
-- p-values and intervals agree
SELECT count(*) FILTER (WHERE t.significant) > 20 AS both_occur,
	   count(*) FILTER (WHERE excludes(t.diff_low, t.diff_high) <> t.significant) AS diff_contradicts,
	   count(*) FILTER (WHERE excludes(t.lift_low_pct, t.lift_high_pct) <> t.significant) AS lift_contradicts
FROM generate_series(-20, 20) d, unnest('{two-sided,less,greater}'::text[]) side,
	 unnest('{0.001,0.05,0.4}'::float8[]) level,
	 ab_ztest(arms(900, 10, 1, 300, 10 + d / 20.0, 3), 2, alpha => level, alternative => side) t;

-- data never raises
SELECT t.control, t.treatment, round(t.p_value::numeric, 5) AS p, t.note
FROM (VALUES (NULL::ab_summary), (ab_make_summary('control', 5, 1, 1)), (arms(5, 0, 1, 5, 3, 1))) s(s),
	 ab_ztest(s, 2) t;

-- query mistakes do
\t on
SELECT error_of($$SELECT ab_ztest(NULL, 0)$$);
SELECT error_of($$SELECT ab_ztest(NULL, NULL)$$);
SELECT error_of($$SELECT ab_ztest(NULL, 'Infinity')$$);
SELECT error_of($$SELECT ab_ztest(NULL, 1, treatment_stddev => -1)$$);
SELECT error_of($$SELECT ab_ztest(NULL, 1, alpha => 5)$$);
SELECT error_of($$SELECT ab_ztest(NULL, 1, alternative => 'larger')$$);
\t off
