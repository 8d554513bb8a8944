"""Lines of text files: encodings, line ends and compression, and what is said about bytes that cannot be read."""

import gzip
import io
import os
import subprocess
import sys
import tracemalloc
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nerwin.corpora.reading import read_corpus
from nerwin.errors import CorpusError
from nerwin.files.lines import DECODED, decode_lines, decode_text, read_lines, whole_lines
from nerwin.files.opening import reading
from nerwin.files.pieces import read_pieces

BOM = b"\xef\xbb\xbf"


def lines_of(folder: Path, content: bytes) -> list[str]:
    """The lines of a file of that content; how much is decoded at a time makes no difference."""
    path = folder / "corpus.txt"
    path.write_bytes(content)

    def outcome(size: int) -> list[str] | CorpusError:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("nerwin.files.lines.DECODED", size)
            try:
                return list(read_lines(path))
            except CorpusError as error:
                return error

    at_once, by_line = outcome(DECODED), outcome(1)
    assert str(by_line) == str(at_once)
    if isinstance(at_once, CorpusError):
        raise at_once
    return at_once


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"", []),
        (b"\n", [""]),
        (b"one", ["one"]),
        (b"one\n", ["one"]),
        (b"one\n\ntwo\n", ["one", "", "two"]),
        (b"one\r\n\r\ntwo\r\n", ["one", "", "two"]),
        (BOM + b"one\ntwo\n", ["one", "two"]),
        (BOM + b"one\r\n", ["one"]),
        (BOM, []),
        (b" one \t\n", [" one \t"]),
        ("Łódź\tB-LOC\n".encode(), ["Łódź\tB-LOC"]),
    ],
)
@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "gzip"])
def test_lines_come_without_mark_and_line_ends(
    tmp_path: Path, content: bytes, lines: list[str], compressed: bool
) -> None:
    assert lines_of(tmp_path, gzip.compress(content) if compressed else content) == lines


def test_only_the_mark_at_the_very_start_is_dropped(tmp_path: Path) -> None:
    assert lines_of(tmp_path, b"one\n" + BOM + b"two\n") == ["one", "\ufefftwo"]


@pytest.mark.parametrize("character", ["\u2028", "\u2029", "\u0085", "\u00a0", "\v", "\f", "\x1c", "\x1e"])
def test_a_rare_separator_inside_a_token_survives(tmp_path: Path, character: str) -> None:
    token = f"New{character}York"
    assert lines_of(tmp_path, f"{token}\tB-LOC\nis\tO\n".encode()) == [f"{token}\tB-LOC", "is\tO"]


@settings(derandomize=True, max_examples=100, deadline=None)
@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\ufeff"), min_size=1)),
    st.sampled_from(["\n", "\r\n"]),
)
def test_any_text_is_split_at_line_feeds_alone(lines: list[str], end: str) -> None:
    stream = io.BytesIO("".join(line + end for line in lines).encode())
    assert list(decode_lines(stream, "x")) == lines
    assert decode_text(stream.getvalue(), "x") == lines


@pytest.mark.parametrize(
    "line", [b"a\r\n", b"a\r\r\n", b"a\rb\r\r\r\n", b"\r\n", b"\r\r\n", b"a\r", b"\r", b"\ra\n", b"\r\ra"]
)
def test_returns_go_at_the_end_of_a_line_alone(line: bytes) -> None:
    expected = [one.rstrip("\r") for one in line.decode().removesuffix("\n").split("\n")]
    assert decode_text(line, "x") == list(decode_lines([line], "x")) == expected
    assert whole_lines(b"x\n" + line + b"\n", "x") == b"x\n" + decode_text(line, "x")[0].encode() + b"\n" + (
        b"\n" if line.endswith(b"\n") else b""
    )


@pytest.mark.parametrize("content", [b"one\rtwo\r", b"one\rtwo", b"one\rtwo\rthree\n"])
def test_lines_that_returns_alone_end_are_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(
        CorpusError, match=r"corpus\.txt: expected lines that end in LF or CRLF, found .*: tr '\\r' '\\n' < IN > OUT\.$"
    ):
        lines_of(tmp_path, content)


