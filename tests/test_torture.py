"""Ten trainings killed at random; `make torture` kills two hundred."""

import random

import pytest

from tests.torture import torture


@pytest.mark.parametrize(("name", "kills"), [("train", 5), ("pretrain", 4), ("compare", 1)])
def test_killed_and_continued_they_end_with_the_same_bytes(name: str, kills: int) -> None:
    found = torture(name, kills, random.Random(kills))
    assert (found.kills, found.different) == (kills, 0)
    assert found.trainings >= 1
