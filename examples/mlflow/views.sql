-- MLflow's tables, a row per turn, per session and per evaluated example.
--
--   psql -d mlflow -v variant=ab_variant -f examples/mlflow/views.sql
--
-- The views go into the schema ab_mlflow and only read.  `variant` is the tag
-- of a trace that says which version answered, ab_variant unless given.  They
-- give the same rows before and after the migration of MLflow 3.17, which moved
-- the session, tokens and costs of a trace into columns and deleted the old
-- rows: to_jsonb(trace) finds a column where there is one.  MLflow's own tables
-- are found by the search_path of the session that runs this file.

\if :{?variant}
\else
\set variant ab_variant
\endif

BEGIN;

CREATE SCHEMA IF NOT EXISTS ab_mlflow;
DROP VIEW IF EXISTS ab_mlflow.left_out, ab_mlflow.session, ab_mlflow.example, ab_mlflow.turn, ab_mlflow.score,
	ab_mlflow.trace;

-- A row per trace of any kind.
CREATE VIEW ab_mlflow.trace AS
SELECT trace.request_id AS trace_id,
	   experiment.name AS experiment,
	   to_timestamp(trace.timestamp_ms / 1000.0) AS at,
	   tag ->> :'variant' AS variant,
	   coalesce(stored ->> 'session_id', metadata ->> 'mlflow.trace.session') AS session_id,
	   metadata ->> 'mlflow.trace.user' AS user_id,
	   metadata ->> 'mlflow.sourceRun' AS source_run,
	   tag ->> 'mlflow.trace.sourceScorer' AS scorer,
	   trace.status = 'ERROR' AS failed,
	   trace.execution_time_ms::float8 AS latency_ms,
	   coalesce((stored ->> 'total_cost')::float8,
				((metadata ->> 'mlflow.trace.cost')::jsonb ->> 'total_cost')::float8) AS cost,
	   coalesce((stored ->> 'total_tokens')::float8,
				((metadata ->> 'mlflow.trace.tokenUsage')::jsonb ->> 'total_tokens')::float8) AS tokens
FROM trace_info AS trace
JOIN experiments AS experiment USING (experiment_id),
LATERAL (SELECT to_jsonb(trace) AS stored,
				(SELECT jsonb_object_agg(key, value) FROM trace_tags WHERE request_id = trace.request_id) AS tag,
				(SELECT jsonb_object_agg(key, value) FROM trace_request_metadata
				 WHERE request_id = trace.request_id) AS metadata) AS found;

-- A row per trace with scores: {"thumbs": 1, "usefulness": 4.5}.  A boolean and
-- yes or no count 1 and 0; what is no number, an assessment that failed and one
-- that another overrides do not count; several of one name are averaged.
CREATE VIEW ab_mlflow.score AS
SELECT trace_id, jsonb_object_agg(name, score) AS scores
FROM (SELECT trace_id, name,
			 avg(CASE WHEN value ~ '^-?[0-9]+([.][0-9]+)?(e[-+]?[0-9]+)?$' THEN value::float8
				 WHEN lower(value) IN ('true', '"yes"') THEN 1
				 WHEN lower(value) IN ('false', '"no"') THEN 0
				 END) AS score
	  FROM assessments
	  WHERE valid AND assessment_type = 'feedback' AND error IS NULL
	  GROUP BY trace_id, name) AS average
WHERE score IS NOT NULL
GROUP BY trace_id;

-- Production: a row per answer to a user.
CREATE VIEW ab_mlflow.turn AS
SELECT trace_id, experiment, at, variant, session_id, user_id, failed,
	   CASE WHEN NOT failed THEN latency_ms END AS latency_ms, cost, tokens, coalesce(scores, '{}') AS scores
FROM ab_mlflow.trace
LEFT JOIN ab_mlflow.score USING (trace_id)
WHERE variant IS NOT NULL AND source_run IS NULL AND scorer IS NULL;

-- A row per session and variant: the unit of a test.  A session that saw both
-- variants has two rows, which unit => 'session_id' finds, leaves out and counts.
CREATE VIEW ab_mlflow.session AS
SELECT experiment, variant, session_id, min(at) AS at, count(*)::float8 AS turns, bool_or(failed) AS failed,
	   avg(latency_ms) AS latency_ms, sum(cost) AS cost, sum(tokens) AS tokens,
	   (SELECT coalesce(jsonb_object_agg(name, score), '{}')
		FROM (SELECT key AS name, avg(value::float8) AS score
			  FROM unnest(array_agg(scores)) AS one, jsonb_each(one) GROUP BY key) AS average) AS scores
FROM ab_mlflow.turn
WHERE session_id IS NOT NULL
GROUP BY experiment, variant, session_id;

-- Evaluations: a row per trace of mlflow.genai.evaluate().  MLflow stores no
-- id of the example, so the root span's inputs say which it was.  The run is
-- not in assessments.run_id, which is empty.  Where the answer failed, scorers
-- were given no output: their score is left out, and `failed` counts it.
CREATE VIEW ab_mlflow.example AS
SELECT trace.experiment, trace.source_run AS run_id, run.name AS run,
	   (SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM params WHERE run_uuid = trace.source_run) AS params,
	   (root.content::jsonb #>> '{attributes,mlflow.spanInputs}')::jsonb AS inputs,
	   trace.at, trace.failed, CASE WHEN NOT trace.failed THEN trace.latency_ms END AS latency_ms, trace.cost, trace.tokens,
	   CASE WHEN trace.failed THEN '{}' ELSE coalesce(scores, '{}') END AS scores
FROM ab_mlflow.trace AS trace
JOIN runs AS run ON run.run_uuid = trace.source_run
LEFT JOIN spans AS root ON root.trace_id = trace.trace_id AND root.parent_span_id IS NULL
LEFT JOIN ab_mlflow.score AS score ON score.trace_id = trace.trace_id
WHERE trace.scorer IS NULL;

-- What the comparison of a variant leaves out, to be looked at first.
CREATE VIEW ab_mlflow.left_out AS
SELECT experiment, reason, count(*) AS n
FROM (SELECT experiment, CASE
			 WHEN scorer IS NOT NULL THEN 'trace of a scorer'
			 WHEN source_run IS NOT NULL THEN 'trace of an evaluation'
			 WHEN variant IS NULL THEN 'trace without a variant'
			 WHEN session_id IS NULL THEN 'trace without a session' END AS reason
	  FROM ab_mlflow.trace
	  UNION ALL
	  SELECT trace.experiment, CASE WHEN valid THEN 'assessment that failed' ELSE 'assessment that was overridden' END
	  FROM assessments JOIN ab_mlflow.trace USING (trace_id)
	  WHERE assessment_type = 'feedback' AND (NOT valid OR error IS NOT NULL)
	  UNION ALL
	  SELECT experiment, 'session that saw several variants'
	  FROM ab_mlflow.session GROUP BY experiment, session_id HAVING count(*) > 1) AS found
WHERE reason IS NOT NULL
GROUP BY experiment, reason;

COMMIT;
