"""Coq's verdict on a file: does it prove these statements, from the permitted axioms alone?

The file under judgement is not asked.  A second file, the gate, is written from the statements here:

    Require Import Reals.  Open Scope R_scope.
    Require Under.
    Definition gate0 : <statement> := Under.t0.
    Print Assumptions gate.

so that a file which states ``True`` or another polynomial, redefines what ``<=`` means, hides an axiom
or prints the assumptions of another theorem does not pass.  Nothing compiled is kept or trusted:
everything is compiled from source into a folder that is thrown away.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCES = ROOT / "formal" / "bernstein"
ORDER = ("homogeneous", "tensor", "cover", "polynomial", "certificate", "fraction", "identity")

# What Coq's real numbers rest on; a proof may rest on nothing else.
AXIOMS = frozenset(
    {
        "ClassicalDedekindReals.sig_forall_dec",
        "ClassicalDedekindReals.sig_not_dec",
        "FunctionalExtensionality.functional_extensionality_dep",
    }
)
CLOSED = "Closed under the global context"
GATE = "Require Import Reals.\nOpen Scope R_scope.\nRequire Under.\n"


class CoqAbsent(RuntimeError):
    """``coqc`` is not on the path."""


class CoqBroken(RuntimeError):
    """The checker itself does not compile; the message is Coq's."""


@dataclass(frozen=True)
class Judged:
    """What Coq said: accepted, or why not."""

    accepted: bool
    detail: str = ""
    timed_out: bool = False


@cache
def version() -> str:
    """Coq's version; raises CoqAbsent."""
    done = subprocess.run(
        [_program(), "--print-version"], capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


def _program() -> str:
    program = shutil.which("coqc")
    if program is None:
        raise CoqAbsent("coqc is not installed (Debian package coq)")
    return program


class Court:
    """A folder with the checker compiled in it, for as many judgements as are wanted.

    Use it as a context manager; raises CoqAbsent, and CoqBroken where the checker does not compile.
    """

    def __init__(self) -> None:
        self.program = _program()

    def __enter__(self) -> Court:
        self._kept = tempfile.TemporaryDirectory()
        self.folder = Path(self._kept.name)
        for name in ORDER:
            shutil.copy(SOURCES / f"{name}.v", self.folder)
            said = self._compile(name, 600.0)
            if not said.accepted:
                self._kept.cleanup()
                raise CoqBroken(f"formal/bernstein/{name}.v: {said.detail}")
        return self

    def __exit__(self, *_: object) -> None:
        self._kept.cleanup()

    def _compile(self, name: str, time_limit: float) -> Judged:
        try:
            done = subprocess.run(
                [self.program, "-q", "-Q", ".", "Bernstein", f"{name}.v"],
                cwd=self.folder, capture_output=True, text=True, timeout=time_limit, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return Judged(False, f"within {time_limit:.0f} s", timed_out=True)
        said = " ".join(
            (done.stdout if done.returncode == 0 else done.stderr or done.stdout).split()
        )
        self._said = done.stdout
        return Judged(done.returncode == 0, said[:300])

    def judge(
        self, source: str, statements: Mapping[str, str], time_limit: float = 600.0
    ) -> Judged:
        """Whether ``source`` proves each of ``statements`` (theorem's name -> what it must say)."""
        folder = self.folder
        for left in folder.glob("Under.*"):
            left.unlink()
        (folder / "Under.v").write_text(source, encoding="utf-8")
        said = self._compile("Under", time_limit)
        if not said.accepted:
            return said
        names = [f"gate{k}" for k in range(len(statements))]
        lines = [
            f"Definition {gate} : {statement} := Under.{theorem}.\n"
            for gate, (theorem, statement) in zip(names, statements.items(), strict=True)
        ]
        (folder / "Gate.v").write_text(
            GATE.replace("Under", "Bernstein.Under")
            + "".join(lines).replace(":= Under.", ":= Bernstein.Under.")
            + f"Definition gate := ({', '.join(names)}).\nPrint Assumptions gate.\n",
            encoding="utf-8",
        )
        said = self._compile("Gate", time_limit)
        return assumed(self._said) if said.accepted else said


def assumed(printed: str) -> Judged:
    """Read what ``Print Assumptions`` printed; every line must be known.

    >>> assumed("Axioms:\\ncheat : False\\n").detail
    'it rests on cheat'
    """
    lines = [x for x in printed.splitlines() if x.strip()]
    if lines == [CLOSED]:
        return Judged(True)
    if not lines or lines[0] != "Axioms:":
        return Judged(
            False, f"Print Assumptions said {' '.join(printed.split())[:200] or 'nothing'}"
        )
    extra = []
    for line in lines[1:]:
        if line[0].isspace():
            continue  # the type of the axiom above
        found = re.match(r"([A-Za-z_][\w.']*)(\s*:|$)", line)
        if found is None or found[1] not in AXIOMS:
            extra.append(found[1] if found else line)
    return Judged(not extra, f"it rests on {', '.join(sorted(extra))}" if extra else "")


__all__ = ["AXIOMS", "CoqAbsent", "CoqBroken", "Court", "Judged", "assumed", "version"]
