"""Beta, gamma and normal posteriors at the working precision of mpmath, by quadrature on panels.

Points are log odds, logs or values; densities carry their constants by loggamma.  A panel has 20
points, for 20 digits and more.
"""
import functools

from mpmath import mp, mpf

POINTS = 20


@functools.lru_cache(maxsize=4)
def rule(digits):
    """Nodes and weights of Gauss and Legendre's rule on [0, 1]."""
    with mp.workdps(digits + 10):
        nodes = []
        for i in range(1, POINTS + 1):
            x = mp.cos(mp.pi * (i - mpf(1) / 4) / (POINTS + mpf(1) / 2))
            for _ in range(8):
                p0, p1 = mpf(1), x
                for n in range(1, POINTS):
                    p0, p1 = p1, ((2 * n + 1) * x * p1 - n * p0) / (n + 1)
                slope = POINTS * (x * p1 - p0) / (x * x - 1)
                x -= p1 / slope
            nodes.append(((1 - x) / 2, 1 / ((1 - x * x) * slope ** 2)))
        return nodes


def integrate(f, low, high):
    width = high - low
    return width * mp.fsum(w * f(low + width * x) for x, w in rule(mp.dps))


class Posterior:
    """Its density at a point, and the panels on which it is not nothing."""

    def place(self, depth):
        top, self.edges = self.log(self.mode), [self.mode]
        for side in (1, -1):
            u, step = self.mode, self.spread
            while self.log(u) > top - depth:
                while self.log(u + side * step) < self.log(u) - 16:
                    step /= 2
                u += side * step
                self.edges.append(u)
                step = min(step * mpf('1.5'), 2 * self.spread, mpf(3) if self.kind == 'beta' else step * 2)
        self.edges.sort()
        self.below, total = [mpf(0)], mpf(0)
        for low, high in zip(self.edges, self.edges[1:]):
            total += integrate(self.density, low, high)
            self.below.append(total)
        self.above, total = [mpf(0)], mpf(0)
        for low, high in zip(self.edges[-2::-1], self.edges[:0:-1]):
            total += integrate(self.density, low, high)
            self.above.append(total)
        self.above.reverse()

    def density(self, u):
        return mp.exp(self.log(u))

    def panel(self, u):
        low, high = 0, len(self.edges) - 1
        while high - low > 1:
            middle = (low + high) // 2
            if self.edges[middle] <= u:
                low = middle
            else:
                high = middle
        return low

    def less(self, u):
        if u <= self.edges[0]:
            return mpf(0)
        if u >= self.edges[-1]:
            return self.below[-1]
        i = self.panel(u)
        return self.below[i] + integrate(self.density, self.edges[i], u)

    def more(self, u):
        if u >= self.edges[-1]:
            return mpf(0)
        if u <= self.edges[0]:
            return self.above[0]
        i = self.panel(u)
        return self.above[i + 1] + integrate(self.density, u, self.edges[i + 1])


class Beta(Posterior):
    kind = 'beta'

    def __init__(self, a, b, depth=90):
        self.a, self.b = mpf(a), mpf(b)
        self.constant = mp.loggamma(self.a + self.b) - mp.loggamma(self.a) - mp.loggamma(self.b)
        self.mode, self.spread = mp.log(self.a / self.b), mp.sqrt(1 / self.a + 1 / self.b)
        self.place(depth)

    def log(self, u):
        return self.constant + self.a * u - (self.a + self.b) * (mp.log(1 + mp.exp(u)) if u < 0 else
                                                                  u + mp.log(1 + mp.exp(-u)))

    def mean(self):
        return self.a / (self.a + self.b)

    @staticmethod
    def value(u):
        return 1 / (1 + mp.exp(-u))

    @staticmethod
    def slope(u):
        return 1 / (1 + mp.exp(-u)) / (1 + mp.exp(u))

    @staticmethod
    def point(value):
        return -mp.inf if value <= 0 else mp.inf if value >= 1 else mp.log(value / (1 - value))


