\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
-- Wilcoxon; reference values: SciPy 1.17 wilcoxon(differences)
CREATE TABLE pair (name text, d float8);
INSERT INTO pair SELECT 'plain', unnest('{1.1,-0.4,2.3,0.9,-1.7,3.2,0.6,-0.2,1.9,2.8,-0.8,1.4}'::float8[]);
INSERT INTO pair SELECT 'zeros', unnest('{0,0,0,1,1,1,2,2,-1,-1,3,3,-2,4,5,0,1,2}'::float8[]);
INSERT INTO pair SELECT 'few', unnest('{0,1,1,-1,2,-2,3,3,4,0,1,-3}'::float8[]);
CREATE TABLE difference AS SELECT name, ab_paired_histogram(0, d) h FROM pair GROUP BY name;
SELECT name, zero_method AS zeros, w.alternative, w.method AS how, w.correction AS c, close(r.p_value, w.p) AS p,
	   close(r.statistic, w.statistic) AS statistic
FROM (VALUES
	('plain', 'wilcox', 'two-sided', 'auto', false, 15.0::float8, 0.06396484375::float8),
	('plain', 'wilcox', 'two-sided', 'exact', false, 15.0, 0.06396484375),
	('plain', 'wilcox', 'two-sided', 'asymptotic', false, 15.0, 0.05973901545539241),
	('plain', 'wilcox', 'two-sided', 'asymptotic', true, 15.0, 0.06525725678295907),
	('plain', 'wilcox', 'less', 'auto', false, 63.0, 0.973876953125),
	('plain', 'wilcox', 'less', 'asymptotic', false, 63.0, 0.9701304922723037),
	('plain', 'wilcox', 'greater', 'auto', false, 63.0, 0.031982421875),
	('plain', 'wilcox', 'greater', 'asymptotic', false, 63.0, 0.029869507727696205),
	('plain', 'wilcox', 'greater', 'asymptotic', true, 63.0, 0.032628628391479536),
	('zeros', 'wilcox', 'two-sided', 'auto', false, 15.5, 0.018798525470478503),
	('zeros', 'wilcox', 'two-sided', 'asymptotic', true, 15.5, 0.02046278587851422),
	('zeros', 'wilcox', 'less', 'asymptotic', false, 89.5, 0.9906007372647607),
	('zeros', 'wilcox', 'greater', 'asymptotic', false, 89.5, 0.009399262735239252),
	('zeros', 'wilcox', 'greater', 'asymptotic', true, 89.5, 0.01023139293925711),
	('zeros', 'pratt', 'two-sided', 'asymptotic', false, 27.5, 0.019401270077687254),
	('zeros', 'pratt', 'two-sided', 'asymptotic', true, 27.5, 0.020575980529842886),
	('zeros', 'pratt', 'less', 'asymptotic', false, 133.5, 0.9902993649611563),
	('zeros', 'pratt', 'greater', 'asymptotic', true, 133.5, 0.010287990264921443),
	('zeros', 'zsplit', 'two-sided', 'asymptotic', false, 32.5, 0.02014451510497864),
	('zeros', 'zsplit', 'two-sided', 'asymptotic', true, 32.5, 0.021350738009962147),
	('zeros', 'zsplit', 'less', 'asymptotic', false, 138.5, 0.9899277424475107),
	('zeros', 'zsplit', 'greater', 'asymptotic', true, 138.5, 0.010675369004981073),
	('few', 'wilcox', 'two-sided', 'auto', false, 16.0, 0.29296875),
	('few', 'wilcox', 'less', 'auto', false, 39.0, 0.8857421875),
	('few', 'wilcox', 'greater', 'auto', false, 39.0, 0.146484375),
	('few', 'pratt', 'two-sided', 'auto', false, 22.0, 0.259765625),
	('few', 'pratt', 'less', 'auto', false, 53.0, 0.896484375),
	('few', 'pratt', 'greater', 'exact', false, 53.0, 0.1298828125),
	('few', 'zsplit', 'two-sided', 'auto', false, 23.5, 0.259765625),
	('few', 'zsplit', 'less', 'exact', false, 54.5, 0.896484375),
	('few', 'zsplit', 'greater', 'auto', false, 54.5, 0.1298828125))
	w(name, zero_method, alternative, method, correction, statistic, p)
	JOIN difference USING (name),
	LATERAL ab_wilcoxon(h, alternative => w.alternative, method => w.method, zero_method => w.zero_method,
						continuity => w.correction) r
ORDER BY name COLLATE "C", w.zero_method COLLATE "C", w.alternative COLLATE "C", w.method COLLATE "C", w.correction;
SELECT name, n, positive, negative, zeros, ties, median, rank_sum_positive AS plus, rank_sum_negative AS minus,
	   round(rank_biserial::numeric, 4) AS biserial, statistic
