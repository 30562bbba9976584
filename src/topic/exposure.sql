-- who is in: exposure, layers, holdouts

CREATE FUNCTION ab_exposed(experiment text, unit text, share float8) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_exposed(text, text, float8) IS
	'is a unit in the experiment: is the bucket of ''experiment/exposure'' and the unit below share * 10000?  Raising the share only lets units in';

CREATE FUNCTION ab_exposed(experiment text, unit bigint, share float8) RETURNS boolean
	AS 'MODULE_PATHNAME', 'ab_exposed_bigint' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_exposed(text, bigint, float8) IS
	'is a unit in the experiment: is the bucket of ''experiment/exposure'' and the unit below share * 10000?  Raising the share only lets units in';

CREATE FUNCTION ab_exposed(experiment text, unit uuid, share float8) RETURNS boolean
	AS 'MODULE_PATHNAME', 'ab_exposed_uuid' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_exposed(text, uuid, float8) IS
	'is a unit in the experiment: is the bucket of ''experiment/exposure'' and the unit below share * 10000?  Raising the share only lets units in';

CREATE FUNCTION ab_layer_slot(layer text, unit text, slots bigint DEFAULT 10000) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_layer_slot(text, text, bigint) IS
	'slot of a unit in a layer, 0 to slots - 1: md5(layer/name:unit) modulo slots; experiments with slots of their own exclude each other';

CREATE FUNCTION ab_layer_slot(layer text, unit bigint, slots bigint DEFAULT 10000) RETURNS bigint
	AS 'MODULE_PATHNAME', 'ab_layer_slot_bigint' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_layer_slot(text, bigint, bigint) IS
	'slot of a unit in a layer, 0 to slots - 1: md5(layer/name:unit) modulo slots; experiments with slots of their own exclude each other';

CREATE FUNCTION ab_layer_slot(layer text, unit uuid, slots bigint DEFAULT 10000) RETURNS bigint
	AS 'MODULE_PATHNAME', 'ab_layer_slot_uuid' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_layer_slot(text, uuid, bigint) IS
	'slot of a unit in a layer, 0 to slots - 1: md5(layer/name:unit) modulo slots; experiments with slots of their own exclude each other';

CREATE FUNCTION ab_in_holdout(holdout text, unit text, share float8) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_in_holdout(text, text, float8) IS
	'is a unit held out: is the bucket of ''holdout/name'' and the unit below share * 10000?';

CREATE FUNCTION ab_in_holdout(holdout text, unit bigint, share float8) RETURNS boolean
	AS 'MODULE_PATHNAME', 'ab_in_holdout_bigint' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_in_holdout(text, bigint, float8) IS
	'is a unit held out: is the bucket of ''holdout/name'' and the unit below share * 10000?';

CREATE FUNCTION ab_in_holdout(holdout text, unit uuid, share float8) RETURNS boolean
	AS 'MODULE_PATHNAME', 'ab_in_holdout_uuid' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ab_in_holdout(text, uuid, float8) IS
	'is a unit held out: is the bucket of ''holdout/name'' and the unit below share * 10000?';
