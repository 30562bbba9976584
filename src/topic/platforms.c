/*
 * platforms.c
 *	  The assignments of other platforms, computed again: GrowthBook, Eppo,
 *	  Statsig, LaunchDarkly, PostHog, Optimizely, Unleash.
 *
 * Each is what that platform's own open source does, bit for bit, the order of
 * its operations on doubles included.  Units are hashed as their UTF-8 text
 * unless a platform hashes the 16-bit units of JavaScript.  The versions that
 * were read are in docs/methods/platforms.md.
 */
#include "topic/platforms.h"

#include "base/shares.h"
#include "catalog/pg_type.h"
#include "common/cryptohash.h"
#include "common/sha1.h"
#include "common/sha2.h"
#include "math/hashes.h"

#define TWO_TO_60	((double) (UINT64CONST(1) << 60))

const AbRange ab_hash_total = {
	.low = 1, .high = INT64CONST(1) << 31,
	.message = "the number of buckets must be between 1 and 2^31"
};

const AbRange ab_hash_seed = {
	.low = -(double) (INT64CONST(1) << 31),
	.high = (double) (INT64CONST(1) << 32) - 1,
	.message = "seed must be a number of 32 bits"
};

static const AbRange end_range = {
	.low = 0, .high = 1, .fraction = true,
	.message = "the ends of a namespace's range must be between 0 and 1",
	.hint = "They are fractions of the units."
};

static const AbRange coverage_range = {
	.low = 0, .high = 1, .fraction = true,
	.message = "coverage must be between 0 and 1",
	.hint = "It is the fraction of units who are in the experiment."
};

/*
 * The parts of a key, one behind the other, in `room` if they fit.
 */
AbLabel
AbJoinKey(const AbLabel *parts, int count, char room[AB_KEY_ROOM])
{
	Size		length = 0;
	char	   *end;
	AbLabel		key;

	for (int i = 0; i < count; i++)
		length += parts[i].length;
	end = length <= AB_KEY_ROOM ? room : (char *) palloc(length);
	key.data = end;
	key.length = (int) length;
	for (int i = 0; i < count; i++)
	{
		memcpy(end, parts[i].data, parts[i].length);
		end += parts[i].length;
	}
	return key;
}

/*
 * A digest by the server's own functions.
 */
static void
HashSecurely(pg_cryptohash_type type, const char *name, AbLabel key,
			 uint8 *digest, Size size)
{
	pg_cryptohash_ctx *context = pg_cryptohash_create(type);

	if (context == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("out of memory")));
	/* a context that an error leaves behind is freed with the query */
	if (pg_cryptohash_init(context) < 0 ||
		pg_cryptohash_update(context, (const uint8 *) key.data, key.length) < 0 ||
		pg_cryptohash_final(context, digest, size) < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("could not compute %s hash: %s", name,
						pg_cryptohash_error(context))));
	pg_cryptohash_free(context);
}

/*
 * The first 15 hexadecimal digits of the SHA-1 of a key, as a number of 60
 * bits.
 */
uint64
AbSha1Bits(AbLabel key)
{
	uint8		digest[SHA1_DIGEST_LENGTH];
	uint64		word;

	HashSecurely(PG_SHA1, "SHA-1", key, digest, sizeof(digest));
	memcpy(&word, digest, sizeof(word));
	return pg_ntoh64(word) >> 4;
}

/*
 * The SHA-256 of a key, as four words of which the first is the highest.
 */
void
AbSha256Words(AbLabel key, uint64 words[4])
{
	uint8		digest[PG_SHA256_DIGEST_LENGTH];

	HashSecurely(PG_SHA256, "SHA-256", key, digest, sizeof(digest));
	memcpy(words, digest, sizeof(digest));
	for (int i = 0; i < 4; i++)
		words[i] = pg_ntoh64(words[i]);
}

/*
 * Those 60 bits as a share, from 0 to 1 inclusive.  The platforms divide by
 * 0xFFFFFFFFFFFFFFF, which is 2^60 as a double.
 */
double
AbSha1Share(AbLabel key)
{
	return (double) AbSha1Bits(key) / TWO_TO_60;
}

