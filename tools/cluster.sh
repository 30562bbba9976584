# shellcheck shell=bash
#
# What demo.sh, test.sh and the benchmark share: packages, the build, and a
# throwaway PostgreSQL that disappears with the script that started it.
#
# To be sourced under `set -euo pipefail`.  It takes the traps on EXIT, HUP,
# INT and TERM, and one scratch directory in which everything temporary lives.

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
umask 022
export LC_ALL=C.UTF-8

# Not under TMPDIR: the server's user must be able to reach it, and the path
# of a Unix socket may have 107 bytes at most.
scratch=$(mktemp -d "${AB_TEST_TMP:-/tmp}/ab_test.XXXXXX")
chmod 755 "$scratch"
log=$scratch/log

cluster=''
environment=()
ticker=''
no_main_cluster=''

cleanup() {
	local status=$?

	# From here on nothing may stop the tidying up.
	set +e
	trap '' HUP INT TERM
	if [ -n "$ticker" ]; then
		if [ $status -gt 128 ]; then end_step interrupted; else end_step failed; fi
		# An interrupted step has nothing to explain.
		[ $status -gt 128 ] || tail -n 50 "$log" >&2
	fi
	[ -z "$no_main_cluster" ] || allow_main_cluster
	stop_cluster
	rm -rf "$scratch"
	exit $status
}
trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

die() {
	printf '%s\n' "$@" >&2
	exit 1
}

# step TEXT COMMAND...: a line that says what is being done, a dot a second
# while it lasts, and the time it took.  The output goes to the log, which is
# shown when the command fails.
step() {
	local started=$SECONDS

	printf '%s ' "$1"
	shift
	{
		# Without the trap its last sleep would outlive the step.
		trap 'kill $!; exit' TERM
		while sleep 1 >/dev/null & wait $!; do printf .; done
	} 2>/dev/null &
	ticker=$!
	# By exec, because a redirection of the command alone would still be in
	# force in the EXIT trap.
	exec 3>&1 4>&2 >"$log" 2>&1
	"$@" </dev/null
	end_step "$((SECONDS - started)) s"
}

end_step() {
	exec >&3 2>&4 3>&- 4>&-
	{ kill "$ticker" && wait "$ticker"; } 2>/dev/null || true
	ticker=''
	printf ' %s\n' "$1"
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "this needs root, and there is no sudo: $*"
	fi
}

#
# Packages
#

apt_get() {
	as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get -qq -o DPkg::Lock::Timeout=300 "$@"
}

# A source of packages that cannot be reached need not be one of ours, so let
# the installation decide.
update_package_lists() {
	apt_get update || echo 'apt-get update failed, trying with the lists there are'
	update_package_lists() { :; }
}

