/*
 * io.c
 *	  The text and the binary form of the stored types.
 *
 * The text form is JSON, the binary form every field in network order.  Both
 * are read from anybody, so nothing in them is trusted.
 */
#include "value/io.h"

#include <math.h>

#include "common/shortest_dec.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/numeric.h"

/*
 * Bytes that both types begin with: the varlena header, the version, the
 * number, flags, the number of arms and a reserve.
 */
#define HEADER_SIZE		16

/* What the binary form begins with: version to arms, rows without a variant. */
#define BINARY_HEADER	16

/*
 * An aligned, plain view of an argument of a stored type: the argument itself
 * where it is one, else a palloc'd copy.  ERROR XX001 if its version is not
 * that one.
 */
void *
AbDetoastStored(Datum datum, const char *type_name, int version)
{
	void	   *value = PG_DETOAST_DATUM(datum);
	int			found;

	if (VARSIZE(value) < HEADER_SIZE)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("%s value is damaged", type_name),
				 errdetail("It has %d bytes, fewer than its header.",
						   (int) VARSIZE(value))));
	found = *(uint8 *) VARDATA(value);
	if (found != version)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("%s value has an unknown version", type_name),
				 errdetail("It has version %d, this library reads version %d.",
						   found, version),
				 errhint("If a newer version of ab_test has written it, install that version.")));
	return value;
}

/* ----------------------------------------------------------------------
 * Text form: reading
 * ----------------------------------------------------------------------
 */

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

/*
 * Read a JSON true or false.
 */
bool
AbJsonBoolean(JsonbValue *value, bool *result)
{
	if (value == NULL || value->type != jbvBool)
		return false;
	*result = value->val.boolean;
	return true;
}

/*
 * Report softly why a text is not a value of the type.  Returns false.
 */
static bool
JsonFault(Node *context, const AbStoredType *type, const char *fault)
{
	ereturn(context, false,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid input syntax for type %s", type->name),
			 errdetail("%s", fault)));
}

/*
 * Read {"version": .., KEY: number, "unassigned": .., "arms": [..]} but the
 * arms' contents.  Returns false after a soft error.
 */
static bool
JsonHeader(Node *context, char *literal, const AbStoredType *type,
		   int64 *number, int64 *unassigned, JsonbContainer **arms)
{
	Datum		json;
	JsonbContainer *root;
	int64		version;
	const char *fault;

	if (!AbJsonbInput(literal, context, &json))
		return false;
	root = &DatumGetJsonbP(json)->root;

	if (!JsonContainerIsObject(root) || JsonContainerSize(root) != 4 ||
		!AbJsonCount(AbJsonMember(root, "version"), PG_INT16_MAX, &version) ||
		!AbJsonCount(AbJsonMember(root, type->number_key), PG_INT16_MAX, number) ||
		!AbJsonCount(AbJsonMember(root, "unassigned"), AB_MAX_OBSERVATIONS, unassigned) ||
		(*arms = AbJsonArray(AbJsonMember(root, "arms"), -1)) == NULL)
		return JsonFault(context, type,
						 psprintf("It must be an object with the keys version, %s, unassigned and arms.",
								  type->number_key));
	if (version != type->version)
		ereturn(context, false,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s", type->name),
				 errdetail("Version %d is not known.", (int) version),
				 errhint("It may have been written by a newer version of ab_test.")));
	if (JsonContainerSize(*arms) > (uint32) type->max_arms)
		ereturn(context, false,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many variants"),
				 errdetail("The limit is %d.", type->max_arms)));
	fault = type->number_fault(*number);
	return fault ? JsonFault(context, type, fault) : true;
}

/*
 * Read a JSON string as a label.  Returns false after a soft error.
 */
static bool
JsonLabel(Node *context, JsonbValue *value, const AbStoredType *type,
		  AbLabel *label)
{
	if (value == NULL || value->type != jbvString)
		return JsonFault(context, type,
						 "The key \"variant\" must be a string.");
	label->data = value->val.string.val;
	label->length = value->val.string.len;
	*label = AbServerToUtf8(*label);
	if (label->length > AB_MAX_LABEL_LENGTH)
		ereturn(context, false,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("invalid input syntax for type %s", type->name),
				 errdetail("A variant name is longer than %d bytes.",
						   AB_MAX_LABEL_LENGTH)));
	return true;
}

/*
 * Read a JSON array of that many counts of rows.
 */
static bool
JsonMissing(JsonbValue *value, int count, int64 *missing)
{
	JsonbContainer *array = AbJsonArray(value, count);

	if (array == NULL)
		return false;
	for (int i = 0; i < count; i++)
		if (!AbJsonCount(getIthJsonbValueFromContainer(array, i),
						 AB_MAX_OBSERVATIONS, &missing[i]))
			return false;
	return true;
}

