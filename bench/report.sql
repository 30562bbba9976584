-- The figures beside their limits.

-- What the processes waited for a processor.
INSERT INTO remark
SELECT format('the queries about two processes waited %s %% of their time for a processor: '
			  'the machine was busy', round(100 * sum(waited) / sum(ms)))
FROM timing JOIN query USING (name)
WHERE series = 'parallel'
HAVING sum(waited) > 0.02 * sum(ms);

INSERT INTO remark
SELECT format('the others waited %s %%, which their times leave out',
			  round(100 * sum(waited) / sum(ms + waited)))
FROM timing JOIN query USING (name)
WHERE series <> 'parallel'
HAVING sum(waited) > 0.02 * sum(ms + waited);

CREATE TABLE figure (
	id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	title text NOT NULL,
	measured float8,			-- of the fastest run of each query
	at_most float8,
	at_least float8,
	median float8,				-- over the rounds
	lowest float8,
	highest float8,
	work text					-- the fastest runs
);

-- (dividend - scan) / (divisor - divisor_scan), also round by round; no row
-- where either did not run
CREATE FUNCTION add_ratio(title text, dividend text, divisor text,
						  at_most float8 DEFAULT NULL, at_least float8 DEFAULT NULL,
						  scan text DEFAULT NULL, divisor_scan text DEFAULT NULL) RETURNS void
LANGUAGE sql
BEGIN ATOMIC
	INSERT INTO figure (title, measured, at_most, at_least, median, lowest, highest, work)
	SELECT title, (min(a) - min(s)) / (min(b) - min(t)), at_most, at_least,
		   percentile_cont(0.5) WITHIN GROUP (ORDER BY (a - s) / (b - t)),
		   min((a - s) / (b - t)), max((a - s) / (b - t)),
		   format('%s / %s ms', round(min(a)::numeric, CASE WHEN min(a) < 10 THEN 2 ELSE 0 END),
				  round(min(b)::numeric, CASE WHEN min(b) < 10 THEN 2 ELSE 0 END))
	FROM (SELECT a.ms AS a, b.ms AS b, coalesce(s.ms, 0) AS s, coalesce(t.ms, 0) AS t
		  FROM timing a
		  JOIN timing b USING (round)
		  LEFT JOIN timing s ON s.name = scan AND s.round = a.round
		  LEFT JOIN timing t ON t.name = coalesce(divisor_scan, scan) AND t.round = a.round
		  WHERE a.name = dividend AND b.name = divisor) pair
	HAVING count(*) > 0;
END;

-- what one call costs beside the scan that feeds it, if there is one
CREATE FUNCTION add_time(title text, name text, scan text, calls float8, unit text,
						 at_most float8 DEFAULT NULL) RETURNS void
LANGUAGE sql
BEGIN ATOMIC
	INSERT INTO figure (title, measured, at_most, median, lowest, highest, work)
	SELECT title, (min(a) - min(s)) * min(scale), at_most,
		   percentile_cont(0.5) WITHIN GROUP (ORDER BY (a - s) * scale),
		   min((a - s) * scale), max((a - s) * scale),
		   format('%s ms', round(min(a)::numeric, CASE WHEN min(a) < 10 THEN 2 ELSE 0 END))
	FROM (SELECT a.ms AS a, coalesce(s.ms, 0) AS s,
				 CASE unit WHEN 'ns' THEN 1e6 WHEN 'us' THEN 1e3 ELSE 1 END / calls AS scale
		  FROM timing a LEFT JOIN timing s ON s.name = scan AND s.round = a.round
		  WHERE a.name = add_time.name) pair
	HAVING count(*) > 0;
END;

CREATE FUNCTION fastest(query_name text) RETURNS float8
LANGUAGE sql STABLE
RETURN (SELECT min(ms) FROM timing WHERE name = query_name);

-- the values that the histograms of a table keep
CREATE FUNCTION cells(relation text) RETURNS float8
LANGUAGE plpgsql AS $$
DECLARE
	cells float8;
BEGIN
	EXECUTE format('SELECT sum(distinct_values) FROM %I, ab_arms(h)', relation) INTO cells;
	RETURN cells;
END
$$;

\o /dev/null

