-- reading histograms: quantiles, variants, summaries

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
	is_exact boolean,
	missing bigint,
	missing_by_column jsonb,
	unassigned bigint
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
COMMENT ON COLUMN ab_histogram_arm.missing IS 'rows of the variant left out, not in n: those whose outcome is NULL';
COMMENT ON COLUMN ab_histogram_arm.missing_by_column IS
	'the same as a JSON array; of pairs those without the control''s outcome, without the treatment''s, without both';
COMMENT ON COLUMN ab_histogram_arm.unassigned IS
	'rows of the whole histogram left out because their variant is NULL';

CREATE FUNCTION ab_arms(histogram ab_histogram) RETURNS SETOF ab_histogram_arm
	AS 'MODULE_PATHNAME', 'ab_arms_histogram' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 2;
COMMENT ON FUNCTION ab_arms(ab_histogram) IS
	'the variants of a histogram, a row each, in the order of their names';

CREATE FUNCTION ab_summary(histogram ab_histogram) RETURNS ab_summary
	AS 'MODULE_PATHNAME', 'ab_summary_histogram' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
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
