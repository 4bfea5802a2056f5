"""The battery of worker processes: what they say is believed once, and one that dies loses its own job alone.

The caller's side talks to threads that play a process; the worker's own side (``serving``) runs in a fork.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from tests.tool.judged.kernel import replaced
from tests.tool.judged.playing import Played, played
from tests.tool.judged.serving import ends, serves
from tests.tool.judged.tools import raises
from theorem_audit.weigh.answers import written
from theorem_audit.weigh.apart import Apart


class _Box:
    """What a crew is handed."""


def _crew(
    judge: ModuleType, jobs: Any, workers: int = 1, how: str = "", **more: Any
) -> list[tuple[Any, Any]]:
    """All that a crew yields for these jobs, lost ones as their reasons."""
    killed = list[tuple[int, int]]()
    names = {"READ_LIMIT": 0.05, "START_LIMIT": 0.4, "DONE_LIMIT": 0.3, **more}
    real = os.killpg
    try:
        os.killpg = lambda pid, how: killed.append((pid, how))  # type: ignore[assignment]
        with played(judge, how, **names) as (_, kinds):
            with judge.Crew(
                len, print, [1, "x"], workers=workers, limit=0.4, answers=[_Box]
            ) as crew:
                assert crew.answers == (judge.Lost, judge.Last, _Box)
                said = list(crew.run(jobs))
                assert len(crew._hands) <= workers
                assert all(hand.job is None and hand.waits for hand in crew._hands)
                left = [hand.process for hand in crew._hands]
                lines = [hand.line for hand in crew._hands]
            assert crew._hands == []
            assert all(line.closed for line in lines)
            for made in Played.made:
                assert made.joined == 1
                assert made.killed.is_set()
                assert (made.pid, signal.SIGKILL) in killed
                assert made.args[1:] == (len, print, (1, "x"), crew.answers, None)
                assert made.daemon is False
                assert made.line.closed
    finally:
        os.killpg = real
    assert {*kinds} <= {"spawn"}
    assert all(x in Played.made for x in left)
    return [(job, x.reason if isinstance(x, judge.Lost) else x) for job, x in said]


def _killed(judge: ModuleType) -> None:
    """All processes are ended, and are the crew's until it reads that."""
    with played(judge, ""), judge.Crew(
        len, print, [1, "x"], workers=2, limit=0.4, answers=[_Box]
    ) as crew:  # fmt: skip
        assert len([*crew.run(["a", "b"])]) == 2
        hands = [*crew._hands]
        assert hands
        assert not any(x.process.killed.is_set() for x in hands)
        crew.kill()
        assert all(x.process.killed.is_set() for x in hands)
        assert crew._hands == hands