SELECT add_ratio('ab_ttest / sum', 'ab_ttest', 'sum', 1.2);
SELECT add_ratio('ab_ttest / GROUP BY', 'ab_ttest', 'group by', 0.4);
SELECT add_ratio('ab_ttest / an empty aggregate', 'ab_ttest', 'empty', 1.1);
SELECT add_ratio('  the outcome as first column: / sum', 'ab_ttest, outcome first', 'sum, outcome first');
SELECT add_ratio('  the outcome as first column: / GROUP BY', 'ab_ttest, outcome first', 'group by, outcome first');
SELECT add_ratio('  outcomes of 0 and 1: / sum', 'ab_ttest, rates', 'sum, rates');
SELECT add_ratio('  outcomes of 0 and 1: / GROUP BY', 'ab_ttest, rates', 'group by, rates');
SELECT add_ratio('with a control / without', 'with control', 'ab_ttest', 1.1);
SELECT add_ratio('integer variants / text', 'by integer', 'by text', 1);
SELECT add_ratio('boolean variants / text', 'by boolean', 'by text', 1);
SELECT add_ratio('  of a histogram: integer / text', 'histogram by integer', 'histogram by text', 1);
SELECT add_ratio('  of a histogram: boolean / text', 'histogram by boolean', 'histogram by text', 1);

SELECT add_ratio('ten metrics: ab_ttest / GROUP BY of ten', 'ten tests', 'ten group by', 0.6);
SELECT add_ratio('  ab_summary / GROUP BY of ten', 'ten summaries', 'ten group by', 0.6);
SELECT add_ratio('  ab_summaries / GROUP BY of ten', 'ten at once', 'ten group by', 0.6);
SELECT add_ratio('  ab_ttest / ten empty aggregates', 'ten tests', 'ten empty');
SELECT add_ratio('  ten empty aggregates / GROUP BY of ten', 'ten empty', 'ten group by');
SELECT add_ratio('  by LATERAL VALUES / ten side by side', 'ten lateral', 'ten tests');
SELECT add_ratio('scorecard of ten metrics / GROUP BY of ten', 'scorecard', 'ten group by', 0.65);
SELECT add_ratio('  / ab_summaries of the ten', 'scorecard', 'ten at once');
SELECT add_ratio('scorecard of units / GROUP BY of units', 'scorecard of units', 'group by unit', 1.2);
SELECT add_time('scorecard of 365 days x 10 metrics, ms', 'scorecard of states', NULL, 1, 'ms', 20);

-- of wall clock, the fastest of the rounds
INSERT INTO figure (title, measured, at_least, work)
SELECT 'two processes: the speed-up of ab_ttest / of sum', ours / theirs, 0.98,
	   format('%s / %s times as fast', round(ours::numeric, 2), round(theirs::numeric, 2))
FROM (SELECT fastest('ab_ttest, alone') / fastest('ab_ttest, two processes'),
			 fastest('sum, alone') / fastest('sum, two processes')) gain (ours, theirs);
INSERT INTO figure (title, measured, work)
SELECT '  of the tests of quantiles / of sum', ours / theirs,
	   format('%s / %s times as fast', round(ours::numeric, 2), round(theirs::numeric, 2))
FROM (SELECT fastest('quantiles, alone') / fastest('quantiles, two processes'),
			 fastest('sum, alone') / fastest('sum, two processes')) gain (ours, theirs);

SELECT add_ratio(format('100,000 groups, %s: ab_summary / GROUP BY', work_mem), 'summaries, ' || work_mem, 'group by, ' || work_mem, 1.1),
	   add_ratio('  / GROUP BY without the variants', 'summaries, ' || work_mem, 'group by group, ' || work_mem),
	   add_ratio('  ab_histogram / ab_summary', 'histograms, ' || work_mem, 'summaries, ' || work_mem, 2),
	   add_ratio('  roll-up of histograms / of summaries', 'histogram roll-ups, ' || work_mem, 'summary roll-ups, ' || work_mem, 2)
FROM (VALUES ('4 MB'), ('64 MB'), ('1 GB')) setting (work_mem);

SELECT add_ratio(format('%s arms: ab_summary / GROUP BY', arms), 'arms, ' || arms, 'group by, ' || arms,
				 CASE WHEN arms <= 512 THEN 1 END)
