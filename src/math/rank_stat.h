/*
 * rank_stat.h
 *	  Rank statistics of values with their counts: Mann and Whitney's U with
 *	  the interval of the superiority, Smirnov's largest gaps, Wilcoxon's
 *	  signed ranks.
 *
 * Pure C: no PostgreSQL header.  Unknown results are NaN.
 */
#ifndef AB_MATH_RANK_STAT_H
#define AB_MATH_RANK_STAT_H

#include <stdbool.h>
#include <stdint.h>

#include "math/binomial.h"
#include "math/bins.h"
#include "math/moments.h"
#include "math/rank_null.h"

/* Mann and Whitney's statistic and its variances. */
typedef struct AbRankStatistic
{
	double		control_n;
	double		treatment_n;
	double		pairs;
	double		u;				/* of the treatment */
	double		net;			/* pairs won minus pairs lost, exactly */
	double		theta;			/* u / pairs */
	double		complement;		/* 1 - theta, with its own digits */
	double		null_variance;	/* of theta, by the test */
	double		variance;		/* of theta, by placements; NaN if unknown */
	bool		ties;
} AbRankStatistic;

/* Mann and Whitney's test, and how its interval's ends are found. */
typedef struct AbMannWhitney
{
	AbTails		tails;
	double		z;				/* NaN if the test is exact */
	AbEndCorrection low;
	AbEndCorrection high;
} AbMannWhitney;

/* The largest difference of the distribution functions in one direction. */
typedef struct AbLargestGap
{
	double		size;			/* times the number of pairs */
	double		location;
	bool		of_treatment;	/* is there a row of the treatment? */
} AbLargestGap;

/* What is done about pairs without a difference. */
typedef enum AbZeroMethod
{
	AB_ZERO_WILCOX,				/* zeros are left out */
	AB_ZERO_PRATT,				/* they have ranks, which count for no side */
	AB_ZERO_ZSPLIT				/* which count half for each side */
} AbZeroMethod;

/* The differences of pairs by their absolute value; sums of doubled ranks. */
typedef struct AbSignedRanks
{
	AbRankGroup *groups;		/* the caller's, with doubled ranks */
	int			count;
	int64_t		positive;
	int64_t		negative;
	int64_t		zeros;
	int64_t		ties;
	AbDouble	net;			/* positive minus negative */
	AbDouble	total;			/* of all but zeros */
	double		squares;		/* of the doubled ranks that vary */
} AbSignedRanks;

/* Sums of ranks, not doubled. */
typedef struct AbRankSums
{
	double		positive;
	double		negative;
	double		biserial;		/* their difference over their sum */
} AbRankSums;

extern AbRankStatistic AbMannWhitneyStatistic(const AbBins *control,
											  const AbBins *treatment,
											  const AbWork *work);
extern AbMannWhitney AbMannWhitneyExact(const AbRankStatistic *s,
										AbTails tails, double level);
extern AbMannWhitney AbMannWhitneyAsymptotic(const AbRankStatistic *s,
											 bool continuity,
											 AbAlternative alternative,
											 double level);
extern AbInterval AbSuperiorityInterval(const AbRankStatistic *s,
										const AbMannWhitney *test,
										AbAlternative alternative,
										bool significant);
extern bool AbLargestGaps(const AbBins *control, const AbBins *treatment,
						  AbLargestGap *above,
						  AbLargestGap *below, const AbWork *work);
extern AbSignedRanks AbRankDifferences(const AbBins *bins,
									   AbZeroMethod zero_method,
									   AbRankGroup *groups, const AbWork *work);
extern AbRankSums AbSignedRankSums(const AbSignedRanks *ranks,
								   AbZeroMethod zero_method);
extern double AbSignedRankZ(const AbSignedRanks *ranks, bool continuity,
							AbAlternative alternative);
extern double AbReduceRanks(AbSignedRanks *ranks, double *total);

#endif							/* AB_MATH_RANK_STAT_H */
