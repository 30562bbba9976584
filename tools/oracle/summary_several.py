#!/usr/bin/python3
"""ab_summaries: the bytes of a summary of each outcome, and exact means and variances of random rows.

Groups of random sizes, of one arm to twenty, with outcomes of every kind, NULL, NaN and infinity, in
random order: every number of outcomes gives what ab_summary gives of each, of rows and of windows,
and means and variances are those of exact arithmetic.  An aggregate of somebody's own that begins
with any array of summaries goes on from it, or says what is wrong.
"""
import math

from mpmath import mp

from shared.checks import TOL_STATISTIC, run_sections, seeded
from shared.data import binary, constant, heavy_tail, negative, normal, rating, shifted, zero_mean
from shared.reference import EPS, exact_arm

SEED = 20261128
MOST = 8
KINDS = (normal, heavy_tail, binary, rating, negative, shifted, zero_mean, constant)
ODD = (None, math.nan, math.inf, -math.inf)
NAMES = ('control', 'treatment', '', 'a', 'ab', 'x' * 300, 'ключ', 'v' * 16, 'w' * 17)


def group_rows(rng, group):
    """Rows of one group: its number, the variant, eight outcomes and a random order."""
    n = int(rng.integers(1, 60))
    arms = int(rng.choice([1, 2, 2, 2, 3, 5, 20]))
    names = [NAMES[j] if j < len(NAMES) else 'arm %d' % j for j in rng.permutation(max(arms, len(NAMES)))[:arms]]
    odd = float(rng.choice([0, 0, 0.1, 0.6]))
    columns = [KINDS[int(rng.integers(len(KINDS)))](rng, n) for _ in range(MOST)]
    for i in range(n):
        variant = None if rng.random() < odd / 4 else names[int(rng.integers(arms))]
        values = [ODD[int(rng.integers(4))] if rng.random() < odd else float(c[i]) for c in columns]
        yield (group, variant, *values, float(rng.random()))


def load_rows(server, rng, groups):
    columns = ', '.join('o%d float8' % i for i in range(1, MOST + 1))
    server.load('several', 'id int, variant text, %s, turn float8' % columns,
                [row for group in range(groups) for row in group_rows(rng, group)])


def check_bytes(checks, server, how, outcomes, over, rest):
    """Does the row of so many outcomes have the bytes of so many summaries?"""
    several = 'ab_summaries(%s, variant%%s)' % ', '.join('o%d' % o for o in outcomes)
    each = ', '.join('ab_summary(o%d, variant%s)%s AS s%d' % (o, *over, i) for i, o in enumerate(outcomes, 1))
    same = ' AND '.join('ab_summary_send((r).summary_%d) = ab_summary_send(s%d)' % (i, i)
                        for i in range(1, len(outcomes) + 1))
    none = ' AND '.join(['(r).summary_%d IS NULL' % i for i in range(len(outcomes) + 1, MOST + 1)] or ['true'])
    for row in server.rows('SELECT id, %s, %s FROM (SELECT id, %s%s AS r, %s FROM several %s) q' % (
            same, none, several % over[0], over[1], each, rest)):
        checks.check(row[1] and row[2], (how, outcomes, row[0]), row[1:], 'the same bytes, and no others')


def section_bytes(server, checks, rng):
    load_rows(server, rng, 400)
    for count in range(2, MOST + 1):
        for _ in range(3):
            outcomes = [int(o) for o in rng.permutation(MOST)[:count] + 1]
            check_bytes(checks, server, 'groups', outcomes, ('', ''), 'GROUP BY id')
            check_bytes(checks, server, 'ordered', outcomes, (' ORDER BY turn', ''), 'GROUP BY id')
            check_bytes(checks, server, 'filtered', outcomes, ('', ' FILTER (WHERE turn < 0.5)'),
                        'GROUP BY id HAVING bool_or(turn < 0.5)')
        check_bytes(checks, server, 'windows', outcomes, ('', ' OVER (PARTITION BY id ORDER BY turn)'), 'WHERE id < 60')


def section_moments(server, checks, rng):
    load_rows(server, rng, 150)
    data = {}
    for group, variant, *values in server.rows('SELECT id, variant, o1, o2, o3, o4, o5, o6, o7, o8 FROM several'):
        for outcome, value in enumerate(values, 1):
            if variant is not None:
                data.setdefault((group, outcome, variant), []).append(value)
    calls = ', '.join('(r).summary_%d' % i for i in range(1, MOST + 1))
    rows = server.rows('''SELECT id, i, variant, n, nonfinite, missing, mean, stddev
        FROM (SELECT id, ab_summaries(o1, o2, o3, o4, o5, o6, o7, o8, variant) AS r FROM several GROUP BY id) q,
             unnest(ARRAY[%s]) WITH ORDINALITY u(s, i), ab_arms(s)''' % calls)
    checks.check(len(rows) == len(data), 'arms', len(rows), len(data))
    for group, outcome, variant, n, nonfinite, missing, mean, stddev in rows:
        values = data[(group, outcome, variant)]
        kept = [v for v in values if v is not None and math.isfinite(v)]
        counts = (len(values) - values.count(None), len(values) - values.count(None) - len(kept), values.count(None))
        checks.check((n, nonfinite, missing) == counts, (group, outcome, variant), (n, nonfinite, missing), counts)
        if counts[1] > 0:
            checks.check((mean, stddev) == (None, None), (group, outcome, variant), (mean, stddev), 'NULL')
        elif len(kept) > 1:
            check_moments(checks, (group, outcome, variant), kept, mean, stddev)


