\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
-- the row of a look is the one of the design's own reader at the nominal level, but for p_adjusted and what is said
CREATE TABLE log AS
SELECT i, CASE WHEN i % 5 < 2 THEN 'treatment' ELSE 'control' END AS v,
	   (ab_bucket('y', i) + 2 * ab_bucket('x', i)) / 10000.0 + (i % 5 < 2)::int * 0.1 AS y,
		ab_bucket('x', i) / 10000.0 AS x,
	   1 + ab_bucket('k', i) % 4 AS k, ab_bucket('z', i) < CASE WHEN i % 5 < 2 THEN 4200 ELSE 3400 END AS z
FROM generate_series(1, 700) i;
CREATE TABLE state AS
SELECT 'mean' AS design, ab_summary(y, v) AS s FROM log
UNION ALL SELECT 'proportion', ab_summary(z, v) FROM log
UNION ALL SELECT 'cuped', ab_summary(y, x, v) FROM log
UNION ALL SELECT 'ratio', ab_summary(k * y, k, v) FROM log
UNION ALL SELECT 'ratio_cuped', ab_summary(k * y, k, k * x, k, v) FROM log
UNION ALL SELECT 'paired', ab_summary(y, y + x / 10 - 0.04, 'pairs') FROM log;
CREATE FUNCTION reader(design text, s ab_summary, alpha float8, alternative text, equal_var boolean)
	RETURNS ab_comparison
LANGUAGE plpgsql AS $$
DECLARE
	r ab_comparison;
BEGIN
	CASE design
		WHEN 'mean' THEN r := ab_ttest(s, alpha => alpha, alternative => alternative,
			equal_var => coalesce(equal_var, true));
		WHEN 'proportion' THEN r := ab_proportion_test(s, alpha => alpha, alternative => alternative);
		WHEN 'cuped' THEN r := ab_cuped(s, alpha => alpha, alternative => alternative,
			equal_var => coalesce(equal_var, false));
		WHEN 'ratio' THEN r := ab_ratio(s, alpha => alpha, alternative => alternative,
			equal_var => coalesce(equal_var, false));
		WHEN 'ratio_cuped' THEN r := ab_ratio_cuped(s, alpha => alpha, alternative => alternative,
			equal_var => coalesce(equal_var, false));
		ELSE r := ab_paired_ttest(s, alpha => alpha, alternative => alternative);
	END CASE;
	RETURN r;
END $$;
SELECT design, count(*) AS calls, bool_and(close(g.alpha, look.nominal_alpha)) AS level,
	   bool_and(to_jsonb(g) - said = to_jsonb(r) - said) AS row,
	   bool_and(g.method = r.method || ', look 3 of a group-sequential test (Pocock-like spending)') AS method,
	   bool_and(starts_with(g.note, concat_ws('; ', r.note, 'p_adjusted is the '))) AS note
FROM state, unnest('{two-sided,less,greater}'::text[]) a(alternative),
	unnest('{NULL,false,true}'::boolean[]) e(equal_var),
	 ab_spending(information => '{0.2,0.45,0.6}', alpha => 0.1, alternative => a.alternative,
		spending => 'pocock') look,
	 reader(design, s, nominal_alpha, a.alternative, e.equal_var) r,
	 ab_group_sequential(s, '{0.2,0.45,0.6}', alpha => 0.1, alternative => a.alternative, spending => 'pocock',
						 design => state.design, equal_var => e.equal_var) g,
	 (VALUES ('{p_adjusted,method,note}'::text[])) w(said)
WHERE look = 3 AND (equal_var IS NULL OR design NOT IN ('proportion', 'paired'))
GROUP BY design ORDER BY design;

-- p_adjusted is below the alpha of the whole exactly where the look is significant
SELECT alternative, spending, final, count(*) AS looks,
	   count(*) FILTER (WHERE significant) BETWEEN 1 AND count(*) - 1 AS both,
	   count(*) FILTER (WHERE significant IS DISTINCT FROM p_adjusted < 0.05) AS contradictions,
	   count(*) FILTER (WHERE excludes(diff_low, diff_high) <> significant OR p_adjusted < p_value * (1 - 1e-12)) AS odd
