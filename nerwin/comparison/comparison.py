"""A grid of trainings in parallel, which can be stopped and started again.

Each cell of the grid has a run folder of its own, and a line in `results.jsonl` once it is finished. At the next start,
finished cells are skipped, and a cell that was interrupted continues where it was.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import as_completed
from contextlib import suppress
from pathlib import Path

from nerwin.comparison.grid import Cell, called, digest, keys_of, run_of, spelled
from nerwin.comparison.results import Result, append_result, read_results
from nerwin.config.corpora import corpus_sources
from nerwin.config.idle import idle
from nerwin.config.reading import load_config, named_files, non_default
from nerwin.config.settings import Config
from nerwin.config.yaml_files import write_yaml
from nerwin.counts import counted
from nerwin.errors import ConfigError, CorpusError, ModelError, NerwinError, VectorsError, short_of_memory
from nerwin.files.fingerprints import Fingerprint
from nerwin.model.files import read_sources
from nerwin.parallel.workers import Workers
from nerwin.parts.same_data import check_same_data
from nerwin.run.metrics import read_metrics
from nerwin.run.resumption import check_resumable, keep_places
from nerwin.run.run import Run
from nerwin.storage.folders import BEST, CELLS, CONFIG, RUNS, check_empty, check_no_links, kind_of
from nerwin.storage.lock import Lock, wait_until_free
from nerwin.vectors.cache import vectors_source

THREADS = "training.threads"
ORPHAN_SECONDS = 5.0  # in which the workers of a comparison that was killed notice that


def folder_of(config: Path, overrides: Sequence[str]) -> Path:
    """The default folder of comparisons over a configuration: the same command finds the same one again, also where the
    current folder has moved with all that is in it."""
    settings, here = load_config(config, overrides), Path.cwd()
    chosen = non_default(settings.to_dict())
    for key, path in named_files(settings).items():
        if path and path.is_relative_to(here):
            chosen[key] = str(path.relative_to(here))
    return RUNS / f"compare-{config.stem}-{digest(chosen)}"


class Comparison:
    """A grid of cells over a configuration, in a folder; of cells that amount to the same training only the first.

    Making one checks all cells, and writes the configuration into a folder that is new.
    """

    def __init__(self, folder: Path, config: Path, overrides: Sequence[str], cells: Sequence[Cell]) -> None:
        self.folder, self._base = folder, (config, overrides)
        # A mistake in any cell shows before the first is trained.
        configs = {cell: self._load(cell) for cell in cells}
        first: dict[str, Cell] = {}
        self._same = {cell: first.setdefault(digest(one.to_dict()), cell) for cell, one in configs.items()}
        self._configs = {spelled(cell, configs[cell]): configs[cell] for cell in first.values()}
        self.cells = list(self._configs)
        base = self._load(())
        self._check_cells(base)
        self._open(base)

    def _check_cells(self, base: Config) -> None:
        """Refuse cells that cannot be compared.

        Raises:
            ConfigError: some learn from dev, or have another number of threads than the others.
        """
        if any(one.training.refit for one in self._configs.values()):
            raise ConfigError(
                "training.refit: expected cells that dev ranks, found some that learn from it. Take it out, or train "
                "them one by one with `nerwin train`; `nerwin average` joins them."
            )
        if any(one.training.threads != base.training.threads for one in self._configs.values()):
            raise ConfigError(
                f"--vary {THREADS}: expected the same number in all cells, since a process has it before its first "
                "cell, found another. Give it with --set."
            )

    def _open(self, base: Config) -> None:
        """Make the folder that of this comparison, if it is not so already.

        Raises:
            ModelError: it holds something else, or cannot be written. ConfigError: its comparison has another
                configuration.
        """
        folder = self.folder
        if (kind := kind_of(folder)) not in ("comparison", None):
            raise ModelError(
                f"{folder}: expected a comparison or an empty folder, found a {kind}. Choose another --output."
            )
        check_no_links(folder, map(run_of, self.cells))
        if (folder / CONFIG).exists():
            check_resumable(folder, base, "choose another --output")
            return
        check_empty(folder, "Choose another --output.")
        try:
            with Lock(folder):
                write_yaml(folder / CONFIG, base.to_dict())
        except OSError as error:
            raise ModelError(f"{folder}: cannot write here: {error.strerror}. Choose another --output.") from error

    def _load(self, cell: Cell) -> Config:
        config, overrides = self._base
        return load_config(config, [*overrides, *cell])

    def left_out(self) -> Iterator[str]:
        """Notes on the cells that amount to the same training as an earlier one."""
        for cell, earlier in self._same.items():
            if cell != earlier:
                yield f"{called(cell)} is left out: the same training as {called(earlier)}"

    def without_effect(self) -> Iterator[str]:
        """Notes on the keys that are varied without effect, in some cells or in all."""
        varied = keys_of(self.cells)
        cells = Counter(found for cell in self.cells for found in idle(self._configs[cell], varied).items())
        for (key, need), count in cells.items():
            yield f"{key} has no effect in {count} of {counted(len(self.cells), 'cell')}: it needs {need}"
        least = max(config.scorer.per_type for config in self._configs.values())
        if "scorer.hidden" in varied and least:
            yield f"scorer.hidden has no effect where it ends with fewer than {least:,} a type (scorer.per_type)"

    def finished(self) -> list[Result]:
        """The cells that an earlier start has finished.

        A half-written last line counts for nothing, nor does a cell that failed: it is tried again.

        Raises:
            ConfigError: one was trained on other data than there are now.
        """
        done = self._done()
        self._check_data(done)
        return done

    def _done(self) -> list[Result]:
        found: dict[Cell, Result] = {}
        for result in read_results(self.folder):
            with suppress(ConfigError):  # its key may no longer exist
                cell = spelled(result.cell, self._load(result.cell))  # earlier versions wrote it as it was given
                found[cell] = result._replace(cell=cell)
        return [found[cell] for cell in self.cells if cell in found and found[cell].error is None]

    def _check_data(self, results: Sequence[Result]) -> None:
        """Refuse results of other data than there are now, as far as the models and the data still exist."""
        now = self._data([result.cell for result in results])
        for result in results:
            with suppress(ModelError):
                trained = read_sources(self.folder / result.folder / BEST)
                check_same_data(self.folder, self._configs[result.cell], trained, now[result.cell])

    def _data(self, cells: Sequence[Cell]) -> dict[Cell, dict[str, Fingerprint]]:
        """The files of each cell as they are now; none where one cannot be read."""
        corpora: dict[tuple[Path | None, Path | None], dict[str, Fingerprint]] = {}  # most cells have the same ones
        data: dict[Cell, dict[str, Fingerprint]] = {cell: {} for cell in cells}
        for cell in cells:
            config = self._configs[cell]
            files = config.corpus.train, config.corpus.dev
            with suppress(CorpusError, VectorsError):
                now = corpora[files] = corpora.get(files) or corpus_sources(config.corpus)
                vectors = config.words.vectors
                data[cell] = now if vectors is None else {**now, "words.vectors": vectors_source(vectors)}
        return data

    def run(self, workers: Workers) -> Iterator[Result]:
        """Train the cells that are not finished; yields the result of each as it ends.

        `finished`, which is called before, has checked that the data are those of the finished cells; a cell whose data
        change after that fails.

        Raises:
            ModelError: another process trains here, or a result cannot be written. WorkerError: a worker cannot start,
                or was lost.
        """
        with Lock(self.folder) as lock:
            done = {result.cell for result in self._done()}
            self._keep_places(done)
            left = [cell for cell in self.cells if cell not in done]
            if not left:
                return
            (self.folder / CELLS).mkdir(exist_ok=True)
            data, folder = self._data(left), self.folder.absolute()
            with workers as pool:
                cells = {
                    pool.submit(train_cell, folder / run_of(cell), self._configs[cell], data[cell]): cell
                    for cell in left
                }
                for task in as_completed(cells):
                    cell = cells[task]
                    result = task.result()._replace(cell=cell, folder=run_of(cell))
                    lock.check()
                    append_result(self.folder, result)
                    yield result

    def _keep_places(self, done: Collection[Cell]) -> None:
        """Write down where the files stand now, also in the runs of finished cells, as far as these still exist."""
        keep_places(self.folder, self._load(()))
        for cell in done:
            with suppress(ConfigError):
                keep_places(self.folder / run_of(cell), self._configs[cell])


def train_cell(folder: Path, config: Config, data: Mapping[str, Fingerprint]) -> Result:
    """Train one cell, or what is left of it, in a process of its own. An error is its result, so that the others go on.

    The result does not know which cell it is of, nor its folder: the caller adds these.

    Args:
        data: the files as they must be, as far as that is known.
    """
    try:
        # Nobody tells a worker of a cluster that the comparison has ended. It must not make the folder again.
        if not folder.parent.is_dir():
            raise ModelError(f"{folder.parent}: expected the folder of all cells, found it taken away. Begin again.")
        wait_until_free(folder, ORPHAN_SECONDS)
        started = (folder / CONFIG).exists()
        run = Run.resume(folder, config) if started else Run.start(folder, config, overwrite=True)
        check_same_data(folder.parent.parent, config, data, run.trainer.model.sources)  # named by the whole comparison
        for _ in run.train():
            pass
        epochs = read_metrics(folder)
    except NerwinError as error:
        return Result((), error=str(error))
    except MemoryError as error:
        return Result((), error=short_of_memory(error))
    standing = run.trainer.model.standing
    return Result(
        (),
        f1=standing.best_f1,
        epochs=standing.epoch,
        seconds=sum(epoch.seconds for epoch in epochs),
        active=epochs[-1].active,
    )