/*
 * A bigint argument that is not NULL, within a range.
 */
int64
AbGetWhole(FunctionCallInfo fcinfo, int argument, const AbRange *range)
{
	int64		value = PG_GETARG_INT64(argument);

	AbCheckRange((double) value, range);
	return value;
}

/*
 * hash(seed, unit, version) of GrowthBook, NaN for a version that it does not
 * know.
 */
static double
GrowthBookShare(AbLabel seed, AbLabel unit, int64 version)
{
	char		digits[MAXINT8LEN + 1];
	uint32		hash;

	if (version == 1)
	{
		hash = AbFnv1aUtf16(AB_FNV1A_START, unit.data, unit.length);
		hash = AbFnv1aUtf16(hash, seed.data, seed.length);
		return hash % 1000 / 1000.0;
	}
	if (version != 2)
		return NAN;
	hash = AbFnv1aUtf16(AB_FNV1A_START, seed.data, seed.length);
	hash = AbFnv1aUtf16(hash, unit.data, unit.length);
	/* once more, of the decimal digits of the first */
	hash = AbFnv1a(AB_FNV1A_START, digits, pg_lltoa(hash, digits));
	return hash % 10000 / 10000.0;
}

static pg_attribute_always_inline Datum
GrowthBookHash(FunctionCallInfo fcinfo, AbUnitType type)
{
	char		room[AB_UNIT_ROOM];
	double		share = GrowthBookShare(AbGetUtf8(fcinfo, 0),
										AbGetUnit(fcinfo, 1, type, room),
										PG_GETARG_INT64(2));

	/* nobody is in an experiment of another version */
	if (isnan(share))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(share);
}

AB_UNIT_FUNCTIONS(ab_growthbook_hash, GrowthBookHash);

static pg_attribute_always_inline Datum
GrowthBookNamespace(FunctionCallInfo fcinfo, AbUnitType type)
{
	char		room[AB_UNIT_ROOM];
	AbLabel		unit = AbGetUnit(fcinfo, 0, type, room);
	const AbLabel parts[] = {AB_PART("__"), AbGetUtf8(fcinfo, 1)};
	char		key_room[AB_KEY_ROOM];
	double		low = AbCheckRange(PG_GETARG_FLOAT8(2), &end_range);
	double		high = AbCheckRange(PG_GETARG_FLOAT8(3), &end_range);
	double		share;

	if (low > high)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("low must not be above high"),
				 errdetail("Low is %g, high is %g.", low, high)));
	share = GrowthBookShare(AbJoinKey(parts, lengthof(parts), key_room), unit, 1);
	PG_RETURN_BOOL(share >= low && share < high);
}

AB_UNIT_FUNCTIONS(ab_growthbook_namespace, GrowthBookNamespace);

/*
 * The weights of an experiment of GrowthBook: where their sum is not near 1,
 * it takes equal ones instead.
 */
static double *
GrowthBookWeights(ArrayType *array, int count)
{
	double	   *weights;
	double		sum = 0;

	if (array)
	{
		/* for its errors: those it returns are scaled */
		AbGetWeights(array, count);
		weights = AbGetNumbers(array, "weights", &count);
	}
	else
		weights = (double *) palloc0(count * sizeof(double));

	for (int i = 0; i < count; i++)
		sum += weights[i];
	if (!(sum >= 0.99 && sum <= 1.01))
		for (int i = 0; i < count; i++)
			weights[i] = 1.0 / count;
	return weights;
}

/*
 * The variant of a unit: the first whose range [start, start + coverage * w)
 * holds its hash.  NULL outside of all.
 */
