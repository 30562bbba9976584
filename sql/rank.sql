-- every number against an independent source, by relative error
CREATE FUNCTION close(got float8, wanted float8, tolerance float8 DEFAULT 1e-12) RETURNS boolean LANGUAGE sql AS $$
	SELECT CASE WHEN wanted IS NULL OR got IS NULL THEN got IS NULL AND wanted IS NULL
				WHEN wanted = 0 THEN got = 0 ELSE abs(got / wanted - 1) < tolerance END
$$;
CREATE TABLE arm (name text, variant text, outcome float8);
INSERT INTO arm SELECT 'plain', 'control', unnest('{12.1,10.4,15.2,9.7,11.3,14.8,13.6,10.9,12.7,16.1}'::float8[]);
INSERT INTO arm SELECT 'plain', 'treatment', unnest('{13.9,17.2,12.4,18.5,15.9,14.1,19.3}'::float8[]);
INSERT INTO arm SELECT 'rating', variant, rating FROM (VALUES ('control', '{4,6,9,7,4}'::int[]), ('treatment', '{1,2,5,8,9}')) a(variant, counts), generate_series(1, 5) rating, generate_series(1, counts[rating]);
CREATE TABLE stored AS SELECT name, ab_histogram(outcome, variant) h FROM arm GROUP BY name;

-- Mann-Whitney; reference values: SciPy 1.17 mannwhitneyu(treatment, control)
SELECT w.name, w.alternative, w.method, w.continuity, close(r.p_value, w.p) AS p, r.statistic = w.u AS u, close(r.superiority, w.u / r.control_n / r.treatment_n) AS superiority, r.z IS NULL AS exact, r.significant = (w.p < 0.05) AS verdict, r.method
FROM (VALUES ('plain', 'two-sided', 'exact', true, 58.0::float8, 0.024989716166186754::float8),
	  ('plain', 'two-sided', 'auto', true, 58.0, 0.024989716166186754),
	  ('plain', 'two-sided', 'asymptotic', true, 58.0, 0.02810804014715179),
	  ('plain', 'two-sided', 'asymptotic', false, 58.0, 0.024795739680656508),
	  ('plain', 'less', 'exact', true, 58.0, 0.990744549568079),
	  ('plain', 'less', 'asymptotic', true, 58.0, 0.989086504980791),
	  ('plain', 'less', 'asymptotic', false, 58.0, 0.9876021301596718),
	  ('plain', 'greater', 'exact', true, 58.0, 0.012494858083093377),
	  ('plain', 'greater', 'asymptotic', true, 58.0, 0.014054020073575896),
	  ('plain', 'greater', 'asymptotic', false, 58.0, 0.012397869840328254),
	  ('rating', 'two-sided', 'auto', true, 520.5, 0.011760078554827875),
	  ('rating', 'two-sided', 'asymptotic', true, 520.5, 0.011760078554827875),
	  ('rating', 'two-sided', 'asymptotic', false, 520.5, 0.011473065824646612),
	  ('rating', 'less', 'asymptotic', true, 520.5, 0.9944038563400125),
	  ('rating', 'less', 'asymptotic', false, 520.5, 0.9942634670876767),
	  ('rating', 'greater', 'asymptotic', true, 520.5, 0.005880039277413937),
	  ('rating', 'greater', 'asymptotic', false, 520.5, 0.005736532912323306)) w(name, alternative, method, continuity, u, p)
