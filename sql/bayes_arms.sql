\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
-- All arms by their posteriors.  Reference values are from 30 to 50 digits.
CREATE FUNCTION three(a ab_summary, b ab_summary, c ab_summary) RETURNS ab_summary LANGUAGE sql IMMUTABLE AS $$
	SELECT ab_summary_combine(ab_summary_combine(a, b), c)
$$;

-- means of 10, 10.2 and 9.9 with the standard errors 0.3, 0.2 and 0.5
SELECT variant, wrong(to_jsonb(r), jsonb_build_object('prob_best', best, 'prob_second', second, 'expected_loss', loss,
			 'weight', best, 'weight_top_two', (best + second) / 2), 2e-12)
FROM ab_bayes_arms(three(ab_make_summary('a', 100, 10, 3), ab_make_summary('b', 100, 10.2, 2),
						 ab_make_summary('c', 100, 9.9, 5))) r
JOIN (VALUES ('a', .221955312810728, .413723373928, .344180940198837),
			 ('b', .530258604320641, .361198589168, .144180940198838),
			 ('c', .247786082868632, .225078036904, .444180940198837)) t(variant, best, second, loss) USING (variant)
ORDER BY variant;

-- rates with Jeffreys' prior, the highest and the lowest best (published by bayesian-testing, recomputed exactly)
CREATE TABLE rate AS SELECT three(ab_make_summary('a', 31500, 1580), ab_make_summary('b', 32000, 1700),
								  ab_make_summary('c', 31000, 1550)) AS s;
SELECT direction,
	   all_close(array_agg(prob_best ORDER BY variant), CASE direction
				 WHEN 'higher' THEN '{.0411975418679666,.925434240215192,.0333682179168417}'::float8[]
				 ELSE '{.4593394257588502,.009176822636307121,.5314837516047102}' END, 1e-11) AS best,
	   all_close(array_agg(expected_loss ORDER BY variant), CASE direction
				 WHEN 'higher' THEN '{.0030211287351625,.0000551747084231,.0031796234550002}'::float8[]
				 ELSE '{.0007830557007848307,.0037490097275242676,.0006245609809471322}' END, 1e-11) AS loss
FROM rate, unnest('{higher,lower}'::text[]) direction,
	 ab_bayes_arms(s, 'binomial', direction, prior_alpha => 0.5, prior_beta => 0.5)
GROUP BY direction ORDER BY direction;

-- two arms are what ab_bayes says
SELECT close(a.prob_best, b.prob_better) AS better, close(a.expected_loss, b.expected_loss_treatment) AS loss,
	   close(a.prob_second, c.prob_best) AS second, close(a.weight_top_two, 0.5) AS top_two
FROM ab_bayes(counts(71, 100, 79, 100), model => 'binomial') b,
	 ab_bayes_arms(counts(71, 100, 79, 100), 'binomial') a,
	 ab_bayes_arms(counts(71, 100, 79, 100), 'binomial') c WHERE a.variant = 'treatment' AND c.variant = 'control';

-- posterior intervals of Beta(72, 30), by SciPy, and of Beta(1, 1)
SELECT variant, close(low, wanted_low, 1e-11) AS low, close(high, wanted_high, 1e-11) AS high,
	   close(mean, wanted_mean) AS mean
FROM ab_bayes_arms(ab_make_summary('a', 100, 71), 'binomial'),
	 (VALUES (0.6143105616285007, 0.7898077935048299, 72 / 102.0)) t(wanted_low, wanted_high, wanted_mean);

-- shares add up to 1, whatever the floor, and none is below it
SELECT floor, abs(sum(weight) - 1) < 1e-15 AS sum, abs(sum(weight_top_two) - 1) < 1e-15 AS top_two,
	   min(weight) >= floor - 1e-16 AS least, min(weight_top_two) >= floor - 1e-16 AS least_top_two
