"""JSON objects of words and tags: what they say, and what is refused."""

import json
from typing import Any

import pytest

from nerwin.corpora.jsonl import read_jsonl, with_found
from nerwin.corpora.jsonl_objects import given_by
from nerwin.corpora.jsonl_words import TAGS, WORD_KEYS
from nerwin.corpora.passage import Counts, Passage
from nerwin.errors import CorpusError
from nerwin.text.tags import SPELLINGS, Span

WORDS, SPANS = ["Mira", "Tolvan", "left", "Quellmark"], [Span(0, 2, "PER"), Span(3, 4, "LOC")]


def read(*objects: object) -> list[Passage]:
    return list(read_jsonl(map(json.dumps, objects), "x.jsonl", Counts()))


def tagged(content: dict[str, Any], *ents: dict[str, Any]) -> dict[str, Any]:
    return with_found(content, given_by(content, "x"), list(ents))


@pytest.mark.parametrize("words", WORD_KEYS)
@pytest.mark.parametrize("key", TAGS)
@pytest.mark.parametrize("scheme", SPELLINGS)
def test_words_with_tags_of_any_scheme_are_a_sentence(words: str, key: str, scheme: str) -> None:
    (passage,) = read({"id": "0", words: WORDS, key: SPELLINGS[scheme](SPANS, len(WORDS))})
    assert (passage.words, passage.entities, passage.document) == (WORDS, SPANS, False)
    assert passage.text == "Mira Tolvan left Quellmark"


def test_no_words_are_no_sentence_and_counted() -> None:
    counts = Counts()
    lines = ['{"tokens": [], "ner_tags": []}', '{"tokens": [], "tags": [], "labels": []}']
    assert list(read_jsonl(lines, "x.jsonl", counts)) == []
    assert counts.empty == 2


@pytest.mark.parametrize(
    "row",
    [
        {"text": "", "tokens": [], "ner_tags": []},
        {"text": " \n", "tokens": [], "tags": []},
        {"text": "", "words": [], "ner_tags": []},
        {"text": "", "id": 1},
    ],
)
def test_an_empty_text_is_passed_over_and_counted_whatever_stands_beside_it(row: dict[str, object]) -> None:
    counts = Counts()
    assert list(read_jsonl([json.dumps(row)], "x.jsonl", counts)) == []
    assert counts.empty == 1


TEXT = "At  Quellmark, Mira"
PLACED = {"text": TEXT, "tokens": ["At", "Quellmark", ",", "Mira"]}
TOLD = {"ents": [[4, 13, "LOC"], [15, 19, "PER"]]}


@pytest.mark.parametrize(
    "others",
    [
        {"ner_tags": ["O", "B-LOC", "O", "B-PER"]},
        {"labels": ["O", "S-LOC", "O", "S-PER"], "ents": []},
        {"ner_tags": ["O", "B-LOC", "O", "B-PER"], **TOLD},
        TOLD,
        {"tags": ["IN", "NNP", ",", "NNP"], **TOLD},
        {
            "ner_tags": None,
            "spans": [{"start": 4, "end": 13, "label": "LOC"}, {"start": 15, "end": 19, "label": "PER"}],
        },
    ],
)
def test_words_beside_a_text_are_placed_in_it(others: dict[str, object]) -> None:
    (passage,) = read({**PLACED, **others})
    assert (passage.text, passage.words, passage.document) == (TEXT, PLACED["tokens"], False)
    assert passage.entities == [Span(1, 2, "LOC"), Span(3, 4, "PER")]
    assert [TEXT[start:end] for start, end, _ in passage.characters] == ["Quellmark", "Mira"]


OFFSETS = [{"start": start, "end": end} for start, end in ((0, 2), (4, 13), (13, 14), (15, 19))]


@pytest.mark.parametrize("others", [{}, {"ents": []}, TOLD, {"tags": ["IN", "NNP", ",", "NNP"]}])
def test_tags_may_stand_beside_tokens_that_are_offsets(others: dict[str, object]) -> None:
    row = {"text": TEXT, "tokens": OFFSETS, "ner_tags": ["O", "B-LOC", "O", "B-PER"], **others}
    (passage,) = read(row)
    assert (passage.words, passage.entities) == (PLACED["tokens"], [Span(1, 2, "LOC"), Span(3, 4, "PER")])
    entity = {"start": 4, "end": 13, "label": "LOC"}
    assert tagged(row, entity) == {**row, "ner_tags": ["O", "B-LOC", "O", "O"], "ents": [entity]}


