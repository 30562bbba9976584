/*
 * counts.c
 *	  Events and exposures of the arms of a summary.
 *
 * The counts and exposures are sums that come back from the means.
 */
#include "base/counts.h"

/*
 * Counts are noted as dispersed unlike Poisson's when that misstates the
 * standard error by more than this and is more than chance, in standard
 * deviations of the index.
 */
#define DISPERSION_TOLERANCE	0.1
#define DISPERSION_SDS			3

const AbWidth ab_event_width = {
	1, 2, "Collect it by ab_summary(events, exposure, variant), or by ab_summary(events, variant) where every row is one unit of exposure."
};

const AbColumnName ab_event_columns[] = {
	{"events", "events"},
	{"an exposure", "exposures"}
};

/*
 * Sum of a column.  The mean carries its rounding error, so a sum of whole
 * numbers comes back whole but for the last bits.
 */
static double
ColumnSum(const AbArm *arm, int column)
{
	AbDouble	mean = AbDoubleNormal(arm->moments[column]);
	double		n = arm->n;

	return fma(n, mean.high, n * mean.low);
}

/*
 * The sums of an arm; with one column every row is one unit of exposure.
 */
AbEventSums
AbSumEvents(const AbSummary *summary, const AbArm *arm)
{
	AbEventSums sums;

	sums.events = ColumnSum(arm, 0);
	sums.exposure = summary->columns == 1 ? (double) arm->n : ColumnSum(arm, 1);
	if (fabs(sums.events - rint(sums.events)) <=
		1e-6 + 1e-12 * fabs(sums.events))
		sums.events = rint(sums.events) + 0.0;	/* no -0 */
	sums.rate = sums.events / sums.exposure;
	return sums;
}

/*
 * Note what keeps the sums of an arm from being a Poisson count.  Returns
 * whether they are one.
 */
bool
AbCheckEvents(AbNotes *notes, const char *role, AbEventSums sums)
{
	if (!(sums.exposure > 0))
		AbNote(notes, "the exposure of the %s is not above zero: no rate",
			   role);
	else if (sums.events < 0 || sums.events != rint(sums.events))
		AbNote(notes, "the events of the %s add up to %g, which is no count",
			   role, sums.events);
	else if (!isfinite(sums.rate) || sums.events > (double) AB_MAX_OBSERVATIONS)
		AbNote(notes, "values of the %s are too large for double precision",
			   role);
	else
		return true;
	return false;
}

/*
 * Variances of the rows of an arm.
 */
static AbPoissonRows
GetRows(const AbSummary *summary, const AbArm *arm)
{
	AbPoissonRows rows = {arm->n, AbArmVariance(summary, arm, 0, 0), 0, 0};

	if (summary->columns == 2)
	{
		rows.exposure = AbArmVariance(summary, arm, 1, 1);
		rows.covariance = AbArmVariance(summary, arm, 0, 1);
	}
	return rows;
}

/*
 * The index of dispersion of the rows of a row that is compared, where it is not
 * Poisson's 1 by more than chance and enough to matter; else NaN, with a note
 * where it cannot be told.
 */
double
AbEventDispersion(AbMeans *means, const AbPoissonCounts *counts)
{
	double		rows = (double) means->control->n + means->treatment->n - 2;
	AbPoissonRows control = GetRows(means->summary, means->control);
	AbPoissonRows treatment = GetRows(means->summary, means->treatment);
	double		index = AbPoissonDispersion(counts, &control, &treatment);

	if (control.n == 1 || treatment.n == 1)
		AbNote(&means->row.notes, "the dispersion of the events cannot be checked: an arm has one row");
	else if (isfinite(index) && fabs(sqrt(index) - 1) > DISPERSION_TOLERANCE &&
			 fabs(index - 1) > DISPERSION_SDS * sqrt(2 / rows))
		return index;
	return NAN;
}
