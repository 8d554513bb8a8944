"""The charts of a report: what is drawn where, and by which colour it is told apart."""

import itertools
import re
from collections import defaultdict

import pytest

from nerwin.evaluation.reliability import Bin
from nerwin.evaluation.scores import Score
from nerwin.report.charts import MARKED, curves, line_style, reliability_chart, type_bars
from tests.pages import read_page


def test_lines_are_told_apart_by_colour_and_by_dashes() -> None:
    styles = [line_style(number) for number in range(24)]
    assert len(set(styles)) == 24
    assert all(one[0] != other[0] and one[1] != other[1] for one, other in itertools.pairwise(styles))


def test_a_curve_has_a_line_for_each_run() -> None:
    one = curves([[(1, 0.5), (2, 0.4)]], "one", percent=False)
    two = curves([[(1, 0.5), (2, 0.4)], [(1, 0.3)]], "two", percent=False)
    assert "--series-2" in two
    assert "--series-2" not in one


def drawn(svg: str) -> tuple[list[str], dict[str, list[tuple[float, float]]]]:
    """The texts of a chart, and by colour where its marks ("use") and the corners of lines and bars ("path") are."""
    page, places = read_page(svg), defaultdict(list)
    for one in page.elements:
        colour = re.search(r"(?:fill|stroke): var\(--([\w-]+)\)", one.attributes.get("style", ""))
        if colour and one.tag == "use":
            places[f"use {colour[1]}"].append((float(one.attributes["x"]), float(one.attributes["y"])))
        elif colour and one.tag == "path" and "clip-path" in one.attributes:
            numbers = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", one.attributes["d"])]
            places[f"path {colour[1]}"] += zip(numbers[::2], numbers[1::2], strict=True)
    return [one.text for one in page.all("text")], places


def test_bars_reach_to_their_figures_and_the_first_type_is_on_top() -> None:
    texts, places = drawn(type_bars([("A", Score(1, 2, 4)), ("B", Score(1, 1, 8))], "bars"))
    assert texts == [
        *("0%", "20%", "40%", "60%", "80%", "100%", "A", "B"),
        *("50.0", "100.0", "25.0", "12.5", "33.3", "22.2", "precision", "recall", "F1"),
    ]
    left, right = places["use ink"][0][0], places["use ink"][5][0]
    bars = [places[f"path series-{number}"] for number in (1, 2, 3)]
    ends = [[(x - left) / (right - left) for x, _ in (corners[1], corners[5])] for corners in bars]
    assert ends == [pytest.approx(shares, abs=1e-3) for shares in ([1 / 2, 1], [1 / 4, 1 / 8], [1 / 3, 2 / 9])]
    tops = [corners[first][1] for first in (0, 4) for corners in bars]
    assert tops == sorted(set(tops))


def test_the_share_that_is_right_is_drawn_over_its_scores() -> None:
    texts, places = drawn(reliability_chart([Bin(0.2, 0.3, 12, 0.25, 0.125), Bin(0.8, 0.9, 24, 0.875, 0.75)], "scores"))
    scores, shares = ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"], ["0%", "20%", "40%", "60%", "80%", "100%"]
    assert texts == [*scores, "score", *shares, "share that is right"]
    (left, bottom), (right, _), (_, top) = (places["use ink"][tick] for tick in (0, 5, 11))  # the ends of the axes

    def values(what: str) -> list[float]:
        return [one for x, y in places[what] for one in ((x - left) / (right - left), (y - bottom) / (top - bottom))]

    assert values("use series-2") == pytest.approx([0.25, 0.125, 0.875, 0.75], abs=1e-3)
    assert values("path ink") == pytest.approx([0, 0, 1, 1], abs=1e-3)
    bars = [0.2, 0, 0.292, 0, 0.292, 0.125, 0.2, 0.125, 0.8, 0, 0.892, 0, 0.892, 0.75, 0.8, 0.75]
    assert values("path series-1") == pytest.approx(bars, abs=1e-3)


def test_curves_have_whole_epochs_and_shares_in_percent() -> None:
    line = [(1, 0.5), (2, 0.25), (3, 0.5)]
    texts, places = drawn(curves([line], "shares", percent=True))
    assert texts[:4] == ["1", "2", "3", "epoch"]
    assert all(text.endswith("%") for text in texts[4:])
    assert (texts[4], texts[-1]) == ("25.0%", "50.0%")
    assert [x for x, _ in places["use series-1"]] == [x for x, _ in places["use ink"][:3]]
    assert places["use series-1"] == places["path series-1"]
    svg = curves([line, [(number, 0.5) for number in range(MARKED + 1)]], "figures", percent=False)
    texts, places = drawn(svg)
    assert (texts[-1], "use series-2" in places) == ("0.5", False)  # so many marks would be a thick line
    assert [
        "stroke-dasharray" in one.attributes["style"]
        for one in read_page(svg).all("path")
        if "stroke-width: 1.5" in one.attributes["style"]
    ] == [False, True]
    assert "font-family" not in svg  # the page's letters


def test_names_of_types_are_drawn_as_they_are() -> None:
    svg = type_bars(
        [
            ("$x^2$", Score(1, 2, 3)),
            ("地名", Score(1, 1, 1)),
            (24 * "c", Score(1, 1, 1)),
            ("a\x01" + 40 * "b", Score(0, 0, 1)),
        ],
        "bars",
    )
    drawn = [one.text for one in read_page(svg).all("text")]
    assert {"$x^2$", "地名", 24 * "c", r"a\x01" + 18 * "b" + "…"} <= set(drawn)
