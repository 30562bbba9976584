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
