\getenv srcdir PG_ABS_SRCDIR
\i :srcdir/sql/setup.sql
-- No name is ambiguous where the types of a call are not known: literals, NULL and the parameters of a driver.
-- What each call means is in the second column: the types that a prepared statement gives its parameters.
CREATE FUNCTION meaning(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	types text;
BEGIN
	EXECUTE 'PREPARE asked AS SELECT ' || call;
	SELECT parameter_types::text INTO types FROM pg_prepared_statements WHERE name = 'asked';
	DEALLOCATE asked;
	RETURN types;
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate || ': ' || sqlerrm;
END $$;
SELECT call, meaning(call) FROM unnest(ARRAY[
	-- a test that is an aggregate and a reader
	'ab_ttest(1, ''a'')', 'ab_ttest(1.5, $1)', 'ab_ttest(true, $1)', 'ab_ttest(1, 2)', 'ab_ttest(true, false)',
	'ab_ttest(1, ''a'', ''b'')', 'ab_ttest($1, ''a'', ''b'', 0.01)', 'ab_ttest($1, control => ''a'')',
	'ab_welch_ttest(1, ''a'')', 'ab_welch_ttest(true, $1)', 'ab_welch_ttest(1, ''a'', $1)',
	'ab_ztest($1, 15)', 'ab_ztest($1, 15, $2)',
	'ab_cuped(1, 2, ''a'')', 'ab_cuped($1, $2, $3)', 'ab_cuped($1, ''a'', ''b'')', 'ab_cuped(NULL, NULL, NULL)',
	'ab_cuped($1)', 'ab_cuped($1, control => $2)', 'ab_cuped($1, ''a'', ''b'', 0.01)',
	'ab_ratio(1, 2, ''a'')', 'ab_ratio($1, $2, $3)', 'ab_ratio($1)', 'ab_ratio($1, ''a'', ''b'', alpha => $2)',
	'ab_proportion_test(true, ''a'')', 'ab_proportion_test(true, $1)', 'ab_proportion_test($1, $2)',
	'ab_proportion_test($1)', 'ab_proportion_test($1, ''a'', ''b'')', 'ab_proportion_test($1, method => $2)',
	'ab_poisson_test(1, 2, ''a'')', 'ab_poisson_test($1, $2, $3)', 'ab_poisson_test($1, method => ''score'')',
	'ab_paired_ttest(1, 2)', 'ab_paired_ttest(true, false)', 'ab_paired_ttest($1)', 'ab_paired_ttest($1, 0.01)',
	'ab_ttest($1, ''a'', ''b'', 0.01, $2, true, $3)', 'ab_compare($1, lift_method => $2)',
	'ab_cuped($1, theta_value => $2)', 'ab_ratio_cuped($1, lift_base => $2)', 'ab_ratio($1, lift_method => ''log'')',
	'ab_paired_ttest($1, lift_method => $2)',
	'ab_chisquare_test($1)', 'ab_chisquare_test($1, $2)', 'ab_chisquare_test(''{{1,2},{3,4}}'')',
	'ab_chisquare_test(ARRAY[[1, 2], [3, 4]], ''yates'')', 'ab_chisquare_test(ab_make_summary(''a'', 5, 2))',
	'ab_chisquare_test(NULL)', 'ab_chisquare_test(summary => $1)', 'ab_chisquare_test(observed => $1)',
	'ab_mannwhitney(1, $1)', 'ab_mannwhitney($1, control => ''a'')', 'ab_wilcoxon(1, 2)', 'ab_wilcoxon($1)',
	-- collecting
	'ab_summary(1, $1)', 'ab_summary(1, 2)', 'ab_summary(1.5, true)', 'ab_summary(1, 2, $1)', 'ab_summary(1, $1, $2)',
	'ab_summary(true, 7::smallint)', 'ab_summary(1, ''a''::name)', 'ab_summary(1, ''a''::varchar(3))',
	'ab_histogram(1, $1)', 'ab_histogram(1, 2)', 'ab_histogram(1, true)', 'ab_histogram(1, ''a'', $1)',
	'ab_make_summary($1, $2, $3)', 'ab_make_summary($1, $2, $3, $4)', 'ab_make_summary(''a'', 5, 2)',
	'ab_make_summary(''a'', $1, 2)', 'ab_make_summary(''a'', 5, $1, $2)', 'ab_make_summary(''a'', 5::bigint, $1, $2)',
	'ab_make_summary(''a'', sum(1), sum(2))', 'ab_make_summary(''a'', count(*), avg(1), stddev_samp(1))',
	'ab_make_summary($1, NULL, NULL)', 'ab_make_summary(NULL, NULL, NULL, NULL)',
	'ab_make_summary($1, n => $2, successes => $3)',
	'ab_frequency_summary($1, $2, $3)', 'ab_frequency_summary(1, 2, ''a'')', 'ab_frequency_summary(1, 2::bigint, $1)',
	'ab_frequency_histogram($1, $2, $3)', 'ab_frequency_histogram(1, 2.0, NULL)', 'ab_column($1, $2)',
	'ab_column($1, 1)',
	-- split
	'ab_srm(''{6200,1550}'')', 'ab_srm($1)', 'ab_srm($1, $2)', 'ab_srm(''{6200,1550}'', ''{0.8,0.2}'')', 'ab_srm(NULL)',
	'ab_srm(ARRAY[6200, 1550])', 'ab_srm(ARRAY[6200, 1550], ''{0.8,0.2}'', 0.01)', 'ab_srm(ARRAY[sum(1), sum(2)])',
	'ab_srm(ab_make_summary(''a'', 5, 2))', 'ab_srm($1, ''{a,b}'', ''{0.8,0.2}'', 0.01)',
	-- assignment and planning
	'ab_assign(''e'', ''1'')', 'ab_assign(''e'', $1)', 'ab_assign(''e'', $1, 0.2)', 'ab_assign(''e'', 1)',
	'ab_bucket(''e'', $1)', 'ab_sample_size(0.1, 0.02)', 'ab_sample_size($1, $2)', 'ab_power($1, $2, $3)',
	'ab_mde($1, $2)']) call;
-- and what they mean is right: the text of a summary, of an array
SELECT note FROM (SELECT ab_summary(1, 2, 'a')::text AS s) q, ab_cuped(s, 'a', 'b');
SELECT variants, n FROM ab_srm('{6200,1550}');
SELECT error_of($$SELECT ab_srm('6200')$$) AS no_array, error_of($$SELECT ab_ratio('x', 'a', 'b')$$) AS no_summary;
-- a whole number or a boolean is called by its text
SELECT n, mean, variant FROM (SELECT ab_summary(x, x % 3 - 1) s FROM generate_series(1, 6) x) q, ab_arms(s);
SELECT n, mean, variant FROM (SELECT ab_summary(x > 4, x > 3) s FROM generate_series(1, 6) x) q, ab_arms(s);
SELECT ab_summary(x, x % 2)::text = ab_summary(x, (x % 2)::text)::text AS bigint,
	   ab_summary(x, x > 2)::text = ab_summary(x, (x > 2)::text)::text AS boolean,
	   ab_summary(x > 3, x % 2)::text = ab_summary(x > 3, (x % 2)::text)::text AS bigint_of_boolean,
	   ab_summary(x > 3, x > 2)::text = ab_summary(x > 3, (x > 2)::text)::text AS boolean_of_boolean,
	   ab_histogram(x, x % 2)::text = ab_histogram(x, (x % 2)::text)::text AS histogram_by_bigint,
	   ab_histogram(x, x > 2)::text = ab_histogram(x, (x > 2)::text)::text AS histogram_by_boolean
FROM generate_series(1, 6) x;
SELECT variant FROM (SELECT ab_summary(1, v) s FROM (VALUES (9223372036854775807), ((-9223372036854775808)::bigint),
	(0), (NULL)) t(v)) q, ab_arms(s);
-- none of them is a control by itself
SELECT error_of($$SELECT ab_ttest(x, x % 2) FROM generate_series(1, 6) x$$);
SELECT control, treatment, diff FROM (SELECT ab_summary(x, x % 2) s FROM generate_series(1, 6) x) q,
	ab_ttest(s, control => '0');
DROP FUNCTION meaning;
