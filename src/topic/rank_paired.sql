-- rank tests of pairs: Wilcoxon's signed-rank and the sign test

CREATE TYPE ab_rank_paired_result AS (
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
COMMENT ON TYPE ab_rank_paired_result IS
	'differences of pairs: signs, ranks, p-value and verdict';
COMMENT ON COLUMN ab_rank_paired_result.n IS 'pairs';
COMMENT ON COLUMN ab_rank_paired_result.positive IS 'pairs in which the treatment is above the control';
COMMENT ON COLUMN ab_rank_paired_result.negative IS 'pairs in which it is below';
COMMENT ON COLUMN ab_rank_paired_result.zeros IS 'pairs without a difference';
COMMENT ON COLUMN ab_rank_paired_result.ties IS 'pairs that share their absolute difference with another';
COMMENT ON COLUMN ab_rank_paired_result.median IS 'median of the differences treatment - control';
COMMENT ON COLUMN ab_rank_paired_result.rank_sum_positive IS
	'sum of the ranks of positive differences; NULL for the sign test';
COMMENT ON COLUMN ab_rank_paired_result.rank_sum_negative IS
	'sum of the ranks of negative differences; NULL for the sign test';
COMMENT ON COLUMN ab_rank_paired_result.rank_biserial IS
	'difference of the two rank sums as a share of their total, -1 to 1; NULL for the sign test';
COMMENT ON COLUMN ab_rank_paired_result.statistic IS
	'the smaller rank sum if two-sided, else the positive one; for the sign test the positive pairs';
COMMENT ON COLUMN ab_rank_paired_result.z IS 'the standardised rank sum; NULL for an exact test';
COMMENT ON COLUMN ab_rank_paired_result.p_value IS
	'p-value of this comparison by itself; NULL where it cannot be tested';
COMMENT ON COLUMN ab_rank_paired_result.p_adjusted IS
	'p-value adjusted for the number of comparisons; NULL for a single one';
COMMENT ON COLUMN ab_rank_paired_result.significant IS
	'p-value, adjusted where there is an adjusted one, below alpha; NULL without one';
COMMENT ON COLUMN ab_rank_paired_result.alpha IS 'the significance level asked for, a fraction';
COMMENT ON COLUMN ab_rank_paired_result.method IS 'the test that was done, in words';
COMMENT ON COLUMN ab_rank_paired_result.note IS
	'what the reader must know: why a column is NULL, which assumption the data contradict; NULL if nothing';

CREATE FUNCTION ab_wilcoxon_final(ab_histogram) RETURNS ab_rank_paired_result
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_wilcoxon_final(ab_histogram) IS 'aggregate final function';

CREATE FUNCTION ab_sign_test_final(ab_histogram) RETURNS ab_rank_paired_result
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
							continuity boolean DEFAULT false, variant text DEFAULT NULL) RETURNS ab_rank_paired_result
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
							 variant text DEFAULT NULL) RETURNS ab_rank_paired_result
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_sign_test(ab_histogram, float8, text, text) IS
	'exact sign test of a histogram of differences of pairs';
