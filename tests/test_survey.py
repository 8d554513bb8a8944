"""What a corpus holds: figures worked out by hand, a warning for whatever deserves a second look, and the command."""

import gzip
import json
import string
from collections.abc import Callable
from pathlib import Path

import pytest

from nerwin.analysis.advice import FEW, NAMED, SHOWN, SLIP, advise
from nerwin.analysis.characters import Odd
from nerwin.analysis.part import Covered, Invalid
from nerwin.analysis.survey import Conflict, Survey, survey
from nerwin.cli.data import MOST_ROWS, _rows
from nerwin.config.reading import make_config
from nerwin.config.yaml_files import SUFFIXES
from nerwin.corruption.tagging import MOST_TYPES
from nerwin.errors import ConfigError
from nerwin.parts.parts import CUT_BEYOND
from tests.commands import nerwin
from tests.conftest import ROOT, shared

Surveyor = Callable[..., Survey]

TRAIN = "Ines B-PER\nPrado I-PER\nsleeps O\n\nLima B-LOC\nsleeps O\n\nLima B-LOC\nsleeps O\n\nnobody O\n"
DEV = "Ines B-PER\nsleeps O\n\nLima B-LOC\nsleeps O\n\nPeru B-LOC\n"


@pytest.fixture
def look(tmp_path: Path) -> Surveyor:
    """Survey parts that are given as texts; keys of the configuration by section."""

    def surveyor(train: str, dev: str = "", test: str = "", **sections: dict[str, object]) -> Survey:
        corpus = dict(sections.pop("corpus", {}))
        for name, text in (("train", train), ("dev", dev), ("test", test)):
            if text:
                (tmp_path / name).write_text(text, encoding="utf-8")
                corpus[name] = name
        return survey(make_config({"corpus": corpus, **sections}, base=tmp_path, where="x"))

    return surveyor


def warnings(found: Survey) -> list[str]:
    """Without those of small corpora, and with file names alone."""
    folders = {str(Path(part.path).parent) + "/" for part in found.parts.values()}
    told = [one for one in advise(found) if f"fewer than {FEW}" not in one]
    return [one.replace(folder, "") for one in told for folder in folders]


def test_the_figures_of_a_part(look: Surveyor) -> None:
    part = look(TRAIN).parts["train"]
    assert (part.scheme, part.delimiter) == ("iob2", "space")
    assert (part.sentences, part.words, part.forms) == (4, 8, 5)
    assert (part.entities, part.types) == (3, {"LOC": 2, "PER": 1})
    assert (part.without_entities, part.repeated) == (1, 1)
    assert part.lengths == pytest.approx((2, 2, 2.85, 3, 1))
    assert look(DEV).parts["train"].lengths == pytest.approx((5 / 3, 2, 2, 2, 1))
    assert (part.invalid, part.odd, part.unseen, part.shared, part.vectors) == ([], {}, None, {}, None)


def test_a_part_without_entities_has_none_that_are_unseen(look: Surveyor) -> None:
    assert look(TRAIN, "Oslo O\n").parts["dev"].unseen == (1, 1, 0)


def test_parts_are_held_against_each_other(look: Surveyor) -> None:
    found = look(TRAIN, DEV, "Lima B-LOC\nsleeps O\n\nInes B-PER\nsleeps O\n\nRome B-LOC\nRome B-LOC\n")
    assert found.parts["dev"].unseen == pytest.approx((1 / 5, 1 / 4, 2 / 3))  # Peru; Ines alone is no entity of train
    assert found.parts["test"].unseen == pytest.approx((2 / 6, 1 / 4, 3 / 4))  # Rome twice
    assert found.parts["dev"].shared == {"train": [4]}
    assert found.parts["test"].shared == {"train": [1], "dev": [1, 4]}
    assert warnings(found) == [
        "dev:4: found in train too: 1 of 3 sentences. "
        "A score on them is no score on new text; take them out of one of the two.",
        "test:1: found in train too: 1 of 3 sentences. "
        "A score on them is no score on new text; take them out of one of the two.",
        "test:1: found in dev too: 2 of 3 sentences (also at 4). "
        "A score on them is no score on new text; take them out of one of the two.",
    ]


