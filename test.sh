#!/usr/bin/env bash
#
# All the tests: the house, the scripts, the layout, pg_regress, the docs, the
# numeric suites, the demo, the suite that needs servers of its own, and
# warnings.  The last line counts them.  tools/README.md says how to run one.
set -euo pipefail

# shellcheck source=tools/cluster.sh
source "$(dirname "${BASH_SOURCE[0]}")/tools/cluster.sh"

# Data that are not part of the repository; suites skip them when absent.
export AB_TEST_SHARED=${AB_TEST_SHARED:-$repo/../shared}
export PYTHONDONTWRITEBYTECODE=1

passed=0
failed=0
skipped=0

# Which of how many parts, and the minutes so far.
part=0
parts=$(grep -c "^heading '" "${BASH_SOURCE[0]}")
heading() {
	part=$((part + 1))
	printf '\n== %d of %d, after %d:%02d: %s\n' $part "$parts" $((SECONDS / 60)) $((SECONDS % 60)) "$1"
}

count() {
	passed=$((passed + $1))
	failed=$((failed + $2))
}

# The numeric suites want Debian's SciPy, whatever python3 comes first in PATH.
install_test_packages() {
	install_packages git shellcheck clang r-base-core \
		python3-scipy python3-statsmodels python3-mpmath python3-psycopg2 chromium
	# what is not of Debian serves as well
	command -v npm >/dev/null || install_packages nodejs npm
	install_packages node-typescript
}

# compiles_cleanly CC CXX FLAG...: without one warning.  PGXS gives COPT to C
# only, hence CXX.  It also gives clang the flags and attributes of the gcc
# that built the server, which clang need not know.
compiles_cleanly() {
	local warnings=(-Wall -Wextra -Werror -Wno-unused-parameter -Wno-sign-compare "${@:3}")

	[ "$1" != clang ] || warnings+=(
		-Wno-unknown-warning-option -Wno-ignored-optimization-argument -Wno-ignored-attributes)

	make -s -C "$build_dir" clean
	make -s -C "$build_dir" -j "$(nproc)" with_llvm=no \
		CC="$1" CXX="$2 ${warnings[*]}" COPT="${warnings[*]}" >"$log" 2>&1
}

check_warnings() {
	local compiler assertions name

	for compiler in 'gcc g++' 'clang clang++'; do
		for assertions in '' -DUSE_ASSERT_CHECKING; do
			name="${compiler% *}${assertions:+ with assertions}"
			echo "-- $name"
			# shellcheck disable=SC2086  # two words, and none or one
			if compiles_cleanly $compiler $assertions; then
				echo "ok      $name"
				count 1 0
			else
				cat "$log"
				echo "not ok  $name"
				count 0 1
			fi
		done
	done
}

check_format() {
	if "$repo/tools/format.sh" --check </dev/null; then
		echo 'ok      format'
		count 1 0
	else
		echo 'not ok  format: tools/format.sh mends it'
		count 0 1
	fi
}

# Every shell script, also one that is only sourced.
check_scripts() {
	local script

	while read -r script; do
		if shellcheck -x -P "$repo" "$repo/$script"; then
			echo "ok      $script"
			count 1 0
		else
			echo "not ok  $script"
			count 0 1
		fi
	done < <(cd "$repo" && find . -path ./.git -prune -o \( -name '*.sh' -o -path ./.ci/run \) -print | sort)
}

# With assertions, and every query that can be run by a parallel worker run by one.
check_regression_strictly() {
	local parallel=debug_parallel_query

	[ "$("$PG_CONFIG" --version | grep -oE '[0-9]+' | head -n 1)" != 15 ] || parallel=force_parallel_mode
	PGOPTIONS="-c $parallel=regress" check_regression
}

# A line per test file, "test NAME ... ok" up to PostgreSQL 15, TAP from 16 on.
check_regression() {
	local output=$scratch/regress.out ok not_ok status=0

	make -s -C "$build_dir" installcheck 2>&1 | tee "$output" || status=$?
	ok=$(grep -cE '^ok [0-9]|^(test)? .* \.\.\. ok ' "$output" || true)
	not_ok=$(grep -cE '^not ok [0-9]|^(test)? .* \.\.\. FAILED ' "$output" || true)
	if [ $status -ne 0 ] && [ "$not_ok" = 0 ]; then
		not_ok=1
	fi
	if [ -s "$build_dir/regression.diffs" ]; then
		cat "$build_dir/regression.diffs"
	fi
	count "$ok" "$not_ok"
}

