\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
SET extra_float_digits = -9;	-- print six digits
CREATE TABLE dialog AS
SELECT u AS user_id, CASE WHEN ab_bucket('v', u) < 8000 THEN 'control' ELSE 'treatment' END AS variant,
	   CASE WHEN u % 7 = 0 THEN NULL ELSE (ARRAY['de', 'fr'])[1 + u % 2] END AS country,
	   ab_bucket('c', u) < 7100 + 800 * (ab_bucket('v', u) >= 8000)::int AS completed,
	   2 + ab_bucket('t', u) % 4 AS turns, 1 + ab_bucket('m', u) % 5 AS messages,
	   ab_bucket('x', u)::float8 / 1000 AS before, (ab_bucket('x', u) + ab_bucket('y', u) / 2)::numeric / 1000 AS spend,
	   400 * (10000.0 / (1 + ab_bucket('l', u))) ^ 0.3 AS latency_ms, make_interval(secs => ab_bucket('d', u)) AS took
FROM generate_series(1, 3000) AS u;

-- everything by default: the sample ratio first, then each metric
SELECT role, metric, statistic, control_n, treatment_n, control_value, treatment_value, p_value, p_adjusted, verdict
FROM ab_scorecard('dialog');
SELECT sentence, note FROM ab_scorecard('SELECT variant, completed, turns, user_id, country FROM dialog');

-- every number is what the functions give by hand
CREATE FUNCTION same(card ab_scorecard_row, hand jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT wrong(to_jsonb(card), wanted) FROM (
		SELECT jsonb_object_agg(CASE key WHEN 'control_mean' THEN 'control_value'
								WHEN 'treatment_mean' THEN 'treatment_value' ELSE key END, value) AS wanted
		FROM jsonb_each(hand)
		WHERE key IN ('control', 'treatment', 'control_n', 'treatment_n', 'control_mean', 'treatment_mean',
					  'control_value', 'treatment_value', 'control_stddev', 'treatment_stddev', 'diff', 'diff_low',
					'diff_high',
					  'relative_lift_pct', 'lift_low_pct', 'lift_high_pct', 'p_value', 'alpha', 'method')) AS w
$$;
CREATE TABLE hand (metric text PRIMARY KEY, spec jsonb, wanted jsonb);
INSERT INTO hand
WITH s AS (
	SELECT ab_summary(completed, variant) AS rate, ab_summary(spend::float8, variant) AS mean,
		   ab_summary(spend::float8, before, variant) AS cuped, ab_summary(turns, messages, variant) AS ratio,
		   ab_summary(spend::float8, messages, before, turns, variant) AS ratio_cuped,
		   ab_histogram(latency_ms, variant) AS histogram, ab_histogram(turns, variant) AS turns,
		   ab_summary(date_part('epoch', took), variant) AS took
	FROM dialog
)
SELECT 'rate', '{"column": "completed"}'::jsonb, to_jsonb(r) FROM s, ab_proportion_test(rate) AS r
UNION ALL SELECT 'rate_t', '{"column": "completed", "test": "student"}', to_jsonb(r) FROM s, ab_ttest(rate) AS r
UNION ALL SELECT 'welch', '{"column": "spend"}', to_jsonb(r) FROM s, ab_ttest(mean, equal_var => false) AS r
UNION ALL SELECT 'student', '{"column": "spend", "test": "student"}', to_jsonb(r) FROM s, ab_ttest(mean) AS r
UNION ALL SELECT 'cuped', '{"column": "spend", "covariate": "before"}', to_jsonb(r) FROM s, ab_cuped(cuped) AS r
UNION ALL SELECT 'ratio', '{"column": "turns", "denominator": "messages"}', to_jsonb(r) FROM s, ab_ratio(ratio) AS r
UNION ALL SELECT 'ratio_cuped', '{"column": "spend", "statistic": "ratio", "denominator": "messages",
	"covariate": "before", "denominator_covariate": "turns"}', to_jsonb(r) FROM s, ab_ratio_cuped(ratio_cuped) AS r
