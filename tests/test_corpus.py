"""Corpora in columns: what is detected, what is skipped, and what is said about lines that do not fit."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nerwin.corpora.choices import FormName
from nerwin.corpora.columns import Block, Columns
from nerwin.corpora.corpus import Corpus, Sentence
from nerwin.corpora.doubts import LONG_SENTENCE, SEVERAL, doubts
from nerwin.corpora.formats import FORMS, Reading
from nerwin.corpora.lists import from_lists
from nerwin.corpora.other_columns import MOST
from nerwin.corpora.reading import read_corpus
from nerwin.corpora.tagged_columns import write_columns
from nerwin.errors import CorpusError
from nerwin.files import pieces
from nerwin.text.tags import Span, iob2, iobes

Reader = Callable[..., Corpus]


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    """Read a corpus from text, with columns by keyword; all at once and, which must make no difference, line by
    line."""

    def outcome(path: Path, columns: Columns, size: int) -> Corpus | CorpusError:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(pieces, "BLOCK", size)
            try:
                return read_corpus(path, columns)
            except CorpusError as error:
                return error

    def reader(text: str, **columns: object) -> Corpus:
        path = tmp_path / "corpus.conll"
        path.write_bytes(text.encode())
        format = Columns()._replace(**columns)  # type: ignore[arg-type]
        found, by_line = outcome(path, format, pieces.BLOCK), outcome(path, format, 0)
        if isinstance(found, CorpusError):
            assert str(by_line) == str(found)
            raise found
        assert by_line == found
        return found

    return reader


@pytest.fixture
def refusal(tmp_path: Path, read: Reader) -> Callable[..., str]:
    """The message with which a corpus is refused, the path in it as "corpus.conll"."""

    def reader(text: str, **columns: object) -> str:
        with pytest.raises(CorpusError) as caught:
            read(text, **columns)
        return str(caught.value).replace(f"{tmp_path}/", "")

    return reader


def pairs(corpus: Corpus) -> list[list[tuple[str, str]]]:
    return [list(zip(sentence.words, sentence.tags, strict=True)) for sentence in corpus.sentences]


TWO = [[("Ines", "B-PER"), ("Prado", "I-PER"), ("waits", "O")], [("Lima", "B-LOC")]]


@pytest.mark.parametrize(
    ("text", "delimiter", "columns"),
    [
        ("Ines\tB-PER\nPrado\tI-PER\nwaits\tO\n\nLima\tB-LOC\n", "tab", 2),
        ("Ines B-PER\nPrado I-PER\nwaits O\n\nLima B-LOC\n", "space", 2),
        ("Ines   B-PER\n Prado I-PER \nwaits  O\n\nLima B-LOC", "space", 2),
        ("Ines NNP x B-PER\nPrado NNP x I-PER\nwaits VB x O\n\nLima NNP x B-LOC\n", "space", 4),
        ("Ines\tNNP\tB-PER\nPrado\t\tI-PER\nwaits\tVB\tO\n\nLima\tNNP\tB-LOC\n", "tab", 3),
        ("\ufeffInes\tB-PER\r\nPrado\tI-PER\r\nwaits\tO\r\n\r\nLima\tB-LOC\r\n", "tab", 2),
    ],
    ids=["tab", "space", "many spaces", "four columns", "empty middle column", "mark and CRLF"],
)
def test_delimiter_and_columns_are_detected(read: Reader, text: str, delimiter: str, columns: int) -> None:
    corpus = read(text)
    assert pairs(corpus) == TWO
    assert (corpus.delimiter, corpus.width, corpus.tokens) == (delimiter, columns, 4)


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("B-PER\tInes\nI-PER\tPrado\nO\twaits\n\nB-LOC\tLima\n", {"word": -1, "tag": 0}),
        ("1\tInes\tB-PER\tx\n2\tPrado\tI-PER\tx\n3\twaits\tO\tx\n\n1\tLima\tB-LOC\tx\n", {"word": 1, "tag": 2}),
        ("1 Ines B-PER x\n2 Prado I-PER x\n3 waits O x\n\n1 Lima B-LOC x\n", {"word": -3, "tag": -2}),
    ],
    ids=["tag first", "from the left", "from the right"],
)
def test_word_and_tag_stand_in_the_columns_that_are_named(read: Reader, text: str, columns: dict[str, int]) -> None:
    assert pairs(read(text, **columns)) == TWO


def test_a_delimiter_that_is_set_is_not_guessed(read: Reader) -> None:
    assert pairs(read("New York\tB-LOC\n", delimiter="tab")) == [[("New York", "B-LOC")]]
    assert pairs(read("a\tb B-LOC\n", delimiter="space")) == [[("a\tb", "B-LOC")]]


@pytest.mark.parametrize("character", ["\u2028", "\u0085", "\u00a0"])
@pytest.mark.parametrize("delimiter", ["\t", " "])
def test_a_rare_separator_inside_a_word_survives(read: Reader, character: str, delimiter: str) -> None:
    word = f"5{character}000"
    assert pairs(read(f"{word}{delimiter}O\nLima{delimiter}B-LOC\n")) == [[(word, "O"), ("Lima", "B-LOC")]]


def test_a_no_break_space_alone_is_a_word(read: Reader) -> None:
    assert pairs(read("\u00a0\tO\n")) == [[("\u00a0", "O")]]


@pytest.mark.parametrize("blank", ["", " ", "\t", " \t ", "\r", "\f", "\t\t"])
def test_a_blank_line_of_any_kind_ends_a_sentence(read: Reader, blank: str) -> None:
    corpus = read(f"{blank}\nInes\tB-PER\nPrado\tI-PER\nwaits\tO\n{blank}\n{blank}\nLima\tB-LOC\n{blank}\n")
    assert pairs(corpus) == TWO
    assert [sentence.line for sentence in corpus.sentences] == [2, 7]


@pytest.mark.parametrize(
    "docstart",
    [
        "-DOCSTART-",
        "-DOCSTART- O",
        "-DOCSTART-\tO",
        "-DOCSTART- -X- -X- O",
        "-DOCSTART-\t-X-\t-X-\tO",
        "-DOCSTART- (0001)",
        "-DOCSTART-(1)\tO",
        "-DOCSTART- -X- O O",
    ],
)
@pytest.mark.parametrize("delimiter", ["\t", " "], ids=["tab", "space"])
def test_docstart_lines_of_any_shape_are_skipped_and_counted(read: Reader, docstart: str, delimiter: str) -> None:
    lines = [docstart, "", "Ines B-PER", "Prado I-PER", "waits O", docstart, "Lima B-LOC"]
    corpus = read("\n".join(line if line == docstart else line.replace(" ", delimiter) for line in lines))
    assert pairs(corpus) == TWO
    assert corpus.docstarts == 2
    assert "2 -DOCSTART- lines skipped" in corpus.describe()


def test_docstart_is_also_found_in_the_word_column(read: Reader) -> None:
    corpus = read("0\t-DOCSTART-\tO\n\n1\tLima\tB-LOC\n", word=1, tag=2)
    assert pairs(corpus) == [[("Lima", "B-LOC")]]


def test_a_hash_is_a_token_unless_comments_are_set(read: Reader) -> None:
    text = "#\tO\n#lima\tB-LOC\n"
    assert pairs(read(text)) == [[("#", "O"), ("#lima", "B-LOC")]]


def test_comment_lines_are_skipped_and_counted(read: Reader) -> None:
    corpus = read("# text = Ines\nInes\tB-PER\nPrado\tI-PER\n#\nwaits\tO\n\n# x\nLima\tB-LOC\n", comments="#")
    assert pairs(corpus) == TWO
    assert corpus.comments == 3
    assert "3 comment lines skipped" in corpus.describe()


def test_comments_may_start_with_any_mark(read: Reader) -> None:
    assert pairs(read("% a note\n#\tO\n", comments="%")) == [[("#", "O")]]


def test_further_columns_may_vary_where_both_columns_count_from_the_left(read: Reader) -> None:
    text = "Ines B-PER\nPrado I-PER x y\nwaits O x\n\nLima B-LOC\n"
    assert pairs(read(text, word=0, tag=1)) == TWO


def test_of_thousands_of_columns_few_are_looked_at(read: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    column = Block.column

    def counted(block: Block, number: int) -> list[str] | None:
        looked.append(number)
        return column(block, number)

    monkeypatch.setattr(Block, "column", counted)
    line = "\t".join(["Ines"] * 5000 + ["B-PER"])
    assert pairs(read(f"{line}\n")) == [[("Ines", "B-PER")]]
    assert set(looked) == {-1, *range(MOST + 1)}  # the tags, the words, and MOST others


def test_a_wider_line_is_refused_though_its_word_and_tag_are_known(refusal: Callable[..., str]) -> None:
    message = "corpus.conll:3: expected 2 columns by tab as on line 1, found 3"
    assert refusal("Lima\tB-LOC\nLima\tB-LOC\nLima\tB-LOC\tB-LOC\n").startswith(message)


@pytest.mark.parametrize("columns", [{}, {"word": 0, "tag": -1}, {"word": -2, "tag": 1}, {"word": -2, "tag": -1}])
def test_columns_may_not_vary_where_one_counts_from_the_right(
    refusal: Callable[..., str], columns: dict[str, int]
) -> None:
    message = refusal("Ines B-PER\nPrado I-PER x\n", **columns)
    assert message.startswith("corpus.conll:2: expected 2 columns by space as on line 1, found 3")


@pytest.mark.parametrize(
    ("text", "columns", "message"),
    [
        ("Ines\n", {}, 'corpus.conll:1: expected 2 or more columns by space, found 1: "Ines"'),
        ("\nInes\n", {}, "corpus.conll:2: expected 2 or more columns"),
        ("Ines,B-PER\n", {}, "corpus.conll:1: expected 2 or more columns by space, found 1"),
        ("Ines B-PER\n", {"word": 1, "tag": 2}, "corpus.conll:1: expected 3 or more columns by space, found 2"),
        ("Ines B-PER\n", {"word": -3, "tag": -1}, "corpus.conll:1: expected 3 or more columns by space, found 2"),
        ("Ines B-PER\n", {"delimiter": "tab"}, "corpus.conll:1: expected 2 or more columns by tab, found 1"),
        ("Ines B-PER\n\nLima\n", {}, 'corpus.conll:3: expected 2 columns by space as on line 1, found 1: "Lima"'),
        ("\nInes\tB-PER\nLima\tx\tB-LOC\n", {}, "corpus.conll:3: expected 2 columns by tab as on line 2, found 3"),
        ("Ines\tB-PER\nLima B-LOC\n", {}, "corpus.conll:2: expected 2 columns by tab as on line 1, found 1"),
        ("Ines O\n\u00a0\n", {}, "corpus.conll:2: expected 2 columns by space as on line 1, found 1"),
        ("a x B-PER\nb\n", {"word": 0, "tag": 2}, "corpus.conll:2: expected 3 or more columns by space, found 1"),
        ("Ines\tB-PER\nLima\t\n", {}, "corpus.conll:2: expected a tag, found an empty column"),
        ("Ines\tB-PER\t\n", {}, "corpus.conll:1: expected a tag, found an empty column"),
        ("Ines\tB-PER\nLima\t \n", {}, "corpus.conll:2: expected a tag, found an empty column"),
        ("Ines\tB-PER\n\tO\n", {}, "corpus.conll:2: expected a word, found an empty column"),
        ("Ines\tB-PER\n \tO\n", {}, "corpus.conll:2: expected a word, found an empty column"),
        ("Ines NNP\n", {}, 'corpus.conll:1: expected a tag such as O or B-PER, found "NNP"'),
        ("Ines B-PER\nLima B-\n", {}, 'corpus.conll:2: expected a tag such as O or B-PER, found "B-"'),
        ("Ines PER\n", {}, 'corpus.conll:1: expected a tag such as O or B-PER, found "PER"'),
        ("Ines 0\n", {}, 'corpus.conll:1: expected a tag such as O or B-PER, found "0"'),
        ("Ines\tB-PER \n", {}, 'corpus.conll:1: expected a tag such as O or B-PER, found "B-PER "'),
        ("Ines B-PER\nLima S-LOC\n", {}, "corpus.conll:2: expected one tag scheme throughout, found mixed ones"),
    ],
)
def test_a_line_that_does_not_fit_is_refused_with_path_and_line(
    refusal: Callable[..., str], text: str, columns: dict[str, object], message: str
) -> None:
    assert refusal(text, **columns).startswith(message)


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        (
            "Ines\n",
            "Separate word and tag by a tab or a space. Or is the line a comment (corpus.comments), or "
            "corpus.delimiter, corpus.word_column or corpus.tag_column another?",
        ),
        ("Ines\tO \n", "Take out the blanks beside it."),
        ("Ines B-PER\nLima\n", "Mend the line, or count corpus.word_column and corpus.tag_column from the left."),
        ("Ines\t\n", "Give the token a tag, O if outside."),
        (
            "Ines B\n",
            "Write a type behind it: sed -E 's/([[:blank:]][BIESLUM])([[:space:]]*)$/\\1-NAME\\2/' IN > OUT does, "
            "if it stands last. Or is corpus.tag_column another?",
        ),
        (
            "Ines B_PER\n",
            "Write a prefix in capitals, a hyphen and a type, as in B-PER: "
            "sed -E 's|([[:blank:]][BIESLUM])[_:./]([^[:space:]]+[[:space:]]*)$|\\1-\\2|' IN > OUT does, if it "
            "stands last. Or is corpus.tag_column another?",
        ),
        (
            "Ines PER-B\n",
            "Write a prefix in capitals, a hyphen and a type, as in B-PER: "
            "sed -E 's|([^[:space:]]+)[-_]([BIESLUM])([[:space:]]*)$|\\2-\\1\\3|' IN > OUT does, if it "
            "stands last. Or is corpus.tag_column another?",
        ),
        ("Ines\tB-WORK OF ART\n", "Types have no blanks: write _ in their place."),
        (
            "Ines b-PER\n",
            "Write a prefix in capitals, a hyphen and a type, as in B-PER. Or is corpus.tag_column another?",
        ),
        (
            "Ines,PER\n",
            "Separate word and tag by a tab or a space, not by a comma. Or is the line a comment (corpus.comments), or "
            "corpus.delimiter, corpus.word_column or corpus.tag_column another?",
        ),
        ("\tO\n", "Give the token a word."),
        (
            "Ines NNP\n",
            "Is corpus.tag_column the column of the tags? Then write B- or I- before each type, or set corpus.scheme "
            "to types if they stand alone. Or is the line a comment (corpus.comments)? "
            "Or names of columns? Take it out.",
        ),
        (
            "Ines B-PER\nwent VBD\n",
            "Is corpus.tag_column the column of the tags? Then write B- or I- before each type, or set corpus.scheme "
            "to types if they stand alone. Or is the line a comment (corpus.comments)?",
        ),
        ("# Ines sleeps\nInes B-PER\n", 'Is the line a comment? Then set corpus.comments to "#".'),
        ("#\nInes B-PER\n", 'Is the line a comment? Then set corpus.comments to "#".'),
        ("Ines B-PER\nvisits\tO\n", "Separate all lines alike, by tabs or by spaces."),
        ("Ines\tB-PER\nvisits  O\n", "Separate all lines alike, by tabs or by spaces."),
        ("Ines\tNNP\tB-PER\nvisits VBZ\tO\n", "Separate all lines alike, by tabs or by spaces."),
        ("Ines\tB-PER\nNew York\n", "Mend the line, or count corpus.word_column and corpus.tag_column from the left."),
        ("Ines B-PER\nLima S-LOC\n", "Mend the tags, or set corpus.scheme to iob2."),
    ],
)
def test_a_refusal_says_what_to_do(refusal: Callable[..., str], text: str, remedy: str) -> None:
    assert refusal(text).endswith(remedy)


@pytest.mark.parametrize(
    ("form", "called"), [("csv", "CSV"), ("inline", "inline markup"), ("jsonl", "JSON Lines"), ("spacy", "DocBin")]
)
def test_other_forms_of_a_corpus_are_read_by_their_suffix(tmp_path: Path, form: FormName, called: str) -> None:
    if form == "spacy":
        pytest.importorskip("spacy")
    columns = tmp_path / "my.conll"
    columns.write_text("Ines\tB-PER\nMora\tI-PER\nleft\tO\n\nLima\tB-LOC\n")
    other = tmp_path / f"my.{form}"
    other.write_bytes(b"".join(FORMS[form].write(FORMS["conll"].read(columns, Reading()).passages, "my.conll")))
    corpus = read_corpus(other)
    assert (corpus.words, corpus.tags) == (read_corpus(columns).words, read_corpus(columns).tags)
    assert corpus.describe() == f"2 sentences, 4 tokens, {called}, IOB2"
    zipped = tmp_path / f"zipped.{form}.gz"
    zipped.write_bytes(gzip.compress(other.read_bytes()))
    assert read_corpus(zipped).tags == corpus.tags


def test_documents_are_cut_into_sentences_and_what_is_left_out_of_them_is_told(tmp_path: Path) -> None:
    path = tmp_path / "my.jsonl"
    lines = [
        {"text": "Ines left. She went to Lima.", "ents": [[0, 4, "PER"], [23, 27, "LOC"]]},
        {"text": "Lima", "ents": [], "answer": "reject"},
    ]
    path.write_text("\n".join(map(json.dumps, lines)))
    corpus = read_corpus(path)
    assert corpus.words == [["Ines", "left", "."], ["She", "went", "to", "Lima", "."]]
    assert corpus.tags == [["B-PER", "O", "O"], ["O", "O", "O", "B-LOC", "O"]]
    assert [sentence.line for sentence in corpus.sentences] == [1, 1]
    left_out = '1 left out whose "answer" is reject or ignore'
    assert corpus.describe() == f"2 sentences, 8 tokens, JSON Lines, IOB2, {left_out}"
    path.write_text(json.dumps(lines[1]))
    with pytest.raises(CorpusError, match=f"my.jsonl: expected tagged sentences, found none; {left_out}. Is this the"):
        read_corpus(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"text": "a\nb", "tokens": [{"start": 0, "end": 3}], "ents": []}, "words without line breaks, found 'a\\nb'."),
        ({"text": "Lima", "ents": [[0, 4, "O"]]}, "types other than O"),
        ({"text": "Lima's", "ents": [[0, 3, "LOC"]]}, "an entity of whole tokens"),
    ],
)
def test_what_no_tags_could_say_is_refused(tmp_path: Path, content: dict[str, object], message: str) -> None:
    path = tmp_path / "my.jsonl"
    path.write_text(json.dumps(content))
    with pytest.raises(CorpusError) as refused:
        read_corpus(path)
    assert str(refused.value).startswith(f"{path}:1: expected {message}")


def test_a_line_that_is_not_utf8_is_refused_with_path_and_line(tmp_path: Path) -> None:
    path = tmp_path / "corpus.conll"
    path.write_bytes(b"Ines\tB-PER\nM\xe1laga\tB-LOC\n")
    with pytest.raises(CorpusError, match=r"corpus\.conll:2: expected UTF-8"):
        read_corpus(path)


@pytest.mark.parametrize("text", ["", "\n", " \n\t\n", "-DOCSTART- O\n\n"])
def test_a_file_without_sentences_is_refused(refusal: Callable[..., str], text: str) -> None:
    assert refusal(text) == "corpus.conll: expected tagged sentences, found none. Is this the right file?"


@pytest.mark.parametrize("name", ["absent.conll", ".", "absent.inline"])
def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(CorpusError) as caught:
        read_corpus(tmp_path / name)
    assert str(caught.value).startswith(f"{tmp_path / name}: cannot read the file: ")


def test_a_file_whose_lines_end_in_carriage_returns_is_no_single_word(refusal: Callable[..., str]) -> None:
    message = refusal("a O\rb B-X\r\rc O\r")
    assert message.startswith("corpus.conll: expected lines that end in LF or CRLF, found carriage returns alone.")


SCHEME_EXAMPLES = {
    "iob1": "a I-X\nb I-X\nc O\nd I-X\n\ne I-X\nf B-X\n",
    "iob2": "a B-X\nb I-X\nc O\nd B-X\n\ne B-X\nf B-X\n",
    "iobes": "a B-X\nb E-X\nc O\nd S-X\n\ne S-X\nf S-X\n",
    "bilou": "a B-X\nb L-X\nc O\nd U-X\n\ne U-X\nf U-X\n",
    "bmes": "a B-X\nb M-X\nc E-X\nd O\n\ne S-X\nf S-X\n",
}


@pytest.mark.parametrize(("scheme", "text"), SCHEME_EXAMPLES.items())
def test_the_scheme_is_detected(read: Reader, scheme: str, text: str) -> None:
    corpus = read(text)
    assert (corpus.scheme, corpus.illegal) == (scheme, 0)
    assert scheme.upper() in corpus.describe()


def test_types_alone_are_tags_where_they_are_asked_for(read: Reader) -> None:
    corpus = read("c art-film\nd art-film\ne B-cell\nf O\ng B-cell\n\nh e-mail\n", scheme="types")
    assert corpus.tags == [["I-art-film", "I-art-film", "I-B-cell", "O", "I-B-cell"], ["I-e-mail"]]
    assert (corpus.scheme, corpus.illegal) == ("types", 0)
    assert "TYPES, neighbours of one type are one entity" in corpus.describe()


@pytest.mark.parametrize("tag", ["_", "-", "0", "o", "*", "PER ", "17", "a=PER", "LOC|PER", "(PER*"])
def test_what_is_rather_an_o_is_no_type(refusal: Callable[..., str], tag: str) -> None:
    message = f'corpus.conll:3: expected O or a type such as PER, found "{tag}". '
    assert refusal(f"a\tPER\nb\tO\nc\t{tag}\n", scheme="types").startswith(message)


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        (["B", "I", "O"], "B"),
        (["B-PER", "I-PER", "O"], "B-PER"),
        (["B_PER", "I_PER", "O"], "B_PER"),
        (["PER-B", "PER-I", "O"], "PER-B"),
        (["B-PER", "I-PER", "O", "misc"], "B-PER"),  # a slip, or the name of a column
        (["B-PER", "B-LOC", "O"], "B-LOC"),
        (["I-PER", "I-LOC", "O"], "I-LOC"),
        (["S-PER", "O"], "S-PER"),
        (["b-PER", "i-PER", "O"], "b-PER"),
    ],
)
def test_types_with_prefixes_of_any_spelling_do_not_stand_alone(
    refusal: Callable[..., str], tags: list[str], found: str
) -> None:
    text = "".join(f"a {tag}\n" for tag in tags)
    assert refusal(text, scheme="types") == (
        "corpus.conll: expected types alone, as corpus.scheme or the file's suffix says, found prefixes, as in "
        f"{found}. Is corpus.scheme another?"
    )


@pytest.mark.parametrize("types", [["E-mail"], ["E-mail", "PER"], ["L", "M"], ["L"], ["B-cell", "T-cell"], []])
def test_types_that_begin_like_a_prefix_stand_alone(read: Reader, types: list[str]) -> None:
    corpus = read("".join(f"a {tag}\n" for tag in [*types, "O"]), scheme="types")
    assert corpus.tags == [[*(f"I-{one}" for one in types), "O"]]


def test_an_empty_column_is_no_type(refusal: Callable[..., str]) -> None:
    assert refusal("a\tPER\nb\t\n", scheme="types").startswith("corpus.conll:2: expected a tag, found an empty column")


@pytest.mark.parametrize(
    ("words", "first", "doubted"), [(SEVERAL, "tag", True), (SEVERAL, "PER", False), (SEVERAL - 2, "tag", False)]
)
def test_the_name_of_a_column_may_be_taken_for_a_type(read: Reader, words: int, first: str, doubted: bool) -> None:
    found = read(f"word {first}\n" + "a O\nb PER\n" * (words // 2), scheme="types").doubts
    assert [one.startswith('the first type, "tag", comes once') for one in found] == [True] * doubted


@pytest.mark.parametrize(
    ("text", "scheme", "noted"),
    [
        ("a I-X\nb O\nc I-X\n", "auto", True),
        ("a I-X\nb O\nc I-X\n", "iob1", True),
        ("a I-X\nb O\nc I-X\nd B-X\n", "auto", False),
        ("a B-X\nb O\n", "auto", False),
        ("a O\n", "iob1", False),
    ],
)
def test_where_no_tag_begins_an_entity_neighbours_are_one(read: Reader, text: str, scheme: str, noted: bool) -> None:
    assert ("neighbours of one type are one entity" in read(text, scheme=scheme).notes) == noted


def test_tags_stay_as_they_are_spelled(read: Reader) -> None:
    assert read(SCHEME_EXAMPLES["bilou"]).sentences[0].tags == ["B-X", "L-X", "O", "U-X"]


def test_a_file_without_entities_is_iob2(read: Reader) -> None:
    assert read("a O\nb O\n").scheme == "iob2"


@pytest.mark.parametrize(("chosen", "illegal"), [("iob2", 2), ("iob1", 0), ("iobes", 4), ("bilou", 4)])
def test_a_scheme_that_is_set_is_believed_and_its_breaks_counted(read: Reader, chosen: str, illegal: int) -> None:
    corpus = read("a I-X\nb O\nc I-X\n", scheme=chosen)
    assert (corpus.scheme, corpus.illegal) == (chosen, illegal)


@pytest.mark.parametrize("scheme", SCHEME_EXAMPLES)
def test_stray_illegal_transitions_in_a_large_file_are_counted(read: Reader, scheme: str) -> None:
    stray = "z I-X\n\n" if scheme != "iob1" else "z B-X\n\n"
    corpus = read(f"{SCHEME_EXAMPLES[scheme]}\n" * 200 + stray)
    breaks, told = (
        (2, "2 invalid transitions,") if scheme in ("iobes", "bilou", "bmes") else (1, "1 invalid transition,")
    )
    assert (corpus.scheme, corpus.illegal) == (scheme, breaks)
    assert told in corpus.describe()


@pytest.mark.parametrize(("legal", "stray", "refused"), [(99, 1, False), (98, 2, True), (198, 2, False)])
def test_one_illegal_step_in_a_hundred_entity_tokens_is_the_limit(
    read: Reader, legal: int, stray: int, refused: bool
) -> None:
    text = "a B-X\nb O\n\n" * legal + "c O\nd I-X\n\n" * stray
    if refused:
        with pytest.raises(CorpusError, match="expected one tag scheme throughout"):
            read(text)
    else:
        assert read(text).illegal == stray


@pytest.mark.parametrize(("first", "second"), [("I-X", "S-X"), ("S-X", "I-X")])
def test_mixed_schemes_name_the_first_step_that_breaks_the_best_one(
    refusal: Callable[..., str], first: str, second: str
) -> None:
    message = refusal(f"a B-X\nb I-X\n\nc B-X\nd O\ne {first}\n\nf {second}\n\ng B-X\n")
    assert message.startswith("corpus.conll:6: ")
    assert f"O followed by {first} is not IOB2" in message


def test_the_line_of_a_break_counts_comments_inside_the_sentence(refusal: Callable[..., str]) -> None:
    message = refusal("# one\na O\n# two\nb O\n# three\nc S-X\nd I-X\n", comments="#")
    assert message.startswith("corpus.conll:6: ")


def test_a_sentence_knows_the_line_where_it_begins(read: Reader) -> None:
    corpus = read("\n\na O\nb O\n\n\n# x\n\nc O\n", comments="#")
    assert [sentence.line for sentence in corpus.sentences] == [3, 9]


def test_a_very_long_sentence_is_noted(read: Reader) -> None:
    corpus = read("a B-X\n\n" + "b O\n" * (LONG_SENTENCE + 1))
    assert "a sentence of 1,001 tokens at line 3" in corpus.describe()
    assert read("b O\n" * LONG_SENTENCE).notes == []


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("a\tO\tO\nb\tB-A\tO\n", [1]),
        ("# c\na\tO\tNN\tI-B\tO\n", [3]),
        ("a\tO\tO\n", []),
        ("a\tB-A\tO\nb\tNN\tO\n", []),
    ],
)
def test_another_column_of_tags_is_noted(read: Reader, text: str, columns: list[int]) -> None:
    corpus = read(text, comments="#")
    assert corpus.tag_columns == columns
    assert ("holds tags too" in corpus.describe()) == bool(columns)


@pytest.mark.parametrize(
    ("text", "columns", "doubt"),
    [
        (
            "1 Ines B-PER O\n2 of O O\n3 Lima B-LOC B-PER\n",
            {"word": 1},
            "the tags of column 2 have types of those that are read, such as PER (are they meant? Then "
            "corpus.tag_column=2)",
        ),
        ("1 Ines B-PER O\n2 of O O\n3 Lima B-LOC B-PER\n", {"word": 1, "tag": 2}, None),  # somebody chose it
        ("Ines NNP I-NP I-PER\nleft VBD I-VP O\n", {}, None),
        ("Ines B-PER O\nleft O O\n", {}, None),
        ("Ines O B-PER\nleft O O\n", {}, None),
    ],
)
def test_two_levels_of_entities_are_doubted(
    read: Reader, text: str, columns: dict[str, object], doubt: str | None
) -> None:
    assert [one.startswith(doubt or "") for one in read(text, **columns).doubts] == [True] * (doubt is not None)


def test_the_suffix_of_types_alone_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.types"
    path.write_text("Lima LOC\nPeru LOC\nx O\n")
    corpus = read_corpus(path)
    assert (corpus.scheme, corpus.tags) == ("types", [["I-LOC", "I-LOC", "O"]])
    with pytest.raises(CorpusError, match="expected a tag such as O or B-PER"):
        read_corpus(path, Columns(scheme="iob1"))


def test_an_empty_word_is_no_doubt() -> None:
    """As Python code may have them; a file cannot."""
    assert list(doubts(Corpus("x", [Sentence(["", "b"], ["O", "O"])]))) == []


MANY = "".join(f"{n}{chr(97 + n)} O\n" for n in range(SEVERAL))


@pytest.mark.parametrize(
    ("text", "columns", "doubt"),
    [
        (
            "# id 1\n#a O\nb O\n#c O\n",
            {"comments": "#"},
            "comments with a tag where tokens have theirs: 2, the first on line 2 (",
        ),
        ("#a O\nb O O\n# O\n", {"comments": "#"}, None),
        ("# 1\na O\n", {"comments": "#"}, None),
        ("# 1\na x y O\n", {"comments": "#", "tag": 3}, None),
        (
            "1-2 al O\n1 a O\n2 el O\n3 Mar B-LOC\n3.1 x O\n",
            {"word": 1},
            "lines read as words that are none in CoNLL-U (3-4 or 5.1): 2, the first on line 1 (take them out: grep",
        ),
        ("1-1 a O\n1-2 b O\n2-1 c O\n", {"word": 1}, None),  # sentence and word
        ("1-1 a O\n1-2 b O\n2 c O\n3 d O\n", {"word": 1}, None),  # half of them
        ("3-4 x O\na x O\nb x O\n", {"word": -3}, None),
        ("1 a O\n2 b O\n", {"word": 1}, None),
        ("1-2 O\na O\nb O\n", {}, None),
        (
            "a\tI-A\nb\tB-A\nc\tO\n",
            {"scheme": "iob2"},
            "IOB1 fits these tags, and IOB2 does not (corpus.scheme=iob1 would)",
        ),
        ("a\tI-A\nb\tI-A\n", {"scheme": "iob1"}, None),
        ("a\tI-A\nb\tB-A\nc\tS-A\nd\tO\n", {"scheme": "iob2"}, None),  # IOB1 breaks less often, and does not fit
        (
            "a \tO\nb\tO\n c\tO\na \tO\n",
            {},
            "words with a blank before or after them, which are then ",
        ),
        ("a b\tO\n", {}, None),
        ("".join(f"en:{line}\n" for line in MANY.splitlines()), {}, 'all words begin with "en:", as those of other'),
        (
            "".join(f"{mark}:{line}\n" for line in MANY.splitlines() for mark in ("en", "deu")),
            {},
            'all words begin with a mark such as "deu:", as those of other text will not (cut it off)',
        ),
        ("".join(f"en:{line}\n" for line in MANY.splitlines()) + "x O\n", {}, None),
        (
            "a B-PER:0.93\nb I-PER:0.93\nc O\n",
            {},
            "types that end in a number after a colon, such as PER:0.93 (are these scores? Then cut them off)",
        ),
        (
            "a B-PER[12]\nb I-PER[12]\nc O\n",
            {},
            "types that end in a number in brackets, such as PER[12] (does it number entities, as in WebAnno? Then cut",
        ),
        ("a PER[1]\nb O\n", {"scheme": "types"}, "types that end in a number in brackets, such as PER[1] (does"),
        ("a B-PER[x]\nb B-PER1\nc B-a[2]b\n", {}, None),
        ("a B-PER:1.2.3\nb B-law:7\nc B-0.5\n", {}, None),
        (MANY.replace(" ", "0 ") + "x9 O\n", {}, "all words end in a digit, as those of other text will not (cut it o"),
        (MANY.replace(" ", "0 ") + "x O\n", {}, None),
        (MANY.replace(" ", ", "), {}, 'all words end in ",", as those of other text will not (cut it off)'),
        (MANY.replace(" ", ", ").partition("19")[0], {}, None),
        (MANY, {}, None),
        ("w O\n" * SEVERAL, {}, None),
        (
            MANY.replace("O", "B-A"),
            {},
            "no word is outside of an entity (is corpus.tag_column the column of the tags?)",
        ),
        (MANY.replace("O", "B-A") + "x O\n", {}, None),
        ("a O\nb B-A\n" * 100, {}, "only 2 different words among 200 (is corpus.word_column that of the words?)"),
        ("a O\nb B-A\n" * 99, {}, None),
        ("".join(f"{number % 15} B-A\nx O\n" for number in range(100)), {}, None),
    ],
)
def test_what_may_be_meant_otherwise_is_doubted(
    read: Reader, text: str, columns: dict[str, object], doubt: str | None
) -> None:
    found = read(text, **columns)
    assert [one.startswith(doubt or "") for one in found.doubts] == [True] * (doubt is not None)
    assert ", ".join(found.doubts) in found.describe()


def test_a_byte_order_mark_inside_the_file_is_noted(read: Reader) -> None:
    corpus = read("a O\n\n\ufeffb O\n")
    assert corpus.sentences[1].words == ["\ufeffb"]
    assert "1 token with a byte-order mark inside" in corpus.describe()


def test_accents_apart_from_their_letters_are_noted(read: Reader) -> None:
    # NFC takes U+0958 apart, and has no letter of q and its accent: these two are as they should be.
    described = read("Zoe\u0308 B-PER\nu\u0308ber O\nZo\u00eb B-PER\n\u0958 O\nq\u0308 O\n").describe()
    assert described.endswith(
        "IOB2, 2 tokens with accents apart from their letters (NFD), which differ from the same words in NFC"
    )


def test_the_description_counts_sentences_and_tokens(read: Reader) -> None:
    assert read("a B-X\nb O\n\nc O\n").describe() == "2 sentences, 3 tokens, 2 columns by space, IOB2"
    assert from_lists([["a"]], [["O"]]).describe() == "1 sentence, 1 token, lists, IOB2"


def test_inline_markup_is_known_by_its_suffix(tmp_path: Path) -> None:
    path = tmp_path / "corpus.inline"
    path.write_text("# a note\n[Ines Prado](PER) waits\n[Lima](LOC)\n", encoding="utf-8")
    corpus = read_corpus(path)
    assert pairs(corpus) == TWO
    assert [sentence.line for sentence in corpus.sentences] == [2, 3]
    (packed := tmp_path / "packed.inline.gz").write_bytes(gzip.compress(path.read_bytes()))
    assert pairs(read_corpus(packed)) == TWO


WORD = st.text(  # no null, of which a few at the beginning of a file stand for UTF-16
    st.characters(exclude_categories=["Cs"], exclude_characters="\0\t\n\r\v\f\ufeff"), min_size=1, max_size=8
).filter(lambda word: bool(word.strip(" ")) and not word.startswith("-DOCSTART-"))


@st.composite
def sentences(draw: st.DrawFn) -> Sentence:
    words = draw(st.lists(WORD, min_size=1, max_size=8))
    found, position = [], 0
    for length, label in draw(st.lists(st.tuples(st.integers(1, 3), st.sampled_from(["PER", "LOC", ""])), max_size=4)):
        if position + length > len(words):
            break
        if label:
            found.append(Span(position, position + length, label))
        position += length
    spell = draw(st.sampled_from([iob2, iobes]))
    return Sentence(words, spell(found, len(words)))


@settings(derandomize=True, max_examples=100, deadline=None)
@given(st.lists(sentences(), min_size=1, max_size=5))
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, written: list[Sentence]) -> None:
    path = tmp_path_factory.mktemp("corpus") / "corpus.conll"
    path.write_text("".join(f"{line}\n" for line in write_columns(written)), encoding="utf-8", newline="")
    corpus = read_corpus(path, Columns(scheme="iob2"))
    assert [(sentence.words, sentence.tags) for sentence in corpus.sentences] == [
        (sentence.words, sentence.tags) for sentence in written
    ]


def test_columns_are_written_with_a_blank_line_after_each_sentence() -> None:
    written = [Sentence(["Ines", "Prado"], ["B-PER", "I-PER"]), Sentence(["Lima"], ["B-LOC"])]
    assert list(write_columns(written)) == ["Ines\tB-PER", "Prado\tI-PER", "", "Lima\tB-LOC", ""]


def test_a_sentence_with_a_tag_too_few_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="shorter"):
        list(write_columns([Sentence(["Ines", "Prado"], ["B-PER"])]))


def test_numbers_in_place_of_words_are_refused_beside_an_odd_line(tmp_path: Path) -> None:
    """One that has the block looked at line by line."""
    (tmp_path / "n.conll").write_text("1\tThe\tO\n2\tend\tO\n3\t\x01x\tO\n", encoding="utf-8")
    with pytest.raises(CorpusError, match="expected words in column 0, found their numbers: 1, 2, 3"):
        read_corpus(tmp_path / "n.conll")


def test_few_letters_are_no_doubt_of_a_corpus_of_letters(tmp_path: Path) -> None:
    (tmp_path / "l.conll").write_text("".join(f"{chr(97 + n % 20)} B-A\n" for n in range(500)) + "\n")
    assert not any(doubt.startswith("only") for doubt in read_corpus(tmp_path / "l.conll").doubts)
