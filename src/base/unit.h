/*
 * unit.h
 *	  The ids that are assigned, and their digests.
 *
 * A unit is hashed as its UTF-8 text: a bigint in decimal digits, a uuid in
 * lower case with hyphens.  The digest is the MD5 of the parts of a key, one
 * behind the other, as a 128-bit number.  Both are stored behaviour of every
 * experiment that uses them, and frozen.
 */
#ifndef AB_BASE_UNIT_H
#define AB_BASE_UNIT_H

#include "value/label.h"

#include "math/md5.h"
#include "port/pg_bswap.h"
#include "utils/uuid.h"

#define AB_BUCKETS		10000

/* the type of a unit argument */
typedef enum AbUnitType
{
	AB_UNIT_TEXT,
	AB_UNIT_BIGINT,
	AB_UNIT_UUID
} AbUnitType;

/* room for the text of a unit that is none */
#define AB_UNIT_ROOM	(2 * UUID_LEN + 4)

/* a part of a key that is a constant string */
#define AB_PART(string)	{(string), sizeof(string) - 1}

/* An MD5 digest, big endian. */
typedef struct AbDigest
{
	uint64		high;
	uint64		low;
} AbDigest;

/*
 * The UTF-8 form of a text argument, in place where the server's encoding
 * agrees.
 */
static inline AbLabel
AbGetUtf8(FunctionCallInfo fcinfo, int argument)
{
	text	   *t = PG_GETARG_TEXT_PP(argument);
	AbLabel		string;

	string.data = VARDATA_ANY(t);
	string.length = VARSIZE_ANY_EXHDR(t);
	return AbServerToUtf8(string);
}

/*
 * The canonical text of a uuid: lower case, with hyphens.
 */
static inline AbLabel
AbUuidText(const pg_uuid_t *uuid, char room[AB_UNIT_ROOM])
{
	static const char hex[] = "0123456789abcdef";
	AbLabel		unit = {room, 0};

	for (int i = 0; i < UUID_LEN; i++)
	{
		if (i == 4 || i == 6 || i == 8 || i == 10)
			room[unit.length++] = '-';
		room[unit.length++] = hex[uuid->data[i] >> 4];
		room[unit.length++] = hex[uuid->data[i] & 15];
	}
	return unit;
}

/*
 * The text of a unit argument, which may lie in `room`.
 */
static pg_attribute_always_inline AbLabel
AbGetUnit(FunctionCallInfo fcinfo, int argument, AbUnitType type,
		  char room[AB_UNIT_ROOM])
{
	AbLabel		unit = {room, 0};

	switch (type)
	{
		case AB_UNIT_TEXT:
			return AbGetUtf8(fcinfo, argument);
		case AB_UNIT_BIGINT:
			unit.length = pg_lltoa(PG_GETARG_INT64(argument), room);
			break;
		case AB_UNIT_UUID:
			return AbUuidText(PG_GETARG_UUID_P(argument), room);
	}
	return unit;
}

static inline AbDigest
AbReadDigest(const unsigned char bytes[16])
{
	AbDigest	digest;

	memcpy(&digest.high, bytes, 8);
	memcpy(&digest.low, bytes + 8, 8);
	digest.high = pg_ntoh64(digest.high);
	digest.low = pg_ntoh64(digest.low);
	return digest;
}

/*
 * The digest of the parts of a key.
 */
static pg_attribute_always_inline AbDigest
AbHashParts(const AbLabel *parts, int count)
{
	unsigned char bytes[16];
	int64		length = 0;

	for (int i = 0; i < count; i++)
		length += parts[i].length;
	if (likely(length <= AB_MD5_SHORT))
	{
		unsigned char block[64] = {0};
		int			filled = 0;

		for (int i = 0; i < count; i++)
		{
			memcpy(block + filled, parts[i].data, parts[i].length);
			filled += parts[i].length;
		}
		AbMd5Short(block, filled, bytes);
	}
	else
	{
		AbMd5		md5;

		AbMd5Init(&md5);
		for (int i = 0; i < count; i++)
			AbMd5Update(&md5, parts[i].data, parts[i].length);
		AbMd5Final(&md5, bytes);
	}

	return AbReadDigest(bytes);
}

