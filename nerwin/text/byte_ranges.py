"""Parts of bytes: where the lines of a text and the columns of its lines stand, found for all of them at once."""

from typing import NamedTuple

import numpy as np

from nerwin.arrays import Bools, Bytes, Ints

LINE_FEED = ord("\n")


class Ranges(NamedTuple):
    """Where the parts of some bytes start and end."""

    starts: Ints
    ends: Ints


class Fields(NamedTuple):
    """(F,) where the columns of some lines stand; (L,) the number of each line's first one, and how many it has."""

    ranges: Ranges
    first: Ints
    widths: Ints


def codes_of(data: bytes) -> Bytes:
    """Bytes as numbers."""
    return np.frombuffer(data, np.uint8)


def parts_of(data: bytes, separator: str) -> Ranges:
    """The parts of some lines, as the separator and the ends of the lines cut them."""
    codes = codes_of(data)
    ends: Ints = np.flatnonzero((codes == ord(separator)) | (codes == LINE_FEED))
    return Ranges(np.concatenate([[0], ends + 1])[:-1], ends)


def find_fields(data: bytes, delimiter: str) -> Fields:
    """Where columns stand; several spaces separate like one."""
    ranges = parts_of(data, delimiter)
    upto: Ints = np.flatnonzero(codes_of(data)[ranges.ends] == LINE_FEED) + 1  # how many, with those of lines before
    if delimiter == " ":
        full: Bools = ranges.starts < ranges.ends
        ranges, upto = Ranges(ranges.starts[full], ranges.ends[full]), full.cumsum()[upto - 1]
    first = np.concatenate([[0], upto])[:-1]
    return Fields(ranges, first, upto - first)


def cut_out(data: bytes, parts: Ranges) -> list[str]:
    """Parts of some lines, which ascend and have a separator behind each."""
    edges = np.zeros(len(data) + 1, np.int8)
    edges[parts.starts] += 1
    edges[parts.ends + 1] -= 1
    kept = codes_of(data)[np.cumsum(edges[:-1], dtype=np.int8).view(np.bool_)]  # the parts and their separators
    kept[np.cumsum(parts.ends + 1 - parts.starts) - 1] = LINE_FEED
    return kept.tobytes().decode().split("\n")[:-1]
