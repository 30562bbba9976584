/*
 * histogram_io.c
 *	  The text and the binary form of the type ab_histogram.
 */
#include "value/histogram.h"

#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "math/decimal.h"
#include "utils/builtins.h"
#include "value/io.h"

/* variant, nonfinite, missing, control, min, max, values and counts */
#define ARM_KEYS		8

static const char *BitsFault(int64 bits);
static int	MissingCount(int bits);
static const char *JsonArm(const AbJsonObject *object, int bits, void *parts,
						   int i);
static const char *BinaryArm(StringInfo buf, int bits, void *parts, int i);
static const char *ArmsFault(const void *parts, int count, int bits);
static void *Build(int bits, int64 unassigned, const void *parts, int count);

static const AbStoredType histogram_type = {
	.name = "ab_histogram",
	.version = AB_HISTOGRAM_VERSION,
	.number_key = "bits",
	.number_fault = BitsFault,
	.max_arms = AB_MAX_HISTOGRAM_VARIANTS,
	.part_size = sizeof(AbHistogramPart),
	.missing_count = MissingCount,
	.arm_keys = ARM_KEYS,
	.arm_form = "An arm must be an object with the keys variant, nonfinite, missing, control, min, max, values and counts.",
	.json_arm = JsonArm,
	.binary_arm = BinaryArm,
	.arms_fault = ArmsFault,
	.build = Build
};

static const char *
BitsFault(int64 bits)
{
	return bits >= 0 && bits <= AB_EXACT_BITS ? NULL :
		psprintf("The number of bits must be between 0 and %d.", AB_EXACT_BITS);
}

static const char *
ArmsFault(const void *parts, int count, int bits)
{
	return AbHistogramFault((const AbHistogramPart *) parts, count, bits);
}

static int
MissingCount(int bits)
{
	return AB_HISTOGRAM_MISSING;
}

static void *
Build(int bits, int64 unassigned, const void *parts, int count)
{
	return AbBuildHistogram(bits, unassigned, (const AbHistogramPart *) parts,
							count);
}

/*
 * Why an arm of that many bins cannot follow those before the i-th, or NULL.
 */
static const char *
TooManyBins(const AbHistogramPart *all, int i, int64 count)
{
	int64		total = count;

	if (count > AB_MAX_VALUES)
		return "There are too many different values.";
	for (int j = 0; j < i; j++)
		total += all[j].count;
	return total > AB_MAX_BINS ? "There are too many values." : NULL;
}

/* ----------------------------------------------------------------------
 * Text form
 * ----------------------------------------------------------------------
 */

/*
 * Append digits / 10^decimals.
 */
static void
AppendDecimal(StringInfo buf, int64 digits, int decimals)
{
	char		all[MAXINT8LEN + 1];
	int			length;
	char	   *p = all;

	if (digits < 0)
	{
		appendStringInfoCharMacro(buf, '-');
		digits = -digits;
	}
	length = pg_lltoa(digits, all);
	if (decimals >= length)
	{
		appendStringInfoString(buf, "0.");
		for (; decimals > length; decimals--)
			appendStringInfoCharMacro(buf, '0');
	}
	else if (decimals > 0)
	{
		appendBinaryStringInfo(buf, all, length - decimals);
		appendStringInfoCharMacro(buf, '.');
		p += length - decimals;
		length = decimals;
	}
	appendBinaryStringInfo(buf, p, length);
	for (; digits > 0 && decimals < 0; decimals++)
		appendStringInfoCharMacro(buf, '0');
}

/*
 * Append a value of each bin: where the bin is more than one, the one that is
 * shortest to write.
 */
static void
AppendValues(StringInfo buf, const AbBins *bins)
{
	for (int i = 0; i < bins->count; i++)
	{
		int64		digits;
		int			decimals;

		if (i > 0)
			appendStringInfoCharMacro(buf, ',');
		if (AbCellDecimal(bins->bins[i].key, bins->bits, &digits, &decimals))
			AppendDecimal(buf, digits, decimals);
		else
			AbAppendDouble(buf, AbValueOfKey(bins->bins[i].key));
	}
}

