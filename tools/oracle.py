#!/usr/bin/python3
"""Compare ab_test with independent arithmetic on thousands of random inputs.

Everything the extension computes is computed here a second time, by another
method where one exists: exact rational moments and 50-digit Student tails
instead of Welford and Boost, hashlib instead of our MD5, quadrature of the
noncentral t instead of Boost's series; and once more by SciPy and statsmodels,
which are the reference the extension promises to equal.

Connects by PGHOST, PGPORT, PGUSER and PGDATABASE, writes only temporary objects,
and is deterministic.  Names of sections as arguments run only those.  The last
line is "oracle: N passed, M failed"; the exit status is 1 when M is not 0.
"""
import collections
import io
import math
import struct
import sys
import uuid
import warnings

import numpy as np
import psycopg2
import scipy.stats
from mpmath import mp, mpf
from statsmodels.stats.power import TTestIndPower

sys.dont_write_bytecode = True
from checks import run_sections, show      # noqa: E402
from hostile import check_bytes, check_texts, frame_binary, hostile_bytes, hostile_texts     # noqa: E402
from reference import (                                             # noqa: E402
    Arm, Design, effect_size, exact_arm, exact_covariance, noncentral, pooled, power_exact, power_fast, router,
    router_bucket, student_density, student_quantile, student_sf, t_test, unpooled)

EPS = 2.0 ** -52
SEED = 20240229
ALTERNATIVES = ('two-sided', 'less', 'greater')

# What is promised (DESIGN figures): relative errors.
TOL_STATISTIC = 1e-11
TOL_P = 1e-10
TOL_BOUND = 1e-10
TOL_SCIPY = 1e-9
TOL_MERGE = 1e-12
TOL_POWER = 1e-10


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


# ---------------------------------------------------------------- assignment

CHARACTER_RANGES = np.array([(0x1, 0x80), (0x20, 0x7F), (0x80, 0x800), (0x800, 0xD800), (0x10000, 0x110000), (0x3A, 0x3B)])


def random_text(rng, longest):
    """0 to 'longest' bytes of UTF-8, mixing one- to four-byte characters, the colon included."""
    size = int(rng.integers(0, longest + 1)) if rng.random() > 0.05 else 0
    chosen = CHARACTER_RANGES[rng.choice(len(CHARACTER_RANGES), size=3)][rng.integers(0, 3, size=size)]
    text = ''.join(map(chr, rng.integers(chosen[:, 0], chosen[:, 1]))) if size else ''
    return text.encode()[:size].decode(errors='ignore')


def check_router_text(server, checks, rng):
    pairs = [(random_text(rng, 1000), random_text(rng, 1000)) for _ in range(5000)]
    splits = [float(s) for s in rng.random(len(pairs))]
    got = server.rows("""
        SELECT ab_bucket(e, u), ab_assign(e, u, s), ab_assign(e, u)
        FROM unnest(%s::text[], %s::text[], %s::float8[]) WITH ORDINALITY AS t(e, u, s, i) ORDER BY i""",
        ([p[0] for p in pairs], [p[1] for p in pairs], splits))
    for (experiment, user), split, row in zip(pairs, splits, got):
        bucket = router_bucket(experiment, user)
        wanted = (bucket, router(bucket, split), router(bucket, 0.5))
        checks.check(row == wanted, (experiment, user, split), row, wanted)


def check_md5_lengths(server, checks):
    """Every length around MD5's block and padding borders, one byte and several."""
    users = ['x' * k for k in range(260)] + ['é' * k for k in range(130)]
    got = server.rows("""SELECT ab_bucket('', u) FROM unnest(%s::text[]) WITH ORDINALITY AS t(u, i)
                         ORDER BY i""", (users,))
    for user, row in zip(users, got):
        checks.check(row[0] == router_bucket('', user), user, row[0], router_bucket('', user))


def check_router_ids(server, checks, rng):
    """bigint and uuid ids hash as their text."""
    numbers = [-2 ** 63, 2 ** 63 - 1, -1, 0, 1, 9, 10, 99, 100] + [
        int(x) for x in rng.integers(-2 ** 63, 2 ** 63 - 1, size=800)] + [
        int(10 ** e) * s for e in range(19) for s in (1, -1)]
    uuids = [str(uuid.UUID(int=int.from_bytes(rng.bytes(16), 'big'))) for _ in range(800)]
    for kind, ids in (('bigint', numbers), ('uuid', uuids)):
        got = server.rows("""
            SELECT ab_bucket('exp', u), ab_assign('exp', u, 0.3) FROM unnest(%%s::%s[])
            WITH ORDINALITY AS t(u, i) ORDER BY i""" % kind, (ids,))
        for user, row in zip(ids, got):
            bucket = router_bucket('exp', user)
            checks.check(row == (bucket, router(bucket, 0.3)), (kind, user), row, (bucket, router(bucket, 0.3)))


def users_of_buckets():
    """For each of the 10,000 buckets one user id that falls into it."""
    users, i = {}, 0
    while len(users) < 10000:
        users.setdefault(router_bucket('edge', i), i)
        i += 1
    return users


def check_split_edges(server, checks):
    """Every split k/10000, and its two neighbouring doubles, against the buckets next to it."""
    users = users_of_buckets()
    probes = []
    for k in range(10001):
        split = k / 10000
        splits = (split, math.nextafter(split, 1), math.nextafter(split, 0))
        probes += [(b, s) for s in splits for b in range(max(k - 2, 0), min(k + 2, 10000))]
    got = server.rows("""
        SELECT ab_assign('edge', u, s) FROM unnest(%s::text[], %s::float8[]) WITH ORDINALITY AS t(u, s, i)
        ORDER BY i""", ([str(users[b]) for b, _ in probes], [s for _, s in probes]))
    for (bucket, split), row in zip(probes, got):
        checks.check(row[0] == router(bucket, split), (users[bucket], bucket, split), row[0], router(bucket, split))


