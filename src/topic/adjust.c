/*
 * adjust.c
 *	  P-values from anywhere, adjusted for their number, and the level of each
 *	  of several comparisons.
 *
 * References: see math/padjust.c.
 */
#include "base/args.h"

#include "base/work.h"
#include "catalog/pg_type.h"
#include "math/padjust.h"
#include "utils/array.h"

typedef struct AdjustCall
{
	ArrayType  *p;
	AbCorrection correction;
} AdjustCall;

typedef struct LevelCall
{
	double		alpha;
	double		comparisons;
	AbCorrection correction;
} LevelCall;

/*
 * The elements of an array of p-values, palloc'd, NaN for NULL.  ERROR 22023
 * unless each is in [0, 1].
 */
static double *
GetPValues(ArrayType *array, int *count)
{
	Datum	   *elements;
	bool	   *nulls;
	double	   *p;

	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("p-values must be a one-dimensional array"),
				 errdetail("Got %d dimensions.", ARR_NDIM(array)),
				 errhint("Adjust each row by itself, or all of them as one array.")));
	deconstruct_array(array, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL,
					  TYPALIGN_DOUBLE, &elements, &nulls, count);
	p = (double *) palloc(Max(*count, 1) * sizeof(double));
	for (int i = 0; i < *count; i++)
	{
		p[i] = nulls[i] ? NAN : DatumGetFloat8(elements[i]);
		if (!nulls[i] && !(p[i] >= 0 && p[i] <= 1))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("p-values must be between 0 and 1"),
					 errdetail("Element %d is %g.", i + ARR_LBOUND(array)[0],
							   p[i]),
					 errhint("Use NULL for a test that has none.")));
	}
	return p;
}

/*
 * The adjusted p-values in the same places.
 */
PG_FUNCTION_INFO_V1(ab_adjust);
Datum
ab_adjust(PG_FUNCTION_ARGS)
{
	static const AbArg args[] = {
		AB_ARRAY_ARG(AdjustCall, p, "p"),
		AB_WORD_ARG(AdjustCall, correction, "correction", &ab_corrections,
					AB_HOLM)
	};
	AdjustCall	call;
	double	   *p;
	int			count;
	Datum	   *elements;
	bool	   *nulls;

	AbReadArgs(fcinfo, args, &call);
	if (call.p == NULL)
		PG_RETURN_NULL();
	p = GetPValues(call.p, &count);
	(void) AbAdjust(p, count, call.correction, &ab_server_work);

	elements = (Datum *) palloc(Max(count, 1) * sizeof(Datum));
	nulls = (bool *) palloc(Max(count, 1) * sizeof(bool));
	for (int i = 0; i < count; i++)
	{
		nulls[i] = isnan(p[i]);
		elements[i] = Float8GetDatum(p[i] + 0.0);	/* no -0 */
	}
	PG_RETURN_ARRAYTYPE_P(construct_md_array(elements, nulls,
											 ARR_NDIM(call.p),
											 ARR_DIMS(call.p),
											 ARR_LBOUND(call.p), FLOAT8OID,
											 sizeof(float8), FLOAT8PASSBYVAL,
											 TYPALIGN_DOUBLE));
}

/*
 * The level of each of several comparisons, which keeps the probability of a
 * false positive among all of them at alpha.
 */
PG_FUNCTION_INFO_V1(ab_adjusted_alpha);
Datum
ab_adjusted_alpha(PG_FUNCTION_ARGS)
{
	static const AbRange count_range = {
		.low = 1, .high = (double) AB_MAX_OBSERVATIONS,
		.message = "number of comparisons must be between 1 and 2^53"
	};
	static const AbWord words[] = {
		{"bonferroni", AB_BONFERRONI, NULL},
		{"sidak", AB_SIDAK, NULL}
	};
	static const AbWords corrections = AB_WORDS("correction", words);
	static const AbArg args[] = {
		AB_NUMBER_ARG(LevelCall, alpha, "alpha", &ab_alpha, 0),
		AB_COUNT_ARG(LevelCall, comparisons, "comparisons", &count_range),
		AB_WORD_ARG(LevelCall, correction, "correction", &corrections,
					AB_BONFERRONI)
	};
	LevelCall	call;

	AbReadArgs(fcinfo, args, &call);
	PG_RETURN_FLOAT8(AbSimultaneousLevel(call.alpha, call.comparisons,
										 call.correction));
}