def test_tags_of_blanks_among_offsets_count_for_nothing() -> None:
    offsets = [{"start": 0, "end": 2}, {"start": 2, "end": 4}, *OFFSETS[1:]]
    tags = ["O", "O", "B-LOC", "O", "B-PER"]
    (passage,) = read({"text": TEXT, "tokens": offsets, "ner_tags": tags, **TOLD})
    assert passage.entities == [Span(1, 2, "LOC"), Span(3, 4, "PER")]
    with pytest.raises(CorpusError, match='expected the entities under "ents" to be those of the tags'):
        read({"text": TEXT, "tokens": offsets, "ner_tags": ["O"] * 5, **TOLD})
    row = {
        "text": "a \n b",
        "tokens": [*OFFSETS[:1], {"start": 2, "end": 4}, {"start": 4, "end": 5}],
        "ner": ["B-LOC"] * 3,
    }
    entity = {"start": 0, "end": 5, "label": "PER"}
    assert tagged(row, entity) == {**row, "ner": ["B-PER", "I-PER", "I-PER"], "ents": [entity]}
    assert tagged(row) == {**row, "ner": ["O", "O", "O"], "ents": []}


def of_new_york(*tags: str) -> dict[str, object]:
    offsets = [{"start": start, "end": end} for start, end in ((0, 1), (1, 2), (2, 5), (5, 6), (6, 10))]
    return {"text": " \nNew York", "tokens": offsets, "ner_tags": list(tags)}


@pytest.mark.parametrize("blank", ["O", "I-LOC"])
@pytest.mark.parametrize("listed", [{}, {"ents": []}])  # an empty list says nothing
def test_tags_of_blanks_among_offsets_are_left_out(blank: str, listed: dict[str, object]) -> None:
    (passage,) = read(of_new_york("O", "O", "B-LOC", blank, "I-LOC") | listed)
    assert (passage.words, passage.entities) == (["New", "York"], [Span(0, 2, "LOC")])


@pytest.mark.parametrize(
    ("tags", "found"),
    [(["O", "B-LOC", "O", "O", "O"], r'"\n" (LOC)'), (["O", "O", "B-LOC", "I-LOC", "O"], '"New " (LOC)')],
)
def test_an_entity_that_begins_or_ends_with_a_blank_is_refused(tags: list[str], found: str) -> None:
    with pytest.raises(CorpusError) as caught:
        read(of_new_york(*tags))
    assert str(caught.value) == (
        f"x.jsonl:1: expected an entity of whole tokens, found {found} with a border between tokens. "
        "Mend the tags, or have entities moved (nerwin convert --align)."
    )


def test_offsets_without_tags_get_none() -> None:
    row = {"text": TEXT, "tokens": OFFSETS, "label": ["news"]}
    assert tagged(row) == {**row, "ents": []}


def test_words_that_begin_with_a_blank_are_placed_with_it() -> None:
    (passage,) = read({"text": "a \u00a0 b  c", "tokens": ["a", "\u00a0", " b", "c"], "tags": ["O"] * 4})
    assert [token.start for token in passage.tokens] == [0, 2, 3, 7]


@pytest.mark.parametrize("text", [{}, {"text": "\nIn New \t York "}])
@pytest.mark.parametrize("blank", ["O", "I-LOC"])
def test_words_of_blanks_are_left_out_as_those_of_offsets_are(text: dict[str, str], blank: str) -> None:
    words = ["\n", "In", "New", "\t", "York", " "]
    row = {"tokens": words, "ner_tags": ["O", "O", "B-LOC", blank, "I-LOC", "O"], **text}
    (passage,) = read(row)
    assert (passage.words, passage.entities) == (["In", "New", "York"], [Span(1, 3, "LOC")])
    (entity,) = passage.characters
    found = {"start": entity.start, "end": entity.end, "label": "ORG"}
    tags = ["O", "O", "B-ORG", "I-ORG", "I-ORG", "O"]
    assert tagged(row, found) == {**row, "ner_tags": tags, **({"ents": [found]} if text else {})}


def test_tagged_words_beside_a_text_may_be_called_words() -> None:
    content = {"text": "In Quellmark", "words": ["In", "Quellmark"], "ner_tags": ["B-PER", "O"]}
    (passage,) = read(content)
    assert (passage.words, passage.entities, passage.document) == (content["words"], [Span(0, 1, "PER")], False)
    entity = {"start": 3, "end": 12, "label": "LOC"}
    assert tagged(content, entity) == {**content, "ner_tags": ["O", "B-LOC"], "ents": [entity]}