JOIN stored USING (name), LATERAL ab_mannwhitney(h, alternative => w.alternative, method => w.method, use_continuity => w.continuity) r ORDER BY w.name COLLATE "C", w.alternative COLLATE "C", w.method COLLATE "C", w.continuity;
\x on
SELECT control, treatment, control_n, treatment_n, control_median, treatment_median, superiority, round(superiority_low::numeric, 12) AS low, round(superiority_high::numeric, 12) AS high, statistic, p_adjusted, significant, alpha, method, note
FROM (SELECT (ab_mannwhitney(outcome, variant)).* FROM arm GROUP BY name) x ORDER BY control_n;
\x off
-- complete separation: SciPy's p, 2 / C(24, 12) and 2 / C(1000, 8); the interval is not a point
SELECT close((ab_mannwhitney(i, CASE WHEN i > 12 THEN 'treatment' ELSE 'control' END)).p_value, 3.6584553538971e-05) AS normal FROM generate_series(1, 24) i;
SELECT close(r.p_value, 2 / 2704156.0::float8) AS p, close(r.superiority, 1) AS superiority, r.superiority_low > 0.5 AND r.superiority_low < 1 AS low, r.superiority_high
FROM (SELECT ab_histogram(i, CASE WHEN i > 12 THEN 'treatment' ELSE 'control' END) h FROM generate_series(1, 24) i) q, ab_mannwhitney(h, method => 'exact') r;
SELECT close(r.p_value, 2 / 24115080524699431125::float8) AS p, r.superiority, r.superiority_low, r.superiority_high < 0.5 AS high FROM (SELECT ab_histogram(i, CASE WHEN i > 992 THEN 'control' ELSE 'treatment' END) h FROM generate_series(1, 1000) i) q, ab_mannwhitney(h) r;

-- Kolmogorov-Smirnov; reference values: SciPy 1.17 ks_2samp(treatment, control)
SELECT w.name, w.alternative, w.method, close(r.statistic, w.d) AS d, r.statistic_location = w.location AS location, r.statistic_sign = w.sign AS sign, close(r.p_value, w.p) AS p, r.significant = (w.p < 0.05) AS verdict, r.note
FROM (VALUES ('plain', 'two-sided', 'exact', 0.5571428571428572::float8, 13.6::float8, -1, 0.11651583710407241::float8),
	  ('plain', 'two-sided', 'asymp', 0.5571428571428572, 13.6, -1, 0.10889958350687212),
	  ('plain', 'less', 'exact', 0.5571428571428572, 13.6, -1, 0.0582579185520362),
	  ('plain', 'less', 'asymp', 0.5571428571428572, 13.6, -1, 0.045928370052996687),
	  ('plain', 'greater', 'exact', 0.0, 19.3, 1, 1.0),
	  ('plain', 'greater', 'asymp', 0.0, 19.3, 1, 1.0),
	  ('rating', 'two-sided', 'auto', 0.31333333333333335, 3.0, -1, 0.11022708940114014),
	  ('rating', 'two-sided', 'asymp', 0.3133333333333333, 3.0, -1, 0.1015826738075103),
	  ('rating', 'less', 'exact', 0.31333333333333335, 3.0, -1, 0.05511795995879457),
	  ('rating', 'less', 'asymp', 0.3133333333333333, 3.0, -1, 0.050721056378708176),
	  ('rating', 'greater', 'exact', 0.0, 5.0, 1, 1.0)) w(name, alternative, method, d, location, sign, p)
JOIN stored USING (name), LATERAL ab_kolmogorov_smirnov(h, alternative => w.alternative, method => w.method) r ORDER BY w.name COLLATE "C", w.alternative COLLATE "C", w.method COLLATE "C";
-- many rows: the expansion of Pelz and Good, and Hodges' equation 5.3
SELECT a AS alternative, close(r.statistic, 0.01203333333333334, 1e-11) AS d, close(r.p_value, p, 1e-11) AS p, r.statistic_sign, r.method
FROM (SELECT ab_histogram(x, v) h FROM (SELECT i / 30000.0::float8, 'control' FROM generate_series(0, 29999) i UNION ALL SELECT i / 20000.0::float8 + 0.012, 'treatment' FROM generate_series(0, 19999) i) u(x, v)) q,
	 (VALUES ('two-sided', 0.06141025821433843), ('less', 0.030609104616937537)) w(a, p), LATERAL ab_kolmogorov_smirnov(h, alternative => a) r;
