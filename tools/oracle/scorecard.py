#!/usr/bin/python3
"""ab_scorecard: whole cards against SciPy and statsmodels, from raw rows that only numpy has grouped.

The case study's five metrics, two models and a leaderboard of 29 on the same prompts (the data of
$AB_TEST_SHARED/data, without which those two sections have nothing to do), random logs with NULLs, users with
several rows, and slices. The cards for any day and the probabilities of being better are computed here from their
formulas.
"""
import csv
import itertools
import json
import math
import os
from collections import defaultdict

import numpy as np
import scipy.integrate
import scipy.stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.meta_analysis import combine_effects
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import test_proportions_2indep

from shared.checks import SHARED, TOL_SCIPY, run_sections, seeded

SEED = 20261127
PREFERENCES = os.path.join(SHARED, 'data', 'llm_preference.csv')
REFERENCE = 'claude'


def card(server, query, metrics=None, **arguments):
    """The rows of a scorecard; arguments by name."""
    named = ''.join(', %s => %%s' % name for name in arguments)
    return server.named('SELECT * FROM ab_scorecard(%s, %s' + named + ')',
                        [query, None if metrics is None else json.dumps(metrics)] + list(arguments.values()))


def of_metric(rows, metric):
    return next(row for row in rows if row['metric'] == metric)


def check_family(checks, rows, name):
    """p_adjusted is Holm's of the family, and the verdict follows it."""
    family = [row for row in rows if row['role'] in ('primary', 'secondary') and row['p_value'] is not None]
    adjusted = multipletests([row['p_value'] for row in family], method='holm')[1]
    for row, wanted in zip(family, adjusted):
        checks.held(name, 'Holm', row['p_adjusted'], float(wanted), TOL_SCIPY)
        decided = row['verdict'] != 'no clear difference'
        checks.check(decided == (row['p_adjusted'] < row['alpha']), (name, row['metric']), row['verdict'],
                     row['p_adjusted'])


# ---------------------------------------------------------------------------
# The case study
# ---------------------------------------------------------------------------

def check_case_study(server, checks, rng):
    """6,200 and 1,550 dialogs: five metrics from one statement, by Student's test as the reference has it."""
    sizes, rows = {'control': 6200, 'treatment': 1550}, []
    data = {}
    for variant, done, csat, turns, scale in (('control', 4421, 3.8, 3.2, 1.0), ('treatment', 1223, 4.1, 2.9, 1.1)):
        n = sizes[variant]
        completed = np.arange(n) < done
        data[variant] = {
            'completed': completed, 'escalated': ~completed, 'csat': np.clip(np.rint(rng.normal(csat, 1, n)), 1, 5),
            'turns': 1 + rng.poisson(turns - 1, n), 'latency_s': scale * rng.lognormal(-0.1, 0.5, n)}
        rows += [(variant,) + tuple(
            ('t' if v else 'f') if v.dtype == bool else float(v) for v in (data[variant][m][i] for m in data[variant]))
            for i in range(n)]
    server.load('dialog', 'variant text, completed boolean, escalated boolean, csat float8, turns float8, latency_s float8',
                rows)
    spec = {m: {'test': 'student', 'direction': d} for m, d in (
        ('completed', 'higher'), ('escalated', 'lower'), ('csat', 'higher'), ('turns', 'lower'))}
    spec['completed']['role'] = 'primary'
    spec['latency_s'] = {'statistic': 'p95', 'direction': 'lower'}
    result = card(server, 'dialog', spec, split=json.dumps({'control': 0.8, 'treatment': 0.2}))
    checks.check([row['metric'] for row in result] ==
                 ['sample ratio', 'completed', 'escalated', 'csat', 'turns', 'latency_s'], 'order', result, 'six rows')
    checks.check(result[0]['verdict'] == 'split as intended', 'split', result[0]['verdict'], 'split as intended')
    p = of_metric(result, 'completed')['p_value']
    checks.check('%.2e' % p == '1.75e-09', 'completion', p, '1.75e-09')
    for metric in ('completed', 'escalated', 'csat', 'turns'):
        row = of_metric(result, metric)
        c, t = (data[v][metric].astype(float) for v in ('control', 'treatment'))
        checks.held(metric, 'ttest_ind', row['p_value'], float(scipy.stats.ttest_ind(c, t).pvalue), TOL_SCIPY)
        checks.held(metric, 'means', row['treatment_value'], float(t.mean()), TOL_SCIPY)
        checks.held(metric, 'lift', row['relative_lift_pct'], float((t.mean() / c.mean() - 1) * 100), TOL_SCIPY)
    row = of_metric(result, 'latency_s')
    for value, variant in ((row['control_value'], 'control'), (row['treatment_value'], 'treatment')):
        checks.held('latency', 'percentile', value, float(np.percentile(data[variant]['latency_s'], 95)), 1e-3)
    check_family(checks, result, 'case study')


