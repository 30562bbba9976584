/*
 * summary_io.c
 *	  The text and the binary form of the type ab_summary.
 */
#include "topic/summary_io.h"

#include "utils/builtins.h"
#include "value/summary_open.h"

#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "value/io.h"

/*
 * variant, n, nonfinite, missing, control, overflow, binary, and two pairs of
 * moments
 */
#define ARM_KEYS 11

static const char *ColumnsFault(int64 columns);
static int	MissingCount(int columns);
static const char *JsonArm(const AbJsonObject *object, int columns, void *parts,
						   int i);
static const char *BinaryArm(StringInfo buf, int columns, void *parts, int i);
static void *Build(int columns, int64 unassigned, const void *parts, int count);

static const AbStoredType summary_type = {
	.name = "ab_summary",
	.version = AB_SUMMARY_VERSION,
	.number_key = "columns",
	.number_fault = ColumnsFault,
	.max_arms = AB_MAX_VARIANTS,
	.part_size = sizeof(AbSummaryPart),
	.missing_count = MissingCount,
	.arm_keys = ARM_KEYS,
	.arm_form = "An arm must be an object with the keys variant, n, nonfinite, missing, control, overflow, binary, mean, mean_low, comoment and comoment_low.",
	.json_arm = JsonArm,
	.binary_arm = BinaryArm,
	.build = Build
};

static const char *
ColumnsFault(int64 columns)
{
	return columns == 1 || columns == 2 || columns == 4 ? NULL :
		"The number of columns must be 1, 2 or 4.";
}

static int
MissingCount(int columns)
{
	return AbMissingCount(columns);
}

static void *
Build(int columns, int64 unassigned, const void *parts, int count)
{
	return AbBuildSummary(columns, unassigned, (const AbSummaryPart *) parts,
						  count);
}

