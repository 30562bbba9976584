-- making and seeing summaries

CREATE FUNCTION ab_make_summary(variant text, n bigint, mean float8, stddev float8) RETURNS ab_summary
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ab_make_summary(text, bigint, float8, float8) IS
	'summary of one variant from published numbers: users, mean and sample standard deviation';

CREATE FUNCTION ab_make_summary(variant text, n bigint, successes bigint) RETURNS ab_summary
	AS 'MODULE_PATHNAME', 'ab_make_summary_counts' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
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