# ---------------------------------------------------------------------------
# Models on the same prompts
# ---------------------------------------------------------------------------

def preferences():
    """Of each model each prompt's win probability, the mean where a model has several; None without the file."""
    if not os.path.exists(PREFERENCES):
        return None
    values = defaultdict(lambda: defaultdict(list))
    with open(PREFERENCES, newline='') as file:
        for row in csv.DictReader(file):
            values[row['model']][int(row['prompt_id'])].append(float(row['win_probability']))
    return {model: {prompt: np.mean(v) for prompt, v in prompts.items()} for model, prompts in values.items()}


def load_preferences(server):
    server.run('DROP TABLE IF EXISTS preference; CREATE TEMP TABLE preference '
               '(prompt_id bigint, model text, dataset text, win_probability float8, response_chars bigint)')
    with open(PREFERENCES) as file:
        server.cursor.copy_expert('COPY preference FROM STDIN CSV HEADER', file)


def check_models(server, checks):
    """Each two of four models, and all against one."""
    means = preferences()
    if means is None:
        return
    load_preferences(server)
    query = 'SELECT prompt_id, model, win_probability FROM preference'

    def compare(row, a, b):
        both = sorted(set(means[a]) & set(means[b]))
        c, t = (np.array([means[m][p] for p in both]) for m in (a, b))
        checks.check(row['control_n'] == len(both), (a, b), row['control_n'], len(both))
        checks.held((a, b), 'ttest_rel', row['p_value'], float(scipy.stats.ttest_rel(c, t).pvalue), 1e-8)
        checks.held((a, b), 'difference', row['diff'], float(np.mean(t - c)), 1e-8)

    for a, b in itertools.permutations((REFERENCE, 'claude-2.1', 'vicuna-7b-v1.5', 'text_davinci_001'), 2):
        rows = card(server, query, None, variant='model', pair='prompt_id', control=a, treatment=b)
        checks.check(len(rows) == 2, (a, b), len(rows), 2)
        compare(rows[1], a, b)
    board = card(server, query, None, variant='model', pair='prompt_id', control=REFERENCE)
    checks.check(len(board) == len(means), 'leaderboard', len(board), len(means))
    for row in board[1:]:
        compare(row, REFERENCE, row['treatment'])
    check_family(checks, board, 'leaderboard')
    lost = len(means[REFERENCE]) - len(means['text_davinci_001'])
    checks.check('%d that "text_davinci_001" lacks left out' % lost in board[0]['note'], 'lost', board[0]['note'], lost)


def check_pairs(server, checks, rng):
    """Random pairs with ties: rates by McNemar's exact test, ranks by the signed ranks."""
    for _ in range(15):
        n = int(rng.integers(40, 120))
        skill = rng.normal(size=n)
        rows, values = [], {}
        for model, shift in (('control', 0.0), ('new', 0.4)):
            stars = np.clip(np.rint(2.5 + skill + shift + rng.normal(size=n)), 1, 5)
            ok = skill + shift + rng.normal(size=n) > 0
            values[model] = stars, ok
            rows += [(i, model, float(stars[i]), 't' if ok[i] else 'f') for i in range(n)]
        server.load('answer', 'prompt bigint, variant text, stars float8, ok boolean', rows)
        result = card(server, 'answer', {'stars': {'statistic': 'rank'}, 'ok': {}}, pair='prompt')
        ok = [values[m][1] for m in ('control', 'new')]
        table = [[np.sum(ok[0] & ok[1]), np.sum(ok[0] & ~ok[1])], [np.sum(~ok[0] & ok[1]), np.sum(~ok[0] & ~ok[1])]]
        checks.held(n, 'mcnemar', of_metric(result, 'ok')['p_value'], float(mcnemar(table, exact=True).pvalue), TOL_SCIPY)
        difference = values['new'][0] - values['control'][0]
        row = of_metric(result, 'stars')
        if 'asymptotic' in row['method']:
            wanted = scipy.stats.wilcoxon(difference, mode='approx').pvalue
            checks.held(n, 'wilcoxon', row['p_value'], float(wanted), TOL_SCIPY)
        ranks = scipy.stats.rankdata(np.abs(difference[difference != 0]))
        signs = np.sign(difference[difference != 0])
        checks.held(n, 'rank-biserial', row['diff'], float((ranks * signs).sum() / ranks.sum()), TOL_SCIPY)
        check_family(checks, result, 'pairs')


