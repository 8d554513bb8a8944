"""Inline markup: reading and writing it, and what the shipped corpus in it promises."""

from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nerwin.corpora.corpus import Corpus
from nerwin.corpora.inline import SPACED, format_inline
from nerwin.corpora.reading import read_corpus
from nerwin.corpora.tagged_columns import write_columns
from nerwin.errors import CorpusError
from nerwin.text.blanks import BLANK
from nerwin.text.tags import Span, iob2, spans
from nerwin.text.tokenizer import tokenize
from tests.conftest import ROOT
from tests.marked import parse_inline

PARTS = {"train": 500, "dev": 150, "test": 150}


def parse(line: str) -> list[tuple[str, str]]:
    """The words and tags of one line, or nothing where it is no sentence."""
    return [pair for _, words, tags in parse_inline([line], "corpus.inline") for pair in zip(words, tags, strict=True)]


@pytest.mark.parametrize(
    ("line", "tokens"),
    [
        ("nobody waits", "nobody/O waits/O"),
        ("[Ines Prado](PER) waits", "Ines/B-PER Prado/I-PER waits/O"),
        ("in [Lima](LOC), [Peru](LOC).", "in/O Lima/B-LOC ,/O Peru/B-LOC ./O"),
        ("[Lima](LOC) [Peru](LOC)", "Lima/B-LOC Peru/B-LOC"),
        ("[Lima](LOC)'s port", "Lima/B-LOC 's/O port/O"),
        ("([Lima](LOC))", "(/O Lima/B-LOC )/O"),
        ("[Lima](LOC)(s)", "Lima/B-LOC (/O s/O )/O"),
        ("[Faust](creative-work)", "Faust/B-creative-work"),
        ("[AC (Lima)](ORG)", "AC/B-ORG (/I-ORG Lima/I-ORG )/I-ORG"),
        (r"\[sic\] [Lima](LOC)", "[/O sic/O ]/O Lima/B-LOC"),
        (r"[Lima \[Peru\]](LOC)", "Lima/B-LOC [/I-LOC Peru/I-LOC ]/I-LOC"),
        (r"\[Lima\](LOC)", "[/O Lima/O ]/O (/O LOC/O )/O"),
        (r"a \\ b", "a/O \\/O b/O"),
        (r"\\[Lima](LOC)", "\\/O Lima/B-LOC"),
        (r"[Lima\\](LOC)", "Lima/B-LOC \\/I-LOC"),
        (r"a \b", "a/O \\/O b/O"),
        ("#lima waits", "#lima/O waits/O"),
    ],
)
def test_a_line_of_markup_is_read(line: str, tokens: str) -> None:
    assert [f"{word}/{tag}" for word, tag in parse(line)] == tokens.split()


@pytest.mark.parametrize("line", ["", " ", "\t \r", "# a heading", "# [Lima](LOC", "#", "#\t", "\u00a0"])
def test_blank_lines_and_comments_are_no_sentences(line: str) -> None:
    assert list(parse_inline([line], "corpus.inline")) == []


def test_words_stand_apart_by_spaces_where_the_first_line_says_so() -> None:
    lines = [SPACED, r"[Jean\ Paul's](PER) U.S .\  # \[x\]"]
    assert list(parse_inline(lines, "x")) == [(2, ["Jean Paul's", "U.S", ". ", "#", "[x]"], ["B-PER", *["O"] * 4])]
    with pytest.raises(CorpusError, match=r'^x:2: expected an entity of whole tokens, found "Lima"'):
        list(parse_inline([SPACED, "[Lima](LOC)'s"], "x"))


@pytest.mark.parametrize(("line", "word"), [(r"a \  b", "' '"), (r"[\ ](LOC) b", "' '"), ("a \t", r"'\\t'")])
def test_words_apart_by_spaces_are_more_than_blanks(line: str, word: str) -> None:
    with pytest.raises(CorpusError, match=rf"^x:2: expected words that are more than blanks, found {word}\. "):
        list(parse_inline([SPACED, line], "x"))
    assert list(parse_inline([SPACED, " \t", r"\#"], "x")) == [(3, ["#"], ["O"])]


