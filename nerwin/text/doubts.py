"""Oddities of a corpus that can be read: notes on what is worth a look, doubts about what was meant."""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from nerwin.text.columns import Block, own_delimiter, split_line
from nerwin.text.files import BLANK
from nerwin.text.pairs import are_letters
from nerwin.text.passage import join_letters, join_words
from nerwin.text.schemes import TYPES
from nerwin.text.tagged import Corpus
from nerwin.text.tags import OUTSIDE, is_tag
from nerwin.text.tokenizer import TOKENIZERS

MARK = re.compile(r"[a-z]{2,3}:.")  # of the language of a word, as in de:Haus
LONG_SENTENCE = 1000
ENOUGH = 1000  # tokens that tell what a column is for
STRANGE = 0.1  # share of words; of corpora of texts with spaces some hundredths are taken apart otherwise
FEW = 0.01  # the same for letters, where only digits and Latin letters can differ
# How raw text is to be tagged with each tokenizer, in the order in which they are advised.
REMEDIES = {
    "rules": "as it is (corpus.tokenizer=rules)",
    "letters": "letter by letter (corpus.tokenizer=letters)",
    "spaces": "with spaces between words (corpus.tokenizer=spaces)",
}
# The numbers of what is no word in CoNLL-U: 3-4 is two that are written as one, 5.1 is left out.
_RANGE = r"\d{1,9}[-.]\d{1,9}[\t ]"
_RANGES = re.compile(f"^{_RANGE}".encode(), re.MULTILINE)
SEVERAL = 20  # words; what all of them have in common is no chance
MANY = 200  # words; a text of so many has far more forms than the root of their number (Heaps' law)


def oddities(corpus: Corpus) -> Iterator[str]:
    """What is worth a look at a file."""
    longest = max(corpus.sentences, key=lambda sentence: len(sentence.words))
    if len(longest.words) > LONG_SENTENCE:
        yield f"a sentence of {len(longest.words):,} tokens at line {longest.line} (are blank lines between sentences?)"
    if marked := {form for form in _forms(corpus) if "\ufeff" in form}:
        yield f"{_count(corpus, marked)} tokens with a byte-order mark inside"


def doubts(corpus: Corpus) -> Iterator[str]:
    """What may have been read otherwise than it was meant."""
    forms = _forms(corpus)
    if edged := {form for form in forms if form != form.strip(BLANK)}:
        yield f"words with a blank before or after them, which are then different words: {_count(corpus, edged):,}"
    if corpus.tokens >= MANY and len(forms) ** 2 < corpus.tokens and not _alphabet(corpus, forms):
        yield f"only {len(forms)} different words among {corpus.tokens:,} (is corpus.word_column that of the words?)"
    if len(forms) >= SEVERAL:
        yield from (f"all words {what}, as those of other text will not (cut it off)" for what in _in_common(forms))
    if corpus.scheme == TYPES and corpus.tokens >= SEVERAL:
        yield from _header_doubt(corpus)
    if len(forms) >= SEVERAL and not any(OUTSIDE in tags for tags in corpus.tags):
        yield "no word is outside of an entity (is corpus.tag_column the column of the tags?)"


def _alphabet(corpus: Corpus, forms: set[str]) -> bool:
    """Whether words are letters of some script, and no tags of one letter."""
    return len(forms) >= SEVERAL and are_letters(corpus.words)


def _header_doubt(corpus: Corpus) -> Iterator[str]:
    first = next(tag for tags in corpus.tags for tag in tags)
    if first != OUTSIDE and sum(tags.count(first) for tags in corpus.tags) == 1:
        yield f'the first type, "{first[2:]}", comes once (are these the names of columns? Then take them out)'


def _forms(corpus: Corpus) -> set[str]:
    return set(itertools.chain.from_iterable(corpus.words))


def _count(corpus: Corpus, forms: set[str]) -> int:
    """How many words are one of some forms."""
    return sum(word in forms for word in itertools.chain.from_iterable(corpus.words))


def tagged_comments(block: Block, tag: int) -> Iterator[tuple[int, int]]:
    """The line and the number of columns of each comment that has a tag where tokens have theirs: "#nerwin O"."""
    for number, text in block.others_of("comment"):
        fields = split_line(text, own_delimiter(text))
        if -len(fields) <= tag < len(fields) and is_tag(fields[tag]):
            yield number, len(fields)


def ranges(block: Block, word: int) -> list[int]:
    """The lines of a block that CoNLL-U does not count as words, unless `word`, the column of these, is the first."""
    if not _RANGES.search(block.data) or not len(block.widths) or not word % int(block.widths[0]):
        return []
    return [line.number for line in block.lines() if line.kind == "token" and re.match(_RANGE, line.text)]


def ranges_doubt(lines: Sequence[int], tokens: int) -> Iterator[str]:
    """The doubt about such lines; where most are numbered so, the numbers mean something else."""
    if lines and 2 * len(lines) < tokens:
        yield (
            f"lines read as words that are none in CoNLL-U (3-4 or 5.1): {len(lines):,}, the first on line {lines[0]} "
            "(take them out: grep -vE '^[0-9]+[-.][0-9]+[[:space:]]')"
        )


