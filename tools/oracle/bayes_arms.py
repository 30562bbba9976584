#!/usr/bin/python3
"""ab_bayes_arms against quadrature at 30 digits on panels of its own.

Probabilities of being the best and the second best and expected losses of two to four arms of all models, of sizes
from 1 to 1e9 rows; intervals by the probability beyond their ends; many arms by sums and by symmetry.
"""
from mpmath import mp, mpf

from shared.checks import check_mistakes, run_sections, seeded
from shared.posteriors import Beta, Gamma, Normal, standing
from shared.reference import normal_quantile

SEED = 20261128
TOL = 1e-12


def load(server, cases):
    """Rows (variant, n, a, b) of a temporary table, and its summary's expression."""
    server.load('arm', 'variant text, n bigint, a float8, b float8', cases)


def check_rows(checks, inputs, rows, arms, lower, floor, alpha, first=None):
    """All columns of the arms; `first` is what the values of a normal model count from."""
    found = []
    k = len(arms)
    for row, arm, (best, second, loss) in zip(rows, arms, standing(arms, lower)):
        tail = arm.less(arm.point(mpf(row['low']))) if first is None else None
        more = arm.more(arm.point(mpf(row['high']))) if first is None else None
        weight = floor + (1 - k * mpf(floor)) * best
        found += [checks.near('prob_best', row['prob_best'], max(best, mpf('5e-324')), TOL if best > 1e-300 else 1),
                  checks.near('prob_second', row['prob_second'], max(second, mpf('5e-324')),
                              TOL if second > 1e-300 else 1),
                  checks.near('expected_loss', row['expected_loss'], loss, TOL),
                  checks.near('mean', row['mean'], arm.mean(), TOL),
                  checks.near('weight', row['weight'], weight, TOL),
                  checks.near('weight_top_two', row['weight_top_two'],
                              floor + (1 - k * mpf(floor)) * (best + second) / 2, TOL)]
        if first is None:
            found += [checks.near('low tail', float(tail), mpf(alpha) / 2, 1e-10),
                      checks.near('high tail', float(more), mpf(alpha) / 2, 1e-10)]
        else:
            z = normal_quantile(mpf(alpha) / 2)
            found += [checks.near('normal low', row['low'], arm.a - z * arm.b, TOL, abs(arm.a) + z * arm.b),
                      checks.near('normal high', row['high'], arm.a + z * arm.b, TOL, abs(arm.a) + z * arm.b)]
    checks.all_of(inputs, found)


def check_rates(server, checks, rng):
    for i in range(3):
        k = 3 if i % 2 else 2
        rate = float(rng.choice([0.5, 0.02, 0.95, 1e-4]))
        prior = [(1.0, 1.0), (0.5, 0.5)][i % 2]
        cases = []
        for j in range(k):
            n = int(10 ** rng.uniform(0.5, (3, 6, 9)[i % 3]))
            sd = (rate * (1 - rate) / n) ** 0.5
            cases.append(('v%d' % j, n, min(max(round(n * (rate + sd * rng.uniform(-3, 3))), 0), n), 0))
        load(server, cases)
        lower, floor, alpha = i % 3 == 1, float(rng.choice([0, 0.05])), float(rng.choice([0.05, 0.3]))
        rows = server.named("""
            SELECT r.* FROM (SELECT ab_rollup(ab_make_summary(variant, n, a::bigint)) s FROM arm) q,
                ab_bayes_arms(s, 'binomial', %s, %s, %s, %s, %s) r ORDER BY variant""",
                            ('lower' if lower else 'higher', *prior, floor, alpha))
        check_rows(checks, (cases, prior, lower, floor), rows,
                   [Beta(prior[0] + c[2], prior[1] + c[1] - c[2]) for c in cases], lower, floor, alpha)


def check_events(server, checks, rng):
    for i in range(2):
        k = (2, 3)[i % 2]
        cases = []
        for j in range(k):
            exposure = float(10 ** rng.uniform(0, 4))
            cases.append(('v%d' % j, 1, int(rng.poisson(exposure * rng.uniform(0.5, 1.5))), exposure))
        load(server, cases)
        rows = server.named("SELECT r.* FROM (SELECT ab_summary(a, b, variant) s FROM arm) q, "
                            "ab_bayes_arms(s, 'poisson') r ORDER BY variant")
        check_rows(checks, cases, rows, [Gamma(1 + c[2], 1 + mpf(c[3])) for c in cases], False, 0.0, 0.05)


