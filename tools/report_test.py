#!/usr/bin/python3
"""What ab_report_html, the SVG pictures and ab_vega_lite look like to a browser and to an XML parser.

    report_test.py            run the checks
    report_test.py --write    write the pictures that pages of the docs show, see PICTURES

Connects by PGHOST, PGPORT, PGUSER and PGDATABASE to a server that has the extension; needs
python3-psycopg2, a chromium, and npm, which installs vega and vega-lite of the versions below
into the user's cache.  Without a browser or npm those checks are skipped and counted so.
"""
import html
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

import psycopg2

from report import cases

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VEGA = ('vega@5.30.0', 'vega-lite@5.21.0')
WIDTHS = (360, 600, 768, 979, 980, 1280)

# a picture of the docs: its page, whose SQL makes the table, and the query that draws it
PICTURES = {
    'docs/images/forest.svg': ('docs/howto/report.md', 'SELECT ab_forest_svg(jsonb_agg(to_jsonb(r))) FROM card AS r'),
    'docs/images/trend.svg': ('docs/howto/report.md', 'SELECT ab_trend_svg(jsonb_agg(to_jsonb(r))) FROM trend AS r')}

counts = {'passed': 0, 'failed': 0, 'skipped': 0}


def check(name, faults):
    """There must be no faults."""
    counts['failed' if faults else 'passed'] += 1
    print('%s  %s' % ('not ok' if faults else 'ok    ', name))
    for fault in faults[:12]:
        print('        %s' % str(fault)[:300])


def skip(name, why):
    counts['skipped'] += 1
    print('skipped %s: %s' % (name, why))


class Server:
    def __init__(self, **where):
        self.connection = psycopg2.connect('', **where)
        self.connection.autocommit = True
        self.cursor = self.connection.cursor()

    def value(self, sql, *args):
        self.cursor.execute(sql, args)
        return self.cursor.fetchone()[0]

    def page(self, rows, title=None):
        return self.value('SELECT ab_report_html(%s::jsonb, %s)', json.dumps(rows), title)

    def forest(self, rows):
        return self.value('SELECT ab_forest_svg(%s::jsonb)', json.dumps(rows))

    def trend(self, rows):
        return self.value('SELECT ab_trend_svg(%s::jsonb)', json.dumps(rows))


#
# As an XML parser sees it
#

def local(name):
    return name.rsplit('}', 1)[-1]


def tree_of(markup):
    return ElementTree.fromstring(markup)


def foreign(markup):
    """What of the markup would fetch or run something."""
    faults = []
    for element in tree_of(markup).iter():
        tag = local(element.tag)
        if tag in ('script', 'link', 'iframe', 'img', 'image', 'use', 'object', 'embed', 'base', 'a', 'foreignObject'):
            faults.append('<%s>' % tag)
        for name, value in element.attrib.items():
            name = local(name)
            if name in ('src', 'href', 'srcset', 'action', 'data', 'poster', 'style') or name.startswith('on'):
                faults.append('%s of <%s>' % (name, tag))
            if name != 'class' and re.search(r'url\(|javascript:', value) and name not in ('title', 'aria-label'):
                faults.append('%s="%s"' % (name, value))
        if tag == 'style' and re.search(r'url\(|@import|<', element.text or ''):
            faults.append('a style sheet that fetches')
    return faults


def shape(markup):
    """The tags in their order."""
    return [local(element.tag) for element in tree_of(markup).iter()]


def texts(markup):
    root = tree_of(markup)
    return [''.join(e.itertext()) for e in root.iter()] + [v for e in root.iter() for v in e.attrib.values()]


