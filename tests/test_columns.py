"""Lines in columns: what each is, what separates its columns, and where its word stands."""

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nerwin.corpora.columns import (
    DOCSTART,
    ENDS,
    Block,
    Columns,
    Line,
    find_delimiter,
    read_blocks,
    split_block,
)
from nerwin.corpora.misread import words_in
from nerwin.errors import CorpusError
from nerwin.files import pieces


def block_of(texts: list[str], columns: Columns, number: int = 1) -> Block:
    data = "".join(f"{text}\n" for text in texts).encode()
    return split_block(data, columns, number, find_delimiter(texts, columns))


def tokens_of(texts: list[str], columns: Columns) -> list[Line]:
    return list(block_of(texts, columns).tokens())


def kinds(text: str, columns: Columns = Columns()) -> list[str]:
    texts = text.split("\n")
    return kinds_in(block_of(texts, columns), len(texts))


def kinds_in(block: Block, lines: int) -> list[str]:
    return [block.others.get(at, "token") for at in range(lines)]


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
    lines = tokens_of(["-DOCSTART- -X- O", "", "New York\tO", "no tab here", "a\t\tb"], Columns())
    assert [line.fields for line in lines] == [["New York", "O"], ["no tab here"], ["a", "", "b"]]
    assert [line.delimiter for line in lines] == ["\t", "\t", "\t"]


@pytest.mark.parametrize("mark", ["*", "(", "\\", "."])
def test_a_mark_of_comments_stands_for_itself(mark: str) -> None:
    assert kinds(f"{mark}x\nx{mark}\nx", Columns(comments=mark)) == ["comment", "token", "token"]


def test_a_blank_line_is_no_comment_whatever_marks_these() -> None:
    assert kinds("a O\n  \n x\n", Columns(comments=" ")) == ["token", "blank", "comment", "blank"]


def test_a_mark_that_no_file_can_hold_marks_nothing() -> None:
    assert kinds("a O\n# b", Columns(comments="\udcff")) == ["token", "token"]


def test_a_delimiter_that_is_set_is_not_guessed() -> None:
    (token,) = tokens_of(["a\tb  c"], Columns(delimiter="space"))
    assert (token.fields, token.delimiter) == (["a\tb", "c"], " ")


def test_sentences_end_with_blank_lines_and_documents_but_not_with_comments() -> None:
    block = block_of(["a", "# x", "b", "", "", "-DOCSTART-", "c", "d", "e"], Columns(comments="#"))
    assert block.ends().tolist() == [2, 2, 2]
    assert block.lengths().tolist() == [2, 3]


def test_the_words_of_a_sentence_are_those_of_its_tokens() -> None:
    block = block_of(["# x", "1 Lima O", "2 rains O", ""], Columns(comments="#"))
    assert block.column(1) == ["Lima", "rains"]
    assert block.column(-2) == ["Lima", "rains"]


@pytest.mark.parametrize(("text", "found"), [("1\tLima\n2", 1), ("1\tLima\n2\t ", 2)])
def test_a_token_without_its_word_is_named_by_its_line(text: str, found: int) -> None:
    block = block_of(text.split("\n"), Columns(word=1))
    with pytest.raises(CorpusError, match=rf"^in:2: expected a word in column 1, found {found} columns: "):
        words_in(block, Columns(word=1), "in")


# Blocks: what is taken as a whole, against the same line by line

ODD = ["", " ", "\t", "\r", "# note", "#", "a#b O", "\u00a0", "\u2028 O", "x -DOCSTART-"]
DOCUMENTS = ["-DOCSTART-", "-DOCSTART- -X- O", "-DOCSTART-\tO"]
TOKENS = ["Lima\tO", "New York\tO", "rain O"]
LINES = st.lists(st.sampled_from([*ODD, *DOCUMENTS, *TOKENS]), max_size=12)
FORMATS = st.builds(Columns, word=st.sampled_from([0, 1, -1]), comments=st.sampled_from([None, "#"]))


def own_delimiter(text: str) -> str:
    return "\t" if "\t" in text else " "


def kind_by_hand(text: str, columns: Columns) -> str:
    if not text.strip(" \t\r"):
        return "blank"
    if columns.comments and text.startswith(columns.comments):
        return "comment"
    fields = text.split(own_delimiter(text))
    marked = fields[:1] + fields[columns.word : columns.word + 1 or None]
    return "docstart" if any(field.startswith(DOCSTART) for field in marked) else "token"


