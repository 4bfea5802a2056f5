"""A fresh project, written by ``audit init``, for the tools' own tests."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from theorem_audit import project
from theorem_audit.scaffold import scaffold
from theorem_audit.tests import reuse_project, sources, warm
from theorem_audit.tests.measured import end_gently

end_gently()  # from a wheel, there is no conftest.py above this one
if (
    settings.default.deadline is not None
):  # no project is here whose profile has none: a test is not timed
    settings.register_profile("untimed", deadline=None)
    settings.load_profile("untimed")

# Not in ``thorough``: once pytest is configured, a mark can be made only where it is declared.
MARKS = (
    "thorough: rare faults one by one; run with THOROUGH=1, in CI by turns",
    "in_ci: more of a kind; run in CI for every commit, and wherever THOROUGH is set",
)

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def pytest_configure(config: pytest.Config) -> None:
    """From a wheel no other file declares the marks, and nothing leaves their tests out."""
    for line in MARKS:
        config.addinivalue_line("markers", line)
    warm.KEPT = sources.place_of(config)


def pytest_collection() -> None:
    """The second worker makes the server of commands first.

    Meanwhile the first one rewrites the tests' assertions; else both would rewrite all of them, side by side.
    """
    if os.environ.get("PYTEST_XDIST_WORKER") == "gw1":
        warm.server()


@pytest.fixture(scope="session", autouse=True)
def read_before() -> None:
    """What the server of commands has read of the tool is not read again here."""
    sources.take(warm.KEPT)


@pytest.fixture(scope="session")
def away(tmp_path_factory: pytest.TempPathFactory) -> project.Project:
    """A small project, once a process: its theory is imported by its name."""
    folder = tmp_path_factory.mktemp("somewhere") / "away"
    scaffold(folder, "away_from_all")
    return project.locate(str(folder))


@pytest.fixture(scope="module")
def somewhere(request: pytest.FixtureRequest) -> Iterator[None]:
    """A project to judge claims in: the one that is here; from a wheel none is, and a small one is used."""
    try:
        project.current()
    except project.ProjectError:
        with project.using(request.getfixturevalue("away")):
            yield
    else:
        yield


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """A project called small, in a folder with a space and letters beyond ASCII."""
    folder = tmp_path / "a théory"
    scaffold(folder, "small")
    return folder


@pytest.fixture
def fresh(whole: Path) -> Path:
    """The same without its evidence on random parabolas: the 50 that Hypothesis draws in each run, and what
    that reads for them, take as long as all the rest of a run."""
    file = whole / "tests" / "test_descent.py"
    first, mark, _ = file.read_text(encoding="utf-8").partition(
        '\n\n@evidence("GD-STEP", "property")'
    )
    assert mark
    file.write_text(first, encoding="utf-8")
    return whole


@pytest.fixture
def audit(fresh: Path) -> Run:
    """``audit WORDS`` in the fresh project, as a process of its own."""

    def run(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        return warm.audit(words, cwd or fresh)

    return run


@pytest.fixture(scope="session")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project of `reuse_project` after its first run, by a new Python: made once for all workers of xdist,
    of which each has a copy."""
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared
    made, done = shared / "settled", shared / "settled.done"  # it is read where it was run
    with (shared / "settled.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(made, ignore_errors=True)
            made.mkdir()
            reuse_project.first_run(made)
            done.touch()
    return Path(shutil.copytree(made, tmp_path_factory.mktemp("settled") / "copy"))
