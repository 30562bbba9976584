#!/usr/bin/python3
"""The planning of tests of proportions against normal theory at 50 digits, statsmodels and enumeration.

The rates under the null are roots of a cubic; the power that the formulas promise is held against the
probability of all outcomes that the test rejects.
"""
import math

import numpy as np
import scipy.stats
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import power_proportions_2indep

from shared.checks import ALTERNATIVES, run_sections, seeded
from shared.data import log_uniform, random_levels
from shared.planning import STATSMODELS, Rates, held, large_samples, rate_power, smallest

SEED = 20240307


def section_proportions(server, checks, rng):
    for i in range(250):
        alpha, power, ratio = random_levels(rng)
        alternative = ALTERNATIVES[i % 3]
        baseline = float(rng.choice([rng.uniform(0.01, 0.99), log_uniform(rng, 1e-5, 0.1),
                                     1 - log_uniform(rng, 1e-4, 0.1)]))
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
        held(checks, 'proportion power', (n,) + inputs, at_n, rate_power(design, n))
        # the effect of n users is no larger than the one that asked for them, and has that power
        checks.check(mde <= effect * (1 + 1e-9), inputs, mde, 'at most %r' % effect)
        held(checks, 'proportion power at mde', inputs,
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
    for control, effect, ratio, n in ((0.3, 0.12, 1, 200), (0.3, 0.12, 2, 150), (0.5, 0.1, 0.5, 400),
                                      (0.1, 0.08, 1, 250), (0.75, 0.1, 3, 120)):
        got = server.value("SELECT ab_power_proportion(%s, %s, %s, ratio => %s, alternative => 'greater')",
                           (n, control, effect, ratio))
        n2 = int(n * ratio)
        weight = (scipy.stats.binom.pmf(np.arange(n + 1), n, control)[:, None]
                  * scipy.stats.binom.pmf(np.arange(n2 + 1), n2, control + effect)[None, :])
        want = float(weight[rejects_greater(n, n2, scipy.stats.norm.isf(0.05))].sum())
        checks.measure('normal approximation (absolute)', abs(got - want))
        checks.check(abs(got - want) < 0.02, (control, effect, ratio, n), got, want)


def section_normal(server, checks, rng):
    """NormalIndPower is near the power for rates at a small effect."""
    for baseline, ratio, n, alternative, effect in large_samples(rng):
        size = effect / math.sqrt(baseline * (1 - baseline)) * (-1 if alternative == 'less' else 1)
        want = NormalIndPower().power(size, n, 0.05, ratio, STATSMODELS[alternative])
        got = server.value('SELECT ab_power_proportion(%s, %s, %s, ratio => %s, alternative => %s)',
                           (n, baseline, effect, ratio, alternative))
        checks.check(abs(got - want) < 0.03, (n, baseline, effect, ratio, alternative), got, want)


if __name__ == '__main__':
    run_sections(__file__, [
        ('proportions', seeded(SEED, section_proportions)), ('enumeration', section_enumeration),
        ('normal', seeded(SEED + 6, section_normal))])
