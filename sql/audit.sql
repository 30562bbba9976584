\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
-- 20,000 units, and what a log may have made of them
CREATE TABLE unit AS SELECT u, ab_assign('audit', u) AS predicted, ab_bucket('fate', u) / 100 AS fate
	FROM generate_series(1, 20000) u;
CREATE VIEW log AS
SELECT 'as predicted' AS story, u, predicted, predicted AS recorded FROM unit
UNION ALL SELECT 'a redirect loses 10% of treatment', u, predicted, predicted FROM unit WHERE predicted = 'control'
	OR fate >= 10
UNION ALL SELECT '10% of treatment fall back to control', u, predicted,
	CASE WHEN fate < 10 THEN 'control' ELSE predicted END FROM unit
UNION ALL SELECT 'both', u, predicted, CASE WHEN fate BETWEEN 10 AND 19 THEN 'control' ELSE predicted END FROM unit
	WHERE predicted = 'control' OR fate >= 10
UNION ALL SELECT '10% get the other one', u, predicted,
	CASE WHEN fate >= 10 THEN predicted WHEN predicted = 'control' THEN 'treatment' ELSE 'control' END FROM unit
UNION ALL SELECT 'another salt', u, ab_assign('audit2', u), predicted FROM unit;
SELECT story, n, moved, round(agreement_pct::numeric, 1) AS agree, p_value < 0.001 AS srm,
	selection_p_value < 0.001 AS selection,
	   reassignment_p_value < 0.001 AS reassignment, verdict, note
FROM (SELECT story, (ab_audit(recorded, predicted)).* FROM log GROUP BY story) t ORDER BY story;
-- the parts add up, exactly
SELECT story, variant, expected_pct, expected_n, predicted_n, recorded_n, mismatch, selection, reassignment,
	   mismatch = selection + reassignment AND mismatch = recorded_n - expected_n AS adds_up
FROM (SELECT story, ab_crosstab(recorded, predicted) AS s FROM log GROUP BY story) q, ab_audit_variants(s)
	ORDER BY story, variant;
-- weights, named
SELECT a.p_value = m.p_value AS as_srm, a.verdict
FROM (SELECT ab_crosstab(recorded, predicted) AS s, ab_summary(1, recorded) AS r
	  FROM (SELECT ab_assign('w', u, 0.2) AS predicted, ab_assign('w', u, 0.2) AS recorded FROM unit) t) q,
	ab_audit(s, ARRAY['control', 'treatment'], ARRAY[0.8, 0.2]) a,
	ab_srm(r, ARRAY['control', 'treatment'], ARRAY[0.8, 0.2]) m;
SELECT variant, expected_pct, expected_n FROM (SELECT ab_crosstab(recorded, predicted) AS s FROM log
	WHERE story = 'both') q,
	ab_audit_variants(s, '{treatment,control,none}', '{1,3,0}');
SELECT selection_p_value, verdict, note FROM (SELECT ab_crosstab(recorded, predicted) AS s FROM log
	WHERE story = 'as predicted') q,
	ab_audit(s, '{treatment,control}', '{1,0}');
-- three variants that exchange units in a circle have the same totals; two of them that do not exchange, no
CREATE FUNCTION audit(counts int[]) RETURNS ab_audit_result LANGUAGE sql AS $$
	SELECT ab_audit(recorded, predicted)
	FROM generate_subscripts(counts, 1) i, generate_subscripts(counts, 2) j, generate_series(1, counts[i][j]),
		LATERAL (SELECT chr(96 + i), chr(96 + j)) t(recorded, predicted)
$$;
SELECT n, moved, reassignment_p_value, verdict FROM audit('{{100,5,0},{0,100,5},{5,0,100}}');
-- SciPy: chi2.sf(d' V^-1 d, 2) of the table with d = (15, -11, -4) and V = [[25, -15], [-15, 35]]; binomtest(10, 11)
SELECT moved, close(reassignment_p_value, 0.010286498417184594) AS stuart
	FROM audit('{{100,12,8},{3,100,9},{2,11,100}}');
SELECT moved, close(reassignment_p_value, 0.01171875) AS exact FROM audit('{{50,10},{1,50}}');
-- rows without one of the two, no rows, one variant
SELECT n, moved, verdict, note FROM (SELECT (ab_audit(r, p)).* FROM (VALUES ('a', 'a'), ('b', 'b'), (NULL, 'a'),
	('a', NULL), ('b', NULL), (NULL, NULL)) t(r, p)) t;
SELECT n, moved, p_value, verdict, threshold, note FROM (SELECT (ab_audit(r, p)).* FROM (VALUES ('a', 'a')) t(r, p)
	WHERE false) t;
SELECT n, moved, agreement_pct, agreement_p_value, p_value, verdict, note FROM (SELECT (ab_audit('a', 'a')).*
	FROM unit) t;
SELECT n, moved, agreement_pct, agreement_p_value, p_value, verdict, note FROM (SELECT (ab_audit('a', 'b')).*
	FROM unit) t;
SELECT count(*) FROM ab_audit_variants(NULL);
-- both parts a little, together too much
SELECT moved, p_value < 0.001 AS srm, selection_p_value < 0.001 AS selection,
	reassignment_p_value < 0.001 AS reassignment, verdict, note FROM audit('{{5155,10},{0,4835}}');
-- few rows
SELECT n, moved, p_value, verdict, note FROM audit('{{2,0},{1,2}}');
-- errors
\t on
SELECT error_of($$SELECT ab_audit(ab_summary(1, 'a'))$$);
SELECT error_of($$SELECT ab_audit(ab_crosstab('a', 'b'), NULL, '{1,1}')$$);
SELECT error_of($$SELECT ab_audit(ab_crosstab('a', 'b'), '{a}', '{1}')$$);
SELECT error_of($$SELECT ab_audit(ab_crosstab('a', 'b'), '{a,a}')$$);
SELECT error_of($$SELECT ab_audit(ab_crosstab('a', 'b'), '{a,b}', '{1}')$$);
SELECT error_of($$SELECT ab_audit(ab_crosstab('a', 'b'), '{}')$$);
SELECT error_of($$SELECT ab_audit(ab_crosstab('a', 'b'), threshold => 1)$$);
SELECT error_of($$SELECT ab_audit_variants(ab_crosstab('a', 'b'), '{a,b}', '{-1,1}')$$);
SELECT error_of($$SELECT ab_audit(ab_crosstab(u::text, (u + 1)::text)) FROM generate_series(1, 300) u$$);
\t off
-- the same in a parallel plan
\set one 'SELECT (ab_audit(CASE WHEN fate > 20 THEN predicted ELSE ''control'' END, predicted)).* FROM unit'
ANALYZE unit;
CREATE TABLE serial AS :one;
SET min_parallel_table_scan_size = 0;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SELECT a = b AS same FROM (:one) a, serial b;
RESET ALL;
DROP FUNCTION audit;
DROP VIEW log;
DROP TABLE unit, serial;
