"""JSON Lines: the spellings that other tools use, and the objects that are refused with their line."""

import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nerwin.corpora.formats import FORMS, Reading
from nerwin.corpora.jsonl import ENTITIES, read_jsonl, write_jsonl
from nerwin.corpora.passage import Counts, Passage, fitted_tokens, sentences_of
from nerwin.errors import CorpusError
from nerwin.text.tags import Span
from nerwin.text.tokenizer import tokenize
from tests.fuzz.cases import time_limit


def read(*lines: str) -> list[Passage]:
    return list(read_jsonl(lines, "x.jsonl", Counts()))


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
        [{"start": one["start"], "end": one["end"], "type": one["label"]} for one in ENTS],
        [{**one, "type": "entity"} for one in ENTS],
        [{**one, "text": text} for one, text in zip(ENTS, ("Zhang Wei", "Lima"), strict=True)],
        [{**one, "text": None} for one in ENTS],
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


def test_an_object_that_holds_nothing_is_refused() -> None:
    with pytest.raises(
        CorpusError, match=r'^x.jsonl:1: expected a "text" of .*, found an empty object\. Name the text'
    ):
        read("{}")


def test_an_empty_list_beside_entities_is_none_of_them() -> None:
    (passage,) = read('{"text": "in Lima", "ents": [], "spans": [[3, 7, "LOC"]]}')
    assert passage.entities == [Span(1, 2, "LOC")]


def test_texts_without_a_word_are_left_out_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps({"text": text, "ents": []}) + "\n" for text in ("", "Lima", " \n ")))
    found = FORMS["jsonl"].read(path, Reading())
    assert [passage.words for passage in found.passages] == [["Lima"]]
    assert found.note.endswith("; 2 left out without a word")


def test_what_annotators_did_not_accept_is_left_out(tmp_path: Path) -> None:
    lines = [
        json.dumps({"text": text, "spans": [[0, 4, "LOC"]], "answer": answer})
        for text, answer in [("Lima", "reject"), ("Oslo", "accept"), ("Rome", "ignore")]
    ]
    (passage,) = read(*lines)
    assert passage.words == ["Oslo"]
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(lines))
    assert FORMS["jsonl"].read(path, Reading()).note.endswith('; 2 left out whose "answer" is reject or ignore')
    path.write_text(lines[0])
    with pytest.raises(CorpusError, match='found none; 1 left out whose "answer" is reject'):
        FORMS["jsonl"].read(path, Reading())
    assert len(read(json.dumps({"text": "Lima", "ents": [], "answer": None}))) == 1


def test_what_annotators_accepted_without_a_span_has_no_entity() -> None:
    accepted = {"text": "Lima", "answer": "accept"}
    passages = read(*map(json.dumps, (accepted, accepted | {"spans": None}, accepted | {"spans": []})))
    assert [passage.entities for passage in passages] == [[], [], []]


def test_what_is_written_has_text_and_entities_and_the_tokens_of_a_sentence() -> None:
    (document,) = read(json.dumps({"text": "Ao é Lima", "entities": [[5, 9, "LOC"]]}))
    (line,) = write_jsonl([document], "x")
    assert "é" in line
    written = {"text": "Ao é Lima", "ents": [{"start": 5, "end": 9, "label": "LOC"}]}
    assert json.loads(line) == written
    (line,) = write_jsonl([document._replace(document=False)], "x")
    tokens = [{"start": 0, "end": 2}, {"start": 3, "end": 4}, {"start": 5, "end": 9}]
    assert json.loads(line) == {**written, "tokens": tokens}
    (line,) = write_jsonl([document._replace(tokens=[*document.tokens[:1], *document.tokens[2:]], entities=[])], "x")
    numbered = [{"id": 0, **tokens[0]}, {"id": 1, **tokens[2]}]  # somebody else's tokens
    assert json.loads(line) == {**written, "ents": [], "tokens": numbered}


