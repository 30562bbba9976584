-- What the tests of shards share: rows, a call of every aggregate, and when two
-- answers are the same.  To be included where search_path begins with a schema
-- of their own.

CREATE TABLE whole (
	user_id bigint NOT NULL,
	country int,				-- by which nothing is distributed
	variant text,
	arm bigint,
	treated boolean,
	outcome float8,
	earlier float8,
	dialogs bigint,
	completed boolean,
	completed_by_other boolean,
	s ab_summary,				-- of this row alone
	h ab_histogram
);

-- one in some tens has no variant, no outcome or one that is no number
INSERT INTO whole
SELECT r.*, (SELECT ab_summary(o, v) FROM (VALUES (outcome, variant)) state(o, v)),
	   (SELECT ab_histogram(o, v) FROM (VALUES (outcome, variant)) state(o, v))
FROM generate_series(1, 4000) u,
	 LATERAL (SELECT u::bigint AS user_id, u % 3 AS country,
					 CASE WHEN u % 41 > 0 THEN ab_assign('shards', u, 0.3) END AS variant,
					 nullif(u % 3, 2)::bigint AS arm, u % 5 < 2 AS treated,
					 CASE WHEN u % 37 > 0 THEN 1 + ab_bucket('outcome', u) / 100 * 0.1 WHEN u % 2 > 0 THEN 'NaN' END AS outcome,
					 CASE WHEN u % 43 > 0 THEN 1 + (ab_bucket('outcome', u) + ab_bucket('noise', u)) / 200 * 0.1 END AS earlier,
					 (1 + ab_bucket('dialogs', u) % 4)::bigint AS dialogs,
					 ab_bucket('completed', u) < 6000 AS completed, ab_bucket('completed', u + 1) < 5500 AS completed_by_other) r;

-- Every aggregate of the extension, called by the names of its arguments: an
-- argument that this does not know is NULL and a failed test.  A test that
-- compares needs a variant "control", which is no number and no boolean, so it
-- gets one arm of those.
CREATE VIEW call AS
SELECT p.oid::regprocedure::text AS aggregate, p.prorettype::regtype AS type,
	   format('%I.%I(%s)', n.nspname, p.proname, args.list) AS call,
	   -- the aggregate that collects and the function that reads, where that is two steps
	   p.prorettype::regtype::text LIKE ANY ('{%ab_summary,%ab_histogram}') AS is_state
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
	 JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
	 JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND e.extname = 'ab_test',
	 LATERAL (SELECT CASE WHEN bool_and(sql IS NOT NULL) THEN string_agg(sql, ', ' ORDER BY i) END
			  FROM unnest(p.proargnames, p.proargtypes::oid[]) WITH ORDINALITY a(name, type, i)
				   LEFT JOIN (VALUES ('outcome', 'float8', 'outcome'), ('outcome', 'boolean', 'completed'),
									 ('outcome_1', 'float8', 'outcome'), ('outcome_2', 'float8', 'earlier'),
									 ('outcome_3', 'float8', 'dialogs'), ('outcome_4', 'float8', 'completed::int'),
									 ('outcome_5', 'float8', 'outcome - earlier'), ('outcome_6', 'float8', 'arm'),
									 ('outcome_7', 'float8', 'outcome * 1e200'), ('outcome_8', 'float8', 'NULL::float8'),
									 ('variant', 'text', 'variant'), ('control', 'text', '''control'''),
									 ('covariate', 'float8', 'earlier'),
									 ('numerator', 'float8', 'outcome'), ('denominator', 'float8', 'dialogs'),
									 ('numerator_covariate', 'float8', 'earlier'), ('denominator_covariate', 'float8', 'arm'),
									 ('events', 'float8', 'dialogs'), ('exposure', 'float8', 'earlier'),
									 ('frequency', 'float8', 'dialogs::float8'), ('frequency', 'bigint', 'dialogs'),
									 ('control_outcome', 'float8', 'outcome'), ('treatment_outcome', 'float8', 'earlier'),
									 ('control_outcome', 'boolean', 'completed'), ('treatment_outcome', 'boolean', 'completed_by_other'),
									 ('covariate', 'boolean', 'completed'),
									 ('recorded', 'text', 'variant'), ('predicted', 'text', 'treated::text'),
									 ('variant_a', 'text', 'variant'), ('variant_b', 'text', 'treated::text'),
									 ('bucket', 'bigint', 'dialogs'), ('buckets', 'bigint', '5::bigint'), ('bins', 'bigint', '3::bigint'),
									 ('summary', 'ab_summary', 's'), ('histogram', 'ab_histogram', 'h'))
						known(argument, argument_type, expression)
						ON argument = a.name AND argument_type::regtype = a.type,
				   LATERAL (SELECT CASE WHEN expression IS NOT NULL THEN expression
										WHEN a.name <> 'variant' THEN NULL
										WHEN p.prorettype::regtype::text LIKE ANY ('{%ab_summary,%ab_histogram}')
										THEN CASE a.type WHEN 'bigint'::regtype THEN 'arm' WHEN 'boolean'::regtype THEN 'treated' END
										ELSE CASE a.type WHEN 'bigint'::regtype THEN 'user_id * 0' WHEN 'boolean'::regtype THEN 'user_id > 0' END
								   END) x(sql)) args(list)
