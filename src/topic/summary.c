/*
 * summary.c
 *	  The type ab_summary: per variant the label, the number of rows and the
 *	  moments of 1, 2 or 4 columns.
 *
 * It is the transition type of every aggregate of means, and an ordinary
 * storable type: what an aggregate collects, a parallel worker ships, a table
 * keeps and a reader decides from is the same flat value.  Its layout is in
 * summary.h.
 *
 * The empty summary and NULL are the identity of merging.
 */
#include "base/comparison.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "math/proportions.h"
#include "value/io.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/tuplestore.h"

AB_MODULE_MAGIC;

/* attributes of the SQL type ab_arm */
#define AB_ARM_ATTRIBUTES	11

/* half width of a 95% interval, in standard errors */
#define NORMAL_975			1.959963984540054

static const char type_name[] = "ab_summary";

static const AbStoredForm form = {
	type_name, AB_SUMMARY_VERSION, "columns", AB_MAX_VARIANTS
};

/* ----------------------------------------------------------------------
 * Labels
 * ----------------------------------------------------------------------
 */

/*
 * Order of labels: by bytes, a prefix first.  Never a collation: the support
 * functions of an aggregate may be called without one.
 */
int
AbLabelCompare(AbLabel a, AbLabel b)
{
	int			order = memcmp(a.data, b.data, Min(a.length, b.length));

	return order != 0 ? order : a.length - b.length;
}

/*
 * The UTF-8 form of a string in the server's encoding: the string itself where
 * the bytes agree, else a palloc'd copy.  In a SQL_ASCII database, whose
 * encoding is not known, the bytes as they are.
 */
AbLabel
AbServerToUtf8(AbLabel string)
{
	AbLabel		utf8;
	int			i = 0;

	if (AbServerIsUtf8())
		return string;
	while (i < string.length && !IS_HIGHBIT_SET(string.data[i]))
		i++;
	if (i == string.length)
		return string;

	utf8.data = pg_server_to_any(string.data, string.length, PG_UTF8);
	utf8.length = strlen(utf8.data);
	return utf8;
}

/*
 * ERROR 54000: a label over the limit.
 */
void
AbLabelTooLong(AbLabel label)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("variant name is too long"),
			 errdetail("It has %d bytes, the limit is %d.",
					   label.length, AB_MAX_LABEL_LENGTH),
			 errhint("The variant argument takes the name of the arm a row belongs to, such as 'control'.")));
}

/*
 * The label as a terminated string in the server's encoding, palloc'd.
 */
char *
AbLabelToServer(AbLabel label)
{
	char	   *utf8 = pnstrdup(label.data, label.length);

	return pg_any_to_server(utf8, label.length,
							GetDatabaseEncoding() == PG_SQL_ASCII ?
							PG_SQL_ASCII : PG_UTF8);
}

/* ----------------------------------------------------------------------
 * Reading and building values
 * ----------------------------------------------------------------------
 */

/*
 * An aligned, plain view of a summary argument.  A stored value comes back
 * compressed, out of line or with a short, unaligned header: then this is a
 * copy, else the argument itself, which the caller must not modify.
 */
AbSummary *
AbDatumGetSummary(Datum datum)
{
	AbSummary  *summary = (AbSummary *) PG_DETOAST_DATUM(datum);

	if (VARSIZE(summary) < sizeof(AbSummary) ||
		summary->version != AB_SUMMARY_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("ab_summary value has an unknown version"),
				 errhint("It may have been written by a newer version of ab_test.")));
	return summary;
}

/*
 * AbFindArm() by bisection.
 */
int
AbSearchArm(const AbSummary *summary, AbLabel label)
{
	int			low = 0;
	int			high = summary->arms;

	while (low < high)
	{
		int			middle = (low + high) / 2;
		int			order = AbLabelCompare(AbArmLabel(summary,
													  AbGetArm(summary, middle)),
										   label);

		if (order == 0)
			return middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return -(low + 1);
}

/*
 * Position of the arm that was named as control, or -1.
 */
int
AbFindControl(const AbSummary *summary)
{
	for (int i = 0; i < (int) summary->arms; i++)
		if (AbGetArm(summary, i)->flags & AB_ARM_CONTROL)
			return i;
	return -1;
}

/*
 * Number of ones in a column of an arm that holds zeros and ones.
 * Above 2^51 rows n * mean is not the nearest number: add what it has lost.
 */
double
AbArmSuccesses(const AbArm *arm, int column)
{
	AbDouble	mean = AbDoubleNormal(arm->moments[column]);
	double		n = arm->n;
	double		ones = rint(n * mean.high);

	return ones + rint(fma(n, mean.high, -ones) + n * mean.low);
}

/*
 * ERROR 54000 unless there are at most `limit` variants.
 */
void
AbCheckVariantCount(int64 arms, int limit)
{
	if (arms > limit)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many variants"),
				 errdetail("The limit is %d.", limit),
				 errhint("The variant argument takes the name of the arm a row belongs to, not a user.")));
}

/*
 * Allocate a summary of that many arms and bytes of labels, all zero but the
 * header.
 */
