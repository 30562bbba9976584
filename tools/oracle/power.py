#!/usr/bin/python3
"""ab_sample_size, ab_power and ab_mde for two groups against quadrature of the noncentral t.

The mixture of normal tails in doubles and at 40 digits, SciPy's nct where it has the digits, and
statsmodels' solve_power, whose disagreements are printed.
"""
import math
import warnings

import numpy as np
import scipy.stats
from mpmath import mpf
from statsmodels.stats.power import TTestIndPower

from shared.checks import ALTERNATIVES, check_mistakes, run_sections, seeded, show
from shared.data import random_size
from shared.reference import Design, effect_size, noncentral, power_exact, power_fast

SEED = 20240229
TOL_POWER = 1e-10


# ---------------------------------------------------------------- sizing

def random_design(rng, i):
    """A design whose answer is roughly log-uniform from 2 to 1e9, with a degree of freedom at least."""
    alpha = float(rng.choice([0.05, 0.01, 0.1, float(10 ** rng.uniform(-4, -0.7))]))
    power = float(rng.choice([0.8, 0.9, 0.95, float(rng.uniform(max(0.3, 1.2 * alpha), 0.995))]))
    ratio = float(rng.choice([1, 1, 0.25, 3, float(math.exp(rng.uniform(-2.3, 2.3)))]))
    alternative = ALTERNATIVES[i % 3]
    n = math.exp(rng.uniform(math.log(max(2, 3 / (1 + ratio))), math.log(1e9)))
    z = scipy.stats.norm.isf(alpha / (2 if alternative == 'two-sided' else 1)) + scipy.stats.norm.ppf(power)
    effect = max(z, 0.3) * math.sqrt((1 + 1 / ratio) / n)
    baseline = float(rng.uniform(0.02, 0.98))
    mde = effect * math.sqrt(baseline * (1 - baseline))
    if mde < min(baseline, 1 - baseline) * 0.99 and i % 2:
        return Design(baseline, mde, alpha, power, ratio, alternative, None)
    stddev = float(math.exp(rng.normal(0, 2)))
    return Design(baseline * 10, effect * stddev, alpha, power, ratio, alternative, stddev)


def ask_sizing(server, designs):
    """ab_sample_size and, at its answer, what the other two functions say."""
    server.load('design', 'i int, baseline float8, mde float8, alpha float8, power float8, ratio float8, '
                'alternative text, stddev float8', [(i, *d) for i, d in enumerate(designs)])
    return server.named("""
        SELECT i, n, ab_power(n, baseline, mde, alpha, ratio, alternative, stddev) AS at_n,
               CASE WHEN n > 2 THEN ab_power(n - 1, baseline, mde, alpha, ratio, alternative, stddev) END AS below_n,
               ab_mde(n, baseline, alpha, power, ratio, alternative, stddev) AS mde_n,
               CASE WHEN n > 2 THEN ab_mde(n - 1, baseline, alpha, power, ratio, alternative, stddev) END AS mde_below
        FROM design, ab_sample_size(baseline, mde, alpha, power, ratio, alternative, stddev) n ORDER BY i""")


def statsmodels_size(design):
    """ceil(solve_power()), or None when statsmodels finds no answer."""
    names = {'two-sided': 'two-sided', 'greater': 'larger', 'less': 'smaller'}
    effect = float(effect_size(design)) * (-1 if design.alternative == 'less' else 1)
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        try:
            n = TTestIndPower().solve_power(effect, alpha=design.alpha, power=design.power, ratio=design.ratio,
                                            alternative=names[design.alternative])
        except Exception:
            return None
    n = float(np.ravel(n)[0])
    return math.ceil(n) if math.isfinite(n) else None


def is_smallest(design, n):
    """Whether n is the smallest size, 2 or more, that reaches the power."""
    def reaches(m):
        power = power_fast(design, m)
        # at 1e9 users one user more adds less than 1e-9
        return power >= design.power if abs(power - design.power) > 1e-12 else power_exact(design, m) >= design.power
    return reaches(n) and (n == 2 or not reaches(n - 1))


def check_sample_size(checks, design, n, disagreements):
    """Quadrature decides: statsmodels' noncentral t is short of digits from about 1e7 users on."""
    reference = statsmodels_size(design)
    good = is_smallest(design, n)
    if good and n != reference:
        disagreements.append((design, n, reference))
    checks.check(good, design, n, 'the smallest size by quadrature (statsmodels: %s)' % reference)


def check_round_trip(checks, design, row):
    found = []
    if not row['at_n'] >= design.power:
        found.append(('power(n)', row['at_n'], 'at least %r' % design.power, None))
    if row['below_n'] is not None and not row['below_n'] < design.power:
        found.append(('power(n-1)', row['below_n'], 'below %r' % design.power, None))
    if not row['mde_n'] <= design.mde * (1 + 1e-12):
        found.append(('mde(n)', row['mde_n'], 'at most %r' % design.mde, None))
    if row['mde_below'] is not None and not row['mde_below'] >= design.mde * (1 - 1e-12):
        found.append(('mde(n-1)', row['mde_below'], 'at least %r' % design.mde, None))
    checks.all_of(('n=%s' % row['n'], design), found)


def relative(got, want):
    return float(abs(mpf(got) - want) / abs(want))


def check_power(checks, design, n, got, exact):
    want = power_exact(design, n) if exact else power_fast(design, n)
    error = relative(got, want)
    checks.measure('power' if exact else 'power (double quadrature)', error)
    if error > TOL_POWER and not exact:
        error = relative(got, power_exact(design, n))
    if error > TOL_POWER:
        checks.fail((n, design), got, show(want), error)
    else:
        checks.ok()


