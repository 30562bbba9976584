-- the scorecard: every metric of a query in one table

CREATE TYPE ab_scorecard_row AS (
	slice text,
	role text,
	metric text,
	statistic text,
	direction text,
	control text,
	treatment text,
	control_n bigint,
	treatment_n bigint,
	control_value float8,
	treatment_value float8,
	control_stddev float8,
	treatment_stddev float8,
	diff float8,
	diff_low float8,
	diff_high float8,
	relative_lift_pct float8,
	lift_low_pct float8,
	lift_high_pct float8,
	margin_pct float8,
	p_value float8,
	p_adjusted float8,
	alpha float8,
	correction text,
	rule text,
	planned_n bigint,
	prob_better float8,
	mde_pct float8,
	verdict text,
	method text,
	note text,
	sentence text
);
COMMENT ON TYPE ab_scorecard_row IS 'a row of a scorecard: a metric of one treatment against the control, in figures and in words';
COMMENT ON COLUMN ab_scorecard_row.slice IS
	'the slice, such as country = DE; of heterogeneity the column; NULL for the whole';
COMMENT ON COLUMN ab_scorecard_row.role IS 'sample ratio, primary, secondary, guardrail or heterogeneity';
COMMENT ON COLUMN ab_scorecard_row.metric IS 'name of the metric';
COMMENT ON COLUMN ab_scorecard_row.statistic IS
	'what is compared: mean, rate, ratio, median, p95 and the like, rank, trimmed mean, capped mean; of the sample ratio count';
COMMENT ON COLUMN ab_scorecard_row.direction IS 'higher or lower, where it is said which is better; else NULL';
COMMENT ON COLUMN ab_scorecard_row.control IS 'name of the control, NULL where it is not known';
COMMENT ON COLUMN ab_scorecard_row.treatment IS
	'name of the treatment, NULL where it is not known, or of the sample ratio of several';
COMMENT ON COLUMN ab_scorecard_row.control_n IS
	'rows of the control that have the metric, or units, or pairs; of the sample ratio all of them';
COMMENT ON COLUMN ab_scorecard_row.treatment_n IS 'the same of the treatment';
COMMENT ON COLUMN ab_scorecard_row.control_value IS
	'the statistic of the control; of ranks the share of comparisons that it wins, ties counting half';
COMMENT ON COLUMN ab_scorecard_row.treatment_value IS 'the same of the treatment';
COMMENT ON COLUMN ab_scorecard_row.control_stddev IS
	'sample standard deviation of one row, unit or pair of the control; NULL for quantiles and ranks';
COMMENT ON COLUMN ab_scorecard_row.treatment_stddev IS 'the same of the treatment';
COMMENT ON COLUMN ab_scorecard_row.diff IS 'treatment_value - control_value';
COMMENT ON COLUMN ab_scorecard_row.diff_low IS
	'lower end of the interval of diff, of this comparison alone; NULL where it is open, as one end of a guardrail is';
COMMENT ON COLUMN ab_scorecard_row.diff_high IS 'upper end of the interval of diff';
COMMENT ON COLUMN ab_scorecard_row.relative_lift_pct IS 'diff in percent of the control''s value; NULL where that is 0, and of ranks';
COMMENT ON COLUMN ab_scorecard_row.lift_low_pct IS
	'lower end of the interval of the lift, in percent; NULL where it is open';
COMMENT ON COLUMN ab_scorecard_row.lift_high_pct IS
	'upper end of the interval of the lift, in percent; NULL where it is open';
COMMENT ON COLUMN ab_scorecard_row.margin_pct IS
	'the margin of a guardrail in percent of the control''s value; NULL for other roles';
COMMENT ON COLUMN ab_scorecard_row.p_value IS
	'p-value of this comparison by itself, of a guardrail against its margin; NULL where it cannot be tested';
COMMENT ON COLUMN ab_scorecard_row.p_adjusted IS
	'p-value adjusted for the number of comparisons, which the verdict follows; NULL of guardrails and sample ratios';
COMMENT ON COLUMN ab_scorecard_row.alpha IS 'the significance level, of the sample ratio that of a mismatch; NULL without a split';
COMMENT ON COLUMN ab_scorecard_row.correction IS 'for how many comparisons were corrected: by which method; none of guardrails';
COMMENT ON COLUMN ab_scorecard_row.rule IS
	'fixed: the row is for one look, at the size planned; always-valid: it holds on every day it is looked at';
COMMENT ON COLUMN ab_scorecard_row.planned_n IS 'the planned number of users or pairs of the control, as given';
COMMENT ON COLUMN ab_scorecard_row.prob_better IS
	'posterior probability that the treatment is better, or where there is no direction higher; NULL unless asked for by bayes, and of quantiles and ranks';
COMMENT ON COLUMN ab_scorecard_row.mde_pct IS
	'the smallest true lift, in percent, that so many rows would show with power 0.8, by itself and by this look alone; NULL where it is not known';
COMMENT ON COLUMN ab_scorecard_row.verdict IS
	'split as intended, split mismatch, split not checked; better, worse, higher, lower, no clear difference; of a guardrail not worse, worse, not shown; of heterogeneity effects differ, no clear difference; no data';
COMMENT ON COLUMN ab_scorecard_row.method IS 'the test that was done, in words';
COMMENT ON COLUMN ab_scorecard_row.note IS
	'what the reader must know: what was left out, why a column is NULL, which assumption the data contradict; NULL if nothing';
COMMENT ON COLUMN ab_scorecard_row.sentence IS 'the row as a sentence';

CREATE FUNCTION ab_scorecard(query text, metrics jsonb DEFAULT NULL, variant text DEFAULT 'variant',
							 unit text DEFAULT NULL, pair text DEFAULT NULL, slice text[] DEFAULT NULL,
							 control text DEFAULT NULL, treatment text DEFAULT NULL, split jsonb DEFAULT NULL,
							 alpha float8 DEFAULT 0.05, correction text DEFAULT 'holm',
							 planned_n bigint DEFAULT NULL, sequential text DEFAULT NULL,
							 bayes boolean DEFAULT false) RETURNS SETOF ab_scorecard_row
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 10 COST 100000;
COMMENT ON FUNCTION ab_scorecard(text, jsonb, text, text, text, text[], text, text, jsonb, float8, text, bigint, text, boolean) IS
	'every metric of a query, or of a table or view, compared between its variants: a row each with a verdict and a sentence, the sample ratio first; sequential ''always-valid'' makes rows that may be looked at on any day; it runs the query with the caller''s rights, read-only';
