{{ config(materialized='table') }}

select row_number() over () as line, r.*
from ab_scorecard('select completed, latency_ms from {{ ref("daily_states") }}', metrics => '{
       "completed": {"role": "primary", "direction": "higher"},
       "latency_ms": {"statistic": "p95", "role": "guardrail", "direction": "lower", "margin_pct": 10}}',
       sequential => 'always-valid', planned_n => 4500) as r
