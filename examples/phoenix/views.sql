-- Phoenix's tables, a row per turn, per session and per run of an experiment.
--
--   PGOPTIONS='-c search_path=phoenix,public' psql -d phoenix -f examples/phoenix/views.sql
--
-- The views go into the schema ab_phoenix and only read; they need Phoenix's
-- tables, in the schema PHOENIX_SQL_DATABASE_SCHEMA, in the search_path of the
-- session that runs this file.  -v variant=KEY names the key of a root span's
-- metadata that says which version answered, variant unless given.

\if :{?variant}
\else
\set variant variant
\endif

BEGIN;

CREATE SCHEMA IF NOT EXISTS ab_phoenix;
DROP VIEW IF EXISTS ab_phoenix.left_out, ab_phoenix.session, ab_phoenix.run, ab_phoenix.turn, ab_phoenix.trace;

-- A row per trace.  `cost` is NULL, not 0, where a model has no price.  Scores
-- are averaged over spans and opinions of one name; a label that says yes or no
-- in one of the usual words counts where there is no score.
CREATE VIEW ab_phoenix.trace AS
SELECT trace.id AS trace_rowid, trace.trace_id, project.name AS project, trace.start_time AS at,
	   root.attributes #>> ARRAY['metadata', :'variant'] AS variant,
	   session.session_id, root.attributes #>> '{user,id}' AS user_id,
	   root.cumulative_error_count > 0 AS failed,
	   extract(epoch FROM trace.end_time - trace.start_time)::float8 * 1000 AS latency_ms,
	   (SELECT sum(total_cost) FROM span_costs WHERE trace_rowid = trace.id) AS cost,
	   (root.cumulative_llm_token_count_prompt + root.cumulative_llm_token_count_completion)::float8 AS tokens,
	   (SELECT coalesce(jsonb_object_agg(name, score), '{}')
		FROM (SELECT name, avg(score) AS score
			  FROM (SELECT note.name, coalesce(note.score, CASE
						   WHEN lower(label) IN ('yes', 'true', 'up', 'thumbs_up', 'like', 'correct', 'pass') THEN 1
						   WHEN lower(label) IN ('no', 'false', 'down', 'thumbs_down', 'dislike', 'incorrect', 'fail')
						   THEN 0 END) AS score
					FROM span_annotations AS note JOIN spans ON spans.id = note.span_rowid
					WHERE spans.trace_rowid = trace.id
					UNION ALL
					SELECT note.name, note.score FROM trace_annotations AS note WHERE note.trace_rowid = trace.id
				   ) AS opinion
			  WHERE score IS NOT NULL
			  GROUP BY name) AS average) AS scores
FROM traces AS trace
JOIN projects AS project ON project.id = trace.project_rowid
JOIN spans AS root ON root.trace_rowid = trace.id AND root.parent_id IS NULL
LEFT JOIN project_sessions AS session ON session.id = trace.project_session_rowid;

-- Production: a row per answer to a user.  The traces of experiments and
-- evaluators are in projects of their own, so WHERE project = ... leaves them out.
CREATE VIEW ab_phoenix.turn AS
SELECT trace_id, project, at, variant, session_id, user_id, failed,
	   CASE WHEN NOT failed THEN latency_ms END AS latency_ms, cost, tokens, scores
FROM ab_phoenix.trace
WHERE variant IS NOT NULL;

-- A row per session and variant: the unit of a test.  A session that saw both
-- variants has two rows, which unit => 'session_id' finds, leaves out and counts.
CREATE VIEW ab_phoenix.session AS
SELECT project, variant, session_id, min(at) AS at, count(*)::float8 AS turns, bool_or(failed) AS failed,
	   avg(latency_ms) AS latency_ms, sum(cost) AS cost, sum(tokens) AS tokens,
	   (SELECT coalesce(jsonb_object_agg(name, score), '{}')
		FROM (SELECT name, avg(score) AS score
			  FROM (SELECT key AS name, value::float8 AS score
					FROM unnest(array_agg(scores)) AS one, jsonb_each(one)
					UNION ALL
					SELECT note.name, note.score
					FROM project_session_annotations AS note
					JOIN project_sessions AS session ON session.id = note.project_session_id
					JOIN projects ON projects.id = session.project_id
					WHERE session.session_id = turn.session_id AND projects.name = turn.project) AS opinion
			  WHERE score IS NOT NULL
			  GROUP BY name) AS average) AS scores
FROM ab_phoenix.turn AS turn
WHERE session_id IS NOT NULL
GROUP BY project, variant, session_id;

-- Offline: a row per run of an experiment.  Experiments of one name are told
-- apart by their metadata or id.  A task that failed is evaluated all the same,
-- on no output: its scores are left out, and `failed` counts it.
CREATE VIEW ab_phoenix.run AS
SELECT dataset.name AS dataset, experiment.id AS experiment_id, experiment.name AS experiment, experiment.metadata,
	   run.dataset_example_id AS example, run.repetition_number AS repetition, run.start_time AS at,
	   run.error IS NOT NULL AS failed,
	   CASE WHEN run.error IS NULL THEN extract(epoch FROM run.end_time - run.start_time)::float8 * 1000 END AS latency_ms,
	   (SELECT sum(total_cost) FROM span_costs JOIN traces ON traces.id = trace_rowid
		WHERE traces.trace_id = run.trace_id) AS cost,
	   CASE WHEN run.error IS NULL THEN
		   (SELECT coalesce(jsonb_object_agg(name, score), '{}') FROM experiment_run_annotations AS note
			WHERE note.experiment_run_id = run.id AND note.error IS NULL AND score IS NOT NULL)
	   ELSE '{}' END AS scores
FROM experiment_runs AS run
JOIN experiments AS experiment ON experiment.id = run.experiment_id
JOIN datasets AS dataset ON dataset.id = experiment.dataset_id;

-- What the comparison of a variant leaves out, to be looked at first.
CREATE VIEW ab_phoenix.left_out AS
SELECT project, reason, count(*) AS n
FROM (SELECT project, CASE WHEN variant IS NULL THEN 'trace without a variant'
						   WHEN session_id IS NULL THEN 'trace without a session' END AS reason
	  FROM ab_phoenix.trace
	  UNION ALL
	  SELECT project, CASE WHEN cost IS NULL THEN 'turn without a price' END FROM ab_phoenix.turn
	  UNION ALL
	  SELECT project, 'session that saw several variants'
	  FROM ab_phoenix.session GROUP BY project, session_id HAVING count(*) > 1) AS found
WHERE reason IS NOT NULL
GROUP BY project, reason;

COMMIT;
