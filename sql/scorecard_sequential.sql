-- The scorecard that may be looked at on any day, and the probability of being better, against the same by hand.
\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
SET extra_float_digits = -9;	-- print six digits
CREATE TABLE dialog AS
SELECT u AS user_id, CASE WHEN ab_bucket('v', u) < 7000 THEN 'control' ELSE 'treatment' END AS variant, u % 14 AS day,
	   (ARRAY['de', 'fr'])[1 + u % 2] AS country,
	   ab_bucket('c', u) < 7000 + 1200 * (ab_bucket('v', u) >= 7000)::int AS completed,
	   2 + ab_bucket('t', u) % 4 AS turns, 1 + ab_bucket('m', u) % 5 AS messages,
	   ab_bucket('x', u)::float8 / 1000 AS before, (ab_bucket('x', u) + ab_bucket('y', u) / 2)::float8 / 1000 AS spend,
	   400 * (10000.0 / (1 + ab_bucket('l', u))) ^ 0.3 AS latency_ms
FROM generate_series(1, 3000) AS u;
CREATE VIEW state AS
SELECT ab_summary(completed, variant) AS rate, ab_summary(spend, variant) AS mean,
	   ab_summary(spend, before, variant) AS cuped, ab_summary(turns, messages, variant) AS ratio,
	   ab_summary(spend, messages, before, turns, variant) AS ratio_cuped,
	   ab_histogram(latency_ms, variant) AS latency, ab_histogram(turns, variant) AS turns
FROM dialog;
CREATE FUNCTION same(card jsonb, hand jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT wrong(card, wanted) FROM (
		SELECT jsonb_object_agg(CASE key WHEN 'control_mean' THEN 'control_value'
								WHEN 'treatment_mean' THEN 'treatment_value' ELSE key END, value) AS wanted
		FROM jsonb_each(hand)
		WHERE key IN ('control', 'treatment', 'control_n', 'treatment_n', 'control_mean', 'treatment_mean',
					  'control_value', 'treatment_value', 'control_stddev', 'treatment_stddev', 'diff', 'diff_low',
					  'diff_high', 'relative_lift_pct', 'lift_low_pct', 'lift_high_pct', 'p_value', 'alpha',
					  'method', 'note', 'prob_better')) AS w
$$;
CREATE TABLE hand (metric text PRIMARY KEY, spec jsonb, wanted jsonb);

-- every number is what the always-valid functions give by hand
INSERT INTO hand
SELECT 'rate', '{"column": "completed"}'::jsonb, to_jsonb(r)
FROM state, ab_always_valid(rate, 2000, design => 'proportion') AS r
UNION ALL SELECT 'rate_t', '{"column": "completed", "test": "welch"}', to_jsonb(r)
FROM state, ab_always_valid(rate, 2000, equal_var => false) AS r
UNION ALL SELECT 'mean', '{"column": "spend"}', to_jsonb(r) FROM state, ab_always_valid(mean, 2000) AS r
UNION ALL SELECT 'student', '{"column": "spend", "test": "student"}', to_jsonb(r)
FROM state, ab_always_valid(mean, 2000, equal_var => true) AS r
UNION ALL SELECT 'cuped', '{"column": "spend", "covariate": "before"}', to_jsonb(r)
FROM state, ab_always_valid(cuped, 2000, design => 'cuped') AS r
UNION ALL SELECT 'ratio', '{"column": "turns", "denominator": "messages"}', to_jsonb(r)
FROM state, ab_always_valid(ratio, 2000, design => 'ratio') AS r
UNION ALL SELECT 'ratio_cuped', '{"column": "spend", "statistic": "ratio", "denominator": "messages",
	"covariate": "before", "denominator_covariate": "turns"}', to_jsonb(r)
FROM state, ab_always_valid(ratio_cuped, 2000, design => 'ratio_cuped') AS r
UNION ALL SELECT 'p95', '{"column": "latency_ms", "statistic": "p95"}', to_jsonb(r)
FROM state, ab_always_valid_quantile(latency, 0.95, 2000) AS r
UNION ALL SELECT 'median', '{"column": "latency_ms", "statistic": "median"}', to_jsonb(r)
FROM state, ab_always_valid_quantile(latency, 0.5, 2000) AS r
UNION ALL SELECT 'cap', '{"column": "latency_ms", "cap": 0.9}', to_jsonb(r)
FROM state, ab_always_valid(ab_winsorize(latency, 0, 0.9), 2000) AS r;
CREATE TABLE card AS
SELECT r.* FROM ab_scorecard('dialog', (SELECT jsonb_object_agg(metric, spec) FROM hand), sequential => 'always-valid',
							 planned_n => 2000) AS r;
