# shellcheck shell=bash
#
# What the examples share: ab_test built once, a throwaway server, and Python
# packages in an environment of their own, kept for the next run.  To be sourced
# under `set -euo pipefail`.

# shellcheck source=tools/cluster.sh
source "$(dirname "${BASH_SOURCE[0]}")/../tools/cluster.sh"

server() {
	if ! { find_server && use_kept_server; }; then
		step 'installing the packages that are missing' install_prerequisites
		step "building ab_test for $("$PG_CONFIG" --version), once" build_kept_server
	fi
}

# python_packages NAME PACKAGE...: $NAME is then the folder of its programs.
python_packages() {
	local folder

	folder=$(kept_servers)/python-$1-$(printf '%s\n' "${@:2}" | sha256sum | head -c 12)
	if [ ! -e "$folder/complete" ]; then
		step 'installing python3-venv' install_packages python3 python3-venv
		mkdir -p "$(kept_servers)"
		step "installing ${*:2}, once" make_environment "$folder" "${@:2}"
	fi
	printf -v "$1" %s "$folder/bin"
}

make_environment() {
	rm -rf "$1"
	python3 -m venv "$1"
	"$1/bin/pip" install --quiet --disable-pip-version-check "${@:2}"
	touch "$1/complete"
}
