\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
-- blood counts of Dunnett 1955: a control and two drugs, unequal n
CREATE TABLE blood (x float8, v text);
INSERT INTO blood VALUES
	(7.4, 'control'), (8.5, 'control'), (7.2, 'control'), (8.24, 'control'), (9.84, 'control'), (8.32, 'control'),
	(9.76, 'a'), (8.8, 'a'), (7.68, 'a'), (9.36, 'a'),
	(12.8, 'b'), (9.68, 'b'), (12.16, 'b'), (9.2, 'b'), (10.55, 'b');
CREATE TABLE blood_summary AS SELECT ab_summary(x, v) s FROM blood;

-- Dunnett: one-sided values by R 4.2 mvtnorm::pmvt(algorithm = TVPACK), two-sided ones by trapezoidal sums over both
-- shared variables (tools/oracle/compare.py)
SELECT t.alternative, t.equal_var, all_close(array_agg(r.p_adjusted ORDER BY r.treatment), t.p, 1e-11) AS p_adjusted
FROM (VALUES ('two-sided', true, '{0.6201019800184557, 0.005825360847946907}'::float8[]),
			 ('greater', true, '{0.3249776108948669, 0.002913883037139131}'),
			 ('two-sided', false, '{0.49704936981231446, 0.027783128887545912}'),
			 ('greater', false, '{0.26157190477721015, 0.014005705911318219}')) t(alternative, equal_var, p),
	 blood_summary,
	 ab_compare(s, alternative => t.alternative, equal_var => t.equal_var, correction => 'dunnett') r
GROUP BY 1, 2, t.p ORDER BY 1, 2;
-- one variance of all arms and N - k - 1 degrees of freedom; reference values: mpmath, 50 digits
SELECT treatment, close(statistic, CASE treatment WHEN 'a' THEN 0.85703212593438189639
										ELSE 3.6937523112357288357 END) AS statistic, df, significant, method, note
FROM blood_summary, ab_compare(s, equal_var => true, correction => 'dunnett');
-- the published intervals carry the noise of their random rule in the fourth digit:
-- -1.2564116, 2.5564116, 0.8396274, 4.4163727
SELECT treatment, round(diff_low::numeric, 3) AS diff_low, round(diff_high::numeric, 3) AS diff_high
FROM blood_summary, ab_compare(s, equal_var => true, correction => 'dunnett');
-- 'less' is 'greater' of the outcome turned over
SELECT treatment, close(a.p_adjusted, b.p_adjusted, 1e-14) AS p_adjusted,
	   close(a.diff_low, -b.diff_high, 1e-13) AS bound
FROM blood_summary q, (SELECT ab_summary(-x, v) s FROM blood) m,
	 ab_compare(q.s, alternative => 'greater', correction => 'dunnett') a
	 JOIN LATERAL ab_compare(m.s, alternative => 'less', correction => 'dunnett') b USING (treatment)
ORDER BY treatment;
-- three treatments of equal n (breaking strength of fabrics, Dunnett 1955): 0.0364, 0.8966, 0.4091 as published
SELECT all_close(array_agg(p_adjusted ORDER BY treatment),
				 '{0.036621968563094784, 0.8964749759780439, 0.4091596830024886}', 1e-11) AS fabrics
FROM (SELECT ab_summary(x, v) s
	  FROM unnest('{55,47,48,55,64,64,55,49,52,50,44,41}'::float8[],
				  '{control,control,control,a,a,a,b,b,b,c,c,c}'::text[]) t(x, v)) q,
	 ab_compare(s, equal_var => true, correction => 'dunnett');
-- critical values of Dunnett 1964, table II (two-sided, 5%, equal n): k treatments, df = n (k + 1) - k - 1
SELECT k, t.df, t.t = round(((r.diff_high - r.diff) / r.std_error)::numeric, 2) AS critical
FROM (VALUES (2, 12, 2.50), (3, 20, 2.54), (5, 60, 2.58), (9, 40, 2.81)) t(k, df, t),
	 LATERAL (SELECT ab_rollup(ab_make_summary(CASE i WHEN 0 THEN 'control' ELSE 't' || i END,
											   t.df / (k + 1) + 1, i, 1)) s FROM generate_series(0, k) i) q,
	 LATERAL (SELECT * FROM ab_compare(s, equal_var => true, correction => 'dunnett') LIMIT 1) r;
