"""How a tagged text is written, and that entities below a score are left out of every form."""

import html
import json
import re
from pathlib import Path

import numpy as np
import pytest

from nerwin.run.run import Run
from nerwin.tagging.annotations import Annotation, Entity
from nerwin.tagging.renderings import HTML_HEAD, RENDERINGS
from nerwin.tagging.streaming import tag_file
from nerwin.tagging.tagger import Tagger, load
from nerwin.tagging.task import Task
from nerwin.text.tags import spans
from nerwin.text.tokenizer import tokenize
from tests.commands import nerwin
from tests.village import trained_run, village_config

TEXT = 'Mira <b> left "Port Ansel" & co.'
TYPES = ["L<OC", "ORG", "PER"]
FOUND = Annotation(
    TEXT, list(tokenize(TEXT)), [], [Entity(0, 4, "PER", "Mira", 0.9), Entity(15, 25, "L<OC", "Port Ansel", 0.6)], []
)


def test_a_terminal_s_colours_leave_the_text_as_it_is() -> None:
    (line,) = RENDERINGS["colour"](FOUND, TYPES)
    plain = re.sub(r"\x1b\[2m [^\x1b]*\x1b\[0m|\x1b\[[0-9;]*m", "", line)
    assert plain == TEXT
    assert list(re.findall(r"\x1b\[2m ([^\x1b]*)\x1b", line)) == ["PER", "L<OC"]


def test_a_text_cannot_give_a_terminal_orders() -> None:
    text = "see\t\x1b]0;owned\x07 Par\x1bis"
    found = Annotation(text, [], [], [Entity(15, 21, "LOC", "Par\x1bis", 1.0)], [])
    (line,) = RENDERINGS["colour"](found, ["LOC"])
    assert re.sub(r"\x1b\[[0-9;]*m", "", line) == "see\t\\x1b]0;owned\\x07 Par\\x1bis LOC"


def test_a_type_cannot_give_a_terminal_orders() -> None:
    found = Annotation("Paris", [], [], [Entity(0, 5, "L\x1b[8mOC", "Paris", 1.0)], [])
    (line,) = RENDERINGS["colour"](found, ["L\x1b[8mOC"])
    assert r"L\x1b[8mOC" in line


def test_a_text_of_several_lines_is_one_line_of_markup() -> None:
    found = Annotation("in\r\nPort\rAnsel", [], [], [Entity(4, 14, "LOC", "Port\rAnsel", 1.0)], [])
    assert list(RENDERINGS["inline"](found, ["LOC"])) == ["in  [Port Ansel](LOC)"]


def test_a_type_has_the_same_colour_everywhere() -> None:
    one = Annotation("Mira", [], [], [Entity(0, 4, "PER", "Mira", 0.9)], [])
    (line,), (whole,) = RENDERINGS["colour"](one, TYPES), RENDERINGS["colour"](FOUND, TYPES)
    assert whole.startswith(line)


@pytest.mark.parametrize(
    ("form", "pattern", "most"), [("colour", r"\x1b\[1;(\d+)m", 6), ("html", r"--hue: (\d+)", 100)]
)
def test_types_have_colours_of_their_own(form: str, pattern: str, most: int) -> None:
    types = [f"T{number}" for number in range(most)]
    found = Annotation("a", [], [], [Entity(0, 1, label, "a", 0.9) for label in types], [])
    (line,) = RENDERINGS[form](found, types)
    assert len(set(re.findall(pattern, line))) == most


def test_a_terminal_s_colours_are_used_again_where_types_are_many() -> None:
    types = [f"T{number}" for number in range(8)]
    lines = [
        line
        for label in types
        for line in RENDERINGS["colour"](Annotation("a", [], [], [Entity(0, 1, label, "a", 0.9)], []), types)
    ]
    assert [line[: line.index("a")] for line in lines] == [f"\x1b[1;3{colour}m" for colour in (1, 2, 3, 4, 5, 6, 1, 2)]


