-- The experiment of feed.py, from MLflow's tables to two reports.

\set ON_ERROR_STOP on

CREATE TEMP TABLE production AS
SELECT * FROM ab_scorecard($$
	SELECT variant, session_id, turns, failed, latency_ms, cost, (scores ->> 'thumbs')::float8 AS thumbs,
		   (scores ->> 'helpful')::float8 AS helpful
	FROM ab_mlflow.session WHERE experiment = 'support-bot'$$,
	unit => 'session_id', split => '{"control": 0.5, "treatment": 0.5}',
	metrics => '{"helpful": {"role": "primary", "direction": "higher"}, "thumbs": {"direction": "higher"},
				 "turns": {"direction": "lower"}, "latency_ms": {"direction": "lower"}, "cost": {"direction": "lower"},
				 "failed": {"role": "guardrail", "direction": "lower", "margin_pct": 50}}');

CREATE TEMP TABLE offline AS
SELECT * FROM ab_scorecard($$
	SELECT params ->> 'prompt_version' AS variant, inputs ->> 'question' AS question, failed,
		   (scores ->> 'correct')::float8 AS correct, (scores ->> 'brevity')::float8 AS brevity
	FROM ab_mlflow.example WHERE experiment = 'support-bot-offline'$$,
	pair => 'question', control => 'v1',
	metrics => '{"correct": {"statistic": "mean", "role": "primary", "direction": "higher"}, "brevity": {},
				 "failed": {"direction": "lower"}}');

\set tool mlflow
\set offline questions
\ir ../two_reports.sql
