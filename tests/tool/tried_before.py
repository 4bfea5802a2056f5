"""How mutants are tried and counted; of modules whose mutants were all tried before, each twelfth again.

``proofs_notes/mutants.json`` keeps a hash a module: of its source, its battery's, and what explains survivors.
What else these import is not looked at: MUTANTS=all tries every mutant of every module.  MUTANTS=keep notes
of which modules all were tried, and passed.
"""

from __future__ import annotations

import ast
import fcntl
import hashlib
import json
import os
import re
from collections.abc import Callable, Mapping
from itertools import islice
from pathlib import Path
from types import ModuleType

from tests.tool import ROOT
from tests.tool.judge_mutants import mutants

NOTE = ROOT / "proofs_notes" / "audit.md"
KEPT = ROOT / "proofs_notes" / "mutants.json"
Explained = Mapping[str, Mapping[str, str]]
EVERY = 12  # of a module whose mutants were all tried before, one in so many
ASKED = os.environ.get("MUTANTS", "")
if ASKED not in ("", "all", "keep"):
    raise ValueError(f"MUTANTS={ASKED!r}: all or keep")


def content(
    source: Path, battery: Callable[[ModuleType], None], explained: Mapping[str, str]
) -> str:
    """A hash of what says which mutants there are, and which survive."""
    files = {source, *_with_imports(battery.__module__), *_with_imports("tests.tool.judge_mutants")}
    texts = [(x.name, x.read_text(encoding="utf-8")) for x in sorted(files)]
    return hashlib.sha256(json.dumps([texts, sorted(explained)]).encode()).hexdigest()


def _with_imports(name: str) -> set[Path]:
    """A module of ``tests.tool`` with those that it imports, and they."""
    found: set[Path] = set()
    waiting = [name]
    while waiting:
        path = ROOT.joinpath(*waiting.pop().split(".")).with_suffix(".py")
        if path in found or not path.is_file():
            continue
        found.add(path)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tests.tool"):
                waiting += [node.module or "", *(f"{node.module}.{x.name}" for x in node.names)]
    return found


def step(path: str, now: str) -> int:
    """Every how many mutants one is to be tried: 1 where any source has changed since all were."""
    kept = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    return EVERY if ASKED != "all" and kept.get(path) == now else 1


def keep(path: str, now: str) -> None:
    """Note that all mutants were tried, and became what the notes say; where that is asked for."""
    if ASKED != "keep":
        return
    with KEPT.open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # two workers of pytest, each with a module
        file.seek(0)
        table = json.loads(file.read() or "{}")
        file.truncate(0)
        json.dump({**table, path: now}, file, indent=1, sort_keys=True)
        file.write("\n")


def told() -> dict[str, tuple[int, int, int]]:
    """What the notes say: path -> (mutants, caught, explained)."""
    text = NOTE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\S+)`[^|]*\| (\d+) \| (\d+) \| (\d+)\b", text, re.M)
    return {path: (int(a), int(b), int(c)) for path, a, b, c in rows}


def expect_counted(
    rows: Mapping[str, tuple[int, int, int]], counts: Mapping[str, int], explained: Explained, total: str
) -> None:  # fmt: skip
    """The rows are of today's mutants, all caught but the explained; ``total`` finds their sums."""
    assert {path: row[0] for path, row in rows.items()} == counts
    for path, (count, caught, survive) in rows.items():
        assert (count - caught, survive) == (survive, len(explained.get(path, {}))), path
    said = re.search(total, NOTE.read_text(encoding="utf-8"))
    assert said is not None
    assert [int(x) for x in said.groups()] == [sum(row[k] for row in rows.values()) for k in (0, 2)]


def trial(
    source: Path, functions: set[str], survives: Callable[[ast.Module], bool], every: int
) -> tuple[set[str], set[str]]:
    """The names of each ``every``-th mutant, and of those that survive."""
    tried, survived = set(), set()
    for label, tree in islice(mutants(source, functions), 0, None, every):
        tried.add(label)
        if survives(tree):
            survived.add(label)
    return tried, survived


def expect_all_caught(
    path: str, source: Path, functions: set[str], battery: Callable[[ModuleType], None],
    explained: Mapping[str, str], survives: Callable[[ast.Module], bool],
) -> None:  # fmt: skip
    """All mutants, or each twelfth of those tried before, are caught or explained."""
    now = content(source, battery, explained)
    every = step(path, now)
    tried, survived = trial(source, functions, survives, every)
    assert survived - set(explained) == set()
    assert set(explained) & tried <= survived, "explained, but caught: strike it out"
    if every == 1:
        assert set(explained) <= tried, "explained, and there is none: strike it out"
        keep(path, now)
