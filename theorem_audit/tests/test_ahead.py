"""Hypotheses are looked at while a run makes ready: what is found is taken, and nothing goes on after it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from theorem_audit import project
from theorem_audit.tests import warm
from theorem_audit.weigh.ahead import Ahead

ABOUT: dict[str, Any] = {"instance": {}, "boundary": []}


class OneByOne:
    """A crew of one process, each look of which waits until it may end."""

    workers = 2

    def __init__(self) -> None:
        self.begun, self.may_end = list[str](), threading.Semaphore(0)
        self.has_begun = threading.Semaphore(0)

    def run(self, jobs: Any) -> Iterator[Any]:
        for job in jobs:
            self.begun.append(job[0])
            self.has_begun.release()
            self.may_end.acquire()
            yield job, ((None, ABOUT), {})


class Broken:
    workers = 2

    def run(self, jobs: Any) -> Iterator[Any]:
        raise RuntimeError(f"no process for {next(iter(jobs))[0]}")


def test_what_has_begun_is_taken_and_nothing_else_begins() -> None:
    crew: Any = OneByOne()
    ahead = Ahead(crew, ["A", "B", "C"], run_seed=0, quick=True)
    crew.may_end.release()
    for _ in "AB":
        assert crew.has_begun.acquire(timeout=60)
    ahead.stop()
    crew.may_end.release()
    assert ahead.taken() == {"A": (None, ABOUT), "B": (None, ABOUT)}
    assert crew.begun == ["A", "B"]


def test_what_breaks_is_raised_to_who_takes_it() -> None:
    crew: Any = Broken()
    ahead = Ahead(crew, ["A"], run_seed=0, quick=True)
    with pytest.raises(RuntimeError, match="no process for A"):
        ahead.taken()


MADE = """
from theorem_audit import project
from theorem_audit.doubt.instances import NOTHING
from theorem_audit.weigh import jobs, session

project.use(project.locate())
session.MANY = 0  # as a large project
one = session.Session(seed=0, quick=True, workers=1, limit=100, fresh=True, everything=True)
ids = list(one.index.claims)
"""
TAKEN = """
one._ahead.join()
said = {x: about for x, (_, about) in jobs.look(ids, run_seed=0, quick=True, workers=None)}
assert NOTHING not in said.values()
jobs.look = lambda todo, **_: iter(todo)  # none is left to look at
assert one.run(ids).about == said
"""
INTERRUPTED = """
def level(*_):
    raise KeyboardInterrupt

one._level = level
try:
    one.run(ids)
except KeyboardInterrupt:
    assert not one._ahead._thread.is_alive()
    assert not one.crew._hands
"""


@pytest.mark.parametrize(
    "code", [TAKEN, INTERRUPTED], ids=["takes what was found", "interrupted, looks no more"]
)
def test_a_run_ahead_of_its_index(away: project.Project, code: str) -> None:
    done = warm.python(f"{MADE}{code}print('so it is')", (), away.root)
    assert done.stdout == "so it is\n", done.stderr