/*
 * Read the i-th arm.  Returns false after a soft error.
 */
static bool
JsonArm(Node *context, JsonbValue *value, const AbStoredType *type,
		int number, void *parts, int i)
{
	AbArmHead  *head = (AbArmHead *) ((char *) parts + i * type->part_size);
	JsonbContainer *object;
	const char *fault;

	if (value == NULL || value->type != jbvBinary ||
		!JsonContainerIsObject(value->val.binary.data) ||
		JsonContainerSize(value->val.binary.data) != type->arm_keys)
		return JsonFault(context, type, type->arm_form);
	object = value->val.binary.data;

	if (!JsonLabel(context, AbJsonMember(object, "variant"), type,
				   &head->label))
		return false;
	if (!JsonMissing(AbJsonMember(object, "missing"),
					 type->missing_count(number), head->missing))
		return JsonFault(context, type,
						 psprintf("The key \"missing\" must be an array of whole numbers, not negative, of length %d.",
								  type->missing_count(number)));
	fault = type->json_arm(object, number, parts, i);
	return fault ? JsonFault(context, type, fault) : true;
}

/*
 * Why the arms, each right by itself, cannot make one value, or NULL.
 */
static const char *
ArmsFault(const AbStoredType *type, int number, const void *parts, int count)
{
	const char *fault = AbArmHeadsFault(parts, type->part_size, count);

	if (fault == NULL && type->arms_fault)
		fault = type->arms_fault(parts, count, number);
	return fault;
}

/*
 * The input function of a stored type: of its text form, with soft errors.
 */
Datum
AbStoredIn(FunctionCallInfo fcinfo, const AbStoredType *type)
{
	Node	   *context = fcinfo->context;
	JsonbContainer *arms;
	int64		number;
	int64		unassigned;
	void	   *parts;
	int			count;
	const char *fault;

	if (!JsonHeader(context, PG_GETARG_CSTRING(0), type, &number,
					&unassigned, &arms))
		PG_RETURN_NULL();

	count = JsonContainerSize(arms);
	parts = palloc0(Max(count, 1) * type->part_size);
	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!JsonArm(context, getIthJsonbValueFromContainer(arms, i), type,
					 number, parts, i))
			PG_RETURN_NULL();
	}
	fault = ArmsFault(type, number, parts, count);
	if (fault)
	{
		JsonFault(context, type, fault);
		PG_RETURN_NULL();
	}
	PG_RETURN_POINTER(type->build(number, unassigned, parts, count));
}

/* ----------------------------------------------------------------------
 * Text form: writing
 * ----------------------------------------------------------------------
 */

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
 * Append what is in front of the arms.
 */
void
AbAppendStart(StringInfo buf, const AbStoredType *type, int number,
			  int64 unassigned)
{
	appendStringInfo(buf, "{\"version\": %d, \"%s\": %d, \"unassigned\": " INT64_FORMAT ", \"arms\": [",
					 type->version, type->number_key, number, unassigned);
}

/*
 * Append the beginning of the i-th arm: its label, after which come its other
 * keys, each after a comma, and a brace.
 */
void
AbAppendLabel(StringInfo buf, int i, AbLabel label)
{
	appendStringInfoString(buf, i > 0 ? ", {\"variant\": " : "{\"variant\": ");
	escape_json(buf, AbLabelToServer(label));
}

/*
 * The counts of the rows of an arm that were left out, as a palloc'd JSON
 * array.
 */
char *
AbMissingJson(const int64 *missing, int count)
{
	StringInfoData json;

	initStringInfo(&json);
	for (int i = 0; i < count; i++)
		appendStringInfo(&json, "%s" INT64_FORMAT, i > 0 ? ", " : "[",
						 missing[i]);
	appendStringInfoChar(&json, ']');
	return json.data;
}

/*
 * Append the counts of the rows of an arm that were left out.
 */
void
AbAppendMissing(StringInfo buf, const int64 *missing, int count)
{
	char	   *json = AbMissingJson(missing, count);

	appendStringInfo(buf, ", \"missing\": %s", json);
	pfree(json);
}

/*
 * Append what is behind the arms.
 */
void
AbAppendEnd(StringInfo buf)
{
	appendStringInfoString(buf, "]}");
}

/* ----------------------------------------------------------------------
 * Binary form: reading
 * ----------------------------------------------------------------------
 */

/*
 * ERROR 22P03 with that detail.
 */
static void
BadBinary(const AbStoredType *type, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid binary representation of type %s", type->name),
			 errdetail("%s", detail)));
}

/*
 * ERROR 22P03 unless the message has that many bytes left.
 */
void
AbCheckBytesLeft(StringInfo buf, Size bytes, const AbStoredType *type)
{
	if ((Size) (buf->len - buf->cursor) < bytes)
		BadBinary(type, "The value is shorter than it says.");
}

