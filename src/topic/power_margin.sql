-- sizing for non-inferiority and equivalence

CREATE FUNCTION ab_sample_size_noninferiority(baseline_rate float8, margin float8,
											  alpha float8 DEFAULT 0.05, power float8 DEFAULT 0.80, ratio float8 DEFAULT 1,
											  direction text DEFAULT 'higher', effect float8 DEFAULT 0,
											  stddev float8 DEFAULT NULL, relative boolean DEFAULT false,
											  method text DEFAULT 'auto') RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50000;
COMMENT ON FUNCTION ab_sample_size_noninferiority(float8, float8, float8, float8, float8, text, float8, float8, boolean, text) IS
	'users needed in the control group to show that the treatment is not worse by the margin; of rates the score test; method ''auto'' (Farrington and Manning where each arm expects ten successes and ten failures, else ''exact''), ''asymptotic'' or ''exact'' (enumeration of what ab_noninferiority decides)';

CREATE FUNCTION ab_power_noninferiority(n bigint, baseline_rate float8, margin float8,
										alpha float8 DEFAULT 0.05, ratio float8 DEFAULT 1,
										direction text DEFAULT 'higher', effect float8 DEFAULT 0,
										stddev float8 DEFAULT NULL, relative boolean DEFAULT false,
										method text DEFAULT 'auto') RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000;
COMMENT ON FUNCTION ab_power_noninferiority(bigint, float8, float8, float8, float8, text, float8, float8, boolean, text) IS
	'probability of showing that the treatment is not worse by the margin; of rates the score test; method ''auto'' (Farrington and Manning where each arm expects ten successes and ten failures, else ''exact''), ''asymptotic'' or ''exact'' (enumeration of what ab_noninferiority decides)';

CREATE FUNCTION ab_sample_size_equivalence(baseline_rate float8, margin float8,
										   alpha float8 DEFAULT 0.05, power float8 DEFAULT 0.80, ratio float8 DEFAULT 1,
										   effect float8 DEFAULT 0, stddev float8 DEFAULT NULL, relative boolean DEFAULT false,
										   method text DEFAULT 'auto') RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50000;
COMMENT ON FUNCTION ab_sample_size_equivalence(float8, float8, float8, float8, float8, float8, float8, boolean, text) IS
	'users needed in the control group to show that the difference is within the margin, by two one-sided tests; of rates the score test; method ''auto'' (Farrington and Manning where each arm expects ten successes and ten failures, else ''exact''), ''asymptotic'' or ''exact'' (enumeration of what ab_equivalence decides)';

CREATE FUNCTION ab_power_equivalence(n bigint, baseline_rate float8, margin float8,
									 alpha float8 DEFAULT 0.05, ratio float8 DEFAULT 1,
									 effect float8 DEFAULT 0, stddev float8 DEFAULT NULL, relative boolean DEFAULT false,
									 method text DEFAULT 'auto') RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50000;
COMMENT ON FUNCTION ab_power_equivalence(bigint, float8, float8, float8, float8, float8, float8, boolean, text) IS
	'probability of showing that the difference is within the margin, by two one-sided tests; of rates the score test; method ''auto'' (Farrington and Manning where each arm expects ten successes and ten failures, else ''exact''), ''asymptotic'' or ''exact'' (enumeration of what ab_equivalence decides)';
