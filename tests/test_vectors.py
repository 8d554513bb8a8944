"""Word vectors from files in GloVe's and word2vec's text form."""

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import Result

from nerwin.errors import VectorsError
from nerwin.files import pieces
from nerwin.text.features import WORDS, Lookup
from nerwin.vectors.files import LONGEST_WORD
from nerwin.vectors.wanted import match_vectors, read_vectors, rescaled
from tests.commands import nerwin
from tests.conftest import shared
from tests.village import write_village

Read = Callable[..., dict[str, list[float]]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """The vectors that words get from the text of a file."""

    def reader(content: str | bytes, words: list[str], dim: int) -> dict[str, list[float]]:
        path = tmp_path / "vectors.txt"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        rows, values = match_vectors(Lookup(WORDS, words), read_vectors(path, words, dim))
        assert values.shape == (len(rows), dim)
        assert values.dtype == np.float32
        return {words[row - 2]: values[number].tolist() for number, row in enumerate(rows.tolist())}

    return reader


@pytest.fixture
def refusal(tmp_path: Path, read: Read) -> Callable[..., str]:
    """The message with which a file is refused, the path in it as "vectors.txt"."""

    def reader(content: str | bytes, words: list[str], dim: int) -> str:
        with pytest.raises(VectorsError) as caught:
            read(content, words, dim)
        return str(caught.value).replace(f"{tmp_path}/", "")

    return reader


PLAIN = "port 1 2 3\nLima -0.5 1e-2 4\nelsewhere 7 8 9\n"


@pytest.mark.parametrize("content", [PLAIN, f"3 3\n{PLAIN}", PLAIN.replace("\n", " \r\n"), f"\ufeff{PLAIN}"])
def test_glove_and_word2vec_files_are_read(read: Read, content: str) -> None:
    assert read(content, ["Lima", "port"], 3) == {"Lima": [-0.5, np.float32(0.01), 4], "port": [1, 2, 3]}


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "BLOCK", 40)


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize(("end", "space"), [("\n", "_"), (" \n", "_"), ("  \r\n", "_"), ("\n", " ")])
@pytest.mark.parametrize("header", ["", "60 2\n"])
def test_blocks_are_read_like_their_rows(read: Read, end: str, space: str, header: str) -> None:
    expected = {f"the{space}word{n}": [-n / 8, 1e-3 * n] for n in range(60)}
    content = "".join(f"{word} {a} {b}{end}" for word, (a, b) in expected.items())
    assert read(header + content, list(expected), 2) == {word: [a, np.float32(b)] for word, (a, b) in expected.items()}


@pytest.mark.usefixtures("small_blocks")
def test_a_line_is_named_in_whatever_block(refusal: Callable[..., str]) -> None:
    rows = [f"word{n} 1.5 {n}" for n in range(60)]
    rows[47] = "word47 1.5 x"
    assert refusal("\n".join(rows), ["word1"], 2).startswith("vectors.txt:48: expected numbers, found 'x'")


def test_a_compressed_file_is_read(read: Read) -> None:
    assert read(gzip.compress(PLAIN.encode()), ["port"], 3) == {"port": [1, 2, 3]}


def test_only_words_that_are_asked_for_get_a_vector(read: Read) -> None:
    assert read(PLAIN, ["Lima", "absent"], 3).keys() == {"Lima"}


def test_rows_are_those_of_the_lookup_table(tmp_path: Path) -> None:
    path = tmp_path / "vectors.txt"
    path.write_text(PLAIN)
    words = ["absent", "Lima", "port"]
    rows, values = match_vectors(Lookup(WORDS, words), read_vectors(path, words, 3))
    assert rows.tolist() == [3, 4]
    assert values[1].tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("word", "vector"),
    [("Apple", 1), ("apple", 2), ("APPLE", 2), ("Pear", 3), ("B-52", 4), ("b-52", 4), ("1999", 6), ("2024", 5)],
)
def test_a_word_gets_the_vector_of_its_closest_spelling(read: Read, word: str, vector: int) -> None:
    content = "b-00 4\n0000 5\npear 3\napple 2\nApple 1\n1999 6\n"
    assert read(content, [word], 1) == {word: [vector]}


