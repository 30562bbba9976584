/*
 * shares.c
 *	  Variants and weights in arrays: what the units of an experiment are meant
 *	  to be shared out by.
 */
#include "base/shares.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

/*
 * ERROR unless the array has one dimension, no NULL and not too many elements.
 */
static void
CheckArray(ArrayType *array, const char *name)
{
	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%s must be a one-dimensional array", name)));
	if (array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not contain NULL", name)));
	AbCheckVariantCount(ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array)),
						AB_MAX_VARIANTS);
}

/*
 * The elements of an array of numbers, float8 or bigint, palloc'd.
 */
double *
AbGetNumbers(ArrayType *array, const char *name, int *count)
{
	bool		whole = ARR_ELEMTYPE(array) == INT8OID;
	Datum	   *elements;
	double	   *numbers;

	CheckArray(array, name);
	/* the two types are stored alike */
	deconstruct_array(array, ARR_ELEMTYPE(array), sizeof(float8),
					  FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &elements, NULL, count);
	numbers = (double *) palloc(Max(*count, 1) * sizeof(double));
	for (int i = 0; i < *count; i++)
		numbers[i] = whole ? (double) DatumGetInt64(elements[i]) :
			DatumGetFloat8(elements[i]);
	return numbers;
}

/*
 * The elements of an array of names, palloc'd.
 */
AbLabel *
AbGetLabels(ArrayType *array, const char *name, int *count)
{
	Datum	   *elements;
	AbLabel    *labels;

	CheckArray(array, name);
	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &elements, NULL,
					  count);
	labels = (AbLabel *) palloc(Max(*count, 1) * sizeof(AbLabel));
	for (int i = 0; i < *count; i++)
		labels[i] = AbTextGetLabel(DatumGetTextPP(elements[i]));
	return labels;
}

/*
 * ERROR 22023 if there is no arm.
 */
void
AbCheckSomeArms(int arms)
{
	if (arms == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there must be at least one variant")));
}

/*
 * Read and check the weights, one for each arm; equal ones for NULL.
 */
double *
AbGetWeights(ArrayType *array, int arms)
{
	double	   *weights;
	double		largest = 0;
	int			count;

	if (array == NULL)
	{
		weights = (double *) palloc(Max(arms, 1) * sizeof(double));
		for (int i = 0; i < arms; i++)
			weights[i] = 1;
		return weights;
	}

	weights = AbGetNumbers(array, "weights", &count);
	if (count != arms)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("there must be one weight for each variant"),
				 errdetail("The number of variants is %d, that of weights %d.", arms, count)));
	for (int i = 0; i < arms; i++)
	{
		if (!(weights[i] >= 0 && isfinite(weights[i])))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("a weight must be finite and not negative"),
					 errdetail("Weight %d is %g.", i + 1, weights[i]),
					 errhint("Weights are relative: ARRAY[0.8, 0.2] and ARRAY[4, 1] are the same.")));
		largest = fmax(largest, weights[i]);
	}
	if (arms > 0 && largest == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("at least one weight must be positive")));

	/* by a power of 2, so that no digit is lost and no sum overflows */
	for (int i = 0; i < arms; i++)
		if (weights[i] > 0)
			weights[i] = fmax(ldexp(weights[i], -ilogb(largest)), DBL_MIN);
	return weights;
}

static int
CompareLabels(const void *a, const void *b)
{
	return AbLabelCompare(*(const AbLabel *) a, *(const AbLabel *) b);
}

/*
 * ERROR 22023 if a label occurs twice.
 */
void
AbCheckUniqueLabels(const AbLabel *labels, int count)
{
	AbLabel    *sorted;

	if (count < 2)
		return;
	sorted = (AbLabel *) palloc(count * sizeof(AbLabel));
	memcpy(sorted, labels, count * sizeof(AbLabel));
	qsort(sorted, count, sizeof(AbLabel), CompareLabels);
	for (int i = 1; i < count; i++)
		if (AbLabelEquals(sorted[i - 1], sorted[i]))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("variant \"%s\" is named twice",
							AbLabelToServer(sorted[i]))));
}
