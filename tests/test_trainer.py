"""Training end to end on a village of twenty invented sentences."""

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nerwin.arrays import Gradients, Parameters
from nerwin.corpora.reading import read_corpus
from nerwin.errors import TrainingDiverged
from nerwin.evaluation.calibration import UNCALIBRATED
from nerwin.evaluation.scores import Score
from nerwin.model.decision import CALIBRATION
from nerwin.model.files import load_model, save_model
from nerwin.model.model import Standing
from nerwin.optim.optimizer import Optimizer, Treatment
from nerwin.optim.rules import OPTIMIZERS, OptimizerSettings, Rule, adamw
from nerwin.tagging.tagger import Tagger
from nerwin.text.tags import spans
from nerwin.text.vocabulary import KNOWN, PADDING, UNKNOWN
from nerwin.training import trainer as trainer_module
from nerwin.training.descent import make_schedule
from nerwin.training.state import Batched, EpochDone
from nerwin.training.trainer import Trainer
from tests.village import ENTITY_WORDS, epochs, new_trainer, same, trained_run, village_config


def copied(params: Parameters) -> Parameters:
    return {name: value.copy() for name, value in params.items()}


def script_dev_f1(monkeypatch: pytest.MonkeyPatch, tenths: Sequence[int]) -> None:
    """Let dev F1 be so many tenths, epoch by epoch."""
    script = iter(tenths)

    class Scripted:
        @property
        def overall(self) -> Score:
            return Score(next(script), 10, 10)

    monkeypatch.setattr(trainer_module, "evaluate_tags", lambda gold, found: Scripted())


def test_the_loss_falls(tmp_path: Path) -> None:
    records = epochs(new_trainer(village_config(tmp_path, "training.epochs=10")))
    losses = [record.loss for record in records]
    assert losses[-1] < 0.2 * losses[0]
    assert records[-1].active < 0.2 * records[0].active


@pytest.mark.parametrize("overrides", [[], ["scorer.hidden=[8,8]", "scorer.activation=sigmoid"], ["features.shape=4"]])
def test_it_learns_twenty_sentences_by_heart_and_remembers_them_on_disk(tmp_path: Path, overrides: list[str]) -> None:
    trainer = new_trainer(village_config(tmp_path, "training.epochs=60", "words.rare_unknown=0", *overrides))
    for record in trainer.run():
        if isinstance(record, EpochDone) and record.dev["f1"] == 1.0:
            break
    assert trainer.model.standing.best_f1 == 1.0
    sentences = read_corpus(tmp_path / "village.conll").sentences
    words, tags = [one.words for one in sentences], [one.tags for one in sentences]
    assert Tagger(trainer.model).tag_many(words) == tags
    save_model(tmp_path / "saved", trainer.model)
    assert Tagger(load_model(tmp_path / "saved")).tag_many(words) == tags


@pytest.mark.parametrize("overrides", [[], ["scorer.dropout=0.3", "scorer.input_dropout=0.1"]])
def test_the_same_seed_gives_the_same_parameters_bit_for_bit(tmp_path: Path, overrides: list[str]) -> None:
    one, again = (new_trainer(village_config(tmp_path, *overrides)) for _ in range(2))
    assert [record._replace(seconds=0.0) for record in epochs(one)] == [
        record._replace(seconds=0.0) for record in epochs(again)
    ]
    assert same(one.model.params, again.model.params)
    assert same(one.model.constants, again.model.constants)


def test_another_seed_gives_other_parameters(tmp_path: Path) -> None:
    one, other = (new_trainer(village_config(tmp_path, f"training.seed={seed}")) for seed in (1, 2))
    for trainer in (one, other):
        epochs(trainer)
    assert not any(np.array_equal(value, other.model.params[name]) for name, value in one.model.params.items())


def test_the_global_generator_is_neither_read_nor_moved(tmp_path: Path) -> None:
    np.random.seed(3)  # noqa: NPY002
    before = str(np.random.get_state())  # noqa: NPY002
    first = new_trainer(village_config(tmp_path))
    epochs(first)
    assert str(np.random.get_state()) == before  # noqa: NPY002
    np.random.seed(4)  # noqa: NPY002
    second = new_trainer(village_config(tmp_path))
    epochs(second)
    assert same(first.model.params, second.model.params)