static pg_attribute_always_inline Datum
GrowthBookVariant(FunctionCallInfo fcinfo, AbUnitType type)
{
	char		room[AB_UNIT_ROOM];
	ArrayType  *array;
	double		coverage;
	double		share;
	double		start = 0;
	int			count;
	AbLabel    *variants;
	double	   *weights;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(5))
		PG_RETURN_NULL();
	if (PG_ARGISNULL(2))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("variants must not be NULL"),
				 errhint("Name the variants in their order: ARRAY['control', 'b', 'c'].")));
	array = PG_GETARG_ARRAYTYPE_P(2);
	variants = AbGetLabels(array, "variants", &count);
	AbCheckSomeArms(count);
	AbCheckUniqueLabels(variants, count);
	weights = GrowthBookWeights(PG_ARGISNULL(3) ? NULL : PG_GETARG_ARRAYTYPE_P(3),
								count);
	coverage = AbCheckRange(PG_ARGISNULL(4) ? NAN : PG_GETARG_FLOAT8(4),
							&coverage_range);

	share = GrowthBookShare(AbGetUtf8(fcinfo, 0),
							AbGetUnit(fcinfo, 1, type, room),
							PG_GETARG_INT64(5));
	for (int i = 0; i < count; i++)
	{
		if (share >= start && share < start + coverage * weights[i])
			PG_RETURN_TEXT_P(cstring_to_text(AbLabelToServer(variants[i])));
		start += weights[i];
	}
	PG_RETURN_NULL();
}

AB_UNIT_FUNCTIONS(ab_growthbook_variant, GrowthBookVariant);

/*
 * Eppo: the first 4 bytes of the MD5 of "salt-subject".
 */
static pg_attribute_always_inline Datum
EppoShard(FunctionCallInfo fcinfo, AbUnitType type)
{
	char		room[AB_UNIT_ROOM];
	const AbLabel parts[] = {AbGetUtf8(fcinfo, 0), AB_PART("-"),
	AbGetUnit(fcinfo, 1, type, room)};
	int64		total = AbGetWhole(fcinfo, 2, &ab_hash_total);

	PG_RETURN_INT64((int64) (AbHashParts(parts, lengthof(parts)).high >> 32) % total);
}

AB_UNIT_FUNCTIONS(ab_eppo_shard, EppoShard);

/*
 * Statsig: the first 8 bytes of the SHA-256.
 */
static int64
StatsigModulo(const AbLabel *parts, int count, int64 modulus)
{
	char		room[AB_KEY_ROOM];
	uint64		words[4];

	AbSha256Words(AbJoinKey(parts, count, room), words);
	return (int64) (words[0] % (uint64) modulus);
}

static pg_attribute_always_inline Datum
StatsigBucket(FunctionCallInfo fcinfo, AbUnitType type)
{
	char		room[AB_UNIT_ROOM];
	const AbLabel parts[] = {AbGetUtf8(fcinfo, 0), AB_PART("."),
		AbGetUtf8(fcinfo, 1), AB_PART("."),
	AbGetUnit(fcinfo, 2, type, room)};

	PG_RETURN_INT64(StatsigModulo(parts, lengthof(parts), 10000));
}

AB_UNIT_FUNCTIONS(ab_statsig_bucket, StatsigBucket);

static pg_attribute_always_inline Datum
StatsigUserBucket(FunctionCallInfo fcinfo, AbUnitType type)
{
	char		room[AB_UNIT_ROOM];
	const AbLabel parts[] = {AbGetUtf8(fcinfo, 0), AB_PART("."),
	AbGetUnit(fcinfo, 1, type, room)};

	PG_RETURN_INT64(StatsigModulo(parts, lengthof(parts),
								  AbGetWhole(fcinfo, 2, &ab_hash_total)));
}

AB_UNIT_FUNCTIONS(ab_statsig_user_bucket, StatsigUserBucket);

/*
 * LaunchDarkly: SHA-1 of "key.salt.value", or of "seed.value" in an experiment.
 * Its Go code computes in single precision.
 */
