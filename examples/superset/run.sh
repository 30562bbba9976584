#!/usr/bin/env bash
#
# Apache Superset with a dashboard over the views of ../bi.sql, on this machine:
# a throwaway PostgreSQL with a made-up log, Superset with a throwaway database
# of its own, and the dashboard in dashboard/ imported.
#
#   examples/superset/run.sh [PICTURE.png]
#
# prints the address and waits for Ctrl-C, after which nothing of it runs.  With
# PICTURE.png it looks at the dashboard in a browser, writes what it saw, and ends.
set -euo pipefail

# shellcheck source=examples/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/../setup.sh"
here=$repo/examples/superset
picture=${1:+$(realpath -- "$1")}
home=$scratch/superset
export SUPERSET_HOME=$home SUPERSET_CONFIG_PATH=$home/superset_config.py FLASK_APP=superset
export SCARF_ANALYTICS=false PYTHONDONTWRITEBYTECODE=1

running=''
stop_superset() {
	local status=$?

	set +e
	[ -z "$running" ] || { kill "$running" && wait "$running"; } 2>/dev/null
	(exit $status)
	cleanup
}
trap stop_superset EXIT

create_superset() {
	mkdir -p "$home/dashboard"
	cat >"$SUPERSET_CONFIG_PATH" <<-END
		SECRET_KEY = '$(random_word)'
		SQLALCHEMY_DATABASE_URI = 'sqlite:///$home/superset.db'
	END
	"$superset/superset" db upgrade
	"$superset/superset" fab create-admin --username admin --firstname A --lastname B --email a@example.com \
		--password "$password"
	"$superset/superset" init
}

random_word() {
	python3 -c 'import secrets; print(secrets.token_hex(16))'
}

import_dashboard() {
	cp -r "$here/dashboard/." "$home/dashboard"
	sed -i "s|^sqlalchemy_uri: .*|sqlalchemy_uri: postgresql+psycopg2://postgres@/postgres?host=$cluster|" \
		"$home/dashboard/databases/ab_test.yaml"
	(cd "$home" && python3 -m zipfile -c dashboard.zip dashboard/)
	"$superset/superset" import-dashboards --path "$home/dashboard.zip" --username admin
}

wait_for_superset() {
	local try

	for try in {1..120}; do
		! python3 -c "import urllib.request as r; r.urlopen('$url/health')" 2>/dev/null || return 0
		kill -0 "$running" || break
		sleep 1
	done
	echo "Superset did not start ($try)"
	cat "$home/log"
	return 1
}

look() {
	install_packages chromium
	"$browser/python" "$here/look.py" "$url" admin "$password" "$(command -v chromium)" "$picture"
}

server
superset=''
browser=''
# what newer versions break, and what Superset 6.1.0 imports without asking for it
python_packages superset apache-superset==6.1.0 flask-caching==2.3.1 cachetools==8.0.2 rich==15.0.0 psycopg2-binary==2.9.13
[ -z "$picture" ] || python_packages browser playwright==1.49.1
step 'starting a throwaway server' start_cluster
run_psql -c 'CREATE EXTENSION ab_test' -f "$repo/examples/dialog.sql" -f "$repo/examples/bi.sql"
page_sql bi "$repo/docs/howto/dashboards.md" | run_psql
password=$(random_word)
step 'creating the database of Superset' create_superset
step 'importing the dashboard' import_dashboard
port=$(free_port)
url=http://127.0.0.1:$port
"$superset/superset" run -h 127.0.0.1 -p "$port" --with-threads >"$home/log" 2>&1 </dev/null &
running=$!
step 'starting Superset' wait_for_superset
if [ -n "$picture" ]; then
	step 'looking at the dashboard' look
else
	echo "$url/superset/dashboard/experiment-dialog/  user admin, password $password; Ctrl-C ends it"
	wait "$running"
fi
