"""`nerwin evaluate`: its figures and tables, the corpora and columns that it reads, and what it doubts."""

import json
import shutil
from pathlib import Path

import pytest

from nerwin.cli.evaluate import _mistakes, _scores
from nerwin.cli.scored import SEVERAL, _doubts
from nerwin.evaluation.scores import evaluate_tags
from tests.commands import BAD, DONE, LINES, nerwin, one_json_object


def test_evaluate_prints_the_figures_that_others_read_as_json(here: Path) -> None:
    figures = one_json_object(nerwin("evaluate", "runs/village-1", "--json"))
    assert {"precision", "recall", "f1", "support", "accuracy", "tokens", "invalid_transitions"} <= figures.keys()
    assert 0 < figures["calibration_error"] < 1
    assert set(figures["types"]) == {"LOC", "PER"}
    assert set(figures["types"]["PER"]) == {"precision", "recall", "f1", "support"}
    assert set(figures["strict"]) == {"precision", "recall", "f1"}
    assert (figures["tokens"], figures["support"]) == (168, 27)
    assert 0 < figures["f1"] <= 1


def test_evaluate_scores_dev_as_the_best_epoch_did(here: Path) -> None:
    figures = one_json_object(nerwin("evaluate", "runs/village-1", "--json"))
    lines = [json.loads(line) for line in (here / "runs" / "village-1" / "metrics.jsonl").read_text().splitlines()]
    assert figures["f1"] == max(line["dev"]["f1"] for line in lines)


@pytest.mark.parametrize("words", [[], ["runs/village-1"], ["runs/village-1/best"]])
def test_evaluate_finds_the_same_model_by_any_name(here: Path, words: list[str]) -> None:
    named = one_json_object(nerwin("evaluate", *words, "--json"))
    assert named == one_json_object(nerwin("evaluate", here / "runs" / "village-1" / "best", "--json"))


def test_a_corpus_that_has_moved_is_found_where_the_configuration_of_the_run_says(here: Path) -> None:
    before = one_json_object(nerwin("evaluate", "runs/village-1", "--json"))
    (here / "village.conll").rename(here / "moved.conll")
    refused = nerwin("evaluate", "runs/village-1")
    assert refused.exit_code == BAD
    assert refused.stderr.startswith(f"nerwin: corpus.dev: expected {here / 'village.conll'}, as the model's")
    path = here / "runs" / "village-1" / "config.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("village.conll", "moved.conll"), encoding="utf-8")
    assert one_json_object(nerwin("evaluate", "runs/village-1", "--json")) == before
    for command in ("report", "inspect"):
        assert nerwin(command, "runs/village-1").exit_code == DONE
    path.write_text("corpus: [", encoding="utf-8")
    assert nerwin("tag", "runs/village-1", stdin=LINES).exit_code == DONE


def test_evaluate_draws_its_tables_on_stdout_and_what_it_read_on_stderr(here: Path) -> None:
    done = nerwin("evaluate")
    assert done.exit_code == DONE
    assert all(word in done.stdout for word in ("LOC", "PER", "conlleval", "strict", "invalid transitions"))
    assert "20 sentences" in done.stderr
    assert "20 sentences" not in done.stdout


@pytest.mark.parametrize(("width", "whole"), [("80", True), ("12", False)])
def test_evaluate_lists_the_frequent_mistakes_where_the_whole_table_is_too_wide(
    here: Path, monkeypatch: pytest.MonkeyPatch, width: str, whole: bool
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    Path("other.conll").write_text("Zzyzx\tB-PER\n\nwas\tO\n", encoding="utf-8")
    printed = " ".join(nerwin("evaluate", "runs/village-1", "--data", "other.conll").stdout.split())
    assert ("words by type: true in rows" in printed) == whole
    assert ("frequent mistakes" in printed) != whole


def test_evaluate_ends_with_its_other_figures_in_one_line(here: Path) -> None:
    figures = one_json_object(nerwin("evaluate", "runs/village-1", "--json"))
    assert nerwin("evaluate", "runs/village-1").stdout.splitlines()[-1] == (
        f"token accuracy {figures['accuracy']:.2%} of 168 tokens; {figures['invalid_transitions']} invalid transitions "
        f"found; calibration error of the entities' scores {figures['calibration_error']:.3f}"
    )


def test_no_calibration_error_is_told_where_no_entity_was_found(here: Path) -> None:
    Path("none.conll").write_text("a\tO\nb\tO\n", encoding="utf-8")
    command = ("evaluate", "runs/village-1", "--data", "none.conll")
    assert one_json_object(nerwin(*command, "--json"))["calibration_error"] is None
    assert nerwin(*command).stdout.splitlines()[-1] == "token accuracy 100.00% of 2 tokens; 0 invalid transitions found"


def test_the_table_of_scores_has_each_type_and_all_in_both_ways_of_counting() -> None:
    gold, found = ("B-PER O B-LOC O O", "I-PER O O B-LOC B-LOC")
    table = _scores(evaluate_tags([gold.split()], [found.split()]))
    assert [str(column.header) for column in table.columns] == ["type", "precision", "recall", "F1", "support"]
    assert list(zip(*(column.cells for column in table.columns), strict=True)) == [
        ("LOC", "0.00", "0.00", "0.00", "1"),
        ("PER", "100.00", "100.00", "100.00", "1"),
        ("all (conlleval)", "33.33", "50.00", "40.00", "2"),
        ("all (strict)", "0.00", "0.00", "0.00", "2"),
    ]


def test_evaluate_draws_no_table_of_mistakes_where_there_are_none(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "12")
    assert nerwin("tag", "runs/village-1", "village.conll", "--input", "conll", "-o", "own.conll").exit_code == DONE
    printed = nerwin("evaluate", "runs/village-1", "--data", "own.conll").stdout
    assert "frequent" not in printed
    assert "token" in printed


def test_the_model_s_own_corpus_that_has_moved_asks_for_another(here: Path) -> None:
    shutil.move("village.conll", "moved.conll")
    done = nerwin("evaluate", "runs/village-1")
    assert done.exit_code == BAD
    assert done.stderr.endswith("found no such file. Name a corpus with --data.\n")
    assert nerwin("evaluate", "runs/village-1", "--data", "moved.conll").exit_code == DONE


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("Mira O\nleft O\n", "The corpus has no entity. Is --tag-column the column of the tags?\n"),
        ("Mira B-PER\nX B-NEW\n", "Types that the model does not know, so that it finds none: NEW.\n"),
        ("Mira B-PER\nleft O\n", ""),
    ],
)
def test_evaluate_doubts_a_corpus_of_other_types(here: Path, text: str, doubt: str) -> None:
    (here / "x.conll").write_text(text)
    done = nerwin("evaluate", "runs/village-1", "--data", "x.conll")
    assert done.stderr.partition("\n")[2] == doubt


