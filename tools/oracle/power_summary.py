#!/usr/bin/python3
"""Planning from a stored summary: the variance of each design from the rows, then quadrature over log s."""
import math

import numpy as np
from statsmodels.stats.power import TTestIndPower

from shared.checks import ALTERNATIVES, run_sections, seeded
from shared.data import log_uniform, random_levels
from shared.planning import STATSMODELS, held, large_samples, smallest
from shared.reference import t_power

SEED = 20240309


def section_summary(server, checks, rng):
    """The variance of each design from the rows themselves, then the function of a known variance."""
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
            if design == 'mean':
                state = 'ab_summary(a, variant)'
            elif design == 'mean':
                state = 'ab_column(ab_summary(a, b, variant), 1)'
            r = 1 if design == 'paired' else ratio
            effect = log_uniform(rng, 0.05, 0.5)
            args = (alpha, r, alternative, deff, design, relative_effect)
            known_mean = not relative_effect or design == 'paired' or bool(i // 2 % 2)
            n, at_n, mde = server.rows("""
                SELECT k, ab_power(k, s, %s, %s, %s, %s, %s, %s, %s, mean_known => {1}),
                       ab_mde(k, s, %s, %s, %s, %s, %s, %s, %s, mean_known => {1})
                FROM (SELECT {0} s FROM history) h,
                     ab_sample_size(s, %s, %s, %s, %s, %s, %s, %s, %s, mean_known => {1}) k""".format(state, known_mean),
                (effect, *args, alpha, power, *args[1:], effect, alpha, power, *args[1:]))[0]
            size = effect * (abs(mean) if relative_effect else 1) / (sd * math.sqrt(deff))
            if not known_mean:      # the delta method: variances (1 + lift)^2 and 1 / r instead of 1 and 1 / r
                lift = -effect if (alternative == 'less') == (mean > 0) else effect
                size *= math.sqrt((1 + 1 / r) / ((1 + lift) ** 2 + 1 / r))
            two_sided = alternative == 'two-sided'

            def power_at(m):
                if design == 'paired':
                    return t_power(m - 1, size * math.sqrt(m), alpha, two_sided)
                return t_power(m * (1 + r) - 2, size * math.sqrt(m * r / (1 + r)), alpha, two_sided)
            inputs = (i, design, effect, power, size) + args
            least = max(2, math.ceil(3 / (1 + r)))
            smallest(checks, inputs, n, least, power_at, power)
            held(checks, 'summary power', (n,) + inputs, at_n, power_at(n), 1e-9)
            if n > least:
                checks.check(mde <= effect * (1 + 1e-9), inputs, mde, 'at most %r' % effect)


def residual_sd(y, x):
    slope, intercept = np.polyfit(x, y, 1)
    return math.sqrt(np.sum((y - slope * x - intercept) ** 2) / (len(y) - 2))


def section_normal(server, checks, rng):
    """TTestIndPower is the power from a summary."""
    for baseline, ratio, n, alternative, effect in large_samples(rng):
        size = effect / math.sqrt(baseline * (1 - baseline)) * (-1 if alternative == 'less' else 1)
        got = server.value("SELECT ab_power(%s, ab_make_summary('control', 1000, 5, 2), %s, ratio => %s, "
                           "alternative => %s)", (n, 2 * abs(size), ratio, alternative))
        want = TTestIndPower().power(size, n, 0.05, ratio, alternative=STATSMODELS[alternative])
        if math.isfinite(want):
            checks.check(abs(got - want) < 1e-6, (n, size, ratio, alternative), got, want)


if __name__ == '__main__':
    run_sections(__file__, [('summary', seeded(SEED, section_summary)), ('normal', seeded(20240313, section_normal))])
