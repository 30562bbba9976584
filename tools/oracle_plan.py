#!/usr/bin/python3
"""Compare the planning functions with independent arithmetic on random designs.

Rates under a null with a margin come from the roots of Farrington and Manning's
cubic at 50 digits instead of a search for the root of the slope; the power of
paired tests from quadrature over log s; that of two one-sided t-tests from the
integral over the difference instead of the one over the standard deviation; and
once more from statsmodels, from enumeration of all outcomes and from simulation.

Connects by PGHOST, PGPORT, PGUSER and PGDATABASE, writes only temporary objects,
and is deterministic.  Names of sections as arguments run only those.  The last
line is "oracle_plan: N passed, M failed"; the exit status is 1 when M is not 0.
"""
import collections
import math
import sys
import warnings
from fractions import Fraction

import numpy as np
import scipy.special
import scipy.stats
from mpmath import mp, mpf
from statsmodels.stats.power import NormalIndPower, TTestIndPower, TTestPower
from statsmodels.stats.proportion import power_proportions_2indep

sys.dont_write_bytecode = True
from checks import run_sections      # noqa: E402
from reference import log_weight, student_quantile, weight_range    # noqa: E402

SEED = 20240307
ALTERNATIVES = ('two-sided', 'less', 'greater')
STATSMODELS = {'two-sided': 'two-sided', 'greater': 'larger', 'less': 'smaller'}
TOL_POWER = 1e-10

# Rates: the hypothesis is treatment - control = null, and ratio = treatment / control users.
Rates = collections.namedtuple('Rates', 'control treatment null ratio alpha two_sided unpooled')


def relative(got, want):
    return float(abs(mpf(got) - want) / abs(want)) if want else abs(float(got))


def close(checks, quantity, inputs, got, want, tolerance=TOL_POWER):
    """Relative error, of what is not negligibly small."""
    if got is None or not math.isfinite(got):
        checks.fail(inputs, got, want)
        return
    if abs(want) < 1e-250:
        checks.check(abs(got) < 1e-240, inputs, got, want)
        return
    error = relative(got, want)
    checks.measure(quantity, error)
    if error <= tolerance:
        checks.ok()
    else:
        checks.fail(inputs, got, want, error)


def log_uniform(rng, low, high):
    return float(math.exp(rng.uniform(math.log(low), math.log(high))))


def random_levels(rng):
    """alpha, power and ratio."""
    alpha = float(rng.choice([0.05, 0.05, 0.025, 0.01, log_uniform(rng, 1e-5, 0.3)]))
    power = float(rng.choice([0.8, 0.9, float(rng.uniform(max(0.3, 1.3 * alpha), 0.99))]))
    ratio = float(rng.choice([0.25, 3, 1.5, log_uniform(rng, 0.1, 10)]))
    return alpha, power, ratio


# ---------------------------------------------------------------- rates

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


def normal_quantile(upper):
    return mp.sqrt(2) * mp.erfinv(1 - 2 * mpf(upper))


def rate_power(design, n):
    z = normal_quantile(mpf(design.alpha) / (2 if design.two_sided else 1))
    shift = mp.sqrt(n) * abs(mpf(design.treatment) - design.control - design.null)
    error = rate_error(mpf(design.control), mpf(design.treatment), mpf(design.ratio))
    s0 = null_error(design)
    power = mp.ncdf((shift - z * s0) / error)
    if design.two_sided:
        power += mp.ncdf((-shift - z * s0) / error)
    return power


def smallest(checks, inputs, n, least, power_at, target):
    """n reaches the target and n - 1 does not; a draw in the last digits is nobody's fault."""
    good = power_at(n) >= target * (1 - 1e-12) and (n == least or power_at(n - 1) < target * (1 + 1e-12))
    checks.check(good, inputs, n, 'the smallest size')


