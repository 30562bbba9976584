/*
 * assign.c
 *	  Deterministic assignment of users to the arms of an experiment.
 *
 * The bucket of a user is the MD5 digest of "experiment:user", read as a
 * 128-bit number, modulo 10000.  That is stored behaviour of every experiment
 * that uses it: the hash is frozen, another one would be another function.
 */
#include "base/args.h"

#include "math/md5.h"
#include "port/pg_bswap.h"
#include "utils/builtins.h"
#include "utils/uuid.h"

#define AB_BUCKETS		10000
#define TWO_TO_64		1616	/* modulo AB_BUCKETS */

/*
 * Bucket, 0 to 9999, of an experiment and a user id, both UTF-8.
 */
static int
Bucket(const char *experiment, int experiment_length,
	   const char *user_id, int user_id_length)
{
	unsigned char digest[16];
	uint64		high;
	uint64		low;

	if (likely((int64) experiment_length + 1 + user_id_length <= AB_MD5_SHORT))
	{
		unsigned char block[64] = {0};

		memcpy(block, experiment, experiment_length);
		block[experiment_length] = ':';
		memcpy(block + experiment_length + 1, user_id, user_id_length);
		AbMd5Short(block, experiment_length + 1 + user_id_length, digest);
	}
	else
	{
		AbMd5		md5;

		AbMd5Init(&md5);
		AbMd5Update(&md5, experiment, experiment_length);
		AbMd5Update(&md5, ":", 1);
		AbMd5Update(&md5, user_id, user_id_length);
		AbMd5Final(&md5, digest);
	}

	memcpy(&high, digest, 8);
	memcpy(&low, digest + 8, 8);
	return (pg_ntoh64(high) % AB_BUCKETS * TWO_TO_64 + pg_ntoh64(low) % AB_BUCKETS) %
		AB_BUCKETS;
}

/*
 * The UTF-8 form of a text argument.
 */
static AbLabel
TextUtf8(text *t)
{
	AbLabel		string;

	string.data = VARDATA_ANY(t);
	string.length = VARSIZE_ANY_EXHDR(t);
	return AbServerToUtf8(string);
}

/*
 * Bucket of the call's experiment (argument 0) and of a user id in UTF-8.
 */
static int
CallBucket(FunctionCallInfo fcinfo, const char *user_id, int length)
{
	AbLabel		experiment = TextUtf8(PG_GETARG_TEXT_PP(0));

	return Bucket(experiment.data, experiment.length, user_id, length);
}

static int
TextBucket(FunctionCallInfo fcinfo)
{
	AbLabel		user_id = TextUtf8(PG_GETARG_TEXT_PP(1));

	return CallBucket(fcinfo, user_id.data, user_id.length);
}

static int
BigintBucket(FunctionCallInfo fcinfo)
{
	char		digits[MAXINT8LEN + 1];
	int			length = pg_lltoa(PG_GETARG_INT64(1), digits);

	return CallBucket(fcinfo, digits, length);
}

/*
 * A uuid is hashed as its canonical text: lower case, with hyphens.
 */
static int
UuidBucket(FunctionCallInfo fcinfo)
{
	static const char hex[] = "0123456789abcdef";
	pg_uuid_t  *uuid = PG_GETARG_UUID_P(1);
	char		canonical[2 * UUID_LEN + 4];
	int			length = 0;

	for (int i = 0; i < UUID_LEN; i++)
	{
		if (i == 4 || i == 6 || i == 8 || i == 10)
			canonical[length++] = '-';
		canonical[length++] = hex[uuid->data[i] >> 4];
		canonical[length++] = hex[uuid->data[i] & 15];
	}
	return CallBucket(fcinfo, canonical, length);
}

/*
 * Does a bucket get the treatment?
 *
 * The comparison is in double precision, as the router's: a threshold in
 * whole buckets would differ for 576 of the 10001 splits of four decimals.
 */
static bool
BucketIsTreated(int bucket, double split)
{
	return bucket / (double) AB_BUCKETS < split;
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
	bool		treated = BucketIsTreated(bucket, CheckSplit(PG_GETARG_FLOAT8(2)));
	ArmName    *arm = treated ? &treatment : &control;

	SET_VARSIZE(arm, VARHDRSZ + (treated ? 9 : 7));
	PG_RETURN_POINTER(arm);
}

PG_FUNCTION_INFO_V1(ab_bucket);
Datum
ab_bucket(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(TextBucket(fcinfo));
}

PG_FUNCTION_INFO_V1(ab_bucket_bigint);
Datum
ab_bucket_bigint(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(BigintBucket(fcinfo));
}

PG_FUNCTION_INFO_V1(ab_bucket_uuid);
Datum
ab_bucket_uuid(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(UuidBucket(fcinfo));
}

PG_FUNCTION_INFO_V1(ab_assign);
Datum
ab_assign(PG_FUNCTION_ARGS)
{
	return Assign(fcinfo, TextBucket(fcinfo));
}

PG_FUNCTION_INFO_V1(ab_assign_bigint);
Datum
ab_assign_bigint(PG_FUNCTION_ARGS)
{
	return Assign(fcinfo, BigintBucket(fcinfo));
}

PG_FUNCTION_INFO_V1(ab_assign_uuid);
Datum
ab_assign_uuid(PG_FUNCTION_ARGS)
{
	return Assign(fcinfo, UuidBucket(fcinfo));
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
	int			treated = (int) (split * AB_BUCKETS);

	/* rounding has the guess off by one at most */
	while (treated > 0 && !BucketIsTreated(treated - 1, split))
		treated--;
	while (treated < AB_BUCKETS && BucketIsTreated(treated, split))
		treated++;
	PG_RETURN_FLOAT8(treated / (double) AB_BUCKETS);
}
