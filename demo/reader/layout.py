"""Which arm a record belongs to: a column says it, or the file does, or each
arm has columns of its own."""

import difflib
import os
import re

from .meaning import is_missing
from .refusal import Refusal, listed, shown

LINE = 'line'		# --pair line, --pair none: words that are no columns
NONE = 'none'
JOINTS = '_-. :/'
WRITTEN = re.compile(r'_\d{4}-\d\d-\d\dT\d\d[-:]\d\d[-:]\d\d(\.\d+)?$')


def find_column(name, names, option):
    """The column that an option names."""
    if name in names:
        return name
    wanted = ' '.join(name.split()).casefold()
    alike = [column for column in names if column.casefold() == wanted]
    if len(alike) == 1:
        return alike[0]
    near = difflib.get_close_matches(name, names, 1)
    raise Refusal(f'there is no column {shown(name)} ({option})' + (f': did you mean {shown(near[0])}?' if near else '.') +
                  f' The columns are: {listed(names, 30)}.' +
                  (' If a title stands above their names, delete it.' if len(names) == 1 else ''))


def file_arms(paths):
    """A name for each file: what distinguishes their paths."""
    def stem(path):
        name = os.path.basename(path)
        for ending in ('.gz', '.bz2', '.xz', '.zip'):
            name = name.removesuffix(ending)
        # When it was written distinguishes no variants.
        return WRITTEN.sub('', os.path.splitext(name)[0])

    names = [stem(path) for path in paths]
    if len(set(names)) < len(names):
        names = [os.path.basename(os.path.dirname(os.path.abspath(path))) for path in paths]
    if len(set(names)) < len(names):
        names = paths
    if len(set(names)) < len(names):
        raise Refusal(f'a file is named twice: {listed(paths)}')
    return names


def same_number(one, other):
    try:
        return float(one) == float(other)
    except ValueError:
        return False


def keep(table, conditions):
    """Keeps the records that --where asks for: each is COLUMN=VALUE, without a
    value those in which the column is missing."""
    for condition in conditions:
        # Of name=value=more both cuts can be meant: the column decides.
        cuts = [place for place, letter in enumerate(condition) if letter == '=']
        if not cuts:
            raise Refusal(f'--where {condition} is not like COLUMN=VALUE')
        cut = next((cut for cut in cuts if condition[:cut] in table.names), cuts[0])
        place = table.names.index(find_column(condition[:cut], table.names, '--where'))
        wanted = condition[cut + 1:].strip()
        seen = {}
        for _, cells in table.records():
            seen[cells[place].strip()] = None
        taken = {cell for cell in seen if (is_missing(cell) if not wanted else cell == wanted)}
        taken = taken or {cell for cell in seen if cell.casefold() == wanted.casefold() or same_number(cell, wanted)}
        if not taken:
            raise Refusal(f'{table.path}: no row has {table.names[place]} {shown(wanted)} (--where). Its values are: '
                          f'{listed(map(shown, seen), 8)}.')
        table.records = kept(table.records, place, taken)
        table.notes.append(f'only {table.names[place]} = {wanted}' if wanted else f'only without {table.names[place]}')


def kept(records, place, taken):
    def chosen():
        for line, cells in records():
            if cells[place].strip() in taken:
                yield line, cells
    return chosen


class Rows:
    """Rows of cells under names, each with its arm, of any layout."""

    def __init__(self, names, arms=None):
        self.names = names
        self.arms = arms		# where they are known before reading, the control first

    def __iter__(self):
        """(path, line, place, arm or None, cells)"""
        raise NotImplementedError


class Long(Rows):
    """A column names the arm."""

    def __init__(self, tables, variant):
        super().__init__(shared_names(tables, may_miss))
        self.tables = tables
        self.variant = variant

    def __iter__(self):
        for table in self.tables:
            take = [table.names.index(name) if name in table.names else None for name in self.names]
            arm = table.names.index(self.variant)
            for place, (line, cells) in enumerate(table.records()):
                yield table.path, line, place, cells[arm], ['' if i is None else cells[i] for i in take]


