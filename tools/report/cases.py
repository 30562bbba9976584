"""Rows of scorecards to draw: ordinary ones, and what a page must survive."""
import math
import random

RTL = '\u05de\u05d3\u05d3 \u05d4\u05e9\u05dc\u05de\u05ea \u05de\u05e9\u05d9\u05de\u05d4 100%'
ARABIC = '\u0645\u0639\u062f\u0644 \u0625\u0643\u0645\u0627\u0644 \u0627\u0644\u0645\u0647\u0645\u0629 (v2)'
MARKUP = '<script>alert("x")</script>\'"&amp;]]><!--\\'
CONTROL = 'bell \x01\x08\x1f\x7f\x85 turned \u202etext\u202c\u2028 end\uffff'

HOSTILE = [MARKUP, RTL, ARABIC, CONTROL, 'x' * 1000, '\u4efb\u52a1\u5b8c\u6210\u7387' * 40,
           'emoji \U0001f680 and a name that is long enough to be on several lines', "'; DROP TABLE users; --"]


def row(metric, role='secondary', values=(None, None), lift=(None, None, None), p=None, verdict=None, **fields):
    """A row as ab_scorecard has it: lift is the estimate and its interval, in percent."""
    result = {
        'slice': None, 'role': role, 'metric': metric, 'statistic': 'mean', 'direction': 'higher',
        'control': 'v1', 'treatment': 'v2', 'control_n': 6200, 'treatment_n': 1550,
        'control_value': values[0], 'treatment_value': values[1], 'control_stddev': None, 'treatment_stddev': None,
        'diff': None if None in values else values[1] - values[0], 'diff_low': None, 'diff_high': None,
        'relative_lift_pct': lift[0], 'lift_low_pct': lift[1], 'lift_high_pct': lift[2], 'margin_pct': None,
        'p_value': p, 'p_adjusted': p, 'alpha': 0.05, 'correction': 'holm', 'rule': 'fixed', 'planned_n': None,
        'prob_better': None, 'mde_pct': None, 'verdict': verdict, 'method': 'Welch t-test', 'note': None,
        'sentence': None}
    result.update(fields)
    return result


def split(verdict='split as intended', p=0.42, **fields):
    result = row(None, 'sample ratio', p=p, verdict=verdict, statistic=None, direction=None,
                 method='chi-square test of the split', note='v1 6,200 and v2 1,550; 80% and 20% were intended')
    result['p_adjusted'] = None
    result.update(fields)
    return result


def study(**fields):
    """A support bot: a clear gain, a price, and a guardrail that is not shown to hold."""
    score = 'score test (Miettinen-Nurminen)'
    rows = [
        row('task completion', 'primary', (.713, .789), (10.7, 7.1, 14.2), 1.7e-9, 'better', statistic='rate',
            mde_pct=4.9, method=score),
        row('csat', 'secondary', (3.8, 4.1), (7.9, 5.9, 9.9), 1e-12, 'better'),
        row('turns', 'secondary', (3.2, 2.9), (-9.4, -12.4, -6.3), 2e-8, 'better', direction='lower'),
        row('cost', 'secondary', (.0312, .0561), (81, 70, 92), 1e-80, 'worse', direction='lower'),
        row('liked', 'secondary', (.41, .417), (1.8, -2.9, 6.4), .45, 'no clear difference', statistic='rate',
            method=score, note='312 rows without an outcome left out (v1 250, v2 62)'),
        row('latency_ms', 'guardrail', (2100, 2300), (9.5, 4.2, 14.9), .3, 'not shown', direction='lower',
            statistic='p95', margin_pct=10, method='order statistics, non-inferiority'),
        row('errors', 'guardrail', (.012, .0118), (-1.7, None, 8.2), .03, 'not worse', direction='lower',
            statistic='rate', margin_pct=10, method=score + ', non-inferiority')]
    for each in rows:
        each.update(fields)
    return [split(slice=fields.get('slice'))] + rows


def odd():
    """What is NULL, missing or unbounded."""
    return [
        split('split not checked', None, control_n=None, treatment_n=None, note=None), {}, row(None),
        row('nothing', verdict='no data', control_n=0, treatment_n=0, note='no rows in v2'),
        row('zero control', values=(0, .3), p=.01, verdict='better', diff_low=.1, diff_high=.5),
        row('unbounded', 'primary', (.01, .3), (2900, 12, None), .001, 'better'),
        row('point only', lift=(3.2, None, None)), row('huge', values=(1e300, -1e300), lift=(1e300, -1e300, 1e305)),
        row('tiny', values=(1e-9, 1.1e-9), lift=(1e-7, -1e-7, 3e-7)),
        row('constant', values=(1, 1), lift=(0, None, None), verdict='no data'),
        row('a word that nobody knows', values=(1, 1), verdict='practically the same', p=.2, prob_better=.731)]


