/*
 * rank.c
 *	  Rank tests of the values in a histogram: Mann-Whitney and
 *	  Kolmogorov-Smirnov for two variants, Wilcoxon's signed-rank test and the
 *	  sign test for the differences of pairs.
 *
 * Sorted values with their counts are all that ranks need: a test is a merge
 * of two sorted arrays.  In a histogram of buckets the values of one bucket are
 * taken for tied.  Null distributions are in rank_null.c; where the statistics
 * have a choice the result is SciPy's.
 *
 * The superiority P(T > C) + P(T = C) / 2, which is U over the number of pairs,
 * has the interval of all theta with
 *
 *		|estimate - theta| <= shift + z sqrt(V(theta)),
 *
 * where shift is the continuity correction.  V(1/2) is the very variance of the
 * test, so that the interval excludes 1/2 exactly when the test rejects; with
 * the exact test shift and z are those of AbCorrectEnd().  But that variance
 * holds only where both distributions are equal.  So V(theta) is the shape that
 * Newcombe's method 5 has for all theta times a factor, which at 1/2 is what the
 * test implies and elsewhere what the variance of the estimate by placements
 * (DeLong, Brunner and Munzel) implies.  Where nearly all pairs are won by one
 * side placements say little, and the factor leans towards the test's.
 *
 * References:
 *	F. Wilcoxon, Individual Comparisons by Ranking Methods, Biometrics Bulletin
 *	1 (1945), 80-83.
 *	H. B. Mann, D. R. Whitney, On a Test of Whether One of Two Random Variables
 *	is Stochastically Larger than the Other, Annals of Mathematical Statistics
 *	18 (1947), 50-60.
 *	N. Smirnov, Table for Estimating the Goodness of Fit of Empirical
 *	Distributions, Annals of Mathematical Statistics 19 (1948), 279-281.
 *	J. W. Pratt, Remarks on Zeros and Ties in the Wilcoxon Signed Rank
 *	Procedures, J. American Statistical Association 54 (1959), 655-667.
 *	E. R. DeLong, D. M. DeLong, D. L. Clarke-Pearson, Comparing the Areas under
 *	Two or More Correlated Receiver Operating Characteristic Curves,
 *	Biometrics 44 (1988), 837-845.
 *	E. Brunner, U. Munzel, The Nonparametric Behrens-Fisher Problem, Biometrical
 *	J. 42 (2000), 17-25.
 *	R. G. Newcombe, Confidence Intervals for an Effect Size Measure Based on the
 *	Mann-Whitney Statistic, Statistics in Medicine 25 (2006), 543-573.
 */
#include "base/comparison.h"

#include <math.h>

#include "access/htup_details.h"
#include "base/work.h"
#include "math/binomial.h"
#include "funcapi.h"
#include "value/histogram.h"
#include "miscadmin.h"
#include "math/rank_null.h"
#include "utils/builtins.h"

/* Attributes that the results for two variants begin with. */
enum
{
	CONTROL, TREATMENT, CONTROL_N, TREATMENT_N, ARM_ATTRIBUTES
};

/* Attributes of the SQL type ab_mannwhitney_result, in its order. */
enum
{
	MW_CONTROL_MEDIAN = ARM_ATTRIBUTES, MW_TREATMENT_MEDIAN, MW_SUPERIORITY,
	MW_SUPERIORITY_LOW, MW_SUPERIORITY_HIGH, MW_STATISTIC, MW_Z, MW_P_VALUE,
	MW_P_ADJUSTED, MW_SIGNIFICANT, MW_ALPHA, MW_METHOD, MW_NOTE, MW_ATTRIBUTES
};

/* Attributes of the SQL type ab_kolmogorov_smirnov_result, in its order. */
enum
{
	KS_STATISTIC = ARM_ATTRIBUTES, KS_LOCATION, KS_SIGN, KS_P_VALUE,
	KS_P_ADJUSTED, KS_SIGNIFICANT, KS_ALPHA, KS_METHOD, KS_NOTE, KS_ATTRIBUTES
};

/* Attributes of the SQL type ab_paired_rank_result, in its order. */
enum
{
	PAIRS, POSITIVE, NEGATIVE, ZEROS, TIES, MEDIAN, RANK_SUM_POSITIVE,
	RANK_SUM_NEGATIVE, RANK_BISERIAL, STATISTIC, Z, P_VALUE, P_ADJUSTED,
	SIGNIFICANT, ALPHA, METHOD, NOTE, PAIRED_ATTRIBUTES
};

/* Up to this size of the smaller arm U is exact by default, as in SciPy. */
#define SMALL_ARM			8

/* Up to this size of both arms Smirnov's test is, as in SciPy. */
#define SMIRNOV_MAX_ROWS	10000

/* Up to these numbers of pairs the signed-rank test is, as in SciPy. */
#define FEW_PAIRS			50
#define FEW_TIED_PAIRS		13

/* Weight of the test's own factor of V, in misplaced rows. */
#define PRIOR_ROWS			1

typedef enum RankMethod
{
	RANK_AUTO,
	RANK_EXACT,
	RANK_ASYMPTOTIC
} RankMethod;

typedef enum ZeroMethod
{
	ZERO_WILCOX,				/* zeros are left out */
	ZERO_PRATT,					/* they have ranks, which count for no side */
	ZERO_ZSPLIT					/* which count half for each side */
} ZeroMethod;

/* Two arms, walked through in the order of their values. */
typedef struct RankWalk
{
	AbBins		control;
	AbBins		treatment;
	int			control_next;	/* bins not yet visited */
	int			treatment_next;
	int64		control_here;	/* rows with this value */
	int64		treatment_here;
	int64		control_below;	/* rows with smaller values */
	int64		treatment_below;
} RankWalk;

