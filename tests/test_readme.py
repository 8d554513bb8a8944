"""The README's table of configuration keys is the configuration's own, and its commands are those of the program.

After a change of the configuration: `python -m tests.test_readme` writes the table anew.
"""

import json
import re
from pathlib import Path

import pytest
from typer.models import CommandInfo

from nerwin.cli import app
from nerwin.config.settings import Config, config_keys
from tests.commands import nerwin
from tests.readme_commands import commands

README = Path(__file__).parent.parent / "README.md"
TABLE = re.compile(r"\| key \| default \| meaning \|\n\| --- \| --- \| --- \|\n(?:\|.*\n)*")
MODULE = re.compile(r"`(?:nerwin|tests|configs|data)/[\w/.-]+`")


def table() -> str:
    """Every key with its default and description."""
    plain = Config().to_dict()
    lines = ["| key | default | meaning |", "| --- | --- | --- |"]
    for key, field in config_keys():
        section, _, name = key.rpartition(".")
        default = plain[section][name] if section else plain[key]
        lines.append(f"| `{key}` | `{json.dumps(default)}` | {field.description} |")
    return "\n".join(lines) + "\n"


def test_the_table_of_keys_is_up_to_date() -> None:
    assert table() in README.read_text(encoding="utf-8")


def test_every_file_that_the_readme_names_exists() -> None:
    named = {name.strip("`") for name in MODULE.findall(README.read_text(encoding="utf-8"))}
    assert len(named) > 20
    assert [name for name in sorted(named) if not (README.parent / name).exists()] == []


def test_the_readme_opens_with_the_two_commands_of_a_newcomer() -> None:
    assert commands(README.read_text(encoding="utf-8"))[0].splitlines() == ["make train", "make test"]


def name_of(command: CommandInfo) -> str:
    assert command.callback is not None
    return command.callback.__name__


@pytest.mark.parametrize("name", [name_of(one) for one in app.registered_commands])
def test_every_command_is_in_the_readme(name: str) -> None:
    assert nerwin(name, "--help").exit_code == 0
    assert f"`nerwin {name} " in README.read_text(encoding="utf-8")


if __name__ == "__main__":
    README.write_text(TABLE.sub(lambda _: table(), README.read_text(encoding="utf-8")), encoding="utf-8")
