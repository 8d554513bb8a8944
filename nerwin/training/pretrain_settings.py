"""What `nerwin pretrain` can be told, and what it does when told nothing.

The defaults are the best found for a few minutes of training on 15 million words of English Wikipedia.
"""

from dataclasses import dataclass

from nerwin.errors import ConfigError


@dataclass(frozen=True)
class PretrainSettings:
    """Settings of the `center` corruption and its training.

    vocabulary: words that get a vector. window: words, odd. hidden: detectors. negatives: replacements of the centre a
    minibatch, drawn in proportion to count^power. subsample: the frequency t above which centres are left out.
    learning_rate: the first; it falls to 0 in a straight line. margin: Δ. start: the spread of a new vector's numbers.
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
        for name in ("power", "subsample", "learning_rate", "margin", "start"):
            if not 0 < getattr(self, name) < float("inf"):
                raise ConfigError(f"{option(name)}: expected a number above 0, found {getattr(self, name)}. Raise it.")
        if self.window % 2 == 0:
            raise ConfigError(
                f"--window: expected an odd number of words, so that one is the centre, found {self.window}. "
                f"Set {self.window + 1}."
            )


def option(name: str) -> str:
    """A setting as one writes it on the command line."""
    return f"--{name.replace('_', '-')}"


_MOST = {"dim": 5000, "vocabulary": 10**8, "window": 99, "epochs": 10**9}
_LEAST = {
    "dim": 1,
    "vocabulary": 2,
    "window": 3,
    "epochs": 1,
    "seed": 0,
    "hidden": 2,
    "negatives": 1,
    "stretch": 1,
    "stretches": 1,
}
