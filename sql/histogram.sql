\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
CREATE TABLE log (id int, variant text, latency float8, turns int, day int);
INSERT INTO log SELECT g, CASE WHEN g % 5 = 0 THEN 'treatment' ELSE 'control' END,
	exp(sin(g) * 2 + cos(g * 0.7)), 1 + (g * 7919) % 6 + (g % 11) / 9, g % 14 FROM generate_series(1, 3000) g;

-- text and binary form
SELECT ab_histogram(x, v, 'b') AS histogram
FROM (VALUES (1::float8, 'a'), (3, 'a'), (1, 'a'), (-0.5, 'b'), ('NaN', 'b')) t(x, v);
SELECT ab_histogram_send(ab_histogram(x, 'a')) AS bytes FROM (VALUES (1::float8), (3), (1)) t(x);
SELECT what, h::text::ab_histogram::text = h::text AS text,
	   ab_histogram_send(h::text::ab_histogram) = ab_histogram_send(h) AS binary,
	   h::text::jsonb #>> '{arms,0,variant}' AS json
FROM (SELECT 'latency', ab_histogram(latency, variant) FROM log
	  UNION ALL SELECT 'turns', ab_histogram(turns, variant) FROM log
	  UNION ALL SELECT 'odd label', ab_histogram(-latency * 1e300, E'quote" back\\slash 实验') FROM log) t(what, h);
-- the text in other words: keys in another order, spaces, escapes, numbers; cells as short decimals
SELECT h::text::jsonb::text::ab_histogram::text = h::text AS jsonb,
	   jsonb_pretty(h::text::jsonb)::ab_histogram::text = h::text AS pretty,
	   replace(h::text, 'q', '\u0071')::ab_histogram::text = h::text AS escaped,
	   replace(h::text, '[1,2]', '[ 1e0 , 2 ]')::ab_histogram::text = h::text AS numbers
FROM (SELECT ab_histogram(x, v) AS h FROM (VALUES (1::float8, 'q'), (1, 'q'), (-2.5, 'q'), (3, E'b"\n')) t(x, v)) q;
SELECT ab_resolution(h) > 0 AS cells, ab_histogram_send(h::text::ab_histogram) = ab_histogram_send(h) AS text,
	   length(h::text) < 10 * 65536 AS short
FROM (SELECT ab_histogram(sin(g) * 1000, 'a') AS h FROM generate_series(1, 70000) g) q;
SET extra_float_digits = -15;
SELECT ab_histogram(x, 'a') AS exact FROM (VALUES (0.1::float8), (0.2), (1e-300), (5e-324)) t(x);
RESET extra_float_digits;
CREATE TABLE travelled (h ab_histogram);
INSERT INTO travelled SELECT ab_histogram(latency, variant) FROM log GROUP BY day;
\copy travelled TO 'results/histogram.bin' (FORMAT binary)
CREATE TABLE arrived (h ab_histogram);
\copy arrived FROM 'results/histogram.bin' (FORMAT binary)
SELECT (SELECT string_agg(ab_histogram_send(h)::text, ',') FROM travelled) =
	   (SELECT string_agg(ab_histogram_send(h)::text, ',') FROM arrived) AS binary_copy;
-- bytes written by version 1 stay readable
SELECT h FROM (SELECT '{"version": 1, "bits": 52, "unassigned": 0, "arms": [{"variant": "a", "nonfinite": 2,'
			' "missing": [0, 0, 0], "control": true,'
	' "min": -1.5, "max": 1e300, "values": [-1.5, 0, 5e-324, 1e300], "counts": [1, 2, 3, 4]}]}'::ab_histogram) t(h);

-- exact: the server's own quantiles
SELECT p.variant, ab_quantiles(h, p.variant, qs) = p.latency AS latency,
	   ab_quantiles(t, p.variant, qs) = p.turns AS turns, ab_quantile(h, p.variant, qs[4]) = p.latency[4] AS one
FROM (SELECT ab_histogram(latency, variant) AS h, ab_histogram(turns, variant) AS t,
			 '{0, 0.001, 0.25, 0.5, 0.777, 0.95, 0.99, 1}'::float8[] AS qs FROM log) s,
	 LATERAL (SELECT variant, percentile_cont(qs) WITHIN GROUP (ORDER BY latency) AS latency,
					 percentile_cont(qs) WITHIN GROUP (ORDER BY turns) AS turns FROM log GROUP BY variant) p
