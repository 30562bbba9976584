-- Calibration: false positive rate and coverage of the 95% intervals, by
-- simulation in the database.  tools/calibrate.sh runs this file with the
-- number of experiments a row; the seed is fixed.
--
-- Every experiment is one group of a GROUP BY.  The truth is known, so an
-- interval covers or does not.  Rows without effect show the false positive
-- rate, which is 5% for a test that keeps its word.

\set QUIET on
\pset footer off
SELECT setseed(0.20261123) \g /dev/null

CREATE FUNCTION pg_temp.normal() RETURNS float8 LANGUAGE sql VOLATILE AS $$
	SELECT sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random())
$$;

-- Does the interval of the row cover?  An end that is NULL is open; no end at
-- all is no interval, and does not.
CREATE FUNCTION pg_temp.covers(low float8, high float8, truth float8) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
	SELECT coalesce(low, high) IS NOT NULL AND coalesce(low <= truth, true) AND coalesce(high >= truth, true)
$$;

CREATE TEMP TABLE calibration (
	place int GENERATED ALWAYS AS IDENTITY,
	method text,
	design text,
	truth text,
	experiments bigint,
	rejected float8,				-- share of experiments; without an answer counts
	covers_diff float8,
	covers_lift float8,
	claims text						-- '95', 'about 95' for whole counts, or 'nothing'
);

-- Run `query`, which returns significant, covers_diff, covers_lift, a row an experiment.
CREATE PROCEDURE pg_temp.calibrate(method text, design text, truth text, query text, claims text DEFAULT '95') LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format(
		'INSERT INTO calibration (method, design, truth, experiments, rejected, covers_diff, covers_lift, claims)
		 SELECT %L, %L, %L, count(*), avg(coalesce(significant, true)::int), avg(covers_diff::int), avg(covers_lift::int), %L FROM (%s) q',
		method, design, truth, claims, query);
END $$;

-- Rows of :experiments experiments with those sizes, in long form.
CREATE FUNCTION pg_temp.users(experiments int, control int, treatment int) RETURNS TABLE (experiment int, variant text) LANGUAGE sql AS $$
	SELECT e, CASE WHEN i <= control THEN 'control' ELSE 'treatment' END
	FROM generate_series(1, experiments) e, generate_series(1, control + treatment) i
$$;

-- means: Student's test where its assumption holds, Welch's where it does not
CALL pg_temp.calibrate('Student', '400 / 100, equal sd', 'no effect', $$
	SELECT t.significant, pg_temp.covers(diff_low, diff_high, 0) AS covers_diff, pg_temp.covers(lift_low_pct, lift_high_pct, 0) AS covers_lift
	FROM (SELECT experiment, ab_summary(10 + 2 * pg_temp.normal(), variant) AS s
		  FROM pg_temp.users($$ || :experiments || $$, 400, 100) GROUP BY experiment) q, ab_ttest(s) t $$);
CALL pg_temp.calibrate('Welch', '400 / 100, sd 1 and 3', 'no effect', $$
	SELECT t.significant, pg_temp.covers(diff_low, diff_high, 0) AS covers_diff, pg_temp.covers(lift_low_pct, lift_high_pct, 0) AS covers_lift
	FROM (SELECT experiment, ab_summary(10 + CASE variant WHEN 'control' THEN 1 ELSE 3 END * pg_temp.normal(), variant) AS s
		  FROM pg_temp.users($$ || :experiments || $$, 400, 100) GROUP BY experiment) q, ab_ttest(s, equal_var => false) t $$);
CALL pg_temp.calibrate('Welch', '200 / 150, sd 20, mean 10', 'lift +100%', $$
	SELECT t.significant, pg_temp.covers(diff_low, diff_high, 10) AS covers_diff, pg_temp.covers(lift_low_pct, lift_high_pct, 100) AS covers_lift
	FROM (SELECT experiment, ab_summary(CASE variant WHEN 'control' THEN 10 ELSE 20 END + 20 * pg_temp.normal(), variant) AS s
		  FROM pg_temp.users($$ || :experiments || $$, 200, 150) GROUP BY experiment) q, ab_ttest(s, equal_var => false) t $$);
