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

CREATE FUNCTION ab_arms(summary ab_summary) RETURNS SETOF ab_arm
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 2;
COMMENT ON FUNCTION ab_arms(ab_summary) IS
	'the variants of a summary, a row each, in the order of their names';
