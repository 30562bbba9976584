/*
 * md5.c
 *	  MD5 (RFC 1321).
 */
#include "math/md5.h"

#include <string.h>

#define ROTATE(x, bits)		((x) << (bits) | (x) >> (32 - (bits)))

/*
 * The four auxiliary functions of section 3.4.  A step waits for x, which the
 * step before has computed: F is written so that few operations are left to do
 * then, and G, whose two terms have no bit in common, so that all but one of
 * them can be added before.
 */
#define F(x, y, z)			((z) ^ ((x) & ((y) ^ (z))))
#define G(x, y, z)			((~(z) & (y)) + ((z) & (x)))
#define H(x, y, z)			((x) ^ (y) ^ (z))
#define I(x, y, z)			((y) ^ ((x) | ~(z)))

#define STEP(f, a, b, c, d, word, constant, bits) \
	do { \
		(a) += f(b, c, d) + (word) + CONSTANT(constant); \
		(a) = ROTATE(a, bits) + (b); \
	} while (0)

/* four steps, after which every register has been the target once */
#define QUAD(f, i, j, k, l, c1, c2, c3, c4, s1, s2, s3, s4) \
	do { \
		STEP(f, a, b, c, d, x[i], c1, s1); \
		STEP(f, d, a, b, c, x[j], c2, s2); \
		STEP(f, c, d, a, b, x[k], c3, s3); \
		STEP(f, b, c, d, a, x[l], c4, s4); \
	} while (0)

/*
 * All steps, on the registers a to d and the words x of a block: of one
 * message, or of four beside each other.
 */
#define HASH_WORDS() \
	do { \
		QUAD(F, 0, 1, 2, 3, 0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 7, 12, 17, 22); \
		QUAD(F, 4, 5, 6, 7, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501, 7, 12, 17, 22); \
		QUAD(F, 8, 9, 10, 11, 0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 7, 12, 17, 22); \
		QUAD(F, 12, 13, 14, 15, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821, 7, 12, 17, 22); \
		QUAD(G, 1, 6, 11, 0, 0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 5, 9, 14, 20); \
		QUAD(G, 5, 10, 15, 4, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8, 5, 9, 14, 20); \
		QUAD(G, 9, 14, 3, 8, 0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 5, 9, 14, 20); \
		QUAD(G, 13, 2, 7, 12, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a, 5, 9, 14, 20); \
		QUAD(H, 5, 8, 11, 14, 0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 4, 11, 16, 23); \
		QUAD(H, 1, 4, 7, 10, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70, 4, 11, 16, 23); \
		QUAD(H, 13, 0, 3, 6, 0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 4, 11, 16, 23); \
		QUAD(H, 9, 12, 15, 2, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665, 4, 11, 16, 23); \
		QUAD(I, 0, 7, 14, 5, 0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 6, 10, 15, 21); \
		QUAD(I, 12, 3, 10, 1, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1, 6, 10, 15, 21); \
		QUAD(I, 8, 15, 6, 13, 0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 6, 10, 15, 21); \
		QUAD(I, 4, 11, 2, 9, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391, 6, 10, 15, 21); \
	} while (0)

/*
 * Read a word of a block, least significant byte first.
 */
static inline uint32_t
GetWord(const unsigned char *p)
{
	return (uint32_t) p[0] | (uint32_t) p[1] << 8 |
		(uint32_t) p[2] << 16 | (uint32_t) p[3] << 24;
}

static inline void
PutWord(unsigned char *p, uint32_t word)
{
	p[0] = word;
	p[1] = word >> 8;
	p[2] = word >> 16;
	p[3] = word >> 24;
}

#define CONSTANT(c)		(c)

/*
 * Hash one block of 64 bytes into the state.
 */
static void
HashBlock(uint32_t state[4], const unsigned char *block)
{
	uint32_t	a = state[0];
	uint32_t	b = state[1];
	uint32_t	c = state[2];
	uint32_t	d = state[3];
	uint32_t	x[16];

	for (int i = 0; i < 16; i++)
		x[i] = GetWord(block + 4 * i);

	HASH_WORDS();

	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
}