def test_a_part_with_few_entities_to_measure_by_is_warned_of(look: Surveyor) -> None:
    for dev, told in ((DEV, 1), ("Lima B-LOC\n\n" * FEW, 0), ("sleeps O\n", 0)):  # none at all has a warning of its own
        warned = [one for one in advise(look(TRAIN, dev)) if "their F1 is in part chance" in one]
        assert [f"entities are fewer than {FEW} (3)" in one for one in warned] == [True] * told


def test_a_clean_corpus_has_no_warnings() -> None:
    corpus = {name: str(ROOT / "data" / f"{name}.conll") for name in ("train", "dev", "test")}
    found = survey(make_config({"corpus": corpus}, base=ROOT, where="x"))
    assert list(advise(found)) == []
    assert found.parts["dev"].sentences == 292


def test_conflicting_tags_are_found_within_and_across_parts(look: Surveyor) -> None:
    found = look("Lima B-LOC\n\nLima O\n\nLima B-LOC\n", "Lima B-PER\n")
    folder = Path(found.parts["train"].path).parent
    assert found.conflicts == [Conflict(["Lima"], [f"{folder}/train:1", f"{folder}/train:3", f"{folder}/dev:1"])]
    assert (
        "train:1: 1 sentence is tagged in several ways, the first one otherwise at train:3, dev:1. Decide on one way."
        in (warnings(found))
    )


def test_the_same_entities_in_two_schemes_are_no_conflict(look: Surveyor) -> None:
    found = look("Ines B-PER\nPrado I-PER\n", "Ines B-PER\nPrado E-PER\n")
    assert [part.scheme for part in found.parts.values()] == ["iob2", "iobes"]
    assert found.conflicts == []


def test_invalid_transitions_are_told_with_their_lines_even_where_training_refuses_them(look: Surveyor) -> None:
    found = look("aa B-PER\nbb I-LOC\n\ncc O\ndd I-PER\n\nee S-PER\n\n" + "ff B-PER\ngg I-PER\n\n" * 3)
    assert found.parts["train"].invalid == [
        Invalid(2, "B-PER", "I-LOC"),
        Invalid(5, "O", "I-PER"),
        Invalid(7, "O", "S-PER"),
    ]
    assert warnings(found) == [
        "train:2: 3 steps are not IOB2, the first from B-PER to I-LOC (also at 5, 7). "
        "Mend the tags; entities are guessed here.",
        "train: mixed tag schemes, which training refuses unless corpus.scheme=iob2 is set.",
    ]


def test_a_step_that_is_missing_at_the_end_is_told_with_the_last_line(look: Surveyor) -> None:
    found = look("a O\nb B-PER\n\n" + "f S-PER\n\ng B-PER\nh E-PER\n\n" * 3)
    assert found.parts["train"].invalid == [Invalid(2, "B-PER", "O")]


def test_odd_characters_are_told_by_kind(look: Surveyor) -> None:
    words = [
        "a\ufeff",
        "b\u00a0c",
        "d e",
        "f\u200b",
        "g\ufffd",
        "h\u0007",
        "i\u2028",
        "j\ue000",
        "e\u0301",
        "f\u200b",
        "\u200d",
    ]
    found = look("".join(f"{word}\tB-PER\n" for word in words))
    assert found.parts["train"].odd == {
        "accents apart from their letters": Odd(1, 9),
        "byte-order marks": Odd(1, 1),
        "control characters": Odd(1, 6),
        "invisible characters": Odd(2, 4),
        "line separators": Odd(1, 7),
        "private-use characters": Odd(1, 8),
        "replacement characters (U+FFFD)": Odd(1, 5),
        "spaces inside words": Odd(2, 2),
    }
    assert any(
        one.startswith("train:4: 2 words with invisible characters. Vectors and features know them only as they stand")
        for one in warnings(found)
    )


