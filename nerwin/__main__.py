"""The command `nerwin`, also as `python -m nerwin`."""

import gc


def main() -> None:
    """Load the command line and run it."""
    gc.disable()  # modules and options are many objects that stay, until a command begins: a tenth of its start
    from nerwin.cli import app

    app()


if __name__ == "__main__":
    main()
