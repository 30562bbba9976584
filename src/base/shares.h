/*
 * shares.h
 *	  Variants and weights in arrays: what the units of an experiment are meant
 *	  to be shared out by.
 */
#ifndef AB_BASE_SHARES_H
#define AB_BASE_SHARES_H

#include "value/summary.h"

#include "utils/array.h"

extern double *AbGetNumbers(ArrayType *array, const char *name, int *count);
extern AbLabel *AbGetLabels(ArrayType *array, const char *name, int *count);
extern void AbCheckSomeArms(int arms);
extern double *AbGetWeights(ArrayType *array, int arms);
extern void AbCheckUniqueLabels(const AbLabel *labels, int count);

#endif							/* AB_BASE_SHARES_H */
