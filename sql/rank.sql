\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
CREATE TABLE arm (name text, variant text, outcome float8);
INSERT INTO arm SELECT 'plain', 'control', unnest('{12.1,10.4,15.2,9.7,11.3,14.8,13.6,10.9,12.7,16.1}'::float8[]);
INSERT INTO arm SELECT 'plain', 'treatment', unnest('{13.9,17.2,12.4,18.5,15.9,14.1,19.3}'::float8[]);
INSERT INTO arm SELECT 'rating', variant, rating
FROM (VALUES ('control', '{4,6,9,7,4}'::int[]), ('treatment', '{1,2,5,8,9}')) a(variant, counts),
	 generate_series(1, 5) rating, generate_series(1, counts[rating]);
CREATE TABLE stored AS SELECT name, ab_histogram(outcome, variant) h FROM arm GROUP BY name;

-- Mann-Whitney; reference values: SciPy 1.17 mannwhitneyu(treatment, control)
CREATE TABLE wanted (name text, alternative text, method text, continuity boolean, u float8, p float8);
INSERT INTO wanted VALUES
	('plain', 'two-sided', 'exact', true, 58.0, 0.024989716166186754),
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
	('rating', 'greater', 'asymptotic', false, 520.5, 0.005736532912323306);
SELECT w.name, w.alternative, w.method, w.continuity, close(r.p_value, w.p) AS p, r.statistic = w.u AS u,
	   close(r.superiority, w.u / r.control_n / r.treatment_n) AS superiority, r.z IS NULL AS exact,
	   r.significant = (w.p < 0.05) AS verdict
FROM wanted w JOIN stored USING (name),
	 ab_mannwhitney(h, alternative => w.alternative, method => w.method, continuity => w.continuity) r
ORDER BY w.name COLLATE "C", w.alternative COLLATE "C", w.method COLLATE "C", w.continuity;
SELECT w.name, w.method AS how, w.continuity, r.method
FROM wanted w JOIN stored USING (name),
	 ab_mannwhitney(h, alternative => w.alternative, method => w.method, continuity => w.continuity) r
ORDER BY w.name COLLATE "C", w.alternative COLLATE "C", w.method COLLATE "C", w.continuity;
\x on
SELECT control, treatment, control_n, treatment_n, control_median, treatment_median, superiority,
	   round(superiority_low::numeric, 12) AS low, round(superiority_high::numeric, 12) AS high, statistic, p_adjusted,
	   significant, alpha, method, note
FROM (SELECT (ab_mannwhitney(outcome, variant)).* FROM arm GROUP BY name) x ORDER BY control_n;
\x off
-- complete separation: SciPy's p, 2 / C(24, 12) and 2 / C(1000, 8); the interval is not a point
CREATE TABLE apart AS SELECT ab_histogram(i, CASE WHEN i > 12 THEN 'treatment' ELSE 'control' END) h
FROM generate_series(1, 24) i;
SELECT close((ab_mannwhitney(i, CASE WHEN i > 12 THEN 'treatment' ELSE 'control' END)).p_value, 3.6584553538971e-05)
	   AS normal FROM generate_series(1, 24) i;
SELECT close(r.p_value, 2 / 2704156.0::float8) AS p, close(r.superiority, 1) AS superiority,
	   r.superiority_low > 0.5 AS above_half, r.superiority_low < 1 AS below_one, r.superiority_high
FROM apart, ab_mannwhitney(h, method => 'exact') r;
SELECT close(r.p_value, 2 / 24115080524699431125::float8) AS p, r.superiority, r.superiority_low,
	   r.superiority_high < 0.5 AS high
FROM (SELECT ab_histogram(i, CASE WHEN i > 992 THEN 'control' ELSE 'treatment' END) h
	  FROM generate_series(1, 1000) i) q, ab_mannwhitney(h) r;