SELECT metric, same(to_jsonb(card), wanted) AS wrong, rule, planned_n, prob_better
FROM card FULL JOIN hand USING (metric) WHERE metric <> 'sample ratio' ORDER BY metric;
SELECT every(close(p_adjusted, adjusted)) AS holm, count(*), every(verdict =
	CASE WHEN p_adjusted >= alpha THEN 'no clear difference' WHEN diff > 0 THEN 'higher' ELSE 'lower' END) AS verdicts
FROM (SELECT *, (ab_adjust(array_agg(p_value) OVER (), 'holm'))[row_number() OVER ()] AS adjusted
	  FROM card WHERE role = 'secondary') AS family;
-- it asks for more than a single look does, also of the smallest lift
SELECT metric, a.p_value >= f.p_value AS p, a.lift_high_pct > f.lift_high_pct AS wider, a.mde_pct > f.mde_pct AS mde,
	   f.rule
FROM card AS a JOIN ab_scorecard('dialog', (SELECT jsonb_object_agg(metric, spec) FROM hand)) AS f USING (metric)
WHERE a.role = 'secondary' AND a.metric IN ('mean', 'rate', 'ratio', 'cuped', 'cap') ORDER BY metric;
-- of units, of pairs with several treatments, and from states
SELECT metric, same(to_jsonb(u), wanted) AS wrong
FROM hand JOIN ab_scorecard('dialog', (SELECT jsonb_object_agg(metric, spec) FROM hand), unit => 'user_id',
							sequential => 'always_valid', planned_n => 2000) AS u USING (metric)
WHERE metric IN ('rate', 'mean', 'ratio', 'p95', 'cap') ORDER BY metric;
CREATE TABLE request AS
SELECT user_id, variant, spend + k AS cost, completed AND k > 0 AS ok
FROM dialog, generate_series(0, user_id % 4) AS k;
SELECT metric, same(to_jsonb(r), to_jsonb(h)) AS wrong
FROM ab_scorecard('request', unit => 'user_id', sequential => 'always-valid', planned_n => 2000) AS r,
	LATERAL (SELECT ab_summary(CASE r.metric WHEN 'ok' THEN ok ELSE cost END, n, variant) AS s
			 FROM (SELECT variant, sum(cost) AS cost, sum(ok::int) AS ok, count(*) AS n
				   FROM request GROUP BY user_id, variant) AS u) AS s,
	ab_always_valid(s, 2000, design => 'ratio') AS h WHERE role = 'secondary' ORDER BY metric;
CREATE TABLE answer AS
SELECT p AS prompt, (ARRAY['base', 'tuned', 'large'])[m] AS model, ab_bucket('o' || m, p) < 4000 + 1000 * m AS ok,
	   ab_bucket('p', p) / 5000.0 + ab_bucket('a' || m, p) / 4000.0 + m * 0.1 AS score
FROM generate_series(1, 300) AS p, generate_series(1, 3) AS m;
SELECT metric, r.treatment, same(to_jsonb(r), to_jsonb(h) - '{control,treatment,note}'::text[]) AS wrong, r.method
FROM ab_scorecard('answer', variant => 'model', pair => 'prompt', control => 'base', sequential => 'always-valid',
				  planned_n => 400) AS r,
	LATERAL (SELECT ab_summary(CASE r.metric WHEN 'ok' THEN c.ok::int ELSE c.score END,
							   CASE r.metric WHEN 'ok' THEN t.ok::int ELSE t.score END, 'pairs') AS s
			 FROM answer AS c JOIN answer AS t USING (prompt) WHERE c.model = 'base' AND t.model = r.treatment) AS s,
	ab_always_valid(s, 400, design => 'paired') AS h WHERE role = 'secondary' ORDER BY metric, r.treatment;
