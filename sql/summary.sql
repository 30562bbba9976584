\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
CREATE TABLE log (id int, variant text, outcome float8, covariate float8, day int);
INSERT INTO log SELECT g, CASE WHEN g % 5 = 0 THEN 'treatment' ELSE 'control' END,
	sin(g) * 3 + 10, cos(g * 0.7), g % 14 FROM generate_series(1, 1000) g;

-- against the server's own aggregates
SELECT a.variant, a.n = r.n AS n, close(a.mean, r.mean, 1e-14) AS mean, close(a.stddev, r.stddev, 1e-14) AS stddev
FROM (SELECT ab_summary(outcome, variant) s FROM log) x, ab_arms(s) a,
	 LATERAL (SELECT count(*) n, avg(outcome) mean, stddev_samp(outcome) stddev
			  FROM log l WHERE l.variant = a.variant) r;
SELECT a.variant, abs((means ->> 1)::float8 - r.mean) < 1e-14 AS mean,
	   abs((covariances #>> '{0,1}')::float8 - r.cov) < 1e-14 AS covariance,
	   covariances #>> '{0,1}' = covariances #>> '{1,0}' AS symmetric,
	   close((covariances #>> '{1,1}')::float8, r.var, 1e-14) AS variance
FROM (SELECT ab_summary(outcome, covariate, variant) s FROM log) x, ab_arms(s) a,
	 LATERAL (SELECT avg(covariate) mean, covar_samp(outcome, covariate) cov, var_samp(covariate) var
			  FROM log l WHERE l.variant = a.variant) r;
SELECT a.variant, jsonb_array_length(means) AS means, jsonb_array_length(covariances) AS covariances,
	   abs((covariances #>> '{2,3}')::float8 - r.cov) < 1e-12 AS covariance
FROM (SELECT ab_summary(outcome, covariate, outcome * 2, covariate + outcome, variant) s FROM log) x, ab_arms(s) a,
	 LATERAL (SELECT covar_samp(outcome * 2, covariate + outcome) cov FROM log l WHERE l.variant = a.variant) r;

-- the text form is JSON and reads back as the same value
SELECT ab_summary(x, v, 'a') AS summary FROM (VALUES (1::float8, 'a'), (0, 'a'), (1, 'a'), (3.5, 'b')) t(x, v);
SELECT ab_summary(x, v)::text::jsonb #>> '{arms,1,variant}' AS json
FROM (VALUES (1::float8, 'a'), (2, E'quote" back\\slash \t 实验')) t(x, v);
SELECT columns, s::text::ab_summary::text = s::text AS text,
	   ab_summary_send(s::text::ab_summary) = ab_summary_send(s) AS binary
FROM (SELECT 1, ab_summary(outcome, variant) FROM log
	  UNION ALL SELECT 2, ab_summary(outcome, covariate, variant) FROM log
	  UNION ALL SELECT 4, ab_summary(outcome, covariate, outcome / 3, covariate * 1e100, variant)
	  FROM log) t(columns, s);
SET extra_float_digits = -15;
SELECT ab_summary(x, 'a') AS exact FROM (VALUES (0.1::float8), (0.2), (1e-300)) t(x);
RESET extra_float_digits;

-- a row counts only if variant and every column are there; what is left out is counted
SELECT variant, n, mean, missing, unassigned FROM ab_arms((SELECT ab_summary(x, v)
	FROM (VALUES (1::float8, 'a'), (NULL, 'a'), (2, NULL), (NULL, NULL), (3, 'a'), (NULL, 'b')) t(x, v)));
SELECT variant, n, missing, missing_by_column, unassigned FROM ab_arms((SELECT ab_summary(x, y, v)
	FROM (VALUES (1::float8, 5::float8, 'a'), (NULL, 2, 'a'), (3, NULL, 'a'), (4, NULL, 'a'), (NULL, NULL, 'a'),
				 (NULL, NULL, NULL), (NULL, NULL, 'b')) t(x, y, v)));
SELECT variant, n, missing, missing_by_column FROM ab_arms((SELECT ab_summary(x, y, z, w, 'a')
	FROM (VALUES (1::float8, 2::float8, 3::float8, 4::float8), (NULL, 2, NULL, 4), (1, NULL, NULL, NULL),
				 (1, 2, 3, NULL),
				 (1, 2, NULL, 4), (NULL, NULL, NULL, NULL), (NULL, NULL, NULL, 4)) t(x, y, z, w)));
SELECT ab_summary(x, 'a') AS no_rows FROM (VALUES (NULL::float8)) t(x);
SELECT ab_summary(1, x) AS no_arms FROM (VALUES (NULL)) t(x);
-- of every form of variant, and of booleans
SELECT count(*), count(DISTINCT (missing, unassigned)), min(missing), min(unassigned)
FROM (SELECT ab_summary(x, v) a, ab_summary(b, v) b, ab_summary(x, v = '1') c, ab_summary(b, v = '1') d,
			 ab_summary(x, v::bigint) e, ab_summary(b, v::bigint) f, ab_summary(x, v, '1') g, ab_summary(b, v, '1') h
	  FROM (VALUES (1::float8, true, '1'), (NULL, NULL, '1'), (NULL, NULL, NULL), (2, false, NULL)) t(x, b, v)) s,
	 LATERAL (VALUES (a), (b), (c), (d), (e), (f), (g), (h)) u(s), ab_arms(u.s);
-- rolled up they add up, also where a part has no arm
SELECT variant, n, missing, unassigned
FROM ab_arms((SELECT ab_rollup(s) FROM (SELECT ab_summary(x, v) s
	FROM (VALUES (1, 1::float8, 'a'), (1, NULL, 'a'), (2, 2, NULL), (3, NULL, 'b'), (3, 4, NULL), (4, NULL, 'a'))
		 t(day, x, v) GROUP BY day) d));
-- the limit of the counts is that of the rows
SELECT error_of($$SELECT ab_rollup(s) FROM generate_series(1, 2),
	(SELECT ab_frequency_summary(1, 9007199254740992, NULL) s) t$$);
SELECT error_of($$SELECT ab_rollup(s) FROM generate_series(1, 2),
	(SELECT ab_frequency_summary(NULL, 9007199254740992, 'a') s) t$$);
SELECT ab_summary(1.0, 'a') IS NULL AS no_rows WHERE false;
-- boolean outcomes, and whether all values are 0 or 1
SELECT variant, n, mean, is_binary
FROM ab_arms((SELECT ab_summary(b, v) FROM (VALUES (true, 'a'), (false, 'a'), (NULL, 'a'), (true, 'b')) t(b, v)));
SELECT variant, is_binary
FROM ab_arms((SELECT ab_summary(x, v) FROM (VALUES (1::float8, 'a'), (0, 'a'), (2, 'b'), (1, 'b')) t(x, v)));
-- the control travels along; it may have no rows
SELECT variant, n, mean, is_control
FROM ab_arms((SELECT ab_summary(x, v, 'b') FROM (VALUES (1::float8, 'a'), (2, 'b')) t(x, v)));
SELECT variant, n, mean, is_control
FROM ab_arms((SELECT ab_summary(x, 'a', 'z') FROM (VALUES (1::float8), (2)) t(x)));
SELECT variant, n, is_control FROM ab_arms((SELECT ab_summary(true, 'a', c) FROM (VALUES (NULL), ('a')) t(c)));

-- NaN, infinity and overflow are data
SELECT * FROM ab_arms((SELECT ab_summary(x, v)
	FROM (VALUES (1::float8, 'a'), ('NaN', 'a'), ('Infinity', 'a'), (2, 'b'), (3, 'b')) t(x, v)));
SELECT variant, n, mean, stddev
FROM ab_arms((SELECT ab_summary(x, 'a') FROM (VALUES (1e308::float8), (-1e308), (5)) t(x)));
SELECT variant, n, mean, stddev
FROM ab_arms((SELECT ab_summary(x, 'a') FROM (VALUES (1.7e308::float8), (1.7e308), (1.7e308)) t(x)));
SELECT s::text::ab_summary::text = s::text AS reads_back
FROM (SELECT ab_summary(x, 'a') s FROM (VALUES (1e308::float8), (-1e308), ('NaN')) t(x)) t;

-- a row that does not count leaves no trace, and reads back
SELECT s::text::ab_summary::text = s::text AS reads_back FROM (SELECT ab_summary(5.0, 'NaN', 'a') s) t;
-- values that cancel have a mean of zero, not of rounding noise
SELECT mean FROM ab_arms((SELECT ab_summary(x, 'a') FROM (VALUES (-2::float8), (-1), (2), (1)) t(x)));
-- small means are means
SELECT mean FROM ab_arms((SELECT ab_summary(x, 'a') FROM (VALUES (1e-170::float8), (2e-170), (3e-170)) t(x)));
-- an offset costs no digits
SELECT close(a.stddev, b.stddev, 1e-15) AS exact
FROM (SELECT ab_summary(1e9 + g % 7, 'a') s, ab_summary(g % 7, 'a') z FROM generate_series(1, 100000) g) t,
	 ab_arms(s) a, ab_arms(z) b;

-- rolling up gives the one-pass answer, whatever the chunks
SELECT variant, a.n = b.n AS n, close(a.mean, b.mean, 1e-15) AS mean, close(a.stddev, b.stddev, 1e-15) AS stddev
FROM (SELECT ab_rollup(s) r FROM (SELECT ab_summary(outcome, variant) s FROM log GROUP BY day) d) x,
	 (SELECT ab_summary(outcome, variant) s FROM log) y, ab_arms(r) a JOIN ab_arms(s) b USING (variant);
SELECT variant, n, is_control FROM ab_arms((SELECT ab_rollup(s) FROM (VALUES (ab_make_summary('b', 2, 1, 1)), (NULL),
	(ab_make_summary('a', 3, 1, 1)), ('{"version": 1, "columns": 2, "unassigned": 0, "arms": []}')) t(s)));
SELECT ab_rollup(s) IS NULL AS nothing FROM (VALUES (NULL::ab_summary)) t(s);
SELECT ab_rollup(s) AS empty
FROM (VALUES ('{"version": 1, "columns": 1, "unassigned": 0, "arms": []}'::ab_summary)) t(s);
-- zeros and ones merge as counts
SELECT mean = 0.3::float8 AS mean, (covariances #>> '{0,0}')::float8 = 210.0 / 999 AS variance
FROM ab_arms((SELECT ab_rollup(s)
	FROM (SELECT ab_summary(g % 10 < 3, 'a') s FROM generate_series(1, 1000) g GROUP BY g % 17) t));
-- the control of one part is the control of the whole
SELECT variant, n, is_control FROM ab_arms((SELECT ab_rollup(s)
	FROM (SELECT ab_summary(x, 'a', 'z') s FROM (VALUES (1::float8)) t(x)
		  UNION ALL SELECT ab_make_summary('z', 5, 1, 1)) u));
-- a window frame does not change what it reads
SELECT day, n
FROM (SELECT day, ab_rollup(s) OVER (ORDER BY day) r
	  FROM (SELECT day, ab_summary(outcome, variant) s FROM log WHERE day < 3 GROUP BY day) d) w, ab_arms(r)
WHERE variant = 'treatment' ORDER BY day;
-- support functions called by hand work on a copy
CREATE TABLE stored AS SELECT ab_summary(outcome, variant) s FROM log;
SELECT (SELECT sum(n) FROM ab_arms(ab_summary_accum(s, 1, 'control'))) - (SELECT sum(n) FROM ab_arms(s)) AS one_more,
	   (SELECT sum(n) FROM ab_arms(ab_summary_combine(s, s))) / (SELECT sum(n) FROM ab_arms(s)) AS twice,
	   (SELECT sum(n) FROM ab_arms(s)) AS unchanged
FROM stored;
SELECT ab_summary_accum(NULL, NULL, NULL::text) AS no_row,
	   ab_summary_combine(NULL, NULL) IS NULL AS null_and_null;

-- published numbers
SELECT variant, n, mean, close(stddev, 2.5, 1e-15) AS stddev, is_binary
FROM ab_arms(ab_make_summary('v1', 6200, 3.2, 2.5));
-- by day, with a day of one row and one of none: the same as from the rows
SELECT a.n, a.mean, close(a.stddev, r.stddev) AS stddev
FROM (SELECT ab_rollup(ab_make_summary('v1', n, mean, stddev)) s
	  FROM (SELECT count(x) n, avg(x) mean, stddev_samp(x) stddev
			FROM (VALUES (1, 2::float8), (1, 4), (2, 30), (3, NULL)) t(day, x) GROUP BY day) d) q, ab_arms(s) a,
	 LATERAL (SELECT stddev_samp(x) stddev FROM (VALUES (2::float8), (4), (30)) t(x)) r;
SELECT variant, n, mean, is_binary FROM ab_arms(ab_make_summary('v1', 0, NULL, NULL));
SELECT ab_make_summary(NULL, NULL::bigint, NULL, NULL) IS NULL AS nothing,
	   ab_make_summary(NULL, NULL::bigint, NULL) IS NULL AS no_counts;
-- or of published counts, exactly
SELECT n, mean, is_binary, s::text::ab_summary::text = s::text AS reads_back,
	   close(stddev, sqrt(0.02 * 0.98 * 1000 / 999), 1e-15) AS stddev
FROM ab_make_summary('v1', 1000, 20) s, ab_arms(s);
SELECT t.n, t.k, c.mean = r.mean AS mean, c.is_binary, close(c.stddev, r.stddev, 1e-15) AS stddev
FROM (VALUES (1, 0), (1, 1), (2, 1), (4, 3), (8, 8), (1000, 333)) t(n, k), ab_arms(ab_make_summary('v1', t.n, k)) c,
	 ab_arms((SELECT ab_summary(i <= k, 'v1') FROM generate_series(1, t.n) i)) r;
SELECT (mean * 9007199254740992)::bigint AS ones
FROM ab_arms((SELECT ab_rollup(s) FROM (VALUES (ab_make_summary('a', 4503599627370496, 1)),
											   (ab_make_summary('a', 4503599627370496, 4503599627370494))) t(s)));

SELECT n, mean FROM ab_arms(ab_make_summary('v1', 0, 0))
UNION ALL SELECT n, mean FROM ab_arms(ab_make_summary('v1', 0, NULL));
-- sum(bigint) is numeric, and so is what comes from such sums
SELECT variant, n, mean FROM ab_arms((SELECT ab_make_summary('v1', sum(users), sum(clicks))
	FROM (VALUES (10::bigint, 3::bigint), (20, 6)) t(users, clicks)));
SELECT variant, n, mean, stddev FROM ab_arms((SELECT ab_make_summary('v1', sum(users), avg(mean), max(sd))
	FROM (VALUES (10::bigint, 3.5::numeric, 1.25::numeric), (20, 4.5, 1)) t(users, mean, sd)));
SELECT ab_make_summary('a', 9007199254740992::numeric, 4503599627370495::numeric)::text =
	   ab_make_summary('a', 9007199254740992, 4503599627370495)::text AS same;

-- rows with a count: as many equal rows
SELECT kind, a.n, b.n = a.n AS rows, a.missing = b.missing AND a.unassigned = b.unassigned AS left_out,
	   close(a.mean, b.mean) AS mean, close(a.stddev, b.stddev) AS stddev, a.is_binary = b.is_binary AS is_binary
FROM (SELECT kind, ab_frequency_summary(stars, f, v) s, ab_frequency_summary(stars, f::numeric, v) z
	  FROM (VALUES ('stars', 1, 5, 'a'), ('stars', 5, 700, 'a'), ('stars', NULL, 3, 'a'), ('stars', 4, 9, NULL),
				   ('stars', 3, 0, 'z'), ('clicks', 1, 10, 'a'), ('clicks', 0, 90, 'a')) t(kind, stars, f, v)
	  GROUP BY kind) x
	 JOIN (SELECT kind, ab_summary(stars, v) r
		   FROM (VALUES ('stars', 1, 5, 'a'), ('stars', 5, 700, 'a'), ('stars', NULL, 3, 'a'), ('stars', 4, 9, NULL),
						('clicks', 1, 10, 'a'), ('clicks', 0, 90, 'a')) t(kind, stars, f, v), generate_series(1, f)
		   GROUP BY kind) y USING (kind), ab_arms(s) a, ab_arms(r) b WHERE s::text = z::text ORDER BY kind;
SELECT ab_frequency_summary(1, 0, 'a') IS NULL AS no_rows;
SELECT variant, n, mean, nonfinite FROM ab_arms((SELECT ab_frequency_summary(x, 9007199254740992, v)
	FROM (VALUES (1e300::float8, 'a'), ('NaN', 'b')) t(x, v)));

-- one column of several
SELECT i, variant, n, mean, stddev, is_binary, missing, unassigned
FROM (SELECT ab_summary(x, y, v) s
	  FROM (VALUES (1::float8, 5::float8, 'a'), (0, 2, 'a'), (NULL, 2, 'a'), (3, NULL, 'a'), (NULL, NULL, NULL),
				   (NULL, NULL, 'b')) t(x, y, v)) q, generate_series(1, 2) i, ab_arms(ab_column(s, i));
SELECT ab_column(ab_summary(outcome, variant), 1)::text = ab_summary(outcome, variant)::text AS same FROM log;
SELECT i, close(a.mean, b.mean) AS mean, close(a.stddev, b.stddev) AS stddev
FROM (SELECT ab_summary(outcome, covariate, outcome * 2, covariate + outcome, variant) s,
			 ARRAY[ab_summary(outcome, variant), ab_summary(covariate, variant), ab_summary(outcome * 2, variant),
				   ab_summary(covariate + outcome, variant)] single FROM log) q, generate_series(1, 4) i,
	 ab_arms(ab_column(s, i)) a JOIN ab_arms(single[i]) b USING (variant) WHERE variant = 'control';

-- Wilson's interval of zeros and ones; reference values: statsmodels 0.13 proportion_confint(method='wilson')
SELECT n, abs(wilson_low - low) < 1e-15 AS low, abs(wilson_high - high) < 1e-15 AS high
FROM (VALUES (10, 3, 0.10779126740630104::float8, 0.6032218525388546::float8),
			 (1000, 20, 0.012983682916415138, 0.03069000522971779),
			 (20, 0, 0, 0.16112515805281943), (7, 7, 0.6456695649333125, 1)) t(total, ones, low, high),
	 ab_arms(ab_make_summary('a', total, ones));
SELECT variant, is_binary, wilson_low IS NULL AS no_wilson FROM ab_arms((SELECT ab_summary(x, v, 'd')
	FROM (VALUES (1::float8, 'a'), (0, 'a'), (2, 'b'), ('NaN', 'c'), (1, 'c')) t(x, v)));

-- variants that are stored out of line or compressed, as they are in wide rows
CREATE TEMP TABLE toasted (x float8, outside text, pressed text, rest text);
ALTER TABLE toasted ALTER outside SET STORAGE EXTERNAL, ALTER rest SET STORAGE PLAIN;
ALTER TABLE toasted SET (toast_tuple_target = 128);
INSERT INTO toasted
SELECT i * i, v || repeat('y', 400), v || repeat('z', 400), repeat('-', 2000)
FROM generate_series(1, 20) i, LATERAL (SELECT CASE WHEN i % 3 = 0 THEN 'a' ELSE 'b' END) r(v);
SELECT ab_summary(x, outside)::text = ab_summary(x, outside || '')::text AS outside,
	   ab_summary(x, pressed)::text = ab_summary(x, pressed || '')::text AS pressed,
	   ab_histogram(x, outside)::text = ab_histogram(x, outside || '')::text AS histogram,
	   ab_crosstab(outside, pressed)::text = ab_crosstab(outside || '', pressed || '')::text AS crosstab,
	   (ab_summary(x, 'v', outside) FILTER (WHERE outside < 'b'))::text =
	   (ab_summary(x, 'v', outside || '') FILTER (WHERE outside < 'b'))::text AS control_outside,
	   (ab_summary(x, 'v', pressed) FILTER (WHERE pressed < 'b'))::text =
	   (ab_summary(x, 'v', pressed || '') FILTER (WHERE pressed < 'b'))::text AS control_pressed,
	   bool_or(pg_column_size(pressed) < 400) AS is_pressed,
	   error_of('SELECT ab_summary(x, outside || outside || outside) FROM toasted') AS too_long
FROM toasted;
SELECT pg_relation_size(reltoastrelid) > 0 AS is_outside FROM pg_class WHERE oid = 'toasted'::regclass;
DROP TABLE toasted;

-- the usual row takes a path of its own in an aggregate, and never in a window: the same bytes
CREATE TEMP TABLE paths AS
SELECT g, i, CASE
		WHEN r < 0.02 THEN NULL
		WHEN r < 0.04 AND g % 3 = 0 THEN (ARRAY['NaN', 'Infinity', '-Infinity'])[1 + i % 3]::float8
		WHEN g % 6 = 1 THEN (r < 0.5)::int
		WHEN g % 6 = 2 THEN CASE WHEN i < 30 THEN (r < 0.5)::int ELSE r END
		WHEN g % 6 = 3 THEN CASE WHEN i < 50 THEN r ELSE 1e308 * (-1) ^ i END
		WHEN g % 6 = 4 THEN 1e9 + r
		ELSE r - 0.5 END AS x,
	   CASE WHEN i % 41 = 40 THEN NULL WHEN g % 4 = 3 AND i = 35 THEN 'third'
			WHEN s < 0.3 THEN a[1] ELSE a[2] END AS v,
	   CASE WHEN g % 5 = 4 AND i < 7 THEN NULL ELSE a[1 + g % 2] END AS c, s < 0.3 AS yes, id
FROM generate_series(1, 120) g, generate_series(1, 60) i,
	 LATERAL (SELECT ab_bucket('r', 100 * g + i) / 1e4, ab_bucket('s', 100 * g + i) / 1e4) b(r, s),
	 LATERAL (SELECT (ARRAY['{control,treatment}', '{a,b}', '{"",x}', '{long ago,long before}',
							ARRAY[repeat('y', 126), repeat('y', 127)]::text,
							ARRAY[repeat('y', 1024), repeat('y', 1023)]::text])[1 + g / 6 % 6]::text[]) l(a),
	 LATERAL (SELECT ((ARRAY[100, -1, 99, 99])[1 + g % 4] + (s < 0.3)::int)::bigint) k(id);
SELECT count(*), sum((a.plain <> w.plain)::int) AS plain, sum((a.named <> w.named)::int) AS named,
	   sum((a.made <> w.made)::int) AS made, sum((a.rate <> w.rate)::int) AS rate,
	   sum((a.named_rate <> w.named_rate)::int) AS named_rate, sum((a.number <> w.number)::int) AS number,
	   sum((a.flag <> w.flag)::int) AS flag
FROM (SELECT g, ab_summary(x, v ORDER BY i)::text AS plain, ab_summary(x, v, c ORDER BY i)::text AS named,
			 ab_summary(x, v || '', c || '' ORDER BY i)::text AS made, ab_summary(x > 0, v ORDER BY i)::text AS rate,
			 ab_summary(x > 0, v, c ORDER BY i)::text AS named_rate, ab_summary(x, id ORDER BY i)::text AS number,
			 ab_summary(x, yes ORDER BY i)::text AS flag
	  FROM paths GROUP BY g) a
JOIN (SELECT DISTINCT g, (ab_summary(x, v) OVER w)::text AS plain, (ab_summary(x, v, c) OVER w)::text AS named,
			 (ab_summary(x, v || '', c || '') OVER w)::text AS made, (ab_summary(x > 0, v) OVER w)::text AS rate,
			 (ab_summary(x > 0, v, c) OVER w)::text AS named_rate, (ab_summary(x, id) OVER w)::text AS number,
			 (ab_summary(x, yes) OVER w)::text AS flag
	  FROM paths
	  WINDOW w AS (PARTITION BY g ORDER BY i
				   ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)) w USING (g);
DROP TABLE paths;
-- as many rows as are counted exactly, and one more
SELECT format('CREATE AGGREGATE nearly_full(float8, text)
			   (SFUNC = ab_summary_accum, STYPE = ab_summary, INITCOND = %L)',
			  ab_rollup(ab_make_summary(v, 2 ^ 53 - 1, 0, 1)))
FROM unnest('{a,b}'::text[]) v \gexec
SELECT variant, n FROM ab_arms((SELECT nearly_full(1, v) FROM unnest('{a,b}'::text[]) v));
SELECT error_of($$SELECT nearly_full(1, v) FROM unnest('{a,b,a}'::text[]) v$$);
DROP AGGREGATE nearly_full(float8, text);

-- what notes say of rows left out: how many, of which arm, and whether the arms differ
CREATE FUNCTION rows_of(nc int, missing_c int, nt int, missing_t int)
RETURNS TABLE (x float8, y float8, b boolean, variant text) LANGUAGE sql AS $$
	SELECT CASE WHEN g <= n THEN g % 7 END, CASE WHEN g <= n THEN g % 5 END, CASE WHEN g <= n THEN g % 2 = 0 END, v
	FROM (VALUES ('control', nc, missing_c), ('treatment', nt, missing_t)) a(v, n, missing),
		 generate_series(1, n + missing) g
$$;
SELECT nc, mc, nt, mt, (ab_ttest(x, variant)).note
FROM (VALUES (500, 0, 328, 172), (500, 0, 500, 1), (500, 3, 500, 4), (9, 0, 7, 2), (500, 3, 500, 1), (12, 0, 3, 9),
			 (500, 60, 500, 20), (0, 5, 4, 0), (0, 5, 0, 3)) t(nc, mc, nt, mt), LATERAL rows_of(nc, mc, nt, mt) r
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4;
SELECT kind, r.note FROM (
	SELECT ab_summary(x, CASE WHEN g % 3 > 0 THEN g % 9 END, variant) two,
		   ab_summary(CASE WHEN g % 3 = 0 THEN NULL ELSE g % 9 END,
					  CASE WHEN g % 3 = 0 THEN NULL ELSE 1 END, variant) none,
		   ab_summary(x, 1.0, CASE WHEN g % 3 > 0 THEN g % 9 END, 1.0, variant) four,
		   ab_summary(x, CASE WHEN g > 2 THEN variant END) one,
		   ab_histogram(x, CASE WHEN g > 2 THEN variant END) h
	FROM (SELECT CASE WHEN g > 1 THEN g * 7 % 11 END x, g,
				 CASE WHEN g % 5 > 0 THEN 'treatment' ELSE 'control' END variant
		  FROM generate_series(1, 400) g) t) s,
	LATERAL (SELECT 'ab_cuped', note FROM ab_cuped(two) UNION ALL SELECT 'ab_ratio', note FROM ab_ratio(two)
		UNION ALL SELECT 'no value', note FROM ab_cuped(none) UNION ALL SELECT 'four', note FROM ab_ratio_cuped(four)
		UNION ALL SELECT 'ab_poisson_test', note FROM ab_poisson_test(two)
		UNION ALL SELECT 'ab_srm', note FROM ab_srm(one)
		UNION ALL SELECT 'ab_compare', note FROM ab_compare(one) UNION ALL SELECT 'ab_anova', note FROM ab_anova(one)
		UNION ALL SELECT 'ab_quantile_test', note FROM ab_quantile_test(h, 0.5)
		UNION ALL SELECT 'ab_mannwhitney', note FROM ab_mannwhitney(h)) r(kind, note);
SELECT what, (ab_anova(ab_summary(x, v))).note, (ab_srm(ab_summary(x, v))).note
FROM (VALUES ('alike', 10, 12, 11), ('one more', 40, 12, 11), ('one less', 30, 0, 33)) t(what, a, b, c),
	 LATERAL (SELECT CASE WHEN g > m THEN g END, v FROM (VALUES ('a', a), ('b', b), ('c', c)) u(v, m),
			  generate_series(1, 100) g) r(x, v) GROUP BY what ORDER BY what;
SELECT kind, (ab_paired_ttest(c, t)).note AS means, (ab_wilcoxon(c, t)).note AS ranks
FROM (SELECT kind, CASE WHEN g > lost_c THEN g % 7 END, CASE WHEN g > lost_both AND g <= 400 - lost_t THEN g % 5 END
	  FROM (VALUES ('both', 100, 100, 0), ('a few', 2, 1, 4), ('treatment', 0, 0, 20), ('control', 20, 0, 1))
		   k(kind, lost_c, lost_both, lost_t),
		   generate_series(1, 400) g) p(kind, c, t) GROUP BY kind ORDER BY kind;
DROP FUNCTION rows_of;
-- readers of one column refuse more
\t on
SELECT error_of(format('SELECT * FROM (SELECT ab_summary(1, 2, ''a'') s) t, %s', call))
FROM (VALUES ('ab_ttest(s)'), ('ab_compare(s)'), ('ab_anova(s)'), ('ab_noninferiority(s, 0.1, ''higher'')'),
	('ab_superiority(s, 0.1, ''higher'')'), ('ab_equivalence(s, 0.1)'), ('ab_sample_size(s, 0.1)'),
	('ab_power(10, s, 0.1)'), ('ab_mde(10, s)'), ('ab_ttest(ab_column(s, 2))'), ('ab_srm(s)')) v(call);
\t off

-- sizes: constant in n, 48 bytes an arm and its label; counts of rows left out where there are any
SELECT pg_column_size(ab_summary(x, 'a')) = 16 + 48 + 1 AS one_column,
	   pg_column_size(ab_summary(x, x, 'a')) = 16 + 96 + 1 AS two_columns,
	   pg_column_size(ab_summary(x, x, x, x, 'a')) = 16 + 240 + 1 AS four_columns,
	   pg_column_size(ab_summary(nullif(x, 1), 'a')) = 16 + 48 + 8 + 8 * 3 AS counts FROM generate_series(1, 1000) x;
-- many variants: no row is too big
CREATE TABLE many AS SELECT ab_summary(g, 'variant number ' || g) s FROM generate_series(1, 4096) g;
SELECT count(*), sum(n), min(mean), max(mean) FROM many, ab_arms(s);
SELECT s::text::ab_summary::text = s::text AS reads_back FROM many;
SELECT count(*), sum(n)
FROM ab_arms((SELECT ab_rollup(s) FROM (SELECT s FROM many UNION ALL SELECT s FROM many) t));
-- stored as they come: short header, compressed, out of line
CREATE TABLE kept (pad char(1) DEFAULT 'x', s ab_summary);
INSERT INTO kept (s) SELECT ab_make_summary('a', 5, 1, 2);
INSERT INTO kept (s) SELECT ab_summary(g, 'variant number ' || g) FROM generate_series(1, 3000) g;
SELECT count(*) FILTER (WHERE pg_column_size(s) < 100) AS short,
	   count(*) FILTER (WHERE pg_column_size(s) BETWEEN 100 AND 3000 * 48) AS compressed FROM kept;
SELECT (SELECT sum(n) FROM ab_arms(ab_rollup)) AS n FROM (SELECT ab_rollup(s) FROM kept) t;
-- binary copy
\copy (SELECT s FROM stored) TO 'results/summary.bin' (FORMAT binary)
CREATE TABLE restored (LIKE stored);
\copy restored FROM 'results/summary.bin' (FORMAT binary)
SELECT ab_summary_send(a.s) = ab_summary_send(b.s) AS same FROM stored a, restored b;

-- version 1 stays readable for ever: these values were written by the first release
CREATE TABLE version_1 (columns int, s ab_summary);
INSERT INTO version_1 VALUES
	(1, '{"version": 1, "columns": 1, "unassigned": 0, "arms": [{"variant": "control", "n": 3, "nonfinite": 0,'
		' "missing": [4], "control": true, "overflow": false, "binary": [true], "mean": [0.6666666666666666],'
		' "mean_low": [3.700743415417188e-17], "comoment": [0.6666666666666666], "comoment_low": [0]},'
		' {"variant": "treatment", "n": 2, "nonfinite": 1, "missing": [0], "control": false,'
		' "overflow": false, "binary": [false], "mean": [2.5], "mean_low": [0], "comoment": [0.5],'
		' "comoment_low": [0]}]}'),
	(2, '{"version": 1, "columns": 2, "unassigned": 0, "arms": [{"variant": "a", "n": 2, "nonfinite": 0,'
		' "missing": [5, 6, 7], "control": false, "overflow": false, "binary": [false, true],'
		' "mean": [2, 0.5], "mean_low": [0, 0], "comoment": [2, 1, 0.5], "comoment_low": [0, 0, 0]}]}');
SELECT t.columns, v.variant, v.n, v.mean, v.stddev, v.is_control, v.is_binary, v.nonfinite,
	   v.missing_by_column, v.covariances
FROM version_1 t, ab_arms(s) v;
SELECT ab_summary_send(s) AS bytes
FROM (SELECT ab_summary(x, v, 'b') s FROM (VALUES (1::float8, 'b'), (2, 'b'), (3, 'é')) t(x, v)) t;

-- hostile text
CREATE FUNCTION arm(changes jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT '{"version": 1, "columns": 1, "unassigned": 0, "arms": [' ||
		('{"variant": "a", "n": 2, "nonfinite": 0, "missing": [0], "control": false, "overflow": false,
		   "binary": [false], "mean": [1], "mean_low": [0], "comoment": [2], "comoment_low": [0]}'::jsonb ||
			changes)::text || ']}'
$$;
\t on
SELECT error_of('SELECT ' || quote_literal(t) || '::ab_summary')
FROM (VALUES (''), ('null'), ('1'), ('"x"'), ('[]'), ('{}'), ('{"version": 1'),
	('{"version": 2, "columns": 1, "unassigned": 0, "arms": []}'),
	('{"version": 1, "columns": 3, "unassigned": 0, "arms": []}'),
	('{"version": 1, "columns": 1, "unassigned": 0, "arms": {}}'),
	('{"version": 1, "columns": 1, "unassigned": 0, "arms": [], "extra": 1}'),
	('{"version": -1, "columns": 1, "unassigned": 0, "arms": []}'),
	('{"version": 1, "columns": 1, "unassigned": 0, "arms": [1]}'),
	('{"version": 1, "columns": 1, "unassigned": 0, "arms": [[]]}'),
	('{"version": 1, "columns": 1, "unassigned": -1, "arms": []}'), ('{"version": 1, "columns": 1, "arms": []}'),
	('{"version": 1e999, "columns": 1, "unassigned": 0, "arms": []}')) v(t);
SELECT error_of('SELECT ' || quote_literal(arm(c)) || '::ab_summary')
FROM (VALUES ('{}'::jsonb), ('{"n": -1}'), ('{"n": 2.5}'), ('{"n": 9007199254740993}'), ('{"n": 1}'), ('{"n": 0}'),
	('{"n": null}'), ('{"nonfinite": -1}'),
	('{"missing": 0}'), ('{"missing": []}'), ('{"missing": [-1]}'), ('{"missing": [9007199254740993]}'),
	('{"variant": null}'), ('{"variant": 1}'), ('{"control": 1}'),
	('{"overflow": true}'), ('{"overflow": null}'), ('{"binary": []}'), ('{"binary": [1]}'), ('{"binary": [true]}'),
	('{"mean": []}'), ('{"mean": 1}'), ('{"mean": ["x"]}'), ('{"mean": [1e999]}'), ('{"mean": [1, 2]}'),
	('{"mean_low": [1]}'), ('{"comoment": [-1]}'), ('{"comoment": [[2]]}'), ('{"other": 1}')) v(c);
SELECT error_of('SELECT ' || quote_literal(arm(jsonb_build_object('variant', repeat('x', 1025)))) || '::ab_summary');
SELECT error_of('SELECT ' || quote_literal(replace(arm('{}'), '}]}', '}, ' || substr(arm('{}'), 56)))
	|| '::ab_summary');
SELECT error_of('SELECT ' || quote_literal(replace(arm('{"variant": "b"}'), '}]}', '}, ' || substr(arm('{}'), 56)))
	|| '::ab_summary');
SELECT error_of('SELECT ' || quote_literal(replace(arm('{"control": true}'), '}]}',
	'}, ' || substr(arm('{"control": true, "variant": "b"}'), 56))) || '::ab_summary');
-- impossible covariances
SELECT error_of($$SELECT '{"version": 1, "columns": 2, "unassigned": 0, "arms": [{"variant": "a", "n": 3,
	"nonfinite": 0, "missing": [0, 0, 0], "control": false, "overflow": false, "binary": [false, false],
	"mean": [1, 1], "mean_low": [0, 0],
	"comoment": [2, 3, 2], "comoment_low": [0, 0, 0]}]}'::ab_summary$$);
SELECT error_of($$SELECT '{"version": 1, "columns": 4, "unassigned": 0, "arms": [{"variant": "a", "n": 9,
	"nonfinite": 0, "missing": [0, 0, 0, 0, 0], "control": false, "overflow": false,
	"binary": [false, false, false, false], "mean": [1, 1, 1, 1],
	"mean_low": [0, 0, 0, 0], "comoment": [1, 0.9, 0.9, 0, 1, -0.9, 0, 1, 0, 1],
	"comoment_low": [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]}]}'::ab_summary$$);

-- hostile bytes, through binary copy
CREATE FUNCTION receive(bytes bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	path text := current_setting('data_directory') || '/ab_test_hostile.bin';
	file oid := lo_from_bytea(0, '\x5047434f50590aff0d0a00'::bytea || '\x0000000000000000'::bytea || '\x0001'::bytea ||
		int4send(length(bytes)) || bytes || '\xffff'::bytea);
	result text;
BEGIN
	PERFORM lo_export(file, path);
	PERFORM lo_unlink(file);
	result := error_of(format('COPY restored FROM %L (FORMAT binary)', path));
	RETURN result;
END $$;
SELECT receive(ab_summary_send(ab_make_summary('a', 5, 1, 2)));
SELECT receive(b) FROM (SELECT ab_summary_send(ab_make_summary('a', 5, 1, 2)) AS good) g, LATERAL (VALUES
	(''::bytea), (substr(good, 1, 7)), (substr(good, 1, 20)), (substr(good, 1, length(good) - 1)), (good || '\x00'),
	(set_byte(good, 0, 2)), (set_byte(good, 1, 3)), (set_byte(good, 3, 1)), (set_byte(good, 4, 255)),
	(set_byte(good, 7, 2)), (set_byte(good, 8, 255)), (set_byte(good, 16, 255)), (set_byte(good, 17, 255)),
	(set_byte(good, 18, 255)), (set_byte(good, 18, 0)), (set_byte(good, 19, 255)), (set_byte(good, 20, 64)),
	(set_byte(good, 21, 255)), (set_byte(good, 29, 255)), (set_byte(good, 37, 255)), (set_byte(good, 45, 127)),
	(set_byte(set_byte(good, 45, 127), 46, 240)), (set_byte(good, 53, 63)), (set_byte(good, 61, 192)),
	(substr(good, 1, 7) || '\x02' || substr(good, 9) || substr(good, 17))) v(b);

-- query mistakes and limits
SELECT error_of($$SELECT ab_summary(x, 'a', c) FROM (VALUES (1::float8, 'a'), (2, 'b')) t(x, c)$$);
SELECT error_of($$SELECT ab_rollup(s)
	FROM (SELECT ab_summary(1.0, 'a', 'a') s UNION ALL SELECT ab_summary(1.0, 'a', 'b')) t$$);
SELECT error_of($$SELECT ab_rollup(s)
	FROM (SELECT ab_summary(1.0, 'a') s UNION ALL SELECT ab_summary(1.0, 2.0, 'a')) t$$);
SELECT error_of($$SELECT ab_summary(1.0, repeat('x', 1025))$$);
SELECT error_of($$SELECT ab_summary(1.0, g::text) FROM generate_series(1, 4097) g$$);
SELECT error_of($$SELECT ab_rollup(s)
	FROM (SELECT ab_summary(1.0, g::text) s FROM generate_series(1, 6000) g GROUP BY g % 2) t$$);
SELECT error_of($$SELECT ab_make_summary('a', -1, 1, 1)$$);
SELECT error_of(format('SELECT ab_make_summary(%s)', arguments))
FROM (VALUES ('NULL, 5::bigint, 1, 1'), ('''a'', NULL::bigint, 1, 1'), ('''a'', 5::bigint, NULL, 1'),
	('''a'', 5::bigint, 1, NULL'), ('''a'', 1::bigint, NULL, NULL'), ('NULL, 0::bigint, NULL, NULL'),
	('''a'', 5::bigint, NULL'), ('''a'', NULL, 5'), ('NULL, 5, 1'), ('''a'', 2.5, 1'), ('''a'', 2, 0.5'),
	('''a'', 2.5, 1, 1'), ('''a'', ''NaN'', 1'), ('''a'', 1e17, 1'), ('''a'', 0, 1'),
	('''a'', 9007199254740993, 1')) v(arguments);
SELECT error_of(format('SELECT ab_frequency_summary(1, %s, ''a'')', frequency))
FROM (VALUES ('NULL'), ('-1'), ('2.5'), ('''NaN'''), ('''Infinity'''), ('9007199254740993'), ('1e17')) v(frequency);
SELECT error_of($$SELECT ab_frequency_summary(x, 9007199254740992, 'a') FROM generate_series(1, 2) x$$);
SELECT error_of(format('SELECT ab_column(ab_summary(1, 2, ''a''), %s)', i)) FROM unnest('{0, 3, -1}'::bigint[]) i;
SELECT error_of($$SELECT ab_make_summary('a', 5, 'NaN', 1)$$);
SELECT error_of($$SELECT ab_make_summary('a', 5, 1, -1)$$);
SELECT error_of($$SELECT ab_make_summary('a', 5, 1, 'Infinity')$$);
SELECT error_of($$SELECT ab_make_summary('a', 1, 1, 1)$$);
SELECT error_of($$SELECT ab_make_summary('a', 5, 6)$$);
SELECT error_of($$SELECT ab_make_summary('a', 5, -1)$$);
SELECT error_of($$SELECT ab_rollup(ab_make_summary('a', 9007199254740992, 1, 1)) FROM generate_series(1, 2)$$);
\t off

DROP FUNCTION arm, receive;

-- A state grows with room to spare and in the order of the rows; what comes out has neither.  In every case below the
-- bytes are those of the value that is read from its text.
SET client_min_messages = warning;
\set ECHO none
\i :srcdir/sql/raw.psql
\set ECHO all
RESET client_min_messages;
CREATE FUNCTION is_closed(ab_summary) RETURNS boolean LANGUAGE sql
	RETURN $1::raw::text = $1::text::ab_summary::raw::text;
CREATE TABLE grown (arms int, long int, lost int, up ab_summary, down ab_summary, two ab_summary, marked ab_summary);
INSERT INTO grown
SELECT arms, long, lost, ab_summary(x, v ORDER BY i), ab_summary(x, v ORDER BY -i),
	   ab_summary(x, x, v ORDER BY i * 7919 % 1009), ab_summary(x, v, 'arm 3' ORDER BY i)
FROM unnest('{1,2,3,4,5,8,9,40,600}'::int[]) arms, unnest('{0,1,30,500}'::int[]) long,
	 unnest('{-1,0,1,2,7}'::int[]) lost,
	 LATERAL (SELECT i, CASE WHEN i <> lost THEN 'arm ' || i || repeat('x', i * 31 % 7 * long % 1000) END,
			  CASE i WHEN lost + 1 THEN NULL WHEN lost + 2 THEN 'NaN'::float8 ELSE i END
			  FROM generate_series(1, arms) i) r(i, v, x)
GROUP BY arms, long, lost;
SELECT count(*), bool_and(up::raw::text = down::raw::text) AS any_order, bool_and(is_closed(up)) AS up,
	   bool_and(is_closed(down)) AS down, bool_and(is_closed(two)) AS two, bool_and(is_closed(marked)) AS marked
FROM grown;
SELECT sum(n) AS n, sum(nonfinite) AS nonfinite, sum(missing) AS missing FROM grown, ab_arms(up);
SELECT is_closed(ab_rollup(up ORDER BY arms)) AS up, is_closed(ab_rollup(up ORDER BY -arms)) AS down,
	   ab_rollup(up ORDER BY arms)::raw::text = ab_rollup(down ORDER BY arms)::raw::text AS alike
FROM grown WHERE lost = 1;
-- as many variants as there may be, and then rows left out
SELECT sum(n) AS n, sum(nonfinite) AS nonfinite, count(*) AS arms
FROM ab_arms((SELECT ab_rollup(s)
			  FROM (SELECT s FROM many UNION ALL SELECT ab_summary('NaN'::float8, 'variant number 7')) t(s)));
-- read while it grows, by a window
SELECT count(*), bool_and(is_closed(s)) AS closed, bool_and(arms = i) AS arms
FROM (SELECT i, ab_summary(i, 'arm ' || i) OVER (ORDER BY i) AS s FROM generate_series(1, 40) i) w,
	 LATERAL (SELECT count(*) FROM ab_arms(s)) a(arms);
-- outside an aggregate a transition returns what is stored
SELECT is_closed(ab_summary_accum(NULL, 1, 'a'::text)) AS first,
	   is_closed(ab_summary_accum(ab_summary_accum(ab_summary_accum(NULL, 1, 'c'::text), 2, 'b'::text),
								  3, 'a'::text)) AS third,
	   is_closed(ab_summary_combine(ab_make_summary('a', 1, 1, 0), ab_summary(1, 2))) AS combined;
SET client_min_messages = warning;
DROP TABLE grown;
DROP TYPE raw CASCADE;
DROP TABLE log, stored, many, kept, restored, version_1;
