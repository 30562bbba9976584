-- every number against an independent source, by relative error
CREATE FUNCTION close(got float8, wanted float8, tolerance float8 DEFAULT 1e-12) RETURNS boolean LANGUAGE sql AS $$
	SELECT CASE WHEN wanted IS NULL OR got IS NULL THEN got IS NULL AND wanted IS NULL
				WHEN wanted = 0 THEN got = 0 ELSE abs(got / wanted - 1) < tolerance END
$$;
CREATE TABLE small (x float8, v text);
INSERT INTO small VALUES (1, 'control'), (2, 'control'), (4, 'control'), (4.5, 'control'), (3, 'treatment'), (7, 'treatment'), (8.25, 'treatment');
-- reference values: mpmath, 50 digits; p and statistic also by SciPy 1.10 ttest_ind(treatment, control, equal_var, alternative)
SELECT t.equal_var, t.alternative, close(r.diff, t.diff) AS diff, close(r.diff_low, t.diff_low) AS diff_low, close(r.diff_high, t.diff_high) AS diff_high,
	   close(r.relative_lift_pct, t.lift) AS lift, close(r.lift_low_pct, t.lift_low) AS lift_low, close(r.lift_high_pct, t.lift_high, 1e-11) AS lift_high,
	   close(r.std_error, t.se) AS se, close(r.statistic, t.t) AS t, close(r.df, t.df) AS df, close(r.p_value, t.p) AS p, r.significant = (t.p < t.alpha) AS verdict
FROM (VALUES
	(true, 'two-sided', 0.05::float8, 3.2083333333333333333::float8, -1.0234326597307619835::float8, 7.4400993263974286502::float8, 111.59420289855072464::float8,
	 -22.441557911637916421::float8, 5742.7355261086387052::float8, 1.6462288554282009196::float8, 1.9488987346773320304::float8, 5::float8, 0.10882349978146287257::float8),
	(false, 'two-sided', 0.05, 3.2083333333333333333, -2.3879722296237582595, 8.8046388962904249261, 111.59420289855072464,
	 -64.003346990274363562, 2098.4532832537477083, 1.7858432493114033414, 1.7965369214629686309, 3.0844713820470892125, 0.1677470687709798212),
	(true, 'greater', 0.1, 3.2083333333333333333, 0.77869042489226891569, NULL, 111.59420289855072464,
	 19.614381656823532431, NULL, 1.6462288554282009196, 1.9488987346773320304, 5, 0.054411749890731436284),
	(false, 'less', 0.2, 3.2083333333333333333, NULL, 4.9481930132694008418, 111.59420289855072464,
	 NULL, 214.74725640764390873, 1.7858432493114033414, 1.7965369214629686309, 3.0844713820470892125, 0.9161264656145100894))
	t(equal_var, alternative, alpha, diff, diff_low, diff_high, lift, lift_low, lift_high, se, t, df, p),
	LATERAL (SELECT ab_summary(x, v) s FROM small) q,
	LATERAL ab_ttest(s, alpha => t.alpha, alternative => t.alternative, equal_var => t.equal_var) r;
\x on
SELECT control, treatment, control_n, treatment_n, control_mean, treatment_mean, p_adjusted, significant, alpha, method, note
FROM (SELECT (ab_ttest(x, v)).* FROM small) t;
SELECT method, note FROM (SELECT ab_summary(x, v) s FROM small) q, ab_ttest(s, alternative => 'less', equal_var => false);
\x off

-- the case study's completion: 4421 of 6200 against 1223 of 1550; reference value: SciPy 1.10 ttest_ind
SELECT close(p_value, 1.7501377714083078e-09, 1e-10) AS p, close(relative_lift_pct, (1223 / 1550.0 / (4421 / 6200.0) - 1) * 100) AS lift, significant, note
FROM (SELECT (ab_ttest(i <= CASE v WHEN 'control' THEN 4421 ELSE 1223 END, v)).*
	  FROM (SELECT 'control' v, g i FROM generate_series(1, 6200) g UNION ALL SELECT 'treatment', g FROM generate_series(1, 1550) g) u) t;
-- tails keep their digits; reference values: mpmath, 50 digits
SELECT m, close(p_value, p, 1e-11) AS p FROM (VALUES (5::float8, 5.7286767543548723e-7::float8), (20, 5.4839979961022715e-89), (37, 1.2061327437909106e-299)) v(m, p),
	LATERAL ab_ttest(ab_summary_combine(ab_make_summary('control', 2500001, 0, 1118), ab_make_summary('treatment', 2500001, m, 1118))) t;
SELECT p_value > 0 AS never_zero, diff_low > 0 AS dual FROM ab_ttest(ab_summary_combine(ab_make_summary('control', 1000000, 0, 1), ab_make_summary('treatment', 1000000, 5, 1)));

