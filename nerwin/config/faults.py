"""Errors of a configuration in the user's words rather than in pydantic's."""

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

# pydantic's words for a fault, where people need others: by key, or by the type of the fault.
_EXPECTED = {
    "corpus.entities": "all, or a list of types",
    "objective.weights": "none, balanced, or a map of types to weights of 0 or more",
    "training.patience": "1 or more epochs, or null for never",
    "is_instance_of": "a path",
    "model_type": "a section of keys and values",
    "dict_type": "a map of names and values",
    "too_short": "one or more values",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "float_type": "a number",
}


def explain(faults: Sequence[Mapping[str, Any]], legal: Sequence[str], sections: Sequence[str]) -> str:
    """The first fault that pydantic lists in words, with the key's path and the nearest legal one."""
    # An unknown key explains itself best, so it goes first.
    fault = min(faults, key=lambda one: one["type"] != "extra_forbidden")
    key = ".".join(str(part) for part in fault["loc"] if fault["type"] == "extra_forbidden" or not _is_type_tag(part))
    others = len({one["loc"][:2] for one in faults}) - 1
    more = f" {others} more {'key is' if others == 1 else 'keys are'} wrong." if others else ""
    if fault["type"] == "extra_forbidden":
        return f"{_unknown(key, legal, sections)}{more}"
    message = _EXPECTED.get(key) or _EXPECTED.get(fault["type"], fault["msg"])
    message = message[0].lower() + message[1:]
    message = message.removeprefix("input should be ").removeprefix("expected ")
    message = f"a number {message}" if message.startswith(("greater than ", "less than ")) else message
    found = "" if fault["type"] == "columns" else f", found {_brief(fault['input'])}"
    return f"{key}: expected {message}{found}.{more}" if key else f"{message}{found}."


def _unknown(key: str, legal: Sequence[str], sections: Sequence[str]) -> str:
    """That there is no such key, and which one may be meant."""
    if key in legal:  # one key with a dot in it
        section, _, name = key.partition(".")
        return f"{key}: expected a section {section} with a key {name} in it, found both on one line."
    if not key:
        key = '""'
    legal = [*legal, *sections]
    section, _, name = key.rpartition(".")
    there = [one.rpartition(".")[2] for one in legal if section and one.startswith(f"{section}.")]
    last = difflib.get_close_matches(name, [one.split(".")[-1] for one in legal], n=1, cutoff=0.8)
    same_ending = [one for one in legal if last and one.split(".")[-1] == last[0]]
    if there:  # the whole key would be near to its section, and to all that is there
        near = [f"{section}.{one}" for one in difflib.get_close_matches(name, there, n=1, cutoff=0.5)]
    else:
        near = difflib.get_close_matches(key, legal, n=1, cutoff=0.5)
    rest = f"Keys of {section}: {', '.join(there)}." if there else f"Sections: {', '.join(sections)}."
    hint = f"Did you mean {(same_ending or near)[0]}?" if same_ending or near else rest
    return f"{key}: there is no such key. {hint}"


def _is_type_tag(part: int | str) -> bool:
    """Whether a part of an error's location is pydantic's name of a union member rather than a key."""
    return isinstance(part, str) and "[" in part  # such as list[str], or [key]


def _brief(value: Any) -> str:
    text = "null" if value is None else repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
