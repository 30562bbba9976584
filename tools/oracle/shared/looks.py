"""Tests with several looks a second time: the recursion over one Gauss-Legendre rule for the whole of each interval.

The statistic is normal with mean drift * sqrt(I) and correlation sqrt(I_j / I_k).  In doubles, for few looks, none of
them too near to the next; bounds and drifts by Brent's method.
"""
import math

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr
from scipy.stats import norm

FAMILIES = ('obrien-fleming', 'pocock', 'power', 'hsd')
NODES, WEIGHTS = np.polynomial.legendre.leggauss(160)
FAR = 8.5                   # where a side is open


def spent(family, parameter, t, level):
    """By information t of the level of one side."""
    t = min(t, 1.0)
    if family == 'obrien-fleming':
        return 2 * norm.sf(norm.isf(level / 2) / math.sqrt(t))
    if family == 'pocock':
        return level * math.log(1 + (math.e - 1) * t)
    if family == 'power':
        return level * t ** (3 if parameter is None else parameter)
    gamma = -4 if parameter is None else parameter
    return level * t if gamma == 0 else level * (1 - math.exp(-gamma * t)) / (1 - math.exp(-gamma))


class Paths:
    """Of the paths that have stayed within the bounds so far, what is beyond z at the present look."""

    def __init__(self, drift=0.0):
        self.drift, self.z, self.mass, self.information = drift, None, None, 0.0

    def look(self, information):
        self.before, self.information = self.information, information

    def density(self, z):
        root = math.sqrt(self.information)
        if self.z is None:
            return norm.pdf(z - self.drift * root)
        step = math.sqrt(self.information - self.before)
        x = (z[:, None] * root - self.z[None, :] * math.sqrt(self.before)) / step - self.drift * step
        return root / step / math.sqrt(2 * math.pi) * (np.exp(-x * x / 2) @ self.mass)

    def above(self, z):
        root = math.sqrt(self.information)
        if self.z is None:
            return float(ndtr(self.drift * root - z))
        step = math.sqrt(self.information - self.before)
        return self.mass @ ndtr(self.drift * step - (z * root - self.z * math.sqrt(self.before)) / step)

    def below(self, z):
        mirrored = Paths(-self.drift)
        mirrored.information, mirrored.before, mirrored.mass = self.information, self.before, self.mass
        mirrored.z = None if self.z is None else -self.z
        return mirrored.above(-z)

    def stop(self, low, high):
        middle = self.drift * math.sqrt(self.information)
        low, high = max(low, min(middle, high) - FAR), min(high, max(middle, low) + FAR)
        z = (low + high) / 2 + (high - low) / 2 * NODES
        mass = (high - low) / 2 * WEIGHTS * self.density(z)
        self.z, self.mass = z, mass


def crossings(information, low, high, drift=0.0):
    """P(first above), P(first below) at each look."""
    paths, result = Paths(drift), []
    for t, a, b in zip(information, low, high):
        paths.look(t)
        result.append((paths.above(b), paths.below(a)))
        paths.stop(a, b)
    return np.array(result)


def open_below(high, two_sided):
    return [-b if two_sided else -math.inf for b in high]


def level_of(alpha, two_sided):
    return alpha / 2 if two_sided else alpha


def bound_for(paths, probability):
    if paths.above(-9.0) <= probability:
        return -9.0             # fewer paths are left
    return brentq(lambda z: math.log(max(paths.above(z), 1e-300)) - math.log(probability), -9, 38, xtol=1e-14,
                  rtol=1e-14)


def spending_bounds(information, alpha, two_sided, family, parameter=None, final=False):
    level, paths, high, before = level_of(alpha, two_sided), Paths(), [], 0.0
    for k, t in enumerate(information):
        now = level if final and k == len(information) - 1 else spent(family, parameter, t, level)
        paths.look(t)
        high.append(bound_for(paths, now - before))
        paths.stop(-high[-1] if two_sided else -math.inf, high[-1])
        before = now
    return high


def shaped_bounds(information, alpha, two_sided, delta):
    """Wang and Tsiatis's."""
    shape = [(t / information[-1]) ** (delta - 0.5) for t in information]

    def excess(factor):
        high = [factor * s for s in shape]
        return crossings(information, open_below(high, two_sided), high)[:, 0].sum() - level_of(alpha, two_sided)
    factor = brentq(excess, 0.5, 10, xtol=1e-14, rtol=1e-14)
    return [factor * s for s in shape]


def power_drift(information, low, high, power):
    return brentq(lambda drift: crossings(information, low, high, drift)[:, 0].sum() - power, 0, 20, xtol=1e-13,
                  rtol=1e-14)


def fixed_drift(alpha, two_sided, power):
    return norm.isf(level_of(alpha, two_sided)) + norm.isf(1 - power)


def futility_bounds(information, high, family, parameter, power):
    """Lower bounds that spend 1 - power, and the drift at which the last two meet."""
    def lower(drift):
        paths, low, before = Paths(drift), [], 0.0
        for k, t in enumerate(information):
            now = spent(family, parameter, t, 1 - power)
            paths.look(t)
            mirrored = Paths(-drift)
            mirrored.information, mirrored.before, mirrored.mass = paths.information, paths.before, paths.mass
            mirrored.z = None if paths.z is None else -paths.z
            low.append(-bound_for(mirrored, now - before))
            if low[-1] >= high[k]:
                return low, 1.0
            paths.stop(low[-1], high[k])
            before = now
        return low, low[-1] - high[-1]

    def excess(drift):
        low, difference = lower(drift)
        return difference
    top = 1.0
    while excess(top) < 0:
        top += 0.25
    drift = brentq(excess, top - 0.25, top, xtol=1e-13, rtol=1e-14)
    return lower(drift)[0], drift


def stages(information, high, two_sided, z, drift):
    """Upper and lower tail in the order of stages of z at the last look."""
    low = open_below(high, two_sided)
    tails = crossings(information, low[:-1] + [z], list(high[:-1]) + [z], drift)
    return tails[:, 0].sum(), tails[:, 1].sum()


def drift_of_tail(information, high, two_sided, z, tail):
    centre = z / math.sqrt(information[-1])
    return brentq(lambda drift: stages(information, high, two_sided, z, drift)[0] - tail, centre - 30, centre + 30,
                  xtol=1e-13, rtol=1e-14)


def repeated_p(information, two_sided, family, parameter, z):
    """The least alpha whose bound at the last look is z, 1 if there is none."""
    def excess(log_alpha):
        return spending_bounds(information, math.exp(log_alpha), two_sided, family, parameter)[-1] - z
    grid = np.concatenate([np.linspace(math.log(1e-12), math.log(0.01), 8), np.log(np.linspace(0.02, 0.999, 40))])
    for low, high in zip(grid, grid[1:]):
        if excess(high) < 0:
            return math.exp(brentq(excess, low, high, xtol=1e-13, rtol=1e-14))
    return 1.0
