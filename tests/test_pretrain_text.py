"""The text that word vectors are learnt from: what is read of files, columns and standard input, what is refused."""

import gzip
import io
import sys
from pathlib import Path

import numpy as np
import pytest

from nerwin.corpora.columns import Columns
from nerwin.errors import CorpusError
from nerwin.files import pieces
from nerwin.pretraining.run import fingerprint
from nerwin.pretraining.text import RARE_NUMBER, known, read_text
from tests.pretraining import written


@pytest.mark.parametrize("window", [3, 7])
def test_text_is_ids_with_paddings_between_paragraphs(window: int, tmp_path: Path) -> None:
    text = read_text([written(tmp_path / "a.txt", "B a A c\n\nA b a d\n")], 2, window)
    gap = [0] * (window // 2)
    assert text.tokens.tolist() == [3, 2, 2, 1, *gap, 2, 3, 2, 1, *gap]
    assert text.words == ["<padding>", "<unknown>", "a", "b"]
    assert text.counts.tolist() == [0, 2, 4, 2]
    assert text.length == 8
    assert text.tokens.dtype == np.uint16


def test_ids_grow_with_the_vocabulary(tmp_path: Path) -> None:
    assert read_text([written(tmp_path / "a.txt", "a b c d")], 65_534, 3).tokens.dtype == np.uint16
    assert read_text([tmp_path / "a.txt"], 65_535, 3).tokens.dtype == np.int32


def test_equally_frequent_words_keep_their_order(tmp_path: Path) -> None:
    assert read_text([written(tmp_path / "a.txt", "d c b a b")], 9, 3).words[2:] == ["b", "d", "c", "a"]


def test_several_files_plain_or_gzip_are_one_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = "Mira left .\n" * 3, "Ena saw Vesk .\n"
    (tmp_path / "other.gz").write_bytes(gzip.compress(other.encode()))
    both = read_text([written(tmp_path / "both", one + other)], 9, 5)
    monkeypatch.setattr("nerwin.pretraining.text.PIECE", 4)  # and many pieces are one array
    parts = read_text([written(tmp_path / "one", one), tmp_path / "other.gz"], 9, 5)
    assert fingerprint(parts) == fingerprint(both)
    assert parts.words == both.words
    assert fingerprint(read_text([tmp_path / "other.gz", tmp_path / "one"], 9, 5)) != fingerprint(both)


def test_rare_numbers_are_counted_under_their_shape(tmp_path: Path) -> None:
    text = read_text(
        [written(tmp_path / "a.txt", "in 1990 .\n" * RARE_NUMBER + "in 1991 , in 1,234 or 1992 or x2 .\n")], 99, 3
    )
    assert dict(zip(text.words[2:], text.counts[2:].tolist(), strict=True)) == {
        "in": RARE_NUMBER + 2, ".": RARE_NUMBER + 1, "1990": RARE_NUMBER, "0000": 2,
        "or": 2, ",": 1, "0,000": 1, "x0": 1,
    }  # fmt: skip
    rows = {word: row for row, word in enumerate(text.words)}
    assert known("1990", rows) == rows["1990"]
    assert known("1815", rows) == rows["0000"]
    assert known("In", rows) == rows["in"]
    assert known("out", rows) is None


def test_a_text_of_one_long_line_is_taken_apart_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path / "a.txt", "ab cde f ghijklmnop q 12 r s.\n x\n")
    whole = read_text([path], 99, 5)
    monkeypatch.setattr("nerwin.pretraining.text.LONG", 3)
    assert fingerprint(read_text([path], 99, 5)) == fingerprint(whole)


@pytest.mark.parametrize(
    ("content", "columns"),
    [
        ("B\na-A\n\na\nB", Columns()),
        ("-DOCSTART- -X- O\n\nB\tB-PER\na-A\tO\n\n\na\tO\nB\tO\n\n", Columns()),
        ("# one\n1 B\n# two\n2 a-A\n\n1 a\n2 B\n", Columns(word=-1, comments="#")),
    ],
    ids=["words alone", "tagged", "another column"],
)
def test_text_in_columns_has_a_token_a_line_and_paddings_between_sentences(
    content: str, columns: Columns, tmp_path: Path
) -> None:
    text = read_text([written(tmp_path / "a.conll", content)], 9, 3, columns)
    assert text.words[2:] == ["b", "a-a", "a"]
    assert text.tokens.tolist() == [2, 3, 0, 4, 2, 0]


def test_a_sentence_that_two_pieces_of_a_file_share_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path / "a.conll", "Mira\nleft\nVesk\n\nEna\nsaw\nMira\n" * 9)
    whole = read_text([path], 9, 5, Columns())
    monkeypatch.setattr(pieces, "SIZE", 7)
    assert fingerprint(read_text([path], 9, 5, Columns())) == fingerprint(whole)


def test_a_token_that_holds_spaces_is_as_many_words(tmp_path: Path) -> None:
    """A file of vectors could not hold it."""
    text = read_text([written(tmp_path / "a.conll", "New York\tO\nLima\tO\n")], 9, 3, Columns())
    assert text.words[2:] == ["new", "york", "lima"]


def test_standard_input_is_one_of_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = written(tmp_path / "one", "Mira left .\n" * 3), written(tmp_path / "other", "Ena saw Vesk .\n")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(other.read_bytes())))
    assert fingerprint(read_text([one, None], 9, 5)) == fingerprint(read_text([one, other], 9, 5))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a O\nb\n", r"a\.conll:2: expected a word in column 1, found 1 columns"),
        (b"a\tO\nb\t\n", r"a\.conll:2: expected a word in column 1, found 2 columns"),
        (b"a\tO\n\xff\t0\n", r"a\.conll:2: expected UTF-8, found byte 0xff at column 1\. "),
        (
            b"\x7fELF\x02\x01\x00\x90\n",
            r"a\.conll:1: expected UTF-8, found null bytes, as in an archive or another binary file\. ",
        ),
        (b"-DOCSTART-\n\n", r"a\.conll: expected text of at least 7 words, a window, found 0\. "),
    ],
)
def test_columns_that_cannot_be_used(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "a.conll").write_bytes(content)
    with pytest.raises(CorpusError, match=message):
        read_text([tmp_path / "a.conll"], 100, 7, Columns(word=1))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"a\.txt: expected text of at least 7 words, a window, found 0\. "),
        (b"\n \n", r"found 0\. "),
        (b"one two three\n", r"found 3\. Give more text, .* or a smaller --window\."),
        (b"one two three four five six seven\n\xff\n", r"a\.txt:2: expected UTF-8, found byte 0xff at column 1\. "),
        (b"\x1f\x8bnot really", r"a\.txt: the gzip data is damaged or cut short"),
        (b"so " * 20, r"expected different words, found only one"),
        (b"1001 1002 1003 1004 1005 1006 1007 1008 ", r"found only one \(rare numbers of one shape are one\)"),
    ],
)
def test_text_that_cannot_be_used(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(content)
    with pytest.raises(CorpusError, match=message):
        read_text([tmp_path / "a.txt"], 100, 7)
