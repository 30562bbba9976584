#!/usr/bin/python3
"""Plans of tests with several looks against another recursion, SciPy's multivariate normal, mpmath and printed tables.

ab_spending, ab_inflation, ab_expected_sample_share and ab_peeking.
"""
import math

import numpy as np
from mpmath import mp, mpf, quad
from scipy.stats import multivariate_normal, norm

from shared.checks import ALTERNATIVES, check_mistakes, run_sections, seeded
from shared.looks import (FAMILIES, crossings, fixed_drift, futility_bounds, level_of, open_below, power_drift,
                          shaped_bounds, spending_bounds, spent)
from shared.reference import normal_quantile, normal_upper

SEED = 20261127
TOL, TOL_DRIFT = 1e-10, 1e-9


def random_information(rng, most=5):
    """Looks at least a twentieth of the plan apart, the last at 1."""
    looks = int(rng.integers(1, most + 1))
    steps = rng.uniform(0.2, 1, looks)
    information = np.cumsum(steps) / steps.sum()
    information[-1] = 1.0
    return information.tolist()


def random_plan(rng, i):
    family = FAMILIES[i % len(FAMILIES)]
    parameter = {'power': float(rng.uniform(0.3, 5)), 'hsd': float(rng.uniform(-8, 4))}.get(family)
    return {'information': random_information(rng), 'alpha': float(rng.choice([0.5, 0.2, 0.1, 0.05, 0.01, 0.001])),
            'alternative': ALTERNATIVES[i % 3], 'spending': family, 'parameter': parameter}


PLAN = ('information => %(information)s, alpha => %(alpha)s, alternative => %(alternative)s, '
        'spending => %(spending)s, parameter => %(parameter)s')


def ask(server, plan, more='', **values):
    return server.named('SELECT * FROM ab_spending(%s%s) ORDER BY look' % (PLAN, more), dict(plan, **values))


def section_bounds(server, checks, rng):
    for i in range(60):
        plan = random_plan(rng, i)
        two_sided = plan['alternative'] == 'two-sided'
        high = spending_bounds(plan['information'], plan['alpha'], two_sided, plan['spending'], plan['parameter'])
        sign = -1 if plan['alternative'] == 'less' else 1
        power = float(rng.uniform(max(0.6, plan['alpha'] + 0.05), 0.99))
        rows = ask(server, plan, ', power => %(power)s', power=power)
        ours = [sign * row['z_bound'] for row in rows]
        mismatches = []
        for k, row in enumerate(rows):
            sides = 2 if two_sided else 1
            mismatches += [
                checks.near('z_bound', ours[k], high[k], TOL, max(abs(high[k]), 1)),
                checks.near('nominal_alpha', row['nominal_alpha'], sides * norm.sf(high[k]), TOL_DRIFT),
                checks.near('alpha_spent', row['alpha_spent'],
                            sides * spent(plan['spending'], plan['parameter'], plan['information'][k],
                                          level_of(plan['alpha'], two_sided)), 1e-11)]
        low = open_below(ours, two_sided)
        drift = power_drift(plan['information'], low, ours, power)
        for drift_of, column in ((0.0, 'cross_null'), (drift, 'cross_alternative')):
            for row, (above, below) in zip(rows, crossings(plan['information'], low, ours, drift_of)):
                wanted = above + (below if two_sided and column == 'cross_null' else 0)
                mismatches.append(checks.near(column, row[column], wanted, TOL, max(wanted, 1e-6)))
        inflation = server.value('SELECT ab_inflation(%s, power => %%(power)s)' % PLAN, dict(plan, power=power))
        mismatches.append(checks.near('inflation', inflation,
                                      (drift / fixed_drift(plan['alpha'], two_sided, power)) ** 2, TOL_DRIFT))
        effect = float(rng.choice([-0.5, 0, 0.5, 1, 2]))
        share = server.value('SELECT ab_expected_sample_share(%s, power => %%(power)s, effect => %%(effect)s)' % PLAN,
                             dict(plan, power=power, effect=effect))
        stop = crossings(plan['information'], low, ours, effect * drift).sum(axis=1)
        stop[-1] = 1 - stop[:-1].sum()
        mismatches.append(checks.near('expected share', share, inflation * (stop @ plan['information']), TOL_DRIFT))
        checks.all_of('%s power %r effect %g' % (plan, power, effect), mismatches)


