"""A trained model at work: offsets that point into the text, and every line of a column file back where it was."""

import itertools
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nerwin
from nerwin.arrays import Bools, Floats, Ints
from nerwin.corpora.columns import DOCSTART, Columns, find_delimiter, split_block
from nerwin.corpora.reading import read_corpus
from nerwin.errors import CorpusError, ModelError
from nerwin.files.pieces import Piece
from nerwin.tagging.projections import TextForms
from nerwin.tagging.tagger import Tagger, load
from nerwin.tagging.task import tag_columns, tag_objects, tag_texts
from nerwin.text.tags import spans
from nerwin.text.tokenizer import tokenize
from tests.marked import parse_inline
from tests.village import trained_run


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    settings = ["training.epochs=12", "objective.draws=10", "training.seed=3"]
    return trained_run(tmp_path_factory.mktemp("village"), *settings)


@pytest.fixture
def tagger(run_folder: Path) -> Tagger:
    return load(run_folder)


@pytest.fixture(scope="module")
def sentences(run_folder: Path) -> list[list[str]]:
    return [sentence.words for sentence in read_corpus(run_folder.parent / "village.conll").sentences]


TEXTS = [
    "Mira Tolvan left Quellmark before dawn .",
    "  Lena Voss,\tJonas Pell   and Ines Falk wrote from Port Ansel.",
    "In Ostrava Bay the wind never rests — naïve “Ines Falk” \U0001f30a left Dunmere!",
    "nothing here",
    "",
    "   ",
]


def tagged(tagger: Tagger, texts: Iterable[str], form: str) -> list[str]:
    """Raw texts, one a line, as a form."""
    return list(tag_texts(tagger, Piece(1, "".join(f"{text}\n" for text in texts).encode()), form, "t"))


def test_it_has_learned_enough_to_be_tested(tagger: Tagger, sentences: list[list[str]]) -> None:
    tags = tagger.tag_many(sentences)
    found = {span.label for row in tags for span in spans(row)}
    assert found == {"LOC", "PER"}


@pytest.mark.parametrize("text", TEXTS)
def test_the_offsets_of_an_entity_point_at_its_text(tagger: Tagger, text: str) -> None:
    entities = tagger.entities(text)
    assert [text[one.start : one.end] for one in entities] == [one.text for one in entities]
    assert all(one.text.strip() == one.text != "" for one in entities)
    assert all(0.5 <= one.score <= 1 for one in entities)
    assert all(before.end <= after.start for before, after in itertools.pairwise(entities))


def test_some_text_has_entities_of_both_types(tagger: Tagger) -> None:
    labels = {one.label for text in TEXTS for one in tagger.entities(text)}
    assert labels == {"LOC", "PER"}


def test_entities_are_the_spans_of_the_tags(tagger: Tagger) -> None:
    for text in TEXTS:
        tokens = list(tokenize(text))
        tags = tagger.tag([token.text for token in tokens])
        expected = [(tokens[one.start].start, tokens[one.end - 1].end, one.label) for one in spans(tags)]
        assert [(one.start, one.end, one.label) for one in tagger.entities(text)] == expected


def test_entities_and_their_scores_do_not_depend_on_the_texts_around(tagger: Tagger) -> None:
    together = tagger.annotate([(text, list(tokenize(text))) for text in TEXTS])
    for text, found in zip(TEXTS, together, strict=True):
        alone = tagger.entities(text)
        assert [one[:4] for one in found.entities] == [one[:4] for one in alone]
        assert [one.score for one in found.entities] == pytest.approx([one.score for one in alone])


def test_a_text_is_tagged_sentence_by_sentence(tagger: Tagger, monkeypatch: pytest.MonkeyPatch) -> None:
    score, seen = tagger.scorer._score, []

    def spy(text: TextForms, words: Sequence[str], lengths: Ints) -> tuple[Ints, Floats, Bools]:
        seen.append(lengths.tolist())
        return score(text, words, lengths)

    monkeypatch.setattr(tagger.scorer, "_score", spy)
    texts = ["Mira Olden left Dunmere. Lena Voss came to Port Ansel\n\nLena Voss left Dunmere", "", "Dunmere"]
    found = tagger.annotate([(text, list(tokenize(text))) for text in texts])
    assert seen == [[5, 6, 4, 1]]
    assert [len(one.tags) for one in found] == [15, 0, 1]
    assert [one.text for one in found[0].entities] == [
        "Mira Olden",
        "Dunmere",
        "Lena Voss",
        "Port Ansel",
        "Lena Voss",
        "Dunmere",
    ]
    for text, one in zip(texts, found, strict=True):
        assert one.text == text
        assert all(text[entity.start : entity.end] == entity.text for entity in one.entities)


