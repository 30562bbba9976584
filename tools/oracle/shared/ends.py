"""Ends of intervals that invert a test: the documented rule for exact tests, and whether an end is where it says.

An end is not computed a second time.  It is checked to be a crossing: the statistic of the hypothesis at it
is the critical value, by a likelihood that is maximised numerically.
"""
import sys

from mpmath import mp, mpf

from shared.checks import TOL_BOUND
from shared.reference import normal_quantile


def bisect(f, low, high, steps=140):
    """Root of a decreasing f."""
    for _ in range(steps):
        middle = (low + high) / 2
        if f(middle) > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def correction_of(excess, sd, tail, usual, level):
    """The documented rule of the end of an interval: shift and critical value."""
    z_level = normal_quantile(level)
    if not sd or not (tail <= mpf(1) / 2 or tail < level) or tail < sys.float_info.min:
        return usual, z_level
    z = normal_quantile(tail)
    if excess >= z * sd:
        return excess - z * sd, z_level
    if excess <= 0:
        return usual, z_level
    half = excess / sd / 2
    return mpf(0), (z_level if z_level <= half else half + (z_level - half) * half / (z - half))


def check_end(name, got, score, scale, tolerance=TOL_BOUND):
    """Does the score statistic cross its critical value that near to that end?  It decreases."""
    if got is None:
        return (name, None, 'an end', None)
    got = mpf(got)
    width = mpf(tolerance) * max(abs(got), scale)
    if score(got - width) >= 0 >= score(got + width):
        return None
    return (name, got, 'a crossing: %s, %s' % (mp.nstr(score(got - width), 8), mp.nstr(score(got + width), 8)), None)
