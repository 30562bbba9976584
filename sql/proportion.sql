\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
-- 19 of 53 against 13 of 48; reference values: mpmath, 50 digits, with the closed forms of Miettinen and Nurminen
-- (1985) for the constrained rates; newcombe, agresti_caffo, z_unpooled also by statsmodels
-- confint_proportions_2indep()
SELECT t.method, wrong(to_jsonb(r), wanted::jsonb || jsonb_build_object('diff', 13 / 48.0 - 19 / 53.0),
					   loose => '{"diff_high": 1e-11, "lift_high_pct": 1e-11}'),
	   close(l.p_value, t.p_less) AS p_less, close(g.p_value, 1 - t.p_less) AS p_greater,
	   num_nonnulls(l.diff_low, l.lift_low_pct, g.diff_high, g.lift_high_pct) AS closed_ends
FROM (VALUES
	('score', 0.173376218127726517::float8, '{"statistic": -0.940907163564792679,
		"p_value": 0.346752436255453033, "diff_low": -0.263806697049325563, "diff_high": 0.0957238798807666657,
		"lift_low_pct": -58.336701070783305, "lift_high_pct": 34.3818377847627051}'),
	('z', 0.172176323021244448, '{"statistic": -0.945599996484781592, "p_value": 0.344352646042488896,
		"diff_low": -0.262964254432080052, "diff_high": 0.0948116803986693936,
		"lift_low_pct": -58.2142403584038638, "lift_high_pct": 34.0094114090834309}'),
	('likelihood_ratio', 0.171584922195937261, '{"statistic": -0.947920663943083586,
		"p_value": 0.343169844391874521, "diff_low": -0.264798127752794391, "diff_high": 0.0943264090128315798,
		"lift_low_pct": -59.3973174487511933, "lift_high_pct": 34.6266166666377085}'),
	('newcombe', 0.172239881554440618, '{"statistic": -0.945350894670270648, "p_value": 0.344479763108881236,
		"diff_low": -0.258473349430540152, "diff_high": 0.0931533747347857531,
		"lift_low_pct": -57.7955671756224117, "lift_high_pct": 33.4661162555677619}'),
	('z_unpooled', 0.170195074915711, '{"statistic": -0.953394652475497364, "p_value": 0.340390149831422,
		"diff_low": -0.267860696861645591, "diff_high": 0.0925462314528405591,
		"lift_low_pct": -62.0846932592122156, "lift_high_pct": 35.6992908745332734}'),
	('agresti_caffo', 0.178420748589084722, '{"statistic": -0.92140025214644675,
		"p_value": 0.356841497178169443, "diff_low": -0.261544129716629649, "diff_high": 0.0942714024439023763,
		"lift_low_pct": -59.9749606827400283, "lift_high_pct": 35.4192004912212035}')) t(method, p_less, wanted),
	counts(19, 53, 13, 48) s, ab_proportion_test(s, method => t.method) r,
	ab_proportion_test(s, alternative => 'less', method => t.method) l,
	ab_proportion_test(s, alternative => 'greater', method => t.method) g;
-- reference values: SciPy 1.10 fisher_exact(), barnard_exact(), boschloo_exact(), whose maximum is good to 1e-10 or so
SELECT t.method, t.alternative, close(r.p_value, t.p, 1e-9) AS p, r.diff_low, r.lift_high_pct, r.significant
FROM (VALUES
	('fisher', 'two-sided', 0.39576095560208047::float8),
	('fisher', 'less', 0.23260384503837625), ('fisher', 'greater', 0.8770981622482434),
	('barnard', 'two-sided', 0.5151240323383051), ('barnard', 'less', 0.2700169751894596), ('barnard', 'greater', 1.0),
	('boschloo', 'two-sided', 0.38822562550607465), ('boschloo', 'less', 0.19411281275303732),
	('boschloo', 'greater', 0.8360757092170997)) t(method, alternative, p),
	ab_proportion_test(counts(19, 53, 13, 48), alternative => t.alternative, method => t.method) r;
-- 1 of 34 against 7 of 34: R PropCIs diffscoreci() and Fagerland et al. (2015)
SELECT close(diff_low, 0.0270416, 2e-6) AS low, close(diff_high, 0.3452912, 1e-6) AS high
FROM ab_proportion_test(counts(1, 34, 7, 34));
SELECT round(diff_low::numeric, 3) AS low, round(diff_high::numeric, 3) AS high
FROM ab_proportion_test(counts(1, 34, 7, 34), method => 'newcombe');

-- no success in one arm, or in both, is tested; Fisher: exact whole numbers, the others as above
SELECT t.method, CASE WHEN t.p IS NULL THEN r.p_value < 1e-4 ELSE close(r.p_value, t.p) END AS p,
	   r.diff_low > 0 AS low, r.lift_low_pct > 0 AS lift_low, r.lift_high_pct IS NULL AS lift_high, r.note
FROM (VALUES
	('score', 6.29329048078859778e-6::float8), ('z', 6.25965735813695293e-6),
	('likelihood_ratio', 1.13287031831880609e-7), ('fisher', 7.8224290412424291e-7),
	('z_unpooled', NULL), ('newcombe', NULL), ('agresti_caffo', NULL), ('barnard', NULL), ('boschloo', NULL))
	t(method, p), ab_proportion_test(counts(0, 1000, 20, 990), method => t.method) r;
SELECT method, round(p_value::numeric, 6) AS p, round(diff_low::numeric, 4) AS low,
	   round(diff_high::numeric, 4) AS high, significant, note
FROM unnest('{score,z,z_unpooled,newcombe,agresti_caffo,likelihood_ratio,fisher,barnard,boschloo}'::text[]) how,
	 ab_proportion_test(counts(0, 20, 0, 10), method => how);
SELECT method, round(p_value::numeric, 6) AS p, round(diff_low::numeric, 4) AS low,
	   round(diff_high::numeric, 4) AS high, round(lift_low_pct::numeric, 1) AS lift_low,
	   round(lift_high_pct::numeric, 1) AS lift_high
FROM unnest('{score,z,newcombe,agresti_caffo,likelihood_ratio,fisher,barnard,boschloo}'::text[]) how,
	 ab_proportion_test(counts(5, 5, 0, 4), method => how);
-- tails keep their digits; reference values: whole numbers
SELECT close(p_value, 2.32385979283387404e-185) AS fisher
FROM ab_proportion_test(counts(0, 700, 500, 800), method => 'fisher');
SELECT method, p_value > 0 AS never_zero, significant
FROM unnest('{score,newcombe,likelihood_ratio,fisher,barnard,boschloo}'::text[]) how,
	 ab_proportion_test(counts(0, 20000, 20000, 20001), method => how);

-- any difference or ratio, with and without the corrections; reference values: 40 digits, two ways (the closed forms
-- and the root of the bound's equation; bisection of the likelihood and inversion of the statistic)
SELECT xc, nc, xt, nt, null_value, how, close(t.statistic, z, 2e-12) AS z, close(t.p_value, p, 2e-12) AS p,
	   close(t.std_error, se) AS se, close(low, lo, 1e-11) AS low, close(high, hi, 1e-11) AS high
FROM (VALUES
	(300, 1000, 280, 1000, -0.05::float8, false, 'greater', 'score',
	 0.05, 1.4790790476932::float8, 0.06955959465343::float8, 0.020282891605278::float8, -0.059745788634631::float8,
	 0.019789995553469::float8),
	(300, 1000, 280, 1000, -0.05, false, 'greater', 'score_skewness',
	 0.05, 1.4664821307488, 0.071258492918275, 0.020282891605278, -0.060011916180079, 0.020045505138564),
	(4, 200, 0, 50, 0.03, false, 'less', 'score_skewness',
	 0.05, -1.5863250278717, 0.056332798844904, 0.030950471990768, -0.054392070724061, 0.047001247232583),
	(4, 200, 1, 50, 0.03, false, 'less', 'score_skewness',
	 0.05, -0.75726450692597, 0.22444570524847, 0.031506223862072, -0.043252336662311, 0.082720994424037),
	(3, 300, 0, 75, 0.02, false, 'less', 'score_skewness',
	 0.05, -1.4603433552956, 0.072097866094689, 0.019744688439453, -0.03171536235452, 0.034880365212448),
	(10, 1000, 0, 2, 0.02, false, 'less', 'score_skewness',
	 0.05, 0.90474594796003, 0.81720000352303, 0.12068488443672, -0.15724972837905, 0.80349620904909),
	(10, 1000, 0, 2, 0.02, false, 'less', 'score',
	 0.05, -0.24858125472813, 0.40184235499454, 0.12068488443672, -0.01831480782552, 0.64788240532331),
	(50, 1000, 12, 100, 0.02, false, 'less', 'score_skewness',
	 0.05, 1.8271783771565, 0.9661635230698, 0.027053722488679, 0.012722195155814, 0.14875833474129),
	(96, 100, 950, 1000, -0.03, false, 'greater', 'score_skewness',
	 0.1, 1.0372784622426, 0.14980305015933, 0.016777829477674, -0.039315988792583, 0.037455419198202),
	(0, 60, 0, 30, 0.05, false, 'less', 'score_skewness',
	 0.1, -1.0553616590283, 0.14562997556806, 0.04001404247893, -0.051187992770638, 0.084577906359453),
	(60, 60, 30, 30, -0.05, false, 'greater', 'score_skewness',
	 0.1, 1.0553616590283, 0.14562997556806, 0.04001404247893, -0.084577906359453, 0.051187992770638),
	(0, 400, 5, 40, 0, false, 'greater', 'score_skewness',
	 0.05, 3.8600582964463, 5.6679988811686e-5, 0.017596949155748, 0.044207889191685, 0.26206347400289),
	(110, 1000, 60, 500, 0.8, true, 'greater', 'score_skewness',
	 0.05, 1.9876143841934, 0.023427177115075, 0.015603214874761, 0.80351564048885, 1.4659541032303),
	(110, 1000, 60, 500, 0.8, true, 'greater', 'score',
	 0.05, 2.0508594066573, 0.020140320141305, 0.015603214874761, 0.81105252263372, 1.4622067864845),
	(110, 1000, 60, 500, 1.25, true, 'less', 'score_skewness',
	 0.05, -0.87846156304007, 0.18984664395901, 0.01932986968742, 0.80351564048885, 1.4659541032303),
	(100, 1000, 9, 100, 1.5, true, 'less', 'score_skewness',
	 0.1, -1.5699313296688, 0.058215543975671, 0.037560853937275, 0.48334555811873, 1.5315591587016),
	(90, 100, 890, 1000, 0.95, true, 'greater', 'score_skewness',
	 0.1, 1.2288730202422, 0.10955970922462, 0.026075268912815, 0.93917432394548, 1.0629771042452),
	(20, 1000, 0, 100, 1.25, true, 'less', 'score_skewness',
	 0.1, -1.5682497000171, 0.058411434851885, 0.015641920419008, 0.0, 1.337872093282),
	(0, 1000, 4, 100, 1.25, true, 'greater', 'score_skewness',
	 0.1, 3.2949858541244, 0.00049213317204767, 0.0070616864164224, 13.136659439102, NULL),
	(302000, 1000000, 300000, 1000000, -0.003, false, 'greater', 'score_skewness',
	 0.05, 1.541189437313, 0.061635343744002, 0.00064868701212976, -0.0032716535201408, -0.00072834286934443),
	(500, 1000, 0, 3, 0, false, 'less', 'score_skewness',
	 0.05, -1.4411194222303, 0.07477547369937, 0.289250758565422, -0.613634720220652, 0.170211986640124),
	(30, 1000, 0, 1000, 0, false, 'less', 'score_skewness',
	 0.05, -5.4714146215657, 2.2322870801729e-8, 0.00543735067759985, -0.0422937164216875, -0.0205092546149135),
	(300, 1000, 280, 1000, -0.05, false, 'greater', 'z',
	 0.05, 1.47944895617661, 0.069510182020802, 0.0202778202483782, -0.0597358594567557, 0.0197800441327171),
	(50, 1000, 12, 100, 0.02, false, 'less', 'score',
	 0.05, 1.84817449875606, 0.96771144836815, 0.027053722488679, 0.0176232511856905, 0.149084464064018))
	v(xc, nc, xt, nt, null_value, ratio, side, how, level, z, p, se, lo, hi),
	LATERAL (SELECT counts(xc, nc, xt, nt) s, CASE WHEN NOT ratio THEN null_value END d,
					CASE WHEN ratio THEN null_value END r) c,
	ab_proportion_test(s, alternative => side, method => how, null_difference => d, null_ratio => r) t,
	ab_proportion_test(s, alpha => level, method => how, null_difference => d, null_ratio => r) i,
	LATERAL (SELECT CASE WHEN ratio THEN 1 + i.lift_low_pct / 100 ELSE i.diff_low END,
					CASE WHEN ratio THEN 1 + i.lift_high_pct / 100 ELSE i.diff_high END) e(low, high);
SELECT method, note
FROM (VALUES ('two-sided'), ('greater'), ('less')) a(side),
	 ab_proportion_test(counts(300, 1000, 280, 1000), alternative => side, method => 'score_skewness',
						null_difference => -0.05)
UNION ALL SELECT method, note FROM ab_proportion_test(counts(10, 1000, 0, 20), method => 'score', null_ratio => 1.25)
UNION ALL SELECT method, note
FROM ab_proportion_test(counts(10, 1000, 0, 20), method => 'score_skewness', null_ratio => 1.25);
-- two-sided it is twice the smaller p, the statistic that of it, and 1 where the correction covers the difference
SELECT side, round(t.statistic::numeric, 6) AS statistic, round(t.p_value::numeric, 6) AS p,
	   diff_low < 0 AND diff_high > 0 AS covers
FROM unnest('{two-sided,greater,less}'::text[]) side,
	 ab_proportion_test(counts(10, 40, 10, 40), method => 'score_skewness', alternative => side) t;
SELECT close(t.p_value, 2 * least(g.p_value, l.p_value)) AS twice, t.statistic = g.statistic AS statistic
FROM counts(10, 40, 17, 44) s, ab_proportion_test(s, method => 'score_skewness') t,
	 ab_proportion_test(s, method => 'score_skewness', alternative => 'greater') g,
	 ab_proportion_test(s, method => 'score_skewness', alternative => 'less') l;
-- Yates' correction as R has it: prop.test() prints the p of z and the interval of z_unpooled (R 4.2)
SELECT xt, nt, side, root IS NULL OR close(abs(z.statistic), root, 1e-11) AS statistic, close(z.p_value, p, 1e-11) AS p,
	   close(u.diff_low, low, 1e-11) AS low, close(u.diff_high, high, 1e-11) AS high, z.method
FROM (VALUES (13, 48, 19, 53, 'two-sided', 0.7314618806889003::float8, 0.4644970799358538::float8,
			  -0.1123968603836581::float8, 0.2877113257924632::float8),
	(13, 48, 15, 53, 'two-sided', 0, 1, -0.1746776111886310, 0.1990486803710209),
	(7, 12, 3, 15, 'less', NULL, 0.04961524932507827, NULL, -0.01909483177002291),
	(7, 12, 3, 15, 'greater', NULL, 0.9503847506749217, -0.7475718348966438, NULL))
	v(xc, nc, xt, nt, side, root, p, low, high),
	ab_proportion_test(counts(xc, nc, xt, nt), alternative => side, method => 'z', continuity => true) z,
	ab_proportion_test(counts(xc, nc, xt, nt), alternative => side, method => 'z_unpooled', continuity => true) u;
-- unpooled Barnard; reference values: SciPy 1.10 barnard_exact(pooled=False)
SELECT side, close(p_value, p, 1e-9) AS p, close(statistic, -2.1799560579133925) AS statistic
FROM (VALUES ('two-sided', 0.05841228365898141::float8), ('less', 0.029619345119502257), ('greater', 1)) v(side, p),
	 ab_proportion_test(counts(7, 12, 3, 15), alternative => side, method => 'barnard_unpooled');
SELECT close(p_value, 0.03125) AS p, statistic, note
FROM ab_proportion_test(counts(0, 3, 3, 3), method => 'barnard_unpooled');
-- bounds end at exactly -1, 1 and 0 where they end there
SELECT method, diff_low, round(diff_high::numeric, 6) AS diff_high, lift_low_pct
FROM unnest('{score,score_skewness,z,newcombe,agresti_caffo,likelihood_ratio}'::text[]) how,
	 ab_proportion_test(counts(20, 20, 0, 20), method => how);
SELECT method, round(diff_high::numeric, 6) AS diff_high FROM unnest('{score,z,z_unpooled}'::text[]) how,
	 ab_proportion_test(counts(1, 12, 11, 12), method => how, alpha => 1e-9, continuity => true);
SELECT count(*) AS not_exactly_1_or_0
FROM generate_series(1, 400) k, ab_arms(ab_make_summary('all', k, k)) a, ab_arms(ab_make_summary('none', k, 0)) b
WHERE a.wilson_high <> 1 OR b.wilson_low <> 0;
-- successes and trials of batches: the totals, and a note where the rates of the batches vary too much
CREATE TABLE batches AS
SELECT v, day, 400 + day % 7 AS trials, round((400 + day % 7) * (rate + spread * sin(day * 1.7)))::bigint AS successes,
	   spread
FROM generate_series(1, 14) day, (VALUES ('control', 0.30), ('treatment', 0.33)) a(v, rate),
	 unnest('{0.02,0.1}'::float8[]) spread;
SELECT spread, wrong(to_jsonb(b), to_jsonb(t) - 'note') AS not_the_totals, b.note
FROM (SELECT spread, ab_summary(successes, trials, v) s,
			 counts(sum(successes) FILTER (WHERE v = 'control')::bigint,
					sum(trials) FILTER (WHERE v = 'control')::bigint,
					sum(successes) FILTER (WHERE v <> 'control')::bigint,
					sum(trials) FILTER (WHERE v <> 'control')::bigint) totals
	  FROM batches GROUP BY spread) q, ab_proportion_test(s) b, ab_proportion_test(totals) t ORDER BY spread;
SELECT control_n, treatment_n, round(p_value::numeric, 6) AS p, note
FROM (VALUES (ARRAY[3, 10, 5, 10]), (ARRAY[1, 10, 0, 10]), (ARRAY[3, 10, 11, 10]), (ARRAY[0.5, 10, 5, 10]),
		(ARRAY[-1, 10, 5, 10])) v(x),
	 LATERAL (SELECT ab_summary(a, b, c) s FROM (VALUES (x[1], x[2], 'control'), (x[3], x[4], 'treatment'))
					d(a, b, c)) q, ab_proportion_test(s);

-- rows, counts and the text form give the same answer
CREATE TABLE log AS SELECT v, i, i <= won AS ok
FROM (VALUES ('control', 53, 19), ('treatment', 48, 13)) a(v, n, won), generate_series(1, n) i;
SELECT count(DISTINCT (p_value, diff, diff_low, lift_high_pct)) FROM (
	SELECT ab_summary(ok, v) s FROM log
	UNION ALL SELECT ab_rollup(s) FROM (SELECT ab_summary(ok::int, v) s FROM log GROUP BY i % 7) d
	UNION ALL SELECT counts(19, 53, 13, 48)
	UNION ALL SELECT counts(19, 53, 13, 48)::text::ab_summary) q, ab_proportion_test(s);
\x on
SELECT control, treatment, control_n, treatment_n, control_mean, treatment_mean, df, p_adjusted, significant, alpha,
	   method, note
FROM ab_proportion_test(counts(5, 100, 25, 200), method => 'z', alternative => 'greater', alpha => 0.1);
\x off
SELECT treatment, control, round(p_value::numeric, 6) AS p
FROM (SELECT ab_rollup(s) s FROM (VALUES (ab_make_summary('A', 100, 5)), (ab_make_summary('B', 90, 9)),
										 (ab_make_summary('C', 80, 16))) t(s)) q, ab_proportion_test(s, 'B', 'C');
SELECT diff * 9007199254740992 AS one_of_2_to_53
FROM ab_proportion_test(counts(3002399751580330, 9007199254740992, 3002399751580331, 9007199254740992));

-- data never raises
SELECT note, p_value, diff, control_mean FROM ab_proportion_test((SELECT ab_summary(x, v)
	FROM (VALUES (0::float8, 'control'), (0.5, 'control'), (1, 'treatment')) t(x, v)));
SELECT note, p_value, control_n FROM ab_proportion_test((SELECT ab_summary(x, v)
	FROM (VALUES (0::float8, 'control'), ('NaN', 'control'), (2, 'treatment')) t(x, v)));
SELECT note, p_value FROM ab_proportion_test(ab_make_summary('control', 10, 3));
SELECT note, method FROM ab_proportion_test(NULL, method => 'boschloo', alternative => 'less');
SELECT note, p_value, diff IS NOT NULL AS diff, significant
FROM unnest('{fisher,barnard,boschloo}'::text[]) how, ab_proportion_test(counts(5, 1000000000, 0, 1), method => how);
SELECT round(p_value::numeric, 6) AS p, note FROM ab_proportion_test(counts(1, 1, 0, 1));
SELECT method, note
FROM unnest('{z_unpooled,score}'::text[]) how, ab_proportion_test(counts(5, 5, 4, 4), method => how);

-- no interval contradicts its verdict, also where alpha is the p-value itself
CREATE TABLE verdicts AS
SELECT how, r.*
FROM (VALUES (0, 12), (1, 12), (5, 12), (11, 12), (12, 12)) c(xc, nc),
	 (VALUES (0, 7), (1, 7), (3, 7), (7, 7), (0, 300), (40, 300), (290, 300)) t(xt, nt),
	 unnest('{two-sided,less,greater}'::text[]) side, unnest('{0.001,0.05,0.4,0.5}'::float8[]) level,
	 unnest('{score,score_skewness,z,z_unpooled,newcombe,agresti_caffo,likelihood_ratio,'
			'fisher,barnard,boschloo,barnard_unpooled}'::text[]) how,
	 ab_proportion_test(counts(xc, nc, xt, nt), method => how, alpha => level, alternative => side) p,
	 LATERAL (SELECT * FROM ab_proportion_test(counts(xc, nc, xt, nt), method => how, alpha => level,
											   alternative => side)
			  UNION ALL SELECT * FROM ab_proportion_test(counts(xc, nc, xt, nt), method => how, alpha => p.p_value,
														 alternative => side) WHERE p.p_value <= 0.5) r;
SELECT how, count(*) FILTER (WHERE excludes(diff_low, diff_high) <> significant) AS diff_contradicts,
	   count(*) FILTER (WHERE excludes(lift_low_pct, lift_high_pct) <> significant) AS lift_contradicts,
	   count(*) FILTER (WHERE significant <> (p_value < alpha)) AS p_contradicts,
	   count(*) FILTER (WHERE NOT (p_value > 0 AND p_value <= 1)) AS p_outside,
	   count(*) FILTER (WHERE p_value IS NULL AND (note IS NULL OR significant IS NOT NULL)) AS unexplained
FROM verdicts GROUP BY how ORDER BY how;
SELECT count(*) FILTER (WHERE significant) > 500 AND count(*) FILTER (WHERE NOT significant) > 500 AS both_occur
FROM verdicts;
-- nor under any other hypothesis, nor with Yates' correction
CREATE TABLE nulls AS
SELECT how, d, q, yates, r.*
FROM (VALUES (0, 12), (1, 12), (5, 12), (12, 12)) c(xc, nc),
	 (VALUES (0, 7), (3, 7), (7, 7), (0, 300), (40, 300), (290, 300)) t(xt, nt),
	 unnest('{two-sided,less,greater}'::text[]) side, unnest('{0.001,0.05,0.4}'::float8[]) level,
	 (VALUES (-0.3::float8, NULL::float8), (0.04, NULL), (NULL, 0.7), (NULL, 1), (NULL, 1.6)) n(d, q),
	 (VALUES ('score', false), ('z', true), ('score', true), ('score_skewness', false), ('likelihood_ratio', false))
		m(how, yates),
	 LATERAL (SELECT counts(xc, nc, xt, nt)) s(s),
	 LATERAL (SELECT p_value FROM ab_proportion_test(s, method => how, alternative => side, null_difference => d,
													 null_ratio => q, continuity => yates)) p,
	 unnest(ARRAY[level, CASE WHEN p.p_value < 0.4 THEN p.p_value END,
				  CASE WHEN p.p_value < 0.4 THEN p.p_value * (1 + 4e-16) END]) a,
	 ab_proportion_test(s, method => how, alternative => side, null_difference => d, null_ratio => q,
						continuity => yates, alpha => a) r WHERE a IS NOT NULL;
SELECT how, yates, count(*) FILTER (WHERE CASE WHEN d IS NOT NULL THEN excludes(diff_low, diff_high, d)
										  ELSE excludes(lift_low_pct, lift_high_pct, 100 * (q - 1)) END <> significant)
	   AS contradicts, count(*) FILTER (WHERE significant <> (p_value < alpha)) AS p_contradicts,
	   count(*) FILTER (WHERE significant) > 100 AS both_occur
FROM nulls GROUP BY how, yates ORDER BY how, yates;
-- Boschloo's test is never weaker than Fisher's, one-sided
SELECT count(*) FILTER (WHERE b.p_value > f.p_value * (1 + 1e-12)) AS weaker,
	   count(*) FILTER (WHERE b.p_value < f.p_value * 0.9) > 10 AS stronger
FROM generate_series(0, 13) xc, generate_series(0, 9) xt,
	 ab_proportion_test(counts(xc, 13, xt, 9), alternative => 'greater', method => 'fisher') f,
	 ab_proportion_test(counts(xc, 13, xt, 9), alternative => 'greater', method => 'boschloo') b;
-- the exact tests keep their level: probability of p < 0.05 where both rates are equal, by enumeration
SELECT how, max(level) < 0.05 AS keeps, max(level) > 0.02 AS uses FROM (
	SELECT how, p, sum(w) FILTER (WHERE r.significant) AS level
	FROM generate_series(0, 13) xc, generate_series(0, 9) xt, unnest('{fisher,barnard,boschloo}'::text[]) how,
		 unnest('{0.1,0.3,0.5,0.8}'::float8[]) p, ab_proportion_test(counts(xc, 13, xt, 9), method => how) r,
		 LATERAL (SELECT factorial(13) / factorial(xc) / factorial(13 - xc)
						 * factorial(9) / factorial(xt) / factorial(9 - xt)) d(tables),
		 LATERAL (SELECT tables::float8 * p ^ (xc + xt) * (1 - p) ^ (22 - xc - xt)) e(w)
	GROUP BY how, p) e GROUP BY how ORDER BY how;

-- query mistakes do raise
\t on
SELECT error_of($$SELECT ab_proportion_test(NULL, method => 'chi2')$$);
SELECT error_of($$SELECT ab_proportion_test(NULL, method => NULL)$$);
SELECT error_of($$SELECT ab_proportion_test(NULL, alpha => 1)$$);
SELECT error_of($$SELECT ab_proportion_test(NULL, alternative => 'both')$$);
SELECT error_of('SELECT ab_proportion_test(NULL, ' || arguments || ')')
FROM (VALUES ('null_difference => 1'), ('null_difference => ''NaN'''), ('null_ratio => 0'),
	('null_ratio => ''Infinity'''), ('null_difference => 0.1, null_ratio => 1.1'),
	('null_difference => 0.1, method => ''fisher'''), ('null_ratio => 1, method => ''newcombe'''),
	('continuity => true, method => ''score_skewness'''), ('continuity => true, method => ''fisher'''),
	('continuity => NULL')) t(arguments);
SELECT error_of('SELECT ab_proportion_test(ab_summary(1, 2, 3, 4, ''a''))');
SELECT error_of($$SELECT ab_proportion_test(ab_summary_combine(ab_make_summary('A', 5, 1),
	ab_make_summary('B', 5, 1)))$$);
\t off

DROP TABLE log, verdicts, batches, nulls;
