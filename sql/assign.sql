\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
-- reference values: Python, int(hashlib.md5(f"{e}:{u}".encode()).hexdigest(), 16) % 10000
SELECT e, u, ab_bucket(e, u) = expected AS ok
FROM (VALUES ('exp1', 'user1', 5629), ('exp1', 'user2', 4206), ('exp1', 'user3', 3728),
			 ('checkout_button', '42', 9554), ('', '', 9559), ('a', 'b:c', 5292), ('a:b', 'c', 5292),
			 ('实验', '用户😀', 7263), ('exp', '-9223372036854775808', 6348)) t(e, u, expected);
-- bigint and uuid hash as their text
SELECT ab_bucket('checkout_button', 42) = 9554 AS bigint,
	   ab_bucket('exp', 9223372036854775807) = 6694 AS bigint_max,
	   ab_bucket('exp', (-9223372036854775808)::bigint) = 6348 AS bigint_min,
	   ab_bucket('checkout_button', '00000000-0000-0000-0000-000000000001'::uuid) = 3512 AS uuid,
	   ab_bucket('e', 'ABCDEF01-2345-6789-abcd-ef0123456789'::uuid) =
	   ab_bucket('e', 'abcdef01-2345-6789-abcd-ef0123456789') AS uuid_lower_case;
-- smallint and integer become bigint, varchar becomes text
SELECT ab_bucket('e', 7::smallint) = ab_bucket('e', '7') AS smallint,
	   ab_bucket('e', 7::varchar) = ab_bucket('e', '7') AS varchar;
-- numeric becomes neither: 42.0 might mean '42' or '42.0'
SELECT left(error_of($$SELECT ab_bucket('e', 42.0)$$), 5) AS numeric;

-- own MD5 against the server's, 0 to 1000 bytes; the recipe in SQL is the oracle
CREATE FUNCTION w(h text, i int) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
	SELECT ('x' || substr(h, 1 + 8 * i, 8))::bit(32)::bigint
$$;
CREATE FUNCTION recipe(e text, u text) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
	SELECT (w(h, 0) * 336 + w(h, 1) * 1616 + w(h, 2) * 7296 + w(h, 3)) % 10000
	FROM (SELECT md5(e || ':' || u)) AS d(h)
$$;
SELECT setseed(0.5);
CREATE TABLE ids AS
SELECT n, left(repeat(md5(random()::text), 32), n) AS id FROM generate_series(0, 1000) n;
SELECT n FROM ids WHERE ab_bucket('experiment', id) <> recipe('experiment', id)
	OR ab_bucket(id, 'user') <> recipe(id, 'user');
-- the messages of RFC 1321 (appendix A.5) that contain no colon, as the part after one
SELECT m FROM (VALUES (''), ('a'), ('abc'), ('message digest'), ('abcdefghijklmnopqrstuvwxyz'),
	('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'),
	('12345678901234567890123456789012345678901234567890123456789012345678901234567890')) t(m)
WHERE ab_bucket('', m) <> recipe('', m);
-- a stored, compressed id
CREATE TABLE long_ids AS SELECT repeat('x', 100000) AS id;
SELECT ab_bucket('e', id) = recipe('e', id) AS toasted FROM long_ids;

-- the arm is decided in double precision: exact for every split of four decimals
SELECT count(*) FROM generate_series(0, 10000) k,
	LATERAL (SELECT u, ab_bucket('exp1', u) b FROM (VALUES ('user1'), ('user2'), ('user3')) v(u)) t
WHERE ab_assign('exp1', u, k / 10000.0) IS DISTINCT FROM
	  CASE WHEN b / 10000.0::float8 < (k / 10000.0)::float8 THEN 'treatment' ELSE 'control' END;
SELECT ab_assign('exp1', 'user2', 0.4206) AS at_the_bucket, ab_assign('exp1', 'user2', 0.4207) AS above_it,
	   ab_assign('exp1', 'user1') AS default_split, ab_assign('exp1', 'user2') AS default_split;
