"""How long the audit takes now and at an earlier commit, in one run.

    python -m benchmarks.reuse [--old COMMIT] [--full] [--test] [--keep FOLDER [--rows N]] [--out FILE]

Both trees are copies (``git worktree``), each with a store of its own; every command is a process, timed by
wall clock and by the processor time of it and all that it started.  Without ``--full`` nothing runs the
whole audit: what needs a whole run first (a run after no change, after an edit) is then left out.
``--test`` runs the whole test suite, too.  ``--keep`` leaves what was timed in a folder, from which the next
call goes on; with ``--rows`` it ends after so many rows more.  Rows of another commit or machine are timed
anew; the earlier commit's need to be timed once.  Beside both stand the seconds that issue 17 asks for, on two
quiet cores: a row that takes longer by the clock is marked.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.outputs import named, refuse_anothers

ROOT = Path(__file__).resolve().parents[1]
OLD = "1b02e3c"  # before anything was kept
EDITED = "theory/model/step.py"
# What is timed: name, words after `audit`.  The order matters: each finds what the ones before left.
SMALL: tuple[tuple[str, str], ...] = (
    ("audit run BAND, first time", "run BAND"),
    ("audit run BAND, again", "run BAND"),
    ("audit show SGD-SPARSE, first time", "show SGD-SPARSE"),
    ("audit show SGD-SPARSE", "show SGD-SPARSE"),
    ("audit show BAND", "show BAND"),
    ("audit list", "list"),
)
WHOLE: tuple[tuple[str, str], ...] = (
    ("audit run, all, first time", "run --json build/audit.json"),
    ("make audit, first pages", "report --from build/audit.json"),
    ("audit run, nothing changed", "run --json build/audit.json"),
    ("make audit, same pages", "report --from build/audit.json"),
    ("audit run, one comment more", "run --json build/audit.json"),
    ("audit list, one definition more", "list"),
    ("audit run, one definition more", "run --json build/audit.json"),
)
# What is added to a file before a row is timed; no claim reaches the definition.
EDITS = {
    "audit run, one comment more": "\n# a comment\n",
    "audit list, one definition more": "\nMORE = 1\n",
}
IMPORT = "from theory import claims"
TEST = "make test"
# What issue 17 asks for; `make audit` is a run with its pages.
GOALS: dict[str, float] = {
    IMPORT: 1.0,
    "audit show SGD-SPARSE": 0.5,
    "audit show BAND": 0.5,
    "audit list": 0.5,
    "make audit, from nothing": 60.0,
    "make audit, nothing changed": 5.0,
    TEST: 150.0,
}
SUMS: dict[str, tuple[str, str]] = {
    "make audit, from nothing": ("audit run, all, first time", "make audit, first pages"),
    "make audit, nothing changed": ("audit run, nothing changed", "make audit, same pages"),
}


@dataclass(frozen=True)
class Time:
    """Seconds by the clock and by the processor; what the command said last."""

    wall: float
    cpu: float
    said: str = ""


def timed(words: Sequence[str], folder: Path, limit: float = 1800.0) -> Time:
    """Run a command in a folder, alone; RuntimeError where it fails (1 is a verdict, and no failure)."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        words, cwd=folder, capture_output=True, text=True, timeout=limit, check=False
    )
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"{' '.join(words)} in {folder}: {done.stderr[-400:]}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    last = (done.stdout.strip() or "-").splitlines()[-1]
    return Time(round(wall, 2), round(cpu, 2), last[:200])


def machine() -> str:
    """What the figures depend on, beside the tree."""
    return f"{platform.node()}, {os.cpu_count()} processors, Python {platform.python_version()}"


class Paused(Exception):
    """As many rows were timed as were asked for."""


class Rows:
    """What was timed of one tree, kept in a file as it comes.

    file: None keeps nothing.  left: rows that may still be timed in this process, of all trees; None: all.
    commit: of the tree.  Rows of another commit or another machine are left out.
    """

    def __init__(
        self, file: Path | None = None, left: list[int] | None = None, commit: str = ""
    ) -> None:
        self.file, self.left, self.found = file, left, dict[str, Time]()
        self.stamp = {"commit": commit, "machine": machine()}
        if file is not None and file.exists():
            said = json.loads(file.read_text(encoding="utf-8"))
            if {x: said.get(x) for x in self.stamp} == self.stamp:
                self.found = {name: Time(**row) for name, row in said["rows"].items()}
            else:
                print(f"{file}: of another commit or machine; timed anew")

    def wants(self, name: str) -> bool:
        """Whether a row is to be timed now; Paused where it is, and no more are asked for."""
        if name in self.found:
            return False
        if self.left is not None and not self.left[0]:
            raise Paused
        return True

    def add(self, name: str, row: Time) -> None:
        """Take a row up."""
        self.found[name] = row
        print(f"  {name}: {row.wall} s, {row.cpu} s of processor", flush=True)
        if self.left is not None:
            self.left[0] -= 1
        if self.file is not None:
            rows = {x: asdict(y) for x, y in self.found.items()}
            said = {**self.stamp, "rows": rows}
            self.file.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")


