-- several variants

CREATE FUNCTION ab_variant(experiment text, unit text, variants text[], weights float8[] DEFAULT NULL,
						   coverage float8 DEFAULT 1, method text DEFAULT 'md5_10000') RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 7;
COMMENT ON FUNCTION ab_variant(text, text, text[], float8[], float8, text) IS
	'variant of a unit, by weights, equal ones if NULL; NULL for a unit outside of the coverage';

CREATE FUNCTION ab_variant(experiment text, unit bigint, variants text[], weights float8[] DEFAULT NULL,
						   coverage float8 DEFAULT 1, method text DEFAULT 'md5_10000') RETURNS text
	AS 'MODULE_PATHNAME', 'ab_variant_bigint' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 7;
COMMENT ON FUNCTION ab_variant(text, bigint, text[], float8[], float8, text) IS
	'variant of a unit, by weights, equal ones if NULL; NULL for a unit outside of the coverage';

CREATE FUNCTION ab_variant(experiment text, unit uuid, variants text[], weights float8[] DEFAULT NULL,
						   coverage float8 DEFAULT 1, method text DEFAULT 'md5_10000') RETURNS text
	AS 'MODULE_PATHNAME', 'ab_variant_uuid' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 7;
COMMENT ON FUNCTION ab_variant(text, uuid, text[], float8[], float8, text) IS
	'variant of a unit, by weights, equal ones if NULL; NULL for a unit outside of the coverage';

CREATE FUNCTION ab_weights_effective(weights float8[], coverage float8 DEFAULT 1) RETURNS float8[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ab_weights_effective(float8[], float8) IS
	'share of all units that method md5_10000 of ab_variant gives to each variant, multiples of 1/10000';