/* Mann and Whitney's statistic and its variances. */
typedef struct RankStatistic
{
	double		pairs;
	double		u;				/* of the treatment */
	double		net;			/* pairs won minus pairs lost, exactly */
	double		theta;			/* u / pairs */
	double		complement;		/* 1 - theta, with its own digits */
	double		null_variance;	/* of theta, by the test */
	double		variance;		/* of theta, by placements; NaN if unknown */
	bool		ties;
} RankStatistic;

/* What is solved for the lower end of the superiority. */
typedef struct SuperiorityEnd
{
	double		theta;			/* the estimate */
	double		pairs;
	double		balance;		/* Newcombe's N* */
	double		null_factor;	/* of the shape, at 1/2 */
	double		log_ratio;		/* log of the factor elsewhere over that */
	AbEndCorrection end;
} SuperiorityEnd;

/* The largest difference of the distribution functions in one direction. */
typedef struct LargestGap
{
	double		size;			/* times the number of pairs */
	double		location;
	bool		of_treatment;	/* is there a row of the treatment? */
} LargestGap;

/* The differences of pairs by their absolute value; sums of doubled ranks. */
typedef struct SignedRanks
{
	AbRankGroup *groups;		/* with doubled ranks */
	int			count;
	int64		positive;
	int64		negative;
	int64		zeros;
	int64		ties;
	AbDouble	net;			/* positive minus negative */
	AbDouble	total;			/* of all but zeros */
	double		squares;		/* of the doubled ranks that vary */
} SignedRanks;

/* A paired test, and what it says beside the fields it shares with others. */
typedef struct PairedRank
{
	AbComparison row;
	SignedRanks ranks;
	int64		rows;
	double		median;
	double		sum_positive;
	double		sum_negative;
	double		biserial;
	double		statistic;
} PairedRank;

/* ----------------------------------------------------------------------
 * Parameters and shared parts of the results
 * ----------------------------------------------------------------------
 */

/*
 * The method named in that text argument, by SciPy's names.  ERROR 22023 if it
 * is none.
 */
static RankMethod
GetMethod(FunctionCallInfo fcinfo, int argument, const char *asymptotic)
{
	const char *name = PG_ARGISNULL(argument) ? "NULL" :
		text_to_cstring(PG_GETARG_TEXT_PP(argument));

	if (strcmp(name, "auto") == 0)
		return RANK_AUTO;
	if (strcmp(name, "exact") == 0)
		return RANK_EXACT;
	if (strcmp(name, asymptotic) == 0)
		return RANK_ASYMPTOTIC;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown method \"%s\"", name),
			 errhint("Use 'auto', 'exact' or '%s'.", asymptotic)));
}

/*
 * What to do about pairs without a difference.  ERROR 22023 if it is not known.
 */
static ZeroMethod
GetZeroMethod(FunctionCallInfo fcinfo, int argument)
{
	static const char *const names[] = {"wilcox", "pratt", "zsplit"};
	const char *name = PG_ARGISNULL(argument) ? "NULL" :
		text_to_cstring(PG_GETARG_TEXT_PP(argument));

	for (int i = 0; i < (int) lengthof(names); i++)
		if (strcmp(name, names[i]) == 0)
			return (ZeroMethod) i;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown zero method \"%s\"", name),
			 errhint("Use 'wilcox' (pairs without a difference are left out), 'pratt' (they have ranks) or 'zsplit' (and these count half for each side).")));
}

/*
 * A switch that must be on or off.  ERROR 22023 for NULL.
 */
static bool
GetSwitch(FunctionCallInfo fcinfo, int argument, const char *name)
{
	if (PG_ARGISNULL(argument))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be true or false", name),
				 errhint("Use true for the continuity correction of the asymptotic test.")));
	return PG_GETARG_BOOL(argument);
}

/*
 * The histogram to read; NULL without rows.
 */
static const AbHistogram *
GetHistogram(FunctionCallInfo fcinfo)
{
	return PG_ARGISNULL(0) ? NULL : AB_GETARG_HISTOGRAM(0);
}

/*
 * The one-sided level of a test.
 */
static double
OneSidedLevel(const AbTestOptions *options)
{
	/* half of the smallest double is 0 */
	return options->alternative == AB_TWO_SIDED ?
		fmax(options->alpha / 2, AB_SMALLEST_P) : options->alpha;
}

/*
 * Set the p-value and the verdict by it.
 */
static void
Decide(AbComparison *row, double p_value)
{
	row->test.p_value = p_value;
	row->test.significant = p_value < row->alpha;
}

/*
 * Note that values were tied by the histogram's buckets, if it has any.
 */
static void
NoteBuckets(AbComparison *row, const AbBins *bins)
{
	if (bins->bits < AB_EXACT_BITS)
		AbAddNote(row, "values within a relative width of 2^-%d count as tied",
				  bins->bits);
}

/*
 * Space for a result of at least that many attributes, all NULL: a later
 * version of the type may have more.
 */
static TupleDesc
StartResult(FunctionCallInfo fcinfo, int attributes, Datum **values,
			bool **nulls)
{
	TupleDesc	tupdesc = AbResultDesc(fcinfo, attributes);

	*values = (Datum *) palloc0(tupdesc->natts * sizeof(Datum));
	*nulls = (bool *) palloc(tupdesc->natts * sizeof(bool));
	memset(*nulls, true, tupdesc->natts * sizeof(bool));
	return tupdesc;
}

/*
 * Set a bigint attribute.
 */
static void
SetCount(Datum *values, bool *nulls, int attribute, int64 value)
{
	nulls[attribute] = false;
	values[attribute] = Int64GetDatum(value);
}

/*
 * The attributes from p_value to note, in which all results end.
 */
static void
SetVerdict(Datum *values, bool *nulls, const AbComparison *row, int p_value)
{
	AbSetFloat(values, nulls, p_value, row->test.p_value);
	AbSetFloat(values, nulls, p_value + 1, row->p_adjusted);
	nulls[p_value + 2] = nulls[p_value];
	values[p_value + 2] = BoolGetDatum(row->test.significant);
	AbSetFloat(values, nulls, p_value + 3, row->alpha);
	AbSetText(values, nulls, p_value + 4, row->method);
	AbSetText(values, nulls, p_value + 5,
			  row->note.len > 0 ? row->note.data : NULL);
}

