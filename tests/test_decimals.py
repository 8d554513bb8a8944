"""Numbers read at once, against `float` for each of them."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nerwin.files.byte_ranges import parts_of
from nerwin.vectors.decimals import read_decimals

PLAIN = st.from_regex(r"-?([0-9]{1,17}(\.[0-9]{0,9})?|\.[0-9]{1,17})", fullmatch=True)
ANY = st.floats(allow_nan=False).map(str)


def read(numbers: list[str]) -> list[float]:
    data = " ".join([*numbers, ""]).encode()
    found: list[float] = read_decimals(data, parts_of(data, " ")).tolist()
    return found


@given(st.lists(PLAIN | ANY, min_size=1, max_size=30))
@example(["-0", "0.1", "123456789012345", "12345678901234.5", "999999999999999", "9007199254740993", "+1", "1e-5"])
def test_each_is_the_closest_float(numbers: list[str]) -> None:
    found = read(numbers)
    assert found == [float(number) for number in numbers]
    assert np.signbit(found).tolist() == [number.startswith("-") for number in numbers]


def test_no_numbers_are_none() -> None:
    assert read_decimals(b"word\n", parts_of(b"", " ")).tolist() == []


@pytest.mark.parametrize("text", ["", "-", ".", "-.", "--1", "1-", "1.2.3", "x", "1x", "٣", "0x1", "1_0", "1_0e5"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="could not convert"):
        read(["1.5", text, "2"])