-- Kolmogorov-Smirnov; reference values: SciPy 1.17 ks_2samp(treatment, control), whose 'less' is
-- said of the distribution function, our 'greater' of the values
SELECT w.name, w.alternative, w.method, wrong(to_jsonb(r), jsonb_build_object('statistic', w.d,
	   'statistic_location', w.location, 'statistic_sign', w.sign, 'p_value', w.p, 'significant', w.p < 0.05)), r.note
FROM (VALUES
	('plain', 'two-sided', 'exact', 0.5571428571428572::float8, 13.6::float8, -1, 0.11651583710407241::float8),
	('plain', 'two-sided', 'asymp', 0.5571428571428572, 13.6, -1, 0.10889958350687212),
	('plain', 'greater', 'exact', 0.5571428571428572, 13.6, -1, 0.0582579185520362),
	('plain', 'greater', 'asymp', 0.5571428571428572, 13.6, -1, 0.045928370052996687),
	('plain', 'less', 'exact', 0.0, 19.3, 1, 1.0),
	('plain', 'less', 'asymp', 0.0, 19.3, 1, 1.0),
	('rating', 'two-sided', 'auto', 0.31333333333333335, 3.0, -1, 0.11022708940114014),
	('rating', 'two-sided', 'asymp', 0.3133333333333333, 3.0, -1, 0.1015826738075103),
	('rating', 'greater', 'exact', 0.31333333333333335, 3.0, -1, 0.05511795995879457),
	('rating', 'greater', 'asymp', 0.3133333333333333, 3.0, -1, 0.050721056378708176),
	('rating', 'less', 'exact', 0.0, 5.0, 1, 1.0)) w(name, alternative, method, d, location, sign, p)
	JOIN stored USING (name), LATERAL ab_kolmogorov_smirnov(h, alternative => w.alternative, method => w.method) r
ORDER BY w.name COLLATE "C", w.alternative COLLATE "C", w.method COLLATE "C";
-- many rows: the expansion of Pelz and Good, and Hodges' equation 5.3
SELECT a AS alternative, close(r.statistic, 0.01203333333333334, 1e-11) AS d, close(r.p_value, p, 1e-11) AS p,
	   r.statistic_sign, r.method
FROM (SELECT ab_histogram(x, v) h
	  FROM (SELECT i / 30000.0::float8, 'control' FROM generate_series(0, 29999) i
			UNION ALL SELECT i / 20000.0::float8 + 0.012, 'treatment' FROM generate_series(0, 19999) i) u(x, v)) q,
	 (VALUES ('two-sided', 0.06141025821433843), ('greater', 0.030609104616937537)) w(a, p),
	 LATERAL ab_kolmogorov_smirnov(h, alternative => a) r;
-- complete separation: 2 / C(24, 12), also where the asymptotic distribution says never
SELECT m AS method, close(r.p_value, 2 / 2704156.0::float8) AS p, r.statistic, r.statistic_location
FROM apart, unnest('{auto,exact,asymp}'::text[]) m, ab_kolmogorov_smirnov(h, method => m) r;
-- 300 against 300, all apart: 2 / C(600, 300)
SELECT close(r.p_value, 1.4802978791996818088e-179, 1e-12) AS tail
FROM (SELECT ab_histogram(i, CASE WHEN i > 300 THEN 'treatment' ELSE 'control' END) h FROM generate_series(1, 600) i) q,
	 ab_kolmogorov_smirnov(h) r;

-- the ways to call it agree
SELECT count(DISTINCT p) AS p_values FROM (
	SELECT (ab_mannwhitney(outcome, variant)).p_value FROM arm WHERE name = 'rating'
	UNION ALL SELECT (ab_mannwhitney(outcome, variant, 'control')).p_value FROM arm WHERE name = 'rating'
	UNION ALL SELECT (ab_mannwhitney(outcome, variant, 'treatment')).p_value FROM arm WHERE name = 'rating'
	UNION ALL SELECT r.p_value
	FROM stored, ab_mannwhitney(h, treatment => 'control', control => 'treatment') r WHERE name = 'rating') x(p);
