"""Two or more ways to do the same work, run in turns so that what else the machine does disturbs all of them alike."""

from collections.abc import Callable, Iterator, Mapping
from statistics import median
from typing import Any, NamedTuple


class Work(NamedTuple):
    """What a run does: so many of these, or as a whole."""

    amount: int = 1
    things: str = ""


class Comparison(NamedTuple):
    """nerwin against a peer: what each run cost, in `unit`.

    Less is better; `figure` turns seconds into work a second.
    """

    measure: str
    case: str
    peer: str
    ours: list[float]
    theirs: list[float]
    work: Work = Work()
    unit: str = "s"

    @property
    def ratio(self) -> float:
        """The peer's median over nerwin's: above 1, nerwin is better."""
        return median(self.theirs) / median(self.ours)

    @property
    def spread(self) -> tuple[float, float]:
        """The lowest and the highest ratio of a single turn."""
        turns = [theirs / ours for ours, theirs in zip(self.ours, self.theirs, strict=True)]
        return min(turns), max(turns)

    def to_dict(self) -> dict[str, Any]:
        """The costs of all runs, and what follows from them, fit for JSON."""
        return {**self._asdict(), "work": self.work._asdict(), "ratio": self.ratio, "spread": self.spread}

    def figure(self, costs: list[float]) -> str:
        """The median cost, or the work a second, with its unit."""
        cost = median(costs)
        if not self.work.things:
            return f"{cost:.3g} {self.unit}"
        rate = self.work.amount / cost
        return f"{rate:,.0f} {self.work.things}/s" if rate >= 10 else f"{rate:.2g} {self.work.things}/s"


Run = Callable[[], float]  # does the work once; its cost


def compare(
    measure: str, case: str, runs: int, ours: Run, peers: Mapping[str, Run], work: Work = Work()
) -> Iterator[Comparison]:
    """So many turns of nerwin and of every peer; a comparison with each peer."""
    own: list[float] = []
    costs: dict[str, list[float]] = {peer: [] for peer in peers}
    for _ in range(runs):
        own.append(ours())
        for peer, run in peers.items():
            costs[peer].append(run())
    for peer in peers:
        yield Comparison(measure, case, peer, own, costs[peer], work)
