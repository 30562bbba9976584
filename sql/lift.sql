\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
-- Intervals of the lift as other engines make them, on their published cases; their quantiles have nine digits.
CREATE FUNCTION sums(variant text, n bigint, total float8, squares float8) RETURNS ab_summary LANGUAGE sql AS $$
	SELECT ab_make_summary(variant, n, total / n, sqrt((squares - total * total / n) / (n - 1)))
$$;
CREATE FUNCTION arm2(variant text, n bigint, sy float8, syy float8, sx float8, sxx float8, sxy float8)
RETURNS ab_summary LANGUAGE sql IMMUTABLE AS $$
	SELECT format('{"version": 1, "columns": 2, "unassigned": 0, "arms": [{"variant": "%s", "n": %s,'
		' "nonfinite": 0, "missing": [0, 0, 0], "control": false,'
		' "overflow": false, "binary": [false, false], "mean": [%s, %s], "mean_low": [0, 0], "comoment": [%s, %s, %s],'
		' "comoment_low": [0, 0, 0]}]}',
		variant, n, sy / n, sx / n, syy - sy * sy / n, sxy - sx * sy / n, sxx - sx * sx / n)::ab_summary
$$;
-- GrowthBook: means, and a proportion with the variance p (1 - p)
SELECT wrong(to_jsonb(t), '{"relative_lift_pct": 70.73170731707317, "lift_low_pct": -3.526008906611777,
	"lift_high_pct": 144.9894235407581}') AS means, wrong(to_jsonb(p), '{"relative_lift_pct": 6.666666666666665,
	"lift_low_pct": -47.7674027893795, "lift_high_pct": 61.10073612271283}', 1e-8) AS proportions
FROM ab_ttest(ab_summary_combine(sums('control', 3407, 1396.87, 52377.9767),
								 sums('treatment', 3461, 2422.7, 134698.29)),
			  equal_var => false, lift_method => 'delta') t,
	 ab_ttest(arms(28, 0.5, 0.5, 30, 16 / 30.0::float8, sqrt(16 / 30.0::float8 * 14 / 30)), equal_var => false,
			  lift_method => 'delta') p;
SELECT side, lift_low_pct, lift_high_pct, note
FROM unnest('{greater,less}'::text[]) side,
	 ab_ttest(ab_summary_combine(sums('control', 3000, 1396.87, 52377.9767),
								 sums('treatment', 3461, 2422.7, 134698.29)),
			  equal_var => false, alternative => side, lift_method => 'delta');
-- GrowthBook's CUPED: theta over all rows, the lift over the plain mean; p = 0.003732549 is that of the lift, so at
-- that level an end is 0
CREATE TABLE cuped AS SELECT ab_summary_combine(arm2('control', 3001, 300, 600, 210, 415, -20),
												arm2('treatment', 3000, 222, 555, 120, 405, -10)) AS s;
SELECT close(relative_lift_pct, -28.17071538457276) AS lift, abs(lift_high_pct) < 1e-12 AS p, method, note
FROM cuped, ab_cuped(s, theta => 'total', lift_method => 'delta', lift_base => 'unadjusted',
					 alpha => 0.0037325486152390446);
-- the same theta as a number
SELECT wrong(to_jsonb(a) - '{method,note}'::text[], to_jsonb(b) - '{method,note}'::text[], 1e-13) AS differs, a.method
FROM cuped,
	 (SELECT sxy / sxx AS theta FROM (
		SELECT -30 - 522 * 330 / 6001.0::float8 AS sxy, 820 - 330 * 330 / 6001.0::float8 AS sxx) q) t,
	 ab_cuped(s, theta_value => theta, lift_method => 'delta', lift_base => 'unadjusted') a,
	 ab_cuped(s, theta => 'total', lift_method => 'delta', lift_base => 'unadjusted') b;
-- tea-tasting: rows of 53 and 47 users; intervals of the log ratio, of means and, pooled and one-sided, of ratios
CREATE TABLE users AS
SELECT 'control' AS v, * FROM unnest('{4,1,0,0,0,2,0,0,1,0,2,0,2,0,0,0,2,0,2,1,0,1,0,0,0,0,1,0,0,2,
	0,0,2,0,1,0,0,0,1,1,0,0,
	0,0,1,0,1,0,0,0,2,0,0}'::float8[], '{4,3,2,2,2,2,3,3,1,3,2,2,4,3,2,2,2,1,4,4,1,1,3,1,1,1,1,1,2,2,2,
	1,3,2,3,2,1,1,3,1,1,
	1,1,1,1,3,4,1,1,2,2,1,2}'::float8[]) t(orders, sessions)
UNION ALL
SELECT 'treatment', * FROM unnest('{1,0,0,0,1,1,0,0,1,0,0,0,3,1,0,0,1,0,2,0,0,0,0,0,0,0,0,0,0,0,1,0,
	0,2,0,2,0,0,0,0,1,0,1,
	0,0,0,0}'::float8[], '{3,1,1,1,2,4,2,1,1,2,1,2,3,1,2,1,2,1,2,3,2,2,2,1,4,2,2,2,4,3,2,1,1,3,3,2,3,2,2,1,2,1,1,1,1,1,
	2}'::float8[]) t(orders, sessions);
