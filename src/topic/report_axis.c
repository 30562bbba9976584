/*
 * report_axis.c
 *	  The axis that the rows of a picture share.
 *
 * One row that reaches far must not squeeze the others into a point: what
 * reaches more than five times as far from 0 as the median row is cut, and
 * drawn with an arrow.
 */
#include "topic/report_axis.h"

#include <float.h>
#include <math.h>

#define FARTHEST	5

/* where there is nothing to show */
#define NO_REACH	10

/* beyond it nothing is shown, and an axis is far from overflowing */
#define MOST_REACH	1e100

/*
 * Widen the range to round numbers with about that many ticks: 1, 2 or 5 times
 * a power of ten apart, 0 one of them.
 */
AbAxis
AbRoundAxis(double low, double high, int ticks)
{
	AbAxis		axis;
	double		raw = fmax((high - low) / ticks, DBL_MIN);
	double		power = pow(10, floor(log10(raw)));
	double		digit = raw / power;

	axis.step = power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 :
						 10);
	axis.low = floor(low / axis.step + 1e-9) * axis.step;
	axis.high = ceil(high / axis.step - 1e-9) * axis.step;
	return axis;
}

/*
 * How far from 0 a row's lift and interval reach; 0 without any.
 */
static double
Reach(const AbCard *card)
{
	double		values[3] = {card->lift, card->lift_low, card->lift_high};
	double		reach = 0;

	for (int i = 0; i < 3; i++)
		reach = fmax(reach, fabs(values[i]));
	return fmin(reach, MOST_REACH);
}

static int
CompareReach(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return (x > y) - (x < y);
}

/*
 * The axis for the lifts of the cards.  How far the median row reaches is
 * asked of the first so many, those of the whole, if any of them has a lift.
 */
AbAxis
AbLiftAxis(const AbCard *cards, int count, int deciding)
{
	double	   *reaches = palloc_extended(Max(count, 1) * sizeof(double),
										  MCXT_ALLOC_HUGE);
	double		limit = 0;
	double		cut = 0;
	double		low = 0;
	double		high = 0;
	double		room;
	int			known = 0;

	for (int i = 0; i < count && (i < deciding || known == 0); i++)
		if (AbIsEffect(&cards[i]) && Reach(&cards[i]) > 0)
			reaches[known++] = Reach(&cards[i]);
	/* the whole had none, and the first of the others alone says nothing */
	if (known == 1 && deciding < count)
	{
		known = 0;
		for (int i = 0; i < count; i++)
			if (AbIsEffect(&cards[i]) && Reach(&cards[i]) > 0)
				reaches[known++] = Reach(&cards[i]);
	}
	if (known > 0)
	{
		qsort(reaches, known, sizeof(double), CompareReach);
		limit = FARTHEST * reaches[(known - 1) / 2];
	}
	pfree(reaches);
	for (int i = 0; i < count; i++)
		if (AbIsEffect(&cards[i]) && Reach(&cards[i]) <= limit)
			cut = fmax(cut, Reach(&cards[i]));
	if (cut == 0)
		return AbRoundAxis(-NO_REACH, NO_REACH, 4);
	for (int i = 0; i < count; i++)
	{
		const AbCard *card = &cards[i];
		double		values[] = {
			card->lift, card->lift_low, card->lift_high, NAN
		};

		if (!AbIsEffect(card))
			continue;
		/* an open end is to be seen behind the mark */
		if (AbHasInterval(card) && isnan(card->lift_low))
			values[1] = card->lift - cut / 5;
		if (AbHasInterval(card) && isnan(card->lift_high))
			values[2] = card->lift + cut / 5;
		if (card->role == AB_CARD_GUARDRAIL && card->direction != 0)
			values[3] = -card->direction * fabs(card->margin);
		for (int k = 0; k < 4; k++)
		{
			if (isnan(values[k]))
				continue;
			low = fmin(low, fmax(values[k], -cut));
			high = fmax(high, fmin(values[k], cut));
		}
	}
	/* 0 keeps off the edges */
	room = (high - low) / 12;
	return AbRoundAxis(fmin(low, -room), fmax(high, room), 5);
}
