"""Tables with a row a word."""

import csv
from pathlib import Path

import pytest

from nerwin.corpora.csv_rows import read_csv, write_csv
from nerwin.corpora.formats import FORMS, Reading
from nerwin.corpora.passage import from_words
from nerwin.corpora.reading import read_corpus
from nerwin.errors import CorpusError
from nerwin.files.lines import LONGEST_LINE
from nerwin.text.tags import Span


def said(text: str) -> list[tuple[list[str], list[str]]]:
    return [(words, tags) for words, tags, _ in read_csv(text.splitlines(), "x.csv").sentences]


LIMA = [(["Lima", "sleeps"], ["B-LOC", "O"]), (["Ines"], ["B-PER"])]


@pytest.mark.parametrize(
    "text",
    [
        "sentence_id,token,tag\n1,Lima,B-LOC\n1,sleeps,O\n2,Ines,B-PER\n",
        "Sentence #,Word,POS,Tag\nSentence: 1,Lima,NNP,B-LOC\n,sleeps,VBZ,O\nSentence: 2,Ines,NNP,B-PER\n",
        "word,ner\nLima,B-LOC\nsleeps,O\n,\nInes,B-PER\n",
        "Word;Label;Sent\nLima;B-LOC;7\nsleeps;O;7\n;;\nInes;B-PER;8\n",
        "token\ttag\n\nLima\tB-LOC\nsleeps\tO\n\n\nInes\tB-PER\n",
        "sentence,token,tag\n,Lima,B-LOC\n,sleeps,O\n,,\n,Ines,B-PER\n",
        "sentence,token,tag\n1,Lima,B-LOC\n1,sleeps,O\n\n1,Ines,B-PER\n",
        "sent,token,tag\n1,Lima,B-LOC\n,sleeps,O\n1,Ines,B-PER\n",
        "doc,sent,token,tag\na,1,Lima,B-LOC\na,1,sleeps,O\nb,1,Ines,B-PER\n",
        '"a,b,c,d";token;tag\nx;Lima;B-LOC\ny;sleeps;O\n;;\nz;Ines;B-PER\n',
        '"a;b;c;d",token,tag\nx,Lima,B-LOC\ny,sleeps,O\n,,\nz,Ines,B-PER\n',
        'sentence, token , tag\n"1 ",Lima, B-LOC\n1,sleeps, O\n2,Ines,B-PER \n',
        "token,tag,ner\nLima,NNP,B-LOC\nsleeps,VBZ,O\n\nInes,NNP,B-PER\n",
    ],
    ids=[
        "numbers",
        "numbers at the first word",
        "empty rows",
        "semicolons",
        "tabs",
        "numbers nowhere",
        "numbers and empty rows",
        "the same number again",
        "documents",
        "commas in a name",
        "semicolons in a name",
        "blanks",
        "parts of speech",
    ],
)
def test_what_a_table_says(text: str) -> None:
    assert said(text) == LIMA


def test_quotes_hold_what_separates() -> None:
    text = 'token,tag\n",",O\n"""",O\n"a ""b"", c",B-X\n'
    assert said(text) == [([",", '"', 'a "b", c'], ["O", "O", "B-X"])]


def test_a_table_reads_as_it_was_written() -> None:
    passages = [from_words(["a,b", '"', ";", "Lima"], [Span(3, 4, "L,OC")], 1), from_words(["x"], [], 2)]
    lines = list(write_csv(passages, "source"))
    assert lines[:2] == ["sentence_id,token,tag", '1,"a,b",O']
    assert said("\n".join(lines)) == [(["a,b", '"', ";", "Lima"], ["O", "O", "O", "B-L,OC"]), (["x"], ["O"])]


