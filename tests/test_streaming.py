"""Tagging files: cut where sentences end, the same bytes from any number of processes, errors with their lines."""

import errno
import gzip
import json
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Generator, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nerwin.corpora.columns import DOCSTART, Block, Columns, block_of, find_delimiter, with_delimiter
from nerwin.corpora.inline import format_inline
from nerwin.errors import CorpusError, WorkerError
from nerwin.files import pieces
from nerwin.files.lines import BOM, read_lines
from nerwin.files.pieces import Piece, cut_piece, most_pieces, read_pieces
from nerwin.tagging import streaming
from nerwin.tagging.streaming import tag_file
from nerwin.tagging.tagger import Tagger, load
from nerwin.tagging.task import Tagged, Task, tag_piece
from nerwin.text.tags import Span
from tests.village import trained_run


@pytest.fixture(scope="module")
def tagger(tmp_path_factory: pytest.TempPathFactory) -> Tagger:
    settings = ["training.epochs=6", "objective.corruption=sequence", 'features={"ngrams": 3}']
    return load(trained_run(tmp_path_factory.mktemp("village"), *settings))


def long_file(folder: Path, blank: str = "") -> Path:
    """Some hundred sentences in columns, with a document's first line and comments among them."""
    rng, words = (
        np.random.default_rng(0),
        ["Mira", "left", "Quellmark", "in", "the", "rain", "Ansel", "Øst4", "x7", "."],
    )
    lines = ["-DOCSTART- -X- O", blank]
    for number in range(300):
        lines += [f"# {number}", *(f"{word}\tX" for word in rng.choice(words, rng.integers(1, 9)))]
        lines += [blank] * int(rng.integers(1, 3))
    path = folder / "long.conll"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


FORMAT = Columns(comments="#")
MARK = BOM.decode()


def tagged(tagger: Tagger, path: Path, form: str = "conll", columns: Columns | None = FORMAT, jobs: int = 1) -> str:
    return b"".join(tag_file(tagger, path, Task(form, columns), jobs)).decode()


@pytest.mark.parametrize("blank", ["", "\t", " \r"])
@pytest.mark.parametrize("size", [1, 7, 100, 1 << 20])
def test_pieces_are_the_file_and_end_with_sentences(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blank: str, size: int
) -> None:
    monkeypatch.setattr(pieces, "SIZE", size)
    path = long_file(tmp_path, blank)
    found = list(read_pieces(path, by_sentence=True))
    assert b"".join(piece.data for piece in found) == path.read_bytes()
    assert len(found) <= 2 if size > 10_000 else len(found) > 50
    line = 1
    for piece in found:
        assert piece.number == line
        line += piece.data.count(b"\n")
        assert piece is found[-1] or not piece.data.split(b"\n")[-2].strip()


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch) -> Iterator[BinaryIO]:
    """The end to write to of a pipe that standard input reads."""
    theirs, ours = os.pipe()
    with os.fdopen(theirs) as stdin, os.fdopen(ours, "wb", buffering=0) as end:
        monkeypatch.setattr(sys, "stdin", stdin)
        yield end


LIVE = pytest.mark.skipif(os.name == "nt", reason="pipes cannot be waited for here")


@LIVE
def test_of_texts_a_piece_ends_where_the_writer_rests(pipe: BinaryIO) -> None:
    found = read_pieces(None, live=True)
    pipe.write(b"one\ntwo\nthr")
    assert next(found) == Piece(1, b"one\ntwo\n", awaited=True)
    pipe.write(b"ee\nfour")
    pipe.close()
    assert list(found) == [Piece(3, b"three\nfour")]


@LIVE
def test_of_columns_a_piece_ends_where_a_file_s_would(pipe: BinaryIO) -> None:
    """They are one text, in which a name looks at its other places: where somebody rests must not matter."""
    found: list[Piece] = []
    reader = threading.Thread(target=lambda: found.extend(read_pieces(None, by_sentence=True)))
    reader.start()
    pipe.write(b"one O\n\n")
    reader.join(3 * pieces.REST_IN_LINE)
    pipe.write(b"two O\n\n")
    pipe.close()
    reader.join()
    assert found == [Piece(1, b"one O\n\ntwo O\n\n")]


