"""Jobs that share a key share a fork of the server; what one does to its process is its own matter."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from theorem_audit.tests.thorough import IN_CI
from theorem_audit.weigh.apart import FORKS, Apart
from theorem_audit.weigh.leftovers import children
from theorem_audit.weigh.workers import Crew, Last, Lost

pytestmark = pytest.mark.skipif(not FORKS, reason="no safe fork on this system")
STATE = {"value": 0}


def _job(job: tuple[str, str]) -> Any:
    what = job[1]
    STATE["value"] += 1
    if what == "exits":
        os._exit(0)
    said = (os.getpid(), os.getppid(), STATE["value"])
    return Last(said) if what == "last" else said


def _nothing(*_: Any) -> None:
    pass


def _key(job: tuple[str, str]) -> str | None:
    return job[0] or None


def _left() -> bytes:
    return b"some names"


APART = Apart(_key, _nothing, _nothing, _left, _nothing)


def _run(*jobs: tuple[str, str]) -> list[Any]:
    with Crew(_job, _nothing, workers=1, limit=60.0, apart=APART) as crew:
        found = dict(crew.run(jobs))
    return [found[x] for x in jobs]


def test_jobs_of_one_key_share_a_fork_and_no_other_does() -> None:
    one, two, other, server = _run(("a", "1"), ("a", "2"), ("b", "1"), ("", "1"))
    assert one[0] == two[0] != other[0]
    assert (one[2], two[2], other[2]) == (1, 2, 1), "what one has changed, the other does not see"
    assert one[1] == other[1] == server[0]


def test_a_job_that_ends_its_fork_is_lost_alone() -> None:
    before, lost, after = _run(("a", "1"), ("a", "exits"), ("b", "1"))
    assert isinstance(lost, Lost)
    assert lost.reason == "its worker process ended (exit code 0)"
    assert before[2] == after[2] == 1


def test_the_last_job_of_a_fork_loses_no_later_one() -> None:
    """Its successor is handed over while it ends: it is asked once more, in another fork."""
    started = time.monotonic()
    jobs = [("a", "last") if k % 2 else ("a", str(k)) for k in range(2)]
    more = [*jobs, ("a", "after"), ("b", "last"), ("b", "after")]
    found = _run(*more)
    assert [x[2] for x in found] == [1, 2, 1, 1, 1]
    assert time.monotonic() - started < 40


def _watched(job: tuple[str, str]) -> Any:
    """As jobs of an audit do: what is left in the process is its end."""
    return Last(os.getpid()) if children() and not job[0] else os.getpid()


def test_a_fork_that_waits_is_nothing_left_by_a_job_of_its_server() -> None:
    """Mended: each look at hypotheses after evidence took the idle fork for a leftover, and ended its server,
    which had imported all that the next one had to import again.
    """
    jobs = [("a", "1"), ("", "1"), ("b", "1"), ("", "2")]
    with Crew(_watched, _nothing, workers=1, limit=60.0, apart=APART) as crew:
        found = [next(iter(dict(crew.run([x])).values())) for x in jobs]
    assert found[1] == found[3]
    assert len({found[0], found[1], found[2]}) == 3


STARTED = """
import sys
from pathlib import Path
from theorem_audit import project
from theorem_audit.kinds import DOUBTS
from theorem_audit.reuse.index import Row
from theorem_audit.weigh import jobs

jobs.start_worker(project.locate(sys.argv[1]), False)
before = {*sys.modules}
for kind in DOUBTS:
    Row("GD-STEP", kind, "tests.test_descent", "", 0, kind, (), "", False, ("",)).marked
print(*sorted(x for x in {*sys.modules} - before if x.startswith("theorem_audit.")))
"""


@IN_CI
def test_no_job_is_the_first_to_import_what_judges(whole: Path) -> None:
    """Mended: each fork imported ``doubts`` anew, and listed all that judges once more, 20 ms a claim."""
    words = [sys.executable, "-c", STARTED, str(whole)]
    said = subprocess.run(words, capture_output=True, text=True, timeout=300, check=True)
    assert said.stdout.split() == []
