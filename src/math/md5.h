/*
 * md5.h
 *	  MD5 (RFC 1321).  Pure C: no PostgreSQL header.
 *
 * Assignment needs MD5 as a mixing function, not for security.  The server's
 * own goes through OpenSSL, which costs several times as much for a short
 * string and refuses MD5 in FIPS mode.
 */
#ifndef AB_MATH_MD5_H
#define AB_MATH_MD5_H

#include <stddef.h>
#include <stdint.h>

typedef struct AbMd5
{
	uint32_t	state[4];
	uint64_t	length;			/* bytes so far */
	unsigned char buffer[64];	/* the block being filled */
} AbMd5;

/* bytes of a message that make one block with its padding */
#define AB_MD5_SHORT	55

extern void AbMd5Short(unsigned char block[64], size_t length,
					   unsigned char digest[16]);
extern void AbMd5ShortFour(unsigned char blocks[4][64],
						   const size_t lengths[4],
						   unsigned char digests[4][16]);
extern void AbMd5Init(AbMd5 *md5);
extern void AbMd5Update(AbMd5 *md5, const void *data, size_t length);
extern void AbMd5Final(AbMd5 *md5, unsigned char digest[16]);

#endif							/* AB_MATH_MD5_H */
