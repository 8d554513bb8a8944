"""Models and trainings on disk: what is saved comes back, and what is not whole is refused in one sentence."""

import dataclasses
import errno
import hashlib
import itertools
import json
import os
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nerwin import __version__
from nerwin.errors import ModelError
from nerwin.model import files as model_files
from nerwin.model.files import load_model, remove_model, save_model
from nerwin.run import checkpoint
from nerwin.run.checkpoint import load_state, save_training
from nerwin.storage import archive
from nerwin.storage.archive import file_entry, pack, read_arrays
from nerwin.storage.folders import MANIFEST
from nerwin.storage.replace import replace_file, replacing
from nerwin.training.trainer import Trainer
from nerwin.vectors.cache import vectors_source
from tests.village import epochs, new_trainer, same, village_config


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trainer:
    folder = tmp_path_factory.mktemp("village")
    config = village_config(
        folder, "training.epochs=2", "features.shape=3", "preprocess.method=normalize", "scorer.dropout=0.2"
    )
    trainer = new_trainer(config)
    epochs(trainer)
    return trainer


@pytest.fixture
def saved(trained: Trainer, tmp_path: Path) -> Path:
    save_training(tmp_path / "last", trained.model, trained.state)
    return tmp_path / "last"


def arrays_file(folder: Path) -> Path:
    (path,) = folder.glob("arrays-*.npz")
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_a_model_comes_back_as_it_was(trained: Trainer, saved: Path) -> None:
    model = load_model(saved)
    assert model.config == trained.model.config
    assert model.types == trained.model.types == ["LOC", "PER"]
    assert [(one.name, list(one.values)) for one in model.lookups] == [
        (one.name, list(one.values)) for one in trained.model.lookups
    ]
    assert same(model.params, trained.model.params)
    assert same(model.constants, trained.model.constants)
    assert {name: value.dtype for name, value in model.params.items()} == {
        name: value.dtype for name, value in trained.model.params.items()
    }


def test_the_state_of_the_training_comes_back_as_it_was(trained: Trainer, saved: Path) -> None:
    model = load_model(saved)
    state, kept = load_state(saved, model), trained.state
    assert (model.standing, state.stop) == (trained.model.standing, kept.stop)
    assert model.standing.epoch > 0
    assert state.optimizer.steps == kept.optimizer.steps > 0
    assert state.optimizer.state.keys() == kept.optimizer.state.keys()
    for name, slots in kept.optimizer.state.items():
        for slot, loaded in zip(slots, state.optimizer.state[name], strict=True):
            assert slot.any(), name
            assert np.array_equal(slot, loaded), name
    for name, generator in kept.generators.items():
        assert state.generators[name].bit_generator.state == generator.bit_generator.state, name


def test_the_manifest_is_readable_and_names_its_files_by_their_sum(saved: Path) -> None:
    manifest = json.loads((saved / MANIFEST).read_text(encoding="utf-8"))
    assert manifest["types"] == ["LOC", "PER"]
    assert manifest["epoch"] == 2
    assert manifest["config"]["words"]["dim"] == 8
    for key in ("arrays", "state_arrays"):
        assert manifest[key]["sha256"].startswith(manifest[key]["file"].removesuffix(".npz").rpartition("-")[2])


def test_saving_the_same_twice_gives_the_same_bytes(trained: Trainer, saved: Path) -> None:
    before = contents(saved)
    save_training(saved, trained.model, trained.state)
    assert contents(saved) == before


