#!/usr/bin/python3
"""ab_noninferiority, ab_superiority and ab_equivalence against 50-digit Student tails from the moments.

Once more by SciPy's ttest_ind and statsmodels' ttost_ind on the rows (for a relative margin: on the rows
with the control scaled), and the duality of interval and verdict, also at alpha equal to the p-value and
its neighbours.  Rates: the score test at the margin at 50 digits.
"""
import collections
import math

import numpy as np
import scipy.stats
from mpmath import mp, mpf
from statsmodels.stats.weightstats import ttost_ind

from shared.checks import TOL_BOUND, TOL_P, TOL_SCIPY, TOL_STATISTIC, run_sections, seeded
from shared.rates import corrected
from shared.reference import EPS, Arm, student_quantile, student_sf

SEED = 20240307

# limit: of the difference, or of the lift if relative; sign: 1 where the effect must be above it
Side = collections.namedtuple('Side', 'limit sign')
Test = collections.namedtuple('Test', 'statistic std_error df p_value diff_end lift_end')


# ---------------------------------------------------------------- the reference

def one_side(control, treatment, side, alpha, relative, equal_var):
    """The shifted test and the ends of its one-sided intervals; None for an end that does not exist."""
    scale = 1 + mpf(side.limit) if relative else mpf(1)
    vc, vt, df = spread(control, treatment, scale, equal_var)
    se = mp.sqrt(vc + vt)
    if relative:
        excess = treatment.mean - scale * control.mean
    else:
        excess = treatment.mean - control.mean - mpf(side.limit)
    statistic = excess / se
    plain = spread(control, treatment, mpf(1), equal_var)
    diff = treatment.mean - control.mean
    end = diff - side.sign * student_quantile(mpf(alpha), plain[2]) * mp.sqrt(plain[0] + plain[1])
    return Test(statistic, se, df, student_sf(side.sign * statistic, df), end,
                lift_end(control, treatment, plain, student_quantile(mpf(alpha), df), side.sign))


def spread(control, treatment, scale, equal_var):
    """Variances of scale * control mean and of the treatment mean, and the df of their sum."""
    if equal_var:
        df = mpf(control.n + treatment.n - 2)
        variance = ((control.n - 1) * control.variance + (treatment.n - 1) * treatment.variance) / df
        return scale ** 2 * variance / control.n, variance / treatment.n, df
    c, t = scale ** 2 * control.variance / control.n, treatment.variance / treatment.n
    return c, t, (c + t) ** 2 / (c * c / (control.n - 1) + t * t / (treatment.n - 1))


def lift_end(control, treatment, plain, critical, sign):
    """The ratio - 1 at which the one-sided test is at its critical value: the root by its own sign."""
    mc, mt, (vc, vt, _) = control.mean, treatment.mean, plain
    a = mc ** 2 - critical ** 2 * vc
    if a <= 0 or mc <= 0:
        return None
    root = mp.sqrt(max((mc * mt) ** 2 - a * (mt ** 2 - critical ** 2 * vt), mpf(0)))
    return (mc * mt - sign * (1 if critical >= 0 else -1) * root) / a - 1


# ---------------------------------------------------------------- asking the extension

CALLS = {
    'noninferiority': 'ab_noninferiority(s, {margin}, {direction}, alpha => {alpha}, relative => {relative}, '
                      'equal_var => {equal_var})',
    'superiority': 'ab_superiority(s, {margin}, {direction}, alpha => {alpha}, relative => {relative}, '
                   'equal_var => {equal_var})',
    'equivalence': 'ab_equivalence(s, alpha => {alpha}, relative => {relative}, equal_var => {equal_var}, '
                   'margin_low => {low}, margin_high => {high})',
}


def literal(value):
    return "'%s'" % value if isinstance(value, str) else 'true' if value is True else 'false' if value is False \
        else "'%r'::float8" % float(value)


def ask(server, source, kind, **parameters):
    call = CALLS[kind].format(**{k: literal(v) for k, v in parameters.items()})
    return server.named('SELECT r.* FROM %s, %s r' % (source, call))[0]


def summary_of(control, treatment):
    """A FROM item with the summary of two published arms."""
    return ("(SELECT ab_summary_combine(ab_make_summary('control', %d, '%r', '%r'), ab_make_summary('treatment', %d, "
            "'%r', '%r'))) q(s)"
            % (*control, *treatment))


def exact(published):
    n, mean, stddev = published
    return Arm(n, mpf(mean), mpf(stddev) ** 2)


def sides_of(kind, margin, direction):
    """What H0 of a one-sided test says."""
    higher = direction == 'higher'
    return Side(margin if higher == (kind == 'superiority') else -margin, 1 if higher else -1)


