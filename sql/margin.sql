-- every number against an independent source, by relative error
CREATE FUNCTION close(got float8, wanted float8, tolerance float8 DEFAULT 1e-12) RETURNS boolean LANGUAGE sql AS $$
	SELECT CASE WHEN wanted IS NULL OR got IS NULL THEN got IS NULL AND wanted IS NULL
				WHEN wanted = 0 THEN got = 0 ELSE abs(got / wanted - 1) < tolerance END
$$;
CREATE TABLE few (s ab_summary);
INSERT INTO few SELECT ab_summary(x, v) FROM (VALUES (5::float8, 'control'), (6, 'control'), (8, 'control'), (8.5, 'control'), (7, 'control'),
	(7, 'treatment'), (6.5, 'treatment'), (8.25, 'treatment')) d(x, v);
-- reference values: mpmath, 50 digits; p also by SciPy 1.10 ttest_ind(treatment - limit, control), and of relative margins without
-- pooling by ttest_ind(treatment, (1 + limit) * control)
SELECT t.kind, t.direction, t.relative, t.equal_var, close(r.std_error, t.se) AS se, close(r.statistic, t.t) AS t, close(r.df, t.df) AS df, close(r.p_value, t.p) AS p,
	   close(r.diff_low, t.diff_low) AS diff_low, close(r.diff_high, t.diff_high) AS diff_high, close(r.lift_low_pct, t.lift_low) AS lift_low, close(r.lift_high_pct, t.lift_high) AS lift_high,
	   r.significant = (t.p < t.alpha) AS verdict
FROM (VALUES
	('noninferiority', 1.0::float8, 'higher', false, false, 0.05::float8, 0.82512625296577088933::float8, 1.6361132555747231832::float8, 5.8898600087356666681::float8, 0.076927895402258024879::float8, -1.2587547173816074177::float8, NULL::float8, -16.066638899473936234::float8, NULL::float8),
	('noninferiority', 1.0, 'lower', false, true, 0.025, 0.93452305125841242319, -0.69554196563126115466, 6.0, 0.25637018993060977406, NULL, 2.6366955292923675633, NULL, 44.378467108690665684),
	('noninferiority', 0.1, 'higher', true, false, 0.05, 0.77648781917898321223, 1.3393642170712227598, 5.6582133128943470352, 0.11586925835744115893, -1.2587547173816074177, NULL, -16.207549665953524592, NULL),
	('noninferiority', 0.25, 'lower', true, true, 0.4, 1.0283735135316026474, -1.3370628297086584532, 6.0, 0.11483044396443429621, NULL, 0.5974939757956795919, NULL, 8.7805744736929679581),
	('superiority', 0.25, 'higher', false, false, 0.05, 0.82512625296577088933, 0.12119357448701653209, 5.8898600087356666681, 0.45378317517308399438, -1.2587547173816074177, NULL, -16.066638899473936234, NULL),
	('superiority', 0.5, 'lower', false, true, 0.1, 0.93452305125841242319, 0.90955487813318766379, 6.0, 0.80093967035641535161, NULL, 1.6954849340010621329, NULL, 26.669697444973770526),
	('superiority', 0.02, 'higher', true, false, 0.6, 0.83510318723696255193, 0.25386084407296661853, 5.9193775024417877407, 0.40409522362524383177, 0.56870248705172420555, NULL, 8.4042851192576301413, NULL),
	('superiority', 0.05, 'lower', true, false, 0.05, 0.80053627858663178212, 0.86816802509817682917, 5.7922510879853621039, 0.79009370911425807838, NULL, 1.9587547173816074177, NULL, 33.42701051218138108))
	t(kind, margin, direction, relative, equal_var, alpha, se, t, df, p, diff_low, diff_high, lift_low, lift_high), few,
	LATERAL (SELECT n.* FROM ab_noninferiority(s, margin, direction, alpha => alpha, relative => relative, equal_var => equal_var) n WHERE kind = 'noninferiority'
			 UNION ALL SELECT n.* FROM ab_superiority(s, margin, direction, alpha => alpha, relative => relative, equal_var => equal_var) n WHERE kind = 'superiority') r;
-- reference values: mpmath, 50 digits; p of absolute margins also by statsmodels 0.13 ttost_ind(treatment, control, low, high, usevar)
SELECT t.relative, t.equal_var, close(r.std_error, t.se) AS se, close(r.statistic, t.t) AS t, close(r.df, t.df) AS df, close(r.p_value, t.p) AS p,
	   close(r.diff_low, t.diff_low) AS diff_low, close(r.diff_high, t.diff_high) AS diff_high, close(r.lift_low_pct, t.lift_low) AS lift_low, close(r.lift_high_pct, t.lift_high) AS lift_high,
	   r.significant = (t.p < t.alpha) AS verdict
