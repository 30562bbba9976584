/*
 * platforms.h
 *	  What the functions that compute other platforms' assignments share.
 */
#ifndef AB_TOPIC_PLATFORMS_H
#define AB_TOPIC_PLATFORMS_H

#include "base/args.h"

#include "base/unit.h"

/* bytes of a key that need no memory of their own */
#define AB_KEY_ROOM		256

/* the three functions of an SQL name, by the type of the unit */
#define AB_UNIT_FUNCTIONS(name, Answer) \
	PG_FUNCTION_INFO_V1(name); \
	PG_FUNCTION_INFO_V1(name##_bigint); \
	PG_FUNCTION_INFO_V1(name##_uuid); \
	Datum \
	name(PG_FUNCTION_ARGS) \
	{ \
		return Answer(fcinfo, AB_UNIT_TEXT); \
	} \
	Datum \
	name##_bigint(PG_FUNCTION_ARGS) \
	{ \
		return Answer(fcinfo, AB_UNIT_BIGINT); \
	} \
	Datum \
	name##_uuid(PG_FUNCTION_ARGS) \
	{ \
		return Answer(fcinfo, AB_UNIT_UUID); \
	} \
	extern Datum name(PG_FUNCTION_ARGS)

extern AbLabel AbJoinKey(const AbLabel *parts, int count,
						 char room[AB_KEY_ROOM]);
extern uint64 AbSha1Bits(AbLabel key);
extern void AbSha256Words(AbLabel key, uint64 words[4]);
extern double AbSha1Share(AbLabel key);
extern int64 AbGetWhole(FunctionCallInfo fcinfo, int argument,
						const AbRange *range);

extern const AbRange ab_hash_total;
extern const AbRange ab_hash_seed;

#endif							/* AB_TOPIC_PLATFORMS_H */
