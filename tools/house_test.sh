#!/usr/bin/env bash
#
# The house: which file may include which, how long a file may be, what stands
# beside what.  It needs no server and no build.  Each rule is a check, and
# what breaks it is named as FILE:LINE.
#
#     tools/house_test.sh [FOLDER]
set -euo pipefail
export LC_ALL=C

cd "${1:-$(dirname "${BASH_SOURCE[0]}")/..}"

longest=700
passed=0
failed=0

# check RULE COMMAND...: what the command prints breaks the rule.
check() {
	local broken

	broken=$("${@:2}")
	if [ -z "$broken" ]; then
		echo "ok      $1"
		passed=$((passed + 1))
	else
		printf 'not ok  %s\n' "$1"
		printf '        %s\n' "${broken//$'\n'/$'\n'        }"
		failed=$((failed + 1))
	fi
}

# A folder that is no repository, such as an unpacked archive, is looked at as if all were new in one.
git=(git -c 'safe.directory=*')
if ! "${git[@]}" rev-parse --git-dir >/dev/null 2>&1; then
	empty=$(mktemp -d)
	trap 'rm -rf "$empty"' EXIT
	git init -q --bare "$empty"
	git+=(--git-dir "$empty" --work-tree .)
fi

# tracked PATTERN...: the files of the repository, and those that may become some.
tracked() {
	local file

	"${git[@]}" ls-files --cached --others --exclude-standard -- "$@" | while read -r file; do
		[ ! -e "$file" ] || echo "$file"
	done
}

