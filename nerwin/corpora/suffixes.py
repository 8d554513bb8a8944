"""The form of a tagged corpus by its file's suffix, wherever a command does not name it."""

from pathlib import Path

from nerwin.corpora.choices import FormName
from nerwin.files.opening import suffix_of

SUFFIXES: dict[str, FormName] = {
    ".conll": "conll", ".conllu": "conll", ".iob": "conll", ".bio": "conll",
    ".iob2": "conll", ".iob1": "iob1", ".iobes": "iobes", ".bioes": "iobes", ".bilou": "bilou", ".bmes": "bmes",
    ".types": "types", ".csv": "csv", ".inline": "inline", ".jsonl": "jsonl", ".json": "jsonl", ".spacy": "spacy",
}  # fmt: skip
NO_COLUMNS = ("csv", "inline", "jsonl", "spacy")


def form_by_suffix(path: Path) -> FormName | None:
    """The form that a file's suffix names, also before .gz; None where it names none."""
    return SUFFIXES.get(suffix_of(path))
