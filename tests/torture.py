"""Trainings killed at random moments and continued: each must end with the bytes of one that was never stopped.

    python -m tests.torture [--kills 200] [--seed 0]

A process is forked, trains, and gets SIGKILL after a random part of the time that the whole takes; then another one
continues, and so on, until one comes to the end. After every kill the best model must load, if there is one.
"""

import argparse
import contextlib
import json
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import NamedTuple

from nerwin.comparison.comparison import Comparison
from nerwin.comparison.grid import grid
from nerwin.config.reading import load_config
from nerwin.parallel.workers import processes
from nerwin.pretraining.run import STATE, PretrainRun, state_folder
from nerwin.pretraining.settings import PretrainSettings
from nerwin.pretraining.text import read_text
from nerwin.run.run import Run
from nerwin.storage.folders import CONFIG, MANIFEST, METRICS
from nerwin.tagging.tagger import load
from tests.village import village_config

os.environ.setdefault("PYTHONWARNINGS", "ignore:resource_tracker")  # what is killed cannot tidy up
PATIENCE = 120.0  # seconds after which a training hangs
TIMES = ("seconds", "windows_per_second")  # what the clock decides
SETTINGS = (
    "training.epochs=5",
    "training.checkpoint_minutes=0.0001",  # so that most kills come while something is written
    "objective.corruption=sequence",
    "scorer.dropout=0.2",
    "optimizer.name=adam",
    "features.ngrams=4",
)
PRETRAIN = PretrainSettings(dim=8, vocabulary=100, window=5, epochs=40, hidden=6, negatives=16, stretches=8)


class Kind(NamedTuple):
    """A work that can be killed: what begins or continues it in a folder, and what it leaves there."""

    work: Callable[[Path], None]
    left: Callable[[Path], dict[str, bytes | str]]


class Tally(NamedTuple):
    """How many trainings were killed so often in all, and what was wrong with how many."""

    kills: int
    trainings: int
    different: int


def _train(folder: Path) -> None:
    config = load_config(folder / "village.yaml", SETTINGS)
    run = folder / "run"
    started = (run / CONFIG).exists()
    for _ in (Run.resume(run, config) if started else Run.start(run, config)).train():
        pass


def _trained(folder: Path) -> dict[str, bytes | str]:
    return _run_contents(folder / "run")


def _run_contents(run: Path) -> dict[str, bytes | str]:
    files = {str(path.relative_to(run)): path for path in sorted(run.rglob("*")) if path.is_file()}
    lines = [json.loads(line) for line in files.pop(METRICS).read_text(encoding="utf-8").splitlines()]
    untimed = json.dumps([{key: value for key, value in line.items() if key not in TIMES} for line in lines])
    return {METRICS: untimed, **{name: path.read_bytes() for name, path in files.items() if name != CONFIG}}


def _pretrain(folder: Path) -> None:
    output, text = folder / "vectors.txt", read_text([folder / "village.txt"], PRETRAIN.vocabulary, PRETRAIN.window)
    if output.exists():
        return
    started = (state_folder(output) / STATE).exists()
    for _ in (PretrainRun.resume if started else PretrainRun.start)(output, text, PRETRAIN).train():
        pass


def _pretrained(folder: Path) -> dict[str, bytes | str]:
    return {"vectors.txt": (folder / "vectors.txt").read_bytes()}


def _compare(folder: Path) -> None:
    cells = grid(["training.seed=1,2", "scorer.hidden=[4],[5]"])
    for result in Comparison(folder / "grid", folder / "village.yaml", SETTINGS, cells).run(processes(2)):
        if result.error:
            raise AssertionError(result.error)


def _compared(folder: Path) -> dict[str, bytes | str]:
    runs = sorted((folder / "grid" / "cells").iterdir())
    return {f"{run.name}/{name}": found for run in runs for name, found in _run_contents(run).items()}


KINDS = {
    "train": Kind(_train, _trained),
    "pretrain": Kind(_pretrain, _pretrained),
    "compare": Kind(_compare, _compared),
}


def torture(name: str, kills: int, rng: random.Random) -> Tally:
    """Kill works of one kind so often in all."""
    kind, killed, trainings, different = KINDS[name], 0, 0, 0
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "here"  # always the same one, since a model knows where its corpus is
        started = time.monotonic()
        _until_done(kind, _fresh(folder), waits=iter(()))
        whole, seconds = kind.left(folder), time.monotonic() - started
        while killed < kills:
            waits = (rng.uniform(0, seconds) for _ in range(min(kills - killed, rng.randint(1, 5))))
            killed += _until_done(kind, _fresh(folder), waits)
            different += _differs(kind.left(folder), whole)
            trainings += 1
    return Tally(killed, trainings, different)


def _differs(left: dict[str, bytes | str], whole: dict[str, bytes | str]) -> bool:
    """Whether two works left other things, which are then named."""
    names = [name for name in sorted(left | whole) if left.get(name) != whole.get(name)]
    if names:
        print(f"differs: {', '.join(names)}", flush=True)
    return bool(names)


def _fresh(folder: Path) -> Path:
    """The folder with a corpus and a text in it, and nothing else."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(exist_ok=True)
    village_config(folder)
    words = (line.split("\t")[0] or "\n" for line in (folder / "village.conll").read_text("utf-8").splitlines())
    (folder / "village.txt").write_text(" ".join(words), encoding="utf-8")
    return folder


def _until_done(kind: Kind, folder: Path, waits: Iterator[float]) -> int:
    """Let processes work until one comes to its end; how many were killed before theirs."""
    killed = 0
    while True:
        process = multiprocessing.get_context("fork").Process(target=_alone, args=(kind.work, folder))
        process.start()
        process.join(next(waits, PATIENCE))
        if process.exitcode is None:
            _kill(process)
            killed += 1
            for best in folder.rglob(f"best/{MANIFEST}"):
                load(best.parent).tag(["Mira", "left", "Quellmark"])
        elif process.exitcode == 0:
            return killed
        else:
            raise AssertionError(f"{folder}: a process ended with exit code {process.exitcode}")


def _alone(work: Callable[[Path], None], folder: Path) -> None:
    with contextlib.redirect_stdout(sys.stderr):
        work(folder)


def _kill(process: BaseProcess) -> None:
    """Kill a process; its own workers notice it a moment later, and may write until then."""
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200, help="in all; a tenth of them for nerwin compare")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    rng, few = random.Random(chosen.seed), chosen.kills // 10
    shares = {"compare": few, "pretrain": (chosen.kills - few) // 2}
    shares["train"] = chosen.kills - sum(shares.values())
    different = 0
    for name, kills in shares.items():
        found = torture(name, kills, rng)
        print(f"{name}: {found.kills} kills of {found.trainings} works, {found.different} ended otherwise", flush=True)
        different += found.different
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
