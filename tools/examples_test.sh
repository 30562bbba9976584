#!/usr/bin/env bash
#
# The examples that are run on their own: the assignment rule in Python and
# TypeScript beside the SQL functions, and the registry of experiments, with
# two sessions at a time, dumped and restored, and asked by a role without
# rights.  Connects by PGHOST, PGPORT and PGUSER to a server that has ab_test
# installed, as a superuser; makes databases of its own and drops them.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=tools/checks.sh
source tools/checks.sh
scratch=$(mktemp -d)
database=ab_examples_$$

cleanup() {
	exec 3>&- || true
	wait || true
	rm -rf "$scratch"
	for name in "$database" "${database}_restored"; do
		psql -Xqc "DROP DATABASE IF EXISTS $name WITH (FORCE)" "${PGDATABASE:-postgres}" 2>/dev/null || true
	done
}
trap cleanup EXIT

# query SQL [PSQL-ARGUMENT]...: the unaligned answer, or the error message.
query() {
	psql -XqAt -F ' ' -v ON_ERROR_STOP=1 -v VERBOSITY=verbose -d "$database" -c "$1" "${@:2}" 2>&1 || true
}

# wait_until SQL: until it is true, ten seconds at most.
wait_until() {
	local try

	for try in {1..200}; do
		[ "$(query "$1")" != t ] || return 0
		sleep 0.05
	done
	echo "gave up on: $1 ($try)" >&2
}

psql -Xqc "CREATE DATABASE $database ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0" "${PGDATABASE:-postgres}"
query 'CREATE EXTENSION ab_test'

#
# The rule elsewhere: 10,000 ids with what the SQL functions say, a JSON array a line
#

query "
SELECT json_build_array(experiment, id, ab_bucket(experiment, id), split, ab_assign(experiment, id, split))
FROM (SELECT 'exp' || i % 7 AS experiment, i % 101 / 100.0::float8 AS split,
			 CASE i % 8 WHEN 0 THEN i::text WHEN 1 THEN ((i - 5000) * 1844674407370955)::text
				WHEN 2 THEN md5(i::text)::uuid::text WHEN 3 THEN upper(md5(i::text)::uuid::text)
				WHEN 4 THEN '用户😀 José ' || i WHEN 5 THEN repeat(chr(233) || i, 1 + i % 200) WHEN 6 THEN ''
				ELSE rpad(i || E'\t\"\\\\\n:', 1024, md5(i::text)) END AS id
	  FROM generate_series(1, 10000) i) ids" >"$scratch/ids"
check 'the ids' '10000' "$(wc -l <"$scratch/ids")"

cat >"$scratch/check.py" <<'END'
import json
import sys

sys.path.insert(0, 'examples/assign')
from assign import ab_assign, ab_bucket

rows = [json.loads(line) for line in open(sys.argv[1], encoding='utf-8')]
print(len(rows), sum((ab_bucket(e, u), ab_assign(e, u, s)) != (bucket, arm) for e, u, bucket, s, arm in rows))
END
check 'Python: ids, and those that differ' '10000 0' "$(PYTHONDONTWRITEBYTECODE=1 python3 "$scratch/check.py" "$scratch/ids" 2>&1)"

cat >"$scratch/check.cjs" <<'END'
const fs = require("node:fs");
const ts = require("typescript");
const source = fs.readFileSync("examples/assign/assign.ts", "utf8");
const compiled = ts.transpileModule(source, { compilerOptions: { module: "commonjs", target: "es2020" } }).outputText;
const rule = { exports: {} };
new Function("require", "exports", compiled)(require, rule.exports);
const { abAssign, abBucket } = rule.exports;
const rows = fs.readFileSync(process.argv[2], "utf8").trim().split("\n").map((line) => JSON.parse(line));
const differ = rows.filter(([e, u, bucket, s, arm]) => abBucket(e, u) !== bucket || abAssign(e, u, s) !== arm);
console.log(rows.length, differ.length);
END
export NODE_PATH=${NODE_PATH:-/usr/share/nodejs}
if node -e 'require("typescript")' 2>/dev/null; then
	check 'TypeScript: ids, and those that differ' '10000 0' "$(node "$scratch/check.cjs" "$scratch/ids" 2>&1)"
else
	skip 'TypeScript: there is no node with typescript'
fi

#
# The registry
#

