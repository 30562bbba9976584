\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
-- clusters
SELECT what, close(effect, wanted) AS effect FROM (VALUES
	('equal', ab_design_effect(0.05, 20), 1.95::float8), ('unequal', ab_design_effect(0.05, 20, 0.4), 2.11))
	t(what, effect, wanted);
SELECT ab_design_effect(0.3, 1) AS of_one, ab_design_effect(0, 50, 2) AS unrelated;
SELECT what, clusters FROM (VALUES
	('clusters', ab_clusters(1000, 0.05, 20)), ('all alike', ab_clusters(1000, 1, 20)),
	('all different', ab_clusters(1000, 0, 20)), ('unknown', ab_clusters(NULL, 0, 20))) t(what, clusters);

-- errors
\t on
SELECT error_of('SELECT ab_' || call)
FROM (VALUES ('design_effect(-0.1, 10)'), ('design_effect(2, 10)'), ('design_effect(0.1, 0.5)'),
	('design_effect(0.1, 10, -1)'), ('design_effect(0.1, 1e300, 1e200)'), ('clusters(0, 0.1, 10)'),
	('clusters(10, NULL, 10)')) t(call);
\t off
