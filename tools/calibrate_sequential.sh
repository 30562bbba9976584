#!/usr/bin/env bash
#
# Error rates and power of the tests that are looked at after every row, by
# simulation: ./calibrate_sequential.sh [EXPERIMENTS].  10,000 experiments a row
# unless given.  It needs a C++ compiler with Boost.Math and no server; the seed
# is fixed.
set -euo pipefail

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# what the build has left of the one C++ file, which takes longest
distributions=${AB_TEST_BUILD_DIR:-$repo}/src/math/distributions.o
[ -e "$distributions" ] || distributions=$repo/src/math/distributions.cpp

cd "$scratch"
gcc -c -O2 -std=gnu11 -ffp-contract=off -I"$repo/src" "$repo"/src/math/*.c "$repo/tools/calibrate_sequential.c"
g++ -O2 -I"$repo/src" -o calibrate ./*.o "$distributions"
./calibrate "$@"
