"""What a model's detectors detect, a word's neighbours, and the command that shows them."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import Result

from nerwin.analysis.inspection import TOP, Decision, Detector, _highest, inspect_detectors, nearest_words, take_apart
from nerwin.cli.console import PlainConsole
from nerwin.cli.inspect import _draw_decision, _draw_detectors
from nerwin.corpora.reading import read_corpus
from nerwin.errors import ConfigError, ModelError
from nerwin.model.files import load_model
from nerwin.model.model import Model
from nerwin.tagging.tagger import load
from nerwin.text.vocabulary import KNOWN
from tests.commands import DONE, NEWEST, nerwin, one_json_object
from tests.village import new_trainer, trained_run, village_config, write_village


def fresh(folder: Path, *overrides: str) -> Model:
    return new_trainer(village_config(folder, *overrides)).model


def detectors(model: Model, folder: Path) -> dict[int, Detector]:
    found = inspect_detectors(model, [one.words for one in read_corpus(folder / "village.conll").sentences])
    return {one.number: one for one in found}


# Neighbours


def test_the_nearest_words_have_the_largest_cosines(tmp_path: Path) -> None:
    model = fresh(tmp_path)
    words = model.lookups[0].values
    table = model.params["words"]

    def put(word: str, *vector: float) -> None:
        table[KNOWN + list(words).index(word)] = [*vector, *[0.0] * (8 - len(vector))]

    table[:] = -np.eye(8, dtype=np.float32)[0]
    put("Quellmark", 1, 0)
    put("Dunmere", 30, 0)
    put("harbour", 3, 4)
    put("boat", 0, 2)
    found = nearest_words(model, "Quellmark", 3)
    assert [word for word, _ in found] == ["Dunmere", "harbour", "boat"]
    assert [cosine for _, cosine in found] == pytest.approx([1, 0.6, 0], abs=1e-6)


def test_a_word_is_not_its_own_neighbour_and_padding_and_unknown_are_none(tmp_path: Path) -> None:
    model = fresh(tmp_path)
    found = nearest_words(model, "Quellmark", 10_000)
    words = list(model.lookups[0].values)
    assert sorted(word for word, _ in found) == sorted(set(words) - {"Quellmark"})
    cosines = [cosine for _, cosine in found]
    assert cosines == sorted(cosines, reverse=True)
    assert len(nearest_words(model, "Quellmark")) == 10


def test_an_unknown_word_has_no_neighbours(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="Zanzibar"):
        nearest_words(fresh(tmp_path), "Zanzibar")


# Detectors


@pytest.mark.parametrize(("activation", "dark"), [("tanh", 0.3), ("sigmoid", 0.3), ("relu", -5.0)])
def test_dead_and_saturated_detectors_are_told_apart(tmp_path: Path, activation: str, dark: float) -> None:
    model = fresh(tmp_path, f"scorer.activation={activation}", "scorer.hidden=[4]")
    W, b = model.params["W1"], model.params["b1"]
    W[0], b[0] = 0, dark  # always the same
    W[1] *= 1e4  # always at one end or the other
    W[2], b[2] = 0, 50
    found = detectors(model, tmp_path)
    dead = [i for i in range(4) if found[i].dead]
    saturated = [i for i in range(4) if found[i].saturated]
    assert dead == [0, 2]
    assert saturated == ([1, 2] if activation != "relu" else [0])


def test_a_detectors_windows_are_those_that_light_it_most_and_least(tmp_path: Path) -> None:
    """A detector that reads one number of the centre, which is large for Quellmark and small for the baker."""
    model = fresh(tmp_path, "scorer.hidden=[3]")
    table, words = model.params["words"], list(model.lookups[0].values)
    table[:, 0] = 0
    table[KNOWN + words.index("Quellmark"), 0] = 2
    table[KNOWN + words.index("baker"), 0] = -2
    W = model.params["W1"]
    W[1] = 0
    W[1, 2 * 8] = 0.5  # window 5, vectors of 8: the first number of the third word
    one = detectors(model, tmp_path)[1]
    assert one.places == ["word -2", "word -1", "word +0", "word +1", "word +2"]
    assert len(one.most) == len(one.least) == 5
    # Quellmark stands in four sentences, the baker in two
    assert sum(text.split()[2] == "Quellmark" for text, _ in one.most) == 4
    assert sum(text.split()[2] == "baker" for text, _ in one.least) == 2
    assert one.most[0][1] == pytest.approx(np.tanh(1))
    assert one.least[0][1] == pytest.approx(-np.tanh(1))
    assert (one.likes[2][0], one.hates[2][0]) == ("Quellmark", "baker")
    assert not one.dead


def test_what_words_push_is_told_with_preprocessing_in_view(tmp_path: Path) -> None:
    """By W alone Quellmark would push more; but the number in which the baker is large counts four times."""
    model = fresh(tmp_path, "scorer.hidden=[3]", "preprocess.method=normalize")
    table, words = model.params["words"], list(model.lookups[0].values)
    table[:, :2] = 0
    table[KNOWN + words.index("Quellmark"), 0] = table[KNOWN + words.index("baker"), 1] = 1
    assert model.preprocess is not None
    model.preprocess.transform[16:18] = 1, 4
    model.params["W1"][1] = 0
    model.params["W1"][1, 16:18] = 2, 1
    assert detectors(model, tmp_path)[1].likes[2][:2] == ["baker", "Quellmark"]


def test_a_window_that_comes_again_is_shown_once_with_its_highest_or_lowest_activation(tmp_path: Path) -> None:
    """A detector of the sentence's other words, and a window of one word, which stands in several sentences."""
    model = fresh(tmp_path, "scorer.hidden=[3]", "window.size=1", "window.sentence=1")
    sentences = [["Mira", "left"], ["Mira", "came"], ["Mira"], ["left", "left", "came"]]
    apart = [{one.number: one for one in inspect_detectors(model, [words])} for words in sentences]
    for one in inspect_detectors(model, sentences):
        assert sorted(text for text, _ in one.most) == sorted(text for text, _ in one.least) == ["Mira", "came", "left"]
        assert [a for _, a in one.most] == sorted((a for _, a in one.most), reverse=True)
        assert [a for _, a in one.least] == sorted(a for _, a in one.least)
        own = [each[one.number] for each in apart]
        assert dict(one.most)["Mira"] == pytest.approx(max(dict(each.most).get("Mira", -1) for each in own))
        assert dict(one.least)["Mira"] == pytest.approx(min(dict(each.least).get("Mira", 1) for each in own))