def test_a_lower_case_word_gets_no_capitalized_vector(read: Read) -> None:
    assert read("Lima 1\nport 2\n", ["lima", "port"], 1).keys() == {"port"}


def test_one_vector_serves_several_words(read: Read) -> None:
    assert read("lima 1 2\n", ["Lima", "LIMA", "lima"], 2) == {word: [1, 2] for word in ("Lima", "LIMA", "lima")}


def test_the_first_of_two_vectors_of_a_word_counts(read: Read) -> None:
    assert read("lima 1\nlima 2\n", ["lima"], 1) == {"lima": [1]}


@pytest.mark.parametrize("word", [". . .", "New York", "5\u00a0000", "a\u2028b", "\u0085", "x\ty"])
def test_a_word_may_hold_white_space(read: Read, word: str) -> None:
    assert read(f"{word} 1 2\nport 3 4\n", [word], 2) == {word: [1, 2]}


@pytest.mark.parametrize("between", ["  ", "\t", " \t "])
def test_numbers_may_stand_in_columns(read: Read, between: str) -> None:
    content = f"2 3\nport{between}1{between}2{between}3\nNew York{between}4 5 6\n"
    assert read(content, ["port", "New York"], 3) == {"port": [1, 2, 3], "New York": [4, 5, 6]}


@pytest.mark.parametrize("other", ["port 3 4", "New York 3 4"])
def test_a_word_does_not_depend_on_the_rows_beside_it(read: Read, other: str) -> None:
    assert read(f"mill\t 1 2\n{other}\n", ["mill"], 2) == {"mill": [1, 2]}


def test_a_long_run_of_spaces_is_passed_at_once(read: Read) -> None:
    """A search that begins anew at each of them would take hours."""
    assert read(f"port 1{' ' * 1_000_000}2\n", ["port"], 2) == {"port": [1, 2]}


@pytest.mark.parametrize("number", ["0.5", "5"])
def test_a_first_row_of_a_number_and_its_vector_is_no_header(read: Read, number: str) -> None:
    assert read(f"7 {number}\nport 2\n", ["7", "port"], 1) == {"7": [float(number)], "port": [2]}