static AbSummary *
NewSummary(int columns, int arms, Size label_bytes)
{
	Size		size = sizeof(AbSummary) + arms * AbArmSize(columns) + label_bytes;
	AbSummary  *summary;

	AbCheckVariantCount(arms, AB_MAX_VARIANTS);
	summary = (AbSummary *) palloc0(size);
	SET_VARSIZE(summary, size);
	summary->version = AB_SUMMARY_VERSION;
	summary->columns = columns;
	summary->arms = arms;
	return summary;
}

/*
 * Write a label behind the others, at *offset, and advance that.
 */
static void
SetLabel(AbSummary *summary, AbArm *arm, AbLabel label, Size *offset)
{
	arm->label_offset = *offset;
	arm->label_length = label.length;
	if (label.length > 0)
		memcpy((char *) summary + *offset, label.data, label.length);
	*offset += label.length;
}

/*
 * A summary from its arms, which are in order and different.
 */
AbSummary *
AbBuildSummary(int columns, const AbArmParts *parts, int arms)
{
	Size		label_bytes = 0;
	Size		offset;
	AbSummary  *summary;

	for (int i = 0; i < arms; i++)
		label_bytes += parts[i].label.length;

	summary = NewSummary(columns, arms, label_bytes);
	offset = sizeof(AbSummary) + arms * AbArmSize(columns);
	for (int i = 0; i < arms; i++)
	{
		AbArm	   *arm = AbGetArm(summary, i);

		arm->n = parts[i].n;
		arm->nonfinite = parts[i].nonfinite;
		arm->flags = parts[i].flags;
		memcpy(arm->moments, parts[i].moments,
			   AbMomentCount(columns) * sizeof(AbDouble));
		SetLabel(summary, arm, parts[i].label, &offset);
	}
	return summary;
}

/*
 * A copy of the summary (or a new one, if NULL) with an arm more, empty, at
 * that position.  It lies in the current context: an aggregate's executor
 * copies it to its own and frees the one before.
 */
static AbSummary *
InsertArm(const AbSummary *old, int columns, AbLabel label, int position)
{
	int			arms = old ? old->arms : 0;
	Size		label_bytes = label.length;
	Size		offset;
	AbSummary  *summary;

	if (old)
		label_bytes += VARSIZE(old) - sizeof(AbSummary) -
			arms * AbArmSize(columns);

	summary = NewSummary(columns, arms + 1, label_bytes);
	offset = sizeof(AbSummary) + (arms + 1) * AbArmSize(columns);
	for (int i = 0; i <= arms; i++)
	{
		AbArm	   *arm = AbGetArm(summary, i);

		if (i == position)
		{
			arm->flags = AB_ARM_ALL_BINARY(columns);
			SetLabel(summary, arm, label, &offset);
		}
		else
		{
			const AbArm *source = AbGetArm(old, i < position ? i : i - 1);

			memcpy(arm, source, AbArmSize(columns));
			SetLabel(summary, arm, AbArmLabel(old, source), &offset);
		}
	}
	return summary;
}

/*
 * Why an arm cannot have come out of an aggregate, as a sentence, or NULL.
 */
static const char *
ArmFault(const AbArmParts *part, int columns)
{
	const char *fault;

	if (part->n < 0 || part->n > AB_MAX_OBSERVATIONS ||
		part->nonfinite < 0 || part->nonfinite > AB_MAX_OBSERVATIONS)
		return "The number of observations is out of range.";
	if (part->flags & ~(AB_ARM_ALL_BINARY(columns) | AB_ARM_CONTROL |
						AB_ARM_OVERFLOW))
		return "An arm has unknown flags.";
	if (part->n == 0 &&
		(part->flags & (AB_ARM_ALL_BINARY(columns) | AB_ARM_OVERFLOW)) !=
		AB_ARM_ALL_BINARY(columns))
		return "An arm without observations has flags of its values.";
	if (part->flags & AB_ARM_OVERFLOW)
	{
		for (int i = 0; i < AbMomentCount(columns); i++)
			if (part->moments[i].high != 0 || part->moments[i].low != 0)
				return "An arm whose moments overflowed has moments.";
		return NULL;
	}

	fault = AbMomentsFault(part->moments, columns, part->n);
	if (fault)
		return fault;

	for (int i = 0; i < columns; i++)
		if (part->n > 0 && (part->flags & AB_ARM_BINARY(i)))
		{
			double		n = part->n;
			double		mean = part->moments[i].high;
			double		ones = rint(n * mean);
			double		sum = part->moments[AbComomentIndex(columns, i, i)].high;
			double		tolerance = 1e-9 + n * 4e-15;

			if (ones < 0 || ones > n ||
				fabs(n * mean - ones) > tolerance ||
				fabs(sum - ones * (n - ones) / n) > tolerance)
				return "The moments of a column marked as binary are not those of zeros and ones.";
		}
	return NULL;
}

/*
 * Why the arms, in order, cannot make one summary, as a sentence, or NULL.
 */
