"""Sequential tests of stats_cases.json.

The kernels are the same everywhere; what differs is how the prior is tuned, so those are asked of src/math with the
tuning of the case.
"""
import math

from scipy.optimize import brentq
from scipy.stats import norm

from published.asking import compare_sums, delta_lift, published, stats_tolerance
from published.covariates import run_cuped_ratio_lift
from shared.kernel import GREATER, TWO_SIDED, Kernel

_kernel = []


def kernel():
    if not _kernel:
        _kernel.append(Kernel())
    return _kernel[0]


# ---------------------------------------------------------------- GrowthBook

def growthbook_kappa(n, tuning, alpha=0.05):
    """Its N rho^2; one-sided it takes twice alpha."""
    return n * (-2 * math.log(alpha) + math.log(1 - 2 * math.log(alpha))) / tuning


def asymptotic(case, lift, error, n):
    alpha = case['inputs'].get('alpha', 0.05)
    kappa = growthbook_kappa(n, case['inputs']['tuning_N'], alpha)
    reach = error * kernel().AbMixtureCritical(math.inf, kappa, TWO_SIDED, alpha)
    return {'expected': lift, 'stddev': error, 'ci_lower': lift - reach, 'ci_upper': lift + reach,
            'p_value': kernel().AbMixturePValue(lift / error, math.inf, kappa, TWO_SIDED)}


def lift_of_sums(server, case):
    inputs = case['inputs']
    lift = delta_lift(compare_sums(server, inputs['control'], inputs['treatment'], lift_method='delta'))
    return lift['expected'], lift['stddev'], inputs['control']['n'] + inputs['treatment']['n']


def run_asymptotic(server, case):
    return published(case, asymptotic(case, *lift_of_sums(server, case)))


def run_asymptotic_cuped(server, case):
    """The adjusted lift and its error as in the case of the test that is read once."""
    found = {name: got for name, got, _, _ in run_cuped_ratio_lift(
        server, dict(case, expected={'expected': 0, 'stddev': 0}))}
    n = sum(case['inputs'][arm]['n'] for arm in ('control', 'treatment'))
    return published(case, asymptotic(case, found['expected'], found['stddev'], n))


def run_asymptotic_one_sided(server, case):
    """Its bound replaces P(the effect is positive | the data) by a smaller one: the bound of the half-normal mixture
    itself is inside, and at theirs the e-value is beyond 1 / alpha."""
    lift, error, n = lift_of_sums(server, case)
    alpha = case['inputs'].get('alpha', 0.05)
    kappa = growthbook_kappa(n, case['inputs']['tuning_N'], 2 * alpha)
    theirs = math.sqrt((1 + 1 / kappa) * 2 * math.log1p(math.sqrt(1 + kappa) / (2 * alpha)))
    ours = kernel().AbMixtureCritical(math.inf, kappa, GREATER, alpha)
    sign = -1 if case['inputs']['alternative'] == 'greater' else 1
    bound = {'greater': 'ci_lower', 'less': 'ci_upper'}[case['inputs']['alternative']]
    return published(case, {bound: lift + sign * theirs * error}) + [
        ('inside theirs', ours < theirs, True, None),
        ('e-value there', kernel().AbMixtureLogE(theirs, math.inf, kappa, GREATER) > -math.log(alpha), True, None)]


def run_weekly_power(server, case):
    """Proven wrong: it multiplies the standard error by c / 1.96 and then takes it for the noise of the estimate as
    well, so that without an effect it finds 5% at any one look where c is 3.  The power of one look is
    P(|Z| > c); what it says is reproduced, and what the definition says is set against ours."""
    inputs, found = case['inputs'], []
    week = inputs['users_per_week'] // inputs['arms']
    for metric, mean, variance, effect in (
            ('binomial', inputs['binomial']['p'], None, inputs['binomial']['effect']),
            ('mean', inputs['mean']['mean'], inputs['mean']['variance'], inputs['mean']['effect'])):
        variance = mean * (1 - mean) if variance is None else variance
        for k, wanted in enumerate(case['expected']['power_' + metric], 1):
            z, c = weekly_z(mean, variance, effect, week * k, inputs)
            star = norm.isf(0.025)
            found.append(('theirs', power_at(star, z * star / c), wanted, stats_tolerance(case)))
            found.append(('is too large', power_at(c, z) < wanted, True, None))
    # one look at that critical value, by our planning: the same definition
    c = kernel().AbMixtureCritical(math.inf, 8.2, TWO_SIDED, 0.05)
    ours = server.value('SELECT ab_always_valid_power(1000, 1000, 1)')
    return found + [('ours', ours, power_at(c, norm.isf(0.025) - norm.isf(0.8)), ('rel', 1e-10))]


