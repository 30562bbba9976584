#!/usr/bin/python3
"""ab_cuped against its formulas at 50 digits from the raw rows, and statsmodels' regressions.

Analysis of covariance, Lin's interacted regression and heteroscedasticity-robust standard errors;
the variance of difference and lift by numeric derivatives.
"""
import numpy as np
import statsmodels.api as sm

from shared.checks import TOL_SCIPY, run_sections, seeded
from shared.covariates import (
    THETAS, Call, ask, check_degenerate, check_gradient, check_plain, check_rows, estimate, load, random_means, same)

SEED = 20130215


def check_regressions(server, checks, rng):
    """lm(y ~ arm + x) is pooled with equal_var; lm(y ~ arm * (x - mean)) is per-arm but for the noise of the mean."""
    for i in range(20):
        nc, nt = int(rng.integers(20, 200)), int(rng.integers(10, 60))
        arms = []
        for g, n in enumerate((nc, nt)):
            x = rng.normal(3, 2, n)
            arms.append(np.column_stack([5 + (1 + 0.5 * g) * x + rng.standard_normal(n) + 0.3 * g, x]))
        load(server, arms, 'ab_cuped')
        y, x = (np.concatenate([a[:, j] for a in arms]) for j in (0, 1))
        t = np.repeat([0.0, 1.0], [nc, nt])
        xc = x - x.mean()
        ancova = sm.OLS(y, np.column_stack([np.ones_like(t), t, xc])).fit()
        row = ask(server, Call('ab_cuped', 'pooled', True, 0.05, 'two-sided'))
        for name, want in (('diff', ancova.params[1]), ('std_error', ancova.bse[1]), ('df', ancova.df_resid),
                           ('p_value', ancova.pvalues[1]), ('diff_low', ancova.conf_int()[1][0]),
                           ('control_mean', ancova.params[0])):
            checks.held((nc, nt), 'statsmodels ancova ' + name, row[name], float(want),
                        TOL_SCIPY if name in ('diff', 'std_error', 'df', 'control_mean') else 1e-7)

        lin = sm.OLS(y, np.column_stack([np.ones_like(t), t, xc, t * xc])).fit()
        for equal_var in (True, False):
            call = Call('ab_cuped', 'per-arm', equal_var, 0.05, 'two-sided')
            row, center = ask(server, call), float(estimate(arms, call)['center'])
            checks.held((nc, nt), 'statsmodels Lin diff', row['diff'], float(lin.params[1]), TOL_SCIPY)
            given = np.sqrt(row['std_error'] ** 2 - center)
            if equal_var:
                checks.held((nc, nt), 'statsmodels Lin std_error', float(given), float(lin.bse[1]), TOL_SCIPY)
            else:
                robust = [lin.get_robustcov_results(kind).bse[1] for kind in ('HC2', 'HC3')]
                checks.check(0.7 * robust[0] < given < 1.3 * robust[1], ('HC2, HC3', nc, nt), given, robust)


def check_large_regressions(server, checks, rng):
    """At 4,000 and 400 users, unequal variances: HC2 and HC3 to a few percent, where the classical error is not."""
    for _ in range(3):
        arms = []
        for g, n in enumerate((4000, 400)):
            x = rng.normal(0, 1, n)
            arms.append(np.column_stack([x + (1 + 2 * g) * rng.standard_normal(n), x]))
        load(server, arms, 'ab_cuped')
        y, x = (np.concatenate([a[:, j] for a in arms]) for j in (0, 1))
        t, xc = np.repeat([0.0, 1.0], [4000, 400]), x - x.mean()
        lin = sm.OLS(y, np.column_stack([np.ones_like(t), t, xc, t * xc])).fit()
        got = ask(server, Call('ab_cuped', 'per-arm', False, 0.05, 'two-sided'))['std_error']
        for kind in ('HC2', 'HC3'):
            want = lin.get_robustcov_results(kind).bse[1]
            checks.check(abs(got / want - 1) < 0.02, kind, got, want)
        checks.check(got / lin.bse[1] > 1.5, 'classical', got, lin.bse[1])


def check_equivalences(server, checks, rng):
    """What must not change the answer, or must turn it into a known one."""
    for _ in range(10):
        arms = [np.column_stack([rng.normal(3, 1, n), rng.normal(2, 1, n)]) for n in (40, 25)]
        for theta in THETAS:
            call = Call('ab_cuped', theta, False, 0.05, 'two-sided')
            load(server, arms, 'ab_cuped')
            base = ask(server, call)
            load(server, [a * (1, -7) + (0, 1e6) for a in arms], 'ab_cuped')
            same(checks, 'covariate shifted, scaled and turned', ask(server, call), base, 1e-8)
        check_plain(server, checks, arms, 'ab_cuped')


if __name__ == '__main__':
    run_sections(__file__, [
        ('rows', seeded(SEED, lambda *a: check_rows(*a, 'ab_cuped', random_means, 40))),
        ('gradient', seeded(SEED + 1, lambda *a: check_gradient(*a, 'ab_cuped'))),
        ('regressions', seeded(SEED + 2, check_regressions)), ('robust', seeded(SEED + 3, check_large_regressions)),
        ('equivalences', seeded(SEED + 4, check_equivalences)),
        ('degenerate', seeded(SEED + 5, lambda *a: check_degenerate(*a, ('ab_cuped',), 84)))])
