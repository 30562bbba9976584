-- collecting the summaries of several outcomes of the same rows at once

CREATE TYPE ab_summaries_result AS (
	summary_1 ab_summary,
	summary_2 ab_summary,
	summary_3 ab_summary,
	summary_4 ab_summary,
	summary_5 ab_summary,
	summary_6 ab_summary,
	summary_7 ab_summary,
	summary_8 ab_summary
);
COMMENT ON TYPE ab_summaries_result IS 'summaries of several outcomes of the same rows';
COMMENT ON COLUMN ab_summaries_result.summary_1 IS 'of the first outcome';
COMMENT ON COLUMN ab_summaries_result.summary_2 IS 'of the second outcome';
COMMENT ON COLUMN ab_summaries_result.summary_3 IS 'of the third outcome, NULL where there are fewer';
COMMENT ON COLUMN ab_summaries_result.summary_4 IS 'of the fourth outcome, NULL where there are fewer';
COMMENT ON COLUMN ab_summaries_result.summary_5 IS 'of the fifth outcome, NULL where there are fewer';
COMMENT ON COLUMN ab_summaries_result.summary_6 IS 'of the sixth outcome, NULL where there are fewer';
COMMENT ON COLUMN ab_summaries_result.summary_7 IS 'of the seventh outcome, NULL where there are fewer';
COMMENT ON COLUMN ab_summaries_result.summary_8 IS 'of the eighth outcome, NULL where there are fewer';

