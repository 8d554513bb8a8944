"""The configuration: every key, its type, range, default and description, in one place.

YAML and `--set key=value` become these models; a key that is unknown, of the wrong type or out of range is an error
that names it. `nerwin init`, `nerwin config`, the README's table and the saved run follow them.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from nerwin.config.faults import explain
from nerwin.config.kinds import (
    WIDEST,
    ConfigPath,
    Count,
    NotNegative,
    OneOf,
    Positive,
    Section,
    Share,
    Width,
    listed,
    mapped,
    odd,
    widths,
)
from nerwin.corpora.choices import Delimiter, Scheme
from nerwin.corpora.columns import Columns
from nerwin.corruption import CORRUPTIONS
from nerwin.deafness import deaf
from nerwin.errors import ConfigError
from nerwin.network.activations import ACTIVATIONS
from nerwin.network.initializers import INITIALIZERS
from nerwin.network.preprocess import PREPROCESSORS
from nerwin.optim.rules import OPTIMIZERS
from nerwin.optim.schedules import SCHEDULES
from nerwin.text.features import ALL_FEATURES
from nerwin.text.tokenizer import TOKENIZERS


class CorpusConfig(Section):
    train: ConfigPath | None = Field(None, description="tagged corpus to learn from")
    dev: ConfigPath | None = Field(None, description="tagged corpus that chooses the thresholds, and the best epoch")
    test: ConfigPath | None = Field(None, description="tagged corpus for `nerwin evaluate`")
    word_column: int = Field(0, description="column of the words; -1 is the last")
    tag_column: int = Field(-1, description="column of the tags; -1 is the last")
    delimiter: Delimiter = Field("auto", description="what separates columns: one of auto, tab, space")
    scheme: Scheme = Field(
        "auto",
        description="how tags spell entities: one of auto, iob1, iob2, iobes, bilou, bmes, types (types alone, without "
        "B- or I-, as auto reads .types files)",
    )
    comments: str | None = Field(None, description="lines that start with this are comments; null: there are none")
    tokenizer: Annotated[str, OneOf(TOKENIZERS)] = Field(
        "rules", description=f"how raw text is split into tokens when it is tagged: one of {', '.join(TOKENIZERS)}"
    )
    entities: Annotated[Literal["all"] | list[str], BeforeValidator(listed)] = Field(
        "all", description="all, or a list of the types to learn; the rest become O"
    )

    @property
    def columns(self) -> Columns:
        """Where words and tags stand in its files, and how tags are spelled."""
        return Columns(self.word_column, self.tag_column, self.delimiter, self.scheme, self.comments)


class WindowConfig(Section):
    size: Annotated[int, Field(ge=1, le=99), AfterValidator(odd)] = Field(5, description="words in a window, odd")
    sentence: Annotated[float, Field(ge=0, le=100)] = Field(
        0.0,
        description="weight of one more place in the window, the sum of the sentence's other words; 0: no such place",
    )


class WordsConfig(Section):
    dim: Width = Field(50, description="numbers in a word vector")
    vectors: ConfigPath | None = Field(None, description="GloVe, word2vec or fastText file to start from; null: random")
    trained: bool = Field(True, description="whether training changes the word vectors")
    extra: int = Field(
        50_000, ge=0, description="first words of the vector file that are kept, for text that is still to come"
    )
    size: Positive | None = Field(
        None, description="root mean square that the file's numbers are scaled to; null: as they are"
    )
    lower: bool = Field(False, description="whether words are looked up in lower case; features still see the case")
    min_count: Count = Field(
        1,
        description="words seen fewer times in training get no row unless they have a vector; rarer pairs get none",
    )
    # Normalisation divides by what is smaller still, and the squares of such gradients have to be numbers.
    start: Annotated[Positive, Field(ge=1e-9, le=1e6)] = Field(
        1.0, description="expected length of a random row of a lookup table"
    )
    rare_unknown: NotNegative = Field(
        0.5, description="r: a word seen n times is read as unknown in r/(r + n) of its places, while training"
    )
    any_unknown: Share = Field(
        0.0, description="share of all places, beside rare_unknown, in which a word is read as unknown, while training"
    )
    masked: Share = Field(
        0.0, description="share of places in which a form is read by its shape and last letters alone, while training"
    )


class ScorerConfig(Section):
    hidden: Annotated[list[Annotated[int, Field(ge=1, le=100_000)]], BeforeValidator(widths)] = Field(
        [100], min_length=1, max_length=100, description="detectors of each hidden layer"
    )
    per_type: int = Field(
        0, ge=0, le=100_000, description="the last hidden layer has at least this many detectors for each type"
    )
    activation: Annotated[str, OneOf(ACTIVATIONS)] = Field("tanh", description=f"one of {', '.join(ACTIVATIONS)}")
    init: Annotated[str, OneOf(INITIALIZERS)] = Field(
        "xavier", description=f"how weights start: one of {', '.join(INITIALIZERS)}"
    )
    dropout: Share = Field(
        0.0, description="share of detectors dropped while training (the lecture's p is 1 - dropout)"
    )
    input_dropout: Share = Field(
        0.0, description="share of window numbers dropped while training (the lecture's p is 1 - input_dropout)"
    )
    dropout_scaling: Literal["inverted", "test"] = Field(
        "inverted",
        description="what evens out dropout: inverted divides what is kept by the lecture's p while training; "
        "test multiplies all by p afterwards",
    )


class PreprocessConfig(Section):
    method: Annotated[str, OneOf(PREPROCESSORS)] = Field(
        "none", description=f"how windows are prepared: one of {', '.join(PREPROCESSORS)}"
    )


class ObjectiveConfig(Section):
    corruption: Annotated[str, OneOf(CORRUPTIONS)] = Field(
        "window", description=f"what a true window is held against: one of {', '.join(CORRUPTIONS)}"
    )
    margin: Positive = Field(1.0, description="by how much a true window must win (the lecture's Δ)")
    l2: NotNegative = Field(0.0, description="strength λ of the penalty λ‖W‖² on weights; biases are left out")
    l2_words: bool = Field(False, description="whether the penalty, and adamw's decay, are on lookup tables too")
    miss: NotNegative = Field(
        0.0, description="label, sequence: what is added to the margin where an entity would become O"
    )
    weights: Literal["none", "balanced"] | dict[str, NotNegative] = Field(
        "none", description="weights of types in the margin or hinge: none, balanced, or a map of types to weights"
    )
    outside_share: Annotated[float, Field(gt=0, le=1)] = Field(
        1.0, description="share of the O windows (label) or of the sentences without an entity (sequence) in a pass"
    )
    draws: int = Field(20, ge=1, le=10_000, description="window corruption: corrupted windows a pass for each true one")


class OptimizerConfig(Section):
    name: Annotated[str, OneOf(OPTIMIZERS)] = Field("adagrad", description=f"one of {', '.join(OPTIMIZERS)}")
    learning_rate: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = Field(
        None,
        description="the first learning rate (the lecture's α); null: "
        + ", ".join(f"{name} {family.rate:g}" for name, family in OPTIMIZERS.items()),
    )
    momentum: Share = Field(0.9, description="momentum, nesterov: the share μ of the velocity that is kept")
    beta1: Share = Field(0.9, description="adam, adamw, adam8bit: the share of the first moment that is kept")
    beta2: Share = Field(
        0.999,
        description="rmsprop (the lecture's decay_rate), adam, ...: the share of the second moment that is kept",
    )
    epsilon: Annotated[Positive, Field(ge=1e-30)] = Field(
        1e-8, description="adaptive methods: keeps the divisor from 0"
    )
    weight_decay: NotNegative = Field(
        0.0, description="adamw: the share of a weight, times α, that a step takes off; 0: adamw is adam"
    )
    table_rate: Positive = Field(1.0, description="learning rate of the lookup tables, relative to the rest")
    clip: Positive | None = Field(
        None, description="the largest norm of a gradient; longer ones are scaled; null: none"
    )


class ScheduleConfig(Section):
    name: Annotated[str, OneOf(SCHEDULES)] = Field(
        "constant", description=f"how the learning rate changes: one of {', '.join(SCHEDULES)}"
    )
    period: Positive | None = Field(None, description="step: epochs between two cuts of the rate")
    factor: Annotated[float, Field(gt=0, le=1)] = Field(0.5, description="step: what a cut multiplies the rate by")
    decay: NotNegative = Field(0.1, description="exponential: k of α₀e^(-kt), with t in epochs")
    tau: Positive = Field(5.0, description="inverse: τ of α₀τ/max(t, τ), in epochs")
    warmup: NotNegative = Field(1.0, description="cosine, linear: epochs of the rise to the first rate")


class TrainingConfig(Section):
    epochs: Count = Field(
        30,
        description="epochs, at most: each a pass over the training part (or several: min_batches) and a score on dev",
    )
    min_batches: Count = Field(
        1,
        description="an epoch has about this many minibatches at least: a small corpus is passed over several times, "
        "and the learning rate of n-grams is divided by that number",
    )
    batch_size: Count = Field(64, description="pairs in a minibatch")
    seed: int = Field(1, ge=0, description="seed of every random choice")
    threads: int = Field(
        1, ge=1, le=1024, description="threads of the matrix products; other numbers give other rounding"
    )
    checkpoint_minutes: Positive = Field(5.0, description="minutes between two saves inside a long epoch")
    keep: Literal["best", "last"] = Field(
        "best", description="which epoch's model is kept: the best on dev, or the last (patience then has no effect)"
    )
    patience: Count | None = Field(5, description="epochs without a better dev F1 before stopping; null: never")
    refit: ConfigPath | None = Field(
        None,
        description="a run of this configuration: its thresholds are kept, and dev is learned from too; null: none",
    )


class Config(Section):
    """All that a training depends on, beside its data."""

    corpus: CorpusConfig = Field(default_factory=CorpusConfig, description="the files and how to read them")
    window: WindowConfig = Field(default_factory=WindowConfig, description="the input of the scorer")
    words: WordsConfig = Field(default_factory=WordsConfig, description="the lookup table of words")
    features: Annotated[dict[Annotated[str, OneOf(ALL_FEATURES)], Width], BeforeValidator(mapped)] = Field(
        default_factory=dict,
        description=f"further lookup tables and their widths (null: none): {', '.join(ALL_FEATURES)} "
        "(pair: a word with the next one; has an effect only where most words are single letters)",
        json_schema_extra={"additionalProperties": {"minimum": 1, "maximum": WIDEST, "type": ["integer", "null"]}},
    )
    scorer: ScorerConfig = Field(default_factory=ScorerConfig, description="z = Wx + b, a = f(z), s = Uᵀa")
    preprocess: PreprocessConfig = Field(
        default_factory=PreprocessConfig, description="what is done to the scorer's input"
    )
    objective: ObjectiveConfig = Field(default_factory=ObjectiveConfig, description="J = max(0, Δ + s_c - s)")
    optimizer: OptimizerConfig = Field(default_factory=OptimizerConfig, description="how gradients move parameters")
    schedule: ScheduleConfig = Field(default_factory=ScheduleConfig, description="how the learning rate changes")
    training: TrainingConfig = Field(default_factory=TrainingConfig, description="how long, how, and with what seed")

    @model_validator(mode="after")
    def _columns_differ(self) -> Self:
        if self.corpus.word_column == self.corpus.tag_column:
            raise PydanticCustomError(
                "columns",
                "corpus.tag_column: expected another column than corpus.word_column, found {column} for both. Set both",
                {"column": self.corpus.tag_column},
            )
        return self

    @model_validator(mode="wrap")
    @classmethod
    def _told(cls, content: Any, make: ModelWrapValidatorHandler[Self]) -> Self:
        """What is wrong is said in the user's words, wherever a configuration is made; the checks above are within.

        Raises:
            ConfigError: naming the key, what was expected and what was found.
        """
        try:
            return make(content)
        except ValidationError as error:
            legal = [name for name, _ in config_keys()]
            raise ConfigError(explain(error.errors(), legal, list(cls.model_fields))) from error

    @classmethod
    def model_rebuild(cls, **more: Any) -> bool | None:
        """Make the checks of all keys, which is done when they are first needed."""
        with deaf():  # within pydantic, Ctrl-C may become an error of pydantic's
            return super().model_rebuild(**more)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, fit for YAML and JSON."""
        return self.model_dump(mode="json")


def config_keys(model: type[BaseModel] = Config, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every legal key with its field, in order; sections are walked into."""
    for name, info in model.model_fields.items():
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            yield from config_keys(info.annotation, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", info
