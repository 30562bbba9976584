#!/usr/bin/env bash
#
# The views of examples/bi.sql, and what the dashboards ask them: Grafana's and
# Metabase's queries, the columns of Superset's datasets, and Grafana's JSON
# against the types of @grafana/schema where there is an npm; and psql alone.
# ab_test must be installed; ./test.sh does that first.
set -euo pipefail

# shellcheck source=examples/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/../examples/setup.sh"
# shellcheck source=tools/checks.sh
source "$repo/tools/checks.sh"

grafana=$repo/examples/grafana/dashboard.json
schema=@grafana/schema@11.3.0
typescript=typescript@5.6.3

query() {
	run_psql -At -F ' ' -c "$1" 2>&1 || true
}

install_prerequisites
step 'starting a throwaway server' start_cluster
run_psql -c 'CREATE EXTENSION ab_test' -f "$repo/examples/dialog.sql" -f "$repo/examples/bi.sql"
page_sql bi "$repo/docs/howto/dashboards.md" >"$scratch/page.sql"
check 'the page on dashboards' '' "$(run_psql -f "$scratch/page.sql" 2>&1)"

#
# The views
#

check 'a row of the scorecard for each metric' 'completed better, csat no clear difference, sample ratio split as intended, turns not worse' \
	"$(query "SELECT string_agg(metric || ' ' || verdict, ', ' ORDER BY metric) FROM ab_bi.dialog_scorecard")"
check 'a row of the trend for each day, metric and rule' '168 28 3 2' \
	"$(query 'SELECT count(*), count(DISTINCT day), count(DISTINCT metric), count(DISTINCT rule) FROM ab_bi.dialog_trend')"
check 'its days are those of the tests by themselves' 6 "$(query "
	SELECT count(*) FROM ab_bi.dialog_trend AS t
	JOIN (SELECT day, ab_summary(completed, variant) AS s
		  FROM (VALUES (date '2026-06-10'), ('2026-06-20'), ('2026-06-28')) AS days(day)
		  JOIN dialog ON at < day + 1 GROUP BY day) AS so_far USING (day),
		 ab_ttest(s, equal_var => false) AS f, ab_always_valid(s, 2000) AS v
	WHERE metric = 'completed'
		AND abs(t.p_value / CASE rule WHEN 'fixed' THEN f.p_value WHEN 'always-valid' THEN v.p_value END - 1) < 1e-9
		AND abs(t.lift_high_pct - CASE rule WHEN 'fixed' THEN f.lift_high_pct ELSE v.lift_high_pct END) < 1e-9")"
check 'what may be looked at any day is less certain' 0 "$(query "
	SELECT count(*) FROM ab_bi.dialog_trend AS f JOIN ab_bi.dialog_trend AS v USING (day, metric)
	WHERE f.rule = 'fixed' AND v.rule = 'always-valid'
		AND (v.lift_low_pct > f.lift_low_pct OR v.lift_high_pct < f.lift_high_pct OR v.p_value < f.p_value)")"

# Names that are none of SQL's, and a condition
hostile="di\"a'l\\og %s"
create_hostile() {
	run_psql -v name="$hostile" 2>&1 <<-'END'
		CREATE SCHEMA "my ""logs""";
		CREATE TABLE "my ""logs"""."the l'og" AS
		SELECT variant, at::date AS "d""ay's %I", completed AS "it's ""done"" %s", turns AS "SELECT", csat AS "CSat\",
			   'a''"b%, \ = ' || (id % 2) AS "Sl'i,""c{e}"
		FROM dialog;
		CALL ab_bi.create_views(:'name', '"my ""logs"""."the l''og"', day => 'd"ay''s %I', planned_n => 2000,
								slice => ARRAY['Sl''i,"c{e}']);
		CALL ab_bi.create_views(:'name', $$SELECT * FROM "my ""logs"""."the l'og" WHERE "SELECT" > 2 -- a comment$$,
								metrics => '{"it''s \"done\" %s": {}, "a '' name": {"column": "SELECT"}}',
								day => 'd"ay''s %I', planned_n => 2000, slice => ARRAY['Sl''i,"c{e}'], control => 'control');
	END
}
check 'quotes in every name, a table and a query' '' "$(create_hostile)"
trend=$(query "SELECT format('ab_bi.%I', \$q\$${hostile}_trend\$q\$)")
scorecard=$(query "SELECT format('ab_bi.%I', \$q\$${hostile}_scorecard\$q\$)")
check 'the trend of those' "112 it's \"done\" %s" \
	"$(query "SELECT count(*), max(metric) FROM $trend WHERE rule IN ('fixed', 'always-valid')")"