@pytest.mark.parametrize(
    ("content", "found"),
    [(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\r\r", "null bytes"), ("a\rb\r".encode("utf-16"), "bytes as in UTF-16")],
    ids=["png", "utf-16"],
)
def test_other_bytes_than_of_utf8_are_no_matter_of_returns(tmp_path: Path, content: bytes, found: str) -> None:
    (tmp_path / "corpus.txt").write_bytes(content)
    with pytest.raises(CorpusError, match=rf"corpus\.txt:1: expected UTF-8, found {found}[.,] "):
        list(read_lines(tmp_path / "corpus.txt"))


def test_gzip_is_known_by_its_bytes_and_not_by_its_name(tmp_path: Path) -> None:
    plain, packed = tmp_path / "plain.gz", tmp_path / "packed.txt"
    plain.write_bytes(b"one\n")
    packed.write_bytes(gzip.compress(b"one\n"))
    assert list(read_lines(plain)) == list(read_lines(packed)) == ["one"]


def damaged(content: bytes, position: int) -> bytes:
    return content[:position] + bytes([content[position] ^ 0xFF]) + content[position + 1 :]


GZIP = gzip.compress(b"one\ntwo\nthree\n" * 50, mtime=0)


@pytest.mark.parametrize(
    "content",
    [
        GZIP[:2],
        GZIP[:9],
        GZIP[:-9],
        GZIP[:-1],
        GZIP[:10] + b"\xff" + GZIP[11:],
        damaged(GZIP, 12),
        damaged(GZIP, -6),
        damaged(GZIP, 2),
    ],
    ids=["magic only", "half a header", "half the data", "half a trailer", "block type", "data", "checksum", "method"],
)
def test_a_damaged_gzip_file_is_named(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(CorpusError) as caught:
        lines_of(tmp_path, content)
    assert str(caught.value).startswith(f"{tmp_path / 'corpus.txt'}: ")
    assert "gzip data is damaged or cut short" in str(caught.value)
    assert "Fetch the file again" in str(caught.value)


@pytest.mark.parametrize(
    ("content", "line", "byte"),
    [
        (b"one\ntwo\nCaf\xe9\tO\n", 3, "0xe9"),
        (b"one\r\n\xc3", 2, "0xc3"),
        (b"one\n\xed\xa0\x80\n", 2, "0xed"),
    ],
    ids=["latin-1", "cut short", "surrogate"],
)
@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "gzip"])
def test_bytes_that_are_not_utf8_are_named_with_path_and_line(
    tmp_path: Path, content: bytes, line: int, byte: str, compressed: bool
) -> None:
    with pytest.raises(CorpusError) as caught:
        lines_of(tmp_path, gzip.compress(content) if compressed else content)
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / 'corpus.txt'}:{line}: ")
    assert "expected UTF-8" in message
    assert byte in message
    assert "Convert the file" in message


WIDE = ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]


@pytest.mark.parametrize(
    "text", ["\ufeffCafé\n", "\ufeff東京\n", "Café\n", "Łódź,LOC\nis\n", "東京\tB-LOC\r\n", "Lima", "a\n"]
)
@pytest.mark.parametrize("codec", WIDE)
def test_utf16_and_utf32_are_known_with_and_without_their_mark(tmp_path: Path, text: str, codec: str) -> None:
    content, kind = text.encode(codec), codec[:6].upper()
    # A mark tells iconv the order of the bytes.
    command = f": iconv -f {kind} -t UTF-8 IN > OUT" if text.startswith("\ufeff") else ""
    message = f"expected UTF-8, found bytes as in {kind}. Convert the file to UTF-8{command}."
    with pytest.raises(CorpusError) as caught:
        lines_of(tmp_path, content)
    assert str(caught.value) == f"{tmp_path / 'corpus.txt'}:1: {message}"
    for read in (decode_text, whole_lines):
        with pytest.raises(CorpusError, match=f"^x:1: {message}$"):
            read(content, "x")


@pytest.mark.parametrize("codec", ["utf-32-le", "utf-32-be"])
def test_a_word_in_utf32_is_known_without_a_blank_or_a_line_end(codec: str) -> None:
    with pytest.raises(CorpusError, match=r"^x:1: expected UTF-8, found bytes as in UTF-32"):
        decode_text("Москва".encode(codec), "x")


@pytest.mark.parametrize(
    "text",
    [
        "\nLima sleeps\n",
        "Мира живёт в Москве — и едет в «Осло».\n" * 40,
        "Η Αθήνα είναι μεγάλη.\n",
        "दिल्ली में\n",
        "القاهرة كبيرة\n",
        "我们一上北京。\n他一来了\n" * 100,
        "東京へ行く。\nはい\n",
        "서울에 가다\n",
    ],
)
@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_raw_text_in_utf16_is_known_in_any_script_and_with_an_empty_first_line(text: str, codec: str) -> None:
    with pytest.raises(
        CorpusError, match=r"^x:1: expected UTF-8, found bytes as in UTF-16\. Convert the file to UTF-8"
    ):
        decode_text(text.encode(codec), "x")
    assert decode_text(text.encode(), "x") == text.split("\n")[:-1]


