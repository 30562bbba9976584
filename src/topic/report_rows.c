/*
 * report_rows.c
 *	  The rows of a scorecard, read from jsonb by the names of their fields.
 */
#include "topic/report_rows.h"

#include <math.h>

#include "base/args.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"

/* Nobody reads more, and a picture has a few hundred bytes for each. */
#define MAX_ROWS	100000

typedef enum FieldKind
{
	FIELD_TEXT,
	FIELD_NUMBER,
	FIELD_ROLE,
	FIELD_DIRECTION,
	FIELD_RULE
} FieldKind;

typedef struct Field
{
	const char *name;
	FieldKind	kind;
	size_t		offset;
} Field;

#define FIELD(name, kind, field)	{name, FIELD_##kind, offsetof(AbCard, field)}

/*
 * The later of two that fill in the same is used only where the earlier has
 * nothing: what the readers of means call a mean is a value here.
 */
static const Field fields[] = {
	FIELD("slice", TEXT, slice),
	FIELD("role", ROLE, role),
	FIELD("metric", TEXT, metric),
	FIELD("statistic", TEXT, statistic),
	FIELD("direction", DIRECTION, direction),
	FIELD("control", TEXT, control),
	FIELD("treatment", TEXT, treatment),
	FIELD("control_n", NUMBER, control_n),
	FIELD("treatment_n", NUMBER, treatment_n),
	FIELD("control_value", NUMBER, control_value),
	FIELD("control_mean", NUMBER, control_value),
	FIELD("treatment_value", NUMBER, treatment_value),
	FIELD("treatment_mean", NUMBER, treatment_value),
	FIELD("diff", NUMBER, diff),
	FIELD("diff_low", NUMBER, diff_low),
	FIELD("diff_high", NUMBER, diff_high),
	FIELD("relative_lift_pct", NUMBER, lift),
	FIELD("lift_low_pct", NUMBER, lift_low),
	FIELD("lift_high_pct", NUMBER, lift_high),
	FIELD("margin_pct", NUMBER, margin),
	FIELD("p_value", NUMBER, p_value),
	FIELD("p_adjusted", NUMBER, p_adjusted),
	FIELD("alpha", NUMBER, alpha),
	FIELD("correction", TEXT, correction),
	FIELD("rule", RULE, rule),
	FIELD("planned_n", NUMBER, planned_n),
	FIELD("prob_better", NUMBER, prob_better),
	FIELD("mde_pct", NUMBER, mde),
	FIELD("verdict", TEXT, verdict),
	FIELD("method", TEXT, method),
	FIELD("note", TEXT, note),
	FIELD("sentence", TEXT, sentence),
	FIELD("day", TEXT, day)
};

static const AbWord role_words[] = {
	{"sample ratio", AB_CARD_SPLIT, NULL},
	{"sample-ratio", AB_CARD_SPLIT, AB_SYNONYM},
	{"primary", AB_CARD_PRIMARY, NULL},
	{"secondary", AB_CARD_SECONDARY, NULL},
	{"guardrail", AB_CARD_GUARDRAIL, NULL},
	{"heterogeneity", AB_CARD_HETEROGENEITY, NULL}
};

static const AbWord rule_words[] = {
	{"fixed", AB_RULE_FIXED, "one look, at the end"},
	{"always-valid", AB_RULE_ALWAYS_VALID, "any number of looks"},
	{"group-sequential", AB_RULE_GROUP_SEQUENTIAL, "the planned looks"}
};

static const AbWords roles = AB_WORDS("role", role_words);
static const AbWords rules = AB_WORDS("rule", rule_words);

/* by AbOutcome */
static const char *const outcome_words[AB_OUTCOMES] = {
	NULL, "split as intended", "split mismatch", "split not checked",
	"compared in pairs", "better", "worse", "higher", "lower", "no clear difference", "not worse",
	"not shown", "no data"
};

/*
 * What cannot be printed becomes a space: control characters, those that turn
 * the direction of the text behind them, and what XML does not allow.  Only
 * in UTF-8 are there any beyond ASCII that a server lets in.
 */