@settings(derandomize=True, max_examples=300, deadline=None)
@given(LINES, FORMATS, st.integers(1, 99))
def test_a_block_says_what_its_lines_say(texts: list[str], columns: Columns, number: int) -> None:
    block = block_of(texts, columns, number)
    found = [kind_by_hand(text, columns) for text in texts]
    assert kinds_in(block, len(texts)) == found
    tokens = list(block.tokens())
    numbered = zip(enumerate(texts, number), found, strict=True)
    assert [(line.number, line.text) for line in tokens] == [line for line, kind in numbered if kind == "token"]
    assert (number + block.places).tolist() == [line.number for line in tokens]
    assert block.widths.tolist() == [len(line.fields) for line in tokens]
    before = list(itertools.accumulate((kind == "token" for kind in found), initial=0))
    assert block.ends().tolist() == [count for count, kind in zip(before, found, strict=False) if kind in ENDS]
    marks = "".join("T" if kind == "token" else " " if kind in ENDS else "" for kind in found)
    assert block.lengths().tolist() == [len(sentence) for sentence in marks.split()]


SPACES = st.sampled_from(
    ["a\t \tO", "a\t\u00a0\tO", "a\t\tO", "a\tb", "\u2003\tO\tO", "a  b", "  a b ", "Øre  O", "\u00a0 O"]
)


def word_by_hand(text: str, delimiter: str, column: int) -> str | None:
    fields = text.split(delimiter)
    if delimiter == " ":
        fields = [field for field in fields if field]
    return fields[column] if -len(fields) <= column < len(fields) and fields[column].strip(" \t\r") else None


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.lists(SPACES, min_size=1, max_size=4), st.integers(-3, 2))
def test_words_are_those_of_the_lines_one_by_one(texts: list[str], column: int) -> None:
    block = block_of(texts, Columns(word=column), 7)
    words = [word_by_hand(text, own_delimiter(texts[0]), column) for text in texts]
    assert block.column(column) == (None if None in words else words)
    if None in words:
        with pytest.raises(CorpusError, match=rf"^in:{7 + words.index(None)}: expected a word in column {column}, "):
            words_in(block, Columns(word=column), "in")


def test_a_file_is_read_in_blocks_of_whole_sentences(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "BLOCK", 0)
    path = tmp_path / "in.conll"
    path.write_bytes(b"\xef\xbb\xbfLima\tO\r\nrains\tO\r\r\n\r\na b\tO\n\nc\tO")
    found = list(read_blocks(path, Columns(), by_sentence=True))
    assert [(block.number, block.data) for block in found] == [
        (1, b"Lima\tO\nrains\tO\n\n"), (4, b"a b\tO\n\n"), (6, b"c\tO\n"),
    ]  # fmt: skip
    assert [block.column(0) for block in found] == [["Lima", "rains"], ["a b"], ["c"]]
    by_line = list(read_blocks(path, Columns()))
    assert [block.data for block in by_line] == [b"Lima\tO\n", b"rains\tO\n", b"\n", b"a b\tO\n", b"\n", b"c\tO\n"]
    assert [block.number for block in by_line] == [1, 2, 3, 4, 5, 6]


def test_a_no_break_space_is_a_word_and_other_spaces_are_none() -> None:
    assert block_of(["a\t\u00a0\tO"], Columns(word=1)).column(1) == ["\u00a0"]
    with pytest.raises(CorpusError, match=r"^in:2: expected a word in column 1"):
        words_in(block_of(["a\tb\tO", "a\t \tO"], Columns(word=1)), Columns(word=1), "in")


@settings(derandomize=True, max_examples=300, deadline=None)
@given(LINES, FORMATS)
def test_a_column_is_added_as_line_by_line(texts: list[str], columns: Columns) -> None:
    block = block_of(texts, columns)
    names = ["tag", "O", "Ø"]
    added = np.arange(len(block.places)) % 3
    left, expected = iter(names[number] for number in added), []
    for text in texts:
        kind = kind_by_hand(text, columns)
        if kind == "token":
            expected.append(f"{text}{block.delimiter}{next(left)}")
        else:
            expected.append(f"{text}{own_delimiter(text)}O" if kind == "docstart" else text)
    assert block.with_column(names, added, "O").decode() == "".join(f"{line}\n" for line in expected)


@pytest.mark.parametrize("texts", [[], [""], ["", "\t", ""], ["# x"], ["# x", ""], ["-DOCSTART- O", "", "# x"]])
def test_a_block_may_have_no_token(texts: list[str]) -> None:
    block = block_of(texts, Columns(comments="#"), 7)
    assert (block.places.tolist(), block.lengths().tolist()) == ([], [])
    assert block.column(0) == []
    assert block.ends().tolist() == [0 for text in texts if not text.startswith("#")]
    assert block.with_column(["O"], np.empty(0, np.int64), "O").decode() == "".join(
        f"{text}{' O' * text.startswith(DOCSTART)}\n" for text in texts
    )