def test_further_down_that_line_is_a_comment() -> None:
    assert list(parse_inline(["Lima's", SPACED, "Lima's"], "x"))[-1] == (3, ["Lima", "'s"], ["O", "O"])


def test_sentences_know_their_lines() -> None:
    lines = ["# heading", "", "one", "# note", "two"]
    assert [(number, words) for number, words, _ in parse_inline(lines, "x")] == [(3, ["one"]), (5, ["two"])]


@pytest.mark.parametrize(
    ("line", "bracket"),
    [
        ("in [Lima", "["),
        ("in Lima]", "]"),
        ("in [Lima] (LOC)", "["),
        ("in [Lima]", "["),
        ("[](LOC)", "["),
        ("[Lima]()", "["),
        ("[Lima](a place)", "["),
        ("[Lima](LOC", "["),
        ("[port of [Lima](LOC)](ORG)", "["),
        ("[Lima](LOC)]", "]"),
        (r"[Lima\](LOC)", "["),
        (r"a \\[ b", "["),
    ],
)
def test_a_lone_bracket_is_refused_with_path_and_line(line: str, bracket: str) -> None:
    with pytest.raises(CorpusError) as caught:
        list(parse_inline(["fine", line], "corpus.inline"))
    message = str(caught.value)
    assert message.startswith("corpus.inline:2: expected entities as [text](TYPE), found a lone ")
    assert f'found a lone "{bracket}"' in message
    assert "Close the entity, or write a backslash before the bracket." in message


@pytest.mark.parametrize(
    ("line", "entity"),
    [
        ("[Lim](LOC)a waits", "Lim"),
        ("pre[Lima](LOC) waits", "Lima"),
        ("[O](PER)'Neill", "O"),
        ("[ Lima](LOC)", " Lima"),
        ("[Lima ](LOC)", "Lima "),
        ("[Lima](LOC)[Peru](LOC)", "Lima"),
        ("[ ](LOC)", " "),
    ],
)
def test_an_entity_inside_a_token_is_refused_with_path_and_line(line: str, entity: str) -> None:
    with pytest.raises(CorpusError) as caught:
        list(parse_inline(["fine", line], "corpus.inline"))
    message = str(caught.value)
    assert message.startswith(f'corpus.inline:2: expected an entity of whole tokens, found "{entity}"')
    assert "Move the brackets, or put a space between" in message


LINE = st.one_of(
    st.text("[]()\\# aZ9.'", max_size=12),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), max_size=12),
).filter(lambda text: bool(text.strip(BLANK)) and any(tokenize(text)))


@st.composite
def marked_texts(draw: st.DrawFn) -> tuple[str, list[Span]]:
    """A text and entities over whole tokens of it."""
    text = draw(LINE)
    found, position = [], 0
    for gap, length, label in draw(
        st.lists(st.tuples(st.integers(0, 2), st.integers(1, 3), st.sampled_from(["PER", "creative-work"])), max_size=4)
    ):
        start, end = position + gap, position + gap + length
        if end > len(tokenize(text)):
            break
        found.append(Span(start, end, label))
        position = end
    return text, found


@settings(derandomize=True, max_examples=200, deadline=None)
@given(marked_texts())
def test_what_is_formatted_is_read_back(marked: tuple[str, list[Span]]) -> None:
    text, found = marked
    tokens = tokenize(text)
    line = format_inline(text, [Span(tokens[start].start, tokens[end - 1].end, label) for start, end, label in found])
    words = [token.text for token in tokens]
    assert list(parse_inline([line], "x")) == [(1, words, iob2(found, len(tokens)))]


