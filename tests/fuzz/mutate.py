"""How input is damaged: bytes as downloads, editors and attackers damage them, and values in the place of others."""

import random
from collections.abc import Callable
from typing import Any

Mutation = Callable[[random.Random, bytes], bytes]

NUMBERS = (
    *(b"0", b"-1", b"1e400", b"-1e-400", b"nan", b"inf", b"-inf", b"0x10", b"1_000", b"1,5", b"--1", b"1e", b"."),
    *(b"9" * 20, b"9" * 400, b"9" * 5000, b"99999999999 99999999999", "²".encode(), "١٢".encode(), b"4294967296"),
)
ODD_TEXT = (
    *(b"\0", b"\0" * 9, b"\r", b"\r\n", b"\n\n", b"\t", b" ", b"\v", b"\f", b"\x1b[31m", b"\x7f", b"\x85", b"\xa0"),
    *(
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\xc0\x80",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\xe2\x80",
        b"\xf0\x9f\x98\x80",
    ),
    *(mark.encode() for mark in ("\u2028", "\u0085", "\u00a0", "\u200d", "\u0301", "\ufffe", "İ", "ß", "Ǆ")),
    *(b"[", b"]", b"](", b"[a](B)", b"\\", b"#", b"-DOCSTART-", b"{", b"}", b"*a", b"&a", b"!!int", b": ", b"- ", b'"'),
    *(b"B-", b"I-X", b"-", b"O", b"E-\x00", b"http://", b"n't", b"'s", b"...", b"\x1f\x8b", b"<", b"%s", b"{0}"),
)


def _place(rng: random.Random, data: bytes) -> int:
    return rng.randint(0, len(data))


def _stretch(rng: random.Random, data: bytes) -> slice:
    start = _place(rng, data)
    return slice(start, start + rng.choice((1, 2, 8, 64, len(data))))


def truncated(rng: random.Random, data: bytes) -> bytes:
    return data[: _place(rng, data)]


def beheaded(rng: random.Random, data: bytes) -> bytes:
    return data[_place(rng, data) :]


def doubled(rng: random.Random, data: bytes) -> bytes:
    return data + data[_stretch(rng, data)] if rng.random() < 0.5 else data + data


def deleted(rng: random.Random, data: bytes) -> bytes:
    part = _stretch(rng, data)
    return data[: part.start] + data[part.stop :]


def repeated(rng: random.Random, data: bytes) -> bytes:
    part = _stretch(rng, data)
    return data[: part.stop] + data[part] * rng.choice((1, 3, 50)) + data[part.stop :]


def inserted(rng: random.Random, data: bytes) -> bytes:
    at = _place(rng, data)
    return data[:at] + rng.choice(ODD_TEXT) + data[at:]


def overwritten(rng: random.Random, data: bytes) -> bytes:
    part, odd = _stretch(rng, data), rng.choice(ODD_TEXT)
    return data[: part.start] + odd + data[part.stop :]


def bits_flipped(rng: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 3, 20)) if changed else 0):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def noise(rng: random.Random, data: bytes) -> bytes:
    at = _place(rng, data)
    return data[:at] + rng.randbytes(rng.choice((1, 5, 100))) + data[at:]


def lines_swapped(rng: random.Random, data: bytes) -> bytes:
    lines = data.split(b"\n")
    one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def lines_joined(rng: random.Random, data: bytes) -> bytes:
    return data.replace(b"\n", rng.choice((b"", b" ", b"\r", b"\t")), rng.choice((1, 5, -1)))


def long_line(rng: random.Random, data: bytes) -> bytes:
    at = _place(rng, data)
    return data[:at] + rng.choice((b"a", b" ", b"1 ", b".", b"[", b"{", b"- ", b"\\", b"a-")) * 3000 + data[at:]


def number_changed(rng: random.Random, data: bytes) -> bytes:
    """A number in the text becomes one that nobody expects."""
    digits = [at for at, byte in enumerate(data) if 48 <= byte <= 57]
    if not digits:
        return data + rng.choice(NUMBERS)
    start = end = rng.choice(digits)
    while end < len(data) and 48 <= data[end] <= 57:
        end += 1
    return data[:start] + rng.choice(NUMBERS) + data[end:]


MUTATIONS: tuple[Mutation, ...] = (
    truncated,
    beheaded,
    doubled,
    deleted,
    repeated,
    inserted,
    inserted,
    overwritten,
    bits_flipped,
    noise,
    lines_swapped,
    lines_joined,
    long_line,
    number_changed,
    number_changed,
)


def mutate(rng: random.Random, data: bytes) -> bytes:
    """The data, damaged once, or a few times over."""
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        data = rng.choice(MUTATIONS)(rng, data)
    return data


def odd_value(rng: random.Random) -> Any:
    """A value that may stand in JSON or YAML, and seldom where it should."""
    return rng.choice(
        (
            *(None, True, False, 0, 1, -1, 2, 7, 10**9, 10**18, 10**19, -(10**19), 10**300, 0.5, -0.5, 1e-300, 1e38),
            *(1e300, -1e300, float("nan"), float("inf"), float("-inf"), "", "x", "O", "a\0b", "\ud800", "a\nb", "0"),
            *("x" * 5000, "../../etc/passwd", "~nobody-here/x", "\u2028", "none", "auto", [], [[]], {}, [0], ["x"]),
            *({"x": 1}, {"": {}}, [None], [1, "x", {}], [10**19], [[[[[1]]]]]),
        )
    )


def mutate_value(rng: random.Random, value: Any) -> Any:
    """A tree of values in which one is replaced, removed, renamed or moved."""
    if isinstance(value, dict) and value and rng.random() < 0.9:
        key = rng.choice(list(value))
        changed = {**value, key: mutate_value(rng, value[key])}
        if rng.random() < 0.1:
            del changed[key]
        elif rng.random() < 0.05:
            changed[f"{key}x"] = changed.pop(key)
        return changed
    if isinstance(value, list) and value and rng.random() < 0.8:
        at = rng.randrange(len(value))
        return [*value[:at], mutate_value(rng, value[at]), *value[at + rng.choice((0, 1, 1, 2)) :]]
    if isinstance(value, int) and not isinstance(value, bool) and rng.random() < 0.4:
        return value + rng.choice((-1, 1, 10, -1000))
    return odd_value(rng)
