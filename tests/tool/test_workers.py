"""Nothing that evidence does may end the run: the process it ends is replaced, and the rest is run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from shlex import split
from typing import Any

import pytest

from tests.tool.worker_jobs import job, never_ready, nothing
from theorem_audit.checks.mark import Evidence
from theorem_audit.reuse.keeper import Keeper
from theorem_audit.tests import reuse_project as small
from theorem_audit.tests import warm
from theorem_audit.tests.thorough import IN_CI, in_ci_but
from theorem_audit.tests.warm import this_tool
from theorem_audit.weigh import jobs, runner
from theorem_audit.weigh.outcome import Outcome
from theorem_audit.weigh.runner import run_evidence
from theorem_audit.weigh.workers import Crew, Last, Lost
from theory.model.autoencoder import GRAD

# --- the crew ---------------------------------------------------------------------------------


LIMIT = 1.5  # seconds: what ends by itself does so in milliseconds
REASONS = {
    "exit": "its worker process ended (exit code 0)",
    "killed": "its worker process ended (SIGKILL: killed, or out of memory)",
    "sys.exit": "SystemExit: 0",
    "interrupt": "KeyboardInterrupt",
    "endless": "no end within 1.5 s: it was stopped",
    "endless child": "no end within 1.5 s: it was stopped",
    "unsendable": "its answer cannot be sent: ",
    "closes its line": "its worker process ended (exit code 0)",
    "zeros": "its worker process ended (by an answer that is none)",
    "answers twice": "its worker process answered more than once",
    "answers for the next": "its worker process answered more than once",
    "runs code in the caller": "its answer cannot be sent: tests.tool.worker_jobs._Code is no part",
    "sends code to the caller": "its worker process ended (by an answer that is none)",
    "half an answer": "its worker process ended (SIGKILL: killed, or out of memory)",
}


@pytest.mark.parametrize("workers", in_ci_but([1, 2], 2))
def test_a_job_that_ends_its_process_is_lost_alone(
    workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mended: what a job wrote to the line of its process, or to what tells of its end, hung the run; an
    answer that it forged there was taken, also for the next job; and one that was code was run by the caller.
    """
    monkeypatch.setattr("theorem_audit.weigh.workers.READ_LIMIT", LIMIT)
    jobs = [x for bad in REASONS for x in (bad, f"good after {bad}")]
    with Crew(job, nothing, workers=workers, limit=LIMIT) as crew:
        found = dict(crew.run(jobs))
        again = dict(crew.run(["one more"]))
        hands = [hand.process.pid for hand in crew._hands]
    assert list(found) != []
    for what in jobs:
        if what in REASONS:
            assert isinstance(found[what], Lost), what
            assert found[what].reason.startswith(REASONS[what]), found[what]
        else:
            assert found[what] == f"did {what}"
    assert again == {"one more": "did one more"}
    assert hands
    for pid in hands:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_processes_that_never_start_lose_every_job_and_end() -> None:
    with Crew(job, never_ready, workers=2, limit=60.0) as crew:
        found = dict(crew.run(["a", "b", "c"]))
    assert {x.reason for x in found.values()} == {
        "no worker process can be started: its worker process ended (exit code 7)"
    }
    assert list(found) == ["a", "b", "c"]


def test_jobs_are_asked_for_as_they_are_needed() -> None:
    asked = []

    def jobs() -> Any:
        for k in range(100):
            asked.append(k)
            yield f"job {k}"

    with Crew(job, nothing, workers=1, limit=60.0) as crew:
        next(crew.run(jobs()))
    assert len(asked) < 5


# --- evidence in this process -----------------------------------------------------------------


def _leaves(claim: Any) -> None:
    sys.exit(0)


def _generator_exit(claim: Any) -> None:
    raise GeneratorExit


@pytest.mark.parametrize("function", [_leaves, _generator_exit])
def test_evidence_that_leaves_is_an_error(function: Any) -> None:
    found = run_evidence(Evidence("GRAD", "symbolic", function), GRAD)
    assert found.outcome == "error"
    assert found.detail.startswith(("it called sys.exit(0)", "GeneratorExit"))


# --- the command ------------------------------------------------------------------------------

