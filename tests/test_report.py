"""`nerwin report`: what is on the page, that nothing on it is run or fetched, and what is refused."""

import base64
import hashlib
import importlib.util
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import matplotlib
import pytest

from nerwin.analysis.inspection import Detector
from nerwin.config.corpora import hold_out
from nerwin.config.settings import Config, CorpusConfig
from nerwin.corpora.corpus import Corpus, Sentence
from nerwin.corpora.reading import read_corpus
from nerwin.evaluation.mistakes import Mistake
from nerwin.evaluation.reliability import Bin
from nerwin.evaluation.scores import Evaluation, Score
from nerwin.model.files import load_model
from nerwin.report.charts import MARKED, curves, line_style, reliability_chart, type_bars
from nerwin.report.contents import Closeup, RunReport, report_runs
from nerwin.report.familiarity import Recall, names_in, training_names
from nerwin.report.page import render
from nerwin.report.sentences import SHOWN, Piece, line_of, spread
from nerwin.run.metrics import Epoch
from nerwin.shipped import PACKAGE
from nerwin.text.tags import Span
from tests.commands import BAD, DONE, nerwin, one_json_object
from tests.pages import Page, read_page
from tests.village import write_village

RUN = "runs/village"
SCRIPT, MARKS, COMMENT = "<script>alert(1)</script>", "\"&'", "<i>#</i>"