FROM (VALUES
	(-2::float8, 2::float8, false, false, 0.05::float8, 0.82512625296577088933::float8, -1.9996939790357727795::float8, 5.8898600087356666681::float8, 0.046678120968755202017::float8, -1.2587547173816074177::float8, 1.9587547173816074177::float8, -16.066638899473936234::float8, 33.323675078105992266::float8),
	(-1.5, 2.5, false, true, 0.1, 0.93452305125841242319, 1.9796194406428202094, 6.0, 0.047537031963388003394, -0.99548493400106213291, 1.6954849340010621329, -13.484956824644010929, 26.669697444973770526),
	(-0.2, 0.25, true, false, 0.05, 0.95470326978246666804, -1.4402380755575497164, 5.9648439402054827872, 0.10007567700101040321, -1.2587547173816074177, 1.9587547173816074177, -16.471151020927801009, 33.247034220362169219),
	(-0.3, 0.3, true, true, 0.2, 1.0484790571744069528, -1.6404714888967880355, 6.0, 0.076008599896230483321, -0.49640059760167829046, 1.1964005976016782905, -6.884515400179203868, 18.221951325467527911))
	t(low, high, relative, equal_var, alpha, se, t, df, p, diff_low, diff_high, lift_low, lift_high), few,
	LATERAL ab_equivalence(s, margin_low => low, margin_high => high, alpha => alpha, relative => relative, equal_var => equal_var) r;
-- a symmetric margin is both
SELECT a = b AS same, a.method FROM few, ab_equivalence(s, 2) a, ab_equivalence(s, margin_low => -2, margin_high => 2) b;
\x on
SELECT control, treatment, control_n, treatment_n, control_mean, treatment_mean, diff, round(relative_lift_pct::numeric, 3) AS lift, p_adjusted, significant, alpha, method, note
FROM few, ab_noninferiority(s, 0.02, 'higher', relative => true);
\x off
SELECT method FROM few, ab_noninferiority(s, 0.02, 'higher') UNION ALL
SELECT method FROM few, ab_noninferiority(s, 0.02, 'lower', equal_var => true) UNION ALL
SELECT method FROM few, ab_superiority(s, 0.02, 'higher', relative => true) UNION ALL
SELECT method FROM few, ab_equivalence(s, 0.1, relative => true);
-- superiority by nothing is the one-sided test
SELECT count(*) AS differ FROM few, (VALUES ('higher', 'greater'), ('lower', 'less')) d(direction, alternative), (VALUES (true), (false)) e(equal_var), (VALUES (true), (false)) f(relative),
	LATERAL ab_superiority(s, 0, direction, relative => f.relative, equal_var => e.equal_var) a, LATERAL ab_ttest(s, alternative => d.alternative, equal_var => e.equal_var) t
WHERE (a.p_value, a.diff_low, a.diff_high, a.lift_low_pct, a.lift_high_pct, a.std_error, a.df) IS DISTINCT FROM
	  (t.p_value, t.diff_low, t.diff_high, t.lift_low_pct, t.lift_high_pct, t.std_error, t.df);
-- turning the metric round turns the direction round
SELECT close(a.p_value, b.p_value) AS p, close(a.diff_low, -b.diff_high) AS bound FROM few, ab_noninferiority(s, 1, 'higher') a,
	LATERAL (SELECT ab_summary(-x, v) FROM (VALUES (5::float8, 'control'), (6, 'control'), (8, 'control'), (8.5, 'control'), (7, 'control'),
		(7, 'treatment'), (6.5, 'treatment'), (8.25, 'treatment')) d(x, v)) n(minus), ab_noninferiority(minus, 1, 'lower') b;
-- arms by name, and tails with their digits; reference value: mpmath, 50 digits
SELECT treatment, significant FROM ab_noninferiority((SELECT ab_rollup(ab_make_summary(v, 100, m, 1)) FROM (VALUES ('a', 5), ('b', 5.1), ('c', 4)) x(v, m)), 0.5, 'higher', 'a', 'c');
SELECT close(p_value, 1.5657841654102041e-97, 1e-11) AS p FROM ab_noninferiority(ab_summary_combine(ab_make_summary('control', 1000, 10, 1), ab_make_summary('treatment', 1500, 10, 1)), 0.9, 'higher');
-- a relative margin is tested with the noise of the control mean: margins of the same size, another verdict
SELECT a.significant AS plugged_in, r.significant AS relative FROM ab_summary_combine(ab_make_summary('control', 50, 10, 8), ab_make_summary('treatment', 5000, 11.5, 8)) s,
	ab_noninferiority(s, 5, 'lower', alpha => 0.01) a, ab_noninferiority(s, 0.5, 'lower', alpha => 0.01, relative => true) r;

