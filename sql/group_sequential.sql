\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
-- reference values: independent quadrature in double precision at halved panels; those of O'Brien-Fleming-like and
-- Pocock-like spending agree with rpact 3.3.4 to its printed digits (1e-8), those of "wang-tsiatis" with the tables of
-- Jennison and Turnbull (2000)
CREATE FUNCTION bounds(spending text, parameter float8, looks int, information float8[]) RETURNS float8[]
LANGUAGE sql IMMUTABLE AS $$
	SELECT array_agg(z_bound ORDER BY look)
	FROM ab_spending(looks => bounds.looks, information => bounds.information, spending => bounds.spending,
					 parameter => bounds.parameter)
$$;
SELECT spending, parameter, coalesce(looks::text, information::text) AS looks,
	   all_close(bounds(spending, parameter, looks, information), z, 1e-9) AS right
FROM (VALUES
	('obrien-fleming', NULL, 2, NULL, '{2.96258804273,1.96859564059}'::float8[]),
	('obrien-fleming', NULL, 3, NULL, '{3.71030287326,2.51142748127,1.99304747761}'),
	('obrien-fleming', NULL, 4, NULL, '{4.33263364605,2.96313159768,2.35904428530,2.01409014393}'),
	('obrien-fleming', NULL, 5, NULL, '{4.87688494879,3.35701192157,2.68028006454,2.28981676771,2.03103204331}'),
	('pocock', NULL, 5, NULL, '{2.43797668805,2.42681385815,2.41019384027,2.39664540065,2.38598457162}'),
	('hsd', -4, 5, NULL, '{3.252668488,2.986045946,2.691657447,2.373666956,2.025321001}'),
	('hsd', NULL, 5, NULL, '{3.252668488,2.986045946,2.691657447,2.373666956,2.025321001}'),
	('hsd', 1, 5, NULL, '{2.448677250,2.418984705,2.398381396,2.391230326,2.394759085}'),
	('obrien_fleming', NULL, NULL, '{0.2,0.45,0.6,0.9,1}'::float8[],
		'{4.876884949,3.143848382,2.692659486,2.122243529,2.063089379}'),
	('pocock', NULL, NULL, '{0.2,0.45,0.6,0.9,1}', '{2.437976688,2.376509785,2.439011128,2.334064916,2.423071144}'),
	('hsd', 1, NULL, '{0.2,0.45,0.6,0.9,1}', '{2.448677250,2.367314985,2.427532184,2.332858999,2.432877097}'),
	('hsd', -4, NULL, '{0.2,0.45,0.6,0.9,1}', '{3.252668488,2.891143627,2.710048549,2.182787252,2.048112958}'),
	('obrien-fleming', NULL, NULL, '{0.3,0.6,1}', '{3.92857254263,2.66997200390,1.98102450339}'),
	('wang-tsiatis', 0.5, 4, NULL, array_fill(2.36129789106::float8, '{4}')),
	('wang-tsiatis', 0.5, 5, NULL, array_fill(2.41317622006::float8, '{5}'))
) v(spending, parameter, looks, information, z);
-- O'Brien and Fleming's own: sqrt(K / k) times a constant; Wang and Tsiatis's last bound with 0.25
SELECT bool_and(close(z_bound, 2.02429549962 * sqrt(4.0 / look), 1e-9)) AS four
	FROM ab_spending(4, spending => 'wang-tsiatis', parameter => 0);
SELECT bool_and(close(z_bound, 2.04007317480 * sqrt(5.0 / look), 1e-9)) AS five
	FROM ab_spending(5, spending => 'wang-tsiatis', parameter => 0);
SELECT close(z_bound, 2.1537188644900076, 1e-12) AS six FROM ab_spending(6, spending => 'wang-tsiatis') WHERE look = 6;
-- the last of many
SELECT looks, spending, close(z_bound, z, 1e-9) AS right
FROM (VALUES (10, 'obrien-fleming', 2.08117575252), (10, 'pocock', 2.47216184554), (14, 'obrien-fleming', 2.1026035041),
			 (28, 'obrien-fleming', 2.1395895212), (100, 'obrien-fleming', 2.1854214543)) v(looks, spending, z),
	 ab_spending(looks, spending => v.spending) WHERE look = looks;
SELECT all_close(array_agg(nominal_alpha ORDER BY look), '{8.54515748896e-5,0.00758575715502,0.0475885257464}',
	1e-9) AS right
FROM ab_spending(information => '{0.3,0.6,1}');

-- inflation of the number of users, and the mean number
SELECT looks, spending, parameter, power,
	   close(ab_inflation(looks, spending => spending, parameter => parameter, power => power), wanted, 1e-9) AS right
FROM (VALUES (5, 'obrien-fleming', NULL, 0.8, 1.02471987889), (5, 'obrien-fleming', NULL, 0.9, 1.02307832617),
			 (5, 'pocock', NULL, 0.8, 1.21262594505), (5, 'pocock', NULL, 0.9, 1.19234764826),
			 (10, 'obrien-fleming', NULL, 0.8, 1.03776684522), (10, 'pocock', NULL, 0.8, 1.24750382681),
			 (4, 'wang-tsiatis', 0.5, 0.8, 1.202476158), (5, 'wang-tsiatis', 0.5, 0.8, 1.228592610),
			 (4, 'wang-tsiatis', 0, 0.8, 1.023846456), (5, 'wang-tsiatis', 0, 0.8, 1.028410969))
	 v(looks, spending, parameter, power, wanted);
