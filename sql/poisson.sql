-- every number against an independent source, by relative error
CREATE FUNCTION close(got float8, wanted float8, tolerance float8 DEFAULT 1e-12) RETURNS boolean LANGUAGE sql AS $$
	SELECT CASE WHEN wanted IS NULL OR got IS NULL THEN got IS NULL AND wanted IS NULL
				WHEN wanted = 0 THEN got = 0 ELSE abs(got / wanted - 1) < tolerance END
$$;
-- events and exposure of Gu et al. 2008; reference values: mpmath, 50 digits; z and p of wald and sqrt as published there,
-- the exact intervals of the ratio by R 4.2 poisson.test
CREATE TABLE total (v text, events float8, exposure float8);
INSERT INTO total VALUES ('treatment', 60, 51477.5), ('control', 30, 54308.7);
SELECT m.method, close(r.p_value, m.p) AS p, close(r.statistic, m.z) AS z, close(r.lift_low_pct, m.lift_low, 1e-11) AS lift_low, close(r.lift_high_pct, m.lift_high, 1e-11) AS lift_high,
	   close(r.diff_low, m.low, 1e-11) AS diff_low, close(r.diff_high, m.high, 1e-11) AS diff_high, close(r.control_mean, 30 / 54308.7) AS rate, r.significant, r.method AS name
FROM (VALUES ('exact', 0.000856105388100248482::float8, NULL::float8, 33.9735721772651034::float8, 238.836557361625144::float8, 0.000250822580365566374::float8, 0.00100946623464451069::float8),
	  ('mid-p', 0.000620264883965712525, NULL, 36.8103655188645745, 230.72967220109178, 0.000265931320509081023, 0.000989192200394049617),
	  ('score', 0.000632218882047097123, 3.41740183900021462, 36.5962430192774495, 225.930615249953006, 0.000265796462936855771, 0.000989192200394049617),
	  ('sqrt', 0.000570035562179512338, 3.44548501956368216, 37.1502594429725132, 231.106130116426522, 0.0002665161392834205, 0.000989192200394049617),
	  ('wald', 0.000712009328506111301, 3.38491255626079291, 38.2207392730440206, 245.750646736175231, 0.000258122351463948713, 0.000968197820171148525)) m(method, p, z, lift_low, lift_high, low, high),
	 (SELECT ab_summary(events, exposure, v) s FROM total) q, LATERAL ab_rate_test(s, method => m.method) r;
-- one-sided, by R's poisson.test(alternative = "greater"); its exact two-sided p-value adds up the less likely outcomes, ours is dual to the interval
SELECT close(g.p_value, 0.00042805269405012466, 1e-11) AS greater, close(g.lift_low_pct, 43.35124338175218, 1e-11) AS bound, g.lift_high_pct, g.diff_high, close(l.p_value, 0.99980778781008439) AS less, l.lift_low_pct,
	   close(l.lift_high_pct, 214.50058613806453) AS bound
FROM (SELECT ab_summary(events, exposure, v) s FROM total) q, ab_rate_test(s, alternative => 'greater') g, ab_rate_test(s, alternative => 'less') l;
\x on
SELECT control, treatment, control_n, treatment_n, control_stddev, df, p_adjusted, significant, alpha, method, note
FROM (SELECT ab_summary(events, exposure, v) s FROM total) q, ab_rate_test(s, alternative => 'less') r;
\x off
-- no events in an arm: finite; R: 8 against 0 in 10 and 15 has the ratio's lower end 2.5604558834494044, 0 against 8 the upper 0.87874976270586491
SELECT close(a.p_value, 2 * 0.4 ^ 8) AS p, close(a.lift_low_pct, 156.04558834494044) AS lift_low, a.lift_high_pct, a.relative_lift_pct, a.diff_low > 0 AND a.diff_high < 2 AS diff, a.note,
	   close(b.p_value, 2 * 0.6 ^ 8) AS p, b.lift_low_pct, close(b.lift_high_pct, -12.125023729413509) AS lift_high, b.relative_lift_pct, b.significant
FROM (SELECT ab_summary(e, x, v) s FROM (VALUES (8, 10, 'treatment'), (0, 15, 'control')) t(e, x, v)) q, ab_rate_test(s) a,
	 (SELECT ab_summary(e, x, v) s FROM (VALUES (0, 10, 'treatment'), (8, 15, 'control')) t(e, x, v)) u, ab_rate_test(u.s) b;
SELECT m AS method, r.p_value, r.statistic, r.diff, round(r.diff_low::numeric, 3) AS low, round(r.diff_high::numeric, 3) AS high, r.lift_low_pct, r.lift_high_pct, r.note
FROM (SELECT ab_summary(e, x, v) s FROM (VALUES (0, 10, 'treatment'), (0, 15, 'control')) t(e, x, v)) q, unnest('{exact,score,sqrt,wald}'::text[]) m, ab_rate_test(s, method => m) r;

-- many rows: the counts are exact, one column is events per row, and merging changes nothing
CREATE TABLE log AS SELECT g, CASE WHEN g % 4 = 0 THEN 'treatment' ELSE 'control' END AS v, (g * 7919 % 13 / 4)::float8 AS messages, 0.1 * (g % 7 + 1)::float8 AS hours FROM generate_series(1, 4000) g;
SELECT close(r.control_mean, x.rate) AS rate, close(w.control_mean, x.per_row) AS per_row, w.control_stddev IS NOT NULL AS sd, close(u.p_value, r.p_value, 1e-11) AS rollup, close(u.diff_low, r.diff_low, 1e-9) AS ends
FROM (SELECT sum(messages) / sum(hours) AS rate, avg(messages) AS per_row FROM log WHERE v = 'control') x, (SELECT ab_summary(messages, hours, v) s, ab_summary(messages, v) s1 FROM log) q, ab_rate_test(s) r, ab_rate_test(s1) w,
	 (SELECT ab_rollup(s) s FROM (SELECT ab_summary(messages, hours, v) s FROM log GROUP BY g % 9) d) k, ab_rate_test(k.s) u;