CONVERT = "Convert the file to UTF-8."


@pytest.mark.parametrize(
    ("text", "codec", "remedy"),
    [
        ("Café\tO", "latin-1", f"{CONVERT} If it is Latin-1, this does: iconv -f LATIN1 -t UTF-8 IN > OUT."),
        ("“Été” où", "cp1252", f"{CONVERT} If it is Windows-1252, this does: iconv -f CP1252 -t UTF-8 IN > OUT."),
        ("Москва\tB-LOC", "cp1251", CONVERT),
        ("Московская", "koi8-r", CONVERT),
        ("北京\tB-LOC", "gbk", CONVERT),
        ("a\0é", "latin-1", CONVERT),
        ("Ã©é", "latin-1", CONVERT),  # in UTF-8 and not
        ("a\x81", "latin-1", CONVERT),
    ],
)
def test_where_it_may_be_latin_1_the_command_is_named(text: str, codec: str, remedy: str) -> None:
    with pytest.raises(CorpusError) as caught:
        list(decode_lines([b"one\n", text.encode(codec)], "x"))
    assert str(caught.value).partition(". ")[2] == remedy
    with pytest.raises(CorpusError, match=r"\. Mend the line, or convert the file to UTF-8\.$"):
        list(decode_lines(["Café\n".encode(), text.encode(codec)], "x"))


def test_what_is_neither_utf8_nor_text_in_utf16_is_not_called_so() -> None:
    with pytest.raises(CorpusError, match=r"^x:2: expected UTF-8, found byte 0x80 at column 9\."):
        decode_text(b"2 2\nmill \0\0\0\x80?\n", "x")
    with pytest.raises(CorpusError, match=r"^x:1: expected UTF-8, found byte 0xdf at column 9\."):
        decode_text("Die Straße\0 ist lang\tO\n".encode("latin-1"), "x")


@pytest.mark.parametrize("content", [b"train.conll" + bytes(500) + b"Lima\tO\n", bytes(100)], ids=["tar", "empty disk"])
def test_a_file_that_is_no_text_is_not_to_be_converted_to_utf8(content: bytes) -> None:
    with pytest.raises(
        CorpusError, match=r"^x:1: expected UTF-8, found null bytes, as in an archive or .*name a text\.$"
    ):
        decode_text(content, "x")


