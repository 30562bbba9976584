\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
-- Two arms by their posteriors.  Reference values are from 30 to 90 digits.

-- rates with the prior Beta(1, 1): P(better), losses
CREATE TABLE rate (i int, s ab_summary, better float8, loss_control float8, loss_treatment float8);
INSERT INTO rate VALUES
	(1, counts(71, 100, 79, 100), 0.902590482184506, 0.0812260950774355, 0.00279472252841592),
	(2, counts(10, 1000, 25, 1000), 0.99468944530976, 0.0149803611907943, 1.03013105547326e-5),
	(3, counts(4421, 6200, 1223, 1550), 1 - 4.656856199603e-10, 0.0756639860114341, 9.353601935270415e-13),
	(5, counts(500, 10000, 560, 10000), 0.970837663706250, 0.0060344748099518, 3.56745699997885e-5),
	(6, counts(3, 50, 9, 50), 0.964140790358944, 0.116346391759359, 0.000961776374743693),
	(8, counts(500000000, 1000000000, 500031623, 1000000000), 0.9213518627314274, NULL, 7.94576500590e-7),
	(9, counts(1000000, 1000000000, 1003000, 1000000000), 0.9830303942788913, NULL, 8.63765890093e-9);
SELECT i, wrong(to_jsonb(r), jsonb_strip_nulls(jsonb_build_object(
	'prob_better', better, 'expected_loss_control', loss_control, 'expected_loss_treatment', loss_treatment)), 3e-12)
FROM rate, ab_bayes(s, model => 'binomial') r ORDER BY i;
-- the other tail, of which one minus the probability knows nothing
SELECT close(prob_better, 4.656856199603e-10) AS worse, close(expected_loss_control, 9.353601935270415e-13) AS loss
FROM rate, ab_bayes(s, model => 'binomial', direction => 'lower') WHERE i = 3;
SELECT close(lift_low_pct, -5.289845028044, 1e-11) AS low, close(lift_high_pct, 31.20550520372, 1e-11) AS high
FROM rate, ab_bayes(s, model => 'binomial') r WHERE i = 1;
-- P(lift > 5%) and P(lift > 20%) are the levels at which the interval ends there
SELECT close(a.lift_low_pct, 5, 1e-9) AS five, close(b.lift_high_pct, 20, 1e-9) AS twenty
FROM rate, ab_bayes(s, alpha => 2 * (1 - 0.75622356596845), model => 'binomial') a,
	 ab_bayes(s, alpha => 2 * 0.17581912285398, model => 'binomial') b WHERE i = 1;

-- one row each: Beta(2, 1) against Beta(1, 2) is better with 5/6, and loses 1/30
SELECT close(prob_better, 5 / 6.0) AS better, close(expected_loss_treatment, 1 / 30.0) AS loss,
	   close(diff, 1 / 3.0) AS diff
FROM ab_bayes(counts(0, 1, 1, 1), model => 'binomial');

-- events: gamma(121, 1000), (151, 1100)
SELECT wrong(to_jsonb(r), '{"prob_better": 0.850770740279091, "expected_loss_control": 0.0174899517058578,
	"expected_loss_treatment": 0.00121722443313059, "method": "Bayes, events per exposure, prior Gamma(1, 1)"}')
FROM (SELECT ab_summary(e, x, v) s FROM (VALUES (120, 999, 'control'), (150, 1099, 'treatment')) t(e, x, v)) q,
	 ab_bayes(s, model => 'poisson') r;

-- means with a prior on the difference, on a difference of 0.05 with the standard error 0.02
SELECT wrong(to_jsonb(r), '{"diff": 0.0480769230769231, "prob_better": 0.992885935777510,
	"expected_loss_treatment": 4.56385746446701e-5, "expected_loss_control": 0.0481225616515677,
	"diff_low": 0.00963886691111997, "diff_high": 0.0865149792427262, "prob_rope": 0.0245643661689018}', 1e-11)
FROM ab_bayes(arms(20000, 0, 2, 20000, 0.05, 2), prior_stddev => 0.1, prior_scale => 'absolute', rope => 0.01) r;
SELECT wrong(to_jsonb(r), '{"prob_better": 5.13279242748e-198, "expected_loss_treatment": 0.29997000300,
	"expected_loss_control": 1.70714931541e-201}', 3e-10)
FROM ab_bayes(arms(20000, 0, 1, 20000, -0.3, 1), prior_stddev => 1, prior_scale => 'absolute') r;
-- nothing is 0 but a loss that underflows
SELECT prob_better, expected_loss_control FROM ab_bayes(arms(20000, 0, 1, 20000, -2, 1));

