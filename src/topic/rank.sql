-- rank tests of two variants: Mann-Whitney, Kolmogorov-Smirnov

CREATE TYPE ab_mannwhitney_result AS (
	control text,
	treatment text,
	control_n bigint,
	treatment_n bigint,
	control_median float8,
	treatment_median float8,
	superiority float8,
	superiority_low float8,
	superiority_high float8,
	statistic float8,
	z float8,
	p_value float8,
	p_adjusted float8,
	significant boolean,
	alpha float8,
	method text,
	note text
);
COMMENT ON TYPE ab_mannwhitney_result IS
	'do values of the treatment exceed those of the control: probability, interval, p-value and verdict';

CREATE FUNCTION ab_mannwhitney_final(ab_histogram) RETURNS ab_mannwhitney_result
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_mannwhitney_final(ab_histogram) IS 'aggregate final function';

CREATE AGGREGATE ab_mannwhitney(outcome float8, variant text) (
	SFUNC = ab_histogram_accum,
	STYPE = ab_histogram,
	SSPACE = 2048,
	COMBINEFUNC = ab_histogram_combine,
	FINALFUNC = ab_mannwhitney_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_mannwhitney(float8, text) IS
	'Mann-Whitney U test of two variants, the control being the one called control';

CREATE AGGREGATE ab_mannwhitney(outcome float8, variant text, control text) (
	SFUNC = ab_histogram_accum,
	STYPE = ab_histogram,
	SSPACE = 2048,
	COMBINEFUNC = ab_histogram_combine,
	FINALFUNC = ab_mannwhitney_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_mannwhitney(float8, text, text) IS
	'Mann-Whitney U test of two variants, one of them named as control';

CREATE FUNCTION ab_mannwhitney(histogram ab_histogram, control text DEFAULT NULL, treatment text DEFAULT NULL,
							   alpha float8 DEFAULT 0.05, alternative text DEFAULT 'two-sided',
							   method text DEFAULT 'auto', use_continuity boolean DEFAULT true) RETURNS ab_mannwhitney_result
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_mannwhitney(ab_histogram, text, text, float8, text, text, boolean) IS
	'Mann-Whitney U test of two variants of a histogram, exact or asymptotic';

CREATE TYPE ab_kolmogorov_smirnov_result AS (
	control text,
	treatment text,
	control_n bigint,
	treatment_n bigint,
	statistic float8,
	statistic_location float8,
	statistic_sign bigint,
	p_value float8,
	p_adjusted float8,
	significant boolean,
	alpha float8,
	method text,
	note text
);
COMMENT ON TYPE ab_kolmogorov_smirnov_result IS
	'largest distance of two distribution functions: where it is, p-value and verdict';

CREATE FUNCTION ab_kolmogorov_smirnov_final(ab_histogram) RETURNS ab_kolmogorov_smirnov_result
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_kolmogorov_smirnov_final(ab_histogram) IS 'aggregate final function';

CREATE AGGREGATE ab_kolmogorov_smirnov(outcome float8, variant text) (
	SFUNC = ab_histogram_accum,
	STYPE = ab_histogram,
	SSPACE = 2048,
	COMBINEFUNC = ab_histogram_combine,
	FINALFUNC = ab_kolmogorov_smirnov_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_kolmogorov_smirnov(float8, text) IS
	'two-sample Kolmogorov-Smirnov test, the control being the variant called control';

CREATE AGGREGATE ab_kolmogorov_smirnov(outcome float8, variant text, control text) (
	SFUNC = ab_histogram_accum,
	STYPE = ab_histogram,
	SSPACE = 2048,
	COMBINEFUNC = ab_histogram_combine,
	FINALFUNC = ab_kolmogorov_smirnov_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_kolmogorov_smirnov(float8, text, text) IS
	'two-sample Kolmogorov-Smirnov test, one of the variants named as control';

CREATE FUNCTION ab_kolmogorov_smirnov(histogram ab_histogram, control text DEFAULT NULL, treatment text DEFAULT NULL,
									  alpha float8 DEFAULT 0.05, alternative text DEFAULT 'two-sided',
									  method text DEFAULT 'auto') RETURNS ab_kolmogorov_smirnov_result
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_kolmogorov_smirnov(ab_histogram, text, text, float8, text, text) IS
	'two-sample Kolmogorov-Smirnov test of two variants of a histogram, exact or asymptotic';