def section_proportions(server, checks):
    rng = np.random.default_rng(SEED)
    for i in range(250):
        alpha, power, ratio = random_levels(rng)
        alternative = ALTERNATIVES[i % 3]
        baseline = float(rng.choice([rng.uniform(0.01, 0.99), log_uniform(rng, 1e-5, 0.1), 1 - log_uniform(rng, 1e-4, 0.1)]))
        room = baseline if alternative == 'less' else 1 - baseline
        effect = room * log_uniform(rng, 1e-3, 0.99)
        method = 'z_unpooled' if i % 5 == 4 else 'score'
        sign = -1 if alternative == 'less' else 1
        treatment = baseline + sign * effect
        if not 0 < treatment < 1:
            continue
        design = Rates(baseline, treatment, 0, ratio, alpha, alternative == 'two-sided', method == 'z_unpooled')
        inputs = (baseline, effect, alpha, power, ratio, alternative, method)
        n, at_n, below, mde = server.rows("""
            SELECT n, ab_power_proportion(n, b, e, a, r, alt, m),
                   CASE WHEN n > 2 THEN ab_power_proportion(n - 1, b, e, a, r, alt, m) END,
                   ab_mde_proportion(n, b, a, p, r, alt, m)
            FROM (VALUES (%s::float8, %s::float8, %s::float8, %s::float8, %s::float8, %s, %s)) v(b, e, a, p, r, alt, m),
                 ab_sample_size_proportion(b, e, a, p, r, alt, m) n""", inputs)[0]
        checks.check(at_n >= power and (below is None or below < power), inputs, (below, at_n), power)
        smallest(checks, inputs, n, 2, lambda m: rate_power(design, m), power)
        close(checks, 'proportion power', (n,) + inputs, at_n, rate_power(design, n))
        # the effect of n users is no larger than the one that asked for them, and has that power
        checks.check(mde <= effect * (1 + 1e-9), inputs, mde, 'at most %r' % effect)
        close(checks, 'proportion power at mde', inputs,
              float(rate_power(design._replace(treatment=min(max(baseline + sign * mde, 0), 1)), n)), power, 1e-7)
        if method == 'score':
            # their first sample is our control
            want = power_proportions_2indep(baseline - treatment, treatment, n, ratio=ratio, alpha=alpha,
                                            alternative={'two-sided': 'two-sided', 'less': 'larger',
                                                         'greater': 'smaller'}[alternative], return_results=False)
            checks.check(abs(at_n - want) < 1e-9, ('power_proportions_2indep', n) + inputs, at_n, want)


def rejects_greater(n1, n2, z):
    """The pooled z-test over all outcomes."""
    x1, x2 = np.arange(n1 + 1)[:, None], np.arange(n2 + 1)[None, :]
    pooled = (x1 + x2) / (n1 + n2)
    with np.errstate(all='ignore'):
        return (x2 / n2 - x1 / n1) / np.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2)) > z


def section_enumeration(server, checks):
    """The normal approximation against the probability of all outcomes that the test rejects."""
    for control, effect, ratio, n in ((0.3, 0.12, 1, 200), (0.3, 0.12, 2, 150), (0.5, 0.1, 0.5, 400), (0.1, 0.08, 1, 250), (0.75, 0.1, 3, 120)):
        got = server.value("SELECT ab_power_proportion(%s, %s, %s, ratio => %s, alternative => 'greater')", (n, control, effect, ratio))
        n2 = int(n * ratio)
        weight = (scipy.stats.binom.pmf(np.arange(n + 1), n, control)[:, None]
                  * scipy.stats.binom.pmf(np.arange(n2 + 1), n2, control + effect)[None, :])
        want = float(weight[rejects_greater(n, n2, scipy.stats.norm.isf(0.05))].sum())
        checks.measure('normal approximation (absolute)', abs(got - want))
        checks.check(abs(got - want) < 0.02, (control, effect, ratio, n), got, want)


# ---------------------------------------------------------------- pairs

def t_power(df, nc, alpha, two_sided):
    """P(z + nc > critical s) in doubles, by the trapezoidal rule over log s."""
    critical = float(student_quantile(mpf(alpha) / (2 if two_sided else 1), mpf(df)))
    low, high, width = weight_range(df, 18)
    w = np.arange(low, high, min(width, 1 / (1 + nc), 0.2) / 4)
    weight = np.exp(log_weight(w, df))
    tails = scipy.special.ndtr(nc - critical * np.exp(w))
    if two_sided:
        tails = tails + scipy.special.ndtr(-nc - critical * np.exp(w))
    return float(np.sum(weight * tails) / np.sum(weight))


