/*
 * summary_design.h
 *	  The effect of a treatment by whichever design a summary is read as.
 */
#ifndef AB_TOPIC_SUMMARY_DESIGN_H
#define AB_TOPIC_SUMMARY_DESIGN_H

#include "base/design.h"
#include "topic/cuped.h"

/* A comparison of two arms, read by a design. */
typedef struct AbDesigned
{
	AbMeans		means;
	AbDesign	design;
	AbPairs		pairs;			/* of ratios and covariates */
	AbTheta		theta;			/* the slope they are adjusted by */
	AbProportions counts;		/* of proportions */
} AbDesigned;

extern bool AbStartDesign(AbDesigned *designed, const AbSummary *summary,
						  AbTestArgs *args, AbDesign design);
extern bool AbDesignEffect (AbDesigned *designed, bool equal_var,
							AbEffect *effect);
extern bool AbDesignEffects(AbDesigned *designed, AbEffect *pooled,
							AbEffect *separate);

#endif							/* AB_TOPIC_SUMMARY_DESIGN_H */