/* ----------------------------------------------------------------------
 * Two arms
 * ----------------------------------------------------------------------
 */

/*
 * Bins of an arm of the row's summary, which has the arms of the histogram in
 * the same places; without any if the arm has no finite rows.
 */
static AbBins
ArmBins(const AbHistogram *histogram, const AbComparison *row,
		 const AbArm *arm)
{
	AbBins		none = {NULL, 0, AB_EXACT_BITS, 0, 0, 0};

	if (arm != NULL && arm->n > 0)
		for (int i = 0; i < (int) row->summary->arms; i++)
			if (AbGetArm(row->summary, i) == arm)
				return AbHistogramBins(histogram, i);
	return none;
}

/*
 * Start a row and the walk through its two arms.  row->tested tells whether
 * they can be compared; if not, row->note says why.
 */
static void
StartWalk(AbComparison *row, RankWalk *walk, const AbHistogram *histogram,
		  const AbTestOptions *options)
{
	AbStartComparison(row, histogram ? AbHistogramArms(histogram) : NULL,
					  options);
	memset(walk, 0, sizeof(RankWalk));
	walk->control = ArmBins(histogram, row, row->control);
	walk->treatment = ArmBins(histogram, row, row->treatment);
	if (row->tested)
		NoteBuckets(row, &walk->control);
}

/*
 * Free the bins: (f(x)).* calls once a column within one row.
 */
static void
FreeWalk(RankWalk *walk)
{
	if (walk->control.bins)
		pfree(walk->control.bins);
	if (walk->treatment.bins)
		pfree(walk->treatment.bins);
}

/*
 * Back to before the first value.
 */
static void
Rewind(RankWalk *walk)
{
	walk->control_next = walk->treatment_next = 0;
	walk->control_here = walk->treatment_here = 0;
	walk->control_below = walk->treatment_below = 0;
}

/*
 * Rows with this bin's key, if it is the next one; 0 else.
 */
static int64
TakeBin(const AbBins *bins, int *next, int64 key)
{
	if (*next < bins->count && bins->bins[*next].key == key)
		return bins->bins[(*next)++].count;
	return 0;
}

/*
 * Go to the next value that occurs in either arm.  Returns whether there is
 * one.
 */
static bool
NextValue(RankWalk *walk)
{
	const AbBins *control = &walk->control;
	const AbBins *treatment = &walk->treatment;
	int64		key;

	CHECK_FOR_INTERRUPTS();
	walk->control_below += walk->control_here;
	walk->treatment_below += walk->treatment_here;
	if (walk->control_next >= control->count &&
		walk->treatment_next >= treatment->count)
		return false;
	if (walk->treatment_next >= treatment->count)
		key = control->bins[walk->control_next].key;
	else if (walk->control_next >= control->count)
		key = treatment->bins[walk->treatment_next].key;
	else
		key = Min(control->bins[walk->control_next].key,
				  treatment->bins[walk->treatment_next].key);
	walk->control_here = TakeBin(control, &walk->control_next, key);
	walk->treatment_here = TakeBin(treatment, &walk->treatment_next, key);
	return true;
}

/*
 * sum += a b, without rounding.
 */
static void
AddProduct(AbDouble *sum, double a, double b)
{
	double		product = a * b;

	AbDoubleAdd(sum, product);
	AbDoubleAdd(sum, fma(a, b, -product));
}

/* ----------------------------------------------------------------------
 * Mann and Whitney's test
 * ----------------------------------------------------------------------
 */

/*
 * U and its variances.  Differences and tie correction are sums that do not
 * cancel, with S the rows below a value and t those at it:
 *
 *		2 U - n1 n2 = sum t(treatment) (control below - control above),
 *		N^3 - sum t^3 = 3 sum S t (S + t).
 */
static RankStatistic
GetRankStatistic(RankWalk *walk)
{
	RankStatistic s = {0};
	double		n1 = walk->treatment.n;
	double		n2 = walk->control.n;
	double		n = n1 + n2;
	AbDouble	net = {0, 0};
	AbDouble	won = {0, 0};
	AbDouble	lost = {0, 0};
	double		untied = 0;
	double		placements1 = 0;
	double		placements2 = 0;

	Rewind(walk);
	while (NextValue(walk))
	{
		double		below = walk->control_below + walk->treatment_below;
		int64		here = walk->control_here + walk->treatment_here;

		AddProduct(&net, walk->treatment_here,
				   2 * walk->control_below + walk->control_here -
				   walk->control.n);
		untied += below * here * (below + here);
		s.ties |= here > 1;
	}

	AddProduct(&won, n1, n2);
	lost = won;
	AbDoubleAdd(&won, net.high);
	AbDoubleAdd(&won, net.low);
	AbDoubleAdd(&lost, -net.high);
	AbDoubleAdd(&lost, -net.low);
	s.pairs = n1 * n2;
	s.net = AbDoubleValue(net);
	s.u = AbDoubleValue(won) / 2;
	s.theta = s.u / s.pairs;
	s.complement = AbDoubleValue(lost) / 2 / s.pairs;
	s.null_variance = untied / (4 * n * (n - 1)) / s.pairs;

	Rewind(walk);
	while (NextValue(walk))
	{
		double		mine = (walk->control_below + walk->control_here / 2.0) / n2 -
			s.theta;
		double		theirs = (walk->treatment_below + walk->treatment_here / 2.0) /
			n1 - s.complement;

		placements1 += walk->treatment_here * (mine * mine);
		placements2 += walk->control_here * (theirs * theirs);
	}
	s.variance = n1 > 1 && n2 > 1 ?
		placements1 / n1 / (n1 - 1) + placements2 / n2 / (n2 - 1) : NAN;
	return s;
}

