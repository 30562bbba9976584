#!/usr/bin/env bash
#
# report.sh FILE.html: the latest nightly report as a page.  The database is the
# one that PGHOST, PGDATABASE and so on name.  A reader sees the old page or the
# new one, never half of it.
set -euo pipefail

[ $# = 1 ] || {
	echo "usage: report.sh FILE.html" >&2
	exit 2
}
page=$(mktemp "$1.XXXXXX")
trap 'rm -f "$page"' EXIT
psql -X -q -At -v ON_ERROR_STOP=1 -o "$page" -c \
	"SELECT ab_report_html(jsonb_agg(to_jsonb(r) ORDER BY line), 'Support bot, ' || max(taken_at)::date) FROM nightly.latest AS r"
chmod 644 "$page"
mv "$page" "$1"
