-- A day on which the treatment answers slowly.
INSERT INTO event
SELECT timestamptz '2026-06-15 12:00+00', now(), variant, true, CASE variant WHEN 'treatment' THEN 9000 ELSE 1000 END
FROM generate_series(20001, 20400) AS i, ab_assign('support-bot-v2', i, 0.2) AS variant;
