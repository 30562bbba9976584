-- Fails with the rows that forbid a decision.
select sentence from {{ ref('scorecard') }}
where verdict = 'split mismatch' or role = 'guardrail' and verdict = 'worse'