check 'the registry is made' '' "$(psql -XqAt -v ON_ERROR_STOP=1 -d "$database" -f examples/registry.sql 2>&1 | grep -v '^ab_registry, ' || true)"
psql -Xq -v ON_ERROR_STOP=1 -d "$database" <<'END'
ALTER DATABASE :DBNAME SET search_path = ab_registry, public;
\c
INSERT INTO holdout VALUES ('this year', 0.05);
INSERT INTO layer (name) VALUES ('prompt'), ('ui');
INSERT INTO experiment (name, layer_id, holdout) SELECT 'prompt v2', id, 'this year' FROM layer WHERE name = 'prompt';
INSERT INTO experiment (name, layer_id) SELECT 'prompt v3', id FROM layer WHERE name = 'prompt';
INSERT INTO experiment (name, sticky) VALUES ('sticky', true);
INSERT INTO experiment (name) VALUES ('draft'), ('stopped'), ('no arms');
INSERT INTO arm (experiment, variant, position, weight)
SELECT name, variant, position, weight
FROM experiment, (VALUES ('control', 1, 0.5), ('b', 2, 0.3), ('c', 3, 0.2)) a(variant, position, weight) WHERE name <> 'no arms';
INSERT INTO layer_slot (experiment, layer_id, first_slot, last_slot)
SELECT name, layer_id, CASE name WHEN 'prompt v2' THEN 0 ELSE 5000 END, CASE name WHEN 'prompt v2' THEN 4999 ELSE 7999 END
FROM experiment WHERE layer_id IS NOT NULL;
INSERT INTO exclusion VALUES ('employee', 'works here');
INSERT INTO override VALUES ('draft', 'tester', 'b'), ('prompt v2', 'tester', 'c');
UPDATE experiment SET status = 'running' WHERE name IN ('prompt v2', 'prompt v3', 'sticky', 'stopped');
UPDATE experiment SET status = 'stopped', shipped = 'c' WHERE name = 'stopped';
END

check 'reasons of units outside' 'unknown,no_unit,no_unit,draft,override:b,override:c,excluded,stopped:c' \
	"$(query "SELECT string_agg(concat_ws(':', reason, variant), ',' ORDER BY i) FROM unnest(
			  ARRAY['none', 'prompt v2', 'prompt v2', 'draft', 'draft', 'prompt v2', 'prompt v2', 'stopped'],
			  ARRAY['u', '', NULL, 'u', 'tester', 'tester', 'employee', 'u']) WITH ORDINALITY q(e, u, i), assign(e, u)
			  WHERE NOT in_experiment")"
check 'nothing of them is logged' 0 "$(query 'SELECT count(*) FROM exposure_log')"
check 'assign logs the units of the experiment, and decide says the same again' '0 0 0 0' \
	"$(query "CREATE TABLE first AS SELECT u, d.* FROM generate_series(1, 4000) u, assign('prompt v2', u::text) d;
			  SELECT (SELECT count(*) FROM first JOIN exposure_log l ON l.unit = u::text WHERE l.variant <> first.variant OR l.bucket <> first.bucket),
				(SELECT count(*) FROM first WHERE in_experiment) - (SELECT count(*) FROM exposure_log),
				(SELECT count(*) FROM first, decide('prompt v2', u::text) d WHERE d IS DISTINCT FROM (first.variant, first.reason, first.bucket, first.in_experiment)),
				(SELECT count(*) FROM first WHERE in_experiment AND variant <> ab_variant('prompt v2', u, '{control,b,c}', '{0.5,0.3,0.2}'))")"
check 'shares of the reasons, within four standard errors' 't t' \
	"$(query "SELECT abs(avg((reason = 'assigned')::int) - 0.475) < 0.032, abs(avg((reason = 'holdout')::int) - 0.05) < 0.014 FROM first")"
check 'two experiments of a layer have no unit in common' 0 \
	"$(query "SELECT count(*) FROM generate_series(1, 3000) u, decide('prompt v2', u::text) a, decide('prompt v3', u::text) b
			  WHERE a.in_experiment AND b.in_experiment")"
check 'a second call writes nothing' 't' \
	"$(query "CREATE TABLE before AS TABLE exposure_log; SELECT count(assign('prompt v2', u::text)) > 0 FROM generate_series(1, 500) u" | tail -1)"
check 'and changes nothing' 0 "$(query "SELECT count(*) FROM ((TABLE before EXCEPT TABLE exposure_log) UNION ALL (TABLE exposure_log EXCEPT TABLE before)) x")"
check 'the sample ratio is that of expected_share' t \
	"$(query "SELECT p_value > 0.001 FROM expected_share e, ab_srm(ARRAY(SELECT (SELECT count(*) FROM exposure_log l WHERE l.experiment = e.experiment AND l.variant = v)::float8 FROM unnest(variants) v), weights)
			  WHERE experiment = 'prompt v2'")"

