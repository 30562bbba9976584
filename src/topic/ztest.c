/*
 * ztest.c
 *	  The z-test of two means whose standard deviations are known.
 *
 *		z = (mt - mc) / sqrt(sc^2 / nc + st^2 / nt),
 *
 * standard normal without effect.  The standard deviations are given, as from
 * the specification of a measurement; nothing of the spread in the data enters.
 */
#include "base/effect.h"

#include "utils/builtins.h"

typedef struct ZTestCall
{
	const AbSummary *summary;
	AbTestArgs	test;
	double		stddev;			/* of a row */
	double		treatment_stddev;	/* NaN: the same */
} ZTestCall;

static const AbRange stddev_range = {
	.low = 0, .low_open = true, .high = DBL_MAX,
	.message = "known standard deviation must be positive and finite",
	.hint = "It is that of one row, known from elsewhere; where it is only estimated from these rows use ab_ttest."
};

static const AbRange treatment_stddev_range = {
	.low = 0, .low_open = true, .high = DBL_MAX, .optional = true,
	.message = "known standard deviation must be positive and finite",
	.hint = "Leave out treatment_stddev where it is the same in both variants."
};

/*
 * The test, as a row.
 */
PG_FUNCTION_INFO_V1(ab_ztest);
Datum
ab_ztest(PG_FUNCTION_ARGS)
{
	static const AbArg args[] = {
		AB_SUMMARY_ARG(ZTestCall, summary, &ab_one_column),
		AB_NUMBER_ARG(ZTestCall, stddev, "stddev", &stddev_range, 0),
		AB_CONTROL_ARG(ZTestCall, test),
		AB_TREATMENT_ARG(ZTestCall, test),
		AB_ALPHA_ARG(ZTestCall, test),
		AB_ALTERNATIVE_ARG(ZTestCall, test),
		AB_NUMBER_ARG(ZTestCall, treatment_stddev, "treatment_stddev",
					  &treatment_stddev_range, NAN)
	};
	ZTestCall	call = {.test.reader = "ab_ztest(ab_summary(outcome, variant), 15"};
	AbMeans		means;
	bool		comparable;

	AbReadArgs(fcinfo, args, &call);
	comparable = AbStartMeans(&means, call.summary, &call.test);
	means.row.method = psprintf("z-test (known variance)%s",
								AbAlternativeSuffix(call.test.alternative));
	if (comparable)
	{
		double		control_error = call.stddev / sqrt(means.control->n);
		double		treatment_error = (isnan(call.treatment_stddev) ?
									   call.stddev : call.treatment_stddev) /
			sqrt(means.treatment->n);
		AbEffect	effect;

		effect.difference = means.row.difference.value;
		effect.std_error = hypot(control_error, treatment_error);
		effect.df = INFINITY;
		effect.control = means.control_mean;
		effect.control_variance = control_error * control_error;
		effect.covariance = -effect.control_variance;
		(void) AbTestEffect(&means.row, &effect, call.test.alternative, NULL);
	}
	return AbRowDatum(fcinfo, &ab_comparison, &means);
}
