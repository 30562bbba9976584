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
