-- A nightly report: states of the days that changed, a scorecard of them all,
-- what was seen when, and a job that fails when a guardrail is breached.
--
-- The log is a table or view
--
--   event (at timestamptz, arrived_at timestamptz, variant text, completed boolean, latency_ms float8)
--
-- with a row per dialog: `at` says when it happened, `arrived_at` when the row
-- got here.  Change the columns in nightly.roll_up() and the metrics in
-- nightly.snapshot() for another log.  To run it at 02:15, with pg_cron:
--
--   SELECT cron.schedule('nightly', '15 2 * * *', 'CALL nightly.run()');

BEGIN;

CREATE SCHEMA nightly;

-- A row per day.  No report reads the log again.
CREATE TABLE nightly.state (
	day date PRIMARY KEY,
	completed ab_summary NOT NULL,
	latency_ms ab_histogram NOT NULL,
	built_at timestamptz NOT NULL
);

-- What was seen when: the scorecard of each night, in its order.
CREATE TABLE nightly.report (
	taken_at timestamptz NOT NULL,
	line bigint NOT NULL,
	LIKE ab_scorecard_row,
	PRIMARY KEY (taken_at, line)
);

CREATE VIEW nightly.latest AS
SELECT * FROM nightly.report WHERE taken_at = (SELECT max(taken_at) FROM nightly.report);

-- Builds the days that have rows which arrived since the last time, late ones
-- included.  The hour covers transactions that were still open then.
CREATE PROCEDURE nightly.roll_up() LANGUAGE sql AS $$
	INSERT INTO nightly.state
	SELECT at::date, ab_summary(completed, variant), ab_histogram(latency_ms, variant), now()
	FROM event
	WHERE at::date IN (
		SELECT at::date FROM event
		WHERE arrived_at >= (SELECT coalesce(max(built_at) - interval '1 hour', '-infinity') FROM nightly.state))
	GROUP BY at::date
	ON CONFLICT (day) DO UPDATE
	SET completed = excluded.completed, latency_ms = excluded.latency_ms, built_at = excluded.built_at
$$;

-- It is looked at every day, so its rows hold on every day.  planned_n is how
-- many dialogs the control is to have at the planned end: say it before the
-- first night and leave it.
CREATE PROCEDURE nightly.snapshot() LANGUAGE sql AS $$
	INSERT INTO nightly.report
	SELECT now(), r.ordinality, (r.r).*
	FROM (SELECT row_number() OVER () AS ordinality, r
		  FROM ab_scorecard('SELECT completed, latency_ms FROM nightly.state', $m${
			  "completed": {"role": "primary", "direction": "higher"},
			  "latency_ms": {"statistic": "p95", "role": "guardrail", "direction": "lower", "margin_pct": 10}
		  }$m$, sequential => 'always-valid', planned_n => 4500) AS r) AS r
$$;

-- An ERROR with the sentences of what is wrong, which is what a scheduler reports.
CREATE PROCEDURE nightly.guard() LANGUAGE plpgsql AS $$
DECLARE
	breach text;
BEGIN
	SELECT string_agg(coalesce(sentence, verdict), ' ' ORDER BY line) INTO breach
	FROM nightly.latest
	WHERE verdict = 'split mismatch' OR role = 'guardrail' AND verdict = 'worse';
	IF breach IS NOT NULL THEN
		RAISE EXCEPTION 'guardrail breached: %', breach USING HINT = 'SELECT * FROM nightly.latest';
	END IF;
END
$$;

-- The snapshot stays when the guard fails.
CREATE PROCEDURE nightly.run() LANGUAGE plpgsql AS $$
BEGIN
	CALL nightly.roll_up();
	CALL nightly.snapshot();
	COMMIT;
	CALL nightly.guard();
END
$$;

COMMIT;
