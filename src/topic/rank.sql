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
COMMENT ON COLUMN ab_mannwhitney_result.control IS 'name of the control, NULL where it is not known';
COMMENT ON COLUMN ab_mannwhitney_result.treatment IS 'name of the treatment, NULL where it is not known';
COMMENT ON COLUMN ab_mannwhitney_result.control_n IS 'rows of the control, those with NaN or infinity included';
COMMENT ON COLUMN ab_mannwhitney_result.treatment_n IS 'rows of the treatment, those with NaN or infinity included';
COMMENT ON COLUMN ab_mannwhitney_result.control_median IS 'median of the control';
COMMENT ON COLUMN ab_mannwhitney_result.treatment_median IS 'median of the treatment';
COMMENT ON COLUMN ab_mannwhitney_result.superiority IS
	'probability that a value of the treatment exceeds one of the control, ties counting half';
COMMENT ON COLUMN ab_mannwhitney_result.superiority_low IS
	'lower end of its interval, of level 1 - alpha; NULL where it is open';
COMMENT ON COLUMN ab_mannwhitney_result.superiority_high IS 'upper end of its interval; NULL where it is open';
COMMENT ON COLUMN ab_mannwhitney_result.statistic IS 'U of the treatment: pairs that it wins, ties counting half';
COMMENT ON COLUMN ab_mannwhitney_result.z IS 'the standardised U; NULL for an exact test';
COMMENT ON COLUMN ab_mannwhitney_result.p_value IS
	'p-value of this comparison by itself; NULL where it cannot be tested';
COMMENT ON COLUMN ab_mannwhitney_result.p_adjusted IS
	'p-value adjusted for the number of comparisons; NULL for a single one';
COMMENT ON COLUMN ab_mannwhitney_result.significant IS
	'p-value, adjusted where there is an adjusted one, below alpha; NULL without one';
COMMENT ON COLUMN ab_mannwhitney_result.alpha IS 'the significance level asked for, a fraction';
COMMENT ON COLUMN ab_mannwhitney_result.method IS 'the test that was done, in words';
COMMENT ON COLUMN ab_mannwhitney_result.note IS
	'what the reader must know: why a column is NULL, which assumption the data contradict; NULL if nothing';

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
							   method text DEFAULT 'auto', continuity boolean DEFAULT true) RETURNS ab_mannwhitney_result
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
COMMENT ON COLUMN ab_kolmogorov_smirnov_result.control IS 'name of the control, NULL where it is not known';
COMMENT ON COLUMN ab_kolmogorov_smirnov_result.treatment IS 'name of the treatment, NULL where it is not known';
COMMENT ON COLUMN ab_kolmogorov_smirnov_result.control_n IS 'rows of the control, those with NaN or infinity included';
COMMENT ON COLUMN ab_kolmogorov_smirnov_result.treatment_n IS
	'rows of the treatment, those with NaN or infinity included';
COMMENT ON COLUMN ab_kolmogorov_smirnov_result.statistic IS 'D, the largest distance of the two distribution functions';
COMMENT ON COLUMN ab_kolmogorov_smirnov_result.statistic_location IS 'the value at which they are that far apart';
COMMENT ON COLUMN ab_kolmogorov_smirnov_result.statistic_sign IS
	'1 where the treatment''s distribution function is above there (its values are smaller), -1 where below';
COMMENT ON COLUMN ab_kolmogorov_smirnov_result.p_value IS
	'p-value of this comparison by itself; NULL where it cannot be tested';
COMMENT ON COLUMN ab_kolmogorov_smirnov_result.p_adjusted IS
	'p-value adjusted for the number of comparisons; NULL for a single one';
COMMENT ON COLUMN ab_kolmogorov_smirnov_result.significant IS
	'p-value, adjusted where there is an adjusted one, below alpha; NULL without one';
COMMENT ON COLUMN ab_kolmogorov_smirnov_result.alpha IS 'the significance level asked for, a fraction';
COMMENT ON COLUMN ab_kolmogorov_smirnov_result.method IS 'the test that was done, in words';
COMMENT ON COLUMN ab_kolmogorov_smirnov_result.note IS
	'what the reader must know: why a column is NULL, which assumption the data contradict; NULL if nothing';

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
