#!/usr/bin/python3
"""What summaries and histograms say of the rows that they left out, and rows that stand for many.

Counts of rows left out against a count in Python, however the rows were ordered and cut into parts; rows with a
frequency against the rows themselves; the warning of the notes against SciPy's Fisher, chi-square and binomial tests.
"""
import collections
import json

import numpy as np
import scipy.stats

from shared.checks import run_sections, seeded

SEED = 20270115
LABELS = ['control', 'treatment', 'a', '', 'é', 'v 10', None]


# ---------------------------------------------------------------- counts

def random_rows(rng, width, n):
    """Rows of that many columns and a variant: NULL, NaN and infinite now and then, or whole columns of NULLs."""
    labels = [LABELS[i] for i in rng.permutation(len(LABELS))[:int(rng.integers(1, len(LABELS)))]]
    lost = rng.choice([0, 0.05, 0.5, 1], size=width)
    kind = int(rng.integers(3))
    rows = []
    for _ in range(n):
        values = (rng.integers(0, 2, width) if kind == 0 else rng.integers(-3, 9, width) if kind == 1
                  else rng.normal(size=width)).astype(float)
        row = [None if rng.random() < p else float(x) for p, x in zip(lost, values)]
        if kind == 2 and rng.random() < 0.02:
            row[int(rng.integers(width))] = float(rng.choice([np.nan, np.inf, -np.inf]))
        rows.append((*row, labels[int(rng.integers(len(labels)))]))
    return rows


def reason(values):
    """The place at which a row without some value is counted; None where it has all."""
    missing = [i for i, x in enumerate(values) if x is None]
    if not missing:
        return None
    return len(values) if len(values) > 1 and len(missing) == len(values) else missing[0]


def counted(rows, width, places):
    """{variant: [n, nonfinite, *missing]} and the rows without a variant."""
    arms, unassigned = collections.defaultdict(lambda: [0, 0] + [0] * places), 0
    for *values, variant in rows:
        if variant is None:
            unassigned += 1
            continue
        arm, place = arms[variant], reason(values[:width])
        if place is not None:
            arm[2 + place] += 1
        elif all(np.isfinite(values)):
            arm[0] += 1
        else:
            arm[1] += 1
    return dict(arms), unassigned


def found(text):
    value = json.loads(text)
    return ({arm['variant']: [sum(arm['counts']) if 'counts' in arm else arm['n'], arm['nonfinite'], *arm['missing']]
             for arm in value['arms']}, value['unassigned'])


WAYS = {
    'one pass': 'SELECT id, {one} AS s FROM log GROUP BY id',
    'sorted': 'SELECT id, {one} AS s FROM (SELECT * FROM log ORDER BY turn) t GROUP BY id',
    'parts': 'SELECT id, ab_rollup(s) AS s FROM (SELECT id, chunk, {one} AS s FROM log GROUP BY id, chunk) t GROUP BY id',
    'parts in disorder': 'SELECT id, ab_rollup(s ORDER BY turn) AS s FROM (SELECT id, chunk, min(turn) AS turn, {one} AS s '
                         'FROM log GROUP BY id, chunk) t GROUP BY id',
    'parts of parts, with nothing between': 'SELECT id, ab_rollup(s) AS s FROM (SELECT id, ab_rollup(s) AS s FROM (SELECT id, '
                                            'chunk, {one} AS s FROM log GROUP BY id, chunk UNION ALL SELECT id, 0, NULL FROM log) t '
                                            'GROUP BY id, chunk % 3) u GROUP BY id',
    'row by row': 'SELECT id, ab_rollup(s) AS s FROM (SELECT id, {one} AS s FROM log GROUP BY id, turn) t GROUP BY id',
    'through text': 'SELECT id, ab_rollup(s::text::{type}) AS s FROM (SELECT id, chunk, {one} AS s FROM log GROUP BY id, chunk) t '
                    'GROUP BY id'}

# (what, columns, type, call, places of missing[])
FORMS = [('one column', 1, 'ab_summary', 'ab_summary(x0, v)', 1),
         ('one column, control', 1, 'ab_summary', "ab_summary(x0, v, 'treatment')", 1),
         ('two columns', 2, 'ab_summary', 'ab_summary(x0, x1, v)', 3),
         ('four columns', 4, 'ab_summary', 'ab_summary(x0, x1, x2, x3, v)', 5),
         ('histogram', 1, 'ab_histogram', 'ab_histogram(x0, v)', 3),
         ('pairs', 2, 'ab_histogram', 'ab_paired_histogram(x0, x1)', 3)]


