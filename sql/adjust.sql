\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
-- ab_adjust; reference values: R 4.2 p.adjust, statsmodels 0.13 multipletests (sidak)
SELECT method,
	   all_close(ab_adjust('{0.01,0.04,0.03,NULL,0.005,0.55,0.6,0.03,1,0}', method), adjusted, 1e-15) AS adjusted
FROM (VALUES
	('none', '{0.01,0.04,0.03,NULL,0.005,0.55,0.6,0.03,1,0}'::float8[]),
	('bonferroni', '{0.09,0.36,0.27,NULL,0.045,1,1,0.27,1,0}'),
	('sidak', '{0.0864827525163591,0.3074660041755197,0.23976894134543478,NULL,0.04411042164244031,
		0.9992433193574218,0.999737856,0.23976894134543478,1,0}'),
	('holm', '{0.07,0.18,0.18,NULL,0.04,1,1,0.18,1,0}'),
	('hochberg', '{0.07,0.16,0.15,NULL,0.04,1,1,0.15,1,0}'),
	('hommel', '{0.07,0.16,0.12,NULL,0.04,1,1,0.12,1,0}'),
	('holm-sidak', '{0.06793465209301,0.16702799507100002,0.16702799507100002,NULL,
		0.039306956424563125,0.908875,0.908875,0.16702799507100002,1.0,0.0}'),
	('hochberg-sidak', '{0.06793465209301,0.15065344,0.14126597429999999,NULL,
		0.039306956424563125,0.84,0.84,0.14126597429999999,1.0,0.0}'),
	('bh', '{0.03,0.06,0.054,NULL,0.0225,0.675,0.675,0.054,1,0}'),
	('by', '{0.08486904761904762,0.16973809523809524,0.15276428571428574,NULL,0.06365178571428573,
		1,1,0.15276428571428574,1,0}')) t(method, adjusted);
SELECT ab_adjust('{0.01,0.04}') = ab_adjust('{0.01,0.04}', 'holm') AS default_is_holm, ab_adjust('{}') AS empty,
	   ab_adjust(NULL) IS NULL AS none, ab_adjust('{NULL,NULL}') AS nulls, ab_adjust('{0.3}', 'hommel') AS single;
SELECT ab_adjust('[5:6]={0.01,0.04}') AS subscripts, ab_adjust('{1e-300,1e-320}', 'sidak') AS tails;
-- order of the input does not matter
SELECT method, ab_adjust(up, method) =
	   (SELECT array_agg(p ORDER BY i DESC) FROM unnest(ab_adjust(down, method)) WITH ORDINALITY t(p, i)) AS same
FROM unnest('{sidak,holm,hochberg,hommel,holm_sidak,hochberg_sidak,bh,by}'::text[]) method,
	 (SELECT array_agg((i / 1000.0::float8) ^ 3 ORDER BY i) up, array_agg((i / 1000.0::float8) ^ 3 ORDER BY i DESC) down
	  FROM generate_series(1, 1000) i) a ORDER BY 1;

-- the level of each of several comparisons
SELECT ab_adjusted_alpha(0.05, 10) AS bonferroni,
	   close(ab_adjusted_alpha(0.05, 10, 'sidak'), 0.005116196891823701) AS sidak,
	   close(ab_adjusted_alpha(1e-18, 10, 'sidak'), 1e-19) AS tiny, ab_adjusted_alpha(0.05, 1, 'sidak') AS alone,
	   ab_sample_size(0.75, 0.05, alpha => ab_adjusted_alpha(0.05, 3)) AS users;

-- query mistakes do raise
\t on
SELECT error_of($$SELECT ab_adjust('{0.1}', 'dunnett')$$);
SELECT error_of($$SELECT ab_adjust('{0.1}', 'BH')$$);
SELECT error_of($$SELECT ab_adjust(NULL, NULL)$$);
SELECT error_of($$SELECT ab_adjust('{0.1,1.5}')$$);
SELECT error_of($$SELECT ab_adjust('{0.1,NaN}')$$);
SELECT error_of($$SELECT ab_adjust('{{0.1,0.2},{0.3,0.4}}')$$);
SELECT error_of('SELECT ab_adjusted_alpha(' || arguments || ')')
FROM (VALUES ('0, 3'), ('0.05, 0'), ('0.05, NULL'), ('0.05, 3, ''holm''')) t(arguments);
\t off
