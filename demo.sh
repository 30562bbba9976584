#!/usr/bin/env bash
#
# Installs what it takes, builds ab_test, starts a throwaway PostgreSQL, and
# runs the case study in it or analyses a CSV file.
set -euo pipefail

usage() {
	cat <<'END'
./demo.sh
    Run the case study: a support bot, two versions, five metrics, one table.

./demo.sh FILE.csv --variant COLUMN --outcome COLUMN --control VALUE [...]
    Compare the means of two variants in a CSV file with a header line.

    --variant COLUMN    the column that says which variant a row belongs to
    --outcome COLUMN    the column to compare: numbers, or true and false
    --control VALUE     the variant to compare against
    --treatment VALUE   the other one, needed when the file has more than two
    --alpha NUMBER      significance level, 0.05 unless given
    --welch             do not assume equal variances

PG_CONFIG=/path/to/pg_config chooses another PostgreSQL than the newest one
installed.  Nothing is left behind but packages and the extension's files.
END
}

usage_error() {
	printf 'demo.sh: %s\nTry ./demo.sh --help.\n' "$1" >&2
	exit 2
}

file='' variant='' outcome='' control='' treatment='' alpha=0.05 equal_var=true
while [ $# -gt 0 ]; do
	case $1 in
		--variant | --outcome | --control | --treatment | --alpha)
			[ $# -ge 2 ] || usage_error "$1 needs a value"
			printf -v "${1#--}" %s "$2"
			shift
			;;
		--*=*)
			# The same as two words.
			set -- "${1%%=*}" "${1#*=}" "${@:2}"
			continue
			;;
		--welch) equal_var=false ;;
		-h | --help)
			usage
			exit
			;;
		-*) usage_error "unknown option $1" ;;
		*)
			[ -z "$file" ] || usage_error "one file at a time: $file, $1"
			file=$1
			;;
	esac
	shift
done

if [ -n "$file" ]; then
	[ -f "$file" ] || usage_error "there is no file $file"
	[ -r "$file" ] || usage_error "$file cannot be read"
	for option in variant outcome control; do
		[ -n "${!option}" ] || usage_error "a CSV file needs --$option"
	done

	header=$(head -n 1 -- "$file")
	[ -n "$header" ] || usage_error "$file has no header line"
elif [ -n "$variant$outcome$control$treatment" ]; then
	usage_error 'these options need a CSV file'
fi

# shellcheck source=tools/cluster.sh
source "$(dirname "${BASH_SOURCE[0]}")/tools/cluster.sh"

case_study() {
	run_psql -f "$repo/demo/case_study.sql"
}

analyse_csv() {
	run_psql -f "$repo/demo/csv.sql" \
		-v header="$header" -v variant="$variant" -v outcome="$outcome" \
		-v control="$control" -v treatment="$treatment" \
		-v alpha="$alpha" -v equal_var="$equal_var" <"$file"
}

# The report goes to a file, errors to the log.  psql begins them with its own
# file and line, of which the reader of a CSV file knows nothing.
report() {
	run_psql -c 'CREATE EXTENSION ab_test'
	"$1" 2>&1 >"$scratch/report" | sed 's/^psql:.*\.sql:[0-9]*: //' || exit 1
}

step '[1/5] installing the packages that are missing' install_prerequisites
step '[2/5] building ab_test' build
step "[3/5] installing it into $("$PG_CONFIG" --version)" install_extension
step '[4/5] starting a throwaway server' start_cluster
if [ -n "$file" ]; then
	step "[5/5] analysing $file" report analyse_csv
else
	step '[5/5] running the case study' report case_study
fi
cat "$scratch/report"