def section_counts(server, checks, rng):
    for what, width, type_name, call, places in FORMS:
        rows, want = [], {}
        for case in range(60):
            n = int(rng.integers(1, 120))
            data = random_rows(rng, width, n)
            if what == 'pairs':
                data = [(*r[:2], 'pairs') for r in data]
            chunks = int(rng.integers(1, 12))
            rows += [(case, int(rng.integers(chunks)), float(rng.random()), *r) for r in data]
            want[case] = counted(data, width, places)
            if what.endswith('control'):
                want[case][0].setdefault('treatment', [0] * (2 + places))
        server.load('log', 'id int, chunk int, turn float8, %s, v text' % ', '.join('x%d float8' % i for i in range(width)),
                    rows)
        for way, sql in WAYS.items():
            sql = sql.format(one=call, type=type_name)
            for case, text, again in server.rows('SELECT id, s::text, ab_rollup(s)::text FROM (%s) t GROUP BY id, s::text '
                                                 'ORDER BY id' % sql):
                checks.check(found(text) == want[case] and again == text, (what, way, case), found(text), want[case])


# ---------------------------------------------------------------- frequencies

def section_frequency(server, checks, rng):
    """A row that stands for many is as many rows: moments to 1e-12, histograms to the byte, however they are cut."""
    rows, expanded = [], []
    for case in range(120):
        binary = case % 3 == 0
        for _ in range(int(rng.integers(1, 40))):
            x = None if rng.random() < 0.1 else float(rng.integers(0, 2)) if binary else float(
                rng.choice([np.nan, 3, -7.25, rng.normal() * 10 ** rng.uniform(-5, 5)], p=[0.02, 0.3, 0.3, 0.38]))
            v = LABELS[int(rng.integers(3))] if rng.random() < 0.9 else None
            f = int(rng.choice([0, 1, 2, int(rng.integers(0, 200))]))
            chunk = int(rng.integers(5))
            rows.append((case, chunk, float(rng.random()), x, f, v))
            expanded += [(case, chunk, float(rng.random()), x, v)] * f
    server.load('few', 'id int, chunk int, turn float8, x float8, f bigint, v text', rows)
    server.load('log', 'id int, chunk int, turn float8, x float8, v text', expanded)
    for call in ('(x, f, v)', '(x, f::numeric, v)', '(x, f::float8, v)', '(x, f::int, v)'):
        for how, sql in (
                ('one pass', 'SELECT id, ab_frequency_summary{c} AS s, ab_frequency_histogram{c} AS h FROM few GROUP BY id'),
                ('parts', 'SELECT id, ab_rollup(s ORDER BY turn) AS s, ab_rollup(h ORDER BY turn) AS h FROM (SELECT id, '
                          'min(turn) AS turn, ab_frequency_summary{c} AS s, ab_frequency_histogram{c} AS h FROM few '
                          'GROUP BY id, chunk) t GROUP BY id')):
            got = server.rows("""SELECT id, a.s::text, b.s::text, ab_histogram_send(a.h) IS NOT DISTINCT FROM
                ab_histogram_send(b.h) FROM (%s) a FULL JOIN (SELECT id, ab_summary(x, v) AS s, ab_histogram(x, v) AS h
                FROM log GROUP BY id) b USING (id)""" % sql.format(c=call))
            for case, a, b, same in got:
                checks.check(same, (call, how, case, 'histogram'), 'other bytes', 'those of the rows')
                check_close(checks, (call, how, case), a, b)
    # too many to write out
    for _ in range(200):
        values, counts = rng.normal(size=6).round(3), rng.integers(1, 2 ** 50, 6)
        got = server.rows("SELECT n, mean, stddev FROM ab_arms((SELECT ab_frequency_summary(x, f, 'a') "
                          "FROM unnest(%s::float8[], %s::bigint[]) t(x, f)))", (values.tolist(), counts.tolist()))[0]
        n = int(counts.sum())
        mean = sum(int(f) * x for f, x in zip(counts, values)) / n
        deviation = (sum(int(f) * (x - mean) ** 2 for f, x in zip(counts, values)) / (n - 1)) ** 0.5
        checks.all_of((values.tolist(), counts.tolist()), [
            checks.near('n', got[0], n, 0), checks.near('frequency mean', got[1], float(mean), 1e-12, deviation),
            checks.near('frequency stddev', got[2], float(deviation), 1e-12)])


def check_close(checks, inputs, a, b):
    """Two texts of summaries: the same counts, the same moments to 1e-12 of their size."""
    if a is None or b is None:
        checks.check(a is b, inputs, a, b)
        return
    one, other = json.loads(a), json.loads(b)
    wrong = [] if found(a) == found(b) else [('counts', found(a), found(b), None)]
    for p, q in zip(one['arms'], other['arms']):
        if (p['binary'], p['overflow']) != (q['binary'], q['overflow']):
            wrong.append(('flags', p, q, None))
        spread = max((q['comoment'][0] / max(q['n'], 1)) ** 0.5, abs(q['mean'][0]) * 1e-3, 1e-300)
        wrong.append(checks.near('equal rows: mean', p['mean'][0], q['mean'][0], 1e-12, spread + abs(q['mean'][0])))
        wrong.append(checks.near('equal rows: sum of squares', p['comoment'][0], q['comoment'][0], 1e-12,
                                 q['comoment'][0] or spread ** 2))
    checks.all_of(inputs, wrong)