def check_moments(checks, inputs, kept, mean, stddev):
    exact = exact_arm(kept)
    deviation = mp.sqrt(exact.variance)
    # a sum that cancels has the error of what was summed
    if abs(exact.mean) > 8 * EPS * deviation:
        checks.held(inputs, 'mean', mean, exact.mean, TOL_STATISTIC)
    if deviation > 0:
        checks.held(inputs, 'stddev', stddev, deviation, TOL_STATISTIC)
    else:
        checks.check(stddev == 0, inputs, stddev, 0)


# ---------------------------------------------------------------- states made by hand

CLAIM = 1000    # the lower bound of a state that the aggregate has begun

# What the transition of ab_summary makes of the first element, row by row.
FOLD = """
    WITH RECURSIVE state (i, s) AS (
        SELECT 0::bigint, (%s::ab_summary[])[%s]
        UNION ALL
        SELECT t.i, ab_summary_accum(s, o1, variant)
        FROM state JOIN (SELECT row_number() OVER (ORDER BY turn) AS i, o1, variant FROM several WHERE id = %s) t
             ON t.i = state.i + 1)
    SELECT s::text FROM state ORDER BY i DESC LIMIT 1"""


def any_element(rng, groups):
    """SQL of an element: NULL, or a summary of some group, now and then of several columns."""
    if rng.random() < 0.1:
        return 'NULL'
    call = str(rng.choice(['ab_summary(o1, variant)'] * 6 + [
        'ab_summary(o1, o2, variant)', 'ab_summary(o1, o2, o3, o4, variant)', "ab_summary(o1, variant, 'a')"]))
    return '(SELECT %s FROM several WHERE id = %d)' % (call, rng.integers(groups))


def any_state(server, rng, count, groups):
    """The text of an array that is nearly always of so many summaries, or claims to be the aggregate's own."""
    length = count if rng.random() < 0.9 else int(rng.integers(1, MOST + 2))
    elements = [any_element(rng, groups) for _ in range(length)]
    if rng.random() < 0.4:
        elements = elements[:1] * length
    text = server.value('SELECT ARRAY[%s]::ab_summary[]::text' % ', '.join(elements))
    first = int(rng.choice([1, 5, CLAIM]))
    return (text if first == 1 else '[%d:%d]=%s' % (first, first + length - 1, text)), first


def own_aggregate(server, count, state):
    arguments = ', '.join(['float8'] * count)
    server.run('DROP AGGREGATE IF EXISTS pg_temp.begun(%s, text)' % arguments)
    server.run('CREATE AGGREGATE pg_temp.begun(%s, text) (SFUNC = ab_summaries_accum, STYPE = ab_summary[], '
               "FINALFUNC = ab_summaries_final, INITCOND = '%s')" % (arguments, state.replace("'", "''")))


def section_states(server, checks, rng):
    groups = 60
    load_rows(server, rng, groups)
    went_on = 0
    for case in range(1000):
        count = int(rng.integers(2, MOST + 1))
        state, first = any_state(server, rng, count, groups)
        own_aggregate(server, count, state)
        group = int(rng.integers(groups))
        window = bool(rng.random() < 0.5)
        call = 'SELECT pg_temp.begun(%s, variant%s AS r FROM several WHERE id = %d' % (
            ', '.join('o%d' % i for i in range(1, count + 1)),
            ') OVER (ORDER BY turn)' if window else ' ORDER BY turn)', group)
        code = server.sqlstates([call])[0]
        checks.check(code in ('00000', '22023'), (case, state, call), code, 'a result or 22023')
        # what claims falsely to be the aggregate's own has only to be harmless
        if code != '00000' or window or first == CLAIM:
            continue
        went_on += 1
        got = server.value('SELECT (r).summary_1::text FROM (%s) q' % call)
        wanted = server.value(FOLD, (state, first, group))
        checks.check(got == wanted, (case, state, call), got, wanted)
    checks.check(went_on > 100, 'states that an aggregate went on from', went_on, 'more than 100')


if __name__ == '__main__':
    run_sections(__file__, [('bytes', seeded(SEED, section_bytes)), ('moments', seeded(SEED + 1, section_moments)),
                            ('states', seeded(SEED + 2, section_states))])
