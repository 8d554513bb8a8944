"""Words as a text: where spaces stand, and that every word stands where it says."""

import pytest

from nerwin.text.joining import join_words


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["Lima", ",", "Peru"], "Lima , Peru"),
        (["我", "爱", "北", "京", "。"], "我爱北京。"),
        (["他", "說", "“", "好", "”", "，", "（", "是", "）", "！"], "他說“好”，（是）！"),
        (["「", "東", "京", "」", "Tower", "2", "号"], "「東京」 Tower 2 号"),
        (["北京", "市"], "北京 市"),
        (["서울", "은"], "서울 은"),
        (["ab", "京", "b"], "ab 京 b"),
        (["2", "0", "2", "5", "年", "T", "C", "L"], "2025年TCL"),
        (["T", "C", "L"], "T C L"),
        (["I", "…", "I"], "I … I"),
        ([], ""),
    ],
)
def test_words_are_joined_by_spaces_but_where_a_script_has_none(words: list[str], text: str) -> None:
    joined, tokens = join_words(words)
    assert joined == text
    assert [joined[token.start : token.end] for token in tokens] == [token.text for token in tokens] == words
    assert join_words(words, spaced=True)[0] == " ".join(words)