SELECT count(*) FILTER (WHERE ab_assign('e', g::text, 0) <> 'control') AS treated_at_0,
	   count(*) FILTER (WHERE ab_assign('e', g::text, 1) <> 'treatment') AS control_at_1
FROM generate_series(1, 1000) g;
-- raising the split only moves control to treatment
SELECT count(*) FROM generate_series(1, 1000) g
WHERE ab_assign('e', g::bigint, 0.2) = 'treatment' AND ab_assign('e', g::bigint, 0.3) = 'control';
SELECT abs(avg((ab_assign('share', g::bigint, 0.2) = 'treatment')::int) - 0.2) < 0.01 AS share
FROM generate_series(1, 20000) g;

-- the share that a split really gives to treatment is that of the buckets below it: splits of four decimals,
-- their neighbours, and finer ones
CREATE TABLE buckets AS SELECT b / 10000.0::float8 AS share FROM generate_series(0, 9999) b;
SELECT count(*) AS differ
FROM (SELECT k / 10000.0::float8 FROM generate_series(0, 10000, 37) k
	  UNION ALL SELECT k / 10000.0::float8 * (1 + 2.5e-16) FROM generate_series(0, 9999, 37) k
	  UNION ALL SELECT k / 10000.0::float8 * (1 - 1.2e-16) FROM generate_series(0, 10000, 37) k
	  UNION ALL VALUES (1.5e-4::float8), (1e-300), (0.99995), (0.5), (1 / 3.0), (1)) s(split)
WHERE ab_split_effective(split) <> (SELECT count(*) FROM buckets WHERE share < split) / 10000.0::float8;
SELECT split, ab_split_effective(split) AS effective FROM unnest('{0,1,0.5,1e-9,0.33333}'::float8[]) split;
-- and what ab_assign does
SELECT count(*) AS differ
FROM (VALUES (0.2::float8), (0.07), (0.00015), (0.58)) s(split), generate_series(1::bigint, 2000) g
WHERE (ab_assign('eff', g, split) = 'treatment') <> (ab_bucket('eff', g) < round(ab_split_effective(split) * 10000));

-- NULL in, NULL out
SELECT call, result FROM (VALUES
	('ab_assign of no experiment', ab_assign(NULL, 'u')),
	('ab_assign of no user', ab_assign('e', NULL::text)),
	('ab_assign without split', ab_assign('e', 'u', NULL)),
	('ab_bucket of no experiment', ab_bucket(NULL, 'u')::text),
	('ab_bucket of no bigint', ab_bucket('e', NULL::bigint)::text),
	('ab_bucket of no uuid', ab_bucket('e', NULL::uuid)::text),
	('ab_split_effective', ab_split_effective(NULL)::text)) t(call, result) WHERE result IS NOT NULL;

-- errors
\t on
SELECT error_of($$SELECT ab_assign('e', 'u', 20)$$);
SELECT error_of($$SELECT ab_assign('e', 'u', -0.1)$$);
SELECT error_of($$SELECT ab_assign('e', 'u', 'NaN')$$);
SELECT error_of($$SELECT ab_assign('e', 'u', 'Infinity')$$);
SELECT error_of($$SELECT ab_split_effective(20)$$);
SELECT error_of($$SELECT ab_split_effective('NaN')$$);
\t off

-- the same in a parallel plan
CREATE TABLE users AS SELECT g AS id FROM generate_series(1, 20000) g;
ANALYZE users;
CREATE TABLE serial AS SELECT id, ab_bucket('par', id) AS b FROM users;
SET min_parallel_table_scan_size = 0;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SELECT sum(ab_bucket('par', id)) = (SELECT sum(b) FROM serial) AS same FROM users;
RESET ALL;

DROP FUNCTION recipe, w;
DROP TABLE ids, long_ids, users, serial, buckets;