@pytest.mark.parametrize("text", ["\\Lima", "# Lima", "[Lima", "Lima\\"])
def test_marks_of_the_markup_in_a_text_are_read_back(text: str) -> None:
    start = text.index("Lima")
    line = format_inline(text, [Span(start, start + 4, "LOC")])
    assert [(word, tag) for word, tag in parse(line) if tag != "O"] == [("Lima", "B-LOC")]
    assert [word for word, _ in parse(line)] == [token.text for token in tokenize(text)]


@pytest.mark.parametrize("text", ["#", " #", "# ", "#\t"])
def test_a_text_of_that_mark_alone_is_no_comment(text: str) -> None:
    assert parse(format_inline(text, [])) == [("#", "O")]


def test_formatting_by_hand() -> None:
    marked = format_inline("Ines [sic] in Lima", [Span(0, 4, "PER"), Span(14, 18, "LOC")])
    assert marked == r"[Ines](PER) \[sic\] in [Lima](LOC)"


@cache
def part(name: str) -> Corpus:
    return read_corpus(ROOT / "data" / f"{name}.inline")


def entities(corpus: Corpus) -> list[tuple[str, str]]:
    """Every mention as its words and its type."""
    return [
        (" ".join(sentence.words[start:end]), label)
        for sentence in corpus.sentences
        for start, end, label in spans(sentence.tags)
    ]


@pytest.mark.parametrize("name", PARTS)
def test_the_shipped_markup_compiles_to_the_shipped_columns(name: str) -> None:
    compiled = "".join(f"{line}\n" for line in write_columns(part(name).sentences))
    assert compiled.encode() == (ROOT / "data" / f"{name}.conll").read_bytes()


@pytest.mark.parametrize(("name", "sentences"), PARTS.items())
def test_the_shipped_parts_are_large_enough(name: str, sentences: int) -> None:
    assert len(part(name).sentences) >= sentences


@pytest.mark.parametrize("name", PARTS)
def test_each_shipped_part_has_all_four_types(name: str) -> None:
    counts = Counter(label for _, label in entities(part(name)))
    assert sorted(counts) == ["LOC", "MISC", "ORG", "PER"]
    assert min(counts.values()) >= 20


@pytest.mark.parametrize("name", PARTS)
def test_the_shipped_tags_are_legal(name: str) -> None:
    corpus = read_corpus(ROOT / "data" / f"{name}.conll")
    assert (corpus.scheme, corpus.illegal, corpus.notes) == ("iob2", 0, [])


@pytest.mark.parametrize("name", ["dev", "test"])
def test_two_of_five_shipped_entities_are_unseen_in_training(name: str) -> None:
    seen = {words.lower() for words, _ in entities(part("train"))}
    mentions = [words.lower() for words, _ in entities(part(name))]
    assert sum(words not in seen for words in mentions) >= 0.4 * len(mentions)


def test_no_shipped_sentence_stands_in_two_parts_or_twice() -> None:
    counts = Counter(" ".join(sentence.words).lower() for name in PARTS for sentence in part(name).sentences)
    assert [sentence for sentence, count in counts.items() if count > 1] == []


@pytest.mark.parametrize(
    ("sentence", "tags"),
    [("Museums in Paris are amazing", "O O B-LOC O O"), ("Not all museums in Paris", "O O O O B-LOC")],
)
def test_the_lectures_sentences_are_in_the_training_part(sentence: str, tags: str) -> None:
    tagged = {" ".join(one.words): one.tags for one in part("train").sentences}
    assert tagged[sentence] == tags.split()


@pytest.mark.parametrize("label", ["O", "PER\u200b"])
def test_a_type_that_tags_could_not_tell_is_refused(tmp_path: Path, label: str) -> None:
    path = tmp_path / "corpus.inline"
    path.write_text(f"# one\n[Lima](LOC)\n[Rome]({label})\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"corpus\.inline:3: expected types other than O, .*Call it otherwise\."):
        read_corpus(path)