-- the five ways to call it agree
SELECT count(DISTINCT p_value) FROM (
	SELECT (ab_ttest(x, v)).p_value FROM small UNION ALL SELECT (ab_ttest(x, v, 'control')).p_value FROM small
	UNION ALL SELECT t.p_value FROM (SELECT ab_summary(x, v) s FROM small) q, ab_ttest(s) t
	UNION ALL SELECT t.p_value FROM (SELECT ab_summary(x, v, 'control') s FROM small) q, ab_ttest(s) t
	UNION ALL SELECT t.p_value FROM (SELECT ab_summary(x, v) s FROM small) q, ab_ttest(s, 'control', 'treatment') t) a;
SELECT (ab_ttest(x > 3, v)).diff, (ab_ttest(x > 3, v, 'treatment')).diff AS turned FROM small;
SELECT diff FROM (SELECT ab_summary(x, v, 'treatment') s FROM small) q, ab_ttest(s) UNION ALL
SELECT diff FROM (SELECT ab_summary(x, v, 'treatment') s FROM small) q, ab_ttest(s, control => 'control');
-- a third variant needs its treatment named
SELECT treatment, diff FROM (SELECT ab_summary(x, v) s FROM (SELECT * FROM small UNION ALL VALUES (9, 'v3'), (11, 'v3')) u) q, ab_ttest(s, treatment => 'v3');
-- window use: the state is not modified
SELECT x, (ab_ttest(x, v) OVER (ORDER BY x)).treatment_n FROM small ORDER BY x;

-- data never raises
CREATE TABLE odd (kind text, x float8, v text);
INSERT INTO odd VALUES ('fine', 1, 'control'), ('fine', 2, 'control'), ('fine', 2, 'treatment'), ('fine', 4, 'treatment'), ('fine', 5, 'treatment'),
	('constant', 1, 'control'), ('constant', 1, 'control'), ('constant', 2, 'treatment'), ('constant', 2, 'treatment'),
	('one constant arm', 1, 'control'), ('one constant arm', 1, 'control'), ('one constant arm', 2, 'treatment'), ('one constant arm', 2.5, 'treatment'),
	('one row in an arm', 1, 'control'), ('one row in an arm', 2, 'treatment'), ('one row in an arm', 3, 'treatment'),
	('one row each', 1, 'control'), ('one row each', 2, 'treatment'),
	('no treatment', 1, 'control'), ('no treatment', 2, 'control'), ('no control', 1, 'treatment'), ('only another', 1, 'v7'),
	('nothing counts', NULL, 'control'), ('NaN', 'NaN', 'control'), ('NaN', 2, 'control'), ('NaN', 2, 'treatment'), ('NaN', 3, 'treatment'),
	('infinity', 1, 'control'), ('infinity', 'Infinity', 'treatment'), ('infinity', '-Infinity', 'treatment'),
	('overflow', 1e308, 'control'), ('overflow', -1e308, 'control'), ('overflow', 1, 'treatment'), ('overflow', 2, 'treatment'),
	('zero control mean', -1, 'control'), ('zero control mean', 1, 'control'), ('zero control mean', 5, 'treatment'), ('zero control mean', 6, 'treatment'),
	('negative control mean', -5, 'control'), ('negative control mean', -5.1, 'control'), ('negative control mean', -4, 'treatment'), ('negative control mean', -4.1, 'treatment');
SELECT kind, control, treatment, control_n nc, treatment_n nt, control_mean mc, treatment_mean mt, diff, round(relative_lift_pct::numeric, 3) lift,
	   statistic IS NOT NULL AS tested, diff_low IS NOT NULL AS "interval", lift_low_pct IS NOT NULL AS lift_interval, significant, note
FROM (SELECT kind, (ab_ttest(x, v)).* FROM odd GROUP BY kind) t ORDER BY kind COLLATE "C";
SELECT kind, t.note FROM (SELECT kind, ab_summary(x, v) s FROM odd WHERE kind LIKE 'one%' GROUP BY kind) q, ab_ttest(s, equal_var => false) t ORDER BY kind COLLATE "C";
SELECT control, control_n, note FROM (SELECT (ab_ttest(1.0, 'control')).* WHERE false) t;
SELECT control, treatment, control_n, note FROM ab_ttest(NULL, control => 'v1');
SELECT control, treatment, control_n, treatment_n, note FROM (SELECT (ab_ttest(x, v, 'v9')).* FROM small WHERE v = 'treatment') t;
SELECT control, treatment, note FROM ab_ttest(ab_make_summary('B', 5, 1, 1), control => 'A');
SELECT control, treatment, note FROM ab_ttest(ab_make_summary('A', 5, 1, 1), control => 'A', treatment => 'B');
-- unequal sizes with unequal variances, and one of the two alone
SELECT note FROM (VALUES (100::bigint, 1::float8), (1000, 1), (100, 10), (1000, 10)) d(n, sd),
	ab_ttest(ab_summary_combine(ab_make_summary('control', 100, 10, 1), ab_make_summary('treatment', n, 11, sd)));