# Sentences of the village, whose entities its model knows, with other ones that are said to be true.
HARD = f"""\
Mira\tB-LOC
Tolvan\tI-LOC
left\tO
Quellmark\tO
before\tO
dawn\tO
.\tO

The\tO
harbour\tB-LOC
of\tI-LOC
Port\tI-LOC
Ansel\tI-LOC
froze\tO
in\tO
March\tO
.\tO

Our\tO
neighbour\tO
Jonas\tB-{SCRIPT}
Pell\tI-{SCRIPT}
keeps\tO
bees\tO
.\tO

Nothing\tO
grows\tO
on\tO
the\tO
hill\tB-PER
behind\tO
the\tO
mill\tO
.\tO

{SCRIPT}\tB-{MARKS}
{MARKS}\tI-{MARKS}
"""
# Those of the last sentence can be missed or found as something.
MISTAKES = [
    {"kind": "boundary", "gold": "LOC", "found": "LOC", "seen": "no"},
    {"kind": "type", "gold": "LOC", "found": "PER", "seen": "yes"},
    {"kind": "type", "gold": SCRIPT, "found": "PER", "seen": "yes"},
    {"kind": "missed", "gold": "PER", "found": "", "seen": "no"},
    {"kind": "spurious", "gold": "", "found": "LOC", "seen": "yes"},
]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the village, what is hard about it, and two finished runs."""
    folder = tmp_path_factory.mktemp("template")
    config = write_village(folder)
    (folder / "hard.conll").write_text(HARD, encoding="utf-8")
    for name, epochs in (("village", 10), ("other", 4)):
        done = nerwin(
            "train", "-c", config, "-o", folder / "runs" / name, "-q",
            "--set", f"training.epochs={epochs}", "--set", f"corpus.comments={COMMENT}",
        )  # fmt: skip
        assert done.exit_code == DONE, done.stderr
    return folder


def report(*words: object) -> Page:
    """The page that a command writes."""
    done = nerwin("report", *words, "--output", "page.html")
    assert done.exit_code == DONE, done.stderr
    page = Path("page.html").read_text(encoding="utf-8")
    assert done.stdout == f"page.html: {len(page.encode()):,} bytes\n"
    return read_page(page)


def rows(page: Page) -> list[dict[str, str]]:
    """What the page says of each mistake."""
    return [
        {name.removeprefix("data-"): value for name, value in one.attributes.items()}
        for one in page.all("li")
        if "data-kind" in one.attributes
    ]


# Contents


def test_the_page_of_a_run_has_its_parts(here: Path) -> None:
    page = report(RUN)
    assert [one.text for one in page.all("h1")] == [RUN]
    titles = ["Training", "Types", "Confusion", "Reliability of the scores", "Errors", "Detectors", "Configuration"]
    assert [one.text for one in page.all("h2")] == titles
    captions = [one.text for one in page.all("figcaption")]
    assert captions[:4] == ["Loss", "Pairs inside the margin", "Learning rate", "Dev F1"]
    linked = {one.attributes["href"] for one in page.all("a")}
    assert len(linked) == len(titles)
    assert linked <= {f"#{one.attributes.get('id')}" for one in page.elements}


def test_a_nerwin_in_an_archive_writes_the_page_too(here: Path) -> None:
    with zipfile.ZipFile("n.zip", "w") as archive:
        for path in PACKAGE.rglob("*"):
            if path.is_file() and path.parent.name != "__pycache__":
                archive.write(path, path.relative_to(PACKAGE.parent))
    words = [sys.executable, "-m", "nerwin", "report", "runs/village"]
    done = subprocess.run(words, env={**os.environ, "PYTHONPATH": "n.zip"}, capture_output=True, check=False)
    assert done.returncode == DONE, done.stderr
    assert nerwin("report", "runs/village", "--output", "own.html").exit_code == DONE
    assert Path("own.html").read_bytes() == Path("runs/village/report.html").read_bytes()


def test_a_model_without_epochs_has_a_page_without_curves(here: Path) -> None:
    settings = [f"--set={one}" for one in ("training.seed=2", "training.epochs=1", f"corpus.comments={COMMENT}")]
    assert nerwin("train", "--config", "village.yaml", *settings, "--output", "runs/seed2").exit_code == DONE
    assert nerwin("average", RUN, "runs/seed2", "--output", "runs/both").exit_code == DONE
    assert "dev F1" in (said := nerwin("info", "runs/both").stdout)
    assert "epoch" not in said.partition("size")[0]
    page = report("runs/both", "--data", "village.conll")
    assert [one.text for one in page.all("h2")][:2] == ["Types", "Confusion"]
    f1 = json.loads(Path("runs/both/model.json").read_text())["best"]["f1"]
    (said,) = (one.text for one in page.all("p") if "Dev F1" in one.text)
    assert f"Dev F1 {100 * f1:.2f}." in said
    sums = nerwin("info", "runs/both").stdout
    done = nerwin("report", "runs/both", "--data", "village.conll")
    assert done.stdout.startswith("runs/both.html: ")
    assert nerwin("info", "runs/both").stdout == sums  # a model's folder holds the model alone
    together = report("runs/both", RUN, "--data", "village.conll")
    assert [one.text for one in together.all("li") if one.text in ("runs/both", RUN)] == [RUN]
    assert [one.text for one in together.all("summary") if "epochs" in one.text] == [f"Figures of the epochs: {RUN}"]
    assert next(one.text for one in together.all("figcaption")) == "Loss"


def test_the_figures_are_those_of_evaluate(here: Path) -> None:
    scores = one_json_object(nerwin("evaluate", RUN, "--json"))
    page = report(RUN)
    cells = [one.text for one in page.all("td", class_="number")]
    for label, score in scores["types"].items():
        figures = [f"{100 * score[name]:.2f}" for name in ("precision", "recall", "f1")]
        assert any(cells[i : i + 4] == [*figures, str(score["support"])] for i in range(len(cells)))
        assert label in [one.text for one in page.all("th", scope="row")]
    shaded = [one for one in page.all("td") if "style" in one.attributes]
    rows_of = [list(row.values()) for row in scores["confusion"].values()]
    assert [int(one.text.replace(",", "")) for one in shaded] == [count for row in rows_of for count in row]
    shares = [count / max(sum(row), 1) for row in rows_of for count in row]
    assert [one.attributes["style"] for one in shaded] == [f"--share: {share:.3f}" for share in shares]
    assert any("over the windows of the first 20 sentences" in one.text for one in page.all("p"))


def test_an_entity_counts_as_right_where_evaluate_counts_it(here: Path) -> None:
    mixed = Path("mixed.conll")
    mixed.write_text(f"{HARD}\n{Path('village.conll').read_text()}")
    (run,), closeup = report_runs([Path(RUN)], mixed)
    assert 0 < run.evaluation.overall.correct < run.evaluation.overall.found
    assert sum(one.entities for one in closeup.bins) == run.evaluation.overall.found
    assert sum(one.entities * one.right for one in closeup.bins) == pytest.approx(run.evaluation.overall.correct)


def test_the_first_of_several_runs_is_shown_from_near_and_each_has_its_own_dev_f1(here: Path) -> None:
    hard, places = Path("hard.conll"), [Path(RUN), Path("runs/other")]
    runs, closeup = report_runs(places, hard)
    alone = [report_runs([place], hard)[1] for place in places]
    assert closeup.found == alone[0].found != alone[1].found
    assert [one.dev_f1 for one in runs] == [max(epoch.f1 or 0.0 for epoch in one.epochs) for one in runs]


def test_the_curves_are_heard_with_their_figures(here: Path) -> None:
    lines = [json.loads(line) for line in Path(RUN, "metrics.jsonl").read_text().splitlines()]
    heard = [one.attributes["aria-label"] for one in report(RUN).all("svg", role="img")]
    first, last = lines[0]["loss"], lines[-1]["loss"]
    assert f"Loss by epoch. {RUN}: from {first:.4g} to {last:.4g} in 10 epochs." in heard
    assert len(heard) == 6


def test_every_mistake_is_shown_in_its_sentence(here: Path) -> None:
    page = report(RUN, "--data", "hard.conll")
    shown = rows(page)
    assert [one for one in shown if MARKS not in one.values()] == MISTAKES
    (mira,) = [one for one in page.all("mark") if one.text == "Mira Tolvan\xa0LOC"]
    assert mira.path[-4:] == ("ol", "li", "p", "span")
    assert "Mira Tolvan\xa0PER" in [one.text for one in page.all("mark")]
    places = [one.text.partition(",")[0] for one in page.all("p", class_="note") if one.path[-1] == "li"]
    assert places[:4] == [f"line {number}" for number in (10, 1, 21, 31)]  # where what the row is about begins
    counted = [one.text for one in page.all("h3")]
    kinds = Counter(one["kind"] for one in shown)
    assert counted == [f"{kind.capitalize()}: {kinds[kind]}" for kind in ("boundary", "type", "missed", "spurious")]


def test_the_configuration_and_what_differs_from_the_defaults(here: Path) -> None:
    keys = [one.text for one in report(RUN).all("th", class_="value")]
    counts = Counter(keys)
    assert counts["training.epochs"] == 2  # among what differs, and among all
    assert counts["window.size"] == 1


def test_without_the_training_corpus_it_is_not_known_what_was_seen(here: Path) -> None:
    os.rename("village.conll", "elsewhere.conll")
    page = report(RUN, "--data", "hard.conll")
    assert page.all("select", name="type")
    assert page.all("select", name="seen") == []
    assert "does not know which names were seen" in page.all("section", id="errors")[0].text


def test_a_corpus_without_a_found_entity_or_a_mistake(here: Path) -> None:
    Path("quiet.conll").write_text("mill\tO\n", encoding="utf-8")
    page = report(RUN, "--data", "quiet.conll")
    assert "There are none." in page.all("section", id="errors")[0].text
    assert page.all("select") == []


def test_of_many_mistakes_some_are_shown_at_equal_distances() -> None:
    mistakes = [Mistake("missed", number, Span(0, 1, "PER"), None, None) for number in range(10)]
    assert spread(mistakes, 10) == mistakes
    assert [one.sentence for one in spread(mistakes, 4)] == [0, 2, 5, 7]


def test_the_page_says_how_many_mistakes_are_shown(here: Path) -> None:
    Path("many.conll").write_text("mill\tB-PER\n\n" * (SHOWN + 50), encoding="utf-8")
    page = report(RUN, "--data", "many.conll")
    assert Counter(one["kind"] for one in rows(page)) == {"missed": SHOWN}
    assert [one.text for one in page.all("h3")] == [f"Missed: {SHOWN + 50}"]
    assert f"Shown are {SHOWN} of them" in page.all("section", id="errors")[0].text


def test_a_long_sentence_is_cut_around_the_mistake() -> None:
    words = [str(number) for number in range(9)]
    own, other = Span(4, 5, "PER"), Span(1, 3, "LOC")
    assert line_of(words, [own, other], own, 2, 7) == [
        Piece("…"),
        Piece("1 2", "LOC"),
        Piece("3"),
        Piece("4", "PER", own=True),
        Piece("5 6"),
        Piece("…"),
    ]
    assert line_of(words[:2], [], None, 0, 2) == [Piece("0 1")]
    assert line_of(["王", "芳", "去", "了"], [Span(0, 2, "PER")], None, 0, 4) == [Piece("王芳", "PER"), Piece("去了")]
    assert line_of([*"买TCL2台"], [Span(1, 4, "ORG")], None, 0, 6) == [Piece("买"), Piece("TCL", "ORG"), Piece("2台")]


def test_the_types_with_the_most_entities_have_bars_and_those_with_the_most_mistakes_come_first(here: Path) -> None:
    Path("types.conll").write_text("".join(f"mill\tB-T{k}\n\n" * (k + 1) for k in range(14)), encoding="utf-8")
    page = report(RUN, "--data", "types.conll")
    (heard,) = (
        label for one in page.all("svg", role="img") if "F1 of each type" in (label := one.attributes["aria-label"])
    )
    assert re.findall(r"T\d+", heard) == [f"T{k}" for k in range(13, 1, -1)]
    heads = [one.text for one in page.all("th", scope="row") if re.fullmatch(r"T\d+", one.text)]
    assert heads[-14:] == [f"T{k}" for k in range(13, -1, -1)]  # the last table with types is that of mistakes


def test_a_mistake_stands_on_the_page_with_twenty_words_around_it(here: Path) -> None:
    Path("long.conll").write_text(
        "the\tO\n" * 30 + "mill\tB-PER\n" + "burned\tO\n" * 30 + "\nmill\tB-PER\n", encoding="utf-8"
    )
    shown = [one.text for one in report(RUN, "--data", "long.conll").all("li") if "data-kind" in one.attributes]
    first, second = shown
    assert [first.split().count(word) for word in ("the", "burned")] == [
        40,
        40,
    ]  # twenty in what is true, and in what is found
    assert first.startswith("\nline 31, ")
    assert "…" not in second


# Several runs


def test_several_runs_stand_side_by_side(here: Path) -> None:
    page = report(RUN, "runs/other")
    assert [one.text for one in page.all("h1")] == [f"{RUN} and 1 other run"]
    assert page.all("h2")[0].text == "Runs"
    headed = [one.text for one in page.all("th", scope="row")]
    assert headed[:3] == [RUN, "runs/other", "training.epochs"]
    assert [one.text for one in page.all("td", class_="value")][2:4] == ["10", "4"]  # after what both were scored on
    assert [one.text.strip() for one in page.all("li") if "ul" in one.path and "nav" not in one.path][:2] == headed[:2]
    loss = page.all("svg", role="img")[0]
    assert f"{RUN}: from" in loss.attributes["aria-label"]
    assert "runs/other: from" in loss.attributes["aria-label"]


def test_lines_are_told_apart_by_colour_and_by_dashes() -> None:
    styles = [line_style(number) for number in range(24)]
    assert len(set(styles)) == 24
    assert all(one[0] != other[0] and one[1] != other[1] for one, other in itertools.pairwise(styles))


def test_a_curve_has_a_line_for_each_run() -> None:
    one = curves([[(1, 0.5), (2, 0.4)]], "one", percent=False)
    two = curves([[(1, 0.5), (2, 0.4)], [(1, 0.3)]], "two", percent=False)
    assert "--series-2" in two
    assert "--series-2" not in one


# Each figure in its place: made up, so that no two of a page are equal

FIRST = RunReport(
    folder=Path("runs/one"),
    epochs=[
        Epoch(1, 0.75, 0.625, 61.25, 0.01, 0.0, 0.12, 0.13),
        Epoch(2, 0.5, 0.375, 60.5, 0.005, 0.24, 0.25, 0.26),
        Epoch(3, 0.25, 0.125, 59.25, 0.00125, 0.17, 0.18, 0.19),
    ],
    kept=2,
    dev_f1=0.26,
    config=Config(corpus=CorpusConfig(train=Path("/Ä.conll"))).to_dict() | {"window": {"size": 7, "sentence": 0.5}},
    changed={"corpus.train": "/Ä.conll", "window.size": 7, "window.sentence": 0.5},
    parameters=1234567,
    types=["LOC", "PER"],
    data="<b>test</b>.conll",
    described="",
    evaluation=Evaluation(
        overall=Score(30, 50, 80),
        types={"LOC": Score(10, 16, 20), "PER": Score(20, 34, 60)},
        strict=Score(28, 48, 79),
        accuracy=0.9375,
        tokens=4321,
        invalid_transitions=0,
        confusion={
            "LOC": {"LOC": 12, "PER": 4, "O": 0},
            "PER": {"LOC": 3, "PER": 6, "O": 3},
            "O": dict.fromkeys("LPO", 0),
        },
    ),
)
OTHER = FIRST._replace(
    folder=Path("runs/<i>other"),
    epochs=[Epoch(1, 0.875, 0.5, 1234.5, 0.02, 0.31, 0.32, 0.33)],
    kept=1,
    dev_f1=None,
    config=Config().to_dict(),
    parameters=89,
    data="<b>own</b>.conll",
    evaluation=replace(FIRST.evaluation, overall=Score(6, 16, 9), types={}, confusion={}),
)
PLACES = ["word -1", "word +0"]
DETECTORS = [
    Detector(
        number=40 + rank,
        weights={"LOC": 1.5, "PER": -2.25, "ORG": 0.5, "MISC": 0.125, "EVENT": 1.25},
        mean=0.0,
        most=[("<u>lit</u>", 0.9)],
        least=[("<u>dark</u>", -0.9)],
        places=PLACES,
        likes=[["<u>up</u>", "b", "c", "d", "e"], ["f"]],
        hates=[["<u>down</u>"], ["g"]],
        dead=rank in (1, 9, 10),
        saturated=rank in (1, 2),
    )
    for rank in range(11)
]
TRUE, FALSE, MISSED = Span(0, 1, "PER"), Span(1, 2, "LOC"), Span(0, 1, "LOC")
CLOSEUP = Closeup(
    corpus=Corpus(FIRST.data, [Sentence(["Mira", "<u>left</u>", "."], ["B-PER", "O", "O"], [7, 8, 9])] * 3),
    gold=[[TRUE], [], [MISSED]],
    found=[{}, {FALSE: 0.0}, {}],
    mistakes=[
        Mistake("missed", 0, TRUE, None, None),
        Mistake("spurious", 1, None, FALSE, 0.0),
        Mistake("missed", 2, MISSED, None, None),
    ],
    names=frozenset({("Mira",)}),
    recalls={True: Recall(9, 36), False: Recall(21, 44)},
    bins=[Bin(0.2, 0.3, 12, 0.25, 0.125), Bin(0.8, 0.9, 24, 0.875, 0.75)],
    detectors=DETECTORS,
)


def rendered(*runs: RunReport, closeup: Closeup = CLOSEUP) -> Page:
    return read_page(render(runs, closeup))


def said(page: Page) -> list[str]:
    """The paragraphs, with one space between words."""
    return [" ".join(one.text.split()) for one in page.all("p")]


def test_the_page_of_a_run_has_each_figure_in_its_place() -> None:
    page = rendered(FIRST)
    assert said(page)[0] == (
        "Dev F1 26.00 in epoch 2 of 3. On <b>test</b>.conll: precision 60.00, recall 37.50, F1 46.15 of 80 entities."
    )
    assert page.table("The epochs of runs/one; ") == [
        ["epoch", "loss", "in margin", "learning rate", "seconds", "P", "R", "F1"],
        ["1", "0.7500", "62.50", "0.01", "61.2", "0.00", "12.00", "13.00"],
        ["2 (kept)", "0.5000", "37.50", "0.005", "60.5", "24.00", "25.00", "26.00"],
        ["3", "0.2500", "12.50", "0.00125", "59.2", "17.00", "18.00", "19.00"],
    ]
    assert [one.attributes.get("class") for one in page.all("tr")][1:4] == [None, "best", None]
    assert page.table("Whole entities") == [
        ["type", "precision", "recall", "F1", "support"],
        ["LOC", "62.50", "50.00", "55.56", "20"],
        ["PER", "58.82", "33.33", "42.55", "60"],
        ["all (conlleval)", "60.00", "37.50", "46.15", "80"],
        ["all (strict)", "58.33", "35.44", "44.09", "79"],
    ]
    assert not [one for one in said(page) if "The bars are of" in one]
    assert [one.text for one in page.all("td", class_="number same")] == ["12", "6", "0"]
    shares = [one.attributes["style"] for one in page.all("td") if "style" in one.attributes]
    assert shares[:6] == [f"--share: {share}" for share in ("0.750", "0.250", "0.000", "0.250", "0.500", "0.250")]
    for told in (
        "36 of the entities occur in training too, spelled the same: 25.00% of them are found, "
        "and 47.73% of the 44 others.",
        "O is no entity. Token accuracy 93.75% of 4,321 words.",
        "11 neurons of the first hidden layer, over the windows of the first 3 sentences: 3 dead, 2 saturated. "
        "Here are the 8 that can move the scores most.",
    ):
        assert told in said(page)
    assert any("Expected calibration error: 0.125." in one for one in said(page))
    assert page.table("Found entities by their score") == [
        ["score", "entities", "mean score", "right"],
        ["0.2 to 0.3", "12", "0.250", "0.125"],
        ["0.8 to 0.9", "24", "0.875", "0.750"],
    ]
    assert page.table("What differs") == [
        ["key", "value", "default"],
        ["corpus.train", '"/Ä.conll"', "null"],
        ["window.size", "7", "5"],
        ["window.sentence", "0.5", "0.0"],
    ]
    assert ["window.size", "7"] in page.table("The configuration of runs/one")


def test_what_is_drawn_is_heard_with_its_own_figures() -> None:
    heard = [one.attributes["aria-label"] for one in rendered(FIRST, OTHER).all("svg", role="img")]
    assert heard == [
        "Loss by epoch. runs/one: from 0.75 to 0.25 in 3 epochs; runs/<i>other: from 0.875 to 0.875 in 1 epoch.",
        "Pairs inside the margin by epoch. "
        "runs/one: from 0.625 to 0.125 in 3 epochs; runs/<i>other: from 0.5 to 0.5 in 1 epoch.",
        "Learning rate by epoch. "
        "runs/one: from 0.01 to 0.00125 in 3 epochs; runs/<i>other: from 0.02 to 0.02 in 1 epoch.",
        "Dev F1 by epoch. runs/one: from 0.13 to 0.19 in 3 epochs; runs/<i>other: from 0.33 to 0.33 in 1 epoch.",
        "Precision, recall and F1 of each type. F1: PER 42.55; LOC 55.56.",
        "The share of found entities that are right, by their score: "
        "score 0.25, right 0.12 of 12; score 0.88, right 0.75 of 24.",
    ]


def test_shares_are_drawn_in_percent_and_nothing_else_is() -> None:
    charts = render([FIRST], CLOSEUP).split("<figure>")[1:]
    assert ["%</text>" in one for one in charts] == [False, True, False, True, True, True]


def test_runs_side_by_side_have_each_their_own_figures() -> None:
    page = rendered(FIRST, OTHER)
    assert said(page)[0].endswith("All below the curves is about this run, the first of 2.")
    assert page.table("The model of each run") == [
        ["run", "dev F1", "epoch", "epochs", "seconds", "parameters", "P", "R", "F1", "entities", "scored on"],
        ["runs/one", "26.00", "2", "3", "181", "1,234,567", "60.00", "37.50", "46.15", "80", "<b>test</b>.conll"],
        ["runs/<i>other", "", "1", "1", "1,234", "89", "37.50", "66.67", "48.00", "9", "<b>own</b>.conll"],
    ]
    assert page.table("The configuration keys that differ") == [
        ["key", "runs/one", "runs/<i>other"],
        ["corpus.train", '"/Ä.conll"', "null"],
        ["window.size", "7", "5"],
        ["window.sentence", "0.5", "0.0"],
    ]
    assert page.table("Words by type")[1] == ["LOC", "12", "4", "0"]  # those of the first
    assert ["window.size", "7"] in page.table("The configuration of runs/one")
    keys = [one.attributes["style"] for one in page.all("path") if one.path[-1] == "svg"]
    assert [f"--series-{number}" in style for number, style in enumerate(keys, 1)] == [True, True]
    assert "All runs have the same configuration." in said(rendered(FIRST, FIRST))
    alone = FIRST._replace(epochs=[], kept=0)
    assert said(rendered(alone, alone))[0].endswith("All below the table of runs is about this run, the first of 2.")
    assert page.all("h1")[0].text == "runs/one and 1 other run"
    assert rendered(FIRST, OTHER, OTHER).all("h1")[0].text == "runs/one and 2 other runs"


def test_mistakes_are_counted_by_type_and_told_with_score_and_line() -> None:
    page = rendered(FIRST)
    (caption,) = (one.text for one in page.all("caption") if "errors by the true type" in one.text)
    assert caption.startswith("All 3 errors by")
    assert page.table("All 3 errors") == [
        ["type", "boundary", "type", "missed", "spurious"],
        ["LOC", "0", "0", "1", "1"],
        ["PER", "0", "0", "1", "0"],
    ]
    notes = [one.text for one in page.all("p", class_="note") if one.path[-1] == "li"]
    assert notes == ["line 7, seen in training", "line 7, seen in training", "line 8, not seen in training, score 0.00"]
    assert page.all("p", class_="sentence true")[0].text == "trueMira\xa0PER <u>left</u> ."
    assert page.all("p", class_="sentence claimed")[0].text == "foundMira <u>left</u> ."
    assert not [one for one in said(page) if "Shown are" in one]


def test_detectors_are_told_with_their_largest_weights_windows_and_words() -> None:
    page = rendered(FIRST)
    lines = [one.text for one in page.all("summary") if one.text.startswith("Detector")]
    weights = ": PER -2.25, LOC +1.50, EVENT +1.25, ORG +0.50"
    states = ["", " (dead)", " (saturated)", *[""] * 5]
    assert lines == [f"Detector {40 + rank}{state}{weights}" for rank, state in enumerate(states)]
    assert [one.text for one in page.all("ul", class_="windows")][:2] == ["<u>lit</u>", "<u>dark</u>"]
    assert page.table("Words whose vectors push it up and down most")[:3] == [
        ["position", "up", "down"],
        ["word -1", "<u>up</u> b c d", "<u>down</u>"],
        ["word +0", "f", "g"],
    ]


def test_below_further_layers_no_detector_is_said_to_move_the_scores_most() -> None:
    deep = CLOSEUP._replace(detectors=[one._replace(weights={}) for one in DETECTORS])
    assert any(one.endswith("Here are the first 8.") for one in said(rendered(FIRST, closeup=deep)))


def test_words_from_right_to_left_keep_their_order_and_their_label() -> None:
    page = rendered(FIRST)
    assert all(
        one.attributes["dir"] == "auto"
        for one in page.all("span")
        if one.path[-1] == "p" and not one.attributes.get("class")
    )
    assert {one.path[-1] for one in page.all("bdi")} == {"li"}
    assert re.search(r"\.entity small \{[^}]*unicode-bidi: isolate", page.all("style")[0].text)
    assert len(page.all("style")) == 1  # none of a chart's, which would be for all of the page


def test_the_only_script_that_may_run_is_the_page_s_own() -> None:
    page = rendered(FIRST._replace(folder=Path("</title><script>")))
    (policy,) = page.all("meta", http_equiv="Content-Security-Policy")
    (script,) = page.all("script")
    own = base64.b64encode(hashlib.sha256(script.text.encode()).digest()).decode()
    assert policy.attributes["content"].endswith(f"script-src 'sha256-{own}'")


# Charts


def drawn(svg: str) -> tuple[list[str], dict[str, list[tuple[float, float]]]]:
    """The texts of a chart, and by colour where its marks ("use") and the corners of lines and bars ("path") are."""
    page, places = read_page(svg), defaultdict(list)
    for one in page.elements:
        colour = re.search(r"(?:fill|stroke): var\(--([\w-]+)\)", one.attributes.get("style", ""))
        if colour and one.tag == "use":
            places[f"use {colour[1]}"].append((float(one.attributes["x"]), float(one.attributes["y"])))
        elif colour and one.tag == "path" and "clip-path" in one.attributes:
            numbers = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", one.attributes["d"])]
            places[f"path {colour[1]}"] += zip(numbers[::2], numbers[1::2], strict=True)
    return [one.text for one in page.all("text")], places


def test_bars_reach_to_their_figures_and_the_first_type_is_on_top() -> None:
    texts, places = drawn(type_bars([("A", Score(1, 2, 4)), ("B", Score(1, 1, 8))], "bars"))
    assert texts == [
        *("0%", "20%", "40%", "60%", "80%", "100%", "A", "B"),
        *("50.0", "100.0", "25.0", "12.5", "33.3", "22.2", "precision", "recall", "F1"),
    ]
    left, right = places["use ink"][0][0], places["use ink"][5][0]
    bars = [places[f"path series-{number}"] for number in (1, 2, 3)]
    ends = [[(x - left) / (right - left) for x, _ in (corners[1], corners[5])] for corners in bars]
    assert ends == [pytest.approx(shares, abs=1e-3) for shares in ([1 / 2, 1], [1 / 4, 1 / 8], [1 / 3, 2 / 9])]
    tops = [corners[first][1] for first in (0, 4) for corners in bars]
    assert tops == sorted(set(tops))


def test_the_share_that_is_right_is_drawn_over_its_scores() -> None:
    texts, places = drawn(reliability_chart([Bin(0.2, 0.3, 12, 0.25, 0.125), Bin(0.8, 0.9, 24, 0.875, 0.75)], "scores"))
    scores, shares = ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"], ["0%", "20%", "40%", "60%", "80%", "100%"]
    assert texts == [*scores, "score", *shares, "share that is right"]
    (left, bottom), (right, _), (_, top) = (places["use ink"][tick] for tick in (0, 5, 11))  # the ends of the axes

    def values(what: str) -> list[float]:
        return [one for x, y in places[what] for one in ((x - left) / (right - left), (y - bottom) / (top - bottom))]

    assert values("use series-2") == pytest.approx([0.25, 0.125, 0.875, 0.75], abs=1e-3)
    assert values("path ink") == pytest.approx([0, 0, 1, 1], abs=1e-3)
    bars = [0.2, 0, 0.292, 0, 0.292, 0.125, 0.2, 0.125, 0.8, 0, 0.892, 0, 0.892, 0.75, 0.8, 0.75]
    assert values("path series-1") == pytest.approx(bars, abs=1e-3)


def test_curves_have_whole_epochs_and_shares_in_percent() -> None:
    line = [(1, 0.5), (2, 0.25), (3, 0.5)]
    texts, places = drawn(curves([line], "shares", percent=True))
    assert texts[:4] == ["1", "2", "3", "epoch"]
    assert all(text.endswith("%") for text in texts[4:])
    assert (texts[4], texts[-1]) == ("25.0%", "50.0%")
    assert [x for x, _ in places["use series-1"]] == [x for x, _ in places["use ink"][:3]]
    assert places["use series-1"] == places["path series-1"]
    svg = curves([line, [(number, 0.5) for number in range(MARKED + 1)]], "figures", percent=False)
    texts, places = drawn(svg)
    assert (texts[-1], "use series-2" in places) == ("0.5", False)  # so many marks would be a thick line
    assert [
        "stroke-dasharray" in one.attributes["style"]
        for one in read_page(svg).all("path")
        if "stroke-width: 1.5" in one.attributes["style"]
    ] == [False, True]
    assert "font-family" not in svg  # the page's letters


# Nothing is run, nothing is fetched


def test_what_comes_from_files_is_text_and_nothing_else(here: Path) -> None:
    shutil.move(RUN, "runs/<b>&'")
    page = report("runs/<b>&'", "--data", "hard.conll")
    assert [one.path for one in page.all("script")] == [("html", "body")]
    assert "alert" not in page.all("script")[0].text
    assert page.all("b") == []
    assert page.all("h1")[0].text == "runs/<b>&'"
    assert SCRIPT in [one.text for one in page.all("th", scope="row")]
    assert MARKS in [one.attributes.get("value") for one in page.all("option")]
    assert f"{SCRIPT} {MARKS}\xa0{MARKS}" in [one.text for one in page.all("mark")]
    assert page.all("i") == []
    assert f'"{COMMENT}"' in [one.text for one in page.all("td", class_="value")]  # corpus.comments
    assert f"{SCRIPT[:23]}…" in [one.text for one in page.all("text")]  # beside its bars
    assert not [name for one in page.elements for name in one.attributes if name.startswith("on")]


def test_nothing_is_fetched(here: Path) -> None:
    page = report(RUN)
    html = Path("page.html").read_text(encoding="utf-8")
    assert "http:" not in html
    assert "https:" not in html
    assert "//" not in re.sub(r"^// .*", "", page.all("script")[0].text, flags=re.MULTILINE)
    assert set(re.findall(r"url\(.", html)) == {"url(#"}
    assert not {"img", "link", "iframe", "object", "image"} & {one.tag for one in page.elements}
    assert not [one for one in page.elements if "src" in one.attributes]
    assert all(one.attributes["href"].startswith("#") for one in page.elements if "href" in one.attributes)
    (policy,) = page.all("meta", http_equiv="Content-Security-Policy")
    assert policy.attributes["content"].startswith("default-src 'none'")


def test_equal_runs_give_equal_pages_whatever_the_users_style_is(here: Path) -> None:
    report(RUN)
    before = Path("page.html").read_bytes()
    with matplotlib.rc_context({"lines.linewidth": 7, "font.size": 30}):
        report(RUN)
    assert Path("page.html").read_bytes() == before


def test_names_of_types_are_drawn_as_they_are() -> None:
    svg = type_bars(
        [
            ("$x^2$", Score(1, 2, 3)),
            ("地名", Score(1, 1, 1)),
            (24 * "c", Score(1, 1, 1)),
            ("a\x01" + 40 * "b", Score(0, 0, 1)),
        ],
        "bars",
    )
    drawn = [one.text for one in read_page(svg).all("text")]
    assert {"$x^2$", "地名", 24 * "c", r"a\x01" + 18 * "b" + "…"} <= set(drawn)


# For everybody


def test_the_page_can_be_heard_and_walked_through(here: Path) -> None:
    page = report(RUN, "runs/other", "--data", "hard.conll")
    assert page.all("html")[0].attributes["lang"] == "en"
    names = [one.attributes["id"] for one in page.elements if "id" in one.attributes]
    assert len(names) == len(set(names))
    assert len(page.all("caption")) == len(page.all("table")) > 8
    assert all(one.attributes.get("scope") in ("row", "col") for one in page.all("th"))
    assert all(one.attributes["aria-label"] for one in page.all("svg", role="img"))
    assert [one.path[-1] for one in page.all("select")] == ["label"] * 3
    scrolled = page.all("div", class_="scroll")
    assert all(one.attributes["tabindex"] == "0" and one.attributes["aria-label"] for one in scrolled)
    levels = [int(one.tag[1]) for one in page.elements if re.fullmatch(r"h[1-6]", one.tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


# Where it is written


def test_without_output_the_page_stands_in_the_run_folder(here: Path) -> None:
    done = nerwin("report", RUN)
    assert done.stdout.startswith(f"{RUN}/report.html: ")
    assert Path(RUN, "report.html").is_file()
    os.utime(Path("runs/other/config.yaml"))
    assert nerwin("report").stdout.startswith("runs/other/report.html: ")  # the newest run


def test_the_page_of_a_model_stands_beside_it_even_where_the_model_is_the_current_folder(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(here / RUN / "best")
    assert nerwin("report", ".", "--data", here / "hard.conll").exit_code == DONE
    assert (here / RUN / "best.html").is_file()


def test_a_link_in_the_place_of_the_page_that_nobody_has_named_is_refused(here: Path) -> None:
    (here / RUN / "report.html").symlink_to(here / "anywhere")
    done = nerwin("report", RUN)
    assert (done.exit_code, done.stdout) == (BAD, "")
    assert "report.html: expected a page or nothing, found a link" in done.stderr
    assert not Path("anywhere").exists()


def test_the_page_is_written_through_a_link(here: Path) -> None:
    Path("place.html").write_text("<!DOCTYPE html>old", encoding="utf-8")
    Path("link.html").symlink_to("place.html")
    assert nerwin("report", RUN, "-o", "link.html").exit_code == DONE
    assert Path("link.html").is_symlink()
    page = Path("place.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "old" not in page[:20]


# What is refused


def test_a_page_replaces_pages_alone(here: Path) -> None:
    config = Path(RUN) / "config.yaml"
    before = config.read_bytes()
    refused = nerwin("report", RUN, "-o", config)
    assert refused.exit_code == BAD
    assert "config.yaml: expected a new file or an older page" in refused.output
    assert config.read_bytes() == before


def test_it_says_what_evaluate_says_of_the_same_corpus(here: Path) -> None:
    Path("odd.conll").write_text("Mira\tO\tB-NEW\nleft\tB-PER\tO\n", encoding="utf-8")
    assert nerwin("tag", RUN, "village.conll", "--input", "conll", "-o", "own.conll").exit_code == DONE
    runs = (f"{RUN}/best", "runs/other/best")
    for words, doubt in (
        ("--data own.conll", "Every tag is right"),
        ("--data village.conll", "The model learned from this file, as corpus.train: the figures say nothing"),
        ("--data odd.conll", "Types that the model does not know, so that it finds none: NEW."),
        ("--data odd.conll --tag-column 1", "column 2 holds tags too"),
    ):
        said = "".join(nerwin("evaluate", run, *words.split()).stderr for run in runs)
        assert doubt in said
        done = nerwin("report", *runs, *words.split(), "-o", "page.html")
        assert (done.exit_code, done.stderr) == (DONE, said)


def no_metrics(here: Path) -> None:
    Path(RUN, "metrics.jsonl").unlink()


def empty_metrics(here: Path) -> None:
    Path(RUN, "metrics.jsonl").write_text('{"epoch": 1, "los')


def broken_metrics(here: Path) -> None:
    path = Path(RUN, "metrics.jsonl")
    path.write_text(path.read_text().replace('"epoch": 2, "loss": ', '"epoch": 2, "loss": "'))


def infinite_metrics(here: Path) -> None:
    path = Path(RUN, "metrics.jsonl")
    path.write_text(re.sub(r'("epoch": 3, "loss": )[^,]+', r"\1NaN", path.read_text()))


def huge_metrics(here: Path) -> None:
    path = Path(RUN, "metrics.jsonl")
    path.write_text(re.sub(r'("epoch": 3, "loss": )[^,]+', rf"\g<1>1{'0' * 400}", path.read_text()))


def no_model(here: Path) -> None:
    shutil.rmtree(Path(RUN, "best"))


def no_data(here: Path) -> None:
    path = Path(RUN, "best", "model.json")
    manifest = json.loads(path.read_text())
    manifest["config"]["corpus"].update(train=None, dev=None, test=None)
    path.write_text(json.dumps(manifest))


def a_folder_in_its_place(here: Path) -> None:
    Path(RUN, "report.html").mkdir()


def ragged_data(here: Path) -> None:
    Path("hard.conll").write_text("Mira\tB-PER\nleft\n")


def a_comparison(here: Path) -> None:
    Path("grid", "cells").mkdir(parents=True)


def nothing(here: Path) -> None:
    pass


@pytest.mark.parametrize(
    ("harm", "command", "message"),
    [
        (no_metrics, f"report {RUN}", f"{RUN}/metrics.jsonl: expected the metrics of a run, found none"),
        (no_metrics, f"report runs/other {RUN}", f"{RUN}/metrics.jsonl: expected the metrics of a run, found none"),
        (empty_metrics, f"report {RUN}", f"{RUN}/metrics.jsonl: expected a line an epoch, found none"),
        (broken_metrics, f"report {RUN}", f"{RUN}/metrics.jsonl:2: expected the figures of an epoch"),
        (infinite_metrics, f"report {RUN}", f"{RUN}/metrics.jsonl:3: expected the figures of an epoch"),
        (huge_metrics, f"report {RUN}", f"{RUN}/metrics.jsonl:3: expected the figures of an epoch"),
        (no_model, f"report {RUN}", f"{RUN}: expected a model in best/, found one in last/ alone"),
        (no_data, f"report {RUN}", f"{RUN}: corpus.test: expected a tagged corpus to score on, found none"),
        (ragged_data, f"report {RUN} --data hard.conll", "hard.conll:2: expected 2 columns"),
        (nothing, f"report {RUN} --data absent.conll", "absent.conll: cannot read the file"),
        (nothing, f"report {RUN} -o runs", "runs: expected the name of a file to write, found a folder"),
        (nothing, f"report {RUN} -o /dev/null", "/dev/null: expected the name of a file to write"),
        (nothing, f"report {RUN} -o absent/page.html", "absent/page.html: expected a file in an existing folder"),
        (nothing, "report absent", "absent: expected a run folder with best/, or a model folder, found neither"),
        (a_comparison, "report grid", "grid: expected a run folder, found a comparison. Name one of the runs in its"),
        (a_folder_in_its_place, f"report {RUN}", f"{RUN}/report.html: expected the name of a file"),
    ],
)
def test_a_bad_input_is_one_line_and_leaves_nothing_behind(
    here: Path, harm: Callable[[Path], None], command: str, message: str
) -> None:
    harm(here)
    before = sorted(here.rglob("*"))
    done = nerwin(*command.split(" "))
    assert (done.exit_code, done.stdout) == (BAD, "")
    assert done.stderr.startswith(f"nerwin: {message}")
    assert done.stderr.count("\n") == 1
    assert sorted(here.rglob("*")) == before


@pytest.mark.parametrize("name", ["jinja2", "matplotlib"])
def test_without_the_extra_one_line_says_how_to_install_it(
    here: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    assert importlib.util.find_spec(name) is None
    done = nerwin("report", RUN)
    assert (done.exit_code, done.stdout) == (BAD, "")
    assert done.stderr == (
        f'nerwin: nerwin report: expected the extra "report", found no {name}. Install it (README).\n'
    )


def test_a_run_whose_dev_part_was_held_out_is_shown_on_it(here: Path) -> None:
    before, _, last = Path("village.conll").read_text().rpartition("Ines")
    Path("village.conll").write_text(f"{before}Zara{last}")  # a name of the twentieth sentence alone
    nothing_else = ("--set", "corpus.dev=null", "--set", "corpus.test=null", "--set", "training.epochs=2")
    assert nerwin("train", "-c", "village.yaml", "-q", "-o", "held", *nothing_else).exit_code == DONE
    page = report("held")
    sentences = read_corpus(Path("village.conll")).sentences
    learned, held = (names_in(one) for one in hold_out(sentences))
    assert held - learned == {("Zara", "Falk")}
    model = load_model(Path("held", "best"))
    assert training_names(model.config, model.sources) == learned
    assert any("village.conll (every tenth sentence, held out)" in one.text for one in page.all("p"))
    Path("village.conll").write_text(f"{before}Zora{last}")
    assert training_names(model.config, model.sources) is None


def test_a_file_of_ones_own_in_the_page_s_place_stays(here: Path) -> None:
    page = Path(RUN, "report.html")
    page.write_text("notes")
    done = nerwin("report", RUN, "--data", "hard.conll")
    assert done.exit_code == BAD
    assert "expected a new file or an older page, found another file" in done.stderr
    assert page.read_text() == "notes"
    page.unlink()


def test_the_epoch_that_is_kept_is_told_and_not_the_one_that_dev_likes_best(here: Path) -> None:
    settings = "training: {epochs: 8, patience: null, keep: last}\n"
    Path("last.yaml").write_text(f"corpus: {{train: village.conll, dev: hard.conll}}\n{settings}")
    assert nerwin("train", "-c", "last.yaml", "-o", "last").exit_code == DONE
    page = report("last", "--data", "hard.conll")
    lines = [json.loads(line) for line in Path("last/metrics.jsonl").read_text().splitlines()]
    said = [" ".join(one.text.split()) for one in page.all("p")]
    assert any(f"Dev F1 {100 * lines[-1]['dev']['f1']:.2f} in epoch 8 of 8." in one for one in said)
    (run,), _ = report_runs([Path("last")], Path("hard.conll"))
    assert (run.kept, run.dev_f1) == (8, lines[-1]["dev"]["f1"])


def test_words_and_tags_stand_in_the_columns_that_are_named(here: Path) -> None:
    lines = (f"1\t{line}\t_\n" if line else "# a note\n\n" for line in HARD.split("\n"))
    Path("hard.conllu").write_text("".join(lines))
    columns = ("--word-column", 1, "--tag-column", -2, "--comments", "#")
    named = report(RUN, "--data", "hard.conllu", *columns).all("td")
    assert named
    assert [one.text for one in named] == [one.text for one in report(RUN, "--data", "hard.conll").all("td")]
    refused = nerwin("report", RUN, "--data", "hard.conllu", "--output", "none.html")
    assert refused.exit_code == BAD
    assert "--tag-column" in refused.stderr
    assert not Path("none.html").exists()
