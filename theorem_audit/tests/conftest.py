"""A fresh project, written by ``audit init``, for the tools' own tests."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from theorem_audit.scaffold import scaffold

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A project called small, in a folder with a space and letters beyond ASCII."""
    folder = tmp_path / "a théory"
    scaffold(folder, "small")
    return folder


@pytest.fixture
def audit(fresh: Path) -> Run:
    """``audit WORDS`` in the fresh project, as a process of its own."""

    def run(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "theorem_audit", *words], cwd=cwd or fresh, text=True,
            capture_output=True, timeout=120, check=False,
        )  # fmt: skip

    return run
