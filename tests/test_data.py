"""What training says of its parts: how words are found in the table, and how many have a vector from a file."""

from collections.abc import Collection
from pathlib import Path

import numpy as np
import pytest

from nerwin.arrays import Floats
from nerwin.config.corpora import read_part
from nerwin.config.reading import make_config
from nerwin.config.settings import Config, CorpusConfig
from nerwin.corpora.corpus import Corpus, Sentence
from nerwin.errors import ConfigError, CorpusError, VectorsError
from nerwin.model.files import load_model, save_model
from nerwin.model.model import Model
from nerwin.parts.coverage import lookup_stages
from nerwin.parts.notes import (
    LACKS_ALL,
    LACKS_SOME,
    LETTERS,
    LETTERS_ALONE,
    LETTERS_MISMATCH,
    NO_SCORES,
    RANKER_LACKS,
    notes_on,
)
from nerwin.parts.parts import CUT_BEYOND, Parts, make_parts
from nerwin.parts.reading import read_parts
from nerwin.tagging.tagger import Tagger
from nerwin.text.features import WORDS, Lookup, form_table
from nerwin.text.pairs import PAIR, are_letters, forms_of
from nerwin.text.tokenizer import TOKENIZERS
from nerwin.text.tokenizer_fit import REMEDIES, tokenizer_doubt
from nerwin.training.fresh import init_model
from nerwin.training.state import generators
from nerwin.vectors.wanted import read_vectors
from tests.village import epochs, new_trainer, village_config

TRAIN = "Apple\tB-ORG\napple\tO\npears\tO\nb-00\tO\n"
# found as spelled: apple; in lower case: APPLE, Pears; with digits as 0: B-52; unknown: plum, Rho
DEV = "apple\tO\nAPPLE\tB-ORG\nPears\tO\nB-52\tO\nplum\tO\n\nRho\tB-ORG\nB-52\tI-ORG\nRho\tB-ORG\n"


def config_of(folder: Path, **words: object) -> Config:
    (folder / "train.conll").write_text(TRAIN)
    (folder / "dev.conll").write_text(DEV)
    content = {
        "corpus": {"train": "train.conll", "dev": "dev.conll"},
        "words": {"dim": 2, **words},
        "objective": {"corruption": "label"},
    }
    return make_config(content, base=folder, where="test")


def parts_of(folder: Path, train: list[str], dev: list[str], **corpus: object) -> Parts:
    """The parts of sentences whose tags are given; every word is another one."""
    config = config_of(folder)
    config = config.model_copy(update={"corpus": config.corpus.model_copy(update=corpus)})
    one, other = (
        Corpus(
            name, [Sentence([f"{name}{n}-{t}" for t, _ in enumerate(tags.split())], tags.split()) for n, tags in part]
        )
        for name, part in (("train", enumerate(train)), ("dev", enumerate(dev)))
    )
    return noted_parts(config, one, other)


def noted_parts(config: Config, train: Corpus, dev: Corpus | None) -> Parts:
    parts = make_parts(config, train, dev)
    return parts._replace(notes=list(notes_on(parts, train, dev, config)))


def started(config: Config) -> tuple[Model, list[str]]:
    """A model before its first epoch, and the notes so far."""
    parts = read_parts(config)
    return init_model(config, parts, generators(1)["init"]), parts.notes


def test_the_notes_say_at_which_stage_the_words_of_dev_are_found(tmp_path: Path) -> None:
    _, notes = started(config_of(tmp_path))
    assert notes[2] == "dev   so few entities (3) that its F1 says little of other text"
    assert notes[3:] == [
        "dev   words looked up: 12.5% as spelled, 25.0% in lower case, 25.0% with digits as 0, 37.5% unknown; "
        "in entities: 0.0% as spelled, 25.0% in lower case, 25.0% with digits as 0, 50.0% unknown"
    ]


def test_in_lower_case_no_word_is_found_as_spelled(tmp_path: Path) -> None:
    _, notes = started(config_of(tmp_path, lower=True))
    assert notes[3:] == [
        "dev   words looked up: 37.5% in lower case, 25.0% with digits as 0, 37.5% unknown; "
        "in entities: 25.0% in lower case, 25.0% with digits as 0, 50.0% unknown"
    ]


