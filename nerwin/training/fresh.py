"""A model before its first step: inventories, tables and weights as drawn or read, and the fitted preprocessing."""

import math
from collections import Counter
from collections.abc import Iterator

import numpy as np

from nerwin.arrays import Floats, Ints, Parameters, Random
from nerwin.config.settings import Config
from nerwin.errors import VectorsError
from nerwin.files.fingerprints import CHANGED, Fingerprint
from nerwin.model.model import Model
from nerwin.network.initializers import init_table
from nerwin.network.preprocess import PREPROCESSORS, RIDGE
from nerwin.network.scorer import init_scorer
from nerwin.parts.coverage import coverage, lookup_stages
from nerwin.parts.parts import Parts
from nerwin.text.features import NGRAMS, WORDS, Lookup, Spelled, collect_lookup, form_table
from nerwin.text.pairs import PAIR
from nerwin.text.vocabulary import KNOWN, UNKNOWN
from nerwin.vectors.cache import vectors_source
from nerwin.vectors.wanted import match_vectors, read_vectors, rescaled

FIT_WINDOWS = 20_000  # windows that preprocessing is fitted on, at most


def init_model(config: Config, parts: Parts, rng: Random, dtype: type[np.floating] = np.float32) -> Model:
    """A fresh model for the training part: its inventories, tables and weights, and the fitted preprocessing.

    What the user should know of it is added to the notes of `parts`.

    Raises:
        VectorsError: a file of vectors that cannot be read, or that changes meanwhile.
    """
    seen = Spelled(list(dict.fromkeys(parts.words[KNOWN : parts.train_forms])))
    vectors, source = _read_vectors(config, parts)
    words = _collect_words(config, parts, vectors)
    others = [_collect_pairs(config, parts) if name == PAIR else collect_lookup(name, seen) for name in parts.features]
    model = Model(config, parts.types, [words, *others], {}, sources=parts.sources | source)
    model.params.update(_draw_tables(model, vectors, rng, dtype))
    model.params.update(model.corruption.own_parameters(dtype))
    scorer, K = config.scorer, len(model.corruption.names)
    model.params.update(init_scorer(rng, model.inputs, model.hidden, K, scorer.init, dtype))
    _fit_preprocessing(model, parts)
    parts.notes.extend(_notes_on(model, parts, vectors))
    return model


def _notes_on(model: Model, parts: Parts, vectors: dict[str, Floats]) -> Iterator[str]:
    """How many words have a vector, how dev's are found in the table, and whether the windows are too few to whiten."""
    if vectors:
        yield from coverage(parts, vectors)
    if parts.dev.tags:
        yield lookup_stages(parts, model.lookups[0], lower=model.config.words.lower)
    if model.config.preprocess.method == "whiten" and (count := len(_centres_to_fit(parts))) < model.inputs:
        yield (
            f"preprocess.method: {count} windows are fewer than the {model.inputs} columns to whiten; directions "
            f"without variance are left out, the rest is regularised with a ridge of {RIDGE:g} of the largest"
        )


def _draw_tables(model: Model, vectors: dict[str, Floats], rng: Random, dtype: type[np.floating]) -> Parameters:
    """The lookup tables (V_f, d_f): random rows, zeros, or the given vectors."""
    words, tables = model.config.words, Parameters()
    for one, width in zip(model.lookups, model.widths, strict=True):
        if one.name == NGRAMS:  # all start from zero, so that n-grams that training never meets add nothing
            tables[one.name] = np.zeros((len(one), width), dtype)
        else:
            tables[one.name] = (init_table(rng, len(one), width) * words.start).astype(dtype)
    if PAIR in tables:
        tables[PAIR][UNKNOWN] = 0  # if every pair of the training part has a row, this one is never trained
    if vectors:
        if not words.trained:
            tables[WORDS][:] = 0  # for padding and unknown words, whose random rows would never be trained
        ids, values = match_vectors(model.lookups[0], vectors)
        tables[WORDS][ids] = values
    return tables


def _fit_preprocessing(model: Model, parts: Parts) -> None:
    """Fit the preprocessing on windows of the training part; it is added to the model's constants."""
    fit = PREPROCESSORS[model.config.preprocess.method]
    if fit is None:
        return
    flat, chosen = parts.train.flat, _centres_to_fit(parts)
    forms = form_table(model.lookups, parts.vocabulary.forms)
    x = model.windows(forms, model.placed(*model.windows_at(flat, chosen)))
    model.constants["mean"], model.constants["transform"] = fit(np.asarray(x))


def _centres_to_fit(parts: Parts) -> Ints:
    """The centres of the windows that preprocessing is fitted on."""
    centres = parts.train.flat.centres
    return centres[:: math.ceil(len(centres) / FIT_WINDOWS)]


def _read_vectors(config: Config, parts: Parts) -> tuple[dict[str, Floats], dict[str, Fingerprint]]:
    """The vectors to start from, and their file."""
    words = config.words
    if words.vectors is None:
        return {}, {}
    source, known = vectors_source(words.vectors), parts.words[KNOWN:]
    if words.lower:
        found = read_vectors(words.vectors, {word.lower() for word in known}, words.dim, words.extra)
        found = {word: vector for word, vector in found.items() if word == word.lower()}  # no other is looked up
    else:
        found = read_vectors(words.vectors, known, words.dim, words.extra)
    if vectors_source(words.vectors) != source:  # checked as in `read_parts`
        raise VectorsError(f"{words.vectors}: {CHANGED}")
    return found if words.size is None else rescaled(found, words.size), {"words.vectors": source}


def _collect_words(config: Config, parts: Parts, vectors: dict[str, Floats]) -> Lookup:
    """The words that get a row of their own, in lower case if the configuration says so.

    They are those seen often enough and all that have a vector; if vectors are not trained, the latter alone. Words
    that training reads come first, since a lookup tells by a row's number whether its word is unseen.
    """
    counts = Counter[str]()
    for word, count in zip(parts.words, np.bincount(parts.train.flat.words).tolist(), strict=False):
        if count:
            counts[word.lower() if config.words.lower else word] += count
    # Below `least`, a word gets a row only if it has a vector.
    least = config.words.min_count if config.words.trained or not vectors else math.inf
    kept = [word for word, count in counts.items() if count >= least or word in vectors]
    values = list(dict.fromkeys([*kept, *vectors]))
    # Training reads a word if it looks up its row, in whatever spelling.
    rows_read = set(Lookup(WORDS, values).rows_of(Spelled(list(counts))))
    seen = [word for row, word in enumerate(values, KNOWN) if row in rows_read]
    return Lookup(WORDS, list(dict.fromkeys([*seen, *values])), len(seen))


def _collect_pairs(config: Config, parts: Parts) -> Lookup:
    """The pairs that get a row of their own: those seen often enough, in lower case."""
    counts = Counter[str]()
    for form, count in zip(parts.vocabulary.forms, np.bincount(parts.train.flat.words).tolist(), strict=False):
        counts[form.lower()] += count
    return Lookup(PAIR, [pair for pair, count in counts.items() if count >= config.words.min_count])
