-- always-valid tests

CREATE FUNCTION ab_always_valid(summary ab_summary, planned_n bigint, control text DEFAULT NULL,
								treatment text DEFAULT NULL, alpha float8 DEFAULT 0.05,
								alternative text DEFAULT 'two-sided', design text DEFAULT 'mean',
								equal_var boolean DEFAULT NULL, min_n bigint DEFAULT 100,
								ratio float8 DEFAULT NULL) RETURNS ab_comparison
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_always_valid(ab_summary, bigint, text, text, float8, text, text, boolean, bigint, float8) IS
	'compares two variants by a test that holds on every day it is looked at; planned_n is the planned size of the control group, equal_var NULL the less certain of the pooled and the Welch test, no verdict before min_n rows in each arm';

CREATE FUNCTION ab_always_valid_conversions(summary ab_summary, split float8, planned_conversions bigint,
											control text DEFAULT NULL, treatment text DEFAULT NULL,
											alpha float8 DEFAULT 0.05, alternative text DEFAULT 'two-sided',
											count text DEFAULT 'successes') RETURNS ab_comparison
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_always_valid_conversions(ab_summary, float8, bigint, text, text, float8, text, text) IS
	'compares two rates on any day by how the conversions split, exactly; split is the treatment''s share of the users, planned_conversions the number of both variants that was planned for, count says what a conversion is';

CREATE FUNCTION ab_always_valid_quantile(histogram ab_histogram, quantile float8, planned_n bigint,
										 control text DEFAULT NULL, treatment text DEFAULT NULL,
										 alpha float8 DEFAULT 0.05, alternative text DEFAULT 'two-sided',
										 ratio float8 DEFAULT NULL) RETURNS ab_quantile_result
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_always_valid_quantile(ab_histogram, float8, bigint, text, text, float8, text, float8) IS
	'compares a quantile of two variants of a histogram on any day, exactly; planned_n is the planned size of the control group';

CREATE FUNCTION ab_always_valid_power(n bigint, planned_n bigint, looks bigint DEFAULT 28, alpha float8 DEFAULT 0.05,
									  power float8 DEFAULT 0.80, alternative text DEFAULT 'two-sided') RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 500000;
COMMENT ON FUNCTION ab_always_valid_power(bigint, bigint, bigint, float8, float8, text) IS
	'probability that ab_always_valid() has found the effect by the time the control group has n users, looked at so many times at equal steps, where a test done once with planned_n users finds it with that power';

CREATE FUNCTION ab_always_valid_inflation(looks bigint DEFAULT 28, alpha float8 DEFAULT 0.05, power float8 DEFAULT 0.80,
										  alternative text DEFAULT 'two-sided') RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000000;
COMMENT ON FUNCTION ab_always_valid_inflation(bigint, float8, float8, text) IS
	'multiple of ab_sample_size() by which ab_always_valid(), with that size as planned_n, has the same power, looked at so many times at equal steps until then';