def unnamed(markup):
    """What of the page or the picture cannot be read without seeing it."""
    root = tree_of(markup)
    faults, ids, level = [], set(), 0
    for element in root.iter():
        tag, attributes = local(element.tag), element.attrib
        if 'id' in attributes:
            if attributes['id'] in ids:
                faults.append('id %s is there twice' % attributes['id'])
            ids.add(attributes['id'])
        if re.fullmatch('h[1-6]', tag):
            if int(tag[1]) > level + 1:
                faults.append('<%s> behind <h%d>' % (tag, level))
            level = int(tag[1])
        if tag == 'table' and not any(local(child.tag) == 'caption' for child in element):
            faults.append('a table without a caption')
        if tag == 'th' and 'scope' not in attributes:
            faults.append('a <th> without a scope')
        if tag in ('table', 'thead', 'tbody', 'tr', 'th', 'td') and 'role' not in attributes:
            faults.append('a <%s> whose role is lost when it is a card' % tag)
    for element in root.iter():
        if element.attrib.get('aria-labelledby', 'verdict') not in ids | {'verdict'}:
            faults.append('no %s' % element.attrib['aria-labelledby'])
    outer = [root] if local(root.tag) == 'svg' else [
        e for e in root.iter() if local(e.tag) == 'svg' and 'plot' in e.attrib.get('class', '')]
    for element in outer:
        title = any(local(child.tag) == 'title' and child.text for child in element)
        named = element.attrib.get('role') == 'img' and (element.attrib.get('aria-label') or title)
        if not named and element.attrib.get('aria-hidden') != 'true':
            faults.append('a picture without a name')
    return faults


def numbers_of(markup):
    """Coordinates that are no numbers."""
    return ['%s="%s"' % (name, value) for element in tree_of(markup).iter() for name, value in element.attrib.items()
            if name in ('x', 'y', 'x1', 'x2', 'y1', 'y2', 'cx', 'cy', 'r', 'width', 'height')
            and not re.fullmatch(r'-?\d+(\.\d+)?%?', value)] + re.findall(r'[^a-z](?:nan|inf)[^a-z]', markup)


def check_markup(server):
    for name, (rows, title) in cases.PAGES.items():
        for kind, markup in [('page', server.page(rows, title)), ('forest', server.forest(rows))]:
            what = '%s of %s' % (kind, name)
            try:
                check(what + ' is well-formed', [] if tree_of(markup) is not None else ['nothing'])
            except ElementTree.ParseError as error:
                check(what + ' is well-formed', [error])
                continue
            check(what + ' is ASCII', [] if markup.isascii() else [re.findall(r'[^\x00-\x7f]+', markup)])
            check(what + ' needs nothing else and runs nothing', foreign(markup))
            check(what + ' can be read without seeing it', unnamed(markup))
            check(what + ' has numbers where numbers belong', numbers_of(markup))
    trend = server.trend(cases.days())
    check('trend needs nothing else and runs nothing', foreign(trend))
    check('trend can be read without seeing it', unnamed(trend))
    check('trend has numbers where numbers belong', numbers_of(trend))


def plain(rows):
    """The same rows with harmless names, which are cut where the others are."""
    def harmless(value):
        return re.sub(r'[^x]', 'a', value) if value in cases.HOSTILE or value == '<b>v1</b>' else value
    return [{name: harmless(value) for name, value in row.items()} for row in rows]


def check_escaping(server):
    rows = cases.hostile()
    hostile, harmless = server.page(rows, cases.MARKUP), server.page(plain(rows), 'aaa')
    tags = set(shape(hostile)) - set(shape(harmless))
    check('hostile names make no tag', sorted(tags))
    # the same texts as a browser, not a parser of XML, would read them
    seen = texts(hostile)
    check('markup in names is shown as it is', [] if any(cases.MARKUP in text for text in seen) else ['it is not'])
    check('what cannot be printed is not',
          sorted({hex(ord(c)) for text in seen for c in text
                  if c != '\n' and (ord(c) < 32 or 127 <= ord(c) < 160 or c in '\u2028\u202e\u202c\uffff')}))
    words = server.value('SELECT ab_verdict(%s::jsonb)', json.dumps(rows))
    check('a verdict is one line of less than 8000 characters', [len(words)] if '\n' in words or len(words) > 8000 else [])
    spec = server.value('SELECT ab_vega_lite(%s::jsonb)', json.dumps(rows))
    named = {value['metric'] for value in spec['data']['values']}
    check('Vega-Lite has the names as data', [] if cases.MARKUP in named and cases.RTL in named else [named])


