#!/usr/bin/python3
"""ab_ttest against exact rational moments and 50-digit Student tails, and SciPy's ttest_ind.

Random data of many kinds, published numbers with p down to 1e-300 and up to a billion rows,
degenerate data, and whether p-value and intervals agree, also at alpha equal to the p-value.
"""
import collections
import math
import warnings

import numpy as np
import scipy.stats
from mpmath import mp, mpf

from shared.checks import (
    ALTERNATIVES, TOL_BOUND, TOL_P, TOL_SCIPY, TOL_STATISTIC, check_mistakes, run_sections, seeded)
from shared.data import (
    binary, constant, heavy_tail, huge, negative, normal, random_alpha, rating, shifted, small, two_sizes, zero_mean)
from shared.duality import contradictions
from shared.reference import (
    EPS, Arm, exact_arm, p_value, pooled, student_density, student_quantile, student_sf, t_test, unpooled)
from shared import score

SEED = 20240229


# ---------------------------------------------------------------- comparing

class TTestComparison:
    """Compares one row of ab_comparison with t_test(), quantity by quantity.

    'rounding' is what rounding may leave in the difference of the means; it matters
    only when they cancel.  The means carry twice the digits of a double, so it is
    tiny, even for data shifted by 1e8.  It is 0 for published numbers.
    """

    def __init__(self, checks, label, got, want, rounding, spreads):
        self.checks, self.label, self.got, self.want = checks, label, got, want
        self.rounding = mpf(rounding)
        self.sd_slack = max([self.rounding / s for s in spreads if s] or [mpf(0)])

    def quantity(self, name, tolerance, scale, slack):
        """None, or the mismatch.  'scale' is what the error is relative to."""
        got, want = self.got[name], self.want.get(name)
        if got is None or want is None:
            return None if got is want else (name, got, want, None)
        if not math.isfinite(got):
            return (name, got, want, None)
        error = abs(mpf(got) - want)
        if error == 0:
            return None
        relative = error / scale if scale else mpf('inf')
        if slack <= tolerance * scale * 0.01:      # a well conditioned input: a figure worth keeping
            self.checks.measure('%s %s' % (self.label, name), relative)
        return None if error <= tolerance * scale + slack else (name, got, want, relative)

    def mismatches(self):
        want, rounding = self.want, self.rounding
        if want.get('p_value') is None:
            return self.untestable()
        se, t = want['std_error'], abs(want['statistic'])
        shift = rounding / se                       # error of the statistic from the means
        sd = self.sd_slack
        near_zero = mpf(10) ** -300
        return [
            self.quantity('diff', TOL_STATISTIC, abs(want['diff']), rounding),
            self.quantity('std_error', TOL_STATISTIC, se, se * sd),
            self.quantity('statistic', TOL_STATISTIC, t, shift + t * sd),
            self.quantity('df', TOL_STATISTIC, want['df'], want['df'] * sd * 4),
            # d log p / dt grows like t, so the error of t is multiplied by it
            self.quantity('p_value', TOL_P, want['p_value'],
                          want['p_value'] * (1 + t) * (shift + t * sd))
            if want['p_value'] > near_zero else self.tiny_p(),
            self.bound('diff_low', se, rounding), self.bound('diff_high', se, rounding),
        ] + self.lift()

    def bound(self, name, se, rounding):
        bound = self.want[name]
        scale = None if bound is None else max(abs(bound), se)
        return self.quantity(name, TOL_BOUND, scale, 2 * rounding + se * self.sd_slack * 4)

    def tiny_p(self):
        """Below 1e-300 doubles lose digits, but a p-value is never 0."""
        got = self.got['p_value']
        return None if got is not None and 0 < got < 1e-290 else ('p_value', got, self.want['p_value'], None)

    def lift(self):
        """Lift is ill defined when the control mean is rounding noise, its interval when g is."""
        want = self.want
        if want['relative_lift_pct'] is None:
            return [self.quantity(n, 0, 0, 0) for n in ('relative_lift_pct', 'lift_low_pct', 'lift_high_pct')]
        mc = mpf(self.got['control_mean'])
        if abs(mc) < 1e6 * self.rounding:
            return []
        unit, lift = 100 / abs(mc), abs(want['relative_lift_pct'])
        found = [self.quantity('relative_lift_pct', TOL_STATISTIC, lift, self.rounding * (unit + lift / abs(mc)))]
        g = want['g']
        if g is not None and (abs(g) < 1e-9 or (want['critical'] < 0 and g <= 0)):
            return found
        for name in ('lift_low_pct', 'lift_high_pct'):
            bound = want[name]
            scale = None if bound is None else max(abs(bound), want['std_error'] * unit)
            slack = 0 if bound is None else (
                (4 * self.rounding * unit + scale * (self.sd_slack * 4 + 16 * EPS)) / abs(g)
                * max(1, abs(bound) / 100))
            found.append(self.quantity(name, TOL_BOUND, scale, slack))
        return found

    def untestable(self):
        """No test is possible: NULL columns, a note, and still the difference."""
        names = ('statistic', 'p_value', 'diff_low', 'diff_high', 'lift_low_pct', 'lift_high_pct',
                 'significant', 'p_adjusted')
        found = [(n, self.got[n], None, None) for n in names if self.got[n] is not None]
        if not self.got['note']:
            found.append(('note', self.got['note'], 'a reason', None))
        found.append(self.quantity('diff', TOL_STATISTIC, abs(self.want['diff']), self.rounding))
        return found


