\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
-- non-inferiority of a rate: the exact power of its score test; reference values: all tables enumerated, and the edge
-- of the rejection region walked, to 12 digits
SELECT n, close(power, wanted, 1e-11) AS power FROM (VALUES
	(200, ab_power_noninferiority(200, 0.02, 0.03, 0.025, 0.25, 'lower', method => 'exact'), 0.017967610162712::float8),
	(300, ab_power_noninferiority(300, 0.01, 0.02, 0.025, 0.25, 'lower', method => 'exact'), 0.005399581878497),
	(400, ab_power_noninferiority(400, 0.02, 0.03, 0.025, 0.25, 'lower', method => 'exact'), 0.209519476641800),
	(100, ab_power_noninferiority(100, 0.05, 0.05, direction => 'lower', method => 'exact'), 0.434728539263010),
	(50, ab_power_noninferiority(50, 0.02, 0.03, 0.025, 4, 'lower', method => 'exact'), 0.239146336618760),
	(120, ab_power_noninferiority(120, 0.9, 0.1, 0.025, 1 / 3.0, method => 'exact'), 0.299087236656920),
	(150, ab_power_noninferiority(150, 0.1, 0.05, effect => 0.02, method => 'exact'), 0.592350222301680),
	(240, ab_power_noninferiority(240, 0.1, 1, 0.025, 0.25, 'lower', relative => true, method => 'exact'),
	 0.365321896584510),
	(300, ab_power_noninferiority(300, 0.8, 0.2, 0.05, 1 / 3.0, relative => true, method => 'exact'),
	 0.952104589548680))
	t(n, power, wanted);
SELECT n, power IS NULL OR close(at_n, power, 1e-5) AS power, at_n >= 0.8 AND below < 0.8 AS crossing
FROM (VALUES (0.02::float8, 0.03::float8, 1::float8, 0.806214::float8), (0.02, 0.03, 0.25, 0.800318),
	(0.01, 0.02, 0.25, 0.800589), (0.05, 0.02, 1, NULL), (0.05, 0.02, 0.1, NULL)) d(p, margin, r, power),
	ab_sample_size_noninferiority(p, margin, 0.025, ratio => r, direction => 'lower', method => 'exact') n,
	ab_power_noninferiority(n, p, margin, 0.025, r, 'lower', method => 'exact') at_n,
	ab_power_noninferiority(n - 1, p, margin, 0.025, r, 'lower', method => 'exact') below;
-- Farrington and Manning's formula where no count is small; reference values: gsDesign's nBinomial, 50 digits; roots
-- of the cubic (mpmath)
SELECT ab_sample_size_noninferiority(0.25, -0.1, 0.05, 0.9, 1.5, 'lower', -0.2) AS published,
	   ab_sample_size_noninferiority(0.25, -0.1, 0.05, 0.9, 1.5, 'lower', -0.2, method => 'exact') AS exact,
	   close(ab_power_noninferiority(200, 0.02, 0.03, 0.025, 0.25, 'lower', method => 'asymptotic'),
			 0.0765334478637516, 1e-12) AS formula,
	   close(ab_power_noninferiority(400, 0.05, 0.03, 0.025, direction => 'lower'), 0.467905559057614, 1e-12) AS auto,
	   close(ab_power_noninferiority(200, 0.02, 0.03, 0.025, 0.25, 'lower'), 0.017967610162712, 1e-11) AS few;
-- the planned power is the share of experiments whose test succeeds, table by table
SELECT kind, close(sum(w) FILTER (WHERE significant), max(power), 1e-9) AS enumerated
FROM (VALUES (20, 9)) d(nc, nt), generate_series(0, nc) xc, generate_series(0, nt) xt,
	 LATERAL (SELECT ab_summary_combine(ab_make_summary('control', nc, xc), ab_make_summary('treatment', nt, xt))) s(s),
	 LATERAL (SELECT (factorial(nc) / factorial(xc) / factorial(nc - xc) * factorial(nt) / factorial(xt)
					  / factorial(nt - xt))::float8 * 0.3 ^ xc * 0.7 ^ (nc - xc) * 0.35 ^ xt * 0.65 ^ (nt - xt)) q(w),
	 LATERAL (SELECT 'noninferiority', significant,
							 ab_power_noninferiority(nc, 0.3, 0.25, ratio => 0.45, effect => 0.05)
			  FROM ab_noninferiority(s, 0.25, 'higher')
			  UNION ALL SELECT 'superiority', significant,
							   ab_power_noninferiority(nc, 0.3, -0.01, ratio => 0.45, effect => 0.05)
			  FROM ab_superiority(s, 0.01, 'higher')
			  UNION ALL SELECT 'lower', significant,
							   ab_power_noninferiority(nc, 0.3, 0.3, 0.05, 0.45, 'lower', 0.05)
			  FROM ab_noninferiority(s, 0.3, 'lower')
			  UNION ALL SELECT 'relative', significant,
							   ab_power_noninferiority(nc, 0.3, 0.8, 0.05, 0.45, 'higher', 0.05, relative => true)
			  FROM ab_noninferiority(s, 0.8, 'higher', relative => true)
			  UNION ALL SELECT 'equivalence', significant, ab_power_equivalence(nc, 0.3, 0.3, 0.2, 0.45, 0.05)
			  FROM ab_equivalence(s, 0.3, alpha => 0.2)) t(kind, significant, power)
GROUP BY kind ORDER BY kind;
-- the approximation takes over where counts vary too much for a walk; the direction mirrors a rate
SELECT abs(ab_power_noninferiority(299999, 0.1, 0.002) - ab_power_noninferiority(340000, 0.1, 0.002)) < 0.04 AS steady,
	   ab_sample_size_noninferiority(0.1, 0.00001) BETWEEN 11127e6 AND 11130e6 AS huge,
	   ab_sample_size_noninferiority(0.3, 0.05) =
	   ab_sample_size_noninferiority(0.7, 0.05, direction => 'lower') AS mirrored;
