"""Messages quote what files hold; whatever that is, they stay one line that can be read."""

import errno

import pytest

from nerwin.errors import LONGEST, CorpusError, NerwinError, cure


def test_a_plain_message_stays_as_it_is() -> None:
    assert str(CorpusError('x.conll:3: expected a word, found "Ærø, 東京 – naïve"')) == (
        'x.conll:3: expected a word, found "Ærø, 東京 – naïve"'
    )


@pytest.mark.parametrize(
    ("quoted", "shown"),
    [
        ("a\tb", r"a\tb"),
        ("a\nb", r"a\nb"),
        ("a\r", r"a\r"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\0", r"\x00"),
        ("\u2028", r"\u2028"),
        ("\u00a0", r"\xa0"),
        ("\udcff", r"\udcff"),
        ("\ud800", r"\ud800"),
    ],
)
def test_what_is_no_printable_letter_is_spelled_out(quoted: str, shown: str) -> None:
    message = str(NerwinError(f'x:1: found "{quoted}". Mend it.'))
    assert message == f'x:1: found "{shown}". Mend it.'
    assert str(CorpusError(message)) == message  # an error that is raised again as another


def test_a_long_message_keeps_its_beginning_and_its_end() -> None:
    message = str(NerwinError(f"x:1: found {'a' * 100_000}. Mend it."))
    assert message.startswith("x:1: found aaa")
    assert message.endswith("aaa. Mend it.")
    assert len(message) <= LONGEST + 10


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "Free space"),
        (errno.EDQUOT, "Free space"),
        (errno.EACCES, "Make the place writable"),
        (errno.EROFS, "Make the place writable"),
        (errno.ENOTDIR, "Move what is in the way"),
        (errno.ENOENT, "Make its folder"),
        (errno.EIO, "Mend that"),
        (None, "Mend that"),
    ],
)
def test_what_to_do_where_something_cannot_be_written_fits_the_reason(number: int | None, said: str) -> None:
    assert cure(OSError(number, "it failed") if number else OSError("it failed")) == said
