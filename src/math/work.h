/*
 * work.h
 *	  Memory and interrupts of the functions on this floor.
 *
 * One rule for all of them.  A function that needs memory in proportion to its
 * input, or may take longer than some milliseconds, has `const AbWork *work`
 * as its last argument, and has memory and interruptions from there only.
 * What it returns that still holds such memory keeps that pointer, and says
 * who releases it.
 *
 * None of the three is NULL.  allocate() never returns NULL: when memory is
 * out it does not return.  poll() is called every few milliseconds and need
 * not return either.  So a function may end at any call of these two, and
 * holds nothing then but memory from allocate(), which whoever ends it takes
 * back as a whole.
 *
 * Neither is called from inside the C++ file, that is, from a function given
 * to a solver of distributions.h: what does not return would jump over frames
 * of C++.
 */
#ifndef AB_MATH_WORK_H
#define AB_MATH_WORK_H

#include <stddef.h>

typedef struct AbWork
{
	void	   *(*allocate) (size_t bytes); /* aligned for any type, not
											 * cleared */
	void		(*release) (void *memory);	/* not NULL */
	void		(*poll) (void);
} AbWork;

#endif							/* AB_MATH_WORK_H */
