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
COMMENT ON COLUMN ab_anova_result.variants IS 'number of variants';
COMMENT ON COLUMN ab_anova_result.n IS 'rows of all variants';
COMMENT ON COLUMN ab_anova_result.eta_squared IS 'share of the sum of squares that lies between variants';
COMMENT ON COLUMN ab_anova_result.statistic IS 'F';
COMMENT ON COLUMN ab_anova_result.df_between IS 'degrees of freedom of the numerator of F';
COMMENT ON COLUMN ab_anova_result.df_within IS 'degrees of freedom of the denominator of F';
COMMENT ON COLUMN ab_anova_result.p_value IS 'p-value; NULL where it cannot be tested';
COMMENT ON COLUMN ab_anova_result.method IS 'the test that was done, in words';
COMMENT ON COLUMN ab_anova_result.note IS
	'what the reader must know: why a column is NULL, which assumption the data contradict; NULL if nothing';

CREATE FUNCTION ab_anova(summary ab_summary, equal_var boolean DEFAULT false) RETURNS ab_anova_result
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_anova(ab_summary, boolean) IS
	'Welch''s one-way analysis of variance of all variants, or the classical one (equal_var)';
