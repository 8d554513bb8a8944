"""The command `nerwin`, also as `python -m nerwin`."""

import sys

from nerwin.collector import rest


def main() -> None:
    """Load the command line and run it."""
    rest()  # until a command begins: modules and options are many objects that stay, and a tenth of its start
    try:
        _run()
    except KeyboardInterrupt:  # before a command has begun; commands catch their own
        if sys.stderr is not None:
            sys.stderr.write("nerwin: interrupted\n")
        sys.exit(130)


def _run() -> None:
    from nerwin.cli import app
    from nerwin.cli.app import unwritable

    try:
        app()
    except SystemExit as end:  # the help's, where its reader has seen enough; commands catch their own
        sys.exit(0 if isinstance(end.__context__, BrokenPipeError) else end.code)
    except OSError as error:  # of the help as well
        unwritable(error)
        sys.exit(2)


if __name__ == "__main__":
    main()
