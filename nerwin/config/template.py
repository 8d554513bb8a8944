"""A configuration as a person reads it: every key with what it means, and its default where it has another value.

Written from the configuration models, so that no key, default or description is told twice.
"""

from collections.abc import Iterator
from pathlib import Path

from nerwin.config.reading import named_files, non_default, value_of
from nerwin.config.settings import Config, config_keys
from nerwin.config.yaml_files import format_value
from nerwin.shell import plain_name

WIDTH = 30  # where what a key means begins; above a longer value


def template(config: Config, title: str, folder: Path | None = None) -> str:
    """The YAML of a configuration, complete, with comments.

    Args:
        title: the comment that it begins with, without line breaks.
        folder: where it is to stand; the paths of what is below are relative, so that it can be moved with it.
    """
    return "\n".join([f"# {title}", *_lines(config, folder), ""])


def differences(config: Config) -> list[str]:
    """What a configuration changes, a line a key."""
    plain = Config().to_dict()
    return [
        f"{key}: {format_value(value)} (default: {format_value(value_of(plain, key))})"
        for key, value in non_default(config.to_dict()).items()
    ]


def _lines(config: Config, folder: Path | None) -> Iterator[str]:
    plain, content = Config().to_dict(), config.to_dict()
    for key, path in named_files(config).items():
        if folder and path and path.is_relative_to(folder):
            section, _, name = key.partition(".")
            content[section][name] = plain_name(path.relative_to(folder))
    other, begun = non_default(content), ""
    for key, field in config_keys():
        section, _, name = key.rpartition(".")
        if section != begun:
            yield ""
            if section:
                yield f"{section}:".ljust(WIDTH) + f"# {Config.model_fields[section].description}"
            begun = section
        indent = "  " if section else ""
        entry = f"{indent}{name}: {format_value(value_of(content, key))}"
        default = f"; default: {format_value(value_of(plain, key))}" if key in other else ""
        meaning = f"# {field.description}{default}"
        yield from [entry.ljust(WIDTH) + meaning] if len(entry) < WIDTH else [indent + meaning, entry]