-- tails keep their digits: far out, a union of nearly disjoint events
SELECT close(p_adjusted, 3 * p_value, 1e-9) AS p_adjusted, p_adjusted < 1e-250 AS tiny
FROM (SELECT ab_rollup(ab_make_summary(v, 1000000, m, 1)) s
	  FROM (VALUES ('control', 0), ('a', 0.05), ('b', 0), ('c', 0)) t(v, m)) q,
	 ab_compare(s, equal_var => true, correction => 'dunnett') WHERE treatment = 'a';

-- each test is ab_ttest's, each p_adjusted ab_adjust's
SELECT t.correction, count(*), bool_and(r.p_value = w.p_value) AS p, bool_and(r.diff = w.diff) AS diff,
	   bool_and(r.df = w.df) AS df, bool_and(r.relative_lift_pct = w.relative_lift_pct) AS lift,
	   bool_and(close(r.diff_low, w.diff_low)) AS low, bool_and(close(r.lift_high_pct, w.lift_high_pct)) AS lift_high,
	   array_agg(r.p_adjusted ORDER BY r.treatment) =
	   ab_adjust(array_agg(r.p_value ORDER BY r.treatment), t.correction) AS adjusted
FROM (VALUES ('none', 0.05::float8), ('bonferroni', 0.025), ('sidak', 1 - sqrt(0.95)), ('holm', 0.05),
			 ('hochberg', 0.05), ('hommel', 0.05), ('bh', 0.05), ('by', 0.05)) t(correction, alpha),
	 blood_summary, ab_compare(s, correction => t.correction) r,
	 ab_ttest(s, treatment => r.treatment, alpha => t.alpha, equal_var => false) w
GROUP BY t.correction ORDER BY t.correction;
SELECT correction, min(method) AS method, min(note) AS note
FROM unnest('{none,bonferroni,sidak,holm,hochberg,hommel,bh,by}'::text[]) correction, blood_summary,
	 ab_compare(s, correction => correction) GROUP BY correction ORDER BY correction;
SELECT r.treatment, r.p_value = w.p_value AS pooled_of_two_arms, r.df, r.method, r.note = w.note AS note
FROM blood_summary, ab_compare(s, equal_var => true, correction => 'none') r, ab_ttest(s, treatment => r.treatment) w;
-- a single comparison needs no correction, whichever it is
SELECT count(DISTINCT (p_adjusted, diff_low, lift_high_pct, significant)), bool_and(p_adjusted = p_value) AS same,
	   count(note) AS notes
FROM (SELECT ab_summary(x, v) s FROM blood WHERE v <> 'a') q,
	 unnest('{none,bonferroni,sidak,holm,hochberg,hommel,bh,by,dunnett}'::text[]) c, ab_compare(s, correction => c);
-- the control as argument, or from the summary; rows in label order
SELECT control, treatment FROM blood_summary, ab_compare(s, 'b');
SELECT control, treatment FROM (SELECT ab_summary(x, v, 'a') s FROM blood) q, ab_compare(s);

-- verdict, adjusted p and simultaneous intervals agree, also where alpha is the adjusted p-value itself
CREATE VIEW asked AS SELECT s, c.correction, a.alternative, e.equal_var
FROM (SELECT ab_rollup(ab_make_summary(v, n, m, sd)) s
	  FROM (VALUES ('control', 20, 4, 1), ('a', 31, 4.3, 0.5), ('b', 8, 5.7, 2), ('c', 50, 3.3, 1)) t(v, n, m, sd)) q,
	 (VALUES ('bonferroni'), ('sidak'), ('dunnett')) c(correction),
	 (VALUES ('two-sided'), ('less'), ('greater')) a(alternative), (VALUES (true), (false)) e(equal_var);
SELECT asked.correction, count(*), count(*) FILTER (WHERE r.significant) > 20 AS both_occur,
	   count(*) FILTER (WHERE r.significant <> (r.p_adjusted < r.alpha)) AS p_contradicts,
	   count(*) FILTER (WHERE r.significant <> coalesce(excludes(r.diff_low, r.diff_high), false)) AS diff_contradicts,
	   count(*) FILTER (WHERE r.significant <>
							  coalesce(excludes(r.lift_low_pct, r.lift_high_pct), false)) AS lift_contradicts
