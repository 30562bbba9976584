-- two-sample t-test

CREATE TYPE ab_comparison AS (
	control text,
	treatment text,
	control_n bigint,
	treatment_n bigint,
	control_mean float8,
	treatment_mean float8,
	control_stddev float8,
	treatment_stddev float8,
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
COMMENT ON TYPE ab_comparison IS 'a treatment against a control: estimates, intervals, p-value and verdict';

CREATE FUNCTION ab_ttest_final(ab_summary) RETURNS ab_comparison
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_ttest_final(ab_summary) IS 'aggregate final function';

CREATE AGGREGATE ab_ttest(outcome float8, variant text) (
	SFUNC = ab_summary_accum,
	STYPE = ab_summary,
	SSPACE = 256,
	COMBINEFUNC = ab_summary_combine,
	FINALFUNC = ab_ttest_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_ttest(float8, text) IS
	'Student''s t-test of the variant against the one named ''control''';

CREATE AGGREGATE ab_ttest(outcome boolean, variant text) (
	SFUNC = ab_summary_accum_boolean,
	STYPE = ab_summary,
	SSPACE = 256,
	COMBINEFUNC = ab_summary_combine,
	FINALFUNC = ab_ttest_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_ttest(boolean, text) IS
	'Student''s t-test of a yes/no outcome against the variant named ''control''';

CREATE AGGREGATE ab_ttest(outcome float8, variant text, control text) (
	SFUNC = ab_summary_accum,
	STYPE = ab_summary,
	SSPACE = 256,
	COMBINEFUNC = ab_summary_combine,
	FINALFUNC = ab_ttest_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_ttest(float8, text, text) IS
	'Student''s t-test of the variant against the control named';

CREATE AGGREGATE ab_ttest(outcome boolean, variant text, control text) (
	SFUNC = ab_summary_accum_boolean,
	STYPE = ab_summary,
	SSPACE = 256,
	COMBINEFUNC = ab_summary_combine,
	FINALFUNC = ab_ttest_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_ttest(boolean, text, text) IS
	'Student''s t-test of a yes/no outcome against the control named';

CREATE FUNCTION ab_ttest(summary ab_summary, control text DEFAULT NULL, treatment text DEFAULT NULL,
						 alpha float8 DEFAULT 0.05, alternative text DEFAULT 'two-sided',
						 equal_var boolean DEFAULT true) RETURNS ab_comparison
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_ttest(ab_summary, text, text, float8, text, boolean) IS
	'Student''s t-test (equal_var) or Welch''s of two variants of a summary';
