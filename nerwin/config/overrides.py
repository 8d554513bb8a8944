"""Single keys of a configuration that are set from outside: from a prompt as `--set key=value`, or from Python."""

import os
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal

import numpy as np

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
    if not equals or not key:
        missing = "no key" if equals else 'no "="'
        raise ConfigError(f"--set {override}: expected KEY=VALUE, found {missing}. Write e.g. --set training.epochs=5.")
    where = f"--set {override}"
    section, last = _section(content, key, where)
    _put(section, last, _parse(text, types.get(key), where, base), key, types)


def apply_setting(content: dict[str, Any], key: str, value: Any, types: Mapping[str, Any], base: Path) -> None:
    """Write one value of Python's under a key such as `training.epochs`; the arguments are those of `apply_override`.

    Raises:
        ConfigError: the key goes too deep.
    """
    if not isinstance(key, str):
        raise TypeError(f"settings: expected keys such as training.epochs, found {key!r}")
    section, last = _section(content, key, key)
    if isinstance(value, str | Path) and Path in _kinds_of(types.get(key)):
        value = _place(str(value), base)
    # A grid of numbers is often drawn by numpy, whose scalars are not Python's.
    _put(section, last, value.item() if isinstance(value, np.generic) else value, key, types)


def _put(section: dict[str, Any], name: str, value: Any, key: str, types: Mapping[str, Any]) -> None:
    """Write a value under its name in a section; of a section in a section the other keys stay."""
    old = section.get(name)
    if key not in types and isinstance(old, dict) and isinstance(value, Mapping):
        for inner, one in value.items():
            _put(old, inner, one, f"{key}.{inner}", types)
    else:
        section[name] = value


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
    """A path that may also be relative to the current folder."""
    try:
        here = Path(text).expanduser().absolute()
    except RuntimeError:
        return text
    # Unlike Path.exists, this takes a name that is too long for one of no file.
    return text if os.path.exists(base / text) or not os.path.exists(here) else str(here)


def _parse(text: str, annotation: Any, where: str, base: Path) -> Any:
    """Read the text of an override as its key's type wants it: words stay words, the rest is YAML."""
    from nerwin.config.yaml_files import parse_yaml  # only now, as above

    kinds = _kinds_of(annotation)
    if text in ("null", "~"):
        return None
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"  # which a shell leaves inside of others
    word = text[1:-1] if quoted else text
    if Path in kinds:
        return _place(word, base)
    if str in kinds or (typing.get_origin(annotation) is Literal) or text == "all":
        return word
    if any(typing.get_origin(kind) is list for kind in kinds) and not text.startswith("["):
        text = f"[{text}]"
    value = parse_yaml(text, where)
    if isinstance(value, dict) and (joined := [name for name in value if ":" in name and value[name] is None]):
        spaced = joined[0].replace(":", ": ", 1)
        raise ConfigError(f"{where}: expected a blank after each colon, found none in {joined[0]}. Write {{{spaced}}}.")
    return value


def _kinds_of(annotation: Any) -> set[Any]:
    """The alternatives of a key's type; none of a key that is not legal."""
    return set() if annotation is None else set(_kinds(annotation))


def _kinds(annotation: Any) -> Iterator[Any]:
    """The alternatives of a union, without their Annotated wrapping."""
    origin = typing.get_origin(annotation)
    if origin is Annotated:
        yield from _kinds(typing.get_args(annotation)[0])
    elif origin in (UnionType, typing.Union):
        for part in typing.get_args(annotation):
            yield from _kinds(part)
    else:
        yield annotation