-- as by hand of a summary with an arm of pairs for each treatment
SELECT a.p_value < 0.001 AS p, a.treatment, g.treatment AS at_a_look, error_of('SELECT * FROM
	ab_always_valid((SELECT ab_summary(1, 2, model) FROM answer), 200, design => ''paired'')') AS error
FROM ab_always_valid((SELECT ab_summary(score, score + prompt % 3, model) FROM answer), 200, design => 'paired',
					 treatment => 'large') AS a,
	ab_group_sequential((SELECT ab_summary(score, score + 1, model) FROM answer), '{0.5}', design => 'paired',
						treatment => 'large') AS g;
CREATE TABLE daily AS
SELECT day, ab_summary(spend, variant) AS mean, ab_summary(completed, variant) AS rate,
	   ab_histogram(latency_ms, variant) AS p95
FROM dialog GROUP BY day;
SELECT metric, same(to_jsonb(r), wanted) AS wrong
FROM ab_scorecard('daily', '{"mean": {}, "rate": {}, "p95": {"statistic": "p95"}}', sequential => 'always-valid',
				  planned_n => 2000) AS r JOIN hand USING (metric) ORDER BY metric;
-- three variants
SELECT treatment, count(*), every(rule = 'always-valid' AND method LIKE 'always-valid%') AS all_any_day
FROM ab_scorecard('SELECT *, CASE WHEN user_id % 3 = 0 THEN ''third'' ELSE variant END AS arm FROM dialog',
				  '{"spend": {}, "completed": {}}', variant => 'arm', sequential => 'always-valid', planned_n => 900)
WHERE role = 'secondary' GROUP BY treatment ORDER BY treatment;

-- the sample ratio, and no test of it without a split
SELECT r.rule, r.verdict, close(r.p_value, h.p_value) AS as_by_hand, r.alpha, r.method
FROM (VALUES ('{"control": 0.7, "treatment": 0.3}'::jsonb, '{0.7,0.3}'::float8[]), ('{"control": 1, "treatment": 1}',
	'{1,1}'), (NULL, NULL)) AS t(split, weights),
	ab_scorecard('dialog', '{"turns": {}}', split => split, sequential => 'always-valid', planned_n => 2000) AS r
	LEFT JOIN LATERAL (SELECT * FROM ab_srm_sequential(ARRAY[r.control_n, r.treatment_n], weights)
					   WHERE weights IS NOT NULL) AS h ON true
WHERE role = 'sample ratio';

-- guardrails: p is the level at which the one-sided bound is the margin, and the verdict is that of the bound
CREATE TABLE guard AS
SELECT r.* FROM ab_scorecard('dialog', '{
	"mean": {"column": "spend", "role": "guardrail", "direction": "lower", "margin_pct": 10},
	"absolute": {"column": "spend", "role": "guardrail", "direction": "higher", "margin": 1},
	"rate": {"column": "completed", "role": "guardrail", "direction": "higher", "margin_pct": 3},
	"harmed": {"column": "completed", "role": "guardrail", "direction": "lower", "margin_pct": 5},
	"p50": {"column": "latency_ms", "statistic": "median", "role": "guardrail", "direction": "lower", "margin_pct": 20},
	"p95": {"column": "latency_ms", "statistic": "p95", "role": "guardrail", "direction": "lower", "margin_pct": 1}}',
	sequential => 'always-valid', planned_n => 2000) AS r WHERE role = 'guardrail';
SELECT metric, p_value, p_adjusted, diff_low IS NULL AS open_below, diff_high IS NULL AS open_above, verdict, method
FROM guard ORDER BY metric;
SELECT metric, close(CASE metric
	WHEN 'mean' THEN (SELECT lift_high_pct FROM state, ab_always_valid(mean, 2000, alpha => p, alternative => 'less'))
	WHEN 'absolute' THEN (SELECT diff_low FROM state,
						  ab_always_valid(mean, 2000, alpha => p, alternative => 'greater'))
	WHEN 'rate' THEN (SELECT lift_low_pct FROM state,
					  ab_always_valid(rate, 2000, alpha => p, alternative => 'greater', design => 'proportion')) END,
	CASE metric WHEN 'mean' THEN 10 WHEN 'absolute' THEN -1 ELSE -3 END, 1e-8) AS ends_at_margin
FROM (SELECT metric, p_value AS p FROM guard) AS g WHERE metric IN ('mean', 'absolute', 'rate') ORDER BY metric;
SELECT metric, close(lift_high_pct, CASE metric
	WHEN 'mean' THEN (SELECT h.lift_high_pct FROM state, ab_always_valid(mean, 2000, alternative => 'less') AS h)
	ELSE (SELECT h.lift_high_pct FROM state, ab_always_valid_quantile(latency, 0.5, 2000, alternative => 'less') AS h)
	END) AS bound
FROM guard WHERE metric IN ('mean', 'p50') ORDER BY metric;

-- what no test for any day reads is not tested at all
SELECT role, metric, rule, num_nulls(p_value, diff_low, diff_high, mde_pct, method) AS nulls,
	   diff IS NOT NULL AS estimate, verdict, note, sentence
