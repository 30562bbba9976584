"""Reads files that people have: bytes to text, text to records, columns to
one meaning each, and layouts to arms.  Only Python's standard library."""
