"""Text to records: separated values by the csv module, JSON by the json module."""

import ast
import csv
import functools
import io
import itertools
import json
import re
import sys

from .refusal import Refusal, listed, shown

# An answer of a model may be longer than the module's limit for a field.
csv.field_size_limit(sys.maxsize)

SEPARATORS = {',': 'commas', ';': 'semicolons', '\t': 'tabs', '|': 'bars (|)', ' ': 'spaces'}
SEPARATOR_WORDS = {'comma': ',', 'semicolon': ';', 'tab': '\t', '\\t': '\t', 'pipe': '|', 'bar': '|', 'space': ' '}
SAMPLE = 200


def separator_named(word):
    """What --delimiter means."""
    separator = SEPARATOR_WORDS.get(word.lower(), word)
    if len(separator) != 1 or separator in '"\r\n':
        raise Refusal(f'--delimiter {word} is not one character: write it, or comma, semicolon, tab, pipe or space')
    return separator


class Table:
    """Names, and records of as many cells, as often as asked for.

    point: whether 1.234 can only be a decimal point here."""

    def __init__(self, path, names, records, notes, point, kind):
        self.path = path
        self.names, renamed = distinct_names(names)
        self.records = records
        self.notes = notes + renamed
        self.point = point
        self.kind = kind


def distinct_names(names):
    """Every name once: line breaks are spaces, an empty name is that of its
    place, a repeated one gets a number.  And what was renamed."""
    result, notes, taken = [], [], {' '.join(name.split()) for name in names}
    for place, name in enumerate(names, start=1):
        clean = ' '.join(name.split())
        if not clean:
            clean = f'column {place}'
            while clean in taken:
                clean += '_'
            notes.append(f'{clean} has no name')
        elif clean in result:
            number = 2
            while f'{clean}_{number}' in taken:
                number += 1
            clean = f'{clean}_{number}'
            notes.append(f'column {place} is {clean}, as its name is taken')
        taken.add(clean)
        result.append(clean)
    return result, notes


#
# Separated values
#


def separated(text, separator, escape):
    """(line, cells) of each record that is not blank."""
    reader = csv.reader(io.StringIO(text, newline=''), delimiter=separator, strict=True,
                        doublequote=not escape, escapechar='\\' if escape else None)
    line = 1
    try:
        for cells in reader:
            if ''.join(cells).strip():
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise Refusal(f'line {line}: a field in quotation marks is not closed, or goes on behind them '
                      f'({error}): double the marks inside it, or --delimiter if the separator is another') from error


def first_records(text, separator, escape=False):
    try:
        return list(itertools.islice(separated(text, separator, escape), SAMPLE))
    except Refusal:
        return []


def fits(records):
    """Whether the records have one number of cells, more than one, and that of
    the header or one more (the names of the rows that R writes)."""
    if not records:
        return False
    header = len(records[0][1])
    others = {len(cells) for _, cells in records[1:]}
    return header > 1 and (others <= {header} or others == {header + 1})


def guess_separator(path, text):
    found = {separator: records for separator in (',', ';', '\t', '|')
             if fits(records := first_records(text, separator))}
    if not found and fits(first_records(text, ' ')):
        return ' '
    if found:
        # The one that leaves no other in the header; else the one that cuts most.
        widest = max(len(records[0][1]) for records in found.values())
        best = [separator for separator, records in found.items() if len(records[0][1]) == widest]
        if len(best) > 1:
            raise Refusal(f'{path} may be separated by {" or ".join(SEPARATORS[s] for s in best)}: '
                          '--delimiter says by which')
        return best[0]
    header = text.lstrip('\r\n').splitlines()[0]
    counts = {separator: header.count(separator) for separator in (',', ';', '\t', '|')}
    return max(counts, key=counts.get)


