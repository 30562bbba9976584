\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
SET extra_float_digits = 1;
-- what the platforms publish as their own tests, and for what is not ASCII what their JavaScript gives
SELECT call, got, wanted FROM (VALUES
	('GrowthBook 1', ab_growthbook_hash('', 'a', 1), 0.22::float8),
	('GrowthBook 1', ab_growthbook_hash('b', 'a', 1), 0.946),
	('GrowthBook 1, accent', ab_growthbook_hash('exp', 'José', 1), 0.117),
	('GrowthBook 1, astral', ab_growthbook_hash('exp', '用户😀', 1), 0.16),
	('GrowthBook 1, above a byte', ab_growthbook_hash('exp', 'Ĳ', 1), 0.08),
	('GrowthBook 2', ab_growthbook_hash('feature-exp', 'i123'), 0.9943),
	('Eppo', ab_eppo_shard('test', 'input'), 5619),
	('LaunchDarkly', ab_launchdarkly_bucket('hashKey', 'saltyA', 'userKeyA'), 0.4215758743392494),
	('LaunchDarkly, bigint', ab_launchdarkly_bucket('hashKey', 'saltyA', 33333), 0.5477142345861467),
	('LaunchDarkly, seed', ab_launchdarkly_bucket('hashKey', 'saltyA', 'userKeyB', 61), 0.1448377737757314),
	('LaunchDarkly, seed alone', ab_launchdarkly_bucket(NULL, NULL, 'userKeyC', 61), 0.9242640945125551),
	('LaunchDarkly, Go', ab_launchdarkly_bucket('hashKey', 'saltyA', 'userKeyA', float4 => true),
	 0.42157587::float4::float8),
	('PostHog, holdout', ab_posthog_holdout_hash('test-identifier'), 0.4493881716040236),
	('PostHog, holdout', ab_posthog_holdout_hash('example_id'), 0.9402003475831224),
	('Optimizely', ab_optimizely_bucket('ppid1', '1886780721'), 5254),
	('Unleash', ab_unleash_bucket('999', 'groupX'), 25),
	('Unleash, UTF-8', ab_unleash_bucket('José', 'g'), 30),
	('Flagsmith', round(ab_flagsmith_pct('4268', '32103705')::numeric, 6)::float8, 93.318664),
	('Split', ab_split_bucket('EPxM1cYQnL4AuqD', 467569525), 79),
	('Split, hash', ab_murmur3_32('EPxM1cYQnL4AuqD', 467569525), 397339578),
	('flagd', ab_flagd_bucket('ejOoVL'), 0),
	('flagd, its largest signed hash', ab_murmur3_32('SI7p-'), 2147483647),
	('flagd, before', ab_flagd_v1_pct('SI7p-'), 100),
	('VWO', ab_vwo_bucket('1_Ashley'), 4539),
	('Amplitude, hash', ab_murmur3_32('aardwolf', 2134516202), 3096332942),
	('Firebase', ab_firebase_micropercent('1', 'one'), 64146488),
	('Flipt, rollout', ab_flipt_threshold('test-entity', 'test-flag'), 65),
	('Flipt, variants', ab_flipt_bucket('10', 'foo'), 54),
	('Confidence', ab_confidence_bucket('MegaSalt-confidence-test', 'roug'), 567493),
	('GO Feature Flag', ab_goff_bucket('', ''), 36261)) t(call, got, wanted) WHERE got IS DISTINCT FROM wanted;
SELECT ab_growthbook_namespace('1', 'namespace2', 0, 0.4) AS namespace2_low,
	   ab_growthbook_namespace('1', 'namespace2', 0.4, 1) AS namespace2_high,
	   ab_growthbook_namespace('2', 'namespace1', 0.4, 1) AS namespace1_high;
-- experiments of GrowthBook by their published tests, which number the variations
SELECT id, ab_growthbook_variant('my-test', id, '{0,1}', version => 1) AS halves,
	   ab_growthbook_variant('my-test', id, '{0,1}', '{0.1,0.9}', version => 1) AS uneven,
	   ab_growthbook_variant('my-test', id, '{0,1}', NULL, 0.4, 1) AS covered,
	   ab_growthbook_variant('my-test', id, '{0,1,2}', version => 1) AS thirds FROM generate_series(1, 9) id;
SELECT ab_growthbook_variant('foo', '1', '{0,1}', '{0.5,0.5}', 0.99) AS hash_version_2;

-- hashes from SQL, of random keys with characters of one to four bytes
SELECT setseed(0.25);
CREATE TABLE ids AS
SELECT i, left(repeat(md5(random()::text) || chr(233) || chr(30000 + i) || chr(128000 + i), 20), i) AS u
FROM generate_series(0, 400) i;
CREATE FUNCTION word(h text, i int) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
	SELECT ('x' || substr(h, 1 + 8 * i, 8))::bit(32)::bigint
$$;
CREATE FUNCTION fnv1a_utf16(s text) RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	h bigint := 2166136261;
	point int;