def test_records_count_pairs_and_shares(tmp_path: Path) -> None:
    records = epochs(new_trainer(village_config(tmp_path, "objective.draws=4")))
    assert [record.epoch for record in records] == [1, 2, 3]
    for record in records:
        assert record.windows == ENTITY_WORDS * 4
        assert 0 < record.active < 1
        assert record.loss > 0
        assert record.seconds > 0
        assert record.learning_rate == 0.1
        assert {"precision", "recall", "f1"} <= record.dev.keys()
        assert all(0 <= value <= 1 for value in record.dev.values())


def test_a_line_of_metrics_has_the_keys_that_others_read(tmp_path: Path) -> None:
    record = epochs(new_trainer(village_config(tmp_path)))[0]
    line = record.to_dict()
    assert list(line) == [
        "epoch",
        "loss",
        "active",
        "windows",
        "seconds",
        "windows_per_second",
        "learning_rate",
        "dev",
    ]
    assert line["windows_per_second"] == pytest.approx(record.windows / record.seconds)


def test_progress_inside_an_epoch_counts_up_to_its_pairs(tmp_path: Path) -> None:
    records = list(new_trainer(village_config(tmp_path, "training.epochs=1", "training.batch_size=50")).run())
    *batches, last = records
    done = [record.done for record in batches if isinstance(record, Batched)]
    assert done == [50, 100, 150, 200, ENTITY_WORDS * 5]
    assert {record.total for record in batches if isinstance(record, Batched)} == {ENTITY_WORDS * 5}
    assert isinstance(last, EpochDone)
    assert batches[-1].loss == last.loss


def test_the_loss_is_the_mean_over_pairs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trainer, losses = new_trainer(village_config(tmp_path, "training.epochs=1", "training.batch_size=50")), []
    step = trainer._step

    def spy(batch: Any, rate: float) -> Any:
        losses.append(step(batch, rate))
        return losses[-1]

    monkeypatch.setattr(trainer, "_step", spy)
    told = [record.loss for record in trainer.run() if isinstance(record, Batched)]
    assert len({one.pairs for one in losses}) == 2  # the last minibatch is smaller
    sums = np.cumsum([one.value * one.pairs for one in losses])
    assert told == pytest.approx(sums / np.cumsum([one.pairs for one in losses]))


def test_a_tie_keeps_the_earlier_best(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script_dev_f1(monkeypatch, [5, 7, 7, 6, 8, 8])
    trainer = new_trainer(village_config(tmp_path, "training.epochs=6"))
    assert [record.best for record in epochs(trainer)] == [True, True, False, False, True, False]
    assert (trainer.model.standing.best_epoch, trainer.model.standing.best_f1) == (5, 0.8)


def test_of_epochs_whose_dev_f1_is_0_the_latest_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script_dev_f1(monkeypatch, [0, 0, 0, 1, 0, 1])
    trainer = new_trainer(village_config(tmp_path, "training.epochs=6"))
    assert [record.best for record in epochs(trainer)] == [True, True, True, True, False, False]
    assert (trainer.model.standing.best_epoch, trainer.model.standing.best_f1) == (4, 0.1)


@pytest.mark.parametrize("l2", [0, 1e-4])
@pytest.mark.parametrize("corruption", ["window", "label", "sequence"])
def test_minibatches_outside_the_margin_are_left_out_where_they_would_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, corruption: str, l2: float
) -> None:
    settings = (f"objective.corruption={corruption}", "training.batch_size=4", f"objective.l2={l2}")
    one, other = (new_trainer(village_config(tmp_path, *settings, "optimizer.name=adagrad")) for _ in range(2))
    left_out = []
    step = Optimizer.step

    def spy(self: Optimizer, grads: Gradients, rate: float) -> None:
        left_out.append(not grads)
        step(self, grads, rate)

    monkeypatch.setattr(Optimizer, "step", spy)
    epochs(one)
    assert any(left_out) == (not l2)
    assert not all(left_out)
    left_out.clear()
    other.state.optimizer.rule = other.state.optimizer.rule._replace(rests=False)
    epochs(other)
    assert not any(left_out)
    assert one.state.optimizer.steps == other.state.optimizer.steps
    assert same(one.model.params, other.model.params)
    assert same(one.state.optimizer.arrays(), other.state.optimizer.arrays())


