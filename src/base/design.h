/*
 * design.h
 *	  What a summary is read as, where one function reads it in several ways.
 */
#ifndef AB_BASE_DESIGN_H
#define AB_BASE_DESIGN_H

#include "base/args.h"

typedef enum AbDesign
{
	AB_DESIGN_MEAN,
	AB_DESIGN_RATIO,
	AB_DESIGN_CUPED,
	AB_DESIGN_RATIO_CUPED,
	AB_DESIGN_PAIRED,
	AB_DESIGN_PROPORTION		/* zeros and ones, or successes of trials */
} AbDesign;

extern const AbWords ab_designs;	/* AbDesign */
extern const AbWords ab_mean_designs;	/* without proportions */

extern void AbCheckDesign(const AbSummary *summary, AbDesign design);

#endif							/* AB_BASE_DESIGN_H */
