#!/usr/bin/python3
"""Words and pictures of a scorecard's rows: is every mark where its number belongs, every number what it
stands for, and every count and decision what the rows say?"""
import json
import math
import re
import xml.etree.ElementTree as ElementTree

from shared.checks import run_sections, seeded

SEED = 20240427
WORDS = ('better', 'worse', 'higher', 'lower', 'no clear difference', 'no data')
GUARDED = ('not worse', 'not shown', 'worse', 'no data')


def local(element):
    return element.tag.rsplit('}', 1)[-1]


#
# The cell, a second time
#

def cell(low, estimate, high, axis_low, axis_high, width):
    def column(value):
        # the server's rint() is round() to even too
        return round((value / 2 - axis_low / 2) / (axis_high / 2 - axis_low / 2) * (width - 1))

    marks = [' '] * width
    if axis_low <= 0 <= axis_high:
        marks[column(0)] = ':'
    interval = low is not None or high is not None
    low, high = -math.inf if low is None else low, math.inf if high is None else high
    if interval:
        left = 0 if low < axis_low else width - 1 if low > axis_high else column(low)
        right = width - 1 if high > axis_high else 0 if high < axis_low else column(high)
        for i in range(left + 1, right):
            marks[i] = '+' if marks[i] == ':' else '-'
        if low < axis_low:
            marks[left] = '<'
        elif left < right or estimate is None:
            marks[left] = '['
        if high > axis_high:
            marks[right] = '>'
        elif left < right:
            marks[right] = ']'
    if estimate is not None:
        if estimate < axis_low:
            marks[0] = '<'
        elif estimate > axis_high:
            marks[-1] = '>'
        elif marks[column(estimate)] not in '<>':
            marks[column(estimate)] = 'o'
    return ''.join(marks)


def section_cells(server, checks, rng):
    server.run("SET client_encoding = 'LATIN1'")
    for _ in range(1500):
        estimate = float(rng.normal(0, 20))
        low, high = estimate - float(rng.exponential(8)), estimate + float(rng.exponential(8))
        axis = (float(rng.uniform(-60, 5)), float(rng.uniform(10, 60)))
        given = [None if rng.random() < 0.1 else value for value in (low, estimate, high)]
        width = int(rng.integers(3, 80))
        got = server.value('SELECT ab_forest(%s, %s, %s, %s, %s, %s)', (*given, *axis, width))
        checks.check(got == cell(*given, *axis, width), (given, axis, width), got, cell(*given, *axis, width))
    server.run("SET client_encoding = 'UTF8'")


#
# Rows
#

def random_row(rng, place, scale, role=None):
    role = role or rng.choice(['primary', 'secondary', 'guardrail'], p=[0.15, 0.55, 0.3])
    lift = float(rng.normal(0, scale)) * (12 if rng.random() < 0.1 else 1)
    reach = float(rng.exponential(scale)) + 0.01 * scale
    row = {'metric': 'm%d' % place, 'role': str(role), 'control': 'c', 'treatment': 't', 'relative_lift_pct': lift,
           'lift_low_pct': lift - reach, 'lift_high_pct': lift + reach, 'p_value': 0.01, 'direction': 'higher',
           'verdict': str(rng.choice(GUARDED if role == 'guardrail' else WORDS)),
           'margin_pct': scale * 2 if role == 'guardrail' else None}
    for field in ('relative_lift_pct', 'lift_low_pct', 'lift_high_pct'):
        if rng.random() < 0.05:
            row[field] = None
    return row


def random_rows(rng, role=None):
    scale = 10 ** float(rng.uniform(-2, 2.5))
    rows = [random_row(rng, i, scale, role) for i in range(int(rng.integers(1, 25)))]
    return sorted(rows, key=lambda row: ('primary', 'secondary', 'guardrail').index(row['role']))


#
# Where the marks of a picture are
#

def reach_of(row):
    return max([abs(row[f]) for f in ('relative_lift_pct', 'lift_low_pct', 'lift_high_pct') if row[f] is not None],
               default=0)


