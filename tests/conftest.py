"""What all tests share: floating-point faults are failures, and real corpora are skipped where they are absent.

Fixtures stand here that tests of several modules take: a folder to run commands in, a run, configurations.
"""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

# As in the command, and before numpy is first imported: results do not depend on the number of cores.
for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

# Tests send signals, also where the suite itself was told to ignore them, as under nohup or in the background.
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

import numpy as np  # noqa: E402
import pytest  # noqa: E402

from nerwin.config.reading import load_config  # noqa: E402
from nerwin.config.settings import Config  # noqa: E402
from nerwin.errors import ConfigError  # noqa: E402
from nerwin.run.run import Run  # noqa: E402
from tests.commands import DONE, copied, nerwin  # noqa: E402
from tests.configurations import Load, Refusal  # noqa: E402
from tests.runs import EVERYTHING, finish  # noqa: E402
from tests.village import village_config, write_village  # noqa: E402

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"


@pytest.fixture(autouse=True)
def strict_floats() -> Iterator[None]:
    """An overflow, a division by zero or a nan is an error, not a warning."""
    with np.errstate(all="raise", under="ignore"):
        yield


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The cache of word vectors is the tests' own."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        yield folder


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the village, its configuration, and a finished run at runs/village-1."""
    folder = tmp_path_factory.mktemp("template")
    write_village(folder)
    done = nerwin("train", "--config", folder / "village.yaml", "--output", folder / "runs" / "village-1", "--quiet")
    assert done.exit_code == DONE, done.stderr
    return folder


@pytest.fixture
def here(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: a copy of the template."""
    folder = copied(template, tmp_path / "here")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture(scope="session")
def corpus_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the corpus of `config` stands."""
    return tmp_path_factory.mktemp("village")


@pytest.fixture(scope="session")
def config(corpus_folder: Path) -> Config:
    """The configuration of `whole`."""
    return village_config(corpus_folder, *EVERYTHING)


@pytest.fixture(scope="session")
def whole_template(corpus_folder: Path, config: Config) -> Path:
    """What `whole` is copied from."""
    finish(Run.start(corpus_folder / "whole", config))
    return corpus_folder / "whole"


@pytest.fixture
def whole(whole_template: Path, tmp_path: Path) -> Path:
    """A run that was never interrupted."""
    return shutil.copytree(whole_template, tmp_path / "whole")


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Load a configuration from YAML text and overrides."""

    def loader(text: str = "", *overrides: str) -> Config:
        path = tmp_path / "config.yaml"
        path.write_text(text, encoding="utf-8")
        return load_config(path, overrides)

    return loader


@pytest.fixture
def refusal(tmp_path: Path, load: Load) -> Refusal:
    """The message with which a configuration is refused, the path in it as "config.yaml"."""

    def loader(text: str = "", *overrides: str) -> str:
        with pytest.raises(ConfigError) as caught:
            load(text, *overrides)
        return str(caught.value).replace(f"{tmp_path}/", "")

    return loader


def shared(name: str) -> Path:
    """The path of a real corpus, or a skip that names it."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"needs {path.relative_to(SHARED.parent)}")
    return path
