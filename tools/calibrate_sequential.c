/*
 * calibrate_sequential.c
 *	  How often the always-valid tests err when they are looked at after every
 *	  row, and how often they find an effect.  tools/calibrate_sequential.sh
 *	  compiles it with src/math and runs it.
 *
 * The experiments are too long for SQL, a reader a row; the arithmetic is that
 * of the readers, which tools/oracle/always_valid.py holds against it.
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "math/dirichlet.h"
#include "math/mixture.h"
#include "math/proportions_score.h"
#include "math/quantile_mixture.h"

#define ALPHA		0.05
#define FULL_RUNS	10000		/* that the limits are made for */

static uint64_t state;

/*
 * Vigna's splitmix64.
 */
static uint64_t
Bits(void)
{
	uint64_t	z = (state += UINT64_C(0x9E3779B97F4A7C15));

	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

/* above 0 and below 1 */
static double
Uniform(void)
{
	return ((double) (Bits() >> 11) + 0.5) / 9007199254740992.0;
}

static double
Normal(void)
{
	return sqrt(-2 * log(Uniform())) * cos(2 * M_PI * Uniform());
}

static double
Exponential(void)
{
	return -log(Uniform()) - 1;
}

/* of a lognormal of sigma 1.5, less its mean */
static double
Lognormal(void)
{
	return exp(1.5 * Normal()) - exp(1.125);
}

/* A sample so far. */
typedef struct Sample
{
	double		n;
	double		mean;
	double		squares;
} Sample;

static void
Add(Sample *s, double x)
{
	double		d = x - s->mean;

	s->n++;
	s->mean += d / s->n;
	s->squares += d * (x - s->mean);
}

/* What is looked at after every row. */
typedef enum Test
{
	LESS_CERTAIN,				/* the default of ab_always_valid() */
	SCORE,						/* design => 'proportion' */
	CONVERSIONS,				/* ab_always_valid_conversions() */
	POOLED,						/* equal_var => true */
	WELCH,						/* equal_var => false */
	PLUG_IN						/* a normal mixture with the variances of the
								 * data, as others have it */
} Test;

typedef struct Design
{
	const char *test;
	const char *design;
	Test		kind;
	double		(*draw) (void); /* a row of mean 0; NULL: zeros and ones */
	double		rate;			/* of these */
	double		split;			/* share of the treatment */
	double		spread;			/* its standard deviation over the control's */
	double		effect;			/* added to the treatment's rows */
	double		planned;		/* rows of both arms */
	double		horizon;		/* times planned */
	double		min_n;
	double		least;			/* what the share of runs may be, in percent */
	double		most;
} Design;

/*
 * ln E of the two arms by one standard error.
 */
static double
LogE(const Sample *c, const Sample *t, AbMeanVariances v, double kappa)
{
	double		error = sqrt(v.control + v.treatment);

	return error > 0 ?
		AbMixtureLogE((t->mean - c->mean) / error, v.df, kappa, AB_TWO_SIDED) : 0;
}

/*
 * ln E of the test.
 */
static double
Evidence(const Design *d, const Sample *c, const Sample *t)
{
	static const AbScoreTest score = {AB_SCORE_MN, AB_CONTINUITY_NONE};
	static const AbProportionNull equal = {0, false};
	AbSpread	control = {c->n, c->squares};
	AbSpread	treatment = {t->n, t->squares};
	double		kappa = AbMixtureKappa(c->n, t->n, d->planned * (1 - d->split), NAN);
	AbProportions counts = {c->mean * c->n, c->n, t->mean * t->n, t->n};
	AbSplit		split = {counts.control, counts.treatment, d->split,
	d->planned * d->rate / AB_MIXTURE_PLANNED};
	AbMeanVariances v;

	counts.control = split.control = rint(counts.control);
	counts.treatment = split.treatment = rint(counts.treatment);
	switch (d->kind)
	{
		case LESS_CERTAIN:
			return fmin(LogE(c, t, AbPooledVariances(control, treatment), kappa),
						LogE(c, t, AbSeparateVariances(control, treatment), kappa));
		case POOLED:
			return LogE(c, t, AbPooledVariances(control, treatment), kappa);
		case WELCH:
			return LogE(c, t, AbSeparateVariances(control, treatment), kappa);
		case SCORE:
			return AbMixtureLogE(AbScoreAt(&counts, score, equal, AB_TWO_SIDED),
								 c->n + t->n - 2, kappa, AB_TWO_SIDED);
		case CONVERSIONS:
			return AbSplitLogE(&split, AB_TWO_SIDED);
		default:
			v = AbSeparateVariances(control, treatment);
			v.df = INFINITY;
			return LogE(c, t, v, kappa);
	}
}

/*
 * Does an experiment ever come to a verdict?
 */
static bool
EverFound(const Design *d)
{
	Sample		arms[2] = {{0, 0, 0}, {0, 0, 0}};

	for (double n = 1; n <= d->planned * d->horizon; n++)
	{
		bool		treated = Uniform() < d->split;
		double		x = d->draw == NULL ? Uniform() < d->rate : d->draw();

		if (treated)
			x = x * d->spread + d->effect;
		Add(&arms[treated], x);
		if (fmin(arms[0].n, arms[1].n) >= d->min_n &&
			Evidence(d, &arms[0], &arms[1]) > -log(ALPHA))
			return true;
	}
	return false;
}

/*
 * The sample ratio of a split into halves, at 0.001.
 */
static bool
EverMismatch(double users)
{
	double		counts[2] = {0, 0};
	double		half[2] = {0.5, 0.5};
	AbShares	shares = {2, counts, half, half, NULL};

	while (counts[0] + counts[1] < users)
	{
		counts[Bits() >> 63]++;
		if (AbSharesLogE(&shares) > -log(0.001))
			return true;
	}
	return false;
}

static int
CompareBins(const void *a, const void *b)
{
	int64_t		x = ((const AbBin *) a)->key;
	int64_t		y = ((const AbBin *) b)->key;

	return (x > y) - (x < y);
}

/* An arm for a quantile, of at most so many rows. */
#define MOST_ROWS	1000

typedef struct Rows
{
	AbBin		bins[MOST_ROWS];
	double		in_bin[MOST_ROWS];
	double		in_gap[MOST_ROWS + 1];
} Rows;

/*
 * The quantile q of two arms of lognormal rows, each planned with half of
 * MOST_ROWS and looked at `looks` times until all are there.
 */
static bool
EverQuantile(double q, int looks)
{
	static Rows arms[2];
	AbQuantileEvidence evidence[2];
	double		planned = MOST_ROWS / 2;
	int			n = 0;

	for (int look = 1; look <= looks; look++)
	{
		int			until = MOST_ROWS * look / looks;

		for (int i = 0; i < 2; i++)
		{
			AbBins		bins = {arms[i].bins, until, AB_EXACT_BITS, until, 0, 0};

			for (int j = n; j < until; j++)
			{
				arms[i].bins[j].key = AbKeyOfValue(exp(Normal()));
				arms[i].bins[j].count = 1;
			}
			qsort(arms[i].bins, until, sizeof(AbBin), CompareBins);
			bins.min = AbValueOfKey(arms[i].bins[0].key);
			bins.max = AbValueOfKey(arms[i].bins[until - 1].key);
			AbStartEvidence(&evidence[i], &bins, arms[i].in_bin, arms[i].in_gap,
							q, planned / AB_MIXTURE_PLANNED, AB_TWO_SIDED);
		}
		n = until;
		if (AbSharedLogE(&evidence[0], &evidence[1]) > -log(ALPHA))
			return true;
	}
	return false;
}

static int	passed = 0;
static int	failed = 0;

/*
 * Print a row of the table.  The limits are made for FULL_RUNS experiments;
 * fewer leave more room, four standard errors as they do.
 */
static void
Report(const char *test, const char *design, long found, long runs,
	   double least, double most)
{
	double		share = 100.0 * found / runs;
	double		more = 4 * (sqrt((double) FULL_RUNS / runs) - 1) / sqrt(FULL_RUNS);
	double		low = least - (runs < FULL_RUNS ? more * sqrt(least * (100 - least)) : 0);
	double		high = most + (runs < FULL_RUNS ? more * sqrt(most * (100 - most)) : 0);
	bool		good = share >= low && share <= high;

	printf("| %s | %s | %ld | %.2f | ", test, design, runs, share);
	if (least > 0 && most < 100)
		printf("%.1f to %.1f |", low, high);
	else
		printf("%s %.1f |", least > 0 ? "above" : "at most", least > 0 ? low : high);
	puts(good ? "" : " NOT WITHIN ITS LIMITS");
	fflush(stdout);
	passed += good;
	failed += !good;
}

int
main(int argc, char **argv)
{
	static const Design designs[] = {
		{"t", "normal, from 2 rows", LESS_CERTAIN, Normal, 0, .5, 1, 0, 200, 3, 2, 0, 3.6},
		{"t", "normal, a fifth treated, sd 3 and 1, from 2 rows", LESS_CERTAIN, Normal, 0, .2, 3, 0, 1000, 3, 2, 0, 3.6},
		{"t", "normal, a fifth treated, sd 3 and 1", LESS_CERTAIN, Normal, 0, .2, 3, 0, 1000, 3, 100, 0, 3},
		{"t", "exponential, a fifth treated, sd 3 and 1", LESS_CERTAIN, Exponential, 0, .2, 3, 0, 1000, 3, 100, 0, 4},
		{"t", "exponential, a fifth treated, sd 1/3 and 1", LESS_CERTAIN, Exponential, 0, .2, 1 / 3., 0, 1000, 3, 100, 0, 1},
		{"t", "zeros and ones, rate 0.02, a fifth treated", LESS_CERTAIN, NULL, .02, .2, 1, 0, 1000, 3, 100, 0, 1},
		{"score", "rate 0.1, a fifth treated", SCORE, NULL, .1, .2, 1, 0, 1000, 3, 100, 0, 3.6},
		{"split of conversions", "rate 0.05, from the first", CONVERSIONS, NULL, .05, .5, 1, 0, 2000, 3, 0, 0, 3.6},
		{"plug-in variances", "normal, a fifth treated, sd 3 and 1, from 2 rows", PLUG_IN, Normal, 0, .2, 3, 0, 200, 3, 2, 12, 100},
		{"t, power by the plan", "normal, 80% if done once", LESS_CERTAIN, Normal, 0, .5, 1, 0, 1000, 1, 100, 51, 57},
		{"t, power by twice the plan", "normal, 80% if done once", LESS_CERTAIN, Normal, 0, .5, 1, 0, 1000, 2, 100, 86, 91},
		{"t", "lognormal, sigma 1.5, a fifth treated, sd 2 and 1", LESS_CERTAIN, Lognormal, 0, .2, 2, 0, 1000, 3, 100, 6, 100},
		{"t, pooled variance", "normal, a fifth treated, sd 3 and 1, from 2 rows", POOLED, Normal, 0, .2, 3, 0, 1000, 3, 2, 40, 100},
		{"t, Welch", "zeros and ones, rate 0.05, a tenth treated, from 2 rows", WELCH, NULL, .05, .1, 1, 0, 1000, 3, 2, 25, 100}
	};
	long		runs = argc > 1 ? atol(argv[1]) : FULL_RUNS;
	long		few = runs < 2000 ? runs / 4 : 2000;
	long		found;

	if (runs < 100)
	{
		fprintf(stderr, "usage: calibrate_sequential [RUNS], at least 100\n");
		return 2;
	}
	puts("| test | design | experiments | verdict % | limit % |\n|---|---|---|---|---|");
	for (size_t i = 0; i < sizeof(designs) / sizeof(designs[0]); i++)
	{
		Design		d = designs[i];

		/* the effect that a test of both arms finds with 80% power */
		if (d.least > 0 && d.most < 100)
			d.effect = 2.8015852 * 2 / sqrt(d.planned);
		state = i + 1;
		found = 0;
		for (long run = 0; run < runs; run++)
			found += EverFound(&d);
		Report(d.test, d.design, found, runs, d.least, d.most);
	}
	state = 101;
	found = 0;
	for (long run = 0; run < runs; run++)
		found += EverMismatch(runs < FULL_RUNS ? 2000 : 20000);
	Report("sample ratio at 0.001", "halves", found, runs, 0, .2);
	for (int i = 0; i < 2; i++)
	{
		state = 201 + i;
		found = 0;
		for (long run = 0; run < few; run++)
			found += EverQuantile(i == 0 ? .5 : .95, runs < FULL_RUNS ? 10 : 40);
		Report(i == 0 ? "quantile P50" : "quantile P95",
			   "lognormal, 500 rows an arm planned, to twice the plan", found, few, 0, 1);
	}
	printf("calibrate_sequential: %d passed, %d failed\n", passed, failed);
	return failed > 0;
}
