/*
 * rates.h
 *	  The score tests of two rates, which several topics make.
 */
#ifndef AB_BASE_RATES_H
#define AB_BASE_RATES_H

#include "base/effect.h"
#include "math/proportions_score.h"

extern const char *AbScoreTestName(AbScoreTest test);
extern bool AbCheckBinaryArms(AbMeans *means);
extern AbProportions AbCountArms(const AbMeans *means);
extern void AbNoteZeroControl(AbComparison *row, const AbProportions *counts);
extern AbInterval AbAgreeAt(const AbComparison *row, AbInterval interval,
							double value);
extern AbInterval AbOneOrBoth(AbAlternative alternative, double low,
							  double high);
extern void AbSetRateIntervals(AbComparison *row, const AbProportions *counts,
							   AbScoreTest test, AbProportionNull null,
							   AbAlternative alternative, double critical);
extern void AbTestRates(AbComparison *row, const AbProportions *counts,
						AbScoreTest test, AbProportionNull null,
						AbAlternative alternative);
extern bool AbNoteFewEvents(AbComparison *row, const AbProportions *counts,
							AbProportionNull null);

#endif							/* AB_BASE_RATES_H */
