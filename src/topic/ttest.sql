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
COMMENT ON COLUMN ab_comparison.control IS 'name of the control, NULL where it is not known';
COMMENT ON COLUMN ab_comparison.treatment IS 'name of the treatment, NULL where it is not known';
COMMENT ON COLUMN ab_comparison.control_n IS 'rows of the control, those with NaN or infinity included';
COMMENT ON COLUMN ab_comparison.treatment_n IS 'rows of the treatment, those with NaN or infinity included';
COMMENT ON COLUMN ab_comparison.control_mean IS
	'mean of the control: a rate for zeros and ones, a ratio of sums for ab_ratio, adjusted for ab_cuped';
COMMENT ON COLUMN ab_comparison.treatment_mean IS 'the same of the treatment';
COMMENT ON COLUMN ab_comparison.control_stddev IS
	'sample standard deviation of one row (for ratios of one user) of the control';
COMMENT ON COLUMN ab_comparison.treatment_stddev IS 'the same of the treatment';
COMMENT ON COLUMN ab_comparison.diff IS 'treatment - control, in the units of the outcome';
COMMENT ON COLUMN ab_comparison.diff_low IS
	'lower end of the interval of diff, of level 1 - alpha; NULL where it is open';
COMMENT ON COLUMN ab_comparison.diff_high IS 'upper end of the interval of diff; NULL where it is open';
COMMENT ON COLUMN ab_comparison.relative_lift_pct IS 'diff in percent of the control''s value; NULL where that is 0';
COMMENT ON COLUMN ab_comparison.lift_low_pct IS
	'lower end of the interval of the lift, in percent; NULL where it is open';
COMMENT ON COLUMN ab_comparison.lift_high_pct IS
	'upper end of the interval of the lift, in percent; NULL where it is open';
COMMENT ON COLUMN ab_comparison.std_error IS
	'standard error of what is tested: diff, or for a relative margin the treatment minus a multiple of the control';
COMMENT ON COLUMN ab_comparison.statistic IS 'the test statistic: t, z, or NULL for an exact test';
COMMENT ON COLUMN ab_comparison.df IS 'degrees of freedom of t; NULL for a normal or an exact test';
COMMENT ON COLUMN ab_comparison.p_value IS 'p-value of this comparison by itself; NULL where it cannot be tested';
COMMENT ON COLUMN ab_comparison.p_adjusted IS 'p-value adjusted for the number of comparisons; NULL for a single one';
COMMENT ON COLUMN ab_comparison.significant IS
	'p-value, adjusted where there is an adjusted one, below alpha; NULL without one';
COMMENT ON COLUMN ab_comparison.alpha IS 'the significance level asked for, a fraction';
COMMENT ON COLUMN ab_comparison.method IS 'the test that was done, in words';
COMMENT ON COLUMN ab_comparison.note IS
	'what the reader must know: why a column is NULL, which assumption the data contradict; NULL if nothing';

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