# what is fixed
check_match 'the log is written once' 'ERROR:  55000: a row of exposure_log is written once' "$(query "UPDATE exposure_log SET variant = 'b'")"
check_match 'a running experiment keeps its salt' 'ERROR:  55000: experiment "prompt v2" has started' \
	"$(query "UPDATE experiment SET salt = 'other' WHERE name = 'prompt v2'")"
check_match 'and its arms' 'ERROR:  55000: experiment "prompt v2" has started: its arms are fixed' \
	"$(query "UPDATE arm SET weight = 1 WHERE experiment = 'prompt v2'")"
check_match 'an experiment without arms does not start' 'ERROR:  22004: variants must not be NULL' \
	"$(query "UPDATE experiment SET status = 'running' WHERE name = 'no arms'")"
check_match 'nor is one inserted running' 'ERROR:  55000: an experiment begins as a draft' \
	"$(query "INSERT INTO experiment (name, status) VALUES ('x', 'running')")"
check_match 'no two share a salt' 'ERROR:  23505: ' "$(query "INSERT INTO experiment (name, salt) VALUES ('x', 'draft')")"
check_match 'no name with a colon' 'ERROR:  23514: ' "$(query "INSERT INTO experiment (name) VALUES ('a:b')")"
check_match 'no override to an unknown variant' 'ERROR:  23503: ' "$(query "INSERT INTO override VALUES ('draft', 'u', 'none')")"
check 'ramping up moves nobody' '0 t' \
	"$(query "UPDATE experiment SET exposure = 0.1 WHERE name = 'prompt v3';
			  CREATE TABLE small AS SELECT u, d.* FROM generate_series(1, 4000) u, decide('prompt v3', u::text) d;
			  UPDATE experiment SET exposure = 0.5 WHERE name = 'prompt v3';
			  SELECT count(*) FILTER (WHERE s.in_experiment AND d.variant IS DISTINCT FROM s.variant), count(*) FILTER (WHERE d.in_experiment AND NOT s.in_experiment) > 200
			  FROM small s, decide('prompt v3', u::text) d")"
check 'sticky units keep their variant when weights change' '300 0 t' \
	"$(query "CREATE TABLE kept AS SELECT u, d.* FROM generate_series(1, 300) u, assign('sticky', u::text) d;
			  UPDATE arm SET weight = (variant = 'c')::int WHERE experiment = 'sticky';
			  SELECT count(*), count(*) FILTER (WHERE d.variant <> k.variant OR d.reason <> 'sticky'),
				(SELECT bool_and(d.variant = 'c') FROM generate_series(301, 400) u, decide('sticky', u::text) d)
			  FROM kept k, assign('sticky', u::text) d")"

#
# Two sessions at a time
#

# overlap END: one session gives slots away and waits, a second wants some of them, the first does END.
overlap() {
	mkfifo "$scratch/fifo"
	PGAPPNAME=first psql -Xq -d "$database" <"$scratch/fifo" >"$scratch/first" 2>&1 &
	exec 3>"$scratch/fifo"
	echo "BEGIN; INSERT INTO layer_slot (experiment, layer_id, first_slot, last_slot) SELECT 'prompt v3', id, 8000, 8999 FROM layer WHERE name = 'prompt';" >&3
	wait_until "SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'first' AND state = 'idle in transaction'"
	PGAPPNAME=second psql -Xq -v VERBOSITY=terse -d "$database" >"$scratch/second" 2>&1 -c "INSERT INTO layer_slot (experiment, layer_id, first_slot, last_slot) SELECT 'prompt v2', id, 8500, 9500 FROM layer WHERE name = 'prompt'" &
	wait_until "SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'second' AND wait_event_type = 'Lock'"
	echo "$1;" >&3
	exec 3>&-
	wait
	rm "$scratch/fifo"
}
overlap COMMIT
check_match 'two sessions: the second waits, and is refused' 'conflicting key value violates exclusion constraint "slots_do_not_overlap"' "$(<"$scratch/second")"
check 'and the slots are those of the first' 'prompt v3' "$(query 'SELECT experiment FROM layer_slot WHERE first_slot >= 8000')"
query "DELETE FROM layer_slot WHERE first_slot >= 8000"
overlap ROLLBACK
check 'two sessions: where the first gives up, the second has them' 'prompt v2' "$(query 'SELECT experiment FROM layer_slot WHERE first_slot >= 8000')"
check_match 'slots of the same experiment do not overlap either' 'ERROR:  23P01: ' \
	"$(query "INSERT INTO layer_slot (experiment, layer_id, first_slot, last_slot) SELECT 'prompt v2', id, 9500, 9500 FROM layer WHERE name = 'prompt'")"
