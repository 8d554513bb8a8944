"""What a trained model's detectors detect (lecture 1.3, parts 3 and 4).

W's rows are templates, the activations a say how far a window fits each, and U is the judge that weighs them.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from nerwin.arrays import Floats, Ints
from nerwin.errors import ConfigError, ModelError
from nerwin.model.model import WINDOWS_AT_ONCE, Model
from nerwin.network.activations import ACTIVATIONS
from nerwin.network.attribution import score_shares
from nerwin.network.neighbours import nearest_rows
from nerwin.network.placed import distinct
from nerwin.text.features import WORDS, FormTable, form_table
from nerwin.text.pairs import bare_words, forms_of
from nerwin.text.sentences import cut_into_sentences
from nerwin.text.vocabulary import KNOWN, UNKNOWN, Vocabulary
from nerwin.text.windows import FlatCorpus, flatten

FLAT = 0.05  # a slope of f below this counts as saturated
ALWAYS = 0.95  # a detector that is saturated in this share of the windows is saturated
SENTENCE = "(all other words of the sentence)"  # where the model looks at them
TOP = 5  # windows, and words, that are shown of each detector
DEAD = 1e-6  # a detector whose output varies less than this over a corpus is dead


class Detector(NamedTuple):
    """One neuron of the first hidden layer.

    weights: its weight in U for each score (none where further layers stand between).
    most, least: the windows that light it most and least, with its activation.
    places: the names of the window's places. likes, hates: for each of them, the words whose vectors push the detector
        up and down most.
    """

    number: int
    weights: dict[str, float]
    mean: float
    most: list[tuple[str, float]]
    least: list[tuple[str, float]]
    places: list[str]
    likes: list[list[str]]
    hates: list[list[str]]
    dead: bool
    saturated: bool

    @property
    def strength(self) -> float:
        """How much it can move the scores: its largest weight in U."""
        return max((abs(weight) for weight in self.weights.values()), default=0.0)


def inspect_detectors(model: Model, sentences: Sequence[Sequence[str]]) -> list[Detector]:
    """Every detector of the first layer over the windows of a corpus, strongest first where there is one layer."""
    text = _read(model, sentences)
    n = len(text.flat.centres)
    parts = (text.flat.centres[start : start + WINDOWS_AT_ONCE] for start in range(0, n, WINDOWS_AT_ONCE))
    blocks = [model.windows_at(text.flat, centres) for centres in parts]
    ids = np.concatenate([block for block, _ in blocks])  # (n, C)
    a = np.concatenate([model.forward(text.forms, distinct(*block))[1].layers.outputs[0] for block in blocks])  # (n, m)
    flat_share = (ACTIVATIONS[model.config.scorer.activation].df(a) < FLAT).mean(axis=0)
    apart, highest, lowest = _by_window(ids, a)
    most, least = _highest(highest.T), _highest(-lowest.T)  # (m, TOP)
    likes, hates = _words_that_push(model)

    def described(rows: Ints, activations: Floats) -> list[tuple[str, float]]:
        return [(" ".join(text.names[form] for form in apart[row]), float(activations[row])) for row in rows]

    detectors = [
        Detector(
            number=i,
            weights=_judged(model, i),
            mean=float(a[:, i].mean()),
            most=described(most[i], highest[:, i]),
            least=described(least[i], lowest[:, i]),
            places=_places(model),
            likes=[place[i] for place in likes],
            hates=[place[i] for place in hates],
            dead=bool(a[:, i].std() < DEAD),
            saturated=bool(flat_share[i] >= ALWAYS),
        )
        for i in range(a.shape[1])
    ]
    return sorted(detectors, key=lambda one: -one.strength)


class _Read(NamedTuple):
    """Sentences as a model reads them; names: what each form is shown as."""

    flat: FlatCorpus
    forms: FormTable
    names: list[str]


def _read(model: Model, sentences: Sequence[Sequence[str]]) -> _Read:
    vocabulary, features = Vocabulary(), model.tables
    flat = flatten([vocabulary.ids(forms_of(words, features)) for words in sentences], model.config.window.size)
    names = ["_", *bare_words(vocabulary.forms[1:], features)]
    return _Read(flat, form_table(model.lookups, vocabulary.forms), names)


def _by_window(ids: Ints, a: Floats) -> tuple[Ints, Floats, Floats]:
    """Each window (n', C) once, of those (n, C) of a corpus, and its highest and lowest activations (n', m), which may
    differ from sentence to sentence."""
    apart, which = np.unique(ids, axis=0, return_inverse=True)
    which = which.reshape(-1)  # numpy 2.0 has it in another shape
    order = np.argsort(which, kind="stable")
    starts = np.searchsorted(which[order], np.arange(len(apart)))
    return apart, np.maximum.reduceat(a[order], starts), np.minimum.reduceat(a[order], starts)


def _highest(values: Floats) -> Ints:
    """Where the TOP highest numbers of each row (r, n) stand, the highest first."""
    count = min(TOP, values.shape[1])
    found = np.argpartition(-values, count - 1, axis=1)[:, :count]
    order = np.argsort(-np.take_along_axis(values, found, axis=1), axis=1, kind="stable")
    return np.take_along_axis(found, order, axis=1)


def _places(model: Model) -> list[str]:
    half = model.config.window.size // 2
    return [*(f"word {offset:+d}" for offset in range(-half, half + 1)), "sentence"][: model.slots]


def _judged(model: Model, i: int) -> dict[str, float]:
    """Row i of U by the names of the scores."""
    if model.scorer.depth > 1:
        return {}
    return dict(zip(model.corruption.names, model.params["U"][i].tolist(), strict=True))


def _words_that_push(model: Model) -> tuple[list[list[list[str]]], list[list[list[str]]]]:
    """[place][detector] the known words that add most to its z there, and those that add least."""
    known, values = model.params[WORDS][KNOWN:], model.lookups[0].values
    W = model.folded()["W1"].astype(known.dtype)
    W = W.reshape(len(W), model.slots, -1)[:, :, : known.shape[1]]  # (m, slots, d)

    def named(rows: Ints) -> list[list[str]]:
        return [[values[word] for word in row] for row in rows.tolist()]

    most, least = [], []
    for place in range(model.slots):  # of all places at a time it would be too much
        push = W[:, place] @ known.T  # (m, V)
        most.append(named(_highest(push)))
        least.append(named(_highest(-push)))
    return most, least


def nearest_words(model: Model, word: str, count: int = 10) -> list[tuple[str, float]]:
    """The words whose vectors have the largest cosine with that of `word`.

    Raises:
        ModelError: the model does not know the word.
    """
    lookup = model.lookups[0]
    row = lookup.row(word)
    if row == UNKNOWN:
        raise ModelError(f"--word {word}: expected a word that the model knows, found an unknown one. Try another.")
    rows, cosines = nearest_rows(model.params[WORDS], row, KNOWN, count)
    return [(lookup.values[i - KNOWN], cosine) for i, cosine in zip(rows.tolist(), cosines.tolist(), strict=True)]


class Decision(NamedTuple):
    """One window's scores taken apart; for each score, base + Σ positions = base + Σ detectors = score.

    words: in each place of the window, the last of which may be SENTENCE; where pairs are a feature, what a word says
    together with the next one is its own share. centre: the place of the word. rule: what the thresholds or
    offsets that dev has set add to each score; the highest sum decides, of types if it is above 0, of tags together
    with those of the words around. tag: what is decided, with all of the text in view.
    """

    words: list[str]
    centre: int
    names: list[str]
    scores: list[float]
    base: list[float]
    positions: list[list[float]]  # [position][score]
    detectors: list[list[float]]  # [detector][score]
    rule: list[float]
    tag: str


def take_apart(model: Model, text: str, word: str | None = None) -> Decision:
    """The decision on a word of a text, by default the middle one, its window padded or cut to the model's size.

    Raises:
        ConfigError: there is no word, or not this one.
    """
    tokens = model.tokens(text)
    if not tokens:
        raise ConfigError(f"--window: expected a text of one word or more, found {text[:40]!r}. Write the words out.")
    C, centre = model.config.window.size, (len(tokens) - 1) // 2
    if word is not None:
        words = [token.text for token in tokens]
        if word not in words:
            raise ConfigError(f"--word {word}: expected a word of the text, found none. Write one as it stands there.")
        centre = words.index(word)
    sentences = [[token.text for token in sentence] for sentence in cut_into_sentences(text, tokens)]  # as when tagging
    flat, forms, names = _read(model, sentences)
    ids, around = model.windows_at(flat, flat.centres[centre : centre + 1])
    words_here = distinct(ids, around)
    # Preprocessing is folded into the first layer, so that every share falls to a word itself.
    params = model.folded()
    x = words_here.windows(model.embed(forms, words_here.forms))[0].astype(np.float64)
    shares = score_shares(model.scorer, params, x)
    rule, unseen = model.rule, forms.unseen[flat.words]
    adjusted = rule.adjusted(model.score(forms, flat), forms.word_numbers(flat.words), unseen)
    near = [names[form] for form in ids[0].tolist()]
    return Decision(
        words=[*near, SENTENCE][: model.slots],
        centre=C // 2,
        names=list(model.corruption.names),
        scores=model.scorer.forward(params, x[None])[0][0].tolist(),
        base=shares.base.tolist(),
        positions=shares.inputs.reshape(model.slots, -1, len(shares.base)).sum(axis=1).tolist(),
        detectors=shares.detectors.tolist(),
        rule=rule.added(unseen[centre : centre + 1])[0].tolist(),
        tag=rule.spelled[rule.decode(adjusted, flat.lengths)[centre]],
    )
