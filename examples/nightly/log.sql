-- A log to try the examples on: 14 days, 400 dialogs a day, 20% to the treatment.
CREATE TABLE event (at timestamptz NOT NULL, arrived_at timestamptz NOT NULL, variant text NOT NULL,
					completed boolean, latency_ms float8);

INSERT INTO event
SELECT at, at, variant, ab_bucket('made up: completed', i) < CASE variant WHEN 'treatment' THEN 7890 ELSE 7130 END,
	   round(1000 * ((l + 0.0001) / (1.0001 - l)) ^ 0.22)
FROM generate_series(1, 5600) AS i, ab_assign('support-bot-v2', i, 0.2) AS variant,
	 LATERAL (SELECT timestamptz '2026-06-01 00:00+00' + (i - 1) * interval '3.6 minutes' AS at,
					 ab_bucket('made up: latency', i) / 10000.0 AS l) AS draw;