def hostile():
    names = [row(name, 'guardrail' if i > 4 else 'secondary' if i else 'primary', (3.2, 2.9), (-9.4, -12.4, -6.3),
                 .01, 'worse', treatment=MARKUP, control='<b>v1</b>', note=name, method=name, slice=None,
                 sentence=name if i % 2 else None, margin_pct=5) for i, name in enumerate(HOSTILE)]
    slices = [row(name, 'primary', (3.2, 2.9), (-9.4, -12.4, -6.3), .01, 'worse', treatment=MARKUP,
                  control='<b>v1</b>', slice=name) for name in HOSTILE]
    return [split(control='<b>v1</b>', treatment=MARKUP, note=MARKUP)] + names + slices + [
        row(name, 'heterogeneity', p=.01, verdict=name, slice=name) for name in HOSTILE]


def made_up(rng, metric, role, direction='higher', **fields):
    centre, reach = rng.gauss(0, 6), abs(rng.gauss(5, 2)) + 1
    control = rng.choice([.3, 3.1, 420, 12345])
    p = math.erfc(abs(centre) / reach * 1.96 / math.sqrt(2))
    verdict = 'no clear difference'
    if role == 'guardrail':
        worst = centre - reach if direction == 'higher' else -centre - reach
        verdict = 'not worse' if worst > -5 else 'not shown'
        fields['margin_pct'] = 5
    elif p < .05:
        verdict = 'better' if (centre > 0) == (direction == 'higher') else 'worse'
    return row(metric, role, (control, control * (1 + centre / 100)), (centre, centre - reach, centre + reach), p,
               verdict, direction=direction, **fields)


def thirty():
    rng = random.Random(5)
    return [split()] + [made_up(rng, 'metric number %d' % i, 'primary' if i < 2 else 'guardrail' if i > 22
                                else 'secondary', mde_pct=abs(rng.gauss(4, 2)) + .5) for i in range(30)]


def five():
    rng = random.Random(6)
    models = ['gpt-5-mini', 'claude', 'llama-4-70b-instruct', 'qwen', 'mistral']
    return [split(treatment=None, treatment_n=None)] + [
        made_up(rng, metric, role, direction, treatment=model, control='control')
        for metric, role, direction in [('completion', 'primary', 'higher'), ('turns', 'secondary', 'lower'),
                                        ('latency', 'guardrail', 'lower')] for model in models]


def slices():
    rows = study()
    for name in ['country = DE', 'country = FR', 'country = \u65e5\u672c', 'country = (other)']:
        rows += study(slice=name)
    return rows + [row('csat', 'heterogeneity', p=.003, slice='country', verdict='effect differs', method="Cochran's Q"),
                   row('turns', 'heterogeneity', p=.4, slice='country', verdict='no clear difference')]


def days(metrics=('completion', 'cost per dialog')):
    rng = random.Random(7)
    rows = []
    for metric in metrics:
        for day in range(1, 29):
            error = 60 / math.sqrt(day * 100)
            lift = 4 + rng.gauss(0, .25) * error
            for rule, width in [('fixed', 1.96), ('always-valid', 3.2)]:
                ends = (None, None) if day == 1 else (lift - width * error, lift + width * error)
                rows.append(row(metric, 'primary', lift=(lift,) + ends, p=.01, verdict='better', rule=rule,
                                day='2026-03-%02d' % day))
    return rows


def any_day():
    """Rows that hold on any day, with probabilities, and one that has no such test."""
    return study(rule='always-valid', planned_n=9000, prob_better=.9996) + [
        row('stars', values=(.51, .49), verdict='no data', direction=None, rule='always-valid',
            note='ranks have no always-valid test, and that of a single look would not hold')]


PAGES = {
    'study': (study(), 'Support bot v2'), 'odd': (odd(), None), 'hostile': (hostile(), ' '.join(HOSTILE)),
    'thirty': (thirty(), 'Thirty metrics'), 'five': (five(), 'Five models against one'),
    'slices': (slices(), 'By country'), 'split only': ([split('split mismatch', 1e-9)], None), 'empty': ([], None),
    'one object': (study()[1], None),
    'any day': (any_day(), 'Support bot v2, on a Tuesday')}
