-- rates of several variants, and tables of counts: chi-square

CREATE TYPE ab_chisquare_result AS (
	statistic float8,
	df float8,
	p_value float8,
	cramers_v float8,
	n bigint,
	method text,
	note text
);
COMMENT ON TYPE ab_chisquare_result IS 'a test of independence of the rows and columns of a table of counts';
COMMENT ON COLUMN ab_chisquare_result.statistic IS 'chi-square, or the likelihood ratio G';
COMMENT ON COLUMN ab_chisquare_result.df IS 'its degrees of freedom, (rows - 1) (columns - 1) of those that have counts';
COMMENT ON COLUMN ab_chisquare_result.p_value IS
	'probability of a table so far from independence; NULL where it cannot be tested';
COMMENT ON COLUMN ab_chisquare_result.cramers_v IS
	'Cramér''s V: the strength of the dependence, from 0 to 1, by Pearson''s chi-square';
COMMENT ON COLUMN ab_chisquare_result.n IS 'sum of the counts';
COMMENT ON COLUMN ab_chisquare_result.method IS 'the test that was done, in words';
COMMENT ON COLUMN ab_chisquare_result.note IS 'why a column is NULL, or what makes the test rough; NULL if nothing';

CREATE FUNCTION ab_chisquare_test(summary ab_summary, method text DEFAULT 'pearson') RETURNS ab_chisquare_result
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_chisquare_test(ab_summary, text) IS
	'are the rates of all variants of a summary of a yes/no outcome the same?';

CREATE FUNCTION ab_chisquare_test(observed float8[], method text DEFAULT 'pearson') RETURNS ab_chisquare_result
	AS 'MODULE_PATHNAME', 'ab_chisquare_test_counts' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_chisquare_test(float8[], text) IS
	'are the rows and the columns of a two-dimensional array of counts independent?';

-- Of the two above a literal or a parameter without a type could mean either;
-- PostgreSQL takes it for text where a function takes text.
CREATE FUNCTION ab_chisquare_test(observed text, method text DEFAULT 'pearson') RETURNS ab_chisquare_result
	AS 'MODULE_PATHNAME', 'ab_chisquare_test_text' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_chisquare_test(text, text) IS
	'the same of an array of counts written as a literal, such as ''{{20,80},{30,70}}''';