CALL pg_temp.calibrate('Welch', '30 / 12, exponential', 'no effect', $$
	SELECT t.significant, pg_temp.covers(diff_low, diff_high, 0) AS covers_diff, pg_temp.covers(lift_low_pct, lift_high_pct, 0) AS covers_lift
	FROM (SELECT experiment, ab_summary(-ln(1 - random()), variant) AS s FROM pg_temp.users($$ || :experiments || $$, 30, 12) GROUP BY experiment) q,
		 ab_ttest(s, equal_var => false) t $$, 'nothing');

-- CUPED: correlation 0.9, a 90 / 10 split, unequal standard deviations
\set cuped 'SELECT experiment, ab_summary(m + sd * (0.9 * x + sqrt(0.19) * e), x, variant) AS s FROM (SELECT *, CASE variant WHEN ''control'' THEN 10 ELSE 10 + effect END AS m, CASE variant WHEN ''control'' THEN 3 ELSE 6 END AS sd, pg_temp.normal() AS x, pg_temp.normal() AS e FROM pg_temp.users(' :experiments ', 450, 50), (VALUES (EFFECT)) v(effect) OFFSET 0) u GROUP BY experiment'
CALL pg_temp.calibrate('CUPED', '450 / 50, rho 0.9, sd 3 and 6', 'no effect',
	'SELECT t.significant, pg_temp.covers(diff_low, diff_high, 0) AS covers_diff, pg_temp.covers(lift_low_pct, lift_high_pct, 0) AS covers_lift FROM (' || replace(:'cuped', 'EFFECT', '0') || ') q, ab_cuped(s) t');
CALL pg_temp.calibrate('CUPED', '450 / 50, rho 0.9, sd 3 and 6', 'lift +100%',
	'SELECT t.significant, pg_temp.covers(diff_low, diff_high, 10) AS covers_diff, pg_temp.covers(lift_low_pct, lift_high_pct, 100) AS covers_lift FROM (' || replace(:'cuped', 'EFFECT', '10') || ') q, ab_cuped(s) t');

-- ratios: users with few and with many requests, and requests of one user alike
\set ratio 'SELECT experiment, ab_summary(k * (m + 0.5 * a) + sqrt(k) * e, k, variant) AS s FROM (SELECT *, CASE variant WHEN ''control'' THEN 1 ELSE 1 + effect END AS m, 1 + floor(-4 * ln(1 - random())) AS k, pg_temp.normal() AS a, pg_temp.normal() AS e FROM pg_temp.users(' :experiments ', 600, 300), (VALUES (EFFECT)) v(effect) OFFSET 0) u GROUP BY experiment'
CALL pg_temp.calibrate('ratio', '600 / 300 users of unequal size', 'no effect',
	'SELECT t.significant, pg_temp.covers(diff_low, diff_high, 0) AS covers_diff, pg_temp.covers(lift_low_pct, lift_high_pct, 0) AS covers_lift FROM (' || replace(:'ratio', 'EFFECT', '0') || ') q, ab_ratio(s) t');
CALL pg_temp.calibrate('ratio', '600 / 300 users of unequal size', 'lift +100%',
	'SELECT t.significant, pg_temp.covers(diff_low, diff_high, 1) AS covers_diff, pg_temp.covers(lift_low_pct, lift_high_pct, 100) AS covers_lift FROM (' || replace(:'ratio', 'EFFECT', '1') || ') q, ab_ratio(s) t');
\set ratio_cuped 'SELECT experiment, ab_summary(k * (m + 0.5 * a) + sqrt(k) * e, k, k0 * (1 + 0.5 * a) + sqrt(k0) * e0, k0, variant) AS s FROM (SELECT *, CASE variant WHEN ''control'' THEN 1 ELSE 1 + effect END AS m, 1 + floor(-4 * ln(1 - random())) AS k, 1 + floor(-4 * ln(1 - random())) AS k0, pg_temp.normal() AS a, pg_temp.normal() AS e, pg_temp.normal() AS e0 FROM pg_temp.users(' :experiments ', 600, 300), (VALUES (EFFECT)) v(effect) OFFSET 0) u GROUP BY experiment'
CALL pg_temp.calibrate('ratio with CUPED', '600 / 300 users of unequal size', 'no effect',
	'SELECT t.significant, pg_temp.covers(diff_low, diff_high, 0) AS covers_diff, pg_temp.covers(lift_low_pct, lift_high_pct, 0) AS covers_lift FROM (' || replace(:'ratio_cuped', 'EFFECT', '0') || ') q, ab_ratio_cuped(s) t');

