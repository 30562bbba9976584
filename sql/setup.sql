\set ECHO none
-- What the tests share.  Each test includes this file, so that it runs alone,
-- and by the path that pg_regress gives, so that it runs from any directory:
--
--     \getenv srcdir PG_ABS_SRCDIR
--     \i :srcdir/sql/setup.sql

-- SQLSTATE, message, detail and hint of a query that fails.
CREATE OR REPLACE FUNCTION error_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
	hint text;
BEGIN
	EXECUTE query;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN rtrim(concat_ws(' | ', sqlstate || ': ' || sqlerrm, detail, hint), ' |');
END $$;

-- Equal to within a relative error; NULL is close to NULL only, 0 to 0 only.
CREATE OR REPLACE FUNCTION close(got float8, wanted float8, tolerance float8 DEFAULT 1e-12) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT CASE WHEN wanted IS NULL OR got IS NULL THEN got IS NULL AND wanted IS NULL
				WHEN wanted = 0 THEN got = 0 ELSE abs(got / wanted - 1) < tolerance END
$$;

CREATE OR REPLACE FUNCTION all_close(got float8[], wanted float8[], tolerance float8 DEFAULT 1e-12) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT array_length(got, 1) = array_length(wanted, 1) AND bool_and(close(g, w, tolerance))
	FROM unnest(got, wanted) t(g, w)
$$;

-- What of a row is not as wanted: nothing, or the columns with what they hold and what they should.  Numbers
-- are compared by close(), some columns with a tolerance of their own.
CREATE OR REPLACE FUNCTION wrong(got jsonb, wanted jsonb, tolerance float8 DEFAULT 1e-12, loose jsonb DEFAULT '{}')
RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT string_agg(CASE WHEN NOT got ? key THEN 'no column ' || key
						   WHEN numbers THEN format('%s: %s instead of %s', key, (got ->> key)::float8, number::float8)
						   ELSE format('%s: %s instead of %s', key, got -> key, value) END, ', ' ORDER BY key)
	FROM jsonb_each(wanted),
		LATERAL (SELECT jsonb_typeof(got -> key) = 'number' AND jsonb_typeof(value) = 'number', value #>> '{}')
			t(numbers, number)
	WHERE CASE WHEN numbers THEN NOT close((got ->> key)::float8, number::float8,
										   coalesce((loose ->> key)::float8, tolerance))
			   ELSE (got -> key) IS DISTINCT FROM value END
$$;

-- Does an interval exclude the value?  An end that is NULL is open; no end at all is no interval.
CREATE OR REPLACE FUNCTION excludes(low float8, high float8, value float8 DEFAULT 0) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT CASE WHEN num_nonnulls(low, high) > 0 THEN coalesce(low > value, false) OR coalesce(high < value, false) END
$$;

-- Control and treatment by n, mean and standard deviation.
CREATE OR REPLACE FUNCTION arms(nc bigint, mc float8, sc float8, nt bigint, mt float8, st float8) RETURNS ab_summary
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT ab_summary_combine(ab_make_summary('control', nc, mc, sc), ab_make_summary('treatment', nt, mt, st))
$$;

-- Control and treatment by successes and n.
CREATE OR REPLACE FUNCTION counts(xc bigint, nc bigint, xt bigint, nt bigint) RETURNS ab_summary
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT ab_summary_combine(ab_make_summary('control', nc, xc), ab_make_summary('treatment', nt, xt))
$$;
\set ECHO all
