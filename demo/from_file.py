#!/usr/bin/env python3
"""Reads the file of a comparison, says what it was taken for, and writes a
script for psql: a table of clean values and the call of ab_scorecard.

    from_file.py SCRIPT FILE... [OPTION]...

./demo.sh calls it before anything is built and lists the options.  The exit
status is 2 where the file or the command cannot be meant."""

import argparse
import json
import os
import re
import shlex
import sys
import textwrap

from reader.layout import LINE, NONE, Files, Long, Wide, file_arms, find_column, keep, same_number, wide_metrics
from reader.load import write_script
from reader.meaning import MISSING, Column, is_missing, look
from reader.parquet import is_parquet, read_parquet
from reader.records import read_table, separator_named
from reader.refusal import Refusal, listed, shown
from reader.text import read_text

ARMS_AT_MOST = 200
METRICS_AT_MOST = 200
# Names of columns that say who or what a row is about.
CAMEL = re.compile(r'.*[a-z](Id|ID|Uuid|UUID)')
SNAKE = re.compile(r'(.*[ _.:-])?(id|ids|uuid|guid|zip|(zip|postal)?[ _]?code)|postcode', re.IGNORECASE)
SUBJECTS = {'user', 'users', 'session', 'prompt', 'question', 'customer', 'visitor', 'subject', 'participant', 'dialog',
            'conversation', 'example', 'item', 'input', 'email'}
DAYS = {'day', 'date', 'week', 'month', 'hour', 'ds', 'datum', 'tag', 'timestamp', 'time'}
INDEXES = {'index', 'rownames', 'row', 'row number', 'rowid', 'nr', 'no.', '#', 'obs', 'line'}


class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise Refusal(message)


def arguments(words):
    parser = Parser(prog='demo.sh', add_help=False, allow_abbrev=False)
    parser.add_argument('script')
    parser.add_argument('files', nargs='+', metavar='FILE')
    for option in ('variant', 'control', 'unit', 'pair', 'slice', 'split', 'metrics', 'delimiter', 'encoding'):
        parser.add_argument('--' + option)
    for option in ('outcome', 'higher', 'lower', 'treatment', 'missing', 'where'):
        parser.add_argument('--' + option, action='append', default=[])
    parser.add_argument('--alpha', type=float, default=0.05)
    parser.add_argument('--correction', default='holm')
    parser.add_argument('--decimal', choices=['.', ','])
    parser.add_argument('--html', default='report.html')
    asked = parser.parse_intermixed_args(words)
    if not 0 < asked.alpha <= 0.5:
        raise Refusal(f'--alpha {asked.alpha:g} is not a significance level above 0 and at most 0.5: 0.05 is usual')
    folder = os.path.dirname(os.path.abspath(asked.html))
    if not os.path.isdir(folder):
        raise Refusal(f'there is no folder {folder} for --html {asked.html}')
    if os.path.isdir(asked.html) or not os.access(asked.html if os.path.exists(asked.html) else folder, os.W_OK):
        raise Refusal(f'{asked.html} cannot be written: --html PATH puts the report elsewhere')
    if asked.delimiter is not None:
        asked.delimiter = separator_named(asked.delimiter)
    MISSING.update(word.strip().lower() for word in asked.missing)
    return asked


def several(values, names):
    """Values of an option that can be repeated or hold a list with commas; one
    that is a name as it stands is that."""
    result = []
    for value in values:
        for part in [value] if value in names else value.split(','):
            if part.strip() and part.strip() not in result:
                result.append(part.strip())
    return result


def read_metrics(path):
    if path is None:
        return None
    text, _ = read_text(path)
    try:
        metrics = json.loads(text)
    except json.JSONDecodeError as error:
        raise Refusal(f'{path}, line {error.lineno}: this is no JSON: {error.msg}') from error
    if not isinstance(metrics, dict) or not all(isinstance(value, dict) for value in metrics.values()):
        raise Refusal(f'{path} is an object with an object a metric, such as {{"score": {{"direction": "higher"}}}}')
    return metrics


#
# The layout
#


