"""Bytes to text: compression and encodings."""

import bz2
import codecs
import gzip
import io
import lzma
import zipfile
import zlib

from .refusal import Refusal, listed

MARKS = [  # UTF-32 before UTF-16, whose mark begins like it
    (codecs.BOM_UTF8, 'utf-8', 'UTF-8'),
    (codecs.BOM_UTF32_LE, 'utf-32-le', 'UTF-32'),
    (codecs.BOM_UTF32_BE, 'utf-32-be', 'UTF-32'),
    (codecs.BOM_UTF16_LE, 'utf-16-le', 'UTF-16'),
    (codecs.BOM_UTF16_BE, 'utf-16-be', 'UTF-16'),
]

NO_TABLES = [
    (b'PAR1', 'a Parquet file', 'unpack it'),
    (b'\xd0\xcf\x11\xe0', 'an old Excel workbook', 'save the sheet as CSV UTF-8'),
    (b'SQLite format 3', 'an SQLite database', 'export the table as CSV'),
    (b'ARROW1', 'an Arrow file', 'write it as CSV, by pandas: read_feather(...).to_csv(...)'),
    (b'%PDF', 'a PDF file', 'get the table as CSV'),
    (b'\x28\xb5\x2f\xfd', 'compressed by zstd', 'unpack it by unzstd'),
]


def unzipped(path, data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [name for name in archive.namelist() if not name.endswith('/') and not name.startswith('__MACOSX/')]
        if '[Content_Types].xml' in names:
            raise Refusal(f'{path} is an Excel workbook: save the sheet as CSV UTF-8')
        if 'content.xml' in names:
            raise Refusal(f'{path} is an OpenDocument spreadsheet: save the sheet as CSV')
        if len(names) != 1:
            raise Refusal(f'{path} is an archive of {len(names)} files: unpack it and name one')
        return archive.read(names[0])


def unpacked(path, data):
    try:
        if data.startswith(b'\x1f\x8b'):
            return gzip.decompress(data), 'gzip'
        if data.startswith(b'BZh'):
            return bz2.decompress(data), 'bzip2'
        if data.startswith(b'\xfd7zXZ'):
            return lzma.decompress(data), 'xz'
        if data.startswith(b'PK\x03\x04'):
            return unzipped(path, data), 'zip'
    except (OSError, EOFError, lzma.LZMAError, zlib.error, zipfile.BadZipFile, RuntimeError) as error:
        raise Refusal(f'{path} is compressed and cannot be unpacked, it may be cut off: {error}') from error
    return data, None


def line_of(data, offset):
    return data.count(b'\n', 0, offset) + 1


def strictly(path, data, codec, label):
    try:
        return data.decode(codec), label
    except UnicodeDecodeError as error:
        raise Refusal(f'{path}, line {line_of(data, error.start)}: this is not {label}: '
                      '--encoding says what it is, such as latin-1 or utf-16') from error


def decoded(path, data, encoding):
    """The text and the name of its encoding."""
    if encoding is not None:
        return strictly(path, data, encoding, encoding)
    for mark, codec, label in MARKS:
        if data.startswith(mark):
            return strictly(path, data[len(mark):], codec, label)
    # Every other byte of most UTF-16 without a mark is 0.
    for codec, zeros in (('utf-16-le', data[1:2000:2]), ('utf-16-be', data[0:2000:2])):
        if zeros.count(0) > 0.4 * len(zeros) > 0:
            return strictly(path, data, codec, 'UTF-16')
    for codec, label in (('utf-8', 'UTF-8'), ('cp1252', 'Windows-1252')):
        try:
            return data.decode(codec), label
        except UnicodeDecodeError:
            pass
    return data.decode('latin-1'), 'Latin-1'


def read_text(path, encoding=None):
    """The text of a file, and what is worth saying about how it was read."""
    try:
        with open(path, 'rb') as file:
            data = file.read()
    except FileNotFoundError as error:
        raise Refusal(f'there is no file {path}') from error
    except IsADirectoryError as error:
        raise Refusal(f'{path} is a folder: name the files in it') from error
    except OSError as error:
        raise Refusal(f'{path} cannot be read: {error.strerror}') from error
    if encoding is not None:
        try:
            codecs.lookup(encoding)
            b''.decode(encoding)
        except LookupError as error:
            known = listed(['utf-8', 'utf-16', 'latin-1', 'cp1252', 'shift_jis', 'gb18030', 'koi8-r'])
            raise Refusal(f'there is no encoding {encoding}: --encoding is one of Python\'s, such as {known}') from error

    data, packed = unpacked(path, data)
    for start, what, instead in NO_TABLES:
        if data.startswith(start):
            raise Refusal(f'{path} is {what}: {instead}')
    if not data.strip():
        raise Refusal(f'{path} is empty')
    text, label = decoded(path, data, encoding)
    if '\0' in text:
        line = text.count('\n', 0, text.index('\0')) + 1
        raise Refusal(f'{path}, line {line}: a zero byte: this is no text, or in an encoding for --encoding to name')
    notes = []
    if packed:
        notes.append(f'packed by {packed}')
    if encoding is None and label != 'UTF-8':
        notes.append(f'in {label}' + ('' if label.startswith('UTF') else ', as it is not UTF-8 (else --encoding)'))
    # DOS ended a text with a mark of its own.
    return text.removeprefix('\ufeff').rstrip('\x1a'), notes
