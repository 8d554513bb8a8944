"""What is odd in a corpus that has been read: notes on what is worth a look, and doubts about what was meant.

It shows in the words and tags, and so in whatever form they were written; what shows in columns alone is in `misread`.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from nerwin.corpora.corpus import CSV, Corpus
from nerwin.corpora.schemes import TYPES_ALONE
from nerwin.corpora.suffixes import NO_COLUMNS, form_by_suffix
from nerwin.counts import counted
from nerwin.text.blanks import BLANK
from nerwin.text.pairs import are_letters
from nerwin.text.tags import OUTSIDE, types_in

MARK = re.compile(r"[a-z]{2,3}:.")  # the mark of a word's language, as in de:Haus
SCORED = re.compile(r"[^:]*:\d?\.\d+")  # a type with a score, as PER:0.93
NUMBERED = re.compile(r".+\[\d+\]")  # a type with the number of its entity, as PER[2]
LONG_SENTENCE = 1000
SEVERAL = 20  # what so many words have in common is no chance
MANY = 200  # a text of so many words has far more forms than the square root of their number (Heaps' law)


def oddities(corpus: Corpus) -> Iterator[str]:
    """What is worth a look at a file."""
    longest = max(corpus.sentences, key=lambda sentence: len(sentence.words))
    if len(longest.words) > LONG_SENTENCE:
        asked = "are blank lines between sentences"
        if corpus.delimiter == CSV:
            asked = "does a column number the sentences? Call it sentence_id. Or are empty rows between them"
        yield f"a sentence of {len(longest.words):,} tokens at line {longest.line} ({asked}?)"
    forms = _forms(corpus)
    if marked := {form for form in forms if "\ufeff" in form}:
        yield f"{counted(_count(corpus, marked), 'token')} with a byte-order mark inside"
    if apart := {form for form in forms if len(unicodedata.normalize("NFC", form)) < len(form)}:
        yield (
            f"{counted(_count(corpus, apart), 'token')} with accents apart from their letters (NFD), which differ from "
            "the same words in NFC"
        )


def doubts(corpus: Corpus) -> Iterator[str]:
    """What may have been read otherwise than it was meant."""
    forms = _forms(corpus)
    if edged := {form for form in forms if form != form.strip(BLANK)}:
        yield f"words with a blank before or after them, which are then different words: {_count(corpus, edged):,}"
    if corpus.tokens >= MANY and len(forms) ** 2 < corpus.tokens and not _are_single_letters(corpus, forms):
        asked = " (is corpus.word_column that of the words?)" if corpus.width else ""
        yield f"only {counted(len(forms), 'different word')} among {corpus.tokens:,}{asked}"
    if len(forms) >= SEVERAL:
        yield from (f"all words {what}, as those of other text will not (cut it off)" for what in _in_common(forms))
    if corpus.scheme == TYPES_ALONE and corpus.tokens >= SEVERAL:
        yield from _header_doubt(corpus)
    types = types_in(corpus.tags)
    if numbered := min(filter(NUMBERED.fullmatch, types), default=None):
        yield (
            f"types that end in a number in brackets, such as {numbered} (does it number entities, as in WebAnno? Then "
            "cut it off)"
        )
    if scored := min(filter(SCORED.fullmatch, types), default=None):
        yield f"types that end in a number after a colon, such as {scored} (are these scores? Then cut them off)"
    if len(forms) >= SEVERAL and not any(OUTSIDE in tags for tags in corpus.tags):
        asked = " (is corpus.tag_column the column of the tags?)" if corpus.width else ""
        yield f"no word is outside of an entity{asked}"


def for_no_entity(path: str) -> str:
    """What to ask where a file has no entity at all."""
    form = form_by_suffix(Path(path))
    if form == "inline":
        return "Are entities marked as in [Lima](LOC)?"
    if form in NO_COLUMNS:
        return "Is this the right file?"
    return "Is corpus.tag_column the column of the tags?"


def _are_single_letters(corpus: Corpus, forms: set[str]) -> bool:
    """Whether words are letters of some script: too many different ones for tags of one letter."""
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


def _in_common(forms: set[str]) -> Iterator[str]:
    """What all of some words begin or end with, though it may not belong to them."""
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