def choose_layout(asked, tables):
    if asked.variant is not None:
        names = [name for name in tables[0].names if all(name in table.names for table in tables)]
        return Long(tables, find_column(asked.variant, names, '--variant'))
    if len(tables) > 1:
        return Files(tables, order_arms(file_arms(asked.files), asked))
    table = tables[0]
    treatments = several(asked.treatment, table.names)
    if asked.control is not None and treatments:
        arms = [asked.control] + treatments
        outcomes = several(asked.outcome, table.names)
        metrics = wide_metrics(table.names, arms, outcomes)
        if metrics:
            pair = asked.pair if asked.pair not in (None, LINE, NONE) else None
            return Wide(table, arms, metrics, pair)
    variants = [name for name in table.names if name.casefold() == 'variant']
    if len(variants) == 1:
        return Long(tables, variants[0])
    raise Refusal('--variant says which column names the variants (or --control and --treatment two columns, or give a '
                  f'file per variant). The columns of {table.path} are: {listed(table.names, 30)}.')


def order_arms(arms, asked):
    """The arms of files: the control is the first unless --control says else."""
    if asked.control is None:
        return arms
    for arm, path in zip(arms, asked.files):
        if asked.control in (arm, path, os.path.basename(path)):
            asked.control = arm
            return arms
    raise Refusal(f'--control {asked.control} is none of the files: they are {listed(arms)}')


def find_arm(name, seen, option):
    if name in seen:
        return name
    alike = [arm for arm in seen if arm.casefold() == name.strip().casefold() or same_number(arm, name)]
    if len(alike) == 1:
        return alike[0]
    raise Refusal(f'no row has the variant {shown(name)} ({option}). The variants are: {listed(seen, 30)}.')


def choose_arms(asked, rows, seen):
    """The control and the treatments, of the arms that were seen."""
    if not seen:
        raise Refusal(f'no row says its variant: the column {shown(rows.variant)} is empty')
    if len(seen) > ARMS_AT_MOST:
        raise Refusal(f'{shown(rows.variant)} has more than {ARMS_AT_MOST} values: --variant names a column with the '
                      'variants of the experiment')
    treatments = [find_arm(name, seen, '--treatment') for name in several(asked.treatment, seen)]
    if asked.control is not None:
        control = find_arm(asked.control, seen, '--control')
    elif rows.arms:
        control = rows.arms[0]
    elif 'control' in seen:
        control = 'control'
    else:
        raise Refusal(f'--control says which variant to compare against: {listed(seen, 30)}')
    if control in treatments:
        raise Refusal(f'{shown(control)} is the control and a treatment: --control and --treatment name different ones')
    if not treatments:
        treatments = [arm for arm in seen if arm != control]
    if not treatments:
        raise Refusal(f'every row has the variant {shown(control)}: there is nothing to compare it with')
    return control, treatments


def shares(text, arms):
    """--split as shares by arm: 80/20, base=80,tuned=20, or JSON."""
    if text is None:
        return None
    wrong = Refusal(f'--split {text} is not like {"/".join(["50"] * len(arms))} or '
                    f'{",".join(arm + "=50" for arm in arms)}, with a share for each of: {listed(arms)}')
    try:
        if text.lstrip().startswith('{'):
            parts = {str(arm): float(share) for arm, share in json.loads(text).items()}
        elif '=' in text:
            parts = {arm.strip(): float(share) for arm, share in (part.rsplit('=', 1) for part in text.split(','))}
        else:
            parts = dict(zip(arms, map(float, re.split('[/:]', text)), strict=True))
    except (ValueError, TypeError, AttributeError) as error:
        raise wrong from error
    total = sum(parts.values())
    if set(parts) != set(arms) or not 0 < total < float('inf') or min(parts.values()) <= 0:
        raise wrong
    return {arm: parts[arm] / total for arm in arms}


#
# The metrics
#


