#!/usr/bin/env bash
#
# Measures ab_test beside the plain SQL it replaces, in a throwaway PostgreSQL,
# and prints each figure beside its limit.  README.md says how to read it.
set -euo pipefail

usage() {
	cat <<'END'
bench/bench.sh [--rounds N] [--rows N]
    --rounds N    rounds in which the queries take turns: 9
    --rows N      rows of the event log: 5000000

Exits with 0 whatever the figures are.  PG_CONFIG=/path/to/pg_config chooses
another PostgreSQL than the newest one installed.
END
}

usage_error() {
	printf 'bench.sh: %s\nTry bench/bench.sh --help.\n' "$1" >&2
	exit 2
}

rounds=9 rows=5000000
while [ $# -gt 0 ]; do
	case $1 in
		--rounds | --rows)
			[ $# -ge 2 ] || usage_error "$1 needs a value"
			[[ $2 =~ ^[1-9][0-9]{0,8}$ ]] || usage_error "$1 needs a positive number, not $2"
			printf -v "${1#--}" %s "$2"
			shift 2
			;;
		-h | --help)
			usage
			exit
			;;
		*) usage_error "unknown argument $1" ;;
	esac
done

load=$(cut -d' ' -f1 /proc/loadavg)

# shellcheck source=tools/cluster.sh
source "$(dirname "${BASH_SOURCE[0]}")/../tools/cluster.sh"

# A scan of a table larger than a quarter of the shared buffers would keep out
# of them.
settings=(shared_buffers=2GB autovacuum=off wal_level=minimal max_wal_senders=0)

in_server() {
	run_psql -v rounds="$rounds" -v rows="$rows" -f "$repo/bench/$1.sql"
}

report() {
	in_server report >"$scratch/report"
}

machine() {
	local model memory

	model=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
	memory=$(awk '/^MemTotal/ { printf "%.0f GB", $2 / 1048576 }' /proc/meminfo)
	echo "machine  ${model:-$(uname -m)}, $(nproc) cores, $memory, $(uname -sr), load $load at the start"
	echo "server   PostgreSQL $(run_psql -Atc 'SHOW server_version')," \
		'shared_buffers 2 GB, jit off, one process unless a line says two'
	echo "method   $rounds rounds in which the queries take turns;" \
		'measured: the median over the rounds'
}

step '[1/6] installing the packages that are missing' install_prerequisites
step '[2/6] building and installing ab_test' build_and_install
step '[3/6] starting a throwaway server' start_cluster "${settings[@]}"
step "[4/6] filling $rows rows" in_server tables
machine=$(machine)
step "[5/6] measuring, $rounds rounds" in_server measure
step '[6/6] comparing' report
printf '\n%s\n\n' "$machine"
cat "$scratch/report"
