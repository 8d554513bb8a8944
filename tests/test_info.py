"""`nerwin info`: what it says of a model, and that it notices damage in any of its files."""

import json
import os
import shutil
from pathlib import Path

import pytest

from nerwin import __version__
from nerwin.analysis.description import describe
from nerwin.cli.info import _lines
from nerwin.config.reading import non_default
from nerwin.storage.folders import MANIFEST, PAUSED
from tests.commands import BAD, DONE, nerwin, one_json_object
from tests.golden import FOLDER

RUN = "runs/village-1"


def damage(folder: str, pattern: str) -> None:
    (path,) = Path(folder).glob(pattern)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_info_prints_what_a_run_is(here: Path) -> None:
    done = nerwin("info", RUN)
    assert (done.exit_code, done.stderr) == (DONE, "")
    lines = done.stdout.splitlines()
    assert lines[0] == f"model    {RUN}/best"
    assert f"nerwin {__version__}, numpy " in lines[1]
    assert "types    LOC PER" in lines
    assert "         words.dim=8" in lines
    assert "run      3 epochs, finished: all 3 epochs done" in lines
    assert lines[-1] == "sums     all right"
    assert done.stdout == nerwin("info").stdout  # the newest run


def test_info_as_json_is_one_object_with_all_of_it(here: Path) -> None:
    found = one_json_object(nerwin("info", RUN, "--json"))
    manifest = json.loads((here / RUN / "best" / MANIFEST).read_text())
    assert found["sources"]["corpus.train"] == {
        "path": str(here / "village.conll"),
        **manifest["sources"]["corpus.train"],
    }
    assert found["best"] == manifest["best"]
    assert found["types"] == ["LOC", "PER"]
    assert found["config"] == manifest["config"]
    assert found["changed"]["scorer.hidden"] == [8]
    assert found["rows"].keys() == {"words"}
    assert found["parameters"] == found["rows"]["words"] * 8 + 8 * 40 + 8 + 8 * 2
    assert found["bytes"] == sum(file.stat().st_size for file in (here / RUN / "best").iterdir())
    assert found["run"] == {"folder": RUN, "epochs": 3, "finished": True, "stop": "all 3 epochs done", "state": True}
    assert found["sums"] == "all right"


def test_the_changed_keys_are_those_that_make_the_configuration_again() -> None:
    found = describe(FOLDER / "tagger")
    assert found["changed"]["features"] == {"shape": 2, "suffix2": 2}
    assert found["changed"]["objective.corruption"] == "sequence"
    assert found["scores"] == 1 + 4 * len(found["types"])  # O, and four tags a type
    assert "window.size" not in found["changed"]
    assert found["run"] is None
    assert non_default(found["config"]) == found["changed"]


@pytest.mark.parametrize(
    ("told", "line"),
    [
        ({"best": {"f1": 0.0, "epoch": 3}}, ("kept", "dev F1 0.0000, epoch 3")),
        ({"best": {"f1": 0.5, "epoch": 0}}, ("kept", "dev F1 0.5000, of several models averaged")),
        ({"best": {"f1": 0.5, "epoch": 2}, "epoch": 3}, ("", "as it was after epoch 3")),
        (
            {"sources": {"corpus.dev": {"path": None, "bytes": 5000, "sha256": "ab"}}},
            ("data", "corpus.dev: a file of 5,000 bytes, sha256 ab"),
        ),
        ({"changed": {}}, ("config", "all defaults")),
    ],
)
def test_what_is_told_of_other_models(told: dict[str, object], line: tuple[str, str]) -> None:
    assert line in list(_lines(describe(FOLDER / "tagger") | told))


def test_what_nobody_has_recorded_is_a_question_mark() -> None:
    none = dict.fromkeys(("nerwin", "numpy", "machine", "blas_threads"))
    written = dict(_lines(describe(FOLDER / "tagger") | none))["written"]
    assert "by nerwin ?, numpy ?, python 3" in written
    assert "on ?, BLAS threads ?; format" in written


def test_a_run_that_stopped_says_how_far_it_went(here: Path) -> None:
    path = here / RUN / "last" / MANIFEST
    manifest = json.loads(path.read_text())
    manifest["state"]["stop"] = None
    path.write_text(json.dumps(manifest))
    (here / RUN / "metrics.jsonl").write_text('{"epoch": 1}\n{"epoch": 2}\n{"epo')
    assert "run      2 epochs, not finished; continue with --resume" in nerwin("info", RUN).stdout.splitlines()
    assert one_json_object(nerwin("info", RUN, "--json"))["run"]["stop"] is None
    (here / RUN / "last").rename(here / RUN / PAUSED)
    assert "run      2 epochs, not finished; continue with --resume" in nerwin("info", RUN).stdout.splitlines()
    shutil.rmtree(here / RUN / PAUSED)
    assert "run      2 epochs, nothing in last/ to go on from" in nerwin("info", RUN).stdout.splitlines()


def test_a_model_alone_says_nothing_of_a_run(here: Path) -> None:
    assert "\nrun " not in nerwin("info", f"{RUN}/last").stdout
    assert one_json_object(nerwin("info", f"{RUN}/best", "--json"))["run"] is None


@pytest.mark.parametrize("as_json", [[], ["--json"]])
@pytest.mark.parametrize(
    ("part", "pattern"), [("best", "arrays-*.npz"), ("last", "arrays-*.npz"), ("last", "state_arrays-*.npz")]
)
def test_damage_in_any_file_is_one_line_and_exit_code_2(
    here: Path,
    part: str,
    pattern: str,
    as_json: list[str],
) -> None:
    damage(f"{RUN}/{part}", pattern)
    done = nerwin("info", RUN, *as_json)
    assert (done.exit_code, done.stdout) == (BAD, "")
    assert done.stderr.startswith(f"nerwin: {RUN}/{part}: the model is damaged: the sha256 of ")
    assert done.stderr.count("\n") == 1


def test_the_state_of_a_model_alone_is_checked_too(here: Path) -> None:
    damage(f"{RUN}/last", "state_arrays-*.npz")
    assert nerwin("info", f"{RUN}/last").exit_code == BAD
    assert nerwin("info", f"{RUN}/best").exit_code == DONE


def test_a_model_of_old_says_that_its_data_are_not_recorded(here: Path) -> None:
    path = here / RUN / "best" / MANIFEST
    manifest = json.loads(path.read_text())
    del manifest["sources"], manifest["numpy"]
    path.write_text(json.dumps(manifest))
    lines = nerwin("info", RUN).stdout.splitlines()
    assert "data     not recorded" in lines
    assert "numpy ?" in lines[1]


def test_data_under_a_key_of_another_version_have_no_path(here: Path) -> None:
    path = here / RUN / "best" / MANIFEST
    manifest = json.loads(path.read_text())
    manifest["sources"]["corpus.more"] = manifest["sources"]["corpus.train"]
    path.write_text(json.dumps(manifest))
    assert describe(here / RUN)["sources"]["corpus.more"]["path"] is None


def test_what_a_terminal_would_obey_is_not_printed(here: Path) -> None:
    path = here / RUN / "best" / MANIFEST
    path.write_text(json.dumps({**json.loads(path.read_text()), "types": ["\x1b[2J", "\u202ePER"]}))
    done = nerwin("info", RUN)
    assert done.exit_code == DONE
    assert r"types    \x1b[2J \u202ePER" in done.stdout.splitlines()


def test_info_needs_no_corpus(here: Path) -> None:
    os.unlink("village.conll")
    assert nerwin("info", RUN).exit_code == DONE
