"""`nerwin report` as a command: where the page is written, what it says on the way, and what is refused."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from nerwin.shipped import PACKAGE
from tests.commands import BAD, DONE, nerwin
from tests.reports import RUN, report, template  # noqa: F401 - a fixture


def test_a_nerwin_in_an_archive_writes_the_page_too(here: Path) -> None:
    with zipfile.ZipFile("n.zip", "w") as archive:
        for path in PACKAGE.rglob("*"):
            if path.is_file() and path.parent.name != "__pycache__":
                archive.write(path, path.relative_to(PACKAGE.parent))
    words = [sys.executable, "-m", "nerwin", "report", "runs/village"]
    done = subprocess.run(words, env={**os.environ, "PYTHONPATH": "n.zip"}, capture_output=True, check=False)
    assert done.returncode == DONE, done.stderr
    assert nerwin("report", "runs/village", "--output", "own.html").exit_code == DONE
    assert Path("own.html").read_bytes() == Path("runs/village/report.html").read_bytes()


# Where it is written


def test_without_output_the_page_stands_in_the_run_folder(here: Path) -> None:
    done = nerwin("report", RUN)
    assert done.stdout.startswith(f"{RUN}/report.html: ")
    assert Path(RUN, "report.html").is_file()
    os.utime(Path("runs/other/config.yaml"))
    assert nerwin("report").stdout.startswith("runs/other/report.html: ")  # the newest run


def test_the_page_of_a_model_stands_beside_it_even_where_the_model_is_the_current_folder(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(here / RUN / "best")
    assert nerwin("report", ".", "--data", here / "hard.conll").exit_code == DONE
    assert (here / RUN / "best.html").is_file()


def test_a_link_in_the_place_of_the_page_that_nobody_has_named_is_refused(here: Path) -> None:
    (here / RUN / "report.html").symlink_to(here / "anywhere")
    done = nerwin("report", RUN)
    assert (done.exit_code, done.stdout) == (BAD, "")
    assert "report.html: expected a page or nothing, found a link" in done.stderr
    assert not Path("anywhere").exists()


def test_the_page_is_written_through_a_link(here: Path) -> None:
    Path("place.html").write_text("<!DOCTYPE html>old", encoding="utf-8")
    Path("link.html").symlink_to("place.html")
    assert nerwin("report", RUN, "-o", "link.html").exit_code == DONE
    assert Path("link.html").is_symlink()
    page = Path("place.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "old" not in page[:20]


# What is refused


def test_a_page_replaces_pages_alone(here: Path) -> None:
    config = Path(RUN) / "config.yaml"
    before = config.read_bytes()
    refused = nerwin("report", RUN, "-o", config)
    assert refused.exit_code == BAD
    assert "config.yaml: expected a new file or an older page" in refused.output
    assert config.read_bytes() == before


def test_it_says_what_evaluate_says_of_the_same_corpus(here: Path) -> None:
    Path("odd.conll").write_text("Mira\tO\tB-NEW\nleft\tB-PER\tO\n", encoding="utf-8")
    assert nerwin("tag", RUN, "village.conll", "--input", "conll", "-o", "own.conll").exit_code == DONE
    runs = (f"{RUN}/best", "runs/other/best")
    for words, doubt in (
        ("--data own.conll", "Every tag is right"),
        ("--data village.conll", "The model learned from this file, as corpus.train: the figures say nothing"),
        ("--data odd.conll", "Types that the model does not know, so that it finds none: NEW."),
        ("--data odd.conll --tag-column 1", "column 2 holds tags too"),
    ):
        said = "".join(nerwin("evaluate", run, *words.split()).stderr for run in runs)
        assert doubt in said
        done = nerwin("report", *runs, *words.split(), "-o", "page.html")
        assert (done.exit_code, done.stderr) == (DONE, said)


def no_metrics(here: Path) -> None:
    Path(RUN, "metrics.jsonl").unlink()


def empty_metrics(here: Path) -> None:
    Path(RUN, "metrics.jsonl").write_text('{"epoch": 1, "los')


def broken_metrics(here: Path) -> None:
    path = Path(RUN, "metrics.jsonl")
    path.write_text(path.read_text().replace('"epoch": 2, "loss": ', '"epoch": 2, "loss": "'))


def infinite_metrics(here: Path) -> None:
    path = Path(RUN, "metrics.jsonl")
    path.write_text(re.sub(r'("epoch": 3, "loss": )[^,]+', r"\1NaN", path.read_text()))


def huge_metrics(here: Path) -> None:
    path = Path(RUN, "metrics.jsonl")
    path.write_text(re.sub(r'("epoch": 3, "loss": )[^,]+', rf"\g<1>1{'0' * 400}", path.read_text()))


def no_model(here: Path) -> None:
    shutil.rmtree(Path(RUN, "best"))


def no_data(here: Path) -> None:
    path = Path(RUN, "best", "model.json")
    manifest = json.loads(path.read_text())
    manifest["config"]["corpus"].update(train=None, dev=None, test=None)
    path.write_text(json.dumps(manifest))


def a_folder_in_its_place(here: Path) -> None:
    Path(RUN, "report.html").mkdir()


def ragged_data(here: Path) -> None:
    Path("hard.conll").write_text("Mira\tB-PER\nleft\n")


def a_comparison(here: Path) -> None:
    Path("grid", "cells").mkdir(parents=True)


def nothing(here: Path) -> None:
    pass


@pytest.mark.parametrize(
    ("harm", "command", "message"),
    [
        (no_metrics, f"report {RUN}", f"{RUN}/metrics.jsonl: expected the metrics of a run, found none"),
        (no_metrics, f"report runs/other {RUN}", f"{RUN}/metrics.jsonl: expected the metrics of a run, found none"),
        (empty_metrics, f"report {RUN}", f"{RUN}/metrics.jsonl: expected a line an epoch, found none"),
        (broken_metrics, f"report {RUN}", f"{RUN}/metrics.jsonl:2: expected the figures of an epoch"),
        (infinite_metrics, f"report {RUN}", f"{RUN}/metrics.jsonl:3: expected the figures of an epoch"),
        (huge_metrics, f"report {RUN}", f"{RUN}/metrics.jsonl:3: expected the figures of an epoch"),
        (no_model, f"report {RUN}", f"{RUN}: expected a model in best/, found one in last/ alone"),
        (no_data, f"report {RUN}", f"{RUN}: corpus.test: expected a tagged corpus to score on, found none"),
        (ragged_data, f"report {RUN} --data hard.conll", "hard.conll:2: expected 2 columns"),
        (nothing, f"report {RUN} --data absent.conll", "absent.conll: cannot read the file"),
        (nothing, f"report {RUN} -o runs", "runs: expected the name of a file to write, found a folder"),
        (nothing, f"report {RUN} -o /dev/null", "/dev/null: expected the name of a file to write"),
        (nothing, f"report {RUN} -o absent/page.html", "absent/page.html: expected a file in an existing folder"),
        (nothing, "report absent", "absent: expected a run folder with best/, or a model folder, found neither"),
        (a_comparison, "report grid", "grid: expected a run folder, found a comparison. Name one of the runs in its"),
        (a_folder_in_its_place, f"report {RUN}", f"{RUN}/report.html: expected the name of a file"),
    ],
)
def test_a_bad_input_is_one_line_and_leaves_nothing_behind(
    here: Path, harm: Callable[[Path], None], command: str, message: str
) -> None:
    harm(here)
    before = sorted(here.rglob("*"))
    done = nerwin(*command.split(" "))
    assert (done.exit_code, done.stdout) == (BAD, "")
    assert done.stderr.startswith(f"nerwin: {message}")
    assert done.stderr.count("\n") == 1
    assert sorted(here.rglob("*")) == before


@pytest.mark.parametrize("name", ["jinja2", "matplotlib"])
def test_without_the_extra_one_line_says_how_to_install_it(
    here: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    assert importlib.util.find_spec(name) is None
    done = nerwin("report", RUN)
    assert (done.exit_code, done.stdout) == (BAD, "")
    assert done.stderr == (
        f'nerwin: nerwin report: expected the extra "report", found no {name}. Install it (README).\n'
    )


def test_a_file_of_ones_own_in_the_page_s_place_stays(here: Path) -> None:
    page = Path(RUN, "report.html")
    page.write_text("notes")
    done = nerwin("report", RUN, "--data", "hard.conll")
    assert done.exit_code == BAD
    assert "expected a new file or an older page, found another file" in done.stderr
    assert page.read_text() == "notes"
    page.unlink()