def check_split_monotone(server, checks, rng):
    """Raising the split never moves anyone back to control."""
    splits = sorted([0.0, 1.0] + [float(s) for s in rng.random(60)])
    got = server.rows("""
        SELECT u, array_agg(ab_assign('monotone', u, s) ORDER BY s)
        FROM generate_series(1, 500) u, unnest(%s::float8[]) s GROUP BY u""", (splits,))
    for user, arms in got:
        good = arms[0] == 'control' and arms[-1] == 'treatment' and arms == sorted(arms)
        checks.check(good, user, arms, "control, then treatment")


def section_assign(server, checks):
    rng = np.random.default_rng(SEED)
    check_router_text(server, checks, rng)
    check_md5_lengths(server, checks)
    check_router_ids(server, checks, rng)
    check_split_edges(server, checks)
    check_split_monotone(server, checks, rng)
    nulls = server.rows("""SELECT ab_assign(NULL, 'u'), ab_assign('e', NULL::text), ab_assign('e', 'u', NULL),
                           ab_bucket(NULL, 'u'), ab_bucket('e', NULL::bigint), ab_bucket('e', NULL::uuid)""")[0]
    checks.check(set(nulls) == {None}, 'NULL arguments', nulls, 'NULLs')


# ---------------------------------------------------------------- t-test on data

def normal(rng, n):
    return rng.normal(rng.uniform(-20, 20), rng.uniform(0.1, 5), n)


def heavy_tail(rng, n):
    return np.exp(rng.normal(0, rng.uniform(1, 3), n))


def binary(rng, n):
    return (rng.random(n) < rng.uniform(0.02, 0.98)).astype(float)


def rating(rng, n):
    return rng.integers(1, 6, n).astype(float)


def shifted(rng, n):
    return 1e8 + rng.normal(rng.uniform(0, 1), 1, n)


def huge(rng, n):
    return rng.normal(3, 1, n) * 1e150


def small(rng, n):
    return rng.normal(3, 1, n) * 1e-150


def zero_mean(rng, n):
    """Mean exactly 0 in every order of summation when n is odd or even: symmetric integers."""
    half = rng.integers(1, 6, n // 2).astype(float)
    return np.concatenate([half, -half, np.zeros(n % 2)])


def negative(rng, n):
    return -np.exp(rng.normal(1, 0.3, n))


def constant(rng, n):
    return np.full(n, float(rng.integers(-3, 4)) / 10)


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


def random_size(rng, low, high):
    return int(round(math.exp(rng.uniform(math.log(low), math.log(high + 0.4)))))


def two_sizes(rng, low, high):
    """Unequal sizes, one time in twenty equal ones."""
    n1 = random_size(rng, low, high)
    n2 = random_size(rng, low, high)
    while n2 == n1 and rng.random() > 0.05:
        n2 = random_size(rng, low, high)
    return n1, n2


def random_alpha(rng):
    return float(rng.choice([0.05, 0.01, 0.1, 0.001, 0.2, 0.5, float(rng.uniform(0.001, 0.5)),
                             float(10 ** rng.uniform(-100, -3)), float(rng.uniform(0.5, 0.99))]))


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


def check_data_case(checks, case, row):
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
    if row['p_value'] is None or row['p_value'] < 1e-280 or case.kind.startswith(('offset', 'scale', 'constant')):
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
        SELECT id, one::text AS one, two::text AS two, (one).control AS control, (one).diff AS diff, (plain).diff AS plain
        FROM (SELECT id, ab_ttest(outcome, variant, 'treatment') AS one, ab_ttest(outcome, variant) AS plain,
                     ab_ttest(min(s::text)::ab_summary, control => 'treatment') AS two
              FROM observation JOIN (SELECT id, ab_summary(outcome, variant) s FROM observation GROUP BY id) o USING (id)
              GROUP BY id) t""")
    for row in got:
        good = row['one'] == row['two'] and row['control'] == 'treatment' and row['diff'] == -row['plain']
        checks.check(good, 'case %d' % row['id'], row['one'], row['two'])


def section_data(server, checks):
    rng = np.random.default_rng(SEED + 1)
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


# ---------------------------------------------------------------- t-test on published numbers

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


def section_tails(server, checks):
    """p from 1 to 1e-300, df from 1 to 1e9, from exactly known means and deviations."""
    rng = np.random.default_rng(SEED + 2)
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
    ('one row each', 'control:1 treatment:2', 'p_value statistic significant control_stddev', 'note diff relative_lift_pct'),
    ('both constant', 'control:1 control:1 treatment:3 treatment:3', 'p_value statistic significant',
     'note diff relative_lift_pct'),
    ('both constant and equal', 'control:1 control:1 treatment:1 treatment:1', 'p_value statistic significant',
     'note diff relative_lift_pct'),
    ('one constant row', 'control:1 control:1 treatment:1', 'p_value statistic significant', 'note diff'),
    ('zero control', 'control:-1 control:1 treatment:2 treatment:4', 'relative_lift_pct lift_low_pct lift_high_pct',
     'note diff p_value'),
    ('NaN in control', 'control:NaN control:1 control:2 treatment:1 treatment:2',
     'control_mean control_stddev diff p_value statistic diff_low lift_low_pct significant', 'note treatment_mean control_n'),
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
        checks.check(rows[0]['p_value'] is None and rows[0]['note'], 'Welch, one row in ' + lone, rows[0], 'NULL p, note')
        checks.check(rows[1]['df'] == 2 and rows[1]['p_value'] is not None, 'Student, one row in ' + lone, rows[1], 'df 2')


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
             (VALUES (true), (false)) w(e), ab_ttest(o.s, control => 'control', treatment => 'treatment', equal_var => e) r
        GROUP BY id, e, r""")
    for case, equal_var, values, wrong in got:
        checks.check(wrong is None, 'equal_var=%s %s' % (equal_var, values), wrong, 'finite numbers or NULL')
    got = server.rows("""
        SELECT id, array_agg(outcome), array_agg(s::text = s::text::ab_summary::text),
               bool_or(EXISTS (SELECT FROM ab_arms(s) a, jsonb_each_text(to_jsonb(a)) WHERE value ~ 'NaN|Infinity'))
        FROM observation JOIN (SELECT id, ab_summary(outcome, variant) s FROM observation GROUP BY id) o USING (id)
        GROUP BY id""")
    for case, values, same, wrong in got:
        checks.check(all(same) and not wrong, values, 'round trip %s, non-finite arms %s' % (same[0], wrong), 'true, false')


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