# ---------------------------------------------------------------------------
# Logs
# ---------------------------------------------------------------------------

def check_logs(server, checks, rng):
    """Three variants, NULLs: Welch's test, the score test and Mann-Whitney of each treatment."""
    for _ in range(12):
        n = int(rng.integers(200, 600))
        variant = rng.choice(['control', 'b', 'c'], n, p=[0.5, 0.3, 0.2])
        spend = rng.lognormal(1, 1, n) * np.where(variant == 'b', 1.3, 1)
        spend[rng.random(n) < 0.05] = np.nan
        liked = rng.random(n) < np.where(variant == 'c', 0.45, 0.3)
        stars = rng.integers(1, 6, n)
        server.load('log', 'variant text, spend float8, liked boolean, stars bigint', [
            (v, None if np.isnan(s) else float(s), 't' if k else 'f', int(r)) for v, s, k, r in zip(variant, spend, liked, stars)])
        result = card(server, 'log', {'spend': {}, 'liked': {}, 'stars': {'statistic': 'rank'}})
        for row in result[1:]:
            c, t = variant == 'control', variant == row['treatment']
            if row['metric'] == 'spend':
                c, t = (spend[v & ~np.isnan(spend)] for v in (c, t))
                wanted = scipy.stats.ttest_ind(t, c, equal_var=False).pvalue
            elif row['metric'] == 'liked':
                wanted = test_proportions_2indep(liked[t].sum(), t.sum(), liked[c].sum(), c.sum(), method='score').pvalue
            else:
                wanted = scipy.stats.mannwhitneyu(stars[t], stars[c], method='asymptotic').pvalue
            checks.held(n, row['metric'], row['p_value'], float(wanted), 1e-7)
        check_family(checks, result, 'log')


def check_units(server, checks, rng):
    """Users with several rows: the variance of their sums, as numpy has it."""
    for _ in range(12):
        rows, sums = [], {'control': [], 'treatment': []}
        for user in range(int(rng.integers(60, 200))):
            variant = 'treatment' if rng.random() < 0.4 else 'control'
            values = rng.normal() + rng.normal(2, 1, rng.geometric(0.3))
            rows += [(user, variant, float(v)) for v in values]
            sums[variant].append((values.sum(), len(values)))
        server.load('request', 'user_id bigint, variant text, cost float8', rows)
        row = of_metric(card(server, 'request', unit='user_id'), 'cost')
        means, errors, freedoms = [], [], []
        for variant in ('control', 'treatment'):
            s, k = np.array(sums[variant]).T
            mean = s.sum() / k.sum()
            means.append(mean)
            errors.append(((s - mean * k) / k.mean()).var(ddof=1) / len(s))
            freedoms.append(len(s) - 1)
        df = sum(errors) ** 2 / sum(e ** 2 / f for e, f in zip(errors, freedoms))
        t = (means[1] - means[0]) / np.sqrt(sum(errors))
        checks.held(len(rows), 'clustered mean', row['diff'], means[1] - means[0], TOL_SCIPY, abs(means[0]))
        checks.held(len(rows), 'clustered p', row['p_value'], float(2 * scipy.stats.t.sf(abs(t), df)), 1e-8)


def check_slices(server, checks, rng):
    """Cochran's Q of the slices, as statsmodels combines their effects."""
    for _ in range(12):
        n = int(rng.integers(300, 800))
        variant = rng.choice(['control', 'treatment'], n)
        country = rng.choice(['de', 'fr', 'it'], n)
        x = rng.normal(size=n) + np.where((country == 'fr') & (variant == 'treatment'), 0.4, 0)
        server.load('log', 'variant text, country text, x float8', [(v, c, float(y)) for v, c, y in zip(variant, country, x)])
        row = next(r for r in card(server, 'log', slice=['country']) if r['role'] == 'heterogeneity')
        effects, variances = [], []
        for c in ('de', 'fr', 'it'):
            a, b = (x[(country == c) & (variant == v)] for v in ('control', 'treatment'))
            effects.append(b.mean() - a.mean())
            variances.append(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b))
        wanted = combine_effects(np.array(effects), np.array(variances)).test_homogeneity()
        checks.held(n, 'homogeneity', row['p_value'], float(wanted.pvalue), TOL_SCIPY)


# ---------------------------------------------------------------------------
# Any day, and the probability of being better
# ---------------------------------------------------------------------------

