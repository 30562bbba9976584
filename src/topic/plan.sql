-- planning

CREATE FUNCTION ab_sample_size(summary ab_summary, min_detectable_effect float8,
							   alpha float8 DEFAULT 0.05, power float8 DEFAULT 0.80, ratio float8 DEFAULT 1,
							   alternative text DEFAULT 'two-sided', design_effect float8 DEFAULT 1,
							   design text DEFAULT 'mean', relative boolean DEFAULT false,
							   control text DEFAULT NULL) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000;
COMMENT ON FUNCTION ab_sample_size(ab_summary, float8, float8, float8, float8, text, float8, text, boolean, text) IS
	'users needed in the control group with the variance of a summary''s control, NULL where that is not known';

CREATE FUNCTION ab_power(n bigint, summary ab_summary, min_detectable_effect float8,
						 alpha float8 DEFAULT 0.05, ratio float8 DEFAULT 1,
						 alternative text DEFAULT 'two-sided', design_effect float8 DEFAULT 1,
						 design text DEFAULT 'mean', relative boolean DEFAULT false,
						 control text DEFAULT NULL) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 500;
COMMENT ON FUNCTION ab_power(bigint, ab_summary, float8, float8, float8, text, float8, text, boolean, text) IS
	'probability of finding a true effect with the variance of a summary''s control, NULL where that is not known';

CREATE FUNCTION ab_mde(n bigint, summary ab_summary,
					   alpha float8 DEFAULT 0.05, power float8 DEFAULT 0.80, ratio float8 DEFAULT 1,
					   alternative text DEFAULT 'two-sided', design_effect float8 DEFAULT 1,
					   design text DEFAULT 'mean', relative boolean DEFAULT false,
					   control text DEFAULT NULL) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000;
COMMENT ON FUNCTION ab_mde(bigint, ab_summary, float8, float8, float8, text, float8, text, boolean, text) IS
	'smallest effect that n users detect with the variance of a summary''s control, NULL where that is not known';

CREATE FUNCTION ab_sample_size_proportion(baseline_rate float8, min_detectable_effect float8,
										  alpha float8 DEFAULT 0.05, power float8 DEFAULT 0.80, ratio float8 DEFAULT 1,
										  alternative text DEFAULT 'two-sided', method text DEFAULT 'score') RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 500;
COMMENT ON FUNCTION ab_sample_size_proportion(float8, float8, float8, float8, float8, text, text) IS
	'users needed in the control group by the score test of two rates';

CREATE FUNCTION ab_power_proportion(n bigint, baseline_rate float8, min_detectable_effect float8,
									alpha float8 DEFAULT 0.05, ratio float8 DEFAULT 1,
									alternative text DEFAULT 'two-sided', method text DEFAULT 'score') RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
COMMENT ON FUNCTION ab_power_proportion(bigint, float8, float8, float8, float8, text, text) IS
	'probability that the score test finds a true difference of two rates';

CREATE FUNCTION ab_mde_proportion(n bigint, baseline_rate float8,
								  alpha float8 DEFAULT 0.05, power float8 DEFAULT 0.80, ratio float8 DEFAULT 1,
								  alternative text DEFAULT 'two-sided', method text DEFAULT 'score') RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 500;
COMMENT ON FUNCTION ab_mde_proportion(bigint, float8, float8, float8, float8, text, text) IS
	'smallest increase of a rate (decrease for ''less'') that the score test finds';

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

CREATE FUNCTION ab_sample_size_noninferiority(baseline_rate float8, margin float8,
											  alpha float8 DEFAULT 0.05, power float8 DEFAULT 0.80, ratio float8 DEFAULT 1,
											  direction text DEFAULT 'higher', effect float8 DEFAULT 0,
											  stddev float8 DEFAULT NULL) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000;
COMMENT ON FUNCTION ab_sample_size_noninferiority(float8, float8, float8, float8, float8, text, float8, float8) IS
	'users needed in the control group to show that the treatment is not worse by the margin';

CREATE FUNCTION ab_power_noninferiority(n bigint, baseline_rate float8, margin float8,
										alpha float8 DEFAULT 0.05, ratio float8 DEFAULT 1,
										direction text DEFAULT 'higher', effect float8 DEFAULT 0,
										stddev float8 DEFAULT NULL) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 500;
COMMENT ON FUNCTION ab_power_noninferiority(bigint, float8, float8, float8, float8, text, float8, float8) IS
	'probability of showing that the treatment is not worse by the margin';

CREATE FUNCTION ab_sample_size_equivalence(baseline_rate float8, margin float8,
										   alpha float8 DEFAULT 0.05, power float8 DEFAULT 0.80, ratio float8 DEFAULT 1,
										   effect float8 DEFAULT 0, stddev float8 DEFAULT NULL) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50000;
COMMENT ON FUNCTION ab_sample_size_equivalence(float8, float8, float8, float8, float8, float8, float8) IS
	'users needed in the control group to show that the difference is within the margin, by two one-sided tests';

CREATE FUNCTION ab_power_equivalence(n bigint, baseline_rate float8, margin float8,
									 alpha float8 DEFAULT 0.05, ratio float8 DEFAULT 1,
									 effect float8 DEFAULT 0, stddev float8 DEFAULT NULL) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000;
COMMENT ON FUNCTION ab_power_equivalence(bigint, float8, float8, float8, float8, float8, float8) IS
	'probability of showing that the difference is within the margin, by two one-sided tests';

CREATE FUNCTION ab_design_effect(icc float8, cluster_size float8, cluster_size_cv float8 DEFAULT 0) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_design_effect(float8, float8, float8) IS
	'what randomising clusters instead of users multiplies the variance and the number of users by';

CREATE FUNCTION ab_clusters(n bigint, icc float8, cluster_size float8, cluster_size_cv float8 DEFAULT 0) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_clusters(bigint, float8, float8, float8) IS
	'clusters that are worth n independent users';

CREATE FUNCTION ab_adjusted_alpha(alpha float8, comparisons bigint, method text DEFAULT 'bonferroni') RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_adjusted_alpha(float8, bigint, text) IS
	'significance level of each of several comparisons that together keep alpha';

CREATE FUNCTION ab_duration(n bigint, daily_users float8, split float8 DEFAULT 0.5) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_duration(bigint, float8, float8) IS
	'days until the control group has n users, of daily_users a day in both groups';
