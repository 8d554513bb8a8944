"""Columns that can be read, though they may not be what was meant: what is refused, and what is doubted.

In tagged corpora wrong columns show in the tags (see `unreadable`), except where the column of the words is one of
numbers or of further tags. In untagged columns any text would pass for words. So words that are none are refused, as
nothing else would show the mistake; of single lines that may be none a doubt is noted. What is odd in the words and
tags of a whole corpus, in columns or not, is in `doubts`.
"""

import re
from collections.abc import Iterator, Sequence

import numpy as np

from nerwin.arrays import Ints
from nerwin.corpora.columns import Block, Columns, has_column, own_delimiter, split_line
from nerwin.errors import CorpusError
from nerwin.text.tags import OUTSIDE, is_tag

FEW = 3  # words that are enough to tell numbers, or tags, from words
_NUMBER = re.compile(r"(\d{1,9})(?:[-.]\d{1,9})?")
# The numbers of what is no word in CoNLL-U: 3-4 is two words that are written as one, 5.1 a word that was left out.
NON_WORD = r"\d{1,9}[-.]\d{1,9}[\t ]"
_NON_WORDS = re.compile(f"^{NON_WORD}".encode(), re.MULTILINE)
WITHOUT_NON_WORDS = "grep -vE '^[0-9]+[-.][0-9]+[[:space:]]'"
MARKS = {",": "comma", ";": "semicolon"}  # between the cells of CSV, never between columns


def words_in(block: Block, columns: Columns, name: str) -> list[str]:
    """The words of a block of untagged columns.

    Raises:
        CorpusError: a token has none, or what is there is no word; the message starts with `name:line`.
    """
    words = block.column(columns.word)
    if words is None:
        lacking = next(line for line in block.tokens() if not line.has(columns.word))
        raise CorpusError(
            f"{name}:{lacking.number}: expected a word in column {columns.word}, found {len(lacking.fields)} columns: "
            f'"{lacking.text[:40]}". Mend the line, name another --word-column, or use --input text for raw text.'
        )
    if columns.delimiter == "auto":
        _check_delimiter(block, words, name)
    check_words(block, words, columns, name, tagged=False)
    return words


def check_words(block: Block, words: Sequence[str], columns: Columns, name: str, *, tagged: bool) -> None:
    """Refuse a file of several columns that begins with tags or numbers in the column of words.

    Args:
        tagged: whether another column has tags; if none has, words that are mostly O count as tags, as types alone
            would be: few texts say O so often.

    Raises:
        CorpusError: it does.
    """
    if block.number > 1:
        return
    numbers = _numbers(block, words)
    are_tags = _are_tags(words) or (not tagged and _are_outside(words))
    if numbers or (are_tags and (block.widths > 1).all()):
        what, found = ("their numbers", numbers) if numbers else ("tags", words)
        raise CorpusError(
            f"{name}:{block.number + block.places[0]}: expected words in column {columns.word}, found {what}: "
            f"{', '.join(found[:3])}. "
            f"{'Set corpus.word_column.' if tagged else 'Name that of the words with --word-column.'}"
        )


def _are_tags(words: Sequence[str]) -> bool:
    return all(map(is_tag, words)) and set(words) > {OUTSIDE}


def _are_outside(words: Sequence[str]) -> bool:
    return len(words) >= FEW and 2 * words.count(OUTSIDE) > len(words)


def _numbers(block: Block, words: Sequence[str]) -> list[str]:
    """What stands in place of words, comments skipped, if it is their numbers, as in CoNLL-U's first column."""
    first = next((word for word in words if not word.startswith("#")), "")
    if not _NUMBER.fullmatch(first):  # no more is looked at in most files
        return []
    places = [at for at, word in enumerate(words) if not word.startswith("#")]
    numbers = [words[at] for at in places]
    told = len(numbers) >= FEW and (block.widths[places] > 1).all() and _count_up(numbers)
    return numbers if told else []


def _count_up(words: Sequence[str]) -> bool:
    """Whether words are numbers that count up, starting at 0 or 1 again and again, and reach 2 at least."""
    before = most = 0
    for word in words:
        number = _NUMBER.fullmatch(word)
        if number is None or int(number[1]) not in (0, 1, before, before + 1):
            return False
        before = int(number[1])
        most = max(most, before)
    return most > 1