static const char *
ArmsFault(const AbArmParts *parts, int arms)
{
	int			controls = 0;

	for (int i = 0; i < arms; i++)
	{
		if (i > 0 && AbLabelCompare(parts[i - 1].label, parts[i].label) >= 0)
			return "Variants must differ and be in ascending order of their bytes.";
		if (parts[i].flags & AB_ARM_CONTROL)
			controls++;
	}
	return controls > 1 ? "Only one variant can be the control." : NULL;
}

/* ----------------------------------------------------------------------
 * Text form: JSON
 * ----------------------------------------------------------------------
 */

/* variant, n, nonfinite, control, overflow, binary, and two pairs of moments */
#define ARM_KEYS 10

/*
 * Append `"key": [..]` of the high or low parts of some moments.
 */
static void
AppendMoments(StringInfo buf, const char *key, const AbDouble *moments,
			  int count, bool low)
{
	appendStringInfo(buf, ", \"%s\": [", key);
	for (int i = 0; i < count; i++)
	{
		AbDouble	normal = AbDoubleNormal(moments[i]);

		if (i > 0)
			appendStringInfoString(buf, ", ");
		AbAppendDouble(buf, low ? normal.low : normal.high);
	}
	appendStringInfoChar(buf, ']');
}

PG_FUNCTION_INFO_V1(ab_summary_out);
Datum
ab_summary_out(PG_FUNCTION_ARGS)
{
	AbSummary  *summary = AB_GETARG_SUMMARY(0);
	int			columns = summary->columns;
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfo(&buf, "{\"version\": %d, \"columns\": %d, \"arms\": [",
					 summary->version, columns);
	for (int i = 0; i < (int) summary->arms; i++)
	{
		AbArm	   *arm = AbGetArm(summary, i);

		CHECK_FOR_INTERRUPTS();
		appendStringInfoString(&buf, i > 0 ? ", {\"variant\": " :
							   "{\"variant\": ");
		escape_json(&buf, AbLabelToServer(AbArmLabel(summary, arm)));
		appendStringInfo(&buf,
						 ", \"n\": " INT64_FORMAT ", \"nonfinite\": " INT64_FORMAT
						 ", \"control\": %s, \"overflow\": %s, \"binary\": [",
						 arm->n, arm->nonfinite,
						 arm->flags & AB_ARM_CONTROL ? "true" : "false",
						 arm->flags & AB_ARM_OVERFLOW ? "true" : "false");
		for (int j = 0; j < columns; j++)
			appendStringInfo(&buf, "%s%s", j > 0 ? ", " : "",
							 arm->flags & AB_ARM_BINARY(j) ? "true" : "false");
		appendStringInfoChar(&buf, ']');
		AppendMoments(&buf, "mean", arm->moments, columns, false);
		AppendMoments(&buf, "mean_low", arm->moments, columns, true);
		AppendMoments(&buf, "comoment", arm->moments + columns,
					  AbComomentCount(columns), false);
		AppendMoments(&buf, "comoment_low", arm->moments + columns,
					  AbComomentCount(columns), true);
		appendStringInfoChar(&buf, '}');
	}
	appendStringInfoString(&buf, "]}");
	PG_RETURN_CSTRING(buf.data);
}

/*
 * Read the arrays of high and low parts of some moments.
 */
static bool
JsonMoments(JsonbContainer *object, const char *high_key, const char *low_key,
			int count, AbDouble *moments)
{
	JsonbContainer *high = AbJsonArray(AbJsonMember(object, high_key), count);
	JsonbContainer *low = AbJsonArray(AbJsonMember(object, low_key), count);

	if (high == NULL || low == NULL)
		return false;
	for (int i = 0; i < count; i++)
		if (!AbJsonDouble(getIthJsonbValueFromContainer(high, i), &moments[i].high) ||
			!AbJsonDouble(getIthJsonbValueFromContainer(low, i), &moments[i].low))
			return false;
	return true;
}

/*
 * Read one arm.  Returns NULL or why it is not one.
 */
static const char *
JsonArm(JsonbValue *value, int columns, AbArmParts *part)
{
	JsonbContainer *object;
	JsonbContainer *binary;
	const char *fault;
	bool		control;
	bool		overflow;

	if (value == NULL || value->type != jbvBinary ||
		!JsonContainerIsObject(value->val.binary.data) ||
		JsonContainerSize(value->val.binary.data) != ARM_KEYS)
		return "An arm must be an object with the keys variant, n, nonfinite, control, overflow, binary, mean, mean_low, comoment and comoment_low.";
	object = value->val.binary.data;

	fault = AbJsonLabel(AbJsonMember(object, "variant"), &part->label);
	if (fault)
		return fault;

	if (!AbJsonCount(AbJsonMember(object, "n"), AB_MAX_OBSERVATIONS, &part->n) ||
		!AbJsonCount(AbJsonMember(object, "nonfinite"), AB_MAX_OBSERVATIONS,
				   &part->nonfinite))
		return "The keys \"n\" and \"nonfinite\" must be whole numbers, not negative.";

	if (!AbJsonBoolean(AbJsonMember(object, "control"), &control) ||
		!AbJsonBoolean(AbJsonMember(object, "overflow"), &overflow))
		return "The keys \"control\" and \"overflow\" must be booleans.";
	part->flags = (control ? AB_ARM_CONTROL : 0) |
		(overflow ? AB_ARM_OVERFLOW : 0);

	binary = AbJsonArray(AbJsonMember(object, "binary"), columns);
	if (binary == NULL)
		return "The key \"binary\" must be an array of one boolean a column.";
	for (int i = 0; i < columns; i++)
	{
		bool		is_binary;

		if (!AbJsonBoolean(getIthJsonbValueFromContainer(binary, i), &is_binary))
			return "The key \"binary\" must be an array of one boolean a column.";
		if (is_binary)
			part->flags |= AB_ARM_BINARY(i);
	}

	if (!JsonMoments(object, "mean", "mean_low", columns, part->moments) ||
		!JsonMoments(object, "comoment", "comoment_low",
					 AbComomentCount(columns), part->moments + columns))
		return "The keys \"mean\" and \"comoment\", each with its \"_low\", must be arrays of as many numbers as the columns have moments.";

	return ArmFault(part, columns);
}