def _caller(judge: ModuleType) -> None:
    """Each way in which a process may answer or die, between two jobs that are done."""
    ended = "its worker process ended"
    for bad, reason in (
        ("exits 0", f"{ended} (exit code 0)"), ("exits 3", f"{ended} (exit code 3)"),
        ("exits -9", f"{ended} (SIGKILL: killed, or out of memory)"), ("exits -1",
         f"{ended} (SIGHUP: killed, or out of memory)"),
        ("hangs now", "no end within 0.4 s: it was stopped"), ("none", f"{ended} (by an answer that is none)"),
        ("half", f"{ended} (SIGKILL: killed, or out of memory)"),
    ):  # fmt: skip
        assert _crew(judge, ["a", bad, "b"]) == [("a", "did a"), (bad, reason), ("b", "did b")], bad
        assert len(Played.made) == 2
        found = _crew(judge, ["a", bad, "b", "c", bad, "d"], workers=2)
        assert sorted(found) == sorted(
            [(bad, reason), (bad, reason), *((x, f"did {x}") for x in "abcd")]
        )
    assert _crew(judge, ["a", "raises", "b"]) == [
        ("a", "did a"),
        ("raises", "ValueError: x"),
        ("b", "did b"),
    ]
    assert len(Played.made) == 1, "what its job raises is no fault of a process"
    twice = "its worker process answered more than once"
    assert _crew(judge, ["waits", "a"]) == [("waits", twice), ("a", "did a")]
    found = _crew(judge, ["a", "waits", "b"])
    assert found == [("a", "did a"), ("a", twice), ("waits", twice), ("b", "did b")], (
        "whose it was is not known"
    )
    found = _crew(judge, ["a", "twice", "b", "c"])
    assert [x for x in found if x[0] == "twice"] == [("twice", "did twice"), ("twice", twice)]
    assert [x for x in found if x[0] != "twice"] == [(x, f"did {x}") for x in "abc"]
    assert len(Played.made) == 2
    found = _crew(judge, ["a", "ahead", "b", "c"])
    assert [x for x in found if x[0] in "ac"] == [("a", "did a"), ("c", "did c")]
    assert dict(found)["b"] in (twice, "did b"), "what was forged for it is taken back"
    for bad in ("twice", "ahead"):
        assert _crew(judge, ["a", bad]) == [("a", "did a"), (bad, f"did {bad}"), (bad, twice)]
    assert _crew(judge, ["a", "last", "b"]) == [
        ("a", "did a"),
        ("last", "did last"),
        ("b", "did b"),
    ]
    assert len(Played.made) == 2, "what said the last is used no more"
    for bad, reason in (
        ("dies later", f"{ended} (exit code 5)"),
        ("hangs later", "no end within 0.3 s: it was stopped"),
    ):
        assert _crew(judge, ["a", bad]) == [("a", "did a"), (bad, f"did {bad}"), (bad, reason)]
        assert len(Played.made) == 1
    found = _crew(judge, ["hangs now", "quits"], workers=2)
    assert sorted(found) == [
        ("hangs now", "no end within 0.4 s: it was stopped"),
        ("quits", "did quits"),
        ("quits", f"{ended} (exit code 4)"),
    ], "it answered, and never said that it waits"
    assert _crew(judge, []) == []
    assert Played.made == []
    assert _crew(judge, [str(k) for k in range(20)]) == [(str(k), f"did {k}") for k in range(20)]
    assert len(Played.made) == 1
    assert sorted(_crew(judge, [str(k) for k in range(20)], workers=3)) == sorted(
        (str(k), f"did {k}") for k in range(20)
    )
    assert len(Played.made) == 3
    assert sorted(_crew(judge, ["a", "b"], workers=5)) == [("a", "did a"), ("b", "did b")]
    assert len(Played.made) <= 2, "no more than there is work"
    for how, why in (
        ("never", f"{ended} (exit code 7)"),
        ("hangs", "no end within 0.4 s: it was stopped"),
        ("refuses", "ProjectError: no theory"),
        ("babbles", twice),
    ):
        assert _crew(judge, ["a", "b"], how=how) == [
            (x, f"no worker process can be started: {why}") for x in "ab"
        ]
        assert len(Played.made) == 3
    with played(judge, "refuses"), judge.Crew(len, print, workers=1, limit=5) as crew:
        assert [type(said) for _, said in crew.run("ab")] == [judge.NotStarted] * 2
    with played(judge), judge.Crew(len, print, workers=1, limit=5) as crew:
        assert [type(said) for _, said in crew.run(["exits 3", "raises"])] == [judge.Lost] * 2


def _kept(judge: ModuleType) -> None:
    """A crew from one run to the next: what is asked for, what is remembered, how a death is waited for."""
    asked = list[int]()

    def jobs() -> Iterator[str]:
        for k in range(50):
            asked.append(k)
            yield str(k)

    with played(judge), judge.Crew(len, print, workers=2, limit=0.5) as crew:
        run = crew.run(jobs())
        assert next(run)[1].startswith("did ")
        assert 4 <= len(asked) <= 8, "asked for as they are needed"
        crew._failed = 2
        assert len(list(run)) == 49
        assert [crew.limit, crew.apart, crew.function] == [0.5, None, len]
        again = list(crew.run(["x"]))
        assert again == [("x", "did x")]
        assert len(Played.made) == 2, "the same processes"
    with played(judge), judge.Crew(len, print, workers=1, limit=5) as crew:
        run = crew.run("ab")
        assert next(run) == ("a", "did a")
        crew.stopped = True
        assert list(run) == [], "nothing more is handed out"
        crew.stopped = False
        assert list(crew.run(["x"])) == [("x", "did x")]
    with played(judge), judge.Crew(len, print, workers=1, limit=5) as crew:
        crew._failed = 2
        assert list(crew.run(["x"])) == [("x", "did x")]
        assert crew._failed == 0, "one that started is none of those in a row"
    with played(judge) as (clock, _), judge.Crew(len, print, workers=1, limit=5) as crew:
        ((_, said),) = crew.run(["closes"])
        assert said.reason == "its worker process ended (by an answer that is none)"
        assert 5 <= clock.now - 1000 < 5.5, "so long is a death waited for"
    with played(judge) as (clock, _), judge.Crew(len, print, workers=1, limit=5) as crew:
        assert [job for job, _ in crew.run(["none"])] == ["none"]
        assert clock.now - 1000 < 0.5, "who answers what is no answer has not died"
    for workers, begun in ((1, 1), (2, 1), (3, 2), (4, 3)):
        with played(judge), judge.Crew(len, print, workers=workers, limit=5) as crew:
            for _ in "ab":
                crew.begin()
                assert len(Played.made) == len(crew._hands) == begun, "all but one, once"
            assert list(crew.run(["x"])) == [("x", "did x")]
            assert len(Played.made) == begun


