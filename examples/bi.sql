-- Views for point-and-click tools, which see tables and views but no functions.
--
--   \i examples/bi.sql
--   CALL ab_bi.create_views('dialog', 'SELECT variant, completed, csat, turns, at::date AS day FROM dialog',
--                           day => 'day', planned_n => 5000);
--
-- makes ab_bi.dialog_scorecard, a row per metric, and ab_bi.dialog_trend, a row
-- per day and metric: the lift of all days so far, by the test of a fixed end
-- and by the one that may be looked at any day.  Each view reads the log when it
-- is read, with the rights of who reads it.

CREATE SCHEMA IF NOT EXISTS ab_bi;

CREATE OR REPLACE PROCEDURE ab_bi.create_views(name text, query text, metrics jsonb DEFAULT NULL,
											   day text DEFAULT NULL, planned_n bigint DEFAULT 1000)
LANGUAGE plpgsql AS $procedure$
DECLARE
	metric text;
	trends text[];
BEGIN
	EXECUTE format('CREATE OR REPLACE VIEW ab_bi.%I AS SELECT * FROM ab_scorecard(%L, metrics => %L, planned_n => %L)',
				   name || '_scorecard', query, metrics, planned_n);
	IF day IS NULL THEN
		RETURN;
	END IF;

	-- Means and rates; a percentile has its own tests for any day.
	FOR metric IN
		SELECT DISTINCT r.metric FROM ab_scorecard(query, metrics => metrics) AS r WHERE r.statistic IN ('mean', 'rate')
	LOOP
		trends := trends || format(
			'SELECT day, %1$L::text AS metric, ab_rollup(s) OVER (ORDER BY day) AS s '
			'FROM (SELECT %2$I AS day, ab_summary((%1$I)::float8, variant) AS s FROM (%3$s) AS log GROUP BY %2$I) AS daily',
			metric, day, query);
	END LOOP;
	EXECUTE format($view$
		CREATE OR REPLACE VIEW ab_bi.%I AS
		SELECT day, metric, 'fixed' AS rule, r.control, r.treatment, r.control_n, r.treatment_n,
			   r.relative_lift_pct, r.lift_low_pct, r.lift_high_pct, r.p_value
		FROM (%2$s) AS so_far,
			 ab_ttest(s, equal_var => false) AS r
		UNION ALL
		SELECT day, metric, 'always-valid', r.control, r.treatment, r.control_n, r.treatment_n,
			   r.relative_lift_pct, r.lift_low_pct, r.lift_high_pct, r.p_value
		FROM (%2$s) AS so_far,
			 ab_always_valid(s, planned_n => %3$s) AS r
		$view$, name || '_trend', array_to_string(trends, ' UNION ALL '), planned_n);
END
$procedure$;

COMMENT ON PROCEDURE ab_bi.create_views IS 'a view with the scorecard of a query and, where day names a column, one with its lift day by day';
