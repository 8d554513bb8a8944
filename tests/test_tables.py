"""Tables on terminals of any width and encoding: no figure, type or title is cut off, and text is printed as it is."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands import DONE, nerwin, one_json_object


@pytest.mark.parametrize(
    "words", [("inspect", "runs/village-1", "--window", "Ærø"), ("gradcheck", "--config", "village.yaml")]
)
def test_where_the_output_knows_ascii_alone_nothing_else_is_printed_and_nothing_fails(
    here: Path, words: tuple[str, ...]
) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "COLUMNS": "40"}  # where cells are cut with an ellipsis
    command = [sys.executable, "-m", "nerwin", *words]
    done = subprocess.run(command, cwd=here, env=environment, capture_output=True, timeout=60)
    assert done.returncode == DONE, done.stderr.decode()
    assert len(done.stdout.decode("ascii")) > 200


def test_no_figure_of_a_result_is_cut_off(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compare = ("compare", "-c", "village.yaml", "-j", "1", "--set", "training.epochs=1", "--vary", "training.seed=1")
    scores = one_json_object(nerwin("evaluate", "runs/village-1", "--json"))
    f1 = one_json_object(nerwin(*compare, "--json"))["f1"]
    monkeypatch.setenv("COLUMNS", "20")
    printed = nerwin("evaluate", "runs/village-1").stdout
    assert all(f"{100 * scores[name]:.2f}" in printed for name in ("precision", "recall", "f1"))
    table = nerwin(*compare).stdout
    assert f"{f1:.4f}" in table
    assert " 0.0000 " not in table  # one seed has no spread
    assert "in margin" in table


def test_no_type_or_title_of_a_table_is_cut_off_or_broken(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two long types may differ in their ends alone, and who reads lines wants a sentence on one."""
    monkeypatch.setenv("COLUMNS", "30")
    types = ("Ortsbezeichnung-geographisch-amtlich", "Ortsbezeichnung-geographisch-kirchlich")
    Path("long.conll").write_text("".join(f"Zzyzx\tB-{one}\n\n" for one in types), encoding="utf-8")
    scored = nerwin("evaluate", "runs/village-1", "--data", "long.conll").stdout
    surveyed = nerwin("data", "long.conll").stdout
    for printed in (scored, surveyed):
        assert all(printed.count(one) >= 1 for one in types)
        assert "…" not in printed
    assert re.search(r"^token accuracy .* of 2 tokens; .* found$", scored, re.MULTILINE)
    monkeypatch.setenv("COLUMNS", "40")
    whole = nerwin("evaluate", "runs/village-1", "--data", "village.conll").stdout
    assert "words by type: true in rows, found in columns" in whole.splitlines()
    assert whole.count("words by type") == 1


def test_gradcheck_keeps_its_figures_on_a_narrow_terminal(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert "…" not in nerwin("gradcheck", "--config", "village.yaml").stdout


def test_labels_and_words_that_look_like_markup_are_printed_as_they_are(here: Path) -> None:
    lines = ["[/b] B-[/b]", "left O", "", "the O", "[red]mill[/x] B-[/b]", ""]
    (here / "odd.conll").write_text("\n".join(lines * 20), encoding="utf-8")
    parts = [f"--set=corpus.{part}=odd.conll" for part in ("train", "dev", "test")]
    words = ["train", "-c", "village.yaml", "-o", "odd", "-q", "--set", "training.epochs=1", *parts]
    assert nerwin(*words).exit_code == DONE
    for command in (["evaluate"], ["inspect", "--window", "the [/b] of"], ["inspect", "--word", "[/b]"]):
        result = nerwin(command[0], "odd", *command[1:])
        assert result.exit_code == DONE, result.output
        assert "[/b]" in result.output


# On a terminal, and in a pipe

WORD = "Donaudampfschiffahrtsgesellschaft"
LABEL = "Ortsbezeichnung-geographisch-amtlich"
FIGURE = re.compile(r"[+-]\d+\.\d{3}|\d\.\d+e[+-]\d\d|\d+\.\d\d\b(?! s)")
COMPARE = (
    *("compare", "-c", "village.yaml", "-j", "1", "--set", "training.epochs=1", "--vary", "training.seed=1,2"),
    *("--vary", "optimizer.learning_rate=0.1,0.2", "--vary", "scorer.hidden=[4]"),
)
COMMANDS = [
    ("inspect", "long", "--window", f"Mira left {WORD}"),
    ("inspect", "long", "--word", WORD),
    ("inspect", "long"),
    ("evaluate", "long"),
    ("data", "long.conll"),
    ("gradcheck", "--config", "village.yaml"),
    COMPARE,
]


@pytest.fixture
def long(here: Path) -> None:
    """A model of long words and types."""
    lines = f"{WORD}\tB-{LABEL}\n\nMira\tB-PER\nleft\tO\n\n"
    (here / "long.conll").write_text(lines * 9, encoding="utf-8")
    parts = [f"--set=corpus.{part}=long.conll" for part in ("train", "dev", "test")]
    words = ["train", "-c", "village.yaml", "-o", "long", "-q", "--set", "training.epochs=1", *parts]
    assert nerwin(*words, "--set", "objective.corruption=label").exit_code == DONE


def rows(text: str) -> list[str]:
    """The lines of the tables that have a frame, without styles."""
    return [line for line in re.sub(r"\x1b\[[\d;]*m", "", text).splitlines() if line[:1] in set("┃│┏┡├└")]


@pytest.mark.usefixtures("long")
@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: " ".join(words[:3]))
def test_tables_fit_a_terminal_with_all_their_figures(
    command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("FORCE_COLOR", "1")  # with which rich takes any output for a terminal
    figures: set[str] = set()
    for width in (200, 80, 60, 40):
        monkeypatch.setenv("COLUMNS", str(width))
        printed = nerwin(*command).stdout
        assert max(map(len, rows(printed)), default=0) <= width
        assert "…" not in printed
        found = set(FIGURE.findall("\n".join(rows(printed))))
        figures = figures or found
        assert found == figures


@pytest.mark.usefixtures("long")
@pytest.mark.parametrize("command", [COMMANDS[0], COMMANDS[2], COMMANDS[4], COMPARE])
def test_a_pipe_gets_tables_as_wide_as_they_are(command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    narrow = nerwin(*command).stdout
    monkeypatch.setenv("COLUMNS", "1000")
    assert nerwin(*command).stdout == narrow
    assert command == COMPARE or (LABEL if command[0] == "data" else WORD) in narrow


@pytest.mark.usefixtures("here")
def test_figures_without_room_follow_in_a_further_table_behind_the_same_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "60")
    parts = [[cell.strip() for cell in re.split("[┃│]", row)[1:-1]] for row in rows(nerwin(*COMPARE).stdout)]
    heads = [" ".join(column) for column in zip(*parts[1:3], strict=True)]
    assert heads == ["optimizer. learning_rate", "scorer. hidden", " dev F1", " spread", " seeds"]
    further = parts[len(parts) // 2 :]
    assert [" ".join(column) for column in zip(*further[1:3], strict=True)][2:] == [" epochs", " time", "in margin"]
    assert [row[:2] for row in further] == [row[:2] for row in parts[: len(parts) // 2]]


def test_a_table_without_rows_is_drawn_on_any_terminal(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "20")
    (here / "none.conll").write_text("rain\tO\n\n", encoding="utf-8")
    done = nerwin("data", "none.conll", "none.conll", "none.conll")
    assert done.exit_code == DONE
    assert "entities by type" in done.stdout
