"""A spaCy component, the extra `spacy`: `nlp.add_pipe("nerwin", config={"model": "runs/mine"})`.

It takes spaCy's own tokens and sets `doc.ents`, in place of what earlier components have set; how likely each is right
stands in `doc.spans`. Tokens of blanks alone, which no training has seen, are left out. Windows end at the borders of
sentences: of those that are set on the doc, or else of those that `Tagger.entities` would find in its text.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

try:
    import srsly
    from spacy.language import Language
    from spacy.scorer import get_ner_prf
    from spacy.tokens import Doc, Span, SpanGroup, Token
    from spacy.training import Example
    from spacy.util import raise_error
except ModuleNotFoundError as error:
    error.msg = f'{__name__}: expected the extra "spacy", found no {error.name}. Install it (README).'
    raise

from nerwin.errors import ModelError
from nerwin.tagging.tagger import Tagger, check_share, load
from nerwin.text import tokenizer
from nerwin.text.sentences import cut_into_sentences

Handler = Callable[[str, Any, list[Doc], Exception], NoReturn]


class NerwinComponent:
    """Finds entities with a nerwin model.

    The model is read when the first text comes: spaCy makes a component before it tells it the folder of a saved
    pipeline, whose own copy of the model then counts, and the model it was made from may be gone.

    name: the component's; `doc.spans[name]` holds the entities again, and `doc.spans[name].attrs["scores"]` the
        probability of each.

    >>> import spacy
    >>> nlp = spacy.blank("en")
    >>> component = nlp.add_pipe("nerwin", config={"model": "runs/mine"})
    >>> doc = nlp("Museums in Paris are amazing")
    >>> doc.ents
    (Paris,)
    >>> 0.5 < doc.spans["nerwin"].attrs["scores"][0] <= 1
    True
    """

    def __init__(self, name: str, model: str | Path, min_score: float = 0.0) -> None:
        check_share(min_score)
        self.name, self.model, self.min_score = name, model, min_score
        self._tagger: Tagger | None = None
        self._handler: Handler = raise_error

    @property
    def tagger(self) -> Tagger:
        """The tagger, which is loaded if need be.

        Raises:
            ModelError: the model's folder is gone, or damaged.
        """
        if self._tagger is None:
            self._tagger = load(self.model, self.min_score)
        return self._tagger

    @property
    def labels(self) -> tuple[str, ...]:
        """The types that the model knows; none where it is not there, as before a saved pipeline's has been read."""
        try:
            return tuple(self.tagger.model.types)
        except ModelError:
            return ()

    def __call__(self, doc: Doc) -> Doc:
        self._annotate([doc])
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 128) -> Iterator[Doc]:
        """Find the entities of docs, `batch_size` at a time."""
        docs = iter(stream)
        while batch := list(itertools.islice(docs, batch_size)):
            try:
                self._annotate(batch)
            except Exception as error:  # as spaCy's own components do, whose user may prefer to go on
                self._handler(self.name, self, batch, error)
            else:
                yield from batch

    def _annotate(self, docs: Sequence[Doc]) -> None:
        texts = [_sentences(doc) for doc in docs]
        found = self.tagger.spans_of_many([[[one.text for one in words] for words in text] for text in texts])
        for doc, text in zip(docs, texts, strict=True):
            entities, scores = [], []
            for words in text:
                for (start, end, label), score in next(found):
                    entities.append(Span(doc, words[start].i, words[end - 1].i + 1, label=label))
                    scores.append(score)
            doc.set_ents(entities)
            doc.spans[self.name] = SpanGroup(doc, name=self.name, spans=entities, attrs={"scores": scores})

    def score(self, examples: Iterable[Example], **options: Any) -> dict[str, Any]:
        """Precision, recall and F1 of entities, as spaCy counts them."""
        return get_ner_prf(examples)

    def set_error_handler(self, handler: Handler) -> None:
        self._handler = handler

    def get_error_handler(self) -> Handler:
        return self._handler

    def to_disk(self, path: str | Path, *, exclude: Sequence[str] = ()) -> None:
        """Write the whole model into the pipeline's folder; there is nothing to exclude."""
        self.tagger.save(path, overwrite=True)

    def from_disk(self, path: str | Path, *, exclude: Sequence[str] = ()) -> "NerwinComponent":
        """Take the model of a saved pipeline.

        Raises:
            ModelError: it is gone, or damaged.
        """
        self._tagger = load(path, self.min_score)
        return self

    def to_bytes(self, *, exclude: Sequence[str] = ()) -> bytes:
        """The files of the model, as one."""
        with TemporaryDirectory() as folder:
            self.tagger.save(folder)
            packed: bytes = srsly.msgpack_dumps({file.name: file.read_bytes() for file in Path(folder).iterdir()})
        return packed

    def from_bytes(self, data: bytes, *, exclude: Sequence[str] = ()) -> "NerwinComponent":
        """Take a model out of what `to_bytes` gave."""
        with TemporaryDirectory() as folder:
            for name, content in srsly.msgpack_loads(data).items():
                (Path(folder) / Path(name).name).write_bytes(content)
            return self.from_disk(folder)


def _sentences(doc: Doc) -> list[list[Token]]:
    """The words of each sentence of a doc, by its own borders where it has some."""
    if doc.has_annotation("SENT_START"):
        return [[token for token in sentence if not token.is_space] for sentence in doc.sents]
    words = [token for token in doc if not token.is_space]
    tokens = [tokenizer.Token(word.text, word.idx, word.idx + len(word.text)) for word in words]
    rest = iter(words)
    return [list(itertools.islice(rest, len(sentence))) for sentence in cut_into_sentences(doc.text, tokens)]


@Language.factory(
    "nerwin",
    assigns=["doc.ents", "token.ent_iob", "token.ent_type"],
    default_config={"min_score": 0.0},
    default_score_weights={"ents_f": 1.0, "ents_p": 0.0, "ents_r": 0.0, "ents_per_type": None},
)
def make_component(nlp: Language, name: str, model: str, min_score: float) -> NerwinComponent:
    """The component as a pipeline's configuration describes it."""
    return NerwinComponent(name, model, min_score)
