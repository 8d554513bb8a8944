"""Array files: numpy's own are read, and what a forged one claims is not believed."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from nerwin.array_files import overwrite, unpack

ARRAYS: dict[str, Any] = {
    "a": np.arange(6, dtype=np.float32).reshape(2, 3),
    "b/c": np.array([], np.uint8),
    "d": np.array(2.5),
    "e": np.array([[True], [False]]),
}


def packed(save: Callable[..., None] = np.savez, **arrays: Any) -> bytes:
    buffer = io.BytesIO()
    save(buffer, **(arrays or ARRAYS))
    return buffer.getvalue()


def archive(data: bytes, compression: int = zipfile.ZIP_STORED) -> bytes:
    """An archive of one member."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as file:
        file.writestr("a.npy", data)
    return buffer.getvalue()


def header(text: str) -> bytes:
    """The start of an .npy file."""
    line = f"{text}\n".encode()
    return b"\x93NUMPY\x01\x00" + len(line).to_bytes(2, "little") + line


def test_what_numpy_has_packed_comes_back() -> None:
    found = unpack(packed())
    assert found.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        assert found[name].dtype == array.dtype
        assert np.array_equal(found[name], array)


def test_columns_first_is_an_order_too() -> None:
    array = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    assert np.array_equal(unpack(packed(a=array))["a"], array)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "damaged"),
        (packed()[:-30], "damaged"),
        (packed(np.savez_compressed), "compressed"),
        (archive(b"\0" * 100_000_000, zipfile.ZIP_DEFLATED), "compressed"),
        (archive(header("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,), }")), "holds 0 bytes"),
        (archive(header(f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({'9' * 4000},), }}")), "does not begin"),
        (archive(header("{'descr': '|O', 'fortran_order': False, 'shape': (), }") + b"x" * 8), "does not begin"),
        (archive(header("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }")), "does not begin"),
        (archive(header("[" * 5000)), "does not begin"),
        (archive(header("{'descr': 5}")), "does not begin"),
        (archive(header(f"{{'descr': '<f4', 'fortran_order': False, 'shape': (0, {'9' * 30}), }}")), "dimension"),
        (archive(header(f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({'1 ' * 90}), }}")), "invalid literal"),
        (archive(b"no array"), "does not begin"),
    ],
    ids=[
        "empty",
        "cut",
        "compressed",
        "bomb",
        "large",
        "huge",
        "objects",
        "negative",
        "deep",
        "descr",
        "wide",
        "spaces",
        "text",
    ],
)
def test_a_forged_file_is_a_value_error(content: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        unpack(content)


def test_numbers_are_copied() -> None:
    array = np.zeros(3, np.float32)
    overwrite("x", array, np.array([1, 2, 3], np.float32))
    assert array.tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("saved", "message"),
    [
        (np.ones(1, np.float32), r"x is float32 of shape \(1,\), expected float32 of \(3,\)"),
        (np.ones(3), "x is float64"),
        (np.array(["a", "b", "c"]), "x is <U1"),
        (np.array([1, np.nan, 3], np.float32), "x holds a number that is not finite"),
        (np.array([1, np.inf, 3], np.float32), "x holds a number that is not finite"),
    ],
)
def test_numbers_that_do_not_fit_are_refused(saved: Any, message: str) -> None:
    array = np.zeros(3, np.float32)
    with pytest.raises(ValueError, match=message):
        overwrite("x", array, saved)
    assert not array.any()
