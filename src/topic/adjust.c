/*
 * adjust.c
 *	  P-values from anywhere, adjusted for their number (math/padjust.c).
 */
#include "postgres.h"

#include <math.h>

#include "base/correction.h"
#include "base/work.h"
#include "catalog/pg_type.h"
#include "utils/array.h"

/*
 * The elements of an array of p-values, NaN for NULL.  ERROR 22023 unless each
 * is in [0, 1].
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
 * (p, method): the adjusted p-values in the same places.
 */
PG_FUNCTION_INFO_V1(ab_adjust);
Datum
ab_adjust(PG_FUNCTION_ARGS)
{
	AbCorrection correction = AbGetCorrection(fcinfo, 1, false);
	ArrayType  *array;
	double	   *p;
	int			count;
	Datum	   *elements;
	bool	   *nulls;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	array = PG_GETARG_ARRAYTYPE_P(0);
	p = GetPValues(array, &count);
	AbAdjust(p, count, correction, &ab_server_work);

	elements = (Datum *) palloc(Max(count, 1) * sizeof(Datum));
	nulls = (bool *) palloc(Max(count, 1) * sizeof(bool));
	for (int i = 0; i < count; i++)
	{
		nulls[i] = isnan(p[i]);
		elements[i] = Float8GetDatum(p[i] + 0.0);	/* no -0 */
	}
	PG_RETURN_ARRAYTYPE_P(construct_md_array(elements, nulls, ARR_NDIM(array),
											 ARR_DIMS(array),
											 ARR_LBOUND(array), FLOAT8OID,
											 sizeof(float8), FLOAT8PASSBYVAL,
											 TYPALIGN_DOUBLE));
}
