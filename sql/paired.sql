-- every number against an independent source, by relative error
CREATE FUNCTION close(got float8, wanted float8, tolerance float8 DEFAULT 1e-12) RETURNS boolean LANGUAGE sql AS $$
	SELECT CASE WHEN wanted IS NULL OR got IS NULL THEN got IS NULL AND wanted IS NULL
				WHEN wanted = 0 THEN got = 0 ELSE abs(got / wanted - 1) < tolerance END
$$;
CREATE TABLE pair (id int, c float8, t float8);
INSERT INTO pair VALUES (1, 1, 3), (2, 2, 2.5), (3, 4, 5), (4, 4.5, 7), (5, 3, 2), (6, 0.5, 1.5), (7, 2.25, 4), (8, NULL, 3), (9, 3, NULL);

-- the paired t-test; reference values: mpmath, 50 digits; statistic, p and interval also by R 4.2 t.test(t, c, paired = TRUE)
SELECT w.alternative, close(r.diff, 1.1071428571428571429) AS diff, close(r.diff_low, w.low) AS diff_low, close(r.diff_high, w.high) AS diff_high,
	   close(r.lift_low_pct, w.lift_low) AS lift_low, close(r.lift_high_pct, w.lift_high) AS lift_high, close(r.std_error, 0.43594841484763224828) AS se,
	   close(r.statistic, 2.5396189536090254464) AS t, r.df, close(r.p_value, w.p) AS p, r.significant = (w.p < w.alpha) AS verdict
FROM (VALUES ('two-sided', 0.05::float8, 0.044103571314227748785::float8, 0.040415514364322023975::float8, 2.1738701999213922617::float8, 1.6838473700981961077::float8, 123.88195196744182538::float8),
	  ('greater', 0.1, 0.022051785657113874393, 0.4794836213548474721, NULL, 19.062057295100018105, NULL),
	  ('less', 0.01, 0.97794821434288612561, NULL, 2.4771841659493007959, NULL, 184.23964955991989172)) w(alternative, alpha, p, low, high, lift_low, lift_high),
	 LATERAL (SELECT ab_summary(c, t, 'any') s FROM pair) q, LATERAL ab_paired_ttest(s, w.alpha, w.alternative) r;
\x on
SELECT control, treatment, control_n, treatment_n, control_mean, treatment_mean, df, p_adjusted, significant, alpha, method, note
FROM (SELECT (ab_paired_ttest(c, t)).* FROM pair) x;
\x off
-- the ways to call it agree, and the rows of one arm of several
SELECT count(DISTINCT p_value) FROM (
	SELECT (ab_paired_ttest(c, t)).p_value FROM pair UNION ALL SELECT (ab_paired_ttest(t, c)).p_value FROM pair
	UNION ALL SELECT r.p_value FROM (SELECT ab_summary(c, t, 'v1') s FROM pair) q, ab_paired_ttest(s) r
	UNION ALL SELECT r.p_value FROM (SELECT ab_summary(x, y, v) s FROM (SELECT c, t, 'v1' FROM pair UNION ALL SELECT c + t * t, 1, 'v2' FROM pair) u(x, y, v)) q, ab_paired_ttest(s, variant => 'v1') r) a;
SELECT close((ab_paired_ttest(c > 2, t > 2)).p_value, (ab_paired_ttest((c > 2)::int, (t > 2)::int)).p_value) AS booleans FROM pair;
-- merged from days, and as a window: the state is not modified
SELECT close(r.p_value, 0.044103571314227748785) AS rollup FROM (SELECT ab_rollup(s) s FROM (SELECT ab_summary(c, t, 'any') s FROM pair GROUP BY id % 3) d) q, ab_paired_ttest(s) r;
SELECT id, (ab_paired_ttest(c, t) OVER (ORDER BY id)).control_n FROM pair ORDER BY id;
-- pairs that are alike: narrower, until rounding says no
SELECT k, CASE WHEN r.note LIKE '%digits%' THEN regexp_replace(r.note, '.*(about \d+ digits).*', '\1') ELSE regexp_replace(r.note, ':.*times', ': .. times') END AS note
FROM generate_series(0, 9, 3) k, LATERAL (SELECT ab_summary(sin(g), sin(g) + cos(g) * 10.0::float8 ^ -k, 'p') s FROM generate_series(1, 100) g) q, ab_paired_ttest(s) r ORDER BY k;
-- the same pairs with the difference as a column keep every digit
SELECT close(r.std_error * 1e9, u.std_error, 1e-6) AS digits FROM (SELECT (ab_paired_ttest(0, cos(g) * 1e-9)).* FROM generate_series(1, 100) g) r, (SELECT (ab_paired_ttest(0, cos(g))).* FROM generate_series(1, 100) g) u;

