"""A committee's scores are the mean of its members', whatever they are made of."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import nerwin
from nerwin.cli import app
from nerwin.config.reading import load_config
from nerwin.config.settings import Config
from nerwin.errors import ConfigError, CorpusError, ModelError
from nerwin.files.fingerprints import Fingerprint
from nerwin.model.committee import average, calibrate_on
from nerwin.model.files import load_model, save_model
from nerwin.model.model import Model
from nerwin.run.run import Run
from nerwin.text.features import Lookup, form_table
from tests.village import epochs, new_trainer, village_config, write_village

SETTINGS = [
    ["objective.corruption=sequence"],
    [
        "objective.corruption=label",
        'features={"shape": 3, "ngrams": 4, "suffix2": 2}',
        "scorer.hidden=[6, 5]",
        "scorer.per_type=4",
    ],
    ["preprocess.method=whiten", "scorer.dropout=0.3", "scorer.input_dropout=0.2", "scorer.dropout_scaling=test"],
    ["preprocess.method=normalize", "scorer.activation=softsign", "window.size=3"],
]


def members(folder: Path, overrides: list[str], count: int = 3) -> list[Model]:
    found = []
    for seed in range(count):
        trainer = new_trainer(village_config(folder, *overrides, "training.epochs=2", f"training.seed={seed}"))
        epochs(trainer)
        found.append(trainer.model)
    return found


@pytest.mark.parametrize("overrides", SETTINGS)
def test_the_scores_are_the_mean(tmp_path: Path, overrides: list[str]) -> None:
    models = members(tmp_path, overrides)
    parts = new_trainer(village_config(tmp_path, *overrides)).parts
    flat, forms = parts.dev.flat, form_table(models[0].lookups, parts.vocabulary.forms)
    scores = [model.score(forms, flat) for model in models]
    whole = average(models)
    assert np.abs(scores[0] - scores[1]).max() > 0.01
    np.testing.assert_allclose(whole.score(forms, flat), np.mean(scores, axis=0), rtol=1e-3, atol=1e-4)
    for name in whole.corruption.own_parameters(np.float32):
        np.testing.assert_allclose(whole.params[name], np.mean([one.params[name] for one in models], axis=0), rtol=1e-5)
    assert whole.widths == [3 * width for width in models[0].widths]
    assert whole.config.preprocess.method == "none"  # it is in the weights
    for name in whole.corruption.constant_shapes():
        np.testing.assert_allclose(whole.constants[name], np.mean([one.constants[name] for one in models], axis=0))
    rule = {name: whole.constants[name].tolist() for name in whole.corruption.constant_shapes()}
    whole.constants["platt"] = np.array([7.0, 7.0])
    save_model(tmp_path / "whole", whole)
    np.testing.assert_array_equal(load_model(tmp_path / "whole").score(forms, flat), whole.score(forms, flat))
    calibrate_on(whole, *parts.dev, parts.vocabulary.forms)
    assert {name: whole.constants[name].tolist() for name in rule} == rule
    assert whole.constants["platt"].tolist() != [7.0, 7.0]


@pytest.mark.parametrize(
    "setting", ["scorer.hidden=5", "window.size=3", "corpus.tokenizer=spaces", "optimizer.name=sgd", "objective.l2=0.1"]
)
def test_models_of_another_configuration_are_refused(tmp_path: Path, setting: str) -> None:
    one, other = (members(tmp_path, ["scorer.hidden=4", *more], 1)[0] for more in ([], [setting]))
    key = re.escape(setting.partition("=")[0])
    with pytest.raises(ModelError, match=f"found other values of {key}. Train them alike"):
        average([one, replace(other, config=changed(other.config, seed=1))])


def test_how_a_training_went_is_its_own(tmp_path: Path) -> None:
    one, other = members(tmp_path, [], 2)
    longer = replace(other, config=changed(other.config, epochs=9, patience=3))
    assert average([one, longer]).config.training == one.config.training


def test_a_model_that_has_learned_from_dev_is_none_to_average_with_one_that_has_not(tmp_path: Path) -> None:
    one, other = members(tmp_path, [], 2)
    with pytest.raises(ModelError, match=r"found other values of training\.refit\. Train them alike"):
        average([one, replace(other, config=changed(other.config, refit=tmp_path))])


def test_the_f1_is_that_of_evaluate_where_the_true_tags_are_not_iob2(tmp_path: Path) -> None:
    (model,) = members(tmp_path, [], 1)
    parts = new_trainer(village_config(tmp_path)).parts
    illegal = [[tag.replace("B-", "I-") for tag in tags] for tags in parts.dev.tags]
    f1 = [calibrate_on(model, parts.dev.flat, gold, parts.vocabulary.forms) for gold in (parts.dev.tags, illegal)]
    assert f1[0] == f1[1] > 0


def changed(config: Config, **training: object) -> Config:
    return config.model_copy(update={"training": config.training.model_copy(update=training)})


def test_models_of_other_types_or_words_are_refused(tmp_path: Path) -> None:
    one, other = members(tmp_path, [], 2)
    (words,) = other.lookups
    renamed = replace(other, types=other.types[::-1])
    reordered = replace(other, lookups=[Lookup(words.name, words.values[::-1])])
    for odd, found in ((renamed, "types"), (reordered, "words and features")):
        for models in ([one, odd], [one, other, odd]):
            with pytest.raises(ModelError, match=f"found other {found}"):
                average(models)


def test_a_constant_that_an_older_model_lacks_is_left_out(tmp_path: Path) -> None:
    one, other = members(tmp_path, ["objective.corruption=sequence"], 2)
    name = list(one.rule.fitted())[-1]
    del other.constants[name]
    for models in ([one, other], [other, one]):
        found = average(models).rule.fitted()
        assert found.keys() == other.rule.fitted().keys() != one.rule.fitted().keys()


def test_models_from_one_seed_are_refused(tmp_path: Path) -> None:
    one, other = members(tmp_path, [], 2)
    trained_on = replace(one, params=other.params)
    for third in (one, trained_on):
        with pytest.raises(ModelError, match=r"expected models from different seeds, found 2 from training\.seed=0"):
            average([one, other, third])


def test_a_committee_knows_the_files_that_all_were_trained_on(tmp_path: Path) -> None:
    one, other = members(tmp_path, [], 2)
    assert average([one, other]).sources == one.sources
    elsewhere = replace(other, sources=one.sources | {"corpus.dev": Fingerprint("0" * 64, 3)})
    for odd in (elsewhere, replace(elsewhere, types=elsewhere.types[::-1])):  # of other data come other types
        with pytest.raises(ModelError, match="found other data"):
            average([one, odd])
    vectors = replace(other, sources=one.sources | {"words.vectors": Fingerprint("0" * 64, 3)})
    assert average([vectors, one]).sources == one.sources  # those that all have


@pytest.mark.parametrize("part", ["corpus.conll", "dev.conll"])
def test_a_corpus_that_has_changed_is_none_to_calibrate_on(tmp_path: Path, part: str) -> None:
    """Of another training part other sentences would be held out, which the members have learned from."""
    held_out = part == "corpus.conll"
    write_village(tmp_path)
    for name in ("corpus.conll", "dev.conll"):
        shutil.copy(tmp_path / "village.conll", tmp_path / name)
    dev = "null" if held_out else "dev.conll"
    folders = [tmp_path / "1", tmp_path / "2"]
    for seed, folder in enumerate(folders):
        settings = ["corpus.train=corpus.conll", f"corpus.dev={dev}", f"training.seed={seed}", "training.epochs=1"]
        for _ in Run.start(folder, load_config(tmp_path / "village.yaml", settings)).train():
            pass
    with (tmp_path / part).open("a") as stream:
        stream.write("Ines\tB-PER\n\n")
    refused = CliRunner().invoke(app, ["average", *map(str, folders), "-o", str(tmp_path / "both")])
    assert refused.exit_code == 2
    assert "expected the data that" in refused.stderr
    assert refused.stderr.endswith("Restore the file.\n")
    assert not (tmp_path / "both").exists()


def test_members_whose_corpus_has_moved_say_where_to_write_its_new_place(tmp_path: Path) -> None:
    folders = [tmp_path / "1", tmp_path / "2"]
    for seed, folder in enumerate(folders):
        for _ in Run.start(folder, village_config(tmp_path, f"training.seed={seed}", "training.epochs=1")).train():
            pass
    before = nerwin.average(folders)
    gone, moved, path = tmp_path / "village.conll", tmp_path / "moved.conll", folders[0] / "config.yaml"
    gone.rename(moved)
    told = f"{folders[0]}: expected the files that it learned from, found no {gone}. "
    with pytest.raises(CorpusError, match=re.escape(f"{told}Write into {path} where they are now.")):
        nerwin.average(folders)
    path.write_text(path.read_text(encoding="utf-8").replace(str(gone), str(moved)), encoding="utf-8")
    assert nerwin.average(folders).model.standing == before.model.standing
    words = moved.read_text(encoding="utf-8")
    moved.write_text(words.replace("Quellmark", "Quellmerk", 1), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"moved\.conll: expected the data that"):
        nerwin.average(folders)
    path.unlink()
    with pytest.raises(CorpusError, match=re.escape(f"{told}Bring them back.")):
        nerwin.average(folders)


def test_a_committee_is_wider_than_the_vectors_of_its_members(tmp_path: Path) -> None:
    (tmp_path / "vectors.txt").write_text(f"boat {'1 ' * 8}\nmill {'2 ' * 8}\n")
    words = average(members(tmp_path, ["words.vectors=vectors.txt", "words.size=0.5"], 2)).config.words
    assert (words.dim, words.vectors, words.size) == (16, None, None)


def test_the_command_writes_a_model_that_evaluate_reads(tmp_path: Path) -> None:
    config = write_village(tmp_path)
    run = CliRunner().invoke
    folders = [str(tmp_path / f"seed{seed}") for seed in (1, 2)]
    for seed, folder in enumerate(folders, 1):
        assert (
            run(app, ["train", "-q", "-c", str(config), "-o", folder, "--set", f"training.seed={seed}"]).exit_code == 0
        )
    both = str(tmp_path / "both")
    done = run(app, ["average", *folders, "-o", both])
    assert done.exit_code == 0, done.stderr
    f1 = load_model(Path(both)).standing.best_f1
    assert 0 < f1 == nerwin.evaluate(both, tmp_path / "village.conll").overall.f1
    assert done.stdout == f"{both}: 2 models as one, dev F1 {f1:.4f}\n"
    assert done.stderr == f"next: nerwin evaluate {both}\n"
    assert load_model(Path(both)).config.scorer.hidden == [
        2 * width for width in load_model(Path(folders[0]) / "best").config.scorer.hidden
    ]
    scored = run(app, ["evaluate", both])
    assert scored.exit_code == 0, scored.stderr
    for words, message in (
        (["average", folders[0], "-o", str(tmp_path / "x")], "two or more"),
        (["average", *folders, "-o", both], "empty folder"),
        (["average", *folders, "-o", str(config)], "empty folder"),
        (["average", str(tmp_path / "none"), "-o", both], "empty folder"),  # before the models are looked for
        (["average", folders[0], folders[0], "-o", str(tmp_path / "x")], "found 2 from training.seed=1"),
        (["average", folders[0], str(tmp_path / "none"), "-o", str(tmp_path / "x")], "none"),
        (
            ["train", "-c", str(config), "-o", str(tmp_path / "x"), "--set", f"training.refit={both}"],
            "found the average",
        ),
        (["train", "-o", both, "--resume"], "expected the folder of a run, found a model's"),
    ):
        refused = run(app, words)
        assert refused.exit_code == 2
        assert refused.stderr.count("\n") == 1
        assert message in refused.stderr
        assert not (tmp_path / "x").exists()


def test_what_comes_into_its_folder_while_it_is_made_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    both = tmp_path / "both"
    whole = nerwin.Tagger(members(tmp_path, [], 1)[0])

    def slow(models: object) -> nerwin.Tagger:
        both.mkdir()
        (both / "theirs").write_text("kept")
        return whole

    monkeypatch.setattr("nerwin.api.average", slow)
    refused = CliRunner().invoke(app, ["average", "one", "other", "-o", str(both)])
    assert refused.exit_code == 2
    assert "expected an empty folder, found files" in refused.stderr
    assert [one.name for one in both.iterdir()] == ["theirs"]


def test_from_python_an_average_is_a_tagger_that_nothing_has_written(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    config, runs = write_village(tmp_path), [tmp_path / f"seed{seed}" for seed in (1, 2)]
    for seed, run in enumerate(runs, 1):
        nerwin.train(config, run, settings={"training.seed": seed})
    tagger = nerwin.average(runs)
    assert tagger.model.config.words.dim == 2 * load_model(runs[0] / "best").config.words.dim
    assert sorted(tmp_path.iterdir()) == sorted([*runs, config, tmp_path / "village.conll"])
    assert capfd.readouterr() == ("", "")
    again = nerwin.average(run for run in runs)
    assert all(np.array_equal(one, again.model.params[name]) for name, one in tagger.model.params.items())
    for few in ([], runs[:1]):
        with pytest.raises(ConfigError, match=f"expected two or more models, found {len(few)}"):
            nerwin.average(few)
    with pytest.raises(ModelError, match="expected a run folder"):
        nerwin.average([tmp_path / "no-such-*"])
    for one in (runs[0], str(runs[0]), b"seed1", None):
        with pytest.raises(
            TypeError, match=re.escape(f"expected several models, found {one!r}. Put them into a list.")
        ):
            nerwin.average(one)  # type: ignore[arg-type]


def test_models_that_have_seen_other_words_are_refused(tmp_path: Path) -> None:
    one, other = members(tmp_path, [], 2)
    (words,) = one.lookups
    with pytest.raises(ModelError, match="words and features"):
        average([one, replace(other, lookups=[Lookup(words.name, words.values, 3)])])


def test_models_that_are_together_wider_than_a_model_may_be_are_refused_before_anything_is_written(
    tmp_path: Path,
) -> None:
    folders = [tmp_path / f"seed{seed}" for seed in (1, 2)]
    for folder, model in zip(folders, members(tmp_path, ["words.dim=2501"], 2), strict=True):
        save_model(folder, model)
    refused = CliRunner().invoke(app, ["average", *map(str, folders), "-o", str(tmp_path / "both")])
    assert refused.exit_code == 2
    assert refused.stderr.startswith("nerwin: average: words.dim: expected ")
    assert "5002" in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert not (tmp_path / "both").exists()
    with pytest.raises(ConfigError, match=r"words\.dim"):
        average([load_model(folder) for folder in folders])
