"""What the tests of Coq's kernel share: the mark that skips without Coq, and answers kept by content.

Coq's answer is a function of what it is given: its version, the sources of the judge and of the checker,
the file and the statements.  So an answer is kept under the hash of all of these in ``build/formal/tests``
and asked for once, and so is the compiled checker.  THOROUGH, as CI has it, keeps nothing and reads nothing.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import theorem_audit.kernel
from theorem_audit.kernel import judge
from theorem_audit.kernel.build import digest
from theorem_audit.kernel.judge import Court, Judged

needs_coq = pytest.mark.skipif(
    shutil.which("coqc") is None, reason="coqc is not installed (Debian package coq)"
)
KEPT = Path(__file__).parents[1] / "build" / "formal" / "tests"
AFRESH = bool(os.environ.get("THOROUGH"))


@cache
def _judges() -> str:
    """The hash of what asks Coq and reads its answers, and of Coq's version."""
    folder = Path(theorem_audit.kernel.__file__).parent
    files = sorted([*folder.rglob("*.py"), *folder.rglob("*.v"), Path(__file__)])
    said = "\0".join(digest(path.read_bytes()) for path in files)
    return digest("\0".join([judge.version(), said]).encode())[:16]


def _place() -> Path:
    """The folder of answers of this Coq to this judge; those to earlier ones are removed."""
    for old in KEPT.glob("*"):
        if old.is_dir() and old.name != _judges():
            shutil.rmtree(old, ignore_errors=True)  # the other worker may be at it
    place = KEPT / _judges()
    place.mkdir(parents=True, exist_ok=True)
    return place


class KeptCourt:
    """A ``Court`` that is opened at the first question which has not been answered before."""

    def __init__(self, place: Path | None) -> None:
        self.place = place
        self._court: Court | None = None

    def judge(
        self, source: str, statements: Mapping[str, str], time_limit: float = 600.0
    ) -> Judged:
        """As ``Court.judge``; an answer, where there was one, is kept."""
        if self.place is None:
            return self._ask(source, statements, time_limit)
        asked = json.dumps([source, dict(statements)])
        kept = self.place / f"{digest(asked.encode())[:24]}.json"
        if kept.is_file():
            return Judged(**json.loads(kept.read_text(encoding="utf-8")))
        said = self._ask(source, statements, time_limit)
        if said.accepted or (
            said.detail and not said.timed_out
        ):  # a Coq that was killed says nothing
            write(kept, asdict(said))
        return said

    def _ask(self, source: str, statements: Mapping[str, str], time_limit: float) -> Judged:
        if self._court is None:
            self._court = (Court() if self.place is None else Compiled()).__enter__()
        return self._court.judge(source, statements, time_limit)

    def close(self) -> None:
        """Remove the compiled checker."""
        if self._court is not None:
            self._court.__exit__()


class Compiled(Court):
    """A ``Court`` whose checker another test process, or an earlier run, has compiled from the same sources."""

    def __enter__(self) -> Court:
        with kept_folder("checker", Path()) as kept:
            compiled = kept / "compiled"
            if not compiled.is_dir():
                with Court() as made:
                    shutil.copytree(made.folder, kept / "begun", dirs_exist_ok=True)
                (kept / "begun").rename(compiled)
            self._kept = tempfile.TemporaryDirectory()
            self.folder = Path(shutil.copytree(compiled, Path(self._kept.name) / "checker"))
        return self


def write(path: Path, data: Any) -> None:
    """Written whole or not at all: two test processes share the folder."""
    temporary = path.with_suffix(f".{os.getpid()}")
    temporary.write_text(json.dumps(data), encoding="utf-8")
    temporary.replace(path)


@contextmanager
def kept_court() -> Iterator[KeptCourt]:
    court = KeptCourt(None if AFRESH else _place())
    try:
        yield court
    finally:
        court.close()


@contextmanager
def kept_folder(name: str, other: Path) -> Iterator[Path]:
    """A folder that stays for the next run, for one process at a time; ``other`` where all is afresh."""
    if AFRESH:
        yield other
        return
    place = _place() / name
    place.mkdir(exist_ok=True)
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield place


__all__ = ["AFRESH", "KeptCourt", "kept_court", "kept_folder", "needs_coq", "write"]
