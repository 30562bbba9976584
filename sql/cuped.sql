\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
CREATE TABLE small (y float8, x float8, v text);
INSERT INTO small VALUES (3, 1, 'control'), (5, 2.5, 'control'), (4.5, 2, 'control'), (8, 5, 'control'),
	(6, 4, 'control'), (7.5, 4.25, 'control'), (2, 1.5, 'control'),
	(5, 1, 'treatment'), (9.5, 3, 'treatment'), (12, 5, 'treatment'), (7, 2.25, 'treatment'), (8.25, 3.5, 'treatment');
CREATE TABLE state AS SELECT ab_summary(y, x, v) s FROM small;
-- reference values: mpmath, 50 digits, from the regressions' normal equations
SELECT t.theta, t.equal_var, t.alternative, wrong(to_jsonb(r), w),
	   close(r.relative_lift_pct, (w ->> 'diff')::float8 / (w ->> 'control_mean')::float8 * 100) AS lift,
	   close(r.statistic, (w ->> 'diff')::float8 / (w ->> 'std_error')::float8) AS statistic
FROM (VALUES
	('per-arm', false, 0.05::float8, 'two-sided', '{"control_mean": 5.1756066411238825,
		"treatment_mean": 8.2933238636363636, "diff": 3.1177172225124811, "diff_low": 1.9321159939330871,
		"diff_high": 4.3033184510918752, "lift_low_pct": 35.049903382665135,
		"lift_high_pct": 97.464106908199359, "std_error": 0.50371192059046097, "df": 7.1634787285415848,
		"p_value": 0.00041034276741333336, "significant": true}'),
	('per-arm', true, 0.1, 'greater', '{"control_mean": 5.1756066411238825,
		"treatment_mean": 8.2933238636363636, "diff": 3.1177172225124811, "diff_low": 2.4407781435244731,
		"diff_high": null, "lift_low_pct": 44.751896925309865, "lift_high_pct": null,
		"std_error": 0.49132377263723933, "df": 9.4553110290411467, "p_value": 5.3808720125155509e-5,
		"significant": true}'),
	('pooled', true, 0.05, 'two-sided', '{"control_mean": 5.1785938234833046,
		"treatment_mean": 8.2999686471233736, "diff": 3.121374823640069, "diff_low": 2.0639720691774591,
		"diff_high": 4.1787775781026788, "lift_low_pct": 34.659120800407782,
		"lift_high_pct": 102.97704814351551, "std_error": 0.46743116342749651, "df": 9,
		"p_value": 9.0814678471880442e-5, "significant": true}'),
	('pooled', false, 0.05, 'two-sided', '{"control_mean": 5.1785938234833046,
		"treatment_mean": 8.2999686471233736, "diff": 3.121374823640069, "diff_low": 2.0041646266659621,
		"diff_high": 4.2385850206141759, "lift_low_pct": 36.376864121241061,
		"lift_high_pct": 95.633361686962998, "std_error": 0.47680897003332113, "df": 7.3318825018380305,
		"p_value": 0.00026226059668922319, "significant": true}'),
	('total', false, 0.01, 'less', '{"control_mean": 5.1791372856272308, "treatment_mean": 8.2992078001218769,
		"diff": 3.1200705144946461, "diff_low": null, "diff_high": 4.4152482022729065, "lift_low_pct": null,
		"lift_high_pct": 104.52502471335171, "std_error": 0.45071239568242437, "df": 8.2755955157466309,
		"p_value": 0.99994822068245449, "significant": false}')) t(theta, equal_var, alpha, alternative, wanted),
	LATERAL (SELECT wanted::jsonb) j(w), state,
	LATERAL ab_cuped(s, alpha => t.alpha, alternative => t.alternative, equal_var => t.equal_var, theta => t.theta) r;
-- reference values: statsmodels 0.13 OLS; y ~ arm + x is pooled with one variance, y ~ arm * (x - mean(x)) has the
-- same difference as per-arm
SELECT close(r.diff, 3.1213748236400702) AS diff, close(r.std_error, 0.46743116342749663) AS se,
	   close(r.p_value, 9.081467847188038e-05, 1e-10) AS p, r.df
FROM state, ab_cuped(s, equal_var => true, theta => 'pooled') r;
SELECT close(r.diff, 3.1177172225124843) AS lin FROM state, ab_cuped(s) r;
\x on
SELECT r.control, r.treatment, r.control_n, r.treatment_n, r.p_adjusted, r.significant, r.alpha, r.method, r.note
FROM state, ab_cuped(s) r;
SELECT r.method, r.note FROM state, ab_cuped(s, equal_var => true, theta => 'pooled', alternative => 'less') r;
SELECT r.method, r.note FROM state, ab_cuped(s, theta => 'total') r;
\x off

-- the means are those of the regression at the covariate's overall mean, and the difference is theirs
SELECT close(r.diff, r.treatment_mean - r.control_mean) AS diff,
	   close(r.relative_lift_pct, (r.treatment_mean / r.control_mean - 1) * 100) AS lift,
	   close(r.control_mean, regr_intercept(y, x) FILTER (WHERE v = 'control')
							 + regr_slope(y, x) FILTER (WHERE v = 'control') * avg(x)) AS at_mean
FROM small, state, ab_cuped(s) r GROUP BY r.diff, r.treatment_mean, r.control_mean, r.relative_lift_pct;
-- merged in parts, with a third variant, with the control named
SELECT count(DISTINCT round(t.p_value::numeric, 15)) AS answers FROM (
	SELECT r.p_value FROM state, ab_cuped(s) r
	UNION ALL SELECT r.p_value
	FROM (SELECT ab_rollup(s) s FROM (SELECT ab_summary(y, x, v) s FROM small GROUP BY y > 6) p) q, ab_cuped(s) r
	UNION ALL SELECT r.p_value
	FROM (SELECT ab_summary(y, x, v) s FROM (SELECT * FROM small UNION ALL VALUES (1, 1, 'v3')) u) q,
		 ab_cuped(s, treatment => 'treatment') r
	UNION ALL SELECT r.p_value
	FROM state, ab_cuped(s, 'control', 'treatment', 0.05, 'two-sided', false, 'per-arm') r) t;
-- unit and sign of the covariate do not matter, nor does where its zero is
SELECT close(r.diff, q.diff, 1e-9) AS diff, close(r.std_error, q.std_error, 1e-9) AS se,
	   close(r.lift_high_pct, q.lift_high_pct, 1e-9) AS lift
FROM state, ab_cuped(s) r, (SELECT ab_summary(y, 1e6 - 1000 * x, v) s FROM small) t, ab_cuped(t.s) q;
-- intervals and p agree, for the difference and for the lift
SELECT count(*) AS calls,
	   count(*) FILTER (WHERE t.significant <> coalesce(excludes(t.diff_low, t.diff_high), false)) AS diff_contradicts,
	   count(*) FILTER (WHERE t.significant <> excludes(t.lift_low_pct, t.lift_high_pct)) AS lift_contradicts
FROM (SELECT ab_summary(y + CASE v WHEN 'treatment' THEN i / 5.0 ELSE 0 END, x, v) s
	  FROM small, generate_series(-40, 10) i GROUP BY i) g,
	 unnest('{two-sided,less,greater}'::text[]) side, unnest('{t,f}'::boolean[]) one_variance,
	 unnest('{per-arm,pooled,total}'::text[]) slope, unnest('{0.001,0.05,0.5}'::float8[]) level,
	 ab_cuped(s, alpha => level, alternative => side, equal_var => one_variance, theta => slope) t;
SELECT count(*) FILTER (WHERE t.significant) AS significant_at_p,
	   count(*) FILTER (WHERE excludes(t.diff_low, t.diff_high)) AS diff_excludes_0_at_p,
	   count(*) FILTER (WHERE excludes(t.lift_low_pct, t.lift_high_pct)) AS lift_excludes_0_at_p
FROM state, unnest('{two-sided,greater}'::text[]) side, unnest('{per-arm,pooled,total}'::text[]) slope,
	 ab_cuped(s, alternative => side, theta => slope) r,
	 ab_cuped(s, alpha => least(r.p_value, 0.5), alternative => side, theta => slope) t;

-- data never raises: where there is nothing to adjust with, the plain test
CREATE TABLE odd (kind text, y float8, x float8, v text);
INSERT INTO odd
SELECT 'constant covariate', y, 3, v FROM small
UNION ALL SELECT 'constant in control', y, CASE v WHEN 'control' THEN 3 ELSE x END, v FROM small
UNION ALL SELECT 'constant in treatment', y, CASE v WHEN 'treatment' THEN 3 ELSE x END, v FROM small
UNION ALL SELECT 'constant outcome', 3, x, v FROM small
UNION ALL SELECT 'covariate is outcome', x, x, v FROM small
UNION ALL SELECT 'covariate explains all', CASE v WHEN 'control' THEN x ELSE 2 * x END, x, v FROM small
UNION ALL SELECT 'useless covariate', i, abs(i - 2.5) + 0.01 * i, v
		  FROM generate_series(1, 4) i, (VALUES ('control'), ('treatment')) u(v)
UNION ALL SELECT 'covariate after treatment', y, y / 2 + CASE v WHEN 'control' THEN 0 ELSE 50 END, v FROM small
UNION ALL SELECT 'NaN', y, CASE x WHEN 5 THEN 'NaN' ELSE x END, v FROM small
UNION ALL SELECT 'overflow', y, 1e200 * x, v FROM small
UNION ALL SELECT 'no treatment', y, x, v FROM small WHERE v = 'control'
UNION ALL SELECT 'two rows', y, x, v FROM small WHERE v = 'control' OR y >= 9.5
UNION ALL SELECT 'one row', y, x, v FROM small WHERE v = 'control' OR y >= 12
UNION ALL SELECT 'nothing counts', y, NULL, v FROM small
UNION ALL SELECT 'zero control mean', y - CASE v WHEN 'control' THEN 36.0 / 7 ELSE 0 END, 3, v FROM small;
SELECT kind, r.control_n nc, r.treatment_n nt, round(r.control_mean::numeric, 3) mc, round(r.diff::numeric, 3) diff,
	   round(r.std_error::numeric, 3) se, r.diff_low IS NOT NULL AS "interval", r.lift_low_pct IS NOT NULL AS lift
FROM (SELECT kind, ab_summary(y, x, v) s FROM odd GROUP BY kind) g, ab_cuped(s) r ORDER BY kind COLLATE "C";
SELECT kind, r.method, r.note
FROM (SELECT kind, ab_summary(y, x, v) s FROM odd GROUP BY kind) g, ab_cuped(s) r ORDER BY kind COLLATE "C";
SELECT kind, one_variance, slope, wrong(to_jsonb(r), jsonb_build_object('p_value', t.p_value, 'diff', t.diff,
	   'lift_low_pct', t.lift_low_pct)) AS not_the_plain_test, r.control_mean = t.control_mean AS mean,
	   r.control_stddev = t.control_stddev AS stddev
FROM (SELECT kind, ab_summary(y, x, v) s FROM odd
	  WHERE kind LIKE 'constant %' AND kind <> 'constant outcome' OR kind = 'two rows' GROUP BY kind) g,
	 unnest('{t,f}'::boolean[]) one_variance, unnest('{per-arm,pooled,total}'::text[]) slope,
	 ab_cuped(s, equal_var => one_variance, theta => slope) r, ab_ttest(ab_column(s, 1), equal_var => one_variance) t
ORDER BY kind COLLATE "C", one_variance, slope;
SELECT r.diff, r.p_value, r.note FROM ab_cuped(NULL) r;
SELECT r.note
FROM (SELECT ab_summary(y, x, v) s
	  FROM (SELECT * FROM small UNION ALL SELECT y + 100 * y, x, 'v9' FROM small) u WHERE v <> 'treatment') q,
	 ab_cuped(s, equal_var => true) r;

-- an outcome that is constant in an arm is not tested, whatever the slope; of zeros and ones the score test answers,
-- without the covariate
CREATE VIEW flat AS
SELECT 'control' AS v, i % 2 AS binary_y, i % 5 AS y, i % 7 AS x FROM generate_series(1, 200) i
UNION ALL SELECT 'treatment', 0, 3, i % 3 FROM generate_series(1, 6) i;
SELECT slope, one_variance, t.p_value IS NOT NULL AS tested, t.treatment_mean, t.method, t.note
FROM (SELECT ab_summary(y, x, v) s FROM flat) q, unnest('{per-arm,pooled,total}'::text[]) slope,
	 unnest('{f,t}'::boolean[]) one_variance, ab_cuped(s, theta => slope, equal_var => one_variance) t
ORDER BY one_variance, slope;
SELECT slope, wrong(to_jsonb(t), to_jsonb(w)) AS not_the_score_test, t.method, t.note
FROM (SELECT ab_summary(binary_y, x, v) s FROM flat) q, unnest('{per-arm,pooled,total}'::text[]) slope,
	 ab_ttest(counts(100, 200, 0, 6), equal_var => false) w, ab_cuped(s, theta => slope) t;
SELECT t.method, t.note
FROM (SELECT ab_summary(binary_y, x, v) s FROM flat) q, ab_cuped(s, equal_var => true) t;
-- a verdict that the smaller group's own variance made, and zeros and ones with few events
SELECT equal_var AS pooled, t.p_value < 0.05 AS significant, t.note
FROM (SELECT ab_summary(CASE v WHEN 'control' THEN 2 * (i % 5) ELSE 4.6 + 0.4 * (i % 3) END, i % 3 + i % 2, v) s
	  FROM generate_series(1, 200) i, (VALUES ('control'), ('treatment')) t(v) WHERE v = 'control' OR i <= 20) q,
	 unnest('{f,t}'::boolean[]) equal_var, ab_cuped(s, equal_var => equal_var) t;
SELECT equal_var AS pooled, t.note
FROM (SELECT ab_summary((i % 10 = 0)::int, i % 3 + i % 2, v) s
	  FROM generate_series(1, 200) i, (VALUES ('control'), ('treatment')) t(v) WHERE v = 'control' OR i <= 20) q,
	 unnest('{f,t}'::boolean[]) equal_var, ab_cuped(s, equal_var => equal_var) t;
DROP VIEW flat;

-- query mistakes do
\t on
SELECT error_of($$SELECT ab_cuped(s) FROM (SELECT ab_summary(y, v) s FROM small) q$$);
SELECT error_of($$SELECT ab_cuped(s) FROM (SELECT ab_summary(y, x, y, x, v) s FROM small) q$$);
SELECT error_of($$SELECT ab_cuped(s, theta => 'lin') FROM state$$);
SELECT error_of($$SELECT ab_cuped(s, theta => NULL) FROM state$$);
SELECT error_of($$SELECT ab_cuped(s, alpha => 1) FROM state$$);
SELECT error_of($$SELECT ab_cuped(s, alternative => 'bigger') FROM state$$);
SELECT error_of($$SELECT ab_cuped(s, equal_var => NULL) FROM state$$);
SELECT error_of($$SELECT ab_cuped(s, control => 'v9') FROM state$$);
\t off

DROP TABLE small, state, odd;
