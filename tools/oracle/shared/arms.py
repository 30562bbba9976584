"""Published numbers of several arms, and what a function makes of them."""
import math

import numpy as np

class Arms:
    """Published numbers of k + 1 arms; the control is the arm 'control'."""

    def __init__(self, n, mean, sd):
        self.n, self.mean, self.sd = n, mean, sd
        self.names = ['control'] + ['t%02d' % i for i in range(1, len(n))]

    def __str__(self):
        return 'n %s mean %s sd %s' % (self.n, self.mean, self.sd)

    def ask(self, server, sql, args=()):
        """Rows of sql, which reads the summary q.s."""
        values = ', '.join(['(ab_make_summary(%s, %s, %s, %s))'] * len(self.n))
        arms = [x for arm in zip(self.names, self.n, self.mean, self.sd) for x in arm]
        return server.named('SELECT r.* FROM (SELECT ab_rollup(s) s FROM (VALUES %s) v(s)) q, %s r' % (values, sql),
                            arms + list(args))

    def compare(self, server, correction, alternative='two-sided', equal_var=False, alpha=0.05):
        return self.ask(server, 'ab_compare(q.s, alpha => %s, alternative => %s, equal_var => %s, correction => %s)',
                        (alpha, alternative, equal_var, correction))

    def variances(self, equal_var):
        """Of the means, up to a factor."""
        return np.array([(1.0 if equal_var else s * s) / n for n, s in zip(self.n, self.sd)])


def random_arms(rng, i):
    k = int(rng.integers(1 if i % 5 == 0 else 2, 7))
    n = rng.integers(2, 60, k + 1)
    if i % 4 == 3:
        n[0], n[1:] = rng.integers(3, 9), rng.integers(100, 4000, k)       # steep: all the variance in the control
    if i % 4 == 2:
        n[0] *= 50
    if i % 7 == 5:
        n *= 1000
    sd = rng.uniform(0.5, 3, k + 1)
    mean = 5 + rng.normal(0, 1, k + 1) * rng.choice([0.2, 1, 4]) * sd.max() / math.sqrt(n.min())
    return Arms(n.tolist(), mean.tolist(), sd.tolist())
