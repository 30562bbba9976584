"""Sizes, powers and detectable effects."""
import math

from published.asking import published, stats_tolerance


# ---------------------------------------------------------------- t-tests

def run_power(server, case):
    inputs = case['inputs']
    got = server.value('SELECT ab_power(%s, 1, %s, %s, %s::float8 / %s, %s, 1)', (
        inputs['n1'], inputs['cohen_d'], inputs['alpha'], inputs['n2'], inputs['n1'], inputs['alternative']))
    return published(case, {'power': got})


def run_mde(server, case):
    """Ours is a magnitude; they give the decrease its sign."""
    inputs = case['inputs']
    got = server.value('SELECT ab_mde(%s, %s, %s, %s, 1, %s, sqrt(%s))', (
        inputs['n_total'] // 2, inputs['mean'], inputs['alpha'], inputs['power'], inputs['alternative'],
        inputs['variance']))
    return published(case, {'effect': -got, 'rel_effect': -got / inputs['mean']})


def run_size_t(server, case):
    inputs = case['inputs']
    got = server.value('SELECT ab_sample_size(%s, %s, %s, %s, %s, %s, sqrt(%s))', (
        inputs['mean'], inputs['effect'], inputs['alpha'], inputs['power'], inputs['ratio'], inputs['alternative'],
        inputs['variance']))
    return published(case, {'n_total': 2 * got})


def run_size_mean(server, case):
    inputs = case['inputs']
    got = server.value('SELECT ab_sample_size(%s, %s, %s, %s, stddev => %s)', (
        inputs['mean'], inputs['mean'] * inputs['rel_effect'], inputs['alpha'], inputs['power'], inputs['std']))
    return published(case, {'n_per_arm': got})


def run_size_rate(server, case):
    """G*Power's is within 0.5% of the t-test's; Booking's takes each rate's own variance."""
    inputs = case['inputs']
    if 'rel_effect' in inputs:
        got = server.value("SELECT ab_sample_size_proportion(%s, %s, %s, %s, method => 'z_unpooled')", (
            inputs['p'], inputs['p'] * inputs['rel_effect'], inputs['alpha'], inputs['power']))
        return published(case, {'n_per_arm': got})
    got = server.value('SELECT ab_sample_size(%s, %s, %s, %s)', (
        inputs['p'], inputs['mde'], inputs['alpha'], inputs['power']))
    return published(case, {'n_total': 2 * got})


def run_size_allocation(server, case):
    """Control against one of the treatments: the ratio of their shares."""
    inputs = case['inputs']
    control, treatment = inputs['allocation'][:2]
    got = server.value('SELECT ab_sample_size(1, %s, %s, %s, ratio => %s, stddev => sqrt(%s))', (
        inputs['mde'], inputs['alpha'], inputs['power'], treatment / control, inputs['variance']))
    return published(case, {'n_total': got / control})


# ---------------------------------------------------------------- z-tests

# A z-test with n users, not necessarily whole, is the t-test with this many and the same noncentrality.
MANY = 2 ** 52


def z_power(server, n, effect, stddev, alpha):
    return server.value('SELECT ab_power(%s, 1, %s, %s, stddev => %s)',
                        (MANY, effect * math.sqrt(n / MANY), alpha, stddev))


def z_mde(server, n, stddev, power, alpha):
    return server.value('SELECT ab_mde(%s, 1, %s, %s, stddev => %s)',
                        (MANY, alpha, power, stddev)) / math.sqrt(n / MANY)


def lift_stddev(stddev, lift):
    """What makes the standard error of a difference GrowthBook's of a lift: both arms have the control's
    variance, and the noise of the control mean counts (1 + lift)^2 times."""
    return stddev * math.sqrt((1 + (1 + lift) ** 2) / 2)


def lift_mde(server, n, mean, stddev, power, alpha):
    """The lift whose standard error depends on itself."""
    lift = 0.0
    for _ in range(60):
        lift = z_mde(server, n, lift_stddev(stddev, lift), power, alpha) / mean
    return lift


def run_lift_power(server, case):
    inputs = case['inputs']
    stddev = lift_stddev(math.sqrt(inputs['variance']), inputs['effect'])
    got = z_power(server, inputs['n_total'] / inputs['arms'], inputs['effect'] * inputs['mean'], stddev,
                  inputs['alpha'])
    return published(case, {'power': got})


def run_lift_mde(server, case):
    inputs = case['inputs']
    got = lift_mde(server, inputs['n_total'] / inputs['arms'], inputs['mean'], math.sqrt(inputs['variance']),
                   inputs['power'], inputs['alpha'])
    return published(case, {'mde': got})


def run_lift_weeks(server, case):
    inputs, found = case['inputs'], []
    p, effect, tolerance = inputs['p'], inputs['effect'], stats_tolerance(case)
    stddev = math.sqrt(p * (1 - p))
    for week in range(1, inputs['weeks'] + 1):
        n = inputs['users_per_week'] / inputs['arms'] * week
        power = z_power(server, n, effect * p, lift_stddev(stddev, effect), inputs['alpha'])
        mde = lift_mde(server, n, p, stddev, 0.8, inputs['alpha'])
        found += [('power week %d' % week, power, case['expected']['power'][week - 1], tolerance),
                  ('mde week %d' % week, mde, case['expected']['mde'][week - 1], tolerance)]
    return found