SELECT wrong(to_jsonb(t), '{"relative_lift_pct": -32.340425531914896, "lift_low_pct": -65.93351111187646,
	"lift_high_pct": 34.378920945924096, "p_value": 0.2551230546709908}', 1e-8) AS means, t.method
FROM (SELECT ab_summary(orders, v) AS s FROM users) q, ab_ttest(s, equal_var => false, lift_method => 'log') t;
SELECT wrong(to_jsonb(t), '{"relative_lift_pct": -29.21348314606741, "lift_low_pct": -58.52384654309937,
	"lift_high_pct": null, "p_value": 0.8584716347525132}', 1e-8) AS ratios, t.method
FROM (SELECT ab_summary(orders, sessions, v) AS s FROM users) q,
	 ab_ratio(s, equal_var => true, alternative => 'greater', lift_method => 'log') t;
-- ab_compare is ab_ttest for each, also with a level for all; Dunnett's has its own critical value
SELECT m, c, a.lift_low_pct = b.lift_low_pct AS low, a.lift_high_pct = b.lift_high_pct AS high
FROM unnest('{fieller,delta,log}'::text[]) m, unnest('{holm,none}'::text[]) c,
	 LATERAL (SELECT ab_rollup(s) AS s FROM (VALUES (ab_make_summary('control', 50, 4, 2)),
		(ab_make_summary('b', 60, 5, 3)), (ab_make_summary('c', 40, 4, 1))) v(s)) q,
	 ab_compare(s, lift_method => m, correction => c) a,
	 ab_ttest(s, treatment => 'b', equal_var => false, lift_method => m) b WHERE a.treatment = 'b';
SELECT m, c, round(lift_low_pct::numeric, 6) AS low, round(lift_high_pct::numeric, 6) AS high, method
FROM unnest('{delta,log}'::text[]) m, unnest('{bonferroni,dunnett}'::text[]) c,
	 LATERAL (SELECT ab_rollup(s) AS s FROM (VALUES (ab_make_summary('control', 50, 4, 2)),
		(ab_make_summary('b', 60, 5, 3)), (ab_make_summary('c', 40, 4, 1))) v(s)) q,
	 ab_compare(s, lift_method => m, correction => c) WHERE treatment = 'b';
-- pairs: var(log(t / c)) = var(t) / t^2 + var(c) / c^2 - 2 cov / (t c)
SELECT close(ln(1 + lift_high_pct / 100) - ln(1 + relative_lift_pct / 100), 2.7764451051977934 * sqrt(
		(2.3 / 4.4 ^ 2 + 2.5 / 3 ^ 2 - 2 * 2.25 / (4.4 * 3)) / 5)::float8, 1e-9) AS log, method
FROM (SELECT ab_summary(x, y, 'pairs') AS s FROM unnest('{1,2,3,4,5}'::float8[], '{3,3,4,6,6}'::float8[]) t(x, y)) q,
	 ab_paired_ttest(s, lift_method => 'log');
-- the lift over the plain mean is still the test's dual
SELECT theta, close(relative_lift_pct, diff / 0.09996667777407531 * 100) AS base,
	   excludes(lift_low_pct, lift_high_pct) = significant AS agrees, note
FROM cuped, unnest('{per-arm,pooled,total}'::text[]) theta, ab_cuped(s, theta => theta, lift_base => 'unadjusted');
-- means that differ in sign have no log ratio, a control of zero no lift; where the score test answers it answers all
SELECT m, lift_low_pct, lift_high_pct, method, note
FROM unnest('{delta,log}'::text[]) m, unnest('{1,2,3,4}'::int[]) i,
	 ab_ttest(CASE i WHEN 1 THEN arms(100, 10, 10, 150, -5, 12) WHEN 2 THEN arms(100, 0, 10, 150, 5, 12)
			  WHEN 3 THEN arms(100, -10, 10, 150, -5, 12) ELSE counts(0, 100, 7, 90) END, equal_var => false,
			  lift_method => m)
ORDER BY i, m;
-- query mistakes
\t on
SELECT error_of($$SELECT ab_ttest(arms(9, 1, 1, 9, 2, 1), lift_method => 'bootstrap')$$);
SELECT error_of($$SELECT ab_cuped(s, lift_base => 'plain') FROM cuped$$);
SELECT error_of($$SELECT ab_cuped(s, theta => 'total', theta_value => 0.5) FROM cuped$$);
SELECT error_of($$SELECT ab_cuped(s, theta_value => 'NaN') FROM cuped$$);
SELECT error_of($$SELECT ab_cuped(s, theta_value => 'Infinity') FROM cuped$$);
\t off
DROP FUNCTION sums, arm2;
DROP TABLE cuped, users;