-- complete separation: 2 / C(24, 12), also where the asymptotic distribution says never
SELECT m AS method, close(r.p_value, 2 / 2704156.0::float8) AS p, r.statistic, r.statistic_location FROM (SELECT ab_histogram(i, CASE WHEN i > 12 THEN 'treatment' ELSE 'control' END) h FROM generate_series(1, 24) i) q, unnest('{auto,exact,asymp}'::text[]) m, ab_kolmogorov_smirnov(h, method => m) r;
-- 300 against 300, all apart: 2 / C(600, 300)
SELECT close(r.p_value, 1.4802978791996818088e-179, 1e-12) AS tail FROM (SELECT ab_histogram(i, CASE WHEN i > 300 THEN 'treatment' ELSE 'control' END) h FROM generate_series(1, 600) i) q, ab_kolmogorov_smirnov(h) r;

-- Wilcoxon; reference values: SciPy 1.17 wilcoxon(differences)
CREATE TABLE pair (name text, d float8);
INSERT INTO pair SELECT 'plain', unnest('{1.1,-0.4,2.3,0.9,-1.7,3.2,0.6,-0.2,1.9,2.8,-0.8,1.4}'::float8[]);
INSERT INTO pair SELECT 'zeros', unnest('{0,0,0,1,1,1,2,2,-1,-1,3,3,-2,4,5,0,1,2}'::float8[]);
INSERT INTO pair SELECT 'few', unnest('{0,1,1,-1,2,-2,3,3,4,0,1,-3}'::float8[]);
CREATE TABLE difference AS SELECT name, ab_paired_histogram(0, d) h FROM pair GROUP BY name;
SELECT count(*) AS values, bool_and(close(r.p_value, w.p)) AS p, bool_and(close(r.statistic, w.statistic)) AS statistic
FROM (VALUES ('plain', 'wilcox', 'two-sided', 'auto', false, 15.0::float8, 0.06396484375::float8),
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
	  ('few', 'zsplit', 'greater', 'auto', false, 54.5, 0.1298828125)) w(name, zero_method, alternative, method, correction, statistic, p)
JOIN difference USING (name), LATERAL ab_wilcoxon(h, alternative => w.alternative, method => w.method, zero_method => w.zero_method, correction => w.correction) r;
SELECT name, n, positive, negative, zeros, ties, median, rank_sum_positive AS plus, rank_sum_negative AS minus, round(rank_biserial::numeric, 4) AS biserial, statistic, round(z::numeric, 4) AS z, round(p_value::numeric, 4) AS p, significant, method
FROM (SELECT name, (ab_wilcoxon(0, d)).* FROM pair GROUP BY name) x ORDER BY name COLLATE "C";
-- the exact distribution of tied ranks: the signs of ten differences, one by one
WITH r AS (SELECT (row_number() OVER ())::int - 1 AS i, 2 * rank() OVER (ORDER BY abs(d)) + count(*) OVER (PARTITION BY abs(d)) - 1 AS twice FROM pair WHERE name = 'few' AND d <> 0),
	 signs AS (SELECT s, coalesce(sum(twice) FILTER (WHERE (s >> i) & 1 = 1), 0) AS w FROM generate_series(0, 1023) s, r GROUP BY s)
SELECT close(w.p_value, (SELECT avg((w >= 2 * rank_sum_positive)::int) FROM signs)) AS counted FROM difference, ab_wilcoxon(h, alternative => 'greater') w WHERE name = 'few';
-- a small tail keeps its digits, 1 / 2^900, and too many pairs are not exact
SELECT r.p_value = 2.0::float8 ^ -899 AS tail, r.method FROM (SELECT ab_paired_histogram(0, i) h FROM generate_series(1, 900) i) q, ab_wilcoxon(h, method => 'exact') r;
SELECT r.method, r.note FROM (SELECT ab_paired_histogram(i % 7, i) h FROM generate_series(1, 5000) i) q, ab_wilcoxon(h, method => 'exact') r;
-- differences are taken in decimal: 0.3 - 0.1 and 0.5 - 0.3 are tied
SELECT ties, n FROM (SELECT (ab_wilcoxon(c, t)).* FROM (VALUES (0.1::float8, 0.3::float8), (0.3, 0.5), (1.1, 1.3)) v(c, t)) x;