def test_evaluate_asks_nobody_for_the_columns_of_inline_markup(here: Path) -> None:
    Path("x.inline").write_text("no entity here\n")
    done = nerwin("evaluate", "runs/village-1", "--data", "x.inline")
    assert done.stderr.partition("\n")[2] == "The corpus has no entity. Are entities marked as in [Lima](LOC)?\n"


def test_evaluate_finds_words_and_tags_in_the_columns_that_are_named(here: Path) -> None:
    lines = (here / "village.conll").read_text().split("\n")
    rows = (f"1\t{line}\t_\n" if line else "# a note\n\n" for line in lines)
    (here / "u.conllu").write_text("".join(rows))
    options = ("--word-column", 1, "--tag-column", -2, "--comments", "#")
    done = nerwin("evaluate", "runs/village-1", "--data", "u.conllu", "--json", *options)
    assert one_json_object(done) == one_json_object(
        nerwin("evaluate", "runs/village-1", "--data", "village.conll", "--json")
    )
    assert nerwin("evaluate", "runs/village-1", "--data", "u.conllu").stderr.endswith(
        'found "_". Is it outside? Then write O. Or is --tag-column another? The beginning can be read if you set '
        '--comments to "#", --tag-column to 2.\n'
    )


def test_evaluate_reads_tags_as_it_is_told(here: Path) -> None:
    assert nerwin("convert", "village.conll", "village.types", "-q").exit_code == DONE
    shutil.copy("village.types", "alone.conll")
    alone = ("evaluate", "runs/village-1", "--data", "alone.conll", "--json")
    expected = one_json_object(nerwin("evaluate", "runs/village-1", "--data", "village.conll", "--json"))
    assert one_json_object(nerwin(*alone, "--scheme", "types")) == expected
    assert one_json_object(nerwin("evaluate", "runs/village-1", "--data", "village.types", "--json")) == expected
    assert "or set --scheme to types if they stand alone. Or" in nerwin(*alone).stderr
    refused = nerwin("evaluate", "runs/village-1", "--data", "village.conll", "--scheme", "types")
    assert (refused.exit_code, refused.stdout) == (BAD, "")
    assert refused.stderr.endswith("Is --scheme another?\n")


@pytest.mark.parametrize(("more", "told"), [("", True), ("\n", False)])
def test_evaluate_says_when_the_corpus_is_a_copy_of_the_training_part(here: Path, more: str, told: bool) -> None:
    Path("copy.conll").write_text(Path("village.conll").read_text() + more)
    done = nerwin("evaluate", "runs/village-1", "--data", "copy.conll")
    assert done.exit_code == DONE
    assert ("The model learned from this file, as corpus.train" in done.stderr) == told


