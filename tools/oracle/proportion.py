#!/usr/bin/python3
"""ab_proportion_test, Wilson intervals and summaries of counts against independent arithmetic.

Score and likelihood-ratio tests: 50 digits, with the constrained maximum by the closed forms of Miettinen and
Nurminen (cubic for a difference, quadratic for a ratio), which the extension does not use.  A bound is checked by
the statistic that the hypothesis at it has.  Exact tests: all tables by whole numbers, or brute force.  Then
everything that SciPy and statsmodels have too.
"""
import itertools
import math
import warnings
from fractions import Fraction

import numpy as np
import scipy.stats
from mpmath import mp, mpf
from statsmodels.stats.proportion import (
    confint_proportions_2indep, proportion_confint, proportions_ztest, test_proportions_2indep)

from shared.checks import ALTERNATIVES, TOL_BOUND, TOL_P, TOL_STATISTIC, run_sections, seeded
from shared.duality import contradictions
from shared.rates import corrected, rates_of_difference, rates_of_ratio
from shared.reference import normal_p, normal_quantile

SEED = 20240301
METHODS = ('score', 'score_skewness', 'z', 'z_unpooled', 'newcombe', 'agresti_caffo', 'likelihood_ratio', 'fisher',
           'barnard', 'boschloo', 'barnard_unpooled')
LIKELY = ('score', 'z', 'likelihood_ratio')


def ask(server, calls):
    """A row of ab_comparison for each (xc, nc, xt, nt, alpha, alternative, method)."""
    columns = list(zip(*calls))
    return server.named("""
        SELECT r.* FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::float8[], %s::text[],
            %s::text[])
                 WITH ORDINALITY AS t(xc, nc, xt, nt, a, side, how, i),
             ab_proportion_test(ab_summary_combine(ab_make_summary('control', nc, xc),
                 ab_make_summary('treatment', nt, xt)),
                                alpha => a, alternative => side, method => how) r ORDER BY i""",
                        [list(c) for c in columns])


def random_tables(rng, count, largest):
    """Tables of unequal arms: rates near 0, near 1 and between, with and without an effect."""
    tables = []
    while len(tables) < count:
        nc, nt = (int(math.exp(rng.uniform(0, math.log(largest)))) + 1 for _ in range(2))
        if nc == nt:
            continue
        p = float(rng.choice([rng.random(), rng.random() ** 8, 1 - rng.random() ** 8]))
        q = min(max(p * float(rng.choice([1, 1, 0.5, 1.5, 0.9])), 0), 1)
        tables.append((int(rng.binomial(nc, p)), nc, int(rng.binomial(nt, q)), nt))
    return tables


CORNERS = [(0, 20, 0, 10), (20, 20, 10, 10), (0, 5, 4, 4), (5, 5, 0, 4), (0, 1000, 20, 900), (1000, 1000, 880, 900),
           (0, 1, 1, 2), (1, 1, 1, 2), (3, 7, 0, 4), (1, 10 ** 6, 40, 10 ** 6 + 1), (0, 10 ** 7, 1, 9),
           (999999980, 10 ** 9, 899999950, 9 * 10 ** 8), (1, 34, 7, 35), (500, 1000, 1, 1)]


# ---------------------------------------------------------------- 50 digits

def log_likelihood(x, n, p):
    if (x > 0 and p <= 0) or (x < n and p >= 1):
        return -mp.inf
    return (x * mp.log(p) if x else mpf(0)) + ((n - x) * mp.log(1 - p) if x < n else mpf(0))


