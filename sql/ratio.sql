\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
CREATE TABLE small (m float8, d float8, p float8, e float8, v text);
INSERT INTO small VALUES
	(3, 10, 2, 8, 'control'), (1, 4, 1, 5, 'control'), (5, 12, 6, 11, 'control'), (2, 3, 1, 4, 'control'),
	(0, 1, 1, 3, 'control'), (4, 9, 3, 7, 'control'), (2, 7, 1, 6, 'control'),
	(4, 8, 2, 7, 'treatment'), (6, 11, 5, 12, 'treatment'), (2, 5, 0, 2, 'treatment'), (7, 9, 4, 8, 'treatment'),
	(3, 4, 2, 3, 'treatment');
CREATE TABLE state AS SELECT ab_summary(m, d, v) s2, ab_summary(m, d, p, e, v) s4 FROM small;
-- reference values: mpmath, 50 digits, from linearised rows
SELECT t.equal_var, t.alternative, wrong(to_jsonb(r), wanted::jsonb),
	   wrong(to_jsonb(r), jsonb_build_object('control_mean', 17 / 46.0, 'treatment_mean', 22 / 37.0,
			 'control_stddev', 0.10324329465055827, 'diff', 22 / 37.0 - 17 / 46.0,
			 'relative_lift_pct', (22 / 37.0 / (17 / 46.0) - 1) * 100)) AS wrong_in_all
