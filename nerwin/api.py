"""The long jobs as functions for Python: `nerwin.train`, `nerwin.average` and `nerwin.evaluate`. They print nothing."""

import warnings
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import closing
from os import PathLike
from pathlib import Path
from typing import Any

from nerwin.config.corpora import changed_part, scored_part
from nerwin.config.overrides import apply_setting
from nerwin.config.reading import key_types, make_config, missing_parts
from nerwin.config.settings import Config
from nerwin.config.yaml_files import read_yaml
from nerwin.corpora.corpus import Corpus
from nerwin.errors import ConfigError, CorpusError
from nerwin.evaluation.scores import Evaluation
from nerwin.model import committee
from nerwin.model.files import load_model
from nerwin.model.model import Standing
from nerwin.parts.parts import Parts
from nerwin.parts.reading import read_parts
from nerwin.parts.same_data import check_same_data
from nerwin.run.run import Run
from nerwin.storage.folders import folder_path, model_folder, named_folder, run_config
from nerwin.tagging.tagger import Tagger, load
from nerwin.training.state import Batched, EpochDone
from nerwin.training.trainer import Trainer

Progress = Callable[[Batched | EpochDone], object]


def train(
    config: Config | Mapping[str, Any] | str | Path,
    output: str | Path | None = None,
    *,
    settings: Mapping[str, Any] | None = None,
    resume: bool = False,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Tagger:
    """Train a tagger: that of the epoch with the best dev F1, or the last one (training.keep, training.refit).

    >>> import nerwin
    >>> tagger = nerwin.train("my.yaml", settings={"training.epochs": 12})
    >>> tagger.entities("Museums in Paris are amazing")[0].text
    'Paris'

    Matrix products take as many threads as the environment says when numpy is first imported
    (OPENBLAS_NUM_THREADS); `training.threads` is for the command. Without `corpus.dev`, every tenth sentence of the
    training part is held out.

    Args:
        config: the path of a YAML file, its content as a mapping, or a Config.
        output: the run folder, as `nerwin train` writes it; None: nothing is written, and the tagger can be saved.
        settings: values of single keys that replace those of the configuration, e.g. {"training.epochs": 3}. Relative
            paths start at its file if they are found from there, or else here.
        resume: whether to continue the run in the folder.
        overwrite: whether to replace it; a folder that holds something else is refused.
        progress: is called with a record after every minibatch (Batched) and epoch (EpochDone). What it raises ends
            the training; a run folder can then be resumed.

    Raises:
        ConfigError, CorpusError, VectorsError: what `nerwin train` refuses, in the same words.
        ModelError: the folder is in use, cannot be written, or holds a run that may be neither resumed nor replaced.
        TrainingDiverged: the loss is no longer finite.
    """
    if progress is not None and not callable(progress):
        raise TypeError(f"progress: expected a function of a record, found {type(progress).__name__}")
    chosen = as_config(config, settings)
    if resume and (overwrite or output is None):
        raise ConfigError(
            f"resume: expected a run folder in output, and no overwrite, found output={str(output)!r} and "
            f"overwrite={overwrite}. Name the run to continue."
        )
    if output is None:
        return train_on(chosen, read_parts(chosen), progress)
    folder = named_folder(output)
    run = Run.resume(folder, chosen) if resume else Run.start(folder, chosen, overwrite=overwrite)
    _tell(run.train(), progress)
    return load(folder)


def train_on(config: Config, parts: Parts, progress: Progress | None = None) -> Tagger:
    """Train on parts that are in memory, and write nothing; otherwise as `train`."""
    trainer = Trainer.start(config, parts)
    best = trainer.model

    def keep(record: Batched | EpochDone) -> None:
        nonlocal best
        if isinstance(record, EpochDone) and record.best:
            best = trainer.model.copy()
        if progress is not None:
            progress(record)

    _tell(trainer.run(), keep)
    return Tagger(best)


def _tell(records: Generator[Batched | EpochDone, None, None], progress: Progress | None) -> None:
    with closing(records):  # what `progress` raises would keep it, and the lock of its folder, alive
        for record in records:
            if progress is not None:
                progress(record)


def average(models: Iterable[str | Path]) -> Tagger:
    """One tagger that gives the mean of the scores of several models of one configuration, from different seeds.

    Its thresholds are the mean of theirs. How likely its entities are right is fitted on their dev part, unless they
    have learned from that.

    >>> import nerwin
    >>> runs = {seed: f"runs/seed{seed}" for seed in (1, 2, 3)}
    >>> for seed, run in runs.items():
    ...     _ = nerwin.train("my.yaml", run, settings={"training.seed": seed})
    >>> nerwin.average(list(runs.values())).save("runs/average")

    Args:
        models: two or more run folders, or their best/ or last/.

    Raises:
        ConfigError: fewer than two, together they are wider than a model may be, or their data have changed.
        ModelError: one of them is not there or damaged, they differ in data or configuration, or two are from one seed.
        CorpusError: their corpus cannot be read.
    """
    if isinstance(models, str | bytes) or not isinstance(models, Iterable):
        raise TypeError(f"expected several models, found {models!r}. Put them into a list.")
    paths = [folder_path(one) for one in models]
    loaded = [load_model(model_folder(path)) for path in paths]
    if len(loaded) < 2:
        raise ConfigError(f"average: expected two or more models, found {len(loaded)}. Name the runs of several seeds.")
    whole = committee.average(loaded)
    _check_corpus_found(paths[0], loaded[0].config)
    parts = read_parts(loaded[0].config)
    check_same_data(paths[0], whole.config, whole.sources, parts.sources, "Restore the file.")
    if parts.dev.tags:
        whole.standing = Standing(best_f1=committee.calibrate_on(whole, *parts.dev, parts.vocabulary.forms))
    return Tagger(whole)


def _check_corpus_found(run: Path, config: Config) -> None:
    """Refuse a run whose corpus is gone, and say where its new place can be written."""
    missing = missing_parts(config)
    if gone := [str(missing[key]) for key in ("corpus.train", "corpus.dev") if key in missing]:
        path = run_config(model_folder(run))
        remedy = f"Write into {path} where they are now." if path else "Bring them back."
        raise CorpusError(
            f"{run}: expected the files that it learned from, found no {', '.join(dict.fromkeys(gone))}. {remedy}"
        )


def evaluate(model: Tagger | str | Path | None = None, data: str | Path | None = None) -> Evaluation:
    """Score a model on a tagged corpus, as `nerwin evaluate` does.

    >>> import nerwin
    >>> result = nerwin.evaluate("runs/mine", "data/test.conll")
    >>> result.overall.f1 == result.to_dict()["f1"]
    True

    Args:
        model: a tagger, a run folder, or its best/ or last/; None: the newest run under runs/.
        data: a file as the model's configuration describes it; None: the configuration's test part, or else its dev
            part, or else what was held out for one.

    Warns:
        UserWarning: the file has changed since the model was trained with it.

    Raises:
        ModelError: no such model, or a damaged one. ConfigError: nothing to score on. CorpusError: a file that cannot
            be read.
    """
    tagger = model if isinstance(model, Tagger) else load(model)
    corpus, result = score(tagger, data)
    if changed := changed_part(corpus.path, tagger.model.config.to_dict(), tagger.model.sources):
        said = f"{corpus.path}: the file is not what it was when the model was trained with it, as {changed}"
        warnings.warn(said, UserWarning, stacklevel=2)
    return result


def score(
    tagger: Tagger, data: str | Path | None, columns: Mapping[str, Any] | None = None
) -> tuple[Corpus, Evaluation]:
    """The corpus that a tagger is scored on, which `evaluate` chooses, and how well it does.

    Args:
        columns: keys of `corpus`, such as word_column, that replace the model's.

    Raises:
        TypeError: data is something else, such as bytes.
    """
    if not isinstance(data, str | PathLike | None):
        raise TypeError(f"data: expected a file as str or Path, found {type(data).__name__}. Name its path.")
    place = None if data is None else Path(data)
    corpus = scored_part(tagger.model.config, tagger.model.sources, place, columns)
    return corpus, tagger.evaluate(corpus.words, corpus.tags)


def as_config(config: Config | Mapping[str, Any] | str | Path, settings: Mapping[str, Any] | None = None) -> Config:
    """The configuration that Python code means.

    Args:
        config: itself, the path of a YAML file, or its content as plain values; relative paths in these start here.
        settings: values of single keys such as `training.epochs` that replace the configuration's.

    Raises:
        ConfigError: as `load_config`.
    """
    base, where = Path.cwd(), "config"
    if isinstance(config, Config):
        content = config.to_dict()
    elif isinstance(config, str | PathLike):
        base, where = Path(config).parent.resolve(), str(config)
        content = read_yaml(Path(config))
    elif isinstance(config, Mapping):
        content = _copied(config)
    else:
        raise TypeError(f"config: expected a path, a mapping or a Config, found {type(config).__name__}")
    if not isinstance(settings, Mapping | None):
        raise TypeError(f"settings: expected a mapping of keys to values, found {type(settings).__name__}")
    legal = key_types()
    for key, value in (settings or {}).items():
        own = _copied(value) if isinstance(value, Mapping) else value  # a later key may write into the section
        apply_setting(content, key, own, legal, base)
    return make_config(content, base=base, where=where)


def _copied(content: Mapping[str, Any]) -> dict[str, Any]:
    """Nested mappings whose change does not change those of the caller."""
    return {key: _copied(value) if isinstance(value, Mapping) else value for key, value in content.items()}
