-- every number against an independent source, by relative error
CREATE FUNCTION close(got float8, wanted float8, tolerance float8 DEFAULT 1e-12) RETURNS boolean LANGUAGE sql AS $$
	SELECT CASE WHEN wanted IS NULL OR got IS NULL THEN got IS NULL AND wanted IS NULL
				WHEN wanted = 0 THEN got = 0 ELSE abs(got / wanted - 1) < tolerance END
$$;
CREATE TABLE small (y float8, x float8, v text);
INSERT INTO small VALUES (3, 1, 'control'), (5, 2.5, 'control'), (4.5, 2, 'control'), (8, 5, 'control'), (6, 4, 'control'), (7.5, 4.25, 'control'), (2, 1.5, 'control'),
	(5, 1, 'treatment'), (9.5, 3, 'treatment'), (12, 5, 'treatment'), (7, 2.25, 'treatment'), (8.25, 3.5, 'treatment');
CREATE TABLE state AS SELECT ab_summary(y, x, v) s FROM small;
-- reference values: mpmath, 50 digits, from the regressions' normal equations
SELECT t.theta, t.equal_var, t.alternative, close(r.control_mean, t.mc) AS mc, close(r.treatment_mean, t.mt) AS mt, close(r.diff, t.diff) AS diff, close(r.diff_low, t.low) AS low, close(r.diff_high, t.high) AS high,
	   close(r.lift_low_pct, t.lift_low) AS lift_low, close(r.lift_high_pct, t.lift_high) AS lift_high, close(r.std_error, t.se) AS se, close(r.df, t.df) AS df, close(r.p_value, t.p) AS p,
	   close(r.relative_lift_pct, t.diff / t.mc * 100) AS lift, close(r.statistic, t.diff / t.se) AS t, r.significant = (t.p < t.alpha) AS verdict
FROM (VALUES
	('per-arm', false, 0.05::float8, 'two-sided', 5.1756066411238825::float8, 8.2933238636363636::float8, 3.1177172225124811::float8, 1.9321159939330871::float8, 4.3033184510918752::float8,
	 35.049903382665135::float8, 97.464106908199359::float8, 0.50371192059046097::float8, 7.1634787285415848::float8, 0.00041034276741333336::float8),
	('per-arm', true, 0.1, 'greater', 5.1756066411238825, 8.2933238636363636, 3.1177172225124811, 2.4407781435244731, NULL,
	 44.751896925309865, NULL, 0.49132377263723933, 9.4553110290411467, 5.3808720125155509e-5),
	('pooled', true, 0.05, 'two-sided', 5.1785938234833046, 8.2999686471233736, 3.121374823640069, 2.0639720691774591, 4.1787775781026788,
	 34.659120800407782, 102.97704814351551, 0.46743116342749651, 9, 9.0814678471880442e-5),
	('pooled', false, 0.05, 'two-sided', 5.1785938234833046, 8.2999686471233736, 3.121374823640069, 2.0041646266659621, 4.2385850206141759,
	 36.376864121241061, 95.633361686962998, 0.47680897003332113, 7.3318825018380305, 0.00026226059668922319),
	('total', false, 0.01, 'less', 5.1791372856272308, 8.2992078001218769, 3.1200705144946461, NULL, 4.4152482022729065,
	 NULL, 104.52502471335171, 0.45071239568242437, 8.2755955157466309, 0.99994822068245449))
	t(theta, equal_var, alpha, alternative, mc, mt, diff, low, high, lift_low, lift_high, se, df, p),
	state, LATERAL ab_cuped(s, alpha => t.alpha, alternative => t.alternative, equal_var => t.equal_var, theta => t.theta) r;
-- reference values: statsmodels 0.13 OLS; y ~ arm + x is pooled with one variance, y ~ arm * (x - mean(x)) has the same difference as per-arm
SELECT close(r.diff, 3.1213748236400702) AS diff, close(r.std_error, 0.46743116342749663) AS se, close(r.p_value, 9.081467847188038e-05, 1e-10) AS p, r.df FROM state, ab_cuped(s, equal_var => true, theta => 'pooled') r;
SELECT close(r.diff, 3.1177172225124843) AS lin FROM state, ab_cuped(s) r;
\x on
SELECT r.control, r.treatment, r.control_n, r.treatment_n, r.p_adjusted, r.significant, r.alpha, r.method, r.note FROM state, ab_cuped(s) r;
SELECT r.method, r.note FROM state, ab_cuped(s, equal_var => true, theta => 'pooled', alternative => 'less') r;
SELECT r.method, r.note FROM state, ab_cuped(s, theta => 'total') r;
\x off

