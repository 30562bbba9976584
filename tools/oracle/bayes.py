#!/usr/bin/python3
"""ab_bayes against quadrature at 30 digits, exact rational sums and the incomplete beta function.

Rates: densities with their normalising constants by loggamma, integrated in log odds on panels of 20 points; small
counts also by the finite sum of rational numbers.  Events: the regularised incomplete beta function, in which the
ratio of two gamma variables has a closed form.  Means: the posterior under a prior on the lift by quadrature over
the lift, also for the difference, which the server integrates over the control's mean.  Ends of intervals are held
against the probability beyond them.
"""
from fractions import Fraction

from mpmath import mp, mpf

from shared.checks import check_mistakes, run_sections, seeded
from shared.posteriors import Beta, Gamma, chance, contrast_tails, loss_of
from shared.reference import normal_quantile, normal_upper

SEED = 20261127
TOL = 1e-12
TOL_END = 1e-12             # of an end, relative to itself or to the level
TOL_SINGULAR = 1e-8         # where a density has a pole: a prior below 1 and no successes or no failures


def random_counts(rng, largest):
    """Successes and rows of two arms, of different sizes and rates, some at 0 and 1."""
    n = [int(10 ** rng.uniform(0, largest)) for _ in range(2)]
    rate = float(rng.choice([0.5, 0.1, 0.01, 0.9, 1e-4, 0.999, 0.0, 1.0]))
    sd = (max(rate * (1 - rate), 0.25 / min(n)) / min(n)) ** 0.5
    rates = [min(max(rate + z * sd, 0), 1) for z in (0, rng.uniform(-4, 4))]
    return [(min(int(round(n[i] * rates[i])), n[i]), n[i]) for i in range(2)]


def ask(server, summary, values, options=''):
    return server.named('SELECT r.* FROM ab_bayes(%s%s) r' % (summary, options and ', ' + options), values)[0]


COUNTS = ("ab_summary_combine(ab_make_summary('control', %s::bigint, %s::bigint), "
          "ab_make_summary('treatment', %s::bigint, %s::bigint))")
MEANS = ("ab_summary_combine(ab_make_summary('control', %s::bigint, %s::float8, %s::float8), "
         "ab_make_summary('treatment', %s::bigint, %s::float8, %s::float8))")
TOTALS = ("(SELECT ab_summary(e, x, v) FROM (VALUES (%s::float8, %s::float8, 'control'), "
          "(%s, %s, 'treatment')) t(e, x, v))")


def check_ends(checks, row, control, treatment, alpha):
    """The ends of both intervals, by the probability beyond them; both as parts of the standard deviation."""
    found = []
    poles = [p.a < 1 or p.kind == 'beta' and p.b < 1 for p in (control, treatment)]
    for contrast, scale, names in (('difference', 1, ('diff_low', 'diff_high')),
                                   ('ratio', 100, ('lift_low_pct', 'lift_high_pct'))):
        for name, upper in zip(names, (False, True)):
            if row[name] is None:
                found.append((name, None, 'an end', None))
                continue
            end = mpf(row[name]) / scale
            tail, density = contrast_tails(control, treatment, contrast, end,
                                           ('more' if upper else 'less', 'density'))
            # how far the end is from where the tail is alpha / 2, against what rounding the end does
            error = abs(tail - mpf(alpha) / 2) / density
            unit = mpf(alpha) / density + abs(end) + (1 if contrast == 'ratio' else 0)
            found.append(checks.near(name + ' with a pole' * any(poles), float(error / unit), mpf(0),
                                     TOL_SINGULAR if any(poles) else TOL_END, mpf(1)))
    return found


def check_rates(server, checks, rng):
    for i in range(4):
        (xc, nc), (xt, nt) = random_counts(rng, (2, 4, 6, 9)[i % 4])
        alpha = float(rng.choice([0.05, 0.2, 1e-3]))
        prior = [(1.0, 1.0), (0.5, 0.5), (3.0, 20.0)][i % 3]
        higher = i % 2 == 0
        control, treatment = (Beta(prior[0] + x, prior[1] + n - x) for x, n in ((xc, nc), (xt, nt)))
        row = ask(server, COUNTS, (nc, xc, nt, xt, prior[0], prior[1], alpha, 'higher' if higher else 'lower'),
                  "model => 'binomial', prior_alpha => %s, prior_beta => %s, alpha => %s, direction => %s")
        better, worse = (treatment, control) if higher else (control, treatment)
        # smaller ones are beyond these panels: check_tails()
        found = [checks.near(name, row[name], want, TOL) for name, want in (
            ('prob_better', chance(better, worse)), ('expected_loss_treatment', loss_of(better, worse)),
            ('expected_loss_control', loss_of(worse, better))) if want > 1e-25]
        found.append(checks.near('diff', row['diff'], treatment.mean() - control.mean(), TOL))
        more = contrast_tails(control, treatment, 'ratio', mpf(row['relative_lift_pct']) / 100, ('more',))[0]
        found.append(checks.near('median', float(more), mpf(1) / 2, 1e-11))
        checks.all_of((xc, nc, xt, nt, prior, alpha, higher),
                      found + check_ends(checks, row, control, treatment, alpha))