FROM generate_series(-20, 20) d, unnest('{two-sided,less,greater}'::text[]) a(alternative),
	 unnest('{obrien-fleming,pocock}'::text[]) f(spending), unnest('{false,true}'::boolean[]) l(final),
	 ab_group_sequential(arms(60, 5, 2, 40, 5 + d / 8.0, 2.5), '{0.3,0.55}', alternative => a.alternative,
		spending => f.spending, final => l.final) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
-- the repeated p-value is the alpha whose bound is just reached
SELECT alternative, spending, round(g.p_adjusted::numeric, 4) AS p, close(look.nominal_alpha, g.p_value, 1e-9) AS right
FROM (VALUES ('two-sided', 'obrien-fleming', 1), ('greater', 'pocock', 0.6), ('less', 'hsd', -0.95),
	('two-sided', 'power', 1.05)) c(alternative, spending, d),
	 ab_group_sequential(arms(60, 5, 2, 40, 5 + d, 2.5), '{0.3,0.55}', alternative => c.alternative,
		spending => c.spending) g,
	 ab_spending(information => '{0.3,0.55}', alpha => g.p_adjusted, alternative => c.alternative,
		spending => c.spending, power => 0.99999) look
WHERE look = 2;
-- the stagewise one of the first look is the plain one; later it is what was spent before and the rest
SELECT close(g.p_adjusted, g.p_value) AS first, h.p_adjusted > l.alpha_spent
	AND h.p_adjusted < l.alpha_spent + h.p_value AS between
FROM ab_group_sequential(arms(600, 5, 2, 400, 6, 2.5), '{0.3}') g,
	ab_group_sequential(arms(600, 5, 2, 400, 5.6, 2.5), '{0.3,0.6}') h,
	 ab_spending(information => '{0.3,0.6}') l WHERE look = 1;
-- at the last look p_adjusted is the stagewise one, significant or not; `final` spends all that is left
SELECT final, round(alpha::numeric, 6) AS alpha, significant, round(p_adjusted::numeric, 6) AS p_adjusted, note
FROM unnest('{false,true}'::boolean[]) f(final),
	ab_group_sequential(arms(60, 5, 2, 40, 5.9, 2.5), '{0.3,0.8}', final => f.final) ORDER BY 1;
SELECT to_jsonb(a) - 'note' = to_jsonb(b) - 'note' AS same
FROM ab_group_sequential(arms(60, 5, 2, 40, 5.9, 2.5), '{0.3,1}') a,
	ab_group_sequential(arms(60, 5, 2, 40, 5.9, 2.5), '{0.3,1}', final => true) b;

-- after stopping: rpact 3.3.4 has 0.1331823, 0.4749652 and 0.3086309 for the one-sided test at 0.025
SELECT r.estimate::numeric(12, 7), r.low::numeric(12, 7), r.high::numeric(12, 7),
	close(r.p_value, 2 * 4.071134905e-4, 1e-8) AS p, note
FROM ab_group_sequential_estimate(4.013853522, 0.0813848, '{0.2,0.4,0.6}') r;
SELECT alternative, estimate::numeric(12, 7), low::numeric(12, 7), high::numeric(12, 7),
	close(p_value, 4.071134905e-4, 1e-8) AS p
FROM (VALUES ('greater', 4.013853522), ('less', -4.013853522)) v(alternative, z),
	 ab_group_sequential_estimate(z, 0.0813848, '{0.2,0.4,0.6}', alpha => 0.025, alternative => v.alternative);
-- one look: the plain estimate and interval
SELECT close(estimate, 2.5 * 0.2, 1e-10) AS estimate, close(low, (2.5 - 1.959963984540054) * 0.2, 1e-10) AS low,
	   close(high, (2.5 + 1.959963984540054) * 0.2, 1e-10) AS high, close(p_value, 0.012419330651552270) AS p
FROM ab_group_sequential_estimate(2.5, 0.2, '{1}');
-- mirrored; and the interval excludes 0 exactly where p < alpha
SELECT bool_and(close(a.estimate, -b.estimate, 1e-9) AND close(a.low, -b.high, 1e-9)
	AND close(a.p_value, b.p_value)) AS mirrored,
	   count(*) FILTER (WHERE excludes(a.low, a.high) <> (a.p_value < 0.05)) AS contradictions, count(*) AS stopped
