#!/usr/bin/env bash
#
# Phoenix and ab_test in one database: a throwaway PostgreSQL, Phoenix on a port
# of this machine, its own clients that log a small experiment, views.sql over
# its tables, and a scorecard statement each for production and two experiments
# over the same examples.
#
#   examples/phoenix/run.sh [FOLDER]
#
# The reports go to FOLDER, the current one unless given.
set -euo pipefail

# shellcheck source=examples/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/../setup.sh"
here=$repo/examples/phoenix
folder=$(realpath -- "${1:-.}")
mkdir "$scratch/phoenix"

phoenix_server=''
stop_phoenix() {
	[ -z "$phoenix_server" ] || kill "$phoenix_server" 2>/dev/null || true
	cleanup
}

start_phoenix() {
	"$phoenix/phoenix" serve >"$scratch/phoenix.log" 2>&1 &
	phoenix_server=$!
	for _ in $(seq 120); do
		! grep -q 'Application startup complete' "$scratch/phoenix.log" || return 0
		kill -0 "$phoenix_server" 2>/dev/null || break
		sleep 1
	done
	cat "$scratch/phoenix.log"
	return 1
}

server
phoenix=''
python_packages phoenix 'arize-phoenix[pg]==20.26.1' psycopg2-binary==2.9.13
step 'starting a throwaway server' start_cluster
run_psql -c 'CREATE EXTENSION ab_test' -c 'CREATE SCHEMA phoenix'

# Nothing about this run leaves the machine, and nothing is written beside it.
export PHOENIX_TELEMETRY_ENABLED=false PHOENIX_ALLOW_EXTERNAL_RESOURCES=false PHOENIX_DISABLE_AGENT_ASSISTANT=true
export PHOENIX_WORKING_DIR=$scratch/phoenix PHOENIX_HOST=127.0.0.1
PHOENIX_PORT=$(free_port)
PHOENIX_GRPC_PORT=$(free_port)
export PHOENIX_PORT PHOENIX_GRPC_PORT PHOENIX_COLLECTOR_ENDPOINT=http://127.0.0.1:$PHOENIX_PORT
export PHOENIX_SQL_DATABASE_SCHEMA=phoenix PHOENIX_SQL_DATABASE_URL="postgresql://postgres@/postgres?host=$cluster"
export AB_TEST_DSN="host=$cluster user=postgres dbname=postgres"
trap stop_phoenix EXIT
step 'starting Phoenix, which creates its tables' start_phoenix
step 'logging an experiment with its clients' "$phoenix/python" "$here/feed.py"
PGOPTIONS='-c search_path=phoenix,public -c client_min_messages=warning' run_psql -f "$here/views.sql"
page_sql phoenix "$repo/docs/howto/phoenix.md" | run_psql
run_psql -v folder="$folder" -f "$here/scorecard.sql"