@pytest.mark.parametrize(
    ("train", "dev", "warning"),
    [
        ("a O\n", "", "train: no entity at all. Is corpus.tag_column the column of the tags?"),
        ("a B-Per\n\nb B-PER\n", "", "train: types that differ in case alone: PER, Per. Spell them alike."),
        ("a\tO\nb\tI-A\n\nc \tO\n", "", "train: words with a blank before or after them, which are then different"),
        ("a O\n" * 1001, "", "train:1: sentences of more than 200 words. Are blank lines between sentences?"),
        (
            "a B-A\n",
            "b B-B\n",
            "train does not have: B. They are never found; tag some for training, or leave them out",
        ),
        ("a B-A\n\nc B-C\n", "b B-A\n", "dev: no entity of C. No score tells how they are found; tag some here."),
    ],
)
def test_what_deserves_a_second_look_is_warned_of(look: Surveyor, train: str, dev: str, warning: str) -> None:
    assert any(warning in one for one in warnings(look(train, dev)))


def test_sentences_that_training_cuts_are_warned_of_unless_it_is_the_odd_one(look: Surveyor) -> None:
    whole, long = "a B-A\n" + "b O\n" * (CUT_BEYOND - 1) + "\n", "a B-A\n" + "b O\n" * CUT_BEYOND + "\n"
    what = f"sentences of more than {CUT_BEYOND} words"
    for train, dev, told in (
        (whole + long * 2, "", [f"train:{CUT_BEYOND + 2}: {what} (also at {2 * CUT_BEYOND + 4}). Are"]),
        (whole, long, [f"dev:1: {what}. Are"]),
        (whole, "", []),
        (whole * 10 + long, "", []),
    ):
        warned = [one for one in warnings(look(train, dev)) if "of more than" in one]
        assert [one.partition(" blank")[0] for one in warned] == told


@pytest.mark.parametrize(("count", "warned"), [(FEW - 1, True), (FEW, False)])
def test_rare_types_are_warned_of(look: Surveyor, count: int, warned: bool) -> None:
    found = look("a B-PER\n\nb O\n\n" * count)
    told = f"types with fewer than {FEW} entities: PER ({count}, line 1). "
    assert [told in one for one in advise(found)] == [True] * warned


@pytest.mark.parametrize(
    ("train", "dev", "told"),
    [
        ((61, 39), (20, 80), "PER 20% in place of 61%"),
        ((20, 80), (61, 39), "PER 61% in place of 20%"),
        ((50, 50), (95, 5), "LOC 5% in place of 50%"),
        ((60, 40), (21, 79), None),
        ((97, 3), (91, 9), None),  # too rare to matter
        ((24, 16), (5, 95), None),  # too few to say
        ((60, 40), (5, 44), None),
    ],
)
def test_a_dev_part_of_other_types_is_warned_of(
    look: Surveyor, train: tuple[int, int], dev: tuple[int, int], told: str | None
) -> None:
    def part(persons: int, places: int) -> str:
        return "a B-PER\n\n" * persons + "b B-LOC\n\n" * places

    found = [one for one in warnings(look(part(*train), part(*dev), part(*dev))) if "of other types" in one]
    start = "dev: its entities are of other types than train's: "
    assert found == (
        [f"{start}{told}. What dev decides suits text like dev alone; draw it from all of the text."] if told else []
    )


def test_of_many_types_a_warning_names_some(look: Surveyor) -> None:
    names = [f"T{number:03}" for number in range(NAMED + 2)]
    some, many = ", ".join(names[:NAMED]) + " and 2 more", "".join(f"a B-{name}\n\n" for name in names)
    told = list(advise(look(f"{many}b O\n", "a B-PER\n")))
    assert any(f"no entity of {some}. " in one for one in told)
    assert any(f"{names[NAMED - 1]} (1, line {2 * NAMED - 1}) and 2 more. Tag more of them" in one for one in told)
    assert any(f"does not have: {some}. " in one for one in advise(look("a B-PER\n\nb O\n", many)))
    assert not any(" more" in one for one in advise(look("a B-PER\n\nb O\n", corpus={"entities": names[:NAMED]})))
    asked = advise(look("a B-PER\n\nb O\n", corpus={"entities": names}))
    assert any(f"no entity of {some}, which corpus.entities names; there are PER. " in one for one in asked)