SELECT close(ab_expected_sample_share(5), 0.82366232, 1e-8) AS obf,
	   close(ab_expected_sample_share(5, spending => 'pocock'), 0.79564663, 1e-8) AS pocock,
	   round(ab_expected_sample_share(5, effect => 0)::numeric, 3) AS none,
	   round(ab_expected_sample_share(5, effect => 1.5)::numeric, 3) AS half_more,
	   ab_expected_sample_share(1, effect => 0.3) AS one_look, ab_inflation(1) AS one;
SELECT ceil(ab_inflation(5) * ab_sample_size(0.75, 0.05)) AS users;

-- what a plan adds up to: alpha without an effect, the power with it
SELECT spending, alternative, close(sum(cross_null), 0.05, 1e-12) AS alpha,
	close(max(alpha_spent), 0.05, 1e-12) AS spent,
	   close(sum(cross_alternative), 0.8, 1e-11) AS power,
	   bool_and(CASE alternative WHEN 'less' THEN z_bound < 0 ELSE z_bound > 0 END) AS signs
FROM unnest('{obrien-fleming,pocock,power,hsd,wang-tsiatis}'::text[]) WITH ORDINALITY u(spending, i),
	 unnest('{two-sided,less,greater}'::text[]) a(alternative),
	 ab_spending(information => '{0.1,0.25,0.7,1}', spending => u.spending, alternative => a.alternative)
GROUP BY i, spending, alternative ORDER BY i, alternative;
-- the first look has the whole of what is spent by then, however little that is
SELECT close(nominal_alpha, alpha_spent, 1e-13) AS right, alpha_spent < 1e-20 AS tiny, alpha_spent > 0 AS positive
FROM ab_spending(information => '{0.05,1}') WHERE look = 1;
-- so little that a double cannot tell: no verdict at those looks, and the later ones do not notice
SELECT look, information, nominal_alpha > 1e-300 AS spends, round(z_bound::numeric, 6) AS z, cross_null > 0 AS crosses
FROM ab_spending(information => '{0.001,0.002,0.5}');
SELECT array_agg(z_bound ORDER BY look) FILTER (WHERE information >= 0.5)
	   = (SELECT array_agg(z_bound ORDER BY look) FROM ab_spending(information => '{0.5,1}')) AS same
FROM ab_spending(information => '{0.001,0.002,0.5,1}');
-- beyond the plan the real information correlates, the spending ends at 1
SELECT look, round(alpha_spent::numeric, 12) AS spent, z_bound > 1.959963984540054 AS higher, cross_alternative
FROM ab_spending(information => '{0.5,1.3}');
-- one look is the fixed test
SELECT close(z_bound, 1.959963984540054), close(nominal_alpha, 0.05), close(cross_null, 0.05),
	close(cross_alternative, 0.8) FROM ab_spending(1);

-- futility: not binding, so the upper bounds are those without it
SELECT all_close(array_agg(z_futility ORDER BY look), '{-1.29214737,0.16970402,0.96250490,1.52649328,2.03103204}',
	1e-7) AS lower,
	   array_agg(z_bound ORDER BY look) = (SELECT array_agg(z_bound ORDER BY look)
		FROM ab_spending(5, alpha => 0.025, alternative => 'greater')) AS upper,
	   close(sum(cross_null), 0.025, 1e-12) AS alpha, close(sum(cross_alternative), 0.8, 1e-11) AS power,
	   close(sum(futility_alternative), 0.2, 1e-11) AS beta, sum(futility_null) > 0.975 AS gives_up
FROM ab_spending(5, alpha => 0.025, alternative => 'greater', futility => 'obrien-fleming');
SELECT close(ab_inflation(5, alpha => 0.025, alternative => 'greater', futility => 'obrien-fleming'), 1.155003409,
	1e-9) AS users,
	   ab_expected_sample_share(5, alpha => 0.025, alternative => 'greater', futility => 'obrien-fleming', effect => 0)
	   < 0.7 * ab_expected_sample_share(5, alpha => 0.025, alternative => 'greater', effect => 0) AS saves;
SELECT futility, parameter, close(sum(cross_alternative), 0.9, 1e-11) AS power, bool_and(z_futility <= z_bound) AS below
FROM (VALUES ('pocock', NULL), ('power', 2), ('hsd', -2)) v(futility, parameter),
	 ab_spending(information => '{0.3,0.8,1}', alpha => 0.05, alternative => 'greater', power => 0.9,
				 futility => v.futility, futility_parameter => v.parameter) GROUP BY 1, 2 ORDER BY 1;

