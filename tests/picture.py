"""Draw the README's picture: a training of the quickstart, as a terminal shows it.

python -m tests.picture
"""

import io
import os
import re
import tempfile
import time
from pathlib import Path

from rich.console import Console

from nerwin.cli.closing import conclude
from nerwin.cli.epochs import curves, table
from nerwin.cli.threads import usual_threads
from nerwin.config.reading import load_config
from nerwin.run.run import Run
from nerwin.shipped import QUICKSTART, shipped
from nerwin.training.state import EpochDone

PICTURE = Path(__file__).parent.parent / ".github" / "training.svg"
WIDTH = 74
FONTS = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)  # from elsewhere on the network: the reader's own will do


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        config = shipped(QUICKSTART)
        console = Console(record=True, force_terminal=True, width=WIDTH, highlight=False, file=io.StringIO())
        console.print(f"[bold green]$[/] nerwin train --config configs/{config.name}")
        started = time.perf_counter()
        run = Run.start(Path("runs/quickstart-1"), load_config(config, ()))
        done = [record for record in run.train() if isinstance(record, EpochDone)]
        console.print(table(WIDTH))
        for record in done:
            console.print(table(WIDTH, record))
        console.print(curves(console, done))
        conclude(console, run, done, time.perf_counter() - started)
        drawn = FONTS.sub("", console.export_svg(title="nerwin"))
        PICTURE.write_text(drawn, encoding="utf-8")
    print(PICTURE)


if __name__ == "__main__":
    usual_threads()
    main()
