\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
-- every number against an independent source, by relative error
CREATE TABLE small (x float8, v text);
INSERT INTO small VALUES (1, 'control'), (2, 'control'), (4, 'control'), (4.5, 'control'),
	(3, 'treatment'), (7, 'treatment'), (8.25, 'treatment');
-- reference values: mpmath, 50 digits; p and statistic also by SciPy 1.10
-- ttest_ind(treatment, control, equal_var, alternative)
SELECT t.equal_var, t.alternative, wrong(to_jsonb(r), wanted::jsonb, loose => '{"lift_high_pct": 1e-11}')
FROM (VALUES
	(true, 'two-sided', 0.05::float8, '{"diff": 3.2083333333333333333, "diff_low": -1.0234326597307619835,
		"diff_high": 7.4400993263974286502, "relative_lift_pct": 111.59420289855072464,
		"lift_low_pct": -22.441557911637916421, "lift_high_pct": 5742.7355261086387052,
		"std_error": 1.6462288554282009196, "statistic": 1.9488987346773320304, "df": 5,
		"p_value": 0.10882349978146287257, "significant": false}'),
	(false, 'two-sided', 0.05, '{"diff": 3.2083333333333333333, "diff_low": -2.3879722296237582595,
		"diff_high": 8.8046388962904249261, "relative_lift_pct": 111.59420289855072464,
		"lift_low_pct": -64.003346990274363562, "lift_high_pct": 2098.4532832537477083,
		"std_error": 1.7858432493114033414, "statistic": 1.7965369214629686309, "df": 3.0844713820470892125,
		"p_value": 0.1677470687709798212, "significant": false}'),
	(true, 'greater', 0.1, '{"diff": 3.2083333333333333333, "diff_low": 0.77869042489226891569,
		"diff_high": null, "relative_lift_pct": 111.59420289855072464, "lift_low_pct": 19.614381656823532431,
		"lift_high_pct": null, "std_error": 1.6462288554282009196, "statistic": 1.9488987346773320304, "df": 5,
		"p_value": 0.054411749890731436284, "significant": true}'),
	(false, 'less', 0.2, '{"diff": 3.2083333333333333333, "diff_low": null, "diff_high": 4.9481930132694008418,
		"relative_lift_pct": 111.59420289855072464, "lift_low_pct": null,
		"lift_high_pct": 214.74725640764390873, "std_error": 1.7858432493114033414,
		"statistic": 1.7965369214629686309, "df": 3.0844713820470892125, "p_value": 0.9161264656145100894,
		"significant": false}')) t(equal_var, alternative, alpha, wanted),
	LATERAL (SELECT ab_summary(x, v) s FROM small) q,
	LATERAL ab_ttest(s, alpha => t.alpha, alternative => t.alternative, equal_var => t.equal_var) r;
\x on
SELECT control, treatment, control_n, treatment_n, control_mean, treatment_mean, p_adjusted, significant, alpha,
	   method, note
FROM (SELECT (ab_ttest(x, v)).* FROM small) t;
SELECT method, note
FROM (SELECT ab_summary(x, v) s FROM small) q, ab_ttest(s, alternative => 'less', equal_var => false);
\x off

-- the case study's completion: 4421 of 6200 against 1223 of 1550; reference value: SciPy 1.10 ttest_ind
SELECT close(p_value, 1.7501377714083078e-09, 1e-10) AS p,
	   close(relative_lift_pct, (1223 / 1550.0 / (4421 / 6200.0) - 1) * 100) AS lift, significant, note
FROM (SELECT (ab_ttest(i <= CASE v WHEN 'control' THEN 4421 ELSE 1223 END, v)).*
	  FROM (SELECT 'control' v, g i FROM generate_series(1, 6200) g
			UNION ALL SELECT 'treatment', g FROM generate_series(1, 1550) g) u) t;
-- tails keep their digits; reference values: mpmath, 50 digits
SELECT m, close(p_value, p, 1e-11) AS p
FROM (VALUES (5::float8, 5.7286767543548723e-7::float8), (20, 5.4839979961022715e-89),
			 (37, 1.2061327437909106e-299)) v(m, p),
	LATERAL ab_ttest(arms(2500001, 0, 1118, 2500001, m, 1118)) t;
SELECT p_value > 0 AS never_zero, diff_low > 0 AS dual FROM ab_ttest(arms(1000000, 0, 1, 1000000, 5, 1));

-- the five ways to call it agree
SELECT count(DISTINCT p_value) FROM (
	SELECT (ab_ttest(x, v)).p_value FROM small
	UNION ALL SELECT (ab_ttest(x, v, 'control')).p_value FROM small
	UNION ALL SELECT t.p_value FROM (SELECT ab_summary(x, v) s FROM small) q, ab_ttest(s) t
	UNION ALL SELECT t.p_value FROM (SELECT ab_summary(x, v, 'control') s FROM small) q, ab_ttest(s) t
	UNION ALL SELECT t.p_value FROM (SELECT ab_summary(x, v) s FROM small) q, ab_ttest(s, 'control', 'treatment') t) a;
SELECT (ab_ttest(x > 3, v)).diff, (ab_ttest(x > 3, v, 'treatment')).diff AS turned FROM small;
SELECT diff FROM (SELECT ab_summary(x, v, 'treatment') s FROM small) q, ab_ttest(s) UNION ALL
SELECT diff FROM (SELECT ab_summary(x, v, 'treatment') s FROM small) q, ab_ttest(s, control => 'control');
-- a third variant needs its treatment named
SELECT treatment, diff
FROM (SELECT ab_summary(x, v) s FROM (SELECT * FROM small UNION ALL VALUES (9, 'v3'), (11, 'v3')) u) q,
	 ab_ttest(s, treatment => 'v3');
-- window use: the state is not modified
SELECT x, (ab_ttest(x, v) OVER (ORDER BY x)).treatment_n FROM small ORDER BY x;

-- data never raises
CREATE TABLE odd (kind text, x float8, v text);
INSERT INTO odd VALUES
	('fine', 1, 'control'), ('fine', 2, 'control'), ('fine', 2, 'treatment'), ('fine', 4, 'treatment'),
	('fine', 5, 'treatment'),
	('constant', 1, 'control'), ('constant', 1, 'control'), ('constant', 2, 'treatment'), ('constant', 2, 'treatment'),
	('one constant arm', 1, 'control'), ('one constant arm', 1, 'control'), ('one constant arm', 2, 'treatment'),
	('one constant arm', 2.5, 'treatment'),
	('one row in an arm', 1, 'control'), ('one row in an arm', 2, 'treatment'), ('one row in an arm', 3, 'treatment'),
	('one row each', 1, 'control'), ('one row each', 2, 'treatment'),
	('no treatment', 1, 'control'), ('no treatment', 2, 'control'),
	('no control', 1, 'treatment'),
	('only another', 1, 'v7'),
	('nothing counts', NULL, 'control'),
	('NaN', 'NaN', 'control'), ('NaN', 2, 'control'), ('NaN', 2, 'treatment'), ('NaN', 3, 'treatment'),
	('infinity', 1, 'control'), ('infinity', 'Infinity', 'treatment'), ('infinity', '-Infinity', 'treatment'),
	('overflow', 1e308, 'control'), ('overflow', -1e308, 'control'), ('overflow', 1, 'treatment'),
	('overflow', 2, 'treatment'),
	('zero control mean', -1, 'control'), ('zero control mean', 1, 'control'), ('zero control mean', 5, 'treatment'),
	('zero control mean', 6, 'treatment'),
	('negative control mean', -5, 'control'), ('negative control mean', -5.1, 'control'),
	('negative control mean', -4, 'treatment'), ('negative control mean', -4.1, 'treatment');
SELECT kind, control, treatment, control_n nc, treatment_n nt, control_mean mc, treatment_mean mt, diff,
	   round(relative_lift_pct::numeric, 3) lift
FROM (SELECT kind, (ab_ttest(x, v)).* FROM odd GROUP BY kind) t ORDER BY kind COLLATE "C";
SELECT kind, statistic IS NOT NULL AS tested, diff_low IS NOT NULL AS "interval", lift_low_pct IS NOT NULL AS lift,
	   significant AS s, note
FROM (SELECT kind, (ab_ttest(x, v)).* FROM odd GROUP BY kind) t ORDER BY kind COLLATE "C";
SELECT kind, t.note
FROM (SELECT kind, ab_summary(x, v) s FROM odd WHERE kind LIKE 'one%' GROUP BY kind) q,
	 ab_ttest(s, equal_var => false) t
ORDER BY kind COLLATE "C";
SELECT control, control_n, note FROM (SELECT (ab_ttest(1.0, 'control')).* WHERE false) t;
SELECT control, treatment, control_n, note FROM ab_ttest(NULL, control => 'v1');
SELECT control, treatment, control_n, treatment_n, note
FROM (SELECT (ab_ttest(x, v, 'v9')).* FROM small WHERE v = 'treatment') t;
SELECT control, treatment, note FROM ab_ttest(ab_make_summary('B', 5, 1, 1), control => 'A');
SELECT control, treatment, note FROM ab_ttest(ab_make_summary('A', 5, 1, 1), control => 'A', treatment => 'B');
-- unequal sizes with unequal variances, and one of the two alone
SELECT n, sd, note FROM (VALUES (100::bigint, 1::float8), (1000, 1), (100, 10), (1000, 10)) d(n, sd),
	ab_ttest(arms(100, 10, 1, n, 11, sd));

-- no row without a verdict has one, and no interval contradicts it
SELECT count(*) FILTER (WHERE excludes(t.diff_low, t.diff_high) <> t.significant) AS diff_contradicts,
	   count(*) FILTER (WHERE excludes(t.lift_low_pct, t.lift_high_pct) <> t.significant) AS lift_contradicts,
	   count(*) FILTER (WHERE t.significant <> (t.p_value < t.alpha)) AS p_contradicts,
	   count(*) FILTER (WHERE t.significant) > 100 AS both_occur
FROM (SELECT i / 10.0::float8 FROM generate_series(-30, 50) i) g(d),
	 unnest('{two-sided,less,greater}'::text[]) side, unnest('{t,f}'::boolean[]) pooled,
	 unnest('{4,-4,400}'::float8[]) mean, unnest('{0.001,0.05,0.5}'::float8[]) level,
	 ab_ttest(arms(7, mean, 1.5, 31, mean + d, 0.7), alpha => level, alternative => side, equal_var => pooled) t;
-- a one-sided interval keeps its open end, also at the largest alpha
SELECT t.diff_low, t.diff_high < 0 AS below, t.significant
FROM ab_ttest(arms(46, -0.7755920640645857, 0.22760668362114844, 177, -0.7511124705893151, 0.07819866031121005),
			  alpha => 0.5, alternative => 'less', equal_var => false) t;
-- intervals keep their digits where they are narrow, and where the arms hardly vary;
-- reference values: mpmath, 50 digits
SELECT close(lift_high_pct - lift_low_pct, 8.76523071033401e-06, 1e-8) AS narrow
FROM ab_ttest(arms(1000000, 1, 1e-5, 1000000, 2, 1e-5));
SELECT lift_low_pct, lift_high_pct FROM ab_ttest(arms(36, 0.5, 0.5, 7, 0, 1e-17), equal_var => false);
-- also where alpha is the p-value itself
SELECT count(*) FILTER (WHERE t.significant) AS significant_at_p,
	   count(*) FILTER (WHERE excludes(t.diff_low, t.diff_high)) AS diff_excludes_0_at_p,
	   count(*) FILTER (WHERE excludes(t.lift_low_pct, t.lift_high_pct)) AS lift_excludes_0_at_p
FROM (SELECT i / 10.0::float8 FROM generate_series(1, 30) i) g(d), unnest('{two-sided,less,greater}'::text[]) side,
	 arms(7, 4, 1.5, 31, 4 + d, 0.7) s,
	 ab_ttest(s, alternative => side) p, ab_ttest(s, alpha => least(p.p_value, 0.5), alternative => side) t;

-- Welch's test in one step
SELECT close(w.p_value, t.p_value, 1e-15) AS p, w.method
FROM (SELECT (ab_welch_ttest(x, v)).* FROM small) w, (SELECT ab_summary(x, v) s FROM small) q,
	 ab_ttest(s, equal_var => false) t;
SELECT (ab_welch_ttest(x > 3, v)).diff, (ab_welch_ttest(x > 3, v, 'treatment')).diff AS turned,
	   (ab_welch_ttest(x, v, 'treatment')).diff AS turned_x
FROM small;

-- an arm without variation: Welch's test would take its mean for certain
SELECT t.diff, t.diff_low, t.lift_high_pct, t.std_error, t.statistic, t.p_value, t.significant, t.method, t.note
FROM arms(1000, 4, 2, 3, 6, 0) s, ab_ttest(s, equal_var => false) t;
SELECT t.p_value, t.note FROM arms(5, 4, 0, 3, 6, 0) s, ab_ttest(s, equal_var => false) t;
-- of zeros and ones the score test answers; reference values: mpmath, 30 digits
SELECT xc, nc, xt, nt, wrong(to_jsonb(t), wanted::jsonb, 1e-11) AS wrong, t.significant AS s, t.note
FROM (VALUES
	(500, 1000, 0, 3, '{"statistic": -1.7297437338728409915, "p_value": 0.083676071228447621523,
		"diff_low": -0.5309749674804830, "diff_high": 0.0852330449010202, "df": null,
		"method": "score test (Miettinen-Nurminen, skewness-corrected)"}'),
	(30, 1000, 0, 1000, '{"statistic": -5.5173928956965021907, "p_value": 3.4406564241798831541e-8,
		"diff_low": -0.0420022680887823, "diff_high": -0.0207161699695836, "lift_low_pct": -100}'),
	(0, 1000, 30, 1000, '{"statistic": 5.5173928956965021907, "p_value": 3.4406564241798831541e-8,
		"diff_low": 0.0207161699695836, "diff_high": 0.0420022680887823, "lift_high_pct": null}'),
	(100, 1000, 2, 2, '{"statistic": 2.5315796853008028706, "p_value": 0.011355001338152672775,
		"diff_low": 0.174252691701757, "diff_high": 0.917459443571117}'),
	(500, 5000, 0, 50, '{"statistic": -2.7721284295698432172, "p_value": 0.0055691059381619341482,
		"diff_low": -0.108549049434465, "diff_high": -0.0451586812903052, "lift_low_pct": -100}'),
	(5, 5, 0, 4, '{"significant": true}'), (40, 40, 9, 9, '{"p_value": 1}'),
	(0, 40, 0, 9, '{"p_value": 1, "diff": 0}')) d(xc, nc, xt, nt, wanted),
	 ab_ttest(counts(xc, nc, xt, nt), equal_var => false) t;
-- as it does from rows
SELECT wrong(to_jsonb(r), to_jsonb(t)) AS other
FROM (SELECT ab_welch_ttest(x = 0, CASE WHEN x < 0 THEN 'treatment' ELSE 'control' END) r
	  FROM (SELECT i % 2 FROM generate_series(1, 20) i UNION ALL SELECT -1 FROM generate_series(1, 3)) d(x)) q,
	 ab_ttest(counts(10, 20, 0, 3), equal_var => false) t;
-- its verdict and its intervals agree
SELECT count(*), count(*) FILTER (WHERE excludes(t.diff_low, t.diff_high) <> t.significant) AS diff_contradicts,
	   count(*) FILTER (WHERE excludes(t.lift_low_pct, t.lift_high_pct) <> t.significant) AS lift_contradicts,
	   count(*) FILTER (WHERE t.significant) > 100 AS both_occur,
	   count(*) FILTER (WHERE t.method NOT LIKE 'score test%' OR t.note NOT LIKE '%in place of Welch''s%') AS others
FROM unnest('{2,3,7,40}'::int[]) nt, unnest('{2,9,100}'::int[]) nc, generate_series(0, nc, greatest(nc / 10, 1)) xc,
	 unnest('{0,1}'::int[]) share, unnest('{two-sided,less,greater}'::text[]) side,
	 unnest('{0.001,0.05,0.4}'::float8[]) level, unnest('{t,f}'::boolean[]) turned,
	 ab_ttest(CASE WHEN turned THEN counts(share * nt, nt, xc, nc) ELSE counts(xc, nc, share * nt, nt) END,
			  alpha => level, alternative => side, equal_var => false) t;
-- also where alpha is the p-value itself
SELECT count(*) FILTER (WHERE t.significant) AS significant_at_p,
	   count(*) FILTER (WHERE excludes(t.diff_low, t.diff_high)) AS diff_excludes_0_at_p,
	   count(*) FILTER (WHERE excludes(t.lift_low_pct, t.lift_high_pct)) AS lift_excludes_0_at_p
FROM generate_series(1, 29) xc, unnest('{two-sided,less,greater}'::text[]) side, counts(xc, 30, 0, 8) s,
	 ab_ttest(s, alternative => side, equal_var => false) p,
	 LATERAL (SELECT * FROM ab_ttest(s, alpha => p.p_value, alternative => side, equal_var => false)
			  WHERE p.p_value < 0.5) t;

-- few events, or few rows, in groups of unequal sizes
SELECT xc, nc, xt, nt, equal_var AS pooled, round(t.p_value::numeric, 5) AS p, t.note
FROM (VALUES (500, 5000, 1, 50), (500, 5000, 5, 50), (995, 1000, 195, 200), (195, 200, 995, 1000), (10, 100, 2, 80),
			 (1000, 10000, 200, 1000), (500, 1000, 0, 3)) d(xc, nc, xt, nt),
	 unnest('{f,t}'::boolean[]) equal_var, ab_ttest(counts(xc, nc, xt, nt), equal_var => equal_var) t;
-- a verdict that the smaller group's own variance made
SELECT nc, sc, nt, st, equal_var AS pooled, round(t.p_value::numeric, 5) AS p, t.note
FROM (VALUES (20, 2, 2, 0.01), (20, 2, 15, 0.5), (1000, 2, 30, 0.5), (1000, 2, 50, 0.5), (1000, 2, 300, 0.5),
			 (50, 0.5, 1000, 2), (50, 2, 1000, 0.5)) d(nc, sc, nt, st),
	 unnest('{f,t}'::boolean[]) equal_var, ab_ttest(arms(nc, 5, sc, nt, 5.4, st), equal_var => equal_var) t;

-- query mistakes do raise
\t on
SELECT error_of($$SELECT ab_welch_ttest(x, v = 'treatment') FROM small$$);
SELECT error_of($$SELECT ab_welch_ttest(x > 3, length(v)) FROM small$$);
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

DROP TABLE small, odd;
