#!/usr/bin/python3
"""ab_mcnemar against sums of binomial coefficients, statsmodels and SciPy, and the likelihood.

The ends of its intervals are checked against the likelihood, maximised numerically under the hypothesis
instead of by the closed form.  Coverage is exact, over all tables of a size.
"""
import math

import numpy as np
import scipy.stats
from mpmath import mp, mpf
from statsmodels.stats.contingency_tables import mcnemar

from shared.checks import ALTERNATIVES, TOL_P, TOL_SCIPY, TOL_STATISTIC, run_sections, seeded
from shared.duality import contradictions, sql_contradictions
from shared.ends import bisect, check_end, correction_of
from shared.reference import normal_quantile, normal_upper

SEED = 20240301
METHODS = ('exact', 'mid-p', 'asymptotic', 'corrected')


def asked(method):
    """The arguments method and continuity; 'corrected' is the asymptotic test with its continuity correction."""
    return ('asymptotic', True) if method == 'corrected' else (method, False)
TOL_RATIO = 1e-7      # of the reference, which gives a count of 0 next to no weight


# ---------------------------------------------------------------- the reference

def tables(server, counts):
    """Summaries of 2x2 tables, as rows (i, s) of a temporary table, by the moments their counts have."""
    server.run("""CREATE OR REPLACE FUNCTION pg_temp.pairs(n bigint, shared bigint, gained bigint,
        lost bigint) RETURNS ab_summary
        LANGUAGE sql AS $$ SELECT ab_summary(c, t, 'pairs') FROM (
            SELECT 1 c, 1 t FROM generate_series(1, shared) UNION ALL SELECT 0, 1 FROM generate_series(1, gained)
                UNION ALL
            SELECT 1, 0 FROM generate_series(1, lost) UNION ALL SELECT 0, 0
                FROM generate_series(1, n - shared - gained - lost)) q $$""")
    server.load('counts', 'i bigint, n bigint, shared bigint, gained bigint, lost bigint',
                [(i, *c) for i, c in enumerate(counts)])
    server.run('DROP TABLE IF EXISTS tables; CREATE TEMP TABLE tables AS '
               'SELECT i, n, shared, gained, lost, pg_temp.pairs(n, shared, gained, lost) AS s FROM counts ORDER BY i')


def binomial_tails(k, n, half_weight):
    """P(X >= k) and P(X <= k) of n fair coins; with half of P(X = k) if asked for."""
    total = mpf(2) ** n
    upper = mpf(sum(math.comb(n, i) for i in range(k, n + 1))) / total
    lower = mpf(sum(math.comb(n, i) for i in range(0, k + 1))) / total
    part = mpf(math.comb(n, k)) / total / 2 if half_weight else 0
    return upper - part, lower - part


def tails_of(method, gained, lost):
    m = gained + lost
    if m == 0:
        return mpf(1), mpf(1)
    if method in ('exact', 'mid-p'):
        return binomial_tails(gained, m, method == 'mid-p')
    correction = 1 if method == 'corrected' else 0
    root = mp.sqrt(m)
    return normal_upper((gained - lost - correction) / root), normal_upper((lost - gained - correction) / root)


def p_of(tails, alternative):
    p = {'two-sided': 2 * min(tails), 'greater': tails[0], 'less': tails[1]}[alternative]
    return min(p, mpf(1))


def difference_variance(n, gained, lost, d):
    """n Var of a pair's difference, p_gain = q + d and p_loss = q by maximum likelihood (derivative in q, bisected)."""
    rest = n - gained - lost
    low, high = max(mpf(0), -d), (1 - d) / 2

    def slope(q):
        return ((gained / (q + d) if gained else 0) + (lost / q if lost else 0)
                - (2 * rest / (1 - 2 * q - d) if rest else 0))
    q = bisect(slope, low, high)
    return n * (2 * q + d - d * d)


