"""What `nerwin tag` writes to files: in the form of their names, whole or not at all, and never over what it reads."""

import gzip
import os
import shutil
from pathlib import Path

import pytest

from tests.commands import BAD, DONE, LINES, NEWEST, nerwin


def test_what_tag_writes_is_packed_where_its_name_says_so(here: Path) -> None:
    Path("text").write_text(LINES)
    for name in ("plain", "packed.gz"):
        assert nerwin("tag", "runs/village-1", "text", "--output", name).exit_code == DONE
    assert gzip.decompress(Path("packed.gz").read_bytes()) == Path("plain").read_bytes()


def test_tag_writes_to_a_file_what_it_would_print(here: Path) -> None:
    printed = nerwin("tag", stdin=LINES)
    written = nerwin("tag", "--output", "out.txt", stdin=LINES)
    assert (written.exit_code, written.stdout, written.stderr) == (DONE, "", NEWEST)
    assert (here / "out.txt").read_text() == printed.stdout


def test_a_dash_is_standard_output(here: Path) -> None:
    assert nerwin("tag", "-o", "-", stdin=LINES).stdout == nerwin("tag", stdin=LINES).stdout
    done = nerwin("report", "runs/village-1", "--output", "-")
    assert nerwin("report", "runs/village-1").exit_code == DONE
    assert done.stdout == (here / "runs" / "village-1" / "report.html").read_text()
    assert not (here / "-").exists()


def test_no_input_of_several_is_written_over(here: Path) -> None:
    for path in (here / "in" / "x", here / "out" / "x.html"):
        path.parent.mkdir()
        path.write_text(LINES)
    done = nerwin("tag", "runs/village-1", "in/x", "out/x.html", "--html", "--output", "out")
    assert done.exit_code == BAD
    assert "expected another file than out/x.html itself" in done.stderr
    assert (here / "out" / "x.html").read_text() == LINES


def test_where_one_of_several_cannot_be_read_none_is_begun(here: Path) -> None:
    done = nerwin("tag", "runs/village-1", "village.conll", "absent.txt", "--output", "out")
    assert done.exit_code == BAD
    assert done.stderr.startswith("nerwin: absent.txt: cannot read the file")
    assert not Path("out").exists()


@pytest.mark.parametrize("name", ["x.txt", "x.txt.gz"])
def test_files_that_would_get_one_name_are_refused(here: Path, name: str) -> None:
    for place in ("one/x.txt", f"other/{name}"):
        Path(place).parent.mkdir()
        Path(place).write_text("Mira left .\n")
    done = nerwin("tag", "runs/village-1", "one/x.txt", f"other/{name}", "--output", "out")
    assert done.exit_code == BAD
    assert done.stderr.startswith(f"nerwin: other/{name}: expected files of different names, found one/x.txt too.")
    assert not Path("out").exists()


@pytest.mark.parametrize("name", ["found.jsonl", "page.html", "found.conll.gz", "out.txt", "OUT.TSV"])
def test_several_files_do_not_go_into_a_folder_with_the_name_of_a_file(here: Path, name: str) -> None:
    shutil.copy("village.conll", "other.conll")
    tag = ("tag", "runs/village-1", "village.conll", "other.conll", "--input", "conll", "--output", name)
    done = nerwin(*tag)
    assert done.exit_code == BAD
    assert done.stderr.startswith(f"nerwin: --output {name}: expected a folder for 2 files, found the name of a file. ")
    assert not Path(name).exists()
    Path(name).mkdir()
    for folder in (name, "tagged.v2"):  # which may have a dot in its name, and says nothing of the format
        assert nerwin(*tag[:-1], folder).exit_code == DONE
        assert sorted(path.name for path in Path(folder).iterdir()) == ["other.conll", "village.conll"]
        assert Path(folder, "other.conll").read_text().startswith("Mira\t")


def test_an_output_is_written_under_a_name_of_its_own(here: Path) -> None:
    for other in (".out.txt.part", ".out.part"):
        Path(other).write_text("kept")
    long = f"{'x' * 250}.txt"
    for name in ("out.txt", long):
        assert nerwin("tag", "runs/village-1", "village.conll", "--output", name).exit_code == 0
    assert Path("out.txt").read_bytes() == Path(long).read_bytes()
    assert {one.name for one in here.glob(".*.part")} == {".out.txt.part", ".out.part"}


def test_a_file_that_is_replaced_stays_private(here: Path) -> None:
    (here / "x.txt").write_text("Mira left")
    (here / "out.txt").touch(0o600)
    assert nerwin("tag", "runs/village-1", "x.txt", "-o", "out.txt").exit_code == DONE
    assert (here / "out.txt").stat().st_mode & 0o777 == 0o600
    assert (here / "out.txt").read_text() == "Mira left\n"


