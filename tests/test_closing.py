"""The panel that closes a training on a terminal."""

import io
import re
import shutil
from pathlib import Path

import pytest
from rich.console import Console

from nerwin.cli.closing import _time, conclude, summary
from nerwin.cli.opening import plan
from nerwin.config.reading import load_config
from nerwin.model.model import Standing
from nerwin.run.run import Run
from nerwin.storage.folders import LAST
from nerwin.training.state import EpochDone
from tests.test_epochs import terminal
from tests.village import write_village


def test_a_terminal_gets_a_panel_with_the_next_command_and_a_curve(tmp_path: Path) -> None:
    write_village(tmp_path)
    run = Run.start(tmp_path / "my out\n2", load_config(tmp_path / "village.yaml", ()))
    done = [record for record in run.train() if isinstance(record, EpochDone)]
    console, written = terminal(200, no_color=True)
    conclude(console, run, done, 3725.0)
    lines = re.sub(r"\x1b\[[\d;]*m", "", written.getvalue().decode()).splitlines()
    shown = {line[2:12].strip(): line[12:-1].strip() for line in lines[1:-1]}
    assert (lines[0][0], lines[-1][-1]) == ("╭", "╯")
    assert len({len(line) for line in lines}) == 1
    assert shown["time"] == "1 h 2 min"
    assert shown["next"] == rf"nerwin evaluate '{tmp_path}/my out\n2'"
    assert set(shown["by epoch"]) <= set("▁▂▃▄▅▆▇█")
    assert len(shown["by epoch"]) == len(done)
    conclude(console, run, done[:1], 1.0)
    assert written.getvalue().decode().count("by epoch") == 1  # of one epoch there is no curve
    console, written = terminal(200, encoding="ascii", no_color=True)
    conclude(console, run, done, 1.0)
    assert "by epoch" in written.getvalue().decode("ascii")


@pytest.mark.parametrize(
    ("seconds", "said"), [(4.26, "4.3 s"), (59.6, "1 min 0 s"), (125.0, "2 min 5 s"), (3725.0, "1 h 2 min")]
)
def test_the_time_is_told_in_units_of_its_size(seconds: float, said: str) -> None:
    assert _time(seconds) == said


def test_the_forms_that_dev_alone_has_are_counted(tmp_path: Path) -> None:
    write_village(tmp_path)
    (tmp_path / "dev.conll").write_text("Ulmenau\tB-LOC\nsleeps\tO\n.\tO\n")
    run = Run.start(tmp_path / "run", load_config(tmp_path / "village.yaml", ["corpus.dev=dev.conll"]))
    words = {line.split("\t")[0] for line in (tmp_path / "village.conll").read_text().splitlines() if line}
    assert next(plan(run)) == f"forms {len(words) + 2}, of which 2 are in dev alone"


def test_the_plan_has_each_figure_in_its_place(tmp_path: Path) -> None:
    write_village(tmp_path)
    settings = [
        *("window.size=3", "window.sentence=0.5", "features={shape: 3}", "scorer.hidden=[6]"),
        *("training.batch_size=7", "training.epochs=9", "objective.corruption=sequence"),
    ]
    run = Run.start(tmp_path / "run", load_config(tmp_path / "village.yaml", settings))
    assert list(plan(run))[1:] == [
        "types LOC PER; scores a word: 9",
        "window 3 words of 11 numbers, and the other words of the sentence as one",
        "parameters words 94x8, shape 14x3, transitions 11x9, W1 6x44, b1 6, U 6x9",
        "an epoch 168 pairs, about 24 steps of 7; at most 9 epochs",
        f"folder {tmp_path / 'run'}",
    ]


@pytest.mark.parametrize(("corruption", "ranked"), [("window", "pairs"), ("label", "words")])
def test_the_best_epoch_of_all_is_told_and_the_ranking_of_the_last(
    tmp_path: Path, corruption: str, ranked: str
) -> None:
    write_village(tmp_path)
    config = load_config(tmp_path / "village.yaml", [f"objective.corruption={corruption}"])
    run = Run.start(tmp_path / "run", config)
    first = next(record for record in run.train() if isinstance(record, EpochDone))
    done = [first._replace(epoch=number, dev={**first.dev, "ranked": number / 4}) for number in (1, 2, 3)]
    run.trainer.model.standing = Standing(epoch=3, best_epoch=2, best_f1=0.75)
    written = io.StringIO()
    dumb = Console(file=written, force_terminal=True, highlight=False, _environ={"TERM": "dumb"})
    conclude(dumb, run, done, 1.0)
    lines = written.getvalue().splitlines()
    assert f"ranked: 75.00% of dev's {ranked} right, last epoch" in lines
    assert "dev F1: 0.7500, epoch 2 of 3" in lines
    assert summary(run) == "dev F1 0.7500, epoch 2"


def test_the_score_on_the_test_part_is_that_of_the_best_model(tmp_path: Path) -> None:
    write_village(tmp_path)
    run = Run.start(tmp_path / "run", load_config(tmp_path / "village.yaml", ["corpus.test=village.conll"]))
    done = [record for record in run.train() if isinstance(record, EpochDone)]
    shutil.rmtree(run.folder / LAST)
    console, written = terminal(200, no_color=True)
    conclude(console, run, done, 1.0)
    f1 = run.trainer.model.standing.best_f1  # on the same corpus
    assert f"{f1:.4f} on village.conll" in written.getvalue().decode()


