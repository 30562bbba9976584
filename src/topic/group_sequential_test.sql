-- a look at the data, and what to say after stopping

CREATE FUNCTION ab_group_sequential(summary ab_summary, information float8[], control text DEFAULT NULL,
									treatment text DEFAULT NULL, alpha float8 DEFAULT 0.05,
									alternative text DEFAULT 'two-sided', spending text DEFAULT 'obrien-fleming',
									parameter float8 DEFAULT NULL, design text DEFAULT 'mean',
									equal_var boolean DEFAULT NULL, final boolean DEFAULT false) RETURNS ab_comparison
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50000;
COMMENT ON FUNCTION ab_group_sequential(ab_summary, float8[], text, text, float8, text, text, float8, text, boolean, boolean) IS
	'the test of one look of several: information has the share of the planned users at each look so far, this one the last; the row''s alpha is the level of this look, its interval the repeated one, p_adjusted is to be compared with the alpha of the call';

CREATE TYPE ab_stopped_effect AS (
	estimate float8,
	low float8,
	high float8,
	p_value float8,
	note text
);
COMMENT ON TYPE ab_stopped_effect IS 'what is known of an effect after an experiment has stopped at a look';
COMMENT ON COLUMN ab_stopped_effect.estimate IS
	'median-unbiased estimate: too low and too high equally often, in the units of the standard error; NULL where the experiment does not stop';
COMMENT ON COLUMN ab_stopped_effect.low IS 'lower end of the interval, NULL where it is open';
COMMENT ON COLUMN ab_stopped_effect.high IS 'upper end of the interval, NULL where it is open';
COMMENT ON COLUMN ab_stopped_effect.p_value IS 'p-value in the order of stages: below alpha exactly where the bound is crossed';
COMMENT ON COLUMN ab_stopped_effect.note IS 'why a column is NULL; NULL if nothing';

CREATE FUNCTION ab_group_sequential_estimate(z float8, std_error float8, information float8[],
											 alpha float8 DEFAULT 0.05, alternative text DEFAULT 'two-sided',
											 spending text DEFAULT 'obrien-fleming', parameter float8 DEFAULT NULL,
											 final boolean DEFAULT false) RETURNS ab_stopped_effect
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 500000;
COMMENT ON FUNCTION ab_group_sequential_estimate(float8, float8, float8[], float8, text, text, float8, boolean) IS
	'p-value, interval and median-unbiased estimate of an experiment that stops at the last of these looks, from the estimate over its standard error and that standard error';