def exact_chance(a1, b1, a2, b2):
    """P(Beta(a2, b2) > Beta(a1, b1)) of whole parameters, as a rational number."""
    term = Fraction(1)      # B(a1, b1 + b2) / (b2 B(1, b2) B(a1, b1)), of i = 0
    for k in range(b2):
        term *= Fraction(b1 + k, a1 + b1 + k)
    total = Fraction(0)
    for i in range(a2):
        total += term
        # from i to i + 1
        term *= Fraction(a1 + i, a1 + b1 + b2 + i) * Fraction(b2 + i, i + 1)
    return total


def check_exact(server, checks, rng):
    for _ in range(60):
        nc, nt = int(rng.integers(1, 400)), int(rng.integers(1, 400))
        xc, xt = int(rng.integers(0, nc + 1)), int(rng.integers(0, nt + 1))
        row = ask(server, COUNTS, (nc, xc, nt, xt), "model => 'binomial'")
        want = exact_chance(1 + xc, 1 + nc - xc, 1 + xt, 1 + nt - xt)
        checks.held((xc, nc, xt, nt), 'prob_better by the sum', row['prob_better'],
                    max(mpf(want.numerator) / want.denominator, mpf('4.9406564584124654e-324')),
                    TOL if want > Fraction(1, 10 ** 300) else 1)


