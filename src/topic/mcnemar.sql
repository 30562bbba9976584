-- McNemar's test

CREATE FUNCTION ab_mcnemar_final(ab_summary) RETURNS ab_comparison
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_mcnemar_final(ab_summary) IS 'aggregate final function';

CREATE AGGREGATE ab_mcnemar(control_outcome boolean, treatment_outcome boolean) (
	SFUNC = ab_paired_accum_boolean,
	STYPE = ab_summary,
	SSPACE = 256,
	COMBINEFUNC = ab_summary_combine,
	FINALFUNC = ab_mcnemar_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_mcnemar(boolean, boolean) IS
	'McNemar''s exact test of a yes/no outcome, a row for each pair';

CREATE FUNCTION ab_mcnemar(summary ab_summary, alpha float8 DEFAULT 0.05, alternative text DEFAULT 'two-sided',
						   method text DEFAULT 'exact', continuity boolean DEFAULT false,
						   variant text DEFAULT NULL, control text DEFAULT 'control',
						   treatment text DEFAULT 'treatment') RETURNS ab_comparison
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_mcnemar(ab_summary, float8, text, text, boolean, text, text, text) IS
	'McNemar''s test of two 0/1 columns of a summary: exact, mid-p, or asymptotic with or without continuity correction';
