/*
 * storage.c
 *	  What the input and output functions of the stored types share.
 *
 * The text form is JSON, the binary form every field in network order.  Both
 * are read from anybody, so nothing in them is trusted.
 */
#include "storage.h"

#include <math.h>

#include "common/shortest_dec.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

/* the fault that is a limit, not a syntax error */
const char	AbLabelFault[] = "A variant name is longer than 1024 bytes.";

/*
 * Append a double so that reading it back gives the same bits, whatever
 * extra_float_digits says.
 */
void
AbAppendDouble(StringInfo buf, double value)
{
	char		digits[DOUBLE_SHORTEST_DECIMAL_LEN];

	double_to_shortest_decimal_buf(value, digits);
	appendStringInfoString(buf, digits);
}

/*
 * Value of a key of a JSON object, or NULL.
 */
JsonbValue *
AbJsonMember(JsonbContainer *object, const char *key)
{
	return getKeyJsonValueFromContainer(object, key, strlen(key), NULL);
}

/*
 * The JSON array behind a value, if it is one of that many elements (any
 * number if negative), else NULL.
 */
JsonbContainer *
AbJsonArray(JsonbValue *value, int count)
{
	if (value == NULL || value->type != jbvBinary ||
		!JsonContainerIsArray(value->val.binary.data) ||
		JsonContainerIsScalar(value->val.binary.data))
		return NULL;
	if (count >= 0 && JsonContainerSize(value->val.binary.data) != (uint32) count)
		return NULL;
	return value->val.binary.data;
}

/*
 * Read a JSON integer in [0, maximum].
 */
bool
AbJsonCount(JsonbValue *value, int64 maximum, int64 *result)
{
	char	   *digits;
	bool		whole;

	if (value == NULL || value->type != jbvNumeric)
		return false;
	digits = DatumGetCString(DirectFunctionCall1(numeric_out,
												 NumericGetDatum(value->val.numeric)));
	/* strspn() refuses signs and fractions, the length anything too long */
	whole = strspn(digits, "0123456789") == strlen(digits) &&
		strlen(digits) <= 18;
	if (whole)
		*result = strtoll(digits, NULL, 10);
	pfree(digits);
	return whole && *result <= maximum;
}

/*
 * Read a JSON number as the nearest finite double.
 */
bool
AbJsonDouble(JsonbValue *value, double *result)
{
	if (value == NULL || value->type != jbvNumeric)
		return false;
	*result = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow,
												 NumericGetDatum(value->val.numeric)));
	return isfinite(*result);
}

bool
AbJsonBoolean(JsonbValue *value, bool *result)
{
	if (value == NULL || value->type != jbvBool)
		return false;
	*result = value->val.boolean;
	return true;
}

/*
 * Read a JSON string as a label.  Returns NULL or why it is not one.
 */
const char *
AbJsonLabel(JsonbValue *value, AbLabel *label)
{
	if (value == NULL || value->type != jbvString)
		return "The key \"variant\" must be a string.";
	label->length = value->val.string.len;
	label->data = value->val.string.val;
	*label = AbServerToUtf8(*label);
	return label->length > AB_MAX_LABEL_LENGTH ? AbLabelFault : NULL;
}

/*
 * SQLSTATE of a text that has that fault.
 */
int
AbFaultCode(const char *fault)
{
	return fault == AbLabelFault ? ERRCODE_PROGRAM_LIMIT_EXCEEDED :
		ERRCODE_INVALID_TEXT_REPRESENTATION;
}

/*
 * ERROR 22P03 with that detail.
 */
void
AbBadBinary(const char *type_name, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid binary representation of type %s", type_name),
			 errdetail("%s", detail)));
}

/*
 * ERROR 22P03 unless the message has that many bytes left.
 */
void
AbCheckBytesLeft(StringInfo buf, Size bytes, const char *type_name)
{
	if ((Size) (buf->len - buf->cursor) < bytes)
		AbBadBinary(type_name, "The value is shorter than it says.");
}

/*
 * Read a label: its length and its bytes, which stay in the message.  ERROR
 * 22P03 unless it is UTF-8 (in a SQL_ASCII database: any bytes but zero).
 */
AbLabel
AbReceiveLabel(StringInfo buf, const char *type_name)
{
	AbLabel		label;

	AbCheckBytesLeft(buf, 2, type_name);
	label.data = NULL;
	label.length = (uint16) pq_getmsgint(buf, 2);
	if (label.length > AB_MAX_LABEL_LENGTH)
		AbLabelTooLong(label);
	AbCheckBytesLeft(buf, label.length, type_name);
	label.data = pq_getmsgbytes(buf, label.length);

	if (memchr(label.data, '\0', label.length) != NULL)
		AbBadBinary(type_name, "A variant name contains a zero byte.");
	if (GetDatabaseEncoding() != PG_SQL_ASCII)
	{
		if (!pg_verify_mbstr(PG_UTF8, label.data, label.length, true))
			AbBadBinary(type_name, "A variant name is not valid UTF-8.");
		/* raises an error if this database cannot show it */
		pfree(AbLabelToServer(label));
	}
	return label;
}
