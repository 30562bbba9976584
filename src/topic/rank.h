/*
 * rank.h
 *	  What rank tests of two variants and of pairs share.
 */
#ifndef AB_TOPIC_RANK_H
#define AB_TOPIC_RANK_H

#include "base/arms.h"

/* How a null distribution is computed. */
typedef enum AbRankMethod
{
	AB_RANK_AUTO,
	AB_RANK_EXACT,
	AB_RANK_ASYMPTOTIC
} AbRankMethod;

extern const AbWords ab_rank_methods;	/* AbRankMethod */

#define AB_RANK_METHOD_ARG(type, field) \
	AB_WORD_ARG(type, field, "method", &ab_rank_methods, AB_RANK_AUTO)
#define AB_CONTINUITY_ARG(type, field, otherwise) \
	AB_FLAG_ARG(type, field, "continuity", \
				"Use true for the continuity correction of the asymptotic test.", \
				otherwise)

extern void AbNoteBuckets(AbNotes *notes, const AbBins *bins);
extern double AbMedian(const AbBins *bins);

#endif							/* AB_TOPIC_RANK_H */