def check_means(server, checks, rng):
    for i in range(2):
        k = int(rng.integers(2, 5))
        scale = float(rng.choice([1, 1e-3, 1e6]))
        cases = []
        for j in range(k):
            n = int(10 ** rng.uniform(0.5, 9)) + 30
            cases.append(('v%d' % j, n, scale * (5 + float(rng.normal()) * 0.01),
                          scale * n ** 0.5 * 0.01 * float(rng.uniform(0.2, 2))))
        load(server, cases)
        rows = server.named("""
            SELECT r.* FROM (SELECT ab_rollup(ab_make_summary(variant, n, a, b)) s FROM arm) q,
                ab_bayes_arms(s, direction => %s) r ORDER BY variant""", ('lower' if i % 2 else 'higher',))
        check_rows(checks, cases, rows, [Normal(c[2], mpf(c[3]) / mp.sqrt(c[1])) for c in cases], i % 2 == 1, 0.0, 0.05,
                   first=cases[0][2])


def check_far(server, checks, rng):
    """Arms that are nearly impossible to be the best."""
    for counts in (((10000, 500), (9000, 900)), ((1000, 50), (1000, 250), (3000, 500))):
        load(server, [('v%d' % i, n, x, 0) for i, (n, x) in enumerate(counts)])
        rows = server.named("SELECT r.* FROM (SELECT ab_rollup(ab_make_summary(variant, n, a::bigint)) s FROM arm) q, "
                            "ab_bayes_arms(s, 'binomial') r ORDER BY variant")
        check_rows(checks, counts, rows, [Beta(1 + x, 1 + n - x, 760) for n, x in counts], False, 0.0, 0.05)


def check_many(server, checks, rng):
    """Up to 50 arms: everything adds up, twins are equal, and merging the days gives the same."""
    for k in (10, 50):
        load(server, [('v%02d' % (i % (k // 2) + (0 if i < k // 2 else 50)), 5000, float(250 + 2 * (i % (k // 2))), 0)
                      for i in range(k)])
        rows = server.named("SELECT r.* FROM (SELECT ab_rollup(ab_make_summary(variant, n, a::bigint)) s FROM arm) q, "
                            "ab_bayes_arms(s, 'binomial', floor => 0.01) r ORDER BY variant")
        found = [checks.near('sum of ' + name, sum(row[name] for row in rows), mpf(1), 2e-14)
                 for name in ('prob_best', 'prob_second', 'weight', 'weight_top_two')]
        for a, b in zip(rows, rows[k // 2:]):
            found += [checks.near('twins ' + name, a[name], mpf(b[name]), 1e-12)
                      for name in ('prob_best', 'prob_second', 'expected_loss', 'low', 'high')]
        checks.all_of(k, found)


def check_errors(server, checks):
    call = "SELECT count(*) FROM ab_bayes_arms(ab_make_summary('a', 5, 2)%s)"
    check_mistakes(server, checks, [(call % (option and ', ' + option), state) for option, state in (
        ('', '00000'), ("model => 'x'", '22023'), ('floor => 1', '00000'), ('floor => 1.1', '22023'),
        ('floor => -0.1', '22023'), ("floor => 'NaN'", '22023'), ('floor => NULL', '22023'), ('alpha => 1', '22023'),
        ('alpha => 5e-324', '00000'), ('alpha => 0.5', '00000'), ("direction => 'best'", '22023'),
        ("model => 'binomial', prior_alpha => 1e12", '00000'), ("model => 'binomial', prior_alpha => 1e13", '22023'),
        ("model => 'poisson', prior_beta => 1e-9", '00000'), ('prior_beta => 2', '22023'))])


if __name__ == '__main__':
    mp.dps = 30
    run_sections(__file__, [
        ('rates', seeded(SEED, check_rates)), ('events', seeded(SEED + 1, check_events)),
        ('means', seeded(SEED + 2, check_means)), ('far', seeded(SEED + 3, check_far)),
        ('many', seeded(SEED + 4, check_many)), ('errors', check_errors)])