BEGIN
	FOR i IN 1..length(s) LOOP
		point := ascii(substr(s, i, 1));
		IF point > 65535 THEN
			h := (h # (55296 + ((point - 65536) >> 10))) * 16777619 % 4294967296;
			point := 56320 + ((point - 65536) & 1023);
		END IF;
		h := (h # point) * 16777619 % 4294967296;
	END LOOP;
	RETURN h;
END $$;
SELECT i FROM ids, sha256(convert_to('salt.' || u, 'UTF8')) sha, encode(sha, 'hex') hex
WHERE ab_eppo_shard('salt', u, 1000) <> word(md5('salt-' || u), 0) % 1000
	OR ab_statsig_user_bucket('salt', u) <> ((word(hex, 0) % 1000) * (4294967296 % 1000) + word(hex, 1)) % 1000
	OR ab_statsig_bucket('salt', '', u) <> ab_statsig_user_bucket('salt.', u, 10000)
	OR ab_msfm_pct(u, 'f') <> (SELECT get_byte(d, 0) + get_byte(d, 1) * 256 + get_byte(d, 2) * 65536 +
							   get_byte(d, 3) * 16777216.0 FROM sha256(convert_to(u || E'\nf', 'UTF8')) d) /
							  4294967295::float8 * 100
	OR ab_growthbook_hash('exp', u, 1) <> fnv1a_utf16(u || 'exp') % 1000 / 1000.0
	OR ab_growthbook_hash('exp', u) <> fnv1a_utf16(fnv1a_utf16('exp' || u)::text) % 10000 / 10000.0;
-- one function by another
SELECT i FROM ids
WHERE ab_unleash_bucket(u, 'g') <> ab_murmur3_32('g:' || u) % 100 + 1
	OR ab_optimizely_bucket(u, 'p') <> ab_murmur3_32(u || 'p', 1) * 10000 >> 32
	OR ab_vwo_bucket(u) <> ab_optimizely_bucket(u, '') + 1
	OR ab_amplitude_distribution('s', u) * 100 + ab_amplitude_allocation('s', u) <> ab_murmur3_32('s/' || u)
	OR ab_split_bucket(u, 7) <> ab_murmur3_32(u, 7) % 100 + 1
	OR ab_split_bucket(u, -7) <> ab_split_bucket(u, 4294967289)
	OR ab_posthog_hash('f', u) <> ab_planout_hash('f', u) / 1152921504606846976::float8
	OR ab_launchdarkly_bucket('k', 's', u) <> ab_posthog_hash('k.s', u)
	OR ab_launchdarkly_bucket('k', 's', u, -3) <> ab_posthog_hash('-3', u)
	OR ab_configcat_bucket('f.', u) <> (ab_planout_hash('f', u) >> 32) % 100
	OR ab_firebase_micropercent('', u) <> ab_firebase_micropercent(NULL, u)
	OR ab_flipt_bucket(u, u) % 100 <> ab_flipt_threshold(u, u)
	OR ab_goff_bucket('f', u, 1) <> 0 OR ab_confidence_bucket('f', u, 1) <> 0;
-- the types of the unit
SELECT id FROM generate_series(-50, 50) id, LATERAL (SELECT md5(id::text)::uuid) x(u),
	LATERAL (VALUES
		(ab_growthbook_hash('s', id), ab_growthbook_hash('s', id::text), ab_growthbook_hash('s', u),
		 ab_growthbook_hash('s', u::text)),
		(ab_statsig_bucket('a', 'b', id), ab_statsig_bucket('a', 'b', id::text), ab_statsig_bucket('a', 'b', u),
		 ab_statsig_bucket('a', 'b', u::text)),
		(ab_launchdarkly_bucket('a', 'b', id), ab_launchdarkly_bucket('a', 'b', id::text),
		 ab_launchdarkly_bucket('a', 'b', u), ab_launchdarkly_bucket('a', 'b', u::text)),
		(ab_unleash_bucket(id, 'g'), ab_unleash_bucket(id::text, 'g'), ab_unleash_bucket(u, 'g'),
		 ab_unleash_bucket(u::text, 'g')),
		(ab_firebase_micropercent('s', id), ab_firebase_micropercent('s', id::text), ab_firebase_micropercent('s', u),
		 ab_firebase_micropercent('s', u::text))) t(of_bigint, of_its_text, of_uuid, of_that_text)
WHERE of_bigint <> of_its_text OR of_uuid <> of_that_text;
-- Flagsmith hashes the ids twice where the percentage would be 100
SELECT ab_flagsmith_pct('f', '2141') = ab_flagsmith_pct('f', '2141', 'f', '2141') AS twice,
	   ab_flagsmith_pct('f', '2141') < 100 AS below_100;
-- a stored, compressed id
CREATE TABLE long_ids AS SELECT repeat('x', 100000) AS id;
SELECT ab_murmur3_32(id) = ab_murmur3_32(repeat('x', 100000)) AS toasted FROM long_ids;

-- how a number becomes a variant
SELECT (ARRAY['off', 'on'])[1 + width_bucket(0.5::float8, ARRAY[0.5, 1.0]::float8[])] AS half_open,
	   (ARRAY['off', 'on'])[1 + width_bucket(1.0::float8, ARRAY[0.5, 1.0]::float8[])] IS NULL AS past_the_end;
-- GrowthBook 1 assigns two experiments alike, and that shows
SELECT dependent FROM (SELECT (ab_independence(ab_growthbook_variant('exp1', id, '{a,b}', version => 1),
											   ab_growthbook_variant('exp2', id, '{a,b}', version => 1))).*
					   FROM generate_series(1, 5000) id) t;

-- NULL in, NULL out; a version that GrowthBook does not know has no hash, either
SELECT num_nonnulls(ab_growthbook_hash(NULL, 'u'), ab_growthbook_hash('s', NULL::text), ab_growthbook_hash('s', 'u', 3),
	ab_growthbook_variant('s', 'u', '{a}', version => 99), ab_growthbook_variant('s', NULL::bigint, NULL),
	ab_growthbook_variant(NULL, 'u', '{a}'), ab_growthbook_variant('s', 'u', '{a}', version => NULL),
	ab_growthbook_namespace('u', NULL, 0, 1)::text, ab_eppo_shard('s', NULL::uuid), ab_eppo_shard('s', 'u', NULL),
	ab_statsig_bucket('s', NULL, 'u'), ab_launchdarkly_bucket(NULL, 's', 'u'), ab_launchdarkly_bucket('k', NULL, 'u'),
	ab_launchdarkly_bucket('k', 's', NULL::text, 61), ab_posthog_hash('k', 'u', NULL),
	ab_unleash_bucket(NULL::text, 'g'), ab_firebase_micropercent('s', NULL::text),
	ab_flagsmith_pct('s', NULL), ab_murmur3_32(NULL)) AS not_null;
-- errors
\t on
SELECT error_of($$SELECT ab_growthbook_namespace('u', 'n', 0.5, 0.4)$$);
SELECT error_of($$SELECT ab_growthbook_namespace('u', 'n', 0, 40)$$);
SELECT error_of($$SELECT ab_growthbook_namespace('u', 'n', 'NaN', 1)$$);
SELECT error_of($$SELECT ab_growthbook_variant('s', 'u', NULL)$$);
SELECT error_of($$SELECT ab_growthbook_variant('s', 'u', '{}')$$);
SELECT error_of($$SELECT ab_growthbook_variant('s', 'u', '{a,NULL}')$$);
SELECT error_of($$SELECT ab_growthbook_variant('s', 'u', '{{a,b}}')$$);
SELECT error_of($$SELECT ab_growthbook_variant('s', 'u', '{a,a}')$$);
SELECT error_of($$SELECT ab_growthbook_variant('s', 'u', '{a,b}', '{1}')$$);
SELECT error_of($$SELECT ab_growthbook_variant('s', 'u', '{a,b}', '{1.5,-0.5}')$$);
SELECT error_of($$SELECT ab_growthbook_variant('s', 'u', '{a,b}', '{0,0}')$$);
SELECT error_of($$SELECT ab_growthbook_variant('s', 'u', '{a,b}', NULL, 50)$$);
SELECT error_of($$SELECT ab_growthbook_variant('s', 'u', '{a,b}', NULL, NULL)$$);
SELECT error_of($$SELECT ab_eppo_shard('s', 'u', 0)$$);
SELECT error_of($$SELECT ab_statsig_user_bucket('s', 1, -1000)$$);
SELECT error_of($$SELECT ab_confidence_bucket('s', 1, 2147483649)$$);
SELECT error_of($$SELECT ab_unleash_bucket('u', 'g', 100, 4294967296)$$);
SELECT error_of($$SELECT ab_split_bucket('u', -2147483649)$$);
SELECT error_of($$SELECT ab_split_bucket('u', 1, 3)$$);
SELECT error_of($$SELECT ab_launchdarkly_bucket('k', 's', 'u', NULL, NULL)$$);
SELECT error_of($$SELECT ab_flagsmith_pct(VARIADIC '{}')$$);
SELECT error_of($$SELECT ab_flagsmith_pct(VARIADIC '{{a},{b}}')$$);
\t off

-- the same in a parallel plan
ANALYZE ids;
CREATE TABLE serial AS SELECT i, ab_growthbook_hash('par', u) AS g, ab_posthog_hash('par', u) AS p,
	ab_statsig_bucket('par', '', u) AS s FROM ids;
SET min_parallel_table_scan_size = 0;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SELECT (SELECT sum(ab_statsig_bucket('par', '', u)) FROM ids) = (SELECT sum(s) FROM serial) AS statsig,
	   (SELECT max(ab_posthog_hash('par', u)) FROM ids) = (SELECT max(p) FROM serial) AS posthog,
	   (SELECT max(ab_growthbook_hash('par', u)) FROM ids) = (SELECT max(g) FROM serial) AS growthbook;
RESET ALL;

DROP FUNCTION word, fnv1a_utf16;
DROP TABLE ids, long_ids, serial;
