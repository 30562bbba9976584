"""The skewness-corrected score test of two rates, by closed forms at 50 digits."""
from mpmath import mp, mpf

from .reference import student_quantile

DIGITS = 50


def likeliest(x1, n1, x2, n2, value, ratio):
    """The most likely rates p1 and p2 with p1 - p2 = value or p1 / p2 = value."""
    total, events = n1 + n2, x1 + x2
    if ratio:
        a, b = total * value, value * (n1 + x2) + n2 + x1
        p2 = 2 * events / (b + mp.sqrt(b * b - 4 * a * events))
        return value * p2, p2
    l3, l2 = total, (n1 + 2 * n2) * value - total - events
    l1, l0 = (n2 * value - total - 2 * x2) * value + events, x2 * value * (1 - value)
    q = l2 ** 3 / (3 * l3) ** 3 - l1 * l2 / (6 * l3 ** 2) + l0 / (2 * l3)
    u = mp.sign(q) * mp.sqrt(max(l2 ** 2 / (3 * l3) ** 2 - l1 / (3 * l3), 0))
    cosine = max(min(q / u ** 3, 1), -1) if u else mpf(0)
    p2 = 2 * u * mp.cos((mp.pi + mp.acos(cosine)) / 3) - l2 / (3 * l3)
    p2 = min(max(p2, 0, -value), 1, 1 - value)
    return p2 + value, p2


def unskewed(s, g):
    """The normal quantile that Cornish and Fisher's expansion takes to s, tangent where it turns."""
    if g == 0:
        return s
    turn = -3 / (16 * g) - g
    if (g < 0 and s >= turn) or (g > 0 and s <= turn):
        return 2 * (s + g) + 1 / (8 * g)
    return 2 * (s + g) / (1 + mp.sqrt(1 + 4 * g * (s + g)))


def statistic(control, treatment, value=0, ratio=False):
    """Of (successes, rows): z and the standard error, by the hypothesis that the rates differ by value or have it as ratio."""
    with mp.workdps(DIGITS):
        (x2, n2), (x1, n1) = [(mpf(x), mpf(n)) for x, n in (control, treatment)]
        value = mpf(value)
        p1, p2 = likeliest(x1, n1, x2, n2, value, ratio)
        scale = value if ratio else mpf(1)
        v1, v2 = p1 * (1 - p1) / n1, p2 * (1 - p2) / n2
        variance = (v1 + scale ** 2 * v2) * (n1 + n2) / (n1 + n2 - 1)
        if variance <= 0:
            return mpf(0), mpf(0)
        third = v1 * (1 - 2 * p1) / n1 - scale ** 3 * v2 * (1 - 2 * p2) / n2
        excess = x1 / n1 - (scale * x2 / n2 if ratio else x2 / n2 + value)
        root = mp.sqrt(variance)
        return unskewed(excess / root, third / (6 * variance * root)), root


def bound_mismatch(control, treatment, bound, critical, ratio):
    """None if that bound is where the statistic passes the critical value, else the statistic there.

    No upper bound of a ratio is right where no ratio is excluded, and the end of the range is as good as beyond it.
    """
    ends = (0, mp.inf) if ratio else (-1, 1)
    if bound is None:
        far = statistic(control, treatment, mpf(10) ** 20, True)[0]
        return None if ratio and critical < 0 and (control[0] == 0 or far > critical) else far
    value = 1 + mpf(bound) / 100 if ratio else mpf(bound)
    if abs(value - ends[0]) < 1e-15 or abs(value - ends[1]) < 1e-15:
        return None
    step = max(abs(value), mpf(10) ** -3) * mpf(10) ** -10
    below, above = (statistic(control, treatment, v, ratio)[0] for v in (value - step, value + step))
    return None if below > critical > above or (value - step <= ends[0]) else (below, above)


def critical_value(alpha, alternative):
    return student_quantile(mpf(alpha) / (2 if alternative == 'two-sided' else 1), mpf(10) ** 30)