ORDER BY p.variant;
SELECT ab_quantiles(h, 'a', '{{0.5, NULL}, {0, 1}}') AS places
FROM (SELECT ab_histogram(x, 'a') AS h FROM generate_series(1, 4) x) s;
SELECT a.variant, a.n = r.n AS n, a.distinct_values = r.d AS "distinct", a.min = r.min AS min, a.max = r.max AS max,
	   close(a.mean, r.mean, 1e-14) AS mean, close(a.stddev, r.stddev, 1e-14) AS stddev, a.is_exact, a.significand_bits
FROM (SELECT ab_histogram(latency, variant) h FROM log) x, ab_arms(h) a,
	 LATERAL (SELECT count(*) n, count(DISTINCT latency) d, min(latency), max(latency), avg(latency) mean,
					 stddev_samp(latency) stddev FROM log l WHERE l.variant = a.variant) r;
-- the summary of a histogram is that of its rows
SELECT close(a.p_value, b.p_value, 1e-11) AS p, a.control_n = b.control_n AS nc, a.treatment_n = b.treatment_n AS nt
FROM (SELECT ab_histogram(latency, variant) AS h, ab_summary(latency, variant) AS s FROM log) x,
	 ab_ttest(ab_summary(h)) a, ab_ttest(s) b;
SELECT variant, n, mean, is_binary, is_control FROM ab_arms((SELECT ab_summary(ab_histogram(x, v, 'b'))
	FROM (VALUES (1::float8, 'a'), (0, 'a'), (1, 'a'), (5, 'b')) t(x, v)));
-- capped at quantiles of all rows together
WITH cap AS (SELECT percentile_cont(0.05) WITHIN GROUP (ORDER BY latency) low,
					percentile_cont(0.9) WITHIN GROUP (ORDER BY latency) high FROM log)
SELECT close(a.statistic, b.statistic, 1e-11) AS winsorized
FROM (SELECT ab_winsorize(ab_histogram(latency, variant), 0.05, 0.9) AS w FROM log) x, ab_ttest(w) a,
	 (SELECT ab_summary(least(greatest(latency, low), high), variant) AS s FROM log, cap) y, ab_ttest(s) b;
SELECT round(a.p_value::numeric, 6) AS with_giant, round(b.p_value::numeric, 6) AS capped
FROM (SELECT ab_histogram(CASE WHEN id = 7 THEN 10000 WHEN variant = 'treatment' THEN turns + 0.2 ELSE turns END,
						  variant) AS h FROM log) x, ab_ttest(ab_summary(h)) a, ab_ttest(ab_winsorize(h)) b;

-- Yuen's test; reference values: scipy.stats.ttest_ind(t, c, equal_var=False, trim=0.2) and trim=0.1, equal_var=True
-- (SciPy 1.17)
SELECT proportion, close(r.statistic, ref.statistic, 1e-13) AS statistic, close(r.p_value, ref.p) AS p,
	   r.control_n, r.treatment_n
FROM (SELECT ab_histogram(x, v) AS h
	  FROM (SELECT unnest('{2.5,0.3,4.1,3.7,1.9,6.2,5.5,0.8,2.2,7.4,3.1,4.8,1.2,9.6,2.9}'::float8[]), 'control'
			UNION ALL SELECT unnest('{3.3,8.1,6.4,2.7,5.2,7.9,4.4,10.5,6.9,5.8,12.2,3.9}'::float8[]), 'treatment')
			u(x, v)) s,
	 (VALUES (0.2, false, 2.6002905306534028::float8, 0.020751855867654316::float8),
			 (0.1, true, 2.4713547420182542, 0.02210197700620563)) ref(proportion, pooled, statistic, p),
	 ab_ttest(ab_trim(h, proportion), equal_var => pooled) r;
SELECT n, mean, stddev IS NULL AS no_stddev FROM (SELECT ab_trim(ab_histogram(7, 'a'), 0.4) AS t) s, ab_arms(t);

-- any order and any chunks give the same bytes, exact or not
CREATE TABLE bytes AS SELECT ab_histogram_send(ab_histogram(latency, variant)) AS b FROM log;
SELECT ab_histogram_send(ab_histogram(latency, variant ORDER BY latency DESC)) = (SELECT b FROM bytes) AS backwards,
	   ab_histogram_send(ab_histogram(latency, variant ORDER BY md5(id::text))) = (SELECT b FROM bytes) AS shuffled
FROM log;
SELECT k, ab_histogram_send(ab_rollup(h)) = (SELECT b FROM bytes) AS chunks
FROM (SELECT k, ab_histogram(latency, variant) AS h FROM log, unnest(ARRAY[2, 14, 999]) AS k GROUP BY k, id % k) d
GROUP BY k ORDER BY k;
CREATE TABLE many AS
SELECT g AS id, CASE WHEN g % 3 = 0 THEN 'a' ELSE 'b' END AS variant,
	   exp(sin(g) * 4 + cos(g * 0.37)) * (1 + g / 1e6) * sign(sin(g * 0.01)) AS x FROM generate_series(1, 150000) g;
