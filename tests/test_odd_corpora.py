"""Corpora and settings at the edge of sense, end to end: each is trained, or refused with its reason."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nerwin.cli import app

CORRUPTIONS = ("window", "label", "sequence")
VILLAGE = """\
Mira B-PER
left O
Quellmark B-LOC
. O

Nobody O
sings O
in O
Dunmere B-LOC

Lena B-PER
Voss I-PER
smiles O
"""
ONE_SENTENCE = "Mira B-PER\nleft O\nQuellmark B-LOC\n"
ONE_TYPE = "Mira B-PER\nleft O\n\nLena B-PER\nsings O\n"
OUTSIDE = "we O\nleft O\n\nit O\nrains O\n"


class Training:
    """`nerwin train` for two epochs of a small network, on these words and settings."""

    def __init__(self, folder: Path, corruption: str, train: str, dev: str | None, *settings: str) -> None:
        (folder / "train.conll").write_text(train, encoding="utf-8")
        parts = {"train": "train.conll"}
        if dev is not None:
            (folder / "dev.conll").write_text(dev, encoding="utf-8")
            parts["dev"] = "dev.conll"
        sections = {
            "corpus": parts,
            "words": {"dim": 6},
            "scorer": {"hidden": [5]},
            "objective": {"corruption": corruption},
            "training": {"epochs": 2, "batch_size": 4},
        }
        (folder / "config.yaml").write_text(json.dumps(sections), encoding="utf-8")
        self.run = folder / "run"
        overrides = [word for setting in settings for word in ("--set", setting)]
        config = ["--config", str(folder / "config.yaml"), "--output", str(self.run)]
        self.result = CliRunner().invoke(app, ["train", *config, *overrides], catch_exceptions=False)

    def assert_trained(self) -> None:
        """The run is whole, its figures are numbers, and its model tags."""
        assert self.result.exit_code == 0, self.result.stderr
        lines = [json.loads(line) for line in (self.run / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]
        assert [line["epoch"] for line in lines] == [1, 2]
        assert all(line["loss"] >= 0 and 0 <= line["dev"]["f1"] <= 1 for line in lines)
        data = str(self.run.parent / "train.conll")
        tagged = CliRunner().invoke(app, ["tag", str(self.run), data, "--input", "conll"], catch_exceptions=False)
        assert tagged.exit_code == 0
        assert len(tagged.stdout.splitlines()) >= len((self.run.parent / "train.conll").read_text().splitlines())

    def assert_refused(self, code: int, *reasons: str) -> None:
        """One line says why, and what to do."""
        assert self.result.exit_code == code
        message = self.result.stderr.strip().split("\n")[-1]
        assert message.startswith("nerwin: ")
        for reason in reasons:
            assert reason in message
        assert not (self.run / "last").exists()


@pytest.fixture(params=CORRUPTIONS)
def corruption(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize(
    ("train", "dev"),
    [
        (ONE_SENTENCE, ONE_SENTENCE),
        (ONE_TYPE, ONE_TYPE),
        (VILLAGE, ONE_TYPE),
        (VILLAGE, OUTSIDE),
        (VILLAGE, "Acme B-ORG\nfell O\n"),
        ("Mira B-PER\n\nleft O\n", VILLAGE),
        ("x B-PER\nx O\n\nx O\n", "x B-PER\n"),
        ("Mira B-PER\nDunmere B-LOC\n", VILLAGE),
    ],
    ids=[
        "a single sentence",
        "one type only",
        "a type missing in dev",
        "no entity in dev",
        "another type in dev",
        "sentences of one word",
        "one form",
        "no word outside",
    ],
)
def test_small_corpora_are_trained(tmp_path: Path, corruption: str, train: str, dev: str) -> None:
    Training(tmp_path, corruption, train, dev).assert_trained()


@pytest.mark.parametrize(
    ("train", "dev", "reason"),
    [
        (OUTSIDE, VILLAGE, "train.conll: expected tagged entities, found only O. Is this the right tag column?"),
        ("", VILLAGE, "train.conll: expected tagged sentences, found none."),
        (VILLAGE, "", "dev.conll: expected tagged sentences, found none."),
        (VILLAGE, "\n \n\n", "dev.conll: expected tagged sentences, found none."),
        (VILLAGE, None, "3 sentences are too few to hold a tenth out. Give ten or more"),
        (
            VILLAGE.replace("\n\n", "\n"),
            None,
            "1 sentence is too few to hold a tenth out. Give ten or more (are blank lines between sentences?), or set",
        ),
    ],
    ids=["no entity", "empty", "an empty dev", "a blank dev", "too short to hold out", "without blank lines"],
)
def test_corpora_with_nothing_to_learn_or_to_measure_are_refused(
    tmp_path: Path, corruption: str, train: str, dev: str | None, reason: str
) -> None:
    Training(tmp_path, corruption, train, dev).assert_refused(2, reason)


def test_the_ranker_needs_words_to_hold_an_entity_against(tmp_path: Path) -> None:
    only_entities = "Mira B-PER\n\nLena B-PER\n"
    Training(tmp_path, "window", only_entities, VILLAGE).assert_refused(2, "expected others to hold it against")


@pytest.mark.parametrize(
    "settings",
    [
        ["window.size=51"],
        ["window.size=99", "preprocess.method=whiten"],
        ["scorer.activation=sigmoid", "scorer.init=large", "words.start=1e6"],
        ["preprocess.method=normalize", "words.start=1e-9"],
        ["preprocess.method=whiten", "words.start=1e-9"],
        ["preprocess.method=normalize", "scorer.init=zero", 'features={"shape": 2, "ngrams": 2}'],
        ["preprocess.method=whiten", "words.start=1e6"],
        ["scorer.dropout=0.99", "scorer.input_dropout=0.99"],
        ["words.any_unknown=0.99", "words.masked=0.99"],
        ["words.min_count=1000"],
        ["optimizer.epsilon=1e-30", "optimizer.name=adam"],
        ["objective.outside_share=0.001", "objective.weights=balanced"],
    ],
    ids=" ".join,
)
def test_settings_at_the_edge_are_trained(tmp_path: Path, corruption: str, settings: list[str]) -> None:
    """Windows beyond every sentence, sigmoids far out, columns that never vary, hardly a word that is seen."""
    Training(tmp_path, corruption, VILLAGE, VILLAGE, *settings).assert_trained()


@pytest.mark.parametrize("activation", ["sigmoid", "relu"])
@pytest.mark.parametrize("name", ["sgd", "momentum", "adagrad", "adam", "adam8bit"])
def test_a_huge_learning_rate_is_named(tmp_path: Path, corruption: str, activation: str, name: str) -> None:
    settings = ["optimizer.learning_rate=1e35", f"scorer.activation={activation}", f"optimizer.name={name}"]
    training = Training(tmp_path, corruption, VILLAGE, VILLAGE, *settings)
    training.assert_refused(1, "epoch 1", "expected", "finite", "Lower optimizer.learning_rate (now 1e+35).")


def test_scores_that_overflow_on_dev_alone_are_divergence(tmp_path: Path) -> None:
    """The last step of the epoch leaves weights that are numbers, but whose scores are none."""
    settings = ["optimizer.learning_rate=1e30", "training.batch_size=1000"]
    Training(tmp_path, "sequence", ONE_SENTENCE, VILLAGE, *settings).assert_refused(1, "expected finite scores on dev")


def test_scores_on_dev_whose_sums_overflow_are_divergence(tmp_path: Path) -> None:
    """Each is a number, and the sums over a sentence, of which the best is sought, are none."""
    settings = ["optimizer.learning_rate=1.78e13", "optimizer.name=sgd", "scorer.activation=relu"]
    settings += ["training.batch_size=1000", "training.epochs=1", "words.dim=50", "scorer.hidden=[100]"]
    training = Training(tmp_path, "sequence", ONE_SENTENCE, VILLAGE, *settings)
    training.assert_refused(1, "expected finite scores on dev", "Lower optimizer.learning_rate (now 1.78e+13).")


def test_gradients_that_an_optimizer_cannot_remember_are_divergence(tmp_path: Path, corruption: str) -> None:
    """The sum of their squares is infinite after some steps."""
    vectors = tmp_path / "vectors.txt"
    vectors.write_text("Mira 1e9 1e9\nleft 1e9 1e9\n")
    settings = [f"words.vectors={vectors}", "words.dim=2", "objective.l2=1e9", "objective.l2_words=true"]
    more = ["training.batch_size=1", "training.min_batches=1000"]
    Training(tmp_path, corruption, VILLAGE, VILLAGE, *settings, *more).assert_refused(
        1, "expected finite parameters and grad"
    )


def test_numbers_too_large_to_compute_with_are_refused(tmp_path: Path) -> None:
    vectors = tmp_path / "vectors.txt"
    vectors.write_text("Mira 1 2 3 4 5 1e30\n")
    reason = f"{vectors}: expected numbers of at most 1e+09, found 1e+30. Scale the vectors."
    Training(tmp_path, "window", VILLAGE, VILLAGE, f"words.vectors={vectors}").assert_refused(2, reason)
