"""Decimal numbers in bytes, such as "-0.0625", read all at once: Python's and numpy's own readers take one number after
the other, and five times as long.

A number of at most 15 digits is an integer over a power of ten, both of which float64 represents exactly. So their
quotient, rounded once, is the float64 closest to the number, which is what `float` gives (Clinger 1990).
"""

import numpy as np

from nerwin.arrays import Floats
from nerwin.files.byte_ranges import Ranges, codes_of

DIGITS = 15
_POWERS = np.array([float(10**k) for k in range(DIGITS + 1)])
_ZERO, _POINT, _MINUS = (np.uint8(ord(sign)) for sign in "0.-")


def read_decimals(data: bytes, ranges: Ranges) -> Floats:
    """The numbers (F,), in float64, that stand in some parts of a text.

    Raises:
        ValueError: a part is no number.
    """
    codes = codes_of(data)
    negative = codes.take(ranges.starts) == _MINUS
    at = ranges.starts + negative
    lengths = ranges.ends - at
    values, decimals = np.zeros(len(at)), np.zeros(len(at), np.int8)
    pointed, odd = np.zeros((2, len(at)), np.bool_)
    for place in range(min(int(lengths.max(initial=0)), DIGITS + 1)):
        inside = lengths > place
        code = codes.take(at + place, mode="clip")
        digit, is_point = code - _ZERO, (code == _POINT) & inside
        is_digit = (digit < 10) & inside
        odd |= inside & ~is_digit & ~(is_point & ~pointed)
        np.multiply(values, 10, out=values, where=is_digit)
        np.add(values, digit, out=values, where=is_digit)
        decimals += is_digit & pointed
        pointed |= is_point
    odd |= (lengths == pointed) | (lengths > DIGITS + pointed)  # no digit, or too many
    values /= _POWERS.take(decimals)
    np.negative(values, out=values, where=negative)
    # With an exponent, with many digits, or no number at all: these are read one by one.
    starts, ends = ranges.starts[odd].tolist(), ranges.ends[odd].tolist()
    values[odd] = [read_decimal(data[start:end].decode()) for start, end in zip(starts, ends, strict=True)]
    return values


def read_decimal(text: str) -> float:
    """A number, as `float` reads it, which also takes 1_0 and the digits of other scripts: these are none here.

    Raises:
        ValueError: it is no number.
    """
    if "_" in text or not text.isascii():
        raise ValueError(f"could not convert string to float: {text!r}")
    return float(text)
