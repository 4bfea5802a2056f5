"""The batteries of what a run of evidence leaves: in its process, and in its context."""

from __future__ import annotations

import _thread
import gc
import hashlib
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np

from tests.tool.judged.kernel import replaced
from tests.tool.judged.tools import raises


def _limits(judge: ModuleType) -> None:
    """A lower limit is told by its name; any other limit than at first ends the use of a process."""
    took = {1: (5, 9), 2: (-1, -1)}
    fake = SimpleNamespace(RLIM_INFINITY=-1, RLIMIT_A=1, RLIMIT_B=2, getrlimit=took.__getitem__)
    with replaced(judge, resource=None):
        assert judge.limits() == {}
    with replaced(judge, resource=fake, RESOURCES=("RLIMIT_A", "RLIMIT_B")):
        before, alone = judge.limits(), judge.Leftovers()
        assert before == {"RLIMIT_A": (5, 9), "RLIMIT_B": (float("inf"), float("inf"))}
        for now, less in (
            ({}, []), ({1: (4, 9)}, ["RLIMIT_A"]), ({1: (5, 8)}, ["RLIMIT_A"]), ({1: (6, 9)}, []),
            ({1: (-1, -1)}, []), ({2: (7, -1)}, ["RLIMIT_B"]), ({2: (-1, 7)}, ["RLIMIT_B"]),
            ({1: (4, 8), 2: (7, 7)}, ["RLIMIT_A", "RLIMIT_B"]),
        ):  # fmt: skip
            took |= now
            assert judge.lowered(before) == less
            assert alone.left() is bool(now)
            took |= {1: (5, 9), 2: (-1, -1)}
    assert {"RLIMIT_AS", "RLIMIT_NOFILE"} <= {*judge.limits()}
    assert all(x.startswith("RLIMIT_") and x != judge.OLDER for x in judge.RESOURCES)


def leftovers_hold(judge: ModuleType) -> None:
    """Each thing that is left is seen, and what is gone again is not."""
    before, end = judge.Leftovers(), threading.Event()
    assert before.left() is False
    thread = threading.Thread(target=end.wait)
    thread.start()
    try:
        assert before.left() is True
        assert judge.Leftovers().left() is False
    finally:
        end.set()
        thread.join()
    assert before.left() is False
    begun, done = threading.Event(), threading.Lock()

    def alone() -> None:
        with done:
            begun.set()
            end.wait()

    end.clear()
    _thread.start_new_thread(alone, ())
    begun.wait()
    assert before.left() is True
    assert judge.Leftovers().left() is False
    end.set()
    with done:
        pass
    for _ in range(1000):  # it is counted until it has gone, a moment after its last line
        if not before.left():
            break
        time.sleep(0.01)
    assert before.left() is False
    gc.callbacks.append(raises)
    try:
        assert before.left() is True
    finally:
        gc.callbacks.remove(raises)
    old, sys.excepthook = sys.excepthook, raises  # type: ignore[assignment]
    try:
        assert before.left() is True
    finally:
        sys.excepthook = old
    handler = signal.signal(signal.SIGUSR1, lambda *_: None)
    assert before.left() is True
    signal.signal(signal.SIGUSR1, handler)
    assert before.left() is False

    _limits(judge)
    children = judge.children()
    with subprocess.Popen(["sleep", "60"]) as child:
        now = judge.children()
        child.kill()
    assert (now != children) == Path("/proc/self/task").exists()
    assert now - children in ({str(child.pid)}, set())

    def gone() -> frozenset[str]:
        return frozenset()

    with replaced(judge, children=gone):
        alone = judge.Leftovers()
        with replaced(judge, children=lambda: frozenset("7")):
            assert alone.left() is True
            assert judge.Leftovers().left() is False
            with replaced(judge, children=gone):
                assert alone.left() is False
    timed = [False, False, False]
    with replaced(judge, TIMERS=(0, 1, 2), signal=_Signals(judge.signal, timed)):
        alone = judge.Leftovers()
        for place in range(3):
            timed[place] = True
            assert alone.left() is True
            timed[place] = False
        assert alone.left() is False
    assert judge._home(raises) == "tests"
    assert judge._home(3) == ""


def _number(word: str) -> int:
    """The first 64 bits of its SHA-256, little end first, with the last one set."""
    return (
        int.from_bytes(bytes.fromhex(hashlib.sha256(word.encode()).hexdigest()[:16])[::-1]) | 2**63
    )


class _Signals:
    def __init__(self, real: Any, timed: list[bool]) -> None:
        self._real, self._timed = real, timed

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def getitimer(self, which: int) -> tuple[float, float]:
        """Half a second to go, or a timer that does not run but is set again and again."""
        return (0.5 if self._timed[which] else 0.0), 1.5


