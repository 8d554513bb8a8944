"""The gradient check (lecture 2.1): the derived gradients of a network, in float64, on windows of its own corpus.

Three gradients are compared for every parameter tensor, lookup tables included: the elemental ones (lecture 1.5), the
vectorised ones that training uses (1.6), and numeric ones. The network is that of a configuration, or a small one for
every combination of techniques; `gradcheck_case` draws a minibatch for it.
"""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nerwin.config.reading import make_config
from nerwin.config.settings import Config
from nerwin.corruption import CORRUPTIONS
from nerwin.network.activations import ACTIVATIONS
from nerwin.network.gradcheck import ENTRIES, Check, check_case
from nerwin.network.preprocess import PREPROCESSORS
from nerwin.parts.parts import Part, Parts
from nerwin.parts.reading import read_parts
from nerwin.text.pairs import PAIR, bare_words, forms_of
from nerwin.text.tags import OUTSIDE, types_in
from nerwin.text.vocabulary import Vocabulary
from nerwin.text.windows import flatten, split_sentences
from nerwin.training.gradcheck_case import draw_case

GRID_ENTRIES = 8  # entries of a tensor that are perturbed, at most, in the grid of small networks
GRID_FEATURES = {"shape": 2, PAIR: 2, "ngrams": 2}
MISS = 0.5  # objective.miss in the grid
SMALL_CORPUS = 25  # sentences that the networks of the grid are checked on


def check_config(config: Config, *, one_sided: bool = False) -> list[Check]:
    """Check the network of a configuration.

    Raises:
        ConfigError: no minibatch can be checked.
    """
    return check_case(draw_case(config, read_parts(config)), "", ENTRIES, one_sided=one_sided)


def check_all(config: Config) -> Iterator[Check]:
    """Check a small network for every combination of techniques, on the first sentences of the corpus."""
    parts = _first_sentences(read_parts(config), size=3)
    for corruption, activation, hidden, l2, dropout, method, trained, sentence in _grid():
        small = config.to_dict() | {
            "window": {"size": 3, "sentence": sentence},
            "words": {"dim": 3, "start": 2.0, "trained": trained},
            "features": GRID_FEATURES,
            "scorer": {
                "hidden": hidden, "activation": activation, "dropout": dropout, "input_dropout": dropout
            },
            "preprocess": {"method": method},
            "objective": {"corruption": corruption, "l2": l2, "miss": MISS},
        }  # fmt: skip
        state = f"{'trained' if trained else 'frozen'}{' sentence' if sentence else ''}"
        setting = f"{corruption} {activation} {hidden} l2 {l2:g} dropout {dropout:g} {method} {state}"
        chosen = make_config(small, base=Path.cwd(), where="gradcheck")
        yield from check_case(draw_case(chosen, parts), setting, GRID_ENTRIES)


def _grid() -> Iterator[tuple[Any, ...]]:
    """All combinations without the sentence in the window, and with it those that its place makes a difference to."""
    either = (True, False)
    yield from itertools.product(
        CORRUPTIONS, ACTIVATIONS, ([5], [5, 4]), (0.0, 0.01), (0.0, 0.3), PREPROCESSORS, either, (0.0,)
    )
    yield from itertools.product(CORRUPTIONS, ("tanh",), ([5],), (0.01,), (0.0, 0.3), PREPROCESSORS, either, (0.5,))


def _first_sentences(parts: Parts, size: int) -> Parts:
    """A small corpus: the first sentences with entities, laid out for another window size and GRID_FEATURES."""
    flat, tags = parts.train
    words = split_sentences([parts.words[form] for form in flat.words.tolist()], flat.lengths)
    chosen = [(own, row) for own, row in zip(words, tags, strict=True) if set(row) != {OUTSIDE}][:SMALL_CORPUS]
    vocabulary = Vocabulary()
    ids = [vocabulary.ids(forms_of(own, GRID_FEATURES)) for own, _ in chosen]
    part = Part(flatten(ids, size), [row for _, row in chosen])
    types = sorted(types_in(part.tags))
    spelled = bare_words(vocabulary.forms, GRID_FEATURES)
    return Parts(
        train=part,
        dev=part,
        vocabulary=vocabulary,
        words=spelled,
        features=list(GRID_FEATURES),
        types=types,
        train_forms=len(vocabulary),
        train_sentences=len(part.flat.lengths),
        cut=0,
        notes=[],
    )