OF_USERS = {"id": 7, "meta": {"pages": [1.5, None]}, "label": ["news"], "relations": [], "é": "ö"}
LIMA = {"start": 0, "end": 4, "label": "LOC"}


@pytest.mark.parametrize(
    ("row", "kept"),
    [
        ({"text": "Lima won", "spans": [LIMA], "answer": "accept"}, ["answer"]),
        ({"text": "Lima won", "ents": "of old", "spans": [[0, 4, "LOC"]], "words": ["Lima"]}, ["words"]),
        (
            {
                "text": "Lima won",
                "entities": [LIMA],
                "tokens": [{"start": 0, "end": 4}, {"start": 5, "end": 8}],
                "tags": ["NNP", "VBD"],
            },
            ["tags"],
        ),
        (
            {"tokens": ["Lima", "won"], "ner_tags": ["B-LOC", "O"], "tags": [5, 0], "pos": ["NNP", "VBD"]},
            ["pos"],
        ),
        ({"text": "Lima won", "words": ["Lima", "won"], "labels": ["U-LOC", "O"]}, []),
        ({"text": "Lima won", "tokens": ["Lima", " ", "won"], "ents": [LIMA], "tags": ["O", "O"]}, []),
    ],
)
def test_what_else_an_object_holds_comes_back(row: dict[str, object], kept: list[str]) -> None:
    (passage,) = read(json.dumps(row | OF_USERS))
    (line,) = write_jsonl([passage], "x")
    written = json.loads(line)
    assert (written.pop("text"), written.pop("ents")) == ("Lima won", [LIMA])
    assert ("tokens" in written) == (not passage.document)
    written.pop("tokens", None)
    assert written == OF_USERS | {key: row[key] for key in kept}
    assert read(line) == [passage]


def test_what_json_has_not_is_not_written() -> None:
    passages = read('{"text": "fine", "ents": []}', '{"text": "Lima", "ents": [], "score": NaN}')
    with pytest.raises(CorpusError, match=r"^x\.jsonl:2: expected numbers below 1\.8e\+308, found"):
        list(write_jsonl(passages, "x.jsonl"))


def with_ents(*ents: object) -> str:
    return json.dumps({"text": TEXT, "ents": list(ents)})


