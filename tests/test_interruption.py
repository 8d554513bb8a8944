"""Ctrl-C, SIGTERM and a closed terminal while a loop runs: the first is a wish, the second, if not of a terminal, an
order, and then all is as before."""

import signal

import pytest

from nerwin.cli.interruption import ORDERS, SIGNALS, at_the_end, interruption


@pytest.mark.parametrize("number", SIGNALS)
def test_the_first_signal_asks_and_the_second_interrupts(number: signal.Signals) -> None:
    before = [signal.getsignal(one) for one in SIGNALS]
    with interruption() as asked:
        assert not asked.is_set()
        signal.raise_signal(number)
        assert asked.is_set()
        if number not in ORDERS:
            signal.raise_signal(number)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number if number in ORDERS else signal.SIGINT)
    assert [signal.getsignal(one) for one in SIGNALS] == before


def test_after_an_error_signals_are_what_they_were() -> None:
    before = [signal.getsignal(one) for one in SIGNALS]
    with pytest.raises(ZeroDivisionError), interruption():
        raise ZeroDivisionError
    assert [signal.getsignal(one) for one in SIGNALS] == before


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="no SIGHUP here")
def test_what_nohup_has_ignored_stays_ignored() -> None:
    heard: list[int] = []
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with interruption() as asked, at_the_end(lambda number, frame: heard.append(number)):
            signal.raise_signal(signal.SIGHUP)
            assert not asked.is_set()
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
    assert heard == []