/*
 * Start a digest.
 */
void
AbMd5Init(AbMd5 *md5)
{
	md5->state[0] = 0x67452301;
	md5->state[1] = 0xefcdab89;
	md5->state[2] = 0x98badcfe;
	md5->state[3] = 0x10325476;
	md5->length = 0;
}

/*
 * Add bytes to the message.
 */
void
AbMd5Update(AbMd5 *md5, const void *data, size_t length)
{
	const unsigned char *p = data;
	size_t		filled = md5->length % 64;

	md5->length += length;
	while (filled + length >= 64)
	{
		size_t		part = 64 - filled;

		if (filled == 0)
			HashBlock(md5->state, p);
		else
		{
			memcpy(md5->buffer + filled, p, part);
			HashBlock(md5->state, md5->buffer);
		}
		p += part;
		length -= part;
		filled = 0;
	}
	if (length > 0)
		memcpy(md5->buffer + filled, p, length);
}

/*
 * The digest of a message of at most AB_MD5_SHORT bytes, which stands at the
 * beginning of a block whose other bytes are 0.  The block is overwritten.
 */
void
AbMd5Short(unsigned char block[64], size_t length, unsigned char digest[16])
{
	AbMd5		md5;

	AbMd5Init(&md5);
	block[length] = 0x80;
	PutWord(block + 56, (uint32_t) length * 8);
	HashBlock(md5.state, block);
	for (int i = 0; i < 4; i++)
		PutWord(digest + 4 * i, md5.state[i]);
}

#undef CONSTANT
#define CONSTANT(c)		((Words) {(c), (c), (c), (c)})

/* a word of each of four messages */
typedef uint32_t Words __attribute__((vector_size(16)));

/*
 * AbMd5Short() of four messages at once, in little more time than of one: a
 * step waits for the one before, and a processor computes four as fast.
 */
void
AbMd5ShortFour(unsigned char blocks[4][64], const size_t lengths[4],
			   unsigned char digests[4][16])
{
	AbMd5		md5;
	Words		a;
	Words		b;
	Words		c;
	Words		d;
	Words		x[16];

	AbMd5Init(&md5);
	a = CONSTANT(md5.state[0]);
	b = CONSTANT(md5.state[1]);
	c = CONSTANT(md5.state[2]);
	d = CONSTANT(md5.state[3]);
	for (int i = 0; i < 4; i++)
	{
		blocks[i][lengths[i]] = 0x80;
		PutWord(blocks[i] + 56, (uint32_t) lengths[i] * 8);
		for (int j = 0; j < 16; j++)
			x[j][i] = GetWord(blocks[i] + 4 * j);
	}

	HASH_WORDS();

	for (int i = 0; i < 4; i++)
	{
		PutWord(digests[i], md5.state[0] + a[i]);
		PutWord(digests[i] + 4, md5.state[1] + b[i]);
		PutWord(digests[i] + 8, md5.state[2] + c[i]);
		PutWord(digests[i] + 12, md5.state[3] + d[i]);
	}
}

/*
 * Pad the message (one 1 bit, zeros, the length in bits) and write its digest.
 */
void
AbMd5Final(AbMd5 *md5, unsigned char digest[16])
{
	uint64_t	bits = md5->length * 8;
	size_t		filled = md5->length % 64;

	md5->buffer[filled++] = 0x80;
	if (filled > 56)
	{
		memset(md5->buffer + filled, 0, 64 - filled);
		HashBlock(md5->state, md5->buffer);
		filled = 0;
	}
	memset(md5->buffer + filled, 0, 56 - filled);
	PutWord(md5->buffer + 56, (uint32_t) bits);
	PutWord(md5->buffer + 60, (uint32_t) (bits >> 32));
	HashBlock(md5->state, md5->buffer);

	for (int i = 0; i < 4; i++)
		PutWord(digest + 4 * i, md5->state[i]);
}