FROM generate_series(1, 40) i, ab_group_sequential_estimate(i / 8.0, 1, '{0.4,0.7}', final => true) a,
	 ab_group_sequential_estimate(-i / 8.0, 1, '{0.4,0.7}', final => true) b;
-- at the bounds the p-value is what has been spent
SELECT bool_and(close(p_value, alpha_spent, 1e-9)) AS spent
FROM ab_spending(5), ab_group_sequential_estimate(z_bound * (1 + 1e-12), 1, (ARRAY[0.2, 0.4, 0.6, 0.8, 1])[:look]);

-- odd data: a note, never an error
SELECT estimate, low, high, p_value, note
	FROM unnest('{NULL,2,2,2,Infinity,-Infinity,1e300}'::float8[], '{1,NULL,0,-1,1,1,1}'::float8[]) v(z, se),
	 ab_group_sequential_estimate(z, se, '{0.5,1}');
SELECT estimate, note FROM ab_group_sequential_estimate(2.5, 1, '{0.2,0.5}');
SELECT estimate, note FROM ab_group_sequential_estimate(2.5, 1, '{0.2,0.5}', alternative => 'less');
SELECT significant, p_value < 1e-100 AS tiny, p_adjusted, alpha < 1e-300 AS none, note
	FROM ab_group_sequential(arms(600, 5, 2, 400, 9, 2.5), '{0.0001}');
\x on
SELECT what, significant, p_value, round(p_adjusted::numeric, 12) AS p_adjusted, method, note
FROM (VALUES
	(1, 'NULL', NULL::ab_summary), (2, 'one arm', ab_make_summary('control', 10, 1, 1)),
		(3, 'constants', arms(10, 1, 0, 20, 2, 0)),
	(4, 'one row a side', arms(1, 1, NULL, 1, 2, NULL)), (5, 'no difference', arms(10, 1, 1, 20, 1, 2)),
	(6, 'NaN',
		(SELECT ab_summary(x, v)
		FROM (VALUES ('NaN'::float8, 'control'), (1, 'control'), (2, 'treatment'), (3, 'treatment')) t(x, v)))
) v(i, what, s), LATERAL ab_group_sequential(s, '{0.4,1}') ORDER BY i;
\x off
SELECT significant, p_value < 1e-300 AS tiny, p_adjusted >= 0.000787 AND p_adjusted < 0.000789 AS spent_before
FROM ab_group_sequential(arms(9007199254740992, 1, 1, 9007199254740992, 1.1, 1), '{0.4,0.8}');

-- mistakes
\t on
SELECT error_of($$SELECT ab_group_sequential(NULL, NULL)$$);
SELECT error_of($$SELECT ab_group_sequential(NULL, '{0.5,0.4}')$$);
SELECT error_of($$SELECT ab_group_sequential(NULL, '{0.5}', alpha => 0)$$);
SELECT error_of($$SELECT ab_group_sequential(NULL, '{0.5}', alternative => 'both')$$);
SELECT error_of($$SELECT ab_group_sequential(NULL, '{0.5}', spending => 'wang-tsiatis')$$);
SELECT error_of($$SELECT ab_group_sequential(NULL, '{0.5}', design => 'median')$$);
SELECT error_of($$SELECT ab_group_sequential(NULL, '{0.5}', design => 'paired', equal_var => true)$$);
SELECT error_of($$SELECT ab_group_sequential(NULL, '{0.5}', final => NULL)$$);
SELECT error_of($$SELECT ab_group_sequential(s, '{0.5}') FROM state WHERE design = 'ratio_cuped'$$);
SELECT error_of($$SELECT ab_group_sequential(s, '{0.5}', control => 'x') FROM state WHERE design = 'mean'$$);
SELECT error_of($$SELECT ab_group_sequential_estimate('NaN', 1, '{0.5}')$$);
SELECT error_of($$SELECT ab_group_sequential_estimate(3, 1, '{0.5}', spending => 'wang-tsiatis')$$);
SELECT error_of($$SELECT ab_group_sequential_estimate(3, 1, '{0.5}', parameter => 1)$$);
\t off

DROP TABLE log, state;
DROP FUNCTION reader;
