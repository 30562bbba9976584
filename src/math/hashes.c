/*
 * hashes.c
 *	  Hashes that are made for speed, as platforms of experiments use them.
 *
 * All read bytes; those of UTF-16 read UTF-8, and hash the 16-bit units that a
 * string of JavaScript or Java would have.
 */
#include "math/hashes.h"

#define ROTATE32(x, bits)	((x) << (bits) | (x) >> (32 - (bits)))
#define ROTATE64(x, bits)	((x) << (bits) | (x) >> (64 - (bits)))

#define FNV_PRIME			UINT32_C(16777619)

/*
 * The `count` bytes from there on, 1 to 8, the first being the lowest.
 */
static uint64_t
ReadBytes(const unsigned char *bytes, size_t count)
{
	uint64_t	word = 0;

	while (count-- > 0)
		word = word << 8 | bytes[count];
	return word;
}

static uint32_t
Scramble32(uint32_t word)
{
	word *= UINT32_C(0xCC9E2D51);
	word = ROTATE32(word, 15);
	return word * UINT32_C(0x1B873593);
}

/*
 * MurmurHash3 of 32 bits, MurmurHash3_x86_32 (Austin Appleby, public domain).
 */
uint32_t
AbMurmur3(const void *data, size_t length, uint32_t seed)
{
	const unsigned char *bytes = (const unsigned char *) data;
	uint32_t	hash = seed;
	size_t		left = length;

	for (; left >= 4; left -= 4, bytes += 4)
	{
		hash ^= Scramble32((uint32_t) ReadBytes(bytes, 4));
		hash = ROTATE32(hash, 13);
		hash = hash * 5 + UINT32_C(0xE6546B64);
	}
	/* without bytes left this is 0 */
	hash ^= Scramble32((uint32_t) ReadBytes(bytes, left));

	hash ^= (uint32_t) length;
	hash ^= hash >> 16;
	hash *= UINT32_C(0x85EBCA6B);
	hash ^= hash >> 13;
	hash *= UINT32_C(0xC2B2AE35);
	return hash ^ hash >> 16;
}

static uint64_t
Scramble64(uint64_t word, uint64_t first, int bits, uint64_t second)
{
	word *= first;
	word = ROTATE64(word, bits);
	return word * second;
}

static uint64_t
Finish64(uint64_t hash)
{
	hash ^= hash >> 33;
	hash *= UINT64_C(0xFF51AFD7ED558CCD);
	hash ^= hash >> 33;
	hash *= UINT64_C(0xC4CEB9FE1A85EC53);
	return hash ^ hash >> 33;
}

/*
 * The low 64 bits of MurmurHash3 of 128 bits, MurmurHash3_x64_128, with the
 * seed 0.
 */
uint64_t
AbMurmur3Low(const void *data, size_t length)
{
	const uint64_t c1 = UINT64_C(0x87C37B91114253D5);
	const uint64_t c2 = UINT64_C(0x4CF5AD432745937F);
	const unsigned char *bytes = (const unsigned char *) data;
	uint64_t	low = 0;
	uint64_t	high = 0;
	size_t		left = length;

	for (; left >= 16; left -= 16, bytes += 16)
	{
		low ^= Scramble64(ReadBytes(bytes, 8), c1, 31, c2);
		low = ROTATE64(low, 27) + high;
		low = low * 5 + UINT32_C(0x52DCE729);
		high ^= Scramble64(ReadBytes(bytes + 8, 8), c2, 33, c1);
		high = ROTATE64(high, 31) + low;
		high = high * 5 + UINT32_C(0x38495AB5);
	}
	if (left > 8)
		high ^= Scramble64(ReadBytes(bytes + 8, left - 8), c2, 33, c1);
	low ^= Scramble64(ReadBytes(bytes, left < 8 ? left : 8), c1, 31, c2);

	low ^= length;
	high ^= length;
	low += high;
	high += low;
	return Finish64(low) + Finish64(high);
}

/*
 * FNV-1a of 32 bits (G. Fowler, L. Noll, P. Vo), going on from a hash.
 */
uint32_t
AbFnv1a(uint32_t hash, const void *data, size_t length)
{
	const unsigned char *bytes = (const unsigned char *) data;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ bytes[i]) * FNV_PRIME;
	return hash;
}

/*
 * The units of UTF-16, 1 or 2, of the character of UTF-8 at which `*bytes`
 * stands, which goes on to the next.  A byte that begins none is a unit.
 */
static int
ReadUtf16(const unsigned char **bytes, const unsigned char *end,
		  uint16_t units[2])
{
	const unsigned char *byte = *bytes;
	int			more = byte[0] < 0xC2 || byte[0] > 0xF4 ? 0 :
		byte[0] < 0xE0 ? 1 : byte[0] < 0xF0 ? 2 : 3;
	uint32_t	point = byte[0];

	if (more > 0 && end - byte > more)
		point &= 0x3F >> more;
	else
		more = 0;
	for (int i = 1; i <= more; i++)
	{
		if ((byte[i] & 0xC0) != 0x80)
		{
			point = byte[0];
			more = 0;
			break;
		}
		point = point << 6 | (byte[i] & 0x3F);
	}
	*bytes += more + 1;

	if (point < 0x10000)
	{
		units[0] = (uint16_t) point;
		return 1;
	}
	point -= 0x10000;
	units[0] = (uint16_t) (0xD800 + (point >> 10 & 0x3FF));
	units[1] = (uint16_t) (0xDC00 + (point & 0x3FF));
	return 2;
}

/*
 * The same over units of UTF-16, each hashed at once.
 */
uint32_t
AbFnv1aUtf16(uint32_t hash, const void *data, size_t length)
{
	const unsigned char *bytes = (const unsigned char *) data;
	const unsigned char *end = bytes + length;
	uint16_t	units[2];

	while (bytes < end)
	{
		int			count = ReadUtf16(&bytes, end, units);

		for (int i = 0; i < count; i++)
			hash = (hash ^ units[i]) * FNV_PRIME;
	}
	return hash;
}

/*
 * String.hashCode() of Java, without its sign.
 */
uint32_t
AbJavaHash(const void *data, size_t length)
{
	const unsigned char *bytes = (const unsigned char *) data;
	const unsigned char *end = bytes + length;
	uint32_t	hash = 0;
	uint16_t	units[2];

	while (bytes < end)
	{
		int			count = ReadUtf16(&bytes, end, units);

		for (int i = 0; i < count; i++)
			hash = hash * 31 + units[i];
	}
	return hash;
}

/*
 * CRC-32 of IEEE 802.3, four bits at a time.
 */
uint32_t
AbCrc32(const void *data, size_t length)
{
	/* of i * x^28: each bit that falls out brings the reversed polynomial */
	static const uint32_t table[16] = {
		0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC,
		0x76DC4190, 0x6B6B51F4, 0x4DB26158, 0x5005713C,
		0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C,
		0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C
	};
	const unsigned char *bytes = (const unsigned char *) data;
	uint32_t	crc = 0xFFFFFFFF;

	for (size_t i = 0; i < length; i++)
	{
		crc ^= bytes[i];
		crc = crc >> 4 ^ table[crc & 15];
		crc = crc >> 4 ^ table[crc & 15];
	}
	return ~crc;
}
