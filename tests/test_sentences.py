"""Sentences of raw text: a table of cases, and what must hold for any text."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nerwin.text.sentences import cut_into_sentences, sentence_lengths
from nerwin.text.tokenizer import tokenize


def cut(text: str) -> list[str]:
    return [text[part[0].start : part[-1].end] for part in cut_into_sentences(text, list(tokenize(text)))]


@pytest.mark.parametrize(
    "text",
    [
        "Lena came. | Nobody was there.",
        "Was she late? | No! | She waited... | Then she left.",
        '"She left." | He did not.',
        "He (and she too.) | They stayed",
        "It cost 5 %. | The rest was free.",
        "In 2010. | The year after",
        "Am 3. Oktober kam Sr. Voss mit J. Reiter nach St. Mark.",
        "The U.S. Army of Mr. Voss paid approx. nothing for No. 7.",
        "It was no. 7 of 9. 12 more came.",
        "At Aster! the shop, it was so.",
        "of Aster Inc. The second",
        "我爱北京。 | 天安门！ | 好",
        "वह आया। | वह गया।",
        "a heading\n\n | and its text\nthat goes on\n \n | the end",
        "no mark at all",
        "... and so on ... | Then",
        "",
    ],
)
def test_sentences_end_where_the_bars_stand(text: str) -> None:
    assert cut(text.replace(" | ", " ")) == [part.strip() for part in text.split(" | ") if part]


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.text("aB9.!?\"') \n我。", max_size=40))
def test_sentences_are_the_tokens_in_their_order_and_are_not_cut_again(text: str) -> None:
    tokens = list(tokenize(text))
    found = cut_into_sentences(text, tokens)
    assert list(itertools.chain.from_iterable(found)) == tokens
    assert all(found)
    for sentence in found:
        assert sentence_lengths([token.text for token in sentence]) == [len(sentence)]


def test_lengths_of_no_words() -> None:
    assert sentence_lengths([]) == []