class Survey:
    """What a first reading of all rows saw."""

    def __init__(self, rows, arm_words, point):
        self.columns = {name: Column(name, point) for name in rows.names}
        self.rows = {}			# by arm
        self.unassigned = 0
        self.places = {}		# rows by file
        listed_columns = [self.columns[name] for name in rows.names]
        for path, line, place, arm, cells in rows:
            arm = arm.strip()
            if is_missing(arm) and arm not in arm_words:
                self.unassigned += 1
                arm = None
            else:
                self.rows[arm] = self.rows.get(arm, 0) + 1
            self.places[path] = place + 1
            for column, cell in zip(listed_columns, cells):
                if not column.add(cell, path, line, place) and arm is not None:
                    column.missing[arm] = column.missing.get(arm, 0) + 1

    def is_index(self, name):
        column = self.columns[name]
        rows = sum(self.places.values())
        counts = column.counted == column.present == rows
        if re.fullmatch(r'column 1_*|Unnamed: \d+', name):
            return True
        return counts and (rows >= 20 or name.casefold() in INDEXES)


def is_identifier(name):
    return bool(SNAKE.fullmatch(name) or CAMEL.fullmatch(name)) or name.casefold() in SUBJECTS


def references(metrics):
    """The columns that a file of metrics names, and who names them."""
    for name, how in metrics.items():
        if 'column' not in how:
            yield name, name
        for key in ('column', 'denominator', 'covariate', 'denominator_covariate'):
            if isinstance(how.get(key), str):
                yield how[key], name


def directed(metrics, directions):
    """The metrics with the direction in which each is better."""
    for name, direction in directions.items():
        if name not in metrics:
            raise Refusal(f'{shown(name)} is no outcome, so --{direction} means nothing for it')
        metrics[name]['direction'] = direction
    return metrics


def choose_metrics(asked, rows, survey, roles):
    """{column: meaning} to load, the metrics as JSON or None, and what is left out."""
    left_out = {}
    for column in survey.columns.values():
        column.decide(asked.decimal)
    metrics = read_metrics(asked.metrics)
    outcomes = several(asked.outcome, rows.names)
    if isinstance(rows, Wide):
        outcomes = [name for name in outcomes if name in rows.names or '/' in name]
    if metrics is not None and outcomes:
        raise Refusal('--metrics names the outcomes already: leave --outcome out')
    directions = {}
    for direction in ('higher', 'lower'):
        for name in several(getattr(asked, direction), rows.names + outcomes):
            name = name if name in outcomes else find_column(name, rows.names, '--' + direction)
            if name in directions:
                raise Refusal(f'{shown(name)} is better both --higher and --lower')
            directions[name] = direction
    if metrics is not None and directions:
        raise Refusal('--metrics says the directions already: leave --higher and --lower out')
    if metrics is None and outcomes:
        metrics = {}
        for outcome in outcomes:
            parts = outcome.split('/')
            if outcome not in rows.names and len(parts) == 2 and all(parts):
                over, under = (find_column(part.strip(), rows.names, '--outcome') for part in parts)
                metrics[f'{over}/{under}'] = {'column': over, 'statistic': 'ratio', 'denominator': under}
            else:
                metrics[find_column(outcome, rows.names, '--outcome')] = {}
        directed(metrics, directions)
    if metrics is not None:
        wanted = {}
        for name, metric in references(metrics):
            column = survey.columns[find_column(name, rows.names, f'metric {metric}')]
            if column.name != name:
                raise Refusal(f'{asked.metrics}: there is no column {shown(name)}, write {shown(column.name)}')
            if column.meaning == 'text':
                raise Refusal(column.at(column.unread) + ' is no number, and most of the column is none')
            if column.fault:
                raise Refusal(column.fault)
            if column.meaning == 'nothing':
                raise Refusal(f'the column {shown(name)} is empty')
            wanted[name] = column
        return wanted, metrics, left_out

    chosen = {}
    for name, column in survey.columns.items():
        if name in roles:
            continue
        if survey.is_index(name):
            left_out[name] = 'counts the lines'
        elif is_identifier(name):
            left_out[name] = 'an identifier'
        elif column.meaning == 'nothing':
            left_out[name] = 'empty'
        elif not column.varies:
            left_out[name] = f'always {shown(column.first, 20)}'
        elif column.meaning == 'text':
            left_out[name] = f'text: {shown(column.unread[2], 20)} in line {column.unread[1]}'
        else:
            chosen[name] = column
    for column in chosen.values():
        if column.fault:
            others = [name for name, other in chosen.items() if not other.fault]
            raise Refusal(column.fault + (f' (or leave the column out: --outcome {listed(others)})' if others else ''))
    if not chosen:
        raise Refusal('no column has numbers or yes and no to compare' +
                      (': ' + '; '.join(f'{name} ({why})' for name, why in left_out.items()) if left_out else ''))
    if len(chosen) > METRICS_AT_MOST:
        raise Refusal(f'{len(chosen)} columns have numbers: name those to compare with --outcome')
    return chosen, directed({name: {} for name in chosen}, directions), left_out