def test_rows_say_where_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"\xef\xbb\xbftoken,tag\r\nLima,B-LOC\r\n,\r\nInes,B-PER\r\n")
    tagged = FORMS["csv"].read(path, Reading())
    assert [passage.line for passage in tagged.passages] == [2, 4]
    assert tagged.note == "2 sentences, 2 tokens, CSV, IOB2"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "",
            "x.csv:1: expected a header with a column named token, tokens, word or words, found none. Name the columns "
            "in a first row, as sentence_id, token and tag.",
        ),
        (
            "Lima,B-LOC\n",
            "x.csv:1: expected a header with a column named token, tokens, word or words, found lima, b-loc. Name the "
            "columns in a first row, as sentence_id, token and tag.",
        ),
        ("Lima\tB-LOC\n", "x.csv:1: expected a header with a column named token, tokens, word or words, found lima, "),
        ("Lima B-LOC\n", "x.csv:1: expected a header with a column named token, tokens, word or words, found lima b-"),
        ("token,pos\n", "x.csv:1: expected a header with a column named ner_tag, ner_tags, ner, tag, "),
        ("token,tag\n \t,O\n", "x.csv:2: expected a word, found an empty cell. "),
        (
            "token,tag\na\rb,O\n",
            "x.csv:2: expected CSV, found what is none: new-line character seen in unquoted field. ",
        ),
        ('token,tag\na,O\n",O\n' + "a,O\n" * 40_000, "x.csv:3: expected CSV, found what is none: unexpected end"),
        ("token,tag\n", "x.csv: expected tagged sentences, found none"),
        ("token,tag\na,O\nb\n", "x.csv:3: expected 2 cells as in the header, found 1. "),
        ("token,tag\na,O,x\n", "x.csv:2: expected 2 cells as in the header, found 3. "),
        ("token,tag\n,O\n", "x.csv:2: expected a word, found an empty cell. "),
        ("token,tag\na,\n", "x.csv:2: expected a tag such as O or B-PER, found ''. "),
        ("token,tag\na,PER\n", "x.csv:2: expected a tag such as O or B-PER, found 'PER'. Mend the tag."),
        (
            "tokens,ner_tags\n\"['a', 'b']\",\"['O', 'O']\"\n",
            "x.csv:2: expected a tag such as O or B-PER, found \"['O', 'O']\". A row is one word: ",
        ),
        (
            "token,tag\nin Lima,O B-LOC\n",
            "x.csv:2: expected a tag such as O or B-PER, found 'O B-LOC'. A row is one word: ",
        ),
        ("token,tag\nin Lima,O O\n", "x.csv:2: expected a tag such as O or B-PER, found 'O O'. A row is one word: "),
        (
            'token,tag\nin Lima,"O,B-LOC"\n',
            "x.csv:2: expected a tag such as O or B-PER, found 'O,B-LOC'. A row is one ",
        ),
        (
            "token,tag\nLima,B-NEW TOWN\n",
            "x.csv:2: expected a tag such as O or B-PER, found 'B-NEW TOWN'. Mend the tag.",
        ),
        (
            "sentence_id,form,tag\n1,Lima,B-LOC\n",
            "x.csv:1: expected a header with a column named token, tokens, word or words, found sentence_id, form, "
            "tag. Call the column of the words token.",
        ),
        *(
            (
                f"form,tag\n{rows}",
                "x.csv:1: expected a header with a column named token, tokens, word or words, found form, tag. Call "
                "the column of the words token.",
            )
            for rows in ("", "\n", "Lima\n", '"Lima,B-LOC\n')
        ),
        (
            "id,sentence,labels\n1,in Lima,O B-LOC\n",
            "x.csv:1: expected a header with a column named token, tokens, word or words, found id, sentence, labels. "
            "Name the columns in a first row, as sentence_id, token and tag. A row is one word: give each tag a row "
            "with its word, or write JSON Lines of words and tags.",
        ),
        ('token,tag\n",O\na,O\n",O\n', "x.csv:2: expected cells of one line, found one that goes on in the next. "),
        ('token,tag\n"a"b,O\n', "x.csv:2: expected CSV, found what is none: "),
        ('token,tag\n"a,O\n', "x.csv:2: expected CSV, found what is none: "),
    ],
)
def test_what_is_no_table_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(CorpusError) as refused:
        read_csv(text.removesuffix("\n").split("\n"), "x.csv")
    assert str(refused.value).startswith(message)


@pytest.mark.parametrize(("number", "doubted"), [("sentence_idx", False), ("row", True)])
def test_a_column_of_sentences_that_is_called_otherwise_is_asked_for(number: str, doubted: bool) -> None:
    rows = [f"{row // 20}.0,word,O" for row in range(1020)]
    corpus = read_csv([f"{number},word,tag", *rows], "x.csv")
    assert len(corpus.sentences) == (1 if doubted else 51)
    asked = "a sentence of 1,020 tokens at line 2 (does a column number the sentences? Call it sentence_id. Or "
    assert any(note.startswith(asked) for note in corpus.notes) == doubted


def test_mixed_schemes_are_noted() -> None:
    corpus = read_csv(["token,tag", "a,B-X", "b,E-X", "c,S-X", "d,U-X", "e,L-X", "f,I-X"], "x.csv", refuse_mixed=False)
    assert any("mixed tag schemes" in doubt for doubt in corpus.doubts)


@pytest.mark.parametrize(
    ("words", "label"),
    [(["a\nb"], "X"), ([" "], "X"), (["a"], "A|B-C"), (["a"], "A|O")],
    ids=["line", "blank", "two", "O"],
)
@pytest.mark.parametrize("form", ["csv", "conll", "iobes"])
def test_what_would_not_be_read_back_is_not_written(form: str, words: list[str], label: str) -> None:
    with pytest.raises(CorpusError, match=r"^source:7: expected "):
        b"".join(FORMS[form].write([from_words(words, [Span(0, 1, label)], 7)], "source"))


def test_columns_that_are_called_a_table_are_columns_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Lima\tB-LOC\nsleeps\tO\n")
    assert read_corpus(path).tags == [["B-LOC", "O"]]
    for text in ("Lima\tB-LOC\n", "Lima B-LOC\n"):
        path.write_text(text)
        with pytest.raises(
            CorpusError, match="as sentence_id, token and tag, or read columns without names --from conll"
        ):
            FORMS["csv"].read(path, Reading())


def test_a_word_may_be_as_long_as_in_other_forms() -> None:
    word = "a" * 140_000
    usual = csv.field_size_limit()
    assert read_csv(["token,tag", f"{word},B-LOC", "b,O"], "long.csv").sentences[0].words == [word, "b"]
    assert csv.field_size_limit() == usual


def test_the_longest_cell_of_the_process_is_left_as_it_was() -> None:
    usual = csv.field_size_limit(LONGEST_LINE + 2)
    try:
        word = "a" * (LONGEST_LINE + 1)
        assert read_csv(["token,tag", f"{word},B-LOC"], "long.csv").sentences[0].words == [word]
        with pytest.raises(CorpusError):
            read_csv(["token,tag", "Lima"], "x.csv")
        assert csv.field_size_limit() == LONGEST_LINE + 2
    finally:
        csv.field_size_limit(usual)
