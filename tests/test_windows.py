"""Windows as positions in one flat array."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nerwin.text.vocabulary import PADDING
from nerwin.text.windows import flatten, split_sentences, windows

SIZES = [1, 3, 5, 7]
SENTENCES = st.lists(st.lists(st.integers(2, 9), min_size=1, max_size=6), max_size=6)


def as_ids(sentences: list[list[int]]) -> list[np.ndarray[tuple[int], np.dtype[np.int32]]]:
    return [np.array(sentence, np.int32) for sentence in sentences]


def windows_by_hand(sentence: list[int], size: int) -> list[list[int]]:
    """The window of every word, read off the sentence with padding on both sides."""
    padded = [PADDING] * (size // 2) + sentence + [PADDING] * (size // 2)
    return [padded[start : start + size] for start in range(len(sentence))]


def test_two_sentences_by_hand() -> None:
    flat = flatten(as_ids([[12, 7, 9], [3, 5]]), 5)
    assert flat.tokens.tolist() == [0, 0, 12, 7, 9, 0, 0, 3, 5, 0, 0]
    assert flat.centres.tolist() == [2, 3, 4, 7, 8]
    assert flat.lengths.tolist() == [3, 2]
    assert windows(flat.tokens, flat.centres, 5).tolist() == [
        [0, 0, 12, 7, 9],
        [0, 12, 7, 9, 0],
        [12, 7, 9, 0, 0],
        [0, 0, 3, 5, 0],
        [0, 3, 5, 0, 0],
    ]


@pytest.mark.parametrize("size", SIZES)
@settings(derandomize=True, max_examples=100, deadline=None)
@given(SENTENCES)
def test_windows_are_those_of_each_sentence_alone(size: int, sentences: list[list[int]]) -> None:
    flat = flatten(as_ids(sentences), size)
    expected = [window for sentence in sentences for window in windows_by_hand(sentence, size)]
    found = windows(flat.tokens, flat.centres, size)
    assert found.shape == (len(expected), size)
    assert found.tolist() == expected


@pytest.mark.parametrize("size", SIZES)
@settings(derandomize=True, max_examples=50, deadline=None)
@given(st.lists(st.integers(1, 5), min_size=1, max_size=6))
def test_no_window_crosses_a_sentence(size: int, lengths: list[int]) -> None:
    sentences = [[number] * length for number, length in enumerate(lengths, 2)]
    flat = flatten(as_ids(sentences), size)
    for window in windows(flat.tokens, flat.centres, size):
        assert set(window.tolist()) <= {PADDING, int(window[size // 2])}


@pytest.mark.parametrize("size", SIZES)
def test_a_single_word_has_only_padding_around_it(size: int) -> None:
    flat = flatten(as_ids([[4]]), size)
    half = [PADDING] * (size // 2)
    assert windows(flat.tokens, flat.centres, size).tolist() == [[*half, 4, *half]]


def test_a_window_of_one_word_needs_no_padding() -> None:
    flat = flatten(as_ids([[4, 5], [6]]), 1)
    assert flat.tokens.tolist() == [4, 5, 6]
    assert flat.centres.tolist() == [0, 1, 2]


def test_a_sentence_without_words_has_no_window() -> None:
    flat = flatten(as_ids([[4], [], [5]]), 3)
    assert flat.tokens[flat.centres].tolist() == [4, 5]
    assert flat.lengths.tolist() == [1, 0, 1]


def test_no_sentences_have_no_windows() -> None:
    flat = flatten([], 3)
    assert len(flat.centres) == len(flat.lengths) == 0
    assert windows(flat.tokens, flat.centres, 3).shape == (0, 3)


def test_windows_come_in_the_order_of_their_centres() -> None:
    flat = flatten(as_ids([[4, 5, 6]]), 3)
    assert windows(flat.tokens, flat.centres[[2, 0, 0]], 3).tolist() == [[5, 6, 0], [0, 4, 5], [0, 4, 5]]


def test_positions_are_32_bit_integers() -> None:
    flat = flatten(as_ids([[4, 5, 6]]), 3)
    assert [array.dtype for array in flat] == [np.int32] * 3


@settings(derandomize=True, max_examples=100, deadline=None)
@given(st.lists(st.lists(st.sampled_from(["O", "B-PER", "I-PER"]), max_size=4), max_size=6))
def test_a_flat_list_is_cut_back_into_its_sentences(tags: list[list[str]]) -> None:
    flat = [tag for sentence in tags for tag in sentence]
    lengths = np.array([len(sentence) for sentence in tags], np.int32)
    assert split_sentences(flat, lengths) == tags
