"""The score test of two rates a second time: closed forms of the constrained maximum, at 50 digits and by the table.

Miettinen and Nurminen's cubic for a difference and their quadratic for a ratio, which the extension does not use.
"""
import numpy as np
import scipy.stats
from mpmath import mp, mpf


def rates_of_difference(xc, nc, xt, nt, d):
    """Rates (pc, pt) most likely under pt - pc = d: the cubic of Miettinen and Nurminen 1985, appendix 1."""
    n, x = mpf(nc + nt), xc + xt
    l2, l1, l0 = (nt + 2 * nc) * d - n - x, (nc * d - n - 2 * xc) * d + x, xc * d * (1 - d)
    q = (l2 / (3 * n)) ** 3 - l1 * l2 / (6 * n * n) + l0 / (2 * n)
    p = mp.sqrt(max((l2 / (3 * n)) ** 2 - l1 / (3 * n), mpf(0)))
    p = -p if q < 0 else p
    angle = (mp.pi + mp.acos(max(min(q / p ** 3 if p else mpf(0), mpf(1)), mpf(-1)))) / 3
    pc = min(max(2 * p * mp.cos(angle) - l2 / (3 * n), max(mpf(0), -d)), min(mpf(1), 1 - d))
    return pc, pc + d


def rates_of_ratio(xc, nc, xt, nt, ratio):
    """Rates (pc, pt) most likely under pt = ratio pc: their quadratic."""
    a, b, c = (nc + nt) * ratio, -(nt * ratio + xt + nc + xc * ratio), mpf(xc + xt)
    pc = min((-b - mp.sqrt(b * b - 4 * a * c)) / (2 * a), 1 / ratio, mpf(1))
    return pc, min(pc * ratio, mpf(1))


def unskewed(s, g):
    """The root z of z + g (z^2 - 1) = s, or of its tangent from the slope 1/2 on."""
    if g == 0:
        return s
    z = 2 * (s + g) + 1 / (8 * g)
    if g * z < -mpf(1) / 4:
        return z
    return (-1 + mp.sqrt(1 + 4 * g * (s + g))) / (2 * g)


def corrected(table, value, ratio, sign):
    """The corrected statistic of pt - pc = value or pt = value pc against one side, and its standard error."""
    xc, nc, xt, nt = table
    value = mpf(value)
    pc, pt = rates_of_ratio(*table, value) if ratio else rates_of_difference(*table, value)
    b = value if ratio else mpf(1)
    excess = mpf(xt) / nt - b * mpf(xc) / nc - (0 if ratio else value)
    variance = (pt * (1 - pt) / nt + b ** 2 * pc * (1 - pc) / nc) * mpf(nc + nt) / (nc + nt - 1)
    third = pt * (1 - pt) * (1 - 2 * pt) / mpf(nt) ** 2 - b ** 3 * pc * (1 - pc) * (1 - 2 * pc) / mpf(nc) ** 2
    if variance <= mpf(10) ** -40:
        return None, mpf(0)
    step = max(mpf(1) / nt, b / nc) / 4
    root = mp.sqrt(variance)
    return unskewed((excess - sign * step) / root, third / (6 * root ** 3)), root


def corrected_tables(nc, nt, value, ratio, sign):
    """The same in doubles for all tables, [xc, xt]; -inf times the sign where nothing varies."""
    xc, xt = np.arange(nc + 1.0)[:, None], np.arange(nt + 1.0)[None, :]
    n, x = nc + nt, xc + xt
    if ratio:
        a, b = n * value, value * (nt + xc) + nc + xt
        pc = np.clip(2 * x / (b + np.sqrt(np.maximum(b * b - 4 * a * x, 0))), 0, min(1, 1 / value))
        pt, scale, shift = np.clip(value * pc, 0, 1), value, 0
    else:
        d = value
        l2, l1, l0 = (nt + 2 * nc) * d - n - x, (nc * d - n - 2 * xc) * d + x, xc * d * (1 - d)
        q = (l2 / (3 * n)) ** 3 - l1 * l2 / (6 * n * n) + l0 / (2 * n)
        u = np.where(q < 0, -1, 1) * np.sqrt(np.maximum((l2 / (3 * n)) ** 2 - l1 / (3 * n), 0))
        with np.errstate(divide='ignore', invalid='ignore'):
            angle = (np.pi + np.arccos(np.clip(np.where(u == 0, 0, q / u ** 3), -1, 1))) / 3
        pc = np.clip(2 * u * np.cos(angle) - l2 / (3 * n), max(0, -d), min(1, 1 - d))
        pt, scale, shift = np.clip(pc + d, 0, 1), 1.0, d
    variance = (pt * (1 - pt) / nt + scale ** 2 * pc * (1 - pc) / nc) * n / (n - 1)
    third = pt * (1 - pt) * (1 - 2 * pt) / nt ** 2 - scale ** 3 * pc * (1 - pc) * (1 - 2 * pc) / nc ** 2
    with np.errstate(divide='ignore', invalid='ignore'):
        g = third / (6 * variance ** 1.5)
        s = (xt / nt - scale * xc / nc - shift - sign * max(1 / nt, scale / nc) / 4) / np.sqrt(variance)
        tangent = 2 * (s + g) + 1 / (8 * g)
        z = np.where(g * tangent < -0.25, tangent, 2 * (s + g) / (1 + np.sqrt(np.maximum(1 + 4 * g * (s + g), 0))))
    return np.where(variance > 1e-30, np.where(g == 0, s, z), -sign * np.inf)


def share_shown(nc, nt, pc, pt, alpha, low, high, ratio):
    """The probability that the rates are shown to be above `low` and below `high`, either None, over all tables."""
    shown = np.ones((nc + 1, nt + 1), bool)
    z = scipy.stats.norm.isf(alpha)
    if low is not None:
        shown &= corrected_tables(nc, nt, low, ratio, 1) > z
    if high is not None:
        shown &= corrected_tables(nc, nt, high, ratio, -1) < -z
    of_c = scipy.stats.binom.pmf(np.arange(nc + 1), nc, pc)
    of_t = scipy.stats.binom.pmf(np.arange(nt + 1), nt, pt)
    return float(of_c @ shown @ of_t)