@LIVE
def test_who_writes_without_a_rest_sees_something_too(pipe: BinaryIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "REST", 60)
    monkeypatch.setattr(pieces, "REST_IN_LINE", 60)
    monkeypatch.setattr(pieces, "LONGEST", 0)
    text = b"one\n" * 100_000  # more than a pipe holds
    writer = threading.Thread(target=lambda: (pipe.write(text), pipe.close()))
    writer.start()
    found = list(read_pieces(None, live=True))
    writer.join()
    assert len(found) > 1
    assert b"".join(piece.data for piece in found) == text
    assert not any(piece.awaited for piece in found)


def test_each_line_that_is_typed_is_a_piece_with_its_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "is_typed", lambda path: True)
    (tmp_path / "typed").write_bytes(b"one\ntwo")
    found = list(read_pieces(tmp_path / "typed", live=True))
    assert found == [Piece(1, b"one\n", awaited=True), Piece(2, b"two", awaited=True)]


def test_what_somebody_waits_for_is_put_out_before_more_is_read(tagger: Tagger) -> None:
    found: list[tuple[Tagged, int]] = []
    seen: list[int] = []

    def work() -> Iterator[tuple[Task, Piece]]:
        for number, awaited in enumerate((True, False, False, True, False), 1):
            yield Task("inline", name="text"), Piece(number, b"Mira\n", awaited)
            seen.append(len(found))

    for output in streaming._outputs(tagger, work(), jobs=2):
        found += [output]
    assert len(found) == 5
    assert (seen[0], seen[3]) == (1, 4)


def test_a_sentence_without_end_is_cut_at_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"SIZE": 100, "MOST": 200, "BLOCK": 50, "MOST_OF_BLOCKS": 75}.items():
        monkeypatch.setattr(pieces, name, value)
    path = tmp_path / "endless.conll"
    path.write_bytes(b"word O\n" * 100 + b"\n" + b"word O\n" * 10)
    found = list(read_pieces(path, by_sentence=True))
    assert b"".join(piece.data for piece in found) == path.read_bytes()
    assert [len(piece.data) for piece in found] == [196, 203, 196, 176]
    for piece in found:
        parts = list(cut_piece(piece, by_sentence=True))
        assert b"".join(part.data for part in parts) == piece.data
        assert all(part.data.endswith(b"\n") for part in parts)
        assert max(len(part.data) for part in parts) <= 75 + 7


def test_a_block_ends_late_only_where_its_sentence_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"BLOCK": 50, "MOST_OF_BLOCKS": 100}.items():
        monkeypatch.setattr(pieces, name, value)
    piece = Piece(1, b"word O\n" * 10 + b"\n" + b"word O\n" * 12)  # a sentence of 70 bytes, and one of 84
    for share in (1.0, 0.3):
        assert [len(one.data) for one in cut_piece(piece, by_sentence=True, share=share)] == [71, 84]


def test_of_packed_files_and_pipes_nobody_knows_the_pieces(tmp_path: Path) -> None:
    path = tmp_path / "text.gz"
    path.write_bytes(gzip.compress(b"word O\n"))
    os.mkfifo(tmp_path / "pipe")
    assert [most_pieces(one) for one in (None, path, tmp_path / "pipe", tmp_path / ("x" * 300))] == [None] * 4
    (tmp_path / "text").write_bytes(b"word O\n")
    assert most_pieces(tmp_path / "text") == 1


def test_blocks_may_be_a_share_as_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "BLOCK", 19)
    piece = Piece(1, b"a b\n" * 20)
    lengths = [[len(one.data) for one in cut_piece(piece, by_sentence=False, share=share)] for share in (1.0, 0.4)]
    assert lengths == [[20] * 4, [8] * 10]


