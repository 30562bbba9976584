\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
SET client_min_messages = warning;
\set ECHO none
\i :srcdir/sql/raw.psql
\set ECHO all
RESET client_min_messages;
CREATE TABLE log (id int, variant text, a float8, b float8, c float8, d float8, e float8, f float8, g float8,
				  h float8);
-- ordinary numbers, zeros and ones, large ones, NULL, NaN and infinity here and there, and what overflows
INSERT INTO log SELECT i, CASE WHEN i % 97 > 0 THEN 'arm ' || i % 3 END, sin(i), (i % 7 < 3)::int,
	CASE WHEN i % 5 > 0 THEN 1e9 + cos(i) END, CASE WHEN i % 11 > 0 THEN i ELSE 'NaN'::float8 END,
	CASE i % 13 WHEN 0 THEN NULL WHEN 1 THEN '-Infinity'::float8 ELSE i % 2 END, NULL, 1e300 * i,
	CASE WHEN i < 500 THEN i % 2 ELSE 0.5 END
FROM generate_series(1, 1000) i;

-- each has the bytes of a summary of its own, of every number of outcomes, with one arm, two, three and many
CREATE FUNCTION bytes(ab_summary[]) RETURNS text LANGUAGE sql
	RETURN (SELECT string_agg(s::raw::text, ' ' ORDER BY i) FROM unnest($1) WITH ORDINALITY u(s, i));
CREATE FUNCTION list(r ab_summaries_result) RETURNS ab_summary[] LANGUAGE sql
	RETURN ARRAY[r.summary_1, r.summary_2, r.summary_3, r.summary_4,
				 r.summary_5, r.summary_6, r.summary_7, r.summary_8];
CREATE FUNCTION bytes(ab_summaries_result) RETURNS text LANGUAGE sql RETURN bytes(list($1));
CREATE TABLE arms (what text, n int, label text);
INSERT INTO arms SELECT 'one', i, 'only' FROM generate_series(1, 1000) i
UNION ALL SELECT 'two', i, 'arm ' || i % 2 FROM generate_series(1, 1000) i
UNION ALL SELECT 'two, of other lengths', i, repeat('x', i % 2 * 200) FROM generate_series(1, 1000) i
UNION ALL SELECT 'three', i, 'arm ' || i % 3 FROM generate_series(1, 1000) i
UNION ALL SELECT 'many', i, repeat('y', i % 40) || i * 7 % 101 FROM generate_series(1, 1000) i
UNION ALL SELECT 'some without', id, variant FROM log
UNION ALL SELECT 'all without', i, NULL FROM generate_series(1, 1000) i;
CREATE VIEW several AS SELECT what, day,
	bytes(ab_summaries(a, b, v)) = bytes(ARRAY[ab_summary(a, v), ab_summary(b, v)]) AS two,
	bytes(ab_summaries(f, b, c, v)) = bytes(ARRAY[ab_summary(f, v), ab_summary(b, v), ab_summary(c, v)]) AS three,
	bytes(ab_summaries(g, d, e, f, v)) =
	bytes(ARRAY[ab_summary(g, v), ab_summary(d, v), ab_summary(e, v), ab_summary(f, v)]) AS four,
	bytes(ab_summaries(e, d, c, b, a, v)) =
	bytes(ARRAY[ab_summary(e, v), ab_summary(d, v), ab_summary(c, v), ab_summary(b, v), ab_summary(a, v)])
		AS five,
	bytes(ab_summaries(c, d, e, f, g, h, v)) =
	bytes(ARRAY[ab_summary(c, v), ab_summary(d, v), ab_summary(e, v),
				ab_summary(f, v), ab_summary(g, v), ab_summary(h, v)]) AS six,
	bytes(ab_summaries(b, c, d, e, f, g, h, v)) =
	bytes(ARRAY[ab_summary(b, v), ab_summary(c, v), ab_summary(d, v), ab_summary(e, v),
				ab_summary(f, v), ab_summary(g, v), ab_summary(h, v)]) AS seven,
	bytes(ab_summaries(a, b, c, d, e, f, g, h, v)) =
	bytes(ARRAY[ab_summary(a, v), ab_summary(b, v), ab_summary(c, v), ab_summary(d, v), ab_summary(e, v),
				ab_summary(f, v), ab_summary(g, v), ab_summary(h, v)]) AS eight
FROM log JOIN (SELECT what, n, label AS v FROM arms) r ON n = id, LATERAL (VALUES (0), (1 + id % 12)) day(day)
GROUP BY what, day;
SELECT what, count(*) AS groups, bool_and(two) AS two, bool_and(three) AS three, bool_and(four) AS four,
	   bool_and(five) AS five, bool_and(six) AS six, bool_and(seven) AS seven, bool_and(eight) AS eight
