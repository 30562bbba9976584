-- both variants on the same unit: the paired t-test

CREATE FUNCTION ab_paired_accum(ab_summary, control_outcome float8, treatment_outcome float8) RETURNS ab_summary
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_paired_accum(ab_summary, float8, float8) IS 'aggregate transition function';

CREATE FUNCTION ab_paired_accum_boolean(ab_summary, control_outcome boolean, treatment_outcome boolean) RETURNS ab_summary
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_paired_accum_boolean(ab_summary, boolean, boolean) IS 'aggregate transition function';

CREATE FUNCTION ab_paired_ttest_final(ab_summary) RETURNS ab_comparison
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_paired_ttest_final(ab_summary) IS 'aggregate final function';

CREATE AGGREGATE ab_paired_ttest(control_outcome float8, treatment_outcome float8) (
	SFUNC = ab_paired_accum,
	STYPE = ab_summary,
	SSPACE = 256,
	COMBINEFUNC = ab_summary_combine,
	FINALFUNC = ab_paired_ttest_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_paired_ttest(float8, float8) IS
	'paired t-test, a row for each pair';

CREATE AGGREGATE ab_paired_ttest(control_outcome boolean, treatment_outcome boolean) (
	SFUNC = ab_paired_accum_boolean,
	STYPE = ab_summary,
	SSPACE = 256,
	COMBINEFUNC = ab_summary_combine,
	FINALFUNC = ab_paired_ttest_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_paired_ttest(boolean, boolean) IS
	'paired t-test of a yes/no outcome, a row for each pair';

CREATE FUNCTION ab_paired_ttest(summary ab_summary, alpha float8 DEFAULT 0.05, alternative text DEFAULT 'two-sided',
								variant text DEFAULT NULL, control text DEFAULT 'control',
								treatment text DEFAULT 'treatment',
								lift_method text DEFAULT 'fieller') RETURNS ab_comparison
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_paired_ttest(ab_summary, float8, text, text, text, text, text) IS
	'paired t-test of the second column of a summary (treatment) against the first (control)';
