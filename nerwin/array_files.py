"""Array files that others may have made: checked before anything in them is believed.

An .npz file as numpy writes it is a zip archive of uncompressed members, each an array with a header of its type and
shape. A forged one can ask for any amount of memory in a few bytes, by compression or by a large shape.
"""

import io
import zipfile
from typing import Any

import numpy as np
from numpy.lib import format as npy


def unpack(content: bytes) -> dict[str, Any]:
    """The arrays of an .npz file by their names.

    Raises:
        ValueError: it is not such a file as numpy writes, or an array has not the size that its header says.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {one.filename.removesuffix(".npy"): _read(archive, one) for one in archive.infolist()}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise ValueError(f"the array file is damaged ({error})") from error


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Any:
    if member.compress_type != zipfile.ZIP_STORED or member.file_size != member.compress_size:
        raise ValueError(f"{member.filename} is compressed, which nerwin does not do")
    data = io.BytesIO(archive.read(member))
    version = npy.read_magic(data)
    if version != (1, 0):
        raise ValueError(f"{member.filename} is of npy version {version}, not 1.0")
    shape, by_columns, kind = npy.read_array_header_1_0(data)
    raw = data.read()
    if kind.hasobject or int(np.prod(shape, dtype=object)) * kind.itemsize != len(raw):
        raise ValueError(f"{member.filename} holds {len(raw)} bytes, not an array of shape {shape} and type {kind}")
    return np.frombuffer(raw, kind).reshape(shape, order="F" if by_columns else "C")


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