PG_FUNCTION_INFO_V1(ab_summary_in);
Datum
ab_summary_in(PG_FUNCTION_ARGS)
{
	char	   *literal = PG_GETARG_CSTRING(0);
	const char *fault = NULL;
	int64		columns;
	JsonbContainer *arms;
	AbArmParts *parts;
	int			count;

	if (!AbJsonStored(fcinfo->context, literal, &form, &columns, &arms))
		PG_RETURN_NULL();
	if (columns != 1 && columns != 2 && columns != 4)
		return AbJsonFault(fcinfo->context, &form,
						   "The number of columns must be 1, 2 or 4.");
	count = JsonContainerSize(arms);

	parts = (AbArmParts *) palloc(Max(count, 1) * sizeof(AbArmParts));
	for (int i = 0; i < count && fault == NULL; i++)
	{
		CHECK_FOR_INTERRUPTS();
		fault = JsonArm(getIthJsonbValueFromContainer(arms, i), columns,
						&parts[i]);
	}
	if (fault == NULL)
		fault = ArmsFault(parts, count);
	if (fault)
		return AbJsonFault(fcinfo->context, &form, fault);

	PG_RETURN_POINTER(AbBuildSummary(columns, parts, count));
}

/* ----------------------------------------------------------------------
 * Binary form: every field in network order, in the order of the struct, each
 * label before its arm's moments
 * ----------------------------------------------------------------------
 */

PG_FUNCTION_INFO_V1(ab_summary_send);
Datum
ab_summary_send(PG_FUNCTION_ARGS)
{
	AbSummary  *summary = AB_GETARG_SUMMARY(0);
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendbyte(&buf, summary->version);
	pq_sendbyte(&buf, summary->columns);
	pq_sendint16(&buf, summary->flags);
	pq_sendint32(&buf, summary->arms);
	for (int i = 0; i < (int) summary->arms; i++)
	{
		AbArm	   *arm = AbGetArm(summary, i);
		AbLabel		label = AbArmLabel(summary, arm);

		pq_sendint16(&buf, label.length);
		pq_sendbytes(&buf, label.data, label.length);
		pq_sendint16(&buf, arm->flags);
		pq_sendint64(&buf, arm->n);
		pq_sendint64(&buf, arm->nonfinite);
		for (int j = 0; j < AbMomentCount(summary->columns); j++)
		{
			AbDouble	normal = AbDoubleNormal(arm->moments[j]);

			pq_sendfloat8(&buf, normal.high);
			pq_sendfloat8(&buf, normal.low);
		}
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/*
 * Read one arm.  The label stays in the message.
 */
static void
ReceiveArm(StringInfo buf, int columns, AbArmParts *part)
{
	const Size	fixed = 2 + 8 + 8 + AbMomentCount(columns) * sizeof(AbDouble);
	const char *fault;

	part->label = AbReceiveLabel(buf, type_name);
	AbCheckBytesLeft(buf, fixed, type_name);
	part->flags = (uint16) pq_getmsgint(buf, 2);
	part->n = pq_getmsgint64(buf);
	part->nonfinite = pq_getmsgint64(buf);
	for (int i = 0; i < AbMomentCount(columns); i++)
	{
		/* adding zero makes -0 the 0 that aggregates write */
		part->moments[i].high = pq_getmsgfloat8(buf) + 0.0;
		part->moments[i].low = pq_getmsgfloat8(buf) + 0.0;
	}

	fault = ArmFault(part, columns);
	if (fault)
		AbBadBinary(type_name, fault);
}

PG_FUNCTION_INFO_V1(ab_summary_recv);
Datum
ab_summary_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	AbArmParts *parts;
	const char *fault;
	uint32		count;
	int			columns;

	AbCheckBytesLeft(buf, 8, type_name);
	if (pq_getmsgbyte(buf) != AB_SUMMARY_VERSION)
		AbBadBinary(type_name, "Its version is not known.");
	columns = pq_getmsgbyte(buf);
	if (columns != 1 && columns != 2 && columns != 4)
		AbBadBinary(type_name, "The number of columns must be 1, 2 or 4.");
	if (pq_getmsgint(buf, 2) != 0)
		AbBadBinary(type_name, "It has unknown flags.");
	count = pq_getmsgint(buf, 4);
	AbCheckVariantCount(count, AB_MAX_VARIANTS);

	parts = (AbArmParts *) palloc(Max(count, 1) * sizeof(AbArmParts));
	for (uint32 i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		ReceiveArm(buf, columns, &parts[i]);
	}
	fault = ArmsFault(parts, count);
	if (fault)
		AbBadBinary(type_name, fault);
	if (buf->cursor != buf->len)
		AbBadBinary(type_name, "The value is longer than it says.");

	PG_RETURN_POINTER(AbBuildSummary(columns, parts, count));
}

/* ----------------------------------------------------------------------
 * Collecting
 * ----------------------------------------------------------------------
 */

/*
 * The state of an aggregate to be changed, or NULL if there is none yet.
 * Inside an aggregate the executor's own copy is changed in place; a call
 * from anywhere else gets a copy of its own.
 */
static inline AbSummary *
GetState(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		return NULL;
	/* the node's tag answers for the usual aggregate without a call */
	if (likely(((fcinfo->context && IsA(fcinfo->context, AggState)) ||
				AggCheckCallContext(fcinfo, NULL)) &&
			   VARATT_IS_4B_U(PG_GETARG_POINTER(0))))
		return (AbSummary *) PG_GETARG_POINTER(0);
	return AbDatumGetSummary(PointerGetDatum(PG_DETOAST_DATUM_COPY(PG_GETARG_DATUM(0))));
}

/*
 * ERROR 22023 unless the summary has that many columns.
 */
static void
CheckColumns(const AbSummary *summary, int columns)
{
	if (unlikely(summary->columns != columns))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("summaries of different numbers of columns cannot be combined"),
				 errdetail("One has %d, the other %d.",
						   summary->columns, columns)));
}

