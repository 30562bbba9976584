-- The figures beside their limits.

CREATE TABLE figure (
	id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	title text NOT NULL,
	measured float8,			-- median over the rounds
	lowest float8,
	highest float8,
	fastest float8,				-- of the fastest run of each query
	at_most float8,
	at_least float8,
	work text					-- the medians behind it
);

-- (dividend - scan) / (divisor - divisor_scan), round by round
CREATE FUNCTION add_ratio(title text, dividend text, divisor text,
						  at_most float8 DEFAULT NULL, at_least float8 DEFAULT NULL,
						  scan text DEFAULT NULL, divisor_scan text DEFAULT NULL) RETURNS void
LANGUAGE sql
BEGIN ATOMIC
	INSERT INTO figure (title, measured, lowest, highest, fastest, at_most, at_least, work)
	SELECT title, percentile_cont(0.5) WITHIN GROUP (ORDER BY (a - s) / (b - t)),
		   min((a - s) / (b - t)), max((a - s) / (b - t)),
		   (min(a) - min(s)) / (min(b) - min(t)), at_most, at_least,
		   format('%s / %s ms', round(percentile_cont(0.5) WITHIN GROUP (ORDER BY a)),
				  round(percentile_cont(0.5) WITHIN GROUP (ORDER BY b)))
	FROM (SELECT a.ms AS a, b.ms AS b, coalesce(s.ms, 0) AS s, coalesce(t.ms, 0) AS t
		  FROM timing a
		  JOIN timing b USING (round)
		  LEFT JOIN timing s ON s.name = scan AND s.round = a.round
		  LEFT JOIN timing t ON t.name = coalesce(divisor_scan, scan) AND t.round = a.round
		  WHERE a.name = dividend AND b.name = divisor) pair;
END;

-- what one call costs beside the scan that feeds it
CREATE FUNCTION add_time(title text, name text, scan text, calls bigint, unit text,
						 at_most float8 DEFAULT NULL) RETURNS void
LANGUAGE sql
BEGIN ATOMIC
	INSERT INTO figure (title, measured, lowest, highest, fastest, at_most, work)
	SELECT title, percentile_cont(0.5) WITHIN GROUP (ORDER BY (a - s) * scale),
		   min((a - s) * scale), max((a - s) * scale), (min(a) - min(s)) * min(scale), at_most,
		   format('%s ms', round(percentile_cont(0.5) WITHIN GROUP (ORDER BY a)))
	FROM (SELECT a.ms AS a, s.ms AS s, CASE unit WHEN 'ns' THEN 1e6 ELSE 1e3 END / calls AS scale
		  FROM timing a JOIN timing s USING (round)
		  WHERE a.name = add_time.name AND s.name = scan) pair;
END;

\o /dev/null

SELECT add_ratio('ab_ttest / sum', 'ab_ttest', 'sum', 1.35);
SELECT add_ratio('ab_ttest / GROUP BY', 'ab_ttest', 'group by', 0.5);
SELECT add_ratio('  the outcome as first column: / sum', 'ab_ttest, outcome first', 'sum, outcome first');
SELECT add_ratio('  the outcome as first column: / GROUP BY', 'ab_ttest, outcome first', 'group by, outcome first');
SELECT add_ratio('  outcomes of 0 and 1: / sum', 'ab_ttest, rates', 'sum, rates');
SELECT add_ratio('  outcomes of 0 and 1: / GROUP BY', 'ab_ttest, rates', 'group by, rates');

SELECT add_ratio('ab_ttest: one process / two', 'ab_ttest, alone', 'ab_ttest, two processes', at_least => 1.7);
SELECT add_ratio('  sum: one process / two', 'sum, alone', 'sum, two processes');

SELECT add_ratio('ab_assign / md5 of both names, net', 'ab_assign', 'md5', 0.35, scan => 'users');
SELECT add_ratio('  with the scan', 'ab_assign', 'md5');
SELECT add_ratio('ab_assign / md5 of a stored key, net', 'ab_assign', 'md5 of a key', 0.35, scan => 'users', divisor_scan => 'keys');
SELECT add_ratio('  with the scan', 'ab_assign', 'md5 of a key');
SELECT add_ratio('ab_assign / the SQL recipe, net', 'ab_assign', 'recipe', 1.0 / 15, scan => 'users');
SELECT add_ratio('  with the scan', 'ab_assign', 'recipe');
SELECT add_ratio('  that with md5 called once, net', 'ab_assign', 'tuned recipe', scan => 'users');
SELECT add_ratio('  that with the scan', 'ab_assign', 'tuned recipe');
SELECT add_time('  ab_assign, ns a row', 'ab_assign', 'users', 1000000, 'ns');

SELECT add_time('ab_sample_size, us a call', 'ab_sample_size', 'plans', 10000, 'us', 50);
SELECT add_time('  ab_power, us a call', 'ab_power', 'plans', 10000, 'us');
SELECT add_time('  ab_mde, us a call', 'ab_mde', 'plans', 10000, 'us');

\o

-- The size of a state in memory, which is not compressed.
INSERT INTO figure (title, measured, at_most, work)
SELECT 'state: octets an arm without its label', two - one - octet_length('treatment'), 64,
	   format('%s, one arm %s', two, one)
FROM (SELECT pg_column_size(ab_summary(outcome, variant)) AS two,
			 pg_column_size(ab_summary(outcome, variant) FILTER (WHERE variant = 'control')) AS one
	  FROM events) size;

INSERT INTO figure (title, measured, at_most, work)
SELECT format('state: octets at n = %s / at n = 100', large.n), large.size::float8 / small.size, 1,
	   format('%s / %s', large.size, small.size)
FROM (SELECT count(*) AS n, pg_column_size(ab_summary(outcome, variant)) AS size FROM events) large,
	 (SELECT pg_column_size(ab_summary(outcome, variant)) AS size
	  FROM (SELECT * FROM events LIMIT 100) head) small;

\pset border 0
\pset footer off
\pset null ''

SELECT title AS "figure (indented: for information)",
	   round(measured::numeric, 3) AS measured,
	   CASE WHEN at_most IS NOT NULL THEN 'at most ' || round(at_most::numeric, 3)::float8
			WHEN at_least IS NOT NULL THEN 'at least ' || at_least END AS "limit",
	   CASE WHEN measured <= at_most OR measured >= at_least THEN 'ok'
			WHEN measured > at_most THEN 'over'
			WHEN measured < at_least THEN 'under' END AS verdict,
	   round(lowest::numeric, 3) AS lowest,
	   round(highest::numeric, 3) AS highest,
	   round(fastest::numeric, 3) AS fastest,
	   work AS "median times or octets"
FROM figure
ORDER BY id;

SELECT text AS "remarks" FROM remark;