FROM (SELECT name, (ab_wilcoxon(0, d)).* FROM pair GROUP BY name) x ORDER BY name COLLATE "C";
SELECT name, round(z::numeric, 4) AS z, round(p_value::numeric, 4) AS p, significant, method
FROM (SELECT name, (ab_wilcoxon(0, d)).* FROM pair GROUP BY name) x ORDER BY name COLLATE "C";
-- the exact distribution of tied ranks: the signs of ten differences, one by one
WITH r AS (SELECT (row_number() OVER ())::int - 1 AS i,
				  2 * rank() OVER (ORDER BY abs(d)) + count(*) OVER (PARTITION BY abs(d)) - 1 AS twice
		   FROM pair WHERE name = 'few' AND d <> 0),
	 signs AS (SELECT s, coalesce(sum(twice) FILTER (WHERE (s >> i) & 1 = 1), 0) AS w
			   FROM generate_series(0, 1023) s, r GROUP BY s)
SELECT close(w.p_value, (SELECT avg((w >= 2 * rank_sum_positive)::int) FROM signs)) AS counted
FROM difference, ab_wilcoxon(h, alternative => 'greater') w WHERE name = 'few';
-- a small tail keeps its digits, 1 / 2^900, and too many pairs are not exact
SELECT r.p_value = 2.0::float8 ^ -899 AS tail, r.method
FROM (SELECT ab_paired_histogram(0, i) h FROM generate_series(1, 900) i) q, ab_wilcoxon(h, method => 'exact') r;
SELECT r.method, r.note
FROM (SELECT ab_paired_histogram(i % 7, i) h FROM generate_series(1, 5000) i) q, ab_wilcoxon(h, method => 'exact') r;
-- differences are taken in decimal: 0.3 - 0.1 and 0.5 - 0.3 are tied
SELECT ties, n
FROM (SELECT (ab_wilcoxon(c, t)).* FROM (VALUES (0.1::float8, 0.3::float8), (0.3, 0.5), (1.1, 1.3)) v(c, t)) x;

-- the sign test; reference values: SciPy 1.17 binomtest(8, 12)
SELECT a AS alternative, close(r.p_value, p) AS p, r.n, r.positive, r.negative, r.statistic, r.z, r.method
FROM difference, (VALUES ('two-sided', 0.3876953125), ('less', 0.927001953125), ('greater', 0.19384765625)) w(a, p),
	 LATERAL ab_sign_test(h, alternative => a) r WHERE name = 'plain';
SELECT n, positive, negative, zeros, median, round(p_value::numeric, 4) AS p
FROM (SELECT name, (ab_sign_test(0, d)).* FROM pair GROUP BY name) x ORDER BY name COLLATE "C";

-- the ways to call it agree
SELECT count(DISTINCT r.p_value) AS p_values
FROM (SELECT h FROM difference WHERE name = 'few'
	  UNION ALL SELECT ab_histogram(d, name) FROM pair WHERE name <> 'zeros') q,
	 ab_wilcoxon(h, variant => CASE WHEN h::text LIKE '%plain%' THEN 'few' END) r;

-- data never raises
CREATE TABLE odd (kind text, v float8);
INSERT INTO odd VALUES
	('one row', 1), ('equal', 1), ('equal', 1), ('equal', 1), ('NaN', 1), ('NaN', 'NaN'), ('NaN', 2),
	('infinity', 'Infinity'), ('infinity', 1), ('two rows', 1), ('two rows', 2), ('nothing counts', NULL),
	('huge', -1e308), ('huge', 1e308), ('huge', 1.5e308);
SELECT kind, n, positive, negative, zeros, median, rank_biserial AS biserial, statistic, p_value, significant, note
FROM (SELECT kind, (ab_wilcoxon(0, v)).* FROM odd GROUP BY kind
	  UNION ALL SELECT 'zeros', (ab_wilcoxon(v, v)).* FROM odd WHERE kind = 'equal' GROUP BY kind) x
ORDER BY kind COLLATE "C";
SELECT kind, n, positive, negative, zeros, statistic, p_value, note
FROM (SELECT kind, (ab_sign_test(0, v)).* FROM odd GROUP BY kind
	  UNION ALL SELECT 'zeros', (ab_sign_test(v, v)).* FROM odd WHERE kind = 'equal' GROUP BY kind) x
ORDER BY kind COLLATE "C";
SELECT note, n FROM ab_wilcoxon(NULL) UNION ALL SELECT note, n FROM ab_sign_test(NULL)
UNION ALL SELECT note, n FROM (SELECT (ab_wilcoxon(v, v)).* FROM odd WHERE false) x
UNION ALL SELECT r.note, n FROM difference, ab_wilcoxon(h, variant => 'other') r WHERE name = 'few';
-- a histogram of buckets: the note says how nearly
SELECT regexp_replace(r.note, '2\^-\d+', '2^-bits') AS note, r.median IS NOT NULL AS median
FROM (SELECT ab_histogram(exp(sin(i)) - 1, CASE WHEN i % 3 = 0 THEN 'control' ELSE 'treatment' END) h
	  FROM generate_series(1, 120000) i) q, ab_wilcoxon(h, variant => 'control') r;

-- query mistakes do raise
\t on
SELECT error_of($$SELECT ab_wilcoxon(NULL, zero_method => 'drop')$$);
SELECT error_of($$SELECT ab_wilcoxon(NULL, continuity => NULL)$$);
SELECT error_of($$SELECT ab_wilcoxon(ab_histogram(d, name)) FROM pair$$);
SELECT error_of($$SELECT ab_sign_test(ab_histogram(d, name), variant => 'v') FROM pair$$);
\t off

DROP TABLE pair, difference, odd;
