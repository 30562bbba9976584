/*
 * scorecard_sentence.c
 *	  A row of a scorecard as a sentence, for people who read no statistics.
 */
#include "topic/scorecard_sentence.h"

#include <ctype.h>

#include "lib/stringinfo.h"
#include "topic/report_numbers.h"

/* Variants listed before the list is cut. */
#define MAX_LISTED	6

/* Digits that a value is shown with, and decimals at most to tell two apart. */
#define DIGITS		3
#define MOST_DECIMALS	6

/* ----------------------------------------------------------------------
 * Numbers
 * ----------------------------------------------------------------------
 */

/*
 * A number with that many decimals, and commas between thousands.
 */
static char *
Decimal(double value, int decimals)
{
	char	   *plain = psprintf("%.*f", decimals, value);
	int			whole = strcspn(plain, ".");
	int			sign = plain[0] == '-' ? 1 : 0;
	StringInfoData text;

	/* no -0.0 */
	if (sign == 1 && strspn(plain + 1, "0.") == strlen(plain + 1))
		plain++, whole--, sign = 0;
	initStringInfo(&text);
	for (int i = 0; plain[i] != '\0'; i++)
	{
		if (i > sign && i < whole && (whole - i) % 3 == 0)
			appendStringInfoChar(&text, ',');
		appendStringInfoChar(&text, plain[i]);
	}
	return text.data;
}

static char *
CountText(int64 count)
{
	return Decimal((double) count, 0);
}

/*
 * Two values with as many decimals as both need to be told apart.
 */
static void
ValueTexts(const AbScorecardRow *row, char **control, char **treatment)
{
	bool		share = row->is_rate || row->is_rank;
	double		c = row->control_value * (share ? 100 : 1);
	double		t = row->treatment_value * (share ? 100 : 1);
	double		largest = fmax(fabs(c), fabs(t));
	int			decimals;

	if (largest > 0 && (largest >= 1e15 || largest < 1e-4))
	{
		*control = psprintf("%.*g", DIGITS, c);
		*treatment = psprintf("%.*g", DIGITS, t);
	}
	else
	{
		decimals = share ? 1 : largest > 0 ?
			DIGITS - 1 - (int) floor(log10(largest)) : 0;
		decimals = Min(Max(decimals, 0), MOST_DECIMALS);
		do
		{
			*control = Decimal(c, decimals);
			*treatment = Decimal(t, decimals);
		} while (c != t && strcmp(*control, *treatment) == 0 &&
				 decimals++ < MOST_DECIMALS);
	}
	if (share)
	{
		*control = psprintf("%s%%", *control);
		*treatment = psprintf("%s%%", *treatment);
	}
}

/*
 * A change with its sign.
 */
static char *
Signed(double value, const char *unit)
{
	double		size = fabs(value);
	int			decimals = size >= 1000 ? 0 : size >= 0.05 || size == 0 ? 1 : 2;

	if (size > 0 && (size < 0.005 || size >= 1e9))
		return psprintf("%+.2g%s", value, unit);
	return psprintf("%s%s%s", value >= 0 ? "+" : "", Decimal(value, decimals),
					unit);
}

/*
 * A change in units of the metric.
 */
static char *
SignedDifference(double value)
{
	return psprintf("%+.3g", value);
}

/*
 * The change and its interval, in brackets: in percent of the control, or
 * where there is no percentage in the units of the metric.
 */
static char *
ChangeText(const AbScorecardRow *row)
{
	/* of a negative value a rise is a fall in percent */
	bool		lift = !isnan(row->lift_pct.value) && row->control_value > 0;
	AbEstimate	change = lift ? row->lift_pct : row->difference;
	double		scale = !lift && (row->is_rate || row->is_rank) ? 100 : 1;
	const char *unit = lift ? "%" : scale == 100 ? " points" : "";
	double		values[3] = {change.value, change.interval.low, change.interval.high};
	char	   *texts[3];

	if (isnan(change.value))
		return "";
	for (int i = 0; i < lengthof(values); i++)
		texts[i] = lift || scale == 100 ? Signed(values[i] * scale, unit) :
			SignedDifference(values[i]);
	if (isnan(values[1]) && isnan(values[2]))
		return psprintf(" (%s)", texts[0]);
	if (isnan(values[1]))
		return psprintf(" (%s, at most %s)", texts[0], texts[2]);
	if (isnan(values[2]))
		return psprintf(" (%s, at least %s)", texts[0], texts[1]);
	return psprintf(" (%s, between %s and %s)", texts[0], texts[1], texts[2]);
}

/* ----------------------------------------------------------------------
 * Names
 * ----------------------------------------------------------------------
 */

/*
 * A metric's name as words, with the statistic where the name does not say it.
 */
static char *
MetricWords(const AbScorecardRow *row)
{
	char	   *words = pstrdup(row->metric_name);

	for (char *c = words; *c != '\0'; c++)
		if (*c == '_')
			*c = ' ';
	words[0] = pg_ascii_toupper((unsigned char) words[0]);
	if (row->metric->statistic == AB_STATISTIC_QUANTILE)
	{
		char	   *statistic = pstrdup(row->statistic);
		int			length = strlen(statistic);

		for (const char *c = words; *c != '\0'; c++)
			if (pg_strncasecmp(c, statistic, length) == 0)
				return words;
		if (statistic[0] == 'p')
			statistic[0] = 'P';
		return psprintf("%s %s", words, statistic);
	}
	return words;
}

static const char *
LabelText(AbLabel label)
{
	return label.data == NULL ? "?" : AbLabelToServer(label);
}

