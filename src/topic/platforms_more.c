/*
 * platforms_more.c
 *	  The assignments of more platforms: PlanOut, Flagsmith, Split, flagd,
 *	  ConfigCat, Amplitude, VWO, Firebase, Flipt, Microsoft, Confidence, GO
 *	  Feature Flag.
 */
#include "topic/platforms.h"

#include "catalog/pg_type.h"
#include "math/hashes.h"
#include "miscadmin.h"

static const AbRange algorithm_range = {
	.low = 1, .high = 2,
	.message = "algo must be 1 or 2",
	.hint = "It is 2 (MurmurHash3) unless the split's definition says algo 1."
};

/*
 * The parts of argument `first`, what is between, and of the unit `second`.
 */
static pg_attribute_always_inline AbLabel
JoinArguments(FunctionCallInfo fcinfo, int first, AbLabel between, int second,
			  AbUnitType type, char unit_room[AB_UNIT_ROOM],
			  char room[AB_KEY_ROOM])
{
	const AbLabel parts[] = {AbGetUtf8(fcinfo, first), between,
	AbGetUnit(fcinfo, second, type, unit_room)};

	return AbJoinKey(parts, lengthof(parts), room);
}

/*
 * The key of most: argument 0, what is between, and the unit, argument 1.
 */
#define JOIN_KEY(between) \
	JoinArguments(fcinfo, 0, (AbLabel) AB_PART(between), 1, type, unit_room, room)

static pg_attribute_always_inline Datum
PlanOutHash(FunctionCallInfo fcinfo, AbUnitType type)
{
	char		unit_room[AB_UNIT_ROOM];
	char		room[AB_KEY_ROOM];

	PG_RETURN_INT64((int64) AbSha1Bits(JOIN_KEY(".")));
}

AB_UNIT_FUNCTIONS(ab_planout_hash, PlanOutHash);

/*
 * Flagsmith: the ids as often as it takes for the remainder not to be the
 * last.
 */
PG_FUNCTION_INFO_V1(ab_flagsmith_pct);
Datum
ab_flagsmith_pct(PG_FUNCTION_ARGS)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(0);
	Datum	   *elements;
	AbLabel    *parts;
	int			count;
	int64		rest;

	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("ids must be a one-dimensional array")));
	/* an id that is not known makes the result unknown */
	if (array_contains_nulls(array))
		PG_RETURN_NULL();
	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &elements, NULL,
					  &count);
	if (count == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there must be at least one id"),
				 errhint("Give the key of the feature or of the segment, then that of the identity.")));

	/* each id behind a comma, but the first */
	parts = (AbLabel *) palloc(2 * count * sizeof(AbLabel));
	for (int i = 0; i < count; i++)
	{
		text	   *id = DatumGetTextPP(elements[i]);
		AbLabel		string = {VARDATA_ANY(id), VARSIZE_ANY_EXHDR(id)};

		parts[2 * i] = (AbLabel) AB_PART(",");
		parts[2 * i + 1] = AbServerToUtf8(string);
	}
	for (int times = 1;; times++)
	{
		AbLabel    *all = (AbLabel *) palloc(2 * count * times * sizeof(AbLabel));

		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < times; i++)
			memcpy(all + 2 * count * i, parts, 2 * count * sizeof(AbLabel));
		rest = AbDigestModulo(AbHashParts(all + 1, 2 * count * times - 1), 9999);
		pfree(all);
		if (rest != 9998)
			PG_RETURN_FLOAT8((double) rest / 9998.0 * 100);
	}
}

/*
 * Split: buckets 1 to 100.
 */
static pg_attribute_always_inline Datum
SplitBucket(FunctionCallInfo fcinfo, AbUnitType type)
{
	char		room[AB_UNIT_ROOM];
	AbLabel		key = AbGetUnit(fcinfo, 0, type, room);
	uint32		seed = (uint32) AbGetWhole(fcinfo, 1, &ab_hash_seed);
	int64		hash;

	if (AbGetWhole(fcinfo, 2, &algorithm_range) == 2)
		hash = AbMurmur3(key.data, key.length, seed);
	else
		hash = (int32) (AbJavaHash(key.data, key.length) ^ seed);
	PG_RETURN_INT64((hash < 0 ? -hash : hash) % 100 + 1);
}

