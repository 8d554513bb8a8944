"""Where a command's result goes: to standard output, or into a file as a whole or not at all."""

import os
import shutil
import signal
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from types import FrameType

from nerwin.cli.interruption import at_the_end


def write(pieces: Iterable[bytes], path: Path | None, *, at_once: bool = False) -> None:
    """Write to a file, packed where its name ends in .gz, or to standard output where `path` is None.

    Args:
        at_once: whether who reads standard output may be waiting for each piece.

    Raises:
        CorpusError: the file cannot be written.
    """
    from nerwin.files.opening import is_packed

    if path is not None:
        _write_file(_packed(pieces) if is_packed(path) else pieces, path)
        return
    for piece in pieces:
        sys.stdout.buffer.write(piece)
        if at_once:
            sys.stdout.buffer.flush()


def _packed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The bytes as gzip, without a time, so that equal ones stay equal."""
    packer = zlib.compressobj(wbits=31)
    for piece in pieces:
        yield packer.compress(piece)
    yield packer.flush()


def check_new(path: Path | None, *, overwrite: bool) -> None:
    """Refuse to replace a file, unless told to; what is no regular file (a pipe, /dev/null) is written to as it stands.

    Raises:
        ConfigError: there is one.
    """
    from nerwin.errors import ConfigError

    if path is not None and path.is_file() and not overwrite:
        raise ConfigError(f"{path}: expected a new file, found one. Choose another, or replace it with --overwrite.")


def check_apart(target: Path, sources: Iterable[Path | None], output: Path) -> None:
    """Refuse to write a file, under --output, that is one of the sources.

    Raises:
        ConfigError: it is.
    """
    from nerwin.errors import ConfigError

    for source in filter(None, sources):
        if target.is_file() and source.exists() and target.samefile(source):
            raise ConfigError(f"--output {output}: expected another file than {source} itself. Choose another.")


def check_spared(path: Path | None, sources: Iterable[Path | None]) -> None:
    """Refuse to replace a file that cannot be an older output: one of a run, a model or a comparison, a configuration,
    or one of the `sources` of a model.

    Raises:
        ConfigError: it would be.
    """
    from nerwin.errors import ConfigError

    if path is not None and path.is_file() and (found := _spared(path.resolve(), sources)):
        raise ConfigError(f"--output {path}: expected a new file or an older output, found {found}. Choose another.")


def _spared(place: Path, sources: Iterable[Path | None]) -> str | None:
    """What a file is that is not to be replaced."""
    from nerwin.config.reading import load_config
    from nerwin.config.yaml_files import SUFFIXES
    from nerwin.errors import ConfigError
    from nerwin.storage.folders import CONFIG, MANIFEST, METRICS, PAGE, RESULTS, kind_of

    own = place.name in (CONFIG, MANIFEST, METRICS, PAGE, RESULTS) or place.suffix == ".npz"
    if own and kind_of(place.parent):
        return "one of a run, a model or a comparison"
    if place in sources:
        return "one that the model was trained with"
    if place.suffix.lower() in SUFFIXES:
        with suppress(ConfigError):
            load_config(place)
            return "a configuration"
    return None


def _write_file(pieces: Iterable[bytes], path: Path) -> None:
    """Write beside the place and move there at the end: an error leaves nothing half written, and a process that is
    killed leaves the place as it was.

    What is no regular file (a pipe, /dev/null) is written to as it stands.
    """
    from nerwin.errors import CorpusError, cure

    try:
        if path.exists() and not path.is_file():
            with path.open("wb") as stream:
                stream.writelines(pieces)
        else:
            _replace(Path(os.path.realpath(path)), pieces)  # of a link, where it leads
    except BrokenPipeError:  # its reader has seen enough, as that of standard output may have
        raise
    except OSError as error:
        raise CorpusError(f"{path}: cannot write: {error.strerror}. {cure(error)}, or choose another place.") from error


def _replace(place: Path, pieces: Iterable[bytes]) -> None:
    """Write under a name that nobody else has, even another process with the same output, and move that."""
    beside = place.with_name(f".{place.name[:40]}-{os.urandom(6).hex()}.part")
    try:
        with _gone_when_ended(beside), beside.open("xb") as stream:
            if place.exists():
                shutil.copymode(place, beside)  # what is private stays so
            stream.writelines(pieces)
            stream.flush()
            if place.exists():
                os.fsync(stream.fileno())  # or a power cut could leave neither the old nor the new one
            os.replace(beside, place)
    except BaseException:  # Ctrl-C may come as soon as it is there
        beside.unlink(missing_ok=True)
        raise


def _gone_when_ended(path: Path) -> AbstractContextManager[None]:
    """Remove a file if SIGTERM, or SIGHUP from a closed terminal, ends the process meanwhile.

    The handler raises no exception: that would surface wherever the process happens to be, in code that expects none.
    """
    owner = os.getpid()

    def end(number: int, frame: FrameType | None) -> None:
        if os.getpid() == owner:  # and no process that was forked meanwhile
            with suppress(OSError):
                path.unlink()
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)

    return at_the_end(end)
