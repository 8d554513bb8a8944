"""`nerwin convert` as a shell sees it."""

import gzip
import json
import os
from pathlib import Path
from typing import get_args

import pytest
from typer.testing import Result

from nerwin.corpora.choices import Delimiter, FormName, Scheme
from nerwin.corpora.columns import DELIMITERS
from nerwin.corpora.formats import FORMS, Reading, Tagged
from nerwin.text.tags import SCHEMES, SPELLINGS
from tests.commands import nerwin

IOB1 = "EU\tI-ORG\nrejects\tO\nLima\tI-LOC\nPeru\tB-LOC\n\nnobody\tO\n\n"
IOBES = "EU\tS-ORG\nrejects\tO\nLima\tS-LOC\nPeru\tS-LOC\n\nnobody\tO\n\n"
INLINE = "[EU](ORG) rejects [Lima](LOC) [Peru](LOC)\nnobody\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("a.conll").write_text(IOB1)
    return tmp_path


def refused(result: Result) -> str:
    """The one line of a command that ends with 2."""
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    return result.stderr


def test_the_options_name_every_form_there_is() -> None:
    assert {*get_args(FormName)} == {*FORMS}
    assert {*get_args(Scheme)} == {"auto", "types", *SCHEMES}
    assert {*SCHEMES} == {*SPELLINGS}
    assert {*get_args(Delimiter)} == {"auto", *DELIMITERS}


def test_forms_are_known_by_suffix() -> None:
    done = nerwin("convert", "a.conll", "b.inline")
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr.splitlines() == [
        "a.conll: 2 sentences, 5 tokens, 2 columns by tab, IOB1",
        "b.inline: 2 sentences, 3 entities as inline",
    ]
    assert Path("b.inline").read_text() == INLINE
    assert nerwin("convert", "b.inline", "c.iobes", "--quiet").stderr == ""
    assert Path("c.iobes").read_text() == IOBES
    assert nerwin("convert", "c.iobes", "d.iob1").exit_code == 0
    assert Path("d.iob1").read_text() == IOB1


def test_forms_are_named_and_a_pipe_is_read_and_written() -> None:
    done = nerwin("convert", "-", "-", "--from", "inline", "--to", "iob1", stdin=INLINE)
    assert (done.exit_code, done.stdout) == (0, IOB1)
    assert done.stderr.startswith("<stdin>: 2 sentences")
    assert nerwin("convert", "-", "-", "-q", "--to", "iobes", stdin=IOB1).stdout == IOBES
    Path("a.conll").rename("a.jsonl")
    assert nerwin("convert", "a.jsonl", "b.inline", "--from", "conll", "--to", "iobes").exit_code == 0
    assert Path("b.inline").read_text() == IOBES  # whatever their names are


def test_what_tag_writes_as_jsonl_is_read() -> None:
    line = {"text": "Lima!", "ents": [{"start": 0, "end": 4, "label": "LOC", "text": "Lima", "score": 0.9}]}
    done = nerwin("convert", "-", "-", "--from", "jsonl", stdin=json.dumps(line))
    assert done.stdout == "Lima\tB-LOC\n!\tO\n\n"


def test_gzip_is_read_and_written() -> None:
    assert nerwin("convert", "a.conll", "b.jsonl.gz").exit_code == 0
    assert gzip.decompress(Path("b.jsonl.gz").read_bytes()).startswith(b'{"text": "EU rejects')
    assert nerwin("convert", "b.jsonl.gz", "c.iob1").exit_code == 0
    assert Path("c.iob1").read_text() == IOB1


def test_columns_are_chosen() -> None:
    Path("b.tsv").write_text("# id\n1\tLima city\tB-LOC\tx\n2\tsleeps\tO\tx\n")
    words = ("--word-column", 1, "--tag-column", 2, "--comments", "#", "--delimiter", "tab")
    assert nerwin("convert", "b.tsv", "-", *words).stdout == "Lima city\tB-LOC\nsleeps\tO\n\n"
    assert "b.tsv:2: expected " in refused(nerwin("convert", "b.tsv", "-", *words[:-1], "space"))