def excludes_zero(low, high):
    return (low is not None and low > 0) or (high is not None and high < 0)


def check_duality(checks, arms, question, row):
    if row['p_value'] is None:
        return
    significant = row['p_value'] < question[1]
    bounded = row['lift_low_pct'] is not None or row['lift_high_pct'] is not None
    found = []
    if row['significant'] != significant:
        found.append(('significant', row['significant'], significant, None))
    if excludes_zero(row['diff_low'], row['diff_high']) != significant:
        found.append(('difference interval', (row['diff_low'], row['diff_high']), 'excludes 0: %s' % significant, None))
    if bounded and excludes_zero(row['lift_low_pct'], row['lift_high_pct']) != significant:
        found.append(('lift interval', (row['lift_low_pct'], row['lift_high_pct']), 'excludes 0: %s' % significant, None))
    checks.all_of('n, mean, sd, n, mean, sd %s; alpha, alternative, equal_var %s; p=%r' % (
        arms[question[0]], question[1:], row['p_value']), found)


def section_duality(server, checks):
    rng = np.random.default_rng(SEED + 4)
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
        if p is None or not 1e-300 < p < 0.99:
            continue
        near = [p, math.nextafter(p, 0), math.nextafter(p, 1), p * (1 - 1e-14), p * (1 + 1e-14), p * (1 + 1e-12)]
        questions += [(i, a, alternative, equal_var) for a in near]
    for question, row in zip(questions, ask_duality(server, arms, questions)):
        check_duality(checks, arms, question, row)


# ---------------------------------------------------------------- merging

MERGED = ('control_mean', 'treatment_mean', 'control_stddev', 'treatment_stddev', 'statistic', 'p_value', 'diff')


def merge_slack(name, row):
    """What 1e-12 is relative to: means and differences against their spread, p against t^2."""
    t = abs(row['statistic'])
    if name.endswith('_mean'):
        return max(abs(row[name]), row['std_error'])
    if name == 'diff':
        return max(abs(row['diff']), row['std_error']) + abs(row['control_mean'])
    if name == 'statistic':
        return max(t, 1) * (1 + abs(row['control_mean']) / row['std_error'])
    if name == 'p_value':
        return row['p_value'] * (1 + t * max(t, 1)) * (1 + abs(row['control_mean']) / row['std_error'])
    return row[name]


def check_merged(checks, case, how, row, reference):
    found = []
    for side in ('control_n', 'treatment_n'):
        if row[side] != reference[side]:
            found.append((side, row[side], reference[side], None))
    if reference['p_value'] is None:
        checks.all_of((case, how), found)
        return
    for name in MERGED:
        if row[name] is None:
            found.append((name, None, reference[name], None))
            continue
        scale = merge_slack(name, reference) or 1
        error = abs(row[name] - reference[name]) / scale
        checks.measure('merging ' + name, error)
        if error > TOL_MERGE:
            found.append((name, row[name], reference[name], error))
    checks.all_of((case, how), found)


def section_merging(server, checks):
    """Rows cut into 1 to 50 chunks, summarised, rolled up in any order: the one-pass answer."""
    rng = np.random.default_rng(SEED + 5)
    kinds = (normal, heavy_tail, binary, rating, negative)
    rows, cases = [], 300
    for case in range(cases):
        n1, n2 = two_sizes(rng, 2, 800)
        chunks = int(rng.integers(1, 51))
        make = kinds[case % len(kinds)]
        for variant, values in (('control', make(rng, n1)), ('treatment', make(rng, n2))):
            rows += [(case, int(rng.integers(chunks)), float(rng.random()), variant, v) for v in values]
    server.load('log', 'id int, chunk int, turn float8, variant text, outcome float8', rows)
    reference = server.named('SELECT id, (ab_ttest(outcome, variant)).* FROM log GROUP BY id ORDER BY id')
    for how, order in (('ascending', 'chunk'), ('descending', 'chunk DESC'), ('shuffled', 'turn')):
        merged = server.named("""
            SELECT id, (ab_ttest(ab_rollup(s ORDER BY %s))).* FROM (
                SELECT id, chunk, min(turn) AS turn, ab_summary(outcome, variant) s FROM log GROUP BY id, chunk) d
            GROUP BY id ORDER BY id""" % order)
        for row, wanted in zip(merged, reference):
            check_merged(checks, row['id'], how, row, wanted)
    check_identity(server, checks)
    check_columns(server, checks, rng)


