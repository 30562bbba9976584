#!/usr/bin/env python3
"""Write the reference: a page a topic, from the catalog of a live server.

    reference_pages.py DIRECTORY

Which object belongs to which page is read from src/topic: what src/topic/TOPIC.sql and
src/topic/TOPIC_part.sql create is on TOPIC.md.  Everything else comes from the server that
psql finds by PGHOST, PGPORT, .., in which ab_test must be created: the arguments from
pg_proc, the columns from pg_attribute, the sentences from COMMENT ON.  Objects are in the
order in which the install script creates them.  README.md is the index.
"""
import itertools
import json
import os
import re
import subprocess
import sys
import textwrap

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
WIDTH = 100

# Comments of what nobody calls.
INTERNAL = re.compile(r'^(I/O|aggregate (transition|combine|final) function)$')

CATALOG = """
WITH member AS (
    SELECT d.classid, d.objid FROM pg_depend d JOIN pg_extension e ON d.refobjid = e.oid
    WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' AND e.extname = 'ab_test'
), object AS (
    SELECT p.oid, 'function' AS kind, p.prokind = 'a' AS aggregate, p.proname AS name,
           p.oid::regprocedure::text AS identity, obj_description(p.oid, 'pg_proc') AS comment,
           pg_get_function_arguments(p.oid) AS arguments,
           CASE WHEN p.proretset THEN 'setof ' ELSE '' END || p.prorettype::regtype AS result,
           NULL::json AS columns
    FROM pg_proc p JOIN member ON classid = 'pg_proc'::regclass AND objid = p.oid
    UNION ALL
    SELECT t.oid, 'type', false, t.typname, t.oid::regtype::text, obj_description(t.oid, 'pg_type'),
           NULL, NULL,
           (SELECT json_agg(json_build_object('name', attname, 'type', atttypid::regtype,
                            'comment', col_description(attrelid, attnum)) ORDER BY attnum)
            FROM pg_attribute WHERE attrelid = t.typrelid AND attnum > 0)
    FROM pg_type t JOIN member ON classid = 'pg_type'::regclass AND objid = t.oid
    WHERE t.typelem = 0 OR t.typtype <> 'b'
)
SELECT json_agg(object ORDER BY oid) FROM object
"""


def psql(query):
    return subprocess.run(['psql', '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-c', query],
                          check=True, stdout=subprocess.PIPE, encoding='utf-8').stdout


def topic_of(name, names):
    """The shortest beginning of a file's name that is a topic: power_rates is a part of power."""
    words = name[:-4].split('_')
    return next(topic for topic in ('_'.join(words[:k + 1]) for k in range(len(words))) if topic + '.sql' in names)


def fragments():
    """Topic -> its title, and (kind, identity) -> topic, from the COMMENT ON of src/topic."""
    titles, topics = {}, {}
    folder = os.path.join(ROOT, 'src', 'topic')
    names = sorted(name for name in os.listdir(folder) if name.endswith('.sql') and name != 'prologue.sql')
    for name in names:
        topic = topic_of(name, names)
        with open(os.path.join(folder, name), encoding='utf-8') as file:
            text = file.read()
        if name == topic + '.sql' or topic not in titles:
            titles[topic] = re.match(r'-- (.*)', text).group(1)
        for kind, identity in re.findall(r'^COMMENT ON (FUNCTION|AGGREGATE|TYPE)\s+(.*?)\s+IS\b', text, re.M | re.S):
            topics['type' if kind == 'TYPE' else 'function', normal(identity)] = topic
    return titles, topics


def normal(identity):
    """A signature as regprocedure prints it."""
    return re.sub(r'\s+', ' ', identity).replace('float8', 'double precision').replace(', ', ',')


def plain(text):
    """Types by the names people write, defaults without their casts."""
    return re.sub(r'::(text|bigint|float8|boolean)\b(\[\])?', '', text.replace('double precision', 'float8'))


def signature(function):
    head = function['name'] + '('
    text = head + plain(function['arguments']) + ') → ' + plain(function['result'])
    # an argument stays in one piece
    lines = textwrap.wrap(re.sub(r'(?<=[^,]) ', '\u00a0', text), WIDTH, subsequent_indent=' ' * len(head),
                          break_long_words=False, break_on_hyphens=False)
    return '\n'.join(lines).replace('\u00a0', ' ')