def test_a_scheme_that_is_named_is_believed() -> None:
    Path("b.conll").write_text("a I-PER\nb B-PER\nc B-PER\n")
    assert nerwin("convert", "b.conll", "-", "--from", "iob2", "-q").stdout == "a\tB-PER\nb\tB-PER\nc\tB-PER\n\n"


def test_types_alone_are_read_and_written_where_they_are_asked_for() -> None:
    Path("b.tsv").write_text("Ana PER\nLima PER\nin O\nLima LOC\n")
    assert "or set --from to types if they stand alone. Or" in refused(nerwin("convert", "b.tsv", "-"))
    done = nerwin("convert", "b.tsv", "b.conll", "--from", "types")
    assert "TYPES, neighbours of one type are one entity" in done.stderr
    assert Path("b.conll").read_text() == "Ana\tB-PER\nLima\tI-PER\nin\tO\nLima\tB-LOC\n\n"
    assert nerwin("convert", "b.conll", "c.types", "-q").exit_code == 0
    assert Path("c.types").read_text() == "Ana\tPER\nLima\tPER\nin\tO\nLima\tLOC\n\n"
    assert nerwin("convert", "c.types", "-", "-q").stdout == Path("b.conll").read_text()
    assert refused(nerwin("convert", "b.conll", "-", "--from", "types")).endswith("Is --from another?\n")


def test_a_file_is_replaced_only_where_told_to() -> None:
    Path("b.inline").write_text("old")
    message = refused(nerwin("convert", "a.conll", "b.inline"))
    assert message == (
        "nerwin: b.inline: expected a new file, found one. Choose another, or replace it with --overwrite.\n"
    )
    assert Path("b.inline").read_text() == "old"
    assert nerwin("convert", "a.conll", "b.inline", "--overwrite").exit_code == 0
    assert Path("b.inline").read_text() == INLINE


def test_what_is_no_regular_file_is_written_to_as_it_stands() -> None:
    assert nerwin("convert", "a.conll", os.devnull).exit_code == 0


def test_a_file_can_be_converted_in_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    seen, sync = [], os.fsync

    def synced(file: int) -> None:
        seen.append((os.fstat(file).st_size, Path("a.conll").stat().st_size))
        sync(file)

    old = Path("a.conll").stat().st_size
    monkeypatch.setattr(os, "fsync", synced)
    assert nerwin("convert", "a.conll", "a.conll", "--to", "iobes", "--overwrite").exit_code == 0
    assert Path("a.conll").read_text() == IOBES
    assert seen == [(len(IOBES), old)]  # on the disk before the old one goes


def test_json_lines_converted_in_their_place_keep_what_else_they_hold() -> None:
    others = {"id": 7, "meta": {"source": "a"}}
    Path("a.jsonl").write_text(json.dumps({"text": "Lima!", "label": [[0, 4, "LOC"]], **others}) + "\n")
    assert nerwin("convert", "a.jsonl", "a.jsonl", "--overwrite").exit_code == 0
    ents = [{"start": 0, "end": 4, "label": "LOC"}]
    assert json.loads(Path("a.jsonl").read_text()) == {"text": "Lima!", "ents": ents, **others}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("b.jsonl", '{"text": "Lima", "ents": [[0, 9, "LOC"]]}', "b.jsonl:1: expected an entity inside the text"),
        ("b.jsonl", '{"text": "Lima", "ents": [[0, 2, "LOC"]]}', "b.jsonl:1: expected an entity of whole tokens"),
        ("b.jsonl", '{"text": "a b", "ents": [[0, 3, "A"], [2, 3, "B"]]}', "b.jsonl:1: expected entities apart"),
        ("b.inline", "a [b", 'b.inline:1: expected entities as [text](TYPE), found a lone "["'),
        ("b.conll", "a O\nb X\n", "Is --tag-column the column of the tags? Then write"),
        (
            "b.conll",
            "a\nb\n",
            "Or is the line a comment (--comments), or --delimiter, --word-column or",
        ),
        ("b.conll", "a I-A\nb B-B\nc E-A\n", "Mend the tags, or set --from to iob2."),
        ("b.conll", "", "b.conll: expected tagged sentences, found none."),
        ("b.jsonl", '{"text": "a", "ents": [], "tokens": [{"start": 0, "end": 1}]}\n{"text": "b"}', "b.jsonl:2: "),
    ],
)
@pytest.mark.parametrize("old", [None, "old"])
def test_a_source_that_is_refused_leaves_the_target_as_it_was(
    name: str, content: str, message: str, old: str | None
) -> None:
    Path(name).write_text(content)
    target = Path("out.iob2")
    if old:
        target.write_text(old)
    before = sorted(Path().iterdir())
    assert message in refused(nerwin("convert", name, target, "--overwrite"))
    assert sorted(Path().iterdir()) == before
    assert not old or target.read_text() == old


