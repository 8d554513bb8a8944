"""What is said of the parts before training: how each file was understood, and what is doubtful or worth knowing."""

from collections.abc import Collection, Container, Iterable, Iterator, Sequence

from nerwin.config.corpora import HELD_OUT, hold_out
from nerwin.config.settings import Config
from nerwin.corpora.corpus import Corpus
from nerwin.counts import counted
from nerwin.parts.parts import CUT_BEYOND, Parts, listed
from nerwin.text.pairs import PAIR, are_letters
from nerwin.text.tags import spans, types_in
from nerwin.text.tokenizer_fit import tokenizer_doubt

MUCH = 0.2  # share of the sentences to score that were learned from, above which it is said
SWAPPED = 2  # dev with more than so many times the sentences of train was probably taken for train
FEW_ENTITIES = 20  # dev with fewer says little: one mistake is 5 points
# What it means that dev has no entity of some types, or of all.
RANKER_LACKS = "the threshold of a type that dev does not have is above its scores there, so it is seldom found"
LACKS_SOME = "what is found of a type that dev does not have counts as wrong, in thresholds and scores too"
NO_SCORES = "scores are not fitted, so they are no probabilities"
LACKS_ALL = f"neither epoch nor thresholds are chosen, and {NO_SCORES}"
LETTERS_MISMATCH = {
    True: "words are whole, where train's are single letters",
    False: "words are single letters, where train's are whole",
}
LETTERS = "most words are single letters: what two in a row say is looked up too"
LETTERS_ALONE = f"most words are single letters: two in a row say more (features.{PAIR}, as in the taggers' presets)"


def notes_on(parts: Parts, train: Corpus, dev: Corpus | None, config: Config) -> Iterator[str]:
    """The notes on parts that were made of these corpora, in the order in which they are shown."""
    yield from _on_files(train, dev, config.corpus.tokenizer)
    yield from _on_entities(parts, config)
    if parts.cut:
        yield f"train sentences of more than {CUT_BEYOND} words are cut where no entity is: {parts.cut:,}"
    if not config.training.refit:  # else there is no dev part to score on
        yield from _on_shared_sentences(train, dev)
    yield from _on_letters(train, dev, config.features)


def _on_files(train: Corpus, dev: Corpus | None, tokenizer: str) -> Iterator[str]:
    yield f"train {train.path}: {train.describe()}"
    for doubt in tokenizer_doubt(train.words, tokenizer):
        yield f"train {doubt}"
    if dev is None:
        held = counted(len(train.sentences) // HELD_OUT, "sentence")
        yield f"dev   corpus.dev is not set: {held} of train, every tenth, held out"
        return
    yield f"dev   {dev.path}: {dev.describe()}"
    if len(dev.sentences) > SWAPPED * len(train.sentences):
        sizes = f"{counted(len(dev.sentences), 'sentence')}, train {len(train.sentences):,}"
        yield f"dev   has {sizes}: are the two swapped?"


def _on_entities(parts: Parts, config: Config) -> Iterator[str]:
    """Notes on the types and entities of a dev part, or on what becomes of it if it is learned from too."""
    refit = config.training.refit
    dev = parts.train.tags[parts.train_sentences :] if refit else parts.dev.tags
    there = types_in(dev)
    if strange := sorted(there - set(parts.types)):
        yield f"dev   {listed(strange)}: types that train does not have, so they are never found"
    if refit:
        yield f"dev   is learned from too; its thresholds are those of {refit}"
        return
    found = sum(span.label in parts.types for tags in dev for span in spans(tags))
    if 0 < found < FEW_ENTITIES:
        yield f"dev   so few entities ({found}) that its F1 says little of other text"
    if absent := sorted(set(parts.types) - there):
        meaning = LACKS_SOME if found else LACKS_ALL
        if config.objective.corruption == "window":
            meaning = RANKER_LACKS if found else f"{RANKER_LACKS}, and {NO_SCORES}"
        yield f"dev   no entity of {listed(absent)}: {meaning}"


def _on_shared_sentences(train: Corpus, dev: Corpus | None) -> Iterator[str]:
    learned, scored = hold_out(train.sentences) if dev is None else (train.sentences, dev.sentences)
    if again := many_learned((one.words for one in learned), [one.words for one in scored]):
        yield (
            f"dev   found in train too: {again:,} of {counted(len(scored), 'sentence')}; dev F1 is no score on new text"
        )


def many_learned(learned: Iterable[Sequence[str]], scored: Collection[Sequence[str]]) -> int:
    """How many of the sentences to score were learned from; 0 where they are few, as some short ones always are."""
    known = {tuple(words) for words in learned}
    again = sum(tuple(words) in known for words in scored)
    return again if again > MUCH * len(scored) else 0


def _on_letters(train: Corpus, dev: Corpus | None, features: Container[str]) -> Iterator[str]:
    """What to know where most words are single letters, in train or in dev alone."""
    letters = are_letters(train.words)
    if dev and are_letters(dev.words) != letters:
        yield f"dev   {LETTERS_MISMATCH[letters]}: dev F1 says nothing of text like train"
    if letters:
        yield f"train {LETTERS if PAIR in features else LETTERS_ALONE}"