AB_UNIT_FUNCTIONS(ab_split_bucket, SplitBucket);

PG_FUNCTION_INFO_V1(ab_flagd_bucket);
Datum
ab_flagd_bucket(PG_FUNCTION_ARGS)
{
	AbLabel		value = AbGetUtf8(fcinfo, 0);
	uint64		total = (uint64) AbGetWhole(fcinfo, 1, &ab_hash_total);

	PG_RETURN_INT64((int64) (AbMurmur3(value.data, value.length, 0) * total >> 32));
}

PG_FUNCTION_INFO_V1(ab_flagd_v1_pct);
Datum
ab_flagd_v1_pct(PG_FUNCTION_ARGS)
{
	AbLabel		value = AbGetUtf8(fcinfo, 0);
	int32		hash = (int32) AbMurmur3(value.data, value.length, 0);

	PG_RETURN_FLOAT8(fabs((double) hash) / PG_INT32_MAX * 100);
}

/*
 * ConfigCat: 7 hexadecimal digits.
 */
static pg_attribute_always_inline Datum
ConfigCatBucket(FunctionCallInfo fcinfo, AbUnitType type)
{
	char		unit_room[AB_UNIT_ROOM];
	char		room[AB_KEY_ROOM];

	PG_RETURN_INT64((int64) (AbSha1Bits(JOIN_KEY("")) >> 32) % 100);
}

AB_UNIT_FUNCTIONS(ab_configcat_bucket, ConfigCatBucket);

/*
 * Amplitude: one hash for who is allocated and for the variant.
 */
static pg_attribute_always_inline int64
AmplitudeHash(FunctionCallInfo fcinfo, AbUnitType type)
{
	char		unit_room[AB_UNIT_ROOM];
	char		room[AB_KEY_ROOM];
	AbLabel		key = JOIN_KEY("/");

	return AbMurmur3(key.data, key.length, 0);
}

static pg_attribute_always_inline Datum
AmplitudeAllocation(FunctionCallInfo fcinfo, AbUnitType type)
{
	PG_RETURN_INT64(AmplitudeHash(fcinfo, type) % 100);
}

AB_UNIT_FUNCTIONS(ab_amplitude_allocation, AmplitudeAllocation);

static pg_attribute_always_inline Datum
AmplitudeDistribution(FunctionCallInfo fcinfo, AbUnitType type)
{
	PG_RETURN_INT64(AmplitudeHash(fcinfo, type) / 100);
}

AB_UNIT_FUNCTIONS(ab_amplitude_distribution, AmplitudeDistribution);

PG_FUNCTION_INFO_V1(ab_vwo_bucket);
Datum
ab_vwo_bucket(PG_FUNCTION_ARGS)
{
	AbLabel		key = AbGetUtf8(fcinfo, 0);
	uint64		max = (uint64) AbGetWhole(fcinfo, 1, &ab_hash_total);

	PG_RETURN_INT64((int64) (AbMurmur3(key.data, key.length, 1) * max >> 32) + 1);
}

/*
 * Firebase: the SHA-256 as one number, modulo 10^8.
 */
static pg_attribute_always_inline Datum
FirebaseMicroPercent(FunctionCallInfo fcinfo, AbUnitType type)
{
	const uint64 modulus = 100000000;
	const uint64 two_to_64 = (PG_UINT64_MAX % modulus + 1) % modulus;
	char		unit_room[AB_UNIT_ROOM];
	char		room[AB_KEY_ROOM];
	AbLabel		parts[3];
	uint64		words[4];
	uint64		rest = 0;
	int			count = 0;

	if (PG_ARGISNULL(1))
		PG_RETURN_NULL();
	if (!PG_ARGISNULL(0))
	{
		parts[0] = AbGetUtf8(fcinfo, 0);
		parts[1] = (AbLabel) AB_PART(".");
		count = parts[0].length > 0 ? 2 : 0;
	}
	parts[count++] = AbGetUnit(fcinfo, 1, type, unit_room);
	AbSha256Words(AbJoinKey(parts, count, room), words);
	for (int i = 0; i < 4; i++)
		rest = (rest * two_to_64 + words[i] % modulus) % modulus;
	PG_RETURN_INT64((int64) rest);
}

