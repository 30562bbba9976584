-- The scorecard of units, of pairs, of slices and of states, against the same by hand.
\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
SET extra_float_digits = -9;	-- print six digits
CREATE FUNCTION same(card ab_scorecard_row, hand jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT wrong(to_jsonb(card), wanted, 1e-9) FROM (
		SELECT jsonb_object_agg(CASE key WHEN 'control_mean' THEN 'control_value'
								WHEN 'treatment_mean' THEN 'treatment_value' ELSE key END, value) AS wanted
		FROM jsonb_each(hand)
		WHERE key IN ('control', 'treatment', 'control_n', 'treatment_n', 'control_mean', 'treatment_mean',
					  'control_value', 'treatment_value', 'control_stddev', 'treatment_stddev', 'diff', 'diff_low',
					  'diff_high', 'relative_lift_pct', 'lift_low_pct', 'lift_high_pct', 'p_value', 'alpha',
					'method')) AS w
$$;
CREATE TABLE hand (metric text PRIMARY KEY, spec jsonb, wanted jsonb);

-- units: requests of users, some without a value, a variant or a user, one user in both variants
CREATE TABLE request AS
SELECT u AS user_id, CASE WHEN ab_bucket('v', u) < 6000 THEN 'control' ELSE 'treatment' END AS variant,
	   CASE WHEN u % 5 = 0 THEN NULL ELSE (ARRAY['de', 'fr'])[1 + u % 2] END AS country,
	   CASE WHEN ab_bucket('n ' || u, r) > 300 THEN 1 + ab_bucket('u', u) / 2000.0 + ab_bucket('r ' || u, r) / 9000.0
		END AS cost,
	   ab_bucket('o ' || u, r) < 3000 + ab_bucket('u', u) / 2 AS ok, 1 + ab_bucket('k ' || u, r) % 9 AS tokens,
	   ab_bucket('u', u)::float8 / 777 AS before
FROM generate_series(1, 400) AS u, generate_series(1, 1 + u % 7) AS r;
INSERT INTO request VALUES (NULL, 'control', 'de', 9, true, 1, 1), (7, NULL, 'de', 9, true, 1, 1),
	(1000, 'control', 'de', 1, true, 1, 1), (1000, 'treatment', 'de', 2, true, 1, 1), (NULL, NULL, 'fr', 1, true, 1, 1);
CREATE TABLE per_user AS
SELECT user_id, variant, min(country) AS country, sum(cost) AS cost, count(cost) AS requests, sum(ok::int) AS ok,
	count(ok) AS asked,
	   sum(tokens) AS tokens, sum(CASE WHEN cost IS NOT NULL THEN tokens END) AS both_tokens, sum(before) AS before,
	   avg(cost)::float8 AS mean, avg(before) AS mean_before
FROM request WHERE user_id <> 1000 AND variant IS NOT NULL GROUP BY user_id, variant;
INSERT INTO hand
WITH s AS (
	SELECT ab_summary(cost, requests, variant) AS mean, ab_summary(ok, asked, variant) AS rate,
		   ab_summary(cost, both_tokens, variant) AS ratio, ab_summary(cost, requests, before, asked, variant) AS cuped,
		   ab_histogram(mean, variant) AS h,
		   ab_summary(CASE WHEN mean IS NOT NULL THEN least(mean, cap) END, mean_before, variant) AS capped
	FROM per_user, (SELECT percentile_cont(0.9) WITHIN GROUP (ORDER BY mean) AS cap FROM per_user) AS p
), q AS (
	SELECT ab_histogram(cost, variant) AS h FROM request WHERE user_id <> 1000 AND variant IS NOT NULL
), c AS (
	SELECT ab_summary(below, rows, variant) AS clusters
	FROM (SELECT user_id, variant, count(cost) AS rows,
				 count(*) FILTER (WHERE cost <= ab_quantile(q.h, variant, 0.9)) AS below
		  FROM request, q WHERE user_id <> 1000 AND variant IS NOT NULL GROUP BY user_id, variant) AS u WHERE rows > 0
)
SELECT 'mean', '{"column": "cost"}'::jsonb, to_jsonb(r) FROM s, ab_ratio(mean) AS r
UNION ALL SELECT 'student', '{"column": "cost", "test": "student"}', to_jsonb(r) FROM s, ab_ratio(mean, equal_var =>
	true) AS r
UNION ALL SELECT 'rate', '{"column": "ok"}', to_jsonb(r) FROM s, ab_ratio(rate) AS r
UNION ALL SELECT 'ratio', '{"column": "cost", "denominator": "tokens"}', to_jsonb(r) FROM s, ab_ratio(ratio) AS r
UNION ALL SELECT 'cuped', '{"column": "cost", "covariate": "before"}', to_jsonb(r) FROM s, ab_ratio_cuped(cuped) AS r
UNION ALL SELECT 'trim', '{"column": "cost", "trim": 0.1}', to_jsonb(r) FROM s, ab_ttest(ab_trim(h, 0.1), equal_var =>
	false) AS r
UNION ALL SELECT 'cap', '{"column": "cost", "cap": 0.9}', to_jsonb(r)
FROM s, ab_ttest(ab_winsorize(h, 0, 0.9), equal_var => false) AS r
UNION ALL SELECT 'capped_cuped', '{"column": "cost", "cap": 0.9, "covariate": "before"}', to_jsonb(r) FROM s,
	ab_cuped(capped) AS r
UNION ALL SELECT 'rank', '{"column": "cost", "statistic": "rank"}', jsonb_build_object('treatment_value', superiority,
	'control_n', control_n, 'treatment_n', treatment_n, 'diff_low', 2 * superiority_low - 1, 'p_value', p_value)
FROM s, ab_mannwhitney(h) AS r
UNION ALL SELECT 'p90', '{"column": "cost", "statistic": "p90"}', to_jsonb(r)
FROM q, c, ab_quantile_test(h, 0.9, clusters => clusters) AS r;
SELECT metric, same(r, wanted) AS wrong
FROM ab_scorecard('request', (SELECT jsonb_object_agg(metric, spec) FROM hand), unit => 'user_id') AS r FULL JOIN hand
	USING (metric)
WHERE metric <> 'sample ratio' ORDER BY metric;
SELECT control_n, treatment_n, note, sentence FROM ab_scorecard('request', unit => 'user_id', split =>
	'{"control": 3, "treatment": 2}') LIMIT 1;
-- with a row a unit, the unit changes nothing
CREATE TABLE one AS SELECT user_id, variant, country, mean AS cost, ok > asked / 2 AS ok, before FROM per_user WHERE
	mean IS NOT NULL;
SELECT metric, wrong(to_jsonb(u) - 'method', to_jsonb(r) - 'method', 1e-9) AS wrong, u.method = r.method AS as_method
FROM ab_scorecard('one', unit => 'user_id') AS u JOIN ab_scorecard('one') AS r USING (metric) ORDER BY metric;
SELECT metric, wrong(to_jsonb(u) - 'method', to_jsonb(r) - 'method', 1e-9) AS wrong, u.method
FROM (SELECT '{"p": {"column": "cost", "statistic": "p75"}, "t": {"column": "cost", "trim": 0.2}, "r": {"column":
	"cost",
			   "statistic": "rank"}, "c": {"column": "cost", "covariate": "before"}, "g": {"column": "cost",
			   "statistic": "p75", "role": "guardrail", "direction": "lower", "margin_pct": 9}}'::jsonb) AS m(metrics),
	ab_scorecard('one', metrics, unit => 'user_id') AS u JOIN ab_scorecard('one', metrics) AS r USING (metric)
