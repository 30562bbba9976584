#!/usr/bin/python3
"""ab_always_valid and its relatives against their definitions at 40 digits.

The t-mixture as the integral of likelihood ratios over effects, its critical values by roots of that; conversions and
quantiles by the gamma function and a search over all values; planning by a recursion on a fine grid.
"""
import bisect
import math

import numpy as np
from mpmath import mp, mpf
from scipy.integrate import quad
from scipy.stats import nct, norm, t as student

from shared.checks import ALTERNATIVES, TOL_BOUND, TOL_P, TOL_STATISTIC, run_sections, seeded
from shared.duality import contradictions

SEED = 20261128
K = mpf('8.2')
SMALLEST = mpf('4.9406564584124654e-324')
mp.dps = 40


# ---------------------------------------------------------------- the t-mixture

def log_e(t, df, kappa, alternative='two-sided'):
    """From the formula of the file header of mixture.c as it stands there."""
    t = mpf(t)
    if alternative == 'less':
        return log_e(-t, df, kappa, 'greater')
    both = (-mp.log(1 + kappa) / 2 + (df + 1) / 2 * mp.log((1 + t * t / df) / (1 + t * t / (df * (1 + kappa)))))
    if alternative == 'two-sided':
        return both
    a = t * mp.sqrt(kappa / (1 + kappa)) * mp.sqrt((df + 1) / (df + t * t / (1 + kappa)))
    return both + mp.log(2 * student_below(a, df + 1))


def student_below(t, df):
    tail = mp.betainc(df / 2, mpf(1) / 2, 0, df / (df + t * t), regularized=True) / 2
    return tail if t < 0 else 1 - tail


def log_e_by_integral(t, df, kappa, alternative):
    """The ratio of the densities of t, noncentral over central, averaged over the effect: a normal prior of its
    noncentrality, of variance kappa, or its half."""
    root = math.sqrt(kappa)
    sides = {'two-sided': (1, -1), 'greater': (1,), 'less': (-1,)}[alternative]
    total = sum(quad(lambda x: nct.pdf(t, df, sign * x) * norm.pdf(x, 0, root), 0, 10 * root, epsabs=0, epsrel=1e-11,
                     points=(root, 4 * root), limit=400)[0] for sign in sides)
    return math.log(total * 2 / len(sides) / student.pdf(t, df))


def critical(df, kappa, alternative, alpha):
    side = 'two-sided' if alternative == 'two-sided' else 'greater'
    level = -mp.log(mpf(alpha))
    high = mpf(1)
    while log_e(high, df, kappa, side) < level:
        high *= 2
        if high > 1e9:
            return None
    low = mpf(0)
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (middle, high) if log_e(middle, df, kappa, side) < level else (low, middle)
    return mp.findroot(lambda t: log_e(t, df, kappa, side) - level, (low, high), solver='anderson')


def section_integral(server, checks):
    """The formula is the average it claims to be."""
    for t, df, kappa in ((2, 6, 2), (0.5, 2, 0.3), (-1.5, 7, 1)):
        for alternative in ALTERNATIVES:
            checks.held((t, df, kappa, alternative), 'ln E by integral', log_e(t, df, kappa, alternative),
                        log_e_by_integral(t, df, kappa, alternative), 1e-8, 1)


def moments(n, sd, equal_var):
    """Variances of the two means and df."""
    (nc, nt), (sc, st) = map(mpf, n), map(mpf, sd)
    if equal_var:
        pooled = ((nc - 1) * sc ** 2 + (nt - 1) * st ** 2) / (nc + nt - 2)
        return pooled / nc, pooled / nt, nc + nt - 2
    vc, vt = sc ** 2 / nc, st ** 2 / nt
    return vc, vt, (vc + vt) ** 2 / (vc ** 2 / (nc - 1) + vt ** 2 / (nt - 1))


def one_test(n, mean, sd, equal_var, kappa, alternative, alpha):
    """p, statistic and both intervals, an end None where it is open."""
    vc, vt, df = moments(n, sd, equal_var)
    mc, mt = map(mpf, mean)
    error = mp.sqrt(vc + vt)
    t = (mt - mc) / error
    c = critical(df, kappa, alternative, alpha)
    found = {'p_value': min(mpf(1), mp.exp(-log_e(t, df, kappa, alternative))), 'statistic': t, 'std_error': error,
             'df': df, 'difference': (None, None), 'lift': (None, None)}
    if c is None:
        return found
    found['difference'] = mt - mc - c * error, mt - mc + c * error
    # (mt - r mc)^2 <= c^2 (vt + r^2 vc)
    a, b, e = mc ** 2 - c ** 2 * vc, mt * mc, mt ** 2 - c ** 2 * vt
    if a > 0:
        root = mp.sqrt(b ** 2 - a * e)
        found['lift'] = (b - root) / a - 1, (b + root) / a - 1
    return found