def test_a_dev_part_without_entities_has_no_share_of_them(tmp_path: Path) -> None:
    config = config_of(tmp_path)
    (tmp_path / "dev.conll").write_text("apple\tO\n")
    parts = read_parts(config)
    assert lookup_stages(parts, Lookup(WORDS, ["apple"]), lower=False) == (
        "dev   words looked up: 100.0% as spelled, 0.0% in lower case, 0.0% with digits as 0, 0.0% unknown"
    )


VECTORS = "Apple 1 1\napple 2 2\nRho 3 3\nplum 4 4\n"


@pytest.mark.parametrize(("lower", "apple", "rho"), [(False, [1, 1], [3, 3]), (True, [2, 2], None)])
def test_words_in_lower_case_have_the_vector_of_no_other_spelling(
    tmp_path: Path, lower: bool, apple: list[float], rho: list[float] | None
) -> None:
    (tmp_path / "vectors.txt").write_text(VECTORS)
    model, _ = started(config_of(tmp_path, lower=lower, vectors="vectors.txt"))
    words, table = model.lookups[0], model.params[WORDS]
    assert table[words.row("Apple")].tolist() == apple
    assert table[words.row("apple")].tolist() == [2, 2]
    assert table[words.row("Plum")].tolist() == [4, 4]
    assert table[words.row("Rho")].tolist() == (rho or table[1].tolist())
    assert len(set(words.values)) == len(words.values)
    assert not lower or all(word == word.lower() for word in words.values)


@pytest.mark.parametrize(
    ("lower", "train", "dev"),
    [(False, "50.0% of the forms of train", "66.7%"), (True, "50.0% of the forms of train", "50.0%")],
)
def test_the_notes_count_the_words_that_have_a_vector(tmp_path: Path, lower: bool, train: str, dev: str) -> None:
    (tmp_path / "vectors.txt").write_text(VECTORS)
    _, notes = started(config_of(tmp_path, lower=lower, vectors="vectors.txt"))
    about = [note for note in notes if note.startswith("vectors for ")]
    assert len(about) == 2
    assert about[0].startswith(f"vectors for {train}, 50.0% of its words, 100.0% of those in entities")
    assert about[1].startswith(f"vectors for {dev} of the forms of dev, ")


def test_words_in_lower_case_ask_for_no_other_spelling(tmp_path: Path) -> None:
    """A file whose only words of the corpus are capitalised has none that would be looked up."""
    (tmp_path / "vectors.txt").write_text("Apple 1 1\nRho 3 3\n")
    with pytest.raises(VectorsError, match="expected vectors of words of the corpus, found none"):
        started(config_of(tmp_path, lower=True, vectors="vectors.txt"))


@pytest.mark.parametrize(
    ("settings", "words", "seen"),
    [
        ({}, ["Apple", "apple", "pears", "b-00"], 4),
        ({"min_count": 2}, ["apple"], 1),
        ({"min_count": 3}, [], 0),
        ({"min_count": 3, "lower": True}, ["apple"], 1),
        ({"min_count": 4, "lower": True}, [], 0),
        ({"min_count": 2, "vectors": "vectors.txt"}, ["apple", "pears", "elsewhere"], 2),
        ({"min_count": 3, "vectors": "vectors.txt"}, ["pears", "elsewhere"], 1),
        ({"min_count": 2, "vectors": "vectors.txt", "trained": False}, ["pears", "elsewhere"], 1),
    ],
)
def test_words_seen_too_rarely_have_a_row_only_with_a_vector(
    tmp_path: Path, settings: dict[str, object], words: list[str], seen: int
) -> None:
    """Counted in the spelling that is looked up, and in the training part alone."""
    (tmp_path / "vectors.txt").write_text("pears 1 1\nelsewhere 2 2\n")
    config = config_of(tmp_path, **settings)
    (tmp_path / "train.conll").write_text(f"{TRAIN}apple\tO\n")
    model, _ = started(config)
    assert model.lookups[0].values == words
    assert len(model.params[WORDS]) == 2 + len(words)
    unseen = form_table(model.lookups, ["<padding>", "<unknown>", "apple", "pears", "elsewhere", "nowhere"]).unseen
    assert unseen.tolist()[2:] == [word not in words[:seen] for word in ("apple", "pears", "elsewhere", "nowhere")]
    assert not unseen[0]
    save_model(tmp_path / "model", model)
    assert load_model(tmp_path / "model", decided=False).lookups[0].seen == seen


