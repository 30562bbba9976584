/*
 * padjust.c
 *	  P-values adjusted for the number of tests.
 *
 * An adjusted p-value is the smallest level at which its procedure, applied
 * to all of them, rejects that hypothesis; so it is compared with alpha
 * itself.  Bonferroni, Sidak, Holm, Hochberg and Hommel bound the probability
 * of any false rejection, Benjamini-Hochberg and Benjamini-Yekutieli the
 * expected share of false ones among the rejections.
 *
 * References:
 *	Z. Sidak, Rectangular Confidence Regions for the Means of Multivariate
 *	Normal Distributions, J. American Statistical Association 62 (1967),
 *	626-633.
 *	S. Holm, A Simple Sequentially Rejective Multiple Test Procedure,
 *	Scandinavian J. Statistics 6 (1979), 65-70.
 *	Y. Hochberg, A Sharper Bonferroni Procedure for Multiple Tests of
 *	Significance, Biometrika 75 (1988), 800-802.
 *	G. Hommel, A Stagewise Rejective Multiple Test Procedure Based on a
 *	Modified Bonferroni Test, Biometrika 75 (1988), 383-386.
 *	Y. Benjamini, Y. Hochberg, Controlling the False Discovery Rate, J. Royal
 *	Statistical Society B 57 (1995), 289-300.
 *	Y. Benjamini, D. Yekutieli, The Control of the False Discovery Rate in
 *	Multiple Testing under Dependency, Annals of Statistics 29 (2001),
 *	1165-1188.
 */
#include "math/padjust.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

/* A p-value and where it was. */
typedef struct RankedP
{
	double		p;
	int			position;
} RankedP;

/* By AbCorrection. */
static const struct
{
	const char *name;
	const char *suffix;
}			corrections[] =
{
	{"none", ""},
	{"bonferroni", ", Bonferroni correction"},
	{"sidak", ", Sidak correction"},
	{"holm", ", Holm correction"},
	{"hochberg", ", Hochberg correction"},
	{"hommel", ", Hommel correction"},
	{"bh", ", Benjamini-Hochberg correction"},
	{"by", ", Benjamini-Yekutieli correction"},
	{"dunnett", ""}				/* a test of its own */
};

StaticAssertDecl(lengthof(corrections) == AB_DUNNETT + 1,
				 "names of AbCorrection");

/*
 * The correction named in that text argument.  ERROR 22023 if there is none of
 * that name, or if it is Dunnett's where only p-values are known.
 */
AbCorrection
AbGetCorrection(FunctionCallInfo fcinfo, int argument, bool with_dunnett)
{
	const char *name = PG_ARGISNULL(argument) ? "NULL" :
		text_to_cstring(PG_GETARG_TEXT_PP(argument));

	for (int i = 0; i < (int) lengthof(corrections); i++)
		if (strcmp(name, corrections[i].name) == 0 &&
			(i != AB_DUNNETT || with_dunnett))
			return (AbCorrection) i;

	if (strcmp(name, corrections[AB_DUNNETT].name) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("correction \"dunnett\" needs more than p-values"),
				 errdetail("It depends on how the comparisons with one control are correlated."),
				 errhint("Use ab_compare(summary, correction => 'dunnett').")));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown correction \"%s\"", name),
			 with_dunnett ?
			 errhint("Use 'none', 'bonferroni', 'sidak', 'holm', 'hochberg', 'hommel', 'bh', 'by' or 'dunnett'.") :
			 errhint("Use 'none', 'bonferroni', 'sidak', 'holm', 'hochberg', 'hommel', 'bh' or 'by'.")));
}

/*
 * What to append to the name of a method for that correction.
 */
const char *
AbCorrectionSuffix(AbCorrection correction)
{
	return corrections[correction].suffix;
}

static int
CompareRanked(const void *a, const void *b)
{
	const RankedP *x = (const RankedP *) a;
	const RankedP *y = (const RankedP *) b;

	return x->p < y->p ? -1 : x->p > y->p ? 1 : 0;
}

/*
 * Each on its own: n p, or 1 - (1 - p)^n without its cancellation.
 */
static void
AdjustSingly(RankedP *ranked, int n, AbCorrection correction)
{
	for (int i = 0; i < n; i++)
	{
		if (correction == AB_BONFERRONI)
			ranked[i].p *= n;
		else if (correction == AB_SIDAK)
			ranked[i].p = -expm1(n * log1p(-ranked[i].p));
	}
}