def section_means(server, checks, rng):
    for i in range(250):
        n = [int(v) for v in rng.integers(2, 12 if i % 3 == 0 else 4000, 2)]
        mean, sd = [10.0, 10 + float(rng.normal(0, 4 / math.sqrt(min(n))))], [float(v) for v in rng.uniform(0.5, 4, 2)]
        planned, alpha = int(rng.integers(2, 8000)), float(rng.choice([0.5, 0.1, 0.05, 0.01, 1e-6]))
        alternative, equal_var = ALTERNATIVES[i % 3], (True, False, None)[i // 3 % 3]
        ratio = None if i % 2 else float(rng.uniform(0.1, 4))
        row = server.named('''SELECT r.* FROM (SELECT ab_summary_combine(ab_make_summary('control', %s, %s, %s),
            ab_make_summary('treatment', %s, %s, %s)) s) q, ab_always_valid(s, %s, alpha => %s, alternative => %s,
            equal_var => %s, min_n => 2, ratio => %s) r''',
                           (n[0], mean[0], sd[0], n[1], mean[1], sd[1], planned, alpha, alternative, equal_var, ratio))[0]
        kappa = K * n[0] / planned
        if ratio is not None:
            kappa = K * mpf(n[0]) * n[1] / (n[0] + n[1]) / (planned * mpf(ratio) / (1 + mpf(ratio)))
        tests = [one_test(n, mean, sd, e, kappa, alternative, alpha)
                 for e in ((True, False) if equal_var is None else (equal_var,))]
        worst = max(tests, key=lambda x: x['p_value'])
        wrong = [checks.near('p_value', row['p_value'], worst['p_value'], TOL_P)]
        if len({x['p_value'] for x in tests}) > 1 or equal_var is not None:
            wrong += [checks.near(k, row[k], worst[k], TOL_STATISTIC, scale)
                      for k, scale in (('statistic', max(abs(worst['statistic']), 1)), ('std_error', None), ('df', None))]
        for name, low, high, factor in (('difference', 'diff_low', 'diff_high', 1),
                                        ('lift', 'lift_low_pct', 'lift_high_pct', 100)):
            ends = [x[name] for x in tests]
            for end, key, outer, open_end in ((0, low, min, 'less'), (1, high, max, 'greater')):
                wanted = None if alternative == open_end or any(e[end] is None for e in ends) else \
                    outer(e[end] for e in ends) * factor
                scale = None if wanted is None else max(abs(wanted), worst['std_error'] * factor)
                wrong.append(checks.near(key, row[key], wanted, TOL_BOUND * 100 if name == 'lift' else TOL_BOUND, scale))
        checks.all_of((n, mean, sd, planned, alpha, alternative, equal_var, ratio), wrong + contradictions(row))


def section_duality(server, checks, rng):
    """Verdict and intervals agree at alpha equal to p and beside it."""
    for i in range(120):
        n = [int(v) for v in rng.integers(100, 3000, 2)]
        x = [int(rng.binomial(m, p)) for m, p in zip(n, rng.uniform(0.02, 0.3, 2))]
        alternative, design = ALTERNATIVES[i % 3], ('mean', 'proportion')[i % 2]
        ask = '''SELECT r.* FROM ab_always_valid(ab_summary_combine(ab_make_summary('control', %s::bigint, %s::bigint),
            ab_make_summary('treatment', %s::bigint, %s::bigint)), %s, alpha => %s, alternative => %s, design => %s) r'''
        inputs = [n[0], x[0], n[1], x[1], int(rng.integers(50, 3000))]
        p = server.named(ask, inputs + [0.05, alternative, design])[0]['p_value']
        for alpha in (p, math.nextafter(p, 0), math.nextafter(p, 1), p * 1.01):
            if not 0 < alpha <= 0.5:
                continue
            row = server.named(ask, inputs + [alpha, alternative, design])[0]
            checks.all_of((inputs, alpha, alternative, design),
                          contradictions(row) + [checks.near('p_value', row['p_value'], p, 0)])


# ---------------------------------------------------------------- counts

def log_beta(a, b):
    return mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b)