def test_the_bytes_do_not_depend_on_the_clock(
    trained: Trainer, saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    save_training(tmp_path / "later", trained.model, trained.state)
    assert contents(tmp_path / "later") == contents(saved)


def test_saving_something_else_leaves_no_stray_file(
    trained: Trainer, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, before = trained.model.params["U"], set(contents(saved))
    monkeypatch.setitem(trained.model.params, "U", kept + 1)
    save_training(saved, trained.model, trained.state)
    after = set(contents(saved))
    assert after != before
    assert len(after) == 3
    assert (load_model(saved).params["U"] == kept + 1).all()


def test_saving_takes_away_what_is_half_written_and_nothing_of_others(trained: Trainer, tmp_path: Path) -> None:
    others = {"my_arrays-2020.npz", ".notes.part", "arrays.npz", "notes.txt"}
    for name in [*others, "arrays-0123abc45678.npz", f".{MANIFEST}.part", ".state_arrays-0123abc45678.npz.part"]:
        (tmp_path / name).touch()
    save_model(tmp_path, trained.model)
    assert set(contents(tmp_path)) == {*others, MANIFEST, arrays_file(tmp_path).name}
    remove_model(tmp_path)
    assert set(contents(tmp_path)) == others


def test_what_names_the_files_of_a_model_is_taken_away_before_them(
    saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kill in between leaves files that nobody asks for, and no model without its files."""
    gone, unlink = [], Path.unlink

    def taken(file: Path, missing_ok: bool = False) -> None:
        gone.append(file.name)
        unlink(file, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", taken)
    remove_model(saved)
    assert gone[0] == MANIFEST
    assert len(gone) == 3


def test_a_model_without_state_is_two_files_and_cannot_be_continued(trained: Trainer, tmp_path: Path) -> None:
    save_model(tmp_path / "best", trained.model)
    assert sorted(contents(tmp_path / "best")) == sorted([arrays_file(tmp_path / "best").name, MANIFEST])
    with pytest.raises(ModelError, match="expected the state of a training, found a model only"):
        load_state(tmp_path / "best", load_model(tmp_path / "best"))


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.999])
@pytest.mark.parametrize("kind", ["arrays", "state_arrays"])
def test_one_flipped_bit_in_the_arrays_is_refused(saved: Path, kind: str, share: float) -> None:
    (path,) = saved.glob(f"{kind}-*.npz")
    content = bytearray(path.read_bytes())
    content[int(share * len(content))] ^= 1
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"damaged.*sha256"):
        load_state(saved, load_model(saved))


def missing_manifest(folder: Path) -> None:
    (folder / MANIFEST).unlink()


def missing_arrays(folder: Path) -> None:
    arrays_file(folder).unlink()


def cut_short(folder: Path) -> None:
    path = arrays_file(folder)
    path.write_bytes(path.read_bytes()[:-100])


def not_json(folder: Path) -> None:
    (folder / MANIFEST).write_text('{"format": 1,', encoding="utf-8")


def not_utf8(folder: Path) -> None:
    (folder / MANIFEST).write_bytes(b'{"format": "\xff"}')


def not_an_object(folder: Path) -> None:
    (folder / MANIFEST).write_text("[1, 2]", encoding="utf-8")


def folder_in_place_of_manifest(folder: Path) -> None:
    (folder / MANIFEST).unlink()
    (folder / MANIFEST).mkdir()


def edited(**changes: Any) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        path = folder / MANIFEST
        manifest = json.loads(path.read_text(encoding="utf-8")) | changes
        path.write_text(json.dumps({key: value for key, value in manifest.items() if value is not None}))

    return edit


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (missing_manifest, "model.json: cannot read the model: No such file"),
        (folder_in_place_of_manifest, "damaged: model.json: expected a file, found a folder or a pipe"),
        (missing_arrays, "damaged.*No such file"),
        (cut_short, "damaged.*sha256"),
        (not_json, "damaged: model.json is not JSON"),
        (not_utf8, "damaged: model.json is not JSON"),
        (not_an_object, "expected model format 2 or 3 or 4 or 5, found None"),
        (edited(format=99), "expected model format 2 or 3 or 4 or 5, found 99"),
        (edited(format=None), "expected model format 2 or 3 or 4 or 5, found None"),
        (edited(arrays=None), "damaged"),
        (edited(arrays="arrays.npz"), "damaged"),
        (edited(types=None), "damaged"),
        (edited(types=7), "damaged"),
        (edited(config={"words": {"dim": -1}}), r"damaged.*words\.dim.*, found -1\. Fetch"),
        (edited(config={"words": {"dim": -1, "size": -1}}), r"found -1\. 1 more key is wrong\. Fetch"),
        (edited(config={"words": {"dimm": 1}}), r"Did you mean words\.dim\? Fetch"),
        (edited(config=None), "damaged"),
        (edited(lookups=["nothing"]), "damaged"),
    ],
)
def test_what_is_not_a_whole_model_is_refused(saved: Path, harm: Callable[[Path], None], message: str) -> None:
    harm(saved)
    with pytest.raises(ModelError, match=message) as caught:
        load_model(saved)
    assert str(caught.value).startswith(str(saved))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("state", [7, {}, {"stop": None, "steps": 1, "generators": {}}])
def test_a_state_that_is_not_whole_is_refused(saved: Path, state: Any) -> None:
    edited(state=state)(saved)
    with pytest.raises(ModelError, match="damaged"):
        load_state(saved, load_model(saved))


def test_files_outside_the_folder_are_not_read(saved: Path) -> None:
    path = arrays_file(saved)
    outside = path.rename(saved.parent / path.name)
    manifest = json.loads((saved / MANIFEST).read_text(encoding="utf-8"))
    edited(arrays=manifest["arrays"] | {"file": f"../{outside.name}"})(saved)
    with pytest.raises(ModelError, match="damaged"):
        load_model(saved)


def test_pickled_arrays_are_refused(saved: Path) -> None:
    path = arrays_file(saved)
    objects = np.array([{"any": "object"}], object)
    np.savez(path, U=objects)
    manifest = json.loads((saved / MANIFEST).read_text(encoding="utf-8"))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    edited(arrays=manifest["arrays"] | {"sha256": digest})(saved)
    with pytest.raises(ModelError, match="damaged"):
        load_model(saved)


def test_a_model_that_is_replaced_while_it_is_read_is_read_again(
    trained: Trainer, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A training saves between the reading of model.json and that of the arrays it names."""
    newer = trained.model.params["U"] + 1

    def read_late(folder: Path, entry: Any) -> Any:
        monkeypatch.setattr(model_files, "read_arrays", read_arrays)
        monkeypatch.setitem(trained.model.params, "U", newer)
        save_training(saved, trained.model, trained.state)
        return read_arrays(folder, entry)

    monkeypatch.setattr(model_files, "read_arrays", read_late)
    assert np.array_equal(load_model(saved).params["U"], newer)


def test_a_state_that_is_replaced_while_it_is_read_is_read_again(
    trained: Trainer, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, newer = load_model(saved), [slot + 1 for slot in trained.state.optimizer.state["U"]]

    def read_late(folder: Path, entry: Any) -> Any:
        monkeypatch.setattr(checkpoint, "read_arrays", read_arrays)
        monkeypatch.setitem(trained.state.optimizer.state, "U", newer)
        save_training(saved, trained.model, trained.state)
        return read_arrays(folder, entry)

    monkeypatch.setattr(checkpoint, "read_arrays", read_late)
    assert np.array_equal(load_state(saved, model).optimizer.state["U"], newer)


@pytest.mark.parametrize("written", [0, 1, 2])
def test_a_save_that_breaks_off_leaves_the_old_model_whole(
    trained: Trainer, saved: Path, monkeypatch: pytest.MonkeyPatch, written: int
) -> None:
    """The disk is full before the arrays, the state or the manifest."""
    kept, write, calls = trained.model.params["U"], replace_file, itertools.count()

    def full_disk(path: Path, content: bytes) -> None:
        if next(calls) == written:
            raise OSError(28, "No space left on device")
        write(path, content)

    monkeypatch.setattr(archive, "replace_file", full_disk)
    monkeypatch.setitem(trained.model.params, "U", kept + 1)
    with pytest.raises(ModelError, match=r"cannot save the model: No space left on device\. Free space, or choose"):
        save_training(saved, trained.model, trained.state)
    assert np.array_equal(load_model(saved).params["U"], kept)
    assert load_model(saved).standing.epoch == 2


def test_a_private_file_is_private_while_it_is_written_too(tmp_path: Path) -> None:
    replace_file(tmp_path / "file", b"old")
    (tmp_path / "file").chmod(0o600)
    with replacing(tmp_path / "file") as stream:
        assert Path(stream.name).stat().st_mode & 0o777 == 0o600  # while it is written, too
        stream.write(b"content")


def test_a_link_by_the_name_of_a_half_written_file_leads_to_no_other_file(tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"precious")
    (tmp_path / ".file.part").symlink_to(tmp_path / "other")
    replace_file(tmp_path / "file", b"content")
    assert [(tmp_path / name).read_bytes() for name in ("other", "file")] == [b"precious", b"content"]
    assert not (tmp_path / "file").is_symlink()


def test_a_file_is_on_the_disk_as_a_whole_before_it_takes_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a power cut could leave it empty, and the old one gone."""
    done: list[object] = []
    sync, move = os.fsync, os.replace

    def synced(file: int) -> None:
        done.append(os.fstat(file).st_size)
        sync(file)

    def moved(old: Path, new: Path) -> None:
        done.append(new.name)
        move(old, new)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", moved)
    replace_file(tmp_path / "file", b"content")
    assert done == [7, "file"]


def test_a_link_that_is_laid_while_a_file_is_begun_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "theirs").write_bytes(b"old")
    unlink = Path.unlink

    def laid(path: Path, missing_ok: bool = False) -> None:
        unlink(path, missing_ok=missing_ok)
        monkeypatch.undo()
        path.symlink_to(tmp_path / "theirs")

    monkeypatch.setattr(Path, "unlink", laid)
    with pytest.raises(FileExistsError):
        replace_file(tmp_path / "file", b"content")
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == {"theirs": b"old"}


def test_of_a_file_that_cannot_be_written_whole_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    replace_file(tmp_path / "file", b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left on device"):
        replace_file(tmp_path / "file", b"content")
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == {"file": b"old"}


def test_a_folder_that_cannot_be_made_is_a_clear_error(trained: Trainer, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(
        ModelError, match=r"cannot save the model: Not a directory\. Move what is in the way, or choose"
    ):
        save_model(tmp_path / "file" / "best", trained.model)


def repacked(folder: Path, change: Callable[[dict[str, Any]], object], key: str = "arrays") -> None:
    """Change the arrays of a saved model, and its sum with them, as one can who means harm."""
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    arrays = read_arrays(folder, manifest[key])
    change(arrays)
    content = pack(arrays)
    manifest[key] = file_entry(key, content)
    (folder / manifest[key]["file"]).write_bytes(content)
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")


def reshaped(name: str, shape: tuple[int, ...]) -> Callable[[dict[str, Any]], object]:
    return lambda arrays: arrays.update({name: np.zeros(shape, np.float32)})


def with_last(name: str, number: float) -> Callable[[dict[str, Any]], object]:
    return lambda arrays: np.put(arrays[name], -1, number)


FORMS = np.frombuffer(b"Mira\nTolvan\nMira", np.uint8)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda arrays: None, None),
        (reshaped("params/W1", (8, 56)), r"W1: expected shape \(8, 55\), found \(8, 56\)"),
        (reshaped("params/W1", (9, 55)), r"W1: expected shape \(8, 55\)"),
        (reshaped("params/b1", (1,)), r"b1: expected shape \(8,\), found \(1,\)"),
        (reshaped("params/U", (8, 3)), r"U: expected shape \(8, 2\)"),
        (reshaped("params/words", (3, 8)), r"words: expected shape \(\d+, 8\), found \(3, 8\)"),
        (reshaped("params/shape", (2, 3)), r"shape: expected shape \(\d+, 3\), found \(2, 3\)"),
        (reshaped("constants/thresholds", (1,)), r"thresholds: expected shape \(2,\), found \(1,\)"),
        (reshaped("constants/mean", (1,)), r"mean: expected shape \(55,\), found \(1,\)"),
        (reshaped("constants/transform", (55, 55)), r"transform: expected shape \(55,\)"),
        (reshaped("constants/extra", (1,)), "expected no array 'extra', found one"),
        (reshaped("params/W2", (8, 8)), "expected no array 'W2', found one"),
        (reshaped("others/W1", (8, 8)), "expected arrays in params, constants, lookups, found 'others/W1'"),
        (lambda arrays: arrays.pop("params/b1"), "expected an array b1, found none"),
        (lambda arrays: arrays.pop("constants/mean"), "expected an array mean, found none"),
        (lambda arrays: arrays.pop("lookups/shape"), "expected an array shape, found none"),
        (lambda arrays: arrays.pop("constants/thresholds"), "found one whose first epoch is not done"),
        (lambda arrays: arrays.update({"lookups/words": FORMS}), "lookups/words: expected different values"),
        (lambda arrays: arrays.update({"lookups/words": np.zeros(3)}), "lookups/words: expected a row of uint8"),
        (
            lambda arrays: arrays.update({"lookups/words": np.array([255], np.uint8)}),
            "expected text in UTF-8, found other bytes",
        ),
        (lambda arrays: arrays.update({"params/U": np.zeros((8, 2), np.int64)}), "U: expected floating-point numbers"),
        (with_last("params/words", np.nan), "words: expected finite numbers"),
        (with_last("params/U", np.inf), "U: expected finite numbers"),
        (with_last("constants/thresholds", np.nan), "thresholds: expected finite numbers"),
    ],
)
def test_arrays_that_do_not_fit_the_configuration_are_refused_whatever_their_sum(
    saved: Path, change: Callable[[dict[str, Any]], object], message: str | None
) -> None:
    repacked(saved, change)
    if message is None:
        assert load_model(saved).types == ["LOC", "PER"]
        return
    with pytest.raises(ModelError, match=message) as caught:
        load_model(saved)
    assert str(caught.value).startswith(f"{saved}: ")
    assert "\n" not in str(caught.value)


def test_a_model_whose_first_epoch_is_not_done_can_be_continued(saved: Path) -> None:
    repacked(saved, lambda arrays: arrays.pop("constants/thresholds"))
    assert "thresholds" not in load_model(saved, decided=False).constants


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"types": ["LOC", "LOC"]}, "types: expected different names, at least one"),
        ({"types": ["LOC", 7]}, "types: expected different names, at least one"),
        ({"types": []}, r"types: expected different names, at least one, found '\[\]'"),
        ({"types": ["LOC", "\ud800"]}, "expected text in UTF-8, found other bytes"),
        ({"types": ["LOC"]}, r"U: expected shape \(8, 1\), found \(8, 2\)"),
        ({"lookups": ["words"]}, "lookups: expected words, shape, found"),
        ({"lookups": ["shape", "words"]}, "lookups: expected words, shape, found"),
        ({"sources": 7}, "expected values of the kinds that nerwin writes"),
        ({"sources": {"corpus.train": {"sha256": "0"}}}, "damaged"),
        ({"sources": {"corpus.train": {"sha256": "0", "bytes": "1"}}}, "sources: expected the sum and the size"),
        ({"seen_words": -1}, "seen_words: expected a whole number from 0, found '-1'"),
        ({"seen_words": 10**30}, "seen_words: expected at most [0-9]+, found 1000"),
        ({"epoch": "two"}, "epoch: expected a whole number from 0, found 'two'"),
        ({"epoch": -1}, "epoch: expected a whole number from 0, found '-1'"),
        ({"best": None}, "expected 'best', found none"),
        ({"best": {"epoch": 1, "f1": "high"}}, "expected values of the kinds that nerwin writes"),
        ({"best": {"epoch": 1, "f1": True}}, "best: expected an F1, found 'True'"),
        ({"best": {"epoch": 1, "f1": 10**400}}, "best: expected an F1, found '1000"),
        ({"lookups": "\ud800\n\x1b"}, r"lookups: expected words, shape, found \\ud800\\n\\x1b"),
        ({"format": "\n"}, r"expected model format 2 or 3 or 4 or 5, found \\n"),
        ({"best": {"epoch": 1, "f1": float("nan")}}, "best: expected an F1, found 'nan'"),
    ],
)
def test_a_manifest_that_does_not_fit_its_arrays_is_refused(saved: Path, changes: dict[str, Any], message: str) -> None:
    edited(**changes)(saved)
    with pytest.raises(ModelError, match=message) as caught:
        load_model(saved)
    assert str(caught.value).isprintable()


def test_more_types_than_a_tagger_can_have_are_refused_at_once(saved: Path) -> None:
    config = json.loads((saved / MANIFEST).read_text(encoding="utf-8"))["config"]
    config["objective"]["corruption"] = "label"
    edited(types=[f"T{number}" for number in range(100_000)], config=config)(saved)
    with pytest.raises(ModelError, match="types: expected at most 1000 of a tagger, found 100000"):
        load_model(saved)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda slots: slots.pop("U/0/"), "expected an array U/0/, found none"),
        (lambda slots: slots.update({"U/9/": np.zeros(2)}), "expected no array 'U/9/', found one"),
        (reshaped("U/0/", (1, 2)), r"U/0/: expected float32 of shape \(8, 2\), found float32 of shape \(1, 2\)"),
        (lambda slots: slots.update({"U/0/": np.zeros((8, 2))}), "U/0/: expected float32 .* found float64"),
    ],
)
def test_a_state_that_does_not_fit_the_model_is_refused(
    saved: Path, change: Callable[[dict[str, Any]], object], message: str
) -> None:
    repacked(saved, change, "state_arrays")
    with pytest.raises(ModelError, match=message):
        load_state(saved, load_model(saved))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("steps", -1),
        ("steps", True),
        ("stop", 7),
        ("generators", {"init": {"state": 10**50}}),
        ("generators", {"init": {"state": {"state": -1, "inc": 1}}}),
    ],
)
def test_a_state_of_impossible_values_is_refused(saved: Path, key: str, value: Any) -> None:
    manifest = json.loads((saved / MANIFEST).read_text(encoding="utf-8"))
    edited(state=manifest["state"] | {key: value})(saved)
    with pytest.raises(ModelError, match="damaged"):
        load_state(saved, load_model(saved))


@pytest.mark.parametrize("key", ["stop", "steps", "generators"])
def test_a_state_that_lacks_a_part_is_refused(saved: Path, key: str) -> None:
    state = json.loads((saved / MANIFEST).read_text(encoding="utf-8"))["state"]
    del state[key]
    edited(state=state)(saved)
    with pytest.raises(ModelError, match="damaged"):
        load_state(saved, load_model(saved))


@pytest.mark.parametrize(
    ("changes", "whole"),
    [
        ({}, True),
        ({"rate": float("nan")}, False),
        ({"hinge": float("inf")}, False),
        ({"pairs": -1}, False),
        ({"sources": {"order": {"bit_generator": "other"}, "corruption": {}}}, False),
    ],
)
def test_an_unfinished_epoch_of_impossible_values_is_refused(
    trained: Trainer, saved: Path, changes: dict[str, Any], whole: bool
) -> None:
    state = json.loads((saved / MANIFEST).read_text(encoding="utf-8"))["state"]
    tally = dataclasses.asdict(trained._new_tally())
    tally["sources"] = tally.pop("rng_states")
    edited(state=state | {"tally": tally | changes})(saved)
    model = load_model(saved)
    if whole:
        assert load_state(saved, model).tally == trained._new_tally()
        return
    with pytest.raises(ModelError, match="damaged"):
        load_state(saved, model)


def test_the_manifest_says_what_the_model_was_made_with_and_of(trained: Trainer, saved: Path) -> None:
    manifest = json.loads((saved / MANIFEST).read_text(encoding="utf-8"))
    assert manifest["nerwin"] == __version__
    assert manifest["numpy"] == np.__version__
    assert manifest["python"] == platform.python_version()
    assert manifest["machine"] == platform.machine()
    assert manifest["blas_threads"] == os.environ["OPENBLAS_NUM_THREADS"]
    corpus = trained.config.corpus.train
    assert corpus is not None
    expected = {"sha256": hashlib.sha256(corpus.read_bytes()).hexdigest(), "bytes": corpus.stat().st_size}
    assert manifest["sources"] == {"corpus.train": expected, "corpus.dev": expected}
    assert load_model(saved).sources == trained.model.sources


def test_the_vectors_are_among_the_sources(tmp_path: Path) -> None:
    vectors = tmp_path / "vectors.txt"
    vectors.write_text("Mira " + "1 " * 7 + "1\nTolvan " + "2 " * 7 + "2\n")
    trainer = new_trainer(village_config(tmp_path, f"words.vectors={vectors}"))
    assert trainer.model.sources["words.vectors"] == (hashlib.sha256(vectors.read_bytes()).hexdigest(), 44)


def test_the_sum_of_the_vectors_needs_no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert vectors_source(tmp_path / "file") == (hashlib.sha256(b"not a folder").hexdigest(), 12)
