"""Documents as JSON objects, one a line: tagged, they come back with their entities and all else that they hold."""

import json
from pathlib import Path
from typing import Any

import pytest

from nerwin.corpora.jsonl import read_jsonl
from nerwin.corpora.passage import Counts
from nerwin.errors import CorpusError
from nerwin.files import pieces
from nerwin.tagging.streaming import tag_file
from nerwin.tagging.tagger import Tagger, load
from nerwin.tagging.task import Task
from nerwin.text.tags import iob2
from nerwin.text.tokenizer import tokenize
from tests.village import trained_run

DOCUMENTS: list[dict[str, Any]] = [
    {"id": 7, "text": "Mira Tolvan left Quellmark.\n\nAnsel Brandeis came to Dunmere.", "meta": {"pages": [1.5, None]}},
    {"text": ""},
    {"spans": [[0, 4, "PER"]], "text": "Ines met Mira Tolvan", "ents": "of an earlier time", "label": ["news"]},
]


@pytest.fixture(scope="module")
def tagger(tmp_path_factory: pytest.TempPathFactory) -> Tagger:
    return load(trained_run(tmp_path_factory.mktemp("village"), "training.epochs=6"))


def written(folder: Path, lines: list[str]) -> Path:
    path = folder / "documents.jsonl"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def tagged(tagger: Tagger, path: Path, form: str = "jsonl", jobs: int = 1) -> str:
    return b"".join(tag_file(tagger, path, Task(form, objects=True), jobs)).decode()


def others(content: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in content.items() if key not in ("ents", "spans")}


def test_each_object_keeps_what_it_holds_and_gets_its_entities(tagger: Tagger, tmp_path: Path) -> None:
    path = written(tmp_path, [json.dumps(one) for one in DOCUMENTS])
    found = [json.loads(line) for line in tagged(tagger, path).splitlines()]
    assert [others(one) for one in found] == [others(one) for one in DOCUMENTS]
    assert "spans" not in found[2]  # or there were two answers
    for one in found:
        ents = [entity._asdict() | {"score": round(entity.score, 4)} for entity in tagger.entities(one["text"])]
        assert one["ents"] == ents
    assert len(found[0]["ents"]) > 1
    assert found[1]["ents"] == []


def test_an_objects_own_tokens_are_the_words(tagger: Tagger, tmp_path: Path) -> None:
    text = "Mira Tolvan"
    tokens = [{"start": 0, "end": len(text)}]
    path = written(tmp_path, [json.dumps({"text": text, "tokens": tokens}), json.dumps({"text": text})])
    assert [line.split("\t")[0] for line in tagged(tagger, path, "conll").splitlines()] == [text, "", *text.split(), ""]


def test_words_in_place_of_a_text_come_back_with_tags(tagger: Tagger, tmp_path: Path) -> None:
    words = ["Mira", "Tolvan", "left", "Quellmark", "."]
    rows: list[dict[str, Any]] = [
        {"id": 1, "tokens": words, "ner_tags": [0, 0, 0, 0, 0]},
        {"tokens": words, "tags": ["O"] * 5},
        {"tokens": words, "label": "news", "tags": ["local", "sea"]},
        {"tokens": []},
        {"words": words, "tags": ["NNP"] * 5, "ner": ["O"] * 5},
    ]
    path = written(tmp_path, [json.dumps(one) for one in rows])
    tags = tagger.tag(words)
    assert tags.count("O") < 5
    found = [json.loads(line) for line in tagged(tagger, path).splitlines()]
    assert found == [
        {**rows[0], "ner_tags": tags},
        {**rows[1], "tags": tags},
        {**rows[2], "ner_tags": tags},
        {"tokens": [], "ner_tags": []},
        {**rows[4], "ner": tags},
    ]
    assert tagged(tagger, path, "conll").splitlines()[:5] == ["\t".join(pair) for pair in zip(words, tags, strict=True)]


def test_words_in_a_text_come_back_with_tags_and_the_text_with_entities(tagger: Tagger, tmp_path: Path) -> None:
    words, text = ["Mira", "Tolvan", "left", "Quellmark", "."], "Mira  Tolvan left Quellmark."
    old: dict[str, Any] = {"ents": [{"start": 13, "end": 17, "label": "LOC"}], "spans": [[0, 4, "LOC"]]}
    rows: list[dict[str, Any]] = [
        {"text": text, "tokens": words, "ner_tags": ["O"] * 5, **old},
        {"tokens": words, "entities": [{"start": 2, "end": 3, "type": "LOC"}]},  # by words, as some tools have it
        {"tokens": [], "labels": []},
    ]
    tags = tagger.tag(words)
    path = written(tmp_path, [json.dumps(one) for one in rows])
    found = [json.loads(line) for line in tagged(tagger, path).splitlines()]
    ents = found[0].pop("ents")
    assert found == [
        {"text": text, "tokens": words, "ner_tags": tags},
        {"tokens": words, "ner_tags": tags},
        {"tokens": [], "labels": []},
    ]
    assert [(one["label"], one["text"]) for one in ents] == [("PER", "Mira  Tolvan"), ("LOC", "Quellmark")]
    assert all(text[one["start"] : one["end"]] == one["text"] for one in ents)
    (passage,) = read_jsonl([tagged(tagger, path).splitlines()[0]], "x", Counts())
    assert iob2(passage.entities, len(words)) == tags
    assert tagged(tagger, path, "inline").splitlines()[0] == "[Mira  Tolvan](PER) left [Quellmark](LOC)."


