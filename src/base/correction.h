/*
 * correction.h
 *	  The correction for several comparisons that a call names.
 */
#ifndef AB_BASE_CORRECTION_H
#define AB_BASE_CORRECTION_H

#include "postgres.h"

#include "fmgr.h"
#include "math/padjust.h"

extern AbCorrection AbGetCorrection(FunctionCallInfo fcinfo, int argument,
									bool with_dunnett);
extern const char *AbCorrectionSuffix(AbCorrection correction);

#endif							/* AB_BASE_CORRECTION_H */