ORDER BY metric;
-- units and variants of other types
SELECT wrong(to_jsonb(u), to_jsonb(r), 1e-9) FROM ab_scorecard('one', '{"cost": {}}', unit => 'user_id') AS r,
	ab_scorecard('SELECT md5(user_id::text)::uuid AS u, variant = ''treatment'' AS variant, cost FROM one',
		'{"cost": {}}', unit => 'u',
				 control => 'false') AS b,
	ab_scorecard('SELECT user_id::name AS u, (variant = ''treatment'')::int::smallint AS variant, cost FROM one',
		'{"cost": {}}',
				 unit => 'u', control => '0') AS i,
	LATERAL (SELECT (jsonb_populate_record(b, jsonb_build_object('control', 'control', 'treatment', 'treatment',
		'sentence',
		r.sentence))).*) AS u
WHERE r.role = 'secondary' AND b.role = 'secondary' AND i.role = 'secondary' AND close(i.p_value, b.p_value);

-- pairs: two variants on the same prompts, with repeats, lost prompts and ties
CREATE TABLE answer AS
SELECT p AS prompt, (ARRAY['base', 'tuned', 'large'])[m] AS model, (ARRAY['math', 'code'])[1 + p % 2] AS kind,
	   ab_bucket('p', p) / 5000.0 + ab_bucket('a' || m, p) / 4000.0 + m * 0.1 AS score, ab_bucket('o' || m, p) < 4000
		+ 1000 * m AS ok,
	   ab_bucket('s' || m, p) % 5 AS stars
