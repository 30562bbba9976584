#!/usr/bin/env bash
#
# False positive rates and coverage of the intervals, by simulation in a
# throwaway server: ./calibrate.sh [EXPERIMENTS [TOLERANCE]].  10,000
# experiments a row unless given, and 0.6 percentage points, which is 2.8
# standard errors of the simulation.  The tests run fewer, with a tolerance
# that still fails a method that is off by 2 points.
set -euo pipefail

# shellcheck source=tools/cluster.sh
source "$(dirname "${BASH_SOURCE[0]}")/cluster.sh"

step '[1/3] installing the packages that are missing' install_prerequisites
step '[2/3] building and installing ab_test' build_and_install
step '[3/3] starting a throwaway server' start_cluster
run_psql -q -c 'CREATE EXTENSION ab_test'
run_psql -v experiments="${1:-10000}" -v tolerance="${2:-0.6}" -f "$repo/tools/calibrate.sql"
