-- The conventions of the extension as queries: each must return no rows.
CREATE VIEW member AS
SELECT d.classid, d.objid FROM pg_depend d, pg_extension e
WHERE d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'e' AND e.extname = 'ab_test';
CREATE VIEW member_proc AS
SELECT p.* FROM pg_proc p JOIN member m ON m.classid = 'pg_proc'::regclass AND m.objid = p.oid;
SELECT count(*) > 20 AS there_are_members FROM member_proc;

-- everything is documented
SELECT pg_describe_object(classid, objid, 0) FROM member
WHERE coalesce(obj_description(objid, classid::regclass::text::name), '') = '' AND NOT EXISTS (
	SELECT FROM pg_type t
	WHERE t.oid = objid AND classid = 'pg_type'::regclass AND (t.typelem <> 0 AND t.typtype = 'b'));
-- immutable, parallel safe, not leakproof, not security definer; but what runs a query is neither of the first two
SELECT oid::regprocedure FROM member_proc
WHERE (proparallel, provolatile) IS DISTINCT FROM CASE WHEN proname IN ('ab_scorecard') THEN ('u'::"char", 'v'::"char")
													  ELSE ('s'::"char", 'i'::"char") END
	OR proleakproof OR prosecdef;
-- the C symbol is the SQL name or, of an overload, begins with it
SELECT oid::regprocedure FROM member_proc
WHERE prokind = 'f' AND prosrc <> proname AND NOT starts_with(prosrc, proname || '_');
-- every name is ours
SELECT oid::regprocedure FROM member_proc WHERE proname NOT LIKE 'ab\_%';
-- arguments of functions that users call are named
SELECT oid::regprocedure FROM member_proc WHERE pronargs > 0 AND proargnames IS NULL
	AND proname !~ '_(in|out|recv|send|accum|accum2|accum4|accum_boolean|combine|final)$';
-- aggregates: a real transition type, mergeable, parallel safe; their final functions do not modify the state
SELECT a.aggfnoid FROM pg_aggregate a JOIN member_proc p ON p.oid = a.aggfnoid
WHERE aggcombinefn = 0 OR aggtranstype::regtype IN ('internal', 'anyelement') OR aggfinalextra OR aggfinalmodify <> 'r'
	OR aggtransspace = 0 OR aggkind <> 'n';
-- results and arguments of built-in types only, beside the extension's own and arrays of those
SELECT p.oid::regprocedure FROM member_proc p, LATERAL unnest(proargtypes::oid[] || prorettype) t(type)
	JOIN pg_type y ON y.oid = type
WHERE type::regtype::text NOT IN ('text', 'bigint', 'double precision', 'boolean', 'uuid', 'bytea', 'cstring',
								  'internal', 'jsonb', 'text[]', 'double precision[]', 'bigint[]')
	AND NOT EXISTS (SELECT FROM member WHERE objid IN (type, typelem));
-- columns that a person selects are of built-in types, but those that are only summaries to be read
SELECT c.relname, a.attname
FROM pg_type t JOIN member m ON m.objid = t.oid AND m.classid = 'pg_type'::regclass
	JOIN pg_class c ON c.oid = t.typrelid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
WHERE a.atttypid::regtype::text NOT IN ('text', 'bigint', 'double precision', 'boolean', 'timestamp with time zone',
										'jsonb', 'bytea') AND t.typname <> 'ab_summaries_result';
-- the stored type: toastable, double-aligned, with binary I/O
SELECT typname, typlen, typalign, typstorage, typreceive <> 0 AS receive, typsend <> 0 AS send
FROM pg_type WHERE typname IN ('ab_summary', 'ab_histogram') ORDER BY typname;
-- trusted and relocatable
SELECT relocatable, trusted FROM pg_available_extension_versions WHERE name = 'ab_test' AND installed;
-- the interface
SELECT oid::regprocedure || ' -> ' || CASE WHEN proretset THEN 'setof ' ELSE '' END || prorettype::regtype AS interface
FROM member_proc ORDER BY prokind, proname COLLATE "C", oid::regprocedure::text COLLATE "C";
DROP VIEW member_proc, member;
