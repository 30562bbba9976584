\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
-- days
SELECT what, days FROM (VALUES
	('split', ab_duration(6200, 550, 0.2)), ('whole', ab_duration(1000, 100)), ('one more', ab_duration(1001, 100)),
	('rounding', ab_duration(10, 100, 0.9)), ('at once', ab_duration(1, 1e300)),
	('from a size', ab_duration(ab_sample_size(0.75, 0.05, ratio => 0.2 / 0.8), 500, 0.2)),
	('unknown', ab_duration(NULL, 10))) t(what, days);
-- errors
\t on
SELECT error_of('SELECT ab_' || call)
FROM (VALUES ('duration(0, 10)'), ('duration(10, 0)'), ('duration(10, NULL)'), ('duration(10, 10, 0)'),
	('duration(10, 10, 1)'), ('duration(10, 1e-300)')) t(call);
\t off