def test_a_gzip_file_is_cut_like_the_plain_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "SIZE", 50)
    path, packed = long_file(tmp_path), tmp_path / "long.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert list(read_pieces(packed, by_sentence=True)) == list(read_pieces(path, by_sentence=True))


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([b"a b", b"c", b"", b" \t", b"\r"]), max_size=30), st.integers(0, 12), st.booleans())
def test_the_blocks_of_a_piece_are_whole_lines_or_sentences(lines: list[bytes], size: int, by_sentence: bool) -> None:
    piece = Piece(7, b"\n".join(lines))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pieces, "BLOCK", size)
        found = list(cut_piece(piece, by_sentence=by_sentence))
    assert b"".join(block.data for block in found) == piece.data
    number = 7
    for block in found:
        assert block.number == number
        number += block.data.count(b"\n")
    for block in found[:-1]:
        assert len(block.data) > size
        assert block.data.endswith(b"\n")
        assert not (by_sentence and block.data.split(b"\n")[-2].strip())
        assert by_sentence or block.data.count(b"\n", size) == 1  # no longer than it has to be


def test_lines_of_a_piece() -> None:
    assert list(Piece(1, b"\xef\xbb\xbfa\r\nb\n").lines("x")) == ["a", "b"]
    assert list(Piece(2, b"\xef\xbb\xbfa\n\n").lines("x")) == ["\ufeffa", ""]
    assert list(Piece(1, "a\u2028b\u0085".encode()).lines("x")) == ["a\u2028b\u0085"]


@pytest.mark.parametrize(
    ("number", "mark", "before"),
    [
        (1, b"", ["a", "", "d"]),
        (1, BOM, ["a", "", "d"]),
        (1, 2 * BOM, ["\ufeffa", "", "d"]),
        (7, BOM, ["\ufeffa", "", "d"]),
    ],
)
def test_lines_before_one_that_is_not_utf_8_come_first(number: int, mark: bytes, before: list[str]) -> None:
    found: list[str] = []
    lines = Piece(number, mark + b"a\r\n\nd\r\r\nbc\xff\ne\n").lines("x")
    with pytest.raises(CorpusError, match=rf"^x:{number + 3}: expected UTF-8, found byte 0xff at column 3"):
        found.extend(lines)
    assert found == before


def test_a_piece_is_tagged_without_a_trace_of_those_before(tagger: Tagger) -> None:
    for word in ("Mira", "Quellmark"):
        output = tag_piece(tagger, Task("conll", Columns(), name="in"), Piece(1, f"{word}\n".encode())).output
        assert output.decode().startswith(word)
        assert list(tagger.scorer._projections._kept) == [word]


@pytest.mark.parametrize("form", ["conll", "inline"])
@pytest.mark.parametrize("columns", [Columns(), None])
@pytest.mark.parametrize("size", [1, 1 << 20])
def test_a_first_word_that_is_a_byte_order_mark_is_read_again(
    tagger: Tagger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, columns: Columns | None, size: int
) -> None:
    """And a mark that only begins a piece gets none."""
    monkeypatch.setattr(pieces, "SIZE", size)
    path = tmp_path / "text"
    path.write_text(f"{2 * MARK}\tX\nlate\tX\n\n{MARK}\tX\n")
    path.write_text(tagged(tagger, path, form, columns))
    assert next(read_lines(path))[:2] in (f"{MARK}\t", f"{MARK} ")
    assert path.read_text().count(MARK) == 3


@pytest.mark.parametrize("form", ["conll", "jsonl", "inline"])
def test_the_output_is_that_of_the_whole_file(tagger: Tagger, tmp_path: Path, form: str) -> None:
    path = long_file(tmp_path)
    whole = tagged(tagger, path, form)
    assert "LOC" in whole
    if form == "conll":
        source = path.read_text(encoding="utf-8")
        assert [line.partition("\tX\t")[0] for line in whole.splitlines()[1:]] == [
            line.partition("\tX")[0] for line in source.splitlines()[1:]
        ]
        assert whole.startswith("-DOCSTART- -X- O O\n")


