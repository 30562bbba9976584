"""Runs the series of queries that compares with ClickHouse.

clickhouse.py FILE ROUNDS

FILE has the arm and the outcome of each row, in PostgreSQL's binary format.
Each round runs PostgreSQL's queries, then ClickHouse's.  Both keep their rows
in memory.
"""
import json
import os
import subprocess
import sys
import tempfile
import time

from chdb.session import Session


class Psql:
    """One session, which the environment says how to reach."""

    def __init__(self):
        self.process = subprocess.Popen(
            ['psql', '-X', '-q', '-At', '-v', 'ON_ERROR_STOP=1'],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, sql):
        """The lines of the answer."""
        print(f'{sql};\n\\echo end', file=self.process.stdin, flush=True)
        lines = []
        for line in self.process.stdout:
            if line == 'end\n':
                return lines
            lines.append(line.rstrip('\n'))
        sys.exit('psql has ended')


def load(engine, file):
    engine.query('CREATE DATABASE bench')
    engine.query('CREATE TABLE bench.events (arm UInt8, outcome Float64) ENGINE = Memory')
    # big-endian, each value behind its length
    engine.query(
        'INSERT INTO bench.events SELECT arm, reinterpretAsFloat64(byteSwap(outcome)) '
        f"FROM file('{file}', RowBinary, 'fields UInt16, arm_length UInt32, arm UInt8, "
        "outcome_length UInt32, outcome UInt64')")


def check_rows(engine, psql):
    """The same rows on both sides?"""
    theirs = str(engine.query(
        'SELECT arm, count(), toString(min(outcome)), toString(max(outcome)) '
        'FROM bench.events GROUP BY arm ORDER BY arm', 'TSV')).splitlines()
    ours = psql.ask("SELECT (variant = 'control')::int, count(*), min(outcome), max(outcome) "
                    'FROM events GROUP BY 1 ORDER BY 1')

    if [list(map(float, line.split('\t'))) for line in theirs] != \
            [list(map(float, line.split('|'))) for line in ours]:
        sys.exit(f'ClickHouse got other rows: {theirs}, not {ours}')


def main():
    file, rounds = sys.argv[1], int(sys.argv[2])
    psql = Psql()
    queries = [line.split('|', 1) for line in psql.ask(
        "SELECT name, sql FROM query WHERE series = 'clickhouse' AND engine = 'ClickHouse' ORDER BY id")]

    with tempfile.TemporaryDirectory(dir=os.path.dirname(file)) as directory, Session(directory) as engine:
        load(engine, file)
        check_rows(engine, psql)

        # Round 0 warms up.
        for round in range(rounds + 1):
            if round > 0:
                psql.ask(f"CALL run_round('clickhouse', {round})")
            for name, sql in queries:
                # what all its threads had of a processor
                started = time.process_time()
                answer = engine.query(sql, 'JSONCompactEachRow')
                ms = 1000 * (time.process_time() - started)
                if round > 0:
                    psql.ask(f"INSERT INTO timing VALUES ('{name}', {round}, {ms}, 0)")

        version = str(engine.query('SELECT version()', 'TSVRaw')).strip()
        u, p_value = json.loads(str(answer))[0].values()
        psql.ask(f"INSERT INTO clickhouse VALUES ('{version}', {u!r}, {p_value!r})")


if __name__ == '__main__':
    main()
