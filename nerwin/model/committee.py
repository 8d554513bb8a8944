"""Several models of one configuration, trained from different seeds, as one model that gives the mean of their scores.

The mean of M scorers is again a scorer. Its tables are theirs side by side, its hidden layers have block-diagonal
weights, and its U is theirs one below the other, divided by M. So a committee needs no code of its own to tag, to save
or to inspect.

    x = [ x₁ ; … ; x_M ]     W = diag(W₁, …, W_M)     b = [ b₁ ; … ; b_M ]     U = 1/M [ U₁ ; … ; U_M ]

Its decision rule is the mean of theirs, too. All of them were fitted on the same dev part, but chance had another part
in each. The alternative, a rule fitted to the mean scores, was tried on one half of a dev part and scored on the other:
it lost 0.4 points of F1 in the mean of ten averages of `fast.yaml`, and none in three of `tagger.yaml`.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nerwin.arrays import Floats, Ints, Parameters
from nerwin.config.reading import differing_setup, make_config
from nerwin.config.settings import Config
from nerwin.errors import ModelError
from nerwin.evaluation.scores import evaluate_tags
from nerwin.files.fingerprints import Fingerprint
from nerwin.model.model import Model
from nerwin.text.features import form_table
from nerwin.text.windows import FlatCorpus


def average(models: Sequence[Model]) -> Model:
    """One model whose scores, and whose decision rule, are the mean of the models' own.

    Raises:
        ModelError: they differ in data or configuration, but for `training.`, or two are from the same seed.
        ConfigError: together they are wider than a model may be.
    """
    first = models[0]
    for other in models[1:]:
        _check_alike(first, other)
    (seed, count), *_ = Counter(model.config.training.seed for model in models).most_common()
    if count > 1:
        raise ModelError(
            f"average: expected models from different seeds, found {count} from training.seed={seed}. Name one of each."
        )
    config = make_config(_widened(first.config, len(models)).to_dict(), base=Path(), where="average")
    shared = {key: one for key, one in first.sources.items() if all(other.sources.get(key) == one for other in models)}
    return Model(config, first.types, first.lookups, _joined(models), _mean_rule(models), shared)


def _joined(models: Sequence[Model]) -> Parameters:
    """The parameters of the committee, in float32: tables side by side, W block-diagonal, U stacked and divided by M.

    Preprocessing and the scaling of dropout are folded into them; parameters of the corruption itself are averaged.
    """
    first, folded = models[0], [model.folded() for model in models]
    params: Parameters = {
        one.name: np.concatenate([model.params[one.name] for model in models], axis=1) for one in first.lookups
    }
    for k in range(1, first.scorer.depth + 1):
        params[f"W{k}"] = _blocks([own[f"W{k}"] for own in folded])
        params[f"b{k}"] = np.concatenate([own[f"b{k}"] for own in folded])
    params["W1"] = params["W1"][:, _columns(first, len(models))]
    params["U"] = np.concatenate([own["U"] for own in folded]) / len(models)
    for name in first.corruption.own_parameters(np.float32):
        params[name] = np.mean([model.params[name] for model in models], axis=0, dtype=np.float64)
    return {name: value.astype(np.float32) for name, value in params.items()}


def _mean_rule(models: Sequence[Model]) -> dict[str, Floats]:
    """The mean of each constant of the decision rule; those that an older model lacks are left out."""
    rules = [model.rule.fitted() for model in models]
    common = [name for name in rules[0] if all(name in own for own in rules)]
    return {name: np.mean([own[name] for own in rules], axis=0) for name in common}


def calibrate_on(model: Model, flat: FlatCorpus, gold: Sequence[list[str]], forms: Sequence[str]) -> float:
    """Calibrate a model on a dev part, given its true tags in IOB2 and all forms; returns the F1 there."""
    table = form_table(model.lookups, forms)
    tags = model.rule.tag_and_calibrate(model.score(table, flat), table, flat, gold)
    return evaluate_tags(gold, tags).overall.f1


def _check_alike(first: Model, other: Model) -> None:
    others = differing_setup(first.config, other.config)
    alike = {
        "data": _data(first) == _data(other),
        "types": first.types == other.types,
        "values of training.refit": bool(first.config.training.refit) == bool(other.config.training.refit),
        f"values of {', '.join(others)}": not others,
        "words and features": _inventories(first) == _inventories(other),
    }
    if different := [name for name, same in alike.items() if not same]:
        raise ModelError(
            f"average: expected models of the same data and configuration, found other {different[0]}. Train them "
            "alike, from other values of training.seed."
        )


def _inventories(model: Model) -> list[tuple[str, list[str], int]]:
    return [(one.name, list(one.values), one.seen_count) for one in model.lookups]


def _data(model: Model) -> dict[str, Fingerprint]:
    """The files of the corpus that it was trained on."""
    return {key: source for key, source in model.sources.items() if key.startswith("corpus.")}


def _columns(model: Model, M: int) -> Ints:
    """(M·n,) for each number of the committee's input x, its place in [ x₁ ; … ; x_M ].

    From the outermost to the innermost, the order there is model, position, table, number; in the committee's input it
    is position, table, model, number.
    """
    C, D = model.slots, sum(model.widths)
    blocks = np.arange(M * C * D).reshape(M, C, D)
    tables = np.split(blocks, np.cumsum(model.widths)[:-1], axis=2)
    side_by_side = [table.transpose(1, 0, 2).reshape(C, -1) for table in tables]
    return np.concatenate(side_by_side, axis=1).ravel()


def _blocks(matrices: Sequence[Floats]) -> Floats:
    """The block-diagonal matrix of some matrices of one shape."""
    M, (rows, columns) = len(matrices), matrices[0].shape
    full = np.zeros((M, rows, M, columns), matrices[0].dtype)
    for k, matrix in enumerate(matrices):
        full[k, :, k, :] = matrix
    return full.reshape(M * rows, M * columns)


def _widened(config: Config, M: int) -> Config:
    """The configuration of the committee: that of a single model with the widths of all of them together."""
    return config.model_copy(
        update={
            "words": config.words.model_copy(update={"dim": M * config.words.dim, "vectors": None, "size": None}),
            "features": {name: M * width for name, width in config.features.items()},
            "scorer": config.scorer.model_copy(
                update={
                    "hidden": [M * width for width in config.scorer.hidden],
                    "per_type": M * config.scorer.per_type,
                    "dropout_scaling": "inverted",
                }
            ),
            "preprocess": type(config.preprocess)(),
        }
    )
