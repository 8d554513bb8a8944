"""Arrays on disk that may come from anybody: an .npz file, beside a manifest in JSON that names it by its sha256.

The sum protects against accidents, but whoever forges a file can forge its sum. So a file is looked over before an
array of it is read, arrays are read by their declared kind and shape alone, and nothing that stands in a file is ever
evaluated. What is read takes at most twice the file's size in memory.
"""

import hashlib
import io
import json
import math
import re
import struct
import zipfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy

from nerwin.arrays import Random
from nerwin.storage.replace import replace_file

LARGEST_MANIFEST = 4 << 20  # bytes; ours have thousands
KINDS = ("float32", "float64", "uint8", "int32", "int64")

# The one way in which numpy writes the header of a plain array, version 1.0.
_MAGIC = b"\x93NUMPY\x01\x00"
_HEADER = re.compile(
    rb"\{'descr': '([<>|][fiu][148])', 'fortran_order': (True|False), "
    rb"'shape': \(((?:\d{1,15}, )*(?:\d{1,15},?)?)\), \} *\n"
)
# A member's local header ends with the lengths of its name and of its extra field, which follow it, two bytes each.
_LOCAL_HEADER, _LENGTHS = 30, struct.Struct("<2H")
_ENCRYPTED = 1  # the flag of a member
_UNREADABLE = (zipfile.BadZipFile, RuntimeError, EOFError, struct.error, OverflowError)

Arrays = dict[str, Any]


class DamageError(ValueError):
    """A file that is not what it should be; says what was expected and what was found."""


def pack(arrays: Arrays) -> bytes:
    """The bytes of an .npz file; equal arrays give equal bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                npy.write_array(member, np.asanyarray(array), version=(1, 0), allow_pickle=False)
    return buffer.getvalue()


def file_entry(key: str, content: bytes) -> dict[str, str]:
    """What a manifest says about a packed file: its name, made of its sum, and the sum."""
    digest = hashlib.sha256(content).hexdigest()
    return {"file": f"{key}-{digest[:12]}.npz", "sha256": digest}


def write_together(folder: Path, name: str, manifest: Mapping[str, Any], files: Mapping[str, bytes]) -> dict[str, Any]:
    """Write packed files, and then, in one step, the manifest of that name, with an entry for each file.

    Returns: the manifest as it was written.

    Raises:
        OSError: something cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    entries = {key: file_entry(key, content) for key, content in files.items()}
    for key, content in files.items():
        replace_file(folder / entries[key]["file"], content)
    written = {**manifest, **entries}
    replace_file(folder / name, (json.dumps(written, indent=1) + "\n").encode())
    return written


def read_json(path: Path) -> Any:
    """A manifest, of which no more than LARGEST_MANIFEST is read.

    Raises:
        OSError: it cannot be read. DamageError: it is too large, or not JSON.
    """
    with _open(path) as stream:
        content = stream.read(LARGEST_MANIFEST + 1)
    if len(content) > LARGEST_MANIFEST:
        raise DamageError(f"{path.name}: expected at most {LARGEST_MANIFEST:,} bytes, found more")
    try:
        return json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise DamageError(f"{path.name} is not JSON") from error


def whole_number(values: Mapping[str, Any], key: str) -> int:
    """A whole number from 0 in a manifest.

    Raises:
        KeyError, DamageError: there is none.
    """
    value = values[key]
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise DamageError(f"{key}: expected a whole number from 0, found {str(value)[:40]!r}")
    return value


def restore_generator(generator: Random, saved: Any) -> None:
    """Give a generator the state that a manifest holds.

    Raises:
        KeyError, TypeError, ValueError, OverflowError: it is no state, or DamageError: one of numbers below 0.
    """
    for key in ("state", "inc"):
        whole_number(saved["state"], key)  # numpy before 2.0 takes -1 for a number
    generator.bit_generator.state = saved


def reason_of(error: Exception) -> str:
    """What is wrong with files in which reading met an error, as a sentence of a message."""
    reason = str(error)
    if isinstance(error, OSError):
        reason = f"{Path(error.filename or 'arrays').name}: {error.strerror or error}"
    elif isinstance(error, KeyError):
        reason = f"expected {error}, found none"
    elif isinstance(error, UnicodeError):
        reason = "expected text in UTF-8, found other bytes"
    elif isinstance(error, TypeError):
        reason = f"expected values of the kinds that nerwin writes, found others ({error})"
    return reason if reason.endswith((".", "?")) else f"{reason}."


