/*
 * paired.h
 *	  What the tests of pairs in a summary share.
 */
#ifndef AB_TOPIC_PAIRED_H
#define AB_TOPIC_PAIRED_H

#include "base/effect.h"

typedef struct AbPairsCall
{
	const AbSummary *summary;
	AbTestArgs	test;			/* control and treatment name the columns */
	AbLabel		variant;		/* that holds the pairs */
	const char *named_by;		/* the argument that says so; NULL: variant */
} AbPairsCall;

extern const AbWidth ab_pairs_width;

extern void AbNamePairs(AbPairsCall *call);
extern bool AbStartPairs(AbMeans *means, const AbPairsCall *call);
extern bool AbPairsEffect(AbMeans *means, AbEffect *effect);
extern void AbNotePairs(AbMeans *means);
extern void AbTestPairs(AbMeans *means, const AbPairsCall *call);

#endif							/* AB_TOPIC_PAIRED_H */
