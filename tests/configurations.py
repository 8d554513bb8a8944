"""Configurations that tests load, and how a test asks for them."""

from collections.abc import Callable
from typing import Any

from nerwin.config.settings import Config

Load = Callable[..., Config]
Refusal = Callable[..., str]


def value_of(config: Config, key: str) -> Any:
    """The plain value at a dotted key."""
    value: Any = config.to_dict()
    for part in key.split("."):
        value = value[part]
    return value
