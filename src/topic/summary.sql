-- collecting and merging summaries

CREATE FUNCTION ab_summary_accum(ab_summary, outcome float8, variant text) RETURNS ab_summary
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_summary_accum(ab_summary, float8, text) IS 'aggregate transition function';

CREATE FUNCTION ab_summary_accum(ab_summary, outcome float8, variant text, control text) RETURNS ab_summary
	AS 'MODULE_PATHNAME', 'ab_summary_accum_control' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_summary_accum(ab_summary, float8, text, text) IS 'aggregate transition function';

CREATE FUNCTION ab_summary_accum_boolean(ab_summary, outcome boolean, variant text) RETURNS ab_summary
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_summary_accum_boolean(ab_summary, boolean, text) IS 'aggregate transition function';

CREATE FUNCTION ab_summary_accum_boolean(ab_summary, outcome boolean, variant text, control text) RETURNS ab_summary
	AS 'MODULE_PATHNAME', 'ab_summary_accum_boolean_control' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_summary_accum_boolean(ab_summary, boolean, text, text) IS 'aggregate transition function';

CREATE FUNCTION ab_summary_accum2(ab_summary, outcome float8, covariate float8, variant text) RETURNS ab_summary
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_summary_accum2(ab_summary, float8, float8, text) IS 'aggregate transition function';

CREATE FUNCTION ab_summary_accum4(ab_summary, numerator float8, denominator float8,
								  numerator_covariate float8, denominator_covariate float8, variant text) RETURNS ab_summary
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_summary_accum4(ab_summary, float8, float8, float8, float8, text) IS 'aggregate transition function';

CREATE FUNCTION ab_summary_accum(ab_summary, outcome float8, variant bigint) RETURNS ab_summary
	AS 'MODULE_PATHNAME', 'ab_summary_accum_by_bigint' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_summary_accum(ab_summary, float8, bigint) IS 'aggregate transition function';

CREATE FUNCTION ab_summary_accum(ab_summary, outcome float8, variant boolean) RETURNS ab_summary
	AS 'MODULE_PATHNAME', 'ab_summary_accum_by_boolean' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_summary_accum(ab_summary, float8, boolean) IS 'aggregate transition function';

CREATE FUNCTION ab_summary_accum_boolean(ab_summary, outcome boolean, variant bigint) RETURNS ab_summary
	AS 'MODULE_PATHNAME', 'ab_summary_accum_boolean_by_bigint' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_summary_accum_boolean(ab_summary, boolean, bigint) IS 'aggregate transition function';

CREATE FUNCTION ab_summary_accum_boolean(ab_summary, outcome boolean, variant boolean) RETURNS ab_summary
	AS 'MODULE_PATHNAME', 'ab_summary_accum_boolean_by_boolean' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_summary_accum_boolean(ab_summary, boolean, boolean) IS 'aggregate transition function';

CREATE FUNCTION ab_summary_combine(ab_summary, ab_summary) RETURNS ab_summary
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_summary_combine(ab_summary, ab_summary) IS 'aggregate combine function';

CREATE FUNCTION ab_summary_final(ab_summary) RETURNS ab_summary
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ab_summary_final(ab_summary) IS 'aggregate final function';