def section_paired(server, checks):
    rng = np.random.default_rng(SEED + 1)
    for i in range(200):
        alpha, power, _ = random_levels(rng)
        alternative = ALTERNATIVES[i % 3]
        two_sided = alternative == 'two-sided'
        stddev, correlation = log_uniform(rng, 0.01, 100), float(rng.uniform(-0.9, 0.99))
        sd = stddev * math.sqrt(2 * (1 - correlation))
        effect = sd * log_uniform(rng, 1e-3, 3)
        inputs = (effect, stddev, correlation, alpha, power, alternative)
        n, at_n, below, mde = server.rows("""
            SELECT n, ab_power_paired(n, e, s, c, a, alt), CASE WHEN n > 2 THEN ab_power_paired(n - 1, e, s, c, a, alt) END,
                   ab_mde_paired(n, s, c, a, p, alt)
            FROM (VALUES (%s::float8, %s::float8, %s::float8, %s::float8, %s::float8, %s)) v(e, s, c, a, p, alt),
                 ab_sample_size_paired(e, s, c, a, p, alt) n""", inputs)[0]
        checks.check(at_n >= power and (below is None or below < power), inputs, (below, at_n), power)
        close(checks, 'paired power', (n,) + inputs, at_n, t_power(n - 1, effect / sd * math.sqrt(n), alpha, two_sided))
        close(checks, 'paired power at mde', inputs, t_power(n - 1, mde / sd * math.sqrt(n), alpha, two_sided), power, 1e-9)
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            want = TTestPower().power(effect / sd * (-1 if alternative == 'less' else 1), n, alpha,
                                      alternative=STATSMODELS[alternative])
        if math.isfinite(want) and n < 1e6:
            checks.check(abs(at_n - want) < 1e-6, ('TTestPower', n) + inputs, at_n, want)


# ---------------------------------------------------------------- summaries

def section_summary(server, checks):
    """The variance of each design from the rows themselves, then the function of a known variance."""
    rng = np.random.default_rng(SEED + 2)
    for i in range(60):
        n = int(rng.integers(5, 60))
        x = rng.gamma(3, 1, n) + 1
        columns = np.column_stack([2 * x + rng.normal(0, 1, n), x, rng.gamma(2, 1, n) + x, rng.gamma(4, 1, n) + 1])
        other = rng.normal(50, 9, (7, 4))
        server.load('history', 'variant text, a float8, b float8, c float8, d float8',
                    [('control', *row) for row in columns.tolist()] + [('treatment', *row) for row in other.tolist()])
        a, b, c, d = columns.T
        ratio_form = (a - a.mean() / b.mean() * b) / b.mean()
        before_form = (c - c.mean() / d.mean() * d) / d.mean()
        known = {
            'mean': (a.mean(), a.std(ddof=1)),
            'ratio': (a.mean() / b.mean(), ratio_form.std(ddof=1)),
            'cuped': (a.mean(), residual_sd(a, b)),
            'ratio_cuped': (a.mean() / b.mean(), residual_sd(ratio_form, before_form)),
            'paired': (a.mean(), (a - b).std(ddof=1)),
        }
        alpha, power, ratio = random_levels(rng)
        alternative, relative_effect = ALTERNATIVES[i % 3], bool(i % 2)
        deff = float(rng.choice([1, 1.7]))
        for design, (mean, sd) in known.items():
            state = 'ab_summary(a, b, c, d, variant)' if design == 'ratio_cuped' else 'ab_summary(a, b, variant)'
            if design == 'mean' and i % 2:
                state = 'ab_summary(a, variant)'
            r = 1 if design == 'paired' else ratio
            effect = log_uniform(rng, 0.05, 0.5)
            args = (alpha, r, alternative, deff, design, relative_effect)
            n, at_n, mde = server.rows("""
                SELECT k, ab_power(k, s, %s, %s, %s, %s, %s, %s, %s), ab_mde(k, s, %s, %s, %s, %s, %s, %s, %s)
                FROM (SELECT {} s FROM history) h, ab_sample_size(s, %s, %s, %s, %s, %s, %s, %s, %s) k""".format(state),
                (effect, *args, alpha, power, *args[1:], effect, alpha, power, *args[1:]))[0]
            size = effect * (abs(mean) if relative_effect else 1) / (sd * math.sqrt(deff))
            two_sided = alternative == 'two-sided'

            def power_at(m):
                if design == 'paired':
                    return t_power(m - 1, size * math.sqrt(m), alpha, two_sided)
                return t_power(m * (1 + r) - 2, size * math.sqrt(m * r / (1 + r)), alpha, two_sided)
            inputs = (i, design, effect, power, size) + args
            least = max(2, math.ceil(3 / (1 + r)))
            smallest(checks, inputs, n, least, power_at, power)
            close(checks, 'summary power', (n,) + inputs, at_n, power_at(n), 1e-9)
            if n > least:
                checks.check(mde <= effect * (1 + 1e-9), inputs, mde, 'at most %r' % effect)


