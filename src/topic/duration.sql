-- how long an experiment takes

CREATE FUNCTION ab_duration(n bigint, daily_users float8, split float8 DEFAULT 0.5) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_duration(bigint, float8, float8) IS
	'days until the control group has n users, of daily_users a day in both groups';
