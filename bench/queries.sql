-- The queries.  Those of a series take turns.

CREATE TABLE query (
	id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	series text NOT NULL,
	name text NOT NULL UNIQUE,
	engine text NOT NULL DEFAULT 'PostgreSQL',
	work_mem text NOT NULL DEFAULT '4 MB',
	workers int NOT NULL DEFAULT 0,
	calls int NOT NULL DEFAULT 1,		-- in a row, which count as one: for those of a few milliseconds
	sql text NOT NULL
);

INSERT INTO query (series, name, sql) VALUES
('log', 'sum', 'SELECT sum(outcome) FROM events'),
('log', 'empty', 'SELECT empty(outcome, variant) FROM events'),
('log', 'ab_ttest', 'SELECT ab_ttest(outcome, variant) FROM events'),
('log', 'with control', $$SELECT ab_ttest(outcome, variant, 'control') FROM events$$),
('log', 'group by',
 'SELECT variant, count(*), avg(outcome), var_samp(outcome) FROM events GROUP BY variant'),
('log', 'ab_histogram', 'SELECT ab_histogram(outcome, variant) FROM events'),

('outcome first', 'sum, outcome first', 'SELECT sum(outcome) FROM outcome_first'),
('outcome first', 'ab_ttest, outcome first', 'SELECT ab_ttest(outcome, variant) FROM outcome_first'),
('outcome first', 'group by, outcome first',
 'SELECT variant, count(*), avg(outcome), var_samp(outcome) FROM outcome_first GROUP BY variant'),

('rates', 'sum, rates', 'SELECT sum(outcome) FROM rates'),
('rates', 'ab_ttest, rates', 'SELECT ab_ttest(outcome, variant) FROM rates'),
('rates', 'group by, rates',
 'SELECT variant, count(*), avg(outcome), var_samp(outcome) FROM rates GROUP BY variant'),

('types', 'by text', 'SELECT ab_summary(outcome, variant) FROM by_text'),
('types', 'by integer', 'SELECT ab_summary(outcome, variant) FROM by_integer'),
('types', 'by boolean', 'SELECT ab_summary(outcome, variant) FROM by_boolean'),
('types', 'histogram by text', 'SELECT ab_histogram(outcome, variant) FROM by_text'),
('types', 'histogram by integer', 'SELECT ab_histogram(outcome, variant) FROM by_integer'),
('types', 'histogram by boolean', 'SELECT ab_histogram(outcome, variant) FROM by_boolean');

-- ten metrics of one table
INSERT INTO query (series, name, sql)
SELECT 'ten metrics', name,
	   format(sql, (SELECT string_agg(format(metric, i), ', ' ORDER BY i) FROM generate_series(0, 9) i))
FROM (VALUES (1, 'ten tests', 'ab_ttest(m%s, variant)', 'SELECT %s FROM wide'),
			 (2, 'ten summaries', 'ab_summary(m%s, variant)', 'SELECT %s FROM wide'),
			 (3, 'ten empty', 'empty(m%s, variant)', 'SELECT %s FROM wide'),
			 (4, 'ten group by', 'count(m%1$s), avg(m%1$s), var_samp(m%1$s)',
			  'SELECT variant, %s FROM wide GROUP BY variant'),
			 (5, 'ten lateral', $$('m%1$s', m%1$s)$$,
			  'SELECT metric, ab_ttest(value, variant) FROM wide, LATERAL (VALUES %s) v(metric, value) GROUP BY metric'))
	 way (id, name, metric, sql)
ORDER BY id;

-- eight of them in one call, and two in another
INSERT INTO query (series, name, sql)
SELECT 'ten metrics', 'ten at once',
	   format('SELECT ab_summaries(%s, variant), ab_summaries(%s, variant) FROM wide',
			  string_agg('m' || i, ', ' ORDER BY i) FILTER (WHERE i < 8), string_agg('m' || i, ', ' ORDER BY i) FILTER (WHERE i >= 8))
FROM generate_series(0, 9) AS i;

-- the same as a scorecard, of rows and of units; by hand the units' sums are compared
INSERT INTO query (series, name, sql) VALUES
('ten metrics', 'scorecard', $$SELECT count(*) FROM ab_scorecard('wide')$$),
('units', 'scorecard of units', $$SELECT count(*) FROM ab_scorecard('visits', unit => 'unit')$$);

INSERT INTO query (series, name, sql)
SELECT 'units', 'group by unit',
	   format('SELECT variant, count(*), %s FROM (SELECT unit, variant, %s FROM visits GROUP BY unit, variant) AS units
			   GROUP BY variant',
			  string_agg(format('avg(s%1$s), var_samp(s%1$s), avg(n%1$s)', i), ', ' ORDER BY i),
			  string_agg(format('sum(m%1$s) AS s%1$s, count(m%1$s) AS n%1$s', i), ', ' ORDER BY i))
