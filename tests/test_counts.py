"""Counts as people read them."""

from nerwin.counts import counted


def test_one_is_told_from_several() -> None:
    assert [counted(count, "sentence") for count in (0, 1, 2345)] == ["0 sentences", "1 sentence", "2,345 sentences"]
    assert [counted(count, "entity", "entities") for count in (1, 2)] == ["1 entity", "2 entities"]