# ---------------------------------------------------------------- sections

def random_arms(rng, widest=10):
    n = [int(10 ** rng.uniform(0.5, rng.choice([1.5, 3, 6]))) + 2 for _ in range(2)]
    if n[0] == n[1]:
        n[1] += 1
    mean = 10 ** rng.uniform(-3, 4)
    sd = mean * 10 ** rng.uniform(-3, 0.8)
    ratio = widest ** rng.uniform(-1, 1)
    lift = rng.normal() * min(0.5, 3 * sd / mean / math.sqrt(min(n)))
    return (n[0], mean, sd), (n[1], mean * (1 + lift), sd * ratio)


def random_margin(rng, control, treatment, relative):
    """Around the effect that the data can tell."""
    se = math.sqrt(control[2] ** 2 / control[0] + treatment[2] ** 2 / treatment[0])
    margin = abs(treatment[1] - control[1]) + se * rng.uniform(0.05, 6)
    return min(margin / control[1], 0.9) if relative else margin


def compare(checks, label, inputs, row, want, bounds, scale):
    """One row against its reference; bounds: column, its value wanted and the scale of its error."""
    slack = 8 * EPS * scale / want.std_error            # of the statistic, from the rounding of the excess
    wrong = []

    def near(name, got, wanted, tolerance, extra=0):
        if wanted is None or got is None:
            if (wanted is None) != (got is None):
                wrong.append((name, got, wanted, None))
            return
        error = abs(mpf(got) - wanted)
        if name.startswith(('diff', 'lift')):
            checks.measure('%s %s' % (label, name), error / (abs(wanted) + extra / tolerance))
        elif extra <= tolerance * abs(wanted) / 100:
            checks.measure('%s %s' % (label, name), error / abs(wanted) if wanted else error)
        if error > tolerance * abs(wanted) + extra:
            wrong.append((name, got, wanted, error / abs(wanted) if wanted else None))

    t = abs(want.statistic)
    near('std_error', row['std_error'], want.std_error, TOL_STATISTIC)
    near('df', row['df'], want.df, TOL_STATISTIC)
    near('statistic', row['statistic'], want.statistic, TOL_STATISTIC, slack)
    near('p_value', row['p_value'], want.p_value, TOL_P, want.p_value * (1 + t) * slack * 2)
    for name, wanted, size in bounds:
        near(name, row[name], wanted, TOL_BOUND, 0 if wanted is None else TOL_BOUND * size)
    checks.all_of(inputs, wrong)


