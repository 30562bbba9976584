/*
 * power.h
 *	  What the functions that plan an experiment share: their arguments, and
 *	  how an answer is checked.
 *
 * n is the size of the control group, and ratio times as many users get the
 * treatment, not necessarily a whole number.
 */
#ifndef AB_TOPIC_POWER_H
#define AB_TOPIC_POWER_H

#include "base/args.h"

/* What a plan says, each function leaving out what it answers. */
typedef struct AbPlan
{
	double		n;				/* users or pairs */
	double		effect;			/* to be detected, treatment - control */
	double		target;			/* the treatment's rate with it; NaN if the
								 * effect was named */
	double		alpha;
	double		power;
	double		ratio;			/* treatment group / control group */
	AbAlternative alternative;
} AbPlan;

extern const AbRange ab_any_number; /* or NULL, for a check later on */
extern const AbRange ab_users;
extern const AbRange ab_effect;
extern const AbRange ab_effect_or_target;
extern const AbRange ab_target;
extern const AbRange ab_true_effect;
extern const AbRange ab_power_aim;
extern const AbRange ab_group_ratio;
extern const AbRange ab_baseline_rate;
extern const AbRange ab_stddev;
extern const AbRange ab_optional_stddev;

#define AB_N_ARG(type, plan) \
	AB_COUNT_ARG(type, plan.n, "n", &ab_users)
#define AB_DETECTABLE_ARG(type, plan) \
	AB_NUMBER_ARG(type, plan.effect, "min_detectable_effect", &ab_effect, 0)
/* of functions that take the rate aimed at in its place, as AB_TARGET_ARG */
#define AB_EFFECT_OR_TARGET_ARG(type, plan) \
	AB_NUMBER_ARG(type, plan.effect, "min_detectable_effect", \
				  &ab_effect_or_target, 0)
#define AB_TARGET_ARG(type, plan) \
	AB_NUMBER_ARG(type, plan.target, "target", &ab_target, NAN)
#define AB_POWER_ARG(type, plan) \
	AB_NUMBER_ARG(type, plan.power, "power", &ab_power_aim, 0)
#define AB_RATIO_ARG(type, plan) \
	AB_NUMBER_ARG(type, plan.ratio, "ratio", &ab_group_ratio, 0)

static inline bool
AbTwoSided(const AbPlan *plan)
{
	return plan->alternative == AB_TWO_SIDED;
}

extern void AbCheckPower(double power, double alpha);
extern void AbUseTarget(AbPlan *plan, double baseline);
extern void AbCheckDirection(AbPlan *plan);
extern void AbCheckRate(double baseline, double effect);
extern double AbCheckEffectSize(double size);
extern void AbCheckGroups(double n, double ratio);
extern double AbCheckAnswer(double answer, const char *message);
extern Datum AbSizeDatum(double n);
extern Datum AbPowerDatum(double power);

#endif							/* AB_TOPIC_POWER_H */
