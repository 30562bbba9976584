/*
 * scorecard_call.h
 *	  The functions that read the states of a scorecard, called through SQL.
 */
#ifndef AB_TOPIC_SCORECARD_CALL_H
#define AB_TOPIC_SCORECARD_CALL_H

#include "topic/scorecard_query.h"

#include "executor/spi.h"
#include "value/label.h"

/* The parameters that every reader may use. */
enum
{
	AB_PARAMETER_STATE,			/* $1 */
	AB_PARAMETER_CONTROL,		/* $2 */
	AB_PARAMETER_TREATMENT,		/* $3 */
	AB_PARAMETER_ALPHA,			/* $4 */
	AB_PARAMETER_ALTERNATIVE,	/* $5 */
	AB_PARAMETER_NUMBER,		/* $6: quantile, share trimmed, capped at */
	AB_PARAMETER_EQUAL_VAR,		/* $7 */
	AB_PARAMETER_CLUSTERS,		/* $8 */
	AB_PARAMETER_MARGIN,		/* $9 */
	AB_PARAMETER_DIRECTION,		/* $10 */
	AB_PARAMETER_RELATIVE,		/* $11 */
	AB_PARAMETER_TEST,			/* $12: of a margin; the model of a posterior */
	AB_PARAMETER_RATIO,			/* $13: treatment / control */
	AB_PARAMETER_N,				/* $14 */
	AB_PARAMETER_DESIGN,		/* $15 */
	AB_PARAMETER_PLANNED_N,		/* $16 */
	AB_PARAMETERS
};

/* The columns that a reader's SQL gives. */
enum
{
	AB_READ_CONTROL_N,
	AB_READ_TREATMENT_N,
	AB_READ_CONTROL_VALUE,
	AB_READ_TREATMENT_VALUE,
	AB_READ_CONTROL_STDDEV,
	AB_READ_TREATMENT_STDDEV,
	AB_READ_DIFF,
	AB_READ_DIFF_LOW,
	AB_READ_DIFF_HIGH,
	AB_READ_LIFT,
	AB_READ_LIFT_LOW,
	AB_READ_LIFT_HIGH,
	AB_READ_STD_ERROR,
	AB_READ_P_VALUE,
	AB_READ_METHOD,
	AB_READ_NOTE
};

/* Those that a reader of posteriors gives. */
enum
{
	AB_READ_PROB_BETTER,
	AB_READ_PROB_NOTE
};

typedef enum AbReaderKind
{
	AB_READER_MEAN,
	AB_READER_RATE,
	AB_READER_RATIO,
	AB_READER_CUPED,
	AB_READER_RATIO_CUPED,
	AB_READER_QUANTILE,
	AB_READER_RANK,
	AB_READER_TRIMMED,
	AB_READER_CAPPED,
	AB_READER_HISTOGRAM_MEAN,
	AB_READER_PAIRED,
	AB_READER_PAIRED_RATE,
	AB_READER_PAIRED_RANK,
	AB_READER_MARGIN,			/* of means and rates */
	AB_READER_ANY_DAY,			/* of summaries, by their design */
	AB_READER_ANY_DAY_QUANTILE,
	AB_READER_ANY_DAY_CAPPED,
	AB_READER_ANY_DAY_HISTOGRAM_MEAN,
	AB_READER_BAYES,			/* a probability and a note */
	AB_READER_BAYES_CAPPED,
	AB_READER_BAYES_HISTOGRAM_MEAN,
	AB_READER_MDE,				/* a number */
	AB_READER_COLUMN,			/* a state: the first column */
	AB_READERS
} AbReaderKind;

/* What is kept between calls: plans, and the parameters of the next one. */
typedef struct AbReaders
{
	const AbQuery *query;
	SPIPlanPtr	plans[AB_READERS];
	Datum		values[AB_PARAMETERS];
	char		nulls[AB_PARAMETERS];
} AbReaders;

extern AbReaders *AbOpenReaders(const AbQuery *query);
extern void AbSetParameter(AbReaders *set, int parameter, bool known,
						   Datum value);
extern void AbSetText(AbReaders *set, int parameter, const char *text);
extern void AbSetVariant(AbReaders *set, int parameter, AbLabel label);
extern void AbSetNumber(AbReaders *set, int parameter, double number);
extern SPITupleTable *AbCallReader(AbReaders *set, AbReaderKind kind);
extern Datum AbResultDatum(const SPITupleTable *table, int column,
						   bool *is_null);
extern double AbNumberResult(const SPITupleTable *table, int column);
extern int64 AbCountResult(const SPITupleTable *table, int column);
extern const char *AbTextResult(const SPITupleTable *table, int column);
extern const char *AbReaderDesign(AbReaderKind kind);

#endif							/* AB_TOPIC_SCORECARD_CALL_H */