@pytest.mark.parametrize(
    ("content", "dim", "message"),
    [
        ("port 1 2 3\nLima 1 2\n", 3, "vectors.txt:2: expected a word and 3 numbers, found 2 numbers"),
        ("port 1 2 3\n", 4, "vectors.txt:1: expected a word and 4 numbers, found 3 numbers"),
        ("port 1 2 3\n", 2, "vectors.txt:1: expected a word and 2 numbers, found 3 numbers"),
        ("1 3\nport 1 2 3\n", 2, "vectors.txt:1: expected vectors of 2 numbers, found 3 announced. Set words.dim to 3"),
        ("port 1\nLima 2\n", 2, "vectors.txt:1: expected a word and 2 numbers, found 1 number"),
        ("port 1 2\n\nLima 3 4\n", 2, "vectors.txt:2: expected a word and 2 numbers"),
        ("port 1 2\nLima 3 x\n", 2, "vectors.txt:2: expected numbers, found 'x'"),
        ("2 2\nport 1 2\nLima 3 x\n", 2, "vectors.txt:3: expected numbers, found 'x'"),
        ("port 1 2\nLima 3.4.5 6\n", 2, "vectors.txt:2: expected numbers, found '3.4.5'"),
        ("port 1 2\nLima 3.4.5 6\nport  2\n", 2, "vectors.txt:2: expected numbers, found '3.4.5'"),
        ("Lima 3.4.5  6\nport 1 2\n", 2, "vectors.txt:1: expected"),
        ("port 1 2\nLima 1_0 6\n", 2, "vectors.txt:2: expected numbers, found '1_0'. Mend"),
        ("port 1 2\nLima ٣ 6\n", 2, "vectors.txt:2: expected numbers, found '٣'. Mend"),
        ("port 1 1_0\n", 2, "vectors.txt:1: expected a word and 2 numbers, or a header"),
        ("port 1 2\nLima 1 2 3\n4 5\n", 2, "vectors.txt:3: expected a word and 2 numbers, found 1 number"),
        ("port 1 2\nLima 3 nan\n", 2, "vectors.txt:2: expected finite numbers"),
        ("² 3\nport 1 2 3\n", 3, "vectors.txt:1: expected a word and 3 numbers, found 1 number"),
        (f"{'9' * 5000} 3\nport 1 2 3\n", 3, "vectors.txt:1: expected a word and 3 numbers, found 1 number"),
        (f"port 1 2\nLima 3 4{'x' * 500}\n", 2, f"vectors.txt:2: expected numbers, found '4{'x' * 78}. Mend"),
        ("port 1 2\nLima 3 1e10\n", 2, "vectors.txt: expected numbers of at most 1e+09, found 1e+10. Scale"),
        ("port 1 2\nLima -inf 3\n", 2, "vectors.txt:2: expected finite numbers"),
        ("port 1 2\nLima 3 1e39\n", 2, "vectors.txt:2: expected finite numbers"),
        (b"port 1 2\nLim\xe1 3 4\n", 2, "vectors.txt:2: expected UTF-8"),
        (gzip.compress(PLAIN.encode())[:-9], 3, "vectors.txt: the gzip data is damaged"),
        ("elsewhere 1 2\n", 2, "vectors.txt: expected vectors of words of the corpus, found none"),
        ("", 2, "vectors.txt: expected vectors of words of the corpus, found none"),
    ],
    ids=[
        "short row",
        "dimension too large",
        "dimension too small",
        "header of another dimension",
        "two fields are no header",
        "blank row",
        "word for a number",
        "word for a number after a header",
        "two points in a number",
        "as many numbers, but not in their rows",
        "as many numbers, but not in their places",
        "an underscore in a number",
        "a digit of another script",
        "an underscore in the first line",
        "as many numbers, but not on their lines",
        "nan",
        "a digit that is no number",
        "a long number in the header",
        "a long word for a number",
        "too large to compute with",
        "infinite",
        "too large",
        "encoding",
        "damaged",
        "no known word",
        "empty",
    ],
)
def test_a_file_that_does_not_fit_is_refused(
    refusal: Callable[..., str], content: str | bytes, dim: int, message: str
) -> None:
    assert refusal(content, ["port", "Lima"], dim).startswith(message)


@pytest.mark.parametrize(("content", "dim"), [("port 1 2\n", 3), ("port 1 2 3\n", 2), ("1 3\nport 1 2 3\n", 2)])
def test_a_file_of_another_dimension_names_the_setting(refusal: Callable[..., str], content: str, dim: int) -> None:
    assert "words.dim" in refusal(content, ["port"], dim)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "absent.txt"
    with pytest.raises(VectorsError, match=r"absent\.txt: cannot read the file"):
        read_vectors(path, ["port"], 2)


def test_glove_vectors_are_read() -> None:
    path = shared("vectors/glove-6b-50d-20k.txt.gz")
    words = ["Paris", "zzqx", "paris", "the"]
    rows, values = match_vectors(Lookup(WORDS, words), read_vectors(path, words, 50))
    assert rows.tolist() == [2, 4, 5]
    assert np.array_equal(values[0], values[1])
    assert not np.array_equal(values[1], values[2])
    assert values[2][0] == np.float32(0.418)


def test_the_first_words_of_a_file_are_kept_for_text_to_come(tmp_path: Path) -> None:
    path = tmp_path / "vectors.txt"
    path.write_text("the 1 2\nof 3 4\nport 5 6\nlast 7 8\n")
    assert list(read_vectors(path, ["port"], 2, extra=1)) == ["the", "port"]


def test_the_first_of_two_vectors_counts_for_text_to_come_too(tmp_path: Path) -> None:
    path = tmp_path / "vectors.txt"
    path.write_text("the 1 2\nthe 3 4\nport 5 6\n")
    found = read_vectors(path, ["port"], 2, extra=2)
    assert {word: vector.tolist() for word, vector in found.items()} == {"the": [1, 2], "port": [5, 6]}