def contexts_hold(judge: ModuleType) -> None:
    """What a run of evidence leaves behind: counts, sums, the weakest test; and streams by key."""
    seen: list[int] = []
    context = judge.RunContext(look=seen.append)
    for k in (1, 2, 3):
        context.count()
        assert (context.checks, seen) == (k, [*range(1, k + 1)])
    elsewhere = threading.Thread(target=context.count)
    elsewhere.start()
    elsewhere.join()
    assert (context.checks, seen) == (4, [1, 2, 3]), "a thread's check counts, and looks at nothing"
    plain = judge.RunContext()

    def asks() -> None:
        plain.count()

    asks()
    assert [code for code, _ in plain.asked] == [asks.__code__]
    lines = [list(code.co_positions())[at // 2][0] for code, at in plain.asked]
    assert lines == [asks.__code__.co_firstlineno + 1]
    within = dict[str, Any]()
    exec(
        compile("def through(context):\n    context.count()", f"{judge.HERE}some.py", "exec"),
        within,
    )
    asked = judge.RunContext()

    def by_another() -> None:
        within["through"](asked)

    by_another()
    assert [code for code, _ in asked.asked] == [by_another.__code__]
    assert (plain.checks, plain.error, plain.power, plain.smallest_visible) == (1, 0.0, None, None)
    for error, power, visible in (
        (0.25, 0.75, 2.0), (0.5, 0.5, 3.0), (0, 0.9, 1.0), (0.0, None, None),
    ):  # fmt: skip
        plain.spend(error, power, visible)
    assert (plain.error, plain.power, plain.smallest_visible) == (0.75, 0.5, 3.0)
    for edge in (0, 1, 0.0, 1.0):
        judge.RunContext().spend(edge, edge, 0.0)
    for words in ((-0.1,), (1.1,), (float("nan"),), (0.1, 1.5), (0.1, -0.5), (0.1, float("nan")),
                  (0.1, 0.5, float("inf")), (0.1, 0.5, float("nan"))):  # fmt: skip
        assert raises(ValueError, lambda w=words: plain.spend(*w))
        assert plain.error == 0.75
    _failures_are_noted(judge)
    outside = judge.current()
    assert outside is not judge.current()
    assert judge.inside() is False
    hook = threading.excepthook
    with judge.running(judge.RunContext(test="t", seed=3)) as one:
        assert judge.current() is one
        assert judge.inside() is True
        states = {
            tuple(judge.seed(*key).generate_state(2))
            for key in ((), ("a",), ("b",), ("a", 1), (1,), ("",), ("", ""), ("a", ""))
        }
        assert len(states) == 8
        assert judge.seed("b", "").entropy == [3, *map(_number, ("t", "seed", "b", ""))]
        assert len({*judge.seed(*map(str, range(999))).entropy}) == 1002
        known = np.random.SeedSequence([3, *map(_number, ("t", "rng", "c"))])
        drawn = judge.rng("c").random(3).tolist()
        assert drawn == np.random.Generator(np.random.PCG64(known)).random(3).tolist()
        assert judge.seed("c").entropy != known.entropy, "each of the two may ask once"
        for twice in (judge.rng, judge.seed):
            assert raises(ValueError, lambda ask=twice: ask("c"))
        judge.rng("c", 1)
        assert raises(ValueError, lambda: judge.rng("c", "1")), "the same stream"
        one.again = True
        assert judge.rng("c").random(3).tolist() == drawn
        judge.note("words")
        thread = threading.Thread(target=lambda: [][1])
        thread.start()
        thread.join()
        found: list[Any] = []
        other = threading.Thread(target=lambda: found.append(judge.current()))
        other.start()
        other.join()
        assert found == [one], "a thread's record is that of who runs"
        with judge.running(judge.RunContext(test="u", seed=3)) as two:
            assert judge.current() is two
            assert tuple(judge.seed().generate_state(2)) not in states
        assert judge.current() is one
    assert (one.notes, one.lost) == (["words"], ["IndexError: list index out of range"])
    assert threading.excepthook is hook
    heard: list[Any] = []
    ignored, sys.unraisablehook = sys.unraisablehook, heard.append
    try:
        told = SimpleNamespace(exc_type=IndexError, exc_value=IndexError("i"), err_msg=None)
        with judge.running(judge.RunContext(test="v")) as three:
            sys.unraisablehook(told)
            assert (heard, three.lost) == ([told], []), "a finalizer's, which is no thread's"
            told.err_msg = "Exception ignored in thread started by"
            sys.unraisablehook(told)
        assert (heard, three.lost) == ([told], ["IndexError: i"])
        sys.unraisablehook(told)
        assert heard == [told, told], "what stood in its place is gone"
    finally:
        sys.unraisablehook = ignored
    after = threading.Thread(target=lambda: found.append(judge.current()))
    after.start()
    after.join()
    assert found[-1].test == "", "they have ended"
    assert judge.current() is not one
    with judge.running(judge.RunContext(test="t", seed=4)):
        assert tuple(judge.seed().generate_state(2)) not in states


def _failures_are_noted(judge: ModuleType) -> None:
    """A failed check, one that is open and one that is interrupted; those that are tried are nobody's."""
    for error, noted in (
        (AssertionError("no"), (["no"], [])),
        (ValueError("open"), ([], ["open"])),
        (KeyboardInterrupt("now"), ([], [])),
    ):
        context = judge.RunContext()

        def fails(context: Any = context, error: BaseException = error) -> None:
            with context as same:
                assert same is context
                raise error

        with judge.attempt():
            raises(type(error), fails)
        assert (context.failed, context.weak) == ([], [])
        for times in (1, 2):
            raises(type(error), fails)
            assert (context.failed, context.weak) == tuple(x * times for x in noted)
        with context:
            pass
        assert (context.failed, context.weak) == tuple(x * 2 for x in noted)