static pg_attribute_always_inline Datum
LaunchDarklyBucket(FunctionCallInfo fcinfo, AbUnitType type)
{
	char		room[AB_UNIT_ROOM];
	char		key_room[AB_KEY_ROOM];
	char		digits[MAXINT8LEN + 1];
	bool		seeded = !PG_ARGISNULL(3);
	AbLabel		parts[5] = {{NULL, 0}};
	AbLabel		key;
	int			count = 0;

	/* a seed takes the place of key and salt */
	if (PG_ARGISNULL(2) || (!seeded && (PG_ARGISNULL(0) || PG_ARGISNULL(1))))
		PG_RETURN_NULL();
	if (PG_ARGISNULL(4))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("float4 must not be NULL"),
				 errhint("It is true for what the Go SDK and the servers that use it decide, else false.")));
	if (seeded)
	{
		parts[count].data = digits;
		parts[count++].length = pg_lltoa(PG_GETARG_INT64(3), digits);
	}
	else
	{
		parts[count++] = AbGetUtf8(fcinfo, 0);
		parts[count++] = (AbLabel) AB_PART(".");
		parts[count++] = AbGetUtf8(fcinfo, 1);
	}
	parts[count++] = (AbLabel) AB_PART(".");
	parts[count++] = AbGetUnit(fcinfo, 2, type, room);

	key = AbJoinKey(parts, count, key_room);
	if (PG_GETARG_BOOL(4))
		PG_RETURN_FLOAT8((double) ((float) (int64) AbSha1Bits(key) / (float) TWO_TO_60));
	PG_RETURN_FLOAT8(AbSha1Share(key));
}

AB_UNIT_FUNCTIONS(ab_launchdarkly_bucket, LaunchDarklyBucket);

/*
 * PostHog: SHA-1 of "key.idsalt".
 */
static pg_attribute_always_inline Datum
PostHogHash(FunctionCallInfo fcinfo, AbUnitType type)
{
	char		room[AB_UNIT_ROOM];
	char		key_room[AB_KEY_ROOM];
	const AbLabel parts[] = {AbGetUtf8(fcinfo, 0), AB_PART("."),
	AbGetUnit(fcinfo, 1, type, room), AbGetUtf8(fcinfo, 2)};

	PG_RETURN_FLOAT8(AbSha1Share(AbJoinKey(parts, lengthof(parts), key_room)));
}

AB_UNIT_FUNCTIONS(ab_posthog_hash, PostHogHash);

static pg_attribute_always_inline Datum
PostHogHoldout(FunctionCallInfo fcinfo, AbUnitType type)
{
	char		room[AB_UNIT_ROOM];
	char		key_room[AB_KEY_ROOM];
	const AbLabel parts[] = {AB_PART("holdout-"),
	AbGetUnit(fcinfo, 0, type, room)};

	PG_RETURN_FLOAT8(AbSha1Share(AbJoinKey(parts, lengthof(parts), key_room)));
}

AB_UNIT_FUNCTIONS(ab_posthog_holdout_hash, PostHogHoldout);

/*
 * Optimizely: MurmurHash3 with the seed 1, of the two ids.
 */
static pg_attribute_always_inline Datum
OptimizelyBucket(FunctionCallInfo fcinfo, AbUnitType type)
{
	char		room[AB_UNIT_ROOM];
	char		key_room[AB_KEY_ROOM];
	const AbLabel parts[] = {AbGetUnit(fcinfo, 0, type, room),
	AbGetUtf8(fcinfo, 1)};
	AbLabel		key = AbJoinKey(parts, lengthof(parts), key_room);
	uint64		hash = AbMurmur3(key.data, key.length, 1);

	/* the platform computes in doubles, of which this needs 46 bits */
	PG_RETURN_INT64((int64) (hash * 10000 >> 32));
}

AB_UNIT_FUNCTIONS(ab_optimizely_bucket, OptimizelyBucket);

/*
 * Unleash: MurmurHash3 of "group:id", from 1 on.
 */
static pg_attribute_always_inline Datum
UnleashBucket(FunctionCallInfo fcinfo, AbUnitType type)
{
	char		room[AB_UNIT_ROOM];
	char		key_room[AB_KEY_ROOM];
	AbLabel		unit = AbGetUnit(fcinfo, 0, type, room);
	const AbLabel parts[] = {AbGetUtf8(fcinfo, 1), AB_PART(":"), unit};
	int64		normalizer = AbGetWhole(fcinfo, 2, &ab_hash_total);
	uint32		seed = (uint32) AbGetWhole(fcinfo, 3, &ab_hash_seed);
	AbLabel		key = AbJoinKey(parts, lengthof(parts), key_room);

	PG_RETURN_INT64((int64) AbMurmur3(key.data, key.length, seed) % normalizer + 1);
}

AB_UNIT_FUNCTIONS(ab_unleash_bucket, UnleashBucket);