SELECT count(DISTINCT p) AS p_values FROM (
	SELECT (ab_kolmogorov_smirnov(outcome, variant)).p_value FROM arm WHERE name = 'rating'
	UNION ALL SELECT (ab_kolmogorov_smirnov(outcome, variant, 'treatment')).p_value FROM arm WHERE name = 'rating'
	UNION ALL SELECT r.p_value FROM stored, ab_kolmogorov_smirnov(h) r WHERE name = 'rating') x(p);
-- turned round: the superiority is the other side's complement
SELECT close(a.superiority_low, 1 - b.superiority_high) AS low,
	   close(a.superiority_high, 1 - b.superiority_low) AS high, a.z = -b.z AS z
FROM stored, ab_mannwhitney(h, 'control') a, ab_mannwhitney(h, 'treatment') b WHERE name = 'rating';
-- merged from parts, and as a window
SELECT close(r.p_value, 0.011760078554827875) AS rollup
FROM (SELECT ab_rollup(h) h
	  FROM (SELECT ab_histogram(outcome, variant) h FROM arm WHERE name = 'rating' GROUP BY outcome) d) q,
	 ab_mannwhitney(h) r;
SELECT i, round((ab_mannwhitney(sin(i), CASE WHEN i % 2 = 0 THEN 'control' ELSE 'treatment' END)
				 OVER (ORDER BY i)).p_value::numeric, 4) AS p FROM generate_series(1, 6) i;

-- no interval contradicts its p-value: ties, sizes, methods, alternatives and levels; at alpha equal to p there is no
-- verdict
SELECT m AS method, c AS continuity, count(*) > 900 AS many,
	   count(*) FILTER (WHERE coalesce(excludes(r.superiority_low, r.superiority_high, 0.5), false) <> r.significant)
	   AS contradicts,
	   count(*) FILTER (WHERE r.significant <> (r.p_value < r.alpha)) AS p_contradicts,
	   count(*) FILTER (WHERE r.significant) > 250 AS both_occur,
	   count(*) FILTER (WHERE a = 'two-sided' AND NOT (coalesce(r.superiority_low, 0) BETWEEN 0 AND r.superiority AND
													   coalesce(r.superiority_high, 1) BETWEEN r.superiority AND 1))
	   AS outside
FROM generate_series(1, 40) k,
	 LATERAL (SELECT ab_histogram(CASE WHEN k % 2 = 0 THEN floor(3 * sin(g * k)) ELSE sin(g * k) END
								  + k / 25.0 * (g % 3 = 0)::int,
								  CASE WHEN g % 3 = 0 THEN 'treatment' ELSE 'control' END) h
			  FROM generate_series(1, 8 + k) g) q,
	 (VALUES ('auto', true), ('exact', true), ('asymptotic', true), ('asymptotic', false)) m(m, c),
	 unnest('{two-sided,less,greater}'::text[]) a,
	 LATERAL ab_mannwhitney(h, alternative => a, method => m, continuity => c) p,
	 unnest(ARRAY[1e-6, 0.001, 0.05, 0.1, 0.3, 0.5, least(p.p_value, 0.5),
				  least(p.p_value * (1 + 1e-12), 0.5)]) l(alpha),
	 LATERAL ab_mannwhitney(h, alpha => l.alpha, alternative => a, method => m, continuity => c) r
GROUP BY m, c ORDER BY m, c;

-- data never raises
CREATE TABLE odd (kind text, variant text, v float8);
INSERT INTO odd VALUES
	('one row each', 'control', 1), ('one row each', 'treatment', 2),
	('equal', 'control', 1), ('equal', 'treatment', 1), ('equal', 'treatment', 1),
	('NaN', 'control', 1), ('NaN', 'treatment', 'NaN'), ('NaN', 'treatment', 2),
	('infinity', 'control', 'Infinity'), ('infinity', 'treatment', 1),
	('no treatment', 'control', 1), ('no treatment', 'control', 2), ('no control', 'treatment', 1),
	('nothing counts', 'control', NULL),
	('huge', 'control', -1e308), ('huge', 'treatment', 1e308), ('huge', 'treatment', 1.5e308);