def with_tokens(*tokens: object) -> str:
    return json.dumps({"text": TEXT, "ents": [], "tokens": list(tokens)})


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "expected a JSON object, found bad JSON"),
        ("[" * 100_000, "expected a JSON object, found bad JSON"),
        ('\ufeff{"text": "a", "ents": []}', "found a byte-order mark (U+FEFF) before it. Delete the mark."),
        ('{"text": "a", "text": "b", "ents": []}', 'expected each name in an object once, found "text" more often'),
        (
            '{"text": "a", "text": "b", "text": "c"}',
            'expected each name in an object once, found "text" more often. Mend',
        ),
        ('{"text": "a", "ents": [], "meta": [{"a": {}, "id": 1, "id": 1}]}', 'once, found "id" more often. Mend the'),
        ("[1]", "expected a JSON object with a \"text\", found '[1]'. Write an object a line."),
        ('["a", [[0, 1, "LOC"]]]', '[[0, 1, "LOC"]]]\'. Write an object a line.'),
        ('["a", {"ents": 3}]', 'expected a list under "ents", found 3'),
        (
            '["Lima won", {"text": "Lima", "entities": []}]',
            'expected one text in a pair, found "Lima won" and, under "text", "Lima". Take one of them out.',
        ),
        (
            '{"id": 1, "annotations": [], "data": {"text": "a"}}',
            'words under "tokens", found none among id, annotations, data. Export it as JSON-MIN.',
        ),
        (
            '{"version": 1, "data": [{"text": "a"}]}',
            "found none among version, data. Are its texts under data? Then write an object a line (jq -c '.data[]' ",
        ),
        ('{"classes": ["LOC"], "annotations": [["a", {"entities": []}]]}', "(jq -c '.annotations[]' makes that)."),
        ('{"of data": [{"text": "a"}]}', "found none among of data. Name the text so."),
        ('{"id": 0, "paragraphs": [{"sentences": []}]}', "of the whole: python -m spacy convert IN.json . does that."),
        (
            '{"id": "a", "data": "Lima won", "label": [[0, 4, "LOC"]]}',
            "found none among id, data, label. Is it under data? Then name it so (jq -c '.text = .data | del(.data)' "
            "does that).",
        ),
        (
            '{"source": "Lima", "mask": [{"start": 0, "end": 4}]}',
            "found none among source, mask. Is it under source? Then name it so",
        ),
        ('{"the text": "Lima", "ner": [[0, 0, "LOC"]]}', "found none among the text, ner. Name the text so."),
        ('{"ents": []}', 'expected a "text" of characters, or words under "tokens", found none among ents.'),
        ('{"text": 3, "ents": []}', 'expected a "text" of characters, or words under "tokens", found 3'),
        ('{"text": "\\ud800", "ents": []}', "expected a text of Unicode characters, found half of one at 0"),
        (
            '{"text": "a", "ents": [[0, 1, "X\\ud800"]]}',
            "expected a label of Unicode characters, found half of one at 1",
        ),
        ('{"text": "a"}', "expected entities under one of ents, entities, spans, label, labels, found text"),
        ('{"text": "a", "ents": {}}', 'expected a list under "ents", found {}'),
        (
            '{"text": "a", "spans": null}',
            'expected a list under "spans", found null. A text without entities has an empty list '
            "(jq -c '.spans //= []' makes that).",
        ),
        (
            '{"text": "a", "ents": [[0,1,"A"]], "label": [[0,1,"B"]]}',
            "expected entities once, found ents and label",
        ),
        (with_ents([0, 9]), "expected an entity with start and end as whole numbers and a label, found [0, 9]"),
        (with_ents([0.0, 9, "PER"]), "expected an entity with start and end as whole numbers"),
        (with_ents([False, 9, "PER"]), "expected an entity with start and end as whole numbers"),
        (
            with_ents({"start": 0, "end": 9, "entity_group": "PER"}),
            "expected an entity with one label, found none at 0 to 9. Put it under label, labels or type.",
        ),
        (with_ents([0, "МЕСТО"]), 'and a label, found [0, "МЕСТО"]. Write [0, 4, "LOC"] or {"start": 0,'),
        (
            with_ents({"begin": 0, "end": 9}),
            'found {"begin": 0, "end": 9}. Write [0, 4, "LOC"] or {"start": 0, "end": 4, "label": "LOC"}.',
        ),
        (with_ents([0, 9, None]), "expected an entity with one label, found none at 0 to 9."),
        (
            with_ents({"start": 0, "end": 9, "text": "Zhang Wei", "labels": ["PER", "ORG"]}),
            'expected an entity with one label, found ["PER", "ORG"] at 0 to 9. Mend the line.',
        ),
        (with_ents([0, 9, ""]), 'expected a label, found "". Name the entity.'),
        (with_ents([0, 9, " "]), 'expected a label, found " ". Name the entity.'),
        (
            with_ents({"start": 0, "end": 8, "label": "PER", "text": "Zhang Wei"}),
            'expected the entity "Zhang Wei" at 0-8, found "Zhang We" there. Mend the offsets: they count characters '
            "from 0, and the end is the first one after the entity.",
        ),
        (
            with_ents({"start": 0, "end": 29, "label": "PER", "text": "Zhang"}),
            "expected an entity inside the text of 28 characters, found PER at 0 to 29",
        ),
        (with_ents([0, 29, "PER"]), "expected an entity inside the text of 28 characters, found PER at 0 to 29"),
        (with_ents([-1, 9, "PER"]), "expected an entity inside the text of 28 characters, found PER at -1 to 9"),
        (with_ents([9, 9, "PER"]), "expected an entity inside the text of 28 characters, found PER at 9 to 9"),
        (with_ents([9, 0, "PER"]), "expected an entity inside the text of 28 characters, found PER at 9 to 0"),
        (with_ents([0, 8, "PER"]), 'expected an entity of whole tokens, found "Zhang We" (PER) with a border inside'),
        (with_ents([1, 9, "PER"]), 'a border inside the token "Zhang"'),
        (with_ents([0, 10, "PER"]), 'found "Zhang Wei " (PER) with a border between tokens'),
        (
            with_ents([0, 9, "PER"], [6, 9, "PER"]),
            'expected entities apart, found "Zhang Wei" (PER) and "Wei" (PER) over each other. Keep one of them, '
            "or have the longest kept (nerwin convert --align).",
        ),
        (with_ents([0, 9, "PER"], [0, 9, "ORG"]), "expected entities apart"),
        (with_tokens({"start": 0}), "expected tokens with start and end, in order and inside the text"),
        (with_tokens([0, 5]), "expected tokens with start and end, in order and inside the text"),
        (with_tokens({"start": 0, "end": 0}), "expected tokens with start and end, in order and inside the text"),
        (with_tokens({"start": False, "end": 9}), "expected tokens with start and end, in order and inside the text"),
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


