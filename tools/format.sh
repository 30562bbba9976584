#!/usr/bin/env bash
#
# Lays out the sources under src: C by PostgreSQL's pgindent, C++, which that
# cannot read, by clang-format.
#
#   tools/format.sh           format what is not formatted, and name it
#   tools/format.sh --check   show what would change, and fail if anything would
#
# The layout must not depend on the machine, so there is one version of each:
# pgindent as Debian packages it with PostgreSQL 17, and clang-format from
# PyPI.  They are fetched once, into the user's cache.
set -euo pipefail

# shellcheck source=tools/cluster.sh
source "$(dirname "${BASH_SOURCE[0]}")/cluster.sh"

pgindent_major=17
pgindent_release=trixie
clang_format_version=21.1.8

cache=${XDG_CACHE_HOME:-${HOME:-$scratch}/.cache}/ab_test/$(uname -m)
tree=$scratch/tree

# keep FILE NAME: into the cache, whole or not at all.
keep() {
	mkdir -p "$cache"
	cp -r "$1" "$cache/$2.$$"
	mv -T "$cache/$2.$$" "$cache/$2"
}

#
# pgindent
#

# shellcheck disable=SC2016  # apt-get replaces it
debian_mirror() {
	apt-get indextargets --format '$(REPO_URI)' \
		'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | sed -n 1p
}

# private_apt COMMAND ARGUMENT...: with lists of its own, so that the system
# goes on seeing the packages of its own release only.
private_apt() {
	"$1" -qq -o Dir::State="$scratch/apt/state" -o Dir::Cache="$scratch/apt/cache" \
		-o Dir::State::status=/dev/null -o Acquire::Languages=none \
		-o Dir::Etc::SourceList="$scratch/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null \
		-o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null \
		-o APT::Default-Release= \
		"${@:2}"
}

# Unpacked, not installed, and with the libc it was built for: older releases
# have neither.
fetch_pgindent() {
	local keyring mirror package unpacked=$scratch/unpacked

	command -v apt-get >/dev/null ||
		die 'pgindent comes from a package: format on Debian, for instance in a container'
	install_packages perl
	mirror=$(debian_mirror)
	if [ -z "$mirror" ]; then
		update_package_lists
		mirror=$(debian_mirror)
	fi
	[ -n "$mirror" ] ||
		die "no mirror of Debian is configured here: install postgresql-server-dev-$pgindent_major"

	mkdir -p "$scratch"/apt/{state/lists,cache/archives}/partial "$scratch/packages" "$scratch/pgindent"
	keyring=$(printf '%s\n' /usr/share/keyrings/debian-archive-keyring.* | sed -n 1p)
	echo "deb [target=Packages arch=$(dpkg --print-architecture) signed-by=$keyring]" \
		"$mirror $pgindent_release main" >"$scratch/apt/sources.list"
	private_apt apt-get update
	cd "$scratch/packages"
	private_apt apt-get download "postgresql-server-dev-$pgindent_major" libc6
	for package in *.deb; do
		dpkg-deb -x "$package" "$unpacked"
	done
	cd "$scratch/pgindent"
	cp "$unpacked/usr/lib/postgresql/$pgindent_major"/bin/{pgindent,pg_bsd_indent} \
		"$unpacked/usr/share/postgresql/$pgindent_major/typedefs.list" \
		"$unpacked"/usr/lib/*/libc.so.6 .
	cp "$unpacked"/usr/lib/*/ld-linux*.so.* ld.so
	keep . "pgindent-$pgindent_major"
}

# Sets pgindent and postgres_typedefs.
find_pgindent() {
	local bin=/usr/lib/postgresql/$pgindent_major/bin

	pgindent=(perl "$bin/pgindent" "--indent=$bin/pg_bsd_indent")
	postgres_typedefs=/usr/share/postgresql/$pgindent_major/typedefs.list
	if [ ! -x "$bin/pgindent" ] || [ ! -r "$postgres_typedefs" ]; then
		bin=$cache/pgindent-$pgindent_major
		[ -d "$bin" ] || step 'fetching pgindent' fetch_pgindent >&2
		pgindent=(perl "$bin/pgindent" "--indent='$bin/ld.so' --library-path '$bin' '$bin/pg_bsd_indent'")
		postgres_typedefs=$bin/typedefs.list
	fi
}

format_c() {
	local list files complaints

	perl "$repo/tools/typedefs.pl" "$@" <"$postgres_typedefs"
	for list in *.typedefs; do
		mapfile -t files <"${list%.typedefs}.files"
		# A file that it cannot read does not make it fail.
		if ! complaints=$("${pgindent[@]}" --typedefs="$list" "${files[@]}" 2>&1) ||
			[ -n "$complaints" ]; then
			die "$complaints"
		fi
	done
	# It deletes the space between two designators of an initializer.
	perl -pi -e 's/,(?=\.[A-Za-z_]\w* = )/, /g' "$@"
}

#
# clang-format
#

fetch_clang_format() {
	install_packages python3-venv
	/usr/bin/python3 -m venv "$scratch/venv"
	"$scratch/venv/bin/pip" install --quiet --only-binary :all: "clang-format==$clang_format_version"
	keep "$scratch"/venv/lib/python*/site-packages/clang_format/data/bin/clang-format \
		"clang-format-$clang_format_version"
}

find_clang_format() {
	clang_format=$cache/clang-format-$clang_format_version
	[ -x "$clang_format" ] || step 'fetching clang-format' fetch_clang_format >&2
}

#
# The sources
#

case "$*" in
'' | --check) check=$* ;;
*) die "usage: ${0##*/} [--check]" ;;
esac

find_pgindent
find_clang_format

mkdir "$tree"
cd "$repo"
find src \( -name '*.[ch]' -o -name '*.cpp' \) -exec cp --parents -t "$tree" {} +
cd "$tree"
mapfile -t c_files < <(find src -name '*.[ch]')
mapfile -t cpp_files < <(find src -name '*.cpp')
format_c "${c_files[@]}"
"$clang_format" -i --style="file:$repo/tools/clang-format.yaml" "${cpp_files[@]}"

status=0
while read -r file; do
	if ! cmp -s "$repo/$file" "$file"; then
		if [ -n "$check" ]; then
			diff -u --label "a/$file" --label "b/$file" "$repo/$file" "$file" || status=1
		else
			cat "$file" >"$repo/$file"
			echo "$file"
		fi
	fi
done < <(find src -type f | sort)
[ $status = 0 ]
