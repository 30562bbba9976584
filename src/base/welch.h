/*
 * welch.h
 *	  Where tests with a variance for each arm can be relied on, and what answers
 *	  where they cannot.
 */
#ifndef AB_BASE_WELCH_H
#define AB_BASE_WELCH_H

#include "base/rates.h"

/* What of two arms decides whether Welch's test can be relied on. */
typedef struct AbWelchArms
{
	bool		binary;			/* the outcome is the summary's first column,
								 * of zeros and ones */
	bool		flat_control;	/* its variance is estimated as zero */
	bool		flat_treatment;
} AbWelchArms;

/*
 * Is a variance estimated as zero?
 */
static inline bool
AbAnyFlat(const AbWelchArms *arms)
{
	return arms->flat_control || arms->flat_treatment;
}

/*
 * Does the score test answer in place of Welch's?
 */
static inline bool
AbScoreAnswers(const AbWelchArms *arms)
{
	return arms->binary && AbAnyFlat(arms);
}

extern bool AbBinaryArms(const AbMeans *means, int column);
extern AbWelchArms AbWelchArmsOf(const AbMeans *means);
extern void AbNoteFewRows(AbNotes *notes, bool equal_var);
extern void AbNoteFlat(AbNotes *notes, const AbWelchArms *arms);
extern const char *AbWelchScoreName(void);
extern void AbTestByScore(AbMeans *means, const AbWelchArms *arms,
						  AbAlternative alternative);
extern void AbSetScoreIntervals(AbMeans *means, double critical,
								AbAlternative alternative);
extern void AbAnswerByScore(AbMeans *means, const AbWelchArms *arms,
							AbAlternative alternative);
extern void AbNoteWelch(AbMeans *means, const AbWelchArms *arms,
						double pooled_error, double pooled_df,
						AbAlternative alternative);
extern void AbNoteUnevenSpread(AbMeans *means);
extern char *AbWelchFault(const AbMeans *means, const AbWelchArms *arms,
						  double pooled_ratio);
extern bool AbNotePooledEvents(AbMeans *means, const AbWelchArms *arms);
extern void AbNotePooled(AbMeans *means, const AbWelchArms *arms,
						 double pooled_ratio);

#endif							/* AB_BASE_WELCH_H */
