"""The page of a report: each figure in its place, and each word and mistake told as it is."""

import base64
import hashlib
import re
from dataclasses import replace
from pathlib import Path

from nerwin.analysis.inspection import Detector
from nerwin.config.settings import Config, CorpusConfig
from nerwin.corpora.corpus import Corpus, Sentence
from nerwin.evaluation.mistakes import Mistake
from nerwin.evaluation.reliability import Bin
from nerwin.evaluation.scores import Evaluation, Score
from nerwin.report.contents import Closeup, RunReport
from nerwin.report.familiarity import Recall
from nerwin.report.page import render
from nerwin.report.sentences import Piece, line_of, spread
from nerwin.run.metrics import Epoch
from nerwin.text.tags import Span
from tests.pages import Page, read_page


def test_of_many_mistakes_some_are_shown_at_equal_distances() -> None:
    mistakes = [Mistake("missed", number, Span(0, 1, "PER"), None, None) for number in range(10)]
    assert spread(mistakes, 10) == mistakes
    assert [one.sentence for one in spread(mistakes, 4)] == [0, 2, 5, 7]


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


# Made up, so that no two figures of a page are equal.
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
