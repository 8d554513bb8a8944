"""The command `nerwin` and what all its subcommands share: help, version, and how an error ends a command."""

import atexit
import functools
import gc
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec

import typer
from typer.core import TyperCommand, TyperGroup

from nerwin import __version__
from nerwin.cli.streams import drop_output, prepare_streams
from nerwin.cli.threads import usual_threads
from nerwin.collector import resume_collector
from nerwin.errors import NerwinError, TrainingDiverged, cure, printable, short_of_memory

INTERRUPTED = 130
# The commands as the help and the README list them, those first that a newcomer needs first.
ORDER = (
    "train", "evaluate", "tag", "gradcheck", "inspect", "info", "report",
    "compare", "average", "init", "config", "data", "convert", "pretrain",
)  # fmt: skip

# What goes after which option, where it is given without.
BELONGS = {"--config": "a configuration", "--data": "a corpus", "--set": "a key"}
CONFIGURED = ("config", "data")  # their configuration is an argument, where other commands have --config

usual_threads()  # before any command imports numpy
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # or pydantic looks for plugins in every installed package
atexit.register(gc.freeze)  # no last search for cycles: all memory goes with the process

P = ParamSpec("P")


class _Commands(TyperGroup):
    def list_commands(self, ctx: Any) -> list[str]:
        return sorted(super().list_commands(ctx), key=ORDER.index)


class _Command(TyperCommand):
    allow_extra_args = True  # it refuses them itself

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        given = list(args)
        try:
            extra = super().parse_args(ctx, args)
        except typer.BadParameter as error:
            # What stands at no place says more of a slip than what is missing.
            self._refuse(ctx, self.make_parser(ctx).parse_args(given)[1])
            error.message = error.message.removeprefix("Value error, ")  # which is pydantic's, not for users
            raise
        except Exception as error:  # typer has no name for that of an unknown option
            if hint := self._instead(getattr(error, "option_name", "")):
                error.possibilities = []  # type: ignore[attr-defined]
                error.message += f". {hint}"  # type: ignore[attr-defined]
            raise
        self._refuse(ctx, extra)
        return extra

    def _refuse(self, ctx: Any, extra: list[str]) -> None:
        """End the command where it has arguments that belong nowhere."""
        if extra and not ctx.resilient_parsing:  # which is that of a shell's completion
            options = self._options()
            places = [f"{what} after {option}" for option, what in BELONGS.items() if option in options]
            hint = f" Put {', '.join(places)}." if places else ""
            ctx.fail(f"Got unexpected extra argument(s) ({printable(' '.join(extra))}).{hint}")

    def _instead(self, option: str) -> str:
        """What to write in place of an option that the command has not, where that is known."""
        options = self._options()
        if option in options:
            return ""
        if option in ("-c", "--config") and self.name in CONFIGURED:
            return "Name the configuration without it"
        if "--set" not in options:
            return ""
        from nerwin.config.reading import key_types

        name = option.removeprefix("--").replace("-", "_")
        keys = [f"--set {key}=..." for key in key_types() if key.rpartition(".")[2] == name]
        return f"Write {' or '.join(keys)}" if keys else ""

    def _options(self) -> set[str]:
        return {one for parameter in self.params for one in parameter.opts}


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def stream_path(file: Path) -> Path | None:
    """A file that a command reads or writes; None for the standard stream, which is called "-"."""
    return None if str(file) == "-" else file


def say(line: str, *, err: bool = False) -> None:
    """Print a line that names files, of which a name may hold what a terminal would obey."""
    typer.echo(printable(line), err=err)


def interrupted(how: str = "") -> typer.Exit:
    """Say that the command was stopped, how far it was and how it goes on; gives the exit to raise."""
    say(f"nerwin: interrupted{how}", err=True)
    return typer.Exit(INTERRUPTED)


def unwritable(error: OSError) -> None:
    """Say that output cannot be written, or what else went wrong with a file, and drop what is still buffered."""
    drop_output()
    if error.filename is None and isinstance(error, FileNotFoundError):  # a stream that is written to has been found
        said = "the current folder: expected one that is there, found it removed. Change to another."
    elif error.filename is None:
        said = f"<stdout>: cannot write: {error.strerror}. {cure(error)}, or write elsewhere."
    else:
        said = f"{error.filename}: {error.strerror}. Check the path, its permissions and the free space."
    say(f"nerwin: {said}", err=True)


def command(function: Callable[P, None]) -> Callable[P, None]:
    """Register a command whose errors are one line on stderr and an exit code."""

    @functools.wraps(function)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        resume_collector()
        try:
            function(*args, **kwargs)
            sys.stdout.flush()
        except NerwinError as error:
            typer.echo(f"nerwin: {error}", err=True)
            raise typer.Exit(1 if isinstance(error, TrainingDiverged) else 2) from None
        except MemoryError as error:
            typer.echo(f"nerwin: {short_of_memory(error)}", err=True)
            raise typer.Exit(2) from None
        except KeyboardInterrupt:
            raise interrupted() from None
        except BrokenPipeError:
            drop_output()  # the reader has seen enough (`| head`)
            raise typer.Exit(0) from None
        except SystemExit:  # what rich makes of the same
            raise typer.Exit(0) from None
        except OSError as error:  # most of those of files have become NerwinErrors where they are opened
            unwritable(error)
            raise typer.Exit(2) from None

    return app.command(cls=_Command)(guarded)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def main(
    version: bool = typer.Option(False, "--version", callback=_print_version, is_eager=True, help="Print the version."),
) -> None:
    """Window-based named-entity recognition with max-margin training.

    To begin, `nerwin train` trains on a small corpus that comes with it; then try `nerwin evaluate` and `nerwin tag`.
    """
    prepare_streams()


from nerwin.cli import (  # noqa: E402, F401 - each registers its command
    average,
    compare,
    config,
    convert,
    data,
    evaluate,
    gradcheck,
    info,
    init,
    inspect,
    pretrain,
    report,
    tag,
    train,
)