def test_detectors_come_strongest_first_with_their_weights_by_type(tmp_path: Path) -> None:
    model = fresh(tmp_path, "scorer.hidden=[3]")
    model.params["U"][:] = [[0.5, -0.25], [0.1, -4.0], [1.0, 2.0]]
    found = inspect_detectors(model, [["Mira", "left", "."]])
    assert [one.number for one in found] == [1, 2, 0]
    assert found[0].weights == pytest.approx({"LOC": 0.1, "PER": -4.0})
    assert found[0].strength == pytest.approx(4)


def test_below_other_layers_a_detector_has_no_weight_of_its_own(tmp_path: Path) -> None:
    found = inspect_detectors(fresh(tmp_path, "scorer.hidden=[3,2]"), [["Mira", "left", "."]])
    assert len(found) == 3
    assert [one.weights for one in found] == [{}, {}, {}]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Mira left Quellmark before dawn", ["Mira", "left", "Quellmark", "before", "dawn"]),
        ("Quellmark", ["_", "_", "Quellmark", "_", "_"]),
        ("in Quellmark", ["_", "_", "in", "Quellmark", "_"]),
        ("a b c d e f g", ["b", "c", "d", "e", "f"]),
        ("It rained. Mira left Quellmark", ["It", "rained", ".", "_", "_"]),  # a window ends with its sentence
    ],
)
def test_a_texts_middle_word_is_decided_on(tmp_path: Path, text: str, words: list[str]) -> None:
    model = fresh(tmp_path)
    model.constants["thresholds"] = np.zeros(2)
    decision, tokens = take_apart(model, text), model.tokens(text)
    assert decision.words == words
    assert words[decision.centre] == tokens[(len(tokens) - 1) // 2].text


@pytest.mark.parametrize(
    ("word", "words", "centre"),
    [("Quellmark", ["_", "_", "Quellmark", "was", "seen"], 2), ("seen", ["Quellmark", "was", "seen", ".", "_"], 2)],
)
def test_any_word_of_a_text_can_be_asked_about(tmp_path: Path, word: str, words: list[str], centre: int) -> None:
    model = fresh(tmp_path)
    model.constants["thresholds"] = np.zeros(2)
    decision = take_apart(model, "Quellmark was seen .", word)
    assert (decision.words, decision.centre) == (words, centre)
    with pytest.raises(ConfigError, match=r"^--word Lima: expected a word of the text, found none\. Write one"):
        take_apart(model, "Quellmark was seen .", "Lima")


@pytest.mark.parametrize(("word", "outside"), [("Quellmark", 0.5), ("Zanzibar", 2.0)])
def test_the_rule_is_what_tagging_adds(tmp_path: Path, word: str, outside: float) -> None:
    model = fresh(tmp_path, "objective.corruption=label")
    model.constants |= {"outside": np.array([0.5]), "unseen": np.array([1.5]), "types": np.array([0.25, -0.25])}
    decision = take_apart(model, f"Mira left {word} before dawn")
    assert decision.rule == [-outside, *[0.25] * 4, *[-0.25] * 4]
    ranker = fresh(tmp_path)
    ranker.constants["thresholds"] = np.array([3.0, -1.0])
    assert take_apart(ranker, word).rule == [-3, 1]


@pytest.mark.parametrize("corruption", ["window", "label", "sequence"])
def test_what_is_decided_is_what_the_tagger_finds(tmp_path: Path, corruption: str) -> None:
    tagger = load(trained_run(tmp_path, f"objective.corruption={corruption}", "training.keep=last"))
    words = [word for one in read_corpus(tmp_path / "village.conll").sentences for word in one.words]
    decided = set()
    for start in range(len(words) - 6):  # a text that is longer than a window
        text = " ".join(words[start : start + 7])  # of one sentence or of two
        decision, tokens = take_apart(tagger.model, text), tagger.model.tokens(text)
        (annotation,) = tagger.annotate([(text, tokens)])
        assert decision.tag == annotation.tags[(len(tokens) - 1) // 2]
        decided.add(decision.tag)
    assert len(decided) > 1


def test_the_highest_numbers_of_a_row_come_in_their_order() -> None:
    values = np.random.default_rng(1).normal(size=(30, 40))
    assert _highest(values).tolist() == np.argsort(-values, axis=1)[:, :TOP].tolist()
    assert _highest(values[:, :3]).tolist() == np.argsort(-values[:, :3], axis=1).tolist()


@pytest.mark.parametrize(("hidden", "which"), [("[8]", "strongest"), ("[8, 6]", "first")])
def test_which_detectors_are_shown_is_said(tmp_path: Path, hidden: str, which: str) -> None:
    words = [
        "train",
        "-q",
        "-c",
        str(write_village(tmp_path)),
        "-o",
        str(tmp_path / "run"),
        "--set",
        "training.epochs=1",
    ]
    assert nerwin(*words, "--set", f"scorer.hidden={hidden}").exit_code == 0
    assert inspect(tmp_path / "run").stdout.endswith(f"saturated; the {which} are shown\n")


def test_outside_is_shown_though_others_score_higher() -> None:
    names = ["O", *(f"{prefix}-{label}" for label in ("LOC", "PER") for prefix in "BIES")]
    scores = [-9.0, *(float(k) for k in range(8))]
    decision = Decision(["Lima"], 0, names, scores, scores, [scores], [scores], [0.0] * 9, "B-PER")
    console = PlainConsole()
    console.width = 200
    with console.capture() as drawn:
        _draw_decision(decision, console)
    assert 'scores of "Lima" by word, the 5 highest of 9, and O; --json has all' in drawn.get()
    (head,) = {line for line in drawn.get().splitlines() if "word" in line and "E-PER" in line}
    assert drawn.get().count('"Lima" is tagged B-PER (IOB2), by the best tags of its whole sentence') == 1
    assert [name for name in names if name in head.split()] == ["O", "S-LOC", "B-PER", "I-PER", "E-PER", "S-PER"]


@pytest.mark.parametrize(
    ("outside", "tag", "shown"),
    [
        (3.5, "B-LOC", "the 6 highest of 9"),
        (3.5, "I-LOC", "the 5 highest of 9, and E-LOC"),
        (2.5, "I-LOC", "the 4 highest of 9, and O, and E-LOC"),
    ],
)
def test_the_tag_that_is_decided_is_shown_though_others_score_higher(outside: float, tag: str, shown: str) -> None:
    names = ["O", *(f"{prefix}-{label}" for label in ("LOC", "PER") for prefix in "BIES")]
    scores = [outside, *(float(k) for k in range(8))]
    decision = Decision(["Lima"], 0, names, scores, scores, [scores], [scores], [0.0] * 9, tag)
    console = PlainConsole()
    console.width = 200
    with console.capture() as drawn:
        _draw_decision(decision, console)
    assert f'scores of "Lima" by word, {shown}; --json' in drawn.get()
    (head,) = {line for line in drawn.get().splitlines() if "word" in line and "E-PER" in line}
    column = {"B-LOC": "S-LOC", "I-LOC": "E-LOC"}[tag]
    assert {name for name in names if name in head.split()} == {"O", "B-PER", "I-PER", "E-PER", "S-PER", column}


def test_the_strongest_detectors_and_the_scores_that_the_rule_raises_are_shown() -> None:
    names, scores, rule = [f"T{k}" for k in range(8)], [float(k) for k in range(8)], [100.0, *[0.0] * 7]
    detectors = [[k * (-1.0) ** k] * 8 for k in range(10)]
    decision = Decision(["Lima"], 0, names, scores, scores, [scores], detectors, rule, "B-T0")
    console = PlainConsole()
    console.width = 200
    with console.capture() as drawn:
        _draw_decision(decision, console)
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in drawn.get().splitlines()]
    assert [row[0] for row in rows if row and row[0].isdecimal()] == [str(k) for k in range(9, 1, -1)]
    assert "the 8 detectors with the largest shares" in drawn.get()
    (head,) = (line for line in drawn.get().splitlines() if "word" in line and "T7" in line)
    assert [name for name in names if name in head.split()] == ["T0", "T3", "T4", "T5", "T6", "T7"]


def test_of_many_detectors_eight_are_drawn_and_all_are_counted(template: Path) -> None:
    model = load_model(template / "runs" / "village-1" / "best")
    one = inspect_detectors(model, [["Mira", "left"]])[0]
    console = PlainConsole()
    with console.capture() as drawn:
        _draw_detectors([one._replace(dead=k < 3, saturated=k > 3) for k in range(9)], console)
    assert drawn.get().count("lit by") == 8
    assert "9 detectors: 3 dead, 5 saturated; the strongest are shown" in drawn.get()


# The command


@pytest.fixture
def run(template: Path) -> Path:
    return template / "runs" / "village-1"


def inspect(run: Path, *words: str) -> Result:
    return nerwin("inspect", str(run), *words)


def as_json(run: Path, *words: str) -> dict[str, Any]:
    return one_json_object(inspect(run, *words, "--json"))


def test_the_command_takes_a_decision_apart(run: Path) -> None:
    decision = as_json(run, "--window", "Museums in Paris are amazing")
    assert decision["words"] == ["Museums", "in", "Paris", "are", "amazing"]
    assert decision["names"] == ["LOC", "PER"]
    assert (len(decision["positions"]), len(decision["detectors"])) == (5, 8)
    assert decision["rule"] == (-load_model(run / "best").constants["thresholds"]).tolist()
    for parts in ("positions", "detectors"):
        total = np.array(decision["base"]) + np.sum(decision[parts], axis=0)
        np.testing.assert_allclose(total, decision["scores"], rtol=0, atol=1e-9)


def test_the_drawn_decision_names_every_word_and_score(run: Path) -> None:
    done = inspect(run, "--window", "Museums in Paris are amazing")
    assert done.exit_code == 0
    for name in ("Museums", "in", "Paris", "are", "amazing", "LOC", "PER", "score", "decision rule", "in all"):
        assert name in done.stdout
    decision = as_json(run, "--window", "Museums in Paris are amazing")
    assert f'"Paris" is tagged {decision["tag"]}\n' in done.stdout
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in done.stdout.splitlines()]
    for word, shares in zip(decision["words"], decision["positions"], strict=True):
        assert [word, *(f"{share:+.3f}" for share in shares)] in rows
    decided = [score + rule for score, rule in zip(decision["scores"], decision["rule"], strict=True)]
    assert ["in all", *(f"{one:+.3f}" for one in decided)] in rows