def _slow_caller(judge: ModuleType) -> None:
    """What comes while the caller is at another answer has come in time; what never comes has not."""
    for answers, told in (
        (True, "did b"),
        (False, judge.Lost("no end within 5 s: it was stopped")),
    ):
        pipes = [multiprocessing.Pipe() for _ in "ab"]
        with played(judge) as (clock, _), judge.Crew(len, print, workers=2, limit=5) as crew:
            for (ours, _), job in zip(pipes, "ab", strict=True):
                crew._hands.append(judge._Hand(_Process(), ours, clock.now, ready=True))
                crew._hands[-1].hand(job)
            one, two = crew._hands
            pipes[0][1].send_bytes(written((one.number, "did a"), crew.answers))
            arrived = crew._arrived()
            assert next(arrived) == ("a", "did a")
            if answers:
                pipes[1][1].send_bytes(written((two.number, "did b"), crew.answers))
            clock.now += 100
            assert list(arrived) == [("b", told)]


class _Process:
    """A process of which no more is wanted than its end."""

    pid, halved = 2**30, False

    def kill(self) -> None:
        pass

    def join(self) -> None:
        pass


class _Line:
    """A line that keeps what is sent along it."""

    def __init__(self) -> None:
        self.sent = list[Any]()

    def send(self, what: Any) -> None:
        self.sent.append(what[1])

    def close(self) -> None:
        self.sent.append("closed")


def _keyed(judge: ModuleType) -> None:
    """Which process is asked for which job, where jobs share forks: one answers when it is its turn."""
    lines = _Line(), _Line()

    def key(job: str) -> str:
        return job[0]

    def runs(jobs: list[str], *turns: int) -> list[list[str]]:
        order, taken = list(turns), list[Any]()

        def arrived() -> Iterator[tuple[Any, Any]]:
            taken.append(crew)
            assert len(taken) < 50, "it does not end"
            busy = [hand for hand in crew._hands if hand.job is not None]
            hand = crew._hands[order.pop(0)] if order else busy[0]
            yield from crew._answered(hand, judge.DONE if hand.job == judge.DONE else "said")

        for line in lines:
            line.sent.clear()
        crew._arrived = arrived
        assert sorted(crew.run(jobs)) == [(job, "said") for job in sorted(jobs)]
        for line in lines:
            assert line.sent.pop() == judge.DONE
        return [line.sent[:] for line in lines]

    nothing = lambda *_: None  # noqa: E731
    apart = Apart(key, nothing, nothing, lambda: b"", nothing)
    with replaced(judge, FORKS=True):
        crew = judge.Crew(len, print, workers=2, limit=5, apart=apart)
        assert crew._key() is key
        crew._hands = [judge._Hand(None, line, 0.0, ready=True) for line in lines]
        assert runs(["a1", "a2", "a3", "b1", "c1"], 1, 1, 0, 1) == [
            ["a1", "a2"],
            ["b1", "c1", "a3"],
        ]
        crew._hands[1].key = "b"
        assert runs(["a4", "b2", "a5", "b3", "b4", "b5"], 0, 0, 1, 1, 0) == [
            ["a4", "a5", "b5"],
            ["b2", "b3", "b4"],
        ], "the first goes on with its own; the last one of another's"
        crew._hands[0].key, crew._hands[1].key = "c", "b"
        assert runs(["b2", "d1"]) == [["b2"], ["d1"]], "who waits has no claim"
        asked = list[int]()

        def jobs() -> Iterator[str]:
            for k in range(50):
                asked.append(k)
                yield f"{k % 2}"

        crew._arrived = lambda: iter([("j", "stops")])
        run = crew.run(jobs())
        assert next(run) == ("j", "stops")
        assert len(asked) == 50, "all are looked at"
    with replaced(judge, FORKS=False):
        assert crew._key() is None
    assert judge.Crew(len, print, workers=2, limit=5)._key() is None