/*
 * The beginning of keys that end with a unit.
 */
typedef struct AbKeyStart
{
	AbLabel		text;
	unsigned char block[64];	/* as much of it as fits, and zeros */
} AbKeyStart;

static inline void
AbInitKeyStart(AbKeyStart *start, AbLabel text)
{
	start->text = text;
	memset(start->block, 0, sizeof(start->block));
	memcpy(start->block, text.data, Min(text.length, (int) sizeof(start->block)));
}

/*
 * The digests of `count` keys, 1 to 4, that begin with those and end with the
 * same unit.
 */
static inline void
AbHashBehind(const AbKeyStart *const starts[4], int count, AbLabel unit,
			 AbDigest digests[4])
{
	unsigned char blocks[4][64];
	unsigned char bytes[4][16];
	size_t		lengths[4];
	bool		all_short = count > 1;

	for (int i = 0; i < count; i++)
		all_short &= (int64) starts[i]->text.length + unit.length <= AB_MD5_SHORT;
	if (!all_short)
	{
		for (int i = 0; i < count; i++)
		{
			const AbLabel parts[] = {starts[i]->text, unit};

			digests[i] = AbHashParts(parts, lengthof(parts));
		}
		return;
	}
	for (int i = 0; i < 4; i++)
	{
		/* what there is none of is the first once more */
		const AbKeyStart *start = starts[i < count ? i : 0];

		memcpy(blocks[i], start->block, sizeof(blocks[i]));
		memcpy(blocks[i] + start->text.length, unit.data, unit.length);
		lengths[i] = start->text.length + unit.length;
	}
	AbMd5ShortFour(blocks, lengths, bytes);
	for (int i = 0; i < count; i++)
		digests[i] = AbReadDigest(bytes[i]);
}

/*
 * The digest of "scope:unit".
 */
static pg_attribute_always_inline AbDigest
AbHashUnit(AbLabel scope, AbLabel unit)
{
	const AbLabel parts[] = {scope, AB_PART(":"), unit};

	return AbHashParts(parts, lengthof(parts));
}

/*
 * The digest modulo a number of buckets from 1 to 2^31.
 */
static inline int64
AbDigestModulo(AbDigest digest, uint64 buckets)
{
	uint64		two_to_64 = (PG_UINT64_MAX % buckets + 1) % buckets;

	return (digest.high % buckets * two_to_64 + digest.low % buckets) % buckets;
}

/*
 * The bucket, 0 to 9999: the digest modulo 10000.
 */
static inline int
AbDigestBucket(AbDigest digest)
{
	return (int) AbDigestModulo(digest, AB_BUCKETS);
}

/*
 * The first 53 bits of the digest, as a number from 0 to 2^53 - 1.
 */
static inline uint64
AbDigestBits(AbDigest digest)
{
	return digest.high >> 11;
}

/*
 * Is a bucket below a share of the buckets?
 *
 * The comparison is in double precision, as the router's: a threshold in
 * whole buckets would differ for 576 of the 10001 splits of four decimals.
 */
static inline bool
AbBucketIsBelow(int bucket, double share)
{
	return bucket / (double) AB_BUCKETS < share;
}

/*
 * The number of buckets that are below a share, 0 to 10000.
 */
static inline int
AbBucketsBelow(double share)
{
	int			count = (int) (share * AB_BUCKETS);

	/* rounding has the guess off by one at most */
	while (count > 0 && !AbBucketIsBelow(count - 1, share))
		count--;
	while (count < AB_BUCKETS && AbBucketIsBelow(count, share))
		count++;
	return count;
}

#endif							/* AB_BASE_UNIT_H */