check 'the last day of the trend has the rows of the condition' \
	"$(query "SELECT count(*) FILTER (WHERE variant = 'control'), count(*) FILTER (WHERE variant = 'treatment') FROM dialog WHERE turns > 2")" \
	"$(query "SELECT DISTINCT control_n, treatment_n FROM $trend WHERE day = '2026-06-28'")"
check 'slices of such names' "Sl'i,\"c{e} = a'\"b%, \\ = 0, Sl'i,\"c{e} = a'\"b%, \\ = 1" \
	"$(query "SELECT string_agg(DISTINCT slice, ', ') FROM $scorecard WHERE role = 'sample ratio' AND slice IS NOT NULL")"

check 'a treatment each' 'a b, a c' "$(query "
	CREATE TABLE three AS SELECT ('{a,b,c}'::text[])[1 + id % 3] AS variant, completed, at::date AS day FROM dialog;
	CALL ab_bi.create_views('three', 'three', day => 'day', planned_n => 1000, control => 'a');
	SELECT string_agg(DISTINCT control || ' ' || treatment, ', ') FROM ab_bi.three_trend WHERE p_value IS NOT NULL")"
check 'numbers for variants and metrics of every type: the last day has the lifts of the scorecard' 'num, small, took, yes' "$(query "
	CREATE TABLE types AS SELECT i % 2 AS variant, (i % 7)::int2 AS small, (i % 5)::numeric AS num, i * interval '1 s' AS took,
		i % 3 = 0 AS yes, NULL::real AS none, date '2026-06-01' + i % 4 AS day FROM generate_series(1, 300) AS i;
	CALL ab_bi.create_views('types', 'types', day => 'day', planned_n => 100, control => '0');
	SELECT string_agg(metric, ', ' ORDER BY metric) FROM ab_bi.types_trend AS t JOIN ab_bi.types_scorecard AS c USING (metric)
	WHERE t.rule = 'fixed' AND day = '2026-06-04' AND abs(t.relative_lift_pct - c.relative_lift_pct) < 1e-9")"
check 'a metric that joins' "NOTICE:  the columns of ab_bi.types_rows are others: grant it and the trend again
joined" "$(query "CALL ab_bi.create_views('types', 'SELECT variant, small AS joined, day::timestamptz AS day FROM types', day => 'day',
		planned_n => 100, control => '0');
	SELECT DISTINCT metric FROM ab_bi.types_trend")"
check 'a metric without a mean has no trend' 'NOTICE:  no metric is a mean or a rate: there is no trend' \
	"$(query "CALL ab_bi.create_views('p95', 'dialog', '{\"turns\": \"p95\"}', day => 'at', planned_n => 1000)")"
check 'a trend wants its planned size' 'ERROR:  planned_n must not be NULL for a trend' \
	"$(query "CALL ab_bi.create_views('x', 'dialog', day => 'at')" | head -n 1)"
check 'a log that is not there' 'ERROR:  relation "nosuch" does not exist' \
	"$(query "CALL ab_bi.create_views('x', 'nosuch')" | head -n 1)"
check 'a name that is too long' 1 "$(query "CALL ab_bi.create_views(repeat('x', 54), 'dialog')" | grep -c 'has more than 53 bytes')"
check 'the longest name' "$(printf 'x%.0s' {1..53})_scorecard" \
	"$(query "CALL ab_bi.create_views(repeat('x', 53), 'dialog', day => 'at', planned_n => 5);
			  SELECT relname FROM pg_class WHERE relname ~ '^x{53}_scorecard'")"

check 'the reader of the page reads them' '4 168' \
	"$(query 'SET ROLE dashboard; SELECT (SELECT count(*) FROM ab_bi.dialog_scorecard), (SELECT count(*) FROM ab_bi.dialog_trend)')"
query 'CREATE ROLE other; GRANT USAGE ON SCHEMA ab_bi TO other; GRANT SELECT ON ALL TABLES IN SCHEMA ab_bi TO other'
for view in rows scorecard trend; do
	check "who may not read the log may not by dialog_$view" 'ERROR:  permission denied for table dialog' \
		"$(query "SET ROLE other; SELECT count(*) FROM ab_bi.dialog_$view" | head -n 1)"
