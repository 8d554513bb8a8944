"""Sentences of raw text: a table of cases, and what must hold for any text."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nerwin.text.sentences import MARKS, cut_into_sentences
from nerwin.text.tokenizer import Token, tokenize


def cut(text: str) -> list[str]:
    return [text[part[0].start : part[-1].end] for part in cut_into_sentences(text, list(tokenize(text)))]


@pytest.mark.parametrize(
    "text",
    [
        "Lena came. | Nobody was there.",
        "她去了。 | “他也去了。” | 真的",
        '"She came." | "She left." | He slept.',
        '"I came! | I left!", he said. | They slept.',
        "„Ich kam. | Ich ging!“, sagte er. | ‚Komm!‘ | Er kam. | ›Geh!‹ | Er ging.",
        '("I came. | He left.") | She stayed.',
        '她说："我去。 | 你来。"他说。 | “我去！”。 | 她来。',
        "〔真的？〕是的。 | ［真的？］是的。 | ｛真的？｝是的。 | 〈真的？〉是的。 | 好",
        '他笑了。 | "她来了！"他说。 | 好',
        "他（笑着说。）走了。 | 《好的！》是书。 | 【真的？】是的。 | 好",
        "増加率は３．５％。 | Ｊ．Ｋ．ローは来た。 | 「行く。」と言った。",
        "Was she late? | No! | She waited... | Then she left.",
        '"She left." | He did not.',
        'He left. | "She stayed," he said. | They slept.',
        'He left. | "She stayed . " | They slept.',
        '" She stayed . " | They slept . | " He left',
        '" Go ! ! " | Then he left.',
        'A 6 " pipe broke. | He left . | " She stayed',
        "Er ging. | »Sie blieb.« | Dann schlief er.",
        "» Er ging . « | » Sie blieb . « | Dann",
        "„Er ging.“ | Sie blieb. | „Dann",
        "Il part. | « Elle reste. » | Ils dorment.",
        "He (she.) | 'They left.' | “We stay.” | ‘You’",
        "He (and she too.) | They stayed",
        "It cost 5 %. | The rest was free.",
        "In 2010. | The year after",
        "In 123. | The year after, in Kim. | It was so",
        "Am 3. Oktober, am 12. Oktober kam Sr. Voss mit J. Reiter nach St. Mark.",
        "Das gilt z. B. hier. | Dann",
        "The U.S. Army of Mr. Voss paid approx. nothing for No. 7.",
        "It was no. 7 of 9. 12 more came.",
        "At Aster! the shop, it was so.",
        "of Aster Inc. The second",
        "我爱北京。 | 天安门！ | 好",
        "他走了. | 她留下了. | 好",
        "А. Пушкин жил. | Он писал.",
        "wait..... | Then",
        "वह आया। | वह गया।",
        "a heading\n\n | and its text\nthat goes on\n \n | the end",
        "a heading\r\n\t\r\n | and its text",
        "no mark at all",
        "... and so on ... | Then",
        "",
    ],
)
def test_sentences_end_where_the_bars_stand(text: str) -> None:
    assert cut(text.replace(" | ", " ")) == [part.strip() for part in text.split(" | ") if part]


@pytest.mark.parametrize("text", ["好！！|天安门", '他走了。|"「好」他说。'])
def test_sentences_end_without_blanks_between_them(text: str) -> None:
    assert cut(text.replace("|", "")) == text.split("|")


@pytest.mark.parametrize("mark", sorted(MARKS - {"."}))
def test_every_mark_ends_a_sentence(mark: str) -> None:
    words = ["one", mark, "Two"]
    tokens = [Token(word, 4 * number, 4 * number + len(word)) for number, word in enumerate(words)]
    assert [len(sentence) for sentence in cut_into_sentences("one " + mark + "   Two", tokens)] == [2, 1]


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.text("aB9.!?\"'«») \n我。", max_size=40))
def test_sentences_are_the_tokens_in_their_order(text: str) -> None:
    tokens = list(tokenize(text))
    found = cut_into_sentences(text, tokens)
    assert list(itertools.chain.from_iterable(found)) == tokens
    assert all(found)
