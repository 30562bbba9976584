-- Writes sql/frozen.v1, the values that sql/frozen.sql tests:
--
--     psql -XAtq -v ON_ERROR_STOP=1 -f tools/freeze.sql >sql/frozen.v1
--     make installcheck REGRESS=frozen		# and its output is expected/frozen.out
--
-- That was done when version 1 was frozen, on a little-endian machine.  It is
-- kept to say what the values were made of and for a version 2, whose values go
-- to a file of their own.

BEGIN;
SET LOCAL client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS ab_test;
\ir ../sql/raw.psql

CREATE TEMP TABLE value (id int GENERATED ALWAYS AS IDENTITY, name text, s ab_summary, h ab_histogram);

-- summaries
INSERT INTO value (name, s) SELECT 'one column', ab_summary(sqrt(i), (ARRAY['control', 'treatment'])[1 + i % 2]) FROM generate_series(1, 101) i;
INSERT INTO value (name, s) SELECT 'two columns', ab_summary(sqrt(i), ln(i), 'arm ' || i % 2) FROM generate_series(1, 101) i;
INSERT INTO value (name, s) SELECT 'four columns', ab_summary(sqrt(i), ln(i), sin(i), 1e9 + i, 'arm ' || i % 2) FROM generate_series(1, 101) i;
INSERT INTO value (name, s) SELECT 'zeros and ones', ab_summary(i % 7 < 3, 'arm ' || i % 2) FROM generate_series(1, 101) i;
INSERT INTO value (name, s) SELECT 'one row', ab_summary(0.1, 'a');
INSERT INTO value (name, s) SELECT 'one row of two columns, one of them binary', ab_summary(0.1, 1, 'a');
INSERT INTO value (name, s) SELECT 'control', ab_summary(i, 'arm ' || i % 3, 'arm 1') FROM generate_series(1, 10) i;
INSERT INTO value (name, s) SELECT 'control without rows', ab_summary(i, 'b', 'a') FROM generate_series(1, 10) i;
INSERT INTO value (name, s) SELECT 'overflow', ab_summary(x, v) FROM (VALUES (1e308, 'a'), (-1e308, 'a'), (1, 'b'), (2, 'b')) t(x, v);
INSERT INTO value (name, s) SELECT 'overflow of two columns', ab_summary(x, 1, v) FROM (VALUES (1e308, 'a'), (-1e308, 'a'), (1, 'b'), (2, 'b')) t(x, v);
INSERT INTO value (name, s)
SELECT 'rows left out', ab_summary(x, v)
FROM (VALUES (1.5::float8, 'a'), (NULL, 'a'), ('NaN', 'a'), ('Infinity', 'b'), (2, 'b'), (NULL, 'c'), (3, NULL), (NULL, NULL)) t(x, v);
INSERT INTO value (name, s)
SELECT 'rows left out of two columns', ab_summary(x, y, v)
FROM (VALUES (1.5::float8, 1::float8, 'a'), (NULL, 2, 'a'), (3, NULL, 'a'), (4, NULL, 'a'), (NULL, NULL, 'a'), (NULL, NULL, 'a'), (NULL, NULL, 'a'),
			 ('NaN', 5, 'b'), (6, 7, NULL)) t(x, y, v);
INSERT INTO value (name, s)
SELECT 'rows left out of four columns', ab_summary(x, y, z, w, 'a')
FROM (VALUES (1.5::float8, 1::float8, 2::float8, 3::float8), (NULL, 2, 3, 4), (3, NULL, 4, 5), (3, NULL, 4, 5), (3, 4, NULL, 5), (3, 4, 5, NULL),
			 (NULL, NULL, NULL, NULL), (6, 7, '-Infinity', 8)) t(x, y, z, w);
INSERT INTO value (name, s)
SELECT 'extremes', ab_summary(x, v)
FROM (VALUES (5e-324::float8, 'tiny'), (1e-320, 'tiny'), (1e150, 'big'), (-1e150, 'big'), (1e150, 'big'), (1e8 + 0.1, 'shifted'), (1e8 + 0.2, 'shifted'),
			 (-0.0, 'zero'), (0, 'zero')) t(x, v);
INSERT INTO value (name, s)
SELECT 'names', ab_summary(1.5, v) FROM (VALUES ('José'), ('用户😀'), (E'tab\tline\nquote" back\\slash'), (''), ('{}'), (E'\\N'), (repeat('long ', 200))) t(v);
INSERT INTO value (name, s) SELECT 'many arms', ab_summary(sqrt(i), 'arm ' || i % 60) FROM generate_series(1, 600) i;
INSERT INTO value (name, s) SELECT 'frequencies', ab_frequency_summary(x, n, 'a') FROM (VALUES (1.5, 1000000000000), (2.5, 3)) t(x, n);
INSERT INTO value (name, s) SELECT 'published', ab_make_summary('v1', 6200, 0.713, 0.4524);
INSERT INTO value (name, s) SELECT 'published counts', ab_make_summary('v1', 9007199254740991, 123456789012345);
INSERT INTO value (name, s)
SELECT 'rolled up', ab_rollup(s) FROM (SELECT ab_summary(1 / i::float8, 'arm ' || i % 2) AS s FROM generate_series(1, 1000) i GROUP BY i % 10) part;
INSERT INTO value (name, s) SELECT 'no arms', jsonb_set(ab_summary(1, 'a')::text::jsonb, '{arms}', '[]')::text::ab_summary;
INSERT INTO value (name, s)
SELECT 'no arms of four columns', jsonb_set(ab_summary(1, 2, 3, 4, 'a')::text::jsonb, '{arms}', '[]')::text::ab_summary;
INSERT INTO value (name, s) SELECT 'no row of a variant', ab_summary(1.5, NULL::text);

