"""Files by their names, and as they are opened: a path or standard input, plain or gzip."""

import gzip
import io
import os
import stat
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import BinaryIO

from nerwin.errors import CorpusError

GZIP_MAGIC = b"\x1f\x8b"


def is_packed(path: Path) -> bool:
    """Whether a file's name says that it is gzip."""
    return path.name.lower().endswith(".gz")


def unpacked_name(path: Path) -> str:
    """A file's name without the .gz of what is packed."""
    return path.name[: -len(".gz")] if is_packed(path) else path.name


def suffix_of(path: Path) -> str:
    """The suffix of a file's name in lower case, also before .gz."""
    return Path(unpacked_name(path)).suffix.lower()


def source_name(path: Path | None) -> str:
    """The name of a file, or of standard input where `path` is None, in messages."""
    return "<stdin>" if path is None else str(path)


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Turn what can go wrong with a file into an error that names it.

    Raises:
        CorpusError: the file cannot be read, or is a damaged gzip.
    """
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise CorpusError(f"{name}: the gzip data is damaged or cut short ({error}). Fetch the file again.") from error
    except OSError as error:
        # In a configuration that is null; here it may be the name of a file, as any word may.
        meant = " If no file is meant, write null." if Path(name).name in ("none", "None") else ""
        raise CorpusError(f"{name}: cannot read the file: {error.strerror or error}. Check the path.{meant}") from error
    except UnicodeEncodeError as error:
        found, remedy = f"{error}", "Check the path."
        if name.isprintable():  # half a character, which no name has anywhere, is not
            found, remedy = "its name has letters that the locale has not", "Set PYTHONUTF8=1."
        raise CorpusError(f"{name}: cannot read the file: {found}. {remedy}") from error
    except ValueError as error:
        if "\0" not in name:
            raise
        raise CorpusError(f"{name}: cannot read the file: {error}. Check the path.") from error


@contextmanager
def open_binary(path: Path | None) -> Iterator[BinaryIO]:
    """Open a file for reading bytes, through gzip where its first bytes say so; once, since it may be a pipe.

    Raises:
        CorpusError: it is standard input, which is closed.
    """
    if path is None and sys.stdin is None:
        raise CorpusError("<stdin>: expected an open standard input, found it closed. Name a file, or pipe one in.")
    if path is None:
        with suppress(OSError, ValueError):  # it has no file descriptor, so it is no pipe
            os.set_blocking(sys.stdin.fileno(), True)  # another process at the pipe may have made it non-blocking
    with nullcontext(sys.stdin.buffer) if path is None else path.open("rb") as stream:
        head = stream.peek(2)[:2] if isinstance(stream, io.BufferedReader) else None
        if head == GZIP_MAGIC:
            with gzip.open(stream, "rb") as unpacked:
                yield unpacked  # type: ignore[misc]
        elif head == b"":
            yield io.BytesIO()  # at a terminal, reading again would ask for another end of the input
        else:
            yield stream


def check_readable(path: Path) -> None:
    """See that there is a file that can be opened.

    Raises:
        CorpusError: there is none.
    """
    with reading(str(path)), path.open("rb"):
        pass


def is_pipe(path: Path) -> bool:
    """Whether a file can be read only once."""
    with suppress(OSError, ValueError):  # no such file, or no name for one
        return stat.S_ISFIFO(path.stat().st_mode)
    return False


def is_typed(path: Path | None) -> bool:
    """Whether what is read comes from somebody at a terminal."""
    return path is None and sys.stdin is not None and sys.stdin.isatty()


def is_gzip(path: Path) -> bool:
    """Whether a file's first bytes are those of gzip."""
    with path.open("rb") as probe:
        return probe.read(2) == GZIP_MAGIC
