-- making and seeing summaries

CREATE FUNCTION ab_make_summary(variant text, n bigint, mean float8, stddev float8) RETURNS ab_summary
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_make_summary(text, bigint, float8, float8) IS
	'summary of one variant from published numbers: users, mean and sample standard deviation';

CREATE FUNCTION ab_make_summary(variant text, n bigint, successes bigint) RETURNS ab_summary
	AS 'MODULE_PATHNAME', 'ab_make_summary_counts' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_make_summary(text, bigint, bigint) IS
	'summary of one variant from published counts: users, and how many of them succeeded';

-- sum(bigint) is numeric, which PostgreSQL makes a float8 but not a bigint
CREATE FUNCTION ab_make_summary(variant text, n float8, mean float8, stddev float8) RETURNS ab_summary
	AS 'MODULE_PATHNAME', 'ab_make_summary_float8' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_make_summary(text, float8, float8, float8) IS
	'summary of one variant from published numbers, with a whole number of users of any type, such as sum() gives';

CREATE FUNCTION ab_make_summary(variant text, n float8, successes float8) RETURNS ab_summary
	AS 'MODULE_PATHNAME', 'ab_make_summary_counts_float8' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_make_summary(text, float8, float8) IS
	'summary of one variant from published counts, whole numbers of any type, such as sum() gives';

CREATE FUNCTION ab_column(summary ab_summary, i bigint) RETURNS ab_summary
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ab_column(ab_summary, bigint) IS
	'one column of a summary as a summary, counted from 1: of the same rows';

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
	wilson_high float8,
	missing bigint,
	missing_by_column jsonb,
	unassigned bigint
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
COMMENT ON COLUMN ab_arm.missing IS 'rows of the variant left out, not in n: those with a column that is NULL';
COMMENT ON COLUMN ab_arm.missing_by_column IS
	'the same by the first column that is NULL, a JSON array; behind several columns, rows without any value';
COMMENT ON COLUMN ab_arm.unassigned IS 'rows of the whole summary left out because their variant is NULL';

CREATE FUNCTION ab_arms(summary ab_summary) RETURNS SETOF ab_arm
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 2;
COMMENT ON FUNCTION ab_arms(ab_summary) IS
	'the variants of a summary, a row each, in the order of their names';
