"""The keys of `corpus` that say where words and tags stand, as options of commands without a configuration."""

import re
from enum import StrEnum

from nerwin.errors import CorpusError

OPTIONS = {"word_column": "--word-column", "tag_column": "--tag-column", "comments": "--comments"}
SCORED = OPTIONS | {"scheme": "--scheme"}


class SchemeName(StrEnum):
    auto = "auto"
    iob1 = "iob1"
    iob2 = "iob2"
    iobes = "iobes"
    bilou = "bilou"
    bmes = "bmes"
    types = "types"


def named_as_options(error: CorpusError, options: dict[str, str] = OPTIONS) -> CorpusError:
    """An error that names options where it named keys of a configuration."""
    key = re.compile(rf"corpus\.({'|'.join(options)})")
    return CorpusError(key.sub(lambda found: options[found[1]], str(error)))