def any_day_p(t, df, kappa, side=0):
    """1 over the mixture of likelihood ratios of t, at most 1; of one side by half of the mixture, doubled."""
    log_e = (-math.log1p(kappa) + (df + 1) * math.log((1 + t * t / df) / (1 + t * t / (df * (1 + kappa))))) / 2
    if side:
        a = side * t * math.sqrt(kappa / (1 + kappa) * (df + 1) / (df + t * t / (1 + kappa)))
        log_e += math.log(2) + scipy.stats.t.logcdf(a, df + 1)
    return min(1.0, math.exp(-log_e))


def arm_errors(c, t):
    """Standard error and df of the difference of means, pooled and by Welch."""
    vc, vt, nc, nt = c.var(ddof=1), t.var(ddof=1), len(c), len(t)
    pooled = ((nc - 1) * vc + (nt - 1) * vt) / (nc + nt - 2)
    a, b = vc / nc, vt / nt
    return ((math.sqrt(pooled * (1 / nc + 1 / nt)), nc + nt - 2),
            (math.sqrt(a + b), (a + b) ** 2 / (a * a / (nc - 1) + b * b / (nt - 1))))


def check_any_day(server, checks, rng):
    """Means, rates and absolute margins of a mean by the mixture; normal and beta posteriors."""
    for _ in range(15):
        n, planned = int(rng.integers(400, 900)), int(rng.integers(50, 2000))
        variant = np.where(rng.random(n) < 0.6, 'control', 'treatment')
        treated = variant == 'treatment'
        spend = rng.lognormal(1, 0.7, n) * np.where(treated, 1.1, 1)
        liked = rng.random(n) < np.where(treated, 0.4, 0.3)
        margin = float(rng.uniform(0.1, 1.2))
        server.load('log', 'variant text, spend float8, liked boolean',
                    [(v, float(s), 't' if k else 'f') for v, s, k in zip(variant, spend, liked)])
        spec = {'spend': {'direction': 'lower'}, 'liked': {'direction': 'higher'},
                'guard': {'column': 'spend', 'role': 'guardrail', 'direction': 'lower', 'margin': margin}}
        result = card(server, 'log', spec, sequential='always-valid', planned_n=planned, bayes=True)
        checks.check(all(row['rule'] == 'always-valid' for row in result), n, [r['rule'] for r in result], 'one rule')
        c, t = spend[~treated], spend[treated]
        kappa = 8.2 * len(c) / planned
        errors, diff = arm_errors(c, t), t.mean() - c.mean()
        row = of_metric(result, 'spend')
        checks.held(n, 'mean on any day', row['p_value'], max(any_day_p(diff / e, df, kappa) for e, df in errors), 1e-9)
        checks.held(n, 'P(lower)', row['prob_better'], float(scipy.stats.norm.cdf(-diff / errors[1][0])), 1e-9)
        row, wanted = of_metric(result, 'guard'), max(any_day_p((diff - margin) / e, df, kappa, -1) for e, df in errors)
        checks.held(n, 'margin on any day', row['p_value'], wanted if wanted <= 0.5 else 1.0, 1e-7)
        checks.check(row['verdict'] == 'not worse' if wanted < 0.05 else row['verdict'] != 'not worse', n,
                     row['verdict'], wanted)
        x, y = (int(liked[v].sum()) for v in (~treated, treated))
        rate = (x + y) / n
        # the score statistic, with the factor n / (n - 1) of Miettinen and Nurminen
        z = (y / len(t) - x / len(c)) / math.sqrt(rate * (1 - rate) * (1 / len(c) + 1 / len(t)) * n / (n - 1))
        row = of_metric(result, 'liked')
        checks.held(n, 'rate on any day', row['p_value'], any_day_p(z, n - 2, kappa), 1e-9)
        control, treatment = (scipy.stats.beta(1 + s, 1 + m - s) for s, m in ((x, len(c)), (y, len(t))))
        wanted, _ = scipy.integrate.quad(lambda p: treatment.pdf(p) * control.cdf(p), 0, 1, epsabs=0, epsrel=1e-10,
                                         points=(treatment.mean(), control.mean()), limit=400)
        checks.held(n, 'P(better rate)', row['prob_better'], wanted, 1e-8)


if __name__ == '__main__':
    run_sections(__file__, [
        ('case study', seeded(SEED, check_case_study)),
        ('models', check_models),
        ('pairs', seeded(SEED + 1, check_pairs)),
        ('logs', seeded(SEED + 2, check_logs)),
        ('units', seeded(SEED + 3, check_units)),
        ('slices', seeded(SEED + 4, check_slices)),
        ('any day', seeded(SEED + 5, check_any_day)),
    ])
