-- The tables of the benchmark, in shared buffers: :rows of the event log,
-- :users ids to assign.  The others are the same size in every run.

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

-- a variant that is a whole number, true or false, or their text, in the same place
CREATE TABLE by_integer AS
SELECT user_id, (variant = 'treatment')::int AS variant, outcome FROM events WHERE user_id <= 1000000;

CREATE TABLE by_boolean AS SELECT user_id, variant = 1 AS variant, outcome FROM by_integer;

CREATE TABLE by_text AS SELECT user_id, variant::text, outcome FROM by_integer;

-- a scorecard's ten metrics, side by side
CREATE TABLE wide AS
SELECT user_id, variant, outcome AS m0, sqrt(outcome) AS m1, outcome * outcome AS m2, 1 / (1 + outcome) AS m3,
	   sin(outcome) AS m4, exp(-outcome) AS m5, round(outcome) AS m6, outcome + user_id % 7 AS m7,
	   (user_id % 5)::float8 AS m8, (outcome > 1)::int::float8 AS m9
FROM events WHERE user_id <= 500000;

-- the same of units of five rows each, and the states of 365 days
CREATE TABLE visits AS
SELECT user_id % 100000 AS unit, ab_assign('bench', user_id % 100000, 0.2) AS variant,
	   m0, m1, m2, m3, m4, m5, m6, m7, m8, m9
FROM wide;

CREATE TABLE daily_states AS
SELECT user_id % 365 AS day, ab_summary(m0, variant) AS m0, ab_summary(m1, variant) AS m1, ab_summary(m2, variant) AS m2,
	   ab_summary(m3, variant) AS m3, ab_summary(m4, variant) AS m4, ab_summary(m5, variant) AS m5,
	   ab_summary(m6, variant) AS m6, ab_summary(m7, variant) AS m7, ab_summary(m8, variant) AS m8,
	   ab_summary(m9, variant) AS m9
FROM wide GROUP BY day;

-- 100,000 groups of 10 rows, each far from the one before
CREATE TABLE grouped AS
SELECT user_id % 100000 AS group_id, variant, outcome FROM events WHERE user_id <= 1000000;

-- and 2 stored states of each
CREATE TABLE grouped_states AS
SELECT group_id, ab_summary(outcome, variant) AS s, ab_histogram(outcome, variant) AS h
FROM (SELECT *, row_number() OVER (PARTITION BY group_id) % 2 AS half FROM grouped) halves
GROUP BY group_id, half;

-- the same outcomes in so many arms, in no order
SELECT format('CREATE TABLE arms_%1$s AS
			   SELECT user_id, ''arm '' || (hashint8(user_id) & 2147483647) %% %1$s AS variant, outcome
			   FROM events WHERE user_id <= 500000', arms)
FROM unnest(ARRAY[1, 2, 3, 10, 100, 512, 1000, 4000]) arms
\gexec

-- 100,000 rows, each the first of its arm
CREATE TABLE new_1000 AS
SELECT i / 1000 AS state, 'arm ' || i % 1000 AS variant, sqrt(i) AS outcome FROM generate_series(0, 99999) i;

CREATE TABLE new_4000 AS
SELECT i / 4000 AS state, 'arm ' || i % 4000 AS variant, sqrt(i) AS outcome FROM generate_series(0, 99999) i;

-- what a table with a line a day would hold, 500 rows each
CREATE TABLE daily_continuous AS
SELECT ab_histogram(continuous, variant) AS h FROM grains GROUP BY user_id % (:rows / 500);

CREATE TABLE daily_milliseconds AS
SELECT ab_histogram(milliseconds, variant) AS h FROM grains GROUP BY user_id % (:rows / 500);

CREATE TABLE daily_ratings AS
SELECT ab_histogram(ratings, variant) AS h FROM grains GROUP BY user_id % (:rows / 500);

-- a year of three metrics
CREATE TABLE year AS
SELECT user_id % 365 AS day, ab_summary(outcome, variant) AS a, ab_summary(outcome < 2.6, variant) AS b,
	   ab_summary(sqrt(outcome), variant) AS c, ab_histogram(round(1000 * outcome), variant) AS h
FROM events WHERE user_id <= 500000 GROUP BY day;

-- and of values of which hardly any two are the same
CREATE TABLE year_continuous AS
SELECT ab_histogram(outcome, variant) AS h FROM events WHERE user_id <= 400000 GROUP BY user_id % 365;

-- histograms of 5000 values
CREATE TABLE fives AS SELECT ab_histogram(outcome, variant) AS h FROM events GROUP BY user_id % (:rows / 5000);

-- in 2 arms and in 512, 20 days of 25,000 rows
CREATE TABLE days_2 AS
SELECT ab_histogram(round(100 * outcome), variant) AS h FROM arms_2 GROUP BY user_id % 20;

CREATE TABLE days_512 AS
SELECT ab_histogram(round(100 * outcome), variant) AS h FROM arms_512 GROUP BY user_id % 20;

-- the text of histograms of some 74,000 cells, as shards of the log send them,
-- and that of arrays of as many values and counts
CREATE TABLE texts (cells bigint, histogram text, "values" text, counts text);
ALTER TABLE texts ALTER histogram SET STORAGE EXTERNAL, ALTER "values" SET STORAGE EXTERNAL,
	ALTER counts SET STORAGE EXTERNAL;

INSERT INTO texts
SELECT cells, h::text, ARRAY(SELECT round(4096 * sqrt(i)) / 4096 FROM generate_series(1, cells) i)::text,
	   array_fill(1, ARRAY[cells::int])::text
FROM (SELECT ab_histogram(outcome, variant) AS h
	  FROM events GROUP BY user_id % greatest(:rows / 156250, 1) OFFSET 0) shard,
	 LATERAL (SELECT sum(distinct_values)::bigint FROM ab_arms(h)) c(cells);

-- a million cells
CREATE TABLE large_text (histogram text);
ALTER TABLE large_text ALTER histogram SET STORAGE EXTERNAL;

INSERT INTO large_text
SELECT ab_histogram(i / 512 * 0.37, 'arm ' || i % 512)::text FROM generate_series(0, 999999) i;

CREATE TABLE summary_texts AS
SELECT ab_summary(outcome, variant)::text AS summary
FROM events WHERE user_id <= 500000 GROUP BY user_id % 10000;

CREATE TABLE users AS
SELECT 'user_' || i AS user_id, 'bench:user_' || i AS key
FROM generate_series(1, :users) i;

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

-- An aggregate of outcome and variant that only counts: what calling any
-- function for each row costs.
CREATE FUNCTION count_row(bigint, float8, text) RETURNS bigint
LANGUAGE internal IMMUTABLE PARALLEL SAFE AS 'int8inc_float8_float8';

CREATE AGGREGATE empty(float8, text) (
	SFUNC = count_row, STYPE = bigint, INITCOND = '0', COMBINEFUNC = int8pl, PARALLEL = SAFE
);

VACUUM (FREEZE, ANALYZE);
CHECKPOINT;

-- with the TOAST tables
SELECT pg_prewarm(relation)
FROM pg_class, unnest(ARRAY[oid, nullif(reltoastrelid, 0)]) relation
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relation IS NOT NULL;

-- and the catalogs that a scorecard reads
SELECT count(*) FROM ab_scorecard('wide');
SELECT count(*) FROM ab_scorecard('visits', unit => 'unit');
