"""Arrays on disk: what is packed comes back, and a file that was made to do harm is refused before it can."""

import io
import os
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.lib import format as npy

from nerwin.storage import archive
from nerwin.storage.archive import (
    DamageError,
    check_arrays,
    file_entry,
    pack,
    read_arrays,
    read_json,
    restore_generator,
)

ARRAYS = {
    "params/W1": np.arange(6, dtype=np.float32).reshape(2, 3),
    "params/U": np.asfortranarray(np.arange(6.0).reshape(3, 2)),
    "lookups/words": np.frombuffer(b"Mira\nTolvan", np.uint8),
    "empty": np.empty((0, 4), np.float32),
    "single": np.array(7, np.int64),
}


def written(folder: Path, content: bytes) -> dict[str, str]:
    """A file of any content, and an entry that speaks for it."""
    entry = file_entry("arrays", content)
    (folder / entry["file"]).write_bytes(content)
    return entry


def member(array: Any, *, compression: int = zipfile.ZIP_STORED, name: str = "a.npy") -> bytes:
    """An archive of one member: an array, or the bytes that stand for one."""
    stream = io.BytesIO()
    if isinstance(array, bytes):
        stream.write(array)
    else:
        npy.write_array(stream, array, allow_pickle=True)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as whole:
        # Without today's time: older pytests put these bytes into the names of tests, which all processes must share.
        whole.writestr(zipfile.ZipInfo(name), stream.getvalue(), compression)
    return content.getvalue()


def header(text: str, data: bytes = b"", version: bytes = b"\x01\x00") -> bytes:
    """An array's bytes with any header."""
    line = text.encode("latin-1") + b"\n"
    return b"\x93NUMPY" + version + len(line).to_bytes(2, "little") + line + data


def plain_header(shape: str, descr: str = "<f4") -> str:
    return f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}"


def test_what_is_packed_comes_back(tmp_path: Path) -> None:
    found = read_arrays(tmp_path, written(tmp_path, pack(ARRAYS)))
    assert found.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        assert found[name].dtype == array.dtype
        assert found[name].shape == array.shape
        assert np.array_equal(found[name], array), name
        assert found[name].flags.writeable


def test_an_array_may_be_larger_than_a_plain_archive_can_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 100)  # bytes, in place of 2 GiB
    numbers = np.arange(1000.0)
    found = read_arrays(tmp_path, written(tmp_path, pack({"a": numbers})))
    assert np.array_equal(found["a"], numbers)


def test_numpy_reads_what_is_packed() -> None:
    with np.load(io.BytesIO(pack(ARRAYS)), allow_pickle=False) as whole:
        assert {name: whole[name].tolist() for name in whole.files} == {k: v.tolist() for k, v in ARRAYS.items()}


def test_what_numpy_saves_is_read(tmp_path: Path) -> None:
    content = io.BytesIO()
    np.savez(content, a=ARRAYS["params/U"])
    assert np.array_equal(read_arrays(tmp_path, written(tmp_path, content.getvalue()))["a"], ARRAYS["params/U"])


def test_numbers_of_the_other_byte_order_are_the_same_numbers(tmp_path: Path) -> None:
    found = read_arrays(tmp_path, written(tmp_path, member(np.arange(5, dtype=">f4"))))["a"]
    assert found.dtype == np.dtype("float32")
    assert found.tolist() == [0, 1, 2, 3, 4]


class Harmful:
    """An object whose pickle would leave a trace."""

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        return os.mkdir, ("harmed",)


def two_of_one_name() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as whole:
        whole.writestr(zipfile.ZipInfo("a.npy"), b"1")
        whole.writestr(zipfile.ZipInfo("b.npy"), b"2")
    return content.getvalue().replace(b"b.npy", b"a.npy")


def claims_more() -> bytes:
    """A stored member that claims to be longer than its file, in both of its sizes."""
    content = bytearray(member(np.zeros(4, np.float32)))
    at = content.rfind(b"PK\x01\x02")
    content[at + 20 : at + 28] = (1 << 30).to_bytes(4, "little") * 2
    return bytes(content)


def encrypted() -> bytes:
    content = bytearray(member(np.zeros(4, np.float32)))
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.rfind(mark) + flags] |= 1
    return bytes(content)


def without_local_header() -> bytes:
    content = bytearray(member(np.zeros(4, np.float32)))
    content[:30] = bytes(30)
    return bytes(content)


