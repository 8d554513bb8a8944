"""The panel that closes a training on a terminal."""

import re
from pathlib import Path

import pytest

from nerwin.cli.closing import conclude
from nerwin.training.config import load_config
from nerwin.training.run import Run
from nerwin.training.trainer import EpochDone
from tests.test_epochs import terminal
from tests.test_trainer import write_village


def test_a_terminal_gets_a_panel_with_the_next_command_and_a_curve(tmp_path: Path) -> None:
    write_village(tmp_path)
    run = Run.start(tmp_path / "my out", load_config(tmp_path / "village.yaml", ()))
    done = [record for record in run.train() if isinstance(record, EpochDone)]
    console, written = terminal(200, no_color=True)
    conclude(console, run, done, 3725.0)
    lines = re.sub(r"\x1b\[[\d;]*m", "", written.getvalue().decode()).splitlines()
    shown = {line[2:12].strip(): line[12:-1].strip() for line in lines[1:-1]}
    assert (lines[0][0], lines[-1][-1]) == ("╭", "╯")
    assert len({len(line) for line in lines}) == 1
    assert shown["time"] == "1 h 2 min"
    assert shown["next"] == f"nerwin evaluate '{tmp_path / 'my out'}'"
    assert set(shown["by epoch"]) <= set("▁▂▃▄▅▆▇█")
    assert len(shown["by epoch"]) == len(done)


@pytest.mark.parametrize(
    ("settings", "loss", "said"),
    [
        (
            [],
            1.01,
            "1.01 in epoch 2, where scores that are all 0 would have 1 or less: is optimizer.learning_rate too high",
        ),
        ([], 1.0, None),
        (["objective.margin=2"], 1.9, None),
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
    conclude(console, run, [first._replace(loss=50.0), first._replace(epoch=2, loss=loss)], 1.0)
    assert ("all 0" in written.getvalue().decode()) == (said is not None)
    assert (said or "") in written.getvalue().decode()
