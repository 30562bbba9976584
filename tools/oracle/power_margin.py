#!/usr/bin/python3
"""The planning of non-inferiority and equivalence: rates over all tables, means by other integrals, and simulation.

The power of two one-sided t-tests is the integral over the difference instead of the one over the standard
deviation.
"""
import math

import numpy as np
import scipy.special
import scipy.stats
from mpmath import mpf

from shared.checks import run_sections, seeded
from shared.data import log_uniform, random_levels
from shared.planning import Rates, held, rate_power, smallest
from shared.rates import share_shown
from shared.reference import student_quantile, t_power

SEED = 20240310
# tables up to which all of them are enumerated
MOST_TABLES = 1e6


def check_rates(checks, label, inputs, n, ratio, got, shown):
    """The planned power against all tables, where there are not too many."""
    nt = max(1, math.floor(ratio * n + 0.5))
    if (n + 1) * (nt + 1) <= MOST_TABLES:
        checks.check(abs(got - shown(n, nt)) < 1e-9, (label, n) + inputs, got, shown(n, nt))


def section_noninferiority(server, checks, rng):
    for i in range(250):
        alpha, power, ratio = random_levels(rng)
        better = bool(i % 2)
        sign = 1 if better else -1
        baseline = float(rng.uniform(0.03, 0.97))
        room = (baseline if better else 1 - baseline)
        margin = room * log_uniform(rng, 1e-2, 0.9)
        effect = 0.0 if i % 3 else sign * margin * float(rng.uniform(-0.8, 1.5))
        if not 0 < baseline + effect < 1:
            effect = 0.0
        if i % 7 == 0:      # superiority by a margin
            margin, effect = -0.02, sign * 0.05
            if not 0 < baseline + effect < 1:
                continue
        direction = 'higher' if better else 'lower'
        inputs = (baseline, margin, alpha, power, ratio, direction, effect)
        n, at_n, below = server.rows("""
            SELECT n, ab_power_noninferiority(n, b, m, a, r, h, e, method => 'exact'),
                   CASE WHEN n > 2 THEN ab_power_noninferiority(n - 1, b, m, a, r, h, e, method => 'exact') END
            FROM (VALUES (%s::float8, %s::float8, %s::float8, %s::float8, %s::float8, %s, %s::float8)) v(b, m, a, p, r,
                h, e),
                 ab_sample_size_noninferiority(b, m, a, p, r, h, e, method => 'exact') n""", inputs)[0]
        checks.check(at_n >= power and (below is None or below < power), inputs, (below, at_n), power)
        check_rates(checks, 'non-inferiority', inputs, n, ratio, at_n, lambda nc, nt: share_shown(
            nc, nt, baseline, baseline + effect, alpha, *((-margin, None) if better else (None, margin)), False))
        if i % 5 == 0 and 0 < margin < 0.9:         # a relative margin
            got = server.value("""SELECT ab_power_noninferiority(%s, %s, %s, %s, %s, %s, relative => true,
                                                             method => 'exact')""",
                               (60, baseline, margin, alpha, ratio, direction)) if baseline * (1 + margin) < 1 else None
            if got is not None:
                limits = (1 - margin, None) if better else (None, 1 + margin)
                check_rates(checks, 'relative', inputs, 60, ratio, got, lambda nc, nt: share_shown(
                    nc, nt, baseline, baseline, alpha, *limits, True))

        sd = log_uniform(rng, 0.1, 10)
        distance = (sign * effect + margin) / sd
        least = max(2, math.ceil(3 / (1 + ratio)))
        n, at_n = server.rows("""SELECT n, ab_power_noninferiority(n, NULL, %s, %s, %s, %s, %s, %s)
            FROM ab_sample_size_noninferiority(NULL, %s, %s, %s, %s, %s, %s, %s) n""",
            (margin, alpha, ratio, direction, effect, sd, margin, alpha, power, ratio, direction, effect, sd))[0]

        def power_at(m):
            return t_power(m * (1 + ratio) - 2, distance * math.sqrt(m * ratio / (1 + ratio)), alpha, False)
        smallest(checks, inputs + (sd,), n, least, power_at, power)
        held(checks, 'non-inferiority power, means', (n, sd) + inputs, at_n, power_at(n))


def legendre(low, high, f, nodes=np.polynomial.legendre.leggauss(60)):
    x, w = nodes
    return (high - low) / 2 * np.sum(w * f((high + low) / 2 + (high - low) / 2 * x))