@pytest.mark.parametrize(("count", "more"), [(SHOWN, ""), (SHOWN + 1, ", ...")])
def test_of_many_places_a_warning_names_some(look: Surveyor, count: int, more: str) -> None:
    text = "".join(f"a B-{letter}\n\n" for letter in string.ascii_uppercase[:count])
    told = warnings(look(text, text))
    assert any(f"(also at 3, 5, 7, 9{more}). A score on them" in one for one in told)
    assert any("otherwise at train:3, train:5, train:7, train:9. Decide" in one for one in told)


@pytest.mark.parametrize("more", [0, 1])
def test_more_types_than_a_tagger_learns_are_warned_of_and_not_held_against_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: int
) -> None:
    monkeypatch.chdir(tmp_path)
    names = ["type", "TYPE", *(f"T{number:04}" for number in range(MOST_TYPES - 2 + more))]
    (tmp_path / "many.conll").write_text("".join(f"a B-{name}\n\n" for name in names) + "b O\n")
    drawn = nerwin("data", "many.conll").stdout
    assert (f"many.conll: {MOST_TYPES + 1:,} types, and a tagger learns at most {MOST_TYPES:,}. " in drawn) == bool(
        more
    )
    assert ("types that differ in case alone" in drawn) != bool(more)
    assert ("and 1 more │" in drawn) == (len(names) > MOST_ROWS)


@pytest.mark.parametrize(
    ("slip", "count", "told"),
    [
        ("PERSONS", 2 * SLIP, ["train:2: type PERSONS (2) is spelled almost like PERSON (40). Is that meant?"]),
        ("PERSONS", 2 * SLIP - 1, []),  # too many to be slips
        ("PERSOn", 2 * SLIP, ["train: types that differ in case alone: PERSON, PERSOn. Spell them alike."]),
        ("PERSON2", 2 * SLIP, []),  # numbered on purpose
        ("LOC", 2 * SLIP, []),
    ],
)
def test_a_rare_type_that_is_spelled_almost_like_a_common_one_is_warned_of(
    look: Surveyor, slip: str, count: int, told: list[str]
) -> None:
    found = look(f"a O\nb B-{slip}\nc B-{slip}\n\n" + "Ines B-PERSON\n\n" * count)
    assert warnings(found) == told


def test_a_corpus_in_inline_markup_is_not_asked_for_its_columns(tmp_path: Path) -> None:
    (tmp_path / "none.inline").write_text("no entity here\n")
    (tmp_path / "all.inline").write_text("".join(f"[Lima{letter}x](LOC)\n" for letter in string.ascii_letters))
    for name, told in (
        ("none.inline", "no entity at all. Are entities marked as in [Lima](LOC)?"),
        ("all.inline", "no word is outside of an entity."),
    ):
        config = make_config({"corpus": {"train": name, "dev": None}}, base=tmp_path, where="test")
        assert f"{tmp_path / name}: {told}" in list(advise(survey(config)))


def test_only_the_types_that_are_to_be_learned_count(look: Surveyor) -> None:
    part = look(TRAIN, corpus={"entities": ["LOC"]}).parts["train"]
    assert (part.entities, part.types, part.without_entities) == (2, {"LOC": 2}, 2)


@pytest.mark.parametrize(
    ("entities", "train", "told"),
    [
        (
            ["PRE"],
            TRAIN,
            ["train: no entity of PRE, which corpus.entities names; there are LOC, PER. Name some of these."],
        ),
        (
            ["PRE", "PER", "ROG"],
            TRAIN,
            ["train: no entity of PRE, ROG, which corpus.entities names; there are LOC, PER. Name some of these."],
        ),
        (["LOC"], TRAIN, []),
        (["PER"], "a O\n", ["train: no entity at all. Is corpus.tag_column the column of the tags?"]),
    ],
)
def test_types_to_learn_that_are_not_there_are_warned_of(
    look: Surveyor, entities: list[str], train: str, told: list[str]
) -> None:
    assert warnings(look(train, corpus={"entities": entities})) == told
    alone = [one.replace("train:", "dev:") for one in told]
    assert warnings(look("", train, corpus={"entities": entities})) == alone