/*
 * Down from the smallest p: Holm's max over j <= i of (n - j + 1) p(j).
 */
static void
AdjustDown(RankedP *ranked, int n)
{
	double		largest = 0;

	for (int i = 0; i < n; i++)
	{
		largest = fmax(largest, (n - i) * ranked[i].p);
		ranked[i].p = largest;
	}
}

/*
 * Up from the largest p: the min over j >= i of
 *
 *	Hochberg				(n - j + 1) p(j)
 *	Benjamini-Hochberg		n p(j) / j
 *	Benjamini-Yekutieli		the same times 1 + 1/2 + .. + 1/n
 */
static void
AdjustUp(RankedP *ranked, int n, AbCorrection correction)
{
	double		smallest = INFINITY;
	double		harmonic = 1;

	if (correction == AB_BENJAMINI_YEKUTIELI)
	{
		harmonic = 0;
		for (int i = n; i > 0; i--)
			harmonic += 1.0 / i;
	}
	for (int i = n - 1; i >= 0; i--)
	{
		double		factor = correction == AB_HOCHBERG ? n - i :
			harmonic * n / (i + 1);

		smallest = fmin(smallest, factor * ranked[i].p);
		ranked[i].p = smallest;
	}
}

/*
 * Hommel's: the closed test whose local tests are Simes'.
 *
 * Of all sets of m hypotheses that contain the i-th, the one that is hardest
 * to reject has the largest p-values otherwise, so with
 *
 *	tail(m) = min over j = 2..m of m p(n - m + j) / j
 *
 * its Simes p-value is min(m p(i), tail(m)) for i <= n - m, and for the m
 * largest themselves min(m p(n - m + 1), tail(m)).  The adjusted p is the
 * largest of them over m.  Takes time proportional to n^2.
 */
static void
AdjustHommel(RankedP *ranked, int n)
{
	double	   *adjusted = (double *)
		MemoryContextAllocHuge(CurrentMemoryContext, sizeof(double) * n);

	for (int i = 0; i < n; i++)
		adjusted[i] = ranked[i].p;
	for (int m = 2; m <= n; m++)
	{
		int			first = n - m;	/* position of p(n - m + 1) */
		double		tail = INFINITY;
		double		among;

		CHECK_FOR_INTERRUPTS();
		for (int j = 2; j <= m; j++)
			tail = fmin(tail, ranked[first + j - 1].p / j);
		tail *= m;
		among = fmin(m * ranked[first].p, tail);
		for (int i = 0; i < first; i++)
			adjusted[i] = fmax(adjusted[i], fmin(m * ranked[i].p, tail));
		for (int i = first; i < n; i++)
			adjusted[i] = fmax(adjusted[i], among);
	}
	for (int i = 0; i < n; i++)
		ranked[i].p = adjusted[i];
	pfree(adjusted);
}

/*
 * Adjust p-values in place, by any correction but Dunnett's.  Those that are
 * NaN stay so and do not count.  Returns how many do.
 */
int
AbAdjust(double *p, int count, AbCorrection correction)
{
	RankedP    *ranked = (RankedP *)
		MemoryContextAllocHuge(CurrentMemoryContext,
							   sizeof(RankedP) * Max(count, 1));
	int			n = 0;

	for (int i = 0; i < count; i++)
		if (!isnan(p[i]))
		{
			ranked[n].p = p[i];
			ranked[n++].position = i;
		}

	switch (correction)
	{
		case AB_CORRECTION_NONE:
		case AB_BONFERRONI:
		case AB_SIDAK:
			AdjustSingly(ranked, n, correction);
			break;
		case AB_HOLM:
			qsort(ranked, n, sizeof(RankedP), CompareRanked);
			AdjustDown(ranked, n);
			break;
		case AB_HOMMEL:
			qsort(ranked, n, sizeof(RankedP), CompareRanked);
			AdjustHommel(ranked, n);
			break;
		case AB_HOCHBERG:
		case AB_BENJAMINI_HOCHBERG:
		case AB_BENJAMINI_YEKUTIELI:
			qsort(ranked, n, sizeof(RankedP), CompareRanked);
			AdjustUp(ranked, n, correction);
			break;
		case AB_DUNNETT:
			elog(ERROR, "Dunnett's correction needs the correlations");
	}

	for (int i = 0; i < n; i++)
		p[ranked[i].position] = fmin(ranked[i].p, 1);
	pfree(ranked);
	return n;
}