def _check_delimiter(block: Block, words: Sequence[str], name: str) -> None:
    """Refuse lines that seem to be separated otherwise than the first, from which the delimiter was found out."""
    by_space = block.delimiter == " "
    usual, doubtful = ("space", _with_tabs(block, words)) if by_space else ("tab", _with_spaces(block, words))
    if len(doubtful):
        at = int(doubtful[0])
        raise CorpusError(
            f"{name}:{block.number + block.places[at]}: expected columns by {usual} as in the first line, found "
            f"{words[at][:40]!r}. Separate all lines alike. Or is this line or the first one a comment? Say so with "
            "--comments."
        )


def _with_tabs(block: Block, words: Sequence[str]) -> Ints:
    return np.flatnonzero(["\t" in word for word in words]) if b"\t" in block.data else np.empty(0, int)


def _with_spaces(block: Block, words: Sequence[str]) -> Ints:
    """Lines without a tab that end in a tag, or that are most lines: others may be a word with a space and no more."""
    places = np.array([at for at in np.flatnonzero(block.widths == 1).tolist() if " " in words[at]], int)
    if 2 * len(places) > len(words):
        return places
    return places[[is_tag(words[at].rpartition(" ")[2]) for at in places]] if len(places) else places


class TaggedDoubts:
    """Signs that tagged columns are misread, gathered while they are read: words among comments, lines that are no
    words."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._comments: list[tuple[int, int]] = []
        self._non_words: list[int] = []

    def look(self, block: Block) -> None:
        """Take a block into account."""
        self._comments += tagged_comments(block, self._columns.tag)
        self._non_words += _non_words(block, self._columns.word)

    def found(self, width: int, tokens: int) -> Iterator[str]:
        """The doubts about a file of so many columns and tokens."""
        if lines := [line for line, columns in self._comments if columns == width]:
            yield (
                f"comments with a tag where tokens have theirs: {len(lines):,}, the first on line {lines[0]} (should "
                "corpus.comments be longer?)"
            )
        yield from _non_words_doubt(self._non_words, tokens)


def tagged_comments(block: Block, tag: int) -> Iterator[tuple[int, int]]:
    """The line and the number of columns of each comment that has a tag where tokens have theirs: "#nerwin O"."""
    for number, text in block.comments():
        fields = split_line(text, own_delimiter(text))
        if has_column(fields, tag) and is_tag(fields[tag]):
            yield number, len(fields)


def _non_words(block: Block, word: int) -> list[int]:
    """The numbers of a block's lines that CoNLL-U does not count as words.

    There are none if `word`, the column of the words, is the first, where CoNLL-U has the numbers of its lines.
    """
    if not _NON_WORDS.search(block.data) or not len(block.widths) or not word % int(block.widths[0]):
        return []
    return [line.number for line in block.tokens() if re.match(NON_WORD, line.text)]


def _non_words_doubt(lines: Sequence[int], tokens: int) -> Iterator[str]:
    """The doubt about such lines; where most tokens are numbered so, the numbers mean something else."""
    if lines and 2 * len(lines) < tokens:
        yield (
            f"lines read as words that are none in CoNLL-U (3-4 or 5.1): {len(lines):,}, the first on line {lines[0]} "
            f"(take them out: {WITHOUT_NON_WORDS})"
        )


def untagged_doubts(block: Block, word: int) -> Iterator[str]:
    """Signs that untagged columns are misread: lines unlike most, and words among comments.

    Args:
        word: the column of the words.
    """
    if not len(block.places):
        return
    if block.delimiter == " " and len(block.places) > 1 and (mark := _mark_of_all(block)):
        yield (
            f"each line has a {MARKS[mark]} (is it CSV? Then separate by tabs, or convert it: nerwin convert --from "
            "csv IN OUT)"
        )
        return
    yield from _non_words_doubt(_non_words(block, word), len(block.places))
    usual = int(np.bincount(block.widths).argmax())
    (odd,) = np.nonzero(block.widths != usual)
    if len(odd):
        first = int(odd[0])
        yield (
            f"line {block.number + block.places[first]} has {block.widths[first]} columns and most have {usual} (is it "
            "a comment, or are columns named there? Do words hold spaces? Then separate by tabs)"
        )
    if lines := [line for line, text in block.comments() if len(split_line(text, block.delimiter)) == usual]:
        yield (
            f"comments with as many columns as words have: {len(lines):,}, the first on line {lines[0]} (are they "
            "words? Then name the mark of comments with --comments, or a longer one)"
        )


def _mark_of_all(block: Block) -> str | None:
    """A mark that separates cells of a table, if the lines of all tokens have it."""
    return next((mark for mark in MARKS if all(mark in line.text for line in block.tokens())), None)