# check_suite NAME COMMAND...: its last line is "NAME: N passed, M failed", and
# ", K skipped" where it could not run.
check_suite() {
	local name=$1 output=$scratch/$1.out status=0

	shift
	echo "-- $name"
	"$@" </dev/null 2>&1 | tee "$output" || status=$?
	if ! [[ $(tail -n 1 "$output") =~ ^"$name: "([0-9]+)' passed, '([0-9]+)' failed'(', '([0-9]+)' skipped')?$ ]]; then
		echo "the suite $name ended without its count"
		count 0 1
	elif [ $status -ne 0 ] && [ "${BASH_REMATCH[2]}" = 0 ]; then
		echo "the suite $name failed with status $status"
		count "${BASH_REMATCH[1]}" 1
	else
		count "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
		skipped=$((skipped + ${BASH_REMATCH[4]:-0}))
	fi
}

# As many at a time as there are cores; each says how it ended.
run_oracles() {
	# shellcheck disable=SC2016  # expanded by the shell that xargs starts
	printf '%s\0' "$repo"/tools/oracle/*.py | xargs -0 -n 1 -P "$(nproc)" bash -c '
		output=$0/$(basename "$1" .py).oracle
		/usr/bin/python3 "$1" </dev/null >"$output" 2>&1
		echo $? >"$output.status"
		tail -n 1 "$output"' "$scratch"
}

ended_oracle() {
	cat "$scratch/$1.oracle"
	return "$(<"$scratch/$1.oracle.status")"
}

step '[1/4] installing the packages that are missing' install_prerequisites
step '[2/4] installing what only tests need' install_test_packages
step '[3/4] building and installing ab_test with assertions' build_and_install COPT=-DUSE_ASSERT_CHECKING
step '[4/4] starting a throwaway server' start_cluster

heading 'the house'
check_suite house "$repo/tools/house_test.sh"

heading 'shell scripts'
check_scripts

heading 'format'
check_format

heading 'pg_regress with assertions, in parallel workers'
check_regression_strictly

heading 'pg_regress'
step 'building and installing ab_test as it is' build_and_install
check_regression

run_psql -c 'CREATE EXTENSION ab_test'

heading 'the docs'
check_suite docs "$repo/tools/docs_test.sh"

heading 'pages and pictures in a browser'
check_suite report "$repo/tools/report_test.py"
heading 'the examples'
check_suite examples "$repo/tools/examples_test.sh"
check_suite nightly "$repo/tools/nightly_test.sh"
check_suite bi "$repo/tools/bi_test.sh"

heading 'drivers'
check_suite drivers "$repo/tools/drivers_test.sh"
# where those that need src/math without the server find the one C++ file compiled
export AB_TEST_BUILD_DIR=$build_dir

heading 'against SciPy, statsmodels, mpmath, R and published cases'
run_oracles
for oracle in "$repo"/tools/oracle/*.py; do
	check_suite "$(basename "$oracle" .py)" ended_oracle "$(basename "$oracle" .py)"
done

# 4000 experiments a row have a standard error of 0.34 points: 1.2 points are
# 3.5 of them, and a method that is off by 2 points fails 99 times out of 100.
heading 'calibration'
check_suite calibration run_psql -v experiments=4000 -v tolerance=1.2 -f "$repo/tools/calibrate.sql"
check_suite calibrate_sequential "$repo/tools/calibrate_sequential.sh" 400

# The demo builds and keeps a server of its own, as it does for everybody.
heading 'the first command, on files of every layout'
check_suite demo env PG_CONFIG="$installed" AB_TEST_CACHE="$scratch/cache" /usr/bin/python3 "$repo/tools/demo_test.py"

check_suite exports /usr/bin/python3 "$repo/tools/exports_test.py"

heading 'servers of their own'
check_suite server "$repo/tools/server_test.sh"

heading 'more than one machine'
check_suite shards "$repo/tools/shards_test.sh"
check_suite citus "$repo/tools/citus_test.sh"

heading 'compiler warnings'
check_warnings

printf '\n%d s, %d skipped\n%d passed, %d failed\n' "$SECONDS" "$skipped" "$passed" "$failed"
[ "$failed" = 0 ]