is_installed() {
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

install_packages() {
	local package missing=()

	# Elsewhere than on Debian the compiler says what is missing.
	command -v apt-get >/dev/null || return 0
	for package; do
		is_installed "$package" || missing+=("$package")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	update_package_lists
	apt_get install --no-install-recommends -y "${missing[@]}"
}

# A new server package comes with a cluster "main", created and started.
# Nobody asked for one.
forbid_main_cluster() {
	install_packages postgresql-common
	no_main_cluster=/etc/postgresql-common/createcluster.d/ab_test.conf
	as_root mkdir -p "${no_main_cluster%/*}"
	echo 'create_main_cluster = false' | as_root tee "$no_main_cluster" >/dev/null
}

allow_main_cluster() {
	as_root rm -f "$no_main_cluster"
	as_root rmdir --ignore-fail-on-non-empty "${no_main_cluster%/*}"
	no_main_cluster=''
}

newest_installed_server() {
	local file major newest=0

	for file in /usr/lib/postgresql/*/bin/postgres; do
		[ -x "$file" ] || continue
		major=${file#/usr/lib/postgresql/}
		major=${major%%/*}
		[ "$major" -le "$newest" ] || newest=$major
	done
	echo "$newest"
}

# The server named by PG_CONFIG, else the newest one installed, if it is new
# enough: whether there is one.
find_server() {
	local major

	if [ -z "${PG_CONFIG:-}" ]; then
		major=$(newest_installed_server)
		[ "$major" -ge 15 ] || return
		PG_CONFIG=/usr/lib/postgresql/$major/bin/pg_config
	fi
	# pg_config comes with the development files
	[ -x "$(command -v "$PG_CONFIG")" ] || return
	export PG_CONFIG

	# Debian's psql in /usr/bin is a wrapper that chooses a cluster by itself.
	PATH=$("$PG_CONFIG" --bindir):$PATH
}

# That server, else the one Debian ships; and what it takes to build for it.
install_prerequisites() {
	local major

	install_packages make gcc g++ libboost-dev
	if [ -z "${PG_CONFIG:-}" ]; then
		major=$(newest_installed_server)
		if [ "$major" -lt 15 ]; then
			command -v apt-get >/dev/null ||
				die 'PostgreSQL 15 or newer was not found: set PG_CONFIG to its pg_config'
			update_package_lists
			major=$(apt-cache depends postgresql |
				sed -n 's/^ *Depends: postgresql-\([0-9][0-9]*\)$/\1/p')
			[ "${major:-0}" -ge 15 ] ||
				die 'this system ships no PostgreSQL 15 or newer: see https://wiki.postgresql.org/wiki/Apt'
			forbid_main_cluster
		fi
		install_packages "postgresql-$major" "postgresql-server-dev-$major"
		[ -z "$no_main_cluster" ] || allow_main_cluster
	fi
	find_server || die "${PG_CONFIG:-pg_config} cannot be run"
}

#
# Build
#

# A copy, because the checkout may belong to somebody else, have a name that
# make cannot stand, or hold objects built for another server.
copy_sources() {
	rm -rf "$1"
	mkdir "$1"
	tar -C "$repo" --exclude=./.git -cf - . | tar -C "$1" --no-same-owner -xf -
	make -s -C "$1" clean
}

# build [MAKE-ARGUMENT]...
build() {
	build_dir=$scratch/build
	copy_sources "$build_dir"
	make -s -C "$build_dir" -j "$(nproc)" "$@"
}

# use_server FOLDER: the private server there, from now on.  $installed keeps
# the pg_config it was made from.
use_server() {
	installed=${installed:-$PG_CONFIG}
	export PG_CONFIG
	PG_CONFIG=$1$("$installed" --bindir)/pg_config
	PATH=${PG_CONFIG%/*}:$PATH
}

# private_server FOLDER: PostgreSQL finds its files beside its own programs, so
# a copy of the programs and links to the rest are a server into which ab_test
# can be installed without touching the files of any other, and without rights.
private_server() {
	local programs libraries shared headers

	programs=$("$PG_CONFIG" --bindir)
	libraries=$("$PG_CONFIG" --pkglibdir)
	shared=$("$PG_CONFIG" --sharedir)
	headers=$("$PG_CONFIG" --includedir)
	mkdir -p "$1"{"$programs","${libraries%/*}","${shared%/*}","${headers%/*}"}
	cp -L "$programs"/* "$1$programs"
	cp -rs "$libraries" "$1${libraries%/*}"
	cp -rs "$shared" "$1${shared%/*}"
	ln -s "$headers" "$1$headers"
	# of an ab_test that somebody installed
	rm -rf "$1$libraries"/{ab_test.so,bitcode/ab_test{,.index.bc}} "$1$shared"/extension/ab_test[.-]*
	use_server "$1"
}

# build_and_install [MAKE-ARGUMENT]...: into the private server of this script
build_and_install() {
	[ -d "$scratch/server" ] || private_server "$scratch/server"
	build "$@"
	make -s -C "$build_dir" "$@" install
}

#
# What was built is kept: for root where the server's user can read it.
#

kept_servers() {
	if [ -n "${AB_TEST_CACHE:-}" ]; then
		echo "$AB_TEST_CACHE"
	elif [ "$(id -u)" = 0 ]; then
		echo /var/cache/ab_test
	else
		echo "${XDG_CACHE_HOME:-$HOME/.cache}/ab_test"
	fi
}

# The sources, and the server they were built for.
kept_server() {
	local programs

	programs=$("${installed:-$PG_CONFIG}" --bindir)
	(cd "$repo" && find Makefile ab_test.control src -type f -print0 | sort -z | xargs -0 sha256sum &&
		"$programs/postgres" --version && stat -Lc '%n %s %Y' "$programs/postgres") |
		sha256sum | sed "s|^\(.\{20\}\).*|$(kept_servers)/server-\1|"
}

# use_kept_server: whether there is one
use_kept_server() {
	local kept

	kept=$(kept_server)
	[ -d "$kept" ] || return
	touch "$kept"
	use_server "$kept"
	empty_data=$kept/data
}

# The server, with ab_test and the data of a new cluster.  What has not been
# used for a month goes.
build_kept_server() {
	local kept being_copied

	kept=$(kept_server)
	mkdir -p "${kept%/*}"
	find "${kept%/*}" -maxdepth 1 -name 'server-*' -mtime +30 -exec rm -rf {} +
	# JIT compilation would inline nothing of ours in so short a time
	build_and_install with_llvm=no
	[ "$kept" = "$(kept_server)" ] || die 'the sources changed while they were built: try again'
	new_cluster
	initialize_data --wal-segsize=1
	being_copied=$(mktemp -d "$kept.XXXXXX")
	chmod 755 "$being_copied"
	cp -a "$scratch/server/." "$cluster/data" "$being_copied"
	# unless somebody else was faster
	mv -T "$being_copied" "$kept" || rm -rf "$being_copied"
	use_kept_server
}

#
# The throwaway cluster
#

# PostgreSQL refuses to run as root.
as_server() {
	if [ "$(id -u)" = 0 ]; then
		(cd "$cluster" && runuser -u "$server_user" -- env "${environment[@]}" "$@")
	else
		(cd "$cluster" && env "${environment[@]}" "$@")
	fi
}

# initialize_data [INITDB-ARGUMENT]...
initialize_data() {
	as_server initdb -D "$cluster/data" -U postgres -A trust --no-sync \
		--encoding=UTF8 --locale=C.UTF-8 "$@" >"$scratch/initdb.log" 2>&1 ||
		die 'initdb failed:' "$(<"$scratch/initdb.log")"
}

new_cluster() {
	stop_cluster
	cluster=$(mktemp -d "$scratch/pg.XXXXXX")
	if [ "$(id -u)" = 0 ]; then
		server_user=postgres
		id -u "$server_user" >/dev/null 2>&1 || server_user=nobody
		chown "$server_user" "$cluster"
	fi
}

# start_cluster [NAME=value]... [setting=value]...: capital letters are the
# environment of the server, small ones its configuration.
start_cluster() {
	local argument

	new_cluster
	environment=()
	for argument; do
		if [[ $argument =~ ^[A-Z] ]]; then environment+=("$argument"); fi
	done
	if [ -d "${empty_data:-}" ]; then
		cp -a "$empty_data" "$cluster/data"
	else
		initialize_data
	fi
	{
		# Reachable by nothing but its socket; nothing worth syncing.
		printf "%s\n" "listen_addresses = ''" \
			"unix_socket_directories = '$cluster'" \
			'port = 5432' 'timezone = UTC' 'log_timezone = UTC' \
			'fsync = off' 'synchronous_commit = off' 'full_page_writes = off'
		for argument; do
			if [[ $argument =~ ^[a-z] ]]; then
				printf "%s = '%s'\n" "${argument%%=*}" "${argument#*=}"
			fi
		done
	} >>"$cluster/data/postgresql.conf"

	unset PGHOSTADDR PGSERVICE PGSERVICEFILE PGPASSWORD PGSSLMODE PGREQUIRESSL PGTZ PGDATESTYLE
	export PGHOST=$cluster PGPORT=5432 PGUSER=postgres PGDATABASE=postgres
	export PGCLIENTENCODING=UTF8
	control_cluster start
}

# control_cluster start|restart
control_cluster() {
	# The server must not hold on to the terminal that step() put aside.
	as_server pg_ctl "$1" -w -s -D "$cluster/data" -l "$cluster/log" 3>&- 4>&- ||
		die "the server did not $1:" "$(tail -n 20 "$cluster/log")"
}

stop_cluster() {
	[ -n "$cluster" ] || return 0
	[ ! -e "$cluster/data/postmaster.pid" ] ||
		as_server pg_ctl stop -m immediate -w -s -D "$cluster/data" || true
	rm -rf "$cluster"
	cluster=''
}

# psql as scripts want it: no ~/.psqlrc, no pager, the first error is the end.
run_psql() {
	psql -X -q -v ON_ERROR_STOP=1 -P pager=off "$@"
}

# free_port: a port of this machine that nobody has
free_port() {
	python3 -c "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])"
}

# page_sql WORD FILE: the SQL of the blocks ```sql WORD on a page
page_sql() {
	awk -v fence="\`\`\`sql $1" '/^```/ { shown = $0 == fence; next } shown' "$2"
}