-- the sign test; reference values: SciPy 1.17 binomtest(8, 12)
SELECT a AS alternative, close(r.p_value, p) AS p, r.n, r.positive, r.negative, r.statistic, r.z, r.method
FROM difference, (VALUES ('two-sided', 0.3876953125), ('less', 0.927001953125), ('greater', 0.19384765625)) w(a, p), LATERAL ab_sign_test(h, alternative => a) r WHERE name = 'plain';
SELECT n, positive, negative, zeros, median, round(p_value::numeric, 4) AS p FROM (SELECT name, (ab_sign_test(0, d)).* FROM pair GROUP BY name) x ORDER BY name COLLATE "C";
-- ten thousand million pairs and more; reference values: mpmath, 50 digits
SELECT w.n, close(r.p_value, p, 1e-11) AS p
FROM (VALUES (10000000000, 5000100000, 0.045501343721087819806::float8), (10000000000, 5001500000, 9.8163093287228271196e-198), (1000000000000000, 500000100000000, 2.539629109526952705e-10)) w(n, positive, p),
	 LATERAL ab_sign_test(format('{"version": 1, "bits": 52, "arms": [{"variant": "pairs", "nonfinite": 0, "control": false, "min": -1, "max": 1, "values": [-1, 1], "counts": [%s, %s]}]}', w.n - w.positive, w.positive)::ab_histogram) r;

-- the ways to call it agree
SELECT count(DISTINCT p) AS p_values FROM (SELECT (ab_mannwhitney(outcome, variant)).p_value FROM arm WHERE name = 'rating' UNION ALL SELECT (ab_mannwhitney(outcome, variant, 'control')).p_value FROM arm WHERE name = 'rating'
	UNION ALL SELECT (ab_mannwhitney(outcome, variant, 'treatment')).p_value FROM arm WHERE name = 'rating' UNION ALL SELECT r.p_value FROM stored, ab_mannwhitney(h, treatment => 'control', control => 'treatment') r WHERE name = 'rating') x(p);
SELECT count(DISTINCT p) AS p_values FROM (SELECT (ab_kolmogorov_smirnov(outcome, variant)).p_value FROM arm WHERE name = 'rating' UNION ALL SELECT (ab_kolmogorov_smirnov(outcome, variant, 'treatment')).p_value FROM arm WHERE name = 'rating'
	UNION ALL SELECT r.p_value FROM stored, ab_kolmogorov_smirnov(h) r WHERE name = 'rating') x(p);
SELECT count(DISTINCT r.p_value) AS p_values FROM (SELECT h FROM difference WHERE name = 'few' UNION ALL SELECT ab_histogram(d, name) FROM pair WHERE name <> 'zeros') q, ab_wilcoxon(h, variant => CASE WHEN h::text LIKE '%plain%' THEN 'few' END) r;
-- turned round: the superiority is the other side's complement
SELECT close(a.superiority_low, 1 - b.superiority_high) AS low, close(a.superiority_high, 1 - b.superiority_low) AS high, a.z = -b.z AS z FROM stored, ab_mannwhitney(h, 'control') a, ab_mannwhitney(h, 'treatment') b WHERE name = 'rating';
-- merged from parts, and as a window
SELECT close(r.p_value, 0.011760078554827875) AS rollup FROM (SELECT ab_rollup(h) h FROM (SELECT ab_histogram(outcome, variant) h FROM arm WHERE name = 'rating' GROUP BY outcome) d) q, ab_mannwhitney(h) r;
SELECT i, round((ab_mannwhitney(sin(i), CASE WHEN i % 2 = 0 THEN 'control' ELSE 'treatment' END) OVER (ORDER BY i)).p_value::numeric, 4) AS p FROM generate_series(1, 6) i;

