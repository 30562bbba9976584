-- the stored summary: type and input and output

CREATE TYPE ab_summary;

CREATE FUNCTION ab_summary_in(cstring) RETURNS ab_summary
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ab_summary_in(cstring) IS 'I/O';

CREATE FUNCTION ab_summary_out(ab_summary) RETURNS cstring
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ab_summary_out(ab_summary) IS 'I/O';

CREATE FUNCTION ab_summary_recv(internal) RETURNS ab_summary
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ab_summary_recv(internal) IS 'I/O';

CREATE FUNCTION ab_summary_send(ab_summary) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ab_summary_send(ab_summary) IS 'I/O';

-- Numbers are its category so that of two functions that differ in float8 and
-- ab_summary, such as ab_sample_size(), a call with arguments of no known type
-- (literals, a driver's parameters) means float8, the preferred type there.
CREATE TYPE ab_summary (
	INPUT = ab_summary_in,
	OUTPUT = ab_summary_out,
	RECEIVE = ab_summary_recv,
	SEND = ab_summary_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = extended,
	CATEGORY = 'N'
);
COMMENT ON TYPE ab_summary IS
	'per variant: name, number of rows, means and centred second moments of 1, 2 or 4 columns';