/*
 * What the sentence is about, where there are several slices or treatments.
 */
static char *
Prefix(const AbScorecardRow *row)
{
	char	   *slice = row->slice == NULL ||
		row->role == AB_ROLE_HETEROGENEITY ? "" :
		psprintf("%s: ", row->slice);

	return row->one_of_several && row->treatment.data != NULL ?
		psprintf("%s%s: ", slice, LabelText(row->treatment)) : slice;
}

/* ----------------------------------------------------------------------
 * Sentences
 * ----------------------------------------------------------------------
 */

static char *
SampleRatioSentence(const AbScorecardRow *row)
{
	StringInfoData text;
	int			listed = 0;

	initStringInfo(&text);
	/* the control first */
	for (int i = 0; i < 2 * row->arms->count; i++)
	{
		const AbArmEntry *arm = &row->arms->entries[i % row->arms->count];
		bool		control = row->control.data != NULL &&
			AbLabelEquals(arm->label, row->control);

		if (control != (i < row->arms->count) || ++listed > MAX_LISTED)
			continue;
		appendStringInfo(&text, "%s%s in %s", listed == 1 ? "" : ", ",
						 CountText(arm->rows), LabelText(arm->label));
	}
	if (listed > MAX_LISTED)
		appendStringInfo(&text, " and %d more variants", listed - MAX_LISTED);
	if (listed == 0)
		return "No rows.";
	if (row->in_pairs)
		return psprintf("%s: compared on what both were tried on.", text.data);
	if (isnan(row->p_value))
		appendStringInfoString(&text, ": whether that is the split intended was not checked.");
	else if (strcmp(row->verdict, "split mismatch") == 0)
		appendStringInfo(&text, ": not the split intended (p = %.2g). Decide nothing before the cause is found.",
						 row->p_value);
	else
		appendStringInfo(&text, ": as the split intended (p = %.2g).",
						 row->p_value);
	return text.data;
}

static char *
HeterogeneitySentence(const AbScorecardRow *row)
{
	char	   *words = MetricWords(row);

	if (isnan(row->p_value))
		return psprintf("%s: whether the effect differs by %s cannot be told.",
						words, row->slice);
	return psprintf("%s: the effect %s by %s (p = %.2g).", words,
					strcmp(row->verdict, "effects differ") == 0 ? "differs" :
					"does not clearly differ", row->slice, row->p_adjusted);
}

static char *
GuardrailSentence(const AbScorecardRow *row, const char *values)
{
	const char *margin = row->metric->margin_relative ?
		psprintf("%.10g%%", row->metric->margin * 100) :
		psprintf("%.10g", row->metric->margin);
	const char *loss = row->metric->direction == AB_DIRECTION_LOWER ?
		"rise" : "fall";

	if (strcmp(row->verdict, "not worse") == 0)
		return psprintf("%s: not worse, a %s of %s or more is ruled out.",
						values, loss, margin);
	if (strcmp(row->verdict, "worse") == 0)
		return psprintf("%s: worse, and a %s of %s or more is not ruled out.",
						values, loss, margin);
	return psprintf("%s: not shown that it is no worse, as a %s of %s or more is not ruled out.",
					values, loss, margin);
}

static char *
MetricSentence(const AbScorecardRow *row)
{
	char	   *words = MetricWords(row);
	char	   *change = ChangeText(row);
	char	   *control;
	char	   *treatment;
	const char *verb;
	bool		no_change = strcmp(row->verdict, "no clear difference") == 0;

	if (strcmp(row->verdict, "no data") == 0)
		return psprintf("%s cannot be compared%s%s.", words,
						row->notes.text.len > 0 ? ": " : "",
						row->notes.text.len > 0 ? row->notes.text.data : "");
	ValueTexts(row, &control, &treatment);
	if (row->is_rank)
	{
		const char *won = psprintf("%s won %s of the comparisons and %s %s%s",
								   LabelText(row->treatment), treatment,
								   LabelText(row->control), control, change);

		if (row->role == AB_ROLE_GUARDRAIL)
			return GuardrailSentence(row, psprintf("%s: %s", words, won));
		return psprintf("%s: %s: %s.", words, won, row->verdict);
	}
	verb = row->treatment_value > row->control_value ? "rose" :
		row->treatment_value < row->control_value ? "fell" : "stayed";
	if (row->role == AB_ROLE_GUARDRAIL)
		return GuardrailSentence(row, row->treatment_value == row->control_value ?
								 psprintf("%s stayed at %s%s", words, control, change) :
								 psprintf("%s %s from %s to %s%s", words, verb, control,
										  treatment, change));
	if (no_change)
		return psprintf("%s did not clearly change: %s against %s%s%s.", words,
						treatment, control, change,
						row->p_value < row->alpha ?
						psprintf(", not clear among %d comparisons",
								 row->comparisons) : "");
	return psprintf("%s %s from %s to %s%s: %s.", words, verb, control,
					treatment, change, row->verdict);
}

/*
 * The sentence of a row that has its verdict.
 */
const char *
AbSentence(const AbScorecardRow *row)
{
	const char *sentence = row->role == AB_ROLE_SAMPLE_RATIO ?
		SampleRatioSentence(row) : row->role == AB_ROLE_HETEROGENEITY ?
		HeterogeneitySentence(row) : MetricSentence(row);

	if (!isnan(row->prob_better))
		sentence = psprintf("%s Probability that it is %s: %s.", sentence,
							row->metric->direction == AB_DIRECTION_NONE ?
							"higher" : "better",
							AbShowProbability(row->prob_better));
	return psprintf("%s%s", Prefix(row), sentence);
}