def ratio_variance(n, both, gained, lost, r):
    """Var of xt - r xc under pt = r pc.

    The likelihood in y = p01 and v = pc is maximised by nested bisection of derivatives.  A count of 0 is given
    next to no weight instead, so that the maximum is not on the border.
    """
    rest = n - both - gained - lost
    both, gained, lost, rest = (mpf(k) if k else mpf(10) ** -24 for k in (both, gained, lost, rest))

    def best_v(y):
        high = (1 - y) / r if r >= 1 else min((1 - y) / r, y / (1 - r))
        return bisect(lambda v: both / (v - y) + gained * (r - 1) / ((r - 1) * v + y) - rest * r / (1 - r * v - y), y,
                      high, 110)

    def slope(y):
        v = best_v(y)
        return -both / (v - y) + gained / ((r - 1) * v + y) + lost / y - rest / (1 - r * v - y)
    y = bisect(slope, mpf(0), 1 / (1 + r), 110)
    return n * ((r - 1) * best_v(y) + 2 * y) * r


# ---------------------------------------------------------------- sections

def random_counts(rng):
    n = int(rng.choice([1, 2, 5, 12, 40, 150, 700]))
    p = rng.dirichlet(rng.choice([0.3, 1, 4], size=4))
    both, gained, lost, _ = rng.multinomial(n, p)
    return n, int(both), int(gained), int(lost)


