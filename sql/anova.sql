\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
-- reference values: R 4.2 oneway.test, also SciPy 1.10 f_oneway and statsmodels 0.13 anova_oneway
CREATE TABLE three AS
SELECT unnest('{1,2,4,4.5,3,7,8.25,2,2.5,9,1,7.5}'::float8[]) x, unnest('{a,a,a,a,b,b,b,c,c,c,c,c}'::text[]) v;
SELECT method, variants, n, close(statistic, f) AS statistic, df_between, close(df_within, df) AS df_within,
	   close(p_value, p) AS p_value, note
FROM (VALUES (false, 1.517545298048493::float8, 4.843302669728914::float8, 0.3078326272555629::float8),
			 (true, 1.063692098092643, 9, 0.3848774069685396)) t(equal_var, f, df, p),
	 (SELECT ab_summary(x, v) s FROM three) q, ab_anova(s, t.equal_var) r;
-- two variants: the square of t; and data shifted by 1e8
SELECT e AS equal_var, close(a.statistic, t.statistic ^ 2) AS f, close(a.p_value, t.p_value, 1e-11) AS p,
	   close(a.df_within, t.df) AS df, close(b.statistic, a.statistic, 1e-9) AS shifted
FROM unnest('{f,t}'::boolean[]) e,
	 (SELECT ab_summary(x, v) s, ab_summary(x + 1e8, v) shifted FROM three WHERE v <> 'c') q,
	 ab_anova(s, e) a, ab_anova(shifted, e) b, ab_ttest(s, 'a', equal_var => e) t;
SELECT p_value > 0 AS never_zero
FROM (SELECT ab_rollup(ab_make_summary(v, 100000, m, 1)) s FROM (VALUES ('a', 1), ('b', 2), ('c', 3)) t(v, m)) q,
	 ab_anova(s);

-- data never raises
CREATE TABLE odd (kind text, x float8, v text);
INSERT INTO odd SELECT 'one variant', x, v FROM three WHERE v = 'a';
INSERT INTO odd VALUES
	('one row each', 1, 'a'), ('one row each', 2, 'b'), ('one row each', 4, 'c'),
	('one row in one', 1, 'a'), ('one row in one', 2, 'b'), ('one row in one', 4, 'b'),
	('one constant', 1, 'a'), ('one constant', 1, 'a'), ('one constant', 2, 'b'), ('one constant', 4, 'b'),
	('all constant', 1, 'a'), ('all constant', 1, 'a'), ('all constant', 2, 'b'), ('all constant', 2, 'b'),
	('NaN', 1, 'a'), ('NaN', 3, 'a'), ('NaN', 2, 'b'), ('NaN', 'NaN', 'b'),
	('overflow', 1e308, 'a'), ('overflow', -1e308, 'a'), ('overflow', 2, 'b'), ('overflow', 3, 'b'),
	('equal means', 1, 'a'), ('equal means', 3, 'a'), ('equal means', 2, 'b'), ('equal means', 2.5, 'b'),
	('equal means', 1.5, 'b'),
	('no rows', NULL, 'a');
SELECT kind, e AS equal_var, variants, n, df_within IS NOT NULL AS df, p_value IS NOT NULL AS tested,
	   eta_squared IS NOT NULL AS eta, note
FROM (SELECT kind, ab_summary(x, v) s FROM odd GROUP BY kind) q, unnest('{f,t}'::boolean[]) e, ab_anova(s, e)
ORDER BY kind COLLATE "C", e;

-- query mistakes do raise
\t on
SELECT error_of($$SELECT ab_anova(NULL, equal_var => NULL)$$);
\t off

DROP TABLE three, odd;