/*
 * ERROR 22023: two names for one control.
 */
void
AbTwoControls(AbLabel a, AbLabel b)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("rows name different controls"),
			 errdetail("One is \"%s\", another \"%s\".",
					   AbLabelToServer(a), AbLabelToServer(b)),
			 errhint("Pass the same constant as control for all rows.")));
}

/*
 * Mark the arm of that label as control, adding it if it is not there.
 */
static AbSummary *
SetControl(AbSummary *state, int columns, AbLabel control)
{
	int			position = state ? AbFindArm(state, control) : -1;
	int			marked;

	if (likely(position >= 0 &&
			   (AbGetArm(state, position)->flags & AB_ARM_CONTROL)))
		return state;

	marked = state ? AbFindControl(state) : -1;
	if (marked >= 0)
		AbTwoControls(AbArmLabel(state, AbGetArm(state, marked)), control);

	if (position < 0)
	{
		position = -(position + 1);
		state = InsertArm(state, columns, control, position);
	}
	AbGetArm(state, position)->flags |= AB_ARM_CONTROL;
	return state;
}

/*
 * Forget moments that exceeded the range of double.
 */
static void
SetOverflow(AbArm *arm, int columns)
{
	arm->flags &= ~AB_ARM_ALL_BINARY(columns);
	arm->flags |= AB_ARM_OVERFLOW;
	memset(arm->moments, 0, AbMomentCount(columns) * sizeof(AbDouble));
}

/*
 * Add one row to an arm.
 */
static pg_attribute_always_inline void
AddRow(AbArm *arm, int columns, const double *values)
{
	double		n;

	for (int i = 0; i < columns; i++)
		if (unlikely(!isfinite(values[i])))
		{
			AbCheckObservations(arm->nonfinite, 1);
			arm->nonfinite++;
			return;
		}
	for (int i = 0; i < columns; i++)
		if (values[i] != 0 && values[i] != 1)
			arm->flags &= ~AB_ARM_BINARY(i);

	AbCheckObservations(arm->n, 1);
	n = (double) ++arm->n;
	if (unlikely(arm->flags & AB_ARM_OVERFLOW))
		return;
	if (columns == 1)
	{
		AbMomentsAddOne(arm->moments, n, values[0]);
		/* a sum of squares is the first to leave the range */
		if (likely(isfinite(AbDoubleValue(arm->moments[1]))))
			return;
	}
	else
		AbMomentsAdd(arm->moments, columns, n, values);
	if (unlikely(!AbMomentsFinite(arm->moments, columns)))
		SetOverflow(arm, columns);
}

/*
 * Add the row to the state: its values, its variant and, where the call has
 * one, its control.  The arguments follow each other from 1 on.
 */
