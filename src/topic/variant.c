/*
 * variant.c
 *	  Assignment to any number of arms, with weights.
 *
 * Methods md5_10000 and md5_53 share out an interval by ranges, and read the
 * digest of "experiment:unit" as a bucket of 10000 or as 53 bits; the first, of
 * the arms treatment and control, is ab_assign().  Method rendezvous hashes the
 * unit with every arm, "experiment/arm/name:unit", and takes the cheapest.
 * All of that is stored behaviour of the experiments that use it, and frozen.
 *
 * The arms, their weights and the experiment are mostly the same in every call,
 * so what they come to is kept from call to call.
 */
#include "base/args.h"

#include "base/shares.h"
#include "base/unit.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "math/ranges.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

typedef enum Method
{
	MD5_10000,
	MD5_53,
	RENDEZVOUS
} Method;

static const AbWord method_words[] = {
	{"md5_10000", MD5_10000, "ranges of the 10,000 buckets of ab_bucket"},
	{"md5_53", MD5_53, "ranges of 53 bits of the same hash"},
	{"rendezvous", RENDEZVOUS, "a hash for each variant: new weights move few"}
};

static const AbWords method_names = AB_WORDS("method", method_words);

static const AbRange coverage_range = {
	.low = 0, .high = 1, .fraction = true,
	.message = "coverage must be between 0 and 1",
	.hint = "It is the fraction of units who are in the experiment."
};

/* What the constant arguments of a call come to. */
typedef struct Plan
{
	MemoryContext context;		/* of all of this */

	/* the arguments, to compare with those of the next call */
	ArrayType  *variants;
	ArrayType  *weights;		/* NULL for NULL */
	double		coverage;
	text	   *method_name;

	Method		method;
	Size	   *places;			/* of the variants in their array */
	AbRanges	ranges;
	double	   *shares;			/* rendezvous: the weights */
	int			contenders;		/* rendezvous: arms with a weight */
	int		   *contender;		/* their positions */
	bool		equal;			/* have they all the same? */
	AbLabel    *labels;			/* rendezvous: the names, UTF-8 */
	AbLabel		experiment;		/* rendezvous: of the call before */
	AbKeyStart *keys;			/* rendezvous: "experiment/arm/name:" */
} Plan;

static bool
SameArray(const ArrayType *a, const ArrayType *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return VARSIZE(a) == VARSIZE(b) && memcmp(a, b, VARSIZE(a)) == 0;
}

static bool
SameText(const text * a, const text * b)
{
	return VARSIZE_ANY_EXHDR(a) == VARSIZE_ANY_EXHDR(b) &&
		memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0;
}

/*
 * A copy of an argument in the current context.
 */
static void *
CopyArgument(const void *argument)
{
	Size		size = VARSIZE_ANY(argument);

	return memcpy(palloc(size), argument, size);
}

static AbLabel
CopyLabel(AbLabel label)
{
	char	   *data = (char *) palloc(Max(label.length, 1));

	label.data = (const char *) memcpy(data, label.data, label.length);
	return label;
}

/*
 * Where the elements of an array of text lie, counted from its beginning.
 */
static Size *
FindElements(ArrayType *array, int count)
{
	Datum	   *elements;
	Size	   *places = (Size *) palloc(count * sizeof(Size));

	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &elements, NULL,
					  &count);
	for (int i = 0; i < count; i++)
		places[i] = (char *) DatumGetPointer(elements[i]) - (char *) array;
	return places;
}

/*
 * Lay out the ranges of the arms, in the current context.
 */
static AbRanges
MakeRanges(const double *weights, int count, double coverage, Method method)
{
	AbRanges	ranges = {.count = count};

	ranges.starts = (double *) palloc(count * sizeof(double));
	ranges.ends = (double *) palloc(count * sizeof(double));
	AbLayOutRanges(&ranges, weights, coverage,
				   method == MD5_10000 ? AB_BUCKETS : 0);
	return ranges;
}

/*
 * Check the arguments, and keep what they come to in the current context, which
 * is the plan's.
 */