check 'the same slots of another layer are free' '' \
	"$(query "INSERT INTO experiment (name, layer_id) SELECT n, id FROM layer, unnest(ARRAY['ui 1', 'ui 2']) n WHERE name = 'ui';
			  SELECT 'not taken' WHERE take_slots('ui 1', 4000) <> 4000" 2>&1 | grep -v '^$' || true)"

for number in 1 2 3 4; do
	query "SELECT count(assign('sticky', u::text)) FROM generate_series(401, 700) u ORDER BY 1" >"$scratch/assign.$number" &
	query "SELECT take_slots('ui 2', 2000)" >"$scratch/take.$number" &
done
wait
check 'four sessions: each unit is logged once' '300 300' \
	"$(query "SELECT count(*), count(DISTINCT unit) FROM exposure_log WHERE experiment = 'sticky' AND unit::int > 400")"
check 'four sessions: slots are given away while there are some' '3 1' \
	"$(cat "$scratch"/take.* | grep -c '^2000$') $(cat "$scratch"/take.* | grep -c 'the layer has only 0 free slots')"
check 'each to one' '10000 10000' \
	"$(query "SELECT count(*), count(DISTINCT first_slot) FROM layer_slot WHERE experiment LIKE 'ui %'")"

#
# Rights
#

check 'the service may ask' 't t' \
	"$(query "SET ROLE ab_assigner; SELECT (ab_registry.assign('prompt v2', 'new ' || u)).reason IS NOT NULL, (ab_registry.decide('prompt v2', 'new ' || u)).reason IS NOT NULL FROM generate_series(1, 1) u")"
for statement in "SELECT * FROM experiment" "SELECT * FROM exposure_log" "INSERT INTO override VALUES ('draft', 'me', 'b')" \
	"UPDATE experiment SET status = 'stopped'" "DELETE FROM exposure_log" "INSERT INTO exposure_log VALUES ('draft', 'me', 'b', 'r', 1)" \
	"SELECT take_slots('ui 1', 1)" "TRUNCATE assignment" "CREATE TABLE ab_registry.mine ()"; do
	check_match "and nothing else: ${statement%% *} ${statement##* }" 'ERROR:  42501: ' "$(query "SET ROLE ab_assigner; $statement")"
done
check 'nor may somebody else ask' 'ERROR:  42501: permission denied for schema ab_registry' \
	"$(query "CREATE ROLE ab_nobody_$$; SET ROLE ab_nobody_$$; SELECT ab_registry.decide('a', 'b')" | head -1)"
check_match 'a search path of the caller changes nothing' '^assigned|other_slot|holdout$' \
	"$(query "CREATE SCHEMA trap; CREATE FUNCTION trap.ab_bucket(text, text) RETURNS bigint LANGUAGE sql RETURN -1;
			  SET search_path = trap, ab_registry, public; SELECT reason FROM decide('prompt v2', 'u') WHERE bucket >= 0")"
query 'DROP SCHEMA trap CASCADE' >/dev/null

#
# Dump and restore
#

state="SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM (SELECT u, d.* FROM generate_series(1, 1000) u, unnest(ARRAY['prompt v2', 'prompt v3', 'sticky', 'draft']) e, decide(e, u::text) d) t"
tables="SELECT string_agg(md5(query_to_xml('SELECT * FROM ' || c.oid::regclass || ' t ORDER BY t::text', true, true, '')::text), ',' ORDER BY relname)
		FROM pg_class c WHERE relnamespace = 'ab_registry'::regnamespace AND relkind = 'r'"
before="$(query "$state") $(query "$tables")"
pg_dump -Fc "$database" >"$scratch/dump"
psql -Xqc "CREATE DATABASE ${database}_restored TEMPLATE template0" "${PGDATABASE:-postgres}"
check 'pg_restore' '' "$(pg_restore --exit-on-error -d "${database}_restored" "$scratch/dump" 2>&1)"
database=${database}_restored
query "ALTER DATABASE $database SET search_path = ab_registry, public"
check 'restored: every row and every decision' "$before" "$(query "$state") $(query "$tables")"
check_match 'restored: slots do not overlap' 'ERROR:  23P01: ' \
	"$(query "INSERT INTO layer_slot (experiment, layer_id, first_slot, last_slot) SELECT 'prompt v2', layer_id, 0, 0 FROM experiment WHERE name = 'prompt v2'")"
check 'restored: the service may ask' t \
	"$(query "SET ROLE ab_assigner; SELECT reason IS NOT NULL FROM ab_registry.assign('prompt v2', 'after')")"
check_match 'restored: and nothing else' 'ERROR:  42501: ' "$(query "SET ROLE ab_assigner; SELECT * FROM arm")"
database=${database%_restored}

count_checks examples