def flag_mismatches(row, alpha, alternative, equal_var):
    """The columns that are no measurement."""
    expected = {'alpha': alpha, 'p_adjusted': None,
                'significant': None if row['p_value'] is None else row['p_value'] < alpha}
    return [(k, row[k], v, None) for k, v in expected.items() if row[k] != v]


# ---------------------------------------------------------------- data

KINDS = {   # name: control, treatment, smallest and largest n, cases
    'normal': (normal, normal, 2, 400, 500),
    'lognormal': (heavy_tail, heavy_tail, 2, 400, 350),
    'binary': (binary, binary, 3, 400, 350),
    'rating': (rating, rating, 3, 400, 350),
    'tiny': (normal, normal, 1, 3, 250),
    'offset 1e8': (shifted, shifted, 2, 400, 250),
    'scale 1e150': (huge, huge, 2, 60, 80),
    'scale 1e-150': (small, small, 2, 60, 80),
    'constant control': (constant, rating, 2, 60, 80),
    'constant treatment': (rating, constant, 2, 60, 80),
    'both constant': (constant, constant, 1, 20, 60),
    'zero control mean': (zero_mean, normal, 2, 60, 80),
    'negative control': (negative, negative, 2, 200, 250),
}
DataCase = collections.namedtuple('DataCase', 'kind control treatment alpha alternative equal_var')