def weekly_z(mean, variance, effect, n, inputs):
    """Expected z of the lift at n users an arm, and its critical value."""
    error = math.sqrt(variance / n / mean ** 2 * (1 + (1 + effect) ** 2))
    alpha = 0.05
    kappa = growthbook_kappa(2 * n, inputs['tuning_N'], alpha)
    return effect / error, kernel().AbMixtureCritical(math.inf, kappa, TWO_SIDED, alpha)


def power_at(critical, z):
    return norm.sf(critical - z) + norm.sf(critical + z)


# ---------------------------------------------------------------- confseq

def best_rho(v_opt, alpha_opt, one_sided=False):
    """How confseq tunes its mixtures to a time."""
    level = 2 * math.log(1 / (2 * alpha_opt if one_sided else alpha_opt))
    return v_opt / (level + math.log(1 + level))


def run_normal_mixture(server, case):
    i = case['inputs']
    kappa = i['v'] / best_rho(i['v_opt'], i['alpha_opt'], one_sided=True)
    root = math.sqrt(i['v'])
    return published(case, {'log_mixture': kernel().AbMixtureLogE(i['s'] / root, math.inf, kappa, GREATER),
                            'bound': root * kernel().AbMixtureCritical(math.inf, kappa, GREATER, i.get('alpha', 0.05))})


def beta_binomial(k, n, q, v_opt, alpha_opt):
    """ln E of k of n with that probability, the concentration tuned to that time."""
    concentration = (best_rho(v_opt, alpha_opt) - q * (1 - q)) / (q * (1 - q))
    return kernel().AbBinomialLogE(k, n, q, max(concentration, 1e-3), TWO_SIDED)


def run_beta_binomial(server, case):
    """Sums of steps of g downwards and h upwards are counts with probability h / (g + h)."""
    i = case['inputs']
    g, h, alpha = i['g'], i['h'], i.get('alpha', 0.05)
    n = i['v'] / (g * h)

    def log_e(s):
        return beta_binomial(n * g + s, n, g, i['v_opt'], i.get('alpha_opt', 0.05))
    return published(case, {'log_mixture': log_e(i['s']),
                            'bound': brentq(lambda s: log_e(s) + math.log(alpha), 0, n * h * 0.999)})


def run_one_proportion(server, case):
    i = case['inputs']
    k, n, level = i['successes'], i['trials'], math.log(1 / i['alpha'])

    def excess(p):
        return beta_binomial(k, n, p, i['t_opt'] * p * (1 - p), i.get('alpha_opt', i['alpha'])) - level
    at = min(max(k / n, 1e-9), 1 - 1e-9)
    low = brentq(excess, 1e-9, at) if k and excess(1e-9) > 0 else 0.0
    high = brentq(excess, at, 1 - 1e-9) if k < n and excess(1 - 1e-9) > 0 else 1.0
    return [(name, got, wanted, stats_tolerance(case))
            for name, got, wanted in zip(('low', 'high'), (low, high), case['expected']['ci'])]


def run_quantile(server, case):
    i = case['inputs']
    q = i['quantile']
    arms = [range(*(int(v) + (j == 1) for j, v in enumerate(i[arm].split('..')))) for arm in ('arm1', 'arm2')]
    concentration = (best_rho(i['t_opt'] * q * (1 - q), i['alpha_opt']) - q * (1 - q)) / (q * (1 - q))
    return published(case, {'p_value': min(1, math.exp(-kernel().quantile_log_e(*arms, q, concentration)))})


# ---------------------------------------------------------------- ssrm

def run_multinomial(server, case):
    """Marginal likelihoods of the totals so far, without the coefficient that both hypotheses share."""
    i, found = case['inputs'], []
    size = sum(i['dirichlet_alpha'])
    totals = [0] * len(i['null'])
    for k, row in enumerate(i['rows']):
        totals = [t + c for t, c in zip(totals, row)]
        ours = kernel().dirichlet(totals, [a / size for a in i['dirichlet_alpha']], i['null'], size)
        found.append(('ln Bayes factor', ours, case['recomputed']['log_ml_srm'][k] - case['recomputed']['log_ml_null'][k],
                      stats_tolerance(case)))
    return found


RUNNERS = {
    'sequential/asymptotic_confidence_sequence': run_asymptotic,
    'sequential/asymptotic_confidence_sequence+cuped_ratio': run_asymptotic_cuped,
    'sequential/asymptotic_confidence_sequence one-sided': run_asymptotic_one_sided,
    'power/sequential by week': run_weekly_power,
    'sequential/normal mixture one-sided': run_normal_mixture,
    'sequential/beta-binomial mixture': run_beta_binomial,
    'sequential/always-valid CI for one proportion': run_one_proportion,
    'sequential/always-valid quantile A/B p-value': run_quantile,
    'srm/sequential multinomial-Dirichlet': run_multinomial,
}