PG_FUNCTION_INFO_V1(ab_histogram_out);
Datum
ab_histogram_out(PG_FUNCTION_ARGS)
{
	AbHistogram *histogram = AB_GETARG_HISTOGRAM(0);
	StringInfoData buf;

	initStringInfo(&buf);
	AbAppendStart(&buf, &histogram_type, histogram->bits,
				  histogram->unassigned);
	for (int i = 0; i < (int) histogram->arms; i++)
	{
		AbHistogramArm *arm = AbGetHistogramArm(histogram, i);
		AbBins		bins = AbHistogramBins(histogram, i);

		CHECK_FOR_INTERRUPTS();
		AbAppendLabel(&buf, i, AbHistogramLabel(histogram, arm));
		appendStringInfo(&buf, ", \"nonfinite\": " INT64_FORMAT,
						 arm->nonfinite);
		AbAppendMissing(&buf, arm->missing, AB_HISTOGRAM_MISSING);
		appendStringInfo(&buf, ", \"control\": %s, \"min\": ",
						 arm->flags & AB_ARM_CONTROL ? "true" : "false");
		AbAppendDouble(&buf, arm->min);
		appendStringInfoString(&buf, ", \"max\": ");
		AbAppendDouble(&buf, arm->max);
		appendStringInfoString(&buf, ", \"values\": [");
		AppendValues(&buf, &bins);
		appendStringInfoString(&buf, "], \"counts\": [");
		for (int j = 0; j < bins.count; j++)
		{
			if (j > 0)
				appendStringInfoCharMacro(&buf, ',');
			AbAppendCount(&buf, bins.bins[j].count);
		}
		appendStringInfoString(&buf, "]}");
		pfree(bins.bins);
	}
	AbAppendEnd(&buf);
	PG_RETURN_CSTRING(buf.data);
}

/*
 * Read the bins of the i-th arm, whose values are cut to that many bits.
 * Returns NULL or why they are none.
 */
static const char *
JsonBins(const AbJsonObject *object, int bits, AbHistogramPart *all, int i)
{
	AbHistogramPart *part = all + i;
	AbJson		values = AbJsonMember(object, "values");
	AbJson		counts;
	int64		room = AbJsonElements(values);
	int			count = 0;
	const char *fault;

	if (!AbFirstJsonElement(&values, values))
		return "The key \"values\" must be an array.";
	if (!AbFirstJsonElement(&counts, AbJsonMember(object, "counts")))
		return "The key \"counts\" must be an array of as many elements as \"values\".";
	/* before there is memory for them */
	fault = TooManyBins(all, i, room);
	if (fault)
		return fault;

	part->bins = (AbBin *) palloc(Max(room, 1) * sizeof(AbBin));
	while (values.start < values.end && counts.start < counts.end)
	{
		double		x;
		int64		n;

		if (!AbNextJsonDouble(&values, &x))
			return "The elements of \"values\" must be finite numbers.";
		if (!AbNextJsonCount(&counts, AB_MAX_OBSERVATIONS, &n))
			return "The elements of \"counts\" must be whole numbers, not negative.";
		Assert(count < room);
		part->bins[count].key = AbTruncateKey(AbKeyOfValue(x), bits);
		part->bins[count].count = n;
		count++;
	}
	if (values.start < values.end || counts.start < counts.end)
		return "The key \"counts\" must be an array of as many elements as \"values\".";
	part->count = count;
	return NULL;
}