FROM (VALUES
	(false, 0.05::float8, 'two-sided', '{"diff_low": 0.039795911310418729, "diff_high": 0.41026284309616176,
		"lift_low_pct": 9.517962499849773, "lift_high_pct": 134.1312445763753,
		"std_error": 0.077533314760884373, "df": 6.6630516239885214, "p_value": 0.024200514186230952,
		"significant": true}'),
	(true, 0.1, 'greater', '{"diff_low": 0.12540946977097878, "diff_high": null,
		"lift_low_pct": 30.26922118068482, "lift_high_pct": null, "std_error": 0.07259954458552036, "df": 10,
		"p_value": 0.0056291852424019872, "significant": true}')) t(equal_var, alpha, alternative, wanted),
	state, LATERAL ab_ratio(s2, alpha => t.alpha, alternative => t.alternative, equal_var => t.equal_var) r;
-- the same with the ratio before the experiment
SELECT t.theta, t.equal_var, t.alternative, wrong(to_jsonb(r), wanted::jsonb)
FROM (VALUES
	('per-arm', false, 0.05::float8, 'two-sided', '{"control_mean": 0.3792362070046738,
		"treatment_mean": 0.55519425991837461, "control_stddev": 0.08933618523473874,
		"diff": 0.17595805291370082, "diff_low": 0.040970792545237255, "diff_high": 0.31094531328216438,
		"lift_low_pct": 10.11712684232001, "lift_high_pct": 91.936339986677088,
		"std_error": 0.061693168848295738, "df": 11.560182068246238, "p_value": 0.01505066763205303,
		"significant": true}'),
	('pooled', true, 0.05, 'two-sided', '{"control_mean": 0.38385120555793205,
		"treatment_mean": 0.5749513608654815, "control_stddev": 0.093034771993410044,
		"diff": 0.19110015530754945, "diff_low": 0.059765981087426755, "diff_high": 0.32243432952767214,
		"lift_low_pct": 13.5229128206291, "lift_high_pct": 103.685813572656, "std_error": 0.058057051198718277,
		"df": 9, "p_value": 0.0093545427878346459, "significant": true}'),
	('total', false, 0.01, 'less', '{"control_mean": 0.38618193075801944, "treatment_mean": 0.57174661371536135,
		"control_stddev": 0.093372240336121257, "diff": 0.18556468295734191, "diff_low": null,
		"diff_high": 0.33913894158574136, "lift_low_pct": null, "lift_high_pct": 100.59061090376257,
		"std_error": 0.054238833519587658, "df": 8.8495812110007187, "p_value": 0.99609794780260757,
		"significant": false}')) t(theta, equal_var, alpha, alternative, wanted), state,
	LATERAL ab_ratio_cuped(s4, alpha => t.alpha, alternative => t.alternative, equal_var => t.equal_var,
						   theta => t.theta) r;
\x on
SELECT r.control, r.treatment, r.control_n, r.treatment_n, r.p_adjusted, r.significant, r.alpha, r.method, r.note
FROM state, ab_ratio(s2) r;
SELECT r.method, r.note FROM state, ab_ratio_cuped(s4, alternative => 'greater') r;
SELECT r.method, r.note FROM state, ab_ratio_cuped(s4, equal_var => true, theta => 'pooled') r;
\x off

-- rows finer than the user: (sum, count) per user gives the cluster-robust interval
CREATE TABLE finer AS
SELECT CASE WHEN u > 60 THEN 'treatment' ELSE 'control' END v, u AS "user",
	   (u * 7919 % 13) / 4.0 + (u * i * 104729 % 11) / 5.0::float8 y
FROM generate_series(1, 100) u, generate_series(1, 10) i WHERE i <= 1 + u * u % 7;
-- reference values: statsmodels 0.13, OLS(y ~ arm), cov_type 'cluster' by user, use_correction False, each arm's
-- variance times n / (n - 1)
SELECT close(r.diff, -0.15232734806629927) AS diff, close(r.std_error, 0.20942202139484098) AS se,
	   r.std_error > 1.3 * t.std_error AS rows_are_alike
FROM (SELECT ab_summary(total, n, v) s
	  FROM (SELECT v, sum(y) total, count(*) n FROM finer GROUP BY v, "user") q) q, ab_ratio(s) r,
	 (SELECT ab_summary(y, v) s FROM finer) f, ab_ttest(f.s, equal_var => false) t;
-- denominators of one make it the t-test, and ab_cuped
SELECT close(r.p_value, t.p_value) AS p, close(r.diff_low, t.diff_low) AS low,
	   close(r.lift_high_pct, t.lift_high_pct) AS lift, close(r.control_stddev, t.control_stddev) AS sd
FROM (SELECT ab_summary(m, 1, v) s, ab_summary(m, v) s1 FROM small) q, ab_ratio(s) r,
	 ab_ttest(s1, equal_var => false) t;
SELECT close(r.p_value, t.p_value) AS p, close(r.diff_low, t.diff_low) AS low,
	   close(r.lift_high_pct, t.lift_high_pct) AS lift, close(r.control_mean, t.control_mean) AS mean,
	   close(r.control_stddev, t.control_stddev) AS sd
FROM (SELECT ab_summary(m, 1, p, 1, v) s, ab_summary(m, p, v) s2 FROM small) q, ab_ratio_cuped(s) r, ab_cuped(s2) t;
-- units do not matter; negative denominators turn the sign
SELECT close(r.p_value, t.p_value, 1e-11) AS p, close(r.lift_low_pct, t.lift_low_pct, 1e-11) AS lift,
	   close(r.diff, t.diff * -2000) AS diff
FROM (SELECT ab_summary(m * 1e3, d * -0.5, v) s FROM small) q, ab_ratio(s) r, state, ab_ratio(s2) t;
-- intervals and p agree, for the difference and for the lift
SELECT what, count(*) AS calls,
	   count(*) FILTER (WHERE t.significant <> coalesce(excludes(t.diff_low, t.diff_high), false)) AS diff_contradicts,
	   count(*) FILTER (WHERE t.significant <> excludes(t.lift_low_pct, t.lift_high_pct)) AS lift_contradicts
FROM (SELECT ab_summary(x, d, v) s2, ab_summary(x, d, p, e, v) s4
	  FROM small, generate_series(-40, 10) i, LATERAL (SELECT m + CASE v WHEN 'treatment' THEN i / 5.0 ELSE 0 END x) y
	  GROUP BY i) g,
	 unnest('{two-sided,less,greater}'::text[]) side, unnest('{t,f}'::boolean[]) one_variance,
	 unnest('{0.001,0.05,0.5}'::float8[]) level,
	 LATERAL (SELECT 'ratio' what, r.*
			  FROM ab_ratio(s2, alpha => level, alternative => side, equal_var => one_variance) r
			  UNION ALL SELECT 'ratio with covariate', r.*
			  FROM ab_ratio_cuped(s4, alpha => level, alternative => side, equal_var => one_variance) r) t
GROUP BY what ORDER BY what;

-- data never raises
CREATE TABLE odd (kind text, m float8, d float8, p float8, e float8, v text);
INSERT INTO odd
SELECT 'zero denominators', m, 0, p, e, v FROM small
UNION ALL SELECT 'zero in control', m, CASE v WHEN 'control' THEN 0 ELSE d END, p, e, v FROM small
UNION ALL SELECT 'denominators cancel', m, d - 37 / 5.0, p, e, v FROM small WHERE v = 'treatment'
UNION ALL SELECT 'denominators cancel', m, d - 46 / 7.0, p, e, v FROM small WHERE v = 'control'
UNION ALL SELECT 'near zero', m, d - 6, p, e, v FROM small
UNION ALL SELECT 'negative', m, -d, p, -e, v FROM small
UNION ALL SELECT 'always the same ratio', d / 3, d, p, e, v FROM small
UNION ALL SELECT 'zero numerators', 0, d, p, e, v FROM small
UNION ALL SELECT 'no one before', m, d, 0, 0, v FROM small
UNION ALL SELECT 'no control before', m, d, p, CASE v WHEN 'control' THEN 0 ELSE e END, v FROM small
UNION ALL SELECT 'same before', m, d, e / 4, e, v FROM small
UNION ALL SELECT 'one treated', m, d, p, e, v FROM small WHERE v = 'control' OR m = 7
UNION ALL SELECT 'two treated', m, d, p, e, v FROM small WHERE v = 'control' OR m >= 6
UNION ALL SELECT 'no treatment', m, d, p, e, v FROM small WHERE v = 'control'
UNION ALL SELECT 'infinity', m, CASE d WHEN 5 THEN 'Infinity' ELSE d END, p, e, v FROM small
UNION ALL SELECT 'control sums to zero', m - 17 / 7.0, d, p, e, v FROM small;
SELECT kind, round(r.control_mean::numeric, 3) rc, round(r.diff::numeric, 3) diff, round(r.std_error::numeric, 3) se,
	   r.p_value IS NOT NULL AS tested, r.lift_low_pct IS NOT NULL AS lift, r.note
FROM (SELECT kind, ab_summary(m, d, v) s FROM odd GROUP BY kind) g, ab_ratio(s) r ORDER BY kind COLLATE "C";
SELECT kind, round(r.control_mean::numeric, 3) rc, round(r.diff::numeric, 3) diff, round(r.std_error::numeric, 3) se,
	   r.p_value IS NOT NULL AS tested, r.lift_low_pct IS NOT NULL AS lift
FROM (SELECT kind, ab_summary(m, d, p, e, v) s FROM odd GROUP BY kind) g, ab_ratio_cuped(s) r
ORDER BY kind COLLATE "C";
SELECT kind, r.method, r.note
FROM (SELECT kind, ab_summary(m, d, p, e, v) s FROM odd GROUP BY kind) g, ab_ratio_cuped(s) r
ORDER BY kind COLLATE "C";
SELECT r.p_value, q.p_value, r.note, q.note FROM ab_ratio(NULL) r, ab_ratio_cuped(NULL) q;

-- ratios that do not vary in an arm are not tested, unless they are rates: zeros and ones over ones
SELECT d, cov, round(t.p_value::numeric, 5) AS p, t.method, t.note
FROM unnest('{1,2}'::int[]) d, unnest('{f,t}'::boolean[]) cov,
	 LATERAL (SELECT ab_summary(m, d, v) s2, ab_summary(m, d, p, 1, v) s4
			  FROM (SELECT 'control' AS v, i % 2 AS m, i % 7 AS p FROM generate_series(1, 1000) i
					UNION ALL SELECT 'treatment', 0, i FROM generate_series(1, 3) i) u) q,
	 LATERAL (SELECT * FROM ab_ratio(s2) WHERE NOT cov UNION ALL SELECT * FROM ab_ratio_cuped(s4) WHERE cov) t;
SELECT wrong(to_jsonb(t), to_jsonb(w)) AS not_the_score_test
FROM (SELECT ab_summary(m, 1, v) s
	  FROM (SELECT 'control' AS v, i % 2 AS m FROM generate_series(1, 1000) i
			UNION ALL SELECT 'treatment', 0 FROM generate_series(1, 3) i) u) q,
	 ab_ratio(s) t, ab_ttest(counts(500, 1000, 0, 3), equal_var => false) w;
-- a verdict that the smaller group's own variance made
SELECT equal_var AS pooled, t.p_value < 0.05 AS significant, t.note
FROM (SELECT ab_summary(CASE v WHEN 'control' THEN 2 * (i % 5) ELSE 4.4 + 0.4 * (i % 3) END, 1 + i % 2, v) s
	  FROM generate_series(1, 300) i, (VALUES ('control'), ('treatment')) t(v) WHERE v = 'control' OR i <= 30) q,
	 unnest('{f,t}'::boolean[]) equal_var, ab_ratio(s, equal_var => equal_var) t;

-- query mistakes do
\t on
SELECT error_of($$SELECT ab_ratio(s) FROM (SELECT ab_summary(m, v) s FROM small) q$$);
SELECT error_of($$SELECT ab_ratio(s4) FROM state$$);
SELECT error_of($$SELECT ab_ratio_cuped(s2) FROM state$$);
SELECT error_of($$SELECT ab_ratio(s2, alpha => 0) FROM state$$);
SELECT error_of($$SELECT ab_ratio(s2, equal_var => NULL) FROM state$$);
SELECT error_of($$SELECT ab_ratio(s2, alternative => 'up') FROM state$$);
SELECT error_of($$SELECT ab_ratio_cuped(s4, theta => '') FROM state$$);
SELECT error_of($$SELECT ab_ratio(s2, treatment => 'v9') FROM state$$);
\t off

DROP TABLE small, state, finer, odd;
