"""Word vectors from untagged text: learning them, stopping and going on."""

import dataclasses
import hashlib
import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from nerwin.arrays import Gradients, Ints, Parameters, Rows
from nerwin.errors import ConfigError, ModelError, TrainingDiverged, VectorsError
from nerwin.optim.optimizer import Optimizer
from nerwin.pretraining import run as pretrain_run
from nerwin.pretraining.center import CenterLoss
from nerwin.pretraining.run import STATE, PretrainRun, check_output, state_folder
from nerwin.pretraining.settings import PretrainSettings
from nerwin.pretraining.text import Text, read_text
from nerwin.pretraining.trainer import (
    Minibatch,
    PretrainBatched,
    PretrainEpochDone,
    Pretraining,
    PretrainTally,
    init_state,
    keep_shares,
    loss_and_gradients,
    row_adagrad,
)
from nerwin.storage.archive import file_entry, pack, read_arrays
from nerwin.text.features import WORDS
from nerwin.text.vocabulary import KNOWN
from tests.pretraining import PEOPLE, PLACES, VERBS, village, written
from tests.test_lock import held


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with some text, which is the working folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "village.txt").write_text(village(), encoding="utf-8")
    return tmp_path


SMALL = PretrainSettings(dim=8, vocabulary=100, window=5, epochs=3, hidden=6, negatives=16, subsample=1.0, stretches=8)


@pytest.fixture
def text(here: Path) -> Text:
    return read_text([here / "village.txt"], SMALL.vocabulary, SMALL.window)


# Training


def trained(text: Text, settings: PretrainSettings = SMALL) -> tuple[Pretraining, list[PretrainEpochDone]]:
    pretraining = Pretraining(text, settings)
    return pretraining, [record for record in pretraining.run() if isinstance(record, PretrainEpochDone)]


def test_vectors_of_one_number_are_trained(text: Text) -> None:
    settings = dataclasses.replace(SMALL, dim=1, epochs=1)
    pretraining, (epoch,) = trained(text, settings)
    assert epoch.loss > 0
    untrained = Pretraining(text, settings).state.params[WORDS]
    assert not np.array_equal(pretraining.state.params[WORDS], untrained)


def test_words_used_alike_become_neighbours(text: Text) -> None:
    pretraining, epochs = trained(text, dataclasses.replace(SMALL, epochs=8))
    assert [record.epoch for record in epochs] == list(range(1, 9))
    assert epochs[-1].loss < epochs[0].loss
    assert epochs[-1].active < epochs[0].active < 1
    names = {*PEOPLE, *PLACES, *VERBS}
    for kind in (PEOPLE, PLACES, VERBS):
        for word in kind:
            nearest = [one for one in pretraining.neighbours(word, len(text.words)) if one in names]
            assert set(nearest[: len(kind) - 1]) == set(kind) - {word}


def test_an_epoch_has_every_word_once(text: Text) -> None:
    """Without subsampling every word that has an id is a centre; the unknown and the padding are none."""
    _, epochs = trained(text)
    assert {record.windows for record in epochs} == {text.length} == {record.words for record in epochs}
    few = read_text([Path("village.txt")], 5, 5)
    assert few.counts[1] > 0
    assert {record.windows for record in trained(few)[1]} == {few.length - int(few.counts[1])}


def test_records_of_minibatches_count_all_epochs(text: Text) -> None:
    records = [record for record in Pretraining(text, SMALL).run() if isinstance(record, PretrainBatched)]
    assert {record.total for record in records} == {SMALL.epochs * text.length}
    done = [record.done for record in records]
    assert done == sorted(done)
    assert done[-1] == SMALL.epochs * text.length