CREATE TABLE many_bytes AS SELECT ab_histogram(x, variant) AS h FROM many;
SELECT ab_histogram_send(ab_histogram(x, variant ORDER BY x)) =
	   (SELECT ab_histogram_send(h) FROM many_bytes) AS in_order FROM many;
SELECT k, ab_histogram_send(ab_rollup(h)) = (SELECT ab_histogram_send(h) FROM many_bytes) AS chunks
FROM (SELECT k, ab_histogram(x, variant) AS h FROM many, unnest(ARRAY[2, 50]) AS k GROUP BY k, id % k) d
GROUP BY k ORDER BY k;
SELECT ab_histogram_send(ab_histogram_combine(a, b)) = ab_histogram_send(ab_histogram_combine(b, a)) AS commutes,
	   ab_histogram_send(ab_histogram_combine(a, b)) = (SELECT ab_histogram_send(h) FROM many_bytes) AS merged
FROM (SELECT ab_histogram(x, variant) FILTER (WHERE x > 0.1) AS a,
			 ab_histogram(x, variant) FILTER (WHERE x <= 0.1) AS b FROM many) p;
SELECT variant, n, significand_bits, is_exact, ab_resolution(h) FROM many_bytes, ab_arms(h);
SELECT p.variant, q, abs(b / e - 1) <= ab_resolution(h) AS within_resolution
FROM (SELECT '{0, 0.01, 0.3, 0.7, 0.95, 1}'::float8[] AS qs) a, many_bytes,
	 LATERAL (SELECT variant, percentile_cont(qs) WITHIN GROUP (ORDER BY x) AS exact FROM many GROUP BY variant) p,
	 unnest(qs, ab_quantiles(h, p.variant, qs), exact) AS u(q, b, e) ORDER BY p.variant, q;
SELECT h::text::ab_histogram::text = h::text AS text,
	   ab_histogram_send(h::text::ab_histogram) = ab_histogram_send(h) AS binary FROM many_bytes;
-- up to 65536 different values stay exact, whatever they are, and so do whole numbers for ever
SELECT count(*) AS rows, bool_and(is_exact) AS exact, min(significand_bits) AS bits
FROM (SELECT ab_histogram(sqrt(g), 'a') AS h FROM generate_series(1, 65536) g) t, ab_arms(h);
SELECT bool_and(is_exact) AS exact, min(significand_bits) AS bits
FROM (SELECT ab_histogram(sqrt(g), 'a') AS h FROM generate_series(1, 65537) g) t, ab_arms(h);
SELECT n, distinct_values, is_exact
FROM (SELECT ab_histogram(g % 60000, 'a') AS h FROM generate_series(1, 300000) g) t, ab_arms(h);
-- 16 octaves of both signs leave 10 bits and more; the whole range of double leaves some
SELECT min(significand_bits) >= 10 AS bits
FROM (SELECT ab_histogram((1 + g / 200000.0) * 2 ^ (g % 16) * (CASE WHEN g % 2 = 0 THEN 1 ELSE -1 END), 'a') AS h
	  FROM generate_series(1, 200000) g) t, ab_arms(h);
SELECT n, min < -1e298 AS min, max > 1e298 AS max, significand_bits, distinct_values <= 65536 AS bounded
FROM (SELECT ab_histogram(CASE WHEN g % 2 = 0 THEN 1 ELSE -1 END * 10 ^ (g % 600 - 300) * (1 + g / 200000.0),
						  'a') AS h FROM generate_series(1, 200000) g) t, ab_arms(h);
SELECT variant, n, min, max, distinct_values, nonfinite
FROM ab_arms((SELECT ab_histogram(x, 'a') FROM (VALUES (5e-324::float8), (-5e-324), (0), (-0.0), ('Infinity'),
	('-Infinity'), ('NaN'), (1.7976931348623157e308), (2.2250738585072014e-308)) t(x)));

-- a row counts only if variant and outcome are there; what is left out is counted
SELECT variant, n, missing, missing_by_column, unassigned FROM ab_arms((SELECT ab_histogram(x, v)
	FROM (VALUES (1::float8, 'a'), (NULL, 'a'), (2, NULL), (NULL, NULL), (3, 'a'), (NULL, 'b')) t(x, v)));
