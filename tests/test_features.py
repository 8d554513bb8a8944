"""Features of word forms and their lookup tables."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nerwin.text.features import (
    FEATURES,
    NGRAMS,
    WORDS,
    Lookup,
    Spelled,
    collect_lookup,
    form_table,
    spellings,
)
from nerwin.text.ngrams import ngram_bags
from nerwin.text.vocabulary import KNOWN, PADDING, UNKNOWN, Vocabulary

FORMS = st.text(st.one_of(st.sampled_from("aAzZ019-.'Éß²"), st.characters(exclude_categories=["Cc", "Cs"])), min_size=1)


def value(name: str, form: str) -> str:
    """Of a feature, for one form."""
    (only,) = FEATURES[name](Spelled([form]))
    return only


def buckets_of(form: str) -> list[int]:
    return [int(row) for row in ngram_bags([form]).rows]


@pytest.mark.parametrize(
    ("form", "full", "collapsed"),
    [
        ("McDonald's-9", "XxXxxxxx'x-0", "XxXx'x-0"),
        ("Lima", "Xxxx", "Xx"),
        ("LIMA", "XXXX", "X"),
        ("1,000", "0,000", "0,0"),
        ("Łódź", "Xxxx", "Xx"),
        ("東京", "xx", "x"),
        ("...", "...", "."),
        ("x-Ray2", "x-Xxx0", "x-Xx0"),
    ],
)
def test_the_shape_shows_upper_case_letters_and_digits(form: str, full: str, collapsed: str) -> None:
    assert value("shape", form) == full
    assert value("collapsed_shape", form) == collapsed


@pytest.mark.parametrize(
    ("name", "form", "expected"),
    [
        ("shape", "Lima2", "Xxxx0"),
        ("collapsed_shape", "Lima2", "Xx0"),
        ("prefix1", "Lima", "l"),
        ("prefix3", "Lima", "lim"),
        ("prefix4", "Lima", "lima"),
        ("prefix5", "Lima", "lima$"),
        ("prefix5", "of", "of$"),
        ("suffix1", "Lima", "a"),
        ("suffix3", "Lima", "ima"),
        ("suffix4", "Lima", "lima"),
        ("suffix5", "Lima", "^lima"),
        ("suffix5", "of", "^of"),
    ],
)
def test_the_value_of_each_feature(name: str, form: str, expected: str) -> None:
    assert value(name, form) == expected


def test_the_features_are_shapes_and_affixes_of_one_to_five_letters() -> None:
    affixes = {f"{kind}{length}" for kind in ("prefix", "suffix") for length in range(1, 6)}
    assert set(FEATURES) == {"shape", "collapsed_shape", *affixes, "pair"}


def test_a_short_form_is_told_from_the_same_letters_of_a_longer_one() -> None:
    assert value("suffix3", "of") != value("suffix3", "roof")
    assert value("prefix3", "of") != value("prefix3", "off")


@settings(derandomize=True, max_examples=100, deadline=None)
@given(FORMS)
def test_affixes_are_no_longer_than_their_name_says_and_stand_at_the_ends(form: str) -> None:
    lower = form.lower()
    for length in range(1, 6):
        prefix, suffix = value(f"prefix{length}", form), value(f"suffix{length}", form)
        assert len(prefix) == len(suffix) == min(length, len(lower) + 1)
        assert f"{lower}$".startswith(prefix)
        assert f"^{lower}".endswith(suffix)


@settings(derandomize=True, max_examples=100, deadline=None)
@given(FORMS)
def test_the_shape_has_a_mark_for_each_character_and_collapses_without_repeats(form: str) -> None:
    assert len(value("shape", form)) == len(form)
    collapsed = value("collapsed_shape", form)
    assert all(a != b for a, b in pairwise(collapsed))


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("Boeing-747", ("Boeing-747", "boeing-747", "boeing-000")),
        ("lima", ("lima", "lima", "lima")),
        ("ÉTÉ", ("ÉTÉ", "été", "été")),
    ],
)
def test_spellings_become_looser(form: str, expected: tuple[str, ...]) -> None:
    assert spellings(form) == expected


def test_rows_come_after_the_reserved_ones_in_the_order_of_the_values() -> None:
    lookup = Lookup(WORDS, ["Lima", "port"])
    assert [lookup.row(form) for form in ("Lima", "port", "elsewhere")] == [2, 3, UNKNOWN]
    assert len(lookup) == 4


@pytest.mark.parametrize(
    ("form", "spelling"),
    [("Apple", "Apple"), ("APPLE", "apple"), ("Pear", "pear"), ("B-52", "b-00"), ("B-00", "b-00"), ("b-52", "b-00")],
)
def test_a_word_falls_back_to_its_closest_known_spelling(form: str, spelling: str) -> None:
    lookup = Lookup(WORDS, ["apple", "Apple", "pear", "b-00"])
    assert lookup.row(form) == lookup.rows[spelling]


def test_a_word_never_falls_back_to_a_stricter_spelling() -> None:
    assert Lookup(WORDS, ["Lima", "B-52"]).row("lima") == UNKNOWN
    assert Lookup(WORDS, ["Lima", "B-52"]).row("b-00") == UNKNOWN


def test_letters_and_digits_in_one_word_fall_back_to_it_without_the_digits() -> None:
    assert Lookup(WORDS, ["flight00"]).row("Flight93") == 2


def test_a_feature_collects_each_value_once_in_order_of_first_sight() -> None:
    lookup = collect_lookup("shape", Spelled(["Lima", "of", "Peru", "to", "USA", "UNO"]))
    assert lookup.values == ["Xxxx", "xx", "XXX"]
    assert [lookup.row(form) for form in ("Oslo", "in", "U", "EEA")] == [2, 3, UNKNOWN, 4]


def test_a_value_of_one_form_only_is_unknown() -> None:
    lookup = collect_lookup("shape", Spelled(["Lima", "Peru", "USA"]))
    assert lookup.values == ["Xxxx"]
    assert lookup.row("USA") == UNKNOWN


def test_a_table_has_a_row_for_each_form_and_a_column_for_each_feature() -> None:
    vocabulary = Vocabulary()
    vocabulary.ids(["Lima", "of", "lima", "Oslo"])
    lookups = [Lookup(WORDS, ["of", "Lima"]), Lookup("shape", ["Xxxx", "xx"])]
    table = form_table(lookups, vocabulary.forms).rows
    assert table.tolist() == [[0, 0], [1, 1], [3, 2], [2, 3], [1, 1], [1, 2]]
    assert table.dtype == np.int32


def test_the_reserved_forms_keep_their_rows_whatever_they_are_called() -> None:
    forms = Vocabulary().forms
    lookups = [Lookup(WORDS, forms), collect_lookup("suffix2", Spelled(forms))]
    assert form_table(lookups, forms).rows.tolist() == [[PADDING, PADDING], [UNKNOWN, UNKNOWN]]


@settings(derandomize=True, max_examples=50, deadline=None)
@given(st.lists(FORMS, unique=True, max_size=6), st.sampled_from(list(FEATURES)))
def test_forms_share_a_row_exactly_if_they_share_the_value(forms: list[str], name: str) -> None:
    lookup = collect_lookup(name, Spelled([*forms, *forms]))
    rows = form_table([lookup], ["<padding>", "<unknown>", *forms]).rows[2:, 0].tolist()
    values = list(FEATURES[name](Spelled(forms)))
    assert [rows.index(row) for row in rows] == [values.index(value) for value in values]
    assert min(rows, default=KNOWN) > UNKNOWN


def test_the_bag_of_a_form_is_the_same_wherever_it_is_asked_for() -> None:
    lookups = [Lookup(WORDS, ["Lima"]), collect_lookup(NGRAMS, Spelled([]))]
    table = form_table(lookups, ["<padding>", "<unknown>", "Lima", "of", "Oslo"])
    assert table.bags is not None
    bags = table.bags.of(np.array([4, 0, 2, 4]))
    expected = [buckets_of("Oslo"), [PADDING], buckets_of("Lima"), buckets_of("Oslo")]
    assert [bags.rows[a:b].tolist() for a, b in pairwise(bags.starts)] == expected
    assert [table.rows_of(lookups[0], form) for form in (2, 3, 4)] == [[2], [UNKNOWN], [UNKNOWN]]
    assert table.rows_of(lookups[1], 3) == buckets_of("of")


def test_twins_have_an_unknown_word_or_nothing_but_shape_and_ending() -> None:
    values = [("shape", "Xxxx"), ("prefix1", "l"), ("suffix2", "ma"), ("suffix4", "lima")]
    lookups = [
        Lookup(WORDS, ["Lima"]),
        *(Lookup(name, [value]) for name, value in values),
        collect_lookup(NGRAMS, Spelled([])),
    ]
    table = form_table(lookups, ["<padding>", "<unknown>", "Lima"])
    twins = table.with_twins()
    assert twins.rows.tolist() == [
        [0] * 5, [1] * 5, [2, 2, 2, 2, 2],
        [1, 0, 0, 0, 0], [1] * 5, [1, 2, 2, 2, 2],
        [1, 0, 1, 0, 1], [1] * 5, [1, 2, 1, 2, 1],
    ]  # fmt: skip
    assert twins.rows_of(lookups[-1], 5) == table.rows_of(lookups[-1], 2)
    assert twins.rows_of(lookups[-1], 8) == [UNKNOWN]
