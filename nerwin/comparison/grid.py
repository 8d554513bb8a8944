"""The cells of a comparison: all combinations of the values that `--vary` gives to keys."""

import hashlib
import itertools
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from nerwin.config.overrides import respelled
from nerwin.config.reading import key_types, taken_apart
from nerwin.config.settings import Config
from nerwin.config.yaml_files import format_value
from nerwin.errors import ConfigError
from nerwin.storage.folders import CELLS

Cell = tuple[str, ...]  # the overrides of one training, as KEY=VALUE


def grid(varied: Sequence[str]) -> list[Cell]:
    """All combinations of `key=value,value,...`; a comma inside brackets or double quotes does not separate.

    A value of a whole section, such as `training={seed: 1, epochs: 9}`, sets several keys at once.

    Raises:
        ConfigError: no values, one that is no YAML, or a key twice.
    """
    axes: list[list[Cell]] = []
    for one in varied:
        key, equals, values = one.partition("=")
        options = _split(values)
        if not equals or not all(options):
            missing = "an empty value" if equals else 'no "="'
            raise ConfigError(f"--vary {one}: expected KEY=VALUE,VALUE,..., found {missing}. Write the values out.")
        axis = dict.fromkeys(tuple(taken_apart([f"{key}={value}"])) for value in options)
        if twice := replaced(keys_of(itertools.chain(*axes)), keys_of(axis)):
            raise ConfigError(f"--vary {twice[0]}: expected a key once, found it twice. Write all its values in one.")
        axes.append(list(axis))
    return [tuple(itertools.chain(*parts)) for parts in itertools.product(*axes)]


def spelled(cell: Cell, config: Config) -> Cell:
    """A cell in its usual spelling, given its configuration: equal settings are one cell, in whatever order or
    spelling.
    """
    content = config.to_dict()
    return tuple(sorted(_spelled(override, content) for override in cell))


def _spelled(override: str, content: dict[str, Any]) -> str:
    key, _, _ = override.partition("=")
    value: Any = content
    for name in key.split("."):
        value = value.get(name)  # None for a feature that the cell takes away
    # A path stays as short as it was.
    return respelled(override, key_types()) if isinstance(value, str) else f"{key}={format_value(value)}"


def run_of(cell: Cell) -> Path:
    """The run folder of a cell, within that of the comparison; it depends on the cell's spelling."""
    return Path(CELLS) / digest(cell)


def digest(value: Any) -> str:
    """A short sum of something that can be JSON, for a folder's name."""
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:8]


def called(cell: Cell) -> str:
    """A cell in a message; one that sets no key, as `training={}` makes it, is {}."""
    return " ".join(cell) or "{}"


def keys_of(cells: Iterable[Sequence[str]]) -> list[str]:
    """The keys that any of some cells sets."""
    return list(dict.fromkeys(one.partition("=")[0] for cell in cells for one in cell))


def replaced(keys: Iterable[str], later: Sequence[str]) -> list[str]:
    """The keys whose values are lost to later overrides: of the same key, or of a section that it is in."""
    return [key for key in keys if any(f"{key}.".startswith(f"{other}.") for other in later)]


def _split(values: str) -> list[str]:
    """The values between commas that are neither in brackets nor in double quotes."""
    parts, depth, quoted = [""], 0, False
    for letter in values:
        quoted ^= letter == '"'
        if not quoted:
            depth += (letter in "[{") - (letter in "]}")
        if letter == "," and depth == 0 and not quoted:
            parts.append("")
        else:
            parts[-1] += letter
    return parts