TEXT_OF_THREE = " Lima won. Oslo lost. See Who? Me in Bonn! "
OF_THREE = [[1, 5, "LOC"], [11, 15, "LOC"], [26, 33, "WORK"]]


def test_a_text_without_tokens_is_a_document_whose_sentences_end_in_no_entity() -> None:
    line = json.dumps({"text": TEXT_OF_THREE, "ents": OF_THREE})
    (document,) = read(line)
    assert (document.text, document.document) == (TEXT_OF_THREE, True)
    found = list(sentences_of(document))
    assert [passage.text for passage in found] == ["Lima won.", "Oslo lost.", "See Who? Me in Bonn!"]
    assert [passage.entities for passage in found] == [[Span(0, 1, "LOC")], [Span(0, 1, "LOC")], [Span(1, 4, "WORK")]]
    for passage in found:
        assert (passage.line, passage.document) == (1, False)
        assert all(passage.text[token.start : token.end] == token.text for token in passage.tokens)
    (again,) = read(*write_jsonl([document], "x"))
    assert again == document


def test_a_sentence_may_end_with_an_entity() -> None:
    (document,) = read(json.dumps({"text": "Mira joins Yahoo! She left.", "ents": [[11, 17, "ORG"]]}))
    found = [(passage.text, passage.entities) for passage in sentences_of(document)]
    assert found == [("Mira joins Yahoo!", [Span(2, 4, "ORG")]), ("She left.", [])]


def test_a_text_with_tokens_is_a_sentence_and_stays_one() -> None:
    tokens = [{"start": token.start, "end": token.end} for token in tokenize(TEXT_OF_THREE)]
    (whole,) = read(json.dumps({"text": TEXT_OF_THREE, "ents": OF_THREE, "tokens": tokens}))
    assert list(sentences_of(whole)) == [whole]
    assert read(*write_jsonl([whole], "x")) == [whole]


def test_a_text_with_numbered_tokens_is_a_document_as_it_is_for_spacy_and_stays_one() -> None:
    tokens = [{"id": 0, "start": 0, "end": 2}, {"id": 1, "start": 3, "end": 7}, {"id": 2, "start": 7, "end": 8}]
    tokens += [{"id": 3, "start": 8, "end": 10}, {"id": 4, "start": 10, "end": 14}, {"id": 5, "start": 14, "end": 18}]
    listed = {"text": "In Lima!\n\nOslolost", "ents": [[3, 7, "LOC"], [10, 14, "LOC"]], "tokens": tokens}
    (document,) = read(json.dumps(listed))
    found = [(passage.words, passage.entities) for passage in sentences_of(document)]
    assert found == [(["In", "Lima", "!"], [Span(1, 2, "LOC")]), (["Oslo", "lost"], [Span(0, 1, "LOC")])]
    tags = ["O", "B-LOC", "O", "O", "B-LOC", "O"]
    assert read(json.dumps({"text": listed["text"], "tokens": tokens, "ner_tags": tags})) == [document]
    assert read(*write_jsonl([document], "x")) == [document]
    del tokens[0]["id"]
    (sentence,) = read(json.dumps(listed))  # somebody else's numbers, of some tokens alone
    assert (sentence.words, sentence.document) == (["In", "Lima", "!", "Oslo", "lost"], False)


