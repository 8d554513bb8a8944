"""The command `nerwin`, also as `python -m nerwin`."""

from nerwin.collector import rest


def main() -> None:
    """Load the command line and run it."""
    rest()  # until a command begins: modules and options are many objects that stay, and a tenth of its start
    from nerwin.cli import app

    app()


if __name__ == "__main__":
    main()
