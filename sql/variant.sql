\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
-- two variants are ab_assign's, for splits of four decimals, their neighbours and finer ones, in every bucket
CREATE TABLE split AS
SELECT k / 10000.0::float8 AS s FROM generate_series(0, 10000, 97) k
UNION SELECT k / 10000.0::float8 * (1 + 2.5e-16) FROM generate_series(0, 9999, 197) k
UNION SELECT k / 10000.0::float8 * (1 - 1.2e-16) FROM generate_series(0, 10000, 197) k
UNION VALUES (1.5e-4::float8), (5e-324), (0.0051), (0.99995), (1 / 3.0::float8);
CREATE TABLE of_bucket AS SELECT DISTINCT ON (ab_bucket('e', g)) g AS id FROM generate_series(1, 150000) g;
SELECT count(*) AS buckets FROM of_bucket;
SELECT count(*) AS differ FROM split, of_bucket
WHERE ab_variant('e', id, '{treatment,control}', ARRAY[s, 1 - s]) IS DISTINCT FROM ab_assign('e', id, s);
-- the types of the unit
SELECT count(*) AS differ FROM of_bucket, LATERAL (SELECT md5(id::text)::uuid) u(u)
WHERE ab_variant('e', id, '{a,b,c}') <> ab_variant('e', id::text, '{a,b,c}')
	OR ab_variant('e', u, '{a,b,c}') <> ab_variant('e', u::text, '{a,b,c}')
	OR ab_variant('e', u, '{a,b,c}') <> ab_variant('e', u::text::varchar, '{a,b,c}');

-- equal weights in every form; names are those of the array, whatever they are
SELECT count(*) AS differ FROM of_bucket
WHERE ab_variant('e', id, '{a,b,c}') <> ALL (ARRAY[ab_variant('e', id, '{a,b,c}', '{1,1,1}'),
	ab_variant('e', id, '{a,b,c}', '{5e307,5e307,5e307}'), ab_variant('e', id, '{a,b,c}', '{1e-320,1e-320,1e-320}')]);
SELECT v, count(*) FROM of_bucket, ab_variant('e', id, ARRAY['', 'José', '用户😀', 'a,b']) v GROUP BY v
	ORDER BY v COLLATE "C";
-- shares are those of the buckets: three times 0.1 is 0.3
SELECT ab_weights_effective('{0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1}') AS ten,
	ab_weights_effective('{1,1,1}') AS thirds,
	   ab_weights_effective('{0.2,0,0.3,0.5}', 0.1) AS covered, ab_weights_effective('{80,15,5,0}') AS with_none;
SELECT count(*) AS differ
FROM (VALUES ('{0.1,0.1,0.1,0.1,0.6}'::float8[], 1), ('{1,1,1}', 1), ('{0.2,0,0.3,0.5}', 0.35), ('{3,0,0}',
	0.07)) w(w, c),
	LATERAL (SELECT array_agg(i::text) FROM generate_subscripts(w, 1) i) n(n),
	LATERAL unnest(n, ab_weights_effective(w, c)) e(name, share)
WHERE round(share * 10000) <> (SELECT count(*) FROM of_bucket WHERE ab_variant('e', id, n, w, c) = name);

-- a weight of 0 never wins, wherever it stands; the last one with a weight closes
SELECT method, min(v) AS least, max(v) AS greatest, count(*) - count(v) AS outside
FROM unnest('{md5_10000,md5_53,rendezvous}'::text[]) method, of_bucket,
	LATERAL (SELECT ab_variant('e', id, '{0,1,2,3,4}', '{0,0.1,0,0.2,0}', 1, method)) x(v) GROUP BY method
		ORDER BY method;
-- one variant has all, or the coverage
SELECT method, count(v), count(w) > 400 AND count(w) < 600 AS covered, count(z) AS none
FROM unnest('{md5_10000,md5_53,rendezvous}'::text[]) method, generate_series(1, 1000) id,
	LATERAL (SELECT ab_variant('e', id, '{all}', NULL, 1, method), ab_variant('e', id, '{all}', NULL, 0.5, method),
					ab_variant('e', id, '{all}', NULL, 0, method)) x(v, w, z)
GROUP BY method ORDER BY method;

