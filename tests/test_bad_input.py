"""Bad input of every kind and bad usage: one line on stderr that says where, exit code 2, and nothing on stdout."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands import BAD, DONE, LINES, TRAIN, nerwin
from tests.processes import python


def commented(here: Path) -> None:
    """A comment that nobody has told of, before columns by tab."""
    (here / "village.conll").write_text("# text = al Mar\n1\tal\t_\n2\tMar\t_\n")


def returns(here: Path) -> None:
    """Lines as the Macintosh ended them once."""
    path = here / "village.conll"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r"))


def ragged(here: Path) -> None:
    (here / "village.conll").write_text("Mira\tB-PER\nTolvan\n")


def mixed(here: Path) -> None:
    (here / "village.conll").write_text("Mira\tB-PER\nTolvan\tE-PER\nin\tO\nDunmere\tI-LOC\n")


def all_outside(here: Path) -> None:
    (here / "village.conll").write_text("rain\tO\n")


def one_type(here: Path) -> None:
    (here / "village.conll").write_text("Mira\tB-PER\n")


def empty_corpus(here: Path) -> None:
    (here / "village.conll").write_text("")


def latin1(here: Path) -> None:
    (here / "village.conll").write_bytes("Zürich\tB-LOC\n".encode("latin-1"))


def no_corpus(here: Path) -> None:
    (here / "village.conll").unlink()


def unknown_key(here: Path) -> None:
    (here / "village.yaml").write_text("trainin: {epochs: 3}\n")


def broken_yaml(here: Path) -> None:
    (here / "village.yaml").write_text("corpus: {train: [\n")


def yaml_list(here: Path) -> None:
    (here / "village.yaml").write_text("- 1\n")


def flipped_byte(here: Path) -> None:
    (path,) = (here / "runs" / "village-1" / "best").glob("arrays-*.npz")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


def no_manifest(here: Path) -> None:
    (here / "runs" / "village-1" / "best" / "model.json").unlink()


def broken_manifest(here: Path) -> None:
    (here / "runs" / "village-1" / "best" / "model.json").write_text("{")


def no_runs(here: Path) -> None:
    shutil.rmtree(here / "runs")


def no_metrics(here: Path) -> None:
    (here / "runs" / "village-1" / "metrics.jsonl").unlink()


def nothing(here: Path) -> None:
    """The command line alone is what is wrong."""


def page(here: Path) -> None:
    (here / "runs" / "village-1" / "report.html").write_text("<!doctype html>")


RESUME = "train --config village.yaml --output runs/village-1 --resume"


@pytest.mark.parametrize(
    ("harm", "command", "message"),
    [
        (ragged, TRAIN, "village.conll:2: expected 2 columns"),
        (mixed, TRAIN, "village.conll:"),
        (all_outside, TRAIN, "expected tagged entities, found only O"),
        (one_type, f"{TRAIN} --quiet", "one type"),
        (empty_corpus, TRAIN, "expected tagged sentences, found none"),
        (latin1, TRAIN, "village.conll:1: expected UTF-8, found byte 0xfc"),
        (no_corpus, TRAIN, "village.conll: cannot read the file"),
        (unknown_key, TRAIN, "trainin: there is no such key. Did you mean training?"),
        (broken_yaml, TRAIN, "village.yaml:"),
        (yaml_list, TRAIN, "village.yaml: expected sections"),
        (nothing, "train --config nothing.yaml", "nothing.yaml: cannot read the configuration"),
        (nothing, "train --config runs", "runs: cannot read the configuration"),
        (nothing, f"{TRAIN} --set training.epochs", 'found no "="'),
        (nothing, f"{TRAIN} --set =3", "expected KEY=VALUE"),
        (nothing, f"{TRAIN} --set training.epochs=many", "training.epochs: expected"),
        (nothing, f"{TRAIN} --set training.epochs=0", "training.epochs: expected"),
        (nothing, f"{TRAIN} --set training.epoch=3", "training.epoch: there is no such key"),
        (nothing, f"{TRAIN} --set training.epochs.x=3", "--set training.epochs.x=3"),
        (nothing, f"{TRAIN} --set scorer.hidden=[", "--set scorer.hidden=["),
        (nothing, f"{TRAIN} --set scorer.activation=swish", "expected one of sigmoid, tanh"),
        (nothing, f"{TRAIN} --set window.size=4", "window.size: expected an odd number"),
        (nothing, f"{TRAIN} --set optimizer.learning_rate=nan", "optimizer.learning_rate"),
        (nothing, f"{TRAIN} --set optimizer.learning_rate=.nan", "optimizer.learning_rate"),
        (nothing, f"{TRAIN} --set optimizer.learning_rate=.inf", "optimizer.learning_rate"),
        (nothing, f"{TRAIN} --set corpus.entities=LOC,PRE", "found 'PRE'. Did you mean PER?"),
        (nothing, f"{TRAIN} --set corpus.entities=XYZQ", "found 'XYZQ'. It has LOC, PER."),
        (nothing, f"{TRAIN} --set corpus.dev=none", "Check the path. If no file is meant, write null."),
        (nothing, f"{TRAIN} --set words.vectors=nothing.txt", "nothing.txt: cannot read the file"),
        (nothing, f"{TRAIN} --set corpus.train=null", "corpus.train: expected a tagged corpus"),
        (nothing, f"{TRAIN} --resume --overwrite", "--resume"),
        (nothing, f"{TRAIN} --resume", "out"),
        (
            nothing,
            "train --output nowhere --resume",
            "nowhere: expected a run to continue, found none. Leave out --resume",
        ),
        (
            nothing,
            "train --output village.conll --resume",
            "village.conll: expected a run to continue, found none. Leave out --resume",
        ),
        (nothing, "train --config village.yaml --output runs/village-1", "expected an empty folder, found files"),
        (nothing, "train --config village.yaml --output village.conll", "village.conll: expected an empty folder"),
        (nothing, "train --config village.yaml --output village.conll/out", "village.conll/out"),
        (
            returns,
            "tag runs/village-1 village.conll",
            "village.conll: expected lines that end in LF or CRLF, found carr",
        ),
        (nothing, f"{RESUME} --set training.epochs=9", "found other values of training.epochs"),
        (no_metrics, RESUME, "metrics.jsonl"),
        (no_runs, "train --resume", "expected a run, found none"),
        (no_runs, "evaluate", "expected a trained run, found none"),
        (no_runs, "tag", "expected a trained run, found none"),
        (nothing, "evaluate nowhere", "nowhere: expected a run folder"),
        (flipped_byte, "evaluate", "damaged"),
        (flipped_byte, "tag", "damaged"),
        (no_manifest, "evaluate runs/village-1", "expected a model in best/, found one in last/ alone"),
        (broken_manifest, "evaluate", "model.json is not JSON"),
        (nothing, "evaluate --data nothing.conll", "nothing.conll: cannot read the file"),
        (nothing, "evaluate --data runs", "runs: cannot read the file"),
        (ragged, "evaluate --json", "village.conll:2: expected 2 columns"),
        (nothing, "tag runs/village-1 nothing.txt", "nothing.txt: cannot read the file"),
        (latin1, "tag runs/village-1 village.conll", "village.conll:1: expected UTF-8"),
        (nothing, "tag runs/village-1 village.conll --output runs", "runs: cannot write"),
        (
            nothing,
            "tag runs/village-1 village.conll --output runs/village-1/best/model.json",
            "one of a run, a model or a comp",
        ),
        (
            page,
            "tag runs/village-1 village.conll --html --output runs/village-1/report.html",
            "one of a run, a model or a comp",
        ),
        (
            nothing,
            "tag runs/village-1 village.conll --output runs/village-1/config.yaml",
            "one of a run, a model or a comp",
        ),
        (
            commented,
            "tag runs/village-1 village.conll --input conll",
            "village.conll:2: expected columns by space as in",
        ),
        (returns, "tag runs/village-1 village.conll --input conll", "found carriage returns alone"),
        (nothing, f"{TRAIN} --set corpus.word_column=1", "found column 1 and column -1 to be the same of 2"),
        (nothing, "convert village.conll - --word-column=-1 --tag-column=1", "Set --word-column or --tag-column"),
        (nothing, f"{TRAIN} --set corpus.train=", "corpus.train: expected a path, or null for none, found ''"),
        (nothing, "tag runs/village-1 few.conll --output village.conll", "one that the model was trained with"),
        (nothing, "tag runs/village-1 village.conll --output village.yaml", "found a configuration"),
        (nothing, "tag runs/village-1 village.conll --html --format conll", "expected it or --format, found both (--f"),
        (nothing, "tag runs/village-1 village.conll nothing.txt --output new", "nothing.txt: cannot read the file"),
        (nothing, "inspect runs/village-1 --window=", "--window: expected a text of one word or more, found ''"),
        (
            nothing,
            "inspect runs/village-1 --word a --window b.",
            "--word a: expected a word of the text, found none. Write one",
        ),
        (nothing, "inspect runs/village-1 --data x --word a", "expected it alone, found --word too. Leave one"),
        (nothing, "inspect runs/village-1 --data x --window a", "expected it alone, found --window too. Leave one"),
        (nothing, "compare --vary training.seed=1 --vary training.seed=2", "--vary training.seed: expected a key once"),
        (nothing, "compare --vary training.seed", 'found no "=". Write'),
        (nothing, "compare --vary training.seed=1,", "found an empty value. Write"),
        (nothing, "compare --vary training.seed=1 --set training.seed=2", "--set training.seed: expected a key that"),
        (nothing, "tag runs/village-1 village.conll --output nowhere/out.txt", "nowhere/out.txt: cannot write"),
        (nothing, "gradcheck --config nothing.yaml", "nothing.yaml: cannot read the configuration"),
        (ragged, "gradcheck --config village.yaml --json", "village.conll:2: expected 2 columns"),
    ],
)
def test_a_bad_input_is_one_line_on_stderr_and_exit_code_2(
    here: Path, harm: Callable[[Path], None], command: str, message: str
) -> None:
    harm(here)
    done = nerwin(*command.split(" "), stdin="")
    assert done.exit_code == BAD
    assert done.stdout == ""
    assert done.stderr.startswith("nerwin: ")
    assert done.stderr.count("\n") == 1
    assert message in done.stderr
    assert isinstance(done.exception, SystemExit)
    assert not (here / "new").exists()
    assert not (here / "out").exists()


@pytest.mark.parametrize(
    "command", ["frobnicate", "train --frobnicate", "tag --format xml", "evaluate a b c", "train --config"]
)
def test_bad_usage_exits_with_2_and_prints_no_result(here: Path, command: str) -> None:
    done = nerwin(*command.split())
    assert done.exit_code == BAD
    assert done.stdout == ""
    assert "Error" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="a current folder cannot be removed here")
def test_a_current_folder_that_is_gone_matters_only_where_a_path_starts_there(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tagged = nerwin("tag", "runs/village-1", stdin=LINES).stdout
    (here / "gone").mkdir()
    monkeypatch.chdir(here / "gone")
    (here / "gone").rmdir()
    done = nerwin("tag", here / "runs" / "village-1", stdin=LINES)
    assert (done.exit_code, done.stdout, done.stderr) == (DONE, tagged, "")
    assert nerwin("data", here / "village.conll").exit_code == DONE
    told = python("-m", "nerwin", "init", "-")
    assert (told.returncode, told.stdout) == (BAD, "")
    assert (
        told.stderr == "nerwin: the current folder: expected one that is there, found it removed. Change to another.\n"
    )