def check_identity(server, checks):
    """NULL states are the identity; a roll-up of one state, and of a roll-up, is that state."""
    got = server.rows("""
        SELECT id, s::text, (SELECT ab_rollup(x)::text FROM (VALUES (NULL::ab_summary), (s), (NULL)) v(x)),
               (SELECT ab_rollup(x)::text FROM (VALUES (s)) v(x))
        FROM (SELECT id, ab_summary(outcome, variant) s FROM log GROUP BY id) d""")
    for case, one, padded, again in got:
        checks.check(one == padded == again, case, (padded, again), one)
    nothing = server.rows("""SELECT ab_rollup(NULL::ab_summary), ab_summary(NULL::float8, 'control'),
        ab_summary(1.0, NULL::text), ab_summary(y, 'control') FROM (SELECT 1.0::float8 WHERE false) t(y)""")[0]
    checks.check(set(nothing) == {None}, 'no rows that count', nothing, 'NULLs')


def check_columns(server, checks, rng):
    """Two and four columns: means and covariances against exact rationals, in one pass and merged."""
    server.load('wide', 'id int, chunk int, variant text, a float8, b float8, c float8, d float8',
                wide_rows(rng))
    data = collections.defaultdict(list)
    for row in server.rows('SELECT id, variant, a, b, c, d FROM wide ORDER BY id, variant'):
        data[row[:2]].append(row[2:])
    for width, arguments in ((2, 'a, b'), (4, 'a, b, c, d')):
        for how, sql in (('one pass', 'SELECT id, ab_summary(%s, variant) s FROM wide GROUP BY id' % arguments),
                         ('merged', 'SELECT id, ab_rollup(s) s FROM (SELECT id, ab_summary(%s, variant) s FROM wide '
                          'GROUP BY id, chunk) x GROUP BY id' % arguments)):
            for case, variant, n, means, covariances in server.rows(
                    'SELECT id, variant, n, means, covariances FROM (%s) t, ab_arms(t.s)' % sql):
                check_wide(checks, (case, variant, width, how), data[(case, variant)], width, n, means, covariances)


def wide_rows(rng):
    for case in range(60):
        offset = float(rng.choice([0, 0, 50, 1e5]))
        for variant, n in zip(('control', 'treatment', 'z'), (*two_sizes(rng, 2, 150), 2)):
            mix = rng.normal(0, 1, (4, 4))
            for values in rng.normal(0, 1, (n, 4)) @ mix + offset:
                yield (case, int(rng.integers(8)), variant, *values)


def check_wide(checks, inputs, data, width, n, means, covariances):
    columns = [[row[k] for row in data] for k in range(width)]
    arms = [exact_arm(c) for c in columns]
    found = [] if n == len(data) else [('n', n, len(data), None)]
    largest = max(abs(a.mean) for a in arms)
    for k, arm in enumerate(arms):
        found.append(wide_mismatch(checks, 'mean', means[k], arm.mean, max(abs(arm.mean), mp.sqrt(arm.variance))))
    for j in range(width):
        for k in range(width):
            want = exact_covariance(columns[j], columns[k])
            scale = mp.sqrt(arms[j].variance * arms[k].variance)
            # a large mean costs digits of the deviations from it
            condition = 1 + EPS * largest / mp.sqrt(min(a.variance for a in arms)) * 1e11 * 4
            found.append(wide_mismatch(checks, 'covariance', covariances[j][k], want, scale * condition))
    checks.all_of(inputs, found)


def wide_mismatch(checks, name, got, want, scale):
    error = abs(mpf(got) - want) / scale
    checks.measure('columns ' + name, error)
    return None if error <= TOL_STATISTIC else (name, got, want, float(error))


# ---------------------------------------------------------------- storage

def binary_datum(server, sql):
    """The bytes of the send function, taken out of COPY BINARY's frame."""
    out = io.BytesIO()
    server.cursor.copy_expert('COPY (%s) TO STDOUT (FORMAT binary)' % sql, out)
    return parse_binary(out.getvalue())


def parse_binary(raw):
    """One-column rows of a COPY BINARY stream."""
    position, data = 19, []
    while struct.unpack_from('>h', raw, position)[0] != -1:
        size = struct.unpack_from('>i', raw, position + 2)[0]
        data.append(raw[position + 6:position + 6 + size])
        position += 6 + size
    return data


