"""The tokenizer: offsets that always hold, and a table of cases."""

import gzip
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nerwin.text.tokenizer import TOKENIZERS, Token, split_at_spaces, split_words, tokenize
from tests.conftest import shared
from tests.fuzz.cases import time_limit


def words(text: str) -> list[str]:
    return [token.text for token in tokenize(text)]


def assert_tokens_cover(text: str) -> None:
    """Every token stands where it says, in order, and only white space lies between tokens."""
    position = 0
    for token in tokenize(text):
        assert token.text == text[token.start : token.end]
        assert token.text
        assert not any(character.isspace() for character in token.text)
        assert not text[position : token.start].strip()
        assert token.start >= position
        position = token.end
    assert not text[position:].strip()


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_tokens_cover_any_text(text: str) -> None:
    assert_tokens_cover(text)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.text("aZé9 .,:'’-_@#&/$\n\u00a0nt", max_size=30))
def test_tokens_cover_words_and_marks(text: str) -> None:
    assert_tokens_cover(text)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.text("aZéU .,'’-_@&nt", max_size=30))
def test_words_that_end_at_a_blank_or_a_comma_are_found_as_any_others_are(text: str) -> None:
    assert words(text) == words(text.replace(" ", "\n"))  # the short way of the pattern knows no line end
    assert words(text) == [word.replace("，", ",") for word in words(text.replace(",", "，"))]


def test_tokens_cover_encyclopedia_text() -> None:
    with gzip.open(shared("text/wiki-en.txt.gz"), "rt", encoding="utf-8") as lines:
        texts = list(islice(lines, 500))
    assert len(texts) == 500
    for text in texts:
        assert_tokens_cover(text)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Nobody waits.", "Nobody waits ."),
        ("Lima, Peru; (Cusco)!", "Lima , Peru ; ( Cusco ) !"),
        ("“Where?” ‘Here’", "“ Where ? ” ‘ Here ’"),
        ("didn't can't I don’t", "did n't ca n't I do n’t"),
        ("We're it's IT'S she'd I'm they've he'll", "We 're it 's IT 'S she 'd I 'm they 've he 'll"),
        ("Lima's Peru’s ports'", "Lima 's Peru ’s ports '"),
        ("O'Neill's D’Arcy", "O'Neill 's D’Arcy"),
        ("Jean-Luc well-known up-", "Jean-Luc well-known up -"),
        ("AT&T a/b x_y", "AT&T a/b x_y"),
        ("U.S. e.g. D.C.", "U.S. e.g. D.C."),
        ("the U.S.A. today", "the U.S.A. today"),
        ("the U.S.A today", "the U.S.A today"),
        ("a.b.c", "a.b.c"),
        ("Mr. Prado and Dr. Lee", "Mr. Prado and Dr. Lee"),
        ("Reno. Casino.", "Reno . Casino ."),
        ("Room No. 5", "Room No. 5"),
        ("3,141.59 10:30 1990s 2nd 5-year 4x4 3-0", "3,141.59 10:30 1990s 2nd 5-year 4x4 3-0"),
        ("in 1990, 2.", "in 1990 , 2 ."),
        ("$5 50% +1 €3.5m", "$ 5 50 % + 1 € 3.5m"),
        ("1990's", "1990 's"),
        ("@user_name #lima # x", "@user_name #lima # x"),
        ("(see http://a.example/b?c=1,2).", "( see http://a.example/b?c=1,2 ) ."),
        ("wait... -- no", "wait ... -- no"),
        ("naïve Łódź Ærø", "naïve Łódź Ærø"),
        ("我爱北京abc天安门。", "我 爱 北 京 abc 天 安 门 。"),
        ("東京タワー 2nd", "東 京 タ ワ ー 2nd"),
        ("서울은 3만", "서울은 3만"),
        ("Москва — столица.", "Москва — столица ."),
        ("a\u00a0b\u2028c\u0085d", "a b c d"),
        ("", ""),
        (" \t\n", ""),
    ],
)
def test_tokens_of(text: str, tokens: str) -> None:
    assert words(text) == tokens.split()


@pytest.mark.parametrize(
    "word",
    [
        "Cafe\u0301",
        "हिन्दी",
        "বাংলা",
        "עִבְרִית",
        "می\u200cخواهم",  # Persian, with a zero-width non-joiner
        "ශ්\u200dරී",  # Sinhala, with a joiner
        "ꦱꦸꦫꦏꦂꦠ",  # Javanese
        "𑄇𑄮",  # Chakma
        "co\u00adop",
        "❤\ufe0f",
        "👩\u200d👧",
        "👍🏽",
        "𞤀𞥊𞤢",  # Adlam
        "🇩🇪",
        "🏴\U000e0067\U000e0062\U000e007f",
        "a\u2060b",
    ],
)
def test_combining_marks_stay_with_their_word(word: str) -> None:
    assert words(f"x {word}, y") == ["x", word, ",", "y"]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("http://a.example/b?c=1,2).", "http://a.example/b?c=1,2 ) ."),
        ("http://... x", "http://. .. x"),
        ("https://a.b,", "https://a.b ,"),
        ("http://", "http : / /"),
        ("http://a.)(b.) c", "http://a.)(b . ) c"),
    ],
)
def test_a_web_address_ends_before_the_punctuation_after_it(text: str, tokens: str) -> None:
    assert words(text) == tokens.split()


@pytest.mark.parametrize("end", ["", "x", " ", "(.)"])
def test_a_web_address_of_punctuation_takes_no_time(end: str) -> None:
    """Looking ahead from each of its letters would take minutes."""
    with time_limit(5):
        assert words("http://" + "." * 200_000 + end)[0].startswith("http://.")


def test_spaced_text_is_taken_apart_at_its_spaces_alone() -> None:
    tokens = split_at_spaces(" did n't\tstop... ")
    assert [token.text for token in tokens] == ["did", "n't", "stop..."]
    assert [token.start for token in tokens] == [1, 5, 9]


def test_offsets_count_characters() -> None:
    assert [tuple(token) for token in tokenize(" 𝒳 Lima")] == [("𝒳", 1, 2), ("Lima", 3, 7)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Didn't he?", "did n't he ?"),
        ("The U.S. co-founder's 19th-century AT&T", "the u.s. co - founder 's 19th - century at&t"),
        ("a 5-year b‐c -- d", "a 5 - year b ‐ c -- d"),
        ("東京Tower一", "東 京 tower 一"),
        ("\u0130zmir हिन्दी x_y", "i\u0307zmir हिन्दी x_y"),
        (" \t ", ""),
    ],
)
def test_words_of_untagged_text(text: str, found: str) -> None:
    assert split_words(text) == found.split()


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.text("aZé9東 .,:'’_@&/$nt", max_size=30))
def test_words_of_untagged_text_are_its_tokens_where_nothing_is_hyphenated(text: str) -> None:
    assert split_words(text) == [word.lower() for word in words(text)]


def test_letters_are_tokens_one_by_one() -> None:
    found = TOKENIZERS["letters"]("买TCL 2台")
    assert [token.text for token in TOKENIZERS["letters"]("「！」- a")] == ["「", "！", "」", "-", "a"]
    assert [token.text for token in found] == ["买", "T", "C", "L", "2", "台"]
    assert found[-2:] == [Token("2", 5, 6), Token("台", 6, 7)]
