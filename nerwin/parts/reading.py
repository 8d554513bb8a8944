"""The parts that a configuration names, read from their files, which must not change meanwhile."""

from nerwin.config.corpora import corpus_sources, read_part
from nerwin.config.reading import named_files
from nerwin.config.settings import Config
from nerwin.errors import ConfigError, CorpusError
from nerwin.files.fingerprints import CHANGED
from nerwin.files.opening import is_pipe
from nerwin.parts.notes import notes_on
from nerwin.parts.parts import Parts, make_parts


def read_parts(config: Config) -> Parts:
    """Read the training and dev parts, with notes on them.

    Raises:
        ConfigError: no training part, a file that can be read only once, or a type to learn that is not there.
        CorpusError: a file that cannot be read, or that changes meanwhile.
    """
    if config.corpus.train is None:
        raise ConfigError("corpus.train: expected a tagged corpus to learn from, found none. Set it in the config.")
    for key, path in named_files(config).items():
        if path and is_pipe(path):
            raise ConfigError(
                f"{key}: expected a file, which is read more than once, found a pipe, {path}. Save it first."
            )
    sources = corpus_sources(config.corpus)
    train = read_part(config.corpus.train, config.corpus)
    dev = None if config.corpus.dev is None else read_part(config.corpus.dev, config.corpus)
    # A run goes on with the data that it began with, so these must be what has been read.
    for key, source in corpus_sources(config.corpus).items():
        if source != sources[key]:
            raise CorpusError(f"{named_files(config)[key]}: {CHANGED}")
    parts = make_parts(config, train, dev)
    return parts._replace(notes=list(notes_on(parts, train, dev, config)), sources=sources)
