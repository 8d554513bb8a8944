"""The parts of a corpus as the trainer wants them: word-form ids in one flat array, and IOB2 tags."""

import difflib
import itertools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from nerwin.config.corpora import columns_of, corpus_sources, hold_out, read_part
from nerwin.config.reading import named_files
from nerwin.config.settings import Config, CorpusConfig
from nerwin.counts import counted
from nerwin.errors import ConfigError, CorpusError
from nerwin.text.corpus import read_corpus
from nerwin.text.features import ALL_FEATURES
from nerwin.text.files import is_pipe
from nerwin.text.fingerprints import CHANGED, Fingerprint
from nerwin.text.pairs import PAIR, are_letters, bare_words, forms_of
from nerwin.text.tagged import Corpus, Sentence
from nerwin.text.tags import OUTSIDE, spans, types_in
from nerwin.text.tokenizer_fit import tokenizer_doubt
from nerwin.text.vocabulary import Vocabulary
from nerwin.text.windows import FlatCorpus, flatten

SHOWN = 10  # types that a note names, at most
MUCH = 0.2  # share of dev's sentences that are in train too, above which a note says so; some short ones always are
SWAPPED = 2  # dev with more than so many times the sentences of train was probably taken for train
FEW_ENTITIES = 20  # dev with fewer says little: one mistake is 5 points
CUT_BEYOND = 200  # words of the longest sentence that training takes as a whole
LETTERS_MISMATCH = {
    True: "words are whole, where train's are single letters",
    False: "words are single letters, where train's are whole",
}
LETTERS = "most words are single letters: what two in a row say is looked up too"
LETTERS_ALONE = f"most words are single letters: two in a row say more (features.{PAIR}, as in the taggers' presets)"


class Part(NamedTuple):
    """A corpus in ids, and its true tags in IOB2."""

    flat: FlatCorpus
    tags: list[list[str]]


class Parts(NamedTuple):
    """What training reads.

    dev: has no sentence if dev is learned from too. words: the word of each form of the vocabulary.
    features: the names of the further lookup tables for this corpus, in their order.
    notes: say how each file was understood. sources: the files, by their keys in the configuration.
    """

    train: Part
    dev: Part
    vocabulary: Vocabulary
    words: Sequence[str]
    features: Sequence[str]
    types: list[str]
    train_forms: int  # forms with an id below this occur in the training part
    train_sentences: int  # of the training part; those after them are dev's, which are learned from too
    notes: list[str]
    sources: dict[str, Fingerprint] = {}  # noqa: RUF012 - never written to


def read_parts(config: Config) -> Parts:
    """Read the training and dev parts.

    Raises:
        ConfigError: no training part, a file that can be read only once, or a type to learn that is not there.
        CorpusError: a file that cannot be read, or that changes meanwhile.
    """
    if config.corpus.train is None:
        raise ConfigError("corpus.train: expected a tagged corpus to learn from, found none. Set it in the config.")
    for key, path in named_files(config).items():
        if path and is_pipe(path):
            raise ConfigError(
                f"{key}: expected a file, which is read more than once, found a pipe, {path}. Save it first."
            )
    sources = corpus_sources(config.corpus)
    train = read_part(config.corpus.train, config.corpus)
    dev = None if config.corpus.dev is None else read_part(config.corpus.dev, config.corpus)
    # A run goes on with the data that it began with, so these must be what has been read.
    for key, source in corpus_sources(config.corpus).items():
        if source != sources[key]:
            raise CorpusError(f"{named_files(config)[key]}: {CHANGED}")
    return make_parts(config, train, dev, sources)