@pytest.mark.parametrize("form", ["conll", "jsonl", "inline"])
@pytest.mark.parametrize("columns", [FORMAT, None])
def test_any_number_of_processes_writes_the_same_bytes(
    tagger: Tagger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, columns: Columns | None
) -> None:
    monkeypatch.setitem(tagger.model.constants, "repeats", np.zeros(1))  # no piece is in want of another
    path = long_file(tmp_path)
    whole = tagged(tagger, path, form, columns)
    monkeypatch.setattr(pieces, "SIZE", 500)
    alone = tagged(tagger, path, form, columns)
    assert tagged(tagger, path, form, columns, jobs=3) == alone
    if form != "jsonl":  # its scores may differ in the last digit: other pieces are other matrix products
        assert alone == whole


def test_processes_leave_out_what_is_less_likely(
    tagger: Tagger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "SIZE", 500)
    path, strict = long_file(tmp_path), Tagger(tagger.model, 1.0)
    alone = tagged(strict, path, "jsonl")
    assert tagged(strict, path, "jsonl", jobs=2) == alone
    assert tagged(tagger, path, "jsonl") != alone


def test_no_more_processes_start_than_there_are_pieces(
    tagger: Tagger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "SIZE", 4000)
    path, started = long_file(tmp_path), []

    def pool(jobs: int, *others: Any) -> ProcessPoolExecutor:
        started.append(jobs)
        return ProcessPoolExecutor(jobs, *others)

    monkeypatch.setattr(streaming, "ProcessPoolExecutor", pool)
    tagged(tagger, path, jobs=64)
    (most,) = started
    count = len(list(read_pieces(path, by_sentence=True)))
    assert count <= most <= count + 1


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="needs a system that can hold signals back")
def test_ctrl_c_while_processes_start_is_heard_afterwards(
    tagger: Tagger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "SIZE", 500)
    begun = []

    class Interrupted(ProcessPoolExecutor):
        def submit(self, *args: Any, **kwargs: Any) -> Any:
            signal.raise_signal(signal.SIGINT)
            begun.append(super().submit(*args, **kwargs))
            return begun[-1]

    monkeypatch.setattr(streaming, "ProcessPoolExecutor", Interrupted)
    with pytest.raises(KeyboardInterrupt):
        tagged(tagger, long_file(tmp_path), jobs=2)
    assert len(begun) == 1


def test_processes_that_have_started_end_where_another_one_cannot_start(
    tagger: Tagger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "SIZE", 500)

    class Short(ProcessPoolExecutor):
        def _spawn_process(self) -> None:
            if self._processes:
                raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
            super()._spawn_process()  # type: ignore[misc]

    before = set(multiprocessing.active_children())
    monkeypatch.setattr(streaming, "ProcessPoolExecutor", Short)
    with pytest.raises(WorkerError, match=r"cannot start a process: Too many open files\. Start again with fewer"):
        tagged(tagger, long_file(tmp_path), jobs=2)
    for process in set(multiprocessing.active_children()) - before:
        process.join(10)
        assert not process.is_alive()


def test_one_job_is_no_other_process(tagger: Tagger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "SIZE", 500)
    monkeypatch.setattr(streaming, "ProcessPoolExecutor", None)
    assert tagged(tagger, long_file(tmp_path))


def coming_again(count: int) -> list[list[str]]:
    """Sentences around names that come again within some hundred words, now in a telling place, now not."""
    rng = np.random.default_rng(3)
    names = ["".join(rng.choice(["Quell", "mark", "Ost", "bay", "Dun"], 3)) for _ in range(60)]
    around = [["Mira", "left", "", "."], ["the", "", "rain", "in"]]
    return [[word or str(rng.choice(names)) for word in around[rng.integers(2)]] for _ in range(count)]