-- the dispersion of the rows; reference value: the variance over the mean of each arm, weighted by their share of the difference's variance
SELECT note FROM (SELECT ab_summary(messages * 5, hours, v) s FROM log) q, ab_rate_test(s) r UNION ALL
SELECT note FROM (SELECT ab_summary(messages * 5, v) s FROM log) q, ab_rate_test(s) r UNION ALL
SELECT note FROM (SELECT ab_summary((messages > 0)::int, v) s FROM log) q, ab_rate_test(s) r UNION ALL
SELECT 'index ' || round((sum(i * w) / sum(w))::numeric, 2) FROM (SELECT var_samp(messages * 5) / avg(messages * 5) AS i, avg(messages * 5) / count(*) AS w FROM log GROUP BY v) x;

-- counts so large that rounding hides in them; reference values: mpmath, 50 digits
SELECT m.method, close(r.p_value, m.p, 1e-11) AS p
FROM (VALUES ('exact', 0.045501343721087819806::float8), ('mid-p', 0.045500263901757511052)) m(method, p), (SELECT ab_summary(e, 1, v) s FROM (VALUES (5000100000, 'treatment'), (4999900000, 'control')) t(e, v)) q, LATERAL ab_rate_test(s, method => m.method) r;

-- data never raises
CREATE TABLE odd (kind text, events float8, exposure float8, v text);
INSERT INTO odd SELECT kind, e, x, v FROM (VALUES ('fine', 3, 2, 5, 3), ('no exposure', 3, 0, 5, 3), ('negative exposure', 3, -1, 5, 3), ('no count', 2.5, 2, 5, 3), ('negative', -3, 2, 5, 3),
	('NaN', 'NaN', 2, 5, 3), ('infinite exposure', 3, 2, 5, 'Infinity'), ('far apart', 3, 1e-300, 5, 1e300), ('nothing counts', NULL, 2, 5, 3), ('too many', 1e17, 2, 5, 3)) t(kind, ec, xc, et, xt),
	LATERAL (VALUES (ec::float8, xc::float8, 'control'), (et, xt, 'treatment')) a(e, x, v);
SELECT kind, control_n nc, treatment_n nt, control_mean mc, treatment_mean mt, round(p_value::numeric, 4) p, diff_low IS NOT NULL AS "interval", significant, note
FROM (SELECT kind, ab_summary(events, exposure, v) s FROM odd GROUP BY kind) q, ab_rate_test(s) r ORDER BY kind COLLATE "C";
SELECT control, control_n, method, note FROM ab_rate_test(NULL, control => 'v1');
-- rows whose fractions add up to a count, as sums of tenths do not in binary
SELECT r.control_mean = 10 AS whole, round(r.p_value::numeric, 6) p FROM (SELECT ab_summary(0.1, CASE WHEN g <= 100 THEN 'control' ELSE 'treatment' END) s FROM generate_series(1, 300) g) q, ab_rate_test(s) x,
	 LATERAL (SELECT x.control_mean * 100 AS control_mean, x.p_value) r;

-- no interval contradicts its p-value; at alpha equal to it there is no effect
SELECT count(*) > 5000 AS many, count(*) FILTER (WHERE (coalesce(r.diff_low > 0, false) OR coalesce(r.diff_high < 0, false)) <> r.significant) AS diff_contradicts,
	   count(*) FILTER (WHERE a + b > 0 AND NOT (num_nonnulls(r.lift_low_pct, r.lift_high_pct) = 0 AND (m = 'wald' OR l.alpha > 0.5)) AND (coalesce(r.lift_low_pct > 0, false) OR coalesce(r.lift_high_pct < 0, false)) <> r.significant) AS lift_contradicts,
	   count(*) FILTER (WHERE r.significant <> (r.p_value < r.alpha)) AS p_contradicts, count(*) FILTER (WHERE r.significant) > 1000 AS both_occur
FROM generate_series(0, 12, 2) a, generate_series(0, 30, 3) b, LATERAL (SELECT ab_summary(e, x, v) s FROM (VALUES (a, 2.0, 'treatment'), (b, 5.3, 'control')) t(e, x, v)) q,
	 unnest('{exact,mid-p,score,sqrt,wald}'::text[]) m, unnest('{two-sided,less,greater}'::text[]) side, LATERAL ab_rate_test(s, alternative => side, method => m) p,
	 unnest(ARRAY[0.001, 0.05, 0.3, 0.7, least(p.p_value, 0.999)]) l(alpha), LATERAL ab_rate_test(s, NULL, NULL, l.alpha, side, m) r;

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
SELECT error_of($$SELECT ab_rate_test(ab_summary(events, exposure, events, exposure, v)) FROM total$$);
SELECT error_of($$SELECT ab_rate_test(NULL, method => 'etest')$$);
SELECT error_of($$SELECT ab_rate_test(NULL, alpha => 0)$$);
\t off

DROP FUNCTION error_of, close;
DROP TABLE total, log, odd;