SELECT ab_histogram(x, 'a') AS no_rows FROM (VALUES (NULL::float8)) t(x);
SELECT ab_histogram(1, x) AS no_arms FROM (VALUES (NULL)) t(x);
SELECT count(*), count(DISTINCT (missing, unassigned)), min(missing), min(unassigned)
FROM (SELECT ab_histogram(x, v) a, ab_histogram(x, v = '1') b, ab_histogram(x, v::bigint) c, ab_histogram(x, v, '1') d
	  FROM (VALUES (1::float8, '1'), (NULL, '1'), (NULL, NULL), (2, NULL)) t(x, v)) s,
	 LATERAL (VALUES (a), (b), (c), (d)) u(h), ab_arms(u.h);
-- its summaries have them, too
SELECT s.what, a.variant, a.n, a.missing, a.unassigned
FROM (SELECT ab_histogram(x, v) h
	  FROM (VALUES (1::float8, 'a'), (2, 'a'), (4, 'a'), (NULL, 'a'), (NULL, 'b'), (1, NULL)) t(x, v)) q,
	 LATERAL (VALUES ('all', ab_summary(h)), ('capped', ab_winsorize(h)), ('trimmed', ab_trim(h, 0.34))) s(what, s),
	 ab_arms(s.s) a ORDER BY 1, 2;
-- rows with a count: the same bytes as from as many equal rows
SELECT ab_histogram_send(h) = ab_histogram_send(r) AS same, ab_histogram_send(h) = ab_histogram_send(z) AS numeric
FROM (SELECT ab_frequency_histogram(x, f, v) h, ab_frequency_histogram(x, f::numeric, v) z
	  FROM (VALUES (1::float8, 5, 'a'), (-0.5, 70, 'a'), (NULL, 3, 'a'), (4, 9, NULL), (3, 0, 'z'), ('NaN', 2, 'a'),
				   (1, 2, 'a'), (7, 1, 'b'), (-0.0, 2, 'b')) t(x, f, v)) a,
	 (SELECT ab_histogram(x, v) r
	  FROM (VALUES (1::float8, 5, 'a'), (-0.5, 70, 'a'), (NULL, 3, 'a'), (4, 9, NULL), ('NaN', 2, 'a'),
				   (1, 2, 'a'), (7, 1, 'b'), (-0.0, 2, 'b')) t(x, f, v), generate_series(1, f)) b;
SELECT ab_frequency_histogram(1, 0, 'a') IS NULL AS no_rows;
SELECT ab_histogram_send(ab_frequency_histogram(x, f, 'a')) = ab_histogram_send(ab_histogram(x, 'a')) AS bucketed
FROM (SELECT sqrt(g) x, 1 f FROM generate_series(1, 70000) g) t;
SELECT variant, n, distinct_values FROM ab_arms((SELECT ab_frequency_histogram(1, 9007199254740992, 'a')));
SELECT ab_histogram(1.0, 'a') IS NULL AS no_rows WHERE false;
SELECT ab_rollup(h) IS NULL AS nothing FROM (VALUES (NULL::ab_histogram)) t(h);
SELECT ab_rollup(h) AS empty
FROM (VALUES ('{"version": 1, "bits": 52, "unassigned": 0, "arms": []}'::ab_histogram), (NULL)) t(h);
-- NaN and infinities are rows without a value
SELECT variant, n, mean, min, nonfinite FROM ab_arms((SELECT ab_histogram(x, v)
	FROM (VALUES (1::float8, 'a'), ('NaN', 'a'), ('Infinity', 'b')) t(x, v)));
SELECT ab_quantile(h, 'a', 0.5) IS NULL AS a, ab_quantile(h, 'b', 0.5) AS b, ab_quantile(h, 'c', 0.5) IS NULL AS c
FROM (SELECT ab_histogram(x, v) AS h
	  FROM (VALUES (1::float8, 'a'), ('NaN', 'a'), (7, 'b'), ('Infinity', 'c')) t(x, v)) q;
SELECT ab_quantile(ab_histogram(1, 'a'), 'z', 0.5) IS NULL AS one_arm_only;
-- a window frame does not change what it reads
SELECT day, n
FROM (SELECT day, ab_rollup(h) OVER (ORDER BY day) r
	  FROM (SELECT day, ab_histogram(latency, variant) h FROM log WHERE day < 4 GROUP BY day) d) w, ab_arms(r)
WHERE variant = 'treatment' ORDER BY day;
SELECT id, n, distinct_values
FROM (SELECT id, ab_histogram(turns, 'a') OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) h
	  FROM log WHERE id <= 5) w, ab_arms(h) ORDER BY id;