/*
 * Newcombe's method 5: the variance of the estimate if the truth is theta, of
 * exponential distributions.
 */
static double
Shape(const SuperiorityEnd *end, double theta)
{
	double		other = 1 - theta;

	return theta * other / end->pairs *
		(1 + end->balance * (other / (1 + other) + theta / (1 + theta)));
}

/*
 * Positive as long as the superiority is above theta.
 */
static double
SuperiorityCrossing(double theta, void *context)
{
	const SuperiorityEnd *end = (const SuperiorityEnd *) context;
	double		distance = fabs(end->theta - 0.5);
	double		near = distance > 0 ? 1 - fabs(theta - 0.5) / distance : 0;
	double		weight = theta == 0.5 ? 1 : near > 0 ? pow(near, 4) : 0;
	double		variance = Shape(end, theta) * end->null_factor *
		exp((1 - weight) * end->log_ratio);

	return end->theta - theta - end->end.shift -
		end->end.critical * sqrt(variance);
}

/*
 * Lower end of the interval for a superiority of theta.
 */
static double
SuperiorityLow(const RankWalk *walk, const RankStatistic *s, double theta,
			   AbEndCorrection correction)
{
	const double almost_one = 1 - DBL_EPSILON / 2;
	double		n1 = walk->treatment.n;
	double		n2 = walk->control.n;
	double		misplaced = 2 * fmin(n1, n2) * fmin(s->theta, s->complement);
	SuperiorityEnd end = {theta, s->pairs, (n1 + n2) / 2 - 1, 1, 0, correction};
	double		shape = Shape(&end, theta);
	double		low;

	end.null_factor = s->null_variance / Shape(&end, 0.5);
	if (shape > 0 && s->variance >= 0)
		end.log_ratio = log((misplaced * s->variance / shape / end.null_factor +
							 PRIOR_ROWS) / (misplaced + PRIOR_ROWS));

	/* at 1 the variance is none, so the search must end before */
	if (SuperiorityCrossing(0.5, &end) <= 0)
		return AbFindCrossing(SuperiorityCrossing, &end, 0, 0.5);
	low = AbFindCrossing(SuperiorityCrossing, &end, 0.5, almost_one);
	return low < almost_one ? low : 1;
}

/*
 * Make the interval agree with the verdict where rounding alone decides on
 * which side of 1/2 an end lies.
 */
static void
AgreeAtHalf(AbInterval *interval, double theta, bool significant)
{
	if (!significant)
	{
		if (interval->low > 0.5)
			interval->low = 0.5;
		if (interval->high < 0.5)
			interval->high = 0.5;
	}
	else if (interval->low <= 0.5 && interval->high >= 0.5)
	{
		/* an open end stays open */
		if (isinf(interval->high) || (theta > 0.5 && !isinf(interval->low)))
			interval->low = nextafter(0.5, 1);
		else
			interval->high = nextafter(0.5, 0);
	}
}

/*
 * Can and shall the test be exact?  A note tells of a wish that is not granted.
 */
static bool
UseExactMannWhitney(AbComparison *row, const RankWalk *walk,
					const RankStatistic *s, RankMethod method)
{
	if (method == RANK_AUTO)
		method = !s->ties &&
			Min(walk->control.n, walk->treatment.n) <= SMALL_ARM ?
			RANK_EXACT : RANK_ASYMPTOTIC;
	if (method == RANK_ASYMPTOTIC)
		return false;
	if (s->ties)
	{
		AbAddNote(row, "values are tied: asymptotic instead of exact");
		return false;
	}
	if (!AbMannWhitneyFeasible(walk->treatment.n, walk->control.n))
	{
		AbAddNote(row, "too many rows for the exact distribution: asymptotic instead");
		return false;
	}
	return true;
}

/*
 * The test and the interval of the superiority.
 */
static void
TestSuperiority(AbComparison *row, RankWalk *walk, const RankStatistic *s,
				const AbTestOptions *options, RankMethod method,
				bool use_continuity)
{
	double		level = OneSidedLevel(options);
	double		sd = sqrt(s->null_variance);
	double		excess = s->net / 2 / s->pairs;
	double		usual = 0.5 / s->pairs;
	bool		exact = UseExactMannWhitney(row, walk, s, method);
	double		correction = exact || use_continuity ? usual : 0;
	AbEndCorrection low = AbUsualEnd(correction, level);
	AbEndCorrection high = low;
	AbTails		tails;

	row->method = psprintf("Mann-Whitney U test, %s%s", exact ? "exact" :
						   use_continuity ? "asymptotic with continuity correction" : "asymptotic",
						   AbAlternativeSuffix(options->alternative));
	if (!(sd > 0))
	{
		Decide(row, 1);
		AbAddNote(row, "all values are equal: p is 1");
		return;
	}

	if (exact)
	{
		tails = AbMannWhitneyTails((int64) s->u, walk->treatment.n,
								   walk->control.n, &ab_server_work);
		low = AbCorrectEnd(excess, sd, tails.upper, usual, level);
		high = AbCorrectEnd(-excess, sd, tails.lower, usual, level);
	}
	else
	{
		tails.upper = AbNormalUpperTail((excess - correction) / sd);
		tails.lower = AbNormalUpperTail((-excess - correction) / sd);
		row->test.statistic = options->alternative == AB_GREATER ?
			(excess - correction) / sd :
			options->alternative == AB_LESS ? (excess + correction) / sd :
			copysign(fmax(fabs(excess) - correction, 0), excess) / sd;
	}
	Decide(row, AbTailsPValue(tails, options->alternative));

	row->interval.low = -INFINITY;
	row->interval.high = INFINITY;
	if (options->alternative != AB_LESS)
		row->interval.low = SuperiorityLow(walk, s, s->theta, low);
	if (options->alternative != AB_GREATER)
		row->interval.high = 1 - SuperiorityLow(walk, s, s->complement, high);
	AgreeAtHalf(&row->interval, s->theta, row->test.significant);
}