-- the bound on the scale of the margin excludes it exactly when p < alpha
CREATE VIEW grid AS SELECT s, margin, alpha, relative, equal_var
FROM (SELECT i / 10.0::float8 FROM generate_series(-30, 30) i) g(d), (VALUES (0.1::float8), (0.25), (0.07)) m(margin), (VALUES (0.001::float8), (0.05), (0.45)) l(alpha),
	 (VALUES (true), (false)) r(relative), (VALUES (true), (false)) e(equal_var),
	 LATERAL (SELECT ab_summary_combine(ab_make_summary('control', 7, 9, 1.5), ab_make_summary('treatment', 31, 9 + d, 0.7))) q(s);
SELECT count(*) FILTER (WHERE CASE WHEN relative THEN t.lift_low_pct > -margin * 100 ELSE t.diff_low > -margin END <> t.significant) AS contradicts,
	   count(*) FILTER (WHERE t.significant <> (t.p_value < t.alpha)) AS p_contradicts, count(*) FILTER (WHERE t.significant) > 500 AS both_occur
FROM grid, ab_noninferiority(s, margin, 'higher', alpha => alpha, relative => relative, equal_var => equal_var) t;
SELECT count(*) FILTER (WHERE CASE WHEN relative THEN t.lift_high_pct < margin * 100 ELSE t.diff_high < margin END <> t.significant) AS contradicts,
	   count(*) FILTER (WHERE t.significant) > 500 AS both_occur
FROM grid, ab_noninferiority(s, margin, 'lower', alpha => alpha, relative => relative, equal_var => equal_var) t;
SELECT count(*) FILTER (WHERE CASE WHEN relative THEN t.lift_low_pct > margin * 100 ELSE t.diff_low > margin END <> t.significant) AS contradicts,
	   count(*) FILTER (WHERE t.significant) > 500 AS both_occur
FROM grid, ab_superiority(s, margin, 'higher', alpha => alpha, relative => relative, equal_var => equal_var) t;
SELECT count(*) FILTER (WHERE CASE WHEN relative THEN t.lift_low_pct > -margin * 100 AND t.lift_high_pct < margin * 200 ELSE t.diff_low > -margin * 5 AND t.diff_high < margin * 10 END <> t.significant) AS contradicts,
	   count(*) FILTER (WHERE t.significant) > 100 AS both_occur
FROM grid, ab_equivalence(s, alpha => alpha, relative => relative, equal_var => equal_var,
						  margin_low => -margin * CASE WHEN relative THEN 1 ELSE 5 END, margin_high => margin * CASE WHEN relative THEN 2 ELSE 10 END) t;
-- also where alpha is the p-value itself, or just above it
SELECT count(*) FILTER (WHERE at.significant OR CASE WHEN relative THEN at.lift_low_pct > -margin * 100 ELSE at.diff_low > -margin END) AS significant_at_p,
	   count(*) FILTER (WHERE NOT (above.significant AND CASE WHEN relative THEN above.lift_low_pct > -margin * 100 ELSE above.diff_low > -margin END)) AS not_above
FROM grid, ab_noninferiority(s, margin, 'higher', relative => relative, equal_var => equal_var) p,
	 ab_noninferiority(s, margin, 'higher', alpha => p.p_value, relative => relative, equal_var => equal_var) at,
	 ab_noninferiority(s, margin, 'higher', alpha => p.p_value * (1 + 4e-16), relative => relative, equal_var => equal_var) above
WHERE grid.alpha = 0.05 AND p.p_value BETWEEN 1e-10 AND 0.99;

-- data never raises
CREATE TABLE odd (kind text, x float8, v text);
INSERT INTO odd VALUES ('constant', 1, 'control'), ('constant', 1, 'control'), ('constant', 2, 'treatment'), ('constant', 2, 'treatment'),
	('one constant arm', 1, 'control'), ('one constant arm', 1, 'control'), ('one constant arm', 2, 'treatment'), ('one constant arm', 2.5, 'treatment'),
	('one row in an arm', 1, 'control'), ('one row in an arm', 2, 'treatment'), ('one row in an arm', 3, 'treatment'),
	('no treatment', 1, 'control'), ('no control', 1, 'treatment'), ('NaN', 'NaN', 'control'), ('NaN', 2, 'treatment'), ('NaN', 3, 'treatment'),
	('zero control mean', -1, 'control'), ('zero control mean', 1, 'control'), ('zero control mean', 5, 'treatment'), ('zero control mean', 6, 'treatment'),
	('negative control mean', -5, 'control'), ('negative control mean', -5.1, 'control'), ('negative control mean', -4, 'treatment'), ('negative control mean', -4.1, 'treatment'),
	('noisy control', -9, 'control'), ('noisy control', 10, 'control'), ('noisy control', 5, 'treatment'), ('noisy control', 6, 'treatment'), ('noisy control', 7, 'treatment');
