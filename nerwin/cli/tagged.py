"""The keys of `corpus` that say where words and tags stand, as options of commands without a configuration."""

import re

OPTIONS = {"word_column": "--word-column", "tag_column": "--tag-column", "comments": "--comments"}
SCORED = OPTIONS | {"scheme": "--scheme", "delimiter": "--delimiter"}


def named_as_options(text: str, options: dict[str, str] = OPTIONS) -> str:
    """A message that names options where it named keys of a configuration."""
    key = re.compile(rf"corpus\.({'|'.join(options)})")
    return key.sub(lambda found: options[found[1]], text)
