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
#include "utils/memutils.h"

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
 * What a call reads, and where it says why it cannot: nowhere in the first
 * attempt.
 */
typedef struct Reading
{
	const AbStoredType *type;
	Node	   *context;
	bool		report;
} Reading;

/*
 * Report softly why a text is not a value of the type.  Returns false.
 */
static bool
JsonFault(const Reading *reading, const char *fault)
{
	if (!reading->report)
		return false;
	ereturn(reading->context, false,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid input syntax for type %s", reading->type->name),
			 errdetail("%s", fault)));
}

/*
 * Read {"version": .., KEY: number, "unassigned": .., "arms": [..]} but the
 * arms.  Returns false after a soft error.
 */
static bool
JsonHeader(const Reading *reading, const char *text, int64 *number,
		   int64 *unassigned, AbJson *arms)
{
	const AbStoredType *type = reading->type;
	AbJsonObject root;
	int64		version;
	const char *fault;

	if (!AbReadJsonObject(AbJsonRoot(text), &root) || root.count != 4 ||
		!AbJsonCount(AbJsonMember(&root, "version"), PG_INT16_MAX, &version) ||
		!AbJsonCount(AbJsonMember(&root, type->number_key), PG_INT16_MAX, number) ||
		!AbJsonCount(AbJsonMember(&root, "unassigned"), AB_MAX_OBSERVATIONS, unassigned) ||
		!AbFirstJsonElement(arms, AbJsonMember(&root, "arms")))
		return JsonFault(reading,
						 psprintf("It must be an object with the keys version, %s, unassigned and arms.",
								  type->number_key));
	if (version != type->version)
	{
		if (!reading->report)
			return false;
		ereturn(reading->context, false,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s", type->name),
				 errdetail("Version %d is not known.", (int) version),
				 errhint("It may have been written by a newer version of ab_test.")));
	}
	fault = type->number_fault(*number);
	return fault ? JsonFault(reading, fault) : true;
}

/*
 * Find the arms, which are palloc'd.  Returns their number, or -1 after a soft
 * error.
 */
static int
JsonArms(const Reading *reading, AbJson rest, AbJson **arms)
{
	const int	limit = reading->type->max_arms;
	int			room = 4;
	int			count = 0;

	*arms = (AbJson *) palloc(room * sizeof(AbJson));
	while (rest.start < rest.end)
	{
		if (count == limit)
		{
			if (!reading->report)
				return -1;
			ereturn(reading->context, -1,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("too many variants"),
					 errdetail("The limit is %d.", limit)));
		}
		if (count == room)
		{
			room *= 2;
			*arms = (AbJson *) repalloc(*arms, room * sizeof(AbJson));
		}
		if (!AbNextJsonElement(&rest, &(*arms)[count++]))
		{
			(void) JsonFault(reading, reading->type->arm_form);
			return -1;
		}
	}
	return count;
}

/*
 * Read a string as a label.  Returns false after a soft error.
 */
static bool
JsonLabel(const Reading *reading, AbJson value, AbLabel *label)
{
	if (!AbJsonString(value, label))
		return JsonFault(reading, "The key \"variant\" must be a string.");
	*label = AbServerToUtf8(*label);
	if (label->length > AB_MAX_LABEL_LENGTH)
	{
		if (!reading->report)
			return false;
		ereturn(reading->context, false,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("invalid input syntax for type %s", reading->type->name),
				 errdetail("A variant name is longer than %d bytes.",
						   AB_MAX_LABEL_LENGTH)));
	}
	return true;
}

/*
 * Read an array of that many counts of rows.
 */
static bool
JsonMissing(AbJson value, int count, int64 *missing)
{
	AbJson		rest;
	int			i = 0;

	if (!AbFirstJsonElement(&rest, value))
		return false;
	for (; rest.start < rest.end; i++)
		if (i == count ||
			!AbNextJsonCount(&rest, AB_MAX_OBSERVATIONS, &missing[i]))
			return false;
	return i == count;
}

/*
 * Read the i-th arm.  Returns false after a soft error.
 */
static bool
JsonArm(const Reading *reading, AbJson value, int number, void *parts, int i)
{
	const AbStoredType *type = reading->type;
	AbArmHead  *head = (AbArmHead *) ((char *) parts + i * type->part_size);
	AbJsonObject object;
	const char *fault;

	if (!AbReadJsonObject(value, &object) || object.count != type->arm_keys)
		return JsonFault(reading, type->arm_form);
	if (!JsonLabel(reading, AbJsonMember(&object, "variant"), &head->label))
		return false;
	if (!JsonMissing(AbJsonMember(&object, "missing"),
					 type->missing_count(number), head->missing))
		return JsonFault(reading,
						 psprintf("The key \"missing\" must be an array of whole numbers, not negative, of length %d.",
								  type->missing_count(number)));
	fault = type->json_arm(&object, number, parts, i);
	return fault ? JsonFault(reading, fault) : true;
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
 * The value that a text says, or NULL after a soft error.
 */
static void *
ReadText(const Reading *reading, const char *text)
{
	const AbStoredType *type = reading->type;
	AbJson		list;
	AbJson	   *arms;
	int64		number;
	int64		unassigned;
	void	   *parts;
	int			count;
	const char *fault;

	if (!JsonHeader(reading, text, &number, &unassigned, &list))
		return NULL;
	count = JsonArms(reading, list, &arms);
	if (count < 0)
		return NULL;

	parts = palloc0(Max(count, 1) * type->part_size);
	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!JsonArm(reading, arms[i], number, parts, i))
			return NULL;
	}
	fault = ArmsFault(type, number, parts, count);
	if (fault)
	{
		(void) JsonFault(reading, fault);
		return NULL;
	}
	return type->build(number, unassigned, parts, count);
}

/*
 * The input function of a stored type: of its text form, with soft errors.
 *
 * What is not read as it stands is parsed by the server, whose error a text
 * that is not JSON gets, and read as the server writes it: with each key once
 * and numbers and strings in their plainest form.
 */
Datum
AbStoredIn(FunctionCallInfo fcinfo, const AbStoredType *type)
{
	char	   *text = PG_GETARG_CSTRING(0);
	Reading		reading = {type, fcinfo->context, false};
	MemoryContext old = CurrentMemoryContext;
	MemoryContext scratch = AllocSetContextCreate(old, "ab_test text",
												  ALLOCSET_DEFAULT_SIZES);
	void	   *value;
	Datum		json;

	MemoryContextSwitchTo(scratch);
	value = ReadText(&reading, text);
	MemoryContextSwitchTo(old);
	if (value)
		value = memcpy(palloc(VARSIZE(value)), value, VARSIZE(value));
	MemoryContextDelete(scratch);

	/* a soft error stays with the caller */
	if (value == NULL && AbJsonbInput(text, reading.context, &json))
	{
		reading.report = true;
		value = ReadText(&reading,
						 DatumGetCString(DirectFunctionCall1(jsonb_out, json)));
	}
	if (value == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(value);
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
	enlargeStringInfo(buf, DOUBLE_SHORTEST_DECIMAL_LEN);
	buf->len += double_to_shortest_decimal_buf(value, buf->data + buf->len);
}

/*
 * Append a whole number.
 */
void
AbAppendCount(StringInfo buf, int64 count)
{
	enlargeStringInfo(buf, MAXINT8LEN + 1);
	buf->len += pg_lltoa(count, buf->data + buf->len);
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
