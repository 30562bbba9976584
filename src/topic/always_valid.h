/*
 * always_valid.h
 *	  What the always-valid tests share.
 */
#ifndef AB_TOPIC_ALWAYS_VALID_H
#define AB_TOPIC_ALWAYS_VALID_H

#include "base/args.h"

extern const AbRange ab_planned_n;
extern const AbRange ab_planned_ratio;

#endif							/* AB_TOPIC_ALWAYS_VALID_H */