FROM several GROUP BY what ORDER BY what;
-- what they are
SELECT i, variant, n, mean, nonfinite, missing, unassigned, is_binary
FROM (SELECT ab_summaries(a, b, v) s
	  FROM (VALUES (1::float8, 3.5::float8, 'x'), (0, NULL, 'x'), (1, 'NaN', 'y'), (2, 1, NULL)) t(a, b, v)) q,
	 unnest(list(s)) WITH ORDINALITY u(summary, i), ab_arms(summary) ORDER BY i, variant;
SELECT ab_summaries(a, b, variant) IS NULL AS no_rows FROM log WHERE false;
-- of integers, too; a variant that is a number by its text
SELECT (s).summary_1::text = one::text AS integers, (s).summary_2::text = two::text AS numerics,
	   (s).summary_4 IS NULL AS no_fourth
FROM (SELECT ab_summaries(1, 2::numeric, 3::bigint, 7::text) s, ab_summary(1, 7) one, ab_summary(2, 7) two) q;
-- a long name, out of line in the table
CREATE TABLE wide (v text, a float8, b float8);
ALTER TABLE wide ALTER v SET STORAGE EXTERNAL;
INSERT INTO wide SELECT repeat('w', 900) || i % 2 || repeat('é', 50), i, -i FROM generate_series(1, 20) i;
SELECT bytes(ab_summaries(a, b, v)) = bytes(ARRAY[ab_summary(a, v), ab_summary(b, v)]) AS long FROM wide;

-- read while it grows, by a window
SELECT count(*), bool_and(bytes(s) = bytes(ARRAY[x, y])) AS same
FROM (SELECT ab_summaries(a, d, variant) OVER w AS s, ab_summary(a, variant) OVER w AS x,
			 ab_summary(d, variant) OVER w AS y
	  FROM log WHERE id <= 100 WINDOW w AS (ORDER BY id)) q;
-- two calls that are alike are one aggregate, also with a filter
SELECT (ab_summaries(a, b, variant) FILTER (WHERE id > 500)).summary_2::text =
	   (ab_summary(b, variant) FILTER (WHERE id > 500))::text AS filtered
FROM log;

