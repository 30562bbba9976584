/*
 * histogram.h
 *	  The stored histogram type: per variant, how often each value occurred.
 */
#ifndef AB_VALUE_HISTOGRAM_H
#define AB_VALUE_HISTOGRAM_H

#include "value/label.h"

#include "math/bins.h"

#define AB_MAX_HISTOGRAM_VARIANTS	512

#define AB_HISTOGRAM_VERSION		1

/*
 * The value of type ab_histogram, version 1.
 *
 *	offset	bytes
 *	0		4	varlena header
 *	4		1	version, 1; any other value is refused
 *	5		1	bits: significand bits kept behind the leading one, the same
 *				for all values of all arms; AB_EXACT_BITS if none was dropped
 *	6		2	flags of the value, all reserved: 0
 *	8		4	number of arms
 *	12		4	reserved: 0
 *	16		8	rows without a variant, which were left out
 *	24			the arms (AbHistogramArm), 72 bytes each, ordered as in
 *				ab_summary by the bytes of their labels
 *	then		the labels, UTF-8 without terminator and without padding
 *	then		the bins of each arm, as AbBinsEncode() writes them
 *
 * Equal multisets of rows give equal bytes, whatever the order in which they
 * were added and merged: bits depends on the values alone (see bins.h) and
 * everything else is a count, a smallest or a largest value.
 */
typedef struct AbHistogram
{
	int32		vl_len_;		/* varlena header (do not touch directly!) */
	uint8		version;
	uint8		bits;
	uint16		flags;			/* reserved, always zero */
	uint32		arms;
	uint32		reserved;		/* always zero */
	int64		unassigned;		/* rows without a variant, in no arm */
} AbHistogram;

/*
 * Counts of the rows of an arm that were left out, as a summary of the two
 * columns of a pair has them: those without the control's outcome, without the
 * treatment's, without both.  Rows that are no pairs have the first only.
 */
#define AB_HISTOGRAM_MISSING	AbMissingCount(2)

typedef struct AbHistogramArm
{
	int64		n;				/* rows with finite values only */
	int64		nonfinite;		/* rows with a NaN or an infinity, not in n */
	double		min;			/* of the finite values, exactly; 0 if none */
	double		max;
	uint32		bins;			/* distinct values */
	uint32		bins_offset;	/* from the start of the value */
	uint32		label_offset;
	uint16		label_length;
	uint16		flags;			/* AB_ARM_CONTROL or 0 */
	int64		missing[AB_HISTOGRAM_MISSING];
} AbHistogramArm;

/* An arm while a histogram is being put together from its parts. */
typedef struct AbHistogramPart
{
	AbArmHead	head;			/* n is the sum of the counts */
	double		min;
	double		max;
	AbBin	   *bins;			/* in ascending order */
	int			count;
} AbHistogramPart;

extern AbHistogram *AbDatumGetHistogram(Datum datum);
pg_noreturn extern void AbHistogramDamaged(void);
extern void AbReadHistogramBins(const AbHistogram *histogram, int arm,
								AbBin *bins);
extern AbBins AbHistogramBins(const AbHistogram *histogram, int arm);
extern AbHistogram *AbBuildHistogram(int bits, int64 unassigned,
									 const AbHistogramPart *parts, int arms);
extern const char *AbHistogramPartFault(AbHistogramPart *part, int bits);
extern const char *AbHistogramFault(const AbHistogramPart *parts, int arms,
									int bits);

#define AB_GETARG_HISTOGRAM(n)	AbDatumGetHistogram(PG_GETARG_DATUM(n))

static inline AbHistogramArm *
AbGetHistogramArm(const AbHistogram *histogram, int i)
{
	return (AbHistogramArm *) ((char *) histogram + sizeof(AbHistogram) +
							   i * sizeof(AbHistogramArm));
}

static inline AbLabel
AbHistogramLabel(const AbHistogram *histogram, const AbHistogramArm *arm)
{
	AbLabel		label;

	label.data = (const char *) histogram + arm->label_offset;
	label.length = arm->label_length;
	return label;
}

/*
 * What an arm has whatever its values are.
 */
static inline AbArmHead
AbHistogramHead(const AbHistogram *histogram, int i)
{
	const AbHistogramArm *arm = AbGetHistogramArm(histogram, i);
	AbArmHead	head = {
		.label = AbHistogramLabel(histogram, arm),
		.n = arm->n,
		.nonfinite = arm->nonfinite,
		.flags = arm->flags
	};

	memcpy(head.missing, arm->missing, sizeof(arm->missing));
	return head;
}

#endif							/* AB_VALUE_HISTOGRAM_H */
