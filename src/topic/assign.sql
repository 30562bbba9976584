-- assignment

CREATE FUNCTION ab_bucket(experiment text, user_id text) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_bucket(text, text) IS
	'bucket of a user, 0 to 9999: md5(experiment:user_id) modulo 10000';

CREATE FUNCTION ab_bucket(experiment text, user_id bigint) RETURNS bigint
	AS 'MODULE_PATHNAME', 'ab_bucket_bigint' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_bucket(text, bigint) IS
	'bucket of a user, 0 to 9999: md5(experiment:user_id) modulo 10000';

CREATE FUNCTION ab_bucket(experiment text, user_id uuid) RETURNS bigint
	AS 'MODULE_PATHNAME', 'ab_bucket_uuid' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_bucket(text, uuid) IS
	'bucket of a user, 0 to 9999: md5(experiment:user_id) modulo 10000';

CREATE FUNCTION ab_assign(experiment text, user_id text, split float8 DEFAULT 0.5) RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_assign(text, text, float8) IS
	'arm of a user: ''treatment'' if bucket / 10000 < split, else ''control''';

CREATE FUNCTION ab_assign(experiment text, user_id bigint, split float8 DEFAULT 0.5) RETURNS text
	AS 'MODULE_PATHNAME', 'ab_assign_bigint' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_assign(text, bigint, float8) IS
	'arm of a user: ''treatment'' if bucket / 10000 < split, else ''control''';

CREATE FUNCTION ab_assign(experiment text, user_id uuid, split float8 DEFAULT 0.5) RETURNS text
	AS 'MODULE_PATHNAME', 'ab_assign_uuid' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_assign(text, uuid, float8) IS
	'arm of a user: ''treatment'' if bucket / 10000 < split, else ''control''';

CREATE FUNCTION ab_split_effective(split float8) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ab_split_effective(float8) IS
	'share of the users that ab_assign gives to treatment at that split, a multiple of 1/10000';