static pg_attribute_always_inline Datum
Accumulate(FunctionCallInfo fcinfo, int columns, const double *values)
{
	int			variant_argument = columns + 1;
	int			control_argument = columns + 2;
	AbSummary  *state = GetState(fcinfo);
	bool		counts = true;

	if (state)
		CheckColumns(state, columns);

	for (int i = 1; i <= variant_argument; i++)
		if (PG_ARGISNULL(i))
			counts = false;

	if (PG_NARGS() > control_argument && !PG_ARGISNULL(control_argument))
		state = SetControl(state, columns,
						   AbTextGetLabel(PG_GETARG_TEXT_PP(control_argument)));

	if (counts)
	{
		text	   *t = (text *) PG_GETARG_POINTER(variant_argument);
		AbLabel		variant = AbTextGetLabel(unlikely(VARATT_IS_EXTENDED(t) &&
													  !VARATT_IS_SHORT(t)) ?
											 pg_detoast_datum_packed(t) : t);
		int			position = state ? AbFindArm(state, variant) : -1;

		if (unlikely(position < 0))
		{
			position = -(position + 1);
			state = InsertArm(state, columns, variant, position);
		}
		AddRow(AbGetArm(state, position), columns, values);
	}

	if (state == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(state);
}

/*
 * Transition of one column: (state, outcome, variant [, control]).
 */
PG_FUNCTION_INFO_V1(ab_summary_accum);
Datum
ab_summary_accum(PG_FUNCTION_ARGS)
{
	double		value = PG_ARGISNULL(1) ? 0 : PG_GETARG_FLOAT8(1);

	return Accumulate(fcinfo, 1, &value);
}

/*
 * The same for a boolean outcome, which counts as 1 or 0.
 */
PG_FUNCTION_INFO_V1(ab_summary_accum_boolean);
Datum
ab_summary_accum_boolean(PG_FUNCTION_ARGS)
{
	double		value = !PG_ARGISNULL(1) && PG_GETARG_BOOL(1);

	return Accumulate(fcinfo, 1, &value);
}

/*
 * Transition of two columns: (state, outcome, covariate, variant).
 */
PG_FUNCTION_INFO_V1(ab_summary_accum2);
Datum
ab_summary_accum2(PG_FUNCTION_ARGS)
{
	double		values[2];

	for (int i = 0; i < 2; i++)
		values[i] = PG_ARGISNULL(i + 1) ? 0 : PG_GETARG_FLOAT8(i + 1);
	return Accumulate(fcinfo, 2, values);
}

/*
 * Transition of four columns: (state, numerator, denominator,
 * numerator_covariate, denominator_covariate, variant).
 */
PG_FUNCTION_INFO_V1(ab_summary_accum4);
Datum
ab_summary_accum4(PG_FUNCTION_ARGS)
{
	double		values[4];

	for (int i = 0; i < 4; i++)
		values[i] = PG_ARGISNULL(i + 1) ? 0 : PG_GETARG_FLOAT8(i + 1);
	return Accumulate(fcinfo, 4, values);
}

/*
 * Set a moment to a quotient, with its rounding error as low part.
 */
static void
SetQuotient(AbDouble *moment, double numerator, double denominator)
{
	moment->high = numerator / denominator;
	moment->low = fma(-moment->high, denominator, numerator) / denominator;
}

/*
 * Zeros and ones are counts, which merging need not round: write the moments
 * of binary columns, and of pairs of them, as those of the counts.
 */
static void
SetBinaryMoments(AbArm *arm, int columns)
{
	double		n = arm->n;
	double		ones[AB_MAX_COLUMNS];

	for (int i = 0; i < columns; i++)
		ones[i] = AbArmSuccesses(arm, i);
	for (int i = 0; i < columns; i++)
		for (int j = i; j < columns; j++)
		{
			AbDouble   *moment = &arm->moments[AbComomentIndex(columns, i, j)];
			double		both;

			if (!(arm->flags & AB_ARM_BINARY(i)) ||
				!(arm->flags & AB_ARM_BINARY(j)))
				continue;
			both = i == j ? ones[i] :
				rint(AbDoubleValue(*moment) + ones[i] * ones[j] / n);
			SetQuotient(moment, both * (n - ones[i]) - ones[i] * (ones[j] - both), n);
		}
	for (int i = 0; i < columns; i++)
		if (arm->flags & AB_ARM_BINARY(i))
			SetQuotient(&arm->moments[i], ones[i], n);
}

/*
 * Merge an arm into another of the same label.
 */
static void
MergeArm(AbArm *arm, const AbArm *other, int columns)
{
	uint16		binary = AB_ARM_ALL_BINARY(columns);

	AbCheckObservations(arm->n, other->n);
	AbCheckObservations(arm->nonfinite, other->nonfinite);
	if (other->n > 0 && !((arm->flags | other->flags) & AB_ARM_OVERFLOW))
	{
		if (arm->n == 0)
			memcpy(arm->moments, other->moments,
				   AbMomentCount(columns) * sizeof(AbDouble));
		else
			AbMomentsMerge(arm->moments, columns, arm->n, other->n,
						   other->moments);
	}
	arm->n += other->n;
	arm->nonfinite += other->nonfinite;
	arm->flags = (arm->flags & other->flags & binary) |
		((arm->flags | other->flags) & ~binary);
	if ((arm->flags & AB_ARM_OVERFLOW) ||
		!AbMomentsFinite(arm->moments, columns))
		SetOverflow(arm, columns);
	else if (arm->n > 0 && (arm->flags & binary))
		SetBinaryMoments(arm, columns);
}

/*
 * Number of labels that occur in either summary.
 */
static int
CountUnion(const AbSummary *a, const AbSummary *b)
{
	int			count = a->arms;

	for (int i = 0; i < (int) b->arms; i++)
		if (AbFindArm(a, AbArmLabel(b, AbGetArm(b, i))) < 0)
			count++;
	return count;
}

/*
 * A copy of a with an empty arm more for every label that only b has.
 */
static AbSummary *
WidenSummary(const AbSummary *a, const AbSummary *b, int arms)
{
	AbArmParts *parts;
	int			i = 0;
	int			j = 0;

	AbCheckVariantCount(arms, AB_MAX_VARIANTS);
	parts = (AbArmParts *) palloc0(arms * sizeof(AbArmParts));
	for (int k = 0; k < arms; k++)
	{
		const AbArm *left = i < (int) a->arms ? AbGetArm(a, i) : NULL;
		const AbArm *right = j < (int) b->arms ? AbGetArm(b, j) : NULL;
		int			order;

		if (left == NULL)
			order = 1;
		else if (right == NULL)
			order = -1;
		else
			order = AbLabelCompare(AbArmLabel(a, left), AbArmLabel(b, right));

		if (order <= 0)
		{
			parts[k].label = AbArmLabel(a, left);
			parts[k].n = left->n;
			parts[k].nonfinite = left->nonfinite;
			parts[k].flags = left->flags;
			memcpy(parts[k].moments, left->moments,
				   AbMomentCount(a->columns) * sizeof(AbDouble));
			i++;
		}
		else
		{
			parts[k].label = AbArmLabel(b, right);
			parts[k].flags = AB_ARM_ALL_BINARY(a->columns);
		}
		if (order >= 0)
			j++;
	}
	return AbBuildSummary(a->columns, parts, arms);
}

/*
 * Merge two summaries: the combine function of every aggregate of means and
 * the transition function of ab_rollup.
 */
PG_FUNCTION_INFO_V1(ab_summary_combine);
Datum
ab_summary_combine(PG_FUNCTION_ARGS)
{
	AbSummary  *state;
	AbSummary  *other;
	int			control;
	int			arms;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	other = AB_GETARG_SUMMARY(1);
	state = GetState(fcinfo);
	if (state == NULL || state->arms == 0)
		PG_RETURN_POINTER(other);
	if (other->arms == 0)
		PG_RETURN_POINTER(state);

	CheckColumns(state, other->columns);
	control = AbFindControl(other);
	if (control >= 0 && AbFindControl(state) >= 0)
	{
		AbLabel		a = AbArmLabel(state, AbGetArm(state, AbFindControl(state)));
		AbLabel		b = AbArmLabel(other, AbGetArm(other, control));

		if (!AbLabelEquals(a, b))
			AbTwoControls(a, b);
	}

	arms = CountUnion(state, other);
	if (arms > (int) state->arms)
		state = WidenSummary(state, other, arms);
	for (int i = 0; i < (int) other->arms; i++)
	{
		AbArm	   *arm = AbGetArm(other, i);

		CHECK_FOR_INTERRUPTS();
		MergeArm(AbGetArm(state, AbFindArm(state, AbArmLabel(other, arm))),
				 arm, state->columns);
	}
	PG_RETURN_POINTER(state);
}

/* ----------------------------------------------------------------------
 * Making and reading one by hand
 * ----------------------------------------------------------------------
 */

/*
 * A summary of one variant of n rows, whose moments are still to be set.
 */
static AbSummary *
NewArmSummary(AbLabel label, int64 n)
{
	AbSummary  *summary;

	if (n < 1 || n > AB_MAX_OBSERVATIONS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("number of observations must be between 1 and 2^53"),
				 errdetail("Got " INT64_FORMAT ".", n)));
	summary = InsertArm(NULL, 1, label, 0);
	AbGetArm(summary, 0)->n = n;
	return summary;
}