def log_beta_below(x, a, b):
    """ln of the lower tail of a beta distribution, by the continued fraction of its smaller tail."""
    if x > (a + 1) / (a + b + 2):
        return mp.log1p(-mp.exp(log_beta_below(1 - x, b, a)))
    d = 1 / (1 - (a + b) * x / (a + 1))
    c, fraction, k = mpf(1), d, 0
    while True:
        k += 1
        step = mpf(1)
        for term in (k * (b - k) * x / ((a + 2 * k - 1) * (a + 2 * k)),
                     -(a + k) * (a + b + k) * x / ((a + 2 * k) * (a + 2 * k + 1))):
            d, c = 1 / (1 + term * d), 1 + term / c
            step *= d * c
        fraction *= step
        if abs(step - 1) < mpf(10) ** -35:
            return a * mp.log(x) + b * mp.log(1 - x) - mp.log(a) - log_beta(a, b) + mp.log(fraction)


def split_log_e(st, sc, w, m, ratio, side='two-sided'):
    """The split of the conversions at that ratio of rates; the prior cut at the share for a side."""
    w, m = mpf(w), mpf(m)
    a, b = m * w, m * (1 - w)
    theta = w * ratio / (w * ratio + 1 - w)
    found = log_beta(a + st, b + sc) - log_beta(a, b) - st * mp.log(theta) - sc * mp.log(1 - theta)
    if side == 'greater':
        found += log_beta_below(1 - w, b + sc, a + st) - log_beta_below(1 - w, b, a)
    elif side == 'less':
        found += log_beta_below(w, a + st, b + sc) - log_beta_below(w, a, b)
    return found


def section_conversions(server, checks, rng):
    for i in range(200):
        w, planned = float(rng.uniform(0.05, 0.95)), int(rng.integers(2, 2000))
        users = [int(u) for u in (rng.integers(2000, 10 ** 9), rng.integers(2000, 10 ** 9))]
        s = [int(rng.integers(0, 60 if i % 2 else 3000)) for _ in range(2)]
        alternative, alpha = ALTERNATIVES[i % 3], float(rng.choice([0.4, 0.05, 1e-4]))
        if i % 10 == 9:
            s = [int(v) for v in rng.integers(10 ** 8, 9 * 10 ** 8, 2)]
            users = [10 ** 9] * 2
            w, alternative = s[1] / sum(s) + float(rng.normal(0, 1e-5)), 'two-sided'
        row = server.named('''SELECT r.* FROM ab_always_valid_conversions(ab_summary_combine(
            ab_make_summary('control', %s::bigint, %s::bigint), ab_make_summary('treatment', %s::bigint, %s::bigint)), %s,
            %s, alpha => %s, alternative => %s) r''',
                           (users[0], min(s[0], users[0]), users[1], min(s[1], users[1]), w, planned, alpha, alternative))[0]
        m = planned / K
        e = split_log_e(s[1], s[0], w, m, mpf(1), alternative)
        wrong = [checks.near('p_value', row['p_value'], max(SMALLEST, min(mpf(1), mp.exp(-e))), mpf(10) ** -9)]
        for key in ('lift_low_pct', 'lift_high_pct'):
            ratio = None if row[key] is None else 1 + mpf(row[key]) / 100
            if ratio and abs(row[key]) > 1e-300:
                at = split_log_e(s[1], s[0], w, m, ratio, 'two-sided') + e - split_log_e(s[1], s[0], w, m, mpf(1))
                # the rounding of a percentage moves ln E by its slope
                slope = (s[0] + s[1]) * mpf(10) ** -14 / min(1, ratio) + mpf(10) ** -9
                wrong.append(checks.near('ln E at ' + key, at + mp.log(mpf(alpha)), 0, slope, 1))
        checks.all_of((s, users, w, planned, alpha, alternative), wrong + contradictions(
            row, intervals=[('lift_low_pct', 'lift_high_pct')]))


# ---------------------------------------------------------------- quantiles

class Arm:
    """M of an arm by its definition: the least over the numbers of rows that may count as below x."""

    def __init__(self, values, q, m, side):
        self.values, self.q, self.m, self.side = sorted(values), mpf(q), mpf(m), side
        self.known = {}

    def of_count(self, k):
        if k not in self.known:
            n, q, m = len(self.values), self.q, self.m
            self.known[k] = split_log_e(k, n - k, q, m, mpf(1), self.side)
        return self.known[k]

    def __call__(self, x):
        low, high = bisect.bisect_left(self.values, x), bisect.bisect_right(self.values, x)
        return min(self.of_count(k) for k in range(low, high + 1))


def shared_log_e(control, treatment, d):
    places = sorted(set(control.values) | {v - d for v in treatment.values})
    return min(control(x) + treatment(x + d) for x in places)