class TagColumns:
    """Which further columns of a file hold tags and nothing else: there may be two levels of entities."""

    def __init__(self, columns: Iterable[int]) -> None:
        self._found: dict[int, set[str]] = {column: set() for column in columns}
        self._seen = 0

    def look(self, block: Block) -> "TagColumns":
        """Take a block's columns into account, unless ENOUGH tokens have been seen."""
        if self._seen >= ENOUGH:
            return self
        self._seen += len(block.places)
        for column, found in list(self._found.items()):
            values = block.column(column)
            if values is None or not all(map(is_tag, set(values))):
                del self._found[column]  # as most columns do at once
            else:
                found.update(values)
        return self

    def found(self) -> list[int]:
        """The further columns that hold tags."""
        return [column for column, tags in self._found.items() if tags - {OUTSIDE}]

    def doubts(self, tags: Iterable[str]) -> Iterator[str]:
        """The doubt about another column of tags: these are the tags that were read, and it has types of theirs."""
        types = {tag[2:] for tag in tags} - {""}
        for column, found in self._found.items():
            if shared := types & {tag[2:] for tag in found}:
                yield (
                    f"the tags of column {column} have types of those that are read, such as {min(shared)} (are they "
                    f"meant? Then corpus.tag_column={column})"
                )


def untagged_doubts(block: Block, word: int) -> Iterator[str]:
    """Signs that untagged columns are misread: lines unlike most, and words among comments.

    Args:
        word: the column of the words.
    """
    if not len(block.places):
        return
    yield from ranges_doubt(ranges(block, word), len(block.places))
    usual = int(np.bincount(block.widths).argmax())
    (odd,) = np.nonzero(block.widths != usual)
    if len(odd):
        first = int(odd[0])
        yield (
            f"line {block.number + block.places[first]} has {block.widths[first]} columns and most have {usual} (is it "
            "a comment, or are columns named there? Do words hold spaces? Then separate by tabs)"
        )
    comments = block.others_of("comment")
    if lines := [line for line, text in comments if len(split_line(text, block.delimiter)) == usual]:
        yield (
            f"comments with as many columns as words have: {len(lines):,}, the first on line {lines[0]} (are they "
            "words? Then name the mark of comments with --comments, or a longer one)"
        )


def tokenizer_doubt(sentences: Iterable[Sequence[str]], tokenizer: str) -> Iterator[str]:
    """The doubt about words that raw text would not be taken apart into.

    Args:
        tokenizer: the name of the one that raw text is taken apart by.
    """
    sentences = list(sentences)
    letters = are_letters(sentences)
    some = list(_enough(sentences))
    missed = {name: _missed(some, name, letters=letters) for name in REMEDIES}
    most = FEW if letters else STRANGE
    if missed[tokenizer] > most:
        better = next((f", or {remedy}" for name, remedy in REMEDIES.items() if missed[name] <= most), "")
        yield (
            f"{missed[tokenizer]:.0%} of the words are no tokens of raw text (corpus.tokenizer={tokenizer}): "
            f"tag text in columns{better}"
        )


def _enough(sentences: Iterable[Sequence[str]]) -> Iterator[Sequence[str]]:
    """The first sentences, of ENOUGH words together."""
    words = 0
    for sentence in sentences:
        if words >= ENOUGH:
            return
        yield sentence
        words += len(sentence)


def _missed(sentences: Iterable[Sequence[str]], tokenizer: str, *, letters: bool) -> float:
    """The share of words that a tokenizer does not find in their text."""
    words = missed = 0
    for sentence in sentences:
        spaced = tokenizer == "spaces"
        text, tokens = join_letters(sentence) if letters and not spaced else join_words(sentence, spaced=spaced)
        words += len(tokens)
        missed += len(set(tokens).difference(TOKENIZERS[tokenizer](text)))
    return missed / max(words, 1)


def comments_doubt(comments: Sequence[tuple[int, int]], columns: int) -> Iterator[str]:
    """The doubt about such comments, if any has as many columns as tokens."""
    if lines := [line for line, width in comments if width == columns]:
        yield (
            f"comments with a tag where tokens have theirs: {len(lines):,}, the first on line {lines[0]} (should "
            "corpus.comments be longer?)"
        )


def _in_common(forms: set[str]) -> Iterator[str]:
    """What all of some words have that may be no part of them."""
    if shared := _beginning(forms):
        yield f'begin with "{shared[:20]}"'
    elif all(map(MARK.match, forms)):
        yield f'begin with a mark such as "{min(forms).partition(":")[0]}:"'
    if shared := _beginning({form[::-1] for form in forms}):
        yield f'end in "{shared[:20][::-1]}"'
    elif all(form[-1:].isdecimal() for form in forms):
        yield "end in a digit"


def _beginning(forms: set[str]) -> str:
    """What all of some words begin with."""
    first, last = min(forms), max(forms)  # all others stand between them
    return "".join(a for a, _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False)))
