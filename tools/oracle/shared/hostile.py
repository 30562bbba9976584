"""Damaged text and binary forms of the stored types, by the thousand, and what they may do to a server.

The type under test brings some of its states and a function pg_temp.probe(value) that uses a
value in every way and returns 'ok' or 'defect: ...'.
"""
import collections
import io
import json
import math
import re
import struct

import psycopg2

JUNK_VALUES = [-1, 0, 1, -0.0, 2, 3, 0.5, 1e308, -1e308, 5e-324, 10 ** 30, 2 ** 63, 2 ** 63 - 1, -2 ** 63, 2 ** 53 + 1,
               None, True, False,
               '', 'NaN', 'Infinity', 'control', [], {}, [[]], [None], [1, 2, 3], [1, 2, 3, 4], {'n': 1}, '\u0000',
               'x' * 1025]
JUNK_NUMBERS = ['1e999', '-1e999', 'NaN', 'Infinity', '-0', '1e-999', '0x10', '1.', '.5', '+1', '01', '1e', '--1',
                '9' * 400,
                '0.' + '0' * 400 + '1', '-1e-999', '1e308', '1e-310', '5e-324', '1.7976931348623157e308', '-1', '1.5',
                'null', '"1"', '[1]', '']


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
    return json.dumps(replaced(document, path, (put, put, remove, repeat, swap)[int(rng.integers(5))]),
                      ensure_ascii=False)


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


def one_of_each_kind(states):
    """The first state of each kind: of a summary's 1, 2 and 4 columns, for example, whose forms differ in length."""
    chosen = {}
    for kind, state in states:
        chosen.setdefault(kind, state)
    return list(chosen.values())


def hostile_texts(rng, states):
    texts = [text for _, text in states]
    first = texts[0]
    found = ['', ' ', '{}', '[]', 'null', 'true', '1', '"x"', '{', '[' * 100000, '{"a":' * 50000, '[[[[]]]]', 'NaN',
             '\ufeff{}', '{}{}', '{} ', first + first, first + ' ', ' ' + first, '[' + first + ']']
    found += every_number_replaced(one_of_each_kind(states))
    for i in range(8000):
        text = texts[int(rng.integers(len(texts)))]
        found.append(mutate_structure(rng, json.loads(text)) if i % 3 == 0 else mutate_number(rng, text) if i % 3 == 1
                     else as_text(mutate_bytes(rng, text.encode())))
    return [text for text in found if text is not None and '\0' not in text]


JUNK_WORDS = [struct.pack('>d', x)
              for x in (-0.0, 0.0, 5e-324, -5e-324, 1e-310, 1.0, 1e308, -1e308, math.nan, math.inf, -math.inf)] + [
    struct.pack('>q', x) for x in (-1, 1, 2, -2 ** 63, 2 ** 63 - 1, 2 ** 53, 2 ** 53 + 1)]


def hostile_bytes(rng, states):
    """Every truncation, every odd word at every place, and random damage."""
    originals = [bytes(data) for _, data in states]
    found = [b'', originals[0] + b'\0', originals[0] * 2]
    for data in one_of_each_kind([(kind, bytes(d)) for kind, d in states]):
        found += [data[:k] for k in range(len(data))]
        found += [data[:k] + word + data[k + 8:] for k in range(len(data) - 7) for word in JUNK_WORDS]
    return found + [mutate_bytes(rng, originals[int(rng.integers(len(originals)))]) for _ in range(5000)]


# ---------------------------------------------------------------- what the server makes of them

# Bad text or binary form, out of range, bad parameter, too large, nested too deeply, bad encoding, message too short.
ACCEPTABLE = {'22P02', '22P03', '22P04', '22P05', '22003', '22023', '22021', '54000', '54001', '08P01'}


def frame_binary(data):
    """One-column rows as COPY BINARY reads them."""
    return (b'PGCOPY\n\xff\r\n\0' + bytes(8)
            + b''.join(struct.pack('>hi', 1, len(d)) + d for d in data) + struct.pack('>h', -1))


def judge(checks, tally, inputs, verdict):
    tally[verdict.split(':')[0]] += 1
    checks.check(verdict == 'ok' or verdict in ACCEPTABLE, inputs, verdict, 'accepted and usable, or a data error')


def finish(server, checks, tally, what, pid):
    print('  %s: %s' % (what, ', '.join('%s %d' % item for item in sorted(tally.items()))))
    checks.check(server.value('SELECT pg_backend_pid()') == pid, 'same backend', 'another', pid)


def check_texts(server, checks, type_name, mutants):
    """Mutants as literals.  Anything but an SQL error of the classes above, or a value that works, is a defect."""
    server.run("""
        CREATE OR REPLACE FUNCTION pg_temp.probe_text(input text) RETURNS text LANGUAGE plpgsql AS $$
        DECLARE v {type};
        BEGIN
            BEGIN
                v := input::{type};
            EXCEPTION WHEN OTHERS THEN
                RETURN SQLSTATE;
            END;
            RETURN pg_temp.probe(v);
        END $$""".replace('{type}', type_name))
    pid, tally = server.value('SELECT pg_backend_pid()'), collections.Counter()
    for start in range(0, len(mutants), 500):
        batch = mutants[start:start + 500]
        got = server.rows('SELECT pg_temp.probe_text(x) FROM unnest(%s::text[]) WITH ORDINALITY AS t(x, i) ORDER BY i',
                          (batch,))
        for text, row in zip(batch, got):
            judge(checks, tally, text[:600], row[0])
    finish(server, checks, tally, 'hostile text', pid)


def check_bytes(server, checks, type_name, mutants):
    """Mutants through COPY BINARY, one by one; what is accepted must work, and leave and return unchanged."""
    pid, tally, accepted = server.value('SELECT pg_backend_pid()'), collections.Counter(), []
    server.run('DROP TABLE IF EXISTS returned, again;'
               'CREATE TEMP TABLE returned (id serial, s {0}); CREATE TEMP TABLE again (id serial, '
               's {0})'.format(type_name))
    for mutant in mutants:
        try:
            server.cursor.copy_expert('COPY returned (s) FROM STDIN (FORMAT binary)',
                                      io.BytesIO(frame_binary([mutant])))
            accepted.append(mutant)
        except psycopg2.Error as error:
            if error.pgcode is None:
                raise                            # the backend died
            judge(checks, tally, mutant.hex(), error.pgcode)
    got = server.rows('SELECT pg_temp.probe(s) FROM returned ORDER BY id')
    checks.check(len(got) == len(accepted), 'accepted rows', len(got), len(accepted))
    for mutant, row in zip(accepted, got):
        judge(checks, tally, mutant.hex(), row[0])
    sent = io.BytesIO()
    server.cursor.copy_expert('COPY (SELECT s FROM returned ORDER BY id) TO STDOUT (FORMAT binary)', sent)
    sent.seek(0)
    server.cursor.copy_expert('COPY again (s) FROM STDIN (FORMAT binary)', sent)
    changed = server.value('SELECT count(*) FROM returned r JOIN again a USING (id) '
                           'WHERE {0}_send(r.s) <> {0}_send(a.s)'.format(type_name))
    checks.check(changed == 0, 'sent and received', '%d changed' % changed, 0)
    finish(server, checks, tally, 'hostile binary', pid)