-- both versions on the same prompts
CALL pg_temp.calibrate('paired t', '80 pairs, correlation 0.8', 'lift +20%', $$
	SELECT t.significant, pg_temp.covers(diff_low, diff_high, 2) AS covers_diff, pg_temp.covers(lift_low_pct, lift_high_pct, 20) AS covers_lift
	FROM (SELECT experiment, ab_summary(10 + 4 * a + 2 * e1, 12 + 4 * a + 2 * e2, 'pairs') AS s
		  FROM (SELECT *, pg_temp.normal() AS a, pg_temp.normal() AS e1, pg_temp.normal() AS e2 FROM pg_temp.users($$ || :experiments || $$, 80, 0) OFFSET 0) u GROUP BY experiment) q,
		 ab_paired_ttest(s) t $$);

-- proportions: counts are whole, so a method can only promise about 95%
\set proportion 'SELECT experiment, ab_summary(random() < CASE variant WHEN ''control'' THEN P_CONTROL ELSE P_TREATMENT END, variant) AS s FROM pg_temp.users(' :experiments ', 600, 250) GROUP BY experiment'
CALL pg_temp.calibrate('score (Miettinen-Nurminen)', '600 / 250, rate 0.3', 'no effect',
	'SELECT t.significant, pg_temp.covers(diff_low, diff_high, 0) AS covers_diff, pg_temp.covers(lift_low_pct, lift_high_pct, 0) AS covers_lift FROM (' || replace(replace(:'proportion', 'P_CONTROL', '0.3'), 'P_TREATMENT', '0.3') || ') q, ab_proportion_test(s) t');
CALL pg_temp.calibrate('score (Miettinen-Nurminen)', '600 / 250, rate 0.02', 'lift +100%',
	'SELECT t.significant, pg_temp.covers(diff_low, diff_high, 0.02) AS covers_diff, pg_temp.covers(lift_low_pct, lift_high_pct, 100) AS covers_lift FROM (' || replace(replace(:'proportion', 'P_CONTROL', '0.02'), 'P_TREATMENT', '0.04') || ') q, ab_proportion_test(s) t', 'about 95');
CALL pg_temp.calibrate('score (Miettinen-Nurminen)', '600 / 250, rate 0.98', 'no effect',
	'SELECT t.significant, pg_temp.covers(diff_low, diff_high, 0) AS covers_diff, pg_temp.covers(lift_low_pct, lift_high_pct, 0) AS covers_lift FROM (' || replace(replace(:'proportion', 'P_CONTROL', '0.98'), 'P_TREATMENT', '0.98') || ') q, ab_proportion_test(s) t', 'about 95');

-- several treatments: an experiment errs if any of its rows does
CALL pg_temp.calibrate('Dunnett', '120 / 60 / 40 / 200, equal sd', 'no effect', $$
	SELECT bool_or(t.significant) AS significant, bool_and(pg_temp.covers(diff_low, diff_high, 0)) AS covers_diff, bool_and(pg_temp.covers(lift_low_pct, lift_high_pct, 0)) AS covers_lift
	FROM (SELECT experiment, ab_summary(10 + 2 * pg_temp.normal(), CASE WHEN i <= 120 THEN 'control' WHEN i <= 180 THEN 'b' WHEN i <= 220 THEN 'c' ELSE 'd' END) AS s
		  FROM generate_series(1, $$ || :experiments || $$) experiment, generate_series(1, 420) i GROUP BY experiment) q,
		 ab_compare(s, equal_var => true, correction => 'dunnett') t GROUP BY experiment $$);
