-- sample-ratio mismatch on any day

CREATE FUNCTION ab_srm_sequential(observed bigint[], weights float8[] DEFAULT NULL,
								  threshold float8 DEFAULT 0.001) RETURNS ab_srm_result
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_srm_sequential(bigint[], float8[], float8) IS
	'sample-ratio mismatch of numbers of users against weights, by a test that holds on every day it is looked at; its statistic is the logarithm of a Bayes factor';

CREATE FUNCTION ab_srm_sequential(summary ab_summary, variants text[] DEFAULT NULL, weights float8[] DEFAULT NULL,
								  threshold float8 DEFAULT 0.001) RETURNS ab_srm_result
	AS 'MODULE_PATHNAME', 'ab_srm_sequential_summary' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_srm_sequential(ab_summary, text[], float8[], float8) IS
	'the same of a summary with one row a user, against weights of the variants named, or equal ones';

-- what a literal or a parameter without a type means
CREATE FUNCTION ab_srm_sequential(observed text, weights float8[] DEFAULT NULL,
								  threshold float8 DEFAULT 0.001) RETURNS ab_srm_result
	AS 'MODULE_PATHNAME', 'ab_srm_sequential_text' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_srm_sequential(text, float8[], float8) IS
	'the same of an array of numbers of users written as a literal, such as ''{6200,1550}''';
