"""Lines in columns: what each is, what separates its columns, and where its word stands."""

import pytest

from nerwin.errors import CorpusError
from nerwin.text.columns import Columns, read_columns, sentences, words_of


def kinds(text: str, columns: Columns = Columns()) -> list[str]:
    return [line.kind for line in read_columns(text.split("\n"), columns)]


def test_a_line_is_a_token_a_document_s_first_a_comment_or_blank() -> None:
    assert kinds("-DOCSTART- O\n\n# x\nLima O\n \t ", Columns(comments="#")) == [
        "docstart", "blank", "comment", "token", "blank",
    ]  # fmt: skip
    assert kinds("# x") == ["token"]


@pytest.mark.parametrize("word", [1, -2])
def test_a_document_may_begin_in_the_column_of_the_words(word: int) -> None:
    text = "0\t-DOCSTART-\tO\n1\tLima\tO\n-DOCSTART-\t-\tO"
    assert kinds(text, Columns(word=word)) == ["docstart", "token", "docstart"]
    assert kinds(text) == ["token", "token", "docstart"]


def test_the_first_token_settles_the_delimiter() -> None:
    lines = list(read_columns(["-DOCSTART- -X- O", "", "New York\tO", "no tab here", "a\t\tb"], Columns()))
    assert [line.fields for line in lines] == [
        ["-DOCSTART-", "-X-", "O"], [], ["New York", "O"], ["no tab here"], ["a", "", "b"],
    ]  # fmt: skip
    assert [line.delimiter for line in lines] == [" ", "", "\t", "\t", "\t"]


def test_a_delimiter_that_is_set_is_not_guessed() -> None:
    (line,) = read_columns(["a\tb  c"], Columns(delimiter="space"))
    assert (line.fields, line.delimiter) == (["a\tb", "c"], " ")


def test_sentences_end_with_blank_lines_and_documents_but_not_with_comments() -> None:
    lines = read_columns(["a", "# x", "b", "", "", "-DOCSTART-", "c"], Columns(comments="#"))
    assert [[line.number for line in sentence] for sentence in sentences(lines)] == [[1, 2, 3, 4], [5], [6], [7]]


def test_the_words_of_a_sentence_are_those_of_its_tokens() -> None:
    lines = list(read_columns(["# x", "1 Lima O", "2 rains O", ""], Columns(comments="#")))
    assert words_of(lines, 1, "x") == ["Lima", "rains"]
    assert words_of(lines, -2, "x") == ["Lima", "rains"]


@pytest.mark.parametrize(("text", "found"), [("1\tLima\n2", 1), ("1\tLima\n2\t ", 2)])
def test_a_token_without_its_word_is_named_by_its_line(text: str, found: int) -> None:
    lines = list(read_columns(text.split("\n"), Columns(word=1)))
    with pytest.raises(CorpusError, match=rf"^in:2: expected a word in column 1, found {found} columns: "):
        words_of(lines, 1, "in")
