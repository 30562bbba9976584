"""Parquet to records, by pyarrow where that is installed."""

import datetime
import decimal

from .records import opened, table_of
from .refusal import Refusal


def plain(value):
    """A value as JSON would have it."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, bytes):
        return value.decode(errors='replace')
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    if isinstance(value, decimal.Decimal) or not isinstance(value, (str, int, float, type(None))):
        return str(value)
    return value


def is_parquet(path):
    try:
        with open(path, 'rb') as file:
            return file.read(4) == b'PAR1'
    except OSError:
        return False


def read_parquet(path):
    """A table of a file of Parquet, of which is_parquet() is sure."""
    try:
        from pyarrow import ArrowException, parquet
    except ImportError as error:
        raise Refusal(f'{path} is a Parquet file, and Python has no pyarrow to read it ({error}): python3 -m venv parquet '
                      '&& parquet/bin/pip install pyarrow, then PATH=$PWD/parquet/bin:$PATH ./demo.sh .., or write it '
                      'as CSV or JSON Lines') from error
    try:
        rows = [row for batch in parquet.ParquetFile(path).iter_batches()
                for row in batch.to_pylist(maps_as_pydicts='lossy')]
    except (ArrowException, OSError) as error:
        raise Refusal(f'{path} is a Parquet file that cannot be read, it may be cut off: '
                      f'{str(error).splitlines()[0]}') from error
    return opened(table_of(path, [(number, plain(row)) for number, row in enumerate(rows, start=1)], ['Parquet']))
