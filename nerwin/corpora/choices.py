"""How a file can be read and written, by the names that keys and options have in common.

They have a module of their own so that `nerwin --help` can list them without importing the code behind them.
"""

from typing import Literal

Delimiter = Literal["auto", "tab", "space"]
Scheme = Literal["auto", "iob1", "iob2", "iobes", "bilou", "bmes", "types"]  # in columns
FormName = Literal["conll", "iob1", "iob2", "iobes", "bilou", "bmes", "types", "csv", "inline", "jsonl", "spacy"]
Align = Literal["strict", "contract", "expand"]  # of entities that are no whole tokens, by the names that spaCy has
