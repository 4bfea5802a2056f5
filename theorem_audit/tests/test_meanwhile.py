"""Jobs go on while the caller is busy, and none does once it has stopped."""

from __future__ import annotations

import os
import stat
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from theorem_audit.weigh.meanwhile import Meanwhile
from theorem_audit.weigh.workers import READ_LIMIT, Crew

LONG = 600.0  # seconds: what waits so long has failed


class Counted:
    """A crew that answers at once, and counts its answers."""

    stopped = False

    def __init__(self) -> None:
        self.answered = threading.Semaphore(0)

    def run(self, jobs: Any) -> Iterator[Any]:
        for job in jobs:
            if self.stopped:
                return
            if job == "breaks":
                raise RuntimeError("no process")
            self.answered.release()
            yield job, f"did {job}"


class Busy(Counted):
    """One whose first job has no end before it is stopped."""

    def run(self, jobs: Any) -> Iterator[Any]:
        self.answered.release()
        while not self.stopped:
            time.sleep(0.01)
        yield from super().run(jobs)


def test_jobs_are_done_while_the_caller_is_busy() -> None:
    crew: Any = Counted()
    found = Meanwhile(crew).run("abc")
    assert next(found) == ("a", "did a")
    for _ in "abc":
        assert crew.answered.acquire(timeout=60), "all, and the caller has asked for one"
    assert list(found) == [("b", "did b"), ("c", "did c")]
    assert not crew.stopped


def test_what_breaks_is_raised_to_who_asks_after_what_came_before() -> None:
    crew: Any = Counted()
    found = Meanwhile(crew).run(["a", "breaks", "b"])
    assert next(found) == ("a", "did a")
    with pytest.raises(RuntimeError, match="no process"):
        next(found)


@pytest.mark.parametrize("how", ["closed", "stopped", "asked anew"])
def test_nothing_goes_on_after_it_is_stopped(how: str) -> None:
    crew: Any = Busy()
    meanwhile = Meanwhile(crew)
    before = threading.active_count()
    found = meanwhile.run("ab")
    asked = threading.Thread(target=lambda: [*found]) if how != "closed" else None
    if asked is None:
        Meanwhile.run(meanwhile, "").close()  # one that nobody has begun stops nothing
    else:
        asked.start()
        assert crew.answered.acquire(timeout=60)
        if how == "stopped":
            meanwhile.stop()
        else:
            crew.run = Counted.run.__get__(crew)
            assert list(meanwhile.run("c")) == [("c", "did c")]
        asked.join(60)
    assert threading.active_count() == before
    assert not crew.stopped


def test_one_that_is_interrupted_before_its_thread_begins_ends_all_the_same() -> None:
    """Mended: Ctrl-C at that moment ended a run with a traceback."""
    crew: Any = Counted()
    meanwhile = Meanwhile(crew)
    meanwhile._thread = threading.Thread(target=list)
    meanwhile.stop()
    assert crew.stopped, "what begins yet hands out nothing"
    meanwhile.stop()


def _nothing() -> None:
    pass


def _sleeps(job: str) -> str:
    time.sleep(LONG if job == "long" else 0)
    return f"did {job}"


def test_a_crew_is_ended_in_the_midst_of_a_job() -> None:
    """As by Ctrl-C, which the caller alone hears."""
    began = time.monotonic()
    with Crew(_sleeps, _nothing, workers=1, limit=LONG) as crew:
        meanwhile = Meanwhile(crew)
        found = meanwhile.run(["short", "long"])
        assert next(found) == ("short", "did short")
        meanwhile.stop()
        assert list(found) == []
    assert time.monotonic() - began < LONG / 2


def _begins_an_answer(_: str) -> str:
    """Evidence that writes the length of an answer where its process answers, and no more."""
    for name in os.listdir("/proc/self/fd"):
        with suppress(OSError):
            if int(name) > 2 and stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                os.write(int(name), struct.pack("!i", 999))
    time.sleep(LONG)
    return "never"


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="no list of open files here")
def test_to_stop_waits_for_no_answer_that_has_only_begun() -> None:
    """Mended: Ctrl-C came back after up to a minute."""
    with Crew(_begins_an_answer, _nothing, workers=1, limit=LONG) as crew:
        meanwhile = Meanwhile(crew)
        found = meanwhile.run(["a"])
        asked = threading.Thread(target=lambda: [*found])
        asked.start()
        while (
            not any(isinstance(x, threading.Timer) for x in threading.enumerate())
            or not crew._hands[0].ready
        ):
            time.sleep(0.05)
        time.sleep(0.2)
        began = time.monotonic()
        meanwhile.stop()
        assert time.monotonic() - began < READ_LIMIT / 2
        asked.join()
