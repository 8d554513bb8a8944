"""The commands, one a file, and what they share. The only place that imports typer or rich.

What a command needs beyond its options is imported when it runs, so that `nerwin --help` loads no numpy.
"""

from nerwin.cli.app import app

__all__ = ["app"]
