-- Rows of the third day that arrive now.
INSERT INTO event
SELECT timestamptz '2026-06-03 12:00+00', now(), ab_assign('support-bot-v2', i, 0.2), i % 4 > 0, 900 + i
FROM generate_series(10001, 10050) AS i;
