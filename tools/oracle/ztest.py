#!/usr/bin/python3
"""ab_ztest against the normal distribution at 30 digits, Fieller's interval, and its own verdicts."""
import math

from mpmath import mp, mpf

from shared.checks import ALTERNATIVES, TOL_BOUND, TOL_P, TOL_STATISTIC, run_sections, seeded
from shared.data import log_uniform
from shared.duality import contradictions
from shared.reference import fieller, p_value, student_quantile

SEED = 20240401
NORMAL = mpf(10) ** 30     # degrees of freedom


def wanted(nc, mc, sc, nt, mt, st, alpha, alternative):
    vc, vt = mpf(sc) ** 2 / nc, mpf(st) ** 2 / nt
    diff, error = mpf(mt) - mpf(mc), mp.sqrt(vc + vt)
    critical = student_quantile(mpf(alpha) / (2 if alternative == 'two-sided' else 1), NORMAL)
    want = {'std_error': (error, TOL_STATISTIC), 'statistic': (diff / error, TOL_STATISTIC),
            'p_value': (p_value(diff / error, NORMAL, alternative), TOL_P),
            'diff_low': (None if alternative == 'less' else diff - critical * error, TOL_BOUND),
            'diff_high': (None if alternative == 'greater' else diff + critical * error, TOL_BOUND)}
    lift = fieller(mpf(mc), mpf(mt), vc, vt, critical, alternative)
    want.update((name, (lift[name], TOL_BOUND)) for name in ('lift_low_pct', 'lift_high_pct'))
    return want, lift['g']


def section_rows(server, checks, rng):
    for i in range(400):
        nc, nt = int(log_uniform(rng, 2, 1e6)), int(log_uniform(rng, 2, 1e6))
        sc = float(log_uniform(rng, 1e-3, 1e3))
        st = sc if i % 2 else float(log_uniform(rng, 1e-3, 1e3))
        mc = float(rng.choice([1, -1]) * log_uniform(rng, 1e-2, 1e4))
        mt = mc + float(rng.normal() * 3 * math.hypot(sc / math.sqrt(nc), st / math.sqrt(nt)))
        alpha, alternative = float(rng.choice([0.001, 0.05, 0.3])), ALTERNATIVES[i % 3]
        inputs = (nc, mc, sc, nt, mt, st, alpha, alternative)
        row = server.named("""
            SELECT r.* FROM (SELECT ab_summary_combine(ab_make_summary('control', %s, %s, 1),
                                                       ab_make_summary('treatment', %s, %s, 1)) s) q,
                   ab_ztest(s, %s, treatment_stddev => %s, alpha => %s, alternative => %s) r""",
                           (nc, mc, nt, mt, sc, None if i % 2 else st, alpha, alternative))[0]
        want, g = wanted(*inputs)
        found = []
        for name, (value, tolerance) in want.items():
            if name.startswith('lift') and (g is None or abs(g) < 1e-6):
                continue
            got = row[name]
            scale = None if value is None else max(abs(value), want['std_error'][0] if name.startswith('diff') else 0)
            if name.startswith('lift') and value is not None:
                scale = max(abs(value), 100 * want['std_error'][0] / abs(mpf(mc))) / min(abs(g), 1)
            if (got is None) != (value is None) or (got is not None and abs(got - value) > tolerance * scale):
                found.append((name, got, value, None))
        checks.all_of(inputs, found + contradictions(row))


if __name__ == '__main__':
    run_sections(__file__, [('rows', seeded(SEED, section_rows))])
