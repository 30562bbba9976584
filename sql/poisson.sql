\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
-- events and exposure of Gu et al. 2008; reference values: mpmath, 50 digits; z and p of wald and sqrt as published
-- there, the exact intervals of the ratio by R 4.2 poisson.test
CREATE TABLE total (v text, events float8, exposure float8);
INSERT INTO total VALUES ('treatment', 60, 51477.5), ('control', 30, 54308.7);
CREATE TABLE state AS SELECT ab_summary(events, exposure, v) s FROM total;
SELECT m.method, wrong(to_jsonb(r), wanted::jsonb || jsonb_build_object('control_mean', 30 / 54308.7),
	   loose => '{"lift_low_pct": 1e-11, "lift_high_pct": 1e-11, "diff_low": 1e-11, "diff_high": 1e-11}'),
	   r.significant, r.method AS name
FROM (VALUES
	('exact', '{"p_value": 0.000856105388100248482, "statistic": null, "lift_low_pct": 33.9735721772651034,
		"lift_high_pct": 238.836557361625144, "diff_low": 0.000243390817047072373,
		"diff_high": 0.00100416229772766042}'),
	('mid-p', '{"p_value": 0.000620264883965712525, "statistic": null, "lift_low_pct": 36.8103655188645745,
		"lift_high_pct": 230.72967220109178, "diff_low": 0.000260393006902523103,
		"diff_high": 0.000986591602817017426}'),
	('score', '{"p_value": 0.000632218882047097123, "statistic": 3.41740183900021462,
		"lift_low_pct": 36.5962430192774495, "lift_high_pct": 225.930615249953006,
		"diff_low": 0.000260393006902523103, "diff_high": 0.000986591602817017426}'),
	('sqrt', '{"p_value": 0.000570035562179512338, "statistic": 3.44548501956368216,
		"lift_low_pct": 37.1502594429725132, "lift_high_pct": 231.106130116426522,
		"diff_low": 0.000260393006902523103, "diff_high": 0.000986591602817017426}'),
	('wald', '{"p_value": 0.000712009328506111301, "statistic": 3.38491255626079291,
		"lift_low_pct": 38.2207392730440206, "lift_high_pct": 245.750646736175231,
		"diff_low": 0.000258122351463948713, "diff_high": 0.000968197820171148525}'))
	m(method, wanted), state, LATERAL ab_poisson_test(s, method => m.method) r;
-- one-sided, by R's poisson.test(alternative = "greater"); its exact two-sided p-value adds up the less likely
-- outcomes, ours is dual to the interval
SELECT close(g.p_value, 0.00042805269405012466, 1e-11) AS greater,
	   close(g.lift_low_pct, 43.35124338175218, 1e-11) AS bound, g.lift_high_pct, g.diff_high
FROM state, ab_poisson_test(s, alternative => 'greater') g;
SELECT close(l.p_value, 0.99980778781008439) AS less, l.lift_low_pct,
	   close(l.lift_high_pct, 214.50058613806453) AS bound
FROM state, ab_poisson_test(s, alternative => 'less') l;
-- unequal exposures with hardly any events; reference values: the documented distance at 50 digits
SELECT m AS method, wrong(to_jsonb(r), jsonb_build_object('diff_low', low, 'diff_high', high),
						  loose => '{"diff_low": 1e-11, "diff_high": 1e-11}')
FROM (VALUES
	('exact', 24, 20, 0, 1, -2.56270018954168897, 1.78550487968766036),
	('mid-p', 24, 20, 0, 1, -1.85990204582044205, 1.78550487968766036),
	('score', 24, 20, 0, 1, -1.85990204582044205, 1.78550487968766036),
	('exact', 3, 1, 2, 20, 0.401930926156955455, 9.00779712871763261),
	('mid-p', 3, 1, 2, 20, 0.535823238858008093, 8.44104418027046209),
	('score', 3, 1, 2, 20, 0.535823238858008093, 8.44104418027046209),
	('exact', 7, 1, 0, 1, 1.12380183688609635, 14.4226753617023794),
	('mid-p', 7, 1, 0, 1, 1.80641280059504954, 14.4226753617023794)) t(m, xt, et, xc, ec, low, high),
	LATERAL (SELECT ab_summary(e, x, v) s FROM (VALUES (xt, et, 'treatment'), (xc, ec, 'control')) u(e, x, v)) q,
	ab_poisson_test(s, method => m) r;
-- many events: as the normal approximation has it
SELECT method, close(diff_low, low, 1e-6) AS low, close(diff_high, high, 1e-6) AS high
FROM (SELECT ab_summary(e, 1.0, v) s FROM (VALUES (3e13, 'treatment'), (4e13, 'control')) t(e, v)) q,
	 LATERAL (VALUES (-1e13 - 1.9599639845400545 * sqrt(7e13), -1e13 + 1.9599639845400545 * sqrt(7e13))) w(low, high),
	 unnest('{exact,mid-p,score}'::text[]) m, ab_poisson_test(s, method => m) r;

-- another ratio than 1; p by R's poisson.test(r = 1.2) and (r = 2), statsmodels' test_poisson_2indep(value = 1.2) and
-- mpmath
SELECT m AS method, side, null_ratio AS null, close(r.p_value, p, 1e-11) AS p, close(r.statistic, z, 1e-11) AS z,
	   r.significant, r.lift_low_pct > 100 * (null_ratio - 1) AS above, r.diff_low = e.diff_low AS same_diff,
	   r.method AS name, r.note
FROM (VALUES
	('exact', 'greater', 1.2, 0.00665177455271456554, NULL), ('exact', 'less', 2, 0.633031498094554855, NULL),
	('exact', 'two-sided', 1.2, 2 * 0.00665177455271456554, NULL),
	('mid-p', 'greater', 1.2, 0.0050946035298532993, NULL),
	('score', 'greater', 1.2, 0.00527066497093626401, 2.55754704137415444),
	('score', 'two-sided', 0.5, 2 * 1.19211023517660783e-12, 7.00993900239085695)) t(m, side, null_ratio, p, z), state,
	LATERAL ab_poisson_test(s, alternative => side, method => m, null_ratio => t.null_ratio) r,
	LATERAL ab_poisson_test(s, alternative => side, method => m) e;
-- the lift's interval agrees with p, at alpha equal to it too, and the difference's with p of equal rates
SELECT m AS method, count(*) > 1000 AS many, count(*) FILTER (WHERE r.significant) > 200 AS both_occur,
	   count(*) FILTER (WHERE (coalesce(r.lift_low_pct > 100 * (n.ratio - 1), false)
							   OR coalesce(r.lift_high_pct < 100 * (n.ratio - 1), false)) <> r.significant)
	   AS lift_contradicts,
	   count(*) FILTER (WHERE coalesce(excludes(r.diff_low, r.diff_high), false) <> (e.p_value < e.alpha))
	   AS diff_contradicts
FROM generate_series(1, 13, 3) a, generate_series(0, 30, 5) b,
	 LATERAL (SELECT ab_summary(e, x, v) s FROM (VALUES (a, 2.0, 'treatment'), (b, 5.3, 'control')) t(e, x, v)) q,
	 unnest('{exact,mid-p,score}'::text[]) m, unnest('{two-sided,less,greater}'::text[]) side,
	 unnest('{0.2,0.8,1.25,6}'::float8[]) n(ratio),
	 LATERAL ab_poisson_test(s, alternative => side, method => m, null_ratio => n.ratio) p,
	 unnest(ARRAY[5e-324, 0.001, 0.05, 0.3, least(p.p_value, 0.49)]) l(alpha),
	 LATERAL ab_poisson_test(s, NULL, NULL, l.alpha, side, m, n.ratio) r,
	 LATERAL ab_poisson_test(s, NULL, NULL, l.alpha, side, m) e
GROUP BY m ORDER BY m;
\x on
SELECT control, treatment, control_n, treatment_n, control_stddev, df, p_adjusted, significant, alpha, method, note
FROM state, ab_poisson_test(s, alternative => 'less') r;
\x off
-- no events in an arm: finite; R: 8 against 0 in 10 and 15 has the ratio's lower end 2.5604558834494044, 0 against 8
-- the upper 0.87874976270586491
SELECT close(a.p_value, 2 * 0.4 ^ 8) AS p, close(a.lift_low_pct, 156.04558834494044) AS lift_low, a.lift_high_pct,
	   a.relative_lift_pct, a.diff_low > 0 AS low, a.diff_high < 2 AS high, a.note
FROM (SELECT ab_summary(e, x, v) s FROM (VALUES (8, 10, 'treatment'), (0, 15, 'control')) t(e, x, v)) q,
	 ab_poisson_test(s) a;
SELECT close(b.p_value, 2 * 0.6 ^ 8) AS p, b.lift_low_pct, close(b.lift_high_pct, -12.125023729413509) AS lift_high,
	   b.relative_lift_pct, b.significant
FROM (SELECT ab_summary(e, x, v) s FROM (VALUES (0, 10, 'treatment'), (8, 15, 'control')) t(e, x, v)) q,
	 ab_poisson_test(s) b;
SELECT m AS method, r.p_value, r.statistic, r.diff, round(r.diff_low::numeric, 3) AS low,
	   round(r.diff_high::numeric, 3) AS high, r.lift_low_pct, r.lift_high_pct, r.note
FROM (SELECT ab_summary(e, x, v) s FROM (VALUES (0, 10, 'treatment'), (0, 15, 'control')) t(e, x, v)) q,
	 unnest('{exact,score,sqrt,wald}'::text[]) m, ab_poisson_test(s, method => m) r;

-- many rows: the counts are exact, one column is events per row, and merging changes nothing
CREATE TABLE log AS
SELECT g, CASE WHEN g % 4 = 0 THEN 'treatment' ELSE 'control' END AS v, (g * 7919 % 13 / 4)::float8 AS messages,
	   0.1 * (g % 7 + 1)::float8 AS hours FROM generate_series(1, 4000) g;
SELECT close(r.control_mean, x.rate) AS rate, close(w.control_mean, x.per_row) AS per_row,
	   w.control_stddev IS NOT NULL AS sd, close(u.p_value, r.p_value, 1e-11) AS rollup,
	   close(u.diff_low, r.diff_low, 1e-9) AS ends
FROM (SELECT sum(messages) / sum(hours) AS rate, avg(messages) AS per_row FROM log WHERE v = 'control') x,
	 (SELECT ab_summary(messages, hours, v) s, ab_summary(messages, v) s1 FROM log) q, ab_poisson_test(s) r,
	 ab_poisson_test(s1) w,
	 (SELECT ab_rollup(s) s FROM (SELECT ab_summary(messages, hours, v) s FROM log GROUP BY g % 9) d) k,
	 ab_poisson_test(k.s) u;
-- the dispersion of the rows; reference value: the variance over the mean of each arm, weighted by their share of the
-- difference's variance
SELECT 'hours' AS exposure, note FROM (SELECT ab_summary(messages * 5, hours, v) s FROM log) q, ab_poisson_test(s) r
UNION ALL SELECT 'rows', note FROM (SELECT ab_summary(messages * 5, v) s FROM log) q, ab_poisson_test(s) r
UNION ALL SELECT 'of one', note FROM (SELECT ab_summary((messages > 0)::int, v) s FROM log) q, ab_poisson_test(s) r
UNION ALL SELECT 'index of rows', round((sum(i * w) / sum(w))::numeric, 2)::text
FROM (SELECT var_samp(messages * 5) / avg(messages * 5) AS i, avg(messages * 5) / count(*) AS w FROM log GROUP BY v) x;

-- data never raises
CREATE TABLE odd (kind text, events float8, exposure float8, v text);
INSERT INTO odd SELECT kind, e, x, v
FROM (VALUES
	('fine', 3, 2, 5, 3), ('no exposure', 3, 0, 5, 3), ('negative exposure', 3, -1, 5, 3), ('no count', 2.5, 2, 5, 3),
	('negative', -3, 2, 5, 3), ('NaN', 'NaN', 2, 5, 3), ('infinite exposure', 3, 2, 5, 'Infinity'),
	('far apart', 3, 1e-300, 5, 1e300), ('nothing counts', NULL, 2, 5, 3), ('too many', 1e17, 2, 5, 3))
	t(kind, ec, xc, et, xt),
	LATERAL (VALUES (ec::float8, xc::float8, 'control'), (et, xt, 'treatment')) a(e, x, v);
SELECT kind, control_n nc, treatment_n nt, control_mean mc, treatment_mean mt, round(p_value::numeric, 4) p,
	   diff_low IS NOT NULL AS "interval", significant, note
FROM (SELECT kind, ab_summary(events, exposure, v) s FROM odd GROUP BY kind) q, ab_poisson_test(s) r
ORDER BY kind COLLATE "C";
SELECT control, control_n, method, note FROM ab_poisson_test(NULL, control => 'v1');
-- rows whose fractions add up to a count, as sums of tenths do not in binary
SELECT control_mean * 100 = 10 AS whole, round(p_value::numeric, 6) p
FROM (SELECT ab_summary(0.1, CASE WHEN g <= 100 THEN 'control' ELSE 'treatment' END) s
	  FROM generate_series(1, 300) g) q, ab_poisson_test(s);

-- no interval contradicts its p-value; at alpha equal to it there is no effect.  Wald's test, and any at
-- the level 0.5, may reject every ratio: then no end of the lift is there.
SELECT m AS method, count(*) > 1000 AS many,
	   count(*) FILTER (WHERE coalesce(excludes(r.diff_low, r.diff_high), false) <> r.significant) AS diff_contradicts,
	   count(*) FILTER (WHERE a + b > 0 AND NOT (num_nonnulls(r.lift_low_pct, r.lift_high_pct) = 0
												 AND (m = 'wald' OR l.alpha = 0.5))
						AND coalesce(excludes(r.lift_low_pct, r.lift_high_pct), false) <> r.significant)
	   AS lift_contradicts,
	   count(*) FILTER (WHERE r.significant <> (r.p_value < r.alpha)) AS p_contradicts,
	   count(*) FILTER (WHERE r.significant) > 200 AS both_occur
FROM generate_series(0, 12, 2) a, generate_series(0, 30, 3) b,
	 LATERAL (SELECT ab_summary(e, x, v) s FROM (VALUES (a, 2.0, 'treatment'), (b, 5.3, 'control')) t(e, x, v)) q,
	 unnest('{exact,mid-p,score,sqrt,wald}'::text[]) m, unnest('{two-sided,less,greater}'::text[]) side,
	 LATERAL ab_poisson_test(s, alternative => side, method => m) p,
	 unnest(ARRAY[0.001, 0.05, 0.3, 0.5, least(p.p_value, 0.5)]) l(alpha),
	 LATERAL ab_poisson_test(s, NULL, NULL, l.alpha, side, m) r
GROUP BY m ORDER BY m;

-- query mistakes do raise
\t on
SELECT error_of($$SELECT ab_poisson_test(ab_summary(events, exposure, events, exposure, v)) FROM total$$);
SELECT error_of($$SELECT ab_poisson_test(NULL, method => 'etest')$$);
SELECT error_of($$SELECT ab_poisson_test(NULL, alpha => 0)$$);
SELECT error_of($$SELECT ab_poisson_test(NULL, null_ratio => 0)$$);
SELECT error_of($$SELECT ab_poisson_test(NULL, null_ratio => NULL)$$);
SELECT error_of($$SELECT ab_poisson_test(NULL, method => 'wald', null_ratio => 1.2)$$);
\t off

DROP TABLE total, state, log, odd;
