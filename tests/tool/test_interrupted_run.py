"""Runs that are cut short: the ledger is readable, and writes that fail leave the earlier file."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from tests.tool.verdict_tools import outcome
from theorem_audit.cli import EPILOG
from theorem_audit.guard import Ended, ends_in_order
from theorem_audit.tests import lab, warm
from theorem_audit.weigh.ledger import Ledger, validate

# --- interruption -----------------------------------------------------------------------------

SLOW_RUN = """
import sys, time
from theorem_audit import cli
from theorem_audit.weigh import jobs
real = jobs._work
def slow(job, run_seed, quick):
    found = real(job, run_seed, quick)
    time.sleep(0.4)
    return found
jobs._work = slow
one = jobs.run_jobs
jobs.run_jobs = lambda jobs, **more: one(jobs, **{**more, "workers": None})  # here, where it is slow
sys.exit(cli.main(["run", "--workers", "1", "--json", sys.argv[1]]))
"""


def _has_evidence(path: Path) -> bool:
    """Whether something was run; at first the file says only that a run has begun."""
    return path.exists() and any(c["evidence"] for c in json.loads(path.read_text())["claims"])


SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGKILL]


@pytest.mark.parametrize("how", SIGNALS, ids=lambda x: x.name)
def test_an_interrupted_run_leaves_a_readable_ledger(tmp_path: Path, how: signal.Signals) -> None:
    """Mended: SIGTERM ended it as SIGKILL does, and what was not yet kept was lost."""
    target, place = tmp_path / "run.json", lab.write(tmp_path / "lab")
    process = warm.server().begin("-c", (SLOW_RUN, str(target)), place, warm.this_tool())
    signal_sent: int = signal.SIGKILL
    try:
        deadline = time.monotonic() + 60
        while not _has_evidence(target):
            assert time.monotonic() < deadline, "nothing was saved within a minute"
            time.sleep(0.05)
        signal_sent = how
    finally:
        os.kill(process, signal_sent)
        done = warm.server().end(process)
    data = json.loads(target.read_text())
    validate(data)
    states = {e["outcome"] for c in data["claims"] for e in c["evidence"]}
    assert not data["complete"]
    assert "not_run" in states, "it was over before it was interrupted"
    assert all(
        e["detail"] for c in data["claims"] for e in c["evidence"] if e["outcome"] == "not_run"
    )
    if how == signal.SIGKILL:
        assert done.returncode == -how
    else:
        assert done.returncode == 128 + how
        assert "interrupted" in done.stdout
        assert ("by" in done.stdout) == (how != signal.SIGINT)


def test_a_hangup_ends_in_order_unless_it_is_ignored() -> None:
    old = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # the tests themselves may run under nohup
    try:
        with pytest.raises(Ended, match="SIGHUP") as caught, ends_in_order():
            os.kill(os.getpid(), signal.SIGHUP)
        assert caught.value.code == 129
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # what nohup does
        with ends_in_order():
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, old)


def test_a_write_that_fails_leaves_the_earlier_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, ledger = tmp_path / "run.json", Ledger(seed=0)
    ledger.write(target)
    before = target.read_text()

    def full(*_: Any) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("theorem_audit.files.os.replace", full)
    with pytest.raises(OSError, match="no space"):
        ledger.write(target)
    assert target.read_text() == before
    assert list(tmp_path.iterdir()) == [target]


# --- the error budget -------------------------------------------------------------------------


@pytest.mark.parametrize(("each", "code"), [(4e-5, 0), (6e-5, 1)])
def test_an_overspent_error_budget_fails_the_run(each: float, code: int) -> None:
    ledger = Ledger(seed=0)
    for test in "tu":
        ledger.add(dataclasses.replace(outcome("GRAD", "simulation", test=test), error=each))
    assert ledger.family_error == pytest.approx(2 * each)
    assert ledger.exit_code() == code


@pytest.mark.parametrize(
    "met, code",
    [
        (("passed",), 0),
        (("passed", "not_run"), 0),
        (("passed", "inconclusive"), 3),
        (("inconclusive", "refuted"), 1),
        (("error", "inconclusive"), 1),
    ],
)
def test_what_could_not_tell_has_an_exit_code_of_its_own(met: tuple[str, ...], code: int) -> None:
    ledger = Ledger(seed=0)
    for place, name in enumerate(met):
        ledger.add(
            dataclasses.replace(outcome("GRAD", "simulation", test=f"t{place}"), outcome=name)
        )
    assert ledger.exit_code() == code
    assert f"\n  {code} " in EPILOG, "the help lists it"