@pytest.mark.parametrize(
    "others",
    [
        {"words": ["Mira", "Rilla"]},  # as of a search
        {"words": ["Mira", "Rilla"], "tags": ["news", "town"]},
        {"words": [], "tags": []},
        {"words": ["Mira", "Rilla"], "ner": [[0, 4, "PER"], [5, 9, "O"]]},
        {"words": ["Mira"], "tokens": [{"start": 0, "end": 4}, {"start": 5, "end": 9}], "tags": ["O"]},
    ],
)
def test_other_words_beside_a_text_are_none_of_it(others: dict[str, object]) -> None:
    (passage,) = read({"text": "Mira left", "ents": [], **others})
    assert passage.words == ["Mira", "left"]


def test_no_text_or_no_words_is_neither() -> None:
    (passage,) = read({"text": "Mira left", "tokens": None, "ents": [[0, 4, "PER"]]})
    assert passage.document
    with pytest.raises(CorpusError, match="expected tokens for the whole text"):
        read({"text": "Mira left", "tokens": [], "ents": []})


def test_other_words_and_numbers_are_passed_over() -> None:
    (passage,) = read({"text": "Mira left", "words": ["Mira"], "ents": []})
    assert passage.text == "Mira left"
    (passage,) = read({"tokens": [5, 7], "words": ["Mira", "left"], "tags": ["B-PER", "O"]})
    assert passage.words == ["Mira", "left"]


PERSON = ["B-PER", "O"]


