-- the odds ratio of two proportions

CREATE TYPE ab_odds_ratio_result AS (
	control text,
	treatment text,
	control_n bigint,
	treatment_n bigint,
	control_rate float8,
	treatment_rate float8,
	odds_ratio float8,
	odds_ratio_low float8,
	odds_ratio_high float8,
	std_error float8,
	statistic float8,
	p_value float8,
	p_adjusted float8,
	significant boolean,
	alpha float8,
	method text,
	note text
);
COMMENT ON TYPE ab_odds_ratio_result IS 'the odds of the treatment over those of the control: ratio, interval, p-value and verdict';
COMMENT ON COLUMN ab_odds_ratio_result.control IS 'name of the control, NULL where it is not known';
COMMENT ON COLUMN ab_odds_ratio_result.treatment IS 'name of the treatment, NULL where it is not known';
COMMENT ON COLUMN ab_odds_ratio_result.control_n IS 'rows of the control, those with NaN or infinity included';
COMMENT ON COLUMN ab_odds_ratio_result.treatment_n IS 'rows of the treatment, those with NaN or infinity included';
COMMENT ON COLUMN ab_odds_ratio_result.control_rate IS 'share of ones in the control';
COMMENT ON COLUMN ab_odds_ratio_result.treatment_rate IS 'share of ones in the treatment';
COMMENT ON COLUMN ab_odds_ratio_result.odds_ratio IS
	'odds of the treatment, p / (1 - p), over those of the control; NULL where a cell of the table makes it infinite';
COMMENT ON COLUMN ab_odds_ratio_result.odds_ratio_low IS 'lower end of its interval, NULL if it is open';
COMMENT ON COLUMN ab_odds_ratio_result.odds_ratio_high IS 'upper end of its interval, NULL if it is open';
COMMENT ON COLUMN ab_odds_ratio_result.std_error IS 'standard error of its logarithm (woolf), else NULL';
COMMENT ON COLUMN ab_odds_ratio_result.statistic IS 'standard normal if the odds are equal; NULL for the exact test';
COMMENT ON COLUMN ab_odds_ratio_result.p_value IS 'p-value, NULL where there is no test';
COMMENT ON COLUMN ab_odds_ratio_result.p_adjusted IS 'NULL: a single comparison';
COMMENT ON COLUMN ab_odds_ratio_result.significant IS 'is p_value below alpha';
COMMENT ON COLUMN ab_odds_ratio_result.alpha IS 'significance level';
COMMENT ON COLUMN ab_odds_ratio_result.method IS 'the test';
COMMENT ON COLUMN ab_odds_ratio_result.note IS 'what to know about the row, NULL if nothing';

CREATE FUNCTION ab_odds_ratio(summary ab_summary, control text DEFAULT NULL, treatment text DEFAULT NULL,
							  alpha float8 DEFAULT 0.05, alternative text DEFAULT 'two-sided',
							  method text DEFAULT 'score') RETURNS ab_odds_ratio_result
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_odds_ratio(ab_summary, text, text, float8, text, text) IS
	'odds ratio of two variants of zeros and ones, with the interval and p-value of the score test, of its logarithm (Woolf), or exact';
