-- Analyse a CSV file.  ./demo.sh FILE.csv ... runs this with the file as
-- standard input and these variables:
--   header                 the first line of the file
--   variant, outcome       names of columns
--   control, treatment     values in the variant column; treatment may be ''
--   alpha, equal_var       parameters of ab_ttest

\set ON_ERROR_STOP on
\set QUIET on
\set SHOW_CONTEXT never
\pset footer off
\pset pager off

-- Nothing to see until the file is loaded and checked.
\o /dev/null

CREATE FUNCTION pg_temp.fail(message text, hint text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION '%', message USING HINT = hint;
END
$$;

-- A number with four significant digits.
CREATE FUNCTION pg_temp.brief(x float8) RETURNS text
LANGUAGE sql AS $$
	SELECT to_char(x, '9.999EEEE')::float8::text
$$;

-- The columns are found by their place, so that they may have any names.
-- Spreadsheets write a byte order mark and carriage returns.
CREATE TEMP TABLE header AS
SELECT place,
	   trim(CASE WHEN field LIKE '"%'
			THEN replace(substr(field, 2, length(field) - 2), '""', '"')
			ELSE field END) AS name
FROM regexp_matches(btrim(:'header', E'\uFEFF\r'), '(?:^|,)("(?:[^"]|"")*"|[^,"]*)', 'g') WITH ORDINALITY AS m(fields, place),
	 LATERAL (SELECT fields[1]) AS f(field);

SELECT pg_temp.fail(format('there is no column "%s"', missing),
					format('The columns are: %s.', columns))
FROM unnest(ARRAY[:'variant', :'outcome']) AS missing,
	 (SELECT string_agg(name, ', ' ORDER BY place) FROM header) AS h(columns)
WHERE missing NOT IN (SELECT name FROM header);

SELECT pg_temp.fail(format('there are %s columns "%s"', count(*), name), 'Give them different names.')
FROM header
WHERE name IN (:'variant', :'outcome')
GROUP BY name
HAVING count(*) > 1;

SELECT format('CREATE TEMP TABLE csv (%s)', string_agg(format('c%s text', place), ', ' ORDER BY place))
FROM header \gexec

-- Which line is wrong is in the context.
\set SHOW_CONTEXT errors
\copy csv FROM pstdin (FORMAT csv, HEADER)
\set SHOW_CONTEXT never

SELECT format('CREATE TEMP TABLE observation AS
			   SELECT row_number() OVER (ORDER BY ctid) AS place,
					  nullif(trim(c%s), %L) AS variant,
					  nullif(lower(trim(c%s)), %2$L) AS outcome
			   FROM csv',
			  (SELECT place FROM header WHERE name = :'variant'), '',
			  (SELECT place FROM header WHERE name = :'outcome')) \gexec

SELECT pg_temp.fail(format('no row has %s "%s"', :'variant', missing),
					format('The values are: %s.', present))
FROM unnest(ARRAY[:'control', nullif(:'treatment', '')]) AS missing,
	 (SELECT coalesce(string_agg(variant, ', ' ORDER BY variant), 'none')
	  FROM (SELECT DISTINCT variant FROM observation) AS v) AS p(present)
WHERE missing NOT IN (SELECT variant FROM observation WHERE variant IS NOT NULL);

-- A quoted field may hold line breaks, so the number of the row is not that
-- of the line.
SELECT pg_temp.fail(
		format('%s is not a number: "%s" in line %s', :'outcome', outcome,
			   (SELECT 2 + count(*) + coalesce(sum(length(line) - length(replace(line, E'\n', ''))), 0)
				FROM (SELECT csv::text FROM csv ORDER BY ctid LIMIT place - 1) AS before(line))),
		'An outcome is a number, true or false, yes or no, or empty where there is none.')
FROM (SELECT *
	  FROM observation
	  WHERE outcome !~ '^([+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|[+-]?inf(inity)?|nan|t|true|f|false|y|yes|n|no)$'
	  ORDER BY place
	  LIMIT 1) AS first;

CREATE TEMP TABLE summary AS
SELECT ab_summary(CASE WHEN outcome IN ('t', 'true', 'y', 'yes') THEN 1
					   WHEN outcome IN ('f', 'false', 'n', 'no') THEN 0
					   ELSE outcome::float8 END, variant, :'control') AS s
FROM observation;

CREATE TEMP TABLE result AS
SELECT r.*
FROM summary,
	 ab_ttest(s, treatment => nullif(:'treatment', ''), alpha => :'alpha', equal_var => :'equal_var') AS r;

\o
\echo
SELECT count(*) AS "rows",
	   count(*) FILTER (WHERE variant IS NULL OR outcome IS NULL) AS "skipped: empty",
	   count(*) FILTER (WHERE variant NOT IN (control, treatment) AND outcome IS NOT NULL) AS "skipped: other variants"
FROM observation, result;

SELECT variant, n, mean, stddev, is_control AS control
FROM summary, ab_arms(s), result AS r
WHERE variant IN (r.control, r.treatment)
ORDER BY is_control DESC;

\pset expanded on
SELECT * FROM result;

\pset expanded off
\pset tuples_only on
\pset format unaligned
SELECT CASE
		WHEN p_value IS NULL THEN
			format('Decision: none is possible: %s.', note)
		WHEN significant THEN
			format('Decision: the two differ. %s has the %s %s, by %s (between %s and %s at %s%% confidence), p = %s.',
				   treatment, CASE WHEN diff > 0 THEN 'higher' ELSE 'lower' END, :'outcome', pg_temp.brief(abs(diff)),
				   pg_temp.brief(least(abs(diff_low), abs(diff_high))), pg_temp.brief(greatest(abs(diff_low), abs(diff_high))),
				   trim_scale(round(100 * (1 - alpha)::numeric, 6)), pg_temp.brief(p_value))
		ELSE
			format('Decision: none yet. The data do not tell %s from %s (p = %s): the difference in %s may be anything between %s and %s.',
				   treatment, control, pg_temp.brief(p_value), :'outcome', pg_temp.brief(diff_low), pg_temp.brief(diff_high))
	   END
FROM result;
