/*
 * summary.c
 *	  The stored summary type: per variant the moments of 1, 2 or 4 columns.
 *
 * What is made here is palloc'd in the current memory context and belongs to
 * the caller; what is read from a value points into it.
 */
#include "value/summary.h"

#include "miscadmin.h"
#include "value/io.h"

/* ----------------------------------------------------------------------
 * Reading
 * ----------------------------------------------------------------------
 */

/*
 * An aligned, plain view of a summary argument.  A stored value comes back
 * compressed, out of line or with a short, unaligned header: then this is a
 * palloc'd copy, else the argument itself, which the caller must not modify.
 * ERROR XX001 if its version is not known.
 */
AbSummary *
AbDatumGetSummary(Datum datum)
{
	return (AbSummary *) AbDetoastStored(datum, "ab_summary",
										 AB_SUMMARY_VERSION);
}

/*
 * AbFindArm() without guessing.
 */
int
AbSearchArm(const AbSummary *summary, AbLabel label)
{
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
	return arm->nonfinite == 0 && !(arm->flags & AB_ARM_OVERFLOW);
}

/*
 * Rows of an arm, finite or not; 0 of none (NULL).
 */
int64
AbArmRows(const AbArm *arm)
{
	return arm ? arm->n + arm->nonfinite : 0;
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
 * Allocate a summary of that many arms and bytes of labels, all zero but the
 * header.  ERROR 54000 if there are too many.
 */
static AbSummary *
AllocateSummary(int columns, int arms, Size label_bytes)
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
 * A summary without arms, but perhaps with rows that have no variant.
 */
AbSummary *
AbNewSummary(int columns, int64 unassigned)
{
	AbSummary  *summary = AllocateSummary(columns, 0, 0);

	summary->unassigned = unassigned;
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
			.nonfinite = arm->nonfinite,
			.flags = arm->flags
	}};

	memcpy(part.head.missing, AbArmMissing(arm, columns),
		   AbMissingCount(columns) * sizeof(int64));
	memcpy(part.moments, arm->moments,
		   AbMomentCount(columns) * sizeof(AbDouble));
	return part;
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

	summary = AllocateSummary(columns, arms, label_bytes);
	summary->unassigned = unassigned;
	offset = sizeof(AbSummary) + arms * AbArmSize(columns);
	for (int i = 0; i < arms; i++)
	{
		const AbArmHead *head = &parts[i].head;
		AbArm	   *arm = AbGetArm(summary, i);

		arm->n = head->n;
		arm->nonfinite = head->nonfinite;
		arm->flags = head->flags;
		memcpy(arm->moments, parts[i].moments,
			   AbMomentCount(columns) * sizeof(AbDouble));
		memcpy(AbArmMissing(arm, columns), head->missing,
			   AbMissingCount(columns) * sizeof(int64));
		SetLabel(summary, arm, head->label, &offset);
	}
	return summary;
}

/*
 * A copy of the summary (or a new one, if NULL) with an arm more, empty, at
 * that position.  The old one is left to its owner: an aggregate's executor
 * copies the new one into its context and frees the one before.
 */
AbSummary *
AbInsertArm(const AbSummary *old, int columns, AbLabel label, int position)
{
	int			arms = old ? old->arms : 0;
	Size		label_bytes = label.length;
	Size		offset;
	AbSummary  *summary;

	if (old)
		label_bytes += VARSIZE(old) - sizeof(AbSummary) -
			arms * AbArmSize(columns);

	summary = AllocateSummary(columns, arms + 1, label_bytes);
	summary->unassigned = old ? old->unassigned : 0;
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

/* ----------------------------------------------------------------------
 * Merging
 * ----------------------------------------------------------------------
 */

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
			*moment = AbQuotient(both * (n - ones[i]) - ones[i] * (ones[j] - both),
								 n);
		}
	for (int i = 0; i < columns; i++)
		if (arm->flags & AB_ARM_BINARY(i))
			arm->moments[i] = AbQuotient(ones[i], n);
}

