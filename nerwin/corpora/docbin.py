"""spaCy's DocBin (.spacy), the form in which `spacy train` wants its corpora. Needs spaCy, the extra `spacy`.

A document becomes the sentences that spaCy knows of in it, or stays whole. For spaCy, any blank beyond the first
between two words is a token of its own. When a file is written, it gets such tokens, with the part of speech SPACE.
When a file is read, tokens of blanks of any kind are left out. Since a no-break space may also be a word, words of such
blanks are written with the part of speech X, by which they are known again.
"""

import itertools
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from nerwin.corpora.passage import Counts, Passage, as_type, sentences_of, whole_tokens
from nerwin.errors import CorpusError
from nerwin.text.blanks import BLANK
from nerwin.text.tags import Span
from nerwin.text.tokenizer import Token

SPACE, WORD = "SPACE", "X"  # of a token of blanks, and of a word that consists of blanks
REMEDY = "Mend the document: an entity stands in one sentence and neither begins nor ends with a blank."


def _spacy(name: str) -> Any:
    """The library, which only those who use these files have.

    Raises:
        CorpusError: it is not installed.
    """
    try:
        import spacy.tokens
    except ImportError as error:
        raise CorpusError(
            f"{name}: expected spaCy for a .spacy file, found none ({error}). Install the extra spacy (README)."
        ) from error
    return spacy


def read_docbin(data: bytes, name: str, counts: Counts) -> Iterator[Passage]:
    """The passages of a file, by its bytes; the line of each is the number of its document.

    Raises:
        CorpusError: no spaCy, a damaged file, or an entity over the border of a sentence.
    """
    for number, (known, sentences, entities) in enumerate(_documents(data, name), 1):
        where = f"{name}:{number}"
        inside = {entity for sentence in sentences for entity in sentence.ents}
        for entity in entities:
            if entity not in inside:  # spaCy leaves an entity over a border out of both sentences without a word
                raise CorpusError(
                    f"{where}: expected an entity in one sentence, found "
                    f'"{entity.text[:40]}" ({entity.label_}) over the border of two. {REMEDY}'
                )
        for sentence in sentences:
            passage = _passage(sentence, number, where, counts)
            if passage.tokens:
                yield passage._replace(document=not known)
            else:
                counts.empty += 1


def _documents(data: bytes, name: str) -> list[tuple[bool, list[Any], list[Any]]]:
    """For each document, whether spaCy knows its sentences, these (or the whole as one), and its entities.

    The sentences of a document of a single token are always known, which is right: it is one. An empty document has
    none.

    Raises:
        CorpusError: no spaCy, or a damaged file, on which spaCy may fail with almost any exception.
    """
    spacy = _spacy(name)
    try:
        docs = list(spacy.tokens.DocBin().from_bytes(data).get_docs(spacy.blank("xx").vocab))
        known = [doc.has_annotation("SENT_START") for doc in docs]
        return [
            (split, list(doc.sents) if split and len(doc) else [doc[:]], list(doc.ents))
            for split, doc in zip(known, docs, strict=True)
        ]
    except (zlib.error, ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as error:
        raise CorpusError(
            f"{name}: expected a DocBin as spaCy writes it, found something else ({str(error)[:80]}). "
            "Is this the right file?"
        ) from error


def _passage(sentence: Any, number: int, where: str, counts: Counts) -> Passage:
    """A sentence (a spaCy Span)."""
    text, first = sentence.text, sentence.start_char
    words = [one for one in sentence if not one.is_space or (one.pos_ == WORD and one.text.strip(BLANK))]
    counts.unsaid += sum(not word.ent_iob for word in words)
    tokens = [Token(word.text, word.idx - first, word.idx - first + len(word.text)) for word in words]
    found = [
        Span(one.start_char - first, one.end_char - first, as_type(one.label_, counts, where)) for one in sentence.ents
    ]
    return Passage(text, tokens, whole_tokens(tokens, found, text, where, REMEDY), number)


def write_docbin(passages: Iterable[Passage], name: str) -> bytes:
    """The bytes of a file with a document a passage.

    Raises:
        CorpusError: no spaCy.
    """
    spacy = _spacy(name)
    vocabulary = spacy.blank("xx").vocab
    store = spacy.tokens.DocBin(attrs=["ORTH", "SPACY", "POS", "SENT_START", "ENT_IOB", "ENT_TYPE"])
    for passage in passages:
        words, spaces, places = _pieces(passage)
        own = set(places)
        kinds = [SPACE if number not in own else WORD if word.isspace() else "" for number, word in enumerate(words)]
        starts = None
        if passage.ends or not passage.document:
            lengths = [len(sentence.tokens) for sentence in sentences_of(passage)]
            firsts = {0, *(places[end] for end in itertools.accumulate(lengths[:-1]))}
            starts = [number in firsts for number in range(len(words))]
        doc = spacy.tokens.Doc(vocabulary, words=words, spaces=spaces, pos=kinds, sent_starts=starts)
        doc.set_ents(
            [
                spacy.tokens.Span(doc, places[start], places[end - 1] + 1, label=label)
                for start, end, label in passage.entities
            ]
        )
        store.add(doc)
    content: bytes = store.to_bytes()
    return content


def _pieces(passage: Passage) -> tuple[list[str], list[bool], list[int]]:
    """spaCy's words of a text, whether a space follows each, and which of them the tokens are."""
    words: list[str] = []
    spaces: list[bool] = []
    places: list[int] = []
    position = 0
    for token in [*passage.tokens, Token("", len(passage.text), len(passage.text))]:
        gap = passage.text[position : token.start]
        if words and gap.startswith(" "):
            spaces[-1], gap = True, gap[1:]
        if gap:
            words.append(gap)
            spaces.append(False)
        if token.text:
            places.append(len(words))
            words.append(token.text)
            spaces.append(False)
        position = token.end
    return words, spaces, places