/*
 * A summary of one variant from published counts: so many of n are 1, the
 * others 0.
 */
static AbSummary *
MakeBinarySummary(AbLabel label, int64 n, int64 successes)
{
	AbSummary  *summary = NewArmSummary(label, n);
	AbArm	   *arm = AbGetArm(summary, 0);
	double		ones = successes;
	double		zeros = n - successes;

	if (successes < 0 || successes > n)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("number of successes must be between 0 and the number of observations"),
				 errdetail("Got " INT64_FORMAT " of " INT64_FORMAT ".",
						   successes, n)));
	SetQuotient(&arm->moments[0], ones, n);
	/* k (n - k) / n, with what the product was rounded by */
	SetQuotient(&arm->moments[1], ones * zeros, n);
	arm->moments[1].low += fma(ones, zeros, -(ones * zeros)) / n;
	arm->moments[1] = AbDoubleNormal(arm->moments[1]);
	return summary;
}

/*
 * A summary of one variant from published numbers: n users with that mean and
 * sample standard deviation (n - 1), or with that many successes.
 */
PG_FUNCTION_INFO_V1(ab_make_summary);
Datum
ab_make_summary(PG_FUNCTION_ARGS)
{
	AbLabel		label = AbTextGetLabel(PG_GETARG_TEXT_PP(0));
	int64		n = PG_GETARG_INT64(1);
	double		mean;
	double		stddev;
	AbSummary  *summary;
	AbArm	   *arm;

	if (PG_NARGS() == 3)
		PG_RETURN_POINTER(MakeBinarySummary(label, n, PG_GETARG_INT64(2)));

	summary = NewArmSummary(label, n);
	mean = PG_GETARG_FLOAT8(2);
	stddev = PG_GETARG_FLOAT8(3);
	if (!isfinite(mean))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("mean must be finite"),
				 errdetail("Got %g.", mean)));
	if (!(stddev >= 0) || !isfinite(stddev))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("standard deviation must be finite and not negative"),
				 errdetail("Got %g.", stddev),
				 errhint("Pass the sample standard deviation, as stddev_samp() gives it.")));
	if (!isfinite(stddev * stddev * n))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("standard deviation is too large for double precision"),
				 errdetail("The sum of squares of " INT64_FORMAT " observations with %g overflows.",
						   n, stddev)));
	if (n == 1 && stddev != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("one observation has no standard deviation"),
				 errhint("Pass 0.")));

	arm = AbGetArm(summary, 0);
	arm->flags = 0;
	AbDoubleAdd(&arm->moments[0], mean);
	AbDoubleAdd(&arm->moments[1], stddev * stddev * (n - 1));
	PG_RETURN_POINTER(summary);
}

