"""Names and commands that can be copied."""

from pathlib import Path

import pytest

from nerwin.shell import command_line, plain_name


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("-x.conll", "./-x.conll"),
        ("--help", "./--help"),
        ("~t.conll", "./~t.conll"),
        ("~", "./~"),
        ("-", "-"),  # a standard stream
        ("a/-x", "a/-x"),
        ("/~x", "/~x"),
    ],
)
def test_a_name_is_no_option_and_no_home(name: str, plain: str) -> None:
    assert plain_name(Path(name)) == plain
    assert Path(plain) == Path(name)


def test_a_command_is_quoted_where_that_is_needed() -> None:
    assert command_line("nerwin", "tag", Path("-my run"), Path("it's")) == """nerwin tag './-my run' 'it'"'"'s'"""
    assert command_line("nerwin", "train", "--set", "a=b c") == "nerwin train --set 'a=b c'"
