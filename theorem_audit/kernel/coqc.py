"""Coq's kernel on an exported file, and a look at the axioms that the proof used."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

# What Coq's real numbers rest on; a proof may rest on nothing else.
AXIOMS = frozenset(
    {
        "ClassicalDedekindReals.sig_forall_dec",
        "ClassicalDedekindReals.sig_not_dec",
        "FunctionalExtensionality.functional_extensionality_dep",
    }
)


class CoqAbsent(RuntimeError):
    """``coqc`` is not on the path."""


@dataclass(frozen=True)
class CoqResult:
    """What Coq said of one file.

    accepted: whether the kernel took the proof and it rests on ``AXIOMS`` only.
    detail: the error, or the axioms that should not be there.
    """

    name: str
    accepted: bool
    detail: str = ""
    timed_out: bool = False


def check(path: Path, time_limit: float = 600.0) -> CoqResult:
    """Have Coq's kernel check one exported file, and look at the axioms it used.

    Raises CoqAbsent where there is no ``coqc``.
    """
    program = shutil.which("coqc")
    if program is None:
        raise CoqAbsent("coqc is not installed (Debian package coq)")
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = subprocess.run(
                [program, "-q", "-o", str(Path(folder) / f"{path.stem}.vo"), str(path)],
                capture_output=True, text=True, timeout=time_limit, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return CoqResult(path.stem, False, f"within {time_limit:.0f} s", timed_out=True)
    if done.returncode:
        return CoqResult(path.stem, False, " ".join((done.stderr or done.stdout).split())[:300])
    axioms = set(re.findall(r"^([A-Za-z][\w.']*)\s*:", done.stdout, flags=re.MULTILINE))
    if "Axioms:" not in done.stdout and "Closed under the global context" not in done.stdout:
        return CoqResult(path.stem, False, "Print Assumptions said nothing")
    if extra := axioms - AXIOMS - {"Axioms"}:
        return CoqResult(path.stem, False, f"it rests on {', '.join(sorted(extra))}")
    return CoqResult(path.stem, True)