-- the means are those of the regression at the covariate's overall mean, and the difference is theirs
SELECT close(r.diff, r.treatment_mean - r.control_mean) AS diff, close(r.relative_lift_pct, (r.treatment_mean / r.control_mean - 1) * 100) AS lift,
	   close(r.control_mean, regr_intercept(y, x) FILTER (WHERE v = 'control') + regr_slope(y, x) FILTER (WHERE v = 'control') * avg(x)) AS at_mean
FROM small, state, ab_cuped(s) r GROUP BY r.diff, r.treatment_mean, r.control_mean, r.relative_lift_pct;
-- merged in parts, with a third variant, with the control named
SELECT count(DISTINCT round(t.p_value::numeric, 15)) AS answers FROM (
	SELECT r.p_value FROM state, ab_cuped(s) r
	UNION ALL SELECT r.p_value FROM (SELECT ab_rollup(s) s FROM (SELECT ab_summary(y, x, v) s FROM small GROUP BY y > 6) p) q, ab_cuped(s) r
	UNION ALL SELECT r.p_value FROM (SELECT ab_summary(y, x, v) s FROM (SELECT * FROM small UNION ALL VALUES (1, 1, 'v3')) u) q, ab_cuped(s, treatment => 'treatment') r
	UNION ALL SELECT r.p_value FROM state, ab_cuped(s, 'control', 'treatment', 0.05, 'two-sided', false, 'per-arm') r) t;
-- unit and sign of the covariate do not matter, nor does where its zero is
SELECT close(r.diff, q.diff, 1e-9) AS diff, close(r.std_error, q.std_error, 1e-9) AS se, close(r.lift_high_pct, q.lift_high_pct, 1e-9) AS lift
FROM state, ab_cuped(s) r, (SELECT ab_summary(y, 1e6 - 1000 * x, v) s FROM small) t, ab_cuped(t.s) q;
-- intervals and p agree, for the difference and for the lift
SELECT count(*) AS calls, count(*) FILTER (WHERE t.significant <> (coalesce(t.diff_low > 0, false) OR coalesce(t.diff_high < 0, false))) AS difference_disagrees,
	   count(*) FILTER (WHERE t.significant <> (coalesce(t.lift_low_pct > 0, false) OR coalesce(t.lift_high_pct < 0, false))
						AND (t.lift_low_pct IS NOT NULL OR t.lift_high_pct IS NOT NULL)) AS lift_disagrees
FROM (SELECT ab_summary(y + CASE v WHEN 'treatment' THEN i / 5.0 ELSE 0 END, x, v) s FROM small, generate_series(-40, 10) i GROUP BY i) g, (VALUES ('two-sided'), ('less'), ('greater')) a(alternative),
	 (VALUES (true), (false)) e(equal_var), (VALUES ('per-arm'), ('pooled'), ('total')) h(theta), (VALUES (0.001::float8), (0.05), (0.7)) l(alpha),
	 ab_cuped(s, alpha => l.alpha, alternative => a.alternative, equal_var => e.equal_var, theta => h.theta) t;
SELECT count(*) FILTER (WHERE t.significant OR t.diff_low > 0 OR t.diff_high < 0 OR t.lift_low_pct > 0 OR t.lift_high_pct < 0) AS significant_at_p
FROM state, (VALUES ('two-sided'), ('greater')) a(alternative), (VALUES ('per-arm'), ('pooled'), ('total')) h(theta), ab_cuped(s, alternative => a.alternative, theta => h.theta) r,
	 ab_cuped(s, alpha => r.p_value, alternative => a.alternative, theta => h.theta) t;

