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

-- a row counts only if variant and every column are there
SELECT variant, n, mean FROM ab_arms((SELECT ab_summary(x, v)
	FROM (VALUES (1::float8, 'a'), (NULL, 'a'), (2, NULL), (NULL, NULL), (3, 'a')) t(x, v)));
SELECT ab_summary(x, 'a') IS NULL AS no_rows FROM (VALUES (NULL::float8)) t(x);
SELECT ab_summary(x, 1.0, 'a') IS NULL AS no_rows FROM (VALUES (NULL::float8)) t(x);
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
	(ab_make_summary('a', 3, 1, 1)), ('{"version": 1, "columns": 2, "arms": []}')) t(s)));
SELECT ab_rollup(s) IS NULL AS nothing FROM (VALUES (NULL::ab_summary)) t(s);
SELECT ab_rollup(s) AS empty FROM (VALUES ('{"version": 1, "columns": 1, "arms": []}'::ab_summary)) t(s);
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
SELECT ab_summary_accum(NULL, NULL, 'a') IS NULL AS no_value_into_null,
	   ab_summary_combine(NULL, NULL) IS NULL AS null_and_null;

-- published numbers
SELECT variant, n, mean, close(stddev, 2.5, 1e-15) AS stddev, is_binary
FROM ab_arms(ab_make_summary('v1', 6200, 3.2, 2.5));
SELECT ab_make_summary('v1', 10, NULL, 1) IS NULL AS null_in_null_out;
-- or of published counts, exactly
SELECT n, mean, is_binary, s::text::ab_summary::text = s::text AS reads_back,
	   ab_make_summary('v1', n, NULL) IS NULL AS null_in_null_out,
	   close(stddev, sqrt(0.02 * 0.98 * 1000 / 999), 1e-15) AS stddev
FROM ab_make_summary('v1', 1000, 20) s, ab_arms(s);
SELECT t.n, t.k, c.mean = r.mean AS mean, c.is_binary, close(c.stddev, r.stddev, 1e-15) AS stddev
FROM (VALUES (1, 0), (1, 1), (2, 1), (4, 3), (8, 8), (1000, 333)) t(n, k), ab_arms(ab_make_summary('v1', t.n, k)) c,
	 ab_arms((SELECT ab_summary(i <= k, 'v1') FROM generate_series(1, t.n) i)) r;
SELECT (mean * 9007199254740992)::bigint AS ones
FROM ab_arms((SELECT ab_rollup(s) FROM (VALUES (ab_make_summary('a', 4503599627370496, 1)),
											   (ab_make_summary('a', 4503599627370496, 4503599627370494))) t(s)));

-- Wilson's interval of zeros and ones; reference values: statsmodels 0.13 proportion_confint(method='wilson')
SELECT n, abs(wilson_low - low) < 1e-15 AS low, abs(wilson_high - high) < 1e-15 AS high
FROM (VALUES (10, 3, 0.10779126740630104::float8, 0.6032218525388546::float8),
			 (1000, 20, 0.012983682916415138, 0.03069000522971779),
			 (20, 0, 0, 0.16112515805281943), (7, 7, 0.6456695649333125, 1)) t(total, ones, low, high),
	 ab_arms(ab_make_summary('a', total, ones));
SELECT variant, is_binary, wilson_low IS NULL AS no_wilson FROM ab_arms((SELECT ab_summary(x, v, 'd')
	FROM (VALUES (1::float8, 'a'), (0, 'a'), (2, 'b'), ('NaN', 'c'), (1, 'c')) t(x, v)));

-- sizes: constant in n, 56 bytes an arm and its label
SELECT pg_column_size(ab_summary(x, 'a')) = 16 + 56 + 1 AS one_arm FROM generate_series(1, 1000) x;
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
	   count(*) FILTER (WHERE pg_column_size(s) < octet_length(ab_summary_send(s)) * 0.9) AS compressed FROM kept;
SELECT (SELECT sum(n) FROM ab_arms(ab_rollup)) AS n FROM (SELECT ab_rollup(s) FROM kept) t;
-- binary copy
\copy (SELECT s FROM stored) TO 'results/summary.bin' (FORMAT binary)
CREATE TABLE restored (LIKE stored);
\copy restored FROM 'results/summary.bin' (FORMAT binary)
SELECT ab_summary_send(a.s) = ab_summary_send(b.s) AS same FROM stored a, restored b;

-- version 1 stays readable for ever: these values were written by the first release
CREATE TABLE version_1 (columns int, s ab_summary);
INSERT INTO version_1 VALUES
	(1, '{"version": 1, "columns": 1, "arms": [{"variant": "control", "n": 3, "nonfinite": 0, "control": true,'
		' "overflow": false, "binary": [true], "mean": [0.6666666666666666], "mean_low": [3.700743415417188e-17],'
		' "comoment": [0.6666666666666666], "comoment_low": [0]},'
		' {"variant": "treatment", "n": 2, "nonfinite": 1, "control": false, "overflow": false, "binary": [false],'
		' "mean": [2.5], "mean_low": [0], "comoment": [0.5], "comoment_low": [0]}]}'),
	(2, '{"version": 1, "columns": 2, "arms": [{"variant": "a", "n": 2, "nonfinite": 0, "control": false,'
		' "overflow": false, "binary": [false, true], "mean": [2, 0.5], "mean_low": [0, 0], "comoment": [2, 1, 0.5],'
		' "comoment_low": [0, 0, 0]}]}');
