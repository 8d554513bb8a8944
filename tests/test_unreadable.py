"""What is said of lines in columns that look like something else."""

import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from nerwin.corpora.columns import Columns
from nerwin.corpora.other_columns import MOST
from nerwin.corpora.reading import read_corpus
from nerwin.errors import CorpusError

Refusal = Callable[..., str]


@pytest.fixture
def refusal(tmp_path: Path) -> Refusal:
    """What is said after "expected ..., found ..."."""

    def reader(text: str, **columns: object) -> str:
        path = tmp_path / "u"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(CorpusError) as refused:
            read_corpus(path, Columns(**columns))  # type: ignore[arg-type]
        return str(refused.value).removeprefix(f"{path}:")

    return reader


TURNED_ROUND = "Column 0 holds tags: set corpus.tag_column to 0 and corpus.word_column to "


@pytest.mark.parametrize(
    ("text", "columns", "remedy"),
    [
        ("O\twho\nB-PER\tInes\nI-PER\tPrado\n", {}, f"{TURNED_ROUND}1."),
        ("B-PER I\nO o\nO left\n", {}, f"{TURNED_ROUND}1."),
        ("B-PER\tInes\tNNP\nO\tleft\tVBD\n", {}, f"{TURNED_ROUND}that of the words."),
        ("O\twho\nO\tleft\n", {}, "Or names of columns? Take it out."),
        ("token,tag\nInes,B-PER\n", {}, "Is it CSV? Then let its name end in .csv."),
        ("Sentence #,Word,POS,Tag\nSentence: 1,Ines,NNP,B-PER\n", {}, "Is it CSV? Then let its name end in .csv."),
        ("sentence_id,form,tag\n1,Ines,B-PER\n", {}, "Is it CSV? Then let its name end in .csv."),
        ("sentence_id\tform\tner_tags\n1\tInes\tB-PER\n", {}, "Is it CSV? Then let its name end in .csv."),
        ("sentence_id\ttoken\ttag\n1\tInes\tB-PER\n", {}, "Is it CSV? Then let its name end in .csv."),
        ("Sentence #\tWord\tPOS\tTag\n1\tInes\tNNP\tB-PER\n", {}, "Is it CSV? Then let its name end in .csv."),
        ('"word"\t"tag"\n"Ines"\t"B-PER"\n', {}, "Is it CSV? Then let its name end in .csv."),
        ("word\ttag\nInes\tB-PER\n", {}, "Or names of columns? Take it out."),
        ("1\tvon\tO\n2-3\tam\t_\n2\tan\tO\n", {"word": 1}, "Is it none of CoNLL-U's words (3-4 or 5.1)? Then take"),
        ("1\tvon\tO\n1.1\tsie\t_\n2\tan\tO\n", {"word": 1}, "Is it none of CoNLL-U's words (3-4 or 5.1)? Then take"),
        ("1\tvon\tO\n2-3\tam\t\n2\tan\tO\n", {"word": 1}, "Is it none of CoNLL-U's words (3-4 or 5.1)? Then take"),
        ("1-1\t0-4\tInes\tPER\n", {"word": 2}, "Is corpus.tag_column the column of the tags?"),
        ("about CD O\n5.1 CD o\n", {}, "Is it outside? Then write O."),
        ("T1\tPER 0 4\tInes\n", {}, "Is it brat's standoff?"),
        ("100|t|Ines left Oslo\n100|a|\n", {}, "Is it PubTator's form?"),
        ("#FORMAT=WebAnno TSV 3.2\n1-1\t0-4\tInes\tPER\t\n", {}, "Is it WebAnno's TSV?"),
        ("Ines/B-PER left/O ./O\n", {}, "Are these words with their tags, a sentence a line?"),
        ("Ines|NNP|I-PER left|VBD|O .|.|O\n", {}, "Are these words with their tags, a sentence a line?"),
        ("O B-PER|B-LOC\n", {}, "A word has one tag here"),
        (
            "Ines\tB\nleft\tO\n",
            {},
            "Write a type behind it: sed -E 's/([[:blank:]][BIESLUM])([[:space:]]*)$/\\1-NAME\\2/' IN > OUT",
        ),
        ("Lima/B-LOC/B-GPE " * 30 + ".\n", {}, "Is corpus.tag_column the column of the tags?"),
        ("In other words, we\n", {}, "Is corpus.tag_column the column of the tags?"),
        ("T1\tPER x\tInes\n", {}, "Is corpus.tag_column the column of the tags?"),
        (
            "1\tInes\tB-PER\t-\tmira\n2\tleft\tO\t-\tmira\n",
            {},
            "Is column 2 that of the tags? Then set corpus.tag_column to 2. Or set corpus.scheme to types if they "
            "stand alone here.",
        ),
        (
            "Ines\tB-PER\t-\nleft\tO\t-\n",
            {},
            "Is column 1 that of the tags? Then set corpus.tag_column to 1. Or is it outside? Then write O.",
        ),
        (
            "left\tO\t\nInes\tB-PER\t\n",
            {},
            "found an empty column. Is column 1 that of the tags? Then set corpus.tag_column to 1. Or give the token "
            "a tag, O if outside.",
        ),
        ("Ines\tB-PER\t7\n", {}, "Is column 1 that of the tags? Then set corpus.tag_column to 1."),
        ("Ines\tB-NP\tPER-B\n", {}, "Write a prefix in capitals, a hyphen and a type, as in B-PER: sed"),
        ("Ines\tB-NP\tb-PER\n", {}, "Write a prefix in capitals, a hyphen and a type, as in B-PER. Or is corpus.ta"),
        ("Ines\tB-NP\tB-PER \n", {}, "Take out the blanks beside it."),
        ("Ines\tB-NP\tB-PER\nleft\tB-VP\tPER\n", {}, "Is corpus.tag_column the column of the tags? Then write B- or"),
        ("Ines\tB-PER\t-\n", {"scheme": "types"}, "Is it outside? Then write O. Or is corpus.tag_column another?"),
    ],
)
def test_another_column_may_be_that_of_the_tags(
    refusal: Refusal, text: str, columns: dict[str, object], remedy: str
) -> None:
    assert remedy in refusal(text, **columns)