def test_frequent_centres_are_left_out(text: Text) -> None:
    shares = keep_shares(np.array([0, 50, 900, 40, 10]), 0.01)
    np.testing.assert_allclose(shares, [0, 0, (0.01 / 0.9) ** 0.5, 0.5, 1], rtol=1e-6)
    _, epochs = trained(text, dataclasses.replace(SMALL, subsample=0.01))
    expected = float((keep_shares(text.counts, 0.01) * text.counts).sum())
    assert np.mean([record.windows for record in epochs]) == pytest.approx(expected, rel=0.05)


def test_the_padding_does_not_learn_and_the_rest_does(text: Text) -> None:
    pretraining, _ = trained(text)
    before, after = init_state(SMALL, len(text.words)).params, pretraining.state.params
    assert not after["words"][0].any()
    assert (before["words"][2:] != after["words"][2:]).any(axis=1).all()
    assert all((before[name] != after[name]).any() for name in ("W1", "b1", "U"))
    assert {value.dtype for value in after.values()} == {np.dtype(np.float32)}


def test_no_window_crosses_a_paragraph(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text, seen = read_text([written(tmp_path / "a", "a b\nc d e\n" * 40)], 9, 5), []

    def spy(params: Parameters, batch: Minibatch, window: int, margin: float) -> tuple[CenterLoss, Rows]:
        seen.append(batch.ids)
        return loss_and_gradients(params, batch, window, margin)

    monkeypatch.setattr("nerwin.pretraining.trainer.loss_and_gradients", spy)
    trained(text)
    row = {word: number for number, word in enumerate(text.words)}
    for ids in seen:
        for stretch in ids.tolist():
            for here, centre in enumerate(stretch[2:-2], 2):
                inside = {row[one] for one in ("ab" if centre in (row["a"], row["b"]) else "cde")} | {0}
                assert not centre or set(stretch[here - 2 : here + 3]) <= inside


def test_every_epoch_has_an_order_of_its_own_and_every_step_a_smaller_rate(
    text: Text, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders: list[int] = []
    rates: list[float] = []
    original_step, original_move = Pretraining._step, Optimizer.step

    def step(self: Pretraining, stretches: Ints) -> None:
        orders.extend(stretches.tolist())
        original_step(self, stretches)

    def move(self: Optimizer, grads: Gradients, rate: float) -> None:
        rates.append(rate)
        original_move(self, grads, rate)

    monkeypatch.setattr(Pretraining, "_step", step)
    monkeypatch.setattr(Optimizer, "step", move)
    pretraining, _ = trained(text)
    n, steps = pretraining.stretches, SMALL.epochs * pretraining.batches
    epochs = [orders[start : start + n] for start in range(0, len(orders), n)]
    assert all(sorted(order) == list(range(n)) for order in epochs)
    assert len({tuple(order) for order in epochs}) == SMALL.epochs
    np.testing.assert_allclose(rates[::2], SMALL.learning_rate * (1 - np.arange(steps) / steps), rtol=1e-12)
    assert rates[::2] == rates[1::2]


def test_a_row_has_one_sum_of_squares() -> None:
    rule = row_adagrad(0.0)
    theta, g = np.ones((2, 2)), np.array([[3.0, 4.0], [0.0, 1.0]])
    h = rule.state[0](theta)
    assert h.shape == (2, 1)
    h += 0.5
    rule.update(theta, g, 0.1, 1, h)
    assert h.tolist() == [[13.0], [1.0]]
    np.testing.assert_allclose(theta, 1 - 0.1 * g / np.sqrt(h))


def test_a_text_without_a_single_centre_is_survived(tmp_path: Path) -> None:
    """So few words that subsampling may leave none in a minibatch."""
    text = read_text([written(tmp_path / "a", "a b\n" * 20)], 9, 3)
    _, epochs = trained(text, dataclasses.replace(SMALL, subsample=1e-12, window=3))
    assert {(record.windows, record.loss, record.active) for record in epochs} == {(0, 0.0, 0.0)}


def test_neighbours_are_ranked_by_angle(text: Text) -> None:
    pretraining = Pretraining(text, SMALL)
    L = pretraining.state.params["words"]
    L[:] = 0
    row = pretraining.row
    L[row("mira"), 0], L[row("ena"), 0], L[row("vesk"), :2], L[row("left"), 0] = 1, 9, 0.1, -1
    L[1, 0] = 5  # the unknown word is nobody's neighbour
    assert pretraining.neighbours("Mira", 2) == ["ena", "vesk"]
    everything = pretraining.neighbours("mira", 1000)
    assert everything[-1] == "left"
    assert sorted([*everything, "mira"]) == sorted(text.words[2:])


def test_divergence_is_called_by_its_name(text: Text) -> None:
    with pytest.raises(
        TrainingDiverged, match=r"epoch \d+, step \d+: expected .*finite.*, found .*Lower --learning-rate"
    ):
        trained(text, dataclasses.replace(SMALL, learning_rate=1e30))


def test_a_loss_that_is_not_finite_ends_training_at_once_and_its_step_is_named(text: Text) -> None:
    training = Pretraining(text, SMALL)
    records = training.run()
    next(records)
    training.state.params["b1"][0] = np.inf
    with pytest.raises(TrainingDiverged, match=r"^epoch 1, step 2: expected a finite loss, found (nan|inf)\. "):
        next(records)


def test_what_an_optimizer_remembers_has_to_be_finite_too(text: Text) -> None:
    for name in ("table", "network"):
        training = Pretraining(text, SMALL)
        training.check_finite()
        next(iter(getattr(training.state, name).arrays().values())).flat[-1] = np.inf
        with pytest.raises(TrainingDiverged, match="expected finite parameters and gradients"):
            training.check_finite()


def test_the_last_step_of_an_epoch_has_to_leave_finite_numbers(text: Text) -> None:
    training = Pretraining(text, SMALL)
    records = training.run()
    for _ in range(training.batches):
        next(records)
    training.state.params["U"][0] = np.inf
    with pytest.raises(TrainingDiverged, match="expected finite parameters and gradients"):
        next(records)


def test_the_loss_of_an_epoch_is_the_mean_over_its_windows() -> None:
    tally, nothing = PretrainTally(), np.empty(0)
    assert tally.mean_loss == 0
    for value, windows in ((4.0, 1), (1.0, 3), (0.0, 0)):
        tally.add(CenterLoss(value, 2, 1, {}, nothing, nothing), windows)
    assert (tally.mean_loss, tally.windows, tally.pairs, tally.active) == (7 / 4, 4, 6, 3)


def test_a_parameter_that_is_not_finite_is_never_saved(here: Path, text: Text) -> None:
    run = PretrainRun.start(here / "out.txt", text, SMALL)
    run.save()
    good = {file.name: file.read_bytes() for file in state_folder(run.output).iterdir()}
    run.pretraining.state.params["b1"][0] = np.nan
    with pytest.raises(TrainingDiverged, match="finite parameters"):
        run.save()
    assert {file.name: file.read_bytes() for file in state_folder(run.output).iterdir()} == good


def test_a_state_that_cannot_be_saved_is_told_with_what_to_do(here: Path, text: Text) -> None:
    run = PretrainRun.start(here / "out.txt", text, SMALL)
    (state_folder(run.output) / STATE).mkdir(parents=True)
    with pytest.raises(ModelError, match=r"cannot save the state: Is a directory\. Move what is in the way, or choose"):
        run.save()


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("dim", 0, "--dim: expected at least 1, found 0"),
        ("vocabulary", 1, "--vocabulary: expected at least 2, found 1"),
        ("window", 4, "--window: expected an odd number of words, so that one is the centre, found 4. Set 5."),
        ("window", 1, "--window: expected at least 3, found 1"),
        ("epochs", 0, "--epochs: expected at least 1, found 0"),
        ("seed", -1, "--seed: expected at least 0, found -1"),
        ("learning_rate", float("nan"), "--learning-rate: expected a finite number above 0, found nan"),
        ("learning_rate", float("inf"), "--learning-rate: expected a finite number above 0, found inf"),
        ("dim", 10**20, "--dim: expected at most 5000, found 100000000000000000000. Lower it."),
        ("window", 101, "--window: expected at most 99, found 101"),
        ("epochs", 10**400, "--epochs: expected at most 1000000000, found 1000"),
        ("learning_rate", 0.0, "--learning-rate: expected a finite number above 0, found 0.0"),
    ],
)
def test_settings_out_of_range(name: str, value: float, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        dataclasses.replace(SMALL, **{name: value})  # type: ignore[arg-type]
    assert str(caught.value).startswith(message)


# Stopping and going on


def finished(run: PretrainRun) -> bytes:
    assert sum(1 for _ in run.train()) > 0
    assert not state_folder(run.output).exists()
    return run.output.read_bytes()


@pytest.fixture
def whole(here: Path, text: Text) -> bytes:
    """What a run that never stops writes."""
    return finished(PretrainRun.start(here / "whole.txt", text, SMALL))


def test_every_word_is_written_with_its_own_vector(here: Path, text: Text) -> None:
    run = PretrainRun.start(here / "out.txt", text, SMALL)
    finished(run)
    _, *lines = run.output.read_text(encoding="utf-8").splitlines()
    found = {word: [float(number) for number in numbers] for word, *numbers in map(str.split, lines)}
    table = run.pretraining.state.params[WORDS]
    assert list(found) == text.words[KNOWN:]
    for row, word in enumerate(text.words[KNOWN:], KNOWN):
        np.testing.assert_allclose(found[word], table[row], rtol=1e-5)


def test_the_same_seed_is_the_same_bytes(here: Path, text: Text, whole: bytes) -> None:
    assert finished(PretrainRun.start(here / "again.txt", text, SMALL)) == whole
    other = dataclasses.replace(SMALL, seed=2)
    assert finished(PretrainRun.start(here / "other.txt", text, other)) != whole


def test_a_run_begun_anew_can_go_on_from_its_first_minibatch(here: Path, text: Text, whole: bytes) -> None:
    """What stood there, of other settings, is replaced before the first one."""
    PretrainRun.start(here / "out.txt", text, dataclasses.replace(SMALL, seed=2)).save()
    records = PretrainRun.start(here / "out.txt", text, SMALL).train()
    next(records)
    records.close()
    assert finished(PretrainRun.resume(here / "out.txt", text, SMALL)) == whole


@pytest.mark.parametrize("stop", [0, 1, 2, 7, 12, 20])
def test_a_run_goes_on_as_if_it_had_not_stopped(stop: int, here: Path, text: Text, whole: bytes) -> None:
    """After a minibatch, at the border of an epoch, before the first step."""
    run = PretrainRun.start(here / "out.txt", text, SMALL)
    records = run.train()
    ends = [next(records) for _ in range(stop)]
    run.save()
    del records  # and with it the lock of the folder
    again = PretrainRun.resume(here / "out.txt", text, SMALL)
    assert again.pretraining.state.epoch == sum(isinstance(one, PretrainEpochDone) for one in ends)
    assert again.pretraining.state.tally == run.pretraining.state.tally
    assert finished(again) == whole


def test_a_run_that_is_killed_goes_on_from_its_last_save(
    here: Path, text: Text, whole: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = PretrainRun.start(here / "out.txt", text, SMALL)
    records = run.train()
    while not isinstance(next(records), PretrainEpochDone):
        pass
    next(records)
    del records
    again = PretrainRun.resume(here / "out.txt", text, SMALL)
    assert (again.pretraining.state.epoch, again.pretraining.state.batch) == (1, 0)
    assert finished(again) == whole
    monkeypatch.setattr(pretrain_run, "SAVE_SECONDS", 0.0)
    records = PretrainRun.start(here / "often.txt", text, SMALL).train()
    next(records)
    next(records)
    assert PretrainRun.resume(here / "often.txt", text, SMALL).pretraining.state.batch == 2


def test_a_run_whose_vectors_could_not_be_written_still_can_write_them(
    here: Path, text: Text, whole: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise VectorsError("no space")

    with monkeypatch.context() as broken:
        broken.setattr(pretrain_run, "write_vectors", full)
        with pytest.raises(VectorsError, match="no space"):
            list(PretrainRun.start(here / "out.txt", text, SMALL).train())
    run = PretrainRun.resume(here / "out.txt", text, SMALL)
    assert list(run.train()) == []
    assert run.output.read_bytes() == whole


def test_other_settings_or_another_text_do_not_go_on(here: Path, text: Text) -> None:
    PretrainRun.start(here / "out.txt", text, SMALL).save()
    with pytest.raises(
        ConfigError, match=r"out\.txt\.pretrain: expected --dim 8 --seed 1, as the run began, found other"
    ):
        PretrainRun.resume(here / "out.txt", text, dataclasses.replace(SMALL, dim=9, seed=4))
    with pytest.raises(ConfigError, match=r"expected a run of this version of nerwin, found another's\. Begin again"):
        PretrainRun.resume(here / "out.txt", text, dataclasses.replace(SMALL, dim=9, negatives=17))
    with pytest.raises(ConfigError, match="expected the text that the run began with, found another"):
        PretrainRun.resume(here / "out.txt", read_text([here / "village.txt"] * 2, 100, 5), SMALL)


FILES = ["cut", "swapped", "gone", "packed", "wide", "shape", "slot", "nan", "double", "extra"]
MANIFEST = ["json", "list", "format", "settings", "epoch", "key", "draws", "before", "infinite"]
SUMS = ["words for sums", "negative sums", "large draws", "negative draws"]


@pytest.mark.parametrize("fault", [*FILES, *MANIFEST, *SUMS])
def test_a_damaged_state_is_refused(fault: str, here: Path, text: Text) -> None:
    PretrainRun.start(here / "out.txt", text, SMALL).save()
    folder = state_folder(here / "out.txt")
    arrays, state = next(folder.glob("arrays-*.npz")), folder / "state.json"
    manifest = json.loads(state.read_text())
    if fault == "cut":
        arrays.write_bytes(arrays.read_bytes()[:-100])
    elif fault == "swapped":
        arrays.write_bytes(arrays.read_bytes()[::-1])
    elif fault == "gone":
        arrays.unlink()
    elif fault in ("json", "list"):
        state.write_text("{" if fault == "json" else "[]")
    elif fault in ("shape", "slot"):
        found = read_arrays(folder, manifest["arrays"])
        if fault == "shape":  # one that would fit by repeating it
            found["params/words"] = found["params/words"][:1]
        else:
            found = {name: array for name, array in found.items() if not name.startswith("table/")}
        entry = file_entry("arrays", pack(found))
        (folder / entry["file"]).write_bytes(pack(found))
        state.write_text(json.dumps({**manifest, "arrays": entry}))
    else:
        cases: dict[str, dict[str, object]] = {
            "format": {"format": 99},
            "settings": {"settings": 1},
            "epoch": {"epoch": "two"},
            "key": {"tally": {"x": 1}},
            "draws": {"draws": {}},
            "before": {"batch": -1},
            "infinite": {"epoch": float("inf")},
            "words for sums": {"tally": {"loss": "none"}},
            "negative sums": {"tally": {"seconds": -1}},
            "large draws": {"draws": {**manifest["draws"], "uinteger": 10**30}},
            "negative draws": {"draws": {**manifest["draws"], "state": {"state": -1, "inc": 1}}},
        }
        if fault not in cases:
            manifest["arrays"]["sha256"] = forge(arrays, fault)
        state.write_text(json.dumps({**manifest, **cases.get(fault, {})}))
    with pytest.raises(ModelError, match=r"out\.txt\.pretrain: .*Begin again with --overwrite\."):
        PretrainRun.resume(here / "out.txt", text, SMALL)


def forge(path: Path, fault: str) -> str:
    """Change an array file as only somebody who means it does; its sum afterwards."""
    with np.load(path) as archive:
        arrays = {name: archive[name] for name in archive.files}
    if fault == "wide":
        arrays["params/words"] = arrays["params/words"][:, :1]  # numpy would fill the table with it
    if fault == "double":
        arrays["params/words"] = arrays["params/words"].astype(np.float64)
    if fault == "extra":
        arrays["other/words"] = arrays["params/words"]
    if fault == "nan":
        next(array for name, array in arrays.items() if name.startswith("network/"))[:] = np.nan
    (np.savez_compressed if fault == "packed" else np.savez)(path, allow_pickle=False, **arrays)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_run_whose_state_was_begun_anew_writes_neither_state_nor_vectors(here: Path, text: Text) -> None:
    run = PretrainRun.start(here / "out.txt", text, SMALL)
    records = run.train()
    next(records)
    shutil.rmtree(state_folder(run.output))
    vectors = finished(PretrainRun.start(run.output, text, SMALL))
    with pytest.raises(ModelError, match="expected the folder that this process holds"):
        list(records)
    assert run.output.read_bytes() == vectors
    assert not state_folder(run.output).exists()


def test_only_what_nerwin_wrote_is_taken_away(here: Path, text: Text) -> None:
    run = PretrainRun.start(here / "out.txt", text, SMALL)
    run.save()
    next(run.pretraining.run())
    run.save()
    assert len(list(state_folder(run.output).iterdir())) == 2  # none is left of the arrays before
    (state_folder(run.output) / "notes").write_text("mine")
    list(run.train())
    assert os.listdir(state_folder(run.output)) == ["notes"]


def test_what_stands_at_the_output_decides_what_may_be_done(here: Path, text: Text) -> None:
    out = here / "out.txt"
    check_output(out, resume=False, overwrite=False)
    check_output(out, resume=False, overwrite=True)
    with pytest.raises(ModelError, match="expected a stopped pretraining, found none"):
        check_output(out, resume=True, overwrite=False)
    out.write_text("")
    with pytest.raises(VectorsError, match=r"expected no file, found one\. Add --overwrite"):
        check_output(out, resume=False, overwrite=False)
    check_output(out, resume=False, overwrite=True)
    PretrainRun.start(out, text, SMALL).save()
    check_output(out, resume=True, overwrite=False)
    with pytest.raises(VectorsError, match=r"found one that stopped\. Add --resume or --overwrite"):
        check_output(out, resume=False, overwrite=False)
    with pytest.raises(ConfigError, match="expected one of them, found both"):
        check_output(out, resume=True, overwrite=True)
    (here / "folder.txt").mkdir()
    with pytest.raises(VectorsError, match="expected a file, found a folder"):
        check_output(here / "folder.txt", resume=False, overwrite=True)


def test_vectors_are_not_written_once_the_folder_of_the_run_is_taken_away(here: Path) -> None:
    """Another run may write to the same place by then."""
    text = read_text([here / "village.txt"], SMALL.vocabulary, SMALL.window)
    records = PretrainRun.start(here / "out.txt", text, SMALL).train()
    done = (record for record in records if isinstance(record, PretrainEpochDone))
    assert [next(done).epoch for _ in range(SMALL.epochs)] == [1, 2, 3]
    shutil.rmtree(state_folder(here / "out.txt"))
    with pytest.raises(ModelError, match="taken away"):
        next(done)
    assert not (here / "out.txt").exists()


def test_a_pretraining_that_is_at_work_is_told_of_before_anything_is_read(here: Path) -> None:
    with held(state_folder(here / "out.txt")), pytest.raises(ModelError, match="expected a folder not in use"):
        check_output(here / "out.txt", resume=False, overwrite=True)