def test_tags_are_iob2_and_one_a_word(tagger: Tagger, sentences: list[list[str]]) -> None:
    for words, tags in zip(sentences, tagger.tag_many(sentences), strict=True):
        assert len(tags) == len(words)
        assert set(tags) <= {"O", "B-LOC", "I-LOC", "B-PER", "I-PER"}
        assert all(tag[0] != "I" or before[2:] == tag[2:] for before, tag in zip(["O", *tags], tags, strict=False))


def test_tagging_many_equals_tagging_one_by_one(tagger: Tagger, sentences: list[list[str]]) -> None:
    assert tagger.tag_many(sentences) == [tagger.tag(words) for words in sentences]


def test_the_result_does_not_depend_on_what_was_tagged_before(run_folder: Path, sentences: list[list[str]]) -> None:
    fresh, used = load(run_folder), load(run_folder)
    used.tag_many([["Zyx", "Quellmark"], *reversed(sentences)])
    assert used.tag_many(sentences) == fresh.tag_many(sentences)


def test_a_sentence_does_not_see_its_neighbours(tagger: Tagger, sentences: list[list[str]]) -> None:
    alone = [tagger.tag(words) for words in sentences[:5]]
    between = tagger.tag_many([words for one in sentences[:5] for words in (["Mira"], one, ["Quellmark"])])
    assert between[1::3] == alone


@pytest.mark.parametrize(
    "words", [["Zyxolith"], ["zyx", "9", "\u00a0", "\U0001f30a", "ß"], ["Quellmark" * 1000], ["", "x"]]
)
def test_unknown_words_are_tagged_too(tagger: Tagger, words: list[str]) -> None:
    assert len(tagger.tag(words)) == len(words)


def test_all_unknown_words_are_one_word(tagger: Tagger) -> None:
    assert tagger.tag(["Zyx", "left", "Qqq"]) == tagger.tag(["Brr", "left", "Ptk"])


def test_a_looser_spelling_is_known(tagger: Tagger) -> None:
    """`the` occurs in the training part, `THE` does not."""
    row = tagger.model.lookups[0].row
    assert row("THE") == row("the") != row("Zyx")


@pytest.mark.parametrize("empty", [[], [[]], [[], []]])
def test_nothing_to_tag_is_no_tags(tagger: Tagger, empty: list[list[str]]) -> None:
    assert tagger.tag_many(empty) == [[] for _ in empty]


def test_an_empty_sentence_between_others_changes_nothing(tagger: Tagger, sentences: list[list[str]]) -> None:
    one, other = sentences[:2]
    assert tagger.tag_many([one, [], other]) == [tagger.tag(one), [], tagger.tag(other)]


@pytest.mark.parametrize("part", [".", "best", "last"])
def test_nerwin_load_takes_a_run_or_a_model_folder(run_folder: Path, part: str) -> None:
    words = ["Mira", "Tolvan", "left", "Quellmark"]
    for folder in (run_folder / part, str(run_folder / part)):
        assert len(nerwin.load(folder).tag(words)) == 4
    assert isinstance(nerwin.load(run_folder), nerwin.Tagger)


# Text, a text a line.


def test_inline_output_reads_back_as_the_same_words_and_tags(tagger: Tagger) -> None:
    texts = [text for text in TEXTS if text.strip()]
    marked = tagged(tagger, texts, "inline")
    assert any("](PER)" in line for line in marked)
    read = [(words, tags) for _, words, tags in parse_inline(marked, "test")]
    tokens = [[token.text for token in tokenize(text)] for text in texts]
    assert read == list(zip(tokens, tagger.tag_many(tokens), strict=True))