@pytest.mark.parametrize("settings", [{"trained": False}, {"min_count": 9}])
def test_a_word_that_training_reads_in_lower_case_is_seen(tmp_path: Path, settings: dict[str, object]) -> None:
    (tmp_path / "vectors.txt").write_text("plum 3 3\npears 1 1\napple 2 2\n")
    config = config_of(tmp_path, vectors="vectors.txt", **settings)
    (tmp_path / "train.conll").write_text("Apple\tB-ORG\nPears\tO\n")
    model, _ = started(config)
    forms = ["<padding>", "<unknown>", "apple", "Apple", "pears", "PEARS", "plum", "Plum", "rain"]
    assert form_table(model.lookups, forms).unseen.tolist()[2:] == [False] * 4 + [True] * 3


def test_a_tagger_may_know_no_word_at_all(tmp_path: Path) -> None:
    trainer = new_trainer(village_config(tmp_path, "words.min_count=1000", "features.shape=4"))
    assert "dev   words looked up: 0.0% as spelled, " in trainer.parts.notes[-1]
    epochs(trainer)
    assert Tagger(trainer.model).tag(["Mira", "Tolvan", "left", "Quellmark"]) != ["O"] * 4


def test_the_stage_is_that_of_the_row() -> None:
    words = Lookup(WORDS, ["apple", "Apple", "b-00"])
    assert [words.stage(form) for form in ("Apple", "APPLE", "B-52", "b-00", "Rho")] == [0, 1, 2, 0, 3]
    assert [words.row(form) for form in ("Apple", "APPLE", "B-52", "b-00", "Rho")] == [3, 2, 4, 4, 1]


CUT = "train sentences of more than 3 words are cut where no entity is: "


def test_a_long_sentence_of_train_is_cut_between_two_words_outside_and_dev_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("parts", "notes"):
        monkeypatch.setattr(f"nerwin.parts.{module}.CUT_BEYOND", 3)
    long, short = "O O O O B-A I-A O O B-A O B-A O O", "O B-A O"
    parts = parts_of(tmp_path, [long, short], [long, short])
    assert [" ".join(tags) for tags in parts.train.tags] == ["O O O", "O B-A I-A O", "O B-A O B-A O", "O", short]
    assert [" ".join(tags) for tags in parts.dev.tags] == [long, short]
    assert parts.train.flat.lengths.tolist() == [3, 4, 5, 1, 3]
    assert parts.dev.flat.lengths.tolist() == [13, 3]
    assert [note for note in parts.notes if "cut" in note] == [f"{CUT}1"]


def test_of_what_is_cut_nothing_is_lost_or_reordered_and_entities_stay_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator
) -> None:
    monkeypatch.setattr("nerwin.parts.parts.CUT_BEYOND", 3)
    pieces = ["O", "O O", "B-A", "B-A I-A", "B-B I-B I-B I-B"]
    sentences = [" ".join(rng.choice(pieces, size)) for size in rng.integers(1, 20, 200)]
    parts = parts_of(tmp_path, sentences, sentences)
    words, lengths = parts.train.flat.words, parts.train.flat.lengths
    assert [parts.vocabulary.forms[word] for word in words] == [
        f"train{n}-{t}" for n, tags in enumerate(sentences) for t, _ in enumerate(tags.split())
    ]
    assert [tag for tags in parts.train.tags for tag in tags] == " ".join(sentences).split()
    assert [len(tags) for tags in parts.train.tags] == lengths.tolist()
    ends, whole = np.cumsum(lengths)[:-1], np.cumsum([len(tags.split()) for tags in sentences])
    every = " ".join(sentences).split()
    cuts = [end for end in ends.tolist() if end not in whole]
    assert len(cuts) > 100
    assert all(every[end][0] != "I" for end in cuts)
    starts = dict(zip(ends.tolist(), [0, *ends.tolist()], strict=False))
    assert all(every[end - 1] == every[end] == "O" or end - starts[end] >= 6 for end in cuts)
    assert min(np.diff([0, *ends])[np.isin(ends, cuts)]) == 3


