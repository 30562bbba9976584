/*
 * summary.c
 *	  The stored summary type: per variant the moments of 1, 2 or 4 columns.
 *
 * What is made here is palloc'd in the current memory context and belongs to
 * the caller; what is read from a value points into it.
 */
#include "value/summary.h"

/* ----------------------------------------------------------------------
 * Reading
 * ----------------------------------------------------------------------
 */

/*
 * The slot of the index where the label is, or where it is to go.
 */
uint16 *
AbFindSlot(const AbSummary *summary, AbLabel label)
{
	uint16	   *index = (uint16 *) ((char *) summary + AbOpenIndex(summary));
	uint32		mask = summary->room * AB_SLOTS_PER_ARM - 1;
	uint32		slot = AbHashLabel(label) & mask;

	while (index[slot] != 0 &&
		   !AbLabelEquals(AbSummaryLabel(summary, index[slot] - 1), label))
		slot = (slot + 1) & mask;
	return &index[slot];
}

/*
 * AbFindArm() without guessing.
 */
int
AbSearchArm(const AbSummary *summary, AbLabel label)
{
	if (AbIsIndexed(summary))
	{
		int			position = *AbFindSlot(summary, label) - 1;

		return position < 0 ? -((int) summary->arms + 1) : position;
	}
	return AbBisectArms(summary, summary->arms, AbSummaryLabel, label);
}

static inline uint16 *
FlagsOf(const void *summary, int i)
{
	return &AbGetArm((const AbSummary *) summary, i)->flags;
}

/*
 * Name the arm at that position as control.  ERROR 22023 if another one is.
 */
void
AbMarkControl(AbSummary *summary, int position)
{
	AbMarkArm(summary, summary->arms, AbSummaryLabel, FlagsOf, position);
}

/*
 * Are the moments of an arm with rows known, that is finite?
 */
bool
AbArmKnown(const AbArm *arm)
{
	return !(arm->flags & (AB_ARM_NONFINITE | AB_ARM_OVERFLOW));
}

/*
 * Rows without a variant, which are in no arm.
 */
int64
AbUnassigned(const AbSummary *summary)
{
	int64	   *counts = AbSummaryCounts(summary);

	return counts ? counts[0] : 0;
}

/*
 * Rows of an arm with a NaN or an infinity, which are not in its n.
 */
int64
AbArmNonfinite(const AbSummary *summary, const AbArm *arm)
{
	if (!(arm->flags & AB_ARM_NONFINITE))
		return 0;
	return AbArmCounts(summary, AbArmPosition(summary, arm))[0];
}

/*
 * The AbMissingCount() counts of the rows of an arm that were left out for want
 * of a value; see label.h.
 */
const int64 *
AbArmMissing(const AbSummary *summary, const AbArm *arm)
{
	static const int64 none[AB_MAX_MISSING] = {0};
	int64	   *counts = AbArmCounts(summary, AbArmPosition(summary, arm));

	return counts ? counts + 1 : none;
}

/*
 * Rows of an arm, finite or not; 0 of none (NULL).
 */
int64
AbArmRows(const AbSummary *summary, const AbArm *arm)
{
	return arm ? arm->n + AbArmNonfinite(summary, arm) : 0;
}

/*
 * Mean of a column of an arm, NaN if it is not known.  One that is but the
 * rounding error of values which cancel is 0.
 */
double
AbArmMean(const AbSummary *summary, const AbArm *arm, int column)
{
	double		mean = AbDoubleValue(arm->moments[column]);
	double		sum = AbDoubleValue(arm->moments[AbComomentIndex(summary->columns,
																 column, column)]);

	if (!AbArmKnown(arm) || arm->n < 1)
		return NAN;
	/* not squared: that would leave the range for small means */
	return fabs(mean) * sqrt((double) arm->n) <= 8 * DBL_EPSILON * sqrt(sum) ?
		0 : mean;
}

/*
 * Sample covariance of columns i and j of an arm (the variance if they are
 * the same), NaN if it is not known.
 */
