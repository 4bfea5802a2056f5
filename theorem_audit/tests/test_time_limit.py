"""Evidence on a variant is stopped by the processor's time, and, where it only waits, by the clock."""

from __future__ import annotations

import signal
import time
from types import FunctionType

import pytest

from theorem_audit.weigh import time_limit
from theorem_audit.weigh.time_limit import TimeLimit, limited


def _busy(seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def test_what_computes_too_long_is_stopped() -> None:
    with pytest.raises(TimeLimit, match="no decision within"):
        limited(_busy, 0.2)(seconds=30)


def test_what_waits_for_others_is_not() -> None:
    """As on a busy machine: the clock goes on, and the processor does not."""
    limited(lambda: time.sleep(0.3), 0.05)()


def test_what_waits_for_ever_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_limit, "WAITS", 2)
    with pytest.raises(TimeLimit):
        limited(lambda: time.sleep(60), 0.1)()


def test_what_is_called_to_measure_is_not_stopped_in_between() -> None:
    """Mended: it was stopped while it held its lock, which stayed closed: the next line waited for ever."""
    ended: list[float] = []
    measuring = FunctionType(_busy.__code__, {"__name__": "coverage.collector", "time": time})

    def measured() -> None:
        while True:
            measuring(0.6)
            ended.append(time.process_time())
            _busy(0.6)

    with pytest.raises(TimeLimit):
        limited(measured, 0.2)()
    assert ended


def test_timers_that_others_set_go_on() -> None:
    heard: list[int] = []
    old = signal.signal(signal.SIGPROF, lambda number, frame: heard.append(number))
    signal.setitimer(signal.ITIMER_PROF, 0.2)
    try:
        limited(lambda: None, 5)()
        assert signal.getitimer(signal.ITIMER_PROF)[0] > 0
        _busy(0.6)
        assert heard == [signal.SIGPROF]
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, old)