class Files(Rows):
    """A file is an arm."""

    def __init__(self, tables, arms):
        super().__init__(shared_names(tables), arms)
        self.tables = tables

    def __iter__(self):
        for table, arm in zip(self.tables, self.arms):
            take = [table.names.index(name) for name in self.names]
            for place, (line, cells) in enumerate(table.records()):
                yield table.path, line, place, arm, [cells[i] for i in take]


class Wide(Rows):
    """A column is an arm, or each metric has a column an arm."""

    def __init__(self, table, arms, metrics, pair):
        self.table = table
        self.metrics = metrics		# name of a metric: {arm: column}
        used = {column for columns in metrics.values() for column in columns.values()}
        self.shared = [name for name in table.names if name not in used]
        self.pair = pair
        names = self.shared + list(metrics)
        self.line = None
        if pair is None:
            self.line = LINE
            while self.line in names:
                self.line += '_'
            names = names + [self.line]
        super().__init__(names, arms)

    def shorter(self):
        """A column that ends before the others, and by how many lines."""
        last, lines = {}, 0
        places = [(name, self.table.names.index(name)) for columns in self.metrics.values()
                  for name in columns.values()]
        for lines, (_, cells) in enumerate(self.table.records(), start=1):
            for name, place in places:
                if not is_missing(cells[place]):
                    last[name] = lines
        name, _ = min(places, key=lambda column: last.get(column[0], 0))
        behind = max(last.values(), default=0) - last.get(name, 0)
        return (name, behind) if behind else None

    def __iter__(self):
        shared = [self.table.names.index(name) for name in self.shared]
        take = {arm: [self.table.names.index(columns[arm]) if arm in columns else None
                      for columns in self.metrics.values()] for arm in self.arms}
        for place, (line, cells) in enumerate(self.table.records()):
            for arm in self.arms:
                row = [cells[i] for i in shared] + ['' if i is None else cells[i] for i in take[arm]]
                if self.line:
                    row.append(str(place + 1))
                yield self.table.path, line, place, arm, row


def may_miss(table, name):
    """Whether a column that is not in the table is missing there in all rows:
    objects write no name without a value."""
    return table.kind == 'an object' or any(name.startswith(f'{outer}.') for outer in table.names)


def shared_names(tables, absent=lambda table, name: False):
    """The columns that all of the files have, or may be said to have."""
    names = [name for name in dict.fromkeys(name for table in tables for name in table.names)
             if all(name in table.names or absent(table, name) for table in tables)]
    if not names:
        raise Refusal('the files have no column in common: ' +
                      '; '.join(f'{table.path} has {listed(table.names, 8)}' for table in tables))
    for table in tables:
        alone = [name for name in table.names if name not in names]
        if alone:
            table.notes.append(f'not in every file: {listed(alone)}')
    return names


def wide_metrics(names, arms, outcomes):
    """Columns of each arm: base and tuned, or score_base and score_tuned."""
    if all(arm in names for arm in arms):
        metric = outcomes[0] if len(outcomes) == 1 and outcomes[0] not in names else 'value'
        return {metric: {arm: arm for arm in arms}}
    metrics = {}
    for name in names:
        for arm in arms:
            for metric in part_without(name, arm):
                metrics.setdefault(metric, {})[arm] = name
    # Each metric that the control and a treatment have.
    return {metric: columns for metric, columns in metrics.items() if arms[0] in columns and len(columns) > 1}


def part_without(name, arm):
    if name.startswith(arm) and len(name) > len(arm) + 1 and name[len(arm)] in JOINTS:
        return [name[len(arm) + 1:]]
    if name.endswith(arm) and len(name) > len(arm) + 1 and name[-len(arm) - 1] in JOINTS:
        return [name[:-len(arm) - 1]]
    return []