OF_SPACY = {  # as doc.to_json() has it
    "text": "See St. Paul\n in Lima",
    "sents": [{"start": 0, "end": 7}, {"start": 8, "end": 14}, {"start": 14, "end": 21}],
    "tokens": [
        {"id": at, "start": start, "end": end}
        for at, (start, end) in enumerate([(0, 3), (4, 7), (8, 12), (12, 14), (14, 16), (17, 21)])
    ],
}


@pytest.mark.parametrize(
    ("ents", "found"),
    [
        ([], [["See", "St."], ["Paul"], ["in", "Lima"]]),
        ([[4, 12, "LOC"]], [["See", "St.", "Paul"], ["in", "Lima"]]),
    ],
)
def test_sentences_that_spacy_knows_of_are_kept_but_none_ends_in_an_entity(
    ents: list[list[object]], found: list[list[str]]
) -> None:
    (document,) = read(json.dumps({**OF_SPACY, "ents": ents}))
    assert [passage.words for passage in sentences_of(document)] == found
    (line,) = write_jsonl([document], "x")
    assert read(line) == [document]
    assert json.loads(line)["sents"] == OF_SPACY["sents"]


@pytest.mark.parametrize("sents", [[], None, 3, ["See St.", "Paul"], [[0, 7, "S"]], [{"start": 0}]])
def test_other_things_called_sents_are_no_sentences(sents: object) -> None:
    (document,) = read(json.dumps({**OF_SPACY, "sents": sents, "ents": []}))
    assert [passage.words for passage in sentences_of(document)] == [["See", "St.", "Paul", "in", "Lima"]]


@pytest.mark.parametrize("blank", ["\u00a0", " \u00a0", "\u00a0\n", "\u2028", "\u3000", "\n \u0085"])
def test_blanks_of_any_kind_are_no_words_among_numbered_tokens_as_in_a_docbin(blank: str) -> None:
    end = 4 + len(blank)
    tokens = [{"start": 0, "end": 4}, {"start": 4, "end": end}, {"start": end, "end": end + 3}]
    numbered = [{"id": number, **one} for number, one in enumerate(tokens)]
    content = {"text": f"Anna{blank}Lee", "tokens": numbered}
    (passage,) = read(json.dumps(content | {"spans": [[0, end + 3, "PER"]]}))
    assert (passage.words, passage.entities) == (["Anna", "Lee"], [Span(0, 2, "PER")])
    assert read(json.dumps(content | {"ner_tags": ["B-PER", "O", "I-PER"]})) == [passage]
    (passage,) = read(json.dumps({"text": f"Anna{blank}Lee", "tokens": tokens, "spans": []}))
    assert passage.words == ["Anna", blank, "Lee"]  # elsewhere they may be words


def test_a_document_of_many_sentences_and_entities_takes_no_time() -> None:
    text, size = "Lima won. " * 30_000, 30_000
    ents = [[10 * number, 10 * number + 4, "LOC"] for number in range(size)]
    with time_limit(20):
        (document,) = read_jsonl([json.dumps({"text": text, "ents": ents})], "x", Counts(), "expand")
        assert sum(len(passage.entities) == 1 for passage in sentences_of(document)) == size


