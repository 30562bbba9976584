#!/usr/bin/python3
"""ab_paired_ttest as the one-sample test of the differences, in exact rationals and 50-digit Student tails.

Also SciPy's ttest_rel, every way to call it, pairs that are nearly equal, and real pairs where the file
with them is there.
"""
import csv
import math
import os
from fractions import Fraction

import numpy as np
import scipy.stats
from mpmath import mp, mpf

from shared.checks import (
    ALTERNATIVES, SHARED, TOL_BOUND, TOL_SCIPY, TOL_STATISTIC, run_sections, seeded)
from shared.duality import contradictions, sql_contradictions
from shared.reference import exact_arm, p_value, rational, student_quantile

SEED = 20240301


def random_pairs(rng):
    n = int(rng.integers(2, 60))
    rho = rng.choice([-0.8, 0, 0.3, 0.9, 0.999])
    c, e = rng.standard_normal(n), rng.standard_normal(n)
    t = rho * c + math.sqrt(1 - rho * rho) * e
    shift, scale = float(rng.choice([0, 1, -3, 10, 1e4])), 10.0 ** int(rng.integers(-3, 4))
    effect = float(rng.choice([0, 0.2, 1, 5]))
    c, t = (c + shift) * scale, (t + shift + effect) * scale
    if rng.random() < 0.25:
        c, t = np.round(c / scale), np.round(t / scale)
    return c.tolist(), t.tolist()


def paired_reference(c, t, alpha, alternative):
    """Everything from the exact differences; None where the differences are constant."""
    fc, fd = [Fraction(v) for v in c], [Fraction(b) - Fraction(a) for a, b in zip(c, t)]
    n = len(c)
    md, mc = sum(fd) / n, sum(fc) / n
    vd = sum((d - md) ** 2 for d in fd) / (n - 1)
    vc = sum((x - mc) ** 2 for x in fc) / (n - 1)
    cov = sum((d - md) * (x - mc) for d, x in zip(fd, fc)) / (n - 1)
    if vd == 0:
        return None
    d, m, vd, vc, cov = (rational(v) for v in (md, mc, vd / n, vc / n, cov / n))
    se = mp.sqrt(vd)
    k = student_quantile(mpf(alpha) / (2 if alternative == 'two-sided' else 1), n - 1)
    want = {'diff': d, 'std_error': se, 'statistic': d / se, 'df': mpf(n - 1),
            'p_value': p_value(d / se, n - 1, alternative),
            'diff_low': None if alternative == 'less' else d - k * se,
            'diff_high': None if alternative == 'greater' else d + k * se}
    # (d - x m)^2 <= k^2 (vd - 2 x cov + x^2 vc)
    a, b, e = m * m - k * k * vc, d * m - k * k * cov, d * d - k * k * vd
    want['condition'] = abs(a) / (m * m) if m else 0
    if m == 0 or a <= 0:
        want['lift_low_pct'] = want['lift_high_pct'] = None
    else:
        root = mp.sqrt(b * b - a * e)
        low, high = (b - root) / a * 100, (b + root) / a * 100
        keep_low = (alternative == 'greater') == (m > 0)
        want['lift_low_pct'] = low if alternative == 'two-sided' or keep_low else None
        want['lift_high_pct'] = high if alternative == 'two-sided' or not keep_low else None
    return want


