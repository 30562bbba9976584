-- The tables of the benchmark, in shared buffers.

CREATE EXTENSION ab_test;
CREATE EXTENSION pg_prewarm;

\o /dev/null

SELECT setseed(0.5);

-- as a log has it: the outcome behind the variant
CREATE TABLE events AS
SELECT i::bigint AS user_id,
	   ab_assign('bench', i::bigint, 0.2) AS variant,
	   -2.1 * ln(1 - random()) AS outcome
FROM generate_series(1, :rows) i;

-- for sum() the fastest order of the columns
CREATE TABLE outcome_first AS SELECT outcome, variant, user_id FROM events;

-- outcomes that are 0 or 1
CREATE TABLE rates AS
SELECT user_id, variant, (outcome < 2.6)::int::float8 AS outcome FROM events;

-- the outcomes in three grains
CREATE VIEW grains AS
SELECT user_id, variant, outcome AS continuous, round(1000 * outcome) AS milliseconds,
	   1 + least(4, floor(outcome)) AS ratings
FROM events;

-- what a table with a line a day would hold, 500 rows each
CREATE TABLE daily_continuous AS
SELECT ab_histogram(continuous, variant) AS h FROM grains GROUP BY user_id % 10000;

CREATE TABLE daily_milliseconds AS
SELECT ab_histogram(milliseconds, variant) AS h FROM grains GROUP BY user_id % 10000;

CREATE TABLE daily_ratings AS
SELECT ab_histogram(ratings, variant) AS h FROM grains GROUP BY user_id % 10000;

CREATE TABLE users AS
SELECT 'user_' || i AS user_id, 'bench:user_' || i AS key
FROM generate_series(1, 1000000) i;

-- The router in plain SQL, from the digest in hexadecimal on.  It is a number of
-- 128 bits, so the remainder is taken a word at a time.  The planner puts the
-- body into the query.
CREATE FUNCTION recipe(digest text, split float8) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN ((((((('x' || substr(digest, 1, 8))::bit(32)::bigint % 10000 << 32) +
					  ('x' || substr(digest, 9, 8))::bit(32)::bigint) % 10000 << 32) +
					('x' || substr(digest, 17, 8))::bit(32)::bigint) % 10000 << 32) +
				  ('x' || substr(digest, 25, 8))::bit(32)::bigint) % 10000 / 10000.0::float8 < split
	   THEN 'treatment' ELSE 'control' END;

-- for some 20 users to 90 million, half of the tests one-sided
CREATE TABLE plans AS
SELECT rate, least(rate, 1 - rate) * 10 ^ (-0.3 - 2 * random()) AS effect,
	   alpha, power, ratio, alternative, (10 ^ (1 + 4 * random()))::bigint AS n
FROM (SELECT 0.02 + 0.96 * random() AS rate, 10 ^ (-1 - 2 * random()) AS alpha,
			 0.5 + 0.49 * random() AS power, 10 ^ (random() - 0.5) AS ratio,
			 CASE WHEN i % 2 = 0 THEN 'two-sided' ELSE 'greater' END AS alternative
	  FROM generate_series(1, 10000) i) p;

VACUUM (FREEZE, ANALYZE) events, outcome_first, rates, users, plans,
	daily_continuous, daily_milliseconds, daily_ratings;
CHECKPOINT;

-- with the TOAST tables
SELECT pg_prewarm(oid), pg_prewarm(nullif(reltoastrelid, 0))
FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r';