def tost_power(n, ratio, below, above, alpha):
    """Two one-sided t-tests: the integral over the difference z of P(s < what z allows)."""
    df, error = n * (1 + ratio) - 2, math.sqrt((1 + 1 / ratio) / n)
    below, above = below / error, above / error
    t = float(student_quantile(mpf(alpha), mpf(df)))
    width = t / math.sqrt(2 * df)

    def integrand(z):
        s = np.maximum(np.minimum(below + z, above - z) / t, 0)
        return np.exp(-z * z / 2) / math.sqrt(2 * math.pi) * scipy.special.gammainc(df / 2, df / 2 * s * s)
    breaks = {max(-below, -12.0), min(above, 12.0), min(max((above - below) / 2, -12.0), 12.0)}
    breaks |= set(np.arange(-12.0, 12.5, 0.5))
    for centre, sign in ((t - below, 1), (above - t, -1)):
        breaks |= {centre + k * width for k in (-12, -8, -5, -3, -2, -1, 0, 1, 2, 3, 5, 8, 12)}
    low, high = max(-below, -12.0), min(above, 12.0)
    points = sorted(b for b in breaks if low <= b <= high)
    return float(sum(legendre(p, q, integrand) for p, q in zip(points, points[1:])))


def section_equivalence(server, checks, rng):
    for i in range(150):
        alpha, power, ratio = random_levels(rng)
        sd = log_uniform(rng, 0.1, 10)
        margin = sd * log_uniform(rng, 2e-4, 3)
        effect = 0.0 if i % 2 else margin * float(rng.uniform(-0.8, 0.8))
        inputs = (margin, alpha, power, ratio, effect, sd)
        n, at_n, below = server.rows("""
            SELECT n, ab_power_equivalence(n, NULL, m, a, r, e, s),
                   CASE WHEN n > greatest(2, ceil(3 / (1 + r))) THEN ab_power_equivalence(n - 1, NULL, m, a, r, e,
                       s) END
            FROM (VALUES (%s::float8, %s::float8, %s::float8, %s::float8, %s::float8, %s::float8)) v(m, a, p, r, e, s),
                 ab_sample_size_equivalence(NULL, m, a, p, r, e, s) n""", inputs)[0]
        checks.check(at_n >= power and (below is None or below < power), inputs, (below, at_n), power)
        held(checks, 'equivalence power, means', (n,) + inputs, at_n,
              tost_power(n, ratio, (margin + effect) / sd, (margin - effect) / sd, alpha), 1e-9)
    # small samples and low power, where the bracket of s is cut short
    for i in range(100):
        n = int(rng.integers(2, 40))
        ratio = float(rng.choice([0.5, 1, 2.5]))
        alpha = float(rng.choice([0.05, 0.2, 0.01]))
        margin, effect = log_uniform(rng, 0.3, 4), 0.0
        if i % 2:
            effect = margin * float(rng.uniform(-0.9, 0.9))
        got = server.value('SELECT ab_power_equivalence(%s, NULL, %s, %s, %s, %s, 1)',
                           (n, margin, alpha, ratio, effect))
        want = tost_power(n, ratio, margin + effect, margin - effect, alpha)
        if want > 1e-10:
            held(checks, 'equivalence power, small n', (n, margin, alpha, ratio, effect), got, want, 1e-8)
    for i in range(120):
        alpha, power, ratio = random_levels(rng)
        baseline = float(rng.uniform(0.05, 0.95))
        margin = min(baseline, 1 - baseline) * log_uniform(rng, 1e-2, 0.9)
        effect = 0.0 if i % 2 else margin * float(rng.uniform(-0.8, 0.8))
        inputs = (baseline, margin, alpha, power, ratio, effect)
        n, at_n, below = server.rows("""
            SELECT n, ab_power_equivalence(n, b, m, a, r, e, method => 'exact'),
                   CASE WHEN n > 2 THEN ab_power_equivalence(n - 1, b, m, a, r, e, method => 'exact') END
            FROM (VALUES (%s::float8, %s::float8, %s::float8, %s::float8, %s::float8, %s::float8)) v(b, m, a, p, r, e),
                 ab_sample_size_equivalence(b, m, a, p, r, e, method => 'exact') n""", inputs)[0]
        checks.check(at_n >= power and (below is None or below < power), inputs, (below, at_n), power)
        check_rates(checks, 'equivalence', inputs, n, ratio, at_n, lambda nc, nt: share_shown(
            nc, nt, baseline, baseline + effect, alpha, -margin, margin, False))


