"""What `nerwin pretrain` can be told, and what it does when told nothing.

The defaults are the best found for a few minutes of training on 15 million words of English Wikipedia.
"""

from dataclasses import dataclass

from nerwin.errors import ConfigError

OPTIONS = ("dim", "vocabulary", "window", "epochs", "learning_rate", "seed")  # what the command can be told
_LEAST = {"dim": 1, "vocabulary": 2, "window": 3, "epochs": 1, "seed": 0}
_MOST = {"dim": 5000, "vocabulary": 10**8, "window": 99, "epochs": 10**9}


@dataclass(frozen=True)
class PretrainSettings:
    """Settings of the `center` corruption and its training: the OPTIONS, and what stays as it is.

    vocabulary: words that get a vector. window: words, odd. learning_rate: the first; it falls to 0 in a straight line.
    hidden: detectors. negatives: replacements of the centre a minibatch, drawn in proportion to count^power. subsample:
    the frequency t above which centres are left out. margin: Δ. start: the spread of a new vector's numbers.
    stretch: neighbouring words that are looked up together, and `stretches`, how many a minibatch takes.
    """

    dim: int = 50
    vocabulary: int = 50_000
    window: int = 7
    epochs: int = 9
    learning_rate: float = 0.1
    seed: int = 1
    hidden: int = 50
    negatives: int = 256
    power: float = 0.75
    subsample: float = 1e-4
    margin: float = 1.0
    start: float = 0.02
    stretch: int = 64
    stretches: int = 32

    def __post_init__(self) -> None:
        """Raises:
        ConfigError: naming the option, what was expected and what was found.
        """
        for name, least in _LEAST.items():
            if getattr(self, name) < least:
                raise ConfigError(f"{option(name)}: expected at least {least}, found {getattr(self, name)}. Raise it.")
        for name, most in _MOST.items():
            if getattr(self, name) > most:
                raise ConfigError(f"{option(name)}: expected at most {most}, found {getattr(self, name)}. Lower it.")
        if not 0 < self.learning_rate < float("inf"):
            raise ConfigError(
                f"--learning-rate: expected a finite number above 0, found {self.learning_rate}. Choose another."
            )
        if self.window % 2 == 0:
            raise ConfigError(
                f"--window: expected an odd number of words, so that one is the centre, found {self.window}. "
                f"Set {self.window + 1}."
            )


def option(name: str) -> str:
    """A setting as one writes it on the command line."""
    return f"--{name.replace('_', '-')}"