def test_the_command_for_tags_without_types_makes_them_whole_whatever_ends_the_lines(refusal: Refusal) -> None:
    text = "Ines\tB\r\nPrado\tI \nB\tO\nleft O\n"
    command = refusal("Ines\tB\r\nB\tO\r\n").partition(": sed")[2].partition(" IN > OUT")[0]
    made = subprocess.run(["sed", *shlex.split(command)], input=text.encode(), capture_output=True, check=True)
    assert made.stdout == b"Ines\tB-NAME\r\nPrado\tI-NAME \nB\tO\nleft O\n"


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("I_x\tB_PER\r\nPrado\tI_PER_2 \nI_x\tO\n", "I_x\tB-PER\r\nPrado\tI-PER_2 \nI_x\tO\n"),
        ("Ines B/PER\nPrado I/PER\n", "Ines B-PER\nPrado I-PER\n"),
        ("x-B\tPER-B\r\nPrado\tA-1_I \nx-B\tO\n", "x-B\tB-PER\r\nPrado\tI-A-1 \nx-B\tO\n"),
    ],
)
def test_the_command_for_tags_in_another_spelling_respells_them_alone(refusal: Refusal, text: str, mended: str) -> None:
    refused = refusal(text)
    command = refused.partition(": sed")[2].partition(" IN > OUT does, if it stands last. Or is corpus.tag_column")[0]
    made = subprocess.run(["sed", *shlex.split(command)], input=text.encode(), capture_output=True, check=True)
    assert made.stdout == mended.encode()