-- means with a prior on the lift
CREATE TABLE lift (i int, s ab_summary, prior float8, mean float8, better float8, loss float8, low float8, high float8);
INSERT INTO lift VALUES
	(1, arms(10000, 10, 10, 10000, 10.5, 10), 0.05, .0463105210695, .999673039908, 1.11130000353e-6,
	 .0194022364737, .0737200625271),
	(2, arms(10000, 1, 10, 10000, 1.3, 12), 0.3, .237659401689, .958944905207, .00201513943700,
	 -.0272882032044, .537716553470),
	(3, arms(10000, 3.8, 1.397001397, 10000, 4.1, 2.54), 0.1, .0785021412484, 1, 2.01694559596e-28,
	 .0633593713891, .0937266891178);
SELECT i, wrong(to_jsonb(r) - 'relative_lift_pct', jsonb_build_object('prob_better', better, 'lift_low_pct', 100 * low,
			 'lift_high_pct', 100 * high), 1e-10) AS wrong,
	   close(relative_lift_pct, 100 * mean, 1e-11) AS mean, close(expected_loss_treatment, loss, 1e-9) AS loss
FROM lift, ab_bayes(s, prior_stddev => prior) r ORDER BY i;
-- turned over, everything is
SELECT close(a.prob_better, b.prob_better) AS better, close(a.diff, -b.diff) AS diff,
	   close(a.diff_low, -b.diff_high) AS ends, close(a.lift_low_pct, b.lift_low_pct) AS lift,
	   close(a.expected_loss_control, b.expected_loss_control) AS loss, b.note
FROM ab_bayes(arms(100, 1, 1, 150, 1.2, 1), prior_stddev => 0.3) a,
	 ab_bayes(arms(100, -1, 1, 150, -1.2, 1), prior_stddev => 0.3, direction => 'lower') b;
-- a wide prior on the lift is nearly none
SELECT close(a.prob_better, b.prob_better, 1e-2) AS better, close(a.lift_low_pct, b.lift_low_pct, 0.2) AS low
FROM ab_bayes(arms(10000, 10, 10, 15000, 10.3, 12), prior_stddev => 50) a,
	 ab_bayes(arms(10000, 10, 10, 15000, 10.3, 12)) b;

-- flat: the difference's odds are the normal ones, the interval of the lift is Fieller's, rope is of either
\x on
SELECT r.* FROM ab_bayes(arms(400, 10, 5, 900, 10.5, 6), rope => 0.05, alpha => 0.1) r;
\x off
SELECT close(r.diff_low, z.diff_low) AS diff, close(r.lift_low_pct, z.lift_low_pct, 1e-11) AS lift,
	   close(r.prob_better, 1 - z.p_value / 2) AS p
FROM ab_bayes(arms(400, 10, 5, 900, 10.5, 6)) r,
	 ab_ztest(arms(400, 10, 5, 900, 10.5, 6), 5, treatment_stddev => 6) z;
SELECT scale, round(prob_rope::numeric, 6) AS prob_rope
FROM unnest(ARRAY['relative', 'absolute']) scale,
	 ab_bayes(arms(400, 10, 5, 900, 10.5, 6), rope => 0.05, prior_scale => scale);

-- data never raises
CREATE TABLE odd (kind text, y float8, v text);
INSERT INTO odd VALUES ('one arm', 1, 'control'), ('one arm', 2, 'control'), ('single', 1, 'control'),
	('single', 2, 'treatment'), ('constant', 3, 'control'), ('constant', 3, 'control'), ('constant', 1, 'treatment'),
	('constant', 2, 'treatment'), ('NaN', 'NaN', 'control'), ('NaN', 1, 'treatment'), ('binary', 0, 'control'),
	('binary', 0, 'control'), ('binary', 1, 'treatment'), ('binary', 1, 'treatment'), ('huge', 1e300, 'control'),
	('huge', -1e300, 'control'), ('huge', 1e308, 'treatment'), ('huge', -1e308, 'treatment'),
	('missing', NULL, 'control'), ('missing', NULL, 'treatment'), ('zero', -1, 'control'), ('zero', 1, 'control'),
	('zero', 1, 'treatment'), ('zero', 2, 'treatment'), ('tiny', 1e-200, 'control'), ('tiny', 2e-200, 'control'),
	('tiny', 3e-200, 'treatment'), ('tiny', 5e-200, 'treatment');