def read_arrays(folder: Path, entry: Any) -> Arrays:
    """The arrays of the file that a manifest's entry names, which must stand in the folder itself.

    Raises:
        OSError: it cannot be read. DamageError: it has another sum, or is no archive of plain arrays.
    """
    if not isinstance(entry, dict) or not all(isinstance(entry.get(key), str) for key in ("file", "sha256")):
        raise DamageError(f"expected the name and the sum of a file, found {str(entry)[:40]}")
    path = folder / Path(entry["file"]).name
    try:
        with _open(path) as stream:
            data = stream.read()
        if hashlib.sha256(data).hexdigest() != entry["sha256"]:
            raise DamageError(f"the sha256 of {path.name} is another one")
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _look_over(archive, size=len(data))
            return {one.filename.removesuffix(".npy"): _read_member(data, one) for one in archive.infolist()}
    except _UNREADABLE as error:
        raise DamageError(f"{path.name} is no archive of arrays ({error})") from error
    except MemoryError as error:
        raise DamageError(f"{path.name}: expected arrays that fit into memory, found larger ones") from error


def check_arrays(found: Arrays, shapes: Mapping[str, tuple[int, ...]], optional: Collection[str] = ()) -> None:
    """Refuse floating-point arrays of other names or shapes than expected, and numbers that are not finite.

    Raises:
        DamageError: the first fault.
    """
    check_names(found, shapes, optional)
    for name, array in found.items():
        if array.dtype.kind != "f":
            raise DamageError(f"{name}: expected floating-point numbers, found {array.dtype}")
        if array.shape != shapes[name]:
            raise DamageError(f"{name}: expected shape {shapes[name]}, found {array.shape}")
        if not np.isfinite(array).all():
            raise DamageError(f"{name}: expected finite numbers, found others")


def check_names(found: Collection[str], expected: Collection[str], optional: Collection[str] = ()) -> None:
    """Refuse names that are missing or too many.

    Raises:
        DamageError: the first of them.
    """
    if missing := set(expected) - set(found) - set(optional):
        raise DamageError(f"expected an array {min(missing)}, found none")
    if extra := set(found) - set(expected):
        raise DamageError(f"expected no array {min(extra)[:40]!r}, found one")


def _open(path: Path) -> io.BufferedReader:
    """Open a file; a pipe would be waited for without end."""
    if path.exists() and not path.is_file():
        raise DamageError(f"{path.name}: expected a file, found a folder or a pipe")
    return path.open("rb")


def _look_over(archive: zipfile.ZipFile, size: int) -> None:
    """Refuse an archive whose members are compressed or encrypted, or claim what the file does not hold."""
    members = archive.infolist()
    if len({one.filename for one in members}) < len(members):
        raise DamageError("expected arrays of different names, found two of one")
    for one in members:
        if one.header_offset < 0:
            raise DamageError(f"{one.filename[:40]}: expected an array in the file, found a place before it")
        if one.compress_type != zipfile.ZIP_STORED:
            raise DamageError(f"{one.filename[:40]}: expected an array as it is, found a compressed one")
        if one.flag_bits & _ENCRYPTED:
            raise DamageError(f"{one.filename[:40]}: expected an array as it is, found an encrypted one")
    if (claimed := sum(one.file_size for one in members)) > size:
        raise DamageError(f"expected arrays of at most {size:,} bytes, found a claim of {claimed:,}")


def _read_member(data: bytes, member: zipfile.ZipInfo) -> Any:
    """An array, from the bytes of its archive.

    Raises:
        DamageError: it is no plain array. struct.error: it begins outside the archive.
    """
    name, begin = member.filename[:40], member.header_offset + _LOCAL_HEADER
    lengths = _LENGTHS.unpack_from(data, begin - _LENGTHS.size)
    body = memoryview(data)[begin + sum(lengths) :][: member.file_size]
    size = int.from_bytes(body[len(_MAGIC) : len(_MAGIC) + 2], "little")
    start, header, numbers = body[: len(_MAGIC)], body[len(_MAGIC) + 2 :][:size], body[len(_MAGIC) + 2 + size :]
    found = _HEADER.fullmatch(header)
    if start != _MAGIC or found is None:
        raise DamageError(f"{name}: expected the header of a plain array, found another")
    stored = np.dtype(found[1].decode("ascii"))
    dtype = stored.newbyteorder("=")
    if dtype.name not in KINDS:
        raise DamageError(f"{name}: expected one of {', '.join(KINDS)}, found {dtype}")
    shape = tuple(int(number) for number in re.findall(rb"\d+", found[3]))
    declared = math.prod(shape) * dtype.itemsize
    if declared != len(numbers):
        raise DamageError(f"{name}: expected {declared:,} bytes for {dtype} {shape}, found {len(numbers):,}")
    flat = np.frombuffer(numbers, stored)
    return flat.reshape(shape, order="F" if found[2] == b"True" else "C").astype(dtype, order="K")