FROM generate_series(1, 150) AS p, generate_series(1, 3) AS m WHERE ab_bucket('lost' || m, p) > 300;
INSERT INTO answer SELECT prompt, model, kind, score + 0.2, NULL, stars FROM answer WHERE prompt % 10 = 0;
INSERT INTO answer VALUES (NULL, 'base', 'code', 1, true, 1), (1, NULL, 'code', 1, true, 1);
TRUNCATE hand;
CREATE TABLE pairs AS
SELECT model, c.score AS c_score, t.score AS t_score, c.ok AS c_ok, t.ok AS t_ok, c.stars AS c_stars, t.stars AS t_stars
FROM (SELECT prompt, avg(score)::float8 AS score, bool_or(ok) AS ok, avg(stars)::float8 AS stars FROM answer WHERE
	model = 'base'
	  GROUP BY prompt) AS c
JOIN (SELECT prompt, model, avg(score)::float8 AS score, bool_or(ok) AS ok, avg(stars)::float8 AS stars FROM answer
	  WHERE model <> 'base' GROUP BY prompt, model) AS t USING (prompt);
INSERT INTO hand
SELECT 'score' || model, '{}'::jsonb, to_jsonb(ab_paired_ttest(c_score, t_score)) -
	'{method,control,treatment}'::text[] FROM pairs GROUP BY model
UNION ALL SELECT 'ok' || model, '{}', to_jsonb(ab_mcnemar(c_ok, t_ok)) - '{control,treatment}'::text[] FROM pairs
	GROUP BY model
UNION ALL SELECT 'stars' || model, '{}', (SELECT jsonb_build_object('control_n', n, 'diff', rank_biserial, 'p_value',
	p_value)
	FROM ab_wilcoxon(h)) FROM (SELECT model, ab_paired_histogram(c_stars, t_stars) AS h FROM pairs GROUP BY model) AS h;
SELECT r.metric, treatment, same(r, wanted) AS wrong, round(p_adjusted::numeric, 6) AS p_adjusted, sentence
FROM ab_scorecard('answer', '{"score": {}, "ok": {}, "stars": {"statistic": "rank"}}', variant => 'model', pair =>
	'prompt',
				  control => 'base') AS r LEFT JOIN hand ON hand.metric = r.metric || treatment WHERE role =
				'secondary';
SELECT control_n, treatment, treatment_n, verdict, note, sentence
FROM ab_scorecard('answer', '{"score": {}}', variant => 'model', pair => 'prompt', control => 'base') LIMIT 1;
SELECT role, control_n, treatment_n, note, p_value, sentence
FROM ab_scorecard('answer', '{"score": {"role": "guardrail", "direction": "higher", "margin": 0.1}}', variant =>
	'model',
				  pair => 'prompt', control => 'base', treatment => 'tuned');
SELECT error_of(format('SELECT * FROM ab_scorecard(''answer'', variant => ''model'', pair => ''prompt'', %s)',
	arguments)) FROM (VALUES
	('control => ''base'', metrics => ''{"score": {"statistic": "p50"}}'''), ('control => ''nobody'''),
		('metrics => ''{"score": {}}'''),
	('control => ''base'', split => ''{}'''), ('control => ''base'', unit => ''prompt''')) AS t(arguments);
