-- comparison of quantiles

CREATE TYPE ab_quantile_result AS (
	control text,
	treatment text,
	control_n bigint,
	treatment_n bigint,
	quantile float8,
	control_value float8,
	treatment_value float8,
	diff float8,
	diff_low float8,
	diff_high float8,
	relative_lift_pct float8,
	lift_low_pct float8,
	lift_high_pct float8,
	std_error float8,
	statistic float8,
	df float8,
	p_value float8,
	p_adjusted float8,
	significant boolean,
	alpha float8,
	method text,
	note text
);
COMMENT ON TYPE ab_quantile_result IS
	'a quantile of a treatment against that of a control: estimates, intervals, p-value and verdict';
COMMENT ON COLUMN ab_quantile_result.control IS 'name of the control, NULL where it is not known';
COMMENT ON COLUMN ab_quantile_result.treatment IS 'name of the treatment, NULL where it is not known';
COMMENT ON COLUMN ab_quantile_result.control_n IS 'rows of the control, those with NaN or infinity included';
COMMENT ON COLUMN ab_quantile_result.treatment_n IS 'rows of the treatment, those with NaN or infinity included';
COMMENT ON COLUMN ab_quantile_result.quantile IS 'the quantile compared, a fraction';
COMMENT ON COLUMN ab_quantile_result.control_value IS 'that quantile of the control, as percentile_cont has it';
COMMENT ON COLUMN ab_quantile_result.treatment_value IS 'that quantile of the treatment';
COMMENT ON COLUMN ab_quantile_result.diff IS 'treatment - control, in the units of the outcome';
COMMENT ON COLUMN ab_quantile_result.diff_low IS
	'lower end of the interval of diff, of level 1 - alpha; NULL where it is open';
COMMENT ON COLUMN ab_quantile_result.diff_high IS 'upper end of the interval of diff; NULL where it is open';
COMMENT ON COLUMN ab_quantile_result.relative_lift_pct IS
	'diff in percent of the control''s value; NULL where that is 0';
COMMENT ON COLUMN ab_quantile_result.lift_low_pct IS
	'lower end of the interval of the lift, in percent; NULL where it is open';
COMMENT ON COLUMN ab_quantile_result.lift_high_pct IS
	'upper end of the interval of the lift, in percent; NULL where it is open';
COMMENT ON COLUMN ab_quantile_result.std_error IS 'approximate standard error of diff; the interval is not made of it';
COMMENT ON COLUMN ab_quantile_result.statistic IS 'score at which the limits of the two variants touch';
COMMENT ON COLUMN ab_quantile_result.df IS 'always NULL';
COMMENT ON COLUMN ab_quantile_result.p_value IS 'p-value of this comparison by itself; NULL where it cannot be tested';
COMMENT ON COLUMN ab_quantile_result.p_adjusted IS
	'p-value adjusted for the number of comparisons; NULL for a single one';
COMMENT ON COLUMN ab_quantile_result.significant IS
	'p-value, adjusted where there is an adjusted one, below alpha; NULL without one';
COMMENT ON COLUMN ab_quantile_result.alpha IS 'the significance level asked for, a fraction';
COMMENT ON COLUMN ab_quantile_result.method IS 'the test that was done, in words';
COMMENT ON COLUMN ab_quantile_result.note IS
	'what the reader must know: why a column is NULL, which assumption the data contradict; NULL if nothing';

CREATE FUNCTION ab_quantile_test(histogram ab_histogram, quantile float8, control text DEFAULT NULL,
								 treatment text DEFAULT NULL, alpha float8 DEFAULT 0.05,
								 alternative text DEFAULT 'two-sided', clusters ab_summary DEFAULT NULL) RETURNS ab_quantile_result
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_quantile_test(ab_histogram, float8, text, text, float8, text, ab_summary) IS
	'compares a quantile of two variants of a histogram by order statistics';

CREATE FUNCTION ab_quantile_compare(histogram ab_histogram, quantile float8, control text DEFAULT NULL,
									alpha float8 DEFAULT 0.05, alternative text DEFAULT 'two-sided',
									correction text DEFAULT 'holm', clusters ab_summary DEFAULT NULL) RETURNS SETOF ab_quantile_result
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 3;
COMMENT ON FUNCTION ab_quantile_compare(ab_histogram, float8, text, float8, text, text, ab_summary) IS
	'a quantile of every other variant against the control''s, a row each, with p-values adjusted for their number';