def states_to_store(server):
    """States of every shape: 1, 2 and 4 columns, many variants, odd labels, a named control, NaN."""
    server.run("""
        DROP TABLE IF EXISTS stored;
        CREATE TEMP TABLE stored (id serial, s ab_summary);
        INSERT INTO stored (s) SELECT ab_summary(outcome, variant) FROM log GROUP BY id;
        INSERT INTO stored (s) SELECT ab_summary(outcome, variant, 'treatment') FROM log GROUP BY id;
        INSERT INTO stored (s) SELECT ab_summary(outcome, 'never seen') FROM log GROUP BY id LIMIT 20;
        INSERT INTO stored (s) SELECT ab_summary(outcome, variant, 'absent') FROM log GROUP BY id LIMIT 20;
        INSERT INTO stored (s) SELECT ab_summary(a, b, variant) FROM wide GROUP BY id;
        INSERT INTO stored (s) SELECT ab_summary(a, b, c, d, variant) FROM wide GROUP BY id;
        INSERT INTO stored (s) SELECT ab_summary(a, 'v' || (chunk * 1000 + id)) FROM wide;
        INSERT INTO stored (s) SELECT ab_summary(x, v) FROM (VALUES
            ('NaN'::float8, 'a'), ('Infinity', 'b'), (1e308, 'c'), (-1e308, 'c'), (5e-324, 'd'), (-0.0, '')) t(x, v);
        INSERT INTO stored (s) SELECT ab_summary(i, label) FROM generate_series(1, 3) i, unnest(ARRAY[
            '', ' ', '"', '\\', E'\\n', E'\\t', E'\\x01', '{"a":1}', 'ключ', '用户😀', repeat('x', 1024)]) label;
        INSERT INTO stored (s) SELECT ab_make_summary('m', n, mean, sd) FROM (VALUES
            (1::bigint, 3.5::float8, 0::float8), (2, 1e-300, 1e-150), (1000000000, 0.1, 0.3), (9007199254740992, 1, 1)) t(n, mean, sd);
    """)


def section_storage(server, checks):
    """Text and binary COPY keep a state bit for bit, whatever extra_float_digits says."""
    states_to_store(server)
    for digits in (1, 0, -15, 3):
        server.run('SET extra_float_digits = %d' % digits)
        wrong = server.value("""SELECT count(*) FROM stored
            WHERE s::text::ab_summary::text IS DISTINCT FROM s::text""")
        checks.check(wrong == 0, 'extra_float_digits %d' % digits, '%d texts changed' % wrong, '0')
        checks.check(through_text_is_binary_equal(server), 'extra_float_digits %d' % digits,
                     'bytes changed through text', 'same bytes')
    server.run('RESET extra_float_digits')
    wrong = server.value("SELECT count(*) FROM stored WHERE jsonb_typeof(s::text::jsonb) IS NULL")
    checks.check(wrong == 0, 'text is JSON', wrong, 0)
    check_binary_copy(server, checks)


def through_text_is_binary_equal(server):
    before = binary_datum(server, 'SELECT s FROM stored ORDER BY id')
    return before == binary_datum(server, 'SELECT s::text::ab_summary FROM stored ORDER BY id')


def check_binary_copy(server, checks):
    before = binary_datum(server, 'SELECT s FROM stored ORDER BY id')
    texts = [r[0] for r in server.rows('SELECT s::text FROM stored ORDER BY id')]
    server.run('CREATE TEMP TABLE IF NOT EXISTS returned (id serial, s ab_summary); TRUNCATE returned RESTART IDENTITY')
    server.cursor.copy_expert('COPY returned (s) FROM STDIN (FORMAT binary)', io.BytesIO(frame_binary(before)))
    after = binary_datum(server, 'SELECT s FROM returned ORDER BY id')
    returned = [r[0] for r in server.rows('SELECT s::text FROM returned ORDER BY id')]
    checks.check(len(before) == len(after) == len(texts), 'rows', len(after), len(before))
    for old, new, text, again in zip(before, after, texts, returned):
        checks.check(old == new and text == again, text[:200], again[:200], 'same bytes and text')


# ---------------------------------------------------------------- sizing

def random_design(rng, i):
    """A design whose answer is roughly log-uniform from 2 to 1e9, with a degree of freedom at least."""
    alpha = float(rng.choice([0.05, 0.01, 0.1, float(10 ** rng.uniform(-4, -0.7))]))
    power = float(rng.choice([0.8, 0.9, 0.95, float(rng.uniform(max(0.3, 1.2 * alpha), 0.995))]))
    ratio = float(rng.choice([1, 1, 0.25, 3, float(math.exp(rng.uniform(-2.3, 2.3)))]))
    alternative = ALTERNATIVES[i % 3]
    n = math.exp(rng.uniform(math.log(max(2, 3 / (1 + ratio))), math.log(1e9)))
    z = scipy.stats.norm.isf(alpha / (2 if alternative == 'two-sided' else 1)) + scipy.stats.norm.ppf(power)
    effect = max(z, 0.3) * math.sqrt((1 + 1 / ratio) / n)
    baseline = float(rng.uniform(0.02, 0.98))
    mde = effect * math.sqrt(baseline * (1 - baseline))
    if mde < min(baseline, 1 - baseline) * 0.99 and i % 2:
        return Design(baseline, mde, alpha, power, ratio, alternative, None)
    stddev = float(math.exp(rng.normal(0, 2)))
    return Design(baseline * 10, effect * stddev, alpha, power, ratio, alternative, stddev)


def ask_sizing(server, designs):
    """ab_sample_size and, at its answer, what the other two functions say."""
    server.load('design', 'i int, baseline float8, mde float8, alpha float8, power float8, ratio float8, '
                'alternative text, stddev float8', [(i, *d) for i, d in enumerate(designs)])
    return server.named("""
        SELECT i, n, ab_power(n, baseline, mde, alpha, ratio, alternative, stddev) AS at_n,
               CASE WHEN n > 2 THEN ab_power(n - 1, baseline, mde, alpha, ratio, alternative, stddev) END AS below_n,
               ab_mde(n, baseline, alpha, power, ratio, alternative, stddev) AS mde_n,
               CASE WHEN n > 2 THEN ab_mde(n - 1, baseline, alpha, power, ratio, alternative, stddev) END AS mde_below
        FROM design, ab_sample_size(baseline, mde, alpha, power, ratio, alternative, stddev) n ORDER BY i""")


