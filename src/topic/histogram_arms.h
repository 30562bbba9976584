/*
 * histogram_arms.h
 *	  The arms of a histogram in the making.
 */
#ifndef AB_TOPIC_HISTOGRAM_ARMS_H
#define AB_TOPIC_HISTOGRAM_ARMS_H

#include "value/histogram.h"

#include "math/bins_grid.h"
#include "math/bins_index.h"
#include "utils/expandeddatum.h"

/* Tells a state from other expanded objects. */
#define AB_STATE_MAGIC		0x61624869

/* What of an arm is not in its bins yet, and how these are found. */
typedef struct AbWaiting
{
	double	   *rows;			/* finite or not, not in n or nonfinite */
	int			rows_used;
	int			rows_room;
	AbBin	   *bins;			/* in n: ascending runs behind each other */
	int			bins_used;
	int			bins_room;
	AbBinIndex	index;			/* of the arm's bins, where there is one */
	AbBinGrid	grid;			/* where it is, all of the arm's bins are on
								 * it */
} AbWaiting;

/*
 * What a state has room for from the start: arms, bytes of their labels, and of
 * each arm rows or bins.  With that it takes 1,024 bytes, the power of two that
 * its context gives it.
 */
#define AB_FIRST_ARMS	2
#define AB_FIRST_NAMES	32
#define AB_FIRST_ROWS	24
#define AB_FIRST_BINS	(AB_FIRST_ROWS / 2)

typedef union AbFirstRoom
{
	double		rows[AB_FIRST_ROWS];
	AbBin		bins[AB_FIRST_BINS];
} AbFirstRoom;

/*
 * What each row wants to know first is in the first 64 bytes.  arms[i] and
 * waiting[i] are the same arm.  All of it is in the context of the
 * expanded object, which in an aggregate is that of all its states.
 */
typedef struct AbHistogramState
{
	ExpandedObjectHeader eoh;
	int			magic;			/* AB_STATE_MAGIC */
	int			all_waiting;	/* rows and bins that wait */
	AbHistogram *flat;			/* its flat form, NULL if out of date */
	int64		unassigned;		/* rows without a variant */
	AbHistogramPart *arms;		/* in the order of their labels */
	AbWaiting  *waiting;
	int			count;
	int			room;
	char	   *names;			/* room for the labels of more arms */
	int			names_room;
	uint16	   *index;			/* positions from 1 by hash, or NULL */
	int			sought;			/* labels since the last new arm */
	int			bits;
	int			most_waiting;	/* merge when there are so many */
	int			most_bins;		/* drop bits when there are more */
	AbHistogramPart first_arms[AB_FIRST_ARMS];
	AbWaiting	first_waiting[AB_FIRST_ARMS];
	char		first_names[AB_FIRST_NAMES];
	AbFirstRoom first_room[AB_FIRST_ARMS];
	int			first_room_used;	/* how many of them some arm has */
} AbHistogramState;

StaticAssertDecl(sizeof(AbHistogramState) <= 1024, "a state is too large");

extern void *AbResizeRoom(AbHistogramState *state, void *old, Size used,
						  Size size);
extern int	AbInsertStateArm(AbHistogramState *state, AbLabel label);
extern void AbMarkStateArm(AbHistogramState *state, int position);

/*
 * Room in the state itself that no arm has yet, or NULL.
 */
static inline AbFirstRoom *
AbTakeFirstRoom(AbHistogramState *state)
{
	if (state->first_room_used == AB_FIRST_ARMS)
		return NULL;
	return &state->first_room[state->first_room_used++];
}

/*
 * Are these rows or bins in the state itself?
 */
static inline bool
AbIsFirstRoom(const AbHistogramState *state, const void *room)
{
	return room == &state->first_room[0] || room == &state->first_room[1];
}

/* AbLabelOf of a state's arms */
static inline AbLabel
AbPartLabel(const void *arms, int i)
{
	return ((const AbHistogramPart *) arms)[i].head.label;
}

/*
 * Position of the arm with that label, which is added if it is not there.
 */
static inline int
AbFindStateArm(AbHistogramState *state, AbLabel label)
{
	int			guess = AbGuessArm(state->arms, state->count, AbPartLabel,
								   label);

	return likely(guess >= 0) ? guess : AbInsertStateArm(state, label);
}

#endif							/* AB_TOPIC_HISTOGRAM_ARMS_H */