-- looking without a plan: Armitage, McPherson and Rowe (1969) have 0.142 for five looks
SELECT close(ab_peeking(5), 0.141689332591, 1e-9) AS five, close(ab_peeking(14), 0.219645998361, 1e-9) AS fourteen,
	   close(ab_peeking(28), 0.274681591161, 1e-9) AS twenty_eight, close(ab_peeking(1), 0.05) AS one,
	   close(ab_peeking(4) / 2, 0.06308450625106093, 1e-12) AS upper_4,
		close(ab_peeking(20) / 2, 0.12395546930959508, 1e-12) AS upper_20;
-- with the levels of a plan it is alpha, with its drift the power
SELECT alternative,
	close(ab_peeking(information => i, nominal_alpha => levels, alternative => alternative), 0.05, 1e-12) AS alpha,
	   close(ab_peeking(information => i, nominal_alpha => levels, alternative => alternative,
						drift => d * sqrt(ab_inflation(information => i, alternative => alternative)
						* ((CASE alternative WHEN 'two-sided' THEN 1.959963984540054 ELSE 1.644853626951473 END)
						   + 0.8416212335729143) ^ 2)), 0.8, 1e-5) AS power
FROM (VALUES ('two-sided', 1), ('greater', 1), ('less', -1)) a(alternative, d),
	(VALUES ('{0.2,0.45,0.6,0.9,1}'::float8[])) v(i),
	 LATERAL (SELECT array_agg(nominal_alpha ORDER BY look)
		FROM ab_spending(information => i, alternative => a.alternative)) s(levels);
SELECT ab_peeking(3, nominal_alpha => '{0}') AS never,
	ab_peeking(2, nominal_alpha => '{0,0.05}') = ab_peeking(1) AS last_only;

-- mistakes
\t on
SELECT error_of($$SELECT ab_spending()$$);
SELECT error_of($$SELECT ab_spending(5, information => '{0.5,1}')$$);
SELECT error_of($$SELECT ab_spending(0)$$);
SELECT error_of($$SELECT ab_spending(201)$$);
SELECT error_of($$SELECT ab_spending(information => ARRAY(SELECT i / 201.0 FROM generate_series(1, 201) i))$$);
SELECT error_of($$SELECT ab_spending(information => '{}')$$);
SELECT error_of($$SELECT ab_spending(information => '{0.5,NULL}')$$);
SELECT error_of($$SELECT ab_spending(information => '{{0.5},{1}}')$$);
SELECT error_of($$SELECT ab_spending(information => '{0.5,NaN}')$$);
SELECT error_of($$SELECT ab_spending(information => '{0.5,Infinity}')$$);
SELECT error_of($$SELECT ab_spending(information => '{0,1}')$$);
SELECT error_of($$SELECT ab_spending(information => '{-0.5,1}')$$);
SELECT error_of($$SELECT ab_spending(information => '{0.5,0.5}')$$);
SELECT error_of($$SELECT ab_spending(information => '{0.6,0.5}')$$);
SELECT error_of($$SELECT ab_spending(information => '{1,1.2}')$$);
SELECT error_of($$SELECT ab_spending(information => '{20,40,60}')$$);
SELECT error_of($$SELECT ab_spending(information => '{0.5,0.5000001}')$$);
SELECT error_of($$SELECT ab_spending(5, alpha => 0)$$);
SELECT error_of($$SELECT ab_spending(5, alpha => 0.95)$$);
SELECT error_of($$SELECT ab_spending(5, alpha => 'NaN')$$);
SELECT error_of($$SELECT ab_spending(5, power => 0.04)$$);
SELECT error_of($$SELECT ab_spending(5, spending => 'linear')$$);
SELECT error_of($$SELECT ab_spending(5, spending => 'pocock', parameter => 2)$$);
SELECT error_of($$SELECT ab_spending(5, spending => 'power', parameter => 0)$$);
SELECT error_of($$SELECT ab_spending(5, spending => 'hsd', parameter => 'NaN')$$);
SELECT error_of($$SELECT ab_spending(5, spending => 'hsd', parameter => -1000)$$);
SELECT error_of($$SELECT ab_spending(5, spending => 'wang-tsiatis', parameter => 0.6)$$);
SELECT error_of($$SELECT ab_spending(5, futility => 'obrien-fleming')$$);
SELECT error_of($$SELECT ab_spending(5, futility_parameter => 2)$$);
SELECT error_of($$SELECT ab_spending(5, alternative => 'greater', futility => 'wang-tsiatis')$$);
SELECT error_of($$SELECT ab_spending(information => '{0.5}', alternative => 'greater', futility => 'pocock')$$);
SELECT error_of($$SELECT ab_inflation(information => '{0.5,0.9}')$$);
SELECT error_of($$SELECT ab_expected_sample_share(5, effect => 1e9)$$);
SELECT error_of($$SELECT ab_peeking(5, nominal_alpha => '{0.05,0.05}')$$);
SELECT error_of($$SELECT ab_peeking(5, nominal_alpha => '{1}')$$);
SELECT error_of($$SELECT ab_peeking(5, nominal_alpha => NULL)$$);
SELECT error_of($$SELECT ab_peeking(5, drift => 'Infinity')$$);
\t off
DROP FUNCTION bounds;
