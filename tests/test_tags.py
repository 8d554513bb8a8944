"""Tag schemes: spans against seqeval's, spelling and reading back, and which steps each scheme allows."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seqeval.metrics.sequence_labeling import get_entities
from seqeval.scheme import IOB2, Tokens

from nerwin.text.tags import (
    SCHEMES,
    SPELLINGS,
    Span,
    count_illegal,
    iob2,
    is_tag,
    spans,
    split_tag,
    steps,
    strict_spans,
)

LABELS = ("PER", "LOC", "creative-work")


def tag_sequences(prefixes: str) -> st.SearchStrategy[list[str]]:
    """Any sequence of tags, most of them illegal in every scheme."""
    tags = ["O", *(f"{prefix}-{label}" for prefix in prefixes for label in LABELS)]
    return st.lists(st.sampled_from(tags), max_size=12)


@st.composite
def spelled_spans(draw: st.DrawFn) -> tuple[list[Span], int]:
    """Spans in order that do not overlap, adjacent ones of one type among them, and the sentence's length."""
    found, position = [], 0
    for gap, length, label in draw(
        st.lists(st.tuples(st.integers(0, 2), st.integers(1, 4), st.sampled_from(LABELS)), max_size=5)
    ):
        found.append(Span(position + gap, position + gap + length, label))
        position += gap + length
    return found, position + draw(st.integers(0, 2))


def seqeval_spans(tags: list[str]) -> list[Span]:
    return [Span(start, last + 1, label) for label, start, last in get_entities(tags)]


def seqeval_strict_spans(tags: list[str]) -> list[Span]:
    entities: list[Any] = Tokens(tags, IOB2).entities
    return [Span(entity.start, entity.end, entity.tag) for entity in entities]


@settings(derandomize=True, max_examples=300, deadline=None)
@given(tag_sequences("BIES"))
def test_spans_are_those_of_seqevals_default_mode(tags: list[str]) -> None:
    assert spans(tags) == seqeval_spans(tags)


@settings(derandomize=True, max_examples=100, deadline=None)
@given(tag_sequences("BI"))
def test_spans_of_iob_tags_are_those_of_seqevals_default_mode(tags: list[str]) -> None:
    assert spans(tags) == seqeval_spans(tags)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(tag_sequences("BILU") | tag_sequences("BMES") | tag_sequences("BIESLUM"))
def test_letters_that_seqeval_does_not_know_are_read_as_those_of_iobes(tags: list[str]) -> None:
    renamed = [{"L": "E", "U": "S", "M": "I"}.get(tag[0], tag[0]) + tag[1:] for tag in tags]
    assert spans(tags) == seqeval_spans(renamed)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(tag_sequences("BI"))
def test_strict_spans_are_those_of_seqevals_strict_iob2(tags: list[str]) -> None:
    assert strict_spans(tags) == seqeval_strict_spans(tags)


@settings(derandomize=True, max_examples=100, deadline=None)
@given(spelled_spans())
def test_strict_spans_of_a_legal_sequence_are_its_spans(spelled: tuple[list[Span], int]) -> None:
    found, length = spelled
    assert strict_spans(iob2(found, length)) == found


@pytest.mark.parametrize("scheme", SPELLINGS)
@settings(derandomize=True, max_examples=100, deadline=None)
@given(spelled_spans())
def test_spelled_spans_are_read_back(scheme: str, spelled: tuple[list[Span], int]) -> None:
    found, length = spelled
    assert spans(SPELLINGS[scheme](found, length)) == found


@pytest.mark.parametrize("scheme", SPELLINGS)
@settings(derandomize=True, max_examples=100, deadline=None)
@given(spelled_spans())
def test_spelled_spans_are_legal_in_their_scheme(scheme: str, spelled: tuple[list[Span], int]) -> None:
    found, length = spelled
    assert count_illegal([SPELLINGS[scheme](found, length)], scheme) == 0


@pytest.mark.parametrize("scheme", ["iob2", "iobes"])
@settings(derandomize=True, max_examples=200, deadline=None)
@given(tag_sequences("BIESLUM"))
def test_a_sequence_is_legal_exactly_if_it_is_how_its_spans_are_spelled(scheme: str, tags: list[str]) -> None:
    respelled = SPELLINGS[scheme](spans(tags), len(tags))
    assert (count_illegal([tags], scheme) == 0) == (tags == respelled)


EXAMPLE = [Span(0, 1, "ORG"), Span(2, 4, "PER"), Span(5, 6, "LOC"), Span(6, 7, "LOC"), Span(7, 10, "PER")]


@pytest.mark.parametrize(
    ("scheme", "tags"),
    [
        ("iob1", "I-ORG O I-PER I-PER O I-LOC B-LOC I-PER I-PER I-PER"),
        ("iob2", "B-ORG O B-PER I-PER O B-LOC B-LOC B-PER I-PER I-PER"),
        ("iobes", "S-ORG O B-PER E-PER O S-LOC S-LOC B-PER I-PER E-PER"),
        ("bilou", "U-ORG O B-PER L-PER O U-LOC U-LOC B-PER I-PER L-PER"),
        ("bmes", "S-ORG O B-PER E-PER O S-LOC S-LOC B-PER M-PER E-PER"),
    ],
)
def test_one_sentence_in_five_schemes(scheme: str, tags: str) -> None:
    assert spans(tags.split()) == EXAMPLE
    assert SPELLINGS[scheme](EXAMPLE, 10) == tags.split()
    assert [name for name in SCHEMES if not count_illegal([tags.split()], name)] == [scheme]


