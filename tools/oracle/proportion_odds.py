#!/usr/bin/python3
"""ab_odds_ratio at 50 digits: the score statistic of an odds ratio by its quadratic, and a bound by that statistic.

Woolf's by its formula, and both once more by statsmodels.
"""
import math
import warnings

import numpy as np
from mpmath import mp, mpf
from scipy.stats import fisher_exact
from scipy.stats.contingency import odds_ratio
from statsmodels.stats.proportion import confint_proportions_2indep

from shared.checks import ALTERNATIVES, run_sections, seeded
from shared.reference import normal_p, normal_quantile

SEED = 20240315


def statistic(table, ratio):
    """The excess of the treatment's successes over those most likely under the ratio, standardised."""
    xc, nc, xt, nt = (mpf(v) for v in table)
    x = xc + xt
    a, b = nc * (ratio - 1), nt * ratio + nc - x * (ratio - 1)
    pc = x / (nc + nt) if ratio == 1 else (-b + mp.sqrt(b * b + 4 * a * x)) / (2 * a)
    pt = ratio * pc / (1 + pc * (ratio - 1))
    weight = 1 / (1 / (nt * pt * (1 - pt)) + 1 / (nc * pc * (1 - pc)))
    return (xt - nt * pt) / mp.sqrt(weight * (nc + nt) / (nc + nt - 1))


def section_rows(server, checks, rng):
    for i in range(300):
        nc, nt = (int(math.exp(rng.uniform(1, math.log(1e6)))) + 2 for _ in range(2))
        p = float(rng.choice([rng.random(), rng.random() ** 6, 1 - rng.random() ** 6]))
        table = int(rng.binomial(nc, p)), nc, int(rng.binomial(nt, min(1, p * rng.uniform(0.5, 1.5)))), nt
        xc, xt = table[0], table[2]
        if xc in (0, nc) or xt in (0, nt):
            continue
        method, side, alpha = ('score', 'woolf')[i % 2], ALTERNATIVES[i % 3], float(rng.choice([0.05, 0.01, 0.3]))
        row = server.named("""SELECT r.* FROM ab_odds_ratio(ab_summary_combine(
            ab_make_summary('control', %s, %s::bigint), ab_make_summary('treatment', %s, %s::bigint)),
            alpha => %s, alternative => %s, method => %s) r""", (nc, xc, nt, xt, alpha, side, method))[0]
        ratio = mpf(xt) * (nc - xc) / (mpf(xc) * (nt - xt))
        error = mp.sqrt(mpf(1) / xt + mpf(1) / (nt - xt) + mpf(1) / xc + mpf(1) / (nc - xc))
        z = statistic(table, mpf(1)) if method == 'score' else mp.log(ratio) / error
        critical = normal_quantile(mpf(alpha) / (2 if side == 'two-sided' else 1))
        wrong = [checks.near('odds_ratio', row['odds_ratio'], ratio, 1e-14),
                 checks.near('statistic', row['statistic'], z, 1e-11, max(abs(z), mpf('0.01'))),
                 checks.near('p_value', row['p_value'], max(normal_p(z, side), mpf(5e-324)), 1e-9)
                 if row['p_value'] > 1e-290 else None]
        for end, other, sign in (('low', 'less', 1), ('high', 'greater', -1)):
            got = row['odds_ratio_' + end]
            if side == other or got is None:
                wrong.append(None if side == other and got is None else (end, got, 'a bound', None))
            elif method == 'woolf':
                wrong.append(checks.near(end, got, mp.exp(mp.log(ratio) - sign * critical * error), 1e-11))
            else:
                got, step = mpf(got), mpf(10) ** -20
                slope = (statistic(table, got * (1 + step)) - statistic(table, got)) / step
                away = (statistic(table, got) - sign * critical) / slope
                wrong.append(checks.near('bound', 1.0, 1 + away, 1e-9))
        checks.all_of((table, method, side, alpha), wrong)