/*
 * Read a number of rows.  ERROR 22P03 if it is out of range.
 */
static int64
BinaryCount(StringInfo buf, const AbStoredType *type)
{
	int64		count = pq_getmsgint64(buf);

	if (count < 0 || count > AB_MAX_OBSERVATIONS)
		BadBinary(type, "The number of rows left out is out of range.");
	return count;
}

/*
 * Read the version, the number, the number of arms and that of rows without a
 * variant.
 */
static void
BinaryHeader(StringInfo buf, const AbStoredType *type, int *number,
			 int64 *unassigned, int *count)
{
	const char *fault;
	uint32		arms;

	AbCheckBytesLeft(buf, BINARY_HEADER, type);
	if (pq_getmsgbyte(buf) != type->version)
		BadBinary(type, "Its version is not known.");
	*number = pq_getmsgbyte(buf);
	fault = type->number_fault(*number);
	if (fault)
		BadBinary(type, fault);
	if (pq_getmsgint(buf, 2) != 0)
		BadBinary(type, "It has unknown flags.");
	arms = pq_getmsgint(buf, 4);
	AbCheckVariantCount(arms, type->max_arms);
	*count = arms;
	*unassigned = BinaryCount(buf, type);
}

/*
 * Read a label: its length and its bytes, which stay in the message.  ERROR
 * 22P03 unless it is UTF-8 (in a SQL_ASCII database: any bytes but zero).
 */
static AbLabel
BinaryLabel(StringInfo buf, const AbStoredType *type)
{
	AbLabel		label;

	AbCheckBytesLeft(buf, 2, type);
	label.data = NULL;
	label.length = (uint16) pq_getmsgint(buf, 2);
	if (label.length > AB_MAX_LABEL_LENGTH)
		AbLabelTooLong(label);
	AbCheckBytesLeft(buf, label.length, type);
	label.data = pq_getmsgbytes(buf, label.length);

	if (memchr(label.data, '\0', label.length) != NULL)
		BadBinary(type, "A variant name contains a zero byte.");
	if (GetDatabaseEncoding() != PG_SQL_ASCII)
	{
		if (!pg_verify_mbstr(PG_UTF8, label.data, label.length, true))
			BadBinary(type, "A variant name is not valid UTF-8.");
		/* raises an error if this database cannot show it */
		pfree(AbLabelToServer(label));
	}
	return label;
}

/*
 * Read the i-th arm.  Its label stays in the message.
 */
static void
BinaryArm(StringInfo buf, const AbStoredType *type, int number, void *parts,
		  int i)
{
	AbArmHead  *head = (AbArmHead *) ((char *) parts + i * type->part_size);
	const char *fault;

	head->label = BinaryLabel(buf, type);
	AbCheckBytesLeft(buf, 2 + 8 * type->missing_count(number), type);
	head->flags = (uint16) pq_getmsgint(buf, 2);
	for (int j = 0; j < type->missing_count(number); j++)
		head->missing[j] = BinaryCount(buf, type);
	fault = type->binary_arm(buf, number, parts, i);
	if (fault)
		BadBinary(type, fault);
}

/*
 * The receive function of a stored type: of its binary form, as strict as
 * AbStoredIn().
 */
Datum
AbStoredRecv(FunctionCallInfo fcinfo, const AbStoredType *type)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	void	   *parts;
	const char *fault;
	int64		unassigned;
	int			number;
	int			count;

	BinaryHeader(buf, type, &number, &unassigned, &count);
	parts = palloc0(Max(count, 1) * type->part_size);
	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		BinaryArm(buf, type, number, parts, i);
	}
	fault = ArmsFault(type, number, parts, count);
	if (fault)
		BadBinary(type, fault);
	if (buf->cursor != buf->len)
		BadBinary(type, "The value is longer than it says.");

	PG_RETURN_POINTER(type->build(number, unassigned, parts, count));
}

/* ----------------------------------------------------------------------
 * Binary form: writing
 * ----------------------------------------------------------------------
 */

/*
 * Write what is in front of the arms.
 */
void
AbSendStart(StringInfo buf, const AbStoredType *type, int number,
			int64 unassigned, int arms)
{
	pq_begintypsend(buf);
	pq_sendbyte(buf, type->version);
	pq_sendbyte(buf, number);
	pq_sendint16(buf, 0);		/* flags: reserved */
	pq_sendint32(buf, arms);
	pq_sendint64(buf, unassigned);
}

/*
 * Write the beginning of an arm.
 */
void
AbSendHead(StringInfo buf, const AbStoredType *type, int number, AbLabel label,
		   int flags, const int64 *missing)
{
	pq_sendint16(buf, label.length);
	pq_sendbytes(buf, label.data, label.length);
	pq_sendint16(buf, flags);
	for (int i = 0; i < type->missing_count(number); i++)
		pq_sendint64(buf, missing[i]);
}
