-- tests with several looks

CREATE TYPE ab_look AS (
	look bigint,
	information float8,
	alpha_spent float8,
	nominal_alpha float8,
	z_bound float8,
	cross_null float8,
	cross_alternative float8,
	z_futility float8,
	futility_null float8,
	futility_alternative float8
);
COMMENT ON TYPE ab_look IS 'a look of a plan: its bounds, and how likely the experiment stops there';
COMMENT ON COLUMN ab_look.look IS 'which look, from 1';
COMMENT ON COLUMN ab_look.information IS 'the share of the planned users that it has';
COMMENT ON COLUMN ab_look.alpha_spent IS 'false positive rate up to and with this look';
COMMENT ON COLUMN ab_look.nominal_alpha IS 'alpha of the test of this look, by any reader; the smallest positive number, which no p-value is below, where nothing is spent';
COMMENT ON COLUMN ab_look.z_bound IS 'the same as a z in the direction tested: two-sided, stop beyond it on either side; NULL where nothing is spent';
COMMENT ON COLUMN ab_look.cross_null IS 'probability of first crossing the bound here, on either side, if there is no effect';
COMMENT ON COLUMN ab_look.cross_alternative IS
	'probability of first crossing it here in the direction of the effect that the power is for; NULL unless the last look is at information 1';
COMMENT ON COLUMN ab_look.z_futility IS 'the z on whose other side one may give up; NULL without futility bounds';
COMMENT ON COLUMN ab_look.futility_null IS 'probability of giving up here if there is no effect';
COMMENT ON COLUMN ab_look.futility_alternative IS 'the same if there is the effect that the power is for';

CREATE FUNCTION ab_spending(looks bigint DEFAULT NULL, information float8[] DEFAULT NULL, alpha float8 DEFAULT 0.05,
							alternative text DEFAULT 'two-sided', spending text DEFAULT 'obrien-fleming',
							parameter float8 DEFAULT NULL, power float8 DEFAULT 0.8, futility text DEFAULT 'none',
							futility_parameter float8 DEFAULT NULL) RETURNS SETOF ab_look
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 5 COST 50000;
COMMENT ON FUNCTION ab_spending(bigint, float8[], float8, text, text, float8, float8, text, float8) IS
	'bounds of a test with so many equal looks, or with looks at those shares of the planned users: alpha is spent over them by ''obrien-fleming'', ''pocock'', ''power'' or ''hsd'', or the bounds have the shape of ''wang-tsiatis''; futility bounds do not bind';

CREATE FUNCTION ab_inflation(looks bigint DEFAULT NULL, information float8[] DEFAULT NULL, alpha float8 DEFAULT 0.05,
							 alternative text DEFAULT 'two-sided', spending text DEFAULT 'obrien-fleming',
							 parameter float8 DEFAULT NULL, power float8 DEFAULT 0.8, futility text DEFAULT 'none',
							 futility_parameter float8 DEFAULT NULL) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000;
COMMENT ON FUNCTION ab_inflation(bigint, float8[], float8, text, text, float8, float8, text, float8) IS
	'by what the looks multiply the number of users: the sample size is ceil(ab_inflation(...) * ab_sample_size(...)) with the same alpha, alternative and power';

CREATE FUNCTION ab_expected_sample_share(looks bigint DEFAULT NULL, information float8[] DEFAULT NULL,
										 alpha float8 DEFAULT 0.05, alternative text DEFAULT 'two-sided',
										 spending text DEFAULT 'obrien-fleming', parameter float8 DEFAULT NULL,
										 power float8 DEFAULT 0.8, futility text DEFAULT 'none',
										 futility_parameter float8 DEFAULT NULL, effect float8 DEFAULT 1) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000;
COMMENT ON FUNCTION ab_expected_sample_share(bigint, float8[], float8, text, text, float8, float8, text, float8, float8) IS
	'mean number of users until the experiment stops, in those of a test with one look; effect is the true one in planned ones, 0 for none';

CREATE FUNCTION ab_peeking(looks bigint DEFAULT NULL, information float8[] DEFAULT NULL,
						   nominal_alpha float8[] DEFAULT '{0.05}', alternative text DEFAULT 'two-sided',
						   drift float8 DEFAULT 0) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50000;
COMMENT ON FUNCTION ab_peeking(bigint, float8[], float8[], text, float8) IS
	'probability that at least one of the looks has p below its level, one for all or one for each; drift is the expected z at information 1, 0 without an effect';
