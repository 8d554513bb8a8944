"""Tagged sentences, and the corpus that a file of them is, in whatever form it was written."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from nerwin.corpora.columns import DOCSTART
from nerwin.counts import counted

CSV = "CSV"  # what a corpus from a table has as its delimiter


class Sentence(NamedTuple):
    """Words, their tags in whatever scheme, and the line of each in its file."""

    words: list[str]
    tags: list[str]
    lines: Sequence[int] = ()

    @property
    def line(self) -> int:
        """Where the sentence begins; 0 where it does not come from a file."""
        return self.lines[0] if self.lines else 0


@dataclass
class Corpus:
    """The sentences of one file and what was found out about it.

    delimiter: that of its columns; for a file without columns, the name of its form. width: the number of its columns,
    or 0.
    """

    path: str
    sentences: list[Sentence] = field(default_factory=list)
    delimiter: str = "tab"
    width: int = 0
    scheme: str = "iob2"
    illegal: int = 0  # steps between tags that the scheme does not allow
    comments: int = 0
    docstarts: int = 0
    tag_columns: list[int] = field(default_factory=list)  # further ones that hold tags and nothing else
    notes: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)  # what may have been read otherwise than it was meant

    @property
    def words(self) -> list[list[str]]:
        """Of each sentence."""
        return [sentence.words for sentence in self.sentences]

    @property
    def tags(self) -> list[list[str]]:
        """Of each sentence."""
        return [sentence.tags for sentence in self.sentences]

    @property
    def tokens(self) -> int:
        return sum(len(sentence.words) for sentence in self.sentences)

    def describe(self) -> str:
        """How the file was understood, in one line."""
        parts = [
            counted(len(self.sentences), "sentence"),
            counted(self.tokens, "token"),
            f"{self.width} columns by {self.delimiter}" if self.width else self.delimiter,
            self.scheme.upper(),
        ]
        for count, what, done in (
            (self.illegal, "invalid transition", ""),
            (self.comments, "comment line", " skipped"),
            (self.docstarts, f"{DOCSTART} line", " skipped"),
        ):
            if count:
                parts.append(counted(count, what) + done)
        parts += [f"column {column} holds tags too" for column in self.tag_columns]
        return ", ".join([*parts, *self.notes, *self.doubts])