@pytest.fixture
def naming(tagger: Tagger, monkeypatch: pytest.MonkeyPatch) -> Tagger:
    """A tagger that takes every word with a capital letter for a LOC, whatever stands around it."""

    def score(text: TextForms, words: Sequence[str], lengths: Ints) -> tuple[Ints, Floats, Bools]:
        passes = [[1.0 if word[:1].isupper() else -1.0, -1.0] for word in words]
        scores: Floats = tagger.model.constants["thresholds"] + np.array(passes).reshape(-1, 2)
        return np.arange(len(words)), scores, np.zeros(len(words), bool)

    monkeypatch.setattr(tagger.scorer, "_score", score)
    return tagger


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("to Dunmere", "to [Dunmere](LOC)"),
        ("to Port Ansel .", "to [Port Ansel](LOC) ."),
        ("a [b] c", r"a \[b\] c"),
        ("[Dunmere]", r"\[[Dunmere](LOC)\]"),
        (r"a \ b", r"a \\ b"),
        ("[Dunmere](loc)", r"\[[Dunmere](LOC)\](loc)"),
        (r"C :\ Dunmere", r"[C](LOC) :\\ [Dunmere](LOC)"),
        (r"c:\Dunmere", r"c:\\[Dunmere](LOC)"),
    ],
)
def test_inline_output_of_brackets_and_backslashes_reads_back(naming: Tagger, text: str, marked: str) -> None:
    (line,) = tagged(naming, [text], "inline")
    assert line == marked
    ((_, words, tags),) = parse_inline([line], "test")
    assert words == [token.text for token in tokenize(text)]
    assert tags == naming.tag(words)


def test_a_text_that_begins_as_a_comment_does_reads_back(naming: Tagger) -> None:
    read = [words for _, words, _ in parse_inline(tagged(naming, ["# Dunmere"], "inline"), "test")]
    assert read == [["#", "Dunmere"]]


def test_jsonl_is_one_json_object_a_text_with_offsets_in_characters(naming: Tagger) -> None:
    texts = ["so \U0001f30a Dunmere", "", "naïve Port Ansel"]
    printed = tagged(naming, texts, "jsonl")
    assert "naïve" in printed[2]
    lines = [json.loads(line) for line in printed]
    assert [line["text"] for line in lines] == texts
    assert [line["ents"] for line in lines][1] == []
    found = [(line["text"][one["start"] : one["end"]], one["label"]) for line in lines for one in line["ents"]]
    assert found == [("Dunmere", "LOC"), ("Port Ansel", "LOC")]
    assert all(one["text"] == line["text"][one["start"] : one["end"]] for line in lines for one in line["ents"])


def test_conll_output_of_text_is_columns_with_a_blank_line_after_each_text(naming: Tagger) -> None:
    assert tagged(naming, ["to Dunmere", "", "rain"], "conll") == [
        "to\tO",
        "Dunmere\tB-LOC",
        "",
        "",
        "rain\tO",
        "",
    ]


def test_a_line_is_named_by_its_place_in_the_file(tagger: Tagger) -> None:
    part = Piece(7, f'{{"text": "Mira"}}\n{DOCSTART}\n'.encode())
    with pytest.raises(CorpusError, match=r"^t:8: expected a JSON object"):
        list(tag_objects(tagger, part, "jsonl", "t"))
    config = tagger.model.config
    by_spaces = config.model_copy(update={"corpus": config.corpus.model_copy(update={"tokenizer": "spaces"})})
    with pytest.raises(CorpusError, match=rf"^t:8: expected words without tabs that are no {DOCSTART}"):
        list(tag_texts(Tagger(replace(tagger.model, config=by_spaces)), part, "conll", "t"))


@pytest.mark.parametrize("form", ["inline", "jsonl"])
def test_a_text_a_line_comes_back_a_line_each(naming: Tagger, form: str) -> None:
    assert len(tagged(naming, TEXTS, form)) == len(TEXTS)


@pytest.mark.parametrize("name", ["U", "W1", "words"])
def test_scores_that_are_not_finite_are_refused(run_folder: Path, name: str) -> None:
    """The parameters are finite, as a forged file's may be, and too large to compute with."""
    model = load(run_folder).model
    model.params[name] = np.full_like(model.params[name], 3e38)
    with pytest.raises(ModelError, match="expected finite scores"):
        Tagger(model).tag(["Mira", "left", "Quellmark"])


@pytest.mark.parametrize("use", [Tagger.tag, lambda tagger, words: tagger.entities(" ".join(words))])
def test_scores_whose_sums_are_not_finite_are_refused(tmp_path: Path, use: Callable[[Tagger, list[str]], Any]) -> None:
    """Each score is finite, and a sentence's are too large to add, as a forged file's steps between tags may be."""
    model = load(trained_run(tmp_path, "objective.corruption=sequence", "training.epochs=1")).model
    model.params["transitions"][1:] = 3e38  # and from O as they were
    with pytest.raises(ModelError, match="the model: expected finite sums of scores, found others"):
        use(Tagger(model), ["Mira", "left", "Quellmark"])