/*
 * Median of an arm; NaN without rows.
 */
static double
Median(const AbBins *bins)
{
	return bins->n > 0 ? AbBinsQuantile(bins, 0.5) : NAN;
}

/*
 * Test, and return the row.  Without two arms that can be compared it has NULLs
 * and a note.
 */
static Datum
MannWhitney(FunctionCallInfo fcinfo, const AbTestOptions *options,
			RankMethod method, bool use_continuity)
{
	const AbHistogram *histogram = GetHistogram(fcinfo);
	AbComparison row;
	RankWalk	walk;
	RankStatistic s = {0};
	TupleDesc	tupdesc;
	Datum	   *values;
	bool	   *nulls;

	StartWalk(&row, &walk, histogram, options);
	row.method = psprintf("Mann-Whitney U test%s",
						  AbAlternativeSuffix(options->alternative));
	s.u = s.theta = NAN;
	if (row.tested)
	{
		s = GetRankStatistic(&walk);
		TestSuperiority(&row, &walk, &s, options, method, use_continuity);
	}

	tupdesc = StartResult(fcinfo, MW_ATTRIBUTES, &values, &nulls);
	AbSetArms(&row, values, nulls);
	if (row.control != NULL && AbArmKnown(row.control))
		AbSetFloat(values, nulls, MW_CONTROL_MEDIAN, Median(&walk.control));
	if (row.treatment != NULL && AbArmKnown(row.treatment))
		AbSetFloat(values, nulls, MW_TREATMENT_MEDIAN, Median(&walk.treatment));
	AbSetFloat(values, nulls, MW_SUPERIORITY, s.theta);
	AbSetFloat(values, nulls, MW_SUPERIORITY_LOW, row.interval.low);
	AbSetFloat(values, nulls, MW_SUPERIORITY_HIGH, row.interval.high);
	AbSetFloat(values, nulls, MW_STATISTIC, s.u);
	AbSetFloat(values, nulls, MW_Z, row.test.statistic);
	SetVerdict(values, nulls, &row, MW_P_VALUE);
	FreeWalk(&walk);
	return HeapTupleGetDatum(heap_form_tuple(tupdesc, values, nulls));
}

/* ----------------------------------------------------------------------
 * Smirnov's test
 * ----------------------------------------------------------------------
 */

/*
 * Keep the larger gap.  Of equal ones SciPy has the smallest value of the
 * treatment, or else the smallest one.
 */
static void
Widen(LargestGap *gap, double size, const RankWalk *walk)
{
	bool		of_treatment = walk->treatment_here > 0;

	if (!(size > gap->size ||
		  (size == gap->size && of_treatment && !gap->of_treatment)))
		return;
	gap->size = size;
	gap->of_treatment = of_treatment;
	gap->location = of_treatment ?
		AbBinMiddle(&walk->treatment, walk->treatment_next - 1) :
		AbBinMiddle(&walk->control, walk->control_next - 1);
}

/*
 * Largest amount by which the treatment's distribution function is above the
 * control's, and by which it is below.  Returns whether there are ties.
 */
static bool
FindGaps(RankWalk *walk, LargestGap *above, LargestGap *below)
{
	double		n1 = walk->treatment.n;
	double		n2 = walk->control.n;
	bool		ties = false;

	above->size = below->size = -INFINITY;
	Rewind(walk);
	while (NextValue(walk))
	{
		AbDouble	gap = {0, 0};

		AddProduct(&gap, walk->treatment_below + walk->treatment_here, n2);
		AddProduct(&gap, walk->control_below + walk->control_here, -n1);
		Widen(above, AbDoubleValue(gap), walk);
		Widen(below, -AbDoubleValue(gap), walk);
		ties |= walk->control_here + walk->treatment_here > 1;
	}
	return ties;
}

/*
 * The p-value of that gap, and row->method.
 */
static double
SmirnovTest(AbComparison *row, const RankWalk *walk, double size,
			AbAlternative alternative, RankMethod method)
{
	int64		n1 = walk->treatment.n;
	int64		n2 = walk->control.n;
	bool		two_sided = alternative == AB_TWO_SIDED;
	bool		exact;
	double		p;

	if (method == RANK_AUTO)
		method = Max(n1, n2) <= SMIRNOV_MAX_ROWS ? RANK_EXACT : RANK_ASYMPTOTIC;
	exact = method == RANK_EXACT && AbSmirnovFeasible(n1, n2);
	if (method == RANK_EXACT && !exact)
		AbAddNote(row, "too many rows for the exact distribution: asymptotic instead");
	p = exact ?
		AbSmirnovPValue((int64) size, n1, n2, two_sided, &ab_server_work) :
		AbSmirnovLimit(size / n1 / n2, n1, n2, two_sided, &ab_server_work);

	/* "greater" is said of the distribution function, not of the values */
	row->method = psprintf("two-sample Kolmogorov-Smirnov test, %s%s",
						   exact ? "exact" : "asymptotic",
						   two_sided ? "" : alternative == AB_GREATER ?
						   ", one-sided (greater: the treatment's distribution function is above the control's, its values are smaller)" :
						   ", one-sided (less: the treatment's distribution function is below the control's, its values are larger)");
	return AbBoundP(p);
}

/*
 * Test, and return the row.  Without two arms that can be compared it has NULLs
 * and a note.
 */