def test_a_column_that_is_recommended_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "u").write_text("O\twho\nB-PER\tInes\n")
    assert read_corpus(tmp_path / "u", Columns(word=1, tag=0)).sentences[0].words == ["who", "Ines"]


BRACKETS = "Brackets as in CoNLL-2012 are not read: write B- and I- (the README says how)."
NESTED = "A word has one tag here: of nested entities keep one, such as the outermost."
INSIDE = "The tag stands inside other values: cut it out."
OUTSIDE = "Is it outside? Then write O. Or is corpus.tag_column another?"


@pytest.mark.parametrize("scheme", ["auto", "types"])
@pytest.mark.parametrize(
    ("tag", "remedy"),
    [
        ("o", OUTSIDE),
        ("0", OUTSIDE),
        ("-", OUTSIDE),
        ("_", OUTSIDE),
        ("*", BRACKETS),
        ("*)", BRACKETS),
        ("(ORG*", BRACKETS),
        ("((ORG*", BRACKETS),
        ("(ORG)", BRACKETS),
        ("(12)", BRACKETS),
        ("(12", BRACKETS),
        ("12)|(3", BRACKETS),
        ("name=B-LOC|SpaceAfter=No", INSIDE),
        ("SpaceAfter=No|ner=O", INSIDE),
    ],
)
def test_a_tag_may_be_spelled_as_others_spell_theirs(refusal: Refusal, tag: str, remedy: str, scheme: str) -> None:
    assert refusal(f"left O\nInes {tag}\n", scheme=scheme).endswith(f'found "{tag}". {remedy}')


@pytest.mark.parametrize("tag", ["B-LOC\u00a0", "B-LOC\u200b", "O\u00a0", "B-\u00a0LOC"])
def test_what_is_not_seen_is_no_part_of_a_type(refusal: Refusal, tag: str) -> None:
    shown = tag.encode("unicode_escape").decode()
    assert refusal(f"left\tO\nInes\t{tag}\n").endswith(f'found "{shown}". Take out what is not seen in it.')


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_tags_with_nothing_between_their_letters_may_be_utf16(tmp_path: Path, codec: str) -> None:
    (tmp_path / "u").write_bytes(f"{'中你' * 20}\tB-PER\n".encode(codec))  # which is UTF-8, too
    with pytest.raises(CorpusError, match=r"Is the file UTF-16\? Then convert it to UTF-8\.$"):
        read_corpus(tmp_path / "u")


def test_a_type_may_have_marks_in_it(tmp_path: Path) -> None:
    tags = ["B-GPE|LOC", "I-GPE|LOC", "B-GPE|Org", "B-a/B-b", "B-C++O", "B-x=y", "O"]
    (tmp_path / "u").write_text("".join(f"word {tag}\n" for tag in tags))
    assert read_corpus(tmp_path / "u").sentences[0].tags == tags


@pytest.mark.parametrize(
    ("tag", "remedy"),
    [
        ("17", "Mend the tag."),
        ("PER ", "Take out the blanks beside it."),
    ],
)
def test_a_type_that_is_none_is_to_be_mended(refusal: Refusal, tag: str, remedy: str) -> None:
    assert refusal(f"left\tO\nInes\t{tag}\n", scheme="types").endswith(f'found "{tag}". {remedy}')


