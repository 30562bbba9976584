#!/usr/bin/env bash
#
# The scorecard of the case study, or of a file: checks the file, installs what
# it takes, builds ab_test once, and asks a throwaway PostgreSQL.
set -euo pipefail

usage() {
	cat <<'END'
./demo.sh
    The case study: a support bot, two versions, five metrics.

./demo.sh FILE --variant COLUMN --control VALUE [OPTION]...
    A file with a row per user, dialog or answer and a column that names its
    variant. Every column of numbers or of yes and no is a metric.

./demo.sh CONTROL-FILE TREATMENT-FILE... [OPTION]...
    A file per variant.

./demo.sh FILE --control COLUMN --treatment COLUMN [OPTION]...
    A column per variant, such as base and tuned, or score_base and
    score_tuned. A line is a pair.

What is compared
    --variant COLUMN      the column that names the variant of each row
    --control VALUE       the variant that the others are compared with; without
                          it the one called control, or the first file
    --outcome COLUMN      only these: several by commas or one option each, the
                          one to decide by first; CLICKS/VIEWS is a rate of two
    --higher, --lower COLUMN
                          of which outcomes more, or less, is better
    --treatment VALUE     only these variants, where there are more
    --where COLUMN=VALUE  only these rows; without a value those without one
    --unit COLUMN         rows with the same value are one unit, such as a user
    --pair COLUMN         rows with the same value are compared with each other,
                          such as a prompt that both models answered; where a
                          column is a variant also line (the default) or none
    --slice COLUMN        besides the whole, each value of this column
    --split SHARES        the intended split, such as 80/20 (control first) or
                          base=80,tuned=20: checks it
    --metrics FILE.json   statistic, direction, role, margin .. of each metric
    --alpha NUMBER        significance level, 0.05 unless given
    --correction NAME     for several metrics: holm unless given

How the file is read
    CSV with any separator, JSON Lines, JSON; also packed by gzip, bzip2, xz;
    Parquet where pyarrow is. Objects inside become columns outer.inner.
    --delimiter CHAR      the separator, else it is guessed
    --decimal CHAR        . or , where numbers such as 1,200 could be both
    --encoding NAME       else UTF-8, UTF-16 or, failing these, Windows-1252
    --missing WORDS       what stands for a missing value, besides NA, null ..

What comes out
    --html PATH           where the report goes: report.html unless given

PG_CONFIG=/path/to/pg_config chooses another PostgreSQL than the newest one
installed. Packages are installed where they are missing. What was built is
kept in ~/.cache/ab_test (of root: /var/cache/ab_test); nothing else changes.
END
}

for argument; do
	case $argument in
		-h | --help)
			usage
			exit
			;;
	esac
done

# shellcheck source=tools/cluster.sh
source "$(dirname "${BASH_SOURCE[0]}")/tools/cluster.sh"

installed_python() {
	install_packages python3
}

# What the file was taken for is said before anything is built.
read_file() {
	command -v python3 >/dev/null || step 'installing Python, which reads the file' installed_python
	python3 -B "$repo/demo/from_file.py" "$scratch/file.sql" "$@" || exit
	echo
}

# Errors go to the log.  psql begins them with its own file and line, of which
# the reader of a file knows nothing.
report() {
	run_psql -c 'CREATE EXTENSION ab_test'
	run_psql "$@" 2>&1 >"$scratch/report" | sed 's/^psql:.*\.sql:[0-9]*: //' || exit 1
}

html=''
case $#:${1:-} in
	0:) html=report.html ;;
	1:--html=*) html=${1#--html=} ;;
	2:--html) html=$2 ;;
esac
if [ -n "$html" ]; then
	html=$(realpath -m -- "$html")
	[ -w "$html" ] || { [ ! -e "$html" ] && [ -w "${html%/*}/" ]; } ||
		die "demo.sh: $html cannot be written: --html PATH puts the report elsewhere"
	questions=(-v html="$html" -f "$repo/demo/case_study.sql")
else
	read_file "$@"
	questions=(-f "$scratch/file.sql" -f "$repo/demo/scorecard.sql")
fi

done=0 steps=2
if ! { find_server && use_kept_server; }; then
	step '[1/4] installing the packages that are missing' install_prerequisites
	step "[2/4] building ab_test for $("$PG_CONFIG" --version), once" build_kept_server
	done=2 steps=4
fi
step "[$((done + 1))/$steps] starting a throwaway server" start_cluster
step "[$steps/$steps] comparing" report "${questions[@]}"
cat "$scratch/report"