@pytest.mark.parametrize("corruption", ["window", "label", "sequence"])
def test_an_epoch_of_a_small_corpus_takes_several_passes(tmp_path: Path, corruption: str) -> None:
    """So many that it has the minibatches that are asked for; every pass takes all pairs, each pass its own way."""
    settings = [f"objective.corruption={corruption}", "training.epochs=2", "training.batch_size=10"]
    settings += ["schedule.name=linear", "schedule.warmup=0", "optimizer.learning_rate=0.01"]
    once = new_trainer(village_config(tmp_path, *settings))
    batches = len([record for record in once.run() if isinstance(record, Batched)]) // 2
    several = new_trainer(village_config(tmp_path, *settings, f"training.min_batches={2 * once.steps_per_epoch + 1}"))
    assert (once.passes, several.passes, several.pairs) == (1, 3, 3 * once.pairs)
    drawn = [batch.centres for batch in several._batches(several._new_tally())]
    assert len(drawn) == pytest.approx(3 * batches, abs=2)
    passes = np.split(np.concatenate(drawn), 3)
    if corruption != "window":  # whose corrupted windows are drawn anew
        assert all(np.array_equal(np.sort(one), np.sort(passes[0])) for one in passes)
    assert not np.array_equal(passes[0], passes[1])
    records = epochs(several)
    assert [record.windows for record in records] == [3 * once.pairs] * 2
    rates = [record.learning_rate for record in records]
    assert rates == pytest.approx([0.005, 0], abs=0.002)  # the schedule ends where training does