def test_columns_have_a_blank_line_after_each_sentence() -> None:
    text = "Mira left. Jonas came."
    tags = ["B-PER", "O", "O", "B-PER", "O", "O"]
    found = Annotation(text, list(tokenize(text)), tags, [], [3, 3])
    lines = ["Mira\tB-PER", "left\tO", ".\tO", "", "Jonas\tB-PER", "came\tO", ".\tO", ""]
    assert list(RENDERINGS["conll"](found, TYPES)) == lines
    assert list(RENDERINGS["conll"](Annotation("", [], [], [], []), TYPES)) == [""]


def test_a_page_says_the_text_and_nothing_that_runs() -> None:
    (line,) = RENDERINGS["html"](FOUND, TYPES)
    assert "<b>" not in line
    without_labels = re.sub(r"<small>.*?</small>", "", line)
    assert html.unescape(re.sub(r"</?(p|mark)[^>]*>", "", without_labels)) == TEXT
    assert re.findall(r"<small>(.*?)</small>", line) == ["PER", "L&lt;OC"]


def test_the_labels_of_a_page_are_not_turned_around_by_their_text() -> None:
    """Which may be Arabic, or hold a character that reverses all that follows."""
    (rule,) = re.findall(r"mark small \{(.*)\}", HTML_HEAD)
    assert "unicode-bidi: isolate;" in rule


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    settings = ["training.epochs=8", "objective.corruption=sequence", 'features={"ngrams": 3}']
    return trained_run(tmp_path_factory.mktemp("village"), *settings)


TEXTS = ["Mira Tolvan left Quellmark before dawn .", "Jonas Pell wrote from Port Ansel .", "rain", ""]


def between(tagger: Tagger) -> float:
    """A score that some entities of the texts have, and some have not."""
    scores = sorted(entity.score for text in TEXTS for entity in tagger.entities(text))
    assert scores[0] < scores[-1]
    return float(np.mean([scores[0], scores[-1]]))


def test_entities_that_score_too_little_are_left_out(run_folder: Path) -> None:
    whole = load(run_folder)
    least = between(whole)
    picky = load(run_folder, min_score=least)
    for text in TEXTS:
        assert picky.entities(text) == [entity for entity in whole.entities(text) if entity.score >= least]
        words = [token.text for token in tokenize(text)]
        assert len(spans(picky.tag(words))) == len(picky.entities(text))


@pytest.mark.parametrize("label", ["LOC(geo)", "LOC)", "(LOC"])
def test_types_that_markup_cannot_hold_are_not_written_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, label: str
) -> None:
    monkeypatch.chdir(tmp_path)
    config = village_config(tmp_path)
    path = tmp_path / "village.conll"
    path.write_text(path.read_text().replace("LOC", label))
    for _ in Run.start(tmp_path / "run", config).train():
        pass
    Path("x.txt").write_text("Mira left Quellmark")
    done = nerwin("tag", "run", "x.txt")
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"expected types without parentheses, which inline markup cannot hold, found {label}." in done.stderr
    assert nerwin("tag", "run", "x.txt", "--format", "jsonl").exit_code == 0


@pytest.mark.parametrize("form", ["conll", "jsonl", "inline", "html", "colour"])
def test_all_forms_leave_out_the_same(run_folder: Path, tmp_path: Path, form: str) -> None:
    picky = load(run_folder, min_score=between(load(run_folder)))
    path = tmp_path / "texts.txt"
    path.write_text("\n".join(TEXTS), encoding="utf-8")
    written = b"".join(tag_file(picky, path, Task(form))).decode()
    found = {
        "conll": lambda: written.count("\tB-"),
        "jsonl": lambda: sum(len(json.loads(line)["ents"]) for line in written.splitlines()),
        "inline": lambda: written.count("]("),
        "html": lambda: written.count("<mark "),
        "colour": lambda: written.count("\x1b[1;"),
    }[form]()
    assert found == sum(len(picky.entities(text)) for text in TEXTS) > 0
