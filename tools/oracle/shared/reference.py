"""What ab_test computes, a second time: at 50 digits, and by other methods than its own.

Moments are exact rationals instead of Welford's updates, Student's tail is a power
series instead of Boost, the noncentral t a quadrature, the router Python's own MD5.
"""
import collections
import functools
import hashlib
import math
from fractions import Fraction

import numpy as np
import scipy.special
import scipy.stats
from mpmath import mp, mpf

EPS = 2.0 ** -52

Arm = collections.namedtuple('Arm', 'n mean variance')
Design = collections.namedtuple('Design', 'baseline mde alpha power ratio alternative stddev')


# ---------------------------------------------------------------- assignment

def router_bucket(experiment, user):
    digest = hashlib.md5(('%s:%s' % (experiment, user)).encode()).hexdigest()
    return int(digest, 16) % 10000


def router(bucket, split):
    return 'treatment' if bucket / 10000 < split else 'control'


# ---------------------------------------------------------------- moments

def exact_sums(values):
    """Exact sum and sum of squares of doubles, as rationals."""
    mantissas, exponents = np.frexp(np.asarray(values, dtype=float))
    lowest = int(exponents.min()) - 53
    integers = [int(m) << (int(e) - 53 - lowest)
                for m, e in zip((mantissas * 2.0 ** 53).tolist(), exponents.tolist())]
    unit = Fraction(2) ** lowest
    return sum(integers) * unit, sum(i * i for i in integers) * unit * unit


def rational(x):
    return mpf(x.numerator) / mpf(x.denominator)


def exact_arm(values):
    """n, mean and sample variance (None below two values), exact but for the last step."""
    n = len(values)
    total, squares = exact_sums(values)
    variance = None if n < 2 else rational((squares - total * total / n) / (n - 1))
    return Arm(n, rational(total / n), variance)


def exact_covariance(x, y):
    """Sample covariance of two lists of doubles through (x+y)^2 - (x-y)^2, in rationals."""
    fx, fy = [Fraction(v) for v in x], [Fraction(v) for v in y]
    n = len(fx)
    return rational((sum(a * b for a, b in zip(fx, fy)) - sum(fx) * sum(fy) / n) / (n - 1))


# ---------------------------------------------------------------- the normal distribution

def normal_upper(z):
    return mp.erfc(z / mp.sqrt(2)) / 2


def normal_p(z, alternative):
    if alternative == 'two-sided':
        return 2 * normal_upper(abs(z))
    return normal_upper(z if alternative == 'greater' else -z)


def normal_quantile(q):
    """z with upper tail q, by Newton's method on the logarithm."""
    q = mpf(q)
    if q > 0.5:
        return -normal_quantile(1 - q)
    z = mpf(float(scipy.stats.norm.isf(float(q))))
    for _ in range(50):
        p = normal_upper(z)
        step = mp.log(p / q) * p / (mp.exp(-z * z / 2) / mp.sqrt(2 * mp.pi))
        z += step
        if abs(step) < mpf(10) ** -30:
            break
    return z


# ---------------------------------------------------------------- Student's t

@functools.lru_cache(maxsize=100000)
def log_beta_half_cached(b, digits):
    with mp.workdps(digits):
        return mp.loggamma(mpf(1) / 2) + mp.loggamma(b) - mp.loggamma(b + mpf(1) / 2)


