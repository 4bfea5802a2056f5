"""What evidence, or a chapter, leaves running ends no run and no session of pytest as a success."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from theorem_audit.tests.thorough import IN_CI, in_ci_but
from theorem_audit.tests.warm import this_tool

HEAD = (
    "import atexit, os, posix, signal, sys, threading, time\n"
    "from os import _exit\nfrom atexit import register\n"
)
LATE = {  # called as the process ends
    "a lambda": "atexit.register(lambda: os._exit(0))",
    "the end itself": "atexit.register(_exit, 0)",
    "the end by posix": "atexit.register(posix._exit, 256)",
    "by another name": "register(lambda: os._exit(0))",
    "a method of a package": "atexit.register(threading.Timer(0, lambda: os._exit(0)).run)",
    "of a module of no file": "exec('import atexit, os; atexit.register(lambda: os._exit(0))', {})",
    "another program": "atexit.register(lambda: os.execv('/bin/true', ['true']))",
    "a thread": "threading.Thread(target=lambda: (threading.main_thread().join(), os._exit(0))).start()",
    "a signal's": "signal.signal(signal.SIGUSR1, lambda *_: os._exit(0)); "
    "atexit.register(signal.raise_signal, signal.SIGUSR1)",
}
# As an installed command begins and ends.
SCRIPT = "import sys; from {} import main; sys.exit(main())"
FAILS = (
    "from theorem_audit import evidence, expect\n\n"
    "@evidence('GD-STEP', 'witness')\ndef test_leaves(claim):\n"
)


def _ends(fresh: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A process of its own: what others start here in a fork is ended before anything is called late."""
    return subprocess.run(
        [sys.executable, "-c", SCRIPT.format(words[0]), *words[1:]],
        cwd=fresh, env=this_tool(), capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def _pytest(fresh: Path, does: str, *, fails: bool) -> subprocess.CompletedProcess[str]:
    (fresh / "tests" / "test_more.py").write_text(
        f"{HEAD}{FAILS}    expect(claim.formula is not None, 'm')\n    {does}\n\n"
        f"def test_other():\n    time.sleep(0.2)\n    assert {not fails}\n"
    )
    return _ends(fresh, "pytest", "-q", "-p", "no:cacheprovider", "tests/test_more.py")


@pytest.mark.parametrize("what", in_ci_but(LATE, "a method of a package"))
def test_what_is_called_late_makes_no_success_of_a_session(fresh: Path, what: str) -> None:
    """Mended: a session with a failure ended with 0."""
    done = _pytest(fresh, LATE[what], fails=True)
    # The handler is taken back, and its signal ends the process.
    code = -signal.SIGUSR1 if what == "a signal's" else 1
    assert done.returncode == code, done.stdout + done.stderr
    assert "1 failed, 1 passed" in done.stdout


@IN_CI
@pytest.mark.parametrize("what", ["a lambda", "a thread", "another program"])
def test_a_session_without_a_failure_ends_as_what_is_called_late_likes(
    fresh: Path, what: str
) -> None:
    done = _pytest(fresh, LATE[what], fails=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout


@IN_CI
@pytest.mark.parametrize("end", ["os._exit(0)", "os.kill(os.getpid(), signal.SIGUSR1)"])
def test_a_thread_that_ends_a_session_before_it_failed_is_told(fresh: Path, end: str) -> None:
    """Mended: the tests that were left were never run, and the exit code was 0."""
    does = f"signal.signal(signal.SIGUSR1, lambda *_: os._exit(0)); threading.Timer(0.1, lambda: {end}).start()"
    done = _pytest(fresh, does, fails=False)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "os._exit(0) was called, which is no success here: exit code 1" in done.stderr
    assert "passed" not in done.stdout


AUDIT = {"small/one.py": "a lambda", "tests/test_one.py": "the end by posix"}


@pytest.mark.parametrize("place", in_ci_but(AUDIT, "small/one.py"))
def test_what_a_file_leaves_makes_no_success_of_a_run(fresh: Path, place: str) -> None:
    """Mended: a run in which a claim is refuted ended with 0, by what a chapter registers as it is imported."""
    (fresh / place).write_text(f"{HEAD}{LATE[AUDIT[place]]}\n")
    (fresh / "tests" / "test_more.py").write_text(
        f"{FAILS}    expect(claim.formula is None, 'm')\n"
    )
    done = _ends(fresh, "theorem_audit.cli", "run", "--workers", "1")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "refuted" in done.stdout
    assert "was called" in done.stderr


@IN_CI
def test_what_a_signal_raises_makes_no_success_of_a_run(fresh: Path) -> None:
    """A handler that raises SystemExit(0) again and again, beside what looks out for it, too."""
    timer = "signal.setitimer(signal.ITIMER_REAL, 0.3, 0.02)"
    timer = f"signal.signal(signal.SIGALRM, lambda *_: sys.exit(0)); {timer}"
    (fresh / "small" / "one.py").write_text(f"{HEAD}{timer}\n")
    done = _ends(fresh, "theorem_audit.cli", "run", "--workers", "1")
    assert done.returncode not in (0, 3), done.stdout + done.stderr