/*
 * Merge n rows with those moments and flags into an arm.
 */
static void
MergeRows(AbArm *arm, int columns, int64 n, const AbDouble *moments,
		  uint16 flags)
{
	uint16		binary = AB_ARM_ALL_BINARY(columns);

	AbCheckObservations(arm->n, n);
	if (n > 0 && !((arm->flags | flags) & AB_ARM_OVERFLOW))
	{
		if (arm->n == 0)
			memcpy(arm->moments, moments,
				   AbMomentCount(columns) * sizeof(AbDouble));
		else
			AbMomentsMerge(arm->moments, columns, arm->n, n, moments);
	}
	arm->n += n;
	arm->flags = (arm->flags & flags & binary) |
		((arm->flags | flags) & ~binary);
	if ((arm->flags & AB_ARM_OVERFLOW) ||
		!AbMomentsFinite(arm->moments, columns))
		AbSetOverflow(&arm->flags, arm->moments, columns);
	else if (arm->n > 0 && (arm->flags & binary))
		SetBinaryMoments(arm, columns);
}

/*
 * Merge an arm into another of the same label.
 */
static void
MergeArm(AbArm *arm, const AbArm *other, int columns)
{
	for (int i = 0; i < AbMissingCount(columns); i++)
		AbCountRows(&AbArmMissing(arm, columns)[i],
					AbArmMissing(other, columns)[i]);
	AbCountRows(&arm->nonfinite, other->nonfinite);
	MergeRows(arm, columns, other->n, other->moments, other->flags);
}

/*
 * Add that many rows of the same value, which may be NaN or infinite, to an
 * arm of one column.
 */
void
AbAddEqualRows(AbArm *arm, double value, int64 rows)
{
	/* no -0 */
	AbDouble	moments[AbMomentCount(1)] = {{value + 0.0, 0}, {0, 0}};

	if (isfinite(value))
		MergeRows(arm, 1, rows, moments,
				  value == 0 || value == 1 ? AB_ARM_BINARY(0) : 0);
	else
		AbCountRows(&arm->nonfinite, rows);
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
 * A palloc'd copy of a with an empty arm more for every label that only b has,
 * so that it has `arms` of them.
 */
static AbSummary *
WidenSummary(const AbSummary *a, const AbSummary *b, int arms)
{
	AbSummaryPart *parts;
	AbSummary  *wide;
	int			i = 0;
	int			j = 0;

	AbCheckVariantCount(arms, AB_MAX_VARIANTS);
	parts = (AbSummaryPart *) palloc0(arms * sizeof(AbSummaryPart));
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
			parts[k] = AbPartOfArm(a, left);
			i++;
		}
		else
		{
			parts[k].head.label = AbArmLabel(b, right);
			parts[k].head.flags = AB_ARM_ALL_BINARY(a->columns);
		}
		if (order >= 0)
			j++;
	}
	wide = AbBuildSummary(a->columns, a->unassigned, parts, arms);
	pfree(parts);
	return wide;
}

/*
 * Merge another summary into one.  The result is that one, changed in place,
 * or, if the other has labels that it lacks, a palloc'd copy, which leaves it
 * as it was.  ERROR 22023 where they have not the same columns or name
 * different controls.
 */
AbSummary *
AbMergeSummaries(AbSummary *summary, const AbSummary *other)
{
	int			arms;

	AbCheckColumns(summary, other->columns);
	arms = CountUnion(summary, other);
	AbCheckObservations(summary->unassigned, other->unassigned);
	if (arms > (int) summary->arms)
		summary = WidenSummary(summary, other, arms);
	summary->unassigned += other->unassigned;
	for (int i = 0; i < (int) other->arms; i++)
	{
		const AbArm *arm = AbGetArm(other, i);
		int			position = AbFindArm(summary, AbArmLabel(other, arm));

		CHECK_FOR_INTERRUPTS();
		if (arm->flags & AB_ARM_CONTROL)
			AbMarkControl(summary, position);
		MergeArm(AbGetArm(summary, position), arm, summary->columns);
	}
	return summary;
}
