"""spaCy's DocBin, held against spaCy itself; skipped where it is not installed."""

import sys
import zlib
from typing import Any

import pytest

from nerwin.corpora.docbin import read_docbin, write_docbin
from nerwin.corpora.passage import Counts, Passage, from_words, sentences_of
from nerwin.errors import CorpusError
from nerwin.text.tags import Span
from nerwin.text.tokenizer import tokenize


@pytest.fixture(scope="module")
def spacy() -> Any:
    return pytest.importorskip("spacy", reason="needs spaCy, the extra `spacy`")


def docs(spacy: Any, data: bytes) -> list[Any]:
    return list(spacy.tokens.DocBin().from_bytes(data).get_docs(spacy.blank("en").vocab))


def data_of(spacy: Any, *made: Any) -> bytes:
    content: bytes = spacy.tokens.DocBin(docs=made, attrs=["ENT_IOB", "ENT_TYPE", "SENT_START"]).to_bytes()
    return content


TEXT = "  Zhang Wei's\n\n[odd]   text, Lima\u00a0Peru "


def test_spacy_sees_the_same_text_and_entities(spacy: Any) -> None:
    passage = Passage(TEXT, tokenize(TEXT), [Span(0, 2, "PER"), Span(8, 9, "LOC"), Span(9, 10, "LOC")], 1)
    (doc,) = docs(spacy, write_docbin([passage], "x"))
    assert doc.text == TEXT
    assert [(one.text, one.label_) for one in doc.ents] == [("Zhang Wei", "PER"), ("Lima", "LOC"), ("Peru", "LOC")]
    assert [token.text for token in doc if token.text.strip()] == passage.words


def test_what_is_written_is_read_back(spacy: Any) -> None:
    words = ["can't", "a b", "\u00a0", "# x", "[", "Zhang", "Wei"]
    passages = [from_words(words, [Span(0, 1, "A"), Span(5, 7, "PER")], 1), from_words(["nobody"], [], 2)]
    assert list(read_docbin(write_docbin(passages, "x"), "x", Counts())) == passages


@pytest.mark.parametrize("blank", ["\u00a0", "\u0085", "\u2028", "\u001c", "  \n", " \u00a0 "])
def test_what_stands_between_tokens_does_not_become_one(spacy: Any, blank: str) -> None:
    text = f"{blank}10{blank}euros{blank}"
    passage = Passage(text, tokenize(text), [Span(0, 2, "MONEY")], 1)
    assert passage.words == ["10", "euros"]
    assert list(read_docbin(write_docbin([passage], "x"), "x", Counts())) == [passage]


def test_blank_tokens_are_left_out_and_sentences_told_apart(spacy: Any) -> None:
    doc = spacy.tokens.Doc(
        spacy.blank("en").vocab,
        words=["Zhang", "left", ".", "\n", "Lima", "slept", "."],
        sent_starts=[True, False, False, False, True, False, False],
        ents=["B-PER", "O", "O", "O", "B-LOC", "O", "O"],
    )
    found = list(read_docbin(data_of(spacy, doc), "x.spacy", Counts()))
    assert [(one.words, one.entities) for one in found] == [
        (["Zhang", "left", "."], [Span(0, 1, "PER")]),
        (["Lima", "slept", "."], [Span(0, 1, "LOC")]),
    ]


@pytest.mark.parametrize("blank", ["\n \u0085 ", "\u00a0", "\u2028", "\u001c\n", "\u3000"])
def test_blanks_that_spacy_has_made_tokens_are_left_out_whatever_their_kind(spacy: Any, blank: str) -> None:
    doc = spacy.tokens.Doc(spacy.blank("en").vocab, words=["in", blank, "Lima", blank], ents=["O", "O", "B-LOC", "O"])
    (passage,) = read_docbin(data_of(spacy, doc), "x.spacy", Counts())
    assert (passage.words, passage.entities) == (["in", "Lima"], [Span(1, 2, "LOC")])


def test_a_document_without_sentences_stays_whole_and_a_sentence_stays_one(spacy: Any) -> None:
    words = ["Zhang", "left", ".", "Lima", "slept", "!"]
    doc = spacy.tokens.Doc(spacy.blank("en").vocab, words=words, ents=["B-PER", "O", "O", "B-LOC", "O", "O"])
    (document,) = read_docbin(data_of(spacy, doc), "x.spacy", Counts())
    assert (document.words, document.document) == (words, True)
    assert [one.words for one in sentences_of(document)] == [["Zhang", "left", "."], ["Lima", "slept", "!"]]
    for passage in (document, document._replace(document=False)):
        assert list(read_docbin(write_docbin([passage], "x"), "x", Counts())) == [passage]


def test_sentences_that_are_known_in_a_document_are_told(spacy: Any) -> None:
    words = ["See", "St.", "Paul", "in", "Lima"]
    document = from_words(words, [Span(1, 3, "LOC")], 1)._replace(document=True, ends=(2, 3, 5))
    found = read_docbin(write_docbin([document], "x"), "x", Counts())
    assert [(one.words, one.document) for one in found] == [(words[:3], False), (words[3:], False)]