#
# As a browser sees it
#

def browser():
    for name in ('chromium', 'chromium-browser', 'google-chrome'):
        if shutil.which(name):
            return shutil.which(name)
    return None


def look(program, frames, *flags):
    """What measure.js says of each (name, width, markup)."""
    with open(os.path.join(ROOT, 'tools', 'report', 'measure.js'), encoding='utf-8') as file:
        script = file.read()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'frames.html')
        with open(path, 'w', encoding='utf-8') as file:
            file.write('<!DOCTYPE html><meta charset="utf-8"><meta name="color-scheme" content="light dark">'
                       '<script>%s</script>' % script)
            for name, width, markup in frames:
                file.write('<iframe title="%s" style="border:0;width:%dpx;height:2000px" srcdoc="%s"></iframe>\n'
                           % (html.escape(name), width, html.escape(markup)))
        output = subprocess.run(
            [program, '--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--hide-scrollbars',
             '--user-data-dir=' + os.path.join(folder, 'profile'), '--virtual-time-budget=10000', '--dump-dom', *flags,
             'file://' + path], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=300,
            encoding='utf-8').stdout
    found = re.search(r'<pre id="result">(.*?)</pre>', output, re.S)
    return [json.loads(html.unescape(line)) for line in found.group(1).splitlines()]


def check_looks(server):
    program = browser()
    if program is None:
        skip('the looks', 'there is no chromium')
        return
    frames = [('%s at %d' % (name, width), width, server.page(rows, title))
              for name, (rows, title) in cases.PAGES.items() for width in WIDTHS]
    bare = '<body style="margin:0">'
    frames += [('forest of %s' % name, 760, bare + server.forest(rows)) for name, (rows, title) in cases.PAGES.items()]
    frames += [('trend', 720, bare + server.trend(cases.days()))]
    grounds = set()
    for mode, flags in [('light', ()), ('dark', ('--blink-settings=preferredColorScheme=0',))]:
        # what is dark has the measures of what is light
        shown = [frame for frame in frames if mode == 'light' or frame[1] not in WIDTHS[1:-1]]
        results = look(program, shown, *flags)
        check('a browser shows all %d pages, %s' % (len(shown), mode),
              [] if len(results) == len(shown) else ['%d of them' % len(results)])
        for result in results:
            check('%s, %s: nothing cut, overlapping or faint' % (result['name'], mode),
                  result['faults'] + ([] if result['texts'] else ['there is no text']))
        grounds.add(tuple(sorted({ground for result in results for ground in result['grounds']})))
        print('        least contrast, %s: %s' % (mode, min(result['worst'] for result in results)))
    check('light and dark differ', [] if len(grounds) == 2 else list(grounds))
    # a check that cannot fail is none
    broken = ('<body style="margin:0"><p style="color:#999">faint</p><p style="width:900px">wide</p>'
              '<p style="position:absolute;top:16px;margin:0">on it</p>')
    faults = ' '.join(look(program, [('broken', 360, broken)])[0]['faults'])
    check('what is faint, wide or overlaps is noticed',
          [word for word in ('contrast', 'sideways', 'overlap') if word not in faults])


#
# Vega-Lite
#

def vega_modules():
    """The folder with the modules, installed at the first run; None if it cannot be."""
    cache = os.path.join(os.environ.get('XDG_CACHE_HOME') or os.path.expanduser('~/.cache'), 'ab_test',
                         '_'.join(VEGA).replace('@', '-'))
    modules = os.path.join(cache, 'node_modules')
    if not os.path.isdir(os.path.join(modules, 'vega-lite')):
        if shutil.which('npm') is None:
            return None
        os.makedirs(cache, exist_ok=True)
        done = subprocess.run(['npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', cache, *VEGA],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=300)
        if done.returncode:
            return None
    return modules


