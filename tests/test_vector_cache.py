"""Word vectors from the disk cache: as good as the file's own, never those of another, and never in the way."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nerwin import vectors
from nerwin.arrays import Floats
from nerwin.errors import VectorsError
from nerwin.vectors.cache import load_vectors, vectors_source
from nerwin.vectors.files import parse_vectors
from nerwin.vectors.wanted import read_vectors

TOWN = "harbour 1 2\nNew York 3 4\nŁódź 5 6\nharbour 7 8\n"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "nerwin" / "vectors-1"


@pytest.fixture
def town(tmp_path: Path) -> Path:
    path = tmp_path / "town.txt"
    path.write_text(TOWN, encoding="utf-8")
    return path


def loaded(path: Path) -> list[tuple[str, list[float]]]:
    vectors = load_vectors(path, 2)
    return list(zip(vectors.words, vectors.matrix.tolist(), strict=True))


ROWS = [("harbour", [1, 2]), ("New York", [3, 4]), ("Łódź", [5, 6]), ("harbour", [7, 8])]


def no_parsing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the file is read again")

    monkeypatch.setattr(vectors.cache, "parse_vectors", refuse)


def test_the_second_time_they_come_from_the_cache(cache: Path, town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert loaded(town) == ROWS
    no_parsing(monkeypatch)
    assert loaded(town) == ROWS
    assert isinstance(load_vectors(town, 2).matrix, np.memmap)
    assert load_vectors(town, 2).rows() == {"harbour": 0, "New York": 1, "Łódź": 2}


def test_a_copy_is_known_by_its_content(
    cache: Path, town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded(town)
    no_parsing(monkeypatch)
    copy = tmp_path / "copy.vec"
    copy.write_bytes(town.read_bytes())
    assert loaded(copy) == ROWS


def test_a_file_that_was_written_anew_is_read_anew(cache: Path, town: Path) -> None:
    loaded(town)
    before = town.stat()
    town.write_text(TOWN.replace("3 4", "9 9"), encoding="utf-8")
    os.utime(town, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    assert loaded(town)[1] == ("New York", [9, 9])


def test_a_file_of_another_content_under_the_old_date_is_read_anew(cache: Path, town: Path) -> None:
    loaded(town)
    before = town.stat()
    town.write_text(TOWN.replace("3 4", "9 9"), encoding="utf-8")
    while town.stat().st_ctime_ns == before.st_ctime_ns:  # a tick of the clock, at most
        os.utime(town, ns=(before.st_atime_ns, before.st_mtime_ns))
    os.utime(town, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert town.stat().st_mtime_ns == before.st_mtime_ns
    assert loaded(town)[1] == ("New York", [9, 9])
    assert vectors_source(town).sha256 == hashlib.sha256(town.read_bytes()).hexdigest()


def test_a_file_of_the_same_bytes_is_read_as_what_its_name_says(cache: Path, town: Path, tmp_path: Path) -> None:
    loaded(town)
    binary = tmp_path / "town.bin"
    binary.write_bytes(town.read_bytes())
    with pytest.raises(VectorsError, match="as word2vec's binary form has it"):
        load_vectors(binary, 2)


def entry(cache: Path) -> Path:
    (found,) = (folder for folder in cache.iterdir() if folder.name != "seen" and not folder.name.startswith("new-"))
    return found


@pytest.mark.parametrize("name", ["words.txt", "numbers.f32"])
@pytest.mark.parametrize("damage", ["cut", "empty", "gone"])
def test_a_damaged_entry_is_made_again(
    cache: Path, town: Path, monkeypatch: pytest.MonkeyPatch, name: str, damage: str
) -> None:
    loaded(town)
    file = entry(cache) / name
    content = file.read_bytes()
    if damage == "gone":
        file.unlink()
    else:
        file.write_bytes(content[:-9] if damage == "cut" else b"")
    assert loaded(town) == ROWS
    no_parsing(monkeypatch)
    assert loaded(town) == ROWS


def test_a_hash_cut_short_is_computed_again(cache: Path, town: Path) -> None:
    loaded(town)
    (seen,) = (cache / "seen").iterdir()
    seen.write_text(seen.read_text()[:20])
    assert loaded(town) == ROWS
    assert vectors_source(town).sha256 == hashlib.sha256(TOWN.encode()).hexdigest()


def test_an_entry_that_another_process_has_made_meanwhile_stays(
    cache: Path, town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be about to open its entry, and would have to read the file again."""
    made = []

    def overtaken(path: Path, dim: int) -> Iterator[tuple[Sequence[str], Floats]]:
        monkeypatch.setattr(vectors.cache, "parse_vectors", parse_vectors)
        loaded(path)
        made.append(entry(cache).stat().st_ino)
        yield from parse_vectors(path, dim)

    monkeypatch.setattr(vectors.cache, "parse_vectors", overtaken)
    assert loaded(town) == ROWS
    assert [entry(cache).stat().st_ino] == made


def test_of_a_file_that_is_refused_nothing_is_kept(cache: Path, town: Path) -> None:
    town.write_text(f"{TOWN}gate 1\n", encoding="utf-8")
    with pytest.raises(VectorsError, match=r"town\.txt:5: expected a word and 2 numbers"):
        load_vectors(town, 2)
    assert [folder.name for folder in cache.iterdir()] == ["seen"]


def test_another_width_is_refused_as_without_a_cache(cache: Path, town: Path) -> None:
    loaded(town)
    with pytest.raises(VectorsError, match=r"town\.txt:1: expected a word and 3 numbers, found 2"):
        load_vectors(town, 3)
    assert loaded(town) == ROWS


def test_without_a_place_for_the_cache_files_are_read_into_memory(
    town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file, where a folder should be")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    assert loaded(town) == ROWS
    assert read_vectors(town, ["harbour"], 2)["harbour"].tolist() == [1, 2]
    with pytest.raises(VectorsError, match="cannot read the file"):
        load_vectors(tmp_path / "absent.txt", 2)


def test_a_user_without_a_home_has_no_cache(town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless(path: Path) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "expanduser", homeless)
    assert loaded(town) == ROWS
    assert vectors_source(town).bytes == len(TOWN.encode())


def test_a_file_that_changes_while_it_is_read_is_not_kept(
    cache: Path, town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its sum is that of the old numbers, which must not become those of the new ones for good."""

    def replaced(path: Path, dim: int) -> Iterator[tuple[Sequence[str], Floats]]:
        path.write_text("harbour 9 9\n")
        yield from parse_vectors(path, dim)

    monkeypatch.setattr(vectors.cache, "parse_vectors", replaced)
    assert loaded(town) == [("harbour", [9, 9])]
    monkeypatch.undo()
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache.parent.parent))
    town.write_text(TOWN, encoding="utf-8")
    assert loaded(town) == ROWS


def test_the_sum_of_a_file_that_changes_meanwhile_is_not_kept(
    cache: Path, town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = hashlib.file_digest

    def late(stream: Any, name: str) -> object:
        town.write_text("harbour 9 9\n")
        return digest(stream, name)

    monkeypatch.setattr(hashlib, "file_digest", late)
    vectors_source(town)
    assert not (cache / "seen").exists()


def test_what_can_be_read_but_once_is_refused(cache: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path):
        with pytest.raises(VectorsError, match="expected a file, found a folder or a pipe"):
            load_vectors(path, 2)
        with pytest.raises(VectorsError, match="expected a file, found a folder or a pipe"):
            vectors_source(path)
    assert not cache.exists()


def test_an_empty_file_has_no_vectors(cache: Path, town: Path) -> None:
    town.write_text("")
    assert loaded(town) == []