AB_UNIT_FUNCTIONS(ab_firebase_micropercent, FirebaseMicroPercent);

/*
 * Flipt: the unit before the flag for who is in, and behind it for the
 * variant.
 */
static pg_attribute_always_inline Datum
FliptThreshold(FunctionCallInfo fcinfo, AbUnitType type)
{
	char		unit_room[AB_UNIT_ROOM];
	char		room[AB_KEY_ROOM];
	const AbLabel parts[] = {AbGetUnit(fcinfo, 0, type, unit_room),
	AbGetUtf8(fcinfo, 1)};
	AbLabel		key = AbJoinKey(parts, lengthof(parts), room);

	PG_RETURN_INT64((int64) AbCrc32(key.data, key.length) % 100);
}

AB_UNIT_FUNCTIONS(ab_flipt_threshold, FliptThreshold);

static pg_attribute_always_inline Datum
FliptBucket(FunctionCallInfo fcinfo, AbUnitType type)
{
	char		unit_room[AB_UNIT_ROOM];
	char		room[AB_KEY_ROOM];
	AbLabel		key = JoinArguments(fcinfo, 1, (AbLabel) AB_PART(""), 0, type,
									unit_room, room);

	PG_RETURN_INT64((int64) AbCrc32(key.data, key.length) % 1000);
}

AB_UNIT_FUNCTIONS(ab_flipt_bucket, FliptBucket);

/*
 * Microsoft: the first 4 bytes of the SHA-256, little endian, as a percentage
 * that is 100 at most.
 */
static pg_attribute_always_inline Datum
MicrosoftPct(FunctionCallInfo fcinfo, AbUnitType type)
{
	char		unit_room[AB_UNIT_ROOM];
	char		room[AB_KEY_ROOM];
	const AbLabel parts[] = {AbGetUnit(fcinfo, 0, type, unit_room),
	AB_PART("\n"), AbGetUtf8(fcinfo, 1)};
	uint64		words[4];

	AbSha256Words(AbJoinKey(parts, lengthof(parts), room), words);
	PG_RETURN_FLOAT8(pg_bswap32((uint32) (words[0] >> 32)) / (double) PG_UINT32_MAX * 100);
}

AB_UNIT_FUNCTIONS(ab_msfm_pct, MicrosoftPct);

static pg_attribute_always_inline Datum
ConfidenceBucket(FunctionCallInfo fcinfo, AbUnitType type)
{
	char		unit_room[AB_UNIT_ROOM];
	char		room[AB_KEY_ROOM];
	AbLabel		key = JOIN_KEY("|");
	int64		buckets = AbGetWhole(fcinfo, 2, &ab_hash_total);

	PG_RETURN_INT64((int64) (AbMurmur3Low(key.data, key.length) >> 4) % buckets);
}

AB_UNIT_FUNCTIONS(ab_confidence_bucket, ConfidenceBucket);

static pg_attribute_always_inline Datum
GoffBucket(FunctionCallInfo fcinfo, AbUnitType type)
{
	char		unit_room[AB_UNIT_ROOM];
	char		room[AB_KEY_ROOM];
	AbLabel		key = JOIN_KEY("");
	int64		total = AbGetWhole(fcinfo, 2, &ab_hash_total);

	PG_RETURN_INT64((int64) AbFnv1a(AB_FNV1A_START, key.data, key.length) % total);
}

AB_UNIT_FUNCTIONS(ab_goff_bucket, GoffBucket);

/*
 * The hash of several of them, for platforms that have no function here.
 */
PG_FUNCTION_INFO_V1(ab_murmur3_32);
Datum
ab_murmur3_32(PG_FUNCTION_ARGS)
{
	AbLabel		value = AbGetUtf8(fcinfo, 0);
	uint32		seed = (uint32) AbGetWhole(fcinfo, 1, &ab_hash_seed);

	PG_RETURN_INT64((int64) AbMurmur3(value.data, value.length, seed));
}
