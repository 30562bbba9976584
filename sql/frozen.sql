\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
-- Version 1 of the stored values is frozen: these, written when it was, are read for ever, and version 1 of no
-- value is ever written otherwise.  A change that fails here is a version 2 (docs/format.md).
CREATE TABLE frozen (type regtype, name text, as_text text, as_binary bytea, in_memory bytea);
CREATE TABLE frozen_digest (name text, as_text text, as_binary text, in_memory text);
\set ECHO none
\i :srcdir/sql/frozen.v1
SET client_min_messages = warning;
\i :srcdir/sql/raw.psql
\set ECHO all
SELECT type, count(*) FROM frozen GROUP BY type ORDER BY type::text;

-- the text is read, and written again; it is the value in binary and in memory
CREATE TABLE summary AS SELECT *, as_text::ab_summary AS s FROM frozen WHERE type = 'ab_summary'::regtype;
CREATE TABLE histogram AS SELECT *, as_text::ab_histogram AS h FROM frozen WHERE type = 'ab_histogram'::regtype;
SELECT name, s::text = as_text AS text, ab_summary_send(s) = as_binary AS binary FROM summary
WHERE s::text <> as_text OR ab_summary_send(s) <> as_binary;
SELECT name, h::text = as_text AS text, ab_histogram_send(h) = as_binary AS binary FROM histogram
WHERE h::text <> as_text OR ab_histogram_send(h) <> as_binary;

-- the binary form is read, and written again: a column of bytea becomes one of the type
CREATE TABLE received_summary (name text, s ab_summary);
\copy (SELECT name, as_binary FROM summary) TO 'results/frozen.bin' (FORMAT binary)
\copy received_summary FROM 'results/frozen.bin' (FORMAT binary)
CREATE TABLE received_histogram (name text, h ab_histogram);
\copy (SELECT name, as_binary FROM histogram) TO 'results/frozen.bin' (FORMAT binary)
\copy received_histogram FROM 'results/frozen.bin' (FORMAT binary)
SELECT count(*), count(*) FILTER (WHERE ab_summary_send(r.s) = as_binary AND r.s::text = as_text) AS same
FROM summary JOIN received_summary r USING (name);
SELECT count(*), count(*) FILTER (WHERE ab_histogram_send(r.h) = as_binary AND r.h::text = as_text) AS same
FROM histogram JOIN received_histogram r USING (name);

-- What a disk keeps, in the byte order of the machine: here the number of arms begins with its lowest byte.  The
-- moments of a summary are sums of two doubles that text and binary round into each other.
CREATE VIEW kept AS SELECT type, name, as_text, as_binary, in_memory::text::raw AS bytes FROM frozen
WHERE EXISTS (SELECT FROM summary t WHERE t.name = 'one row' AND get_byte(s::raw::text::bytea, 4) = 1);
SELECT name FROM kept WHERE type = 'ab_summary'::regtype
	AND ((bytes::ab_summary)::text <> as_text OR ab_summary_send(bytes::ab_summary) <> as_binary);
SELECT name FROM kept JOIN histogram USING (type, name)
WHERE (bytes::ab_histogram)::text <> kept.as_text OR ab_histogram_send(bytes::ab_histogram) <> kept.as_binary
	OR bytes::text <> h::raw::text;

-- what they say
SELECT name, variant, n, mean, stddev, is_control AS control, is_binary AS "binary", nonfinite, missing,
	   missing_by_column, unassigned
FROM summary LEFT JOIN ab_arms(s) ON true WHERE name NOT IN ('many arms', 'names')
ORDER BY name COLLATE "C", variant COLLATE "C";
SELECT name, variant, n, mean, stddev, min, max, distinct_values AS values, significand_bits AS bits,
	   is_control AS control, nonfinite, missing, missing_by_column, unassigned
FROM histogram LEFT JOIN ab_arms(h) ON true WHERE name NOT IN ('many arms', 'names')
ORDER BY name COLLATE "C", variant COLLATE "C";
SELECT name, count(*), sum(n) AS n, sum(mean) AS mean,
	   md5(string_agg(variant, '|' ORDER BY variant COLLATE "C")) AS variants
FROM (SELECT name, a.variant, a.n, a.mean FROM summary, ab_arms(s) a
	  UNION ALL SELECT name || ', histogram', a.variant, a.n, a.mean FROM histogram, ab_arms(h) a) arm
WHERE name ~ 'many arms|names' GROUP BY name ORDER BY name COLLATE "C";
SELECT name, jsonb_array_length(means) AS columns, means, covariances
FROM summary, ab_arms(s) WHERE name LIKE 'f%columns' AND variant = 'arm 1';

-- One in buckets is too long to be kept here, but equal rows are equal histograms, to the byte, then as now.
CREATE TABLE buckets AS
SELECT ab_histogram((i % 2 * 2 - 1) * (1 + i / 65536.0) ^ 3, 'arm ' || i % 3) AS h FROM generate_series(1, 200000) i;
SELECT name, as_text = md5(h::text) AS text, as_binary = md5(ab_histogram_send(h)) AS "binary",
	   in_memory = md5(h::raw::text) OR NOT EXISTS (SELECT FROM kept) AS memory,
	   h::text::ab_histogram::raw::text = h::raw::text AS is_read
FROM buckets, frozen_digest;
SELECT variant, n, distinct_values AS values, significand_bits AS bits FROM buckets, ab_arms(h);
SELECT name FROM histogram h, LATERAL (SELECT ab_rollup(part) AS again FROM unnest(ARRAY[h.h]) part) r
WHERE ab_histogram_send(again) <> as_binary;

-- another version, and what version 1 reserves, are refused
\t on
SELECT error_of(format('SELECT %L::ab_summary', replace(as_text, '"version": 1', '"version": 2'))) FROM summary
WHERE name = 'one row';
SELECT error_of(format('SELECT %L::ab_histogram', replace(as_text, '"version": 1', '"version": 2'))) FROM histogram
WHERE name = 'one row';
SELECT error_of(format('SELECT * FROM ab_arms(%L::raw::ab_summary)', set_byte(in_memory, 0, 2))) FROM summary
WHERE name = 'one row';
SELECT error_of(format('SELECT * FROM ab_arms(%L::raw::ab_histogram)', set_byte(in_memory, 0, 2))) FROM histogram
WHERE name = 'one row';
\t off

DROP VIEW kept;
DROP TABLE frozen, frozen_digest, summary, histogram, received_summary, received_histogram, buckets;
DROP TYPE raw CASCADE;
RESET client_min_messages;
