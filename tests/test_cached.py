"""Values that are computed once, whatever threads and forks do meanwhile."""

import multiprocessing
import os
import threading

import pytest

from nerwin.cached import cached_property


class Slow:
    """An object whose value takes until it is allowed to be there."""

    begun, go_on = threading.Event(), threading.Event()

    def __init__(self, *, slow: bool) -> None:
        self.slow, self.computed = slow, 0

    @cached_property
    def value(self) -> int:
        """What it is worth."""
        self.computed += 1
        if self.slow:
            self.begun.set()
            self.go_on.wait()
        return 7


def test_a_value_is_computed_once_for_each_object() -> None:
    one, other = Slow(slow=False), Slow(slow=False)
    assert [one.value, one.value, other.value] == [7, 7, 7]
    assert (one.computed, other.computed) == (1, 1)
    assert vars(Slow)["value"].__doc__ == "What it is worth."
    assert isinstance(Slow.value, cached_property)


def _check() -> None:
    assert Slow(slow=False).value == 7


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks here")
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")  # later Pythons warn of what is tried here
def test_a_process_that_is_forked_while_a_value_is_computed_computes_its_own() -> None:
    thread = threading.Thread(target=lambda: Slow(slow=True).value)
    thread.start()
    Slow.begun.wait()
    child = multiprocessing.get_context("fork").Process(target=_check)
    child.start()
    child.join(10)
    child.kill()
    child.join()
    Slow.go_on.set()
    thread.join()
    assert child.exitcode == 0
