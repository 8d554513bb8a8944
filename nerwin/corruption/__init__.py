"""One loss, several ways to corrupt: what a true window is held against, and how its scores become tags.

    J = max(0, Δ + s_c − s)

`window`, `label` and `sequence` each answer three questions: which pairs of a true window and a corrupted one are
trained on in a pass, what ∂J/∂s of their scores is, and which tags follow from the scores of a trained scorer. A fourth
one, `center`, learns word vectors instead of tags; it belongs to `nerwin pretrain` (`nerwin/pretraining`), and a
configuration cannot choose it.
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