def test_a_sentence_without_two_words_outside_in_a_row_is_cut_later_and_one_entity_never(tmp_path: Path) -> None:
    sentences = [
        " ".join(["B-A", *["I-A"] * (3 * CUT_BEYOND)]),
        " ".join(["B-A", "O"] * (CUT_BEYOND + 1)),
        " ".join(["O"] * CUT_BEYOND),
    ]
    parts = parts_of(tmp_path, sentences, sentences)
    assert parts.train.flat.lengths.tolist() == [3 * CUT_BEYOND + 1, 2 * CUT_BEYOND, 2, CUT_BEYOND]


def test_sentences_that_are_held_out_are_not_cut(tmp_path: Path) -> None:
    (tmp_path / "train.conll").write_text(("Rho\tB-A\n" + "apple\tO\n" * CUT_BEYOND + "\n") * 10)
    config = make_config({"corpus": {"train": "train.conll"}}, base=tmp_path, where="test")
    parts = read_parts(config)
    assert parts.dev.flat.lengths.tolist() == [CUT_BEYOND + 1]
    assert parts.train.flat.lengths.tolist() == [CUT_BEYOND, 1] * 9


def absent_of(parts: Parts) -> list[str]:
    return [note for note in parts.notes if note.startswith("dev   no entity of ")]


def test_nothing_is_said_of_types_that_dev_lacks_where_it_is_learned_from(tmp_path: Path) -> None:
    train, dev = (
        Corpus("a", [Sentence(["Mira", "Lima"], ["B-A", "B-B"])]),
        Corpus("b", [Sentence(["Ines", "Oslo"], ["B-A", "B-X"])]),
    )
    config = config_of(tmp_path)
    refit = config.model_copy(update={"training": config.training.model_copy(update={"refit": tmp_path})})
    strange = "dev   X: types that train does not have, so they are never found"
    assert absent_of(noted_parts(config, train, dev)) != []
    assert noted_parts(config, train, dev).notes[2] == strange
    assert noted_parts(refit, train, dev).notes[2:] == [
        strange,
        f"dev   is learned from too; its thresholds are those of {tmp_path}",
    ]


@pytest.mark.parametrize("tags", ["B-A I-A B-B", "B-A E-A S-B"])
def test_of_a_part_only_the_types_to_learn_are_read(tmp_path: Path, tags: str) -> None:
    path = tmp_path / "part.conll"
    path.write_text("".join(f"a {tag}\n" for tag in tags.split()))
    (sentence,) = read_part(path, CorpusConfig(entities=["B"])).sentences
    assert sentence.tags == ["O", "O", "B-B"]


@pytest.mark.parametrize(("entities", "noted"), [(0, False), (1, True), (19, True), (20, False)])
def test_a_dev_part_that_says_little_is_noted(tmp_path: Path, entities: int, noted: bool) -> None:
    """Types that train does not have are not scored."""
    notes = parts_of(tmp_path, ["B-A O"], ["O B-A"] * entities + ["B-X"] * 30).notes
    assert (f"dev   so few entities ({entities}) that its F1 says little of other text" in notes) == noted


def test_types_that_dev_has_no_entity_of_are_named(tmp_path: Path) -> None:
    train = ["B-C O B-A", "B-B I-B"]
    assert absent_of(parts_of(tmp_path, train, ["O B-B"])) == [f"dev   no entity of A, C: {LACKS_SOME}"]
    two = parts_of(tmp_path, train, ["O B-B"], entities=["A", "B"])
    assert absent_of(two) == [f"dev   no entity of A: {LACKS_SOME}"]
    assert absent_of(parts_of(tmp_path, train, [*train, "B-D"])) == []
    many = [f"B-T{number:02}" for number in range(11)]
    ten = ", ".join(tag[2:] for tag in many[:10])
    assert absent_of(parts_of(tmp_path, many, ["O"])) == [f"dev   no entity of {ten}, ...: {LACKS_ALL}"]
    assert absent_of(parts_of(tmp_path, many[:10], ["B-X"])) == [f"dev   no entity of {ten}: {LACKS_ALL}"]