def check_mcnemar(server, checks, rng):
    counts = [random_counts(rng) for _ in range(120)] + [(7, 3, 0, 0), (7, 0, 0, 0), (7, 7, 0, 0), (9, 0, 9, 0),
                                                         (9, 0, 0, 9), (50, 0, 20, 0)]
    tables(server, counts)
    for index, (n, both, gained, lost) in enumerate(counts):
        method, alternative = METHODS[index % 4], ALTERNATIVES[(index // 4) % 3]
        alpha = float(rng.choice([0.01, 0.05, 0.2]))
        row = server.named('SELECT r.* FROM tables, ab_mcnemar(s, %s, %s, %s, %s) r WHERE i = %s',
                           (alpha, alternative, *asked(method), index))[0]
        inputs = (n, both, gained, lost, method, alternative, alpha)
        tails = tails_of(method, gained, lost)
        found = [checks.near('mcnemar p', row['p_value'], p_of(tails, alternative), TOL_P),
                 checks.near('mcnemar diff', row['diff'], mpf(gained - lost) / n, TOL_STATISTIC),
                 checks.near('mcnemar std_error', row['std_error'],
                      mp.sqrt(gained + lost - mpf(gained - lost) ** 2 / n) / n, TOL_STATISTIC)]
        found += contradictions(row)
        level = mpf(alpha) / (2 if alternative == 'two-sided' else 1)
        usual = 1 if method in ('exact', 'corrected') else 0
        sides = []
        for sign, tail, low in ((1, tails[0], 'low'), (-1, tails[1], 'high')):
            if alternative == ('less' if sign > 0 else 'greater'):
                found += [(name, row[name], None, None) for name in ('diff_' + low, 'lift_%s_pct' % low)
                          if row[name] is not None]
                continue
            excess = mpf(sign * (gained - lost))
            if method in ('exact', 'mid-p'):
                sides.append((sign, low, *correction_of(excess, mp.sqrt(gained + lost), tail, usual, level)))
            else:
                sides.append((sign, low, mpf(usual), normal_quantile(level)))
        for sign, low, shift, critical in sides:
            def difference_score(d):
                if abs(d) >= 1:
                    return -mp.sign(d)
                excess = gained - lost - n * d - sign * shift
                return excess / mp.sqrt(difference_variance(n, gained, lost, d)) - sign * critical

            def ratio_score(pct):
                r = 1 + pct / 100
                if r <= 0:
                    return mpf(1)
                return ((both + gained - r * (both + lost) - sign * shift * (1 + r) / 2)
                        / mp.sqrt(ratio_variance(n, both, gained, lost, r)) - sign * critical)
            found.append(check_end('diff_' + low, row['diff_' + low], difference_score, mpf(row['std_error'])))
            name = 'lift_%s_pct' % low
            if both + lost == 0 and (both + gained == 0 or low == 'high'):
                found.append(None if row[name] is None else (name, row[name], None, None))
            elif index % 16 == 0 or index > 119:
                mp.dps = 40
                found.append(check_end(name, row[name], ratio_score, mpf(1), TOL_RATIO))
                mp.dps = 50
        if gained + lost > 0 and alternative == 'two-sided':
            table = [[both, lost], [gained, n - both - gained - lost]]
            theirs = mcnemar(table, exact=method == 'exact', correction=method == 'corrected')
            if method != 'mid-p':
                # (|0| - 1)^2 there
                p = 1.0 if method == 'corrected' and gained == lost else float(theirs.pvalue)
                found.append(checks.near('mcnemar p by statsmodels', row['p_value'], mpf(p), TOL_SCIPY))
            if method == 'asymptotic':
                found.append(checks.near('mcnemar statistic^2', row['statistic'] ** 2, mpf(float(theirs.statistic)),
                                         TOL_SCIPY))
        checks.all_of(inputs, found)


def check_duality(server, checks, rng):
    """No interval contradicts its p-value, whatever alpha: also at the p-value itself and beside it."""
    tables(server, [random_counts(rng) for _ in range(150)])
    query = """
        SELECT %s FROM tables, unnest(%%s::text[]) m(way), unnest(%%s::text[]) a(side),
             replace(way, 'corrected', 'asymptotic') how, ab_mcnemar(s, 0.5, side, how, way = 'corrected') p,
             unnest(ARRAY[{levels}]) l(level), LATERAL ab_mcnemar(s, level, side, how, way = 'corrected') r WHERE level <= 0.5""" % (
                 sql_contradictions('shared + lost > 0'))
    for levels in ('1e-9, 0.001, 0.05, 0.3, 0.5',
                   'p.p_value * (1 - 2e-16), p.p_value, p.p_value * (1 + 4e-16)'):
        got = server.rows(query.replace('{levels}', levels), (list(METHODS), list(ALTERNATIVES)))[0]
        checks.check(got[1:4] == (0, 0, 0) and got[4] > 20, levels, got, 'no contradiction')


def check_coverage(server, checks):
    """Exact: every table of n pairs with its probability.  No method may fall below what it claims by much."""
    n = 22
    tables(server, [(n, a, b, c) for a in range(n + 1) for b in range(n + 1 - a) for c in range(n + 1 - a - b)])
    worst = {}
    for method in ('exact', 'mid-p', 'asymptotic'):
        rows = server.rows('SELECT shared, gained, lost, diff_low, diff_high, lift_low_pct, lift_high_pct FROM tables, '
                           'ab_mcnemar(s, method => %s)', (method,))
        counts = np.array([row[:3] for row in rows])
        ends = np.array([[np.nan if v is None else v for v in row[3:]] for row in rows], dtype=float)
        with np.errstate(invalid='ignore'):
            for both in (0.1, 0.4, 0.7):
                for gained, lost in ((0.05, 0.05), (0.15, 0.05), (0.2, 0.0), (0.2, 0.1), (0.25, 0.02), (0.02, 0.15)):
                    probability = scipy.stats.multinomial.pmf(
                        np.column_stack([counts, n - counts.sum(axis=1)]), n,
                        [both, gained, lost, 1 - both - gained - lost])
                    d, lift = gained - lost, ((both + gained) / (both + lost) - 1) * 100
                    for name, value, low, high in (('diff', d, 0, 1), ('lift', lift, 2, 3)):
                        missed = probability[(ends[:, low] > value + 1e-12) | (ends[:, high] < value - 1e-12)].sum()
                        worst[method, name] = min(worst.get((method, name), 1), 1 - missed)
    for key, coverage in worst.items():
        print('  lowest exact coverage of the 95%% interval, %s %s, %d pairs: %.4f' % (*key, n, coverage))
        checks.check(coverage > (0.95 if key[0] == 'exact' else 0.93), key, coverage, 'about 95%')


if __name__ == '__main__':
    run_sections(__file__, [('mcnemar', seeded(SEED + 3, check_mcnemar)), ('duality', seeded(SEED + 4, check_duality)),
                            ('coverage', check_coverage)])