static Datum
KolmogorovSmirnov(FunctionCallInfo fcinfo, const AbTestOptions *options,
				  RankMethod method)
{
	const AbHistogram *histogram = GetHistogram(fcinfo);
	AbComparison row;
	RankWalk	walk;
	TupleDesc	tupdesc;
	Datum	   *values;
	bool	   *nulls;

	StartWalk(&row, &walk, histogram, options);
	row.method = psprintf("two-sample Kolmogorov-Smirnov test%s",
						  AbAlternativeSuffix(options->alternative));
	tupdesc = StartResult(fcinfo, KS_ATTRIBUTES, &values, &nulls);
	if (row.tested)
	{
		LargestGap	above;
		LargestGap	below;
		bool		ties = FindGaps(&walk, &above, &below);
		bool		under = options->alternative == AB_LESS ||
			(options->alternative == AB_TWO_SIDED && below.size > above.size);
		const LargestGap *gap = under ? &below : &above;

		/* after the last value there is no gap, so none is negative */
		Decide(&row, SmirnovTest(&row, &walk, gap->size, options->alternative,
								 method));
		if (ties)
			AbAddNote(&row, "values are tied: the p-value is an upper bound");
		AbSetFloat(values, nulls, KS_STATISTIC,
				   gap->size / walk.treatment.n / walk.control.n);
		AbSetFloat(values, nulls, KS_LOCATION, gap->location);
		SetCount(values, nulls, KS_SIGN, under ? -1 : 1);
	}
	AbSetArms(&row, values, nulls);
	SetVerdict(values, nulls, &row, KS_P_VALUE);
	FreeWalk(&walk);
	return HeapTupleGetDatum(heap_form_tuple(tupdesc, values, nulls));
}

/* ----------------------------------------------------------------------
 * Differences of pairs
 * ----------------------------------------------------------------------
 */

/*
 * Position of the arm that holds the differences: the one named, else the only
 * one with rows.  -1 if there is none; ERROR 22023 where it cannot be told.
 */
static int
ChooseDifferences(const AbSummary *arms, AbLabel variant)
{
	int			position = -1;
	int			count = 0;

	if (variant.data != NULL)
	{
		position = AbFindArm(arms, variant);
		if (position < 0 && arms->arms > 1)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("there is no variant \"%s\"",
							AbLabelToServer(variant)),
					 errdetail("The histogram has %d others.",
							   (int) arms->arms),
					 errhint("ab_arms(histogram) lists them.")));
		return Max(position, -1);
	}

	for (int i = 0; i < (int) arms->arms; i++)
		if (AbArmRows(AbGetArm(arms, i)) > 0)
		{
			position = i;
			count++;
		}
	if (count > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the histogram has more than one variant"),
				 errdetail("A paired test reads the differences of one, and there are %d.",
						   count),
				 errhint("Collect differences by ab_paired_histogram(control_outcome, treatment_outcome), or name the variant that has them, as in ab_wilcoxon(histogram, variant => 'A').")));
	return position;
}

/*
 * Greatest common divisor; either may be 0.
 */
