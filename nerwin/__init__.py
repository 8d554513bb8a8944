"""nerwin: window-based named-entity recognition with max-margin training, on numpy alone.

The map of the package, in the order in which data flows:

    text        files in, integer arrays out: corpora, tags, word forms, windows
    network     the scorer of the lecture and its gradients
    corruption  what a true window is held against, and how scores become tags
    optim       learning-rate schedules and optimizers
    training    from a configuration to a trained tagger
    report      the page of `nerwin report`
    cli         the commands

From Python:

    tagger = nerwin.load("runs/quickstart-1")
    tagger.tag(["Museums", "in", "Paris"])
    tagger.entities("Museums in Paris are amazing")
"""

from typing import Any

__version__ = "0.1.0"
__all__ = ["Tagger", "load"]


def __getattr__(name: str) -> Any:
    # Loaded on first use, so that importing nerwin stays cheap.
    if name in __all__:
        from nerwin.training import tagger

        return getattr(tagger, name)
    raise AttributeError(f"module 'nerwin' has no attribute {name!r}")