def section_statsmodels(server, checks, rng):
    for i in range(60):
        nc, nt = (int(rng.integers(20, 2000)) for _ in range(2))
        table = int(rng.integers(1, nc)), nc, int(rng.integers(1, nt)), nt
        for method, name in (('score', 'score'), ('woolf', 'logit')):
            low, high = confint_proportions_2indep(table[2], nt, table[0], nc, compare='odds-ratio', method=name)
            row = server.named("""SELECT r.* FROM ab_odds_ratio(ab_summary_combine(
                ab_make_summary('control', %s, %s::bigint), ab_make_summary('treatment', %s, %s::bigint)),
                method => %s) r""", (nc, table[0], nt, table[2], method))[0]
            checks.all_of((table, method), [
                checks.near('low (statsmodels)', row['odds_ratio_low'], mpf(float(low)), 1e-4),
                checks.near('high (statsmodels)', row['odds_ratio_high'], mpf(float(high)), 1e-4)])


def conditional(table, ratio):
    """Counts that the treatment can have given the totals, and their probabilities under an odds ratio."""
    xc, nc, xt, nt = table
    counts = range(max(0, xc + xt - nc), min(nt, xc + xt) + 1)
    weights = [mp.binomial(nt, k) * mp.binomial(nc, xc + xt - k) * ratio ** k for k in counts]
    total = mp.fsum(weights)
    return counts, [w / total for w in weights]


def tail_at(table, ratio, sign):
    counts, probabilities = conditional(table, ratio)
    return mp.fsum(p for k, p in zip(counts, probabilities) if sign * (k - table[2]) >= 0)


def section_exact(server, checks, rng):
    """The estimate expects the count observed, a bound has the tail of its level, and SciPy has both."""
    for i in range(120):
        nc, nt = (int(rng.integers(1, 120)) for _ in range(2))
        table = int(rng.binomial(nc, rng.random())), nc, int(rng.binomial(nt, rng.random())), nt
        side, alpha = ALTERNATIVES[i % 3], float(rng.choice([0.05, 0.01, 0.3, 1e-8]))
        row = server.named("""SELECT r.* FROM ab_odds_ratio(ab_summary_combine(
            ab_make_summary('control', %s, %s::bigint), ab_make_summary('treatment', %s, %s::bigint)),
            alpha => %s, alternative => %s, method => 'exact') r""", (nc, table[0], nt, table[2], alpha, side))[0]
        counts, _ = conditional(table, mpf(1))
        if len(counts) == 1:
            checks.check(row['p_value'] is None and bool(row['note']), table, row, 'no test')
            continue
        wrong, observed = [], table[2]
        if counts[0] < observed < counts[-1]:
            found, probabilities = conditional(table, mpf(row['odds_ratio']))
            mean = mp.fsum(k * p for k, p in zip(found, probabilities))
            spread = mp.fsum((k - mean) ** 2 * p for k, p in zip(found, probabilities))
            wrong.append(checks.near('conditional ratio', 1.0, 1 + (mean - observed) / spread, 1e-12))
        else:
            wrong.append(None if row['odds_ratio'] == (0 if observed == counts[0] else None) else
                         ('odds_ratio', row['odds_ratio'], 'an end', None))
        level = mpf(alpha) / (2 if side == 'two-sided' else 1)
        for end, other, sign, edge in (('low', 'less', 1, counts[0]), ('high', 'greater', -1, counts[-1])):
            got = row['odds_ratio_' + end]
            if side == other or observed == edge:
                free = None if side == other or sign < 0 else 0
                wrong.append(None if got == free else (end, got, free, None))
            else:
                wrong.append(checks.near('tail at the bound', float(tail_at(table, mpf(got), sign)), level, 1e-10))
        checks.all_of((table, side, alpha), wrong)
        cells = [[table[2], table[0]], [nt - table[2], nc - table[0]]]
        found = odds_ratio(cells)
        interval = found.confidence_interval(1 - alpha, side)
        if alpha >= 0.01:
            checks.all_of((table, side, alpha), [
                checks.near(name + ' (SciPy)', got, mpf(float(want)), 1e-6) for name, got, want in (
                    ('ratio', row['odds_ratio'], found.statistic), ('low', row['odds_ratio_low'], interval.low),
                    ('high', row['odds_ratio_high'], interval.high)) if got is not None and np.isfinite(want)])
            test = fisher_exact(cells, side)[1]
            checks.held((table, side), 'p_value (SciPy)', row['p_value'], mpf(float(test)), 1e-9)


if __name__ == '__main__':
    warnings.simplefilter('ignore')
    run_sections(__file__, [('rows', seeded(SEED, section_rows)),
                            ('exact', seeded(SEED + 2, section_exact)),
                            ('statsmodels', seeded(SEED + 1, section_statsmodels))])
