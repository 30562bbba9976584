#!/usr/bin/python3
"""ab_chisquare_test at 50 digits, and against SciPy's chi2_contingency."""
import numpy as np
from mpmath import mp, mpf
from scipy.stats import chi2_contingency

from shared.checks import TOL_SCIPY, TOL_STATISTIC, run_sections, seeded

SEED = 19000101
METHODS = ('pearson', 'yates', 'likelihood_ratio')


def exact(table, method):
    """statistic, df, p and Cramer's V of a table without its empty rows and columns."""
    rows = [r for r in table if any(r)]
    rows = [r for r in zip(*[c for c in zip(*rows) if any(c)])]         # by columns
    rows = [list(r) for r in zip(*rows)] if rows else []
    if len(rows) < 2 or len(rows[0]) < 2:
        return None
    n = mpf(sum(map(sum, rows)))
    totals = [sum(r) for r in rows], [sum(c) for c in zip(*rows)]
    pearson = statistic = mpf(0)
    for i, row in enumerate(rows):
        for j, o in enumerate(row):
            e = mpf(totals[0][i]) * totals[1][j] / n
            pearson += (o - e) ** 2 / e
            statistic += {'pearson': (o - e) ** 2 / e, 'yates': max(abs(o - e) - mpf('0.5'), 0) ** 2 / e,
                          'likelihood_ratio': 2 * o * mp.log(o / e) if o else mpf(0)}[method]
    df = (len(rows) - 1) * (len(rows[0]) - 1)
    return {'statistic': statistic, 'df': mpf(df), 'p_value': mp.gammainc(mpf(df) / 2, statistic / 2, regularized=True),
            'cramers_v': mp.sqrt(pearson / n / (min(len(rows), len(rows[0])) - 1)), 'n': n}


def random_table(rng):
    rows, columns = (int(rng.integers(1, 7)) for _ in range(2)) if rng.integers(3) else (2, 2)
    size = float(10 ** rng.uniform(0, 12))
    share = np.outer(rng.dirichlet(np.ones(rows)), rng.dirichlet(np.ones(columns)))
    share = share * np.exp(rng.normal(0, rng.choice([0, 1e-5, 0.3]), share.shape))
    table = np.rint(size * share) if rng.integers(2) else rng.poisson(np.minimum(size * share, 1e15))
    return [[int(v) for v in row] for row in table]


def ask(server, table, method):
    return server.named('SELECT r.* FROM ab_chisquare_test(%s::float8[], %s) r', (table, method))[0]


def section_tables(server, checks, rng):
    for i in range(400):
        table = random_table(rng)
        two = len(table) == len(table[0]) == 2
        method = METHODS[i % 3] if two else METHODS[i % 2 * 2]
        got, want = ask(server, table, method), exact(table, method)
        if want is None:
            checks.check(got['p_value'] is None and bool(got['note']), (table, method), got, 'no test and a note')
            continue
        # of a count that is exactly as expected but for rounding nothing is left to compare
        scale = max(want['statistic'], mpf(10) ** -25 * want['n'])
        checks.all_of((table, method), [
            checks.near('statistic', got['statistic'], want['statistic'], TOL_STATISTIC, scale),
            checks.near('df', got['df'], want['df'], 0), checks.near('n', got['n'], want['n'], 0),
            checks.near('cramers_v', got['cramers_v'], want['cramers_v'], TOL_STATISTIC,
                        max(want['cramers_v'], mpf(10) ** -12)),
            checks.near('p_value', got['p_value'], want['p_value'], 1e-10 * (1 + float(want['statistic'])))
            if want['p_value'] > mpf(10) ** -300 else None])


def section_scipy(server, checks, rng):
    for i in range(60):
        shape = (2, 2) if i % 2 else (int(rng.integers(2, 6)), int(rng.integers(2, 6)))
        table = (rng.poisson(rng.uniform(3, 200), shape) + 1).tolist()
        for method in METHODS if shape == (2, 2) else METHODS[::2]:
            statistic, p, df, _ = chi2_contingency(table, correction=method == 'yates', lambda_=(
                'log-likelihood' if method == 'likelihood_ratio' else None))
            got = ask(server, table, method)
            checks.all_of((table, method), [
                checks.near('statistic (SciPy)', got['statistic'], mpf(statistic), TOL_SCIPY, mpf(max(statistic, 1e-3))),
                checks.near('p_value (SciPy)', got['p_value'], mpf(p), TOL_SCIPY),
                checks.near('df (SciPy)', got['df'], mpf(df), 0)])


def section_rates(server, checks, rng):
    """Of a summary, and of its counts."""
    for _ in range(40):
        rows = [(int(n), int(rng.binomial(n, p))) for n, p in zip(rng.integers(1, 3000, 5), rng.uniform(0, 0.4, 5))]
        values = ', '.join("(ab_make_summary('v%d', %d, %d))" % (i, n, x) for i, (n, x) in enumerate(rows))
        for method in METHODS[::2]:
            got = server.named('SELECT r.* FROM (SELECT ab_rollup(s) s FROM (VALUES %s) v(s)) q, '
                               "ab_chisquare_test(q.s, '%s') r" % (values, method))[0]
            want = ask(server, [[n - x, x] for n, x in rows], method)
            checks.check(got == want, (rows, method), got, want)


if __name__ == '__main__':
    run_sections(__file__, [('tables', seeded(SEED, section_tables)), ('scipy', seeded(SEED + 1, section_scipy)),
                            ('rates', seeded(SEED + 2, section_rates))])
