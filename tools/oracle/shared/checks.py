"""Counting and reporting of checks, the connection they go through, and the command line of an oracle."""
import io
import os
import sys
import time

import mpmath
import numpy as np
import psycopg2
from mpmath import mpf

ALTERNATIVES = ('two-sided', 'less', 'greater')

# Data that are not part of the repository.
SHARED = os.environ.get('AB_TEST_SHARED') or os.path.normpath(
    os.path.join(os.path.dirname(os.path.abspath(__file__)), *[os.pardir] * 4, 'shared'))

# What is promised of double precision, as relative errors.
TOL_STATISTIC, TOL_P, TOL_BOUND = 1e-11, 1e-10, 1e-10
TOL_SCIPY = 1e-9            # of other software in doubles


class Checks:
    """Counts checks, prints failures and remembers the worst relative errors."""

    PRINTED_PER_SECTION = 12

    def __init__(self, suite):
        self.suite = suite
        self.passed = self.failed = 0
        self.section_name = None
        self.section_failures = 0
        self.worst = {}

    def run(self, name, body):
        """One section; an exception is a failure of the section, not the end."""
        self.section_name, self.section_failures = name, 0
        passed, started = self.passed, time.monotonic()
        try:
            body()
        except Exception as error:      # a crash of the server lands here too
            self.fail('the section stopped', '%s: %s' % (type(error).__name__, str(error).strip()),
                      'all its checks')
        print('%-16s %6d passed %4d failed %6.1f s' % (
            name, self.passed - passed, self.section_failures, time.monotonic() - started), flush=True)

    def ok(self):
        self.passed += 1

    def fail(self, inputs, got, wanted, error=None):
        self.failed += 1
        self.section_failures += 1
        if self.section_failures > self.PRINTED_PER_SECTION:
            return
        print('FAILED %s\n  inputs: %s\n  got:    %s\n  wanted: %s%s' % (
            self.section_name, inputs, got, wanted,
            '' if error is None else '\n  relative error: %.3g' % error), flush=True)

    def check(self, good, inputs, got, wanted):
        if good:
            self.ok()
        else:
            self.fail(inputs, got, wanted)

    def all_of(self, inputs, mismatches):
        """One check made of several comparisons, each None or (name, got, wanted, error)."""
        wrong = [m for m in mismatches if m is not None]
        if not wrong:
            self.ok()
        else:
            self.fail(inputs, ', '.join('%s=%s' % (m[0], m[1]) for m in wrong),
                      ', '.join('%s=%s' % (m[0], show(m[2])) for m in wrong),
                      max((m[3] for m in wrong if m[3] is not None), default=None))

    def near(self, name, got, want, tolerance, scale=None):
        """None, or the mismatch of one quantity.  Its error is relative to the scale, else to the wanted number."""
        if got is None or want is None:
            return None if got is want else (name, got, want, None)
        error = abs(mpf(got) - want)
        scale = abs(want) if scale is None else scale
        relative = error / scale if scale else (mpf(0) if error == 0 else mpf('inf'))
        self.measure(name, relative)
        return None if relative <= tolerance else (name, got, want, relative)

    def held(self, inputs, name, got, want, tolerance, scale=None):
        """The same as one check."""
        self.all_of(inputs, [self.near(name, got, want, tolerance, scale)])

    def measure(self, quantity, error):
        if error > self.worst.get(quantity, -1.0):
            self.worst[quantity] = float(error)

    def finish(self):
        if self.worst:
            print('worst relative errors:')
            for quantity in sorted(self.worst):
                print('  %-34s %.2e' % (quantity, self.worst[quantity]))
        print('%s: %d passed, %d failed' % (self.suite, self.passed, self.failed))
        return 1 if self.failed else 0


def show(x):
    return mpmath.nstr(x, 20) if isinstance(x, mpf) else str(x)


class Server:
    """One connection; every check goes through the same backend."""

    def __init__(self):
        self.connection = psycopg2.connect('')
        self.connection.autocommit = True
        self.cursor = self.connection.cursor()
        self.run("SET client_min_messages = warning; SET statement_timeout = '120s';"
                 "CREATE EXTENSION IF NOT EXISTS ab_test")

    def run(self, sql, args=None):
        self.cursor.execute(sql, args)

    def rows(self, sql, args=None):
        self.cursor.execute(sql, args)
        return self.cursor.fetchall()

    def named(self, sql, args=None):
        """Rows as dictionaries."""
        self.cursor.execute(sql, args)
        names = [column.name for column in self.cursor.description]
        return [dict(zip(names, row)) for row in self.cursor.fetchall()]

    def value(self, sql, args=None):
        return self.rows(sql, args)[0][0]

    def load(self, table, columns, rows):
        """A temporary table filled by COPY; floats travel exactly."""
        self.run('DROP TABLE IF EXISTS %s; CREATE TEMP TABLE %s (%s)' % (table, table, columns))
        text = io.StringIO()
        for row in rows:
            text.write('\t'.join(copy_text(v) for v in row) + '\n')
        text.seek(0)
        self.cursor.copy_expert('COPY %s FROM STDIN' % table, text)

    def sqlstates(self, queries):
        """The SQLSTATE of each query, '00000' when it ran."""
        self.run("""CREATE OR REPLACE FUNCTION pg_temp.sqlstate_of(query text) RETURNS text
            LANGUAGE plpgsql AS $$
            BEGIN EXECUTE query; RETURN '00000'; EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE; END $$""")
        return [row[0] for row in self.rows(
            'SELECT pg_temp.sqlstate_of(q) FROM unnest(%s::text[]) WITH ORDINALITY AS t(q, i) ORDER BY i',
            (queries,))]


def copy_text(v):
    if v is None:
        return '\\N'
    if isinstance(v, (float, np.floating)):
        return repr(float(v))
    return str(v).replace('\\', '\\\\').replace('\t', '\\t').replace('\n', '\\n').replace('\r', '\\r')


def seeded(seed, body):
    """A section whose function also takes a generator of random numbers."""
    return lambda server, checks: body(server, checks, np.random.default_rng(seed))


def check_mistakes(server, checks, mistakes):
    """Pairs of a query and its SQLSTATE, '00000' where it must run; the backend survives them all."""
    pid = server.value('SELECT pg_backend_pid()')
    for (query, wanted), got in zip(mistakes, server.sqlstates([query for query, _ in mistakes])):
        checks.check(got == wanted, query[:300], got, wanted)
    checks.check(server.value('SELECT pg_backend_pid()') == pid, 'same backend', 'another', pid)


def run_sections(file, sections):
    """The oracle in that file: run the (name, body) pairs that the command line names, or all, and exit.

    A body takes the server and the checks.  The last line of output is "TOPIC: N passed, M failed".
    """
    checks, server = Checks(os.path.splitext(os.path.basename(file))[0]), Server()
    unknown = set(sys.argv[1:]) - {name for name, _ in sections}
    if unknown:
        sys.exit('no section %s; there are %s' % (', '.join(sorted(unknown)), ', '.join(name for name, _ in sections)))
    for name, body in sections:
        if len(sys.argv) == 1 or name in sys.argv[1:]:
            checks.run(name, lambda: body(server, checks))
    sys.exit(checks.finish())