SELECT kind, model, round(prob_better::numeric, 4) AS better, diff_low IS NOT NULL AS ends, note
FROM (SELECT kind, ab_summary(y, v) s FROM odd GROUP BY kind) q, unnest('{normal,binomial,poisson}'::text[]) model,
	 ab_bayes(s, model => model) ORDER BY kind COLLATE "C", model;
SELECT kind, round(prob_better::numeric, 4) AS better, diff_low IS NOT NULL AS ends, note
FROM (SELECT kind, ab_summary(y, v) s FROM odd WHERE kind IN ('zero', 'tiny', 'huge', 'single') GROUP BY kind) q,
	 ab_bayes(s, prior_stddev => 0.3) ORDER BY kind COLLATE "C";
SELECT r.prob_better, r.note FROM ab_bayes(NULL) r;
-- an arm without rows is its prior: Beta(1, 1) against Beta(4, 1)
SELECT control_n, treatment_n, close(prob_better, 1 / 5.0) AS better, close(expected_loss_treatment, 1 / 3.0) AS loss,
	   note
FROM ab_bayes(counts(3, 3, 0, 0), treatment => 'treatment', model => 'binomial');
-- as many rows as there can be
SELECT prob_better BETWEEN 0.9 AND 1 AS better, diff_low > 0 AS low, lift_low_pct > 0 AS lift, note
FROM ab_bayes(counts(4503599627370496, 9007199254740992, 4503599827370496, 9007199254740992), model => 'binomial')
UNION ALL SELECT prob_better BETWEEN 0.9 AND 1, diff_low > 0, lift_low_pct > 0, note
FROM ab_bayes(arms(9007199254740992, 10, 1, 9007199254740992, 10.0000001, 1), prior_stddev => 0.3);
-- priors from as sharp as can be to as wide; the data contradict the third by a thousand of its deviations
SELECT prior, round(relative_lift_pct::numeric, 4) AS lift, lift_low_pct < lift_high_pct AS ends,
	   diff_low < diff_high AS diff_ends, note
FROM unnest('{1e-9,1e-6,1e-3,1e9}'::float8[]) prior, ab_bayes(arms(10000, 10, 1, 10000, 20, 1), prior_stddev => prior);
-- one arm of 2^53 certain successes beside one of ten failures, and a prior far from both means
SELECT level, prob_better, expected_loss_treatment < 1e-80 AS loss, diff_low < diff_high AS ends
FROM unnest('{1e-300,0.5}'::float8[]) level,
	 ab_bayes(counts(0, 10, 9007199254740992, 9007199254740992), alpha => level, model => 'binomial');
SELECT round(diff) AS diff, diff_low < diff AND diff < diff_high AS inside
FROM ab_bayes(arms(1000, 1, 3, 9007199254740992, 1.1, 2), prior_mean => -1, prior_stddev => 1e-9);
-- counts that vary more than Poisson's
SELECT note FROM (SELECT ab_summary((g % 2 * 20)::float8, CASE WHEN g % 3 = 0 THEN 'control' ELSE 'treatment' END) s
				  FROM generate_series(1, 600) g) q, ab_bayes(s, model => 'poisson');

-- query mistakes do
\t on
SELECT error_of($$SELECT ab_bayes(NULL, model => 'beta')$$);
SELECT error_of($$SELECT ab_bayes(NULL, prior_scale => 'lift')$$);
SELECT error_of($$SELECT ab_bayes(NULL, direction => 'up')$$);
SELECT error_of($$SELECT ab_bayes(NULL, alpha => 0.95)$$);
SELECT error_of($$SELECT ab_bayes(NULL, prior_stddev => 0)$$);
SELECT error_of($$SELECT ab_bayes(NULL, prior_mean => 0.1)$$);
SELECT error_of($$SELECT ab_bayes(NULL, prior_mean => NULL)$$);
SELECT error_of($$SELECT ab_bayes(NULL, rope => -1)$$);
SELECT error_of($$SELECT ab_bayes(NULL, prior_alpha => 2)$$);
SELECT error_of($$SELECT ab_bayes(NULL, model => 'binomial', prior_alpha => 0.1)$$);
SELECT error_of($$SELECT ab_bayes(NULL, model => 'binomial', prior_beta => 0.1)$$);
SELECT error_of($$SELECT ab_bayes(NULL, model => 'binomial', prior_stddev => 1)$$);
SELECT error_of($$SELECT ab_bayes(ab_summary(y, y, v)) FROM odd$$);
SELECT error_of($$SELECT ab_bayes(ab_summary(y, y, y, y, v), model => 'poisson') FROM odd$$);
SELECT error_of($$SELECT ab_bayes(ab_summary(y, kind)) FROM odd$$);
\t off

DROP TABLE rate, lift, odd;