def begins(offset: int) -> bytes:
    """A member that is said to begin elsewhere."""
    content = bytearray(member(np.zeros(4, np.float32)))
    at = content.rfind(b"PK\x01\x02") + 42
    content[at : at + 4] = offset.to_bytes(4, "little")
    return bytes(content)


def in_one_place() -> bytes:
    """Two members that are said to be the same bytes."""
    content = bytearray(pack({"a": np.zeros(1000, np.float32), "b": np.zeros(1, np.float32)}))
    one, other = content.find(b"PK\x01\x02"), content.rfind(b"PK\x01\x02")
    for first, end in ((20, 28), (42, 46)):  # its sizes, and where it begins
        content[other + first : other + end] = content[one + first : one + end]
    return bytes(content)


def begins_before() -> bytes:
    """A directory that is said to stand so far behind its place that all members stand before theirs."""
    content = bytearray(member(np.zeros(4, np.float32)))
    at = content.rfind(b"PK\x05\x06") + 16
    content[at : at + 4] = (int.from_bytes(content[at : at + 4], "little") + 100).to_bytes(4, "little")
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (member(np.zeros(1 << 20), compression=zipfile.ZIP_DEFLATED), "expected an array as it is, found a compressed"),
        (claims_more(), "expected arrays of at most 2.. bytes, found a claim of 1,073,741,824"),
        (in_one_place(), "expected arrays of at most 4,... bytes, found a claim of 8,256"),
        (two_of_one_name(), "expected arrays of different names, found two of one"),
        (encrypted(), "a.npy: expected an array as it is, found an encrypted one"),
        (without_local_header(), "expected the header"),
        (begins(1 << 30), "no archive of arrays"),
        (begins_before(), "a.npy: expected an array in the file, found a place before it"),
        (b"", "no archive of arrays"),
        (pack(ARRAYS)[:-30], "no archive of arrays"),
        (member(np.array([Harmful()], object)), "expected the header of a plain array, found another"),
        (member(np.zeros(2, "U4")), "expected the header of a plain array"),
        (member(np.zeros(2, [("a", "f4")])), "expected the header of a plain array"),
        (member(np.zeros(2, np.bool_)), "expected the header of a plain array"),
        (member(np.zeros(2, np.uint64)), "expected one of float32, .*, found uint64"),
        (member(b""), "expected the header"),
        (member(header(plain_header("(4,)"), bytes(16), version=b"\x02\x00")), "expected the header"),
        (member(header("{'shape': __import__('os').mkdir('harmed')}")), "expected the header"),
        (member(header("{'descr': '<f4', 'fortran_order': False, 'shape': (" + "1, " * 20_000 + "x")), "the header"),
        (member(header("[" * 60_000)), "expected the header"),
        (member(header(plain_header("(4,)"), bytes(12))), r"a.npy: expected 16 bytes for float32 \(4,\), found 12"),
        (member(header(plain_header("(4,)"), bytes(20))), "expected 16 bytes .* found 20"),
        (member(header(plain_header("(99999999999, 99999999999)"))), "expected 39,.* bytes .* found 0"),
        (member(header(plain_header("(-4,)"), bytes(16))), "expected the header"),
    ],
)
def test_a_file_that_is_no_archive_of_plain_arrays_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DamageError, match=message) as caught:
        read_arrays(tmp_path, written(tmp_path, content))
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "harmed").exists()


