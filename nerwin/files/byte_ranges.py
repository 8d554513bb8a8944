"""Where the lines of a text and the columns of its lines start and end, found for many lines at once."""

from typing import NamedTuple

import numpy as np

from nerwin.arrays import Bools, Bytes, Ints

LINE_FEED = ord("\n")


class Ranges(NamedTuple):
    """Where some parts of a text in bytes start and end (half open)."""

    starts: Ints
    ends: Ints


class Fields(NamedTuple):
    """The columns of L lines, F in all.

    ranges: (F,) where they stand. first: (L,) which of them is the first of each line. widths: (L,) how many it has.
    """

    ranges: Ranges
    first: Ints
    widths: Ints


def codes_of(data: bytes) -> Bytes:
    """Bytes as numbers."""
    return np.frombuffer(data, np.uint8)


def parts_of(data: bytes, separator: str) -> Ranges:
    """The parts of some lines, each of which ends in a line feed, between separators and the ends of the lines."""
    codes = codes_of(data)
    ends: Ints = np.flatnonzero((codes == ord(separator)) | (codes == LINE_FEED))
    return Ranges(np.concatenate([[0], ends + 1])[:-1], ends)


def find_fields(data: bytes, delimiter: str) -> Fields:
    """Where columns stand; several spaces separate like one."""
    ranges = parts_of(data, delimiter)
    upto: Ints = np.flatnonzero(codes_of(data)[ranges.ends] == LINE_FEED) + 1  # (L,) columns up to the end of each line
    if delimiter == " ":
        full: Bools = ranges.starts < ranges.ends
        ranges, upto = Ranges(ranges.starts[full], ranges.ends[full]), full.cumsum()[upto - 1]
    first = np.concatenate([[0], upto])[:-1]
    return Fields(ranges, first, upto - first)


def cut_out(data: bytes, parts: Ranges) -> list[str]:
    """Some parts of a text as strings; they are in order, and a separator of one byte comes after each."""
    edges = np.zeros(len(data) + 1, np.int8)
    edges[parts.starts] += 1
    edges[parts.ends + 1] -= 1
    kept = codes_of(data)[np.cumsum(edges[:-1], dtype=np.int8).view(np.bool_)]  # the parts and their separators
    kept[np.cumsum(parts.ends + 1 - parts.starts) - 1] = LINE_FEED
    return kept.tobytes().decode().split("\n")[:-1]