# matches PATTERN FILE...: FILE:LINE: and the line, of those that are there.
matches() {
	[ $# -lt 2 ] || grep -nHE -- "$@" || true
}

mapfile -t sources < <(tracked 'src/*.c' 'src/*.cpp' 'src/*.h')
mapfile -t in_math < <(printf '%s\n' "${sources[@]}" | grep '^src/math/')
mapfile -t topics < <(tracked 'src/topic/*.sql' | sed -n 's|^src/topic/\(.*\)\.sql$|\1|p' | grep -vx prologue)
mapfile -t tests < <(tracked 'sql/*.sql' | sed -n 's|^sql/\(.*\)\.sql$|\1|p' | grep -vx setup)

# FILE LINE HEADER of every include that is written in quotes.
includes() {
	matches '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' "$@" |
		sed 's|^\([^:]*\):\([0-9]*\):[^"]*"\([^"]*\)".*|\1 \2 \3|'
}

#
# Floors: math is the lowest, then value, base and topic.  compat.h belongs to
# all that know PostgreSQL.
#

climbing() {
	includes "${sources[@]}" | awk '
		BEGIN { split("math value base topic", names); for (i in names) floor[names[i]] = i }
		{
			split($1, file, "/")
			split($3, header, "/")
			if (header[1] in floor && floor[header[1]] > floor[file[2]])
				print $1 ":" $2 ": " file[2] " includes " $3
		}'
}
check 'no include climbs a floor' climbing

homeless() {
	local source

	for source in "${sources[@]}"; do
		case $source in
		src/math/* | src/value/* | src/base/* | src/topic/* | src/compat.h) ;;
		*) echo "$source:1: on no floor" ;;
		esac
	done
}
check 'every source stands on a floor' homeless

without_floor() {
	local file line header

	includes "${sources[@]}" | while read -r file line header; do
		[ ! -e "${file%/*}/$header" ] || [ "$header" = compat.h ] || echo "$file:$line: \"$header\""
	done
}
check 'includes are written with the floor' without_floor

# What is in quotes and none of ours is the server's, and so are some in angle brackets.
server_headers_in_math() {
	local file line header

	includes "${in_math[@]}" | while read -r file line header; do
		[ -e "src/$header" ] && [ "$header" != compat.h ] || echo "$file:$line: $header"
	done
	matches '#[[:space:]]*include[[:space:]]*<(postgres|fmgr|miscadmin|funcapi|varatt|[a-z_]+/)[a-z_/]*\.h>' "${in_math[@]}"
}
check 'no PostgreSQL header under src/math' server_headers_in_math

# A file is its source and its header together.
circles() {
	includes "${sources[@]}" | awk '
		function stem(path) { sub(/^src\//, "", path); sub(/\.[a-z]+$/, "", path); return path }
		function walk(node, i, n, list) {
			state[node] = "open"
			n = split(edges[node], list, " ")
			for (i = 1; i <= n; i++) {
				if (state[list[i]] == "open")
					print where[node, list[i]] ": " node " includes " list[i] ", which leads back to it"
				else if (state[list[i]] == "")
					walk(list[i])
			}
			state[node] = "done"
		}
		{
			from = stem($1)
			to = stem($3)
			if (from == to && $1 ~ /\.h$/)
				print $1 ":" $2 ": includes itself"
			if (from != to && !((from, to) in where)) {
				where[from, to] = $1 ":" $2
				edges[from] = edges[from] " " to
				nodes[from]
			}
		}
		END { for (node in nodes) if (state[node] == "") walk(node) }' | sort
}
check 'no includes in a circle' circles

#
# Size
#

long_files() {
	tracked 'src/*.c' 'src/*.cpp' 'src/*.h' '*.py' | xargs -d '\n' awk -v longest="$longest" '
		FNR == longest + 1 { print FILENAME ":" FNR ": longer than " longest " lines" }'
}
check "no file of C, C++ or Python is longer than $longest lines" long_files

# A tab is four columns; of a character of several bytes the first counts.
wide_lines() {
	printf 'sql/%s.sql\n' setup "${tests[@]}" | xargs -d '\n' awk '
		{ gsub(/\t/, "    "); gsub(/[\200-\277]/, "") }
		length > 120 { print FILENAME ":" FNR ": " length " columns" }'
}
check 'no line of a test is wider than 120 columns' wide_lines

#
# One place for one thing
#

version_tests() {
	mapfile -t others < <(printf '%s\n' "${sources[@]}" | grep -vx src/compat.h)
	matches PG_VERSION_NUM "${others[@]}"
}
check 'PG_VERSION_NUM is tested in compat.h only' version_tests

# Pages say since when a thing is there, and frozen releases what they are.
versions() {
	local version

	version=$(sed -n "s/^default_version = '\(.*\)'/\1/p" ab_test.control)
	tracked '*' | grep -vxE 'ab_test\.control|.*\.md|update/.*' | tr '\n' '\0' |
		xargs -0 grep -InHE -- "(^|[^0-9.])${version//./\\.}([^0-9.]|\$)" || true
}
check 'the version stands in ab_test.control only' versions

leftovers() {
	tracked '*.orig' '*.rej' | sed 's/$/:1: left over by a patch/'
}
check 'nothing is left over by a patch' leftovers

#
# A topic has one name everywhere
#

halves() {
	local file topic

	tracked 'src/topic/*.c' | while read -r file; do
		# a part of a topic, TOPIC_part, may have no SQL of its own
		[ -e "${file%.c}.sql" ] || [ -e "${file%_*}.sql" ] || echo "$file:1: no ${file%.c}.sql"
	done
	for topic in "${topics[@]}"; do
		[ -e "src/topic/$topic.c" ] || echo "src/topic/$topic.sql:1: no src/topic/$topic.c"
	done
}
check 'a topic has its C and its SQL' halves

# A part of a topic, such as its forms or its readers, may have the tests of the topic.
untested() {
	local topic place

	for topic in "${topics[@]}"; do
		for place in sql/%.sql expected/%.out tools/oracle/%.py; do
			[ -e "${place/\%/$topic}" ] || [ -e "${place/\%/${topic%_io}}" ] || [ -e "${place/\%/${topic%_read}}" ] ||
				echo "src/topic/$topic.sql:1: no ${place/\%/$topic}"
		done
	done
}
check 'a topic has its tests and its oracle' untested

idle() {
	local test

	for test in "${tests[@]}"; do
		[ -e "expected/$test.out" ] || echo "sql/$test.sql:1: no expected/$test.out"
		grep -qw -- "$test" Makefile || echo "sql/$test.sql:1: not in the lists of the Makefile"
	done
}
check 'every test runs' idle

echo "house: $passed passed, $failed failed"
[ "$failed" = 0 ]