UNION ALL SELECT 'p95', '{"column": "latency_ms", "statistic": "p95"}', to_jsonb(r)
FROM s, ab_quantile_test(histogram, 0.95) AS r
UNION ALL SELECT 'p99_9', '{"column": "latency_ms", "statistic": "p99.9"}', to_jsonb(r)
FROM s, ab_quantile_test(histogram, 0.999) AS r
UNION ALL SELECT 'median', '{"column": "latency_ms", "statistic": "median"}', to_jsonb(r)
FROM s, ab_quantile_test(histogram, 0.5) AS r
UNION ALL SELECT 'trim', '{"column": "latency_ms", "trim": 0.1}', to_jsonb(r)
FROM s, ab_ttest(ab_trim(histogram, 0.1), equal_var => false) AS r
UNION ALL SELECT 'cap', '{"column": "latency_ms", "cap": 0.9}', to_jsonb(r)
FROM s, ab_ttest(ab_winsorize(histogram, 0, 0.9), equal_var => false) AS r
UNION ALL SELECT 'took', '{}', to_jsonb(r) FROM s, ab_ttest(took, equal_var => false) AS r
UNION ALL SELECT 'rank', '{"column": "turns", "statistic": "rank"}', jsonb_build_object('control_value', 1 -
	superiority,
	'treatment_value', superiority, 'diff', 2 * superiority - 1, 'diff_low', 2 * superiority_low - 1,
	'diff_high', 2 * superiority_high - 1, 'p_value', p_value, 'method', method) FROM s, ab_mannwhitney(turns) AS r
UNION ALL SELECT 'guard_rate', '{"column": "completed", "role": "guardrail", "direction": "higher", "margin_pct": 5}',
	to_jsonb(r) FROM s, ab_noninferiority(rate, 0.05, 'higher', relative => true) AS r
UNION ALL SELECT 'guard_mean', '{"column": "spend", "role": "guardrail", "direction": "lower", "margin": 0.4}',
	to_jsonb(r) FROM s, ab_noninferiority(mean, 0.4, 'lower', test => 't') AS r;
SELECT metric, same(r, wanted) AS wrong
FROM ab_scorecard('dialog', (SELECT jsonb_object_agg(metric, spec) FROM hand)) AS r FULL JOIN hand USING (metric)
WHERE metric <> 'sample ratio' ORDER BY metric;
-- a family of every metric; guardrails are not in it
SELECT every(close(p_adjusted, adjusted)) AS holm, count(*)
FROM (SELECT p_adjusted, (ab_adjust(array_agg(p_value) OVER (), 'holm'))[row_number() OVER ()] AS adjusted
	  FROM ab_scorecard('dialog', (SELECT jsonb_object_agg(metric, spec) FROM hand)) AS r
	  WHERE role IN ('primary', 'secondary')) AS family;
SELECT role, p_adjusted IS NULL AS alone, correction
FROM ab_scorecard('dialog', (SELECT jsonb_object_agg(metric, spec) FROM hand))
WHERE metric LIKE 'guard%';

-- a margin that no other function tests: p is the level at which the interval ends at the margin
WITH card AS (
	SELECT r.* FROM ab_scorecard('dialog', '{"p95": {"column": "latency_ms", "statistic": "p95", "role": "guardrail",
		"direction": "lower", "margin_pct": 10}, "r": {"column": "turns", "denominator": "messages", "role":
			"guardrail",
		"direction": "higher", "margin": 0.05}}') AS r WHERE role = 'guardrail'
), s AS (SELECT ab_histogram(latency_ms, variant) AS h, ab_summary(turns, messages, variant) AS s FROM dialog)
SELECT metric, p_value BETWEEN 0 AND 1 AS is_p, verdict, close(CASE metric WHEN 'r' THEN
	(SELECT diff_low FROM s, ab_ratio(s, alpha => p_value, alternative => 'greater')) ELSE
	(SELECT lift_high_pct FROM s, ab_quantile_test(h, 0.95, alpha => p_value, alternative => 'less')) END,
	CASE metric WHEN 'r' THEN -0.05 ELSE 10 END, 1e-6) AS ends_at_margin
FROM card;
-- the same search gives what ab_noninferiority does, on either side of 0.5
WITH s AS (SELECT ab_summary(turns, 1, variant) AS s FROM dialog)
SELECT margin, close(r.p_value, n.p_value, 1e-9) AS p
FROM (VALUES (0.001), (0.05), (0.1)) AS m(margin),
	ab_scorecard('SELECT *, 1 AS one FROM dialog', jsonb_build_object('turns', jsonb_build_object('statistic', 'ratio',
		'denominator', 'one', 'role', 'guardrail', 'direction', 'lower', 'margin', margin))) AS r,
	LATERAL (SELECT ab_summary(turns, variant) AS s FROM dialog) AS t, ab_noninferiority(t.s, margin, 'lower') AS n
WHERE r.metric = 'turns';

