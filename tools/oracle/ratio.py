#!/usr/bin/python3
"""ab_ratio and ab_ratio_cuped against linearised rows at 50 digits, and statsmodels' cluster-robust errors."""
import numpy as np
import statsmodels.api as sm

from shared.checks import TOL_SCIPY, run_sections, seeded
from shared.covariates import (
    THETAS, Call, ask, check_degenerate, check_gradient, check_plain, check_rows, load, random_ratios, same)

SEED = 20130216


def check_clusters(server, checks, rng):
    """Rows finer than the user: the regression on the arm with cluster-robust errors, which divide by n, not n - 1."""
    for _ in range(10):
        arms, y, user, arm = [], [], [], []
        for g, n in enumerate((int(rng.integers(30, 120)), int(rng.integers(20, 60)))):
            sizes = rng.geometric(0.25, n)
            sums = []
            for size in sizes:
                values = 2 + 0.3 * g + rng.standard_normal() + rng.standard_normal(size)
                y.extend(values)
                user.extend([len(sums) + 1000 * g] * size)
                arm.extend([g] * size)
                sums.append((values.sum(), float(size)))
            arms.append(np.array(sums))
        load(server, arms, 'ab_ratio')
        row = ask(server, Call('ab_ratio', None, False, 0.05, 'two-sided'))
        y, user, arm = np.array(y), np.array(user), np.array(arm)
        square = 0
        for g in (0, 1):
            one = arm == g
            fit = sm.OLS(y[one], np.ones(one.sum())).fit(cov_type='cluster', cov_kwds={
                'groups': user[one], 'use_correction': False})
            n = len(arms[g])
            square += fit.bse[0] ** 2 * n / (n - 1)
        both = sm.OLS(y, sm.add_constant(arm)).fit(cov_type='cluster',
                                                   cov_kwds={'groups': user, 'use_correction': False})
        checks.held(len(y), 'statsmodels cluster diff', row['diff'], float(both.params[1]), TOL_SCIPY)
        checks.held(len(y), 'statsmodels cluster std_error', row['std_error'], float(np.sqrt(square)), TOL_SCIPY)
        naive = sm.OLS(y, sm.add_constant(arm)).fit().bse[1]
        checks.check(row['std_error'] > 1.2 * naive, 'naive error is too small', row['std_error'], naive)


def check_equivalences(server, checks, rng):
    """Denominators of one turn a ratio into a mean."""
    for _ in range(10):
        arms = [np.column_stack([rng.normal(3, 1, n), rng.normal(2, 1, n)]) for n in (40, 25)]
        for theta in THETAS:
            call = Call('ab_cuped', theta, False, 0.05, 'two-sided')
            load(server, arms, 'ab_cuped')
            base = ask(server, call)
            load(server, [np.column_stack([a[:, 0], np.ones(len(a)), a[:, 1], np.ones(len(a))]) for a in arms],
                 'ab_ratio_cuped')
            same(checks, 'ratio over ones', ask(server, call._replace(function='ab_ratio_cuped')), base)
        check_plain(server, checks, arms, 'ab_ratio')


if __name__ == '__main__':
    run_sections(__file__, [
        ('ratio', seeded(SEED, lambda *a: check_rows(*a, 'ab_ratio', lambda r: random_ratios(r, 2), 40))),
        ('ratio_cuped', seeded(SEED + 1, lambda *a: check_rows(
            *a, 'ab_ratio_cuped', lambda r: random_ratios(r, 4), 25))),
        ('gradient', seeded(SEED + 2, lambda *a: check_gradient(*a, 'ab_ratio_cuped'))),
        ('clusters', seeded(SEED + 3, check_clusters)), ('equivalences', seeded(SEED + 4, check_equivalences)),
        ('degenerate', seeded(SEED + 5, lambda *a: check_degenerate(*a, ('ab_ratio', 'ab_ratio_cuped'), 166)))])
