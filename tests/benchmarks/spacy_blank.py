"""spaCy without pretrained parts: what `spacy init config -p ner -o efficiency` and `spacy train` give.

The words are those of the corpus, not of spaCy's tokenizer; the best model is chosen on dev, every 200 steps.
"""

import contextlib
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nerwin.corpora.corpus import Sentence
from nerwin.text.tags import OUTSIDE, spans
from tests.benchmarks.clock import timed
from tests.benchmarks.job import Job, Sentences, Trained, size_of
from tests.benchmarks.optional import library

MAX_STEPS = 4000
BEST = "run/model-best"  # in the job's folder


def train(job: Job, max_steps: int = MAX_STEPS) -> Trained:
    """Train at most so many steps; converting the corpus is not timed."""
    spacy = library("spacy")
    language = job.corpus.language
    config = library("spacy.cli.init_config").init_config(lang=language, pipeline=["ner"], optimize="efficiency")
    config.to_disk(job.folder / "config.cfg")
    vocab = spacy.blank(language).vocab
    for part in ("train", "dev"):
        convert(job.corpus.read(part).sentences, vocab, job.folder / f"{part}.spacy")
    overrides = {
        "paths.train": str(job.folder / "train.spacy"),
        "paths.dev": str(job.folder / "dev.spacy"),
        "training.max_steps": max_steps,
        "training.seed": job.seed,
    }
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        _, times = timed(
            lambda: library("spacy.cli.train").train(job.folder / "config.cfg", job.folder / "run", overrides=overrides)
        )
    best = job.folder / BEST
    nlp = spacy.load(best)
    return Trained(lambda sentences: tag(nlp, sentences), times, size_of(best))


def convert(sentences: Iterable[Sentence], vocab: Any, path: Path) -> None:
    """Write sentences, a document each, as spaCy's training reads them."""
    tokens = library("spacy.tokens")
    docs = []
    for sentence in sentences:
        doc = tokens.Doc(vocab, words=sentence.words)
        doc.set_ents([tokens.Span(doc, one.start, one.end, label=one.label) for one in spans(sentence.tags)])
        docs.append(doc)
    tokens.DocBin(docs=docs).to_disk(path)


def tag(nlp: Any, sentences: Sentences) -> list[list[str]]:
    """The IOB2 tags of each sentence."""
    Doc = library("spacy.tokens").Doc
    docs = nlp.pipe(Doc(nlp.vocab, words=words) for words in sentences)
    return [[_tag(token) for token in doc] for doc in docs]


def _tag(token: Any) -> str:
    return f"{token.ent_iob_}-{token.ent_type_}" if token.ent_type_ else OUTSIDE