@pytest.fixture
def leaning(tagger: Tagger, monkeypatch: pytest.MonkeyPatch) -> Tagger:
    """The tagger, words leaning on each other in full, with an offset at which that makes a difference."""
    monkeypatch.setitem(tagger.model.constants, "repeats", np.array([1.0]))
    sentences = coming_again(60)
    for offset in np.arange(0, 3, 0.1):
        monkeypatch.setitem(tagger.model.constants, "outside", np.array([offset]))
        if tagger.tag_many(sentences) != [tagger.tag(words) for words in sentences]:
            return tagger
    raise AssertionError("no offset makes a difference")


def test_blocks_of_lines_are_one_text(leaning: Tagger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "BLOCK", 3000)
    sentences, path = coming_again(300), tmp_path / "text.conll"
    path.write_text("\n\n".join("\n".join(words) for words in sentences), encoding="utf-8")
    found = [block.split("\n") for block in tagged(leaning, path).rstrip().split("\n\n")]
    assert [[line.rpartition(" ")[2] for line in block] for block in found] == leaning.tag_many(sentences)


def test_the_last_sentence_is_read_with_the_others_whatever_ends_it(leaning: Tagger, tmp_path: Path) -> None:
    path = tmp_path / "text.conll"
    for count in range(20, 60):
        lines = "\n\n".join("\n".join(words) for words in coming_again(count))
        found = set()
        for end in ("", "\n", "\n\n"):
            path.write_text(lines + end, encoding="utf-8")
            found.add(tagged(leaning, path).rstrip())
        assert len(found) == 1


