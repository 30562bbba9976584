\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
-- 19 of 53 against 13 of 48; reference values: mpmath, 50 digits, with the closed forms of Miettinen and Nurminen
-- (1985) for the constrained rates; newcombe, agresti_caffo, z_unpooled also by statsmodels
-- confint_proportions_2indep()
SELECT t.method, wrong(to_jsonb(r), wanted::jsonb || jsonb_build_object('diff', 13 / 48.0 - 19 / 53.0),
					   loose => '{"diff_high": 1e-11, "lift_high_pct": 1e-11}'),
	   close(l.p_value, t.p_less) AS p_less, close(g.p_value, 1 - t.p_less) AS p_greater,
	   num_nonnulls(l.diff_low, l.lift_low_pct, g.diff_high, g.lift_high_pct) AS closed_ends
FROM (VALUES
	('score', 0.173376218127726517::float8, '{"statistic": -0.940907163564792679,
		"p_value": 0.346752436255453033, "diff_low": -0.263806697049325563, "diff_high": 0.0957238798807666657,
		"lift_low_pct": -58.336701070783305, "lift_high_pct": 34.3818377847627051}'),
	('z', 0.172176323021244448, '{"statistic": -0.945599996484781592, "p_value": 0.344352646042488896,
		"diff_low": -0.262964254432080052, "diff_high": 0.0948116803986693936,
		"lift_low_pct": -58.2142403584038638, "lift_high_pct": 34.0094114090834309}'),
	('likelihood_ratio', 0.171584922195937261, '{"statistic": -0.947920663943083586,
		"p_value": 0.343169844391874521, "diff_low": -0.264798127752794391, "diff_high": 0.0943264090128315798,
		"lift_low_pct": -59.3973174487511933, "lift_high_pct": 34.6266166666377085}'),
	('newcombe', 0.172239881554440618, '{"statistic": -0.945350894670270648, "p_value": 0.344479763108881236,
		"diff_low": -0.258473349430540152, "diff_high": 0.0931533747347857531,
		"lift_low_pct": -57.7955671756224117, "lift_high_pct": 33.4661162555677619}'),
	('z_unpooled', 0.170195074915711, '{"statistic": -0.953394652475497364, "p_value": 0.340390149831422,
		"diff_low": -0.267860696861645591, "diff_high": 0.0925462314528405591,
		"lift_low_pct": -62.0846932592122156, "lift_high_pct": 35.6992908745332734}'),
	('agresti_caffo', 0.178420748589084722, '{"statistic": -0.92140025214644675,
		"p_value": 0.356841497178169443, "diff_low": -0.261544129716629649, "diff_high": 0.0942714024439023763,
		"lift_low_pct": -59.9749606827400283, "lift_high_pct": 35.4192004912212035}')) t(method, p_less, wanted),
	counts(19, 53, 13, 48) s, ab_proportion_test(s, method => t.method) r,
	ab_proportion_test(s, alternative => 'less', method => t.method) l,
	ab_proportion_test(s, alternative => 'greater', method => t.method) g;
-- reference values: SciPy 1.10 fisher_exact(), barnard_exact(), boschloo_exact(), whose maximum is good to 1e-10 or so
SELECT t.method, t.alternative, close(r.p_value, t.p, 1e-9) AS p, r.diff_low, r.lift_high_pct, r.significant
FROM (VALUES
	('fisher', 'two-sided', 0.39576095560208047::float8),
	('fisher', 'less', 0.23260384503837625), ('fisher', 'greater', 0.8770981622482434),
	('barnard', 'two-sided', 0.5151240323383051), ('barnard', 'less', 0.2700169751894596), ('barnard', 'greater', 1.0),
	('boschloo', 'two-sided', 0.38822562550607465), ('boschloo', 'less', 0.19411281275303732),
	('boschloo', 'greater', 0.8360757092170997)) t(method, alternative, p),
	ab_proportion_test(counts(19, 53, 13, 48), alternative => t.alternative, method => t.method) r;
-- 1 of 34 against 7 of 34: R PropCIs diffscoreci() and Fagerland et al. (2015)
SELECT close(diff_low, 0.0270416, 2e-6) AS low, close(diff_high, 0.3452912, 1e-6) AS high
FROM ab_proportion_test(counts(1, 34, 7, 34));
SELECT round(diff_low::numeric, 3) AS low, round(diff_high::numeric, 3) AS high
FROM ab_proportion_test(counts(1, 34, 7, 34), method => 'newcombe');

-- no success in one arm, or in both, is tested; Fisher: exact whole numbers, the others as above
SELECT t.method, CASE WHEN t.p IS NULL THEN r.p_value < 1e-4 ELSE close(r.p_value, t.p) END AS p,
	   r.diff_low > 0 AS low, r.lift_low_pct > 0 AS lift_low, r.lift_high_pct IS NULL AS lift_high, r.note
FROM (VALUES
	('score', 6.29329048078859778e-6::float8), ('z', 6.25965735813695293e-6),
	('likelihood_ratio', 1.13287031831880609e-7), ('fisher', 7.8224290412424291e-7),
	('z_unpooled', NULL), ('newcombe', NULL), ('agresti_caffo', NULL), ('barnard', NULL), ('boschloo', NULL))
	t(method, p), ab_proportion_test(counts(0, 1000, 20, 990), method => t.method) r;
SELECT method, round(p_value::numeric, 6) AS p, round(diff_low::numeric, 4) AS low,
	   round(diff_high::numeric, 4) AS high, significant, note
FROM unnest('{score,z,z_unpooled,newcombe,agresti_caffo,likelihood_ratio,fisher,barnard,boschloo}'::text[]) how,
	 ab_proportion_test(counts(0, 20, 0, 10), method => how);
SELECT method, round(p_value::numeric, 6) AS p, round(diff_low::numeric, 4) AS low,
	   round(diff_high::numeric, 4) AS high, round(lift_low_pct::numeric, 1) AS lift_low,
	   round(lift_high_pct::numeric, 1) AS lift_high
FROM unnest('{score,z,newcombe,agresti_caffo,likelihood_ratio,fisher,barnard,boschloo}'::text[]) how,
	 ab_proportion_test(counts(5, 5, 0, 4), method => how);
-- tails keep their digits; reference values: whole numbers
SELECT close(p_value, 2.32385979283387404e-185) AS fisher
FROM ab_proportion_test(counts(0, 700, 500, 800), method => 'fisher');
SELECT method, p_value > 0 AS never_zero, significant
FROM unnest('{score,newcombe,likelihood_ratio,fisher,barnard,boschloo}'::text[]) how,
	 ab_proportion_test(counts(0, 20000, 20000, 20001), method => how);

-- rows, counts and the text form give the same answer
CREATE TABLE log AS SELECT v, i, i <= won AS ok
FROM (VALUES ('control', 53, 19), ('treatment', 48, 13)) a(v, n, won), generate_series(1, n) i;
SELECT count(DISTINCT (p_value, diff, diff_low, lift_high_pct)) FROM (
	SELECT ab_summary(ok, v) s FROM log
	UNION ALL SELECT ab_rollup(s) FROM (SELECT ab_summary(ok::int, v) s FROM log GROUP BY i % 7) d
	UNION ALL SELECT counts(19, 53, 13, 48)
	UNION ALL SELECT counts(19, 53, 13, 48)::text::ab_summary) q, ab_proportion_test(s);
\x on
SELECT control, treatment, control_n, treatment_n, control_mean, treatment_mean, df, p_adjusted, significant, alpha,
	   method, note
FROM ab_proportion_test(counts(5, 100, 25, 200), method => 'z', alternative => 'greater', alpha => 0.1);
\x off
SELECT treatment, control, round(p_value::numeric, 6) AS p
FROM (SELECT ab_rollup(s) s FROM (VALUES (ab_make_summary('A', 100, 5)), (ab_make_summary('B', 90, 9)),
										 (ab_make_summary('C', 80, 16))) t(s)) q, ab_proportion_test(s, 'B', 'C');
SELECT diff * 9007199254740992 AS one_of_2_to_53
FROM ab_proportion_test(counts(3002399751580330, 9007199254740992, 3002399751580331, 9007199254740992));

-- data never raises
SELECT note, p_value, diff, control_mean FROM ab_proportion_test((SELECT ab_summary(x, v)
	FROM (VALUES (0::float8, 'control'), (0.5, 'control'), (1, 'treatment')) t(x, v)));
SELECT note, p_value, control_n FROM ab_proportion_test((SELECT ab_summary(x, v)
	FROM (VALUES (0::float8, 'control'), ('NaN', 'control'), (2, 'treatment')) t(x, v)));
SELECT note, p_value FROM ab_proportion_test(ab_make_summary('control', 10, 3));
SELECT note, method FROM ab_proportion_test(NULL, method => 'boschloo', alternative => 'less');
SELECT note, p_value, diff IS NOT NULL AS diff, significant
FROM unnest('{fisher,barnard,boschloo}'::text[]) how, ab_proportion_test(counts(5, 1000000000, 0, 1), method => how);
SELECT round(p_value::numeric, 6) AS p, note FROM ab_proportion_test(counts(1, 1, 0, 1));
SELECT method, note
FROM unnest('{z_unpooled,score}'::text[]) how, ab_proportion_test(counts(5, 5, 4, 4), method => how);

-- no interval contradicts its verdict, also where alpha is the p-value itself
CREATE TABLE verdicts AS
SELECT how, r.*
FROM (VALUES (0, 12), (1, 12), (5, 12), (11, 12), (12, 12)) c(xc, nc),
	 (VALUES (0, 7), (1, 7), (3, 7), (7, 7), (0, 300), (40, 300), (290, 300)) t(xt, nt),
	 unnest('{two-sided,less,greater}'::text[]) side, unnest('{0.001,0.05,0.4,0.9}'::float8[]) level,
	 unnest('{score,z,z_unpooled,newcombe,agresti_caffo,likelihood_ratio,fisher,barnard,boschloo}'::text[]) how,
	 ab_proportion_test(counts(xc, nc, xt, nt), method => how, alpha => level, alternative => side) p,
	 LATERAL (SELECT * FROM ab_proportion_test(counts(xc, nc, xt, nt), method => how, alpha => level,
											   alternative => side)
			  UNION ALL SELECT * FROM ab_proportion_test(counts(xc, nc, xt, nt), method => how, alpha => p.p_value,
														 alternative => side) WHERE p.p_value < 1) r;
SELECT how, count(*) FILTER (WHERE excludes(diff_low, diff_high) <> significant) AS diff_contradicts,
	   count(*) FILTER (WHERE excludes(lift_low_pct, lift_high_pct) <> significant) AS lift_contradicts,
	   count(*) FILTER (WHERE significant <> (p_value < alpha)) AS p_contradicts,
	   count(*) FILTER (WHERE NOT (p_value > 0 AND p_value <= 1)) AS p_outside,
	   count(*) FILTER (WHERE p_value IS NULL AND (note IS NULL OR significant IS NOT NULL)) AS unexplained
FROM verdicts GROUP BY how ORDER BY how;
SELECT count(*) FILTER (WHERE significant) > 500 AND count(*) FILTER (WHERE NOT significant) > 500 AS both_occur
FROM verdicts;
-- Boschloo's test is never weaker than Fisher's, one-sided
SELECT count(*) FILTER (WHERE b.p_value > f.p_value * (1 + 1e-12)) AS weaker,
	   count(*) FILTER (WHERE b.p_value < f.p_value * 0.9) > 10 AS stronger
FROM generate_series(0, 13) xc, generate_series(0, 9) xt,
	 ab_proportion_test(counts(xc, 13, xt, 9), alternative => 'greater', method => 'fisher') f,
	 ab_proportion_test(counts(xc, 13, xt, 9), alternative => 'greater', method => 'boschloo') b;
-- the exact tests keep their level: probability of p < 0.05 where both rates are equal, by enumeration
SELECT how, max(level) < 0.05 AS keeps, max(level) > 0.02 AS uses FROM (
	SELECT how, p, sum(w) FILTER (WHERE r.significant) AS level
	FROM generate_series(0, 13) xc, generate_series(0, 9) xt, unnest('{fisher,barnard,boschloo}'::text[]) how,
		 unnest('{0.1,0.3,0.5,0.8}'::float8[]) p, ab_proportion_test(counts(xc, 13, xt, 9), method => how) r,
		 LATERAL (SELECT factorial(13) / factorial(xc) / factorial(13 - xc)
						 * factorial(9) / factorial(xt) / factorial(9 - xt)) d(tables),
		 LATERAL (SELECT tables::float8 * p ^ (xc + xt) * (1 - p) ^ (22 - xc - xt)) e(w)
	GROUP BY how, p) e GROUP BY how ORDER BY how;

-- query mistakes do raise
\t on
SELECT error_of($$SELECT ab_proportion_test(NULL, method => 'chi2')$$);
SELECT error_of($$SELECT ab_proportion_test(NULL, method => NULL)$$);
SELECT error_of($$SELECT ab_proportion_test(NULL, alpha => 1)$$);
SELECT error_of($$SELECT ab_proportion_test(NULL, alternative => 'both')$$);
SELECT error_of($$SELECT ab_proportion_test(ab_summary_combine(ab_make_summary('A', 5, 1),
	ab_make_summary('B', 5, 1)))$$);
\t off

DROP TABLE log, verdicts;
