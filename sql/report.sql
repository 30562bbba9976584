\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
SET client_encoding = 'UTF8';
-- rows of a scorecard: what is not named is NULL
CREATE FUNCTION card(metric text, role text, lift float8, low float8, high float8, p float8, verdict text,
					 more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
	SELECT jsonb_build_object('metric', metric, 'role', role, 'relative_lift_pct', lift, 'lift_low_pct', low,
							  'lift_high_pct', high, 'p_adjusted', p, 'verdict', verdict, 'control', 'v1',
							  'treatment', 'v2', 'correction', 'holm', 'alpha', 0.05) || more
$$;
CREATE TABLE card (place int, r jsonb);
INSERT INTO card VALUES
	(1, '{"role": "sample ratio", "verdict": "split as intended", "control_n": 6200, "treatment_n": 1550,
		"p_value": 0.42}'),
	(2, card('completion', 'primary', 10.7, 7.1, 14.2, 1.7e-9, 'better', '{"mde_pct": 4.9, "statistic": "rate",
		"control_value": 0.713, "treatment_value": 0.789, "control_n": 6200, "planned_n": 6000}')),
	(3, card('csat', 'secondary', 7.9, 5.9, 9.9, 1e-12, 'better')),
	(4, card('liked', 'secondary', 1.8, -2.9, 6.4, 0.45, 'no clear difference')),
	(5, card('latency', 'guardrail', 2.1, -1.2, 5.1, 0.001, 'not worse', '{"direction": "lower", "margin_pct": 10}'));
-- a verdict of those rows with some of them changed: {"place": {...}}
CREATE FUNCTION verdict(changes jsonb DEFAULT '{}', without int[] DEFAULT '{}') RETURNS text LANGUAGE sql STABLE AS $$
	SELECT ab_verdict(jsonb_agg(r || coalesce(changes -> place::text, '{}') || coalesce(changes -> 'all', '{}')
								ORDER BY place)) FROM card WHERE NOT place = ANY (without)
$$;
-- a sentence a line
CREATE FUNCTION told(verdict text) RETURNS TABLE (sentence text) LANGUAGE sql IMMUTABLE AS $$
	SELECT regexp_split_to_table(verdict, '(?<=[.:]) (?=[A-Z0-9])')
$$;
\t on
-- everything holds
SELECT told(verdict());
-- the split is off: nothing is decided; in one slice only
SELECT told(verdict('{"1": {"verdict": "split mismatch", "p_value": 1e-9}}'));
SELECT verdict('{"1": {"verdict": "split not checked", "p_value": null}}') LIKE '%was not checked%';
SELECT verdict(without => '{1}') LIKE '%Nothing here checks%';
-- a guardrail: not shown is not worse, worse is, holding is not the same as unchanged
SELECT told(verdict('{"5": {"verdict": "not shown"}}')) LIMIT 4;
SELECT told(verdict('{"5": {"verdict": "worse"}}')) LIMIT 4;
SELECT told(verdict('{"5": {"lift_low_pct": 0.3}}')) LIMIT 4;
SELECT told(verdict('{"5": {"verdict": "no data"}}')) LIMIT 1;
-- the primary metric
SELECT told(verdict('{"2": {"verdict": "worse"}}')) LIMIT 1;
SELECT told(verdict('{"2": {"verdict": "no clear difference", "lift_low_pct": -7.1}}')) LIMIT 1;
SELECT told(verdict('{"2": {"verdict": "no clear difference"}, "5": {"verdict": "worse"}}')) LIMIT 1;
SELECT told(verdict('{"2": {"verdict": "higher"}}')) LIMIT 1;
SELECT told(verdict('{"2": {"verdict": "no data"}}')) LIMIT 1;
SELECT told(verdict('{"3": {"role": "primary"}}', '{5}')) LIMIT 1;
SELECT told(verdict('{"3": {"role": "primary", "verdict": "worse"}}')) LIMIT 1;
SELECT told(verdict('{"2": {"role": "secondary"}}')) LIMIT 1;
SELECT told(verdict('{"2": {"role": "secondary"}, "5": {"verdict": "worse"}}')) LIMIT 1;
-- the plan and the rule
SELECT told(verdict('{"2": {"planned_n": 9000}}')) LIMIT 3;
SELECT verdict('{"2": {"planned_n": 9000}, "all": {"rule": "always-valid"}}') LIKE
	'Ship%for 9,000 users of v1, of whom 6,200%end was not fixed%however often%';
SELECT verdict('{"all": {"rule": "group-sequential"}}') LIKE '%planned looks only%';
SELECT verdict('{"2": {"planned_n": null}}') LIKE '%No planned size was given%';
-- what was corrected
SELECT verdict('{"all": {"correction": null}}') LIKE '%3 comparisons are not corrected%chance of 5%';
SELECT verdict('{"all": {"correction": "bh", "alpha": 0.1}}') LIKE '%(bh): of those that differ, about 10% or less%';
SELECT verdict('{"4": {"lift_low_pct": 0.9}}') LIKE '%1 more excludes zero only until%';
-- several treatments; a metric twice; slices; no row of the whole
SELECT told(ab_verdict(jsonb_agg(r || v ORDER BY place)))
FROM card, (VALUES ('{"treatment": "v2"}'::jsonb), ('{"treatment": "v3"}'),
				('{"treatment": "v4", "verdict": "worse"}')) t(v) WHERE place > 1;
SELECT ab_verdict(jsonb_agg(r || d)) FROM card, (VALUES ('{"day": 1}'::jsonb), ('{"day": 2}')) t(d) WHERE place = 2;
SELECT told(ab_verdict(jsonb_agg(r || s))) FROM card,
	(VALUES ('{}'::jsonb), ('{"slice": "country = DE"}'),
		('{"slice": "country = FR", "verdict": "split mismatch"}')) t(s)
WHERE place IN (1, 2) OFFSET 7;
SELECT ab_verdict(jsonb_build_array(card('csat', 'heterogeneity', NULL, NULL, NULL, 0.002, 'x',
										 '{"slice": "country"}')));
SELECT told(ab_verdict('{"metric": "m", "p_value": 0.01, "diff": -1, "direction": "lower", "slice": "s"}'));
-- without a verdict the p-value makes one; other names of the values; a single object is a row
SELECT told(ab_verdict('{"metric": "turns", "p_value": 0.01, "diff": -1, "direction": "lower", "control_mean": 3,
	"treatment_mean": 2, "role": "primary"}')) LIMIT 2;
SELECT ab_verdict('[]'), ab_verdict(NULL) IS NULL, ab_report_html(NULL) IS NULL, ab_vega_lite(NULL) IS NULL;
-- errors
SELECT error_of(format('SELECT ab_verdict(%L)', rows))
FROM (VALUES ('1'), ('"x"'), ('null'), ('[1]'), ('[[]]'), ('[{}, null]'), ('{"role": "main"}'), ('{"role": 1}'),
	('{"direction": "up"}'), ('{"rule": "none"}'), ('[{}, {"p_value": "0.1"}]'), ('{"alpha": true}'),
	('{"metric": {}}'), ('{"note": []}')) t(rows);
SELECT error_of('SELECT ab_trend_svg(''{"metric": "m"}'')');
SELECT error_of('SELECT ab_trend_svg(''{"metric": "m", "day": "Monday"}'')');
SELECT error_of('SELECT ab_verdict(jsonb_agg(''{}''::jsonb)) FROM generate_series(1, 100001)');
-- numbers too large for a double, words that are none of ours, variants that are numbers
SELECT ab_verdict('{"p_value": 1e-400, "diff": 1e400, "verdict": "practically the same", "treatment": 2,
	"control": false}');
SELECT told(ab_verdict(jsonb_agg(to_jsonb(r)))) FROM (SELECT 'm' AS metric, 'primary' AS role, 'NaN'::float8 AS p_value,
	'-inf'::float8 AS lift_low_pct, 'inf'::numeric AS lift_high_pct, 1 AS relative_lift_pct) AS r LIMIT 1;
-- pictures: every row, and in every encoding the same ASCII; where the marks are is asked by the oracle
SELECT count(*) AS circles, bool_and(svg ~ '^[ -~\n]*$') AS ascii
FROM (SELECT ab_forest_svg(jsonb_agg(r || '{"metric": "café <&>"}')) FROM card) t(svg),
	regexp_matches(svg, '<circle', 'g') GROUP BY svg;
SELECT ab_report_html(jsonb_agg(r), 'A & B') LIKE '<!DOCTYPE html>%<title>A &#38; B</title>%' FROM card;
SELECT jsonb_array_length(ab_vega_lite(jsonb_agg(r)) #> '{data,values}') FROM card;
SELECT count(*) FROM (SELECT ab_trend_svg(jsonb_agg(r || jsonb_build_object('day', date '2026-03-01' + d))) FROM card,
	generate_series(0, 4) d) t(svg), regexp_matches(svg, '<g>', 'g');
SELECT ab_trend_svg('[]') LIKE '%There are no rows%',
	ab_trend_svg('{"day": 3, "metric": "m", "lift_low_pct": 1}') LIKE '%>3<%',
	ab_trend_svg('{"day": "2026-03-01T12:30:00+00:00", "metric": "m", "relative_lift_pct": 2}') LIKE '%T12:30%';
SELECT (ab_vega_lite(jsonb_build_array(card('huge', 'primary', 1.7e308, -1.7e308, 1.7e308, 0.5, 'better'))) #>>
	'{layer,0,encoding,x,scale,domain,1}')::float8 AS end_of_axis;
-- cells of text
CREATE TABLE cell (place int, what text, low float8, estimate float8, high float8);
INSERT INTO cell VALUES (1, 'right of 0', 7.1, 10.7, 14.2), (2, 'around 0', -2.9, 1.8, 6.4), (3, 'far', 70, 81, 92),
	(4, 'cut', 12, 17, 31), (5, 'open', NULL, -1.7, 8.2), (6, 'no interval', NULL, 3, NULL),
	(7, 'nothing', NULL, NULL, NULL), (8, 'narrow', 5, 5.1, 5.2), (9, 'estimate beyond', 15, 25, 35),
	(10, 'no estimate', -5, NULL, 5),
	(11, 'NaN', 'NaN', 'NaN', 'NaN'), (12, 'infinite', '-inf', 0, 'inf'), (13, 'swapped', 5, 0, -5),
	(14, 'at the ends', -20, 0, 20);
SELECT what, '|' || ab_forest(low, estimate, high) || '|' FROM cell ORDER BY place;
SELECT what, '|' || ab_forest(low, estimate, high, 0, 100, 21) || '|' FROM cell WHERE place < 5 ORDER BY place;
SELECT what, '|' || ab_forest(low, estimate, high, axis_high => 50, width => 9) || '|'
FROM cell WHERE place < 5 ORDER BY place;
SET client_encoding = 'LATIN1';
SELECT what, '|' || ab_forest(low, estimate, high) || '|' FROM cell ORDER BY place;
RESET client_encoding;
SELECT error_of('SELECT ab_forest(1, 2, 3, ' || arguments || ')')
FROM (VALUES ('1, 1'), ('axis_high => -1'), ('0, ''inf'''),
	('0, ''NaN'''), ('width => 2'), ('width => 1001'), ('width => NULL')) t(arguments);
SELECT length(ab_forest(1e308, -1e308, 0, -1.7e308, 1.7e308, 3));
DROP TABLE card, cell;
DROP FUNCTION card, verdict, told;