-- the split of several variants, of which one is compared: that of the two
SELECT r.control_n, r.treatment_n, r.verdict, close(r.p_value, h.p_value) AS as_by_hand
FROM (VALUES (NULL, NULL::bigint), ('always-valid', 500)) AS rule(sequential, planned_n),
	LATERAL ab_scorecard('answer', '{"score": {}}', variant => 'model', control => 'base', treatment => 'tuned',
						 split => '{"base": 0.4, "tuned": 0.4, "large": 0.2}', sequential => rule.sequential,
						 planned_n => rule.planned_n) AS r,
	LATERAL (SELECT p_value FROM ab_srm(ARRAY[r.control_n, r.treatment_n], ARRAY[1, 1]) WHERE sequential IS NULL
			 UNION ALL SELECT p_value FROM ab_srm_sequential(ARRAY[r.control_n, r.treatment_n], ARRAY[1, 1])
			 WHERE sequential IS NOT NULL) AS h WHERE r.role = 'sample ratio';
-- variants that share nothing, in words; one column for two parts
SELECT control_n, treatment_n, statistic, verdict, note
FROM ab_scorecard('SELECT *, prompt + CASE WHEN model = ''tuned'' THEN 1000 ELSE 0 END AS id FROM answer',
				  '{"score": {}}', variant => 'model', pair => 'id', control => 'base', treatment => 'tuned') LIMIT 1;
SELECT error_of('SELECT * FROM ab_scorecard(''answer'', ''{"score": {}}'', ''model'', control => ''base'', ' ||
	arguments || ')')
FROM (VALUES ('unit => ''model'''), ('pair => ''model'''), ('slice => ''{kind,model}'''),
	('slice => ''{kind,ok,kind}''')) AS t(arguments);
SELECT error_of('SELECT * FROM ab_scorecard(''answer'', ''{"score": {"role": "guardrail", "direction": "higher",
	"margin_pct": 2000}}'', ''model'', control => ''base'')');

-- slices: a block each, the test that they differ, and the whole as without them
SELECT slice, role, metric, control_n, treatment_n, p_value, p_adjusted, verdict, note
FROM ab_scorecard('one', '{"cost": {"role": "primary"}, "ok": {"direction": "higher"}}', slice => '{country}',
				  split => '{"control": 0.6, "treatment": 0.4}');
SELECT count(*), string_agg(wrong(to_jsonb(s), to_jsonb(r), 1e-9), '; ') AS wrong
FROM ab_scorecard('one', slice => '{country,ok}') AS s JOIN ab_scorecard('one') AS r USING (role, metric)
WHERE s.slice IS NULL;
SELECT count(*), string_agg(wrong(to_jsonb(s) - '{slice,note,sentence}'::text[], to_jsonb(r) -
	'{slice,note,sentence}'::text[], 1e-9), '; ')
FROM ab_scorecard('one', slice => '{country}') AS s JOIN ab_scorecard('SELECT * FROM one WHERE country = ''de''') AS r
	USING (role, metric)
WHERE s.slice = 'country = de';
-- Cochran's Q by hand
WITH r AS (SELECT (ab_ttest(cost, variant)).* FROM one GROUP BY country),
	 w AS (SELECT diff, 1 / welch ^ 2 AS w FROM r, LATERAL (SELECT sqrt(control_stddev ^ 2 / control_n +
		treatment_stddev ^ 2 / treatment_n) AS welch) AS se),
	 q AS (SELECT sum(w * (diff - (SELECT sum(w * diff) / sum(w) FROM w)) ^ 2) AS q, count(*) FROM w)
SELECT count, close(exp(-q / 2), p_value) AS p, method
FROM q, ab_scorecard('one', '{"cost": {}}', slice => '{country}') WHERE role = 'heterogeneity';
WITH r AS (SELECT country, variant, avg(ok::int) AS p, count(*) AS n FROM one GROUP BY country, variant),
	 w AS (SELECT t.p - c.p AS d, 1 / (c.p * (1 - c.p) / (c.n - 1) + t.p * (1 - t.p) / (t.n - 1)) AS w
		   FROM r AS c JOIN r AS t ON c.country IS NOT DISTINCT FROM t.country
		   WHERE c.variant = 'control' AND t.variant = 'treatment'),
	 q AS (SELECT sum(w * (d - (SELECT sum(w * d) / sum(w) FROM w)) ^ 2)::float8 AS q FROM w)