-- coverage only lets units in, and moves nobody between variants
SELECT method, count(*) AS moved_or_lost
FROM unnest('{md5_10000,md5-53,rendezvous}'::text[]) method, generate_series(1, 2000) id,
	unnest('{0.05,0.3,0.35,0.9}'::float8[]) c,
	LATERAL (SELECT ab_variant('ramp', id, '{a,b,c}', '{0.5,0.2,0.3}', c, method),
					ab_variant('ramp', id, '{a,b,c}', '{0.5,0.2,0.3}', c + 0.1, method)) x(before, after)
WHERE before IS NOT NULL AND after IS DISTINCT FROM before GROUP BY method;
-- rendezvous is covered by the gate of ab_exposed
SELECT count(*) AS differ FROM generate_series(1, 2000) id
WHERE (ab_variant('ramp', id, '{a,b}', NULL, 0.3, 'rendezvous') IS NOT NULL) <> ab_exposed('ramp', id, 0.3);
-- and depends neither on the order of the variants nor on those without a weight
SELECT count(*) AS differ FROM generate_series(1, 2000) id
WHERE ab_variant('e', id, '{a,b,c}', '{0.2,0.5,0.3}', 1, 'rendezvous') <>
	  ab_variant('e', id, '{c,d,b,a}', '{3,0,5,2}', 1, 'rendezvous')
   OR ab_variant('e', id, '{a,b,c}', NULL, 1, 'rendezvous') <>
	  ab_variant('e', id, '{a,b,c}', '{1,1,1.0000000000000002}', 1, 'rendezvous');
-- shares
SELECT method, v, round(count(*) / 400.0) AS pct
FROM unnest('{md5_10000,md5_53,rendezvous}'::text[]) method, generate_series(1, 40000) id,
	LATERAL (SELECT ab_variant('share', id, '{a,b,c}', '{0.7,0.1,0.2}', 1, method)) x(v)
GROUP BY method, v ORDER BY method, v;
-- finer than a bucket
SELECT count(*) FILTER (WHERE ab_variant('fine', id, '{a,b}', '{0.00002,0.99998}', 1, 'md5_53') = 'a') AS md5_53,
	   count(*) FILTER (WHERE ab_variant('fine', id, '{a,b}', '{0.00002,0.99998}', 1, 'md5_10000') = 'a') AS md5_10000
FROM generate_series(1, 300000) id;

-- a change of weights moves hardly more than it must, by rendezvous
CREATE TABLE change (id int, before float8[], after float8[]);
INSERT INTO change VALUES (1, '{25,25,25,25}', '{24,25,25,26}'), (2, '{50,50,0}', '{40,40,20}'),
	(3, '{33,33,34}', '{25,25,50}'), (4, '{1,1,1,0}', '{1,1,1,1}'), (5, '{90,10}', '{50,50}');
SELECT id, round((sum(abs(b / tb - a / ta)) / 2)::numeric, 3) AS least,
	   (SELECT abs(avg((ab_variant('move', u, n, before, 1, 'rendezvous') <>
						ab_variant('move', u, n, after, 1, 'rendezvous'))::int) - sum(abs(b / tb - a / ta)) / 2) < 0.01
		FROM generate_series(1, 40000) u) AS rendezvous_near_it
FROM change, LATERAL (SELECT array_agg(i::text ORDER BY i) FROM generate_subscripts(before, 1) i) names(n),
	LATERAL (SELECT sum(b), sum(a) FROM unnest(before, after) t(b, a)) total(tb, ta), LATERAL unnest(before,
		after) w(b, a)
GROUP BY id, before, after, n ORDER BY id;

-- arguments that differ from row to row
SELECT count(*) AS differ FROM change, generate_series(1, 300) u
WHERE ab_variant('row', u, (ARRAY['1', '2', '3', '4'])[1:cardinality(before)], before) IS DISTINCT FROM
	  CASE id WHEN 1 THEN ab_variant('row', u, '{1,2,3,4}', '{25,25,25,25}') WHEN 2 THEN ab_variant('row', u,
	  	'{1,2,3}', '{50,50,0}')
			  WHEN 3 THEN ab_variant('row', u, '{1,2,3}', '{33,33,34}') WHEN 4 THEN ab_variant('row', u, '{1,2,3,4}',
			  	'{1,1,1,0}')
			  ELSE ab_variant('row', u, '{1,2}', '{90,10}') END;
