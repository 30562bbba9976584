/*
 * duration.c
 *	  Days that an experiment takes.
 */
#include "topic/power.h"

#include "math/power.h"

typedef struct DurationCall
{
	double		n;
	double		daily;
	double		split;
} DurationCall;

static const AbRange n_range = {
	.low = 1, .high = (double) AB_MAX_OBSERVATIONS, .optional = true,
	.message = "number of users in the control group must be between 1 and 2^53"
};

static const AbRange daily_range = {
	.low = 0, .low_open = true, .high = DBL_MAX,
	.message = "daily users must be positive and finite",
	.hint = "It is the number of new users a day, of both groups together."
};

static const AbRange split_range = {
	.low = 0, .low_open = true, .high = 1, .high_open = true, .fraction = true,
	.message = "split must be between 0 and 1, and neither",
	.hint = "It is the fraction of users who get the treatment: 0.2 for 20%."
};

/*
 * Days until the control group, which gets the share 1 - split of the daily
 * users, has n of them; by then the treatment group has the
 * split / (1 - split) times as many that go with them.  NULL for NULL, which
 * ab_sample_size() gives for what a summary does not know.
 */
PG_FUNCTION_INFO_V1(ab_duration);
Datum
ab_duration(PG_FUNCTION_ARGS)
{
	static const AbArg args[] = {
		AB_COUNT_ARG(DurationCall, n, "n", &n_range),
		AB_NUMBER_ARG(DurationCall, daily, "daily_users", &daily_range, 0),
		AB_NUMBER_ARG(DurationCall, split, "split", &split_range, 0)
	};
	DurationCall call;
	double		days;

	AbReadArgs(fcinfo, args, &call);
	if (isnan(call.n))
		PG_RETURN_NULL();
	days = fmax(AbCeiling(call.n / (call.daily * (1 - call.split))), 1);
	if (!(days <= AB_LARGEST_SIZE))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the experiment would take more than 2^53 days"),
				 errdetail("Got %g users a day.", call.daily)));
	PG_RETURN_INT64((int64) days);
}
