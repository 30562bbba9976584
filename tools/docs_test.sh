#!/usr/bin/env bash
#
# The docs as a whole: is the reference what the server says, does every link
# lead somewhere, are the lines short, is the README?  The SQL on the pages is
# tested by pg_regress.  Connects by PGHOST, PGPORT, PGUSER and PGDATABASE to a
# server that has the extension; writes nothing but a temporary directory.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

pages=(README.md CONTRIBUTING.md docs/*.md docs/*/*.md)
width=120
readme_bytes=16384
passed=0
failed=0

# check NAME FAULTS: there must be none.
check() {
	if [ -z "$2" ]; then
		echo "ok      $1"
		passed=$((passed + 1))
	else
		printf 'not ok  %s\n%s\n' "$1" "$2"
		failed=$((failed + 1))
	fi
}

# The names that GitHub gives to the headings of a page.
anchors() {
	awk '/^```/ { code = !code } !code && /^#+ / { sub(/^#+ /, ""); print }' "$1" |
		sed -E 's/\[([^]]*)\]\([^)]*\)/\1/g; s/`//g' |
		tr '[:upper:]' '[:lower:]' |
		sed -E 's/[^[:alnum:] _-]//g; s/ /-/g'
}

# The targets of the links of a page, but for those to other sites.
links() {
	awk '/^```/ { code = !code } !code' "$1" |
		grep -oE '\]\([^)]+\)' |
		sed -E 's/^\]\((.*)\)$/\1/' |
		grep -vE '^[a-z]+:' || true
}

broken_links() {
	local page link file anchor

	for page in "${pages[@]}"; do
		while read -r link; do
			file=${link%%#*}
			anchor=${link#"$file"}
			file=${file:+$(dirname "$page")/$file}
			file=${file:-$page}
			if [ ! -e "$file" ]; then
				echo "$page: $link: there is no $file"
			elif [ -n "$anchor" ] && ! anchors "$file" | grep -qxF -- "${anchor#\#}"; then
				echo "$page: $link: there is no such heading"
			fi
		done < <(links "$page")
	done
}

# Tables, links that cannot be broken, and messages of the server stay as long as they are.
long_lines() {
	local page

	for page in "${pages[@]}"; do
		expand -t 4 "$page" | grep -nE "^.{$((width + 1))}" |
			grep -vE '^[0-9]+:(\||(DETAIL|HINT): |[^ ]+$)' | sed "s|^|$page:|" || true
	done
}

# Pages that no other page leads to.
unreachable() {
	local page linked=$scratch/linked

	for page in "${pages[@]}"; do
		while read -r link; do
			[ -z "${link%%#*}" ] || realpath --relative-to=. -m "$(dirname "$page")/${link%%#*}"
		done < <(links "$page")
	done | sort -u >"$linked"
	for page in "${pages[@]}"; do
		[ "$page" = README.md ] || grep -qxF "$page" "$linked" || echo "$page"
	done
}

stale_reference() {
	tools/reference_pages.py "$scratch/reference" 2>&1 && diff -ru docs/reference "$scratch/reference"
}

export LC_ALL=C.UTF-8
check 'the reference is what the server says (else: make reference)' "$(stale_reference || true)"
check 'every link leads somewhere' "$(broken_links)"
check 'every page is linked' "$(unreachable)"
check "no line is longer than $width characters" "$(long_lines)"
check "README.md has less than $readme_bytes bytes" "$(find README.md -size +$((readme_bytes - 1))c)"

echo "docs: $passed passed, $failed failed"
[ "$failed" = 0 ]