def test_words_of_which_nothing_is_said_are_counted(spacy: Any) -> None:
    doc = spacy.tokens.Doc(spacy.blank("en").vocab, words=["Lima", "\n", "slept", "there"])
    doc.set_ents([spacy.tokens.Span(doc, 0, 1, label="LOC")], default="missing")
    counts = Counts()
    (passage,) = read_docbin(data_of(spacy, doc), "x.spacy", counts)
    assert passage.entities == [Span(0, 1, "LOC")]
    assert counts.said == ["2 words without annotation, read as O"]


def test_an_entity_that_begins_with_a_blank_is_refused(spacy: Any) -> None:
    doc = spacy.tokens.Doc(spacy.blank("en").vocab, words=["in", "\n", "Lima"], ents=["O", "B-LOC", "I-LOC"])
    with pytest.raises(CorpusError, match=r"^x\.spacy:1: expected an entity of whole tokens"):
        list(read_docbin(data_of(spacy, doc), "x.spacy", Counts()))


def test_an_entity_over_the_border_of_two_sentences_is_refused(spacy: Any) -> None:
    """spaCy's sentences do not name it, so it would be lost."""
    words, ents = ["He", "saw", "St.", "Paul", "."], ["O", "O", "B-PER", "I-PER", "O"]
    starts = [True, False, False, True, False]
    doc = spacy.tokens.Doc(spacy.blank("en").vocab, words=words, sent_starts=starts, ents=ents)
    with pytest.raises(CorpusError, match=r'^x\.spacy:1: expected an entity in one sentence, found "St. Paul" \(PER\)'):
        list(read_docbin(data_of(spacy, doc), "x.spacy", Counts()))


def test_a_document_without_a_word_is_counted(spacy: Any) -> None:
    texts: list[list[str]] = [[" ", "\n"], ["a"], [], [" "]]
    counts = Counts()
    made = [spacy.tokens.Doc(spacy.blank("en").vocab, words=words) for words in texts]
    assert [one.words for one in read_docbin(data_of(spacy, *made), "x.spacy", counts)] == [["a"]]
    assert counts.said == ["3 left out without a word", "1 word without annotation, read as O"]


def test_a_document_of_one_word_is_a_sentence(spacy: Any) -> None:
    doc = spacy.tokens.Doc(spacy.blank("en").vocab, words=["Lima"], ents=["B-LOC"])
    (passage,) = read_docbin(data_of(spacy, doc), "x.spacy", Counts())
    assert passage == from_words(["Lima"], [Span(0, 1, "LOC")], 1)


def test_blanks_in_labels_are_spelled_as_underscores_and_counted(spacy: Any) -> None:
    doc = spacy.tokens.Doc(spacy.blank("en").vocab, words=["Lima", "Peru"], ents=["B-A PLACE", "B-LOC"])
    counts = Counts()
    (passage,) = read_docbin(data_of(spacy, doc), "x.spacy", counts)
    assert passage.labels == ["A_PLACE", "LOC"]
    assert counts.said == ["1 label with blanks, written with _"]


def test_a_label_of_blanks_is_refused(spacy: Any) -> None:
    doc = spacy.tokens.Doc(spacy.blank("en").vocab, words=["Lima"], ents=["B- "])
    with pytest.raises(CorpusError, match=r'^x\.spacy:1: expected a label, found " "\. Name the entity\.'):
        list(read_docbin(data_of(spacy, doc), "x.spacy", Counts()))


def damaged(data: bytes) -> list[bytes]:
    return [b"", b"no DocBin", data[:20], data[:-1], data[:30] + b"\0" + data[31:]]


@pytest.mark.parametrize("number", range(5))
def test_a_damaged_file_is_refused(spacy: Any, number: int) -> None:
    data = damaged(write_docbin([from_words(["Lima"], [Span(0, 1, "LOC")], 1)], "x"))[number]
    with pytest.raises(CorpusError, match=r"^x\.spacy: expected a DocBin as spaCy writes it, found something else"):
        list(read_docbin(data, "x.spacy", Counts()))


def test_whatever_a_damaged_file_makes_spacy_stumble_over_is_told_of(spacy: Any) -> None:
    """Bytes of the packed content changed one by one; spaCy reads some of that as another document."""
    whole = zlib.decompress(write_docbin([from_words(["Lima", "is"], [Span(0, 1, "LOC")], 1)], "x"))
    refused = 0
    for at in range(len(whole)):
        for new in (whole[at] ^ 1, 0xC1, 0x90):
            try:
                list(read_docbin(zlib.compress(whole[:at] + bytes([new]) + whole[at + 1 :]), "x.spacy", Counts()))
            except CorpusError:
                refused += 1
    assert refused > len(whole)


def test_without_spacy_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "spacy", None)
    monkeypatch.setitem(sys.modules, "spacy.tokens", None)
    with pytest.raises(CorpusError, match=r"^x\.spacy: expected spaCy .*Install the extra spacy \(README\)\.$"):
        list(read_docbin(b"", "x.spacy", Counts()))
