-- z-test of means

CREATE FUNCTION ab_ztest(summary ab_summary, stddev float8, control text DEFAULT NULL, treatment text DEFAULT NULL,
						 alpha float8 DEFAULT 0.05, alternative text DEFAULT 'two-sided',
						 treatment_stddev float8 DEFAULT NULL) RETURNS ab_comparison
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_ztest(ab_summary, float8, text, text, float8, text, float8) IS
	'z-test of two means with known standard deviations: stddev of a row, treatment_stddev where the treatment''s differs';
