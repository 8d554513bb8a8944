"""Columns that are read by the wrong mark or the wrong number."""

from collections.abc import Callable
from pathlib import Path

import pytest

from nerwin.corpora.columns import Columns, read_blocks, split_block
from nerwin.corpora.misread import words_in
from nerwin.corpora.reading import read_corpus
from nerwin.errors import CorpusError

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
        ("0\tThe\n1\tend\n2\t.\n", "u:1: expected words in column 0, found their numbers: 0, 1, 2."),
        ("1-3\tdel\n1\tde\n2\tel\n3\tx\n", "u:1: expected words in column 0, found their numbers: 1-3, 1, 2."),
        ("1-2\tdel\n1\tde\n2\tel\n2.1\tx\n", "u:1: expected words in column 0, found their numbers: 1-2, 1, 2."),
        ("#\thttp://x\n1\tThe\n2\tend\n3\t.\n", "u:1: expected words in column 0, found their numbers: 1, 2, 3."),
        ("\nB-PER Ines\nO goes\nO .\n", "u:2: expected words in column 0, found tags: B-PER, O, O."),
        ("PER Ines\nO goes\nO .\n", "u:1: expected words in column 0, found tags: PER, O, O."),
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
        ("# id 1\tdomain=x\nInes O _\ngoes O _\n", "u:2: expected columns by tab as in the first line, found 'Ines O"),
        ("Ines B-PER\ngoes\tO\n", "u:2: expected columns by space as in the first line, found 'goes\\tO'."),
    ],
)
def test_lines_by_another_mark_than_the_first_are_refused(read: Reader, text: str, found: str) -> None:
    with pytest.raises(CorpusError) as refused:
        read(text)
    assert str(refused.value).startswith(found)
    assert str(refused.value).endswith("Or is this line or the first one a comment? Say so with --comments.")


@pytest.mark.parametrize(
    "text",
    [
        "1\n2\n3\n",
        "0\tO\n0\tO\n0\tO\n",
        "1\tO\n1\tO\n0\tO\n",
        "1\tx\n2\ty\nin\tz\n",
        "7\tx\n8\ty\n9\tz\n",
        "1\tx\n3\ty\n4\tz\n",
        "1\tB-N\n2\tO\n",
        "O x\nO y\n",
        "O x\nO y\nand z\nor z\n",
        "B-PER\nO\n",
        "New York\tO\nis\tO\n",
    ],
)
def test_numbers_tags_and_several_words_may_be_words(read: Reader, text: str) -> None:
    mark = "\t" if "\t" in text else " "
    assert read(text) == [line.split(mark)[0] for line in text.splitlines()]


def test_further_columns_may_be_missing(read: Reader) -> None:
    assert read("Paris\tB-LOC\nLa Paz\nis\tO\n") == ["Paris", "La Paz", "is"]


def test_only_the_beginning_of_a_file_tells_what_a_column_is_for() -> None:
    later = split_block(b"1\tB-A\n2\tO\n3\tO\n", Columns(), 5, "\t")
    assert words_in(later, Columns(), "u") == ["1", "2", "3"]
    assert words_in(later, Columns(word=1), "u") == ["B-A", "O", "O"]


def test_a_mark_that_is_set_is_believed(read: Reader) -> None:
    assert read("a\tO\nb O\n", delimiter="tab") == ["a", "b O"]
    assert read("a\tb O\nc O\n", delimiter="space") == ["a\tb", "c"]


def test_comments_beside_numbers_are_no_words(read: Reader) -> None:
    with pytest.raises(CorpusError, match="found their numbers: 1, 2, 3"):
        read("# sent_id = 1\n1\ta\n2\tb\n3\tc\n", delimiter="tab")


def test_a_tagged_corpus_whose_words_are_numbers_is_refused(tmp_path: Path) -> None:
    (tmp_path / "u").write_text("# x\n1\tInes\tB-PER\n2\tgoes\tO\n3\t.\tO\n")
    with pytest.raises(CorpusError, match=r":2: expected words in column 0, found their numbers: 1, 2, 3\. Set c"):
        read_corpus(tmp_path / "u", Columns(comments="#"))


@pytest.mark.parametrize("text", ["O O\nO O\nO O\nLima B-LOC\n", "O B-EL\nC B-EL\nO B-EL\nO B-EL\n", "O O\nO O\n"])
def test_words_of_a_tagged_corpus_may_be_letters_o(tmp_path: Path, text: str) -> None:
    (tmp_path / "u").write_text(text)
    assert len(read_corpus(tmp_path / "u").words[0]) == text.count("\n")


@pytest.mark.parametrize("text", ["O\tO\nB-PER\tB-PER\nO\tO\n", "Lima\tB-LOC\tB-LOC\nis\tO\tO\n"])
def test_a_tagged_corpus_whose_words_are_tags_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "u").write_text(text)
    with pytest.raises(
        CorpusError, match=r":1: expected words in column \d, found tags: .*\. Set corpus\.word_column\."
    ):
        read_corpus(tmp_path / "u", Columns(text.count("Lima")))
