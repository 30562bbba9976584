# shellcheck shell=bash
#
# How a suite in shell counts.  To be sourced; its last line is to come from
# `count_checks NAME`.
passed=0
failed=0
skipped=0

# check NAME EXPECTED ACTUAL
check() {
	if [ "$2" = "$3" ]; then
		echo "ok      $1"
		passed=$((passed + 1))
	else
		printf 'not ok  %s\n        expected: %s\n        got:      %s\n' "$@"
		failed=$((failed + 1))
	fi
}

# check_match NAME REGEX ACTUAL
check_match() {
	if [[ $3 =~ $2 ]]; then
		check "$1" yes yes
	else
		check "$1" "$2" "$3"
	fi
}

# skip WHY
skip() {
	echo "skip    $1"
	skipped=$((skipped + 1))
}

# count_checks NAME: whether all passed
count_checks() {
	if [ "$skipped" = 0 ]; then
		echo "$1: $passed passed, $failed failed"
	else
		echo "$1: $passed passed, $failed failed, $skipped skipped"
	fi
	[ "$failed" = 0 ]
}
