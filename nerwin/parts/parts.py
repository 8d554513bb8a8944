"""The parts of a corpus as the trainer wants them: word-form ids in one flat array, and IOB2 tags."""

import difflib
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from nerwin.config.corpora import hold_out
from nerwin.config.settings import Config, CorpusConfig
from nerwin.corpora.corpus import Corpus, Sentence
from nerwin.corpora.reading import read_corpus
from nerwin.errors import ConfigError, CorpusError
from nerwin.files.fingerprints import Fingerprint
from nerwin.text.features import ALL_FEATURES
from nerwin.text.pairs import PAIR, are_letters, bare_words, forms_of
from nerwin.text.tags import OUTSIDE, types_in
from nerwin.text.vocabulary import Vocabulary
from nerwin.text.windows import FlatCorpus, flatten

CUT_BEYOND = 200  # words of the longest sentence that training takes as a whole
SHOWN = 10  # types that a message names, at most


class Part(NamedTuple):
    """A corpus in ids, and its true tags in IOB2."""

    flat: FlatCorpus
    tags: list[list[str]]


class Parts(NamedTuple):
    """What training reads.

    dev: has no sentence if dev is learned from too; its sentences are then in train, after the others.
    words: the word of each form of the vocabulary. train_forms: forms with an id below this occur in train.
    features: the names of the further lookup tables for this corpus, in their order.
    types: those to learn. train_sentences: how many sentences of train are not dev's.
    cut: how many sentences were longer than CUT_BEYOND words, and were cut.
    notes: say how each file was understood. sources: the files, by their keys in the configuration.
    """

    train: Part
    dev: Part
    vocabulary: Vocabulary
    words: Sequence[str]
    features: Sequence[str]
    types: list[str]
    train_forms: int
    train_sentences: int
    cut: int
    notes: list[str]
    sources: dict[str, Fingerprint] = {}  # noqa: RUF012 - never written to


def make_parts(config: Config, train: Corpus, dev: Corpus | None) -> Parts:
    """The parts made of corpora; without a dev part, every tenth sentence of the training part becomes one.

    Raises:
        ConfigError: a type to learn that is not in the training part. CorpusError: it has no entity, or too few
            sentences to hold a tenth out.
    """
    sentences, others = hold_out(train.sentences) if dev is None else (train.sentences, dev.sentences)
    types = _types(sentences, train.path, config.corpus)
    refit = config.training.refit is not None  # dev is learned from too
    pieces = [list(_shortened(one)) for one in (*sentences, *(others if refit else ()))]  # of each sentence
    letters = are_letters(train.words)
    features = [name for name in ALL_FEATURES if name in config.features and (letters or name != PAIR)]
    vocabulary, size = Vocabulary(), config.window.size
    train_part = _part(vocabulary, list(itertools.chain(*pieces)), features, size)
    train_forms = len(vocabulary)
    dev_part = _part(vocabulary, [] if refit else others, features, size)
    return Parts(
        train=train_part,
        dev=dev_part,
        vocabulary=vocabulary,
        words=bare_words(vocabulary.forms, features),
        features=features,
        types=types,
        train_forms=train_forms,
        train_sentences=sum(map(len, pieces[: len(sentences)])),
        cut=sum(len(own) > 1 for own in pieces),
        notes=[],
    )


def _shortened(sentence: Sentence) -> Iterator[Sentence]:
    """A sentence, cut into parts if it is longer than CUT_BEYOND words.

    A part ends after CUT_BEYOND words, at the first place between two words outside of entities; if there is none
    within as many again, before the first word that does not continue an entity. Otherwise a document whose sentences
    nobody has told apart would be a minibatch of its own, and take as much memory.
    """
    words, tags, lines = sentence.words, sentence.tags, sentence.lines
    if len(words) <= CUT_BEYOND:
        yield sentence
        return
    start = 0
    for place in range(CUT_BEYOND, len(words)):
        between = tags[place - 1] == tags[place] == OUTSIDE
        if (place - start >= CUT_BEYOND and between) or (place - start >= 2 * CUT_BEYOND and tags[place][0] != "I"):
            yield Sentence(words[start:place], tags[start:place], lines[start:place])
            start = place
    yield Sentence(words[start:], tags[start:], lines[start:])


def listed(labels: Sequence[str]) -> str:
    """The first labels, as a message names them."""
    return ", ".join(labels[:SHOWN]) + (", ..." if len(labels) > SHOWN else "")


def _types(sentences: Iterable[Sentence], name: str, config: CorpusConfig) -> list[str]:
    """The types to learn, which all have to occur in the training part.

    Args:
        name: what messages call the training part.
    """
    seen = types_in(one.tags for one in sentences)
    if not config.entities:
        raise ConfigError("corpus.entities: expected all, or types to learn, found an empty list. Name some.")
    if config.entities == "all":
        if not seen:
            raise CorpusError(f"{name}: expected tagged entities, found only O. Is this the right tag column?")
        return sorted(seen)
    for wanted in config.entities:
        if wanted not in seen:
            there = _all_types(config)
            near = difflib.get_close_matches(wanted, there, n=1)
            hint = f" Did you mean {near[0]}?" if near else f" It has {listed(there)}." if there else ""
            raise ConfigError(f"corpus.entities: expected types of {name}, found {wanted!r}.{hint}")
    return sorted(set(config.entities))


def _all_types(config: CorpusConfig) -> list[str]:
    """All types of the training file, whether they are to be learned or not."""
    if config.train is None:
        return []
    corpus = read_corpus(config.train, config.columns)
    return sorted(types_in(corpus.tags))


def _part(vocabulary: Vocabulary, sentences: Sequence[Sentence], features: Sequence[str], size: int) -> Part:
    ids = [vocabulary.ids(forms_of(sentence.words, features)) for sentence in sentences]
    return Part(flatten(ids, size), [sentence.tags for sentence in sentences])