def test_types_to_learn_that_another_part_has_not_are_told_of_once(look: Surveyor) -> None:
    found = look(TRAIN, "Reuters B-ORG\n", corpus={"entities": ["LOC"]})
    assert warnings(found) == ["dev: no entity of LOC. No score tells how they are found; tag some here."]


@pytest.mark.parametrize("lower", [False, True])
def test_vector_coverage(look: Surveyor, tmp_path: Path, lower: bool) -> None:
    (tmp_path / "vectors.txt").write_text("ines 1 2\nlima 1 2\nInes 1 2\n")
    found = look(TRAIN, words={"vectors": "vectors.txt", "dim": 2, "lower": lower})
    # Ines and Lima twice of 8 words; Prado is the entities' only word without.
    assert found.parts["train"].vectors == Covered(3 / 8, 2 / 5, 3 / 4)
    assert any("train: only 37.5% of the words have a vector." in one for one in warnings(found))


def test_vectors_of_the_frequent_words_are_enough(look: Surveyor, tmp_path: Path) -> None:
    (tmp_path / "vectors.txt").write_text("Lima 1 2\nsleeps 1 2\n")
    found = look(TRAIN, words={"vectors": "vectors.txt", "dim": 2})
    assert found.parts["train"].vectors == Covered(5 / 8, 2 / 5, 2 / 4)
    assert warnings(found) == []


def test_vectors_in_lower_case_alone_are_looked_up_so(look: Surveyor, tmp_path: Path) -> None:
    (tmp_path / "vectors.txt").write_text("Lima 1 2\nINES 1 2\n")
    words = {"vectors": "vectors.txt", "dim": 2}
    assert look(TRAIN, words={**words, "lower": True}).parts["train"].vectors == Covered(0, 0, 0)
    assert look(TRAIN, words={**words, "lower": False}).parts["train"].vectors == Covered(2 / 8, 1 / 5, 2 / 4)


def test_a_configuration_without_a_corpus_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"^corpus\.train: expected a tagged corpus, found none"):
        survey(make_config({}, base=ROOT, where="x"))


@pytest.mark.parametrize("name", ["wnut17/{}.conll", "bc5cdr/{}.tsv"])
def test_real_corpora_are_described_without_a_slip(name: str) -> None:
    corpus = {part: str(shared(f"corpora/{name.format(part)}")) for part in ("dev", "test")}
    found = survey(make_config({"corpus": corpus}, base=ROOT, where="x"))
    assert [part.invalid for part in found.parts.values()] == [[], []]
    assert min(part.entities for part in found.parts.values()) > 800


# the command


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("train.conll").write_text(TRAIN)
    Path("dev.conll").write_text(DEV)
    Path("corpus.yaml").write_text("corpus: {train: train.conll, dev: dev.conll}\n")
    return tmp_path


@pytest.mark.parametrize("words", [["corpus.yaml"], ["train.conll", "dev.conll"]])
def test_a_configuration_and_files_are_described_alike(here: Path, words: list[str]) -> None:
    done = nerwin("data", *words, "--json")
    assert done.exit_code == 0
    assert done.stdout.count("\n") == 1
    found = json.loads(done.stdout)
    assert found["parts"]["dev"]["types"] == {"LOC": 2, "PER": 1}
    assert found["parts"]["dev"]["shared"] == {"train": [4]}
    assert found["parts"]["train"]["lengths"]["longest"] == 3
    assert found["parts"]["dev"]["unseen"]["words"] == pytest.approx(0.2)
    assert found["conflicts"] == []
    assert len(found["warnings"]) == 3


