-- sizing

CREATE FUNCTION ab_sample_size(baseline_rate float8, min_detectable_effect float8 DEFAULT NULL,
							   alpha float8 DEFAULT 0.05, power float8 DEFAULT 0.80, ratio float8 DEFAULT 1,
							   alternative text DEFAULT 'two-sided', stddev float8 DEFAULT NULL,
							   target float8 DEFAULT NULL) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000;
COMMENT ON FUNCTION ab_sample_size(float8, float8, float8, float8, float8, text, float8, float8) IS
	'users needed in the control group (ratio times as many in the treatment group); target is the rate aimed at, in place of the effect';

CREATE FUNCTION ab_power(n bigint, baseline_rate float8, min_detectable_effect float8 DEFAULT NULL,
						 alpha float8 DEFAULT 0.05, ratio float8 DEFAULT 1,
						 alternative text DEFAULT 'two-sided', stddev float8 DEFAULT NULL,
						 target float8 DEFAULT NULL) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 500;
COMMENT ON FUNCTION ab_power(bigint, float8, float8, float8, float8, text, float8, float8) IS
	'probability of finding a true effect with n users in the control group; target is the rate aimed at, in place of the effect';

CREATE FUNCTION ab_mde(n bigint, baseline_rate float8,
					   alpha float8 DEFAULT 0.05, power float8 DEFAULT 0.80, ratio float8 DEFAULT 1,
					   alternative text DEFAULT 'two-sided', stddev float8 DEFAULT NULL) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000;
COMMENT ON FUNCTION ab_mde(bigint, float8, float8, float8, float8, text, float8) IS
	'smallest effect that n users in the control group detect, in absolute units';
