-- sizing for pairs

CREATE FUNCTION ab_sample_size_paired(min_detectable_effect float8, stddev float8, correlation float8,
									  alpha float8 DEFAULT 0.05, power float8 DEFAULT 0.80,
									  alternative text DEFAULT 'two-sided') RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000;
COMMENT ON FUNCTION ab_sample_size_paired(float8, float8, float8, float8, float8, text) IS
	'pairs needed by the paired t-test';

CREATE FUNCTION ab_power_paired(n bigint, min_detectable_effect float8, stddev float8, correlation float8,
								alpha float8 DEFAULT 0.05, alternative text DEFAULT 'two-sided') RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 500;
COMMENT ON FUNCTION ab_power_paired(bigint, float8, float8, float8, float8, text) IS
	'probability that the paired t-test of n pairs finds a true effect';

CREATE FUNCTION ab_mde_paired(n bigint, stddev float8, correlation float8,
							  alpha float8 DEFAULT 0.05, power float8 DEFAULT 0.80,
							  alternative text DEFAULT 'two-sided') RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000;
COMMENT ON FUNCTION ab_mde_paired(bigint, float8, float8, float8, float8, text) IS
	'smallest effect that the paired t-test of n pairs finds';