@pytest.mark.parametrize(
    ("tag", "remedy"),
    [
        ("W-LOC", "Write S- for W-."),
        ("B-PER|B-LOC", NESTED),
        ("B-PER|O", NESTED),
        ("O|I-LOC", NESTED),
        ("B-LOC|SpaceAfter=No", INSIDE),
        ("W-", "Is corpus.tag_column the column of the tags? Then write B- or I- before each type, or set corpus.sch"),
        ("Prado,B-PER", "Separate columns by tabs or spaces, not by a comma."),
        ("Prado;Lima,x;O", "Separate columns by tabs or spaces, not by a semicolon."),
        ("B-O", "No type can be called O, which is what is outside: call it otherwise."),
        ("В-LOC", "Its first letter is no Latin one (CYRILLIC CAPITAL LETTER VE): write it anew."),
        ("О", "Is it outside? Then write O. Or is corpus.tag_column another?"),
        ("他", "Is corpus.tag_column the column of the tags? Then write B- or I- before each type"),
        ("Prado,B", "Is corpus.tag_column the column of the tags? Then write B- or I- before each type, or set corp"),
        (":)", "Is corpus.tag_column the column of the tags? Then write B- or I- before each type. Or is the line a"),
        ("a=b", "Is corpus.tag_column the column of the tags? Then write B- or I- before each type. Or is the line a"),
    ],
)
def test_a_tag_with_a_prefix_may_be_spelled_otherwise(refusal: Refusal, tag: str, remedy: str) -> None:
    assert f'found "{tag}". {remedy}' in refusal(f"left O\nInes {tag}\n")


JSON = "Is it JSON? Then let its name end in .jsonl."
XML = "Is it XML? nerwin does not read that. Or is the line a comment (corpus.comments)?"


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ('{"text":"Ines"}\n', JSON),
        ('{"text": "Ines", "ents": []}\n', JSON),
        ("[\n  {\n", JSON),
        ('[["Ines", {}]]\n', JSON),
        ('\n\n  {"text": "Ines"}\n', JSON),
        ("[ NNP\n", None),
        ('Ines O\n{"a": 1}\n', None),
        ("<doc>\n", XML),
        ('<?xml version="1.0"?>\n', XML),
        ("<!DOCTYPE corpus>\n", XML),
        ("< NNP\n", None),
        ("Ines O\n<doc> x\n", None),
    ],
)
def test_the_first_line_may_be_of_no_columns(refusal: Refusal, text: str, remedy: str | None) -> None:
    assert [refusal(text).endswith(one) for one in (JSON, XML)] == [remedy == one for one in (JSON, XML)]


@pytest.mark.parametrize(
    ("text", "apart"),
    [
        ("Ines,PER\n", ", not by a comma. Or"),
        ("Ines;PER\n", ", not by a semicolon. Or"),
        ("Ines,Prado;PER\n", ", not by a semicolon. Or"),
        ("Ines\n", ". Or"),
    ],
)
def test_columns_may_be_apart_by_another_mark(refusal: Refusal, text: str, apart: str) -> None:
    assert f"Separate word and tag by a tab or a space{apart} is the line a comment" in refusal(text)


ONTONOTES = "bc/cctv_0001 0 1 Oslo NNP (NP* - - - Speaker#1 {} (ARG1* * {}\n"


@pytest.mark.parametrize(("entity", "last"), [("(GPE*", "-"), ("*)", "23)"), ("(GPE)", "(4|(5)"), ("*", "-")])
@pytest.mark.parametrize("columns", [{}, {"tag": 10}, {"tag": 10, "word": 3}])
def test_of_ontonotes_it_is_said_where_its_entities_are(
    refusal: Refusal, entity: str, last: str, columns: dict[str, object]
) -> None:
    said = refusal(ONTONOTES.format(entity, last), **columns)
    assert said.endswith(f"Is it CoNLL-2012's OntoNotes? Column 10 has its entities. {BRACKETS}")


@pytest.mark.parametrize(
    "text",
    [
        ONTONOTES.format("B-GPE", "-"),
        ONTONOTES.format("*", "-").replace("(NP*", "NP"),
        ONTONOTES.format("*", "-").replace(" 0 1 ", " 0 x "),
        " ".join(ONTONOTES.format("*", "-").split()[:11]),
    ],
)
def test_other_columns_are_not_taken_for_those_of_ontonotes(refusal: Refusal, text: str) -> None:
    assert "OntoNotes" not in refusal(text)


