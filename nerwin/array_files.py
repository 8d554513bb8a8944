"""Array files that others may have made: checked before anything in them is believed.

An .npz file as numpy writes it is a zip archive of uncompressed members, each an array with a header of its type and
shape. A forged one can ask for any amount of memory in a few bytes, by compression or by a large shape.
"""

import io
import math
import re
import zipfile
from typing import Any

import numpy as np

# What numpy writes before the numbers. Its own reader takes it for Python, with all the ways in which that can fail.
_HEADER = re.compile(
    rb"\x93NUMPY\x01\x00..\{'descr': '(?P<kind><f[248]|[<|][iu][1248]|\|b1)', "
    rb"'fortran_order': (?P<by_columns>True|False), 'shape': \((?P<shape>[\d, ]{0,200})\), \} *\n",
    re.DOTALL,
)


def unpack(content: bytes) -> dict[str, Any]:
    """The arrays of an .npz file by their names.

    Raises:
        ValueError: it is not such a file as numpy writes, or an array has not the size that its header says.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {one.filename.removesuffix(".npy"): _read(archive, one) for one in archive.infolist()}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, OverflowError) as error:
        raise ValueError(f"the array file is damaged ({error})") from error


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Any:
    if member.compress_type != zipfile.ZIP_STORED or member.file_size != member.compress_size:
        raise ValueError(f"{member.filename} is compressed, which nerwin does not do")
    data = archive.read(member)
    header = _HEADER.match(data)
    if header is None:
        raise ValueError(f"{member.filename} does not begin as an array of numbers does")
    kind = np.dtype(header["kind"].decode())
    shape = tuple(int(length) for length in header["shape"].split(b",") if length.strip())
    raw = data[header.end() :]
    if math.prod(shape) * kind.itemsize != len(raw):
        raise ValueError(f"{member.filename} holds {len(raw)} bytes, not an array of shape {shape} and type {kind}")
    numbers = np.frombuffer(raw, kind)
    return numbers.reshape(shape[::-1]).T if header["by_columns"] == b"True" else numbers.reshape(shape)


def overwrite(name: str, array: Any, saved: Any) -> None:
    """Give an array the numbers of a saved one.

    Raises:
        ValueError: the saved one has another shape or type, or a number that is not finite.
    """
    if saved.shape != array.shape or saved.dtype != array.dtype:
        raise ValueError(f"{name} is {saved.dtype} of shape {saved.shape}, expected {array.dtype} of {array.shape}")
    if not np.isfinite(saved).all():
        raise ValueError(f"{name} holds a number that is not finite")
    array[...] = saved