CALL pg_temp.calibrate('Dunnett, unequal variances', '120 / 60 / 40 / 200, sd 2, 2, 3, 1', 'no effect', $$
	SELECT bool_or(t.significant) AS significant, bool_and(pg_temp.covers(diff_low, diff_high, 0)) AS covers_diff, bool_and(pg_temp.covers(lift_low_pct, lift_high_pct, 0)) AS covers_lift
	FROM (SELECT experiment, ab_summary(10 + CASE WHEN i <= 180 THEN 2 WHEN i <= 220 THEN 3 ELSE 1 END * pg_temp.normal(), CASE WHEN i <= 120 THEN 'control' WHEN i <= 180 THEN 'b' WHEN i <= 220 THEN 'c' ELSE 'd' END) AS s
		  FROM generate_series(1, $$ || :experiments || $$) experiment, generate_series(1, 420) i GROUP BY experiment) q,
		 ab_compare(s, correction => 'dunnett') t GROUP BY experiment $$);

-- quantiles: continuous outcomes; then ties, where only whole values can be limits
CREATE PROCEDURE pg_temp.calibrate_quantile(q float8, sizes text, design text, truth text, outcome text, diff float8, lift float8, claims text DEFAULT '95')
LANGUAGE plpgsql AS $$
BEGIN
	CALL pg_temp.calibrate('quantile P' || q * 100, design, truth, format(
		'SELECT t.significant, pg_temp.covers(diff_low, diff_high, %s) AS covers_diff, pg_temp.covers(lift_low_pct, lift_high_pct, %s) AS covers_lift
		 FROM (SELECT experiment, ab_histogram(%s, variant) AS h FROM pg_temp.users(%s) GROUP BY experiment) q, ab_quantile_test(h, %s) t',
		diff, lift, outcome, sizes, q), claims);
END $$;
CALL pg_temp.calibrate_quantile(0.5, :'experiments' || ', 60, 40', '60 / 40, lognormal', 'no effect', 'exp(pg_temp.normal())', 0, 0);
CALL pg_temp.calibrate_quantile(0.5, :'experiments' || ', 200, 80', '200 / 80, lognormal, sd 1 and 0.5', 'lift +50%',
	$$CASE variant WHEN 'control' THEN exp(pg_temp.normal()) ELSE 1.5 * exp(0.5 * pg_temp.normal()) END$$, 0.5, 50);
CALL pg_temp.calibrate_quantile(0.95, :'experiments' || ', 250, 150', '250 / 150, lognormal', 'no effect', 'exp(pg_temp.normal())', 0, 0);
CALL pg_temp.calibrate_quantile(0.95, :'experiments' || ', 120, 200', '120 / 200, exponential', 'lift +100%',
	$$-ln(1 - random()) * CASE variant WHEN 'control' THEN 1 ELSE 2 END$$, ln(20), 100);
CALL pg_temp.calibrate_quantile(0.99, :'experiments' || ', 500, 400', '500 / 400, exponential', 'no effect', '-ln(1 - random())', 0, 0, 'about 95');
CALL pg_temp.calibrate_quantile(0.5, :'experiments' || ', 500, 300', '500 / 300, two modes apart', 'no effect',
	'random() + CASE WHEN random() < 0.48 THEN 1 ELSE 3 END', 0, 0, 'about 95');
CALL pg_temp.calibrate_quantile(0.5, :'experiments' || ', 150, 100', '150 / 100, five-point ratings', 'no effect',
	'(ARRAY[1, 2, 3, 3, 4, 4, 4, 5, 5, 5])[1 + floor(10 * random())::int]', 0, 0, 'about 95');
CALL pg_temp.calibrate_quantile(0.95, :'experiments' || ', 200, 150', '200 / 150, whole turns', 'lift +50%',
	$$ceil(ln(1 - random()) / ln((CASE variant WHEN 'control' THEN 0.68 ELSE 0.777 END)::float8))$$, 4, 50, 'about 95');
