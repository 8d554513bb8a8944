"""One loss, several ways to corrupt: what a true window is held against, and how its scores become tags.

    J = max(0, Δ + s_c − s)

`window`, `label` and `sequence` each answer three questions: which pairs of a true window and a corrupted one a pass
trains on, what ∂J/∂s of their scores is, and which tags a trained scorer's scores stand for. `center`, which learns
word vectors and no tags, is no choice of a configuration: it belongs to `nerwin pretrain` (`nerwin/pretraining`).
"""

from collections.abc import Callable, Sequence
from typing import Any

from nerwin.corruption.interface import Corruption, CorruptionSettings
from nerwin.corruption.label import LabelCorruption
from nerwin.corruption.sequence import SequenceCorruption
from nerwin.corruption.window import WindowCorruption

# Each makes a corruption for the types to learn.
CORRUPTIONS: dict[str, Callable[[Sequence[str], CorruptionSettings], Corruption[Any]]] = {
    "window": WindowCorruption,
    "label": LabelCorruption,
    "sequence": SequenceCorruption,
}
