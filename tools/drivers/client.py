"""statements.tsv through psycopg 3 or, as client.py odbc, psqlODBC."""
import csv
import re
import sys

CASTS = {'text': str, 'float8': float, 'bigint': int, 'boolean': lambda value: value == 'true'}


def connect():
    if sys.argv[1:] == ['odbc']:
        import os
        import pyodbc
        return pyodbc.connect('Driver={PostgreSQL Unicode};Servername=127.0.0.1;Port=%s;Database=postgres;Uid=postgres'
                              % os.environ['PGPORT'], autocommit=True), '?'
    import psycopg
    return psycopg.connect('host=127.0.0.1', autocommit=True), '%s'


def show(value):
    if value is None:
        return 'null', ''
    if isinstance(value, bool):
        return 'boolean', str(value)
    if isinstance(value, (int, float)):
        return 'number', repr(value)
    if isinstance(value, str):
        return 'text', value.replace('\\', '\\\\').replace('\n', '\\n').replace('\t', '\\t').replace('\r', '\\r')
    return type(value).__name__, repr(value)


connection, mark = connect()
csv.field_size_limit(10**7)
with open('statements.tsv', encoding='utf-8', newline='') as file:
    for name, sql, *bound in csv.reader(file, delimiter='\t', quoting=csv.QUOTE_NONE):
        values = [CASTS[kind](value) for kind, value in (item.split(':', 1) for item in bound)]
        if mark == '%s' and values:
            sql = sql.replace('%', '%%')
        cursor = connection.cursor()
        cursor.execute(re.sub(r'\$\d', mark, sql), *([values] if values else []))
        for number, row in enumerate(cursor.fetchall()):
            for column, value in zip(cursor.description, row):
                print(name, number, column[0], *show(value), sep='\t')