@pytest.mark.parametrize("command", ["evaluate", "report"])
def test_a_part_that_changed_since_the_training_is_said_to_be_another(here: Path, command: str) -> None:
    words = ("--config", "village.yaml", "--output", "runs/apart", "--set", "corpus.dev=dev.conll", "--quiet")
    shutil.copy("village.conll", "dev.conll")
    with Path("dev.conll").open("a") as file:
        file.write("\nrain\tO\n")
    assert nerwin("train", *words).exit_code == DONE
    note = "The file is not what it was when the model was trained with it, as corpus.dev.\n"
    assert note not in nerwin(command, "runs/apart").stderr
    shutil.copy("village.conll", "dev.conll")
    assert "as corpus.train: the figures say nothing" in nerwin(command, "runs/apart").stderr
    with Path("dev.conll").open("a") as file:
        file.write("\nMira\tB-PER\n")
    assert note in nerwin(command, "runs/apart").stderr
    assert note in nerwin(command, "runs/apart", "--data", "dev.conll").stderr
    Path("link.conll").symlink_to("dev.conll")
    assert note in nerwin(command, "runs/apart", "--data", "link.conll").stderr
    Path("copy.conll").write_bytes(Path("dev.conll").read_bytes())  # a file of its own
    assert note not in nerwin(command, "runs/apart", "--data", "copy.conll").stderr
    with Path("village.conll").open("a") as file:
        file.write("\nMira\tB-PER\n")
    of_train = note.replace("corpus.dev", "corpus.train")
    assert of_train in nerwin(command, "runs/apart", "--data", "village.conll").stderr


def test_evaluate_scores_what_was_held_out_of_a_file_with_a_very_long_name(here: Path) -> None:
    name = f"{'v' * 245}.conll"
    shutil.copy("village.conll", name)
    keys = (f"corpus.train={name}", "corpus.dev=null", "training.epochs=1")
    words = ("train", "-c", "village.yaml", "-o", "held", "-q", *(word for key in keys for word in ("--set", key)))
    assert nerwin(*words).exit_code == DONE
    done = nerwin("evaluate", "held")
    assert done.exit_code == DONE, done.stderr


def test_evaluate_doubts_that_every_tag_is_right(here: Path) -> None:
    assert nerwin("tag", "runs/village-1", "village.conll", "--input", "conll", "-o", "own.conll").exit_code == DONE
    done = nerwin("evaluate", "runs/village-1", "--data", "own.conll")
    assert "all (conlleval) │    100.00" in done.stdout
    assert "Every tag is right: did the model write them" in done.stderr
    assert "Every tag" not in nerwin("evaluate", "runs/village-1", "--data", "village.conll").stderr


@pytest.mark.parametrize(("entities", "doubts"), [(SEVERAL - 1, 0), (SEVERAL, 1)])
def test_evaluate_believes_that_a_few_tags_are_right(entities: int, doubts: int) -> None:
    tags = [["B-LOC"] * entities]
    assert len(list(_doubts("x.conll", evaluate_tags(tags, tags), ["LOC"], "all"))) == doubts


def test_frequent_mistakes_are_the_wrong_ones_and_the_most_frequent_comes_first() -> None:
    gold, found = ["B-LOC B-LOC O O O O B-PER", "B-PER O B-PER B-PER O O B-PER"]
    table = _mistakes(evaluate_tags([gold.split()], [found.split()]))
    assert list(zip(*(column.cells for column in table.columns), strict=True)) == [
        ("O", "PER", "2"),
        ("LOC", "PER", "1"),
        ("LOC", "O", "1"),
    ]


def test_evaluate_reads_other_data_where_asked(here: Path) -> None:
    (here / "other.conll").write_text("Quellmark\tB-LOC\nsleeps\tO\n")
    figures = one_json_object(nerwin("evaluate", "--data", "other.conll", "--json"))
    assert (figures["tokens"], figures["support"]) == (2, 1)


def test_notes_on_a_corpus_name_options_and_no_keys(here: Path) -> None:
    (here / "odd.conll").write_text("Mira\tB-PER\nleft\tO\n" * 200)
    done = nerwin("evaluate", "runs/village-1", "--data", "odd.conll")
    assert "only 2 different words among 400 (is --word-column that of the words?)" in done.stderr.replace("\n", " ")


def test_columns_may_be_apart_by_another_mark_than_in_training(here: Path) -> None:
    (here / "spaced.conll").write_text("Mira V B-PER\nleft old O\n")
    options = ("evaluate", "runs/village-1", "--data", "spaced.conll", "--json")
    assert nerwin(*options, "--delimiter", "space").exit_code == DONE
    done = nerwin(*options, "--delimiter", "tab")
    assert done.exit_code == 2
    assert "corpus." not in done.stderr


@pytest.mark.parametrize("option", [("--word-column", 7), ("--scheme", "types"), ("--comments", "#")])
def test_options_of_columns_are_refused_for_other_forms(here: Path, option: tuple[str, object]) -> None:
    (here / "x.inline").write_text("[Mira](PER) left\n")
    done = nerwin("evaluate", "runs/village-1", "--data", "x.inline", *map(str, option))
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"nerwin: {option[0]}: expected a corpus in columns, found x.inline, ")
    words = ("--config", "village.yaml", "--output", "runs/marked", "--set", "training.epochs=1", "--quiet")
    assert nerwin("train", *words, "--set", "corpus.dev=x.inline", "--set", "corpus.test=null").exit_code == DONE
    assert nerwin("evaluate", "runs/marked", *map(str, option)).exit_code == 2