FROM rate, unnest('{0,0.1,0.3333333333333333}'::float8[]) floor, ab_bayes_arms(s, 'binomial', floor => floor)
GROUP BY floor ORDER BY floor;
-- thirty arms, some of them far behind: every probability is there, they add up, and the answer is the same each time
CREATE TABLE many AS SELECT ab_rollup(ab_make_summary('v' || g, 20000, 900 + g * g)) AS s FROM generate_series(1, 30) g;
SELECT count(*), min(prob_best) BETWEEN 1e-200 AND 1e-60 AS far, abs(sum(prob_best) - 1) < 1e-14 AS best,
	   abs(sum(prob_second) - 1) < 1e-14 AS second, count(*) FILTER (WHERE expected_loss > 0) AS losses
FROM many, ab_bayes_arms(s, 'binomial');
SELECT count(DISTINCT w) FROM generate_series(1, 3) g,
	 LATERAL (SELECT array_agg(weight) w FROM many, ab_bayes_arms(s, 'binomial') WHERE g > 0) x;
-- twins have equal chances
SELECT bool_and(close(prob_best, 1 / 3.0, 1e-14)) AS third, bool_and(close(prob_second, 1 / 3.0, 1e-14)) AS second
FROM ab_bayes_arms(three(ab_make_summary('a', 1000000000, 3), ab_make_summary('b', 1000000000, 3),
						 ab_make_summary('c', 1000000000, 3)), 'binomial');
-- events: the exposure counts
SELECT variant, n, close(mean, wanted) AS mean, round(prob_best::numeric, 4) AS best, note
FROM (SELECT ab_summary(e, x, v) s FROM (VALUES (120, 999, 'a'), (150, 1099, 'b'), (2, 50, 'c')) t(e, x, v)) q,
	 ab_bayes_arms(s, 'poisson')
	 JOIN (VALUES ('a', 121 / 1000.0), ('b', 151 / 1100.0), ('c', 3 / 51.0)) w(variant, wanted)
	 USING (variant) ORDER BY variant;

-- data never raises
CREATE TABLE odd (kind text, y float8, v text);
INSERT INTO odd VALUES ('one arm', 1, 'a'), ('one arm', 2, 'a'), ('single', 1, 'a'), ('single', 2, 'b'),
	('constant', 3, 'a'), ('constant', 3, 'a'), ('constant', 1, 'b'), ('constant', 2, 'b'), ('constant', 1, 'c'),
	('constant', 2.5, 'c'), ('NaN', 'NaN', 'a'), ('NaN', 1, 'b'), ('NaN', 0, 'b'), ('missing', NULL, 'a'),
	('missing', 0, 'b'), ('missing', 1, 'b'), ('huge', 1e308, 'a'), ('huge', -1e308, 'a'), ('huge', 1, 'b'),
	('huge', 2, 'b');
SELECT kind, model, variant, n, round(prob_best::numeric, 4) AS best, round(weight_top_two::numeric, 4) AS top_two, note
FROM (SELECT kind, ab_summary(y, v) s FROM odd GROUP BY kind) q, unnest('{normal,binomial}'::text[]) model,
	 ab_bayes_arms(s, model) ORDER BY kind COLLATE "C", model, variant;
SELECT count(*) FROM ab_bayes_arms(NULL);

-- query mistakes do
\t on
SELECT error_of($$SELECT ab_bayes_arms(s, 'beta') FROM rate$$);
SELECT error_of($$SELECT ab_bayes_arms(s, 'binomial', floor => 0.34) FROM rate$$);
SELECT error_of($$SELECT ab_bayes_arms(s, 'binomial', floor => 5) FROM rate$$);
SELECT error_of($$SELECT ab_bayes_arms(s, 'binomial', floor => 'NaN') FROM rate$$);
SELECT error_of($$SELECT ab_bayes_arms(s, 'binomial', prior_beta => 0) FROM rate$$);
SELECT error_of($$SELECT ab_bayes_arms(s, prior_beta => 3) FROM rate$$);
SELECT error_of($$SELECT ab_bayes_arms(s, alpha => 0) FROM rate$$);
SELECT error_of($$SELECT ab_bayes_arms(ab_summary(y, y, v)) FROM odd$$);
SELECT error_of($$SELECT ab_bayes_arms(ab_rollup(ab_make_summary('v' || g, 5, 2)), 'binomial')
				  FROM generate_series(1, 257) g$$);
\t off

DROP TABLE rate, many, odd;
DROP FUNCTION three;