char *
AbPrintable(const char *data, int length)
{
	char	   *text = pnstrdup(data, length);
	bool		utf8 = GetDatabaseEncoding() == PG_UTF8;

	for (unsigned char *c = (unsigned char *) text; *c != '\0'; c++)
	{
		int			bytes = 0;

		if (*c < ' ' || *c == 0x7f)
			bytes = 1;
		else if (utf8 && c[0] == 0xc2 && c[1] < 0xa0)
			bytes = 2;			/* U+0080 to U+009F */
		else if (utf8 && c[0] == 0xe2 &&
				 ((c[1] == 0x80 && c[2] >= 0xa8 && c[2] <= 0xae) ||
				  (c[1] == 0x81 && c[2] >= 0xa6 && c[2] <= 0xa9)))
			bytes = 3;			/* separators of lines, directions */
		else if (utf8 && c[0] == 0xef && c[1] == 0xbf && c[2] >= 0xbe)
			bytes = 3;			/* U+FFFE, U+FFFF */
		for (int i = 0; i < bytes; i++)
			c[i] = ' ';
	}
	return text;
}

/*
 * ERROR: that field has a value of another type.
 */
pg_noreturn static void
WrongType(const Field *field, int place, const char *wanted, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("field \"%s\" must be %s", field->name, wanted),
			 errdetail("In row %d it is something else.", place),
			 hint ? errhint("%s", hint) : 0));
}

/*
 * The text of a value, also of a number or a boolean: variants and days may be
 * such.
 */
static const char *
ReadText(const Field *field, const JsonbValue *value, int place)
{
	char	   *number;

	switch (value->type)
	{
		case jbvString:
			return AbPrintable(value->val.string.val, value->val.string.len);
		case jbvNumeric:
			number = DatumGetCString(DirectFunctionCall1(numeric_out,
														 NumericGetDatum(value->val.numeric)));
			return number;
		case jbvBool:
			return value->val.boolean ? "true" : "false";
		default:
			WrongType(field, place, "a text", NULL);
	}
}

/*
 * The number of a value; what is none is NULL, and to_jsonb() writes it as a
 * text.
 */
static double
ReadNumber(const Field *field, const JsonbValue *value, int place)
{
	static const char *const none[] = {"NaN", "Infinity", "-Infinity"};

	if (value->type == jbvNumeric)
		return strtod(DatumGetCString(DirectFunctionCall1(numeric_out,
														  NumericGetDatum(value->val.numeric))),
					  NULL);
	if (value->type == jbvString)
		for (int i = 0; i < lengthof(none); i++)
			if (value->val.string.len == strlen(none[i]) &&
				memcmp(value->val.string.val, none[i], strlen(none[i])) == 0)
				return NAN;
	WrongType(field, place, "a number or null",
			  "Rows are made by jsonb_agg(to_jsonb(row)): cast a column of text to float8 first.");
}

/*
 * Fill in a field of the card.
 */
static void
ReadField(AbCard *card, const Field *field, const JsonbValue *value)
{
	void	   *target = (char *) card + field->offset;
	const AbWords *words;
	double		number;
	const char *text;

	if (value->type == jbvNull)
		return;
	switch (field->kind)
	{
		case FIELD_TEXT:
			text = ReadText(field, value, card->place);

			/* no text is as good as none */
			if (text[0] != '\0')
				*(const char **) target = text;

			break;
		case FIELD_NUMBER:
			number = ReadNumber(field, value, card->place);
			if (isfinite(number) && isnan(*(double *) target))
				*(double *) target = number;
			break;
		case FIELD_ROLE:
		case FIELD_DIRECTION:
		case FIELD_RULE:
			words = field->kind == FIELD_ROLE ? &roles :
				field->kind == FIELD_RULE ? &rules : &ab_directions;
			if (value->type != jbvString)
				WrongType(field, card->place, "a text", NULL);
			*(int *) target = AbReadWord(pnstrdup(value->val.string.val,
												  value->val.string.len),
										 words);
			if (field->kind == FIELD_DIRECTION)
				card->direction = card->direction ? 1 : -1;
			break;
	}
}

/*
 * The outcome that a verdict's word names; without a word the one that the
 * p-value makes, which a guardrail does not have.
 */
static void
ReadOutcome(AbCard *card)
{
	double		p = isnan(card->p_adjusted) ? card->p_value : card->p_adjusted;
	double		effect = isnan(card->diff) ? card->lift : card->diff;

	if (card->verdict != NULL)
	{
		for (int i = 1; i < AB_OUTCOMES; i++)
			if (strcmp(card->verdict, outcome_words[i]) == 0)
				card->outcome = (AbOutcome) i;
		return;
	}
	if (card->role == AB_CARD_SPLIT)
		card->outcome = card->statistic != NULL &&
			strcmp(card->statistic, "pairs") == 0 ? AB_OUTCOME_IN_PAIRS :
			isnan(card->p_value) ? AB_OUTCOME_SPLIT_UNCHECKED :
			card->p_value < card->alpha ? AB_OUTCOME_SPLIT_MISMATCH :
			AB_OUTCOME_SPLIT_INTENDED;
	else if (card->role == AB_CARD_PRIMARY || card->role == AB_CARD_SECONDARY)
	{
		if (isnan(p) || isnan(effect))
			card->outcome = AB_OUTCOME_NO_DATA;
		else if (p >= card->alpha || effect == 0)
			card->outcome = AB_OUTCOME_NO_DIFFERENCE;
		else if (card->direction == 0)
			card->outcome = effect > 0 ? AB_OUTCOME_HIGHER : AB_OUTCOME_LOWER;
		else
			card->outcome = effect * card->direction > 0 ?
				AB_OUTCOME_BETTER : AB_OUTCOME_WORSE;
	}
	card->verdict = outcome_words[card->outcome];
}

