/*
 * work.c
 *	  The server's memory and interrupts for the functions of math.
 */
#include "postgres.h"

#include "base/work.h"

#include "miscadmin.h"
#include "utils/memutils.h"

/*
 * Memory of the current context, also more than 1 GB.
 */
static void *
Allocate(size_t bytes)
{
	return MemoryContextAllocHuge(CurrentMemoryContext, bytes);
}

/*
 * A query that is cancelled ends here.
 */
static void
Poll(void)
{
	CHECK_FOR_INTERRUPTS();
}

const AbWork ab_server_work = {Allocate, pfree, Poll};
