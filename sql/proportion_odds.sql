\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
-- 19 of 53 against 13 of 48; reference values: statsmodels 0.13.5 confint_proportions_2indep(compare='odds-ratio',
-- method='score' and 'logit'), whose roots are good to 1e-8 or so, and test_proportions_2indep()
SELECT how, close(odds_ratio, 1.504524886877828) AS ratio, close(odds_ratio_low, low, 1e-7) AS low,
	   close(odds_ratio_high, high, 1e-7) AS high, close(p_value, p) AS p, method
FROM (VALUES ('score', 0.6468477831892326::float8, 3.495046393665422::float8, 0.34675243625545304::float8),
	('woolf', 0.6438446576732295, 3.515747328579347, 0.3455569344939715)) v(how, low, high, p),
	ab_odds_ratio(counts(13, 48, 19, 53), method => how);
-- the p-value of the score test is ab_proportion_test's; exchanging arms or outcomes turns the ratio over
SELECT count(*) FILTER (WHERE o.p_value <> p.p_value) AS other_p,
	   count(*) FILTER (WHERE NOT close(o.odds_ratio_low * coalesce(a.odds_ratio_high, 'inf'), 1, 1e-9)) AS arms,
	   count(*) FILTER (WHERE NOT close(o.odds_ratio_low * coalesce(f.odds_ratio_high, 'inf'), 1, 1e-9)) AS failures
FROM (VALUES (1, 12), (5, 12), (11, 12), (40, 3000)) c(xc, nc),
	 (VALUES (1, 7), (3, 7), (40, 300), (290, 300)) t(xt, nt),
	 ab_odds_ratio(counts(xc, nc, xt, nt)) o, ab_proportion_test(counts(xc, nc, xt, nt)) p,
	 ab_odds_ratio(counts(xt, nt, xc, nc)) a, ab_odds_ratio(counts(nc - xc, nc, nt - xt, nt)) f;
-- no interval contradicts its verdict, also where alpha is the p-value itself
SELECT how, count(*) FILTER (WHERE excludes(r.odds_ratio_low, r.odds_ratio_high, 1) <> r.significant) AS contradicts,
	   count(*) FILTER (WHERE r.significant <> (r.p_value < r.alpha)) AS p_contradicts,
	   count(*) FILTER (WHERE r.significant) > 50 AS both_occur
FROM (VALUES (0, 12), (1, 12), (5, 12), (12, 12)) c(xc, nc),
	 (VALUES (0, 7), (3, 7), (7, 7), (1, 300), (40, 300), (290, 300)) t(xt, nt),
	 unnest('{two-sided,less,greater}'::text[]) side, unnest('{0.001,0.05,0.4}'::float8[]) level,
	 unnest('{score,woolf}'::text[]) how, LATERAL (SELECT counts(xc, nc, xt, nt)) s(s),
	 ab_odds_ratio(s, method => how, alternative => side) p,
	 unnest(ARRAY[level, CASE WHEN p.p_value < 0.4 THEN p.p_value END,
				  CASE WHEN p.p_value < 0.4 THEN p.p_value * (1 + 4e-16) END]) a,
	 ab_odds_ratio(s, method => how, alternative => side, alpha => a) r
WHERE a IS NOT NULL AND r.p_value IS NOT NULL GROUP BY how ORDER BY how;
-- empty cells
SELECT xc, xt, how, odds_ratio, round(odds_ratio_low::numeric, 4) AS low, round(odds_ratio_high::numeric, 4) AS high,
	   round(p_value::numeric, 6) AS p, note
FROM (VALUES (0, 5), (5, 0), (20, 5), (0, 20), (0, 0), (20, 20)) v(xc, xt), unnest('{score,woolf,exact}'::text[]) how,
	 ab_odds_ratio(counts(xc, 20, xt, 20), method => how);
-- given the totals; reference values: SciPy 1.10 odds_ratio; R's fisher.test has three digits of them
SELECT side, wrong(to_jsonb(t), w, 1e-9) FROM (VALUES
	('two-sided', '{"odds_ratio": 7.670999419979, "odds_ratio_low": 1.0079138790434, "odds_ratio_high": 81.543980895844,
		"p_value": 0.03514941445685822}'::jsonb),
	('greater', '{"odds_ratio_low": 1.298226718886323, "odds_ratio_high": null, "p_value": 0.02443128281061}'),
	('less', '{"odds_ratio_low": null, "odds_ratio_high": 57.94042167070218, "p_value": 0.9978401595712}')) v(side, w),
	ab_odds_ratio(counts(3, 10, 11, 14), method => 'exact', alternative => side) t;
SELECT count(*) FILTER (WHERE excludes(r.odds_ratio_low, r.odds_ratio_high, 1) <> r.significant) AS contradicts,
	   count(*) FILTER (WHERE r.significant) > 50 AS both_occur
FROM generate_series(0, 12) xc, generate_series(0, 9) xt, unnest('{less,greater}'::text[]) side,
	 LATERAL (SELECT counts(xc, 12, xt, 9)) s(s), ab_odds_ratio(s, method => 'exact', alternative => side) p,
	 unnest(ARRAY[0.001, 0.05, 0.4, CASE WHEN p.p_value < 0.4 THEN p.p_value END]) a,
	 ab_odds_ratio(s, method => 'exact', alternative => side, alpha => a) r
WHERE a IS NOT NULL AND r.p_value IS NOT NULL;
-- two one-sided tests and the two-sided p disagree in some tables, which the note says
SELECT count(*) > 0 AS some, bool_and(note LIKE '%does not agree%') AS noted
FROM generate_series(0, 12) xc, generate_series(0, 9) xt, ab_odds_ratio(counts(xc, 12, xt, 9), method => 'exact')
WHERE excludes(odds_ratio_low, odds_ratio_high, 1) <> significant;
-- rare events among many
SELECT round(odds_ratio_low::numeric, 6) AS low, round(odds_ratio_high::numeric, 6) AS high
FROM ab_odds_ratio(counts(1, 1000000000, 12, 900000000));

-- data never raises, query mistakes do
SELECT p_value, odds_ratio, note FROM ab_odds_ratio((SELECT ab_summary(x, v)
	FROM (VALUES (0::float8, 'control'), (0.5, 'control'), (1, 'treatment')) t(x, v)));
SELECT p_value, note FROM ab_odds_ratio(NULL);
\t on
SELECT error_of($$SELECT ab_odds_ratio(NULL, method => 'fisher')$$);
SELECT error_of($$SELECT ab_odds_ratio(ab_summary(1, 2, 'a'))$$);
\t off
