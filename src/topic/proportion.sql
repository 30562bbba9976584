-- tests of two proportions

CREATE FUNCTION ab_proportion_test(summary ab_summary, control text DEFAULT NULL, treatment text DEFAULT NULL,
								   alpha float8 DEFAULT 0.05, alternative text DEFAULT 'two-sided',
								   method text DEFAULT 'score') RETURNS ab_comparison
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_proportion_test(ab_summary, text, text, float8, text, text) IS
	'test of the rates of two variants of zeros and ones: score, z, Newcombe, Agresti-Caffo, likelihood ratio or exact';
