"""Lists on the command line of a benchmark."""

import argparse
from collections.abc import Callable, Collection


def names(known: Collection[str]) -> Callable[[str], list[str]]:
    """Names separated by commas, all of them known."""

    def parse(text: str) -> list[str]:
        found = text.split(",")
        if unknown := [name for name in found if name not in known]:
            raise argparse.ArgumentTypeError(f"expected some of {', '.join(known)}, found {', '.join(unknown)}")
        return found

    return parse


def sizes(text: str) -> list[int]:
    """Numbers separated by commas, from 5 on."""
    found = [int(number) if number.isdecimal() else 0 for number in text.split(",")]
    if min(found) < 5:
        raise argparse.ArgumentTypeError(f"expected numbers from 5 on, found {text}")
    return found
