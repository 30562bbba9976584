#!/usr/bin/env bash
#
# What arrives through psycopg 3, node's pg, pgjdbc and psqlODBC: names, types
# and values.  ab_test must be installed; ./test.sh does that first.
set -euo pipefail

# shellcheck source=tools/cluster.sh
source "$(dirname "${BASH_SOURCE[0]}")/cluster.sh"

node_pg=8.23.1
pgx=v5.4.3

install_drivers() {
	local java=()

	command -v node npm >/dev/null || install_packages nodejs npm
	command -v javac >/dev/null || java=(default-jdk-headless)
	install_packages python3-psycopg python3-pyodbc odbc-postgresql libpostgresql-jdbc-java "${java[@]}"
}

prepare_node() {
	[ -d "$scratch/drivers/node_modules/pg" ] ||
		npm install --silent --no-audit --no-fund --prefix "$scratch/drivers" "pg@$node_pg"
}

# pgx where there is a Go to build it with: Debian's is too large to install for this.
prepare_go() {
	cp "$repo/tools/drivers/client.go" "$scratch/drivers/go/"
	(
		cd "$scratch/drivers/go"
		go mod init drivers
		go get "github.com/jackc/pgx/v5@$pgx"
		go build -o client .
	)
}

install_prerequisites
mkdir -p "$scratch/drivers/go"
step '[1/3] installing the drivers' install_drivers
step '[2/3] installing the driver of node' prepare_node
go=''
if command -v go >/dev/null; then
	step '      building the driver of Go' prepare_go
	go=$(printf '%q' "$scratch/drivers/go/client")
fi
# JDBC and the others know no socket
port=$(free_port)
step '[3/3] starting a throwaway server' start_cluster listen_addresses=127.0.0.1 port="$port"
export PGPORT=$port
run_psql -c 'CREATE EXTENSION ab_test'

jdbc="java -cp $(printf '%q' /usr/share/java/postgresql.jar) $(printf '%q' "$repo/tools/drivers/Client.java")"
/usr/bin/python3 "$repo/tools/drivers/check.py" "$scratch/drivers" \
	psycopg="/usr/bin/python3 $(printf '%q' "$repo/tools/drivers/client.py")" \
	node="node $(printf '%q' "$repo/tools/drivers/client.mjs")" \
	jdbc="$jdbc" \
	odbc="/usr/bin/python3 $(printf '%q' "$repo/tools/drivers/client.py") odbc" \
	pgx="$go"
