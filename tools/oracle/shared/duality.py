"""Whether a verdict, its p-value and its intervals agree: p < alpha exactly where an interval excludes the null."""

INTERVALS = (('diff_low', 'diff_high'), ('lift_low_pct', 'lift_high_pct'))


def excludes(low, high, null=0):
    """An end that is None is open."""
    return (low is not None and low > null) or (high is not None and high < null)


def statements(row, alpha=None, p='p_value', intervals=INTERVALS, null=0, required=0):
    """What the columns of a row say: (name, whether it agrees with p < alpha, what it says, what it should).

    An interval without any end is none and says nothing, but for the first 'required' of them.
    """
    significant = row[p] < (row['alpha'] if alpha is None else alpha)
    yield 'significant', row['significant'] == significant, row['significant'], '%s, %s=%r' % (significant, p, row[p])
    for k, (low, high) in enumerate(intervals):
        ends = row[low], row[high]
        if k < required or ends != (None, None):
            yield (low + '..' + high, excludes(*ends, null) == significant, ends,
                   'excludes %g: %s, %s=%r' % (null, significant, p, row[p]))


def contradictions(row, **how):
    """The mismatches among those."""
    return [(name, says, should, None) for name, agrees, says, should in statements(row, **how) if not agrees]


def sql_contradictions(lift='true'):
    """SELECT items over rows r: how many there are, contradict by the difference, the lift and p, and are significant.

    'lift' is a condition on the rows whose lift must agree.
    """
    def by(low, high):
        return '(coalesce(r.%s > 0, false) OR coalesce(r.%s < 0, false)) <> r.significant' % (low, high)
    return '''count(*), count(*) FILTER (WHERE %s), count(*) FILTER (WHERE %s AND %s),
        count(*) FILTER (WHERE r.significant <> (r.p_value < r.alpha)), count(*) FILTER (WHERE r.significant)''' % (
            by(*INTERVALS[0]), lift, by(*INTERVALS[1]))