FROM ab_scorecard('dialog', '{"turns": {"statistic": "rank"}, "trim": {"column": "spend", "trim": 0.1},
	"guard": {"column": "turns", "statistic": "rank", "role": "guardrail", "direction": "lower", "margin": 0.2}}',
	slice => '{country}', sequential => 'always-valid', planned_n => 2000)
WHERE role <> 'sample ratio' AND (slice IS NULL OR role = 'heterogeneity');
SELECT metric, p_value, verdict, note
FROM ab_scorecard('request', '{"cost": {"statistic": "p90"}}', unit => 'user_id', sequential => 'always-valid',
				  planned_n => 2000) WHERE role = 'secondary'
UNION ALL
SELECT metric, p_value, verdict, note
FROM ab_scorecard('answer', '{"score": {"statistic": "rank"}}', variant => 'model', pair => 'prompt',
				  control => 'base', treatment => 'tuned', sequential => 'always-valid', planned_n => 400)
WHERE role = 'secondary';
-- few rows, none, constants
SELECT metric, control_n, p_value, num_nonnulls(diff_low, diff_high) AS ends, mde_pct, verdict, note, sentence
FROM ab_scorecard('SELECT variant, spend, completed, 3 AS constant, NULL::float8 AS nothing FROM dialog LIMIT 90',
				  sequential => 'always-valid', planned_n => 2000, bayes => true) WHERE role <> 'sample ratio';

-- the probability of being better is that of ab_bayes with its flat priors
SELECT r.metric, close(r.prob_better, h.prob_better) AS as_by_hand, r.p_value = f.p_value AS test_as_without
FROM ab_scorecard('dialog', '{"rate": {"column": "completed", "direction": "higher"}, "mean": {"column": "spend"},
	"lower": {"column": "spend", "direction": "lower"}, "rate_t": {"column": "completed", "test": "student"},
	"cap": {"column": "latency_ms", "cap": 0.9}}', bayes => true) AS r
	JOIN ab_scorecard('dialog', '{"rate": {"column": "completed"}, "mean": {"column": "spend"}, "lower": {"column":
	"spend"}, "rate_t": {"column": "completed", "test": "student"}, "cap": {"column": "latency_ms", "cap": 0.9}}') AS f
	USING (metric), state,
	LATERAL (SELECT CASE WHEN r.metric LIKE 'rate%' THEN rate WHEN r.metric = 'cap' THEN ab_winsorize(latency, 0, 0.9)
			 ELSE mean END AS s) AS s,
	ab_bayes(s, model => CASE WHEN r.metric LIKE 'rate%' THEN 'binomial' ELSE 'normal' END,
			 direction => CASE r.metric WHEN 'lower' THEN 'lower' ELSE 'higher' END) AS h
WHERE r.role = 'secondary' ORDER BY metric;
-- where it reads no such state, that of a normal posterior of the difference
SELECT r.metric, close(r.prob_better, b.prob_better, 1e-9) AS as_normal
FROM ab_scorecard('dialog', (SELECT jsonb_object_agg(metric, spec) FROM hand WHERE metric IN ('cuped', 'ratio',
	'ratio_cuped')) || '{"down": {"column": "turns", "denominator": "messages", "direction": "lower"}}', bayes => true,
	sequential => 'always-valid', planned_n => 2000) AS r, state,
	LATERAL (SELECT * FROM ab_cuped(cuped) WHERE r.metric = 'cuped'
			 UNION ALL SELECT * FROM ab_ratio(ratio) WHERE r.metric IN ('ratio', 'down')
			 UNION ALL SELECT * FROM ab_ratio_cuped(ratio_cuped) WHERE r.metric = 'ratio_cuped') AS h,
	ab_bayes(arms(200, 0, h.std_error * 10, 200, h.diff, h.std_error * 10),
			 direction => CASE r.metric WHEN 'down' THEN 'lower' ELSE 'higher' END) AS b
WHERE role = 'secondary' ORDER BY metric;
SELECT metric, close(r.prob_better, b.prob_better, 1e-9) AS as_normal
FROM ab_scorecard('answer', variant => 'model', pair => 'prompt', control => 'base', treatment => 'large',
				  bayes => true) AS r,
	LATERAL (SELECT ab_summary(CASE r.metric WHEN 'ok' THEN c.ok::int ELSE c.score END,
							   CASE r.metric WHEN 'ok' THEN t.ok::int ELSE t.score END, 'pairs') AS s
			 FROM answer AS c JOIN answer AS t USING (prompt) WHERE c.model = 'base' AND t.model = 'large') AS s,
	ab_paired_ttest(s) AS h,
	ab_bayes(arms(200, 0, h.std_error * 10, 200, h.diff, h.std_error * 10)) AS b WHERE role = 'secondary';
