-- sizing for two rates

CREATE FUNCTION ab_sample_size_proportion(baseline_rate float8, min_detectable_effect float8 DEFAULT NULL,
										  alpha float8 DEFAULT 0.05, power float8 DEFAULT 0.80, ratio float8 DEFAULT 1,
										  alternative text DEFAULT 'two-sided', method text DEFAULT 'score',
										  target float8 DEFAULT NULL) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 500;
COMMENT ON FUNCTION ab_sample_size_proportion(float8, float8, float8, float8, float8, text, text, float8) IS
	'users needed in the control group by the score test of two rates; target is the rate aimed at, in place of the effect';

CREATE FUNCTION ab_power_proportion(n bigint, baseline_rate float8, min_detectable_effect float8 DEFAULT NULL,
									alpha float8 DEFAULT 0.05, ratio float8 DEFAULT 1,
									alternative text DEFAULT 'two-sided', method text DEFAULT 'score',
									target float8 DEFAULT NULL) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
COMMENT ON FUNCTION ab_power_proportion(bigint, float8, float8, float8, float8, text, text, float8) IS
	'probability that the score test finds a true difference of two rates; target is the rate aimed at, in place of the effect';

CREATE FUNCTION ab_mde_proportion(n bigint, baseline_rate float8,
								  alpha float8 DEFAULT 0.05, power float8 DEFAULT 0.80, ratio float8 DEFAULT 1,
								  alternative text DEFAULT 'two-sided', method text DEFAULT 'score') RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 500;
COMMENT ON FUNCTION ab_mde_proportion(bigint, float8, float8, float8, float8, text, text) IS
	'smallest increase of a rate (decrease for ''less'') that the score test finds';