static Plan *
MakePlan(ArrayType *variants, ArrayType *weights, double coverage,
		 text * method_name)
{
	Plan	   *plan = (Plan *) palloc0(sizeof(Plan));
	AbLabel    *labels;
	int			count;

	plan->context = CurrentMemoryContext;
	plan->method = (Method) AbReadWord(method_name ? text_to_cstring(method_name) : "NULL",
									   &method_names);
	plan->coverage = AbCheckRange(coverage, &coverage_range);
	if (variants == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("variants must not be NULL"),
				 errhint("Name the variants: ARRAY['control', 'b', 'c'].")));
	labels = AbGetLabels(variants, "variants", &count);
	AbCheckSomeArms(count);
	AbCheckUniqueLabels(labels, count);
	plan->shares = AbGetWeights(weights, count);

	plan->variants = (ArrayType *) CopyArgument(variants);
	plan->weights = weights ? (ArrayType *) CopyArgument(weights) : NULL;
	plan->method_name = (text *) CopyArgument(method_name);
	plan->places = FindElements(variants, count);
	plan->ranges = MakeRanges(plan->shares, count, coverage, plan->method);
	plan->keys = (AbKeyStart *) palloc0(count * sizeof(AbKeyStart));
	plan->labels = (AbLabel *) palloc(count * sizeof(AbLabel));
	for (int i = 0; i < count; i++)
		plan->labels[i] = CopyLabel(labels[i]);
	plan->contender = (int *) palloc(count * sizeof(int));
	plan->equal = true;
	for (int i = 0; i < count; i++)
		if (plan->shares[i] > 0)
		{
			plan->contender[plan->contenders++] = i;
			plan->equal &= plan->shares[i] == plan->shares[plan->contender[0]];
		}
	return plan;
}

/*
 * The plan of a call, of which the array of variants is argument 2.
 */
static pg_attribute_always_inline Plan *
GetPlan(FunctionCallInfo fcinfo, ArrayType *variants)
{
	Plan	   *plan = (Plan *) fcinfo->flinfo->fn_extra;
	ArrayType  *weights = PG_ARGISNULL(3) ? NULL : PG_GETARG_ARRAYTYPE_P(3);
	double		coverage = PG_ARGISNULL(4) ? NAN : PG_GETARG_FLOAT8(4);
	text	   *method_name = PG_ARGISNULL(5) ? NULL : PG_GETARG_TEXT_PP(5);
	MemoryContext context;
	MemoryContext caller;

	if (likely(plan != NULL && variants != NULL && method_name != NULL &&
			   coverage == plan->coverage &&
			   SameArray(variants, plan->variants) &&
			   SameArray(weights, plan->weights) &&
			   SameText(method_name, plan->method_name)))
		return plan;

	context = AllocSetContextCreate(CurrentMemoryContext, "ab_variant",
									ALLOCSET_SMALL_SIZES);
	caller = MemoryContextSwitchTo(context);
	plan = MakePlan(variants, weights, coverage, method_name);
	MemoryContextSwitchTo(caller);

	/* an error above leaves the plan before it as it was */
	if (fcinfo->flinfo->fn_extra != NULL)
		MemoryContextDelete(((Plan *) fcinfo->flinfo->fn_extra)->context);
	MemoryContextSetParent(context, fcinfo->flinfo->fn_mcxt);
	fcinfo->flinfo->fn_extra = plan;
	return plan;
}

/*
 * Is a unit in an experiment of which only a part of the units is?  It is the
 * gate of ab_exposed(), for an arm chosen by its own hash has no range.
 */
static bool
IsCovered(AbLabel experiment, AbLabel unit, double coverage)
{
	const AbLabel parts[] = {experiment, AB_PART("/exposure:"), unit};

	return coverage == 1 ||
		AbBucketIsBelow(AbDigestBucket(AbHashParts(parts, lengthof(parts))),
						coverage);
}

/*
 * Have the keys of the arms begin with that experiment.
 */
static pg_noinline void
MakeKeys(Plan *plan, AbLabel experiment)
{
	MemoryContext caller = MemoryContextSwitchTo(plan->context);

	/* not known until all keys are there */
	if (plan->experiment.data)
		pfree((char *) plan->experiment.data);
	plan->experiment.data = NULL;
	for (int i = 0; i < plan->ranges.count; i++)
	{
		AbLabel		name = plan->labels[i];
		StringInfoData key;
		AbLabel		text;

		if (plan->keys[i].text.data)
			pfree((char *) plan->keys[i].text.data);
		plan->keys[i].text.data = NULL;
		initStringInfo(&key);
		appendBinaryStringInfo(&key, experiment.data, experiment.length);
		appendStringInfoString(&key, "/arm/");
		appendBinaryStringInfo(&key, name.data, name.length);
		appendStringInfoChar(&key, ':');
		text.data = key.data;
		text.length = key.len;
		AbInitKeyStart(&plan->keys[i], text);
	}
	plan->experiment = CopyLabel(experiment);
	MemoryContextSwitchTo(caller);
}