def random_data_cases(rng):
    cases = []
    for kind, (control, treatment, low, high, count) in KINDS.items():
        for i in range(count):
            n1, n2 = two_sizes(rng, low, high)
            cases.append(DataCase(kind, control(rng, n1), treatment(rng, n2), random_alpha(rng),
                                  ALTERNATIVES[i % 3], bool(i // 3 % 2)))
    return cases


def load_data_cases(server, rng, cases):
    """Rows of both arms mixed in random order, as a log would have them."""
    def rows():
        for i, case in enumerate(cases):
            mixed = [('control', v) for v in case.control] + [('treatment', v) for v in case.treatment]
            for j in rng.permutation(len(mixed)):
                yield (i, *mixed[j])
    server.load('observation', 'id int, variant text, outcome float8', rows())
    server.load('question', 'id int, alpha float8, alternative text, equal_var boolean',
                [(i, c.alpha, c.alternative, c.equal_var) for i, c in enumerate(cases)])
    server.run('CREATE TEMP TABLE summary AS SELECT id, ab_summary(outcome, variant) s FROM observation GROUP BY id')


def describe(case):
    return '%s n=%d,%d alpha=%r %s equal_var=%s control=%s treatment=%s' % (
        case.kind, len(case.control), len(case.treatment), case.alpha, case.alternative, case.equal_var,
        sample(case.control), sample(case.treatment))


def sample(values):
    return '[%s%s]' % (', '.join(repr(float(v)) for v in values[:4]), ', ...' if len(values) > 4 else '')


def mean_rounding(control, treatment):
    """What the accumulation may leave in the difference of the means.

    Its terms are rounded to a double, in units of the spread; its sum has twice the digits.
    """
    spread = max(mp.sqrt(a.variance or 0) for a in (control, treatment))
    return EPS * spread + 64 * EPS * EPS * (abs(control.mean) + abs(treatment.mean))


def check_moments(checks, label, row, side, arm, rounding):
    """Mean and standard deviation of one arm."""
    found = []
    if row[side + '_n'] != arm.n:
        found.append((side + '_n', row[side + '_n'], arm.n, None))
    got = {'mean': row[side + '_mean'], 'stddev': row[side + '_stddev']}
    sd = None if arm.variance is None else mp.sqrt(arm.variance)
    comparison = TTestComparison(checks, label, got, {'mean': arm.mean, 'stddev': sd}, rounding, [sd])
    found.append(comparison.quantity('mean', TOL_STATISTIC, abs(arm.mean), mpf(rounding) + EPS * (sd or 0)))
    found.append(comparison.quantity('stddev', TOL_STATISTIC, sd, 2 * mpf(rounding)))
    return found


def by_score(case):
    """Does the score test answer in place of Welch's?"""
    arms = case.control, case.treatment
    return (not case.equal_var and min(map(len, arms)) > 1 and all(set(arm) <= {0.0, 1.0} for arm in arms)
            and any(len(set(arm)) == 1 for arm in arms))


def check_score_case(checks, case, row):
    """An arm of zeros and ones without variation: the score test at 50 digits, the bounds by their own statistic."""
    control, treatment = [(sum(arm), len(arm)) for arm in (case.control, case.treatment)]
    z, error = score.statistic(control, treatment)
    p = p_value(z, mpf(10) ** 30, case.alternative) if error else mpf(1)
    critical = score.critical_value(case.alpha, case.alternative)
    found = flag_mismatches(row, case.alpha, case.alternative, case.equal_var)
    for name, want, tolerance in (('statistic', z, TOL_STATISTIC), ('std_error', error, TOL_STATISTIC),
                                  ('p_value', p, TOL_P)):
        wrong = abs(row[name] - want) / (abs(want) or 1)
        checks.measure('score ' + name, wrong)
        if wrong > tolerance:
            found.append((name, row[name], want, wrong))
    ends = [(name, ratio, sign) for sign, side in ((1, 'greater'), (-1, 'less'))
            if case.alternative in ('two-sided', side)
            for name, ratio in (('diff_low' if sign > 0 else 'diff_high', False),
                                ('lift_low_pct' if sign > 0 else 'lift_high_pct', True))]
    for name, ratio, sign in ends:
        if ratio and control[0] + treatment[0] == 0:
            wrong = row[name]
        else:
            wrong = score.bound_mismatch(control, treatment, row[name], sign * critical, ratio)
        if wrong is not None:
            found.append((name, row[name], 'where z is %s, not %s' % (critical, wrong), None))
    if not row['method'].startswith('score test') or 'in place of Welch' not in row['note']:
        found.append(('method', row['method'], 'the score test, and a note', None))
    checks.all_of(describe(case), found)


def check_data_case(checks, case, row):
    if by_score(case):
        check_score_case(checks, case, row)
        return
    control, treatment = exact_arm(case.control), exact_arm(case.treatment)
    want = t_test(control, treatment, case.alpha, case.alternative, case.equal_var)
    rounding = mean_rounding(control, treatment)
    spreads = [mp.sqrt(a.variance) for a in (control, treatment) if a.variance]
    found = check_moments(checks, 'data', row, 'control', control, rounding)
    found += check_moments(checks, 'data', row, 'treatment', treatment, rounding)
    found += TTestComparison(checks, 'data', row, want, rounding, spreads).mismatches()
    found += flag_mismatches(row, case.alpha, case.alternative, case.equal_var)
    if case.kind.startswith('offset') and want.get('p_value'):
        measure_offset(checks, row, want)
    checks.all_of(describe(case), found)


def measure_offset(checks, row, want):
    """Data shifted by 1e8 are held to the same eleven digits; this keeps their figure apart."""
    for name in ('std_error', 'statistic', 'p_value'):
        checks.measure('shifted by 1e8 ' + name, abs(row[name] / want[name] - 1))


def check_against_scipy(checks, case, row):
    """SciPy on the same numbers, where its own arithmetic is good for nine digits."""
    if row['p_value'] is None or row['p_value'] < 1e-280 or by_score(case) or case.kind.startswith(('offset', 'scale', 'constant')):
        return
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        reference = scipy.stats.ttest_ind(case.treatment, case.control, equal_var=case.equal_var,
                                          alternative=case.alternative)
    ill = 1e3 * EPS * (abs(row['control_mean']) + abs(row['treatment_mean'])) / row['std_error']
    if math.isnan(reference.pvalue) or ill * (1 + abs(row['statistic'])) > 1e-10:
        return
    wrong = []
    for name, got, want in (('statistic', row['statistic'], reference.statistic),
                            ('p_value', row['p_value'], reference.pvalue)):
        error = abs(got - want) / max(abs(want), 1e-3 if name == 'statistic' else 1e-300)
        checks.measure('against scipy ' + name, error)
        if error > TOL_SCIPY:
            wrong.append((name, got, want, error))
    checks.all_of('scipy: ' + describe(case), wrong)


def check_one_step(server, checks):
    """The aggregate ab_ttest is the reader applied to ab_summary, also for booleans."""
    got = server.rows("""
        SELECT id, one, two, named FROM (
            SELECT id, ab_ttest(outcome, variant)::text AS one, ab_ttest(ab_summary(outcome, variant))::text AS two,
                   ab_ttest(outcome, variant, 'control')::text AS named
            FROM observation GROUP BY id) t""")
    for case, one, two, named in got:
        checks.check(one == two == named, 'case %d' % case, (one, named), two)
    check_named_control(server, checks)
    got = server.rows("""
        SELECT id, ab_ttest(outcome = 1, variant)::text, ab_ttest(outcome, variant)::text,
               ab_ttest(outcome = 1, variant, 'control')::text,
               (SELECT bool_and(is_binary) FROM ab_arms(ab_summary(outcome = 1, variant)))
        FROM observation GROUP BY id HAVING bool_and(outcome IN (0, 1))""")
    for case, flags, numbers, named, is_binary in got:
        checks.check(flags == numbers == named and is_binary, 'boolean case %d' % case,
                     (flags, named, is_binary), (numbers, True))


def check_named_control(server, checks):
    """A control named while collecting travels in the state, and swaps the sign."""
    got = server.named("""
        SELECT id, one::text AS one, two::text AS two, (one).control AS control, (one).diff AS diff,
            (plain).diff AS plain
        FROM (SELECT id, ab_ttest(outcome, variant, 'treatment') AS one, ab_ttest(outcome, variant) AS plain,
                     ab_ttest(min(s::text)::ab_summary, control => 'treatment') AS two
              FROM observation JOIN (SELECT id, ab_summary(outcome, variant) s FROM observation
                  GROUP BY id) o USING (id)
              GROUP BY id) t""")
    for row in got:
        good = row['one'] == row['two'] and row['control'] == 'treatment' and row['diff'] == -row['plain']
        checks.check(good, 'case %d' % row['id'], row['one'], row['two'])


def section_data(server, checks, rng):
    cases = random_data_cases(rng)
    load_data_cases(server, rng, cases)
    rows = server.named("""
        SELECT q.id, r.* FROM question q JOIN summary USING (id),
             ab_ttest(s, control => 'control', treatment => 'treatment', alpha => q.alpha,
                      alternative => q.alternative, equal_var => q.equal_var) r ORDER BY q.id""")
    for case, row in zip(cases, rows):
        check_data_case(checks, case, row)
        check_against_scipy(checks, case, row)
    check_one_step(server, checks)


# ---------------------------------------------------------------- published numbers

TailCase = collections.namedtuple('TailCase', 'n1 mean1 sd1 n2 mean2 sd2 alpha alternative equal_var')


def statistic_for(digits, df):
    """A statistic whose two-sided p is about 10^-digits."""
    exponent = 2 * digits * math.log(10) / df
    if exponent > 600:                       # the statistic itself would overflow its square
        exponent = 600 * np.random.default_rng(digits).uniform(0.5, 1)
    return math.sqrt(df * math.expm1(exponent))


def random_tail_case(rng, i):
    n1, n2 = two_sizes(rng, 2, [4, 30, 1000, 10 ** 5, 5 * 10 ** 6, 10 ** 9][i % 6])
    sd1, sd2 = (float(math.exp(rng.normal(0, 1))) for _ in range(2))
    mean1 = float(rng.choice([0.0, 1.0, rng.normal(0, 10), rng.normal(100, 10)]))
    equal_var = bool(i // 6 % 2)
    arms = Arm(n1, 0, sd1 ** 2), Arm(n2, 0, sd2 ** 2)
    c, t, df = pooled(*arms) if equal_var else unpooled(*arms)
    digits = int(rng.integers(0, 331))
    alternative = ALTERNATIVES[i // 12 % 3]
    sign = -1 if alternative == 'less' or (alternative == 'two-sided' and rng.random() < 0.5) else 1
    mean2 = mean1 + sign * statistic_for(digits, float(df)) * math.sqrt(c + t)
    return TailCase(n1, mean1, sd1, n2, mean2, sd2, random_alpha(rng), alternative, equal_var)


def section_tails(server, checks, rng):
    """p from 1 to 1e-300, df from 1 to 1e9, from exactly known means and deviations."""

    cases = [random_tail_case(rng, i) for i in range(1500)]
    server.load('published', 'id int, n1 bigint, mean1 float8, sd1 float8, n2 bigint, mean2 float8, sd2 float8,'
                'alpha float8, alternative text, equal_var boolean', [(i, *c) for i, c in enumerate(cases)])
    rows = server.named("""
        SELECT p.id, r.* FROM published p, LATERAL (
            SELECT ab_rollup(s) AS s FROM (VALUES (ab_make_summary('control', n1, mean1, sd1)),
                                                  (ab_make_summary('treatment', n2, mean2, sd2))) v(s)) m,
            ab_ttest(m.s, alpha => p.alpha, alternative => p.alternative, equal_var => p.equal_var) r
        ORDER BY p.id""")
    for case, row in zip(cases, rows):
        control = Arm(case.n1, mpf(case.mean1), mpf(case.sd1) ** 2)
        treatment = Arm(case.n2, mpf(case.mean2), mpf(case.sd2) ** 2)
        want = t_test(control, treatment, case.alpha, case.alternative, case.equal_var)
        found = TTestComparison(checks, 'tails', row, want, 0, []).mismatches()
        found += check_moments(checks, 'tails', row, 'control', control, 0)
        found += check_moments(checks, 'tails', row, 'treatment', treatment, 0)
        found += flag_mismatches(row, case.alpha, case.alternative, case.equal_var)
        checks.all_of(case, found)


def section_self(server, checks):
    """The oracle's own Student tail against mpmath's quadrature of the density."""
    for df in (1, 2.5, 7, 40, 333.3):
        for t in (0.01, 0.7, 2.2, 9.0, 45.0):
            with mp.workdps(30):
                at_t = student_density(mpf(t), mpf(df))
                points = [mpf(t) * (1 + k) for k in (0, 0.03, 0.1, 0.3, 1, 10, 1000)] + [mp.inf]
                reference = at_t * mp.quad(lambda x: student_density(x, mpf(df)) / at_t, points)
                error = abs(student_sf(t, df) / reference - 1)
            checks.check(error < 1e-13, (t, df), student_sf(t, df), reference)
            back = student_quantile(float(student_sf(t, df)), df)
            checks.check(abs(back / t - 1) < 1e-12, ('quantile', t, df), back, t)
    checks.check(abs(student_sf(5, 10 ** 9) / mp.ncdf(-5) - 1) < 1e-6, 'large df', student_sf(5, 10 ** 9), mp.ncdf(-5))


# ---------------------------------------------------------------- degenerate data

DEGENERATE = [   # what, rows "variant:value", columns that must be NULL, columns that must not be
    ('no rows', '', 'control treatment diff p_value relative_lift_pct significant', 'note'),
    ('control only', 'control:1 control:2', 'diff p_value relative_lift_pct diff_low significant', 'note'),
    ('treatment only', 'treatment:1 treatment:2', 'diff p_value relative_lift_pct diff_low significant', 'note'),
    ('one row each', 'control:1 treatment:2', 'p_value statistic significant control_stddev',
     'note diff relative_lift_pct'),
    ('both constant', 'control:1 control:1 treatment:3 treatment:3', 'p_value statistic significant',
     'note diff relative_lift_pct'),
    ('both constant and equal', 'control:1 control:1 treatment:1 treatment:1', 'p_value statistic significant',
     'note diff relative_lift_pct'),
    ('one constant row', 'control:1 control:1 treatment:1', 'p_value statistic significant', 'note diff'),
    ('zero control', 'control:-1 control:1 treatment:2 treatment:4', 'relative_lift_pct lift_low_pct lift_high_pct',
     'note diff p_value'),
    ('NaN in control', 'control:NaN control:1 control:2 treatment:1 treatment:2',
     'control_mean control_stddev diff p_value statistic diff_low lift_low_pct significant',
     'note treatment_mean control_n'),
    ('Infinity in treatment', 'control:1 control:2 treatment:Infinity treatment:2',
     'treatment_mean treatment_stddev diff p_value statistic significant', 'note control_mean'),
    ('both infinities', 'control:Infinity control:-Infinity treatment:1 treatment:2',
     'control_mean control_stddev diff p_value', 'note'),
    ('all NaN', 'control:NaN treatment:NaN', 'control_mean treatment_mean diff p_value', 'note'),
    ('unbounded lift', 'control:-3 control:4 control:0 treatment:1 treatment:2 treatment:3',
     'lift_low_pct lift_high_pct', 'note p_value diff_low diff_high relative_lift_pct'),
]
EXTREMES = [0.0, -0.0, 5e-324, -5e-324, 2.2e-308, 1e-200, 1e-160, 1.0, 1e150, 1e160, 1e200, 1.7e308, -1.7e308, 1e308]


def section_degenerate(server, checks):
    """Data never raises, the columns concerned are NULL, a note says why."""
    for what, text, nulls, given in DEGENERATE:
        rows = [(0, *item.split(':')) for item in text.split()]
        server.load('observation', 'id int, variant text, outcome float8', rows)
        row = server.named('SELECT r.* FROM (SELECT ab_ttest(outcome, variant) AS t FROM observation) o, '
                           'LATERAL (SELECT (o.t).*) r')[0]
        found = [(n, row[n], None, None) for n in nulls.split() if row[n] is not None]
        found += [(n, row[n], 'a value', None) for n in given.split() if row[n] in (None, '')]
        checks.all_of('%s (%s)' % (what, text), found)
    check_single_row_arm(server, checks)
    check_extremes(server, checks)


def check_single_row_arm(server, checks):
    """Student takes one row in an arm, Welch needs two in both."""
    for lone, other in (('control', 'treatment'), ('treatment', 'control')):
        rows = server.named("""
            SELECT r.*, e FROM (SELECT ab_summary(y, v) s FROM (VALUES (%s, 3.0), (%s, 1), (%s, 2), (%s, 4)) d(v, y)) o,
                 (VALUES (true), (false)) w(e), ab_ttest(o.s, equal_var => e) r ORDER BY e""",
            (lone, other, other, other))
        checks.check(rows[0]['p_value'] is None and rows[0]['note'], 'Welch, one row in ' + lone, rows[0],
                     'NULL p, note')
        checks.check(rows[1]['df'] == 2 and rows[1]['p_value'] is not None, 'Student, one row in ' + lone, rows[1],
                     'df 2')


def check_extremes(server, checks):
    """Whatever finite doubles go in, no NaN or infinity comes out."""
    rng = np.random.default_rng(SEED + 3)
    rows = [(i, 'control' if rng.random() < 0.5 else 'treatment', float(rng.choice(EXTREMES)) * rng.choice([1, -1]))
            for i in range(1500) for _ in range(int(rng.integers(1, 7)))]
    server.load('observation', 'id int, variant text, outcome float8', rows)
    got = server.rows("""
        SELECT id, e, array_agg(outcome), (SELECT array_agg(key || '=' || value) FROM jsonb_each_text(to_jsonb(r))
               WHERE value IN ('NaN', 'Infinity', '-Infinity'))
        FROM observation JOIN (SELECT id, ab_summary(outcome, variant) s FROM observation GROUP BY id) o USING (id),
             (VALUES (true), (false)) w(e),
                 ab_ttest(o.s, control => 'control', treatment => 'treatment', equal_var => e) r
        GROUP BY id, e, r""")
    for case, equal_var, values, wrong in got:
        checks.check(wrong is None, 'equal_var=%s %s' % (equal_var, values), wrong, 'finite numbers or NULL')
    got = server.rows("""
        SELECT id, array_agg(outcome), array_agg(s::text = s::text::ab_summary::text),
               bool_or(EXISTS (SELECT FROM ab_arms(s) a, jsonb_each_text(to_jsonb(a)) WHERE value ~ 'NaN|Infinity'))
        FROM observation JOIN (SELECT id, ab_summary(outcome, variant) s FROM observation GROUP BY id) o USING (id)
        GROUP BY id""")
    for case, values, same, wrong in got:
        checks.check(all(same) and not wrong, values, 'round trip %s, non-finite arms %s' % (same[0], wrong),
                     'true, false')


# ---------------------------------------------------------------- p-value and interval agree

DUALITY_COLUMNS = """i, r.p_value, r.significant, r.diff_low, r.diff_high, r.lift_low_pct, r.lift_high_pct,
    r.relative_lift_pct"""


def random_published(rng, i):
    """Two arms whose difference is often close to significance, sometimes with a hopeless control mean."""
    n1, n2 = two_sizes(rng, 2, [6, 200, 10 ** 6][i % 3])
    sd1, sd2 = (float(math.exp(rng.normal(0, 1))) if rng.random() > 0.04 else 0.0 for _ in range(2))
    mean1 = float(rng.choice([rng.normal(5, 3), rng.normal(0, 1) * (sd1 + 0.01) / math.sqrt(n1), -7.5, 1e3]))
    se = math.sqrt(sd1 ** 2 / n1 + sd2 ** 2 / n2)
    return n1, mean1, sd1, n2, mean1 + float(rng.normal(0, 2.2)) * se, sd2


def ask_duality(server, arms, questions):
    """questions: (index of arms, alpha, alternative, equal_var)."""
    server.load('arms', 'i int, n1 bigint, m1 float8, s1 float8, n2 bigint, m2 float8, s2 float8',
                [(i, *a) for i, a in enumerate(arms)])
    server.load('ask', 'k int, i int, alpha float8, alternative text, equal_var boolean',
                [(k, *q) for k, q in enumerate(questions)])
    return server.named("""
        SELECT %s FROM ask JOIN (
            SELECT i, ab_rollup(s) AS s FROM (
                SELECT i, ab_make_summary('control', n1, m1, s1) FROM arms UNION ALL
                SELECT i, ab_make_summary('treatment', n2, m2, s2) FROM arms) x(i, s) GROUP BY i) m USING (i),
            ab_ttest(m.s, alpha => alpha, alternative => alternative, equal_var => equal_var) r ORDER BY k"""
        % DUALITY_COLUMNS)


def check_duality(checks, arms, question, row):
    if row['p_value'] is not None:
        checks.all_of('n, mean, sd, n, mean, sd %s; alpha, alternative, equal_var %s' % (
            arms[question[0]], question[1:]), contradictions(row, alpha=question[1], required=1))


def section_duality(server, checks, rng):
    arms = [random_published(rng, i) for i in range(500)]
    tests = [(i, alternative, equal_var) for i in range(len(arms)) for alternative in ALTERNATIVES
             for equal_var in (True, False)]
    questions = [(i, float(a), alternative, equal_var) for i, alternative, equal_var in tests
                 for a in (0.05, 0.5, 0.001, *rng.uniform(0.001, 0.5, 3))]
    rows = ask_duality(server, arms, questions)
    for question, row in zip(questions, rows):
        check_duality(checks, arms, question, row)
    check_duality_at_p(server, checks, arms, tests, rows[::6])


def check_duality_at_p(server, checks, arms, tests, rows):
    """alpha exactly the p-value just reported, and its neighbours: the hardest place to agree."""
    questions = []
    for (i, alternative, equal_var), row in zip(tests, rows):
        p = row['p_value']
        if p is None or not 1e-300 < p < 0.499:
            continue
        near = [p, math.nextafter(p, 0), math.nextafter(p, 1), p * (1 - 1e-14), p * (1 + 1e-14), p * (1 + 1e-12)]
        questions += [(i, a, alternative, equal_var) for a in near]
    for question, row in zip(questions, ask_duality(server, arms, questions)):
        check_duality(checks, arms, question, row)


# ---------------------------------------------------------------- errors

def two_arms(*labels):
    return "(SELECT ab_summary(i, v) FROM generate_series(1, 3) i, unnest(ARRAY[%s]) v)" % ', '.join(
        "'%s'" % label for label in labels)


def section_errors(server, checks):
    bad, good = '22023', '00000'
    ct = two_arms('control', 'treatment')
    mistakes = [('SELECT ab_ttest(%s, alpha => %s)' % (ct, a), bad)
                for a in ('0', '1', '-0.1', '5', "'NaN'", "'Infinity'")]
    mistakes += [("SELECT ab_ttest(%s, alternative => '%s')" % (ct, a), bad)
                 for a in ('', 'bigger', 'twosided', 'Greater ')]
    mistakes += [('SELECT ab_ttest(%s)' % two_arms('a', 'b'), bad),
                 ('SELECT ab_ttest(%s)' % two_arms('a', 'b', 'control'), bad),
                 ("SELECT ab_ttest(%s, control => 'a')" % two_arms('a', 'b', 'c'), bad),
                 ("SELECT ab_ttest(%s, control => 'x')" % two_arms('a', 'b'), bad),
                 ("SELECT ab_ttest(%s, treatment => 'b')" % two_arms('a', 'b', 'c'), bad),
                 ("SELECT ab_ttest(i, v) FROM generate_series(1, 3) i, unnest('{a,b}'::text[]) v", bad),
                 ("SELECT ab_ttest(i, v) FROM generate_series(1, 3) i, unnest('{a,b,control}'::text[]) v", bad)]
    # near misses that must not raise
    mistakes += [('SELECT ab_ttest(%s)' % two_arms('control'), good), ('SELECT ab_ttest(%s)' % two_arms('x'), good),
                 ('SELECT ab_ttest(NULL::ab_summary)', good),
                 ("SELECT ab_ttest(%s, control => 'a')" % two_arms('a', 'b'), good),
                 ("SELECT ab_ttest(%s, control => 'a', treatment => 'c')" % two_arms('a', 'b', 'c'), good),
                 ("SELECT ab_ttest(%s, treatment => 'c')" % two_arms('a', 'control', 'c'), good)]
    check_mistakes(server, checks, mistakes)


if __name__ == '__main__':
    run_sections(__file__, [
        ('self', section_self), ('data', seeded(SEED + 1, section_data)), ('tails', seeded(SEED + 2, section_tails)),
        ('degenerate', section_degenerate), ('duality', seeded(SEED + 4, section_duality)),
        ('errors', section_errors)])
