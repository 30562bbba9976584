-- rates of events per exposure

CREATE FUNCTION ab_rate_test(summary ab_summary, control text DEFAULT NULL, treatment text DEFAULT NULL,
							 alpha float8 DEFAULT 0.05, alternative text DEFAULT 'two-sided',
							 method text DEFAULT 'exact') RETURNS ab_comparison
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_rate_test(ab_summary, text, text, float8, text, text) IS
	'two Poisson rates, events per exposure: exact, mid-p, score, sqrt or wald';
