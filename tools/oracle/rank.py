#!/usr/bin/python3
"""ab_mannwhitney and ab_kolmogorov_smirnov against SciPy's where SciPy's are right, and against counting.

Small exact U are held against all choices of ranks, and tails against whole numbers.
"""
import math
import warnings

import numpy as np
import scipy.stats

from shared.checks import ALTERNATIVES, TOL_P, run_sections, seeded
from shared.duality import contradictions

SEED = 20261127
INTERVAL = (('superiority_low', 'superiority_high'),)

# SciPy's alternative is said of the distribution functions, ours of the values
OF_FUNCTIONS = {'two-sided': 'two-sided', 'less': 'greater', 'greater': 'less'}

def two_samples(rng, kind):
    """Treatment and control of different sizes: without ties, ratings, halves, heavy tails."""
    n1, n2 = (int(v) for v in (rng.integers(1, 40, 2) if rng.random() < 0.6 else rng.integers(40, 400, 2)))
    shift = rng.choice([0, 0.3, 1.5])
    if kind == 'continuous':
        return rng.standard_normal(n1) + shift, rng.standard_normal(n2)
    if kind == 'ratings':
        return rng.integers(1, 6, n1).astype(float), rng.binomial(4, 0.6, n2) + 1.0
    if kind == 'halves':
        return np.round(2 * (rng.standard_normal(n1) + shift)) / 2, np.round(2 * rng.standard_normal(n2)) / 2
    return np.exp(8 * rng.standard_normal(n1) + shift), -np.exp(8 * rng.standard_normal(n2))


def ask(server, call, treatment, control, *args):
    return server.named("""SELECT r.* FROM (SELECT ab_histogram(x, v) h FROM (SELECT unnest(%%s::float8[]), 'treatment'
        UNION ALL SELECT unnest(%%s::float8[]),
        'control') u(x, v)) q, %s r""" % call, (list(map(float, treatment)), list(map(float, control)), *args))[0]


def check_mannwhitney(server, checks, rng):
    for i in range(400):
        t, c = two_samples(rng, ('continuous', 'ratings', 'halves', 'wide')[i % 4])
        tied = len(set(np.concatenate([t, c]))) < len(t) + len(c)
        alternative, alpha, continuity = ALTERNATIVES[i % 3], float(rng.choice([0.01, 0.05, 0.3])), bool(i % 2)
        methods = ['auto', 'asymptotic'] + (['exact'] if not tied and max(len(t), len(c)) < 40 else [])
        for method in methods:
            row = ask(server, 'ab_mannwhitney(h, alpha => %s, alternative => %s, method => %s, continuity => %s)',
                      t, c, alpha, alternative, method, continuity)
            with warnings.catch_warnings():
                warnings.simplefilter('ignore')
                want = scipy.stats.mannwhitneyu(t, c, use_continuity=continuity, alternative=alternative, method=method)
            p = 1.0 if len(set(np.concatenate([t, c]))) == 1 else float(want.pvalue)
            checks.all_of((method, alternative, continuity, len(t), len(c)), [
                checks.near('statistic', row['statistic'], float(want.statistic), TOL_P),
                checks.near('p_value', row['p_value'], p, TOL_P),
                checks.near('superiority', row['superiority'], float(want.statistic) / len(t) / len(c), TOL_P),
                checks.near('control_median', row['control_median'], float(np.median(c)), TOL_P),
                checks.near('treatment_median', row['treatment_median'], float(np.median(t)), TOL_P),
                *contradictions(row, intervals=INTERVAL, null=0.5)])
        # at alpha beside the p-value
        for nearby in (p * (1 - 1e-9), p * (1 + 1e-9)):
            if 1e-12 < nearby <= 0.5:
                row = ask(server, 'ab_mannwhitney(h, alpha => %s, alternative => %s, continuity => %s)', t, c,
                          nearby, alternative, continuity)
                checks.all_of(('beside p', nearby), [*contradictions(row, intervals=INTERVAL, null=0.5)])


def count_u(n1, n2):
    """How many choices of n1 ranks among n1 + n2 give each U, by whole numbers."""
    counts = {0: 1}
    table = [[None] * (n2 + 1) for _ in range(n1 + 1)]
    for i in range(n1 + 1):
        for j in range(n2 + 1):
            if i == 0 or j == 0:
                table[i][j] = {0: 1}
                continue
            counts = {}
            for u, k in table[i - 1][j].items():
                counts[u + j] = counts.get(u + j, 0) + k
            for u, k in table[i][j - 1].items():
                counts[u] = counts.get(u, 0) + k
            table[i][j] = counts
    return table[n1][n2]


