"""Damaged text and binary forms of ab_summary, by the thousand."""
import json
import math
import re
import struct

JUNK_VALUES = [-1, 0, 1, -0.0, 2, 3, 0.5, 1e308, -1e308, 5e-324, 10 ** 30, 2 ** 63, 2 ** 63 - 1, -2 ** 63, 2 ** 53 + 1, None, True, False,
               '', 'NaN', 'Infinity', 'control', [], {}, [[]], [None], [1, 2, 3], [1, 2, 3, 4], {'n': 1}, '\u0000', 'x' * 1025]
JUNK_NUMBERS = ['1e999', '-1e999', 'NaN', 'Infinity', '-0', '1e-999', '0x10', '1.', '.5', '+1', '01', '1e', '--1', '9' * 400,
                '0.' + '0' * 400 + '1', '-1e-999', '1e308', '1e-310', '5e-324', '1.7976931348623157e308', '-1', '1.5', 'null', '"1"', '[1]', '']


def nodes(value, path=()):
    """Paths of every value inside a JSON document."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from nodes(inner, path + (key,))


def replaced(document, path, change):
    """A copy of the document with change(parent, key) done at the path."""
    copy = json.loads(json.dumps(document))
    parent = copy
    for key in path[:-1]:
        parent = parent[key]
    change(parent, path[-1])
    return copy


def mutate_structure(rng, document):
    """Replace, delete, repeat or rename one value."""
    path = [p for p in nodes(document) if p][int(rng.integers(sum(1 for p in nodes(document) if p)))]
    junk = JUNK_VALUES[int(rng.integers(len(JUNK_VALUES)))]

    def put(parent, key):
        parent[key] = junk

    def remove(parent, key):
        del parent[key]

    def repeat(parent, key):
        if isinstance(parent, list):
            parent.insert(key, parent[key])
        else:
            parent[str(key) + 'x'] = parent.pop(key)

    def swap(parent, key):
        if isinstance(parent, list):
            parent.reverse()
        else:
            parent[key] = [parent[key]]
    return json.dumps(replaced(document, path, (put, put, remove, repeat, swap)[int(rng.integers(5))]), ensure_ascii=False)


def number_spans(text):
    """Where the numbers of a JSON text begin and end."""
    return [match.span() for match in re.finditer(r'-?\d[\d.eE+-]*', text)]


def mutate_number(rng, text):
    """Put one odd number in the place of a number."""
    spans = number_spans(text)
    i, j = spans[int(rng.integers(len(spans)))]
    return text[:i] + JUNK_NUMBERS[int(rng.integers(len(JUNK_NUMBERS)))] + text[j:]


def every_number_replaced(texts):
    """Each odd number in the place of each number."""
    return [text[:i] + junk + text[j:] for text in texts for i, j in number_spans(text) for junk in JUNK_NUMBERS]


def mutate_bytes(rng, raw):
    """Flip, delete, insert, repeat or cut bytes."""
    raw = bytearray(raw)
    for _ in range(int(rng.integers(1, 4))):
        if not raw:
            break
        i = int(rng.integers(len(raw)))
        j = min(len(raw), i + int(rng.integers(1, 9)))
        action = int(rng.integers(6))
        if action == 0:
            raw[i] ^= 1 << int(rng.integers(8))
        elif action == 1:
            raw[i] = int(rng.integers(256))
        elif action == 2:
            del raw[i:j]
        elif action == 3:
            raw[i:i] = raw[i:j]
        elif action == 4:
            raw[i:j] = bytes([int(rng.choice([0, 0x7F, 0x80, 0xFF]))]) * (j - i)
        else:
            del raw[i:]
    return bytes(raw)


def as_text(raw):
    """Text PostgreSQL can be sent, or None."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return None
    return None if '\0' in text else text


def one_of_each_width(states):
    """The first state of 1, 2 and 4 columns, whose forms differ in length."""
    chosen = {}
    for columns, state in states:
        chosen.setdefault(columns, state)
    return list(chosen.values())


def hostile_texts(rng, states):
    texts = [text for _, text in states]
    first = texts[0]
    found = ['', ' ', '{}', '[]', 'null', 'true', '1', '"x"', '{', '[' * 100000, '{"a":' * 50000, '[[[[]]]]', 'NaN',
             '\ufeff{}', '{}{}', '{} ', first + first, first + ' ', ' ' + first, '[' + first + ']']
    found += every_number_replaced(one_of_each_width(states))
    for i in range(8000):
        text = texts[int(rng.integers(len(texts)))]
        found.append(mutate_structure(rng, json.loads(text)) if i % 3 == 0 else mutate_number(rng, text) if i % 3 == 1
                     else as_text(mutate_bytes(rng, text.encode())))
    return [text for text in found if text is not None and '\0' not in text]


JUNK_WORDS = [struct.pack('>d', x) for x in (-0.0, 0.0, 5e-324, -5e-324, 1e-310, 1.0, 1e308, -1e308, math.nan, math.inf, -math.inf)] + [
    struct.pack('>q', x) for x in (-1, 1, 2, -2 ** 63, 2 ** 63 - 1, 2 ** 53, 2 ** 53 + 1)]


def hostile_bytes(rng, states):
    """Every truncation, every odd word at every place, and random damage."""
    originals = [bytes(data) for _, data in states]
    found = [b'', originals[0] + b'\0', originals[0] * 2]
    for data in one_of_each_width([(columns, bytes(d)) for columns, d in states]):
        found += [data[:k] for k in range(len(data))]
        found += [data[:k] + word + data[k + 8:] for k in range(len(data) - 7) for word in JUNK_WORDS]
    return found + [mutate_bytes(rng, originals[int(rng.integers(len(originals)))]) for _ in range(5000)]
