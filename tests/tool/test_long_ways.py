"""What takes minutes or more refuses words that it does not know, before any work."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.tool import ROOT

PYTHON = (sys.executable, "-m")
REFUSED = {
    "all of CI": ((".ci/run", "--help"), "usage: .ci/run"),
    "the wheels, by no Python": ((".ci/ship", "no-such-python"), "no-such-python: no such program"),
    "the wheels, by two": ((".ci/ship", "python3", "python3"), "one PYTHON, not 2"),
    "the wheels, by a flag": ((".ci/ship", "--help"), "usage: .ci/ship [PYTHON]"),
    "versions": ((".ci/versions", "oldest", "newst"), "newst is neither"),
    "the promises": (
        (*PYTHON, "theorem_audit.report.promises", "--chek"),
        "unrecognized arguments",
    ),
    "the guide": ((*PYTHON, "theorem_audit.guide", "all"), "unrecognized arguments"),
    "the tutorial": ((*PYTHON, "tests.tool.tutorial", "all"), "unrecognized arguments"),
    "the kernel": ((*PYTHON, "formal.tie.build", "--jobs", "0"), "--jobs 0: at least 1"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_unknown_words_end_before_any_work(what: str) -> None:
    """Mended: `.ci/run --help` was CI, `python -m theorem_audit.guide --help` wrote the guide."""
    words, says = REFUSED[what]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 2, done.stdout + done.stderr
    assert says in done.stderr
    assert not done.stdout
