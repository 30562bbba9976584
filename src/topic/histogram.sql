-- the stored histogram

CREATE TYPE ab_histogram;

CREATE FUNCTION ab_histogram_in(cstring) RETURNS ab_histogram
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ab_histogram_in(cstring) IS 'I/O';

CREATE FUNCTION ab_histogram_out(ab_histogram) RETURNS cstring
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ab_histogram_out(ab_histogram) IS 'I/O';

CREATE FUNCTION ab_histogram_recv(internal) RETURNS ab_histogram
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ab_histogram_recv(internal) IS 'I/O';

CREATE FUNCTION ab_histogram_send(ab_histogram) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ab_histogram_send(ab_histogram) IS 'I/O';

CREATE TYPE ab_histogram (
	INPUT = ab_histogram_in,
	OUTPUT = ab_histogram_out,
	RECEIVE = ab_histogram_recv,
	SEND = ab_histogram_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = extended,
	CATEGORY = 'N'
);
COMMENT ON TYPE ab_histogram IS
	'per variant: name, and how often each value occurred, exactly or to a number of significand bits';

CREATE FUNCTION ab_histogram_accum(ab_histogram, outcome float8, variant text) RETURNS ab_histogram
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_histogram_accum(ab_histogram, float8, text) IS 'aggregate transition function';

CREATE FUNCTION ab_histogram_accum(ab_histogram, outcome float8, variant text, control text) RETURNS ab_histogram
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_histogram_accum(ab_histogram, float8, text, text) IS 'aggregate transition function';

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
	SSPACE = 4096,
	COMBINEFUNC = ab_histogram_combine,
	FINALFUNC = ab_histogram_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_histogram(float8, text) IS
	'histogram of an outcome per variant, NULL without rows';

CREATE AGGREGATE ab_histogram(outcome float8, variant text, control text) (
	SFUNC = ab_histogram_accum,
	STYPE = ab_histogram,
	SSPACE = 4096,
	COMBINEFUNC = ab_histogram_combine,
	FINALFUNC = ab_histogram_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_histogram(float8, text, text) IS
	'histogram of an outcome per variant that carries which variant is the control';

CREATE AGGREGATE ab_paired_histogram(control_outcome float8, treatment_outcome float8) (
	SFUNC = ab_paired_histogram_accum,
	STYPE = ab_histogram,
	SSPACE = 4096,
	COMBINEFUNC = ab_histogram_combine,
	FINALFUNC = ab_histogram_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_paired_histogram(float8, float8) IS
	'histogram of the differences treatment - control of pairs, a row for each pair';

CREATE AGGREGATE ab_rollup(histogram ab_histogram) (
	SFUNC = ab_histogram_combine,
	STYPE = ab_histogram,
	SSPACE = 4096,
	COMBINEFUNC = ab_histogram_combine,
	FINALFUNC = ab_histogram_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_rollup(ab_histogram) IS
	'merges histograms of different users into one';

CREATE FUNCTION ab_quantile(histogram ab_histogram, variant text, quantile float8) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ab_quantile(ab_histogram, text, float8) IS
	'quantile of a variant as percentile_cont has it, NULL where it has no rows or some that are not finite';

CREATE FUNCTION ab_quantiles(histogram ab_histogram, variant text, quantiles float8[]) RETURNS float8[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ab_quantiles(ab_histogram, text, float8[]) IS
	'several quantiles of a variant, in the same places';

CREATE FUNCTION ab_resolution(histogram ab_histogram) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ab_resolution(ab_histogram) IS
	'largest relative width of a cell of a histogram, 0 if all values are kept exactly';

CREATE TYPE ab_histogram_arm AS (
	variant text,
	n bigint,
	mean float8,
	stddev float8,
	min float8,
	max float8,
	distinct_values bigint,
	is_control boolean,
	nonfinite bigint,
	significand_bits bigint,
	is_exact boolean
);
COMMENT ON TYPE ab_histogram_arm IS 'what a histogram holds of one variant';
COMMENT ON COLUMN ab_histogram_arm.variant IS 'name of the variant';
COMMENT ON COLUMN ab_histogram_arm.n IS 'rows, those with NaN or infinity included';
COMMENT ON COLUMN ab_histogram_arm.mean IS
	'mean, from the middles of the cells; NULL without rows, or with some that are NaN or infinite';
COMMENT ON COLUMN ab_histogram_arm.stddev IS
	'sample standard deviation, from the middles of the cells; NULL below two rows';
COMMENT ON COLUMN ab_histogram_arm.min IS 'smallest finite value, exactly';
COMMENT ON COLUMN ab_histogram_arm.max IS 'largest finite value, exactly';
COMMENT ON COLUMN ab_histogram_arm.distinct_values IS 'number of different values kept';
COMMENT ON COLUMN ab_histogram_arm.is_control IS 'whether the histogram itself carries this variant as control';
COMMENT ON COLUMN ab_histogram_arm.nonfinite IS 'how many of them have NaN or infinity';
COMMENT ON COLUMN ab_histogram_arm.significand_bits IS 'significand bits kept of every value, 52 if it is exact';
COMMENT ON COLUMN ab_histogram_arm.is_exact IS 'whether every value is kept exactly';

CREATE FUNCTION ab_arms(histogram ab_histogram) RETURNS SETOF ab_histogram_arm
	AS 'MODULE_PATHNAME', 'ab_histogram_arms' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 2;
COMMENT ON FUNCTION ab_arms(ab_histogram) IS
	'the variants of a histogram, a row each, in the order of their names';

CREATE FUNCTION ab_summary(histogram ab_histogram) RETURNS ab_summary
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ab_summary(ab_histogram) IS
	'summary of the values of a histogram, for the tests of means';

CREATE FUNCTION ab_winsorize(histogram ab_histogram, lower float8 DEFAULT 0, upper float8 DEFAULT 0.99) RETURNS ab_summary
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ab_winsorize(ab_histogram, float8, float8) IS
	'summary of the values capped at two quantiles of all variants together';

CREATE FUNCTION ab_trim(histogram ab_histogram, proportion float8 DEFAULT 0.2) RETURNS ab_summary
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ab_trim(ab_histogram, float8) IS
	'summary whose t-test is Yuen''s of trimmed means: without that share of each variant''s rows at either end';
