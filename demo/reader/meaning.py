"""What a column means: one thing, or it is refused.

A column is looked at cell by cell.  Each cell is read in every way it can be,
with a decimal point and with a decimal comma, and the column means what all of
its cells can mean."""

import decimal
import functools
import math
import re
import shlex

from .refusal import Refusal, shown

MISSING = {'', 'na', 'n/a', '#n/a', '#n/a n/a', '<na>', 'null', 'none', 'nan', '-nan', 'nil', 'nat', '-', '--', '.', '\\n',
           # what a spreadsheet writes for a formula that failed
           '#div/0!', '#value!', '#ref!', '#name?', '#num!', '#null!'}

TRUE = {'yes', 'y', 'true', 't', 'pass', 'passed', 'success', 'correct', 'right', 'on', 'like', 'liked', 'thumbs_up', 'ok'}
FALSE = {'no', 'n', 'false', 'f', 'fail', 'failed', 'failure', 'incorrect', 'wrong', 'off', 'dislike', 'disliked',
         'thumbs_down', 'error'}

BITS = {'1': True, '1.0': True, '0': False, '0.0': False}

GROUPS = "'\u2019 \u00a0\u2009\u202f_"
CURRENCY = re.compile(r'(US\$|A\$|C\$|[$€£¥₹₩₽₺₴฿]|kr\.?|zł|Kč|USD|EUR|GBP|CHF|JPY|CNY|INR|SEK|NOK|DKK|PLN|CZK|'
                      r'BRL|MXN|CAD|AUD|R\$)', re.IGNORECASE)
PLAIN = re.compile(r'[+-]?[0-9]+')
EXPONENT = r'(?:[eE][+-]?[0-9]+)?'
INFINITE = re.compile(r'[+-]?inf(?:inity)?', re.IGNORECASE)


def number_pattern(decimal, groups):
    return re.compile(
        rf'[+-]?(?:[0-9]+(?:{decimal}[0-9]*)?|{decimal}[0-9]+){EXPONENT}'
        rf'|[+-]?[1-9][0-9]{{0,2}}(?P<group>[{groups}])[0-9]{{3}}(?:(?P=group)[0-9]{{3}})*(?:{decimal}[0-9]*)?')


PATTERNS = {'.': number_pattern(r'\.', ',' + GROUPS), ',': number_pattern(',', '.' + GROUPS)}


def is_missing(cell):
    return cell.strip().lower() in MISSING


def number_text(digits, decimal):
    """The number as PostgreSQL writes it, or None."""
    found = PATTERNS[decimal].fullmatch(digits)
    if not found:
        return None
    if found['group']:
        digits = digits.replace(found['group'], '')
    return digits.replace(',', '.')


@functools.lru_cache(maxsize=200_000)
def look(cell):
    """None of a cell that is missing or infinite, else (with a point, with a comma, decoration,
    word): each None where the cell cannot be read so."""
    cell = cell.strip().replace('\u2212', '-')
    word = cell.lower()
    if word in MISSING:
        return None
    if PLAIN.fullmatch(cell) and len(cell) < 300:
        return cell, cell, '', None
    if word in TRUE:
        return None, None, '', True
    if word in FALSE:
        return None, None, '', False
    if INFINITE.fullmatch(cell):
        return None

    decoration, digits = '', cell
    if digits.endswith('%'):
        decoration, digits = '%', digits[:-1].rstrip()
    elif (money := CURRENCY.search(digits)) and not re.search('[0-9]', digits[:money.start()]) \
            or (money and money.end() == len(digits)):
        decoration = money[0]
        digits = (digits[:money.start()] + digits[money.end():]).strip()
        digits = re.sub(r'^([+-])\s+', r'\1', digits)
    if digits.startswith('(') and digits.endswith(')') and not digits.startswith(('(-', '(+')):
        # an accountant's minus
        digits = '-' + digits[1:-1].strip()
    point, comma = number_text(digits, '.'), number_text(digits, ',')
    if (point and math.isinf(float(point))) or (comma and math.isinf(float(comma))):
        return None
    return point, comma, decoration, None