FROM unnest(ARRAY[1, 2, 3, 10, 100, 512, 1000, 4000]) arms;
SELECT add_ratio('  new arms: the 4000th / the 1000th', 'new, 4000', 'new, 1000', 2);
SELECT add_ratio('histograms: 512 arms / 2', 'histogram, 512', 'histogram, 2', 1.5);

-- the limit is for the faster of the two
SELECT add_ratio(CASE WHEN faster THEN '' ELSE '  ' END
				 || 'tests of P50, P95, P99 / percentile_cont, ' || work_mem,
				 'quantiles', name, CASE WHEN faster THEN 0.2 END)
FROM (SELECT name, work_mem, row_number() OVER (ORDER BY fastest(name)) = 1 AS faster
	  FROM query WHERE name IN ('percentile_cont', 'percentile_cont, 1 GB')) way
ORDER BY faster DESC;
SELECT add_ratio('  / percentile_cont with FILTER, 1 GB', 'quantiles', 'percentile_cont, FILTER');
SELECT add_ratio('  called once each: / percentile_cont, 1 GB', 'quantiles, lateral', 'percentile_cont, 1 GB');
SELECT add_ratio('  ab_histogram / sum', 'ab_histogram', 'sum');
SELECT add_ratio('ab_histogram / ab_ttest', 'ab_histogram', 'ab_ttest', 1.3);

SELECT add_ratio('ab_mannwhitney / ClickHouse', 'ranks', 'mannWhitneyUTest', 0.3);
SELECT add_ratio('  and tests of P50, P95, P99', 'quantiles and ranks', 'mannWhitneyUTest');
INSERT INTO figure (title, measured, work)
SELECT unnest(ARRAY['  U of the treatment', '  p-value']),
	   unnest(ARRAY[ours.statistic / u, ours.p_value / clickhouse.p_value]),
	   unnest(ARRAY[format('%s / %s', ours.statistic, u),
					format('%s / %s', ours.p_value::numeric(10, 8), clickhouse.p_value::numeric(10, 8))])
FROM clickhouse, (SELECT ab_histogram(outcome, variant) AS h FROM events OFFSET 0) q, ab_mannwhitney(h) ours;

SELECT add_time('roll-up: 365 histograms to a P95, ms', 'year to a P95', NULL, 1, 'ms', 8);
SELECT add_time(format('  ns a cell, of %s cells', cells), 'year to a P95', NULL, cells, 'ns', 15)
FROM cells('year');
SELECT add_time('  of continuous values: ms', 'continuous year to a P95', NULL, 1, 'ms', 8);
SELECT add_time(format('  ns a cell, of %s cells', cells), 'continuous year to a P95', NULL, cells, 'ns', 15)
FROM cells('year_continuous');
SELECT add_time('  ns a cell to fetch them alone', 'continuous year read', NULL, cells, 'ns')
FROM cells('year_continuous');
SELECT add_time(format('%s histograms of 5000 cells, ns a cell', :rows / 5000), 'fives', NULL, cells, 'ns', 20)
FROM cells('fives');
SELECT add_time(format('  20 histograms of %s arms, ns a cell', arms), 'days, ' || arms, NULL, cells, 'ns')
FROM unnest(ARRAY[2, 512]) arms, cells('days_' || arms);
SELECT add_time('report of 365 days x 3 metrics, ms', 'year to a report', NULL, 1, 'ms', 1);

SELECT add_ratio('text of a histogram: read / as arrays', 'read histograms', 'read arrays', 0.5);
SELECT add_time('  ns a cell', 'read histograms', NULL, (SELECT sum(cells) FROM texts), 'ns');
INSERT INTO figure (title, measured, at_most, work)
SELECT '  octets a cell', sum(octet_length(histogram)) / sum(cells), 9.84,
	   format('%s cells, %s octets in binary', round(avg(cells)),
			  round(avg(octet_length(ab_histogram_send(histogram::ab_histogram)))))
FROM texts;
INSERT INTO figure (title, measured, at_most, work)
SELECT '  memory to read it / its size', (ours.peak - theirs.peak) / size, 3,
	   format('%s MB of %s MB', round((ours.peak - theirs.peak) / 1048576), round(size / 1048576.0))
