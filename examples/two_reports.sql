-- Prints the scorecards in the temporary tables production and offline and
-- writes their reports: :tool and :folder are where, :offline what was compared.

\pset tuples_only on
\pset format unaligned
\echo Production, by session:
SELECT sentence FROM production;
\echo
SELECT ab_verdict(jsonb_agg(to_jsonb(r))) FROM production AS r;
\echo
\echo The same :offline to both prompts, repetitions averaged:
SELECT sentence FROM offline;
\echo
SELECT ab_verdict(jsonb_agg(to_jsonb(r))) FROM offline AS r;

\set production_report :folder '/' :tool '-production.html'
\set offline_report :folder '/' :tool '-offline.html'
\o :production_report
SELECT ab_report_html(jsonb_agg(to_jsonb(r)), 'Prompt v2 in production, by session') FROM production AS r;
\o :offline_report
SELECT ab_report_html(jsonb_agg(to_jsonb(r)), 'Prompt v2 on the same ' || :'offline') FROM offline AS r;
\o
\echo
\echo The reports: :production_report :offline_report
