-- The scorecard and who means harm, or only has odd names.
\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
CREATE TABLE plain AS
SELECT u, (ARRAY['control', 'treatment'])[1 + u % 2] AS variant, ab_bucket('x', u) + 300 * (u % 2) AS x, u % 3 AS
	country
FROM generate_series(1, 500) AS u;
CREATE TABLE expected_card AS SELECT * FROM ab_scorecard('plain', slice => '{country}');
CREATE FUNCTION differences(card ab_scorecard_row[]) RETURNS bigint LANGUAGE sql AS $$
	SELECT count(*) FROM ((SELECT slice, metric, control_n, treatment_n, diff_low, p_adjusted, verdict, sentence FROM
		unnest(card)
						   EXCEPT SELECT slice, metric, control_n, treatment_n, diff_low, p_adjusted, verdict, sentence
						   FROM expected_card) UNION ALL SELECT slice, metric, control_n, treatment_n, diff_low,
						p_adjusted,
						   verdict, sentence FROM expected_card OFFSET (SELECT count(*) FROM unnest(card))) AS d
$$;

-- texts that are a query
SELECT differences(array_agg(r)) FROM ab_scorecard('SELECT * FROM plain -- all of it', slice => '{country}') AS r;
SELECT differences(array_agg(r)) FROM ab_scorecard('/* a */ SELECT * FROM plain; -- done', slice => '{country}') AS r;
SELECT differences(array_agg(r)) FROM ab_scorecard('TABLE plain ; ;', slice => '{country}') AS r;
SELECT differences(array_agg(r)) FROM ab_scorecard('(SELECT * FROM plain)', slice => '{country}') AS r;
SELECT differences(array_agg(r)) FROM ab_scorecard('WITH p AS (SELECT * FROM plain) SELECT * FROM p ORDER BY u', slice
	=> '{country}') AS r;
SELECT differences(array_agg(r)) FROM ab_scorecard(' PUBLIC . Plain ', slice => '{country}') AS r;
SELECT count(*) FROM ab_scorecard('VALUES (''control'', 1.5), (''treatment'', 2), (''control'', 1), (''treatment'',
	3)', variant => 'column1');
SELECT error_of(format('SELECT * FROM ab_scorecard(%L)', query)) FROM (VALUES
	('SELECT * FROM plain) AS q; DROP TABLE plain; --'), ('plain; DROP TABLE plain'),
		('plain) AS q(c1); DROP TABLE plain; --'),
	('"plain"" ; DROP TABLE plain; --"'), ('SELECT 1 /* open'), ('SELECT ''open'), ('plain AS p'), ('a.b.c.d'), (';'),
	('SELECT * FROM plain UNION SELECT 1 INTO made'), ('SELECT * INTO made FROM plain UNION SELECT * FROM plain'),
	('WITH d AS (DELETE FROM plain RETURNING *) SELECT * FROM d'), ('SELECT * FROM plain FOR UPDATE'),
	('DECLARE c CURSOR FOR SELECT 1'), ('COPY plain TO STDOUT'), ('BEGIN'), ('CALL nothing()'), ('EXECUTE p'),
	('CREATE TABLE made AS SELECT 1'), ('SELECT'), ('VALUES(1)'), ('SELECT(1)'), ('plain;'),
	('plain--'), ('plain.*')) AS t(query);

