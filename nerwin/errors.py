"""nerwin's exceptions.

The library raises these; only the command line turns one into a line on stderr and an exit code. A message says where,
as far as that is known, what was expected, what was found and what to do.
"""

import errno
import sys
import unicodedata

LONGEST = 1000  # letters of a message
CURES = {
    "Free space": (errno.ENOSPC, errno.EDQUOT),
    "Make the place writable": (errno.EACCES, errno.EPERM, errno.EROFS),
    "Make its folder": (errno.ENOENT,),
    "Move what is in the way": (errno.EEXIST, errno.EISDIR, errno.ENOTDIR, errno.ENOTEMPTY),
    "Open it": (errno.EBADF,),
    "Raise the limit of a file's size": (errno.EFBIG,),
}


def cure(error: OSError) -> str:
    """What to do where something cannot be written, in a few words that others follow."""
    return next((said for said, numbers in CURES.items() if error.errno in numbers), "Mend that")


def short_of_memory(error: MemoryError) -> str:
    """What to say of a table or a product for which there is no room."""
    return f"there is too little memory ({error}). Take smaller tables, layers or files."


def too_many_digits() -> str:
    """What is wrong with a number in JSON or YAML that Python refuses to read."""
    return f"expected whole numbers of at most {sys.get_int_max_str_digits():,} digits, found a longer one"


class NerwinError(Exception):
    """Anything the user can mend: bad usage, configuration, data or model files (exit code 2 as a rule).

    Messages quote files that may hold anything, so they are one line of printable letters, and not too long a one.
    """

    def __str__(self) -> str:
        message = super().__str__()
        if not message.isprintable():
            message = "".join(one if one.isprintable() else _spelled(one) for one in message)
        return message if len(message) <= LONGEST else f"{message[: LONGEST // 2]} ... {message[-LONGEST // 2 :]}"


class ConfigError(NerwinError):
    """A configuration that cannot be used, or an option; the message names the key or the option."""


class CorpusError(NerwinError):
    """A text or corpus that cannot be read or written; the message says where."""


class VectorsError(NerwinError):
    """A word-vector file that cannot be read or written; the message says where."""


class ModelError(NerwinError):
    """A run folder or model file that is missing, damaged or of another format version."""


class WorkerError(NerwinError):
    """A process or a machine that cannot do its part of the work; what others have finished is kept."""


class TrainingDiverged(NerwinError):  # noqa: N818 - named for what happened
    """The loss is no longer finite (exit code 1): the data and configuration were legal, the run failed."""


JOINERS = "\u200c\u200d"  # invisible, but letters of Persian and Hindi, and glue of emoji


def printable(text: str) -> str:
    """Text that anybody may have written, as one line without control characters that a terminal would obey."""
    return "".join(one if one.isprintable() or _harmless(one) else _spelled(one) for one in text)


def _spelled(letter: str) -> str:
    """A letter as an escape."""
    return letter.encode("unicode_escape").decode()


def _harmless(letter: str) -> bool:
    """Whether a letter is no order, though Python does not call it printable: a joiner, or a space of any width."""
    return letter in JOINERS or unicodedata.category(letter) == "Zs"