@pytest.mark.parametrize(
    ("tags", "forgiving", "strict"),
    [
        ("I-PER", [Span(0, 1, "PER")], []),
        ("O I-PER I-PER", [Span(1, 3, "PER")], []),
        ("B-PER I-LOC", [Span(0, 1, "PER"), Span(1, 2, "LOC")], [Span(0, 1, "PER")]),
        ("B-PER I-PER I-LOC I-LOC", [Span(0, 2, "PER"), Span(2, 4, "LOC")], [Span(0, 2, "PER")]),
        ("B-PER O I-PER", [Span(0, 1, "PER"), Span(2, 3, "PER")], [Span(0, 1, "PER")]),
        ("", [], []),
    ],
)
def test_illegal_sequences_by_hand(tags: str, forgiving: list[Span], strict: list[Span]) -> None:
    assert spans(tags.split()) == forgiving
    assert strict_spans(tags.split()) == strict


LEGAL_STEPS = {
    "iob1": "O>O O>I-A I-A>I-A I-A>I-B I-A>B-A I-A>O B-A>B-A B-A>I-A B-A>I-B B-A>O",
    "iob2": "O>O O>B-A B-A>I-A B-A>B-A B-A>B-B B-A>O I-A>I-A I-A>B-A I-A>B-B I-A>O",
    "iobes": "O>O O>B-A O>S-A B-A>I-A B-A>E-A I-A>I-A I-A>E-A E-A>O E-A>B-A E-A>S-B S-A>O S-A>S-A S-A>B-B",
    "bilou": "O>O O>B-A O>U-A B-A>I-A B-A>L-A I-A>I-A I-A>L-A L-A>O L-A>B-A L-A>U-B U-A>O U-A>U-A U-A>B-B",
    "bmes": "O>O O>B-A O>S-A B-A>M-A B-A>E-A M-A>M-A M-A>E-A E-A>O E-A>B-A E-A>S-B S-A>O S-A>S-A S-A>B-B",
}
ILLEGAL_STEPS = {
    "iob1": "O>B-A I-A>B-B B-A>B-B O>S-A O>E-A O>U-A O>L-A",
    "iob2": "O>I-A B-A>I-B I-A>I-B O>S-A O>E-A O>U-A O>L-A",
    "iobes": "O>I-A O>E-A B-A>O B-A>B-A B-A>I-B B-A>E-B B-A>S-A I-A>O I-A>E-B E-A>I-A E-A>E-A S-A>E-A S-A>I-A O>U-A",
    "bilou": "O>I-A O>L-A B-A>O B-A>B-A B-A>I-B B-A>L-B B-A>U-A I-A>O I-A>L-B L-A>I-A L-A>L-A U-A>L-A U-A>I-A O>S-A",
    "bmes": "O>M-A O>E-A B-A>O B-A>I-A B-A>M-B B-A>E-B B-A>S-A M-A>O M-A>E-B M-A>I-A E-A>M-A E-A>E-A S-A>M-A O>U-A",
}


@pytest.mark.parametrize(
    ("scheme", "step", "legal"),
    [(scheme, step, True) for scheme, row in LEGAL_STEPS.items() for step in row.split()]
    + [(scheme, step, False) for scheme, row in ILLEGAL_STEPS.items() for step in row.split()],
)
def test_the_legal_transitions_of_each_scheme(scheme: str, step: str, legal: bool) -> None:
    before, after = step.split(">")
    assert SCHEMES[scheme](before, after) is legal


def test_a_sentence_begins_after_and_ends_before_o() -> None:
    assert list(steps(["B-PER", "I-PER"])) == [("O", "B-PER"), ("B-PER", "I-PER"), ("I-PER", "O")]
    assert list(steps([])) == [("O", "O")]


def test_every_illegal_step_of_every_sentence_counts() -> None:
    sentences = [["I-PER", "I-PER"], ["O", "I-PER"], ["B-PER", "I-LOC", "I-PER"], ["B-PER"]]
    assert count_illegal(sentences) == 4


@pytest.mark.parametrize("tag", ["O", "B-PER", "I-x", "E-1", "S-creative-work", "L-B-PER", "U-人名"])
def test_tags_are_o_or_a_prefix_a_hyphen_and_a_type(tag: str) -> None:
    assert is_tag(tag)


@pytest.mark.parametrize(
    "tag", ["", "o", "B", "B-", "BPER", "B_PER", "PER", "X-PER", "b-PER", "O-PER", "NNP", "-", "0"]
)
def test_anything_else_is_no_tag(tag: str) -> None:
    assert not is_tag(tag)


@pytest.mark.parametrize("tag", ["B-PER ", "B- ", "I-\t", "B-PER\r"])
def test_a_blank_is_no_part_of_a_type(tag: str) -> None:
    assert not is_tag(tag)


@pytest.mark.parametrize(
    ("tag", "parts"), [("O", ("O", "")), ("B-PER", ("B", "PER")), ("I-creative-work", ("I", "creative-work"))]
)
def test_a_tag_is_split_at_its_first_hyphen(tag: str, parts: tuple[str, str]) -> None:
    assert split_tag(tag) == parts