CREATE AGGREGATE ab_summary(outcome float8, variant text) (
	SFUNC = ab_summary_accum,
	STYPE = ab_summary,
	SSPACE = 256,
	FINALFUNC = ab_summary_final,
	COMBINEFUNC = ab_summary_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_summary(float8, text) IS
	'summary of an outcome per variant, NULL without rows';

CREATE AGGREGATE ab_summary(outcome boolean, variant text) (
	SFUNC = ab_summary_accum_boolean,
	STYPE = ab_summary,
	SSPACE = 256,
	FINALFUNC = ab_summary_final,
	COMBINEFUNC = ab_summary_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_summary(boolean, text) IS
	'summary of a yes/no outcome per variant, NULL without rows';

CREATE AGGREGATE ab_summary(outcome float8, variant text, control text) (
	SFUNC = ab_summary_accum,
	STYPE = ab_summary,
	SSPACE = 256,
	FINALFUNC = ab_summary_final,
	COMBINEFUNC = ab_summary_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_summary(float8, text, text) IS
	'summary of an outcome per variant that carries which variant is the control';

CREATE AGGREGATE ab_summary(outcome boolean, variant text, control text) (
	SFUNC = ab_summary_accum_boolean,
	STYPE = ab_summary,
	SSPACE = 256,
	FINALFUNC = ab_summary_final,
	COMBINEFUNC = ab_summary_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_summary(boolean, text, text) IS
	'summary of a yes/no outcome per variant that carries which variant is the control';

CREATE AGGREGATE ab_summary(outcome float8, covariate float8, variant text) (
	SFUNC = ab_summary_accum2,
	STYPE = ab_summary,
	SSPACE = 512,
	FINALFUNC = ab_summary_final,
	COMBINEFUNC = ab_summary_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_summary(float8, float8, text) IS
	'summary of two columns per variant: outcome and covariate, or numerator and denominator';

CREATE AGGREGATE ab_summary(numerator float8, denominator float8, numerator_covariate float8,
							denominator_covariate float8, variant text) (
	SFUNC = ab_summary_accum4,
	STYPE = ab_summary,
	SSPACE = 1024,
	FINALFUNC = ab_summary_final,
	COMBINEFUNC = ab_summary_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_summary(float8, float8, float8, float8, text) IS
	'summary of four columns per variant: a ratio and the same ratio before the experiment';

CREATE AGGREGATE ab_rollup(summary ab_summary) (
	SFUNC = ab_summary_combine,
	STYPE = ab_summary,
	SSPACE = 256,
	FINALFUNC = ab_summary_final,
	COMBINEFUNC = ab_summary_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_rollup(ab_summary) IS
	'merges summaries of different users into one';

CREATE AGGREGATE ab_summary(outcome float8, variant bigint) (
	SFUNC = ab_summary_accum,
	STYPE = ab_summary,
	SSPACE = 256,
	FINALFUNC = ab_summary_final,
	COMBINEFUNC = ab_summary_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_summary(float8, bigint) IS
	'summary of an outcome per variant that is a whole number, whose name is its text';

CREATE AGGREGATE ab_summary(outcome float8, variant boolean) (
	SFUNC = ab_summary_accum,
	STYPE = ab_summary,
	SSPACE = 256,
	FINALFUNC = ab_summary_final,
	COMBINEFUNC = ab_summary_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_summary(float8, boolean) IS
	'summary of an outcome per variant that is true or false, whose name is its text';

CREATE AGGREGATE ab_summary(outcome boolean, variant bigint) (
	SFUNC = ab_summary_accum_boolean,
	STYPE = ab_summary,
	SSPACE = 256,
	FINALFUNC = ab_summary_final,
	COMBINEFUNC = ab_summary_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_summary(boolean, bigint) IS
	'summary of a yes/no outcome per variant that is a whole number, whose name is its text';

CREATE AGGREGATE ab_summary(outcome boolean, variant boolean) (
	SFUNC = ab_summary_accum_boolean,
	STYPE = ab_summary,
	SSPACE = 256,
	FINALFUNC = ab_summary_final,
	COMBINEFUNC = ab_summary_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_summary(boolean, boolean) IS
	'summary of a yes/no outcome per variant that is true or false, whose name is its text';

CREATE FUNCTION ab_frequency_summary_accum(ab_summary, outcome float8, frequency float8, variant text) RETURNS ab_summary
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_frequency_summary_accum(ab_summary, float8, float8, text) IS 'aggregate transition function';

CREATE FUNCTION ab_frequency_summary_accum(ab_summary, outcome float8, frequency bigint, variant text) RETURNS ab_summary
	AS 'MODULE_PATHNAME', 'ab_frequency_summary_accum_bigint' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_frequency_summary_accum(ab_summary, float8, bigint, text) IS 'aggregate transition function';

CREATE AGGREGATE ab_frequency_summary(outcome float8, frequency float8, variant text) (
	SFUNC = ab_frequency_summary_accum,
	STYPE = ab_summary,
	SSPACE = 256,
	FINALFUNC = ab_summary_final,
	COMBINEFUNC = ab_summary_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_frequency_summary(float8, float8, text) IS
	'summary of an outcome per variant from rows that stand for that many equal ones; of any numeric type';

CREATE AGGREGATE ab_frequency_summary(outcome float8, frequency bigint, variant text) (
	SFUNC = ab_frequency_summary_accum,
	STYPE = ab_summary,
	SSPACE = 256,
	FINALFUNC = ab_summary_final,
	COMBINEFUNC = ab_summary_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_frequency_summary(float8, bigint, text) IS
	'summary of an outcome per variant from rows that stand for that many equal ones';
