-- A log to try the dashboards and the notebook on: 28 days, a row per dialog, half of them to the treatment.
CREATE TABLE dialog (id bigint PRIMARY KEY, at timestamptz NOT NULL, variant text NOT NULL,
					 completed boolean, csat bigint, turns bigint);

INSERT INTO dialog
SELECT i, timestamptz '2026-06-01 00:00+00' + (i - 1) * interval '10 minutes', variant,
	   ab_bucket('made up: completed', i) < CASE variant WHEN 'treatment' THEN 7700 ELSE 7100 END,
	   CASE WHEN ab_bucket('made up: rates it', i) < 4000 THEN 1 + ab_bucket('made up: csat', i) / 2000 END,
	   2 + ab_bucket('made up: turns', i) / CASE variant WHEN 'treatment' THEN 1800 ELSE 1600 END
FROM generate_series(1, 4032) AS i, ab_assign('support-bot-v2', i, 0.5) AS variant;
