"""What a training says last: where its model is, how good, and what to type next."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nerwin.api import score
from nerwin.cli.epochs import dev_curve
from nerwin.cli.tables import WIDEST
from nerwin.config.corpora import has_part_to_score, learned_sentences
from nerwin.config.settings import Config
from nerwin.counts import counted
from nerwin.errors import CorpusError, printable
from nerwin.parts.notes import many_learned
from nerwin.run.run import Run
from nerwin.shell import command_line
from nerwin.storage.folders import BEST
from nerwin.tagging.tagger import load
from nerwin.training.descent import learning_rate
from nerwin.training.state import EpochDone

SMALL = 1.0  # a loss that random weights alone may cause: with a smaller margin, it need not be the rate's fault

if TYPE_CHECKING:
    from rich.console import Console
    from rich.panel import Panel


def conclude(console: "Console", run: Run, done: Sequence[EpochDone], seconds: float) -> None:
    """Why training stopped, its model, the scores on dev and test, the time, and what to type next."""
    if console.quiet:
        return
    rows: Iterable[tuple[str, str]] = _rows(run, done, seconds)
    if console.is_terminal and not console.is_dumb_terminal:
        rows, curve = list(rows), dev_curve(done, ascii_only=console.options.ascii_only)
        # Where a row has to be folded, what is to be copied from it would have a frame inside. A curve may be folded.
        least = console.measure(_panel(rows, curve[:2]), options=console.options.update(width=WIDEST)).maximum
        if least <= console.width:
            console.print(_panel(rows, curve))
            return
    for title, text in rows:
        console.print(f"{title}: {text}", soft_wrap=True)


def _panel(rows: Iterable[tuple[str, str]], curve: str) -> "Panel":
    from rich.panel import Panel
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim")
    grid.add_column()
    for title, text in rows:
        grid.add_row(title, printable(text))
    if len(curve) > 1:
        grid.add_row("by epoch", Text(curve, "green", overflow="fold"))
    return Panel.fit(grid, border_style="green")


def _rows(run: Run, done: Sequence[EpochDone], seconds: float) -> Iterator[tuple[str, str]]:
    standing, config = run.trainer.model.standing, run.trainer.config
    yield "stopped", str(run.trainer.state.stop)
    if done and done[-1].dev:
        what = "pairs" if config.objective.corruption == "window" else "words"
        yield "ranked", f"{done[-1].dev['ranked']:.2%} of dev's {what} right, last epoch"
    yield from _too_fast(config, done)
    yield "model", str(run.folder / BEST)
    if not config.training.refit:
        yield "dev F1", f"{standing.best_f1:.4f}, epoch {standing.best_epoch} of {standing.epoch}"
    if test := config.corpus.test:
        yield "test F1", _test_score(run.folder / BEST, test)
    yield "time", _time(seconds)
    yield "next", next_command(config, run.folder)


def next_command(config: Config, folder: Path) -> str:
    """What to do with a new model."""
    return command_line("nerwin", "evaluate" if has_part_to_score(config) else "tag", folder)


def summary(run: Run) -> str:
    """How good the model that is kept is, in a line."""
    standing = run.trainer.model.standing
    if run.trainer.config.training.refit:
        return f"{counted(standing.epoch, 'epoch')}, dev learned from too"
    return f"dev F1 {standing.best_f1:.4f}, epoch {standing.best_epoch}"


def _too_fast(config: Config, done: Sequence[EpochDone]) -> Iterator[tuple[str, str]]:
    """A remedy where the loss, after the first epoch, was larger than that of scores that are all 0, and not small."""
    idle_loss = config.objective.margin + config.objective.miss
    worst = max((one for one in done if one.epoch > 1), key=lambda epoch: epoch.loss, default=None)
    if worst and worst.loss > max(idle_loss, SMALL) and config.objective.weights == "none":
        yield (
            "loss",
            f"{worst.loss:.4g} in epoch {worst.epoch}, where scores that are all 0 would have {idle_loss:g} or less: "
            f"is optimizer.learning_rate too high (now {learning_rate(config):g})?",
        )


def _test_score(model: Path, test: Path) -> str:
    """On the test part; where it cannot be read, why: the model is there all the same."""
    try:
        tagger = load(model)
        corpus, result = score(tagger, test)
        learned = learned_sentences(tagger.model.config, tagger.model.sources) or ()
    except CorpusError as error:
        return f"none, {error}"
    again = many_learned((one.words for one in learned), corpus.words)
    there = counted(len(corpus.words), "sentence")
    doubt = f"; learned from: {again:,} of its {there}, so it is no score on new text" if again else ""
    return f"{result.overall.f1:.4f} on {test.name}{doubt}"


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{seconds:.1f} s"