-- McNemar: 28 pairs, 9 won by both, 11 by the treatment, 2 by the control
CREATE TABLE answer AS SELECT i, i <= 11 AS c, i <= 9 OR i > 17 AS t FROM generate_series(1, 28) i;
SELECT count(*) FILTER (WHERE c AND t) AS both, count(*) FILTER (WHERE t AND NOT c) AS gained, count(*) FILTER (WHERE c AND NOT t) AS lost FROM answer;
-- reference values: p by R 4.2 binom.test(11, 13) and mcnemar.test(correct = TRUE and FALSE), mid-p and the score intervals by mpmath from the likelihood
SELECT m.method, close(r.p_value, m.p) AS p, close(r.statistic, m.z) AS statistic, close(r.diff, 9 / 28.0) AS diff, close(r.diff_low, m.low, 1e-11) AS diff_low, close(r.diff_high, m.high, 1e-11) AS diff_high,
	   close(r.lift_low_pct, m.lift_low, 1e-9) AS lift_low, close(r.lift_high_pct, m.lift_high, 1e-9) AS lift_high, r.df, r.significant, r.method AS name
FROM (VALUES ('exact', 0.0224609375::float8, NULL::float8, 0.04645491427381194::float8, 0.563483307223207::float8, 8.7828495887256::float8, 234.95398992515::float8),
	  ('mid-p', 0.012939453125, NULL, 0.07588715392885506, 0.5310865622683378, 14.667805764742, 208.02463775905),
	  ('asymptotic', 0.012554918596966548643, sqrt(6.2307692307692308::float8), 0.07744400077317366, 0.5310865622683378, 14.9859261554, 208.02463775905),
	  ('corrected', 0.026500280602491883873, sqrt(4.9230769230769234::float8), 0.0372450686607765, 0.563483307223207, 6.9921553616168, 234.95398992515)) m(method, p, z, low, high, lift_low, lift_high),
	 (SELECT ab_summary(c::int, t::int, 'p') s FROM answer) q, LATERAL ab_mcnemar(s, method => m.method) r;
SELECT r.p_value = 0.01123046875 AS greater, close(l.p_value, 0.998291015625) AS less, r.diff_high, l.diff_low, r.method
FROM (SELECT ab_summary(c::int, t::int, 'p') s FROM answer) q, ab_mcnemar(s, alternative => 'greater') r, ab_mcnemar(s, alternative => 'less') l;
\x on
SELECT control_n, treatment_n, significant, alpha, method, note FROM (SELECT (ab_mcnemar(c, t)).* FROM answer) x;
\x off
SELECT (ab_mcnemar(c, t)).p_value = (ab_mcnemar(t, c)).p_value AS turned, (ab_mcnemar(c, t)).diff = -(ab_mcnemar(t, c)).diff AS diff FROM answer;
-- tails keep their digits
SELECT close(p_value / 2, 2.0::float8 ^ -1060) AS tail, significant FROM (SELECT (ab_mcnemar(false, true)).* FROM generate_series(1, 1060)) x;

-- data never raises
CREATE TABLE odd (kind text, c float8, t float8);
INSERT INTO odd VALUES ('one pair', 1, 0), ('constant difference', 1, 2), ('constant difference', 4, 5), ('constant difference', 2.5, 3.5), ('equal', 1, 1), ('equal', 0, 0),
	('NaN', 1, 'NaN'), ('NaN', 0, 1), ('infinity', 'Infinity', 1), ('infinity', 1, '-Infinity'), ('nothing counts', NULL, 1), ('overflow', 1e308, 1), ('overflow', -1e308, 0),
	('no success', 0, 0), ('no success', 0, 0), ('only the treatment', 0, 1), ('only the treatment', 0, 1), ('only the control', 1, 0), ('only the control', 1, 0),
	('all', 1, 1), ('all', 1, 1), ('control is zero', -1, 3), ('control is zero', 1, 4), ('fine', 0, 1), ('fine', 1, 1), ('fine', 1, 0), ('fine', 0, 1);