done

#
# What the tools ask
#

# The columns that overrides of a panel name must be those of its query.
cat >"$scratch/grafana.py" <<'END'
import json
import re
import subprocess
import sys


def rows(sql):
    for macro, value in (('$__timeFilter(day)', "day BETWEEN '2026-06-01' AND '2026-06-28'"),
                         ('${metric:sqlstring}', "'completed'")):
        sql = sql.replace(macro, value)
    run = subprocess.run(['psql', '-XqA', '-F', '\t', '-P', 'footer=off', '-v', 'ON_ERROR_STOP=1', '-c', sql],
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding='utf-8')
    lines = run.stdout.splitlines()
    return lines[0].split('\t'), len(lines) - 1 if run.returncode == 0 else run.stdout


with open(sys.argv[1], encoding='utf-8') as file:
    dashboard = json.load(file)
for variable in dashboard['templating']['list']:
    if variable['type'] == 'query':
        print('variable %s: %s' % (variable['name'], rows(variable['query'])[1]))
for panel in dashboard['panels']:
    for target in panel['targets']:
        names, count = rows(target['rawSql'])
        missing = [matcher['options'] for matcher in (item['matcher'] for item in panel['fieldConfig']['overrides'])
                   if not any(re.fullmatch(re.escape(matcher['options']) if matcher['id'] == 'byName'
                                           else matcher['options'], name) for name in names)]
        print('panel %d: %s%s' % (panel['id'], count, ''.join(', no ' + name for name in missing)))
END
check 'the queries of Grafana, and how many rows they have' 'variable metric: 3; panel 1: 4; panel 2: 1; panel 3: 28' \
	"$(python3 "$scratch/grafana.py" "$grafana" 2>&1 | paste -sd ';' | sed 's/;/; /g')"

check 'the queries of Metabase, four rows each' 8 "$(sed 's/{{alpha}}/0.05/' "$repo/examples/metabase.sql" |
	run_psql -At 2>&1 | grep -cE '^(primary|secondary|guardrail|sample ratio)\|')"

for dataset in "$repo"/examples/superset/dashboard/datasets/ab_test/*.yaml; do
	name=$(basename "$dataset" .yaml)
	check "the columns of Superset's $name" '' "$(sed -n "s/^- column_name: \(.*\)/('\1')/p" "$dataset" | paste -sd , |
		sed "s/.*/VALUES & EXCEPT SELECT attname::text FROM pg_attribute WHERE attrelid = 'ab_bi.$name'::regclass/" | run_psql -At 2>&1)"
done

# psql alone: the commands of the page on notebooks, in an empty folder
awk '/^```/ { shown = $0 == "```sh psql"; next } shown' "$repo/docs/howto/notebook.md" >"$scratch/commands"
mkdir "$scratch/folder"
check 'psql alone prints the sentences' 1 "$(cd "$scratch/folder" && bash -e "$scratch/commands" 2>&1 | grep -c '^Completed rose from')"
check 'and writes the report' 1 "$(grep -c '</html>' "$scratch/folder/report.html")"

#
# Grafana's types
#

install_types() {
	npm install --silent --no-audit --no-fund --prefix "$types" "$schema" "$typescript"
}

# types_of FILE: what the compiler says of it
types_of() {
	{
		echo "import type { Dashboard } from '@grafana/schema/dist/esm/raw/dashboard/x/dashboard_types.gen';"
		echo 'export const dashboard: Dashboard ='
		cat "$1"
	} >"$types/dashboard.ts"
	(cd "$types" && node_modules/.bin/tsc --noEmit --strict --skipLibCheck --moduleResolution node --target es2020 \
		dashboard.ts 2>&1) || true
}

if command -v npm >/dev/null; then
	types=$scratch/types
	mkdir "$types"
	step "installing $schema" install_types
	check 'the dashboard has the types of Grafana' '' "$(types_of "$grafana")"
	sed 's/"editable": true/"editable": "yes"/' "$grafana" >"$scratch/wrong.json"
	check 'and one that has not is noticed' 1 "$(types_of "$scratch/wrong.json" | grep -c "not assignable to type 'boolean")"
else
	skip "the types of Grafana: there is no npm"
fi

count_checks bi
