/*
 * hashes.h
 *	  Hashes that are made for speed, as platforms of experiments use them.
 *	  Pure C: no PostgreSQL header.
 */
#ifndef AB_MATH_HASHES_H
#define AB_MATH_HASHES_H

#include <stddef.h>
#include <stdint.h>

/* what AbFnv1a() and AbFnv1aUtf16() begin with */
#define AB_FNV1A_START	UINT32_C(0x811C9DC5)

extern uint32_t AbMurmur3(const void *data, size_t length, uint32_t seed);
extern uint64_t AbMurmur3Low(const void *data, size_t length);
extern uint32_t AbFnv1a(uint32_t hash, const void *data, size_t length);
extern uint32_t AbFnv1aUtf16(uint32_t hash, const void *data, size_t length);
extern uint32_t AbJavaHash(const void *data, size_t length);
extern uint32_t AbCrc32(const void *data, size_t length);

#endif							/* AB_MATH_HASHES_H */
