"""What `nerwin tag` reads and where it writes: a file or standard input each, or several files into a folder."""

from collections.abc import Collection, Sequence
from pathlib import Path

from nerwin.cli.app import stream_path
from nerwin.cli.output import check_apart, check_spared

OF_FILES = (".html", ".txt", ".tsv")  # suffixes, beside those of forms, that hardly anybody gives a folder

InAndOut = tuple[Path | None, Path | None]  # what is read, and what is written; None is the standard stream


def with_outputs(
    files: Sequence[Path], output: Path | None, ending: str, spared: Collection[Path | None]
) -> list[InAndOut]:
    """Each file with what is written of it. Several go into the folder `output`, made here, where they keep their names
    but for the .gz of what is packed, and get an ending.

    Args:
        spared: what the model was trained with.

    Raises:
        ConfigError: several files without a folder, or of the same name; an output that is read too, or that cannot be
            an older output.
    """
    texts = [(stream_path(files[0]), output)] if len(files) == 1 else _in_folder(files, output, ending)
    for _, target in texts:
        if output and target:
            check_apart(target, [source for source, _ in texts], output)
            check_spared(target, spared)
    return texts


def _in_folder(files: Sequence[Path], output: Path | None, ending: str) -> list[InAndOut]:
    """Several files, each with a file in the folder, which is made.

    Raises:
        ConfigError: no folder is named, it cannot be made, or two files have the same name.
    """
    from nerwin.corpora.suffixes import form_by_suffix
    from nerwin.errors import ConfigError
    from nerwin.files.opening import check_readable, suffix_of, unpacked_name

    if output is None or None in map(stream_path, files):
        raise ConfigError(
            f"FILE...: expected one file, or files and --output, a folder, found {len(files)} and "
            + ("no folder. Name one with --output" if output is None else "standard input among them. Take it out")
            + ", or tag them one by one."
        )
    if (form_by_suffix(output) or suffix_of(output) in OF_FILES) and not output.exists():
        raise ConfigError(
            f"--output {output}: expected a folder for {len(files)} files, found the name of a file. "
            "Name a folder, and what to write with --format or --html."
        )
    placed: dict[Path, Path] = {}
    for file in files:
        target = output / f"{unpacked_name(file)}{ending}"
        if target in placed:
            raise ConfigError(f"{file}: expected files of different names, found {placed[target]} too. Rename one.")
        check_readable(file)
        placed[target] = file
    try:
        output.mkdir(exist_ok=True)
    except OSError as error:
        raise ConfigError(f"--output {output}: cannot make the folder: {error.strerror}. Choose another.") from error
    return [(file, target) for target, file in placed.items()]


def on_disk(texts: Sequence[InAndOut]) -> list[tuple[Path, Path]]:
    """The same texts, of which workers that share nothing but a disk with this machine can read and write each.

    Raises:
        ConfigError: standard input or output, or something that is no file.
    """
    from nerwin.errors import ConfigError
    from nerwin.files.opening import is_packed

    shared = []
    for path, target in texts:
        if path is None or target is None:
            found = "standard input" if path is None else "no file to write"
            raise ConfigError(f"--engine dask: expected a file to read and --output, found {found}. Name both.")
        for one in (path, target):
            if one.exists() and not one.is_file():
                raise ConfigError(f"{one}: expected a file, found a folder or a pipe. Choose another.")
        if is_packed(target):
            raise ConfigError(f"{target}: expected a name without .gz, as --engine dask packs nothing. Take it off.")
        if not target.parent.is_dir():
            raise ConfigError(
                f"{target}: expected a file in an existing folder, found no {target.parent}. Make it first."
            )
        shared.append((path, target))
    return shared