FROM memory ours, memory theirs, (SELECT octet_length(histogram) AS size FROM large_text) large
WHERE ours.name = 'large histogram' AND theirs.name = 'large text';
SELECT add_time('  text of a summary, us', 'read summaries', 'scan summaries', 10000, 'us');
SELECT add_ratio('  the same / as jsonb', 'read summaries', 'read summaries as jsonb', scan => 'scan summaries');

SELECT add_ratio('ab_assign / md5 of both names, net', 'ab_assign', 'md5', 0.17, scan => 'users');
SELECT add_ratio('  with the scan', 'ab_assign', 'md5');
SELECT add_ratio('ab_assign / md5 of a stored key, net', 'ab_assign', 'md5 of a key', 0.17, scan => 'users', divisor_scan => 'keys');
SELECT add_ratio('  with the scan', 'ab_assign', 'md5 of a key');
SELECT add_ratio('  / the SQL recipe, net', 'ab_assign', 'recipe', scan => 'users');
SELECT add_ratio('  that with the scan', 'ab_assign', 'recipe');
SELECT add_ratio('  that with md5 called once, net', 'ab_assign', 'tuned recipe', scan => 'users');
SELECT add_ratio('  that with the scan', 'ab_assign', 'tuned recipe');
SELECT add_ratio('ab_variant of three / ab_assign, net', 'three variants', 'ab_assign', 1.3, scan => 'users');
SELECT add_ratio('  md5_53 / ab_assign, net', 'three variants, md5_53', 'ab_assign', scan => 'users');
SELECT add_ratio('rendezvous of four / ab_assign, net', 'four variants, rendezvous', 'ab_assign', 4, scan => 'users');
SELECT add_ratio('  ' || name || ' / md5 of both names, net', name, 'md5', scan => 'users')
FROM unnest(ARRAY['three variants', 'three variants, md5_53', 'four variants, rendezvous', 'ab_exposed', 'ab_layer_slot',
				  'ab_in_holdout']) name;
SELECT add_ratio('  ' || name || ' / md5', name, 'md5', scan => 'users')
FROM unnest(ARRAY['ab_growthbook_hash', 'ab_growthbook_hash, version 1', 'ab_growthbook_namespace',
				  'ab_growthbook_variant', 'ab_eppo_shard', 'ab_statsig_bucket', 'ab_statsig_user_bucket',
				  'ab_launchdarkly_bucket', 'ab_posthog_hash', 'ab_posthog_holdout_hash', 'ab_optimizely_bucket',
				  'ab_unleash_bucket', 'ab_planout_hash', 'ab_flagsmith_pct', 'ab_split_bucket', 'ab_flagd_bucket',
				  'ab_configcat_bucket', 'ab_amplitude_allocation', 'ab_vwo_bucket', 'ab_firebase_micropercent',
				  'ab_flipt_bucket', 'ab_msfm_pct', 'ab_confidence_bucket', 'ab_goff_bucket']) name;
SELECT add_time('  ab_assign, ns a row', 'ab_assign', 'users', :users, 'ns');

SELECT add_time('ab_sample_size, us a call', 'ab_sample_size', 'plans', 10000, 'us', 50);
SELECT add_time('  ab_power, us a call', 'ab_power', 'plans', 10000, 'us');
SELECT add_time('  ab_mde, us a call', 'ab_mde', 'plans', 10000, 'us');
SELECT add_ratio('hommel: 20,000 p-values / 2,000', 'hommel, 20000', 'hommel, 2000', 15);

\o

-- The size of a state in memory, which is not compressed.
INSERT INTO figure (title, measured, at_most, work)
SELECT 'state: octets an arm without its label', two - one - octet_length('treatment'), 64,
	   format('%s, one arm %s', two, one)
FROM (SELECT pg_column_size(ab_summary(outcome, variant)) AS two,
			 pg_column_size(ab_summary(outcome, variant) FILTER (WHERE variant = 'control')) AS one
	  FROM events) size;

INSERT INTO figure (title, measured, at_most, work)
SELECT format('state: octets at n = %s / at n = 100', large.n), large.size::float8 / small.size, 1,
	   format('%s / %s', large.size, small.size)
FROM (SELECT count(*) AS n, pg_column_size(ab_summary(outcome, variant)) AS size FROM events) large,
	 (SELECT pg_column_size(ab_summary(outcome, variant)) AS size
	  FROM (SELECT * FROM events LIMIT 100) head) small;

