-- posteriors of two arms and of all

CREATE TYPE ab_bayes_result AS (
	control text,
	treatment text,
	control_n bigint,
	treatment_n bigint,
	control_mean float8,
	treatment_mean float8,
	diff float8,
	diff_low float8,
	diff_high float8,
	relative_lift_pct float8,
	lift_low_pct float8,
	lift_high_pct float8,
	prob_better float8,
	expected_loss_control float8,
	expected_loss_treatment float8,
	prob_rope float8,
	alpha float8,
	method text,
	note text
);
COMMENT ON TYPE ab_bayes_result IS 'two arms by their posteriors';
COMMENT ON COLUMN ab_bayes_result.control IS 'the variant compared with';
COMMENT ON COLUMN ab_bayes_result.treatment IS 'the variant compared';
COMMENT ON COLUMN ab_bayes_result.control_n IS 'rows of the control';
COMMENT ON COLUMN ab_bayes_result.treatment_n IS 'rows of the treatment';
COMMENT ON COLUMN ab_bayes_result.control_mean IS 'mean, rate or events per exposure of the control, as observed';
COMMENT ON COLUMN ab_bayes_result.treatment_mean IS 'the same of the treatment';
COMMENT ON COLUMN ab_bayes_result.diff IS 'posterior mean of treatment - control';
COMMENT ON COLUMN ab_bayes_result.diff_low IS
	'lower end of the interval that has the difference with probability 1 - alpha, as much outside on either side';
COMMENT ON COLUMN ab_bayes_result.diff_high IS 'upper end of it';
COMMENT ON COLUMN ab_bayes_result.relative_lift_pct IS
	'lift in percent of the control: posterior mean with a prior on the lift, else posterior median';
COMMENT ON COLUMN ab_bayes_result.lift_low_pct IS 'lower end of the interval of the lift, likewise';
COMMENT ON COLUMN ab_bayes_result.lift_high_pct IS 'upper end of it; NULL if it has none';
COMMENT ON COLUMN ab_bayes_result.prob_better IS 'posterior probability that the treatment is better, by direction';
COMMENT ON COLUMN ab_bayes_result.expected_loss_control IS
	'what keeping the control is expected to lose: in units of the metric; with a prior on the lift as a fraction of the control';
COMMENT ON COLUMN ab_bayes_result.expected_loss_treatment IS 'what choosing the treatment is expected to lose, likewise';
COMMENT ON COLUMN ab_bayes_result.prob_rope IS
	'posterior probability that the effect is smaller than rope in size; NULL without rope';
COMMENT ON COLUMN ab_bayes_result.alpha IS 'what the intervals leave out';
COMMENT ON COLUMN ab_bayes_result.method IS 'model and prior, in words';
COMMENT ON COLUMN ab_bayes_result.note IS
	'what the reader must know: why a column is NULL, which assumption the data contradict; NULL if nothing';

CREATE FUNCTION ab_bayes(summary ab_summary, control text DEFAULT NULL, treatment text DEFAULT NULL,
						 alpha float8 DEFAULT 0.05, model text DEFAULT 'normal', direction text DEFAULT 'higher',
						 prior_mean float8 DEFAULT 0, prior_stddev float8 DEFAULT NULL,
						 prior_scale text DEFAULT 'relative', rope float8 DEFAULT NULL,
						 prior_alpha float8 DEFAULT 1, prior_beta float8 DEFAULT 1) RETURNS ab_bayes_result
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_bayes(ab_summary, text, text, float8, text, text, float8, float8, text, float8, float8, float8) IS
	'probability that the treatment is better, expected losses and intervals, of means (normal), rates (binomial) or events per exposure (poisson); prior_mean and prior_stddev are of the lift or the difference of means (prior_scale), prior_alpha and prior_beta of rates and counts; rope is an effect as good as none';
