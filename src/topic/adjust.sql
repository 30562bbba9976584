-- p-values and levels adjusted for the number of comparisons

CREATE FUNCTION ab_adjust(p float8[], correction text DEFAULT 'holm') RETURNS float8[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_adjust(float8[], text) IS
	'p-values adjusted for their number, in the same places';

CREATE FUNCTION ab_adjusted_alpha(alpha float8, comparisons bigint, correction text DEFAULT 'bonferroni') RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_adjusted_alpha(float8, bigint, text) IS
	'significance level of each of several comparisons that together keep alpha';