def check_mde(checks, design, n, got):
    """The power at the reported effect is the power asked for."""
    error = relative(power_fast(design._replace(mde=got), n), design.power)
    checks.measure('power at ab_mde', error)
    if error > 1e-9:
        checks.fail((n, design), got, 'an effect detected with power %r' % design.power, error)
    else:
        checks.ok()


def section_sizing(server, checks, rng):
    article = server.rows("""SELECT ab_sample_size(0.75, 0.05), ab_sample_size(baseline_rate => 0.75,
        min_detectable_effect => 0.05, alpha => 0.05, power => 0.8, ratio => 1, alternative => 'two-sided')""")[0]
    checks.check(article == (1179, 1179), (0.75, 0.05), article, 1179)
    designs = [random_design(rng, i) for i in range(600)]
    disagreements = []
    for i, (design, row) in enumerate(zip(designs, ask_sizing(server, designs))):
        check_sample_size(checks, design, row['n'], disagreements)
        check_round_trip(checks, design, row)
        check_power(checks, design, row['n'], row['at_n'], exact=i % 10 == 0)
        check_mde(checks, design, row['n'], row['mde_n'])
    print('  %d of %d sizes differ from statsmodels and are right by quadrature%s' % (
        len(disagreements), len(designs),
        ''.join('; %d where it says %s' % (n, s) for _, n, s in disagreements[:6])))
    check_free_power(server, checks, rng)


def check_free_power(server, checks, rng):
    """ab_power away from the sizes that were solved for: small n, weak and overwhelming effects."""
    designs, sizes = [], []
    for i in range(500):
        d = random_design(rng, i)
        n = max(random_size(rng, 2, [5, 50, 10 ** 4, 10 ** 9][i % 4]), math.ceil(3 / (1 + d.ratio)))
        sd = d.stddev or 1.0
        effect = float(rng.uniform(0.01, 6)) * math.sqrt((1 + 1 / d.ratio) / n) * sd
        designs.append(d._replace(baseline=1.0, stddev=sd, mde=effect))
        sizes.append(n)
    server.load('design', 'i int, n bigint, baseline float8, mde float8, alpha float8, power float8, ratio float8, '
                'alternative text, stddev float8', [(i, n, *d) for i, (n, d) in enumerate(zip(sizes, designs))])
    rows = server.rows("""SELECT ab_power(n, baseline, mde, alpha, ratio, alternative, stddev),
        ab_mde(n, baseline, alpha, power, ratio, alternative, stddev) FROM design ORDER BY i""")
    for i, (design, n, (power, mde)) in enumerate(zip(designs, sizes, rows)):
        check_power(checks, design, n, power, exact=i % 10 == 0)
        check_mde(checks, design, n, mde)
        check_power_scipy(checks, design, n, power)


def check_power_scipy(checks, design, n, got):
    """SciPy's noncentral t is good for about six digits; where it says nothing, nothing is compared."""
    df, nc, critical = (float(x) for x in noncentral(design, n))
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        want = scipy.stats.nct.sf(critical, df, nc)
        if design.alternative == 'two-sided':
            want += scipy.stats.nct.cdf(-critical, df, nc)
    if math.isfinite(want) and df < 1e6 and power_fast(design, n) > 1e-3:
        checks.check(abs(got - want) < 1e-6, ('scipy.stats.nct', n, design), got, want)


# ---------------------------------------------------------------- errors

def size_mistakes(bad):
    rate = {'baseline_rate': '0.5', 'min_detectable_effect': '0.1'}
    wrong = {'baseline_rate': ('0', '1', '-0.1', '1.1', "'NaN'"),
             'min_detectable_effect': ('0', "'NaN'", "'Infinity'", '0.6'),
             'alpha': ('0', '1', '-1', "'NaN'"), 'power': ('0', '1', '-1', '2', "'NaN'"),
             'ratio': ('0', '-1', "'NaN'", "'Infinity'"), 'alternative': ("'bigger'",),
             'stddev': ('0', '-1', "'NaN'", "'Infinity'")}
    mistakes = []
    for function, fixed, without in (('ab_sample_size', '', ()), ('ab_power', 'n => 100, ', ('power',)),
                                     ('ab_mde', 'n => 100, ', ('min_detectable_effect',))):
        base = {k: v for k, v in rate.items() if k not in without}
        for argument, values in wrong.items():
            if argument in without:
                continue
            for value in values:
                given = dict(base, **{argument: value})
                mistakes.append(('SELECT %s(%s%s)' % (function, fixed, ', '.join(
                    '%s => %s' % item for item in given.items())), bad))
    mistakes += [('SELECT %s' % call, bad) for n in ('1', '0', '-5')
                 for call in ('ab_power(%s, 0.5, 0.1)' % n, 'ab_mde(%s, 0.5)' % n)]
    return mistakes + [("SELECT ab_sample_size(0.5, -0.1, alternative => 'greater')", bad),
                       ("SELECT ab_sample_size(0.5, -0.6)", bad),
                       ("SELECT ab_sample_size(0.3, 0.4, alternative => 'less')", bad)]


def section_errors(server, checks):
    check_mistakes(server, checks, size_mistakes('22023') + [('SELECT ' + call, '00000') for call in (
        'ab_sample_size(0.5, -0.1)', "ab_sample_size(0.5, -0.1, alternative => 'less')",
        "ab_sample_size(0.5, 0.1, alternative => 'less')", 'ab_power(2, 0.5, 0.1)',
        'ab_sample_size(1, 100, ratio => 0.004, stddev => 1)')])


if __name__ == '__main__':
    run_sections(__file__, [('sizing', seeded(SEED + 6, section_sizing)), ('errors', section_errors)])