def run_power_z(server, case):
    inputs = case['inputs']
    return published(case, {'power': z_power(server, inputs['n_per_arm'], inputs['effect_size'], 1, inputs['alpha'])})


def run_power_rates(server, case):
    """Their first sample is our control.  Where its size is not whole, the next one, and no smaller, has the power."""
    inputs = case['inputs']
    control, effect, n, power = inputs['p2'] + inputs['diff'], -inputs['diff'], inputs['n1'], case['expected']['power']
    more = (effect, inputs['alpha'], inputs['ratio_n2_over_n1'], inputs['alternative'])
    if n == int(n):
        return published(case, {'power': server.value('SELECT ab_power_proportion(%s, %s, %s, %s, %s, %s)',
                                                      (int(n), control) + more)})
    got = server.value('SELECT ab_sample_size_proportion(%s, %s, %s, %s, %s, %s)', (
        control, effect, inputs['alpha'], power, inputs['ratio_n2_over_n1'], inputs['alternative']))
    below, at = (server.value('SELECT ab_power_proportion(%s, %s, %s, %s, %s, %s)', (m, control) + more)
                 for m in (int(n), int(n) + 1))
    return [('n', got, math.ceil(n), None), ('power below', below < power, True, None),
            ('power at', at >= power, True, None)]


def run_size_z(server, case):
    """ClickHouse: normal quantiles.  With them the power is the one asked for, but for the other tail, below 1e-5.

    The t-test takes one user more, or two by rounding up.  Its older revision rounded down.
    """
    inputs, n = case['inputs'], case['recomputed_50digit']['minimum_sample_size']
    effect = inputs['baseline'] * inputs['mde_relative']
    got = server.value('SELECT ab_sample_size(%s, %s, %s, %s, stddev => %s)', (
        inputs['baseline'], effect, inputs['alpha'], inputs['power'], inputs['sigma']))
    return [('power of n', z_power(server, n, effect, inputs['sigma'], inputs['alpha']), inputs['power'],
             ('abs', 1e-5)),
            ('t-test takes 0 to 2 more', 0 <= got - n <= 2, True, None)]


def run_size_score(server, case):
    """ClickHouse: the pooled null.  Its older revision rounded down: 5530 has power 0.84996, not the 0.85 asked for."""
    inputs, n = case['inputs'], case['recomputed_50digit']['minimum_sample_size']
    got = server.value('SELECT ab_sample_size_proportion(%s, %s, %s, %s)', (
        inputs['baseline'], inputs['mde_absolute'], inputs['alpha'], inputs['power']))
    below = server.value('SELECT ab_power_proportion(%s, %s, %s, %s)', (
        int(n), inputs['baseline'], inputs['mde_absolute'], inputs['alpha']))
    return [('n', got, math.ceil(n), None), ('one less is too few', below < inputs['power'], True, None)]


def run_noninferiority_size(server, case):
    """p1 - p2 > delta0: the second sample is our treatment, lower is better and must be so by delta0."""
    inputs = case['inputs']
    got = server.value('SELECT ab_sample_size_noninferiority(%s, %s, %s, %s, %s, %s, %s)', (
        inputs['p1'], -inputs['delta0'], inputs['alpha_one_sided'], 1 - inputs['beta'], inputs['ratio'], 'lower',
        inputs['p2'] - inputs['p1']))
    return [('n1', got, math.ceil(case['expected']['n1']), None)]


def run_noninferiority_mean(server, case):
    """Spotify: a relative margin of a mean, normal quantiles, which is 2 users in half a million."""
    inputs = case['inputs']
    control, treatment = inputs['weights']
    got = server.value('SELECT ab_sample_size_noninferiority(NULL, %s, %s, %s, %s, stddev => sqrt(%s))', (
        inputs['avg'] * inputs['nim_rel'], round(1 - inputs['interval'], 10), inputs['power'], treatment / control,
        inputs['var']))
    return published(case, {'n_total': got * (1 + treatment / control)})


RUNNERS = {
    'power/two-sample t (noncentral)': run_power,
    'mde/noncentral t': run_mde,
    'sample_size/noncentral t': run_size_t,
    'sample_size/mean': run_size_mean,
    'sample_size/proportion': run_size_rate,
    'sample_size/3 arms control-heavy allocation 1/2,1/4,1/4': run_size_allocation,
    'sample_size_mean': run_size_z,
    'sample_size_proportion': run_size_score,
    'power/z': run_power_z,
    'power/z relative': run_lift_power,
    'mde/z relative (quadratic)': run_lift_mde,
    'power/proportion by week': run_lift_weeks,
    'power/two proportions pooled-null': run_power_rates,
    'sample_size/noninferiority proportions ratio 3/2': run_noninferiority_size,
    'sample_size/non-inferiority proportion, 5000:2000': run_noninferiority_mean,
}
