/*
 * quantile_mixture.c
 *	  The comparison of two quantiles at every time it is looked at.
 *
 * Of n rows of an arm k are below x.  If x is the quantile of order q this is a
 * binomial count with probability q, and its likelihood averaged over a beta
 * distribution centred at q, over that at q, is a martingale M (dirichlet.c).
 * A row that equals x may count as below or not, so that k is between the rows
 * below x and those up to x, and the k of the smallest M counts: that is exact
 * for any distribution, ties and the bins of a histogram included.
 *
 * If the quantiles differ by d there is an x at which the control has its
 * quantile and the treatment at x + d, so
 *
 *		E(d) = min over x of M_control(x) M_treatment(x + d)
 *
 * is at most a martingale.  M falls in k and then rises, so the d whose ln E is
 * at most ln(1 / alpha) are an interval, and so are the ratios.
 *
 * Against one side the beta distribution is cut at q, for the control and the
 * treatment on opposite sides; M is then monotone in k.
 *
 * References:
 *	S. R. Howard, A. Ramdas, Sequential Estimation of Quantiles with
 *	Applications to A/B Testing and Best-Arm Identification, Bernoulli 28
 *	(2022), 1704-1728.
 */
#include "math/quantile_mixture.h"

#include "math/dirichlet.h"

/*
 * The count of n rows at which M is least: M(k + 1) >= M(k) from q (n - 1) on.
 */
static double
LeastCount(double q, double n, AbAlternative side)
{
	switch (side)
	{
		case AB_GREATER:
			return 0;
		case AB_LESS:
			return n;
		default:
			return ceil(q * (n - 1));
	}
}

/*
 * Fill in the evidence of an arm with at least one row, in the room that the
 * caller gives.  concentration > 0 is of the beta distribution; with a side the
 * evidence is only that of more (AB_GREATER) or of fewer rows below x than the
 * share q.
 */
void
AbStartEvidence(AbQuantileEvidence *evidence, const AbBins *bins,
				double *in_bin, double *in_gap, double q,
				double concentration, AbAlternative side)
{
	double		n = (double) bins->n;
	double		least = LeastCount(q, n, side);
	double		below = 0;

	evidence->bins = *bins;
	evidence->in_bin = in_bin;
	evidence->in_gap = in_gap;
	evidence->least = 0;
	in_gap[0] = AbBinomialLogE(0, n, q, concentration, side);
	for (int i = 0; i < bins->count; i++)
	{
		double		through = below + (double) bins->bins[i].count;

		in_gap[i + 1] = AbBinomialLogE(through, n, q, concentration, side);
		in_bin[i] = fmin(in_gap[i], in_gap[i + 1]);
		if (below < least && least < through)
			in_bin[i] = fmin(in_bin[i],
							 AbBinomialLogE(least, n, q, concentration, side));
		if (in_bin[i] < in_bin[evidence->least])
			evidence->least = i;
		below = through;
	}
	/* a gap is at least as high as a bin beside it */
	evidence->smallest = in_bin[evidence->least];
}

/*
 * The least of the sums of one arm's bins with what the other has there,
 * whether or not bins of the two overlap.
 */
static double
LeastSum(const AbQuantileEvidence *a, const AbQuantileEvidence *b)
{
	double		sum = INFINITY;
	int			j = 0;

	for (int i = 0; i < a->bins.count; i++)
	{
		double		low = AbBinLow(&a->bins, i);
		double		high = AbBinHigh(&a->bins, i);

		while (j < b->bins.count && AbBinHigh(&b->bins, j) < low)
			j++;
		if (j == b->bins.count || AbBinLow(&b->bins, j) > high)
		{
			sum = fmin(sum, a->in_bin[i] + b->in_gap[j]);
			continue;
		}
		/* the last that overlaps may overlap the next bin as well */
		for (;; j++)
		{
			sum = fmin(sum, a->in_bin[i] + b->in_bin[j]);
			if (j + 1 == b->bins.count || AbBinLow(&b->bins, j + 1) > high)
				break;
		}
	}
	return sum;
}

/*
 * ln E of the two quantiles being equal.
 */
double
AbSharedLogE(const AbQuantileEvidence *control,
			 const AbQuantileEvidence *treatment)
{
	return fmin(LeastSum(control, treatment), LeastSum(treatment, control));
}

