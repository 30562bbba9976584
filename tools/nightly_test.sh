#!/usr/bin/env bash
#
# The nightly report by pg_cron itself: states, snapshot, page, late events, and
# a breach that makes the job fail.  ab_test must be installed; ./test.sh does
# that first.  pg_cron starts a job on the minute, so this waits for one.
set -euo pipefail

# shellcheck source=tools/cluster.sh
source "$(dirname "${BASH_SOURCE[0]}")/cluster.sh"
# shellcheck source=tools/checks.sh
source "$repo/tools/checks.sh"

nightly=$repo/examples/nightly

query() {
	run_psql -At -c "$1" 2>&1 || true
}

# The files of a package that came after the private server was made.
add_to_server() {
	local file copy libraries shared

	libraries=$("$PG_CONFIG" --pkglibdir)
	shared=$("$PG_CONFIG" --sharedir)
	while read -r file; do
		case $file in
			*/lib/*.so) copy=$libraries/${file##*/} ;;
			*/extension/*.*) copy=$shared/extension/${file##*/} ;;
			*) continue ;;
		esac
		[ -e "$copy" ] || ln -s "$file" "$copy"
	done < <(dpkg -L "$1")
}

install_prerequisites
cron=postgresql-$("$PG_CONFIG" --version | grep -oE '[0-9]+' | head -n 1)-cron
if ! command -v apt-get >/dev/null || [ -z "$(apt-cache policy "$cron")" ]; then
	skip "there is no package $cron"
	count_checks nightly
	exit
fi
step "installing $cron" install_packages "$cron"
add_to_server "$cron"
step 'starting a throwaway server' start_cluster shared_preload_libraries=pg_cron cron.database_name=postgres \
	cron.use_background_workers=on
run_psql -c 'CREATE EXTENSION ab_test' -c 'CREATE EXTENSION pg_cron' -f "$nightly/log.sql" -f "$nightly/nightly.sql"

states_of_the_log="SELECT count(*) FROM nightly.state JOIN (
	SELECT at::date AS day, ab_summary(completed, variant)::text AS completed,
		   ab_histogram(latency_ms, variant)::text AS latency_ms FROM event GROUP BY 1) AS log USING (day)
	WHERE state.completed::text = log.completed AND state.latency_ms::text = log.latency_ms"

run_psql -c 'CALL nightly.run()'
check 'a state for each day, that of the log' 14 "$(query "$states_of_the_log")"
check 'the snapshot is the scorecard of the log' "$(query "SELECT string_agg(concat_ws(' ', metric, verdict,
		p_value::numeric(20, 12)), '; ' ORDER BY metric) FROM ab_scorecard('SELECT variant, completed, latency_ms FROM event',
		metrics => '{\"completed\": {\"role\": \"primary\", \"direction\": \"higher\"}, \"latency_ms\": {\"statistic\": \"p95\",
		\"role\": \"guardrail\", \"direction\": \"lower\", \"margin_pct\": 10}}',
		sequential => 'always-valid', planned_n => 4500)")" \
	"$(query "SELECT string_agg(concat_ws(' ', metric, verdict, p_value::numeric(20, 12)), '; ' ORDER BY metric)
		FROM nightly.latest")"
built=$(query "SELECT string_agg(built_at::text, ' ' ORDER BY day) FILTER (WHERE day <> '2026-06-03') FROM nightly.state")
run_psql -f "$nightly/late.sql" -c 'CALL nightly.roll_up()'
check 'late events are in the state of their day' 14 "$(query "$states_of_the_log")"
check 'no other day was built again' "$built" \
	"$(query "SELECT string_agg(built_at::text, ' ' ORDER BY day) FILTER (WHERE day <> '2026-06-03') FROM nightly.state")"

"$nightly/report.sh" "$scratch/report.html"
check 'the page is one of HTML' 1 "$(grep -c '</html>' "$scratch/report.html")"
if PGDATABASE=nosuch "$nightly/report.sh" "$scratch/report.html" 2>/dev/null; then
	check 'a page that cannot be made is an error' error none
fi
check 'and leaves the old one' 1 "$(grep -c '</html>' "$scratch/report.html")"
check 'and nothing else' report.html "$(cd "$scratch" && echo report.html*)"

# One job that succeeds and one that fails, both on the next minute.
run_psql -f "$nightly/breach.sql"
run_psql -o /dev/null -c "SELECT cron.schedule('roll up', '* * * * *', 'CALL nightly.roll_up()')" \
	-c "SELECT cron.schedule('nightly', '* * * * *', 'CALL nightly.run()')"
for _ in $(seq 100); do
	[ "$(query "SELECT count(*) FROM cron.job_run_details WHERE status IN ('succeeded', 'failed')")" -lt 2 ] || break
	sleep 1
done
query "SELECT cron.unschedule(jobname) FROM cron.job" >/dev/null
check 'the job succeeds' succeeded \
	"$(query "SELECT status FROM cron.job_run_details WHERE command = 'CALL nightly.roll_up()' ORDER BY runid LIMIT 1")"
check 'the breach makes the job fail' failed \
	"$(query "SELECT status FROM cron.job_run_details WHERE command = 'CALL nightly.run()' ORDER BY runid LIMIT 1")"
check 'with the sentence of the guardrail' t \
	"$(query "SELECT return_message LIKE '%guardrail breached: Latency ms%' FROM cron.job_run_details
		WHERE command = 'CALL nightly.run()' ORDER BY runid LIMIT 1")"
check 'what was seen is kept' worse "$(query "SELECT verdict FROM nightly.latest WHERE role = 'guardrail'")"

page=$(page_sql cron "$repo/docs/howto/nightly-report.md" | run_psql -At 2>&1) || true
check 'the page on the nightly report' t "$(query "SELECT \$page\$$page\$page\$ !~ 'ERROR'")"

count_checks nightly