def section_shapes(server, checks, rng):
    for i in range(20):
        information, delta = random_information(rng), float(rng.uniform(0, 0.5))
        two_sided, alpha = bool(i % 2), float(rng.choice([0.1, 0.05, 0.01]))
        wanted = shaped_bounds(information, alpha, two_sided, delta)
        rows = ask(server, {'information': information, 'alpha': alpha, 'parameter': delta,
                            'alternative': 'two-sided' if two_sided else 'greater', 'spending': 'wang-tsiatis'})
        checks.all_of('%s delta %g alpha %g' % (information, delta, alpha), [
            checks.near('Wang-Tsiatis', row['z_bound'], want, TOL) for row, want in zip(rows, wanted)])


def section_tables(server, checks):
    """Jennison and Turnbull 2000, tables 2.1 and 2.3: constants of two-sided 5% tests."""
    for delta, table in ((0.5, {2: 2.178, 3: 2.289, 4: 2.361, 5: 2.413, 10: 2.555, 20: 2.672}),
                         (0.0, {2: 1.977, 3: 2.004, 4: 2.024, 5: 2.040, 10: 2.087, 20: 2.126})):
        for looks, constant in table.items():
            got = server.value("SELECT z_bound FROM ab_spending(%s, spending => 'wang-tsiatis', parameter => %s) "
                               'WHERE look = %s', (looks, delta, looks))
            checks.held('%d looks, %g' % (looks, delta), 'table', got, mpf(constant), 5.1e-4, 1)


