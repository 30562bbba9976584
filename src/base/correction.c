/*
 * correction.c
 *	  The correction for several comparisons that a call names.
 */
#include "base/correction.h"

#include "utils/builtins.h"

/* By AbCorrection. */
static const struct
{
	const char *name;
	const char *suffix;
}			corrections[] =
{
	{"none", ""},
	{"bonferroni", ", Bonferroni correction"},
	{"sidak", ", Sidak correction"},
	{"holm", ", Holm correction"},
	{"hochberg", ", Hochberg correction"},
	{"hommel", ", Hommel correction"},
	{"bh", ", Benjamini-Hochberg correction"},
	{"by", ", Benjamini-Yekutieli correction"},
	{"dunnett", ""}				/* a test of its own */
};

StaticAssertDecl(lengthof(corrections) == AB_DUNNETT + 1,
				 "names of AbCorrection");

/*
 * The correction named in that text argument.  ERROR 22023 if there is none of
 * that name, or if it is Dunnett's where only p-values are known.
 */
AbCorrection
AbGetCorrection(FunctionCallInfo fcinfo, int argument, bool with_dunnett)
{
	const char *name = PG_ARGISNULL(argument) ? "NULL" :
		text_to_cstring(PG_GETARG_TEXT_PP(argument));

	for (int i = 0; i < (int) lengthof(corrections); i++)
		if (strcmp(name, corrections[i].name) == 0 &&
			(i != AB_DUNNETT || with_dunnett))
			return (AbCorrection) i;

	if (strcmp(name, corrections[AB_DUNNETT].name) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("correction \"dunnett\" needs more than p-values"),
				 errdetail("It depends on how the comparisons with one control are correlated."),
				 errhint("Use ab_compare(summary, correction => 'dunnett').")));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown correction \"%s\"", name),
			 with_dunnett ?
			 errhint("Use 'none', 'bonferroni', 'sidak', 'holm', 'hochberg', 'hommel', 'bh', 'by' or 'dunnett'.") :
			 errhint("Use 'none', 'bonferroni', 'sidak', 'holm', 'hochberg', 'hommel', 'bh' or 'by'.")));
}

/*
 * What to append to the name of a method for that correction.
 */
const char *
AbCorrectionSuffix(AbCorrection correction)
{
	return corrections[correction].suffix;
}
