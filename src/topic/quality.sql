-- quality of an assignment

CREATE FUNCTION ab_crosstab_accum(ab_summary, recorded text, predicted text) RETURNS ab_summary
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_crosstab_accum(ab_summary, text, text) IS 'aggregate transition function';

CREATE AGGREGATE ab_crosstab(recorded text, predicted text) (
	SFUNC = ab_crosstab_accum,
	STYPE = ab_summary,
	SSPACE = 512,
	COMBINEFUNC = ab_summary_combine,
	FINALFUNC = ab_summary_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_crosstab(text, text) IS
	'rows counted by two variants, for ab_audit and ab_independence: a summary whose variants are pairs';

CREATE TYPE ab_independence_result AS (
	n bigint,
	variants_a bigint,
	variants_b bigint,
	statistic float8,
	df float8,
	p_value float8,
	cramers_v float8,
	dependent boolean,
	threshold float8,
	method text,
	note text
);
COMMENT ON TYPE ab_independence_result IS 'are the assignments of two experiments independent';
COMMENT ON COLUMN ab_independence_result.n IS 'rows with a variant of both';
COMMENT ON COLUMN ab_independence_result.variants_a IS 'variants of the first experiment';
COMMENT ON COLUMN ab_independence_result.variants_b IS 'variants of the second';
COMMENT ON COLUMN ab_independence_result.statistic IS 'Pearson''s chi-square';
COMMENT ON COLUMN ab_independence_result.df IS 'its degrees of freedom';
COMMENT ON COLUMN ab_independence_result.p_value IS
	'probability of counts so far from independence; NULL where it cannot be tested';
COMMENT ON COLUMN ab_independence_result.cramers_v IS
	'Cramér''s V: the strength of the dependence, 0 if there is none, 1 if one variant tells the other';
COMMENT ON COLUMN ab_independence_result.dependent IS 'p-value below the threshold; NULL without one';
COMMENT ON COLUMN ab_independence_result.threshold IS 'the threshold asked for';
COMMENT ON COLUMN ab_independence_result.method IS 'the test that was done, in words';
COMMENT ON COLUMN ab_independence_result.note IS 'what the result says, or why a column is NULL; NULL if nothing';

CREATE FUNCTION ab_independence(summary ab_summary, threshold float8 DEFAULT 0.001) RETURNS ab_independence_result
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_independence(ab_summary, float8) IS
	'are the variants of two experiments independent?  Of ab_crosstab(variant_a, variant_b) over their common units';

CREATE FUNCTION ab_independence_final(ab_summary) RETURNS ab_independence_result
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_independence_final(ab_summary) IS 'aggregate final function';

CREATE AGGREGATE ab_independence(variant_a text, variant_b text) (
	SFUNC = ab_crosstab_accum,
	STYPE = ab_summary,
	SSPACE = 512,
	COMBINEFUNC = ab_summary_combine,
	FINALFUNC = ab_independence_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_independence(text, text) IS
	'are the variants of two experiments, of which each row has both, independent?';

CREATE TYPE ab_uniformity_result AS (
	n bigint,
	buckets bigint,
	bins bigint,
	statistic float8,
	df float8,
	p_value float8,
	worst_first bigint,
	worst_last bigint,
	worst_deviation_pct float8,
	note text
);
COMMENT ON TYPE ab_uniformity_result IS 'are units spread evenly over the buckets';
COMMENT ON COLUMN ab_uniformity_result.n IS 'rows with a bucket';
COMMENT ON COLUMN ab_uniformity_result.buckets IS 'number of buckets';
COMMENT ON COLUMN ab_uniformity_result.bins IS 'ranges of neighbouring buckets that were counted';
COMMENT ON COLUMN ab_uniformity_result.statistic IS 'Pearson''s chi-square of the bins';
COMMENT ON COLUMN ab_uniformity_result.df IS 'its degrees of freedom';
COMMENT ON COLUMN ab_uniformity_result.p_value IS
	'probability of counts so far from even ones; NULL where it cannot be tested';
COMMENT ON COLUMN ab_uniformity_result.worst_first IS 'first bucket of the bin that deviates most';
COMMENT ON COLUMN ab_uniformity_result.worst_last IS 'last bucket of the bin that deviates most';
COMMENT ON COLUMN ab_uniformity_result.worst_deviation_pct IS 'by how much, in percent of what is expected';
COMMENT ON COLUMN ab_uniformity_result.note IS 'why a column is NULL, or what was left out; NULL if nothing';

CREATE FUNCTION ab_uniformity_accum(bigint[], bucket bigint) RETURNS bigint[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_uniformity_accum(bigint[], bigint) IS 'aggregate transition function';

CREATE FUNCTION ab_uniformity_accum(bigint[], bucket bigint, buckets bigint) RETURNS bigint[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_uniformity_accum(bigint[], bigint, bigint) IS 'aggregate transition function';

CREATE FUNCTION ab_uniformity_accum(bigint[], bucket bigint, buckets bigint, bins bigint) RETURNS bigint[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_uniformity_accum(bigint[], bigint, bigint, bigint) IS 'aggregate transition function';

CREATE FUNCTION ab_uniformity_combine(bigint[], bigint[]) RETURNS bigint[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_uniformity_combine(bigint[], bigint[]) IS 'aggregate combine function';

CREATE FUNCTION ab_uniformity_final(bigint[]) RETURNS ab_uniformity_result
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_uniformity_final(bigint[]) IS 'aggregate final function';

CREATE AGGREGATE ab_uniformity(bucket bigint) (
	SFUNC = ab_uniformity_accum,
	STYPE = bigint[],
	SSPACE = 1024,
	COMBINEFUNC = ab_uniformity_combine,
	FINALFUNC = ab_uniformity_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_uniformity(bigint) IS 'are units spread evenly over the 10,000 buckets, in 100 bins?';

CREATE AGGREGATE ab_uniformity(bucket bigint, buckets bigint) (
	SFUNC = ab_uniformity_accum,
	STYPE = bigint[],
	SSPACE = 1024,
	COMBINEFUNC = ab_uniformity_combine,
	FINALFUNC = ab_uniformity_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_uniformity(bigint, bigint) IS
	'are units spread evenly over buckets 0 to buckets - 1, in at most 100 bins?';

CREATE AGGREGATE ab_uniformity(bucket bigint, buckets bigint, bins bigint) (
	SFUNC = ab_uniformity_accum,
	STYPE = bigint[],
	SSPACE = 8192,
	COMBINEFUNC = ab_uniformity_combine,
	FINALFUNC = ab_uniformity_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_uniformity(bigint, bigint, bigint) IS
	'are units spread evenly over buckets 0 to buckets - 1, in that many bins, at most 1000?';

CREATE TYPE ab_balance_result AS (
	variants bigint,
	n bigint,
	std_difference float8,
	lowest text,
	highest text,
	statistic float8,
	df_between float8,
	df_within float8,
	p_value float8,
	imbalance boolean,
	threshold float8,
	method text,
	note text
);
COMMENT ON TYPE ab_balance_result IS 'were the variants alike before the experiment';
COMMENT ON COLUMN ab_balance_result.variants IS 'number of variants';
COMMENT ON COLUMN ab_balance_result.n IS 'rows of all variants';
COMMENT ON COLUMN ab_balance_result.std_difference IS
	'largest difference of the means of two variants, in standard deviations (the root of their mean variance)';
COMMENT ON COLUMN ab_balance_result.lowest IS 'of those two the variant with the lower mean';
COMMENT ON COLUMN ab_balance_result.highest IS 'of those two the variant with the higher mean';
COMMENT ON COLUMN ab_balance_result.statistic IS 'F of Welch''s analysis of variance';
COMMENT ON COLUMN ab_balance_result.df_between IS 'degrees of freedom of the numerator of F';
COMMENT ON COLUMN ab_balance_result.df_within IS 'degrees of freedom of the denominator of F';
COMMENT ON COLUMN ab_balance_result.p_value IS
	'probability of means so far apart by chance; NULL where it cannot be tested';
COMMENT ON COLUMN ab_balance_result.imbalance IS 'p-value below the threshold; NULL without one';
COMMENT ON COLUMN ab_balance_result.threshold IS 'the threshold asked for';
COMMENT ON COLUMN ab_balance_result.method IS 'the test that was done, in words';
COMMENT ON COLUMN ab_balance_result.note IS 'why a column is NULL, or what was left out; NULL if nothing';

CREATE FUNCTION ab_balance(summary ab_summary, threshold float8 DEFAULT 0.001) RETURNS ab_balance_result
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_balance(ab_summary, float8) IS
	'were the variants of a summary alike, in what was measured before the experiment?';

CREATE FUNCTION ab_balance_final(ab_summary) RETURNS ab_balance_result
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_balance_final(ab_summary) IS 'aggregate final function';

CREATE AGGREGATE ab_balance(covariate float8, variant text) (
	SFUNC = ab_summary_accum,
	STYPE = ab_summary,
	SSPACE = 256,
	COMBINEFUNC = ab_summary_combine,
	FINALFUNC = ab_balance_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_balance(float8, text) IS
	'were the variants alike in what was measured before the experiment?';

CREATE AGGREGATE ab_balance(covariate boolean, variant text) (
	SFUNC = ab_summary_accum_boolean,
	STYPE = ab_summary,
	SSPACE = 256,
	COMBINEFUNC = ab_summary_combine,
	FINALFUNC = ab_balance_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_balance(boolean, text) IS
	'were the variants alike in a yes/no property from before the experiment?';
