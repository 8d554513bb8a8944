"""The keys of `corpus` that say where words and tags stand, as options of commands without a configuration."""

import re
from enum import StrEnum

OPTIONS = {"word_column": "--word-column", "tag_column": "--tag-column", "comments": "--comments"}
SCORED = OPTIONS | {"scheme": "--scheme", "delimiter": "--delimiter"}


class SchemeName(StrEnum):
    auto = "auto"
    iob1 = "iob1"
    iob2 = "iob2"
    iobes = "iobes"
    bilou = "bilou"
    bmes = "bmes"
    types = "types"


class Delimiter(StrEnum):
    auto = "auto"
    tab = "tab"
    space = "space"


def named_as_options(text: str, options: dict[str, str] = OPTIONS) -> str:
    """A message that names options where it named keys of a configuration."""
    key = re.compile(rf"corpus\.({'|'.join(options)})")
    return key.sub(lambda found: options[found[1]], text)
