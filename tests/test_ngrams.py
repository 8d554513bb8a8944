"""Letter n-grams: hashed all at once as one by one, spread over the buckets, the same for the same letters."""

from collections import Counter
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from nerwin.text.ngrams import BUCKETS, NGRAM_LENGTHS, Bags, ngram_bags
from nerwin.text.vocabulary import KNOWN, UNKNOWN

FORMS = st.lists(st.text(st.characters(), max_size=12), max_size=8)


def plain(form: str) -> list[int]:
    """The same buckets in whole numbers, one n-gram at a time."""
    marked, found = f"<{form.lower()}>", []
    for n in NGRAM_LENGTHS:
        for start in range(len(marked) - n + 1):
            code = 0
            for letter in marked[start : start + n]:
                code = (code * 0x01000193 + ord(letter)) % 2**32
            found.append(KNOWN + (code * 0x9E3779B1 % 2**32 >> 16))
    return found


def bags(found: Bags) -> list[list[int]]:
    return [found.rows[a:b].tolist() for a, b in pairwise(found.starts)]


@settings(derandomize=True, max_examples=200, deadline=None)
@given(FORMS)
def test_all_at_once_is_as_one_by_one(forms: list[str]) -> None:
    assert bags(ngram_bags(forms)) == [plain(form) for form in forms]


def test_every_form_has_ngrams_and_border_marks_tell_them_apart() -> None:
    one, lima, upper, ma, am = bags(ngram_bags(["a", "lima", "Lima", "ma", "am"]))
    assert len(one) == 3  # <a a> <a>
    assert len(lima) == 5 + 4 + 3 + 2
    assert lima == upper
    assert set(ma) & set(lima)
    assert am != ma
    assert len(bags(ngram_bags([""]))[0]) == 1  # <>


def test_buckets_are_used_evenly() -> None:
    """As many different ones as balls thrown at random would hit, within a twentieth."""
    rng = np.random.default_rng(0)
    forms = ["".join(chr(97 + c) for c in rng.integers(26, size=8)) for _ in range(5000)]
    grams = {gram for form in forms for n in NGRAM_LENGTHS for gram in zip(*(form[k:] for k in range(n)), strict=False)}
    used = Counter(bucket for bag in bags(ngram_bags(forms)) for bucket in bag)
    expected = BUCKETS * (1 - (1 - 1 / BUCKETS) ** len(grams))
    assert len(used) > 0.95 * expected
    assert all(UNKNOWN < bucket <= UNKNOWN + BUCKETS for bucket in used)


def test_bags_in_a_row() -> None:
    first, second = ngram_bags(["Lima", "of"]), ngram_bags(["Oslo"])
    both = first.followed_by(second)
    assert bags(both) == bags(ngram_bags(["Lima", "of", "Oslo"]))
    assert bags(both.of(np.array([2, 0, 2]))) == bags(ngram_bags(["Oslo", "Lima", "Oslo"]))
