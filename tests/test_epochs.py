"""What a training draws: on terminals of any width and kind, and where there is none."""

import io
import re
import sys
from collections.abc import Iterator

import pytest
from rich.console import Console

from nerwin.cli.epochs import curves, draw, sparkline
from nerwin.training.state import Batched, EpochDone


def terminal(width: int = 100, *, encoding: str = "utf-8", no_color: bool = False) -> tuple[Console, io.BytesIO]:
    written = io.BytesIO()
    file = io.TextIOWrapper(written, encoding=encoding, write_through=True)
    # an environment of its own, or TERM and NO_COLOR of whoever runs the tests would count
    return Console(
        file=file, width=width, force_terminal=True, no_color=no_color, highlight=False, _environ={}
    ), written


def records(epochs: int = 3) -> Iterator[Batched | EpochDone]:
    for number in range(1, epochs + 1):
        loss = 1 / number
        yield Batched(number, 5, 10, loss)
        dev = {"precision": 0.5, "recall": 0.25, "f1": 1 - loss, "ranked": 0.9}
        stop = "all done" if number == epochs else None
        yield EpochDone(number, loss, 0.125, 1000, 0.5, 0.1, dev, number == 2, stop)


def test_a_sparkline_goes_from_the_lowest_to_the_highest_level() -> None:
    assert sparkline([0, 1, 2, 3, 4, 5, 6, 7]) == "▁▂▃▄▅▆▇█"
    assert sparkline([0.7, 0.2, 0.7]) == "█▁█"
    assert sparkline([0.0, 0.5, 1.0], ascii_only=True) == "_=#"


@pytest.mark.parametrize(("values", "expected"), [([], ""), ([3.0], "▁"), ([2.0, 2.0], "▁▁")])
def test_a_sparkline_of_what_does_not_change_is_flat(values: list[float], expected: str) -> None:
    assert sparkline(values) == expected


def test_without_a_terminal_an_epoch_is_a_line() -> None:
    file = io.StringIO()
    done = draw(Console(file=file, highlight=False), records())
    assert [one.epoch for one in done] == [1, 2, 3]
    lines = file.getvalue().splitlines()
    assert lines[1] == (
        "epoch 2  loss 0.5000  in margin 12.5%  windows/s 2,000  P 0.5000  R 0.2500  dev F1 0.5000  kept"
    )
    assert not lines[2].endswith("kept")


def test_where_dev_is_learned_from_an_epoch_has_no_scores() -> None:
    file = io.StringIO()
    alone = [record._replace(dev={}) for record in records() if isinstance(record, EpochDone)]
    draw(Console(file=file, highlight=False), alone)
    assert file.getvalue().splitlines()[1] == "epoch 2  loss 0.5000  in margin 12.5%  windows/s 2,000"


def test_a_dumb_terminal_gets_the_same_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    file = io.StringIO()
    draw(Console(file=file, force_terminal=True, highlight=False, _environ={"TERM": "dumb"}), records())
    assert file.getvalue().startswith("epoch 1  loss 1.0000")
    assert "\x1b" not in file.getvalue()


def test_who_is_told_nothing_still_hears_what_others_say(capsys: pytest.CaptureFixture[str]) -> None:
    def warning() -> Iterator[Batched | EpochDone]:
        print("careful", file=sys.stderr)
        yield from records()

    file = io.StringIO()
    draw(Console(file=file, force_terminal=True, quiet=True, _environ={}), warning())
    assert (file.getvalue(), capsys.readouterr().err) == ("", "careful\n")


def test_on_a_terminal_the_best_epochs_are_marked_and_curves_are_drawn() -> None:
    console, written = terminal()
    draw(console, records())
    shown = written.getvalue().decode()
    rows = [line.split() for line in shown.splitlines() if line.count("2,000")]
    assert ["*" in "".join(row) for row in rows] == [False, True, False]
    assert ["\x1b[1;32m" in line for line in shown.splitlines() if "2,000" in line] == [False, True, False]
    assert shown.count("windows/s") == 1
    assert "█▃▁" in shown  # loss
    assert "▁▆█" in shown  # dev F1
    bars = re.findall(r"(epoch .*  loss [\d.]+) \S+ +(\d+/\d+)", re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", shown))
    halfway = {(f"epoch {number}  loss {1 / number:.4f}", "5/10") for number in (1, 2, 3)}
    assert halfway <= set(bars)  # it is drawn again by the clock, too
    assert bars[-1] == ("epoch 3  loss 0.3333", "0/10")
    assert shown.endswith(2 * "\x1b[1A\x1b[2K")  # the curves and the bar are gone in the end


@pytest.mark.parametrize(
    ("width", "titles"),
    [
        (100, "epoch loss in margin windows/s P R dev F1 kept"),
        (68, "epoch loss in margin windows/s P R dev F1 kept"),
        (67, "epoch loss in margin P R dev F1 kept"),
        (50, "epoch loss P R dev F1 kept"),
        (30, "epoch loss dev F1 kept"),
        (5, None),
    ],
)
def test_a_narrow_terminal_loses_columns_and_not_letters(width: int, titles: str | None) -> None:
    console, written = terminal(width, no_color=True)
    draw(console, records())
    if titles is not None:
        head = written.getvalue().decode().splitlines()[0]
        assert " ".join(head.replace("\x1b[1m", "").replace("\x1b[0m", "").split()) == titles


def test_curves_fill_a_terminal_with_the_last_epochs() -> None:
    console, _ = terminal(40)
    done = [record for record in records(90) if isinstance(record, EpochDone)]
    (shown,) = {str(curves(console, done[-count:])) for count in (12, 90)}
    assert len(shown) == 39


def test_where_the_terminal_knows_ascii_alone_nothing_else_is_written() -> None:
    console, written = terminal(encoding="ascii")
    draw(console, records())
    assert written.getvalue().decode("ascii").count("_+#")  # another letter would have been refused on the way
