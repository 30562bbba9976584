{# A row per day: what every report needs of that day's log.  A run builds the
   days that got rows since the last one, late rows included; the hour covers
   transactions that were still open then. #}
{{ config(materialized='incremental', unique_key='day', incremental_strategy='delete+insert') }}

select at::date as day,
       ab_summary(completed, variant) as completed,
       ab_histogram(latency_ms, variant) as latency_ms,
       now() as built_at
from {{ source('log', 'event') }}
{% if is_incremental() %}
where at::date in (select at::date from {{ source('log', 'event') }}
                   where arrived_at >= (select coalesce(max(built_at) - interval '1 hour', '-infinity') from {{ this }}))
{% endif %}
group by at::date
