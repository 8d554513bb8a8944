"""The command `nerwin`, also as `python -m nerwin`."""

import sys

from nerwin.collector import pause_collector


def main() -> None:
    """Load the command line and run it."""
    pause_collector()  # until a command begins: searching what imports make, which stays, is a tenth of the start
    try:
        _run()
    except (KeyboardInterrupt, RuntimeError) as error:  # before a command has begun; commands catch their own
        # While a class is made, Python 3.11 turns Ctrl-C into the other, as in what a command imports.
        if not isinstance(error, KeyboardInterrupt) and not isinstance(error.__cause__, KeyboardInterrupt):
            raise
        if sys.stderr is not None:
            sys.stderr.write("nerwin: interrupted\n")
        sys.exit(130)


def _run() -> None:
    from nerwin.cli import app
    from nerwin.cli.app import unwritable

    try:
        app()
    except SystemExit as end:  # commands catch their own
        cause = end.__context__ and end.__context__.__cause__
        if isinstance(cause, KeyboardInterrupt):  # typer ends in silence where it was still reading the options
            raise cause from None
        seen_enough = isinstance(end.__context__, BrokenPipeError)  # by the help's reader
        sys.exit(0 if seen_enough else end.code)
    except OSError as error:  # of the help as well
        unwritable(error)
        sys.exit(2)


if __name__ == "__main__":
    main()