-- verdicts and sentences
CREATE FUNCTION says(nc bigint, mc float8, sd float8, nt bigint, mt float8, spec jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT verdict || ' | ' || sentence
	FROM ab_scorecard(format('SELECT %L::ab_summary AS task_length', arms(nc, mc, sd, nt, mt, sd)),
					  jsonb_build_object('task_length', spec)) AS r WHERE role <> 'sample ratio'
$$;
SELECT says(100, 10, 2, 120, mt, spec)
FROM (VALUES (12, '{}'::jsonb), (9, '{}'), (10.2, '{}'), (10, '{}'), (12, '{"direction": "higher"}'),
	(12, '{"direction": "lower"}'), (10.2, '{"role": "guardrail", "direction": "lower", "margin_pct": 10}'),
	(10.7, '{"role": "guardrail", "direction": "lower", "margin_pct": 10}'),
	(10.2, '{"role": "guardrail", "direction": "higher", "margin": 0.1}'),
	(12, '{"role": "guardrail", "direction": "lower", "margin_pct": 10}')) AS t(mt, spec);
SELECT says(1, 3, 0, 120, 3, '{}'), says(10, 3, 0, 12, 3, '{}'), says(10, 0, 1, 12, 1, '{}'),
	says(1000000, 123456.7, 10, 1000000, 123457.9, '{}'), says(1000, 0.00001234, 1e-6, 1000, 0.0000125, '{}');
SELECT says(100, -2, 1, 120, -1, '{}'), says(100, 2, 1, 120, -1, '{"direction": "lower"}');
-- the interval alone does not decide
SELECT metric, planned_n, p_value < 0.05 AS alone, p_adjusted < 0.05 AS adjusted, diff_low > 0 AS excludes, verdict,
	note,
	   sentence
FROM ab_scorecard('dialog', planned_n => 2400) AS r WHERE metric = 'completed';

-- the sample ratio
SELECT verdict, p_value, alpha, note, sentence FROM ab_scorecard('dialog', split =>
	'{"control": 0.8, "treatment": 0.2}') LIMIT 1;
SELECT verdict, close(r.p_value, s.p_value) AS as_by_hand, sentence
FROM ab_scorecard('dialog', split => '{"control": 1, "treatment": 1}') AS r,
	ab_srm(ARRAY[r.control_n, r.treatment_n]) AS s WHERE role = 'sample ratio';
SELECT verdict, note, sentence
FROM ab_scorecard('dialog', '{"turns": {}}', split => '{"control": 0.8, "treatment": 0.1, "lost": 0.1}') LIMIT 1;
SELECT error_of('SELECT * FROM ab_scorecard(''dialog'', split => ''{"control": 0.8}'')');
SELECT error_of('SELECT * FROM ab_scorecard(''dialog'', split => ''{"control": "a"}'')');
SELECT error_of('SELECT * FROM ab_scorecard(''dialog'', split => ''[1, 2]'')');

-- what cannot be meant
SELECT error_of(format('SELECT * FROM ab_scorecard(%s)', arguments)) FROM (VALUES
	('NULL'), (''''''), ('''SELECT 1; SELECT 2'''), ('''DROP TABLE dialog'''), ('''SELECT 1 INTO new'''),
	('''INSERT INTO dialog SELECT * FROM dialog RETURNING *'''), ('''EXPLAIN SELECT 1'''), ('''no_such'''),
	('''SELEC 1'''), ('''SELECT $1'''), ('''dialog'', variant => ''arm'''), ('''dialog'', unit => ''person'''),
	('''dialog'', slice => ''{land}'''), ('''dialog'', control => ''A'''), ('''dialog'', treatment => ''B'''),
	('''dialog'', correction => ''many'''), ('''dialog'', alpha => 95'), ('''dialog'', planned_n => 1'),
	('''SELECT variant FROM dialog'''), ('''SELECT variant, turns, turns FROM dialog'''),
	('''SELECT * FROM dialog WHERE variant <> ''''control'''''''),
	('''SELECT turns, user_id % 3 AS variant FROM dialog''')) AS t(arguments);
SELECT error_of(format('SELECT * FROM ab_scorecard(''dialog'', %L)', metrics)) FROM (VALUES
	('[]'), ('{"turns": 1}'), ('{"turns": {"statistics": "mean"}}'), ('{"turns": {"statistic": "average"}}'),
	('{"turns": {"statistic": "p100"}}'), ('{"turns": {"statistic": "ratio"}}'), ('{"nothing": {}}'),
	('{"turns": {"denominator": "nothing"}}'), ('{"country": {}}'), ('{"turns": {"role": "main"}}'),
	('{"turns": {"direction": "up"}}'), ('{"turns": {"role": "guardrail"}}'), ('{"turns": {"margin": 1}}'),
	('{"turns": {"role": "guardrail", "direction": "lower", "margin": 1, "margin_pct": 1}}'),
	('{"turns": {"role": "guardrail", "direction": "higher", "margin_pct": 100}}'),
	('{"turns": {"trim": 20}}'), ('{"turns": {"cap": 99}}'), ('{"turns": {"cap": 0.9, "trim": 0.1}}'),
	('{"turns": {"statistic": "p95", "covariate": "before"}}'), ('{"turns": {"test": "score"}}'),
	('{"turns": {"test": 1}}'), ('{}')) AS t(metrics);
DROP FUNCTION same, says;
DROP TABLE dialog, hand;