@pytest.mark.parametrize(("text", "mark"), [("Ines,B-PER\n", "comma"), ("left;O\n", "semicolon"), ('",",O\n', "comma")])
def test_a_table_may_lack_the_names_of_its_columns(refusal: Refusal, text: str, mark: str) -> None:
    assert refusal(text).endswith(
        f"Separate word and tag by a tab or a space, not by a {mark}. Is it CSV? Then name its columns in a first row, "
        "as sentence_id, token and tag, and let its name end in .csv."
    )


def test_of_a_line_by_tab_the_whole_is_looked_at(refusal: Refusal) -> None:
    assert "not by a comma" in refusal("Ines\tPrado,B-PER\n", tag=3)


def test_a_type_alone_has_nothing_unseen_at_its_ends(refusal: Refusal) -> None:
    said = refusal("left\tO\nInes\tPER\u200b\n", scheme="types")
    assert said.endswith('found "PER\\u200b". Take out what is not seen in it.')


NUMBERED = "# text = Ines left\n1\tInes\tB-PER\t_\n2\tleft\tO\t_\n\n1\tOslo\tB-LOC\t_\n"


@pytest.mark.parametrize(
    ("columns", "settings"),
    [
        (Columns(), 'corpus.comments to "#", corpus.word_column to 1, corpus.tag_column to 2'),
        (Columns(comments="#"), "corpus.word_column to 1, corpus.tag_column to 2"),
        (Columns(comments="#", tag=-2), "corpus.word_column to 1"),
    ],
)
def test_all_that_is_to_be_set_is_said_at_once(refusal: Refusal, columns: Columns, settings: str) -> None:
    assert refusal(NUMBERED, **columns._asdict()).endswith(f" The beginning can be read if you set {settings}.")


NESTED = "# Ines left\n1\tInes\tB-PER\tO\n2\tleft\tO\tO\n\n1\tFC\tB-ORG\tO\n2\tOslo\tI-ORG\tB-LOC\n3\tOslo\tB-LOC\tO\n"
FEWER = "corpus.tag_column to 2 (column 3 has tags of the same types too, but fewer)"


@pytest.mark.parametrize(
    ("text", "columns", "settings"),
    [
        (NESTED, Columns(), f'corpus.comments to "#", corpus.word_column to 1, {FEWER}'),
        (NESTED, Columns(comments="#"), f"corpus.word_column to 1, {FEWER}"),
        (NESTED, Columns(tag=3), 'corpus.comments to "#", corpus.word_column to 1'),
        (NESTED.replace("\tB-LOC\n", "\tI-NP\n"), Columns(), 'corpus.comments to "#", corpus.word_column to 1'),
        ("1\tInes\tB-PER\tB-PER\n2\tleft\tO\tO\n3\tO\tO\tO\n", Columns(), "corpus.word_column to 1"),
    ],
)
def test_of_two_columns_of_tags_that_with_more_is_named_if_the_types_are_the_same(
    refusal: Refusal, text: str, columns: Columns, settings: str
) -> None:
    assert refusal(text, **columns._asdict()).endswith(f" The beginning can be read if you set {settings}.")


@pytest.mark.parametrize(
    "text",
    [
        "Ines\tNNP\nleft\tVBD\n",  # no tags at all
        "1\tInes\tB-PER\tB-NP\tx\n2\tleft\tO\tB-VP\tx\n",  # two columns of tags
        "Ines\tB-PER\nleft\tO\n\nleft\n",  # a slip beyond the first lines
        "# Ines left\nInes\tB-PER\nleft\tO\n",  # said already
        "Ines\tB-PER\tNNP\nleft\tO\tVBD\n",  # said already
        "#Ines\tB-PER\nleft\tO\n#now\n",  # words that would be lost as comments
        "\t".join(["_"] * MOST + ["B-PER", "x"]),  # more columns than are tried
    ],
)
def test_nothing_is_to_be_set_where_that_is_no_help_or_said(refusal: Refusal, text: str) -> None:
    assert "The beginning can be read" not in refusal(text)