FROM asked, unnest('{0.0001,0.01,0.05,0.3,0.5}'::float8[]) level,
	 ab_compare(s, alpha => level, alternative => asked.alternative, equal_var => asked.equal_var,
				correction => asked.correction) r
GROUP BY asked.correction ORDER BY asked.correction;
SELECT correction, count(*) FILTER (WHERE r.significant) AS significant_at_p,
	   count(*) FILTER (WHERE excludes(r.diff_low, r.diff_high)) AS diff_excludes_0_at_p,
	   count(*) FILTER (WHERE excludes(r.lift_low_pct, r.lift_high_pct)) AS lift_excludes_0_at_p
FROM asked,
	 ab_compare(s, alternative => asked.alternative, equal_var => asked.equal_var, correction => asked.correction) p,
	 LATERAL (SELECT * FROM ab_compare(s, alpha => least(p.p_adjusted, 0.5), alternative => asked.alternative,
									   equal_var => asked.equal_var, correction => asked.correction) r
			  WHERE r.treatment = p.treatment) r
WHERE p.p_adjusted < 1 GROUP BY correction ORDER BY correction;
-- unadjusted intervals are those of the p-value by itself, whatever the verdict
SELECT correction, treatment, p_value < alpha AS alone, excludes(diff_low, diff_high) AS excludes_0, significant, note
FROM (SELECT ab_rollup(ab_make_summary(v, 100, m, 1)) s
	  FROM (VALUES ('control', 1), ('a', 1.3), ('b', 1.1), ('c', 0.9)) t(v, m)) q,
	 unnest('{bonferroni,holm}'::text[]) correction, ab_compare(s, correction => correction);

-- data never raises: arms that cannot be tested have their row and do not count
CREATE TABLE odd AS SELECT * FROM blood UNION ALL VALUES ('NaN'::float8, 'nan'), (1, 'nan'), (5, 'one row'),
	(7, 'constant'), (7, 'constant'), (1e308, 'huge'), (-1e308, 'huge');
SELECT treatment, treatment_n AS n, close(p_adjusted, 2 * p_value) AS of_two, diff IS NOT NULL AS diff,
	   diff_low IS NOT NULL AS "interval", significant, note
FROM (SELECT ab_summary(x, v) s FROM odd) q, ab_compare(s, correction => 'bonferroni');
SELECT treatment, df, p_adjusted BETWEEN p_value AND 4 * p_value AS p_adjusted, significant, note
FROM (SELECT ab_summary(x, v) s FROM odd) q, ab_compare(s, equal_var => true, correction => 'dunnett');
SELECT treatment, p_adjusted BETWEEN p_value AND 3 * p_value AS p_adjusted, significant
FROM (SELECT ab_summary(x, v) s FROM odd) q, ab_compare(s, correction => 'dunnett') WHERE df IS NOT NULL;
-- a control that cannot be: no row has a test
SELECT treatment, control_n, p_adjusted, significant, note
FROM (SELECT ab_summary(x, v) s FROM odd) q, ab_compare(s, 'nan') LIMIT 2;
SELECT treatment, p_value, note
FROM (SELECT ab_summary(1.0, v) s FROM (VALUES ('control'), ('a'), ('control'), ('b')) t(v)) q,
	 ab_compare(s, equal_var => true, correction => 'dunnett');
SELECT treatment, df, note
FROM (SELECT ab_summary(x, v) s FROM (VALUES (1, 'control'), (2, 'a'), (3, 'b')) t(x, v)) q,
	 ab_compare(s, equal_var => true, correction => 'dunnett');
-- a control that does not vary is not tested
SELECT treatment, p_adjusted, note
FROM (SELECT ab_rollup(ab_make_summary(v, n, m, sd)) s
	  FROM (VALUES ('control', 9, 1, 0), ('a', 900, 1.1, 1), ('b', 700, 1.2, 1)) t(v, n, m, sd)) q,
	 ab_compare(s, correction => 'dunnett');