def check_rope(server, checks, rng):
    """The region of practical equivalence, on both scales."""
    for i in range(2):
        (xc, nc), (xt, nt) = random_counts(rng, (2, 9)[i % 2])
        control, treatment = Beta(1 + xc, 1 + nc - xc), Beta(1 + xt, 1 + nt - xt)
        scale = ('absolute', 'relative')[i // 2]
        rope = min(float(rng.choice([0.3, 1, 3])) / min(nc, nt) ** 0.5, 0.9)
        row = ask(server, COUNTS, (nc, xc, nt, xt, rope, scale),
                  "model => 'binomial', rope => %s, prior_scale => %s")
        contrast = 'ratio' if scale == 'relative' else 'difference'
        low = contrast_tails(control, treatment, contrast, -mpf(rope))
        high = contrast_tails(control, treatment, contrast, mpf(rope))
        want = (low[0] - high[0]) if low[1] > 0.5 else (high[1] - low[1]) if high[0] > 0.5 else 1 - low[1] - high[0]
        checks.held((xc, nc, xt, nt, rope, scale), 'prob_rope', row['prob_rope'], want, 1e-11)


def check_tails(server, checks, rng):
    """Far tails, where one minus the other is nothing."""
    for xc, nc, xt, nt in ((500, 10000, 900, 9000), (0, 100000, 600, 90000),
                           (300000000, 10 ** 9, 90280000, 3 * 10 ** 8)):
        control, treatment = Beta(1 + xc, 1 + nc - xc, 760), Beta(1 + xt, 1 + nt - xt, 760)
        row = ask(server, COUNTS, (nc, xc, nt, xt), "model => 'binomial', direction => 'lower'")
        checks.all_of((xc, nc, xt, nt), [
            checks.near('far prob_better', row['prob_better'], chance(control, treatment), 1e-11),
            checks.near('far loss', row['expected_loss_control'], loss_of(treatment, control), 1e-11)])


def check_events(server, checks, rng):
    for i in range(4):
        ec, et = float(10 ** rng.uniform(-1, 6)), float(10 ** rng.uniform(-1, 6))
        rate = float(10 ** rng.uniform(-4, 3))
        xc, xt = int(rng.poisson(min(rate * ec, 1e9))), int(rng.poisson(min(rate * et * rng.uniform(0.7, 1.4), 1e9)))
        prior = [(1.0, 1.0), (0.5, 0.01)][i % 2]
        control, treatment = Gamma(prior[0] + xc, prior[1] + mpf(ec)), Gamma(prior[0] + xt, prior[1] + mpf(et))
        row = ask(server, TOTALS, (xc, ec, xt, et, *prior),
                  "model => 'poisson', prior_alpha => %s, prior_beta => %s")

        def ratio_above(r):
            z = r * treatment.b / (r * treatment.b + control.b)
            return mp.betainc(treatment.a, control.a, z, 1, regularized=True)
        small = xc + xt < 20000     # where the hypergeometric series is quick
        found = [checks.near('events diff', row['diff'], treatment.mean() - control.mean(), TOL,
                             treatment.mean() + control.mean()),
                 checks.near('events loss', row['expected_loss_treatment'], loss_of(treatment, control), TOL),
                 checks.near('events chance', row['prob_better'], chance(treatment, control), TOL)]
        if small:
            found += [checks.near('chance by betainc', row['prob_better'], ratio_above(mpf(1)), TOL),
                      checks.near('lift_low', float(1 - ratio_above(1 + mpf(row['lift_low_pct']) / 100)),
                                  mpf('0.025'), 1e-10),
                      checks.near('lift_high', float(ratio_above(1 + mpf(row['lift_high_pct']) / 100)),
                                  mpf('0.025'), 1e-10)]
        checks.all_of((xc, ec, xt, et, prior), found + check_ends(checks, row, control, treatment, 0.05))


# ---------------------------------------------------------------- means

def loss_integral(z):
    """Expectation of the positive part of N(-z, 1), with digits to spare for what cancels."""
    with mp.workdps(mp.dps + 20 + int(max(0, z * z / 2))):
        return mp.exp(-z * z / 2) / mp.sqrt(2 * mp.pi) - z * normal_upper(z)


def random_means(rng):
    nc, nt = (int(10 ** rng.uniform(0.5, 9)) + 2 for _ in range(2))
    mean = float(rng.choice([1, 10, -3, 1e5, 1e-4]))
    sds = [abs(mean) * float(rng.uniform(0.05, 2)) * min(nc, nt) ** 0.5 / float(rng.choice([8, 30, 1000]))
           for _ in range(2)]
    error = (sds[0] ** 2 / nc + sds[1] ** 2 / nt) ** 0.5
    return nc, mean, sds[0], nt, mean + float(rng.uniform(-4, 8)) * error, sds[1]


def check_means(server, checks, rng):
    """A flat prior, and one on the difference: everything in closed form."""
    for i in range(60):
        nc, mc, sc, nt, mt, st = random_means(rng)
        d = mpf(mt) - mpf(mc)
        vc, vt = mpf(sc) ** 2 / nc, mpf(st) ** 2 / nt
        options, values = "alpha => 0.1, rope => %s, prior_scale => 'absolute'", [float(mp.sqrt(vc + vt)) / 2]
        mu, variance = d, vc + vt
        if i % 2:
            m0, s0 = float(rng.normal()) * float(mp.sqrt(vc)), float(mp.sqrt(vc + vt)) * float(rng.uniform(0.1, 20))
            options += ', prior_mean => %s, prior_stddev => %s'
            values += [m0, s0]
            variance = 1 / (1 / (vc + vt) + 1 / mpf(s0) ** 2)
            mu = variance * (d / (vc + vt) + m0 / mpf(s0) ** 2)
        sd, z = mp.sqrt(variance), normal_quantile(mpf('0.05'))
        row = ask(server, MEANS, (nc, mc, sc, nt, mt, st, *values), options)
        w = mpf(values[0])
        # the lift: x at which (difference - x control) is z deviations from zero; control and difference are jointly
        # normal
        share = vc / (vc + vt)
        control = mc - share * (mu - d)
        vcc, cov = vc * vt / (vc + vt) + share ** 2 * variance, -share * variance

        def deviations(x):
            return (mu - x * control) / mp.sqrt(variance - 2 * x * cov + x * x * vcc)
        found = [checks.near('normal prob_better', row['prob_better'], normal_upper(-mu / sd), TOL),
                 checks.near('normal diff', row['diff'], mu, TOL, abs(mu) + sd),
                 checks.near('normal diff_low', row['diff_low'], mu - z * sd, TOL, abs(mu) + sd),
                 checks.near('normal diff_high', row['diff_high'], mu + z * sd, TOL, abs(mu) + sd),
                 checks.near('normal loss_treatment', row['expected_loss_treatment'], sd * loss_integral(mu / sd), TOL),
                 checks.near('normal loss_control', row['expected_loss_control'], sd * loss_integral(-mu / sd), TOL),
                 checks.near('normal prob_rope', row['prob_rope'],
                             normal_upper((-w - mu) / sd) - normal_upper((w - mu) / sd), 1e-11),
                 checks.near('median lift', row['relative_lift_pct'], 100 * mu / control, TOL,
                             100 * (abs(mu) + sd) / abs(control))]
        for name, sign in (('lift_low_pct', 1), ('lift_high_pct', -1)):
            if row[name] is not None:
                got = deviations(mpf(row[name]) / 100) * mp.sign(control)
                found.append(checks.near(name, float(got), sign * z, 1e-10))
        checks.all_of((nc, mc, sc, nt, mt, st, values), found)


class LiftPosterior:
    """The posterior of the lift under a normal prior on it, by quadrature over the lift."""

    def __init__(self, c, vc, d, vt, m0, s0):
        self.c, self.vc, self.d, self.vt, self.m0, self.s0 = (mpf(v) for v in (c, vc, d, vt, m0, s0))
        estimate = self.d / self.c
        spread = mp.sqrt(self.vt + (1 + estimate) ** 2 * self.vc) / abs(self.c)
        weight = 1 / spread ** 2 + 1 / self.s0 ** 2
        self.centre = (estimate / spread ** 2 + self.m0 / self.s0 ** 2) / weight
        self.sd = 1 / mp.sqrt(weight)
        self.top = self.log(self.centre)
        steps = [mpf(k) / 2 for k in range(0, 30)] + list(range(15, 60, 2)) + [60 * mpf(1.5) ** k for k in range(6)]
        self.points = sorted({self.centre + s * self.sd * k for k in steps for s in (1, -1)} | {mpf(0)})
        self.total = self.integrate(lambda x: 1, self.points)

    def log(self, x):
        w = self.vt + (1 + x) ** 2 * self.vc
        return -((x - self.m0) ** 2 / self.s0 ** 2 + (self.d - x * self.c) ** 2 / w + mp.log(w)) / 2

    def integrate(self, weight, points):
        return mp.quad(lambda x: mp.exp(self.log(x) - self.top) * weight(x), points, method='gauss-legendre',
                       maxdegree=4)

    def part(self, weight, low, high):
        """With digits for small ones, as the rule stops by the absolute error."""
        points = [low] + [p for p in self.points if low < p < high] + [high]
        with mp.workdps(60):
            return self.integrate(weight, points) / self.total

    def difference_tails(self, limits):
        """P(lift times control > limit) of each: given the control's mean y the difference is normal."""
        def log(y):
            w = self.vt + self.s0 ** 2 * y * y
            return -((y - self.c) ** 2 / self.vc + (self.c + self.d - (1 + self.m0) * y) ** 2 / w + mp.log(w)) / 2

        sd = mp.sqrt(self.vc)
        top = log(self.c)
        usual = [self.c + sd * k for k in range(-12, 13)]
        total = mp.quad(lambda y: mp.exp(log(y) - top), usual, method='gauss-legendre', maxdegree=4)

        def above(limit):
            def f(y):
                v = self.s0 ** 2 * y * y
                mu = (self.m0 * y * self.vt + (self.c + self.d - y) * v) / (self.vt + v)
                return mp.exp(log(y) - top) * normal_upper((limit - mu) / mp.sqrt(v * self.vt / (self.vt + v)))
            # where the difference crosses the limit, and how fast
            step, width = self.c + self.d - limit, min(mp.sqrt(self.vt), sd)
            if self.s0 * abs(self.c) < mp.sqrt(self.vt):
                step, width = self.c, sd / 4
            near = [step + width * k for k in range(-14, 15, 2)]
            near += [step + s * width * 14 * mpf(2) ** k for k in range(1, 12) for s in (1, -1)]
            points = sorted(set(usual) | {p for p in near if usual[0] < p < usual[-1]})
            return mp.quad(f, points, method='gauss-legendre', maxdegree=4) / total
        return [above(mpf(limit)) for limit in limits]


def check_lift(server, checks, rng):
    cases = [(10, 0.1, 10.5, 0.1, 0, 0.05), (1, 0.1, 1.3, 0.12, 0, 0.3), (3.8, 0.013970013970021, 4.1, 0.0254, 0, 0.1),
             (5, 0.2, 6.5, 0.01, 0.05, 0.03), (5, 0.01, 4.5, 0.2, -0.02, 3), (-2, 0.05, -2.1, 0.07, 0, 0.1)]
    cases += [(float(rng.choice([1, 40, -0.2])), float(10 ** rng.uniform(-5, -1)), None,
               float(10 ** rng.uniform(-5, -1)),
               float(rng.choice([0, 0.02])), float(10 ** rng.uniform(-2.5, 0.5))) for _ in range(6)]
    for i, (c, ec, t, et, m0, s0) in enumerate(cases):
        if t is None:
            ec, et = ec * abs(c), et * abs(c)
            t = c + float(rng.uniform(-3, 9)) * (ec ** 2 + et ** 2) ** 0.5
        nc, nt = 10 ** 4, 4 * 10 ** 6
        sc, st = ec * 100.0, et * 2000.0
        rope = float(rng.uniform(0.002, 0.05))
        row = ask(server, MEANS, (nc, c, sc, nt, t, st, m0, s0, rope),
                  'prior_mean => %s, prior_stddev => %s, rope => %s')
        p = LiftPosterior(c, mpf(sc) ** 2 / nc, mpf(t) - mpf(c), mpf(st) ** 2 / nt, m0, s0)
        inf = p.points[-1]
        sup = p.points[0]
        above, below = p.part(lambda x: 1, mpf(0), inf), p.part(lambda x: 1, sup, mpf(0))
        gain, drop = p.part(lambda x: x, mpf(0), inf), p.part(lambda x: -x, sup, mpf(0))
        if c < 0:
            above, gain, drop = below, drop, gain
        mean = p.integrate(lambda x: x, p.points) / p.total
        found = [checks.near('lift prob_better', row['prob_better'], above, 1e-11),
                 checks.near('lift loss_treatment', row['expected_loss_treatment'], drop, 1e-11),
                 checks.near('lift loss_control', row['expected_loss_control'], gain, 1e-11),
                 checks.near('diff mean', row['diff'], p.integrate(
                     lambda x: x * (p.c + (1 + x) * p.vc * (p.d - x * p.c) / (p.vt + (1 + x) ** 2 * p.vc)),
                     p.points) / p.total, TOL, (abs(mean) + p.sd) * abs(c)),
                 checks.near('lift mean', row['relative_lift_pct'] / 100, mean, TOL, abs(mean) + p.sd),
                 checks.near('lift prob_rope', row['prob_rope'],
                             p.part(lambda x: 1, -mpf(rope), mpf(rope)), 1e-11)]
        for name, low, high in (('lift_low_pct', sup, None), ('lift_high_pct', None, inf)):
            end = mpf(row[name]) / 100
            tail = p.part(lambda x: 1, low if low is not None else end, high if high is not None else end)
            found.append(checks.near(name + ' tail', float(tail), mpf('0.025'), 1e-10))
        with mp.workdps(25):
            low, high = p.difference_tails((row['diff_low'], row['diff_high']))
        found += [checks.near('diff_low tail', float(1 - low), mpf('0.025'), 1e-11),
                  checks.near('diff_high tail', float(high), mpf('0.025'), 1e-11)]
        checks.all_of((c, ec, t, et, m0, s0), found)


def check_errors(server, checks):
    call = "SELECT ab_bayes(ab_make_summary('a', 5, 2)%s)"
    check_mistakes(server, checks, [(call % (option and ', ' + option), state) for option, state in (
        ('', '00000'), ("model => 'beta'", '22023'), ('alpha => 0', '22023'), ('alpha => 0.6', '22023'),
        ("model => NULL", '22023'), ('prior_stddev => 0', '22023'), ('prior_stddev => -1', '22023'),
        ("prior_stddev => 'NaN'", '22023'), ("prior_stddev => 'Infinity'", '22023'), ('prior_mean => 0.1', '22023'),
        ("prior_mean => 'NaN', prior_stddev => 1", '22023'), ('rope => 0', '22023'), ("rope => 'NaN'", '22023'),
        ("rope => 'Infinity'", '22023'), ("prior_scale => 'lift'", '22023'), ("direction => 'up'", '22023'),
        ('prior_alpha => 2', '22023'), ("model => 'binomial', prior_alpha => 0", '22023'),
        ("model => 'binomial', prior_beta => 'Infinity'", '22023'), ("model => 'binomial', prior_alpha => NULL", '22023'),
        ("model => 'binomial', prior_stddev => 1", '22023'), ("model => 'binomial', prior_alpha => 1e12", '00000'),
        ("model => 'binomial', prior_beta => 0.1", '22023'), ("model => 'poisson', prior_beta => 0.001", '00000'))])


if __name__ == '__main__':
    mp.dps = 30
    run_sections(__file__, [
        ('rates', seeded(SEED, check_rates)), ('exact', seeded(SEED + 1, check_exact)),
        ('rope', seeded(SEED + 2, check_rope)), ('tails', seeded(SEED + 3, check_tails)),
        ('events', seeded(SEED + 4, check_events)), ('means', seeded(SEED + 5, check_means)),
        ('lift', seeded(SEED + 6, check_lift)), ('errors', check_errors)])