/*
 * The card of a JSON object.
 */
static void
ReadCard(AbCard *card, int place, JsonbContainer *object)
{
	memset(card, 0, sizeof(AbCard));
	card->place = place;
	card->role = AB_CARD_SECONDARY;
	for (int i = 0; i < lengthof(fields); i++)
		if (fields[i].kind == FIELD_NUMBER)
			*(double *) ((char *) card + fields[i].offset) = NAN;
	for (int i = 0; i < lengthof(fields); i++)
	{
		JsonbValue	value;

		if (getKeyJsonValueFromContainer(object, fields[i].name,
										 strlen(fields[i].name), &value))
			ReadField(card, &fields[i], &value);
	}
	if (!(card->alpha > 0 && card->alpha < 1))
		card->alpha = 0.05;
	ReadOutcome(card);
}

/* A text and where it stands, for sorting. */
typedef struct Keyed
{
	const char *text;
	int			place;
	int			group;
} Keyed;

static int
CompareKeyed(const void *a, const void *b)
{
	const Keyed *x = (const Keyed *) a;
	const Keyed *y = (const Keyed *) b;
	int			order;

	if (x->text == NULL || y->text == NULL)
		order = (x->text !=NULL) -(y->text !=NULL);
	else
		order = strcmp(x->text, y->text);
	return order ? order : (x->place > y->place) - (x->place < y->place);
}

static int
ComparePlace(const void *a, const void *b)
{
	const Keyed *x = (const Keyed *) a;
	const Keyed *y = (const Keyed *) b;

	return (x->place > y->place) - (x->place < y->place);
}

/*
 * Number equal texts alike, in the order in which each comes first; a null
 * pointer is a text of its own.  Returns how many different ones there are.
 */
int
AbGroupTexts(const char *const *texts, int count, int *groups)
{
	Keyed	   *keyed = palloc(Max(count, 1) * sizeof(Keyed));
	Keyed	   *leaders = palloc(Max(count, 1) * sizeof(Keyed));
	int		   *rank;
	int			found = 0;

	for (int i = 0; i < count; i++)
	{
		keyed[i].text = texts[i];
		keyed[i].place = i;
		keyed[i].group = 0;
	}
	qsort(keyed, count, sizeof(Keyed), CompareKeyed);
	for (int i = 0; i < count; i++)
	{
		if (i == 0 || (keyed[i].text == NULL) !=(keyed[i - 1].text == NULL) ||
			(keyed[i].text !=NULL && strcmp(keyed[i].text,
											keyed[i - 1].text) != 0))
		{
			leaders[found] = keyed[i];
			leaders[found].group = found;
			found++;
		}
		keyed[i].group = found - 1;
	}
	/* the first of each group, in their order, says the group's number */
	rank = palloc(Max(found, 1) * sizeof(int));
	qsort(leaders, found, sizeof(Keyed), ComparePlace);
	for (int i = 0; i < found; i++)
		rank[leaders[i].group] = i;
	for (int i = 0; i < count; i++)
		groups[keyed[i].place] = rank[keyed[i].group];
	pfree(rank);
	pfree(leaders);
	pfree(keyed);
	return found;
}

/*
 * Put the rows of the whole first, then those of each slice, then those about
 * all slices, whatever order they came in, and say where each block is.
 */