#
# What is worth saying
#


class Repeats:
    """How often the values of a column come again, by arm."""

    def __init__(self):
        self.values = {}
        self.rows = 0

    def add(self, arm, value):
        if value.strip():
            self.rows += 1
            self.values.setdefault(arm, set()).add(value)

    def once(self):
        return self.rows == sum(map(len, self.values.values()))

    def in_both(self):
        sets = list(self.values.values())
        return len(sets) > 1 and len(set.intersection(*sets)) >= 0.5 * min(map(len, sets))


def repeats(rows, arms, names):
    """How often the values of these columns come again in these arms."""
    found = {name: Repeats() for name in names}
    places = [(rows.names.index(name), found[name]) for name in names]
    for _, _, _, arm, cells in rows if names else []:
        arm = arm.strip()
        if arm in arms:
            for place, values in places:
                values.add(arm, cells[place])
    return found


def check_units(rows, arms, roles):
    """A unit belongs to one variant, or it is none."""
    for name, values in repeats(rows, arms, [name for name in roles if roles[name] == 'unit']).items():
        units = set().union(*values.values.values())
        several_arms = len(units) - len([unit for unit in units if sum(unit in own for own in values.values.values()) == 1])
        if 2 * several_arms > len(units):
            raise Refusal(f'{several_arms} of {len(units)} values of {shown(name)} have rows of several variants, and '
                          f'such units are left out: --pair {shlex.quote(name)} compares within each')


def hints(rows, survey, arms, roles, metrics):
    """Columns that look like a unit, a pair or a day and are not said to be one."""
    if not isinstance(rows, (Long, Files)) or 'unit' in roles.values() or 'pair' in roles.values():
        return []
    watched = [name for name in rows.names if name not in roles and name not in metrics and
               survey.columns[name].present and not survey.is_index(name) and (is_identifier(name) or name.casefold() in DAYS)]
    said = []
    for name, values in repeats(rows, arms, watched).items():
        if values.once() and values.in_both():
            if name.casefold() in DAYS:
                if not any(how.get('statistic') == 'ratio' for how in metrics.values()):
                    said.append(f'every {name} has one row a variant: if the rows are totals of a day, compare a rate '
                                'of them, such as --outcome clicks/pageviews')
            else:
                said.append(f'every {name} stands once in each variant: if it is the same one, such as a prompt that '
                            f'both answered, --pair {shlex.quote(name)} compares within it')
        elif not values.once() and not values.in_both() and name.casefold() not in DAYS:
            count = sum(map(len, values.values.values()))
            said.append(f'{name} has {values.rows / count:.1f} rows a value, and rows of one {name} may be alike: '
                        f'--unit {shlex.quote(name)} counts each once')
    return said[:3]


def say(label, sentence):
    print(textwrap.fill(sentence, 100, initial_indent=f'  {label:<10}' if label else '', subsequent_indent=' ' * 12,
                        break_long_words=False, break_on_hyphens=False))


def describe(tables, rows, survey, arms, roles, columns, left_out, said):
    for table in tables:
        say('', f'{table.path}: ' + ', '.join([f'{survey.places.get(table.path, 0)} rows', *table.notes]))
    control, treatments = arms
    counts = [f'{control} (control) {survey.rows[control]}'] + [f'{arm} {survey.rows[arm]}' for arm in treatments]
    others = {arm: n for arm, n in survey.rows.items() if arm != control and arm not in treatments}
    if others:
        counts.append(f'not compared: {sum(others.values())} of {listed(others)}')
    if survey.unassigned:
        counts.append(f'{survey.unassigned} without a variant')
    say('rows:', listed(counts, 40))
    for role in ('pair', 'unit', 'slice'):
        for name in [name for name in roles if roles[name] == role]:
            say(role + 's:', name)
    say('metrics:', listed((f'{name} ({column.words_for()})' for name, column in columns.items()), 40))
    if left_out:
        say('not used:', listed((f'{name} ({why})' for name, why in left_out.items()), 40))
    gaps = []
    for name, column in columns.items():
        if any(column.missing.get(arm) for arm in [control] + treatments):
            gaps.append(f'{name} ' + ', '.join(f'{arm} {column.missing.get(arm, 0)}' for arm in [control] + treatments))
    if gaps:
        say('missing:', '; '.join(gaps))
    for sentence in said:
        say('note:', sentence)


