"""The panel that closes a training on a terminal."""

import re
from pathlib import Path

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