SELECT t.columns, v.variant, v.n, v.mean, v.stddev, v.is_control, v.is_binary, v.nonfinite, v.covariances
FROM version_1 t, ab_arms(s) v;
SELECT ab_summary_send(s) AS bytes
FROM (SELECT ab_summary(x, v, 'b') s FROM (VALUES (1::float8, 'b'), (2, 'b'), (3, 'é')) t(x, v)) t;

-- hostile text
CREATE FUNCTION arm(changes jsonb) RETURNS text LANGUAGE sql AS $$
	SELECT '{"version": 1, "columns": 1, "arms": [' ||
		('{"variant": "a", "n": 2, "nonfinite": 0, "control": false, "overflow": false,
		   "binary": [false], "mean": [1], "mean_low": [0], "comoment": [2], "comoment_low": [0]}'::jsonb ||
			changes)::text || ']}'
$$;
\t on
SELECT error_of('SELECT ' || quote_literal(t) || '::ab_summary')
FROM (VALUES (''), ('null'), ('1'), ('"x"'), ('[]'), ('{}'), ('{"version": 1'),
	('{"version": 2, "columns": 1, "arms": []}'), ('{"version": 1, "columns": 3, "arms": []}'),
	('{"version": 1, "columns": 1, "arms": {}}'), ('{"version": 1, "columns": 1, "arms": [], "extra": 1}'),
	('{"version": -1, "columns": 1, "arms": []}'), ('{"version": 1, "columns": 1, "arms": [1]}'),
	('{"version": 1, "columns": 1, "arms": [[]]}'), ('{"version": 1e999, "columns": 1, "arms": []}')) v(t);
SELECT error_of('SELECT ' || quote_literal(arm(c)) || '::ab_summary')
FROM (VALUES ('{}'::jsonb), ('{"n": -1}'), ('{"n": 2.5}'), ('{"n": 9007199254740993}'), ('{"n": 1}'), ('{"n": 0}'),
	('{"n": null}'), ('{"nonfinite": -1}'), ('{"variant": null}'), ('{"variant": 1}'), ('{"control": 1}'),
	('{"overflow": true}'), ('{"overflow": null}'), ('{"binary": []}'), ('{"binary": [1]}'), ('{"binary": [true]}'),
	('{"mean": []}'), ('{"mean": 1}'), ('{"mean": ["x"]}'), ('{"mean": [1e999]}'), ('{"mean": [1, 2]}'),
	('{"mean_low": [1]}'), ('{"comoment": [-1]}'), ('{"comoment": [[2]]}'), ('{"other": 1}')) v(c);
SELECT error_of('SELECT ' || quote_literal(arm(jsonb_build_object('variant', repeat('x', 1025)))) || '::ab_summary');
SELECT error_of('SELECT ' || quote_literal(replace(arm('{}'), '}]}', '}, ' || substr(arm('{}'), 39)))
	|| '::ab_summary');
SELECT error_of('SELECT ' || quote_literal(replace(arm('{"variant": "b"}'), '}]}', '}, ' || substr(arm('{}'), 39)))
	|| '::ab_summary');
SELECT error_of('SELECT ' || quote_literal(replace(arm('{"control": true}'), '}]}',
	'}, ' || substr(arm('{"control": true, "variant": "b"}'), 39))) || '::ab_summary');
-- impossible covariances
SELECT error_of($$SELECT '{"version": 1, "columns": 2, "arms": [{"variant": "a", "n": 3, "nonfinite": 0,
	"control": false, "overflow": false, "binary": [false, false], "mean": [1, 1], "mean_low": [0, 0],
	"comoment": [2, 3, 2], "comoment_low": [0, 0, 0]}]}'::ab_summary$$);
SELECT error_of($$SELECT '{"version": 1, "columns": 4, "arms": [{"variant": "a", "n": 9, "nonfinite": 0,
	"control": false, "overflow": false, "binary": [false, false, false, false], "mean": [1, 1, 1, 1],
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
	(set_byte(good, 7, 2)), (set_byte(good, 8, 255)), (set_byte(good, 9, 255)), (set_byte(good, 10, 255)),
	(set_byte(good, 10, 0)), (set_byte(good, 11, 255)), (set_byte(good, 12, 64)), (set_byte(good, 13, 255)),
	(set_byte(good, 21, 255)), (set_byte(good, 29, 127)), (set_byte(set_byte(good, 29, 127), 30, 240)),
	(set_byte(good, 37, 63)), (set_byte(good, 45, 192)),
	(substr(good, 1, 7) || '\x02' || substr(good, 9) || substr(good, 9))) v(b);

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
SELECT error_of($$SELECT ab_make_summary('a', 0, 1, 1)$$);
SELECT error_of($$SELECT ab_make_summary('a', 5, 'NaN', 1)$$);
SELECT error_of($$SELECT ab_make_summary('a', 5, 1, -1)$$);
SELECT error_of($$SELECT ab_make_summary('a', 5, 1, 'Infinity')$$);
SELECT error_of($$SELECT ab_make_summary('a', 1, 1, 1)$$);
SELECT error_of($$SELECT ab_make_summary('a', 5, 6)$$);
SELECT error_of($$SELECT ab_make_summary('a', 5, -1)$$);
SELECT error_of($$SELECT ab_make_summary('a', 0, 0)$$);
SELECT error_of($$SELECT ab_rollup(ab_make_summary('a', 9007199254740992, 1, 1)) FROM generate_series(1, 2)$$);
\t off

DROP FUNCTION arm, receive;
DROP TABLE log, stored, many, kept, restored, version_1;
