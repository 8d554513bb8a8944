"""`--set key=value`: the text of a prompt as the value that its key is for, written into a configuration."""

import os
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal

from nerwin.errors import ConfigError
from nerwin.training.yaml_files import DEEPEST, parse_yaml


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
        raise ConfigError(f'--set {override}: expected KEY=VALUE, found no "=". Write e.g. --set training.epochs=5.')
    *sections, last = key.split(".")
    if len(sections) > DEEPEST:
        raise ConfigError(f"--set {override}: expected a key such as training.epochs, found {len(sections) + 1} parts.")
    target = content
    for section in sections:
        child = target.setdefault(section, {})
        if child is None:
            child = target[section] = {}
        if not isinstance(child, dict):
            raise ConfigError(f"--set {override}: {section} is a value, not a section. Drop what follows its name.")
        target = child
    target[last] = _parse(text, types.get(key), override, base)


def _parse(text: str, annotation: Any, override: str, base: Path) -> Any:
    """Read the text of an override as its key's type wants it: words stay words, the rest is YAML."""
    kinds = set(_kinds(annotation)) if annotation is not None else set()
    if text in ("null", "~"):
        return None
    if Path in kinds:
        # Typed at a prompt, a path may also start where the person stands.
        try:
            here = Path(text).expanduser().absolute()
        except RuntimeError:
            return text
        # Unlike Path.exists, this takes a name that is too long for one of no file.
        return text if os.path.exists(base / text) or not os.path.exists(here) else str(here)
    if str in kinds or (typing.get_origin(annotation) is Literal) or text == "all":
        return text
    if any(typing.get_origin(kind) is list for kind in kinds) and not text.startswith("["):
        text = f"[{text}]"
    return parse_yaml(text, f"--set {override}")


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
