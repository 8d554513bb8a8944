"""`nerwin tag`: every form of text goes in and comes out with its entities, and nothing else of it changes."""

import errno
import gzip
import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from nerwin.cli.tag import _rendering
from nerwin.cli.tag_bars import file_bar
from nerwin.errors import CorpusError
from tests.commands import BAD, DONE, LINES, NEWEST, TRAIN, nerwin

TAGS = {"O", "B-LOC", "I-LOC", "B-PER", "I-PER"}


def test_tag_finds_words_where_the_training_part_had_them(here: Path) -> None:
    lines = (here / "village.conll").read_text().split("\n")
    rows = [f"x\t{line}\n" if line else "# a note\n\n" for line in lines]
    (here / "third.conll").write_text("".join(rows))
    keys = ("corpus.train=third.conll", "corpus.dev=third.conll", "corpus.word_column=1", "corpus.comments=#")
    words = [word for key in keys for word in ("--set", key)]
    done = nerwin(*TRAIN.split(), "-q", *words, "--set", "training.epochs=1")
    assert done.exit_code == DONE, done.stderr
    tagged = nerwin("tag", "out", "third.conll", "--input", "conll", "--format", "jsonl").stdout
    first = [line.split("\t")[0] for line in lines[: lines.index("")]]
    assert json.loads(tagged.splitlines()[0])["text"] == " ".join(first)


def test_tag_marks_up_text_from_standard_input(here: Path) -> None:
    done = nerwin("tag", stdin=LINES)
    assert (done.exit_code, done.stderr) == (DONE, NEWEST)
    named = nerwin("tag", "runs/village-1", stdin=LINES)
    assert (named.stdout, named.stderr) == (done.stdout, "")
    plain = done.stdout.replace("[", "").replace("](PER)", "").replace("](LOC)", "")
    assert plain == LINES
    assert "](" in done.stdout


def test_tag_gives_json_objects_back_with_their_entities(here: Path) -> None:
    line = json.dumps({"id": 1, "text": "Mira Tolvan left Quellmark ."})
    done = nerwin("tag", "--input", "jsonl", stdin=f"{line}\n")
    plain = nerwin("tag", "--format", "jsonl", stdin=LINES)
    assert json.loads(done.stdout) == {"id": 1, **json.loads(plain.stdout.splitlines()[0])}
    refused = nerwin("tag", "--input", "jsonl", "--word-column", "1", stdin=line)
    assert refused.exit_code == BAD
    assert "expected --input conll, found jsonl" in refused.stderr


def test_tag_as_jsonl_prints_an_object_a_line(here: Path) -> None:
    done = nerwin("tag", "--format", "jsonl", stdin=LINES)
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert first["text"] == "Mira Tolvan left Quellmark ."
    assert all(first["text"][one["start"] : one["end"]] == one["text"] for one in first["ents"])
    assert second["text"] == "rain"


def test_tag_with_html_prints_a_page_of_the_same_entities(here: Path) -> None:
    page, marked = nerwin("tag", "--html", stdin=LINES).stdout, nerwin("tag", stdin=LINES).stdout
    assert page.startswith("<!DOCTYPE html>\n")
    assert page.endswith("</html>\n")
    assert page.count("<p ") == 2
    assert page.count("<mark ") == marked.count("](") > 0


def test_tag_leaves_out_what_scores_less_than_asked_for(here: Path) -> None:
    def scores(*options: str) -> list[float]:
        done = nerwin("tag", "--format", "jsonl", *options, stdin=LINES)
        return [one["score"] for line in done.stdout.splitlines() for one in json.loads(line)["ents"]]

    every = scores()
    assert every
    assert scores("--min-score", str(min(every) - 0.01)) == every
    assert scores("--min-score", str(max(every) + 0.01)) == []