def section_futility(server, checks, rng):
    for i in range(16):
        information, alpha = random_information(rng, 4), float(rng.choice([0.1, 0.05, 0.025]))
        family, power = FAMILIES[i % len(FAMILIES)], float(rng.uniform(0.7, 0.95))
        parameter = {'power': float(rng.uniform(0.5, 4)), 'hsd': float(rng.uniform(-6, 3))}.get(family)
        plan = {'information': information, 'alpha': alpha, 'alternative': ALTERNATIVES[1 + i % 2],
                'spending': FAMILIES[i // 4 % 2], 'parameter': None}
        sign = -1 if plan['alternative'] == 'less' else 1
        high = spending_bounds(information, alpha, False, plan['spending'])
        low, drift = futility_bounds(information, high, family, parameter, power)
        more = ', power => %(power)s, futility => %(family)s, futility_parameter => %(other)s'
        values = {'power': power, 'family': family, 'other': parameter}
        rows = ask(server, plan, more, **values)
        under, null = crossings(information, low, high, drift), crossings(information, low, high)
        mismatches = []
        for k, row in enumerate(rows):
            mismatches += [
                checks.near('z_futility', sign * row['z_futility'], low[k], TOL_DRIFT, max(abs(low[k]), 1)),
                checks.near('futility_alternative', row['futility_alternative'], under[k, 1], TOL_DRIFT, 1e-2),
                checks.near('futility_null', row['futility_null'], null[k, 1], TOL_DRIFT, 1e-2),
                checks.near('power with futility', row['cross_alternative'], under[k, 0], TOL_DRIFT, 1e-2)]
        inflation = server.value('SELECT ab_inflation(%s%s)' % (PLAN, more), dict(plan, **values))
        mismatches.append(checks.near('inflation with futility', inflation,
                                      (drift / fixed_drift(alpha, False, power)) ** 2, TOL_DRIFT))
        checks.all_of('%s futility %s %r power %r' % (plan, family, parameter, power), mismatches)


def section_multinormal(server, checks, rng):
    """Genz's integration, which knows nothing of looks: what leaves at the last look is a box."""
    for looks in (2, 3, 4):
        for _ in range(3):
            information = np.sort(rng.uniform(0.1, 1, looks))
            high, drift = rng.uniform(1, 3, looks), float(rng.uniform(-1, 3))
            levels = (2 * norm.sf(high)).tolist()
            ask_peeking = 'SELECT ab_peeking(information => %s, nominal_alpha => %s, drift => %s)'
            got = server.value(ask_peeking, (information.tolist(), levels, drift))
            covariance = np.sqrt(np.minimum.outer(information, information) / np.maximum.outer(information, information))
            stay = multivariate_normal.cdf(high, drift * np.sqrt(information), covariance, maxpts=4000000,
                                           abseps=1e-8, releps=1e-8, lower_limit=-high)
            checks.held('%s %s drift %g' % (information, high, drift), 'multivariate normal', got, mpf(float(1 - stay)),
                        1e-6, 1)


def section_tails(server, checks):
    """First and second looks of which next to nothing is spent, at 50 digits."""
    for first, second in (('0.05', '0.1'), ('0.02', '0.03'), ('0.1', '0.5'), ('0.01', '0.02')):
        rows = server.named('SELECT * FROM ab_spending(information => %s) ORDER BY look',
                            ([float(first), float(second), 1.0],))
        level = mpf(float(0.025))
        z = normal_quantile(level / 2)
        at = [2 * normal_upper(z / mp.sqrt(mpf(float(t)))) for t in (first, second)]
        checks.held(first, 'first bound', rows[0]['z_bound'], normal_quantile(at[0]), 1e-12)
        checks.held(first, 'first level', rows[0]['nominal_alpha'], 2 * at[0], 1e-11)
        # the tail at the second bound that the server has, of paths that stayed within the first one
        t1, t2 = mpf(float(first)), mpf(float(second))
        b1, b2 = mpf(rows[0]['z_bound']), mpf(rows[1]['z_bound'])
        step = mp.sqrt(t2 - t1)

        def beyond(u):
            # quad() looks at absolute errors
            return mp.npdf(u) * normal_upper((b2 * mp.sqrt(t2) - u * mp.sqrt(t1)) / step) / at[1]
        peak = b2 * mp.sqrt(t1 / t2)
        width = mp.sqrt(1 - t1 / t2)
        points = [max(-b1, min(b1, peak + k * width)) for k in range(-16, 17, 2)]
        checks.held(second, 'second tail', rows[1]['cross_null'] / 2, at[1] * quad(beyond, points), 1e-10)
        checks.held(second, 'second increment', rows[1]['cross_null'] / 2, at[1] - at[0], 1e-10)


def section_many(server, checks):
    """Up to 200 looks, also next to each other: tests at the levels err as often as alpha, step by step."""
    def held(inputs, information, family):
        rows = server.named("""SELECT * FROM ab_spending(information => %s, spending => %s) ORDER BY look""",
                            (information, family))
        levels = [row['nominal_alpha'] for row in rows]
        for k in sorted({1, len(rows) // 2, len(rows)}):
            got = server.value('SELECT ab_peeking(information => %s, nominal_alpha => %s)',
                               (information[:k], levels[:k]))
            wanted = 2 * mpf(spent(family, None, information[k - 1], 0.025))
            checks.held('%s, %s, look %d' % (inputs, family, k), 'error of many', got, wanted, 1e-9)
        return rows
    for looks in (50, 100, 200):
        for family in FAMILIES:
            rows = held('%d looks' % looks, [(k + 1) / looks for k in range(looks)], family)
            checks.held('%d looks, %s' % (looks, family), 'power of many',
                        math.fsum(row['cross_alternative'] for row in rows), mpf(0.8), 1e-11)
    for step in (1e-2, 1e-3, 1e-4, 1e-6):
        held('steps of %g' % step, [0.5 * (1 + 1.01 * step) ** k for k in range(8)], 'pocock')
    # two looks close together, by the one-dimensional integral of the second over the first
    for step in (1e-2, 1e-4, 1e-6):
        t1, t2 = 0.5, 0.5 * (1 + 1.01 * step)
        b1, b2 = (mpf(row['z_bound']) for row in server.named(
            "SELECT * FROM ab_spending(information => %s, spending => 'pocock') ORDER BY look", ([t1, t2],)))
        width = mp.sqrt(mpf(t2) - mpf(t1))

        def beyond(u):
            return mp.npdf(u) * normal_upper((b2 * mp.sqrt(t2) - u * mp.sqrt(t1)) / width)
        scale = width / mp.sqrt(t1)
        points = [b1 - k * scale for k in (40, 20, 10, 6, 3, 1, 0)]
        checks.held('step of %g' % step, 'two near looks', mpf(spent('pocock', None, t2, 0.025)) -
                    mpf(spent('pocock', None, t1, 0.025)), quad(beyond, points), 1e-7)


def section_mistakes(server, checks):
    plans = ("looks => 0", "looks => 201", "looks => NULL", "looks => 3, information => '{1}'", "information => '{}'",
             "information => '{0.5,NaN}'", "information => '{0.5,0.5}'", "information => '{0.5,0.4,1}'",
             "information => '{1,1.5}'", "information => '{2.5}'", "information => '{0}'", "information => '{-1,1}'",
             "3, alpha => 0", "3, alpha => 0.51", "3, alpha => 'NaN'", "3, power => 0", "3, power => 1",
             "3, alternative => 'x'", "3, spending => 'x'", "3, spending => NULL", "3, parameter => 3",
             "3, spending => 'hsd', parameter => 'Infinity'", "3, spending => 'power', parameter => -1",
             "3, futility => 'hsd'", "3, futility => NULL")
    check_mistakes(server, checks, [('SELECT %s(%s)' % (function, plan), '22023') for plan in plans for function in (
        'ab_spending', 'ab_inflation', 'ab_expected_sample_share')])
    check_mistakes(server, checks, [
        ("SELECT ab_spending(information => '{NULL}')", '22004'),
        ("SELECT ab_spending(information => '{{1}}')", '2202E'),
        ("SELECT ab_spending(1)", '00000'), ("SELECT ab_spending(200, spending => 'pocock')", '00000'),
        ("SELECT ab_spending(3, alpha => 1e-300)", '00000'), ("SELECT ab_spending(3, alpha => 5e-324)", '00000'),
        ("SELECT ab_inflation(3, alpha => 1e-300)", '00000'), ("SELECT ab_inflation(3, alpha => 5e-324)", '22003'),
        ("SELECT ab_spending(information => '{1e-300,1}')", '00000'),
        ("SELECT ab_spending(3, power => 0.9999999999999999)", '00000'),
        ("SELECT ab_peeking(3, nominal_alpha => '{NaN}')", '22023'),
        ("SELECT ab_peeking(3, nominal_alpha => '{-0.1}')", '22023'),
        ("SELECT ab_peeking(3, nominal_alpha => '{0.1,0.1}')", '2202E'),
        ("SELECT ab_peeking(3, nominal_alpha => '{5e-324}')", '00000'),
        ("SELECT ab_peeking(3, drift => 100)", '00000')])


if __name__ == '__main__':
    run_sections(__file__, [
        ('bounds', seeded(SEED, section_bounds)), ('shapes', seeded(SEED, section_shapes)), ('tables', section_tables),
        ('futility', seeded(SEED, section_futility)), ('multinormal', seeded(SEED, section_multinormal)),
        ('tails', section_tails), ('many', section_many), ('mistakes', section_mistakes)])