-- no interval contradicts its p-value: ties, sizes, methods, alternatives and levels; at alpha equal to p there is no verdict
SELECT count(*) > 4000 AS many, count(*) FILTER (WHERE (coalesce(r.superiority_low > 0.5, false) OR coalesce(r.superiority_high < 0.5, false)) <> r.significant) AS contradicts,
	   count(*) FILTER (WHERE r.significant <> (r.p_value < r.alpha)) AS p_contradicts, count(*) FILTER (WHERE r.significant) > 1000 AS both_occur,
	   count(*) FILTER (WHERE NOT (coalesce(r.superiority_low, 0) BETWEEN 0 AND r.superiority AND coalesce(r.superiority_high, 1) BETWEEN r.superiority AND 1) AND a = 'two-sided') AS outside
FROM generate_series(1, 40) k, LATERAL (SELECT ab_histogram(CASE WHEN k % 2 = 0 THEN floor(3 * sin(g * k)) ELSE sin(g * k) END + k / 25.0 * (g % 3 = 0)::int, CASE WHEN g % 3 = 0 THEN 'treatment' ELSE 'control' END) h FROM generate_series(1, 8 + k) g) q,
	 (VALUES ('auto', true), ('exact', true), ('asymptotic', true), ('asymptotic', false)) m(m, c), unnest('{two-sided,less,greater}'::text[]) a, LATERAL ab_mannwhitney(h, alternative => a, method => m, use_continuity => c) p,
	 unnest(ARRAY[1e-6, 0.001, 0.05, 0.1, 0.3, 0.5, 0.7, 0.95, least(p.p_value, 0.999), least(p.p_value * (1 + 1e-12), 0.999)]) l(alpha), LATERAL ab_mannwhitney(h, alpha => l.alpha, alternative => a, method => m, use_continuity => c) r;

-- data never raises
CREATE TABLE odd (kind text, variant text, v float8);
INSERT INTO odd VALUES ('one row each', 'control', 1), ('one row each', 'treatment', 2), ('equal', 'control', 1), ('equal', 'treatment', 1), ('equal', 'treatment', 1), ('NaN', 'control', 1), ('NaN', 'treatment', 'NaN'), ('NaN', 'treatment', 2),
	('infinity', 'control', 'Infinity'), ('infinity', 'treatment', 1), ('no treatment', 'control', 1), ('no treatment', 'control', 2), ('no control', 'treatment', 1), ('nothing counts', 'control', NULL), ('huge', 'control', -1e308), ('huge', 'treatment', 1e308), ('huge', 'treatment', 1.5e308);