static const char *
JsonArm(const AbJsonObject *object, int bits, void *parts, int i)
{
	AbHistogramPart *part = (AbHistogramPart *) parts + i;
	const char *fault;
	bool		control;

	if (!AbJsonCount(AbJsonMember(object, "nonfinite"), AB_MAX_OBSERVATIONS,
					 &part->head.nonfinite))
		return "The key \"nonfinite\" must be a whole number, not negative.";
	if (!AbJsonBoolean(AbJsonMember(object, "control"), &control))
		return "The key \"control\" must be a boolean.";
	part->head.flags = control ? AB_ARM_CONTROL : 0;
	if (!AbJsonDouble(AbJsonMember(object, "min"), &part->min) ||
		!AbJsonDouble(AbJsonMember(object, "max"), &part->max))
		return "The keys \"min\" and \"max\" must be finite numbers.";

	fault = JsonBins(object, bits, (AbHistogramPart *) parts, i);
	return fault ? fault : AbHistogramPartFault(part, bits);
}

PG_FUNCTION_INFO_V1(ab_histogram_in);
Datum
ab_histogram_in(PG_FUNCTION_ARGS)
{
	return AbStoredIn(fcinfo, &histogram_type);
}

/* ----------------------------------------------------------------------
 * Binary form: an arm's nonfinite, min, max, number of bins and the bins as
 * they are stored, which are bytes, after its label, flags and counts of rows
 * left out
 * ----------------------------------------------------------------------
 */

PG_FUNCTION_INFO_V1(ab_histogram_send);
Datum
ab_histogram_send(PG_FUNCTION_ARGS)
{
	AbHistogram *histogram = AB_GETARG_HISTOGRAM(0);
	int			arms = histogram->arms;
	StringInfoData buf;

	AbSendStart(&buf, &histogram_type, histogram->bits, histogram->unassigned,
				arms);
	for (int i = 0; i < arms; i++)
	{
		AbHistogramArm *arm = AbGetHistogramArm(histogram, i);
		Size		end = i + 1 < arms ?
			AbGetHistogramArm(histogram, i + 1)->bins_offset :
			VARSIZE(histogram);

		AbSendHead(&buf, &histogram_type, histogram->bits,
				   AbHistogramLabel(histogram, arm), arm->flags, arm->missing);
		pq_sendint64(&buf, arm->nonfinite);
		pq_sendfloat8(&buf, arm->min);
		pq_sendfloat8(&buf, arm->max);
		pq_sendint32(&buf, arm->bins);
		pq_sendbytes(&buf, (char *) histogram + arm->bins_offset,
					 end - arm->bins_offset);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

static const char *
BinaryArm(StringInfo buf, int bits, void *parts, int i)
{
	AbHistogramPart *all = (AbHistogramPart *) parts;
	AbHistogramPart *part = all + i;
	const unsigned char *start;
	const unsigned char *after;
	const char *fault;
	uint32		count;

	AbCheckBytesLeft(buf, 8 + 8 + 8 + 4, &histogram_type);
	part->head.nonfinite = pq_getmsgint64(buf);
	/* adding zero makes -0 the 0 that aggregates write */
	part->min = pq_getmsgfloat8(buf) + 0.0;
	part->max = pq_getmsgfloat8(buf) + 0.0;
	count = (uint32) pq_getmsgint(buf, 4);

	/* before there is memory for them; a bin takes at least two bytes */
	fault = TooManyBins(all, i, count);
	if (fault)
		return fault;
	AbCheckBytesLeft(buf, 1 + (Size) count * 2, &histogram_type);

	part->count = count;
	part->bins = (AbBin *) palloc(Max(count, 1) * sizeof(AbBin));
	start = (const unsigned char *) buf->data + buf->cursor;
	fault = AbBinsDecode(start, (const unsigned char *) buf->data + buf->len,
						 part->bins, count, &after);
	if (fault)
		return fault;
	buf->cursor += after - start;
	return AbHistogramPartFault(part, bits);
}

PG_FUNCTION_INFO_V1(ab_histogram_recv);
Datum
ab_histogram_recv(PG_FUNCTION_ARGS)
{
	return AbStoredRecv(fcinfo, &histogram_type);
}