def ample(n, ratio, baseline, treatment, limits):
    """Ten successes and ten failures, in truth and at the margins."""
    rarer = [n * min(baseline, 1 - baseline)]
    rarer += [n * ratio * min(p, 1 - p) for p in [treatment] + [baseline + d for d in limits]]
    return min(rarer) - 10


def section_formula(server, checks, rng):
    """Farrington and Manning's formula from the roots of the cubic, and where it is used without being asked for."""
    for i in range(200):
        alpha, power, ratio = random_levels(rng)
        better, both = bool(i % 2), i % 4 == 0
        sign = 1 if better else -1
        baseline = float(rng.uniform(0.03, 0.97))
        margin = (min(baseline, 1 - baseline) if both else baseline if better else 1 - baseline) \
            * log_uniform(rng, 2e-2, 0.9)
        effect = 0.0 if i % 3 else margin * float(rng.uniform(-0.7, 0.7))
        if not 0 < baseline + effect < 1:
            effect = 0.0
        name, way = ('equivalence', ()) if both else ('noninferiority', ('higher' if better else 'lower',))
        arguments = ', '.join(['%s'] * (5 + len(way)))
        limits = (-margin, margin) if both else (-sign * margin,)
        designs = [Rates(baseline, baseline + effect, d, ratio, alpha, False, False) for d in limits]

        def power_at(m):
            return max(sum(rate_power(d, m) for d in designs) - (len(designs) - 1), 0)
        inputs = (name, baseline, margin, alpha, power, ratio) + way + (effect,)
        n, default = (server.value('SELECT ab_sample_size_%s(%s, %%s%s)' % (name, arguments, more), inputs[1:])
                      for more in (", method => 'asymptotic'", ''))
        smallest(checks, inputs, n, 2, power_at, power)
        asked = (baseline, margin, alpha, ratio) + way + (effect,)
        for users in {n, default, 50}:
            formula, exact, got = (
                server.value('SELECT ab_power_%s(%%s, %s%s)' % (name, arguments, more), (users,) + asked)
                for more in (", method => 'asymptotic'", ", method => 'exact'", ''))
            held(checks, name + ' power, formula', (users,) + inputs, formula, power_at(users))
            room = ample(users, ratio, baseline, baseline + effect, limits)
            if abs(room) > 1e-9:
                checks.check(got == (formula if room > 0 else exact), ('auto', users) + inputs, got, (formula, exact))
        room = ample(n, ratio, baseline, baseline + effect, limits)
        if abs(room) > 1e-9:
            checks.check((default == n) if room > 0 else default is not None, ('auto size',) + inputs, default, n)


def section_simulation(server, checks, rng):
    """Experiments drawn and tested: the rejection rates are those of the formulas."""
    draws = 200000
    for n1, n2, margin, effect in ((12, 18, 1.2, 0.2), (40, 20, 0.8, 0.0)):
        difference = rng.normal(effect, math.sqrt(1 / n1 + 1 / n2), draws)
        s = np.sqrt(rng.chisquare(n1 + n2 - 2, draws) / (n1 + n2 - 2))
        bound = scipy.stats.t.isf(0.05, n1 + n2 - 2) * s * math.sqrt(1 / n1 + 1 / n2)
        want = np.mean((difference + margin > bound) & (difference - margin < -bound))
        got = server.value('SELECT ab_power_equivalence(%s, NULL, %s, ratio => %s, effect => %s, stddev => 1)',
                           (n1, margin, n2 / n1, effect))
        checks.check(abs(got - want) < 5 * math.sqrt(0.25 / draws), ('TOST', n1, n2, margin, effect), got, want)
        want = np.mean(difference + margin > bound)
        got = server.value('SELECT ab_power_noninferiority(%s, NULL, %s, ratio => %s, effect => %s, stddev => 1)',
                           (n1, margin, n2 / n1, effect))
        checks.check(abs(got - want) < 5 * math.sqrt(0.25 / draws), ('non-inferiority', n1, n2, margin, effect), got,
                     want)


if __name__ == '__main__':
    run_sections(__file__, [
        ('noninferiority', seeded(SEED, section_noninferiority)),
        ('equivalence', seeded(SEED + 1, section_equivalence)), ('formula', seeded(SEED + 3, section_formula)),
        ('simulation', seeded(SEED + 2, section_simulation))])