-- data never raises: where there is nothing to adjust with, the plain test
CREATE TABLE odd (kind text, y float8, x float8, v text);
INSERT INTO odd
SELECT 'constant covariate', y, 3, v FROM small UNION ALL SELECT 'constant in control', y, CASE v WHEN 'control' THEN 3 ELSE x END, v FROM small
UNION ALL SELECT 'constant in treatment', y, CASE v WHEN 'treatment' THEN 3 ELSE x END, v FROM small UNION ALL SELECT 'constant outcome', 3, x, v FROM small
UNION ALL SELECT 'covariate is outcome', x, x, v FROM small UNION ALL SELECT 'covariate explains all', CASE v WHEN 'control' THEN x ELSE 2 * x END, x, v FROM small
UNION ALL SELECT 'useless covariate', i, abs(i - 2.5) + 0.01 * i, v FROM generate_series(1, 4) i, (VALUES ('control'), ('treatment')) u(v) UNION ALL SELECT 'covariate after treatment', y, y / 2 + CASE v WHEN 'control' THEN 0 ELSE 50 END, v FROM small
UNION ALL SELECT 'NaN', y, CASE x WHEN 5 THEN 'NaN' ELSE x END, v FROM small UNION ALL SELECT 'overflow', y, 1e200 * x, v FROM small
UNION ALL SELECT 'no treatment', y, x, v FROM small WHERE v = 'control' UNION ALL SELECT 'two rows', y, x, v FROM small WHERE v = 'control' OR y >= 9.5
UNION ALL SELECT 'one row', y, x, v FROM small WHERE v = 'control' OR y >= 12 UNION ALL SELECT 'nothing counts', y, NULL, v FROM small
UNION ALL SELECT 'zero control mean', y - CASE v WHEN 'control' THEN 36.0 / 7 ELSE 0 END, 3, v FROM small;
SELECT kind, r.control_n nc, r.treatment_n nt, round(r.control_mean::numeric, 3) mc, round(r.diff::numeric, 3) diff, round(r.std_error::numeric, 3) se, r.diff_low IS NOT NULL AS "interval",
	   r.lift_low_pct IS NOT NULL AS lift, r.method, r.note
FROM (SELECT kind, ab_summary(y, x, v) s FROM odd GROUP BY kind) g, ab_cuped(s) r ORDER BY kind COLLATE "C";
SELECT count(*) AS not_the_plain_test FROM (SELECT kind, ab_summary(y, x, v) s FROM odd WHERE kind LIKE 'constant %' OR kind = 'two rows' GROUP BY kind) g, (VALUES (true), (false)) e(equal_var),
	(VALUES ('per-arm'), ('pooled'), ('total')) h(theta), ab_cuped(s, equal_var => e.equal_var, theta => h.theta) r, ab_ttest(s, equal_var => e.equal_var) t
WHERE kind <> 'constant outcome' AND NOT (close(r.p_value, t.p_value) AND close(r.diff, t.diff) AND close(r.lift_low_pct, t.lift_low_pct) AND r.control_mean = t.control_mean AND r.control_stddev = t.control_stddev);
SELECT r.diff, r.p_value, r.note FROM ab_cuped(NULL) r;
SELECT r.note FROM (SELECT ab_summary(y, x, v) s FROM (SELECT * FROM small UNION ALL SELECT y + 100 * y, x, 'v9' FROM small) u WHERE v <> 'treatment') q, ab_cuped(s, equal_var => true) r;

-- query mistakes do
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
SELECT error_of($$SELECT ab_cuped(s) FROM (SELECT ab_summary(y, v) s FROM small) q$$);
SELECT error_of($$SELECT ab_cuped(s) FROM (SELECT ab_summary(y, x, y, x, v) s FROM small) q$$);
SELECT error_of($$SELECT ab_cuped(s, theta => 'lin') FROM state$$);
SELECT error_of($$SELECT ab_cuped(s, theta => NULL) FROM state$$);
SELECT error_of($$SELECT ab_cuped(s, alpha => 1) FROM state$$);
SELECT error_of($$SELECT ab_cuped(s, alternative => 'bigger') FROM state$$);
SELECT error_of($$SELECT ab_cuped(s, equal_var => NULL) FROM state$$);
SELECT error_of($$SELECT ab_cuped(s, control => 'v9') FROM state$$);
\t off

DROP FUNCTION error_of, close;
DROP TABLE small, state, odd;