-- parallel and partitionwise plans give the serial answer
CREATE TABLE part (id int, variant text, a float8, b float8, c float8) PARTITION BY HASH (id);
CREATE TABLE part_0 PARTITION OF part FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE part_1 PARTITION OF part FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO part SELECT i, 'arm ' || i % 3, i % 2, i, CASE WHEN i % 10 > 0 THEN i * 0.25 END
FROM generate_series(1, 30000) i;
ANALYZE part;
CREATE FUNCTION plan(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	line text;
	plan text := '';
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
		plan := plan || line;
	END LOOP;
	RETURN plan;
END $$;
\set at_once 'SELECT ab_summaries(a, b, c, variant) FROM part'
SET max_parallel_workers_per_gather = 0;
\set each 'SELECT ARRAY[ab_summary(a, variant), ab_summary(b, variant), ab_summary(c, variant)] FROM part'
SELECT bytes((:at_once)) = bytes((:each)) AS serial;
SET max_parallel_workers_per_gather = 2;
SET min_parallel_table_scan_size = 0;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET parallel_leader_participation = off;
SELECT plan(:'at_once') LIKE '%Finalize Aggregate%Gather%Partial Aggregate%' AS is_parallel;
CREATE FUNCTION same_arms(ab_summaries_result, ab_summary[]) RETURNS boolean LANGUAGE sql
	RETURN (SELECT bool_and((x.n, x.missing, x.nonfinite, x.is_binary) = (y.n, y.missing, y.nonfinite, y.is_binary)
							AND close(x.mean, y.mean, 1e-14) AND close(x.stddev, y.stddev, 1e-14))
			FROM generate_subscripts($2, 1) i,
				 ab_arms((list($1))[i]) x FULL JOIN LATERAL ab_arms($2[i]) y USING (variant));
SELECT same_arms((:at_once), (:each)) AS parallel;
SET enable_partitionwise_aggregate = on;
SET max_parallel_workers_per_gather = 0;
SELECT plan(:'at_once') LIKE '%Finalize Aggregate%Append%Partial Aggregate%Partial Aggregate%' AS is_partitionwise;
SELECT same_arms((:at_once), (:each)) AS partitionwise;
RESET enable_partitionwise_aggregate;
RESET max_parallel_workers_per_gather;

-- the support functions by hand: what they return is closed, what they get stays
CREATE TABLE kept AS SELECT ARRAY[ab_summary(a, variant), ab_summary(b, variant)] AS s FROM log WHERE id < 3;
SELECT bytes(ab_summaries_accum(s, 5, 6, 'arm 7')) = bytes(ab_summaries_accum(s, 5, 6, 'arm 7')) AS again,
	   bytes(ab_summaries_accum(s, 5, 6, 'arm 7')) =
	   bytes(ARRAY[ab_summary_accum(s[1], 5, 'arm 7'::text), ab_summary_accum(s[2], 6, 'arm 7'::text)]) AS as_each,
	   bytes(ab_summaries_combine(s, s)) =
	   bytes(ARRAY[ab_summary_combine(s[1], s[1]), ab_summary_combine(s[2], s[2])]) AS combined,
	   bytes(ab_summaries_combine(s, NULL)) = bytes(s) AS with_nothing,
	   bytes(ab_summaries_combine(NULL, s)) = bytes(s) AS nothing_with,
	   ab_summaries_combine(NULL, NULL) IS NULL AS nothing,
	   bytes(ab_summaries_final(s)) = bytes(s) AS final,
	   bytes(ab_summaries_combine(ARRAY[NULL, s[2]], ARRAY[s[1], NULL])) = bytes(s) AS one_each
FROM kept;
SELECT variant, n, missing FROM unnest(ab_summaries_accum(NULL, 1, NULL, 'a')) s, ab_arms(s);
-- a state made by hand: its elements have other arms, in another order, a named control, or are NULL
SELECT ARRAY[ab_summary(x, v, 'b'), NULL, ab_summary(-x, v || v)] AS odd
FROM (VALUES (1, 'b'), (2, 'c')) t(x, v) \gset
CREATE AGGREGATE ab_from_odd(a float8, b float8, c float8, variant text) (
	SFUNC = ab_summaries_accum, STYPE = ab_summary[],
	FINALFUNC = ab_summaries_final, INITCOND = :'odd');
SELECT i, variant, n, mean, is_control
FROM (SELECT ab_from_odd(10 * i, 100 * i, 1000 * i, v) AS s
	  FROM (VALUES (1, 'b'), (2, 'c'), (3, 'bb'), (4, 'b')) t(i, v)) q,
	 unnest(list(s)) WITH ORDINALITY u(summary, i), ab_arms(summary) ORDER BY i, variant;
-- one that claims to be the aggregate's own, and is not
SELECT '[1000:1001]=' || ARRAY[ab_summary(x, v), ab_summary(x, 'b')]::text AS claim,
	   '[1000:1001]=' || ARRAY[ab_summary(x, v), ab_summary(x, x, v)]::text AS of_two,
	   '[1000:1001]=' || ARRAY[ab_summary(x, x, v), ab_summary(x, v)]::text AS two_first
FROM (VALUES (1, 'a'), (2, 'b')) t(x, v) \gset
CREATE AGGREGATE ab_from_claim(a float8, b float8, variant text) (SFUNC = ab_summaries_accum, STYPE = ab_summary[],
	FINALFUNC = ab_summaries_final, INITCOND = :'claim');
CREATE AGGREGATE ab_from_two(a float8, b float8, variant text) (SFUNC = ab_summaries_accum, STYPE = ab_summary[],
	FINALFUNC = ab_summaries_final, INITCOND = :'of_two');
CREATE AGGREGATE ab_from_two_first(a float8, b float8, variant text) (SFUNC = ab_summaries_accum, STYPE = ab_summary[],
	FINALFUNC = ab_summaries_final, INITCOND = :'two_first');
SELECT i, variant, n, mean
FROM (SELECT ab_from_claim(10 * i, 100 * i, v) AS s FROM (VALUES (1, 'b'), (2, 'a'), (3, 'b')) t(i, v)) q,
	 unnest(list(s)) WITH ORDINALITY u(summary, i), ab_arms(summary) ORDER BY i, variant;
SELECT error_of($$SELECT ab_from_two(1, 2, 'b')$$);
SELECT error_of($$SELECT ab_from_two_first(1, 2, 'b')$$);
-- with values that nothing is unusual about, its rows are counted as it says
SELECT '[1000:1001]=' || ARRAY[ab_summary(0, 'a'), ab_summary(0, 'b')]::text AS false_claim \gset
CREATE AGGREGATE ab_from_false_claim(a float8, b float8, variant text) (SFUNC = ab_summaries_accum,
	STYPE = ab_summary[], FINALFUNC = ab_summaries_final, INITCOND = :'false_claim');
SELECT i, variant, n, mean FROM (SELECT ab_from_false_claim(1, 1, 'a') AS s) q,
	 unnest(list(s)) WITH ORDINALITY u(summary, i), ab_arms(summary) ORDER BY i, variant;
-- aggregates that share a state, whose final function is one that may change its elements' sizes
CREATE AGGREGATE ab_merged_at_last(ab_summary[] ORDER BY float8, float8, text) (SFUNC = ab_summaries_accum,
	STYPE = ab_summary[], FINALFUNC = ab_summaries_combine, FINALFUNC_MODIFY = READ_ONLY);
CREATE AGGREGATE ab_added_at_last(float8, float8, text ORDER BY float8, float8, text) (SFUNC = ab_summaries_accum,
	STYPE = ab_summary[], FINALFUNC = ab_summaries_accum, FINALFUNC_MODIFY = READ_ONLY);
SELECT first = again AS same, ARRAY(SELECT variant || ' ' || n FROM unnest(b) s, ab_arms(s)) AS b,
	   ARRAY(SELECT variant || ' ' || n FROM unnest(c) s, ab_arms(s)) AS c
FROM (SELECT ab_merged_at_last('{NULL,NULL}') WITHIN GROUP (ORDER BY a, b, v)::text AS first,
			 ab_merged_at_last(ARRAY[ab_summary_accum(NULL, 1::float8, 'b'::text), NULL])
			 WITHIN GROUP (ORDER BY a, b, v) AS b,
			 ab_added_at_last(3, 4, 'c') WITHIN GROUP (ORDER BY a, b, v) AS c,
			 ab_merged_at_last('[2:3]={NULL,NULL}')
			 WITHIN GROUP (ORDER BY a, b, v)::text AS again
	  FROM (VALUES (1::float8, 2::float8, 'a'::text)) t(a, b, v)) q;
-- a state that no final function closes is read all the same
CREATE AGGREGATE ab_left_open(a float8, b float8, variant text) (SFUNC = ab_summaries_accum, STYPE = ab_summary[]);
CREATE TABLE opened AS
SELECT ab_left_open(a, d, v) AS s, ARRAY[ab_summary(a, v), ab_summary(d, v)] AS closed
FROM log, LATERAL (SELECT 'arm ' || id % 40) t(v);
SELECT ARRAY(SELECT x::text FROM unnest(s) x) = ARRAY(SELECT x::text FROM unnest(closed) x) AS text,
	   bytes(ab_summaries_combine(s, s)) = bytes(ab_summaries_combine(closed, closed)) AS merged,
	   bytes(ab_summaries_accum(s, 1, 2, 'x')) = bytes(ab_summaries_accum(closed, 1, 2, 'x')) AS added,
	   bytes(ab_summaries_final(s)) = bytes(closed) AS final,
	   ab_summary_final(s[array_upper(s, 1)])::raw::text = closed[2]::raw::text AS element
FROM opened;

-- mistakes
SELECT error_of($$SELECT ab_summaries_accum(s, 1, 2, 3, 'a') FROM kept$$);
SELECT error_of($$SELECT ab_summaries_combine(s, s || s) FROM kept$$);
SELECT error_of($$SELECT ab_summaries_combine(s, s || s || s || s || s) FROM kept$$);
SELECT error_of($$SELECT ab_summaries_combine(s, ARRAY[s, s]) FROM kept$$);
SELECT error_of($$SELECT ab_summaries_combine(s, '{}') FROM kept$$);
SELECT error_of($$SELECT ab_summaries_accum('{}', 1, 2, 'a')$$);
SELECT error_of($$SELECT ab_summaries_accum(ARRAY[ab_summary(1, 2, 'a'), ab_summary(1, 'a')], 1, 2, 'a')$$);
SELECT error_of($$SELECT ab_summaries_combine(ARRAY[ab_summary(1, 2, 'a')], ARRAY[ab_summary(1, 'a')])$$);
SELECT error_of($$SELECT ab_summaries_combine(ARRAY[ab_summary(1, 'a', 'a')], ARRAY[ab_summary(1, 'a', 'b')])$$);
SELECT error_of($$SELECT ab_summaries(1, 2, repeat('x', 1025))$$);
SELECT error_of($$SELECT ab_summaries(1, 2, 'v' || i) FROM generate_series(1, 4097) i$$);
SELECT error_of($$SELECT ab_summaries(1, 'a')$$);
SELECT error_of($$SELECT ab_summaries(1, 2, 3, 4, 5, 6, 7, 8, 9, 'a')$$);
SELECT count(*) AS most FROM ab_arms((SELECT (ab_summaries(1, 2, 'v' || i)).summary_2 FROM generate_series(1, 4096) i));

DROP AGGREGATE ab_from_odd(float8, float8, float8, text), ab_from_claim(float8, float8, text),
	ab_from_false_claim(float8, float8, text), ab_merged_at_last(ab_summary[] ORDER BY float8, float8, text),
	ab_added_at_last(float8, float8, text ORDER BY float8, float8, text),
	ab_from_two(float8, float8, text), ab_from_two_first(float8, float8, text), ab_left_open(float8, float8, text);
SET client_min_messages = warning;
DROP FUNCTION plan, same_arms, list, bytes(ab_summary[]), bytes(ab_summaries_result) CASCADE;
DROP TABLE log, arms, wide, part, kept, opened CASCADE;
DROP TYPE raw CASCADE;
