#!/usr/bin/python3
"""The planning of paired t-tests against quadrature over log s, and statsmodels' TTestPower."""
import math
import warnings

from statsmodels.stats.power import TTestPower

from shared.checks import ALTERNATIVES, run_sections, seeded
from shared.data import log_uniform, random_levels
from shared.planning import STATSMODELS, held
from shared.reference import t_power

SEED = 20240308


def section_paired(server, checks, rng):
    for i in range(200):
        alpha, power, _ = random_levels(rng)
        alternative = ALTERNATIVES[i % 3]
        two_sided = alternative == 'two-sided'
        stddev, correlation = log_uniform(rng, 0.01, 100), float(rng.uniform(-0.9, 0.99))
        sd = stddev * math.sqrt(2 * (1 - correlation))
        effect = sd * log_uniform(rng, 1e-3, 3)
        inputs = (effect, stddev, correlation, alpha, power, alternative)
        n, at_n, below, mde = server.rows("""
            SELECT n, ab_power_paired(n, e, s, c, a, alt),
                CASE WHEN n > 2 THEN ab_power_paired(n - 1, e, s, c, a, alt) END,
                   ab_mde_paired(n, s, c, a, p, alt)
            FROM (VALUES (%s::float8, %s::float8, %s::float8, %s::float8, %s::float8, %s)) v(e, s, c, a, p, alt),
                 ab_sample_size_paired(e, s, c, a, p, alt) n""", inputs)[0]
        checks.check(at_n >= power and (below is None or below < power), inputs, (below, at_n), power)
        held(checks, 'paired power', (n,) + inputs, at_n, t_power(n - 1, effect / sd * math.sqrt(n), alpha, two_sided))
        held(checks, 'paired power at mde', inputs, t_power(n - 1, mde / sd * math.sqrt(n), alpha, two_sided), power,
             1e-9)
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            want = TTestPower().power(effect / sd * (-1 if alternative == 'less' else 1), n, alpha,
                                      alternative=STATSMODELS[alternative])
        if math.isfinite(want) and n < 1e6:
            checks.check(abs(at_n - want) < 1e-6, ('TTestPower', n) + inputs, at_n, want)


if __name__ == '__main__':
    run_sections(__file__, [('paired', seeded(SEED, section_paired))])