/* ----------------------------------------------------------------------
 * Text form
 * ----------------------------------------------------------------------
 */

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
	AbAppendStart(&buf, &summary_type, columns, AbUnassigned(summary));
	for (int i = 0; i < (int) summary->arms; i++)
	{
		AbArm	   *arm = AbGetArm(summary, i);

		CHECK_FOR_INTERRUPTS();
		AbAppendLabel(&buf, i, AbArmLabel(summary, arm));
		appendStringInfo(&buf,
						 ", \"n\": " INT64_FORMAT ", \"nonfinite\": " INT64_FORMAT,
						 arm->n, AbArmNonfinite(summary, arm));
		AbAppendMissing(&buf, AbArmMissing(summary, arm),
						AbMissingCount(columns));
		appendStringInfo(&buf,
						 ", \"control\": %s, \"overflow\": %s, \"binary\": [",
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
	AbAppendEnd(&buf);
	PG_RETURN_CSTRING(buf.data);
}

/*
 * Read the arrays of high and low parts of that many moments.
 */
static bool
JsonMoments(const AbJsonObject *object, const char *high_key,
			const char *low_key, int count, AbDouble *moments)
{
	AbJson		high;
	AbJson		low;

	if (!AbFirstJsonElement(&high, AbJsonMember(object, high_key)) ||
		!AbFirstJsonElement(&low, AbJsonMember(object, low_key)))
		return false;
	for (int i = 0; i < count; i++)
		if (!AbNextJsonDouble(&high, &moments[i].high) ||
			!AbNextJsonDouble(&low, &moments[i].low))
			return false;
	return high.start == high.end && low.start == low.end;
}

/*
 * Read the array of whether each column is binary into flags.
 */
static bool
JsonBinary(AbJson value, int columns, uint16 *flags)
{
	AbJson		rest;
	AbJson		element;
	bool		is_binary;

	if (!AbFirstJsonElement(&rest, value))
		return false;
	for (int i = 0; i < columns; i++)
	{
		if (!AbNextJsonElement(&rest, &element) ||
			!AbJsonBoolean(element, &is_binary))
			return false;
		if (is_binary)
			*flags |= AB_ARM_BINARY(i);
	}
	return rest.start == rest.end;
}

static const char *
JsonArm(const AbJsonObject *object, int columns, void *parts, int i)
{
	AbSummaryPart *part = (AbSummaryPart *) parts + i;
	AbArmHead  *head = &part->head;
	bool		control;
	bool		overflow;

	if (!AbJsonCount(AbJsonMember(object, "n"), AB_MAX_OBSERVATIONS, &head->n) ||
		!AbJsonCount(AbJsonMember(object, "nonfinite"), AB_MAX_OBSERVATIONS,
					 &head->nonfinite))
		return "The keys \"n\" and \"nonfinite\" must be whole numbers, not negative.";

	if (!AbJsonBoolean(AbJsonMember(object, "control"), &control) ||
		!AbJsonBoolean(AbJsonMember(object, "overflow"), &overflow))
		return "The keys \"control\" and \"overflow\" must be booleans.";
	head->flags = (control ? AB_ARM_CONTROL : 0) |
		(overflow ? AB_ARM_OVERFLOW : 0);

	if (!JsonBinary(AbJsonMember(object, "binary"), columns, &head->flags))
		return "The key \"binary\" must be an array of one boolean a column.";

	if (!JsonMoments(object, "mean", "mean_low", columns, part->moments) ||
		!JsonMoments(object, "comoment", "comoment_low",
					 AbComomentCount(columns), part->moments + columns))
		return "The keys \"mean\" and \"comoment\", each with its \"_low\", must be arrays of as many numbers as the columns have moments.";

	return AbSummaryPartFault(part, columns);
}

PG_FUNCTION_INFO_V1(ab_summary_in);
Datum
ab_summary_in(PG_FUNCTION_ARGS)
{
	return AbStoredIn(fcinfo, &summary_type);
}

/*
 * Make an argument of a call, a summary's text, the summary.
 *
 * A test that is both an aggregate and a reader of summaries has a form for
 * that: of a literal or a parameter without a type PostgreSQL could not tell
 * which of the two is meant, and takes it for text where a function takes text.
 */
void
AbParseSummaryArgAt(FunctionCallInfo fcinfo, int position)
{
	if (PG_ARGISNULL(position))
		return;
	fcinfo->args[position].value =
		DirectFunctionCall1(ab_summary_in,
							CStringGetDatum(text_to_cstring(PG_GETARG_TEXT_PP(position))));
}

/* ----------------------------------------------------------------------
 * Binary form: an arm's n, nonfinite and moments after its label, flags and
 * counts of rows left out
 * ----------------------------------------------------------------------
 */

PG_FUNCTION_INFO_V1(ab_summary_send);
Datum
ab_summary_send(PG_FUNCTION_ARGS)
{
	AbSummary  *summary = AB_GETARG_SUMMARY(0);
	StringInfoData buf;

	AbSendStart(&buf, &summary_type, summary->columns, AbUnassigned(summary),
				summary->arms);
	for (int i = 0; i < (int) summary->arms; i++)
	{
		AbArm	   *arm = AbGetArm(summary, i);

		AbSendHead(&buf, &summary_type, summary->columns,
				   AbArmLabel(summary, arm), arm->flags & ~AB_ARM_NONFINITE,
				   AbArmMissing(summary, arm));
		pq_sendint64(&buf, arm->n);
		pq_sendint64(&buf, AbArmNonfinite(summary, arm));
		for (int j = 0; j < AbMomentCount(summary->columns); j++)
		{
			AbDouble	normal = AbDoubleNormal(arm->moments[j]);

			pq_sendfloat8(&buf, normal.high);
			pq_sendfloat8(&buf, normal.low);
		}
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

static const char *
BinaryArm(StringInfo buf, int columns, void *parts, int i)
{
	AbSummaryPart *part = (AbSummaryPart *) parts + i;

	AbCheckBytesLeft(buf, 8 + 8 + AbMomentCount(columns) * sizeof(AbDouble),
					 &summary_type);
	part->head.n = pq_getmsgint64(buf);
	part->head.nonfinite = pq_getmsgint64(buf);
	for (int j = 0; j < AbMomentCount(columns); j++)
	{
		/* adding zero makes -0 the 0 that aggregates write */
		part->moments[j].high = pq_getmsgfloat8(buf) + 0.0;
		part->moments[j].low = pq_getmsgfloat8(buf) + 0.0;
	}
	return AbSummaryPartFault(part, columns);
}

PG_FUNCTION_INFO_V1(ab_summary_recv);
Datum
ab_summary_recv(PG_FUNCTION_ARGS)
{
	return AbStoredRecv(fcinfo, &summary_type);
}
