-- randomising clusters

CREATE FUNCTION ab_design_effect(icc float8, cluster_size float8, cluster_size_cv float8 DEFAULT 0) RETURNS float8
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_design_effect(float8, float8, float8) IS
	'what randomising clusters instead of users multiplies the variance and the number of users by';

CREATE FUNCTION ab_clusters(n bigint, icc float8, cluster_size float8, cluster_size_cv float8 DEFAULT 0) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_clusters(bigint, float8, float8, float8) IS
	'clusters that are worth n independent users';