def test_several_passes_go_on_where_they_were_left(tmp_path: Path) -> None:
    settings = ["training.epochs=1", "training.batch_size=10", "training.min_batches=25", "features={ngrams: 3}"]
    config = village_config(tmp_path, *settings)
    whole, left = new_trainer(config), new_trainer(config)
    assert whole.passes > 1
    batches = [record for record in whole.run() if isinstance(record, Batched)]
    for _ in itertools.islice(left.run(), len(batches) * 2 // 3):  # in the middle of a pass
        pass
    again = Trainer(left.model, left.parts, left.state)
    assert epochs(again)
    assert same(whole.model.params, again.model.params)


def test_the_clock_of_the_schedule_counts_pairs_and_no_minibatches(tmp_path: Path) -> None:
    """The last minibatch of a pass is smaller, so several passes have more of them than of steps."""
    settings = ["training.epochs=2", "training.batch_size=40", "training.min_batches=50"]
    trainer = new_trainer(village_config(tmp_path, *settings, "schedule.name=linear", "schedule.warmup=0"))
    assert trainer.minibatches > trainer.steps_per_epoch
    trainer.model.standing = Standing(epoch=1)
    assert trainer._rate(0) == pytest.approx(0.5 * trainer.schedule(0))


@pytest.mark.parametrize(
    ("tenths", "patience", "last_epoch", "reason"),
    [
        ([5, 4, 4, 9], 2, 3, "no better dev F1 for 2 epochs"),
        ([5, 5, 9], 1, 2, "no better dev F1 for 1 epoch"),
        ([5, 4, 6, 5, 5], 2, 5, "no better dev F1 for 2 epochs"),
        ([5, 4, 4, 4, 4, 4], None, 6, "all 6 epochs done"),
        ([1, 2, 3, 4, 5, 6], 2, 6, "all 6 epochs done"),
        ([0, 0, 0], 2, 3, "no better dev F1 for 2 epochs"),
    ],
)
def test_patience_stops_and_the_last_record_says_why(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    tenths: list[int],
    patience: int | None,
    last_epoch: int,
    reason: str,
) -> None:
    script_dev_f1(monkeypatch, tenths)
    patience_text = "null" if patience is None else patience
    trainer = new_trainer(village_config(tmp_path, "training.epochs=6", f"training.patience={patience_text}"))
    records = epochs(trainer)
    assert len(records) == last_epoch
    assert [record.stop for record in records[:-1]] == [None] * (last_epoch - 1)
    assert records[-1].stop is not None
    assert records[-1].stop.startswith(reason)
    assert list(trainer.run()) == []


@pytest.mark.parametrize("rate", ["1e20", "1e30"])
def test_divergence_names_epoch_and_step(tmp_path: Path, rate: str) -> None:
    trainer = new_trainer(village_config(tmp_path, f"optimizer.learning_rate={rate}"))
    with pytest.raises(TrainingDiverged, match=r"epoch 1, step [2-9].*finite.*learning_rate"):
        epochs(trainer)


def test_divergence_in_the_last_step_of_all_is_noticed(tmp_path: Path) -> None:
    """One step an epoch, one epoch: no later loss will show that the weights are no longer numbers."""
    trainer = new_trainer(
        village_config(tmp_path, "optimizer.learning_rate=1e45", "training.batch_size=100000", "training.epochs=1")
    )
    with pytest.raises(TrainingDiverged, match="epoch 1"):
        epochs(trainer)


def test_what_the_optimizer_remembers_has_to_be_finite_too(tmp_path: Path) -> None:
    """Else it would take no further step, and nobody would know."""
    trainer = new_trainer(village_config(tmp_path, "optimizer.name=adam", "training.epochs=1"))
    epochs(trainer)
    trainer.check_finite()
    trainer.state.optimizer.state["U"][1][0] = np.inf
    with pytest.raises(TrainingDiverged, match=r"epoch 2, step .*expected finite parameters and gradients"):
        trainer.check_finite()


def test_a_copy_of_a_model_stays_as_it_is_while_training_goes_on(tmp_path: Path) -> None:
    trainer = new_trainer(village_config(tmp_path, "training.epochs=2"))
    model, kept = trainer.model, trainer.model.copy()
    params, constants = copied(kept.params), set(kept.constants)
    epochs(trainer)
    assert set(kept.constants) == constants < set(model.constants)
    assert all(np.array_equal(kept.params[name], value) for name, value in params.items())
    assert not all(np.array_equal(model.params[name], value) for name, value in params.items())


def test_frozen_word_vectors_stay_the_same(tmp_path: Path) -> None:
    trainer = new_trainer(village_config(tmp_path, "words.trained=false", "features.shape=3", "objective.l2=0.01"))
    before = copied(trainer.model.params)
    epochs(trainer)
    assert np.array_equal(trainer.model.params["words"], before["words"])
    for name in ("shape", "W1", "b1", "U"):
        assert not np.array_equal(trainer.model.params[name], before[name]), name


@pytest.mark.parametrize(
    "overrides",
    [
        [],
        ["scorer.hidden=[8,6]"],
        ["features={shape: 3, suffix2: 2}"],
        ["scorer.dropout=0.3", "scorer.input_dropout=0.2"],
        ["preprocess.method=normalize"],
        ["optimizer.name=sgd"],
        ["scorer.activation=sigmoid", "window.size=3"],
    ],
)
def test_every_trained_tensor_moves(tmp_path: Path, overrides: list[str]) -> None:
    trainer = new_trainer(village_config(tmp_path, "training.epochs=1", *overrides))
    before = copied(trainer.model.params)
    epochs(trainer)
    for name, value in trainer.model.params.items():
        assert not np.array_equal(value, before[name]), name
        assert np.isfinite(value).all(), name
        assert value.dtype == np.float32, name


def test_every_word_vector_of_the_training_part_moves(tmp_path: Path) -> None:
    """With a margin that no pair ever reaches, every window that is drawn has a gradient; only padding and words do."""
    trainer = new_trainer(village_config(tmp_path, "objective.margin=1000", "objective.draws=20"))
    before = copied(trainer.model.params)
    epochs(trainer)
    assert (trainer.model.params["words"] != before["words"]).any(axis=1).all()


def test_a_step_is_no_longer_than_its_gradient_may_be(tmp_path: Path) -> None:
    settings = ["optimizer.name=sgd", "optimizer.learning_rate=1", "optimizer.clip=1e-6"]
    trainer = new_trainer(village_config(tmp_path, *settings))
    before = copied(trainer.model.params)
    next(trainer.run())
    moved = [float(np.abs(value - before[name]).max()) for name, value in trainer.model.params.items()]
    assert 0 < max(moved) < 2e-6


@pytest.mark.parametrize("l2_words", [False, True])
def test_tables_have_their_own_rate_and_decay_only_where_asked(tmp_path: Path, *, l2_words: bool) -> None:
    settings = ["objective.corruption=sequence", "optimizer.table_rate=0.5", f"objective.l2_words={l2_words}"]
    treatments = new_trainer(village_config(tmp_path, *settings)).state.optimizer.treatments
    assert treatments == {
        "words": Treatment(0.5, decayed=l2_words),
        "W1": Treatment(1.0, decayed=True),
        "b1": Treatment(1.0, decayed=False),
        "U": Treatment(1.0, decayed=True),
        "transitions": Treatment(1.0, decayed=False),
    }


def test_the_optimizer_gets_all_settings_of_the_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[OptimizerSettings] = []

    def noted(settings: OptimizerSettings) -> Rule:
        given.append(settings)
        return adamw(settings)

    monkeypatch.setitem(OPTIMIZERS, "adamw", OPTIMIZERS["adamw"]._replace(rule=noted))
    chosen = OptimizerSettings(momentum=0.5, beta1=0.8, beta2=0.99, epsilon=1e-4, weight_decay=0.25)
    settings = [f"optimizer.{key}={value}" for key, value in chosen._asdict().items()]
    new_trainer(village_config(tmp_path, "optimizer.name=adamw", *settings))
    assert given == [chosen]


def test_a_schedule_of_epochs_without_steps_is_one_all_the_same(tmp_path: Path) -> None:
    config = village_config(tmp_path, "schedule.name=exponential", "schedule.decay=0.5")
    assert make_schedule(config, 0)(0) == make_schedule(config, 1)(0)


def test_the_rate_of_ngrams_is_divided_by_the_number_of_passes(tmp_path: Path) -> None:
    settings = ["optimizer.table_rate=3", "features={shape: 3, ngrams: 4}", "training.batch_size=10"]
    rates = {}
    for name, more in (("one", []), ("several", ["training.min_batches=25"])):
        trainer = new_trainer(village_config(tmp_path, *settings, *more))
        rates[name] = {table: trainer.state.optimizer.treatments[table].rate for table in trainer.model.tables}
    assert trainer.passes > 1
    assert rates["one"] == {"words": 3, "shape": 3, "ngrams": 3}
    assert rates["several"] == {"words": 3, "shape": 3, "ngrams": 3 / trainer.passes}


def test_the_unknown_word_learns_only_where_rare_words_stand_for_it(tmp_path: Path) -> None:
    moved = []
    for share in ("0.3", "0"):
        trainer = new_trainer(village_config(tmp_path, f"words.rare_unknown={share}"))
        before = copied(trainer.model.params)
        epochs(trainer)
        moved.append(bool((trainer.model.params["words"][1] != before["words"][1]).any()))
    assert moved == [True, False]


def test_a_word_that_is_not_masked_may_be_read_as_unknown_all_the_same(tmp_path: Path) -> None:
    trainer = new_trainer(village_config(tmp_path, "words.rare_unknown=1e9", "words.masked=0.5"))
    words = trainer.parts.train.flat.tokens
    words = words[words != PADDING]
    found = trainer.word_dropout(words, np.random.default_rng(1))
    twins = np.bincount((found - words) // len(trainer.parts.vocabulary), minlength=3) / len(words)
    assert twins.tolist() == pytest.approx([0, 0.5, 0.5], abs=0.1)  # itself, unknown, masked


def test_padding_is_never_read_as_unknown_and_the_other_words_of_a_sentence_are(tmp_path: Path) -> None:
    trainer = new_trainer(village_config(tmp_path, "words.rare_unknown=1e9", "window.sentence=1"))
    assert trainer.word_dropout.shares[PADDING] == 0
    words = trainer._placed_windows(trainer.parts.train.flat.centres[:20])
    assert words.around is not None
    assert (words.forms[words.around.words] >= len(trainer.parts.vocabulary)).all()


def test_any_word_may_be_read_as_unknown_where_rare_ones_are_not_read_so_more_often(tmp_path: Path) -> None:
    trainer = new_trainer(village_config(tmp_path, "words.rare_unknown=0", "words.any_unknown=0.5"))
    V, forms = len(trainer.parts.vocabulary), trainer._placed_windows(trainer.parts.train.flat.centres).forms
    assert 0 < np.count_nonzero(forms >= V) < len(forms)
    assert forms.max() < 2 * V


@pytest.mark.parametrize(
    ("share", "unknown", "known"),
    [
        ("0", set(), {"words", "suffix2", "prefix2", "ngrams"}),
        ("0.3", {"words", "ngrams"}, {"words", "suffix2", "prefix2", "ngrams"}),
        ("0.9999999", {"words", "ngrams"}, {"suffix2"}),
    ],
)
def test_masked_places_are_read_by_shape_and_ending_alone(
    tmp_path: Path, share: str, unknown: set[str], known: set[str]
) -> None:
    settings = ["words.rare_unknown=0", 'features={"suffix2": 3, "prefix2": 3, "ngrams": 3}']
    trainer = new_trainer(village_config(tmp_path, f"words.masked={share}", *settings))
    before = copied(trainer.model.params)
    epochs(trainer)
    unseen = {"suffix2", "prefix2"}  # what one form alone has is unknown anyway
    moved = {one.name: trainer.model.params[one.name] != before[one.name] for one in trainer.model.lookups}
    assert {name for name, rows in moved.items() if rows[UNKNOWN].any()} - unseen == unknown
    assert {name for name, rows in moved.items() if rows[KNOWN:].any()} == known
    assert moved["words"][PADDING].any()  # padding is what it is


def test_dropout_changes_the_result_but_not_what_is_drawn(tmp_path: Path) -> None:
    def drawn(trainer: Trainer) -> Iterator[list[int]]:
        sources = trainer.state.generators
        for batch in trainer.corruption.batches(
            trainer.parts.train.flat, trainer.targets, sources["order"], sources["corruption"], 8
        ):
            yield batch.centres.tolist()

    plain = new_trainer(village_config(tmp_path))
    dropping = new_trainer(village_config(tmp_path, "scorer.dropout=0.3"))
    for trainer in (plain, dropping):
        for _ in itertools.takewhile(lambda record: isinstance(record, Batched), trainer.run()):
            pass
    assert not same(plain.model.params, dropping.model.params)
    assert list(drawn(plain)) == list(drawn(dropping))


def test_preprocessing_is_fitted_on_the_training_part_and_then_stays(tmp_path: Path) -> None:
    trainer = new_trainer(village_config(tmp_path, "preprocess.method=center"))
    flat, words = trainer.parts.train.flat, trainer.model.params["words"].astype(np.float64)
    fitted = trainer.model.constants["mean"].copy()
    expected = [
        words[trainer.forms.rows[flat.tokens[flat.centres + offset], 0]].mean(axis=0) for offset in range(-2, 3)
    ]
    np.testing.assert_allclose(fitted, np.concatenate(expected), atol=1e-6)
    epochs(trainer)
    assert np.array_equal(trainer.model.constants["mean"], fitted)


def test_the_last_epoch_may_be_kept_whatever_dev_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = new_trainer(village_config(tmp_path, "training.keep=last", "training.epochs=4", "training.patience=1"))
    figures = iter((0.5, 0.8, 0.0, 0.6))
    monkeypatch.setattr(Trainer, "_fit_and_score_dev", lambda self: {"f1": next(figures)})
    records = epochs(trainer)
    assert [record.best for record in records] == [False, False, False, True]
    assert [record.dev["f1"] for record in records] == [0.5, 0.8, 0.0, 0.6]
    assert trainer.model.standing == Standing(4, 4, 0.6)
    assert trainer.state.stop == "all 4 epochs done"


def test_of_one_epoch_it_is_said_that_it_was_the_only_one(tmp_path: Path) -> None:
    assert [record.stop for record in epochs(new_trainer(village_config(tmp_path, "training.epochs=1")))] == [
        "the only epoch done"
    ]


@pytest.mark.parametrize(
    ("hidden", "per_type", "widths"), [([5], 4, [8]), ([9], 4, [9]), ([3, 5], 4, [3, 8]), ([5], 0, [5])]
)
def test_many_types_widen_the_last_layer(tmp_path: Path, hidden: list[int], per_type: int, widths: list[int]) -> None:
    run = trained_run(tmp_path, f"scorer.hidden={hidden}", f"scorer.per_type={per_type}", "training.epochs=1")
    model = load_model(run / "best")  # whose shapes are checked
    assert len(model.types) == 2
    assert [len(model.params[f"W{k}"]) for k in range(1, len(widths) + 1)] == widths
    assert len(model.params["U"]) == widths[-1]


@pytest.mark.parametrize("corruption", ["window", "label", "sequence"])
def test_scores_are_fitted_where_dev_has_an_entity_to_find(tmp_path: Path, corruption: str) -> None:
    """Where it has none, all that is found there would count as wrong, and every score would be next to 0."""
    trainer = new_trainer(village_config(tmp_path, f"objective.corruption={corruption}"))
    epochs(trainer)
    model, (flat, gold) = trainer.model, trainer.parts.dev
    scores = model.score(trainer.forms, flat)
    others = [[tag.replace("PER", "X").replace("LOC", "Y") for tag in own] for own in gold]  # types to find nowhere
    for dev, fitted in ((gold, True), ([["O"] * len(own) for own in gold], False), (others, False)):
        tags = model.rule.tag_and_calibrate(scores, trainer.forms, flat, dev)
        assert any(spans(own) for own in tags)
        assert (model.constants[CALIBRATION].tolist() != UNCALIBRATED.tolist()) == fitted
