\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
-- each is the one rule, of a key of its own
SELECT count(*) AS differ FROM generate_series(1, 5000) id, (VALUES (0::float8), (0.00015), (0.2), (1 / 3.0::float8),
	(1)) s(s)
WHERE ab_exposed('e', id, s) <> (ab_assign('e/exposure', id, s) = 'treatment')
	OR ab_in_holdout('h', id, s) <> (ab_assign('holdout/h', id, s) = 'treatment');
SELECT count(*) AS differ FROM generate_series(1, 5000) id WHERE ab_layer_slot('l', id) <> ab_bucket('layer/l', id);
-- the types of the unit
SELECT count(*) AS differ FROM generate_series(1, 1000) id, LATERAL (SELECT md5(id::text)::uuid) u(u)
WHERE ab_exposed('e', id, 0.5) <> ab_exposed('e', id::text, 0.5) OR ab_exposed('e', u, 0.5) <> ab_exposed('e',
	u::text, 0.5)
	OR ab_layer_slot('e', id) <> ab_layer_slot('e', id::text) OR ab_layer_slot('e', u) <> ab_layer_slot('e', u::text)
	OR ab_in_holdout('e', id, 0.5) <> ab_in_holdout('e', id::text, 0.5) OR ab_in_holdout('e', u,
		0.5) <> ab_in_holdout('e', u::text, 0.5);
-- keys over a block of MD5
SELECT ab_layer_slot(repeat('é', 100), repeat('x', 1000)) = ab_bucket('layer/' || repeat('é', 100), repeat('x',
	1000)) AS long_key;

-- slots: any number of them, by the whole digest
SELECT count(*) AS differ
FROM generate_series(1, 500) id, unnest('{1,2,7,100,1000,65536,1000003,2147483647,2147483648}'::bigint[]) slots
WHERE ab_layer_slot('l', id, slots) <>
	  (SELECT mod(sum(('x' || substr(md5('layer/l:' || id), 1 + 8 * w,
	  	8))::bit(32)::bigint * power(4294967296::numeric, 3 - w)), slots)
	   FROM generate_series(0, 3) w);

-- raising the share only lets units in
SELECT count(*) AS left_out FROM generate_series(1, 3000) id, unnest('{0.1,0.2,0.5}'::float8[]) s
WHERE ab_exposed('ramp', id, s) AND NOT ab_exposed('ramp', id, s + 0.1) OR ab_in_holdout('ramp', id, s)
	AND NOT ab_in_holdout('ramp', id, s + 0.1);
-- shares, and independence of one name in four purposes
SELECT round(avg(ab_exposed('x', id, 0.2)::int), 2) AS exposed, round(avg(ab_in_holdout('x', id, 0.05)::int),
	2) AS held_out,
	   round(avg(ab_layer_slot('x', id, 4)), 1) AS slot FROM generate_series(1, 50000) id;
SELECT max(abs(corr)) < 0.02 AS independent
FROM (SELECT corr(a, b), corr(a, c), corr(a, d), corr(b, c), corr(b, d), corr(c, d)
	  FROM (SELECT (ab_assign('x', id) = 'treatment')::int, ab_exposed('x', id, 0.5)::int, ab_in_holdout('x', id,
	  	0.5)::int,
				   (ab_layer_slot('x', id) < 5000)::int FROM generate_series(1, 50000) id) t(a, b, c, d)) r(a, b, c,
				   	d, e, f),
	unnest(ARRAY[a, b, c, d, e, f]) corr;
-- whereas the arms' own hash as a gate would leave one arm
SELECT count(DISTINCT ab_assign('x', id)) FROM generate_series(1, 1000) id WHERE ab_bucket('x', id) < 2000;

-- NULL in, NULL out
SELECT ab_exposed(NULL, 'u', 0.5) IS NULL AND ab_exposed('e', NULL::text, 0.5) IS NULL AND ab_exposed('e', 'u',
	NULL) IS NULL
	AND ab_layer_slot('l', NULL::bigint) IS NULL AND ab_layer_slot('l', 'u', NULL) IS NULL
	AND ab_in_holdout('h', NULL::uuid, 0.5) IS NULL AS null_in_null_out;
-- errors
\t on
SELECT error_of($$SELECT ab_exposed('e', 'u', 20)$$);
SELECT error_of($$SELECT ab_exposed('e', 1, -0.1)$$);
SELECT error_of($$SELECT ab_in_holdout('e', 'u', 'NaN')$$);
SELECT error_of($$SELECT ab_in_holdout('e', 'u', 5)$$);
SELECT error_of($$SELECT ab_layer_slot('l', 'u', 0)$$);
SELECT error_of($$SELECT ab_layer_slot('l', 1, -5)$$);
SELECT error_of($$SELECT ab_layer_slot('l', 'u', 2147483649)$$);
\t off