static int64
GreatestDivisor(int64 a, int64 b)
{
	while (b != 0)
	{
		int64		rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

/*
 * Rank the differences by their absolute value, from the middle of the bins
 * outwards.  Ties share the mean of their ranks, which are doubled to be whole.
 */
static SignedRanks
RankDifferences(const AbBins *bins, ZeroMethod zero_method)
{
	SignedRanks ranks = {0};
	int			up = 0;
	int			down;
	int64		below;

	ranks.groups = (AbRankGroup *) palloc(Max(bins->count, 1) *
										  sizeof(AbRankGroup));
	while (up < bins->count && bins->bins[up].key < 0)
		up++;
	down = up - 1;
	if (up < bins->count && bins->bins[up].key == 0)
		ranks.zeros = bins->bins[up++].count;

	below = zero_method == ZERO_WILCOX ? 0 : ranks.zeros;
	if (zero_method == ZERO_ZSPLIT)
		ranks.squares = ranks.zeros * pow(ranks.zeros + 1.0, 2);
	while (up < bins->count || down >= 0)
	{
		int64		key = up < bins->count ? bins->bins[up].key : PG_INT64_MAX;
		int64		positive = 0;
		int64		negative = 0;
		int64		here;
		double		rank;

		CHECK_FOR_INTERRUPTS();
		if (down >= 0)
			key = Min(key, -bins->bins[down].key);
		if (up < bins->count && bins->bins[up].key == key)
			positive = bins->bins[up++].count;
		if (down >= 0 && -bins->bins[down].key == key)
			negative = bins->bins[down--].count;

		here = positive + negative;
		ranks.groups[ranks.count].rank = 2 * below + here + 1;
		ranks.groups[ranks.count].count = here;
		rank = ranks.groups[ranks.count++].rank;
		ranks.positive += positive;
		ranks.negative += negative;
		ranks.ties += here > 1 ? here : 0;
		AddProduct(&ranks.net, positive - negative, rank);
		AddProduct(&ranks.total, here, rank);
		ranks.squares += here * rank * rank;
		below += here;
	}
	return ranks;
}

/*
 * Start a row for the differences in a histogram, and rank them.  row.tested
 * tells whether there is something to test; if not, row.note says why.
 */
static void
StartDifferences(PairedRank *pairs, const AbHistogram *histogram,
				 const AbTestOptions *options, ZeroMethod zero_method,
				 AbLabel variant)
{
	AbComparison *row = &pairs->row;
	const AbSummary *arms;
	const AbArm *arm;
	AbBins		bins;
	int			position;

	memset(pairs, 0, sizeof(PairedRank));
	/* what there is without any row, so as to set every field */
	AbStartComparison(row, NULL, options);
	pairs->median = pairs->sum_positive = pairs->sum_negative = NAN;
	pairs->biserial = pairs->statistic = NAN;
	if (histogram == NULL)
		return;
	arms = AbHistogramArms(histogram);
	position = ChooseDifferences(arms, variant);
	if (position < 0)
		return;
	arm = AbGetArm(arms, position);
	pairs->rows = AbArmRows(arm);
	if (pairs->rows == 0)
		return;

	resetStringInfo(&row->note);
	if (arm->nonfinite > 0)
	{
		AbAddNote(row, INT64_FORMAT " pair%s with NaN or infinity",
				  arm->nonfinite, arm->nonfinite == 1 ? "" : "s");
		return;
	}
	bins = AbHistogramBins(histogram, position);
	pairs->ranks = RankDifferences(&bins, zero_method);
	pairs->median = Median(&bins);
	NoteBuckets(row, &bins);
	row->tested = true;
	if (pairs->ranks.count == 0)
		AbAddNote(row, "no pair with a difference: p is 1");
}

/*
 * Tails of the sum of the positive ranks given their absolute values.  Returns
 * false, with a note, if that takes too long.
 *
 * The distribution has the unit that makes the ranks smallest.
 */
static bool
ExactSignedRank(PairedRank *pairs, AbTails *tails)
{
	SignedRanks *ranks = &pairs->ranks;
	double		total = AbDoubleValue(ranks->total);
	int64		unit = 0;

	for (int i = 0; i < ranks->count; i++)
		unit = GreatestDivisor(ranks->groups[i].rank, unit);
	if (ranks->count > 0)
		total /= unit;
	if (!AbSignedRankFeasible(total, ranks->positive + ranks->negative))
	{
		AbAddNote(&pairs->row, "too many pairs for the exact distribution: asymptotic instead");
		return false;
	}

	for (int i = 0; i < ranks->count; i++)
		ranks->groups[i].rank /= unit;
	*tails = AbSignedRankTails(ranks->count == 0 ? 0 :
							   (int64) ((total + AbDoubleValue(ranks->net) / unit) / 2),
							   (int64) total, ranks->groups, ranks->count,
							   &ab_server_work);
	return true;
}

/*
 * Wilcoxon's test of the ranks.  Expectation and variance of the sum W+ of the
 * positive ranks are (W+ + W-) / 2 and a quarter of the sum of their squares,
 * whatever is done with zeros.
 */
static void
TestSignedRanks(PairedRank *pairs, const AbTestOptions *options,
				RankMethod method, ZeroMethod zero_method, bool correction)
{
	AbComparison *row = &pairs->row;
	const SignedRanks *ranks = &pairs->ranks;
	double		zeros = ranks->zeros;
	double		split = zero_method == ZERO_ZSPLIT ?
		zeros * (zeros + 1) / 4 : 0;
	double		excess = AbDoubleValue(ranks->net) / 4;
	AbDouble	sum = ranks->total;
	AbDouble	difference = ranks->total;
	AbTails		tails;
	bool		exact;

	AbDoubleAdd(&sum, ranks->net.high);
	AbDoubleAdd(&sum, ranks->net.low);
	AbDoubleAdd(&difference, -ranks->net.high);
	AbDoubleAdd(&difference, -ranks->net.low);
	pairs->sum_positive = AbDoubleValue(sum) / 4 + split;
	pairs->sum_negative = AbDoubleValue(difference) / 4 + split;
	pairs->biserial = 2 * excess / (pairs->sum_positive + pairs->sum_negative);
	pairs->statistic = options->alternative == AB_TWO_SIDED ?
		fmin(pairs->sum_positive, pairs->sum_negative) : pairs->sum_positive;

	if (method == RANK_AUTO)
		method = pairs->rows > FEW_PAIRS ||
			(ranks->ties + ranks->zeros > 0 && pairs->rows > FEW_TIED_PAIRS) ?
			RANK_ASYMPTOTIC : RANK_EXACT;
	exact = method == RANK_EXACT && ExactSignedRank(pairs, &tails);
	if (exact)
		Decide(row, AbTailsPValue(tails, options->alternative));
	else
	{
		double		sign = options->alternative == AB_GREATER ? 1 :
			options->alternative == AB_LESS ? -1 :
			excess > 0 ? 1 : excess < 0 ? -1 : 0;
		double		se = sqrt(ranks->squares) / 4;
		double		z = ranks->count == 0 ? 0 :
			(excess - (correction ? sign / 2 : 0)) / se;

		row->test.statistic = z;
		Decide(row, ranks->count == 0 ? 1 :
			   AbPValue(z, INFINITY, options->alternative));
	}
	row->method = psprintf("Wilcoxon signed-rank test, %s%s",
						   exact ? "exact" : correction ?
						   "asymptotic with continuity correction" : "asymptotic",
						   AbAlternativeSuffix(options->alternative));
}

/*
 * The row of a paired test.  `any` tells whether there is a histogram.
 */
static Datum
PairedDatum(FunctionCallInfo fcinfo, const PairedRank *pairs, bool any)
{
	Datum	   *values;
	bool	   *nulls;
	TupleDesc	tupdesc = StartResult(fcinfo, PAIRED_ATTRIBUTES, &values,
									  &nulls);

	if (any)
		SetCount(values, nulls, PAIRS, pairs->rows);
	if (pairs->row.tested)
	{
		SetCount(values, nulls, POSITIVE, pairs->ranks.positive);
		SetCount(values, nulls, NEGATIVE, pairs->ranks.negative);
		SetCount(values, nulls, ZEROS, pairs->ranks.zeros);
		SetCount(values, nulls, TIES, pairs->ranks.ties);
	}
	AbSetFloat(values, nulls, MEDIAN, pairs->median);
	AbSetFloat(values, nulls, RANK_SUM_POSITIVE, pairs->sum_positive);
	AbSetFloat(values, nulls, RANK_SUM_NEGATIVE, pairs->sum_negative);
	AbSetFloat(values, nulls, RANK_BISERIAL, pairs->biserial);
	AbSetFloat(values, nulls, STATISTIC, pairs->statistic);
	AbSetFloat(values, nulls, Z, pairs->row.test.statistic);
	SetVerdict(values, nulls, &pairs->row, P_VALUE);
	return HeapTupleGetDatum(heap_form_tuple(tupdesc, values, nulls));
}

/*
 * Test, and return the row.  Without pairs, or with some that are not finite, it
 * has NULLs and a note.
 */
static Datum
Wilcoxon(FunctionCallInfo fcinfo, const AbTestOptions *options,
		 RankMethod method, ZeroMethod zero_method, bool correction,
		 AbLabel variant)
{
	const AbHistogram *histogram = GetHistogram(fcinfo);
	PairedRank	pairs;

	StartDifferences(&pairs, histogram, options, zero_method, variant);
	pairs.row.method = psprintf("Wilcoxon signed-rank test%s",
								AbAlternativeSuffix(options->alternative));
	if (pairs.row.tested)
		TestSignedRanks(&pairs, options, method, zero_method, correction);
	return PairedDatum(fcinfo, &pairs, histogram != NULL);
}

/*
 * The sign test: is a positive difference as likely as a negative one?  Zeros
 * say nothing about that.  Without pairs, or with some that are not finite, the
 * row has NULLs and a note.
 */
static Datum
SignTest(FunctionCallInfo fcinfo, const AbTestOptions *options,
		 AbLabel variant)
{
	const AbHistogram *histogram = GetHistogram(fcinfo);
	PairedRank	pairs;

	StartDifferences(&pairs, histogram, options, ZERO_WILCOX, variant);
	pairs.row.method = psprintf("sign test, exact%s",
								AbAlternativeSuffix(options->alternative));
	if (pairs.row.tested)
	{
		double		positive = pairs.ranks.positive;
		double		n = positive + pairs.ranks.negative;
		AbTails		tails = {1, 1};

		if (n > 0)
			tails = AbBinomialTails(positive, n, 1, false);
		pairs.statistic = positive;
		Decide(&pairs.row, AbTailsPValue(tails, options->alternative));
	}
	return PairedDatum(fcinfo, &pairs, histogram != NULL);
}

/* ----------------------------------------------------------------------
 * SQL functions
 * ----------------------------------------------------------------------
 */

static const AbLabel any_variant = {NULL, 0};

/*
 * The variant named in that argument; data is NULL if none is.
 */
static AbLabel
GetVariant(FunctionCallInfo fcinfo, int argument)
{
	return PG_ARGISNULL(argument) ? any_variant :
		AbTextGetLabel(PG_GETARG_TEXT_PP(argument));
}

/*
 * Final function of the aggregate: two-sided, alpha 0.05.
 */
PG_FUNCTION_INFO_V1(ab_mannwhitney_final);
Datum
ab_mannwhitney_final(PG_FUNCTION_ARGS)
{
	AbTestOptions options = AbDefaultOptions();

	return MannWhitney(fcinfo, &options, RANK_AUTO, true);
}

/*
 * (histogram, control, treatment, alpha, alternative, method, use_continuity)
 */
PG_FUNCTION_INFO_V1(ab_mannwhitney);
Datum
ab_mannwhitney(PG_FUNCTION_ARGS)
{
	AbTestOptions options;
	RankMethod	method;

	AbGetOptions(fcinfo, &options, 1, 2, 3, 4, -1);
	method = GetMethod(fcinfo, 5, "asymptotic");
	return MannWhitney(fcinfo, &options, method,
					   GetSwitch(fcinfo, 6, "use_continuity"));
}

/*
 * Final function of the aggregate: two-sided, alpha 0.05.
 */
PG_FUNCTION_INFO_V1(ab_kolmogorov_smirnov_final);
Datum
ab_kolmogorov_smirnov_final(PG_FUNCTION_ARGS)
{
	AbTestOptions options = AbDefaultOptions();

	return KolmogorovSmirnov(fcinfo, &options, RANK_AUTO);
}

/*
 * (histogram, control, treatment, alpha, alternative, method)
 */
PG_FUNCTION_INFO_V1(ab_kolmogorov_smirnov);
Datum
ab_kolmogorov_smirnov(PG_FUNCTION_ARGS)
{
	AbTestOptions options;

	AbGetOptions(fcinfo, &options, 1, 2, 3, 4, -1);
	return KolmogorovSmirnov(fcinfo, &options, GetMethod(fcinfo, 5, "asymp"));
}

/*
 * Final function of the aggregate: two-sided, alpha 0.05, zeros left out.
 */
PG_FUNCTION_INFO_V1(ab_wilcoxon_final);
Datum
ab_wilcoxon_final(PG_FUNCTION_ARGS)
{
	AbTestOptions options = AbDefaultOptions();

	return Wilcoxon(fcinfo, &options, RANK_AUTO, ZERO_WILCOX, false,
					any_variant);
}

/*
 * (histogram, alpha, alternative, method, zero_method, correction, variant)
 */
PG_FUNCTION_INFO_V1(ab_wilcoxon);
Datum
ab_wilcoxon(PG_FUNCTION_ARGS)
{
	AbTestOptions options;
	RankMethod	method;
	ZeroMethod	zero_method;

	AbGetOptions(fcinfo, &options, -1, -1, 1, 2, -1);
	method = GetMethod(fcinfo, 3, "asymptotic");
	zero_method = GetZeroMethod(fcinfo, 4);
	return Wilcoxon(fcinfo, &options, method, zero_method,
					GetSwitch(fcinfo, 5, "correction"),
					GetVariant(fcinfo, 6));
}

/*
 * Final function of the aggregate: two-sided, alpha 0.05.
 */
PG_FUNCTION_INFO_V1(ab_sign_test_final);
Datum
ab_sign_test_final(PG_FUNCTION_ARGS)
{
	AbTestOptions options = AbDefaultOptions();

	return SignTest(fcinfo, &options, any_variant);
}

/*
 * (histogram, alpha, alternative, variant)
 */
PG_FUNCTION_INFO_V1(ab_sign_test);
Datum
ab_sign_test(PG_FUNCTION_ARGS)
{
	AbTestOptions options;

	AbGetOptions(fcinfo, &options, -1, -1, 1, 2, -1);
	return SignTest(fcinfo, &options, GetVariant(fcinfo, 3));
}