def check_ttest(server, checks, rng):
    for i in range(400):
        c, t = random_pairs(rng)
        alpha, alternative = float(rng.choice([0.001, 0.05, 0.2])), ALTERNATIVES[i % 3]
        rows = server.named("""
            SELECT r.* FROM (SELECT ab_summary(c, t, 'x') s FROM unnest(%s::float8[], %s::float8[]) u(c, t)) q,
                 ab_paired_ttest(s, %s, %s) r""", (c, t, alpha, alternative))
        row, want = rows[0], paired_reference(c, t, alpha, alternative)
        inputs = (len(c), c[:3], t[:3], alpha, alternative)
        if want is None:
            checks.check(row['p_value'] is None and bool(row['note']), inputs, row, 'no test')
            continue
        # the state knows the columns, so the digits that their sums lose are those that cancel
        share = max(float(np.var(c) + np.var(t)) / max(float(np.var(np.subtract(t, c))), 1e-300), 1)
        mean_scale = max(abs(want['diff']), want['std_error'] * 1e-3)
        tol = 8e-16 * share + 1e-11
        se = want['std_error']
        found = [checks.near('diff', row['diff'], want['diff'], TOL_STATISTIC, mean_scale),
                 checks.near('std_error', row['std_error'], se, tol),
                 checks.near('statistic', row['statistic'], want['statistic'], tol,
                             max(abs(want['statistic']), mpf('1e-3'))),
                 checks.near('df', row['df'], want['df'], 0),
                 checks.near('p_value', row['p_value'], want['p_value'],
                             (tol + 1e-10) * (1 + float(abs(want['statistic'])) ** 2))]
        for name in ('diff_low', 'diff_high'):
            found.append(checks.near(name, row[name], want[name], TOL_BOUND + tol,
                              None if want[name] is None else max(abs(want[name]), se)))
        if want['condition'] > 1e-6:
            unit = 100 / abs(mpf(row['control_mean'])) if row['control_mean'] else mpf(1)
            for name in ('lift_low_pct', 'lift_high_pct'):
                found.append(checks.near(name, row[name], want[name],
                                         (TOL_BOUND + 10 * tol) / min(float(want['condition']), 1),
                                  None if want[name] is None else max(abs(want[name]), se * unit)))
        exact = exact_arm(t)
        found.append(checks.near('treatment_stddev', row['treatment_stddev'], mp.sqrt(exact.variance), TOL_STATISTIC))
        found += contradictions(row)
        scipy_p = scipy.stats.ttest_rel(t, c, alternative=alternative).pvalue
        if abs(np.mean(c)) < 100 * np.std(c) and share < 1e3 and scipy_p > 0:
            found.append(checks.near('p_value by SciPy', row['p_value'], mpf(float(scipy_p)), 1e-8))
        checks.all_of(inputs, found)


def check_forms(server, checks, rng):
    """Aggregate, stored, rolled up from chunks, boolean: the same answer; NULLs do not count."""
    for _ in range(40):
        c, t = random_pairs(rng)
        chunks = [int(x) for x in rng.integers(0, 4, size=len(c))]
        server.load('pair', 'c float8, t float8, chunk int',
                    list(zip(c, t, chunks)) + [(None, 1.0, 1), (2.0, None, 2), (None, None, 3)])
        got = server.rows("""
            SELECT (ab_paired_ttest(c, t)).p_value FROM pair UNION ALL
            SELECT r.p_value FROM (SELECT ab_summary(c, t, 'any') s FROM pair) q, ab_paired_ttest(s) r UNION ALL
            SELECT r.p_value FROM (SELECT ab_rollup(s) s
                FROM (SELECT ab_summary(c, t, 'any') s FROM pair GROUP BY chunk) q) q,
                   ab_paired_ttest(s) r""")
        p = [row[0] for row in got]
        good = len(set(x is None for x in p)) == 1 and (p[0] is None or all(abs(x / p[0] - 1) < 1e-8 for x in p))
        checks.check(good, (c[:3], t[:3]), p, 'three equal')
    for _ in range(20):
        n = int(rng.integers(3, 80))
        c, t = rng.random(n) < 0.5, rng.random(n) < 0.7
        p = [row[0] for row in server.rows("""
            SELECT (ab_paired_ttest(c, t)).p_value FROM unnest(%s::boolean[], %s::boolean[]) u(c, t) UNION ALL
            SELECT (ab_paired_ttest(c::int, t::int)).p_value FROM unnest(%s::boolean[], %s::boolean[]) u(c, t)""",
            (c.tolist(), t.tolist()) * 2)]
        checks.check(p[0] == p[1], n, p, 'equal')


def check_alike(server, checks, rng):
    """Pairs that are nearly equal: no digit is claimed that rounding took."""
    for k in range(2, 16):
        c = rng.standard_normal(200)
        t = c + 10.0 ** -k * rng.standard_normal(200)
        row = server.named('SELECT (ab_paired_ttest(c, t)).* FROM unnest(%s::float8[], %s::float8[]) u(c, t)',
                           (c.tolist(), t.tolist()))[0]
        want = paired_reference(c.tolist(), t.tolist(), 0.05, 'two-sided')
        if row['std_error'] is None:
            checks.check(k >= 7 and 'do not vary' in row['note'], k, row['note'], 'a note')
            continue
        error = float(abs(row['std_error'] / want['std_error'] - 1))
        checks.check(error < 8e-16 * 10.0 ** (2 * k), k, row['std_error'], float(want['std_error']))
        checks.check(('digits' in row['note']) == (k >= 4), k, row['note'], 'a note from 1e-8 of the variance on')
    for shift in (0.0, 1.0, 0.1, 1e6):
        row = server.named('SELECT (ab_paired_ttest(x, x + %s)).* FROM generate_series(1, 1000) x', (shift,))[0]
        checks.check(row['p_value'] is None and row['diff'] is not None and bool(row['note']), shift, row, 'no test')