CALL pg_temp.calibrate_quantile(0.5, :'experiments' || ', 200, 100', '200 / 100, whole milliseconds', 'lift +10%',
	$$round(CASE variant WHEN 'control' THEN 300 ELSE 330 END * exp(0.6 * pg_temp.normal()))$$, 30, 10, 'about 95');
CALL pg_temp.calibrate_quantile(0.95, :'experiments' || ', 250, 150', '250 / 150, 4% cut off at a limit', 'no effect', 'least(exp(pg_temp.normal()), 5.7595)', 0, 0, 'about 95');

-- users with 1 to 5 rows that are alike, with and without saying so
CREATE TEMP TABLE clustered AS
WITH log AS MATERIALIZED (
	SELECT experiment, variant, i, exp(a + 0.5 * pg_temp.normal()) AS v
	FROM (SELECT *, pg_temp.normal() AS a, 1 + floor(5 * random())::int AS k, row_number() OVER () AS i
		  FROM pg_temp.users(:experiments, 150, 100) OFFSET 0) u, generate_series(1, k)
), histogram AS MATERIALIZED (
	SELECT experiment, ab_histogram(v, variant) AS h FROM log GROUP BY experiment
), median AS MATERIALIZED (
	SELECT experiment, variant, ab_quantile(h, variant, 0.5) AS x FROM histogram, (VALUES ('control'), ('treatment')) a(variant)
)
SELECT experiment, h, s FROM histogram JOIN
	(SELECT experiment, ab_summary(below, n, variant) AS s FROM
		(SELECT experiment, variant, count(*) FILTER (WHERE v <= x) AS below, count(*) AS n FROM log JOIN median USING (experiment, variant)
		 GROUP BY experiment, variant, i) users GROUP BY experiment) summary USING (experiment);
\set clustered 'SELECT t.significant, pg_temp.covers(diff_low, diff_high, 0) AS covers_diff, pg_temp.covers(lift_low_pct, lift_high_pct, 0) AS covers_lift FROM clustered, '
CALL pg_temp.calibrate('quantile P50 with clusters', '150 / 100 users with 1 to 5 rows', 'no effect', :'clustered' || 'ab_quantile_test(h, 0.5, clusters => s) t');
CALL pg_temp.calibrate('quantile P50 without clusters', '150 / 100 users with 1 to 5 rows', 'no effect', :'clustered' || 'ab_quantile_test(h, 0.5) t', 'nothing');

-- ranks: the probability of superiority, which for these normal outcomes is the normal distribution function of effect / sqrt(2)
\set ranks 'SELECT t.significant, pg_temp.covers(superiority_low, superiority_high, SUPERIORITY) AS covers_diff, NULL::boolean AS covers_lift FROM (SELECT experiment, ab_histogram(OUTCOME, variant) AS h FROM pg_temp.users(' :experiments ', 80, 30) GROUP BY experiment) q, ab_mannwhitney(h) t'
CALL pg_temp.calibrate('Mann-Whitney', '80 / 30, normal', 'no effect', replace(replace(:'ranks', 'SUPERIORITY', '0.5'), 'OUTCOME', 'pg_temp.normal()'));
CALL pg_temp.calibrate('Mann-Whitney', '80 / 30, normal', 'superiority 0.76', replace(replace(:'ranks', 'SUPERIORITY', '0.7602499389065233'), 'OUTCOME', '(variant = ''treatment'')::int + pg_temp.normal()'));
CALL pg_temp.calibrate('Mann-Whitney', '80 / 30, five-point ratings', 'no effect', replace(replace(:'ranks', 'SUPERIORITY', '0.5'), 'OUTCOME', '(ARRAY[1, 2, 3, 3, 4, 4, 4, 5, 5, 5])[1 + floor(10 * random())::int]'), 'about 95');

SELECT setseed(0.20261127) \g /dev/null
-- several looks: 20 rows an arm at each of five, tested at the nominal levels; an experiment errs at any of its looks
CREATE TEMP TABLE looks AS
SELECT experiment, look, ab_rollup(s) OVER (PARTITION BY experiment ORDER BY look) AS s
FROM (SELECT experiment, look, ab_summary(10 + 2 * pg_temp.normal(), variant) AS s
	  FROM generate_series(1, 5) look, pg_temp.users(:experiments, 20, 20) GROUP BY experiment, look) q;