def npy(array: Any) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=False)
    return stream.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        npy(np.arange(1000, dtype="<i4")),
        npy(np.linspace(-1, 1, 1000, dtype="<f4").reshape(50, 20)),
        npy(np.arange(2000, dtype="<i2")),
        npy(np.array(["Ines", "Prado"] * 20)),
        npy(np.array(["東京", "北京"] * 20)),
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x10\b\x02" + bytes(range(255)),
        b"\x7fELF\x02\x01\0\x90\n",
    ],
    ids=["integers", "reals", "short integers", "words", "words in Chinese", "png", "elf"],
)
def test_a_binary_file_is_called_one(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "corpus.conll"
    path.write_bytes(content)
    for read in (read_corpus, lambda path: list(read_lines(path))):
        with pytest.raises(
            CorpusError, match=r"corpus\.conll:1: expected UTF-8, found null bytes, as in an archive or a"
        ):
            read(path)


def test_a_text_that_is_damaged_further_down_is_not_called_a_binary_file() -> None:
    with pytest.raises(CorpusError, match=r"^x:2: expected UTF-8, found byte 0x93 at column 6\."):
        decode_text(b"Lima B-LOC\nInes \x93\x01\0\xf4 O\n", "x")


def test_further_down_the_bytes_of_utf16_are_bytes_as_others_are() -> None:
    with pytest.raises(CorpusError, match=r"^x:2: expected UTF-8, found byte 0xff at column 1\. "):
        list(decode_lines([b"\n", "\ufeffCafé\n".encode("utf-16-le")], "x"))


def test_some_null_characters_are_no_utf16(tmp_path: Path) -> None:
    assert lines_of(tmp_path, b"Li\0ma\n\0\0\0\n") == ["Li\0ma", "\0\0\0"]


def test_the_column_of_a_wrong_byte_counts_from_one() -> None:
    with pytest.raises(CorpusError, match=r"^x:2: .* at column 4\."):
        list(decode_lines([b"one\n", b"Caf\xe9\n"], "x"))


@pytest.mark.parametrize(
    ("name", "reason"), [("absent.txt", "No such file"), (".", "directory"), ("corpus.txt/inner", "Not a directory")]
)
def test_what_cannot_be_opened_is_named(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "corpus.txt").write_bytes(b"one\n")
    with pytest.raises(CorpusError) as caught:
        list(read_lines(tmp_path / name))
    assert str(caught.value).startswith(f"{tmp_path / name}: cannot read the file: ")
    assert reason in str(caught.value)
    assert "Check the path" in str(caught.value)


def test_a_name_whose_letters_the_locale_has_not_is_said_to_be_one() -> None:
    said = r"^dörfer: cannot read the file: its name has letters .* Set PYTHONUTF8=1\."
    with pytest.raises(CorpusError, match=said), reading("dörfer"):
        "dörfer".encode("ascii")


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("letter", [b"a", b"a ", b"\0", "é".encode()])
def test_a_line_that_has_no_end_is_refused(tmp_path: Path, letter: bytes, packed: bool) -> None:
    """A hundred megabytes, or what a small gzip makes of them, are not read to their end."""
    path, content = tmp_path / "corpus.txt", b"ab" * 500 + b"\n" + letter * (100_000_000 // len(letter))
    path.write_bytes(gzip.compress(content, 1) if packed else content)
    tracemalloc.start()
    with pytest.raises(CorpusError, match=r"corpus\.txt:2: expected lines of at most 4,194,304 bytes, found a longer"):
        list(read_lines(path))
    with pytest.raises(CorpusError, match=r"corpus\.txt:2: expected lines of at most 4,194,304 bytes, found a longer"):
        list(read_pieces(path))
    assert tracemalloc.get_traced_memory()[1] < 50_000_000
    tracemalloc.stop()


def test_a_long_line_may_be_allowed(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_bytes(b"a " * 3_000_000)
    assert [len(line) for line in read_lines(path, 1 << 30)] == [6_000_000]


def test_lines_come_one_at_a_time() -> None:
    lines = decode_lines([b"one\n", b"\xff\n"], "x")
    assert next(lines) == "one"


def test_standard_input_is_read_where_no_path_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(BOM + b"one\r\ntwo")))
    assert list(read_lines(None)) == ["one", "two"]


def test_a_pipe_that_does_not_block_is_read_to_its_end() -> None:
    """Who shares a pipe may have set it so; "nothing yet" is not its end."""
    code = "from nerwin.files.lines import read_lines; print(*read_lines(None))"
    ours, theirs = os.pipe()
    os.set_blocking(ours, False)
    with subprocess.Popen([sys.executable, "-c", code], stdin=ours, stdout=subprocess.PIPE, text=True) as reader:
        os.close(ours)
        with os.fdopen(theirs, "w") as pipe:
            pipe.write("one\n")
            pipe.flush()
            with suppress(subprocess.TimeoutExpired):
                reader.wait(0.5)
            with suppress(BrokenPipeError):
                pipe.write("two\n")
        assert reader.stdout is not None
        assert reader.stdout.read() == "one two\n"


def test_standard_input_that_is_not_utf8_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"one\n\xff\n")))
    with pytest.raises(CorpusError, match=r"^<stdin>:2: expected UTF-8"):
        list(read_lines(None))


@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "gzip"])
def test_standard_input_may_be_compressed_too(monkeypatch: pytest.MonkeyPatch, compressed: bool) -> None:
    content = b"one\n\ntwo\n"
    raw = io.BytesIO(gzip.compress(content) if compressed else content)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(raw)))
    assert list(read_lines(None)) == ["one", "", "two"]


class Typed(io.BytesIO):
    """What somebody typed at a terminal, and ended once: reading on there waits for more."""

    ended = False

    def isatty(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        assert not self.ended
        found = super().read(size)
        self.ended = size is not None and len(found) < size
        return found


class Ended(io.RawIOBase):
    """A terminal at which somebody ended the input at once: reading on waits for more."""

    asked = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        self.asked += 1
        return 0


def test_a_terminal_without_a_word_is_ended_once(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Ended()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(terminal)))
    assert list(read_lines(None)) == []
    assert terminal.asked == 1


@pytest.mark.parametrize("text", [b"one\ntwo\n", b"one\ntwo"])
def test_a_terminal_is_ended_once(monkeypatch: pytest.MonkeyPatch, text: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(Typed(text)))
    assert list(read_lines(None)) == ["one", "two"]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(Typed(text)))
    assert [piece.data for piece in read_pieces(None, by_sentence=True)] == [text]  # no sentence for each line
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(Typed(text)))
    assert list(read_pieces(None, live=True)) == [(1, b"one\n", True), (2, text[4:], True)]