def test_the_command_takes_the_decision_on_a_word_of_a_sentence_apart(run: Path) -> None:
    done = inspect(run, "--window", "Paris is far from the museums", "--word", "Paris")
    assert done.exit_code == 0
    assert '\n"Paris" is tagged ' in done.stdout
    assert "museums" not in done.stdout  # which is outside of its window


def test_the_command_finds_neighbours(run: Path) -> None:
    found = as_json(run, "--word", "Quellmark")
    assert found["word"] == "Quellmark"
    assert len(found["nearest"]) == 10
    done = inspect(run, "--word", "Quellmark")
    assert done.exit_code == 0
    for word, _ in found["nearest"]:
        assert word in done.stdout


def test_an_unknown_word_is_one_line(run: Path) -> None:
    done = inspect(run, "--word", "Zanzibar")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "Zanzibar" in done.stderr


def test_the_command_describes_every_detector(run: Path) -> None:
    found = as_json(run)["detectors"]
    assert sorted(one["number"] for one in found) == list(range(8))
    for one in found:
        assert set(one["weights"]) == {"LOC", "PER"}
        assert len(one["likes"]) == len(one["hates"]) == 5
        assert one["most"][0][1] >= one["mean"] >= one["least"][0][1]
    done = inspect(run)
    assert done.exit_code == 0
    assert "8 detectors:" in done.stdout
    drawn = " ".join(done.stdout.split())
    for text, a in (found[0]["most"][0], found[0]["least"][0]):
        assert f"{text} ({a:.2f})" in drawn