/*
 * One JSON array of the means, or one of arrays of the covariances, of an arm.
 * NULL where some moment is not known.
 */
static Datum
MomentsJsonb(const AbSummary *summary, const AbArm *arm, bool covariances,
			 bool *isnull)
{
	int			columns = summary->columns;
	StringInfoData buf;
	Datum		json = (Datum) 0;

	*isnull = arm->n < (covariances ? 2 : 1) || arm->nonfinite > 0 ||
		(arm->flags & AB_ARM_OVERFLOW);
	if (*isnull)
		return (Datum) 0;

	initStringInfo(&buf);
	appendStringInfoChar(&buf, '[');
	for (int i = 0; i < columns; i++)
	{
		appendStringInfoString(&buf, i > 0 ? ", " : "");
		if (!covariances)
			AbAppendDouble(&buf, AbArmMean(summary, arm, i));
		else
			for (int j = 0; j < columns; j++)
			{
				int			slot = AbComomentIndex(columns, Min(i, j), Max(i, j));

				appendStringInfoString(&buf, j > 0 ? ", " : "[");
				AbAppendDouble(&buf, AbDoubleValue(arm->moments[slot]) / (arm->n - 1));
				if (j == columns - 1)
					appendStringInfoChar(&buf, ']');
			}
	}
	appendStringInfoChar(&buf, ']');
	*isnull = !AbJsonbInput(buf.data, NULL, &json);
	return json;
}

/*
 * What a summary holds, a row an arm in the order of the labels.
 */
PG_FUNCTION_INFO_V1(ab_arms);
Datum
ab_arms(PG_FUNCTION_ARGS)
{
	AbSummary  *summary = AB_GETARG_SUMMARY(0);
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	AbCheckAttributes(rsinfo->setDesc, AB_ARM_ATTRIBUTES);
	for (int i = 0; i < (int) summary->arms; i++)
	{
		AbArm	   *arm = AbGetArm(summary, i);
		bool		known = arm->nonfinite == 0 &&
			!(arm->flags & AB_ARM_OVERFLOW);
		double		variance = arm->n < 2 ? 0 :
			AbDoubleValue(arm->moments[summary->columns]) / (arm->n - 1);
		Datum	   *values = palloc0(rsinfo->setDesc->natts * sizeof(Datum));
		bool	   *nulls = palloc(rsinfo->setDesc->natts * sizeof(bool));

		CHECK_FOR_INTERRUPTS();
		memset(nulls, true, rsinfo->setDesc->natts);
		memset(nulls, false, AB_ARM_ATTRIBUTES);
		values[0] = CStringGetTextDatum(AbLabelToServer(AbArmLabel(summary, arm)));
		values[1] = Int64GetDatum(arm->n + arm->nonfinite);
		values[2] = Float8GetDatum(AbArmMean(summary, arm, 0));
		nulls[2] = !known || arm->n < 1;
		values[3] = Float8GetDatum(sqrt(variance));
		nulls[3] = !known || arm->n < 2;
		values[4] = BoolGetDatum(arm->flags & AB_ARM_CONTROL);
		values[5] = BoolGetDatum(arm->flags & AB_ARM_BINARY(0));
		values[6] = Int64GetDatum(arm->nonfinite);
		values[7] = MomentsJsonb(summary, arm, false, &nulls[7]);
		values[8] = MomentsJsonb(summary, arm, true, &nulls[8]);
		nulls[9] = nulls[10] = nulls[2] || !(arm->flags & AB_ARM_BINARY(0));
		if (!nulls[9])
		{
			AbInterval	wilson = AbWilson(AbArmSuccesses(arm, 0), arm->n,
										  NORMAL_975);

			values[9] = Float8GetDatum(wilson.low);
			values[10] = Float8GetDatum(wilson.high);
		}
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
