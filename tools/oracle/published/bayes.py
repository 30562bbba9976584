"""Posteriors: GrowthBook's, PostHog's and bayesian-testing's cases.

GrowthBook and PostHog take the lift, by the delta method, for normal; its sign is that of the difference, whose odds
are known without it, and a prior on it is integrated here.  So of their cases the estimate is compared, and the rest
with quadrature of the two means' distributions.
"""
import numpy as np
import scipy.integrate
import scipy.stats

from published.asking import moments, stats_tolerance

EXACT = ('rel', 1e-9)


def ask(server, control, treatment, options=''):
    return server.named("""
        SELECT r.* FROM (SELECT ab_rollup(s) AS s FROM (VALUES
                (ab_make_summary('control', %%s, %%s, %%s)), (ab_make_summary('treatment', %%s, %%s, %%s))) v(s)) m,
             ab_bayes(m.s%s) r""" % options, (*moments(control), *moments(treatment)))[0]


def means_of(inputs):
    """Means and variances of the means."""
    (n_c, c, s_c), (n_t, t, s_t) = moments(inputs['control']), moments(inputs['treatment'])
    return c, s_c ** 2 / n_c, t, s_t ** 2 / n_t


def run_flat(server, case):
    inputs, expected = case['inputs'], case['expected']
    lower = inputs.get('inverse', False)
    row = ask(server, inputs['control'], inputs['treatment'], ", direction => 'lower'" if lower else '')
    c, v_c, t, v_t = means_of(inputs)
    # the odds of two normal variables, over the control's
    better = scipy.integrate.quad(
        lambda z: scipy.stats.norm.pdf(z) * (scipy.stats.norm.cdf if lower else scipy.stats.norm.sf)(
            (c + z * v_c ** 0.5 - t) / v_t ** 0.5), -12, 12, epsabs=1e-13, epsrel=1e-12)[0]
    return [('expected', row['relative_lift_pct'] / 100, case['recomputed']['expected'], ('rel', 1e-11)),
            ('published expected', row['relative_lift_pct'] / 100, expected['expected'], stats_tolerance(case)),
            ('chance', row['prob_better'], better, EXACT)]


def run_prior(server, case):
    """Their delta method gives 0.92315; the posterior of the lift itself is integrated."""
    inputs = case['inputs']
    prior = inputs['prior']
    row = ask(server, inputs['control'], inputs['treatment'],
              ', prior_mean => %r, prior_stddev => %r' % (prior['mean'], prior['variance'] ** 0.5))
    c, v_c, t, v_t = means_of(inputs)

    def density(x):
        w = v_t + (1 + x) ** 2 * v_c
        return np.exp(-(x - prior['mean']) ** 2 / prior['variance'] / 2 - (t - (1 + x) * c) ** 2 / w / 2) / np.sqrt(w)

    def over(f, low, high):
        return scipy.integrate.quad(f, low, high, epsabs=1e-14, epsrel=1e-12, limit=500)[0]
    total = over(density, -1, 1)
    return [('chance', row['prob_better'], over(density, 0, 1) / total, EXACT),
            ('expected', row['relative_lift_pct'] / 100, over(lambda x: x * density(x), -1, 1) / total, EXACT),
            ('the delta method is off', abs(row['prob_better'] - case['expected']['chance_to_win']) > 0.002, True, None)]


def run_loss(server, case):
    """A difference of mu with the standard error sigma."""
    mu, sigma = case['inputs']['mu'], case['inputs']['sigma']
    n = 20000
    arms = [{'n': n, 'sum': n * m, 'sum_squares': (n - 1) * sigma ** 2 * n / 2 + n * m * m} for m in (0, mu)]
    row = ask(server, *arms)
    return [('risk_' + arm, row['expected_loss_' + arm], case['expected']['risk_' + arm], stats_tolerance(case))
            for arm in ('control', 'treatment')]


def run_rates(server, case):
    inputs = case['inputs']
    rows = server.named("""
        SELECT r.* FROM (SELECT ab_rollup(ab_make_summary('v' || i, n, s)) AS s
                         FROM unnest(%s::bigint[], %s::bigint[]) WITH ORDINALITY t(n, s, i)) m,
             ab_bayes_arms(m.s, 'binomial', %s, 0.5, 0.5) r ORDER BY variant""",
        (inputs['totals'], inputs['successes'], 'lower' if inputs['min_is_best'] else 'higher'))
    exact = case['recomputed']
    found = []
    for name in ('prob_best', 'expected_loss'):
        for row, wanted, published in zip(rows, exact[name], case['expected'][name]):
            found += [(name, row[name], wanted, ('rel', 1e-10)),
                      ('published ' + name, row[name], published, stats_tolerance(case))]
    return found


def run_means(server, case):
    """Theirs have a Student posterior of the mean and a weak prior, which 10,000 rows leave little of."""
    inputs = case['inputs']
    arms = [{'n': n, 'sum': s, 'sum_squares': q}
            for n, s, q in zip(inputs['totals'], inputs['sums'], inputs['sums_2'])]
    rows = server.named("""
        SELECT r.* FROM (SELECT ab_rollup(s) AS s FROM (VALUES
                (ab_make_summary('a', %s, %s, %s)), (ab_make_summary('b', %s, %s, %s))) v(s)) m,
             ab_bayes_arms(m.s, alpha => 0.01) r ORDER BY variant""", (*moments(arms[0]), *moments(arms[1])))
    exact, found = case['recomputed'], []
    for i, row in enumerate(rows):
        found += [('prob_best', row['prob_best'], exact['prob_best'][i], ('abs', 1e-4)),
                  ('expected_loss', row['expected_loss'], exact['expected_loss'][i], ('abs', 1e-5)),
                  ('low', row['low'], exact['ci99'][i][0], ('abs', 1e-4)),
                  ('high', row['high'], exact['ci99'][i][1], ('abs', 1e-4)),
                  ('published prob_best', row['prob_best'], case['expected']['prob_best'][i], stats_tolerance(case))]
    return found


RUNNERS = {
    'bayesian/normal_effect_posterior': run_flat,
    'bayesian/lower_is_better': run_flat,
    'bayesian/normal_effect_posterior+prior': run_prior,
    'bayesian/expected_loss': run_loss,
    'bayesian/beta-binomial min is best': run_rates,
    'bayesian/normal-inverse-gamma': run_means,
}
