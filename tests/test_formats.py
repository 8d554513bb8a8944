"""The forms of a tagged corpus: whatever a corpus says survives them all, or is refused with a reason."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nerwin.corpora.choices import Scheme
from nerwin.corpora.columns import Columns
from nerwin.corpora.formats import FORMS, Reading
from nerwin.corpora.inline import SPACED, read_inline, write_inline
from nerwin.corpora.passage import Passage, from_words
from nerwin.corpora.reading import read_corpus
from nerwin.corpora.suffixes import form_by_suffix
from nerwin.errors import CorpusError
from nerwin.files.lines import decode_lines
from nerwin.text.blanks import BLANK
from nerwin.text.tags import SPELLINGS, Span, iob2, spans
from nerwin.text.tokenizer import tokenize
from tests.conftest import ROOT, shared

UNER = Columns(word=1, tag=2, comments="#")
CHAIN = ("iob1", "iobes", "csv", "bmes", "jsonl", "inline", "bilou", "iob2")


def write(form: str, passages: list[Passage], path: Path) -> Path:
    path.write_bytes(b"".join(FORMS[form].write(passages, "source")))
    return path


def through(forms: tuple[str, ...], passages: list[Passage], folder: Path) -> list[Passage]:
    """The passages after they have been written and read in each form, columns with their scheme found out."""
    for form in forms:
        path = write(form, passages, folder / f"corpus.{form}")
        passages = FORMS["conll" if form in SPELLINGS else form].read(path, Reading()).passages
    return passages


def said(passages: list[Passage]) -> list[tuple[list[str], list[Span]]]:
    return [(passage.words, passage.entities) for passage in passages]


# Words as other people's tokenizers leave them, with all the marks that some form gives a meaning to.
ODD_WORDS = [
    "京",
    "。",
    "can't",
    "U.S",
    ".",
    "#",
    "# words",
    "[x]",
    "](PER)",
    "\\",
    "a\\",
    "a b",
    " a",
    "a ",
    "\u00a0",
    "a\u2028b",
    "\ufeff",
]
WORDS = st.one_of(  # no null, of which a few at the beginning of a file stand for UTF-16
    st.sampled_from(ODD_WORDS),
    st.text("[]()\\# aZ9.'", min_size=1, max_size=6),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\n\r\t"), min_size=1, max_size=4),
).filter(lambda word: bool(word.strip(BLANK)))
LABELS = st.sampled_from(["PER", "creative-work", "B", "\\]"])


@st.composite
def tagged(draw: st.DrawFn) -> Passage:
    words = draw(st.lists(WORDS, min_size=1, max_size=8))
    found, position = [], 0
    for gap, length, label in draw(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 3), LABELS), max_size=4)):
        if position + gap + length <= len(words):
            found.append(Span(position + gap, position + gap + length, label))
            position += gap + length
    return from_words(words, found, 1)


CORPORA = st.lists(tagged(), min_size=1, max_size=4)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(passages=CORPORA)
def test_made_up_sentences_survive_the_chain_of_forms(
    passages: list[Passage], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.getbasetemp()
    # A corpus of O alone, or of one scheme's letters alone, is legal in several schemes, but says the same in all.
    assert said(through(CHAIN, passages, folder)) == said(passages)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(passages=CORPORA)
def test_jsonl_keeps_the_text_too(passages: list[Passage], tmp_path_factory: pytest.TempPathFactory) -> None:
    numbered = [passage._replace(line=number) for number, passage in enumerate(passages, 1)]
    assert through(("jsonl",), numbered, tmp_path_factory.getbasetemp()) == numbered


TEXTS = st.text(st.one_of(st.sampled_from("[]()\\# aZ9.'"), st.characters(exclude_categories=["Cs"])), max_size=12)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(texts=st.lists(TEXTS.filter(lambda text: any(tokenize(text))), min_size=1, max_size=3))
def test_inline_keeps_raw_texts_as_they_are(texts: list[str]) -> None:
    passages = [Passage(text, list(tokenize(text)), [], number) for number, text in enumerate(texts, 1)]
    # What is raw text to the tokenizer and holds no line break is written as it is.
    written = "".join(f"{line}\n" for line in write_inline(passages, "source")).encode()
    found = list(read_inline(decode_lines(written.splitlines(keepends=True), "x"), "x"))
    if any(set("\n\r\ufeff") & set(text) for text in texts):
        assert written.startswith(SPACED.encode())
        assert said(found) == said(passages)
    else:
        assert found == passages


@pytest.mark.parametrize(
    "name",
    [
        "wnut17/dev.conll",
        "wnut17/test.conll",
        "bc5cdr/dev.tsv",
        "uner-en/dev.iob2",
        "uner-pt/dev.iob2",
        "uner-da/dev.iob2",
        "uner-da/test.iob2",
    ],
)
def test_real_corpora_survive_the_chain_of_forms(name: str, tmp_path: Path) -> None:
    path = shared(f"corpora/{name}")
    columns = UNER if path.suffix == ".iob2" else Columns()
    expected = [
        (sentence.words, iob2(spans(sentence.tags), len(sentence.tags)))
        for sentence in read_corpus(path, columns).sentences
        if sentence.words
    ]
    through(CHAIN, FORMS["conll"].read(path, Reading(columns)).passages, tmp_path)
    back = read_corpus(tmp_path / "corpus.iob2")
    assert [(sentence.words, sentence.tags) for sentence in back.sentences] == expected
    assert back.scheme == "iob2"
    assert read_corpus(tmp_path / "corpus.iob1").scheme == "iob1"
    assert read_corpus(tmp_path / "corpus.iobes").scheme == "iobes"


def test_the_shipped_corpus_is_the_same_in_both_its_forms(tmp_path: Path) -> None:
    inline = FORMS["inline"].read(ROOT / "data" / "dev.inline", Reading())
    assert write("conll", inline.passages, tmp_path / "x").read_bytes() == (ROOT / "data" / "dev.conll").read_bytes()
    assert inline.note == "292 sentences, 4,217 tokens"


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("a.conll", "conll"),
        ("a.tsv", None),
        ("-", None),
        ("a.bio", "conll"),
        ("a.bioes", "iobes"),
        ("a.types", "types"),
        ("a.csv", "csv"),
        ("a.iobes", "iobes"),
        ("a.inline", "inline"),
        ("a.jsonl", "jsonl"),
        ("a.jsonl.gz", "jsonl"),
        ("a.JSONL", "jsonl"),
        ("a.jsonl.GZ", "jsonl"),
        ("a.jsonl.conll", "conll"),
        ("jsonl", None),
        ("a.spacy", "spacy"),
    ],
)
def test_a_suffix_names_the_form(name: str, form: str | None) -> None:
    assert form_by_suffix(Path(name)) == form


@pytest.mark.parametrize("form", ["iob2", "inline"])
@pytest.mark.parametrize("word", [" ", "\t", "\n", "a\nb", "a\r"])
def test_a_word_that_lines_cannot_hold_is_refused_with_its_line(form: str, word: str) -> None:
    with pytest.raises(CorpusError) as caught:
        b"".join(FORMS[form].write([from_words(["fine"], [], 7), from_words(["can't", word], [], 8)], "x.jsonl"))
    assert str(caught.value).startswith(
        "x.jsonl:8: expected words without line breaks that are more than blanks, found "
    )


@pytest.mark.parametrize("word", ["a\tb", "-DOCSTART-", "-DOCSTART-x"])
def test_a_word_that_columns_would_take_for_something_else_is_refused(word: str) -> None:
    with pytest.raises(CorpusError, match=r"^x\.jsonl:8: expected words without tabs that are no -DOCSTART-, found "):
        b"".join(FORMS["iob2"].write([from_words([word], [], 8)], "x.jsonl"))


@pytest.mark.parametrize("form", ["iob2", "types", "csv", "inline"])
@pytest.mark.parametrize("word", ["\ufeff", "\ufeffa"])
def test_a_first_word_with_a_byte_order_mark_survives(word: str, form: str, tmp_path: Path) -> None:
    passages = [from_words([word, "Lima"], [Span(1, 2, "LOC")], 1), from_words([word], [], 2)]
    path = write(form, passages, tmp_path / "corpus")
    scheme: Scheme = "types" if form == "types" else "auto"
    assert said(FORMS[form].read(path, Reading(Columns(scheme=scheme))).passages) == said(passages)


@pytest.mark.parametrize("label", ["A(B)", "A\u00a0B"])
def test_a_type_that_the_markup_cannot_hold_is_refused_where_it_first_stands(label: str) -> None:
    passages = [from_words(["Lima"], [Span(0, 1, label)], line) for line in (8, 9)]
    with pytest.raises(CorpusError, match=r"^x\.jsonl:8: expected a type without blanks or parentheses, found "):
        b"".join(FORMS["inline"].write(passages, "x.jsonl"))


def test_types_alone_are_written_and_read_where_neighbours_differ(tmp_path: Path) -> None:
    passages = [from_words(["Ana", "Lima", "of", "Lima"], [Span(0, 2, "PER"), Span(3, 4, "B-place")], 1)]
    path = write("types", passages, tmp_path / "corpus")
    assert path.read_text(encoding="utf-8") == "Ana\tPER\nLima\tPER\nof\tO\nLima\tB-place\n\n"
    assert said(FORMS["types"].read(path, Reading(Columns(scheme="types"))).passages) == said(passages)


@pytest.mark.parametrize(
    ("entities", "message"),
    [
        (
            [Span(0, 1, "LOC"), Span(1, 2, "LOC")],
            "expected entities of one type apart, found two LOC side by side, which types alone cannot hold. "
            "Write iob2.",
        ),
        *(
            (
                [Span(0, 1, label)],
                f"expected types of letters, without =, | or brackets, that are no O, found {label}, which types alone "
                "cannot hold.",
            )
            for label in ("o", "1", "a=b", "a|b", "(ORG*")
        ),
    ],
)
def test_what_types_alone_cannot_hold_is_refused(entities: list[Span], message: str) -> None:
    fine = from_words(["fine", "Lima"], [Span(0, 1, "LOC"), Span(1, 2, "PER")], 7)
    with pytest.raises(CorpusError) as caught:
        b"".join(FORMS["types"].write([fine, from_words(["Lima", "Lima"], entities, 8)], "x.jsonl"))
    assert str(caught.value).startswith(f"x.jsonl:8: {message}")


def test_types_that_would_be_taken_for_prefixes_are_not_written_alone() -> None:
    passages = [from_words(["fine"], [], 2), from_words(["Lima"], [Span(0, 1, "B-cell")], 3)]
    with pytest.raises(
        CorpusError, match=r"x\.jsonl:3: expected types that are not taken for prefixes, found B-cell, "
    ):
        b"".join(FORMS["types"].write(passages, "x.jsonl"))


def test_illegal_transitions_are_read_by_conlleval_and_the_note_says_so(tmp_path: Path) -> None:
    path = tmp_path / "slips.conll"
    path.write_text("a B-PER\nb I-PER\n\n" * 99 + "c I-LOC\n")
    found = FORMS["conll"].read(path, Reading())
    assert found.passages[-1].entities == [Span(0, 1, "LOC")]
    assert found.note.endswith("1 invalid transition; entities are read by conlleval's rule")


@pytest.mark.parametrize("form", ["inline", "jsonl", "conll"])
def test_a_file_without_a_sentence_is_refused(form: str, tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    with pytest.raises(CorpusError, match="expected tagged sentences, found none"):
        FORMS[form].read(tmp_path / "empty", Reading())