def test_strictly_a_warning_exits_with_1(here: Path) -> None:
    assert nerwin("data", "corpus.yaml").exit_code == 0
    done = nerwin("data", "corpus.yaml", "--strict")
    assert (done.exit_code, done.stderr) == (1, "")
    assert done.stdout.endswith("3 warnings\n")
    assert nerwin("data", "--strict").stdout.endswith("no warnings\n")
    assert nerwin("data", "--strict").exit_code == 0


def test_files_in_the_order_of_their_names_are_warned_of(here: Path) -> None:
    for name in ("dev", "test", "other"):
        (here / f"{name}.conll").write_text((here / "train.conll").read_text())
    swapped, ordered = ("dev", "test", "train"), ("train", "dev", "test")
    for names, count in ((swapped, 3), (ordered, 0)):
        told = nerwin("data", *(f"{name}.conll" for name in names)).stdout
        assert told.count("Is that meant? Files come in the order train, dev, test.") == count
    assert "test.conll: it is read as dev." in nerwin("data", *(f"{name}.conll" for name in swapped)).stdout
    (here / "dev.conll.gz").write_bytes(gzip.compress((here / "dev.conll").read_bytes()))
    assert "dev.conll.gz: it is read as train." in nerwin("data", "dev.conll.gz", "other.conll").stdout
    Path("Test.conll").write_text(DEV)
    assert "Test.conll: it is read as train." in nerwin("data", "Test.conll", "other.conll").stdout
    assert "it is read as" not in nerwin("data", "dev.conll").stdout  # held against nothing


@pytest.mark.parametrize(("size", "warned"), [(2, False), (3, True)])
def test_a_dev_part_that_is_much_larger_than_train_is_warned_of(look: Surveyor, size: int, warned: bool) -> None:
    larger = "".join(f"b{number} B-A\n\n" for number in range(size))
    told = [one for one in warnings(look("a B-A\n", larger, larger)) if "Are the two swapped?" in one]
    assert told == [f"dev: it has {size} sentences, train has 1. Are the two swapped?"] * warned  # and nothing of test


def test_tables_and_warnings_go_to_stdout(here: Path) -> None:
    Path("odd.conll").write_text("a\x1b[2J\tB-[red]\n\na\x1b[2J\tB-[/]\n\nb\tB-x\x1by\n")
    done = nerwin("data", "odd.conll", "dev.conll")
    assert done.exit_code == 0
    assert "\x1b" not in done.stdout
    assert [cell.strip() for cell in done.stdout.split("[red]")[1].split("\n")[0].split("│")[1:3]] == ["1", "0"]
    assert "warning: " in done.stdout
    assert "in several ways: " in done.stdout


def test_each_row_of_the_table_has_its_own_figure_of_each_part(look: Surveyor, tmp_path: Path) -> None:
    (tmp_path / "vectors.txt").write_text("Ines 1 2\nLima 1 2\nEli 1 2\n")
    more = "Eli I-LOC\nis O\nsleeps O\nnow O\n\nLima B-LOC\nsleeps O\n\nwe O\n\nhe O\nRome I-LOC\n"
    found = look(
        f"-DOCSTART- O\n\n# 1\n# 2\n{TRAIN}",
        DEV + more,
        "Lima B-LOC\nsleeps O\n",
        corpus={"comments": "#"},
        words={"vectors": "vectors.txt", "dim": 2},
    )
    assert {title: [tell(part) for part in found.parts.values()] for title, tell in _rows(found.parts)} == {
        "tag scheme": ["IOB2", "IOB2", "IOB2"],
        "columns by": ["space", "space", "space"],
        "comment lines": ["2", "0", "0"],
        "-DOCSTART- lines": ["1", "0", "0"],
        "sentences": ["4", "6", "1"],
        "words": ["8", "14", "2"],
        "distinct words": ["5", "10", "2"],
        "entities": ["3", "5", "1"],
        "sentences without any": ["25.0%", "16.7%", "0.0%"],
        "words a sentence, median": ["2", "2", "2"],
        "95 % have at most": ["3", "4", "2"],
        "longest": ["3", "5", "2"],
        "words not in train": ["", "50.0%", "0.0%"],
        "entities not in train": ["", "60.0%", "0.0%"],
        "sentences also in train": ["", "2", "1"],
        "sentences also in dev": ["", "", "1"],
        "sentences that come again": ["1", "1", "0"],
        "invalid transitions": ["0", "1", "0"],
        "words with a vector": ["37.5%", "28.6%", "50.0%"],
        "of those in entities": ["75.0%", "66.7%", "100.0%"],
    }