static void
MakeBlocks(AbReport *report)
{
	int			count = report->count;
	const char **texts = palloc(Max(count, 1) * sizeof(char *));
	int		   *groups = palloc(Max(count, 1) * sizeof(int));
	AbCard	   *ordered = palloc(Max(count, 1) * sizeof(AbCard));
	int		   *next;
	int			found;
	static const char about_slices[] = "\1";	/* is no slice: not printable */
	int			whole = -1;
	int			last = -1;
	int			filled = 0;

	for (int i = 0; i < count; i++)
		texts[i] = AbIsEffect(&report->cards[i]) ?
			report->cards[i].treatment : NULL;
	report->treatments = 0;
	if (count > 0)
	{
		report->treatments = AbGroupTexts(texts, count, groups);
		for (int i = 0; i < count; i++)
			if (texts[i] == NULL)
			{
				report->treatments--;
				break;
			}
	}
	for (int i = 0; i < count; i++)
	{
		const AbCard *card = &report->cards[i];

		texts[i] = card->role == AB_CARD_HETEROGENEITY ? about_slices :
			card->slice;
	}
	found = AbGroupTexts(texts, count, groups);
	report->blocks = palloc0(Max(found, 1) * sizeof(AbReportBlock));
	report->block_count = found;
	for (int i = 0; i < count; i++)
	{
		if (texts[i] == NULL)
			whole = groups[i];
		else if (texts[i] == about_slices)
			last = groups[i];
	}
	for (int i = 0; i < count; i++)
	{
		AbReportBlock *block;
		int			group = groups[i];

		if (group == whole)
			groups[i] = 0;
		else if (group == last)
			groups[i] = found - 1;
		else
			groups[i] = group + (whole > group) - (last >= 0 && last < group);
		block = &report->blocks[groups[i]];
		block->about_slices = texts[i] == about_slices;
		block->slice = block->about_slices ? NULL : texts[i];
		block->count++;
	}
	next = palloc(Max(found, 1) * sizeof(int));
	for (int i = 0; i < found; i++)
	{
		next[i] = filled;
		report->blocks[i].first = filled;
		filled += report->blocks[i].count;
	}
	/* in a block by role: an aggregate without ORDER BY may have mixed them */
	for (int role = 0; role < AB_CARD_ROLES; role++)
		for (int i = 0; i < count; i++)
			if ((int) report->cards[i].role == role)
				ordered[next[groups[i]]++] = report->cards[i];
	report->cards = ordered;
}

/*
 * Read the rows.  ERROR 22023 for what is no array of objects, and no object.
 */
AbReport
AbReadReport(Jsonb *rows)
{
	AbReport	report = {NULL, 0, NULL, 0, 0};
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	value;
	bool		single = JB_ROOT_IS_OBJECT(rows);

	if (!single && (!JB_ROOT_IS_ARRAY(rows) || JB_ROOT_IS_SCALAR(rows)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("rows must be a JSON array of objects"),
				 errhint("Use jsonb_agg(to_jsonb(r)) FROM ab_scorecard(...) AS r.")));
	if (!single && JB_ROOT_COUNT(rows) > MAX_ROWS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a report has at most %d rows", MAX_ROWS),
				 errdetail("There are %d.", (int) JB_ROOT_COUNT(rows)),
				 errhint("Choose the rows to show with WHERE.")));
	report.count = single ? 1 : JB_ROOT_COUNT(rows);
	report.cards = palloc_extended(Max(report.count, 1) * sizeof(AbCard),
								   MCXT_ALLOC_HUGE);
	if (single)
		ReadCard(&report.cards[0], 1, &rows->root);
	else
	{
		int			place = 0;

		iterator = JsonbIteratorInit(&rows->root);
		while ((token = JsonbIteratorNext(&iterator, &value,
										  true)) != WJB_DONE)
		{
			if (token != WJB_ELEM)
				continue;
			CHECK_FOR_INTERRUPTS();
			place++;
			if (value.type != jbvBinary ||
				!JsonContainerIsObject(value.val.binary.data))
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						 errmsg("rows must be a JSON array of objects"),
						 errdetail("Element %d is no object.", place),
						 errhint("Use jsonb_agg(to_jsonb(r)) FROM ab_scorecard(...) AS r.")));
			ReadCard(&report.cards[place - 1], place, value.val.binary.data);
		}
	}
	MakeBlocks(&report);
	return report;
}

/*
 * What the outcome of a row is to its reader.
 */
AbTone
AbToneOf(const AbCard *card)
{
	switch (card->outcome)
	{
		case AB_OUTCOME_BETTER:
		case AB_OUTCOME_NOT_WORSE:
		case AB_OUTCOME_SPLIT_INTENDED:
			return AB_TONE_GOOD;
		case AB_OUTCOME_WORSE:
		case AB_OUTCOME_SPLIT_MISMATCH:
			return AB_TONE_BAD;
		case AB_OUTCOME_NOT_SHOWN:
		case AB_OUTCOME_SPLIT_UNCHECKED:
			return AB_TONE_WARN;
		case AB_OUTCOME_HIGHER:
		case AB_OUTCOME_LOWER:
			return AB_TONE_TOLD;
		default:
			return AB_TONE_FLAT;
	}
}
