"""Columns that are read by the wrong mark or the wrong number."""

from collections.abc import Callable
from pathlib import Path

import pytest

from nerwin.errors import CorpusError
from nerwin.text.columns import Columns, read_blocks
from nerwin.text.corpus import read_corpus
from nerwin.text.misread import words_in

Reader = Callable[..., list[str]]


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    def words(text: str, **columns: object) -> list[str]:
        (tmp_path / "u").write_text(text)
        layout = Columns(**columns)  # type: ignore[arg-type]
        return [word for block in read_blocks(tmp_path / "u", layout) for word in words_in(block, layout, "u")]

    return words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1\tThe\n2\tend\n\n1\tNo\n", "u:1: expected words in column 0, found their numbers: 1, 2, 1."),
        ("1-2\tdel\n1\tde\n2\tel\n2.1\tx\n", "u:1: expected words in column 0, found their numbers: 1-2, 1, 2."),
        ("#\thttp://x\n1\tThe\n2\tend\n", "u:1: expected words in column 0, found their numbers: 1, 2."),
        ("\nB-PER Ines\nO goes\nO .\n", "u:2: expected words in column 0, found tags: B-PER, O, O."),
    ],
)
def test_what_stands_where_words_should_is_told_of(read: Reader, text: str, found: str) -> None:
    with pytest.raises(CorpusError) as refused:
        read(text)
    assert str(refused.value) == f"{found} Name that of the words with --word-column."
    assert read(text, word=1)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("# id 1\tdomain=x\nInes _ _ B-PER\n", "u:2: expected columns by tab as in the first line, found 'Ines _ _"),
        ("Ines B-PER\ngoes\tO\n", "u:2: expected columns by space as in the first line, found 'goes\\tO'."),
    ],
)
def test_lines_by_another_mark_than_the_first_are_refused(read: Reader, text: str, found: str) -> None:
    with pytest.raises(CorpusError) as refused:
        read(text)
    assert str(refused.value).startswith(found)
    assert str(refused.value).endswith("Or is the first line a comment? Say so with --comments.")


@pytest.mark.parametrize(
    "text", ["1\n2\n", "1\tx\n2\ty\nin\tz\n", "7\tx\n8\ty\n", "O x\nO y\n", "New York\tO\nis\tO\n"]
)
def test_numbers_tags_and_several_words_may_be_words(read: Reader, text: str) -> None:
    mark = "\t" if "\t" in text else " "
    assert read(text) == [line.split(mark)[0] for line in text.splitlines()]


def test_a_mark_that_is_set_is_believed(read: Reader) -> None:
    assert read("a\tO\nb O\n", delimiter="tab") == ["a", "b O"]


def test_a_tagged_corpus_whose_words_are_numbers_is_refused(tmp_path: Path) -> None:
    (tmp_path / "u").write_text("# x\n1\tInes\tB-PER\n2\tgoes\tO\n")
    with pytest.raises(CorpusError, match=r":2: expected words in column 0, found their numbers: 1, 2\. Set corpus\."):
        read_corpus(tmp_path / "u", Columns(comments="#"))
