\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
-- reference values: mpmath, 40 digits, of the formulas in src/math/mixture.c
SELECT t.name, t.equal_var, t.alternative, wrong(to_jsonb(r), wanted::jsonb, 1e-11)
FROM (VALUES
	('A', arms(6200, 3.8, 1.1, 1550, 4.1, 1.0), 6200::bigint, false, 'two-sided', '{"statistic": 10.34899644638149,
		"df": 2569.143453679, "p_value": 1.6258020285e-20, "diff_low": 0.2119465368093, "diff_high": 0.3880534631907,
		"lift_low_pct": 5.547060945966, "lift_high_pct": 10.2693254682, "significant": true}'),
	('A', arms(6200, 3.8, 1.1, 1550, 4.1, 1.0), 6200, false, 'greater', '{"p_value": 8.129010142502e-21,
		"diff_high": null, "lift_high_pct": null, "significant": true}'),
	('C', arms(5, 10, 1, 5, 13, 1), 20, true, 'two-sided', '{"statistic": 4.743416490253, "df": 8,
		"p_value": 0.08011782629234, "diff_low": -0.7215708578705, "diff_high": 6.721570857871,
		"lift_low_pct": -6.09871164938, "lift_high_pct": 85.44346074043, "significant": false}'),
	('C', arms(5, 10, 1, 5, 13, 1), 20, true, 'greater', '{"p_value": 0.04037332352067, "significant": true}'),
	('D', arms(2, 10, 0.01, 2, 10.2, 0.01), 500, true, 'two-sided', '{"p_value": 0.9684786852295, "diff_low": null,
		"diff_high": null, "lift_low_pct": null, "significant": false,
		"note": "too few rows for any verdict at this planned_n: no interval"}'),
	('D', arms(2, 10, 0.01, 2, 10.2, 0.01), 500, true, 'greater', '{"p_value": 0.7905048842229}'),
	('E', arms(5000, 10, 4, 5000, 10.3, 4), 2500, NULL, 'two-sided', '{"p_value": 0.005546109701144,
		"diff_low": 0.05483993451249, "diff_high": 0.5451600654875, "lift_low_pct": 0.5417496068987,
		"lift_high_pct": 5.520175564127, "significant": true}'),
	('E', arms(5000, 10, 4, 5000, 10.3, 4), 2500, NULL, 'greater', '{"p_value": 0.002773433825991}'),
	('G', arms(500000, 1, 1, 500000, 1.2, 1), 500000, NULL, 'two-sided', '{"p_value": 4.9406564584124654e-324,
		"lift_low_pct": 19.33171923368, "lift_high_pct": 20.67270261107, "significant": true}'))
	t(name, s, planned, equal_var, alternative, wanted),
	ab_always_valid(s, planned, equal_var => t.equal_var, alternative => t.alternative, min_n => 2) r;
-- critical values of one-sided tests: (estimate - bound) / std_error
SELECT close((diff - diff_low) / std_error, wanted, 1e-11)
FROM (VALUES (arms(6200, 3.8, 1.1, 1550, 4.1, 1.0), 6200, false, 2.770629690029::float8),
			 (arms(5, 10, 1, 5, 13, 1), 20, true, 4.336513513852)) t(s, planned, equal_var, wanted),
	 ab_always_valid(s, planned, equal_var => t.equal_var, alternative => 'greater', min_n => 2);
-- and of two-sided ones at n / planned of 0.1, 0.5, 1, 2, 10 where df is large; (n, df) of 8 and 18
SELECT n, close((diff_high - diff) / std_error, wanted, tolerance)
FROM (VALUES (10000000::bigint, 100000000::bigint, 3.824559261666::float8, 1e-6::float8),
			 (10000000, 20000000, 3.078865642506, 1e-6), (10000000, 10000000, 3.035122569283, 1e-6),
			 (10000000, 5000000, 3.063893433198, 1e-6), (10000000, 1000000, 3.246114615324, 1e-6),
			 (5, 20, 5.884320192289, 1e-11), (10, 20, 3.544031573409, 1e-11)) t(n, planned, wanted, tolerance),
	 ab_always_valid(arms(n, 10, 1, n, 10, 1), planned, min_n => 2);

-- p does not depend on alpha, and the interval excludes 0 exactly where p < alpha
SELECT t.design, alternative, count(DISTINCT p_value), bool_and(significant = (p_value < r.alpha)),
	   bool_and(excludes(diff_low, diff_high) = significant),
	   bool_and(excludes(lift_low_pct, lift_high_pct) = significant)
FROM (VALUES (arms(400, 10, 4, 200, 11, 5), 'mean'), (counts(40, 400, 30, 200), 'mean'),
			 (counts(40, 400, 30, 200), 'proportion'), (arms(400, 10, 4, 200, 9.2, 5), 'mean')) t(s, design),
	 unnest('{two-sided,greater,less}'::text[]) alternative,
	 unnest('{0.5,0.2,0.1,0.08,0.05,0.02,0.01,0.001,0.00001}'::float8[]) a,
	 ab_always_valid(s, 300, alpha => a, alternative => alternative, design => t.design) r
GROUP BY s::text, t.design, alternative ORDER BY s::text, 1, 2;

-- the less certain of the two standard errors counts, and the outer ends of both intervals
SELECT close(a.p_value, greatest(b.p_value, c.p_value)) AS p, a.diff_low = least(b.diff_low, c.diff_low) AS diff_low,
	   a.diff_high = greatest(b.diff_high, c.diff_high) AS diff_high,
	   a.lift_low_pct = least(b.lift_low_pct, c.lift_low_pct) AS lift_low,
	   a.lift_high_pct = greatest(b.lift_high_pct, c.lift_high_pct) AS lift_high,
	   a.std_error = CASE WHEN b.p_value > c.p_value THEN b.std_error ELSE c.std_error END AS std_error
FROM (VALUES (arms(4000, 10, 4, 400, 11, 8)), (arms(400, 10, 4, 4000, 11, 8)), (arms(1000, 10, 4, 1000, 11, 8))) t(s),
	 ab_always_valid(s, 2000) a, ab_always_valid(s, 2000, equal_var => true) b,
	 ab_always_valid(s, 2000, equal_var => false) c;

-- the other designs: the estimates are those of the tests that are read once
CREATE TEMP TABLE log AS
SELECT i, CASE WHEN i % 3 = 0 THEN 'treatment' ELSE 'control' END AS v, 1 + i % 7 + x AS x,
	   10 + 2 * x + y + (i % 3 = 0)::int * 0.6 AS y, 1 + i % 4 AS d
FROM generate_series(1, 900) i,
	 LATERAL (SELECT (i * 0.6180339887498949::float8 - floor(i * 0.6180339887498949::float8)) * 3 AS x,
					 (i * 0.7548776662466927::float8 - floor(i * 0.7548776662466927::float8)) * 4 AS y) u;
SELECT n.design, a.method, a.diff = f.diff AS diff, a.control_mean = f.control_mean AS mean,
	   a.relative_lift_pct = f.relative_lift_pct AS lift,
	   a.std_error = f.std_error AS std_error, a.p_value > f.p_value AS larger_p,
	   round(a.p_value::numeric, 6) AS p, a.diff_high - a.diff_low > f.diff_high - f.diff_low AS wider,
	   excludes(a.diff_low, a.diff_high) = a.significant
	   AND excludes(a.lift_low_pct, a.lift_high_pct) = a.significant AS agree, a.note
FROM (SELECT ab_summary(y, v) AS m, ab_summary(y, x, v) AS two, ab_summary(y * d, d, v) AS ratio,
			 ab_summary(y * d, d, x * d, d, v) AS four, ab_summary(y, y + 0.3 + 0.1 * x, 'pairs') AS pairs,
			 ab_summary(y > 14, v) AS rate FROM log) s,
	 LATERAL (VALUES ('mean'), ('cuped'), ('ratio'), ('ratio-cuped'), ('paired'), ('proportion')) n(design),
	 LATERAL (SELECT CASE n.design WHEN 'mean' THEN m WHEN 'cuped' THEN two WHEN 'ratio' THEN ratio
					 WHEN 'ratio-cuped' THEN four WHEN 'paired' THEN pairs ELSE rate END) q(s),
	 ab_always_valid(q.s, 600, design => n.design,
					 equal_var => CASE WHEN n.design NOT IN ('paired', 'proportion') THEN false END) a,
	 LATERAL (SELECT * FROM ab_ttest(m, equal_var => false) WHERE n.design = 'mean'
			  UNION ALL SELECT * FROM ab_cuped(two) WHERE n.design = 'cuped'
			  UNION ALL SELECT * FROM ab_ratio(ratio) WHERE n.design = 'ratio'
			  UNION ALL SELECT * FROM ab_ratio_cuped(four) WHERE n.design = 'ratio-cuped'
			  UNION ALL SELECT * FROM ab_paired_ttest(pairs) WHERE n.design = 'paired'
			  UNION ALL SELECT * FROM ab_proportion_test(rate) WHERE n.design = 'proportion') f;
-- successes and trials in batches are the rates of their trials
SELECT a.p_value = b.p_value, a.control_n, a.diff_low = b.diff_low
FROM (SELECT ab_summary(x, n, v) AS s
	  FROM (VALUES (30, 100, 'control'), (25, 80, 'control'), (60, 120, 'treatment')) t(x, n, v)) q,
	 ab_always_valid(s, 300, design => 'proportion') a,
	 ab_always_valid(counts(55, 180, 60, 120), 300, design => 'proportion') b;
-- with ratio the information counts, not the control's size
SELECT close(a.p_value, b.p_value), a.p_value <> c.p_value
FROM ab_always_valid(arms(600, 10, 4, 200, 11, 4), 600, ratio => 1 / 3.0) a,
	 ab_always_valid(arms(600, 10, 4, 200, 11, 4), 600) b,
	 ab_always_valid(arms(600, 10, 4, 200, 11, 4), 600, ratio => 1) c;

-- conversions: their split; reference values: mpmath, 40 digits
SELECT close(p_value, exp(-7.014407691877::float8), 1e-11) AS p, lift_low_pct > 0 AS low, lift_high_pct, significant,
	   note
FROM ab_always_valid_conversions(counts(0, 400, 20, 400), 0.5, 82);
SELECT p_value, lift_low_pct < 0 AS low, lift_high_pct > 0 AS high, diff, diff_low, method, note
FROM ab_always_valid_conversions(counts(71, 100, 79, 100), 0.5, 164);
-- at alpha = p an end of the lift is 0; the answer is the same with the arms and the split turned round
SELECT kind, u.alternative,
	   a.p_value > 0.5 OR least(abs(b.lift_low_pct), abs(b.lift_high_pct)) < 1e-9 AS at_p,
	   close(a.p_value, c.p_value, 1e-11) AS turned,
	   close((1 + a.lift_low_pct / 100) * (1 + c.lift_high_pct / 100),
			 CASE WHEN a.lift_low_pct IS NOT NULL THEN 1 END, 1e-10) AS low,
	   close((1 + a.lift_high_pct / 100) * (1 + c.lift_low_pct / 100),
			 CASE WHEN a.lift_high_pct IS NOT NULL THEN 1 END, 1e-10) AS high
FROM (VALUES ('successes', counts(130, 8000, 55, 2000)), ('failures', counts(7870, 8000, 1945, 2000))) t(kind, s),
	 (VALUES ('two-sided', 'two-sided'), ('greater', 'less'), ('less', 'greater')) u(alternative, turned),
	 ab_always_valid_conversions(s, 0.2, 200, count => kind, alternative => u.alternative) a,
	 ab_always_valid_conversions(s, 0.2, 200, count => kind, alternative => u.alternative,
								 alpha => least(a.p_value, 0.5)) b,
	 ab_always_valid_conversions(s, 0.8, 200, 'treatment', 'control', count => kind, alternative => u.turned) c
ORDER BY 1 DESC, 2;
-- users that are not split as the call says; no conversions
SELECT note FROM ab_always_valid_conversions(counts(100, 5000, 120, 4500), 0.5, 200);
SELECT p_value, lift_low_pct, lift_high_pct, note FROM ab_always_valid_conversions(counts(0, 400, 0, 400), 0.5, 82);

-- quantiles
CREATE TEMP TABLE shifted AS
SELECT ab_histogram(i + shift * (v = 'treatment')::int, v) AS h, shift
FROM generate_series(1, 1000) i, unnest('{control,treatment}'::text[]) v, (VALUES (0), (85)) s(shift) GROUP BY shift;
SELECT q, a AS alternative, diff, diff_low, diff_high, round(lift_low_pct::numeric, 4) AS lift_low,
	   round(lift_high_pct::numeric, 4) AS lift_high, round(p_value::numeric, 6) AS p, significant, note
FROM shifted, unnest('{0.5,0.9}'::float8[]) q, unnest('{two-sided,greater,less}'::text[]) a,
	 ab_always_valid_quantile(h, q, 400, alternative => a) WHERE shift = 85 ORDER BY 1, 2;
-- the end of an interval is the last difference that the test does not exclude
SELECT q, a AS alternative, l.p_value >= 0.05 AS inside, o.p_value < 0.05 AS outside
FROM shifted, unnest('{0.5,0.9}'::float8[]) q, unnest('{two-sided,greater}'::text[]) a,
	 ab_always_valid_quantile(h, q, 400, alternative => a) r,
	 LATERAL (SELECT ab_histogram(i + CASE v WHEN 'treatment' THEN 85 - r.diff_low ELSE 0 END, v) AS inner_h,
					 ab_histogram(i + CASE v WHEN 'treatment' THEN 85 - r.diff_low + 1 ELSE 0 END, v) AS outer_h
			  FROM generate_series(1, 1000) i, unnest('{control,treatment}'::text[]) v) s,
	 ab_always_valid_quantile(inner_h, q, 400, alternative => a) l,
	 ab_always_valid_quantile(outer_h, q, 400, alternative => a) o WHERE shift = 85 ORDER BY 1, 2;
SELECT p_value, diff, diff_low < 0 AND diff_high > 0 AS covers, significant
FROM shifted, ab_always_valid_quantile(h, 0.5, 400) WHERE shift = 0;
-- ties, few rows, a control quantile of zero, negative values, one arm
SELECT t.name, p_value < 0.05 AS found, diff_low, diff_high, lift_low_pct, lift_high_pct, note
FROM (SELECT 'ties' AS name, ab_histogram(least(5, 1 + (i % 9)), v) AS h
	  FROM generate_series(1, 600) i, unnest('{control,treatment}'::text[]) v
	  UNION ALL SELECT 'few', ab_histogram(i, v) FROM generate_series(1, 3) i, unnest('{control,treatment}'::text[]) v
	  UNION ALL SELECT 'zero', ab_histogram(i % 3 * (v = 'treatment')::int, v)
	  FROM generate_series(1, 600) i, unnest('{control,treatment}'::text[]) v
	  UNION ALL SELECT 'negative', ab_histogram(-i, v)
	  FROM generate_series(1, 600) i, unnest('{control,treatment}'::text[]) v
	  UNION ALL SELECT 'one arm', ab_histogram(i, 'control') FROM generate_series(1, 3) i
	  UNION ALL SELECT 'nan', ab_histogram('NaN', v) FROM unnest('{control,treatment}'::text[]) v
	  UNION ALL SELECT 'none', NULL) t, ab_always_valid_quantile(h, 0.5, 400);

-- the running minimum of p and the running intersection of intervals, from daily states
CREATE TEMP TABLE daily AS
SELECT i / 400 AS day, ab_summary(10 + 4 * z + (v = 'treatment')::int * 0.6, v) AS s
FROM generate_series(0, 3999) i,
	 LATERAL (SELECT CASE WHEN ab_bucket('day', i) < 5000 THEN 'control' ELSE 'treatment' END AS v,
					 (ab_bucket('a', i) + ab_bucket('b', i) + ab_bucket('c', i)) / 5000.0 - 3 AS z) u
GROUP BY 1;
SELECT day, round(p_value::numeric, 5) AS p, round(min(p_value) OVER w ::numeric, 5) AS ever,
	   max(diff_low) OVER w <= min(diff_high) OVER w AS meets, min(p_value) OVER w < 0.05 AS found
FROM (SELECT day, ab_rollup(s) OVER (ORDER BY day) AS s FROM daily) AS d, ab_always_valid(s, planned_n => 700)
WINDOW w AS (ORDER BY day) ORDER BY day;

-- data: NULL and a note
SELECT t.name, p_value, significant, num_nonnulls(diff_low, diff_high, lift_low_pct, lift_high_pct) AS ends, note
FROM (VALUES ('none', NULL::ab_summary), ('one arm', ab_make_summary('control', 500, 1, 1)),
	('one row', arms(1, 1, NULL, 1, 2, NULL)), ('99 rows', arms(5000, 1, 1, 99, 2, 1)),
	('constants', arms(200, 1, 0, 300, 2, 0)), ('equal constants', arms(200, 1, 0, 300, 1, 0)),
	('constant control', arms(200, 1, 0, 3000, 2, 1)), ('zero control', arms(200, 0, 1, 300, 2, 1)),
	('near zero', arms(200, 0.01, 1, 300, 2, 1)), ('negative', arms(200, -1, 1, 300, -2, 1)),
	('2^53', arms(4503599627370496, 1, 1, 4503599627370496, 1.0000001, 1)),
	('huge', arms(200, 1e150, 1e150, 300, 2e150, 1e150)), ('beyond plan', arms(20000, 1, 1, 30000, 1, 1)),
	('uneven', arms(1000, 3, 4, 150, 5, 6.5)), ('zeros', counts(0, 300, 0, 200)),
	('rates', counts(0, 300, 20, 200))) t(name, s), ab_always_valid(s, 1000);
SELECT p_value, note
FROM (SELECT ab_summary(x, v) AS s FROM generate_series(1, 200) i, unnest('{control,treatment}'::text[]) v,
			 LATERAL (VALUES (1, 'NaN'::float8), (2, nullif(i, 7) + 0.5), (3, i + 0.1)) t(k, x)
	  GROUP BY k ORDER BY k) q,
	 ab_always_valid(s, 1000);
SELECT t.name, t.design, p_value, num_nonnulls(diff_low, diff_high, lift_low_pct, lift_high_pct) AS ends, note
FROM (VALUES ('no 0 or 1', arms(200, 10, 1, 300, 11, 1), 'proportion'),
	('zeros', counts(0, 300, 0, 200), 'proportion'),
	('all', counts(0, 300, 200, 200), 'proportion'), ('few', counts(1, 2, 2, 3), 'proportion')) t(name, s, design),
	ab_always_valid(s, 1000, design => t.design);
SELECT t.design, t.name, e AS equal_var, p_value, note
FROM (SELECT ab_summary(i % 2, 1, v) AS flat_covariate, ab_summary(i, i, v) AS same,
			 ab_summary(i, 0, v) AS no_denominator
	  FROM generate_series(1, 200) i, unnest('{control,treatment}'::text[]) v) q,
	 (SELECT ab_summary(i, i + 1, 'p') AS pairs FROM generate_series(1, 200) i) p,
	 LATERAL (VALUES ('cuped', 'flat covariate', flat_covariate), ('cuped', 'same', same),
					 ('ratio', 'no denominator', no_denominator), ('ratio', 'same', same),
					 ('paired', 'pairs', pairs)) t(design, name, s),
	 unnest('{true,false,NULL}'::boolean[]) e, ab_always_valid(t.s, 1000, design => t.design, equal_var => e)
WHERE t.design <> 'paired';
SELECT p_value, note FROM (SELECT ab_summary(i, i + 1, 'p') AS s FROM generate_series(1, 200) i) p,
	 ab_always_valid(s, 1000, design => 'paired');

-- planning: the first passage through the critical values; simulated 48.1, 86.7, 97.4, 99.7% with 14 looks a plan
SELECT round(ab_always_valid_power(1400 * k, 1400, 14 * k)::numeric, 4) FROM unnest('{1,2,3,4}'::int[]) k;
SELECT round(ab_always_valid_inflation(looks)::numeric, 5),
	   close(ab_always_valid_power(round(1e9 * ab_always_valid_inflation(looks))::bigint, 1000000000, looks), 0.8, 1e-8)
FROM unnest('{1,14,28}'::bigint[]) looks;
-- one look is a test done once at the critical value 3.035122569283, of 1.959964 + 0.841621 standard errors
SELECT close(ab_always_valid_power(1000, 1000, 1), 0.407672087271, 1e-10) AS one_look;
SELECT ab_always_valid_power(1000, 1000, 20, alternative => 'greater')
	   = ab_always_valid_power(1000, 1000, 20, alternative => 'less') AS alike;

-- mistakes of a call
SELECT error_of(format('SELECT * FROM ab_always_valid(arms(200, 1, 1, 200, 2, 1), %s)', a))
FROM unnest(ARRAY['1', 'NULL',
	'1000, alpha => 0', '1000, alpha => 0.6', '1000, alpha => NULL', '1000, alternative => ''up''',
	'1000, design => ''median''', '1000, design => ''cuped''', '1000, min_n => 1', '1000, ratio => 0',
	'1000, ratio => ''NaN''', '1000, control => ''b''', '1000, design => ''proportion'', equal_var => true',
	'9007199254740993']) a;
SELECT error_of(q) FROM unnest(ARRAY[
	'SELECT ab_always_valid(ab_summary(1, 2, ''p''), 10, design => ''paired'', ratio => 1)',
	'SELECT ab_always_valid(ab_summary(1, 2, ''p''), 10, design => ''paired'', equal_var => false)',
	'SELECT ab_always_valid(ab_summary(1, v), 10) FROM unnest(''{a,b}''::text[]) v',
	'SELECT ab_always_valid_conversions(counts(1, 2, 1, 2), 1, 10)',
	'SELECT ab_always_valid_conversions(counts(1, 2, 1, 2), 50, 10)',
	'SELECT ab_always_valid_conversions(counts(1, 2, 1, 2), 0.5, 1)',
	'SELECT ab_always_valid_conversions(counts(1, 2, 1, 2), 0.5, 10, count => ''clicks'')',
	'SELECT ab_always_valid_conversions(ab_summary(1, 1, 1, 1, ''control''), 0.5, 10)',
	'SELECT ab_always_valid_quantile(ab_histogram(1, ''control''), 95, 10)',
	'SELECT ab_always_valid_quantile(ab_histogram(1, ''control''), 0.5, 1)',
	'SELECT ab_always_valid_quantile(ab_histogram(1, ''control''), 0.5, 10, ratio => -1)',
	'SELECT ab_always_valid_power(1, 1000)', 'SELECT ab_always_valid_power(1000, 1000, 0)',
	'SELECT ab_always_valid_power(1000, 1000, 201)', 'SELECT ab_always_valid_power(1000, 1000, power => 0.05)',
	'SELECT ab_always_valid_inflation(power => 1)']) q;