OF_THE_USER: list[dict[str, Any]] = [
    {"labels": ["urgent"]},
    {"labels": []},
    {"label": []},
    {"entities": [{"name": "aspirin", "id": 3}]},
    {"spans": [{"page": 1, "bbox": [0, 1]}]},
    {"spans": [[0, 4]]},
    {"spans": [{"start": 0.5, "end": 1.25, "label": "speaker"}]},
    {"entities": [[0, 4, "PER"], "and others"]},
]
OF_A_TEXT: list[dict[str, Any]] = [
    {"entities": []},
    {"spans": []},
    {"label": [[0, 4, "PER"]]},
    {"spans": [{"start_offset": 0, "end_offset": 4, "label": "PER"}]},
    {"entities": [{"start": 0, "end": 4}]},  # whose label is missing
]


def test_only_lists_of_entities_give_way_and_what_comes_back_can_be_read(tagger: Tagger, tmp_path: Path) -> None:
    rows = [{"text": text, **own} for text in ("Mira left", "x y") for own in OF_THE_USER]
    found = tagged(tagger, written(tmp_path, [json.dumps(one) for one in rows])).splitlines()
    for row, line, passage in zip(rows, found, read_jsonl(found, "x", Counts()), strict=True):
        ents = json.loads(line)["ents"]
        assert json.loads(line) == {**row, "ents": ents}
        assert [one[:2] for one in passage.characters] == [(one["start"], one["end"]) for one in ents]
    rows = [{"text": "Mira left", **old} for old in OF_A_TEXT]
    found = tagged(tagger, written(tmp_path, [json.dumps(one) for one in rows])).splitlines()
    assert [list(json.loads(line)) for line in found] == [["text", "ents"]] * len(rows)


def test_a_pair_of_spacy_2_comes_back_as_an_object(tagger: Tagger, tmp_path: Path) -> None:
    path = written(tmp_path, [json.dumps(["Mira left", {"entities": [[5, 9, "LOC"]], "cats": {}}])])
    found = json.loads(tagged(tagger, path))
    assert (found["text"], found["cats"], list(found)) == ("Mira left", {}, ["cats", "text", "ents"])


def test_own_tokens_are_one_sentence_as_a_text_s_and_numbered_ones_are_not(tagger: Tagger, tmp_path: Path) -> None:
    text = "Mira left ! Ines came"
    tokens = [{"start": one.start, "end": one.end} for one in tokenize(text)]
    numbered = [{"id": number, **one} for number, one in enumerate(tokens)]
    given: list[dict[str, Any]] = [{"tokens": tokens}, {}, {"tokens": numbered}]
    path = written(tmp_path, [json.dumps({"text": text, **own}) for own in given])
    lines = tagged(tagger, path, "conll").splitlines()
    assert [at for at, line in enumerate(lines) if not line] == [5, 9, 12, 16, 19]
    assert [line.split("\t")[1] for line in lines[:5]] == tagger.tag(text.split())


def test_a_token_that_columns_cannot_hold_is_refused(tagger: Tagger, tmp_path: Path) -> None:
    content = {"text": "a\tb", "tokens": [{"start": 0, "end": 3}]}
    path = written(tmp_path, [json.dumps(content)])
    with pytest.raises(CorpusError, match=r"documents\.jsonl:1: expected words without tabs .*, found 'a\\tb'"):
        tagged(tagger, path, "conll")
    assert json.loads(tagged(tagger, path))["tokens"] == content["tokens"]


def test_other_forms_have_the_texts_alone_and_inline_has_each_in_a_line(tagger: Tagger, tmp_path: Path) -> None:
    path = written(tmp_path, [json.dumps(one) for one in DOCUMENTS])
    plain = tagged(tagger, path, "inline").replace("[", "").replace("](PER)", "").replace("](LOC)", "")
    assert plain.splitlines() == [one["text"].replace("\n", " ") for one in DOCUMENTS]
    assert tagged(tagger, path, "html").count("<p ") == len(DOCUMENTS)


def test_any_number_of_processes_writes_the_same_bytes(
    tagger: Tagger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, [json.dumps({**one, "id": number}) for number in range(40) for one in DOCUMENTS])
    alone = tagged(tagger, path)
    monkeypatch.setattr(pieces, "SIZE", 1000)
    assert tagged(tagger, path) == tagged(tagger, path, jobs=2) == alone


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("Mira left", "expected a JSON object, found bad JSON"),
        (
            '{"text": "Mira left", "id": 1, "id": 2}',
            'expected each name in an object once, found "id" more often. Mend',
        ),
        ('["Mira left"]', 'expected a JSON object with a "text", found'),
        (
            '{"body": "Mira left"}',
            'expected a "text" of characters, or words under "tokens", found none among body. Is it under body?',
        ),
        ('{"text": "Mira", "tokens": [{"start": 0, "end": 9}]}', "expected tokens with start and end, in order and"),
        ('{"text": "Mira left", "tokens": ["Ines", "left"]}', 'expected the words of the text in order, found "Ines"'),
        ('{"text": "Mira", "by": "\\ud800"}', "expected a line of Unicode characters, found half of one at"),
        (
            f'{{"text": "Mira", "id": {"9" * 5000}}}',
            "expected whole numbers of at most 4,300 digits, found a longer one. Write it in quotation marks.",
        ),
        *(
            (f'{{"text": "Mira", "score": [{number}]}}', "expected numbers below 1.8e+308, found a larger one, or")
            for number in ("1e400", "-1e400", "NaN", "Infinity")
        ),
        (f'{{"text": "Mira", "deep": {"[" * 100_000}{"]" * 100_000}}}', "expected a"),
    ],
)
def test_a_line_without_a_text_is_refused(tagger: Tagger, tmp_path: Path, line: str, message: str) -> None:
    path = written(tmp_path, ['{"text": "Mira left"}', "", line])
    with pytest.raises(CorpusError) as caught:
        tagged(tagger, path)
    assert str(caught.value).startswith(f"{path}:3: {message}")