CREATE AGGREGATE ab_ttest(outcome float8, variant bigint) (
	SFUNC = ab_summary_accum,
	STYPE = ab_summary,
	SSPACE = 256,
	COMBINEFUNC = ab_summary_combine,
	FINALFUNC = ab_ttest_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_ttest(float8, bigint) IS
	'Student''s t-test of an outcome, of two variants that are whole numbers';

CREATE AGGREGATE ab_ttest(outcome float8, variant boolean) (
	SFUNC = ab_summary_accum,
	STYPE = ab_summary,
	SSPACE = 256,
	COMBINEFUNC = ab_summary_combine,
	FINALFUNC = ab_ttest_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_ttest(float8, boolean) IS
	'Student''s t-test of an outcome, of two variants that are true and false';

CREATE AGGREGATE ab_ttest(outcome boolean, variant bigint) (
	SFUNC = ab_summary_accum_boolean,
	STYPE = ab_summary,
	SSPACE = 256,
	COMBINEFUNC = ab_summary_combine,
	FINALFUNC = ab_ttest_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_ttest(boolean, bigint) IS
	'Student''s t-test of a yes/no outcome, of two variants that are whole numbers';

CREATE AGGREGATE ab_ttest(outcome boolean, variant boolean) (
	SFUNC = ab_summary_accum_boolean,
	STYPE = ab_summary,
	SSPACE = 256,
	COMBINEFUNC = ab_summary_combine,
	FINALFUNC = ab_ttest_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_ttest(boolean, boolean) IS
	'Student''s t-test of a yes/no outcome, of two variants that are true and false';

CREATE FUNCTION ab_ttest(summary ab_summary, control text DEFAULT NULL, treatment text DEFAULT NULL,
						 alpha float8 DEFAULT 0.05, alternative text DEFAULT 'two-sided',
						 equal_var boolean DEFAULT true, lift_method text DEFAULT 'fieller') RETURNS ab_comparison
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_ttest(ab_summary, text, text, float8, text, boolean, text) IS
	'Student''s t-test (equal_var) or Welch''s of two variants of a summary';

CREATE FUNCTION ab_welch_ttest_final(ab_summary) RETURNS ab_comparison
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_welch_ttest_final(ab_summary) IS 'aggregate final function';

CREATE AGGREGATE ab_welch_ttest(outcome float8, variant text) (
	SFUNC = ab_summary_accum,
	STYPE = ab_summary,
	SSPACE = 256,
	COMBINEFUNC = ab_summary_combine,
	FINALFUNC = ab_welch_ttest_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_welch_ttest(float8, text) IS
	'Welch''s t-test of the variant against the one named ''control''';

CREATE AGGREGATE ab_welch_ttest(outcome boolean, variant text) (
	SFUNC = ab_summary_accum_boolean,
	STYPE = ab_summary,
	SSPACE = 256,
	COMBINEFUNC = ab_summary_combine,
	FINALFUNC = ab_welch_ttest_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_welch_ttest(boolean, text) IS
	'Welch''s t-test of a yes/no outcome against the variant named ''control''';

CREATE AGGREGATE ab_welch_ttest(outcome float8, variant text, control text) (
	SFUNC = ab_summary_accum,
	STYPE = ab_summary,
	SSPACE = 256,
	COMBINEFUNC = ab_summary_combine,
	FINALFUNC = ab_welch_ttest_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_welch_ttest(float8, text, text) IS
	'Welch''s t-test of the variant against the control named';

CREATE AGGREGATE ab_welch_ttest(outcome boolean, variant text, control text) (
	SFUNC = ab_summary_accum_boolean,
	STYPE = ab_summary,
	SSPACE = 256,
	COMBINEFUNC = ab_summary_combine,
	FINALFUNC = ab_welch_ttest_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_welch_ttest(boolean, text, text) IS
	'Welch''s t-test of a yes/no outcome against the control named';

CREATE AGGREGATE ab_welch_ttest(outcome float8, variant bigint) (
	SFUNC = ab_summary_accum,
	STYPE = ab_summary,
	SSPACE = 256,
	COMBINEFUNC = ab_summary_combine,
	FINALFUNC = ab_welch_ttest_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_welch_ttest(float8, bigint) IS
	'Welch''s t-test of an outcome, of two variants that are whole numbers';

CREATE AGGREGATE ab_welch_ttest(outcome float8, variant boolean) (
	SFUNC = ab_summary_accum,
	STYPE = ab_summary,
	SSPACE = 256,
	COMBINEFUNC = ab_summary_combine,
	FINALFUNC = ab_welch_ttest_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_welch_ttest(float8, boolean) IS
	'Welch''s t-test of an outcome, of two variants that are true and false';

CREATE AGGREGATE ab_welch_ttest(outcome boolean, variant bigint) (
	SFUNC = ab_summary_accum_boolean,
	STYPE = ab_summary,
	SSPACE = 256,
	COMBINEFUNC = ab_summary_combine,
	FINALFUNC = ab_welch_ttest_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_welch_ttest(boolean, bigint) IS
	'Welch''s t-test of a yes/no outcome, of two variants that are whole numbers';

CREATE AGGREGATE ab_welch_ttest(outcome boolean, variant boolean) (
	SFUNC = ab_summary_accum_boolean,
	STYPE = ab_summary,
	SSPACE = 256,
	COMBINEFUNC = ab_summary_combine,
	FINALFUNC = ab_welch_ttest_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_welch_ttest(boolean, boolean) IS
	'Welch''s t-test of a yes/no outcome, of two variants that are true and false';
