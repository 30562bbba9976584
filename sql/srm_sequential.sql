\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
-- ln of the mean of the Bayes factors with 100 and with 10000 users' worth of prior: mpmath, 40 digits
SELECT observed, close(statistic, wanted, 1e-11) AS statistic, close(p_value, least(1, exp(-wanted)), 1e-11) AS p,
	   mismatch, note
FROM (VALUES
	('{6200,1550}'::bigint[], '{0.8,0.2}'::float8[], -0.8405429184744928::float8),
	('{6200,1250}', '{0.8,0.2}', 22.08603613052654),
	('{5000,5300}', '{1,1}', 1.935548766211542),
	('{500000,503000}', NULL, 1.539653392989009),
	('{400000000,400010000,200005000}', '{0.4,0.4,0.2}', -12.12129969985321),
	('{3,0}', NULL, 0.01489006091636149), ('{0,2,1}', '{2,1,1}', 0.004794819454011615)) t(observed, weights, wanted),
	ab_srm_sequential(observed, weights);
-- a summary, the text of an array, and other orders of the variants give the same
SELECT count(*), close(max(p_value), min(p_value), 1e-11) AS p, count(DISTINCT n)
FROM (SELECT ab_summary(1, CASE WHEN i % 9 < 6 THEN 'control' ELSE 'treatment' END) AS s
	  FROM generate_series(1, 9000) i) q,
	 LATERAL (SELECT * FROM ab_srm_sequential(s, '{control,treatment}', '{0.7,0.3}')
			  UNION ALL SELECT * FROM ab_srm_sequential(s, '{treatment,control}', '{3,7}')
			  UNION ALL SELECT * FROM ab_srm_sequential('{6000,3000}', '{0.7,0.3}')
			  UNION ALL SELECT * FROM ab_srm_sequential(ARRAY[6000, 3000], ARRAY[0.7, 0.3])) r;
SELECT p_value < 1e-100, mismatch, note
FROM (SELECT ab_summary(1, CASE WHEN i % 9 < 6 THEN 'control' ELSE 'treatment' END) AS s
	  FROM generate_series(1, 9000) i) q,
	 ab_srm_sequential(s);
-- every day of a log: the smallest p so far counts
SELECT day, round(p_value::numeric, 6) AS p, round(min(p_value) OVER (ORDER BY day)::numeric, 6) AS ever, mismatch
FROM (SELECT day, sum(c) OVER (ORDER BY day) AS c, sum(t) OVER (ORDER BY day) AS t
	  FROM (VALUES (1, 5000, 5110), (2, 5000, 5120), (3, 5000, 5140), (4, 5000, 5160)) d(day, c, t)) d,
	 ab_srm_sequential(ARRAY[c, t]::bigint[]);
-- data
SELECT observed, weights, variants, n, statistic, p_value, mismatch, note
FROM (VALUES ('{}'::bigint[], NULL::float8[]), (NULL, NULL), ('{0,0}', NULL), ('{7}', NULL), ('{5,1}', '{1,0}'),
	('{5,0,5}', '{1,0,1}'), ('{1,1}', '{1e300,1e-300}'), ('{9007199254740990,2}', NULL),
	('{9007199254740992,1}', NULL), ('{9223372036854775807,1}', NULL), ('{4503599627370496,4503599627370496}', NULL))
	t(observed, weights), ab_srm_sequential(observed, weights);
-- mistakes of a call
SELECT error_of(q) FROM unnest(ARRAY[
	'SELECT ab_srm_sequential(ARRAY[1, -1])', 'SELECT ab_srm_sequential(ARRAY[1, NULL])',
	'SELECT ab_srm_sequential(ARRAY[1, 1], ARRAY[1])', 'SELECT ab_srm_sequential(ARRAY[1, 1], ARRAY[0, 0])',
	'SELECT ab_srm_sequential(ARRAY[1, 1], ARRAY[1, -1])', 'SELECT ab_srm_sequential(ARRAY[[1, 1]])',
	'SELECT ab_srm_sequential(ARRAY[1, 1], threshold => 0)', 'SELECT ab_srm_sequential(ARRAY[1, 1], threshold => 1)',
	'SELECT ab_srm_sequential(''{a}'')', 'SELECT ab_srm_sequential(''{1.5,2}'')',
	'SELECT ab_srm_sequential(ab_summary(1, ''a''), ARRAY[''a''])',
	'SELECT ab_srm_sequential(ab_summary(1, ''a''), ARRAY[''b''], ARRAY[1])']) q;