def test_a_file_shorter_than_its_header_says_is_refused(refusal: Callable[..., str]) -> None:
    assert refusal(f"4 3\n{PLAIN}", ["port"], 3).startswith("vectors.txt:4: expected 4 words as the first line says")


def binary(words: list[str], vectors: list[list[float]], newline: bytes = b"\n") -> bytes:
    body = b"".join(
        word.encode() + b" " + np.array(vector, "<f4").tobytes() + newline
        for word, vector in zip(words, vectors, strict=True)
    )
    return f"{len(words)} {len(vectors[0])}\n".encode() + body


@pytest.mark.parametrize("newline", [b"\n", b""])
def test_binary_files_are_read(tmp_path: Path, newline: bytes) -> None:
    path = tmp_path / "vectors.bin"
    path.write_bytes(binary(["Łódź", "port"], [[1.5, -2.0], [0.25, 4.0]], newline))
    found = read_vectors(path, ["Łódź", "port"], 2)
    assert {word: vector.tolist() for word, vector in found.items()} == {"Łódź": [1.5, -2.0], "port": [0.25, 4.0]}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (binary(["port"], [[1.0, 2.0]])[:-4], "word 1: expected 1 word, found the end"),
        (binary(["port"], [[1.0, np.nan]]), "word 1: expected finite numbers"),
        (binary(["port"], [[1.0, 2.0, 3.0]]), ":1: expected vectors of 2 numbers, found 3 announced"),
        (b"port 1 2\n", ":1: expected a header of two counts, as word2vec's binary form has it"),
        (b"1 2\n\xff\xfe \0\0\0\0\0\0\0\0", "word 1: expected UTF-8"),
        (b"1 2\n" + b"a" * (LONGEST_WORD + 9), "word 1: expected a word of at most 10,000 bytes, found a longer one"),
    ],
)
def test_a_damaged_binary_file_is_refused(tmp_path: Path, content: bytes, expected: str) -> None:
    path = tmp_path / "vectors.bin"
    path.write_bytes(content)
    with pytest.raises(VectorsError) as caught:
        read_vectors(path, ["port"], 2)
    assert expected in str(caught.value)


def test_rescaled_vectors_have_the_size_asked_for_and_keep_their_direction() -> None:
    found = {"a": np.array([3.0, 4.0], np.float32), "b": np.array([0.0, 5.0], np.float32)}
    scaled = rescaled(found, 0.3)
    assert np.sqrt(np.mean(np.stack(list(scaled.values())) ** 2)) == pytest.approx(0.3)
    assert scaled["a"] / scaled["a"][0] == pytest.approx(found["a"] / found["a"][0])


def test_vectors_without_a_size_stay_as_they_are() -> None:
    found = {"a": np.zeros(2, np.float32)}
    assert rescaled(found, 0.3)["a"].tolist() == [0, 0]


def test_compressed_binary_files_are_read_and_a_cut_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "vectors.bin.gz"
    whole = gzip.compress(binary(["port"], [[1.5, -2.0]]))
    path.write_bytes(whole)
    assert read_vectors(path, ["port"], 2)["port"].tolist() == [1.5, -2.0]
    path.write_bytes(whole[:-12])
    with pytest.raises(VectorsError, match="damaged or cut short"):
        read_vectors(path, ["port"], 2)


# The command: whatever is wrong with a file, it is one line that says where, and nothing is left behind.

TOWN = "harbour 1 2\nmill 3 4\n"
MILL = binary(["harbour", "mill"], [[1.0, 2.0], [3.0, 4.0]])
NEITHER = "expected a word and 2 numbers, or a header of two counts"
HEADER = "expected a header of two counts, as word2vec's binary form has it"


def train_with(name: str, content: str | bytes) -> Result:
    """Train in the working folder, with a file of vectors of that content."""
    write_village(Path())
    Path(name).write_bytes(content.encode() if isinstance(content, str) else content)
    words = ["train", "--config", "village.yaml", "--output", "out", "--quiet"]
    for override in (f"words.vectors={name}", "words.dim=2", "training.epochs=1"):
        words += ["--set", override]
    return nerwin(*words)