# text, entities, what contract and expand make of them, how many each moves or leaves out
MISALIGNED = [
    ("Anna met Lee", [[0, 5, "PER"]], [(0, 1)], 1, [(0, 1)], 1),
    ("Anna met Lee", [[0, 4, "PER"]], [(0, 1)], 0, [(0, 1)], 0),
    ("A Paris-based firm", [[2, 7, "LOC"]], [], 1, [(1, 2)], 1),
    ("New York City is", [[0, 8, "LOC"], [4, 13, "LOC"]], [(0, 2)], 1, [(0, 2)], 1),
    ("New York City is", [[4, 8, "LOC"], [0, 13, "LOC"]], [(0, 3)], 1, [(0, 3)], 1),
    ("New York", [[1, 7, "LOC"]], [], 1, [(0, 2)], 1),
    ("New York", [[3, 4, "LOC"]], [], 1, [], 1),
    ("Lima won.", [[0, 4, "LOC"], [0, 7, "EVENT"]], [(0, 1)], 1, [(0, 2)], 2),
]


@pytest.mark.parametrize(("text", "ents", "inside", "contracted", "touched", "expanded"), MISALIGNED)
def test_entities_that_are_no_whole_tokens_are_moved_where_that_is_asked_for(
    text: str,
    ents: list[list[object]],
    inside: list[tuple[int, int]],
    contracted: int,
    touched: list[tuple[int, int]],
    expanded: int,
) -> None:
    line = json.dumps({"text": text, "ents": ents})
    counts = Counts()
    (passage,) = read_jsonl([line], "x", counts, "contract")
    assert ([one[:2] for one in passage.entities], counts.moved + counts.lost) == (inside, contracted)
    assert counts.lost == len(ents) - len(inside)
    counts = Counts()
    (passage,) = read_jsonl([line], "x", counts, "expand")
    assert ([one[:2] for one in passage.entities], counts.moved + counts.lost) == (touched, expanded)
    assert counts.lost == len(ents) - len(touched)
    if expanded:
        with pytest.raises(CorpusError, match=r"^x\.jsonl:1: expected"):
            read(line)


def test_a_label_of_the_whole_text_is_no_entity() -> None:
    (passage,) = read('{"text": "Lima won", "label": "news", "ents": [[0, 4, "LOC"]]}')
    assert passage.entities == [Span(0, 1, "LOC")]
    (passage,) = read('{"text": "Lima won", "label": ["news"], "ents": []}')
    assert passage.entities == []


def test_an_entity_that_is_told_twice_is_one() -> None:
    (passage,) = read('{"text": "Lima won", "spans": [[0, 4, "LOC"], [0, 4, "LOC"]]}')
    assert passage.entities == [Span(0, 1, "LOC")]
    with pytest.raises(CorpusError, match="expected entities apart"):
        read('{"text": "Lima won", "spans": [[0, 4, "LOC"], [0, 4, "PER"]]}')


def test_blanks_in_labels_are_spelled_as_underscores_and_counted() -> None:
    counts = Counts()
    content = {"text": "Ana in Lima", "spans": [[0, 3, "Given \t Name"], [7, 11, " LOC "]]}
    (passage,) = read_jsonl([json.dumps(content)], "x", counts)
    assert passage.labels == ["Given_Name", "LOC"]
    assert counts.said == ["2 labels with blanks, written with _"]


def test_labels_may_stand_in_a_list_of_one() -> None:
    line = '{"text": "Lima won", "label": [{"start": 0, "end": 4, "text": "Lima", "labels": %s}]}'
    (passage,) = read(line % '["LOC"]')
    assert passage.entities == [Span(0, 1, "LOC")]
    with pytest.raises(CorpusError, match="an entity with one label, found"):
        read(line % '["LOC", "PER"]')


def test_a_list_of_objects_is_no_object_a_line() -> None:
    for text in ('[{"text": "Lima", "ents": []}]', "["):
        with pytest.raises(CorpusError, match=r"Write an object a line \(of a list, jq -c"):
            read(text)


