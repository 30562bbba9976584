/*
 * report_numbers.c
 *	  Numbers as people read them.
 *
 * What is compared has the same number of decimals, as many as tell it apart;
 * a number that is not 0 is not shown as 0.
 */
#include "topic/report_numbers.h"

/* of a number without an exponent */
#define MOST_DECIMALS	6

#include <math.h>

/*
 * The power of ten of a number's first digit; 0 for 0.
 */
static int
Magnitude(double value)
{
	value = fabs(value);
	return value > 0 && isfinite(value) ? (int) floor(log10(value)) : 0;
}

/*
 * The number with that many decimals and a comma before every third digit;
 * what is too long for that with an exponent.  A number that rounds to 0 has
 * no sign.
 */
char *
AbShowNumber(double value, int decimals)
{
	char		digits[64];
	char	   *result;
	char	   *out;
	char	   *point;
	bool		negative;

	if (!isfinite(value))
		return pstrdup("");
	if (fabs(value) >= 1e15 || decimals > MOST_DECIMALS)
	{
		/* of a small one the digits that the decimals would show */
		if (fabs(value) >= 1e15)
			snprintf(digits, sizeof(digits), "%.3g", value);
		else
			snprintf(digits, sizeof(digits), "%.*e",
					 Min(Max(decimals + Magnitude(value), 0), 11), value);
		return pstrdup(digits);
	}
	snprintf(digits, sizeof(digits), "%.*f", Max(decimals, 0), fabs(value));
	negative = value < 0 && strspn(digits, "0.") < strlen(digits);
	point = digits + strcspn(digits, ".");
	out = result = palloc(2 * sizeof(digits));
	if (negative)
		*out++ = '-';
	for (char *c = digits; *c != '\0'; c++)
	{
		*out++ = *c;
		if (c < point - 1 && (point - 1 - c) % 3 == 0)
			*out++ = ',';
	}
	*out = '\0';
	return result;
}

/*
 * The same, with a plus where it is positive.
 */
static char *
ShowSigned(double value, int decimals)
{
	char	   *shown = AbShowNumber(value, decimals);

	if (shown[0] == '\0' || shown[0] == '-' ||
		strspn(shown, "0.,") == strlen(shown))
		return shown;
	return psprintf("+%s", shown);
}

const char *
AbShowCount(double value)
{
	return AbShowNumber(value, 0);
}

/*
 * A p-value to two digits.
 */
const char *
AbShowP(double p)
{
	if (isnan(p))
		return "";
	if (p < 0.0001)
		return "<0.0001";
	if (p > 0.99)
		return ">0.99";
	return AbShowNumber(p, 1 - Magnitude(p));
}

/*
 * The same as "p = 0.021" or "p < 0.0001".
 */
const char *
AbShowPEquation(double p)
{
	const char *shown = AbShowP(p);

	return shown[0] == '<' || shown[0] == '>' ?
		psprintf("p %c %s", shown[0], shown + 1) : psprintf("p = %s", shown);
}

/*
 * How many decimals tell those numbers apart, none that is not 0 being shown
 * as 0: two digits of what lies between the farthest two, fewer with a fineness
 * above 1.
 */
static int
DecimalsOf(const double *values, int count, double fineness, int least,
		   int most)
{
	double		low = INFINITY;
	double		high = -INFINITY;
	int			decimals;

	for (int i = 0; i < count; i++)
		if (!isnan(values[i]))
		{
			low = fmin(low, values[i]);
			high = fmax(high, values[i]);
		}
	decimals = high > low ? 1 - Magnitude((high - low) * fineness) : least;
	decimals = Min(Max(decimals, least), most);
	for (int i = 0; i < count; i++)
		while (decimals < most && values[i] != 0 &&
			   fabs(values[i]) < 0.5 * pow(10, -decimals))
			decimals++;
	return decimals;
}

/*
 * The two values of a row and their difference.  A rate, and the share of
 * comparisons that a rank test counts, are shown in percent and their
 * difference in points.
 */
