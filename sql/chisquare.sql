\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
-- chi-square of rates and of tables; reference values: SciPy 1.10 chi2_contingency, R 4.2 chisq.test
CREATE FUNCTION three() RETURNS ab_summary LANGUAGE sql AS $$
	SELECT ab_rollup(s) FROM (VALUES (ab_make_summary('a', 210, 31)), (ab_make_summary('b', 190, 40)),
									 (ab_make_summary('c', 205, 52))) v(s)
$$;
SELECT m, wrong(to_jsonb(t), w) FROM (VALUES
	('pearson', '{"statistic": 7.290590239036991, "df": 2, "p_value": 0.02611370205343685,
		"cramers_v": 0.1097750535348243, "n": 605, "note": null}'::jsonb),
	('likelihood_ratio', '{"statistic": 7.438175487470559, "df": 2, "p_value": 0.024256085521637723,
		"cramers_v": 0.1097750535348243, "n": 605, "note": null}')) v(m, w), ab_chisquare_test(three(), m) t;
SELECT m, wrong(to_jsonb(t), w) FROM (VALUES
	('pearson', '{"statistic": 0.7677639502207941, "p_value": 0.3809096823118986}'::jsonb),
	('yates', '{"statistic": 0.4375309939310926, "p_value": 0.5083165530405195}'),
	('likelihood_ratio', '{"statistic": 0.7714699673374823, "p_value": 0.37976268998844287}')) v(m, w),
	ab_chisquare_test(ARRAY[[19, 34], [13, 34]], m) t;
-- the pooled z-test is its root; the summary and its counts say the same
SELECT close(c.p_value, z.p_value, 1e-12) AS p, close(c.statistic, z.statistic ^ 2, 1e-12) AS statistic,
	   to_jsonb(c) = to_jsonb(o) AS counts
FROM counts(31, 210, 52, 205) s, ab_proportion_test(s, method => 'z') z, ab_chisquare_test(s) c,
	 ab_chisquare_test(ARRAY[[179, 31], [153, 52]]) o;
-- a table of 3 x 4, its transpose, and one with an empty row and column
SELECT a.method, to_jsonb(a) - 'note' = to_jsonb(b) - 'note' AS empty, b.note,
	   wrong(to_jsonb(a), to_jsonb(c), 1e-14) AS transposed
FROM unnest('{pearson,likelihood_ratio}'::text[]) m,
	 ab_chisquare_test('{{5,29,14,16},{15,54,14,10},{20,84,17,94}}', m) a,
	 ab_chisquare_test('{{5,29,14,0,16},{15,54,14,0,10},{0,0,0,0,0},{20,84,17,0,94}}', m) b,
	 ab_chisquare_test('{{5,15,20},{29,54,84},{14,14,17},{16,10,94}}', m) c;
-- tails, close counts, large numbers
SELECT p_value > 0 AND p_value < 1e-290 AS tail, cramers_v > 0.9 AS strong
FROM ab_chisquare_test(ARRAY[[700, 10], [10, 700]]);
SELECT p_value, cramers_v FROM ab_chisquare_test(ARRAY[[1e6, 0], [0, 1e6]]);
SELECT m, close(statistic, 1e-15, 1e-14) AS close, p_value
FROM unnest('{pearson,likelihood_ratio}'::text[]) m,
	 ab_chisquare_test(ARRAY[[1e15::float8 + 1, 1e15], [1e15, 1e15 + 1]], m);
SELECT m, statistic, p_value, cramers_v FROM unnest('{pearson,yates,likelihood_ratio}'::text[]) m,
	 ab_chisquare_test('{{10,20},{5,10}}', m);
-- data do not raise
SELECT note, statistic, df, p_value, cramers_v, n FROM (VALUES
	(1, ab_chisquare_test(NULL::ab_summary)), (2, ab_chisquare_test(NULL::float8[])), (3, ab_chisquare_test('{}')),
	(4, ab_chisquare_test(ab_make_summary('a', 10, 3))), (5, ab_chisquare_test(counts(0, 10, 0, 20))),
	(6, ab_chisquare_test(arms(10, 3, 1, 10, 4, 1))), (7, ab_chisquare_test('{{0,0},{0,0}}')),
	(8, ab_chisquare_test('{{1,2},{3,1}}')), (9, ab_chisquare_test('{{1,2,1},{3,1,1}}')),
	(10, ab_chisquare_test('{{9007199254740992,2},{3,1}}')), (11, ab_chisquare_test('{{3,4}}')),
	(12, ab_chisquare_test((SELECT ab_summary(x, v) FROM (VALUES (1.0::float8, 'a'), ('NaN', 'a'), (0, 'b')) t(x, v)))),
	(13, ab_chisquare_test((SELECT ab_summary(x, v) FROM (VALUES (true, 'a'), (NULL, 'a'), (false, 'b')) t(x, v)))))
	t(i, r),
	LATERAL (SELECT (r).*) c ORDER BY i;
-- query mistakes do
\t on
SELECT error_of($$SELECT ab_chisquare_test(three(), 'yates')$$);
SELECT error_of($$SELECT ab_chisquare_test('{{1,2,3},{4,5,6}}', 'yates')$$);
SELECT error_of($$SELECT ab_chisquare_test(three(), 'fisher')$$);
SELECT error_of($$SELECT ab_chisquare_test(three(), NULL)$$);
SELECT error_of($$SELECT ab_chisquare_test('{1,2,3}')$$);
SELECT error_of($$SELECT ab_chisquare_test('{{1,2},{3,-4}}')$$);
SELECT error_of($$SELECT ab_chisquare_test('{{1,2},{3,4.5}}')$$);
SELECT error_of($$SELECT ab_chisquare_test('{{1,2},{3,NULL}}')$$);
SELECT error_of($$SELECT ab_chisquare_test('{{1,2},{3,Infinity}}')$$);
SELECT error_of($$SELECT ab_chisquare_test((SELECT ab_summary(1, 2, 'a')))$$);
\t off
DROP FUNCTION three;