def read_separated(path, text, delimiter, notes):
    skipped = 0
    hint = re.match(r'"?sep=(.)"?(\r\n|\r|\n)', text)
    if hint:
        # Excel's own way to say it.
        text, skipped = text[hint.end():], 1
        separator, said = hint[1], 'as its first line says'
    if delimiter is not None:
        separator, said = delimiter, '--delimiter'
    elif not hint:
        separator, said = guess_separator(path, text), 'guessed'
    escape = ('\\"' in text and not first_records(text, separator) and bool(first_records(text, separator, True)))

    def raw():
        try:
            for line, cells in separated(text, separator, escape):
                yield line + skipped, cells
        except Refusal as refusal:
            raise Refusal(f'{path}, {refusal}') from refusal

    header = next(raw(), (0, []))[1]
    if all(re.fullmatch(r'\s*[-+]?[0-9.,]*[0-9][-+0-9.,eE]*\s*', cell) for cell in header) and (
            [cell.strip() for cell in header] != [str(place) for place in range(len(header))]):
        raise Refusal(f'{path}: the first line has numbers ({listed(header, 4)}): a line with the names of the '
                      'columns must stand above it')
    names = list(header)
    # R names the rows and not their column.  Behind a comma or a semicolon the
    # surplus cell may as well be the decimals of a number.
    if separator in '\t ' and {len(cells) for _, cells in itertools.islice(raw(), 1, SAMPLE)} == {len(header) + 1}:
        names.insert(0, '')
    width = len(names)

    def records():
        for line, cells in itertools.islice(raw(), 1, None):
            if len(cells) != width:
                if len(cells) < width or any(cell.strip() for cell in cells[width:]):
                    raise Refusal(f'{path}, line {line}: {len(cells)} {"cell" if len(cells) == 1 else "cells"} under {width} names'
                                  f' (separated by {SEPARATORS.get(separator, separator)}, {said}; else --delimiter)' +
                                  (': if a title stands above the names of the columns, delete it' if width == 1 else
                                   ': if the first column has no name, begin the first line with the separator'
                                   if len(cells) == width + 1 else ''))
                del cells[width:]
            yield line, cells

    if width > 1 or delimiter is not None:
        notes = [f'separated by {SEPARATORS.get(separator, separator)} ({said})'] + notes
    if escape:
        notes.append('quotation marks are escaped by \\')
    # Who puts a semicolon may have needed the comma for decimals.
    return Table(path, names, records, notes, separator != ';', 'a line')


#
# JSON
#


def once(pairs):
    """An object; json would keep the last of two values of a name."""
    result = dict(pairs)
    if len(result) < len(pairs):
        names = [name for name, _ in pairs]
        raise Refusal(f'{shown(next(name for name in names if names.count(name) > 1))} stands twice in one object')
    return result


def printable(text):
    """Without what JSON can write and no text of PostgreSQL can hold: zero
    characters and halves of characters."""
    return text.replace('\0', '\ufffd').encode('utf-8', 'surrogatepass').decode('utf-8', 'replace')


def flat(record, prefix=''):
    """Cells by name, objects inside objects as outer.inner."""
    for key, value in record.items():
        key = printable(str(key))
        if isinstance(value, dict):
            yield from flat(value, f'{prefix}{key}.')
        elif value is None:
            yield prefix + key, ''
        elif isinstance(value, bool):
            yield prefix + key, 'true' if value else 'false'
        elif isinstance(value, str):
            yield prefix + key, printable(value)
        elif isinstance(value, (int, float)):
            yield prefix + key, repr(value)
        else:
            yield prefix + key, json.dumps(value, default=str)


def values_of(path, text):
    """(offset, value) of JSON values one after the other, the elements of an
    array one by one."""
    decoder = json.JSONDecoder(object_pairs_hook=once)
    blank = re.compile(r'[\s\x1e]*')  # JSON text sequences begin each with a record separator
    place = blank.match(text).end()
    inside = text.startswith('[', place)
    if inside:
        place = blank.match(text, place + 1).end()
    while place < len(text) and not (inside and text[place] == ']'):
        try:
            value, end = decoder.raw_decode(text, place)
        except (json.JSONDecodeError, RecursionError) as error:
            at = getattr(error, 'pos', place)
            raise Refusal(f'{path}, line {line_at(text, at)}: this is no JSON: {getattr(error, "msg", error)}') from error
        except Refusal as refusal:
            raise Refusal(f'{path}, line {line_at(text, place)}: {refusal}') from refusal
        yield place, value
        place = blank.match(text, end).end()
        if inside:
            if place >= len(text):
                raise Refusal(f'{path}: the array is not closed, the file may be cut off')
            if text[place] == ',':
                place = blank.match(text, place + 1).end()
            elif text[place] != ']':
                raise Refusal(f'{path}, line {line_at(text, place)}: this is no JSON: a comma or ] was expected')
    if inside:
        if place >= len(text):
            raise Refusal(f'{path}: the array is not closed, the file may be cut off')
        if text[place + 1:].strip():
            raise Refusal(f'{path}, line {line_at(text, place + 1)}: there is something behind the array')


def line_at(text, place):
    return text.count('\n', 0, place) + 1


def only_array(value):
    """The array of objects in an object: its results, or the only one."""
    while isinstance(value.get('results'), dict):
        value = value['results']
    arrays = {name: item for name, item in value.items()
              if isinstance(item, list) and item and all(isinstance(element, dict) for element in item)}
    return arrays.get('results') or (list(arrays.values())[0] if len(arrays) == 1 else None)


