-- comparison of ratios of sums

CREATE FUNCTION ab_ratio(summary ab_summary, control text DEFAULT NULL, treatment text DEFAULT NULL,
						 alpha float8 DEFAULT 0.05, alternative text DEFAULT 'two-sided',
						 equal_var boolean DEFAULT false, lift_method text DEFAULT 'fieller') RETURNS ab_comparison
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_ratio(ab_summary, text, text, float8, text, boolean, text) IS
	'compares sum(numerator) / sum(denominator) of two variants by the delta method';

CREATE FUNCTION ab_ratio_cuped(summary ab_summary, control text DEFAULT NULL, treatment text DEFAULT NULL,
							   alpha float8 DEFAULT 0.05, alternative text DEFAULT 'two-sided',
							   equal_var boolean DEFAULT false, theta text DEFAULT 'per-arm',
							   lift_method text DEFAULT 'fieller', theta_value float8 DEFAULT NULL,
							   lift_base text DEFAULT 'adjusted') RETURNS ab_comparison
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_ratio_cuped(ab_summary, text, text, float8, text, boolean, text, text, float8, text) IS
	'compares ratios of two variants, adjusted by the same ratio before the experiment';

CREATE FUNCTION ab_ratio_final(ab_summary) RETURNS ab_comparison
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_ratio_final(ab_summary) IS 'aggregate final function';

CREATE AGGREGATE ab_ratio(numerator float8, denominator float8, variant text) (
	SFUNC = ab_summary_accum2,
	STYPE = ab_summary,
	SSPACE = 512,
	COMBINEFUNC = ab_summary_combine,
	FINALFUNC = ab_ratio_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_ratio(float8, float8, text) IS
	'compares ratios of sums of two variants, a row per user, the control being the one called control';

-- What a literal or a parameter without a type means, which could be a summary
-- or the outcome of a row.
CREATE FUNCTION ab_ratio(summary text, control text, treatment text) RETURNS ab_comparison
	AS 'MODULE_PATHNAME', 'ab_ratio_text' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_ratio(text, text, text) IS
	'the same from the text of a summary, such as a parameter without a type';
