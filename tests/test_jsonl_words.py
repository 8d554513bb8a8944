"""JSON objects of words and tags: what they say, and what is refused."""

import json

import pytest

from nerwin.errors import CorpusError
from nerwin.text.jsonl import read_jsonl
from nerwin.text.jsonl_words import TAGS, with_tags
from nerwin.text.passage import Counts, Passage
from nerwin.text.tags import SPELLINGS, Span

WORDS, SPANS = ["Mira", "Tolvan", "left", "Quellmark"], [Span(0, 2, "PER"), Span(3, 4, "LOC")]


def read(*objects: object) -> list[Passage]:
    return list(read_jsonl(map(json.dumps, objects), "x.jsonl", Counts()))


@pytest.mark.parametrize("key", TAGS)
@pytest.mark.parametrize("scheme", SPELLINGS)
def test_words_with_tags_of_any_scheme_are_a_sentence(key: str, scheme: str) -> None:
    (passage,) = read({"id": "0", "tokens": WORDS, key: SPELLINGS[scheme](SPANS, len(WORDS))})
    assert (passage.words, passage.entities, passage.document) == (WORDS, SPANS, False)
    assert passage.text == "Mira Tolvan left Quellmark"


def test_no_words_are_no_sentence_and_counted() -> None:
    counts = Counts()
    assert list(read_jsonl(['{"tokens": [], "ner_tags": []}'], "x.jsonl", counts)) == []
    assert counts.empty == 1


def test_a_text_beside_words_is_left_alone() -> None:
    (passage,) = read({"text": "Mira  left", "tokens": ["Mira", "left"], "tags": ["B-PER", "O"]})
    assert (passage.text, passage.entities) == ("Mira left", [Span(0, 1, "PER")])
    (passage,) = read({"text": "Mira left", "tokens": None, "ents": [[0, 4, "PER"]]})
    assert passage.document
    with pytest.raises(CorpusError, match="expected tokens for the whole text"):
        read({"text": "Mira left", "tokens": [], "ents": []})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"tokens": ["Mira"]}, "expected tags of the words under one of ner_tags, tags, labels, label, found tokens."),
        ({"tokens": ["Mira"], "tags": "O"}, "expected tags of the words under one of"),
        ({"tokens": WORDS, "tags": ["O"]}, "expected a tag for each of 4 words, found 1. Mend the line."),
        ({"tokens": ["Mira"], "ner_tags": [5]}, "expected a tag such as O or B-PER, found 5. Write the tags' names"),
        ({"tokens": ["Mira"], "tags": ["PER"]}, "expected a tag such as O or B-PER, found PER. Write B- or I- before"),
        ({"tokens": ["Mira"], "tags": [["O"]]}, "expected a tag such as O or B-PER, found ['O']. Write B- or I-"),
        ({"tokens": [" "], "tags": ["O"]}, "expected words of Unicode characters that are more than blanks, found ' '"),
        ({"tokens": ["\ud83d"], "tags": ["O"]}, "expected words of Unicode characters that are more than blanks"),
        (
            {"tokens": ["Mira", 1], "tags": ["O", "O"]},
            'expected a "text" of characters, or "tokens", found none among tokens, tags.',
        ),
    ],
)
def test_what_is_no_tagged_sentence_is_refused(content: dict[str, object], message: str) -> None:
    with pytest.raises(CorpusError) as caught:
        read({"text": "Mira", "ents": []}, content)
    assert str(caught.value).startswith(f"x.jsonl:2: {message}")


def test_new_tags_stand_where_the_old_ones_did() -> None:
    assert with_tags({"tags": [3], "tokens": ["a"]}, ["O"]) == {"tags": ["O"], "tokens": ["a"]}
    assert with_tags({"tags": [3, 4], "tokens": ["a"]}, ["O"]) == {"tags": [3, 4], "tokens": ["a"], "ner_tags": ["O"]}
    assert with_tags({"tokens": ["a"], "id": 1}, ["O"]) == {"tokens": ["a"], "id": 1, "ner_tags": ["O"]}