def test_keys_of_the_configuration_can_be_set(here: Path) -> None:
    Path("columns.tsv").write_text("# id\n1\tLima\tB-LOC\tx\n")
    keys = ("corpus.word_column=1", "corpus.tag_column=2", "corpus.comments=#")
    drawn = " ".join(nerwin("data", "columns.tsv", *(word for key in keys for word in ("--set", key))).stdout.split())
    assert "comment lines" in drawn
    assert "DOCSTART" not in drawn
    done = nerwin("data", "columns.tsv", "--json", *(word for key in keys for word in ("--set", key)))
    assert json.loads(done.stdout)["parts"]["train"]["words"] == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["corpus.yaml", "dev.conll"],
            "corpus.yaml: expected a configuration alone, or files of a corpus, found both.",
        ),
        (["dev.conll"] * 4, "FILES: expected train, dev, test at most, found 4 files."),
        (["no.conll"], "no.conll: cannot read the file"),
        (["no.yaml"], "no.yaml: cannot read the configuration"),
        (
            ["dev.conll", "--set", "corpus.wordcolumn=1"],
            "with corpus.wordcolumn=1: corpus.wordcolumn: there is no such key.",
        ),
    ],
)
def test_bad_usage_is_one_line_and_exit_code_2(here: Path, words: list[str], message: str) -> None:
    done = nerwin("data", *words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert message in done.stderr


def test_configurations_are_told_from_files_by_their_suffix() -> None:
    assert {path.suffix for path in (ROOT / "configs").iterdir()} <= set(SUFFIXES)


def test_further_columns_of_tags_are_told_of(look: Surveyor) -> None:
    parts = look("Ines B-LOC B-PER\nleft O O\n", "Ines NNP B-PER\n").parts
    assert [part.tag_columns for part in parts.values()] == [[1], []]


def test_the_command_draws_further_columns_of_tags_and_counts_one_warning(here: Path) -> None:
    rows = [f"{number}{chr(97 + number % 26)} B-LOC {'B-PER' if number % 2 else 'O'}\n\n" for number in range(100)]
    Path("two.conll").write_text("".join(rows))
    drawn = nerwin("data", "two.conll").stdout
    (row,) = (line for line in drawn.splitlines() if "tags also in column" in line)
    assert row.split("│")[2].strip() == "1"
    assert nerwin("data", "two.conll", "--set", "corpus.entities=[PER]").stdout.endswith("no warnings\n")
    Path("few.conll").write_text("".join(rows[:50]))
    assert nerwin("data", "few.conll").stdout.endswith("\n1 warning\n")


def test_words_that_are_no_tokens_of_raw_text_and_parts_of_other_tokens_are_told_of(tmp_path: Path) -> None:
    (tmp_path / "words.conll").write_text("\u738b\u5c0f\tB-PER\n\u4f4f\u5728\tO\n\n" * 60, encoding="utf-8")
    (tmp_path / "letters.conll").write_text("\u738b\tB-PER\n\u4f4f\tO\n\n" * 60, encoding="utf-8")
    words, letters = tmp_path / "words.conll", tmp_path / "letters.conll"
    train = ["data", str(words), "--strict"]
    assert "100% of the words are no tokens of raw text (corpus.tokenizer=rules)" in nerwin(*train).stdout
    assert "no tokens of raw text" not in nerwin(*train, "--set", "corpus.tokenizer=spaces").stdout
    both = nerwin("data", str(letters), str(words)).stdout
    assert "words.conll: words are whole, where train's are single letters." in both.replace("\n", " ")
    assert "no tokens of raw text" not in both
