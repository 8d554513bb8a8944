"""Damaged input of every kind: some of the cases that `python -m tests.fuzz` has more of, and proof that it notices."""

import random
import time
from collections import Counter
from pathlib import Path

import pytest

from nerwin.errors import CorpusError
from tests.fuzz import cases
from tests.fuzz.cases import Kind, run_case
from tests.fuzz.kinds import KINDS, share
from tests.fuzz.mutate import MUTATIONS, Mutation, mutate, mutate_value


@pytest.mark.parametrize("name", KINDS)
def test_damaged_input_is_accepted_or_refused_in_one_line(name: str) -> None:
    outcomes = {seed: run_case(name, KINDS[name], seed) for seed in range(60 * share(name))}
    assert {seed: outcome.fault for seed, outcome in outcomes.items() if outcome.fault} == {}
    counts = Counter(outcome.refused for outcome in outcomes.values())
    assert counts[False] > 0
    assert counts[True] > 0 or name == "results"  # a damaged result is a cell that is trained again


def _raises(error: Exception) -> Kind:
    def kind(rng: random.Random, folder: Path) -> None:
        raise error

    return kind


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (ValueError("a bug"), "ValueError: a bug"),
        (RuntimeWarning("overflow"), "RuntimeWarning"),
        (AssertionError("two tags for three words"), "two tags for three words"),
        (CorpusError("?"), "a message of 1 letters"),
    ],
)
def test_any_other_end_is_a_fault(error: Exception, fault: str) -> None:
    outcome = run_case("x", _raises(error), 1)
    assert outcome.fault is not None
    assert fault in outcome.fault


def test_a_refusal_is_none() -> None:
    outcome = run_case("x", _raises(CorpusError("x.conll:1: expected a word, found none. Give it one.")), 1)
    assert (outcome.refused, outcome.fault) == (True, None)


def test_a_case_that_hangs_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cases, "SECONDS", 0.05)
    outcome = run_case("x", lambda rng, folder: time.sleep(5), 1)
    assert outcome.fault is not None
    assert "HangError: more than 0.05 seconds" in outcome.fault
    assert outcome.seconds < 1


def test_a_case_is_the_same_each_time() -> None:
    seen = []
    for _ in range(2):
        run_case("x", lambda rng, folder: seen.append(mutate(rng, b"Mira\tB-PER\n" * 9)), 7)
    assert seen[0] == seen[1]


@pytest.mark.parametrize("mutation", MUTATIONS)
@pytest.mark.parametrize("data", [b"", b"\n", b"Mira 0.5 12\nleft 1 2\n"])
def test_every_mutation_takes_any_data(mutation: Mutation, data: bytes) -> None:
    results = {mutation(random.Random(seed), data) for seed in range(20)}
    assert results != {data} or not data.strip()


def test_a_tree_of_values_is_changed_somewhere() -> None:
    tree = {"a": [1, 2, {"b": 0.5}], "c": "text"}
    changed = [mutate_value(random.Random(seed), tree) for seed in range(50)]
    assert tree == {"a": [1, 2, {"b": 0.5}], "c": "text"}
    assert sum(one != tree for one in changed) > 40