def log_beta_half(b):
    """log B(1/2, b) at the working precision, with digits to spare for b up to 1e10.

    Precisions are rounded up to hundreds, so that the cache is of use.
    """
    return log_beta_half_cached(b, -(-(mp.dps + 25) // 100) * 100)


def central_series(y, b, bits):
    """sum of (b+1/2)_k / (3/2)_k y^k in fixed point: all terms are positive."""
    one = 1 << bits
    step = int(mp.floor(mp.ldexp(y, bits)))
    numerator = int(mp.floor(mp.ldexp((b + mpf(1) / 2) * y, bits)))
    term, total, k = one, one, 0
    # the terms grow before they fall: stop only once they fall
    while term > total >> (bits - 8) or 2 * numerator > (3 + 2 * k) << bits:
        term = ((term * numerator * 2) >> bits) // (3 + 2 * k)
        total += term
        numerator += step
        k += 1
    return mp.ldexp(mpf(total), -bits)


def tail_series(x, b, bits):
    """sum of (b+1/2)_k / (b+1)_k x^k in fixed point, for x up to 1/2."""
    one = 1 << bits
    step = int(mp.floor(mp.ldexp(x, bits)))
    numerator = int(mp.floor(mp.ldexp((b + mpf(1) / 2) * x, bits)))
    denominator = int(mp.floor(mp.ldexp(b + 1, bits)))
    term, total = one, one
    while term > 1 << 8:
        term = term * numerator // denominator
        total += term
        numerator += step
        denominator += one
    return mp.ldexp(mpf(total), -bits)


def student_sf(t, df):
    """P(T > t): the incomplete beta function by whichever power series converges.

    In the body the tail is 1/2 minus the centre, so the digits that cancel are
    added to the working precision beforehand.
    """
    t, df = mpf(t), mpf(df)
    if t < 0:
        return 1 - student_sf(-t, df)
    if t == 0:
        return mpf(1) / 2
    b = df / 2
    x = df / (df + t * t)
    lost = int(float(-b * mp.log10(x))) + 5
    with mp.workdps(mp.dps + 25 + (lost if x > 0.5 else 0)):
        x = df / (df + t * t)
        y = t * t / (df + t * t)
        bits = mp.prec + 20
        scale = mp.exp(b * mp.log(x) + mp.log(y) / 2 - log_beta_half(b))
        if x <= 0.5:
            result = scale / b * tail_series(x, b, bits) / 2
        else:
            result = mpf(1) / 2 - scale * central_series(y, b, bits)
    return +result


def student_density(t, df):
    return mp.exp(-(df + 1) / 2 * mp.log1p(t * t / df) - log_beta_half(df / 2)) / mp.sqrt(df)


@functools.lru_cache(maxsize=100000)
def student_quantile(upper, df):
    """t with P(T > t) = upper, by Newton's method from SciPy's answer.

    log P is concave in log t, so the iteration converges from anywhere, however bad SciPy's tail.
    """
    upper, df = mpf(upper), mpf(df)
    if upper > 0.5:
        return -student_quantile(1 - upper, df)
    if upper == 0.5:
        return mpf(0)
    start = float(scipy.stats.t.isf(float(upper), float(df)))
    t = mpf(start) if 0 < start < math.inf else mpf(1)
    for _ in range(200):
        p = student_sf(t, df)
        step = mp.log(p / upper) * p / (t * student_density(t, df))
        t *= mp.exp(step)
        if abs(step) < mpf(10) ** -28:
            return t
    raise ArithmeticError('no quantile for %s, df %s' % (upper, df))


# ---------------------------------------------------------------- the t-test

def t_test(control, treatment, alpha, alternative, equal_var):
    """What ab_ttest must return for two exact arms, as a dictionary of mpf and None."""
    want = {'diff': treatment.mean - control.mean,
            'relative_lift_pct': None if control.mean == 0
            else (treatment.mean - control.mean) / control.mean * 100}
    spread = pooled(control, treatment) if equal_var else unpooled(control, treatment)
    if spread is None:
        return want
    control_part, treatment_part, df = spread
    se = mp.sqrt(control_part + treatment_part)
    statistic = want['diff'] / se
    critical = student_quantile(mpf(alpha) / (2 if alternative == 'two-sided' else 1), df)
    want.update(std_error=se, statistic=statistic, df=df,
                p_value=p_value(statistic, df, alternative), critical=critical)
    want['diff_low'] = None if alternative == 'less' else want['diff'] - critical * se
    want['diff_high'] = None if alternative == 'greater' else want['diff'] + critical * se
    want.update(fieller(control.mean, treatment.mean, control_part, treatment_part, critical, alternative))
    return want


def pooled(control, treatment):
    """Student: the variances of the two means and the degrees of freedom."""
    df = control.n + treatment.n - 2
    if df < 1:
        return None
    variance = sum((a.n - 1) * a.variance for a in (control, treatment) if a.n > 1) / df
    if variance == 0:
        return None
    return variance / control.n, variance / treatment.n, mpf(df)


def unpooled(control, treatment):
    """Welch, with Satterthwaite's degrees of freedom; not where an arm has no variation."""
    if control.n < 2 or treatment.n < 2 or control.variance == 0 or treatment.variance == 0:
        return None
    c, t = control.variance / control.n, treatment.variance / treatment.n
    return c, t, (c + t) ** 2 / (c * c / (control.n - 1) + t * t / (treatment.n - 1))


def p_value(statistic, df, alternative):
    if alternative == 'greater':
        return student_sf(statistic, df)
    if alternative == 'less':
        return student_sf(-statistic, df)
    return 2 * student_sf(abs(statistic), df)


def fieller(mc, mt, vc, vt, critical, alternative, covariance=mpf(0)):
    """The ratios theta the test does not reject: |mt - theta mc| <= critical se(theta).

    'g' is 1 - (critical se(mc) / mc)^2: the set is an interval when it is positive.
    """
    if mc == 0:
        return {'lift_low_pct': None, 'lift_high_pct': None, 'g': None}
    g = 1 - critical ** 2 * vc / mc ** 2
    if g <= 0:
        return {'lift_low_pct': None, 'lift_high_pct': None, 'g': g}
    a, b, c = mc ** 2 - critical ** 2 * vc, mc * mt - critical ** 2 * covariance, mt ** 2 - critical ** 2 * vt
    root = mp.sqrt(max(b * b - a * c, mpf(0)))
    # with a negative critical value (one-sided, alpha above one half) the roots change places
    low, high = ((b + s * root) / a for s in ((-1, 1) if critical >= 0 else (1, -1)))
    # a negative control mean turns "greater difference" into "smaller ratio"
    open_low = alternative == ('less' if mc > 0 else 'greater')
    open_high = alternative == ('greater' if mc > 0 else 'less')
    return {'lift_low_pct': None if open_low else (low - 1) * 100,
            'lift_high_pct': None if open_high else (high - 1) * 100, 'g': g}


# ---------------------------------------------------------------- power

def log_weight(w, df):
    """log of the density of log(chi/sqrt(df)), up to a constant: df (w - (e^2w - 1)/2).

    The series keeps the digits that the subtraction loses near 0, where large df puts all the weight.
    """
    near = np.abs(w) < 0.05
    small = np.where(near, w, 0.0)
    series = sum(-(2 * small) ** k / (2 * math.factorial(k)) for k in range(2, 14))
    return df * np.where(near, series, w - np.expm1(2 * np.where(near, 0.0, w)) / 2)


def weight_range(df, digits):
    """Where that weight is above 10^-digits, and its width."""
    width = 1 / math.sqrt(2 * df)
    reach = digits * math.log(10)
    left = max(4 * width * math.sqrt(reach), 2 * reach / df if df < 50 else 0)
    return -left, min(4 * width * math.sqrt(reach), 0.5 * math.log(1 + 2 * reach / df) + 1), width


def effect_size(design):
    """Statsmodels' effect size: a rate has the standard deviation of its baseline."""
    sd = design.stddev or mp.sqrt(mpf(design.baseline) * (1 - mpf(design.baseline)))
    return abs(mpf(design.mde)) / sd


def noncentral(design, n):
    """df, noncentrality and critical value of the test with n users in control."""
    r, sides = mpf(design.ratio), 2 if design.alternative == 'two-sided' else 1
    df = n + r * n - 2
    return df, effect_size(design) * mp.sqrt(n * r / (1 + r)), student_quantile(mpf(design.alpha) / sides, df)


# Above this noncentrality the mixture over s is all in a narrow step, and the one over z is smooth.
LARGE_NONCENTRALITY = 30


def t_power(df, nc, alpha, two_sided):
    """Power in doubles: P(z + nc > critical s), z normal, s = chi / sqrt(df).

    A mixture of normal tails over log s, by the trapezoidal rule: the integrand is analytic
    and falls off at both ends, so the rule converges geometrically.
    """
    critical = float(student_quantile(mpf(alpha) / (2 if two_sided else 1), mpf(df)))
    if nc > LARGE_NONCENTRALITY:
        z = np.arange(-12, 12, min(1, critical / math.sqrt(2 * df)) / 8)
        weight = np.exp(-z * z / 2)
        return float(np.sum(weight * scipy.special.gammainc(df / 2, df / 2 * ((nc + z) / critical) ** 2))
                     / np.sum(weight))
    low, high, width = weight_range(df, 18)
    w = np.arange(low, high, min(width, 1 / (1 + nc), 0.2) / 4)
    weight = np.exp(log_weight(w, df))
    tails = scipy.special.ndtr(nc - critical * np.exp(w))
    if two_sided:
        tails = tails + scipy.special.ndtr(-nc - critical * np.exp(w))
    return float(np.sum(weight * tails) / np.sum(weight))


def power_fast(design, n):
    df, nc, _ = noncentral(design, n)
    return t_power(float(df), float(nc), design.alpha, design.alternative == 'two-sided')


def power_exact(design, n):
    """The same in 40 digits."""
    with mp.workdps(40):
        df, nc, critical = noncentral(design, n)
        if nc > LARGE_NONCENTRALITY:
            return power_over_z(df, nc, critical)
        low, high, width = weight_range(float(df), 30)
        step = mpf(min(width, 1 / (1 + float(nc)), 0.2) / 4)
        total = above = mpf(0)
        for k in range(int(low / step), int(high / step) + 1):
            s = mp.exp(k * step)
            weight = mp.exp(df * (k * step - (s * s - 1) / 2))
            total += weight
            above += weight * mp.ncdf(nc - critical * s)
            if design.alternative == 'two-sided':
                above += weight * mp.ncdf(-nc - critical * s)
        return above / total


def power_over_z(df, nc, critical):
    step = min(mpf(1), critical / mp.sqrt(2 * df)) / 5
    total = above = mpf(0)
    for k in range(int(-13 / step), int(13 / step) + 1):
        weight = mp.exp(-(k * step) ** 2 / 2)
        total += weight
        above += weight * mp.gammainc(df / 2, 0, df / 2 * ((nc + k * step) / critical) ** 2, regularized=True)
    return above / total
