-- The experiment of feed.py, from Phoenix's tables to two reports.

\set ON_ERROR_STOP on

CREATE TEMP TABLE production AS
SELECT * FROM ab_scorecard($$
	SELECT variant, session_id, turns, failed, latency_ms, cost, (scores ->> 'thumbs')::float8 AS thumbs,
		   (scores ->> 'helpful')::float8 AS helpful, (scores ->> 'csat')::float8 AS csat
	FROM ab_phoenix.session WHERE project = 'support-bot'$$,
	unit => 'session_id', split => '{"control": 0.5, "treatment": 0.5}',
	metrics => '{"helpful": {"role": "primary", "direction": "higher"}, "thumbs": {"direction": "higher"},
				 "csat": {"direction": "higher"}, "turns": {"direction": "lower"},
				 "latency_ms": {"direction": "lower"}, "cost": {"direction": "lower"},
				 "failed": {"role": "guardrail", "direction": "lower", "margin_pct": 50}}');

CREATE TEMP TABLE offline AS
SELECT * FROM ab_scorecard($$
	SELECT metadata ->> 'variant' AS variant, example, failed, latency_ms, (scores ->> 'correct')::float8 AS correct
	FROM ab_phoenix.run WHERE dataset = 'questions'$$,
	pair => 'example', control => 'v1',
	metrics => '{"correct": {"role": "primary", "direction": "higher"}, "latency_ms": {"direction": "lower"},
				 "failed": {"direction": "lower"}}');

\set tool phoenix
\set offline examples
\ir ../two_reports.sql
