/*
 * histogram_arms.c
 *	  The arms of a histogram in the making.
 */
#include "topic/histogram_arms.h"

/*
 * Slots of the index of the arms for each for which there is room: so many that
 * the first is nearly always the right one, for to look at a wrong arm is a
 * cache miss.
 */
#define SLOTS_PER_ARM	8

/* Bytes for labels that are allocated at once. */
#define NAMES_ROOM		256

/*
 * Room of that many bytes, in the state's context, for rows or bins of an arm
 * in the place of what it has, which may be NULL or in the state itself; what
 * is used of that is kept.
 */
void *
AbResizeRoom(AbHistogramState *state, void *old, Size used, Size size)
{
	void	   *room;

	if (old != NULL && !AbIsFirstRoom(state, old))
		return repalloc(old, size);
	room = MemoryContextAlloc(state->eoh.eoh_context, size);
	if (used > 0)
		memcpy(room, old, used);
	return room;
}

/*
 * Room for more arms.
 */
static void
EnlargeArms(AbHistogramState *state)
{
	MemoryContext context = state->eoh.eoh_context;
	int			room = 2 * state->room;

	if (state->arms == state->first_arms)
	{
		AbHistogramPart *arms = (AbHistogramPart *)
			MemoryContextAlloc(context, room * sizeof(AbHistogramPart));
		AbWaiting  *waiting = (AbWaiting *)
			MemoryContextAlloc(context, room * sizeof(AbWaiting));

		state->arms = memcpy(arms, state->first_arms,
							 sizeof(state->first_arms));
		state->waiting = memcpy(waiting, state->first_waiting,
								sizeof(state->first_waiting));
	}
	else
	{
		state->arms = (AbHistogramPart *)
			repalloc(state->arms, room * sizeof(AbHistogramPart));
		state->waiting = (AbWaiting *)
			repalloc(state->waiting, room * sizeof(AbWaiting));
	}
	state->room = room;
	if (state->index)
	{
		pfree(state->index);
		state->index = NULL;
	}
}

/*
 * A copy of a label, close to those of the other arms: all of them are read
 * over and over.
 */
static AbLabel
CopyLabel(AbHistogramState *state, AbLabel label)
{
	AbLabel		copy = {.length = label.length};

	if (state->names_room < label.length)
	{
		state->names_room = Max(label.length, NAMES_ROOM);
		state->names = (char *) MemoryContextAlloc(state->eoh.eoh_context,
												   state->names_room);
	}
	copy.data = memcpy(state->names, label.data, label.length);
	state->names += label.length;
	state->names_room -= label.length;
	return copy;
}

/*
 * Add an empty arm at that position, with a copy of the label.
 */
static void
InsertArm(AbHistogramState *state, AbLabel label, int position)
{
	int			behind = state->count - position;
	AbHistogramPart *arm;
	AbLabel		copy;

	AbCheckVariantCount(state->count + 1, AB_MAX_HISTOGRAM_VARIANTS);
	copy = CopyLabel(state, label);
	if (state->count == state->room)
		EnlargeArms(state);

	arm = &state->arms[position];
	memmove(arm + 1, arm, behind * sizeof(AbHistogramPart));
	memmove(&state->waiting[position + 1], &state->waiting[position],
			behind * sizeof(AbWaiting));
	memset(arm, 0, sizeof(AbHistogramPart));
	memset(&state->waiting[position], 0, sizeof(AbWaiting));
	state->count++;
	state->sought = 0;
	arm->head.label = copy;
}

/*
 * Index the arms by their labels.
 */
static void
FillIndex(AbHistogramState *state)
{
	const uint32 mask = SLOTS_PER_ARM * state->room - 1;

	if (state->index == NULL)
		state->index = (uint16 *)
			MemoryContextAlloc(state->eoh.eoh_context,
							   (mask + 1) * sizeof(uint16));
	memset(state->index, 0, (mask + 1) * sizeof(uint16));
	for (int i = 0; i < state->count; i++)
	{
		uint32		slot = AbHashLabel(state->arms[i].head.label) & mask;

		while (state->index[slot] != 0)
			slot = (slot + 1) & mask;
		state->index[slot] = i + 1;
	}
}

/*
 * Position of the arm with that label by the index, or -1.
 */
static int
SearchIndex(const AbHistogramState *state, AbLabel label)
{
	const uint32 mask = SLOTS_PER_ARM * state->room - 1;
	uint32		slot = AbHashLabel(label) & mask;

	while (state->index[slot] != 0)
	{
		int			position = state->index[slot] - 1;

		if (AbLabelEquals(state->arms[position].head.label, label))
			return position;
		slot = (slot + 1) & mask;
	}
	return -1;
}

/*
 * AbFindStateArm() without guessing.
 *
 * A new arm moves those behind it, so there is an index only once as many
 * labels as there are arms have been sought since the last one.
 */
int
AbInsertStateArm(AbHistogramState *state, AbLabel label)
{
	int			position;

	if (state->count > AB_FIRST_ARMS)
	{
		if (state->sought < state->count)
		{
			if (++state->sought == state->count)
				FillIndex(state);
		}
		else if ((position = SearchIndex(state, label)) >= 0)
			return position;
	}
	position = AbBisectArms(state->arms, state->count, AbPartLabel, label);
	if (position < 0)
	{
		position = -(position + 1);
		InsertArm(state, label, position);
	}
	return position;
}

static inline uint16 *
FlagsOf(const void *arms, int i)
{
	return &((AbHistogramPart *) arms)[i].head.flags;
}

/*
 * Mark the arm at that position as control.  ERROR 22023 if another one is.
 */
void
AbMarkStateArm(AbHistogramState *state, int position)
{
	AbMarkArm(state->arms, state->count, AbPartLabel, FlagsOf, position);
}
