"""The kinds of values that the keys of a configuration have, beside plain numbers and words."""

import re
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationInfo,
    model_validator,
)
from pydantic_core import CoreSchema, PydanticCustomError
from pydantic_core.core_schema import no_info_after_validator_function

from nerwin.files.opening import is_pipe
from nerwin.text.features import ALL_FEATURES


class OneOf:
    """A name of a family's table, and no other; the JSON Schema lists them."""

    def __init__(self, table: Collection[str]) -> None:
        self.table = table

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), "enum": list(self.table)}

    def _check(self, name: str) -> str:
        if name not in self.table:
            raise PydanticCustomError("choice", "expected one of {names}", {"names": ", ".join(self.table)})
        return name


def odd(value: int) -> int:
    """The size of a window, which has a centre."""
    if value % 2 == 0:
        raise PydanticCustomError("odd", "expected an odd number of words, so that one is the centre")
    return value


def from_home(value: str | Path) -> Path:
    """A path that may begin with ~, the home folder. In ./~x that is part of a name, as the text says; a Path does not.

    Raises:
        RuntimeError: nobody has that home folder.
    """
    return Path(value).expanduser() if str(value).startswith("~") else Path(value)


def _located(value: Any, info: ValidationInfo) -> Any:
    """A path: ~ is the home folder, and a relative one starts at the folder of the config file."""
    if value == "":
        raise PydanticCustomError("no_path", "expected a path, or null for none")
    if not isinstance(value, str | Path):
        return value
    base = (info.context or {}).get("base", Path())
    try:
        place = base / from_home(value)
    except RuntimeError as error:
        raise PydanticCustomError("home", "expected the home folder of somebody known") from error
    if is_pipe(place):
        return place.absolute()  # the name of a pipe leads nowhere once it is resolved
    try:
        return place.resolve()
    except RuntimeError as error:
        raise PydanticCustomError("loop", "expected a file or a folder, and no link that leads to itself") from error
    except UnicodeEncodeError:  # this locale's files have no such names: that matters once the file is read
        str(place).encode()  # half a character is in no name anywhere
        return place.absolute()


def listed(value: Any) -> Any:
    """`LOC, PER` is the list of both."""
    return [one.strip() for one in value.split(",")] if isinstance(value, str) and value != "all" else value


def widths(value: Any) -> Any:
    """`64` is the list of one, and `64, 32` that of both, as after --set."""
    if isinstance(value, str) and "," in value:
        return [int(one) if re.fullmatch("[0-9]{1,9}", one) else one for one in listed(value)]
    return [value] if isinstance(value, int) else value


def mapped(value: Any) -> Any:
    """Nothing is a map without keys. A feature without a value is left out, so that `--set` can take one away."""
    if isinstance(value, dict):
        return {key: one for key, one in value.items() if one is not None or key not in ALL_FEATURES}
    return {} if value is None else value


ConfigPath = Annotated[Path, BeforeValidator(_located)]
Share = Annotated[float, Field(ge=0, lt=1)]
# Products of four such numbers are still below what float32 can hold.
Positive = Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1, le=10**9)]
WIDEST = 5000  # numbers in a row of a lookup table
Width = Annotated[int, Field(ge=1, le=WIDEST)]


class Section(BaseModel):
    """Keys that belong together; others are refused, and values are taken as they are.

    Nothing of it changes once it is made.
    """

    # defer_build: the validators of a section are built with those of the whole, and not by itself too.
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)

    @model_validator(mode="before")
    @classmethod
    def _empty(cls, value: Any) -> Any:
        """A section without keys is an empty one."""
        return {} if value is None else value
