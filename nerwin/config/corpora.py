"""The files that a configuration names as parts of a corpus: read as it says, and known by their sums."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nerwin.config.reading import value_of
from nerwin.config.settings import Config, CorpusConfig
from nerwin.corpora.corpus import Corpus, Sentence
from nerwin.corpora.reading import read_corpus
from nerwin.corpora.suffixes import NO_COLUMNS, form_by_suffix
from nerwin.counts import counted
from nerwin.errors import ConfigError, CorpusError
from nerwin.files.fingerprints import Fingerprint, fingerprint_of
from nerwin.text.tags import iob2, spans

HELD_OUT = 10  # without a dev part, every tenth sentence of the training part becomes one


def read_part(path: Path, config: CorpusConfig) -> Corpus:
    """Read a tagged file as what there is to learn in it."""
    return to_learn(read_corpus(path, config.columns), config)


def to_learn(corpus: Corpus, config: CorpusConfig) -> Corpus:
    """The corpus itself, its tags now spelled in IOB2, types that are not to be learned turned into O."""
    chosen = None if config.entities == "all" else set(config.entities)
    if corpus.scheme != "iob2" or chosen is not None:
        corpus.sentences = [_respell(sentence, chosen) for sentence in corpus.sentences]
    return corpus


def _respell(sentence: Sentence, chosen: set[str] | None) -> Sentence:
    kept = [span for span in spans(sentence.tags) if chosen is None or span.label in chosen]
    return sentence._replace(tags=iob2(kept, len(sentence.tags)))


def corpus_sources(config: CorpusConfig) -> dict[str, Fingerprint]:
    """The files of the training and dev parts, by their keys in the configuration.

    Raises:
        CorpusError: one cannot be read.
    """
    files = {"corpus.train": config.train, "corpus.dev": config.dev}
    return {key: fingerprint_of(path) for key, path in files.items() if path is not None}


def hold_out(sentences: list[Sentence]) -> tuple[list[Sentence], list[Sentence]]:
    """The sentences to learn from, and every tenth one, which takes the place of a dev part.

    Raises:
        CorpusError: they are too few for that.
    """
    if len(sentences) < HELD_OUT:
        few = counted(len(sentences), "sentence is", "sentences are")
        raise CorpusError(
            f"corpus.dev is not set, and {few} too few to hold a tenth out. Give ten or more (are blank lines between "
            "sentences?), or set corpus.dev."
        )
    held = sentences[HELD_OUT - 1 :: HELD_OUT]
    return [one for number, one in enumerate(sentences, 1) if number % HELD_OUT], held


def has_part_to_score(whole: Config) -> bool:
    """Whether a configuration names a part to score its model on: where dev is learned from, test alone is one."""
    return whole.training.refit is None or whole.corpus.test is not None


def scored_part(
    whole: Config, sources: Mapping[str, Fingerprint], data: Path | None, columns: Mapping[str, Any] | None = None
) -> Corpus:
    """The corpus that a model is scored on: the one that is asked for, or else its own test part, or its dev part,
    which may be the sentences of the training part that were held out.

    Args:
        whole: the model's configuration.
        sources: the model's files.
        columns: keys of `corpus`, such as word_column, that replace the model's for this file.

    Raises:
        ConfigError: there is none, or columns are named of one that has none. CorpusError: it cannot be read.
    """
    config = whole.corpus
    if columns:
        _check_columns(data or config.test or config.dev or config.train, columns)
        config = config.model_copy(update=columns)
    if data:
        return read_part(data, config)
    if not has_part_to_score(whole):
        raise ConfigError(
            "corpus.test: expected a tagged corpus to score on, found only what was learned from (training.refit). "
            "Name one with --data."
        )
    if config.test or config.dev:
        return own_part(config, "test" if config.test else "dev")
    if config.train is None:
        raise ConfigError("corpus.test: expected a tagged corpus to score on, found none. Name one with --data.")
    if (train := training_file(config, sources)) is None:  # other sentences would be held out of another file
        raise ConfigError(
            f"corpus.train: expected {config.train} as the model learned from it, to score every tenth sentence, which "
            "was held out, found another file or none. Name a corpus with --data."
        )
    corpus = read_part(train, config)
    _, corpus.sentences = hold_out(corpus.sentences)
    corpus.path += " (every tenth sentence, held out)"
    return corpus


def _check_columns(path: Path | None, columns: Mapping[str, Any]) -> None:
    if path and form_by_suffix(path) in NO_COLUMNS:
        key = next(iter(columns))
        raise ConfigError(f"corpus.{key}: expected a corpus in columns, found {path}, which has none. Leave it out.")


def own_part(config: CorpusConfig, key: str) -> Corpus:
    """A part that a model's configuration names.

    Raises:
        ConfigError: there is no such file any more. CorpusError: it cannot be read.
    """
    path: Path = getattr(config, key)
    if not path.exists():
        raise ConfigError(
            f"corpus.{key}: expected {path}, as the model's configuration has it, found no such file. "
            "Name a corpus with --data."
        )
    return read_part(path, config)


def learned_sentences(whole: Config, sources: Mapping[str, Fingerprint]) -> list[Sentence] | None:
    """The sentences that a model learned from; None where they are not here, or others by now.

    Raises:
        CorpusError: a file is there, but cannot be read.
    """
    config, refit = whole.corpus, whole.training.refit is not None
    if (train := training_file(config, sources)) is None:
        return None
    sentences = read_part(train, config).sentences
    if config.dev is None:
        return sentences if refit else hold_out(sentences)[0]
    if not refit:
        return sentences
    dev = _unchanged(config.dev, sources.get("corpus.dev"))
    return None if dev is None else [*sentences, *read_part(dev, config).sentences]


def training_file(config: CorpusConfig, sources: Mapping[str, Fingerprint]) -> Path | None:
    """The training part, where it still is what a model learned from."""
    return _unchanged(config.train, sources.get("corpus.train"))


def changed_part(data: str, config: dict[str, Any], sources: Mapping[str, Fingerprint]) -> str | None:
    """As which part a model was trained with a file that has changed since; None where that cannot be said of it.

    Args:
        data: the path of a corpus, which need not be a file. config: the model's, in plain values.
        sources: the model's files.
    """
    for part in ("corpus.dev", "corpus.train"):
        own = value_of(config, part)
        if own and os.path.isfile(own) and os.path.isfile(data) and os.path.samefile(own, data):  # through links too
            found = fingerprint_of(Path(data))
            if sources.get(part, found) != found:
                return part
    return None


def _unchanged(path: Path | None, expected: Fingerprint | None) -> Path | None:
    """A file, where it still is what it was; older models do not say what that is."""
    if path is None or not path.exists():
        return None
    return path if expected is None or fingerprint_of(path) == expected else None
