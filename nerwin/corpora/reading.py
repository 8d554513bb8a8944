"""The tagged corpora that every command takes: columns, or inline markup where the file's name says so.

Other forms are to be converted (see `formats`).
"""

from pathlib import Path

from nerwin.corpora.columns import Columns
from nerwin.corpora.corpus import Corpus, Sentence
from nerwin.corpora.inline import read_inline
from nerwin.corpora.schemes import TYPES_ALONE, check_labels
from nerwin.corpora.settled import settled
from nerwin.corpora.suffixes import form_by_suffix
from nerwin.corpora.tagged_columns import read_tagged_columns
from nerwin.errors import CorpusError
from nerwin.files.lines import read_lines
from nerwin.files.opening import suffix_of, unpacked_name
from nerwin.shell import command_line
from nerwin.text.tags import iob2


def read_corpus(path: Path, columns: Columns = Columns(), *, refuse_mixed: bool = True) -> Corpus:
    """Read a tagged corpus: columns, or inline markup where the file's suffix says so.

    Args:
        columns: where words and tags stand. Unless its scheme is set, a file whose suffix is .types has types alone.
        refuse_mixed: whether a file whose tags follow no scheme well is refused; else it is read by the one that fits
            best.

    Raises:
        CorpusError: a form that is to be converted, a line that does not fit, mixed schemes, no sentence at all, or
            bytes that are not UTF-8.
    """
    form = form_by_suffix(path)
    if form in ("jsonl", "spacy"):
        command = command_line("nerwin", "convert", path, Path(f"{Path(unpacked_name(path)).stem}.conll"))
        raise CorpusError(f"{path}: expected columns or inline markup, found {suffix_of(path)}. Convert it: {command}")
    if form == TYPES_ALONE and columns.scheme == "auto":
        columns = columns._replace(scheme=TYPES_ALONE)
    if form != "inline":
        return read_tagged_columns(path, columns, refuse_mixed=refuse_mixed)
    corpus = Corpus(str(path), delimiter="inline markup")
    for found in read_inline(read_lines(path), str(path)):
        words = found.words
        check_labels(found.labels, f"{path}:{found.line}", "Call it otherwise.")
        corpus.sentences.append(Sentence(words, iob2(found.entities, len(words)), [found.line] * len(words)))
    return settled(corpus, refuse_mixed=refuse_mixed)
