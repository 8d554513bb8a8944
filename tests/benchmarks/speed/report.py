"""Comparisons as a table."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from statistics import geometric_mean

from tests.benchmarks.markdown import markdown_table
from tests.benchmarks.speed.comparison import Comparison


def report(comparisons: Sequence[Comparison]) -> str:
    """A row a comparison, and what those of one measure come to together."""
    head = ["measure", "case", "peer", "nerwin", "the peer", "ratio", "of single turns"]
    table = markdown_table(head, [row(one) for one in comparisons], texts=3)
    note = "ratio: what it costs the peer over what it costs nerwin, medians; above 1, nerwin is better."
    return "\n".join([table, "", note, *_together(comparisons)])


def row(one: Comparison) -> list[str]:
    low, high = one.spread
    costs = [one.figure(one.ours), one.figure(one.theirs)]
    return [one.measure, one.case, one.peer, *costs, f"{one.ratio:.2f}", f"{low:.2f} to {high:.2f}"]


def _together(comparisons: Iterable[Comparison]) -> Iterator[str]:
    """The geometric mean and the minimum of measures with several cases."""
    for (measure, peer), group in groupby(comparisons, key=lambda one: (one.measure, one.peer)):
        ratios = [one.ratio for one in group]
        if len(ratios) > 1:
            yield (
                f"{measure} against {peer}, {len(ratios)} cases: "
                f"geometric mean {geometric_mean(ratios):.2f}, minimum {min(ratios):.2f}"
            )