# Columns.


def columns(tagger: Tagger, text: str, format: Columns = Columns(), form: str = "conll") -> list[str]:
    block = split_block(f"{text}\n".encode(), format, 1, find_delimiter(text.split("\n"), format))
    (tagged,) = tag_columns(tagger, [block], format, form, "in.conll")
    return tagged.decode().removesuffix("\n").split("\n")


@pytest.mark.parametrize("delimiter", ["\t", " "])
def test_every_line_comes_back_with_one_more_column(naming: Tagger, delimiter: str) -> None:
    lines = ["-DOCSTART-|-X-|O", "", "to|TO|O", "Dunmere|NP|B-ORG", "", "", "rain|NN|O"]
    source = "\n".join(lines).replace("|", delimiter)
    added = ["-DOCSTART-|-X-|O|O", "", "to|TO|O|O", "Dunmere|NP|B-ORG|B-LOC", "", "", "rain|NN|O|O"]
    assert columns(naming, source) == "\n".join(added).replace("|", delimiter).split("\n")


def test_a_document_s_first_line_is_no_word_wherever_its_mark_stands(naming: Tagger) -> None:
    source = "0 -DOCSTART- O\n\n1\tPort\n2\tAnsel"
    assert columns(naming, source, Columns(word=1)) == ["0 -DOCSTART- O O", "", "1\tPort\tB-LOC", "2\tAnsel\tI-LOC"]


def test_words_alone_are_columns_too(naming: Tagger) -> None:
    assert columns(naming, "to\nDunmere\n") == ["to O", "Dunmere B-LOC", ""]


def test_comments_come_back_as_they_are_and_end_no_sentence(naming: Tagger) -> None:
    source = "# id 1\nPort\tO\n# inside\nAnsel\tO"
    assert columns(naming, source, Columns(comments="#")) == [
        "# id 1",
        "Port\tO\tB-LOC",
        "# inside",
        "Ansel\tO\tI-LOC",
    ]


def test_a_hash_is_a_word_where_there_are_no_comments(naming: Tagger) -> None:
    assert columns(naming, "#\tO\nDunmere\tO") == ["#\tO\tO", "Dunmere\tO\tB-LOC"]


@pytest.mark.parametrize(("word", "tagged"), [(1, "x\tDunmere\tO\tB-LOC"), (-2, "x\tDunmere\tO\tB-LOC")])
def test_the_word_may_stand_in_any_column(naming: Tagger, word: int, tagged: str) -> None:
    assert columns(naming, "x\tDunmere\tO", Columns(word=word)) == [tagged]


def test_a_word_may_hold_spaces_where_tabs_separate(naming: Tagger) -> None:
    assert columns(naming, "10 000\tO\nPort Ansel\tO") == ["10 000\tO\tO", "Port Ansel\tO\tB-LOC"]


@pytest.mark.parametrize(
    ("source", "format", "message"),
    [
        ("to\tO\nDunmere", Columns(word=1), r"in\.conll:2: expected a word in column 1, found 1 columns"),
        ("to\tO\n\tO", Columns(), r"in\.conll:2: expected a word in column 0"),
        ("to O", Columns(word=-3), r"in\.conll:1: expected a word in column -3, found 2 columns"),
    ],
)
def test_a_line_without_its_word_is_an_error_that_names_it(
    naming: Tagger, source: str, format: Columns, message: str
) -> None:
    with pytest.raises(CorpusError, match=message):
        columns(naming, source, format)


def test_columns_as_jsonl_or_inline_are_a_line_a_sentence(naming: Tagger) -> None:
    source = "-DOCSTART-\tO\n\nto\tO\nPort\tO\nAnsel\tO\n\n\nrain\tO\n"
    assert columns(naming, source, form="inline") == ["to [Port Ansel](LOC)", "rain"]
    first, second = (json.loads(line) for line in columns(naming, source, form="jsonl"))
    assert first["text"] == "to Port Ansel"
    assert [first["text"][one["start"] : one["end"]] for one in first["ents"]] == ["Port Ansel"]
    assert second == {"text": "rain", "ents": []}


def test_the_added_column_is_what_tagging_the_sentences_gives(tagger: Tagger, sentences: list[list[str]]) -> None:
    source = "\n\n".join("\n".join(words) for words in sentences)
    added = [line.rpartition(" ")[2] for line in columns(tagger, source) if line]
    assert added == [tag for tags in tagger.tag_many(sentences) for tag in tags]
