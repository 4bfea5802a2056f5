"""How long the audit takes now and at an earlier commit, in one run.

    python -m benchmarks.reuse [--old COMMIT] [--full] [--test] [--out FILE]

Both trees are copies (``git worktree``), each with a store of its own; every command is a process, timed by
wall clock and by the processor time of it and all that it started.  Without ``--full`` nothing runs the
whole audit: what needs a whole run first (a run after no change, after a comment) is then left out.
``--test`` runs the whole test suite, too.  Beside both stand the seconds that issue 17 asks for, on two quiet
cores: a row that takes longer by the clock is marked.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OLD = "1b02e3c"  # before anything was kept
COMMENT = ("theory/model/step.py", "\n# a comment\n")
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
)
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


def measure(folder: Path, *, full: bool, test: bool = False) -> dict[str, Time]:
    """All figures of one tree."""
    python = sys.executable
    found = {IMPORT: timed([python, "-c", IMPORT], folder)}
    for name, words in (*SMALL, *(WHOLE if full else ())):
        if "comment" in name:
            file, more = COMMENT
            path = folder / file
            path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
        found[name] = timed([python, "-m", "theorem_audit", *words.split()], folder)
        print(f"  {name}: {found[name].wall} s, {found[name].cpu} s of processor", flush=True)
    for name, (one, two) in SUMS.items():
        if one in found and two in found:
            both = found[one], found[two]
            wall, cpu = sum(x.wall for x in both), sum(x.cpu for x in both)
            found[name] = Time(round(wall, 2), round(cpu, 2))
    if test:
        words = [python, "-m", "pytest", "-n", "2", "--dist", "worksteal", "-q"]
        found[TEST] = timed(words, folder)
        print(f"  {TEST}: {found[TEST].wall} s, {found[TEST].cpu} s of processor", flush=True)
    return found


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
    """A copy of the repository at a commit."""
    words = ["git", "-C", str(ROOT), "worktree", "add", "--detach", "--force", str(folder), commit]
    subprocess.run(words, check=True, capture_output=True)
    return folder


def remove(folder: Path) -> None:
    """Take the copy away again."""
    words = ["git", "-C", str(ROOT), "worktree", "remove", "--force", str(folder)]
    subprocess.run(words, check=True, capture_output=True)


def _commit(name: str) -> str:
    """The hash of a commit."""
    words = ["git", "-C", str(ROOT), "rev-parse", "--short", name]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure both trees, print the table, write the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reuse", description=__doc__)
    parser.add_argument("--old", default=OLD, metavar="COMMIT", help=f"default {OLD}")
    parser.add_argument("--new", default="HEAD", metavar="COMMIT", help="default HEAD")
    parser.add_argument("--full", action="store_true", help="also whole runs: ten minutes")
    parser.add_argument("--test", action="store_true", help="also the whole test suite of today")
    parser.add_argument("--out", type=Path, help="write the figures as JSON")
    options = parser.parse_args(arguments)
    found: dict[str, dict[str, Time]] = {}
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    with tempfile.TemporaryDirectory() as place:
        for name, commit in (("old", options.old), ("new", options.new)):
            folder = worktree(commit, Path(place) / name)
            print(f"{name}: {commit}", flush=True)
            try:
                test = options.test and name == "new"
                found[name] = measure(folder, full=options.full, test=test)
            finally:
                remove(folder)
    print(table(found["old"], found["new"]))
    print(
        f"load before: {load:.1f}; {os.cpu_count()} processors; Python {platform.python_version()}"
    )
    if options.out:
        rows = {k: {n: asdict(t) for n, t in v.items()} for k, v in found.items()}
        commits = {name: _commit(getattr(options, name)) for name in ("old", "new")}
        data = {"schema": 1, **commits, "load": load, "seconds": rows}
        options.out.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