def section_quantiles(server, checks, rng):
    opposite = {'two-sided': 'two-sided', 'greater': 'less', 'less': 'greater'}
    for i in range(40):
        q, planned = float(rng.choice([0.5, 0.9, 0.3])), int(rng.integers(10, 400))
        n = [int(v) for v in rng.integers(5, 60, 2)]
        # whole numbers, so that differences are exact; with ties in half of the cases
        rows = [[int(v) for v in rng.integers(0, 12 if i % 2 else 5000, k) + 1000] for k in n]
        if i % 4 > 1:
            rows[1] = [v + int(rng.integers(1, 5)) * (3 if i % 2 else 700) for v in rows[1]]
        alternative, alpha = ALTERNATIVES[i % 3], float(rng.choice([0.5, 0.2, 0.05]))
        ratio = float(rng.uniform(0.2, 4))
        server.load('observation', 'variant text, outcome float8',
                    [(v, x) for v, arm in zip(('control', 'treatment'), rows) for x in arm])
        row = server.named('''SELECT r.* FROM (SELECT ab_histogram(outcome, variant) h FROM observation) o,
            ab_always_valid_quantile(h, %s, %s, alpha => %s, alternative => %s, ratio => %s) r''',
                           (q, planned, alpha, alternative, ratio))[0]
        control = Arm(rows[0], q, planned / K, alternative)
        treatment = Arm(rows[1], q, planned * mpf(ratio) / K, opposite[alternative])
        wrong = [checks.near('p_value', row['p_value'],
                             min(mpf(1), mp.exp(-shared_log_e(control, treatment, 0))), mpf(10) ** -9)]
        level = -mp.log(mpf(alpha))
        for key, step in (('diff_low', -1), ('diff_high', 1)):
            if row[key] is None:
                far = step * 10 ** 6
                wrong.append(None if shared_log_e(control, treatment, far) <= level else (key, None, 'an end', None))
                continue
            end = int(row[key])
            inside, outside = (shared_log_e(control, treatment, d) <= level for d in (end, end + step))
            wrong.append(None if inside and not outside else (key, row[key], (inside, outside), None))
        checks.all_of((n, q, planned, alpha, alternative, ratio), wrong + contradictions(row))


# ---------------------------------------------------------------- planning

def passage(reached, looks, drift, bounds):
    """Probability of leaving the bounds, by Simpson's rule on a fine grid of Z."""
    stayed = None
    for k, (low, high) in enumerate(bounds):
        now = reached * (k + 1) / looks
        low = max(low, -12.0)
        grid = np.linspace(low, high, 1601)
        weights = np.ones(1601)
        weights[1:-1:2], weights[2:-1:2] = 4, 2
        weights *= (high - low) / 1600 / 3
        if stayed is None:
            density = norm.pdf(grid - drift * math.sqrt(now))
        else:
            z, mass, before = stayed
            step = now - before
            density = mass @ norm.pdf((grid[None, :] * math.sqrt(now) - z[:, None] * math.sqrt(before) - drift * step)
                                      / math.sqrt(step)) * math.sqrt(now / step)
        stayed = grid, density * weights, now
    return 1 - stayed[1].sum()


def section_power(server, checks):
    for looks, reached, alpha, power, alternative in ((1, 1, 0.05, 0.8, 'two-sided'), (5, 1, 0.05, 0.8, 'two-sided'),
                                                      (14, 2, 0.05, 0.9, 'two-sided'), (7, 0.5, 0.2, 0.5, 'greater'),
                                                      (20, 3, 0.01, 0.8, 'less')):
        side = 'two-sided' if alternative == 'two-sided' else 'greater'
        bounds = []
        for k in range(looks):
            c = float(critical(mpf(10) ** 15, K * mpf(reached) * (k + 1) / looks, side, alpha))
            bounds.append((-c if side == 'two-sided' else -math.inf, c))
        drift = norm.isf(alpha / 2 if side == 'two-sided' else alpha) - norm.isf(power)
        got = server.value('SELECT ab_always_valid_power(%s, 1000000, %s, %s, %s, %s)',
                           (round(reached * 10 ** 6), looks, alpha, power, alternative))
        checks.held((looks, reached, alpha, power, alternative), 'power', got, passage(reached, looks, drift, bounds), 1e-8)


if __name__ == '__main__':
    run_sections(__file__, [
        ('integral', section_integral), ('means', seeded(SEED, section_means)),
        ('duality', seeded(SEED + 1, section_duality)), ('conversions', seeded(SEED + 2, section_conversions)),
        ('quantiles', seeded(SEED + 3, section_quantiles)), ('power', section_power)])