def statsmodels_size(design):
    """ceil(solve_power()), or None when statsmodels finds no answer."""
    names = {'two-sided': 'two-sided', 'greater': 'larger', 'less': 'smaller'}
    effect = float(effect_size(design)) * (-1 if design.alternative == 'less' else 1)
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        try:
            n = TTestIndPower().solve_power(effect, alpha=design.alpha, power=design.power, ratio=design.ratio,
                                            alternative=names[design.alternative])
        except Exception:
            return None
    n = float(np.ravel(n)[0])
    return math.ceil(n) if math.isfinite(n) else None


def is_smallest(design, n):
    """Whether n is the smallest size, 2 or more, that reaches the power."""
    def reaches(m):
        power = power_fast(design, m)
        # at 1e9 users one user more adds less than 1e-9
        return power >= design.power if abs(power - design.power) > 1e-12 else power_exact(design, m) >= design.power
    return reaches(n) and (n == 2 or not reaches(n - 1))


def check_sample_size(checks, design, n, disagreements):
    """Quadrature decides: statsmodels' noncentral t is short of digits from about 1e7 users on."""
    reference = statsmodels_size(design)
    good = is_smallest(design, n)
    if good and n != reference:
        disagreements.append((design, n, reference))
    checks.check(good, design, n, 'the smallest size by quadrature (statsmodels: %s)' % reference)


def check_round_trip(checks, design, row):
    found = []
    if not row['at_n'] >= design.power:
        found.append(('power(n)', row['at_n'], 'at least %r' % design.power, None))
    if row['below_n'] is not None and not row['below_n'] < design.power:
        found.append(('power(n-1)', row['below_n'], 'below %r' % design.power, None))
    if not row['mde_n'] <= design.mde * (1 + 1e-12):
        found.append(('mde(n)', row['mde_n'], 'at most %r' % design.mde, None))
    if row['mde_below'] is not None and not row['mde_below'] >= design.mde * (1 - 1e-12):
        found.append(('mde(n-1)', row['mde_below'], 'at least %r' % design.mde, None))
    checks.all_of(('n=%s' % row['n'], design), found)


def relative(got, want):
    return float(abs(mpf(got) - want) / abs(want))


def check_power(checks, design, n, got, exact):
    want = power_exact(design, n) if exact else power_fast(design, n)
    error = relative(got, want)
    checks.measure('power' if exact else 'power (double quadrature)', error)
    if error > TOL_POWER and not exact:
        error = relative(got, power_exact(design, n))
    if error > TOL_POWER:
        checks.fail((n, design), got, show(want), error)
    else:
        checks.ok()


def check_mde(checks, design, n, got):
    """The power at the reported effect is the power asked for."""
    error = relative(power_fast(design._replace(mde=got), n), design.power)
    checks.measure('power at ab_mde', error)
    if error > 1e-9:
        checks.fail((n, design), got, 'an effect detected with power %r' % design.power, error)
    else:
        checks.ok()


def section_sizing(server, checks):
    rng = np.random.default_rng(SEED + 6)
    article = server.rows("""SELECT ab_sample_size(0.75, 0.05), ab_sample_size(baseline_rate => 0.75,
        min_detectable_effect => 0.05, alpha => 0.05, power => 0.8, ratio => 1, alternative => 'two-sided')""")[0]
    checks.check(article == (1179, 1179), (0.75, 0.05), article, 1179)
    designs = [random_design(rng, i) for i in range(600)]
    disagreements = []
    for i, (design, row) in enumerate(zip(designs, ask_sizing(server, designs))):
        check_sample_size(checks, design, row['n'], disagreements)
        check_round_trip(checks, design, row)
        check_power(checks, design, row['n'], row['at_n'], exact=i % 10 == 0)
        check_mde(checks, design, row['n'], row['mde_n'])
    print('  %d of %d sizes differ from statsmodels and are right by quadrature%s' % (
        len(disagreements), len(designs),
        ''.join('; %d where it says %s' % (n, s) for _, n, s in disagreements[:6])))
    check_free_power(server, checks, rng)


def check_free_power(server, checks, rng):
    """ab_power away from the sizes that were solved for: small n, weak and overwhelming effects."""
    designs, sizes = [], []
    for i in range(500):
        d = random_design(rng, i)
        n = max(random_size(rng, 2, [5, 50, 10 ** 4, 10 ** 9][i % 4]), math.ceil(3 / (1 + d.ratio)))
        sd = d.stddev or 1.0
        effect = float(rng.uniform(0.01, 6)) * math.sqrt((1 + 1 / d.ratio) / n) * sd
        designs.append(d._replace(baseline=1.0, stddev=sd, mde=effect))
        sizes.append(n)
    server.load('design', 'i int, n bigint, baseline float8, mde float8, alpha float8, power float8, ratio float8, '
                'alternative text, stddev float8', [(i, n, *d) for i, (n, d) in enumerate(zip(sizes, designs))])
    rows = server.rows("""SELECT ab_power(n, baseline, mde, alpha, ratio, alternative, stddev),
        ab_mde(n, baseline, alpha, power, ratio, alternative, stddev) FROM design ORDER BY i""")
    for i, (design, n, (power, mde)) in enumerate(zip(designs, sizes, rows)):
        check_power(checks, design, n, power, exact=i % 10 == 0)
        check_mde(checks, design, n, mde)
        check_power_scipy(checks, design, n, power)


