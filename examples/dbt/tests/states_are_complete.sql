-- Fails with the days whose states are not those of the log.
select day
from (select at::date as day, count(*) as n from {{ source('log', 'event') }}
      where completed is not null group by 1) as log
full join (select s.day, sum(a.n) as n from {{ ref('daily_states') }} as s, ab_arms(s.completed) as a group by 1) as states
using (day)
where log.n is distinct from states.n