def test_a_word_that_cannot_be_written_leaves_nothing_half_written() -> None:
    lines = [{"text": "a", "ents": []}, {"text": "b\tc", "ents": [], "tokens": [{"start": 0, "end": 3}]}]
    Path("b.jsonl").write_text("\n".join(map(json.dumps, lines)))
    assert refused(nerwin("convert", "b.jsonl", "c.conll")).startswith("nerwin: b.jsonl:2: expected words without tabs")
    assert not list(Path().glob("*c.conll*"))


def test_a_setting_is_named_by_its_option() -> None:
    Path("b.conll").write_text("# a comment\nEU I-ORG\n")
    assert 'Then set --comments to "#".' in refused(nerwin("convert", "b.conll", "b.inline"))


def test_options_of_columns_are_refused_for_other_forms() -> None:
    Path("b.inline").write_text(INLINE)
    message = refused(nerwin("convert", "b.inline", "-", "--tag-column", 2))
    assert message == "nerwin: --from inline: expected no options for columns, found some. Leave them out.\n"


def test_a_place_that_cannot_be_written_is_named() -> None:
    assert refused(nerwin("convert", "a.conll", "no/b.inline")) == (
        "nerwin: no/b.inline: cannot write: No such file or directory. Make its folder, or choose another place.\n"
    )


def test_a_missing_source_is_named() -> None:
    assert refused(nerwin("convert", "no.conll", "b.inline")).startswith("nerwin: no.conll: cannot read the file")


DOCUMENT = json.dumps({"text": "Anna met Leonie. Lima won.", "label": [[0, 5, "PER"], [17, 21, "LOC"]]})


def test_entities_that_are_no_whole_tokens_are_moved_where_asked_to() -> None:
    said = refused(nerwin("convert", "-", "-", "--from", "jsonl", stdin=DOCUMENT))
    assert "expected an entity of whole tokens" in said
    assert said.endswith("or have entities moved (nerwin convert --align).\n")
    done = nerwin("convert", "-", "-", "--from", "jsonl", "--align", "contract", stdin=DOCUMENT)
    assert done.stdout == "Anna\tB-PER\nmet\tO\nLeonie\tO\n.\tO\n\nLima\tB-LOC\nwon\tO\n.\tO\n\n"
    assert done.stderr == (
        "<stdin>: 1 document, 7 tokens; 1 entity moved to whole tokens\n-: 2 sentences, 2 entities as conll\n"
    )
    same = nerwin("convert", "-", "-", "--from", "jsonl", "--to", "jsonl", "--align", "expand", stdin=DOCUMENT)
    text = json.loads(DOCUMENT)["text"]
    assert json.loads(same.stdout)["text"] == text
    assert same.stderr.endswith("-: 1 document, 2 entities as jsonl\n")
    for form in ("conll", "inline"):
        said = f"--align is for JSON Lines: expected --from jsonl, found {form}. Leave it out."
        assert said in refused(nerwin("convert", "a.conll", "-", "--from", form, "--align", "expand"))


def test_what_comes_while_it_reads_is_not_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("a.conll").write_text("Lima B-LOC\n")
    form = FORMS["conll"]

    def read_slowly(path: Path | None, how: Reading) -> Tagged:
        Path("b.jsonl").write_text("another's")
        return form.read(path, how)

    monkeypatch.setitem(FORMS, "conll", form._replace(read=read_slowly))
    assert "b.jsonl: expected a new file, found one" in refused(nerwin("convert", "a.conll", "b.jsonl"))
    assert Path("b.jsonl").read_text() == "another's"


def test_notes_on_a_corpus_name_options(here: Path) -> None:
    (here / "odd.conll").write_text("a O\nb B-A\n" * 200)
    assert "(is --word-column that of the words?)" in nerwin("convert", "odd.conll", "-").stderr