def check_exact_u(server, checks):
    """Tails of the exact distribution, to the last: p of every U of small arms and of separated ones."""
    for n1, n2 in ((3, 5), (8, 8), (5, 30), (20, 25)):
        counts = count_u(n1, n2)
        total = math.comb(n1 + n2, n1)
        for u in sorted({0, 1, n1 * n2 // 3, n1 * n2 // 2, n1 * n2}):
            # treatment rows placed so that they win u pairs
            t, rest = [], u
            for _ in range(n1):
                wins = min(rest, n2)
                t.append(wins + 0.5 + 1e-6 * len(t))
                rest -= wins
            row = ask(server, "ab_mannwhitney(h, method => 'exact', alternative => 'greater')", t,
                      list(range(1, n2 + 1)))
            want = sum(k for v, k in counts.items() if v >= u) / total
            checks.all_of(('exact', n1, n2, u),
                          [checks.near('statistic', row['statistic'], float(u), TOL_P),
                           checks.near('p_value', row['p_value'], want, 1e-12)])
    row = ask(server, "ab_mannwhitney(h, method => 'exact', alternative => 'greater')", range(200, 350), range(100))
    checks.all_of('separated', [checks.near('p_value', row['p_value'], 1 / math.comb(250, 100), 1e-10)])


def check_smirnov(server, checks, rng):
    for i in range(160):
        t, c = two_samples(rng, ('continuous', 'ratings', 'halves', 'wide')[i % 4])
        for alternative in ALTERNATIVES:
            for method in ('auto', 'asymp'):
                row = ask(server, 'ab_kolmogorov_smirnov(h, alternative => %s, method => %s)', t, c, alternative,
                          method)
                with warnings.catch_warnings():
                    warnings.simplefilter('ignore')
                    want = scipy.stats.ks_2samp(t, c, alternative=OF_FUNCTIONS[alternative], method=method)
                p = float(want.pvalue)
                found = [checks.near('statistic', row['statistic'], float(want.statistic),
                                     1e-12 if want.statistic else 0)]
                # SciPy's own small tails have lost their digits, or are 0
                if p > 1e-6:
                    found.append(checks.near('p_value', row['p_value'], p, 1e-8))
                checks.all_of((method, alternative, len(t), len(c)), found)
                checks.check(0 < row['p_value'] <= 1, (method, alternative), row['p_value'], 'a p-value')
    row = ask(server, "ab_kolmogorov_smirnov(h, method => 'exact')", range(1000, 1300), range(200))
    checks.all_of('separated', [checks.near('p_value', row['p_value'], 2 / math.comb(500, 200), 1e-10)])
    big_t, big_c = rng.standard_normal(30000) + 0.01, rng.standard_normal(20000)
    row = ask(server, 'ab_kolmogorov_smirnov(h)', big_t, big_c)
    checks.all_of('large', [checks.near('p_value', row['p_value'],
                                        float(scipy.stats.ks_2samp(big_t, big_c, method='asymp').pvalue), 1e-3)])


def check_aggregates(server, checks, rng):
    """The one-step aggregates, and stored parts merged, give what the reader gives."""
    t, c = two_samples(rng, 'halves')
    server.load('sample', 'part int, variant text, x float8',
                [(i % 7, 'treatment', v) for i, v in enumerate(t)] + [(i % 5, 'control', v) for i, v in enumerate(c)])
    for name in ('ab_mannwhitney', 'ab_kolmogorov_smirnov'):
        rows = server.rows("""SELECT (SELECT %(f)s(x, variant)::text FROM sample),
            (SELECT %(f)s(x, variant, 'control')::text FROM sample),
            (SELECT r::text FROM (SELECT ab_rollup(h) h FROM (SELECT ab_histogram(x, variant) h
                                                              FROM sample GROUP BY part) p) q, %(f)s(h) r)"""
                           % {'f': name})[0]
        checks.check(len(set(rows)) == 1, name, rows, 'three times the same')


if __name__ == '__main__':
    run_sections(__file__, [
        ('mann-whitney', seeded(SEED, check_mannwhitney)), ('exact u', check_exact_u),
        ('smirnov', seeded(SEED + 1, check_smirnov)), ('aggregates', seeded(SEED + 4, check_aggregates))])