def check_power_scipy(checks, design, n, got):
    """SciPy's noncentral t is good for about six digits; where it says nothing, nothing is compared."""
    df, nc, critical = (float(x) for x in noncentral(design, n))
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        want = scipy.stats.nct.sf(critical, df, nc)
        if design.alternative == 'two-sided':
            want += scipy.stats.nct.cdf(-critical, df, nc)
    if math.isfinite(want) and df < 1e6 and power_fast(design, n) > 1e-3:
        checks.check(abs(got - want) < 1e-6, ('scipy.stats.nct', n, design), got, want)


# ---------------------------------------------------------------- errors

def two_arms(*labels):
    return "(SELECT ab_summary(i, v) FROM generate_series(1, 3) i, unnest(ARRAY[%s]) v)" % ', '.join(
        "'%s'" % label for label in labels)


def query_mistakes():
    """(query, SQLSTATE)"""
    bad = '22023'
    mistakes = [("SELECT ab_assign('e', 'u', %s)" % s, bad)
                for s in ('-0.0001', '1.0001', '50', "'NaN'", "'Infinity'", "'-Infinity'")]
    mistakes += [("SELECT ab_assign('e', %s, 1.5)" % u, bad) for u in ('1::bigint', 'gen_random_uuid()')]
    ct = two_arms('control', 'treatment')
    mistakes += [('SELECT ab_ttest(%s, alpha => %s)' % (ct, a), bad)
                 for a in ('0', '1', '-0.1', '5', "'NaN'", "'Infinity'")]
    mistakes += [("SELECT ab_ttest(%s, alternative => '%s')" % (ct, a), bad)
                 for a in ('', 'bigger', 'two_sided', 'Greater ')]
    mistakes += [('SELECT ab_ttest(%s)' % two_arms('a', 'b'), bad),
                 ('SELECT ab_ttest(%s)' % two_arms('a', 'b', 'control'), bad),
                 ("SELECT ab_ttest(%s, control => 'a')" % two_arms('a', 'b', 'c'), bad),
                 ("SELECT ab_ttest(%s, control => 'x')" % two_arms('a', 'b'), bad),
                 ("SELECT ab_ttest(%s, treatment => 'b')" % two_arms('a', 'b', 'c'), bad),
                 ("SELECT ab_ttest(i, v) FROM generate_series(1, 3) i, unnest('{a,b}'::text[]) v", bad),
                 ("SELECT ab_ttest(i, v) FROM generate_series(1, 3) i, unnest('{a,b,control}'::text[]) v", bad),
                 ("SELECT ab_summary(i, v, v) FROM generate_series(1, 3) i, unnest('{a,b}'::text[]) v", bad)]
    mistakes += [("SELECT ab_make_summary('a', %s)" % a, bad)
                 for a in ('-1, 1, 1', "10, 'NaN', 1", "10, 1, 'NaN'", '10, 1, -1', "10, 'Infinity', 1", "10, 1, 'Infinity'",
                           '0, 1, 1', '9007199254740993, 1, 1', '1, 1, 1')]
    return mistakes + size_mistakes(bad) + limit_mistakes()


def size_mistakes(bad):
    rate = {'baseline_rate': '0.5', 'min_detectable_effect': '0.1'}
    wrong = {'baseline_rate': ('0', '1', '-0.1', '1.1', "'NaN'"),
             'min_detectable_effect': ('0', "'NaN'", "'Infinity'", '0.6'),
             'alpha': ('0', '1', '-1', "'NaN'"), 'power': ('0', '1', '-1', '2', "'NaN'"),
             'ratio': ('0', '-1', "'NaN'", "'Infinity'"), 'alternative': ("'bigger'",),
             'stddev': ('0', '-1', "'NaN'", "'Infinity'")}
    mistakes = []
    for function, fixed, without in (('ab_sample_size', '', ()), ('ab_power', 'n => 100, ', ('power',)),
                                     ('ab_mde', 'n => 100, ', ('min_detectable_effect',))):
        base = {k: v for k, v in rate.items() if k not in without}
        for argument, values in wrong.items():
            if argument in without:
                continue
            for value in values:
                given = dict(base, **{argument: value})
                mistakes.append(('SELECT %s(%s%s)' % (function, fixed, ', '.join(
                    '%s => %s' % item for item in given.items())), bad))
    mistakes += [('SELECT %s' % call, bad) for n in ('1', '0', '-5')
                 for call in ('ab_power(%s, 0.5, 0.1)' % n, 'ab_mde(%s, 0.5)' % n)]
    return mistakes + [("SELECT ab_sample_size(0.5, -0.1, alternative => 'greater')", bad),
                       ("SELECT ab_sample_size(0.5, -0.6)", bad),
                       ("SELECT ab_sample_size(0.3, 0.4, alternative => 'less')", bad)]


def limit_mistakes():
    return [("SELECT ab_summary(1.0, repeat('x', 1024))", '00000'),
            ("SELECT ab_summary(1.0, repeat('x', 1025))", '54000'),
            ("SELECT ab_summary(1.0, repeat('é', 513))", '54000'),
            ("SELECT ab_make_summary(repeat('x', 1025), 10, 1, 1)", '54000'),
            ("SELECT ab_summary(1.0, 'v' || i) FROM generate_series(1, 4096) i", '00000'),
            ("SELECT ab_summary(1.0, 'v' || i) FROM generate_series(1, 4097) i", '54000'),
            ("SELECT ab_rollup(s) FROM (SELECT ab_summary(1.0, 'v' || i) s FROM generate_series(1, 4097) i GROUP BY i % 7) t",
             '54000')]