-- of zeros and ones the score test answers where an arm does not vary; in Dunnett's it is one of the comparisons,
-- independent of the others: where the control is the one that does not vary, p is Sidak's
SELECT treatment, close(p_adjusted, 1 - (1 - p_value) ^ 3, 1e-9) AS sidak,
	   p_adjusted BETWEEN p_value AND 3 * p_value AS bounded, df IS NULL AS normal, significant, method, note
FROM (SELECT ab_rollup(ab_make_summary(v, n, x)) s
	  FROM (VALUES ('control', 1000, 500), ('a', 800, 440), ('b', 3, 0), ('c', 600, 330)) t(v, n, x)) q,
	 ab_compare(s, correction => 'dunnett');
SELECT treatment, close(p_adjusted, 1 - (1 - p_value) ^ 2, 1e-9) AS sidak, significant, method, note
FROM (SELECT ab_rollup(ab_make_summary(v, n, x)) s
	  FROM (VALUES ('control', 300, 0), ('a', 200, 4), ('b', 400, 7)) t(v, n, x)) q,
	 ab_compare(s, correction => 'dunnett');
-- verdicts and simultaneous intervals agree there as well
SELECT correction, count(*) FILTER (WHERE r.significant) > 10 AS both_occur,
	   count(*) FILTER (WHERE r.significant <> (r.p_adjusted < r.alpha)) AS p_contradicts,
	   count(*) FILTER (WHERE r.significant <> excludes(r.diff_low, r.diff_high)) AS diff_contradicts,
	   count(*) FILTER (WHERE r.significant <> excludes(r.lift_low_pct, r.lift_high_pct)) AS lift_contradicts,
	   count(*) FILTER (WHERE r.method LIKE '%score test%') AS by_score
FROM unnest('{bonferroni,sidak,dunnett}'::text[]) correction, unnest('{two-sided,less,greater}'::text[]) side,
	 unnest('{0.001,0.05,0.3}'::float8[]) level, unnest('{0,1,4,30}'::int[]) xc, unnest('{3,40}'::int[]) nb,
	 LATERAL (SELECT ab_rollup(ab_make_summary(v, n, x)) s
			  FROM (VALUES ('control', 60, xc), ('a', 50, 15), ('b', nb, 0), ('c', 70, 70)) t(v, n, x)) q,
	 ab_compare(s, alpha => level, alternative => side, correction => correction) r
GROUP BY correction ORDER BY correction;
-- what a few rows say of themselves in larger groups
SELECT correction, treatment, p_value < 0.05 AS alone, significant, note
FROM (SELECT ab_rollup(ab_make_summary(v, n, m, sd)) s
	  FROM (VALUES ('control', 500, 5, 2), ('a', 30, 5.4, 0.5), ('b', 400, 5.5, 2)) t(v, n, m, sd)) q,
	 unnest('{holm,dunnett}'::text[]) correction, ab_compare(s, correction => correction);
-- a control without treatments, or nothing at all, has no comparisons; a treatment without control has one that
-- cannot be made
SELECT count(*) FROM ab_compare(NULL);
SELECT count(*) FROM ab_compare(ab_make_summary('control', 5, 1, 1));
SELECT count(*) FROM ab_compare(ab_make_summary('A', 5, 1, 1), 'A');
SELECT control, treatment, control_n, treatment_n, note FROM ab_compare(ab_make_summary('B', 5, 1, 1), 'A');
SELECT control, treatment, note FROM ab_compare(ab_make_summary('B', 5, 1, 1));

-- query mistakes do raise
\t on
SELECT error_of($$SELECT ab_compare(ab_summary(x, 'v' || v)) FROM blood$$);
SELECT error_of($$SELECT ab_compare(s, 'v1') FROM blood_summary$$);
SELECT error_of($$SELECT ab_compare(s, correction => 'fdr') FROM blood_summary$$);
SELECT error_of($$SELECT ab_compare(NULL, correction => NULL)$$);
SELECT error_of($$SELECT ab_compare(NULL, alpha => 5)$$);
SELECT error_of($$SELECT ab_compare(NULL, alternative => 'larger')$$);
SELECT error_of($$SELECT ab_compare(NULL, equal_var => NULL)$$);
\t off

DROP VIEW asked;
DROP TABLE blood, blood_summary, odd;
