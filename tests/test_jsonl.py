"""JSON Lines: the spellings that other tools use, and the objects that are refused with their line."""

import json
from pathlib import Path

import pytest

from nerwin.errors import CorpusError
from nerwin.text.columns import Columns
from nerwin.text.formats import FORMS
from nerwin.text.jsonl import ENTITIES, read_jsonl, write_jsonl
from nerwin.text.passage import Passage
from nerwin.text.tags import Span


def read(*lines: str) -> list[Passage]:
    return list(read_jsonl(lines, "x.jsonl"))


TEXT = "Zhang Wei visits Lima, Peru."
ENTS = [{"start": 0, "end": 9, "label": "PER"}, {"start": 17, "end": 21, "label": "LOC"}]
FOUND = [Span(0, 2, "PER"), Span(3, 4, "LOC")]


@pytest.mark.parametrize("key", ENTITIES)
@pytest.mark.parametrize(
    "ents",
    [
        ENTS,
        ENTS[::-1],
        [[0, 9, "PER"], [17, 21, "LOC"]],
        [{"id": 3, "start_offset": one["start"], "end_offset": one["end"], "label": one["label"]} for one in ENTS],
        [{**one, "score": 0.5} for one in ENTS],
    ],
)
def test_entities_are_read_in_the_spellings_of_several_tools(key: str, ents: object) -> None:
    (passage,) = read(json.dumps({"id": 1, "text": TEXT, key: ents}))
    assert passage.words == ["Zhang", "Wei", "visits", "Lima", ",", "Peru", "."]
    assert passage.entities == FOUND
    assert [TEXT[start:end] for start, end, _ in passage.characters] == ["Zhang Wei", "Lima"]


def test_own_tokens_are_kept_and_those_of_blanks_alone_left_out() -> None:
    tokens = [{"start": 0, "end": 3}, {"start": 3, "end": 5}, {"start": 5, "end": 6}]
    (passage,) = read(json.dumps({"text": "can't\n", "ents": [[3, 5, "NEG"]], "tokens": tokens}))
    assert passage.words == ["can", "'t"]
    assert passage.entities == [Span(1, 2, "NEG")]


def test_texts_without_entities_and_blank_lines_are_read() -> None:
    found = read('{"text": "nobody", "ents": []}', "", '{"text": " ", "label": []}', '{"text": "a", "label": []}')
    assert [(passage.line, passage.words, passage.entities) for passage in found] == [
        (1, ["nobody"], []),
        (4, ["a"], []),
    ]


def test_an_empty_list_beside_entities_is_none_of_them() -> None:
    (passage,) = read('{"text": "in Lima", "ents": [], "spans": [[3, 7, "LOC"]]}')
    assert passage.entities == [Span(1, 2, "LOC")]


def test_what_annotators_did_not_accept_is_left_out(tmp_path: Path) -> None:
    lines = [
        json.dumps({"text": text, "spans": [[0, 4, "LOC"]], "answer": answer})
        for text, answer in [("Lima", "reject"), ("Oslo", "accept"), ("Rome", "ignore")]
    ]
    (passage,) = read(*lines)
    assert passage.words == ["Oslo"]
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(lines))
    assert FORMS["jsonl"].read(path, Columns()).note.endswith('; 2 left out whose "answer" is reject or ignore')
    path.write_text(lines[0])
    with pytest.raises(CorpusError, match='found none, and 1 left out whose "answer" is reject'):
        FORMS["jsonl"].read(path, Columns())
    assert len(read(json.dumps({"text": "Lima", "ents": [], "answer": None}))) == 1


def test_what_is_written_has_text_entities_and_tokens() -> None:
    (line,) = write_jsonl(read(json.dumps({"text": "Ao é Lima", "entities": [[5, 9, "LOC"]]})))
    assert "é" in line
    assert json.loads(line) == {
        "text": "Ao é Lima",
        "ents": [{"start": 5, "end": 9, "label": "LOC"}],
        "tokens": [{"start": 0, "end": 2}, {"start": 3, "end": 4}, {"start": 5, "end": 9}],
    }


def with_ents(*ents: object) -> str:
    return json.dumps({"text": TEXT, "ents": list(ents)})


