"""Golden models: small ones that an earlier nerwin has saved, with the tags that it gave.

A change of the format that forgets them is noticed by `tests/test_golden.py`: it has to load them, or to say how such a
model is converted. They are written anew, only where a format is given up, by

    python -m tests.golden
"""

import tempfile
from pathlib import Path

import numpy as np

from nerwin.config.reading import load_config
from nerwin.config.settings import CorpusConfig
from nerwin.corpora.corpus import Sentence
from nerwin.corpora.tagged_columns import write_columns
from nerwin.model.files import save_model
from nerwin.tagging.tagger import Tagger
from nerwin.training.state import EpochDone
from tests.village import VILLAGE, new_trainer, write_village

FOLDER = Path(__file__).parent
TAGS = "tags.conll"

# The lecture's network (configs/lecture.yaml) with both types; a tagger with features and preprocessing; and one that
# looks at the sentence, with an offset of unseen words.
LECTURE = ("words.dim=4", "scorer.activation=sigmoid", "optimizer.name=sgd", "optimizer.learning_rate=0.5")
TAGGER = (
    "words.dim=4",
    "features.shape=2",
    "features.suffix2=2",
    "preprocess.method=normalize",
    "objective.corruption=sequence",
    "optimizer.name=adam",
    "optimizer.learning_rate=0.02",
)
SENTENCE = (
    "words.dim=4",
    "features.suffix2=2",
    "window.sentence=1",
    "objective.corruption=label",
    "optimizer.name=adam",
    "optimizer.learning_rate=0.02",
)
MODELS = {"lecture": LECTURE, "tagger": TAGGER, "sentence": SENTENCE}

TEXT = [line.replace("[", "").replace("](PER)", "").replace("](LOC)", "") for line in VILLAGE.splitlines()]
UNSEEN = ["Museums in Paris are amazing .", "Old Brandeis left Dunmere for Lakeside", "nothing", "MIRA TOLVAN 1999"]
SENTENCES = [line.split() for line in TEXT + UNSEEN]


def make(name: str, folder: Path) -> None:
    """Train a golden model and save it with its tags."""
    with tempfile.TemporaryDirectory() as village:
        path = write_village(Path(village))
        trainer = new_trainer(load_config(path, ["training.epochs=15", *MODELS[name]]))
    for record in trainer.run():
        assert not isinstance(record, EpochDone) or record.dev
    if "unseen" in trainer.model.constants:
        trainer.model.constants["unseen"] = np.array([2.5])  # fitted on the training part, it would say nothing
    # Paths of the machine where it was made would say nothing elsewhere.
    trainer.model.config = trainer.model.config.model_copy(update={"corpus": CorpusConfig()})
    save_model(folder, trainer.model)
    tagged = map(Sentence, SENTENCES, Tagger(trainer.model).tag_many(SENTENCES))
    (folder / TAGS).write_text("\n".join(write_columns(tagged)) + "\n", encoding="utf-8")
