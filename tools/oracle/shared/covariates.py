"""CUPED and ratios a second time, from the raw rows at 50 digits, and the checks that both topics share.

Regressions by their normal equations, ratios by linearised rows, the variance of the lift by numeric
derivatives of the estimator in the means it is made of.
"""
import collections

import numpy as np
from mpmath import mp, mpf

from shared.checks import ALTERNATIVES, TOL_P, TOL_STATISTIC
from shared.duality import contradictions
from shared.reference import fieller, p_value, student_quantile

THETAS = ('per-arm', 'pooled', 'total')


Call = collections.namedtuple('Call', 'function theta equal_var alpha alternative')


# ---------------------------------------------------------------- 50-digit arithmetic

def column(rows, i):
    return [mpf(float(r[i])) for r in rows]


def mean(v):
    return mp.fsum(v) / len(v)


def products(a, b):
    ma, mb = mean(a), mean(b)
    return mp.fsum((x - ma) * (y - mb) for x, y in zip(a, b))


def linear(rows, i):
    """The ratio of the sums of two columns, and its linearised rows, whose mean is the ratio."""
    m, d = column(rows, i), column(rows, i + 1)
    r = mp.fsum(m) / mp.fsum(d)
    return r, [(x - r * y) / mean(d) + r for x, y in zip(m, d)]


def outcome_and_covariate(rows, ratio):
    """Per row y and x (x all 0 if there is no covariate), and the weight of the arm in the overall x."""
    if not ratio:
        return column(rows, 0), column(rows, 1), mpf(len(rows))
    y = linear(rows, 0)[1]
    if len(rows[0]) == 2:
        return y, [mpf(0)] * len(rows), mpf(len(rows))
    return y, linear(rows, 2)[1], mp.fsum(column(rows, 3))


def slope(y, x):
    return products(y, x) / products(x, x)


def estimate(arms, call):
    """Adjusted means and their covariance matrix, of control and treatment.

    The mean of arm g is the fitted value at the overall covariate mean.  Its error has a part
    given the covariate, from the regression, and a part from the overall mean.
    """
    ratio = call.function != 'ab_cuped'
    data = [outcome_and_covariate(rows, ratio) for rows in arms]
    n = [len(y) for y, _, _ in data]
    share = [data[g][2] / (data[0][2] + data[1][2]) for g in (0, 1)]
    y, x = [mean(d[0]) for d in data], [mean(d[1]) for d in data]
    overall = share[0] * x[0] + share[1] * x[1]
    sxx = [products(d[1], d[1]) for d in data]
    lost = [mpf(0)] * 2
    if call.theta is None:
        theta = [mpf(0)] * 2
    elif call.theta == 'per-arm':
        theta, lost = [slope(d[0], d[1]) for d in data], [mpf(1)] * 2
    elif call.theta == 'pooled':
        theta = [sum(products(d[0], d[1]) for d in data) / sum(sxx)] * 2
        lost = [s / sum(sxx) for s in sxx]
    else:
        rows = list(arms[0]) + list(arms[1])
        ya, xa, _ = outcome_and_covariate(rows, ratio)
        theta = [slope(ya, xa)] * 2
    residual = [[a - theta[g] * b for a, b in zip(*data[g][:2])] for g in (0, 1)]
    rss = [products(z, z) for z in residual]
    free = [n[g] - 1 - lost[g] for g in (0, 1)]
    own = [rss[g] / free[g] for g in (0, 1)]
    square = [sum(rss) / sum(free)] * 2 if call.equal_var else own

    # given the covariate: means about the line, and the slope's error on top
    given = mp.matrix(2, 2)
    for g in (0, 1):
        given[g, g] = square[g] / n[g]
    away = [overall - x[g] for g in (0, 1)]
    part = [given[g, g] for g in (0, 1)]
    if call.theta == 'per-arm':
        for g in (0, 1):
            given[g, g] += square[g] * away[g] ** 2 / sxx[g]
            part[g] = given[g, g]
    elif call.theta == 'pooled':
        noise = [square[g] * sxx[g] / sum(sxx) ** 2 for g in (0, 1)]
        for g in (0, 1):
            part[g] += noise[g] * (away[1] - away[0]) ** 2
            for h in (0, 1):
                given[g, h] += sum(noise) * away[g] * away[h]

    # from the overall mean: m_g = z_g + theta_g X
    total = given.copy()
    if call.theta is not None:
        vx = sum(share[g] ** 2 * sxx[g] / (n[g] - 1) / n[g] for g in (0, 1))
        k = [share[g] * products(residual[g], data[g][1]) / (n[g] - 1) / n[g] for g in (0, 1)]
        if call.equal_var:
            k = [mpf(0)] * 2
        for g in (0, 1):
            for h in (0, 1):
                total[g, h] += theta[g] * k[h] + theta[h] * k[g] + theta[g] * theta[h] * vx
    variance = total[0, 0] + total[1, 1] - 2 * total[0, 1]
    center = variance - sum(part)
    spread = sum(part) ** 2 / sum(free) if call.equal_var else sum(part[g] ** 2 / free[g] for g in (0, 1))
    return {'means': [y[g] + theta[g] * away[g] for g in (0, 1)], 'covariance': total, 'own': own,
            'df': variance ** 2 / (spread + center ** 2 / (sum(n) - 1)), 'theta': theta, 'center': center,
            'overall': overall, 'condition': max(products(d[0], d[0]) / r for d, r in zip(data, rss))}