\set looks 'SELECT bool_or(t.significant) AS significant, bool_and(pg_temp.covers(diff_low, diff_high, 0)) AS covers_diff, bool_and(pg_temp.covers(lift_low_pct, lift_high_pct, 0)) AS covers_lift FROM ab_spending(5, spending => ''SPENDING'') JOIN looks USING (look), ab_ttest(s, alpha => nominal_alpha) t GROUP BY experiment'
CALL pg_temp.calibrate('five looks, O''Brien-Fleming-like', '100 / 100 in steps of 20, t-tests', 'no effect', replace(:'looks', 'SPENDING', 'obrien-fleming'));
CALL pg_temp.calibrate('five looks, Pocock-like', '100 / 100 in steps of 20, t-tests', 'no effect', replace(:'looks', 'SPENDING', 'pocock'));
-- after stopping at the first of three looks that crosses its bound, or at the last
\set stopped 'WITH looks AS (SELECT experiment, look, ab_rollup(s) OVER (PARTITION BY experiment ORDER BY look) AS s FROM (SELECT experiment, look, ab_summary(pg_temp.normal() + CASE variant WHEN ''treatment'' THEN EFFECT ELSE 0 END, variant) AS s FROM generate_series(1, 3) look, pg_temp.users(' :experiments ', 100, 80) GROUP BY experiment, look) q), stop AS (SELECT DISTINCT ON (experiment) experiment, look, t.* FROM ab_spending(3, spending => ''SPENDING'') JOIN looks USING (look), ab_ttest(s, alpha => nominal_alpha) t WHERE significant OR look = 3 ORDER BY experiment, look) SELECT e.p_value < 0.05 AS significant, pg_temp.covers(e.low, e.high, EFFECT) AS covers_diff, pg_temp.covers(e.low, e.high, EFFECT) AS covers_lift FROM stop, ab_group_sequential_estimate(statistic, std_error, (ARRAY[1 / 3.0, 2 / 3.0, 1]::float8[])[1:look], spending => ''SPENDING'') e'
CALL pg_temp.calibrate('stagewise interval, O''Brien-Fleming-like', 'three looks of 100 / 80', 'difference 0.25', replace(replace(:'stopped', 'SPENDING', 'obrien-fleming'), 'EFFECT', '0.25'));
CALL pg_temp.calibrate('stagewise interval, Pocock-like', 'three looks of 100 / 80', 'difference 0.25', replace(replace(:'stopped', 'SPENDING', 'pocock'), 'EFFECT', '0.25'));
CALL pg_temp.calibrate('stagewise interval, Pocock-like', 'three looks of 100 / 80', 'no effect', replace(replace(:'stopped', 'SPENDING', 'pocock'), 'EFFECT', '0'));

-- The verdict: within the tolerance of 95% where the method claims that, not
-- more than the tolerance below it where counts are whole.  A row that claims
-- nothing shows a limit of the method.
CREATE TEMP VIEW verdict AS
SELECT *, CASE WHEN claims <> 'nothing' THEN
		least(covers_diff, covers_lift) * 100 >= 95 - :tolerance
		AND (claims <> '95' OR greatest(covers_diff, covers_lift) * 100 <= 95 + :tolerance)
		AND (truth <> 'no effect' OR rejected * 100 <= 5 + :tolerance) END AS ok
FROM calibration;
SELECT method, design, truth, experiments,
	   CASE truth WHEN 'no effect' THEN to_char(rejected * 100, '990.00') END AS "false positives %",
	   to_char(covers_diff * 100, '990.00') AS "covers difference %", to_char(covers_lift * 100, '990.00') AS "covers lift %",
	   claims, CASE WHEN ok THEN 'ok' WHEN NOT ok THEN 'OFF' END AS verdict
FROM verdict ORDER BY place;
\pset tuples_only on
\pset format unaligned
SELECT format('calibration: %s passed, %s failed', count(*) FILTER (WHERE ok), count(*) FILTER (WHERE NOT ok)) FROM verdict;
