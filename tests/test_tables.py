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
    assert f"{100 * f1:.2f}" in table
    assert " 0.00 " not in table  # one seed has no spread
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
    assert re.search(r"^token accuracy .* of 2 tokens; .*; calibration error .* [\d.]+$", scored, re.MULTILINE)
    monkeypatch.setenv("COLUMNS", "40")
    whole = nerwin("evaluate", "runs/village-1", "--data", "village.conll").stdout.splitlines()
    assert "words by type: true in rows, found in columns" in whole


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