@pytest.mark.parametrize("words", [["runs/village-1", "-"], ["runs/village-1"], []])
def test_tag_reads_standard_input_in_three_ways(here: Path, words: list[str]) -> None:
    assert nerwin("tag", *words, stdin=LINES).stdout == nerwin("tag", "runs/village-1/best", stdin=LINES).stdout


def test_tag_gives_columns_back_with_one_more(here: Path) -> None:
    source = (here / "village.conll").read_text()
    done = nerwin("tag", "runs/village-1", "village.conll", "--input", "conll")
    assert (done.exit_code, done.stderr) == (DONE, "")
    before, after = source.splitlines(), done.stdout.splitlines()
    assert [line.rpartition("\t")[0] if line else "" for line in after] == before
    assert {line.rpartition("\t")[2] for line in after if line} <= TAGS


def test_tag_finds_the_words_in_the_column_that_is_named(here: Path) -> None:
    words = LINES.split()
    (here / "u.conllu").write_text("# text = x\n" + "".join(f"{n}\t{word}\t_\n" for n, word in enumerate(words, 1)))
    (here / "plain.conll").write_text("".join(f"{word}\n" for word in words))
    tag = ("tag", "runs/village-1", "--input", "conll")
    done = nerwin(*tag, "u.conllu", "--word-column", 1, "--comments", "#")
    assert done.exit_code == DONE, done.stderr
    found = [line.split("\t")[-1] for line in done.stdout.splitlines()[1:]]
    assert found == [line.split(" ")[-1] for line in nerwin(*tag, "plain.conll").stdout.splitlines()]
    assert set(found) > {"O"}
    assert "found their numbers: 1, 2, 3. Name that of" in nerwin(*tag, "u.conllu", "--comments", "#").stderr
    assert nerwin("tag", "--comments", "#", stdin=LINES).exit_code == BAD


def test_a_token_that_columns_cannot_hold_is_refused(here: Path) -> None:
    spaces = ("--set", "corpus.tokenizer=spaces", "--set", "training.epochs=1")
    assert nerwin("train", "-q", "-c", "village.yaml", "-o", "spaces", *spaces).exit_code == DONE
    lines = ["Mira left", "see -DOCSTART- here"]
    for kind, text in ("text", lines), ("jsonl", [json.dumps({"text": line}) for line in lines]):
        given = "\n".join([*text, ""])
        refused = nerwin("tag", "spaces", "--input", kind, "--format", "conll", stdin=given)
        assert refused.exit_code == BAD
        assert refused.stderr.startswith("nerwin: <stdin>:2: expected words without tabs that are no -DOCSTART-")
        assert refused.stdout.startswith("Mira\t")
        assert nerwin("tag", "spaces", "--input", kind, "--format", "jsonl", stdin=given).exit_code == DONE


def test_tag_of_nothing_prints_nothing(here: Path) -> None:
    assert nerwin("tag", stdin="").stdout == ""


def with_tokenizer(folder: Path, name: str) -> None:
    manifest = folder / "best" / "model.json"
    saved = json.loads(manifest.read_text(encoding="utf-8"))
    assert saved["config"]["corpus"]["tokenizer"] == "rules"
    saved["config"]["corpus"]["tokenizer"] = name
    manifest.write_text(json.dumps(saved), encoding="utf-8")


def test_tag_takes_text_apart_as_the_model_says(here: Path) -> None:
    before = nerwin("tag", "runs/village-1", "--format", "conll", stdin="Lima's port.\n").stdout
    with_tokenizer(here / "runs" / "village-1", "spaces")
    after = nerwin("tag", "runs/village-1", "--format", "conll", stdin="Lima's port.\n").stdout
    assert [line.split()[0] for line in before.splitlines() if line] == ["Lima", "'s", "port", "."]
    assert [line.split()[0] for line in after.splitlines() if line] == ["Lima's", "port."]