def residual_sd(y, x):
    slope, intercept = np.polyfit(x, y, 1)
    return math.sqrt(np.sum((y - slope * x - intercept) ** 2) / (len(y) - 2))


# ---------------------------------------------------------------- margins

def section_noninferiority(server, checks):
    rng = np.random.default_rng(SEED + 3)
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
            SELECT n, ab_power_noninferiority(n, b, m, a, r, h, e),
                   CASE WHEN n > 2 THEN ab_power_noninferiority(n - 1, b, m, a, r, h, e) END
            FROM (VALUES (%s::float8, %s::float8, %s::float8, %s::float8, %s::float8, %s, %s::float8)) v(b, m, a, p, r, h, e),
                 ab_sample_size_noninferiority(b, m, a, p, r, h, e) n""", inputs)[0]
        design = Rates(baseline, baseline + effect, -sign * margin, ratio, alpha, False, False)
        checks.check(at_n >= power and (below is None or below < power), inputs, (below, at_n), power)
        smallest(checks, inputs, n, 2, lambda m: rate_power(design, m), power)
        close(checks, 'non-inferiority power', (n,) + inputs, at_n, rate_power(design, n))

        sd = log_uniform(rng, 0.1, 10)
        distance = (sign * effect + margin) / sd
        least = max(2, math.ceil(3 / (1 + ratio)))
        n, at_n = server.rows("""SELECT n, ab_power_noninferiority(n, NULL, %s, %s, %s, %s, %s, %s)
            FROM ab_sample_size_noninferiority(NULL, %s, %s, %s, %s, %s, %s, %s) n""",
            (margin, alpha, ratio, direction, effect, sd, margin, alpha, power, ratio, direction, effect, sd))[0]

        def power_at(m):
            return t_power(m * (1 + ratio) - 2, distance * math.sqrt(m * ratio / (1 + ratio)), alpha, False)
        smallest(checks, inputs + (sd,), n, least, power_at, power)
        close(checks, 'non-inferiority power, means', (n, sd) + inputs, at_n, power_at(n))


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


def section_equivalence(server, checks):
    rng = np.random.default_rng(SEED + 4)
    for i in range(150):
        alpha, power, ratio = random_levels(rng)
        sd = log_uniform(rng, 0.1, 10)
        margin = sd * log_uniform(rng, 2e-4, 3)
        effect = 0.0 if i % 2 else margin * float(rng.uniform(-0.8, 0.8))
        inputs = (margin, alpha, power, ratio, effect, sd)
        n, at_n, below = server.rows("""
            SELECT n, ab_power_equivalence(n, NULL, m, a, r, e, s),
                   CASE WHEN n > greatest(2, ceil(3 / (1 + r))) THEN ab_power_equivalence(n - 1, NULL, m, a, r, e, s) END
            FROM (VALUES (%s::float8, %s::float8, %s::float8, %s::float8, %s::float8, %s::float8)) v(m, a, p, r, e, s),
                 ab_sample_size_equivalence(NULL, m, a, p, r, e, s) n""", inputs)[0]
        checks.check(at_n >= power and (below is None or below < power), inputs, (below, at_n), power)
        close(checks, 'equivalence power, means', (n,) + inputs, at_n,
              tost_power(n, ratio, (margin + effect) / sd, (margin - effect) / sd, alpha), 1e-9)
    # small samples and low power, where the bracket of s is cut short
    for i in range(100):
        n = int(rng.integers(2, 40))
        ratio = float(rng.choice([0.5, 1, 2.5]))
        alpha = float(rng.choice([0.05, 0.2, 0.01]))
        margin, effect = log_uniform(rng, 0.3, 4), 0.0
        if i % 2:
            effect = margin * float(rng.uniform(-0.9, 0.9))
        got = server.value('SELECT ab_power_equivalence(%s, NULL, %s, %s, %s, %s, 1)', (n, margin, alpha, ratio, effect))
        want = tost_power(n, ratio, margin + effect, margin - effect, alpha)
        if want > 1e-10:
            close(checks, 'equivalence power, small n', (n, margin, alpha, ratio, effect), got, want, 1e-8)
    for i in range(120):
        alpha, power, ratio = random_levels(rng)
        baseline = float(rng.uniform(0.05, 0.95))
        margin = min(baseline, 1 - baseline) * log_uniform(rng, 1e-2, 0.9)
        effect = 0.0 if i % 2 else margin * float(rng.uniform(-0.8, 0.8))
        inputs = (baseline, margin, alpha, power, ratio, effect)
        n, at_n, below = server.rows("""
            SELECT n, ab_power_equivalence(n, b, m, a, r, e),
                   CASE WHEN n > 2 THEN ab_power_equivalence(n - 1, b, m, a, r, e) END
            FROM (VALUES (%s::float8, %s::float8, %s::float8, %s::float8, %s::float8, %s::float8)) v(b, m, a, p, r, e),
                 ab_sample_size_equivalence(b, m, a, p, r, e) n""", inputs)[0]
        checks.check(at_n >= power and (below is None or below < power), inputs, (below, at_n), power)
        close(checks, 'equivalence power, rates', (n,) + inputs, at_n, rate_tost_power(inputs, n), 1e-10)


def rate_tost_power(inputs, n):
    baseline, margin, alpha, _, ratio, effect = inputs
    sides = []
    for null in (-margin, margin):
        sides.append(null_error(Rates(baseline, baseline + effect, null, ratio, alpha, False, False)))
    z = normal_quantile(alpha)
    error = rate_error(mpf(baseline), mpf(baseline) + effect, mpf(ratio))
    root = mp.sqrt(n)
    return max(mp.ncdf(((mpf(margin) - effect) * root - z * sides[1]) / error)
               - mp.ncdf((z * sides[0] - (mpf(margin) + effect) * root) / error), mpf(0))


def section_simulation(server, checks):
    """Experiments drawn and tested: the rejection rates are those of the formulas."""
    rng = np.random.default_rng(SEED + 5)
    draws = 200000
    for n1, n2, margin, effect in ((12, 18, 1.2, 0.2), (40, 20, 0.8, 0.0)):
        difference = rng.normal(effect, math.sqrt(1 / n1 + 1 / n2), draws)
        s = np.sqrt(rng.chisquare(n1 + n2 - 2, draws) / (n1 + n2 - 2))
        bound = scipy.stats.t.isf(0.05, n1 + n2 - 2) * s * math.sqrt(1 / n1 + 1 / n2)
        want = np.mean((difference + margin > bound) & (difference - margin < -bound))
        got = server.value('SELECT ab_power_equivalence(%s, NULL, %s, ratio => %s, effect => %s, stddev => 1)', (n1, margin, n2 / n1, effect))
        checks.check(abs(got - want) < 5 * math.sqrt(0.25 / draws), ('TOST', n1, n2, margin, effect), got, want)
        want = np.mean(difference + margin > bound)
        got = server.value('SELECT ab_power_noninferiority(%s, NULL, %s, ratio => %s, effect => %s, stddev => 1)', (n1, margin, n2 / n1, effect))
        checks.check(abs(got - want) < 5 * math.sqrt(0.25 / draws), ('non-inferiority', n1, n2, margin, effect), got, want)


# ---------------------------------------------------------------- the rest

def section_normal(server, checks):
    """NormalIndPower is near the power for rates at a small effect; TTestIndPower is that from a summary."""
    rng = np.random.default_rng(SEED + 6)
    for i in range(60):
        baseline, ratio = float(rng.uniform(0.1, 0.9)), float(rng.choice([0.5, 1, 2]))
        n, alternative = int(rng.integers(20000, 10 ** 7)), ALTERNATIVES[i % 3]
        effect = float(rng.uniform(0.5, 4)) * math.sqrt(baseline * (1 - baseline) * (1 + 1 / ratio) / n)
        size = effect / math.sqrt(baseline * (1 - baseline)) * (-1 if alternative == 'less' else 1)
        want = NormalIndPower().power(size, n, 0.05, ratio, STATSMODELS[alternative])
        got = server.value('SELECT ab_power_proportion(%s, %s, %s, ratio => %s, alternative => %s)', (n, baseline, effect, ratio, alternative))
        checks.check(abs(got - want) < 0.03, ('NormalIndPower', n, baseline, effect, ratio, alternative), got, want)
        mean = server.value("SELECT ab_power(%s, ab_make_summary('control', 1000, 5, 2), %s, ratio => %s, alternative => %s)",
                            (n, 2 * abs(size), ratio, alternative))
        want = TTestIndPower().power(size, n, 0.05, ratio, alternative=STATSMODELS[alternative])
        if math.isfinite(want):
            checks.check(abs(mean - want) < 1e-6, ('TTestIndPower', n, size, ratio, alternative), mean, want)


def section_counts(server, checks):
    """Days, clusters and levels in exact arithmetic of the decimals given."""
    rng = np.random.default_rng(SEED + 7)
    for _ in range(600):
        percent, daily, n = int(rng.integers(1, 100)), int(rng.integers(1, 100000)), int(log_uniform(rng, 1, 1e7))
        want = math.ceil(Fraction(n) / (daily * (1 - Fraction(percent, 100))))
        got = server.value('SELECT ab_duration(%s, %s, %s)', (n, daily, percent / 100))
        checks.check(got == want, (n, daily, percent), got, want)
        icc, size, cv = int(rng.integers(0, 1001)), int(rng.integers(1, 500)), int(rng.integers(0, 200))
        effect = 1 + ((1 + Fraction(cv, 100) ** 2) * size - 1) * Fraction(icc, 1000)
        got, clusters = server.rows('SELECT ab_design_effect(%s, %s, %s), ab_clusters(%s, %s, %s, %s)', (
            icc / 1000, size, cv / 100, n, icc / 1000, size, cv / 100))[0]
        close(checks, 'design effect', (icc, size, cv), got, mpf(effect.numerator) / effect.denominator, 1e-15 * 8)
        checks.check(clusters == math.ceil(n * effect / size), (n, icc, size, cv), clusters, math.ceil(n * effect / size))
    for _ in range(200):
        alpha, count = log_uniform(rng, 1e-12, 0.9), int(log_uniform(rng, 1, 1e9))
        bonferroni, sidak = server.rows("SELECT ab_adjusted_alpha(%s, %s), ab_adjusted_alpha(%s, %s, 'sidak')", (alpha, count, alpha, count))[0]
        close(checks, 'adjusted alpha', (alpha, count), bonferroni, mpf(alpha) / count, 1e-15)
        close(checks, 'adjusted alpha', (alpha, count), sidak, -mp.expm1(mp.log1p(-mpf(alpha)) / count), 1e-14)


SECTIONS = {
    'proportions': section_proportions,
    'enumeration': section_enumeration,
    'paired': section_paired,
    'summary': section_summary,
    'noninferiority': section_noninferiority,
    'equivalence': section_equivalence,
    'simulation': section_simulation,
    'normal': section_normal,
    'counts': section_counts,
}


if __name__ == '__main__':
    sys.exit(run_sections('oracle_plan', SECTIONS.items()))