CREATE TABLE stored (variants text[], weights float8[], method text);
INSERT INTO stored VALUES ('{a,b}', NULL, 'md5_10000'), ('{a,b}', '{1,3}', 'md5_53'), ('{b,a}', '{1,3}', 'rendezvous');
SELECT weights, method, string_agg(ab_variant('s', u, variants, weights, 1, method), '' ORDER BY u)
FROM stored, generate_series(1, 30) u GROUP BY weights, method ORDER BY method;

-- no experiment and no unit have no variant
SELECT ab_variant(NULL, 'u', '{a}') IS NULL AND ab_variant('e', NULL::text, '{a}') IS NULL
	AND ab_variant('e', NULL::bigint, '{a}') IS NULL AND ab_variant('e', NULL::uuid, NULL) IS NULL
	AND ab_weights_effective(NULL) IS NULL AS null_in_null_out;
-- errors
\t on
SELECT error_of($$SELECT ab_variant('e', 'u', NULL)$$);
SELECT error_of($$SELECT ab_variant('e', 'u', '{}')$$);
SELECT error_of($$SELECT ab_variant('e', 'u', '{a,NULL}')$$);
SELECT error_of($$SELECT ab_variant('e', 'u', '{{a,b}}')$$);
SELECT error_of($$SELECT ab_variant('e', 'u', '{a,b,a}')$$);
SELECT error_of($$SELECT ab_variant('e', 'u', '{a,b}', '{1}')$$);
SELECT error_of($$SELECT ab_variant('e', 'u', '{a,b}', '{1,NULL}')$$);
SELECT error_of($$SELECT ab_variant('e', 'u', '{a,b}', '{1,-1}')$$);
SELECT error_of($$SELECT ab_variant('e', 'u', '{a,b}', '{1,NaN}')$$);
SELECT error_of($$SELECT ab_variant('e', 'u', '{a,b}', '{1,Infinity}')$$);
SELECT error_of($$SELECT ab_variant('e', 'u', '{a,b}', '{0,0}')$$);
SELECT error_of($$SELECT ab_variant('e', 'u', '{a,b}', NULL, 20)$$);
SELECT error_of($$SELECT ab_variant('e', 'u', '{a,b}', NULL, 'NaN')$$);
SELECT error_of($$SELECT ab_variant('e', 'u', '{a,b}', NULL, NULL)$$);
SELECT error_of($$SELECT ab_variant('e', 'u', '{a,b}', NULL, 1, 'murmur')$$);
SELECT error_of($$SELECT ab_variant('e', 'u', '{a,b}', NULL, 1, NULL)$$);
SELECT error_of($$SELECT ab_variant('e', 'u', ARRAY(SELECT g::text FROM generate_series(1, 5000) g))$$);
SELECT error_of($$SELECT ab_variant('e', 'u', ARRAY[repeat('a', 2000)])$$);
SELECT error_of($$SELECT ab_weights_effective('{}')$$);
\t off

-- the same in a parallel plan
CREATE TABLE serial AS SELECT id, ab_variant('par', id, '{a,b,c}', '{2,1,1}') AS v, ab_variant('par', id, '{a,b,c}',
	'{2,1,1}', 0.5, 'rendezvous') AS r
FROM of_bucket;
ANALYZE of_bucket;
SET min_parallel_table_scan_size = 0;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SELECT (SELECT md5(string_agg(x, ',' ORDER BY x COLLATE "C")) FROM (
			SELECT id || v || coalesce(r, '') FROM (SELECT id, ab_variant('par', id, '{a,b,c}', '{2,1,1}') AS v,
				ab_variant('par', id, '{a,b,c}', '{2,1,1}', 0.5, 'rendezvous') AS r FROM of_bucket) q) t(x)) =
	   (SELECT md5(string_agg(x, ',' ORDER BY x COLLATE "C")) FROM (SELECT id || v || coalesce(r, '')
	   	FROM serial) t(x)) AS same;
RESET ALL;

DROP TABLE split, of_bucket, change, stored, serial;
