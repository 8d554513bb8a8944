"""nerwin: window-based named-entity recognition with max-margin training, on numpy alone.

The map of the package; each part knows only those before it:

    files         bytes, lines and pieces of files, whatever they hold
    text          words in, integer arrays out: tags, tokens, word forms, windows
    corpora       tagged corpora in all their forms: files in, sentences out
    vectors       files of word vectors in, rows of lookup tables out
    network       the scorer of the lecture, its gradients, and the best sequence of tags
    optim         learning-rate schedules and optimizers
    corruption    what a true window is held against, and how scores become tags
    storage       files that are there as a whole or not at all, run folders
    config        every key that can be set
    parts         the train and dev parts of a corpus, as training reads them
    parallel      processes, and a cluster's workers
    evaluation    precision, recall, F1, mistakes, and scores that are probabilities
    model         scorer and lookup tables as one, its files, several as one
    training      from parts to a model: the loop and its steps
    run           a training in its run folder, and how it goes on after a stop
    comparison    a grid of trainings in parallel, and their results
    pretraining   word vectors from untagged text
    tagging       a model at work on new text
    api           nerwin.train, nerwin.average and nerwin.evaluate
    analysis      what a corpus holds, what a model has learned
    report        the page of `nerwin report`
    integrations  a spaCy component, a scikit-learn estimator
    cli           the commands

Below them stand single modules that most parts use: errors, arrays (their types, and the letters of shapes), versions,
cached properties, counts as people read them, names that can be copied into a shell, the places of what is shipped,
Ctrl-C held back, and Python's garbage collector.

From Python:

    >>> import nerwin
    >>> tagger = nerwin.load("runs/mine")
    >>> tagger.tag(["Museums", "in", "Paris"])
    ['O', 'O', 'B-LOC']
    >>> entity = tagger.entities("Museums in Paris are amazing")[0]
    >>> entity.start, entity.end, entity.label, entity.text
    (11, 16, 'LOC', 'Paris')
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nerwin.api import average, evaluate, train
    from nerwin.config.settings import Config
    from nerwin.errors import NerwinError
    from nerwin.evaluation.scores import Evaluation
    from nerwin.tagging.annotations import Entity
    from nerwin.tagging.tagger import Tagger, load
    from nerwin.training.state import Batched, EpochDone

__version__ = "0.1.0"
__all__ = [
    "Batched",
    "Config",
    "Entity",
    "EpochDone",
    "Evaluation",
    "NerwinError",
    "Tagger",
    "average",
    "evaluate",
    "load",
    "train",
]

# Loaded on first use, so that importing nerwin stays cheap.
_HOMES = {
    "nerwin.errors": ("NerwinError",),
    "nerwin.tagging.annotations": ("Entity",),
    "nerwin.api": ("average", "evaluate", "train"),
    "nerwin.config.settings": ("Config",),
    "nerwin.evaluation.scores": ("Evaluation",),
    "nerwin.tagging.tagger": ("Tagger", "load"),
    "nerwin.training.state": ("Batched", "EpochDone"),
}


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(home), name)
    raise AttributeError(f"module 'nerwin' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