def check_vega(server):
    modules = vega_modules()
    if modules is None or shutil.which('node') is None:
        skip('Vega-Lite', 'npm cannot install it')
        return
    specs = [server.value('SELECT ab_vega_lite(%s::jsonb)', json.dumps(rows)) for rows, _ in cases.PAGES.values()]
    drawn = json.loads(subprocess.run(
        ['node', os.path.join(ROOT, 'tools', 'report', 'vega.js')], input=json.dumps(specs), check=True,
        env=dict(os.environ, NODE_PATH=modules), stdout=subprocess.PIPE, timeout=120, encoding='utf-8').stdout)
    for name, spec, result in zip(cases.PAGES, specs, drawn):
        check('Vega-Lite of %s compiles without a warning' % name, result['warnings'])
        rows = spec['data']['values']
        marks = [e for e in tree_of(result['svg']).iter() if e.attrib.get('aria-roledescription') == 'point']
        wanted = sum((row['dot'] is not None) + row['before'] + row['beyond'] for row in rows)
        check('Vega-Lite of %s draws every row' % name,
              [] if len(marks) == wanted else ['%d marks instead of %d' % (len(marks), wanted)])


#
# Encodings
#

ENCODED = """SELECT ab_report_html(jsonb_build_array(jsonb_build_object('metric', 'caf' || %s, 'lift_low_pct', 1)))"""


def check_encodings(server):
    name = 'ab_report_test'
    for encoding, letter in [('LATIN1', 'chr(233)'), ('SQL_ASCII', r"E'\303\251'")]:
        server.cursor.execute('DROP DATABASE IF EXISTS %s' % name)
        server.cursor.execute("CREATE DATABASE %s ENCODING '%s' LOCALE 'C' TEMPLATE template0" % (name, encoding))
        other = Server(dbname=name)
        other.cursor.execute('CREATE EXTENSION ab_test')
        page = other.value(ENCODED % letter)
        check('a page of a database in %s' % encoding, [] if 'caf&#233;' in page else [page[-3000:]])
        cell = other.value('SELECT ab_forest(-1, 2, 5, -10, 10, 21)')
        check('a cell of a database in %s is ASCII' % encoding, [] if cell == '         [+-o--]     ' else [cell])
        other.connection.close()
        server.cursor.execute('DROP DATABASE %s' % name)


#
# Pictures of the docs
#

def picture(path):
    """As the page's SQL makes it, on a connection of its own."""
    page, query = PICTURES[path]
    server = Server()
    with open(os.path.join(ROOT, page), encoding='utf-8') as file:
        for block in re.findall(r'^```sql\n(.*?)^```', file.read(), re.M | re.S):
            if 'CREATE TEMP TABLE' in block:
                server.cursor.execute(block)
    return server.value(query)


def check_pictures():
    for path in PICTURES:
        with open(os.path.join(ROOT, path), encoding='utf-8') as file:
            check('%s is what its page draws (else: %s --write)' % (path, os.path.basename(sys.argv[0])),
                  [] if file.read() == picture(path) else ['it is not'])


def main():
    if sys.argv[1:] == ['--write']:
        for path in PICTURES:
            with open(os.path.join(ROOT, path), 'w', encoding='utf-8') as file:
                file.write(picture(path))
        return 0
    server = Server()
    check_markup(server)
    check_escaping(server)
    check_looks(server)
    check_vega(server)
    check_encodings(server)
    check_pictures()
    print('report: %(passed)d passed, %(failed)d failed, %(skipped)d skipped' % counts)
    return 1 if counts['failed'] else 0


if __name__ == '__main__':
    sys.exit(main())
