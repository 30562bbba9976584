"""The skewness-corrected score test of two rates without a continuity correction, at 50 digits."""
from mpmath import mp, mpf

from .rates import rates_of_difference, rates_of_ratio, unskewed
from .reference import student_quantile

DIGITS = 50


def statistic(control, treatment, value=0, ratio=False):
    """z and its standard error of (successes, rows) twice, if the rates differ by value or have it as their ratio."""
    with mp.workdps(DIGITS):
        (x2, n2), (x1, n1) = [(mpf(x), mpf(n)) for x, n in (control, treatment)]
        value = mpf(value)
        p2, p1 = (rates_of_ratio if ratio else rates_of_difference)(x2, n2, x1, n1, value)
        scale = value if ratio else mpf(1)
        v1, v2 = p1 * (1 - p1) / n1, p2 * (1 - p2) / n2
        variance = (v1 + scale ** 2 * v2) * (n1 + n2) / (n1 + n2 - 1)
        if variance <= mpf(10) ** -40:
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
    if abs(value - ends[0]) < 1e-14 or abs(value - ends[1]) < 1e-14:
        return None
    step = max(abs(value), mpf(10) ** -3) * mpf(10) ** -10
    below, above = (statistic(control, treatment, v, ratio)[0] for v in (value - step, value + step))
    return None if below > critical > above or (value - step <= ends[0]) else (below, above)


def critical_value(alpha, alternative):
    return student_quantile(mpf(alpha) / (2 if alternative == 'two-sided' else 1), mpf(10) ** 30)
