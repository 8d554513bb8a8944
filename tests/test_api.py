"""nerwin from Python: training, scoring and tagging as functions, silent, typed, and safe to call from threads."""

import itertools
import json
import multiprocessing
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nerwin
from nerwin.api import as_config
from nerwin.config.corpora import scored_part
from nerwin.config.reading import load_config
from nerwin.corpora.reading import read_corpus
from nerwin.errors import ConfigError, CorpusError, ModelError
from nerwin.model.files import load_model
from nerwin.storage.folders import BEST, CONFIG, MANIFEST, METRICS
from nerwin.tagging import tagger as tagger_module
from tests.village import VILLAGE, write_village

TEXTS = [line.replace("[", "").replace("](PER)", "").replace("](LOC)", "") for line in VILLAGE.splitlines()]
SETTINGS = {"training.epochs": 12, "objective.draws": 10, "training.seed": 3}


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The path of a small configuration, with its corpus beside it."""
    return write_village(tmp_path_factory.mktemp("village"))


@pytest.fixture(scope="module")
def folder(village: Path) -> Path:
    """A trained run."""
    nerwin.train(village, village.parent / "run", settings=SETTINGS)
    return village.parent / "run"


@pytest.fixture
def tagger(folder: Path) -> nerwin.Tagger:
    return nerwin.load(folder)


# The package.


def test_importing_nerwin_imports_nothing_large() -> None:
    """Nor does naming what it offers, until it is used."""
    code = "import sys, nerwin; dir(nerwin); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert "nerwin" in loaded
    assert loaded & {"numpy", "typer", "rich", "click", "pydantic", "yaml", "spacy", "sklearn"} == set()


def test_tagging_imports_no_trainer(folder: Path) -> None:
    code = "import sys, nerwin; nerwin.load(sys.argv[1]).entities('x'); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code, folder], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "nerwin.tagging.tagger" in loaded
    assert not loaded & {"nerwin.training.trainer", "nerwin.run.checkpoint", "nerwin.training.objective"}


def test_tagging_imports_nothing_to_draw_random_numbers_with(folder: Path) -> None:
    loads = "import sys, numpy; print('numpy.random' in sys.modules)"  # as versions before 2 do
    code = f"{loads}; import nerwin; nerwin.load(sys.argv[1]).entities('x'); print('numpy.random' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code, folder], capture_output=True, text=True, check=True)
    before, after = done.stdout.split()
    assert after == before


def test_training_and_tagging_import_nothing_of_the_terminal(folder: Path) -> None:
    code = "import sys, nerwin; nerwin.load(sys.argv[1]).entities('x'); nerwin.train; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code, folder], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert "numpy" in loaded
    assert loaded & {"typer", "rich", "click"} == set()


@pytest.mark.parametrize("name", nerwin.__all__)
def test_every_public_name_is_there_and_told(name: str) -> None:
    assert getattr(nerwin, name).__doc__
    assert name in dir(nerwin)


def test_another_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'frobnicate'"):
        _ = nerwin.frobnicate


# train


def test_a_run_folder_is_what_the_command_writes(folder: Path) -> None:
    assert {CONFIG, METRICS, "best", "last"} <= {one.name for one in folder.iterdir()}
    assert load_config(folder / CONFIG).training.epochs == 12
    assert len((folder / METRICS).read_text().splitlines()) == 12


def test_without_a_folder_nothing_is_written_and_the_model_is_the_same(
    village: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    trained = nerwin.train(village, settings=SETTINGS)
    assert list(tmp_path.iterdir()) == []
    written = load_model(folder / BEST)
    assert written.standing.best_epoch < 12  # so that the last epoch's is another one
    assert trained.model.standing == written.standing
    assert trained.model.params.keys() == written.params.keys()
    for name, value in (written.params | written.constants).items():
        np.testing.assert_array_equal((trained.model.params | trained.model.constants)[name], value)


def test_it_prints_nothing(village: Path, capfd: pytest.CaptureFixture[str]) -> None:
    nerwin.evaluate(nerwin.train(village))
    assert capfd.readouterr() == ("", "")


def test_progress_is_records_that_end_with_each_epoch(village: Path) -> None:
    records: list[nerwin.Batched | nerwin.EpochDone] = []
    nerwin.train(village, progress=records.append)
    done = [one for one in records if isinstance(one, nerwin.EpochDone)]
    assert [one.epoch for one in done] == [1, 2, 3]
    assert records[-1] is done[-1]
    assert done[-1].stop == "all 3 epochs done"
    assert len(records) > 2 * len(done)


def test_what_progress_raises_ends_a_training_that_can_be_resumed(village: Path, tmp_path: Path) -> None:
    def stop(record: nerwin.Batched | nerwin.EpochDone) -> None:
        if isinstance(record, nerwin.Batched) and record.epoch == 2:
            raise InterruptedError

    with pytest.raises(InterruptedError) as raised:
        nerwin.train(village, tmp_path / "run", progress=stop)
    resumed = nerwin.train(village, tmp_path / "run", resume=True)  # while the traceback is alive
    assert raised.traceback
    whole = nerwin.train(village)
    for name, value in whole.model.params.items():
        np.testing.assert_array_equal(resumed.model.params[name], value)


def test_a_run_is_replaced_only_where_that_is_asked_for(village: Path, tmp_path: Path) -> None:
    nerwin.train(village, tmp_path)
    with pytest.raises(ModelError, match="expected an empty folder, found files"):
        nerwin.train(village, tmp_path, settings={"training.seed": 2})
    nerwin.train(village, tmp_path, settings={"training.seed": 2}, overwrite=True)
    assert load_config(tmp_path / CONFIG).training.seed == 2


@pytest.mark.parametrize("wrong", [{"output": None}, {"output": "run", "overwrite": True}])
def test_resuming_needs_a_run(village: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="resume: expected a run folder in output"):
        nerwin.train(village, resume=True, **wrong)


# The configuration.


def test_a_configuration_is_a_path_or_its_content_or_itself(village: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(village.parent)
    content = {
        "corpus": {"train": "village.conll", "dev": Path("village.conll")},
        "words": {"dim": 8},
        "scorer": {"hidden": [8]},
        "objective": {"draws": 5},
        "optimizer": {"name": "momentum", "learning_rate": 0.1},
        "training": {"epochs": 3, "batch_size": 8, "patience": None},
    }
    expected = load_config(village)
    assert as_config(content) == as_config(str(village)) == as_config(expected) == expected
    with os.scandir(village.parent) as entries:
        entry = next(one for one in entries if one.name == village.name)
    assert as_config(entry) == expected  # type: ignore[arg-type] # path-like, and neither str nor Path


def test_settings_replace_single_values_and_leave_the_rest(village: Path) -> None:
    content = {"training": {"epochs": 3}}
    settings = {"training.epochs": np.int64(7), "features": {"shape": 3}, "corpus.comments": "#", "words.size": None}
    config = as_config(content, settings)
    assert (config.training.epochs, config.features, config.corpus.comments) == (7, {"shape": 3}, "#")
    assert content == {"training": {"epochs": 3}}
    assert as_config(village, {"training.seed": 9}).training.epochs == 3


def test_settings_are_not_written_into() -> None:
    settings = {"training": {"epochs": 3}, "training.seed": 7}
    assert as_config({}, settings).training.seed == 7
    assert settings["training"] == {"epochs": 3}
    features = {"shape": 3}
    assert as_config({}, {"features": features, "features.suffix2": 4}).features == {"shape": 3, "suffix2": 4}
    assert features == {"shape": 3}


@pytest.mark.parametrize("kind", [str, Path])
def test_a_path_in_settings_starts_at_the_file_or_here(
    village: Path, tmp_path: Path, kind: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.conll").write_text("Paris B-LOC\n")
    config = as_config(village, {"corpus.dev": kind("mine.conll"), "corpus.test": kind("village.conll")})
    assert (config.corpus.dev, config.corpus.test) == (tmp_path / "mine.conll", village.parent / "village.conll")


@pytest.mark.parametrize(
    ("config", "settings", "message"),
    [
        ({"training": {"epoch": 3}}, {}, r"config: training\.epoch: there is no such key\. Did you mean"),
        ({}, {"training.epochs": "three"}, r"config: training\.epochs: expected a whole number, found 'three'"),
        ({}, {"training.epochs.more": 3}, "training.epochs"),
        ({"training": 3}, {"training.epochs": 3}, r"training\.epochs: training is a value, not a section"),
        ("nowhere.yaml", {}, r"nowhere\.yaml: cannot read the configuration"),
        ({"corpus": {"train": "nowhere.conll"}}, {}, r"nowhere\.conll: cannot read the file"),
        ({}, {}, "corpus.train: expected a tagged corpus"),
        ({"words": {"lower": "perhaps"}}, {}, r"words\.lower: expected true or false, found 'perhaps'"),
    ],
)
def test_a_wrong_configuration_is_said_in_the_commands_words(config: Any, settings: Any, message: str) -> None:
    with pytest.raises(nerwin.NerwinError, match=message):
        nerwin.train(config, settings=settings)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"training": {"epochs": 0}}, "training.epochs: expected a number greater than or equal to 1, found 0."),
        ({"training": {"epoch": 3}}, "training.epoch: there is no such key. Did you mean training.epochs?"),
        ({"corpus": {"word_column": 0, "tag_column": 0}}, "corpus.tag_column: expected another column than"),
    ],
)
def test_a_config_that_cannot_be_is_said_in_the_same_words(content: dict[str, Any], message: str) -> None:
    with pytest.raises(nerwin.NerwinError, match=re.escape(message)):
        nerwin.Config(**content)


def test_another_kind_of_configuration_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="config: expected a path, a mapping or a Config, found int"):
        nerwin.train(3)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"settings: expected keys such as training\.epochs, found 5"):
        nerwin.train({}, settings={5: 1})  # type: ignore[dict-item]
    with pytest.raises(TypeError, match="settings: expected a mapping of keys to values, found list"):
        as_config({}, ["training.epochs=1"])  # type: ignore[arg-type]


def test_what_is_no_function_is_refused_before_a_training_begins(village: Path, tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="progress: expected a function of a record, found bool"):
        nerwin.train(village, tmp_path / "run", progress=True)  # type: ignore[arg-type]
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(("wrong", "kind"), [(3, "int"), (b"runs/mine", "bytes"), (["runs/mine"], "list")])
def test_what_is_no_path_is_a_type_error(tagger: nerwin.Tagger, wrong: Any, kind: str) -> None:
    folder = rf"^expected a folder as str or Path, found {kind}\. Name its path\.$"
    with pytest.raises(TypeError, match=folder):
        nerwin.train({}, wrong)
    with pytest.raises(TypeError, match=folder):
        tagger.save(wrong)
    with pytest.raises(TypeError, match=folder):
        nerwin.load(wrong)
    with pytest.raises(TypeError, match=folder):
        nerwin.average([wrong, wrong])
    with pytest.raises(TypeError, match=rf"^data: expected a file as str or Path, found {kind}\. Name its path\.$"):
        nerwin.evaluate(tagger, wrong)


# evaluate


def test_evaluate_takes_a_tagger_or_a_folder(tagger: nerwin.Tagger, folder: Path, village: Path) -> None:
    corpus = village.parent / "village.conll"
    results = [nerwin.evaluate(model, data) for model in (tagger, folder, str(folder)) for data in (None, corpus)]
    assert all(result == results[0] for result in results)
    assert results[0].overall.f1 == pytest.approx(tagger.model.standing.best_f1)
    assert isinstance(results[0], nerwin.Evaluation)


def test_evaluate_takes_the_newest_run_where_no_model_is_named(here: Path) -> None:
    assert nerwin.evaluate() == nerwin.evaluate("runs/village-1")


def test_a_part_that_changed_since_the_training_is_warned_of(village: Path, tmp_path: Path) -> None:
    dev = tmp_path / "dev.conll"
    shutil.copy(village.parent / "village.conll", dev)
    tagger = nerwin.train(village, settings={"corpus.dev": dev})
    nerwin.evaluate(tagger)  # every warning is an error here
    dev.write_text(dev.read_text() + "\nrain\tO\n")
    said = f"^{re.escape(str(dev))}: the file is not what it was when the model was trained with it, as corpus.dev$"
    with pytest.warns(UserWarning, match=said) as warned:
        assert nerwin.evaluate(tagger).tokens == nerwin.evaluate(tagger, dev).tokens
    assert [one.filename for one in warned] == [__file__] * 2  # the line that has called is named
    nerwin.evaluate(tagger, village.parent / "village.conll")


def test_what_scores_too_little_is_not_evaluated(folder: Path) -> None:
    some, none = nerwin.evaluate(folder), nerwin.evaluate(nerwin.load(folder, min_score=1.0))
    assert some.overall.found > 0 == none.overall.found
    assert json.dumps(none.to_dict())


def test_nothing_to_score_on_is_one_clear_error(folder: Path) -> None:
    with pytest.raises(CorpusError, match=r"nowhere\.conll: cannot read the file"):
        nerwin.evaluate(folder, "nowhere.conll")
    with pytest.raises(ModelError, match="nowhere: expected a run folder"):
        nerwin.evaluate("nowhere")


# Streams of texts.


def test_a_stream_has_the_entities_of_each_text(tagger: nerwin.Tagger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tagger_module, "TAGGED", 100)  # so that there are several pieces
    texts = [*TEXTS, "", "  ", "Ines Falk"] * 3
    streamed = list(tagger.entities_of_many(iter(texts)))
    alone = [tagger.entities(text) for text in texts]
    assert sum(map(len, alone)) > 50
    assert [[one[:4] for one in found] for found in streamed] == [[one[:4] for one in found] for found in alone]
    scores, expected = ([one.score for found in all for one in found] for all in (streamed, alone))
    assert scores == pytest.approx(expected, rel=1e-5)


def test_a_stream_is_read_as_its_entities_are_taken(tagger: nerwin.Tagger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tagger_module, "TAGGED", 100)
    texts = iter(TEXTS * 10)
    assert len(list(itertools.islice(tagger.entities_of_many(texts), 30))) == 30
    assert len(list(texts)) > 150


def test_a_text_of_a_stream_is_read_without_the_others(village: Path) -> None:
    """Where a name that comes again is read as its clearest place says, as far as can be."""
    tagger = nerwin.train(village, settings={"objective.corruption": "sequence", "training.epochs": 2})
    tagger.model.constants["repeats"] = np.array([1.0])
    streamed = [one for found in tagger.entities_of_many(TEXTS) for one in found]
    alone = [one for text in TEXTS for one in tagger.entities(text)]
    assert [one[:4] for one in streamed] == [one[:4] for one in alone]
    assert [one.score for one in streamed] == pytest.approx([one.score for one in alone], rel=1e-5)


@pytest.mark.parametrize("texts", [[], iter(())])
def test_a_stream_of_nothing_is_nothing(tagger: nerwin.Tagger, texts: Iterable[str]) -> None:
    assert list(tagger.entities_of_many(texts)) == []


# What is given by mistake.


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda one: one.tag("Museums in Paris"), "expected the words of a sentence, found 'Museums in Paris'"),
        (lambda one: one.tag(b"Museums"), "expected the words of a sentence, found b'Museums'"),
        (lambda one: one.tag(None), "expected the words of a sentence, found NoneType"),
        (lambda one: one.tag(["Museums", 3]), "^expected words as str, found int: 3"),
        (lambda one: one.tag_many(["Museums", "in"]), "expected the words of a sentence, found 'Museums'"),
        (lambda one: one.entities(b"Museums"), "expected a text as str, found bytes"),
        (lambda one: one.entities(["Museums", "in"]), "expected a text as str, found list"),
        (lambda one: one.entities(None), "^expected a text as str, found NoneType"),
        (lambda one: one.entities_of_many("Museums"), "^expected several texts, found 'Museums'. Put them into a list"),
        (lambda one: one.entities_of_many(None), "^expected several texts, found NoneType"),
        (lambda one: one.tag_many(5), "^expected several sentences, found int"),
        (lambda one: one.tag_many(b"Museums"), "^expected several sentences, found b'Museums'"),
        (lambda one: one.evaluate(None, [["O"]]), "^expected several sentences, found NoneType"),
        (lambda one: one.evaluate([["in"]], None), "^expected several lists of tags, found NoneType"),
        (lambda one: one.evaluate([["in"]], ["O"]), r"^gold\[0\]: expected the tags of a sentence, found 'O'"),
        (lambda one: one.evaluate([["in"]], [0]), r"^gold\[0\]: expected the tags of a sentence, found int"),
        (
            lambda one: list(one.entities_of_many(["Museums", None])),
            r"^texts\[1\]: expected a text as str, found NoneType",
        ),
        (
            lambda one: one.tag_many([["Museums"], ["in", None]]),
            r"^sentences\[1\]: expected words as str, found NoneType",
        ),
        (lambda one: one.evaluate([["in"], "Lima"], [["O"], ["O"]]), r"^sentences\[1\]: .* words .* found 'Lima'"),
    ],
)
def test_the_wrong_kind_of_text_is_a_type_error(
    tagger: nerwin.Tagger, call: Callable[[Any], object], message: str
) -> None:
    with pytest.raises(TypeError, match=message):
        call(tagger)


@pytest.mark.parametrize("text", ["", " \t\n", "\u00a0", "\ud800 half a letter", "\x00"])
def test_odd_texts_are_texts(tagger: nerwin.Tagger, text: str) -> None:
    assert [one.text for one in tagger.entities(text)] == [text[a:b] for a, b, *_ in tagger.entities(text)]


def test_words_may_come_one_by_one(tagger: nerwin.Tagger) -> None:
    words = TEXTS[0].split()
    assert tagger.tag(word for word in words) == tagger.tag(words)
    assert tagger.tag_many(iter([iter(words), iter([])])) == [tagger.tag(words), []]


@pytest.mark.parametrize("score", [-0.1, 1.5, float("nan"), "0.5", None])
def test_a_least_score_is_a_share(folder: Path, score: Any) -> None:
    with pytest.raises(ConfigError, match="min_score: expected a number from 0 to 1"):
        nerwin.load(folder, score)


def test_a_tagger_is_made_of_a_model_and_not_of_its_folder(folder: Path) -> None:
    with pytest.raises(TypeError, match=r"^expected a model, found str\. `nerwin\.load` takes a folder\.$"):
        nerwin.Tagger(str(folder))  # type: ignore[arg-type]


# save


def test_a_saved_tagger_loads_as_it_was(tagger: nerwin.Tagger, tmp_path: Path) -> None:
    tagger.save(tmp_path / "model")
    again = nerwin.load(tmp_path / "model")
    assert [again.entities(text) for text in TEXTS] == [tagger.entities(text) for text in TEXTS]
    assert again.model.standing == tagger.model.standing
    assert again.model.sources == tagger.model.sources


def test_saving_replaces_nothing_unasked(tagger: nerwin.Tagger, tmp_path: Path) -> None:
    tagger.save(tmp_path)
    with pytest.raises(ModelError, match="expected an empty folder, found files"):
        tagger.save(tmp_path)
    tagger.save(tmp_path, overwrite=True)
    (tmp_path / "file").touch()
    with pytest.raises(ModelError, match="file: expected a folder, found a file"):
        tagger.save(tmp_path / "file", overwrite=True)
    (tmp_path / METRICS).touch()
    with pytest.raises(ModelError, match="expected a model's folder, found a run's"):
        tagger.save(tmp_path, overwrite=True)


# Threads and processes.


@pytest.fixture
def hasty() -> Iterator[None]:
    """Threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_threads_that_share_a_tagger_get_right_answers(
    folder: Path, hasty: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No projection is kept, so that the threads are in each other's way."""
    alone = [[one[:4] for one in nerwin.load(folder).entities(text)] for text in TEXTS]
    monkeypatch.setattr("nerwin.tagging.projections.KEPT", 1)
    tagger = nerwin.load(folder)
    start = threading.Barrier(4)

    def work(number: int) -> bool:
        start.wait()
        turned = [*range(number, len(TEXTS)), *range(number)] * 10
        return all([one[:4] for one in tagger.entities(TEXTS[i])] == alone[i] for i in turned)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, range(4))) == [True] * 4


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks here")
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")  # later Pythons warn of what is tried here
def test_a_process_that_is_forked_while_a_thread_tags_can_tag_too(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has no such thread, which would end what it began."""
    tagger, words = nerwin.load(folder), TEXTS[0].split()
    expected = tagger.tag(words)
    begun, go_on = threading.Event(), threading.Event()
    find = tagger.scorer._projections.find

    def slowly(*given: Any) -> Any:
        begun.set()
        go_on.wait()
        return find(*given)

    monkeypatch.setattr(tagger.scorer._projections, "find", slowly)
    child = multiprocessing.get_context("fork").Process(target=_check_tags, args=(tagger, words, expected))
    with ThreadPoolExecutor(1) as pool:
        tagged = pool.submit(tagger.tag, words)
        begun.wait()
        child.start()
        go_on.set()
        child.join(10)
        child.kill()
        child.join()
        assert tagged.result() == expected
    assert child.exitcode == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks here")
def test_a_process_that_is_forked_just_as_a_thread_takes_its_turn_can_tag_too(folder: Path) -> None:
    """A lock that has just been taken may still say that it is free."""

    class JustTaken:
        def locked(self) -> bool:
            return False

        def __enter__(self) -> None:
            raise AssertionError("this would wait for ever")

        def __exit__(self, *error: object) -> None: ...

    tagger, words = nerwin.load(folder), TEXTS[0].split()
    expected = tagger.tag(words)
    tagger.scorer._turn = JustTaken()  # type: ignore[assignment]
    child = multiprocessing.get_context("fork").Process(target=_check_tags, args=(tagger, words, expected))
    child.start()
    child.join(60)
    assert child.exitcode == 0


def _check_tags(tagger: nerwin.Tagger, words: list[str], expected: list[str]) -> None:
    assert tagger.tag(words) == expected


def test_threads_train_at_the_same_time(village: Path, tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        trained = list(pool.map(lambda name: nerwin.train(village, tmp_path / name), ("one", "two")))
    expected = nerwin.train(village)
    for one in trained:
        np.testing.assert_array_equal(one.model.params["W1"], expected.model.params["W1"])


def _entities(tagger: nerwin.Tagger, text: str) -> list[nerwin.Entity]:
    return tagger.entities(text)


def test_a_tagger_can_be_sent_to_another_process(folder: Path) -> None:
    least = max(one.score for one in nerwin.load(folder).entities(TEXTS[0]))
    tagger = nerwin.load(folder, min_score=least)
    assert len(tagger.entities(TEXTS[0])) < len(nerwin.load(folder).entities(TEXTS[0]))
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        found = pool.apply(_entities, (tagger, TEXTS[0]))
    assert found == tagger.entities(TEXTS[0]) != []


def test_without_another_part_the_held_out_sentences_are_scored(village: Path, tmp_path: Path) -> None:
    none = {"corpus.dev": None, "corpus.test": None, "training.epochs": 3}
    tagger = nerwin.train(village, tmp_path / "run", settings=none)
    last = json.loads((tmp_path / "run" / METRICS).read_text().splitlines()[tagger.model.standing.best_epoch - 1])
    found = nerwin.evaluate(tmp_path / "run")
    assert found.overall.f1 == pytest.approx(last["dev"]["f1"])
    corpus = village.parent / "village.conll"
    scored = scored_part(tagger.model.config, tagger.model.sources, None)
    assert scored.path == f"{corpus} (every tenth sentence, held out)"
    assert found.tokens == sum(len(sentence.words) for sentence in read_corpus(corpus).sentences[9::10])
    corpus.write_text(corpus.read_text() + "Ines\tB-PER\n")  # of which other sentences would be the tenth ones
    with pytest.raises(ConfigError, match=r"found another file or none\. Name a corpus with --data\."):
        nerwin.evaluate(tmp_path / "run")
    with pytest.warns(UserWarning, match="not what it was when the model was trained with it, as corpus.train$"):
        assert nerwin.evaluate(tmp_path / "run", corpus).tokens > found.tokens
    corpus.unlink()
    with pytest.raises(ConfigError, match="every tenth sentence, which was held out"):
        nerwin.evaluate(tmp_path / "run")


def test_true_tags_that_do_not_fit_the_words_are_refused(tagger: nerwin.Tagger) -> None:
    with pytest.raises(CorpusError, match=r"^gold: expected the tags of 2 sentences, found 1"):
        tagger.evaluate([["Mira"], ["Anna"]], [["O"]])
    with pytest.raises(CorpusError, match=r"^gold\[1\]: expected 1 tag, one a word, found 2"):
        tagger.evaluate([["Mira"], ["Anna"]], [["O"], ["O", "O"]])


def test_generators_and_other_schemes_are_evaluated_like_lists_in_iob2(tagger: nerwin.Tagger) -> None:
    sentences, gold = [["Mira", "left"], ["Tolvan", "Mira"]], [["B-PER", "O"], ["B-PER", "I-PER"]]
    expected = tagger.evaluate(sentences, gold).to_dict()
    assert expected["support"] == 2
    assert tagger.evaluate((iter(one) for one in sentences), (iter(one) for one in gold)).to_dict() == expected
    assert tagger.evaluate(sentences, [["S-PER", "O"], ["B-PER", "E-PER"]]).to_dict() == expected
    found = tagger.tag(TEXTS[1].split())  # an entity of two words and none of one, which would give the scheme away
    assert [tag for tag in found if tag != "O"] == ["B-LOC", "I-LOC"]
    assert tagger.evaluate([TEXTS[1].split()], [[tag.replace("I-", "E-") for tag in found]]).accuracy == 1
    for wrong in (["ab"], [[1, 2]]):
        with pytest.raises(TypeError, match="expected"):
            tagger.evaluate(wrong, [["O", "O"]])  # type: ignore[arg-type]


def test_names_that_are_too_long_are_told_of(tagger: nerwin.Tagger, tmp_path: Path) -> None:
    village, too_long = write_village(tmp_path), "x" * 300
    with pytest.raises(nerwin.NerwinError, match="File name too long"):
        tagger.save(too_long)
    with pytest.raises(nerwin.NerwinError, match="File name too long"):
        nerwin.train(village, too_long)
    with pytest.raises(nerwin.NerwinError, match="File name too long"):
        nerwin.train(village, settings={"words.vectors": too_long})
    with pytest.raises(nerwin.NerwinError, match="File name too long"):
        nerwin.train(village, too_long, resume=True)
    with pytest.raises(nerwin.NerwinError, match="File name too long"):
        nerwin.evaluate(tagger, too_long)


def test_a_place_that_cannot_be_looked_at_is_no_model() -> None:
    with pytest.raises(nerwin.NerwinError, match=r"^x{300}: cannot look for a model: File name too long"):
        nerwin.load("x" * 300)


def test_what_a_save_that_was_killed_has_left_is_no_hindrance(
    tagger: nerwin.Tagger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, switch = tmp_path / "saved", os.replace

    def killed(source: Path, target: Path) -> None:
        if Path(target).name == MANIFEST:
            raise KeyboardInterrupt
        switch(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            tagger.save(place)
    assert [one.suffix for one in place.iterdir()] == [".npz"]
    tagger.save(place)
    assert nerwin.load(place).tag(["Mira", "left"]) == tagger.tag(["Mira", "left"])
    with pytest.raises(ModelError, match="expected an empty folder, found files"):
        tagger.save(place)
    (place / MANIFEST).unlink()
    (place / "notes").write_text("mine")
    with pytest.raises(ModelError, match="expected an empty folder, found files"):
        tagger.save(place)


@pytest.mark.parametrize("tag", ["", "LOC", "Q-LOC", "b-LOC", "B_LOC", "B-", None, 3])
def test_true_tags_that_are_none_are_refused(tagger: nerwin.Tagger, tag: Any) -> None:
    with pytest.raises(CorpusError, match=r"gold\[1\]: expected a tag such as O or B-PER, found "):
        tagger.evaluate([["Lima"], ["in", "Lima"]], [["B-LOC"], ["O", tag]])


@pytest.mark.parametrize("name", ["a\0b", "a\ud800"])
@pytest.mark.parametrize("use", [nerwin.train, lambda path: nerwin.evaluate("run", path), nerwin.load])
def test_a_name_that_no_file_can_have_is_an_error_of_its_own(
    use: Callable[[str], object], folder: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(folder.parent)
    with pytest.raises(nerwin.NerwinError, match="Check the path"):
        use(name)


@pytest.mark.parametrize("name", ["a\0b", Path("a\0b/c"), "a\ud800"])
def test_a_folder_that_cannot_be_is_an_error_of_its_own(
    tagger: nerwin.Tagger, name: str | Path, village: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for use in (
        lambda: tagger.save(name),
        lambda: tagger.save(name, overwrite=True),
        lambda: nerwin.train(village, name),
        lambda: nerwin.train(village, name, overwrite=True),
        lambda: nerwin.train(village, name, resume=True),
    ):
        with pytest.raises(
            ModelError, match=r"expected the name of a folder, found an impossible one: .*\. Choose another\.$"
        ):
            use()
    assert not list(tmp_path.iterdir())
