\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
CREATE FUNCTION lgamma_of(k int) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$
	SELECT coalesce(sum(ln(i)), 0) FROM generate_series(1, k) i
$$;
CREATE TABLE few (s ab_summary);
INSERT INTO few SELECT ab_summary(x, v) FROM (VALUES (5::float8, 'control'), (6, 'control'), (8, 'control'),
	(8.5, 'control'), (7, 'control'), (7, 'treatment'), (6.5, 'treatment'), (8.25, 'treatment')) d(x, v);
-- reference values: mpmath, 50 digits; p also by SciPy 1.10 ttest_ind(treatment - limit, control), and of relative
-- margins without pooling by ttest_ind(treatment, (1 + limit) * control)
SELECT t.kind, t.direction, t.relative, t.equal_var, wrong(to_jsonb(r), wanted::jsonb)
FROM (VALUES
	('noninferiority', 1.0::float8, 'higher', false, false, 0.05::float8, '{"std_error": 0.82512625296577088933,
		"statistic": 1.6361132555747231832, "df": 5.8898600087356666681, "p_value": 0.076927895402258024879,
		"diff_low": -1.2587547173816074177, "diff_high": null, "lift_low_pct": -16.066638899473936234,
		"lift_high_pct": null, "significant": false}'),
	('noninferiority', 1.0, 'lower', false, true, 0.025, '{"std_error": 0.93452305125841242319,
		"statistic": -0.69554196563126115466, "df": 6.0, "p_value": 0.25637018993060977406, "diff_low": null,
		"diff_high": 2.6366955292923675633, "lift_low_pct": null, "lift_high_pct": 44.378467108690665684,
		"significant": false}'),
	('noninferiority', 0.1, 'higher', true, false, 0.05, '{"std_error": 0.77648781917898321223,
		"statistic": 1.3393642170712227598, "df": 5.6582133128943470352, "p_value": 0.11586925835744115893,
		"diff_low": -1.2587547173816074177, "diff_high": null, "lift_low_pct": -16.207549665953524592,
		"lift_high_pct": null, "significant": false}'),
	('noninferiority', 0.25, 'lower', true, true, 0.4, '{"std_error": 1.0283735135316026474,
		"statistic": -1.3370628297086584532, "df": 6.0, "p_value": 0.11483044396443429621, "diff_low": null,
		"diff_high": 0.5974939757956795919, "lift_low_pct": null, "lift_high_pct": 8.7805744736929679581,
		"significant": true}'),
	('superiority', 0.25, 'higher', false, false, 0.05, '{"std_error": 0.82512625296577088933,
		"statistic": 0.12119357448701653209, "df": 5.8898600087356666681, "p_value": 0.45378317517308399438,
		"diff_low": -1.2587547173816074177, "diff_high": null, "lift_low_pct": -16.066638899473936234,
		"lift_high_pct": null, "significant": false}'),
	('superiority', 0.5, 'lower', false, true, 0.1, '{"std_error": 0.93452305125841242319,
		"statistic": 0.90955487813318766379, "df": 6.0, "p_value": 0.80093967035641535161, "diff_low": null,
		"diff_high": 1.6954849340010621329, "lift_low_pct": null, "lift_high_pct": 26.669697444973770526,
		"significant": false}'),
	('superiority', 0.02, 'higher', true, false, 0.5, '{"std_error": 0.83510318723696255193,
		"statistic": 0.25386084407296661853, "df": 5.9193775024417877407, "p_value": 0.40409522362524383177,
		"diff_low": 0.35, "diff_high": null, "lift_low_pct": 5.0724637681159420290,
		"lift_high_pct": null, "significant": true}'),
	('superiority', 0.05, 'lower', true, false, 0.05, '{"std_error": 0.80053627858663178212,
		"statistic": 0.86816802509817682917, "df": 5.7922510879853621039, "p_value": 0.79009370911425807838,
		"diff_low": null, "diff_high": 1.9587547173816074177, "lift_low_pct": null,
		"lift_high_pct": 33.42701051218138108, "significant": false}'))
	t(kind, margin, direction, relative, equal_var, alpha, wanted), few,
	LATERAL (SELECT n.* FROM ab_noninferiority(s, margin, direction, alpha => alpha, relative => relative,
											   equal_var => equal_var) n WHERE kind = 'noninferiority'
			 UNION ALL SELECT n.* FROM ab_superiority(s, margin, direction, alpha => alpha, relative => relative,
													  equal_var => equal_var) n WHERE kind = 'superiority') r;
-- reference values: mpmath, 50 digits; p of absolute margins also by statsmodels 0.13
-- ttost_ind(treatment, control, low, high, usevar)
SELECT t.relative, t.equal_var, wrong(to_jsonb(r), wanted::jsonb)
FROM (VALUES
	(-2::float8, 2::float8, false, false, 0.05::float8, '{"std_error": 0.82512625296577088933,
		"statistic": -1.9996939790357727795, "df": 5.8898600087356666681, "p_value": 0.046678120968755202017,
		"diff_low": -1.2587547173816074177, "diff_high": 1.9587547173816074177,
		"lift_low_pct": -16.066638899473936234, "lift_high_pct": 33.323675078105992266, "significant": true}'),
	(-1.5, 2.5, false, true, 0.1, '{"std_error": 0.93452305125841242319, "statistic": 1.9796194406428202094,
		"df": 6.0, "p_value": 0.047537031963388003394, "diff_low": -0.99548493400106213291,
		"diff_high": 1.6954849340010621329, "lift_low_pct": -13.484956824644010929,
		"lift_high_pct": 26.669697444973770526, "significant": true}'),
	(-0.2, 0.25, true, false, 0.05, '{"std_error": 0.95470326978246666804, "statistic": -1.4402380755575497164,
		"df": 5.9648439402054827872, "p_value": 0.10007567700101040321, "diff_low": -1.2587547173816074177,
		"diff_high": 1.9587547173816074177, "lift_low_pct": -16.471151020927801009,
		"lift_high_pct": 33.247034220362169219, "significant": false}'),
	(-0.3, 0.3, true, true, 0.2, '{"std_error": 1.0484790571744069528, "statistic": -1.6404714888967880355,
		"df": 6.0, "p_value": 0.076008599896230483321, "diff_low": -0.49640059760167829046,
		"diff_high": 1.1964005976016782905, "lift_low_pct": -6.884515400179203868,
		"lift_high_pct": 18.221951325467527911, "significant": true}'))
	t(low, high, relative, equal_var, alpha, wanted), few,
	LATERAL ab_equivalence(s, margin_low => low, margin_high => high, alpha => alpha, relative => relative,
						   equal_var => equal_var) r;
-- a symmetric margin is both
SELECT a = b AS same, a.method
FROM few, ab_equivalence(s, 2) a, ab_equivalence(s, margin_low => -2, margin_high => 2) b;
\x on
SELECT control, treatment, control_n, treatment_n, control_mean, treatment_mean, diff,
	   round(relative_lift_pct::numeric, 3) AS lift, p_adjusted, significant, alpha, method, note
FROM few, ab_noninferiority(s, 0.02, 'higher', relative => true);
\x off
SELECT method FROM few, ab_noninferiority(s, 0.02, 'higher') UNION ALL
SELECT method FROM few, ab_noninferiority(s, 0.02, 'lower', equal_var => true) UNION ALL
SELECT method FROM few, ab_superiority(s, 0.02, 'higher', relative => true) UNION ALL
SELECT method FROM few, ab_equivalence(s, 0.1, relative => true);
-- superiority by nothing is the one-sided test
SELECT d.direction, e AS equal_var, f AS relative,
	   wrong(to_jsonb(a), to_jsonb(t) - 'method', 1e-300) AS not_the_one_sided_test
FROM few, (VALUES ('higher', 'greater'), ('lower', 'less')) d(direction, alternative), unnest('{t,f}'::boolean[]) e,
	 unnest('{t,f}'::boolean[]) f, LATERAL ab_superiority(s, 0, direction, relative => f, equal_var => e) a,
	 LATERAL ab_ttest(s, alternative => d.alternative, equal_var => e) t ORDER BY 1, 2, 3;
-- turning the metric round turns the direction round
SELECT close(a.p_value, b.p_value) AS p, close(a.diff_low, -b.diff_high) AS bound
FROM few, ab_noninferiority(s, 1, 'higher') a,
	 LATERAL (SELECT ab_summary(-x, v) FROM (VALUES (5::float8, 'control'), (6, 'control'), (8, 'control'),
		(8.5, 'control'), (7, 'control'), (7, 'treatment'), (6.5, 'treatment'), (8.25, 'treatment')) d(x, v)) n(minus),
	 ab_noninferiority(minus, 1, 'lower') b;
-- arms by name, and tails with their digits; reference value: mpmath, 50 digits
SELECT treatment, significant
FROM ab_noninferiority((SELECT ab_rollup(ab_make_summary(v, 100, m, 1))
						FROM (VALUES ('a', 5), ('b', 5.1), ('c', 4)) x(v, m)), 0.5, 'higher', 'a', 'c');
SELECT close(p_value, 1.5657841654102041e-97, 1e-11) AS p
FROM ab_noninferiority(arms(1000, 10, 1, 1500, 10, 1), 0.9, 'higher');
-- a relative margin is tested with the noise of the control mean: margins of the same size, another verdict
SELECT a.significant AS plugged_in, r.significant AS relative
FROM arms(50, 10, 8, 5000, 11.5, 8) s, ab_noninferiority(s, 5, 'lower', alpha => 0.01) a,
	 ab_noninferiority(s, 0.5, 'lower', alpha => 0.01, relative => true) r;

-- the bound on the scale of the margin excludes it exactly when p < alpha
CREATE VIEW grid AS SELECT s, margin, alpha, relative, equal_var
FROM (SELECT i / 10.0::float8 FROM generate_series(-30, 30) i) g(d), unnest('{0.1,0.25,0.07}'::float8[]) margin,
	 unnest('{0.001,0.05,0.45}'::float8[]) alpha, unnest('{t,f}'::boolean[]) relative,
	 unnest('{t,f}'::boolean[]) equal_var, arms(7, 9, 1.5, 31, 9 + d, 0.7) s;
SELECT count(*) FILTER (WHERE CASE WHEN relative THEN t.lift_low_pct > -margin * 100
								   ELSE t.diff_low > -margin END <> t.significant) AS contradicts,
	   count(*) FILTER (WHERE t.significant <> (t.p_value < t.alpha)) AS p_contradicts,
	   count(*) FILTER (WHERE t.significant) > 500 AS both_occur
FROM grid, ab_noninferiority(s, margin, 'higher', alpha => alpha, relative => relative, equal_var => equal_var) t;
SELECT count(*) FILTER (WHERE CASE WHEN relative THEN t.lift_high_pct < margin * 100
								   ELSE t.diff_high < margin END <> t.significant) AS contradicts,
	   count(*) FILTER (WHERE t.significant) > 500 AS both_occur
FROM grid, ab_noninferiority(s, margin, 'lower', alpha => alpha, relative => relative, equal_var => equal_var) t;
SELECT count(*) FILTER (WHERE CASE WHEN relative THEN t.lift_low_pct > margin * 100
								   ELSE t.diff_low > margin END <> t.significant) AS contradicts,
	   count(*) FILTER (WHERE t.significant) > 500 AS both_occur
FROM grid, ab_superiority(s, margin, 'higher', alpha => alpha, relative => relative, equal_var => equal_var) t;
SELECT count(*) FILTER (WHERE CASE WHEN relative THEN t.lift_low_pct > -margin * 100 AND t.lift_high_pct < margin * 200
								   ELSE t.diff_low > -margin * 5 AND t.diff_high < margin * 10 END <> t.significant)
	   AS contradicts, count(*) FILTER (WHERE t.significant) > 100 AS both_occur
FROM grid, ab_equivalence(s, alpha => alpha, relative => relative, equal_var => equal_var,
						  margin_low => -margin * CASE WHEN relative THEN 1 ELSE 5 END,
						  margin_high => margin * CASE WHEN relative THEN 2 ELSE 10 END) t;
-- also where alpha is the p-value itself, or just above it
SELECT count(*) FILTER (WHERE at.significant) AS significant_at_p,
	   count(*) FILTER (WHERE CASE WHEN relative THEN at.lift_low_pct > -margin * 100
								   ELSE at.diff_low > -margin END) AS excludes_at_p,
	   count(*) FILTER (WHERE NOT above.significant) AS not_significant_above,
	   count(*) FILTER (WHERE NOT CASE WHEN relative THEN above.lift_low_pct > -margin * 100
									   ELSE above.diff_low > -margin END) AS not_excluded_above
FROM grid, ab_noninferiority(s, margin, 'higher', relative => relative, equal_var => equal_var) p,
	 ab_noninferiority(s, margin, 'higher', alpha => p.p_value, relative => relative, equal_var => equal_var) at,
	 ab_noninferiority(s, margin, 'higher', alpha => p.p_value * (1 + 4e-16), relative => relative,
					   equal_var => equal_var) above
WHERE grid.alpha = 0.05 AND p.p_value BETWEEN 1e-10 AND 0.499;

-- rates: the score test at the margin, the same as ab_proportion_test's
SELECT d.direction, relative, wrong(to_jsonb(n), to_jsonb(t) - 'method') AS noninferiority,
	   wrong(to_jsonb(b), to_jsonb(u) - 'method') AS superiority
FROM (VALUES ('higher', 'greater', -1), ('lower', 'less', 1)) d(direction, side, sign),
	 (VALUES (false), (true)) r(relative), counts(300, 1000, 280, 900) s,
	 ab_noninferiority(s, 0.05, direction, relative => relative) n,
	 ab_superiority(s, 0.05, direction, relative => relative) b,
	 ab_proportion_test(s, method => 'score_skewness', alternative => side,
						null_difference => CASE WHEN NOT relative THEN 0.05 * sign END,
						null_ratio => CASE WHEN relative THEN 1 + 0.05 * sign END) t,
	 ab_proportion_test(s, method => 'score_skewness', alternative => side,
						null_difference => CASE WHEN NOT relative THEN -0.05 * sign END,
						null_ratio => CASE WHEN relative THEN 1 - 0.05 * sign END) u;
SELECT relative, close(e.p_value, greatest(l.p_value, h.p_value)) AS larger_p,
	   all_close(ARRAY[e.diff_low, e.diff_high, e.lift_low_pct, e.lift_high_pct],
				 ARRAY[i.diff_low, i.diff_high, i.lift_low_pct, i.lift_high_pct]) AS intervals, e.significant, e.method
FROM (VALUES (false, -0.07::float8, 0.02::float8), (true, -0.2, 0.03)) r(relative, low, high),
	 counts(300, 1000, 280, 900) s,
	 ab_equivalence(s, margin_low => low, margin_high => high, relative => relative) e,
	 ab_noninferiority(s, -low, 'higher', relative => relative) l,
	 ab_noninferiority(s, high, 'lower', relative => relative) h,
	 ab_proportion_test(s, method => 'score_skewness', alpha => 0.1) i;
-- two users show nothing; reference values as in the test of proportions
SELECT how, close(p_value, p) AS p, significant, method, note
FROM (VALUES ('auto', 0.81720000352303::float8), ('score', 0.81720000352303), ('t', NULL)) t(how, p),
	 ab_noninferiority(counts(10, 1000, 0, 2), 0.02, 'lower', test => how);
SELECT close(p_value, 0.023427177115075) AS relative
FROM ab_noninferiority(counts(110, 1000, 60, 500), 0.2, 'higher', relative => true);
-- errors of non-inferiority where the treatment is worse by just the margin, by enumeration, in hundredths of alpha:
-- control 0.02, 50 users of the treatment to 200; 0.01, 75 to 300
SELECT nc, nt, how, round(100 * sum(w) FILTER (WHERE significant) / 0.025) AS of_alpha
FROM (VALUES (200, 50, 0.02::float8, 0.03::float8), (300, 75, 0.01, 0.02)) d(nc, nt, p, margin),
	 unnest('{auto,t}'::text[]) how, generate_series(0, 15) xc, generate_series(0, 15) xt,
	 ab_noninferiority(counts(xc, nc, xt, nt), margin, 'lower', alpha => 0.025, test => how),
	 LATERAL (SELECT exp(lgamma_of(nc) - lgamma_of(xc) - lgamma_of(nc - xc) + lgamma_of(nt) - lgamma_of(xt)
						 - lgamma_of(nt - xt) + xc * ln(p) + (nc - xc) * ln(1 - p) + xt * ln(p + margin)
						 + (nt - xt) * ln(1 - p - margin)) AS w) q
GROUP BY nc, nt, how ORDER BY nc, how;
-- what rates cannot have, and what a call asks of them
SELECT p_value, significant, diff, note FROM ab_noninferiority(counts(10, 100, 12, 100), 1, 'higher') UNION ALL
SELECT p_value, significant, diff, note FROM ab_equivalence(counts(10, 100, 12, 100), margin_low => -0.1,
															margin_high => 2) UNION ALL
SELECT p_value, significant, diff, note
FROM ab_superiority(counts(0, 100, 0, 100), 0.1, 'higher', relative => true) UNION ALL
SELECT round(p_value::numeric, 6), significant, diff, note
FROM ab_superiority(counts(0, 100, 9, 100), 0.1, 'higher', relative => true) UNION ALL
SELECT round(p_value::numeric, 6), significant, diff, note
FROM ab_noninferiority(counts(30, 100, 33, 100), 0.1, 'higher', equal_var => true) UNION ALL
SELECT p_value, significant, diff, note FROM few, ab_noninferiority(s, 0.1, 'higher', test => 'score');
SELECT method FROM ab_noninferiority(counts(30, 100, 33, 100), 0.1, 'higher', equal_var => true, test => 't');
-- no interval contradicts its verdict
SELECT kind, relative, count(*) FILTER (WHERE CASE WHEN relative THEN excludes(lift_low_pct, lift_high_pct, limits)
												   ELSE excludes(diff_low, diff_high, limits / 100) END
										<> significant) AS contradicts,
	   count(*) FILTER (WHERE significant) > 20 AS both_occur
FROM (VALUES (0, 12), (1, 12), (5, 12), (12, 12), (40, 300)) c(xc, nc),
	 (VALUES (0, 7), (3, 7), (7, 7), (0, 300), (40, 300), (290, 300)) t(xt, nt),
	 unnest('{0.02,0.2,0.41}'::float8[]) margin, unnest('{0.001,0.05,0.4}'::float8[]) level,
	 (VALUES (false), (true)) f(relative), LATERAL (SELECT counts(xc, nc, xt, nt)) s(s),
	 LATERAL (SELECT 'not worse', -100 * margin, r.*
			  FROM ab_noninferiority(s, margin, 'higher', relative => relative, alpha => level) r
			  UNION ALL SELECT 'not higher', 100 * margin, r.*
			  FROM ab_noninferiority(s, margin, 'lower', relative => relative, alpha => level) r
			  UNION ALL SELECT 'better', 100 * margin, r.*
			  FROM ab_superiority(s, margin, 'higher', relative => relative, alpha => level) r) r(kind, limits)
WHERE p_value IS NOT NULL AND (NOT relative OR xc > 0) GROUP BY kind, relative ORDER BY kind, relative;

-- data never raises
CREATE TABLE odd (kind text, x float8, v text);
INSERT INTO odd VALUES
	('constant', 1, 'control'), ('constant', 1, 'control'), ('constant', 2, 'treatment'), ('constant', 2, 'treatment'),
	('one constant arm', 1, 'control'), ('one constant arm', 1, 'control'), ('one constant arm', 2, 'treatment'),
	('one constant arm', 2.5, 'treatment'),
	('one row in an arm', 1, 'control'), ('one row in an arm', 2, 'treatment'), ('one row in an arm', 3, 'treatment'),
	('no treatment', 1, 'control'), ('no control', 1, 'treatment'),
	('NaN', 'NaN', 'control'), ('NaN', 2, 'treatment'), ('NaN', 3, 'treatment'),
	('zero control mean', -1, 'control'), ('zero control mean', 1, 'control'), ('zero control mean', 5, 'treatment'),
	('zero control mean', 6, 'treatment'),
	('negative control mean', -5, 'control'), ('negative control mean', -5.1, 'control'),
	('negative control mean', -4, 'treatment'), ('negative control mean', -4.1, 'treatment'),
	('noisy control', -9, 'control'), ('noisy control', 10, 'control'), ('noisy control', 5, 'treatment'),
	('noisy control', 6, 'treatment'), ('noisy control', 7, 'treatment');
SELECT kind, relative, diff, n.p_value IS NOT NULL AS tested, n.diff_low IS NOT NULL AS bound,
	   n.lift_low_pct IS NOT NULL AS lift_bound, n.significant, n.note
FROM (SELECT kind, ab_summary(x, v) s FROM odd GROUP BY kind) q, (VALUES (false), (true)) r(relative),
	 ab_noninferiority(s, 0.1, 'higher', relative => relative) n ORDER BY kind COLLATE "C", relative;
SELECT kind, relative, diff, e.p_value IS NOT NULL AS tested, num_nonnulls(e.diff_low, e.diff_high) AS ends,
	   num_nonnulls(e.lift_low_pct, e.lift_high_pct) AS lift_ends, e.significant, e.note
FROM (SELECT kind, ab_summary(x, v) s FROM odd GROUP BY kind) q, (VALUES (false), (true)) r(relative),
	 ab_equivalence(s, 0.1, relative => relative, equal_var => true) e ORDER BY kind COLLATE "C", relative;
SELECT control, treatment, control_n, note FROM ab_noninferiority(NULL, 1, 'higher', control => 'v1');
SELECT control, treatment, control_n, note FROM ab_equivalence(NULL, 1);
SELECT p_value, statistic, diff_low, diff, note
FROM ab_noninferiority(ab_summary_combine(ab_make_summary('control', 9, 1e308, 1),
										  ab_make_summary('treatment', 7, 1e308, 2)), 2, 'lower', relative => true);
-- unequal sizes with unequal variances: Welch's test is the default
SELECT a.note AS welch, b.note AS pooled
FROM arms(100, 10, 1, 1000, 10, 10) s, ab_equivalence(s, 1) a, ab_equivalence(s, 1, equal_var => true) b;

-- query mistakes do raise
\t on
SELECT error_of($$SELECT ab_noninferiority(NULL, -0.1, 'higher')$$);
SELECT error_of($$SELECT ab_noninferiority(NULL, 0, 'higher')$$);
SELECT error_of($$SELECT ab_noninferiority(NULL, NULL, 'higher')$$);
SELECT error_of($$SELECT ab_noninferiority(NULL, 'NaN', 'higher')$$);
SELECT error_of($$SELECT ab_noninferiority(NULL, 'Infinity', 'higher')$$);
SELECT error_of($$SELECT ab_noninferiority(NULL, 2, 'higher', relative => true)$$);
SELECT error_of($$SELECT ab_noninferiority(NULL, 2, 'lower', relative => true)$$);
SELECT error_of($$SELECT ab_noninferiority(NULL, 5, 'lower', relative => true)$$);
SELECT error_of($$SELECT ab_equivalence(NULL, margin_low => -0.5, margin_high => 5, relative => true)$$);
SELECT error_of($$SELECT ab_noninferiority(NULL, 1, 'up')$$);
SELECT error_of($$SELECT ab_noninferiority(NULL, 1, NULL)$$);
SELECT error_of($$SELECT ab_noninferiority(NULL, 1, 'lower', relative => NULL)$$);
SELECT error_of($$SELECT ab_noninferiority(NULL, 1, 'lower', equal_var => NULL)$$);
SELECT error_of($$SELECT ab_noninferiority(NULL, 1, 'lower', alpha => 1)$$);
SELECT error_of($$SELECT ab_noninferiority(s, 1, 'lower', control => 'v1') FROM few$$);
SELECT error_of($$SELECT ab_noninferiority(NULL, 1, 'lower', test => 'welch')$$);
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

DROP VIEW grid;
DROP TABLE few, odd;
DROP FUNCTION lgamma_of;