-- no row without a verdict has one, and no interval contradicts it
SELECT count(*) FILTER (WHERE (t.diff_low > 0 OR t.diff_high < 0) <> t.significant) AS diff_contradicts,
	   count(*) FILTER (WHERE (t.lift_low_pct > 0 OR t.lift_high_pct < 0) <> t.significant) AS lift_contradicts,
	   count(*) FILTER (WHERE t.significant <> (t.p_value < t.alpha)) AS p_contradicts, count(*) FILTER (WHERE t.significant) > 100 AS both_occur
FROM (SELECT i / 10.0::float8 FROM generate_series(-30, 50) i) g(d), (VALUES ('two-sided'), ('less'), ('greater')) a(alternative), (VALUES (true), (false)) e(equal_var),
	 (VALUES (4.0), (-4.0), (400.0)) c(mean), (VALUES (0.001::float8), (0.05), (0.7)) l(alpha),
	 ab_ttest(ab_summary_combine(ab_make_summary('control', 7, mean, 1.5), ab_make_summary('treatment', 31, mean + d, 0.7)),
			  alpha => l.alpha, alternative => a.alternative, equal_var => e.equal_var) t;
-- a one-sided interval keeps its open end, also at alpha > 0.5
SELECT t.diff_low, t.diff_high < 0 AS below, t.significant FROM ab_ttest(ab_summary_combine(
	ab_make_summary('control', 46, -0.7755920640645857, 0.22760668362114844), ab_make_summary('treatment', 177, -0.7511124705893151, 0.07819866031121005)),
	alpha => 0.7620314507447955, alternative => 'less', equal_var => false) t;
-- intervals keep their digits where they are narrow, and where the arms hardly vary; reference values: mpmath, 50 digits
SELECT close(lift_high_pct - lift_low_pct, 8.76523071033401e-06, 1e-8) AS narrow FROM ab_ttest(ab_summary_combine(ab_make_summary('control', 1000000, 1, 1e-5), ab_make_summary('treatment', 1000000, 2, 1e-5)));
SELECT lift_low_pct, lift_high_pct FROM ab_ttest(ab_summary_combine(ab_make_summary('control', 36, 0.5, 0.5), ab_make_summary('treatment', 7, 0, 0)), equal_var => false);
-- also where alpha is the p-value itself
SELECT count(*) FILTER (WHERE t.significant OR t.diff_low > 0 OR t.diff_high < 0 OR t.lift_low_pct > 0 OR t.lift_high_pct < 0) AS significant_at_p
FROM (SELECT i / 10.0::float8 FROM generate_series(1, 30) i) g(d), (VALUES ('two-sided'), ('less'), ('greater')) a(alternative),
	 LATERAL (SELECT ab_summary_combine(ab_make_summary('control', 7, 4, 1.5), ab_make_summary('treatment', 31, 4 + d, 0.7))) q(s),
	 ab_ttest(s, alternative => a.alternative) p, ab_ttest(s, alpha => p.p_value, alternative => a.alternative) t;

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
SELECT error_of($$SELECT ab_ttest(x, 'v' || v) FROM small$$);
SELECT error_of($$SELECT ab_ttest(x, v) FROM (SELECT * FROM small UNION ALL VALUES (1, 'v2')) u$$);
SELECT error_of($$SELECT ab_ttest(x, v, 'contrl') FROM small$$);
SELECT error_of($$SELECT ab_ttest(s, control => 'v1') FROM (SELECT ab_summary(x, v) s FROM small) q$$);
SELECT error_of($$SELECT ab_ttest(s, treatment => 'v1') FROM (SELECT ab_summary(x, v) s FROM small) q$$);
SELECT error_of($$SELECT ab_ttest(s, treatment => 'control') FROM (SELECT ab_summary(x, v) s FROM small) q$$);
SELECT error_of($$SELECT ab_ttest(ab_summary(1.0, 'variant ' || g)) FROM generate_series(10, 40) g$$);
SELECT error_of($$SELECT ab_ttest(s, alpha => 5) FROM (SELECT ab_summary(x, v) s FROM small) q$$);
SELECT error_of($$SELECT ab_ttest(NULL, alpha => NULL)$$);
SELECT error_of($$SELECT ab_ttest(NULL, alternative => 'larger')$$);
SELECT error_of($$SELECT ab_ttest(NULL, alternative => NULL)$$);
SELECT error_of($$SELECT ab_ttest(NULL, equal_var => NULL)$$);
SELECT error_of($$SELECT ab_ttest(x, v, CASE WHEN x > 3 THEN 'control' ELSE 'treatment' END) FROM small$$);
\t off

DROP FUNCTION error_of, close;
DROP TABLE small, odd;