def ends_of_axis(rows):
    """The ends before they are rounded to ticks: nothing beyond five times the median row."""
    reaches = sorted(reach_of(row) for row in rows if reach_of(row) > 0)
    if not reaches:
        return None
    limit = 5 * reaches[(len(reaches) - 1) // 2]
    cut = max(reach for reach in reaches if reach <= limit)
    values = [0]
    for row in rows:
        values += [row[f] for f in ('relative_lift_pct', 'lift_low_pct', 'lift_high_pct') if row[f] is not None]
        ends = row['lift_low_pct'], row['lift_high_pct']
        if row['relative_lift_pct'] is not None and ends != (None, None):
            # an open end shows a little of itself
            values += [row['relative_lift_pct'] + sign * cut / 5 for end, sign in zip(ends, (-1, 1)) if end is None]
        if row['role'] == 'guardrail':
            values.append(-row['margin_pct'])
    low = max(min(values), -cut)
    high = min(max(values), cut)
    room = (high - low) / 12
    return min(low, -room), max(high, room)


def section_marks(server, checks, rng):
    for _ in range(250):
        rows = random_rows(rng)
        svg = ElementTree.fromstring(server.value('SELECT ab_forest_svg(%s::jsonb)', (json.dumps(rows),)))
        ticks = [(float(e.attrib['x']), float(e.text.rstrip('%').replace(',', ''))) for e in svg.iter()
                 if local(e) == 'text' and e.attrib.get('text-anchor') == 'middle']
        (x0, v0), (x1, v1) = min(ticks), max(ticks)
        per_unit = (x1 - x0) / (v1 - v0)
        grid = [float(e.attrib['x1']) for e in svg.iter() if local(e) == 'line'
                and e.attrib['class'] in ('ab-faint', 'ab-zero') and e.attrib['x1'] == e.attrib['x2']]
        left, right = min(grid), max(grid)

        def value_of(x):
            return v0 + (x - x0) / per_unit

        low, high = value_of(left), value_of(right)
        want = ends_of_axis(rows)
        step = sorted(set(grid))
        step = (step[1] - step[0]) / per_unit if len(step) > 1 else 0
        if want:
            # rounded outwards to a tick, and not beyond the next
            good = low - 1e-6 * step <= want[0] < low + step * 1.001 and high - step * 1.001 < want[1] <= high + 1e-6 * step
            checks.check(good, rows, (low, high), want)
        groups = [e for e in svg if local(e) == 'g']
        checks.check(len(groups) == len(rows), rows, len(groups), len(rows))
        for row, group in zip(rows, groups):
            wrong = []
            circles = [e for e in group if local(e) == 'circle']
            arrows = len([e for e in group if local(e) == 'svg'])
            bars = [e for e in group if local(e) == 'line' and 'ab-bar' in e.attrib['class']
                    and e.attrib['y1'] == e.attrib['y2']]
            estimate, ends = row['relative_lift_pct'], (row['lift_low_pct'], row['lift_high_pct'])
            has_interval = ends != (None, None)
            inside = estimate is not None and low <= estimate <= high
            if len(circles) != inside:
                wrong.append(('circles', len(circles), inside, None))
            elif inside and abs(float(circles[0].attrib['cx']) - (left + (estimate - low) * per_unit)) > 0.03:
                wrong.append(('estimate', value_of(float(circles[0].attrib['cx'])), estimate, None))
            if len(bars) != has_interval:
                wrong.append(('bars', len(bars), has_interval, None))
            elif has_interval:
                for end, side, otherwise in ((ends[0], 'x1', low), (ends[1], 'x2', high)):
                    shown = min(max(otherwise if end is None else end, low), high)
                    if abs(float(bars[0].attrib[side]) - (left + (shown - low) * per_unit)) > 0.03:
                        wrong.append((side, value_of(float(bars[0].attrib[side])), shown, None))
                cut = (ends[0] is None or ends[0] < low) + (ends[1] is None or ends[1] > high)
                if arrows != cut:
                    wrong.append(('arrows', arrows, cut, None))
            checks.all_of(row, wrong)


#
# Numbers
#

def read(shown):
    number = shown.replace(',', '').replace('%', '').replace('+', '')
    mantissa, _, exponent = number.partition('e')
    decimals = len(mantissa.split('.')[1]) if '.' in mantissa else 0
    return float(number), decimals - int(exponent or 0)


def section_numbers(server, checks, rng):
    for _ in range(1200):
        size = 10 ** float(rng.uniform(-5, 7))
        control, treatment = size, size * (1 + float(rng.normal(0, 1)) * 10 ** float(rng.uniform(-4, 0)))
        lift = (treatment / control - 1) * 100
        reach = abs(lift) * float(rng.uniform(0.1, 3))
        row = {'metric': 'm', 'control_value': control, 'treatment_value': treatment, 'relative_lift_pct': lift,
               'lift_low_pct': lift - reach, 'lift_high_pct': lift + reach}
        words = server.value('SELECT ab_verdict(%s::jsonb)', (json.dumps(dict(row, role='primary')),))
        found = re.search(r'm went from (\S+) to (\S+) \((\S+), between (\S+) and (\S+)\)', words)
        shown = [read(text) for text in found.groups()]
        wrong = []
        for (number, decimals), value in zip(shown, (control, treatment, lift, lift - reach, lift + reach)):
            if abs(number - value) > 0.5001 * 10 ** -decimals:
                wrong.append(('number', number, value, None))
            if number == 0:
                wrong.append(('nothing for something', number, value, None))
        if shown[0][1] != shown[1][1] or len({decimals for _, decimals in shown[2:]}) > 1:
            wrong.append(('decimals', found.groups(), 'alike', None))
        if abs(treatment - control) > 1e-4 * size and shown[0][0] == shown[1][0]:
            wrong.append(('two values', found.groups(), 'apart', None))
        checks.all_of(row, wrong)


#
# Decisions
#

def decision(rows):
    """How the headline begins, by the primary metrics and the guardrails."""
    primary = [row['verdict'] for row in rows if row['role'] == 'primary']
    guardrail = [row['verdict'] for row in rows if row['role'] == 'guardrail']
    harmed = 'worse' in guardrail
    if not primary:
        return 'Do not ship' if harmed else 'No decision: no metric was named'
    if 'worse' in primary or harmed:
        return 'Do not ship'
    if 'higher' in primary or 'lower' in primary:
        return 'It differs in'
    if set(primary) == {'better'}:
        return 'Ship' if set(guardrail) <= {'not worse'} else 'Not yet'
    return 'No decision: there are no data' if set(primary) == {'no data'} else 'No decision: '


def section_decisions(server, checks, rng):
    for _ in range(1500):
        rows = random_rows(rng)[:int(rng.integers(1, 8))]
        split = rng.choice(['split as intended', 'split not checked', 'split mismatch', 'compared in pairs'],
                           p=[0.4, 0.3, 0.15, 0.15])
        given = [{'role': 'sample ratio', 'verdict': str(split)}] + rows
        order = rng.permutation(len(given))
        words = server.value('SELECT ab_verdict(%s::jsonb)', (json.dumps([given[i] for i in order]),))
        if split == 'split mismatch':
            checks.check(words.startswith('Do not decide') and not re.search(r'\b(m\d+|[Ss]hip)\b', words), given, words,
                         'nothing decided')
            continue
        wrong = []
        if not words.startswith(decision(rows)):
            wrong.append(('decision', words[:80], decision(rows), None))
        counted = [row for row in rows if row['role'] != 'guardrail'
                   and (row['lift_low_pct'], row['lift_high_pct']) != (None, None)]
        spanning = [row for row in counted if (row['lift_low_pct'] is None or row['lift_low_pct'] <= 0)
                    and (row['lift_high_pct'] is None or row['lift_high_pct'] >= 0)]
        said = re.search(r'(\d+|None) of (?:the )?(\d+) intervals', words)
        if len(counted) > 1 and (said is None or (said.group(1).replace('None', '0'), said.group(2)) !=
                                 (str(len(spanning)), str(len(counted)))):
            wrong.append(('intervals', said and said.group(), (len(spanning), len(counted)), None))
        secondary = [row['verdict'] for row in rows if row['role'] == 'secondary']
        if secondary:
            said = re.search(r'\d+ secondary [a-z]+: ([^.]*)\.', words)
            told = dict((word, int(number)) for number, word in re.findall(r'(\d+) ([a-z ]+)', said.group(1)))
            want = {word: secondary.count(word) for word in set(secondary)}
            if told != want:
                wrong.append(('secondary', told, want, None))
        if split == 'split not checked' and 'was not checked' not in words:
            wrong.append(('split', words, 'said to be unchecked', None))
        if split == 'compared in pairs' and ('no split to check' not in words or 'if users were split' in words):
            wrong.append(('split', words, 'pairs have none', None))
        checks.all_of(given, wrong)


if __name__ == '__main__':
    run_sections(__file__, [('cells', seeded(SEED, section_cells)), ('marks', seeded(SEED + 1, section_marks)),
                            ('numbers', seeded(SEED + 2, section_numbers)),
                            ('decisions', seeded(SEED + 3, section_decisions))])
