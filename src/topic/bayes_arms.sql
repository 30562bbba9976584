-- all arms by their posteriors

CREATE TYPE ab_bayes_arm AS (
	variant text,
	n bigint,
	mean float8,
	low float8,
	high float8,
	prob_best float8,
	prob_second float8,
	expected_loss float8,
	weight float8,
	weight_top_two float8,
	note text
);
COMMENT ON TYPE ab_bayes_arm IS 'an arm by its posterior, among all';
COMMENT ON COLUMN ab_bayes_arm.variant IS 'the variant';
COMMENT ON COLUMN ab_bayes_arm.n IS 'its rows';
COMMENT ON COLUMN ab_bayes_arm.mean IS 'posterior mean of its mean, rate or events per exposure';
COMMENT ON COLUMN ab_bayes_arm.low IS
	'lower end of the interval that has it with probability 1 - alpha, as much outside on either side';
COMMENT ON COLUMN ab_bayes_arm.high IS 'upper end of it';
COMMENT ON COLUMN ab_bayes_arm.prob_best IS 'posterior probability that it is the best, by direction';
COMMENT ON COLUMN ab_bayes_arm.prob_second IS 'posterior probability that it is the second best';
COMMENT ON COLUMN ab_bayes_arm.expected_loss IS
	'what choosing it is expected to lose against the best, in units of the metric';
COMMENT ON COLUMN ab_bayes_arm.weight IS
	'its share of the next users by Thompson sampling, prob_best with the floor; the shares add up to 1';
COMMENT ON COLUMN ab_bayes_arm.weight_top_two IS
	'its share by top-two Thompson sampling, which goes on comparing: (prob_best + prob_second) / 2 with the floor';
COMMENT ON COLUMN ab_bayes_arm.note IS 'what the reader must know: why a column is NULL; NULL if nothing';

CREATE FUNCTION ab_bayes_arms(summary ab_summary, model text DEFAULT 'normal', direction text DEFAULT 'higher',
							  prior_alpha float8 DEFAULT 1, prior_beta float8 DEFAULT 1, floor float8 DEFAULT 0,
							  alpha float8 DEFAULT 0.05) RETURNS SETOF ab_bayes_arm
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_bayes_arms(ab_summary, text, text, float8, float8, float8, float8) IS
	'of all variants: probability of being the best and the second best, expected loss, and shares of the next users, each at least floor';