CHAPTER = """
from sympy import Eq, Symbol
from theorem_audit.statement import Claim, Source

x, y = Symbol("x", real=True), Symbol("y", real=True)

def _claim(name):
    return Claim(name, name, Eq(y, 2 * x), Source("new", "here"), "exact", __name__)

LEAVES, ENDS, KILLED = _claim("LEAVES"), _claim("ENDS"), _claim("KILLED")
ENDLESS, FINE = _claim("ENDLESS"), _claim("FINE")
"""
HOSTILE = '''
"""Evidence that does to its process what code under test may do."""
import os, signal, sys, time
from pathlib import Path
from thing.only import x
from theorem_audit import evidence, expect, expect_zero

@evidence("LEAVES", "symbolic")
def test_leaves(claim):
    expect(True, "fine")
    sys.exit(0)

@evidence("ENDS", "symbolic")
def test_ends_the_process(claim):
    expect(True, "fine")
    os._exit(0)

@evidence("KILLED", "symbolic")
def test_is_killed(claim):
    os.kill(os.getpid(), signal.SIGKILL)

@evidence("ENDLESS", "symbolic")
def test_never_ends(claim):
    Path("running").touch()
    while True:
        time.sleep(0.01)

@evidence("FINE", "symbolic")
def test_prints_and_passes(claim):
    print("noise on standard output")
    expect_zero(claim.formula.rhs - 2 * x, "twice")
'''
CLAIMS = ("LEAVES", "ENDS", "KILLED", "ENDLESS", "FINE")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A theory of five claims with one file of evidence."""
    folder = tmp_path_factory.mktemp("hostile")
    for name, text in {
        "pyproject.toml": small.FILES["pyproject.toml"], "notes/only.md": "# only\n",
        "thing/__init__.py": "", "thing/only.py": CHAPTER,
        "tests/__init__.py": "", "tests/test_hostile.py": HOSTILE,
    }.items():  # fmt: skip
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_the_run_survives_its_evidence_and_says_so(project: Path) -> None:
    """The workers are forks here, five in turn; above, and below, they are new Pythons."""
    words = (*split("run --workers 1 --time-limit 3 --json -"), *CLAIMS)
    done = warm.audit(words, project)
    assert done.returncode == 1, done.stderr
    claims = {c["id"]: c for c in json.loads(done.stdout)["claims"]}
    assert {x: claims[x]["verdict"] for x in CLAIMS} == {
        **dict.fromkeys(CLAIMS, "inconclusive"), "FINE": "proved",
    }  # fmt: skip
    why = {x: claims[x]["reasons"][0] for x in CLAIMS[:4]}
    assert "it called sys.exit(0)" in why["LEAVES"]
    assert "its worker process ended (exit code 0)" in why["ENDS"]
    assert "SIGKILL" in why["KILLED"]
    assert "no end within 3 s" in why["ENDLESS"]


def test_a_command_that_is_killed_as_it_asks_for_a_worker_takes_none_from_others(
    tmp_path: Path,
) -> None:
    """Mended: the server of workers ended with it, and every later command was refused."""
    leaves = (
        "import os, socket\nfrom multiprocessing import forkserver\n"
        "line = socket.socket(socket.AF_UNIX)\n"
        "line.connect(forkserver._forkserver._forkserver_address)\nos._exit(0)\n"
    )
    asks = (
        "import os, multiprocessing\n"
        "one = multiprocessing.get_context('forkserver').Process(target=os.getpid)\n"
        "one.start(); one.join(); print(one.exitcode)\n"
    )
    for code, said in ((leaves, ""), (asks, "0\n")):
        done = warm.python(code, (), tmp_path)
        assert (done.returncode, done.stdout) == (0, said), done.stderr


def test_workers_end_when_the_run_is_killed(project: Path, tmp_path: Path) -> None:
    words = [*split("-m theorem_audit run ENDLESS --workers 1 --json"), str(tmp_path / "run.json")]
    running = project / "running"  # killed while the evidence runs: its guard is on then
    running.unlink(missing_ok=True)
    with subprocess.Popen([sys.executable, *words], cwd=project, env=this_tool()) as process:
        deadline = time.monotonic() + 90
        while not running.exists() and time.monotonic() < deadline:
            time.sleep(0.2)
        children = _children(process.pid)
        process.kill()
    assert running.exists(), "the evidence never began"
    assert children, "no worker was started"
    deadline = time.monotonic() + 30
    while any(map(_alive, children)) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not any(map(_alive, children))


def _children(pid: int) -> list[int]:
    threads = [*Path(f"/proc/{pid}/task").glob("*/children")]
    if not threads:
        pytest.skip("no /proc here to find the worker in")
    return [int(x) for path in threads for x in path.read_text().split()]


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def test_an_outcome_of_a_lost_job_names_its_evidence() -> None:
    class Dead:
        def run(self, jobs: Any) -> Any:
            yield from ((job, Lost("gone")) for job in jobs)

    pairs = jobs.jobs_for(["GRAD"])
    found = dict(jobs.run_jobs(pairs, run_seed=3, quick=False, workers=Dead()))  # type: ignore[arg-type]
    assert len(found) == len(pairs) > 0
    for key, item in pairs:
        assert (found[key].outcome, found[key].detail, found[key].seed) == ("error", "gone", 3)
        assert (found[key].test, found[key].steps) == (item.test, item.steps)
        assert found[key].kind == item.kind


class Says:
    """A crew whose processes say what they are told to."""

    def __init__(self, *said: Any) -> None:
        self.said = said

    def run(self, jobs: Any) -> Any:
        for one in jobs:
            yield from ((one, x) for x in self.said)


def test_an_answer_for_another_claim_is_an_error() -> None:
    """Mended: evidence could send an outcome for any claim along the line of its process."""
    pairs = jobs.jobs_for(["GRAD"])[:1]
    ((_, _, case), row) = pairs[0]
    good = replace(runner.not_run(row, case, 3, ""), outcome="passed", checks=1)
    forged: list[Any] = [
        (replace(good, claim_id="HESS"), {}), (replace(good, kind="ball"), {}), good, (good, {}, 1),
        (replace(good, detail=3), {}), (good, {("a", "b"): {3}}), (good, []), {},
        (good, {("a", "b"): 3}), (good, {3: {"x"}}), (good, {"ab": {"x"}}), (good, {("a",): {"x"}}),
    ]  # fmt: skip
    for said in forged:
        ((_, found),) = jobs.run_jobs(pairs, run_seed=3, quick=False, workers=Says(said))  # type: ignore[arg-type]
        assert (found.claim_id, found.kind, found.outcome) == ("GRAD", row.kind, "error")
        assert found.detail.startswith(jobs.FORGED)
    ((_, found),) = jobs.run_jobs(pairs, run_seed=3, quick=False, workers=Says((good, {})))  # type: ignore[arg-type]
    assert found == good


def test_a_look_that_is_none_is_an_error() -> None:
    about = {"instance": {}, "boundary": []}
    other = Outcome("HESS", "t", "witness", (), "error")
    wrong = ((None, about), {}, 1), ((None, {}), {}), ((other, about), {}), ((3, about), {})
    for said in (None, *wrong):
        ((claim_id, (found, _)),) = jobs.look(["GRAD"], run_seed=3, quick=False, workers=Says(said))  # type: ignore[arg-type]
        assert found is not None
        assert (claim_id, found.claim_id, found.outcome) == ("GRAD", "GRAD", "error")
    mine = replace(other, claim_id="GRAD")
    for empty in (None, mine):
        said = ((empty, about), {})
        ((_, found_about),) = jobs.look(["GRAD"], run_seed=3, quick=False, workers=Says(said))  # type: ignore[arg-type]
        assert found_about == (empty, about)


def test_what_evidence_is_the_first_to_import_is_not_used_by_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Mended: another evidence's file, imported and changed before its own turn, spoke for a false claim."""
    asked = jobs.jobs_for(["GRAD"])[0][0]
    monkeypatch.setattr(jobs, "_work", lambda *x: "did")
    assert jobs._serve(asked, 0, False) == ("did", {})

    def imports(*_: Any) -> str:
        monkeypatch.setitem(sys.modules, "tests.test_made_up", jobs)
        return "did"

    monkeypatch.setattr(jobs, "_work", imports)
    assert jobs._serve(asked, 0, False) == Last(("did", {}))
    assert jobs._serve(asked, 0, False) == ("did", {})


@IN_CI
def test_a_forged_outcome_is_not_kept(keeper: Keeper) -> None:
    """What its process said first is forgotten when it says another thing."""
    row = jobs.jobs_for(["GRAD"])[0][1]
    good = replace(runner.not_run(row, "", 0, ""), outcome="passed", checks=1)
    keeper.keep("one", good.as_dict(), {}, row)
    keeper.keep("two", good.as_dict(), {}, row)
    assert set(keeper.outcomes(["one", "two"])) == {"one", "two"}
    keeper.forget("one")
    keeper.forget("three")
    assert set(keeper.outcomes(["one", "two"])) == {"two"}
