"""A second training that learns from dev too and keeps what dev has chosen."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import nerwin
from nerwin.analysis.description import describe
from nerwin.cli import app
from nerwin.config.corpora import learned_sentences, scored_part
from nerwin.config.reading import load_config
from nerwin.corpora.reading import read_corpus
from nerwin.errors import ConfigError, ModelError
from nerwin.model.decision import CALIBRATION
from nerwin.model.files import load_model, save_model
from nerwin.parts.reading import read_parts
from nerwin.report.familiarity import training_names
from nerwin.run.metrics import read_metrics
from nerwin.run.run import Run
from tests.village import VILLAGE, write_village

DEV = "Ulmenau\tB-LOC\nsleeps\tO\n.\tO\n\nMira\tB-PER\nwaved\tO\n.\tO\n\nOf\tO\nKestrel\tB-SHIP\n"
CORRUPTIONS = ("window", "label", "sequence")


def config(folder: Path, *overrides: str) -> nerwin.Config:
    return load_config(folder / "village.yaml", overrides)


def train(folder: Path, name: str, *overrides: str) -> Path:
    for _ in Run.start(folder / name, config(folder, "training.keep=last", *overrides)).train():
        pass
    return folder / name


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_village(tmp_path)
    (tmp_path / "dev.conll").write_text(DEV)
    return tmp_path


@pytest.mark.parametrize("dev", ["corpus.dev=dev.conll", "corpus.dev=null"])
def test_an_epoch_has_as_many_passes_as_without_dev(here: Path, dev: str) -> None:
    (here / "dev.conll").write_text("\n\n".join([DEV] * 40))
    settings = ["objective.corruption=sequence", dev, "training.min_batches=40", "training.batch_size=10"]
    first = Run.start(here / "first", config(here, "training.keep=last", *settings))
    for _ in first.train():
        pass
    again = Run.start(here / "second", config(here, "training.keep=last", *settings, "training.refit=first")).trainer
    assert again.passes == first.trainer.passes > 1
    assert again.pairs > first.trainer.pairs


def test_of_long_sentences_that_are_cut_all_parts_are_train_s_own(here: Path) -> None:
    village = (here / "village.conll").read_text()
    (here / "village.conll").write_text(village.replace("\n\n", "\n") * 3)
    (here / "first").mkdir()
    parts = read_parts(config(here, "corpus.dev=dev.conll", "training.refit=first"))
    alone = read_parts(config(here, "corpus.dev=dev.conll"))
    assert parts.train_sentences == alone.train_sentences == len(alone.train.flat.lengths) == 3
    assert len(parts.train.flat.lengths) > parts.train_sentences


@pytest.mark.parametrize("corruption", CORRUPTIONS)
def test_the_thresholds_stay_and_dev_is_learned_from(here: Path, corruption: str) -> None:
    settings = [f"objective.corruption={corruption}", "corpus.dev=dev.conll"]
    first = load_model(train(here, "first", *settings) / "best")
    second = load_model(train(here, "second", *settings, "training.refit=first") / "best")
    assert {"Ulmenau", "waved"} <= set(second.lookups[0].values) - set(first.lookups[0].values)
    assert second.types == first.types == ["LOC", "PER"]  # SHIP, of dev alone, is found by neither
    kept = [*first.corruption.constant_shapes(), CALIBRATION]
    assert kept[1:]
    for name in kept:
        assert np.array_equal(second.constants[name], first.constants[name])
    # The very training of both parts as one.
    (here / "both.conll").write_text((here / "village.conll").read_text() + "\n" + DEV.replace("B-SHIP", "O"))
    as_one = load_model(train(here, "both", *settings, "corpus.train=both.conll") / "last")
    assert all(np.array_equal(second.params[name], as_one.params[name]) for name in as_one.params)


def test_it_takes_the_last_epoch_and_has_no_figures_of_dev(here: Path) -> None:
    train(here, "first", "training.epochs=4", "training.keep=last")
    run = train(here, "second", "training.refit=first", "training.epochs=4", "training.patience=1", "training.seed=5")
    assert load_model(run / "best").standing.epoch == 4
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    assert [line["dev"] for line in lines] == [{}] * 4
    assert [epoch.f1 for epoch in read_metrics(run)] == [None] * 4
    assert describe(run)["best"] == {"epoch": 4, "f1": None}


def test_what_was_held_out_is_learned_from(here: Path) -> None:
    train(here, "first", "corpus.dev=null")
    both = config(here, "corpus.dev=null", "training.refit=first")
    parts = read_parts(both)
    assert len(parts.train.tags) == len(VILLAGE.splitlines())
    assert parts.dev.tags == []
    learned = learned_sentences(both, parts.sources)
    assert learned is not None
    assert len(learned) == len(parts.train.tags)
    assert training_names(both, parts.sources) == training_names(config(here), parts.sources)


def test_the_names_of_dev_are_familiar_too(here: Path) -> None:
    settings = ["corpus.dev=dev.conll"]
    alone, both = (config(here, *settings, *more) for more in ([], ["training.refit=first"]))
    sources = read_parts(both).sources
    names = [training_names(one, sources) for one in (alone, both)]
    assert names[0] is not None
    assert ("Kestrel",) not in names[0]
    assert names[1] == names[0] | {("Ulmenau",), ("Mira",), ("Kestrel",)}
    (here / "dev.conll").write_text(DEV.replace("Ulmenau", "Elmenau"))
    assert training_names(both, sources) is None


def test_it_goes_on_as_if_it_had_never_stopped(here: Path) -> None:
    train(here, "first")
    whole = train(here, "whole", "training.refit=first")
    run = Run.start(here / "cut", config(here, "training.refit=first"))
    records = run.train()
    while not isinstance(next(records), nerwin.EpochDone):
        pass
    records.close()
    (here / "first").rename(here / "elsewhere")  # its thresholds are in the checkpoint
    for _ in Run.resume(here / "cut", config(here, "training.refit=first")).train():
        pass
    one, other = (load_model(folder / "best") for folder in (whole, here / "cut"))
    assert all(np.array_equal(one.params[name], other.params[name]) for name in one.params)
    assert all(np.array_equal(one.constants[name], other.constants[name]) for name in one.constants)


def test_a_run_that_has_moved_is_found_by_its_new_path_or_not_needed(here: Path) -> None:
    train(here, "first")
    run = Run.start(here / "cut", config(here, "training.refit=first"))
    next(record for record in run.train() if isinstance(record, nerwin.EpochDone))
    (here / "first").rename(here / "elsewhere")
    path = here / "cut" / "config.yaml"
    path.write_text(path.read_text().replace(str(here / "first"), str(here / "elsewhere")))
    assert Run.resume(here / "cut", load_config(path))


@pytest.mark.parametrize(
    ("before", "now", "message"),
    [
        (["corpus.dev=null"], [], r"found other values of corpus\.dev in "),
        ([], ["corpus.dev=null"], r"found other values of corpus\.dev in "),
        (["words.vectors=one.txt"], ["words.vectors=null"], r"found other values of words\.vectors in "),
        (["words.vectors=one.txt"], ["words.vectors=two.txt"], r"two\.txt: expected the data that .* was started with"),
        (["training.epochs=2"], [], r"training\.epochs: expected 2, .* found 3\. Set it to 2\."),
        ([], ["training.epochs=2"], r"training\.epochs: expected 3, .* found 2\. Set it to 3\."),
    ],
)
def test_what_is_kept_must_fit(here: Path, before: list[str], now: list[str], message: str) -> None:
    for name, last in (("one", 8), ("two", 9)):
        (here / f"{name}.txt").write_text(f"left 1 2 3 4 5 6 7 {last}\n")
    train(here, "first", *before)
    with pytest.raises(ConfigError, match=message):
        Run.start(here / "second", config(here, "training.refit=first", *now))
    assert not (here / "second").exists()


def test_other_data_is_told_by_both_sums(here: Path) -> None:
    village = here / "village.conll"
    train(here, "first")
    sums = [hashlib.sha256(village.read_bytes()).hexdigest()[:12]]
    village.write_text(village.read_text() + "\nrain\tO\n")
    sums.append(hashlib.sha256(village.read_bytes()).hexdigest()[:12])
    told = rf"\(sha256 {sums[0]}\), found other data \({sums[1]}\)\. Restore the file, or train that run anew\."
    with pytest.raises(ConfigError, match=told):
        train(here, "second", "training.refit=first")


def test_thresholds_of_the_best_epoch_need_as_many_epochs(here: Path) -> None:
    """Others would be those of scores of another size."""
    first = train(here, "first", "training.keep=best", "training.epochs=12")
    epoch = load_model(first / "best").standing.epoch
    assert epoch < 12
    with pytest.raises(ConfigError, match=rf"training\.epochs: expected {epoch}, .* found 12"):
        train(here, "second", "training.refit=first", "training.epochs=12")
    train(here, "second", "training.refit=first", f"training.epochs={epoch}")


def test_a_model_that_knows_other_types_is_refused(here: Path) -> None:
    first = train(here, "first")
    save_model(first / "best", replace(load_model(first / "best"), types=["LOC", "ORG"]))
    with pytest.raises(ConfigError, match=r"training\.refit: expected the types LOC, PER, found LOC, ORG in .*first"):
        train(here, "second", "training.refit=first")


def test_models_of_older_versions_have_fewer_thresholds(here: Path) -> None:
    settings = ["objective.corruption=sequence"]
    first = train(here, "first", *settings)
    model = load_model(first / "best")
    for later in ("types", "repeats", "unseen"):
        del model.constants[later]
    save_model(first / "best", model)
    second = load_model(train(here, "second", *settings, "training.refit=first") / "best")
    assert not {"types", "repeats", "unseen"} & set(second.constants)
    assert np.array_equal(second.constants["outside"], model.constants["outside"])


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["scorer.hidden=9"], r"training\.refit: expected a run of the same configuration, found other values of "),
        (["features.shape=3"], r"found other values of features\.shape in .*first.best\. Set them alike"),
        (["corpus.dev=dev.conll"], r"dev\.conll: expected the data that .*first.best was started with"),
    ],
)
def test_a_run_of_other_settings_or_data_is_refused(here: Path, overrides: list[str], message: str) -> None:
    train(here, "first")
    with pytest.raises(ConfigError, match=message):
        Run.start(here / "second", config(here, "training.refit=first", *overrides))
    assert not (here / "second").exists()


def test_no_run_and_the_run_itself_are_refused(here: Path) -> None:
    with pytest.raises(ModelError, match="first"):
        Run.start(here / "second", config(here, "training.refit=first"))
    train(here, "first")
    for name in ("first", "first/best"):
        with pytest.raises(ModelError, match=r"expected another folder than that of training\.refit"):
            Run.start(here / "first", config(here, f"training.refit={name}"), overwrite=True)
    assert load_model(here / "first" / "best")


def test_it_is_not_scored_on_what_it_has_learned(here: Path) -> None:
    train(here, "first")
    run = train(here, "second", "training.refit=first")
    with pytest.raises(ConfigError, match=r"found only what was learned from \(training\.refit\)\. Name one"):
        nerwin.evaluate(run)
    assert nerwin.evaluate(run, here / "village.conll").overall.f1 > 0
    tested = config(here, "training.refit=first", "corpus.test=dev.conll")
    assert scored_part(tested, {}, None).words == read_corpus(here / "dev.conll").words


@pytest.mark.parametrize(("run", "told"), [("first", False), ("second", True)])
def test_evaluate_says_when_the_corpus_is_the_dev_part_that_was_learned_from(here: Path, run: str, told: bool) -> None:
    train(here, "first", "corpus.dev=dev.conll")
    train(here, "second", "corpus.dev=dev.conll", "training.refit=first")
    done = CliRunner().invoke(app, ["evaluate", run, "--data", "dev.conll"])
    assert done.exit_code == 0, done.stderr
    assert ("The model learned from this file, as corpus.dev: the figures say nothing" in done.stderr) == told


def test_it_is_not_compared(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(here)
    train(here, "first")
    of_all, of_one = (
        ["--set", "training.refit=first", "--vary", "training.seed=1,2"],
        ["--vary", "training.refit=first,~"],
    )
    for words in (of_all, of_one):
        done = CliRunner().invoke(app, ["compare", "--config", "village.yaml", *words])
        assert done.exit_code == 2
        assert "expected cells that dev ranks" in done.stderr
    assert "one by one with `nerwin train`; `nerwin average` joins them" in done.stderr


def test_an_average_has_the_mean_of_their_thresholds(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(here)
    seeds = []
    for seed in (1, 2):
        train(here, f"first{seed}", f"training.seed={seed}")
        seeds.append(train(here, f"second{seed}", f"training.refit=first{seed}", f"training.seed={seed}"))
    done = CliRunner().invoke(app, ["average", *map(str, seeds), "--output", "average"])
    assert done.exit_code == 0, done.stderr
    assert "average: 2 models as one, dev learned from too" in done.stdout
    whole, *models = (load_model(folder) for folder in (here / "average", *(seed / "best" for seed in seeds)))
    for name in (*whole.corruption.constant_shapes(), CALIBRATION):
        assert np.allclose(whole.constants[name], (models[0].constants[name] + models[1].constants[name]) / 2)
    with pytest.raises(ConfigError, match="found only what was learned from"):
        nerwin.evaluate(here / "average")
    done = CliRunner().invoke(app, ["average", "first1", "second2", "--output", "mixed"])
    assert done.exit_code == 2
    assert "found other values of training.refit" in done.stderr


def test_the_command_says_so(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(here)
    run = CliRunner()
    words = ["train", "-c", "village.yaml", "--set", "training.keep=last", "-o", "first", "--quiet"]
    assert run.invoke(app, words).exit_code == 0
    done = run.invoke(app, ["train", "-c", "village.yaml", "--set", "training.refit=first", "-o", "second"])
    assert done.stdout == "second: 3 epochs, dev learned from too\n"
    said = done.stderr.splitlines()
    assert f"dev   is learned from too; its thresholds are those of {here / 'first'}" in said
    (line,) = [one for one in said if one.startswith("epoch 3")]
    assert "F1" not in line
    assert "kept" not in line
    assert not [one for one in said if one.startswith("dev F1")]
    assert said[-1] == "next: nerwin tag second"
    assert "kept     dev learned from too, epoch 3" in run.invoke(app, ["info", "second"]).stdout


def test_a_report_shows_it_beside_its_run(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(here)
    train(here, "first")
    train(here, "second", "training.refit=first")
    done = CliRunner().invoke(app, ["report", "second", "first", "--data", "dev.conll", "--output", "both.html"])
    assert done.exit_code == 0
    page = Path("both.html").read_text()
    assert "Dev was learned from too." in page
    assert "Dev F1 by epoch. first: from" in page
    done = CliRunner().invoke(app, ["report", "second", "--data", "dev.conll", "--output", "one.html"])
    assert done.exit_code == 0
    assert "Dev F1" not in Path("one.html").read_text()


@pytest.mark.parametrize("schedule", ["constant", "linear", "cosine"])
@pytest.mark.parametrize("planned", [2, 5])
def test_a_second_training_whose_rate_falls_sooner_says_so(here: Path, schedule: str, planned: int) -> None:
    settings = [f"schedule.name={schedule}", "corpus.dev=dev.conll", "objective.corruption=sequence"]
    first = train(here, "first", *settings, f"training.epochs={planned}")
    if planned == 5:  # as where patience ended
        model = load_model(first / "best")
        save_model(first / "best", replace(model, standing=model.standing._replace(epoch=2)))
    words = [
        f"--set={one}" for one in (*settings, "training.epochs=2", "training.keep=last", f"training.refit={first}")
    ]
    done = CliRunner().invoke(app, ["train", "-c", str(here / "village.yaml"), "-o", str(here / "second"), *words])
    assert done.exit_code == 0, done.stderr
    assert ("the rate falls to 0 in 2 epochs" in done.stderr) == (schedule != "constant" and planned == 5)
    assert ("first/best was planned for 5, so" in done.stderr) == (schedule != "constant" and planned == 5)