class Column:
    """What has been seen of a column, and what it means.

    place is (path, line) of a cell."""

    def __init__(self, name, point):
        self.name = name
        self.point = point			# 1.234 has a decimal point
        self.missing = {}			# cells by arm
        self.present = self.numbers = 0
        self.first = None
        self.varies = False
        self.decorations = {}		# of each the first place and cell
        self.undecorated = None		# the first place and cell that is not 0
        self.words = self.binary = 0
        self.only = {'.': None, ',': None}	# the first place and cell that is a number in this way only
        self.differs = None			# the first that is two numbers
        self.differs_by_comma = False
        self.unread = None			# the first that is none
        self.counted = 0			# rows that count the lines
        self.meaning = None

    def add(self, cell, path, line, place):
        seen = look(cell)
        if seen is None:
            return False
        self.present += 1
        if not self.varies:
            self.first = self.first or cell
            self.varies = cell != self.first
        point, comma, decoration, word = seen
        if word is not None:
            self.words += 1
            self.binary += 1
            if self.unread is None:
                self.unread = (path, line, cell)
            return True
        if point is None and comma is None:
            if self.unread is None or look(self.unread[2])[3] is not None:
                self.unread = (path, line, cell)
            return True
        self.numbers += 1
        # What held yes and no with gaps in it, or a score that is one or the other, was written as 1.0 and 0.0.
        if not decoration and (point or comma) in BITS:
            self.binary += 1
        if point == comma:
            if not decoration:
                if len(point) < 12 and point.isdigit() and int(point) - place in (0, 1):
                    self.counted += 1
        elif point is None or comma is None:
            known = '.' if comma is None else ','
            self.only[known] = self.only[known] or (path, line, cell)
        else:
            if ',' in cell:
                self.differs_by_comma = True
            if self.differs is None or ',' in cell and ',' not in self.differs[2]:
                self.differs = (path, line, cell)
        if decoration:
            self.decorations.setdefault(decoration, (path, line, cell))
        elif self.undecorated is None and point != '0':
            self.undecorated = (path, line, cell)
        return True

    def at(self, seen):
        return f'{seen[0]}, line {seen[1]}, column {self.name}: {shown(seen[2])}'

    def decide(self, sign=None):
        """'number', 'yes or no', 'text' or 'nothing'; self.fault says why a
        column that seems to hold numbers cannot be read."""
        self.decimal = '.'
        self.fault = None
        self.percent = '%' in self.decorations
        self.money = ''.join(d for d in self.decorations if d != '%')
        if not self.present:
            self.meaning = 'nothing'
        elif self.binary == self.present:
            self.meaning = 'yes or no'
        elif self.numbers > self.present / 2:
            self.meaning = 'number'
            self.fault = self.number_fault(sign)
        else:
            self.meaning = 'text'
        return self.meaning

    def number_fault(self, sign):
        if self.unread:
            return (f'{self.at(self.unread)} is no number: mend it, or --missing {shlex.quote(self.unread[2].strip())} '
                    'if it stands for a value that is missing')
        if len(self.decorations) > 1:
            first, second = list(self.decorations.values())[:2]
            return f'{self.at(second)} has another unit than {shown(first[2])} in line {first[1]}: bring them to one'
        if self.percent and self.undecorated:
            return (f'{self.at(self.undecorated)} has no percent sign, {shown(self.decorations["%"][2])} in line '
                    f'{self.decorations["%"][1]} has one: it could be a share or a percentage, write all alike')
        if sign is not None:
            self.decimal = sign
            other = self.only[',' if sign == '.' else '.']
            return other and f'{self.at(other)} is no number with --decimal {sign}'
        if self.only['.'] and self.only[',']:
            first, second = sorted(self.only.values(), key=lambda seen: seen[1])
            return (f'{self.at(second)} and {shown(first[2])} in line {first[1]} do not have the same decimal sign: '
                    'write all alike')
        if self.only[',']:
            self.decimal = ','
        elif not self.only['.'] and self.differs and (self.differs_by_comma or not self.point):
            digits = re.sub('[^0-9.,+-]', '', self.differs[2])
            readings = sorted({float(number_text(digits, way)) for way in '.,'})
            return (f'{self.at(self.differs)} could be {readings[0]:.12g} or {readings[1]:.12g}: '
                    '--decimal . or --decimal , says which')
        return None

    def value(self, cell):
        """What goes to PostgreSQL, None for a missing cell."""
        seen = look(cell)
        if seen is None:
            return None
        point, comma, _, word = seen
        if self.meaning == 'yes or no':
            return 'true' if word or (word is None and BITS[point or comma]) else 'false'
        text = comma if self.decimal == ',' else point
        if self.percent:
            text = str(decimal.Decimal(text).scaleb(-2))
        # PostgreSQL refuses what no double can hold; Python rounds it.
        if len(text) < 16 and 'e' not in text.lower():
            return text
        number = float(text)
        return None if math.isinf(number) else repr(number)

    def words_for(self):
        """A few words on what it was read as."""
        if self.meaning != 'number':
            return self.meaning
        extra = []
        if self.percent:
            extra.append('71% as 0.71')
        if self.money:
            extra.append(f'in {self.money}')
        if self.only[','] or self.decimal == ',':
            extra.append('decimal commas')
        return ', '.join(extra) or 'number'
