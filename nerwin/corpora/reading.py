"""The tagged corpora that every command takes: columns, or another form where the file's name says so."""

from pathlib import Path

from nerwin.corpora.choices import FormName
from nerwin.corpora.columns import Columns
from nerwin.corpora.corpus import Corpus, Sentence
from nerwin.corpora.csv_rows import is_table, read_csv
from nerwin.corpora.passage import Counts, sentences_of
from nerwin.corpora.passages import NAMES, read_passages
from nerwin.corpora.schemes import TYPES_ALONE, check_labels
from nerwin.corpora.settled import settled
from nerwin.corpora.suffixes import form_by_suffix
from nerwin.corpora.tagged_columns import read_tagged_columns
from nerwin.corpora.writable import check_breaks
from nerwin.files.lines import read_lines
from nerwin.text.tags import iob2


def read_corpus(path: Path, columns: Columns = Columns(), *, refuse_mixed: bool = True) -> Corpus:
    """Read a tagged corpus in the form that its file's suffix says, or else in columns.

    Args:
        columns: where words and tags stand. Unless its scheme is set, a file whose suffix is .types has types alone.
        refuse_mixed: whether a file whose tags follow no scheme well is refused; else it is read by the one that fits
            best.

    Raises:
        CorpusError: a line that does not fit, mixed schemes, no sentence at all, or bytes that are not UTF-8.
    """
    form = form_by_suffix(path)
    if form in NAMES:
        return settled(_of_passages(path, form), refuse_mixed=refuse_mixed)
    if form == "csv" and is_table(next(read_lines(path), "")):
        return read_csv(read_lines(path), str(path), refuse_mixed=refuse_mixed)
    if form == TYPES_ALONE and columns.scheme == "auto":
        columns = columns._replace(scheme=TYPES_ALONE)
    return read_tagged_columns(path, columns, refuse_mixed=refuse_mixed)


def _of_passages(path: Path, form: FormName) -> Corpus:
    """The corpus in a file of passages, of which documents are cut into sentences."""
    corpus, counts = Corpus(str(path), delimiter=NAMES[form]), Counts()
    for passage in read_passages(path, form, counts):
        where = f"{path}:{passage.line}"
        check_labels(passage.labels, where, "Call it otherwise.")
        check_breaks(passage.words, where)
        for one in sentences_of(passage):
            words = one.words
            corpus.sentences.append(Sentence(words, iob2(one.entities, len(words)), [one.line] * len(words)))
    corpus.notes += counts.said
    return corpus
