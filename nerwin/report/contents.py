"""All that a report of runs shows, before anything is drawn."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from nerwin.analysis.inspection import Detector, inspect_detectors
from nerwin.config.corpora import scored_part
from nerwin.config.reading import non_default
from nerwin.corpora.corpus import Corpus
from nerwin.errors import ConfigError
from nerwin.evaluation.mistakes import Mistake, find_mistakes
from nerwin.evaluation.reliability import Bin, reliability
from nerwin.evaluation.scores import Evaluation, evaluate_tags
from nerwin.model.files import load_model
from nerwin.model.model import Model
from nerwin.report.familiarity import Names, Recall, recall_by_familiarity, training_names
from nerwin.run.metrics import Epoch, read_metrics
from nerwin.storage.folders import MANIFEST, METRICS, PAGE, model_folder
from nerwin.tagging.tagger import Tagger
from nerwin.text.tags import Span, iob2, spans

PROBED = 1000  # sentences whose windows the detectors are shown


class RunReport(NamedTuple):
    """A run, or a model alone, and how well it tags a corpus.

    epochs: none of a model alone, such as an average. kept: that of the model; 0 of an average. dev_f1: the model's;
    None where dev is learned from too. types: that the model knows. described: how the corpus was read.
    """

    folder: Path
    epochs: list[Epoch]
    kept: int
    dev_f1: float | None
    config: dict[str, Any]
    changed: dict[str, Any]
    parameters: int
    types: list[str]
    data: str
    described: str
    evaluation: Evaluation


class Closeup(NamedTuple):
    """A run from near: its mistakes, whether its scores can be believed, and its detectors.

    gold, found: the true entities of each sentence, and those found, with their scores. names: the entities of the
    training part; None where it is not here. recalls: of entities that are among them, and of the others.
    """

    corpus: Corpus
    gold: list[list[Span]]
    found: list[dict[Span, float]]
    mistakes: list[Mistake]
    names: Names | None
    recalls: dict[bool, Recall]
    bins: list[Bin]
    detectors: list[Detector]


def report_runs(
    runs: Sequence[Path], data: Path | None, columns: Mapping[str, Any] | None = None
) -> tuple[list[RunReport], Closeup]:
    """Every run, or model folder, and the first from near.

    Args:
        data: the corpus that all are scored on; None: of each, as `scored_part` chooses.
        columns: keys of `corpus`, such as word_column, that replace the models' for what they are scored on.

    Raises:
        ModelError: a folder without metrics or without a model. ConfigError: nothing to score a model on.
        CorpusError: a corpus that cannot be read.
    """
    metrics = [_epochs(run) for run in runs]  # the cheapest way to see a mistyped folder
    models = [load_model(model_folder(run)) for run in runs]
    reports: list[RunReport] = []
    for run, epochs, model in zip(runs, metrics, models, strict=True):
        try:
            corpus = scored_part(model.config, model.sources, data, columns)
        except ConfigError as error:
            raise ConfigError(f"{run}: {error}") from error
        tags, found = _find(model, corpus)
        if not reports:
            closeup = _look_closer(model, corpus, found)
        config = model.config.to_dict()
        reports.append(
            RunReport(
                folder=run,
                epochs=epochs,
                kept=model.standing.best_epoch,
                dev_f1=None if model.config.training.refit else model.standing.best_f1,
                config=config,
                changed=non_default(config),
                parameters=sum(value.size for value in model.params.values()),
                types=model.types,
                data=corpus.path,
                described=corpus.describe(),
                evaluation=evaluate_tags(corpus.tags, tags),
            )
        )
    return reports, closeup


def page_of(run: Path) -> Path:
    """Where the page of a run stands: in its folder, or beside that of a model, which holds the model alone."""
    if not _is_model(run):
        return run / PAGE
    named = run if run.name.strip(".") else run.resolve()  # "." and ".." are no names
    return named.with_name(f"{named.name}.html")


def _is_model(run: Path) -> bool:
    return (run / MANIFEST).is_file()


def _epochs(run: Path) -> list[Epoch]:
    """The epochs of a run; a model alone has none.

    Raises:
        ModelError: it is neither.
    """
    if _is_model(run):
        return []
    if not (run / METRICS).is_file():
        model_folder(run)  # says what stands there in place of a run
    return read_metrics(run)


def _find(model: Model, corpus: Corpus) -> tuple[list[list[str]], list[dict[Span, float]]]:
    """The tags of each sentence, and the entities that they spell with their scores."""
    found = [dict(own) for own in Tagger(model).spans_of_many([corpus.words])]
    tags = [iob2(list(own), len(words)) for own, words in zip(found, corpus.words, strict=True)]
    return tags, found


def _look_closer(model: Model, corpus: Corpus, found: list[dict[Span, float]]) -> Closeup:
    gold = [spans(sentence.tags) for sentence in corpus.sentences]
    names = training_names(model.config, model.sources)
    claims = [
        (score, span in truth)
        for truth, claimed in zip(map(set, gold), found, strict=True)
        for span, score in claimed.items()
    ]
    return Closeup(
        corpus=corpus,
        gold=gold,
        found=found,
        mistakes=find_mistakes(gold, found),
        names=names,
        recalls={} if names is None else recall_by_familiarity(corpus.sentences, found, names),
        bins=reliability([score for score, _ in claims], [right for _, right in claims]),
        detectors=inspect_detectors(model, corpus.words[:PROBED]),
    )
