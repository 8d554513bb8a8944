"""`nerwin train`: from a configuration to a run folder, drawn as it goes."""

import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nerwin.cli.app import command, interrupted, say
from nerwin.cli.interruption import interruption
from nerwin.cli.options import QuietOption, SetOption
from nerwin.cli.threads import configured_threads

if TYPE_CHECKING:
    from threading import Event

    from nerwin.run.run import Run
    from nerwin.training.state import Batched, EpochDone


@command
def train(
    config: Annotated[
        Path | None,
        typer.Option(
            "--config", "-c", help="YAML configuration; default: the shipped quickstart; with --resume, the run's."
        ),
    ] = None,
    overrides: SetOption = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Run folder; default: the next free one under runs/.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Continue the run in --output, or the one begun last.")
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the run in --output.")] = False,
    quiet: QuietOption = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="First say in figures what will be trained.")
    ] = False,
) -> None:
    """Train a tagger on a tagged corpus in any form that nerwin convert reads."""
    from nerwin.cli.console import PlainConsole
    from nerwin.errors import ConfigError
    from nerwin.shipped import QUICKSTART, shipped
    from nerwin.storage.folders import CONFIG, check_begun, new_folder, newest_folder, resume_command

    started = time.perf_counter()
    if resume and overwrite:
        raise ConfigError(
            "--resume continues a run and --overwrite replaces it: expected one of them, found both. Drop one."
        )
    begun = (output or newest_folder(trained=False)) if resume else None
    if begun:
        check_begun(begun)
    path = config or (begun / CONFIG if begun else shipped(QUICKSTART))
    configured_threads(path, overrides or ())
    from nerwin.cli.closing import conclude, summary
    from nerwin.cli.epochs import draw
    from nerwin.cli.opening import (
        equal_start,
        few_steps,
        plan,
        shorter_course,
        still_shipped,
        tested_twice,
        widened,
        without_effect,
    )
    from nerwin.config.reading import load_config, missing_parts
    from nerwin.files.opening import check_readable
    from nerwin.run.run import Run

    settings = load_config(path, overrides or ())
    if begun and (missing := missing_parts(settings)):
        gone = ", ".join(dict.fromkeys(map(str, missing.values())))
        raise ConfigError(
            f"{begun}: expected the files that the run was begun with, found no {gone}. "
            f"Say where they are now: {' '.join(f'--set {key}=...' for key in missing)}"
        )
    if settings.corpus.test:
        check_readable(settings.corpus.test)  # it is read last, and a slip in its name should not show as late
    console = PlainConsole(stderr=True, quiet=quiet)
    for note in (*still_shipped(settings.corpus), *tested_twice(settings.corpus)):
        console.print(note, style="yellow", soft_wrap=True)
    notes = [*without_effect(settings), *equal_start(settings)]
    if begun:
        run = Run.resume(begun, settings)
    else:
        folder = output or new_folder(path.stem)
        try:
            run = Run.start(folder, settings, overwrite=overwrite)
        except BaseException:
            if output is None:
                with suppress(OSError):  # it is not empty
                    folder.rmdir()
            raise
        notes += shorter_course(settings)
    notes += [*run.parts.notes, *widened(run.trainer), *few_steps(run.trainer), *(plan(run) if verbose else ())]
    for note in notes:
        console.print(note, style="dim", soft_wrap=True)
    try:
        with interruption() as asked:
            epochs = draw(console, _until(asked, run))
    except KeyboardInterrupt:
        raise interrupted(f", saved {run.saved}; continue with: {resume_command(run.folder)}") from None
    conclude(console, run, epochs, time.perf_counter() - started)
    if not quiet:
        say(f"{run.folder}: {summary(run)}")


def _until(asked: "Event", run: "Run") -> "Iterator[Batched | EpochDone]":
    """The records of a training, until somebody asks for its end.

    Raises:
        KeyboardInterrupt: after what is done has been saved.
    """
    with closing(run.train()) as records:  # left to Python's end of it, a second Ctrl-C there would be a traceback
        for record in records:
            yield record
            if asked.is_set() and run.trainer.state.stop is None:  # else it has just ended
                run.pause()
                raise KeyboardInterrupt