/*
 * The first bin whose evidence is at most that, from one below the least
 * upwards; -1 if that goes on to minus infinity.  The budget is at least the
 * smallest.
 */
static int
FirstWithin(const AbQuantileEvidence *evidence, double budget)
{
	int			low = -1;
	int			high = evidence->least;

	if (evidence->in_gap[0] <= budget)
		return -1;
	/* in_bin falls up to the least */
	while (high - low > 1)
	{
		int			middle = low + (high - low) / 2;

		if (evidence->in_bin[middle] <= budget)
			high = middle;
		else
			low = middle;
	}
	return high;
}

/*
 * The last one; bins.count if it goes on to infinity.
 */
static int
LastWithin(const AbQuantileEvidence *evidence, double budget)
{
	int			low = evidence->least;
	int			high = evidence->bins.count;

	if (evidence->in_gap[evidence->bins.count] <= budget)
		return high;
	while (high - low > 1)
	{
		int			middle = low + (high - low) / 2;

		if (evidence->in_bin[middle] <= budget)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/*
 * The values x whose evidence is at most the budget, which is at least the
 * smallest; an end may be infinite.
 */
static AbInterval
ValuesWithin(const AbQuantileEvidence *evidence, double budget)
{
	int			first = FirstWithin(evidence, budget);
	int			last = LastWithin(evidence, budget);
	AbInterval	values;

	values.low = first < 0 ? -INFINITY : AbBinLow(&evidence->bins, first);
	values.high = last == evidence->bins.count ? INFINITY :
		AbBinHigh(&evidence->bins, last);
	return values;
}

/*
 * The differences treatment - control of the two quantiles whose ln E is at
 * most log_level = ln(1 / alpha); an end may be infinite.
 */
AbInterval
AbSharedDifference(const AbQuantileEvidence *control,
				   const AbQuantileEvidence *treatment, double log_level)
{
	double		budget = log_level - treatment->smallest;
	AbInterval	differences = {INFINITY, -INFINITY};

	for (int i = 0; i < control->bins.count; i++)
	{
		AbInterval	values;

		if (control->in_bin[i] > budget)
			continue;
		values = ValuesWithin(treatment, log_level - control->in_bin[i]);
		differences.low = fmin(differences.low,
							   values.low - AbBinHigh(&control->bins, i));
		differences.high = fmax(differences.high,
								values.high - AbBinLow(&control->bins, i));
	}
	if (control->in_gap[0] <= budget)
		differences.high = INFINITY;
	if (control->in_gap[control->bins.count] <= budget)
		differences.low = -INFINITY;
	return differences;
}

/*
 * The lifts treatment / control - 1 likewise.  Returns false if they are
 * unbounded: a control's quantile of zero, or of another sign, is not excluded.
 */
bool
AbSharedLift(const AbQuantileEvidence *control,
			 const AbQuantileEvidence *treatment, AbAlternative alternative,
			 double log_level, AbInterval *lift)
{
	AbInterval	x = ValuesWithin(control, log_level - treatment->smallest);
	AbInterval	y = ValuesWithin(treatment, log_level - control->smallest);
	AbInterval	ratio = {INFINITY, -INFINITY};

	/* of one side the values of one arm go on beyond zero */
	if (alternative == AB_GREATER ? !(y.low > 0) : !(x.low > 0))
		return false;
	for (int i = 0; i < control->bins.count; i++)
	{
		double		low = AbBinLow(&control->bins, i);
		double		high = AbBinHigh(&control->bins, i);
		AbInterval	values;

		if (!(low > 0) ||
			control->in_bin[i] > log_level - treatment->smallest)
			continue;
		values = ValuesWithin(treatment, log_level - control->in_bin[i]);
		ratio.low = fmin(ratio.low, fmin(values.low / low, values.low / high));
		ratio.high = fmax(ratio.high,
						  fmax(values.high / low, values.high / high));
	}
	if (x.low == -INFINITY)
		ratio.high = INFINITY;
	if (x.high == INFINITY)
		ratio.low = alternative == AB_LESS ? -INFINITY : fmin(ratio.low, 0);
	lift->low = ratio.low - 1;
	lift->high = ratio.high - 1;
	return true;
}