def statistic(method, table, d=None, ratio=None):
    """The statistic of pt - pc = d or pt = ratio pc, with the sign of treatment against the hypothesis."""
    xc, nc, xt, nt = table
    weight = mpf(1) if ratio is None else ratio
    pc, pt = rates_of_difference(*table, d) if ratio is None else rates_of_ratio(*table, ratio)
    excess = mpf(xt) / nt - weight * mpf(xc) / nc - (d if ratio is None else 0)
    if excess == 0:
        return mpf(0)
    if method == 'likelihood_ratio':
        g = 2 * (log_likelihood(xc, nc, mpf(xc) / nc) + log_likelihood(xt, nt, mpf(xt) / nt)
                 - log_likelihood(xc, nc, pc) - log_likelihood(xt, nt, pt))
        return mp.sign(excess) * mp.sqrt(max(g, mpf(0)))
    variance = pt * (1 - pt) / nt + weight ** 2 * pc * (1 - pc) / nc
    if method == 'score':
        variance *= mpf(nc + nt) / (nc + nt - 1)
    return excess / mp.sqrt(variance) if variance > 0 else mp.sign(excess) * mp.inf


def critical(alpha, alternative):
    return normal_quantile(mpf(alpha) / 2 if alternative == 'two-sided' else mpf(alpha))


class Errors:
    """Mismatches of one row, with the worst relative errors kept."""

    def __init__(self, checks, label):
        self.checks, self.label, self.found = checks, label, []

    def close(self, name, got, want, tolerance, scale=None, floor=None):
        """An error up to the floor is none."""
        if floor is None or got is None or want is None or abs(mpf(got) - want) > floor:
            self.found.append(self.checks.near('%s %s' % (self.label, name), got, want, tolerance, scale))

    def true(self, name, good, got, want):
        if not good:
            self.found.append((name, got, want, None))

    def done(self, inputs):
        self.checks.all_of(inputs, self.found)


def bound_error(got, z_at, wanted_z):
    """How far a bound is from the hypothesis whose statistic is wanted_z: a step of Newton's method."""
    got = mpf(got)
    step = mpf(10) ** -25 * max(abs(got), mpf(10) ** -12)
    z = z_at(got)
    slope = (z_at(got + step) - z_at(got - step)) / (2 * step)
    return abs((z - wanted_z) / slope)


def check_bound(errors, name, got, table, z, method, ratio):
    """Half-open tails are NULL; a bound at the end of the range has no statistic to compare."""
    if ratio:
        low, high = mpf(-1), mp.inf
        value = None if got is None else mpf(got) / 100
        z_at = lambda v: statistic(method, table, ratio=1 + v)                 # noqa: E731
    else:
        low, high, value = mpf(-1), mpf(1), None if got is None else mpf(got)
        z_at = lambda v: statistic(method, table, d=v)                         # noqa: E731
    xc, nc, xt, nt = table
    if ratio and (xc == 0 and (z < 0 or xt == 0)):
        errors.true(name, got is None, got, None)
        return
    if value is None:
        errors.true(name, False, got, 'a bound')
        return
    if value in (low, high):
        at_end = xt == 0 if ratio else (xt, xc) == ((0, nc) if value == low else (nt, 0))
        errors.true(name, at_end, got, 'inside the range')
        return
    scale = max(abs(value), mpf(1) / max(nc, nt))
    if ratio:
        scale = max(scale, 1 + value)
    errors.close(name, 1.0, 1 + bound_error(value, z_at, z) / scale, TOL_BOUND, mpf(1))


def check_likely(server, checks, rng):
    tables = CORNERS + random_tables(rng, 45, 3e6) + random_tables(rng, 25, 60)
    calls = [(*t, float(a), side, m) for t in tables for m in LIKELY for side in ALTERNATIVES
             for a in [rng.choice([0.05, 0.05, 0.2, 1e-6, 0.45])]]
    at_null = {}
    for call, row in zip(calls, ask(server, calls)):
        table, (alpha, side, method) = call[:4], call[4:]
        if (table, method) not in at_null:
            at_null[table, method] = statistic(method, table, d=mpf(0))
        z0, z = at_null[table, method], critical(alpha, side)
        errors = Errors(checks, method)
        errors.close('statistic', row['statistic'], z0, TOL_STATISTIC)
        errors.close('p_value', row['p_value'], max(normal_p(z0, side), mpf(5e-324)), TOL_P)
        errors.true('significant', row['significant'] == (row['p_value'] < alpha), row['significant'],
                    not row['significant'])
        near = abs(abs(z0) - abs(z)) < 1e-9
        for side_of, name, sign in (('less', 'low', 1), ('greater', 'high', -1)):
            for kind in ('diff_%s', 'lift_%s_pct'):
                got = row[kind % name]
                if side == side_of:
                    errors.true(kind % name, got is None, got, None)
                elif not near:
                    check_bound(errors, kind % name, got, table, sign * z, method, kind.startswith('lift'))
        errors.done(call)


