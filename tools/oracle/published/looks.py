"""Tests with several looks."""
from published.asking import published, stats_tolerance


def run_peeking(server, case):
    """The upper side of a test that stops on either."""
    inputs = case['inputs']
    both = server.value('SELECT ab_peeking(%s, nominal_alpha => ARRAY[2 * 0.025::float8])', (inputs['looks'],))
    return published(case, {'upper_crossing_prob': both / 2})


def shaped(server, looks, delta, alpha):
    return [row[0] for row in server.rows(
        "SELECT z_bound FROM ab_spending(%s, alpha => %s, spending => 'wang-tsiatis', parameter => %s) ORDER BY look",
        (looks, alpha, delta))]


def each(case, name, got):
    return [('%s %d' % (name, k + 1), ours, wanted, stats_tolerance(case))
            for k, (ours, wanted) in enumerate(zip(got, case['expected'][name], strict=True))]


def run_obrien_fleming(server, case):
    inputs = case['inputs']
    return each(case, 'bounds', shaped(server, inputs['looks'], 0, inputs['alpha_two_sided']))


def run_wang_tsiatis(server, case):
    inputs = case['inputs']
    bounds = shaped(server, inputs['looks'], inputs['Delta'], inputs['alpha_two_sided'])
    return published(case, {'final_bound': bounds[-1]})


def run_pocock_inflation(server, case):
    inputs = case['inputs']
    got = server.value("SELECT ab_inflation(%s, alpha => %s, power => %s, spending => 'wang-tsiatis', parameter => 0.5)",
                       (inputs['looks'], inputs['alpha_two_sided'], inputs['power']))
    return published(case, {'max_n_pct': 100 * got})


def run_power_family(server, case):
    inputs = case['inputs']
    assert inputs['sides'] == 2
    got = [row[0] for row in server.rows(
        "SELECT nominal_alpha FROM ab_spending(information => %s, alpha => %s, spending => 'power', parameter => %s) "
        'ORDER BY look', (inputs['info'], inputs['alpha'], inputs['rho']))]
    return each(case, 'adjusted_alpha', got)


def run_spending(server, case):
    """What is spent by a day.  They spend it on one side, and as the level of the day, which is another matter."""
    inputs = case['inputs']
    got = [1 - server.value("SELECT alpha_spent FROM ab_spending(%s, alpha => %s, alternative => 'greater') "
                            'WHERE look = %s', (days, 1 - inputs['confidence'], day)) for days, day in inputs['cases']]
    return each(case, 'level', got)


RUNNERS = {
    "sequential/type-I inflation of repeated z tests (upper side)": run_peeking,
    "group_sequential/O'Brien-Fleming": run_obrien_fleming,
    'group_sequential/Wang-Tsiatis final bound': run_wang_tsiatis,
    'group_sequential/Pocock max sample inflation': run_pocock_inflation,
    'group_sequential/power-family spending alpha*t^2': run_power_family,
    "group_sequential/O'Brien-Fleming-type spending (confidence level by day)": run_spending,
}
