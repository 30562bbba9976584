-- rates of events per exposure

CREATE FUNCTION ab_poisson_test(summary ab_summary, control text DEFAULT NULL, treatment text DEFAULT NULL,
							 alpha float8 DEFAULT 0.05, alternative text DEFAULT 'two-sided',
							 method text DEFAULT 'exact', null_ratio float8 DEFAULT 1) RETURNS ab_comparison
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_poisson_test(ab_summary, text, text, float8, text, text, float8) IS
	'two Poisson rates, events per exposure: exact, mid-p, score, sqrt or wald; null_ratio is the ratio treatment / control that is tested';

CREATE FUNCTION ab_poisson_test_final(ab_summary) RETURNS ab_comparison
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_poisson_test_final(ab_summary) IS 'aggregate final function';

CREATE AGGREGATE ab_poisson_test(events float8, exposure float8, variant text) (
	SFUNC = ab_summary_accum2,
	STYPE = ab_summary,
	SSPACE = 512,
	COMBINEFUNC = ab_summary_combine,
	FINALFUNC = ab_poisson_test_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_poisson_test(float8, float8, text) IS
	'exact conditional test of two Poisson rates, events per exposure, a row per unit';

-- What a literal or a parameter without a type means, which could be a summary
-- or the outcome of a row.
CREATE FUNCTION ab_poisson_test(summary text, control text, treatment text) RETURNS ab_comparison
	AS 'MODULE_PATHNAME', 'ab_poisson_test_text' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_poisson_test(text, text, text) IS
	'the same from the text of a summary, such as a parameter without a type';
