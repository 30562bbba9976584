-- the stored summary

CREATE TYPE ab_summary;

CREATE FUNCTION ab_summary_in(cstring) RETURNS ab_summary
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ab_summary_in(cstring) IS 'I/O';

CREATE FUNCTION ab_summary_out(ab_summary) RETURNS cstring
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ab_summary_out(ab_summary) IS 'I/O';

CREATE FUNCTION ab_summary_recv(internal) RETURNS ab_summary
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ab_summary_recv(internal) IS 'I/O';

CREATE FUNCTION ab_summary_send(ab_summary) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ab_summary_send(ab_summary) IS 'I/O';

-- Numbers are its category so that of two functions that differ in float8 and
-- ab_summary, such as ab_sample_size(), a call with arguments of no known type
-- (literals, a driver's parameters) means float8, the preferred type there.
CREATE TYPE ab_summary (
	INPUT = ab_summary_in,
	OUTPUT = ab_summary_out,
	RECEIVE = ab_summary_recv,
	SEND = ab_summary_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = extended,
	CATEGORY = 'N'
);
COMMENT ON TYPE ab_summary IS
	'per variant: name, number of rows, means and centred second moments of 1, 2 or 4 columns';

CREATE FUNCTION ab_summary_accum(ab_summary, outcome float8, variant text) RETURNS ab_summary
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_summary_accum(ab_summary, float8, text) IS 'aggregate transition function';

CREATE FUNCTION ab_summary_accum(ab_summary, outcome float8, variant text, control text) RETURNS ab_summary
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_summary_accum(ab_summary, float8, text, text) IS 'aggregate transition function';

CREATE FUNCTION ab_summary_accum_boolean(ab_summary, outcome boolean, variant text) RETURNS ab_summary
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_summary_accum_boolean(ab_summary, boolean, text) IS 'aggregate transition function';

CREATE FUNCTION ab_summary_accum_boolean(ab_summary, outcome boolean, variant text, control text) RETURNS ab_summary
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_summary_accum_boolean(ab_summary, boolean, text, text) IS 'aggregate transition function';

CREATE FUNCTION ab_summary_accum2(ab_summary, outcome float8, covariate float8, variant text) RETURNS ab_summary
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_summary_accum2(ab_summary, float8, float8, text) IS 'aggregate transition function';

CREATE FUNCTION ab_summary_accum4(ab_summary, numerator float8, denominator float8,
								  numerator_covariate float8, denominator_covariate float8, variant text) RETURNS ab_summary
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_summary_accum4(ab_summary, float8, float8, float8, float8, text) IS 'aggregate transition function';

CREATE FUNCTION ab_summary_combine(ab_summary, ab_summary) RETURNS ab_summary
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_summary_combine(ab_summary, ab_summary) IS 'aggregate combine function';

CREATE AGGREGATE ab_summary(outcome float8, variant text) (
	SFUNC = ab_summary_accum,
	STYPE = ab_summary,
	SSPACE = 256,
	COMBINEFUNC = ab_summary_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_summary(float8, text) IS
	'summary of an outcome per variant, NULL without rows';

CREATE AGGREGATE ab_summary(outcome boolean, variant text) (
	SFUNC = ab_summary_accum_boolean,
	STYPE = ab_summary,
	SSPACE = 256,
	COMBINEFUNC = ab_summary_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_summary(boolean, text) IS
	'summary of a yes/no outcome per variant, NULL without rows';

CREATE AGGREGATE ab_summary(outcome float8, variant text, control text) (
	SFUNC = ab_summary_accum,
	STYPE = ab_summary,
	SSPACE = 256,
	COMBINEFUNC = ab_summary_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_summary(float8, text, text) IS
	'summary of an outcome per variant that carries which variant is the control';

CREATE AGGREGATE ab_summary(outcome boolean, variant text, control text) (
	SFUNC = ab_summary_accum_boolean,
	STYPE = ab_summary,
	SSPACE = 256,
	COMBINEFUNC = ab_summary_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_summary(boolean, text, text) IS
	'summary of a yes/no outcome per variant that carries which variant is the control';

CREATE AGGREGATE ab_summary(outcome float8, covariate float8, variant text) (
	SFUNC = ab_summary_accum2,
	STYPE = ab_summary,
	SSPACE = 512,
	COMBINEFUNC = ab_summary_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_summary(float8, float8, text) IS
	'summary of two columns per variant: outcome and covariate, or numerator and denominator';

CREATE AGGREGATE ab_summary(numerator float8, denominator float8, numerator_covariate float8,
							denominator_covariate float8, variant text) (
	SFUNC = ab_summary_accum4,
	STYPE = ab_summary,
	SSPACE = 1024,
	COMBINEFUNC = ab_summary_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_summary(float8, float8, float8, float8, text) IS
	'summary of four columns per variant: a ratio and the same ratio before the experiment';

CREATE AGGREGATE ab_rollup(summary ab_summary) (
	SFUNC = ab_summary_combine,
	STYPE = ab_summary,
	SSPACE = 256,
	COMBINEFUNC = ab_summary_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_rollup(ab_summary) IS
	'merges summaries of different users into one';

CREATE FUNCTION ab_make_summary(variant text, n bigint, mean float8, stddev float8) RETURNS ab_summary
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ab_make_summary(text, bigint, float8, float8) IS
	'summary of one variant from published numbers: users, mean and sample standard deviation';

CREATE FUNCTION ab_make_summary(variant text, n bigint, successes bigint) RETURNS ab_summary
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ab_make_summary(text, bigint, bigint) IS
	'summary of one variant from published counts: users, and how many of them succeeded';

CREATE TYPE ab_arm AS (
	variant text,
	n bigint,
	mean float8,
	stddev float8,
	is_control boolean,
	is_binary boolean,
	nonfinite bigint,
	means jsonb,
	covariances jsonb,
	wilson_low float8,
	wilson_high float8
);
COMMENT ON TYPE ab_arm IS 'what a summary holds of one variant';
COMMENT ON COLUMN ab_arm.variant IS 'name of the variant';
COMMENT ON COLUMN ab_arm.n IS 'rows, those with NaN or infinity included';
COMMENT ON COLUMN ab_arm.mean IS 'mean of the first column; NULL without rows, or with some that are NaN or infinite';
COMMENT ON COLUMN ab_arm.stddev IS 'sample standard deviation of the first column; NULL below two rows';
COMMENT ON COLUMN ab_arm.is_control IS 'whether the summary itself carries this variant as control';
COMMENT ON COLUMN ab_arm.is_binary IS 'whether every finite value of the first column is 0 or 1';
COMMENT ON COLUMN ab_arm.nonfinite IS 'how many of them have NaN or infinity';
COMMENT ON COLUMN ab_arm.means IS 'means of all columns, a JSON array';
COMMENT ON COLUMN ab_arm.covariances IS 'sample covariances of all columns, a JSON array of arrays';
COMMENT ON COLUMN ab_arm.wilson_low IS
	'lower end of Wilson''s 95% interval of the rate of a first column of zeros and ones; else NULL';
COMMENT ON COLUMN ab_arm.wilson_high IS 'upper end of it';

CREATE FUNCTION ab_arms(summary ab_summary) RETURNS SETOF ab_arm
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 2;
COMMENT ON FUNCTION ab_arms(ab_summary) IS
	'the variants of a summary, a row each, in the order of their names';