-- The histogram of all rows in three grains.
CREATE FUNCTION add_histogram(grain text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	n bigint;
	distinct_values bigint;
	octets int;
	stored int;
BEGIN
	EXECUTE format('CREATE TEMP TABLE whole AS
					SELECT n, distinct_values, pg_column_size(h) AS octets, h
					FROM (SELECT count(*) AS n, count(DISTINCT %1$I) AS distinct_values,
								 ab_histogram(%1$I, variant) AS h
						  FROM grains OFFSET 0) q', grain);
	SELECT whole.n, whole.distinct_values, whole.octets, pg_column_size(h)
	INTO n, distinct_values, octets, stored FROM whole;
	DROP TABLE whole;
	INSERT INTO figure (title, measured, work)
	VALUES (format('  histogram of %s rows, %s: octets', n, grain), octets,
			format('%s stored, %s distinct values', stored, distinct_values));
END
$$;

-- Merging histograms of some hundred rows each.
CREATE FUNCTION add_rollup(grain text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	states bigint;
	octets float8;
	total bigint;
	result int;
BEGIN
	EXECUTE format('SELECT count(*), avg(pg_column_size(h)), pg_total_relation_size(%1$L),
						   pg_column_size(ab_rollup(h))
					FROM %1$I', 'daily_' || grain)
	INTO states, octets, total, result;
	PERFORM add_time(format('  ab_rollup of %s histograms, %s: ms', states, grain), 'rollup, ' || grain,
					 NULL, 1, 'ms');
	INSERT INTO figure (title, measured, work)
	SELECT '    memory at the peak, MB', peak / 1048576, format('%s octets the result', result)
	FROM memory WHERE name = 'rollup, ' || grain;
	INSERT INTO figure (title, measured, work)
	VALUES ('    octets a stored histogram, the mean', octets, format('%s MB the table', total / 1048576));
END
$$;

\o /dev/null

SELECT add_histogram('continuous');
SELECT add_histogram('milliseconds');
SELECT add_histogram('ratings');

INSERT INTO figure (title, measured, work)
SELECT '  histogram and tests: memory at the peak, MB', ours.peak / 1048576,
	   format('percentile_cont %s, with 1 GB %s MB', round(theirs.peak / 1048576), round(theirs_1gb.peak / 1048576))
FROM memory ours, memory theirs, memory theirs_1gb
WHERE ours.name = 'quantiles' AND theirs.name = 'percentile_cont' AND theirs_1gb.name = 'percentile_cont, 1 GB';

INSERT INTO figure (title, measured, work)
SELECT '  P50, P95, P99: largest relative error, %', max(100 * abs(ours / theirs - 1)),
	   format('%s %% at most', round(100 * max(ab_resolution(h))::numeric, 3))
FROM (SELECT ab_histogram(outcome, variant) AS h FROM events) q,
	 (SELECT variant, percentile_cont(ARRAY[.5, .95, .99]) WITHIN GROUP (ORDER BY outcome) AS quantiles
	  FROM events GROUP BY variant) exact,
	 unnest(ab_quantiles(h, variant, ARRAY[.5, .95, .99]), quantiles) pair (ours, theirs);

SELECT add_rollup('continuous');
SELECT add_rollup('milliseconds');
SELECT add_rollup('ratings');

\o

\pset border 0
\pset footer off
\pset null ''

SELECT title AS "figure (indented: for information)",
	   round(measured::numeric, CASE WHEN measured < 10000 THEN 3 ELSE 0 END) AS measured,
	   CASE WHEN at_most IS NOT NULL THEN 'at most ' || round(at_most::numeric, 3)::float8
			WHEN at_least IS NOT NULL THEN 'at least ' || at_least END AS "limit",
	   CASE WHEN round(measured::numeric, 2) <= at_most OR round(measured::numeric, 2) >= at_least THEN 'ok'
			WHEN at_most IS NOT NULL THEN 'over'
			WHEN at_least IS NOT NULL THEN 'under' END AS verdict,
	   round(median::numeric, 3) AS median,
	   round(lowest::numeric, 3) AS lowest,
	   round(highest::numeric, 3) AS highest,
	   work AS "fastest runs or octets"
FROM figure
ORDER BY id;

SELECT text AS "remarks" FROM remark;