class Gamma(Posterior):
    kind = 'gamma'

    def __init__(self, a, b, depth=90):
        self.a, self.b = mpf(a), mpf(b)
        self.constant = self.a * mp.log(self.b) - mp.loggamma(self.a)
        self.mode, self.spread = mp.log(self.a / self.b), mp.sqrt(1 / self.a)
        self.place(depth)

    def log(self, u):
        return self.constant + self.a * u - self.b * mp.exp(u)

    def mean(self):
        return self.a / self.b

    @staticmethod
    def value(u):
        return mp.exp(u)

    @staticmethod
    def slope(u):
        return mp.exp(u)

    @staticmethod
    def point(value):
        return -mp.inf if value <= 0 else mp.log(value)


class Normal(Posterior):
    kind = 'normal'

    def __init__(self, a, b, depth=90):
        self.a, self.b = mpf(a), mpf(b)
        self.mode, self.spread = self.a, self.b
        self.place(depth)

    def log(self, u):
        return -((u - self.a) / self.b) ** 2 / 2 - mp.log(self.b * mp.sqrt(2 * mp.pi))

    def mean(self):
        return self.a

    @staticmethod
    def value(u):
        return u

    @staticmethod
    def slope(u):
        return mpf(1)


def union(arms):
    """The panels of several arms together."""
    return sorted({e for arm in arms for e in arm.edges})


def over(f, edges):
    return mp.fsum(integrate(f, low, high) for low, high in zip(edges, edges[1:]))


def within(arm, arms):
    """The panels of all arms as far as one of them is not nothing."""
    return [e for e in union(arms) if arm.edges[0] <= e <= arm.edges[-1]]


def chance(first, second):
    """P(first > second)."""
    return over(lambda u: first.density(u) * second.less(u), within(first, [first, second]))


def loss_of(first, second):
    """Expectation of second - first where that is positive."""
    return over(lambda u: first.less(u) * second.more(u) * first.slope(u), union([first, second]))


def standing(arms, lower):
    """P(best), P(second) and expected loss of each arm."""
    rows = []
    for i, arm in enumerate(arms):
        others = arms[:i] + arms[i + 1:]

        def behind(a, u):
            return a.more(u) if lower else a.less(u)

        def ahead(a, u):
            return a.less(u) if lower else a.more(u)

        def second(u):
            return mp.fsum(ahead(other, u) * mp.fprod(behind(o, u) for o in others if o is not other)
                           for other in others)

        def not_all(u):
            # one minus the product, as a sum of positive terms
            total, product = mpf(0), mpf(1)
            for other in others:
                total += product * ahead(other, u)
                product *= behind(other, u)
            return total
        edges = within(arm, arms)
        rows.append((over(lambda u: arm.density(u) * mp.fprod(behind(o, u) for o in others), edges),
                     over(lambda u: arm.density(u) * second(u), edges),
                     over(lambda u: behind(arm, u) * not_all(u) * arm.slope(u), union(arms))))
    return rows


def contrast_tails(control, treatment, contrast, x, wanted=('more', 'less', 'density')):
    """P(contrast > x), P(contrast < x) and the density at x, or some of them; the contrast a difference or the ratio
    less 1.
    """
    def shifted(u):
        y = control.value(u)
        return treatment.point(y + x if contrast == 'difference' else y * (1 + x))

    def back(u):
        value = treatment.value(u)
        return control.point(value - x if contrast == 'difference' else value / (1 + x))
    low, high = control.edges[0], control.edges[-1]
    edges = {e for e in (back(u) for u in treatment.edges) if mp.isfinite(e) and low < e < high}
    # where the shifted control leaves the range of a rate
    for end in (x, -x, 1 - x, 1 + x) if contrast == 'difference' else (1 / (1 + x), -1 / x if x else 0, 1 / x if x else 0):
        corner = mp.re(mp.log(abs(end) / abs(1 - end))) if end not in (0, 1) and control.kind == 'beta' else \
            mp.log(abs(end)) if end else mp.inf
        edges |= {e for e in [corner + s * mpf(2) ** k for k in range(-3, 7) for s in (1, -1)] + [corner]
                  if mp.isfinite(e) and low < e < high}
    edges = sorted(edges | set(control.edges))

    def rate(u):
        y, v = control.value(u), shifted(u)
        if not mp.isfinite(v):
            return mpf(0)
        return treatment.density(v) / treatment.slope(v) * (1 if contrast == 'difference' else y)
    of = {'more': lambda u: treatment.more(shifted(u)), 'less': lambda u: treatment.less(shifted(u)), 'density': rate}
    return [over(lambda u: control.density(u) * of[name](u), edges) for name in wanted]