def check_duality(server, checks):
    """No interval contradicts its p-value, whatever alpha: also at the p-value itself and beside it."""
    got = server.rows("""
        SELECT %s
        FROM generate_series(1, 200) g,
             LATERAL (SELECT ab_summary(sin(g * x), sin(g * x + 0.3) + cos(x * g * 7) * 0.5, 'p') s
                      FROM generate_series(1, 3 + g %%%% 20) x) q,
             unnest(%%s::text[]) a(side), ab_paired_ttest(s, 0.5, side) p,
             unnest(ARRAY[0.05, 0.45, p.p_value, p.p_value * (1 + 4e-16)]) l(level),
             LATERAL ab_paired_ttest(s, least(level, 0.5), side) r""" % sql_contradictions(
                 'num_nonnulls(r.lift_low_pct, r.lift_high_pct) > 0'), (list(ALTERNATIVES),))[0]
    checks.check(got[1:4] == (0, 0, 0) and got[0] > 1000, 'paired t', got, 'no contradiction')


# ---------------------------------------------------------------- real data

def check_real(server, checks):
    """Two models on the same prompts, where the file is."""
    path = os.path.join(SHARED, 'data', 'llm_preference.csv')
    if not os.path.exists(path):
        print('  no %s: nothing to run' % path)
        return
    with open(path, newline='', encoding='utf-8') as lines:
        # a set, because two of the models are in the file twice
        answers = sorted({(int(r['prompt_id']), r['model'], float(r['win_probability']))
                          for r in csv.DictReader(lines)})
    server.load('answer', 'prompt_id bigint, model text, win float8', answers)
    models = sorted({a[1] for a in answers})
    by = {m: {a[0]: a[2] for a in answers if a[1] == m} for m in models}
    narrower = []
    for first, second in zip(models, models[1:]):
        row = server.named("""
            SELECT p.*, u.diff_high - u.diff_low AS unpaired, m.p_value AS mcnemar_p, w.won, w.lost FROM
                (SELECT (ab_paired_ttest(c.win, t.win)).* FROM answer c JOIN answer t USING (prompt_id)
                 WHERE c.model = %(c)s AND t.model = %(t)s) p,
                (SELECT r.* FROM (SELECT ab_summary(win, model) s FROM answer WHERE model IN (%(c)s, %(t)s)) q,
                        ab_ttest(s, control => %(c)s, equal_var => false) r) u,
                (SELECT (ab_mcnemar(c.win > 0.5, t.win > 0.5)).* FROM answer c JOIN answer t USING (prompt_id)
                 WHERE c.model = %(c)s AND t.model = %(t)s) m,
                (SELECT count(*) FILTER (WHERE t.win > 0.5 AND NOT c.win > 0.5) won,
                    count(*) FILTER (WHERE c.win > 0.5 AND NOT t.win > 0.5) lost
                 FROM answer c JOIN answer t USING (prompt_id) WHERE c.model = %(c)s AND t.model = %(t)s) w""",
            {'c': first, 't': second})[0]
        ids = sorted(by[first].keys() & by[second].keys())
        c, t = np.array([by[first][i] for i in ids]), np.array([by[second][i] for i in ids])
        theirs = scipy.stats.ttest_rel(t, c)
        narrower.append((row['diff_high'] - row['diff_low']) / row['unpaired'])
        checks.all_of((first, second), [
            checks.near('real statistic', row['statistic'], mpf(float(theirs.statistic)), TOL_SCIPY),
            checks.near('real p', row['p_value'], mpf(float(theirs.pvalue)), 1e-8),
            checks.near('real mcnemar p', row['mcnemar_p'],
                 mpf(float(scipy.stats.binomtest(row['won'], row['won'] + row['lost']).pvalue)), 1e-8)])
        # the claim: correlated pairs make the interval narrower by the root of 1 - r
        r = np.corrcoef(c, t)[0, 1]
        checks.check(r <= 0.05 or narrower[-1] < 1, (first, second), narrower[-1], 'narrower than the unpaired one')
    print('  %d comparisons of two models on %d prompts: the paired interval is %.2f to %.2f times as wide as the '
          'unpaired, median %.2f' % (
        len(narrower), len(ids), min(narrower), max(narrower), sorted(narrower)[len(narrower) // 2]))


if __name__ == '__main__':
    run_sections(__file__, [
        ('paired t', seeded(SEED, check_ttest)), ('forms', seeded(SEED + 1, check_forms)),
        ('alike', seeded(SEED + 2, check_alike)), ('duality', check_duality), ('real data', check_real)])