# ---------------------------------------------------------------- any difference or ratio

def ask_hypothesis(server, table, method, side, alpha, value, ratio):
    return server.named("""
        SELECT r.* FROM ab_proportion_test(ab_summary_combine(ab_make_summary('control', %s, %s::bigint),
                                                              ab_make_summary('treatment', %s, %s::bigint)),
            alpha => %s, alternative => %s, method => %s, null_difference => %s, null_ratio => %s) r""",
                        (table[1], table[0], table[3], table[2], alpha, side, method, None if ratio else value,
                         value if ratio else None))[0]


def signed(method, table, value, ratio, sign):
    """The statistic that decides on that side."""
    if method == 'score_skewness':
        return corrected(table, value, ratio, sign)[0]
    return statistic(method, table, ratio=mpf(value)) if ratio else statistic(method, table, d=mpf(value))


def check_hypotheses(server, checks, rng):
    """Statistic and p under any hypothesis; and a bound is the hypothesis whose statistic is critical."""
    for table in random_tables(rng, 150, 1e5) + random_tables(rng, 100, 60):
        xc, nc, xt, nt = table
        method = str(rng.choice(['score_skewness', 'score_skewness', 'score', 'z', 'likelihood_ratio']))
        ratio, side = bool(rng.random() < 0.5), str(rng.choice(ALTERNATIVES))
        alpha = float(rng.choice([0.05, 0.01, 0.2]))
        near = (xt / nt - xc / nc, math.sqrt(1 / nc + 1 / nt) / 3)
        value = float(math.exp(rng.normal(0, 0.5))) if ratio else float(np.clip(rng.normal(*near), -0.95, 0.95))
        if xc + xt == 0 and ratio:
            continue
        row = ask_hypothesis(server, table, method, side, alpha, value, ratio)
        errors, inputs = Errors(checks, 'H0 ' + method), (table, method, side, alpha, value, ratio)
        greater, less = (signed(method, table, value, ratio, sign) for sign in (1, -1))
        if greater is None:
            continue
        if side == 'two-sided':
            z = max(greater, mpf(0)) if greater + less > 0 else min(less, mpf(0))
        else:
            z = greater if side == 'greater' else less
        errors.close('statistic', row['statistic'], z, 1e-11, max(abs(z), mpf(10) ** -2))
        errors.close('p_value', row['p_value'], max(normal_p(z, side), mpf(5e-324)), 1e-10, floor=1e-290)
        if method == 'score_skewness':
            errors.close('std_error', row['std_error'], corrected(table, value, ratio, 1)[1], 1e-12)
        for end, other, sign in (('low', 'less', 1), ('high', 'greater', -1)):
            got = row[('lift_%s_pct' if ratio else 'diff_%s') % end]
            wanted = sign * critical(alpha, side)
            if side == other or got is None:
                errors.true(end, got is None and (side == other or (ratio and sign < 0 and xc == 0)), got, 'a bound')
                continue
            at = 1 + mpf(got) / 100 if ratio else mpf(got)
            if at in ((0,) if ratio else (-1, 1)):
                errors.true(end, ratio and xt == 0 or not ratio, got, 'inside')
                continue
            z_at = lambda v: signed(method, table, v, ratio, sign)                 # noqa: E731,B023
            scale = max(abs(at), mpf(1) / max(nc, nt))
            errors.close(end, 1.0, 1 + bound_error(at, z_at, wanted) / scale, 1e-9, mpf(1))
        errors.done(inputs)