@pytest.mark.parametrize(("name", "content"), [("good.txt", TOWN), ("good.bin", MILL)])
def test_good_files_are_trained_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: str | bytes
) -> None:
    monkeypatch.chdir(tmp_path)
    assert train_with(name, content).exit_code == 0


BAD = [
    ("short.txt", f"{TOWN}gate 5\n", "short.txt:3: expected a word and 2 numbers, found 1 number. "),
    ("wide.txt", "harbour 1 2 3\nmill 3 4 5\n", "wide.txt:1: expected a word and 2 numbers, found 3 numbers. "),
    ("wide.vec", "2 3\nharbour 1 2 3\nmill 3 4 5\n", "wide.vec:1: expected vectors of 2 numbers, found 3 announced. "),
    ("wide.bin", binary(["mill"], [[1.0, 2.0, 3.0]]), "wide.bin:1: expected vectors of 2 numbers, found 3 announced. "),
    ("names.txt", f"word x y\n{TOWN}", f'names.txt:1: {NEITHER}, found "word x y". Take it out, or name a file of wor'),
    ("blank.txt", f"\n{TOWN}", f'blank.txt:1: {NEITHER}, found "". '),
    ("cut.txt.gz", gzip.compress(TOWN.encode() * 99)[:-9], "cut.txt.gz: the gzip data is damaged or cut short"),
    ("cut.bin.gz", gzip.compress(MILL)[:-9], "cut.bin.gz: the gzip data is damaged or cut short"),
    ("cut.bin", MILL[:-3], "cut.bin: word 2: expected 2 words, found the end. "),
    ("inside.bin", MILL[:-11], "inside.bin: word 2: expected 2 words, found the end. "),
    ("nan.txt", f"{TOWN}gate 5 nan\n", "nan.txt:3: expected finite numbers, found one that is not. "),
    ("inf.txt", f"{TOWN}gate -inf 5\n", "inf.txt:3: expected finite numbers, found one that is not. "),
    ("nan.bin", binary(["mill"], [[1.0, np.nan]]), "nan.bin: word 1: expected finite numbers, found one that "),
    ("inf.bin", binary(["mill"], [[np.inf, 1.0]]), "inf.bin: word 1: expected finite numbers, found one that "),
    ("empty.txt", "", "empty.txt: expected vectors of words of the corpus, found none. "),
    ("empty.txt.gz", gzip.compress(b""), "empty.txt.gz: expected vectors of words of the corpus, found none. "),
    ("empty.bin", "", f'empty.bin:1: {HEADER}, found "". '),
    ("none.bin", "0 2\n", "none.bin: expected vectors of words of the corpus, found none. "),
    ("more.txt", f"3 2\n{TOWN}", "more.txt:3: expected 3 words as the first line says, found 2. "),
    ("fewer.txt", f"1 2\n{TOWN}", "fewer.txt:3: expected 1 word as the first line says, found 2. "),
    ("more.bin", MILL.replace(b"2 2\n", b"3 2\n", 1), "more.bin: word 3: expected 3 words, found the end. "),
    ("fewer.bin", MILL.replace(b"2 2\n", b"1 2\n", 1), "fewer.bin: word 2: expected 1 word as the first line "),
    ("latin.txt", f"{TOWN}café 5 6\n".encode("latin-1"), "latin.txt:3: expected UTF-8, found byte 0xe9 at "),
    ("latin.bin", MILL.replace(b"mill", b"m\xefll"), "latin.bin: word 2: expected UTF-8, found other bytes. "),
    (
        "other.txt",
        MILL,
        "other.txt:2: expected UTF-8, found byte 0x80 at column 11. Convert the file to UTF-8. Or is it word2vec's "
        "binary form? Then call it .bin.\n",
    ),
    ("other.bin", TOWN, f'other.bin:1: {HEADER}, found "harbour 1 2". '),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "message"), BAD, ids=[name for name, _, _ in BAD])
def test_a_bad_file_is_one_line_and_leaves_no_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: str | bytes, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = train_with(name, content)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.replace(f"{tmp_path}/", "").startswith(f"nerwin: {message}")
    assert done.stderr.count("\n") == 1
    assert not Path("out").exists()
