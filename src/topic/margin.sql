-- non-inferiority, superiority by a margin, equivalence

CREATE FUNCTION ab_noninferiority(summary ab_summary, margin float8, direction text,
								  control text DEFAULT NULL, treatment text DEFAULT NULL,
								  alpha float8 DEFAULT 0.05, relative boolean DEFAULT false,
								  equal_var boolean DEFAULT false, test text DEFAULT 'auto') RETURNS ab_comparison
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_noninferiority(ab_summary, float8, text, text, text, float8, boolean, boolean, text) IS
	'one-sided test that the treatment is not worse than the control by the margin or more; of zeros and ones the score test, unless test is t';

CREATE FUNCTION ab_superiority(summary ab_summary, margin float8, direction text,
							   control text DEFAULT NULL, treatment text DEFAULT NULL,
							   alpha float8 DEFAULT 0.05, relative boolean DEFAULT false,
							   equal_var boolean DEFAULT false, test text DEFAULT 'auto') RETURNS ab_comparison
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_superiority(ab_summary, float8, text, text, text, float8, boolean, boolean, text) IS
	'one-sided test that the treatment is better than the control by more than the margin; of zeros and ones the score test, unless test is t';

CREATE FUNCTION ab_equivalence(summary ab_summary, margin float8 DEFAULT NULL,
							   control text DEFAULT NULL, treatment text DEFAULT NULL,
							   alpha float8 DEFAULT 0.05, relative boolean DEFAULT false,
							   equal_var boolean DEFAULT false, margin_low float8 DEFAULT NULL,
							   margin_high float8 DEFAULT NULL, test text DEFAULT 'auto') RETURNS ab_comparison
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_equivalence(ab_summary, float8, text, text, float8, boolean, boolean, float8, float8, text) IS
	'two one-sided tests that treatment and control differ by less than the margin, or the two margins; of zeros and ones score tests, unless test is t';
