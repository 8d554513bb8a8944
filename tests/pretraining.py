"""A text from which word vectors can be learnt, which tests of pretraining have in common."""

from pathlib import Path

import numpy as np

PEOPLE, PLACES, VERBS = ("mira", "tolvan", "ena", "joric"), ("quellmark", "vesk", "odrin"), ("left", "saw", "likes")


def village(paragraphs: int = 300) -> str:
    """People, places and what the ones do with the others, in sentences that tell them apart."""
    rng = np.random.default_rng(3)
    pick = [[names[i] for i in rng.integers(len(names), size=paragraphs)] for names in (PEOPLE, VERBS, PLACES)]
    return "".join(
        f"{who.title()} {does} the town of {where.title()} .\n" for who, does, where in zip(*pick, strict=True)
    )


def written(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path
