-- Case study: version 2 of a support bot against version 1, from the size of
-- the experiment to the decision.  ./demo.sh runs this file; to run it on a
-- server of your own: psql -f demo/case_study.sql, in a database for trying
-- things out, and with -v html=PATH for the report.  It needs CREATE EXTENSION
-- ab_test and makes temporary tables only.

\set ON_ERROR_STOP on
\set QUIET on
\pset footer off
\pset pager off


\echo
\echo 'A support bot, v1 (control) against v2 (treatment), 14 days, one dialog per user.'
\echo
\echo '1. Size: how many users find a rise of the completion rate from 75% to 80%'
\echo '   (alpha 0.05, power 0.80)?  Half of the traffic each, then 20% for v2:'
\echo

SELECT split,
	   ab_sample_size(0.75, 0.05, ratio => ratio) AS control,
	   ceil(ratio * ab_sample_size(0.75, 0.05, ratio => ratio)) AS treatment
FROM (VALUES ('50 / 50', 1.0::float8), ('80 / 20', 0.25)) AS t(split, ratio);


\echo '2. Route: 8,000 user ids, 20% of them to v2.'
\echo

CREATE TEMP TABLE assignment AS
SELECT user_id, ab_assign('support-bot-v2', user_id, 0.2) AS variant
FROM generate_series(1, 8000) AS user_id;

SELECT variant, count(*) AS users, round(count(*) / 8000.0, 4) AS share
FROM assignment
GROUP BY variant
ORDER BY variant;

\echo '   The case study counts 6,200 and 1,550 dialogs: the first that many ids of each arm.'


\echo
\echo '3. Log: one row per dialog.  The outcomes are made up, and the same in every run.'
\echo

CREATE TEMP TABLE dialog (
	user_id bigint PRIMARY KEY,
	variant text NOT NULL,
	started_at timestamptz NOT NULL,
	completed boolean NOT NULL,
	csat integer NOT NULL,			-- the rating the user gave, 1 to 5
	escalated boolean NOT NULL,		-- handed over to a person
	turns integer NOT NULL,
	latency float8 NOT NULL			-- seconds
);

-- What the two versions are like: shares for the rates, cumulative shares for
-- the whole numbers, the 95th percentile for the latency.
CREATE TEMP TABLE truth (variant, dialogs, completion, csat, turns, latency_p95) AS
VALUES
	('control', 6200, 0.713,
	 ARRAY[0.06, 0.14, 0.32, 0.68], ARRAY[0.14, 0.38, 0.63, 0.80, 0.90, 0.95], 2.1::float8),
	('treatment', 1550, 0.789,
	 ARRAY[0.04, 0.09, 0.22, 0.55], ARRAY[0.19, 0.47, 0.71, 0.85, 0.92, 0.96], 2.3);

-- Each metric ranks the users of an arm by a hash of its own.  The rank, as a
-- number between 0 and 1, is looked up in the distribution above.
WITH routed AS (
	SELECT *, row_number() OVER (PARTITION BY variant ORDER BY user_id) AS place
	FROM assignment
), ranked AS (
	SELECT user_id, variant,
		   (row_number() OVER (arm ORDER BY ab_bucket('completed', user_id), user_id) - 0.5) / dialogs AS completed_rank,
		   (row_number() OVER (arm ORDER BY ab_bucket('csat', user_id), user_id) - 0.5) / dialogs AS csat_rank,
		   (row_number() OVER (arm ORDER BY ab_bucket('turns', user_id), user_id) - 0.5) / dialogs AS turns_rank,
		   (row_number() OVER (arm ORDER BY ab_bucket('latency', user_id), user_id) - 0.5) / dialogs AS latency_rank
	FROM routed JOIN truth USING (variant)
	WHERE place <= dialogs
	WINDOW arm AS (PARTITION BY variant)
)
INSERT INTO dialog
SELECT user_id, variant,
	   timestamptz '2025-03-03 00:00+00' + interval '14 days' * user_id / 8000,
	   completed_rank < completion,
	   1 + width_bucket(csat_rank, csat),
	   NOT completed_rank < completion,
	   1 + width_bucket(turns_rank, turns),
	   latency_p95 * (latency_rank / (1 - latency_rank) / 19) ^ 0.22
FROM ranked JOIN truth USING (variant);

SELECT variant, count(*) AS dialogs, min(started_at)::date AS first_day, max(started_at)::date AS last_day
FROM dialog
GROUP BY variant
ORDER BY variant;


\echo '4. Result: the scorecard'

CREATE TEMP TABLE scorecard AS
SELECT *
FROM ab_scorecard('dialog', split => '{"control": 0.8, "treatment": 0.2}', metrics => '{
	"task completion": {"column": "completed", "role": "primary", "direction": "higher", "test": "student"},
	"CSAT, 1 to 5":    {"column": "csat", "direction": "higher", "test": "student"},
	"escalation":      {"column": "escalated", "direction": "lower", "test": "student"},
	"average turns":   {"column": "turns", "direction": "lower", "test": "student"},
	"latency P95 (s)": {"column": "latency", "direction": "lower", "statistic": "p95"}}');

CREATE TEMP TABLE title AS
SELECT 'Support bot: v2 against v1' AS title,
	   E'The p-values of means and rates are of Student''s test, as in the case study; that of the percentile is of its own.\n' AS remark;

\ir scorecard.sql