@pytest.mark.parametrize("compression", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_bomb_is_refused_unread(tmp_path: Path, compression: int) -> None:
    entry = written(tmp_path, member(np.zeros(1 << 22), compression=compression))
    assert (tmp_path / entry["file"]).stat().st_size < 1 << 16
    tracemalloc.start()
    try:
        with pytest.raises(DamageError, match="found a compressed one"):
            read_arrays(tmp_path, entry)
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


def test_a_shape_without_numbers_is_one(tmp_path: Path) -> None:
    entry = written(tmp_path, member(header(plain_header("(0, 100000000000000)"))))
    assert read_arrays(tmp_path, entry)["a"].shape == (0, 10**14)


def test_a_shape_of_more_dimensions_than_numpy_has_is_refused(tmp_path: Path) -> None:
    entry = written(tmp_path, member(header(plain_header(repr((0,) * 70)))))
    with pytest.raises(ValueError, match="dimension"):
        read_arrays(tmp_path, entry)


def test_an_archive_of_nothing_is_one(tmp_path: Path) -> None:
    assert read_arrays(tmp_path, written(tmp_path, b"PK\x05\x06" + bytes(18))) == {}


@pytest.mark.parametrize("entry", [None, 7, "arrays.npz", {}, {"file": "a"}, {"file": 1, "sha256": "x"}])
def test_an_entry_that_names_no_file_is_refused(tmp_path: Path, entry: Any) -> None:
    with pytest.raises(DamageError, match="expected the name and the sum of a file"):
        read_arrays(tmp_path, entry)


@pytest.mark.parametrize("name", ["", ".", "..", "/", "a\0b"])
def test_a_name_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises((ValueError, OSError)):
        read_arrays(tmp_path, {"file": name, "sha256": "0" * 64})


def test_arrays_that_memory_cannot_hold_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise MemoryError

    content = pack({"W": np.ones(3)})
    entry = file_entry("arrays", content)
    (tmp_path / entry["file"]).write_bytes(content)
    monkeypatch.setattr(archive, "_read_member", full)
    with pytest.raises(DamageError, match=r"arrays-\w+\.npz: expected arrays that fit into memory, found larger ones"):
        read_arrays(tmp_path, entry)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DamageError, match="pipe: expected a file, found a folder or a pipe"):
        read_json(tmp_path / "pipe")
    with pytest.raises(DamageError, match="found a folder or a pipe"):
        read_arrays(tmp_path, {"file": "pipe", "sha256": "0" * 64})


@pytest.mark.parametrize("content", ["{", "[" * 100_000, '{"a": ' * 100_000, "9" * 5000, "\x00", "'a'"])
def test_a_manifest_that_is_not_json_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "model.json").write_text(content)
    with pytest.raises(DamageError, match=r"model\.json is not JSON"):
        read_json(tmp_path / "model.json")


def test_no_more_of_a_manifest_is_read_than_it_may_have(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LARGEST_MANIFEST", 100)
    (tmp_path / "model.json").write_text('"' + "a" * 98 + '"')
    assert len(read_json(tmp_path / "model.json")) == 98
    for longer in (99, 1 << 22):
        (tmp_path / "model.json").write_text('"' + "a" * longer + '"')
        tracemalloc.start()
        try:
            with pytest.raises(DamageError, match=r"model\.json: expected at most 100 bytes, found more"):
                read_json(tmp_path / "model.json")
            assert tracemalloc.get_traced_memory()[1] < 1 << 20
        finally:
            tracemalloc.stop()


@pytest.mark.parametrize(
    ("found", "message"),
    [
        ({"b": np.ones(2)}, "expected an array W, found none"),
        ({"W": np.ones((2, 3)), "b": np.ones(2), "c": np.ones(2)}, "expected no array 'c', found one"),
        ({"W": np.ones((3, 2)), "b": np.ones(2)}, r"W: expected shape \(2, 3\), found \(3, 2\)"),
        ({"W": np.ones((2, 3), np.int64), "b": np.ones(2)}, "W: expected floating-point numbers, found int64"),
        ({"W": np.full((2, 3), np.nan), "b": np.ones(2)}, "W: expected finite numbers, found others"),
        ({"W": np.ones((2, 3)), "b": np.array([1, -np.inf])}, "b: expected finite numbers, found others"),
    ],
)
def test_arrays_of_other_names_shapes_or_numbers_are_refused(found: dict[str, Any], message: str) -> None:
    with pytest.raises(DamageError, match=message):
        check_arrays(found, {"W": (2, 3), "b": (2,)})


def test_what_is_optional_may_be_missing_but_not_wrong() -> None:
    check_arrays({"W": np.ones(2)}, {"W": (2,), "b": (2,)}, optional={"b"})
    with pytest.raises(DamageError, match="b: expected shape"):
        check_arrays({"W": np.ones(2), "b": np.ones(3)}, {"W": (2,), "b": (2,)}, optional={"b"})


@pytest.mark.parametrize("key", ["state", "inc"])
def test_a_generator_has_no_state_below_0(key: str) -> None:
    """Which some numpys would take for another number."""
    generator = np.random.default_rng(1)
    saved = generator.bit_generator.state
    saved["state"][key] = -1
    with pytest.raises(DamageError, match=f"{key}: expected a whole number from 0, found '-1'"):
        restore_generator(generator, saved)