SELECT kind, control_n n, control_mean mc, treatment_mean mt, diff, round(relative_lift_pct::numeric, 1) lift, round(p_value::numeric, 4) p, diff_low IS NOT NULL AS "interval", note
FROM (SELECT kind, (ab_paired_ttest(c, t)).* FROM odd GROUP BY kind) x ORDER BY kind COLLATE "C";
SELECT kind, x.method, round(x.p_value::numeric, 4) p, round(x.diff_low::numeric, 3) low, round(x.diff_high::numeric, 3) high, round(x.lift_low_pct::numeric) lift_low, round(x.lift_high_pct::numeric) lift_high, x.note
FROM (SELECT kind, ab_summary(c, t, 'p') s FROM odd WHERE kind <> 'infinity' GROUP BY kind) q, ab_mcnemar(s) x ORDER BY kind COLLATE "C";
SELECT m AS method, x.p_value, x.statistic, round(x.diff_high::numeric, 3) AS high FROM (SELECT ab_summary(c, t, 'p') s FROM odd WHERE kind = 'equal') q, unnest('{exact,mid-p,asymptotic,corrected}'::text[]) m, ab_mcnemar(s, method => m) x;
SELECT control, treatment, control_n, note FROM ab_paired_ttest(NULL) UNION ALL SELECT control, treatment, control_n, note FROM ab_mcnemar(NULL)
UNION ALL SELECT control, treatment, control_n, note FROM (SELECT (ab_paired_ttest(c, t)).* FROM pair WHERE false) x
UNION ALL SELECT x.control, x.treatment, x.control_n, x.note FROM (SELECT ab_summary(c, t, 'p') s FROM pair) q, ab_paired_ttest(s, variant => 'other') x;

-- no interval contradicts its p-value, every table of up to 8 pairs; at alpha equal to it there is no effect
SELECT count(*) > 5000 AS many, count(*) FILTER (WHERE (coalesce(r.diff_low > 0, false) OR coalesce(r.diff_high < 0, false)) <> r.significant) AS diff_contradicts,
	   count(*) FILTER (WHERE won + lost > 0 AND (coalesce(r.lift_low_pct > 0, false) OR coalesce(r.lift_high_pct < 0, false)) <> r.significant) AS lift_contradicts,
	   count(*) FILTER (WHERE r.significant <> (r.p_value < r.alpha)) AS p_contradicts, count(*) FILTER (WHERE r.significant) > 1000 AS both_occur
FROM generate_series(0, 8) won, generate_series(0, 8 - won) gained, generate_series(0, 8 - won - gained) lost,
	 LATERAL (SELECT ab_summary((i <= won OR i > 8 - lost)::int, (i <= won + gained)::int, 'p') s FROM generate_series(1, 8) i) q,
	 unnest('{exact,mid-p,asymptotic,corrected}'::text[]) m, unnest('{two-sided,less,greater}'::text[]) a, LATERAL ab_mcnemar(s, 0.5, a, m) p,
	 unnest(ARRAY[0.001, 0.05, 0.3, 0.7, least(p.p_value, 0.999)]) l(alpha), LATERAL ab_mcnemar(s, l.alpha, a, m) r;
SELECT count(*) FILTER (WHERE r.significant OR r.diff_low > 0 OR r.diff_high < 0 OR r.lift_low_pct > 0 OR r.lift_high_pct < 0) AS significant_at_p
FROM generate_series(1, 40) k, LATERAL (SELECT ab_summary(2 + sin(g * k), 2 + cos(g * g) + k / 40.0, 'p') s FROM generate_series(1, 12) g) q,
	 unnest('{two-sided,less,greater}'::text[]) a, LATERAL ab_paired_ttest(s, 0.5, a) p, LATERAL ab_paired_ttest(s, least(p.p_value, 0.999), a) r;

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
SELECT error_of($$SELECT ab_paired_ttest(ab_summary(c, 'control')) FROM pair$$);
SELECT error_of($$SELECT ab_mcnemar(ab_summary(c, t, c, t, 'control')) FROM pair$$);
SELECT error_of($$SELECT ab_paired_ttest(ab_summary(c, t, 'v' || id)) FROM pair$$);
SELECT error_of($$SELECT ab_paired_ttest(ab_summary(c, t, 'v' || id), variant => 'v99') FROM pair$$);
SELECT error_of($$SELECT ab_paired_ttest(NULL, alpha => 5)$$);
SELECT error_of($$SELECT ab_mcnemar(NULL, alternative => 'larger')$$);
SELECT error_of($$SELECT ab_mcnemar(NULL, method => 'midp')$$);
\t off

DROP FUNCTION error_of, close;
DROP TABLE pair, answer, odd;
