"""What about a corpus is odd, though it can be read: what may have been meant otherwise, or tagged by a slip."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from nerwin.text.columns import Block, own_delimiter, split_line
from nerwin.text.files import BLANK
from nerwin.text.tags import OUTSIDE, is_tag

if TYPE_CHECKING:
    from nerwin.text.corpus import Corpus

LONG_SENTENCE = 1000
SEVERAL = 20  # words; what all of them have in common is no chance


def oddities(corpus: "Corpus") -> Iterator[str]:
    """What is worth a look at a file."""
    longest = max(corpus.sentences, key=lambda sentence: len(sentence.words))
    if len(longest.words) > LONG_SENTENCE:
        yield f"a sentence of {len(longest.words):,} tokens at line {longest.line} (are blank lines between sentences?)"
    if marks := sum("\ufeff" in word for sentence in corpus.sentences for word in sentence.words):
        yield f"{marks} tokens with a byte-order mark inside"


def doubts(corpus: "Corpus") -> Iterator[str]:
    """What may have been read otherwise than it was meant."""
    forms = set(itertools.chain.from_iterable(corpus.words))
    if edged := {form for form in forms if form[0] in BLANK or form[-1] in BLANK}:
        count = sum(word in edged for words in corpus.words for word in words)
        yield f"{count:,} words with a blank before or after them, which makes other words of them"
    shared = _beginning(forms)
    if shared and len(forms) >= SEVERAL:
        yield f'all words begin with "{shared[:20]}"'
    if len(forms) >= SEVERAL and not any(OUTSIDE in tags for tags in corpus.tags):
        yield "no word is outside of an entity (is corpus.tag_column the column of the tags?)"


def tagged_comments(block: Block, tag: int) -> Iterator[tuple[int, int]]:
    """The line and the number of columns of each comment that has a tag where tokens have theirs: "#nerwin O"."""
    for number, text in block.others_of("comment"):
        fields = split_line(text, own_delimiter(text))
        if -len(fields) <= tag < len(fields) and is_tag(fields[tag]):
            yield number, len(fields)


class TagColumns:
    """Which further columns of a file hold tags and nothing else: there may be two levels of entities."""

    def __init__(self, columns: Iterable[int]) -> None:
        self._found: dict[int, set[str]] = {column: set() for column in columns}

    def look(self, block: Block) -> None:
        """Take a block's columns into account."""
        for column, found in list(self._found.items()):
            values = block.column(column)
            if values is None or not all(map(is_tag, set(values))):
                del self._found[column]  # as most columns do at once
            else:
                found.update(values)

    def notes(self) -> Iterator[str]:
        """What to say of each."""
        for column, found in self._found.items():
            if found - {OUTSIDE}:
                yield f"column {column} holds tags too"


def comments_doubt(comments: Sequence[tuple[int, int]], columns: int) -> Iterator[str]:
    """The doubt about such comments, if any has as many columns as tokens."""
    if lines := [line for line, width in comments if width == columns]:
        yield (
            f"{len(lines):,} comments with a tag where tokens have theirs, the first on line {lines[0]} (should "
            "corpus.comments be longer?)"
        )


def _beginning(forms: set[str]) -> str:
    """What all of some words begin with."""
    first, last = min(forms), max(forms)  # all others stand between them
    return "".join(a for a, _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False)))
