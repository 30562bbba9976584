/*
 * family.c
 *	  Several comparisons that are decided together.
 */
#include "base/family.h"

#include "base/work.h"

/*
 * Adjust the p-values of the rows that have one, by any correction but
 * Dunnett's, and decide by them at each row's level.  Returns how many have.
 */
int
AbAdjustFamily(AbComparison *const *rows, int count, AbCorrection correction)
{
	double	   *p = (double *) palloc(Max(count, 1) * sizeof(double));
	int			tested;

	for (int i = 0; i < count; i++)
		p[i] = rows[i]->p_value;
	tested = AbAdjust(p, count, correction, &ab_server_work);
	for (int i = 0; i < count; i++)
		AbDecideAdjusted(rows[i], p[i]);
	pfree(p);
	return tested;
}

/*
 * Note intervals that are those of each comparison by itself although p-values
 * and verdicts are corrected.
 */
void
AbNoteFamily(AbNotes *notes, int tested, AbCorrection correction)
{
	if (tested > 1 && correction != AB_CORRECTION_NONE)
		AbNote(notes, "the intervals are not adjusted for the number of comparisons");
}
