/*
 * decimal.h
 *	  Short decimals of cells and their values.
 *
 * Pure C: no PostgreSQL header.
 */
#ifndef AB_MATH_DECIMAL_H
#define AB_MATH_DECIMAL_H

#include <stdbool.h>
#include <stdint.h>

/* the largest power of 10 that is a double */
#define AB_MAX_EXACT_POWER	22

extern double AbDecimalValue(int64_t digits, int exponent);
extern bool AbCellDecimal(int64_t key, int bits, int64_t *digits,
						  int *decimals);

#endif							/* AB_MATH_DECIMAL_H */