def section_one_sided(server, checks, rng):
    for i in range(500):
        # pooling quite different variances makes p-values beyond any double
        control, treatment = random_arms(rng, 1.5 if i // 8 % 2 else 10)
        kind = ('noninferiority', 'superiority')[i % 2]
        direction, relative, equal_var = ('higher', 'lower')[i // 2 % 2], bool(i // 4 % 2), bool(i // 8 % 2)
        alpha = float(rng.choice([0.05, 0.025, 0.001, 0.3, 0.5]))
        margin = random_margin(rng, control, treatment, relative)
        side = sides_of(kind, margin, direction)
        want = one_side(exact(control), exact(treatment), side, alpha, relative, equal_var)
        row = ask(server, summary_of(control, treatment), kind, margin=margin, direction=direction, alpha=alpha,
                  relative=relative, equal_var=equal_var)
        closed, opened = ('low', 'high') if side.sign > 0 else ('high', 'low')
        size = abs(control[1]) + abs(treatment[1])
        lift = None if want.lift_end is None else want.lift_end * 100
        conditioned = lift is None or abs(1 - (student_quantile(mpf(alpha), want.df) ** 2 * spread(
            exact(control), exact(treatment), mpf(1), equal_var)[0] / mpf(control[1]) ** 2)) > 1e-6
        bounds = [('diff_' + closed, want.diff_end, want.std_error), ('diff_' + opened, None, None)]
        if conditioned:
            bounds += [('lift_%s_pct' % closed, lift,
                        0 if lift is None else abs(lift) + 100 * want.std_error / control[1]),
                       ('lift_%s_pct' % opened, None, None)]
        compare(checks, kind, (kind, control, treatment, margin, direction, alpha, relative, equal_var), row, want,
                bounds, size)


def section_equivalence(server, checks, rng):
    for i in range(200):
        control, treatment = random_arms(rng, 1.5 if i // 2 % 2 else 10)
        relative, equal_var = bool(i % 2), bool(i // 2 % 2)
        alpha = float(rng.choice([0.05, 0.025, 0.001, 0.3]))
        low, high = -random_margin(rng, control, treatment, relative), random_margin(rng, control, treatment, relative)
        tests = [one_side(exact(control), exact(treatment), side, alpha, relative, equal_var)
                 for side in (Side(low, 1), Side(high, -1))]
        row = ask(server, summary_of(control, treatment), 'equivalence', alpha=alpha, relative=relative,
                  equal_var=equal_var, low=low, high=high)
        want = max(tests, key=lambda test: test.p_value)
        lifts = [t.lift_end if all(u.lift_end is not None for u in tests) else None for t in tests]
        bounds = [('diff_' + end, t.diff_end, t.std_error) for end, t in zip(('low', 'high'), tests)]
        if lifts[0] is None or student_quantile(mpf(alpha), want.df) ** 2 * exact(control).variance / control[0] \
                < mpf(control[1]) ** 2 / 2:
            bounds += [('lift_%s_pct' % end, None if lift is None else lift * 100,
                        0 if lift is None else 100 * (abs(lift) + t.std_error / control[1]))
                       for end, lift, t in zip(('low', 'high'), lifts, tests)]
        compare(checks, 'equivalence', (control, treatment, low, high, alpha, relative, equal_var), row, want, bounds,
                abs(control[1]) + abs(treatment[1]))


def section_rows(server, checks, rng):
    """SciPy and statsmodels on the rows themselves."""
    for i in range(120):
        c = rng.gamma(4, 2, int(rng.integers(3, 60)))
        t = rng.gamma(4, 2.2, len(c) + int(rng.integers(1, 60)))
        server.load('observation', 'variant text, outcome float8',
                    [('control', v) for v in c] + [('treatment', v) for v in t])
        source = '(SELECT ab_summary(outcome, variant) FROM observation) q(s)'
        margin, relative, equal_var = float(rng.uniform(0.02, 0.6)), bool(i % 2), bool(i // 2 % 2)
        if relative and equal_var:              # SciPy would pool the variance of the scaled control
            equal_var = False
        wrong = []
        for kind in ('noninferiority', 'superiority'):
            for direction in ('higher', 'lower'):
                side = sides_of(kind, margin, direction)
                alternative = 'greater' if side.sign > 0 else 'less'
                want = scipy.stats.ttest_ind(t, (1 + side.limit) * c, equal_var=equal_var,
                                             alternative=alternative) if relative \
                    else scipy.stats.ttest_ind(t - side.limit, c, equal_var=equal_var, alternative=alternative)
                row = ask(server, source, kind, margin=margin, direction=direction, alpha=0.05, relative=relative,
                          equal_var=equal_var)
                for name, wanted in (('statistic', want.statistic), ('p_value', want.pvalue)):
                    error = abs(row[name] / wanted - 1)
                    if abs(want.statistic) > 1e-3:
                        checks.measure('SciPy ' + name, error)
                        wrong.append(None if error < TOL_SCIPY else (kind + ' ' + name, row[name], wanted, error))
        if not relative:
            low, high = -margin * 3, margin * 2.5
            want = ttost_ind(t, c, low, high, usevar='pooled' if equal_var else 'unequal')
            row = ask(server, source, 'equivalence', alpha=0.05, relative=False, equal_var=equal_var, low=low,
                      high=high)
            error = abs(row['p_value'] / want[0] - 1)
            checks.measure('statsmodels ttost_ind p_value', error)
            wrong.append(None if error < TOL_SCIPY else ('TOST p', row['p_value'], want[0], error))
        checks.all_of((list(c), list(t), margin, relative, equal_var), wrong)


def ways_to_write(limit, unit):
    """A margin as its user may compare it with a bound: 0.07 is also 7 percent, which 0.07 * 100 is not."""
    product = limit * unit
    return {product, float('%.10g' % product)} if limit == float('%.10g' % limit) else {product}


def section_duality(server, checks, rng):
    """The bound on the scale of the margin excludes it exactly when p < alpha, wherever alpha is."""
    both = collections.Counter()
    for i in range(400):
        control, treatment = random_arms(rng)
        relative, equal_var = bool(i % 2), bool(i // 2 % 2)
        kind = ('noninferiority', 'superiority', 'equivalence')[i % 3]
        direction = ('higher', 'lower')[i // 6 % 2]
        margin, other = (random_margin(rng, control, treatment, relative) for _ in range(2))
        if i % 4 < 2 and min(margin, other) > 0.01:       # as people write them
            margin, other = round(margin, 2), round(other, 2)
        if kind == 'superiority' and i % 5 == 0:
            margin = 0.0
        parameters = dict(relative=relative, equal_var=equal_var, margin=margin, direction=direction, low=-margin,
                          high=other)
        source = summary_of(control, treatment)
        p = ask(server, source, kind, alpha=0.05, **parameters)['p_value']
        top = 0.499
        for alpha in [0.05, float(rng.uniform(0.001, top)), p, float(np.nextafter(p, 0)), float(np.nextafter(p, 1))]:
            if not 1e-250 < alpha < top:
                continue
            row = ask(server, source, kind, alpha=alpha, **parameters)
            ends = [row['lift_%s_pct' % e] if relative else row['diff_' + e] for e in ('low', 'high')]
            unit = 100 if relative else 1
            if kind == 'equivalence':
                sides = (Side(-margin, 1), Side(other, -1))
            else:
                sides = (sides_of(kind, margin, direction),)
            excluded, bounded, consistent = True, True, True
            for side in sides:
                end = ends[0] if side.sign > 0 else ends[1]
                if end is None:
                    bounded = False
                    continue
                outside = {side.sign * (end - limit) > 0 for limit in ways_to_write(side.limit, unit)}
                excluded &= all(outside)
                consistent &= len(outside) == 1
            good = row['significant'] == (row['p_value'] < alpha)
            if bounded:
                good &= excluded == row['significant'] and consistent
            both[row['significant'], bounded] += 1
            checks.check(good, (kind, control, treatment, parameters, alpha), (row['p_value'], ends), 'agreement')
    checks.check(min(both[True, True], both[False, True]) > 200, 'both verdicts', dict(both), 'more than 200 each')


def section_plain(server, checks, rng):
    """Superiority by nothing is the one-sided t-test, in every column but the method."""
    for i in range(60):
        control, treatment = random_arms(rng)
        direction, equal_var, relative = ('higher', 'lower')[i % 2], bool(i // 2 % 2), bool(i // 4 % 2)
        source = summary_of(control, treatment)
        row = ask(server, source, 'superiority', margin=0.0, direction=direction, alpha=0.05, relative=relative,
                  equal_var=equal_var)
        plain = server.named('SELECT r.* FROM %s, ab_ttest(s, alternative => %s, equal_var => %s) r' % (
            source, literal('greater' if direction == 'higher' else 'less'), literal(equal_var)))[0]
        checks.all_of((control, treatment, direction, equal_var, relative),
                      [None if row[k] == plain[k] else (k, row[k], plain[k], None) for k in plain if k != 'method'])


def section_rates(server, checks, rng):
    for i in range(200):
        nc, nt = (int(10 ** rng.uniform(1, 4)) for _ in range(2))
        p = float(rng.choice([0.01, 0.1, 0.5, 0.95]))
        table = int(rng.binomial(nc, p)), nc, int(rng.binomial(nt, p)), nt
        kind, direction = ('noninferiority', 'superiority', 'equivalence')[i % 3], ('higher', 'lower')[i // 3 % 2]
        relative, margin, alpha = bool(i % 2), float(rng.choice([0.01, 0.05, 0.3])), float(rng.choice([0.025, 0.05]))
        if table[0] == 0 or table[0] + table[2] == nc + nt:
            continue
        source = "(SELECT ab_summary_combine(ab_make_summary('control', %d, %d::bigint), ab_make_summary('treatment', " \
                 "%d, %d::bigint))) q(s)" % (nc, table[0], nt, table[2])
        row = ask(server, source, kind, margin=margin, direction=direction, alpha=alpha, relative=relative,
                  equal_var=False, low=-margin, high=2 * margin)
        sides = [Side(-margin, 1), Side(2 * margin, -1)] if kind == 'equivalence' else [
            sides_of(kind, margin, direction)]
        z = min((side.sign * corrected(table, 1 + mpf(side.limit) if relative else side.limit, relative, side.sign)[0]
                 for side in sides))
        want = max(mp.ncdf(-z), mpf(5e-324))
        error = abs(row['p_value'] / want - 1) if want > 1e-290 else mpf(0)
        checks.measure('rates p_value', error)
        checks.check(error < 1e-9 and row['significant'] == (row['p_value'] < alpha) and 'score' in row['method'],
                     (table, kind, direction, relative, margin, alpha), row['p_value'], want)


if __name__ == '__main__':
    run_sections(__file__, [
        ('plain', seeded(SEED + 4, section_plain)), ('one_sided', seeded(SEED, section_one_sided)),
        ('equivalence', seeded(SEED + 1, section_equivalence)), ('rows', seeded(SEED + 2, section_rows)), ('rates', seeded(SEED + 7, section_rates)),
        ('duality', seeded(SEED + 3, section_duality))])
