\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
CREATE TABLE pair (id int, c float8, t float8);
INSERT INTO pair VALUES (1, 1, 3), (2, 2, 2.5), (3, 4, 5), (4, 4.5, 7), (5, 3, 2), (6, 0.5, 1.5), (7, 2.25, 4),
	(8, NULL, 3), (9, 3, NULL);

-- the paired t-test; reference values: mpmath, 50 digits; statistic, p and interval also by R 4.2
-- t.test(t, c, paired = TRUE)
SELECT w.alternative, wrong(to_jsonb(r), '{"diff": 1.1071428571428571429, "std_error": 0.43594841484763224828,
		"statistic": 2.5396189536090254464, "df": 6}'::jsonb || wanted::jsonb)
FROM (VALUES
	('two-sided', 0.05::float8, '{"p_value": 0.044103571314227748785, "diff_low": 0.040415514364322023975,
		"diff_high": 2.1738701999213922617, "lift_low_pct": 1.6838473700981961077,
		"lift_high_pct": 123.88195196744182538, "significant": true}'),
	('greater', 0.1, '{"p_value": 0.022051785657113874393, "diff_low": 0.4794836213548474721, "diff_high": null,
		"lift_low_pct": 19.062057295100018105, "lift_high_pct": null, "significant": true}'),
	('less', 0.01, '{"p_value": 0.97794821434288612561, "diff_low": null, "diff_high": 2.4771841659493007959,
		"lift_low_pct": null, "lift_high_pct": 184.23964955991989172, "significant": false}'))
	w(alternative, alpha, wanted),
	LATERAL (SELECT ab_summary(c, t, 'any') s FROM pair) q, LATERAL ab_paired_ttest(s, w.alpha, w.alternative) r;
\x on
SELECT control, treatment, control_n, treatment_n, control_mean, treatment_mean, df, p_adjusted, significant, alpha,
	   method, note
FROM (SELECT (ab_paired_ttest(c, t)).* FROM pair) x;
\x off
-- the ways to call it agree, and the rows of one arm of several
SELECT count(DISTINCT p_value) FROM (
	SELECT (ab_paired_ttest(c, t)).p_value FROM pair
	UNION ALL SELECT (ab_paired_ttest(t, c)).p_value FROM pair
	UNION ALL SELECT r.p_value FROM (SELECT ab_summary(c, t, 'v1') s FROM pair) q, ab_paired_ttest(s) r
	UNION ALL SELECT r.p_value
	FROM (SELECT ab_summary(x, y, v) s
		  FROM (SELECT c, t, 'v1' FROM pair UNION ALL SELECT c + t * t, 1, 'v2' FROM pair) u(x, y, v)) q,
		 ab_paired_ttest(s, variant => 'v1') r) a;
SELECT close((ab_paired_ttest(c > 2, t > 2)).p_value, (ab_paired_ttest((c > 2)::int, (t > 2)::int)).p_value) AS booleans
FROM pair;
-- merged from days, and as a window: the state is not modified
SELECT close(r.p_value, 0.044103571314227748785) AS rollup
FROM (SELECT ab_rollup(s) s FROM (SELECT ab_summary(c, t, 'any') s FROM pair GROUP BY id % 3) d) q,
	 ab_paired_ttest(s) r;
SELECT id, (ab_paired_ttest(c, t) OVER (ORDER BY id)).control_n FROM pair ORDER BY id;
-- pairs that are alike: narrower, until rounding says no
SELECT k, CASE WHEN r.note LIKE '%digits%' THEN regexp_replace(r.note, '.*(about \d+ digits).*', '\1')
			   ELSE regexp_replace(r.note, ':.*times', ': .. times') END AS note
FROM generate_series(0, 9, 3) k,
	 LATERAL (SELECT ab_summary(sin(g), sin(g) + cos(g) * 10.0::float8 ^ -k, 'p') s FROM generate_series(1, 100) g) q,
	 ab_paired_ttest(s) r ORDER BY k;
-- the same pairs with the difference as a column keep every digit
SELECT close(r.std_error * 1e9, u.std_error, 1e-6) AS digits
FROM (SELECT (ab_paired_ttest(0, cos(g) * 1e-9)).* FROM generate_series(1, 100) g) r,
	 (SELECT (ab_paired_ttest(0, cos(g))).* FROM generate_series(1, 100) g) u;

-- data never raises
CREATE TABLE odd (kind text, c float8, t float8);
INSERT INTO odd VALUES
	('one pair', 1, 0),
	('constant difference', 1, 2), ('constant difference', 4, 5), ('constant difference', 2.5, 3.5),
	('equal', 1, 1), ('equal', 0, 0),
	('NaN', 1, 'NaN'), ('NaN', 0, 1), ('infinity', 'Infinity', 1), ('infinity', 1, '-Infinity'),
	('nothing counts', NULL, 1), ('overflow', 1e308, 1), ('overflow', -1e308, 0),
	('no success', 0, 0), ('no success', 0, 0), ('only the treatment', 0, 1), ('only the treatment', 0, 1),
	('only the control', 1, 0), ('only the control', 1, 0), ('all', 1, 1), ('all', 1, 1),
	('control is zero', -1, 3), ('control is zero', 1, 4),
	('fine', 0, 1), ('fine', 1, 1), ('fine', 1, 0), ('fine', 0, 1);
SELECT kind, control_n n, control_mean mc, treatment_mean mt, diff, round(relative_lift_pct::numeric, 1) lift,
	   round(p_value::numeric, 4) p, diff_low IS NOT NULL AS "interval", note
FROM (SELECT kind, (ab_paired_ttest(c, t)).* FROM odd GROUP BY kind) x ORDER BY kind COLLATE "C";
SELECT control, treatment, control_n, note FROM ab_paired_ttest(NULL)
UNION ALL SELECT control, treatment, control_n, note FROM (SELECT (ab_paired_ttest(c, t)).* FROM pair WHERE false) x
UNION ALL SELECT x.control, x.treatment, x.control_n, x.note
FROM (SELECT ab_summary(c, t, 'p') s FROM pair) q, ab_paired_ttest(s, variant => 'other') x;

-- no interval contradicts its p-value; at alpha equal to it there is no effect
SELECT count(*) FILTER (WHERE r.significant) AS significant_at_p,
	   count(*) FILTER (WHERE excludes(r.diff_low, r.diff_high)) AS diff_excludes_0_at_p,
	   count(*) FILTER (WHERE excludes(r.lift_low_pct, r.lift_high_pct)) AS lift_excludes_0_at_p
FROM generate_series(1, 40) k,
	 LATERAL (SELECT ab_summary(2 + sin(g * k), 2 + cos(g * g) + k / 40.0, 'p') s FROM generate_series(1, 12) g) q,
	 unnest('{two-sided,less,greater}'::text[]) a, LATERAL ab_paired_ttest(s, 0.5, a) p,
	 LATERAL ab_paired_ttest(s, least(p.p_value, 0.5), a) r;

-- query mistakes do raise
\t on
SELECT error_of($$SELECT ab_paired_ttest(ab_summary(c, 'control')) FROM pair$$);
SELECT error_of($$SELECT ab_paired_ttest(ab_summary(c, t, 'v' || id)) FROM pair$$);
SELECT error_of($$SELECT ab_paired_ttest(ab_summary(c, t, 'v' || id), variant => 'v99') FROM pair$$);
SELECT error_of($$SELECT ab_paired_ttest(NULL, alpha => 5)$$);
\t off

DROP TABLE pair, odd;