# ---------------------------------------------------------------- exact tests

def tables_given(xc, nc, xt, nt):
    """Numbers of tables with the same margins, by the treatment's successes, as whole numbers."""
    s = xc + xt
    first = max(0, s - nc)
    counts = [math.comb(nt, first) * math.comb(nc, s - first)]
    for x in range(first, min(nt, s)):
        counts.append(counts[-1] * (nt - x) * (s - x) // ((x + 1) * (nc - s + x + 1)))
    return first, counts


def fisher_exact(xc, nc, xt, nt, alternative):
    first, counts = tables_given(xc, nc, xt, nt)
    here = xt - first
    if alternative == 'less':
        extreme = sum(counts[:here + 1])
    elif alternative == 'greater':
        extreme = sum(counts[here:])
    else:
        extreme = sum(c for c in counts if c * 10 ** 7 <= counts[here] * (10 ** 7 + 1))
    ratio = Fraction(extreme, sum(counts))
    return mpf(ratio.numerator) / ratio.denominator


def check_fisher(server, checks, rng):
    tables = [t for t in CORNERS if t[1] + t[3] <= 3000] + random_tables(rng, 60, 2500) + random_tables(rng, 60, 60)
    tables += [(0, 600, 800, 1001), (700, 700, 30, 990)]        # tails of 1e-250 and more
    calls = [(*t, 0.05, side, 'fisher') for t in tables for side in ALTERNATIVES]
    for call, row in zip(calls, ask(server, calls)):
        errors = Errors(checks, 'fisher')
        want = fisher_exact(*call[:4], call[5])
        errors.close('p_value', row['p_value'], max(want, mpf(5e-324)), TOL_P if want > 1e-290 else 2)
        errors.done(call)
    tables = random_tables(rng, 40, 20000)
    calls = [(*t, 0.05, side, 'fisher') for t in tables for side in ALTERNATIVES]
    for call, row in zip(calls, ask(server, calls)):
        xc, nc, xt, nt = call[:4]
        errors = Errors(checks, 'fisher')
        want = scipy.stats.fisher_exact([[xt, nt - xt], [xc, nc - xc]], call[5])[1]
        errors.close('p_value (SciPy)', row['p_value'], mpf(float(want)), 1e-8, floor=1e-290)
        errors.done(call)


def largest_over_rates(extreme, nc, nt):
    """sup over p of the probability of the extreme tables, [xc, xt] of booleans: grid and golden section."""
    if extreme.all():
        return 1.0
    lc = np.array([math.lgamma(nc + 1) - math.lgamma(k + 1) - math.lgamma(nc - k + 1) for k in range(nc + 1)])
    lt = np.array([math.lgamma(nt + 1) - math.lgamma(k + 1) - math.lgamma(nt - k + 1) for k in range(nt + 1)])
    i, j = np.nonzero(extreme)
    log_count, successes = lc[i] + lt[j], i + j
    by_successes = np.bincount(successes, np.exp(log_count - log_count.max()), nc + nt + 1)
    s = np.nonzero(by_successes)[0]
    weight = np.log(by_successes[s]) + log_count.max()

    def probability(angle):
        p, q = math.sin(angle) ** 2, math.cos(angle) ** 2
        with np.errstate(divide='ignore', invalid='ignore'):
            log_p = np.where(s > 0, s * np.log(p), 0) + np.where(s < nc + nt, (nc + nt - s) * np.log(q), 0)
        return float(np.exp(weight + log_p).sum())

    angles = np.linspace(0, math.pi / 2, 400)
    values = [probability(a) for a in angles]
    best = max(values)
    for k, value in enumerate(values):
        if value < 0.97 * best or (k > 0 and values[k - 1] >= value) or values[k + 1:k + 2] > [value]:
            continue
        low, high = angles[max(k - 1, 0)], angles[min(k + 1, len(values) - 1)]
        for _ in range(50):
            a, b = low + 0.382 * (high - low), high - 0.382 * (high - low)
            low, high = (low, b) if probability(a) > probability(b) else (a, high)
        best = max(best, probability((low + high) / 2))
    return min(best, 1.0)


def pooled_z(nc, nt):
    xc, xt = np.arange(nc + 1)[:, None], np.arange(nt + 1)[None, :]
    s = xc + xt
    with np.errstate(divide='ignore', invalid='ignore'):
        z = (xt * (nc + nt) - nt * s) / np.sqrt(s * (nc + nt - s))
    return np.where(np.isfinite(z), z, 0.0)


def unpooled_z(nc, nt):
    xc, xt = np.arange(nc + 1)[:, None], np.arange(nt + 1)[None, :]
    excess = (xt * nc - xc * nt) / (nc * nt)
    with np.errstate(divide='ignore', invalid='ignore'):
        z = excess / np.sqrt(xt * (nt - xt) / nt ** 3 + xc * (nc - xc) / nc ** 3)
    return np.where(excess == 0, 0.0, z)


def barnard(xc, nc, xt, nt, alternative, z_of=pooled_z):
    z = z_of(nc, nt)
    z = -z if alternative == 'less' else abs(z) if alternative == 'two-sided' else z
    here = z[xc, xt]
    return largest_over_rates(z >= (here if np.isinf(here) else here - 1e-11 * abs(here)), nc, nt)


def boschloo(xc, nc, xt, nt, alternative):
    if alternative == 'two-sided':
        return min(1.0, 2 * min(boschloo(xc, nc, xt, nt, side) for side in ('less', 'greater')))
    p = np.empty((nc + 1, nt + 1))
    for s in range(nc + nt + 1):
        first = max(0, s - nc)
        counts = tables_given(s - first, nc, first, nt)[1]
        tails = list(itertools.accumulate(counts if alternative == 'less' else counts[::-1]))
        for x, tail in enumerate(tails if alternative == 'less' else tails[::-1], first):
            p[s - x, x] = tail / tails[-1]
    return largest_over_rates(p <= p[xc, xt] * (1 + 1e-11), nc, nt)


def check_unconditional(server, checks, rng):
    tables = [t for t in CORNERS if t[1] + t[3] <= 100] + random_tables(rng, 14, 36)
    calls = [(*t, 0.05, side, m) for t in tables for side in ALTERNATIVES for m in ('barnard', 'boschloo', 'barnard_unpooled')]
    compared = same = 0
    for index, (call, row) in enumerate(zip(calls, ask(server, calls))):
        table, (side, method) = call[:4], call[5:]
        errors = Errors(checks, method)
        want = boschloo(*table, side) if method == 'boschloo' else barnard(
            *table, side, pooled_z if method == 'barnard' else unpooled_z)
        errors.close('p_value', row['p_value'], mpf(want), 1e-9)
        errors.true('statistic', method == 'barnard_unpooled'
                    or (row['statistic'] is None) == (method == 'boschloo'), row['statistic'], None)
        errors.true('interval', row['diff_low'] is None and row['lift_high_pct'] is None and row['note'],
                    row['diff_low'], None)
        xc, nc, xt, nt = table
        if index % 2:
            errors.done(call)
            continue
        cells = [[xt, xc], [nt - xt, nc - xc]]
        theirs = float((scipy.stats.boschloo_exact(cells, side) if method == 'boschloo' else
                        scipy.stats.barnard_exact(cells, side, pooled=method == 'barnard')).pvalue)
        # its sampled maximum may fall short, and rounding may split its ties: never above ours by more than that
        errors.true('p_value (SciPy)', theirs <= row['p_value'] * (1 + 1e-9) or math.isnan(theirs), row['p_value'],
                    theirs)
        compared, same = compared + 1, same + (abs(theirs - row['p_value']) <= 1e-6 * theirs)
        errors.done(call)
    print('  SciPy finds the same maximum, to 1e-6, in %d of %d' % (same, compared))


# ---------------------------------------------------------------- statsmodels

def check_statsmodels(server, checks, rng):
    tables = random_tables(rng, 120, 5000)
    calls = [(*t, 0.05, 'two-sided', m) for t in tables for m in ('newcombe', 'agresti_caffo', 'z_unpooled', 'z')]
    for call, row in zip(calls, ask(server, calls)):
        (xc, nc, xt, nt), method = call[:4], call[6]
        errors = Errors(checks, method + ' (statsmodels)')
        if method == 'z_unpooled' and row['p_value'] is None:
            errors.true('no variance', xc in (0, nc) and xt in (0, nt), row['note'], None)
            errors.done(call)
            continue
        if method != 'z':
            name = {'newcombe': 'newcomb', 'agresti_caffo': 'agresti-caffo', 'z_unpooled': 'wald'}[method]
            low, high = confint_proportions_2indep(xt, nt, xc, nc, method=name, compare='diff')
            # a difference ends at -1 and 1
            low, high = max(low, -1), min(high, 1)
            for got, want, column in ((row['diff_low'], low, 'diff_low'), (row['diff_high'], high, 'diff_high')):
                errors.close(column, got, mpf(float(want)), 1e-9, max(abs(mpf(float(want))), mpf(high - low)))
        if method == 'agresti_caffo' and 0 < xc < nc and 0 < xt < nt:
            test = test_proportions_2indep(xt, nt, xc, nc, method='agresti-caffo', compare='diff')
            errors.close('p_value', row['p_value'], mpf(float(test.pvalue)), 1e-8, floor=1e-290)
        if method == 'z':
            z, p = proportions_ztest([xt, xc], [nt, nc])
            if math.isfinite(z):
                errors.close('statistic', row['statistic'], mpf(float(z)), 1e-9, floor=1e-13)
                errors.close('p_value', row['p_value'], mpf(float(p)), 1e-8, floor=1e-290)
            # with an arm of successes only its interval contradicts its own test (43 of 52, 19 of 19: p = 0.052,
            # [1.145, ..])
            if 0 < xc < nc and 0 < xt < nt:
                low, high = confint_proportions_2indep(xt, nt, xc, nc, method='score', compare='ratio',
                                                       correction=False)
                for column, want in (('lift_low_pct', low),
                                     ('lift_high_pct', high)):     # its roots are good to 1e-8 or so
                    errors.close(column, 1 + row[column] / 100, mpf(float(want)), 1e-4)
        errors.done(call)


def newcombe_at(table, z, lower):
    """Newcombe's bound at 50 digits."""
    xc, nc, xt, nt = table

    def wilson(x, n):
        p, zn = mpf(x) / n, z * z / n
        half = mp.sqrt(zn * (p * (1 - p) + zn / 4))
        return p, (p + zn / 2 - half) / (1 + zn), (p + zn / 2 + half) / (1 + zn)
    (pt, lt, ut), (pc, lc, uc) = wilson(xt, nt), wilson(xc, nc)
    reach = mp.sqrt((pt - lt) ** 2 + (uc - pc) ** 2) if lower else mp.sqrt((ut - pt) ** 2 + (pc - lc) ** 2)
    ratio = None
    if lower:
        e, f = pt - lt, uc - pc
    else:
        e, f = ut - pt, pc - lc
    a, b, c = pc * pc - f * f, pc * pt, pt * pt - e * e
    root = mp.sqrt(max(b * b - a * c, mpf(0)))
    if lower and xt == 0:
        ratio = mpf(-1)
    elif lower:
        ratio = c / (b + root) - 1 if b + root else None
    elif not lower and a > mpf(10) ** -40:
        ratio = (b + root) / a - 1
    return pt - pc + (-reach if lower else reach), ratio


def check_newcombe(server, checks, rng):
    """Bounds at 50 digits; the p-value is the level whose interval just touches zero."""
    tables = CORNERS + random_tables(rng, 100, 1e6)
    calls = [(*t, float(rng.choice([0.05, 0.001, 0.4])), 'two-sided', 'newcombe') for t in tables]
    for call, row in zip(calls, ask(server, calls)):
        table, alpha = call[:4], call[4]
        z, errors = critical(alpha, 'two-sided'), Errors(checks, 'newcombe')
        for lower, name in ((True, 'low'), (False, 'high')):
            d, r = newcombe_at(table, z, lower)
            errors.close('diff_' + name, row['diff_' + name], d, TOL_BOUND, max(abs(d), abs(d - mpf(row['diff']))))
            if table[0] > 0:
                errors.close('lift_' + name, row['lift_%s_pct' % name], 100 * r, TOL_BOUND,
                             max(abs(100 * r), mpf(100) * abs(1 + r)))
        if row['diff'] != 0:
            touch, _ = newcombe_at(table, abs(mpf(row['statistic'])), row['diff'] > 0)
            errors.close('touches zero', 1.0, 1 + touch / mpf(row['diff']), 1e-12, mpf(1))
            errors.close('p_value', row['p_value'], max(normal_p(mpf(row['statistic']), 'two-sided'), mpf(5e-324)),
                         TOL_P)
        errors.done(call)


# ---------------------------------------------------------------- properties

def check_duality(server, checks, rng):
    """p < alpha exactly where an interval excludes zero, also at alpha = p and its neighbours, and by rounding only."""
    tables = CORNERS + random_tables(rng, 60, 500) + random_tables(rng, 40, 1e5)
    methods = [m for m in METHODS if not m.startswith(('barnard', 'boschloo'))]
    first = [(*t, 0.05, side, m) for t in tables for side in ALTERNATIVES for m in methods]
    calls = []
    for call, row in zip(first, ask(server, first)):
        levels = [0.05, 0.01, 0.3, 0.5]
        if row['p_value'] is not None and 1e-300 < row['p_value'] < 0.499:
            p = row['p_value']
            levels += [p, float(np.nextafter(p, 0)), p * (1 - 1e-9)]
            levels += [float(np.nextafter(p, 1)), p * (1 + 1e-9)]
        calls += [(*call[:4], a, *call[5:]) for a in levels]
    for call, row in zip(calls, ask(server, calls)):
        alpha, side, method = call[4:]
        wrong = []
        if row['p_value'] is None:
            wrong += [(k, row[k], None, None) for k in ('significant', 'diff_low', 'diff_high', 'statistic')
                      if row[k] is not None]
            if not row['note']:
                wrong.append(('note', row['note'], 'a reason', None))
        else:
            wrong += contradictions(row)
            if not 0 < row['p_value'] <= 1:
                wrong.append(('p_value', row['p_value'], 'in (0, 1]', None))
            # a bound set by hand to agree is one that rounding put there
            for name in ('diff_low', 'diff_high', 'lift_low_pct', 'lift_high_pct'):
                if row[name] and abs(row[name]) < 1e-300 and abs(alpha / row['p_value'] - 1) > 1e-7:
                    wrong.append((name, row[name], 'not only rounding', None))
            ends = row['diff_low'], row['diff_high']
            if method not in ('fisher', 'agresti_caffo', 'score_skewness') and None not in ends and not ends[0] <= row['diff'] <= ends[1]:
                wrong.append(('diff', row['diff'], (row['diff_low'], row['diff_high']), None))
        checks.all_of(call, wrong)


def check_symmetry(server, checks, rng):
    """Exchanging the arms, or success and failure, changes the signs only."""
    tables = random_tables(rng, 30, 2000)
    opposite = {'two-sided': 'two-sided', 'less': 'greater', 'greater': 'less'}
    calls = [(*t, 0.05, side, m) for t in tables for side in ALTERNATIVES for m in METHODS]
    arms = [(t[2], t[3], t[0], t[1], a, opposite[s], m) for *t, a, s, m in calls]
    failures = [(t[1] - t[0], t[1], t[3] - t[2], t[3], a, opposite[s], m) for *t, a, s, m in calls]
    for call, row, *others in zip(calls, ask(server, calls), ask(server, arms), ask(server, failures)):
        errors = Errors(checks, 'symmetry')
        for other in others:
            for name, mirror, sign in (('p_value', 'p_value', 1), ('statistic', 'statistic', -1),
                                       ('diff_low', 'diff_high', -1)):
                want = None if other[mirror] is None else sign * mpf(other[mirror])
                errors.close(name, row[name], want, 1e-11, max(abs(want), mpf(10) ** -9) if want is not None else None)
        errors.done(call)


def check_large(server, checks, rng):
    """Exact counts up to 2^53 rows, through the text form and a roll-up; large samples."""
    sizes = [1, 2, 3, 10, 2 ** 31, 2 ** 52, 2 ** 53 - 1] + [int(2 ** rng.uniform(0, 52.9)) + 1 for _ in range(200)]
    counts = [(n, int(k)) for n in sizes for k in {0, n, n // 2, min(int(n * rng.random()), n)}]
    for (n, k), (low, high, mean, text, variance) in zip(counts, server.rows("""
            SELECT wilson_low, wilson_high, mean, s::text::ab_summary::text = s::text, (covariances -> 0 ->> 0)::float8
            FROM unnest(%s::bigint[], %s::bigint[]) WITH ORDINALITY AS t(n, k, i), ab_make_summary('a', n, k) s,
                ab_arms(s) ORDER BY i""",
            [[c[0] for c in counts], [c[1] for c in counts]])):
        errors, z = Errors(checks, 'wilson'), critical(0.05, 'two-sided')
        p, zn = mpf(k) / n, z * z / n
        half = mp.sqrt(zn * (p * (1 - p) + zn / 4))
        errors.close('mean', mean, p, 1.2e-16)
        errors.close('low', low, (p + zn / 2 - half) / (1 + zn) if k else mpf(0), 1e-14)
        errors.close('high', high, (p + zn / 2 + half) / (1 + zn), 1e-14)
        errors.close('variance', variance, p * (1 - p) * n / (n - 1) if n > 1 else None, 4e-16)
        errors.true('text form', text, text, True)
        errors.done((n, k))
    for n, k in [c for c in counts if c[0] <= 10 ** 6][:60]:
        low, high = proportion_confint(k, n, method='wilson')
        errors = Errors(checks, 'wilson (statsmodels)')
        got = server.rows('SELECT wilson_low, wilson_high FROM ab_arms(ab_make_summary(%s, %s, %s::bigint))',
                          ('a', n, k))[0]
        for name, ours, theirs in (('low', got[0], low), ('high', got[1], high)):
            errors.close(name, ours, mpf(float(theirs)), 1e-9, floor=1e-15)
        errors.done((n, k))
    # the difference of one success in 2^53 rows
    for n in (2 ** 53, 2 ** 52 + 1, 10 ** 15 + 7):
        for k in (n // 3, n - 2, 5):
            row = ask(server, [(k, n, k + 1, n, 0.05, 'two-sided', 'score')])[0]
            checks.check(abs(row['diff'] * n - 1) < 1e-15, (n, k), row['diff'], 1 / n)


if __name__ == '__main__':
    warnings.simplefilter('ignore')
    run_sections(__file__, [(name, seeded([SEED, index], body)) for index, (name, body) in enumerate((
        ('likely', check_likely), ('hypotheses', check_hypotheses), ('fisher', check_fisher), ('unconditional', check_unconditional),
        ('statsmodels', check_statsmodels), ('newcombe', check_newcombe), ('duality', check_duality),
        ('symmetry', check_symmetry), ('large', check_large)))])
