/*
 * design.c
 *	  What a summary is read as, where one function reads it in several ways.
 */
#include "base/design.h"

static const AbWord design_words[] = {
	{"mean", AB_DESIGN_MEAN, NULL},
	{"ratio", AB_DESIGN_RATIO, NULL},
	{"cuped", AB_DESIGN_CUPED, NULL},
	{"ratio_cuped", AB_DESIGN_RATIO_CUPED, NULL},
	{"paired", AB_DESIGN_PAIRED, NULL},
	{"proportion", AB_DESIGN_PROPORTION, NULL}	/* the last, see below */
};

const AbWords ab_designs = AB_WORDS("design", design_words);
const AbWords ab_mean_designs = {
	"design", design_words, lengthof(design_words) - 1
};

/*
 * ERROR 22023 unless the summary has as many columns as the design reads.
 */
void
AbCheckDesign(const AbSummary *summary, AbDesign design)
{
	static const struct
	{
		int			least;
		int			most;
	}			needs[] = {
		[AB_DESIGN_MEAN] = {1, 1},
		[AB_DESIGN_RATIO] = {2, 4},
		[AB_DESIGN_CUPED] = {2, 2},
		[AB_DESIGN_RATIO_CUPED] = {4, 4},
		[AB_DESIGN_PAIRED] = {2, 2},
		[AB_DESIGN_PROPORTION] = {1, 2}
	};

	if (summary->columns < needs[design].least ||
		summary->columns > needs[design].most)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the summary does not have the columns that design \"%s\" reads",
						AbWordOf(&ab_designs, design)),
				 errdetail("It has %d, the design reads %d.", summary->columns,
						   needs[design].least),
				 errhint("'mean' reads one column, 'ratio', 'cuped' and 'paired' two, 'ratio_cuped' four; ab_column(summary, 1) is the first column alone.")));
}
