/*
 * io.c
 *	  What the input and output functions of the stored types share.
 *
 * The text form is JSON, the binary form every field in network order.  Both
 * are read from anybody, so nothing in them is trusted.
 */
#include "value/io.h"

#include <math.h>

#include "common/shortest_dec.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

/* the fault that is a limit, not a syntax error */
static const char label_fault[] = "A variant name is longer than 1024 bytes.";

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
	return label->length > AB_MAX_LABEL_LENGTH ? label_fault : NULL;
}

/*
 * Report softly why a text is not a value of the type; returns what its input
 * function then returns.
 */
Datum
AbJsonFault(Node *context, const AbStoredForm *form, const char *fault)
{
	ereturn(context, (Datum) 0,
			(errcode(fault == label_fault ? ERRCODE_PROGRAM_LIMIT_EXCEEDED :
					 ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid input syntax for type %s", form->type_name),
			 errdetail("%s", fault)));
}

/*
 * Read the text of a value, {"version": .., KEY: number, "arms": [..]}, as far
 * as its number, from 0 on, and its arms.  Returns false after a soft error.
 */
bool
AbJsonStored(Node *context, char *literal, const AbStoredForm *form,
			 int64 *number, JsonbContainer **arms)
{
	Datum		json;
	JsonbContainer *root;
	int64		version;

	if (!AbJsonbInput(literal, context, &json))
		return false;
	root = &DatumGetJsonbP(json)->root;

	if (!JsonContainerIsObject(root) || JsonContainerSize(root) != 3 ||
		!AbJsonCount(AbJsonMember(root, "version"), PG_INT16_MAX, &version) ||
		!AbJsonCount(AbJsonMember(root, form->key), PG_INT16_MAX, number) ||
		(*arms = AbJsonArray(AbJsonMember(root, "arms"), -1)) == NULL)
	{
		AbJsonFault(context, form,
					psprintf("It must be an object with the keys version, %s and arms.",
							 form->key));
		return false;
	}
	if (version != form->version)
		ereturn(context, false,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s", form->type_name),
				 errdetail("Version %d is not known.", (int) version),
				 errhint("It may have been written by a newer version of ab_test.")));
	if (JsonContainerSize(*arms) > (uint32) form->max_arms)
		ereturn(context, false,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many variants"),
				 errdetail("The limit is %d.", form->max_arms)));
	return true;
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