def test_a_text_s_scores_are_the_same_in_runs(leaning: Tagger) -> None:
    words, lengths = [word for sentence in coming_again(300) for word in sentence], np.full(300, 4)
    (whole,) = leaning.scorer.score_text([(words, lengths)])
    runs = [(words[at : at + 400], lengths[at // 4 : at // 4 + 100]) for at in range(0, 1200, 400)]
    np.testing.assert_allclose(np.concatenate(list(leaning.scorer.score_text(runs))), whole, rtol=1e-4, atol=1e-4)
    alone = np.concatenate([scores for run in runs for scores in leaning.scorer.score_text([run])])
    assert (np.abs(alone - whole) > 0.01).any()


def test_a_line_of_raw_text_is_a_text_by_itself(leaning: Tagger, tmp_path: Path) -> None:
    texts, path = [" ".join(words) for words in coming_again(300)], tmp_path / "text.txt"
    path.write_text("\n".join(texts), encoding="utf-8")
    marked = [format_inline(text, [Span(*one[:3]) for one in leaning.entities(text)]) for text in texts]
    assert tagged(leaning, path, "inline", columns=None).splitlines() == marked


def test_what_was_tagged_before_leaves_no_trace(tagger: Tagger, tmp_path: Path) -> None:
    path = long_file(tmp_path)
    first = tagged(tagger, path, "jsonl")
    tagger.tag_many([["Zyx", "Mira"], ["Ansel1"]])
    assert tagged(tagger, path, "jsonl") == first


@pytest.mark.parametrize("jobs", [1, 2])
def test_progress_is_told_in_bytes_of_the_file(
    tagger: Tagger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    monkeypatch.setattr(pieces, "SIZE", 1000)
    path, told = long_file(tmp_path), list[int]()
    output = tag_file(tagger, path, Task("conll", FORMAT), jobs, told.append)
    next(output)
    assert told == []  # of what has been taken
    for _ in output:
        pass
    assert len(told) > 2
    assert sum(told) == path.stat().st_size


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_error_in_a_later_piece_names_its_line(
    tagger: Tagger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    monkeypatch.setattr(pieces, "SIZE", 30)
    path = tmp_path / "bad.conll"
    path.write_text("a\tx\n\n" * 100 + "b\n\n" + "c\tx\n\n" * 10, encoding="utf-8")
    with pytest.raises(CorpusError, match=r"bad\.conll:201: expected a word in column 1"):
        tagged(tagger, path, columns=Columns(word=1), jobs=jobs)


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("size", [40, 1 << 20])
@pytest.mark.parametrize("objects", [False, True])
def test_the_lines_before_one_that_cannot_be_tagged_are_put_out(
    tagger: Tagger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, objects: bool, size: int, jobs: int
) -> None:
    """Who starts again after the line that the error names shall miss none."""
    monkeypatch.setattr(pieces, "SIZE", size)
    lines = [b'{"text": "Mira left", "n": %d}' % n if objects else b"Mira left %d" % n for n in range(9)]
    lines[7] = b"\xff"  # which is found before what is wrong with an earlier line
    lines[5] = b'{"text": "Mira left", "n": 1e400}' if objects else b"\xff"
    (tmp_path / "in").write_bytes(b"\n".join(lines))
    found: list[bytes] = []
    with pytest.raises(CorpusError, match=r"in:6: expected "):
        found.extend(tag_file(tagger, tmp_path / "in", Task("jsonl", objects=objects), jobs))
    (tmp_path / "good").write_bytes(b"\n".join(lines[:5]))
    assert b"".join(found) == b"".join(tag_file(tagger, tmp_path / "good", Task("jsonl", objects=objects)))


@pytest.mark.parametrize("objects", [False, True])
def test_the_lines_before_an_error_are_put_out_whatever_it_says(
    tagger: Tagger, monkeypatch: pytest.MonkeyPatch, objects: bool
) -> None:
    def refuse(words: list[str], where: str) -> None:
        if DOCSTART in words:
            raise CorpusError("no more of that")

    monkeypatch.setattr("nerwin.tagging.task.check_columns", refuse)
    config = tagger.model.config
    by_spaces = config.model_copy(update={"corpus": config.corpus.model_copy(update={"tokenizer": "spaces"})})
    tagger = Tagger(replace(tagger.model, config=by_spaces))
    lines = ["Mira left", DOCSTART, "Mira left"]
    data = "\n".join(json.dumps({"tokens": line.split()}) if objects else line for line in lines).encode()
    output, error = tag_piece(tagger, Task("conll", objects=objects, name="in"), Piece(1, data))
    assert [line.split("\t")[0] for line in output.decode().split("\n")] == ["Mira", "left", "", ""]
    assert str(error) == "no more of that"


def test_blocks_are_the_smaller_the_more_scores_a_word_has(tagger: Tagger, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []

    def counted(part: Piece, *where: Any) -> Block:
        read[-1] += 1
        return block_of(part, *where)

    monkeypatch.setattr("nerwin.tagging.task.block_of", counted)
    monkeypatch.setattr(pieces, "BLOCK", 400)
    piece, outputs = Piece(1, b"Mira\tx\nleft\tx\n\n" * 100), set()
    for scores in (64, 1):
        monkeypatch.setattr("nerwin.tagging.task.SCORES", scores)
        read.append(0)
        outputs.add(tag_piece(tagger, Task("conll", Columns(), name="x", delimiter="\t"), piece))
    assert len(outputs) == 1
    assert 1 < read[0] < read[1] / 4


def test_the_first_token_of_the_file_settles_the_delimiter_of_all_pieces(
    tagger: Tagger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "SIZE", 5)
    path = tmp_path / "mixed.conll"
    path.write_text("-DOCSTART- O\n\nNew York\tO\n\nLa Paz\tO\n\n", encoding="utf-8")
    assert [line.rpartition("\t")[0] for line in tagged(tagger, path).split("\n")[2:]] == [
        "New York\tO", "", "La Paz\tO", "", "",
    ]  # fmt: skip


def test_pieces_after_the_first_token_s_are_not_looked_at() -> None:
    parts = [Piece(1, b"# note\n"), Piece(2, b"Lima O\n"), Piece(3, b"New York\tO\n"), Piece(4, b"a\rb\rc O\n")]
    assert [delimiter for _, delimiter in with_delimiter(parts, Columns(comments="#"), "x")] == [None, " ", " ", " "]


@pytest.mark.parametrize(
    ("data", "columns"),
    [
        (b"\xef\xbb\xbf-DOCSTART- -X- O\n\nNew York\tO\n", Columns()),
        (b"\xef\xbb\xbf# a note\nNew York\tO\n", Columns(comments="#")),
        (b"\xef\xbb\xbf\r\nNew York\tO\r\n", Columns()),
        (b"0 -DOCSTART- \r\nNew York\tO\r\n", Columns(word=-1)),
    ],
    ids=["mark and document", "mark and comment", "mark and blank", "CRLF"],
)
def test_the_first_token_is_looked_for_in_lines_as_they_are_read(data: bytes, columns: Columns) -> None:
    ((piece, delimiter),) = with_delimiter([Piece(1, data)], columns, "x")
    assert delimiter == find_delimiter(piece.lines("x"), columns) == "\t"


def test_a_byte_order_mark_before_a_document_is_no_token(tagger: Tagger, tmp_path: Path) -> None:
    path = tmp_path / "mark.conll"
    path.write_bytes(b"\xef\xbb\xbf-DOCSTART- -X- O\n\nNew York\tO\n")
    lines = tagged(tagger, path).split("\n")
    assert lines[0] == "-DOCSTART- -X- O O"
    assert lines[2].startswith("New York\tO\t")


def test_nothing_in_is_nothing_out(tagger: Tagger, tmp_path: Path) -> None:
    path = tmp_path / "empty"
    path.write_bytes(b"")
    assert tagged(tagger, path) == tagged(tagger, path, "inline", None) == ""
    path.write_bytes(b"\n\n\n")
    assert tagged(tagger, path) == "\n\n\n"


@pytest.mark.parametrize("jobs", [1, 2, 3, 4, 9])
@pytest.mark.parametrize("good", [1, 2, 3, 4, 6])
def test_what_came_before_unreadable_input_is_put_out_first(
    tagger: Tagger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, good: int, jobs: int
) -> None:
    monkeypatch.setattr(pieces, "SIZE", 1000)
    monkeypatch.setattr(pieces, "LONGEST_LINE", 500)
    path = long_file(tmp_path)
    before = path.read_bytes()[: 1000 * good]
    path.write_bytes(before + b"x" * 3000)
    found: list[bytes] = []
    number = before.count(b"\n") + 1
    with pytest.raises(CorpusError, match=rf"long\.conll:{number}: expected lines of at most"):
        found.extend(tag_file(tagger, path, Task("conll", FORMAT), jobs))
    assert len(found) == good


def test_so_is_what_came_before_damage(tagger: Tagger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "SIZE", 2000)
    path = tmp_path / "cut.gz"
    path.write_bytes(gzip.compress(long_file(tmp_path).read_bytes())[:-200])
    found: list[bytes] = []
    with pytest.raises(CorpusError, match="damaged or cut short"):
        found.extend(tag_file(tagger, path, Task("conll", FORMAT), 3))
    assert len(found) > 2


def test_nobody_waits_for_pieces_when_the_reader_has_gone(
    tagger: Tagger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "SIZE", 100)
    output = tag_file(tagger, long_file(tmp_path), Task("conll", FORMAT), jobs=2)
    next(output)
    started = set(multiprocessing.active_children())
    assert started
    assert isinstance(output, Generator)
    output.close()
    assert not started & set(multiprocessing.active_children())


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="notes in which worker it is called")
def test_ctrl_c_is_left_to_the_first_process(tagger: Tagger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal sends it to all, and each of the others would tell of it."""
    monkeypatch.setattr(pieces, "SIZE", 2000)
    ready, receive = multiprocessing.get_context("fork").Semaphore(0), streaming._receive

    def received(*given: Any) -> None:
        receive(*given)
        ready.release()

    monkeypatch.setattr(streaming, "_receive", received)
    path, others = long_file(tmp_path), set(multiprocessing.active_children())
    output = tag_file(tagger, path, Task("conll", FORMAT), jobs=2)
    for _ in read_pieces(path, by_sentence=True):
        next(output)
    workers = set(multiprocessing.active_children()) - others
    assert all(ready.acquire(timeout=60) for _ in range(2))
    for worker in workers:
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGINT)
    assert next(output, None) is None
    assert [worker.exitcode for worker in workers] == [0, 0]
