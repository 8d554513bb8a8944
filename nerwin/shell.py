"""File names and commands as they can be copied, into a shell or a configuration."""

import shlex
from pathlib import Path


def plain_name(path: Path) -> str:
    """The text of a path, with ./ before what would be taken for an option or for a home folder; "-" is a stream."""
    text = str(path)
    return f"./{text}" if text.startswith(("-", "~")) and text != "-" else text


def command_line(*words: str | Path) -> str:
    """A command as a shell takes it."""
    return shlex.join(plain_name(word) if isinstance(word, Path) else word for word in words)