def measure(folder: Path, rows: Rows, *, full: bool, test: bool = False) -> dict[str, Time]:
    """All figures of one tree; Paused where not all that are left were asked for."""
    python = sys.executable
    if rows.wants(IMPORT):
        rows.add(IMPORT, timed([python, "-c", IMPORT], folder))
    for name, words in (*SMALL, *(WHOLE if full else ())):
        if not rows.wants(name):
            continue
        if name == WHOLE[0][0]:  # what the rows before left would be reused
            shutil.rmtree(folder / "build", ignore_errors=True)
        if name in EDITS:
            path = folder / EDITED
            path.write_text(path.read_text(encoding="utf-8") + EDITS[name], encoding="utf-8")
        rows.add(name, timed([python, "-m", "theorem_audit", *words.split()], folder))
    if test and rows.wants(TEST):
        rows.add(TEST, timed([python, *suite(folder)], folder))
    found = dict(rows.found)
    for name, (one, two) in SUMS.items():
        if one in found and two in found:
            both = found[one], found[two]
            wall, cpu = sum(x.wall for x in both), sum(x.cpu for x in both)
            found[name] = Time(round(wall, 2), round(cpu, 2))
    return found


def suite(folder: Path) -> list[str]:
    """What ``make test`` of a tree has Python do, with its own number of workers."""
    said = re.search(r"-m pytest -n (\d+)", (folder / "Makefile").read_text(encoding="utf-8"))
    workers = said[1] if said else "2"
    return ["-m", "pytest", "-n", workers, "--dist", "worksteal", "-q"]


def table(old: dict[str, Time], new: dict[str, Time]) -> str:
    """Both beside each other, and what is asked for; what was not run then is a dash."""
    lines = [f"{'':40}{'then: wall':>12}{'cpu':>9}{'now: wall':>12}{'cpu':>9}{'asked':>8}"]
    for name, now in new.items():
        was = old.get(name)
        then = f"{was.wall:>12.2f}{was.cpu:>9.2f}" if was else f"{'-':>12}{'-':>9}"
        goal = GOALS.get(name)
        said = "" if goal is None else f"{goal:>8g}" + ("" if now.wall < goal else "  longer")
        lines.append(f"{name:40}{then}{now.wall:>12.2f}{now.cpu:>9.2f}{said}")
    return "\n".join(lines)


def worktree(commit: str, folder: Path) -> Path:
    """A copy of the repository at a commit; as it stands where it is there already, of that commit."""
    if folder.exists():
        if _commit(folder) == _commit(ROOT, commit):
            return folder
        remove(folder)
    words = ["git", "-C", str(ROOT), "worktree", "add", "--detach", "--force", str(folder), commit]
    subprocess.run(words, check=True, capture_output=True)
    return folder


def remove(folder: Path) -> None:
    """Take the copy away again."""
    words = ["git", "-C", str(ROOT), "worktree", "remove", "--force", str(folder)]
    subprocess.run(words, check=True, capture_output=True)


def _commit(folder: Path, name: str = "HEAD") -> str:
    """The hash of what a copy holds, or of what a name stands for there."""
    words = ["git", "-C", str(folder), "rev-parse", "--short", f"{name}^{{commit}}"]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure both trees, print the table, write the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reuse", description=__doc__)
    parser.add_argument("--old", default=OLD, metavar="COMMIT", help=f"default {OLD}")
    parser.add_argument("--new", default="HEAD", metavar="COMMIT", help="default HEAD")
    parser.add_argument("--full", action="store_true", help="also whole runs: ten minutes")
    parser.add_argument("--test", action="store_true", help="also the whole test suite of today")
    parser.add_argument(
        "--keep", type=named, metavar="FOLDER", help="go on from what is kept there"
    )
    parser.add_argument("--rows", type=int, metavar="N", help="with --keep: time N rows, then end")
    parser.add_argument("--out", type=named, help="write the figures as JSON")
    options = parser.parse_args(arguments)
    refuse_anothers(parser, options.out, "old new seconds")
    if options.rows is not None and not options.keep:
        parser.error("--rows N needs --keep FOLDER: what is timed would be lost")
    found: dict[str, dict[str, Time]] = {}
    commits: dict[str, str] = {}
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    left = None if options.rows is None else [options.rows]
    with tempfile.TemporaryDirectory() as other:
        place = options.keep.resolve() if options.keep else Path(other)
        place.mkdir(parents=True, exist_ok=True)
        for name, commit in (("old", options.old), ("new", options.new)):
            folder = worktree(commit, place / name)
            commits[name] = _commit(folder)
            print(f"{name}: {commit}", flush=True)
            rows = Rows(place / f"{name}.json" if options.keep else None, left, commits[name])
            test = options.test and name == "new"
            try:
                found[name] = measure(folder, rows, full=options.full, test=test)
            except Paused:
                print(f"the rest is to come: {place}")
                return 0
            finally:
                if not options.keep:
                    remove(folder)
        if options.keep:
            for name in found:
                remove(place / name)
    print(table(found["old"], found["new"]))
    print(
        f"load before: {load:.1f}; {os.cpu_count()} processors; Python {platform.python_version()}"
    )
    if options.out:
        seconds = {k: {n: asdict(t) for n, t in v.items()} for k, v in found.items()}
        data = {"schema": 1, **commits, "load": load, "seconds": seconds}
        options.out.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
