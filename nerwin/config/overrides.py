"""Single keys of a configuration that are set from outside: from a prompt as `--set key=value`, or from Python."""

import os
import re
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal

import numpy as np

from nerwin.config.kinds import from_home
from nerwin.errors import ConfigError


def apply_override(content: dict[str, Any], override: str, types: Mapping[str, Any], base: Path) -> None:
    """Write one `a.b=value` into nested mappings.

    Args:
        types: the type of each legal key; another key is for the check of the whole to refuse.
        base: the folder of the config file.

    Raises:
        ConfigError: it is no KEY=VALUE, goes too deep, or its value is no YAML.
    """
    key, equals, text = override.partition("=")
    if not equals or not key or key != key.strip():
        found = ("blanks around the key" if key.strip() else "no key") if equals else 'no "="'
        raise ConfigError(f"--set {override}: expected KEY=VALUE, found {found}. Write e.g. --set training.epochs=5.")
    where = f"--set {override}"
    section, last = _section(content, key, where)
    _put(section, last, _parse(text, types.get(key), where), key, types, base)


def single_keys(override: str, types: Mapping[str, Any]) -> Iterator[str]:
    """An override of a section, such as training={epochs: 9, seed: 2}, as those of its keys; any other one as it is.

    Raises:
        ConfigError: its value is no YAML.
    """
    key, _, text = override.partition("=")
    section = None if key in types else _parse(text, None, f"--set {override}")
    if isinstance(section, dict):
        for name, value in section.items():
            inner = f"{key}.{name}"
            yield from single_keys(f"{inner}={_spelled(value, types.get(inner))}", types)
    else:
        yield override


def respelled(override: str, types: Mapping[str, Any]) -> str:
    """An override of a key in its usual spelling: "sgd" in quotation marks is sgd, as far as that is the same."""
    key, _, text = override.partition("=")
    return f"{key}={_spelled(_parse(text, types.get(key), f'--set {override}'), types.get(key))}"


def apply_setting(content: dict[str, Any], key: str, value: Any, types: Mapping[str, Any], base: Path) -> None:
    """Write one value of Python's under a key such as `training.epochs`; the arguments are those of `apply_override`.

    Raises:
        ConfigError: the key goes too deep.
    """
    if not isinstance(key, str):
        raise TypeError(f"settings: expected keys such as training.epochs, found {key!r}")
    section, last = _section(content, key, key)
    _put(section, last, value, key, types, base)


def _put(target: dict[str, Any], name: str, value: Any, key: str, types: Mapping[str, Any], base: Path) -> None:
    """Write a value under its name. Of a section the keys that are not named stay; a map that is the value of a key, as
    that of `features` is, is another one afterwards."""
    if key not in types and isinstance(value, Mapping):
        section = target[name] = target.get(name) or {}
        if isinstance(section, dict):
            for inner, one in value.items():
                _put(section, inner, one, f"{key}.{inner}", types, base)
            return
    if isinstance(value, str | Path) and Path in _kinds_of(types.get(key)):
        value = _place(str(value), base)
    # A grid of numbers is often drawn by numpy, whose scalars are not Python's.
    target[name] = value.item() if isinstance(value, np.generic) else value


def _section(content: dict[str, Any], key: str, where: str) -> tuple[dict[str, Any], str]:
    """The mapping that a key stands in, and its name there."""
    from nerwin.config.yaml_files import DEEPEST  # only now: a model is loaded without

    *sections, last = key.split(".")
    if len(sections) > DEEPEST:
        raise ConfigError(f"{where}: expected a key such as training.epochs, found {len(sections) + 1} parts.")
    target = content
    for section in sections:
        child = target.setdefault(section, {})
        if child is None:
            child = target[section] = {}
        if not isinstance(child, dict):
            raise ConfigError(f"{where}: {section} is a value, not a section. Drop what follows its name.")
        target = child
    return target, last


def _place(text: str, base: Path) -> str:
    """A path that starts at the current folder, unless there is one from `base`."""
    try:
        here = from_home(text).absolute()
    except RuntimeError:
        return text
    # Unlike Path.exists, this takes a name that is too long for one of no file.
    return text if os.path.exists(base / text) else str(here)


def _parse(text: str, annotation: Any, where: str) -> Any:
    """Read the text of an override as its key's type wants it: words stay words, the rest is YAML."""
    from nerwin.config.yaml_files import parse_yaml  # only now, as above

    kinds = _kinds_of(annotation)
    if text in ("null", "~") or (text in ("none", "None") and type(None) in kinds and not kinds & {str, Path}):
        return None
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"  # which a shell leaves inside of others
    word = text[1:-1] if quoted else text
    if _is_word(annotation) or text == "all":
        return word
    if any(typing.get_origin(kind) is list for kind in kinds) and not text.startswith("["):
        text = f"[{text}]"
    value = parse_yaml(text, where)
    if isinstance(value, dict) and (
        joined := [name for name in value if set(name) & set(":=") and value[name] is None]
    ):
        spaced = re.sub("[:=]", ": ", joined[0], count=1)
        raise ConfigError(
            f"{where}: expected a colon and a blank after each key, found none in {joined[0]}. Write {{{spaced}}}."
        )
    return value


def _spelled(value: Any, annotation: Any) -> str:
    """A value as an override of its key gives it."""
    from nerwin.config.yaml_files import format_value  # only now, as above

    if not isinstance(value, str) or not _is_word(annotation):
        return format_value(value)
    return value if _parse(value, annotation, value) == value else f'"{value}"'


def _is_word(annotation: Any) -> bool:
    """Whether the values of a key are words, as names and paths are, whatever else they look like."""
    return bool(_kinds_of(annotation) & {str, Path}) or typing.get_origin(annotation) is Literal


def _kinds_of(annotation: Any) -> set[Any]:
    """The alternatives of a key's type, without their Annotated wrapping."""
    origin, parts = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Annotated:
        return _kinds_of(parts[0])
    return set().union(*map(_kinds_of, parts)) if origin in (UnionType, typing.Union) else {annotation}
