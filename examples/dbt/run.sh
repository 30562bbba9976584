#!/usr/bin/env bash
#
# The dbt project beside this file on a throwaway server: a first run, late
# events and a second run, its tests, and a breach that the tests must find.
set -euo pipefail

# shellcheck source=examples/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/../setup.sh"

# Nothing about this run leaves the machine, and nothing is written beside it.
export DBT_SEND_ANONYMOUS_USAGE_STATS=false DBT_PROFILES_DIR=$repo/examples/dbt DBT_PROJECT_DIR=$repo/examples/dbt
export DBT_TARGET_PATH=$scratch/dbt/target DBT_LOG_PATH=$scratch/dbt/logs

in_dbt() {
	"$dbt/dbt" --quiet "$@"
}

server
dbt=''
python_packages dbt dbt-core==1.11.16 dbt-postgres==1.11.0
step 'starting a throwaway server' start_cluster
run_psql -c 'CREATE EXTENSION ab_test' -f "$repo/examples/nightly/log.sql"
step 'the first run and its tests' in_dbt build
run_psql -f "$repo/examples/nightly/late.sql"
step 'a second run, with late events' in_dbt build
run_psql -c 'SELECT sentence FROM ab_test_dbt.scorecard ORDER BY line'
run_psql -f "$repo/examples/nightly/breach.sql"
if in_dbt build >"$scratch/breach" 2>&1; then
	die 'the breach was not found'
fi
grep -q 'no_breach' "$scratch/breach" || die "$(<"$scratch/breach")"
echo 'the breach of the guardrail was found'
