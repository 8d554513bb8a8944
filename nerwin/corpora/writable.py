"""Words that forms of lines cannot hold: they would not be read back, and are refused when they are to be written."""

from collections.abc import Iterable, Sequence

from nerwin.corpora.columns import DOCSTART
from nerwin.errors import CorpusError
from nerwin.text.blanks import BLANK


def check_breaks(words: Iterable[str], where: str) -> None:
    """Refuse words that the inventory of a model cannot hold, which has a line a word.

    Raises:
        CorpusError: a word with a line break; the message starts with `where`.
    """
    for word in words:
        if "\n" in word:
            raise CorpusError(f"{where}: expected words without line breaks, found {word!r}. Mend the word.")


def check_lines(words: Iterable[str], where: str, form: str) -> None:
    """Refuse words that no form with a line a token or a sentence can hold.

    Raises:
        CorpusError: a word of blanks alone, or with a line break; the message starts with `where`.
    """
    for word in words:
        if not word.strip(BLANK) or "\n" in word or "\r" in word:
            raise CorpusError(
                f"{where}: expected words without line breaks that are more than blanks, found {word!r}, which {form} "
                "cannot hold. Mend the word, or write .jsonl."
            )


def check_columns(words: Sequence[str], where: str) -> None:
    """Refuse words that columns by tab cannot hold.

    Raises:
        CorpusError: as `check_lines`; also a word with a tab, or one that would be read as the border of a document.
    """
    check_lines(words, where, "columns")
    for word in words:
        if "\t" in word or word.startswith(DOCSTART):
            raise CorpusError(
                f"{where}: expected words without tabs that are no {DOCSTART}, found {word!r}, which columns "
                "cannot hold. Mend the word, or write .jsonl."
            )
