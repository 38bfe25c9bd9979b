"""Defects that are put into the stub or the clients at run time, to see which of them the suite of
scripts/fuzz.py finds.

`python -m tests.defects` runs it against each of them and writes the table.
"""