-- a rate of 1 is an effect like any other
SELECT round(ab_power_noninferiority(30, 0.95, 0.05, alpha => 0.025, ratio => 2, effect => 0.05)::numeric, 3) AS to_one;
-- a mean; reference value: statsmodels 0.13.5 TTestIndPower: 252.82
SELECT ab_sample_size_noninferiority(NULL, 0.25, alpha => 0.025, power => 0.9, ratio => 2, stddev => 1) AS mean;
-- equivalence; reference values: integral over the difference (NumPy); of rates all tables
SELECT what, close(power, wanted, tolerance) AS power FROM (VALUES
	('shifted', ab_power_equivalence(20, NULL, 0.8, ratio => 1.5, effect => 0.1, stddev => 1),
	 0.6954627662761923::float8, 1e-10::float8),
	('centred', ab_power_equivalence(12, NULL, 1.25, stddev => 1), 0.8134208656764004, 1e-10),
	('many', ab_power_equivalence(6852, NULL, 0.05, stddev => 1), 0.8000184122538812, 1e-10),
	('rates', ab_power_equivalence(500, 0.1, 0.05, method => 'exact'), 0.6566, 1e-4),
	('1 : 4', ab_power_equivalence(800, 0.1, 0.08, ratio => 0.25, method => 'exact'), 0.8966, 1e-4))
	t(what, power, wanted, tolerance);
SELECT ab_power_equivalence(3, NULL, 0.1, stddev => 1) < 1e-6 AS hopeless;
-- wide margins on one side leave the one-sided test
SELECT close(ab_power_equivalence(50, NULL, 1000, effect => 999.5, stddev => 1),
			 ab_power_noninferiority(50, NULL, 0.5, stddev => 1), 1e-10) AS one_margin;
-- round trips: no row
SELECT m, e, r, n
FROM generate_series(-2, 12) i, unnest('{0,0.6,-0.3}'::float8[]) f, unnest('{0.3,1,2.5}'::float8[]) r,
	 LATERAL (SELECT 10 ^ (-i / 4.0)::float8, 10 ^ (-i / 4.0)::float8 * f) size(m, e),
	 LATERAL (SELECT ab_sample_size_equivalence(NULL, m, ratio => r, effect => e, stddev => 1)) a(n)
WHERE NOT (ab_power_equivalence(n, NULL, m, ratio => r, effect => e, stddev => 1) >= 0.8
		   AND (n = greatest(2, ceil(3 / (1 + r)))
				OR ab_power_equivalence(n - 1, NULL, m, ratio => r, effect => e, stddev => 1) < 0.8));
SELECT m, e, r, n, k
FROM unnest('{0,2,5,9}'::int[]) i, unnest('{0,0.6,-0.3}'::float8[]) f, unnest('{0.3,1,2.5}'::float8[]) r,
	 LATERAL (SELECT 0.2 * 10 ^ (-i / 4.0)::float8, 0.2 * 10 ^ (-i / 4.0)::float8 * f) size(m, e),
	 LATERAL (SELECT ab_sample_size_equivalence(0.3, m, ratio => r, effect => e),
					 ab_sample_size_noninferiority(0.3, m, ratio => r, effect => e)) a(n, k)
WHERE NOT (ab_power_equivalence(n, 0.3, m, ratio => r, effect => e) >= 0.8
		   AND (n = 2 OR ab_power_equivalence(n - 1, 0.3, m, ratio => r, effect => e) < 0.8)
		   AND ab_power_noninferiority(k, 0.3, m, ratio => r, effect => e) >= 0.8
		   AND (k = 2 OR ab_power_noninferiority(k - 1, 0.3, m, ratio => r, effect => e) < 0.8));

-- errors
\t on
SELECT error_of('SELECT ab_sample_size_noninferiority(' || arguments || ')')
FROM (VALUES ('0.5, NULL'), ('0.5, 0'), ('0.5, 0.1, effect => -0.1'),
	('0.5, 0.1, effect => 0.1, direction => ''lower'''), ('0.5, 0.1, effect => ''NaN'''), ('0.03, 0.05'),
	('0.97, 0.05, direction => ''lower'''), ('0.9, 0.05, effect => 0.2'), ('0.5, 0.1, direction => NULL'),
	('0.5, 0.1, direction => ''up'''), ('1, 0.1'), ('NULL, 0.1, stddev => 0'),
	('NULL, 1e-9, stddev => 1'), ('NULL, 0.1, stddev => 1, relative => true'), ('0.5, 1.1, relative => true'),
	('0.6, 0.7, direction => ''lower'', relative => true'), ('0.5, 0.1, method => ''z'''), ('0.5, 0.1, method => NULL'))
	t(arguments);
SELECT error_of('SELECT ab_sample_size_equivalence(' || arguments || ')')
FROM (VALUES ('0.5, 0'), ('0.5, ''Infinity'''), ('0.5, 0.1, effect => 0.1'), ('0.5, 0.1, effect => -0.2'),
	('0.5, 0.1, effect => NULL'), ('0.03, 0.05'), ('0.97, 0.05'), ('NULL, 0.1'), ('NULL, 0.1, stddev => -1'),
	('NULL, 1e-9, stddev => 1')) t(arguments);
SELECT error_of('SELECT ab_power_' || call)
FROM (VALUES ('noninferiority(1, 0.5, 0.1)'), ('equivalence(2, NULL, 1, ratio => 0.25, stddev => 1)')) t(call);
\t off