def with_tokens(*tokens: object) -> str:
    return json.dumps({"text": TEXT, "ents": [], "tokens": list(tokens)})


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "expected a JSON object, found bad JSON"),
        ("[" * 100_000, "expected a JSON object, found bad JSON"),
        ("[1]", "expected a JSON object with a \"text\", found '[1]'"),
        ('{"ents": []}', 'expected a "text" of characters, found null'),
        ('{"text": 3, "ents": []}', 'expected a "text" of characters, found 3'),
        ('{"text": "\\ud800", "ents": []}', "expected a text of Unicode characters, found half of one at 0"),
        (
            '{"text": "a", "ents": [[0, 1, "X\\ud800"]]}',
            "expected a label of Unicode characters, found half of one at 1",
        ),
        ('{"text": "a"}', "expected entities under one of ents, entities, spans, label, labels, found text"),
        ('{"text": "a", "ents": {}}', 'expected a list under "ents", found {}'),
        (
            '{"text": "a", "ents": [[0,1,"A"]], "label": [[0,1,"B"]]}',
            "expected entities once, found ents and label",
        ),
        (with_ents([0, 9]), "expected an entity with start and end as whole numbers and a label, found [0, 9]"),
        (with_ents([0.0, 9, "PER"]), "expected an entity with start and end as whole numbers"),
        (with_ents([False, 9, "PER"]), "expected an entity with start and end as whole numbers"),
        (with_ents({"start": 0, "end": 9}), "expected an entity with start and end as whole numbers"),
        (with_ents([0, 9, "A PERSON"]), 'expected a label of one word, found "A PERSON"'),
        (with_ents([0, 9, ""]), 'expected a label of one word, found ""'),
        (with_ents([0, 29, "PER"]), "expected an entity inside the text of 28 characters, found PER at 0 to 29"),
        (with_ents([-1, 9, "PER"]), "expected an entity inside the text of 28 characters, found PER at -1 to 9"),
        (with_ents([9, 9, "PER"]), "expected an entity inside the text of 28 characters, found PER at 9 to 9"),
        (with_ents([9, 0, "PER"]), "expected an entity inside the text of 28 characters, found PER at 9 to 0"),
        (with_ents([0, 8, "PER"]), 'expected an entity of whole tokens, found "Zhang We" (PER) with a border inside'),
        (with_ents([1, 9, "PER"]), 'a border inside the token "Zhang"'),
        (with_ents([0, 10, "PER"]), 'found "Zhang Wei " (PER) with a border between tokens'),
        (
            with_ents([0, 9, "PER"], [6, 9, "PER"]),
            'expected entities apart, found "Zhang Wei" (PER) and "Wei" (PER) over each other',
        ),
        (with_ents([0, 9, "PER"], [0, 9, "ORG"]), "expected entities apart"),
        (with_tokens({"start": 0}), "expected tokens with start and end, in order and inside the text"),
        (with_tokens([0, 5]), "expected tokens with start and end, in order and inside the text"),
        (with_tokens({"start": 0, "end": 0}), "expected tokens with start and end, in order and inside the text"),
        (with_tokens({"start": 0, "end": 99}), "expected tokens with start and end, in order and inside the text"),
        (with_tokens({"start": 0, "end": 9}, {"start": 5, "end": 9}), "expected tokens with start and end, in order"),
        (with_tokens({"start": 6, "end": 28}), 'expected tokens for the whole text, found none for "Zhang" after 0'),
        (with_tokens({"start": 0, "end": 27}), 'expected tokens for the whole text, found none for "." after 27'),
    ],
)
def test_a_line_that_does_not_fit_is_refused_with_path_and_line(line: str, message: str) -> None:
    with pytest.raises(CorpusError) as caught:
        read('{"text": "fine", "ents": []}', line)
    assert str(caught.value).startswith("x.jsonl:2: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_nested_almost_too_deeply_is_one_line() -> None:
    """Between what json can read and what it can write lie some depths."""
    for depth in range(800, 1000):
        with pytest.raises(CorpusError, match=r"^x\.jsonl:1: expected"):
            read('{"text": "Lima", "ents": [' + "[" * depth + "]" * depth + "]}")
