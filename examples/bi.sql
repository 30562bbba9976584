-- Views for point-and-click tools, which see tables and views but no functions.
--
--   \i examples/bi.sql
--   CALL ab_bi.create_views('dialog', 'SELECT variant, completed, csat, turns, at::date AS day FROM dialog',
--                           day => 'day', planned_n => 2000);
--
-- makes ab_bi.dialog_rows, the query itself; ab_bi.dialog_scorecard, a row per
-- metric; and ab_bi.dialog_trend, a row per day, metric and rule: the lift of
-- all days so far, by the test of a fixed end and by the one that may be looked
-- at any day.  Each reads the log when it is read, with the rights of who reads
-- it.  A row of the query is a user, or whatever was randomised.
--
-- The trend has the metrics that are means or rates, and the variants there are
-- when it is made: call it again when a variant or a metric joins.

CREATE SCHEMA IF NOT EXISTS ab_bi;

CREATE OR REPLACE PROCEDURE ab_bi.create_views(name text, query text, metrics jsonb DEFAULT NULL,
											   day text DEFAULT NULL, planned_n bigint DEFAULT NULL,
											   slice text[] DEFAULT NULL, control text DEFAULT NULL,
											   split jsonb DEFAULT NULL)
LANGUAGE plpgsql AS $procedure$
DECLARE
	log text := format('ab_bi.%I', name || '_rows');
	states text;
	arms text;
BEGIN
	IF octet_length(name) > 53 THEN
		RAISE name_too_long USING MESSAGE = format('the name "%s" has more than 53 bytes', name);
	END IF;
	IF day IS NOT NULL AND planned_n IS NULL THEN
		RAISE null_value_not_allowed USING MESSAGE = 'planned_n must not be NULL for a trend',
			HINT = 'Give the size of the control group that was planned for: ab_sample_size() says it.';
	END IF;

	BEGIN
		query := 'TABLE ' || query::regclass;
	EXCEPTION
		WHEN invalid_name THEN
			NULL;	-- a query
	END;
	BEGIN
		EXECUTE format('CREATE OR REPLACE VIEW %s WITH (security_invoker = true) AS %s', log, query);
	EXCEPTION
		WHEN invalid_table_definition THEN
			EXECUTE format('DROP VIEW IF EXISTS ab_bi.%I', name || '_trend');
			EXECUTE format('DROP VIEW %s', log);
			EXECUTE format('CREATE VIEW %s WITH (security_invoker = true) AS %s', log, query);
			RAISE NOTICE 'the columns of % are others: grant it and the trend again', log;
	END;
	EXECUTE format($view$
		CREATE OR REPLACE VIEW ab_bi.%I WITH (security_invoker = true) AS
		SELECT * FROM ab_scorecard(%L, metrics => %L, slice => %L, control => %L, split => %L, planned_n => %L)
		$view$, name || '_scorecard', log, metrics, slice, control, split, planned_n);
	IF day IS NULL THEN
		RETURN;
	END IF;

	-- The states of each metric, a day; and which arms to compare by it.
	SELECT string_agg(DISTINCT format('SELECT %I AS day, %L AS metric, ab_summary(%s, variant::text) AS s FROM %s GROUP BY 1',
									  day, r.metric, value, log),
					  ' UNION ALL '),
		   string_agg(format('(%L, %L, %L)', r.metric, r.control, r.treatment), ', ')
	INTO states, arms
	FROM ab_scorecard(log, metrics => metrics, control => control) AS r
	JOIN pg_attribute ON attrelid = log::regclass AND attname = coalesce(metrics -> r.metric ->> 'column', r.metric),
		 format(CASE atttypid WHEN 'interval'::regtype THEN 'extract(epoch FROM %I)' ELSE '%I' END, attname) AS value
	WHERE r.statistic IN ('mean', 'rate');
	IF states IS NULL THEN
		RAISE NOTICE 'no metric is a mean or a rate: there is no trend';
		RETURN;
	END IF;
	EXECUTE format($view$
		CREATE OR REPLACE VIEW ab_bi.%I WITH (security_invoker = true) AS
		WITH so_far AS (
			SELECT day, metric, ab_rollup(s) OVER (PARTITION BY metric ORDER BY day) AS s
			FROM (%s) AS states
			WHERE day IS NOT NULL
		)
		SELECT day, metric, r.*
		FROM so_far
		JOIN (VALUES %s) AS arms(metric, control, treatment) USING (metric),
			 LATERAL (
				SELECT 'fixed' AS rule, f.control, f.treatment, f.control_n, f.treatment_n, f.relative_lift_pct,
					   f.lift_low_pct, f.lift_high_pct, f.p_value, f.note
				FROM ab_ttest(s, arms.control, arms.treatment, equal_var => false) AS f
				UNION ALL
				SELECT 'always-valid', v.control, v.treatment, v.control_n, v.treatment_n, v.relative_lift_pct,
					   v.lift_low_pct, v.lift_high_pct, v.p_value, v.note
				FROM ab_always_valid(s, %s, arms.control, arms.treatment) AS v
			 ) AS r
		$view$, name || '_trend', states, arms, planned_n);
END
$procedure$;

COMMENT ON PROCEDURE ab_bi.create_views IS
	'views of a query: its rows, its scorecard and, where day names a column, its lift day by day by both rules';