def by_keys(outer):
    """The records of an object of objects with the same keys, of which either
    those outside or those inside number the rows, as pandas writes them."""
    columns = list(outer.values())
    if not columns or not all(isinstance(column, dict) and column.keys() == columns[0].keys() for column in columns):
        return None
    if columns[0] and all(key.isdigit() for key in columns[0]):
        return [{name: column[key] for name, column in outer.items()} for key in columns[0]]
    return columns if all(key.isdigit() for key in outer) else None


def read_json(path, text, notes):
    values = []
    line, counted = 1, 0
    for place, value in values_of(path, text):
        line, counted = line + text.count('\n', counted, place), place
        values.append((line, value))
    if len(values) == 1 and isinstance(values[0][1], dict):
        outer = values[0][1]
        if set(outer) >= {'columns', 'data'} and all(isinstance(row, list) for row in outer['data']):
            if any(len(row) != len(outer['columns']) for row in outer['data']):
                raise Refusal(f'{path} has rows with more or fewer cells than names')
            values = [(1, once(list(zip(map(str, outer['columns']), row)))) for row in outer['data']]
        elif (inner := only_array(outer)) is not None:
            values = [(1, element) for element in inner]
        elif (inner := by_keys(outer)) is not None:
            values = [(1, element) for element in inner]
        elif outer and all(isinstance(column, (dict, list)) for column in outer.values()):
            raise Refusal(f'{path} is an object of objects or arrays: write an object a row, in pandas '
                          "to_json(..., orient='records', lines=True)")
    for line, value in values:
        if not isinstance(value, dict):
            raise Refusal(f'{path}, line {line}: a record is an object with names, this is {shown(json.dumps(value))}')
    return table_of(path, values, ['JSON'] + notes)


def table_of(path, values, notes):
    """A table of (line, object)."""
    names, rows = {}, []
    for line, value in values:
        try:
            cells = once(list(flat(value)))
        except Refusal as refusal:
            raise Refusal(f'{path}, line {line}: {refusal}') from refusal
        names.update(dict.fromkeys(cells))
        rows.append((line, cells))
    if not names:
        raise Refusal(f'{path} has no records')
    order = list(names)

    def records():
        for line, cells in rows:
            yield line, [cells.get(name, '') for name in order]

    return Table(path, order, records, notes, True, 'an object')


#
# Objects in cells
#


def object_of(cell):
    """The cells by name of the object that a cell holds, as JSON or as Python
    prints it, or None."""
    for parse in (functools.partial(json.loads, object_pairs_hook=once), ast.literal_eval):
        try:
            value = parse(cell)
        except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
            continue
        return once(list(flat(value))) if isinstance(value, dict) else None
    return None


def opened(table):
    """The table with each column of objects as columns outer.inner."""
    if len(table.names) < 2:
        return table
    places = set(range(len(table.names)))
    for _, cells in itertools.islice(table.records(), SAMPLE):
        places = {place for place in places if not cells[place].strip() or cells[place].lstrip().startswith('{')}
    if not places:
        return table
    # Reading them again for every reading of the table would take too long.
    rows = []
    inner = {place: {} for place in sorted(places)}
    for line, cells in table.records():
        found = {}
        for place in list(inner):
            try:
                found[place] = object_of(cells[place]) if cells[place].strip() else {}
            except Refusal as refusal:
                raise Refusal(f'{table.path}, line {line}, column {table.names[place]}: {refusal}') from refusal
            if found[place] is None:
                del inner[place]
            else:
                inner[place].update(dict.fromkeys(found[place]))
        rows.append((line, cells, found))
    inner = {place: list(names) for place, names in inner.items() if names}
    if not inner:
        return table
    names = []
    for place, name in enumerate(table.names):
        names += [f'{name}.{key}' for key in inner[place]] if place in inner else [name]

    def records():
        for line, cells, found in rows:
            wider = []
            for place, cell in enumerate(cells):
                if place in inner:
                    wider += [found[place].get(key, '') for key in inner[place]]
                else:
                    wider.append(cell)
            yield line, wider

    said = 'objects inside: ' + listed(table.names[place] for place in inner)
    return opened(Table(table.path, names, records, table.notes + [said], table.point, table.kind))


def read_table(path, text, delimiter, notes):
    """A table of a text of any of the kinds that are known."""
    start = text.lstrip()[:1]
    if delimiter is None and (start == '{' or start == '[' and re.match(r'\s*\[\s*[\[{\]]', text)):
        return opened(read_json(path, text, notes))
    if start == '<':
        raise Refusal(f'{path} is HTML or XML: export the table as CSV')
    return opened(read_separated(path, text, delimiter, notes))