-- histograms
INSERT INTO value (name, h) SELECT 'exact', ab_histogram(i * i, (ARRAY['control', 'treatment'])[1 + i % 2]) FROM generate_series(1, 60) i;
INSERT INTO value (name, h) SELECT 'one row', ab_histogram(0.1, 'a');
INSERT INTO value (name, h) SELECT 'equal rows', ab_histogram(1.25, 'a') FROM generate_series(1, 1000);
INSERT INTO value (name, h) SELECT 'both signs', ab_histogram(x, 'a') FROM unnest('{-1.5,-1,-0.0,0,1e-300,-2e300,7,7,7}'::float8[]) x;
INSERT INTO value (name, h) SELECT 'all bits', ab_histogram(sqrt(i), 'a') FROM generate_series(1, 20) i;
INSERT INTO value (name, h)
SELECT 'extremes', ab_histogram(x, v)
FROM (VALUES (5e-324::float8, 'tiny'), (1e-320, 'tiny'), (1.7976931348623157e308, 'big'), (-1.7976931348623157e308, 'big'), (-0.0, 'zero')) t(x, v);
INSERT INTO value (name, h) SELECT 'control', ab_histogram(i, 'arm ' || i % 3, 'arm 1') FROM generate_series(1, 10) i;
INSERT INTO value (name, h) SELECT 'control without rows', ab_histogram(i, 'b', 'a') FROM generate_series(1, 10) i;
INSERT INTO value (name, h)
SELECT 'rows left out', ab_histogram(x, v)
FROM (VALUES (1.5::float8, 'a'), (NULL, 'a'), ('NaN', 'a'), ('Infinity', 'b'), (2, 'b'), (NULL, 'c'), (3, NULL), (NULL, NULL)) t(x, v);
INSERT INTO value (name, h) SELECT 'pairs', ab_paired_histogram(x, y) FROM (VALUES (1.5::float8, 1::float8), (3, 3), (NULL, 2), (3, NULL), (4, NULL), (NULL, NULL), ('NaN', 1)) t(x, y);
INSERT INTO value (name, h)
SELECT 'names', ab_histogram(1.5, v) FROM (VALUES ('José'), ('用户😀'), (E'tab\tline\nquote" back\\slash'), (''), ('{}'), (E'\\N'), (repeat('long ', 200))) t(v);
INSERT INTO value (name, h) SELECT 'many arms', ab_histogram(i / 8.0, 'arm ' || i % 60) FROM generate_series(1, 240) i;
INSERT INTO value (name, h) SELECT 'frequencies', ab_frequency_histogram(x, n, 'a') FROM (VALUES (1.5, 1), (2.5, 127), (3, 128), (3.5, 9007199254740000)) t(x, n);
INSERT INTO value (name, h)
SELECT 'rolled up', ab_rollup(h) FROM (SELECT ab_histogram(i % 100 / 16.0, 'arm ' || i % 2) AS h FROM generate_series(1, 1000) i GROUP BY i % 10) part;
INSERT INTO value (name, h) SELECT 'no arms', jsonb_set(ab_histogram(1, 'a')::text::jsonb, '{arms}', '[]')::text::ab_histogram;
INSERT INTO value (name, h) SELECT 'no row of a variant', ab_histogram(1.5, NULL::text);

\echo -- Values of version 1 as text, in binary and in the memory of a little-endian machine,
\echo -- as they were when that version was frozen.  They never change.
\echo INSERT INTO frozen (type, name, as_text, as_binary, in_memory) VALUES
SELECT format('(%L, %L, %L, %L, %L)', CASE WHEN h IS NULL THEN 'ab_summary' ELSE 'ab_histogram' END, name,
			  coalesce(s::text, h::text), coalesce(ab_summary_send(s), ab_histogram_send(h)), coalesce(s::raw, h::raw))
	   || CASE WHEN lead(id) OVER (ORDER BY id) IS NULL THEN ';' ELSE ',' END
FROM value ORDER BY id;

-- A histogram in buckets is too long to be kept whole.
\echo INSERT INTO frozen_digest (name, as_text, as_binary, in_memory) VALUES
SELECT format('(%L, %L, %L, %L);', 'too many values', md5(h::text), md5(ab_histogram_send(h)), md5(h::raw::text))
FROM (SELECT ab_histogram((i % 2 * 2 - 1) * (1 + i / 65536.0) ^ 3, 'arm ' || i % 3) AS h FROM generate_series(1, 200000) i) q;
ROLLBACK;