@pytest.mark.parametrize("tags", ["O B-B", "O"])
def test_the_ranker_seldom_finds_what_dev_does_not_have(tmp_path: Path, tags: str) -> None:
    parts, config = parts_of(tmp_path, ["B-A O B-B"], [tags]), config_of(tmp_path)
    objective = config.objective.model_copy(update={"corruption": "window"})
    ranker = config.model_copy(update={"objective": objective})
    train, dev = Corpus("a", [Sentence(["x"], ["B-A"])]), Corpus("b", [Sentence(["y"], ["O"])])
    (note,) = [note for note in notes_on(parts, train, dev, ranker) if "no entity of" in note]
    assert f": {RANKER_LACKS}" in note
    assert note.endswith(NO_SCORES) == (tags == "O")


def test_types_that_train_does_not_have_are_named(tmp_path: Path) -> None:
    notes = parts_of(tmp_path, ["B-A O"], ["B-A", "B-C B-B"]).notes
    assert "dev   B, C: types that train does not have, so they are never found" in notes
    assert not any("never found" in note for note in parts_of(tmp_path, ["B-A O"], ["B-A"]).notes)


@pytest.mark.parametrize(("shared", "noted"), [(1, False), (2, True)])
def test_a_dev_part_that_is_a_copy_of_train_is_noted(tmp_path: Path, shared: int, noted: bool) -> None:
    config = config_of(tmp_path)
    train = [Sentence([f"w{n}"], ["B-A"]) for n in range(5)]
    dev = [*train[:shared], *(Sentence([f"new{n}"], ["B-A"]) for n in range(5 - shared))]
    note = f"dev   found in train too: {shared} of 5 sentences; dev F1 is no score on new text"
    assert (note in noted_parts(config, Corpus("a", train), Corpus("b", dev)).notes) == noted


def test_a_dev_part_whose_long_sentences_are_those_of_train_is_noted(tmp_path: Path) -> None:
    """Those of train are cut."""
    long = [Sentence([f"w{n}"] * (CUT_BEYOND + 1), ["B-A", *["O"] * CUT_BEYOND]) for n in range(10)]
    note = "dev   found in train too: 1 of 1 sentence; dev F1 is no score on new text"
    assert note in noted_parts(config_of(tmp_path), Corpus("a", long), Corpus("b", long[:1])).notes
    held_out = [*long[1:], long[1]]
    assert note in noted_parts(config_of(tmp_path), Corpus("a", held_out), None).notes


def test_each_part_is_told_with_its_file_and_how_that_was_read(tmp_path: Path) -> None:
    config, one = config_of(tmp_path), Sentence(["Lima", "sleeps"], ["B-A", "O"])
    train, dev = Corpus("one", [one] * 25, width=3), Corpus("two", [one] * 4, "space", 2, "iob1")
    assert noted_parts(config, train, dev).notes[:2] == [
        "train one: 25 sentences, 50 tokens, 3 columns by tab, IOB2",
        "dev   two: 4 sentences, 8 tokens, 2 columns by space, IOB1",
    ]
    parts = noted_parts(config, train, None)
    assert parts.notes[1] == "dev   corpus.dev is not set: 2 sentences of train, every tenth, held out"
    assert len(parts.dev.tags) == 2


@pytest.mark.parametrize(("size", "noted"), [(2, False), (3, True)])
def test_a_dev_part_that_is_much_larger_than_train_is_noted(tmp_path: Path, size: int, noted: bool) -> None:
    notes = parts_of(tmp_path, ["B-A"] * 10, ["B-A"] * 10 * size).notes
    assert (f"dev   has {10 * size} sentences, train 10: are the two swapped?" in notes) == noted