def test_a_model_whose_tokenizer_is_unknown_is_refused(here: Path) -> None:
    with_tokenizer(here / "runs" / "village-1", "jieba")
    done = nerwin("tag", "runs/village-1", stdin="Lima\n")
    assert (done.exit_code, done.stdout) == (BAD, "")
    assert "corpus.tokenizer: expected one of rules, spaces, letters, found 'jieba'" in done.stderr
    assert done.stderr.count("\n") == 1


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("no_color", "term", "output", "form"),
    [
        ("", "xterm", None, "colour"),
        ("1", "xterm", None, "inline"),
        ("", "dumb", None, "inline"),
        ("", "xterm", Path("out.txt"), "inline"),
    ],
)
def test_tag_has_colours_for_a_terminal_that_takes_them(
    monkeypatch: pytest.MonkeyPatch, no_color: str, term: str, output: Path | None, form: str
) -> None:
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setenv("NO_COLOR", no_color)
    monkeypatch.setenv("TERM", term)
    assert _rendering(None, False, "text", output, folder=False) == form


def test_files_in_a_folder_have_no_colours_whatever_the_folder_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", Terminal())
    for name in ("out", "out.jsonl"):
        assert _rendering(None, False, "text", Path(name), folder=True) == "inline"


@pytest.mark.parametrize(("pack", "total"), [(bytes, "/10 bytes"), (gzip.compress, "/? bytes")])
def test_nobody_knows_how_long_a_packed_text_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: Callable[[bytes], bytes], total: str
) -> None:
    (tmp_path / "text").write_bytes(pack(b"0123456789"))
    shown = Terminal()
    monkeypatch.setattr(sys, "stderr", shown)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    with file_bar(tmp_path / "text", tmp_path / "out") as progress:
        progress(1)
    assert total in shown.getvalue()


def test_the_bar_of_a_file_shows_its_name_as_it_is_and_takes_no_orders_from_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a[bold]\x1b]0;b\x07").write_bytes(b"0123456789")
    shown = Terminal()
    monkeypatch.setattr(sys, "stderr", shown)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    with file_bar(tmp_path / "a[bold]\x1b]0;b\x07", tmp_path / "out"):
        pass
    assert r"a[bold]\x1b]0;b\x07" in shown.getvalue()
    assert "\x1b]" not in shown.getvalue()
    assert "\x07" not in shown.getvalue()


@pytest.mark.parametrize(("printed", "seen"), [("out", True), (os.devnull, False)])
def test_a_bar_is_shown_where_what_is_printed_goes_to_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, printed: str, seen: bool
) -> None:
    (tmp_path / "text").write_bytes(b"0123456789")
    shown = Terminal()
    monkeypatch.setattr(sys, "stderr", shown)
    monkeypatch.setenv("TERM", "xterm")
    with (tmp_path / printed).open("w") as stdout:
        monkeypatch.setattr(sys, "stdout", stdout)
        with file_bar(tmp_path / "text", None) as progress:
            progress(1)
        assert bool(shown.getvalue()) is seen
        already = shown.getvalue()
        with file_bar(tmp_path, tmp_path / "out") as progress:  # a folder, as a pipe, has no length
            progress(1)
        assert shown.getvalue() == already
        with file_bar(tmp_path / "text", tmp_path / "out") as progress:
            progress(1)
        assert shown.getvalue() != already


def test_a_file_of_which_no_bar_can_be_drawn_is_a_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(path: Path) -> bool:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    (tmp_path / "text").touch()
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setattr("nerwin.files.opening.is_gzip", denied)
    with (
        pytest.raises(CorpusError, match=r"text: cannot read the file: Permission denied"),
        file_bar(tmp_path / "text", tmp_path / "out"),
    ):
        pass


def test_tag_keeps_every_character_whatever_the_locale(here: Path) -> None:
    line = "naïve “Lena”\u2028\U0001f30a\u00a0e\u0301"
    done = nerwin("tag", "--format", "jsonl", stdin=line.encode())
    assert json.loads(done.stdout_bytes)["text"] == line
