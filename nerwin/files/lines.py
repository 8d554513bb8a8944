"""Lines of text files: UTF-8 with or without a byte-order mark, LF or CRLF.

Lines end at "\\n" only, so a no-break space, U+2028 or U+0085 inside a token survives (`str.splitlines` and a bare
`str.split` break at them).
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from nerwin.errors import CorpusError
from nerwin.files.encodings import NO_TEXT, WIDE_BOMS, for_other_bytes, wide_kind
from nerwin.files.opening import open_binary, reading, source_name

BOM = b"\xef\xbb\xbf"
DECODED = 1 << 20  # bytes that are decoded at a time, together with the rest of the last line
LONGEST_LINE = 1 << 22  # bytes, as in a long novel; to tag a longer line would take gigabytes of memory
_MORE_RETURNS = re.compile(rb"(?<!\r)\r+\n")  # only from the first of a run, so that a long one is scanned once


def read_lines(path: Path | None, longest: int = LONGEST_LINE) -> Iterator[str]:
    """The lines of a file, or of standard input where `path` is None, without their line ends.

    Raises:
        CorpusError: the file cannot be opened, is a damaged gzip, has lines that end in carriage returns alone, or
            holds a line that is not UTF-8, or one of more than about `longest` bytes.
    """
    name, number = source_name(path), 1
    with reading(name), open_binary(path) as stream:
        ended = False
        while not ended:  # to read on after the end would make somebody at a terminal end the input twice
            data = stream.read(DECODED)
            ended = len(data) < DECODED
            rest = b"" if ended else stream.readline(longest + 1)  # of the line that is cut
            if number == 1:
                check_beginning(data + rest, name)
            lines = data.count(b"\n")
            if len(rest) > longest:
                raise too_long(name, number + lines, longest)
            yield from decode_text(data + rest, name, number)
            number += lines + rest.count(b"\n")


def check_beginning(data: bytes, name: str) -> None:
    """Refuse what is no text in UTF-8, or ends more lines in a carriage return alone than in a line feed: it would have
    few lines.

    Args:
        data: the beginning of the text, better more than a line of it.

    Raises:
        CorpusError: it is one.
    """
    _check_narrow(data, name)
    if b"\r" in data and data.count(b"\r") - data.count(b"\r\n") > data.count(b"\n"):
        if 0 in data:
            raise _no_text(name)
        raise CorpusError(
            f"{name}: expected lines that end in LF or CRLF, found carriage returns alone. Convert the line ends: "
            "tr '\\r' '\\n' < IN > OUT."
        )


def too_long(name: str, number: int, longest: int) -> CorpusError:
    """The error for a line that is too long to be one."""
    return CorpusError(
        f"{name}:{number}: expected lines of at most {longest:,} bytes, found a longer one. Break it into lines."
    )


def decode_lines(lines: Iterable[bytes], name: str, first: int = 1) -> Iterator[str]:
    """Decode UTF-8 lines, one by one, and drop their line ends.

    Args:
        name: what messages call the source.
        first: the number of the first line; a byte-order mark is taken off line 1.

    Raises:
        CorpusError: a line is not UTF-8; the message starts with `name:line`.
    """
    ascii_so_far = True  # other letters that were UTF-8 show that the file is no Latin-1
    for number, raw in enumerate(lines, first):
        if number == 1:
            _check_narrow(raw, name)
            raw = raw.removeprefix(BOM)
        try:
            yield raw.decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError as error:
            found = f"byte 0x{raw[error.start]:02x} at column {error.start + 1}"
            remedy = for_other_bytes(raw) if ascii_so_far else "Mend the line, or convert the file to UTF-8."
            raise CorpusError(f"{name}:{number}: expected UTF-8, found {found}. {remedy}") from error
        ascii_so_far = ascii_so_far and raw.isascii()


def decode_text(data: bytes, name: str, first: int = 1) -> list[str]:
    """The same of many whole lines at once, given as one piece of bytes."""
    return list(lines_of(data, name, first))


def lines_of(data: bytes, name: str, first: int = 1) -> Iterator[str]:
    """The same one by one, so that those before a line that is not UTF-8 come before the error."""
    lines = _ended(data, name, first)
    try:
        text = lines.decode()
    except UnicodeDecodeError:
        yield from decode_lines(data.split(b"\n"), name, first)  # ends with the error that names the line
        raise
    yield from text.split("\n")[:-1]


def whole_lines(data: bytes, name: str, first: int = 1) -> bytes:
    """The same lines still in bytes, each ended by a line feed alone.

    Raises:
        CorpusError: they are not UTF-8.
    """
    lines = _ended(data, name, first)
    try:
        lines.decode()
    except UnicodeDecodeError:
        list(decode_lines(lines.split(b"\n"), name, first))  # raises the error that names the line
        raise
    return lines


def marked(data: bytes) -> bytes:
    """The first bytes of a file to be written: if they look like a byte-order mark, another one goes before them, since
    reading takes one off."""
    return BOM + data if data.startswith(BOM) else data


def _check_narrow(data: bytes, name: str) -> None:
    """Refuse UTF-16, UTF-32 and what is no text: it may be legal UTF-8, and then nonsense."""
    kind = wide_kind(data)
    if kind == NO_TEXT:
        raise _no_text(name)
    if kind:
        # Without a mark, iconv would have to be told the order of the bytes.
        command = f": iconv -f {kind} -t UTF-8 IN > OUT" if data.startswith(tuple(WIDE_BOMS)) else ""
        raise CorpusError(f"{name}:1: expected UTF-8, found bytes as in {kind}. Convert the file to UTF-8{command}.")


def _no_text(name: str) -> CorpusError:
    return CorpusError(
        f"{name}:1: expected UTF-8, found null bytes, as in an archive or another binary file. Unpack it, or "
        "name a text."
    )


def _ended(data: bytes, name: str, first: int) -> bytes:
    if first == 1:
        _check_narrow(data, name)
        data = data.removeprefix(BOM)
    if data and not data.endswith(b"\n"):
        data += b"\n"
    if b"\r" in data:  # looking for one byte is ten times as fast as for two
        data = data.replace(b"\r\n", b"\n")
    return _MORE_RETURNS.sub(b"\n", data) if b"\r" in data else data