def test_an_empty_list_of_types_to_learn_is_refused(tmp_path: Path) -> None:
    config = village_config(tmp_path, "corpus.entities=[]")
    with pytest.raises(
        ConfigError, match=r"^corpus\.entities: expected all, or types to learn, found an empty list\."
    ) as caught:
        read_parts(config)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("tokenizer", "told"),
    [("rules", "letter by letter (corpus.tokenizer=letters)"), ("letters", None), ("spaces", None)],
)
def test_letters_that_raw_text_has_in_words_are_told_of(tmp_path: Path, tokenizer: str, told: str | None) -> None:
    lines = "".join(f"{letter}\tO\n" for letter in "\u5728\u4e2d\u56fd\u4e70TCL") + "\u738b\tB-PER\n\n"
    (tmp_path / "x.conll").write_text(lines * 10, encoding="utf-8")
    config = village_config(tmp_path, "corpus.train=x.conll", "corpus.dev=x.conll", f"corpus.tokenizer={tokenizer}")
    found = [note for note in read_parts(config).notes if "no tokens of raw text" in note]
    assert [note.rpartition("or ")[2] for note in found] == ([told] if told else [])


@pytest.mark.parametrize("lettered", ["train", "dev"])
def test_letters_in_one_part_alone_are_told_of(tmp_path: Path, lettered: str) -> None:
    for part in ("train", "dev"):
        word = "\u738b" if part == lettered else "\u738b\u5c0f"
        (tmp_path / part).write_text(f"{word}\tB-PER\n{word}\tO\n\n", encoding="utf-8")
    notes = read_parts(village_config(tmp_path, "corpus.train=train", "corpus.dev=dev")).notes
    told = f"dev   {LETTERS_MISMATCH[lettered == 'train']}: dev F1 says nothing"
    assert sum(note.startswith(told) for note in notes) == 1


def test_letters_are_counted_in_the_whole_of_a_corpus() -> None:
    words, letters = [["Lima", "is"]] * 600, [["\u738b", "\u5c0f"]] * 1000
    assert are_letters(words + letters)
    assert not are_letters(letters + words * 2)
    assert not are_letters([["a", "b", "c"], ["of", "the"]])  # six of ten is not enough
    assert are_letters([["\u0939", "\u093f", "\u0928", "\u094d"]])  # Hindi, whose vowel signs are no letters


@pytest.mark.parametrize(("tokenizer", "told"), [("rules", True), ("spaces", False)])
def test_words_that_no_raw_text_becomes_are_told_of(tmp_path: Path, tokenizer: str, told: bool) -> None:
    lines = "".join(f"{word}\tO\n" for word in ("\u738b\u5c0f", "\u4f4f\u5728")) + "Ines\tB-PER\n\n"
    (tmp_path / "x.conll").write_text(lines * 10, encoding="utf-8")
    config = village_config(tmp_path, "corpus.train=x.conll", "corpus.dev=x.conll", f"corpus.tokenizer={tokenizer}")
    notes = [note for note in read_parts(config).notes if note.startswith("train 67% of the words are no tokens")]
    assert len(notes) == told


@pytest.mark.parametrize(
    ("words", "features", "told"),
    [
        ("a b cd .", "{shape: 2, pair: 3}", None),
        ("a b cd .", "{shape: 2}", None),
        ("a b c .", "{shape: 2}", LETTERS_ALONE),
        ("a b c .", "{shape: 2, pair: 3}", LETTERS),
        ("1 2 3 .", "{shape: 2, pair: 3}", None),
    ],
)
def test_pairs_are_looked_up_where_most_words_are_letters(
    tmp_path: Path, words: str, features: str, told: str | None
) -> None:
    rows = [f"{word} {'B-A' if word == '.' else 'O'}" for word in words.split()]
    (tmp_path / "c.conll").write_text("\n".join([*rows, "\n"]))
    overrides = ("corpus.train=c.conll", "corpus.dev=c.conll", f"features={features}")
    trainer = new_trainer(village_config(tmp_path, *overrides, "training.epochs=1"))
    parts, model = trainer.parts, trainer.model
    assert [note for note in parts.notes if "most words are single" in note] == ([f"train {told}"] if told else [])
    assert model.tables == [WORDS, "shape", *([PAIR] if told == LETTERS else [])]
    assert parts.vocabulary.forms[2:] == list(forms_of(words.split(), model.tables))
    epochs(trainer)
    save_model(tmp_path / "model", model)
    assert load_model(tmp_path / "model").tables == model.tables


