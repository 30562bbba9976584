-- Prints a scorecard: its table, its sentences and its verdict, and writes the
-- report.  It reads the temporary tables scorecard (rows of ab_scorecard) and
-- title (a row with the title of the report, and a remark under the table), and
-- the variable html, where the report goes; without it none is written.

\set ON_ERROR_STOP on
\set QUIET on
\set SHOW_CONTEXT never
\pset footer off
\pset pager off

-- As people write numbers: rates in percent, others with that many digits.
CREATE FUNCTION pg_temp.number(x float8, statistic text, digits integer) RETURNS text
LANGUAGE sql AS $$
	SELECT CASE
		WHEN statistic = 'rate' THEN round((100 * x)::numeric, digits - 2) || '%'
		WHEN abs(x) >= 10 ^ digits THEN round(x::numeric)::text
		ELSE to_char(x, '9.' || repeat('9', digits - 1) || 'EEEE')::float8::text
	END
$$;

-- Lines of at most 100 characters.
CREATE FUNCTION pg_temp.wrapped(words text, indent text) RETURNS text
LANGUAGE sql AS $$
	SELECT rtrim(regexp_replace(words, '(.{1,98})(\s+|$)', E'\\1\n' || indent, 'g'), E'\n ')
$$;

CREATE TEMP VIEW printed AS
SELECT row_number() OVER () AS place, slice, role, metric, treatment,
	   pg_temp.number(control_value, statistic, digits) AS control_text,
	   pg_temp.number(treatment_value, statistic, digits) AS treatment_text,
	   to_char(relative_lift_pct, 'FMSG999990.0') || '%' AS lift,
	   CASE
		WHEN lift_low_pct IS NOT NULL OR lift_high_pct IS NOT NULL THEN
			coalesce(to_char(lift_low_pct, 'FMSG999990.0') || '%', '..') || ' to ' ||
			coalesce(to_char(lift_high_pct, 'FMSG999990.0') || '%', '..')
		-- A lift without bounds, or none: the difference itself.
		WHEN diff_low IS NOT NULL OR diff_high IS NOT NULL THEN
			coalesce(pg_temp.number(diff_low, statistic, 3), '..') || ' to ' ||
			coalesce(pg_temp.number(diff_high, statistic, 3), '..') || ' (difference)'
	   END AS interval,
	   trim(to_char(p_value, '9.99EEEE')) AS p,
	   trim(to_char(p_adjusted, '9.99EEEE')) AS adjusted,
	   verdict
FROM (SELECT *, CASE WHEN pg_temp.number(control_value, statistic, 3) = pg_temp.number(treatment_value, statistic, 3)
					 THEN 5 ELSE 3 END AS digits
	  FROM scorecard) AS t;

SELECT count(DISTINCT treatment) > 1 AS several, count(slice) > 0 AS sliced, to_char(100 * (1 - min(alpha)), 'FM990.##') AS level,
	   bool_or(p_adjusted IS DISTINCT FROM p_value) FILTER (WHERE p_adjusted IS NOT NULL) IS TRUE AS corrected
FROM scorecard
WHERE role <> 'sample ratio' \gset
\set columns ''
\if :sliced
	\set columns 'coalesce(slice, ''(all)'') AS slice,'
\endif
\set columns :columns 'metric,'
\if :several
	\set columns :columns 'treatment AS variant,'
\endif
\set columns :columns 'control_text AS control, treatment_text AS treatment, lift, interval AS "' :level '% interval", p AS "p-value",'
\if :corrected
	\set columns :columns 'adjusted AS "p, adjusted",'
\endif

\echo
SELECT :columns verdict
FROM printed
WHERE role <> 'sample ratio'
ORDER BY place;

\pset tuples_only on
\pset format unaligned
SELECT remark FROM title WHERE remark IS NOT NULL;
SELECT pg_temp.wrapped(sentence, '  ') FROM scorecard;

-- What a file is missing more often in one arm than in another.
SELECT to_regclass('pg_temp.finding') IS NOT NULL AS has_findings \gset
\if :has_findings
	SELECT pg_temp.wrapped(sentence, '  ') FROM finding;
\endif

\echo
SELECT pg_temp.wrapped(ab_verdict(jsonb_agg(to_jsonb(scorecard))), '') FROM scorecard;

\if :{?html}
	\o :html
	SELECT ab_report_html(jsonb_agg(to_jsonb(scorecard)), (SELECT title FROM title)) FROM scorecard;
	\o
	\echo
	\echo The report: :html
\endif