SELECT metric, prob_better, note, sentence
FROM ab_scorecard('SELECT variant, completed, turns, spend, latency_ms, day = 20 AS never FROM dialog', '{
	"completed": {"direction": "higher"}, "escalated": {"column": "completed", "direction": "lower"}, "spend": {},
	"latency_ms": {"statistic": "p95"}, "turns": {"statistic": "rank"}, "never": {}}', bayes => true);
SELECT count(*) FILTER (WHERE prob_better IS NOT NULL) AS asked_for
FROM ab_scorecard('dialog', sequential => 'always-valid', planned_n => 2000);
SELECT slice, prob_better FROM ab_scorecard('dialog', '{"completed": {}}', slice => '{country}', bayes => true);

-- mistakes
SELECT error_of(format('SELECT * FROM ab_scorecard(''dialog'', %s)', arguments)) FROM (VALUES
	('sequential => ''always-valid'''), ('sequential => ''pocock'', planned_n => 100'),
	('sequential => ''always-valid'', planned_n => 1'), ('bayes => NULL'),
	('''{"turns": {"statistic": "p95"}}'', sequential => ''always-valid'', planned_n => 2000000000')) AS t(arguments);

-- words and pictures say the rule
SELECT unnest(regexp_matches(ab_verdict(jsonb_agg(to_jsonb(r))),
	'No decision.*?better: \d+%\.|It was planned[^.]*\.|The numbers[^.]*\.|Without a test[^.]*\.|No planned[^.]*\.',
	'g')) AS says
FROM ab_scorecard('dialog', '{"spend": {"role": "primary", "direction": "higher"}, "turns": {"statistic": "rank"}}',
				  sequential => 'always-valid', planned_n => 5000, bayes => true) AS r;
SELECT substring(ab_verdict(jsonb_agg(to_jsonb(r))) FROM 'The probability[^.]*\.') AS says
FROM ab_scorecard('dialog', '{"completed": {"role": "primary", "direction": "higher"}}', bayes => true) AS r;
SELECT substring(ab_verdict(jsonb_agg(to_jsonb(r))) FROM '^.*?\.') AS says
FROM ab_scorecard('dialog', '{"turns": {"role": "primary", "direction": "lower", "statistic": "rank"}}',
				  sequential => 'always-valid', planned_n => 5000) AS r;
SELECT page LIKE '%95% intervals that hold on any day%' AS subtitle,
	   page LIKE '%better with probability above 99.9\%%' AS better, page LIKE '%higher with probability%' AS higher,
	   page LIKE '%By the always-valid rule p and interval hold on every day%' AS reading
FROM (SELECT ab_report_html(jsonb_agg(to_jsonb(r)))
	  FROM ab_scorecard('dialog', '{"completed": {"role": "primary", "direction": "higher"}, "spend": {}}',
						sequential => 'always-valid', planned_n => 2000, bayes => true) AS r) AS t(page);
-- the band for any day beside the one for one look, of the same states, and around it on every day
CREATE TABLE trend AS
SELECT d AS day, r.*
FROM generate_series(0, 13) AS d,
	LATERAL (SELECT * FROM ab_scorecard(format('SELECT mean FROM daily WHERE day <= %s', d)) WHERE role = 'secondary'
			 UNION ALL
			 SELECT * FROM ab_scorecard(format('SELECT mean FROM daily WHERE day <= %s', d), planned_n => 2000,
										sequential => 'always-valid') WHERE role = 'secondary') AS r;
SELECT count(*), count(a.lift_low_pct) AS bands, every(a.lift_low_pct < f.lift_low_pct AND f.lift_high_pct <
	a.lift_high_pct) AS around
FROM trend AS a JOIN trend AS f USING (day) WHERE a.rule = 'always-valid' AND f.rule = 'fixed';
SELECT count(*) FILTER (WHERE m[1] = 'ab-band') AS filled, count(*) FILTER (WHERE m[1] = 'ab-outer') AS dashed
FROM (SELECT ab_trend_svg(jsonb_agg(to_jsonb(t) ORDER BY day)) FROM trend AS t) AS p(picture),
	regexp_matches(picture, '<path class="ab-told (ab-band|ab-outer)"', 'g') AS m;
DROP FUNCTION same;
DROP VIEW state;
DROP TABLE dialog, hand, card, request, answer, daily, guard, trend;
