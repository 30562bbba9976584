-- sizing with the variance that a summary shows; a relative effect takes the
-- control mean as known, unless mean_known is false

CREATE FUNCTION ab_sample_size(summary ab_summary, min_detectable_effect float8,
							   alpha float8 DEFAULT 0.05, power float8 DEFAULT 0.80, ratio float8 DEFAULT 1,
							   alternative text DEFAULT 'two-sided', design_effect float8 DEFAULT 1,
							   design text DEFAULT 'mean', relative boolean DEFAULT false,
							   control text DEFAULT NULL, mean_known boolean DEFAULT true) RETURNS bigint
	AS 'MODULE_PATHNAME', 'ab_sample_size_summary' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000;
COMMENT ON FUNCTION ab_sample_size(ab_summary, float8, float8, float8, float8, text, float8, text, boolean, text, boolean) IS
	'users needed in the control group with the variance of a summary''s control, NULL where that is not known; a relative effect is a fraction of the control mean, which is taken as known unless mean_known is false';

CREATE FUNCTION ab_power(n bigint, summary ab_summary, min_detectable_effect float8,
						 alpha float8 DEFAULT 0.05, ratio float8 DEFAULT 1,
						 alternative text DEFAULT 'two-sided', design_effect float8 DEFAULT 1,
						 design text DEFAULT 'mean', relative boolean DEFAULT false,
						 control text DEFAULT NULL, mean_known boolean DEFAULT true) RETURNS float8
	AS 'MODULE_PATHNAME', 'ab_power_summary' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 500;
COMMENT ON FUNCTION ab_power(bigint, ab_summary, float8, float8, float8, text, float8, text, boolean, text, boolean) IS
	'probability of finding a true effect with the variance of a summary''s control, NULL where that is not known; a relative effect is a fraction of the control mean, which is taken as known unless mean_known is false';

CREATE FUNCTION ab_mde(n bigint, summary ab_summary,
					   alpha float8 DEFAULT 0.05, power float8 DEFAULT 0.80, ratio float8 DEFAULT 1,
					   alternative text DEFAULT 'two-sided', design_effect float8 DEFAULT 1,
					   design text DEFAULT 'mean', relative boolean DEFAULT false,
					   control text DEFAULT NULL, mean_known boolean DEFAULT true) RETURNS float8
	AS 'MODULE_PATHNAME', 'ab_mde_summary' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000;
COMMENT ON FUNCTION ab_mde(bigint, ab_summary, float8, float8, float8, text, float8, text, boolean, text, boolean) IS
	'smallest effect that n users detect with the variance of a summary''s control, NULL where that is not known; a relative effect is a fraction of the control mean, which is taken as known unless mean_known is false';

-- What a literal or a parameter without a type means, where the forms for a
-- rate have as many arguments: a summary, as with more of them.
CREATE FUNCTION ab_sample_size(summary text, min_detectable_effect float8, alpha float8, power float8, ratio float8,
							   alternative text, design_effect float8, design text) RETURNS bigint
	AS 'MODULE_PATHNAME', 'ab_sample_size_text' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000;
COMMENT ON FUNCTION ab_sample_size(text, float8, float8, float8, float8, text, float8, text) IS
	'the same from the text of a summary, such as a parameter without a type';

CREATE FUNCTION ab_power(n bigint, summary text, min_detectable_effect float8, alpha float8, ratio float8,
						 alternative text, design_effect float8, design text) RETURNS float8
	AS 'MODULE_PATHNAME', 'ab_power_text' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 500;
COMMENT ON FUNCTION ab_power(bigint, text, float8, float8, float8, text, float8, text) IS
	'the same from the text of a summary, such as a parameter without a type';
