-- tests of two proportions

CREATE FUNCTION ab_proportion_test(summary ab_summary, control text DEFAULT NULL, treatment text DEFAULT NULL,
								   alpha float8 DEFAULT 0.05, alternative text DEFAULT 'two-sided',
								   method text DEFAULT 'score', null_difference float8 DEFAULT 0,
								   null_ratio float8 DEFAULT NULL, continuity boolean DEFAULT false) RETURNS ab_comparison
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_proportion_test(ab_summary, text, text, float8, text, text, float8, float8, boolean) IS
	'test of the rates of two variants of zeros and ones, or of successes and trials: score, z, Newcombe, Agresti-Caffo, likelihood ratio or exact; against no difference, or the one or the ratio named';

CREATE FUNCTION ab_proportion_test_final(ab_summary) RETURNS ab_comparison
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_proportion_test_final(ab_summary) IS 'aggregate final function';

CREATE AGGREGATE ab_proportion_test(outcome boolean, variant text) (
	SFUNC = ab_summary_accum_boolean,
	STYPE = ab_summary,
	SSPACE = 256,
	COMBINEFUNC = ab_summary_combine,
	FINALFUNC = ab_proportion_test_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_proportion_test(boolean, text) IS
	'score test of the rates of two variants, the control being the one called control';

-- What a literal or a parameter without a type means, which could be a summary
-- or the outcome of a row.
CREATE FUNCTION ab_proportion_test(summary text, control text) RETURNS ab_comparison
	AS 'MODULE_PATHNAME', 'ab_proportion_test_text' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_proportion_test(text, text) IS
	'the same from the text of a summary, such as a parameter without a type';