FROM generate_series(0, 9) AS i;

INSERT INTO query (series, name, calls, sql) VALUES
('states', 'scorecard of states', 10, $$SELECT count(*) FROM ab_scorecard('daily_states')$$);

-- 100,000 groups; count() keeps the results from being stored
INSERT INTO query (series, name, work_mem, sql)
SELECT 'groups', name || ', ' || mem.work_mem, mem.work_mem, format('SELECT count(%s) FROM (%s) result', counted, sql)
FROM (VALUES (1, 'group by', 'v', 'SELECT count(*), avg(outcome), var_samp(outcome) AS v FROM grouped
								   GROUP BY group_id, variant'),
			 (2, 'group by group', 'v', 'SELECT count(*), avg(outcome), var_samp(outcome) AS v FROM grouped
										 GROUP BY group_id'),
			 (3, 'summaries', 's', 'SELECT ab_summary(outcome, variant) AS s FROM grouped GROUP BY group_id'),
			 (4, 'histograms', 'h', 'SELECT ab_histogram(outcome, variant) AS h FROM grouped GROUP BY group_id'),
			 (5, 'summary roll-ups', 's', 'SELECT ab_rollup(s) AS s FROM grouped_states GROUP BY group_id'),
			 (6, 'histogram roll-ups', 'h', 'SELECT ab_rollup(h) AS h FROM grouped_states GROUP BY group_id'))
	 way (id, name, counted, sql),
	 (VALUES (1, '4 MB'), (2, '64 MB'), (3, '1 GB')) mem (id, work_mem)
ORDER BY mem.id, way.id;

-- so many arms
INSERT INTO query (series, name, sql)
SELECT 'arms', format(name, arms), format(sql, arms)
FROM unnest(ARRAY[1, 2, 3, 10, 100, 512, 1000, 4000]) arms,
	 (VALUES (1, 'group by, %s', 'SELECT variant, count(*), avg(outcome), var_samp(outcome) FROM arms_%s GROUP BY variant'),
			 (2, 'arms, %s', 'SELECT ab_summary(outcome, variant) FROM arms_%s'))
	 way (id, name, sql)
ORDER BY arms, id;

INSERT INTO query (series, name, sql) VALUES
('arms', 'histogram, 2', 'SELECT ab_histogram(round(1000 * outcome), variant) FROM arms_2'),
('arms', 'histogram, 512', 'SELECT ab_histogram(round(1000 * outcome), variant) FROM arms_512'),
('new arms', 'new, 1000', 'SELECT count(s) FROM (SELECT ab_summary(outcome, variant) AS s FROM new_1000 GROUP BY state) q'),
('new arms', 'new, 4000', 'SELECT count(s) FROM (SELECT ab_summary(outcome, variant) AS s FROM new_4000 GROUP BY state) q'),
('new arms', 'days, 2', 'SELECT ab_rollup(h) FROM days_2'),
('new arms', 'days, 512', 'SELECT ab_rollup(h) FROM days_512');

INSERT INTO query (series, name, sql) VALUES
('assign', 'users', 'SELECT count(user_id) FROM users'),
('assign', 'ab_assign', $$SELECT count(ab_assign('bench', user_id, 0.2)) FROM users$$),
('assign', 'three variants', $$SELECT count(ab_variant('bench', user_id, '{control,b,c}', '{0.6,0.2,0.2}')) FROM users$$),
('assign', 'three variants, md5_53',
 $$SELECT count(ab_variant('bench', user_id, '{control,b,c}', '{0.6,0.2,0.2}', 1, 'md5_53')) FROM users$$),
('assign', 'four variants, rendezvous',
 $$SELECT count(ab_variant('bench', user_id, '{control,b,c,d}', '{0.4,0.2,0.2,0.2}', 1, 'rendezvous')) FROM users$$),
('assign', 'ab_exposed', $$SELECT count(ab_exposed('bench', user_id, 0.2)) FROM users$$),
('assign', 'ab_layer_slot', $$SELECT count(ab_layer_slot('bench', user_id)) FROM users$$),
('assign', 'ab_in_holdout', $$SELECT count(ab_in_holdout('bench', user_id, 0.2)) FROM users$$),
('assign', 'ab_growthbook_hash', $$SELECT count(ab_growthbook_hash('bench', user_id)) FROM users$$),
('assign', 'ab_growthbook_hash, version 1', $$SELECT count(ab_growthbook_hash('bench', user_id, 1)) FROM users$$),
('assign', 'ab_growthbook_namespace',
 $$SELECT count(ab_growthbook_namespace(user_id, 'bench', 0, 0.5)) FROM users$$),
('assign', 'ab_growthbook_variant', $$SELECT count(ab_growthbook_variant('bench', user_id, '{a,b}')) FROM users$$),
('assign', 'ab_eppo_shard', $$SELECT count(ab_eppo_shard('bench', user_id)) FROM users$$),
('assign', 'ab_statsig_bucket', $$SELECT count(ab_statsig_bucket('bench', 'rule', user_id)) FROM users$$),
('assign', 'ab_statsig_user_bucket', $$SELECT count(ab_statsig_user_bucket('bench', user_id)) FROM users$$),
('assign', 'ab_launchdarkly_bucket', $$SELECT count(ab_launchdarkly_bucket('bench', 'salt', user_id)) FROM users$$),
('assign', 'ab_posthog_hash', $$SELECT count(ab_posthog_hash('bench', user_id)) FROM users$$),
('assign', 'ab_posthog_holdout_hash', $$SELECT count(ab_posthog_holdout_hash(user_id)) FROM users$$),
('assign', 'ab_optimizely_bucket', $$SELECT count(ab_optimizely_bucket(user_id, 'bench')) FROM users$$),
('assign', 'ab_unleash_bucket', $$SELECT count(ab_unleash_bucket(user_id, 'bench')) FROM users$$),
('assign', 'ab_planout_hash', $$SELECT count(ab_planout_hash('bench', user_id)) FROM users$$),
('assign', 'ab_flagsmith_pct', $$SELECT count(ab_flagsmith_pct('bench', user_id)) FROM users$$),
('assign', 'ab_split_bucket', $$SELECT count(ab_split_bucket(user_id, 1)) FROM users$$),
('assign', 'ab_flagd_bucket', $$SELECT count(ab_flagd_bucket('bench' || user_id)) FROM users$$),
('assign', 'ab_configcat_bucket', $$SELECT count(ab_configcat_bucket('bench', user_id)) FROM users$$),
('assign', 'ab_amplitude_allocation', $$SELECT count(ab_amplitude_allocation('bench', user_id)) FROM users$$),
('assign', 'ab_vwo_bucket', $$SELECT count(ab_vwo_bucket('bench_' || user_id)) FROM users$$),
('assign', 'ab_firebase_micropercent', $$SELECT count(ab_firebase_micropercent('bench', user_id)) FROM users$$),
('assign', 'ab_flipt_bucket', $$SELECT count(ab_flipt_bucket(user_id, 'bench')) FROM users$$),
('assign', 'ab_msfm_pct', $$SELECT count(ab_msfm_pct(user_id, 'bench')) FROM users$$),
('assign', 'ab_confidence_bucket', $$SELECT count(ab_confidence_bucket('bench', user_id)) FROM users$$),
('assign', 'ab_goff_bucket', $$SELECT count(ab_goff_bucket('bench', user_id)) FROM users$$),
('assign', 'md5', $$SELECT count(md5('bench:' || user_id)) FROM users$$),
('assign', 'keys', 'SELECT count(key) FROM users'),
('assign', 'md5 of a key', 'SELECT count(md5(key)) FROM users'),
-- once as one writes it, which calls md5() for each of the four words, and once
-- with a subquery that the planner must not pull up
('assign', 'recipe', $$SELECT count(recipe(md5('bench:' || user_id), 0.2)) FROM users$$),
('assign', 'tuned recipe',
 $$SELECT count(recipe(h, 0.2)) FROM (SELECT md5('bench:' || user_id) AS h FROM users OFFSET 0) digest$$),

('plans', 'plans', 'SELECT count(rate) FROM plans'),
('plans', 'ab_sample_size',
 'SELECT count(ab_sample_size(rate, effect, alpha, power, ratio, alternative)) FROM plans'),
('plans', 'ab_power',
 'SELECT count(ab_power(n, rate, effect, alpha, ratio, alternative)) FROM plans'),
('plans', 'ab_mde',
 'SELECT count(ab_mde(n, rate, alpha, power, ratio, alternative, sqrt(rate * (1 - rate)))) FROM plans');

-- The tests of three quantiles as one writes them, each called once for every
-- column, and then called once.  percentile_cont gets the quantiles alone.
INSERT INTO query (series, name, work_mem, sql) VALUES
('quantiles', 'quantiles', '4 MB',
 'SELECT (ab_quantile_test(h, 0.5)).*, (ab_quantile_test(h, 0.95)).*, (ab_quantile_test(h, 0.99)).*
  FROM (SELECT ab_histogram(outcome, variant) AS h FROM events OFFSET 0) q'),
('quantiles', 'quantiles, lateral', '4 MB',
 'SELECT p50.*, p95.*, p99.*
  FROM (SELECT ab_histogram(outcome, variant) AS h FROM events) q,
	   ab_quantile_test(h, 0.5) p50, ab_quantile_test(h, 0.95) p95, ab_quantile_test(h, 0.99) p99'),
('quantiles', 'percentile_cont', '4 MB',
 'SELECT variant, percentile_cont(ARRAY[.5, .95, .99]) WITHIN GROUP (ORDER BY outcome)
  FROM events GROUP BY variant'),
('quantiles', 'percentile_cont, 1 GB', '1 GB',
 'SELECT variant, percentile_cont(ARRAY[.5, .95, .99]) WITHIN GROUP (ORDER BY outcome)
  FROM events GROUP BY variant'),
-- without the sort by variant
('quantiles', 'percentile_cont, FILTER', '1 GB',
 $$SELECT percentile_cont(ARRAY[.5, .95, .99]) WITHIN GROUP (ORDER BY outcome) FILTER (WHERE variant = 'control'),
		  percentile_cont(ARRAY[.5, .95, .99]) WITHIN GROUP (ORDER BY outcome) FILTER (WHERE variant = 'treatment')
   FROM events$$);

INSERT INTO query (series, name, calls, sql) VALUES
('roll-up', 'year to a P95', 10, 'SELECT q.* FROM (SELECT ab_rollup(h) AS h FROM year) y, ab_quantile_test(h, 0.95) q'),
('roll-up', 'continuous year to a P95', 5,
 'SELECT q.* FROM (SELECT ab_rollup(h) AS h FROM year_continuous) y, ab_quantile_test(h, 0.95) q'),
('roll-up', 'continuous year read', 5, 'SELECT sum(octet_length(ab_histogram_send(h))) FROM year_continuous'),
('roll-up', 'year to a report', 100,
 $$SELECT metric, t.*
   FROM (SELECT ab_rollup(a) AS a, ab_rollup(b) AS b, ab_rollup(c) AS c FROM year) y,
		LATERAL (VALUES ('a', a), ('b', b), ('c', c)) m (metric, s), ab_ttest(s) t$$),
('roll-up', 'fives', 1, 'SELECT ab_rollup(h) FROM fives'),
('roll-up', 'rollup, continuous', 1, 'SELECT ab_rollup(h) FROM daily_continuous'),
('roll-up', 'rollup, milliseconds', 1, 'SELECT ab_rollup(h) FROM daily_milliseconds'),
('roll-up', 'rollup, ratings', 10, 'SELECT ab_rollup(h) FROM daily_ratings'),

('memory', 'large text', 1, 'SELECT octet_length(textsend(histogram)) FROM large_text'),
('memory', 'large histogram', 1, 'SELECT pg_column_size(histogram::ab_histogram) FROM large_text'),

('text', 'read arrays', 1, 'SELECT count("values"::float8[]), count(counts::bigint[]) FROM texts'),
('text', 'read histograms', 1, 'SELECT count(histogram::ab_histogram) FROM texts'),
('text', 'scan summaries', 1, 'SELECT count(summary) FROM summary_texts'),
('text', 'read summaries', 1, 'SELECT count(summary::ab_summary) FROM summary_texts'),
('text', 'read summaries as jsonb', 1, 'SELECT count(summary::jsonb) FROM summary_texts');

-- a tenth of p-values that count, ten times as many
INSERT INTO query (series, name, sql)
SELECT 'p-values', 'hommel, ' || k,
	   format($$SELECT array_length(ab_adjust(ARRAY(SELECT sin(i) ^ 2 / CASE WHEN i %% 10 = 0 THEN %1$s ELSE 1 END
													FROM generate_series(1, %1$s) i), 'hommel'), 1)$$, k)
FROM unnest(ARRAY[2000, 20000]) k;

-- clickhouse.py runs this series.
INSERT INTO query (series, name, engine, sql) VALUES
('clickhouse', 'quantiles and ranks', 'PostgreSQL',
 'SELECT (ab_quantile_test(h, 0.5)).*, (ab_quantile_test(h, 0.95)).*, (ab_quantile_test(h, 0.99)).*,
		 (ab_mannwhitney(h)).*
  FROM (SELECT ab_histogram(outcome, variant) AS h FROM events OFFSET 0) q'),
('clickhouse', 'ranks', 'PostgreSQL',
 'SELECT r.* FROM (SELECT ab_histogram(outcome, variant) AS h FROM events) q, ab_mannwhitney(h) r'),
('clickhouse', 'mannWhitneyUTest', 'ClickHouse',
 $$SELECT mannWhitneyUTest('two-sided')(outcome, arm) FROM bench.events SETTINGS max_threads = 1$$);

INSERT INTO query (series, name, workers, sql)
SELECT 'parallel', name || suffix, way.workers, sql
FROM query, (VALUES (', alone', 0), (', two processes', 1)) AS way (suffix, workers)
WHERE name IN ('ab_ttest', 'sum', 'quantiles')
ORDER BY query.id, way.workers;
