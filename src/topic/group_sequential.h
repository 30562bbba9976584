/*
 * group_sequential.h
 *	  What the functions for tests with several looks share.
 */
#ifndef AB_TOPIC_GROUP_SEQUENTIAL_H
#define AB_TOPIC_GROUP_SEQUENTIAL_H

#include "base/args.h"
#include "math/looks.h"

#define AB_MAX_LOOKS	200

/* How error is spent over looks, as calls say it. */
typedef struct AbLooksCall
{
	ArrayType  *information;
	double		alpha;
	AbAlternative alternative;
	AbSpendingFamily spending;
	double		parameter;		/* NaN for the family's usual one */
	bool		final;
} AbLooksCall;

extern const AbWords ab_spending_families;	/* AbSpendingFamily */
extern const AbRange ab_spending_parameter;

#define AB_INFORMATION_ARG(type, looks) \
	AB_ARRAY_ARG(type, looks.information, "information")
#define AB_LOOKS_ALPHA_ARG(type, looks) \
	AB_NUMBER_ARG(type, looks.alpha, "alpha", &ab_alpha, 0.05)
#define AB_LOOKS_ALTERNATIVE_ARG(type, looks) \
	AB_WORD_ARG(type, looks.alternative, "alternative", &ab_alternatives, \
				AB_TWO_SIDED)
#define AB_SPENDING_ARG(type, looks) \
	AB_WORD_ARG(type, looks.spending, "spending", &ab_spending_families, \
				AB_SPEND_OBRIEN_FLEMING)
#define AB_PARAMETER_ARG(type, looks) \
	AB_NUMBER_ARG(type, looks.parameter, "parameter", \
				  &ab_spending_parameter, NAN)
#define AB_FINAL_ARG(type, looks) \
	AB_FLAG_ARG(type, looks.final, "final", \
				"Use true for the last look, which spends what is left.", \
				false)

extern double *AbReadInformation(ArrayType *array, int *count);
extern AbSpending AbReadSpending(AbSpendingFamily family, double parameter);
extern AbLooks AbLooksSoFar(const AbLooksCall *call);
extern const char *AbSpendingName(AbSpending spending);
extern double AbNominalAlpha(double bound, AbAlternative alternative);

#endif							/* AB_TOPIC_GROUP_SEQUENTIAL_H */
