-- analysis of variance

CREATE TYPE ab_anova_result AS (
	variants bigint,
	n bigint,
	eta_squared float8,
	statistic float8,
	df_between float8,
	df_within float8,
	p_value float8,
	method text,
	note text
);
COMMENT ON TYPE ab_anova_result IS 'one-way analysis of variance: do any variants differ';

CREATE FUNCTION ab_anova(summary ab_summary, equal_var boolean DEFAULT false) RETURNS ab_anova_result
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_anova(ab_summary, boolean) IS
	'Welch''s one-way analysis of variance of all variants, or the classical one (equal_var)';
