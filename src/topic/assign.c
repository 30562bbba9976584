/*
 * assign.c
 *	  Deterministic assignment of users to the arms of an experiment.
 *
 * The bucket of a user is the MD5 digest of "experiment:user", read as a
 * 128-bit number, modulo 10000.  That is stored behaviour of every experiment
 * that uses it: the hash is frozen, another one would be another function.
 */
#include "value/label.h"

#include "math/md5.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/uuid.h"

#define AB_BUCKETS 10000

/*
 * Bucket, 0 to 9999, of an experiment and a user id, both UTF-8.
 */
static int
Bucket(const char *experiment, int experiment_length,
	   const char *user_id, int user_id_length)
{
	AbMd5		md5;
	unsigned char digest[16];
	uint32		bucket = 0;

	AbMd5Init(&md5);
	AbMd5Update(&md5, experiment, experiment_length);
	AbMd5Update(&md5, ":", 1);
	AbMd5Update(&md5, user_id, user_id_length);
	AbMd5Final(&md5, digest);

	/* Horner's rule, two bytes at a time, modulo the number of buckets */
	for (int i = 0; i < 16; i += 2)
		bucket = (bucket * 65536 + digest[i] * 256 + digest[i + 1]) % AB_BUCKETS;
	return bucket;
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
 * The split in that argument.  ERROR 22023 unless it is in [0, 1].
 */
static double
GetSplit(FunctionCallInfo fcinfo, int argument)
{
	double		split = PG_GETARG_FLOAT8(argument);

	/* also refuses NaN */
	if (!(split >= 0 && split <= 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("split must be between 0 and 1"),
				 errdetail("Got %g.", split),
				 split > 1 ?
				 errhint("It is a fraction of the users, not a percentage: use 0.2 for 20%%.") :
				 errhint("It is the fraction of users who get the treatment.")));
	return split;
}

/*
 * The arm of a bucket under the call's split (argument 2).
 */
static Datum
Assign(FunctionCallInfo fcinfo, int bucket)
{
	if (BucketIsTreated(bucket, GetSplit(fcinfo, 2)))
		PG_RETURN_TEXT_P(cstring_to_text_with_len("treatment", 9));
	PG_RETURN_TEXT_P(cstring_to_text_with_len("control", 7));
}

/*
 * Bucket of the call's experiment and user id, whose type the SQL function
 * declares: text, bigint or uuid.  The type is looked up once a query and
 * remembered in fn_extra.
 */
static int
CallUserBucket(FunctionCallInfo fcinfo)
{
	static int	(*const for_text) (FunctionCallInfo) = TextBucket;
	static int	(*const for_bigint) (FunctionCallInfo) = BigintBucket;
	static int	(*const for_uuid) (FunctionCallInfo) = UuidBucket;
	int			(*const *bucket) (FunctionCallInfo) = fcinfo->flinfo->fn_extra;

	if (bucket == NULL)
	{
		Oid		   *types;
		int			count;

		(void) get_func_signature(fcinfo->flinfo->fn_oid, &types, &count);
		if (count < 2)
			elog(ERROR, "function has too few arguments");
		bucket = types[1] == INT8OID ? &for_bigint :
			types[1] == UUIDOID ? &for_uuid : &for_text;
		fcinfo->flinfo->fn_extra = (void *) bucket;
	}
	return (*bucket) (fcinfo);
}

PG_FUNCTION_INFO_V1(ab_bucket);
Datum
ab_bucket(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(CallUserBucket(fcinfo));
}

PG_FUNCTION_INFO_V1(ab_assign);
Datum
ab_assign(PG_FUNCTION_ARGS)
{
	return Assign(fcinfo, CallUserBucket(fcinfo));
}

/*
 * The share of the buckets that a split gives to the treatment, which is what
 * a check of the sample ratio must expect.
 */
PG_FUNCTION_INFO_V1(ab_split_effective);
Datum
ab_split_effective(PG_FUNCTION_ARGS)
{
	double		split = GetSplit(fcinfo, 0);
	int			treated = (int) (split * AB_BUCKETS);

	/* rounding has the guess off by one at most */
	while (treated > 0 && !BucketIsTreated(treated - 1, split))
		treated--;
	while (treated < AB_BUCKETS && BucketIsTreated(treated, split))
		treated++;
	PG_RETURN_FLOAT8(treated / (double) AB_BUCKETS);
}
