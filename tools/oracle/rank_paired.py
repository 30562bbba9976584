#!/usr/bin/python3
"""ab_wilcoxon and ab_sign_test against SciPy's where SciPy's are right, and against all sign flips."""
import itertools
import warnings

import numpy as np
import scipy.stats

from shared.checks import ALTERNATIVES, TOL_P, run_sections, seeded

SEED = 20261129


def flips(differences, zero_method):
    """(less, greater) of the positive rank sum over all signs, by enumeration."""
    d = np.array([v for v in differences if v != 0]) if zero_method == 'wilcox' else np.array(differences)
    ranks = scipy.stats.rankdata(np.abs(d))
    split = sum(ranks[d == 0]) / 2 if zero_method == 'zsplit' else 0
    ranks, d = ranks[d != 0], d[d != 0]
    observed = sum(ranks[d > 0]) + split
    sums = [sum(r for r, keep in zip(ranks, signs) if keep) + split
            for signs in itertools.product((0, 1), repeat=len(ranks))]
    return (sum(s <= observed + 1e-9 for s in sums) / len(sums), sum(s >= observed - 1e-9 for s in sums) / len(sums))


def ask_pairs(server, call, differences, *args):
    return server.named('SELECT r.* FROM (SELECT ab_histogram(x, \'pairs\') h FROM unnest(%%s::float8[]) x) q, %s r'
                        % call,
                        (list(map(float, differences)), *args))[0]


def check_wilcoxon(server, checks, rng):
    for i in range(240):
        n = int(rng.integers(2, 200))
        d = rng.standard_normal(n) + rng.choice([0, 0.2]) if i % 3 == 0 else rng.integers(-4, 6, n).astype(float)
        if not np.any(d):
            continue
        alternative, zero_method, correction = ALTERNATIVES[i % 3], ('wilcox', 'pratt',
                                                                     'zsplit')[i // 3 % 3], bool(i % 2)
        row = ask_pairs(server, "ab_wilcoxon(h, alternative => %s, method => 'asymptotic', zero_method => %s, "
                                "continuity => %s)",
                        d, alternative, zero_method, correction)
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            want = scipy.stats.wilcoxon(d, zero_method=zero_method, correction=correction, alternative=alternative,
                                        method='approx')
        checks.all_of(('asymptotic', alternative, zero_method, correction, n), [
            checks.near('statistic', row['statistic'], float(want.statistic), TOL_P),
            checks.near('p_value', row['p_value'], float(want.pvalue), TOL_P)])
        if i % 3 == 0 and n <= 50:
            row = ask_pairs(server, 'ab_wilcoxon(h, alternative => %s)', d, alternative)
            want = scipy.stats.wilcoxon(d, alternative=alternative, method='exact')
            checks.all_of(('exact', alternative, n), [checks.near('p_value', row['p_value'], float(want.pvalue), 1e-9)])
    for i in range(120):
        n = int(rng.integers(1, 13))
        d, zero_method = rng.integers(-3, 4, n).astype(float), ('wilcox', 'pratt', 'zsplit')[i % 3]
        if not np.any(d):
            continue
        less, greater = flips(d, zero_method)
        for alternative, p in (('less', less), ('greater', greater), ('two-sided', min(1.0, 2 * min(less, greater)))):
            row = ask_pairs(server, "ab_wilcoxon(h, alternative => %s, method => 'exact', zero_method => %s)", d,
                            alternative, zero_method)
            checks.all_of(('all flips', alternative, zero_method, list(d)),
                          [checks.near('p_value', row['p_value'], p, 1e-12)])


def check_signs(server, checks, rng):
    for i in range(120):
        d = rng.integers(-3, 5, int(rng.integers(1, 300))).astype(float)
        positive, negative = int(sum(d > 0)), int(sum(d < 0))
        alternative = ALTERNATIVES[i % 3]
        row = ask_pairs(server, 'ab_sign_test(h, alternative => %s)', d, alternative)
        p = float(scipy.stats.binomtest(positive, positive + negative,
                                        alternative=alternative).pvalue) if positive + negative else 1.0
        checks.all_of((alternative, positive, negative), [
            checks.near('p_value', row['p_value'], p, TOL_P), checks.near('positive', row['positive'], positive, TOL_P),
            checks.near('negative', row['negative'], negative, TOL_P),
            checks.near('zeros', row['zeros'], int(sum(d == 0)), TOL_P)])


def check_aggregates(server, checks, rng):
    """The one-step aggregates give what the reader gives, also of differences taken by hand."""
    server.load('pair', 'c float8, t float8',
                list(zip(rng.integers(1, 6, 80).astype(float), rng.integers(1, 7, 80).astype(float))))
    for name in ('ab_wilcoxon', 'ab_sign_test'):
        rows = server.rows("""SELECT (SELECT %(f)s(c, t)::text FROM pair),
            (SELECT r::text FROM (SELECT ab_paired_histogram(c, t) h FROM pair) q, %(f)s(h) r),
            (SELECT r::text FROM (SELECT ab_histogram(t - c, 'pairs') h FROM pair) q, %(f)s(h) r)"""
                           % {'f': name})[0]
        checks.check(len(set(rows)) == 1, name, rows, 'three times the same')


if __name__ == '__main__':
    run_sections(__file__, [
        ('wilcoxon', seeded(SEED, check_wilcoxon)), ('signs', seeded(SEED + 1, check_signs)),
        ('aggregates', seeded(SEED + 2, check_aggregates))])
