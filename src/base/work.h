/*
 * work.h
 *	  The server's memory and interrupts for the functions of math.
 */
#ifndef AB_BASE_WORK_H
#define AB_BASE_WORK_H

#include "math/work.h"

extern const AbWork ab_server_work;

#endif							/* AB_BASE_WORK_H */
