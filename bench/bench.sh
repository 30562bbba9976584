#!/usr/bin/env bash
#
# Measures ab_test beside the plain SQL it replaces, in a throwaway PostgreSQL,
# and prints each figure beside its limit.  README.md says how to read it.
set -euo pipefail

usage() {
	cat <<'END'
bench/bench.sh [--quick] [--rounds N] [--rows N] [--without-clickhouse]
    --quick                 two minutes: 3 rounds, 1000000 rows, one work_mem
                            for many groups, without ClickHouse
    --rounds N              rounds in which the queries take turns: 9
    --rows N                rows of the event log, at least 1000000: 5000000
    --without-clickhouse    do not install ClickHouse's engine, and leave out
                            the rows that compare with it

Exits with 0 whatever the figures are.  PG_CONFIG=/path/to/pg_config chooses
another PostgreSQL than the newest one installed.
END
}

usage_error() {
	printf 'bench.sh: %s\nTry bench/bench.sh --help.\n' "$1" >&2
	exit 2
}

rounds=9 rows=5000000 users=1000000 quick=false
no_clickhouse=''			# why not, if not
while [ $# -gt 0 ]; do
	case $1 in
		--quick)
			rounds=3 rows=1000000 users=200000 quick=true
			no_clickhouse='left out by --quick'
			shift
			;;
		--rounds | --rows)
			[ $# -ge 2 ] || usage_error "$1 needs a value"
			[[ $2 =~ ^[1-9][0-9]{0,8}$ ]] || usage_error "$1 needs a positive number, not $2"
			printf -v "${1#--}" %s "$2"
			shift 2
			;;
		--without-clickhouse)
			no_clickhouse='asked for by --without-clickhouse'
			shift
			;;
		-h | --help)
			usage
			exit
			;;
		*) usage_error "unknown argument $1" ;;
	esac
done
[ "$rows" -ge 1000000 ] || usage_error "--rows needs at least 1000000, not $rows"

load=$(cut -d' ' -f1 /proc/loadavg)

# shellcheck source=tools/cluster.sh
source "$(dirname "${BASH_SOURCE[0]}")/../tools/cluster.sh"

# A scan of a table larger than a quarter of the shared buffers would keep out
# of them.
settings=(shared_buffers=2GB max_wal_size=8GB autovacuum=off wal_level=minimal max_wal_senders=0
	jit=off max_parallel_workers_per_gather=0)

# of PyPI's chdb-core: ClickHouse's engine as a module of Python
chdb=26.9.0
clickhouse_python=$scratch/clickhouse/bin/python

in_server() {
	run_psql -v rounds="$rounds" -v rows="$rows" -v users="$users" -v quick="$quick" \
		-v no_clickhouse="$no_clickhouse" -f "$repo/bench/$1.sql"
}

# Into the scratch directory.  --no-deps: it is SQL that runs there, no data frame.
install_clickhouse() {
	install_packages python3-venv &&
		/usr/bin/python3 -m venv "$scratch/clickhouse" &&
		"$clickhouse_python" -m pip install --quiet --disable-pip-version-check --no-cache-dir \
			--retries 2 --only-binary :all: --no-deps "chdb-core==$chdb" &&
		"$clickhouse_python" -c 'import chdb; chdb.query("SELECT 1")'
}

# Without a network the benchmark goes on.
try_clickhouse() {
	[ -n "$no_clickhouse" ] || (install_clickhouse) || no_clickhouse="chdb-core $chdb could not be installed"
}

# Arm and outcome of each row, bit by bit: PostgreSQL's binary format less its
# header and trailer.  Arm 0, ClickHouse's first sample, is the treatment.
export_rows() {
	run_psql -c "COPY (SELECT (variant = 'control')::int::\"char\", outcome FROM events)
				 TO STDOUT (FORMAT binary)" | tail -c +20 | head -c -2
}

measure() {
	in_server measure
	[ -z "$no_clickhouse" ] || return 0
	export_rows >"$scratch/rows"
	"$clickhouse_python" "$repo/bench/clickhouse.py" "$scratch/rows" "$rounds"
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
		'shared_buffers 2 GB, jit off, work_mem 4 MB and one process unless a line says otherwise'
	[ -n "$no_clickhouse" ] ||
		echo "engine   ClickHouse $(run_psql -Atc 'SELECT version FROM clickhouse'), chdb-core $chdb, one thread"
	echo "method   $rounds rounds in which the queries take turns;" \
		'measured: of the fastest run of each'
}

# What a web server asks: a prepared statement a request, over the socket, one
# client.  For information: the way there and back is most of it.  The statements
# take turns; of each the round with the most requests.
request_names=('the id alone' 'md5(id)' "ab_assign('bot', id, 0.2)" "ab_variant('bot', id, three)")
requests() {
	local queries i round second

	queries=('SELECT :id' "SELECT md5('bot:' || :id)" "SELECT ab_assign('bot', :id::bigint, 0.2)"
		"SELECT ab_variant('bot', :id::bigint, '{a,b,c}')")
	for i in "${!queries[@]}"; do
		printf '\\set id random(1, 100000000)\n%s;\n' "${queries[i]}" >"$scratch/request.$i"
		most[i]=0
	done
	for ((round = 0; round < 3; round++)); do
		for i in "${!queries[@]}"; do
			second=$(pgbench -n -M prepared -T 2 -f "$scratch/request.$i" 2>&1 | sed -n 's/^tps = \([0-9]*\).*/\1/p')
			[ "$second" -le "${most[i]}" ] || most[i]=$second
		done
	done
}

report_requests() {
	local i

	echo 'requests of one client, prepared, over the socket    a second  of md5(id)'
	for i in "${!most[@]}"; do
		awk -v name="${request_names[i]}" -v most="${most[i]}" -v other="${most[1]}" \
			'BEGIN { printf "  %-50s %8d  %10.3f\n", name, most, most / other }'
	done
}

most=()
# no bitcode, which only jit needs
export MAKEFLAGS=with_llvm=no
step '[1/8] installing the packages that are missing' install_prerequisites
step "[2/8] installing ClickHouse's engine" try_clickhouse
step '[3/8] building and installing ab_test' build_and_install
step '[4/8] starting a throwaway server' start_cluster "${settings[@]}"
step "[5/8] filling $rows rows" in_server tables
step "[6/8] measuring, $rounds rounds" measure
step '[7/8] requests by pgbench' requests
step '[8/8] comparing' report
machine=$(machine)
printf '\n%s\n\n' "$machine"
cat "$scratch/report"
echo
report_requests