SELECT kind, relative, diff, n.p_value IS NOT NULL AS tested, n.diff_low IS NOT NULL AS bound, n.lift_low_pct IS NOT NULL AS lift_bound, n.significant, n.note
FROM (SELECT kind, ab_summary(x, v) s FROM odd GROUP BY kind) q, (VALUES (false), (true)) r(relative), ab_noninferiority(s, 0.1, 'higher', relative => relative) n ORDER BY kind COLLATE "C", relative;
SELECT kind, relative, diff, e.p_value IS NOT NULL AS tested, e.diff_low IS NOT NULL AND e.diff_high IS NOT NULL AS "interval", e.lift_low_pct IS NOT NULL AS lift_interval, e.significant, e.note
FROM (SELECT kind, ab_summary(x, v) s FROM odd GROUP BY kind) q, (VALUES (false), (true)) r(relative), ab_equivalence(s, 0.1, relative => relative, equal_var => true) e ORDER BY kind COLLATE "C", relative;
SELECT control, treatment, control_n, note FROM ab_noninferiority(NULL, 1, 'higher', control => 'v1');
SELECT control, treatment, control_n, note FROM ab_equivalence(NULL, 1);
SELECT p_value, statistic, diff_low, diff, note FROM few, ab_noninferiority(s, 1e308, 'lower', relative => true);
-- unequal sizes with unequal variances: Welch's test is the default
SELECT a.note AS welch, b.note AS pooled FROM ab_summary_combine(ab_make_summary('control', 100, 10, 1), ab_make_summary('treatment', 1000, 10, 10)) s,
	ab_equivalence(s, 1) a, ab_equivalence(s, 1, equal_var => true) b;

-- query mistakes do raise
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
SELECT error_of($$SELECT ab_noninferiority(NULL, -0.1, 'higher')$$);
SELECT error_of($$SELECT ab_noninferiority(NULL, 0, 'higher')$$);
SELECT error_of($$SELECT ab_noninferiority(NULL, NULL, 'higher')$$);
SELECT error_of($$SELECT ab_noninferiority(NULL, 'NaN', 'higher')$$);
SELECT error_of($$SELECT ab_noninferiority(NULL, 'Infinity', 'higher')$$);
SELECT error_of($$SELECT ab_noninferiority(NULL, 2, 'higher', relative => true)$$);
SELECT error_of($$SELECT ab_noninferiority(NULL, 2, 'lower', relative => true)$$);
SELECT error_of($$SELECT ab_noninferiority(NULL, 1, 'up')$$);
SELECT error_of($$SELECT ab_noninferiority(NULL, 1, NULL)$$);
SELECT error_of($$SELECT ab_noninferiority(NULL, 1, 'lower', relative => NULL)$$);
SELECT error_of($$SELECT ab_noninferiority(NULL, 1, 'lower', equal_var => NULL)$$);
SELECT error_of($$SELECT ab_noninferiority(NULL, 1, 'lower', alpha => 1)$$);
SELECT error_of($$SELECT ab_noninferiority(s, 1, 'lower', control => 'v1') FROM few$$);
SELECT error_of($$SELECT ab_superiority(NULL, -1, 'lower')$$);
SELECT error_of($$SELECT ab_superiority(NULL, 1, 'lower', relative => true)$$);
SELECT error_of($$SELECT ab_equivalence(NULL)$$);
SELECT error_of($$SELECT ab_equivalence(NULL, -1)$$);
SELECT error_of($$SELECT ab_equivalence(NULL, 1, margin_low => -1, margin_high => 1)$$);
SELECT error_of($$SELECT ab_equivalence(NULL, margin_low => 1, margin_high => 2)$$);
SELECT error_of($$SELECT ab_equivalence(NULL, margin_low => -1)$$);
SELECT error_of($$SELECT ab_equivalence(NULL, margin_low => -1, margin_high => 1, relative => true)$$);
SELECT error_of($$SELECT ab_equivalence(NULL, 1, alpha => 0.5)$$);
\t off

DROP FUNCTION error_of, close;
DROP VIEW grid;
DROP TABLE few, odd;
