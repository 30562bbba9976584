#!/usr/bin/python3
"""ab_odds_ratio at 50 digits: the score statistic of an odds ratio by its quadratic, and a bound by that statistic.

Woolf's by its formula, and both once more by statsmodels.
"""
import math
import warnings

from mpmath import mp, mpf
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


if __name__ == '__main__':
    warnings.simplefilter('ignore')
    run_sections(__file__, [('rows', seeded(SEED, section_rows)),
                            ('statsmodels', seeded(SEED + 1, section_statsmodels))])