def test_a_decision_among_many_scores_fits_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tagger of two types has nine scores: the six highest are drawn, the best among them."""
    monkeypatch.setenv("COLUMNS", "80")
    config, out = write_village(tmp_path), str(tmp_path / "run")
    words = ["train", "-q", "-c", str(config), "-o", out, "--set", "objective.corruption=sequence"]
    assert nerwin(*words).exit_code == 0
    text = "Mira Tolvan left Quellmark before"
    drawn = nerwin("inspect", out, "--window", text).stdout
    assert 'scores of "left" by word, the 6 highest of 9; --json has all' in drawn
    assert "…" not in drawn
    decision = json.loads(nerwin("inspect", out, "--window", text, "--json").stdout)
    _, best = max(zip(decision["scores"], decision["names"], strict=True))
    assert f" {best} " in drawn
    monkeypatch.setenv("COLUMNS", "40")
    assert "…" not in nerwin("inspect", out, "--window", text).stdout
    monkeypatch.setenv("COLUMNS", "50")
    lines = nerwin("inspect", out).stdout.splitlines()
    heads = [line for line in lines if line.startswith("detector ")]
    detectors = json.loads(nerwin("inspect", out, "--json").stdout)["detectors"]
    assert len(detectors[0]["weights"]) == 9
    first = dict(re.findall(r"(\S+) ([+-]\d\.\d\d)", heads[0]))
    largest = sorted(detectors[0]["weights"].items(), key=lambda one: -abs(one[1]))[:6]
    assert first == {name: f"{weight:+.2f}" for name, weight in largest}
    assert lines[-1].endswith("are shown, with the 6 largest of their 9 weights; --json has all")


def test_inspect_says_how_to_go_on_without_its_corpus(here: Path) -> None:
    (here / "village.conll").rename(here / "moved.conll")
    done = nerwin("inspect", "runs/village-1")
    assert nerwin("inspect").stderr == f"{NEWEST}{done.stderr}"
    assert done.exit_code == 2
    assert done.stderr.endswith("found no such file. Name a corpus with --data.\n")
    assert nerwin("inspect", "runs/village-1", "--data", "moved.conll").exit_code == DONE


def test_a_model_without_a_dev_part_is_shown_what_it_was_trained_on(here: Path) -> None:
    words = "train -q -c village.yaml -o out --set corpus.dev=null --set training.epochs=1"
    assert nerwin(*words.split()).exit_code == DONE
    done = nerwin("inspect", "out", "--json")
    assert (done.exit_code, done.stderr) == (DONE, "")
    assert done.stdout == nerwin("inspect", "out", "--data", "village.conll", "--json").stdout