AbShownValues
AbShowValues(const AbCard *card)
{
	AbShownValues shown;
	bool		rate = card->statistic != NULL &&
		(strcmp(card->statistic, "rate") == 0 ||
		 strcmp(card->statistic, "rank") == 0);
	double		scale = rate ? 100 : 1;
	double		values[2] = {card->control_value * scale,
	card->treatment_value * scale};
	double		diff = card->diff * scale;
	double		largest = fmax(fabs(values[0]),
							   fabs(values[1]));	/* not NaN if one is not */
	int			digits = isnan(largest) ? 0 : Magnitude(largest);
	int			decimals = DecimalsOf(values, 2, 5,
									  Max(2 - digits, rate ? 1 : 0),
									  Max(6 - digits, 1));
	const char *unit = rate ? "%" : "";
	double		bounds[3] = {diff, card->diff_low * scale,
	card->diff_high * scale};
	int			diff_decimals = DecimalsOf(bounds, 3, 1, 0, 15);

	shown.control = isnan(values[0]) ? "" :
		psprintf("%s%s", AbShowNumber(values[0], decimals), unit);
	shown.treatment = isnan(values[1]) ? "" :
		psprintf("%s%s", AbShowNumber(values[1], decimals), unit);
	shown.diff = isnan(diff) ? "" : psprintf("%s%s", ShowSigned(diff,
																diff_decimals),
											 rate ? " points" : "");
	if (isnan(bounds[1]) && isnan(bounds[2]))
		shown.diff_range = "";
	else if (isnan(bounds[2]))
		shown.diff_range = psprintf("%s or more",
									ShowSigned(bounds[1], diff_decimals));
	else if (isnan(bounds[1]))
		shown.diff_range = psprintf("%s or less",
									ShowSigned(bounds[2], diff_decimals));
	else
		shown.diff_range = psprintf("%s to %s",
									ShowSigned(bounds[1], diff_decimals),
									ShowSigned(bounds[2], diff_decimals));
	return shown;
}

/*
 * A percentage without a sign, and without decimals that say nothing: "4.9%",
 * "5%".
 */
const char *
AbShowPercent(double percent)
{
	double		size = fabs(percent);
	char	   *shown = AbShowNumber(percent, size >= 100 ? 0 :
									 size >= 1 || size == 0 ? 1 :
									 1 - Magnitude(size));
	char	   *end = shown + strlen(shown);

	if (strchr(shown, '.') != NULL && strchr(shown, 'e') == NULL)
	{
		while (end[-1] == '0')
			*--end = '\0';
		if (end[-1] == '.')
			end[-1] = '\0';
	}
	return psprintf("%s%%", shown);
}

/*
 * A probability in percent, which is never shown as certain: "98%", "99.6%",
 * "above 99.9%".
 */
const char *
AbShowProbability(double probability)
{
	double		percent = 100 * probability;

	if (percent > 99.9)
		return "above 99.9%";
	if (percent < 0.1)
		return "below 0.1%";
	return psprintf("%.*f%%", percent < 1 || percent > 99 ? 1 : 0, percent);
}

/*
 * The lift with its interval: one decimal, more where the interval is narrow,
 * none where it is wide.
 */
AbShownLift
AbShowLift(const AbCard *card)
{
	AbShownLift shown;
	double		values[3] = {card->lift, card->lift_low, card->lift_high};
	double		wide = fmax(fabs(values[0]),
							fmax(fabs(values[1]), fabs(values[2])));
	int			decimals = DecimalsOf(values, 3, 1, wide >= 100 ? 0 : 1,
									  15);

	shown.lift = isnan(values[0]) ? "" : psprintf("%s%%", ShowSigned(values[0],
																	 decimals));
	shown.low = isnan(values[1]) ? NULL :
		psprintf("%s%%", ShowSigned(values[1], decimals));
	shown.high = isnan(values[2]) ? NULL :
		psprintf("%s%%", ShowSigned(values[2], decimals));
	return shown;
}

/*
 * The interval of a lift, "" where there is none.
 */
const char *
AbShowRange(const AbShownLift *lift)
{
	if (lift->low != NULL && lift->high != NULL)
		return psprintf("%s to %s", lift->low, lift->high);
	if (lift->low != NULL)
		return psprintf("%s or more", lift->low);
	if (lift->high != NULL)
		return psprintf("%s or less", lift->high);
	return "";
}
