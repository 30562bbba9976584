-- the stored histogram: type and input and output

CREATE TYPE ab_histogram;

CREATE FUNCTION ab_histogram_in(cstring) RETURNS ab_histogram
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ab_histogram_in(cstring) IS 'I/O';

CREATE FUNCTION ab_histogram_out(ab_histogram) RETURNS cstring
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ab_histogram_out(ab_histogram) IS 'I/O';

CREATE FUNCTION ab_histogram_recv(internal) RETURNS ab_histogram
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ab_histogram_recv(internal) IS 'I/O';

CREATE FUNCTION ab_histogram_send(ab_histogram) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ab_histogram_send(ab_histogram) IS 'I/O';

CREATE TYPE ab_histogram (
	INPUT = ab_histogram_in,
	OUTPUT = ab_histogram_out,
	RECEIVE = ab_histogram_recv,
	SEND = ab_histogram_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = extended,
	CATEGORY = 'N'
);
COMMENT ON TYPE ab_histogram IS
	'per variant: name, and how often each value occurred, exactly or to a number of significand bits';