SELECT close(exp(-q / 2), p_value, 1e-9) AS p_of_rates
FROM q, ab_scorecard('one', '{"ok": {}}', slice => '{country}') WHERE role = 'heterogeneity';
-- the largest 20 values have a block each
SELECT slice, control_n + treatment_n AS n FROM ab_scorecard('SELECT variant, cost, CASE WHEN user_id < 200 THEN
	user_id % 40
	WHEN user_id < 300 THEN 3 ELSE 1000 + user_id END::text AS s FROM one', slice => '{s}')
WHERE role = 'sample ratio' OFFSET 1;
-- of units and pairs; users may be in several slices
SELECT s.slice, s.metric, string_agg(wrong(to_jsonb(s) - '{slice,note,sentence}'::text[], to_jsonb(r) -
	'{slice,note,sentence}'::text[], 1e-9), '; ')
FROM ab_scorecard('SELECT * FROM request WHERE user_id <> 1000', '{"cost": {}, "ok": {}}', unit => 'user_id', slice =>
	'{country}') AS s
JOIN ab_scorecard('SELECT * FROM request WHERE user_id <> 1000 AND country = ''de''', '{"cost": {}, "ok": {}}', unit
	=> 'user_id') AS r
USING (role, metric) WHERE s.slice = 'country = de' GROUP BY 1, 2 ORDER BY 2;
SELECT slice, role, control_n, treatment_n, note
FROM ab_scorecard('SELECT user_id, variant, tokens, tokens < 3 AS short FROM request', '{"tokens": {}}', unit =>
	'user_id', slice => '{short}');
SELECT s.slice, s.metric, wrong(to_jsonb(s) - '{slice,note,sentence}'::text[], to_jsonb(r) -
	'{slice,note,sentence}'::text[], 1e-9)
FROM ab_scorecard('answer', '{"score": {}, "ok": {}}', variant => 'model', pair => 'prompt', control => 'base',
	treatment => 'tuned',
				  slice => '{kind}') AS s
JOIN ab_scorecard('SELECT * FROM answer WHERE kind = ''math''', '{"score": {}, "ok": {}}', variant => 'model', pair =>
	'prompt',
				  control => 'base', treatment => 'tuned') AS r USING (role, metric) WHERE s.slice = 'kind = math'
				ORDER BY 2;

-- states: a row a day and country
CREATE TABLE daily AS
SELECT user_id % 14 AS day, country, ab_summary(cost, variant) AS cost, ab_summary(ok, variant) AS ok,
	   ab_summary(cost, before, variant) AS adjusted, ab_histogram(cost, variant) AS spread
FROM one GROUP BY day, country;
SELECT metric, wrong(to_jsonb(s) - 'note', to_jsonb(r) - 'note', 1e-9) AS wrong, s.note
FROM ab_scorecard('SELECT cost, ok, day, country FROM daily') AS s
JOIN ab_scorecard('SELECT variant, cost, ok FROM one') AS r USING (role, metric) ORDER BY metric;
SELECT s.metric, s.statistic, wrong(to_jsonb(s) - 'sentence', to_jsonb(r) - 'sentence', 1e-9)
FROM (SELECT '"adjusted": {"statistic": "mean"%s}, "p": {"column": "%s", "statistic": "p90"}, "r": {"column": "%2$s",
	"statistic": "rank"}, "t": {"column": "%2$s", "trim": 0.1}, "c": {"column": "%2$s", "cap": 0.9}, "g": {"column":
		"%2$s",
	"statistic": "p90", "role": "guardrail", "direction": "lower", "margin_pct": 10}') AS f(f),
	ab_scorecard('daily', ('{' || format(f, '', 'spread') || '}')::jsonb) AS s
JOIN ab_scorecard('one', ('{' || format(
	'"adjusted": {"column": "cost", "covariate": "before"}, "p": {"column": "%s", "statistic": "p90"}, "r": {"column":
		"%1$s",
	"statistic": "rank"}, "t": {"column": "%1$s", "trim": 0.1}, "c": {"column": "%1$s", "cap": 0.9}, "g": {"column":
		"%1$s",
	"statistic": "p90", "role": "guardrail", "direction": "lower", "margin_pct":
		10}', 'cost') || '}')::jsonb) AS r USING (role, metric)
ORDER BY s.metric;
SELECT slice, role, metric, statistic, control_n, verdict FROM ab_scorecard('SELECT country, spread, ok FROM daily',
	slice => '{country}')
WHERE role <> 'heterogeneity';
-- the control that a state carries
SELECT control, treatment, relative_lift_pct > 0 AS higher FROM
	ab_scorecard('SELECT ab_summary(cost, variant, ''treatment'') AS cost FROM one')
WHERE role = 'secondary';
SELECT error_of(format('SELECT * FROM ab_scorecard(''daily'', %s)', arguments)) FROM (VALUES
	('NULL'), ('''{"cost": "p95"}'''), ('''{"cost": "ratio"}'''), ('''{"spread": "rate"}'''), ('''{"day": {}}'''),
	('''{"cost": {}}'', unit => ''day'''), ('''{"cost": {"covariate": "day"}}''')) AS t(arguments);

-- no rows, no treatment, nothing of a metric
SELECT role, metric, control_n, treatment_n, verdict, note, sentence FROM
	ab_scorecard('SELECT variant, cost, ok FROM one WHERE false');
SELECT role, metric, treatment, verdict, note, sentence FROM ab_scorecard('SELECT variant, cost FROM one WHERE variant
	= ''control''');
SELECT role, metric, treatment, verdict, note FROM ab_scorecard('SELECT variant, CASE WHEN variant = ''control'' THEN
	cost END AS cost, ok FROM one');
SELECT role, metric, treatment, verdict, note FROM ab_scorecard('SELECT variant, CASE WHEN variant <> ''b'' THEN cost
	END AS cost, CASE WHEN
	variant = ''b'' THEN 1 END AS nothing FROM (SELECT cost, CASE WHEN user_id < 50 THEN ''b'' ELSE variant END AS
		variant FROM one) AS o');
SELECT role, metric, verdict, note FROM ab_scorecard('SELECT variant, ''NaN''::float8 AS x, cost * ''Infinity'' AS y
	FROM one');
SELECT count(*), count(*) FILTER (WHERE verdict = 'no data') FROM ab_scorecard('SELECT * FROM request WHERE false',
	unit => 'user_id',
	slice => '{country}'), (SELECT 1) AS s;
SELECT role, verdict, note FROM ab_scorecard('SELECT * FROM answer WHERE false', '{"score": {}}', variant => 'model',
	pair => 'prompt');
-- a cap alone, with a covariate and units; pairs without a difference
SELECT metric, control_n, treatment_n, verdict FROM ab_scorecard('request',
	'{"cost": {"cap": 0.9, "covariate": "before"}}',
	unit => 'user_id');
SELECT metric, control_n, verdict FROM ab_scorecard('SELECT * FROM request WHERE false',
	'{"cost": {"cap": 0.9, "covariate": "before"}}', unit => 'user_id');
SELECT metric, control_value, p_value, verdict, sentence
FROM ab_scorecard('SELECT prompt, model, 3 AS stars FROM answer', '{"stars": {"statistic": "rank"}}', variant =>
	'model',
				  pair => 'prompt', control => 'base', treatment => 'tuned');
SELECT error_of($$SELECT * FROM ab_scorecard('answer', '{"stars": {"statistic": "rank", "role": "guardrail",
	"direction": "higher", "margin": 0.1}}', variant => 'model', pair => 'prompt', control => 'base')$$);

-- several means are collected at once, one alone is not: which makes no difference, whatever the variant's type is
CREATE TABLE many AS
SELECT i, i % 3 AS arm, (i % 7)::smallint AS arm_of_seven, i % 3 = 1 AS treated,
	   CASE WHEN i % 9 > 0 THEN (ARRAY['a', 'b'])[i % 2 + 1]::"char" END AS letter,
	   (ARRAY['control', 'a', 'b'])[i % 3 + 1] AS variant, i % 2 AS slice, i % 7 AS whole,
	   CASE WHEN i % 5 > 0 THEN sin(i) END AS x, (i % 11)::numeric / 7 AS exact, i % 4 > 1 AS yes,
	   make_interval(secs => i % 13) AS took,
	   CASE i % 17 WHEN 0 THEN NULL WHEN 1 THEN 'NaN'::float8 ELSE 1e9 + cos(i) END AS y, (i % 2)::real AS zero_one,
	   ln(i) AS logarithm, i % 29 - 14 AS signed, sqrt(i) AS root, i::float8 * 1e300 AS large
FROM generate_series(1, 1000) AS i;
SELECT v.variant, metrics, count(*), count(*) FILTER (WHERE to_jsonb(whole) - 'note' = to_jsonb(one) - 'note') AS same,
	   string_agg(DISTINCT name, ' ') FILTER (WHERE to_jsonb(whole) - 'note' <> to_jsonb(one) - 'note') AS differing
FROM (VALUES ('variant', 'control', 12), ('arm', '0', 12), ('treated', 'false', 12), ('arm_of_seven', '3', 12),
			 ('letter', 'b', 3), ('variant', 'control', 2)) AS v(variant, control, metrics),
	 LATERAL (SELECT jsonb_object_agg(name, '{}'::jsonb) AS spec
			  FROM unnest('{x,exact,yes,took,y,zero_one,logarithm,signed,root,large,slice,whole}'::text[])
				   WITH ORDINALITY AS t(name, i) WHERE i <= metrics) AS named,
	 LATERAL (SELECT array_agg(card) AS cards
			  FROM ab_scorecard('many', spec, variant => v.variant, control => v.control, slice => '{slice}',
								correction => 'none') AS card) AS all_metrics,
	 jsonb_object_keys(spec) AS name,
	 LATERAL ab_scorecard('many', jsonb_build_object(name, '{}'::jsonb), variant => v.variant, control => v.control,
						  slice => '{slice}', correction => 'none') AS one
	 JOIN LATERAL unnest(cards) AS whole
	 ON (whole.metric, whole.role, whole.treatment, whole.slice) IS NOT DISTINCT FROM
		(one.metric, one.role, one.treatment, one.slice)
WHERE one.metric = name GROUP BY v.variant, metrics ORDER BY v.variant, metrics;
-- two processes: where the leader does nothing but gather, no row is read by it
CREATE FUNCTION reader() RETURNS bigint LANGUAGE plpgsql PARALLEL SAFE AS $$ BEGIN RETURN pg_backend_pid(); END $$;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET parallel_leader_participation = off;
SELECT metric, control_value FROM ab_scorecard(format('SELECT variant, reader() <> %s AS elsewhere FROM one',
	pg_backend_pid()))
WHERE metric = 'elsewhere';
SELECT control_value FROM ab_scorecard(format('SELECT user_id, variant, reader() <> %s AS elsewhere FROM request',
	pg_backend_pid()), unit => 'user_id', slice => '{}') WHERE metric = 'elsewhere';
SELECT count(*), string_agg(wrong(to_jsonb(r), to_jsonb(s), 1e-9), ' ') FROM ab_scorecard('one', slice => '{country}')
	AS r
JOIN ab_scorecard('SELECT * FROM one OFFSET 0', slice => '{country}') AS s
	ON (r.metric, r.role) = (s.metric, s.role) AND r.slice IS NOT DISTINCT FROM s.slice;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET parallel_leader_participation;
-- a unit without an outcome is one without an outcome, whatever function reads it
SELECT note FROM ab_scorecard($$SELECT u, CASE WHEN u % 3 = 0 THEN 'treatment' ELSE 'control' END AS variant,
	nullif(u % 7, 3) AS y FROM generate_series(1, 60) AS u, generate_series(1, 2)$$, unit => 'u') WHERE metric = 'y';
DROP FUNCTION same, reader;
DROP TABLE hand, request, per_user, one, answer, pairs, daily, many;
