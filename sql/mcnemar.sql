\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
-- 28 pairs, 9 won by both, 11 by the treatment alone, 2 by the control alone
CREATE TABLE answer AS SELECT i, i <= 11 AS c, i <= 9 OR i > 17 AS t FROM generate_series(1, 28) i;
CREATE TABLE state AS SELECT ab_summary(c::int, t::int, 'p') s FROM answer;
SELECT count(*) FILTER (WHERE c AND t) AS both, count(*) FILTER (WHERE t AND NOT c) AS gained,
	   count(*) FILTER (WHERE c AND NOT t) AS lost FROM answer;
-- reference values: p by R 4.2 binom.test(11, 13) and mcnemar.test(correct = TRUE and FALSE), mid-p and the score
-- intervals by mpmath from the likelihood
SELECT m.method, wrong(to_jsonb(r), wanted::jsonb || jsonb_build_object('diff', 9 / 28.0),
	   loose => '{"diff_low": 1e-11, "diff_high": 1e-11, "lift_low_pct": 1e-9, "lift_high_pct": 1e-9}'),
	   r.df, r.significant, r.method AS name
FROM (VALUES
	('exact', '{"p_value": 0.0224609375, "statistic": null, "diff_low": 0.04645491427381194,
		"diff_high": 0.563483307223207, "lift_low_pct": 8.7828495887256, "lift_high_pct": 234.95398992515}'),
	('mid-p', '{"p_value": 0.012939453125, "statistic": null, "diff_low": 0.07588715392885506,
		"diff_high": 0.5310865622683378, "lift_low_pct": 14.667805764742, "lift_high_pct": 208.02463775905}'),
	('asymptotic', '{"p_value": 0.012554918596966548643, "statistic": 2.4961508830135310491,
		"diff_low": 0.07744400077317366, "diff_high": 0.5310865622683378, "lift_low_pct": 14.9859261554,
		"lift_high_pct": 208.02463775905}'),
	('corrected', '{"p_value": 0.026500280602491883873, "statistic": 2.2188007849009164881,
		"diff_low": 0.0372450686607765, "diff_high": 0.563483307223207, "lift_low_pct": 6.9921553616168,
		"lift_high_pct": 234.95398992515}'))
	m(method, wanted), state, LATERAL ab_mcnemar(s, method => replace(m.method, 'corrected', 'asymptotic'),
								 continuity => m.method = 'corrected') r;
SELECT r.p_value = 0.01123046875 AS greater, close(l.p_value, 0.998291015625) AS less, r.diff_high, l.diff_low, r.method
FROM state, ab_mcnemar(s, alternative => 'greater') r, ab_mcnemar(s, alternative => 'less') l;
\x on
SELECT control_n, treatment_n, significant, alpha, method, note FROM (SELECT (ab_mcnemar(c, t)).* FROM answer) x;
\x off
SELECT (ab_mcnemar(c, t)).p_value = (ab_mcnemar(t, c)).p_value AS turned,
	   (ab_mcnemar(c, t)).diff = -(ab_mcnemar(t, c)).diff AS diff FROM answer;
-- tails keep their digits
SELECT close(p_value / 2, 2.0::float8 ^ -1060) AS tail, significant
FROM (SELECT (ab_mcnemar(false, true)).* FROM generate_series(1, 1060)) x;

-- data never raises
CREATE TABLE odd (kind text, c float8, t float8);
INSERT INTO odd VALUES
	('one pair', 1, 0),
	('constant difference', 1, 2), ('constant difference', 4, 5), ('constant difference', 2.5, 3.5),
	('equal', 1, 1), ('equal', 0, 0), ('NaN', 1, 'NaN'), ('NaN', 0, 1),
	('nothing counts', NULL, 1), ('overflow', 1e308, 1), ('overflow', -1e308, 0),
	('no success', 0, 0), ('no success', 0, 0), ('only the treatment', 0, 1), ('only the treatment', 0, 1),
	('only the control', 1, 0), ('only the control', 1, 0), ('all', 1, 1), ('all', 1, 1),
	('control is zero', -1, 3), ('control is zero', 1, 4),
	('fine', 0, 1), ('fine', 1, 1), ('fine', 1, 0), ('fine', 0, 1);
SELECT kind, x.method, round(x.p_value::numeric, 4) p, round(x.diff_low::numeric, 3) low,
	   round(x.diff_high::numeric, 3) high, round(x.lift_low_pct::numeric) lift_low,
	   round(x.lift_high_pct::numeric) lift_high, x.note
FROM (SELECT kind, ab_summary(c, t, 'p') s FROM odd GROUP BY kind) q, ab_mcnemar(s) x ORDER BY kind COLLATE "C";
SELECT m AS method, x.p_value, x.statistic, round(x.diff_high::numeric, 3) AS high
FROM (SELECT ab_summary(c, t, 'p') s FROM odd WHERE kind = 'equal') q,
	 unnest('{exact,mid-p,asymptotic,corrected}'::text[]) m,
	 ab_mcnemar(s, method => replace(m, 'corrected', 'asymptotic'), continuity => m = 'corrected') x;
SELECT control, treatment, control_n, note FROM ab_mcnemar(NULL);

-- no interval contradicts its p-value, every table of up to 8 pairs; at alpha equal to it there is no effect
SELECT m AS method, count(*) > 1000 AS many,
	   count(*) FILTER (WHERE coalesce(excludes(r.diff_low, r.diff_high), false) <> r.significant) AS diff_contradicts,
	   count(*) FILTER (WHERE won + lost > 0 AND
							  coalesce(excludes(r.lift_low_pct, r.lift_high_pct), false) <> r.significant)
	   AS lift_contradicts,
	   count(*) FILTER (WHERE r.significant <> (r.p_value < r.alpha)) AS p_contradicts,
	   count(*) FILTER (WHERE r.significant) > 250 AS both_occur
FROM generate_series(0, 8) won, generate_series(0, 8 - won) gained, generate_series(0, 8 - won - gained) lost,
	 LATERAL (SELECT ab_summary((i <= won OR i > 8 - lost)::int, (i <= won + gained)::int, 'p') s
			  FROM generate_series(1, 8) i) q,
	 unnest('{exact,mid-p,asymptotic,corrected}'::text[]) m, unnest('{two-sided,less,greater}'::text[]) a,
	 replace(m, 'corrected', 'asymptotic') how, LATERAL ab_mcnemar(s, 0.5, a, how, m = 'corrected') p,
	 unnest(ARRAY[0.001, 0.05, 0.3, 0.5, least(p.p_value, 0.5)]) l(alpha),
	 LATERAL ab_mcnemar(s, l.alpha, a, how, m = 'corrected') r GROUP BY m ORDER BY m;

-- query mistakes do raise
\t on
SELECT error_of($$SELECT ab_mcnemar(ab_summary(c::int, t::int, c::int, t::int, 'control')) FROM answer$$);
SELECT error_of($$SELECT ab_mcnemar(NULL, alternative => 'larger')$$);
SELECT error_of($$SELECT ab_mcnemar(NULL, method => 'midp')$$);
\t off

DROP TABLE answer, state, odd;
