"""Run many cases: `python -m tests.fuzz --cases 100000 --seed 1`; `--kind columns --only 17` repeats one."""

import argparse
import sys
import time
from collections import Counter

from tests.fuzz.cases import Outcome, run_case
from tests.fuzz.kinds import KINDS, share


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="damaged input of every kind")
    parser.add_argument("--cases", type=int, default=100_000, help="in all, one kind after the other")
    parser.add_argument("--seed", type=int, default=1, help="the first case's; the others follow it")
    parser.add_argument("--kind", choices=KINDS, action="append", help="this kind alone; repeatable")
    parser.add_argument("--only", type=int, help="the seed of one case")
    given = parser.parse_args()
    names = given.kind or list(KINDS)
    unit = -(-given.cases // sum(map(share, names)))
    seeds = {name: range(given.seed, given.seed + unit * share(name)) for name in names}
    if given.only is not None:
        seeds = {name: range(given.only, given.only + 1) for name in names}
    failed = sum(_run(name, seeds[name]) for name in names)
    print(f"{sum(map(len, seeds.values())):,} cases, {failed:,} failed")
    return 1 if failed else 0


def _run(name: str, seeds: range) -> int:
    """Run the cases of a kind, print a line of counts, and each different fault once; the number that failed."""
    started, slowest = time.perf_counter(), Outcome()
    counts, faults, examples = Counter[str](), dict[str, list[int]](), dict[str, str]()
    for seed in seeds:
        outcome = run_case(name, KINDS[name], seed)
        counts["failed" if outcome.fault else "refused" if outcome.refused else "accepted"] += 1
        slowest = max(slowest, outcome, key=lambda one: one.seconds)
        if outcome.fault:
            faults.setdefault(_place(outcome.fault), []).append(seed)
            examples.setdefault(_place(outcome.fault), outcome.fault)
    figures = ", ".join(f"{counts[one]:,} {one}" for one in ("accepted", "refused", "failed"))
    print(f"{name}: {figures}; {time.perf_counter() - started:.0f} s, the slowest {slowest.seconds:.2f} s", flush=True)
    for place, where in faults.items():
        print(f"  seeds {where[:10]}{'' if len(where) <= 10 else f' and {len(where) - 10} more'}:\n{examples[place]}")
    return counts["failed"]


def _place(fault: str) -> str:
    """The last line of code in a traceback: what tells faults apart."""
    places = [line for line in fault.split("\n") if line.startswith("  File ")]
    return places[-1] if places else fault.partition(":")[0]


if __name__ == "__main__":
    sys.exit(main())
