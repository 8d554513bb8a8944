"""What `nerwin tag` says of input that looks like another form than it is read as; it reads it all the same."""

import gzip
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands import DONE, nerwin
from tests.processes import python


def test_columns_that_are_read_as_text_are_told_of(here: Path) -> None:
    assert nerwin("tag", "runs/village-1", "village.conll").stderr == (
        "village.conll: read as text, each line for itself; for a word a line add --input conll\n"
    )
    assert nerwin("tag", "runs/village-1", "village.conll", "--input", "conll").stderr == ""
    Path("words.conll").write_text("Mira\nleft\n")  # columns by its name alone
    assert "for a word a line add --input conll" in nerwin("tag", "runs/village-1", "words.conll").stderr


@pytest.mark.parametrize(
    ("text", "options", "hint"),
    [
        ("Mira\nNew York\nleft\n", [], "line 2 has 2 columns and most have 1 (is it a comment, or are columns named"),
        ("# id 7\nMira\nleft\n", [], "line 1 has 3 columns and most have 1 (is it a comment"),
        ("# id 7\nMira\nleft\n", ["--comments", "#"], None),
        ("word,tag\nMira,B-PER\n\n,O\n", [], "each line has a comma (is it CSV? Then separate by tabs, or convert it"),
        ("#;Word;Tag\nNo 1;Mira;B-PER\n;left;O\n", [], "each line has a semicolon (is it CSV? Then separate by"),
        ("3,5\nmiles\n", [], None),
        ("Mira\ta,b\nleft\ta,b\n", [], None),
        ("3,5\n", [], None),
        ("Mira\n#left\n", ["--comments", "#"], "comments with as many columns as words have: 1, the first on line 2"),
        ("Mira\t_\n# left\n", ["--comments", "#"], None),
        ("", [], None),
    ],
)
def test_lines_unlike_most_are_told_of(here: Path, text: str, options: list[str], hint: str | None) -> None:
    (here / "x.txt").write_text(text)
    done = nerwin("tag", "runs/village-1", "x.txt", "--input", "conll", *options)
    assert done.exit_code == DONE
    assert done.stderr.startswith(f"x.txt: {hint}") if hint else done.stderr == ""
    piped = python("-m", "nerwin", "tag", "runs/village-1", "--input", "conll", *options, input=text)
    assert (piped.stdout, piped.stderr) == (done.stdout, done.stderr.replace("x.txt", "<stdin>"))


@pytest.mark.parametrize("pack", [gzip.compress, lambda text: text.replace(b"left", b"\xff")])
def test_what_waits_and_is_no_text_is_left_to_the_reader(here: Path, pack: Callable[[bytes], bytes]) -> None:
    (here / "x.txt").write_bytes(pack(b"Mira\nNew York\nleft\n"))
    words = [sys.executable, "-m", "nerwin", "tag", "runs/village-1", "--input", "conll"]
    with (here / "x.txt").open("rb") as stdin:
        piped = subprocess.run(words, stdin=stdin, capture_output=True, text=True, check=False)
    done = nerwin("tag", "runs/village-1", "x.txt", "--input", "conll")
    assert (piped.returncode, piped.stdout) == (done.exit_code, done.stdout)
    assert piped.stderr == ("" if done.exit_code == DONE else done.stderr.replace("x.txt", "<stdin>"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("-DOCSTART- -X- O O\n\nMira NNP I-NP B-PER\nleft VBD I-VP O\n", "for a word a line add --input conll\n"),
        ("Mira\tB-PER\nleft\tO\n", "for a word a line add --input conll\n"),
        ('{"text": "Mira left"}\n\n{"text": "x"}\n', "though its lines are JSON; for objects add --input jsonl\n"),
        ("# sent_id = 1\nMira\tB-PER\nleft\tO\n", "for a word a line add --input conll\n"),
        ('{"text": "x"}\nMira left\n', ""),
        ("{name} met {place}\n{name} left {place}\n", ""),
        ("B-PER\tMira\nO\tleft\n", "for a word a line add --input conll\n"),
        ("Mira\tperson-artist\nleft\tO\n", "for a word a line add --input conll\n"),
        ("Mira\tleft Dunmere\nAnsel\tcame back\n", ""),
        ("O Mira\nwhere are you\n", ""),
        ("Mira left Dunmere O\nand came\n", ""),
        ("O\nB-PER\n", ""),
        ("Mira O\n", ""),
        ("", ""),
    ],
)
def test_text_that_looks_like_another_form_is_told_of(here: Path, text: str, told: str) -> None:
    (here / "x.txt").write_text(text)
    said = nerwin("tag", "runs/village-1", "x.txt").stderr
    assert said.endswith(told) if told else said == ""


@pytest.mark.parametrize("text", ["Mira\tB-PER\nleft\tO\n", "Mira left\nand came\n", ""])
def test_standard_input_is_looked_at_and_read_whole(here: Path, text: str) -> None:
    done = python("-m", "nerwin", "tag", "runs/village-1", "--format", "conll", input=text)
    (here / "x.txt").write_text(text)
    assert done.stdout == nerwin("tag", "runs/village-1", "x.txt", "--format", "conll").stdout
    hint = "<stdin>: read as text, each line for itself; for a word a line add --input conll\n"
    assert done.stderr == (hint if "\t" in text else "")


def test_a_file_by_the_name_of_json_lines_is_told_of_and_a_pipe_is_read_once(here: Path) -> None:
    (here / "one.jsonl").write_text('{"text": "Mira left"}\n')
    assert "though its lines are JSON" in nerwin("tag", "runs/village-1", "one.jsonl").stderr
    assert nerwin("tag", "runs/village-1", "one.jsonl", "--input", "jsonl").stderr == ""
    os.mkfifo(here / "pipe")
    writer = threading.Thread(target=(here / "pipe").write_text, args=("Mira\tB-PER\nleft\tO\n",))
    writer.start()
    assert nerwin("tag", "runs/village-1", "pipe").stderr == ""
    writer.join()


def test_a_pipe_with_columns_is_read_once(here: Path) -> None:
    reader, writer = os.pipe()
    os.write(writer, b"Mira\nNew York\nleft\n")
    os.close(writer)
    done = nerwin("tag", "runs/village-1", f"/dev/fd/{reader}", "--input", "conll")
    os.close(reader)
    assert done.stderr == ""
    assert done.stdout.startswith("Mira ")
