"""What a text that should be UTF-8 may be in its place: told by a few of its bytes, for messages."""

import codecs
import re
import unicodedata
from contextlib import suppress

WIDE_BOMS = {  # the longer ones first, as one of them begins like a shorter one
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}
NO_TEXT = "no text"
BEGINNING = 1000  # bytes that are looked at
NULLS = 4  # a line in which one of so many bytes is null is UTF-16 or UTF-32, or no text
SMALL = 0.75  # the share of letters in UTF-16 of which one byte is small, except in Chinese, Japanese and Korean
_THREE = re.compile(rb"[\x80-\xff]{3}")
_CONTROLS = re.compile(rb"[\x01-\x08\x0e-\x1f]")  # but blanks, and null
_OF_WINDOWS = re.compile(rb"[\x80-\x9f]")


def wide_kind(data: bytes) -> str | None:
    """Whether a file is in UTF-16 or UTF-32, or no text, as its mark or beginning shows; it may be legal UTF-8 too."""
    if marked := next((kind for mark, kind in WIDE_BOMS.items() if data.startswith(mark)), None):
        return marked
    beginning = data[:BEGINNING]
    if 0 not in beginning:  # in UTF-16 every blank and line end has a null byte
        return None
    line, _, _ = beginning.partition(b"\n")
    nulls = line and NULLS * line.count(0) >= len(line)
    if not (nulls or _is_half_small(beginning) or _is_other_text(beginning)):
        return NO_TEXT if _is_binary(line, beginning) else None
    for kind in ("UTF-32", "UTF-16") if b"\0\0" in beginning else ("UTF-16",):
        texts = [_decoded(beginning, f"{kind}-{order}") for order in ("LE", "BE")]
        if any(text and _is_written(text) for text in texts):
            return kind
    return NO_TEXT  # such as an archive, or what a full disk has left of a file


def _is_half_small(beginning: bytes) -> bool:
    """Whether one of the two bytes of most letters is small: in English it is null, in Russian 4, in Hindi 9."""
    halves = (beginning[::2], beginning[1::2])
    return any(0 in half and sum(byte < ord(" ") for byte in half) >= SMALL * len(half) for half in halves)


def _is_other_text(beginning: bytes) -> bool:
    """Whether bytes are no UTF-8, but in UTF-16 letters and blanks and nothing else, as those of Chinese are."""
    texts = [_decoded(beginning, codec) or "" for codec in ("utf-16-le", "utf-16-be")]
    return _decoded(beginning, "utf-8") is None and any(
        text.split() not in ([], [text]) and _is_seen(text) for text in texts
    )


def _is_binary(line: bytes, beginning: bytes) -> bool:
    """Whether bytes with a null are those of a binary file: the first line is no UTF-8, and the null is not the only
    character out of place. A text that is damaged further down is told better by the line."""
    return _decoded(line, "utf-8") is None and _CONTROLS.search(beginning) is not None


def _decoded(beginning: bytes, codec: str) -> str | None:
    """The text of bytes whose last letter may be cut; None if there is none."""
    with suppress(UnicodeDecodeError):
        return codecs.getincrementaldecoder(codec)().decode(beginning)
    return None


def _is_written(text: str) -> bool:
    """Whether a text has no control characters besides blanks, nor such as Unicode leaves to private use."""
    return not any(unicodedata.category(one) in ("Cc", "Co") for one in "".join(text.split()))


def _is_seen(text: str) -> bool:
    """Whether a text consists of letters and blanks, without other control characters."""
    return "".join(text.split()).isprintable()


def for_other_bytes(line: bytes) -> str:
    """What may be done about a line that is not UTF-8: a command, if it may be Latin-1 or Windows-1252."""
    text, legal = _decoded(line, "cp1252"), line.decode("utf-8", errors="ignore")
    # Other scripts have three such letters in a row; and a line in which some are in UTF-8 is damaged.
    if text is None or not _is_seen(text) or _THREE.search(line) or not legal.isascii():
        return "Convert the file to UTF-8."
    name, codec = ("Windows-1252", "CP1252") if _OF_WINDOWS.search(line) else ("Latin-1", "LATIN1")
    return f"Convert the file to UTF-8. If it is {name}, this does: iconv -f {codec} -t UTF-8 IN > OUT."
