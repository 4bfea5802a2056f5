"""``audit watch``: as files are saved, what became stale is run again.

Files are looked at by time and size, twice a second; each run is a process of its own, which sees the
files as they are then.
"""

from __future__ import annotations

import argparse
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console

from theorem_audit import project
from theorem_audit.project import Project
from theorem_audit.reuse.files import SKIPPED, look
from theorem_audit.weigh.commands import run_options

EVERY = 0.5  # seconds between looks
QUIET = 0.3  # seconds without a further edit before a run starts: editors write in several steps

Stamps = dict[str, tuple[int, int]]


def stamps(here: Project) -> Stamps:
    """Time and size of every file that evidence may rest on, by path."""
    tree = look(here)
    found = {str(file): stamp for file, stamp in tree.stamps.items()}
    places = [m.file.parent for m in tree.modules.values() if m.package and "." not in m.name]
    for folder in dict.fromkeys((*places, here.path("notes"), here.path("formal"))):
        for file in folder.rglob("*"):
            if SKIPPED & {*file.parts} or file.suffix == ".pyc":
                continue
            try:
                state = file.stat()
            except OSError:
                continue  # gone in between
            if stat.S_ISREG(state.st_mode):
                found[str(file)] = (state.st_mtime_ns, state.st_size)
    return found


def changed(before: Stamps, now: Stamps, root: Path) -> list[str]:
    """Which files are others than before, relative to the project where they lie in it."""
    names = sorted(x for x in {*before, *now} if before.get(x) != now.get(x))
    return [str(Path(x).relative_to(root)) if Path(x).is_relative_to(root) else x for x in names]


def follow(
    here: Project, act: Callable[[list[str]], Any], more: Callable[[], bool] = lambda: True
) -> None:
    """Call ``act`` with the files that were edited, each time some were, while ``more()``."""
    before = stamps(here)
    while more():
        time.sleep(EVERY)
        now = stamps(here)
        if now == before:
            continue
        while (later := _later(here)) != now:
            now = later
        names, before = changed(before, now, here.root), now
        act(names)


def _later(here: Project) -> Stamps:
    time.sleep(QUIET)
    return stamps(here)


def _watch(args: argparse.Namespace, console: Console) -> int:
    here = project.current()
    words = [sys.executable, "-m", "theorem_audit", "--project", str(here.root), "run", *args.ids]
    words += ["--changes", "--seed", args.seed, "--workers", str(args.workers)]
    words += ["--time-limit", str(args.time_limit), *(["--quick"] if args.quick else [])]
    words += ["--json", args.json] if args.json else []

    def run(names: list[str]) -> int:
        if names:
            shown = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
            console.print(f"edited: {shown}", markup=False, style="dim")
        first = ["--fresh"] if args.fresh and not names else []  # an edit runs what it makes stale
        return subprocess.run([*words, *first], check=False).returncode

    try:
        if run([]) == 2:  # wrong words: no edit mends them
            return 2
        console.print("watching; Ctrl-C ends it", style="dim")
        follow(here, run)
    except KeyboardInterrupt:
        console.print("ended", style="dim")
    return 0


def add_commands(command: Any) -> None:
    """Declare the command on the parser that ``cli`` builds."""
    sub = command("watch", "run what an edit makes stale, each time a file is saved")
    run_options(sub)
    sub.set_defaults(handler=_watch)


__all__ = ["add_commands", "changed", "follow", "stamps"]