SELECT kind, control_n, treatment_n, control_median, treatment_median, superiority AS s, superiority_low IS NOT NULL AS low, statistic, z, p_value, significant, note FROM (SELECT kind, (ab_mannwhitney(v, variant)).* FROM odd GROUP BY kind) x ORDER BY kind COLLATE "C";
SELECT kind, control_n, treatment_n, statistic, statistic_location AS location, statistic_sign AS sign, p_value, significant, note FROM (SELECT kind, (ab_kolmogorov_smirnov(v, variant)).* FROM odd GROUP BY kind) x ORDER BY kind COLLATE "C";
SELECT kind, n, positive, negative, zeros, median, rank_biserial AS biserial, statistic, p_value, significant, note FROM (SELECT kind, (ab_wilcoxon(0, v)).* FROM odd GROUP BY kind UNION ALL SELECT 'zeros', (ab_wilcoxon(v, v)).* FROM odd WHERE kind = 'equal' GROUP BY kind) x ORDER BY kind COLLATE "C";
SELECT kind, n, positive, negative, zeros, statistic, p_value, note FROM (SELECT kind, (ab_sign_test(0, v)).* FROM odd GROUP BY kind UNION ALL SELECT 'zeros', (ab_sign_test(v, v)).* FROM odd WHERE kind = 'equal' GROUP BY kind) x ORDER BY kind COLLATE "C";
SELECT note, control_n FROM ab_mannwhitney(NULL) UNION ALL SELECT note, control_n FROM ab_kolmogorov_smirnov(NULL) UNION ALL SELECT note, n FROM ab_wilcoxon(NULL) UNION ALL SELECT note, n FROM ab_sign_test(NULL)
UNION ALL SELECT note, control_n FROM (SELECT (ab_mannwhitney(v, variant)).* FROM odd WHERE false) x UNION ALL SELECT note, n FROM (SELECT (ab_wilcoxon(v, v)).* FROM odd WHERE false) x UNION ALL SELECT r.note, n FROM difference, ab_wilcoxon(h, variant => 'other') r WHERE name = 'few';
-- exact where it was asked for and cannot be
SELECT r.method, r.note FROM stored, ab_mannwhitney(h, method => 'exact') r WHERE name = 'rating';
SELECT r.method, r.note FROM (SELECT ab_histogram(i, CASE WHEN i % 2 = 0 THEN 'control' ELSE 'treatment' END) h FROM generate_series(1, 402) i) q, ab_mannwhitney(h, method => 'exact') r;
SELECT r.method, r.note FROM (SELECT ab_histogram(i, CASE WHEN i % 2 = 0 THEN 'control' ELSE 'treatment' END) h FROM generate_series(1, 20002) i) q, ab_kolmogorov_smirnov(h, method => 'exact', alternative => 'less') r;
-- a histogram of buckets: nearly the same, and the note says how nearly
CREATE TABLE many AS SELECT exp(sin(i)) AS x, CASE WHEN i % 3 = 0 THEN 'control' ELSE 'treatment' END AS v, rank() OVER (ORDER BY exp(sin(i))) AS rank FROM generate_series(1, 120000) i;
SELECT regexp_replace(r.note, '2\^-\d+', '2^-bits') AS note, abs(r.superiority - e.superiority) < 1e-4 AS superiority, r.control_median IS NOT NULL AS median
FROM (SELECT ab_histogram(x, v) h FROM many) q, ab_mannwhitney(h) r, (SELECT (sum(rank) - count(*) * (count(*) + 1) / 2) / count(*) / 40000 AS superiority FROM many WHERE v = 'treatment') e;
SELECT regexp_replace(r.note, '2\^-\d+', '2^-bits') AS note FROM (SELECT ab_histogram(x, v) h FROM many) q, ab_kolmogorov_smirnov(h) r;
SELECT regexp_replace(r.note, '2\^-\d+', '2^-bits') AS note, r.median IS NOT NULL AS median FROM (SELECT ab_histogram(x - 1, v) h FROM many) q, ab_wilcoxon(h, variant => 'control') r;

-- query mistakes do raise
CREATE FUNCTION error_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
	hint text;
BEGIN
	EXECUTE query;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN sqlstate || ': ' || sqlerrm || ' | ' || detail || ' | ' || hint;
END $$;
\t on
SELECT error_of($$SELECT ab_mannwhitney(outcome, name || variant) FROM arm$$);
SELECT error_of($$SELECT ab_mannwhitney(h, control => 'other') FROM stored$$);
SELECT error_of($$SELECT ab_mannwhitney(NULL, method => 'normal')$$);
SELECT error_of($$SELECT ab_mannwhitney(NULL, use_continuity => NULL)$$);
SELECT error_of($$SELECT ab_mannwhitney(NULL, alpha => 5)$$);
SELECT error_of($$SELECT ab_kolmogorov_smirnov(NULL, method => 'asymptotic')$$);
SELECT error_of($$SELECT ab_kolmogorov_smirnov(NULL, alternative => 'larger')$$);
SELECT error_of($$SELECT ab_wilcoxon(NULL, zero_method => 'drop')$$);
SELECT error_of($$SELECT ab_wilcoxon(NULL, correction => NULL)$$);
SELECT error_of($$SELECT ab_wilcoxon(ab_histogram(d, name)) FROM pair$$);
SELECT error_of($$SELECT ab_sign_test(ab_histogram(d, name), variant => 'v') FROM pair$$);
\t off

DROP FUNCTION error_of, close;
DROP TABLE arm, stored, pair, difference, odd, many;
