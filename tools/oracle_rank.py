#!/usr/bin/python3
"""Compare the rank tests with SciPy and with counting on random input.

Mann-Whitney, Smirnov's test and the signed-rank test are SciPy's where SciPy's are right; exact
signed ranks with ties are held against all sign flips, small exact U against all choices of ranks,
and tails against whole numbers.  Uses only temporary objects and fixed seeds; the last line is
"oracle_rank: N passed, M failed".
"""
import itertools
import math
import sys
import warnings

import numpy as np
import scipy.stats

sys.dont_write_bytecode = True
from checks import run_sections         # noqa: E402

SEED = 20261127
ALTERNATIVES = ('two-sided', 'less', 'greater')
TOL = 1e-10


def close(name, got, want, tolerance=TOL):
    """None, or the mismatch, of one quantity."""
    if got is None or want is None:
        return None if got is want else (name, got, want, None)
    error = abs(got - want) / abs(want) if want else abs(got)
    return None if error <= tolerance else (name, got, want, error)


def two_samples(rng, kind):
    """Treatment and control of different sizes: without ties, ratings, halves, heavy tails."""
    n1, n2 = (int(v) for v in rng.integers(1, 40, 2)) if rng.random() < 0.6 else (int(v) for v in rng.integers(40, 400, 2))
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
        UNION ALL SELECT unnest(%%s::float8[]), 'control') u(x, v)) q, %s r""" % call, (list(map(float, treatment)), list(map(float, control)), *args))[0]


def contradiction(row, low, high, null):
    """Does the interval exclude the null other than when p < alpha?"""
    if row[low] is None and row[high] is None:
        return None
    excludes = (row[low] is not None and row[low] > null) or (row[high] is not None and row[high] < null)
    return None if excludes == row['significant'] == (row['p_value'] < row['alpha']) else \
        ('interval', (row[low], row[high]), row['p_value'], None)


def check_mannwhitney(server, checks):
    rng = np.random.default_rng(SEED)
    for i in range(400):
        t, c = two_samples(rng, ('continuous', 'ratings', 'halves', 'wide')[i % 4])
        tied = len(set(np.concatenate([t, c]))) < len(t) + len(c)
        alternative, alpha, continuity = ALTERNATIVES[i % 3], float(rng.choice([0.01, 0.05, 0.3])), bool(i % 2)
        methods = ['auto', 'asymptotic'] + (['exact'] if not tied and max(len(t), len(c)) < 40 else [])
        for method in methods:
            row = ask(server, 'ab_mannwhitney(h, alpha => %s, alternative => %s, method => %s, use_continuity => %s)',
                      t, c, alpha, alternative, method, continuity)
            with warnings.catch_warnings():
                warnings.simplefilter('ignore')
                want = scipy.stats.mannwhitneyu(t, c, use_continuity=continuity, alternative=alternative, method=method)
            p = 1.0 if len(set(np.concatenate([t, c]))) == 1 else float(want.pvalue)
            checks.all_of((method, alternative, continuity, len(t), len(c)), [
                close('statistic', row['statistic'], float(want.statistic)),
                close('p_value', row['p_value'], p),
                close('superiority', row['superiority'], float(want.statistic) / len(t) / len(c)),
                close('control_median', row['control_median'], float(np.median(c))),
                close('treatment_median', row['treatment_median'], float(np.median(t))),
                contradiction(row, 'superiority_low', 'superiority_high', 0.5)])
        # at alpha beside the p-value
        for nearby in (p * (1 - 1e-9), p * (1 + 1e-9)):
            if 1e-12 < nearby < 1:
                row = ask(server, 'ab_mannwhitney(h, alpha => %s, alternative => %s, use_continuity => %s)', t, c, nearby, alternative, continuity)
                checks.all_of(('beside p', nearby), [contradiction(row, 'superiority_low', 'superiority_high', 0.5)])


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
            row = ask(server, "ab_mannwhitney(h, method => 'exact', alternative => 'greater')", t, list(range(1, n2 + 1)))
            want = sum(k for v, k in counts.items() if v >= u) / total
            checks.all_of(('exact', n1, n2, u), [close('statistic', row['statistic'], float(u)), close('p_value', row['p_value'], want, 1e-12)])
    row = ask(server, "ab_mannwhitney(h, method => 'exact', alternative => 'greater')", range(200, 350), range(100))
    checks.all_of('separated', [close('p_value', row['p_value'], 1 / math.comb(250, 100), 1e-10)])


def check_smirnov(server, checks):
    rng = np.random.default_rng(SEED + 1)
    for i in range(160):
        t, c = two_samples(rng, ('continuous', 'ratings', 'halves', 'wide')[i % 4])
        for alternative in ALTERNATIVES:
            for method in ('auto', 'asymp'):
                row = ask(server, 'ab_kolmogorov_smirnov(h, alternative => %s, method => %s)', t, c, alternative, method)
                with warnings.catch_warnings():
                    warnings.simplefilter('ignore')
                    want = scipy.stats.ks_2samp(t, c, alternative=alternative, method=method)
                p = float(want.pvalue)
                found = [close('statistic', row['statistic'], float(want.statistic), 1e-12 if want.statistic else 0)]
                # SciPy's own small tails have lost their digits, or are 0
                if p > 1e-6:
                    found.append(close('p_value', row['p_value'], p, 1e-8))
                checks.all_of((method, alternative, len(t), len(c)), found)
                checks.check(0 < row['p_value'] <= 1, (method, alternative), row['p_value'], 'a p-value')
    row = ask(server, "ab_kolmogorov_smirnov(h, method => 'exact')", range(1000, 1300), range(200))
    checks.all_of('separated', [close('p_value', row['p_value'], 2 / math.comb(500, 200), 1e-10)])
    big_t, big_c = rng.standard_normal(30000) + 0.01, rng.standard_normal(20000)
    row = ask(server, 'ab_kolmogorov_smirnov(h)', big_t, big_c)
    checks.all_of('large', [close('p_value', row['p_value'], float(scipy.stats.ks_2samp(big_t, big_c, method='asymp').pvalue), 1e-3)])


def flips(differences, zero_method):
    """(less, greater) of the positive rank sum over all signs, by enumeration."""
    d = np.array([v for v in differences if v != 0]) if zero_method == 'wilcox' else np.array(differences)
    ranks = scipy.stats.rankdata(np.abs(d))
    split = sum(ranks[d == 0]) / 2 if zero_method == 'zsplit' else 0
    ranks, d = ranks[d != 0], d[d != 0]
    observed = sum(ranks[d > 0]) + split
    sums = [sum(r for r, keep in zip(ranks, signs) if keep) + split for signs in itertools.product((0, 1), repeat=len(ranks))]
    return (sum(s <= observed + 1e-9 for s in sums) / len(sums), sum(s >= observed - 1e-9 for s in sums) / len(sums))


def ask_pairs(server, call, differences, *args):
    return server.named('SELECT r.* FROM (SELECT ab_histogram(x, \'pairs\') h FROM unnest(%%s::float8[]) x) q, %s r' % call,
                        (list(map(float, differences)), *args))[0]


def check_wilcoxon(server, checks):
    rng = np.random.default_rng(SEED + 2)
    for i in range(240):
        n = int(rng.integers(2, 200))
        d = rng.standard_normal(n) + rng.choice([0, 0.2]) if i % 3 == 0 else rng.integers(-4, 6, n).astype(float)
        if not np.any(d):
            continue
        alternative, zero_method, correction = ALTERNATIVES[i % 3], ('wilcox', 'pratt', 'zsplit')[i // 3 % 3], bool(i % 2)
        row = ask_pairs(server, "ab_wilcoxon(h, alternative => %s, method => 'asymptotic', zero_method => %s, correction => %s)",
                        d, alternative, zero_method, correction)
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            want = scipy.stats.wilcoxon(d, zero_method=zero_method, correction=correction, alternative=alternative, method='approx')
        checks.all_of(('asymptotic', alternative, zero_method, correction, n), [
            close('statistic', row['statistic'], float(want.statistic)), close('p_value', row['p_value'], float(want.pvalue))])
        if i % 3 == 0 and n <= 50:
            row = ask_pairs(server, 'ab_wilcoxon(h, alternative => %s)', d, alternative)
            want = scipy.stats.wilcoxon(d, alternative=alternative, method='exact')
            checks.all_of(('exact', alternative, n), [close('p_value', row['p_value'], float(want.pvalue), 1e-9)])
    for i in range(120):
        n = int(rng.integers(1, 13))
        d, zero_method = rng.integers(-3, 4, n).astype(float), ('wilcox', 'pratt', 'zsplit')[i % 3]
        if not np.any(d):
            continue
        less, greater = flips(d, zero_method)
        for alternative, p in (('less', less), ('greater', greater), ('two-sided', min(1.0, 2 * min(less, greater)))):
            row = ask_pairs(server, "ab_wilcoxon(h, alternative => %s, method => 'exact', zero_method => %s)", d, alternative, zero_method)
            checks.all_of(('all flips', alternative, zero_method, list(d)), [close('p_value', row['p_value'], p, 1e-12)])


def check_signs(server, checks):
    rng = np.random.default_rng(SEED + 3)
    for i in range(120):
        d = rng.integers(-3, 5, int(rng.integers(1, 300))).astype(float)
        positive, negative = int(sum(d > 0)), int(sum(d < 0))
        alternative = ALTERNATIVES[i % 3]
        row = ask_pairs(server, 'ab_sign_test(h, alternative => %s)', d, alternative)
        p = float(scipy.stats.binomtest(positive, positive + negative, alternative=alternative).pvalue) if positive + negative else 1.0
        checks.all_of((alternative, positive, negative), [
            close('p_value', row['p_value'], p), close('positive', row['positive'], positive), close('negative', row['negative'], negative),
            close('zeros', row['zeros'], int(sum(d == 0)))])


def check_aggregates(server, checks):
    """The one-step aggregates, and stored parts merged, give what the reader gives."""
    rng = np.random.default_rng(SEED + 4)
    t, c = two_samples(rng, 'halves')
    server.load('sample', 'part int, variant text, x float8', [(i % 7, 'treatment', v) for i, v in enumerate(t)] + [(i % 5, 'control', v) for i, v in enumerate(c)])
    for name in ('ab_mannwhitney', 'ab_kolmogorov_smirnov'):
        rows = server.rows("""SELECT (SELECT %(f)s(x, variant)::text FROM sample), (SELECT %(f)s(x, variant, 'control')::text FROM sample),
            (SELECT r::text FROM (SELECT ab_rollup(h) h FROM (SELECT ab_histogram(x, variant) h FROM sample GROUP BY part) p) q, %(f)s(h) r)""" % {'f': name})[0]
        checks.check(len(set(rows)) == 1, name, rows, 'three times the same')
    server.load('pair', 'c float8, t float8', list(zip(rng.integers(1, 6, 80).astype(float), rng.integers(1, 7, 80).astype(float))))
    for name in ('ab_wilcoxon', 'ab_sign_test'):
        rows = server.rows("""SELECT (SELECT %(f)s(c, t)::text FROM pair), (SELECT r::text FROM (SELECT ab_paired_histogram(c, t) h FROM pair) q, %(f)s(h) r),
            (SELECT r::text FROM (SELECT ab_histogram(t - c, 'pairs') h FROM pair) q, %(f)s(h) r)""" % {'f': name})[0]
        checks.check(len(set(rows)) == 1, name, rows, 'three times the same')


if __name__ == '__main__':
    sys.exit(run_sections('oracle_rank', [
        ('mann-whitney', check_mannwhitney), ('exact u', check_exact_u), ('smirnov', check_smirnov), ('wilcoxon', check_wilcoxon),
        ('signs', check_signs), ('aggregates', check_aggregates)]))