-- names and values that are not plain
CREATE SCHEMA "odd ""schema"". x";
CREATE TABLE "odd ""schema"". x"."a;table" AS
SELECT u % 5 AS "user", (ARRAY['it''s "c"; DROP TABLE plain; --', '<b>&\treatment</b>'])[1 + u % 2] AS "the ""v""; --",
	   x AS "x'; DROP TABLE plain; --", x > 5000 AS "<script>alert(1)</script>",
	   (ARRAY['a''b', 'c"d', '\', NULL])[1 + u % 4] AS "c1", u
FROM plain;
\set control '\'it\'\'s "c"; DROP TABLE plain; --\''
\set table '\'"odd ""schema"". x"."a;table"\', variant => \'the "v"; --\', control => ' :control
SELECT slice, metric, control, treatment, sentence
FROM ab_scorecard(:table, slice => '{c1}', metrics => '{"x''; DROP TABLE plain; --": {}, "<script>alert(1)</script>":
	{}}')
WHERE control_n > 0;
SELECT count(*) FROM ab_scorecard(:table, pair => 'user', treatment => '<b>&\treatment</b>', metrics => '{"u": {}}');
SELECT count(*) FROM ab_scorecard(:table, unit => 'u',
								  metrics => '{"''; --": {"column": "x''; DROP TABLE plain; --", "statistic": "p90"}}');
SELECT count(*) AS still_there FROM plain;
SELECT error_of('SELECT * FROM ab_scorecard(''SELECT repeat(''''v'''', 1025) AS variant, 1 AS x'')');
SELECT error_of('SELECT * FROM ab_scorecard(''SELECT u::text AS variant, 1 AS x FROM generate_series(1, 5000) AS u'')');
SELECT count(*), max(length(sentence)) < 3000 AS short FROM ab_scorecard('SELECT CASE WHEN u % 2 = 0 THEN ''control''
	ELSE
	repeat(''w'', 1000) END AS variant, x AS "' || repeat('m', 63) || '" FROM plain');

-- what writes is refused, and nothing is left behind
CREATE SEQUENCE counter;
CREATE FUNCTION writes(what text) RETURNS float8 LANGUAGE plpgsql AS $$ BEGIN EXECUTE what; RETURN 1; END $$;
SELECT error_of(format('SELECT * FROM ab_scorecard(%L)', format('SELECT variant, writes(%L) AS x FROM plain', what)))
FROM (VALUES ('DELETE FROM plain'), ('CREATE TABLE made ()'), ('CREATE TEMP TABLE made ()'),
	('SELECT nextval(''counter'')'),
	('SET transaction_read_only = off'), ('SET LOCAL transaction_read_only = off'), ('COMMIT'),
		('DROP FUNCTION writes')) AS t(what);
CREATE TEMP TABLE mine (i int);
SELECT count(*) FROM ab_scorecard('SELECT variant, x * writes(''INSERT INTO mine VALUES (1)'') AS x FROM plain');
SELECT count(*) FROM ab_scorecard('SELECT variant, x * writes(''SET work_mem = 64'') AS x FROM plain');
SELECT (SELECT count(*) FROM mine) AS left_behind, current_setting('work_mem') <> '64kB' AS as_before,
	   current_setting('transaction_read_only') AS read_only, count(*) FROM plain;
-- an error that is caught leaves the transaction as it was
BEGIN;
CREATE TABLE kept AS SELECT 1 AS one;
SELECT error_of('SELECT * FROM ab_scorecard(''SELECT variant, 1 / (u - 7) AS x FROM plain'')');
INSERT INTO kept VALUES (2);
SELECT error_of('SELECT * FROM ab_scorecard(''no_such_table'')'), current_setting('transaction_read_only');
SELECT count(*) FROM ab_scorecard('plain');
COMMIT;
SELECT count(*) FROM kept;
DROP TABLE kept;
BEGIN TRANSACTION ISOLATION LEVEL SERIALIZABLE READ ONLY;
SELECT differences(array_agg(r)) FROM ab_scorecard('plain', slice => '{country}') AS r;
COMMIT;
\set VERBOSITY terse
SET statement_timeout = '200ms';
SELECT count(*) FROM ab_scorecard('SELECT variant, x FROM plain, (SELECT pg_sleep(60)) AS s');
RESET statement_timeout;
\set VERBOSITY default
SELECT count(*) FROM ab_scorecard('plain');

-- where it may be called from
CREATE VIEW card AS SELECT * FROM ab_scorecard('plain', slice => '{country}');
SELECT differences(array_agg(card::text::ab_scorecard_row)) FROM card;
PREPARE p(text, text[]) AS SELECT differences(array_agg(r)) FROM ab_scorecard($1, slice => $2) AS r;
EXECUTE p('plain', '{country}');
EXECUTE p('SELECT * FROM plain', '{country}');
BEGIN;
DECLARE c CURSOR FOR SELECT metric, verdict FROM ab_scorecard('plain');
FETCH 1 FROM c;
FETCH ALL FROM c;
COMMIT;
DO $$ DECLARE r record; BEGIN
	FOR r IN SELECT metric FROM ab_scorecard('plain') LOOP
		IF r.metric = 'x' THEN RAISE NOTICE 'x is there'; END IF;
	END LOOP;
END $$;
-- of itself: the p-values of a card are a metric
SELECT metric, control_n FROM ab_scorecard('SELECT (ARRAY[''control'', ''treatment''])[1 + length(slice) % 2] AS
	variant, p_value
	FROM ab_scorecard(''plain'', slice => ''{country,u}'') WHERE role = ''secondary'' AND slice IS NOT NULL');
SELECT count(*) FROM generate_series(1, 3) AS i, LATERAL ab_scorecard(format('SELECT * FROM plain WHERE u %% %s > 0',
	i + 1));
-- wide: 500 metrics
SELECT count(*), count(DISTINCT p_value) FROM ab_scorecard((SELECT 'SELECT variant, ' ||
	string_agg(format('x %% %s AS m%1$s', i + 1), ', ')
	|| ' FROM plain' FROM generate_series(1, 500) AS i));

-- the caller's rights
CREATE ROLE ab_scorecard_reader;
GRANT SELECT ON card TO ab_scorecard_reader;
SET ROLE ab_scorecard_reader;
SELECT error_of('SELECT * FROM ab_scorecard(''plain'')');
SELECT error_of('SELECT * FROM card');
RESET ROLE;
GRANT SELECT ON plain TO ab_scorecard_reader;
ALTER TABLE plain ENABLE ROW LEVEL SECURITY;
CREATE POLICY first_hundred ON plain FOR SELECT TO ab_scorecard_reader USING (u <= 100);
SET ROLE ab_scorecard_reader;
SELECT control_n FROM ab_scorecard('plain') LIMIT 1;
RESET ROLE;
ALTER TABLE plain DISABLE ROW LEVEL SECURITY;

-- functions, operators and types of another schema that is looked at first
CREATE SCHEMA evil;
CREATE FUNCTION evil.boom() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'evil ran'; END $$;
CREATE FUNCTION evil.boom(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT evil.boom()';
CREATE FUNCTION evil.boom(bigint, integer) RETURNS boolean LANGUAGE sql AS 'SELECT evil.boom()';
CREATE FUNCTION evil.boom(integer, integer) RETURNS boolean LANGUAGE sql AS 'SELECT evil.boom()';
CREATE FUNCTION evil.boom(float8, float8) RETURNS boolean LANGUAGE sql AS 'SELECT evil.boom()';
CREATE FUNCTION evil.number(float8, float8) RETURNS float8 LANGUAGE sql AS 'SELECT evil.boom()::int::float8';
CREATE FUNCTION evil.line(text, text) RETURNS text LANGUAGE sql AS 'SELECT evil.boom()::text';
DO $$ DECLARE o text; t text; BEGIN
	FOREACH o IN ARRAY ARRAY['=', '<>', '<=', '>', '<'] LOOP
		FOREACH t IN ARRAY ARRAY['text', 'integer', 'float8'] LOOP
			EXECUTE format('CREATE OPERATOR evil.%s (FUNCTION = evil.boom, LEFTARG = %s, RIGHTARG = %s)', o, t, t);
		END LOOP;
	END LOOP;
	FOREACH o IN ARRAY ARRAY['/', '-', '*', '+'] LOOP
		EXECUTE format('CREATE OPERATOR evil.%s (FUNCTION = evil.number, LEFTARG = float8, RIGHTARG = float8)', o);
	END LOOP;
	CREATE OPERATOR evil.|| (FUNCTION = evil.line, LEFTARG = text, RIGHTARG = text);
	FOREACH o IN ARRAY ARRAY['sum(float8)', 'sum(bigint)', 'sum(integer)', 'min(text)', 'max(text)', 'max(bigint)',
		'max(float8)',
		'count(text)', 'count(integer)', 'ab_rollup(public.ab_summary)', 'ab_ttest(public.ab_summary)',
			'unnest(text[])', 'unnest(bigint[])', 'ab_make_summary(text, bigint, bigint)', 'date_part(text, interval)',
		'ab_summary(float8, text)', 'ab_summary(boolean, text)'] LOOP
		EXECUTE format('CREATE FUNCTION evil.%s RETURNS float8 LANGUAGE sql AS %L', o,
			'SELECT evil.boom()::int::float8');
	END LOOP;
	CREATE DOMAIN evil.text AS pg_catalog.text CHECK (evil.boom());
	CREATE DOMAIN evil.float8 AS pg_catalog.float8 CHECK (evil.boom());
	CREATE DOMAIN evil.int8 AS pg_catalog.int8 CHECK (evil.boom());
	CREATE DOMAIN evil.ab_summary AS public.ab_summary CHECK (evil.boom());
END $$;
CREATE TABLE results (name text, rows jsonb);
INSERT INTO results
SELECT 'rows', jsonb_agg(r)
FROM ab_scorecard('public.plain', slice => '{country}', split => '{"control": 1, "treatment": 1}') AS r
UNION ALL SELECT 'units', jsonb_agg(r) FROM ab_scorecard('public.plain', unit => 'u', slice => '{country}',
	metrics => '{"x": {}, "p": {"column": "x", "statistic": "p50"}, "r": {"column": "x", "statistic": "rank"},
		"c": {"column": "x", "cap": 0.9, "covariate": "country"}, "g": {"column": "x", "statistic": "p50", "role":
			"guardrail",
		"direction": "lower", "margin_pct": 10}}') AS r
UNION ALL SELECT 'pairs', jsonb_agg(r) FROM ab_scorecard('public.plain', pair => 'country', slice => '{country}',
	metrics => '{"x": {}, "r": {"column": "x", "statistic": "rank"}}') AS r;
SET search_path = evil, pg_catalog, public;
\set VERBOSITY terse
SELECT 'a' = 'a'::pg_catalog.text;	-- the trap works
\set VERBOSITY default
INSERT INTO public.results
SELECT 'rows', jsonb_agg(r)
FROM public.ab_scorecard('public.plain', slice => '{country}', split => '{"control": 1, "treatment": 1}') AS r
UNION ALL SELECT 'units', jsonb_agg(r) FROM public.ab_scorecard('public.plain', unit => 'u', slice => '{country}',
	metrics => '{"x": {}, "p": {"column": "x", "statistic": "p50"}, "r": {"column": "x", "statistic": "rank"},
		"c": {"column": "x", "cap": 0.9, "covariate": "country"}, "g": {"column": "x", "statistic": "p50", "role":
			"guardrail",
		"direction": "lower", "margin_pct": 10}}') AS r
UNION ALL SELECT 'pairs', jsonb_agg(r) FROM public.ab_scorecard('public.plain', pair => 'country', slice => '{country}',
	metrics => '{"x": {}, "r": {"column": "x", "statistic": "rank"}}') AS r;
RESET search_path;
SELECT name, count(*), count(DISTINCT rows) AS different FROM results GROUP BY name ORDER BY name;
SET search_path = '';
SELECT pg_catalog.count(*) FROM public.ab_scorecard('public.plain', slice => '{country}') AS r;
RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA evil CASCADE;
RESET client_min_messages;
-- the extension elsewhere
CREATE SCHEMA "the ""extension""";
ALTER EXTENSION ab_test SET SCHEMA "the ""extension""";
SELECT count(*) FROM "the ""extension""".ab_scorecard('plain', unit => 'u', slice => '{country}');
ALTER EXTENSION ab_test SET SCHEMA public;

DROP VIEW card;
DROP OWNED BY ab_scorecard_reader;
DROP ROLE ab_scorecard_reader;
SET client_min_messages = warning;
DROP SCHEMA "odd ""schema"". x", "the ""extension""" CASCADE;
DROP FUNCTION differences, writes;
DROP TABLE plain, expected_card, results, mine;
DROP SEQUENCE counter;
