#!/usr/bin/python3
"""ab_adjust against statsmodels' multipletests and closed testing by its definition; ab_adjusted_alpha at 50 digits."""
import itertools
from fractions import Fraction

import numpy as np
from mpmath import mp, mpf
from statsmodels.stats.multitest import multipletests

from shared.checks import run_sections, seeded
from shared.data import log_uniform

SEED = 19550101
STATSMODELS = {'bonferroni': 'bonferroni', 'sidak': 'sidak', 'holm': 'holm', 'hochberg': 'simes-hochberg',
               'hommel': 'hommel', 'holm-sidak': 'holm-sidak', 'bh': 'fdr_bh', 'by': 'fdr_by'}
TOL_ADJUST = 1e-12


def random_p(rng):
    n = int(rng.integers(1, 40))
    p = rng.uniform(0, 1, n) ** rng.choice([1, 3, 20])
    if rng.integers(3) == 0:
        p = np.round(p, 1)                      # ties, zeros and ones
    return p


def closed_simes(p):
    """Hommel by its definition: the worst Simes p-value over all sets that contain the hypothesis."""
    exact = [Fraction(x) for x in p]
    worst = [Fraction(0)] * len(p)
    for size in range(1, len(p) + 1):
        for members in itertools.combinations(range(len(p)), size):
            simes = min(x * size / (j + 1) for j, x in enumerate(sorted(exact[i] for i in members)))
            for i in members:
                worst[i] = max(worst[i], simes)
    return [float(min(x, 1)) for x in worst]


def step_up_sidak(p):
    """Hochberg's procedure with Sidak's levels, which statsmodels has not, by its definition."""
    n, order, least = len(p), sorted(range(len(p)), key=lambda i: -p[i]), mpf(1)
    adjusted = [None] * n
    for tests, i in enumerate(order, 1):
        least = min(least, 1 if p[i] == 1 else -mp.expm1(tests * mp.log1p(-mpf(float(p[i])))))
        adjusted[i] = least
    return adjusted


def section_adjust(server, checks, rng):
    for _ in range(100):
        p = random_p(rng)
        for method, name in STATSMODELS.items():
            where = sorted(rng.choice(len(p) + 3, len(p), replace=False).tolist())
            holes = [None] * (len(p) + 3)
            for i, x in zip(where, p):
                holes[i] = float(x)
            got = server.value('SELECT ab_adjust(%s::float8[], %s)', (holes, method))
            with np.errstate(divide='ignore'):
                want = multipletests(p, method=name)[1]
            checks.check([i for i, x in enumerate(got) if x is not None] == where, (holes, method), got, 'NULLs kept')
            got = [x for x in got if x is not None]
            checks.all_of((p.tolist(), method), [
                checks.near('adjust ' + method, a, float(b), TOL_ADJUST) for a, b in zip(got, want)])
            order = np.argsort(p, kind='stable')
            checks.check(all(np.diff(np.array(got)[order]) >= 0) and max(got) <= 1 and
                         all(a >= b for a, b in zip(got, p)), (p.tolist(), method), got, 'monotone, in [p, 1]')
    for _ in range(20):
        p = random_p(rng)[:6]
        got = server.value("SELECT ab_adjust(%s::float8[], 'hommel')", (p.tolist(),))
        for a, b in zip(got, closed_simes(p)):
            checks.held(p.tolist(), 'adjust hommel, closed test', a, b, TOL_ADJUST)
    for _ in range(100):
        p = random_p(rng)
        got = server.value("SELECT ab_adjust(%s::float8[], 'hochberg-sidak')", (p.tolist(),))
        for a, b in zip(got, step_up_sidak(p)):
            checks.held(p.tolist(), 'adjust hochberg-sidak', a, b, TOL_ADJUST)
    for exponent in range(-300, 0, 20):
        p, n = mpf(10) ** exponent, 7
        with mp.workdps(400):
            want = 1 - (1 - mpf(float(p))) ** n
        for method in ('sidak', 'holm-sidak', 'hochberg-sidak'):
            got = server.value('SELECT ab_adjust(%s::float8[], %s)', ([float(p)] + [0.5] * (n - 1), method))[0]
            checks.held((method, 'p = 1e%d' % exponent), 'adjust sidak, tail', got, want, 1e-14)


def section_alpha(server, checks, rng):
    for _ in range(200):
        alpha, count = log_uniform(rng, 1e-12, 0.5), int(log_uniform(rng, 1, 1e9))
        bonferroni, sidak = server.rows("SELECT ab_adjusted_alpha(%s, %s), ab_adjusted_alpha(%s, %s, 'sidak')",
                                        (alpha, count, alpha, count))[0]
        checks.held((alpha, count), 'adjusted alpha', bonferroni, mpf(alpha) / count, 1e-15)
        checks.held((alpha, count), 'adjusted alpha', sidak, -mp.expm1(mp.log1p(-mpf(alpha)) / count), 1e-14)


if __name__ == '__main__':
    run_sections(__file__, [('adjust', seeded(SEED, section_adjust)), ('alpha', seeded(20240314, section_alpha))])