# ---------------------------------------------------------------- notes

def state(rows_c, missing_c, rows_t, missing_t):
    arms = [{'variant': v, 'n': int(n), 'nonfinite': 0, 'missing': [int(m)], 'control': False, 'overflow': False,
             'binary': [n == 0], 'mean': [2 if n else 0], 'mean_low': [0], 'comoment': [int(n) if n > 1 else 0], 'comoment_low': [0]}
            for v, n, m in (('control', rows_c, missing_c), ('treatment', rows_t, missing_t))]
    return json.dumps({'version': 1, 'columns': 1, 'unassigned': 0, 'arms': arms})


def two_shares(rows_c, missing_c, rows_t, missing_t):
    """The p-values between which the truth is: Fisher's where there are few, chi-square's where there are many."""
    table = [[missing_c, rows_c], [missing_t, rows_t]]
    sums = np.array(table, float)
    if (sums.sum(0) == 0).any() or (sums.sum(1) == 0).any():
        return 1, 1
    least = scipy.stats.contingency.expected_freq(sums).min()
    if least >= 60:
        p = scipy.stats.chi2_contingency(sums, correction=False)[1]
        return p, p
    if sums.sum() <= 1e8:
        p = scipy.stats.fisher_exact(table)[1]
        return p, p
    # the smallest margin is a vanishing part of all, so the count in one of its two cells is binomial
    (c_rows, c_missing), (t_rows, t_missing) = [(b, a) for a, b in table]
    n, missing, treatment = sums.sum(), c_missing + t_missing, t_rows + t_missing
    margin, cell, share = min((missing, t_missing, treatment / n), (c_rows + t_rows, t_rows, treatment / n),
                              (c_rows + c_missing, c_missing, missing / n), (treatment, t_missing, missing / n))
    tails = scipy.stats.binom.cdf(cell, margin, share), scipy.stats.binom.sf(cell - 1, margin, share)
    return min(tails), 2 * min(tails)


def section_notes(server, checks, rng):
    """Is it said that the arms differ exactly where a test at 0.001 says so?"""
    cases = []
    for _ in range(4000):
        scale = 10 ** rng.uniform(0, rng.choice([2, 4, 8, 15.6]))
        n = np.maximum(1, (scale * rng.uniform(0.01, 1, 2)).astype(np.int64))
        share = np.clip(10 ** rng.uniform(-rng.choice([1, 3, 9]), 0) * np.exp(rng.normal(0, rng.choice([0, 0.05, 1]), 2)), 0, 1)
        if rng.random() < 0.2:
            share = 1 - share
        missing = [int(rng.binomial(a, p)) if a < 2 ** 60 else 0 for a, p in zip(n, share)]
        cases.append([(int(n[0]) - missing[0]), missing[0], (int(n[1]) - missing[1]), missing[1]])
    notes = server.rows('SELECT (ab_ttest(s::ab_summary)).note FROM unnest(%s) WITH ORDINALITY t(s, i) ORDER BY i',
                        ([state(*c) for c in cases],))
    said = skipped = 0
    for case, (note,) in zip(cases, notes):
        low, high = two_shares(*case)
        warns = 'missing more often' in (note or '')
        more = case[1] / max(1, case[0] + case[1]) < case[3] / max(1, case[2] + case[3])
        said += warns
        if low < 0.00103 and high > 0.00097:
            skipped += 1
            continue
        checks.check(warns == (high < 0.001) and (not warns or ('more often in the treatment' in note) == more),
                     case, note, (low, high))
        for arm, missing in (('control', case[1]), ('treatment', case[3])):
            if missing:
                checks.check(('%d row' % missing in note and arm in note) or '%d of the %s' % (missing, arm) in note, case,
                             note, (arm, missing))
    print('  %d of %d notes warn, %d are too near to tell' % (said, len(cases), skipped))
    check_pairs(server, checks, rng)


def check_pairs(server, checks, rng):
    for _ in range(400):
        b, c, both = (int(rng.integers(0, 10 ** rng.uniform(0, 6))) for _ in range(3))
        if rng.random() < 0.5:
            c = int(rng.binomial(2 * b, 0.5))
        text = server.value("SELECT ab_summary(1, 2, 'pairs')::text").replace(
            '"missing": [0, 0, 0]', '"missing": [%d, %d, %d]' % (b, c, both))
        note = server.value('SELECT (ab_paired_ttest(%s::ab_summary)).note', (text,))
        p = scipy.stats.binomtest(c, b + c).pvalue if b + c else 1
        if not 0.0009 < p < 0.0011:
            checks.check(('missing more often' in note) == (p < 0.001), (b, c, both), note, p)


if __name__ == '__main__':
    run_sections(__file__, [('counts', seeded(SEED, section_counts)), ('frequency', seeded(SEED + 1, section_frequency)),
                            ('notes', seeded(SEED + 2, section_notes))])
