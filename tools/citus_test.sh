#!/usr/bin/env bash
#
# Aggregates that Citus distributes, where AB_TEST_CITUS_URL names the database
# of a coordinator whose nodes have ab_test's files.  It uses a schema
# ab_test_shards of its own and drops it; an extension that was not there stays.
set -euo pipefail

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

if [ -z "${AB_TEST_CITUS_URL:-}" ]; then
	echo 'skip    AB_TEST_CITUS_URL names no cluster'
	echo 'citus: 0 passed, 0 failed, 1 skipped'
	exit
fi

run_psql() {
	PGOPTIONS='-c search_path=ab_test_shards,public -c client_min_messages=warning' \
		psql -X -q -v ON_ERROR_STOP=1 -P pager=off -At "$@" "$AB_TEST_CITUS_URL"
}

drop_schema() {
	run_psql -c 'DROP SCHEMA IF EXISTS ab_test_shards CASCADE'
}

drop_schema
trap drop_schema EXIT
run_psql -c 'CREATE EXTENSION IF NOT EXISTS ab_test' -c 'CREATE SCHEMA ab_test_shards'
# on this node alone
run_psql -c 'SET citus.enable_ddl_propagation = off' -f "$repo/tools/shards.sql"
run_psql -o /dev/null -f "$repo/tools/shards_citus.sql"

# What docs/howto/more-than-one-machine.md shows, with some rows behind its first block.
page=$(awk '/^```/ { if (shown) blocks++; shown = $0 == "```sql citus"; next } shown
			shown && blocks == 0 && /create_distributed_table/ {
				print "INSERT INTO event SELECT i, current_date, (i % 3)::text, " \
					"ab_assign(\047support-bot-v2\047, i, 0.2), sqrt(i) FROM generate_series(1, 1000) AS i;"
			}' "$repo/docs/howto/more-than-one-machine.md")
run_psql -c 'DROP TABLE event, state'
shown=$(run_psql <<<"$page" 2>&1) || true
run_psql -v shown="$shown" <<-'END'
	CALL verdict('the page on more than one machine, Citus',
				 :'shown' !~ 'ERROR' AND array_length(regexp_split_to_array(:'shown', 'Student'), 1) = 4, :'shown');
END

verdicts=$(run_psql -v suite=citus -f "$repo/tools/verdicts.sql")
echo "$verdicts"
[[ $verdicts == *', 0 failed' ]]
