/*
 * histogram.c
 *	  The stored histogram type: per variant, how often each value occurred.
 *
 * What is made here is palloc'd in the current memory context and belongs to
 * the caller; labels of what is read from a value point into it.
 */
#include "value/histogram.h"

#include <math.h>

#include "math/bins_index.h"
#include "value/io.h"

/* ----------------------------------------------------------------------
 * Reading
 * ----------------------------------------------------------------------
 */

/*
 * An aligned, plain view of a histogram argument: a palloc'd copy, or the
 * argument itself, which the caller must not modify.  ERROR XX001 if its
 * version is not known.
 */
AbHistogram *
AbDatumGetHistogram(Datum datum)
{
	return (AbHistogram *) AbDetoastStored(datum, "ab_histogram",
										   AB_HISTOGRAM_VERSION);
}

/*
 * ERROR XX001: what is stored is no histogram.
 */
void
AbHistogramDamaged(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("ab_histogram value is damaged")));
}

/*
 * Write the bins of an arm, as many as its number of bins says and no more than
 * AB_MAX_VALUES, to where they have room.  ERROR XX001 if they are damaged.
 */
void
AbReadHistogramBins(const AbHistogram *histogram, int i, AbBin *bins)
{
	const AbHistogramArm *arm = AbGetHistogramArm(histogram, i);
	const unsigned char *start = (const unsigned char *) histogram +
		arm->bins_offset;
	const unsigned char *end = (const unsigned char *) histogram +
		VARSIZE(histogram);

	if (AbBinsDecode(start, end, bins, arm->bins, &start) != NULL)
		AbHistogramDamaged();
}

/*
 * The bins of an arm, in palloc'd memory.  ERROR XX001 if they are damaged.
 */
AbBins
AbHistogramBins(const AbHistogram *histogram, int i)
{
	const AbHistogramArm *arm = AbGetHistogramArm(histogram, i);
	AbBins		bins;

	bins.count = arm->bins;
	bins.bits = histogram->bits;
	bins.n = arm->n;
	bins.min = arm->min;
	bins.max = arm->max;
	if (arm->bins > AB_MAX_VALUES)
		AbHistogramDamaged();
	bins.bins = (AbBin *) palloc(Max(bins.count, 1) * sizeof(AbBin));
	AbReadHistogramBins(histogram, i, bins.bins);
	return bins;
}

/* ----------------------------------------------------------------------
 * Building
 * ----------------------------------------------------------------------
 */

/*
 * A histogram from its arms, which are in order and different and whose values
 * keep that many bits, and the number of rows without a variant.
 */
AbHistogram *
AbBuildHistogram(int bits, int64 unassigned, const AbHistogramPart *parts,
				 int arms)
{
	Size		size = sizeof(AbHistogram) + arms * sizeof(AbHistogramArm);
	Size		label_offset = size;
	unsigned char *out;
	AbHistogram *histogram;

	for (int i = 0; i < arms; i++)
		size += parts[i].head.label.length +
			AbBinsEncodedSize(parts[i].bins, parts[i].count);

	histogram = (AbHistogram *) palloc0(size);
	SET_VARSIZE(histogram, size);
	histogram->version = AB_HISTOGRAM_VERSION;
	histogram->bits = bits;
	histogram->arms = arms;
	histogram->unassigned = unassigned;
	for (int i = 0; i < arms; i++)
	{
		const AbArmHead *head = &parts[i].head;
		AbHistogramArm *arm = AbGetHistogramArm(histogram, i);

		arm->n = head->n;
		arm->nonfinite = head->nonfinite;
		arm->min = parts[i].min;
		arm->max = parts[i].max;
		arm->bins = parts[i].count;
		arm->label_offset = label_offset;
		arm->label_length = head->label.length;
		arm->flags = head->flags;
		memcpy(arm->missing, head->missing, sizeof(arm->missing));
		if (head->label.length > 0)
			memcpy((char *) histogram + label_offset, head->label.data,
				   head->label.length);
		label_offset += head->label.length;
	}

	out = (unsigned char *) histogram + label_offset;
	for (int i = 0; i < arms; i++)
	{
		AbGetHistogramArm(histogram, i)->bins_offset =
			out - (unsigned char *) histogram;
		out = AbBinsEncode(parts[i].bins, parts[i].count, out);
	}
	Assert(out == (unsigned char *) histogram + size);
	return histogram;
}

/* ----------------------------------------------------------------------
 * Validity
 * ----------------------------------------------------------------------
 */

/*
 * Why an arm cannot have come out of an aggregate, as a sentence, or NULL.
 * Sets its n to the sum of its counts.
 */
const char *
AbHistogramPartFault(AbHistogramPart *part, int bits)
{
	AbArmHead  *head = &part->head;

	head->n = 0;
	for (int i = 0; i < part->count; i++)
	{
		const AbBin *bin = &part->bins[i];

		if (i > 0 && part->bins[i - 1].key >= bin->key)
			return "The values of an arm must be in ascending order.";
		if (AbTruncateKey(bin->key, bits) != bin->key)
			return "A value has more bits than the histogram keeps.";
		if (bin->count < 1 || bin->count > AB_MAX_OBSERVATIONS - head->n)
			return "The number of observations is out of range.";
		head->n += bin->count;
	}
	if (head->nonfinite < 0 || head->nonfinite > AB_MAX_OBSERVATIONS)
		return "The number of observations is out of range.";
	if (head->flags & ~AB_ARM_CONTROL)
		return "An arm has unknown flags.";
	if (part->count == 0)
		return part->min == 0 && part->max == 0 ? NULL :
			"An arm without observations has no smallest and largest value.";
	if (!isfinite(part->min) || !isfinite(part->max) || part->min > part->max ||
		AbTruncateKey(AbKeyOfValue(part->min), bits) != part->bins[0].key ||
		AbTruncateKey(AbKeyOfValue(part->max), bits) !=
		part->bins[part->count - 1].key)
		return "The smallest and largest value of an arm must be in its first and last bin.";
	return NULL;
}

/*
 * Why the bins of all arms together cannot make one histogram, as a sentence,
 * or NULL.
 */
const char *
AbHistogramFault(const AbHistogramPart *parts, int arms, int bits)
{
	int64		total = 0;
	AbKeySet   *keys;
	bool		full;
	int			n;

	for (int i = 0; i < arms; i++)
		total += parts[i].count;
	if (total <= AB_MAX_VALUES && bits == AB_EXACT_BITS)
		return NULL;
	if (total > AB_MAX_BINS)
		return "There are too many values.";
	keys = (AbKeySet *) palloc(sizeof(AbKeySet));
	AbClearKeySet(keys);
	for (int i = 0; i < arms; i++)
		AbAddKeys(keys, parts[i].bins, parts[i].count);
	n = keys->count;
	full = keys->full;
	pfree(keys);
	if (full)
		return "There are too many different values.";
	/* one bit more makes at most two bins of one */
	if (bits < AB_EXACT_BITS && 2 * n <= AB_MAX_VALUES &&
		2 * total <= AB_MAX_BINS)
		return "The histogram keeps fewer bits than it has room for.";
	return NULL;
}
