/*
 * missing.c
 *	  Is more missing in one arm than in another?
 *
 * References:
 *	R. A. Fisher, Statistical Methods for Research Workers, 5th edition, 1934,
 *	section 21.02.
 *	K. Pearson, On the Criterion that a Given System of Deviations from the
 *	Probable ..., Philosophical Magazine 50 (1900), 157-175.
 */
#include "math/missing.h"

#include <math.h>
#include <stddef.h>

#include "math/binomial.h"
#include "math/distributions.h"
#include "math/proportions_exact.h"
#include "math/proportions_score.h"

/*
 * From this expected count in every cell on the chi-square test is as good as
 * Fisher's where it matters, near p = 0.001, and below it Fisher's sums are
 * short.
 */
#define MANY_EXPECTED	50

/*
 * Fisher's test where there are more rows than it takes.  The smallest margin
 * is then a vanishing part of all, so the count that it shares with one arm or
 * with what is missing is binomial.  Two-sided: twice the smaller tail.
 */
static double
FewOfVeryMany(const AbProportions *c)
{
	double		n = c->control_n + c->treatment_n;
	double		missing = c->control + c->treatment;
	double		margins[4] = {missing, n - missing, c->control_n, c->treatment_n};
	double		cells[4] = {c->treatment, c->treatment_n - c->treatment,
	c->control, c->treatment};
	double		across[4] = {c->treatment_n, c->treatment_n, missing, missing};
	int			least = 0;

	for (int i = 1; i < 4; i++)
		if (margins[i] < margins[least])
			least = i;
	return AbTailsPValue(AbBinomialTails(cells[least], margins[least],
										 across[least] / (n - across[least]),
										 false), AB_TWO_SIDED);
}

/*
 * Two-sided p-value of the hypothesis that a row is missing with the same
 * probability in both arms; "successes" are the rows that are missing, of at
 * least one row in each arm, whole numbers up to 2^53.  The score test, that is
 * Pearson's chi-square; Fisher's exact test where a count is expected to be
 * small.  1 where nothing or everything is missing.
 */
double
AbMissingP(const AbProportions *missing)
{
	static const AbScoreTest pearson = {AB_SCORE, AB_CONTINUITY_NONE};
	static const AbProportionNull equal = {0, false};
	double		n = missing->control_n + missing->treatment_n;
	double		all = missing->control + missing->treatment;
	double		least = fmin(all, n - all) *
		(fmin(missing->control_n, missing->treatment_n) / n);

	if (all == 0 || all == n)
		return 1;
	if (least >= MANY_EXPECTED)
		return AbPValue(AbScoreAt(missing, pearson, equal, AB_TWO_SIDED),
						INFINITY, AB_TWO_SIDED);
	return n <= AB_FISHER_MAX_ROWS ? AbFisher(missing, AB_TWO_SIDED, NULL) :
		FewOfVeryMany(missing);
}

/*
 * The same of pairs: the exact test of those that lack the control's outcome
 * only against those that lack the treatment's only, whole numbers up to 2^53.
 */
double
AbMissingPairsP(double control, double treatment)
{
	if (control + treatment == 0)
		return 1;
	return AbTailsPValue(AbBinomialTails(treatment, control + treatment, 1,
										 false), AB_TWO_SIDED);
}