-- support functions called by hand work on a copy
SELECT (SELECT sum(n) FROM ab_arms(ab_histogram_accum(h, 1, 'control'))) - (SELECT sum(n) FROM ab_arms(h)) AS one_more,
	   (SELECT sum(n) FROM ab_arms(ab_histogram_combine(h, h))) / (SELECT sum(n) FROM ab_arms(h)) AS twice
FROM (SELECT ab_histogram(latency, variant) h FROM log) q;
SELECT ab_histogram_accum(NULL, NULL, NULL::text) AS no_row,
	   ab_histogram_combine(NULL, NULL) IS NULL AS null_and_null;
-- differences of pairs; equal decimal differences are equal
SELECT ab_paired_histogram(c, t) AS differences FROM (VALUES (0.43::float8, 0.47::float8), (0.49, 0.53), (1.1, 1.1),
	(NULL, 2), (2, NULL), (2, NULL), (NULL, NULL), (1e20, 3e20), (7, 3), ('NaN', 1)) p(c, t);
SELECT ab_paired_histogram(1.0, NULL) AS no_pairs;

-- query mistakes do raise, damaged values too
\t on
SELECT error_of($$SELECT ab_quantile(ab_histogram(1, 'a'), 'a', 95)$$);
SELECT error_of($$SELECT ab_quantile(ab_histogram(1, 'a'), 'a', 'NaN')$$);
SELECT error_of($$SELECT ab_quantiles(ab_histogram(1, 'a'), 'a', ARRAY[0.5, -1])$$);
SELECT error_of($$SELECT ab_quantile(ab_histogram(turns, variant), 'z', 0.5) FROM log$$);
SELECT error_of($$SELECT ab_winsorize(ab_histogram(1, 'a'), 0.9, 0.1)$$);
SELECT error_of($$SELECT ab_winsorize(ab_histogram(1, 'a'), upper => 99)$$);
SELECT error_of($$SELECT ab_trim(ab_histogram(1, 'a'), 0.5)$$);
SELECT error_of(format('SELECT ab_frequency_histogram(1, %s, ''a'')', frequency))
FROM (VALUES ('NULL'), ('-1'), ('2.5'), ('''NaN'''), ('9007199254740993')) v(frequency);
SELECT error_of($$SELECT ab_frequency_histogram(x, 9007199254740992, 'a') FROM generate_series(1, 2) x$$);
SELECT error_of($$SELECT ab_histogram(1, variant, variant) FROM log$$);
SELECT error_of($$SELECT ab_histogram(1, 'v' || id) FROM log$$);
SELECT error_of($$SELECT ab_histogram(1, repeat('x', 1025))$$);
SELECT error_of($$SELECT 'nonsense'::ab_histogram$$);
SELECT error_of(format('SELECT %L::ab_histogram', t))
FROM (VALUES ('{}'), ('{"version": 2, "bits": 52, "unassigned": 0, "arms": []}'),
	('{"version": 1, "bits": 53, "unassigned": 0, "arms": []}'),
	('{"version": 1, "bits": 52, "unassigned": 0, "arms": [1]}')) v(t);
CREATE FUNCTION arm(changes jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT ('{"variant": "a", "nonfinite": 0, "missing": [0, 0, 0], "control": false, "min": 1, "max": 1, "values": [1],
			  "counts": [1]}'::jsonb || changes)::text
$$;
SELECT error_of(format('SELECT %L::ab_histogram',
					   format('{"version": 1, "bits": %s, "unassigned": 0, "arms": [%s]}', bits, arms)))
FROM (VALUES
	(52, arm('{"counts": [0]}')),
	(52, arm('{"max": 2, "values": [2, 1], "counts": [1, 1]}')),
	(52, arm('{"min": 0, "max": 2, "values": [1, 2], "counts": [1, 1]}')),
	(2, arm('{"min": 1.1, "max": 1.1, "values": [1.1]}')),
	(10, arm('{}')),
	(52, arm('{"counts": [1, 2]}')),
	(52, arm('{"missing": [0]}')), (52, arm('{"missing": [0, 0, -1]}')),
	(52, arm('{"min": 0, "values": [], "counts": []}')),
	(52, arm('{"variant": "b", "min": 0, "max": 0, "values": [], "counts": []}') || ', ' ||
		 arm('{"min": 0, "max": 0, "values": [], "counts": []}')),
	(52, arm('{"control": true, "min": 0, "max": 0, "values": [], "counts": []}') || ', ' ||
		 arm('{"variant": "b", "control": true, "min": 0, "max": 0, "values": [], "counts": []}'))) v(bits, arms);
\t off

DROP FUNCTION arm;
DROP TABLE log, travelled, arrived, bytes, many, many_bytes;
