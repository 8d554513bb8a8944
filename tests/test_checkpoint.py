"""Models on disk: what is saved comes back, and what is not whole is refused in one sentence."""

import hashlib
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nerwin.errors import ModelError
from nerwin.training import checkpoint
from nerwin.training.checkpoint import MANIFEST, load_model, load_state, save_model
from nerwin.training.trainer import Trainer
from tests.test_trainer import epochs, new_trainer, same, village_config


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
    save_model(tmp_path / "last", trained.model, trained.state, with_state=True)
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
    state = load_state(saved, load_model(saved))
    kept = trained.state
    assert (state.epoch, state.best_epoch, state.best_f1, state.stop) == (
        kept.epoch,
        kept.best_epoch,
        kept.best_f1,
        kept.stop,
    )
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
    save_model(saved, trained.model, trained.state, with_state=True)
    assert contents(saved) == before


def test_the_bytes_do_not_depend_on_the_clock(
    trained: Trainer, saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    save_model(tmp_path / "later", trained.model, trained.state, with_state=True)
    assert contents(tmp_path / "later") == contents(saved)


def test_saving_something_else_leaves_no_stray_file(
    trained: Trainer, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, before = trained.model.params["U"], set(contents(saved))
    monkeypatch.setitem(trained.model.params, "U", kept + 1)
    save_model(saved, trained.model, trained.state, with_state=True)
    after = set(contents(saved))
    assert after != before
    assert len(after) == 3
    assert (load_model(saved).params["U"] == kept + 1).all()


def test_a_model_without_state_is_two_files_and_cannot_be_continued(trained: Trainer, tmp_path: Path) -> None:
    save_model(tmp_path / "best", trained.model, trained.state, with_state=False)
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
        (not_an_object, "expected model format 2, found None"),
        (edited(format=99), "expected model format 2, found 99"),
        (edited(format=None), "expected model format 2, found None"),
        (edited(arrays=None), "damaged"),
        (edited(arrays="arrays.npz"), "damaged"),
        (edited(types=None), "damaged"),
        (edited(types=7), "damaged"),
        (edited(config={"words": {"dim": -1}}), "damaged.*words.dim"),
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


@pytest.mark.parametrize("written", [0, 1, 2])
def test_a_save_that_breaks_off_leaves_the_old_model_whole(
    trained: Trainer, saved: Path, monkeypatch: pytest.MonkeyPatch, written: int
) -> None:
    """The disk is full before the arrays, the state or the manifest."""
    kept, write, calls = trained.model.params["U"], checkpoint.replace_file, itertools.count()

    def full_disk(path: Path, content: bytes) -> None:
        if next(calls) == written:
            raise OSError(28, "No space left on device")
        write(path, content)

    monkeypatch.setattr(checkpoint, "replace_file", full_disk)
    monkeypatch.setitem(trained.model.params, "U", kept + 1)
    with pytest.raises(ModelError, match="cannot save the model: No space left on device"):
        save_model(saved, trained.model, trained.state, with_state=True)
    assert np.array_equal(load_model(saved).params["U"], kept)
    assert load_state(saved, load_model(saved)).epoch == 2


def test_a_folder_that_cannot_be_made_is_a_clear_error(trained: Trainer, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match="cannot save the model"):
        save_model(tmp_path / "file" / "best", trained.model, trained.state, with_state=False)
