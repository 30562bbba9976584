#!/usr/bin/env bash
#
# Runs notebook.ipynb on a throwaway server with a made-up log.
#
#   examples/notebook.sh [RESULT.ipynb]
#
# checks that every cell runs, that the report and the picture are displayed and
# that %sql shows its rows; with RESULT.ipynb the notebook with its outputs is kept.
set -euo pipefail

# shellcheck source=examples/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
result=$(realpath -- "${1:-$scratch/result.ipynb}")

# Nothing is written beside the notebook or at home.
export HOME=$scratch/home IPYTHONDIR=$scratch/home/ipython JUPYTER_PLATFORM_DIRS=1
export PLOOMBER_STATS_ENABLED=false
mkdir "$HOME"

execute_notebook() {
	"$jupyter/python" - "$repo/examples/notebook.ipynb" "$result" <<-'END'
		import sys

		import nbformat
		from nbclient import NotebookClient

		notebook = nbformat.read(sys.argv[1], as_version=4)
		NotebookClient(notebook, timeout=120, kernel_name='python3').execute()
		nbformat.write(notebook, sys.argv[2])

		shown = [output.get('data', {}) for cell in notebook.cells for output in cell.get('outputs', [])]
		html = ' '.join(data.get('text/html', '') for data in shown)
		wanted = {'the table of the scorecard': 'relative_lift_pct' in html,
		          'the report': 'srcdoc="&lt;!DOCTYPE html&gt;' in html,
		          'the forest plot': any(data.get('image/svg+xml', '').startswith('<svg') for data in shown),
		          'the sentences by %sql': 'Completed rose from' in html.split('</iframe>')[-1]}
		for name, there in wanted.items():
		    print('%-7s %s' % ('ok' if there else 'not ok', name))
		sys.exit(not all(wanted.values()))
	END
}

server
jupyter=''
python_packages jupyter nbclient==0.10.2 ipykernel==6.29.5 sqlalchemy==2.0.36 psycopg2-binary==2.9.13 \
	jupysql==0.11.1 pandas==2.2.3
step 'starting a throwaway server' start_cluster
run_psql -c 'CREATE EXTENSION ab_test' -f "$repo/examples/dialog.sql"
export DATABASE_URL="postgresql+psycopg2://postgres@/postgres?host=$cluster"
execute_notebook
