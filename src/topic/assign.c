/*
 * assign.c
 *	  Deterministic assignment of users to the arms of an experiment.
 *
 * The bucket of a user is the MD5 digest of "experiment:user", read as a
 * 128-bit number, modulo 10000.  That is stored behaviour of every experiment
 * that uses it: the hash is frozen, another one would be another function.
 */
#include "base/args.h"

#include "base/unit.h"

/*
 * Bucket of the call's experiment (argument 0) and user id (argument 1).
 */
static pg_attribute_always_inline int
CallBucket(FunctionCallInfo fcinfo, AbUnitType type)
{
	char		room[AB_UNIT_ROOM];

	return AbDigestBucket(AbHashUnit(AbGetUtf8(fcinfo, 0),
									 AbGetUnit(fcinfo, 1, type, room)));
}

/*
 * ERROR 22023 unless the split is in [0, 1].
 */
static double
CheckSplit(double split)
{
	static const AbRange range = {
		.low = 0, .high = 1, .fraction = true,
		.message = "split must be between 0 and 1",
		.hint = "It is the fraction of users who get the treatment."
	};

	return AbCheckRange(split, &range);
}

/* A text of an arm's name. */
typedef struct ArmName
{
	int32		vl_len_;		/* varlena header */
	char		name[12];
} ArmName;

/*
 * The arm of a bucket under the call's split (argument 2).
 *
 * The result is one of two constants.  A caller may no more free or change what
 * a function returns than if it were one of its arguments.
 */
static Datum
Assign(FunctionCallInfo fcinfo, int bucket)
{
	static ArmName treatment = {.name = "treatment"};
	static ArmName control = {.name = "control"};
	bool		treated = AbBucketIsBelow(bucket, CheckSplit(PG_GETARG_FLOAT8(2)));
	ArmName    *arm = treated ? &treatment : &control;

	SET_VARSIZE(arm, VARHDRSZ + (treated ? 9 : 7));
	PG_RETURN_POINTER(arm);
}

PG_FUNCTION_INFO_V1(ab_bucket);
Datum
ab_bucket(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(CallBucket(fcinfo, AB_UNIT_TEXT));
}

PG_FUNCTION_INFO_V1(ab_bucket_bigint);
Datum
ab_bucket_bigint(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(CallBucket(fcinfo, AB_UNIT_BIGINT));
}

PG_FUNCTION_INFO_V1(ab_bucket_uuid);
Datum
ab_bucket_uuid(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(CallBucket(fcinfo, AB_UNIT_UUID));
}

PG_FUNCTION_INFO_V1(ab_assign);
Datum
ab_assign(PG_FUNCTION_ARGS)
{
	return Assign(fcinfo, CallBucket(fcinfo, AB_UNIT_TEXT));
}

PG_FUNCTION_INFO_V1(ab_assign_bigint);
Datum
ab_assign_bigint(PG_FUNCTION_ARGS)
{
	return Assign(fcinfo, CallBucket(fcinfo, AB_UNIT_BIGINT));
}

PG_FUNCTION_INFO_V1(ab_assign_uuid);
Datum
ab_assign_uuid(PG_FUNCTION_ARGS)
{
	return Assign(fcinfo, CallBucket(fcinfo, AB_UNIT_UUID));
}

/*
 * The share of the buckets that a split gives to the treatment, which is what
 * a check of the sample ratio must expect.
 */
PG_FUNCTION_INFO_V1(ab_split_effective);
Datum
ab_split_effective(PG_FUNCTION_ARGS)
{
	double		split = CheckSplit(PG_GETARG_FLOAT8(0));

	PG_RETURN_FLOAT8(AbBucketsBelow(split) / (double) AB_BUCKETS);
}
