"""YAML as people mean it: `1e-3` is a number, `NO` a word, `12:30` no base-60 integer, and a key stands once.

PyYAML follows YAML 1.1, which reads all four otherwise; the scalars here are those of YAML 1.2's core schema.
"""

import re
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

import yaml

from nerwin.errors import ConfigError, too_many_digits
from nerwin.storage.replace import replace_file

DEEPEST = 50  # levels; no key needs more than four
LARGEST = 1 << 20  # bytes of a file: PyYAML takes seconds for each of so many
UNBROKEN = 1 << 30  # characters that no line is longer than
SUFFIXES = (".yaml", ".yml")
REMEDY = "Mend the YAML."
FOR_CORPUS = "a corpus goes after --set corpus.train="
REMEDY_ELSEWHERE = f"Mend the YAML, or name a configuration: {FOR_CORPUS}"


class _Loader(yaml.SafeLoader):
    """A SafeLoader with the scalars of YAML 1.2, that refuses duplicate keys, aliases, tags and deep nesting."""

    depth = 0
    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own class attribute

    def compose_node(self, parent: Any, index: Any) -> Any:
        event, problem = self.peek_event(), None  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent):  # it can make a few bytes mean gigabytes, and no key needs one
            problem = "an alias (*) is not allowed here"
        elif event.tag is not None:  # as !!timestamp: it makes a value what no key is, or what its text is not
            problem = "a tag (!) is not allowed here"
        elif self.depth == DEEPEST:
            problem = "nested too deeply"
        if problem:
            raise yaml.composer.ComposerError(None, None, problem, event.start_mark)
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                raise yaml.constructor.ConstructorError(
                    None, None, f"expected a name, found {key!r}", key_node.start_mark
                )
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f'key "{key}" stands twice', key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


for _tag, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+", list("-+0123456789")),
    (
        "float",
        r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        list("-+0123456789."),
    ),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), _first)


def _integer(loader: _Loader, node: yaml.ScalarNode) -> int:
    """PyYAML's own constructor would read 010 as eight."""
    try:
        return int(node.value)
    except ValueError as error:
        raise yaml.constructor.ConstructorError(None, None, too_many_digits(), node.start_mark) from error


_Loader.add_constructor("tag:yaml.org,2002:int", _integer)


class _Dumper(yaml.SafeDumper):
    """Quotes what the loader would take for something else than a word."""

    yaml_implicit_resolvers = _Loader.yaml_implicit_resolvers


def _quoted(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    """Other styles fold an unprintable line end, such as U+0085, into a space."""
    style = None if text.isprintable() else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


_Dumper.add_representer(str, _quoted)


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping in a YAML file; an empty file is an empty mapping.

    Raises:
        ConfigError: unreadable or large file, bad syntax, duplicate keys, or anything but a mapping.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise ConfigError(
                f"{path}: expected at most {LARGEST:,} bytes of YAML, found more. Name a configuration: {FOR_CORPUS}"
            )
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: expected UTF-8, found {error.reason} at byte {error.start}. Convert it.") from error
    except (OSError, ValueError) as error:  # the latter of a name that is none
        problem = error.strerror if isinstance(error, OSError) else error
        raise ConfigError(f"{path}: cannot read the configuration: {problem}. Check the path.") from error
    remedy = REMEDY if path.suffix.lower() in SUFFIXES else REMEDY_ELSEWHERE
    content = parse_yaml(text, str(path), remedy)
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise ConfigError(
            f"{path}: expected sections such as `corpus:` and `training:`, found {type(content).__name__}. {remedy}"
        )
    return content


def parse_yaml(text: str, where: str, remedy: str = REMEDY) -> Any:
    """The value of a YAML text; `where` is what an error calls it, `remedy` what it says to do."""
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - the loader is a SafeLoader
    except (yaml.YAMLError, ValueError) as error:
        raise ConfigError(f"{where}{_position(error)}. {remedy}") from error


def _position(error: Exception) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        problem = str(error.problem)
        if problem.startswith("but "):  # half a sentence, which begins in the context
            problem = f"{error.context} {problem}"
        return f":{error.problem_mark.line + 1}: {problem}"
    return ": " + " ".join(str(error).split())


def write_yaml(path: Path, content: dict[str, Any]) -> None:
    """Write a mapping as YAML, in its own order."""
    text: str = yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True)
    replace_file(path, text.encode("utf-8"))


def replace_values(path: Path, values: Mapping[str, str]) -> None:
    """Write other texts under keys that a YAML file has, such as `corpus.train`; all else stays, comments too."""
    text = path.read_bytes().decode("utf-8-sig")
    root = yaml.compose(text, Loader=_Loader)
    assert isinstance(root, yaml.MappingNode), "expected a file that has been read"
    named = {
        f"{section.value}.{key.value}": value
        for section, content in root.value
        if isinstance(content, yaml.MappingNode)
        for key, value in content.value
    }
    for key in sorted(values, key=lambda key: named[key].start_mark.index, reverse=True):  # earlier places stay right
        start, end = named[key].start_mark.index, named[key].end_mark.index
        ending = text[len(text[:end].rstrip()) : end]  # that of a text in lines of its own
        text = text[:start] + format_value([values[key]])[1:-1] + ending + text[end:]
    replace_file(path, text.encode("utf-8"))


def format_value(value: Any) -> str:
    """A value as YAML in one line."""
    text: str = yaml.dump(
        value, Dumper=_Dumper, default_flow_style=True, sort_keys=False, allow_unicode=True, width=UNBROKEN
    )
    return text.removesuffix("\n").removesuffix("\n...")
