"""Vectors on disk in word2vec's two forms, as other tools parse them."""

import gzip
import os
from pathlib import Path

import numpy as np
import pytest

from nerwin.arrays import Floats
from nerwin.errors import VectorsError
from nerwin.pretraining.word2vec import BINARY, ROWS, TEXT, check_name, write_vectors
from nerwin.vectors.wanted import read_vectors

FORMS = ["the", "köln", "n't", "'s", "1,990", "北京", "#"]


@pytest.fixture
def vectors(rng: np.random.Generator) -> Floats:
    return (rng.normal(size=(len(FORMS), 5)) * np.logspace(-6, 3, 5)).astype(np.float32)


def parse_text(content: bytes) -> tuple[list[str], Floats]:
    """As gensim's load_word2vec_format(binary=False) does: a header, then fields that single spaces separate."""
    header, *lines = content.decode("utf-8").split("\n")
    assert lines.pop() == ""
    V, d = map(int, header.split())
    rows = [line.rstrip().split(" ") for line in lines]
    assert (len(rows), {len(row) for row in rows}) == (V, {d + 1})
    return [row[0] for row in rows], np.array([row[1:] for row in rows], np.float32)


def parse_binary(content: bytes) -> tuple[list[str], Floats]:
    """As word2vec's distance.c does: a word up to a space, d floats, and a line end that is skipped."""
    header, _, rest = content.partition(b"\n")
    V, d = map(int, header.split())
    words, rows = [], []
    for _ in range(V):
        word, _, rest = rest.partition(b" ")
        words.append(word.decode("utf-8"))
        rows.append(np.frombuffer(rest[: 4 * d], "<f4"))
        assert rest[4 * d : 4 * d + 1] == b"\n"
        rest = rest[4 * d + 1 :]
    assert rest == b""
    return words, np.array(rows)


@pytest.mark.parametrize("ending", TEXT)
def test_text_form(ending: str, tmp_path: Path, vectors: Floats) -> None:
    path = tmp_path / f"out{ending}"
    write_vectors(path, FORMS, vectors)
    content = path.read_bytes()
    words, values = parse_text(gzip.decompress(content) if ending.endswith(".gz") else content)
    assert words == FORMS
    np.testing.assert_allclose(values, vectors, rtol=1e-5)
    assert os.listdir(tmp_path) == [path.name]


def test_binary_form(tmp_path: Path, vectors: Floats) -> None:
    path = tmp_path / f"out{BINARY[0]}"
    write_vectors(path, FORMS, vectors)
    words, values = parse_binary(path.read_bytes())
    assert words == FORMS
    np.testing.assert_array_equal(values, vectors)


@pytest.mark.parametrize("ending", TEXT + BINARY)
def test_more_words_than_a_block(ending: str, tmp_path: Path, rng: np.random.Generator) -> None:
    words, vectors = [f"w{i}" for i in range(2 * ROWS + 1)], rng.normal(size=(2 * ROWS + 1, 2)).astype(np.float32)
    write_vectors(tmp_path / f"out{ending}", words, vectors)
    content = (tmp_path / f"out{ending}").read_bytes()
    found, values = (
        parse_binary(content)
        if ending in BINARY
        else parse_text(gzip.decompress(content) if ending.endswith(".gz") else content)
    )
    assert found == words
    np.testing.assert_allclose(values, vectors, rtol=1e-5)


@pytest.mark.parametrize("ending", [*TEXT, *BINARY, ".BIN", ".Txt"])
def test_what_is_written_is_what_training_reads(ending: str, tmp_path: Path, vectors: Floats) -> None:
    path = tmp_path / f"out{ending}"
    write_vectors(path, FORMS, vectors)
    found = read_vectors(path, ["Köln", "#", "absent"], 5)
    assert list(found) == ["köln", "#"]
    np.testing.assert_allclose(list(found.values()), vectors[[1, 6]], rtol=1e-5)


@pytest.mark.parametrize("ending", TEXT + BINARY)
def test_equal_vectors_are_equal_bytes(
    ending: str, tmp_path: Path, vectors: Floats, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, now in (("one", 1e9), ("other", 2e9)):  # a gzip file would keep its name and time
        monkeypatch.setattr("time.time", lambda now=now: now)
        write_vectors(tmp_path / f"{name}{ending}", FORMS, vectors)
    assert (tmp_path / f"one{ending}").read_bytes() == (tmp_path / f"other{ending}").read_bytes()


@pytest.mark.parametrize("name", ["out", "out.npz", "out.bin.gz", "txt", "out.gz"])
def test_a_name_must_say_the_form(name: str, tmp_path: Path, vectors: Floats) -> None:
    for refuse in (check_name, lambda path: write_vectors(path, FORMS, vectors)):
        with pytest.raises(VectorsError, match=r"expected a name that ends in \.txt, .* found"):
            refuse(tmp_path / name)
    assert not os.listdir(tmp_path)


def test_what_cannot_be_written_leaves_the_old_file(tmp_path: Path, vectors: Floats) -> None:
    path = tmp_path / "out.txt"
    path.write_text("old")
    with pytest.raises(ValueError, match="zip"):
        write_vectors(path, FORMS[:-1], vectors)
    assert (os.listdir(tmp_path), path.read_text()) == (["out.txt"], "old")


def test_a_folder_that_is_a_file_is_an_error_in_words(tmp_path: Path, vectors: Floats) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(
        VectorsError,
        match=r"out\.txt: cannot write the vectors: .*\. Move what is in the way and add --resume, or choose",
    ):
        write_vectors(tmp_path / "file" / "out.txt", FORMS, vectors)