double
AbArmVariance(const AbSummary *summary, const AbArm *arm, int i, int j)
{
	if (!AbArmKnown(arm) || arm->n < 2)
		return NAN;
	return AbDoubleValue(arm->moments[AbComomentIndex(summary->columns,
													  Min(i, j), Max(i, j))]) /
		(arm->n - 1);
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

/* ----------------------------------------------------------------------
 * Building
 * ----------------------------------------------------------------------
 */

/*
 * Allocate a closed summary of that many arms and bytes of labels, with or
 * without counts, all zero but the header.  ERROR 54000 if there are too many.
 */
AbSummary *
AbAllocateSummary(int columns, int arms, Size label_bytes, bool has_counts)
{
	Size		size = sizeof(AbSummary) + arms * AbArmSize(columns) + label_bytes;
	AbSummary  *summary;

	AbCheckVariantCount(arms, AB_MAX_VARIANTS);
	if (has_counts)
		size = MAXALIGN(size) + AbCountsSize(columns, arms);
	summary = (AbSummary *) palloc0(size);
	SET_VARSIZE(summary, size);
	summary->version = AB_SUMMARY_VERSION;
	summary->columns = columns;
	summary->flags = has_counts ? AB_SUMMARY_COUNTS : 0;
	summary->arms = arms;
	return summary;
}

/*
 * An arm as a part, whose label points into the summary.
 */
AbSummaryPart
AbPartOfArm(const AbSummary *summary, const AbArm *arm)
{
	int			columns = summary->columns;
	AbSummaryPart part = {.head = {
			.label = AbArmLabel(summary, arm),
			.n = arm->n,
			.nonfinite = AbArmNonfinite(summary, arm),
			.flags = arm->flags & ~AB_ARM_NONFINITE
	}};

	memcpy(part.head.missing, AbArmMissing(summary, arm),
		   AbMissingCount(columns) * sizeof(int64));
	memcpy(part.moments, arm->moments,
		   AbMomentCount(columns) * sizeof(AbDouble));
	return part;
}

/*
 * Do any of the counts of these parts need to be stored?
 */
static bool
PartsHaveCounts(int columns, const AbSummaryPart *parts, int arms)
{
	for (int i = 0; i < arms; i++)
		if (parts[i].head.nonfinite != 0 ||
			AbAllMissing(parts[i].head.missing, AbMissingCount(columns)) != 0)
			return true;
	return false;
}

/*
 * A summary from its arms, which are in order and different, and the number of
 * rows without a variant.
 */
AbSummary *
AbBuildSummary(int columns, int64 unassigned, const AbSummaryPart *parts,
			   int arms)
{
	Size		label_bytes = 0;
	Size		offset;
	AbSummary  *summary;

	for (int i = 0; i < arms; i++)
		label_bytes += parts[i].head.label.length;

	summary = AbAllocateSummary(columns, arms, label_bytes,
								unassigned != 0 ||
								PartsHaveCounts(columns, parts, arms));
	offset = AbLabelsStart(summary);
	for (int i = 0; i < arms; i++)
	{
		const AbArmHead *head = &parts[i].head;
		AbArm	   *arm = AbGetArm(summary, i);

		arm->n = head->n;
		arm->flags = head->flags;
		if (head->nonfinite != 0)
			arm->flags |= AB_ARM_NONFINITE;
		memcpy(arm->moments, parts[i].moments,
			   AbMomentCount(columns) * sizeof(AbDouble));
		offset = AbSetLabel(summary, arm, head->label, offset);
	}
	if (summary->flags & AB_SUMMARY_COUNTS)
	{
		AbSummaryCounts(summary)[0] = unassigned;
		for (int i = 0; i < arms; i++)
		{
			int64	   *counts = AbArmCounts(summary, i);

			counts[0] = parts[i].head.nonfinite;
			memcpy(counts + 1, parts[i].head.missing,
				   AbMissingCount(columns) * sizeof(int64));
		}
	}
	return summary;
}

/*
 * numerator / denominator with its rounding error as low part.
 */
AbDouble
AbQuotient(double numerator, double denominator)
{
	AbDouble	quotient;

	quotient.high = numerator / denominator;
	quotient.low = fma(-quotient.high, denominator, numerator) / denominator;
	return quotient;
}

/*
 * Forget the moments of an arm that exceeded the range of double, and say so in
 * its flags.
 */
void
AbSetOverflow(uint16 *flags, AbDouble *moments, int columns)
{
	*flags &= ~AB_ARM_ALL_BINARY(columns);
	*flags |= AB_ARM_OVERFLOW;
	memset(moments, 0, AbMomentCount(columns) * sizeof(AbDouble));
}

/*
 * Why an arm of that many columns cannot have come out of an aggregate, as a
 * sentence, or NULL.
 */
const char *
AbSummaryPartFault(const AbSummaryPart *part, int columns)
{
	const AbArmHead *head = &part->head;
	const char *fault;

	if (head->n < 0 || head->n > AB_MAX_OBSERVATIONS ||
		head->nonfinite < 0 || head->nonfinite > AB_MAX_OBSERVATIONS)
		return "The number of observations is out of range.";
	if (head->flags & ~(AB_ARM_ALL_BINARY(columns) | AB_ARM_CONTROL |
						AB_ARM_OVERFLOW))
		return "An arm has unknown flags.";
	if (head->n == 0 &&
		(head->flags & (AB_ARM_ALL_BINARY(columns) | AB_ARM_OVERFLOW)) !=
		AB_ARM_ALL_BINARY(columns))
		return "An arm without observations has flags of its values.";
	if (head->flags & AB_ARM_OVERFLOW)
	{
		for (int i = 0; i < AbMomentCount(columns); i++)
			if (part->moments[i].high != 0 || part->moments[i].low != 0)
				return "An arm whose moments overflowed has moments.";
		return NULL;
	}

	fault = AbMomentsFault(part->moments, columns, head->n);
	if (fault)
		return fault;

	for (int i = 0; i < columns; i++)
		if (head->n > 0 && (head->flags & AB_ARM_BINARY(i)))
		{
			double		n = head->n;
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
 * ERROR 22023: summaries that cannot be merged.
 */
void
AbColumnsDiffer(int a, int b)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("summaries of different numbers of columns cannot be combined"),
			 errdetail("One has %d, the other %d.", a, b)));
}