/*
 * The arm that is cheapest for a unit, -1 if the unit is in none.
 */
static int
Rendezvous(Plan *plan, AbLabel experiment, AbLabel unit)
{
	double		least = INFINITY;
	int			cheapest = -1;

	if (!IsCovered(experiment, unit, plan->coverage))
		return -1;
	if (unlikely(plan->experiment.data == NULL ||
				 !AbLabelEquals(experiment, plan->experiment)))
		MakeKeys(plan, experiment);
	for (int first = 0; first < plan->contenders; first += 4)
	{
		int			count = Min(plan->contenders - first, 4);
		const AbKeyStart *starts[4];
		AbDigest	digests[4];

		for (int i = 0; i < count; i++)
			starts[i] = &plan->keys[plan->contender[first + i]];
		AbHashBehind(starts, count, unit, digests);
		for (int i = 0; i < count; i++)
		{
			int			arm = plan->contender[first + i];
			uint64		bits = AbDigestBits(digests[i]);

			/* of equal weights the logarithm only turns the order around */
			double		cost = plan->equal ? -(double) bits :
				AbRendezvousCost(bits, plan->shares[arm], least);

			if (cost < least)
			{
				least = cost;
				cheapest = arm;
			}
		}
	}
	return cheapest;
}

/*
 * The position of the arm of a unit, -1 if the unit is in none.
 */
static pg_attribute_always_inline int
Choose(Plan *plan, AbLabel experiment, AbLabel unit)
{
	AbDigest	digest;

	if (plan->method == RENDEZVOUS)
		return Rendezvous(plan, experiment, unit);
	digest = AbHashUnit(experiment, unit);
	return AbFindRange(&plan->ranges, plan->method == MD5_10000 ?
					   AbDigestBucket(digest) / (double) AB_BUCKETS :
					   AbDigestBits(digest) * AB_BITS_UNIT);
}

/*
 * The variant of the call's unit, by reference into the array of variants: a
 * caller may no more free or change what a function returns than if it were one
 * of its arguments.
 */
static pg_attribute_always_inline Datum
Variant(FunctionCallInfo fcinfo, AbUnitType type)
{
	char		room[AB_UNIT_ROOM];
	ArrayType  *variants;
	Plan	   *plan;
	int			arm;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	variants = PG_ARGISNULL(2) ? NULL : PG_GETARG_ARRAYTYPE_P(2);
	plan = GetPlan(fcinfo, variants);
	arm = Choose(plan, AbGetUtf8(fcinfo, 0), AbGetUnit(fcinfo, 1, type, room));
	if (arm < 0)
		PG_RETURN_NULL();
	PG_RETURN_POINTER((char *) variants + plan->places[arm]);
}

PG_FUNCTION_INFO_V1(ab_variant);
Datum
ab_variant(PG_FUNCTION_ARGS)
{
	return Variant(fcinfo, AB_UNIT_TEXT);
}

PG_FUNCTION_INFO_V1(ab_variant_bigint);
Datum
ab_variant_bigint(PG_FUNCTION_ARGS)
{
	return Variant(fcinfo, AB_UNIT_BIGINT);
}

PG_FUNCTION_INFO_V1(ab_variant_uuid);
Datum
ab_variant_uuid(PG_FUNCTION_ARGS)
{
	return Variant(fcinfo, AB_UNIT_UUID);
}

/*
 * The share of all units that each arm gets by its buckets, which is what a
 * check of the sample ratio must expect.
 */
PG_FUNCTION_INFO_V1(ab_weights_effective);
Datum
ab_weights_effective(PG_FUNCTION_ARGS)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(0);
	double		coverage = AbCheckRange(PG_GETARG_FLOAT8(1), &coverage_range);
	int			count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	double	   *weights;
	AbRanges	ranges;
	Datum	   *shares;

	AbCheckSomeArms(count);
	weights = AbGetWeights(array, count);
	ranges = MakeRanges(weights, count, coverage, MD5_10000);
	shares = (Datum *) palloc(count * sizeof(Datum));
	for (int i = 0; i < count; i++)
	{
		int			buckets = AbBucketsBelow(ranges.ends[i]) -
			AbBucketsBelow(ranges.starts[i]);

		shares[i] = Float8GetDatum(buckets / (double) AB_BUCKETS);
	}
	PG_RETURN_ARRAYTYPE_P(construct_array(shares, count, FLOAT8OID, sizeof(float8),
										  FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}
