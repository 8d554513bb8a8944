"""The keys of `corpus` that say where words and tags stand, as options of commands without a configuration."""

import re

from nerwin.errors import CorpusError

OPTIONS = {"word_column": "--word-column", "tag_column": "--tag-column", "comments": "--comments"}


def named_as_options(error: CorpusError, options: dict[str, str] = OPTIONS) -> CorpusError:
    """An error that names options where it named keys of a configuration."""
    key = re.compile(rf"corpus\.({'|'.join(options)})")
    return CorpusError(key.sub(lambda found: options[found[1]], str(error)))
