-- sample-ratio mismatch

CREATE TYPE ab_srm_result AS (
	variants bigint,
	n bigint,
	statistic float8,
	df float8,
	p_value float8,
	mismatch boolean,
	threshold float8,
	method text,
	note text
);
COMMENT ON TYPE ab_srm_result IS 'numbers of users against the split intended: goodness of fit and verdict';
COMMENT ON COLUMN ab_srm_result.variants IS 'number of variants of positive weight';
COMMENT ON COLUMN ab_srm_result.n IS 'number of users';
COMMENT ON COLUMN ab_srm_result.statistic IS 'Pearson''s chi-square, also beside an exact test';
COMMENT ON COLUMN ab_srm_result.df IS 'degrees of freedom of chi-square';
COMMENT ON COLUMN ab_srm_result.p_value IS
	'probability of counts so far from the weights; NULL where it cannot be tested';
COMMENT ON COLUMN ab_srm_result.mismatch IS 'p-value below the threshold; NULL without one';
COMMENT ON COLUMN ab_srm_result.threshold IS 'the threshold asked for';
COMMENT ON COLUMN ab_srm_result.method IS 'the test that was done, in words';
COMMENT ON COLUMN ab_srm_result.note IS 'which variant deviates most, or why a column is NULL; NULL if nothing';

CREATE FUNCTION ab_srm(summary ab_summary, variants text[] DEFAULT NULL, weights float8[] DEFAULT NULL,
					   threshold float8 DEFAULT 0.001) RETURNS ab_srm_result
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_srm(ab_summary, text[], float8[], float8) IS
	'sample-ratio mismatch of a summary with one row a user, against weights of the variants named, or equal ones';

CREATE FUNCTION ab_srm(observed float8[], weights float8[] DEFAULT NULL,
					   threshold float8 DEFAULT 0.001) RETURNS ab_srm_result
	AS 'MODULE_PATHNAME', 'ab_srm_counts' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_srm(float8[], float8[], float8) IS
	'sample-ratio mismatch of numbers of users against weights, equal ones if NULL';

-- Of the two above a literal or a parameter without a type could mean either;
-- PostgreSQL takes it for text where a function takes text.
CREATE FUNCTION ab_srm(observed text, weights float8[] DEFAULT NULL,
					   threshold float8 DEFAULT 0.001) RETURNS ab_srm_result
	AS 'MODULE_PATHNAME', 'ab_srm_text' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_srm(text, float8[], float8) IS
	'the same of an array of numbers of users written as a literal, such as ''{6200,1550}''';
