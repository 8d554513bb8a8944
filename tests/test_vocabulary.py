"""The vocabulary: forms as spelled, ids in order of first sight."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from nerwin.text.vocabulary import PADDING, UNKNOWN, Vocabulary

WORDS = st.lists(st.lists(st.text("aAb ", max_size=2), max_size=8), max_size=5)


def test_a_new_vocabulary_has_the_reserved_ids_alone() -> None:
    vocabulary = Vocabulary()
    assert (PADDING, UNKNOWN, len(vocabulary)) == (0, 1, 2)


def test_ids_follow_first_sight() -> None:
    vocabulary = Vocabulary()
    assert vocabulary.ids(["to", "Lima", "to"]).tolist() == [2, 3, 2]
    assert vocabulary.ids(["from", "Lima"]).tolist() == [4, 3]
    assert vocabulary.forms[2:] == ["to", "Lima", "from"]
    assert len(vocabulary) == 5


def test_ids_are_32_bit_integers_also_of_no_words() -> None:
    vocabulary = Vocabulary()
    assert vocabulary.ids(["Lima"]).dtype == np.int32
    assert vocabulary.ids([]).dtype == np.int32
    assert vocabulary.ids([]).shape == (0,)


def test_forms_differ_by_case_and_spelling() -> None:
    ids = Vocabulary().ids(["lima", "Lima", "LIMA", "Lima ", "Ｌima"]).tolist()
    assert len(set(ids)) == 5


def test_a_word_spelled_like_a_reserved_form_is_a_word() -> None:
    vocabulary = Vocabulary()
    assert vocabulary.ids([vocabulary.forms[PADDING], vocabulary.forms[UNKNOWN]]).tolist() == [2, 3]


@settings(derandomize=True, max_examples=100, deadline=None)
@given(WORDS)
def test_forms_are_read_back_from_ids(sentences: list[list[str]]) -> None:
    vocabulary = Vocabulary()
    ids = [vocabulary.ids(sentence).tolist() for sentence in sentences]
    assert [[vocabulary.forms[number] for number in row] for row in ids] == sentences
    assert len(set(vocabulary.forms[2:])) == len(vocabulary) - 2