def test_a_pair_of_spacy_2_is_an_object() -> None:
    (passage,) = read(json.dumps([TEXT, {"entities": [[0, 9, "PER"], [17, 21, "LOC"]], "cats": {}}]))
    assert (passage.text, passage.entities) == (TEXT, FOUND)
    assert read('["Lima won", {"text": "Lima won", "entities": [[0, 4, "LOC"]]}]')[0].entities == [Span(0, 1, "LOC")]
    assert len(read('["Lima won", {"text": null, "entities": []}]')) == 1


def test_a_list_of_pairs_becomes_a_pair_a_line() -> None:
    pairs = [["Lima", {"entities": [[0, 4, "LOC"]]}], ["Oslo", {"entities": [[0, 4, "LOC"]]}]]
    with pytest.raises(CorpusError, match=r"Write an object a line \(of a list, jq -c"):
        read(json.dumps(pairs))
    assert [passage.entities for passage in read(*map(json.dumps, pairs))] == [[Span(0, 1, "LOC")]] * 2


def test_the_text_of_an_entity_tells_what_offsets_count() -> None:
    text = "\N{GRINNING FACE} 陈星 in 林川"
    entity = {"start": 2, "end": 4, "label": "PER", "text": "陈星"}
    assert len(read(json.dumps({"text": text, "ents": [entity]}))) == 1
    for start, end in ((3, 5), (2, 3)):  # in UTF-16, and with the last one as the end
        line = json.dumps({"text": text, "ents": [{**entity, "start": start, "end": end}]})
        for align in ("strict", "contract", "expand"):
            with pytest.raises(CorpusError, match=f'expected the entity "陈星" at {start}-{end}, found "'):
                list(read_jsonl([line], "x", Counts(), align))


def test_an_emoji_in_the_text_tells_how_offsets_may_have_been_counted() -> None:
    said = r"Mend the offsets \(they count characters; JavaScript counts an emoji twice\), give the"
    with pytest.raises(CorpusError, match=said):
        read(json.dumps({"text": "\N{GRINNING FACE} Lima won", "ents": [[3, 7, "LOC"]]}))
    with pytest.raises(CorpusError, match="Mend the offsets, give"):
        read(json.dumps({"text": "☺ Lima won", "ents": [[3, 7, "LOC"]]}))


def test_the_text_of_an_entity_may_have_other_blanks() -> None:
    entity = {"start": 0, "end": 9, "label": "PER", "text": " Mira Voss\n"}
    (passage,) = read(json.dumps({"text": "Mira\nVoss left", "ents": [entity]}))
    assert passage.entities == [Span(0, 2, "PER")]


def test_an_entity_outside_its_text_is_never_moved() -> None:
    with pytest.raises(CorpusError, match="expected an entity inside the text of 4 characters"):
        list(read_jsonl(['{"text": "Lima", "ents": [[0, 5, "LOC"]]}'], "x", Counts(), "expand"))


@settings(derandomize=True, max_examples=200, deadline=None)
@given(text=st.text("aB. -", min_size=1, max_size=12), data=st.data(), expand=st.booleans())
def test_fitted_entities_are_apart_and_those_that_fit_stay(text: str, data: st.DataObject, expand: bool) -> None:
    ends = st.tuples(st.integers(0, len(text) - 1), st.integers(1, len(text))).filter(lambda pair: pair[0] < pair[1])
    found = [Span(*pair, "X") for pair in data.draw(st.lists(ends, max_size=4))]
    tokens = tokenize(text)
    fitted, moved = fitted_tokens(tokens, found, text, "x", expand=expand)
    assert all(one.start < one.end for one in fitted)
    assert all(one.end <= other.start for one, other in itertools.pairwise(fitted))
    assert 0 <= moved <= len(found)
    characters = [(tokens[one.start].start, tokens[one.end - 1].end) for one in fitted]
    assert moved == sum(span not in [one[:2] for one in found] for span in characters)
    for start, end in characters if not expand else ():
        assert any(one.start <= start and end <= one.end for one in found)