def answer(arms, call):
    """What the function must return, as mpf."""
    e = estimate(arms, call)
    (mc, mt), v, df = e['means'], e['covariance'], e['df']
    diff, se = mt - mc, mp.sqrt(v[0, 0] + v[1, 1] - 2 * v[0, 1])
    critical = student_quantile(mpf(call.alpha) / (2 if call.alternative == 'two-sided' else 1), df)
    want = {'control_mean': mc, 'treatment_mean': mt, 'control_stddev': mp.sqrt(e['own'][0]),
            'treatment_stddev': mp.sqrt(e['own'][1]), 'diff': diff, 'std_error': se, 'df': df,
            'statistic': diff / se, 'p_value': p_value(diff / se, df, call.alternative),
            'diff_low': None if call.alternative == 'less' else diff - critical * se,
            'diff_high': None if call.alternative == 'greater' else diff + critical * se,
            'relative_lift_pct': diff / mc * 100}
    want.update(fieller(mc, mt, v[0, 0], v[1, 1], critical, call.alternative, v[0, 1]))
    return want, e


# ---------------------------------------------------------------- asking the extension

COLUMNS = {'ab_cuped': ('outcome', 'covariate'), 'ab_ratio': ('numerator', 'denominator'),
           'ab_ratio_cuped': ('numerator', 'denominator', 'numerator_covariate', 'denominator_covariate')}


def load(server, arms, function):
    names = COLUMNS[function]
    server.load('observation', ', '.join('%s float8' % n for n in names) + ', variant text',
                [tuple(r) + (v,) for v, rows in zip(('control', 'treatment'), arms) for r in rows])
    server.run('DROP TABLE IF EXISTS state; CREATE TEMP TABLE state AS SELECT ab_summary(%s, variant) s '
               'FROM observation'
               % ', '.join(names))


def ask(server, call):
    theta = {} if call.theta is None else {'theta': call.theta}
    args = dict(theta, equal_var=call.equal_var, alpha=call.alpha, alternative=call.alternative)
    return server.named('SELECT r.* FROM state, %s(s, %s) r' % (
        call.function, ', '.join('%s => %%(%s)s' % (k, k) for k in args)), args)[0]


def calls(rng, function):
    """Every choice of slope and variances, with a random alternative and level."""
    for theta in (None,) if function == 'ab_ratio' else THETAS:
        for equal_var in (False, True):
            yield Call(function, theta, equal_var, float(rng.choice([0.001, 0.05, 0.1, 0.4, 0.5])),
                       str(rng.choice(ALTERNATIVES)))


# ---------------------------------------------------------------- random data

def random_means(rng):
    """Two arms of (outcome, covariate) of any size, slopes, spreads, offset and units."""
    offset, unit, x_offset, x_unit = rng.choice([-1, 1], 4) * 10.0 ** rng.integers((-2, -6, -2, -4), (5, 7, 5, 5))
    slopes = rng.normal(0, 1, 2) if rng.random() < 0.6 else [1.0, 1.0]
    lift, arms = rng.choice([0, 1, 5]), []
    for g in (0, 1):
        n = int(rng.integers(3, 60))
        x = rng.standard_normal(n) if rng.random() < 0.5 else rng.exponential(size=n)
        y = offset + g * lift + slopes[g] * x + rng.choice([0.1, 1.0, 3.0]) * rng.standard_normal(n)
        arms.append(np.column_stack([unit * y, x_unit * (x_offset + x)]))
    return arms