def test_a_letter_that_stands_before_several_others_is_one_form_with_a_vector(tmp_path: Path) -> None:
    """Though it is several pairs."""
    (tmp_path / "c.conll").write_text("".join(f"{letter} O\n" for letter in "abacad") + "a B-X\n")
    (tmp_path / "vectors.txt").write_text("a 1 2\n")
    config = config_of(tmp_path, vectors="vectors.txt")
    corpus = config.corpus.model_copy(update={"train": tmp_path / "c.conll", "dev": tmp_path / "c.conll"})
    _, notes = started(config.model_copy(update={"corpus": corpus, "features": {PAIR: 3}}))
    shares = "25.0% of the forms of train, 57.1% of its words, 100.0% of those in entities"
    assert f"vectors for {shares}" in notes


def test_tables_of_letters_are_in_their_order_whatever_that_of_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "c.conll").write_text("a O\nb B-A\nc O\n\n" * 5)
    overrides = ("corpus.train=c.conll", "corpus.dev=c.conll", "features={pair: 3, shape: 2}", "training.epochs=1")
    trainer = new_trainer(village_config(tmp_path, *overrides))
    epochs(trainer)
    save_model(tmp_path / "model", trainer.model)
    assert load_model(tmp_path / "model").tables == [WORDS, "shape", PAIR]


@pytest.mark.parametrize(
    ("words", "tokenizer", "advice"),
    [
        (["\uae40", "\ubbfc", "\uc218", "."], "rules", ", or letter by letter (corpus.tokenizer=letters)"),
        ([*"\u5728\u4e2d\u56fd\u4e70\u8d35" * 6, "A8"], "rules", None),
        ([*"\u5728\u4e2d\u56fd\u4e70\u8d35" * 6, "A8"], "letters", ", or as it is (corpus.tokenizer=rules)"),
        (
            [*"\u5728\u4e2d\u56fd\u4e70\u8d35" * 2, "x_1-"],
            "rules",
            ", or with spaces between words (corpus.tokenizer=spaces)",
        ),
        (["Lima", "is", "far"], "letters", ", or as it is (corpus.tokenizer=rules)"),
        (["Lima is", "far", "away"], "spaces", ""),
    ],
)
def test_a_tokenizer_that_finds_the_words_is_advised(words: list[str], tokenizer: str, advice: str | None) -> None:
    found = [doubt.partition("in columns")[2] for doubt in tokenizer_doubt([words] * 5, tokenizer)]
    assert found == ([] if advice is None else [advice])
    assert {*REMEDIES} == {*TOKENIZERS}


@pytest.mark.parametrize("part", ["train", "dev"])
def test_a_corpus_that_changes_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    config = config_of(tmp_path)

    def read_and_change(path: Path, corpus: CorpusConfig) -> Corpus:
        found = read_part(path, corpus)
        if path.stem == part:
            path.write_text(f"{path.read_text()}plum\tO\n")
        return found

    monkeypatch.setattr("nerwin.parts.reading.read_part", read_and_change)
    with pytest.raises(CorpusError, match=rf"{part}\.conll: .* changed while it was read"):
        read_parts(config)


def test_vectors_that_change_while_they_are_read_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "vectors.txt").write_text("apple 1 2\n")
    config = config_of(tmp_path, vectors="vectors.txt")

    def read_and_change(path: Path, words: Collection[str], dim: int, extra: int) -> dict[str, Floats]:
        found = read_vectors(path, words, dim, extra)
        path.write_text("plum 3 4\npear 5 6\n")
        return found

    monkeypatch.setattr("nerwin.training.fresh.read_vectors", read_and_change)
    with pytest.raises(VectorsError, match=r"vectors\.txt: .* changed while it was read"):
        started(config)
