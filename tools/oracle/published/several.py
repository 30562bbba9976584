"""Several treatments: adjusted p-values, Dunnett's test, analysis of variance."""
from published.asking import REL_P, REL_STATISTIC, load_arms, stats_tolerance

def adjustment(method):
    """The runner of a list of p-values."""
    def run(server, case):
        got = server.value('SELECT ab_adjust(%s::float8[], %s)', (case['inputs']['p'], method))
        exact = case.get('recomputed_50digit', case.get('recomputed'))['adjusted']
        published_tolerance = (stats_tolerance(case) if isinstance(case['tolerance'], dict)
                               else tuple(case['tolerance']))
        return [('p_adjusted', a, float(b), REL_P) for a, b in zip(got, exact)] + \
               [('published', a, b, published_tolerance) for a, b in zip(got, case['expected']['adjusted'])]
    return run


def run_dunnett(server, case):
    """Theirs carry the noise of a random rule; the recomputation is by quadrature."""
    inputs = case['inputs']
    load_arms(server, [('control', inputs['control'])] + list(zip('abcdefgh', inputs['treatments'])))
    rows = server.named("""
        SELECT r.* FROM (SELECT ab_summary(outcome, variant) s FROM observation) o,
             ab_compare(o.s, alternative => %s, equal_var => true,
                        correction => 'dunnett') r""", (inputs['alternative'],))
    exact = case['recomputed']
    found = []
    for i, row in enumerate(rows):
        found += [('statistic', row['statistic'], exact['statistic'][i], REL_STATISTIC),
                  ('p_adjusted', row['p_adjusted'], exact['p_value'][i], REL_P),
                  ('published statistic', row['statistic'], case['expected']['statistic'][i], stats_tolerance(case)),
                  ('published p', row['p_adjusted'], case['expected']['p_value'][i], stats_tolerance(case))]
    return found


ANOVA_NAMES = {'statistic': 'statistic', 'f_statistic': 'statistic', 'p_value': 'p_value', 'eta_squared': 'eta_squared',
               'df_between': 'df_between', 'df_within': 'df_within'}


def run_anova(server, case):
    """The classical one; sums of squares are not reported."""
    if 'groups' in case['inputs']:
        load_arms(server, zip('abcdefgh', case['inputs']['groups']))
    else:
        server.run('DROP TABLE IF EXISTS observation; CREATE TEMP TABLE observation AS '
                   'SELECT (i % 2)::text AS variant, i::float8 AS outcome FROM generate_series(0, 1048574) i')
    row = server.named("""
        SELECT r.* FROM (SELECT ab_summary(outcome, variant) s FROM observation) o,
            ab_anova(o.s, equal_var => true) r""")[0]
    exact, expected = case.get('recomputed_50digit', {}), case['expected']
    return [(name, row[ANOVA_NAMES[name]], exact[name], REL_P) for name in exact if name in ANOVA_NAMES] + \
           [('published ' + name, row[ANOVA_NAMES[name]], expected[name], tuple(case['tolerance']))
            for name in expected if name in ANOVA_NAMES]


def run_table(server, case):
    """Independence of a table, against the recomputation."""
    row = server.named('SELECT r.* FROM ab_chisquare_test(%s::float8[]) r', (case['inputs']['table'],))[0]
    return [(name, row[name], wanted, REL_P) for name, wanted in case['recomputed_50digit'].items()]


RUNNERS = {
    # sql_cases.json
    'anova': run_anova,
    'anova (k variants)': run_anova,
    'p_adjust_bonferroni': adjustment('bonferroni'),
    'p_adjust_holm': adjustment('holm'),
    'p_adjust_hochberg': adjustment('hochberg'),
    'p_adjust_BH': adjustment('bh'),
    'p_adjust_BY': adjustment('by'),
    # stats_cases.json
    'multiplicity/holm': adjustment('holm'),
    'chi2_independence': run_table,
    'multiplicity/holm_sidak': adjustment('holm-sidak'),
    'multiplicity/benjamini_yekutieli': adjustment('by'),
    'multiplicity/dunnett': run_dunnett,
}
