/*
 * quantile_limits.h
 *	  Confidence limits of a quantile between order statistics, and the
 *	  comparison of two quantiles.
 *
 * Pure C: no PostgreSQL header.  Unknown results are NaN.
 */
#ifndef AB_MATH_QUANTILE_LIMITS_H
#define AB_MATH_QUANTILE_LIMITS_H

#include "math/bins.h"
#include "math/student.h"

/* slots of the memory of AbOrderStat; a power of two */
#define AB_ORDER_MEMORY		256

/*
 * The rows of one arm in their order.  The memory keeps normal scores of ranks
 * that were computed.
 */
typedef struct AbOrderStat
{
	AbBins		bins;
	const int64_t *through;		/* rows in the bins up to each */
	double		q;				/* the quantile asked for, in (0, 1) */
	double		design_effect;	/* of the share of rows below it */
	double		df;				/* of its estimate, infinite if it is known */
	int64_t		ranks[AB_ORDER_MEMORY];
	double		scores[AB_ORDER_MEMORY];
} AbOrderStat;

/* What the comparison of two quantiles gives. */
typedef struct AbQuantileTest
{
	double		control;		/* the quantiles, as percentile_cont has them */
	double		treatment;
	double		std_error;		/* of their difference, approximately */
	double		statistic;		/* standard normal without a difference */
	double		p_value;
	double		largest;		/* |statistic| that the numbers of rows allow */
} AbQuantileTest;

/* The two arms of a comparison, and how they share its critical value. */
typedef struct AbQuantilePair
{
	AbOrderStat *control;
	AbOrderStat *treatment;
	double		control_width;	/* between the arm's own two limits */
	double		treatment_width;
	double		unsure;			/* how little the widths tell: 0 to 1 */
	AbQuantileTest test;
} AbQuantilePair;

extern void AbStartOrderStat(AbOrderStat *order, const AbBins *bins,
							 int64_t *through, double q,
							 double design_effect, double df);
extern double AbQuantileLimit(AbOrderStat *order, double z, bool upper);
extern double AbQuantileRowsNeeded(double q, double level);
extern bool AbCompareQuantiles(AbQuantilePair *pair, AbOrderStat *control,
							   AbOrderStat *treatment,
							   AbAlternative alternative);
extern AbInterval AbQuantileDifference(AbQuantilePair *pair, double z,
									   AbAlternative alternative,
									   bool significant);
extern bool AbQuantileLift(AbQuantilePair *pair, double z,
						   AbAlternative alternative, bool significant,
						   AbInterval *lift);

#endif							/* AB_MATH_QUANTILE_LIMITS_H */
