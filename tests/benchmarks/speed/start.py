"""How long until a command says something: `nerwin --help` against a Typer app of one empty command."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.speed import processes
from tests.benchmarks.speed.comparison import Comparison, compare

APP = """\
import typer

app = typer.Typer()


@app.command()
def main() -> None:
    pass


app()
"""


def start(runs: int) -> Iterator[Comparison]:
    """Whole processes."""
    with tempfile.TemporaryDirectory() as folder:
        app = Path(folder) / "app.py"
        app.write_text(APP, encoding="utf-8")
        peers = {"an empty Typer app": lambda: processes.run(str(app), "--help").seconds}
        yield from compare("start", "--help", runs, lambda: processes.run("-m", "nerwin", "--help").seconds, peers)