WHERE p.prokind = 'a';

-- Equal but for rounding: numbers to 1e-9 of their size.
CREATE FUNCTION same(a jsonb, b jsonb) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
	IF jsonb_typeof(a) IS DISTINCT FROM jsonb_typeof(b) THEN
		RETURN false;
	END IF;
	CASE jsonb_typeof(a)
		WHEN 'number' THEN
			-- a billionth of the smallest p-value would be an error
			RETURN a = b OR abs(a::float8 - b::float8) <= 1e-9 * greatest(abs(a::float8), abs(b::float8));
		WHEN 'array' THEN
			RETURN jsonb_array_length(a) = jsonb_array_length(b) AND NOT EXISTS (
				SELECT FROM generate_series(0, jsonb_array_length(a) - 1) i WHERE NOT same(a -> i, b -> i));
		WHEN 'object' THEN
			RETURN NOT EXISTS (
				SELECT FROM jsonb_each(a) x FULL JOIN jsonb_each(b) y USING (key)
				WHERE x.value IS NULL OR y.value IS NULL OR NOT same(x.value, y.value));
		ELSE
			RETURN a = b;
	END CASE;
END
$$;

-- Two values of that type, as text: histograms have the same bytes, summaries,
-- alone or several, the same arms, and rows the same columns, both but for rounding.
CREATE FUNCTION same_result(type regtype, a text, b text) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
	answer boolean;
BEGIN
	IF a IS NULL OR b IS NULL THEN
		RETURN a IS NULL AND b IS NULL;
	END IF;
	EXECUTE CASE WHEN type = 'ab_histogram'::regtype THEN 'SELECT ab_histogram_send($1::ab_histogram) = ab_histogram_send($2::ab_histogram)'
				 WHEN type = 'ab_summaries_result'::regtype
				 THEN 'SELECT bool_and(same_result(''ab_summary'', x.value, y.value))
					   FROM jsonb_each_text(to_jsonb($1::ab_summaries_result)) x FULL JOIN jsonb_each_text(to_jsonb($2::ab_summaries_result)) y USING (key)'
				 WHEN type = 'ab_summary'::regtype
				 THEN 'SELECT same((SELECT jsonb_agg(to_jsonb(arm)) FROM ab_arms($1::ab_summary) arm),
								   (SELECT jsonb_agg(to_jsonb(arm)) FROM ab_arms($2::ab_summary) arm))'
				 ELSE format('SELECT same(to_jsonb($1::%1$s), to_jsonb($2::%1$s))', type) END
	INTO answer USING a, b;
	RETURN answer;
END
$$;

-- The text of a query's only value, or its error.
CREATE FUNCTION answer(query text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	EXECUTE query INTO answer;
	RETURN answer;
EXCEPTION WHEN OTHERS THEN
	RETURN 'ERROR: ' || sqlerrm;
END
$$;

-- A query's plan, its lines without indentation.
CREATE FUNCTION plan(query text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	line text;
	plan text := '';
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (VERBOSE, COSTS OFF) ' || query LOOP
		plan := plan || btrim(line) || E'\n';
	END LOOP;
	RETURN plan;
EXCEPTION WHEN OTHERS THEN
	RETURN 'ERROR: ' || sqlerrm;
END
$$;

-- What the tests found.
CREATE TABLE verdict (
	id int GENERATED ALWAYS AS IDENTITY,
	name text NOT NULL,
	passed boolean NOT NULL,
	got text
);

CREATE PROCEDURE verdict(name text, passed boolean, got text DEFAULT NULL)
LANGUAGE sql AS $$
	INSERT INTO verdict (name, passed, got) VALUES (name, coalesce(passed, false), got)
$$;

-- The same answer from the shards as from one table, by a plan of that pattern?
-- Both are queries of one value of that type.
CREATE PROCEDURE compare(name text, type regtype, sharded text, local text, pattern text DEFAULT NULL)
LANGUAGE plpgsql AS $$
DECLARE
	got text := answer(sharded);
	wanted text := answer(local);
	plan text := plan(sharded);
BEGIN
	CALL verdict(name || ': the plan', plan ~ pattern, plan);
	IF wanted LIKE 'ERROR%' OR got LIKE 'ERROR%' THEN
		CALL verdict(name || ': the answer', false, concat_ws(' instead of ', got, wanted));
	ELSE
		CALL verdict(name || ': the answer', same_result(type, got, wanted), concat_ws(' instead of ', got, wanted));
	END IF;
END
$$;