def random_ratios(rng, columns):
    """Users with a propensity; denominators unequal."""
    arms, scale = [], 10.0 ** rng.integers(-3, 4, columns)
    for g in (0, 1):
        n = int(rng.integers(4, 60))
        user = rng.gamma(3, 1, n)
        parts = []
        for period in range(columns // 2):
            d = 1.0 + rng.poisson(3, n) + (rng.random(n) if rng.random() < 0.5 else 0)
            parts += [d * (user * 0.3 + 0.1 * g) + rng.standard_normal(n), d]
        arms.append(np.column_stack(parts) * scale)
    return arms


# ---------------------------------------------------------------- checks of any of the functions

def compare(checks, got, want, call, condition, rounding):
    """One check of a whole row.  condition is how much of the digits the residuals lose, rounding
    what the accumulation of the means may leave in the difference."""
    found = []
    loss = float(condition)
    se, t = want['std_error'], abs(want['statistic'])

    def hold(name, tolerance, scale, slack=0):
        g, w = got[name], want[name]
        if g is None or w is None:
            if g is not w:
                found.append((name, g, w, None))
            return
        error = abs(mpf(g) - w) / scale
        if loss < 20 and slack < 1e-13:
            checks.measure('%s %s' % (call.function, name), error)
        if error > tolerance * loss + slack:
            found.append((name, g, w, float(error)))

    shift = float(rounding / se)
    for name in ('control_stddev', 'treatment_stddev', 'std_error'):
        hold(name, TOL_STATISTIC, want[name])
    hold('df', TOL_STATISTIC, want['df'])
    for name in ('control_mean', 'treatment_mean'):
        hold(name, TOL_STATISTIC, max(abs(want[name]), se))
    hold('diff', TOL_STATISTIC, max(abs(want['diff']), se), shift)
    hold('statistic', TOL_STATISTIC, max(t, 1), shift)
    hold('p_value', TOL_P, want['p_value'] * (1 + t) ** 2, shift * 10)
    for name in ('diff_low', 'diff_high'):
        if want[name] is not None or got[name] is not None:
            hold(name, TOL_P, max(abs(want[name]), se) if want[name] is not None else 1, shift)
    if abs(want['g']) > 1e-6:
        unit = 100 / abs(want['control_mean'])
        hold('relative_lift_pct', TOL_STATISTIC, max(abs(want['relative_lift_pct']), se * unit), shift)
        for name in ('lift_low_pct', 'lift_high_pct'):
            w = want[name]
            hold(name, TOL_P / float(abs(want['g'])), 1 if w is None else
                 max(abs(w), se * unit) * (1 + abs(w) / 100), shift)
    if got['significant'] != (got['p_value'] < call.alpha):
        found.append(('significant', got['significant'], got['p_value'] < call.alpha, None))
    checks.all_of(call, found)


def check_rows(server, checks, rng, function, make, count):
    for _ in range(count):
        arms = make(rng)
        load(server, arms, function)
        rounding = max(float(np.max(np.abs(a[:, 0]))) for a in arms) * 2.0 ** -51 if function == 'ab_cuped' else \
            max(float(abs(a[:, 0].mean() / a[:, 1].mean())) for a in arms) * 2.0 ** -51
        for call in calls(rng, function):
            want, e = answer(arms, call)
            got = ask(server, call)
            compare(checks, got, want, call, e['condition'], rounding)
            checks.all_of(('duality', call), contradictions(got, required=1))
            at_p = ask(server, call._replace(alpha=got['p_value'])) if 0 < got['p_value'] < 0.5 else None
            checks.all_of(('duality at p', call), contradictions(at_p, required=1) if at_p else [])


def numeric_gradient(arms, function):
    """Variance of the difference and of the lift from derivatives of the estimator, total theta.

    The estimator is written in the means of the columns only, theta is a constant, and the means
    have the covariance matrix of the rows over n, so nothing can be left out of the gradient.
    """
    ratio = function == 'ab_ratio_cuped'
    k = len(arms[0][0])
    n = [len(a) for a in arms]
    theta = estimate(arms, Call(function, 'total', False, 0.05, 'two-sided'))['theta'][0]

    def means(v):
        c, t = v[:k], v[k:]
        if ratio:
            x = (n[0] * c[2] + n[1] * t[2]) / (n[0] * c[3] + n[1] * t[3])
            return [m[0] / m[1] - theta * (m[2] / m[3] - x) for m in (c, t)]
        x = (n[0] * c[1] + n[1] * t[1]) / sum(n)
        return [m[0] - theta * (m[1] - x) for m in (c, t)]

    at = [mean(column(a, i)) for a in arms for i in range(k)]
    step = mpf(10) ** -15
    jacobian = []
    for i, v in enumerate(at):
        h = step * (abs(v) or 1)
        up, down = (means(at[:i] + [v + s * h] + at[i + 1:]) for s in (1, -1))
        jacobian.append([(u - d) / (2 * h) for u, d in zip(up, down)])
    total = mp.matrix(2, 2)
    for g in (0, 1):
        for i in range(k):
            for j in range(k):
                s = products(column(arms[g], i), column(arms[g], j)) / (n[g] - 1) / n[g]
                for a in (0, 1):
                    for b in (0, 1):
                        total[a, b] += jacobian[g * k + i][a] * jacobian[g * k + j][b] * s
    return means(at), total


def check_gradient(server, checks, rng, function):
    """The first-order terms are complete: ratios keep the noise of the weights out, which is of second order
    once the covariate's ratios of the arms agree, so those are made to."""
    for _ in range(12):
        arms = random_means(rng) if function == 'ab_cuped' else random_ratios(rng, 4)
        if function == 'ab_ratio_cuped':
            ratios = [a[:, 2].mean() / a[:, 3].mean() for a in arms]
            arms[1][:, 2] += (ratios[0] - ratios[1]) * arms[1][:, 3]
        load(server, arms, function)
        row = ask(server, Call(function, 'total', False, 0.05, 'two-sided'))
        (mc, mt), v = numeric_gradient(arms, function)
        se = mp.sqrt(v[0, 0] + v[1, 1] - 2 * v[0, 1])
        critical = student_quantile(mpf(0.025), mpf(row['df']))
        lift = fieller(mc, mt, v[0, 0], v[1, 1], critical, 'two-sided', v[0, 1])
        wrong = []
        for name, w in (('control_mean', mc), ('diff', mt - mc), ('std_error', se),
                        ('lift_low_pct', lift['lift_low_pct']), ('lift_high_pct', lift['lift_high_pct'])):
            g = row[name]
            if w is None or g is None:
                if g is not w:
                    wrong.append((name, g, w, None))
            elif abs(g - w) > 1e-7 * (abs(w) + (100 * se / abs(mc) if 'pct' in name else se)):
                wrong.append((name, g, w, float(abs(g / w - 1))))
        checks.all_of(function, wrong)


SAME = ('control_mean', 'treatment_mean', 'diff', 'std_error', 'df', 'p_value', 'diff_low', 'diff_high', 'lift_low_pct',
        'lift_high_pct')


def same(checks, label, a, b, tolerance=1e-10):
    """What must not change the answer."""
    checks.all_of(label, [
        (k, a[k], b[k], None) for k in SAME
        if (a[k] is None) != (b[k] is None)
        or (a[k] is not None and abs(a[k] - b[k]) > tolerance * (abs(b[k]) + 1e-3))])


def check_plain(server, checks, arms, function):
    """Without a covariate that varies, or over denominators of one, it is the t-test."""
    second = 7.1 if function == 'ab_cuped' else 1.0
    load(server, [np.column_stack([a[:, 0], np.full(len(a), second)]) for a in arms], function)
    for equal_var in (False, True):
        plain = server.named('SELECT r.* FROM state, ab_ttest(ab_column(s, 1), equal_var => %s) r', (equal_var,))[0]
        for theta in THETAS if function == 'ab_cuped' else (None,):
            same(checks, 'plain', ask(server, Call(function, theta, equal_var, 0.05, 'two-sided')), plain, 1e-13)


DEGENERATE = [0.0, 1.0, -1.0, 2.0, 1e-160, 1e160, -1e160, 1e308, 5e-324, 0.1]


def check_degenerate(server, checks, rng, functions, count):
    """Any few rows of odd values: a row comes back, without NaN and infinity, with a note where there is no test."""
    for i in range(count):
        function = functions[i % len(functions)]
        k = len(COLUMNS[function])
        values = DEGENERATE + [float('nan'), float('inf')] if i % 5 == 0 else DEGENERATE[:int(rng.integers(1, 11))]
        arms = [rng.choice(values, (int(rng.integers(0 if g else 1, 6)), k)) for g in (0, 1)]
        load(server, arms, function)
        for call in calls(rng, function):
            row = ask(server, call)
            numbers = [v for v in row.values() if isinstance(v, float)]
            good = all(np.isfinite(numbers)) and (row['p_value'] is not None or row['note'] is not None) and (
                row['p_value'] is None or not contradictions(row, required=1))
            checks.check(good, (call, [a.tolist() for a in arms]), row, 'finite numbers, a note, agreement')