@pytest.mark.parametrize(
    "others",
    [
        {"ner_tags": PERSON, "tags": ["O", "B-LOC"]},
        {"ner": PERSON, "labels": ["O", "O"]},
        {"ner_tags": PERSON, "ner": ["O", "O"]},
        {"ner_tags": [1, 0], "ner": PERSON},
        {"ner_tags": [1, 0], "labels": PERSON},
        {"tags": [1, 0], "labels": PERSON},
        {"tags": ["NNP", "VBD"], "labels": PERSON},
        {"tags": PERSON, "labels": [1, 0]},
        {"tags": ["news"], "label": PERSON},
        {"ner": [[0, 0, "PER"]], "label": PERSON},
    ],
)
def test_of_several_lists_the_one_of_tags_is_taken(others: dict[str, object]) -> None:
    content = {"tokens": ["Mira", "left"], **others}
    (passage,) = read(content)
    assert passage.entities == [Span(0, 1, "PER")]
    found = tagged(content, {"start": 5, "end": 9, "label": "PER"})
    assert sum(found[key] != content[key] for key in content) == 1
    (passage,) = read(found)
    assert passage.entities == [Span(1, 2, "PER")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"tokens": ["Mira"]}, "expected tags of the words under one of ner_tags, ner, tags, labels, label, found t"),
        (
            {"text": "Mira left Ansel", "tokens": ["Mira", "Ansel", "left"], "tags": ["O"] * 3},
            'expected the words of the text in order, found "Ansel" where the text has "left Ansel". Mend the words, '
            "or leave the text out.",
        ),
        (
            {"text": "a b", "tokens": ["a", "b", "b"], "tags": ["O"] * 3},
            'expected the words of the text in order, found "b"',
        ),
        (
            {"text": "a b.", "tokens": ["a", "b"], "tags": ["O"] * 2},
            'expected tokens for the whole text, found none for "."',
        ),
        (
            {"text": 3, "tokens": ["a"], "tags": ["O"]},
            'expected a "text" of characters, or words under "tokens", found 3',
        ),
        (
            {**PLACED, "ner_tags": ["O", "B-LOC", "O", "O"], **TOLD},
            'expected the entities under "ents" to be those of the tags, found others. Keep one of them.',
        ),
        (
            {**PLACED, "ner_tags": ["O", "B-LOC", "O", "B-PER"], **TOLD, "spans": [[4, 13, "LOC"]]},
            'expected the entities under "spans" to be those of the tags, found others. Keep one of them.',
        ),
        ({**PLACED, "ner_tags": ["O"], **TOLD}, "expected a tag for each of 4 words, found 1."),
        (
            {**PLACED, "ner_tags": [0, 5, 0, 1], "ents": []},
            "expected a tag such as O or B-PER, found 0. Write the tags'",
        ),
        ({"tokens": ["At", "Dunmere"], "ents": [[1, 2, "LOC"]]}, "expected tags of the words under one of"),
        (
            PLACED,
            "expected tags of the words under one of ner_tags, ner, tags, labels, label, found text, tokens. Name",
        ),
        ({"tokens": ["Mira"], "tags": "O"}, "expected tags of the words under one of"),
        ({"tokens": WORDS, "tags": ["O"]}, "expected a tag for each of 4 words, found 1. Mend the line."),
        ({"tokens": ["Mira"], "ner_tags": [5]}, "expected a tag such as O or B-PER, found 5. Write the tags' names"),
        (
            {"tokens": ["Mira"], "labels": [1]},
            "expected a tag such as O or B-PER, found 1. Write the tags' names: the data set knows them, its lines do "
            'not (with all its names in their order, jq -c \'.labels |= map(["O", "B-PER", "I-PER"][.])\' does',
        ),
        ({"tokens": ["Mira"], "tags": ["PER"]}, "expected a tag such as O or B-PER, found PER. Write B- or I- before"),
        (
            {"tokens": ["Mira"], "tags": ["B-GIVEN NAME"]},
            "expected a tag such as O or B-PER, found B-GIVEN NAME. Types have no blanks: write _ in their place "
            """(jq -c '.tags |= map(gsub(" "; "_"))' does that).""",
        ),
        ({"tokens": ["Mira"], "tags": [["O"]]}, "expected a tag such as O or B-PER, found ['O']. Write B- or I-"),
        ({"tokens": [""], "tags": ["O"]}, "expected words of one or more Unicode characters, found ''. Mend the word."),
        ({"tokens": ["\ud83d"], "tags": ["O"]}, "expected words of one or more Unicode characters, found '\\ud83d'"),
        *(
            (
                {key: words, "tags": ["O", "O"]},
                f'expected a "text" of characters, or words under "tokens", found {json.dumps(words)} under "{key}". '
                "List words alone, or give their text.",
            )
            for key in WORD_KEYS
            for words in (["Mira", 1], [{"start": 0, "end": 4}], "Mira left")
        ),
        (
            {"words": 2, "text": None},
            'expected a "text" of characters, or words under "tokens", found null. Name the text so.',
        ),
        ({"tokens": ["Mira"], "tags": ["O"], "labels": ["B-PER"]}, "expected tags once, found tags and labels. Keep o"),
        ({"tokens": ["Mira"], "ner": ["PER"], "labels": ["O"]}, "expected a tag such as O or B-PER, found PER."),
        ({"tokens": ["Mira"], "ner": ["O", "O"], "labels": ["O"]}, "expected a tag for each of 1 word, found 2."),
        ({"tokens": ["Mira"], "ner_tags": [5], "tags": ["NNP"]}, "expected a tag such as O or B-PER, found 5. Write"),
    ],
)
def test_what_is_no_tagged_sentence_is_refused(content: dict[str, object], message: str) -> None:
    with pytest.raises(CorpusError) as caught:
        read({"text": "Mira", "ents": []}, content)
    assert str(caught.value).startswith(f"x.jsonl:2: {message}")


def test_half_a_character_in_a_tag_is_refused() -> None:
    with pytest.raises(CorpusError, match=r"^x.jsonl:1: expected a tag such as O .*found B-.*\. Mend the escapes\.$"):
        read({"tokens": ["a"], "ner_tags": ["B-\ud800"]})


def test_new_tags_stand_where_the_old_ones_did() -> None:
    assert tagged({"tags": [3], "tokens": ["a"]}) == {"tags": ["O"], "tokens": ["a"]}
    assert tagged({"tags": [3, 4], "tokens": ["a"]}) == {"tags": [3, 4], "tokens": ["a"], "ner_tags": ["O"]}
    assert tagged({"ner": ["PER"], "words": ["a"]}) == {"ner": ["O"], "words": ["a"]}
    for others in ({"tags": ["NNP"]}, {"label": ["greeting"]}):  # parts of speech, a label of the whole
        kept = {"tokens": ["a"], **others}
        assert tagged(kept) == {**kept, "ner_tags": ["O"]}
    both = {"tokens": ["a"], "tags": ["O"], "labels": ["B-A"]}
    assert tagged(both) == {**both, "ner_tags": ["O"]}
    lists = {"tokens": ["a"], "ner": [[0, 0, "A"]]}
    assert tagged(lists) == {**lists, "ner_tags": ["O"]}
    assert tagged({"tokens": ["a"], "id": 1}) == {"tokens": ["a"], "id": 1, "ner_tags": ["O"]}