CREATE FUNCTION ab_summaries_accum(ab_summary[], outcome_1 float8, outcome_2 float8, variant text) RETURNS ab_summary[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_summaries_accum(ab_summary[], float8, float8, text) IS 'aggregate transition function';

CREATE FUNCTION ab_summaries_accum(ab_summary[], outcome_1 float8, outcome_2 float8, outcome_3 float8, variant text) RETURNS ab_summary[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_summaries_accum(ab_summary[], float8, float8, float8, text) IS 'aggregate transition function';

CREATE FUNCTION ab_summaries_accum(ab_summary[], outcome_1 float8, outcome_2 float8, outcome_3 float8, outcome_4 float8, variant text) RETURNS ab_summary[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_summaries_accum(ab_summary[], float8, float8, float8, float8, text) IS 'aggregate transition function';

CREATE FUNCTION ab_summaries_accum(ab_summary[], outcome_1 float8, outcome_2 float8, outcome_3 float8, outcome_4 float8, outcome_5 float8, variant text) RETURNS ab_summary[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_summaries_accum(ab_summary[], float8, float8, float8, float8, float8, text) IS 'aggregate transition function';

CREATE FUNCTION ab_summaries_accum(ab_summary[], outcome_1 float8, outcome_2 float8, outcome_3 float8, outcome_4 float8, outcome_5 float8, outcome_6 float8, variant text) RETURNS ab_summary[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_summaries_accum(ab_summary[], float8, float8, float8, float8, float8, float8, text) IS 'aggregate transition function';

CREATE FUNCTION ab_summaries_accum(ab_summary[], outcome_1 float8, outcome_2 float8, outcome_3 float8, outcome_4 float8, outcome_5 float8, outcome_6 float8, outcome_7 float8, variant text) RETURNS ab_summary[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_summaries_accum(ab_summary[], float8, float8, float8, float8, float8, float8, float8, text) IS 'aggregate transition function';

CREATE FUNCTION ab_summaries_accum(ab_summary[], outcome_1 float8, outcome_2 float8, outcome_3 float8, outcome_4 float8, outcome_5 float8, outcome_6 float8, outcome_7 float8, outcome_8 float8, variant text) RETURNS ab_summary[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_summaries_accum(ab_summary[], float8, float8, float8, float8, float8, float8, float8, float8, text) IS 'aggregate transition function';

CREATE FUNCTION ab_summaries_combine(ab_summary[], ab_summary[]) RETURNS ab_summary[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_summaries_combine(ab_summary[], ab_summary[]) IS 'aggregate combine function';

CREATE FUNCTION ab_summaries_final(ab_summary[]) RETURNS ab_summaries_result
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ab_summaries_final(ab_summary[]) IS 'aggregate final function';

CREATE AGGREGATE ab_summaries(outcome_1 float8, outcome_2 float8, variant text) (
	SFUNC = ab_summaries_accum,
	STYPE = ab_summary[],
	SSPACE = 312,
	FINALFUNC = ab_summaries_final,
	COMBINEFUNC = ab_summaries_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_summaries(float8, float8, text) IS
	'summaries of 2 outcomes of the same rows, each as ab_summary collects it, NULL without rows';

CREATE AGGREGATE ab_summaries(outcome_1 float8, outcome_2 float8, outcome_3 float8, variant text) (
	SFUNC = ab_summaries_accum,
	STYPE = ab_summary[],
	SSPACE = 456,
	FINALFUNC = ab_summaries_final,
	COMBINEFUNC = ab_summaries_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_summaries(float8, float8, float8, text) IS
	'summaries of 3 outcomes of the same rows, each as ab_summary collects it, NULL without rows';

CREATE AGGREGATE ab_summaries(outcome_1 float8, outcome_2 float8, outcome_3 float8, outcome_4 float8, variant text) (
	SFUNC = ab_summaries_accum,
	STYPE = ab_summary[],
	SSPACE = 600,
	FINALFUNC = ab_summaries_final,
	COMBINEFUNC = ab_summaries_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_summaries(float8, float8, float8, float8, text) IS
	'summaries of 4 outcomes of the same rows, each as ab_summary collects it, NULL without rows';

CREATE AGGREGATE ab_summaries(outcome_1 float8, outcome_2 float8, outcome_3 float8, outcome_4 float8, outcome_5 float8, variant text) (
	SFUNC = ab_summaries_accum,
	STYPE = ab_summary[],
	SSPACE = 744,
	FINALFUNC = ab_summaries_final,
	COMBINEFUNC = ab_summaries_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_summaries(float8, float8, float8, float8, float8, text) IS
	'summaries of 5 outcomes of the same rows, each as ab_summary collects it, NULL without rows';

CREATE AGGREGATE ab_summaries(outcome_1 float8, outcome_2 float8, outcome_3 float8, outcome_4 float8, outcome_5 float8, outcome_6 float8, variant text) (
	SFUNC = ab_summaries_accum,
	STYPE = ab_summary[],
	SSPACE = 888,
	FINALFUNC = ab_summaries_final,
	COMBINEFUNC = ab_summaries_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_summaries(float8, float8, float8, float8, float8, float8, text) IS
	'summaries of 6 outcomes of the same rows, each as ab_summary collects it, NULL without rows';

CREATE AGGREGATE ab_summaries(outcome_1 float8, outcome_2 float8, outcome_3 float8, outcome_4 float8, outcome_5 float8, outcome_6 float8, outcome_7 float8, variant text) (
	SFUNC = ab_summaries_accum,
	STYPE = ab_summary[],
	SSPACE = 1032,
	FINALFUNC = ab_summaries_final,
	COMBINEFUNC = ab_summaries_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_summaries(float8, float8, float8, float8, float8, float8, float8, text) IS
	'summaries of 7 outcomes of the same rows, each as ab_summary collects it, NULL without rows';

CREATE AGGREGATE ab_summaries(outcome_1 float8, outcome_2 float8, outcome_3 float8, outcome_4 float8, outcome_5 float8, outcome_6 float8, outcome_7 float8, outcome_8 float8, variant text) (
	SFUNC = ab_summaries_accum,
	STYPE = ab_summary[],
	SSPACE = 1176,
	FINALFUNC = ab_summaries_final,
	COMBINEFUNC = ab_summaries_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_summaries(float8, float8, float8, float8, float8, float8, float8, float8, text) IS
	'summaries of 8 outcomes of the same rows, each as ab_summary collects it, NULL without rows';

