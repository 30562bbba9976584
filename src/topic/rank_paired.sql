-- rank tests of pairs: Wilcoxon's signed-rank and the sign test

CREATE TYPE ab_paired_rank_result AS (
	n bigint,
	positive bigint,
	negative bigint,
	zeros bigint,
	ties bigint,
	median float8,
	rank_sum_positive float8,
	rank_sum_negative float8,
	rank_biserial float8,
	statistic float8,
	z float8,
	p_value float8,
	p_adjusted float8,
	significant boolean,
	alpha float8,
	method text,
	note text
);
COMMENT ON TYPE ab_paired_rank_result IS
	'differences of pairs: signs, ranks, p-value and verdict';

CREATE FUNCTION ab_wilcoxon_final(ab_histogram) RETURNS ab_paired_rank_result
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_wilcoxon_final(ab_histogram) IS 'aggregate final function';

CREATE FUNCTION ab_sign_test_final(ab_histogram) RETURNS ab_paired_rank_result
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_sign_test_final(ab_histogram) IS 'aggregate final function';

CREATE AGGREGATE ab_wilcoxon(control_outcome float8, treatment_outcome float8) (
	SFUNC = ab_paired_histogram_accum,
	STYPE = ab_histogram,
	SSPACE = 2048,
	COMBINEFUNC = ab_histogram_combine,
	FINALFUNC = ab_wilcoxon_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_wilcoxon(float8, float8) IS
	'Wilcoxon signed-rank test, a row for each pair';

CREATE FUNCTION ab_wilcoxon(histogram ab_histogram, alpha float8 DEFAULT 0.05, alternative text DEFAULT 'two-sided',
							method text DEFAULT 'auto', zero_method text DEFAULT 'wilcox',
							correction boolean DEFAULT false, variant text DEFAULT NULL) RETURNS ab_paired_rank_result
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_wilcoxon(ab_histogram, float8, text, text, text, boolean, text) IS
	'Wilcoxon signed-rank test of a histogram of differences of pairs, exact or asymptotic';

CREATE AGGREGATE ab_sign_test(control_outcome float8, treatment_outcome float8) (
	SFUNC = ab_paired_histogram_accum,
	STYPE = ab_histogram,
	SSPACE = 2048,
	COMBINEFUNC = ab_histogram_combine,
	FINALFUNC = ab_sign_test_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_sign_test(float8, float8) IS
	'exact sign test, a row for each pair';

CREATE FUNCTION ab_sign_test(histogram ab_histogram, alpha float8 DEFAULT 0.05, alternative text DEFAULT 'two-sided',
							 variant text DEFAULT NULL) RETURNS ab_paired_rank_result
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_sign_test(ab_histogram, float8, text, text) IS
	'exact sign test of a histogram of differences of pairs';
