#!/usr/bin/env bash
#
# MLflow and ab_test in one database: MLflow's client logs a small experiment
# into a throwaway PostgreSQL, views.sql puts views over its tables, and a
# scorecard statement each compares production and an offline evaluation.
#
#   examples/mlflow/run.sh [--upgrade] [FOLDER]
#
# The reports go to FOLDER, the current one unless given.  With --upgrade the
# experiment is logged by MLflow 3.16.1 and its database upgraded to 3.17.2,
# which moves columns: the views must show the same rows before and after.
set -euo pipefail

# shellcheck source=examples/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/../setup.sh"
here=$repo/examples/mlflow

upgrade=''
[ "${1:-}" != --upgrade ] || {
	upgrade=yes
	shift
}
folder=$(realpath -- "${1:-.}")

# Nothing about this run leaves the machine, and nothing is written beside it.
export MLFLOW_DISABLE_TELEMETRY=true DO_NOT_TRACK=true MLFLOW_ENABLE_ASYNC_TRACE_LOGGING=false
mkdir "$scratch/mlflow"

in_mlflow() {
	(cd "$scratch/mlflow" && "$@")
}

# Rows as text, numbers to 12 digits: a sum may be added up in another order.
rows() {
	run_psql -At -v ON_ERROR_STOP=1 <<-'END'
		SET extra_float_digits = -3;
		SELECT s FROM ab_mlflow.session AS s ORDER BY experiment, variant, session_id;
		SELECT t FROM ab_mlflow.turn AS t ORDER BY trace_id;
		SELECT e FROM ab_mlflow.example AS e ORDER BY run_id, at, inputs;
		SELECT l FROM ab_mlflow.left_out AS l ORDER BY experiment, reason;
	END
}

server
mlflow=''
python_packages mlflow mlflow==3.17.2 psycopg2-binary==2.9.13
newest=$mlflow
[ -z "$upgrade" ] || python_packages mlflow mlflow==3.16.1 psycopg2-binary==2.9.13
step 'starting a throwaway server' start_cluster
export MLFLOW_TRACKING_URI="postgresql+psycopg2://postgres@/postgres?host=$cluster"
export AB_TEST_DSN="host=$cluster user=postgres dbname=postgres"
run_psql -c 'CREATE EXTENSION ab_test'
step "$("$mlflow/mlflow" --version): creating its tables" in_mlflow "$mlflow/mlflow" db upgrade "$MLFLOW_TRACKING_URI"
step 'logging an experiment with its client' in_mlflow "$mlflow/python" "$here/feed.py"
PGOPTIONS='-c client_min_messages=warning' run_psql -f "$here/views.sql"
if [ -n "$upgrade" ]; then
	rows >"$scratch/before"
	step 'upgrading the database to 3.17.2' in_mlflow "$newest/mlflow" db upgrade "$MLFLOW_TRACKING_URI"
	rows >"$scratch/after"
	cmp "$scratch/before" "$scratch/after" || die 'the views show other rows after the upgrade'
	echo "the views show the same $(wc -l <"$scratch/after") rows before and after the upgrade"
fi
page_sql mlflow "$repo/docs/howto/mlflow.md" | run_psql
run_psql -v folder="$folder" -f "$here/scorecard.sql"