SELECT kind, control_n nc, treatment_n nt, control_median mc, treatment_median mt, superiority AS s,
	   superiority_low IS NOT NULL AS low, statistic, z, p_value, significant, note
FROM (SELECT kind, (ab_mannwhitney(v, variant)).* FROM odd GROUP BY kind) x ORDER BY kind COLLATE "C";
SELECT kind, control_n nc, treatment_n nt, statistic, statistic_location AS location, statistic_sign AS sign, p_value,
	   significant, note
FROM (SELECT kind, (ab_kolmogorov_smirnov(v, variant)).* FROM odd GROUP BY kind) x ORDER BY kind COLLATE "C";
SELECT note, control_n FROM ab_mannwhitney(NULL) UNION ALL SELECT note, control_n FROM ab_kolmogorov_smirnov(NULL)
UNION ALL SELECT note, control_n FROM (SELECT (ab_mannwhitney(v, variant)).* FROM odd WHERE false) x;
-- exact where it was asked for and cannot be
SELECT r.method, r.note FROM stored, ab_mannwhitney(h, method => 'exact') r WHERE name = 'rating';
SELECT r.method, r.note
FROM (SELECT ab_histogram(i, CASE WHEN i % 2 = 0 THEN 'control' ELSE 'treatment' END) h
	  FROM generate_series(1, 402) i) q, ab_mannwhitney(h, method => 'exact') r;
SELECT r.method, r.note
FROM (SELECT ab_histogram(i, CASE WHEN i % 2 = 0 THEN 'control' ELSE 'treatment' END) h
	  FROM generate_series(1, 20002) i) q, ab_kolmogorov_smirnov(h, method => 'exact', alternative => 'greater') r;
-- a histogram of buckets: nearly the same, and the note says how nearly
CREATE TABLE many AS
SELECT exp(sin(i)) AS x, CASE WHEN i % 3 = 0 THEN 'control' ELSE 'treatment' END AS v,
	   rank() OVER (ORDER BY exp(sin(i))) AS rank FROM generate_series(1, 120000) i;
CREATE TABLE buckets AS SELECT ab_histogram(x, v) h FROM many;
SELECT regexp_replace(r.note, '2\^-\d+', '2^-bits') AS note, abs(r.superiority - e.superiority) < 1e-4 AS superiority,
	   r.control_median IS NOT NULL AS median
FROM buckets, ab_mannwhitney(h) r,
	 (SELECT (sum(rank) - count(*) * (count(*) + 1) / 2) / count(*) / 40000 AS superiority
	  FROM many WHERE v = 'treatment') e;
SELECT regexp_replace(r.note, '2\^-\d+', '2^-bits') AS note FROM buckets, ab_kolmogorov_smirnov(h) r;

-- query mistakes do raise
\t on
SELECT error_of($$SELECT ab_mannwhitney(outcome, name || variant) FROM arm$$);
SELECT error_of($$SELECT ab_mannwhitney(h, control => 'other') FROM stored$$);
SELECT error_of($$SELECT ab_mannwhitney(NULL, method => 'normal')$$);
SELECT error_of($$SELECT ab_mannwhitney(NULL, continuity => NULL)$$);
SELECT error_of($$SELECT ab_mannwhitney(NULL, alpha => 5)$$);
SELECT error_of($$SELECT ab_kolmogorov_smirnov(NULL, method => 'asymptotic')$$);
SELECT error_of($$SELECT ab_kolmogorov_smirnov(NULL, alternative => 'larger')$$);
\t off

DROP TABLE arm, stored, wanted, apart, odd, many, buckets;
