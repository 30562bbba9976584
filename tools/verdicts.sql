-- What a suite found, and its count.

SELECT CASE WHEN passed THEN 'ok      ' || name ELSE format(E'not ok  %s\n%s', name, got) END FROM verdict ORDER BY id;
SELECT format('%s: %s passed, %s failed', :'suite', count(*) FILTER (WHERE passed), count(*) FILTER (WHERE NOT passed))
FROM verdict;