def make_parts(config: Config, train: Corpus, dev: Corpus | None, sources: dict[str, Fingerprint]) -> Parts:
    """The parts made of corpora; without a dev part, every tenth sentence of the training part becomes one.

    Raises:
        ConfigError: a type to learn that is not in the training part. CorpusError: it has no entity, or too few
            sentences to hold a tenth out.
    """
    notes = [f"train {train.path}: {train.describe()}"]
    notes += [f"train {doubt}" for doubt in tokenizer_doubt(train.words, config.corpus.tokenizer)]
    refit = config.training.refit
    if dev is not None:
        sentences, dev_sentences = train.sentences, dev.sentences
        notes.append(f"dev   {dev.path}: {dev.describe()}")
        if len(dev_sentences) > SWAPPED * len(sentences):
            notes.append(
                f"dev   has {counted(len(dev_sentences), 'sentence')}, train {len(sentences):,}: are the two swapped?"
            )
    else:
        sentences, dev_sentences = hold_out(train.sentences)
        held = f"{counted(len(dev_sentences), 'sentence')} of train, every tenth, held out"
        notes.append(f"dev   corpus.dev is not set: {held}")
    types = _types(sentences, train.path, config.corpus)
    notes += _dev_notes(types, dev_sentences, refit)
    whole = [*sentences, *dev_sentences] if refit else sentences
    cut = [list(_shortened(sentence)) for sentence in whole]
    train_sentences, learned = sum(map(len, cut[: len(sentences)])), list(itertools.chain(*cut))
    if count := sum(len(parts) > 1 for parts in cut):
        notes.append(f"train sentences of more than {CUT_BEYOND} words are cut where no entity is: {count:,}")
    dev_sentences = [] if refit else dev_sentences
    if again := _shared(learned, dev_sentences):
        notes.append(
            f"dev   found in train too: {again:,} of {counted(len(dev_sentences), 'sentence')}; dev "
            "F1 is no score on new text"
        )
    letters = are_letters(train.words)
    notes += _letter_notes(dev, letters=letters, pairs=PAIR in config.features)
    features = [name for name in ALL_FEATURES if name in config.features and (letters or name != PAIR)]
    vocabulary, size = Vocabulary(), config.window.size
    train_part = _part(vocabulary, learned, features, size)
    train_forms = len(vocabulary)
    dev_part = _part(vocabulary, dev_sentences, features, size)
    return Parts(
        train=train_part,
        dev=dev_part,
        vocabulary=vocabulary,
        words=bare_words(vocabulary.forms, features),
        features=features,
        types=types,
        train_forms=train_forms,
        train_sentences=train_sentences,
        notes=notes,
        sources=sources,
    )


def _dev_notes(types: Sequence[str], dev: Sequence[Sentence], refit: Path | None) -> Iterator[str]:
    """Notes on the types and entities of a dev part, or on what becomes of it if it is learned from too."""
    there = types_in(one.tags for one in dev)
    if strange := sorted(there - set(types)):
        yield f"dev   {_listed(strange)}: types that train does not have, so they are never found"
    if refit:
        yield f"dev   is learned from too; its thresholds are those of {refit}"
        return
    found = sum(span.label in types for sentence in dev for span in spans(sentence.tags))
    if 0 < found < FEW_ENTITIES:
        yield f"dev   so few entities ({found}) that its F1 says little of other text"
    if absent := sorted(set(types) - there):
        yield f"dev   no entity of {_listed(absent)}: nothing is chosen or fitted for what dev does not have"


def _letter_notes(dev: Corpus | None, *, letters: bool, pairs: bool) -> Iterator[str]:
    """What to know where most words are single letters, in train (`letters`) or in dev alone.

    Args:
        pairs: whether the configuration has pairs among its features.
    """
    if dev and are_letters(dev.words) != letters:
        yield f"dev   {LETTERS_MISMATCH[letters]}: dev F1 says nothing of text like train"
    if letters:
        yield f"train {LETTERS if pairs else LETTERS_ALONE}"


def _listed(labels: Sequence[str]) -> str:
    return ", ".join(labels[:SHOWN]) + (", ..." if len(labels) > SHOWN else "")


def _shared(train: Sequence[Sentence], dev: Sequence[Sentence]) -> int:
    """How many sentences of dev are in train too; 0 if they are too few to be worth a note."""
    known = {tuple(sentence.words) for sentence in train}
    count = sum(tuple(sentence.words) in known for sentence in dev)
    return count if count > MUCH * len(dev) else 0


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
            hint = f" Did you mean {near[0]}?" if near else f" It has {_listed(there)}." if there else ""
            raise ConfigError(f"corpus.entities: expected types of {name}, found {wanted!r}.{hint}")
    return sorted(set(config.entities))


def _all_types(config: CorpusConfig) -> list[str]:
    """All types of the training file, whether they are to be learned or not."""
    if config.train is None:
        return []
    corpus = read_corpus(config.train, columns_of(config))
    return sorted(types_in(corpus.tags))


def _part(vocabulary: Vocabulary, sentences: Sequence[Sentence], features: Sequence[str], size: int) -> Part:
    ids = [vocabulary.ids(forms_of(sentence.words, features)) for sentence in sentences]
    return Part(flatten(ids, size), [sentence.tags for sentence in sentences])
