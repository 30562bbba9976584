"""Sizes and powers a second time: the smallest size, and rates under a null with a margin.

Rates come from the roots of Farrington and Manning's cubic at 50 digits instead of a search for the root
of the slope.
"""
import collections

from mpmath import mp, mpf

from shared.checks import ALTERNATIVES
from shared.reference import normal_quantile

STATSMODELS = {'two-sided': 'two-sided', 'greater': 'larger', 'less': 'smaller'}
TOL_POWER = 1e-10

# Rates: the hypothesis is treatment - control = null, and ratio = treatment / control users.
Rates = collections.namedtuple('Rates', 'control treatment null ratio alpha two_sided unpooled')


def restricted_rate(design):
    """The control rate of largest likelihood under the null: a root of the cubic, inside the range."""
    p1, p2, d, r = (mpf(x) for x in (design.control, design.treatment, design.null, design.ratio))
    if d == 0:
        return (p1 + r * p2) / (1 + r)
    # (p1 - x) y (1 - y) + r (p2 - y) x (1 - x) = 0 with y = x + d, multiplied out
    a3 = 1 + r
    a2 = -(p1 + 1 - 2 * d) - r * (1 + p2 - d)
    a1 = p1 * (1 - 2 * d) - d * (1 - d) + r * (p2 - d)
    a0 = p1 * d * (1 - d)
    roots = mp.polyroots([a3, a2, a1, a0], maxsteps=500, extraprec=300)
    low, high = max(mpf(0), -d), min(mpf(1), 1 - d)
    real = [min(max(mp.re(x), low), high) for x in roots
            if abs(mp.im(x)) < mpf(10) ** -20 and low - mpf(10) ** -20 <= mp.re(x) <= high + mpf(10) ** -20]
    return max(real, key=lambda x: log_likelihood(design, x))


def log_likelihood(design, x):
    """Expected, per user of the control group, at the control rate x."""
    def part(p, q):
        return sum(w * mp.log(v) if v > 0 else (-mp.inf if w > 0 else 0) for w, v in ((p, q), (1 - p, 1 - q)))
    return part(mpf(design.control), x) + design.ratio * part(mpf(design.treatment), x + design.null)


def rate_error(control, treatment, ratio):
    return mp.sqrt(control * (1 - control) + treatment * (1 - treatment) / ratio)


def null_error(design):
    if design.unpooled:
        return rate_error(mpf(design.control), mpf(design.treatment), mpf(design.ratio))
    x = restricted_rate(design)
    return rate_error(x, x + design.null, mpf(design.ratio))


def rate_power(design, n):
    z = normal_quantile(mpf(design.alpha) / (2 if design.two_sided else 1))
    shift = mp.sqrt(n) * abs(mpf(design.treatment) - design.control - design.null)
    error = rate_error(mpf(design.control), mpf(design.treatment), mpf(design.ratio))
    s0 = null_error(design)
    power = mp.ncdf((shift - z * s0) / error)
    if design.two_sided:
        power += mp.ncdf((-shift - z * s0) / error)
    return power


def held(checks, quantity, inputs, got, want, tolerance=TOL_POWER):
    """Relative error, of what is not negligibly small."""
    if abs(want) < 1e-250:
        checks.check(got is not None and abs(got) < 1e-240, inputs, got, want)
    else:
        checks.held(inputs, quantity, got, want, tolerance)


def smallest(checks, inputs, n, least, power_at, target):
    """n reaches the target and n - 1 does not; a draw in the last digits is nobody's fault."""
    good = power_at(n) >= target * (1 - 1e-12) and (n == least or power_at(n - 1) < target * (1 + 1e-12))
    checks.check(good, inputs, n, 'the smallest size')


def large_samples(rng):
    """Baseline, ratio, n, alternative and a small effect, where the normal approximation is good."""
    for i in range(60):
        baseline, ratio = float(rng.uniform(0.1, 0.9)), float(rng.choice([0.5, 1, 2]))
        n, alternative = int(rng.integers(20000, 10 ** 7)), ALTERNATIVES[i % 3]
        error = mp.sqrt(baseline * (1 - baseline) * (1 + 1 / ratio) / n)
        yield baseline, ratio, n, alternative, float(rng.uniform(0.5, 4) * error)
