-- collecting and merging histograms

CREATE FUNCTION ab_histogram_accum(ab_histogram, outcome float8, variant text) RETURNS ab_histogram
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_histogram_accum(ab_histogram, float8, text) IS 'aggregate transition function';

CREATE FUNCTION ab_histogram_accum(ab_histogram, outcome float8, variant text, control text) RETURNS ab_histogram
	AS 'MODULE_PATHNAME', 'ab_histogram_accum_control' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_histogram_accum(ab_histogram, float8, text, text) IS 'aggregate transition function';

CREATE FUNCTION ab_histogram_accum(ab_histogram, outcome float8, variant bigint) RETURNS ab_histogram
	AS 'MODULE_PATHNAME', 'ab_histogram_accum_by_bigint' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_histogram_accum(ab_histogram, float8, bigint) IS 'aggregate transition function';

CREATE FUNCTION ab_histogram_accum(ab_histogram, outcome float8, variant boolean) RETURNS ab_histogram
	AS 'MODULE_PATHNAME', 'ab_histogram_accum_by_boolean' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_histogram_accum(ab_histogram, float8, boolean) IS 'aggregate transition function';

CREATE FUNCTION ab_paired_histogram_accum(ab_histogram, control_outcome float8, treatment_outcome float8) RETURNS ab_histogram
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_paired_histogram_accum(ab_histogram, float8, float8) IS 'aggregate transition function';

CREATE FUNCTION ab_histogram_combine(ab_histogram, ab_histogram) RETURNS ab_histogram
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_histogram_combine(ab_histogram, ab_histogram) IS 'aggregate combine function';

CREATE FUNCTION ab_histogram_final(ab_histogram) RETURNS ab_histogram
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_histogram_final(ab_histogram) IS 'aggregate final function';

CREATE AGGREGATE ab_histogram(outcome float8, variant text) (
	SFUNC = ab_histogram_accum,
	STYPE = ab_histogram,
	SSPACE = 1024,
	COMBINEFUNC = ab_histogram_combine,
	FINALFUNC = ab_histogram_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_histogram(float8, text) IS
	'histogram of an outcome per variant, NULL without rows';

CREATE AGGREGATE ab_histogram(outcome float8, variant text, control text) (
	SFUNC = ab_histogram_accum,
	STYPE = ab_histogram,
	SSPACE = 1024,
	COMBINEFUNC = ab_histogram_combine,
	FINALFUNC = ab_histogram_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_histogram(float8, text, text) IS
	'histogram of an outcome per variant that carries which variant is the control';

CREATE AGGREGATE ab_paired_histogram(control_outcome float8, treatment_outcome float8) (
	SFUNC = ab_paired_histogram_accum,
	STYPE = ab_histogram,
	SSPACE = 1024,
	COMBINEFUNC = ab_histogram_combine,
	FINALFUNC = ab_histogram_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_paired_histogram(float8, float8) IS
	'histogram of the differences treatment - control of pairs, a row for each pair';

CREATE AGGREGATE ab_rollup(histogram ab_histogram) (
	SFUNC = ab_histogram_combine,
	STYPE = ab_histogram,
	SSPACE = 1024,
	COMBINEFUNC = ab_histogram_combine,
	FINALFUNC = ab_histogram_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_rollup(ab_histogram) IS
	'merges histograms of different users into one';

CREATE AGGREGATE ab_histogram(outcome float8, variant bigint) (
	SFUNC = ab_histogram_accum,
	STYPE = ab_histogram,
	SSPACE = 1024,
	COMBINEFUNC = ab_histogram_combine,
	FINALFUNC = ab_histogram_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_histogram(float8, bigint) IS
	'histogram of an outcome per variant that is a whole number, whose name is its text';

CREATE AGGREGATE ab_histogram(outcome float8, variant boolean) (
	SFUNC = ab_histogram_accum,
	STYPE = ab_histogram,
	SSPACE = 1024,
	COMBINEFUNC = ab_histogram_combine,
	FINALFUNC = ab_histogram_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_histogram(float8, boolean) IS
	'histogram of an outcome per variant that is true or false, whose name is its text';

CREATE FUNCTION ab_frequency_histogram_accum(ab_histogram, outcome float8, frequency float8, variant text)
	RETURNS ab_histogram
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_frequency_histogram_accum(ab_histogram, float8, float8, text) IS 'aggregate transition function';

CREATE FUNCTION ab_frequency_histogram_accum(ab_histogram, outcome float8, frequency bigint, variant text)
	RETURNS ab_histogram
	AS 'MODULE_PATHNAME', 'ab_frequency_histogram_accum_bigint' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_frequency_histogram_accum(ab_histogram, float8, bigint, text) IS 'aggregate transition function';

CREATE AGGREGATE ab_frequency_histogram(outcome float8, frequency float8, variant text) (
	SFUNC = ab_frequency_histogram_accum,
	STYPE = ab_histogram,
	SSPACE = 1024,
	COMBINEFUNC = ab_histogram_combine,
	FINALFUNC = ab_histogram_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_frequency_histogram(float8, float8, text) IS
	'histogram of an outcome per variant from rows that stand for that many equal ones; of any numeric type';

CREATE AGGREGATE ab_frequency_histogram(outcome float8, frequency bigint, variant text) (
	SFUNC = ab_frequency_histogram_accum,
	STYPE = ab_histogram,
	SSPACE = 1024,
	COMBINEFUNC = ab_histogram_combine,
	FINALFUNC = ab_histogram_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_frequency_histogram(float8, bigint, text) IS
	'histogram of an outcome per variant from rows that stand for that many equal ones';