def _patience(judge: ModuleType) -> None:
    """How long lines are waited for: a moment, or until the first of the processes has had its time."""
    assert 0.125 < judge.LOOK < 0.25
    crew = judge.Crew(len, print, workers=2, limit=0.25)
    starting = judge._Hand(None, "a", 100.0)
    asked = judge._Hand(None, "b", 100.0, job="j", ready=True)
    idle = judge._Hand(None, "c", 1.0, ready=True)
    waited = list[Any]()
    ended = list[Any]()
    crew._end = ended.append
    for now, timeout, lost in (
        (100.0, judge.LOOK, 0),
        (100.125, 0.125, 0),
        (100.25, 0.0, 0),
        (100.5, 0.0, 1),
        (1000.0, 0.0, 1),
    ):
        crew._hands, waited[:], ended[:] = [starting, asked, idle], [], []

        class _Wait:
            @staticmethod
            def wait(lines: Any, timeout: float) -> list[Any]:
                waited.append((list(lines), timeout))
                return []

        with replaced(judge, time=_At(now), connection=_Wait):
            found = list(crew._arrived())
        late = ["a"] * (now == 1000.0) + ["b"] * lost
        assert waited == [(["a", "b", "c"], timeout), *(([x], 0.0) for x in late)]
        assert [job for job, _ in found] == ["j"] * lost
        assert len(ended) == lost + (now == 1000.0)


class _At:
    """``time``, which stands."""

    def __init__(self, now: float) -> None:
        self.now = now

    def monotonic(self) -> float:
        return self.now


def _settings(judge: ModuleType) -> None:
    """What a worker finds in its environment, but where something else is there."""
    before = dict(os.environ)
    try:
        os.environ.pop("SYMPY_CACHE_SIZE", None)
        os.environ["OMP_NUM_THREADS"] = "7"
        judge.set_up()
        assert os.environ["SYMPY_CACHE_SIZE"] == judge.SETTINGS["SYMPY_CACHE_SIZE"]
        assert os.environ["OMP_NUM_THREADS"] == "7"
    finally:
        os.environ.clear()
        os.environ.update(before)


def workers_hold(judge: ModuleType) -> None:
    """Both sides of the line between a run and its worker processes."""
    with ends(judge):
        for part in (_settings, _patience, _keyed, serves, _kept, _slow_caller, _caller, _killed):
            part(judge)


def turns_hold(judge: ModuleType) -> None:
    """Whose turn it is, job by job, and how many wait; jobs that any process may do have the key None."""

    def waiting(*jobs: str) -> Any:
        found = judge.Turns(lambda job: job[0] if job[0] != "-" else None)
        found.extend(jobs)
        assert len(found) == len(jobs)
        return found

    for jobs, mine, others, order in (
        ("a1 b1 a2 b2", None, (), "a1 a2 b1 b2"), ("a1 b1 a2 b2", "b", (), "b1 b2 a1 a2"),
        ("a1 b1 a2 b2", "b", "b", "b1 b2 a1 a2"), ("a1 b1 a2 b2", None, "a", "b1 b2 a2 a1"),
        ("a1 b1 a2 b2", "c", "a", "b1 b2 a2 a1"), ("a1 b1 b2", None, "ab", "b2 a1 b1"),
        ("-1 a1 -2", None, (), "-1 -2 a1"), ("-1 a1 -2", None, (None, "a"), "-1 -2 a1"),
        ("a1 -1 -2", None, "a", "-1 -2 a1"), ("a1 -1 -2", "a", "a", "a1 -1 -2"), ("", None, (), ""),
    ):  # fmt: skip
        turns, expected = waiting(*jobs.split()), order.split()
        for k, job in enumerate(expected):
            assert turns.take(mine, [*others]) == job, (jobs, mine, others)
            assert len(turns) == len(expected) - k - 1
        for key in (None, "a"):
            assert raises(IndexError, lambda t=turns, key=key: t.take(key)) == "no job waits"
    turns = waiting("a1", "b1", "a2")
    turns.again(["b0", "c0"])
    assert len(turns) == 5
    turns.extend(["c1"])
    assert [turns.take() for _ in range(6)] == ["b0", "b1", "c0", "c1", "a1", "a2"]
    assert len(turns) == 0