def choose_roles(asked, rows):
    """{column: role} of the columns that are no metrics."""
    roles = {}
    if isinstance(rows, Long):
        roles[rows.variant] = 'variant'
    for option in ('unit', 'pair', 'slice'):
        name = getattr(asked, option)
        if name is None or option == 'pair' and name in (LINE, NONE) and name not in rows.names:
            continue
        column = find_column(name, rows.names, '--' + option)
        if column in roles:
            raise Refusal(f'--{option} {column} is the column of --{roles[column]} too')
        roles[column] = option
    if 'pair' in roles.values() and 'unit' in roles.values():
        raise Refusal('--pair and --unit exclude each other: a pair is compared within, so its rows need no unit')
    return roles


def pair_lines(asked, rows, survey, roles, said):
    """Whether the lines of a file with a column per arm are pairs."""
    if not isinstance(rows, Wide) or rows.line is None:
        if asked.pair in (LINE, NONE):
            raise Refusal(f'--pair {asked.pair} is for a file with a column per variant: --pair COLUMN names the pairs')
        return
    if asked.pair is None:
        short = rows.shorter()
        if short:
            raise Refusal(f'{rows.table.path}: {shown(short[0])} ends {short[1]} {"line" if short[1] == 1 else "lines"} before the others: '
                          '--pair none if each column is a list by itself, --pair line if a line is one thing seen '
                          'by both variants')
        said.append('a line has a value of each variant: lines are taken as pairs (--pair none if each column is a '
                    'list by itself)')
    roles[rows.line] = 'line' if asked.pair == NONE else 'pair'


def main(words):
    asked = arguments(words)
    tables = []
    for path in asked.files:
        if is_parquet(path):
            table = read_parquet(path)
        else:
            text, notes = read_text(path, asked.encoding)
            table = read_table(path, text, asked.delimiter, notes)
        keep(table, asked.where)
        tables.append(table)
    rows = choose_layout(asked, tables)
    roles = choose_roles(asked, rows)
    said = []
    arm_words = {word for word in [asked.control] + asked.treatment if word} | set(rows.arms or [])
    survey = Survey(rows, arm_words, all(table.point for table in tables))
    if not sum(survey.places.values()):
        raise Refusal(f'{listed(asked.files)}: there are names of columns and no rows')
    if rows.arms:
        for arm in rows.arms:
            survey.rows.setdefault(arm, 0)
    pair_lines(asked, rows, survey, roles, said)
    control, treatments = choose_arms(asked, rows, list(survey.rows))
    split = shares(asked.split, [control] + treatments)
    columns, metrics, left_out = choose_metrics(asked, rows, survey, roles)
    if asked.metrics is None and (asked.outcome or len(metrics) == 1):
        # The one that stands alone or was named first is the one to decide by.
        next(iter(metrics.values()))['role'] = 'primary'
    elif asked.metrics is None:
        said.append('no metric was named to decide by: --outcome NAME does (of several, the first)')
    check_units(rows, {control, *treatments}, roles)
    said += hints(rows, survey, {control, *treatments}, roles, metrics)
    describe(tables, rows, survey, (control, treatments), roles, columns, left_out, said)
    write_script(asked, rows, roles, columns, metrics, control, treatments, split)


if __name__ == '__main__':
    try:
        main(sys.argv[1:])
    except Refusal as refusal:
        print(f'demo.sh: {refusal}', file=sys.stderr)
        sys.exit(2)
    except RecursionError:
        print('demo.sh: objects are nested too deep to become columns: write a flat object a line', file=sys.stderr)
        sys.exit(2)
