"""Coq's kernel on an exported file, and a look at the axioms that the proof used."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from theorem_audit.kernel.axioms import Unreadable, objections, parse
from theorem_audit.kernel.build import forbidden

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


def check(path: Path, time_limit: float = 600.0, expected: str = "") -> CoqResult:
    """Have Coq's kernel check one exported file, and look at what it proved and on which axioms.

    expected: the proposition that the theorem ``nonnegative`` must state, in Coq's syntax; without it
    any statement will do.  The axioms are asked for in a second file, which sees no notation of the
    first.  Raises CoqAbsent where there is no ``coqc``.
    """
    program = shutil.which("coqc")
    if program is None:
        raise CoqAbsent("coqc is not installed (Debian package coq)")
    text = path.read_text(encoding="utf-8")
    if word := forbidden(text):
        return CoqResult(path.stem, False, f"it contains the command {word}")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / f"{path.stem}.v").write_text(text, encoding="utf-8")
        stated = (
            f"Definition stated : ({expected}) := FILE.{path.stem}.nonnegative.\n"
            if expected
            else ""
        )
        (place / "ruling__.v").write_text(
            f"Require Import Reals.\nOpen Scope R_scope.\nRequire FILE.{path.stem}.\n{stated}"
            f"Print Assumptions FILE.{path.stem}.nonnegative.\n",
            encoding="utf-8",
        )
        done = None
        for stem in (path.stem, "ruling__"):
            command = [program, "-q", "-Q", str(place), "FILE", str(place / f"{stem}.v")]
            try:
                done = subprocess.run(
                    command, capture_output=True, text=True, timeout=time_limit, check=False
                )
            except subprocess.TimeoutExpired:
                return CoqResult(path.stem, False, f"within {time_limit:.0f} s", timed_out=True)
            if done.returncode:
                why = " ".join((done.stderr or done.stdout).split())
                return CoqResult(path.stem, False, why[:300])
    assert done is not None
    try:
        extra = set(parse(done.stdout)) - AXIOMS
    except Unreadable as error:
        return CoqResult(path.stem, False, str(error))
    if extra or objections(done.stdout):
        return CoqResult(path.stem, False, f"it rests on {', '.join(sorted(extra))}")
    return CoqResult(path.stem, True)