@pytest.mark.parametrize(
    ("suffix", "first"),
    [
        (".jsonl", '{"text": "Mira left", '),
        (".conll", "Mira\t"),
        (".html", "<!DOCTYPE html>"),
        (".inline", "Mira left"),
        (".txt", "Mira left"),
    ],
)
def test_tag_writes_what_the_output_is_called(here: Path, suffix: str, first: str) -> None:
    (here / "x.txt").write_text("Mira left")
    assert nerwin("tag", "runs/village-1", "x.txt", "-o", f"out{suffix}").exit_code == DONE
    assert (here / f"out{suffix}").read_text().startswith(first)
    done = nerwin("tag", "runs/village-1", "x.txt", "-o", f"same{suffix}", "--format", "jsonl")
    assert (here / f"same{suffix}").read_text().startswith('{"text"'), done.stderr


@pytest.mark.parametrize("suffix", [".csv", ".bilou", ".spacy", ".iobes.gz"])
def test_tag_refuses_the_suffix_of_a_form_that_it_does_not_write(here: Path, suffix: str) -> None:
    (here / "x.txt").write_text("Mira left")
    done = nerwin("tag", "runs/village-1", "x.txt", "-o", f"out{suffix}")
    assert done.exit_code == BAD
    assert f"out{suffix}: expected a suffix of conll, jsonl, inline" in done.stderr
    assert f"nerwin convert writes {suffix.split('.')[1]}." in done.stderr
    assert not (here / f"out{suffix}").exists()
    assert nerwin("tag", "nowhere", "-o", f"out{suffix}").stderr == done.stderr  # before there is a look at the model
    assert nerwin("tag", "runs/village-1", "x.txt", "-o", f"out{suffix}", "--format", "inline").exit_code == DONE


def test_a_link_to_itself_gives_way_to_the_output(here: Path) -> None:
    (here / "loop").symlink_to("loop")
    words = ("tag", "runs/village-1", "village.conll", "--input", "conll")
    done = nerwin(*words, "--output", "loop")
    assert (done.exit_code, done.stdout, done.stderr) == (DONE, "", "")
    assert (here / "loop").read_text(encoding="utf-8") == nerwin(*words).stdout


def test_tag_leaves_an_old_file_alone_when_it_fails(here: Path) -> None:
    (here / "out.txt").write_text("old")
    done = nerwin("tag", "--output", "out.txt", stdin=b"good\n\xff\n")
    assert done.exit_code == BAD
    assert (here / "out.txt").read_text() == "old"
    assert sorted(path.name for path in here.iterdir()) == ["out.txt", "runs", "village.conll", "village.yaml"]


def test_tag_names_the_file_that_is_not_there_though_an_older_output_is(here: Path) -> None:
    Path("out.txt").write_text("old")
    done = nerwin("tag", "runs/village-1", "absent.txt", "--output", "out.txt")
    assert (done.exit_code, done.stdout) == (BAD, "")
    assert done.stderr.startswith("nerwin: absent.txt: ")
    assert Path("out.txt").read_text() == "old"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_tag_writes_into_a_pipe_and_through_a_link(here: Path) -> None:
    Path("text").write_text("Museums in Paris\n", encoding="utf-8")
    os.mkfifo("pipe")
    reader = os.open("pipe", os.O_RDONLY | os.O_NONBLOCK)
    assert nerwin("tag", "runs/village-1", "text", "-o", "pipe").exit_code == 0
    assert b"Museums" in os.read(reader, 1000)
    os.close(reader)
    assert not Path("pipe").is_file()
    Path("place").write_text("old", encoding="utf-8")
    Path("link").symlink_to("place")
    assert nerwin("tag", "runs/village-1", "text", "-o", "link").exit_code == 0
    assert Path("link").is_symlink()
    assert "Museums" in Path("place").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("runs/village-1/metrics.jsonl", "one of a run, a model or a comparison"),
        ("runs/village-1/best/*.npz", "one of a run, a model or a comparison"),
        ("compared/results.jsonl", "one of a run, a model or a comparison"),
        ("link", "one of a run, a model or a comparison"),
        ("mine.yml", "a configuration"),
        ("MINE.YAML", "a configuration"),
    ],
)
def test_tag_replaces_no_file_that_cannot_be_an_older_output(here: Path, name: str, found: str) -> None:
    Path("compared/cells").mkdir(parents=True)
    Path("compared/results.jsonl").write_text("kept")
    Path("link").symlink_to("runs/village-1/config.yaml")
    for other in ("mine.yml", "MINE.YAML"):
        shutil.copy("village.yaml", other)
    path = next(iter(Path().glob(name)))
    before = path.read_bytes()
    done = nerwin("tag", "runs/village-1", "--format", "jsonl", "--output", path, stdin=LINES)
    assert done.exit_code == BAD
    assert done.stderr.endswith(f"expected a new file or an older output, found {found}. Choose another.\n")
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["config.yaml", "report.html", "results.jsonl", "found.npz"])
def test_where_no_run_stands_a_file_may_have_the_name_of_one_of_its_files(here: Path, name: str) -> None:
    Path(name).write_text("no: [configuration")
    assert nerwin("tag", "runs/village-1", "--format", "jsonl", "--output", name, stdin=LINES).exit_code == DONE
    assert Path(name).read_text().startswith('{"text"')