def harmless_queries():
    """Near misses that must not raise."""
    return [("SELECT ab_assign('e', 'u', 0)"), ("SELECT ab_assign('e', 'u', 1)"),
            'SELECT ab_ttest(%s)' % two_arms('control'), 'SELECT ab_ttest(%s)' % two_arms('x'),
            "SELECT ab_ttest(NULL::ab_summary)", "SELECT * FROM ab_arms(NULL::ab_summary)",
            "SELECT ab_ttest(%s, control => 'a')" % two_arms('a', 'b'),
            "SELECT ab_ttest(%s, control => 'a', treatment => 'c')" % two_arms('a', 'b', 'c'),
            "SELECT ab_ttest(%s, treatment => 'c')" % two_arms('a', 'control', 'c'),
            "SELECT ab_sample_size(0.5, -0.1)", "SELECT ab_sample_size(0.5, -0.1, alternative => 'less')",
            "SELECT ab_sample_size(0.5, 0.1, alternative => 'less')", "SELECT ab_power(2, 0.5, 0.1)",
            'SELECT ab_sample_size(1, 100, ratio => 0.004, stddev => 1)']


def section_errors(server, checks):
    pid = server.value('SELECT pg_backend_pid()')
    mistakes = query_mistakes() + [(q, '00000') for q in harmless_queries()]
    for (query, wanted), got in zip(mistakes, server.sqlstates([q for q, _ in mistakes])):
        checks.check(got == wanted, query, got, wanted)
    checks.check(server.value('SELECT pg_backend_pid()') == pid, 'same backend', 'another', pid)


# ---------------------------------------------------------------- hostile input

# Uses one value in every way; anything but an SQL error of the classes above is a defect.
PROBE = """
CREATE OR REPLACE FUNCTION pg_temp.probe(v ab_summary) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    labels text[];
    bad text;
    r ab_comparison;
    how boolean;
BEGIN
    IF v::text::ab_summary::text IS DISTINCT FROM v::text THEN
        RETURN 'defect: text changes: ' || v::text;
    END IF;
    SELECT string_agg(key || '=' || value, ' ') INTO bad FROM ab_arms(v) a, jsonb_each_text(to_jsonb(a))
        WHERE key <> 'variant' AND value ~ 'NaN|Infinity';
    IF bad IS NOT NULL THEN RETURN 'defect: ab_arms: ' || bad; END IF;
    labels := ARRAY(SELECT variant FROM ab_arms(v) LIMIT 2);
    FOREACH how IN ARRAY ARRAY[true, false] LOOP
        BEGIN
            r := ab_ttest(v, control => labels[1], treatment => labels[2], equal_var => how);
            SELECT string_agg(key || '=' || value, ' ') INTO bad FROM jsonb_each_text(to_jsonb(r))
                WHERE key NOT IN ('control', 'treatment') AND value IN ('NaN', 'Infinity', '-Infinity');
            IF bad IS NOT NULL THEN RETURN 'defect: ab_ttest: ' || bad; END IF;
            r := ab_ttest(v, equal_var => how);
        EXCEPTION WHEN invalid_parameter_value THEN     -- which arm is the control: a query mistake
        END;
    END LOOP;
    BEGIN
        PERFORM (SELECT count(*) FROM ab_arms(x)) FROM (
            SELECT ab_rollup(y) AS x FROM (VALUES (v), (v), (NULL)) t(y)) u;
        SELECT string_agg(key || '=' || value, ' ') INTO bad
            FROM (SELECT ab_rollup(y) AS x FROM (VALUES (v), (v)) t(y)) u, ab_arms(u.x) a, jsonb_each_text(to_jsonb(a))
            WHERE key <> 'variant' AND value ~ 'NaN|Infinity';
        IF bad IS NOT NULL THEN RETURN 'defect: rolled up: ' || bad; END IF;
        IF EXISTS (SELECT FROM (SELECT ab_rollup(y) AS x FROM (VALUES (v), (v)) t(y)) u
                   WHERE x::text::ab_summary::text IS DISTINCT FROM x::text) THEN
            RETURN 'defect: the roll-up is not accepted back';
        END IF;
    EXCEPTION WHEN numeric_value_out_of_range OR program_limit_exceeded THEN
    END;
    RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
    RETURN 'defect: an accepted value raises ' || SQLSTATE || ' ' || SQLERRM;
END $$;
"""


def small_states(server, form):
    """(columns, state) of the stored states that are short enough to mutate by the thousand."""
    return [row for row in server.rows("""
        SELECT (s::text::jsonb->>'columns')::int, %s FROM stored WHERE length(s::text) < 2000 ORDER BY id""" % form)]


def section_hostile_text(server, checks):
    server.run(PROBE)
    check_texts(server, checks, 'ab_summary', hostile_texts(np.random.default_rng(SEED + 7), small_states(server, 's::text')))


def section_hostile_binary(server, checks):
    server.run(PROBE)
    check_bytes(server, checks, 'ab_summary', hostile_bytes(np.random.default_rng(SEED + 8), small_states(server, 'ab_summary_send(s)')))


# ---------------------------------------------------------------- all of it

SECTIONS = [
    ('self', section_self),
    ('assign', section_assign),
    ('data', section_data),
    ('tails', section_tails),
    ('degenerate', section_degenerate),
    ('duality', section_duality),
    ('sizing', section_sizing),
    ('errors', section_errors),
    ('merging', section_merging),
    ('storage', section_storage),               # uses the tables of merging
    ('hostile_text', section_hostile_text),     # uses the table of storage
    ('hostile_binary', section_hostile_binary),
]


if __name__ == '__main__':
    sys.exit(run_sections('oracle', SECTIONS))
