-- p-values adjusted for their number

CREATE FUNCTION ab_adjust(p float8[], method text DEFAULT 'holm') RETURNS float8[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_adjust(float8[], text) IS
	'p-values adjusted for their number, in the same places';
