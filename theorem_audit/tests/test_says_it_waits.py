"""A job that says, in the place of its process, that it waits for a job: it is lost, and the run ends."""

from __future__ import annotations

import json
import sys
from itertools import islice

from theorem_audit.weigh.workers import DONE, Crew, Lost


def _nothing() -> None:
    pass


def _job(what: str) -> str:
    if what == "waits":
        frame = sys._getframe()
        while "line" not in frame.f_locals:
            assert frame.f_back is not None
            frame = frame.f_back
        here = frame.f_locals
        here["line"].send_bytes(json.dumps(["tuple", [here["number"], DONE]]).encode())
    return f"did {what}"


def test_a_job_that_says_it_waits_is_lost_and_the_run_ends() -> None:
    """Mended: it was asked of one new process after the other, for ever."""
    with Crew(_job, _nothing, workers=1, limit=60.0) as crew:
        found = list(islice(crew.run(["waits", "after"]), 4))
    assert found == [
        ("waits", Lost("its worker process answered more than once")),
        ("after", "did after"),
    ]
