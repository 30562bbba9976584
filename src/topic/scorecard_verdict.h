/*
 * scorecard_verdict.h
 *	  What is made of the rows of a scorecard: families, verdicts, slices.
 */
#ifndef AB_TOPIC_SCORECARD_VERDICT_H
#define AB_TOPIC_SCORECARD_VERDICT_H

#include "topic/scorecard_read.h"

extern void AbJudge(const AbSpec *spec, AbScorecardRow *rows, int count);
extern AbScorecardRow AbSampleRatio(const AbCollection *collection,
									const AbBlock *block, AbLabel control,
									AbLabel treatment);
extern AbScorecardRow AbHeterogeneity(const AbSpec *spec, int slice,
									  const AbBlock *block,
									  AbScorecardRow *const *rows, int count);

#endif							/* AB_TOPIC_SCORECARD_VERDICT_H */