@pytest.mark.parametrize("shared", [4, 5])
def test_a_test_part_with_much_that_was_learned_from_is_told_of(tmp_path: Path, shared: int) -> None:
    """Some short sentences come again in any corpus."""
    write_village(tmp_path)
    sentences = (tmp_path / "village.conll").read_text().strip().split("\n\n")
    new = [f"Nobody\tO\nsaw\tO\n{n}\tO" for n in range(20 - shared)]
    (tmp_path / "test.conll").write_text("\n\n".join([*new, *sentences[:shared]]))
    run = Run.start(tmp_path / "run", load_config(tmp_path / "village.yaml", ["corpus.test=test.conll"]))
    done = [record for record in run.train() if isinstance(record, EpochDone)]
    written = io.StringIO()
    conclude(Console(file=written, width=200), run, done, 1.0)
    said = dict(line.split(": ", 1) for line in written.getvalue().splitlines())["test F1"]
    doubt = "; learned from: 5 of its 20 sentences, so it is no score on new text" if shared == 5 else ""
    assert said.endswith(f" on test.conll{doubt}")


def test_where_the_test_part_is_gone_the_model_is_told_of_all_the_same(tmp_path: Path) -> None:
    write_village(tmp_path)
    test = Path(shutil.copy(tmp_path / "village.conll", tmp_path / "test.conll"))
    run = Run.start(tmp_path / "run", load_config(tmp_path / "village.yaml", ["corpus.test=test.conll"]))
    done = [record for record in run.train() if isinstance(record, EpochDone)]
    test.unlink()
    written = io.StringIO()
    conclude(Console(file=written), run, done, 1.0)
    lines = dict(line.split(": ", 1) for line in written.getvalue().splitlines())
    assert lines["test F1"].startswith(f"none, {test}: cannot read the file")
    assert lines["model"] == str(tmp_path / "run" / "best")


def test_where_there_is_no_terminal_nothing_waits_for_the_score_on_the_test_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_village(tmp_path)
    run = Run.start(tmp_path / "run", load_config(tmp_path / "village.yaml", ["corpus.test=village.conll"]))
    written, said = io.StringIO(), []
    monkeypatch.setattr("nerwin.cli.closing._test_score", lambda *_: said.append(written.getvalue()) or "0")  # type: ignore[func-returns-value]
    conclude(Console(file=written), run, [], 1.0)
    assert f"model: {run.folder / 'best'}\n" in said[0]


def test_what_is_to_be_typed_is_in_one_piece_where_a_terminal_is_too_narrow_for_the_panel(tmp_path: Path) -> None:
    write_village(tmp_path)
    run = Run.start(tmp_path / ("run" * 20), load_config(tmp_path / "village.yaml", ()))
    typed = f"nerwin evaluate {run.folder}"
    for width, framed in ((len(typed) + 20, True), (len(typed) + 4, False), (40, False)):
        console, written = terminal(width, no_color=True)
        conclude(console, run, [], 1.0)  # no epoch was left to do
        said = re.sub(r"\x1b\[[\d;]*m", "", written.getvalue().decode())
        assert (said[0] == "╭") == framed
        assert typed in said
        assert framed or said.endswith(f"next: {typed}\n")


def test_a_curve_of_many_epochs_is_folded_inside_the_panel(tmp_path: Path) -> None:
    write_village(tmp_path)
    run = Run.start(tmp_path / "run", load_config(tmp_path / "village.yaml", ()))
    first = next(record for record in run.train() if isinstance(record, EpochDone))
    done = [first._replace(dev={**first.dev, "f1": 0.1 * (number % 7)}) for number in range(300)]
    width = len(f"nerwin evaluate {run.folder}") + 14  # "by epoch", blanks and the frame
    for room, framed in ((width, True), (width - 1, False)):
        console, written = terminal(room, no_color=True)
        conclude(console, run, done, 1.0)
        said = re.sub(r"\x1b\[[\d;]*m", "", written.getvalue().decode())
        assert (said[0] == "╭") == framed
        assert sum(said.count(one) for one in "▁▂▃▄▅▆▇█") == (300 if framed else 0)
        assert f"nerwin evaluate {run.folder}" in said


def test_who_is_told_nothing_waits_for_no_score(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_village(tmp_path)
    run = Run.start(tmp_path / "run", load_config(tmp_path / "village.yaml", ["corpus.test=village.conll"]))
    scored: list[object] = []
    monkeypatch.setattr("nerwin.cli.closing.score", lambda *given: scored.append(given))
    conclude(Console(quiet=True), run, [], 1.0)
    assert scored == []


@pytest.mark.parametrize(
    ("settings", "loss", "said"),
    [
        (
            ["optimizer.learning_rate=0.3"],
            1.01,
            "1.01 in epoch 2, where scores that are all 0 would have 1 or less: "
            "is optimizer.learning_rate too high (now 0.3)?",
        ),
        ([], 1.0, None),
        (["objective.margin=2"], 1.9, None),
        (["objective.margin=0.001"], 0.03, None),
        (["objective.margin=0.001"], 1.01, "scores that are all 0 would have 0.001 or less: "),
        (["objective.corruption=label", "objective.miss=0.5"], 1.4, None),
        (["objective.weights=balanced"], 3.0, None),
    ],
)
def test_a_loss_above_that_of_scores_of_zero_is_told_of(
    tmp_path: Path, settings: list[str], loss: float, said: str | None
) -> None:
    write_village(tmp_path)
    run = Run.start(tmp_path / "run", load_config(tmp_path / "village.yaml", settings))
    first = next(record for record in run.train() if isinstance(record, EpochDone))
    console, written = terminal(200, no_color=True)
    conclude(console, run, [first._replace(loss=50.0)], 1.0)
    assert "all 0" not in written.getvalue().decode()  # the first epoch learns from random weights
    losses = {1: 50.0, 2: loss, 3: 0.5}
    conclude(console, run, [first._replace(epoch=number, loss=one) for number, one in losses.items()], 1.0)
    assert ("all 0" in written.getvalue().decode()) == (said is not None)
    assert (said or "") in written.getvalue().decode()
