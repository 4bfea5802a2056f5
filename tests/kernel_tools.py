"""What the tests of Coq's kernel share: the mark that skips without Coq."""

from __future__ import annotations

import shutil

import pytest

needs_coq = pytest.mark.skipif(
    shutil.which("coqc") is None, reason="coqc is not installed (Debian package coq)"
)


__all__ = ["needs_coq"]
