"""A configuration read: from YAML, with `key=value` overrides; and asked, key by key, for what it holds."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from nerwin.config.overrides import apply_override, single_keys
from nerwin.config.settings import Config, config_keys
from nerwin.errors import ConfigError


def load_config(path: Path, overrides: Sequence[str] = ()) -> Config:
    """Read a YAML config and apply `key=value` overrides.

    Raises:
        ConfigError: naming the file or override, the key, what was expected and what was found.
    """
    from nerwin.config.yaml_files import read_yaml  # only now: a model is loaded without

    return configure(read_yaml(path), overrides, base=path.parent.resolve(), where=str(path))


def configure(content: dict[str, Any], overrides: Sequence[str], *, base: Path, where: str) -> Config:
    """The configuration of some content; relative paths start at `base`, and an error begins with `where`."""
    legal = key_types()
    for override in taken_apart(overrides):
        apply_override(content, override, legal, base)
    return make_config(content, base=base, where=where, overrides=overrides)


def taken_apart(overrides: Iterable[str]) -> list[str]:
    """Overrides, those of sections as those of their keys, which mean the same.

    Raises:
        ConfigError: the value of one is no YAML.
    """
    legal = key_types()
    return [one for override in overrides for one in single_keys(override, legal)]


def key_types() -> dict[str, Any]:
    """The type of every legal key."""
    return {key: field.annotation for key, field in config_keys()}


def make_config(content: dict[str, Any], *, base: Path, where: str, overrides: Sequence[str] = ()) -> Config:
    """Validate plain values; relative paths start at `base`, and an error begins with `where`, and with the override
    that brought the value."""
    try:
        return Config.model_validate(content, context={"base": base})
    except ConfigError as error:
        (fault,) = error.args
        key = fault.partition(":")[0]
        if said := [one for one in overrides if _overlap(one.partition("=")[0], key)]:
            where = f"{where} with {said[-1]}"
        raise ConfigError(f"{where}: {fault}") from error


def _overlap(key: str, other: str) -> bool:
    """Whether one key is the other, or a section of it."""
    return f"{key}.".startswith(f"{other}.") or f"{other}.".startswith(f"{key}.")


def named_files(config: Config) -> dict[str, Path | None]:
    """The files that a configuration names, by their keys."""
    parts = config.corpus
    named = {"corpus.train": parts.train, "corpus.dev": parts.dev, "corpus.test": parts.test}
    return {**named, "words.vectors": config.words.vectors}


def missing_parts(config: Config) -> dict[str, Path]:
    """The parts of a corpus that a configuration names and that are not there, by their keys; of vectors a model has
    all that it needs."""
    parts = {key: path for key, path in named_files(config).items() if key.startswith("corpus.")}
    return {key: path for key, path in parts.items() if path and _is_gone(path)}


def _is_gone(path: Path) -> bool:
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):  # who reads it says what is wrong
        return False
    return False


def places_of_both(before: Config, now: Config) -> set[str]:
    """The keys of files and of a run that both configurations name, which may stand elsewhere by now: a model knows the
    sums of the files that it learned from, and has the thresholds of that run."""
    one, other = before.to_dict(), now.to_dict()
    keys = (*named_files(now), "training.refit")
    return {key for key in keys if value_of(one, key) and value_of(other, key)}


def moved_places(before: Config, now: Config) -> set[str]:
    """Of `places_of_both`, the keys whose file or run is no longer where it was."""
    content = before.to_dict()
    return {key for key in places_of_both(before, now) if _is_gone(Path(value_of(content, key)))}


def with_places(config: Config, other: Config, keys: Collection[str]) -> Config:
    """A configuration with the places that another one has under some keys, as far as both have one."""
    content, places = config.to_dict(), other.to_dict()
    for key in places_of_both(config, other) & {*keys}:
        section, _, name = key.partition(".")
        content[section][name] = value_of(places, key)
    return Config.model_validate(content)


def value_of(config: dict[str, Any], key: str) -> Any:
    """What a configuration in plain values has under a key."""
    section, _, name = key.rpartition(".")
    return config[section][name] if section else config[name]


def differing(one: Config, other: Config) -> list[str]:
    """The keys that have not the same value in two configurations, each feature by itself."""
    return list(_differing(one.to_dict(), other.to_dict()))


def _differing(one: dict[str, Any], other: dict[str, Any], prefix: str = "") -> Iterator[str]:
    for key in one | other:
        a, b = one.get(key), other.get(key)
        if isinstance(a, dict) and isinstance(b, dict):
            yield from _differing(a, b, f"{prefix}{key}.")
        elif a != b:
            yield f"{prefix}{key}"


def differing_setup(one: Config, other: Config) -> list[str]:
    """The keys that have to be alike in models that belong together, and are not.

    Files may stand elsewhere, the test part is nothing to a training, and how that goes, and from which seed, is its
    own.
    """
    free = {*places_of_both(one, other), "corpus.test"}
    return [key for key in differing(one, other) if key not in free and not key.startswith("training.")]


def non_default(config: dict[str, Any]) -> dict[str, Any]:
    """The keys of a configuration in plain values that have another value than the default, as after --set."""
    plain = flat_keys(Config().to_dict())
    return {key: value for key, value in flat_keys(config).items() if value != plain[key]}


def flat_keys(config: dict[str, Any]) -> dict[str, Any]:
    """Every key of a configuration, as it is written after --set, with its value."""
    return {key: value_of(config, key) for key, _ in config_keys()}


def json_schema() -> dict[str, Any]:
    """What editors check and complete a configuration by."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Config.model_json_schema()}
