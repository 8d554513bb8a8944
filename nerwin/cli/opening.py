"""What a training says first: what it will do, and what of its settings may not be meant."""

from collections.abc import Iterator

from nerwin.config.idle import idle
from nerwin.config.reading import non_default
from nerwin.config.settings import Config, CorpusConfig
from nerwin.counts import counted
from nerwin.model.manifest import read_manifest
from nerwin.run.run import Run
from nerwin.shipped import place_of
from nerwin.storage.folders import model_folder
from nerwin.text.vocabulary import KNOWN
from nerwin.training.trainer import Trainer

FEW_STEPS = 20


def still_shipped(corpus: CorpusConfig) -> Iterator[str]:
    """A note where dev or test is still the shipped corpus's, though train is another one."""
    ours = place_of("data").resolve()
    if corpus.train is None or corpus.train.parent == ours:
        return
    for name, path in (("dev", corpus.dev), ("test", corpus.test)):
        if path is not None and path.parent == ours:
            yield f"corpus.{name} is still {path}, of the shipped corpus: set it to your own part, or to null"


def tested_twice(corpus: CorpusConfig) -> Iterator[str]:
    """A note where the test part is a part that the model is made with."""
    for name, path, use in (
        ("train", corpus.train, "teaches the model"),
        ("dev", corpus.dev, "chooses its thresholds"),
    ):
        if path is not None and path == corpus.test:
            yield f"corpus.test is the file of corpus.{name}, which {use}: its F1 is no score on new text"


def plan(run: Run) -> Iterator[str]:
    """What is about to be trained, in figures (`--verbose`)."""
    trainer, parts = run.trainer, run.parts
    settings, params = trainer.config, trainer.model.params
    words, known = set(parts.words[KNOWN:]), set(parts.words[KNOWN : parts.train_forms])
    yield f"forms {len(words):,}, of which {len(words - known):,} are in dev alone"
    yield f"types {' '.join(parts.types)}; scores a word: {len(trainer.corruption.names)}"
    around = ", and the other words of the sentence as one" if settings.window.sentence else ""
    yield f"window {counted(settings.window.size, 'word')} of {counted(sum(trainer.model.widths), 'number')}{around}"
    yield "parameters " + ", ".join(f"{name} {'x'.join(map(str, value.shape))}" for name, value in params.items())
    passes = f", in {trainer.passes} passes" if trainer.passes > 1 else ""
    yield (
        f"an epoch {counted(trainer.pairs, 'pair')}{passes}, about {counted(trainer.minibatches, 'step')} of "
        f"{settings.training.batch_size}; "
        f"at most {counted(settings.training.epochs, 'epoch')}"
    )
    yield f"folder {run.folder}"


def without_effect(config: Config) -> Iterator[str]:
    """The keys that are set and have no effect."""
    for key, need in idle(config, non_default(config.to_dict())).items():
        yield f"{key} is set and has no effect: it needs {need}"


def equal_start(config: Config) -> Iterator[str]:
    """A note where nothing tells the detectors of a layer apart."""
    if config.scorer.init == "zero":
        yield (
            "scorer.init is zero: all detectors of a layer start equal and, but for dropout, get equal gradients or "
            "none, so that they never differ (lecture 2.6); xavier starts them apart"
        )


def widened(trainer: Trainer) -> Iterator[str]:
    """A note where the types ask for more detectors than are set."""
    scorer, width = trainer.config.scorer, trainer.model.hidden[-1]
    if width > scorer.hidden[-1]:
        yield (
            f"scorer.hidden ends with {scorer.hidden[-1]:,}, the last layer has {counted(width, 'detector')}: "
            f"{scorer.per_type:,} a type (scorer.per_type)"
        )


def few_steps(trainer: Trainer) -> Iterator[str]:
    """A hint where an epoch has so few steps that even many epochs teach little."""
    size = trainer.config.training.batch_size
    if trainer.minibatches < FEW_STEPS and size > 1:
        yield (
            f"an epoch has only {counted(trainer.minibatches, 'minibatch', 'minibatches')} of {size} pairs: for so "
            "little data a smaller training.batch_size or a larger training.min_batches is often better"
        )


def shorter_course(config: Config) -> Iterator[str]:
    """A note where a second training (training.refit) has fewer epochs than the first one was planned for, so that its
    rate falls to 0 sooner."""
    if config.training.refit is None or config.schedule.name not in ("cosine", "linear"):
        return
    first = model_folder(config.training.refit)
    planned = read_manifest(first)["config"]["training"]["epochs"]
    if planned > config.training.epochs:
        yield (
            f"the rate falls to 0 in {counted(config.training.epochs, 'epoch')} here; {first} was planned for "
            f"{planned}, so its thresholds may fit less well; with training.keep=last both train alike"
        )