def wrapped(text):
    return textwrap.fill(text, 118, break_long_words=False, break_on_hyphens=False)


def sentence(comment):
    return comment[0].upper() + comment[1:] + '.'


def functions_of(objects):
    """Name -> the overloads that people call, in order."""
    result = {}
    for o in objects:
        if o['kind'] == 'function' and not INTERNAL.match(o['comment'] or ''):
            result.setdefault(o['name'], []).append(o)
    return result


def described(o, places):
    """The comment as a sentence, and where the columns of its result are."""
    text = 'Aggregate: ' + o['comment'] + '.' if o['aggregate'] else sentence(o['comment'])
    row = o['result'].replace('setof ', '')
    if row in places:
        text += ' Returns [`%s`](%s.md#type-%s).' % (row, places[row], row)
    return text


def page(topic, title, objects, places):
    lines = ['<!-- Written by tools/reference_pages.py from src/topic/%s*.sql: change the comments there. -->' % topic,
             '# %s: %s' % (topic, title), '']
    if os.path.exists(os.path.join(ROOT, 'docs', 'methods', topic + '.md')):
        lines += [wrapped('Formulas, assumptions and limits: [methods](../methods/%s.md). '
                          'What all functions have in common: [concepts](../concepts.md).' % topic), '']
    for name, overloads in functions_of(objects).items():
        lines += ['## ' + name, '']
        # overloads that differ in types alone share their sentence
        for text, group in itertools.groupby(overloads, lambda o: described(o, places)):
            lines += ['```'] + [signature(o) for o in group] + ['```', '', wrapped(text), '']
    for o in objects:
        if o['kind'] != 'type':
            continue
        lines += ['## Type ' + o['name'], '', wrapped(sentence(o['comment'])), '']
        if o['columns']:
            lines += ['| column | type | |', '|---|---|---|']
            lines += ['| `%s` | %s | %s |' % (c['name'], plain(c['type']), c['comment']) for c in o['columns']]
            lines += ['']
    return '\n'.join(lines).rstrip() + '\n'


def index(titles, by_topic):
    rows = {}
    for topic, objects in by_topic.items():
        for name, overloads in functions_of(objects).items():
            # overloads on several pages: a row each
            rows[name, topic] = '| [`%s`](%s.md#%s) | %s |' % (name, topic, name, overloads[0]['comment'])
        for o in objects:
            if o['kind'] == 'type':
                rows[o['name'], topic + '#'] = '| [type `%s`](%s.md#type-%s) | %s |' % (
                    o['name'], topic, o['name'], o['comment'])
    lines = ['<!-- Written by tools/reference_pages.py. -->', '# Reference', '',
             'Every function and type, by name; the pages are by topic:', '']
    lines += [wrapped(', '.join('[%s](%s.md)' % (topic, topic) for topic in sorted(by_topic)) + '.')]
    lines += ['', '| name | what it is |', '|---|---|'] + [rows[key] for key in sorted(rows)]
    return '\n'.join(lines) + '\n'


def main():
    directory = sys.argv[1]
    titles, topics = fragments()
    by_topic, faults = {}, []
    for o in json.loads(psql(CATALOG)):
        topic = topics.get((o['kind'], o['identity'].replace(', ', ',')))
        if topic is None:
            faults.append('%s has no COMMENT ON in src/topic' % o['identity'])
            continue
        by_topic.setdefault(topic, []).append(o)
        for column in o['columns'] or []:
            if not column['comment']:
                faults.append('%s.%s has no COMMENT ON COLUMN' % (o['name'], column['name']))
    if faults:
        sys.exit('\n'.join(faults))

    os.makedirs(directory, exist_ok=True)
    places = {o['name']: topic for topic, objects in by_topic.items() for o in objects if o['columns']}
    pages = {topic + '.md': page(topic, titles[topic], objects, places) for topic, objects in by_topic.items()}
    pages['README.md'] = index(titles, by_topic)
    for name in os.listdir(directory):
        if name not in pages:
            os.remove(os.path.join(directory, name))
    for name, text in pages.items():
        with open(os.path.join(directory, name), 'w', encoding='utf-8') as file:
            file.write(text)


if __name__ == '__main__':
    if len(sys.argv) != 2:
        sys.exit(__doc__.strip())
    main()
